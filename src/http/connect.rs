//! Opening connections: name lookup, TCP, the proxy, TLS.

use std::future::{Ready, ready};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::future::{BoxFuture, Either};
use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV4, SocksV5, Tunnel};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tower::Service;
use tower::util::ServiceExt;

use super::proxy::Proxy;
use super::pulse::{Beating, Pulse};
use super::tls;
use super::trace::{Resolver, mark_connect, mark_connected};
use super::wire::Duplex;
use crate::model::settings::HttpVersion;
use crate::model::tls::Tls;

/// Anything that keeps a connection from being opened.
pub(super) type ConnectError = Box<dyn std::error::Error + Send + Sync>;

/// How to get to a server.
#[derive(Clone)]
pub(super) struct Route {
    /// Scheme, host and port.
    pub server: Uri,
    pub proxy: Option<Proxy>,
    /// What TLS is made with; absent where neither the server nor the proxy has it.
    pub tls: Option<Arc<ClientConfig>>,
    pub version: HttpVersion,
    /// Whether certificates are checked.
    pub verify_tls: bool,
    /// How long opening it may take; zero is for ever.
    pub limit: Duration,
}

/// A connection was not open in time.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("not open after {0:?}")]
pub(super) struct TooSlow(pub Duration);

/// An open connection.
pub(super) struct Opened {
    pub stream: Box<dyn Duplex>,
    /// Whether HTTP/2 is to be spoken on it.
    pub is_h2: bool,
    pub ends: Ends,
    pub pulse: Pulse,
}

/// What is known of a connection.
#[derive(Clone, Debug)]
pub(super) struct Ends {
    pub remote: Option<SocketAddr>,
    pub local: Option<SocketAddr>,
    /// TLS with the server.
    pub tls: Option<Arc<Tls>>,
}

/// How long a connection may be silent before it is asked whether it still lives.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Opens a connection.
pub(super) fn open(route: Route) -> BoxFuture<'static, Result<Opened, ConnectError>> {
    Box::pin(async move {
        mark_connect();
        let limit = route.limit;
        let opening = open_unmarked(route);
        let opened = if limit.is_zero() {
            opening.await?
        } else {
            tokio::time::timeout(limit, opening)
                .await
                .map_err(|_| TooSlow(limit))??
        };
        mark_connected();
        Ok(opened)
    })
}

async fn open_unmarked(route: Route) -> Result<Opened, ConnectError> {
    let Route {
        server: target,
        proxy,
        tls,
        version,
        verify_tls,
        limit: _,
    } = route;
    let first = proxy.as_ref().map_or(&target, Proxy::uri).clone();
    let tcp = tcp(first).await?;
    let mut ends = Ends {
        remote: tcp.peer_addr().ok(),
        local: tcp.local_addr().ok(),
        tls: None,
    };
    let pulse = Pulse::new();
    let mut stream: Box<dyn Duplex> = Box::new(Beating {
        inner: tcp,
        pulse: pulse.clone(),
    });
    if let Some(proxy) = proxy {
        stream = through(proxy, stream, target.clone(), tls.clone()).await?;
    }
    let mut is_h2 = version == HttpVersion::Http2;
    if let Some(config) = tls.filter(|_| target.scheme_str() == Some("https")) {
        let secured = handshake(config, host(&target), stream).await?;
        let session = secured.get_ref().1;
        is_h2 |= session.alpn_protocol() == Some(b"h2");
        ends.tls = Some(Arc::new(tls::agreed(session, verify_tls)));
        stream = Box::new(secured);
    }
    Ok(Opened {
        stream,
        is_h2,
        ends,
        pulse,
    })
}

/// A host without the brackets of an IPv6 address.
fn host(address: &Uri) -> String {
    address.host().unwrap_or_default().trim_matches(['[', ']']).to_owned()
}

async fn tcp(address: Uri) -> Result<TcpStream, ConnectError> {
    let mut connector = HttpConnector::new_with_resolver(Resolver);
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_keepalive(Some(KEEP_ALIVE));
    connector.set_keepalive_interval(Some(KEEP_ALIVE));
    connector.set_keepalive_retries(Some(3));
    let stream = connector.oneshot(with_port(&address)?).await?;
    Ok(stream.into_inner())
}

/// The port of a proxy's scheme, where its address has none.
fn with_port(address: &Uri) -> Result<Uri, ConnectError> {
    let scheme = address.scheme_str().unwrap_or("http");
    let host = address.host().unwrap_or_default();
    let port = address.port_u16().unwrap_or(match scheme {
        "https" => 443,
        "http" => 80,
        _ => 1080,
    });
    Ok(format!("{scheme}://{host}:{port}/").parse()?)
}

/// The way through a proxy; to a plain server an HTTP proxy speaks for itself.
async fn through(
    proxy: Proxy,
    mut stream: Box<dyn Duplex>,
    target: Uri,
    tls: Option<Arc<ClientConfig>>,
) -> Result<Box<dyn Duplex>, ConnectError> {
    let uri = proxy.uri().clone();
    if let Some(remote) = proxy.socks() {
        let target = if remote { target } else { resolved(target).await? };
        let inner = once(TokioIo::new(stream));
        let opening = if uri.scheme_str().is_some_and(|scheme| scheme.starts_with("socks4")) {
            Either::Left(SocksV4::new(uri, inner).call(target))
        } else {
            let mut socks = SocksV5::new(uri, inner);
            if let Some((user, password)) = proxy.user() {
                socks = socks.with_auth(user.to_owned(), password.to_owned());
            }
            Either::Right(socks.call(target))
        };
        return Ok(Box::new(opening.await?.into_inner()));
    }
    if let Some(config) = tls.filter(|_| proxy.is_https()) {
        let mut config = ClientConfig::clone(&config);
        config.alpn_protocols.clear();
        stream = Box::new(handshake(Arc::new(config), host(&uri), stream).await?);
    }
    if target.scheme_str() != Some("https") {
        return Ok(stream);
    }
    let mut tunnel = Tunnel::new(uri, once(TokioIo::new(stream)));
    if let Some(auth) = proxy.basic() {
        tunnel = tunnel.with_auth(auth.clone());
    }
    let opening = tunnel.call(target);
    Ok(Box::new(opening.await?.into_inner()))
}

/// A target whose name is looked up here, for proxies that take addresses alone.
async fn resolved(target: Uri) -> Result<Uri, ConnectError> {
    let port = target.port_u16().unwrap_or_default();
    let found = Resolver::lookup(host(&target)).await?;
    let Some(first) = found.first() else {
        return Ok(target);
    };
    let address = SocketAddr::new(first.ip(), port);
    Ok(format!("{}://{address}/", target.scheme_str().unwrap_or("http")).parse()?)
}

async fn handshake<S: Duplex>(
    config: Arc<ClientConfig>,
    host: String,
    stream: S,
) -> Result<tokio_rustls::client::TlsStream<S>, ConnectError> {
    let name = ServerName::try_from(host)?;
    Ok(TlsConnector::from(config).connect(name, stream).await?)
}

/// A connector that has one connection, and that is open already.
struct Once<T>(Option<T>);

impl<T> Service<Uri> for Once<T> {
    type Response = T;
    type Error = io::Error;
    type Future = Ready<io::Result<T>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        ready(self.0.take().ok_or_else(|| io::ErrorKind::NotConnected.into()))
    }
}

fn once<T>(connection: T) -> Once<T> {
    Once(Some(connection))
}
