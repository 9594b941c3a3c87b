//! Finding secrets in a text: all of them in one pass over each [`View`] of it.
//!
//! The automaton knows only how each pattern begins; the rest is compared where that was found. So it is small, and made in
//! no time, however long the tokens are; and not at all for the few short texts of one send, where each pattern is looked
//! for by itself.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::views::{LAYERS, Layer, View, joined};
use super::written::{echoed, latin_1, reread, written};
use super::{Redactor, Secret};

/// So many bytes of a pattern the automaton knows.
const HEAD: usize = 16;
/// A secret that is broken over lines is found from so many bytes on: of two short words at an end and a beginning of lines
/// one could be made that is none.
const SHORTEST_JOINED: usize = 8;
/// An automaton pays from so many bytes of text on, in all that is looked through.
const WORTH_IT: usize = 2048;
/// Base64 of fewer letters is no sign of a secret.
const SHORTEST_BASE64: usize = 5;
/// Nobody puts a longer secret into Base64 twice, in bytes.
const LONGEST_TWICE: usize = 4096;

/// What is looked for.
pub(super) struct Pattern {
    pub bytes: Vec<u8>,
    /// How long the secret is, in bytes.
    length: usize,
    /// Whether it may as well be a word that has nothing to do with the secret.
    pub common: bool,
    pub base64: bool,
}

/// All that is looked for, made ready.
pub(super) struct Search {
    patterns: Vec<Pattern>,
    /// `None` when there are too many patterns for one.
    automaton: OnceLock<Option<Automaton>>,
    /// How many bytes were looked through without it.
    looked: AtomicUsize,
}

/// Finds how patterns begin.
struct Automaton {
    heads: AhoCorasick,
    /// Which patterns begin like each of the heads.
    begun: Vec<Vec<usize>>,
}

impl Search {
    pub fn new(secrets: &[Secret]) -> Self {
        Self {
            patterns: secrets.iter().flat_map(|secret| patterns(secret.reveal())).collect(),
            automaton: OnceLock::new(),
            looked: AtomicUsize::new(0),
        }
    }

    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// The automaton, if it pays to look through a text with it.
    fn automaton_for(&self, text: &[u8]) -> Option<&Automaton> {
        if self
            .looked
            .fetch_add(text.len(), Ordering::Relaxed)
            .saturating_add(text.len())
            < WORTH_IT
        {
            return None;
        }
        let made = self.automaton.get_or_init(|| {
            let mut heads: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
            for (at, pattern) in self.patterns.iter().enumerate() {
                let head = &pattern.bytes[..pattern.bytes.len().min(HEAD)];
                heads.entry(head).or_default().push(at);
            }
            let automaton = AhoCorasick::builder()
                .match_kind(MatchKind::Standard)
                .kind(Some(AhoCorasickKind::NoncontiguousNFA))
                .build(heads.keys());
            Some(Automaton {
                heads: automaton.ok()?,
                begun: heads.into_values().collect(),
            })
        });
        made.as_ref()
    }

    /// How many bytes at the end of a text are the beginning of a secret, at least so many: of one that may be a word,
    /// only where it begins as one.
    pub fn begun(&self, text: &str, least: usize) -> Option<usize> {
        let begins = |pattern: &Pattern| {
            let longest = pattern.bytes.len().min(text.len());
            (least..=longest).rev().find(|length| {
                let start = text.len() - length;
                text.is_char_boundary(start)
                    && text.as_bytes().ends_with(&pattern.bytes[..*length])
                    && !(pattern.common && text[..start].bytes().next_back().is_some_and(is_of_a_word))
            })
        };
        self.patterns.iter().filter_map(begins).max()
    }

    /// How long the longest pattern is, in bytes.
    pub fn longest(&self) -> usize {
        let lengths = self.patterns.iter().map(|pattern| pattern.bytes.len());
        lengths.max().unwrap_or_default()
    }

    /// Where secrets are, in order, without overlaps; those that may be ordinary words as well only with `common`.
    pub fn find(&self, text: &[u8], common: bool) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        self.follow(text, LAYERS, common, &|range| range.clone(), &mut found);
        found.sort_unstable_by_key(|range| range.start);
        found.dedup_by(|next, last| {
            let overlaps = next.start < last.end;
            if overlaps {
                last.end = last.end.max(next.end);
            }
            overlaps
        });
        found
    }

    /// Looks in each view, and in the views of it that lie within it.
    fn follow(
        &self,
        text: &[u8],
        layers: &[Layer],
        common: bool,
        source: &dyn Fn(&Range<usize>) -> Range<usize>,
        found: &mut Vec<Range<usize>>,
    ) {
        for Layer(spelling, within) in layers {
            let Some(view) = View::new(text, *spelling) else {
                continue;
            };
            let through = |range: &Range<usize>| source(&view.source(range));
            self.look(&view, common, &mut |range| found.push(through(range)));
            self.follow(&view.bytes, within, common, &through, found);
        }
    }

    fn look(&self, view: &View<'_>, common: bool, found: &mut dyn FnMut(&Range<usize>)) {
        let text = &view.bytes[..];
        let mut check = |pattern: &Pattern, start: usize| {
            let end = start + pattern.bytes.len();
            if (pattern.common && !common) || text.get(start..end) != Some(&pattern.bytes[..]) {
                return;
            }
            let range = start..end;
            if pattern.common && !pattern.base64 && !is_word(view, &range) {
                return;
            }
            if pattern.length < SHORTEST_JOINED && view.is_joined(&range) {
                return;
            }
            found(&if pattern.base64 {
                whole_base64(view, range)
            } else {
                range
            });
        };
        if let Some(automaton) = self.automaton_for(text) {
            for hit in automaton.heads.find_overlapping_iter(text) {
                for at in &automaton.begun[hit.pattern().as_usize()] {
                    check(&self.patterns[*at], hit.start());
                }
            }
            return;
        }
        let short = self.patterns.iter().filter(|pattern| pattern.bytes.len() <= text.len());
        for pattern in short {
            for start in memchr::memchr_iter(pattern.bytes[0], text) {
                check(pattern, start);
            }
        }
    }
}

/// What a secret looks like: as it is, as URLs and servers write it, and within Base64 wherever it begins in it.
fn patterns(secret: &str) -> Vec<Pattern> {
    let pattern = |bytes: Vec<u8>, of: &str, base64: bool| Pattern {
        bytes,
        length: of.len(),
        common: Redactor::is_common(of),
        base64,
    };
    let mut out = Vec::with_capacity(12);
    // Fewer characters are hidden only where they are the whole text.
    if Redactor::is_tiny(secret) {
        return out;
    }
    out.extend(in_base64(secret.as_bytes()).map(|letters| pattern(letters, secret, true)));
    if secret.len() <= LONGEST_TWICE && !Redactor::is_common(secret) {
        // The last letters may stand for more than the secret.
        let letters = STANDARD_NO_PAD.encode(&secret.as_bytes()[..secret.len() / 3 * 3]);
        out.extend(in_base64(letters.as_bytes()).map(|letters| pattern(letters, secret, true)));
    }
    // A form has blanks for its `+`, and whoever trims it has no line end.
    for read in reread(secret).iter().filter(|text| !Redactor::is_common(text)) {
        out.extend(in_base64(read.as_bytes()).map(|letters| pattern(letters, read, true)));
    }
    // As headers carry it, and as `btoa` takes it.
    if let Some(bytes) = latin_1(secret) {
        out.extend(in_base64(&bytes).map(|letters| pattern(letters, secret, true)));
        out.push(pattern(bytes, secret, false));
    }
    let spelled = [written(secret), echoed(secret)].concat();
    let spelled = std::iter::once(secret).chain(spelled.iter().map(String::as_str));
    let plain = spelled
        .map(|text| (joined(text), text))
        .filter(|(plain, _)| !plain.is_empty());
    out.extend(plain.map(|(plain, text)| pattern(plain, text, false)));
    out
}

/// The letters of Base64 that hold bits of nothing but the text, wherever it begins; in both alphabets.
fn in_base64(text: &[u8]) -> impl Iterator<Item = Vec<u8>> + '_ {
    (0..3).flat_map(|before| {
        let bytes = [&[0; 3][..before], text].concat();
        let letters = (before * 8).div_ceil(6)..bytes.len() * 8 / 6;
        let (standard, url) = (STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes));
        let url = (url != standard).then_some(url);
        let long = letters.len() >= SHORTEST_BASE64;
        let both = [url, Some(standard)].into_iter().flatten().filter(move |_| long);
        both.map(move |encoded| encoded.as_bytes()[letters.clone()].to_vec())
    })
}

/// Whether it stands there as a word: nothing beside it in its line that words are made of.
fn is_word(view: &View<'_>, range: &Range<usize>) -> bool {
    let text = &view.bytes[..];
    let before = range.start.checked_sub(1).filter(|_| !view.begins_line(range.start));
    let after = Some(range.end).filter(|_| !view.begins_line(range.end));
    let beside = [before, after].into_iter().flatten();
    !beside.filter_map(|at| text.get(at)).any(|byte| is_of_a_word(*byte))
}

/// Whether words and names are made of it: letters, digits, and what joins them.
fn is_of_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii() || b"_-".contains(&byte)
}

/// The range with the letter on each side in its line that holds the bits at the edge.
fn whole_base64(view: &View<'_>, range: Range<usize>) -> Range<usize> {
    let is_letter = |at: usize| {
        let letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte);
        view.bytes.get(at).is_some_and(letter)
    };
    let before = range.start.checked_sub(1).filter(|_| !view.begins_line(range.start));
    let start = before.filter(|at| is_letter(*at)).unwrap_or(range.start);
    let goes_on = !view.begins_line(range.end) && is_letter(range.end);
    start..range.end + usize::from(goes_on)
}
