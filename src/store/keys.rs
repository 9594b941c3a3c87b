//! Which keys our files have, and what is said of others: a typing error in a key must not be passed over in silence.
//!
//! A key nobody knows costs nothing else: the file loads, and saving keeps it (it may be a later version's, or the user's
//! own). What is free by design is let be: the parameters of an auth, `[postman]`'s rest, names of tokens.

use std::collections::HashMap;
use std::path::Path;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer, Error};

use crate::model::InOrder;
use crate::model::problem::Problem;
use crate::model::spelling;

/// What is said of every unknown key.
const HINT: &str = "it does nothing, and is kept as it is";
/// So many of a file are told one by one, the others in one line.
const TOLD: usize = 3;
/// So many of the others are named.
const NAMED: usize = 8;

/// The keys that a table may have.
#[derive(Debug)]
pub struct Shape(pub &'static [(&'static str, Inside)]);

/// What a key holds.
#[derive(Debug)]
pub enum Inside {
    /// A value, or what is free by design.
    Any,
    /// A table.
    Table(&'static Shape),
    /// A list of tables.
    Rows(&'static Shape),
    /// Tables under names of the user's own.
    Named(&'static Shape),
}

use Inside::{Any, Named, Rows, Table};

static ROW: Shape = Shape(&[("name", Any), ("value", Any), ("enabled", Any), ("description", Any)]);
static SCRIPTS: Shape = Shape(&[("pre-request", Any), ("post-response", Any)]);
static ORIGIN: Shape = Shape(&[("id", Any), ("rest", Rows(&REST))]);
static REST: Shape = Shape(&[
    ("at", Any),
    ("of", Any),
    ("instead_of", Any),
    ("value", Any),
    ("json", Any),
]);
static VARIABLE: Shape = Shape(&[
    ("key", Any),
    ("value", Any),
    ("json", Any),
    ("enabled", Any),
    ("secret", Any),
    ("description", Any),
    ("source", Any),
]);
static TOKEN: Shape = Shape(&[
    ("request", Any),
    ("refresh", Any),
    ("value", Any),
    ("header", Any),
    ("cookie", Any),
    ("expires", Any),
    ("ttl", Any),
    ("renew", Any),
    ("renew_before", Any),
    ("statuses", Any),
    ("replay", Any),
]);
static SETTINGS: Shape = Shape(&[
    ("verify_tls", Any),
    ("follow_redirects", Any),
    ("max_redirects", Any),
    ("keep_method", Any),
    ("keep_authorization", Any),
    ("remove_referer", Any),
    ("encode_url", Any),
    ("always_send_body", Any),
    ("cookies", Any),
    ("http_version", Any),
    ("timeout", Any),
    ("proxy", Any),
    ("disabled_headers", Any),
    ("disabled_tls", Any),
    ("cipher_suites", Any),
]);
static FIELD: Shape = Shape(&[
    ("name", Any),
    ("value", Any),
    ("file", Any),
    ("files", Any),
    ("content_type", Any),
    ("file_name", Any),
    ("enabled", Any),
    ("description", Any),
]);
static BODY: Shape = Shape(&[
    ("type", Any),
    ("fields", Rows(&FIELD)),
    ("text", Any),
    ("path", Any),
    ("query", Any),
    ("variables", Any),
    ("operation_name", Any),
]);
static EXAMPLE: Shape = Shape(&[
    ("name", Any),
    ("code", Any),
    ("status", Any),
    ("headers", Rows(&ROW)),
    ("language", Any),
    ("body", Any),
    ("request", Table(&REQUEST)),
]);

/// A request's file.
pub static REQUEST: Shape = Shape(&[
    ("name", Any),
    ("description", Any),
    ("method", Any),
    ("url", Any),
    ("order", Any),
    ("params", Rows(&ROW)),
    ("path_variables", Rows(&ROW)),
    ("headers", Rows(&ROW)),
    ("auth", Any),
    ("body", Table(&BODY)),
    ("settings", Table(&SETTINGS)),
    ("scripts", Table(&SCRIPTS)),
    ("filter", Any),
    ("examples", Rows(&EXAMPLE)),
    ("postman", Table(&ORIGIN)),
]);

/// The file of a collection or folder.
pub static GROUP: Shape = Shape(&[
    ("name", Any),
    ("description", Any),
    ("order", Any),
    ("auth", Any),
    ("variables", Rows(&VARIABLE)),
    ("settings", Table(&SETTINGS)),
    ("scripts", Table(&SCRIPTS)),
    ("tokens", Named(&TOKEN)),
    ("postman", Table(&ORIGIN)),
]);

/// The file of an environment, or of the globals.
pub static ENVIRONMENT: Shape = Shape(&[
    ("name", Any),
    ("description", Any),
    ("order", Any),
    ("variables", Rows(&VARIABLE)),
    ("tokens", Named(&TOKEN)),
    ("postman", Table(&ORIGIN)),
]);

/// `config.toml`. The entries of `client_certificates` are checked where they are read: a wrong one is not used.
pub static CONFIG: Shape = Shape(&[
    ("theme", Any),
    ("timeout", Any),
    ("silence", Any),
    ("connecting", Any),
    ("response_limit", Any),
    ("proxy", Any),
    ("ca_file", Any),
    ("insecure", Any),
    ("editor", Any),
    ("mouse", Any),
    ("pictures", Any),
    ("memory", Any),
    ("spill_folder", Any),
    ("responses_memory", Any),
    ("responses_files", Any),
    ("client_certificates", Any),
    ("netrc", Any),
]);

static PIN: Shape = Shape(&[("id", Any), ("integrity", Any), ("dependencies", Any)]);

/// `packages.lock`.
pub static LOCK: Shape = Shape(&[("wanted", Any), ("package", Rows(&PIN))]);

/// Reads a file's text, and tells of keys it does not know.
pub(super) fn read<T: DeserializeOwned>(file: &Path, text: &str, shape: &Shape) -> Result<(T, Vec<Problem>), Error> {
    let table = DeTable::parse(text)?;
    let problems = problems(file, text, table.get_ref(), shape);
    Ok((T::deserialize(Deserializer::from(table))?, problems))
}

/// The keys of a file that we do not know; none where it is no TOML, which whoever reads it says.
pub fn unknown(file: &Path, text: &str, shape: &Shape) -> Vec<Problem> {
    let text = text.trim_start_matches('\u{feff}');
    let table = DeTable::parse(text);
    table.map_or_else(|_| Vec::new(), |table| problems(file, text, table.get_ref(), shape))
}

/// A key nobody knows.
struct Unknown {
    /// Where it stands first.
    at: usize,
    /// How often it stands in tables of its kind.
    times: usize,
    /// The key that may be meant.
    near: Option<&'static str>,
}

/// Looking through a file: every key once for all tables of a kind, for a list has as many as it likes.
#[derive(Default)]
struct Look {
    found: HashMap<(String, String), Unknown>,
}

impl Look {
    fn through(&mut self, table: &DeTable<'_>, shape: &Shape, within: &str) {
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let inner = || match within {
                "" => name.to_owned(),
                within => format!("{within}.{name}"),
            };
            match shape.0.iter().find(|(own, _)| *own == name) {
                None => self.note(key.span().start, name, shape, within),
                Some((_, Any)) => {}
                Some((_, Table(shape))) => self.table(value, shape, &inner()),
                Some((_, Rows(shape))) => {
                    let inner = inner();
                    for row in value.get_ref().as_array().into_iter().flatten() {
                        self.table(row, shape, &inner);
                    }
                }
                Some((_, Named(shape))) => {
                    let inner = inner();
                    for (_, value) in value.get_ref().as_table().into_iter().flatten() {
                        self.table(value, shape, &inner);
                    }
                }
            }
        }
    }

    fn table(&mut self, value: &Spanned<DeValue<'_>>, shape: &Shape, within: &str) {
        if let Some(table) = value.get_ref().as_table() {
            self.through(table, shape, within);
        }
    }

    fn note(&mut self, at: usize, name: &str, shape: &Shape, within: &str) {
        let unknown = self.found.entry((within.to_owned(), name.to_owned()));
        let unknown = unknown.or_insert_with(|| Unknown {
            at,
            times: 0,
            near: spelling::nearest(name, shape.0.iter().map(|(own, _)| *own)),
        });
        unknown.at = unknown.at.min(at);
        unknown.times += 1;
    }

    /// What is said of them, in the order of the file.
    fn problems(self, file: &Path, text: &str) -> Vec<Problem> {
        let mut all: Vec<_> = self.found.into_iter().collect();
        all.order_by_key(|(_, unknown)| unknown.at);
        let (mut seen, mut line, mut column) = (0, 1, 1);
        let mut out = Vec::with_capacity(all.len().min(TOLD + 1));
        let others = if all.len() > TOLD + 1 { all.len() - TOLD } else { 0 };
        let mut named = Vec::new();
        for ((within, name), unknown) in all {
            if out.len() > TOLD && named.len() == NAMED {
                break;
            }
            // On from the last place: to count from the start each time is quadratic.
            let passed = text.get(seen..unknown.at).unwrap_or_default();
            line += passed.matches('\n').count();
            column = match passed.rsplit_once('\n') {
                Some((_, passed)) => passed.chars().count() + 1,
                None => column + passed.chars().count(),
            };
            seen = unknown.at;
            let place = match within.as_str() {
                "" => String::new(),
                within => format!(" in `{within}`"),
            };
            let times = match unknown.times {
                1 => String::new(),
                times => format!(" ({times} times)"),
            };
            let near = unknown
                .near
                .map_or_else(String::new, |near| format!(", did you mean `{near}`?"));
            let (message, hint) = if others > 0 && out.len() >= TOLD {
                named.push(format!("`{name}`{place}"));
                (String::new(), "they do nothing, and are kept as they are")
            } else {
                (format!("unknown key `{name}`{place}{times}{near}"), HINT)
            };
            if out.len() <= TOLD {
                out.push(Problem {
                    file: file.to_owned(),
                    at: Some((line, column)),
                    message,
                    hint: Some(hint.to_owned()),
                    warning: true,
                });
            }
        }
        if let Some(rest) = out.last_mut().filter(|_| others > 0) {
            let more = if others > named.len() { " …" } else { "" };
            rest.message = format!("{others} more unknown keys: {}{more}", named.join(", "));
        }
        out
    }
}

/// What is said of the unknown keys of a table, which is all of a file.
fn problems(file: &Path, text: &str, table: &DeTable<'_>, shape: &Shape) -> Vec<Problem> {
    let mut look = Look::default();
    look.through(table, shape, "");
    look.problems(file, text)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::store::files::schema;

    /// The object that a schema means: through references, options, lists and maps.
    fn object<'a>(root: &'a Value, schema: &'a Value) -> Option<&'a Value> {
        if schema.get("properties").is_some() {
            return Some(schema);
        }
        let referred = schema.get("$ref").and_then(Value::as_str);
        let referred = referred.and_then(|path| match path {
            "#" => Some(root),
            path => root.pointer(path.trim_start_matches('#')),
        });
        let inner = ["items", "additionalProperties"].map(|key| schema.get(key));
        let all = ["anyOf", "allOf"].map(|key| schema.get(key).and_then(Value::as_array));
        let mut inner = referred.into_iter().chain(inner.into_iter().flatten());
        inner.find_map(|inner| object(root, inner)).or_else(|| {
            all.into_iter()
                .flatten()
                .flatten()
                .find_map(|inner| object(root, inner))
        })
    }

    fn same<'a>(root: &'a Value, schema: &'a Value, shape: &'static Shape, seen: &mut BTreeSet<*const Shape>) {
        if !seen.insert(shape) {
            return;
        }
        let object = object(root, schema).and_then(|object| object["properties"].as_object());
        let properties = object.unwrap_or_else(|| panic!("{shape:?} is no object in {schema}"));
        let keys: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        let own: BTreeSet<&str> = shape.0.iter().map(|(key, _)| *key).collect();
        assert_eq!(own, keys);
        for (key, inside) in shape.0 {
            if let Table(shape) | Rows(shape) | Named(shape) = inside {
                same(root, &properties[*key], shape, seen);
            }
        }
    }

    #[test]
    fn the_keys_are_those_that_are_read() {
        let shapes = [
            ("collection", &GROUP),
            ("folder", &GROUP),
            ("request", &REQUEST),
            ("environment", &ENVIRONMENT),
            ("globals", &ENVIRONMENT),
            ("config", &CONFIG),
        ];
        let schemas = schema::all();
        assert_eq!(schemas.len(), shapes.len());
        for ((name, shape), (own, schema)) in shapes.into_iter().zip(&schemas) {
            assert_eq!(name, *own);
            same(schema, schema, shape, &mut BTreeSet::new());
        }
    }

    fn told(text: &str, shape: &Shape) -> Vec<String> {
        let problems = unknown(Path::new("a.toml"), text, shape);
        problems.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_typing_error_is_told_with_its_place_and_the_key_that_was_meant() {
        assert_eq!(
            told("name = 'a'\n[scripts]\npost_response = ''\n", &REQUEST),
            ["a.toml:3:1: unknown key `post_response` in `scripts`, did you mean `post-response`?"]
        );
        assert_eq!(
            told("headers = [\n  { name = 'a', vlaue = 'b' },\n]", &REQUEST),
            ["a.toml:2:17: unknown key `vlaue` in `headers`, did you mean `value`?"]
        );
        assert_eq!(
            told(
                "[tokens.mine]\nrequest = 'a'\nttl_s = 3\n[[variables]]\nkey = 'a'\nSecret = true",
                &GROUP
            ),
            [
                "a.toml:3:1: unknown key `ttl_s` in `tokens`, did you mean `ttl`?",
                "a.toml:6:1: unknown key `Secret` in `variables`, did you mean `secret`?"
            ]
        );
        assert_eq!(told("x-mine = 1", &REQUEST), ["a.toml:1:1: unknown key `x-mine`"]);
        assert_eq!(told("[[package]]\nintegritty = ''", &LOCK).len(), 1);
    }

    #[test]
    fn a_key_that_every_row_has_is_told_once_where_it_stands_first() {
        let rows = |n: usize| format!("[[headers]]\nname = 'ä{n}'\nuuid = 'x'\n");
        let text: String = (0..20_000).map(rows).collect();
        let text = format!("{text}[[params]]\nname = 'ä', uuid = 1").replace("'ä', uuid", "'ä'\nuuid");
        assert_eq!(
            told(&text, &REQUEST),
            [
                "a.toml:3:1: unknown key `uuid` in `headers` (20000 times)",
                "a.toml:60003:1: unknown key `uuid` in `params`",
            ]
        );
        // Two on one line.
        assert_eq!(
            told("params = [{ 'äa' = 1, b = 2 }]", &REQUEST)[1..],
            ["a.toml:1:23: unknown key `b` in `params`"]
        );
    }

    #[test]
    fn many_keys_that_all_differ_are_told_in_a_few_lines() {
        let row = |n: usize| format!("key_{n} = 1\n");
        let rows = |n: usize| (0..n).map(row).collect::<String>();
        let first = ["a.toml:1:1: unknown key `key_0`", "a.toml:2:1: unknown key `key_1`"];
        assert_eq!(told(&rows(4), &REQUEST)[3..], ["a.toml:4:1: unknown key `key_3`"]);
        let ten = told(&rows(10), &REQUEST);
        assert_eq!((ten.len(), &ten[..2]), (4, &first.map(str::to_owned)[..]));
        let rest = "a.toml:4:1: 7 more unknown keys: `key_3`, `key_4`, `key_5`, `key_6`, `key_7`, `key_8`, `key_9`";
        assert_eq!(ten[3], rest);
        let many = told(&format!("{}[scripts]\nmine = 1", rows(50_000)), &REQUEST);
        assert_eq!(many.len(), 4);
        assert!(
            many[3].starts_with("a.toml:4:1: 49998 more unknown keys: `key_3`, ") && many[3].ends_with("`key_10` …")
        );
        let places = told(&format!("{}[scripts]\nmine = 1", rows(4)), &REQUEST);
        assert_eq!(
            places[3],
            "a.toml:4:1: 2 more unknown keys: `key_3`, `mine` in `scripts`"
        );
    }

    #[test]
    fn what_is_free_is_let_be() {
        let text = "[auth]\ntype = 'basic'\nanything = 1\n[postman]\nid = 'x'\n[[postman.rest]]\nat = '/a'\n\
                    value = { any = 1 }\n[[examples]]\ncode = 200\nrequest = { url = 'http://h' }";
        assert_eq!(told(text, &REQUEST), [""; 0]);
    }
}
