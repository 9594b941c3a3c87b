//! The tabs Headers and Cookies: names and values, a value whole where the cursor is.

use bytes::Bytes;
use jiff::Timestamp;

use crate::model::exchange::{Cookie, Exchange, Hop};

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

/// The headers of the answer, then those of each answer on the way to it, in their order.
pub(super) fn headers(exchange: &Exchange, show: &Show<'_>, width: usize) -> Page {
    let own = exchange.response().map(|response| &response.headers);
    let hops = exchange.hops.iter().map(|hop| &hop.heads.received);
    let names = own.into_iter().chain(hops).flatten().map(|(name, _)| name.as_str());
    let column = column(names, width);
    let lines = |headers: &[(String, Bytes)]| -> Vec<Row> {
        let rows = headers.iter().map(|(name, value)| {
            let value = String::from_utf8_lossy(value);
            Row::new(Ink::Text, show.line(&value))
                .lead(Ink::Name, padded(name, column))
                .elided()
                .copied(format!("value of {name}"), show.text(&value))
        });
        rows.collect()
    };
    let mut rows = own.map_or_else(Vec::new, |headers| lines(headers));
    for hop in &exchange.hops {
        if !rows.is_empty() {
            rows.push(Row::default());
        }
        rows.push(way(hop, show));
        rows.extend(lines(&hop.heads.received));
        if hop.heads.cut {
            rows.push(Row::new(
                Ink::Dim,
                "more headers came than are kept of an answer on the way",
            ));
        }
    }
    Page::new(rows)
}

/// ` 302  Found GET http://a.example/old → /new`.
fn way(hop: &Hop, show: &Show<'_>) -> Row {
    let reason = show.text(&hop.heads.reason);
    let text = show.text(&format!("{} {}", hop.method, hop.url));
    let led = show.text(&hop.led());
    Row::new(Ink::badge(hop.status), format!(" {:03} ", hop.status))
        .then(Ink::Dim, format!(" {reason}").trim_end().to_owned())
        .then(Ink::Text, format!(" {text}"))
        .then(Ink::Dim, format!(" {led}"))
        .copied("the answer on the way", format!("{text} {led}"))
}

/// The widest the column of values gets.
const WIDEST_VALUE: usize = 24;

/// The cookies that the answer set, and then those of each answer on the way to it, seen from `now`.
pub(super) fn cookies(exchange: &Exchange, now: Timestamp, show: &Show<'_>, width: usize) -> Page {
    let own = exchange.response().map_or(&[][..], |response| &response.cookies);
    let all = || {
        own.iter()
            .chain(exchange.hops.iter().flat_map(|hop| &hop.heads.cookies))
    };
    let names: Vec<String> = all().map(|cookie| show.line(&cookie.name)).collect();
    let table = Table {
        width,
        name: column(names.iter().map(String::as_str), width),
        value: WIDEST_VALUE.min(width / 4).max(6),
        place: all()
            .map(|cookie| glyphs::width(&show.text(&place(cookie))))
            .max()
            .unwrap_or(0)
            .min(width / 3),
        end: all()
            .map(|cookie| glyphs::width(&end(cookie, exchange.started, now)))
            .max()
            .unwrap_or(0),
        set: exchange.started,
        now,
    };
    let mut rows: Vec<Row> = own.iter().map(|cookie| table.row(cookie, show)).collect();
    let none: [(String, Bytes); 0] = [];
    let own = exchange.response().map_or(&none[..], |response| &response.headers);
    rows.extend(nameless(own, show));
    let sets = |hop: &&Hop| !hop.heads.cookies.is_empty() || nameless(&hop.heads.received, show).next().is_some();
    for hop in exchange.hops.iter().filter(sets) {
        if !rows.is_empty() {
            rows.push(Row::default());
        }
        rows.push(way(hop, show));
        rows.extend(hop.heads.cookies.iter().map(|cookie| table.row(cookie, show)));
        rows.extend(nameless(&hop.heads.received, show));
    }
    Page::new(rows)
}

/// What a server gave for cookies that are none.
fn nameless<'a>(headers: &'a [(String, Bytes)], show: &'a Show<'_>) -> impl Iterator<Item = Row> + 'a {
    let set = headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie"));
    let texts = set.map(|(_, value)| String::from_utf8_lossy(value));
    // What has no `=` is a value without a name, as others keep it, too.
    let is_none = |text: &std::borrow::Cow<'_, str>| {
        let pair = text.split(';').next().unwrap_or_default().trim();
        pair.strip_prefix('=').unwrap_or(pair).trim().is_empty()
    };
    texts.filter(is_none).map(|text| {
        let text = show.text(&text);
        Row::new(Ink::Warn, "refused: neither a name nor a value  ")
            .then(Ink::Dim, text.clone())
            .elided()
            .copied("what is no cookie", text)
    })
}

/// The columns of the cookies.
struct Table {
    width: usize,
    name: usize,
    value: usize,
    place: usize,
    end: usize,
    set: Timestamp,
    now: Timestamp,
}

impl Table {
    /// One line: name, value, place, end, what else is so. Under the cursor what is cut of it follows whole.
    fn row(&self, cookie: &Cookie, show: &Show<'_>) -> Row {
        let (name, value) = (show.line(&cookie.name), show.line(&cookie.value));
        let copied = show.text(&cookie.value);
        let refused = cookie.more.refused.map(|why| format!("refused: {why}"));
        let (place, end, flags) = (
            show.text(&place(cookie)),
            end(cookie, self.set, self.now),
            flags(cookie),
        );
        let lead = padded(&name, self.name);
        let line = |value: String| {
            let row = Row::new(Ink::Text, value).lead(Ink::Name, lead.clone());
            match &refused {
                Some(refused) => row.then(Ink::Warn, format!("{refused}  ")),
                None => row,
            }
        };
        let rest = format!("{}{}{flags}", padded(&place, self.place), padded(&end, self.end));
        let rest = rest.trim_end().to_owned();
        let whole = lead.clone() + &padded(&value, self.value) + &rest;
        let columns = [
            (&name, self.name),
            (&value, self.value),
            (&place, self.place),
            (&end, self.end),
        ];
        let cut = columns.iter().any(|(text, room)| glyphs::width(text) > *room);
        let row = line(padded(&value, self.value)).then(Ink::Dim, rest.clone()).elided();
        if !cut && refused.is_none() && glyphs::width(&whole) <= self.width {
            // Whole as it is: under the cursor it stays in its columns.
            return row.copied(format!("value of {name}"), copied);
        }
        // What was cut follows whole, so that nothing in the columns moves.
        let mut opened = line(padded(&value, self.value)).then(Ink::Dim, rest);
        for (text, _) in columns.into_iter().filter(|(text, room)| glyphs::width(text) > *room) {
            opened = opened.then(Ink::Text, format!("  {text}"));
        }
        row.opened(opened).copied(format!("value of {name}"), copied)
    }
}

/// `example.org/ and below`.
fn place(cookie: &Cookie) -> String {
    let below = if cookie.host_only { "" } else { " and below" };
    format!("{}{}{below}", cookie.domain, cookie.path)
}

/// `expires in 3 days (2026-01-04 09:00)`, of a cookie that was set at `set`.
fn end(cookie: &Cookie, set: Timestamp, now: Timestamp) -> String {
    match cookie.expires {
        Some(at) if at <= set => "expired, was removed".to_owned(),
        Some(at) => {
            let word = if at <= now { "expired" } else { "expires" };
            let date = at.strftime("%Y-%m-%d %H:%M");
            format!("{word} {} ({date})", words::moment(at, now))
        }
        None => "session".to_owned(),
    }
}

/// `Secure · HttpOnly · SameSite=Lax`.
fn flags(cookie: &Cookie) -> String {
    let mut flags = Vec::new();
    for (there, word) in [
        (cookie.name.is_empty(), "no name"),
        (cookie.secure, "Secure"),
        (cookie.http_only, "HttpOnly"),
        (cookie.more.partitioned, "Partitioned"),
    ] {
        if there {
            flags.push(word.to_owned());
        }
    }
    flags.extend(cookie.same_site.map(|site| format!("SameSite={site}")));
    flags.extend(cookie.more.priority.map(|priority| format!("Priority={priority}")));
    flags.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::exchange::CookieMore;

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
            more: CookieMore::default(),
        };
        let shown = |expires, later| end(&cookie(expires), now, now + seconds(later));
        assert_eq!(shown(Some(3 * 86_400), 0), "expires in 3 days (1970-01-04 00:00)");
        assert_eq!(shown(Some(60), 120), "expired 60 seconds ago (1970-01-01 00:01)");
        assert_eq!(shown(Some(-1), 0), "expired, was removed");
        assert_eq!(shown(None, 0), "session");
        assert_eq!(place(&cookie(None)), "example.org/ and below");
        assert_eq!(flags(&cookie(None)), "Secure · HttpOnly · SameSite=Lax");
    }
}
