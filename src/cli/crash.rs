//! What a defect may say before the program ends: where it is, and nothing of what it was about.
//!
//! A panic's message likes to quote the text it was about, and that may be a token. Nobody knows here what is secret, so
//! nothing quoted is printed.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};

use crate::model::secret::MASK;

/// Makes panics report themselves so.
pub fn report_crashes() {
    panic::set_hook(Box::new(|info| {
        // Nobody is left to tell when stderr itself is gone.
        let _ = tell(info);
    }));
}

fn tell(info: &PanicHookInfo<'_>) -> io::Result<()> {
    let mut err = io::stderr().lock();
    let place = info
        .location()
        .map(|place| format!(" at {}:{}:{}", place.file(), place.line(), place.column()));
    writeln!(
        err,
        "a defect in postrider{}: {}",
        place.unwrap_or_default(),
        message(info.payload())
    )?;
    let trace = Backtrace::capture();
    if trace.status() == BacktraceStatus::Captured {
        write!(err, "{trace}")?;
    }
    writeln!(err, "please report it; `RUST_BACKTRACE=1` tells more")
}

/// The message without what it quotes, from the first quote to the last.
fn message(payload: &(dyn Any + Send)) -> String {
    let text = match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        // Written in the code: nothing of the user's is in it.
        (Some(text), _) => return (*text).to_owned(),
        (None, Some(text)) => text,
        (None, None) => return "no message".to_owned(),
    };
    let quotes = ['"', '\'', '`', '(', '{'];
    // What follows `Err` values and comparisons is what the program was working on.
    let stands = ["value: ", "left: "]
        .iter()
        .filter_map(|word| text.find(word).map(|at| at + word.len()));
    let from = stands.chain(text.find(quotes)).min();
    match from {
        Some(from) => format!("{}{MASK}", &text[..from]),
        None => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_quoted_is_told() {
        let told = |text: &str| message(&text.to_owned());
        assert_eq!(
            told("index out of bounds: the len is 3 but the index is 5"),
            "index out of bounds: the len is 3 but the index is 5"
        );
        let inside = "byte index 3 is not a char boundary; it is inside 'é' (bytes 2..4) of `hunter2é`";
        assert!(!told(inside).contains("hunter2"));
        assert!(told(inside).starts_with("byte index 3 is not a char boundary"));
        for secret in ["called `Result::unwrap()` on an `Err` value: hunter2", "left: hunter2"] {
            assert!(!told(secret).contains("hunter2"), "{secret}");
        }
        assert_eq!(message(&"as `written`"), "as `written`");
    }
}
