//! Newman's shortest reporter: a face for each request, and one for the run.

use super::{End, Reporter};
use crate::cli::CliError;
use crate::cli::output::Output;
use crate::exec::RunEvent;
use crate::model::Redactor;

/// Draws the faces.
pub struct Emojitrain;

impl Reporter for Emojitrain {
    fn event(&mut self, event: &RunEvent<'_>, _redactor: &Redactor, output: &mut Output) -> Result<(), CliError> {
        let RunEvent::Outcome(done) = event else { return Ok(()) };
        let face = if done.failures.is_empty() { "😀 " } else { "😢 " };
        Ok(output.bytes(face.as_bytes())?)
    }

    fn finish(&mut self, end: &End<'_>, output: &mut Output) -> Result<(), CliError> {
        let face = if end.summary.passed() { "😍" } else { "😭" };
        Ok(output.line(&format!(" {face}"))?)
    }
}
