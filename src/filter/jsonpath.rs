//! `JSONPath` (RFC 9535): the places are found by a library, the values are told as they were sent.
//!
//! The library cannot be stopped, so it is asked segment by segment and node by node: a path is what its first segment
//! finds, then what the rest of it finds in each of those (RFC 9535, section 2.1.2). What it has to be asked as a whole is
//! refused where it might find more than there is memory for.

use std::collections::HashMap;
use std::ptr;

use serde_json::{Map, Number, Value};
use serde_json_path::{JsonPath, PathElement};

use super::jq::value::Val;
use super::meter::{self, Limits, Stop};
use super::output::Output;
use super::{FilterError, Filtered};

/// What may stand in filters, in which the library goes its way alone: one `..`, and so many lists of selectors.
const MOST_DEEP: usize = 1;
const MOST_LISTS: usize = 8;
/// Bytes of a body times its levels, for a path with `..` that looks back at the root: each place holds all levels above it.
const MOST_PLACES: usize = 64 << 20;

/// A path in steps.
pub(super) struct Path {
    steps: Vec<Step>,
    /// Whether each step is a segment; else the only one is all of it.
    apart: bool,
    /// Whether there is a `..` in it.
    deep: bool,
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
    let nested = Nested::of(text);
    if nested.deep > MOST_DEEP || nested.lists > MOST_LISTS {
        let words = format!("a filter in a path may have one `..` and {MOST_LISTS} lists of selectors at most");
        return Err(FilterError::Text(words));
    }
    let apart = segments(text).and_then(|segments| {
        let steps = segments.into_iter().map(|(descends, segment)| {
            let path = JsonPath::parse(&format!("${segment}")).ok()?;
            Some(Step { descends, path })
        });
        steps.collect::<Option<Vec<Step>>>()
    });
    Ok(match apart {
        Some(steps) => Path {
            steps,
            apart: true,
            deep: nested.all_deep > 0,
        },
        None if nested.all_deep > MOST_DEEP || nested.all_lists > MOST_LISTS => {
            let words = format!("such a path may have one `..` and {MOST_LISTS} lists of selectors");
            return Err(FilterError::Text(words));
        }
        None => Path {
            deep: nested.all_deep > 0,
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

/// The `..` and the commas between selectors in a path, and those of them in filters.
#[derive(Default)]
struct Nested {
    all_deep: usize,
    all_lists: usize,
    deep: usize,
    lists: usize,
}

impl Nested {
    /// Counts them in what can be read.
    fn of(text: &str) -> Self {
        let mut found = Self::default();
        let (mut open, mut quote, mut escaped, mut before) = (Vec::new(), None, false, b' ');
        for byte in text.bytes() {
            match (quote, byte) {
                (Some(_), _) if escaped => escaped = false,
                (Some(_), b'\\') => escaped = true,
                (Some(own), _) if own == byte => quote = None,
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'[' | b'(') => open.push(byte),
                (None, b']' | b')') => drop(open.pop()),
                (None, b'.') if before == b'.' => {
                    found.all_deep += 1;
                    found.deep += usize::from(!open.is_empty());
                }
                (None, b',') if open.last() == Some(&b'[') => {
                    found.all_lists += 1;
                    found.lists += usize::from(open.len() > 1);
                }
                _ => {}
            }
            before = byte;
        }
        found
    }
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
    meter::tick();
    match value {
        Val::Null => Value::Null,
        Val::Bool(flag) => Value::Bool(*flag),
        Val::Int(whole) => Value::from(*whole),
        Val::Float(float) => Number::from_f64(*float).map_or(Value::Null, Value::Number),
        Val::Number(number) => Number::from_f64(number.float).map_or(Value::Null, Value::Number),
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

/// Puts out what stands at the places of values, the bodies of which have so many bytes.
pub(super) fn run(
    path: &Path,
    values: &[Val],
    plain: &[Value],
    bytes: usize,
    limits: Limits,
    stop: &Stop,
) -> Result<Filtered, FilterError> {
    let levels = values.iter().map(Val::depth).max().unwrap_or(0);
    if !path.apart && path.deep && bytes.saturating_mul(levels as usize) > MOST_PLACES {
        let words = "the body is too large for a path with `..` and with `$` in a filter".to_owned();
        return Err(FilterError::Body(words));
    }
    let mut out = Output::new(limits);
    let ran = meter::within(limits, stop, || {
        let mut nodes = values.iter().zip(plain);
        if path.apart {
            nodes.all(|node| go(&path.steps, node, &mut out));
        } else {
            nodes.all(|node| path.steps.iter().all(|step| look_up(&step.path, node, &mut out)));
        }
    });
    out.done(ran.err())
}

/// A node as it was sent, and as the library takes it.
type Node<'a> = (&'a Val, &'a Value);

/// Takes the steps that are left from a node; says whether more is wanted.
fn go(steps: &[Step], node: Node<'_>, out: &mut Output) -> bool {
    let Some((step, rest)) = steps.split_first() else {
        return out.add(node.0);
    };
    if !step.descends {
        return step.go(rest, node, out);
    }
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if !step.go(rest, node, out) {
            return false;
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
    true
}

impl Step {
    /// Goes to children of a node, and the steps that are left from each.
    fn go(&self, rest: &[Self], (value, plain): Node<'_>, out: &mut Output) -> bool {
        meter::tick();
        // Where a child is tells which one it is: its path would take far more memory.
        let here = |plain: &Value| ptr::from_ref(plain) as usize;
        let found = self.path.query(plain).all();
        match (value, plain) {
            (Val::Arr(list), Value::Array(items)) => found.into_iter().all(|item| {
                meter::tick();
                // The items of a list lie beside each other.
                let at = (here(item) - items.as_ptr() as usize) / size_of::<Value>();
                let value = list.items().get(at);
                value.is_none_or(|value| go(rest, (value, item), out))
            }),
            (Val::Obj(object), Value::Object(members)) if !found.is_empty() => {
                let mut values: HashMap<usize, &Val> = HashMap::new();
                for (key, member) in members {
                    let wanted = found.len() > 1 || ptr::eq(found[0], member);
                    if wanted && let Some(value) = object.members().get(&**key) {
                        values.insert(here(member), value);
                    }
                }
                found.into_iter().all(|member| {
                    meter::tick();
                    let value = values.get(&here(member));
                    value.is_none_or(|value| go(rest, (value, member), out))
                })
            }
            // It has no children, or none of those.
            _ => true,
        }
    }
}

/// Puts out what the library finds by itself.
fn look_up(path: &JsonPath, (value, plain): Node<'_>, out: &mut Output) -> bool {
    path.query_located(plain).into_iter().all(|node| {
        meter::tick();
        let mut found = Some(value);
        for element in node.location().iter() {
            found = match (found, element) {
                (Some(Val::Obj(object)), PathElement::Name(name)) => object.members().get(*name),
                (Some(Val::Arr(list)), PathElement::Index(at)) => list.items().get(*at),
                _ => None,
            };
        }
        out.add(found.unwrap_or(&Val::Null))
    })
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
                deep: true,
            };
            let found = |path: &Path| {
                let found = run(
                    path,
                    &values,
                    std::slice::from_ref(&plain),
                    body.len(),
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
