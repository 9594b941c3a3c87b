//! Parts of secrets in texts that cut what they quote, such as the message of an assertion: nobody finds a secret there
//! whose end is missing.
//!
//! ```text
//! patterns ── every 8 bytes ──▶ blocks ── anywhere in a view of the text ──▶ the longest run around one ──▶ a piece
//! ```
//!
//! Each run of [`RUN`] bytes has a whole block in it, so that an eighth of the places of all patterns is enough to find
//! them. A shorter one counts where a text was cut: at the ends of its lines, and at an ellipsis.

use super::search::{Pattern, Search};
use super::views::{LAYERS, Layer, View};
use super::written::{at_path, is_url};
use super::{Redactor, Secret};

/// So many bytes of a secret are no chance, in a row.
const RUN: usize = 16;
/// A block of a pattern, in bytes: half a run, less one.
const BLOCK: usize = 8;
/// Where a text was cut so many bytes are none, either.
const EDGE: usize = BLOCK;
/// Of patterns that have the same block in them so many are compared.
const ALIKE: usize = 32;
/// So many places where a text may have been cut are looked at.
const MOST_EDGES: usize = 500;
/// So many pieces of secrets are told of.
const MOST: usize = 100;
/// The marks of a cut.
const MARKS: [&str; 2] = ["…", "..."];
/// The bits of the filter.
const FILTER: usize = 1 << 16;

/// A block, its pattern and its place in that.
type Place = (u64, u32, u32);

/// Where the blocks of all patterns are.
pub(super) struct Blocks {
    /// In order.
    at: Vec<Place>,
    /// The last blocks of patterns, in order.
    tails: Vec<Place>,
    /// Of each block one bit: most that is looked at is none.
    filter: Vec<u64>,
    /// Of each pattern what stands before the part that is secret.
    heads: Vec<usize>,
    /// The lines of secrets that have more than two: the first and the last are an end of the secret.
    lines: Vec<Vec<u8>>,
}

impl Blocks {
    pub fn new(search: &Search, secrets: &[Secret]) -> Self {
        let heads: Vec<usize> = search.patterns().iter().map(head).collect();
        let (mut at, mut tails) = (Vec::new(), Vec::new());
        for ((number, pattern), head) in (0..).zip(search.patterns()).zip(&heads) {
            if pattern.common || pattern.bytes.len() < head + BLOCK {
                continue;
            }
            let blocks = pattern.bytes[*head..].chunks_exact(BLOCK);
            let places = (0..)
                .map(|n| n * BLOCK + head)
                .filter_map(|place| u32::try_from(place).ok());
            at.extend(blocks.zip(places).map(|(block, place)| (key(block), number, place)));
            if let Some(last) = pattern.bytes.last_chunk::<BLOCK>().filter(|_| !pattern.base64) {
                tails.push((key(last), number, 0));
            }
        }
        at.sort_unstable();
        tails.sort_unstable();
        let mut filter = vec![0; FILTER / 64];
        for (key, ..) in at.iter().chain(&tails) {
            let (word, bit) = bit(*key);
            filter[word] |= bit;
        }
        let lines = secrets.iter().flat_map(|secret| secret.reveal().lines());
        let lines = lines.map(str::trim).filter(|line| (EDGE..RUN).contains(&line.len()));
        let lines = lines.filter(|line| !Redactor::is_common(line));
        Self {
            at,
            tails,
            filter,
            heads,
            lines: lines.map(|line| line.as_bytes().to_vec()).collect(),
        }
    }

    /// The pieces of secrets in a text, as they are without its escapes.
    pub fn find(&self, search: &Search, text: &[u8], found: &mut Vec<Secret>) {
        self.follow(search.patterns(), text, LAYERS, found);
    }

    fn follow(&self, patterns: &[Pattern], text: &[u8], layers: &[Layer], found: &mut Vec<Secret>) {
        for Layer(spelling, within) in layers {
            if let Some(view) = View::new(text, *spelling) {
                self.runs(patterns, &view.bytes, found);
                self.edges(patterns, &view, found);
                self.follow(patterns, &view.bytes, within, found);
            }
        }
    }

    fn runs(&self, patterns: &[Pattern], text: &[u8], found: &mut Vec<Secret>) {
        let (mut from, mut at) = (0, 0);
        while at + BLOCK <= text.len() && found.len() < MOST {
            match self.run(patterns, text, from, at) {
                Some((start, end)) => {
                    found.extend(piece(&text[start..end]));
                    (from, at) = (end, end);
                }
                None => at += 1,
            }
        }
    }

    /// The longest run around a block that stands there.
    fn run(&self, patterns: &[Pattern], text: &[u8], from: usize, at: usize) -> Option<(usize, usize)> {
        let runs = self.alike(&self.at, &text[at..]).map(|(_, number, place)| {
            let (pattern, head) = (&patterns[*number as usize].bytes, self.heads[*number as usize]);
            let place = *place as usize;
            let before = text[from..at].iter().rev().zip(pattern[head..place].iter().rev());
            let behind = text[at..].iter().zip(&pattern[place..]);
            let same = |(a, b): &(&u8, &u8)| a == b;
            (
                at - before.take_while(same).count(),
                at + behind.take_while(same).count(),
            )
        });
        let longest = runs.max_by_key(|(start, end)| end - start)?;
        (longest.1 - longest.0 >= RUN).then_some(longest)
    }

    /// What is too short to count anywhere else.
    fn edges(&self, patterns: &[Pattern], view: &View<'_>, found: &mut Vec<Secret>) {
        let text = &view.bytes[..];
        let lines = view.line_starts().iter().map(|at| (*at, *at));
        let cuts = MARKS
            .iter()
            .flat_map(|mark| memchr::memmem::find_iter(text, *mark).map(move |at| (at, at + mark.len())));
        let mut cuts: Vec<(usize, usize)> = lines.chain(cuts).take(MOST_EDGES).collect();
        cuts.push((text.len(), text.len()));
        cuts.sort_unstable();
        let mut start = 0;
        for (end, next) in cuts {
            if let Some(part) = text.get(start..end).map(unquoted) {
                self.at_edges(patterns, part, found);
            }
            start = next;
        }
    }

    fn at_edges(&self, patterns: &[Pattern], part: &[u8], found: &mut Vec<Secret>) {
        if part.len() < EDGE || found.len() >= MOST {
            return;
        }
        if self.lines.iter().any(|line| *line == part) {
            found.extend(piece(part));
        }
        let shortest = part.len() - EDGE;
        let begun = (part.len().saturating_sub(RUN - 1)..=shortest).find(|start| {
            self.alike(&self.at, &part[*start..]).any(|(_, number, place)| {
                let (pattern, head) = (&patterns[*number as usize], self.heads[*number as usize]);
                // How the path of a URL begins may be in many.
                let is_first = *place as usize == head && !pattern.base64 && pattern.bytes[head] != b'/';
                is_first && pattern.bytes[head..].starts_with(&part[*start..])
            })
        });
        found.extend(begun.and_then(|start| piece(&part[start..])));
        let ended = (0..=shortest.min(RUN - 1 - EDGE)).rev().find(|start| {
            self.alike(&self.tails, &part[*start..]).any(|(_, number, _)| {
                let pattern = &patterns[*number as usize].bytes[self.heads[*number as usize]..];
                pattern.ends_with(&part[..start + EDGE])
            })
        });
        found.extend(ended.and_then(|start| piece(&part[..start + EDGE])));
    }

    /// The places of the block that a text begins with.
    fn alike<'a>(&self, places: &'a [Place], text: &[u8]) -> impl Iterator<Item = &'a Place> + use<'a> {
        let key = text.get(..BLOCK).map_or(0, key);
        let (word, bit) = bit(key);
        let places = if self.filter[word] & bit == 0 {
            &[]
        } else {
            &places[places.partition_point(|(known, ..)| *known < key)..]
        };
        places.iter().take_while(move |(known, ..)| *known == key).take(ALIKE)
    }
}

fn piece(text: &[u8]) -> Option<Secret> {
    let text = String::from_utf8_lossy(text);
    // A character may have been cut in two.
    let text = text.trim_matches('\u{fffd}');
    (text.len() >= EDGE).then(|| Secret::new(text))
}

/// How much of a pattern is the scheme and the host of a URL: they are no secret, others have them too.
fn head(pattern: &Pattern) -> usize {
    let text = std::str::from_utf8(&pattern.bytes).unwrap_or_default();
    let (head, path) = at_path(text);
    let head = head.split(['?', '#']).next().unwrap_or_default();
    let is_head = !pattern.base64 && is_url(head) && (!path.is_empty() || head.contains("://"));
    if is_head { head.len() } else { 0 }
}

/// A text without the quotes around it, and half an escape at its end.
fn unquoted(text: &[u8]) -> &[u8] {
    let is_quote = |byte: &u8| b"'\"`".contains(byte) || byte.is_ascii_whitespace();
    let start = text.iter().take_while(|byte| is_quote(byte)).count();
    let text = &text[start..];
    let quotes = text.iter().rev().take_while(|byte| is_quote(byte)).count();
    let text = &text[..text.len() - quotes];
    if let [whole @ .., b'%' | b'\\'] | [whole @ .., b'%', _] = text {
        whole
    } else {
        text
    }
}

fn key(block: &[u8]) -> u64 {
    block.iter().fold(0, |key, byte| key << 8 | u64::from(*byte))
}

/// Where the filter has its bit.
fn bit(key: u64) -> (usize, u64) {
    let hash = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48;
    let place = usize::try_from(hash).unwrap_or_default();
    (place / 64, 1 << (place % 64))
}

#[cfg(test)]
mod tests {
    use super::super::MASK;
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    const LONG: &str = "Tok+4eC39HqLyjWDarj/T1zdp7dcABCDEFGH\"and-so-on-and-so-on-and-so-on";

    fn shown(secrets: &[&str], text: &str) -> String {
        Redactor::new(secrets.iter().map(|secret| Secret::new(*secret))).redact_pieces(text)
    }

    #[test]
    fn a_part_of_a_secret_is_hidden_wherever_it_was_cut_out_of_it() {
        let percent = LONG.replace('+', "%2B").replace('/', "%2F");
        let base64 = STANDARD.encode(LONG);
        for (part, mask) in [
            (&LONG[..20], MASK),
            (&LONG[9..30], MASK),
            (&LONG[LONG.len() - 20..], MASK),
            (&percent[..30], MASK),
            (&base64[..24], MASK),
            (&base64[7..40], MASK),
            (&LONG[..11], "Tok+4eC39Hq"),
        ] {
            let text = format!("null (reading '{part}') of it");
            assert_eq!(shown(&[LONG], &text), text.replace(part, mask));
            let text = text.replace('"', "\\\"");
            assert_eq!(
                shown(&[LONG], &text),
                text.replace(&part.replace('"', "\\\""), mask),
                "escaped"
            );
        }
        let text = "Unexpected token 't' at 1:1\ntoken: Tok+4eC39HqLyjWDarj/T\n^";
        assert_eq!(
            shown(&[LONG], text),
            format!("Unexpected token 't' at 1:1\ntoken: {MASK}\n^")
        );
    }

    #[test]
    fn a_shorter_part_is_hidden_where_the_text_was_cut() {
        for (text, masked) in [
            ("at 1:1\ntoken Tok+4eC39H\n^", "at 1:1\ntoken •\n^"),
            ("'token Tok%2B4eC39Hq%…' to equal", "'token •%…' to equal"),
            ("at 1:90\n-so-on-and-so-o", "at 1:90\n-so-on-and-so-o"),
            ("at 1:90\nand-so-on\"x\n^", "at 1:90\n•\"x\n^"),
            ("at 1:90\n-and-so-on} or\n^", "at 1:90\n•} or\n^"),
            ("Tok+4eC39H is one", "Tok+4eC39H is one"),
            ("/a/Tok+4eC39HqLyjWDarj", "/a/•"),
            ("/a/Tok+4eC3", "/a/•"),
            ("/a/Tok+4eC", "/a/Tok+4eC"),
        ] {
            let masked = masked.replace('•', MASK);
            assert_eq!(shown(&[LONG], text), masked);
        }
        let lines = "line-1-abcQ\nline-2-defW\nline-3-ghiX";
        for line in lines.lines() {
            let text = format!("Unexpected token\n{line}\n^");
            assert_eq!(shown(&[lines], &text), format!("Unexpected token\n{MASK}\n^"));
        }
    }

    #[test]
    fn what_others_have_too_stays() {
        let hook = "https://hooks.example.com/services/T00AAAA/B00BBBB/XyzSlackTok99";
        for text in [
            "GET https://hooks.example.com/ failed: https://hooks.example.com",
            "GET https://hooks.example.com/services/other",
            "hooks.example.com is unknown",
        ] {
            assert_eq!(shown(&[hook, "an ordinary word", "https://example.com"], text), text);
        }
        let text = format!("reading '{}'", &hook[..50]);
        assert_eq!(
            shown(&[hook], &text),
            format!("reading 'https://hooks.example.com{MASK}'")
        );
        // What is whole is found without: its beginning is none of a second one.
        let both = Redactor::new(["eyJhbGciOiJSUzI1NiJ9.one-and-more"].map(Secret::new));
        assert!(
            both.pieces(["eyJhbGciOiJSUzI1NiJ9.one-and-more and nothing else"])
                .is_empty()
        );
        assert!(Redactor::default().pieces([LONG]).is_empty());
    }

    #[test]
    fn a_secret_that_repeats_itself_is_looked_for_in_no_time() {
        let secret = "a".repeat(20_000) + "b";
        let text = "a".repeat(8_000);
        assert_eq!(shown(&[&secret], &text), MASK);
    }
}
