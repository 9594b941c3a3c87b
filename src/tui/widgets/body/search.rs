//! Search over the whole body, as bytes, on a thread of its own.
//!
//! ```text
//! pattern → Job::new → Job::run (compiles it; blocks; cancellable) → Matches → View::set_matches
//! ```
//!
//! The bytes are searched as they were sent; of JSON also for what only its layout shows ([`pattern`](super::pattern)). A
//! match longer than [`OVERLAP`] bytes may be missed or cut short; that is the price of being able to stop.

use std::io;
use std::ops::Range;
use std::time::Duration;

use regex::bytes::{Regex, RegexBuilder};

use super::gate::Gate;
use super::pattern::for_json;
use super::source::Source;

/// A pattern that takes more memory as a regular expression is taken letter by letter. In bytes.
const LARGEST: usize = 4 * 1024 * 1024;
/// Bytes searched between two looks at whether to stop.
const STEP: usize = 4 * 1024 * 1024;
/// How far one step looks into the next, so that matches across the border are found. In bytes.
const OVERLAP: usize = 64 * 1024;
/// How far one step looks back for what the pattern asks about what stands before it (`^`, `\\b`). In bytes.
const CONTEXT: usize = 64;
/// How long more of the body is gathered before it is searched, once all that was there is.
const GATHER: Duration = Duration::from_millis(150);
/// So often a search that waits for more of the body looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(100);

/// When capital letters matter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Case {
    /// Only if the pattern has one.
    #[default]
    Smart,
    /// Always.
    Sensitive,
    /// Never.
    Insensitive,
}

/// How to read the pattern and when to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// When capital letters matter.
    pub case: Case,
    /// Take the pattern letter by letter, not as a regular expression.
    pub literal: bool,
    /// Matches to collect; beyond them only "more" is known.
    pub limit: usize,
    /// The body is JSON: what is read in its layout is to be found in it as it came.
    pub json: bool,
    /// The body is a hex dump: bytes are found by their digits, `0x de ad` or `\xde\xad`.
    pub hex: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            case: Case::Smart,
            literal: false,
            limit: 100_000,
            json: false,
            hex: false,
        }
    }
}

/// What a search has found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matches {
    /// Where in the body, in order, without overlaps and never empty.
    pub ranges: Vec<Range<usize>>,
    /// Whether there are more than these.
    pub more: bool,
    /// Whether the pattern was taken letter by letter: asked for, because it is no regular expression, or because as one it
    /// has no match.
    pub literal: bool,
}

impl Matches {
    /// Writes the count for people: `12`, or `more than 100000`.
    pub fn count(&self) -> String {
        let prefix = if self.more { "more than " } else { "" };
        format!("{prefix}{}", self.ranges.len())
    }

    /// Returns the matches that touch a stretch of the body.
    pub(super) fn touching(&self, bytes: &Range<usize>) -> &[Range<usize>] {
        let start = self.ranges.partition_point(|range| range.end <= bytes.start);
        let count = self.ranges[start..].partition_point(|range| range.start < bytes.end);
        &self.ranges[start..start + count]
    }
}

/// How far a search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes searched.
    pub searched: usize,
    /// Bytes to search.
    pub total: usize,
    /// Matches so far.
    pub found: usize,
    /// Whether the search waits for more of the body, having looked at all there is of it.
    pub arriving: bool,
}

/// A search that has not run yet.
#[derive(Clone, Debug)]
pub struct Job {
    source: Source,
    pattern: String,
    options: Options,
}

impl Job {
    /// Prepares a search; `None` if there is nothing to search for.
    ///
    /// A pattern that is no regular expression (Rust's `regex` syntax, `^` and `$` at lines) is taken letter by letter, and so
    /// is one that has no match as such.
    pub fn new(body: impl Into<Source>, pattern: &str, options: Options) -> Option<Self> {
        (!pattern.is_empty()).then(|| Self {
            source: body.into(),
            pattern: pattern.to_owned(),
            options,
        })
    }

    /// Makes the pattern, and says whether it is taken letter by letter: asked for, or because it is no regular expression
    /// or too large a one. Takes its time with a pattern that is hostile.
    fn compile(&self) -> Option<Look> {
        let Self { pattern, options, .. } = self;
        let insensitive = match options.case {
            Case::Sensitive => false,
            Case::Insensitive => true,
            Case::Smart => !has_capital(pattern, options.literal),
        };
        let build = |pattern: &str| {
            RegexBuilder::new(pattern)
                .case_insensitive(insensitive)
                .multi_line(true)
                .size_limit(LARGEST)
                .build()
                .ok()
                .map(|regex| (regex, Gate::new(pattern, insensitive)))
        };
        if options.hex
            && let Some(bytes) = digits(pattern)
        {
            return Some(Look::new(build(&bytes)?, false));
        }
        let own = if options.literal { None } else { build(pattern) };
        let literal = own.is_none();
        let shown = options.json.then(|| for_json(pattern, literal, insensitive));
        let shown = shown.and_then(|shown| build(&shown));
        let pattern = shown.or(own).or_else(|| build(&regex::escape(pattern)))?;
        Some(Look::new(pattern, literal))
    }

    /// Searches, and goes on as long as the body grows. Blocks: run it on a thread for blocking work.
    ///
    /// `cancelled` is asked every few megabytes and after every match; if it says yes, `None` is returned. `progress`
    /// hears every few megabytes how far the search is and what it has found so far; while the body arrives, also what
    /// was found in its end as it stands, which may still become another match or none.
    ///
    /// # Errors
    ///
    /// What the disk says, for a body that lies there.
    pub fn run(
        &self,
        cancelled: impl Fn() -> bool,
        mut progress: impl FnMut(Progress, &Matches),
    ) -> io::Result<Option<Matches>> {
        let Some(mut own) = self.compile() else {
            return Ok(Some(Matches::default()));
        };
        // `a[0]` and `$5` are read as they stand by whoever does not think of expressions: as long as they have no match.
        let is_other = !own.matches.literal && regex::escape(&self.pattern) != self.pattern;
        let mut text = is_other.then(|| self.as_text().compile()).flatten();
        let mut searched = 0_usize;
        let mut told = None;
        loop {
            let (len, whole) = self.source.known();
            // What the pattern may ask about what stands before is looked at again.
            let base = searched.saturating_sub(CONTEXT);
            let block = self.source.read(base, searched - base + STEP + OVERLAP)?;
            let end = base + block.len();
            // What starts in the overlap may reach beyond the block: the next one looks at it again.
            let last = whole && end == len;
            let safe = if last { end } else { end.saturating_sub(OVERLAP) };
            if safe > searched || last {
                let within = if last { usize::MAX } else { safe };
                let limit = self.options.limit;
                if !own.go_on((&block, base), within, limit, &cancelled) {
                    return Ok(None);
                }
                if own.matches.more {
                    return Ok(Some(own.matches));
                }
                text = text.filter(|_| own.matches.ranges.is_empty());
                if let Some(text) = &mut text
                    && !text.go_on((&block, base), within, limit, &cancelled)
                {
                    return Ok(None);
                }
                searched = safe;
                let told = Progress {
                    searched,
                    total: len,
                    found: own.matches.ranges.len(),
                    arriving: false,
                };
                progress(told, &own.matches);
            }
            if last {
                let text = text.map(|text| text.matches).filter(|text| !text.ranges.is_empty());
                return Ok(Some(text.unwrap_or(own.matches)));
            }
            if safe <= searched && end == len {
                if cancelled() {
                    return Ok(None);
                }
                if told != Some(len) {
                    let mut so_far = own.clone();
                    let mut as_text = text.clone();
                    for look in std::iter::once(&mut so_far).chain(&mut as_text) {
                        if !look.go_on((&block, base), usize::MAX, self.options.limit, &cancelled) {
                            return Ok(None);
                        }
                    }
                    let so_far = as_text
                        .filter(|text| so_far.matches.ranges.is_empty() && !text.matches.ranges.is_empty())
                        .unwrap_or(so_far);
                    let waits = Progress {
                        searched: len,
                        total: len,
                        found: so_far.matches.ranges.len(),
                        arriving: true,
                    };
                    progress(waits, &so_far.matches);
                    told = Some(len);
                }
                if self.source.grown(len, LOOK) != (len, false) {
                    std::thread::sleep(GATHER);
                }
            }
        }
    }

    /// The same, letter by letter.
    fn as_text(&self) -> Self {
        let options = Options {
            literal: true,
            ..self.options
        };
        Self {
            options,
            ..self.clone()
        }
    }
}

/// The pattern in one of its readings, and how far it is looked for.
#[derive(Clone)]
struct Look {
    regex: Regex,
    gate: Option<Gate>,
    matches: Matches,
    pos: usize,
}

impl Look {
    fn new((regex, gate): (Regex, Option<Gate>), literal: bool) -> Self {
        let matches = Matches {
            literal,
            ..Matches::default()
        };
        Self {
            regex,
            gate,
            matches,
            pos: 0,
        }
    }

    /// Adds the matches in a block that start before `within`, up to so many; says whether it was not cancelled.
    fn go_on(
        &mut self,
        (block, base): (&[u8], usize),
        within: usize,
        limit: usize,
        cancelled: &impl Fn() -> bool,
    ) -> bool {
        let stops = self.gate.as_ref().and_then(|gate| gate.rarest(block));
        while self.pos <= base + block.len() {
            if cancelled() {
                return false;
            }
            let from = self.pos - base;
            let found = match &stops {
                Some(stops) => stops.find_at(&self.regex, block, from, OVERLAP),
                None => self.regex.find_at(block, from).map(|found| found.range()),
            };
            let Some(found) = found.filter(|found| base + found.start < within) else {
                break;
            };
            let range = base + found.start..base + found.end;
            if range.is_empty() {
                self.pos = range.end + 1;
                continue;
            }
            if self.matches.ranges.len() >= limit {
                self.matches.more = true;
                break;
            }
            self.pos = range.end;
            self.matches.ranges.push(range);
        }
        self.pos = self.pos.max(within.min(base + block.len()));
        true
    }
}

/// The pattern of bytes that are given by their digits, `0x de ad` or `\xde\xad`.
fn digits(pattern: &str) -> Option<String> {
    let pattern = pattern.trim_start();
    if !pattern.starts_with("0x") && !pattern.starts_with("\\x") {
        return None;
    }
    let digits = pattern.replace("0x", "").replace("\\x", "");
    let digits: Vec<char> = digits.chars().filter(|c| !c.is_whitespace()).collect();
    let whole = !digits.is_empty() && digits.len().is_multiple_of(2) && digits.iter().all(char::is_ascii_hexdigit);
    whole.then(|| {
        let bytes = digits.chunks(2).map(|pair| format!("\\x{}{}", pair[0], pair[1]));
        format!("(?-iu:{})", bytes.collect::<String>())
    })
}

/// Looks for a capital letter in a pattern, passing over escapes such as `\W` where it is a regular expression.
pub fn has_capital(pattern: &str, literal: bool) -> bool {
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        if c == '\\' && !literal {
            chars.next();
        } else if c.is_uppercase() {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use std::cell::Cell;

    use super::super::tests::large::Growing;
    use super::*;

    fn find(body: &str, pattern: &str, options: Options) -> Vec<(usize, usize)> {
        let job = Job::new(body.to_owned(), pattern, options).unwrap();
        job.run(|| false, |_, _| {})
            .unwrap()
            .unwrap()
            .ranges
            .iter()
            .map(|range| (range.start, range.end))
            .collect()
    }

    #[test]
    fn small_letters_find_both_and_capitals_only_themselves() {
        assert_eq!(find("Ab ab", "ab", Options::default()), [(0, 2), (3, 5)]);
        assert_eq!(find("Ab ab", "Ab", Options::default()), [(0, 2)]);
        assert_eq!(
            find("Ab ab", r"\Wab", Options::default()),
            [(2, 5)],
            "an escape is no capital"
        );
        assert_eq!(
            find(
                "Ab ab",
                "ab",
                Options {
                    case: Case::Sensitive,
                    ..Options::default()
                }
            ),
            [(3, 5)]
        );
        assert_eq!(
            find(
                "Ab ab",
                "AB",
                Options {
                    case: Case::Insensitive,
                    ..Options::default()
                }
            ),
            [(0, 2), (3, 5)]
        );
    }

    #[test]
    fn what_is_no_regex_is_taken_letter_by_letter() {
        let job = Job::new("a(b (b", "(b", Options::default()).unwrap();
        let found = job.run(|| false, |_, _| {}).unwrap().unwrap();
        assert!(found.literal);
        assert_eq!(found.ranges, [1..3, 4..6]);
        let large = Job::new("aa", r"((\w{50}){50}){50}", Options::default()).unwrap();
        assert!(large.run(|| false, |_, _| {}).unwrap().unwrap().literal);
        assert_eq!(
            find(
                "a.b axb",
                "a.b",
                Options {
                    literal: true,
                    ..Options::default()
                }
            ),
            [(0, 3)]
        );
        assert!(Job::new("", "", Options::default()).is_none());
    }

    #[test]
    fn what_has_no_match_as_a_regex_is_taken_letter_by_letter() {
        for (pattern, range) in [("a[0]", 6..10), ("$5.00", 0..5)] {
            let job = Job::new("$5.00 a[0] a.0", pattern, Options::default()).unwrap();
            let found = job.run(|| false, |_, _| {}).unwrap().unwrap();
            assert_eq!((found.literal, &*found.ranges), (true, &[range][..]), "{pattern}");
        }
        let nowhere = Job::new("b", "a[0]", Options::default()).unwrap();
        let found = nowhere.run(|| false, |_, _| {}).unwrap().unwrap();
        assert!(!found.literal && found.ranges.is_empty());
        assert_eq!(
            find("a0 a[0]", "a[0]", Options::default()),
            [(0, 2)],
            "as a regex first"
        );
    }

    #[test]
    fn bytes_are_found_by_their_digits() {
        let hex = Options {
            hex: true,
            ..Options::default()
        };
        let count = |pattern: &str, options| {
            let job = Job::new(&b"A\xde\xad a\0x de0xdead\xde"[..], pattern, options).unwrap();
            let ranges = job.run(|| false, |_, _| {}).unwrap().unwrap().ranges;
            ranges.iter().map(|range| (range.start, range.end)).collect::<Vec<_>>()
        };
        for pattern in ["0x de ad", "0xDEAD", r"\xde\xad", "0xde 0xad"] {
            assert_eq!(count(pattern, hex), [(1, 3)], "{pattern}");
        }
        assert_eq!(count("0x61", hex).len(), 2, "no capitals: bytes have no case");
        assert_eq!(count("0xdea", hex), [(10, 15)], "half a byte is text");
        assert_eq!(count("0xdead", Options::default()), [(10, 16)]);
    }

    #[test]
    fn empty_matches_are_left_out() {
        assert_eq!(find("baab", "a*", Options::default()), [(1, 3)]);
        assert_eq!(find("", "a*", Options::default()), []);
    }

    #[test]
    fn matches_are_capped() {
        let job = Job::new(
            "x".repeat(10),
            "x",
            Options {
                limit: 3,
                ..Options::default()
            },
        )
        .unwrap();
        let matches = job.run(|| false, |_, _| {}).unwrap().unwrap();
        assert_eq!((matches.ranges.len(), matches.more), (3, true));
        assert_eq!(matches.count(), "more than 3");
        let job = Job::new(
            "x".repeat(3),
            "x",
            Options {
                limit: 3,
                ..Options::default()
            },
        )
        .unwrap();
        assert!(!job.run(|| false, |_, _| {}).unwrap().unwrap().more);
    }

    #[test]
    fn matches_across_steps_are_found_once() {
        let mut body = vec![b'.'; 2 * STEP + 100];
        let places = [
            0,
            STEP - OVERLAP - 2,
            STEP - OVERLAP,
            STEP - 2,
            STEP,
            2 * STEP - 1,
            2 * STEP + 96,
        ];
        for &at in &places {
            body[at..at + 4].copy_from_slice(b"find");
        }
        // One overwrote another's end: only whole words count.
        let body = bytes::Bytes::from(body);
        let expected: Vec<_> = regex::bytes::Regex::new("find")
            .unwrap()
            .find_iter(&body)
            .map(|m| m.range())
            .collect();
        let matches = Job::new(body, "find", Options::default())
            .unwrap()
            .run(|| false, |_, _| {})
            .unwrap()
            .unwrap();
        assert_eq!(matches.ranges, expected);
    }

    #[test]
    fn what_has_come_is_searched_while_more_comes() {
        let growing = Growing::default();
        growing.push(b"tick\ntock\ntick\nti");
        let job = Job::new(growing.source(), "tick", Options::default()).unwrap();
        let mut seen = Vec::new();
        let all = job
            .run(
                || false,
                |progress, matches| {
                    seen.push((progress.arriving, matches.ranges.len()));
                    match seen.len() {
                        1 => growing.push(b"ck\n"),
                        2 => growing.push(b"tock\n"),
                        _ => growing.end(),
                    }
                },
            )
            .unwrap();
        assert_eq!(seen, [(true, 2), (true, 3), (true, 3), (false, 3)]);
        assert_eq!(all.unwrap().ranges, [0..4, 10..14, 15..19]);
        // What has no match as a regular expression is text, until it has one.
        let growing = Growing::default();
        growing.push(b"a[0]\n");
        let job = Job::new(growing.source(), "a[0]", Options::default()).unwrap();
        let mut seen = Vec::new();
        let all = job.run(
            || false,
            |progress, matches| {
                seen.push((progress.arriving, matches.literal, progress.found));
                match seen.len() {
                    1 => growing.push(b"a0 a0\n"),
                    _ => growing.end(),
                }
            },
        );
        assert_eq!(seen, [(true, true, 1), (true, false, 2), (false, false, 2)]);
        assert_eq!(all.unwrap().unwrap().ranges, [5..7, 8..10]);
        let growing = Growing::default();
        growing.push(b"tick");
        let told = Cell::new(false);
        let job = Job::new(growing.source(), "tick", Options::default()).unwrap();
        let stopped = job.run(|| told.get(), |_, _| told.set(true));
        assert_eq!(stopped.unwrap(), None, "also one that waits");
    }

    #[test]
    fn a_search_stops_when_told_and_tells_how_far_it_is() {
        let job = Job::new(vec![b'.'; 3 * STEP], "x", Options::default()).unwrap();
        let steps = Cell::new(0);
        let result = job.run(
            || steps.get() == 1,
            |progress, _| {
                assert!(progress.searched < progress.total);
                steps.set(steps.get() + 1);
            },
        );
        assert_eq!((result.unwrap(), steps.get()), (None, 1));
    }
}
