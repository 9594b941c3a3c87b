//! The text of a path into its parts. What is no path has been turned away before: here is only as much grammar as tells
//! the parts from one another.

use super::super::jq::value::Val;
use super::{Comparable, Comparison, Function, Logical, Pattern, Query, Segment, Selector, regex};

/// Reads a whole text.
pub(super) fn query(text: &str) -> Option<Query> {
    let mut reader = Reader { rest: text };
    let query = reader.query()?;
    reader.rest.trim().is_empty().then_some(query)
}

struct Reader<'t> {
    rest: &'t str,
}

/// What may stand in a name without quotes.
fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()
}

impl<'t> Reader<'t> {
    /// Takes these characters if they come next, and the space behind them.
    fn takes(&mut self, text: &str) -> bool {
        let there = self.rest.strip_prefix(text);
        if let Some(rest) = there {
            self.rest = rest;
            self.space();
        }
        there.is_some()
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn while_in(&mut self, is_in: impl Fn(char) -> bool) -> &'t str {
        let end = self.rest.find(|c| !is_in(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn query(&mut self) -> Option<Query> {
        let from_root = self.takes("$");
        if !from_root && !self.takes("@") {
            return None;
        }
        let mut segments = Vec::new();
        loop {
            let descends = self.takes("..");
            if self.takes("[") {
                let mut selectors = vec![self.selector()?];
                while self.takes(",") {
                    selectors.push(self.selector()?);
                }
                if !self.takes("]") {
                    return None;
                }
                segments.push(Segment { descends, selectors });
                continue;
            }
            if !descends && !self.takes(".") {
                return Some(Query { from_root, segments });
            }
            let selector = if self.takes("*") {
                Selector::All
            } else {
                let name = self.while_in(is_name);
                self.space();
                Selector::Name((!name.is_empty()).then(|| name.to_owned())?)
            };
            segments.push(Segment {
                descends,
                selectors: vec![selector],
            });
        }
    }

    fn selector(&mut self) -> Option<Selector> {
        if self.takes("*") {
            return Some(Selector::All);
        }
        if self.takes("?") {
            return self.any().map(Selector::Filter);
        }
        if self.rest.starts_with(['"', '\'']) {
            return self.text().map(Selector::Name);
        }
        let start = self.whole();
        if !self.takes(":") {
            return start.map(Selector::Index);
        }
        let end = self.whole();
        let step = if self.takes(":") { self.whole() } else { None };
        Some(Selector::Slice(start, end, step.unwrap_or(1)))
    }

    fn whole(&mut self) -> Option<i64> {
        let digits = self.while_in(|c| c.is_ascii_digit() || c == '-');
        self.space();
        digits.parse().ok()
    }

    /// A text in quotes of either kind.
    fn text(&mut self) -> Option<String> {
        let mut chars = self.rest.chars();
        let quote = chars.next()?;
        let mut out = String::new();
        loop {
            match chars.next()? {
                '\\' => out.push(match chars.next()? {
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'u' => {
                        let hex = |chars: &mut std::str::Chars<'_>| {
                            let digits: String = chars.by_ref().take(4).collect();
                            u32::from_str_radix(&digits, 16).ok()
                        };
                        let first = hex(&mut chars)?;
                        if first & 0xFC00 == 0xD800 {
                            (chars.next()? == '\\' && chars.next()? == 'u').then_some(())?;
                            let second = hex(&mut chars)?;
                            char::from_u32(0x10000 + ((first & 0x3FF) << 10) + (second & 0x3FF))?
                        } else {
                            char::from_u32(first)?
                        }
                    }
                    other => other,
                }),
                c if c == quote => break,
                c => out.push(c),
            }
        }
        self.rest = chars.as_str();
        self.space();
        Some(out)
    }

    fn any(&mut self) -> Option<Logical> {
        let mut parts = vec![self.all()?];
        while self.takes("||") {
            parts.push(self.all()?);
        }
        one_or(parts, Logical::Any)
    }

    fn all(&mut self) -> Option<Logical> {
        let mut parts = vec![self.basic()?];
        while self.takes("&&") {
            parts.push(self.basic()?);
        }
        one_or(parts, Logical::All)
    }

    fn basic(&mut self) -> Option<Logical> {
        if self.takes("!") {
            return Some(Logical::Not(Box::new(self.basic()?)));
        }
        if self.takes("(") {
            let inner = self.any()?;
            return self.takes(")").then_some(inner);
        }
        let left = self.comparable()?;
        let Some(comparison) = self.comparison() else {
            return match left {
                Comparable::Query(query) => Some(Logical::Exists(query)),
                Comparable::Function(function) => Some(Logical::Holds(*function)),
                Comparable::Literal(_) => None,
            };
        };
        Some(Logical::Compare(left, comparison, self.comparable()?))
    }

    fn comparison(&mut self) -> Option<Comparison> {
        // What is longer first: `<` begins `<=`, too.
        [
            ("==", Comparison::Equal),
            ("!=", Comparison::Unequal),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ]
        .into_iter()
        .find_map(|(text, comparison)| self.takes(text).then_some(comparison))
    }

    fn comparable(&mut self) -> Option<Comparable> {
        let first = self.rest.chars().next()?;
        match first {
            '$' | '@' => self.query().map(Comparable::Query),
            '"' | '\'' => self.text().map(|text| Comparable::Literal(Val::text(text))),
            '-' | '0'..='9' => {
                let spelled = self.while_in(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'));
                self.space();
                Some(Comparable::Literal(Val::number(spelled)))
            }
            _ => {
                let word = self.while_in(is_name);
                if self.takes("(") {
                    let function = self.function(word)?;
                    return self.takes(")").then(|| Comparable::Function(Box::new(function)));
                }
                self.space();
                let value = match word {
                    "true" => Val::Bool(true),
                    "false" => Val::Bool(false),
                    "null" => Val::Null,
                    _ => return None,
                };
                Some(Comparable::Literal(value))
            }
        }
    }

    /// The arguments of a function, up to the closing bracket.
    fn function(&mut self, name: &str) -> Option<Function> {
        match name {
            "length" => self.comparable().map(Function::Length),
            "count" => self.query().map(Function::Count),
            "value" => self.query().map(Function::Value),
            "match" | "search" => {
                let whole = name == "match";
                let text = self.comparable()?;
                self.takes(",").then_some(())?;
                let pattern = match self.comparable()? {
                    Comparable::Literal(Val::Str(pattern)) => Pattern::Fixed(regex(&pattern, whole)),
                    Comparable::Literal(_) => Pattern::Fixed(None),
                    found => Pattern::Found(found),
                };
                Some(Function::Matches { text, pattern, whole })
            }
            _ => None,
        }
    }
}

/// What has only one part is that part.
fn one_or(mut parts: Vec<Logical>, many: fn(Vec<Logical>) -> Logical) -> Option<Logical> {
    if parts.len() == 1 {
        parts.pop()
    } else {
        Some(many(parts))
    }
}
