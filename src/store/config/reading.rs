//! Reading the settings so that a wrong one costs itself alone, and telling what is wrong without its value: a passphrase or
//! a proxy's password may have been put there.

use std::path::Path;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use toml_edit::{ArrayOfTables, Document, DocumentMut, Item, Table};

use super::ConfigDto;
use crate::model::problem::Problem;
use crate::store::files::{line_column, one_line};
use crate::store::keys;

/// What each setting takes, for whoever wrote something else.
const TAKES: [(&str, &str); 17] = [
    ("theme", "a name: `\"night\"`"),
    ("timeout", "a time: `\"30s\"`, `\"2m\"`"),
    ("silence", "a time: `\"30s\"`, `\"2m\"`"),
    ("connecting", "a time: `\"30s\"`, `\"2m\"`"),
    ("response_limit", "a whole number of MiB"),
    ("proxy", "a URL, or `\"direct\"`"),
    ("ca_file", "the path of a file"),
    ("insecure", "`true` or `false`"),
    ("editor", "a command"),
    ("mouse", "`true` or `false`"),
    (
        "pictures",
        "`\"auto\"`, `\"kitty\"`, `\"iterm\"`, `\"sixel\"` or `\"blocks\"`",
    ),
    ("memory", "a whole number of MiB"),
    ("spill_folder", "the path of a folder"),
    ("responses_memory", "a whole number of MiB"),
    ("responses_files", "a whole number of MiB"),
    (
        "client_certificates",
        "tables of their own: `[[client_certificates]]` with `host`, `certificate` and, if need be, `port`, `key`, `passphrase`",
    ),
    ("netrc", "`true` or `false`"),
];

/// The settings that can be used, and what is wrong with the others.
pub fn read(file: &Path, text: &str) -> (ConfigDto, Vec<Problem>) {
    let offset = text.len() - text.trim_start_matches('\u{feff}').len();
    let problem = |at: Option<usize>, message: String, hint: &str| Problem {
        file: file.to_owned(),
        at: at.map(|at| line_column(text, at + offset)),
        message,
        hint: Some(hint.to_owned()),
        warning: true,
    };
    let document = match Document::parse(&text[offset..]) {
        Ok(document) => document,
        Err(error) => {
            let at = error.span().map(|span| span.start);
            let message = one_line(error.message());
            let hint = "the defaults are used until it is corrected";
            let unread = Problem {
                warning: false,
                ..problem(at, message, hint)
            };
            return (ConfigDto::default(), vec![unread]);
        }
    };
    let mut good = Table::new();
    let mut problems = Vec::new();
    for (key, item) in document.as_table() {
        for piece in pieces(item) {
            match dto(&alone(key, piece.clone())) {
                Ok(_) => put(&mut good, key, piece),
                Err(error) => {
                    let at = error.span().or_else(|| piece.span()).map(|span| span.start);
                    problems.push(problem(at, told(key, error.message()), "the rest of the file is used"));
                }
            }
        }
    }
    problems.extend(keys::unknown(file, text, &keys::CONFIG));
    // Each was read alone already.
    (dto(&good).unwrap_or_default(), problems)
}

fn dto(table: &Table) -> Result<ConfigDto, toml_edit::de::Error> {
    ConfigDto::deserialize(DocumentMut::from(table.clone()).into_deserializer())
}

/// The parts of a setting of which one may be wrong without the others.
fn pieces(item: &Item) -> Vec<Item> {
    match item {
        Item::ArrayOfTables(tables) => {
            let one = |table: &Table| Item::ArrayOfTables(ArrayOfTables::from_iter([table.clone()]));
            tables.iter().map(one).collect()
        }
        other => vec![other.clone()],
    }
}

fn alone(key: &str, item: Item) -> Table {
    let mut table = Table::new();
    table.insert(key, item);
    table
}

fn put(good: &mut Table, key: &str, piece: Item) {
    match (good.get_mut(key), piece) {
        (Some(Item::ArrayOfTables(all)), Item::ArrayOfTables(more)) => all.extend(more),
        (_, piece) => {
            good.insert(key, piece);
        }
    }
}

/// What is wrong, without a value.
fn told(key: &str, message: &str) -> String {
    let message = message.trim();
    // These are about names and not about values; the other words are ours.
    let is_safe = ["missing field", "unknown field", "duplicate field", "a passphrase"]
        .iter()
        .any(|start| message.starts_with(start));
    if is_safe {
        return format!("`{key}`: {message}");
    }
    let takes = TAKES.iter().find(|(own, _)| *own == key);
    let takes = takes.map_or("something else", |(_, takes)| *takes);
    format!("`{key}` cannot be used: it takes {takes}")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_wrong_setting_costs_itself_alone_and_its_value_is_not_told() {
        let text = "theme = \"dark\"\ntimeout = \"hush-4711\"\nproxy = [\"hush-4711\"]\nmemory = \"hush-4711\"\n\n\
                    [[client_certificates]]\nhost = \"a.test\"\ncertificate = \"a.pem\"\n\n\
                    [[client_certificates]]\nhost = \"b.test\"\ncertificate = \"b.pem\"\npassphrase = \"hush-4711\"\n\n\
                    [[client_certificates]]\nhost = \"c.test\"\n";
        let (dto, problems) = read(Path::new("config.toml"), text);
        assert_eq!(dto.theme.as_deref(), Some("dark"));
        assert_eq!(dto.client_certificates.len(), 1);
        let lines: Vec<_> = problems.iter().map(|problem| problem.at.unwrap().0).collect();
        assert_eq!(lines[..3], [2, 3, 4]);
        assert_eq!((lines.len(), lines[3]), (5, 13));
        for problem in &problems {
            let said = format!("{problem:?}");
            assert!(!said.contains("hush") && !said.contains("Dto"), "{said}");
        }
        assert!(
            problems[4].message.contains("missing field `certificate`"),
            "{:?}",
            problems[4]
        );
    }

    #[test]
    fn every_setting_says_what_it_takes() {
        let schema = serde_json::to_value(schemars::schema_for!(ConfigDto)).unwrap();
        let mut known: Vec<&str> = schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut told = TAKES.map(|(key, _)| key);
        known.sort_unstable();
        told.sort_unstable();
        assert_eq!(known, told);
    }

    #[test]
    fn a_setting_that_there_is_none_of_is_told() {
        let (dto, problems) = read(Path::new("config.toml"), "theme = \"day\"\ntimeuot = \"3s\"\n");
        assert_eq!(dto.theme.as_deref(), Some("day"));
        let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            ["config.toml:2:1: unknown key `timeuot`, did you mean `timeout`?"]
        );
    }
}
