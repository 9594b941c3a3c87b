//! Arguments and commands of commands that are defined only when their command is asked for.

use clap::builder::Resettable;
use clap::{ArgMatches, Args, Command, Error, FromArgMatches, Subcommand};

/// The arguments of a command, or the commands below it: clap learns them when the command is used, or its help is shown.
///
/// The screen is opened without any of them, and its first frame must not wait for a hundred definitions.
#[derive(Debug)]
pub struct Later<T>(pub T);

impl<T: Args> Args for Later<T> {
    fn augment_args(command: Command) -> Command {
        command.defer(|command| described(command, T::augment_args))
    }

    fn augment_args_for_update(command: Command) -> Command {
        command.defer(|command| described(command, T::augment_args_for_update))
    }
}

impl<T: Subcommand> Subcommand for Later<T> {
    fn augment_subcommands(command: Command) -> Command {
        command.defer(|command| described(command, T::augment_subcommands))
    }

    fn augment_subcommands_for_update(command: Command) -> Command {
        command.defer(|command| described(command, T::augment_subcommands_for_update))
    }

    fn has_subcommand(name: &str) -> bool {
        T::has_subcommand(name)
    }
}

/// Keeps what the command says of itself, which the definition would replace by what is said of the arguments or of the
/// commands below.
fn described(command: Command, define: fn(Command) -> Command) -> Command {
    let about = command
        .get_about()
        .map_or(Resettable::Reset, |about| about.clone().into());
    let long_about = command
        .get_long_about()
        .map_or(Resettable::Reset, |about| about.clone().into());
    define(command).about(about).long_about(long_about)
}

impl<T: FromArgMatches> FromArgMatches for Later<T> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        T::from_arg_matches(matches).map(Self)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        self.0.update_from_arg_matches(matches)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use crate::cli::args::Cli;

    #[test]
    fn a_command_says_the_same_of_itself_before_and_after_it_is_defined() {
        let abouts = |command: &clap::Command| -> Vec<String> {
            let all = command.get_subcommands();
            all.map(|command| format!("{}: {:?}", command.get_name(), command.get_about()))
                .collect()
        };
        let mut command = Cli::command();
        let before = abouts(&command);
        command.build();
        let after = abouts(&command).into_iter().filter(|about| !about.starts_with("help:"));
        assert_eq!(after.collect::<Vec<_>>(), before);
    }
}
