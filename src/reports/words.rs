//! Texts of any origin and figures, as words for people.

use jiff::Timestamp;

/// A text that may hold anything, on one line: control characters are shown, not obeyed.
pub fn escape(text: &str) -> String {
    escaped(text, |_| false)
}

/// The same for texts of several lines: line breaks and tabs stay.
pub fn escape_lines(text: &str) -> String {
    escaped(text, |c| matches!(c, '\n' | '\t'))
}

fn escaped(text: &str, kept: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if kept('\n') && chars.peek() == Some(&'\n') => {}
            c if kept(c) => out.push(c),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || reorders(c) || is_unseen(c) => {
                out.push_str("\\u");
                out.push_str(&format_args!("{{{:x}}}", u32::from(c)).to_string());
            }
            c => out.push(c),
        }
    }
    out
}

/// Characters that turn the text around them, so that it reads as something else (bidirectional controls).
fn reorders(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that take no room and mean nothing: a name with one in it reads as another. Those that join letters stay.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2064}'
        | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Bytes for people, as newman spells them: `0B`, `1.2kB`, `34MB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes}B");
    }
    #[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let places = usize::from(value < 9.95) + usize::from(value < 99.5);
    format!("{value:.*}{}", places.min(2), UNITS[unit])
}

/// A duration for people: `38ms`, `1.2s`, `2m 5s`.
pub fn duration(duration: std::time::Duration) -> String {
    let millis = duration.as_millis();
    match millis {
        0 => format!("{}µs", duration.as_micros()),
        1..1000 => format!("{millis}ms"),
        1000..60_000 if millis.is_multiple_of(1000) => format!("{}s", duration.as_secs()),
        1000..60_000 => format!("{:.1}s", duration.as_secs_f64()),
        _ => format!("{}m {}s", duration.as_secs() / 60, duration.as_secs() % 60),
    }
}

/// Says when something is, seen from now: `in 12 days`, `3 hours ago`.
pub fn moment(at: Timestamp, now: Timestamp) -> String {
    const UNITS: [(u64, u64, &str); 5] = [
        (120, 1, "second"),
        (2 * 3600, 60, "minute"),
        (2 * 86_400, 3600, "hour"),
        (730 * 86_400, 86_400, "day"),
        (u64::MAX, 365 * 86_400, "year"),
    ];
    let seconds = at.duration_since(now).as_secs();
    let away = seconds.unsigned_abs();
    let (_, unit, name) = UNITS.into_iter().find(|(below, ..)| away < *below).unwrap_or(UNITS[4]);
    // As people count: what lasts 24 hours and 59 minutes lasts 25.
    let count = (away + unit / 2) / unit;
    let plural = if count == 1 { "" } else { "s" };
    if seconds < 0 {
        format!("{count} {name}{plural} ago")
    } else {
        format!("in {count} {name}{plural}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_seen_from_now() {
        let now = Timestamp::UNIX_EPOCH;
        let shown = [0, 1, -119, 7199, -7200, 12 * 86_400, -86_400 * 729, 86_400 * 800]
            .map(|seconds| moment(now + jiff::SignedDuration::from_secs(seconds), now));
        assert_eq!(
            shown,
            [
                "in 0 seconds",
                "in 1 second",
                "119 seconds ago",
                "in 120 minutes",
                "2 hours ago",
                "in 12 days",
                "729 days ago",
                "in 2 years"
            ]
        );
        let soon = now + jiff::SignedDuration::from_millis(89_999_800);
        assert_eq!(moment(soon, now), "in 25 hours");
        assert_eq!(moment(Timestamp::MAX, Timestamp::MIN), "in 20012 years".to_owned());
    }
    use std::time::Duration;

    #[test]
    fn no_control_character_gets_through() {
        assert_eq!(escape("a\x1b[2Jb\nc\u{9b}\u{202e}"), "a\\u{1b}[2Jb\\nc\\u{9b}\\u{202e}");
        assert_eq!(escape_lines("a\r\nb\tc\rd\x07"), "a\nb\tc\\rd\\u{7}");
        assert_eq!(escape("grüße 日本"), "grüße 日本");
    }

    #[test]
    fn figures_are_short() {
        let sizes = [0, 999, 1000, 1240, 12_345, 123_456, 999_999, 34_000_000];
        assert_eq!(
            sizes.map(size),
            ["0B", "999B", "1.00kB", "1.24kB", "12.3kB", "123kB", "1.00MB", "34.0MB"]
        );
        let times = [0, 38, 1234, 125_000].map(Duration::from_millis);
        assert_eq!(times.map(duration), ["0µs", "38ms", "1.2s", "2m 5s"]);
    }
}
