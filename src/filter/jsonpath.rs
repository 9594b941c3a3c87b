//! `JSONPath` (RFC 9535): the places are found by a library, the values are told as they were sent.

use bytes::Bytes;
use serde_json::{Map, Number, Value};
use serde_json_path::{JsonPath, PathElement};

use super::jq::value::Val;
use super::meter::{Limits, Stop};
use super::{FilterError, Filtered, Form};

/// Reads a path.
pub(super) fn parse(text: &str) -> Result<JsonPath, FilterError> {
    JsonPath::parse(text).map_err(|error| {
        let rest: String = text.chars().skip(error.position()).take(20).collect();
        let place = if rest.is_empty() {
            "at the end".to_owned()
        } else {
            format!("at `{rest}`")
        };
        // The parser's own words tell of its grammar, not of what is missing.
        FilterError::Text(format!("this is no JSONPath {place}"))
    })
}

/// A value as the library takes it. Numbers it cannot hold come as close as may be: they are only compared.
pub(super) fn plain(value: &Val) -> Value {
    match value {
        Val::Null => Value::Null,
        Val::Bool(flag) => Value::Bool(*flag),
        Val::Int(whole) => Value::from(*whole),
        Val::Float(float) => Number::from_f64(*float).map_or(Value::Null, Value::Number),
        Val::Number(number) => Number::from_f64(number.1).map_or(Value::Null, Value::Number),
        Val::Str(text) => Value::from(&***text),
        Val::Arr(list) => Value::Array(list.items().iter().map(plain).collect()),
        Val::Obj(object) => {
            let members = object.members().iter();
            Value::Object(
                members
                    .map(|(key, value)| (key.to_string(), plain(value)))
                    .collect::<Map<_, _>>(),
            )
        }
    }
}

/// Puts out what stands at the places.
pub(super) fn run(
    path: &JsonPath,
    values: &[Val],
    plain: &[Value],
    limits: Limits,
    stop: &Stop,
) -> Result<Filtered, FilterError> {
    let mut out = String::new();
    let (mut count, mut cut) = (0, None);
    'all: for (value, plain) in values.iter().zip(plain) {
        for node in path.query_located(plain) {
            if stop.asked() {
                return Err(FilterError::Cancelled);
            }
            if count >= limits.count {
                cut = Some(format!("only the first {count} values: there are more"));
                break 'all;
            }
            let mut found = Some(value);
            for element in node.location().iter() {
                found = match (found, element) {
                    (Some(Val::Obj(object)), PathElement::Name(name)) => object.members().get(*name),
                    (Some(Val::Arr(list)), PathElement::Index(at)) => list.items().get(*at),
                    _ => None,
                };
            }
            let before = out.len();
            found.unwrap_or(&Val::Null).write(&mut out);
            if out.len() > limits.output && count > 0 {
                out.truncate(before);
                cut = Some(format!("only the first {} MiB: there is more", limits.output >> 20));
                break 'all;
            }
            out.push('\n');
            count += 1;
        }
    }
    if count == 1 {
        out.pop();
    }
    Ok(Filtered {
        bytes: Bytes::from(out),
        form: if count == 1 { Form::Json } else { Form::JsonLines },
        count,
        cut,
    })
}
