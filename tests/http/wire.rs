//! What goes over the wire is what the exchange says went over the wire, byte for byte.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use bytes::Bytes;
use postrider::model::exchange::Exchange;
use postrider::model::wire::ResolvedBody;
use postrider::model::{Auth, ResolvedRequest};

use crate::support::{Server, client, context, get, ok, request, response, send, signed, with_headers, with_settings};

/// The request as HTTP/1.1 writes it, made from what the exchange shows.
fn written(exchange: &Exchange) -> String {
    let sent = &exchange.request;
    let url: url::Url = sent.url.parse().unwrap();
    let target = &url[url::Position::BeforePath..url::Position::AfterQuery];
    let mut out = format!("{} {target} {}\r\n", sent.method, sent.version);
    for (name, value) in &sent.headers {
        out = format!("{out}{name}: {value}\r\n");
    }
    out.push_str("\r\n");
    out.push_str(&String::from_utf8_lossy(&sent.body));
    assert_eq!(sent.body_len, sent.body.len() as u64);
    out
}

async fn check(make: impl FnOnce(&str) -> ResolvedRequest) -> String {
    let server = Server::start(ok).await;
    let exchange = send(make(&server.url("/p/a?q=1&r=%20#f"))).await;
    assert_eq!(response(&exchange).body, "hi");
    let received = server.only().text();
    // Before a text headers are in UTF-8.
    let bytes: Option<Vec<u8>> = received.chars().map(|c| u8::try_from(c).ok()).collect();
    let received = bytes
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .unwrap_or(received);
    assert_eq!(received, written(&exchange));
    received.replace(&server.address.to_string(), "SERVER")
}

fn json(text: &'static str) -> ResolvedBody {
    ResolvedBody::Bytes {
        content_type: "application/json",
        bytes: Bytes::from_static(text.as_bytes()),
        typed: true,
    }
}

/// With what differs from run to run made equal.
fn stable(text: &str) -> String {
    let token = regex::Regex::new("Postman-Token: [0-9a-f-]{36}").unwrap();
    token
        .replace(text, "Postman-Token: TOKEN")
        .replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[tokio::test]
async fn a_plain_get() {
    let text = check(get).await;
    assert_eq!(
        stable(&text),
        "GET /p/a?q=1&r=%20 HTTP/1.1\r\nUser-Agent: postrider/VERSION\r\nAccept: */*\r\nCache-Control: no-cache\r\n\
         Postman-Token: TOKEN\r\nHost: SERVER\r\nAccept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\n\
         \r\n"
    );
}

#[tokio::test]
async fn a_form_with_the_users_headers_first() {
    let fields = vec![("k".to_owned(), "v v".to_owned()), ("ä".to_owned(), "&".to_owned())];
    let text = check(|url| {
        with_headers(
            request("POST", url, ResolvedBody::Form(fields)),
            &[
                ("X-One", "1"),
                ("X-B", "ü"),
                ("x-one", "2"),
                ("Cache-Control", "max-age=0"),
            ],
        )
    })
    .await;
    assert_eq!(
        stable(&text),
        "POST /p/a?q=1&r=%20 HTTP/1.1\r\nx-one: 2\r\nX-B: ü\r\nCache-Control: max-age=0\r\n\
         User-Agent: postrider/VERSION\r\nAccept: */*\r\nPostman-Token: TOKEN\r\nHost: SERVER\r\n\
         Accept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 18\r\n\r\nk=v%20v&%C3%A4=%26"
    );
}

#[tokio::test]
async fn raw_bodies_have_their_type_before_ours() {
    let text = check(|url| with_headers(request("PATCH", url, json("{}")), &[("X-A", "b")])).await;
    assert!(
        text.contains("X-A: b\r\nContent-Type: application/json\r\nUser-Agent:"),
        "{text}"
    );
    let typed = check(|url| with_headers(request("PUT", url, json("{}")), &[("content-type", "a/b")])).await;
    assert_eq!(typed.to_lowercase().matches("content-type").count(), 1);
    assert!(typed.contains("content-type: a/b\r\n"), "{typed}");
}

#[tokio::test]
async fn any_method_is_sent_in_capitals() {
    assert!(check(get).await.starts_with("GET "));
    for method in ["DELETE", "OPTIONS"] {
        let text = check(|url| request(method, url, ResolvedBody::None)).await;
        assert!(text.starts_with(&format!("{method} ")), "{text}");
        assert!(!text.contains("Content-Length"), "{text}");
    }
    for method in ["POST", "PUT", "PATCH", "M-SEARCH", "purge"] {
        let text = check(|url| request(method, url, ResolvedBody::None)).await;
        assert!(text.starts_with(&format!("{} ", method.to_uppercase())), "{text}");
        assert!(text.contains("Content-Length: 0\r\n"), "{text}");
    }
}

#[tokio::test]
async fn odd_headers_do_not_make_the_exchange_lie() {
    let odd = [
        ("Host", "other.test"),
        ("Connection", "close"),
        ("X-Empty", ""),
        ("TE", "trailers"),
        ("Content-Length", "77"),
        ("Expect", "no"),
    ];
    let text = check(|url| with_headers(request("POST", url, json("[1]")), &odd)).await;
    assert!(
        text.contains("Host: other.test\r\nConnection: close\r\nX-Empty: \r\nTE: trailers\r\n"),
        "{text}"
    );
    assert!(text.contains("Content-Length: 3\r\n"), "{text}");
    let text = check(|url| {
        with_headers(
            request("POST", url, ResolvedBody::None),
            &[("Transfer-Encoding", "chunked")],
        )
    })
    .await;
    assert!(!text.contains("Transfer-Encoding"), "{text}");
}

#[tokio::test]
async fn disabled_headers_stay_away() {
    let text = check(|url| {
        with_settings(get(url), |settings| {
            let all = [
                "user-agent",
                "accept",
                "cache-control",
                "postman-token",
                "host",
                "accept-encoding",
                "connection",
            ];
            settings.disabled_headers = all.iter().map(|name| (*name).to_owned()).collect();
        })
    })
    .await;
    assert_eq!(text, "GET /p/a?q=1&r=%20 HTTP/1.1\r\n\r\n");
}

#[tokio::test]
async fn chunked_on_the_users_wish() {
    let server = Server::start(ok).await;
    let wish = with_headers(
        request("POST", &server.url("/"), json("[1]")),
        &[("Transfer-Encoding", "chunked")],
    );
    let exchange = send(wish).await;
    response(&exchange);
    assert_eq!(server.only().body(), b"3\r\n[1]\r\n0\r\n\r\n");
    assert_eq!(exchange.request.body, "[1]");
}

#[tokio::test]
async fn auth_and_user_info_arrive() {
    let text = check(|url| {
        let mut request = get(url);
        request.auth = Auth::new("bearer").with("token", "tok");
        request
    })
    .await;
    assert!(text.contains("Authorization: Bearer tok\r\nUser-Agent"), "{text}");

    let server = Server::start(ok).await;
    let exchange = send(get(&format!("http://u:p%40ss@{}/", server.address))).await;
    assert_eq!(server.only().header("authorization").unwrap(), "Basic dTpwQHNz");
    assert_eq!(exchange.request.url, server.url("/"));
    let shown = exchange.redactor.redact("dTpwQHNz p@ss");
    assert!(!shown.contains("dTp") && !shown.contains("p@ss"), "{shown}");
}

#[tokio::test]
async fn connections_are_kept_for_the_next_send() {
    let server = Server::start(ok).await;
    let client = client();
    let first = client.send(signed(get(&server.url("/1"))), context()).await;
    let second = client.send(signed(get(&server.url("/2"))), context()).await;
    response(&first);
    response(&second);
    assert_eq!(server.seen().iter().map(|r| r.connection).collect::<Vec<_>>(), [0, 0]);
    assert!(!first.connection.reused && second.connection.reused);
    assert_eq!(first.connection.remote, Some(server.address));
    assert!(first.connection.local.is_some());
    assert_eq!(first.connection.local, second.connection.local);
    assert!(first.timings.connect.is_some() && first.timings.first_byte.is_some() && first.timings.download.is_some());
    let reused = second.timings;
    assert_eq!((reused.dns, reused.connect, reused.tls), (None, None, None));
    assert!(
        first.timings.dns.is_none() && first.timings.tls.is_none(),
        "an address needs no lookup"
    );
}

#[tokio::test]
async fn sends_at_the_same_time_do_not_mix_their_traces() {
    let server = Server::start(ok).await;
    let client = client();
    let urls: Vec<_> = (0..20).map(|n| server.url(&format!("/{n}"))).collect();
    let sends = urls.iter().map(|url| client.send(signed(get(url)), context()));
    let exchanges = futures_util::future::join_all(sends).await;
    for (exchange, url) in exchanges.iter().zip(&urls) {
        response(exchange);
        assert_eq!(&exchange.request.url, url);
        assert_eq!(exchange.connection.reused, exchange.timings.connect.is_none());
        assert_eq!(exchange.connection.remote, Some(server.address));
    }
    assert!(!exchanges[0].connection.reused);
}
