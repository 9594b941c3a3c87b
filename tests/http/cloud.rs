//! Postman's own API: what is asked there, with which key, and what comes of its answers.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::path::Path;

use postrider::foreign::{self, ForeignError};
use postrider::formats::Found;
use postrider::http::{Client, ClientConfig};
use postrider::model::Secret;

use crate::proxies::pipe;
use crate::support::{Received, Server, answer};
use crate::tls::{Authority, for_hosts};

const UID: &str = "631643-f695cab7-6878-eb55-7943-ad88e1ccfd65";

/// What came of it, what the API was asked, and with which key.
type Read = (Result<Found, ForeignError>, Vec<(String, Option<String>)>);

/// What is read of `typed` where the API answers so.
async fn read(typed: &str, key: Option<&str>, status: &'static str, body: &'static [u8]) -> Read {
    read_at(typed, key, move |_| (status, body)).await
}

/// The same where it answers by what it is asked.
async fn read_at(
    typed: &str,
    key: Option<&str>,
    answers: impl Fn(&Received) -> (&'static str, &'static [u8]) + Send + Sync + 'static,
) -> Read {
    let authority = Authority::new();
    let hosts = for_hosts(&["api.postman.com", "api.getpostman.com", "www.postman.com"]);
    let server = Server::start_tls(authority.server(&hosts, &[]), move |asked: &Received| {
        let (status, body) = answers(asked);
        answer(status, body)
    })
    .await;
    let tunnel = pipe(server.address, &[(b"\r\n\r\n", b"HTTP/1.1 200 Connected\r\n\r\n")]).await;
    let client = Client::new(ClientConfig {
        proxy: Some(format!("http://{tunnel}")),
        ..authority.config()
    });
    let read = foreign::read(&client, Path::new("/"), typed, key.map(Secret::new).as_ref()).await;
    let asked = server
        .seen()
        .iter()
        .map(|one| (one.line(), one.header("x-api-key")))
        .collect();
    (read, asked)
}

#[tokio::test]
async fn a_collection_comes_by_its_uid_its_page_and_its_place_in_the_api() {
    let body = br#"{"collection": {"info": {"name": "Cloudy", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": []}}"#;
    let line = format!("GET /collections/{UID} HTTP/1.1");
    for (typed, key) in [
        (UID.to_owned(), Some("PMAK-1")),
        (
            format!("https://www.postman.com/team/workspace/w/collection/{UID}"),
            Some("PMAK-1"),
        ),
        (format!("https://api.getpostman.com/collections/{UID}"), Some("PMAK-1")),
        (
            format!("https://api.getpostman.com/collections/{UID}?apikey=PMAK-1"),
            None,
        ),
    ] {
        let (found, asked) = read(&typed, key, "200 OK", body).await;
        assert_eq!(found.unwrap().collections[0].name(), "Cloudy", "{typed}");
        assert_eq!(asked, [(line.clone(), Some("PMAK-1".to_owned()))], "{typed}");
    }
}

#[tokio::test]
async fn without_a_key_nothing_is_asked_and_a_refused_one_is_told_and_not_shown() {
    let (found, asked) = read(UID, None, "200 OK", b"").await;
    let error = found.unwrap_err();
    assert!(error.to_string().contains("wants your key"), "{error}");
    assert!(error.hint().unwrap().contains("POSTMAN_API_KEY"));
    assert!(asked.is_empty());
    let place = format!("https://api.getpostman.com/collections/{UID}?apikey=PMAK-s3cret");
    let (found, _) = read(
        &place,
        None,
        "401 Unauthorized",
        br#"{"error": {"name": "AuthenticationError"}}"#,
    )
    .await;
    let error = found.unwrap_err();
    assert!(error.to_string().contains("401 Unauthorized"), "{error}");
    assert!(error.hint().unwrap().contains("POSTMAN_API_KEY"));
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[tokio::test]
async fn a_page_for_people_is_told_to_be_one() {
    let page = "https://www.postman.com/team/workspace/w/overview";
    let (found, asked) = read(page, Some("PMAK-1"), "200 OK", b"<!doctype html><title>Postman</title>").await;
    let error = found.unwrap_err();
    assert!(
        error.to_string().contains("is a page of Postman's, and no collection"),
        "{error}"
    );
    assert!(error.hint().unwrap().contains("export"));
    // The key is for the API alone.
    assert_eq!(asked, [("GET /team/workspace/w/overview HTTP/1.1".to_owned(), None)]);
}

#[tokio::test]
async fn a_uid_may_be_an_environments_and_only_then_is_asked_for_twice() {
    let body = br#"{"environment": {"name": "Staging", "values": []}}"#;
    let answers = |asked: &Received| match asked.line() {
        line if line.starts_with("GET /environments/") => ("200 OK", &body[..]),
        _ => ("404 Not Found", &b"{}"[..]),
    };
    let (found, asked) = read_at(UID, Some("PMAK-1"), answers).await;
    assert_eq!(found.unwrap().environments.len(), 1);
    let key = || Some("PMAK-1".to_owned());
    let of = |kind: &str| (format!("GET /{kind}/{UID} HTTP/1.1"), key());
    assert_eq!(asked, [of("collections"), of("environments")]);
    let (found, asked) = read(UID, Some("PMAK-1"), "401 Unauthorized", b"{}").await;
    assert!(found.unwrap_err().to_string().contains("401 Unauthorized"));
    assert_eq!(asked, [of("collections")]);
    let (found, asked) = read(UID, Some("PMAK-1"), "404 Not Found", b"{}").await;
    let error = found.unwrap_err().to_string();
    assert!(error.contains("/collections/") && error.contains("404"), "{error}");
    assert_eq!(asked.len(), 2);
}
