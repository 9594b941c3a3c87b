//! The tab Request: the request exactly as it went out, its secrets masked.

use crate::model::exchange::{Exchange, SentRequest};
use crate::tui::widgets::highlight::{self, LineState, Syntax};

use super::page::{Ink, Page, Piece, Row, piece};
use super::show::Show;
use super::words;

/// Longer JSON bodies are shown as they were sent.
const PRETTY: usize = 16 * 1024;

pub(super) fn request(exchange: &Exchange, show: &Show<'_>) -> Page {
    let sent = &exchange.request;
    let mut rows = Vec::new();
    if !exchange.went_out() {
        rows.push(Row::new(Ink::Warn, "Nothing of this was sent: it is what would have been.").lead(Ink::Warn, "! "));
        rows.push(Row::default());
    }
    for warning in exchange
        .warnings
        .iter()
        .filter_map(|warning| words::on_the_screen(warning))
    {
        rows.push(
            Row::new(Ink::Warn, show.text(&warning))
                .lead(Ink::Warn, "! ")
                .copied("the warning", show.text(&warning)),
        );
    }
    if !rows.is_empty() {
        rows.push(Row::default());
    }
    let method = sent.method.to_string();
    let url = show.text(&sent.url);
    rows.push(
        Row::new(Ink::Strong, show.end(&sent.url, target(&sent.url)))
            .then(Ink::Dim, format!(" {}", sent.version))
            .lead(Ink::method(&method), format!("{method} "))
            .copied("the URL", url),
    );
    for (name, value) in &sent.headers {
        rows.push(
            Row::new(Ink::Text, show.line(value))
                .lead(Ink::Name, name.clone())
                .lead(Ink::Dim, ": ")
                .copied(format!("value of {name}"), show.text(value)),
        );
    }
    if sent.body_len > 0 {
        rows.push(Row::default());
        body(sent, show, &mut rows);
    }
    Page::new(rows)
}

fn body(sent: &SentRequest, show: &Show<'_>, rows: &mut Vec<Row>) {
    let Some((text, rest)) = beginning(sent, show) else {
        return rows.push(Row::new(
            Ink::Note,
            format!("{} of binary data", words::size(sent.body_len)),
        ));
    };
    let pretty = (rest == 0 && text.len() <= PRETTY)
        .then(|| serde_json::from_str::<serde_json::Value>(&text).ok())
        .flatten()
        .filter(|value| value.is_object() || value.is_array())
        .and_then(|value| serde_json::to_string_pretty(&value).ok());
    let syntax = if pretty.is_some() { Syntax::Json } else { Syntax::Plain };
    let shown = pretty.unwrap_or(text);
    let mut state = LineState::default();
    let mut tokens = Vec::new();
    for line in shown.lines() {
        state = highlight::lex(syntax, line, state, &mut tokens);
        let mut text: Vec<Piece> = Vec::new();
        let mut at = 0;
        for token in &tokens {
            if token.range.start > at {
                text.push(piece(Ink::Text, &line[at..token.range.start]));
            }
            text.push(piece(Ink::Token(token.kind), &line[token.range.clone()]));
            at = token.range.end;
        }
        text.push(piece(Ink::Text, &line[at..]));
        rows.push(Row { text, ..Row::default() }.copied("the line", line));
    }
    if rest > 0 {
        rows.push(Row::new(Ink::Note, more(rest)));
    }
}

/// What is kept of the body where that is text, as it may be shown, and how many bytes there are behind it.
fn beginning(sent: &SentRequest, show: &Show<'_>) -> Option<(String, u64)> {
    let goes_on = sent.body_len > sent.body.len() as u64;
    let text = match std::str::from_utf8(&sent.body) {
        Ok(text) => text,
        // The cut went through a character.
        Err(error) if goes_on && error.error_len().is_none() => {
            std::str::from_utf8(&sent.body[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    let (text, len) = show.beginning(text, goes_on);
    let rest = if goes_on { sent.body_len - len as u64 } else { 0 };
    Some((text, rest))
}

fn more(rest: u64) -> String {
    format!("… and {} more", words::size(rest))
}

/// The request's target as it stands in the request line (RFC 9112, section 3.2.1): the host goes into a header.
fn target(url: &str) -> &str {
    let authority = url.find("://").map_or(0, |at| at + 3);
    match url[authority..].find(['/', '?']) {
        Some(path) if url[authority + path..].starts_with('/') => &url[authority + path..],
        _ => url,
    }
}

/// The request as text: as it went out, secrets masked unless revealed.
pub(super) fn as_text(exchange: &Exchange, show: &Show<'_>) -> String {
    let sent = &exchange.request;
    let mut out = String::new();
    for (name, value) in &sent.headers {
        out.push_str(name);
        out.push_str(": ");
        out.push_str(value);
        out.push('\n');
    }
    let target = show.end(&sent.url, target(&sent.url));
    let first = format!("{} {target} {}", show.text(sent.method.as_str()), sent.version);
    let mut out = format!("{first}\n{}", show.text(&out));
    if let Some((body, rest)) = beginning(sent, show).filter(|(body, rest)| !body.is_empty() || *rest > 0) {
        out.push('\n');
        out.push_str(&body);
        if rest > 0 {
            out.push('\n');
            out.push_str(&more(rest));
        }
    }
    out
}
