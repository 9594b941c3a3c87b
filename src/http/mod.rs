//! Sends a signed request and returns the exchange.
//!
//! ```text
//! SignedRequest ─▶ target    the URL: a host, a scheme we speak, nothing left to resolve
//!                ─▶ body      what goes behind the headers: encoded form, multipart, a file, opened again for each hop
//!        ┌──────▶ headers   user's, auth's, ours; cookies ─▶ SentRequest
//!        │        exchange over a pooled connection (client, proxy, tls), watched by trace
//!        │        ─▶ cookies into the jar
//!        └─ redirect ◀─ 3xx
//!                 receive ─▶ decode ─▶ Exchange
//! ```
//!
//! The connections are reqwest's; everything a person can see or set is ours: redirects, cookies, decoding, headers,
//! proxies and the words for what went wrong. A send always ends in an [`Exchange`](crate::model::Exchange), never in
//! an error of its own.
//!
//! What the libraries do not let us do, told here once: header names lose their spelling (Title-Case out, lower case in),
//! `Accept` and `Host` cannot be left out, and `/a/../b` goes out as `/b`. The exchange shows what was really sent.

mod body;
mod client;
mod cookies;
mod decode;
mod error;
mod headers;
mod identity;
mod key;
mod multipart;
mod pkcs12;
mod proxy;
mod receive;
mod redirect;
mod room;
mod send;
mod target;
mod tls;
mod trace;
mod verify;

pub use client::{Client, ClientConfig};
pub use cookies::{Jar, merge as merge_cookies};
pub use headers::ACCEPT_ENCODING;
pub use proxy::ProxySource;
pub use room::Allowance;
pub use send::SendContext;
pub use trace::Progress;
