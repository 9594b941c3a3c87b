//! The tabs Headers and Cookies: names and values, a value whole where the cursor is.

use jiff::Timestamp;

use crate::model::exchange::{Cookie, Response};

use super::page::{Ink, Page, Row};
use super::show::Show;
use super::words;
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

/// The cookies a response set at `set`, seen from `now`.
pub(super) fn cookies(response: &Response, set: Timestamp, now: Timestamp, show: &Show<'_>, width: usize) -> Page {
    let column = column(response.cookies.iter().map(|cookie| cookie.name.as_str()), width);
    let rows = response.cookies.iter().map(|cookie| {
        let value = show.text(&cookie.value);
        Row::new(Ink::Text, value.clone())
            .then(Ink::Dim, format!("  {}", facts(cookie, set, now)))
            .lead(Ink::Name, padded(&cookie.name, column))
            .elided()
            .copied(format!("value of {}", cookie.name), value)
    });
    Page::new(rows.collect())
}

/// `example.org/ and below · expires in 3 days (2026-01-04 09:00) · Secure`.
fn facts(cookie: &Cookie, set: Timestamp, now: Timestamp) -> String {
    let below = if cookie.host_only { "" } else { " and below" };
    let mut facts = vec![format!("{}{}{below}", cookie.domain, cookie.path)];
    facts.push(match cookie.expires {
        Some(at) if at <= set => "expired, was removed".to_owned(),
        Some(at) => {
            let word = if at <= now { "expired" } else { "expires" };
            let date = at.strftime("%Y-%m-%d %H:%M");
            format!("{word} {} ({date})", words::moment(at, now))
        }
        None => "session".to_owned(),
    });
    if cookie.secure {
        facts.push("Secure".to_owned());
    }
    if cookie.http_only {
        facts.push("HttpOnly".to_owned());
    }
    facts.extend(cookie.same_site.map(|site| format!("SameSite={site}")));
    facts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookies_end_is_told_in_words() {
        let now = Timestamp::UNIX_EPOCH;
        let seconds = jiff::SignedDuration::from_secs;
        let cookie = |expires: Option<i64>| Cookie {
            name: "a".into(),
            value: "b".into(),
            domain: "example.org".into(),
            path: "/".into(),
            expires: expires.map(|at| now + seconds(at)),
            secure: true,
            http_only: true,
            host_only: false,
            same_site: Some("Lax"),
        };
        let shown = |expires, later| facts(&cookie(expires), now, now + seconds(later));
        assert_eq!(
            shown(Some(3 * 86_400), 0),
            "example.org/ and below · expires in 3 days (1970-01-04 00:00) · Secure · HttpOnly · SameSite=Lax"
        );
        assert!(shown(Some(60), 120).contains("· expired 60 seconds ago (1970-01-01 00:01) ·"));
        assert!(shown(Some(-1), 0).contains("· expired, was removed ·"));
        assert!(shown(None, 0).contains("· session ·"));
    }
}
