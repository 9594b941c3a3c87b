//! The body outside the viewer: what to copy of it, what to call its file, what an outside program gets to see.

use std::ops::Range;

use percent_encoding::percent_decode_str;
use quick_xml::escape::unescape;

use crate::model::exchange::{Exchange, Response};
use crate::tui::giving::{MOST_COPIED, Whole};
use crate::tui::widgets::body::{Form, Kind, Step, Syntax};

use super::place::Place;
use super::sight::Body;

/// A body so small is laid out to see whether that is another text than as it came, in bytes.
const COMPARED: usize = 64 * 1024;

/// What can be copied as a whole, with the words for it: what a filter made, the body as it came, and as it is shown where
/// that is something else. What is too big for a clipboard, or cannot be read, is left out.
pub(super) fn wholes(place: &Place) -> Vec<(&'static str, Whole)> {
    let small = |body: &&Body| (1..=MOST_COPIED).contains(&body.document.source().len());
    let shown = place.shown().filter(small).map(whole);
    let came = place.body.as_ref().and_then(|body| came(place, body));
    let mut offers = Vec::new();
    if place.is_filtered() {
        offers.extend(shown.map(|body| ("what the filter made", body)));
        offers.extend(came);
        return offers;
    }
    let other = shown.filter(|shown| came.as_ref().is_none_or(|(_, came)| !is_same(came, shown)));
    offers.extend(came);
    offers.extend(other.map(|body| ("the body as shown", body)));
    offers
}

/// Whether both are the same text, as far as that is easily told.
fn is_same(came: &Whole, shown: &Whole) -> bool {
    match (came, shown) {
        (Whole::Text(came), Whole::Text(shown)) if came.is_same(shown) => true,
        (Whole::Text(came), _) if came.len() <= COMPARED => {
            let text = |body: &Whole| body.text(COMPARED).ok().flatten();
            text(shown).is_some_and(|shown| text(&Whole::Text(came.clone())) == Some(shown))
        }
        _ => false,
    }
}

/// The body as it came: text in UTF-8, else Base64.
fn came(place: &Place, body: &Body) -> Option<(&'static str, Whole)> {
    let response = place.outcome.exchange.as_ref()?.response()?;
    let small = |len: usize| (1..=MOST_COPIED).contains(&len);
    let Some(text) = body.text() else {
        let bytes = Some(&response.body).filter(|body| small(body.len()))?;
        return Some(("the body in Base64", Whole::Base64(bytes.clone())));
    };
    let (len, all) = text.known();
    let what = if all { "the body" } else { "the body so far" };
    small(len).then(|| (what, Whole::Text(text.clone())))
}

/// The body as it is shown: pretty where that form is complete, else as sent.
pub(super) fn whole(body: &Body) -> Whole {
    let Body { document, view, .. } = body;
    let pretty = view.form() == Form::Pretty && document.is_complete(Form::Pretty);
    if pretty
        && !matches!(
            document.syntax(),
            Syntax::Text | Syntax::Code(_) | Syntax::Marked | Syntax::Markup { .. }
        )
    {
        Whole::Laid(document.clone())
    } else {
        Whole::Text(document.source().clone())
    }
}

/// What can be copied at the cursor, with the words for it; what is too big for a clipboard is left out.
pub(super) fn under_cursor(place: &Place) -> Vec<(String, String)> {
    let Some(Body { document, view, .. }) = place.shown() else {
        return Vec::new();
    };
    let at = view.cursor_line(document);
    let mut offers = Vec::new();
    let mut offer = |what: &str, text: Option<String>| {
        offers.extend(text.filter(|text| !text.is_empty()).map(|text| (what.to_owned(), text)));
    };
    if view.form() == Form::Pretty {
        let value = document
            .value_at(Form::Pretty, at)
            .filter(|range| range.len() <= MOST_COPIED)
            .and_then(|range| document.source().read(range.start, range.len()).ok());
        let text = value.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        if text.as_deref().is_some_and(|text| text.starts_with(['{', '['])) {
            offer("the value with all that is in it", text);
        } else {
            offer("the value under the cursor", text.map(plain));
        }
        if let Some(lines) = document.element_lines(at) {
            let bytes = |line| Some(document.line(Form::Pretty, line)?.bytes);
            let all = bytes(lines.start).zip(bytes(lines.end - 1));
            let small = all.is_some_and(|(first, last)| last.end - first.start <= MOST_COPIED);
            let text = small
                .then(|| document.text_range(Form::Pretty, lines, MOST_COPIED).ok().flatten())
                .flatten();
            let text = text.map(|text| outdented(&text));
            let inner = text.as_deref().and_then(leaf).map(|leaf| leaf.text);
            let whole = text.as_deref().is_some_and(|text| text.contains('\n'));
            offer("its text", inner);
            offer(
                if whole {
                    "the element with all that is in it"
                } else {
                    "the element"
                },
                text,
            );
        }
        let path = place.path(at);
        let way = place.way(at);
        let what = match path {
            Some((_, false)) => "the path to it in what the filter made",
            _ => "the path to it",
        };
        offer(what, way.map(|(way, _)| way));
        if let Some((name, _)) = document.element_path(at).and_then(|steps| steps.last().cloned()) {
            offer("its name", Some(name));
        }
        if let Some(Step::Key(key)) = path.as_ref().and_then(|(path, _)| path.0.last()) {
            offer("its name", Some(key.clone()));
        }
    }
    let line = document
        .line(view.form(), at)
        .filter(|line| line.bytes.len() <= MOST_COPIED);
    let line = line.and_then(|line| line.text(document.source()).ok());
    offer("the line under the cursor", line.map(|line| line.trim().to_owned()));
    offers
}

/// Lines without the indentation that all of them share.
fn outdented(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let filled = || text.lines().filter(|line| !line.trim().is_empty());
    let shared = filled().map(indent).min().unwrap_or(0);
    let lines: Vec<&str> = text
        .lines()
        .map(|line| line.get(shared..).unwrap_or_default())
        .collect();
    lines.join("\n").trim_start().to_owned()
}

/// An element of XML with nothing in it but text.
pub(super) struct Leaf {
    /// Whether it has attributes.
    pub attributes: bool,
    /// Its text, without entities and what CDATA is wrapped in.
    pub text: String,
}

/// Reads the whole of an element; `None` if there are others in it.
pub(super) fn leaf(element: &str) -> Option<Leaf> {
    let (tag, rest) = element.trim().strip_prefix('<')?.split_once('>')?;
    let attributes = tag.contains('=');
    if let Some(tag) = tag.strip_suffix('/') {
        let attributes = tag.contains('=');
        return rest.is_empty().then(|| Leaf {
            attributes,
            text: String::new(),
        });
    }
    let mut inner = rest.rsplit_once("</")?.0;
    let mut text = String::new();
    while let Some((before, after)) = inner.split_once('<') {
        let (data, rest) = after.strip_prefix("![CDATA[")?.split_once("]]>")?;
        text.push_str(&unescape(before).ok()?);
        text.push_str(data);
        inner = rest;
    }
    text.push_str(&unescape(inner).ok()?);
    Some(Leaf { attributes, text })
}

/// A JSON value as it is meant: a string without its quotes and escapes.
fn plain(json: String) -> String {
    serde_json::from_str(&json).unwrap_or(json)
}

/// A file's ending for the body: by its media type, else by its kind.
pub(super) fn ending(response: &Response, kind: Kind) -> &'static str {
    let media_type = response.media_type();
    match media_type.as_str() {
        "text/plain" | "" | "application/octet-stream" => {}
        "text/html" => return "html",
        "image/jpeg" => return "jpg",
        other => {
            if other.ends_with("/json") || other.ends_with("+json") {
                return "json";
            }
            if other.ends_with("/xml") || other == "application/rss+xml" || other == "application/atom+xml" {
                return "xml";
            }
            let found = mime_guess::get_mime_extensions_str(other).and_then(|endings| endings.first().copied());
            if let Some(found) = found {
                return found;
            }
        }
    }
    kind.ending()
}

/// A name to save the body under: what the server suggests (RFC 6266), else the end of the URL's path; `secrets` finds what
/// may not be in it, as whoever lists the folder reads it.
pub(super) fn file_name(
    exchange: &Exchange,
    response: &Response,
    kind: Kind,
    secrets: &dyn Fn(&str) -> Vec<Range<usize>>,
) -> String {
    let suggested = response.header("content-disposition").and_then(|value| {
        // The whole of it: a name is cut, and half a secret is not found.
        let name = suggested(&value).filter(|_| secrets(&value).is_empty())?;
        Some(name).filter(|name| secrets(name).is_empty())
    });
    if let Some(name) = suggested {
        return name;
    }
    let path = exchange.request.url.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    let path = path.trim_end_matches('/');
    let start = path.rfind('/').map_or(path.len(), |slash| slash + 1);
    let last = percent_decode_str(&path[start..]).decode_utf8_lossy();
    let is_secret = !secrets(&last).is_empty() || secrets(path).iter().any(|found| found.end > start);
    let name = Some(safe(&last)).filter(|name| !is_secret && !name.is_empty());
    let name = name.unwrap_or_else(|| "response".to_owned());
    let ending = ending(response, kind);
    if name
        .rsplit_once('.')
        .is_some_and(|(stem, end)| !stem.is_empty() && (1..=5).contains(&end.len()))
    {
        name
    } else {
        format!("{name}.{ending}")
    }
}

/// The file name of a `Content-Disposition`; `filename*` (RFC 8187) goes before `filename`.
fn suggested(header: &str) -> Option<String> {
    let mut plain = None;
    for part in split_parameters(header) {
        let Some((name, value)) = part.split_once('=') else {
            continue;
        };
        match name.trim().to_ascii_lowercase().as_str() {
            "filename*" => {
                let mut fields = value.trim().splitn(3, '\'');
                if let (Some(_), Some(_), Some(encoded)) = (fields.next(), fields.next(), fields.next()) {
                    let name = safe(&percent_decode_str(encoded).decode_utf8_lossy());
                    if !name.is_empty() {
                        return Some(name);
                    }
                }
            }
            "filename" => {
                let value = value.trim().trim_matches('"').replace("\\\"", "\"");
                plain = Some(safe(&value)).filter(|name| !name.is_empty());
            }
            _ => {}
        }
    }
    plain
}

/// Splits at semicolons outside quotes.
fn split_parameters(header: &str) -> Vec<&str> {
    let mut quoted = false;
    header
        .split(move |c| {
            quoted ^= c == '"';
            c == ';' && !quoted
        })
        .collect()
}

/// A name that stays in its folder and shows what it is: no separators, no control characters, no leading dots.
fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|c| !crate::tui::widgets::escape::is_hidden(*c))
        .take(120)
        .collect();
    clean.trim().trim_start_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_without_their_json() {
        let plain = |json: &str| plain(json.to_owned());
        assert_eq!(plain(r#""x\ny""#), "x\ny");
        assert_eq!(plain("12.50"), "12.50");
        assert_eq!(plain("null"), "null");
        assert_eq!(plain(r#""\ud800""#), r#""\ud800""#, "no text: as it is written");
    }

    #[test]
    fn the_text_of_an_element_is_told_from_what_is_more() {
        let text = |element: &str| leaf(element).map(|leaf| (leaf.text, leaf.attributes));
        let is = |text: &str, attributes| Some((text.to_owned(), attributes));
        assert_eq!(text("<a>x &amp; y</a>"), is("x & y", false));
        assert_eq!(text("<a b=\"1\">x<![CDATA[<y>]]></a>"), is("x<y>", true));
        assert_eq!(text("<a/>"), is("", false));
        assert_eq!(text("<a b='/'/>"), is("", true));
        assert_eq!(text("<a>x<b/></a>"), None);
        assert_eq!(text("<a>&nope;</a>"), None);
        assert_eq!(outdented("    <a>\n      <b/>\n\n    </a>"), "<a>\n  <b/>\n\n</a>");
        assert_eq!(outdented("  <p>one\n two</p>"), "<p>one\ntwo</p>");
    }

    #[test]
    fn a_server_cannot_name_a_file_out_of_its_folder() {
        let name = |header: &str| suggested(header).unwrap_or_default();
        assert_eq!(name("attachment; filename=\"report; one.pdf\""), "report; one.pdf");
        assert_eq!(
            name("attachment; filename=a.txt; filename*=UTF-8''%E6%97%A5.txt"),
            "日.txt"
        );
        assert_eq!(name("attachment; filename=\"../../etc/passwd\""), "passwd");
        assert_eq!(name("attachment; filename=\"..\\\\.bashrc\""), "bashrc");
        assert_eq!(name("attachment; filename*=UTF-8''%1b%5B2J.txt"), "[2J.txt");
        assert_eq!(name("inline"), "");
    }
}
