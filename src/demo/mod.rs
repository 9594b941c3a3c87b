//! The embedded demo server, which answers as Pydio Cells v1 does.
//!
//! It exists so that the token story can be told, tried and tested on one machine without an account anywhere: the same
//! requests, the same replies, the same errors, and nothing to install. What is learned here holds on a real Cells v1.
//!
//! ```text
//! start() ─ bind 127.0.0.1 ─┬─ serve ── /auth/dex/…  oauth    check client and password, sign, refresh
//!                           │           /a/…         guard ─ api    verify the token, then answer from `data`
//!                           │           /demo/…      extras   ours, not Cells': slow replies, redirects, cookies, echo
//!                           └─ in the background: key (load or generate), data (generate)
//! ```
//!
//! What is kept where: the signing key in [`Config::key_file`], so an id token is still good after a restart; refresh
//! tokens and changes to users and roles in memory only, so they end with the server, and a client that refreshes with
//! an old one is told `Refresh token is invalid …` just as when it has expired.
//!
//! Two things are ours and not Cells': `NodePaths` may end in `/**` (or `"Recursive": true` be given) for everything
//! below a folder, and everything under `/demo/`.

mod api;
mod data;
mod extras;
mod guard;
mod key;
mod oauth;
mod refresh;
mod reply;
mod state;
mod token;

#[cfg(test)]
mod tests;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

pub use key::KeyOrigin;
use state::App;

/// The client every Cells v1 of the seed's time had; user name and password of its Basic auth.
pub const CLIENT: (&str, &str) = ("cells-front", "cells-front");

/// The largest request body taken, in bytes; echo is the only one that needs any.
const BODY_LIMIT: usize = 64 * 1024 * 1024;

/// How a demo server is to run.
#[derive(Debug, Clone)]
pub struct Config {
    /// TCP port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// How long an id token is good, to the second: `exp` is in whole seconds, so less than two make little sense.
    pub token_ttl: Duration,
    /// Where the signing key is kept; without it, tokens end with the server.
    pub key_file: Option<PathBuf>,
}

impl Default for Config {
    /// A free port, the ten minutes of a real Cells, and no key file.
    fn default() -> Self {
        Self {
            port: 0,
            token_ttl: Duration::from_mins(10),
            key_file: None,
        }
    }
}

/// Why the demo server cannot run or answer.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The port is taken or not allowed.
    #[error("cannot listen on `{addr}`")]
    Bind {
        /// Address that was tried.
        addr: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The signing key could not be made or used.
    #[error("the demo server has no signing key: {reason}")]
    Key {
        /// What went wrong, without any part of the key.
        reason: String,
    },
}

impl DemoError {
    fn key(error: &impl std::fmt::Display) -> Self {
        Self::Key {
            reason: error.to_string(),
        }
    }

    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Bind { .. } => "choose another port, or 0 for any free one",
            Self::Key { .. } => "start the demo again; if it persists, remove the key file",
        }
    }
}

/// A demo server that listens; dropping it stops it.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    app: Arc<App>,
    /// Dropped with the server, which is the signal to stop.
    _stop: oneshot::Sender<()>,
}

impl Running {
    /// The base URL without a trailing slash, as the variable `base_url` holds it.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Waits for the signing key and says where it came from; nobody has to, requests wait by themselves.
    pub async fn key_origin(&self) -> Result<KeyOrigin, DemoError> {
        self.app.key.origin().await
    }
}

/// Starts a server on 127.0.0.1 in the current tokio runtime, and returns as soon as it listens.
///
/// The key is loaded or generated meanwhile; the first request for a token waits for it.
pub async fn start(config: Config) -> Result<Running, DemoError> {
    let wanted = SocketAddr::from((Ipv4Addr::LOCALHOST, config.port));
    let bind = |source| DemoError::Bind { addr: wanted, source };
    let listener = TcpListener::bind(wanted).await.map_err(bind)?;
    let addr = listener.local_addr().map_err(bind)?;

    let app = Arc::new(App::new(format!("http://{addr}"), &config));
    app.prepare();
    let (stop, stopped) = oneshot::channel::<()>();
    let router = router(Arc::clone(&app));
    tokio::spawn(async move {
        let until = async {
            // Nothing is ever sent: the sender's end is the message.
            let _ = stopped.await;
        };
        // Small replies at once, not after the client's delayed acknowledgement. Should it fail, they are only slower.
        let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
        // `axum::serve` goes on over failed connections and returns no error.
        let _ = axum::serve(listener, router).with_graceful_shutdown(until).await;
    });
    Ok(Running { addr, app, _stop: stop })
}

/// All routes.
fn router(app: Arc<App>) -> Router {
    Router::new()
        .route("/", get(welcome))
        .nest("/auth/dex", oauth::router())
        .nest("/a", api::router(&app))
        .nest("/demo", extras::router())
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(app)
}

async fn welcome() -> &'static str {
    "This is postrider's demo server. It answers as Pydio Cells v1 does:\n\
     POST /auth/dex/token gives an id token, GET /a/config/ctl wants it as a Bearer. See /demo for some extras.\n"
}
