//! The tab Timing: a waterfall of what took how long, and the facts of the connection.

use std::time::Duration;

use crate::model::exchange::Exchange;

use super::headers::padded;
use super::page::{Ink, Page, Row};
use super::show::Show;
use super::words;

/// Columns of the labels.
const LABEL: usize = 14;
/// Columns behind a bar for its duration.
const FIGURES: usize = 10;
/// The widest a bar gets.
const WIDEST: usize = 72;

pub(super) fn timing(exchange: &Exchange, show: &Show<'_>, width: usize) -> Page {
    let mut rows = waterfall(exchange, width);
    rows.push(Row::default());
    let fact = |name: &str, value: String| {
        Row::new(Ink::Text, value.clone())
            .lead(Ink::Dim, padded(name, LABEL))
            .copied(name.to_lowercase(), value)
    };
    for (n, hop) in exchange.hops.iter().enumerate() {
        let text = show.text(&format!("{} {}", hop.method, hop.url));
        let to = show.text(&hop.led());
        rows.push(
            Row::new(Ink::badge(hop.status), format!(" {} ", hop.status))
                .then(Ink::Text, format!(" {text}"))
                .then(Ink::Dim, format!(" {to}"))
                .lead(Ink::Dim, padded(if n == 0 { "On the way" } else { "" }, LABEL))
                .copied("the answer on the way", format!("{text} {to}")),
        );
    }
    let connection = &exchange.connection;
    if let Some(response) = exchange.response() {
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
        rows.push(fact(
            "Connection",
            if connection.reused {
                "reused: no lookup, no handshake"
            } else {
                "new"
            }
            .to_owned(),
        ));
        rows.push(fact(
            "TLS",
            connection
                .tls
                .clone()
                .unwrap_or_else(|| "none: sent in clear".to_owned()),
        ));
    }
    if let Some(response) = exchange.response() {
        let len = response.body.len() as u64;
        let wire = if response.encoded_len == len {
            String::new()
        } else {
            format!(" ({} on the wire)", words::size(response.encoded_len))
        };
        rows.push(fact("Body", format!("{}{wire}", words::size(len))));
    }
    rows.push(fact(
        "Started",
        exchange.started.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    ));
    Page::new(rows)
}

fn waterfall(exchange: &Exchange, width: usize) -> Vec<Row> {
    let timings = &exchange.timings;
    let reused = exchange.connection.reused;
    let phases = [
        ("DNS lookup", timings.dns, Ink::Info),
        ("Connect", timings.connect, Ink::Warn),
        ("TLS handshake", timings.tls, Ink::Put),
        ("Waiting", timings.first_byte, Ink::Accent),
        ("Download", timings.download, Ink::Ok),
    ];
    let mut bars: Vec<(&str, Duration, Ink)> = exchange
        .hops
        .iter()
        .map(|hop| (hop.label(), hop.took, Ink::Dim))
        .collect();
    bars.extend(
        phases
            .iter()
            .filter_map(|(label, took, ink)| took.map(|took| (*label, took, *ink))),
    );
    let sum: Duration = bars.iter().map(|(_, took, _)| *took).sum();
    let all = sum.max(timings.total).as_secs_f64();
    let room = width.saturating_sub(LABEL + 2 + FIGURES).clamp(4, WIDEST);
    let mut at = Duration::ZERO;
    let mut rows = Vec::new();
    for (label, took, ink) in bars {
        let (start, bar) = bar(at, took, all, room);
        at += took;
        rows.push(
            Row::new(Ink::Text, " ".repeat(start))
                .then(ink, bar)
                .then(Ink::Text, format!(" {}", words::duration(took)))
                .lead(Ink::Dim, padded(label, LABEL))
                .copied(label.to_lowercase(), words::duration(took)),
        );
    }
    let note = if reused {
        "   on a connection that was open already"
    } else {
        ""
    };
    rows.push(
        Row::new(Ink::Strong, words::duration(timings.total))
            .then(Ink::Dim, note)
            .lead(Ink::Dim, padded("Total", LABEL))
            .copied("total", words::duration(timings.total)),
    );
    rows
}

/// Where a bar starts, in columns, and the bar itself in eighths of a column: never nothing.
fn bar(at: Duration, took: Duration, all: f64, room: usize) -> (usize, String) {
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
    let start = (eighths(at) / 8).min(room - 1);
    let len = eighths(took).clamp(1, (room - start) * 8);
    let mut bar = "█".repeat(len / 8);
    bar.push_str(["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][len % 8]);
    (start, bar)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_stay_within_their_room_and_are_never_nothing() {
        let ms = Duration::from_millis;
        assert_eq!(bar(ms(0), ms(50), 0.1, 10), (0, "█████".to_owned()));
        assert_eq!(bar(ms(50), ms(50), 0.1, 10), (5, "█████".to_owned()));
        assert_eq!(bar(ms(100), ms(0), 0.1, 10), (9, "▏".to_owned()));
        assert_eq!(bar(ms(0), ms(0), 0.0, 4), (0, "▏".to_owned()));
        assert_eq!(bar(ms(900), ms(900), 0.1, 4), (3, "█".to_owned()));
    }
}
