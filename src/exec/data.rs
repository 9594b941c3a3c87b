//! Iteration data: a JSON array of objects, or CSV (POSTMAN.md, section 5).

use serde_json::{Number, Value};

use super::plan::DataRow;

/// Why a data file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DataError {
    /// It looks like JSON and is none.
    #[error("the data is not valid JSON: {0}")]
    Json(String),
    /// It is JSON, but no list of objects.
    #[error("the data is JSON but no array of objects")]
    Shape,
    /// There is nothing in it.
    #[error("the data has no rows")]
    Empty,
}

impl DataError {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        "give an array of objects in JSON, or CSV with the names of the variables in its first line"
    }
}

/// Reads iteration data: JSON first, else CSV.
pub fn parse(text: &str) -> Result<Vec<DataRow>, DataError> {
    let text = text.trim_start_matches('\u{feff}');
    let rows = if text.trim_start().starts_with(['[', '{']) {
        json(text)?
    } else {
        csv(text)
    };
    if rows.is_empty() {
        Err(DataError::Empty)
    } else {
        Ok(rows)
    }
}

fn json(text: &str) -> Result<Vec<DataRow>, DataError> {
    let value: Value = serde_json::from_str(text).map_err(|error| DataError::Json(error.to_string()))?;
    let Value::Array(items) = value else {
        return Err(DataError::Shape);
    };
    items
        .into_iter()
        .map(|item| match item {
            Value::Object(map) => Ok(map.into_iter().collect()),
            _ => Err(DataError::Shape),
        })
        .collect()
}

/// Missing columns are left out, surplus ones dropped, empty lines skipped.
fn csv(text: &str) -> Vec<DataRow> {
    let mut records = records(text).into_iter();
    let Some(header) = records.next() else {
        return Vec::new();
    };
    let value = |cell: Cell| {
        if cell.quoted {
            Value::String(cell.text)
        } else {
            number(&cell.text).unwrap_or(Value::String(cell.text))
        }
    };
    records
        .map(|record| {
            let names = header.iter().map(|cell| cell.text.clone());
            names.zip(record.into_iter().map(value)).collect()
        })
        .collect()
}

/// Whole numbers and decimals; leading zeros, exponents and signs with nothing behind them stay text.
fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !plain(whole) || !plain(fraction) || (whole.len() > 1 && whole.starts_with('0')) {
        return None;
    }
    if !text.contains('.')
        && let Ok(number) = text.parse::<i64>()
    {
        return Some(Value::from(number));
    }
    Number::from_f64(text.parse().ok()?).map(Value::Number)
}

#[derive(Default)]
struct Cell {
    text: String,
    quoted: bool,
}

/// The records of a CSV text (RFC 4180), with spaces around cells trimmed and stray quotes taken as they are.
fn records(text: &str) -> Vec<Vec<Cell>> {
    let mut out = Vec::new();
    let mut record: Vec<Cell> = Vec::new();
    let mut cell = Cell::default();
    let mut inside = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if inside && chars.peek() == Some(&'"') => {
                cell.text.push('"');
                chars.next();
            }
            '"' if inside => inside = false,
            _ if inside => cell.text.push(c),
            '"' if cell.text.trim().is_empty() && !cell.quoted => {
                cell.text.clear();
                cell.quoted = true;
                inside = true;
            }
            ',' => record.push(finish(&mut cell)),
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => end_record(&mut cell, &mut record, &mut out),
            // Behind a closing quote only the next comma or line counts.
            _ if cell.quoted && c.is_whitespace() => {}
            _ => cell.text.push(c),
        }
    }
    end_record(&mut cell, &mut record, &mut out);
    out
}

fn finish(cell: &mut Cell) -> Cell {
    let mut done = std::mem::take(cell);
    if !done.quoted {
        done.text = done.text.trim().to_owned();
    }
    done
}

fn end_record(cell: &mut Cell, record: &mut Vec<Cell>, out: &mut Vec<Vec<Cell>>) {
    let last = finish(cell);
    if record.is_empty() && last.text.is_empty() && !last.quoted {
        return;
    }
    record.push(last);
    out.push(std::mem::take(record));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rows(text: &str) -> Value {
        let rows = parse(text).expect("rows");
        Value::Array(
            rows.into_iter()
                .map(|row| Value::Object(row.into_iter().collect()))
                .collect(),
        )
    }

    #[test]
    fn json_arrays_are_rows() {
        assert_eq!(
            rows("\u{feff} [{\"a\": 1, \"b\": {\"c\": null}}]"),
            json!([{"a": 1, "b": {"c": null}}])
        );
        assert_eq!(parse("[1]"), Err(DataError::Shape));
        assert_eq!(parse("{\"a\": 1}"), Err(DataError::Shape));
        assert_eq!(parse("[]"), Err(DataError::Empty));
        assert!(matches!(parse("[{"), Err(DataError::Json(_))));
    }

    #[test]
    fn csv_turns_bare_numbers_into_numbers_and_keeps_quoted_ones() {
        assert_eq!(
            rows("id, name ,n\r\n7,\"8\", 1.5\n007, \"a \"\"b\"\", c\" ,-3\n\nx"),
            json!([
                {"id": 7, "name": "8", "n": 1.5},
                {"id": "007", "name": "a \"b\", c", "n": -3},
                {"id": "x"},
            ])
        );
    }

    #[test]
    fn csv_without_rows_is_an_error() {
        assert_eq!(parse(""), Err(DataError::Empty));
        assert_eq!(parse("a,b\n"), Err(DataError::Empty));
    }
}
