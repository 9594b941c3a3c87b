//! Separated values as a table (RFC 4180): columns as wide as those of the first rows, the names of the columns apart.
//!
//! A longer cell than the sample had pushes its row to the right: nothing of it is left out.

use std::io;

use super::super::kind::Kind;
use super::super::laid::{LONGEST, STEP};
use super::super::source::Source;
use super::Lay;
use crate::tui::widgets::glyphs;
use crate::tui::widgets::highlight::CELL;

/// How much of the body tells the widths of columns, in bytes.
const SAMPLE: usize = 32 * 1024;
/// The widest a column gets, in screen columns.
const WIDEST: usize = 48;
/// Columns that are aligned; the ones behind follow as they are.
const MOST: usize = 512;

/// Finds what separates the values, if this looks like a table: the same number of cells, more than one, in each of the
/// first rows.
pub(in crate::tui::widgets::body) fn separator(bytes: &[u8]) -> Option<u8> {
    let mut best: Option<(usize, u8)> = None;
    for separator in [b'\t', b';', b',', b'|'] {
        let counts = counts(bytes, separator);
        let cells = counts.first().copied().unwrap_or(0);
        let same = counts.len() >= 2 && cells >= 2 && counts.iter().all(|count| *count == cells);
        // Prose has commas too, and two lines of it by chance as many.
        let sure = counts.len() >= 3 || cells >= 3 || separator == b'\t';
        if same && sure && best.is_none_or(|(most, _)| cells > most) {
            best = Some((cells, separator));
        }
    }
    best.map(|(_, separator)| separator)
}

/// The same of what is called a table, whose rows may be of unequal length: what parts the first row, and of that what parts
/// most of the others as often.
pub(super) fn separator_of_table(bytes: &[u8]) -> u8 {
    separator(bytes).unwrap_or_else(|| {
        let mut best = ((0, 0), b',');
        for separator in [b',', b';', b'\t', b'|'] {
            let counts = counts(bytes, separator);
            let cells = counts.first().copied().unwrap_or(0);
            let fit = counts.iter().filter(|count| **count == cells).count();
            if cells >= 2 && (fit, cells) > best.0 {
                best = ((fit, cells), separator);
            }
        }
        best.1
    })
}

/// How many cells each of the first rows has.
fn counts(bytes: &[u8], separator: u8) -> Vec<usize> {
    let head = &bytes[..bytes.len().min(8 * 1024)];
    let whole = head.len() == bytes.len();
    let mut counts = Vec::new();
    let mut pos = 0;
    while let Some((row, next)) = row(&head[pos..], separator, whole) {
        if row.len() > 1 || row.first().is_some_and(|cell| !cell.is_empty()) {
            counts.push(row.len());
        }
        pos += next;
        if pos >= head.len() || counts.len() >= 20 {
            break;
        }
    }
    counts
}

/// Reads a row: its cells without their quotes, and how many bytes it took; `None` if its end is not there.
fn row(bytes: &[u8], separator: u8, last: bool) -> Option<(Vec<Vec<u8>>, usize)> {
    let mut cells = vec![Vec::new()];
    let (mut at, mut quoted, mut start) = (0, false, true);
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1);
        at += 1;
        let cell = cells.last_mut()?;
        if quoted {
            match (byte, next) {
                (b'"', Some(b'"')) => {
                    cell.push(b'"');
                    at += 1;
                }
                (b'"', None) if !last => return None,
                (b'"', _) => quoted = false,
                _ => cell.push(byte),
            }
        } else if byte == b'"' && start {
            (quoted, start) = (true, false);
        } else if byte == separator {
            cells.push(Vec::new());
            start = true;
        } else if byte == b'\n' {
            if cell.last() == Some(&b'\r') {
                cell.pop();
            }
            return Some((cells, at));
        } else {
            cell.push(byte);
            start = false;
        }
    }
    (last && at > 0).then_some((cells, at))
}

/// A row of values as it came, without its line end, and what its cells say.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TableRow {
    /// As it came.
    pub text: String,
    /// Its cells, without their quotes.
    pub cells: Vec<String>,
}

impl TableRow {
    /// Whether this is a beginning of what the row is laid out as.
    pub fn is_shown_as(&self, shown: &str) -> bool {
        let cells: Vec<String> = self.cells.iter().map(|cell| text(cell.as_bytes())).collect();
        let own = cells.join(CELL);
        // How far they are apart is a matter of the other rows.
        let mut own = own.chars().filter(|c| *c != ' ');
        shown.chars().filter(|c| *c != ' ').all(|c| own.next() == Some(c))
    }
}

/// Finds the row that a line of a table stands for, counted from 0, block by block as it was laid out; `None` if it is not
/// there. `tabs` says what separates the cells, and `named` that the row of names stands above the table, not in it. Goes
/// through all that is before it.
///
/// # Errors
///
/// What the disk says, for a body that lies there.
pub fn table_row(body: &Source, tabs: bool, named: bool, line: usize) -> io::Result<Option<TableRow>> {
    let head = body.read(0, Kind::GUESS)?;
    let separator = if tabs { b'\t' } else { separator_of_table(&head) };
    let mut at = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let (mut before, mut block) = (line + usize::from(named), STEP);
    loop {
        let (len, whole) = body.known();
        let bytes = body.read(at, block)?;
        let end = whole && at + bytes.len() >= len;
        let mut pos = 0;
        while let Some((cells, took)) = row(&bytes[pos..], separator, end || bytes.len() >= LONGEST) {
            if before == 0 {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let row = &bytes[pos..pos + took];
                let row = row.strip_suffix(b"\r\n").or(row.strip_suffix(b"\n")).unwrap_or(row);
                return Ok(Some(TableRow {
                    text: text(row),
                    cells: cells.iter().map(|cell| text(cell)).collect(),
                }));
            }
            before -= 1;
            pos += took;
        }
        at += pos;
        if pos == 0 && (end || bytes.len() < block) {
            return Ok(None);
        }
        block = if pos == 0 { block * 2 } else { STEP };
    }
}

/// A table on its way.
pub(super) struct Table {
    separator: u8,
    columns: Option<Vec<Column>>,
    header: Option<String>,
    cells: Vec<u8>,
}

#[derive(Clone, Copy, Default)]
struct Column {
    width: usize,
    numbers: bool,
}

impl Table {
    pub fn new(separator: u8) -> Self {
        Self {
            separator,
            columns: None,
            header: None,
            cells: Vec::new(),
        }
    }

    /// Takes the measure of the first rows; returns the bytes of the row of names.
    fn measure(&mut self, bytes: &[u8], last: bool) -> usize {
        let mut rows = Vec::new();
        let mut pos = if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
        let start = pos;
        let mut first = pos;
        while let Some((row, next)) = row(
            &bytes[pos..bytes.len().min(SAMPLE)],
            self.separator,
            last && bytes.len() <= SAMPLE,
        ) {
            pos += next;
            if rows.is_empty() {
                first = pos;
            }
            rows.push(row);
        }
        let names = rows.first().filter(|row| {
            let named = row.iter().all(|cell| !cell.is_empty() && !is_number(cell));
            // What is all names and nothing else is a table without rows.
            named && (rows.len() > 1 || last && pos >= bytes.len() && row.len() > 1)
        });
        let names = names.cloned();
        let values = &rows[usize::from(names.is_some())..];
        let count = rows.iter().map(Vec::len).max().unwrap_or(0).min(MOST);
        let columns = (0..count).map(|at| {
            let width = rows.iter().filter_map(|row| Some(glyphs::width(&text(row.get(at)?))));
            let mut filled = values
                .iter()
                .filter_map(|row| row.get(at))
                .filter(|cell| !cell.is_empty())
                .peekable();
            Column {
                width: width.max().unwrap_or(0).min(WIDEST),
                numbers: filled.peek().is_some() && filled.all(|cell| is_number(cell)),
            }
        });
        let columns: Vec<_> = columns.collect();
        let mut header = Vec::new();
        if let Some(names) = &names {
            write(names, &columns, &mut header);
            self.header = String::from_utf8(header).ok();
        }
        self.columns = Some(columns);
        if names.is_some() { first } else { start }
    }
}

impl Lay for Table {
    fn lay(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let mut pos = 0;
        if self.columns.is_none() {
            if bytes.len() < SAMPLE / 8 && !last {
                return 0;
            }
            pos = self.measure(bytes, last);
        }
        let mut columns = self.columns.take().unwrap_or_default();
        loop {
            if let Some((line, next)) = plain(&bytes[pos..], self.separator) {
                pos += next;
                let cells = || line.split(|byte| *byte == self.separator);
                for (column, cell) in columns.iter_mut().zip(cells()) {
                    column.width = column.width.max(cell.len().min(WIDEST));
                }
                let start = out.len();
                for (at, cell) in cells().enumerate() {
                    put(at, cell, cell.len(), &columns, out);
                }
                let end = start + out[start..].trim_ascii_end().len();
                out.truncate(end);
                out.push(b'\n');
                continue;
            }
            let Some((row, next)) = row(&bytes[pos..], self.separator, last) else {
                break;
            };
            pos += next;
            self.cells.clear();
            for (column, cell) in columns.iter_mut().zip(&row) {
                // What is only ASCII is as wide as it is long, and most is.
                let wide = cell.len() > column.width;
                if wide && column.width < WIDEST {
                    column.width = column.width.max(glyphs::width(&text(cell)).min(WIDEST));
                }
            }
            write(&row, &columns, &mut self.cells);
            out.extend_from_slice(self.cells.trim_ascii_end());
            out.push(b'\n');
        }
        self.columns = Some(columns);
        if last { bytes.len() } else { pos }
    }

    fn header(&self) -> Option<String> {
        self.header.clone()
    }
}

/// The row of names with each above its column as it is in a row that is seen: columns grow with what comes.
pub fn above(names: &str, row: &str) -> String {
    let cells: Vec<&str> = row.split(CELL).collect();
    let above: Vec<&str> = names.split(CELL).collect();
    if cells.len() != above.len() {
        return names.to_owned();
    }
    let fit = |(name, cell): (&&str, &&str)| {
        let room = glyphs::width(cell).saturating_sub(glyphs::width(name));
        let pad = " ".repeat(room);
        if is_number(cell.as_bytes()) {
            format!("{pad}{name}")
        } else {
            format!("{name}{pad}")
        }
    };
    let fitted: Vec<String> = above.iter().zip(&cells).map(fit).collect();
    fitted.join(CELL)
}

/// A cell as it is shown: on one line, and without what stands between cells.
fn text(cell: &[u8]) -> String {
    let text = String::from_utf8_lossy(cell);
    text.chars()
        .filter(|c| *c != '\r')
        .map(|c| match c {
            '\n' => '⏎',
            '\t' => ' ',
            '│' => '┃',
            c => c,
        })
        .collect()
}

/// Writes a row with its cells under each other, numbers at the right.
fn write(row: &[Vec<u8>], columns: &[Column], out: &mut Vec<u8>) {
    for (at, cell) in row.iter().enumerate() {
        let text = text(cell);
        put(at, text.as_bytes(), glyphs::width(&text), columns, out);
    }
}

/// Writes a cell of this width as the one of its column.
fn put(at: usize, cell: &[u8], width: usize, columns: &[Column], out: &mut Vec<u8>) {
    if at > 0 {
        out.extend_from_slice(CELL.as_bytes());
    }
    let column = columns.get(at).copied().unwrap_or_default();
    let pad = column.width.saturating_sub(width);
    if column.numbers {
        out.resize(out.len() + pad, b' ');
    }
    out.extend_from_slice(cell);
    if !column.numbers {
        out.resize(out.len() + pad, b' ');
    }
}

/// A row as most are, and how many bytes it took: whole, without a quote, and each byte of it a character that is shown as it
/// is. Its cells are pieces of it. `None` where it has to be read with care.
fn plain(bytes: &[u8], separator: u8) -> Option<(&[u8], usize)> {
    let end = memchr::memchr(b'\n', bytes)?;
    let line = bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end]);
    let is_plain = |byte: &u8| (matches!(byte, b' '..=b'~') && *byte != b'"') || *byte == separator;
    line.iter().all(is_plain).then_some((line, end + 1))
}

/// Whether a cell is a number as people and programs write them.
fn is_number(cell: &[u8]) -> bool {
    let cell = cell.trim_ascii();
    let mut digits = cell.iter().filter(|byte| byte.is_ascii_digit());
    digits.next().is_some() && cell.len() <= 40 && cell.iter().all(|byte| b"0123456789.,-+eE%".contains(byte))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::super::all;
    use super::*;

    const CSV: &str = "name,count,note\r\n\"Ada, L.\",12,\"said \"\"hi\"\"\"\r\nBob,7,\"two\nlines\"\r\n日本,100\r\n";

    #[test]
    fn columns_stand_under_each_other_with_their_names_apart() {
        let mut table = Table::new(b',');
        let text = all(&mut table, CSV.as_bytes(), 4096);
        assert_eq!(table.header().as_deref(), Some("name    │ count │ note     "));
        let seen = above("name    │ count │ note     ", "somebody else │  1234567 │ x");
        assert_eq!(seen, "name          │    count │ note     ");
        assert_eq!(above("a │ b", "one cell"), "a │ b");
        assert_eq!(
            text,
            "Ada, L. │    12 │ said \"hi\"\nBob     │     7 │ two⏎lines\n日本    │   100\n"
        );
    }

    #[test]
    fn names_alone_are_a_table_without_rows() {
        for (body, header, rows) in [
            ("id,name\r\n", Some("id │ name"), ""),
            ("id,name", Some("id │ name"), ""),
            ("1,2\n", None, "1 │ 2\n"),
            ("prose\n", None, "prose\n"),
        ] {
            let mut table = Table::new(b',');
            let text = all(&mut table, body.as_bytes(), 4096);
            assert_eq!((table.header().as_deref(), text.as_str()), (header, rows), "{body}");
        }
    }

    #[test]
    fn rows_may_be_cut_anywhere() {
        let body = CSV.repeat(300);
        let whole = all(&mut Table::new(b','), body.as_bytes(), body.len());
        for block in [4096, 5000, 33_333] {
            assert_eq!(all(&mut Table::new(b','), body.as_bytes(), block), whole);
        }
    }

    #[test]
    fn rows_without_a_quote_stand_as_the_others() {
        let rows = [["id", "name"], ["1", "a b"], ["", ""], ["22", "  x "], ["-3,5", "~"]];
        let body = |quote: &str| {
            let cells = rows.map(|row| row.map(|cell| format!("{quote}{cell}{quote}")).join(";"));
            let last = ["4", "5", "6"].map(|cell| format!("{quote}{cell}{quote}")).join(";");
            format!("{}\r\n{quote}{quote}\n{last}\n", cells.join("\n"))
        };
        let laid = |body: String| all(&mut Table::new(b';'), body.as_bytes(), 4096);
        assert_eq!(laid(body("")), laid(body("\"")));
    }

    #[test]
    fn a_row_is_found_with_all_its_cells_wherever_it_is() {
        let found = |body: String, tabs, line| table_row(&Source::from(body), tabs, false, line).unwrap();
        let row = |body: &str, tabs, line| found(body.to_owned(), tabs, line).map(|row| (row.text, row.cells.len()));
        assert_eq!(row("1\t\t\n2\t3\t4\n", true, 0), Some(("1\t\t".to_owned(), 3)));
        assert_eq!(row("a,b,  \r\n1,2,3", false, 0), Some(("a,b,  ".to_owned(), 3)));
        assert_eq!(row("a,b,  \r\n1,2,3\r", false, 1), Some(("1,2,3\r".to_owned(), 3)));
        assert_eq!(row("a,b\n1,2\n", false, 2), None);
        let long = format!("\"{}\"", "x\ny".repeat(STEP));
        let rows: Vec<String> = (0..200_000).map(|n| format!("{n},b,c\n")).collect();
        let body = format!("{}{long},2,3\nlast,2,3", rows.concat());
        assert_eq!(row(&body, false, 199_999), Some(("199999,b,c".to_owned(), 3)));
        assert_eq!(row(&body, false, 200_000), Some((format!("{long},2,3"), 3)));
        let last = found(body, false, 200_001).unwrap();
        assert_eq!(last.text, "last,2,3");
        assert!(last.is_shown_as("last   │ 2 │ 3") && last.is_shown_as("last  │"));
        assert!(!last.is_shown_as("lost   │ 2 │ 3") && !last.is_shown_as("last,2,3"));
        let body = "1,\"a │ b\",x\n2,c,y\n";
        let shown = all(&mut Table::new(b','), body.as_bytes(), 4096);
        let cells: Vec<&str> = shown.lines().next().unwrap_or_default().split(CELL).collect();
        assert_eq!(cells, ["1", "a ┃ b", "x"]);
        let first = found(body.to_owned(), false, 0).unwrap();
        assert!(first.cells[1] == "a │ b" && first.is_shown_as("1 │ a ┃ b │ x"));
    }

    #[test]
    fn what_is_no_table_is_not_taken_for_one() {
        assert_eq!(separator(b"a,b\n1,2\n3,4\n"), Some(b','));
        assert_eq!(separator(b"a\tb\nc\td\n"), Some(b'\t'));
        assert_eq!(separator(b"a;b,c\n1;2,3\n4;5\n"), Some(b';'));
        assert_eq!(separator(b"Dear Ada, hello\nas I said, no\n"), None);
        assert_eq!(separator(b"one line, with commas, many"), None);
        assert_eq!(separator(b""), None);
        assert_eq!(separator(b"\"a,b\n"), None, "a quote that never ends");
    }

    #[test]
    fn rows_of_unequal_length_are_parted_as_their_names_are() {
        assert_eq!(separator_of_table(b"id;name;val\n1;a;3\n2;c;4\n3;x\n4;a;b;c;d"), b';');
        assert_eq!(separator_of_table(b"id;name\n1;\"a\n,b\"\n2;3,5;x\n3\n"), b';');
        assert_eq!(separator_of_table(b"a, or b;c\n1;2\n3;4;5\n6;7\n"), b';');
        assert_eq!(separator_of_table(b"a,b\n1;2\n3;4\n5;6;7\n"), b',');
        assert_eq!(separator_of_table(b"\"a;b\",c\n1,2\n3\n"), b',');
        assert_eq!(separator_of_table(b"one\n1;2\n3\n"), b',');
        let body = "id;name;val\n1;a;3\n3;x\n4;a;b;c";
        let found = table_row(&Source::from(body.to_owned()), false, true, 2)
            .unwrap()
            .unwrap();
        assert_eq!(found.cells, ["4", "a", "b", "c"]);
        let (mut lay, _) = super::super::of(Kind::Csv, body.as_bytes(), false).unwrap();
        assert_eq!(
            all(&mut *lay, body.as_bytes(), 4096),
            " 1 │ a    │ 3\n 3 │ x\n 4 │ a    │ b   │ c\n"
        );
    }

    #[test]
    fn hostile_rows_end() {
        let commas = ",".repeat(100_000);
        let laid = all(&mut Table::new(b','), commas.as_bytes(), 4096);
        assert_eq!(laid.matches('│').count(), 100_000);
        let open = format!("a,b\n\"{}", "x".repeat(100_000));
        let laid = all(&mut Table::new(b','), open.as_bytes(), 4096);
        assert_eq!(laid.matches('x').count(), 100_000);
    }
}
