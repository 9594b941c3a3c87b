//! Responses: decoded, bounded, and told as they came.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::io::Write;
use std::sync::{Arc, Mutex};

use flate2::Compression;
use flate2::write::GzEncoder;
use postrider::http::{Client, ClientConfig, Jar, Keeping, SendContext};
use postrider::model::exchange::{Exchange, Phase};
use postrider::model::wire::ResolvedBody;

use crate::support::{Received, Server, answer, client, config, context, get, ok, request, response, send, signed};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// Why the response is not whole.
fn cut(exchange: &Exchange) -> Option<&str> {
    response(exchange).truncated.as_ref().map(|why| why.message.as_str())
}

async fn receive(head: &'static str, body: Vec<u8>, limit: usize) -> Exchange {
    let server = Server::start(move |_: &Received| answer(head, &body)).await;
    let client = Client::new(ClientConfig {
        body_limit: limit,
        ..config()
    });
    client.send(signed(get(&server.url("/"))), context()).await
}

#[tokio::test]
async fn an_encoded_body_is_decoded_and_its_length_on_the_wire_kept() {
    let plain = b"postrider ".repeat(1000);
    let encoded = gzip(&plain);
    let exchange = receive("200 OK\r\nContent-Encoding: gzip", encoded.clone(), usize::MAX).await;
    let response = response(&exchange);
    assert!(response.body == plain);
    assert_eq!(response.encoded_len, encoded.len() as u64);
    assert_eq!(response.header("content-encoding").as_deref(), Some("gzip"));
    assert_eq!(response.header("content-length").unwrap(), encoded.len().to_string());
    assert_eq!(cut(&exchange), None);
    assert!(!response.body.is_torn());
}

#[tokio::test]
async fn a_decompression_bomb_ends_at_the_limit() {
    let exchange = receive("200 OK\r\nContent-Encoding: gzip", gzip(&vec![0; 20_000_000]), 100_000).await;
    assert_eq!(response(&exchange).body.len(), 100_000);
    assert!(cut(&exchange).unwrap().contains("limit of 100000"));
    assert!(response(&exchange).body.is_torn());
}

#[tokio::test]
async fn a_plain_body_ends_at_the_limit_too() {
    let exchange = receive("200 OK", b"0123456789".to_vec(), 4).await;
    let response = response(&exchange);
    assert_eq!(
        (response.body.whole().unwrap().as_ref(), response.encoded_len),
        (b"0123".as_slice(), 4)
    );
    assert!(cut(&exchange).is_some());
}

#[tokio::test]
async fn a_body_of_just_the_limit_is_whole() {
    let exchange = receive("200 OK", b"0123".to_vec(), 4).await;
    assert_eq!(
        (response(&exchange).body.whole().unwrap().as_ref(), cut(&exchange)),
        (b"0123".as_slice(), None)
    );
}

#[tokio::test]
async fn a_wrong_encoding_leaves_the_bytes_as_they_came() {
    let exchange = receive("200 OK\r\nContent-Encoding: gzip", b"plain after all".to_vec(), 999).await;
    assert_eq!(response(&exchange).body, "plain after all");
    assert!(cut(&exchange).unwrap().contains("not valid `gzip`"));
}

#[tokio::test]
async fn of_a_damaged_encoding_what_came_before_is_shown() {
    let plain: Vec<u8> = (0..20_000).flat_map(|n| format!("line {n}, ").into_bytes()).collect();
    let mut encoded = gzip(&plain);
    let middle = encoded.len() / 2;
    for byte in &mut encoded[middle..middle + 64] {
        *byte = 0xff;
    }
    let exchange = receive("200 OK\r\nContent-Encoding: gzip", encoded, usize::MAX).await;
    let body = response(&exchange).body.whole().unwrap();
    assert!(
        body.starts_with(b"line 0, line 1, line 2, ") && body.len() > 1000,
        "{} bytes",
        body.len()
    );
    assert!(response(&exchange).body.is_torn());
    assert!(cut(&exchange).unwrap().starts_with("the `gzip` data are damaged ("));
    // Of a wrong sum at the end all is seen.
    let mut encoded = gzip(&plain);
    let sum = encoded.len() - 8;
    encoded[sum] ^= 1;
    let exchange = receive("200 OK\r\nContent-Encoding: gzip", encoded, usize::MAX).await;
    assert!(response(&exchange).body.whole().unwrap() == plain);
    assert!(cut(&exchange).unwrap().contains("are damaged"));
}

#[tokio::test]
async fn an_unknown_encoding_is_a_warning() {
    let exchange = receive("200 OK\r\nContent-Encoding: rot13", b"uryyb".to_vec(), 999).await;
    assert_eq!(
        (response(&exchange).body.whole().unwrap().as_ref(), cut(&exchange)),
        (b"uryyb".as_slice(), None)
    );
    assert!(exchange.warnings[0].contains("`rot13`"));
}

#[tokio::test]
async fn a_broken_connection_keeps_what_came() {
    let server = Server::start(|_: &Received| {
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\npart".to_vec()
    })
    .await;
    let exchange = send(get(&server.url("/"))).await;
    assert_eq!(response(&exchange).body, "part");
    assert!(cut(&exchange).unwrap().contains("4 of 100 bytes"));
}

#[tokio::test]
async fn nothing_is_decoded_where_there_is_no_body() {
    let server = Server::start(|_: &Received| {
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n".to_vec()
    })
    .await;
    let exchange = send(request("HEAD", &server.url("/"), ResolvedBody::default())).await;
    assert_eq!((response(&exchange).body.len(), cut(&exchange)), (0, None));
}

#[tokio::test]
async fn the_servers_own_reason_and_headers_of_any_bytes_are_kept() {
    let server = Server::start(|_: &Received| {
        b"HTTP/1.1 299 So-So\r\nX-B: \xff\r\nX-A: 1\r\nX-B: 2\r\nContent-Length: 0\r\n\r\n".to_vec()
    })
    .await;
    let exchange = send(get(&server.url("/"))).await;
    let response = response(&exchange);
    assert_eq!(
        (response.status, response.reason.as_str(), response.version.as_str()),
        (299, "So-So", "HTTP/1.1")
    );
    assert_eq!(
        response.headers[0],
        ("X-B".to_owned(), bytes::Bytes::from_static(b"\xff"))
    );
    assert!(
        response
            .headers
            .contains(&("X-B".to_owned(), bytes::Bytes::from_static(b"2")))
    );
}

#[tokio::test]
async fn progress_goes_from_connecting_to_downloading() {
    let server = Server::start(ok).await;
    let phases = Arc::new(Mutex::new(Vec::new()));
    let watched = Arc::clone(&phases);
    let context = SendContext {
        progress: Arc::new(move |phase| watched.lock().unwrap().push(phase)),
        ..SendContext::new(Arc::new(Jar::new()))
    };
    let url = format!("http://localhost:{}/", server.address.port());
    let exchange = client().send(signed(get(&url)), context).await;
    response(&exchange);
    let mut phases = phases.lock().unwrap().clone();
    phases.dedup();
    let last = Phase::Downloading {
        received: 2,
        total: Some(2),
    };
    assert_eq!(phases.first(), Some(&Phase::Preparing));
    assert_eq!(phases.last(), Some(&last));
    let order: Vec<_> = [Phase::Dns, Phase::Connecting, Phase::Waiting]
        .iter()
        .map(|phase| phases.iter().rposition(|seen| seen == phase).unwrap())
        .collect();
    assert!(order.is_sorted(), "{phases:?}");
    assert!(exchange.timings.dns.is_some());
}

#[tokio::test]
async fn a_large_body_lies_in_a_file_and_can_be_read_while_it_comes() {
    let body: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let plain = body.clone();
    let server = Server::start(move |_: &Received| answer("200 OK", &plain)).await;
    let client = Client::new(ClientConfig {
        keeping: Keeping {
            in_memory: 1_000_000,
            folder: None,
        },
        ..config()
    });
    let told = Arc::new(Mutex::new(Vec::new()));
    let early = Arc::clone(&told);
    let context = SendContext {
        arriving: Some(Arc::new(move |exchange| early.lock().unwrap().push(exchange))),
        ..SendContext::new(Arc::new(Jar::new()))
    };
    let exchange = client.send(signed(get(&server.url("/"))), context).await;
    let own = &response(&exchange).body;
    assert_eq!((own.len(), own.is_whole(), own.resident()), (body.len(), true, 0));
    assert!(*own == body);
    let early = told.lock().unwrap();
    assert_eq!(early.len(), 1, "told once");
    assert!(response(&early[0]).body.is_same(own), "the same body, whole by now");
}
