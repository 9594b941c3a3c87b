//! Which keys our files have, and what is said of others: a typing error in a key must not be passed over in silence.
//!
//! A key nobody knows costs nothing else: the file loads, and saving keeps it (it may be a later version's, or the user's
//! own). What is free by design is let be: the parameters of an auth, `[postman]`'s rest, names of tokens.

use std::path::Path;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Deserializer, Error};

use super::files::line_column;
use crate::model::problem::Problem;
use crate::model::spelling;

/// What is said of every unknown key.
const HINT: &str = "it does nothing, and is kept as it is";

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
    ("memory", Any),
    ("spill_folder", Any),
    ("client_certificates", Any),
    ("netrc", Any),
]);

static PIN: Shape = Shape(&[("id", Any), ("integrity", Any), ("dependencies", Any)]);

/// `packages.lock`.
pub static LOCK: Shape = Shape(&[("wanted", Any), ("package", Rows(&PIN))]);

/// Reads a file's text, and tells of keys it does not know.
pub(super) fn read<T: DeserializeOwned>(file: &Path, text: &str, shape: &Shape) -> Result<(T, Vec<Problem>), Error> {
    let table = DeTable::parse(text)?;
    let problems = Look { file, text }.through(table.get_ref(), shape, "");
    Ok((T::deserialize(Deserializer::from(table))?, problems))
}

/// The keys of a file that we do not know; none where it is no TOML, which whoever reads it says.
pub fn unknown(file: &Path, text: &str, shape: &Shape) -> Vec<Problem> {
    let text = text.trim_start_matches('\u{feff}');
    let table = DeTable::parse(text);
    table.map_or_else(
        |_| Vec::new(),
        |table| Look { file, text }.through(table.get_ref(), shape, ""),
    )
}

struct Look<'a> {
    file: &'a Path,
    text: &'a str,
}

impl Look<'_> {
    fn through(&self, table: &DeTable<'_>, shape: &Shape, within: &str) -> Vec<Problem> {
        let mut out = Vec::new();
        for (key, value) in table {
            let name = key.get_ref().as_ref();
            let inner = || match within {
                "" => name.to_owned(),
                within => format!("{within}.{name}"),
            };
            match shape.0.iter().find(|(own, _)| *own == name) {
                None => out.push(self.problem(key.span().start, name, shape, within)),
                Some((_, Any)) => {}
                Some((_, Table(shape))) => out.extend(self.table(value, shape, &inner())),
                Some((_, Rows(shape))) => {
                    let rows = value.get_ref().as_array().into_iter().flatten();
                    out.extend(rows.flat_map(|row| self.table(row, shape, &inner())));
                }
                Some((_, Named(shape))) => {
                    let named = value.get_ref().as_table().into_iter().flatten();
                    out.extend(named.flat_map(|(_, value)| self.table(value, shape, &inner())));
                }
            }
        }
        out
    }

    fn table(&self, value: &Spanned<DeValue<'_>>, shape: &Shape, within: &str) -> Vec<Problem> {
        let table = value.get_ref().as_table();
        table.map_or_else(Vec::new, |table| self.through(table, shape, within))
    }

    fn problem(&self, at: usize, name: &str, shape: &Shape, within: &str) -> Problem {
        let place = match within {
            "" => String::new(),
            within => format!(" in `{within}`"),
        };
        let near = match spelling::nearest(name, shape.0.iter().map(|(own, _)| *own)) {
            Some(near) => format!(", did you mean `{near}`?"),
            None => String::new(),
        };
        Problem {
            file: self.file.to_owned(),
            at: Some(line_column(self.text, at)),
            message: format!("unknown key `{name}`{place}{near}"),
            hint: Some(HINT.to_owned()),
            warning: true,
        }
    }
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
    fn what_is_free_is_let_be() {
        let text = "[auth]\ntype = 'basic'\nanything = 1\n[postman]\nid = 'x'\n[[postman.rest]]\nat = '/a'\n\
                    value = { any = 1 }\n[[examples]]\ncode = 200\nrequest = { url = 'http://h' }";
        assert_eq!(told(text, &REQUEST), [""; 0]);
    }
}
