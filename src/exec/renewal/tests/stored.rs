//! The store itself: one fetching for all, rows that log in differently, other postriders, and what a check costs.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::desk::{Client, Desk, GET, Mood, TOKEN, source, status};
use crate::exec::renewal::{Cause, Failure, Fetched, Fetching, Obtained, Origin, TokenStore, Want, cookies_of};
use crate::exec::tokens::token_sources;
use crate::exec::{RunEvent, RunOptions, SendContext, run};
use crate::model::token::{Hold, Pick, Token, TokenKeeper, TokenKey, TokenSource};
use crate::model::{Entity, Request};
use crate::script::BoxFuture;

/// An origin without a server: it waits until it is told to go on.
struct Fake {
    name: &'static str,
    go: Arc<Notify>,
    fetched: AtomicUsize,
    fails: bool,
    declined: bool,
    made_of: AtomicU64,
}

impl Fake {
    fn new(fails: bool) -> Arc<Self> {
        Arc::new(Self {
            name: "t",
            go: Arc::new(Notify::new()),
            fetched: AtomicUsize::new(0),
            fails,
            declined: false,
            made_of: AtomicU64::new(0),
        })
    }
}

impl Origin for Fake {
    fn key(&self) -> TokenKey {
        TokenKey {
            name: self.name.to_owned(),
            ..TokenKey::default()
        }
    }

    fn renew_before(&self) -> Duration {
        Duration::ZERO
    }

    fn made_of(&self) -> u64 {
        self.made_of.load(Ordering::Relaxed)
    }

    fn fetch(self: Arc<Self>, _: Fetching) -> BoxFuture<Fetched> {
        Box::pin(async move {
            self.go.notified().await;
            let number = self.fetched.fetch_add(1, Ordering::Relaxed);
            Fetched {
                token: if self.fails {
                    Err(Failure {
                        declined: self.declined,
                        ..Failure::new("no")
                    })
                } else {
                    Ok(token(&format!("v{number}")))
                },
                from: "fake".to_owned(),
                node: None,
                outcome: None,
                unrenewed: None,
            }
        })
    }
}

fn token(value: &str) -> Token {
    Token {
        value: value.to_owned(),
        expires_at: None,
        obtained_at: Timestamp::now(),
        skew_ms: 0,
        writes: Vec::new(),
        secrets_in: Vec::new(),
        refresh: None,
        got_with: None,
        instead_of: None,
    }
}

fn want(held: Option<&str>, cause: Cause) -> Want {
    Want {
        held: held.map(str::to_owned),
        cause,
        within: None,
        by_hand: None,
    }
}

#[tokio::test]
async fn all_that_wait_get_what_one_has_fetched() {
    for fails in [false, true] {
        let (store, origin) = (TokenStore::default(), Fake::new(fails));
        let cancel = CancellationToken::new();
        let all = (0..100).map(|_| store.obtain(origin.clone(), want(None, Cause::Missing), &cancel));
        let all = futures_util::future::join_all(all);
        origin.go.notify_one();
        let mut led = 0;
        for obtained in all.await {
            let Obtained::Fetched(landed, mine) = obtained else {
                panic!("{obtained:?}")
            };
            led += usize::from(mine);
            assert_eq!(landed.token.is_err(), fails);
        }
        assert_eq!((led, origin.fetched.load(Ordering::Relaxed)), (1, 1));
    }
}

#[tokio::test]
async fn who_began_may_go_and_the_others_get_theirs() {
    let (store, origin) = (TokenStore::default(), Fake::new(false));
    let (first, second) = (CancellationToken::new(), CancellationToken::new());
    let mut begun = Box::pin(store.obtain(origin.clone(), want(None, Cause::Missing), &first));
    assert!(futures_util::poll!(&mut begun).is_pending());
    let mut joined = Box::pin(store.obtain(origin.clone(), want(None, Cause::Missing), &second));
    assert!(futures_util::poll!(&mut joined).is_pending());
    first.cancel();
    assert!(matches!(begun.await, Obtained::Cancelled));
    origin.go.notify_one();
    assert!(matches!(joined.await, Obtained::Fetched(_, false)));
}

#[tokio::test]
async fn when_all_have_gone_the_next_begins_anew() {
    let (store, origin) = (TokenStore::default(), Fake::new(false));
    let cancel = CancellationToken::new();
    let mut begun = Box::pin(store.obtain(origin.clone(), want(None, Cause::Missing), &cancel));
    assert!(futures_util::poll!(&mut begun).is_pending());
    drop(begun);
    origin.go.notify_one();
    let next = store.obtain(origin.clone(), want(None, Cause::Missing), &cancel).await;
    assert!(matches!(next, Obtained::Fetched(_, true)));
}

#[tokio::test]
async fn an_older_value_is_exchanged_for_the_newer_one_that_is_known() {
    let (store, origin) = (TokenStore::default(), Fake::new(false));
    store
        .learn(&origin.key(), token("newer"))
        .await
        .expect("nothing is kept");
    let cancel = CancellationToken::new();
    let refused = want(Some("older"), Cause::Refused(401));
    let Obtained::Known(known) = store.obtain(origin.clone(), refused, &cancel).await else {
        panic!("it is known")
    };
    assert_eq!(known.value, "newer");
    let newer = want(Some("newer"), Cause::Refused(401));
    origin.go.notify_one();
    assert!(matches!(
        store.obtain(origin.clone(), newer, &cancel).await,
        Obtained::Fetched(_, true)
    ));
    // What was refused once is not taken again, wherever it turns up.
    let judged = store.judge(&origin.key(), Some("newer"), Duration::ZERO, Timestamp::now());
    assert_eq!(judged, crate::exec::renewal::Standing::Due(Cause::RefusedEarlier));
}

#[tokio::test]
async fn the_user_need_not_wait_for_a_pause() {
    let (store, origin) = (TokenStore::stopped(), Fake::new(true));
    let cancel = CancellationToken::new();
    for (cause, paused) in [(Cause::Missing, false), (Cause::Missing, true), (Cause::Asked, false)] {
        origin.go.notify_one();
        let obtained = store.obtain(origin.clone(), want(None, cause), &cancel).await;
        assert_eq!(matches!(obtained, Obtained::Paused(..)), paused, "{obtained:?}");
    }
}

#[tokio::test]
async fn what_is_corrected_need_not_wait_for_a_pause() {
    let (store, origin) = (TokenStore::stopped(), Fake::new(true));
    let cancel = CancellationToken::new();
    for (made_of, paused) in [(1, false), (1, true), (2, false), (2, true), (1, false)] {
        origin.made_of.store(made_of, Ordering::Relaxed);
        origin.go.notify_one();
        let obtained = store.obtain(origin.clone(), want(None, Cause::Missing), &cancel).await;
        assert_eq!(
            matches!(obtained, Obtained::Paused(..)),
            paused,
            "{made_of}: {obtained:?}"
        );
    }
}

#[tokio::test]
async fn what_is_another_each_time_waits_all_the_same() {
    let (store, origin) = (TokenStore::stopped(), Fake::new(true));
    let cancel = CancellationToken::new();
    let mut paused = Vec::new();
    for made_of in 0..8 {
        origin.made_of.store(made_of, Ordering::Relaxed);
        origin.go.notify_one();
        let obtained = store.obtain(origin.clone(), want(None, Cause::Missing), &cancel).await;
        paused.push(match obtained {
            Obtained::Paused(_, left) => Some(left),
            _ => None,
        });
    }
    assert_eq!(paused.iter().filter(|left| left.is_none()).count(), 3, "{paused:?}");
    // Every failure counts, whatever it was tried with: three in a row are a pause of four seconds.
    assert_eq!(paused[7], Some(Duration::from_secs(4)), "{paused:?}");
}

#[tokio::test]
async fn who_sends_again_by_hand_need_not_wait_and_all_of_a_run_and_of_one_send_do() {
    for declined in [true, false] {
        let store = TokenStore::stopped();
        let mut origin = Fake::new(true);
        Arc::get_mut(&mut origin).unwrap().declined = declined;
        let cancel = CancellationToken::new();
        let mut sent = None;
        for (new, by_hand, paused) in [
            (true, true, false),
            (false, true, true),
            (true, true, false),
            (false, false, true),
            (true, true, false),
            (false, true, true),
            (false, false, true),
        ] {
            sent = sent.filter(|_| !new).or_else(|| Some(Instant::now()));
            origin.go.notify_one();
            let wanted = Want {
                by_hand: sent.filter(|_| by_hand),
                ..want(None, Cause::Missing)
            };
            let obtained = store.obtain(origin.clone(), wanted, &cancel).await;
            assert_eq!(matches!(obtained, Obtained::Paused(..)), paused, "{obtained:?}");
        }
    }
}

/// Runs a request so often, all at once.
async fn run_many(client: &mut Client, times: usize) -> (usize, usize) {
    let options = RunOptions {
        requests: vec![client.nodes[GET]],
        iterations: Some(times),
        parallel: times,
        ..RunOptions::default()
    };
    let (mut well, mut other) = (0, 0);
    let context = SendContext::default();
    run(
        &client.pipeline,
        &mut client.session,
        &options,
        &context,
        &mut |event| {
            if let RunEvent::Outcome(done) = event {
                match status(done.outcome) {
                    200 => well += 1,
                    _ => other += 1,
                }
            }
        },
    )
    .await;
    (well, other)
}

/// A keeper on no disk: what it was given, and whether it takes anything.
#[derive(Default)]
struct Shelf {
    full: bool,
    dark: bool,
    kept: Mutex<Vec<(TokenKey, Token)>>,
}

impl TokenKeeper for Shelf {
    fn load(&self, _: &TokenKey) -> Result<Option<Token>, String> {
        if self.dark {
            return Err("it is dark".to_owned());
        }
        Ok(None)
    }

    fn keep(&self, key: &TokenKey, token: &Token) -> Result<(), String> {
        if self.full {
            return Err("the shelf is full".to_owned());
        }
        self.kept.lock().unwrap().push((key.clone(), token.clone()));
        Ok(())
    }

    fn forget(&self, key: &TokenKey) -> Result<(), String> {
        self.kept.lock().unwrap().retain(|(kept, _)| kept != key);
        Ok(())
    }

    fn try_hold(&self, _: &TokenKey) -> Result<Option<Hold>, String> {
        Ok(Some(Box::new(())))
    }
}

#[tokio::test]
async fn what_is_forgotten_while_it_is_fetched_does_not_come_back() {
    let shelf = Arc::new(Shelf::default());
    let store = TokenStore::kept(Some(shelf.clone()), Vec::new());
    let (origin, never) = (Fake::new(false), CancellationToken::new());
    let waiting = {
        let (store, origin, never) = (store.clone(), origin.clone(), never.clone());
        tokio::spawn(async move { store.obtain(origin, want(None, Cause::Missing), &never).await })
    };
    tokio::task::yield_now().await;
    store.forget(&origin.key()).unwrap();
    origin.go.notify_one();
    assert!(matches!(waiting.await.unwrap(), Obtained::Cancelled));
    assert!(store.peek(&origin.key()).is_none() && shelf.kept.lock().unwrap().is_empty());
    // The next one is fetched, and kept.
    origin.go.notify_one();
    store.obtain(origin.clone(), want(None, Cause::Missing), &never).await;
    assert!(store.peek(&origin.key()).is_some() && shelf.kept.lock().unwrap().len() == 1);
}

#[tokio::test]
async fn what_cannot_be_read_is_told_from_nothing() {
    let dark = Shelf {
        dark: true,
        ..Shelf::default()
    };
    let store = TokenStore::kept(Some(Arc::new(dark)), Vec::new());
    let origin = Fake::new(false);
    origin.go.notify_one();
    let obtained = store
        .obtain(origin, want(None, Cause::Missing), &CancellationToken::new())
        .await;
    let Obtained::Fetched(landed, true) = obtained else {
        panic!("{obtained:?}");
    };
    assert_eq!(landed.unkept.as_deref(), Some("it is dark"));
    assert!(landed.token.is_ok());
}

#[tokio::test]
async fn who_learns_a_token_hears_that_it_is_not_kept() {
    let full = Shelf {
        full: true,
        ..Shelf::default()
    };
    let desk = Desk::open(Mood {
        ttl: Duration::from_mins(10),
        ..Mood::default()
    })
    .await;
    let mut client = Client::new(&desk, vec![source()]);
    client.pipeline.tokens = Some(TokenStore::kept(Some(Arc::new(full)), Vec::new()));
    let outcome = client.send(TOKEN).await;
    let mut lines = outcome.console.iter().map(|line| line.text.as_str());
    assert!(
        lines.any(|line| line == "`t` is not kept: the shelf is full"),
        "{:?}",
        outcome.console
    );
}

/// Lets this process have so many files open, where the system has them: a thousand connections have two ends each, and many
/// systems allow 1,024 unless they are asked.
#[cfg(unix)]
fn allow_files(wanted: u64) {
    use nix::sys::resource::{Resource, getrlimit, setrlimit};

    let (own, most) = getrlimit(Resource::RLIMIT_NOFILE).unwrap();
    if own < wanted {
        setrlimit(Resource::RLIMIT_NOFILE, wanted.min(most), most).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_at_once_with_an_expired_token_make_one_token_request() {
    #[cfg(unix)]
    allow_files(4_096);
    let slow = Duration::from_millis(50);
    let desk = Desk::open(Mood {
        ttl: Duration::from_mins(10),
        slow,
        ..Mood::default()
    })
    .await;
    let mut client = Client::new(&desk, vec![source()]);
    client.set("t", &super::desk::jwt(&serde_json::json!({"exp": 1_000})));
    assert_eq!(run_many(&mut client, 1_000).await, (1_000, 0));
    assert_eq!((desk.asked(), desk.refused()), (1, 0));
}

/// Revoked before it is used, as at a server whose copies learn of tokens one by one.
#[tokio::test(flavor = "multi_thread")]
async fn a_first_token_that_is_dead_costs_one_more_request_for_a_token_however_many_wait() {
    for at_once in [1, 50] {
        let mood = Mood {
            ttl: Duration::from_mins(10),
            dead: 1,
            ..Mood::default()
        };
        let desk = Desk::open(mood).await;
        let mut client = Client::new(&desk, vec![source()]);
        assert_eq!(run_many(&mut client, at_once).await, (at_once, 0));
        assert_eq!(desk.asked(), 2, "{at_once}");
    }
}

#[tokio::test]
async fn many_refusals_of_one_token_are_one_and_those_of_another_pause_for_longer() {
    let store = TokenStore::stopped();
    let key = Fake::new(false).key();
    let known = |value: &str| store.note(&key, Arc::new(token(value)));
    known("first");
    for _ in 0..20 {
        store.note_answer(&key, "get", Some("first"));
    }
    assert_eq!(store.pause_of(&key, "get"), Duration::from_secs(1));
    known("second");
    store.note_answer(&key, "get", Some("second"));
    assert_eq!(store.pause_of(&key, "get"), Duration::from_secs(2));
    store.note_answer(&key, "get", None);
    assert!(!store.is_fruitless(&key, "get"), "it was answered");
}

#[tokio::test]
async fn rows_that_log_in_by_a_script_have_tokens_of_their_own() {
    let desk = Desk::open(Mood {
        ttl: Duration::from_mins(10),
        ..Mood::default()
    })
    .await;
    let mut client = Client::new(&desk, vec![source()]);
    let workspace = Arc::make_mut(&mut client.session.workspace);
    let mut request = Request::clone(workspace.request(client.nodes[TOKEN]).expect("a request"));
    request.scripts.pre_request = "pm.variables.set('login_user', pm.variables.get('user'))".into();
    request.body = crate::model::Body::Raw {
        language: crate::model::body::Language::Text,
        text: "{{login_user}}".into(),
    };
    let (id, entity) = (client.nodes[TOKEN], Entity::Request(Arc::new(request)));
    workspace
        .apply(crate::model::edit::Edit::Replace { id, entity })
        .expect("it is there");
    let rows = serde_json::json!([{ "user": "alice" }, { "user": "bob" }, { "user": "alice" }]);
    let options = RunOptions {
        requests: vec![client.nodes[GET]],
        data: crate::exec::data::parse(rows.to_string()).expect("three rows"),
        ..RunOptions::default()
    };
    let mut sent = Vec::new();
    let (session, context) = (&mut client.session, SendContext::default());
    run(&client.pipeline, session, &options, &context, &mut |event| {
        if let RunEvent::Outcome(done) = event {
            let headers = &done.outcome.exchange.as_ref().expect("an exchange").request.headers;
            let own = headers.iter().find(|(name, _)| name == "Authorization");
            sent.extend(own.map(|(_, value)| value.clone()));
        }
    })
    .await;
    assert_eq!(desk.asked(), 2);
    assert!(sent.len() == 3 && sent[0] != sent[1] && sent[0] == sent[2], "{sent:?}");
}

#[tokio::test]
async fn a_cookie_that_is_a_token_is_forgotten_with_it() {
    let mood = Mood {
        ttl: Duration::from_mins(10),
        ..Mood::default()
    };
    let desk = Desk::open(mood).await;
    let by_cookie = TokenSource {
        pick: Pick::Cookie("sid".into()),
        ..source()
    };
    let mut client = Client::new(&desk, vec![by_cookie]);
    assert_eq!(status(&client.send(GET).await), 200);
    let session = &client.session;
    let (token, store) = (
        token_sources(&session.workspace).remove(0),
        client.pipeline.tokens.as_ref().unwrap(),
    );
    let known = store.peek(&token.key(&session.workspace, session.environment)).unwrap();
    let jar = client.pipeline.cookies.list();
    let held = jar.iter().find(|cookie| cookie.name == "sid").unwrap().clone();
    let like = |name: &str, value: &str, domain: &str| crate::model::exchange::Cookie {
        name: name.into(),
        value: value.into(),
        domain: domain.into(),
        ..held.clone()
    };
    // The server may have set another one since, and may have set it for more than itself.
    let jar = [
        held.clone(),
        like("sid", "newer", "127.0.0.1"),
        like("sid", &known.value, "api.test"),
        like("sid", "theirs", "other.test"),
        like("lang", "de", "127.0.0.1"),
    ];
    let source = session.source(token.request);
    let own = cookies_of(Some(&known), &token, &source, &jar);
    assert_eq!(own, jar[..3]);
    assert_eq!(cookies_of(None, &token, &source, &jar), jar[..2]);
}
