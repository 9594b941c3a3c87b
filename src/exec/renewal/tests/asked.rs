//! Sends that ask before they renew a token, or go out again with a new one.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::desk::{Client, Desk, GET, Mood, POST, source, status};
use crate::exec::pipeline::SendContext;
use crate::exec::renewal::{Interaction, RenewQuestion, ReplayQuestion};
use crate::exec::{Asking, Consent, Permission, Typed, Word};
use crate::http;
use crate::model::Secret;
use crate::model::certificate::{ClientCertificate, Passphrase};
use crate::model::exchange::Phase;
use crate::model::token::{Renew, Replay, TokenSource};
use crate::model::variable::{Owner, ValueSource};
use crate::script::BoxFuture;

fn mood(ttl: Duration) -> Mood {
    Mood { ttl, ..Mood::default() }
}

const LONG: Duration = Duration::from_mins(10);

/// Somebody who always answers the same, and what was asked.
#[derive(Default)]
struct Always(bool, Mutex<Vec<String>>);

impl Interaction for Always {
    fn renew(&self, question: RenewQuestion) -> BoxFuture<bool> {
        self.1
            .lock()
            .unwrap()
            .push(format!("{} {} by {}", question.key.name, question.why, question.from));
        Box::pin(std::future::ready(self.0))
    }

    fn replay(&self, question: ReplayQuestion) -> BoxFuture<bool> {
        self.1
            .lock()
            .unwrap()
            .push(format!("{} {}", question.method, question.request));
        Box::pin(std::future::ready(self.0))
    }
}

#[tokio::test]
async fn what_may_have_been_done_is_sent_again_only_with_a_word() {
    let ask = |replay, answer: Option<bool>| async move {
        let desk = Desk::open(mood(LONG)).await;
        let mut client = Client::new(&desk, vec![TokenSource { replay, ..source() }]);
        let always = answer.map(|answer| Arc::new(Always(answer, Mutex::default())));
        client.pipeline.interaction = always.clone().map(|always| always as Arc<dyn Interaction>);
        client.send(GET).await;
        desk.revoke();
        let outcome = client.send(POST).await;
        let asked = always.map_or(0, |always| always.1.lock().unwrap().len());
        assert_eq!(
            desk.asked(),
            2,
            "the next one has a good token whatever becomes of this"
        );
        assert_eq!(outcome.renewals.last().unwrap().unused, status(&outcome) == 401);
        (status(&outcome), asked, outcome.console.last().unwrap().text.clone())
    };
    let (status, asked, said) = ask(Replay::Idempotent, None).await;
    assert_eq!((status, asked), (401, 0));
    assert!(said.contains("this POST was not sent again"), "{said}");
    let short = |answer: (u16, usize, String)| (answer.0, answer.1);
    assert_eq!(short(ask(Replay::Idempotent, Some(true)).await), (200, 1));
    assert_eq!(short(ask(Replay::Idempotent, Some(false)).await), (401, 1));
    assert_eq!(short(ask(Replay::Always, Some(false)).await), (200, 0));
    assert_eq!(short(ask(Replay::Never, Some(true)).await), (401, 0));
}

#[tokio::test]
async fn renewing_may_need_a_word_or_be_left_alone() {
    let desk = Desk::open(mood(LONG)).await;
    let with = |renew| Client::new(&desk, vec![TokenSource { renew, ..source() }]);
    let mut client = with(Renew::Never);
    assert_eq!((status(&client.send(GET).await), desk.asked()), (401, 0));
    let mut client = with(Renew::Ask);
    assert_eq!(
        (status(&client.send(GET).await), desk.asked()),
        (401, 0),
        "there is nobody to ask"
    );
    let told = &client.send(GET).await.console[0].text;
    assert!(told.contains("there is nobody to ask whether to renew it"), "{told}");
    let no = Arc::new(Always(false, Mutex::default()));
    client.pipeline.interaction = Some(no.clone());
    assert_eq!((status(&client.send(GET).await), desk.asked()), (401, 0));
    assert_eq!(no.1.lock().unwrap()[0], "t had no value by token");
    client.pipeline.interaction = Some(Arc::new(Always(true, Mutex::default())));
    assert_eq!((status(&client.send(GET).await), desk.asked()), (200, 1));
}

/// Somebody who takes their time to say yes.
struct Slow(Duration);

impl Interaction for Slow {
    fn renew(&self, _: RenewQuestion) -> BoxFuture<bool> {
        let thinks = tokio::time::sleep(self.0);
        Box::pin(async move {
            thinks.await;
            true
        })
    }

    fn replay(&self, _: ReplayQuestion) -> BoxFuture<bool> {
        Box::pin(std::future::ready(true))
    }
}

#[tokio::test]
async fn a_token_takes_no_longer_because_somebody_thinks() {
    let desk = Desk::open(mood(LONG)).await;
    let renew = Renew::Ask;
    let mut client = Client::new(&desk, vec![TokenSource { renew, ..source() }]);
    let thinks = Duration::from_millis(300);
    client.pipeline.interaction = Some(Arc::new(Slow(thinks)));
    let began = Instant::now();
    let outcome = client.send(GET).await;
    assert_eq!(status(&outcome), 200);
    let took = outcome.renewals[0].took;
    assert!(took + thinks <= began.elapsed(), "{took:?}");
}

#[tokio::test]
async fn nobody_is_waited_for_once_there_is_an_answer() {
    for (request, source) in [
        (
            GET,
            TokenSource {
                renew: Renew::Ask,
                ..source()
            },
        ),
        (
            POST,
            TokenSource {
                replay: Replay::Idempotent,
                ..source()
            },
        ),
    ] {
        let desk = Desk::open(mood(LONG)).await;
        let mut client = Client::new(&desk, vec![source]);
        client.pipeline.interaction = Some(Arc::new(Always(true, Mutex::default())));
        client.send(GET).await;
        client.pipeline.interaction = Some(Arc::new(Always(false, Mutex::default())));
        desk.revoke();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let phases = Arc::clone(&seen);
        let context = SendContext {
            progress: Arc::new(move |phase| phases.lock().unwrap().push(phase)),
            ..SendContext::default()
        };
        let plan = client.session.plan(client.nodes[request]).unwrap();
        client.pipeline.send(plan, &context).await;
        let seen = seen.lock().unwrap();
        let asked = seen.iter().position(|phase| *phase == Phase::Asking).unwrap();
        assert_eq!(seen.get(asked + 1), Some(&Phase::Preparing), "{seen:?}");
    }
}

/// Types a passphrase, and counts how often.
struct Typist(Mutex<usize>);

impl Consent for Typist {
    fn give_up(&self) {}

    fn may(&self, _: &Asking, permission: &Permission) -> BoxFuture<Word> {
        panic!("nobody is asked whether {permission:?}");
    }

    fn ask(&self, _: &Asking, _: &str) -> BoxFuture<Typed> {
        *self.0.lock().unwrap() += 1;
        Box::pin(std::future::ready(Typed::Text(Secret::new("open sesame"))))
    }
}

#[tokio::test]
async fn a_token_does_not_end_while_the_passphrase_of_a_certificate_is_typed() {
    let desk = Desk::open(mood(LONG)).await;
    let mut client = Client::new(&desk, vec![source()]);
    let certificate = ClientCertificate {
        certificate: "/nowhere/me.p12".into(),
        passphrase: Some(Passphrase::From(ValueSource::Prompt("PIN".into()))),
        ..ClientCertificate::default()
    };
    client.pipeline.http = http::Client::new(http::ClientConfig {
        certificates: vec![certificate],
        ..client.pipeline.http.config().clone()
    });
    let typist = Arc::new(Typist(Mutex::default()));
    client.pipeline.consent = Some(typist.clone());
    client.change(GET, |request| request.set_full_url("https://127.0.0.1:9/x"));
    let outcome = client.send(GET).await;
    // What it opens is not there, so that nothing needs a token; it is looked at once that is known.
    let told = super::desk::error(&outcome);
    assert!(told.contains("me.p12"), "{told}");
    assert_eq!((*typist.0.lock().unwrap(), desk.asked()), (1, 0));
}

#[tokio::test]
async fn a_token_that_is_locked_is_told_from_one_that_there_is_none_of() {
    let locked = |renew| async move {
        let desk = Desk::open(mood(LONG)).await;
        let mut client = Client::new(&desk, vec![TokenSource { renew, ..source() }]);
        client.session.current.lock(Owner::Environment("test".into()), "t");
        let always = Arc::new(Always(true, Mutex::default()));
        client.pipeline.interaction = Some(always.clone());
        let outcome = client.send(GET).await;
        let asked = always.1.lock().unwrap().clone();
        (outcome, asked, desk.asked())
    };
    let why = "is locked with a passphrase";
    let (outcome, asked, fetched) = locked(Renew::Auto).await;
    let told = &outcome.console[0].text;
    assert!(told.starts_with(&format!("`t` {why}: fetched by `token`")), "{told}");
    assert_eq!((asked.len(), fetched), (0, 1));
    let (_, asked, fetched) = locked(Renew::Ask).await;
    assert_eq!((asked, fetched), (vec![format!("t {why} by token")], 1));
    let (outcome, asked, fetched) = locked(Renew::Never).await;
    let told = super::desk::error(&outcome);
    assert!(told.contains("`{{t}}` is locked with a passphrase"), "{told}");
    assert_eq!((asked.len(), fetched), (0, 0));
}
