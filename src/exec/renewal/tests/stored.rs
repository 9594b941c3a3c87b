//! The store itself: one fetching for all, rows that log in differently, other postriders, and what a check costs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::desk::{Client, Desk, GET, Mood, source, status};
use crate::exec::renewal::{Cause, Failure, Fetched, Fetching, Obtained, Origin, TokenStore, Want};
use crate::exec::{RunEvent, RunOptions, SendContext, run};
use crate::model::token::{Token, TokenKey};
use crate::script::BoxFuture;

/// An origin without a server: it waits until it is told to go on.
struct Fake {
    name: &'static str,
    go: Arc<Notify>,
    fetched: AtomicUsize,
    fails: bool,
}

impl Fake {
    fn new(fails: bool) -> Arc<Self> {
        Arc::new(Self {
            name: "t",
            go: Arc::new(Notify::new()),
            fetched: AtomicUsize::new(0),
            fails,
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

    fn fetch(self: Arc<Self>, _: Fetching) -> BoxFuture<Fetched> {
        Box::pin(async move {
            self.go.notified().await;
            let number = self.fetched.fetch_add(1, Ordering::Relaxed);
            Fetched {
                token: if self.fails {
                    Err(Failure::new("no"))
                } else {
                    Ok(token(&format!("v{number}")))
                },
                from: "fake".to_owned(),
                node: None,
                outcome: None,
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
        refresh: None,
    }
}

fn want(held: Option<&str>, cause: Cause) -> Want {
    Want {
        held: held.map(str::to_owned),
        cause,
        within: None,
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
    store.learn(&origin.key(), token("newer"));
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
    let (store, origin) = (TokenStore::default(), Fake::new(true));
    let cancel = CancellationToken::new();
    for (cause, paused) in [(Cause::Missing, false), (Cause::Missing, true), (Cause::Asked, false)] {
        origin.go.notify_one();
        let obtained = store.obtain(origin.clone(), want(None, cause), &cancel).await;
        assert_eq!(matches!(obtained, Obtained::Paused(..)), paused, "{obtained:?}");
    }
}

/// Runs a request so often, so many at once.
async fn run_many(client: &mut Client, times: usize, delay: Duration, parallel: usize) -> (usize, usize) {
    let options = RunOptions {
        requests: vec![client.nodes[GET]],
        iterations: Some(times),
        delay,
        parallel,
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

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_at_once_with_an_expired_token_make_one_token_request() {
    let slow = Duration::from_millis(50);
    let desk = Desk::open(Mood {
        ttl: Duration::from_mins(10),
        slow,
        ..Mood::default()
    })
    .await;
    let mut client = Client::new(&desk, vec![source()]);
    client.set("t", &super::desk::jwt(&serde_json::json!({"exp": 1_000})));
    assert_eq!(run_many(&mut client, 1_000, Duration::ZERO, 1_000).await, (1_000, 0));
    assert_eq!((desk.asked(), desk.refused()), (1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parallel_run_has_no_refusal_left_whatever_the_desk_does() {
    let mood = Mood {
        ttl: Duration::from_millis(400),
        ..Mood::default()
    };
    for mood in [
        mood.clone(),
        Mood {
            slow: Duration::from_millis(100),
            ..mood.clone()
        },
        Mood {
            every_other_fails: true,
            ttl: Duration::from_millis(700),
            ..mood
        },
    ] {
        let desk = Desk::open(mood.clone()).await;
        let mut client = Client::new(&desk, vec![source()]);
        let began = std::time::Instant::now();
        let came = run_many(&mut client, 240, Duration::from_millis(50), 8).await;
        assert_eq!(came, (240, 0), "{mood:?}");
        let lives = began.elapsed().as_millis() / (mood.ttl.as_millis() * 9 / 10) + 2;
        let most = lives * if mood.every_other_fails { 2 } else { 1 };
        assert!(desk.asked() as u128 <= most, "{} requests: {mood:?}", desk.asked());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn revoked_tokens_are_renewed_once_for_all() {
    let desk = Desk::open(Mood {
        ttl: Duration::from_mins(10),
        ..Mood::default()
    })
    .await;
    let mut client = Client::new(&desk, vec![source()]);
    let at_times = desk.clone();
    let revoking = tokio::spawn(async move {
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(300)).await;
            at_times.revoke();
        }
    });
    let came = run_many(&mut client, 240, Duration::from_millis(50), 8).await;
    revoking.await.unwrap();
    assert_eq!((came, desk.asked()), ((240, 0), 4));
}
