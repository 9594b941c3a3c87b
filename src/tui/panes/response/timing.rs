//! The tab Timing: a waterfall of what took how long, then what was sent and received, the way there, the connection.

use std::time::Duration;

use crate::model::Outcome;
use crate::model::exchange::{Exchange, Response, Timings};
use crate::model::outcome::Renewal;

use super::headers::padded;
use super::page::{Ink, Page, Row};
use super::show::Show;
use super::words;

/// Columns of the labels.
const LABEL: usize = 14;
/// Columns behind the bars for the durations.
const FIGURES: usize = 9;
/// The widest the bars get.
const WIDEST: usize = 96;
/// From this width on the bars have a scale below them.
const SCALE_FROM: usize = 40;

pub(super) fn timing(outcome: &Outcome, exchange: &Exchange, show: &Show<'_>, width: usize) -> Page {
    let mut rows = waterfall(exchange, width);
    rows.push(Row::default());
    let renewals = outcome.renewals.iter();
    rows.extend(renewals.enumerate().map(|(n, renewal)| renewed(n == 0, renewal, show)));
    for (n, hop) in exchange.hops.iter().enumerate() {
        let text = show.text(&format!("{} {}", hop.method, hop.url));
        let to = show.text(&hop.led());
        let lost = hop.lost().map(|lost| show.text(&lost));
        rows.push(
            Row::new(Ink::badge(hop.status), format!(" {:03} ", hop.status))
                .then(Ink::Text, format!(" {text}"))
                .then(Ink::Dim, format!(" {to}"))
                .then(Ink::Warn, lost.map_or_else(String::new, |lost| format!(" {lost}")))
                .then(Ink::Dim, format!(" · {}", words::duration(hop.timings.total)))
                .lead(Ink::Dim, padded(if n == 0 { "On the way" } else { "" }, LABEL))
                .copied("the answer on the way", format!("{text} {to}")),
        );
    }
    let connection = &exchange.connection;
    rows.push(fact("Sent", sent(exchange)));
    if let Some(response) = exchange.response() {
        rows.push(fact("Received", received(response)));
        rows.push(fact("Protocol", response.version.clone()));
    }
    if let Some(remote) = connection.remote {
        let from = connection
            .local
            .map(|local| format!(" from {local}"))
            .unwrap_or_default();
        rows.push(fact("Address", format!("{remote}{from}")));
    }
    if connection.remote.is_some() {
        let kind = if connection.reused {
            "reused: it was open already, so no lookup and no handshake"
        } else if connection.resent {
            "new: the one that was open ended without an answer, so the request was sent again"
        } else {
            "new"
        };
        rows.push(fact("Connection", kind.to_owned()));
        rows.push(fact(
            "TLS",
            connection
                .tls
                .as_ref()
                .map_or_else(|| "none: sent in clear".to_owned(), ToString::to_string),
        ));
    }
    rows.push(fact(
        "Started",
        exchange.started.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    ));
    Page::new(rows)
}

fn fact(name: &str, value: String) -> Row {
    Row::new(Ink::Text, value.clone())
        .lead(Ink::Dim, padded(name, LABEL))
        .copied(name.to_lowercase(), value)
}

/// `dex_token renewed by Get token in 120 ms, not counted above`.
fn renewed(first: bool, renewal: &Renewal, show: &Show<'_>) -> Row {
    let took = words::duration(renewal.took);
    let (name, done) = (&renewal.name, renewal.done());
    let text = match &renewal.result {
        Ok(_) if !renewal.led => format!("{name} {done} elsewhere, waited {took} for it"),
        Ok(_) if renewal.from.is_empty() => format!("{name} {done} in {took}"),
        Ok(_) => format!("{name} {done} by {} in {took}", renewal.from),
        Err(_) => format!("{name} not {done}, after {took}"),
    };
    let text = show.text(&text);
    Row::new(
        if renewal.result.is_ok() { Ink::Text } else { Ink::Error },
        text.clone(),
    )
    .then(Ink::Dim, " · not counted above")
    .lead(Ink::Dim, padded(if first { "Token" } else { "" }, LABEL))
    .copied("the renewal", text)
}

/// How many bytes the lines of a head take, in HTTP/1.
fn head(first: usize, lines: impl Iterator<Item = (usize, usize)>) -> u64 {
    let lines: usize = lines.map(|(name, value)| name + value + ": \r\n".len()).sum();
    (first + lines + "\r\n\r\n".len()) as u64
}

/// HTTP/2 packs the heads; what that came to is the library's secret.
fn packed(version: &str) -> &'static str {
    if version == "HTTP/2" { " before packing" } else { "" }
}

fn sent(exchange: &Exchange) -> String {
    let request = &exchange.request;
    let line = request.method.as_str().len() + request.url.len() + " HTTP/1.1 ".len();
    let lines = request.headers.iter().map(|(name, value)| (name.len(), value.len()));
    let head = words::size(head(line, lines));
    let body = match request.body_len {
        0 => "no body".to_owned(),
        len => format!("{} of body", words::size(len)),
    };
    format!("{head} of headers{}, {body}", packed(&request.version))
}

fn received(response: &Response) -> String {
    let lines = response.headers.iter().map(|(name, value)| (name.len(), value.len()));
    let head = words::size(head("HTTP/1.1 200 ".len() + response.reason.len(), lines));
    if !response.body.is_whole() {
        return format!("{head} of headers{}, the body is on its way", packed(&response.version));
    }
    let (wire, len) = (response.encoded_len, response.body.len() as u64);
    let encoding = response
        .header("content-encoding")
        .filter(|encoding| encoding.len() < 20)
        .map_or_else(String::new, |encoding| format!(" as {encoding}"));
    let body = if wire == len {
        match len {
            0 => "no body".to_owned(),
            len => format!("{} of body", words::size(len)),
        }
    } else {
        format!(
            "{} of body on the wire{encoding}, {} decoded",
            words::size(wire),
            words::size(len)
        )
    };
    format!("{head} of headers{}, {body}", packed(&response.version))
}

/// The parts of a bar: how long each is, and its colour.
type Parts = Vec<(Duration, Ink)>;

/// The phases of one hop, in their order and with their colours.
fn phases(timings: &Timings) -> Vec<(&'static str, Duration, Ink)> {
    let all = [
        ("DNS lookup", timings.dns, Ink::Info),
        ("TCP connect", timings.connect, Ink::Warn),
        ("TLS handshake", timings.tls, Ink::Patch),
        ("Request sent", timings.sent, Ink::Post),
        ("Waiting", timings.first_byte, Ink::Accent),
        ("Download", timings.download, Ink::Ok),
    ];
    let there = all.into_iter();
    there
        .filter_map(|(label, took, ink)| took.map(|took| (label, took, ink)))
        .collect()
}

fn waterfall(exchange: &Exchange, width: usize) -> Vec<Row> {
    let timings = &exchange.timings;
    let mut bars: Vec<(&str, Duration, Parts)> = Vec::new();
    for hop in &exchange.hops {
        let mut parts: Parts = phases(&hop.timings)
            .into_iter()
            .map(|(_, took, ink)| (took, ink))
            .collect();
        let known: Duration = parts.iter().map(|(took, _)| *took).sum();
        // What a hop spent besides its phases: getting ready.
        parts.insert(0, (hop.timings.total.saturating_sub(known), Ink::Dim));
        bars.push((hop.label(), hop.timings.total, parts));
    }
    let own = phases(timings).into_iter();
    bars.extend(own.map(|(label, took, ink)| (label, took, vec![(took, ink)])));
    let sum: Duration = bars.iter().map(|(_, took, _)| *took).sum();
    let all = sum.max(timings.total);
    let room = width.saturating_sub(LABEL + 2 + FIGURES).clamp(4, WIDEST);
    let mut rows = Vec::new();
    let scale = if room >= SCALE_FROM && bars.len() > 1 {
        scale(all, room)
    } else {
        String::new()
    };
    let mut at = Duration::ZERO;
    for (label, took, parts) in bars {
        let figure = words::duration(took);
        let (start, pieces) = bar(at, &parts, all.as_secs_f64(), room);
        at += took;
        let used: usize = start + pieces.iter().map(|(text, _)| text.chars().count()).sum::<usize>();
        let mut row = Row::new(Ink::Text, " ".repeat(start));
        for (text, ink) in pieces {
            row = row.then(ink, text);
        }
        let gap = room.saturating_sub(used);
        rows.push(
            row.then(Ink::Text, format!("{}{figure:>FIGURES$}", " ".repeat(gap)))
                .lead(Ink::Dim, padded(label, LABEL))
                .copied(label.to_lowercase(), figure),
        );
    }
    if timings.total.is_zero() && exchange.response().is_some() {
        let text = "is known when all of the body has come";
        rows.push(Row::new(Ink::Dim, text).lead(Ink::Strong, padded("Total", LABEL)));
        return rows;
    }
    let total = words::duration(timings.total);
    rows.push(
        Row::new(Ink::Dim, format!("{scale:<room$}"))
            .then(Ink::Strong, format!("{total:>FIGURES$}"))
            .lead(Ink::Strong, padded("Total", LABEL))
            .copied("total", total),
    );
    rows
}

/// `╵0        ╵10 ms    ╵20 ms    ╵30 ms`: where the quarters of the time begin.
fn scale(all: Duration, room: usize) -> String {
    let mut out = String::new();
    for quarter in 0..4 {
        let at = room * quarter / 4;
        let used = out.chars().count();
        out.push_str(&" ".repeat(at.saturating_sub(used)));
        let time = all * u32::try_from(quarter).unwrap_or(0) / 4;
        out.push('╵');
        out.push_str(&if quarter == 0 {
            "0".to_owned()
        } else {
            words::duration(time)
        });
    }
    out
}

/// Where a bar starts, in columns, and its parts: the bar is drawn to an eighth of a column and never nothing.
fn bar(at: Duration, parts: &[(Duration, Ink)], all: f64, room: usize) -> (usize, Vec<(String, Ink)>) {
    let columns = u32::try_from(room).unwrap_or(1);
    let eighths = |duration: Duration| -> usize {
        if all <= 0.0 {
            return 0;
        }
        let share = (duration.as_secs_f64() / all).clamp(0.0, 1.0);
        // Counted in whole steps, so no cast of a float is needed.
        (0..columns * 8)
            .take_while(|step| f64::from(*step) + 0.5 <= share * f64::from(columns * 8))
            .count()
    };
    let took: Duration = parts.iter().map(|(took, _)| *took).sum();
    let start = (eighths(at) / 8).min(room - 1);
    let len = eighths(took).clamp(1, (room - start) * 8);
    let (whole, rest) = (len / 8, len % 8);
    // Within a bar colours change at whole columns.
    let mut pieces: Vec<(String, Ink)> = Vec::new();
    let mut behind = Duration::ZERO;
    let mut from = 0;
    for (part, ink) in parts {
        behind += *part;
        let to = (eighths(behind) + 4).div_euclid(8).clamp(from, whole);
        if to > from {
            pieces.push(("█".repeat(to - from), *ink));
        }
        from = to;
    }
    let last = parts
        .iter()
        .max_by_key(|(took, _)| *took)
        .map_or(Ink::Dim, |(_, ink)| *ink);
    let last = pieces.last().map_or(last, |(_, ink)| *ink);
    if from < whole {
        pieces.push(("█".repeat(whole - from), last));
    }
    if rest > 0 {
        pieces.push((["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][rest].to_owned(), last));
    }
    (start, pieces)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(at: u64, took: u64, all: f64, room: usize) -> (usize, String) {
        let ms = Duration::from_millis;
        let (start, pieces) = bar(ms(at), &[(ms(took), Ink::Ok)], all, room);
        (start, pieces.into_iter().map(|(text, _)| text).collect())
    }

    #[test]
    fn bars_stay_within_their_room_and_are_never_nothing() {
        assert_eq!(text(0, 50, 0.1, 10), (0, "█████".to_owned()));
        assert_eq!(text(50, 50, 0.1, 10), (5, "█████".to_owned()));
        assert_eq!(text(100, 0, 0.1, 10), (9, "▏".to_owned()));
        assert_eq!(text(0, 0, 0.0, 4), (0, "▏".to_owned()));
        assert_eq!(text(900, 900, 0.1, 4), (3, "█".to_owned()));
    }

    #[test]
    fn the_parts_of_a_bar_share_its_columns() {
        let ms = Duration::from_millis;
        let parts = [(ms(20), Ink::Info), (ms(1), Ink::Warn), (ms(29), Ink::Ok)];
        let (start, pieces) = bar(ms(0), &parts, 0.1, 20);
        assert_eq!(start, 0);
        assert_eq!(pieces, [("████".to_owned(), Ink::Info), ("██████".to_owned(), Ink::Ok)]);
    }

    #[test]
    fn the_scale_stands_under_the_quarters() {
        let scale = scale(Duration::from_millis(40), 40);
        assert_eq!(scale, "╵0        ╵10 ms    ╵20 ms    ╵30 ms");
    }
}
