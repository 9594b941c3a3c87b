//! `JSONPath` (RFC 9535): the places are found by a library, the values are told as they were sent.
//!
//! The library cannot be stopped, so it is asked segment by segment and node by node: a path is what its first segment
//! finds, then what the rest of it finds in each of those (RFC 9535, section 2.1.2).

use bytes::Bytes;
use serde_json::{Map, Number, Value};
use serde_json_path::{JsonPath, PathElement};

use super::jq::value::Val;
use super::meter::{Limits, Stop};
use super::{FilterError, Filtered, Form};

/// A path in steps.
pub(super) struct Path {
    steps: Vec<Step>,
    /// Whether each step is a segment; else the only one is all of it.
    apart: bool,
}

/// What is looked for in a node, or in all that is in it too.
struct Step {
    descends: bool,
    path: JsonPath,
}

impl Path {
    /// Whether it can be stopped.
    pub fn heeds(&self) -> bool {
        self.apart
    }
}

/// Reads a path.
pub(super) fn parse(text: &str) -> Result<Path, FilterError> {
    let whole = read(text)?;
    let apart = segments(text).and_then(|segments| {
        let steps = segments.into_iter().map(|(descends, segment)| {
            let path = JsonPath::parse(&format!("${segment}")).ok()?;
            Some(Step { descends, path })
        });
        steps.collect::<Option<Vec<Step>>>()
    });
    Ok(match apart {
        Some(steps) => Path { steps, apart: true },
        None => Path {
            steps: vec![Step {
                descends: false,
                path: whole,
            }],
            apart: false,
        },
    })
}

fn read(text: &str) -> Result<JsonPath, FilterError> {
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

/// The segments of a path that can be read, each as one for a child, and whether it is for all that is in a node.
///
/// `None` where a segment means something else apart: a filter that looks back at the root.
fn segments(text: &str) -> Option<Vec<(bool, String)>> {
    let mut rest = text.strip_prefix('$')?;
    let mut out = Vec::new();
    while !rest.is_empty() {
        let descends = rest.starts_with("..");
        if descends {
            rest = &rest[1..];
        }
        let start = rest
            .strip_prefix('.')
            .filter(|behind| behind.starts_with('['))
            .unwrap_or(rest);
        let len = if start.starts_with('[') {
            brackets(start)?
        } else {
            let name = start.strip_prefix('.')?;
            1 + name.find(['.', '[']).unwrap_or(name.len())
        };
        let (segment, behind) = start.split_at(len);
        out.push((descends, segment.to_owned()));
        rest = behind;
    }
    Some(out)
}

/// The length of the brackets a text begins with; `None` if the root is named in them.
fn brackets(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (at, byte) in text.bytes().enumerate() {
        match (quote, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(open), _) if open == byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'[') => depth += 1,
            (None, b']') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            (None, b'$') => return None,
            _ => {}
        }
    }
    None
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
    path: &Path,
    values: &[Val],
    plain: &[Value],
    limits: Limits,
    stop: &Stop,
) -> Result<Filtered, FilterError> {
    let mut walk = Walk {
        limits,
        stop,
        out: String::new(),
        count: 0,
        cut: None,
    };
    for node in values.iter().zip(plain) {
        if !walk.go(&path.steps, node)? {
            break;
        }
    }
    let Walk {
        mut out, count, cut, ..
    } = walk;
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

/// A node as it was sent, and as the library takes it.
type Node<'a> = (&'a Val, &'a Value);

struct Walk<'a> {
    limits: Limits,
    stop: &'a Stop,
    out: String,
    count: usize,
    cut: Option<String>,
}

impl Walk<'_> {
    /// Takes the steps that are left from a node; says whether more is wanted.
    fn go(&mut self, steps: &[Step], node: Node<'_>) -> Result<bool, FilterError> {
        let Some((step, rest)) = steps.split_first() else {
            return Ok(self.put(node.0));
        };
        if !step.descends {
            return self.step(step, rest, node);
        }
        let mut open = vec![node];
        while let Some(node) = open.pop() {
            if !self.step(step, rest, node)? {
                return Ok(false);
            }
            let before = open.len();
            match node {
                (Val::Arr(list), Value::Array(plain)) => open.extend(list.items().iter().zip(plain)),
                (Val::Obj(object), Value::Object(plain)) => {
                    let members = object.members().iter();
                    open.extend(members.filter_map(|(key, value)| Some((value, plain.get(&**key)?))));
                }
                _ => {}
            }
            open[before..].reverse();
        }
        Ok(true)
    }

    fn step(&mut self, step: &Step, rest: &[Step], (value, plain): Node<'_>) -> Result<bool, FilterError> {
        if self.stop.asked() {
            return Err(FilterError::Cancelled);
        }
        for node in step.path.query_located(plain) {
            let mut found = Some(value);
            for element in node.location().iter() {
                found = match (found, element) {
                    (Some(Val::Obj(object)), PathElement::Name(name)) => object.members().get(*name),
                    (Some(Val::Arr(list)), PathElement::Index(at)) => list.items().get(*at),
                    _ => None,
                };
            }
            if self.stop.asked() {
                return Err(FilterError::Cancelled);
            }
            if !self.go(rest, (found.unwrap_or(&Val::Null), node.node()))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Puts a value out; says whether there is room for more.
    fn put(&mut self, value: &Val) -> bool {
        if self.count >= self.limits.count {
            self.cut = Some(format!("only the first {} values: there are more", self.count));
            return false;
        }
        let before = self.out.len();
        value.write(&mut self.out);
        if self.out.len() > self.limits.output && self.count > 0 {
            self.out.truncate(before);
            self.cut = Some(format!(
                "only the first {} MiB: there is more",
                self.limits.output >> 20
            ));
            return false;
        }
        self.out.push('\n');
        self.count += 1;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_apart_where_that_means_the_same() {
        let shown = |text: &str| {
            let parts = segments(text)?.into_iter();
            let parts = parts.map(|(descends, text)| if descends { format!("..{text}") } else { text });
            Some(parts.collect::<Vec<_>>().join(" "))
        };
        for (text, parts) in [
            ("$", Some("")),
            ("$.a.b[0]..c..[1,2]['x]$'].*", Some(".a .b [0] ...c ..[1,2] ['x]$'] .*")),
            ("$..[?@.a[0] == 'it\\'s ]'].b", Some("..[?@.a[0] == 'it\\'s ]'] .b")),
            ("$.a[?@.x == $.y]", None),
            ("$ .a", None),
        ] {
            assert_eq!(shown(text).as_deref(), parts, "{text}");
        }
    }

    #[test]
    fn segments_find_what_the_whole_path_finds() {
        let body = r#"{"a":[{"b":1,"c":{"b":[2,3]}},{"b":null}],"b":{"a":[[4]]}}"#;
        let plain: Value = serde_json::from_str(body).unwrap_or_default();
        let values = super::super::jq::read(body.as_bytes(), Limits::default(), &Stop::never()).unwrap_or_default();
        for text in [
            "$..b",
            "$.a[*].b",
            "$..a..[0]",
            "$.a[?@.b == 1].c.b[::-1]",
            "$..*",
            "$.a[1,0]..b",
            "$..[?@.b]",
        ] {
            let whole = Path {
                steps: vec![Step {
                    descends: false,
                    path: read(text).unwrap_or_else(|error| panic!("{error}")),
                }],
                apart: false,
            };
            let found = |path: &Path| {
                let found = run(
                    path,
                    &values,
                    std::slice::from_ref(&plain),
                    Limits::default(),
                    &Stop::never(),
                );
                let found = found.unwrap_or_else(|error| panic!("{error}"));
                let mut lines: Vec<String> = String::from_utf8_lossy(&found.bytes)
                    .lines()
                    .map(str::to_owned)
                    .collect();
                // A library may look at the levels in another order.
                lines.sort();
                lines
            };
            let apart = parse(text).unwrap_or_else(|error| panic!("{error}"));
            assert!(apart.heeds());
            assert_eq!(found(&apart), found(&whole), "{text}");
            assert!(!found(&apart).is_empty(), "{text}");
        }
    }
}
