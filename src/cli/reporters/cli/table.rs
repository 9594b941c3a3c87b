//! The figures of a run, in a box, under newman's names: what looks for them there finds them here.

use std::time::Duration;

use crate::cli::output::{duration, size};
use crate::exec::Summary;
use crate::exec::summary::Spread;

/// The box, line by line.
pub fn table(summary: &Summary) -> Vec<String> {
    const FIGURES: usize = 10;
    let rows = [
        ("iterations", summary.iterations, 0),
        ("requests", summary.sent.total, summary.sent.failed),
        (
            "test-scripts",
            summary.post_response.total,
            summary.post_response.failed,
        ),
        (
            "prerequest-scripts",
            summary.pre_request.total,
            summary.pre_request.failed,
        ),
        ("assertions", summary.tests.total, summary.tests.failed),
    ];
    let mut wide = vec![
        format!("total run duration: {}", duration(summary.took)),
        format!("total data received: {} (approx)", size(summary.received)),
    ];
    let spreads = [
        ("response", &summary.times),
        ("DNS lookup", &summary.dns),
        ("first byte", &summary.first_byte),
    ];
    wide.extend(spreads.iter().filter_map(|(what, spread)| spread_line(what, spread)));
    if summary.skipped > 0 {
        wide.push(format!("skipped by scripts: {}", summary.skipped));
    }
    if summary.retried > 0 {
        wide.push(format!("tried more than once: {}", summary.retried));
    }
    let longest = wide.iter().map(|line| line.chars().count()).max().unwrap_or_default();
    let names = rows.iter().map(|(name, ..)| name.len()).max().unwrap_or_default() + 2;
    let names = names.max((longest + 2).saturating_sub(2 * FIGURES + 2));
    let bar = |left: &str, mid: &str, right: &str| {
        let (a, b) = ("─".repeat(names), "─".repeat(FIGURES));
        format!("{left}{a}{mid}{b}{mid}{b}{right}")
    };
    let mut out = vec![
        String::new(),
        bar("┌", "┬", "┐"),
        format!("│{:names$}│{:>9} │{:>9} │", "", "executed", "failed"),
        bar("├", "┼", "┤"),
    ];
    for (name, total, failed) in rows {
        out.push(format!("│{name:>width$} │{total:>9} │{failed:>9} │", width = names - 1));
    }
    out.push(bar("├", "┴", "┤"));
    let width = names + 2 * FIGURES + 2;
    out.extend(wide.iter().map(|text| format!("│ {text:<rest$}│", rest = width - 1)));
    out.push(format!("└{}┘", "─".repeat(width)));
    out
}

fn spread_line(what: &str, spread: &Spread) -> Option<String> {
    let time = |millis: f64| duration(Duration::from_secs_f64(millis.max(0.0) / 1000.0));
    (spread.count > 0).then(|| {
        format!(
            "average {what} time: {} [min: {}, max: {}, s.d.: {}]",
            time(spread.mean),
            time(spread.min),
            time(spread.max),
            time(spread.deviation())
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::summary::Count;

    #[test]
    fn the_table_is_a_rectangle() {
        let mut summary = Summary {
            iterations: 1,
            sent: Count { total: 12, failed: 1 },
            received: 12_345,
            took: Duration::from_secs(2),
            skipped: 1,
            ..Summary::default()
        };
        summary.times.add(Duration::from_millis(8));
        summary.times.add(Duration::from_millis(20));
        let lines = table(&summary);
        let widths: Vec<usize> = lines[1..].iter().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{lines:#?}");
        let text = lines.join("\n");
        assert!(text.contains("requests │       12 │        1 │"), "{text}");
        assert!(
            text.contains("average response time: 14ms [min: 8ms, max: 20ms, s.d.: 6ms]"),
            "{text}"
        );
    }
}
