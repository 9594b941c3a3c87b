//! Clap's tips, which go as far as `--working-dir` for `--wrong`: only those near what was typed stay.

use clap::error::{ContextKind, ContextValue};

use crate::model::spelling::distance;

/// Takes a tip out of an error that is nothing like what was typed, and the usage that goes with it.
pub fn without_far_tips(error: &mut clap::Error) {
    let Some(ContextValue::String(typed)) = error.get(ContextKind::InvalidArg) else {
        return;
    };
    let Some(ContextValue::String(tip)) = error.get(ContextKind::SuggestedArg) else {
        return;
    };
    let most = 1 + typed.trim_start_matches('-').len() / 4;
    if distance(typed, tip) > most && !tip.starts_with(typed.as_str()) {
        error.remove(ContextKind::SuggestedArg);
        // It would show how the tip is used.
        error.remove(ContextKind::Usage);
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::args::Cli;

    #[test]
    fn a_tip_is_given_only_when_it_is_near() {
        let told = |typed: &str| {
            let error = Cli::command().try_get_matches_from(["p", "run", "c", typed]);
            let mut error = error.expect_err("is no option");
            without_far_tips(&mut error);
            error.to_string()
        };
        for (typed, tip) in [
            ("--reporter", "--reporters"),
            ("--enviroment", "--environment"),
            ("--insecur", "--insecure"),
        ] {
            assert!(told(typed).contains(&format!("'{tip}'")), "{}", told(typed));
        }
        for typed in ["--wrong", "--nope", "--wonderful"] {
            assert!(
                !told(typed).contains("tip:") && !told(typed).contains("Usage"),
                "{}",
                told(typed)
            );
        }
    }
}
