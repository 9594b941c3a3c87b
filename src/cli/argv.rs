//! The arguments before clap sees them: newman's reporter options, its `--bail` with a word behind it, and what stands in
//! `.newmanrc` files.
//!
//! ```text
//! argv ─▶ reporter options taken out ─▶ clap ─▶ what was not given there, from the files ─▶ clap again
//! ```

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use clap::error::ErrorKind;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

use super::args::{Cli, Command, Inline, Later};
use super::error::CliError;
use super::rc::{files, from_files};
use super::tips::without_far_tips;
use crate::model::spelling::distance;

/// The prefix of the options that belong to a reporter.
pub(super) const REPORTER: &str = "--reporter-";

/// What was given for reporters: each option without its prefix (`json-export`), with its value if it has one.
pub type ReporterOptions = BTreeMap<String, Option<String>>;

/// The command line, read.
pub struct Parsed {
    /// All that clap knows.
    pub cli: Cli,
    /// The options of reporters.
    pub reporters: ReporterOptions,
    /// What settings files say that is not done.
    pub warnings: Vec<String>,
}

/// Reads the arguments of the process; what clap cannot read ends it with its usual words.
pub fn parse(argv: impl Iterator<Item = OsString>) -> Result<Parsed, CliError> {
    let (mut argv, mut reporters) = without_reporter_options(argv.collect());
    // The most usual start of all: what clap would make of it is known, and the screen need not wait for that.
    if argv.len() <= 1 {
        return Ok(Parsed {
            cli: Cli::default(),
            reporters,
            warnings: Vec::new(),
        });
    }
    let mut matches = read_by_clap(&argv)?;
    let mut warnings = Vec::new();
    let mut inline = Inline::default();
    if let Some(run) = matches.subcommand_matches("run") {
        let from_files = from_files(&files(), run, &mut reporters, &mut warnings, &mut inline)?;
        if !from_files.is_empty() {
            let end = argv.iter().position(|arg| arg == "--").unwrap_or(argv.len());
            argv.splice(end..end, from_files.into_iter().map(OsString::from));
            matches = read_by_clap(&argv)?;
        }
    }
    let mut cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    if let Some(Command::Run(Later(args))) = &mut cli.command {
        args.inline = inline;
    }
    Ok(Parsed {
        cli,
        reporters,
        warnings,
    })
}

/// What clap makes of the arguments; what it cannot read ends the process with its words.
fn read_by_clap(argv: &[OsString]) -> Result<ArgMatches, CliError> {
    Cli::command().try_get_matches_from(argv).or_else(|mut error| {
        // Before other words, one that is nothing there is no folder, but a slip in a command's name.
        let first = argv.get(1).map(Path::new);
        if error.kind() == ErrorKind::UnknownArgument
            && let Some(first) = first.filter(|first| !first.to_string_lossy().starts_with('-') && !first.exists())
            && Cli::command().find_subcommand(first).is_none()
        {
            return Err(super::no_folder(first));
        }
        without_far_tips(&mut error);
        if error.use_stderr() && is_run(argv) {
            let _ = error.print();
            std::process::exit(AS_NEWMAN);
        }
        error.exit()
    })
}

/// What newman ends with where it cannot read the command line: `run` stands in its place.
const AS_NEWMAN: i32 = 1;

/// Whether the command is `run`, whatever else is wrong.
fn is_run(argv: &[OsString]) -> bool {
    let read = Cli::command().ignore_errors(true).try_get_matches_from(argv);
    let name = read.ok().and_then(|read| read.subcommand_name().map(str::to_owned));
    name.or_else(|| first_command(argv)).as_deref() == Some("run")
}

/// The first word that is a command's name, and no option's value: clap looks no further than an option it does not know.
fn first_command(argv: &[OsString]) -> Option<String> {
    let cli = Cli::command();
    let takes_next = |word: &str| {
        let mut options = cli.get_arguments().filter(|option| option.get_action().takes_values());
        options.any(|option| {
            let long = option.get_long().map(|long| format!("--{long}"));
            let short = option.get_short().map(|short| format!("-{short}"));
            [long, short].iter().flatten().any(|own| own == word)
        })
    };
    let mut words = argv.iter().skip(1).filter_map(|word| word.to_str());
    while let Some(word) = words.next() {
        if takes_next(word) {
            words.next();
        } else if cli.find_subcommand(word).is_some() {
            return Some(word.to_owned());
        }
    }
    None
}

/// Takes the options of reporters out of the arguments of `run`, and joins `--bail` with its word.
fn without_reporter_options(argv: Vec<OsString>) -> (Vec<OsString>, ReporterOptions) {
    let mut out = Vec::with_capacity(argv.len());
    let mut options = ReporterOptions::new();
    if !argv.iter().any(|arg| arg == "run") {
        return (argv, options);
    }
    let mut rest = argv.into_iter().peekable();
    while let Some(arg) = rest.next() {
        let text = arg.to_str().unwrap_or_default();
        if text == "--" {
            out.push(arg);
            out.extend(rest);
            break;
        }
        let next = rest.peek().and_then(|next| next.to_str());
        if let Some(option) = text.strip_prefix(REPORTER) {
            let (name, value) = match option.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None if is_switch(option) => (option.to_owned(), None),
                None => {
                    let value = next
                        .filter(|next| *next == "-" || !next.starts_with('-'))
                        .map(str::to_owned);
                    (option.to_owned(), value)
                }
            };
            if value.is_some() && !text.contains('=') {
                rest.next();
            }
            options.insert(name, value);
        } else if text == "--bail" && next.is_some_and(|next| is_bail(next, has_path(&out))) {
            let joined = format!("--bail={}", next.unwrap_or_default());
            rest.next();
            only_bail(&mut out, joined);
        } else if text == "--bail" || text.starts_with("--bail=") {
            only_bail(&mut out, text.to_owned());
        } else {
            out.push(arg);
        }
    }
    (out, options)
}

/// Adds `--bail` in the place of an earlier one: the last counts, and clap adds up what lists say.
fn only_bail(out: &mut Vec<OsString>, bail: String) {
    out.retain(|arg| {
        arg.to_str()
            .is_none_or(|arg| arg != "--bail" && !arg.starts_with("--bail="))
    });
    out.push(bail.into());
}

/// Whether the first thing behind `run` is a PATH.
fn has_path(so_far: &[OsString]) -> bool {
    let run = so_far.iter().position(|arg| arg == "run");
    let first = run.and_then(|run| so_far.get(run + 1)).and_then(|arg| arg.to_str());
    first.is_some_and(|first| !first.starts_with('-'))
}

/// Whether what stands behind `--bail` is its word and no PATH. newman takes whatever stands there, and a slip then bails at
/// nothing without a word; here what reads like one of the words, or like a word where a PATH stands already, is refused.
fn is_bail(word: &str, has_path: bool) -> bool {
    let words = ["folder", "failure"];
    let is_path = word.starts_with('-') || word.contains(['/', '\\', '.', ':']) || Path::new(word).exists();
    let near = |word: &str| words.iter().any(|known| distance(known, word) <= 2);
    word.split(',').all(|word| words.contains(&word)) || !is_path && (has_path || word.split(',').all(near))
}

/// Whether an option of a reporter takes no value, so that what follows it is none.
fn is_switch(option: &str) -> bool {
    let last = option.split_once('-').map_or(option, |(_, last)| last);
    ["silent", "show-timestamps"].contains(&last) || last.starts_with("no-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(argv: &[&str]) -> (Vec<String>, ReporterOptions) {
        let (left, options) = without_reporter_options(argv.iter().map(OsString::from).collect());
        let left = left.into_iter().filter_map(|arg| arg.into_string().ok());
        (left.collect(), options)
    }

    #[test]
    fn reporter_options_are_taken_out_with_their_values() {
        let (left, options) = split(&[
            "p",
            "run",
            "--reporter-json-export",
            "o.json",
            "--reporter-cli-no-banner",
            "c.json",
            "--reporter-html-title=x y",
            "-x",
        ]);
        assert_eq!(left, ["p", "run", "c.json", "-x"]);
        let got: Vec<_> = options.iter().map(|(k, v)| (k.as_str(), v.as_deref())).collect();
        assert_eq!(
            got,
            [
                ("cli-no-banner", None),
                ("html-title", Some("x y")),
                ("json-export", Some("o.json"))
            ]
        );
        assert_eq!(split(&["p", "send", "--reporter-x", "y"]).0.len(), 4);
    }

    #[test]
    fn no_arguments_are_what_clap_makes_of_none() {
        let clap = <Cli as clap::Parser>::try_parse_from(["p"]).expect("parses");
        let ours = parse(["p".into()].into_iter()).unwrap_or_else(|error| panic!("{error:?}"));
        assert_eq!(format!("{:?}", ours.cli), format!("{clap:?}"));
        assert!(ours.reporters.is_empty() && ours.warnings.is_empty());
    }

    #[test]
    fn the_command_is_told_from_what_has_its_name() {
        let is = |text: &str| is_run(&text.split(' ').map(OsString::from).collect::<Vec<_>>());
        for text in [
            "p run",
            "p run c --nope",
            "p --workspace demo run c --nope",
            "p --workspace send run c --nope",
            "p run c send --iteration-count x",
            "p --nope run c",
            "p --nope --workspace send run c",
            "p --nope=send run c",
        ] {
            assert!(is(text), "{text}");
        }
        for text in [
            "p",
            "p --nope",
            "p send run --nope",
            "p --workspace run send --nope",
            "p --workspace run",
            "p --nope --workspace run",
            "p --nope send run",
            "p env run",
        ] {
            assert!(!is(text), "{text}");
        }
    }

    #[test]
    fn bail_takes_only_its_own_words() {
        assert_eq!(split(&["p", "run", "--bail", "folder", "c"]).0[2], "--bail=folder");
        assert_eq!(split(&["p", "run", "--bail", "c"]).0[2..], ["--bail", "c"]);
        assert_eq!(split(&["p", "run", "-x", "--bail", "c"]).0[2..], ["-x", "--bail", "c"]);
        assert_eq!(
            split(&["p", "run", "c", "--bail", "c.json"]).0[3..],
            ["--bail", "c.json"]
        );
        assert_eq!(split(&["p", "run", "c", "--bail", "-x"]).0[3..], ["--bail", "-x"]);
        assert_eq!(
            split(&["p", "run", "--bail", "folder", "c", "--bail=failure"]).0[2..],
            ["c", "--bail=failure"]
        );
        // These are for clap to refuse.
        assert_eq!(split(&["p", "run", "c.json", "--bail", "typo"]).0[3], "--bail=typo");
        assert_eq!(split(&["p", "run", "--bail", "failures", "c"]).0[2], "--bail=failures");
    }
}
