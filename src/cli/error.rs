//! Errors of the command line: a message, its causes, a next step, and the exit code.

use std::fmt::Display;
use std::process::ExitCode;

use super::output::{Output, escape};

/// What a command ends in when it cannot do its work.
#[derive(Debug)]
pub struct CliError {
    kind: Kind,
    message: String,
    causes: Vec<String>,
    hint: Option<String>,
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
            message: message.into(),
            causes: Vec::new(),
            hint: None,
        }
    }

    /// The command line asks for something that is not there or makes no sense.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            kind: Kind::Usage,
            ..Self::failed(message)
        }
    }

    /// The same with a cause below the ones it has.
    #[must_use]
    pub fn because(mut self, cause: impl Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// The same with a next step.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Tells the user, and says what to exit with.
    pub fn report(&self, output: &mut Output) -> ExitCode {
        let code = match self.kind {
            Kind::Closed => return ExitCode::SUCCESS,
            Kind::Failed => 1,
            Kind::Usage => 2,
        };
        let paint = output.err_paint;
        output.note(&format!("{} {}", paint.red("error:"), escape(&self.message)));
        for cause in &self.causes {
            output.note(&format!("  {} {}", paint.dim("because"), escape(cause)));
        }
        if let Some(hint) = &self.hint {
            output.note(&format!("{} {}", paint.cyan("hint:"), escape(hint)));
        }
        ExitCode::from(code)
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
    let mut told = CliError::failed(error.to_string());
    for cause in error.chain().skip(1) {
        told = told.because(cause);
    }
    told.report(&mut Output::standard(super::args::ColorWhen::Auto))
}
