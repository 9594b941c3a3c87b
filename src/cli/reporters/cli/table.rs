//! The figures of a run, in a box, under newman's names: what looks for them there finds them here.

use std::time::Duration;

use crate::cli::output::{Paint, duration, size};
use crate::exec::Summary;
use crate::exec::summary::Spread;

/// How wide the names of the figures stand, as in newman.
const NAMES: usize = 25;
/// How wide a figure stands at least.
const FIGURE: usize = 10;

/// The box, line by line; looking up names and first bytes count where requests are told at length.
pub fn table(summary: &Summary, verbose: bool, paint: Paint) -> Vec<String> {
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
    let told = if verbose { spreads.len() } else { 1 };
    wide.extend(
        spreads[..told]
            .iter()
            .filter_map(|(what, spread)| spread_line(what, spread)),
    );
    if summary.skipped > 0 {
        wide.push(format!("skipped by scripts: {}", summary.skipped));
    }
    if summary.retried > 0 {
        wide.push(format!("tried again, not counted above: {}", summary.retried));
    }
    let longest = wide.iter().map(|line| line.chars().count()).max().unwrap_or_default();
    let more = (longest + 2).saturating_sub(NAMES + 2 * FIGURE + 2);
    let (all, failed) = (FIGURE + more.div_ceil(2), FIGURE + more / 2);
    let bar = |left: &str, mid: &str, right: &str| {
        let [a, b, c] = [NAMES, all, failed].map(|width| "─".repeat(width));
        paint.dim(&format!("{left}{a}{mid}{b}{mid}{c}{right}"))
    };
    let side = paint.dim("│");
    let line = |name: &str, total: &str, broken: &str| format!("{side}{name} {side}{total} {side}{broken} {side}");
    let blank = " ".repeat(NAMES - 1);
    let (all, failed) = (all - 1, failed - 1);
    let mut out = vec![
        String::new(),
        bar("┌", "┬", "┐"),
        line(
            &blank,
            &format!("{:>all$}", "executed"),
            &format!("{:>failed$}", "failed"),
        ),
    ];
    for (name, total, broken) in rows {
        let paint_it = |text: &str| if broken > 0 { paint.red(text) } else { text.to_owned() };
        let name = format!("{name:>width$}", width = NAMES - 1);
        let name = if broken > 0 {
            paint.red(&name)
        } else {
            paint.green(&name)
        };
        out.push(bar("├", "┼", "┤"));
        out.push(line(
            &name,
            &format!("{total:>all$}"),
            &paint_it(&format!("{broken:>failed$}")),
        ));
    }
    let width = NAMES + all + failed + 4;
    for (n, text) in wide.iter().enumerate() {
        out.push(match n {
            0 => bar("├", "┴", "┤"),
            _ => bar("├", "─", "┤"),
        });
        out.push(format!("{side} {text:<rest$}{side}", rest = width - 1));
    }
    out.push(bar("└", "─", "┘"));
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
        summary.first_byte.add(Duration::from_millis(3));
        let lines = table(&summary, false, Paint::new(false));
        let widths: Vec<usize> = lines[1..].iter().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{lines:#?}");
        let text = lines.join("\n");
        assert!(
            text.contains("                requests │               12 │               1 │"),
            "{text}"
        );
        assert!(
            text.contains("average response time: 14ms [min: 8ms, max: 20ms, s.d.: 6ms]"),
            "{text}"
        );
        assert!(!text.contains("first byte"), "{text}");
        let more = table(&summary, true, Paint::new(false)).join("\n");
        assert!(more.contains("average first byte time: 3ms"), "{more}");
    }
}
