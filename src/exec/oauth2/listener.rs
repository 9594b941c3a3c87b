//! Hears the browser come back to this machine (RFC 8252, section 7.3).
//!
//! It listens at the loopback address alone, knows one path, and takes nothing from a page that only claims to be here.
//! What came is judged by whoever waits; the browser then gets a small page that says so.

use std::net::Ipv6Addr;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::auth::oauth2::{Loopback, OAuthError};
use crate::model::reason::reason;

/// Listens until it is dropped.
pub(super) struct Listener {
    /// The redirect URI that leads here.
    pub uri: String,
    arrivals: mpsc::Receiver<Arrival>,
    _stop: DropGuard,
}

/// A browser that came.
pub(super) struct Arrival {
    /// The parameters it brought.
    pub query: String,
    page: oneshot::Sender<Page>,
}

/// What a browser is shown.
pub(super) enum Page {
    /// All is well.
    Done,
    /// It is not the one that is waited for.
    Stranger,
    /// The server said no, or something else went wrong.
    Failed(String),
}

impl Arrival {
    /// Shows the browser what became of it.
    pub fn show(self, page: Page) {
        // It may be gone.
        let _ = self.page.send(page);
    }
}

#[derive(Clone)]
struct Here {
    place: Loopback,
    /// Whether tokens come in the part of the address that browsers keep to themselves.
    fragment: bool,
    arrivals: mpsc::Sender<Arrival>,
}

impl Listener {
    /// Opens the port.
    ///
    /// # Errors
    ///
    /// It is taken, or not ours to open.
    pub async fn open(place: Loopback, fragment: bool) -> Result<Self, OAuthError> {
        let wanted = place.port.unwrap_or(0);
        let refused = |error: std::io::Error| OAuthError::Port {
            port: wanted,
            why: reason(error),
        };
        let first = TcpListener::bind((place.address(), wanted)).await.map_err(refused)?;
        let port = first.local_addr().map_err(refused)?.port();
        let mut listeners = vec![first];
        // Browsers differ in what `localhost` is; where there is no second address, there is nobody at it.
        if place.host.eq_ignore_ascii_case("localhost")
            && let Ok(second) = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await
        {
            listeners.push(second);
        }
        let uri = place.uri(port);
        let stop = CancellationToken::new();
        let (sender, arrivals) = mpsc::channel(1);
        let here = Here {
            place,
            fragment,
            arrivals: sender,
        };
        for listener in listeners {
            let (router, stop) = (Router::new().fallback(visit).with_state(here.clone()), stop.clone());
            // It ends by itself once it is stopped and the last page is out.
            tokio::spawn(async move {
                let served = axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned());
                // Nobody is left to be told; whoever waits sees that no browser comes.
                let _ = served.await;
            });
        }
        Ok(Self {
            uri,
            arrivals,
            _stop: stop.drop_guard(),
        })
    }

    /// The next browser; never again once nothing listens any more.
    pub async fn next(&mut self) -> Arrival {
        match self.arrivals.recv().await {
            Some(arrival) => arrival,
            None => std::future::pending().await,
        }
    }
}

async fn visit(State(here): State<Here>, request: Request) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let is_here = host.is_some_and(|host| here.place.is_host(host));
    if !is_here || request.method() != Method::GET || request.uri().path() != here.place.path {
        return StatusCode::NOT_FOUND.into_response();
    }
    let query = request.uri().query().unwrap_or_default().to_owned();
    if here.fragment && !query.contains("state=") {
        return page(StatusCode::OK, "One moment", "", FRAGMENT);
    }
    let (sender, shown) = oneshot::channel();
    let arrival = Arrival { query, page: sender };
    let shown = match here.arrivals.send(arrival).await {
        Ok(()) => shown.await.ok(),
        Err(_) => None,
    };
    match shown {
        Some(Page::Done) => page(
            StatusCode::OK,
            "You are signed in",
            "Close this page and go back to postrider.",
            "",
        ),
        Some(Page::Failed(why)) => page(StatusCode::OK, "You are not signed in", &why, ""),
        Some(Page::Stranger) => page(
            StatusCode::BAD_REQUEST,
            "This is not the sign-in that postrider waits for",
            "It has ignored it. Use the page that postrider has opened.",
            "",
        ),
        None => page(
            StatusCode::GONE,
            "This sign-in is over",
            "Send the request again for a new one.",
            "",
        ),
    }
}

/// Hands over what only the page itself can see of its address.
const FRAGMENT: &str = "<script>if (location.hash.length > 1) location.replace(location.pathname + '?' + \
                        location.hash.slice(1)); else document.querySelector('h1').textContent = 'Nothing came back';</script>";

fn page(status: StatusCode, title: &str, text: &str, script: &str) -> Response {
    let (title, text) = (escaped(title), escaped(text));
    let html = format!(
        "<!doctype html><meta charset=utf-8><meta name=viewport content='width=device-width'><title>{title}</title>\
         <style>:root{{color-scheme:light dark}}body{{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;\
         padding:0 1rem}}h1{{font-size:1.4rem;font-weight:600}}</style><h1>{title}</h1><p>{text}</p>{script}\n"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONNECTION, "close"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
    ];
    (status, headers, html).into_response()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[tokio::test]
    async fn it_listens_at_the_address_that_is_named() {
        for (redirect_uri, address) in [
            ("", "127.0.0.1"),
            ("http://localhost/cb", "127.0.0.1"),
            ("http://127.0.0.2/cb", "127.0.0.2"),
        ] {
            let listener = Listener::open(Loopback::of(redirect_uri, None).unwrap(), false)
                .await
                .unwrap();
            let port = listener.uri.rsplit(':').next().unwrap().split('/').next().unwrap();
            let port: u16 = port.parse().unwrap();
            // Nobody else may have the port there, as it is taken.
            let taken = TcpListener::bind((address, port)).await;
            assert!(taken.is_err(), "{redirect_uri}");
        }
    }
}
