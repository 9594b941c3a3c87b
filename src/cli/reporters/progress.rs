//! The progress reporter: one bar on stderr, where it does not mix with what others print; at the end what failed, a line
//! each.

use super::cli::hidden;
use super::{End, Reporter};
use crate::cli::CliError;
use crate::cli::output::{Output, escape};
use crate::exec::{Failure, RunEvent};
use crate::model::Redactor;

/// How wide the bar is, in cells.
const WIDTH: usize = 40;

/// Draws the bar.
#[derive(Default)]
pub struct Progress {
    all: usize,
    done: usize,
    failed: usize,
    /// The last line drawn, so that nothing is drawn twice.
    drawn: String,
}

impl Progress {
    fn line(&self) -> String {
        let all = self.all.max(self.done).max(1);
        let full = WIDTH * self.done / all;
        let percent = 100 * self.done / all;
        let failed = if self.failed == 0 {
            String::new()
        } else {
            format!(" | {} failed", self.failed)
        };
        format!(
            "progress [{}{}] {percent}% | {}/{all}{failed}",
            "=".repeat(full),
            "-".repeat(WIDTH - full),
            self.done
        )
    }
}

impl Reporter for Progress {
    fn event(&mut self, event: &RunEvent<'_>, _redactor: &Redactor, output: &mut Output) -> Result<(), CliError> {
        match event {
            RunEvent::Start { requests, iterations } => self.all = requests * iterations,
            RunEvent::Outcome(done) => {
                self.done += 1;
                self.failed += usize::from(!done.failures.is_empty());
            }
            _ => return Ok(()),
        }
        let line = self.line();
        if line != self.drawn {
            output.live(&line);
            self.drawn = line;
        }
        Ok(())
    }

    fn finish(&mut self, end: &End<'_>, output: &mut Output) -> Result<(), CliError> {
        output.settle();
        output.note(&self.line());
        let paint = output.err_paint;
        for (n, failure) in end.summary.failures.iter().enumerate() {
            let line = short(&hidden(failure, end.redactor));
            output.note(&format!("{} {line}", paint.red(&format!("{:>3}.", n + 1))));
        }
        Ok(())
    }
}

/// What failed, where, and the first line of why.
fn short(failure: &Failure) -> String {
    let mut place = failure.location.join(" / ");
    if failure.iteration.count > 1 {
        place = format!("{place}, iteration {}", failure.iteration.index + 1);
    }
    let what = if failure.what.is_empty() {
        &failure.kind
    } else {
        &failure.what
    };
    let why = failure.message.trim_start().lines().next().unwrap_or_default();
    escape(&format!("{place}: {what}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::Written;
    use crate::exec::{At, Iteration, Session, Summary};
    use crate::model::Secret;

    #[test]
    fn what_failed_is_listed_at_the_end_a_line_each() {
        let failure = |what: &str, message: &str| Failure {
            iteration: Iteration {
                index: 1,
                count: 2,
                by_hand: None,
            },
            node: None,
            location: ["C", "get"].map(str::to_owned).into(),
            at: At::Test(0),
            kind: "AssertionError".to_owned(),
            what: what.to_owned(),
            message: message.to_owned(),
            stack: String::new(),
            hint: None,
        };
        let summary = Summary {
            failures: vec![
                failure("is fine", "expected s3cret-value\nto be it"),
                failure("", "\n\nno"),
            ],
            ..Summary::default()
        };
        let written = Written::default();
        let mut output = Output::to(std::io::sink(), written.clone());
        let redactor = Redactor::new([Secret::new("s3cret-value")]);
        let session = Session::default();
        let end = End {
            summary: &summary,
            session: &session,
            collection: None,
            redactor: &redactor,
        };
        let told = Progress::default().finish(&end, &mut output);
        told.unwrap_or_else(|error| panic!("{error:?}"));
        let lines: Vec<String> = written.text().lines().skip(1).map(str::to_owned).collect();
        let mask = crate::model::secret::MASK;
        assert_eq!(
            lines,
            [
                format!("  1. C / get, iteration 2: is fine: expected {mask}"),
                "  2. C / get, iteration 2: AssertionError: no".to_owned(),
            ]
        );
    }

    #[test]
    fn the_bar_fills_and_never_overflows() {
        let mut bar = Progress {
            all: 4,
            ..Progress::default()
        };
        assert!(bar.line().contains(&"-".repeat(WIDTH)) && bar.line().ends_with("0% | 0/4"));
        bar.done = 6;
        bar.failed = 1;
        assert!(bar.line().contains(&"=".repeat(WIDTH)) && bar.line().ends_with("100% | 6/6 | 1 failed"));
    }
}
