//! What `run` prints: the tree of what ran, each test, a table of figures and the failures at length.
//!
//! The layout is that of newman's cli reporter, which everyone who ran collections in a terminal can read.

use std::io;

use crate::exec::{Failure, Iteration, Plan, Summary};
use crate::model::{Outcome, Redactor};

use super::describe;
use super::output::{Output, duration, escape, size};

/// Writes the report of a run to stdout, as it happens.
pub struct Report<'a> {
    output: &'a mut Output,
    /// The folders of the request before, to print each heading once.
    folders: Vec<String>,
    failures: usize,
    /// What went wrong while writing; nothing is written after it.
    broken: Option<io::Error>,
    /// Hides the secrets of all sends so far: failures are told when the last one is over.
    redactor: Redactor,
}

impl<'a> Report<'a> {
    /// A report that has written nothing yet.
    pub fn new(output: &'a mut Output) -> Self {
        Self {
            output,
            folders: Vec::new(),
            failures: 0,
            broken: None,
            redactor: Redactor::default(),
        }
    }

    fn line(&mut self, text: &str) {
        if self.broken.is_none() {
            self.broken = self.output.line(text).err();
        }
    }

    fn lines(&mut self, lines: Vec<String>) {
        for line in lines {
            self.line(&format!("  {line}"));
        }
    }

    /// An iteration begins; a single one needs no word.
    pub fn iteration(&mut self, iteration: Iteration) {
        if iteration.count > 1 {
            let paint = self.output.paint;
            self.folders.clear();
            self.line(&paint.bold(&format!("\nIteration {}/{}", iteration.index + 1, iteration.count)));
        }
    }

    /// A request begins: its collection and folders, where they are new, and its name.
    pub fn request(&mut self, plan: &Plan) {
        let paint = self.output.paint;
        let folders: Vec<String> = plan.ancestors.iter().map(|ancestor| escape(&ancestor.name)).collect();
        if folders != self.folders {
            if folders.first() != self.folders.first() {
                let name = folders.first().map_or("", String::as_str);
                self.line(&format!("\n{}", paint.bold(name)));
            }
            if folders.len() > 1 {
                self.line(&format!("\n{} {}", paint.dim("❏"), folders[1..].join(" / ")));
            }
            self.folders = folders;
        }
        let arrow = if self.folders.len() > 1 { "↳" } else { "→" };
        self.line(&format!("\n{} {}", paint.dim(arrow), escape(&plan.request.name)));
    }

    /// A request is over.
    pub fn outcome(&mut self, outcome: &Outcome, redactor: &Redactor) {
        let paint = self.output.paint;
        self.redactor = self.redactor.and(redactor);
        if outcome.skipped {
            self.line(&format!("  {}", paint.dim("skipped by its pre-request script")));
        }
        if let Some(exchange) = &outcome.exchange {
            self.line(&format!("  {}", describe::exchange(exchange, redactor, paint)));
            if exchange.result.is_err() {
                self.failures += 1;
                let number = self.failures;
                let mut lines = describe::send_error(exchange, redactor, paint);
                if let Some(first) = lines.first_mut() {
                    *first = format!("{} {first}", paint.red(&format!("{number}.")));
                }
                self.lines(lines);
            }
        }
        self.lines(describe::warnings(outcome, redactor, paint));
        for line in &outcome.console {
            self.lines(describe::console(line, redactor, paint));
        }
        for error in &outcome.script_errors {
            self.failures += 1;
            let text = format!("{}. {} in {}", self.failures, error.name, error.script);
            self.line(&format!("  {}", paint.red(&escape(&redactor.redact(&text)))));
        }
        for test in &outcome.tests {
            self.failures += usize::from(test.failed());
            let text = describe::test(test, Some(self.failures), redactor, paint);
            self.line(&format!("  {text}"));
        }
    }

    /// `setNextRequest` named what is not there.
    pub fn no_such_request(&mut self, name: &str) {
        let paint = self.output.paint;
        let text = format!(
            "the next request `{}` is not in this run: the iteration ends",
            escape(name)
        );
        self.line(&format!("  {} {text}", paint.yellow("warning:")));
    }

    /// The run is over: figures and failures.
    pub fn finish(mut self, summary: &Summary) -> io::Result<()> {
        for line in table(summary) {
            self.line(&line);
        }
        let failures: Vec<String> = summary
            .failures
            .iter()
            .enumerate()
            .flat_map(|(n, failure)| self.failure(n + 1, failure))
            .collect();
        for line in failures {
            self.line(&line);
        }
        let paint = self.output.paint;
        if summary.cancelled {
            self.line(&format!("\n{}", paint.yellow("the run was cancelled")));
        } else if summary.bailed {
            self.line(&format!(
                "\n{}",
                paint.yellow("the run was stopped at its first failure")
            ));
        }
        self.broken.map_or(Ok(()), Err)
    }

    fn failure(&self, number: usize, failure: &Failure) -> Vec<String> {
        let paint = self.output.paint;
        let shown = |text: &str| escape(&self.redactor.redact(text));
        let mut head = shown(&failure.kind);
        if !failure.what.is_empty() {
            head = format!("{head}  {}", shown(&failure.what));
        }
        let mut place = failure.location.join(" / ");
        if failure.iteration > 0 {
            place = format!("{place}, iteration {}", failure.iteration + 1);
        }
        let mut out = vec![format!(
            "\n{} {}",
            paint.red(&format!("{number:>3}.")),
            paint.red(&head)
        )];
        for line in self.redactor.redact(&failure.message).lines() {
            out.push(format!("     {}", escape(line)));
        }
        if let Some(hint) = &failure.hint {
            out.push(format!("     {} {}", paint.cyan("hint:"), shown(hint)));
        }
        out.push(format!("     {}", paint.dim(&format!("in {}", shown(&place)))));
        out
    }
}

/// The figures, in a box.
fn table(summary: &Summary) -> Vec<String> {
    const NAMES: usize = 20;
    const FIGURES: usize = 10;
    let rows = [
        ("iterations", summary.iterations, 0),
        ("requests", summary.sent.total, summary.sent.failed),
        (
            "pre-request scripts",
            summary.pre_request.total,
            summary.pre_request.failed,
        ),
        (
            "post-response scripts",
            summary.post_response.total,
            summary.post_response.failed,
        ),
        ("tests", summary.tests.total, summary.tests.failed),
    ];
    let names = rows.iter().map(|(name, ..)| name.len()).max().unwrap_or(NAMES) + 2;
    let bar = |left: &str, mid: &str, right: &str| {
        let (a, b) = ("─".repeat(names), "─".repeat(FIGURES));
        format!("{left}{a}{mid}{b}{mid}{b}{right}")
    };
    let mut out = vec![
        String::new(),
        bar("┌", "┬", "┐"),
        format!("│{:names$}│{:>9} │{:>9} │", "", "executed", "failed"),
        bar("├", "┼", "┤"),
    ];
    for (name, total, failed) in rows {
        out.push(format!("│{name:>width$} │{total:>9} │{failed:>9} │", width = names - 1));
    }
    out.push(bar("├", "┴", "┤"));
    let width = names + 2 * FIGURES + 2;
    let mut wide = |text: String| out.push(format!("│ {text:<rest$}│", rest = width - 1));
    wide(format!("total run duration: {}", duration(summary.took)));
    wide(format!("total data received: {}", size(summary.received)));
    if let (Some(mean), Some(min), Some(max)) = (summary.mean(), summary.times.iter().min(), summary.times.iter().max())
    {
        let (mean, min, max) = (duration(mean), duration(*min), duration(*max));
        wide(format!("response time: mean {mean}, {min} to {max}"));
    }
    if summary.skipped > 0 {
        wide(format!("skipped by scripts: {}", summary.skipped));
    }
    out.push(format!("└{}┘", "─".repeat(width)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::Written;
    use crate::exec::summary::Count;
    use crate::model::Secret;
    use std::time::Duration;

    #[test]
    fn failures_hide_the_secrets_of_every_send_of_the_run() {
        let written = Written::default();
        let mut output = Output::to(written.clone(), std::io::sink());
        let mut report = Report::new(&mut output);
        for secret in ["s3cret-1", "s3cret-2"] {
            report.outcome(&Outcome::default(), &Redactor::new([Secret::new(secret)]));
        }
        let failure = Failure {
            iteration: 0,
            location: vec!["at s3cret-1".to_owned()],
            kind: "s3cret-1Error".to_owned(),
            what: "test of s3cret-1".to_owned(),
            message: "expected 's3cret…' to equal s3cret-2".to_owned(),
            hint: Some("s3cret-1".to_owned()),
        };
        report
            .finish(&Summary {
                failures: vec![failure],
                ..Summary::default()
            })
            .expect("a place to write to");
        let text = written.text();
        assert!(text.contains("expected") && !text.contains("s3cret"), "{text}");
    }

    #[test]
    fn the_table_is_a_rectangle() {
        let summary = Summary {
            iterations: 1,
            sent: Count { total: 12, failed: 1 },
            times: vec![Duration::from_millis(8), Duration::from_millis(20)],
            received: 12_345,
            took: Duration::from_secs(2),
            skipped: 1,
            ..Summary::default()
        };
        let lines = table(&summary);
        let widths: Vec<usize> = lines[1..].iter().map(|line| line.chars().count()).collect();
        assert!(widths.iter().all(|width| *width == widths[0]), "{lines:#?}");
        let text = lines.join("\n");
        assert!(text.contains("requests │       12 │        1 │"), "{text}");
        assert!(text.contains("response time: mean 14ms, 8ms to 20ms"), "{text}");
    }
}
