//! HTML as text: what can be read of it, blocks on lines of their own, tables in columns. Not a browser: tags are taken
//! as they come, and what is not well-formed ends somewhere.

use super::table;
use super::watch::Watch;

/// Elements whose content nobody reads.
const UNREAD: [&str; 6] = ["script", "style", "head", "template", "svg", "noscript"];
/// Elements that stand apart from what is around them.
const BLOCKS: [&str; 22] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "dd",
    "div",
    "dl",
    "dt",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "main",
    "p",
    "pre",
    "section",
];

/// The text of a page; else why the watch has stopped it.
pub(super) fn text(html: &str, watch: &Watch) -> Result<String, String> {
    let mut page = Page::default();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        if let Some(why) = watch.stopped() {
            return Err(why);
        }
        page.words(&rest[..start]);
        rest = &rest[start..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        if !rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?')) {
            page.words("<");
            rest = &rest[1..];
            continue;
        }
        let Some((tag, after)) = split_tag(rest) else {
            rest = "";
            break;
        };
        rest = after;
        let name = tag
            .trim_start_matches('/')
            .split(|c: char| !c.is_ascii_alphanumeric())
            .next();
        let name = name.unwrap_or_default().to_ascii_lowercase();
        let closes = tag.starts_with('/');
        if !closes && UNREAD.contains(&name.as_str()) && !tag.ends_with('/') {
            rest = behind(rest, &name);
            continue;
        }
        page.tag(&name, closes, tag);
    }
    page.words(rest);
    Ok(page.end())
}

/// The inside of the tag at the start of a text, and what is behind it; a `>` inside quotes does not end it.
fn split_tag(text: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, c) in text.char_indices().skip(1) {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, '>') => return Some((&text[1..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

/// What follows the end tag of an element.
fn behind<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        if rest
            .get(..name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name))
        {
            return rest.split_once('>').map_or("", |(_, after)| after);
        }
    }
    ""
}

/// A table while it is read.
#[derive(Default)]
struct Table {
    rows: Vec<Vec<String>>,
    headed: bool,
}

/// The text so far.
#[derive(Default)]
struct Page {
    done: String,
    line: String,
    /// Tables that are open, innermost last; a table within a cell is read as its text.
    tables: Vec<Table>,
    preformatted: usize,
}

impl Page {
    fn words(&mut self, html: &str) {
        let text = unescaped(html);
        if self.preformatted > 0 && self.tables.is_empty() {
            for (at, line) in text.split('\n').enumerate() {
                if at > 0 {
                    self.done.push_str(std::mem::take(&mut self.line).trim_end());
                    self.done.push('\n');
                }
                self.line.push_str(line);
            }
            return;
        }
        let at_start = |line: &str| line.is_empty() || line.ends_with([' ', '\n']);
        if text.starts_with(char::is_whitespace) && !at_start(&self.line) {
            self.line.push(' ');
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        self.line.push_str(&words.join(" "));
        if !words.is_empty() && text.ends_with(char::is_whitespace) {
            self.line.push(' ');
        }
    }

    /// Ends the line, if anything is on it.
    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !line.trim().is_empty() {
            self.done.push_str(line.trim_end());
            self.done.push('\n');
        }
    }

    /// Leaves one empty line.
    fn gap(&mut self) {
        self.end_line();
        if !self.done.is_empty() && !self.done.ends_with("\n\n") {
            self.done.push('\n');
        }
    }

    fn tag(&mut self, name: &str, closes: bool, tag: &str) {
        if self.table_tag(name, closes) {
            return;
        }
        if !self.tables.is_empty() {
            // A cell is one line.
            if (name == "br" || BLOCKS.contains(&name) || name == "li") && !self.line.ends_with(' ') {
                self.line.push(' ');
            }
            return;
        }
        match name {
            "br" if self.line.is_empty() => self.done.push('\n'),
            "hr" => {
                self.gap();
                self.done.push_str("────────\n");
            }
            "li" if !closes => {
                self.end_line();
                self.line.push_str("• ");
            }
            "ul" | "ol" => self.gap(),
            "img" => {
                if let Some(alt) = attribute(tag, "alt") {
                    self.line.push_str(&["[", &unescaped(alt), "]"].concat());
                }
            }
            "br" | "li" | "div" | "dd" | "dt" => self.end_line(),
            "pre" => {
                self.gap();
                self.preformatted = usize::from(!closes);
            }
            name if BLOCKS.contains(&name) => self.gap(),
            _ => {}
        }
    }

    /// Whether the tag was one of a table's.
    fn table_tag(&mut self, name: &str, closes: bool) -> bool {
        match (name, closes) {
            ("table", false) => {
                if self.tables.is_empty() {
                    self.gap();
                }
                self.tables.push(Table::default());
            }
            ("table", true) => {
                let Some(table) = self.tables.pop() else { return true };
                self.cell_ends();
                if self.tables.is_empty() {
                    self.done.push_str(&table::text(&table.rows, table.headed));
                    self.done.push_str("\n\n");
                } else {
                    let rows: Vec<String> = table.rows.iter().map(|row| row.join(" ")).collect();
                    self.line.push_str(&rows.join("; "));
                }
            }
            ("tr", false) => {
                if let Some(table) = self.tables.last_mut() {
                    table.rows.push(Vec::new());
                }
            }
            ("th" | "td", false) => {
                self.line.clear();
                let Some(table) = self.tables.last_mut() else {
                    return true;
                };
                if table.rows.is_empty() {
                    table.rows.push(Vec::new());
                }
                table.headed |= name == "th" && table.rows.len() == 1;
                if let Some(row) = table.rows.last_mut() {
                    row.push(String::new());
                }
            }
            ("th" | "td", true) => self.cell_ends(),
            ("thead" | "tbody" | "tfoot" | "tr", _) => {}
            _ => return false,
        }
        true
    }

    /// What was read goes into the open cell.
    fn cell_ends(&mut self) {
        let text = std::mem::take(&mut self.line);
        let row = self.tables.last_mut().and_then(|table| table.rows.last_mut());
        if let Some(cell) = row.and_then(|row| row.last_mut())
            && cell.is_empty()
        {
            text.trim().clone_into(cell);
        }
    }

    fn end(mut self) -> String {
        while !self.tables.is_empty() {
            self.table_tag("table", true);
        }
        self.end_line();
        self.done.trim_matches('\n').to_owned()
    }
}

/// An attribute's value as written.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!(" {name}="))?;
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) => rest[1..].split(quote).next(),
        None => rest.split_whitespace().next(),
    }
}

/// A text without its character references; unknown ones stay.
fn unescaped(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        // None is longer: what follows is not looked through again for every `&`.
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        let known = end.and_then(|end| Some((character(&rest[1..end])?, &rest[end + 1..])));
        if let Some((c, after)) = known {
            out.push(c);
            rest = after;
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hex = number.strip_prefix(['x', 'X']);
        let code = hex.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok())?;
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "copy" => '©',
        "euro" => '€',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "middot" => '·',
        "bull" => '•',
        "times" => '×',
        "deg" => '°',
        "rarr" => '→',
        "larr" => '←',
        "check" => '✓',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio_util::sync::CancellationToken;

    use super::*;

    fn text(html: &str) -> String {
        let watch = Watch::new(Duration::from_hours(1), CancellationToken::new());
        super::text(html, &watch).unwrap_or_else(|why| why)
    }

    #[test]
    fn a_page_is_left_where_the_watch_stops() {
        let watch = Watch::new(Duration::ZERO, CancellationToken::new());
        assert_eq!(super::text("<p>x", &watch), Err("it took more than 0ns".to_owned()));
    }

    #[test]
    fn what_can_be_read_is_read() {
        for (html, expected) in [
            ("a <b>b</b>\n  c", "a b c"),
            ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
            ("<div>a</div><div>b</div><hr>c", "a\nb\n\n────────\nc"),
            ("1 < 2 &lt;3&gt; &nope; &#8364;&#x41;", "1 < 2 <3> &nope; €A"),
            ("<pre>a\n  b</pre>", "a\n  b"),
            (
                "<img alt='a cat' src=x><!-- no --> <a href='>'>link</a>",
                "[a cat] link",
            ),
            ("<script>a < b </script>x<style>y</style>", "x"),
            (
                "<table><tr><td>a<br>b</td><td>c</td></tr><tr><td>longer</td></tr>",
                "a b     c\nlonger",
            ),
            (
                "<table><tr><td><table><tr><td>x</td><td>y</td></tr></table></td><td>z</td></tr></table>",
                "x y  z",
            ),
            ("a&b &amp;&verylongname; &éé; &;", "a&b &&verylongname; &éé; &;"),
            ("<", "<"),
            ("<p", ""),
            ("</table></td>", ""),
        ] {
            assert_eq!(text(html), expected, "{html}");
        }
    }
}
