//! The progress reporter: one bar on stderr, where it does not mix with what others print.

use super::{End, Reporter};
use crate::cli::CliError;
use crate::cli::output::Output;
use crate::exec::RunEvent;
use crate::model::Redactor;

/// How wide the bar is, in cells.
const WIDTH: usize = 40;

/// Draws the bar.
#[derive(Default)]
pub struct Progress {
    all: usize,
    done: usize,
    failed: usize,
    /// The last line drawn, so that nothing is drawn twice.
    drawn: String,
}

impl Progress {
    fn line(&self) -> String {
        let all = self.all.max(self.done).max(1);
        let full = WIDTH * self.done / all;
        let percent = 100 * self.done / all;
        let failed = if self.failed == 0 {
            String::new()
        } else {
            format!(" | {} failed", self.failed)
        };
        format!(
            "progress [{}{}] {percent}% | {}/{all}{failed}",
            "=".repeat(full),
            "-".repeat(WIDTH - full),
            self.done
        )
    }
}

impl Reporter for Progress {
    fn event(&mut self, event: &RunEvent<'_>, _redactor: &Redactor, output: &mut Output) -> Result<(), CliError> {
        match event {
            RunEvent::Start { requests, iterations } => self.all = requests * iterations,
            RunEvent::Outcome(done) => {
                self.done += 1;
                self.failed += usize::from(!done.failures.is_empty());
            }
            _ => return Ok(()),
        }
        let line = self.line();
        if line != self.drawn {
            output.live(&line);
            self.drawn = line;
        }
        Ok(())
    }

    fn finish(&mut self, _end: &End<'_>, output: &mut Output) -> Result<(), CliError> {
        output.settle();
        output.note(&self.line());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills_and_never_overflows() {
        let mut bar = Progress {
            all: 4,
            ..Progress::default()
        };
        assert!(bar.line().contains(&"-".repeat(WIDTH)) && bar.line().ends_with("0% | 0/4"));
        bar.done = 6;
        bar.failed = 1;
        assert!(bar.line().contains(&"=".repeat(WIDTH)) && bar.line().ends_with("100% | 6/6 | 1 failed"));
    }
}
