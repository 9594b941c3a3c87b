//! Requests whose auth gets its token itself, through the one pipeline: kept, renewed, refused, shared.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use jiff::{SignedDuration, Timestamp};
use postrider::exec::oauth2::{Reply, Todo};
use postrider::exec::renewal::TokenStore;
use postrider::exec::{Pipeline, SendContext, Session};
use postrider::http::{Client, ClientConfig, Jar};
use postrider::model::exchange::SendErrorKind;
use postrider::model::request::Method;
use postrider::model::token::Token;
use postrider::model::{Auth, Entity, Group, Outcome, Request};

use super::server::{Manners, PASSWORD, SECRET, Server};
use super::support::{Browser, auth, visit};

fn pipeline() -> Pipeline {
    let mut pipeline = Pipeline::new(Client::new(ClientConfig::default()), Arc::new(Jar::new()));
    pipeline.tokens = Some(TokenStore::default());
    pipeline
}

async fn send(pipeline: &Pipeline, server: &Server, method: &str, auth: &Auth) -> Outcome {
    send_as(false, pipeline, server, method, auth).await
}

/// The same, by hand or as one of a run.
async fn send_as(of_run: bool, pipeline: &Pipeline, server: &Server, method: &str, auth: &Auth) -> Outcome {
    let mut request = Request {
        method: Method::new(method),
        auth: auth.clone(),
        ..Request::default()
    };
    request.set_full_url(&format!("{}/api", server.base()));
    let mut plan = Session::default().plan_of(request);
    plan.iteration.by_hand = plan.iteration.by_hand.filter(|_| !of_run);
    pipeline.send(plan, &SendContext::default()).await
}

fn status(outcome: &Outcome) -> u16 {
    let exchange = outcome.exchange.as_ref().unwrap();
    exchange
        .result
        .as_ref()
        .unwrap_or_else(|error| panic!("{error} {:?}", error.hint))
        .status
}

#[tokio::test]
async fn one_token_serves_all_requests_until_it_ends() {
    let server = Server::start(Manners::default()).await;
    let (pipeline, auth) = (pipeline(), auth(&server, "client_credentials", "basic:client"));
    let sends = (0..40).map(|_| {
        let (pipeline, server, auth) = (pipeline.clone(), server.clone(), auth.clone());
        tokio::spawn(async move { status(&send(&pipeline, &server, "GET", &auth).await) })
    });
    for sent in sends.collect::<Vec<_>>() {
        assert_eq!(sent.await.unwrap(), 200);
    }
    assert_eq!((server.asked().len(), server.let_in()), (1, 40));
    // What the token is for makes it another one.
    let other = auth.with("scope", "b");
    assert_eq!(status(&send(&pipeline, &server, "GET", &other).await), 200);
    assert_eq!(server.asked().len(), 2);
}

#[tokio::test]
async fn no_secret_is_left_in_what_is_shown() {
    let server = Server::start(Manners::default()).await;
    let outcome = send(
        &pipeline(),
        &server,
        "GET",
        &auth(&server, "password_credentials", "body"),
    )
    .await;
    let exchange = outcome.exchange.as_ref().unwrap();
    let token = exchange
        .request
        .headers
        .iter()
        .find(|(name, _)| name == "Authorization")
        .unwrap()
        .1
        .clone();
    let told = format!(
        "{:?}",
        outcome.renewals[0].outcome.as_ref().unwrap().exchange.as_ref().unwrap()
    );
    let line = &outcome
        .console
        .iter()
        .find(|line| line.text.contains("had no value"))
        .unwrap()
        .text;
    for secret in [SECRET, PASSWORD, token.trim_start_matches("Bearer ")] {
        assert!(!exchange.redactor.redact(&token).contains(secret));
        assert!(!told.contains(secret) && !line.contains(secret));
    }
    assert!(
        line.contains("fetched by `password`") && line.contains("good for"),
        "{line}"
    );
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_and_the_request_sent_again_where_that_is_safe() {
    let server = Server::start(Manners::default()).await;
    let (pipeline, auth) = (pipeline(), auth(&server, "password_credentials", "public"));
    assert_eq!(status(&send(&pipeline, &server, "GET", &auth).await), 200);
    server.revoke();
    let again = send(&pipeline, &server, "GET", &auth).await;
    assert_eq!(status(&again), 200);
    assert_eq!(
        again.exchange.as_ref().unwrap().hops.len(),
        1,
        "what was refused is on its way"
    );
    server.revoke();
    let posted = send(&pipeline, &server, "POST", &auth).await;
    assert_eq!(status(&posted), 401);
    assert!(
        posted
            .console
            .iter()
            .any(|line| line.text.contains("was not sent again"))
    );
    assert_eq!(
        status(&send(&pipeline, &server, "POST", &auth).await),
        200,
        "but it is renewed"
    );
    assert_eq!(server.asked(), ["password", "refresh_token", "refresh_token"]);
}

/// All tokens have ended by now.
fn age(pipeline: &Pipeline) {
    let store = pipeline.tokens.as_ref().unwrap();
    for (key, token) in store.all() {
        let (mut token, by) = (Token::clone(&token), SignedDuration::from_mins(2));
        token.obtained_at -= by;
        token.expires_at = token.expires_at.map(|end| end - by);
        assert!(token.expires_at.is_some_and(|end| end < Timestamp::now()));
        store.note(&key, Arc::new(token));
    }
}

#[tokio::test]
async fn a_token_that_ends_is_refreshed_and_got_from_the_start_when_that_fails() {
    let server = Server::start(Manners::default()).await;
    let (pipeline, auth) = (pipeline(), auth(&server, "password_credentials", "key"));
    assert_eq!(status(&send(&pipeline, &server, "GET", &auth).await), 200);
    age(&pipeline);
    assert_eq!(status(&send(&pipeline, &server, "GET", &auth).await), 200);
    server.forget_refresh();
    age(&pipeline);
    assert_eq!(status(&send(&pipeline, &server, "GET", &auth).await), 200);
    assert_eq!(
        server.asked(),
        ["password", "refresh_token", "refresh_token", "password"]
    );
}

#[tokio::test]
async fn a_person_signs_in_once_and_is_not_asked_again() {
    let server = Server::start(Manners::default()).await;
    let browser = Browser::new();
    let mut pipeline = pipeline();
    pipeline.person = Some(browser.clone());
    let auth = auth(&server, "authorization_code_with_pkce", "public");
    for _ in 0..3 {
        assert_eq!(status(&send(&pipeline, &server, "GET", &auth).await), 200);
        age(&pipeline);
    }
    assert_eq!(browser.prompts.lock().unwrap().len(), 1);
    assert_eq!(server.asked(), ["authorization_code", "refresh_token", "refresh_token"]);
}

#[tokio::test]
async fn a_sign_in_that_is_called_off_may_be_begun_again_at_once() {
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port()
    };
    for grant in ["authorization_code_with_pkce", "device_code"] {
        let server = Server::start(Manners {
            device_lasts: 60.0,
            ..Manners::default()
        })
        .await;
        let (times, there) = (AtomicUsize::new(0), server.clone());
        let browser = Browser::who(move |prompt| {
            let (time, there) = (times.fetch_add(1, Ordering::Relaxed), there.clone());
            async move {
                match prompt.what {
                    _ if time < 3 => return Some(Reply::Cancelled),
                    Todo::Browser { url, .. } => drop(visit(&url).await),
                    Todo::Device { .. } => there.decide("approved"),
                }
                None
            }
        });
        let mut pipeline = pipeline();
        pipeline.person = Some(browser.clone());
        // The port is free again, too.
        let auth = auth(&server, grant, "public").with("callbackPort", port);
        for _ in 0..3 {
            let outcome = send(&pipeline, &server, "GET", &auth).await;
            let error = outcome.exchange.as_ref().unwrap().result.as_ref().unwrap_err();
            assert!(error.message.ends_with("the sign-in was cancelled"), "{grant}: {error}");
        }
        assert_eq!(status(&send(&pipeline, &server, "GET", &auth).await), 200, "{grant}");
        assert_eq!(browser.prompts.lock().unwrap().len(), 4, "{grant}");
    }
}

#[tokio::test]
async fn where_nobody_can_sign_in_the_request_is_not_sent_unless_it_has_a_token() {
    let server = Server::start(Manners::default()).await;
    let auth = auth(&server, "authorization_code_with_pkce", "public");
    let outcome = send(&pipeline(), &server, "GET", &auth).await;
    let error = outcome.exchange.as_ref().unwrap().result.as_ref().unwrap_err();
    assert_eq!(error.kind, SendErrorKind::Token);
    assert!(error.message.contains("somebody has to sign in"), "{error}");
    assert!(
        error.hint.as_ref().unwrap().contains("postrider tokens login"),
        "{:?}",
        error.hint
    );
    for (given, expected) in [("at-given", true), ("{{at}}", false), ("", false)] {
        let outcome = send(&pipeline(), &server, "GET", &auth.clone().with("accessToken", given)).await;
        assert_eq!(outcome.exchange.unwrap().result.is_ok(), expected, "{given}");
    }
    assert_eq!(server.asked(), [""; 0]);
}

#[tokio::test]
async fn a_given_token_is_sent_until_it_is_refused_or_ends() {
    let server = Server::start(Manners::default()).await;
    for grant in ["client_credentials", "password_credentials"] {
        let pipeline = pipeline();
        let auth = auth(&server, grant, "body");
        // What ends is not sent at all, what says no end until the server minds.
        for (given, asked) in [("eyJhbGciOiJub25lIn0.eyJleHAiOjEwMDB9.", 1), ("at-unknown", 0)] {
            let (before, given) = (server.asked().len(), auth.clone().with("accessToken", given));
            let store = pipeline.tokens.clone().unwrap();
            for (key, _) in store.all() {
                store.forget(&key).unwrap();
            }
            let posted = send(&pipeline, &server, "POST", &given).await;
            let sent = &posted.exchange.as_ref().unwrap().request.headers;
            let value = sent.iter().find(|(name, _)| name == "Authorization").unwrap();
            assert_eq!(value.1 == "Bearer at-unknown", asked == 0);
            assert_eq!(status(&posted), if asked == 0 { 401 } else { 200 });
            assert_eq!(status(&send(&pipeline, &server, "GET", &given).await), 200);
            assert_eq!(
                server.asked().len(),
                before + 1,
                "got before the request, or after its refusal"
            );
        }
    }
}

#[tokio::test]
async fn a_token_that_is_pasted_goes_before_an_older_one_that_was_got() {
    let server = Server::start(Manners::default()).await;
    let (pipeline, auth) = (pipeline(), auth(&server, "client_credentials", "body"));
    let sends = |given: &'static str, method: &'static str| {
        let (pipeline, server, auth) = (&pipeline, &server, auth.clone().with("accessToken", given));
        async move {
            let outcome = send(pipeline, server, method, &auth).await;
            let sent = &outcome.exchange.as_ref().unwrap().request.headers;
            let value = sent.iter().find(|(name, _)| name == "Authorization").unwrap();
            (status(&outcome), value.1 == format!("Bearer {given}"))
        }
    };
    assert_eq!(sends("", "GET").await, (200, false));
    assert_eq!(sends("at-pasted", "POST").await, (401, true), "it was sent");
    assert_eq!(sends("at-pasted", "GET").await, (200, false), "until it is refused");
    assert_eq!(server.asked().len(), 1, "the older one is good all the same");
    // A new one that was asked for is there instead of what stands in the auth, and of nothing else.
    let mut request = Request {
        auth: auth.clone().with("accessToken", "at-second"),
        ..Request::default()
    };
    request.set_full_url(&format!("{}/api", server.base()));
    let plan = Session::default().plan_of(request);
    pipeline.sign_in(plan, &SendContext::default()).await.unwrap();
    assert_eq!(server.asked().len(), 2);
    assert_eq!(sends("at-second", "POST").await, (200, false));
    assert_eq!(sends("at-third", "POST").await, (401, true));
}

#[tokio::test]
async fn another_collection_that_says_the_same_gets_a_token_of_its_own() {
    let server = Server::start(Manners::default()).await;
    let pipeline = pipeline();
    let mut session = Session::default();
    let workspace = Arc::make_mut(&mut session.workspace);
    let mut requests = Vec::new();
    for slug in ["ours", "strangers"] {
        let collection = workspace.load_node(None, slug, Entity::Collection(Arc::new(Group::named(slug))));
        let mut request = Request {
            name: "api".into(),
            auth: auth(&server, "client_credentials", "body"),
            ..Request::default()
        };
        request.set_full_url(&format!("{}/api", server.base()));
        requests.push(workspace.load_node(Some(collection), "api", Entity::Request(Arc::new(request))));
    }
    for (asked, request) in [(1, requests[0]), (1, requests[0]), (2, requests[1])] {
        let plan = session.plan(request).unwrap();
        let outcome = pipeline.send(plan, &SendContext::default()).await;
        assert_eq!((status(&outcome), server.asked().len()), (200, asked));
    }
}

#[tokio::test]
async fn wrong_keys_stop_the_request_in_words_and_are_not_tried_over_and_over() {
    let server = Server::start(Manners::default()).await;
    let (pipeline, right) = (pipeline(), auth(&server, "client_credentials", "body"));
    let wrong = right.clone().with("clientSecret", "wr0ng-secret");
    // Whoever sends it again by hand wants it tried; a run does not try what was just refused, but for those whose machine is
    // so slow that the pauses pass: 1, 3, 7 … seconds.
    let began = Instant::now();
    for of_run in [true, true, true, false] {
        let before = server.asked().len();
        let outcome = send_as(of_run, &pipeline, &server, "GET", &wrong).await;
        let asked = server.asked().len();
        let pauses = usize::try_from((began.elapsed().as_secs() + 1).ilog2()).unwrap();
        assert!(
            if of_run {
                (1..=1 + pauses).contains(&asked)
            } else {
                asked == before + 1
            },
            "{before}, {asked}"
        );
        let error = outcome.exchange.as_ref().unwrap().result.as_ref().unwrap_err();
        assert!(
            error.message.contains("`invalid_client`") && !error.message.contains("wr0ng-secret"),
            "{error}"
        );
        assert!(error.hint.as_ref().unwrap().contains("client id and secret"));
    }
    let undefined = right.with("clientSecret", "{{secret}}");
    let outcome = send(&pipeline, &server, "GET", &undefined).await;
    let error = outcome.exchange.as_ref().unwrap().result.as_ref().unwrap_err();
    assert!(
        error.message.contains("the variable `secret` in `clientSecret`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_new_one_is_got_when_the_user_wants_it() {
    let server = Server::start(Manners::default()).await;
    let (pipeline, auth) = (pipeline(), auth(&server, "password_credentials", "body"));
    let plan = |auth: &Auth| {
        let request = Request {
            auth: auth.clone(),
            ..Request::default()
        };
        Session::default().plan_of(request)
    };
    for _ in 0..2 {
        let outcome = pipeline.sign_in(plan(&auth), &SendContext::default()).await.unwrap();
        assert!(status(&outcome) == 200 && outcome.renewals[0].result.is_ok());
    }
    assert_eq!(server.asked(), ["password", "refresh_token"]);
    assert_eq!(server.let_in(), 0, "nothing else was sent");
    let store = pipeline.tokens.clone().unwrap();
    let (key, _) = store.all().remove(0);
    assert!(store.peek(&key).is_some());
    store.forget(&key).unwrap();
    server.forget_refresh();
    let wrong = auth.with("password", "x");
    let outcome = pipeline.sign_in(plan(&wrong), &SendContext::default()).await.unwrap();
    assert_eq!(status(&outcome), 400, "the token endpoint's own answer");
    assert!(
        pipeline
            .sign_in(plan(&Auth::new("basic")), &SendContext::default())
            .await
            .is_none()
    );
}
