//! The command line: clap, one file per command, and what they print.
//!
//! ```text
//! args ─▶ Cli ─┬─ no command, demo ──▶ Launch::Tui: main opens the screen
//!              └─ run, send, env … ──▶ open the workspace ─▶ exec ─▶ stdout: results   stderr: everything else
//! ```
//!
//! Exit codes: 0 all went well; 1 something failed (a request, a script, a test, a file); 2 the command line asks for
//! something that is not there; 130 cancelled by Ctrl+C.

pub mod args;
mod body;
mod demo;
mod describe;
mod doctor;
mod env;
mod error;
mod find;
mod open;
mod output;
mod report;
mod run;
mod send;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use tokio::runtime::Builder;

pub use args::{Cli, Command, DemoArgs};
pub use error::{CliError, report};
use open::Opened;
use output::Output;

/// What the command line asks for.
#[derive(Debug)]
pub enum Launch {
    /// The screen: on this workspace, if one was named, with the demo server, if it was asked for.
    Tui {
        /// The workspace's folder.
        workspace: Option<PathBuf>,
        /// How the demo server is to run.
        demo: Option<DemoArgs>,
    },
    /// The command is done.
    Exit(ExitCode),
}

/// Reads the process's arguments and does what they ask for, except opening the screen.
pub fn start() -> Launch {
    let cli = Cli::parse();
    let workspace = cli.workspace.or(cli.dir);
    match cli.command {
        None if workspace.as_ref().is_some_and(|folder| !folder.is_dir()) => {
            let error = no_folder(workspace.unwrap_or_default().as_path());
            Launch::Exit(error.report(&mut Output::standard(cli.color)))
        }
        None => Launch::Tui { workspace, demo: None },
        Some(Command::Demo(demo)) if !demo.serve => Launch::Tui {
            workspace,
            demo: Some(demo),
        },
        Some(command) => {
            let mut output = Output::standard(cli.color);
            let done = perform(command, workspace.as_deref(), &mut output);
            Launch::Exit(done.unwrap_or_else(|error| error.report(&mut output)))
        }
    }
}

/// The first word is neither a command nor a folder: most often a slip in a command's name.
fn no_folder(typed: &Path) -> CliError {
    let typed = typed.to_string_lossy();
    let error = CliError::usage(format!("`{typed}` is neither a command nor a folder"));
    let definition = Cli::command();
    let near = definition
        .get_subcommands()
        .map(|command| (find::distance(command.get_name(), &typed), command.get_name()))
        .min()
        .filter(|(distance, _)| *distance <= 2);
    match near {
        Some((_, name)) => error.hint(format!("did you mean `postrider {name}`?")),
        None => error.hint("`postrider --help` lists the commands"),
    }
}

fn perform(command: Command, workspace: Option<&Path>, output: &mut Output) -> Result<ExitCode, CliError> {
    let cwd = std::env::current_dir()
        .map_err(|error| CliError::failed("the current folder cannot be read").because(error))?;
    match command {
        Command::Demo(args) => in_background(Builder::new_multi_thread(), demo::serve(&args, output))?,
        Command::Run(args) => {
            let start = args.paths.first().map(|path| start_of(&cwd, path));
            let opened = Opened::at(start.as_deref().unwrap_or(&cwd), workspace, output)?;
            in_background(Builder::new_current_thread(), run::run(opened, &args, &cwd, output))?
        }
        Command::Send(args) => {
            let opened = Opened::at(&start_of(&cwd, &args.target), workspace, output)?;
            in_background(Builder::new_current_thread(), send::send(opened, &args, &cwd, output))?
        }
        Command::Env(args) => env::env(Opened::at(&cwd, workspace, output)?, &args.command, output),
        Command::Doctor(args) => doctor::doctor(&Opened::at(&cwd, workspace, output)?, &args, output),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "postrider", &mut script);
            output.bytes(&script)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Where to look for the workspace: at the item itself, if it was given as an existing file or folder.
fn start_of(cwd: &Path, typed: &str) -> PathBuf {
    let path = cwd.join(typed);
    let file = cwd.join(format!("{typed}.toml"));
    if path.is_dir() {
        path
    } else if path.is_file() || file.is_file() {
        path.parent().map_or_else(|| cwd.to_owned(), Path::to_owned)
    } else {
        cwd.to_owned()
    }
}

/// Runs a future on a runtime of its own, which ends with it.
///
/// Commands that send get one thread: they do one thing at a time, and handing it to and fro between threads would take
/// longer than some requests. What blocks (scripts, names to look up, keys of the demo server) has threads of its own.
fn in_background<T>(mut runtime: Builder, future: impl Future<Output = T>) -> Result<T, CliError> {
    let runtime = runtime
        .enable_all()
        .build()
        .map_err(|error| CliError::failed("cannot start the runtime").because(error))?;
    let out = runtime.block_on(future);
    // A script that cannot be interrupted must not hold the program.
    runtime.shutdown_background();
    Ok(out)
}
