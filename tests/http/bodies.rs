//! Bodies on their way out.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::io::Write;

use bytes::Bytes;
use postrider::http::{Client, ClientConfig};
use postrider::model::exchange::{SendErrorKind, SentRequest};
use postrider::model::wire::{ResolvedBody, ResolvedContent, ResolvedPart};

use crate::support::{
    Received, Server, answer, config, context, error, ok, request, response, send, signed, with_headers, with_settings,
};

fn part(name: &str, content: ResolvedContent) -> ResolvedPart {
    ResolvedPart {
        name: name.into(),
        content,
        content_type: None,
        file_name: None,
    }
}

fn text(name: &str, text: &str) -> ResolvedPart {
    part(name, ResolvedContent::Text(text.into()))
}

fn file(name: &str, path: &str) -> ResolvedPart {
    part(name, ResolvedContent::File(path.into()))
}

fn client_in(dir: &tempfile::TempDir) -> Client {
    Client::new(ClientConfig {
        working_dir: dir.path().to_owned(),
        ..config()
    })
}

fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, bytes) in [("a.json", &b"{}"[..]), ("b.bin", &[0, 255, 10][..])] {
        std::fs::File::create(dir.path().join(name))
            .unwrap()
            .write_all(bytes)
            .unwrap();
    }
    dir
}

#[tokio::test]
async fn multipart_keeps_the_order_and_streams_files() {
    let (server, dir) = (Server::start(ok).await, folder());
    let parts = vec![
        text("z\"", "ü"),
        file("f", "a.json"),
        ResolvedPart {
            content_type: Some("x/y".into()),
            file_name: Some("other".into()),
            ..file("g", "b.bin")
        },
        ResolvedPart {
            content_type: Some("application/json".into()),
            ..text("a", "1")
        },
    ];
    let post = request("POST", &server.url("/"), ResolvedBody::Multipart(parts));
    let exchange = client_in(&dir).send(signed(post), context()).await;
    response(&exchange);
    assert!(exchange.warnings.is_empty(), "{:?}", exchange.warnings);
    let received = server.only();
    let boundary = received.header("content-type").unwrap();
    let boundary = boundary.strip_prefix("multipart/form-data; boundary=").unwrap();
    let mut expected = Vec::new();
    for (head, body) in [
        ("form-data; name=\"z%22\"", "ü".as_bytes()),
        (
            "form-data; name=\"f\"; filename=\"a.json\"\r\nContent-Type: application/json",
            b"{}",
        ),
        (
            "form-data; name=\"g\"; filename=\"other\"\r\nContent-Type: x/y",
            &[0, 255, 10],
        ),
        ("form-data; name=\"a\"\r\nContent-Type: application/json", b"1"),
    ] {
        expected.extend(format!("--{boundary}\r\nContent-Disposition: {head}\r\n\r\n").into_bytes());
        expected.extend(body);
        expected.extend(b"\r\n");
    }
    expected.extend(format!("--{boundary}--\r\n").into_bytes());
    assert_eq!(received.body(), expected);
    assert_eq!(received.header("content-length").unwrap(), expected.len().to_string());
    assert_eq!(
        (exchange.request.body.as_ref(), exchange.request.body_len),
        (expected.as_slice(), expected.len() as u64)
    );
}

#[tokio::test]
async fn a_file_that_cannot_be_read_drops_its_part_with_a_warning() {
    let (server, dir) = (Server::start(ok).await, folder());
    let parts = vec![file("gone", "nope.txt"), text("a", "1"), file("dir", ".")];
    let post = request("POST", &server.url("/"), ResolvedBody::Multipart(parts));
    let exchange = client_in(&dir).send(signed(post), context()).await;
    response(&exchange);
    assert_eq!(server.only().text().matches("form-data; name=").count(), 1);
    assert_eq!(exchange.warnings.len(), 2);
    assert!(exchange.warnings[0].contains("`gone`") && exchange.warnings[0].contains("`nope.txt`"));
}

#[tokio::test]
async fn a_users_multipart_type_gets_the_boundary() {
    let server = Server::start(ok).await;
    let post = request("POST", &server.url("/"), ResolvedBody::Multipart(vec![text("a", "1")]));
    send(with_headers(post, &[("Content-Type", "multipart/mixed")])).await;
    let received = server.only();
    let content_type = received.header("content-type").unwrap();
    let boundary = content_type.strip_prefix("multipart/mixed; boundary=").unwrap();
    assert!(received.body().starts_with(format!("--{boundary}\r\n").as_bytes()));
}

#[tokio::test]
async fn a_file_is_streamed_with_its_type_and_only_its_start_is_kept() {
    let (server, dir) = (Server::start(ok).await, folder());
    let long: Vec<u8> = (0..300_000u32).map(|n| (n % 251) as u8).collect();
    std::fs::write(dir.path().join("long.png"), &long).unwrap();
    let put = request(
        "PUT",
        &server.url("/"),
        ResolvedBody::File {
            path: "long.png".into(),
            bytes: None,
        },
    );
    let exchange = client_in(&dir).send(signed(put), context()).await;
    response(&exchange);
    let received = server.only();
    assert_eq!(received.header("content-type").unwrap(), "image/png");
    assert_eq!(received.header("content-length").unwrap(), "300000");
    assert!(received.body() == long);
    assert_eq!(exchange.request.body_len, 300_000);
    assert!(exchange.request.body == long[..SentRequest::BODY_SHOWN]);
}

#[tokio::test]
async fn a_body_file_that_cannot_be_read_is_a_warning_and_no_body() {
    let server = Server::start(ok).await;
    let exchange = send(request(
        "POST",
        &server.url("/"),
        ResolvedBody::File {
            path: "/nope".into(),
            bytes: None,
        },
    ))
    .await;
    response(&exchange);
    assert_eq!(server.only().header("content-type"), None);
    assert_eq!(server.only().header("content-length").as_deref(), Some("0"));
    assert!(exchange.warnings[0].contains("`/nope`"), "{:?}", exchange.warnings);
}

#[tokio::test]
async fn some_methods_have_no_body_unless_the_setting_says_so() {
    let body = || ResolvedBody::Bytes {
        content_type: "text/plain",
        bytes: Bytes::from_static(b"x"),
        typed: false,
    };
    for method in ["GET", "COPY", "HEAD", "PURGE", "UNLOCK"] {
        let server = Server::start(|_: &Received| b"HTTP/1.1 204 None\r\n\r\n".to_vec()).await;
        let exchange = send(request(method, &server.url("/"), body())).await;
        assert_eq!(response(&exchange).status, 204);
        assert_eq!(
            (server.only().body().len(), server.only().header("content-type")),
            (0, None),
            "{method}"
        );
        let always = with_settings(request(method, &server.url("/"), body()), |settings| {
            settings.always_send_body = Some(true);
        });
        send(always).await;
        assert_eq!(server.seen()[1].body(), b"x", "{method}");
    }
    let server = Server::start(ok).await;
    send(request("DELETE", &server.url("/"), body())).await;
    assert_eq!(server.only().body(), b"x");
}

#[tokio::test]
async fn a_file_is_sent_again_after_a_redirect() {
    let dir = folder();
    let server = Server::start(|received: &Received| {
        if received.line().contains("/end") {
            return answer("200 OK", b"");
        }
        answer("307 Again\r\nLocation: /end", b"")
    })
    .await;
    let post = request(
        "POST",
        &server.url("/"),
        ResolvedBody::File {
            path: "a.json".into(),
            bytes: None,
        },
    );
    let exchange = client_in(&dir).send(signed(post), context()).await;
    assert_eq!(
        server.seen().iter().map(Received::body).collect::<Vec<_>>(),
        [b"{}", b"{}"]
    );
    assert_eq!(exchange.request.body, "{}");
}

#[tokio::test]
async fn an_empty_body_is_none() {
    let server = Server::start(ok).await;
    send(request("POST", &server.url("/"), ResolvedBody::Form(Vec::new()))).await;
    assert_eq!(server.only().header("content-type"), None);
}

#[tokio::test]
async fn a_file_that_vanishes_between_hops_is_an_error_that_says_so() {
    let dir = folder();
    let file = dir.path().join("a.json");
    let server = Server::start(move |_: &Received| {
        std::fs::remove_file(&file).unwrap();
        answer("307 Again\r\nLocation: /end", b"")
    })
    .await;
    let post = request(
        "POST",
        &server.url("/"),
        ResolvedBody::File {
            path: "a.json".into(),
            bytes: None,
        },
    );
    let exchange = client_in(&dir).send(signed(post), context()).await;
    let told = error(&exchange);
    assert_eq!(told.kind, SendErrorKind::Request, "{told:?}");
    assert!(told.hint.as_ref().unwrap().contains("file"));
}
