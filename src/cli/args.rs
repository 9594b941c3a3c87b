//! What the command line takes. Parsing only: what the words mean is each command's business.

mod later;
mod run;
mod tokens;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::model::Secret;

pub use later::Later;
pub use run::{Bail, Inline, RunArgs};
pub use tokens::{ForgetTokensArgs, ListTokensArgs, LoginArgs, RenewTokenArgs, TokensCommand};

/// Postman for the terminal.
///
/// Without a command it opens the workspace: the folder given, else the nearest one upwards that has `collections/` or
/// `environments/` in it, else your own.
#[derive(Debug, Default, Parser)]
#[command(name = "postrider", version, max_term_width = 100)]
pub struct Cli {
    /// The workspace's folder; or Postman's own file or v3 folder, to look at, send and run.
    #[arg(value_name = "DIR | FILE")]
    pub dir: Option<PathBuf>,

    /// An environment's file beside Postman's own, to be active; of several the first.
    #[arg(short = 'e', long, value_name = "FILE")]
    pub environment: Vec<PathBuf>,

    /// The file of the globals beside Postman's own.
    #[arg(short = 'g', long, value_name = "FILE")]
    pub globals: Option<PathBuf>,

    /// The workspace's folder, for any command.
    #[arg(short = 'w', long, global = true, value_name = "DIR")]
    pub workspace: Option<PathBuf>,

    /// When to use colour; `NO_COLOR` and `CLICOLOR_FORCE` are honoured.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorWhen,

    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
    /// As `always`, in newman's word.
    On,
    /// As `never`, in newman's word.
    Off,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Opens the samples with the embedded demo server running.
    Demo(Later<DemoArgs>),
    /// Runs requests, folders or collections, in order, with their tests.
    Run(Later<Box<RunArgs>>),
    /// Sends one request: a saved one, or METHOD and URL. The body goes to stdout, all else to stderr.
    Send(Later<SendArgs>),
    /// Takes Postman's collections, environments and globals into the workspace's files.
    Import(Later<ImportArgs>),
    /// Writes what is in the workspace in another program's format.
    Export {
        /// The format.
        #[command(subcommand)]
        format: Later<ExportFormat>,
    },
    /// Lists, chooses, reads and sets environments and their variables.
    Env(Later<EnvArgs>),
    /// Your secrets for scripts (`pm.vault`) and requests (`{{vault:NAME}}`), with your consent: lists, sets and removes them.
    Vault {
        /// What to do.
        #[command(subcommand)]
        command: Later<VaultCommand>,
    },
    /// What collections may by your word: the variables, programs and files of yours; lists it and takes it back.
    Consents {
        /// What to do.
        #[command(subcommand)]
        command: Later<ConsentsCommand>,
    },
    /// What guards the values that are kept on this machine (current values and cookies), which are sealed.
    Secrets {
        /// What to do.
        #[command(subcommand)]
        command: Later<SecretsCommand>,
    },
    /// The tokens of the workspace: lists them with how long they are good, renews and forgets them.
    Tokens {
        /// What to do.
        #[command(subcommand)]
        command: Later<TokensCommand>,
    },
    /// npm packages that scripts may require: lists, fetches, adds and removes them.
    Packages {
        /// What to do.
        #[command(subcommand)]
        command: Later<PackagesCommand>,
    },
    /// Says what postrider sees of the terminal, the workspace and its own files.
    Doctor(DoctorArgs),
    /// Prints the JSON Schema of a kind of file, for your editor; without KIND, the kinds.
    Schema {
        /// The kind of file.
        #[arg(value_parser = ["collection", "folder", "request", "environment", "globals", "config", "auth"])]
        kind: Option<String>,
    },
    /// Prints a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// How the demo server is to run.
#[derive(Clone, Debug, Args)]
pub struct DemoArgs {
    /// Runs the server alone and prints its base URL.
    #[arg(long)]
    pub serve: bool,
    /// The TCP port on 127.0.0.1; 0 takes a free one.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub port: u16,
    /// How long its tokens live: `20s`, `10m`.
    #[arg(long, default_value = "10m", value_name = "TIME", value_parser = seconds)]
    pub token_ttl: Duration,
}

/// What `run` and `send` have in common.
#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct SendingArgs {
    /// The environment: its name, or a Postman environment's file or URL. Without it, the one that `env use` or the
    /// program chose.
    #[arg(short = 'e', long, value_name = "ENV")]
    pub environment: Option<String>,
    /// Your key to Postman's API, for collections and environments that are given by their UID or by their URL there.
    #[arg(long, value_name = "KEY", env = "POSTMAN_API_KEY", hide_env_values = true, value_parser = secret)]
    pub postman_api_key: Option<Secret>,
    /// Gives a variable of the environment a value for this command; a KEY alone is there without a value.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    pub env_var: Vec<Given>,
    /// Starts the demo server for this command and sets `base_url` to it.
    #[arg(long)]
    pub demo: bool,
    /// How long the demo server's tokens live.
    #[arg(long, default_value = "10m", value_name = "TIME", value_parser = seconds, requires = "demo")]
    pub token_ttl: Duration,
    /// Does not check servers' certificates.
    #[arg(short = 'k', long)]
    pub insecure: bool,
    /// Gives up on a request after so long: `500` (ms), `5s`; 0 is never.
    #[arg(long, value_name = "TIME", value_parser = milliseconds, num_args = 0..=1, default_missing_value = "0")]
    pub timeout_request: Option<Duration>,
    /// Lets scripts and requests use your secrets by `pm.vault` and `{{vault:NAME}}`; `postrider vault list` says which there are.
    #[arg(long)]
    pub allow_vault: bool,
    /// Renews no tokens by itself, as Postman does not.
    #[arg(long)]
    pub no_renew: bool,
    /// Lets requests with the auth type `netrc` use `~/.netrc`, or what `$NETRC` names.
    #[arg(long)]
    pub netrc: bool,
    /// Lets requests with the auth type `negotiate` use your Kerberos ticket.
    #[arg(long)]
    pub allow_ticket: bool,
    /// Lets requests read the variables of your environment that they name: `{{$env NAME}}`, `source = { env = … }`.
    #[arg(long)]
    pub allow_env: bool,
    /// Lets variables come from the programs they name: `source = { command = … }`.
    #[arg(long)]
    pub allow_command: bool,
    /// Lets requests send files from outside of the workspace's folder.
    #[arg(long)]
    pub allow_file: bool,
    /// Asks for nothing and waits for nobody, also on a terminal: a token that somebody must sign in for is an error.
    #[arg(long)]
    pub no_interaction: bool,
    /// Stops a script after so long: `500` (ms), `5s`; never with `0`.
    #[arg(long, value_name = "TIME", value_parser = milliseconds, num_args = 0..=1, default_missing_value = "0")]
    pub timeout_script: Option<Duration>,
}

/// What `send` takes.
#[derive(Clone, Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct SendArgs {
    /// A saved request (its file, or its place in the workspace), a URL, or the METHOD of the URL that follows.
    #[arg(value_name = "REQUEST|METHOD")]
    pub target: String,
    /// The URL, behind a METHOD.
    #[arg(value_name = "URL")]
    pub url: Option<String>,
    /// What is common to `run` and `send`.
    #[command(flatten)]
    pub sending: SendingArgs,
    /// Sets a header; an empty value behind the colon sends it empty.
    #[arg(short = 'H', long, value_name = "NAME: VALUE", value_parser = header)]
    pub header: Vec<(String, String)>,
    /// Sends this body; `@FILE` reads a file, `@-` the standard input.
    #[arg(short = 'd', long, value_name = "TEXT")]
    pub data: Option<String>,
    /// Prints the status line and the headers before the body.
    #[arg(short = 'i', long)]
    pub include: bool,
    /// Writes the body to a file.
    #[arg(short = 'o', long, value_name = "FILE", value_parser = out_file)]
    pub output: Option<PathBuf>,
    /// Prints the body as it came, also on a terminal.
    #[arg(long)]
    pub raw: bool,
    /// Exits with 1 when the status is 400 or more.
    #[arg(short = 'f', long)]
    pub fail: bool,
    /// Prints only the body, and errors.
    #[arg(short = 'q', long)]
    pub quiet: bool,
    /// Tells of the wire, on stderr: redirects, TLS and its certificates, headers, how long each part took.
    #[arg(short = 'v', long, conflicts_with = "quiet")]
    pub verbose: bool,
}

/// What `import` takes.
#[derive(Clone, Debug, Args)]
pub struct ImportArgs {
    /// Files, folders or URLs of Postman's, or ids in its API; `-` reads the standard input.
    #[arg(required = true, value_name = "FILE")]
    pub sources: Vec<String>,
    /// Your key to Postman's API, for what is given by its id or URL there.
    #[arg(long, value_name = "KEY", env = "POSTMAN_API_KEY", hide_env_values = true, value_parser = secret)]
    pub postman_api_key: Option<Secret>,
    /// Prints the report as JSON.
    #[arg(long)]
    pub json: bool,
    /// Exits with 1 when something could not be carried over as it was.
    #[arg(long)]
    pub strict: bool,
    /// Changes without asking what an earlier import has made.
    #[arg(short = 'y', long)]
    pub yes: bool,
}

/// What `packages` can do.
#[derive(Clone, Debug, Subcommand)]
pub enum PackagesCommand {
    /// Lists Postman's own packages and those of the workspace, and whether they are in the cache.
    List {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
        /// Lists also what the packages need in turn.
        #[arg(short = 'a', long)]
        all: bool,
    },
    /// Fetches all of them into the cache, so that scripts need no network.
    Fetch,
    /// Adds packages to the workspace's `packages.lock` and fetches them with all they need.
    Add {
        /// `jsrsasign@11.1.0`, a range or a tag (`jsrsasign@^11`), or a name for its latest version.
        #[arg(required = true, value_name = "NAME@VERSION")]
        packages: Vec<String>,
    },
    /// Removes packages from the workspace's `packages.lock` and from the cache.
    Remove {
        /// Names, or names and versions.
        #[arg(required = true, value_name = "NAME")]
        packages: Vec<String>,
    },
}

/// The formats of `export`.
#[derive(Clone, Debug, Subcommand)]
pub enum ExportFormat {
    /// Postman's: a v2.1 collection, an environment or globals.
    Postman(PostmanArgs),
}

/// What `export postman` takes.
#[derive(Clone, Debug, Args)]
pub struct PostmanArgs {
    /// A collection, an environment, or `globals`.
    #[arg(value_name = "PATH")]
    pub path: String,
    /// Where to: a file, with `--v3` a folder; without it stdout, with `--v3` the current folder.
    #[arg(short = 'o', long, value_name = "FILE", value_parser = out_file)]
    pub output: Option<PathBuf>,
    /// Writes a folder of YAML files, as today's Postman keeps in git.
    #[arg(long)]
    pub v3: bool,
    /// Writes the values of these secret variables too.
    #[arg(long, value_name = "NAME", num_args = 1.., value_delimiter = ',')]
    pub with_secrets: Vec<String>,
    /// Tells as JSON what was written and what the format has no place for; a v2.1 file needs `-o` then.
    #[arg(long)]
    pub json: bool,
}

/// What `env` takes.
#[derive(Clone, Debug, Args)]
pub struct EnvArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: EnvCommand,
}

/// The commands of `env`.
#[derive(Clone, Debug, Subcommand)]
pub enum EnvCommand {
    /// Lists the environments, the active one is marked; with `-e` or `--collection`, the variables of that one.
    List {
        /// Lists the variables of this environment.
        #[arg(short = 'e', long, value_name = "ENV", group = "of")]
        environment: Option<String>,
        /// Lists the variables of this collection: its name, folder or file.
        #[arg(long, value_name = "PATH", group = "of")]
        collection: Option<String>,
        /// Prints secret values too.
        #[arg(long, requires = "of")]
        reveal: bool,
    },
    /// Makes an environment the active one; `none` makes none active.
    Use {
        /// Its name or file.
        name: String,
    },
    /// Prints a variable's current value, or all variables.
    Get {
        /// The variable; without it, all.
        key: Option<String>,
        /// Whose it is.
        #[command(flatten)]
        whose: Whose,
        /// Prints secret values too.
        #[arg(long)]
        reveal: bool,
    },
    /// Gives a variable a current value: local to this machine, never in a file.
    Set {
        /// The variable.
        key: String,
        /// Its value; `-` reads it from the standard input, or asks for it in a terminal.
        #[arg(allow_negative_numbers = true)]
        value: Option<String>,
        /// Whose it is.
        #[command(flatten)]
        whose: Whose,
        /// Makes it a secret in the file, which never has the value.
        #[arg(long)]
        secret: bool,
    },
    /// Forgets a variable's current value: the one in the file counts again.
    Unset {
        /// The variable.
        key: String,
        /// Whose it is.
        #[command(flatten)]
        whose: Whose,
    },
}

/// Whose variables a command is about.
#[derive(Clone, Debug, Args)]
pub struct Whose {
    /// The environment; without it, the active one.
    #[arg(short = 'e', long, value_name = "ENV")]
    pub environment: Option<String>,
    /// A collection instead: its name, folder or file.
    #[arg(long, value_name = "PATH", conflicts_with = "environment")]
    pub collection: Option<String>,
}

/// The commands of `consents`.
#[derive(Clone, Debug, Subcommand)]
pub enum ConsentsCommand {
    /// Lists what is allowed, by the folders of collections.
    List,
    /// Takes it back: a request that wants it asks again.
    Forget {
        /// The folder of the collection, as the list names it.
        #[arg(required_unless_present = "all")]
        collection: Option<String>,
        /// Of all collections.
        #[arg(long, conflicts_with = "collection")]
        all: bool,
    },
}

/// The commands of `vault`.
#[derive(Clone, Debug, Subcommand)]
pub enum VaultCommand {
    /// Lists the names of the secrets.
    List,
    /// Keeps a secret: on this machine, for this workspace.
    Set {
        /// Its name.
        key: String,
        /// Its value; `-` reads it from the standard input, or asks for it in a terminal.
        #[arg(allow_negative_numbers = true)]
        value: Option<String>,
    },
    /// Says how a secret is used, which is not shown.
    #[command(hide = true)]
    Get {
        /// Its name.
        key: String,
    },
    /// Removes a secret.
    Unset {
        /// Its name.
        key: String,
    },
}

/// The commands of `secrets`.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum SecretsCommand {
    /// Says where the key is and what guards it.
    Status,
    /// Sets a passphrase, or another one, and seals everything with a new key.
    Lock {
        /// Puts the passphrase into the system's keyring, so that nobody is asked; without it, it is taken out of there.
        #[arg(long)]
        keyring: bool,
        /// Takes a short passphrase from `POSTRIDER_PASSPHRASE`, too, although it can be guessed.
        #[arg(long)]
        short: bool,
    },
    /// Removes the passphrase: the key is in its file again, for your user alone.
    Unlock,
    /// Makes a new key and seals everything with it.
    Rekey,
    /// Gives up what nothing opens any more, when the passphrase or the key is lost.
    Forget {
        /// Does not ask.
        #[arg(long)]
        yes: bool,
    },
}

/// What `doctor` takes.
#[derive(Clone, Debug, Args)]
pub struct DoctorArgs {
    /// Shows which keys this terminal delivers, until Esc is pressed twice.
    #[arg(long)]
    pub keys: bool,
}

/// A variable and its value; without a `=` a name that has none, as for newman.
pub type Given = (String, Option<String>);

fn key_value(text: &str) -> Result<Given, String> {
    let (key, value) = match text.split_once('=') {
        Some((key, value)) => (key, Some(value.to_owned())),
        None => (text, None),
    };
    if key.is_empty() {
        return Err("give it as KEY=VALUE".to_owned());
    }
    Ok((key.to_owned(), value))
}

#[expect(clippy::unnecessary_wraps, reason = "clap wants it so")]
fn secret(text: &str) -> Result<Secret, String> {
    Ok(Secret::new(text))
}

fn header(text: &str) -> Result<(String, String), String> {
    match text.split_once(':') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.trim().to_owned())),
        _ => Err("give it as `NAME: VALUE`".to_owned()),
    }
}

/// Where something is written: `-` is stdout.
#[expect(clippy::unnecessary_wraps, reason = "clap wants it so")]
fn out_file(text: &str) -> Result<PathBuf, std::convert::Infallible> {
    Ok(PathBuf::from(if text == "-" { "/dev/stdout" } else { text }))
}

/// A number of things, from 1, written as JavaScript's numbers, as newman takes it: `1e1`, `0x2`.
fn count(text: &str) -> Result<u32, String> {
    let plain = text.trim().to_ascii_lowercase();
    let in_base = |sign: &str, base: u32| {
        let digits = plain.strip_prefix(sign).filter(|digits| !digits.starts_with('+'))?;
        u32::from_str_radix(digits, base).ok()
    };
    let tens = || {
        let number: f64 = plain.parse().ok()?;
        if number.fract() != 0.0 || number > f64::from(u32::MAX) {
            return None;
        }
        format!("{number:.0}").parse().ok()
    };
    let given = in_base("0x", 16)
        .or_else(|| in_base("0b", 2))
        .or_else(|| in_base("0o", 8))
        .or_else(tens)
        .filter(|count| *count > 0);
    given.ok_or_else(|| "give it as a whole number from 1".to_owned())
}

/// A number of things, from 0.
fn number(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "give it as a whole number".to_owned())
}

fn milliseconds(text: &str) -> Result<Duration, String> {
    duration(text, 1)
}

fn seconds(text: &str) -> Result<Duration, String> {
    duration(text, 1000)
}

/// Reads `500`, `500ms`, `2s`, `1.5s`, `10m` or `1h`; a bare number counts in units of `bare` milliseconds.
fn duration(text: &str, bare: u32) -> Result<Duration, String> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let wrong = || {
        let bare = if bare == 1 { "`500` (ms)" } else { "`500ms`" };
        format!("give it as {bare}, `20s`, `10m` or `1h`")
    };
    let factor = match unit.trim() {
        "" => f64::from(bare),
        "ms" => 1.0,
        "s" => 1000.0,
        "m" | "min" => 60_000.0,
        "h" => 3_600_000.0,
        _ => return Err(wrong()),
    };
    let number: f64 = number.parse().map_err(|_| wrong())?;
    Duration::try_from_secs_f64(number * factor / 1000.0).map_err(|_| "it is too long".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_are_read_with_and_without_unit() {
        assert_eq!(milliseconds("500"), Ok(Duration::from_millis(500)));
        assert_eq!(seconds("20"), Ok(Duration::from_secs(20)));
        assert_eq!(seconds("1.5s"), Ok(Duration::from_millis(1500)));
        assert_eq!(milliseconds("10m"), Ok(Duration::from_mins(10)));
        for wrong in ["", "s", "1x", "-1", "1e400h", "99999999999999999999h"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_folder_may_stand_where_a_command_could() {
        let cli = Cli::try_parse_from(["postrider", "./demo"]).expect("parses");
        assert_eq!((cli.dir, cli.command.is_none()), (Some("./demo".into()), true));
        let cli = Cli::try_parse_from(["postrider", "demo", "--token-ttl", "20s"]).expect("parses");
        assert!(matches!(cli.command, Some(Command::Demo(args)) if args.0.token_ttl == Duration::from_secs(20)));
    }

    #[test]
    fn pairs_need_a_name() {
        assert_eq!(key_value("a=b=c"), Ok(("a".into(), Some("b=c".into()))));
        assert_eq!(key_value("a"), Ok(("a".into(), None)));
        assert_eq!(key_value("a="), Ok(("a".into(), Some(String::new()))));
        assert!(key_value("=b").is_err() && key_value("").is_err());
        assert_eq!(header("X-A : b:c"), Ok(("X-A".into(), "b:c".into())));
        assert!(header(": b").is_err());
    }
}
