//! How often a refused sign-in is tried: once for each send by hand, and after pauses in a run.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::desk::{Client, Desk, GET, Mood, POST, TOKEN, error, source, status};
use crate::exec::{DataRow, SendContext};
use crate::model::token::{Life, Pick, Token, TokenSource};
use crate::model::variable::Owner;

/// A desk whose tokens live long.
async fn desk() -> Desk {
    Desk::open(Mood {
        ttl: Duration::from_mins(10),
        ..Mood::default()
    })
    .await
}

#[tokio::test]
async fn one_send_by_hand_signs_in_once_however_often_it_is_refused() {
    let desk = desk().await;
    let mut client = Client::new(&desk, vec![source()]);
    client.send(GET).await;
    // The token ends soon, and the server takes it no more.
    let store = client.pipeline.tokens.clone().unwrap();
    let (key, known) = store.all().remove(0);
    let now = Timestamp::now();
    let stale = Token {
        value: "stale".to_owned(),
        expires_at: Some(now + SignedDuration::from_secs(5)),
        obtained_at: now - SignedDuration::from_mins(9),
        ..Token::clone(&known)
    };
    store.note(&key, Arc::new(stale));
    client.set("t", "stale");
    desk.with(|book| book.mood.refuses = Some(401));
    let outcome = client.send(GET).await;
    assert_eq!((status(&outcome), desk.asked()), (401, 2));
    let said = &outcome.console.last().unwrap().text;
    assert!(said.contains("not tried again for"), "{said}");
    // Each time that it is sent, and no oftener where its script sends what needs the token, too.
    store.forget_here(|_| true);
    client.set("t", "");
    let runs = "for (let n = 0; n < 5; n++) { await pm.execution.runRequest('get').catch(() => 0) }";
    client.change(POST, |request| request.scripts.pre_request = runs.into());
    for asked in [3, 4] {
        let outcome = client.send(POST).await;
        assert_eq!((outcome.script_errors.as_slice(), desk.asked()), (&[][..], asked));
    }
}

#[tokio::test]
async fn what_leads_to_no_token_is_an_error_and_what_leads_to_no_end_is_told() {
    let desk = desk().await;
    let with = |source: TokenSource| async {
        let mut client = Client::new(&desk, vec![source]);
        client.send(GET).await
    };
    let whole = |pick: Pick| TokenSource { pick, ..source() };
    let said = error(&with(whole(Pick::Body("$".into()))).await);
    assert!(
        said.ends_with("answered 200 OK, which has an object at `$`, and no token"),
        "{said}"
    );
    let ends = |path: &str| TokenSource {
        life: Life::Reply(path.to_owned()),
        ..source()
    };
    for (path, wrong) in [
        ("$.nope", Some("has nothing there, so only a refusal tells")),
        ("$.refresh_token", Some("has no number of seconds and no date there")),
        ("$.expires_in", None),
    ] {
        let outcome = with(ends(path)).await;
        assert_eq!(status(&outcome), 200, "the token is good all the same");
        let told = outcome.console.iter().filter(|line| line.text.contains("`expires = "));
        let told: Vec<&str> = told.map(|line| line.text.as_str()).collect();
        assert_eq!(told.len(), usize::from(wrong.is_some()), "{told:?}");
        assert!(
            told.iter().all(|told| told.contains(wrong.unwrap_or_default())),
            "{told:?}"
        );
    }
    // All of the body is one where it is a line of text; the desk says JSON in one line.
    let whole = with(whole(Pick::Whole)).await;
    let end = whole.renewals[0].result.as_ref().ok();
    assert!(end.is_some() && status(&whole) == 401, "{:?}", whole.renewals);
}

#[tokio::test]
async fn a_run_pauses_where_what_a_token_needs_in_turn_is_refused() {
    let desk = desk().await;
    let of_refused = TokenSource {
        pick: Pick::Body("$.access_token".into()),
        ..TokenSource::new("u", "refresh")
    };
    let mut client = Client::new(&desk, vec![source(), of_refused]);
    client.change(TOKEN, |request| {
        request.set_full_url("{{base}}/token?row={{row}}&u={{u}}");
    });
    // A row each, which is a token of its own each: all of them need the one that is refused.
    for row in 0..5 {
        let mut plan = client.session.plan(client.nodes[GET]).unwrap();
        plan.iteration.by_hand = None;
        let plan = plan.with_data(&DataRow::from([("row".to_owned(), json!(row))]));
        let outcome = client.pipeline.send(plan, &SendContext::default()).await;
        let said = error(&outcome);
        assert!(said.contains("`t` had no value and could not be fetched"), "{said}");
    }
    assert_eq!(desk.with(|book| (book.asked, book.refreshed)), (0, 1));
}

#[tokio::test]
async fn what_a_reply_brings_beside_a_token_that_it_lacks_is_kept() {
    let desk = desk().await;
    let lacking = TokenSource {
        variable: "nv".into(),
        pick: Pick::Body("$.nowhere".into()),
        ..source()
    };
    let mut client = Client::new(&desk, vec![source(), lacking]);
    client.send(GET).await;
    assert_eq!(client.held().as_deref(), Some("opaque-1"));
    client.change(POST, |request| {
        request.auth = crate::model::Auth::new("bearer").with("token", "{{nv}}");
    });
    let outcome = client.send(POST).await;
    assert!(error(&outcome).contains("could not be fetched"), "{}", error(&outcome));
    // Else nobody knows how long the older one is good: the store has the new one.
    assert_eq!(client.held().as_deref(), Some("opaque-2"));
}

#[tokio::test]
async fn a_token_request_that_may_have_been_acted_upon_is_not_sent_twice() {
    let said = |outcome: &crate::model::Outcome| {
        let lines = outcome.console.iter().map(|line| line.text.clone());
        lines
            .filter(|text| text.ends_with(": tried once more"))
            .collect::<Vec<_>>()
    };
    let desk = Desk::open(Mood {
        slow: Duration::from_hours(1),
        ..Mood::default()
    })
    .await;
    let mut client = Client::new(&desk, vec![source()]);
    client.change(TOKEN, |request| request.settings.timeout = Some(Duration::from_secs(2)));
    let outcome = client.send(GET).await;
    assert!(error(&outcome).contains("could not be fetched"), "{}", error(&outcome));
    assert_eq!((desk.asked(), said(&outcome)), (1, Vec::new()));
    assert_eq!(outcome.unresolved, [""; 0], "something defines it");
    // What has come to no server, and what one was too busy for, is; and it is told.
    client.change(TOKEN, |request| request.set_full_url("http://127.0.0.1:1/token"));
    assert_eq!(said(&client.send(GET).await).len(), 1);
    let desk = self::desk().await;
    for (status, asked) in [(503, 2), (429, 1), (400, 1)] {
        desk.with(|book| (book.asked, book.mood.refuses) = (0, Some(status)));
        let mut client = Client::new(&desk, vec![source()]);
        let outcome = client.send(GET).await;
        assert_eq!((desk.asked(), said(&outcome).len()), (asked, asked - 1), "{status}");
    }
}

#[tokio::test]
async fn what_empties_a_scope_and_brings_no_token_empties_nothing() {
    let desk = desk().await;
    let lacking = TokenSource {
        pick: Pick::Body("$.nowhere".into()),
        ..source()
    };
    let mut client = Client::new(&desk, vec![lacking]);
    client.set("kept", "heron");
    client.change(TOKEN, |request| {
        let script = "pm.environment.clear(); pm.environment.set('other', 'swan')";
        request.scripts.post_response = script.into();
    });
    let outcome = client.send(POST).await;
    assert!(error(&outcome).contains("could not be fetched"), "{}", error(&outcome));
    let owner = Owner::Environment("test".into());
    for (key, value) in [("kept", "heron"), ("other", "swan")] {
        let held = client.session.current.get(&owner, key);
        assert_eq!(held.and_then(|held| held.value.clone()), Some(value.into()), "{key}");
    }
}

#[tokio::test]
async fn a_request_that_has_brought_a_token_is_asked_again_when_it_says_ok_without_one() {
    let desk = desk().await;
    let mut client = Client::new(&desk, vec![source()]);
    client.send(GET).await;
    client.age(&desk, SignedDuration::from_mins(20));
    desk.with(|book| (book.mood.error_in_200, book.mood.every_other) = (true, true));
    // The third time it is asked it is an error again: once more, and no oftener.
    desk.with(|book| book.asked = 2);
    assert_eq!((status(&client.send(GET).await), desk.asked()), (200, 4));
    client.age(&desk, SignedDuration::from_mins(20));
    desk.with(|book| book.mood.every_other = false);
    let said = error(&client.send(GET).await);
    assert!(said.contains("which has nothing at `$.access_token`"), "{said}");
    assert_eq!(desk.asked(), 6);
}

#[tokio::test]
async fn a_test_that_kept_the_token_from_being_set_is_named() {
    let desk = desk().await;
    let by_script = TokenSource {
        pick: Pick::Script,
        ..source()
    };
    let mut client = Client::new(&desk, vec![by_script]);
    let script = "pm.test('Keep it', () => { const r = pm.response.json(); pm.environment.set('t', r.no.token + r.refresh_token) })";
    client.change(TOKEN, |request| request.scripts.post_response = script.into());
    let outcome = client.send(GET).await;
    let told = outcome.exchange.unwrap().result.unwrap_err();
    let hint = told.hint.unwrap();
    assert!(hint.starts_with("its test `Keep it` failed: TypeError: "), "{hint}");
    let script = "pm.test('Keep it', () => { throw new Error(pm.response.json().refresh_token) })";
    client.change(TOKEN, |request| request.scripts.post_response = script.into());
    let hint = client
        .send(GET)
        .await
        .exchange
        .unwrap()
        .result
        .unwrap_err()
        .hint
        .unwrap();
    assert_eq!(hint, "its test `Keep it` failed: Error: ••••••••");
}
