//! What of an outcome may have cut what it quotes: there are parts of secrets in it that nobody takes for one.

use crate::model::exchange::Cookie;
use crate::model::{Exchange, Outcome, Redactor, Secret};

/// Of a longer text only so much of its beginning and of its end is looked at, in bytes.
const MOST_OF_ONE: usize = 8 * 1024;
/// So much of all of them, in bytes.
const MOST_OF_ALL: usize = 128 * 1024;
/// In a shorter path of a cookie there is no secret, in bytes: most are `/`.
const SHORTEST_PATH: usize = 9;

/// The parts of secrets that stand where a text was cut: in what scripts said, in errors, and in the paths of cookies.
pub(super) fn pieces(outcome: &Outcome, redactor: &Redactor) -> Vec<Secret> {
    let mut left = MOST_OF_ALL;
    let ends = texts(outcome).flat_map(|text| {
        let start = text.floor_char_boundary(MOST_OF_ONE);
        let end = text
            .ceil_char_boundary(text.len().saturating_sub(MOST_OF_ONE))
            .max(start);
        [&text[..start], &text[end..]]
    });
    let ends = ends.filter(|text| !text.is_empty()).take_while(|text| {
        left = left.saturating_sub(text.len());
        left > 0
    });
    redactor.pieces(ends)
}

/// Whether there is anything to look at.
pub fn quotes(outcome: &Outcome) -> bool {
    texts(outcome).next().is_some()
}

fn texts(outcome: &Outcome) -> impl Iterator<Item = &str> {
    let tests = outcome
        .tests
        .iter()
        .filter_map(|test| Some((test, test.error.as_ref()?)));
    let tests = tests.flat_map(|(test, error)| [&test.name, &error.message, &error.stack]);
    let scripts = outcome.script_errors.iter().map(|error| &error.message);
    let sends = outcome
        .script_sends
        .iter()
        .filter_map(|send| Some(&send.result.as_ref().err()?.message));
    let renewals = outcome
        .renewals
        .iter()
        .filter_map(|renewal| renewal.result.as_ref().err());
    let error = outcome.exchange.as_ref().and_then(Exchange::error);
    let error = error
        .into_iter()
        .flat_map(|error| std::iter::once(&error.message).chain(&error.causes));
    let warnings = outcome.exchange.iter().flat_map(|exchange| &exchange.warnings);
    let console = outcome.console.iter();
    let console = console.flat_map(|line| std::iter::once(&line.text).chain(&line.listed));
    let told = tests
        .chain(scripts)
        .chain(sends)
        .chain(renewals)
        .chain(error)
        .chain(warnings)
        .chain(console);
    told.map(String::as_str).chain(paths(outcome))
}

/// The paths that cookies have: where a server gives none it is the URL's up to its last `/`, which may be within a secret.
fn paths(outcome: &Outcome) -> impl Iterator<Item = &str> {
    let cookies = |exchange| {
        let exchange: &Exchange = exchange;
        let own = exchange.response().into_iter().flat_map(|response| &response.cookies);
        own.chain(exchange.hops.iter().flat_map(|hop| &hop.heads.cookies))
    };
    let cookies = outcome.exchange.iter().flat_map(cookies);
    let paths = cookies.map(|cookie: &Cookie| cookie.path.as_str());
    paths.filter(|path| path.len() >= SHORTEST_PATH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::{Source, look_through, secrets};
    use crate::model::outcome::{AssertionError, TestResult};
    use crate::model::secret::MASK;
    use crate::model::variable::CurrentValues;
    use crate::model::{Environment, Variable, Workspace};
    use jiff::Timestamp;

    const SECRET: &str = "Heron-4711/Swan-0815-and-so-on-and-so-on-and-so-on";

    fn workspace() -> Workspace {
        let mut workspace = Workspace::new("/w");
        workspace.load_globals(Environment {
            variables: vec![Variable {
                secret: true,
                ..Variable::new("key", SECRET)
            }],
            ..Environment::default()
        });
        workspace
    }

    fn failed(message: &str) -> Outcome {
        let error = AssertionError {
            name: "JSONError".into(),
            message: message.into(),
            stack: String::new(),
            hint: None,
        };
        let test = TestResult {
            name: "json".into(),
            skipped: false,
            error: Some(error),
            script: "a, post-response".into(),
            index: 0,
            at: Timestamp::UNIX_EPOCH,
        };
        Outcome {
            tests: vec![test],
            ..Outcome::default()
        }
    }

    #[test]
    fn what_a_failed_test_quotes_of_a_secret_is_secret() {
        let (workspace, current) = (workspace(), CurrentValues::default());
        let source = Source {
            workspace: &workspace,
            node: None,
            environment: None,
            current: &current,
            overrides: &[],
            local: None,
        };
        let message = format!("Unexpected token 't' at 1:1\nthe {}\n^", &SECRET[..22]);
        let mut outcome = failed(&message);
        let hidden = format!("Unexpected token 't' at 1:1\nthe {MASK}\n^");
        assert!(quotes(&outcome));
        assert_eq!(secrets(&source, &outcome).redact(&message), hidden);
        // Nobody has cut the body, where the same words are its own.
        let known = secrets(&source, &outcome);
        assert_eq!(known.whole().redact(&message), message);
        assert_eq!(known.whole().redact(SECRET), MASK);
        look_through(&mut outcome, super::super::scopes(&source), Vec::new());
        assert_eq!(outcome.redactor.redact(&message), hidden, "by the send itself");
        assert_eq!(secrets(&source, &outcome).redact(&message), hidden);
    }

    #[test]
    fn of_a_long_text_the_ends_are_looked_at() {
        let middle = "x ".repeat(20_000);
        let (start, end) = (&SECRET[..20], &SECRET[10..30]);
        let outcome = failed(&format!("{start} {middle} '{end}"));
        let found = pieces(&outcome, &Redactor::new([Secret::new(SECRET)]));
        assert_eq!(found, [end, start].map(Secret::new));
        let passed = Outcome::default();
        assert!(!quotes(&passed) && pieces(&passed, &Redactor::new([Secret::new(SECRET)])).is_empty());
    }
}
