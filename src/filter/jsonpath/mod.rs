//! `JSONPath` (RFC 9535) over our own values, told as they were sent.
//!
//! ```text
//! text ─ a library says whether it is one ─▶ read ─▶ Query ─ evaluate, node by node ─▶ Output
//! ```
//!
//! Libraries evaluate without asking anybody, over values of their own. This one goes over those of jq, which are there
//! already, and asks at every node whether to go on: any path can be stopped, and none holds more than it puts out.

mod evaluate;
mod read;
#[cfg(test)]
mod tests;

use regex::{Regex, RegexBuilder};
use serde_json_path::JsonPath;

use super::jq::value::Val;
use super::jq::{Found, Spans, Step, To, Walk};
use super::meter::{self, Limits, Stop};
use super::output::Output;
use super::places::{Down, Way};
use super::{FilterError, Filtered};

/// The most that a regular expression in a path may take once it is compiled, in bytes.
const MOST_PATTERN: usize = 1 << 20;

/// A path: segments from the root of the body, or from the node that a filter looks at.
#[derive(Debug)]
pub(super) struct Query {
    from_root: bool,
    segments: Vec<Segment>,
}

/// What is looked for in a node, or in all that is in it too.
#[derive(Debug)]
struct Segment {
    descends: bool,
    selectors: Vec<Selector>,
}

#[derive(Debug)]
enum Selector {
    Name(String),
    All,
    Index(i64),
    Slice(Option<i64>, Option<i64>, i64),
    Filter(Logical),
}

/// What is true of a node or not (section 2.3.5).
#[derive(Debug)]
enum Logical {
    Any(Vec<Logical>),
    All(Vec<Logical>),
    Not(Box<Logical>),
    Exists(Query),
    Holds(Function),
    Compare(Comparable, Comparison, Comparable),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What has a value, or none.
#[derive(Debug)]
enum Comparable {
    Literal(Val),
    Query(Query),
    Function(Box<Function>),
}

/// The functions of the RFC (section 2.4).
#[derive(Debug)]
enum Function {
    Length(Comparable),
    Count(Query),
    Value(Query),
    Matches {
        text: Comparable,
        pattern: Pattern,
        whole: bool,
    },
}

/// A regular expression (RFC 9485): compiled once where it stands in the path, which is none if it is none.
#[derive(Debug)]
enum Pattern {
    Fixed(Option<Regex>),
    Found(Comparable),
}

/// Compiles an expression of RFC 9485, all of which this library's grammar has with the same meaning but for the dot.
fn regex(pattern: &str, whole: bool) -> Option<Regex> {
    let anchored = if whole {
        format!(r"\A(?:{pattern})\z")
    } else {
        pattern.to_owned()
    };
    let mut builder = RegexBuilder::new(&anchored);
    builder.crlf(true).size_limit(MOST_PATTERN).build().ok()
}

/// Reads a path.
pub(super) fn parse(text: &str) -> Result<Query, FilterError> {
    let tight = tight(text);
    // It knows the rules to the letter, those of the types of functions too.
    JsonPath::parse(&tight).map_err(|error| {
        let rest: String = tight.chars().skip(error.position()).take(20).collect();
        // The parser's own words tell of its grammar, not of what is missing.
        FilterError::Text(match missing(&tight, error.position()) {
            Some(what) => format!("{what} is missing at the end"),
            None if rest.trim().is_empty() => "the path is not finished: something is missing at the end".to_owned(),
            None => format!("this is no JSONPath at `{rest}`"),
        })
    })?;
    read::query(text).ok_or_else(|| FilterError::Text("this is no JSONPath".to_owned()))
}

/// What a path lacks that only is not finished: the slip at which the parser stopped is not before what is open.
fn missing(text: &str, stopped: usize) -> Option<&'static str> {
    let (mut quote, mut escaped) = (None, false);
    let mut open = Vec::new();
    for (at, c) in text.chars().enumerate() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(own) if own == c => quote = None,
            Some(_) => {}
            None => match c {
                // A name without brackets has none.
                '"' | '\'' if !open.is_empty() => quote = Some(c),
                '[' | '(' => open.push((c, at)),
                ']' | ')' => {
                    open.pop();
                }
                _ => {}
            },
        }
    }
    if open.first().is_some_and(|(_, at)| stopped < *at) {
        return None;
    }
    match (quote, open.last()) {
        (Some(_), _) => Some("a closing quote"),
        (None, Some(('[', _))) => Some("a closing `]`"),
        (None, Some(_)) => Some("a closing `)`"),
        (None, None) => {
            let whole = text.trim_end();
            let before = whole.trim_end_matches('.');
            (before.len() < whole.len() && stopped >= before.chars().count()).then_some("a name")
        }
    }
}

/// The same without the space before each `..`, which may stand there but is the one thing the library does not take.
fn tight(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut quote, mut escaped) = (None, false);
    for c in text.chars() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(own) if own == c => quote = None,
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if c == '.' && out.ends_with('.') => {
                out.pop();
                let end = out.trim_end_matches([' ', '\t', '\n', '\r']).len();
                out.truncate(end);
                out.push('.');
            }
            _ => {}
        }
        out.push(c);
    }
    out
}

/// Puts out what stands at the places of values.
pub(super) fn run(path: &Query, values: &[Val], limits: Limits, stop: &Stop) -> Result<Filtered, FilterError> {
    let mut out = Output::new(limits);
    let ran = meter::within(limits, stop, || {
        let many = values.len() > 1;
        values.iter().enumerate().all(|(at, root)| {
            let listed = Way::ROOT.down(Down::Index(at));
            let way = if many { listed } else { Way::ROOT };
            evaluate::each(path, root, (root, &way), &mut |node, way| out.add_at(node, way))
        });
    });
    out.done(ran.err())
}

/// The beginning of a path that needs only what it leads to, and what is looked for there.
pub(super) struct Plain<'q> {
    steps: Vec<Step>,
    /// What must be true of each.
    filter: Option<&'q Logical>,
    rest: &'q [Segment],
}

impl Plain<'_> {
    /// Whether it leads to many values.
    pub fn is_many(&self) -> bool {
        self.steps.iter().any(|step| step.to == To::Each)
    }
}

/// Takes the steps off a path whose rest does not look back at the root.
pub(super) fn plain<'q>(path: &'q Query, text: &str) -> Option<Plain<'q>> {
    let mut plain = Plain {
        steps: Vec::new(),
        filter: None,
        rest: &path.segments,
    };
    while let Some((segment, rest)) = plain.rest.split_first()
        && plain.filter.is_none()
        && !segment.descends
        && let [selector] = &*segment.selectors
    {
        let to = match selector {
            Selector::Name(name) => To::Key((&**name).into()),
            Selector::Index(index) => To::Index(isize::try_from(*index).ok()?),
            Selector::All => To::Each,
            Selector::Filter(logical) => {
                plain.filter = Some(logical);
                To::Each
            }
            Selector::Slice(..) => break,
        };
        plain.steps.push(Step { to, forgives: true });
        plain.rest = rest;
    }
    let alone = plain.rest.is_empty() && plain.filter.is_none() || text.matches('$').count() == 1;
    (alone && !plain.steps.is_empty()).then_some(plain)
}

/// Puts out what stands at the places of a body that was gone over.
pub(super) fn walk(
    plain: &Plain<'_>,
    (bytes, spans): (&[u8], &Spans),
    limits: Limits,
    stop: &Stop,
) -> Result<Filtered, FilterError> {
    let mut out = Output::new(limits);
    let ran = meter::within(limits, stop, || {
        let walk = Walk {
            steps: &plain.steps,
            strict: false,
        };
        // No step of a path is a mistake.
        let _: Result<(), jaq_core::Error<Val>> = walk.all(bytes, spans, &mut |found, way| {
            let Found::Here(here) = found else { return Ok(true) };
            let node = here.value();
            let passes = plain.filter.is_none_or(|filter| evaluate::holds(filter, &node, &node));
            Ok(!passes || evaluate::go(plain.rest, &node, (&node, way), &mut |node, way| out.add_at(node, way)))
        });
    });
    out.done(ran.err())
}
