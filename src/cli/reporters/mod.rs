//! Who tells what a run does: each reporter is fed the run's events and keeps no more of them than it must.
//!
//! ```text
//! RunEvent ─▶ Reporters ─┬─ cli       stdout, as it happens
//!            (redacted)  ├─ progress  a bar on stderr
//!                        ├─ emojitrain  faces on stdout
//!                        └─ json, junit, html ─▶ a file (crate::reports)
//! ```

mod cli;
mod emojitrain;
mod progress;

use std::io;
use std::path::{Path, PathBuf};

use crate::exec::{RunEvent, Session, Summary};
use crate::model::{NodeId, Redactor};
pub use crate::reports::End;
use crate::reports::{Html, Json, Junit, Report};
use crate::store::written;

use super::CliError;
use super::args::RunArgs;
use super::argv::ReporterOptions;
use super::open::tell;
use super::output::Output;

/// One way of telling what a run does.
pub trait Reporter {
    /// Something happened. Nothing of it may be shown before the redactor has been over it.
    fn event(&mut self, event: &RunEvent<'_>, redactor: &Redactor, output: &mut Output) -> Result<(), CliError>;

    /// The run is over.
    fn finish(&mut self, end: &End<'_>, output: &mut Output) -> Result<(), CliError>;
}

/// A report that goes into a file.
struct ToFile {
    report: Box<dyn Report + Send>,
    path: PathBuf,
}

impl ToFile {
    fn told(&self, told: io::Result<()>) -> Result<(), CliError> {
        told.map_err(|error| {
            CliError::failed(format!("cannot write the report `{}`", self.path.display()))
                .because(error)
                .hint("`--reporter-NAME-export FILE` chooses where it goes")
        })
    }
}

impl Reporter for ToFile {
    fn event(&mut self, event: &RunEvent<'_>, redactor: &Redactor, _output: &mut Output) -> Result<(), CliError> {
        let told = self.report.event(event, redactor);
        self.told(told)
    }

    fn finish(&mut self, end: &End<'_>, _output: &mut Output) -> Result<(), CliError> {
        let told = written::write(&self.path, false, |out| self.report.write(end, out));
        self.told(told)
    }
}

/// What the reporters can be told.
const KNOWN: [(&str, &[&str]); 6] = [
    (
        "cli",
        &[
            "silent",
            "no-summary",
            "no-failures",
            "no-assertions",
            "no-success-assertions",
            "no-console",
            "no-banner",
            "show-timestamps",
        ],
    ),
    ("progress", &["silent"]),
    ("emojitrain", &["silent"]),
    ("json", &["export"]),
    ("junit", &["export"]),
    ("html", &["export", "title"]),
];

/// The options of reporters that run and know nothing of them.
fn unknown<'a>(given: &'a ReporterOptions, running: &[&str]) -> Vec<&'a str> {
    let of = |option: &&String| {
        let (name, own) = option.split_once('-').unwrap_or_default();
        let known = KNOWN
            .iter()
            .find(|(known, _)| *known == name && running.contains(known));
        known.is_some_and(|(_, options)| !options.contains(&own))
    };
    given.keys().filter(of).map(String::as_str).collect()
}

/// All reporters of a run.
pub struct Reporters {
    all: Vec<Box<dyn Reporter + Send>>,
    redactor: Redactor,
    /// The first thing that went wrong in a reporter; it does not stop the run.
    failed: Option<CliError>,
}

impl Reporters {
    /// The reporters asked for; one that there is not is told of and left out, as newman does.
    pub fn new(args: &RunArgs, given: &ReporterOptions, output: &mut Output) -> Result<Self, CliError> {
        let failed = |error: io::Error| CliError::failed("cannot make a temporary file for a report").because(error);
        let mut all: Vec<Box<dyn Reporter + Send>> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for name in &args.reporters {
            let name = name.trim();
            if name.is_empty() || seen.contains(&name) {
                continue;
            }
            seen.push(name);
            let options = Options { name, given };
            match name {
                "cli" | "progress" | "emojitrain" if args.silent || options.has("silent") => {}
                "cli" => all.push(Box::new(cli::Cli::new(cli::Shown::new(args, &options)))),
                "emojitrain" => all.push(Box::new(emojitrain::Emojitrain)),
                "progress" => all.push(Box::new(progress::Progress::default())),
                "json" => all.push(Box::new(ToFile {
                    report: Box::new(Json::new().map_err(failed)?),
                    path: options.file("json"),
                })),
                "junit" => all.push(Box::new(ToFile {
                    report: Box::new(Junit::new().map_err(failed)?),
                    path: options.file("xml"),
                })),
                // The name of the reporter most people add to newman.
                "html" | "htmlextra" => {
                    if name != "html" {
                        let text =
                            "`htmlextra` is a package of newman's: postrider's own HTML report is written in its place";
                        tell(output, text, None);
                    }
                    all.push(Box::new(ToFile {
                        report: Box::new(Html::new(options.text("title")).map_err(failed)?),
                        path: options.file("html"),
                    }));
                }
                _ => tell(
                    output,
                    &format!("there is no reporter `{name}`"),
                    Some("there are cli, json, junit, html, progress and emojitrain"),
                ),
            }
        }
        for option in unknown(given, &seen) {
            tell(
                output,
                &format!("`--reporter-{option}` is left out: that reporter has no such option"),
                None,
            );
        }
        Ok(Self {
            all,
            redactor: Redactor::default(),
            failed: None,
        })
    }

    /// Tells all of them; the secrets are those of its request, as far as they are known.
    pub fn event(&mut self, event: &RunEvent<'_>, secrets: Option<&Redactor>, output: &mut Output) {
        if let Some(secrets) = secrets {
            self.redactor = self.redactor.and(secrets);
        }
        for reporter in &mut self.all {
            let told = reporter.event(event, &self.redactor, output);
            if let Err(error) = told {
                self.failed.get_or_insert(error);
            }
        }
    }

    /// Ends all of them; the first error of any.
    pub fn finish(
        mut self,
        summary: &Summary,
        session: &Session,
        collection: Option<NodeId>,
        output: &mut Output,
    ) -> Result<(), CliError> {
        let end = End {
            summary,
            session,
            collection,
            redactor: &self.redactor,
        };
        for reporter in &mut self.all {
            if let Err(error) = reporter.finish(&end, output) {
                self.failed.get_or_insert(error);
            }
        }
        self.failed.map_or(Ok(()), Err)
    }
}

/// The options of one reporter: `--reporter-NAME-OPTION`, or `--reporter-OPTION` for all.
pub struct Options<'a> {
    name: &'a str,
    given: &'a ReporterOptions,
}

impl Options<'_> {
    fn get(&self, option: &str) -> Option<&Option<String>> {
        let own = format!("{}-{option}", self.name);
        self.given.get(&own).or_else(|| self.given.get(option))
    }

    /// Whether a switch is on.
    pub fn has(&self, option: &str) -> bool {
        self.get(option).is_some_and(|value| value.as_deref() != Some("false"))
    }

    /// An option's value.
    pub fn text(&self, option: &str) -> Option<String> {
        self.get(option).cloned().flatten()
    }

    /// Where the report goes: the file asked for, one of the usual name in the folder asked for, or in `newman/`.
    pub fn file(&self, ending: &str) -> PathBuf {
        let now = jiff::Timestamp::now().to_string();
        let time: String = now.chars().map(|c| if c.is_ascii_digit() { c } else { '-' }).collect();
        let usual = format!("newman-run-report-{time}0.{ending}").replace("-0.", "0.");
        match self.text("export") {
            Some(path) if path == "-" => PathBuf::from("/dev/stdout"),
            Some(path) if Path::new(&path).is_dir() => Path::new(&path).join(usual),
            Some(path) => PathBuf::from(path),
            None => Path::new("newman").join(usual),
        }
    }
}
