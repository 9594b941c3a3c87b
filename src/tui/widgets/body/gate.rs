//! What every match of a pattern has in it, looked for at the speed of memory before the pattern itself is tried.
//!
//! An expression that starts like every line of a body (`"id": 1099999`) is tried at each of them. What is rare in the body,
//! `1099999` here, or a single letter that hardly occurs, says where trying is worth it.

use std::ops::Range;

use memchr::{memchr, memchr2, memchr3, memmem};
use regex::bytes::Regex;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, Hir, HirKind};

/// A look at one byte of so many tells how often each occurs.
const SAMPLE: usize = 509;
/// What occurs more often than once in so many bytes is not worth a stop.
const RARE: usize = 256;
/// What one byte that was seen counts for in [`Needle::weight`].
const WHOLE: usize = 64;
/// Bytes behind a match that `$` and `\b` may ask about.
const BEHIND: usize = 8;
/// One stop in vain is paid for by so many bytes that were passed over.
const PAID: usize = 64;

/// All that each match of a pattern has in it.
#[derive(Clone)]
pub(super) struct Gate {
    parts: Vec<Part>,
    /// The most bytes of a match, if there is a bound.
    longest: Option<usize>,
}

#[derive(Clone)]
struct Part {
    needle: Needle,
    /// The most bytes of a match that stand before it, if there is a bound.
    before: Option<usize>,
}

#[derive(Clone)]
enum Needle {
    Text(Box<memmem::Finder<'static>>),
    /// One of up to three bytes; a letter and its capital, mostly.
    Byte(Vec<u8>),
}

impl Gate {
    /// What is known of a pattern; `None` if that is nothing, or the pattern is no more than a text, which is found as fast.
    pub(super) fn new(pattern: &str, insensitive: bool) -> Option<Self> {
        let mut parser = ParserBuilder::new()
            .case_insensitive(insensitive)
            .multi_line(true)
            .utf8(false)
            .build();
        let hir = parser.parse(pattern).ok()?;
        if matches!(hir.kind(), HirKind::Literal(_)) {
            return None;
        }
        let (mut parts, mut before) = (Vec::new(), Some(0));
        collect(&hir, &mut before, &mut parts);
        let longest = hir.properties().maximum_len();
        (!parts.is_empty()).then_some(Self { parts, longest })
    }

    /// The part that is rarest in a block, if one is rare.
    pub(super) fn rarest(&self, block: &[u8]) -> Option<Stops<'_>> {
        let mut counts = [0_usize; 256];
        for &byte in block.iter().step_by(SAMPLE) {
            counts[usize::from(byte)] += 1;
        }
        let most = block.len().div_ceil(SAMPLE);
        let (part, weight) = self
            .parts
            .iter()
            .map(|part| (part, part.needle.weight(&counts)))
            .min_by_key(|(_, weight)| *weight)?;
        (weight * RARE <= most * WHOLE).then_some(Stops {
            part,
            longest: self.longest,
        })
    }
}

impl Needle {
    /// How often it occurs among the bytes counted, roughly, times [`WHOLE`].
    fn weight(&self, counts: &[usize; 256]) -> usize {
        match self {
            Self::Byte(bytes) => bytes.iter().map(|byte| counts[usize::from(*byte)] * WHOLE).sum(),
            Self::Text(finder) => {
                let text = finder.needle();
                let rarest = text
                    .iter()
                    .map(|byte| counts[usize::from(*byte)])
                    .min()
                    .unwrap_or_default();
                // In a body of digits a text of digits is rare all the same: with each byte by a quarter of what it was.
                (rarest * WHOLE) >> (2 * text.len().min(7) - 2)
            }
        }
    }

    fn find(&self, bytes: &[u8]) -> Option<usize> {
        match self {
            Self::Text(finder) => finder.find(bytes),
            Self::Byte(any) => match any[..] {
                [a] => memchr(a, bytes),
                [a, b] => memchr2(a, b, bytes),
                [a, b, c] => memchr3(a, b, c, bytes),
                _ => Some(0),
            },
        }
    }
}

/// The places of a block where a match may be.
pub(super) struct Stops<'a> {
    part: &'a Part,
    longest: Option<usize>,
}

impl Stops<'_> {
    /// What [`Regex::find_at`] finds, but a match that has more than `reach` bytes before its rarest part.
    pub(super) fn find_at(&self, regex: &Regex, block: &[u8], from: usize, reach: usize) -> Option<Range<usize>> {
        let mut next = from;
        let mut vain = 0;
        loop {
            let at = next + self.part.needle.find(&block[next..])?;
            let start = from.max(at.saturating_sub(self.part.before.unwrap_or(reach)));
            let longest = self.longest.filter(|_| vain * PAID <= at - from);
            let Some(longest) = longest else {
                return regex.find_at(block, start).map(|found| found.range());
            };
            let end = block.len().min(at.saturating_add(longest).saturating_add(BEHIND));
            let found = regex.find_at(&block[..end], start).map(|found| found.range());
            // What starts behind is cut off, maybe, and has such a part of its own.
            if let Some(found) = found.filter(|found| found.start <= at) {
                return Some(found);
            }
            next = at + 1;
            vain += 1;
        }
    }
}

/// Adds the parts of an expression that are in all its matches.
fn collect(hir: &Hir, before: &mut Option<usize>, parts: &mut Vec<Part>) {
    match hir.kind() {
        HirKind::Concat(all) => return all.iter().for_each(|hir| collect(hir, before, parts)),
        HirKind::Capture(group) => return collect(&group.sub, before, parts),
        HirKind::Literal(text) => {
            let needle = match &*text.0 {
                [byte] => Needle::Byte(vec![*byte]),
                text => Needle::Text(Box::new(memmem::Finder::new(text).into_owned())),
            };
            parts.push(Part {
                needle,
                before: *before,
            });
        }
        HirKind::Class(class) => {
            if let Some(bytes) = few(class) {
                parts.push(Part {
                    needle: Needle::Byte(bytes),
                    before: *before,
                });
            }
        }
        _ => {}
    }
    *before = before
        .zip(hir.properties().maximum_len())
        .map(|(before, len)| before.saturating_add(len));
}

/// The bytes of a class, if they are three at most.
fn few(class: &Class) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let ranges: Vec<(u32, u32)> = match class {
        Class::Bytes(class) => class
            .ranges()
            .iter()
            .map(|range| (range.start().into(), range.end().into()))
            .collect(),
        Class::Unicode(class) => {
            let ranges: Vec<_> = class
                .ranges()
                .iter()
                .map(|range| (range.start().into(), range.end().into()))
                .collect();
            ranges.iter().all(|(_, end)| *end < 128).then_some(ranges)?
        }
    };
    for (start, end) in ranges {
        for byte in start..=end {
            if out.len() == 3 {
                return None;
            }
            out.push(u8::try_from(byte).ok()?);
        }
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use proptest::prelude::*;
    use regex::bytes::RegexBuilder;

    use super::*;

    const PIECES: [&str; 24] = [
        "a", "b", "K", "s", "é", "1", r"\d", r"\b", "^", "$", "a?", "[ab]", "[0-9]+", "x{1,3}", "(ab)", "(a|b)",
        r"\s*", ".", "\"", "k", "12", r"\w*", r"(?-i:B)", r"\xff",
    ];
    const LETTERS: [&str; 18] = [
        "a", "A", "b", "B", "k", "\u{212a}", "s", "\u{17f}", "é", "É", "1", "2", "x", "X", " ", "\n", "\"", "_",
    ];

    fn built(pattern: &str, insensitive: bool) -> Regex {
        let mut builder = RegexBuilder::new(pattern);
        builder.case_insensitive(insensitive).multi_line(true).build().unwrap()
    }

    proptest! {
        #[test]
        fn what_is_found_at_the_stops_of_any_part_is_what_the_expression_finds(
            pattern in proptest::collection::vec(proptest::sample::select(&PIECES), 1..7),
            body in proptest::collection::vec(proptest::sample::select(&LETTERS), 0..60),
            insensitive: bool,
        ) {
            let (pattern, body) = (pattern.concat(), body.concat());
            let regex = built(&pattern, insensitive);
            let expected: Vec<_> = regex.find_iter(body.as_bytes()).map(|found| found.range()).collect();
            let gate = Gate::new(&pattern, insensitive);
            for part in gate.iter().flat_map(|gate| &gate.parts) {
                let stops = Stops { part, longest: gate.as_ref().and_then(|gate| gate.longest) };
                let (mut found, mut pos) = (Vec::new(), 0);
                while let Some(range) = stops.find_at(&regex, body.as_bytes(), pos, body.len()) {
                    pos = range.end;
                    found.push(range);
                }
                prop_assert_eq!(&found, &expected, "{} in {}", pattern, body);
            }
        }
    }

    #[test]
    fn the_rarest_part_of_a_pattern_says_where_to_look() {
        let lines: Vec<String> = (0..100_000).map(|n| format!("line {n}\n")).collect();
        let lines = lines.concat();
        let rarest = |pattern: &str| {
            let gate = Gate::new(pattern, true);
            let stops = gate.as_ref().and_then(|gate| gate.rarest(lines.as_bytes()));
            stops.map(|stops| match &stops.part.needle {
                Needle::Text(text) => String::from_utf8(text.needle().to_vec()).unwrap(),
                Needle::Byte(any) => String::from_utf8(any.clone()).unwrap(),
            })
        };
        for (pattern, part) in [
            ("line 99999", Some(" 99999")),
            ("line number", Some("Uu")),
            (r"line\s+(x)", Some("Xx")),
            ("line", None),
            ("line|x", None),
            ("(?-i)line", None),
            (r"\d+", None),
            ("(", None),
        ] {
            assert_eq!(rarest(pattern).as_deref(), part, "{pattern}");
        }
    }
}
