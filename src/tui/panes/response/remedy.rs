//! The setting that decides whether a send fails as it did: one key away.

use crate::model::Outcome;
use crate::model::exchange::{SendError, SendErrorKind};
use crate::tui::command::Command;
use crate::tui::panes::{Cx, Pane, request};

/// The name of the setting.
pub(super) fn setting(outcome: &Outcome) -> Option<&'static str> {
    let error = outcome.exchange.as_ref()?.error()?;
    match error.kind {
        // What else goes wrong with TLS is no matter of trust.
        SendErrorKind::Tls if is_about_trust(error.code) => Some("verify_tls"),
        // A loop. To nowhere, more of them lead no further.
        SendErrorKind::Redirect if error.code == SendError::TOO_FAR => Some("max_redirects"),
        SendErrorKind::Redirect => Some("follow_redirects"),
        SendErrorKind::Proxy => Some("proxy"),
        _ => None,
    }
}

/// Whether Node's name for an error says that a certificate is not trusted.
fn is_about_trust(code: &str) -> bool {
    code.contains("CERT") || code.starts_with("UNABLE_TO")
}

/// What the setting is called.
pub(super) fn label(name: &str) -> &'static str {
    let known = request::SETTINGS.iter().find(|(own, ..)| *own == name);
    known.map_or("", |(_, label, _)| label)
}

/// Goes there, if there is one.
pub(super) fn go(outcome: &Outcome, cx: &mut Cx<'_>) {
    if let Some(name) = setting(outcome) {
        cx.commands.push(Command::Focus(Pane::Request));
        cx.commands.push(Command::Request(request::Order::Setting(name)));
    }
}
