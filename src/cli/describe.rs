//! One send in words: the lines that `send` and `run` share.

use crate::model::exchange::Hop;
use crate::model::exchange::SendErrorKind;
use crate::model::outcome::{ConsoleLevel, ConsoleLine, TestResult};
use crate::model::request::Method;
use crate::model::variable::Change;
use crate::model::{Exchange, Outcome, Redactor};

use super::output::{Paint, escape, size};

/// `POST http://… [200 OK, 1.2kB, 38ms]`, or the URL alone with `[errored]`; as it was asked for, whatever led where.
pub fn exchange(exchange: &Exchange, redactor: &Redactor, paint: Paint) -> String {
    let url = redactor.redact(exchange.asked_url());
    of_url(exchange, &url, redactor, paint)
}

/// The same with another spelling of the URL, without secrets.
pub fn of_url(exchange: &Exchange, url: &str, redactor: &Redactor, paint: Paint) -> String {
    let asked = asked(exchange, url, redactor, paint);
    let result = match exchange.response() {
        Some(response) => {
            let status = format!("{} {}", response.status, escape(&redactor.redact(&response.reason)));
            format!(
                "[{}, {}, {}]",
                paint.status(response.status, status.trim_end()),
                size(response.size()),
                paint.took(exchange.answered_in())
            )
        }
        None => paint.red("[errored]"),
    };
    format!("{asked} {result}")
}

/// `POST http://…` alone.
pub fn asked(exchange: &Exchange, url: &str, redactor: &Redactor, paint: Paint) -> String {
    let method = paint.cyan(&self::method(exchange.asked_method(), redactor));
    format!("{method} {}", escape(url))
}

/// A method for a line: in a foreign file it may be any text.
pub fn method(method: &Method, redactor: &Redactor) -> String {
    escape(&redactor.redact(method.as_str()))
}

/// A request that was sent again with the auth it was asked for, with the answer that asked: `GET http://… [401
/// Unauthorized, 230B, 9ms]`.
pub fn refused(hop: &Hop, redactor: &Redactor, paint: Paint) -> String {
    let method = paint.cyan(&self::method(&hop.method, redactor));
    let url = escape(&redactor.redact(&hop.url));
    let status = format!("{} {}", hop.status, escape(&redactor.redact(&hop.heads.reason)));
    format!(
        "{method} {url} [{}, {}, {}]",
        paint.status(hop.status, status.trim_end()),
        size(hop.heads.size.0),
        paint.took(hop.timings.total)
    )
}

/// What stands behind a failed send: the reason, its causes, the next step.
pub fn send_error(exchange: &Exchange, redactor: &Redactor, paint: Paint) -> Vec<String> {
    let Some(error) = exchange.error() else {
        return Vec::new();
    };
    let shown = |text: &str| paint.words(&escape(&redactor.redact(text)));
    let sentence = error
        .causes
        .iter()
        .fold(error.message.clone(), |sentence, cause| format!("{sentence}: {cause}"));
    let mut out = vec![format!("{} {}", paint.red("error:"), shown(&sentence))];
    out.extend(
        error
            .hint
            .iter()
            .map(|hint| format!("{} {}", paint.cyan("hint:"), shown(hint))),
    );
    // Node's names for a certificate that is not trusted.
    if error.kind == SendErrorKind::Tls && (error.code.contains("CERT") || error.code.starts_with("UNABLE_TO")) {
        out.push(format!(
            "{} `-k` sends without checking the certificate",
            paint.cyan("hint:")
        ));
    }
    out
}

/// Warnings of the send, and the variables that nothing defines.
pub fn warnings(outcome: &Outcome, redactor: &Redactor, paint: Paint) -> Vec<String> {
    let told = outcome.exchange.iter().flat_map(|exchange| &exchange.warnings);
    let mut out: Vec<String> = told
        .map(|warning| {
            let warning = paint.words(&escape(&redactor.redact(warning)));
            format!("{} {warning}", paint.yellow("warning:"))
        })
        .collect();
    // Auth names its own undefined variables, and so does a URL that could not be sent to.
    let error = outcome
        .exchange
        .iter()
        .filter_map(|exchange| exchange.result.as_ref().err());
    let told: Vec<&str> = out
        .iter()
        .map(String::as_str)
        .chain(error.map(|error| error.message.as_str()))
        .collect();
    let known = |name: &str| told.iter().any(|line| line.contains(&format!("`{name}`")));
    let missing: Vec<String> = outcome
        .unresolved
        .iter()
        .filter(|name| !known(name))
        .map(|name| format!("`{}`", escape(name)))
        .collect();
    if !missing.is_empty() {
        let (noun, verb) = if missing.len() == 1 {
            ("variable", "is")
        } else {
            ("variables", "are")
        };
        let sent = outcome.exchange.as_ref().is_some_and(Exchange::went_out);
        let so = if sent { ": sent as written" } else { "" };
        out.push(format!(
            "{} the {noun} {} {verb} not defined{so}",
            paint.yellow("warning:"),
            missing.join(", ")
        ));
    }
    out.extend(emptied(outcome, paint));
    out
}

/// What a script set to nothing although the server had refused: most often a token it did not find in the reply.
fn emptied(outcome: &Outcome, paint: Paint) -> Vec<String> {
    let response = outcome.exchange.as_ref().and_then(|exchange| exchange.response());
    let Some(response) = response else {
        return Vec::new();
    };
    let mut out = Vec::new();
    for key in nothing(outcome) {
        let key = escape(key);
        out.push(format!("{} `{key}` was set to nothing", paint.yellow("warning:")));
    }
    if !out.is_empty() {
        let hint = if response.is_success() {
            "what the script set was undefined: see whether the reply holds what it looks for"
        } else {
            "the server refused; its reply says why: look at the credentials"
        };
        out.push(format!("{} {hint}", paint.cyan("hint:")));
    }
    out
}

/// The variables that scripts set to `undefined`, each once, of those that no later script set to something else.
fn nothing(outcome: &Outcome) -> Vec<&str> {
    let mut out: Vec<&str> = Vec::new();
    for key in outcome.undefined.iter().map(String::as_str) {
        let mut seen = Vec::new();
        // In each scope the last word counts.
        let is_nothing = outcome.writes.iter().rev().any(|write| {
            let value = match &write.change {
                Change::Set { key: own, value } if own == key => value.is_null(),
                Change::Undefine { key: own } if own == key => true,
                Change::Unset { key: own } if own == key => false,
                Change::Clear => false,
                _ => return false,
            };
            let is_last = !seen.contains(&write.scope);
            seen.push(write.scope);
            is_last && value
        });
        if is_nothing && !out.contains(&key) {
            out.push(key);
        }
    }
    out
}

/// One line of a script's console, its values as newman lists them, `│` before each of its own lines.
pub fn console(line: &ConsoleLine, redactor: &Redactor, paint: Paint) -> Vec<String> {
    let text = line.listed.as_ref().unwrap_or(&line.text);
    let text = redactor.redact(text);
    let paint_text = |text: &str| match line.level {
        ConsoleLevel::Error => paint.red(text),
        ConsoleLevel::Warn => paint.yellow(text),
        ConsoleLevel::Debug => paint.dim(text),
        ConsoleLevel::Log | ConsoleLevel::Info => text.to_owned(),
    };
    text.split('\n')
        .map(|part| format!("{} {}", paint.dim(&paint.sign("│")), paint_text(&escape(part))))
        .collect()
}

/// `✓  name`, `-  [skipped] name`, as newman writes them, or for a failed one its number, if it has one, and its name.
pub fn test(test: &TestResult, number: Option<usize>, redactor: &Redactor, paint: Paint) -> String {
    let name = escape(&redactor.redact_name(&test.name));
    match (test.failed(), number) {
        (true, Some(number)) => paint.red(&format!("{number}. {name}")),
        (true, None) => format!("{}  {name}", paint.red(&paint.sign("✗"))),
        (false, _) if test.skipped => paint.cyan(&format!("-  [skipped] {name}")),
        (false, _) => format!("{}  {}", paint.green(&paint.sign("✓")), paint.dim(&name)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::model::Scope;
    use crate::model::variable::VariableWrite;

    #[test]
    fn what_was_set_to_nothing_is_told_once_and_only_if_it_stayed_so() {
        let set = |scope: Scope, key: &str, value: Value| VariableWrite {
            scope,
            change: Change::Set {
                key: key.to_owned(),
                value,
            },
            set_by: String::new(),
        };
        let outcome = Outcome {
            undefined: ["a", "b", "a", "c", "a"].map(str::to_owned).to_vec(),
            writes: vec![
                set(Scope::Environment, "a", Value::Null),
                set(Scope::Environment, "b", Value::Null),
                set(Scope::Environment, "a", Value::Null),
                set(Scope::Global, "c", Value::Null),
                set(Scope::Global, "a", "x".into()),
                set(Scope::Environment, "b", "found".into()),
                VariableWrite {
                    scope: Scope::Global,
                    change: Change::Clear,
                    set_by: String::new(),
                },
            ],
            ..Outcome::default()
        };
        assert_eq!(nothing(&outcome), ["a"]);
    }
}
