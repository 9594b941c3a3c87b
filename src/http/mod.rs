//! Sends a signed request and returns the exchange.
//!
//! ```text
//! SignedRequest ─▶ target    the URL: a host, a scheme we speak, nothing left to resolve
//!                ─▶ body      what goes behind the headers: encoded form, multipart, a file, opened again for each hop
//!        ┌──────▶ headers   user's, auth's, ours; cookies ─▶ SentRequest
//!        │        exchange over a pooled connection (pool, connect, proxy, tls, wire), watched by trace
//!        │        ─▶ cookies into the jar
//!        └─ redirect ◀─ 3xx
//!                 receive ─▶ decode ─▶ kept ─▶ Exchange
//! ```
//!
//! What postrider fetches for itself, of which nobody sees a request, goes over reqwest ([`Client::download`]).
//!
//! hyper speaks HTTP, rustls TLS; everything a person can see or set is ours: heads, redirects, cookies, decoding, proxies,
//! the connections that stay open, and the words for what went wrong. A send always ends in an
//! [`Exchange`](crate::model::Exchange), never in an error of its own, and the exchange shows what was really sent.

mod body;
mod certificate;
mod client;
mod connect;
mod cookies;
mod decode;
mod download;
mod error;
mod head;
mod headers;
mod identity;
mod kept;
mod key;
mod multipart;
mod pkcs12;
mod pool;
mod proxy;
mod pulse;
mod receive;
mod redirect;
mod room;
mod seen;
mod send;
mod shelf;
mod target;
mod tls;
mod trace;
mod verify;
mod wire;

pub use body::OutsideFile;
pub use certificate::{CertificateError, read_certificate};
pub use client::{Client, ClientConfig, TrustedFiles};
pub use cookies::{Jar, merge as merge_cookies, shown as shown_cookie};
pub use download::{Download, Downloaded};
pub use error::MAY_BE_THERE;
pub use headers::ACCEPT_ENCODING;
pub use identity::{Looking, Passphrases};
pub use kept::{Keeper, Keeping};
pub use proxy::{ProxySource, proxy_host};
pub use room::Allowance;
pub use seen::{Kept, Seen};
pub use send::{Arriving, SendContext};
pub use target::host_of;
pub use trace::Progress;
