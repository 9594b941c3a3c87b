//! The client certificates of a run: newman's list file, and the one of the command line for all other servers.

use std::path::Path;

use serde_json::Value;

use crate::model::Secret;
use crate::model::certificate::{ClientCertificate, Passphrase};
use crate::model::variable::ValueSource;

use super::CliError;
use super::args::RunArgs;

/// All certificates the command line names, in the order they are tried.
pub fn all(args: &RunArgs, cwd: &Path) -> Result<Vec<ClientCertificate>, CliError> {
    let mut out = Vec::new();
    if let Some(file) = &args.ssl_client_cert_list {
        out = list(&cwd.join(file), cwd)?;
    }
    if let Some(certificate) = &args.ssl_client_cert {
        out.push(ClientCertificate {
            servers: Vec::new(),
            certificate: cwd.join(certificate),
            key: args.ssl_client_key.as_ref().map(|key| cwd.join(key)),
            passphrase: args.ssl_client_passphrase.as_deref().map(given),
        });
    }
    Ok(out)
}

fn given(passphrase: &str) -> Passphrase {
    Passphrase::Given(Secret::new(passphrase))
}

/// Reads a list as Postman writes it: `[{"name", "matches", "key": {"src"}, "cert": {"src"}, "passphrase"}]`, or with
/// `"pfx": {"src"}` in the place of the two. Ours is that the passphrase may be `{"env"}`, `{"prompt"}` or `{"vault"}`; a
/// list may be a stranger's, so it runs no program.
fn list(file: &Path, cwd: &Path) -> Result<Vec<ClientCertificate>, CliError> {
    let failed = || {
        CliError::failed(format!(
            "cannot use the list of client certificates `{}`",
            file.display()
        ))
    };
    let text = std::fs::read_to_string(file).map_err(|error| failed().because(error))?;
    let value: Value =
        serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| failed().because(error))?;
    let entries = value
        .as_array()
        .ok_or_else(|| failed().because("it is no JSON array"))?;
    let entry = |entry: &Value| {
        let source = |part: &str| entry[part]["src"].as_str().map(|path| cwd.join(path));
        let matches = entry["matches"].as_array().map(Vec::as_slice).unwrap_or_default();
        Ok(ClientCertificate {
            servers: matches.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            certificate: source("cert")
                .or_else(|| source("pfx"))
                .ok_or_else(|| failed().because("an entry has neither `cert.src` nor `pfx.src`"))?,
            // A PKCS #12 file holds its key.
            key: source("key").filter(|_| source("cert").is_some()),
            passphrase: passphrase(&entry["passphrase"]).map_err(|why| failed().because(why))?,
        })
    };
    entries.iter().map(entry).collect()
}

/// The passphrase of an entry, or what is wrong with it.
fn passphrase(value: &Value) -> Result<Option<Passphrase>, &'static str> {
    let from = |source: fn(String) -> ValueSource, text: &str| Some(Passphrase::From(source(text.to_owned())));
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(given(text))),
        Value::Object(map) if map.len() == 1 => {
            let word = |key: &str| map.get(key).and_then(Value::as_str);
            let found = word("env")
                .and_then(|name| from(ValueSource::Env, name))
                .or_else(|| word("prompt").and_then(|question| from(ValueSource::Prompt, question)))
                .or_else(|| word("vault").map(|name| Passphrase::Vault(name.to_owned())));
            found.map(Some).ok_or(WRONG)
        }
        _ => Err(WRONG),
    }
}

/// What is said of a passphrase that is none, without quoting it.
const WRONG: &str = "a `passphrase` is a text, or one of `{\"env\": NAME}`, `{\"prompt\": QUESTION}` and `{\"vault\": NAME}`; \
                     `client_certificates` of `config.toml` takes a program as well";

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_passphrase_is_a_text_or_where_it_is() {
        for (value, expected) in [
            (json!(null), Ok(None)),
            (json!("hush"), Ok(Some(given("hush")))),
            (
                json!({"env": "ME"}),
                Ok(Some(Passphrase::From(ValueSource::Env("ME".into())))),
            ),
            (
                json!({"prompt": "PIN"}),
                Ok(Some(Passphrase::From(ValueSource::Prompt("PIN".into())))),
            ),
            (json!({"vault": "me"}), Ok(Some(Passphrase::Vault("me".into())))),
            (json!({"command": ["rm"]}), Err(WRONG)),
            (json!({"env": "ME", "vault": "me"}), Err(WRONG)),
            (json!(4711), Err(WRONG)),
        ] {
            assert_eq!(passphrase(&value), expected, "{value}");
        }
    }
}
