//! Redirects, over two hosts: 127.0.0.1 and localhost.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::Arc;

use postrider::http::{Jar, SendContext};
use postrider::model::Auth;
use postrider::model::exchange::SendErrorKind;
use postrider::model::wire::ResolvedBody;

use crate::support::{
    Received, Server, answer, client, context, error, get, ok, request, response, send, signed, with_headers,
    with_settings,
};

/// A server that redirects `/from/STATUS?to=…` there.
async fn redirector() -> Server {
    Server::start(|received: &Received| {
        let line = received.line();
        let Some((status, to)) = line
            .strip_suffix(" HTTP/1.1")
            .and_then(|line| line.split_once("/from/")?.1.split_once("?to="))
        else {
            return answer("200 OK\r\nSet-Cookie: end=1", b"the end");
        };
        answer(
            &format!("{status} Elsewhere\r\nLocation: {to}\r\nSet-Cookie: hop={status}; Path=/"),
            b"moved",
        )
    })
    .await
}

fn form() -> ResolvedBody {
    ResolvedBody::Form(vec![("a".to_owned(), "b".to_owned())])
}

#[tokio::test]
async fn a_redirect_is_followed_recorded_and_told_where_from() {
    let server = redirector().await;
    let exchange = send(request("POST", &server.url("/from/302?to=/end"), form())).await;
    assert_eq!(response(&exchange).body, "the end");
    let seen = server.seen();
    assert_eq!(seen[1].line(), "GET /end HTTP/1.1");
    assert_eq!(seen[1].header("content-type"), None);
    assert_eq!(seen[1].header("content-length"), None);
    assert_eq!(seen[1].header("referer").unwrap(), server.url("/from/302?to=/end"));
    assert_eq!(seen[1].connection, seen[0].connection);
    assert_eq!(seen[0].header("postman-token"), seen[1].header("postman-token"));
    let [hop] = exchange.hops.as_slice() else {
        panic!("{:?}", exchange.hops)
    };
    assert_eq!(
        (hop.method.as_str(), hop.status, hop.location.as_str()),
        ("POST", 302, "/end")
    );
    assert_eq!(hop.url, server.url("/from/302?to=/end"));
    assert_eq!(
        (exchange.request.method.as_str(), exchange.request.body_len),
        ("GET", 0)
    );
    assert!(exchange.request.body.is_empty());
    assert!(exchange.timings.total >= hop.timings.total && hop.timings.first_byte.is_some());
    assert_eq!(hop.dropped, ["the body"]);
    assert!(!hop.reused && exchange.connection.reused);
}

#[tokio::test]
async fn method_and_body_are_kept_by_307_and_by_the_setting() {
    for status in ["307", "308"] {
        let server = redirector().await;
        send(request("PUT", &server.url(&format!("/from/{status}?to=/end")), form())).await;
        assert_eq!(server.seen()[1].line(), "PUT /end HTTP/1.1");
        assert_eq!(server.seen()[1].body(), b"a=b");
    }
    let server = redirector().await;
    let kept = with_settings(request("POST", &server.url("/from/303?to=/end"), form()), |s| {
        s.keep_method = Some(true);
    });
    send(kept).await;
    assert_eq!(server.seen()[1].body(), b"a=b");
}

#[tokio::test]
async fn credentials_do_not_leave_the_host() {
    let other = Server::start(ok).await;
    let server = redirector().await;
    let url = server.url(&format!("/from/302?to=http://localhost:{}/x", other.address.port()));
    let mut secret = with_headers(get(&url), &[("Cookie", "c=1"), ("X", "y"), ("Host", "mine.test")]);
    secret.auth = Auth::new("bearer").with("token", "tok");
    response(&send(secret.clone()).await);
    let seen = other.only();
    assert_eq!((seen.header("authorization"), seen.header("cookie")), (None, None));
    assert_eq!(seen.header("x").as_deref(), Some("y"));
    assert_eq!(
        seen.header("host").unwrap(),
        format!("localhost:{}", other.address.port())
    );
    assert!(!seen.text().contains("tok\r"));

    let kept = with_settings(secret, |settings| settings.keep_authorization = Some(true));
    response(&send(kept).await);
    assert_eq!(other.seen()[1].header("authorization").as_deref(), Some("Bearer tok"));
}

#[tokio::test]
async fn credentials_stay_on_the_same_host() {
    let server = redirector().await;
    let mut secret = get(&server.url("/from/301?to=/end"));
    secret.auth = Auth::new("bearer").with("token", "tok");
    send(secret).await;
    assert_eq!(server.seen()[1].header("authorization").as_deref(), Some("Bearer tok"));
}

#[tokio::test]
async fn cookies_are_kept_and_sent_at_each_hop() {
    let server = redirector().await;
    let jar = Arc::new(Jar::new());
    let exchange = client()
        .send(
            signed(get(&server.url("/from/302?to=/end"))),
            SendContext::new(Arc::clone(&jar)),
        )
        .await;
    assert_eq!(server.seen()[0].header("cookie"), None);
    assert_eq!(server.seen()[1].header("cookie").as_deref(), Some("hop=302"));
    assert_eq!(response(&exchange).cookies[0].name, "end");
    assert_eq!(jar.list().len(), 2);
    // What the hop said and set is kept with it.
    let heads = &exchange.hops[0].heads;
    assert_eq!(
        (heads.cookies[0].name.as_str(), heads.cookies[0].more.refused),
        ("hop", None)
    );
    assert!(
        heads
            .received
            .iter()
            .any(|(name, value)| name == "Location" && value == "/end"),
        "{heads:?}"
    );
    assert!(heads.sent.iter().any(|(name, _)| name == "Host") && heads.version == "HTTP/1.1");
}

#[tokio::test]
async fn of_a_hop_so_much_is_kept_and_what_the_jar_refuses_is_told() {
    let server = Server::start(|received: &Received| {
        if received.line().starts_with("GET /end ") {
            return answer("200 OK\r\nSet-Cookie: dom=1; Domain=example.com", b"the end");
        }
        let long = "x".repeat(50_000);
        answer(&format!("302 Found\r\nLocation: /end\r\nA: {long}\r\nB: {long}"), b"")
    })
    .await;
    let exchange = send(get(&server.url("/"))).await;
    let heads = &exchange.hops[0].heads;
    let names: Vec<&str> = heads.received.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names.as_slice(), heads.cut), (&["Location", "A"][..], true));
    assert_eq!(response(&exchange).cookies[0].more.refused, Some("another domain"));
}

#[tokio::test]
async fn a_loop_ends_with_an_error_and_a_hint() {
    let server = Server::start(|_: &Received| answer("302 Found\r\nLocation: /again", b"")).await;
    let exchange = send(get(&server.url("/"))).await;
    let told = error(&exchange);
    assert_eq!(told.kind, SendErrorKind::Redirect);
    assert!(
        told.message.contains("more than 10 redirects") && told.hint.is_some(),
        "{told:?}"
    );
    assert_eq!((exchange.hops.len(), server.seen().len()), (11, 11));
    let last = &exchange.hops[10].heads;
    assert_eq!((last.reason.as_str(), last.cut), ("Found", false));
    assert!(last.received.iter().any(|(name, _)| name == "Location"));

    let exchange = send(with_settings(get(&server.url("/")), |settings| {
        settings.max_redirects = Some(2);
    }))
    .await;
    assert!(error(&exchange).message.contains("more than 2"));
}

#[tokio::test]
async fn following_can_be_turned_off() {
    let server = redirector().await;
    let exchange = send(with_settings(get(&server.url("/from/302?to=/end")), |settings| {
        settings.follow_redirects = Some(false);
    }))
    .await;
    assert_eq!(
        (
            response(&exchange).status,
            response(&exchange).body.whole().unwrap().as_ref()
        ),
        (302, b"moved".as_slice())
    );
    assert_eq!(response(&exchange).header("location").as_deref(), Some("/end"));
    assert!(exchange.hops.is_empty());
}

#[tokio::test]
async fn a_redirect_without_a_place_is_an_answer_and_to_nowhere_an_error() {
    let server = Server::start(|_: &Received| answer("302 Found", b"where?")).await;
    assert_eq!(response(&send(get(&server.url("/"))).await).body, "where?");
    for (place, scheme) in [
        ("ftp://x/", "its scheme is `ftp`: only"),
        ("javascript:alert(1)", "`javascript`"),
    ] {
        let found = format!("302 Found\r\nLocation: {place}");
        let server = Server::start(move |_: &Received| answer(&found, b"")).await;
        let exchange = send(get(&server.url("/"))).await;
        assert_eq!(error(&exchange).kind, SendErrorKind::Redirect);
        assert!(error(&exchange).message.contains(scheme), "{:?}", error(&exchange));
        assert_eq!(exchange.hops.len(), 1);
    }
}

#[tokio::test]
async fn nothing_is_shared_between_sends_without_a_jar() {
    let server = redirector().await;
    let client = client();
    client.send(signed(get(&server.url("/end"))), context()).await;
    client.send(signed(get(&server.url("/end"))), context()).await;
    assert_eq!(server.seen()[1].header("cookie"), None);
}

#[tokio::test]
async fn a_password_in_a_location_is_used_and_hidden() {
    let server = Server::start(|received: &Received| {
        if received.line().contains("/end") {
            return answer("200 OK", b"");
        }
        let host = received.header("host").unwrap();
        answer(&format!("302 Found\r\nLocation: http://u:hunter2@{host}/end"), b"")
    })
    .await;
    let exchange = send(get(&server.url("/"))).await;
    response(&exchange);
    assert_eq!(
        server.seen()[1].header("authorization").as_deref(),
        Some("Basic dTpodW50ZXIy")
    );
    assert!(!exchange.redactor.redact(&exchange.hops[0].location).contains("hunter2"));
    assert!(!exchange.request.url.contains("hunter2"));
}
