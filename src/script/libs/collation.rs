//! The order of texts that people expect: that of the root collation of the Unicode CLDR (UTS #10), on three levels:
//! letters, then accents, then case.
//!
//! `collation.txt` has the marks and letters in their order; it leaves out what can be told from the rest: capitals, and
//! letters that decompose, which JavaScript has decomposed before they come here. What is in neither stands by its code point.

use std::borrow::Cow;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::OnceLock;

use rquickjs::function::Func;
use rquickjs::{Ctx, Object, Result, String as Text};

/// The order: sections apart by an empty line, first the marks, then what has a place of its own. An entry is a character, a
/// run `a-c`, or `u` and a code point; `^` before it says that it differs from the entry before by accent only, `~` by case
/// only, `=` not at all.
const ORDER: &str = include_str!("collation.txt");

/// Characters below this have their place in a table.
const LISTED: usize = 0x3400;

// What an element's `first` begins with: the sections of the file after the marks, and behind them Chinese characters.
const SYMBOLS: u32 = 2 << 24;
const DIGITS: u32 = 4 << 24;
/// The letters of the script that goes before all others, where a language has one.
const FRONT: u32 = 5 << 24;
const LETTERS: u32 = 6 << 24;
const HAN: u32 = 8 << 24;
/// What is not in the file stands behind what is.
const UNLISTED: u32 = 0x80_0000;
/// Room between two listed characters, for the letters of single languages.
const STEP: u32 = 8;

/// The accent of a character without any.
const PLAIN: u16 = 1;
/// Where the accents begin that are no marks: those of `æ` and of what is listed with `^`.
const INNER: u16 = 0x200;

const LOWER: u8 = 2;
const UPPER: u8 = 8;

// What JavaScript puts behind a character: what it was before it was decomposed (one of three), or, as often as another
// stands behind it, that it is that one.
const WIDE: char = '\u{fdd0}';
const RAISED: char = '\u{fdd1}';
const BEHIND: char = '\u{fdd3}';

/// What counts of a character, level by level.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Element {
    first: u32,
    second: u16,
    third: u8,
}

/// How to compare, as JavaScript passes it.
#[derive(Clone, Copy)]
struct Options(u32);

impl Options {
    /// The levels that count: 0 letters, 1 accents, too, 2 letters and case, 3 everything.
    fn level(self) -> u32 {
        self.0 & 3
    }

    fn numeric(self) -> bool {
        self.0 & 4 != 0
    }

    fn upper_first(self) -> bool {
        self.0 & 8 != 0
    }

    fn lower_first(self) -> bool {
        self.0 & 16 != 0
    }

    fn ignores_punctuation(self) -> bool {
        self.0 & 32 != 0
    }

    /// Whether nothing but a level is asked for, and what numbers are worth.
    fn is_plain(self) -> bool {
        self.0 & !7 == 0
    }

    /// Whether the texts are decomposed already.
    fn prepared(self) -> bool {
        self.0 & 64 != 0
    }

    /// The code points of the script that goes first.
    fn front(self) -> std::ops::Range<u32> {
        match self.0 >> 8 {
            1 => 0x400..0x530,
            2 => 0x370..0x400,
            3 => 0x590..0x600,
            4 => 0x600..0x700,
            5 => 0x1100..0x1200,
            _ => 0..0,
        }
    }
}

struct Table {
    listed: Vec<Element>,
    digits: Vec<u32>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut listed = vec![Element::default(); LISTED];
        for (section, entries) in (0u32..).zip(ORDER.split("\n\n")) {
            // One is left free for letters that go first.
            let section = section + u32::from(section << 24 > DIGITS);
            let mut place = Element::default();
            for entry in entries.split_whitespace() {
                let (how, characters) = read(entry);
                for character in characters {
                    place = next(place, how, section);
                    if let Some(slot) = listed.get_mut(character as usize) {
                        *slot = place;
                    }
                }
            }
        }
        let digits = ('0'..='9').map(|digit| listed[digit as usize].first).collect();
        Table { listed, digits }
    })
}

/// An entry of the file: by what it differs from the one before, `-` for all, and its characters.
fn read(entry: &str) -> (char, std::ops::RangeInclusive<char>) {
    let mut characters: Vec<char> = entry.chars().collect();
    let how = match characters[..] {
        ['^' | '~' | '=', _, ..] => characters.remove(0),
        _ => '-',
    };
    match characters[..] {
        [first, '-', last] => (how, first..=last),
        ['u', _, ..] => {
            let code: String = characters[1..].iter().collect();
            let character = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
            let character = character.unwrap_or_default();
            (how, character..=character)
        }
        _ => (how, characters[0]..=characters[0]),
    }
}

/// The place after another.
fn next(place: Element, how: char, section: u32) -> Element {
    match (how, section) {
        ('=', _) => place,
        ('^', _) => Element {
            second: place.second.max(INNER) + 1,
            third: LOWER,
            ..place
        },
        ('~', _) => Element {
            third: place.third + if section << 24 == LETTERS { 0x10 } else { 2 },
            ..place
        },
        (_, 0) => Element {
            first: 0,
            second: place.second.max(PLAIN) + 1,
            third: LOWER,
        },
        _ => Element {
            first: place.first.max(section << 24) + STEP,
            second: PLAIN,
            third: LOWER,
        },
    }
}

/// What JavaScript has told of characters: what they are made of.
type Learned = HashMap<char, String>;

/// The natives of `localeCompare` and `Intl.Collator`. `compare` says -1, 0 or 1, and 2 where it does not know what the texts
/// are made of: then it is to `learn` it, or to be given them decomposed.
pub fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let lib = Object::new(ctx.clone())?;
    let learned = Rc::new(RefCell::new(Learned::new()));
    let known = Rc::clone(&learned);
    lib.set(
        "compare",
        Func::from(move |a: Text<'js>, b: Text<'js>, options: u32| {
            let (Ok(a), Ok(b)) = (a.to_string(), b.to_string()) else {
                return 2;
            };
            compare(&a, &b, Options(options), &known.borrow()).map_or(2, |order| order as i32)
        }),
    )?;
    lib.set(
        "learn",
        Func::from(move |character: String, parts: String| {
            let character = character.chars().next();
            character.map(|character| learned.borrow_mut().insert(character, parts));
        }),
    )?;
    Ok(lib)
}

fn compare(a: &str, b: &str, options: Options, learned: &Learned) -> Option<Ordering> {
    if options.is_plain()
        && let Some(order) = compare_plain(a.as_bytes(), b.as_bytes(), options)
    {
        return Some(order);
    }
    let (a, b) = (parts(a, options, learned)?, parts(b, options, learned)?);
    let (a, b) = (elements(&a, options), elements(&b, options));
    let level = options.level();
    let mut order = letters(&a).cmp(letters(&b));
    if level == 1 || level == 3 {
        order = order.then_with(|| accents(&a).cmp(accents(&b)));
    }
    if level == 2 {
        order = order.then_with(|| capitals(&a).cmp(capitals(&b)));
    }
    if level == 3 {
        let cases = |text: &[Element]| text.iter().map(|one| case(*one, options)).collect::<Vec<_>>();
        order = order.then_with(|| cases(&a).cmp(&cases(&b)));
    }
    Some(order)
}

/// A text decomposed, as far as it is known how.
fn parts<'text>(text: &'text str, options: Options, learned: &Learned) -> Option<Cow<'text, str>> {
    if options.prepared() || text.is_ascii() {
        return Some(text.into());
    }
    let mut out = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character);
        } else if !(WIDE..=BEHIND).contains(&character) {
            // Those are ours: in the user's text they count for nothing.
            out.push_str(learned.get(&character)?);
        }
    }
    Some(out.into())
}

fn letters(text: &[Element]) -> impl Iterator<Item = u32> {
    text.iter().map(|one| one.first).filter(|first| *first != 0)
}

fn accents(text: &[Element]) -> impl Iterator<Item = u16> {
    text.iter().map(|one| one.second).filter(|second| *second != 0)
}

fn capitals(text: &[Element]) -> impl Iterator<Item = bool> {
    text.iter().filter(|one| one.first != 0).map(|one| is_upper(*one))
}

/// Compares ASCII by plain options; `None` for what is none, or has characters that count for nothing.
fn compare_plain(a: &[u8], b: &[u8], options: Options) -> Option<Ordering> {
    let place = |byte: u8| {
        let listed = byte.is_ascii().then(|| usize::from(byte.to_ascii_lowercase()))?;
        Some(table().listed[listed].first).filter(|first| *first != 0)
    };
    let mut case = Ordering::Equal;
    let (mut a, mut b) = (a, b);
    while let ([one, rest @ ..], [other, more @ ..]) = (a, b) {
        if options.numeric() && (one.is_ascii_digit() || other.is_ascii_digit()) {
            let ((length, digits, rest), (size, others, more)) = (number(a)?, number(b)?);
            let first = |length, byte| match length {
                0 => place(byte),
                _ => Some(DIGITS | UNLISTED | u32::try_from(length).unwrap_or(u32::MAX).min(0x3f_ffff)),
            };
            let order = first(length, *one)?.cmp(&first(size, *other)?).then(digits.cmp(others));
            if order.is_ne() {
                return Some(order);
            }
            (a, b) = (rest, more);
            continue;
        }
        let (first, second) = (place(*one)?, place(*other)?);
        if first != second {
            return Some(first.cmp(&second));
        }
        // In ASCII, capitals stand before small letters.
        case = case.then(other.cmp(one));
        (a, b) = (rest, more);
    }
    for byte in a.iter().chain(b) {
        place(*byte)?;
    }
    let tie = if options.level() < 2 { Ordering::Equal } else { case };
    Some(a.len().cmp(&b.len()).then(tie))
}

/// The number that a text begins with, without zeros before it: how many digits, they, and what is behind; of none there are
/// no digits. `None` where it may go on in another script.
fn number(text: &[u8]) -> Option<(usize, &[u8], &[u8])> {
    let end = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at(end);
    if rest.first().is_some_and(|byte| !byte.is_ascii()) {
        return None;
    }
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let digits = &digits[zeros.min(end.saturating_sub(1))..];
    Some((digits.len(), digits, rest))
}

fn is_upper(element: Element) -> bool {
    element.third & UPPER != 0 && element.third < 0x10
}

/// What case counts, with that first which is to be.
fn case(element: Element, options: Options) -> u16 {
    let upper = is_upper(element);
    let behind = (options.upper_first() && !upper) || (options.lower_first() && upper);
    u16::from(element.third) + if behind { 0x100 } else { 0 }
}

fn elements(text: &str, options: Options) -> Vec<Element> {
    let mut out: Vec<Element> = Vec::with_capacity(text.len());
    let mut number: Option<Vec<u32>> = None;
    let mut ignored = false;
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let start = out.len();
        place(character, rest.peek().copied(), options, &mut out);
        while let Some(how @ WIDE..=BEHIND) = rest.peek().copied() {
            rest.next();
            for element in &mut out[start..] {
                match how {
                    BEHIND => element.first = element.first.saturating_add(1),
                    WIDE => element.third = element.third.saturating_add(1),
                    RAISED => element.third = 0x14,
                    _ => element.third = element.third.saturating_add(2),
                }
            }
        }
        if options.ignores_punctuation() {
            // What is not looked at takes the marks behind it along.
            let is_mark = out[start..].iter().all(|one| one.first == 0);
            ignored = out[start..].iter().any(|one| (1..SYMBOLS).contains(&one.first)) || (ignored && is_mark);
            if ignored {
                out.truncate(start);
            }
        }
        if !options.numeric() {
            continue;
        }
        let digit = |one: &&Element| one.third < LOWER + 2 && table().digits.contains(&one.first);
        if let Some(digit) = out[start..].first().filter(digit).map(|one| one.first) {
            out.truncate(start);
            number.get_or_insert_default().push(digit);
        } else if let Some(digits) = number.take() {
            let tail = out.split_off(start);
            count(&digits, &mut out);
            out.extend(tail);
        }
    }
    if let Some(digits) = number {
        count(&digits, &mut out);
    }
    out
}

/// A number by what it is worth: how many digits it has, then they.
fn count(digits: &[u32], out: &mut Vec<Element>) {
    let zeros = digits.iter().take_while(|digit| **digit == table().digits[0]).count();
    let digits = &digits[zeros.min(digits.len() - 1)..];
    let length = u32::try_from(digits.len()).unwrap_or(u32::MAX).min(0x3f_ffff);
    for first in [DIGITS | UNLISTED | length].into_iter().chain(digits.iter().copied()) {
        out.push(Element {
            first,
            second: PLAIN,
            third: LOWER,
        });
    }
}

/// The place of one character; of a few, together with the mark that follows them, which then has one, too.
fn place(character: char, follows: Option<char>, options: Options, out: &mut Vec<Element>) {
    let (character, capital) = match lower(character) {
        Some(lower) => (lower, UPPER - LOWER),
        None => (character, 0),
    };
    let code = character as u32;
    let ligature = match character {
        'æ' => Some(['a', 'e']),
        'œ' => Some(['o', 'e']),
        'ß' => Some(['s', 's']),
        _ => None,
    };
    if let Some([one, other]) = ligature {
        for (part, accent) in [(one, 0), (other, INNER)] {
            let mut element = table().listed[part as usize];
            element.third += 2 + capital;
            if accent > 0 {
                out.push(Element {
                    first: 0,
                    second: accent,
                    third: element.third,
                });
            }
            out.push(element);
        }
        return;
    }
    let own = match (character, follows) {
        ('и', Some('\u{306}')) => 'й',
        ('ا', Some('\u{653}')) => 'آ',
        ('ا', Some('\u{654}')) => 'أ',
        ('و', Some('\u{654}')) => 'ؤ',
        ('ا', Some('\u{655}')) => 'إ',
        ('ي', Some('\u{654}')) => 'ئ',
        _ => character,
    };
    let mut element = match table().listed.get(own as usize) {
        Some(element) if *element != Element::default() => *element,
        _ if is_nothing(code) => return,
        _ => Element {
            first: unlisted(code),
            second: PLAIN,
            third: LOWER,
        },
    };
    element.third += capital;
    if options.front().contains(&code) && element.first >= LETTERS {
        element.first -= LETTERS - FRONT;
    }
    // An accent that is part of a letter counts behind it, as one that follows does.
    let inner = (element.first != 0 && element.second > INNER).then_some(Element { first: 0, ..element });
    if inner.is_some() {
        element.second = PLAIN;
    }
    out.push(element);
    out.extend(inner);
}

/// The small letter of a capital that has no place of its own.
fn lower(character: char) -> Option<char> {
    if table()
        .listed
        .get(character as usize)
        .is_some_and(|place| *place != Element::default())
    {
        return None;
    }
    let mut lower = character.to_lowercase();
    lower.next().filter(|one| *one != character && lower.next().is_none())
}

/// What counts on no level: controls and what only steers how text is set.
fn is_nothing(code: u32) -> bool {
    matches!(code, 0..=0x1f | 0x7f..=0x9f | 0xad | 0x34f | 0x488 | 0x489 | 0x591..=0x5af | 0x5bd | 0x5c4 | 0x5c5
        | 0x600..=0x605 | 0x610..=0x61a | 0x61c | 0x640 | 0x6d6..=0x6ed | 0x180b..=0x180f | 0x200b..=0x200f
        | 0x202a..=0x202e | 0x2060..=0x206f | 0xfdd0..=0xfdd3 | 0xfe00..=0xfe0f | 0xfeff | 0xe0000..=0xe0fff)
}

/// The place of what is not in the file: emoji among the symbols, Chinese characters last, in the order of their blocks.
fn unlisted(code: u32) -> u32 {
    match code {
        0x2000..=0x2fff | 0x1f000..=0x1faff => SYMBOLS | UNLISTED | code,
        0x4e00..=0x9fff => HAN | code,
        0x3400..=0x4dbf | 0x20000.. => HAN | UNLISTED | code,
        _ => LETTERS | UNLISTED | code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_whole_and_its_sections_are_where_they_are_taken_for() {
        let first = |character: char| table().listed[character as usize].first & 0xff00_0000;
        let sections = [
            ('%', 1 << 24),
            ('+', SYMBOLS),
            ('7', DIGITS),
            ('z', LETTERS),
            ('я', LETTERS),
        ];
        for (character, section) in sections {
            assert_eq!(first(character), section, "{character}");
        }
        assert_eq!(first('\u{301}'), 0);
        assert_eq!(table().digits.len(), 10);
        assert!(table().digits.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn the_short_way_through_ascii_says_what_the_long_one_says() {
        let texts = [
            "", "a", "A", "ab", "aB", "Ab", "b", "a-b", "a b", "a_b", "1", "10", "9", "~", "$", "Zz", "zZ", "a\0",
            "\u{7f}", "01", "010", "0", "00", "-1", "a1", "a01", "a1b", "A01B", "a10", "1.10", "1.9", "1\u{1}2",
        ];
        for options in 0..8 {
            for (a, b) in texts.iter().flat_map(|a| texts.iter().map(move |b| (a, b))) {
                let long = compare(a, b, Options(options | 64), &Learned::new());
                let short = compare_plain(a.as_bytes(), b.as_bytes(), Options(options)).or(long);
                assert_eq!(short, long, "{a:?} {b:?} {options}");
            }
        }
    }
}
