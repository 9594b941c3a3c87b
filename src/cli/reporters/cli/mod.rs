//! The cli reporter: the tree of what ran, each test, a table of figures and the failures at length.
//!
//! The layout is that of newman's, which everyone who ran collections in a terminal can read. While a request is under
//! way, a person sees on stderr how far the run is.

mod failed;
mod table;
mod verbose;

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{End, Options, Reporter};
use crate::cli::CliError;
use crate::cli::args::RunArgs;
use crate::cli::describe;
use crate::cli::output::{Output, Paint, escape, size};
use crate::cli::wire;
use crate::exec::{At, Done, Failure, Iteration, Plan, RunEvent, Summary};
use crate::model::outcome::{NextRequest, ScriptSend, TestResult};
use crate::model::secret::MASK;
use crate::model::{InOrder, NodeId, Redactor};

/// How many warnings are kept in mind, to give each once.
const WARNED: usize = 100;

/// What is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of newman's")]
pub struct Shown {
    no_summary: bool,
    no_failures: bool,
    no_assertions: bool,
    no_success_assertions: bool,
    no_console: bool,
    no_banner: bool,
    timestamps: bool,
    verbose: bool,
    letters: bool,
    /// Requests of several iterations stand mixed.
    mixed: bool,
}

impl Shown {
    /// What the options ask for.
    pub fn new(args: &RunArgs, options: &Options<'_>) -> Self {
        Self {
            no_summary: options.has("no-summary"),
            no_failures: options.has("no-failures"),
            no_assertions: options.has("no-assertions"),
            no_success_assertions: options.has("no-success-assertions"),
            no_console: options.has("no-console"),
            no_banner: options.has("no-banner"),
            timestamps: options.has("show-timestamps"),
            verbose: args.verbose,
            letters: args.disable_unicode,
            mixed: args.parallel > 1,
        }
    }
}

/// Writes the report of a run to stdout, as it happens.
#[derive(Default)]
pub struct Cli {
    shown: Shown,
    /// The collection and folders of the request before, to print each heading once.
    folders: Vec<NodeId>,
    iteration: Option<usize>,
    /// Whether there is a collection before the one that runs, so that failures must say which they are in.
    several: bool,
    failures: Vec<Failure>,
    /// Warnings that were given already.
    warned: HashSet<String>,
    requests: usize,
    done: usize,
}

impl Cli {
    /// A report that has written nothing yet.
    pub fn new(shown: Shown) -> Self {
        Self {
            shown,
            ..Self::default()
        }
    }

    /// How it is drawn on stdout.
    fn paint(&self, output: &Output) -> Paint {
        output.paint.in_letters(self.shown.letters)
    }

    /// Writes a line. What hides secrets in it is a sign of ours, too.
    fn line(&self, line: &str, output: &mut Output) -> Result<(), CliError> {
        if self.shown.letters && line.contains(MASK) {
            let mask = self.paint(output).sign(MASK);
            return Ok(output.line(&line.replace(MASK, &mask))?);
        }
        Ok(output.line(line)?)
    }

    /// A request's iteration begins; a single one needs no word.
    fn iteration(&mut self, iteration: Iteration, output: &mut Output) -> Result<(), CliError> {
        if iteration.count > 1 && self.iteration != Some(iteration.index) {
            self.iteration = Some(iteration.index);
            let heading = format!("\nIteration {}/{}", iteration.index + 1, iteration.count);
            self.line(&output.paint.bold(&heading), output)?;
            if self.shown.mixed {
                // The folder before was another iteration's.
                self.folders.truncate(1);
            }
        }
        Ok(())
    }

    /// A request begins: its collection and folders, where they are new, and its name.
    fn request(&mut self, plan: &Plan, redactor: &Redactor, output: &mut Output) -> Result<(), CliError> {
        let paint = self.paint(output);
        let shown = |name: &str| name_of(name, redactor);
        let folders: Vec<NodeId> = plan.ancestors.iter().map(|ancestor| ancestor.id).collect();
        if folders.first() != self.folders.first() {
            let name = plan.ancestors.first().map_or(String::new(), |above| shown(&above.name));
            self.line(&format!("\n{}", paint.bold(&name)), output)?;
            self.several |= !self.folders.is_empty();
            self.folders = folders.first().copied().into_iter().collect();
        }
        self.iteration(plan.iteration, output)?;
        if folders != self.folders && folders.len() > 1 {
            let names: Vec<String> = plan.ancestors[1..].iter().map(|above| shown(&above.name)).collect();
            self.line(
                &format!("\n{} {}", paint.dim(&paint.sign("❏")), names.join(" / ")),
                output,
            )?;
        } else {
            output.line("")?;
        }
        self.folders = folders;
        let arrow = if self.folders.len() > 1 { "↳" } else { "→" };
        let name = shown(&plan.request.name);
        self.line(&format!("{} {name}", paint.dim(&paint.sign(arrow))), output)?;
        let failed = match self.failures.len() {
            0 => String::new(),
            failed => format!(", {failed} failed"),
        };
        let live = format!(
            "  {}/{}{failed}: {name}",
            self.done + 1,
            self.requests.max(self.done + 1)
        );
        output.live(&output.err_paint.dim(&live));
        Ok(())
    }

    /// A request is over.
    fn outcome(&mut self, done: &Done<'_>, redactor: &Redactor, output: &mut Output) -> Result<(), CliError> {
        self.done += 1;
        let paint = self.paint(output);
        let outcome = done.outcome;
        // What happened, in the order of time.
        let mut told: Vec<(Timestamp, Said)> = Vec::new();
        // Failures are numbered in the order they are listed at the end.
        let before = self.failures.len();
        let by_script = |failure: &Failure| failure.at == At::Request && !failure.what.is_empty();
        let mut unanswered = (before + 1..)
            .zip(done.failures)
            .filter(|(_, failure)| by_script(failure));
        let mut sends: Vec<&ScriptSend> = outcome.script_sends.iter().collect();
        sends.order_by_key(|send| send.at);
        for send in sends {
            let mut lines = vec![paint.dim(&script_send(send, redactor, paint))];
            if let Err(why) = &send.result
                && let Some((number, _)) = unanswered.next()
            {
                let why = paint.words(&escape(&redactor.redact(&why.message)));
                lines.push(format!("{} {why}", paint.red(&format!("{number}. error:"))));
            }
            told.push((send.at, Said::Lines(lines)));
        }
        self.failures
            .extend(done.failures.iter().map(|failure| hidden(failure, redactor)));
        let number = |found: &dyn Fn(&Failure) -> bool| {
            let at = done.failures.iter().position(found);
            at.map_or(before, |at| before + at + 1)
        };
        if !self.shown.no_console {
            for line in &outcome.console {
                if self.shown.timestamps {
                    told.push((line.at, Said::Lines(vec![String::new(), paint.dim(&clock(line.at))])));
                }
                told.push((line.at, Said::Console(describe::console(line, redactor, paint))));
            }
        }
        // The same error in several scripts of an event is a failure each.
        let mut found = HashSet::new();
        for error in &outcome.script_errors {
            let mut own = done.failures.iter().enumerate().filter(|(_, failure)| {
                matches!(failure.at, At::Script(event, _) if event == error.event)
                    && failure.what == error.script
                    && failure.message == error.message
            });
            let at = own.find_map(|(at, _)| found.insert(at).then_some(at));
            let number = at.map_or(before, |at| before + at + 1);
            let script = At::Script(error.event, None).words();
            let text = format!("{number}. {} in {script}", error.name);
            let line = paint.red(&escape(&redactor.redact(&text)));
            told.push((error.when, Said::Lines(vec![line])));
        }
        if !self.shown.no_assertions {
            let mut failed = done
                .failures
                .iter()
                .enumerate()
                .filter(|(_, failure)| matches!(failure.at, At::Test(_)));
            // In the order of the failures.
            let mut tests: Vec<&TestResult> = outcome.tests.iter().collect();
            tests.order_by_key(|test| test.at);
            for test in tests {
                let number = if test.failed() {
                    failed.next().map(|(at, _)| before + at + 1)
                } else {
                    None
                };
                if test.failed() || !self.shown.no_success_assertions {
                    let mut line = describe::test(test, number, redactor, paint);
                    if self.shown.timestamps && !test.skipped {
                        let gap = if test.failed() { " " } else { "  " };
                        line = format!("{}{gap}{line}", paint.dim(&clock(test.at)));
                    }
                    told.push((test.at, Said::Lines(vec![line])));
                }
            }
        }
        let no_answer = number(&|failure| failure.at == At::Request && failure.what.is_empty());
        let sent = self.sent(done, no_answer, redactor, (paint, output.columns()));
        // What was never sent stands behind what its scripts had to say.
        let exchange = outcome.exchange.as_ref();
        let at = exchange.map_or(Timestamp::MAX, |exchange| exchange.started);
        told.push((at, Said::Lines(sent)));
        told.order_by_key(|(at, _)| *at);
        let lines = boxed(told.into_iter().map(|(_, said)| said), paint);
        // In one piece: each line that is written takes a system call.
        if !lines.is_empty() {
            let indented = lines.iter().map(|line| match line.as_str() {
                "" => String::new(),
                line => format!("  {line}"),
            });
            self.line(&indented.collect::<Vec<_>>().join("\n"), output)?;
        }
        if let Some(NextRequest::To(name)) = &outcome.next_request {
            let name = name_of(name, redactor);
            let text = format!("Attempting to set next request to {name}");
            self.line(&format!("\n{}", paint.dim(&text)), output)?;
        }
        Ok(())
    }

    /// The request itself: what it came to, and what the user should know of it; `number` is that of its failure.
    fn sent(
        &mut self,
        done: &Done<'_>,
        number: usize,
        redactor: &Redactor,
        (paint, columns): (Paint, Option<usize>),
    ) -> Vec<String> {
        let outcome = done.outcome;
        let mut lines = Vec::new();
        if outcome.skipped {
            lines.push(paint.dim("skipped by its pre-request script"));
        }
        if let Some(exchange) = &outcome.exchange {
            let time = if self.shown.timestamps {
                let at = exchange.started.to_zoned(TimeZone::system());
                format!("{}  ", at.strftime("[%-m/%-d/%Y, %-I:%M:%S %p]"))
            } else {
                String::new()
            };
            for hop in exchange.hops.iter().filter(|hop| hop.again.is_some()) {
                let mut line = describe::refused(hop, redactor, paint);
                if self.shown.verbose {
                    line += &paint.dim(&format!(" {}", wire::led(hop, redactor, paint)));
                }
                lines.push(format!("{}{line}", paint.dim(&time)));
            }
            let typed = done.plan.request.full_url();
            let url = as_typed(&redactor.redact(exchange.asked_url()), &typed);
            // At length its answer has a line of its own.
            let line = if self.shown.verbose && exchange.response().is_some() {
                describe::asked(exchange, &url, redactor, paint)
            } else {
                describe::of_url(exchange, &url, redactor, paint)
            };
            lines.push(format!("{}{line}", paint.dim(&time)));
            let mut error = describe::send_error(exchange, redactor, paint).into_iter();
            if let Some(first) = error.next() {
                let number = format!("{number}.");
                let more = " ".repeat(number.len() + 1);
                lines.push(format!("{} {first}", paint.red(&number)));
                lines.extend(error.map(|line| format!("{more}{line}")));
            }
            if self.shown.verbose {
                let way = verbose::Way {
                    redactor,
                    paint,
                    columns,
                };
                lines.extend(verbose::lines(exchange, &done.plan.request.body, way));
            }
        }
        if done.place.retries > 0 {
            let again = format!("tried again, {} of them", done.place.retries);
            lines.push(paint.yellow(&again.replace(", 1 of them", " once").replace(" of them", " times")));
        }
        // What holds for request after request, such as a token that nobody has fetched, is said once.
        let of_the_send = outcome.exchange.as_ref().map_or(0, |exchange| exchange.warnings.len());
        for (n, line) in describe::warnings(outcome, redactor, paint).into_iter().enumerate() {
            if n < of_the_send && self.warned.contains(&line) {
                continue;
            }
            if n < of_the_send && self.warned.len() < WARNED {
                self.warned.insert(line.clone());
            }
            lines.push(line);
        }
        lines
    }

    /// The run is over: figures and failures.
    fn end(&self, summary: &Summary, output: &mut Output) -> Result<(), CliError> {
        if !self.shown.no_summary {
            for line in table::table(summary, self.shown.verbose, output.paint) {
                self.line(&self.paint(output).sign(&line), output)?;
            }
        }
        let paint = self.paint(output);
        if !self.shown.no_failures && !self.failures.is_empty() {
            for line in failed::table(&self.failures, self.several, output.columns(), paint) {
                self.line(&line, output)?;
            }
        }
        let ended = if summary.cancelled {
            Some("the run was cancelled".to_owned())
        } else if let Some(limit) = summary.timed_out {
            let limit = paint.took(limit);
            Some(format!("the run was ended after {limit}, the time it had"))
        } else {
            summary
                .bailed
                .then(|| "the run was stopped at its first failure".to_owned())
        };
        if let Some(ended) = ended {
            self.line(&format!("\n{}", paint.yellow(&ended)), output)?;
        }
        Ok(())
    }
}

/// A URL as people type it, and newman shows it: what only a sender has to escape is not, unless it is `typed` so.
fn as_typed(url: &str, typed: &str) -> String {
    let mut out = String::with_capacity(url.len());
    let mut rest = url;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let bytes: Vec<u8> = rest
            .split('%')
            .skip(1)
            .map_while(|part| {
                u8::from_str_radix(part.get(..2)?, 16)
                    .ok()
                    .map(|byte| (byte, part.len() == 2))
            })
            .scan(true, |goes_on, (byte, ends)| {
                std::mem::replace(goes_on, ends).then_some(byte)
            })
            .take(4)
            .collect();
        let letter = (1..=bytes.len()).find_map(|length| Some((length, std::str::from_utf8(&bytes[..length]).ok()?)));
        match letter {
            Some((length, _)) if typed.contains(&rest[..3 * length]) => {
                out.push_str(&rest[..3 * length]);
                rest = &rest[3 * length..];
            }
            Some((length, letter)) if !letter.is_ascii() || " \"<>`{}|^\\".contains(letter) => {
                out.push_str(letter);
                rest = &rest[3 * length..];
            }
            _ => {
                out.push('%');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

/// The time of day of something that happened, as newman writes it.
fn clock(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("[%-I:%M:%S %p]").to_string()
}

/// What is told of a request.
enum Said {
    /// Lines of ours.
    Lines(Vec<String>),
    /// Lines of a script's console.
    Console(Vec<String>),
}

/// All of it, with what a script says in one go in a box that is open at the right, as newman draws it.
fn boxed(told: impl Iterator<Item = Said>, paint: Paint) -> Vec<String> {
    let edge = |sign: &str| paint.dim(&paint.sign(sign));
    let mut out = Vec::new();
    let mut open = false;
    for said in told {
        let (is_console, lines) = match said {
            Said::Lines(lines) if lines.is_empty() => continue,
            Said::Lines(lines) => (false, lines),
            Said::Console(lines) => (true, lines),
        };
        if is_console != open {
            out.push(edge(if is_console { "┌" } else { "└" }));
        }
        open = is_console;
        out.extend(lines);
    }
    if open {
        out.push(edge("└"));
    }
    out
}

/// The name of a request or folder as it is shown. What a URL in it holds may be in no variable, and no send knows it yet.
fn name_of(name: &str, redactor: &Redactor) -> String {
    escape(&redactor.redact_name(name))
}

/// The failure without the secrets.
pub(super) fn hidden(failure: &Failure, redactor: &Redactor) -> Failure {
    let redact = |text: &String| redactor.redact(text);
    let name = |name: &String| redactor.redact_name(name);
    let location: Vec<String> = failure.location.iter().map(name).collect();
    Failure {
        location: if location == *failure.location {
            Arc::clone(&failure.location)
        } else {
            location.into()
        },
        kind: redact(&failure.kind),
        what: redactor.redact_name(&failure.what),
        message: redact(&failure.message),
        stack: String::new(),
        hint: failure.hint.as_ref().map(redact),
        ..failure.clone()
    }
}

fn script_send(send: &ScriptSend, redactor: &Redactor, paint: Paint) -> String {
    let url = escape(&redactor.redact(&send.url));
    let result = match &send.result {
        Ok((status, reason)) => {
            let took = paint.took(send.took);
            format!(
                "[{status} {}, {}, {took}]",
                escape(&redactor.redact(reason)),
                size(send.size)
            )
        }
        Err(_) => "[errored]".to_owned(),
    };
    let method = escape(&redactor.redact(&send.method));
    format!("{method} {url} {result} by its script")
}

impl Reporter for Cli {
    fn event(&mut self, event: &RunEvent<'_>, redactor: &Redactor, output: &mut Output) -> Result<(), CliError> {
        match event {
            RunEvent::Start { requests, iterations } => {
                self.requests = requests * iterations;
                if self.shown.no_banner {
                    return Ok(());
                }
                self.line(&output.paint.dim("postrider"), output)
            }
            RunEvent::Iteration(_) => Ok(()),
            RunEvent::Request(plan, _) => self.request(plan, redactor, output),
            RunEvent::Outcome(done) => self.outcome(done, redactor, output),
            RunEvent::NoSuchRequest(name) => {
                let paint = self.paint(output);
                let name = escape(&redactor.redact_name(name));
                let text = format!("the next request `{name}` is not in this run: the iteration ends");
                self.line(&format!("  {} {text}", paint.yellow("warning:")), output)
            }
        }
    }

    fn finish(&mut self, end: &End<'_>, output: &mut Output) -> Result<(), CliError> {
        self.end(end.summary, output)
    }
}

#[cfg(test)]
mod tests;
