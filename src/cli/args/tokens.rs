//! What `tokens` takes.

use clap::{Args, Subcommand};

use super::SendingArgs;

/// What `tokens` can do.
#[derive(Clone, Debug, Subcommand)]
pub enum TokensCommand {
    /// Lists the tokens of all environments: where each comes from, and how long it is good.
    List(ListTokensArgs),
    /// Fetches a token anew, however good the one there is.
    Renew(Box<RenewTokenArgs>),
    /// Signs in: gets the token that a request's OAuth 2.0 auth needs, or that of a variable; the request is not sent.
    Login(Box<LoginArgs>),
    /// Forgets a token and all that came with it: logs out.
    Forget(ForgetTokensArgs),
}

/// What `tokens list` takes.
#[derive(Clone, Debug, Args)]
pub struct ListTokensArgs {
    /// Only those of this environment.
    #[arg(short = 'e', long, value_name = "ENV")]
    pub environment: Option<String>,
    /// Prints JSON.
    #[arg(long)]
    pub json: bool,
}

/// What `tokens renew` takes.
#[derive(Clone, Debug, Args)]
pub struct RenewTokenArgs {
    /// What `tokens list` calls it: its variable, with more where two have one name.
    pub name: String,
    /// As for `send`.
    #[command(flatten)]
    pub sending: SendingArgs,
}

/// What `tokens login` takes.
#[derive(Clone, Debug, Args)]
pub struct LoginArgs {
    /// The request: its file, or its place in the workspace; or the token's name.
    pub name: String,
    /// Waits for whoever signs in, also without a terminal.
    #[arg(long, conflicts_with = "no_interaction")]
    pub wait: bool,
    /// As for `send`.
    #[command(flatten)]
    pub sending: SendingArgs,
}

/// What `tokens forget` takes.
#[derive(Clone, Debug, Args)]
pub struct ForgetTokensArgs {
    /// What `tokens list` calls it: its variable, with more where two have one name.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub name: Option<String>,
    /// All tokens of the environment.
    #[arg(long)]
    pub all: bool,
    /// The environment. Without it, the one that `env use` or the program chose.
    #[arg(short = 'e', long, value_name = "ENV")]
    pub environment: Option<String>,
}
