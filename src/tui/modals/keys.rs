//! The keys of the screens over the panes, in full: their last line names those there is room for.

use super::Modal;

/// What a screen is called, and its keys with what they do.
pub type Keys = (&'static str, &'static [(&'static str, &'static str)]);

const ENVIRONMENT: Keys = (
    "Variables",
    &[
        ("↵ i", "Edit the cell"),
        ("Tab", "Go to the next cell"),
        ("a", "Add a variable"),
        ("d", "Delete the variable"),
        ("Space", "Switch the variable on or off"),
        ("s M-s", "Make it a secret or no secret, also while typing (Alt)"),
        ("v M-v", "Reveal or hide secrets, also while typing (Alt)"),
        ("p", "Write the current value into the file, for all who share it"),
        ("r", "Forget the current value: the initial one counts again"),
        ("y", "Copy the value"),
        ("u ^Z", "Undo"),
        ("^Y", "Redo"),
        ("^S", "Save again what could not be saved"),
        ("Esc q", "Close"),
    ],
);

const DIFF: Keys = (
    "Two responses",
    &[
        ("n", "Go to the next change"),
        ("N", "Go to the previous change"),
        ("↵ o", "Unfold equal lines"),
        ("↑ ↓ k j", "Move"),
        ("PgUp PgDn", "Move a page"),
        ("g G", "Go to the first or last line"),
        ("Esc q", "Close"),
    ],
);

const COOKIES: Keys = (
    "Cookies",
    &[
        ("d", "Remove the cookie"),
        ("D", "Clear the cookies of its domain, or all"),
        ("v", "Reveal or hide what may be a session's"),
        ("y", "Copy the cookie"),
        ("↑ ↓ k j", "Move"),
        ("PgUp PgDn", "Move a page"),
        ("g G", "Go to the first or last cookie"),
        ("Esc q", "Close"),
    ],
);

const FORM: Keys = (
    "Setting up a run",
    &[
        ("↵ ^J", "Run"),
        ("↑ ↓ Tab", "Go from line to line"),
        ("Space", "Choose what is run, switch a line on or off"),
        ("Tab", "Complete the path of the data file"),
        ("^E", "Switch the environment"),
        ("Esc", "Close"),
    ],
);

const RUN: Keys = (
    "A run",
    &[
        ("↵", "Open the request with its response; Esc there comes back"),
        ("Space", "Show why it failed, below its row"),
        ("o O", "Show or hide that of all that failed"),
        ("n N", "Go to the next or previous failure"),
        ("f", "Show what failed alone, or all"),
        ("/", "Find"),
        ("r", "Run again"),
        ("R", "Run again what failed"),
        ("e", "Set the run up anew"),
        ("s", "Save a report"),
        ("^E", "Switch the environment"),
        ("↑ ↓ k j", "Move"),
        ("^U ^D", "Move half a page"),
        ("g G", "Go to the first or last row"),
        ("^C", "Cancel the run"),
        ("Esc q", "Close"),
    ],
);

/// Those of a screen that is open; `None` where it has no more than its last line says.
pub fn of(modal: &Modal) -> Option<Keys> {
    match modal {
        Modal::Environment(_) => Some(ENVIRONMENT),
        Modal::Diff(_) => Some(DIFF),
        Modal::Cookies(_) => Some(COOKIES),
        Modal::RunForm(_) => Some(FORM),
        Modal::Runner(_) => Some(RUN),
        _ => None,
    }
}
