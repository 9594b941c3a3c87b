//! OAuth 2.0 with the world in it: requests, the browser, the person in front of it. What is asked and what the answers
//! mean is `auth::oauth2`'s.
//!
//! ```text
//! Config ─▶ Flow::obtain ─┬─ client credentials, password ─────────────────────────▶ token endpoint ─▶ Obtained
//!                         ├─ code: Listener ─▶ Person (browser, or paste) ─▶ code ──────────▲
//!                         └─ device: device endpoint ─▶ Person (code, QR) ─▶ poll ──────────┘
//! refresh token ─▶ Flow::refresh ───────────────────────────────────────────────────────────┘
//! ```

mod browser;
mod flow;
mod listener;
mod person;
mod qr;

pub use browser::{open_browser, open_file};
pub use flow::{Failed, Flow, Obtained};
pub use person::{Person, Prompt, Reply, Todo};
pub use qr::qr_code;
