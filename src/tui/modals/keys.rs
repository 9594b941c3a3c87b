//! The keys of the screens over the panes, in full: their last line names those there is room for. Those of the panes do
//! nothing there.

use super::Modal;
use crate::tui::action::{Action, App};
use crate::tui::keymap::{Context, Keymap};

/// What a screen is called, and its keys with what they do.
pub type Keys = (&'static str, Vec<(String, &'static str)>);

/// The same as they are written down here.
type Written = (&'static str, &'static [(&'static str, &'static str)]);

const ENVIRONMENT: Written = (
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
        ("↑ ↓ ← → k j h l", "Move"),
        ("PgUp PgDn ^U ^D", "Move a page"),
        ("g G", "Go to the first or last variable"),
        ("Esc q", "Close"),
    ],
);

const DIFF: Written = (
    "Two responses",
    &[
        ("n", "Go to the next change"),
        ("N", "Go to the previous change"),
        ("↵ o", "Unfold equal lines"),
        ("↑ ↓ k j", "Move"),
        ("PgUp PgDn Space", "Move a page"),
        ("g G", "Go to the first or last line"),
        ("Esc q", "Close"),
    ],
);

const COOKIES: Written = (
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

const FORM: Written = (
    "Setting up a run",
    &[
        ("↵ ^J", "Run"),
        ("↑ ↓ ⇧Tab", "Go from line to line"),
        ("k j", "The same, where nothing is typed"),
        (
            "Tab",
            "Complete the path of the data file; elsewhere go to the next line",
        ),
        ("Space", "Choose what is run, switch a line on or off"),
        ("Esc", "Close"),
    ],
);

const RUN: Written = (
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
        ("↑ ↓ k j", "Move"),
        ("PgUp PgDn", "Move a page"),
        ("^U ^D", "Move half a page"),
        ("g G", "Go to the first or last row"),
        ("^C", "Cancel the run; close it once it is over"),
        ("^R", "Close it, whether it goes on or not"),
        ("Esc q", "Close; ask before that while it goes on"),
    ],
);

const LIST: Written = (
    "A list",
    &[
        ("↵", "Choose"),
        ("↑ ↓", "Move"),
        ("⇧Tab Tab ^P ^N", "Move, too"),
        ("PgUp PgDn", "Move a page"),
        ("letters", "Leave what they fit"),
        ("Esc", "Close"),
    ],
);

const LINE: Written = ("A line to type", &[("↵", "Take it"), ("Esc", "Close")]);

const TOKEN: Written = (
    "A token",
    &[
        ("↵", "Take it"),
        ("↑ ↓ ⇧Tab Tab", "Go from line to line"),
        ("Space ← →", "Choose, where nothing is typed"),
        ("Esc", "Close"),
    ],
);

const SECRET: Written = (
    "A secret to type",
    &[
        ("Tab", "Go to the field"),
        ("↵", "Give what is typed"),
        ("M-v", "Show or hide what is typed"),
        ("^U", "Type it anew"),
        ("^C", "Give up what waits for it"),
        ("Esc", "Give none"),
    ],
);

const QUESTION: Written = (
    "A question",
    &[
        ("↵", "Give the answer that is marked"),
        ("← → ⇧Tab Tab", "Mark another answer"),
        ("letters", "Answer, where they stand in brackets"),
        ("↑ ↓ PgUp PgDn", "Move in a long question"),
        ("Esc", "Change nothing"),
    ],
);

const SAVE_AS: Written = (
    "Where to save",
    &[
        ("↵", "Save it there"),
        ("Tab", "Go to the name, or to the places"),
        ("↑ ↓", "Choose the place"),
        ("PgUp PgDn", "Move a page"),
        ("k j", "Choose, outside the name"),
        ("← → h l Space", "Fold or unfold, outside the name"),
        ("g G", "Go to the first or last place, outside the name"),
        ("a", "Make a folder there"),
        ("C", "Make a collection"),
        ("Esc", "Close"),
    ],
);

const TEXT: Written = (
    "A text",
    &[
        ("↑ ↓ k j", "Scroll"),
        ("PgUp PgDn Space", "Scroll a page"),
        ("g G", "Go to its start or end"),
        ("y", "Copy it"),
        ("Esc q ↵", "Close"),
    ],
);

const IMPORT: Written = (
    "Import",
    &[
        ("↵", "Read the file, then take over what is in it"),
        ("Tab", "Complete the path"),
        ("↑ ↓ k j", "Scroll what was found"),
        ("PgUp PgDn Space", "Scroll a page"),
        ("g G", "Go to its start or end"),
        ("⌫ ←", "Go back from what was found to the path"),
        ("Esc", "Stop reading; else close"),
    ],
);

const SIGN_IN: Written = (
    "Signing in",
    &[
        ("o", "Open the page"),
        ("y", "Copy its address"),
        ("c", "Copy the code, or where there is none the address"),
        ("p", "Paste the address that the browser ended at"),
        ("↵", "Take what is pasted"),
        ("Esc", "Give up"),
    ],
);

/// Those of a screen that is open; `None` where there is no help.
pub fn of(modal: &Modal, keymap: &Keymap, read_only: bool) -> Option<Keys> {
    let (name, written) = match modal {
        Modal::Environment(_) => ENVIRONMENT,
        Modal::Diff(_) => DIFF,
        Modal::Cookies(_) => COOKIES,
        Modal::RunForm(_) => FORM,
        Modal::Runner(_) => RUN,
        Modal::Picker(_) => LIST,
        Modal::Prompt(_) => LINE,
        Modal::Token(_) => TOKEN,
        Modal::Ask(_) => SECRET,
        Modal::Confirm(_) => QUESTION,
        Modal::SaveAs(_) => SAVE_AS,
        Modal::Text(_) => TEXT,
        Modal::Import(_) => IMPORT,
        Modal::SignIn(_) => SIGN_IN,
        Modal::Help(_) | Modal::Jump(_) => return None,
    };
    let mut keys: Vec<_> = written.iter().map(|(keys, does)| ((*keys).to_owned(), *does)).collect();
    if read_only && matches!(modal, Modal::Environment(_)) {
        keys.push(("I".to_owned(), "Import what is looked at"));
    }
    // What the user's own keys may say otherwise.
    let switches = matches!(modal, Modal::RunForm(_) | Modal::Runner(_));
    let switch = (App::SwitchEnvironment, "Switch the environment");
    let everywhere = [(App::Help, "Show these keys"), (App::Quit, "Quit")];
    for (app, does) in [switch].into_iter().filter(|_| switches).chain(everywhere) {
        let chord = keymap.chord_for(Action::App(app), &[Context::Anywhere]);
        keys.extend(chord.map(|chord| (chord.to_string(), does)));
    }
    Some((name, keys))
}
