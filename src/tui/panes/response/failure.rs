//! The page shown when no response came: what happened, why, and what to do next.

use crate::model::Outcome;
use crate::model::exchange::{Exchange, SendErrorKind};

use super::page::{Ink, Page, Row};
use super::scripts;
use super::show::Show;
use super::words;

/// One or two words for a kind of failure: the badge in the title.
pub(super) fn word(outcome: &Outcome) -> &'static str {
    let Some(exchange) = &outcome.exchange else {
        return if outcome.skipped { "skipped" } else { "not sent" };
    };
    match exchange.result.as_ref().err().map(|error| error.kind) {
        Some(SendErrorKind::Url) => "bad URL",
        Some(SendErrorKind::Request) => "not sendable",
        Some(SendErrorKind::Dns) => "unknown host",
        Some(SendErrorKind::Connect) => "no connection",
        Some(SendErrorKind::Tls) => "TLS failed",
        Some(SendErrorKind::Timeout) => "timed out",
        Some(SendErrorKind::Cancelled) => "cancelled",
        Some(SendErrorKind::Redirect) => "bad redirect",
        Some(SendErrorKind::Proxy) => "proxy failed",
        Some(SendErrorKind::Token) => "no token",
        Some(SendErrorKind::Protocol) => "no HTTP",
        Some(SendErrorKind::TooLarge) => "too large",
        None => "no response",
    }
}

/// Whether nothing is wrong: the user or a script wanted it so.
pub(super) fn is_wanted(outcome: &Outcome) -> bool {
    match &outcome.exchange {
        None => outcome.skipped,
        Some(exchange) => exchange
            .result
            .as_ref()
            .is_err_and(|error| error.kind == SendErrorKind::Cancelled),
    }
}

/// `home` is what mends missing variables, where that is known; it stands for the hint of a URL without them.
pub(super) fn page(outcome: &Outcome, home: Option<&str>, show: &Show<'_>) -> Page {
    let mut rows = Vec::new();
    match outcome.exchange.as_ref().map(|exchange| &exchange.result) {
        Some(Err(error)) if error.kind == SendErrorKind::Cancelled => {
            rows.push(Row::new(Ink::Strong, show.text(&sentence(&error.message))).lead(Ink::Dim, "– "));
            if let Some(hint) = &error.hint {
                rows.push(Row::new(Ink::Dim, show.text(&format!("{}.", sentence(hint)))).lead(Ink::Dim, "  "));
            }
        }
        Some(Err(error)) => {
            for (n, line) in show.lines(&sentence(&error.message)).into_iter().enumerate() {
                let row = Row::new(Ink::Strong, line);
                rows.push(row.lead(Ink::Error, if n == 0 { "✗ " } else { "  " }));
            }
            for cause in &error.causes {
                for (n, line) in show.lines(cause).into_iter().enumerate() {
                    rows.push(
                        Row::new(Ink::Dim, line).lead(Ink::Dim, if n == 0 { "  because: " } else { "           " }),
                    );
                }
            }
            let missing = error.kind == SendErrorKind::Url && home.is_some();
            let hint = error.hint.as_deref().filter(|_| !missing);
            if let Some(hint) = hint.and_then(words::on_the_screen) {
                rows.push(Row::default());
                for (n, line) in show.lines(&hint).into_iter().enumerate() {
                    rows.push(Row::new(Ink::Info, line).lead(Ink::Info, if n == 0 { "  → " } else { "    " }));
                }
            }
        }
        None if outcome.skipped => {
            rows.push(Row::new(Ink::Strong, "A pre-request script skipped this request.").lead(Ink::Dim, "– "));
            rows.push(
                Row::new(Ink::Dim, "pm.execution.skipRequest() was called; nothing was sent.").lead(Ink::Dim, "  "),
            );
        }
        _ => rows.push(Row::new(Ink::Strong, "The request was not sent.").lead(Ink::Error, "✗ ")),
    }
    if !outcome.unresolved.is_empty() {
        rows.push(Row::default());
        let went_out = outcome.exchange.as_ref().is_some_and(Exchange::went_out);
        let told = if went_out {
            "Nothing defines these variables; they were sent as they stand:"
        } else {
            "Nothing defines these variables:"
        };
        rows.push(Row::new(Ink::Text, told).lead(Ink::Warn, "! "));
        for name in &outcome.unresolved {
            rows.push(
                Row::new(
                    Ink::Token(crate::tui::widgets::highlight::TokenKind::Invalid),
                    format!("{{{{{name}}}}}"),
                )
                .lead(Ink::Text, "    "),
            );
        }
        let advice = home.unwrap_or("set them in an environment and make it active, or in the collection");
        rows.push(Row::new(Ink::Info, advice).lead(Ink::Info, "  → "));
    }
    if !outcome.script_errors.is_empty() {
        rows.push(Row::default());
        for error in &outcome.script_errors {
            if error.is_cancelled() {
                let text = format!("{} was cancelled{}", error.script, scripts::at_line(error));
                rows.push(Row::new(Ink::Text, text).lead(Ink::Dim, "– "));
                continue;
            }
            let text = format!("{} failed{}", error.script, scripts::at_line(error));
            rows.push(
                Row::new(Ink::Text, text)
                    .then(Ink::Dim, "  the tab Tests says why")
                    .lead(Ink::Warn, "! "),
            );
        }
    }
    Page::quiet(rows)
}

/// The message as a sentence of its own.
fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}
