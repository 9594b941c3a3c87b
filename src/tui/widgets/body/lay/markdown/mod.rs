//! Markdown as it is meant to be read: headings, lists, quotes, tables and code without their signs.
//!
//! ```text
//! block of bytes ─ whole paragraphs, tables, lines ─▶ inline: text and marks ─▶ lines of text, Marks beside them
//! ```
//!
//! Written here and not by a crate: those want the whole text at once, and this one arrives in blocks and may never end.
//! An author's line breaks stay where they are; HTML stays as it stands.

mod inline;
mod table;
#[cfg(test)]
mod tests;

use self::inline::inline;
use super::super::line::Kind;
use super::super::marks::Mark;
use super::super::plain::char_start;
use super::Lay;
use crate::tui::widgets::glyphs;
use crate::tui::widgets::highlight::{self, LineState, Syntax, Token};

/// The longest paragraph that is waited for, in bytes; what is longer is read in pieces.
const LONGEST: usize = 64 * 1024;
/// So much is put out at a time, in bytes: a table may be padded to many times its length.
const MOST: usize = 4 * 1024 * 1024;
/// The widest a rule below a heading gets.
const WIDEST: usize = 100;
/// How wide a rule of its own is.
const RULE: usize = 40;
/// Quotes in each other that are told apart.
const DEEPEST: usize = 8;

/// Markdown on its way.
#[derive(Default)]
pub(super) struct Markdown {
    fence: Option<Fence>,
    /// Whether anything was put out, and whether the last line was empty.
    begun: bool,
    blank: bool,
    /// What the next line belongs to if it is indented.
    within: Within,
    marks: Vec<Mark>,
}

/// What a line that is indented belongs to.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Within {
    #[default]
    Nothing,
    List,
    /// Code that is told by its indentation alone.
    Code,
}

/// Code between two fences.
struct Fence {
    sign: char,
    len: usize,
    language: Syntax,
    state: LineState,
    tokens: Vec<Token>,
}

/// A line, its signs of a block taken away.
struct Start<'a> {
    /// Quotes it lies in.
    quotes: usize,
    rest: &'a str,
}

impl Lay for Markdown {
    fn lay(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let pos = self.blocks(bytes, last, out);
        if last {
            return pos;
        }
        if pos == 0 && bytes.len() >= 2 * LONGEST {
            // A line that does not end is read in pieces.
            let cut = char_start(bytes, bytes.len() - 4);
            return self.blocks(&bytes[..cut], true, out);
        }
        pos
    }

    fn take_marks(&mut self) -> Vec<Mark> {
        std::mem::take(&mut self.marks)
    }
}

impl Markdown {
    /// Lays out the blocks that are whole; returns the bytes they take.
    fn blocks(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> usize {
        let marked = !self.begun && bytes.starts_with(b"\xef\xbb\xbf");
        let mut pos = if marked { 3 } else { 0 };
        let before = out.len();
        let text = String::from_utf8_lossy(&bytes[pos..]);
        let mut lines = Lines {
            text: &text,
            at: 0,
            last,
        };
        loop {
            let from = lines.at;
            let Some(()) = self.block(&mut lines, out) else { break };
            // Bytes that are no UTF-8 are longer as text: only whole lines are taken, so those are counted.
            let taken = text[from..lines.at].matches('\n').count();
            pos += whole_lines(&bytes[pos..], taken);
            if lines.at >= text.len() {
                break;
            }
            if out.len() - before > MOST {
                return pos;
            }
        }
        match (lines.at, last) {
            (_, true) => bytes.len(),
            (0, false) => 0,
            _ => pos,
        }
    }
}

/// How many bytes so many lines take.
fn whole_lines(bytes: &[u8], count: usize) -> usize {
    let mut ends = memchr::memchr_iter(b'\n', bytes);
    match count.checked_sub(1).map(|nth| ends.nth(nth)) {
        Some(Some(end)) => end + 1,
        Some(None) => bytes.len(),
        None => 0,
    }
}

/// The lines of a block, as far as they are whole.
struct Lines<'a> {
    text: &'a str,
    at: usize,
    last: bool,
}

impl<'a> Lines<'a> {
    /// The line at a byte without its end, and where the next one begins; `None` if it is not whole.
    fn peek(&self, at: usize) -> Option<(&'a str, usize)> {
        let rest = self.text.get(at..).filter(|rest| !rest.is_empty())?;
        match memchr::memchr(b'\n', rest.as_bytes()) {
            Some(end) => Some((rest[..end].strip_suffix('\r').unwrap_or(&rest[..end]), at + end + 1)),
            None => self.last.then_some((rest, at + rest.len())),
        }
    }

    /// Whether all there is was seen and more may come.
    fn starves(&self, at: usize) -> bool {
        !self.last && self.peek(at).is_none()
    }
}

impl Markdown {
    /// Lays out the next line, or the lines that belong together; `None` if their end is not there yet.
    fn block(&mut self, lines: &mut Lines<'_>, out: &mut Vec<u8>) -> Option<()> {
        let (line, next) = lines.peek(lines.at)?;
        if self.fence.is_some() {
            self.code(line, out);
            lines.at = next;
            return Some(());
        }
        let start = quoted(line);
        let bare = start.rest.trim_start();
        if bare.is_empty() {
            if self.begun && !self.blank {
                self.quotes(start.quotes, out);
                self.end(out);
            }
            self.blank = true;
            lines.at = next;
            return Some(());
        }
        let indent = start.rest.len() - bare.len();
        if let Some(fence) = fence(bare).filter(|_| indent < 4 || self.within == Within::List) {
            self.fence = Some(fence);
            lines.at = next;
            return Some(());
        }
        if indent >= 4 && (self.blank || self.within == Within::Code) && self.within != Within::List {
            self.literal(start.quotes, bare, out);
            lines.at = next;
            return Some(());
        }
        if let Some(heading) = heading(bare) {
            self.heading(start.quotes, heading.0, heading.1, out);
            (self.within, lines.at) = (Within::Nothing, next);
            return Some(());
        }
        if is_rule(bare) {
            self.quotes(start.quotes, out);
            self.push(&"─".repeat(RULE), Kind::Comment, out);
            self.end(out);
            (self.within, lines.at) = (Within::Nothing, next);
            return Some(());
        }
        if bare.contains('|') {
            if lines.starves(next) {
                return None;
            }
            if let Some((below, _)) = lines.peek(next)
                && let Some(columns) = table::columns(quoted(below).rest)
            {
                return self.table(start.quotes, &columns, lines, out);
            }
        }
        if bare.starts_with('<')
            && bare[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!'))
            && !bare.contains("://")
        {
            self.quotes(start.quotes, out);
            self.push(start.rest, Kind::Comment, out);
            self.end(out);
            lines.at = next;
            return Some(());
        }
        self.paragraph(&start, lines, out)
    }

    /// A paragraph, an item of a list, or a heading that is underlined.
    fn paragraph(&mut self, start: &Start<'_>, lines: &mut Lines<'_>, out: &mut Vec<u8>) -> Option<()> {
        let (_, mut next) = lines.peek(lines.at)?;
        let item = item(start.rest);
        let mut text = item
            .as_ref()
            .map_or(start.rest.trim_start(), |item| item.text)
            .to_owned();
        let indent = start.rest.len() - start.rest.trim_start().len();
        let mut level = None;
        loop {
            let Some((line, after)) = lines.peek(next) else {
                if lines.starves(next) && text.len() < LONGEST {
                    return None;
                }
                break;
            };
            let more = quoted(line);
            let bare = more.rest.trim();
            if item.is_none() && more.quotes == start.quotes {
                level = underline(bare);
                if level.is_some() {
                    next = after;
                    break;
                }
            }
            // A lazy line goes on with a paragraph without its quote's sign.
            let other = bare.is_empty()
                || more.quotes > start.quotes
                || heading(bare).is_some()
                || fence(bare).is_some()
                || is_rule(bare)
                || self::item(more.rest).is_some()
                || bare.starts_with('|');
            if other || text.len() > LONGEST {
                break;
            }
            text.push('\n');
            // Two spaces at the end break the line, which it does anyway.
            text.push_str(more.rest.trim());
            next = after;
        }
        lines.at = next;
        if let Some(level) = level {
            self.heading(start.quotes, level, &text, out);
            self.within = Within::Nothing;
            return Some(());
        }
        let own = if item.is_some() || self.within == Within::List {
            indent.min(40)
        } else {
            0
        };
        if item.is_some() {
            self.within = Within::List;
        } else if own == 0 && self.blank {
            self.within = Within::Nothing;
        }
        let plain = if start.quotes > 0 { Kind::Emphasis } else { Kind::Text };
        let body = inline(text.trim_end(), plain);
        self.quotes(start.quotes, out);
        let mut hang = own;
        self.push(&" ".repeat(own), Kind::Text, out);
        if let Some(item) = &item {
            let sign = format!("{} ", item.sign);
            hang += glyphs::width(&sign);
            self.push(&sign, Kind::Number, out);
        }
        let mut at = 0;
        for line in body.text.split('\n') {
            if at > 0 {
                self.end(out);
                self.quotes(start.quotes, out);
                self.push(&" ".repeat(hang), Kind::Text, out);
            }
            let end = at + line.len();
            self.marked(line, at, &body.marks, out);
            at = end + 1;
        }
        self.end(out);
        Some(())
    }

    fn heading(&mut self, quotes: usize, level: usize, text: &str, out: &mut Vec<u8>) {
        let body = inline(text, Kind::Heading);
        // Headings have air above them, whether or not their author gave it.
        if self.begun && !self.blank {
            self.quotes(quotes, out);
            self.end(out);
        }
        let text = body.text.replace('\n', " ");
        self.quotes(quotes, out);
        if level > 2 {
            self.push(&format!("{} ", "▪".repeat(level - 2)), Kind::Comment, out);
        }
        self.marked(&text, 0, &body.marks, out);
        self.end(out);
        if level <= 2 {
            let rule = if level == 1 { "━" } else { "─" };
            self.quotes(quotes, out);
            self.push(&rule.repeat(glyphs::width(&text).clamp(1, WIDEST)), Kind::Comment, out);
            self.end(out);
        }
    }

    /// A line of code between fences, or the fence that ends it.
    fn code(&mut self, line: &str, out: &mut Vec<u8>) {
        let Some(mut fence) = self.fence.take() else { return };
        let bare = quoted(line).rest.trim();
        if bare.len() >= fence.len && bare.chars().all(|c| c == fence.sign) {
            self.blank = false;
            return;
        }
        self.push("▏ ", Kind::Comment, out);
        fence.state = highlight::lex(fence.language, line, fence.state, &mut fence.tokens);
        let mut at = 0;
        for token in &fence.tokens {
            self.push(&line[at..token.range.start], Kind::Text, out);
            self.push(&line[token.range.clone()], token.kind.into(), out);
            at = token.range.end;
        }
        let rest = if fence.language == Syntax::Plain {
            Kind::String
        } else {
            Kind::Text
        };
        self.push(&line[at..], rest, out);
        self.end(out);
        self.fence = Some(fence);
    }

    /// A line of code that is indented.
    fn literal(&mut self, quotes: usize, line: &str, out: &mut Vec<u8>) {
        self.quotes(quotes, out);
        self.push("▏ ", Kind::Comment, out);
        self.push(line, Kind::String, out);
        self.end(out);
        self.within = Within::Code;
    }

    fn table(
        &mut self,
        quotes: usize,
        columns: &[table::Side],
        lines: &mut Lines<'_>,
        out: &mut Vec<u8>,
    ) -> Option<()> {
        let (head, delimiter) = lines.peek(lines.at)?;
        let (_, mut next) = lines.peek(delimiter)?;
        let mut rows = vec![quoted(head).rest];
        let begun = next;
        while let Some((line, after)) = lines.peek(next) {
            let row = quoted(line).rest;
            if !row.contains('|') || next - begun > LONGEST {
                break;
            }
            rows.push(row);
            next = after;
        }
        if lines.starves(next) && next - begun <= LONGEST {
            return None;
        }
        let rows = table::Rows::read(&rows, columns);
        for (n, row) in rows.cells.iter().enumerate() {
            self.quotes(quotes, out);
            for (at, cell) in row.iter().enumerate() {
                if at > 0 {
                    self.push(highlight::CELL, Kind::Comment, out);
                }
                let (before, behind) = rows.padding(at, cell);
                if at + 1 < row.len() || !cell.text.is_empty() {
                    self.push(&" ".repeat(before), Kind::Text, out);
                }
                self.marked(&cell.text, 0, &cell.marks, out);
                if at + 1 < row.len() {
                    self.push(&" ".repeat(behind), Kind::Text, out);
                }
            }
            self.end(out);
            if n == 0 {
                let rule: Vec<String> = rows.widths.iter().map(|width| "─".repeat(*width)).collect();
                self.quotes(quotes, out);
                self.push(&rule.join("─┼─"), Kind::Comment, out);
                self.end(out);
            }
        }
        (self.within, lines.at) = (Within::Nothing, next);
        Some(())
    }

    /// What a quote's lines begin with.
    fn quotes(&mut self, quotes: usize, out: &mut Vec<u8>) {
        self.push(&"▎ ".repeat(quotes), Kind::Comment, out);
    }

    /// Writes a part of a text whose marks are known, from a byte of it on.
    fn marked(&mut self, part: &str, from: usize, marks: &[Mark], out: &mut Vec<u8>) {
        let base = out.len();
        out.extend_from_slice(part.as_bytes());
        let first = marks.partition_point(|mark| mark.range.end <= from);
        for mark in &marks[first..] {
            let range = mark.range.start.max(from)..mark.range.end.min(from + part.len());
            if range.is_empty() {
                break;
            }
            self.marks.push(Mark {
                range: base + range.start - from..base + range.end - from,
                kind: mark.kind,
            });
        }
    }

    fn push(&mut self, text: &str, kind: Kind, out: &mut Vec<u8>) {
        let start = out.len();
        out.extend_from_slice(text.as_bytes());
        if kind != Kind::Text && !text.is_empty() {
            self.marks.push(Mark {
                range: start..out.len(),
                kind,
            });
        }
    }

    fn end(&mut self, out: &mut Vec<u8>) {
        out.push(b'\n');
        (self.begun, self.blank) = (true, false);
        if self.within == Within::Code {
            self.within = Within::Nothing;
        }
    }
}

/// Takes the signs of quotes from a line.
fn quoted(line: &str) -> Start<'_> {
    let (mut quotes, mut rest) = (0, line);
    while quotes < DEEPEST
        && let Some(inner) = rest.trim_start().strip_prefix('>')
        && rest.len() - rest.trim_start().len() < 4
    {
        rest = inner.strip_prefix(' ').unwrap_or(inner);
        quotes += 1;
    }
    Start { quotes, rest }
}

/// The level and the text of a heading.
fn heading(bare: &str) -> Option<(usize, &str)> {
    let rest = bare.trim_start_matches('#');
    let level = bare.len() - rest.len();
    if !(1..=6).contains(&level) || !(rest.is_empty() || rest.starts_with([' ', '\t'])) {
        return None;
    }
    let text = rest.trim();
    let open = text.trim_end_matches('#');
    Some((
        level,
        if open.is_empty() || open.ends_with(' ') {
            open.trim_end()
        } else {
            text
        },
    ))
}

/// The level of the heading above a line of `=` or `-`.
fn underline(bare: &str) -> Option<usize> {
    let all = |sign| bare.len() >= 2 && bare.chars().all(|c| c == sign);
    match () {
        () if all('=') => Some(1),
        () if all('-') => Some(2),
        () => None,
    }
}

fn is_rule(bare: &str) -> bool {
    ['-', '*', '_'].iter().any(|sign| {
        let count = bare.chars().filter(|c| c == sign).count();
        count >= 3 && bare.chars().all(|c| c == *sign || c.is_whitespace())
    })
}

fn fence(bare: &str) -> Option<Fence> {
    let sign = bare.chars().next().filter(|sign| matches!(sign, '`' | '~'))?;
    let rest = bare.trim_start_matches(sign);
    let len = bare.len() - rest.len();
    if len < 3 || (sign == '`' && rest.contains('`')) {
        return None;
    }
    let word = rest
        .trim()
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or_default();
    let language = match word.to_ascii_lowercase().as_str() {
        "json" | "jsonc" | "json5" => Syntax::Json,
        "js" | "javascript" | "ts" | "typescript" | "jsx" => Syntax::JavaScript,
        "xml" | "svg" => Syntax::Xml,
        "html" => Syntax::Html,
        "css" | "scss" => Syntax::Css,
        "yaml" | "yml" => Syntax::Yaml,
        "graphql" => Syntax::GraphQl,
        _ => Syntax::Plain,
    };
    Some(Fence {
        sign,
        len,
        language,
        state: LineState::Normal,
        tokens: Vec::new(),
    })
}

/// An item of a list: what to begin it with, and its text.
struct Item<'a> {
    sign: String,
    text: &'a str,
}

fn item(rest: &str) -> Option<Item<'_>> {
    let bare = rest.trim_start();
    let behind = |text: &'_ str| text.starts_with([' ', '\t']) || text.is_empty();
    if let Some(text) = bare.strip_prefix(['-', '*', '+']) {
        if !behind(text) {
            return None;
        }
        let text = text.trim();
        let tasks = [("[ ]", "☐"), ("[x]", "☑"), ("[X]", "☑")];
        for (sign, shown) in tasks {
            if let Some(text) = text.strip_prefix(sign).filter(|text| behind(text)) {
                return Some(Item {
                    sign: shown.to_owned(),
                    text: text.trim(),
                });
            }
        }
        return Some(Item {
            sign: "•".to_owned(),
            text,
        });
    }
    let digits = bare.bytes().take_while(u8::is_ascii_digit).count();
    let text = bare[digits..].strip_prefix(['.', ')'])?;
    ((1..=9).contains(&digits) && behind(text)).then(|| Item {
        sign: bare[..=digits].to_owned(),
        text: text.trim(),
    })
}
