//! Words as people read them on a screen: durations, sizes, moments, and advice without what is for the command line.

use std::time::Duration;

pub use crate::reports::words::moment;
pub use crate::tui::widgets::size::size;

/// Writes a duration with three figures at most: `0.4 ms`, `38 ms`, `1.24 s`, `2 m 05 s`.
pub fn duration(took: Duration) -> String {
    let millis = took.as_secs_f64() * 1000.0;
    if millis < 9.95 {
        format!("{millis:.1} ms")
    } else if millis < 999.5 {
        format!("{millis:.0} ms")
    } else if millis < 9_995.0 {
        format!("{:.2} s", millis / 1000.0)
    } else if millis < 59_950.0 {
        format!("{:.1} s", millis / 1000.0)
    } else {
        let seconds = took.as_secs();
        format!("{} m {:02} s", seconds / 60, seconds % 60)
    }
}

/// A hint or warning without what holds for the command line alone: its switches and commands are no help to who looks at a screen.
pub fn on_the_screen(hint: &str) -> Option<String> {
    let is_ours = |part: &&str| !part.contains("`--") && !part.contains("`postrider ");
    let parts: Vec<&str> = hint.split("; ").filter(is_ours).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_three_figures() {
        let shown: Vec<_> = [0, 400, 38_400, 999_000, 1_240_000, 12_340_000, 125_000_000]
            .map(|micros| duration(Duration::from_micros(micros)))
            .to_vec();
        assert_eq!(
            shown,
            ["0.0 ms", "0.4 ms", "38 ms", "999 ms", "1.24 s", "12.3 s", "2 m 05 s"]
        );
    }

    #[test]
    fn switches_of_the_command_line_are_no_hints_here() {
        let hint = "`--allow-env` gives it; the screen asks once and remembers";
        assert_eq!(
            on_the_screen(hint).as_deref(),
            Some("the screen asks once and remembers")
        );
        assert_eq!(on_the_screen("where nobody can be asked, `--env-var` gives it"), None);
        let own = "check the network; send again";
        assert_eq!(on_the_screen(own).as_deref(), Some(own));
    }
}
