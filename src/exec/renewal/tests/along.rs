//! What comes along with a token: what else its request sets, and what renews it.

use std::time::Duration;

use jiff::SignedDuration;

use super::desk::{Client, Desk, GET, Mood, TOKEN, source, status};
use crate::model::token::{Pick, TokenSource};
use crate::model::variable::Owner;

fn mood(ttl: Duration) -> Mood {
    Mood { ttl, ..Mood::default() }
}

const LONG: Duration = Duration::from_mins(10);

#[tokio::test]
async fn what_comes_along_with_a_token_is_as_secret_as_that() {
    let script = "const r = pm.response.json().refresh_token; pm.environment.set('r', r); pm.collectionVariables.set('p', 'x-' + r); \
                  pm.environment.set('said', 'hello')";
    let by_script = TokenSource {
        pick: Pick::Script,
        ..source()
    };
    for source in [source(), by_script] {
        let desk = Desk::open(mood(LONG)).await;
        let mut client = Client::new(&desk, vec![source]);
        let set = "; pm.environment.set('t', pm.response.json().access_token)";
        client.change(TOKEN, |request| {
            request.scripts.post_response = format!("{script}{set}");
        });
        client.change(GET, |request| {
            request.set_full_url("{{base}}/x?r={{r}}&p={{p}}");
            request.scripts.post_response = "console.log(pm.environment.get('r'))".into();
        });
        let outcome = client.send(GET).await;
        assert_eq!((status(&outcome), desk.asked()), (200, 1));
        let own = Owner::Environment("test".into());
        let is_secret = |key: &str| {
            let found = client.session.current.iter().find(|(_, name, _)| *name == key);
            found.unwrap().2.secret
        };
        assert_eq!(["r", "p", "said"].map(is_secret), [true, true, false]);
        let held = client.session.current.get(&own, "r").unwrap().value.clone().unwrap();
        assert_eq!(held, "refresh-1");
        let redactor = &outcome.exchange.as_ref().unwrap().redactor;
        for shown in ["/x?r=refresh-1&p=x-refresh-1", &outcome.console.last().unwrap().text] {
            let masked = redactor.redact(shown);
            assert!(shown.contains("refresh-1") && !masked.contains("refresh-1"), "{masked}");
        }
    }
}

#[tokio::test]
async fn what_renews_a_token_is_secret_for_who_began_before_that_was_fetched() {
    let desk = Desk::open(mood(LONG)).await;
    let with_refresh = TokenSource {
        refresh: Some("refresh".into()),
        ..source()
    };
    let mut client = Client::new(&desk, vec![with_refresh]);
    let before = client.session.current.clone();
    client.send(GET).await;
    client.age(&desk, SignedDuration::from_mins(20));
    client.session.current = before;
    let outcome = client.send(GET).await;
    assert_eq!((status(&outcome), desk.with(|book| book.refreshed)), (200, 1));
    let renewal = outcome.renewals[0].outcome.as_ref().unwrap();
    let exchange = renewal.exchange.as_ref().unwrap();
    assert_eq!(exchange.request.body, "refresh-1");
    for redactor in [&exchange.redactor, &renewal.redactor] {
        assert!(!redactor.redact("sent refresh-1").contains("refresh-1"));
    }
}

#[tokio::test]
async fn a_refresh_token_that_is_declared_outlives_the_access_token_and_rotates_with_it() {
    let desk = Desk::open(mood(LONG)).await;
    let renewed = TokenSource {
        refresh: Some("refresh".into()),
        ..source()
    };
    let rotating = TokenSource {
        variable: "r".into(),
        pick: Pick::Body("$.refresh_token".into()),
        ..renewed.clone()
    };
    let mut client = Client::new(&desk, vec![renewed, rotating]);
    for request in [TOKEN, TOKEN + 1] {
        client.change(request, |request| request.scripts.post_response = String::new());
    }
    client.send(GET).await;
    for refreshed in 1..=3 {
        client.age(&desk, SignedDuration::from_mins(20));
        assert_eq!(status(&client.send(GET).await), 200);
        let asked = desk.with(|book| (book.asked, book.refreshed));
        assert_eq!(asked, (1, refreshed));
    }
}
