//! Errors of the command line: a message, its causes, a next step, and the exit code.

use std::fmt::Display;
use std::process::ExitCode;

use super::output::{Output, escape};
use crate::foreign::ForeignError;
use crate::model::Excerpt;
use crate::model::reason::{reason, without_numbers};
use crate::store::SaveError;

/// What a command ends in when it cannot do its work.
#[derive(Debug)]
pub struct CliError {
    kind: Kind,
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
    excerpt: Option<Excerpt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Failed,
    Usage,
    /// Nobody reads our output any more: not a word about it.
    Closed,
}

impl CliError {
    /// Something did not work.
    pub fn failed(message: impl Into<String>) -> Self {
        Self {
            kind: Kind::Failed,
            message: without_numbers(&message.into()),
            causes: Vec::new(),
            hint: None,
            excerpt: None,
        }
    }

    /// The command line asks for something that is not there or makes no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            kind: Kind::Usage,
            ..Self::failed(message)
        }
    }

    /// The same as something that did not work: newman knows no other kind.
    #[must_use]
    pub fn as_failure(mut self) -> Self {
        if self.kind == Kind::Usage {
            self.kind = Kind::Failed;
        }
        self
    }

    /// The same with a cause below the ones it has.
    #[must_use]
    pub fn because(mut self, cause: impl Display) -> Self {
        self.causes.push(reason(cause));
        self
    }

    /// The same with a next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with the line of a file where it went wrong.
    #[must_use]
    pub fn showing(mut self, excerpt: Option<&Excerpt>) -> Self {
        self.excerpt = excerpt.cloned();
        self
    }

    /// What went wrong and why, as one sentence without repetitions: each layer likes to say what the one below says.
    pub fn sentence(&self) -> String {
        let mut out = self.message.clone();
        for cause in &self.causes {
            if !out.to_lowercase().contains(&cause.to_lowercase()) {
                out.push_str(": ");
                out.push_str(cause);
            }
        }
        out
    }

    /// The same as the cause of another one.
    #[must_use]
    pub fn within(mut self, message: impl Into<String>) -> Self {
        let cause = std::mem::replace(&mut self.message, message.into());
        self.causes.insert(0, cause);
        self
    }

    /// The exit code of work that is done, when it is only that nobody reads what it prints; else the error.
    pub fn unless_closed(self, code: ExitCode) -> Result<ExitCode, Self> {
        match self.kind {
            Kind::Closed => Ok(code),
            Kind::Failed | Kind::Usage => Err(self),
        }
    }

    /// Tells the user, and says what to exit with.
    pub fn report(&self, output: &mut Output) -> ExitCode {
        let code = match self.kind {
            Kind::Closed => return ExitCode::SUCCESS,
            Kind::Failed => 1,
            Kind::Usage => 2,
        };
        let paint = output.err_paint;
        output.note(&format!("{} {}", paint.red("error:"), escape(&self.sentence())));
        for line in self.excerpt.iter().flat_map(Excerpt::lines) {
            output.note(&paint.dim(&escape(&line)));
        }
        if let Some(hint) = &self.hint {
            output.note(&format!("{} {}", paint.cyan("hint:"), escape(hint)));
        }
        ExitCode::from(code)
    }
}

impl From<ForeignError> for CliError {
    fn from(error: ForeignError) -> Self {
        Self::from(&error)
    }
}

impl From<&ForeignError> for CliError {
    fn from(error: &ForeignError) -> Self {
        let told = match error {
            ForeignError::Read { .. } | ForeignError::Key { .. } | ForeignError::Page { .. } => {
                Self::usage(error.to_string())
            }
            _ => Self::failed(error.to_string()),
        };
        let told = super::open::with_causes(told, error).showing(error.excerpt());
        match error.hint() {
            Some(hint) => told.hint(hint),
            None => told,
        }
    }
}

impl From<std::io::Error> for CliError {
    /// Writing the output failed.
    fn from(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Self {
                kind: Kind::Closed,
                ..Self::failed("")
            }
        } else {
            Self::failed("cannot write the output").because(error)
        }
    }
}

/// Tells the user of an error that ended the program outside any command, and says what to exit with.
pub fn report(error: &anyhow::Error) -> ExitCode {
    let mut output = Output::standard(super::args::ColorWhen::Auto);
    if let Some(error) = error.downcast_ref::<ForeignError>() {
        return CliError::from(error).report(&mut output);
    }
    let mut told = CliError::failed(error.to_string());
    for cause in error.chain().skip(1) {
        told = told.because(cause);
    }
    told.report(&mut output)
}

impl From<SaveError> for CliError {
    fn from(error: SaveError) -> Self {
        let told = Self::failed(error.to_string());
        match error.hint() {
            Some(hint) => told.hint(hint),
            None => told,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::output::Written;
    use super::*;

    #[test]
    fn an_error_is_one_sentence_and_a_next_step() {
        let err = Written::default();
        let error = CliError::failed("cannot open `x`: database is locked")
            .because("database is locked")
            .because("No such file or directory (os error 2)")
            .hint("try again");
        error.report(&mut Output::to(std::io::sink(), err.clone()));
        assert_eq!(
            err.text(),
            "error: cannot open `x`: database is locked: no such file or directory\nhint: try again\n"
        );
    }

    #[test]
    fn a_closed_pipe_changes_no_exit_code() {
        let closed = CliError::from(std::io::Error::from(std::io::ErrorKind::BrokenPipe));
        assert!(
            closed
                .unless_closed(ExitCode::FAILURE)
                .is_ok_and(|code| code == ExitCode::FAILURE)
        );
        assert!(CliError::failed("x").unless_closed(ExitCode::SUCCESS).is_err());
    }
}
