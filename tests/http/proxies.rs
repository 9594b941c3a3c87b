//! Proxies: plain requests, tunnels, and proxies that fail.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use postrider::http::{Client, ClientConfig, ProxySource};
use postrider::model::exchange::SendErrorKind;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{
    Received, Server, answer, client, config, context, error, get, ok, response, send, signed, with_settings,
};
use crate::tls::{Authority, for_hosts};

#[tokio::test]
async fn a_plain_request_goes_to_the_proxy_whole_and_with_its_credentials() {
    let proxy = Server::start(ok).await;
    let setting = format!("http://u:pw12@{}", proxy.address);
    let exchange = send(with_settings(get("http://far.test/x?y"), |settings| {
        settings.proxy = Some(setting);
    }))
    .await;
    response(&exchange);
    let received = proxy.only();
    assert_eq!(received.line(), "GET http://far.test/x?y HTTP/1.1");
    assert_eq!(received.header("host").as_deref(), Some("far.test"));
    assert_eq!(
        received.header("proxy-authorization").as_deref(),
        Some("Basic dTpwdzEy")
    );
    let lines = exchange.request.headers.iter().map(|(n, v)| format!("{n}: {v}\r\n"));
    let shown = lines.collect::<Vec<_>>().concat();
    assert_eq!(received.text().split_once("\r\n").unwrap().1, format!("{shown}\r\n"));
    assert!(!exchange.redactor.redact(&shown).contains("dTpw"));
}

#[tokio::test]
async fn the_environments_proxy_is_taken_unless_the_request_goes_direct() {
    let (proxy, server) = (
        Server::start(|_: &Received| answer("200 OK", b"proxied")).await,
        Server::start(ok).await,
    );
    let client = Client::new(ClientConfig {
        proxy_source: ProxySource::Fixed {
            http: format!("http://{}", proxy.address),
            https: String::new(),
            no_proxy: "localhost".into(),
        },
        ..config()
    });
    let url = server.url("/");
    let exchange = client.send(signed(get(&url)), context()).await;
    assert_eq!(response(&exchange).body, "proxied");
    let direct = with_settings(get(&url), |settings| settings.proxy = Some("direct".into()));
    assert_eq!(response(&client.send(signed(direct), context()).await).body, "hi");
    let excepted = get(&format!("http://localhost:{}/", server.address.port()));
    assert_eq!(response(&client.send(signed(excepted), context()).await).body, "hi");
}

#[tokio::test]
async fn the_programs_setting_stands_behind_the_requests() {
    let proxy = Server::start(|_: &Received| answer("200 OK", b"proxied")).await;
    let client = Client::new(ClientConfig {
        proxy: Some(proxy.address.to_string()),
        ..config()
    });
    let exchange = client.send(signed(get("http://far.test/")), context()).await;
    assert_eq!(response(&exchange).body, "proxied");
}

/// A proxy that answers what ends so with that, one after the other, and then is a pipe to `to`; each connection anew.
pub async fn pipe(
    to: std::net::SocketAddr,
    answers: &'static [(&'static [u8], &'static [u8])],
) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut client, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                for (end, answer) in answers {
                    let mut seen = Vec::new();
                    while !seen.ends_with(end) {
                        client.read_buf(&mut seen).await.unwrap();
                    }
                    client.write_all(answer).await.unwrap();
                }
                let mut server = TcpStream::connect(to).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    address
}

#[tokio::test]
async fn tls_goes_through_a_tunnel_and_the_proxy_sees_nothing_of_it() {
    let authority = Authority::new();
    let server = Server::start_tls(authority.server(&for_hosts(&["far.test"]), &[]), ok).await;
    let tunnel = pipe(server.address, &[(b"\r\n\r\n", b"HTTP/1.1 200 Connected\r\n\r\n")]).await;
    let request = with_settings(get("https://far.test/x"), |settings| {
        settings.proxy = Some(format!("http://u:p@{tunnel}"));
    });
    let exchange = authority.client().send(signed(request), context()).await;
    assert_eq!(response(&exchange).body, "hi");
    assert_eq!(server.only().header("proxy-authorization"), None);
    assert_eq!(exchange.connection.tls.as_ref().unwrap().version, "TLS 1.3");
}

#[tokio::test]
async fn socks_5_finds_the_host_itself() {
    let server = Server::start(ok).await;
    let answers: &[(&[u8], &[u8])] = &[
        (&[5, 1, 0], &[5, 0]),
        (b"far.test\x00\x50", &[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ];
    let socks = pipe(server.address, answers).await;
    let request = with_settings(get("http://far.test/x"), |settings| {
        settings.proxy = Some(format!("socks5h://{socks}"));
    });
    assert_eq!(response(&send(request).await).body, "hi");
    assert_eq!(server.only().line(), "GET /x HTTP/1.1");
}

#[tokio::test]
async fn a_proxy_that_is_down_or_refuses_is_named() {
    let gone = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let setting = format!("http://u:hunter2@{gone}");
    let exchange = send(with_settings(get("http://far.test/"), |settings| {
        settings.proxy = Some(setting);
    }))
    .await;
    let told = error(&exchange);
    assert_eq!(told.kind, SendErrorKind::Proxy);
    assert!(told.message.contains(&gone.to_string()), "{told:?}");
    assert!(!format!("{told:?}").contains("hunter2"));

    for (status, words) in [
        ("403 No", "refused the way to `far.test:443`"),
        ("407 Who", "user and a password"),
    ] {
        let proxy = Server::start(move |_: &Received| answer(status, b"")).await;
        let setting = format!("http://{}", proxy.address);
        let exchange = send(with_settings(get("https://far.test/"), |settings| {
            settings.proxy = Some(setting);
        }))
        .await;
        assert_eq!(proxy.only().line(), "CONNECT far.test:443 HTTP/1.1");
        let told = error(&exchange);
        assert_eq!(told.kind, SendErrorKind::Proxy, "{told:?}");
        assert!(told.message.contains(words), "{told:?}");
        assert!(told.hint.as_ref().unwrap().contains("direct"));
    }
}

#[tokio::test]
async fn a_proxy_that_is_no_url_is_an_error_and_not_ignored() {
    let server = Server::start(ok).await;
    let request = with_settings(get(&server.url("/")), |settings| {
        settings.proxy = Some("ftp://x".into());
    });
    let exchange = client().send(signed(request), context()).await;
    assert_eq!(error(&exchange).kind, SendErrorKind::Proxy);
    assert!(server.seen().is_empty());
}
