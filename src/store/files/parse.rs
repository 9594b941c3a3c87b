//! Bytes of a file → content, or a problem with its place.

use std::path::Path;
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::group::{EnvironmentDto, GroupDto};
use super::layout;
use super::place::{Content, Place};
use super::request::{self, RequestDto};
use crate::model::problem::Problem;
use crate::model::{Entity, Request};

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
pub(in crate::store) fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

fn read<T: DeserializeOwned>(file: &Path, text: &str) -> Result<T, Problem> {
    toml::from_str(text).map_err(|error| Problem {
        file: file.to_owned(),
        at: error.span().map(|span| line_column(text, span.start)),
        message: error.message().trim().replace('\n', ", "),
        hint: Some(FIX.to_owned()),
    })
}

/// Reads a file's text.
pub(super) fn parse_text(place: &Place, file: &Path, text: &str) -> Result<Content, Problem> {
    let slug = place.slug();
    Ok(match place {
        Place::Group(path) => {
            let group = Arc::new(read::<GroupDto>(file, text)?.group(slug));
            Content::Item(if path.parent().is_none() {
                Entity::Collection(group)
            } else {
                Entity::Folder(group)
            })
        }
        Place::Request(_) => Content::Item(Entity::Request(Arc::new(read::<RequestDto>(file, text)?.request(slug)))),
        Place::Environment(_) | Place::Globals => {
            Content::Environment(Arc::new(read::<EnvironmentDto>(file, text)?.environment(slug)))
        }
    })
}

/// Reads a file's bytes.
pub(in crate::store) fn parse(place: &Place, file: &Path, bytes: &[u8]) -> Result<Content, Problem> {
    parse_text(place, file, &FileText::new(file, bytes)?.text)
}

/// A request as TOML text, laid out as a new file is: for the clipboard.
pub fn request_to_toml(request: &Request) -> String {
    layout::text(&request::tree(request))
}

/// A request from TOML text; the problem names the file `draft`.
pub fn request_from_toml(text: &str) -> Result<Request, Problem> {
    Ok(read::<RequestDto>(Path::new("draft"), text)?.request(""))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::ItemPath;

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
