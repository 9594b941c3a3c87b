//! The tabs Headers and Cookies: names and values, a value whole where the cursor is.

use crate::model::exchange::{Cookie, Exchange, Response};

use super::page::{Ink, Page, Row};
use super::show::Show;
use crate::tui::widgets::glyphs;

/// The widest a column of names gets.
const WIDEST: usize = 32;

/// Pads names to one width: that of the longest, but never more than a third of the room.
pub(super) fn column<'a>(names: impl Iterator<Item = &'a str>, width: usize) -> usize {
    let most = WIDEST.min(width / 3).max(6);
    names.map(glyphs::width).max().unwrap_or(0).min(most)
}

/// A name, elided and padded to a column of this width, and the gap behind it.
pub(super) fn padded(name: &str, column: usize) -> String {
    let name = glyphs::elide(name, column);
    let rest = column.saturating_sub(glyphs::width(&name));
    format!("{name}{}  ", " ".repeat(rest))
}

pub(super) fn headers(response: &Response, show: &Show<'_>, width: usize) -> Page {
    let column = column(response.headers.iter().map(|(name, _)| name.as_str()), width);
    let rows = response.headers.iter().map(|(name, value)| {
        let value = show.text(&String::from_utf8_lossy(value));
        Row::new(Ink::Text, value.clone())
            .lead(Ink::Name, padded(name, column))
            .elided()
            .copied(format!("value of {name}"), value)
    });
    Page::new(rows.collect())
}

pub(super) fn cookies(exchange: &Exchange, response: &Response, show: &Show<'_>, width: usize) -> Page {
    let column = column(response.cookies.iter().map(|cookie| cookie.name.as_str()), width);
    let rows = response.cookies.iter().map(|cookie| {
        let value = show.text(&cookie.value);
        Row::new(Ink::Text, value.clone())
            .then(Ink::Dim, format!("  {}", facts(cookie, exchange)))
            .lead(Ink::Name, padded(&cookie.name, column))
            .elided()
            .copied(format!("value of {}", cookie.name), value)
    });
    Page::new(rows.collect())
}

fn facts(cookie: &Cookie, exchange: &Exchange) -> String {
    let mut facts = vec![format!("{}{}", cookie.domain, cookie.path)];
    facts.push(match cookie.expires {
        Some(at) if at <= exchange.started => "removed".to_owned(),
        Some(at) => format!("until {}", at.strftime("%Y-%m-%d %H:%M")),
        None => "session".to_owned(),
    });
    if cookie.secure {
        facts.push("Secure".to_owned());
    }
    if cookie.http_only {
        facts.push("HttpOnly".to_owned());
    }
    facts.join(" · ")
}
