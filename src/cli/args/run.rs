//! What `run` takes: newman's options under newman's names, and ours.

use std::convert::Infallible;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::model::Secret;

use super::{Given, SendingArgs, count, key_value, milliseconds, number, out_file};

/// What the settings files of newman may hold themselves: each as JSON.
#[derive(Clone, Debug, Default)]
pub struct Inline {
    /// The environment.
    pub environment: Option<Secret>,
    /// The globals.
    pub globals: Option<Secret>,
    /// The iteration data.
    pub iteration_data: Option<Secret>,
}

/// What `run` takes.
#[derive(Clone, Debug, Args)]
#[command(args_override_self = true)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct RunArgs {
    /// Collections, folders or requests of the workspace; or Postman's own, by file, folder or URL.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<String>,
    /// What is common to `run` and `send`.
    #[command(flatten)]
    pub sending: SendingArgs,
    /// Postman globals instead of the workspace's: their file or URL.
    #[arg(short = 'g', long, value_name = "FILE")]
    pub globals: Option<String>,
    /// Gives a global variable a value for this run; a KEY alone is there without a value.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub global_var: Vec<Given>,
    /// How often to run all of it; with data, the number of its rows.
    #[arg(short = 'n', long, value_name = "N", value_parser = count, allow_negative_numbers = true)]
    pub iteration_count: Option<u32>,
    /// What a settings file says itself instead of naming a file.
    #[arg(skip)]
    pub inline: Inline,
    /// Iteration data: a JSON array of objects, or CSV; a file or URL.
    #[arg(short = 'd', long, value_name = "FILE")]
    pub iteration_data: Option<String>,
    /// Runs only this folder (or request) of what PATH names; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub folder: Vec<String>,

    /// Stops at the first failure; `--bail folder` only at an error of a request or script; a failed test is none.
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        value_delimiter = ',',
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "failure",
        help_heading = FLOW
    )]
    pub bail: Vec<Bail>,
    /// Stops at the first failure, and breaks off what runs beside it.
    #[arg(long, help_heading = FLOW)]
    pub fail_fast: bool,
    /// Tries a request that failed up to N times more; variables a failed try set are not kept, cookies are.
    #[arg(long, value_name = "N", value_parser = number, allow_negative_numbers = true, default_value = "0", help_heading = FLOW)]
    pub retry: usize,
    /// Runs N iterations at once, each with variables and cookies of its own.
    #[arg(long, value_name = "N", value_parser = count, allow_negative_numbers = true, default_value = "1", help_heading = FLOW)]
    pub parallel: u32,
    /// Runs only part I of N: every Nth iteration, or with a single one a part of the requests.
    #[arg(long, value_name = "I/N", value_parser = shard, help_heading = FLOW)]
    pub shard: Option<(usize, usize)>,
    /// Waits between requests: `500` (ms), `2s`.
    #[arg(long, value_name = "TIME", value_parser = milliseconds, allow_negative_numbers = true, num_args = 0..=1, default_value = "0", default_missing_value = "0", help_heading = FLOW)]
    pub delay_request: Duration,
    /// Ends the whole run after so long: `500` (ms), `5m`.
    #[arg(long, value_name = "TIME", value_parser = milliseconds, allow_negative_numbers = true, num_args = 0..=1, default_value = "0", default_missing_value = "0", help_heading = FLOW)]
    pub timeout: Duration,
    /// Exits with 0 even when something failed.
    #[arg(short = 'x', long, help_heading = FLOW)]
    pub suppress_exit_code: bool,

    /// Does not follow redirects, unless a request says otherwise.
    #[arg(long, help_heading = WIRE)]
    pub ignore_redirects: bool,
    /// Where relative paths of body files start.
    #[arg(long, value_name = "DIR", help_heading = WIRE)]
    pub working_dir: Option<PathBuf>,
    /// Reads no body files outside the working directory.
    #[arg(long, help_heading = WIRE)]
    pub no_insecure_file_read: bool,
    /// Client certificates for servers, in Postman's list (JSON).
    #[arg(long, value_name = "FILE", help_heading = WIRE)]
    pub ssl_client_cert_list: Option<PathBuf>,
    /// The client's certificate (PEM).
    #[arg(long, value_name = "FILE", help_heading = WIRE)]
    pub ssl_client_cert: Option<PathBuf>,
    /// The key of the client's certificate (PEM); without it, the certificate's file holds it.
    #[arg(long, value_name = "FILE", requires = "ssl_client_cert", help_heading = WIRE)]
    pub ssl_client_key: Option<PathBuf>,
    /// What the client's key is encrypted with.
    #[arg(long, value_name = "TEXT", requires = "ssl_client_cert", help_heading = WIRE)]
    pub ssl_client_passphrase: Option<String>,
    /// Certificates to trust besides the system's (PEM).
    #[arg(long, value_name = "FILE", help_heading = WIRE)]
    pub ssl_extra_ca_certs: Option<PathBuf>,
    /// Cookies to begin with: a cookie jar as newman writes it.
    #[arg(long, value_name = "FILE", help_heading = WIRE)]
    pub cookie_jar: Option<PathBuf>,

    /// Who reports: cli, json, junit, html, progress, emojitrain; several with commas. Their options are `--reporter-NAME-OPTION`,
    /// such as `--reporter-json-export FILE`.
    #[arg(
        short = 'r',
        long,
        value_name = "NAMES",
        value_parser = names,
        default_value = "cli",
        help_heading = REPORT
    )]
    // Not as `Vec`, of which clap takes what all occurrences say together.
    pub reporters: std::vec::Vec<String>,
    /// Prints nothing but errors.
    #[arg(long, help_heading = REPORT)]
    pub silent: bool,
    /// Prints requests, responses and timings at length.
    #[arg(long, help_heading = REPORT)]
    pub verbose: bool,
    /// Draws with letters alone.
    #[arg(long, help_heading = REPORT)]
    pub disable_unicode: bool,
    /// Writes the environment as it is after the run, with its secrets.
    #[arg(long, value_name = "FILE", value_parser = out_file, help_heading = REPORT)]
    pub export_environment: Option<PathBuf>,
    /// Writes the globals as they are after the run, with their secrets.
    #[arg(long, value_name = "FILE", value_parser = out_file, help_heading = REPORT)]
    pub export_globals: Option<PathBuf>,
    /// Writes the collection that was run, with its variables as they were before the run.
    #[arg(long, value_name = "FILE", value_parser = out_file, help_heading = REPORT)]
    pub export_collection: Option<PathBuf>,
    /// Writes the cookies after the run.
    #[arg(long, value_name = "FILE", value_parser = out_file, help_heading = REPORT)]
    pub export_cookie_jar: Option<PathBuf>,
}

const FLOW: &str = "Flow";
const WIRE: &str = "Requests";
const REPORT: &str = "Reports";

/// When a run ends early.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Bail {
    /// At the first failure.
    Failure,
    /// When `--folder` names nothing, or at any error of a request or script.
    Folder,
}

#[expect(clippy::unnecessary_wraps, reason = "clap wants it so")]
fn names(text: &str) -> Result<Vec<String>, Infallible> {
    Ok(text.split(',').map(str::to_owned).collect())
}

/// Reads `2/5` as the second of five parts, counted from 0.
fn shard(text: &str) -> Result<(usize, usize), String> {
    let wrong = || "give it as `1/4`, the first of four parts".to_owned();
    let (part, of) = text.split_once('/').ok_or_else(wrong)?;
    match (part.trim().parse::<usize>(), of.trim().parse::<usize>()) {
        (Ok(part), Ok(of)) if (1..=of).contains(&part) => Ok((part - 1, of)),
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use crate::cli::args::{Command, Later};
    use clap::Parser;

    fn run(args: &[&str]) -> RunArgs {
        let cli = Cli::try_parse_from(["postrider", "run"].iter().chain(args)).expect("parses");
        let Some(Command::Run(Later(args))) = cli.command else {
            panic!("another command")
        };
        *args
    }

    #[test]
    fn newmans_short_forms_mean_what_they_mean_there() {
        let args = run(&[
            "c.json", "-e", "e", "-g", "g", "-d", "d", "-n", "2", "-x", "-k", "-r", "cli,json",
        ]);
        assert_eq!(args.sending.environment.as_deref(), Some("e"));
        assert_eq!(
            (args.globals.as_deref(), args.iteration_data.as_deref()),
            (Some("g"), Some("d"))
        );
        assert_eq!((args.iteration_count, args.suppress_exit_code), (Some(2), true));
        assert!(args.sending.insecure);
        assert_eq!(args.reporters, ["cli", "json"]);
    }

    #[test]
    fn the_last_of_an_option_given_twice_counts_as_for_newman() {
        let args = run(&[
            "c",
            "-e",
            "a",
            "-g",
            "a",
            "-n",
            "1",
            "-d",
            "a",
            "-x",
            "-x",
            "-e",
            "b",
            "-g",
            "b",
            "-n",
            "2",
            "-d",
            "b",
            "-r",
            "cli,html",
            "-r",
            "json,junit",
        ]);
        assert_eq!(args.reporters, ["json", "junit"]);
        assert_eq!(args.sending.environment.as_deref(), Some("b"));
        assert_eq!(
            (
                args.globals.as_deref(),
                args.iteration_data.as_deref(),
                args.iteration_count
            ),
            (Some("b"), Some("b"), Some(2))
        );
        let args = run(&[
            "c",
            "d",
            "--env-var",
            "a",
            "--env-var",
            "b",
            "--folder",
            "f",
            "--folder",
            "g",
        ]);
        assert_eq!(
            (args.paths.len(), args.sending.env_var.len(), args.folder.len()),
            (2, 2, 2)
        );
    }

    #[test]
    fn bail_has_a_word_or_none() {
        assert_eq!(run(&["c"]).bail, []);
        assert_eq!(run(&["c", "--bail"]).bail, [Bail::Failure]);
        assert_eq!(run(&["--bail=folder,failure", "c"]).bail, [Bail::Folder, Bail::Failure]);
    }

    #[test]
    fn a_shard_is_one_of_several() {
        assert_eq!(shard("2/5"), Ok((1, 5)));
        for wrong in ["0/5", "6/5", "1", "a/b", "1/0"] {
            assert!(shard(wrong).is_err(), "{wrong}");
        }
    }
}
