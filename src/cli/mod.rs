//! The command line: clap, one file per command, and what they print.
//!
//! ```text
//! args ─▶ Cli ─┬─ no command, demo ──▶ find the workspace ──▶ Launch::Tui: main opens the screen
//!              └─ run, send, env … ──▶ open the workspace ─▶ exec ─▶ stdout: results   stderr: everything else
//! ```
//!
//! Exit codes: 0 all went well; 1 something failed (a request, a script, a test, a file); 2 the command line asks for
//! something that is not there; 130 cancelled by Ctrl+C.

mod advice;
pub mod args;
mod argv;
mod body;
mod bounded;
mod certificates;
mod consent;
mod consents;
mod cookies;
mod crash;
mod demo;
mod describe;
mod doctor;
mod env;
mod error;
mod export;
mod find;
mod foreign;
mod import;
mod kept;
mod open;
mod output;
mod packages;
mod passphrase;
mod raw;
mod rc;
mod renewal;
mod reporters;
mod run;
mod schema;
mod scopes;
mod secrets;
mod send;
mod sign_in;
mod stream;
mod tips;
mod tokens;
mod vault;
mod wire;

use std::fs::File;
use std::future::Future;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::CommandFactory;

use tokio::runtime::{Builder, Runtime};

use crate::foreign::Beside;
use crate::model::Secret;
use crate::model::problem::Problem;
use crate::model::spelling;
use crate::store::keyring::SystemKeyring;
use crate::store::locate::{LocateError, nearest, plain, samples};
use crate::store::seal::{Protection, Safe};
use crate::store::{Paths, locate};
pub use args::{Cli, Command, DemoArgs};
use args::{ExportFormat, Later};
pub use crash::report_crashes;
pub use error::{CliError, report};
use open::{Opened, with_causes};
use output::Output;

use argv::{Parsed, ReporterOptions};

/// What the command line asks for.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one, made once")]
pub enum Launch {
    /// The screen: on this workspace, with the demo server, if it was asked for.
    Tui {
        /// The workspace's folder; or Postman's file or folder.
        root: PathBuf,
        /// Whether it is Postman's.
        foreign: bool,
        /// What is opened beside it.
        beside: Beside,
        /// The workspace that Postman's file is imported into.
        into: Option<PathBuf>,
        /// Where our own files are.
        paths: Paths,
        /// How the demo server is to run.
        demo: Option<crate::demo::Config>,
        /// What unlocks the values that are kept, if they are locked and the user has given it.
        passphrase: Option<Secret>,
    },
    /// The command is done.
    Exit(ExitCode),
}

/// Says what is wrong with the user's keys; the screen knows, of which the command line knows nothing.
pub type CheckLooks = fn(&Paths) -> Vec<Problem>;

/// Reads the process's arguments and does what they ask for, except opening the screen.
pub fn start(check: CheckLooks) -> Launch {
    let Parsed {
        cli,
        reporters,
        warnings,
    } = match argv::parse(std::env::args_os()) {
        Ok(parsed) => parsed,
        Err(error) => return Launch::Exit(error.report(&mut Output::standard(args::ColorWhen::Auto))),
    };
    let named = Named {
        workspace: cli.workspace,
        opened: cli.dir,
    };
    let mut output = Output::standard(cli.color);
    for warning in &warnings {
        open::tell(&mut output, warning, None);
    }
    let beside = Beside {
        environments: cli.environment,
        globals: cli.globals,
    };
    let launch = match cli.command {
        None => screen(&named, None, beside),
        Some(_) if beside != Beside::default() => Err(CliError::usage(
            "`-e` and `-g` before a command are for looking at a file of Postman's",
        )
        .hint("write them behind the command: `postrider run FILE -e ENV`")),
        Some(Command::Demo(Later(demo))) if !demo.serve => screen(&named, Some(&demo), beside),
        Some(command) => named
            .one()
            .and_then(|workspace| perform(command, &reporters, workspace, check, &mut output))
            .map(Launch::Exit),
    };
    launch.unwrap_or_else(|error| Launch::Exit(error.report(&mut output)))
}

/// What the command line names.
struct Named {
    /// The workspace, by `-w`.
    workspace: Option<PathBuf>,
    /// What is to be opened: a workspace, or something of Postman's.
    opened: Option<PathBuf>,
}

impl Named {
    /// The workspace; that there are two is a slip.
    fn one(&self) -> Result<Option<&Path>, CliError> {
        match (&self.workspace, &self.opened) {
            (Some(workspace), Some(opened)) => Err(CliError::usage(format!(
                "two workspaces are named: `{}` and `{}`",
                opened.display(),
                workspace.display()
            ))
            .hint("leave one of them out")),
            (one, other) => Ok(one.as_deref().or(other.as_deref())),
        }
    }
}

/// What the screen is to show: the workspace named, found or made; for the demo the samples, unless one is named.
fn screen(named: &Named, demo: Option<&DemoArgs>, beside: Beside) -> Result<Launch, CliError> {
    let start = current_folder()?;
    let opened = named.opened.as_deref().or(named.workspace.as_deref());
    let foreign = opened.filter(|typed| demo.is_none() && opens_foreign(&start, typed));
    if let Some(folder) = opened.filter(|folder| foreign.is_none() && !folder.is_dir()) {
        return Err(no_folder(folder));
    }
    // Beside a file of Postman's, what is imported goes into the workspace named, else into the nearest one.
    let into = match named.workspace.as_deref().filter(|_| named.opened.is_some()) {
        Some(folder) if foreign.is_some() => {
            Some(locate(&start, Some(folder), &own_folders()?).map_err(no_place)?.root)
        }
        _ => nearest(&start).map(Path::to_owned),
    };
    let workspace = if foreign.is_none() { named.one()? } else { None };
    if foreign.is_none() && beside != Beside::default() {
        return Err(
            CliError::usage("`-e` and `-g` go with a file of Postman's: `postrider FILE -e ENV`")
                .hint("in a workspace, `postrider env use NAME` chooses the environment"),
        );
    }
    let beside = Beside {
        environments: beside.environments.iter().map(|typed| start.join(typed)).collect(),
        globals: beside.globals.map(|typed| start.join(typed)),
    };
    if !has_terminal() {
        return Err(CliError::failed("there is no terminal to open the screen on")
            .hint("`postrider run` and `postrider send` work without one; `postrider --help` lists all commands"));
    }
    let paths = own_folders()?;
    let passphrase = for_the_session(&paths)?;
    if let Some(typed) = foreign {
        return Ok(Launch::Tui {
            root: start.join(typed),
            foreign: true,
            beside,
            into: into.map(|folder| plain(&start.join(folder))),
            paths,
            demo: None,
            passphrase,
        });
    }
    let found = match (workspace, demo) {
        (None, Some(_)) => samples(&start, &paths),
        _ => locate(&start, workspace, &paths).map(|location| location.root),
    };
    let root = found.map_err(no_place)?;
    let demo = demo.map(|demo| crate::demo::Config {
        port: demo.port,
        token_ttl: demo.token_ttl,
        key_file: Some(paths.demo_key()),
    });
    Ok(Launch::Tui {
        root,
        foreign: false,
        beside,
        into: None,
        paths,
        demo,
        passphrase,
    })
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn no_place(error: LocateError) -> CliError {
    let told = match &error {
        LocateError::NoFolder(_) => CliError::usage(error.to_string()),
        LocateError::Create { .. } => CliError::failed(error.to_string()),
    };
    with_causes(told, &error).hint(error.hint())
}

/// Obtains the passphrase before the screen opens; without it, what is kept stays locked.
fn for_the_session(paths: &Paths) -> Result<Option<Secret>, CliError> {
    let safe = Safe::new(paths.secrets_key());
    if !matches!(safe.protection(), Ok(Protection::Passphrase)) {
        return Ok(None);
    }
    passphrase::obtain(&safe, &SystemKeyring::of(&safe), true)
}

/// Whether what was typed is there, and is Postman's.
fn opens_foreign(start: &Path, typed: &Path) -> bool {
    let path = start.join(typed);
    path.exists() && typed.to_str().is_some_and(|typed| foreign::is_foreign(start, typed))
}

/// Whether a person sees stdout and can type: keys come from the standard input or else from the terminal itself.
fn has_terminal() -> bool {
    io::stdout().is_terminal() && (io::stdin().is_terminal() || (cfg!(unix) && File::open("/dev/tty").is_ok()))
}

fn own_folders() -> Result<Paths, CliError> {
    Paths::from_env()
        .ok_or_else(|| CliError::failed("there is no home folder").hint("set `HOME`, or the `XDG_…_HOME` variables"))
}

fn current_folder() -> Result<PathBuf, CliError> {
    std::env::current_dir().map_err(|error| {
        CliError::failed("the current folder cannot be read")
            .because(error)
            .hint("go to a folder that is there")
    })
}

/// The first word is neither a command nor a folder: most often a slip in a command's name.
fn no_folder(typed: &Path) -> CliError {
    let typed = typed.to_string_lossy();
    let error = CliError::usage(format!(
        "`{typed}` is neither a command, nor a folder, nor a file of Postman's"
    ));
    let definition = Cli::command();
    let near = definition
        .get_subcommands()
        .map(|command| (spelling::distance(command.get_name(), &typed), command.get_name()))
        .min()
        .filter(|(distance, _)| *distance <= 2);
    match near {
        Some((_, name)) => error.hint(format!("did you mean `postrider {name}`?")),
        None => error.hint("`postrider --help` lists the commands"),
    }
}

fn perform(
    command: Command,
    reporters: &ReporterOptions,
    workspace: Option<&Path>,
    check: CheckLooks,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    let cwd = current_folder()?;
    match command {
        Command::Demo(Later(args)) => in_background(Builder::new_multi_thread(), demo::serve(&args, output))?,
        Command::Run(Later(args)) => {
            let start = run::Start {
                args: &args,
                reporters,
                workspace,
                cwd: &cwd,
            };
            in_background(Builder::new_current_thread(), run::run(&start, output))?
        }
        Command::Send(Later(args)) => {
            let background = Background::new(Builder::new_current_thread())?;
            let engine = background.within(|| send::engine(&args));
            let opened = Opened::at(&start_of(&cwd, &args.target), workspace, output)?;
            let sent = background.run(send::send(opened, &engine, &args, &cwd, output));
            // Its world goes with the program; taking it apart would only keep a core busy until then.
            std::mem::forget(engine);
            sent
        }
        Command::Import(Later(args)) => {
            let opened = Opened::to_import(&cwd, workspace, output)?;
            in_background(
                Builder::new_current_thread(),
                import::import(opened, &args, &cwd, output),
            )?
        }
        Command::Export {
            format: Later(ExportFormat::Postman(args)),
        } => {
            let mut opened = Opened::at(&start_of(&cwd, &args.path), workspace, output)?;
            opened.unlock(output)?;
            export::postman(&opened, &args, &cwd, output)
        }
        Command::Env(Later(args)) => env::env(Opened::at(&cwd, workspace, output)?, &args.command, &cwd, output),
        Command::Vault {
            command: Later(command),
        } => vault::vault(Opened::at(&cwd, workspace, output)?, &command, output),
        Command::Consents {
            command: Later(command),
        } => consents::consents(Opened::at(&cwd, workspace, output)?, &command, output),
        Command::Secrets {
            command: Later(command),
        } => secrets::secrets(&Opened::at(&cwd, workspace, output)?, command, output),
        Command::Tokens {
            command: Later(command),
        } => {
            let opened = Opened::at(&cwd, workspace, output)?;
            let work = tokens::tokens(opened, &command, &cwd, output);
            in_background(Builder::new_current_thread(), work)?
        }
        Command::Packages {
            command: Later(command),
        } => {
            let opened = Opened::at(&cwd, workspace, output)?;
            in_background(
                Builder::new_current_thread(),
                packages::packages(&opened, &command, output),
            )?
        }
        Command::Doctor(args) => {
            let mut opened = Opened::at(&cwd, workspace, output)?;
            let looks = check(&opened.paths);
            doctor::doctor(&mut opened, &args, &looks, output)
        }
        Command::Schema { kind } => schema::print(kind.as_deref(), output),
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
fn in_background<T>(runtime: Builder, future: impl Future<Output = T>) -> Result<T, CliError> {
    Ok(Background::new(runtime)?.run(future))
}

/// A runtime that ends with what runs on it.
struct Background(Runtime);

impl Background {
    fn new(mut runtime: Builder) -> Result<Self, CliError> {
        let runtime = runtime.enable_all().build();
        runtime
            .map(Self)
            .map_err(|error| CliError::failed("cannot start the runtime").because(error))
    }

    /// Starts something on it that goes on by itself.
    fn within<T>(&self, start: impl FnOnce() -> T) -> T {
        let _inside = self.0.enter();
        start()
    }

    fn run<T>(self, future: impl Future<Output = T>) -> T {
        let out = self.0.block_on(future);
        // A script that cannot be interrupted must not hold the program.
        self.0.shutdown_background();
        out
    }
}
