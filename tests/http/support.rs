//! A server that keeps every byte it was sent, and requests to send to it.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use postrider::auth::{SignedRequest, sign};
use postrider::http::{Client, ClientConfig, Jar, ProxySource, SendContext};
use postrider::model::exchange::{Exchange, Response, SendError};
use postrider::model::request::Method;
use postrider::model::wire::ResolvedBody;
use postrider::model::{Auth, Redactor, ResolvedRequest, Settings};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

/// One request as it came in.
#[derive(Clone, Debug)]
pub struct Received {
    /// Every byte of it.
    pub raw: Vec<u8>,
    /// Which connection it came over, from 0.
    pub connection: usize,
}

impl Received {
    /// The request line.
    pub fn line(&self) -> String {
        self.text().lines().next().unwrap_or_default().to_owned()
    }

    /// All as text: the head in Latin-1, as headers are, the body in UTF-8.
    pub fn text(&self) -> String {
        let (head, body) = self.raw.split_at(head_len(&self.raw).unwrap_or(self.raw.len()));
        let head: String = head.iter().map(|&byte| char::from(byte)).collect();
        head + &String::from_utf8_lossy(body)
    }

    /// The body, chunks and all.
    pub fn body(&self) -> Vec<u8> {
        self.raw[head_len(&self.raw).unwrap()..].to_vec()
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<String> {
        self.text()
            .lines()
            .skip(1)
            .take_while(|line| !line.is_empty())
            .filter_map(|line| line.split_once(": "))
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.to_owned())
    }
}

type Handler = Arc<dyn Fn(&Received) -> Vec<u8> + Send + Sync>;

/// A server that answers with raw bytes; an empty answer closes the connection.
#[derive(Clone)]
pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Received>>>,
}

impl Server {
    pub async fn start(handler: impl Fn(&Received) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::run(None, Arc::new(handler)).await
    }

    pub async fn start_tls(
        config: Arc<tokio_rustls::rustls::ServerConfig>,
        handler: impl Fn(&Received) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self::run(Some(tokio_rustls::TlsAcceptor::from(config)), Arc::new(handler)).await
    }

    async fn run(tls: Option<tokio_rustls::TlsAcceptor>, handler: Handler) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let server = Self {
            address,
            seen: Arc::clone(&seen),
        };
        tokio::spawn(async move {
            for connection in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let (tls, handler, seen) = (tls.clone(), Arc::clone(&handler), Arc::clone(&seen));
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, connection, &handler, &seen).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, connection, &handler, &seen).await;
                            }
                        }
                    }
                });
            }
        });
        server
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Received> {
        self.seen.lock().unwrap().clone()
    }

    /// The only request so far.
    pub fn only(&self) -> Received {
        let seen = self.seen();
        assert_eq!(seen.len(), 1);
        seen[0].clone()
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    connection: usize,
    handler: &Handler,
    seen: &Mutex<Vec<Received>>,
) {
    let mut pending = Vec::new();
    loop {
        while !is_whole(&pending) {
            if stream.read_buf(&mut pending).await.unwrap_or(0) == 0 {
                return;
            }
        }
        let received = Received {
            raw: std::mem::take(&mut pending),
            connection,
        };
        let answer = handler(&received);
        seen.lock().unwrap().push(received);
        if answer.is_empty() || stream.write_all(&answer).await.is_err() {
            return;
        }
        stream.flush().await.unwrap();
        if answer.windows(17).any(|part| part == b"Connection: close") {
            let _ = stream.shutdown().await;
            return;
        }
    }
}

fn head_len(raw: &[u8]) -> Option<usize> {
    raw.windows(4).position(|part| part == b"\r\n\r\n").map(|at| at + 4)
}

fn is_whole(raw: &[u8]) -> bool {
    let Some(head) = head_len(raw) else { return false };
    let text = String::from_utf8_lossy(&raw[..head]).to_lowercase();
    if text.contains("transfer-encoding: chunked") {
        return raw.ends_with(b"0\r\n\r\n");
    }
    let len = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |len| len.parse::<usize>().unwrap());
    raw.len() >= head + len
}

/// An answer with a body.
pub fn answer(head: &str, body: &[u8]) -> Vec<u8> {
    let mut out = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    out.extend_from_slice(body);
    out
}

/// `200 OK`, `hi`.
pub fn ok(_: &Received) -> Vec<u8> {
    answer("200 OK", b"hi")
}

/// A plain GET.
pub fn get(url: &str) -> ResolvedRequest {
    request("GET", url, ResolvedBody::None)
}

pub fn request(method: &str, url: &str, body: ResolvedBody) -> ResolvedRequest {
    ResolvedRequest {
        method: Method::new(method),
        url: url.to_owned(),
        headers: Vec::new(),
        body,
        auth: Auth::new(Auth::NONE),
        settings: Settings::default(),
        redactor: Redactor::default(),
        unresolved: Vec::new(),
        used: Vec::new(),
    }
}

pub fn with_headers(mut request: ResolvedRequest, headers: &[(&str, &str)]) -> ResolvedRequest {
    request
        .headers
        .extend(headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
    request
}

pub fn with_settings(mut request: ResolvedRequest, change: impl FnOnce(&mut Settings)) -> ResolvedRequest {
    change(&mut request.settings);
    request
}

pub fn signed(request: ResolvedRequest) -> SignedRequest {
    sign(request).request
}

/// A client that takes nothing from the environment.
pub fn config() -> ClientConfig {
    ClientConfig {
        proxy_source: ProxySource::Fixed {
            http: String::new(),
            https: String::new(),
            no_proxy: String::new(),
        },
        ..ClientConfig::default()
    }
}

pub fn client() -> Client {
    Client::new(config())
}

pub fn context() -> SendContext {
    SendContext::new(Arc::new(Jar::new()))
}

/// Sends with a client of its own.
pub async fn send(request: ResolvedRequest) -> Exchange {
    client().send(signed(request), context()).await
}

pub fn response(exchange: &Exchange) -> &Response {
    match &exchange.result {
        Ok(response) => response,
        Err(error) => panic!("no response: {error:?}"),
    }
}

pub fn error(exchange: &Exchange) -> &SendError {
    match &exchange.result {
        Ok(response) => panic!("a response: {response:?}"),
        Err(error) => error,
    }
}
