//! What may go wrong, and the words for it.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::Arc;
use std::time::Duration;

use postrider::http::{Client, ClientConfig, Jar, Keeping, SendContext};
use postrider::model::exchange::{Exchange, SendErrorKind};
use postrider::model::wire::ResolvedBody;
use postrider::model::{Auth, ResolvedRequest};
use tokio::net::TcpListener;

use crate::support::{
    Received, Server, answer, client, config, context, error, get, ok, request, send, signed, with_headers,
    with_settings,
};

/// The message, once it is seen to have a next step.
fn told(exchange: &Exchange, kind: SendErrorKind) -> String {
    let error = error(exchange);
    assert_eq!(error.kind, kind, "{error:?}");
    assert!(error.hint.is_some(), "{error:?}");
    let first = error.message.chars().find(char::is_ascii_alphabetic).unwrap();
    assert!(
        first.is_ascii_lowercase() || error.message.starts_with('`'),
        "{error:?}"
    );
    assert!(!error.message.ends_with('.'), "{error:?}");
    error.message.clone()
}

/// A server that takes connections and says nothing.
async fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    (listener, url)
}

/// Sends with a time limit, one that grows until the send comes as far as it is to come before it passes: a busy machine
/// takes its time.
async fn late(client: &Client, request: &ResolvedRequest, far: impl Fn(&Exchange) -> bool) -> Exchange {
    let mut limit = Duration::from_millis(40);
    loop {
        let limited = with_settings(request.clone(), |settings| settings.timeout = Some(limit));
        let exchange = client.send(signed(limited), context()).await;
        let error = exchange.error().unwrap();
        let begins = error.message.starts_with(&format!("timed out after {limit:?}, while "));
        assert!(begins && error.kind == SendErrorKind::Timeout, "{error:?}");
        if far(&exchange) {
            return exchange;
        }
        assert!(limit < Duration::from_secs(20), "{error:?}");
        limit *= 2;
    }
}

/// Whether the time limit passed while this was done.
fn while_doing(what: &str) -> impl Fn(&Exchange) -> bool {
    move |exchange| {
        let error = exchange.error().unwrap();
        error.message.ends_with(&format!(", while {what}"))
    }
}

#[tokio::test]
async fn an_unknown_host() {
    // Longer than a name may be, so that no name server is asked.
    let host = "x".repeat(70);
    let exchange = send(get(&format!("http://{host}/"))).await;
    assert!(told(&exchange, SendErrorKind::Dns).contains(&format!("`{host}` is unknown")));
}

#[tokio::test]
async fn a_refused_connection() {
    let (listener, url) = silent().await;
    let address = listener.local_addr().unwrap();
    drop(listener);
    let exchange = send(get(&url)).await;
    assert_eq!(
        told(&exchange, SendErrorKind::Connect),
        format!("`{address}` refused the connection")
    );
    assert_eq!(exchange.request.url, url);
    assert!(!exchange.request.headers.is_empty());
    // The message says it all; the layers below have nothing to add.
    assert!(error(&exchange).causes.is_empty());
}

#[tokio::test]
async fn the_time_limit_of_request_and_program() {
    let (_listener, url) = silent().await;
    let exchange = late(&client(), &get(&url), while_doing("waiting for the answer")).await;
    told(&exchange, SendErrorKind::Timeout);

    let program = Client::new(ClientConfig {
        timeout: Duration::from_millis(40),
        ..config()
    });
    told(
        &program.send(signed(get(&url)), context()).await,
        SendErrorKind::Timeout,
    );

    let server = Server::start(ok).await;
    let never = with_settings(get(&server.url("/")), |settings| {
        settings.timeout = Some(Duration::ZERO);
    });
    assert!(program.send(signed(never), context()).await.result.is_ok());
}

#[tokio::test]
async fn the_time_limit_holds_for_the_download_too() {
    let server = Server::start(|_: &Received| b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx".to_vec()).await;
    let far = |exchange: &Exchange| {
        // What came is there.
        while_doing("downloading")(exchange) && exchange.response().unwrap().body == "x"
    };
    late(&client(), &get(&server.url("/")), far).await;
}

#[tokio::test]
async fn cancelling_ends_the_send_at_once() {
    let (_listener, url) = silent().await;
    let context = SendContext::new(Arc::new(Jar::new()));
    let cancel = context.cancel.clone();
    let client = client();
    let (exchange, ()) = tokio::join!(client.send(signed(get(&url)), context), async {
        tokio::task::yield_now().await;
        cancel.cancel();
    });
    assert_eq!(error(&exchange).kind, SendErrorKind::Cancelled);

    let context = SendContext::new(Arc::new(Jar::new()));
    context.cancel.cancel();
    let server = Server::start(ok).await;
    let exchange = client.send(signed(get(&server.url("/"))), context).await;
    assert_eq!(error(&exchange).kind, SendErrorKind::Cancelled);
    assert!(server.seen().is_empty());
}

/// A server that answers one request of a connection and is silent on the next; `got` is told of that.
async fn silent_the_second_time() -> (String, tokio::sync::oneshot::Receiver<()>) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (tell, got) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut room = [0; 4096];
        assert!(connection.read(&mut room).await.unwrap() > 0);
        connection
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .await
            .unwrap();
        assert!(connection.read(&mut room).await.unwrap() > 0);
        tell.send(()).unwrap();
        // Until the client hangs up.
        while !matches!(connection.read(&mut room).await, Ok(0) | Err(_)) {}
    });
    (url, got)
}

#[tokio::test]
async fn cancelling_on_an_open_connection_says_that_the_request_may_have_arrived() {
    let (url, got) = silent_the_second_time().await;
    let client = client();
    assert!(client.send(signed(get(&url)), context()).await.response().is_some());
    let context = SendContext::new(Arc::new(Jar::new()));
    let cancel = context.cancel.clone();
    let request = request("POST", &url, ResolvedBody::None);
    let (exchange, ()) = tokio::join!(client.send(signed(request), context), async {
        got.await.unwrap();
        cancel.cancel();
    });
    assert_eq!(
        told(&exchange, SendErrorKind::Cancelled),
        "cancelled while waiting for the answer"
    );
    let hint = error(&exchange).hint.as_deref().unwrap();
    assert!(hint.contains("may have received"), "{hint}");
    // The connection was there before the request, and no phase of opening one says that it was taken.
    assert!(exchange.went_out() && exchange.timings.connect.is_none());
}

#[tokio::test]
async fn what_a_connection_took_went_out_and_nothing_else() {
    let client = client();
    // A server that never shakes hands: all that went out is the first word of TLS.
    let (_listener, url) = silent().await;
    let shaking = get(&url.replace("http:", "https:"));
    let exchange = late(&client, &shaking, while_doing("in the TLS handshake")).await;
    assert!(!exchange.went_out());
    let exchange = late(&client, &get(&url), while_doing("waiting for the answer")).await;
    assert!(exchange.went_out());
}

#[tokio::test]
async fn a_download_from_a_server_that_is_silent_ends() {
    use postrider::http::Download;

    let limit = Duration::from_millis(100);
    let limited = |silence, connecting| {
        Client::new(ClientConfig {
            silence,
            connecting,
            ..config()
        })
    };
    let fails = async |client: Client, url: &str| {
        let download = Download {
            url,
            accept: "*/*",
            credentials: None,
            most: 1000,
        };
        let error = client.download(&download).await.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Timeout, "{error:?}");
        error.message
    };
    let (listener, url) = silent().await;
    let message = fails(limited(limit, Duration::ZERO), &url).await;
    assert_eq!(message, "nothing was heard for 100ms, while waiting for the answer");
    let server = Server::start(|_: &Received| b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx".to_vec()).await;
    let message = fails(limited(limit, Duration::ZERO), &server.url("/")).await;
    assert!(message.starts_with("nothing was heard for 100ms, while "), "{message}");
    let shaking = url.replace("http:", "https:");
    let message = fails(limited(Duration::ZERO, limit), &shaking).await;
    let address = listener.local_addr().unwrap();
    assert!(
        message.starts_with(&format!("no connection to `{address}` after 100ms, while ")),
        "{message}"
    );
}

#[tokio::test]
async fn a_server_that_hangs_up() {
    let server = Server::start(|_: &Received| Vec::new()).await;
    let exchange = send(request("POST", &server.url("/"), ResolvedBody::None)).await;
    assert_eq!(
        told(&exchange, SendErrorKind::Protocol),
        format!("`{}` closed the connection without an answer", server.address)
    );
}

#[tokio::test]
async fn an_answer_that_is_not_http() {
    let server = Server::start(|_: &Received| b"SSH-2.0-OpenSSH\r\n\x1b[31mevil\r\n\r\n".to_vec()).await;
    let exchange = send(get(&server.url("/"))).await;
    let message = told(&exchange, SendErrorKind::Protocol);
    assert!(message.contains("did not answer with HTTP"), "{message}");
    assert!(!format!("{:?}", exchange.result).contains('\x1b'));
}

#[tokio::test]
async fn tls_where_there_is_none() {
    let server = Server::start(|_: &Received| answer("400 Bad", b"")).await;
    let port = server.address.port();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        use tokio::io::AsyncWriteExt;
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
    });
    let exchange = send(get(&format!("https://{address}/"))).await;
    let message = told(&exchange, SendErrorKind::Tls);
    assert!(message.contains("does not speak TLS"), "{message}");
    assert!(error(&exchange).hint.as_ref().unwrap().contains("http://"));
    assert!(port > 0);
}

#[tokio::test]
async fn requests_that_cannot_be_sent_say_which_part() {
    let server = Server::start(ok).await;
    let url = server.url("/");
    let exchange = send(request("GE T", &url, ResolvedBody::None)).await;
    assert!(told(&exchange, SendErrorKind::Request).contains("`GE T`"));
    let exchange = send(with_headers(get(&url), &[("X", "a\nb")])).await;
    assert!(told(&exchange, SendErrorKind::Request).contains("`X` holds a line break"));
    let exchange = send(with_headers(get(&url), &[("X Y", "a")])).await;
    assert!(told(&exchange, SendErrorKind::Request).contains("`X Y`"));
    for bad in ["", "http:///x", "http://{{base_url}}/x", "ftp://h/", "http://h:99999/"] {
        told(&send(get(bad)).await, SendErrorKind::Url);
    }
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn an_undefined_host_names_its_variable() {
    let exchange = send(get("{{base_url}}/a")).await;
    assert!(told(&exchange, SendErrorKind::Url).contains("`base_url`"));
    assert!(error(&exchange).hint.as_ref().unwrap().contains("environment"));
}

#[tokio::test]
async fn errors_hold_no_secret() {
    let mut secret = get("http://127.0.0.1:1/?key=hunter2");
    secret.auth = Auth::new("apikey")
        .with("key", "k")
        .with("value", "hunter2")
        .with("in", "query");
    let exchange = send(secret).await;
    assert!(!format!("{:?}", error(&exchange)).contains("hunter2"));
    assert!(!exchange.redactor.redact(&exchange.request.url).contains("hunter2"));
}

#[tokio::test]
async fn a_pooled_connection_the_server_closed_is_no_error() {
    let server = Server::start(|_: &Received| answer("200 OK\r\nConnection: close", b"bye")).await;
    let client = client();
    for _ in 0..3 {
        assert!(
            client
                .send(signed(get(&server.url("/"))), context())
                .await
                .result
                .is_ok()
        );
    }
}

#[tokio::test]
async fn a_reader_who_takes_a_rest_makes_no_server_silent_or_late() {
    const LENGTH: usize = 16 << 20;
    let big = answer("200 OK", &vec![b'x'; LENGTH]);
    let server = Server::start(move |_: &Received| big.clone()).await;
    let client = Client::new(ClientConfig {
        silence: Duration::from_secs(3),
        keeping: Keeping {
            in_memory: 64 << 10,
            folder: None,
        },
        ..config()
    });
    let request = with_settings(get(&server.url("/")), |settings| {
        settings.timeout = Some(Duration::from_secs(3));
    });
    let (tell, reader) = std::sync::mpsc::channel();
    let arriving: postrider::http::Arriving = Arc::new(move |exchange: Exchange| {
        let body = exchange.response().unwrap().body.clone();
        let passage = body.pass();
        let reading = std::thread::spawn(move || {
            let _passage = passage;
            let (mut read, mut blocks) = (0, body.follow());
            loop {
                let block = blocks.block().unwrap();
                if block.is_empty() {
                    return read;
                }
                if read == 0 {
                    std::thread::sleep(Duration::from_secs(5));
                }
                read += block.len();
            }
        });
        tell.send(reading).unwrap();
    });
    let context = SendContext {
        arriving: Some(arriving),
        ..context()
    };
    let exchange = client.send(signed(request), context).await;
    let truncated = exchange.response().unwrap().truncated.as_ref();
    assert!(truncated.is_none(), "{truncated:?}");
    assert_eq!(reader.recv().unwrap().join().unwrap(), LENGTH);
}

#[tokio::test]
async fn silence_ends_what_no_limit_of_time_does() {
    let (_listener, url) = silent().await;
    let client = |silence| Client::new(ClientConfig { silence, ..config() });
    let exchange = client(Duration::from_millis(60))
        .send(signed(get(&url)), context())
        .await;
    let message = told(&exchange, SendErrorKind::Timeout);
    // Where a busy machine is slow, it may be while connecting.
    assert!(message.starts_with("nothing was heard for 60ms, while "), "{message}");

    let server = Server::start(|_: &Received| b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx".to_vec()).await;
    // With more patience where a busy machine does not come so far.
    for silence in [1, 4, 16, 60] {
        let client = client(Duration::from_secs(silence));
        let exchange = client.send(signed(get(&server.url("/"))), context()).await;
        let message = &exchange.error().unwrap().message;
        let begins = message.starts_with(&format!("nothing was heard for {silence}s, while "));
        assert!(begins, "{message}");
        if message.ends_with("while downloading") {
            assert_eq!(exchange.response().unwrap().body, "x");
            return;
        }
    }
    panic!("it never comes to the download");
}

#[tokio::test]
async fn opening_a_connection_has_a_limit_of_its_own() {
    let (_listener, url) = silent().await;
    let limited = || {
        Client::new(ClientConfig {
            connecting: Duration::from_millis(60),
            ..config()
        })
    };
    let https = url.replace("http://", "https://");
    let exchange = limited().send(signed(get(&https)), context()).await;
    let message = told(&exchange, SendErrorKind::Timeout);
    // Where a busy machine is slow, it may be before the handshake.
    let (start, end) = (
        message.starts_with("no connection to `127.0.0.1:"),
        message.contains("` after 60ms, while "),
    );
    assert!(start && end, "{message}");
}

#[tokio::test]
async fn an_open_connection_that_had_ended_costs_no_answer() {
    // It answers the first request of each connection, and hangs up on the second without a word.
    let server = Server::start(|received: &Received| {
        let again = received.text().contains("again");
        if again && received.connection == 0 {
            Vec::new()
        } else {
            answer("200 OK", b"hi")
        }
    })
    .await;
    let client = client();
    let get = |path: &str| signed(get(&server.url(path)));
    assert!(client.send(get("/first"), context()).await.result.is_ok());
    let exchange = client.send(get("/again"), context()).await;
    assert!(exchange.result.is_ok(), "{exchange:?}");
    assert_eq!(server.seen().last().unwrap().connection, 1);
    assert!(
        exchange.connection.resent && !exchange.connection.reused,
        "told where it went"
    );

    assert!(client.send(get("/first"), context()).await.result.is_ok());
    let post = signed(request("POST", &server.url("/again"), ResolvedBody::None));
    let sent = server.seen().len();
    assert!(client.send(post, context()).await.result.is_ok());
    assert_eq!(server.seen().len(), sent + 1, "sent once");
}
