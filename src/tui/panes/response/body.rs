//! The body outside the viewer: what to copy of it, what to call its file, what an outside program gets to see.

use std::borrow::Cow;
use std::ops::Range;

use percent_encoding::percent_decode_str;

use crate::model::exchange::{Exchange, Response};
use crate::tui::giving::{self, Copied, MOST_COPIED, SMALL, Whole};
use crate::tui::widgets::body::{Document, Form, Kind, Step, Syntax};
use crate::tui::widgets::{glyphs, highlight};

use super::place::Place;
use super::show::Show;
use super::sight::Body;

/// Cells of a row that are offered.
const MOST_CELLS: usize = 50;

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
        (Whole::Text(came), _) if came.len() <= SMALL => {
            let text = |body: &Whole| body.text(SMALL).ok().flatten();
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
    } else if let Some(header) = body.header() {
        Whole::Headed(header.trim_end().to_owned(), document.source().clone())
    } else {
        Whole::Text(document.source().clone())
    }
}

/// What is too big for a clipboard: the value under the cursor, all of the body, and how many bytes they have.
pub(super) fn too_big(place: &Place) -> Vec<(&'static str, usize)> {
    let response = place.outcome.exchange.as_ref().and_then(|exchange| exchange.response());
    let whole = response.map(|response| ("the body", response.body.len()));
    let value = place.shown().and_then(|Body { document, view, .. }| {
        let value = document.value_at(view.form(), view.cursor_line(document))?;
        Some(("the value", value.len()))
    });
    let all = value.into_iter().chain(whole);
    all.filter(|(_, len)| *len > MOST_COPIED).collect()
}

/// What can be copied, and the words for it.
type Offer = (Cow<'static, str>, Whole);

/// The row of separated values that the cursor is on, as it came, and its cells; `None` where it is not laid out as a table.
/// In a body that is not small it is looked for only when it is chosen.
fn row(body: &Body, at: usize) -> Option<Vec<Offer>> {
    let Body { document, view, .. } = body;
    let form = view.form();
    if document.syntax() != Syntax::Code(highlight::Syntax::Table) || form == Form::Raw {
        return None;
    }
    // A long one is read in pieces.
    let at = document.line_of_number(form, document.number_of(form, at))?;
    let start = document.line(form, at)?.bytes.start;
    if body.gave_up().is_some_and(|end| start >= end) {
        return None;
    }
    let row = giving::Row {
        body: body.text()?.clone(),
        tabs: body.kind() == Kind::Tsv,
        named: body.header().is_some(),
        shown: document.clone(),
        line: at,
        cell: None,
    };
    let names: Vec<&str> = body
        .header()
        .map_or_else(Vec::new, |names| names.split(highlight::CELL).map(str::trim).collect());
    let what = |cell: usize| match names.get(cell) {
        Some(name) if !name.is_empty() => format!("the cell `{}`", glyphs::elide(name, 30)).into(),
        _ => Cow::Borrowed("the cell"),
    };
    let whole_row = Cow::Borrowed("the row as it came");
    let mut offers = Vec::new();
    if row.body.len() <= SMALL {
        let found = row.find().ok()??;
        offers.push((whole_row, Whole::Text(found.text.into())));
        let cells = found.cells.into_iter().take(MOST_CELLS).enumerate();
        offers.extend(cells.map(|(n, cell)| (what(n), Whole::Text(cell.into()))));
        return Some(offers);
    }
    let shown = row.shown();
    let cells = shown.split(highlight::CELL).enumerate().take(MOST_CELLS);
    let cells = cells.filter(|(_, cell)| !cell.trim().is_empty());
    offers.extend(cells.map(|(n, _)| {
        let cell = Some(n);
        (what(n), Whole::Row(Box::new(giving::Row { cell, ..row.clone() })))
    }));
    offers.insert(0, (whole_row, Whole::Row(Box::new(row))));
    Some(offers)
}

/// What can be copied at the cursor, with the words for it; what is too big for a clipboard is left out.
pub(super) fn under_cursor(place: &Place) -> Vec<Offer> {
    let Some(Body { document, view, .. }) = place.shown() else {
        return Vec::new();
    };
    let at = view.cursor_line(document);
    let mut offers: Vec<Offer> = Vec::new();
    if view.form() == Form::Pretty {
        let value = document.value_at(Form::Pretty, at);
        if let Some(value) = value.filter(|range| range.len() <= MOST_COPIED) {
            let first = document.source().read(value.start, 1).unwrap_or_default();
            let what = if first.starts_with(b"{") || first.starts_with(b"[") {
                "the value with all that is in it"
            } else {
                "the value under the cursor"
            };
            offers.push((what.into(), Whole::Value(document.source().clone(), value)));
        }
        offers.extend(
            element(document, at)
                .into_iter()
                .map(|(what, whole)| (what.into(), whole)),
        );
        let path = place.path(at);
        let what = match path {
            Some((_, false)) => "the path to it in what the filter made",
            _ => "the path to it",
        };
        let mut offer = |what: &'static str, text: String| offers.push((what.into(), Whole::Text(text.into())));
        if let Some((way, _)) = place.way(at) {
            offer(what, way);
        }
        if let Some((name, _)) = document.element_path(at).and_then(|steps| steps.last().cloned()) {
            offer("its name", name);
        }
        if let Some(Step::Key(key)) = path.as_ref().and_then(|(path, _)| path.0.last()) {
            offer("its name", key.clone());
        }
    }
    if let Some(row) = place.shown().and_then(|body| row(body, at)) {
        offers.extend(row);
        return offers;
    }
    let line = document.line(view.form(), at);
    if line.is_some_and(|line| line.bytes.len() <= MOST_COPIED) {
        offers.push((
            "the line under the cursor".into(),
            Whole::Line(document.clone(), view.form(), at),
        ));
    }
    offers
}

/// What can be copied of the element of markup on a line or around it.
fn element(document: &Document, at: usize) -> Vec<(&'static str, Whole)> {
    let Some(lines) = document.element_lines(at) else {
        return Vec::new();
    };
    let what = if lines.len() > 1 {
        "the element with all that is in it"
    } else {
        "the element"
    };
    let element = Whole::Element(document.clone(), lines.clone());
    if element.len() > MOST_COPIED {
        return Vec::new();
    }
    let text = Whole::Inner(document.clone(), lines);
    // Whether it has others in it is seen at once only where it is small.
    let is_leaf = text.len() > SMALL || text.text(SMALL).is_ok_and(|text| text.is_some());
    let inner = is_leaf.then_some(("its text", text));
    inner.into_iter().chain([(what, element)]).collect()
}

/// Offers a body or what is in it: what is small is looked at for secrets, for what is not that is done when it is chosen.
/// What cannot be read is not to be copied either.
pub(super) fn offer(what: &str, whole: Whole, show: &Show<'_>) -> Option<(String, Copied)> {
    // Laid out it may be long all the same.
    let small = (whole.len() <= SMALL).then(|| whole.text(SMALL));
    match small.transpose().ok()?.flatten() {
        None => Some((what.to_owned(), Copied::Body(whole, show.hidden().cloned()))),
        Some(text) => {
            let what = show.as_it_came(what, text.as_bytes());
            (!text.is_empty()).then_some((what, Copied::Text(text)))
        }
    }
}

/// The endings that files of well-known types have, each before others of the same type.
const ENDINGS: &[&str] = &[
    "pdf", "zip", "gz", "tar", "7z", "rar", "bz2", "xz", "jar", "apk", "png", "gif", "webp", "svg", "bmp", "ico",
    "avif", "tif", "heic", "mp3", "m4a", "wav", "ogg", "flac", "aac", "mid", "mp4", "webm", "mov", "avi", "mkv", "mpg",
    "css", "js", "csv", "tsv", "md", "yaml", "toml", "rtf", "ics", "vcf", "sql", "wasm", "doc", "docx", "xls", "xlsx",
    "ppt", "pptx", "odt", "ods", "odp", "epub", "woff", "woff2", "ttf", "otf", "p12", "pem", "crt", "geojson", "gpx",
    "kml",
];

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
            let names = |ending: &&&str| mime_guess::from_ext(ending).iter_raw().any(|known| known == other);
            if let Some(found) = ENDINGS.iter().find(names) {
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
    fn endings_are_of_types_that_say_something() {
        for ending in ENDINGS {
            let known = mime_guess::from_ext(ending).first_raw();
            assert!(
                known.is_some_and(|known| known != "application/octet-stream"),
                "{ending}"
            );
        }
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
