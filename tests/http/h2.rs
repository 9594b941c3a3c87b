//! HTTP/2: negotiated by TLS, or by prior knowledge without.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo};
use postrider::model::settings::HttpVersion;
use postrider::model::wire::ResolvedBody;
use tokio::net::TcpListener;

use crate::support::{context, get, request, response, send, signed, with_headers, with_settings};
use crate::tls::{Authority, for_hosts};

type Seen = Arc<Mutex<Vec<(Version, Vec<(String, String)>, Bytes)>>>;

/// An HTTP/2 server that keeps what it was sent.
async fn start(tls: Option<Arc<tokio_rustls::rustls::ServerConfig>>) -> (SocketAddr, Seen) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Seen::default();
    let kept = Arc::clone(&seen);
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let kept = Arc::clone(&kept);
        async move {
            let (parts, body) = request.into_parts();
            let headers = parts.headers.iter();
            let headers = headers
                .map(|(n, v)| (n.to_string(), v.to_str().unwrap().to_owned()))
                .collect();
            let body = body.collect().await.unwrap().to_bytes();
            kept.lock().unwrap().push((parts.version, headers, body));
            Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"two"))))
        }
    });
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (service, tls) = (service.clone(), tls.clone());
            tokio::spawn(async move {
                let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                let _ = match tls {
                    None => builder.serve_connection(TokioIo::new(stream), service).await,
                    Some(tls) => {
                        let stream = tokio_rustls::TlsAcceptor::from(tls).accept(stream).await.unwrap();
                        builder.serve_connection(TokioIo::new(stream), service).await
                    }
                };
            });
        }
    });
    (address, seen)
}

#[tokio::test]
async fn tls_negotiates_it() {
    let authority = Authority::new();
    let (address, seen) = start(Some(authority.server(&for_hosts(&["127.0.0.1"]), &["h2"]))).await;
    let fields = ResolvedBody::Form(vec![("a".into(), "b".into())]);
    let post = request("POST", &format!("https://{address}/"), fields);
    let post = with_headers(post, &[("X-Upper", "1"), ("TE", "gzip")]);
    let client = authority.client();
    let exchange = client.send(signed(post), context()).await;
    assert_eq!(
        (
            response(&exchange).version.as_str(),
            response(&exchange).reason.as_str()
        ),
        ("HTTP/2", "OK")
    );
    assert_eq!(exchange.request.version, "HTTP/2");
    let (version, headers, body) = seen.lock().unwrap()[0].clone();
    assert_eq!((version, body.as_ref()), (Version::HTTP_2, b"a=b".as_slice()));
    assert_eq!(exchange.request.headers, headers);
    assert!(headers.iter().any(|(name, _)| name == "x-upper"));
    assert!(headers.iter().all(|(name, _)| name != "connection" && name != "te"));

    let again = client
        .send(signed(get(&format!("https://{address}/"))), context())
        .await;
    assert!(again.connection.reused && response(&again).body == "two");
}

#[tokio::test]
async fn prior_knowledge_needs_no_tls() {
    let (address, seen) = start(None).await;
    let get = with_settings(get(&format!("http://{address}/")), |settings| {
        settings.http_version = Some(HttpVersion::Http2);
    });
    let exchange = send(get).await;
    assert_eq!(
        (
            response(&exchange).body.whole().unwrap().as_ref(),
            exchange.request.version.as_str()
        ),
        (b"two".as_slice(), "HTTP/2")
    );
    assert_eq!(exchange.request.headers, seen.lock().unwrap()[0].1);
}

#[tokio::test]
async fn http_1_only_is_kept_to() {
    let authority = Authority::new();
    let config = authority.server(&for_hosts(&["127.0.0.1"]), &["h2", "http/1.1"]);
    let server = crate::support::Server::start_tls(config, crate::support::ok).await;
    let get = with_settings(get(&format!("https://{}/", server.address)), |settings| {
        settings.http_version = Some(HttpVersion::Http1);
    });
    let exchange = authority.client().send(signed(get), context()).await;
    assert_eq!(response(&exchange).version, "HTTP/1.1");
    assert!(server.only().line().ends_with("HTTP/1.1"));
}
