//! Rows of cells as text in columns.

use unicode_width::UnicodeWidthStr;

/// The widest a column becomes by its cells' text; longer ones are shown whole and push the rest of their row.
const WIDEST: usize = 60;

/// The rows in columns two apart; under the first a line, if it names them.
pub(super) fn text(rows: &[Vec<String>], headed: bool) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut widths = vec![0; columns];
    for row in rows {
        for (cell, width) in row.iter().zip(&mut widths) {
            *width = cell.width().min(WIDEST).max(*width);
        }
    }
    let mut lines = Vec::with_capacity(rows.len() + 1);
    for (at, row) in rows.iter().enumerate() {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(width.saturating_sub(cell.width()) + 2));
        }
        lines.push(line.trim_end().to_owned());
        if at == 0 && headed {
            let rules: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
            lines.push(rules.join("  "));
        }
    }
    lines.join("\n")
}
