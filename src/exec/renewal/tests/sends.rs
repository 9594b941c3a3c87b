//! Sends whose tokens are missing, expired, refused, or not to be had.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::desk::{Client, Desk, GET, Mood, POST, TOKEN, error, jwt, source, status};
use crate::model::exchange::SendErrorKind;
use crate::model::token::{Life, Pick, Token, TokenSource};
use crate::model::{Entity, Request};

fn mood(ttl: Duration) -> Mood {
    Mood { ttl, ..Mood::default() }
}

const LONG: Duration = Duration::from_mins(10);

#[tokio::test]
async fn a_missing_token_is_fetched_first_and_kept() {
    let desk = Desk::open(mood(LONG)).await;
    let mut client = Client::new(&desk, vec![source()]);
    let outcome = client.send(GET).await;
    assert_eq!((status(&outcome), desk.asked(), desk.refused()), (200, 1, 0));
    assert_eq!(client.held().as_deref(), Some("opaque-1"));
    let renewal = &outcome.renewals[0];
    assert_eq!(
        (renewal.name.as_str(), renewal.from.as_str(), renewal.led),
        ("t", "token", true)
    );
    assert_eq!(renewal.done(), "fetched");
    assert_eq!(super::desk::status(renewal.outcome.as_ref().unwrap()), 200);
    let line = &outcome.console[0].text;
    assert!(line.starts_with("`t` had no value: fetched by `token` in "), "{line}");
    assert!(line.ends_with("good for 10 min"), "{line}");
    assert!(!line.contains("opaque"), "{line}");
    let outcome = client.send(GET).await;
    assert_eq!((status(&outcome), desk.asked()), (200, 1));
    assert!(outcome.renewals.is_empty() && outcome.console.is_empty());
}

#[tokio::test]
async fn a_token_is_found_wherever_the_reply_has_it() {
    for pick in [
        Pick::Body("$['access_token']".into()),
        Pick::Header("X-Token".into()),
        Pick::Cookie("sid".into()),
    ] {
        let desk = Desk::open(mood(LONG)).await;
        let mut client = Client::new(&desk, vec![TokenSource { pick, ..source() }]);
        assert_eq!(status(&client.send(GET).await), 200);
        assert_eq!(client.held().as_deref(), Some("opaque-1"));
    }
}

#[tokio::test]
async fn a_script_may_set_it_as_in_postman() {
    let desk = Desk::open(mood(LONG)).await;
    let mut client = Client::new(&desk, vec![TokenSource::new("t", "token")]);
    let workspace = Arc::make_mut(&mut client.session.workspace);
    let mut request = Request::clone(workspace.request(client.nodes[TOKEN]).unwrap());
    request.scripts.post_response = "pm.environment.set('t', pm.response.json().access_token)".into();
    let (id, entity) = (client.nodes[TOKEN], Entity::Request(Arc::new(request)));
    workspace
        .apply(crate::model::edit::Edit::Replace { id, entity })
        .unwrap();
    assert_eq!(status(&client.send(GET).await), 200);
    assert_eq!(client.held().as_deref(), Some("opaque-1"));
}

#[tokio::test]
async fn an_expired_token_is_renewed_before_it_is_refused() {
    let desk = Desk::open(mood(LONG)).await;
    let mut client = Client::new(&desk, vec![source()]);
    client.send(GET).await;
    client.age(&desk, SignedDuration::from_mins(11));
    let outcome = client.send(GET).await;
    assert_eq!((status(&outcome), desk.asked(), desk.refused()), (200, 2, 0));
    assert!(
        outcome.renewals[0].why.starts_with("had expired"),
        "{}",
        outcome.renewals[0].why
    );
    assert_eq!(outcome.renewals[0].done(), "renewed");
    client.set("t", &jwt(&json!({"exp": 1_000})));
    assert_eq!((status(&client.send(GET).await), desk.refused()), (200, 0));
    assert_eq!(desk.asked(), 2, "the store has a better one");
}

#[tokio::test]
async fn a_fixed_life_counts_from_when_it_was_fetched() {
    let desk = Desk::open(mood(LONG)).await;
    let ttl = Life::Fixed(Duration::from_mins(5));
    let mut client = Client::new(&desk, vec![TokenSource { life: ttl, ..source() }]);
    client.send(GET).await;
    client.age(&desk, SignedDuration::from_mins(4));
    let store = client.pipeline.tokens.clone().unwrap();
    let (_, token) = store.all().remove(0);
    assert_eq!(token.expires_at, Some(token.obtained_at + SignedDuration::from_mins(5)));
    client.age(&desk, SignedDuration::from_mins(2));
    let outcome = client.send(GET).await;
    assert_eq!((status(&outcome), desk.asked(), desk.refused()), (200, 2, 0));
}

#[tokio::test]
async fn a_refused_token_is_renewed_and_the_request_sent_again_once() {
    let desk = Desk::open(mood(LONG)).await;
    let mut client = Client::new(&desk, vec![source()]);
    client.send(GET).await;
    desk.revoke();
    let outcome = client.send(GET).await;
    assert_eq!((status(&outcome), desk.asked(), desk.refused()), (200, 2, 1));
    assert_eq!(outcome.exchange.as_ref().unwrap().hops[0].status, 401);
    assert_eq!(client.held().as_deref(), Some("opaque-2"));
}

#[tokio::test]
async fn of_several_tokens_the_one_that_may_help_is_renewed() {
    let desk = Desk::open(mood(LONG)).await;
    let other = TokenSource {
        variable: "a".into(),
        ..source()
    };
    let mut client = Client::new(&desk, vec![other, source()]);
    let workspace = Arc::make_mut(&mut client.session.workspace);
    let mut request = Request::clone(workspace.request(client.nodes[GET]).unwrap());
    request.headers.push(crate::model::request::Entry::new("X-A", "{{a}}"));
    let (id, entity) = (client.nodes[GET], Entity::Request(Arc::new(request)));
    workspace
        .apply(crate::model::edit::Edit::Replace { id, entity })
        .unwrap();
    assert_eq!(status(&client.send(GET).await), 200);
    desk.revoke();
    assert_eq!(status(&client.send(GET).await), 200, "the one that its auth sends");
}

#[tokio::test]
async fn a_server_that_takes_no_token_makes_no_loop() {
    let desk = Desk::open(Mood {
        nobody: true,
        ..mood(LONG)
    })
    .await;
    let mut client = Client::new(&desk, vec![source()]);
    let outcome = client.send(GET).await;
    assert_eq!(
        (status(&outcome), desk.asked(), desk.refused()),
        (401, 2, 2),
        "renewed once, sent again once"
    );
    for _ in 0..5 {
        assert_eq!(status(&client.send(GET).await), 401);
    }
    assert_eq!(
        (desk.asked(), desk.refused()),
        (2, 7),
        "a new one did not help this request"
    );
    assert_eq!(status(&client.send(POST).await), 401);
    assert_eq!(desk.asked(), 3, "another request may have more luck");
}

#[tokio::test]
async fn without_a_store_all_is_as_in_postman() {
    let desk = Desk::open(mood(LONG)).await;
    let mut client = Client::new(&desk, vec![source()]);
    client.pipeline.tokens = None;
    assert_eq!((status(&client.send(GET).await), desk.asked()), (401, 0));
    assert_eq!(status(&client.send(TOKEN).await), 200);
    assert_eq!((status(&client.send(GET).await), desk.asked()), (200, 1));
}

#[tokio::test]
async fn a_token_request_sent_by_hand_is_taken_note_of() {
    let desk = Desk::open(mood(LONG)).await;
    let mut client = Client::new(&desk, vec![source()]);
    client.send(TOKEN).await;
    assert_eq!(client.held().as_deref(), Some("opaque-1"));
    client.set("t", "");
    assert_eq!((status(&client.send(GET).await), desk.asked()), (200, 1));
}

#[tokio::test]
async fn a_failed_renewal_says_why_shows_its_answer_and_pauses() {
    let desk = Desk::open(Mood {
        refuses: Some(401),
        ..mood(LONG)
    })
    .await;
    let mut client = Client::new(&desk, vec![source()]);
    let outcome = client.send(GET).await;
    assert_eq!(
        error(&outcome),
        "`t` had no value and could not be fetched: `token` answered 401 Unauthorized (invalid_client: Unknown client)"
    );
    let kind = outcome.exchange.as_ref().unwrap().result.as_ref().unwrap_err().kind;
    assert_eq!((kind, outcome.failed()), (SendErrorKind::Token, true));
    assert_eq!(status(outcome.renewals[0].outcome.as_ref().unwrap()), 401);
    assert_eq!(
        (desk.asked(), desk.refused(), client.held()),
        (1, 0, None),
        "it was not sent"
    );
    let again = error(&client.run(GET).await);
    assert!(again.contains("not tried again for"), "{again}");
    assert_eq!(desk.asked(), 1);
    // By hand there is no pause, and what comes of it counts.
    let again = error(&client.send(GET).await);
    assert!(again.contains("could not be fetched"), "{again}");
    assert_eq!(desk.asked(), 2);
    desk.with(|book| book.mood.refuses = None);
    client.send(TOKEN).await;
    assert_eq!(status(&client.send(GET).await), 200);
}

#[tokio::test]
async fn replies_that_are_of_no_use_are_told_from_each_other() {
    for (mood, text) in [
        (
            Mood {
                error_in_200: true,
                ..mood(LONG)
            },
            "answered 200 OK (invalid_client: Unknown client), which has nothing at `$.access_token`",
        ),
        (
            Mood {
                stale: true,
                ..mood(LONG)
            },
            "answered 200 OK, and the token in it had expired 3 min before",
        ),
    ] {
        let desk = Desk::open(mood).await;
        let mut client = Client::new(&desk, vec![source()]);
        let said = error(&client.send(GET).await);
        assert!(said.ends_with(text), "{said}");
        // An expired one may be what is kept on the way: that is tried once more.
        let asked = if said.contains("expired") { 2 } else { 1 };
        assert_eq!((desk.asked(), desk.refused()), (asked, 0), "{said}");
    }
    let desk = Desk::open(mood(LONG)).await;
    let with = |source| async {
        let mut client = Client::new(&desk, vec![source]);
        error(&client.send(GET).await)
    };
    let said = with(TokenSource {
        pick: Pick::Body("$[".into()),
        ..source()
    })
    .await;
    assert!(said.contains("`$[` is no JSONPath"), "{said}");
    let said = with(TokenSource::new("t", "token")).await;
    assert!(said.ends_with("answered 200 OK, and its scripts set no `t`"), "{said}");
    let said = with(TokenSource {
        pick: Pick::Cookie("none".into()),
        ..source()
    })
    .await;
    assert!(said.ends_with("without a cookie `none`"), "{said}");
    let said = with(TokenSource::new("t", "nowhere")).await;
    assert!(said.ends_with("there is no request `nowhere`"), "{said}");
}

#[tokio::test]
async fn what_fetches_a_token_follows_no_redirect_to_another_server() {
    let other = Desk::open(mood(LONG)).await;
    let desk = Desk::open(Mood {
        elsewhere: Some(format!("{}/token", other.base)),
        ..mood(LONG)
    })
    .await;
    // Without a body there is nothing that could be stolen.
    for body in ["password=heron-4711", ""] {
        let mut client = Client::new(&desk, vec![source()]);
        let workspace = Arc::make_mut(&mut client.session.workspace);
        let mut request = Request::clone(workspace.request(client.nodes[TOKEN]).unwrap());
        request.body = crate::model::Body::Raw {
            language: crate::model::body::Language::Text,
            text: body.into(),
        };
        let (id, entity) = (client.nodes[TOKEN], Entity::Request(Arc::new(request)));
        workspace
            .apply(crate::model::edit::Edit::Replace { id, entity })
            .unwrap();
        let outcome = client.send(GET).await;
        if body.is_empty() {
            // Which the first desk does not know: it is fetched once more.
            assert_eq!((client.held().as_deref(), other.asked()), (Some("opaque-2"), 2));
        } else {
            let error = error(&outcome);
            assert!(
                error.ends_with("is sent to nobody else") && error.contains(&other.base),
                "{error}"
            );
            assert_eq!(other.asked(), 0);
        }
    }
    // One that refuses it is named, with the port that tells it from the first.
    other.with(|book| book.mood.refuses = Some(400));
    let said = error(&Client::new(&desk, vec![source()]).send(GET).await);
    let place = other.base.trim_start_matches("http://");
    assert!(
        said.contains(&format!("answered 400 Bad Request from `{place}`")),
        "{said}"
    );
    other.with(|book| {
        book.mood.refuses = None;
        book.asked = 1;
    });
    // What its scripts send does.
    let (url, own) = (format!("{}/token", desk.base), Desk::open(mood(LONG)).await);
    let script =
        format!("await pm.sendRequest({{ url: '{url}', method: 'POST', body: {{ mode: 'raw', raw: 'a=b' }} }})");
    let mut client = Client::new(&own, vec![source()]);
    client.change(TOKEN, |request| request.scripts.pre_request = script);
    assert_eq!((status(&client.send(GET).await), other.asked()), (200, 2));
}

#[tokio::test]
async fn what_a_request_without_a_token_has_emptied_is_empty_but_where_the_token_was() {
    use crate::model::Scope;
    use crate::model::variable::Change;
    let desk = Desk::open(Mood {
        refuses: Some(400),
        ..mood(LONG)
    })
    .await;
    let mut client = Client::new(&desk, vec![source()]);
    client.set("t", &jwt(&json!({"exp": 1_000})));
    let script = "pm.globals.clear(); pm.environment.clear(); pm.environment.set('other', 'x')";
    client.change(TOKEN, |request| request.scripts.post_response = script.into());
    let outcome = client.send(GET).await;
    assert!(client.held().is_some(), "it was not to be got anew");
    let cleared = outcome.writes.iter().filter(|write| write.change == Change::Clear);
    let cleared: Vec<Scope> = cleared.map(|write| write.scope).collect();
    assert_eq!(cleared, [Scope::Global]);
}

#[tokio::test]
async fn a_hiccup_of_the_desk_fails_nobody() {
    let desk = Desk::open(Mood {
        refuses: Some(503),
        every_other: true,
        ..mood(LONG)
    })
    .await;
    let mut client = Client::new(&desk, vec![source()]);
    assert_eq!((status(&client.send(GET).await), desk.asked()), (200, 2));
}

#[tokio::test]
async fn clocks_a_day_apart_are_told_by_the_servers_date() {
    for day in [SignedDuration::from_hours(24), SignedDuration::from_hours(-24)] {
        let desk = Desk::open(Mood {
            ahead: Some(day),
            ..mood(LONG)
        })
        .await;
        let mut client = Client::new(&desk, vec![source()]);
        for _ in 0..3 {
            assert_eq!(status(&client.send(GET).await), 200);
        }
        assert_eq!((desk.asked(), desk.refused()), (1, 0), "{day}");
    }
}

#[tokio::test]
async fn a_rotating_refresh_token_is_used_and_falls_back_to_the_full_request() {
    let desk = Desk::open(mood(LONG)).await;
    let with_refresh = TokenSource {
        refresh: Some("refresh".into()),
        ..source()
    };
    let mut client = Client::new(&desk, vec![with_refresh]);
    client.send(GET).await;
    for n in 1..=3 {
        desk.revoke();
        assert_eq!(status(&client.send(GET).await), 200);
        assert_eq!(desk.with(|book| (book.asked, book.refreshed)), (1, n));
    }
    desk.with(|book| book.refresh = "another".into());
    desk.revoke();
    let outcome = client.send(GET).await;
    assert_eq!(status(&outcome), 200);
    assert_eq!(desk.with(|book| (book.asked, book.refreshed)), (2, 4));
    let said: Vec<&str> = outcome.console.iter().map(|line| line.text.as_str()).collect();
    let told = said
        .iter()
        .filter(|text| text.contains("was got anew instead of renewed: `refresh` answered 4"));
    assert_eq!(told.count(), 1, "{said:?}");
    // Where neither brings one, nothing was got anew.
    desk.with(|book| {
        book.refresh = "a third".into();
        book.mood.refuses = Some(401);
    });
    desk.revoke();
    let outcome = client.send(GET).await;
    let said: Vec<&str> = outcome.console.iter().map(|line| line.text.as_str()).collect();
    assert!(!said.iter().any(|text| text.contains("got anew")), "{said:?}");
    assert!(
        said.iter()
            .any(|text| text.starts_with("what is to renew `t` did not: `refresh` answered 400")),
        "{said:?}"
    );
}

#[tokio::test]
async fn a_run_whose_iterations_begin_without_a_token_renews_by_the_refresh_request() {
    let desk = Desk::open(mood(LONG)).await;
    let with_refresh = TokenSource {
        refresh: Some("refresh".into()),
        ..source()
    };
    let mut client = Client::new(&desk, vec![with_refresh]);
    let before = client.session.current.clone();
    client.send(GET).await;
    let store = client.pipeline.tokens.clone().unwrap();
    let (key, _) = store.all().remove(0);
    for (n, left) in [(1, -5), (2, 5)] {
        // It has ended, or is about to.
        let mut token = Token::clone(&store.peek(&key).unwrap());
        token.obtained_at = Timestamp::now() - SignedDuration::from_mins(10);
        token.expires_at = Some(Timestamp::now() + SignedDuration::from_secs(left));
        store.note(&key, Arc::new(token));
        client.session.current = before.clone();
        assert_eq!(status(&client.send(GET).await), 200);
        assert_eq!(desk.with(|book| (book.asked, book.refreshed)), (1, n));
    }
}

#[tokio::test]
async fn a_newer_refresh_token_is_used_where_the_variables_hold_an_older_one() {
    let desk = Desk::open(mood(LONG)).await;
    let with_refresh = TokenSource {
        refresh: Some("refresh".into()),
        ..source()
    };
    let mut client = Client::new(&desk, vec![with_refresh]);
    client.send(GET).await;
    let before = client.session.current.clone();
    desk.revoke();
    client.send(GET).await;
    // An iteration that began before that.
    client.session.current = before;
    desk.revoke();
    client.set("t", &jwt(&json!({"exp": 1})));
    client.pipeline.tokens.as_ref().unwrap();
    assert_eq!(status(&client.send(GET).await), 200);
    assert_eq!(desk.with(|book| (book.asked, book.refreshed)), (1, 2));
}

#[tokio::test]
async fn tokens_that_need_each_other_are_told() {
    let desk = Desk::open(mood(LONG)).await;
    let mut client = Client::new(
        &desk,
        vec![
            source(),
            TokenSource {
                pick: Pick::Header("x-token".into()),
                ..TokenSource::new("u", "get")
            },
        ],
    );
    let workspace = Arc::make_mut(&mut client.session.workspace);
    let mut request = Request::clone(workspace.request(client.nodes[TOKEN]).unwrap());
    request.set_full_url("{{base}}/token?u={{u}}");
    let (id, entity) = (client.nodes[TOKEN], Entity::Request(Arc::new(request)));
    workspace
        .apply(crate::model::edit::Edit::Replace { id, entity })
        .unwrap();
    let said = error(&client.send(POST).await);
    assert!(said.contains("these tokens need each other: `u` → `t` → `u`"), "{said}");
    assert_eq!(desk.asked(), 0);
}

#[tokio::test]
async fn a_token_whose_request_uses_its_own_variable_is_fetched() {
    let desk = Desk::open(mood(LONG)).await;
    let mut client = Client::new(&desk, vec![source()]);
    let workspace = Arc::make_mut(&mut client.session.workspace);
    let mut request = Request::clone(workspace.request(client.nodes[TOKEN]).unwrap());
    request.set_full_url("{{base}}/token?old={{t}}");
    let (id, entity) = (client.nodes[TOKEN], Entity::Request(Arc::new(request)));
    workspace
        .apply(crate::model::edit::Edit::Replace { id, entity })
        .unwrap();
    assert_eq!((status(&client.send(GET).await), desk.asked()), (200, 1));
}

/// Makes the request that fetches the token another one.
fn change_fetching(client: &mut Client, change: impl FnOnce(&mut Request)) {
    client.change(TOKEN, change);
}

#[tokio::test]
async fn a_token_request_that_inherits_its_own_token_goes_without_it() {
    let desk = Desk::open(mood(LONG)).await;
    let mut client = Client::new(&desk, vec![source()]);
    change_fetching(&mut client, |request| request.auth = crate::model::Auth::default());
    client.set("t", "old-one");
    let outcome = client.send(GET).await;
    assert_eq!((status(&outcome), desk.asked()), (200, 1));
    let own = outcome.renewals[0].outcome.as_ref().unwrap();
    let sent = &own.exchange.as_ref().unwrap().request.headers;
    assert!(
        sent.iter().all(|(name, _)| !name.eq_ignore_ascii_case("authorization")),
        "{sent:?}"
    );
    let told: Vec<&str> = outcome.console.iter().map(|line| line.text.as_str()).collect();
    assert!(
        told.iter()
            .any(|text| text.contains("which it inherits, sends `{{t}}`: a renewal leaves that out")),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_token_request_that_needs_its_own_token_is_not_sent_while_there_is_none() {
    let desk = Desk::open(mood(LONG)).await;
    let mut client = Client::new(&desk, vec![source()]);
    change_fetching(&mut client, |request| {
        request.auth = crate::model::Auth::new("bearer").with("token", "{{t}}");
    });
    let told = error(&client.send(GET).await);
    assert!(
        told.contains("`token` is to bring `t` and its auth sends it itself, and there is none"),
        "{told}"
    );
    assert_eq!(desk.asked(), 0);
    // With an old one it goes at once: some servers renew like that.
    client.set("t", "old-one");
    assert_eq!((status(&client.send(GET).await), desk.asked()), (200, 1));
}

#[tokio::test]
async fn a_corrected_password_need_not_wait_for_the_pause() {
    let desk = Desk::open(Mood {
        refuses: Some(401),
        ..mood(LONG)
    })
    .await;
    let mut client = Client::new(&desk, vec![source()]);
    change_fetching(&mut client, |request| {
        request
            .headers
            .push(crate::model::request::Entry::new("X-Password", "{{password}}"));
    });
    client.set("password", "wrong");
    for _ in 0..3 {
        assert!(error(&client.run(GET).await).contains("could not be fetched"));
    }
    assert_eq!(desk.asked(), 1, "the pause holds");
    client.set("unrelated", "x");
    assert!(error(&client.run(GET).await).contains("not tried again"));
    desk.with(|book| book.mood.refuses = None);
    client.set("password", "right");
    assert_eq!((status(&client.run(GET).await), desk.asked()), (200, 2));
}

#[tokio::test]
async fn what_a_script_writes_or_only_seems_to_name_is_no_correction() {
    let desk = Desk::open(mood(LONG)).await;
    let mut client = Client::new(&desk, vec![source()]);
    change_fetching(&mut client, |request| {
        request.scripts.pre_request = "pm.environment.set('ts', 1); console.log(pm.environment.get('who'))".into();
    });
    let made_of = |client: &Client| {
        let plan = client.session.plan(client.nodes[GET]).unwrap();
        plan.tokens.get(0).unwrap().made_of(&plan.scopes)
    };
    let before = made_of(&client);
    // A letter of some word in the script, what the script writes itself, and what it reads.
    for (key, differs) in [("e", false), ("ts", false), ("who", true)] {
        client.set(key, "another");
        assert_eq!(made_of(&client) != before, differs, "{key}");
    }
}
