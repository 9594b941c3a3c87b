//! Comparing two bodies, line by line: JSON laid out so that only values count, XML and HTML as they are shown, everything
//! else as it came. What is no text, or too large for that, is compared byte by byte up to where the two come apart.
//!
//! ```text
//! two Payloads ─▶ Effect::Compare(name) ─▶ Job::run on a thread ─▶ Event::Compared(name, Compared) ─▶ the modal
//! ```

pub mod rows;
mod steps;
mod within;

use std::collections::HashMap;
use std::ops::Range;
use std::time::{Duration, Instant};

use similar::DiffOp;

use crate::filter::{Limits, Stop, structural};
use crate::model::secret::MASK;
use crate::model::{Payload, Redactor};

use super::panes::response::words::size;
use super::widgets::body::{Kind, decoded, markup};
use rows::Rows;
use steps::steps;

/// Larger bodies are not compared by lines, in bytes: these are in memory several times over.
const MOST: usize = 16_000_000;
/// After this time what differs is told in larger pieces than need be.
const PATIENCE: Duration = Duration::from_secs(3);
/// Bytes of a body that are compared at once.
const BLOCK: usize = 1 << 20;

/// Two bodies to compare.
#[derive(Clone, Debug)]
pub struct Job {
    /// The earlier one.
    pub left: Payload,
    /// The later one.
    pub right: Payload,
    /// What the server says each of them is.
    pub types: [Option<String>; 2],
    /// How the user wants them to be read: as a kind, in a charset.
    pub wanted: (Option<Kind>, Option<&'static str>),
    /// What must be hidden of them.
    pub redactor: Redactor,
    /// Whether nobody wants to know any more.
    pub stop: Stop,
}

/// The lines of a text.
#[derive(Debug, Default)]
pub struct Lines {
    text: String,
    ranges: Vec<Range<usize>>,
    /// Where secrets are, in order: one may go over several lines.
    secrets: Vec<Range<usize>>,
    /// What differs within lines that changed, by line: bytes of it.
    marks: HashMap<usize, Vec<Range<usize>>>,
    /// Whether a comma at the end of a line says only that another one follows.
    commas: bool,
}

impl Lines {
    fn new(text: String, redactor: &Redactor) -> Self {
        let mut ranges = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let bare = line.strip_suffix('\n').unwrap_or(line);
            let bare = bare.strip_suffix('\r').unwrap_or(bare);
            ranges.push(start..start + bare.len());
            start += line.len();
        }
        let mut secrets = redactor.find(text.as_bytes());
        secrets.sort_unstable_by_key(|range| range.start);
        Self {
            text,
            ranges,
            secrets,
            marks: HashMap::new(),
            commas: false,
        }
    }

    /// The beginning of a line, at most so many bytes of it, in pieces: their text, and whether it differs from the other
    /// side's. With `hide`, what is secret is masked.
    pub fn pieces(&self, line: usize, most: usize, hide: bool) -> Vec<(String, bool)> {
        let range = self.ranges.get(line).cloned().unwrap_or_default();
        let end = self
            .text
            .floor_char_boundary(range.end.min(range.start.saturating_add(most)));
        let marks = self.marks.get(&line).map_or(&[][..], Vec::as_slice);
        let marks: Vec<Range<usize>> = marks
            .iter()
            .map(|mark| range.start + mark.start..range.start + mark.end)
            .collect();
        let mut out = Vec::new();
        let mut at = range.start;
        let first = self.secrets.partition_point(|secret| secret.end <= at);
        let secrets = self.secrets[first..].iter().take_while(|secret| secret.start < end);
        for secret in secrets.filter(|_| hide) {
            self.marked(at..secret.start, &marks, &mut out);
            if at < secret.end {
                let differs = marks
                    .iter()
                    .any(|mark| mark.start < secret.end && secret.start < mark.end);
                out.push((MASK.to_owned(), differs));
                at = secret.end;
            }
        }
        self.marked(at..end, &marks, &mut out);
        out
    }

    /// Cuts a stretch of the text at the marks.
    fn marked(&self, range: Range<usize>, marks: &[Range<usize>], out: &mut Vec<(String, bool)>) {
        let mut at = range.start;
        let mut push = |range: Range<usize>, differs| {
            let text = self.text.get(range).filter(|text| !text.is_empty());
            out.extend(text.map(|text| (text.to_owned(), differs)));
        };
        for mark in marks {
            let (start, end) = (mark.start.clamp(at, range.end.max(at)), mark.end.min(range.end));
            if start < end {
                push(at..start, false);
                push(start..end, true);
                at = end;
            }
        }
        push(at..range.end.max(at), false);
    }

    /// A line, counted from 0.
    pub fn get(&self, line: usize) -> &str {
        let range = self.ranges.get(line).cloned().unwrap_or_default();
        self.text.get(range).unwrap_or_default()
    }

    /// What of a line counts.
    fn bare(&self, line: usize) -> &str {
        let text = self.get(line);
        text.strip_suffix(',').filter(|_| self.commas).unwrap_or(text)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }
}

/// A stretch of both: equal, or changed from the one to the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Whether the lines are the same.
    pub same: bool,
    /// Lines of the earlier body.
    pub left: Range<usize>,
    /// Lines of the later one.
    pub right: Range<usize>,
}

/// As what two bodies are compared by lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// As they came.
    #[default]
    Plain,
    /// As the values of JSON.
    Values,
    /// As markup is laid out: some of its white space does not count.
    LaidOut,
}

/// What differs.
#[derive(Debug, Default)]
pub struct Compared {
    /// The earlier body.
    pub left: Lines,
    /// The later one.
    pub right: Lines,
    /// All of both, in order.
    pub parts: Vec<Part>,
    /// Where they stand on a screen.
    pub rows: Box<Rows>,
    /// As what they were compared.
    pub form: Form,
    /// Whether they are the same as they came, too.
    pub identical: bool,
    /// What there is to say where no lines were compared.
    pub bytes: Option<Verdict>,
}

/// What two bodies are whose bytes were compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether they are the same.
    pub same: bool,
    /// That in words, and why there is no more to say.
    pub words: [String; 2],
}

impl Job {
    /// Compares. Blocks, for some seconds at most, or as long as it takes to read both.
    ///
    /// # Errors
    ///
    /// In words: what is still arriving, or cannot be read back.
    pub fn run(&self) -> Result<Compared, String> {
        let large = self.left.len().max(self.right.len()) > MOST;
        if large {
            return self.bytes(&format!("bodies above {} are compared byte by byte", size(MOST as u64)));
        }
        let (left, right) = (read(&self.left)?, read(&self.right)?);
        // What differs in bytes that are no UTF-8 would be the same without their charset.
        let [left, right] = [(&left, &self.types[0]), (&right, &self.types[1])]
            .map(|(bytes, media_type)| decoded(media_type.as_deref(), self.wanted, bytes));
        let identical = left == right;
        let values = structural(&left, &right, Limits::default(), &self.stop);
        if self.stop.asked() {
            return Err("nobody wants to know any more".to_owned());
        }
        let (form, (left, right)) = match (values, text(&left).zip(text(&right))) {
            (Some(texts), _) => (Form::Values, texts),
            (None, Some((left, right))) => {
                let bounds: (usize, &dyn Fn() -> bool) = (usize::MAX, &|| self.stop.asked());
                let laid_out = |text: &str, of: usize| markup(self.types[of].as_deref(), self.wanted.0, text, bounds);
                match laid_out(&left, 0).zip(laid_out(&right, 1)) {
                    Some(texts) => (Form::LaidOut, texts),
                    None => (Form::Plain, (left, right)),
                }
            }
            (None, None) => return self.bytes("what is no text is compared byte by byte"),
        };
        let (mut left, mut right) = (Lines::new(left, &self.redactor), Lines::new(right, &self.redactor));
        (left.commas, right.commas) = (form == Form::Values, form == Form::Values);
        let parts = parts(&left, &right, &self.stop);
        (left.marks, right.marks) = within::marks(&left, &right, &parts, &self.stop);
        if self.stop.asked() {
            return Err("nobody wants to know any more".to_owned());
        }
        Ok(Compared {
            left,
            right,
            rows: Box::new(Rows::new(&parts)),
            parts,
            form,
            identical,
            bytes: None,
        })
    }

    /// Goes through both up to the first byte that differs; `why` says why not by lines.
    fn bytes(&self, why: &str) -> Result<Compared, String> {
        let (left, right) = (whole(&self.left)?, whole(&self.right)?);
        let (mut at, mut line) = (0, 1);
        let apart = loop {
            if self.stop.asked() {
                return Err("nobody wants to know any more".to_owned());
            }
            let (own, other) = (block(left, at)?, block(right, at)?);
            let same = own.iter().zip(&other).take_while(|(own, other)| own == other).count();
            line += memchr::memchr_iter(b'\n', &own[..same]).count();
            at += same;
            if same < own.len().max(other.len()) {
                break true;
            }
            if same == 0 {
                break false;
            }
        };
        let sizes = [left, right].map(|body| size(body.len() as u64));
        let words = match (apart, left.len().min(right.len()) == at) {
            (false, _) => "the same: no byte differs".to_owned(),
            (true, true) => {
                format!("they differ: the one ends behind byte {at}, in line {line}, where the other goes on")
            }
            (true, false) => format!("they differ from byte {} on, in line {line} as they came", at + 1),
        };
        Ok(Compared {
            bytes: Some(Verdict {
                same: !apart,
                words: [words, format!("{} and {}: {why}", sizes[0], sizes[1])],
            }),
            ..Compared::default()
        })
    }
}

fn read(body: &Payload) -> Result<bytes::Bytes, String> {
    whole(body)?.whole().map_err(|error| unreadable(&error))
}

fn block(body: &Payload, at: usize) -> Result<bytes::Bytes, String> {
    body.read(at, BLOCK).map_err(|error| unreadable(&error))
}

fn whole(body: &Payload) -> Result<&Payload, String> {
    let arrives = "the body is still arriving: compare it when it is whole";
    body.is_whole().then_some(body).ok_or_else(|| arrives.to_owned())
}

fn unreadable(error: &std::io::Error) -> String {
    format!("a body cannot be read back: {error}")
}

fn text(bytes: &[u8]) -> Option<String> {
    (!bytes.contains(&0)).then(|| String::from_utf8_lossy(bytes).into_owned())
}

fn parts(left: &Lines, right: &Lines, stop: &Stop) -> Vec<Part> {
    let texts = [left, right].map(|lines| (0..lines.len()).map(|line| lines.bare(line)));
    let deadline = Instant::now().checked_add(PATIENCE);
    let steps = steps(texts, deadline, stop);
    let mut parts: Vec<Part> = Vec::new();
    for step in steps {
        let same = matches!(step, DiffOp::Equal { .. });
        let (left, right) = (step.old_range(), step.new_range());
        match parts.last_mut() {
            Some(last) if last.same == same => (last.left.end, last.right.end) = (left.end, right.end),
            _ => parts.push(Part { same, left, right }),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn job() -> Job {
        Job {
            left: "".into(),
            right: "".into(),
            types: [None, None],
            wanted: (None, None),
            redactor: Redactor::default(),
            stop: Stop::never(),
        }
    }

    fn compared(left: &'static str, right: &'static str) -> Compared {
        let job = Job {
            left: left.into(),
            right: right.into(),
            ..job()
        };
        job.run().unwrap()
    }

    fn changes(compared: &Compared) -> Vec<(Vec<&str>, Vec<&str>)> {
        let changed = compared.parts.iter().filter(|part| !part.same);
        changed
            .map(|part| {
                let left = part.left.clone().map(|line| compared.left.get(line).trim());
                let right = part.right.clone().map(|line| compared.right.get(line).trim());
                (left.collect(), right.collect())
            })
            .collect()
    }

    #[test]
    fn only_values_count_in_json() {
        let found = compared(
            r#"{"a":1,"b":[1,2,3],"c":"x"}"#,
            "{\"c\": \"x\",\n \"b\": [1, 9, 3], \"a\": 1}",
        );
        assert_eq!(found.form, Form::Values);
        assert_eq!(changes(&found), [(vec!["2,"], vec!["9,"])]);
        assert_eq!(changes(&compared("[1,2]", "[ 1,\n2 ]")), []);
        let longer = compared("[6,7]", "[6,7,8]");
        assert_eq!(changes(&longer), [(vec![], vec!["8"])], "a comma is no value");
    }

    #[test]
    fn markup_is_compared_as_it_is_laid_out() {
        let xml = |n: u32| format!("<a><b>1</b><c x=\"y\">{n}</c><d/></a>");
        let job = Job {
            left: xml(2).into(),
            right: xml(3).into(),
            ..job()
        };
        let found = job.run().unwrap();
        assert_eq!(changes(&found), [(vec!["<c x=\"y\">2</c>"], vec!["<c x=\"y\">3</c>"])]);
        for (right, identical) in [("<p><b>a</b><i>c</i></p>", false), ("<p><b>a</b> <i>c</i></p>", true)] {
            let found = compared("<p><b>a</b> <i>c</i></p>", right);
            assert_eq!((changes(&found), found.form), (vec![], Form::LaidOut));
            assert_eq!(found.identical, identical);
        }
    }

    #[test]
    fn text_is_compared_as_it_came() {
        let found = compared("a\r\nb\nc", "a\nc\nd\n");
        assert_eq!(found.form, Form::Plain);
        assert_eq!(changes(&found), [(vec!["b"], vec![]), (vec![], vec!["d"])]);
        let all = found.parts.iter().map(|part| part.left.len()).sum::<usize>();
        assert_eq!((all, found.left.len(), found.right.len()), (3, 3, 3));
        assert_eq!(changes(&compared("", "")), []);
    }

    #[test]
    fn texts_are_compared_in_their_charset() {
        let latin = |left: &'static [u8], right: &'static [u8]| {
            let media_type = Some("text/plain; charset=iso-8859-1".to_owned());
            let job = Job {
                left: left.into(),
                right: right.into(),
                types: [media_type.clone(), media_type],
                ..job()
            };
            job.run()
        };
        assert_eq!(
            changes(&latin(b"caf\xe9", b"caf\xe8").unwrap()),
            [(vec!["café"], vec!["cafè"])]
        );
        let wide = |text: &str| {
            [
                vec![0xff, 0xfe],
                text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            ]
            .concat()
        };
        let job = Job {
            left: wide("[1,2]").into(),
            right: wide("[1, 3]").into(),
            ..job()
        };
        let found = job.run().unwrap();
        assert_eq!(found.form, Form::Values);
        assert_eq!(changes(&found), [(vec!["2"], vec!["3"])]);
    }

    #[test]
    fn a_secret_of_several_lines_is_hidden_in_each() {
        let secret = crate::model::Secret::new("first-part\nsecond-part\nthird-part");
        let job = Job {
            left: "a: first-part\nsecond-part\nthird-part, b\nend".into(),
            redactor: Redactor::new([secret]),
            ..job()
        };
        let found = job.run().unwrap();
        let masked = |line, most| {
            let pieces = found.left.pieces(line, most, true).into_iter();
            pieces.map(|(text, _)| text).collect::<String>()
        };
        let lines: Vec<String> = (0..4).map(|line| masked(line, 100)).collect();
        assert_eq!(lines, [&format!("a: {MASK}"), MASK, &format!("{MASK}, b"), "end"]);
        assert_eq!(masked(3, 2), "en");
    }

    #[test]
    fn who_does_not_want_it_any_more_is_obeyed() {
        for left in ["[1]", "\0"] {
            let job = Job {
                left: left.into(),
                stop: Stop::when(|| true),
                ..job()
            };
            assert!(job.run().is_err());
        }
    }

    #[test]
    fn whoever_closes_the_view_ends_the_search_wherever_it_is() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicUsize, Ordering};
        // Two ways through the same lines: what differs takes as many steps as there are lines, squared.
        let lines = |step: usize| {
            let numbers = (0..3000).map(|n| (n * step % 3001 % 97).to_string());
            numbers.collect::<Vec<_>>().join("\n")
        };
        let asked = Arc::new(AtomicUsize::new(0));
        let questions = |most: usize| {
            asked.store(0, Ordering::SeqCst);
            let own = Arc::clone(&asked);
            let job = Job {
                left: lines(7).into(),
                right: lines(1234).into(),
                stop: Stop::when(move || own.fetch_add(1, Ordering::SeqCst) >= most),
                ..job()
            };
            (job.run().is_ok(), asked.load(Ordering::SeqCst))
        };
        let (found, all) = questions(usize::MAX);
        assert!(found && all > 500_000, "{all}");
        for most in [0, 1, 2, 3, 10, 100, 1000, 10_000, 50_000, 100_000] {
            let (found, asked) = questions(most);
            assert!(
                !found && asked - most < all / 4,
                "{asked} questions after {most}, of {all}"
            );
        }
    }

    #[test]
    fn what_is_no_text_or_too_large_is_compared_by_its_bytes() {
        let run = |left: &[u8], right: &[u8]| {
            let job = Job {
                left: left.to_vec().into(),
                right: right.to_vec().into(),
                ..job()
            };
            let verdict = job.run().unwrap().bytes.unwrap();
            (verdict.same, verdict.words)
        };
        let (same, words) = run(b"\0\n12", b"\0\n13");
        assert!(!same);
        assert_eq!(
            words,
            [
                "they differ from byte 4 on, in line 2 as they came",
                "4 B and 4 B: what is no text is compared byte by byte"
            ]
        );
        let large = b"0123456789abcd\n".repeat(MOST / 15 + 1);
        let (same, words) = run(&large, &large);
        assert!(
            same && words[1].starts_with("16.0 MB and 16.0 MB: bodies above"),
            "{words:?}"
        );
        let mut other = large.clone();
        other[3 * BLOCK] ^= 1;
        let (line, at) = (3 * BLOCK / 15 + 1, 3 * BLOCK + 1);
        let (same, words) = run(&large, &other);
        assert!(
            !same && words[0].contains(&format!("byte {at} on, in line {line} ")),
            "{words:?}"
        );
        let (same, words) = run(&large, &large[..2 * BLOCK]);
        let end = format!("ends behind byte {}, in line", 2 * BLOCK);
        assert!(!same && words[0].contains(&end), "{words:?}");
    }

    #[test]
    fn bodies_without_a_line_in_common_are_compared_in_time() {
        let lines = |from: u32| {
            (from..from + 60_000)
                .map(|n| n.to_string())
                .collect::<Vec<_>>()
                .join("\n")
        };
        let job = Job {
            left: lines(0).into(),
            right: lines(1_000_000).into(),
            ..job()
        };
        let found = job.run().unwrap();
        assert_eq!(found.parts.len(), 1);
    }
}
