//! Settings files, as newman has them: what `.newmanrc` and its like say of `run` and the command line does not.
//!
//! Such a file comes with a repository that was cloned. It agrees to nothing in the user's name, and that of a folder leads
//! nowhere but into that folder.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use clap::error::ErrorKind as ErrorKindOfClap;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory};
use indexmap::IndexMap;
use serde_json::{Map, Value};

use super::args::{Cli, Inline};
use super::argv::{REPORTER, ReporterOptions};
use super::bounded;
use super::error::CliError;
use crate::model::Secret;

/// The options that may stand in a settings file: newman's own. None of ours may: such a file comes with a repository that
/// was cloned, and must not agree in the user's name to commands, variables, files or secrets of theirs.
const NEWMANS: [&str; 34] = [
    "bail",
    "color",
    "cookie-jar",
    "delay-request",
    "disable-unicode",
    "env-var",
    "environment",
    "export-collection",
    "export-cookie-jar",
    "export-environment",
    "export-globals",
    "folder",
    "global-var",
    "globals",
    "ignore-redirects",
    "insecure",
    "iteration-count",
    "iteration-data",
    "no-insecure-file-read",
    "reporters",
    "silent",
    "ssl-client-cert",
    "ssl-client-cert-list",
    "ssl-client-key",
    "ssl-client-passphrase",
    "ssl-extra-ca-certs",
    "suppress-exit-code",
    "timeout",
    "timeout-request",
    "timeout-script",
    "verbose",
    "working-dir",
    "insecure-file-read",
    "reporter",
];

/// Those of them that name a file or a folder to read. What is read, scripts see, and may send anywhere.
const READS: [&str; 9] = [
    "cookie-jar",
    "environment",
    "globals",
    "iteration-data",
    "ssl-client-cert",
    "ssl-client-cert-list",
    "ssl-client-key",
    "ssl-extra-ca-certs",
    "working-dir",
];

/// Those that may hold what is to be read themselves.
const INLINE: [&str; 3] = ["environment", "globals", "iteration-data"];

/// The files newman reads its settings from, the weakest first.
pub(super) fn files() -> Vec<PathBuf> {
    let home = std::env::var_os("HOME").map(PathBuf::from);
    let home = home.map(|home| home.join(".postman/newmanrc"));
    let system = PathBuf::from("/etc/postman/newmanrc");
    [Some(system), home, Some(PathBuf::from(".newmanrc"))]
        .into_iter()
        .flatten()
        .collect()
}

/// Arguments for what the files say and the command line does not.
pub(super) fn from_files(
    files: &[PathBuf],
    given: &ArgMatches,
    reporters: &mut ReporterOptions,
    warnings: &mut Vec<String>,
    inline: &mut Inline,
) -> Result<Vec<String>, CliError> {
    let mut merged = IndexMap::new();
    for file in files {
        for (key, mut value) in read(file)? {
            let name = kebab(&key);
            if !NEWMANS.contains(&name.as_str()) {
                warnings.push(format!(
                    "`{key}` in `{}` is left out: {}",
                    file.display(),
                    why_not(&name)
                ));
            } else if INLINE.contains(&name.as_str()) && (value.is_object() || value.is_array()) {
                merged.insert(name, (value, format!("`{key}` in `{}`", file.display())));
            } else if name == "iteration-count" && value.is_string() {
                // newman runs once then.
                warnings.push(format!(
                    "`{key}` in `{}` is left out: as in newman, it is a number, without quotes",
                    file.display()
                ));
            } else if (READS.contains(&name.as_str()) || name.starts_with("export-")) && !stays_here(file, &value)
                || name == "ssl-client-cert-list" && !lists_from_here(file, &value)
            {
                let what = format!("it leads out of the folder; give `--{name}` yourself");
                warnings.push(format!("`{key}` in `{}` is left out: {what}", file.display()));
            } else if name == "folder" && value.is_string() {
                // newman runs all then.
                warnings.push(format!(
                    "`{key}` in `{}` is left out: as in newman, it is a list of names",
                    file.display()
                ));
            } else if name == "reporters" && !(value.is_string() || value.is_array() || value.is_null()) {
                warnings.push(format!(
                    "`{key}` in `{}` is left out: it is a name, or a list of names",
                    file.display()
                ));
            } else {
                if name == "reporter" {
                    for (key, wanted) in without_options(&key, &mut value) {
                        warnings.push(format!("`{key}` in `{}` is left out: {wanted}", file.display()));
                    }
                    for option in without_exports(file, &mut value) {
                        let what = format!("it leads out of the folder; give `{REPORTER}{option}` yourself");
                        warnings.push(format!("`{option}` in `{}` is left out: {what}", file.display()));
                    }
                }
                // The only option that newman's files name by its opposite.
                let (name, value) = match value {
                    Value::Bool(read) if name == "insecure-file-read" => {
                        ("no-insecure-file-read".to_owned(), (!read).into())
                    }
                    value => (name, value),
                };
                merged.insert(name, (value, format!("`{key}` in `{}`", file.display())));
            }
        }
    }
    let mut out = Vec::new();
    for (name, (value, place)) in merged {
        if name == "reporter" {
            add_reporter_options(&value, reporters);
            continue;
        }
        let id = name.replace('-', "_");
        let known = given.try_contains_id(&id).is_ok();
        let stands_here = INLINE.contains(&name.as_str()) && (value.is_object() || value.is_array());
        if stands_here {
            if given.value_source(&id) != Some(ValueSource::CommandLine) {
                if name != "iteration-data" && holds_others(&value) {
                    let text = "sets no variables: its `values` are to be a list of `{ \"key\": …, \"value\": … }`";
                    warnings.push(format!("{place} {text}"));
                }
                put_inline(&name, &value, inline);
            }
        } else if known && given.value_source(&id) != Some(ValueSource::CommandLine) {
            let mut own = Vec::new();
            arguments(&name, &value, &mut own);
            match misread(&own) {
                Some(why) => warnings.push(format!("{place} is left out: {why}")),
                None => out.extend(own),
            }
        }
    }
    Ok(out)
}

/// The variables that a settings file gives a scope itself. A list alone is that of the values.
fn values(scope: &Value) -> Option<&[Value]> {
    scope.get("values").unwrap_or(scope).as_array().map(Vec::as_slice)
}

/// Whether something stands in a scope that is to be a variable and is not taken for one.
fn holds_others(scope: &Value) -> bool {
    let is_head = |key: &String| ["id", "name"].contains(&key.as_str()) || key.starts_with('_');
    values(scope).is_none() && scope.as_object().is_some_and(|scope| !scope.keys().all(is_head))
}

/// Keeps what a settings file says itself.
fn put_inline(name: &str, value: &Value, inline: &mut Inline) {
    let scope = || {
        let values = values(value).unwrap_or_default();
        let name = value.get("name").and_then(Value::as_str).unwrap_or_default();
        Secret::new(serde_json::json!({ "name": name, "values": values }).to_string())
    };
    match name {
        "environment" => inline.environment = Some(scope()),
        "globals" => inline.globals = Some(scope()),
        _ => inline.iteration_data = Some(Secret::new(value.to_string())),
    }
}

/// What the command line would have against some arguments.
fn misread(arguments: &[String]) -> Option<String> {
    let run = ["postrider", "run", "-"].map(str::to_owned);
    let error = Cli::command().try_get_matches_from(run.iter().chain(arguments)).err()?;
    if error.kind() == ErrorKindOfClap::MissingRequiredArgument {
        // What it goes along with may stand beside it.
        return None;
    }
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    Some(first.trim_start_matches("error: ").to_owned())
}

/// Why an option does not count in a file.
fn why_not(name: &str) -> &'static str {
    let mut all = Cli::command();
    // Only then are there arguments of commands.
    all.build();
    let of_run = all.find_subcommand("run");
    if of_run.is_some_and(|run| run.get_arguments().any(|arg| arg.get_long() == Some(name))) {
        "give it on the command line"
    } else {
        "`run` has no such option"
    }
}

/// Whether what a settings file has read or written is something it may name, as nobody is asked, what is read may be sent
/// away, and what is written may replace something: the user's own settings name any file and folder, those of a folder
/// only what is really below it, or will be.
fn stays_here(file: &Path, value: &Value) -> bool {
    if file.is_absolute() {
        return true;
    }
    let path = match value {
        Value::String(path) => Path::new(path),
        other => return matches!(other, Value::Bool(_) | Value::Null),
    };
    // What is not there yet cannot be followed: then it leads nowhere but down.
    let there = path.ancestors().find(|part| part.symlink_metadata().is_ok());
    let there = there.filter(|there| !there.as_os_str().is_empty());
    !path.components().any(|part| part == Component::ParentDir)
        && (path.is_relative() || there.is_some())
        && is_below(there.unwrap_or(Path::new(".")))
}

/// Whether a list of client certificates that a settings file names has its certificates and keys from where that may.
fn lists_from_here(file: &Path, list: &Value) -> bool {
    let text = list.as_str().and_then(|list| std::fs::read_to_string(list).ok());
    let entries = text.and_then(|text| serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')).ok());
    // One that cannot be read is told of by whoever uses it.
    let entries = entries
        .as_ref()
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let sources = entries
        .iter()
        .flat_map(|entry| ["key", "cert", "pfx"].map(|part| &entry[part]["src"]));
    sources.into_iter().all(|source| stays_here(file, source))
}

/// Whether a path is the current folder or really below it.
fn is_below(path: &Path) -> bool {
    match (Path::new(".").canonicalize(), path.canonicalize()) {
        (Ok(here), Ok(path)) => path.starts_with(here),
        _ => false,
    }
}

/// Takes out of the options of reporters what holds none, which newman passes over; which it was, and what it should be.
fn without_options(key: &str, value: &mut Value) -> Vec<(String, String)> {
    let Value::Object(reporters) = value else {
        if value.is_null() {
            return Vec::new();
        }
        let wanted = "it holds the options of reporters, such as `{ \"json\": { \"export\": \"FILE\" } }`; which ones report, `reporters` says";
        *value = Value::Null;
        return vec![(key.to_owned(), wanted.to_owned())];
    };
    let mut out = Vec::new();
    reporters.retain(|name, options| {
        let fits = options.is_object();
        // `null` says nothing, as in newman.
        if !fits && !options.is_null() {
            let wanted = "it holds options by their names, such as `{ \"export\": \"FILE\" }`";
            out.push((format!("{key}.{name}"), wanted.to_owned()));
        }
        fits
    });
    out
}

/// Takes the paths of reports out of the options of reporters that a file must not name; which they were.
fn without_exports(file: &Path, reporters: &mut Value) -> Vec<String> {
    let mut out = Vec::new();
    let Value::Object(reporters) = reporters else {
        return out;
    };
    for (name, options) in reporters {
        let Value::Object(options) = options else { continue };
        options.retain(|option, value| {
            let option = format!("{name}-{}", kebab(option));
            let stays = !option.ends_with("-export") || stays_here(file, value);
            if !stays {
                out.push(option);
            }
            stays
        });
    }
    out
}

/// What one file says of runs; a file that is not there says nothing.
fn read(file: &Path) -> Result<Map<String, Value>, CliError> {
    let bytes = match bounded::read(file) {
        Ok(bytes) => bytes,
        Err(error) if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) => return Ok(Map::new()),
        Err(error) => {
            let failed = CliError::failed(format!("cannot read `{}`", file.display())).because(error);
            return Err(failed.hint("newman reads its settings from this file; mend or remove it"));
        }
    };
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(mut map)) => match map.shift_remove("run") {
            Some(Value::Object(run)) => Ok(run),
            _ => Ok(map),
        },
        other => {
            let error = CliError::failed(format!("`{}` is no JSON object", file.display()));
            let error = other.err().map_or(error, |why| {
                CliError::failed(format!("cannot read `{}`", file.display())).because(why)
            });
            Err(error.hint("newman reads its settings from this file; mend or remove it"))
        }
    }
}

/// An option and its value as arguments; a switch that is off is none, and what fits no option is left out.
fn arguments(name: &str, value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Bool(true) => out.push(format!("--{name}")),
        Value::Bool(false) | Value::Null => {}
        // The last option counts.
        Value::Array(items) if name == "reporters" => {
            let items: Vec<String> = items.iter().map(plain).collect();
            out.push(format!("--{name}={}", items.join(",")));
        }
        Value::Array(items) => {
            for item in items {
                arguments(name, item, out);
            }
        }
        // A variable: {"key": "a", "value": "b"}.
        Value::Object(map) => {
            if let Some(key) = map.get("key").and_then(Value::as_str) {
                let value = map.get("value").map(plain).unwrap_or_default();
                out.push(format!("--{name}={key}={value}"));
            }
        }
        Value::Number(_) | Value::String(_) => out.push(format!("--{name}={}", plain(value))),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `{"json": {"export": "x"}}` as `json-export`; what the command line gave stays.
fn add_reporter_options(value: &Value, reporters: &mut ReporterOptions) {
    let Value::Object(names) = value else { return };
    for (name, options) in names {
        let Value::Object(options) = options else { continue };
        for (option, value) in options {
            let value = match value {
                Value::Bool(false) | Value::Null => continue,
                Value::Bool(true) => None,
                value => Some(plain(value)),
            };
            reporters.entry(format!("{name}-{}", kebab(option))).or_insert(value);
        }
    }
}

/// `iterationCount` as `iteration-count`.
fn kebab(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests;
