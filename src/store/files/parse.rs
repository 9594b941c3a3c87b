//! Bytes of a file → content, or a problem with its place.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use toml_edit::{Document, Item, TableLike, Value};

use super::group::{EnvironmentDto, GroupDto};
use super::place::{Content, Place};
use super::request::{self, RequestDto};
use super::text;
use crate::model::problem::Problem;
use crate::model::{Entity, Request};
use crate::store::keys::{self, ENVIRONMENT, GROUP, REQUEST, Shape};

/// What to do about a file that is no TOML.
const FIX: &str = "correct it in a text editor; until then it is left as it is";

/// A file's text as it is edited: without byte order mark, lines ending in `\n` alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileText {
    /// The text.
    pub text: String,
    bom: bool,
    crlf: bool,
}

impl FileText {
    /// Takes a file's bytes.
    pub fn new(file: &Path, bytes: &[u8]) -> Result<Self, Problem> {
        let problem = |at, message: &str, hint: &str| Problem {
            file: file.to_owned(),
            at,
            message: message.to_owned(),
            hint: Some(hint.to_owned()),
            warning: false,
        };
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            return Err(problem(None, "the file is UTF-16, not UTF-8", "save it as UTF-8"));
        }
        let (bom, rest) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) => (true, rest),
            None => (false, bytes),
        };
        let text = std::str::from_utf8(rest).map_err(|error| {
            let valid = String::from_utf8_lossy(&rest[..error.valid_up_to()]);
            problem(
                Some(line_column(&valid, valid.len())),
                "the file is not UTF-8",
                "save it as UTF-8",
            )
        })?;
        // Mixed line ends are left alone: they could not be put back.
        let crlf = text.contains("\r\n") && text.matches('\n').count() == text.matches("\r\n").count();
        Ok(Self {
            text: if crlf {
                text.replace("\r\n", "\n")
            } else {
                text.to_owned()
            },
            bom,
            crlf,
        })
    }

    /// The bytes of another text in this file's manner.
    pub fn bytes(&self, text: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len() + 3);
        if self.bom {
            out.extend_from_slice(b"\xef\xbb\xbf");
        }
        if self.crlf {
            out.extend_from_slice(text.replace('\n', "\r\n").as_bytes());
        } else {
            out.extend_from_slice(text.as_bytes());
        }
        out
    }
}

/// Line and column of a byte offset, from 1; columns count characters.
pub fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

/// What a reader of TOML says is wrong, on one line.
pub fn one_line(message: &str) -> String {
    message.trim().replace('\n', ", ")
}

fn read<T: DeserializeOwned>(file: &Path, text: &str, shape: &Shape) -> Result<(T, Vec<Problem>), Problem> {
    keys::read(file, text, shape).map_err(|error| {
        let message = one_line(error.message());
        let table = error.span().filter(|_| message.starts_with("missing field"));
        let message = match table.and_then(|span| table_at(text, span.start)) {
            Some(table) => format!("{table}: {message}"),
            None => message,
        };
        Problem {
            file: file.to_owned(),
            at: error.span().map(|span| line_column(text, span.start)),
            message,
            hint: Some(FIX.to_owned()),
            warning: false,
        }
    })
}

/// What a person calls the innermost table at a place: `[auth]`, the second `[[params]]`; `None` at the top of the file.
fn table_at(text: &str, at: usize) -> Option<String> {
    let document = Document::parse(text).ok()?;
    inside(document.as_table(), at, "")
}

fn inside(table: &dyn TableLike, at: usize, above: &str) -> Option<String> {
    let holds = |span: Option<Range<usize>>| span.is_some_and(|span| span.contains(&at));
    let nth = |n: usize| format!(" {}", n + 1);
    table.iter().find_map(|(key, item)| {
        let path = if above.is_empty() {
            key.to_owned()
        } else {
            format!("{above}.{key}")
        };
        match item {
            Item::ArrayOfTables(tables) => tables.iter().enumerate().find_map(|(n, own)| {
                let here = || holds(own.span()).then(|| format!("`[[{path}]]`{}", nth(n)));
                inside(own, at, &path).or_else(here)
            }),
            Item::Table(own) => inside(own, at, &path).or_else(|| holds(own.span()).then(|| format!("`[{path}]`"))),
            Item::Value(Value::Array(array)) => array.iter().enumerate().find_map(|(n, own)| {
                let here = || holds(own.span()).then(|| format!("`{path}`{}", nth(n)));
                let table = own.as_inline_table()?;
                inside(table, at, &path).or_else(here)
            }),
            Item::Value(Value::InlineTable(own)) => {
                inside(own, at, &path).or_else(|| holds(own.span()).then(|| format!("`{path}`")))
            }
            _ => None,
        }
    })
}

/// Reads a file's text.
pub(super) fn parse_text(place: &Place, file: &Path, text: &str) -> Result<Content, Problem> {
    told(place, file, text).map(|(content, _)| content)
}

/// Reads a file's text, and tells of keys that do nothing.
fn told(place: &Place, file: &Path, text: &str) -> Result<(Content, Vec<Problem>), Problem> {
    let slug = place.slug();
    Ok(match place {
        Place::Group(path) => {
            let (dto, problems) = read::<GroupDto>(file, text, &GROUP)?;
            let group = Arc::new(dto.group(slug));
            let entity = if path.parent().is_none() {
                Entity::Collection(group)
            } else {
                Entity::Folder(group)
            };
            (Content::Item(entity), problems)
        }
        Place::Request(_) => {
            let (dto, problems) = read::<RequestDto>(file, text, &REQUEST)?;
            let request = Arc::new(dto.request(slug));
            (Content::Item(Entity::Request(request)), problems)
        }
        Place::Environment(_) | Place::Globals => {
            let (dto, problems) = read::<EnvironmentDto>(file, text, &ENVIRONMENT)?;
            (Content::Environment(Arc::new(dto.environment(slug))), problems)
        }
    })
}

/// Reads a file's bytes.
pub(in crate::store) fn parse(place: &Place, file: &Path, bytes: &[u8]) -> Result<Content, Problem> {
    parse_text(place, file, &FileText::new(file, bytes)?.text)
}

/// Reads a file's bytes, and tells of keys that do nothing.
pub(in crate::store) fn parse_told(
    place: &Place,
    file: &Path,
    bytes: &[u8],
) -> Result<(Content, Vec<Problem>), Problem> {
    told(place, file, &FileText::new(file, bytes)?.text)
}

/// A request as TOML text, laid out as a new file is: for the clipboard.
pub fn request_to_toml(request: &Request) -> String {
    text::text(&request::tree(request))
}

/// A request from TOML text; the problem names the file `draft`.
pub fn request_from_toml(text: &str) -> Result<Request, Problem> {
    let (dto, _) = read::<RequestDto>(Path::new("draft"), text, &REQUEST)?;
    Ok(dto.request(""))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::ItemPath;

    #[test]
    fn what_is_missing_is_missing_in_a_table_with_a_name() {
        let request = |text: &str| request_from_toml(text).unwrap_err();
        let told = |text: &str| (request(text).message, request(text).at.unwrap().0);
        let params = "name = \"x\"\n[[params]]\nname = \"a\"\nvalue = \"1\"\n\n[[params]]\nvalue = \"2\"\n";
        assert_eq!(told(params), ("`[[params]]` 2: missing field `name`".to_owned(), 6));
        let inline = "headers = [\n  { name = \"a\", value = \"1\" },\n  { value = \"2\" },\n]\n";
        assert_eq!(told(inline), ("`headers` 2: missing field `name`".to_owned(), 3));
        let body = "[body]\ntype = \"form\"\nfields = [{ value = \"2\" }]\n";
        assert!(
            told(body).0.starts_with("`body.fields` 1: missing field"),
            "{:?}",
            told(body)
        );
        let auth = "[auth]\nusername = \"x\"\n";
        assert_eq!(told(auth).0, "`[auth]`: missing field `type`");
    }

    fn problem(text: &[u8]) -> Problem {
        let place = Place::Request(ItemPath::new("a/b"));
        parse(&place, Path::new("b.toml"), text).unwrap_err()
    }

    #[test]
    fn a_problem_tells_its_place() {
        let problem = problem(b"name = \"a\"\nmethod = 5\n");
        assert_eq!(problem.at, Some((2, 10)));
        assert!(problem.to_string().starts_with("b.toml:2:10: "), "{problem}");
        assert!(problem.hint.is_some());
    }

    #[test]
    fn other_encodings_are_told_from_broken_toml() {
        assert_eq!(problem(b"name = \"\xe9\"").at, Some((1, 9)));
        assert!(problem(b"\xff\xfen\0").message.contains("UTF-16"));
    }

    #[test]
    fn marks_and_windows_line_ends_are_read_and_kept() {
        let bytes = b"\xef\xbb\xbfname = 'a'\r\n[scripts]\r\npre-request = '''\r\na\r\nb'''\r\n";
        let text = FileText::new(Path::new("x"), bytes).unwrap();
        assert_eq!(text.bytes(&text.text), bytes);
        let request = request_from_toml(&text.text).unwrap();
        assert_eq!(request.scripts.pre_request, "a\nb");
    }

    #[test]
    fn a_query_in_the_url_becomes_parameters_and_segments_get_rows() {
        let request = request_from_toml("url = 'http://a/:id?x=1&f'\nparams = [{ name = 'y' }]").unwrap();
        assert_eq!(request.full_url(), "http://a/:id?x=1&f&y");
        assert_eq!(request.path_variables.len(), 1);
    }
}
