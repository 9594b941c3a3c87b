//! The client certificates of a run: newman's list file, and the one of the command line for all other servers.

use std::path::Path;

use serde_json::Value;

use crate::model::Secret;
use crate::model::certificate::{ClientCertificate, Passphrase};

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
/// `"pfx": {"src"}` in the place of the two.
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
            passphrase: entry["passphrase"].as_str().map(given),
        })
    };
    entries.iter().map(entry).collect()
}
