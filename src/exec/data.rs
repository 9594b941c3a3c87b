//! Iteration data: a JSON array of objects, or CSV, read as newman reads it.
//!
//! The text is kept as it is and a row is read when its iteration comes: all rows together take no more memory than
//! their file.

use std::ops::Range;
use std::sync::Arc;

use serde_json::value::RawValue;
use serde_json::{Number, Value};

use super::plan::DataRow;
use crate::model::Excerpt;
use crate::model::charset::{is_old_encoding, unicode};
use crate::model::surrogates::without_halves;

/// The longest data file that is read, in bytes: it is held in memory for the whole run.
pub const MOST_BYTES: u64 = 256_000_000;

/// The rows of a data file. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Data(Arc<Rows>);

#[derive(Debug, Default)]
enum Rows {
    #[default]
    None,
    Json(Vec<Box<RawValue>>),
    Csv {
        text: String,
        names: Vec<String>,
        records: Vec<Range<usize>>,
        ends: Ends,
    },
}

/// What ends a record of CSV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    /// A line feed, with or without a carriage return in front of it.
    Lines,
    /// A carriage return, as once on the Macintosh; a line feed behind it is white space.
    Returns,
}

impl Data {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        match &*self.0 {
            Rows::None => 0,
            Rows::Json(rows) => rows.len(),
            Rows::Csv { records, .. } => records.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row of an iteration, from 0; beyond the rows, the last one. `None` without any.
    pub fn row(&self, index: usize) -> Option<DataRow> {
        let index = index.min(self.len().checked_sub(1)?);
        match &*self.0 {
            Rows::None => None,
            Rows::Json(rows) => json_row(rows[index].get()).ok(),
            Rows::Csv {
                text,
                names,
                records,
                ends,
            } => {
                let mut cells = Vec::new();
                Records::new(&text[records[index].clone()], Some(*ends)).next_into(&mut cells);
                let values = cells.into_iter().map(Cell::value);
                Some(names.iter().cloned().zip(values).collect())
            }
        }
    }
}

/// Why a data file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// It looks like JSON and is none.
    #[error("the data is not valid JSON: {why}")]
    Json {
        /// What is wrong, with line and column.
        why: String,
        /// The line around it, as it may be shown.
        excerpt: Excerpt,
    },
    /// A row of JSON that cannot be read.
    #[error("row {row} of the data cannot be read: {why}")]
    Row {
        /// Which one, from 1.
        row: usize,
        /// What is wrong.
        why: String,
    },
    /// A quoted cell of CSV does not end as it should.
    #[error("the data is no valid CSV: {what} in line {line}")]
    Quote {
        /// What is wrong.
        what: &'static str,
        /// The line it is in, from 1.
        line: usize,
    },
}

impl DataError {
    fn json(text: &str, error: &serde_json::Error) -> Self {
        Self::Json {
            why: error.to_string(),
            excerpt: Excerpt::of(text, error.line(), error.column()),
        }
    }

    /// The line in which it goes wrong, where one can be shown.
    pub fn excerpt(&self) -> Option<&Excerpt> {
        match self {
            Self::Json { excerpt, .. } => Some(excerpt),
            _ => None,
        }
    }

    /// What to do next.
    pub fn hint(&self) -> &'static str {
        "give an array of objects in JSON, or CSV with the names of the variables in its first line"
    }
}

/// Reads iteration data from the bytes of its file, whatever encoding they are in: UTF-8, UTF-16, as spreadsheets write it, or
/// windows-1252, which holds what newman reads as Latin-1.
///
/// # Errors
///
/// When it is neither JSON nor CSV.
pub fn read(bytes: Vec<u8>) -> Result<Data, DataError> {
    parse(text(bytes))
}

fn text(bytes: Vec<u8>) -> String {
    let (encoding, mark) = unicode(&bytes);
    if encoding != encoding_rs::UTF_8 {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    String::from_utf8(bytes).unwrap_or_else(|error| {
        let bytes = error.as_bytes();
        if is_old_encoding(bytes, false) {
            return encoding_rs::WINDOWS_1252
                .decode_without_bom_handling(bytes)
                .0
                .into_owned();
        }
        String::from_utf8_lossy(bytes).into_owned()
    })
}

/// Reads iteration data: JSON first, else CSV. There may be no rows in it.
pub fn parse(text: String) -> Result<Data, DataError> {
    let begin = text.trim_start_matches('\u{feff}');
    let rows = if begin.trim_start().starts_with(['[', '{']) {
        Rows::Json(json(&without_halves(begin))?)
    } else {
        csv(text)?
    };
    Ok(Data(Arc::new(rows)))
}

fn json(text: &str) -> Result<Vec<Box<RawValue>>, DataError> {
    if text.trim_start().starts_with('{') {
        // What is no list has no rows, as in newman.
        serde_json::from_str::<serde::de::IgnoredAny>(text).map_err(|error| DataError::json(text, &error))?;
        return Ok(Vec::new());
    }
    let rows: Vec<Box<RawValue>> = serde_json::from_str(text).map_err(|error| DataError::json(text, &error))?;
    for (index, row) in rows.iter().enumerate() {
        // What is valid as text may be none as values: `1e999`.
        json_row(row.get()).map_err(|error| DataError::Row {
            row: index + 1,
            why: error.to_string(),
        })?;
    }
    Ok(rows)
}

/// A row of JSON. As in newman a list has its places for names, and what holds nothing is an iteration without variables.
fn json_row(text: &str) -> serde_json::Result<DataRow> {
    if text.starts_with('[') {
        let values: Vec<Value> = serde_json::from_str(text)?;
        return Ok((0usize..).map(|at| at.to_string()).zip(values).collect());
    }
    if text.starts_with('{') {
        return serde_json::from_str(text);
    }
    Ok(DataRow::new())
}

/// Missing columns are left out, surplus ones dropped; an empty line is a row like any other, as in newman. A quote that does not close, or has more behind
/// it, is an error as in newman: what it would take for one cell is seldom what was meant.
fn csv(text: String) -> Result<Rows, DataError> {
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    let mut all = Records::new(&text, None);
    all.at = start;
    let mut header = Vec::new();
    all.next_into(&mut header);
    let names = header.into_iter().map(|cell| cell.text).collect();
    let mut records = Vec::new();
    let mut cells = Vec::new();
    loop {
        let begin = all.at;
        if !all.next_into(&mut cells) {
            break;
        }
        records.push(begin..all.at);
    }
    if let Some((what, at)) = all.wrong {
        let end = if all.ends == Some(Ends::Returns) { b'\r' } else { b'\n' };
        let line = 1 + text[..at].bytes().filter(|byte| *byte == end).count();
        return Err(DataError::Quote { what, line });
    }
    let ends = all.ends.unwrap_or(Ends::Lines);
    Ok(Rows::Csv {
        text,
        names,
        records,
        ends,
    })
}

/// Whatever JavaScript takes for a number, as newman does: `1.5`, `1e3`, `007`; not `Infinity` or `0x10`.
fn number(text: &str) -> Option<Value> {
    let plain = |b: u8| b.is_ascii_digit() || b"+-.eE".contains(&b);
    if !text.bytes().all(plain) {
        return None;
    }
    if let Ok(number) = text.parse::<i64>() {
        return Some(Value::from(number));
    }
    let number: f64 = text.parse().ok()?;
    // A whole number is shown without a point.
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return format!("{number:.0}").parse::<i64>().ok().map(Value::from);
    }
    Number::from_f64(number).map(Value::Number)
}

#[derive(Default)]
struct Cell {
    text: String,
    quoted: bool,
}

impl Cell {
    /// Numbers that stand bare are numbers.
    fn value(self) -> Value {
        if self.quoted {
            Value::String(self.text)
        } else {
            number(&self.text).unwrap_or(Value::String(self.text))
        }
    }
}

/// The records of a CSV text (RFC 4180), with spaces around cells trimmed and stray quotes taken as they are.
struct Records<'a> {
    text: &'a str,
    at: usize,
    /// What ends a record: the end of the first one says it. Unlike in newman a bare line feed ends one also behind lines that
    /// end with `\r\n`.
    ends: Option<Ends>,
    /// The first quote that is wrong: what it is, and where.
    wrong: Option<(&'static str, usize)>,
}

impl Ends {
    fn of(end: char) -> Self {
        if end == '\r' { Self::Returns } else { Self::Lines }
    }
}

impl<'a> Records<'a> {
    fn new(text: &'a str, ends: Option<Ends>) -> Self {
        Self {
            text,
            at: 0,
            ends,
            wrong: None,
        }
    }

    /// The cells of the next record, of an empty line a single empty one; `false` at the end.
    fn next_into(&mut self, record: &mut Vec<Cell>) -> bool {
        record.clear();
        let mut cell = Cell::default();
        let mut inside = false;
        let mut opened = 0;
        let rest = &self.text[self.at..];
        let mut chars = rest.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let next = chars.peek().map(|(_, c)| *c);
            match c {
                '"' if inside && next == Some('"') => {
                    cell.text.push('"');
                    chars.next();
                }
                '"' if inside => inside = false,
                _ if inside => cell.text.push(c),
                '"' if cell.text.trim().is_empty() && !cell.quoted => {
                    cell.text.clear();
                    cell.quoted = true;
                    (inside, opened) = (true, self.at + at);
                }
                ',' => record.push(finish(&mut cell)),
                '\r' if next == Some('\n') && self.ends != Some(Ends::Returns) => {}
                '\r' | '\n' if self.ends.unwrap_or(Ends::of(c)) == Ends::of(c) => {
                    self.ends = Some(Ends::of(c));
                    record.push(finish(&mut cell));
                    self.at += at + 1;
                    return true;
                }
                // Behind a closing quote only the next comma or line counts.
                _ if cell.quoted && c.is_whitespace() => {}
                _ => {
                    if cell.quoted {
                        self.wrong.get_or_insert(("text behind a closing quote", self.at + at));
                    }
                    cell.text.push(c);
                }
            }
        }
        if inside {
            self.wrong.get_or_insert(("a quote that is not closed", opened));
        }
        self.at = self.text.len();
        // Behind the last line end is no line, nor is one in white space.
        let is_record = !rest.trim_matches([' ', '\t', '\n', '\r', '\u{c}']).is_empty();
        if is_record {
            record.push(finish(&mut cell));
        }
        is_record
    }
}

fn finish(cell: &mut Cell) -> Cell {
    let mut done = std::mem::take(cell);
    if !done.quoted {
        done.text = done.text.trim().to_owned();
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows(text: &str) -> Value {
        let data = parse(text.to_owned()).expect("rows");
        let rows = (0..data.len()).filter_map(|index| data.row(index));
        Value::Array(rows.map(|row| Value::Object(row.into_iter().collect())).collect())
    }

    #[test]
    fn a_file_may_be_in_another_encoding_than_utf_8() {
        let of = |bytes: Vec<u8>| {
            let data = read(bytes).expect("rows");
            Value::Object(data.row(0).expect("a row").into_iter().collect())
        };
        let row = json!({"name": "Müller", "n": 1});
        let text = "name,n\r\nMüller,1\r\n";
        let little = |mark: &str| -> Vec<u8> {
            format!("{mark}{text}")
                .encode_utf16()
                .flat_map(u16::to_le_bytes)
                .collect()
        };
        assert_eq!(of(text.into()), row);
        assert_eq!(of(format!("\u{feff}{text}").into()), row);
        assert_eq!(of(b"name,n\r\nM\xfcller,1\r\n".to_vec()), row);
        assert_eq!(of(little("\u{feff}")), row, "as spreadsheets write it");
        assert_eq!(of(little("")), row);
        assert_eq!(of(b"[{\"name\": \"M\xfcller\", \"n\": 1}]".to_vec()), row);
    }

    #[test]
    fn json_arrays_are_rows() {
        assert_eq!(
            rows("\u{feff} [{\"a\": 1, \"b\": {\"c\": null}}]"),
            json!([{"a": 1, "b": {"c": null}}])
        );
        assert_eq!(
            rows("[1, [2, \"x\"], null, {\"a\": 1}]"),
            json!([{}, {"0": 2, "1": "x"}, {}, {"a": 1}])
        );
        assert_eq!(parse("{\"a\": 1}".to_owned()).map(|data| data.len()), Ok(0));
        assert!(matches!(
            parse("[{\"a\":1},{\"a\":1e999},{\"a\":3}]".to_owned()).map(|data| data.len()),
            Err(DataError::Row { row: 2, .. })
        ));
        assert!(matches!(
            parse("[{".to_owned()).map(|data| data.len()),
            Err(DataError::Json { .. })
        ));
    }

    #[test]
    fn csv_turns_bare_numbers_into_numbers_and_keeps_quoted_ones() {
        assert_eq!(
            rows("id, name ,n\r\n7,\"8\", 1.5\n007, \"a \"\"b\"\", c\" ,-3e2\n\nx"),
            json!([
                {"id": 7, "name": "8", "n": 1.5},
                {"id": 7, "name": "a \"b\", c", "n": -300},
                {"id": ""},
                {"id": "x"},
            ])
        );
    }

    #[test]
    fn csv_may_end_its_lines_with_carriage_returns() {
        assert_eq!(rows("a,b\r1,2\r3,4"), json!([{"a": 1, "b": 2}, {"a": 3, "b": 4}]));
        for end in ["\r1\r\n", "\r1\r\n \n", "\r1\r\t", "\n1\n ", "\n1\n\r", "\n1\n\u{c}"] {
            assert_eq!(rows(&format!("a{end}")), json!([{"a": 1}]), "{end:?}");
        }
        let error = parse("a,b\r1,2\r3,\"x\r".to_owned()).map(|data| data.len());
        assert!(matches!(error, Err(DataError::Quote { line: 3, .. })), "{error:?}");
        assert_eq!(
            rows("id,name\r1,x\r\n2,\"y\rz\"\r"),
            json!([{"id": 1, "name": "x"}, {"id": 2, "name": "y\rz"}])
        );
        assert_eq!(rows("a,b\n1,x\ry\n"), json!([{"a": 1, "b": "x\ry"}]));
    }

    #[test]
    fn half_a_character_in_json_is_no_mistake() {
        assert_eq!(rows(r#"[{"id": "a\ud83d"}]"#), json!([{"id": "a\u{fffd}"}]));
    }

    #[test]
    fn csv_with_a_quote_gone_wrong_is_refused_with_its_line() {
        let error = |text: &str| {
            parse(text.to_owned())
                .map(|data| data.len())
                .expect_err("an error")
                .to_string()
        };
        let begin = "the data is no valid CSV: ";
        assert_eq!(
            error("a,b\n1,\"x\" y\n"),
            format!("{begin}text behind a closing quote in line 2")
        );
        assert_eq!(
            error("a,b\n1,2\n1,\"x\n3,4\n"),
            format!("{begin}a quote that is not closed in line 3")
        );
        assert_eq!(
            rows("a,b\n1,2\n   \n\n"),
            json!([{"a": 1, "b": 2}, {"a": ""}, {"a": ""}])
        );
        assert_eq!(rows("a\nx\"y\""), json!([{"a": "x\"y\""}]));
    }

    #[test]
    fn without_rows_there_is_no_data_and_no_error() {
        for empty in ["", "a,b\n", "[]", " \n"] {
            let data = parse(empty.to_owned()).expect(empty);
            assert!(data.is_empty() && data.row(0).is_none(), "{empty:?}");
        }
    }
}
