//! Actions: what the user can intend, each with an id, a label and a help text.
//!
//! The tables here and in the panes feed the keymap, the palette, the help and the key hints: an action that is in no table
//! does not exist. Two levels, so that no enum grows without end: the program's own, moving about, and one enum a pane.

use super::panes::{environments, request, response, tree};

/// Something the user intends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The program's own.
    App(App),
    /// Moving about in whatever has the focus.
    Nav(Nav),
    /// The environments pane's.
    Environments(environments::Action),
    /// The collections pane's.
    Tree(tree::Action),
    /// The request pane's.
    Request(request::Action),
    /// The response pane's.
    Response(response::Action),
}

/// An action with the words for it.
#[derive(Clone, Copy, Debug)]
pub struct Spec {
    /// Its name in keymap files.
    pub id: &'static str,
    /// Two or three words: key hints, palette.
    pub label: &'static str,
    /// One sentence: help.
    pub help: &'static str,
    /// The action.
    pub action: Action,
}

/// Actions of the program as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum App {
    /// Sends the open request.
    Send,
    /// Saves the open request, collection or folder.
    Save,
    /// Saves the open request under a name, into a collection and folder.
    SaveAs,
    /// Saves everything unsaved.
    SaveAll,
    /// Takes the open request, collection or folder back to what is saved.
    Revert,
    /// Opens the environment switcher.
    SwitchEnvironment,
    /// Opens the palette.
    Palette,
    /// Jumps to a field by its letter.
    Jump,
    /// Runs the token request.
    RenewToken,
    /// Forgets the token of the open request.
    ForgetToken,
    /// Makes a new request.
    NewRequest,
    /// Cancels what runs.
    Cancel,
    /// Quits, asking when something is unsaved.
    Quit,
    /// Shows the keys of the focused pane.
    Help,
    /// Closes, cancels, goes back.
    Back,
    /// Focuses the environments.
    FocusEnvironments,
    /// Focuses the collections.
    FocusCollections,
    /// Focuses the request.
    FocusRequest,
    /// Focuses the response.
    FocusResponse,
    /// Focuses the next pane.
    NextPane,
    /// Focuses the previous pane.
    PreviousPane,
    /// Gives the focused pane the whole screen, or takes it back.
    Zoom,
    /// Opens the copy menu.
    Copy,
    /// Undoes.
    Undo,
    /// Redoes.
    Redo,
    /// Chooses a theme, live.
    Theme,
    /// Shows or hides secrets.
    Reveal,
    /// Finds a request in any collection.
    Find,
    /// Lists files with problems.
    Problems,
    /// Lists what the status line said.
    Messages,
    /// Edits the globals.
    Globals,
    /// Lists the cookies.
    Cookies,
    /// Runs the collection or folder the user is in.
    Run,
    /// Imports Postman's files.
    Import,
    /// Forgets what was typed where values are asked for.
    AskAgain,
    /// Lists what collections may, to take it back.
    Consents,
    /// Asks for the passphrase of what is kept.
    Unlock,
}

/// Moving about; each pane and list knows what it means there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Nav {
    /// One up.
    Up,
    /// One down.
    Down,
    /// Left, or out.
    Left,
    /// Right, or in.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// Half a page up.
    HalfUp,
    /// Half a page down.
    HalfDown,
    /// The first line.
    Top,
    /// The last line.
    Bottom,
    /// Opens or edits what the cursor is on.
    Open,
    /// Folds, unfolds, enables, disables.
    Toggle,
    /// The pane's next tab.
    NextTab,
    /// The pane's previous tab.
    PreviousTab,
    /// Starts a search.
    Search,
    /// The next hit.
    NextMatch,
    /// The previous hit.
    PreviousMatch,
}

macro_rules! specs {
    ($wrap:path: $($id:literal $label:literal $help:literal $action:expr,)*) => {
        &[$(crate::tui::action::Spec { id: $id, label: $label, help: $help, action: $wrap($action) }),*]
    };
}
pub(crate) use specs;

const APP: &[Spec] = specs! { Action::App:
    "send" "send" "Send the request" App::Send,
    "save" "save" "Save the request, folder or collection" App::Save,
    "save-as" "save as…" "Save the request under a name into any collection and folder" App::SaveAs,
    "save-all" "save all" "Save everything that has unsaved changes" App::SaveAll,
    "revert" "revert to saved" "Take the request, folder or collection back to what is saved; undo brings the changes back" App::Revert,
    "switch-environment" "environment" "Switch to another environment" App::SwitchEnvironment,
    "palette" "commands" "Run any command by its name" App::Palette,
    "jump" "jump" "Jump to any field on the screen" App::Jump,
    "renew-token" "renew token" "Run the token request, so that the token is fresh" App::RenewToken,
    "log-out" "log out" "Log out: forget the token and all that came with it" App::ForgetToken,
    "new-request" "new request" "Start a new request" App::NewRequest,
    "run" "run all" "Run a collection or folder with its tests, or see its last run" App::Run,
    "import" "import" "Import Postman's collections and environments from a file, folder or URL" App::Import,
    "cancel" "cancel" "Cancel the running request; with nothing running, quit" App::Cancel,
    "quit" "quit" "Quit; asks when something is unsaved" App::Quit,
    "help" "help" "Show the keys of the focused pane and all others" App::Help,
    "back" "back" "Close, cancel or go back" App::Back,
    "focus-environments" "environments" "Focus the environments" App::FocusEnvironments,
    "focus-collections" "collections" "Focus the collections" App::FocusCollections,
    "focus-request" "request" "Focus the request" App::FocusRequest,
    "focus-response" "response" "Focus the response" App::FocusResponse,
    "next-pane" "next pane" "Focus the next pane" App::NextPane,
    "previous-pane" "previous pane" "Focus the previous pane" App::PreviousPane,
    "zoom" "zoom" "Give the focused pane the whole screen, or take it back" App::Zoom,
    "copy" "copy" "Copy a value, the body, a curl command, a path …" App::Copy,
    "undo" "undo" "Undo the last change" App::Undo,
    "redo" "redo" "Redo what was undone" App::Redo,
    "theme" "theme" "Choose a theme; it shows at once" App::Theme,
    "reveal" "reveal" "Show secrets in clear, or hide them again" App::Reveal,
    "find" "find" "Find a request in all collections" App::Find,
    "problems" "problems" "List what is wrong with files of the workspace" App::Problems,
    "messages" "messages" "List the messages of the status line, in full" App::Messages,
    "globals" "globals" "Edit the global variables" App::Globals,
    "cookies" "cookies" "List the cookies of the workspace" App::Cookies,
    "ask-again" "ask again" "Ask again for prompted values, such as one-time codes" App::AskAgain,
    "consents" "consents" "List what you have allowed collections, and take it back" App::Consents,
    "unlock" "unlock" "Give the passphrase of the values, tokens and cookies kept on this machine" App::Unlock,
};

const NAV: &[Spec] = specs! { Action::Nav:
    "up" "up" "Move up" Nav::Up,
    "down" "down" "Move down" Nav::Down,
    "left" "left" "Move left, or out" Nav::Left,
    "right" "right" "Move right, or in" Nav::Right,
    "page-up" "page up" "Move a page up" Nav::PageUp,
    "page-down" "page down" "Move a page down" Nav::PageDown,
    "half-up" "half page up" "Move half a page up" Nav::HalfUp,
    "half-down" "half page down" "Move half a page down" Nav::HalfDown,
    "top" "top" "Go to the first line" Nav::Top,
    "bottom" "bottom" "Go to the last line" Nav::Bottom,
    "open" "open" "Open or edit what the cursor is on" Nav::Open,
    "toggle" "toggle" "Fold or unfold, enable or disable" Nav::Toggle,
    "next-tab" "next tab" "Show the next tab of the request or the response" Nav::NextTab,
    "previous-tab" "previous tab" "Show the previous tab of the request or the response" Nav::PreviousTab,
    "search" "search" "Search or filter here" Nav::Search,
    "next-match" "next hit" "Go to the next hit" Nav::NextMatch,
    "previous-match" "previous hit" "Go to the previous hit" Nav::PreviousMatch,
};

/// All actions there are.
pub fn all() -> impl Iterator<Item = &'static Spec> {
    [
        APP,
        NAV,
        environments::ACTIONS,
        tree::ACTIONS,
        request::ACTIONS,
        response::ACTIONS,
    ]
    .into_iter()
    .flatten()
}

/// The action of an id.
pub fn by_id(id: &str) -> Option<&'static Spec> {
    all().find(|spec| spec.id == id)
}

/// The words for an action.
pub fn spec(action: Action) -> Option<&'static Spec> {
    all().find(|spec| spec.action == action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_every_action_has_its_words() {
        let mut ids: Vec<_> = all().map(|spec| spec.id).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        assert!(all().all(|spec| !spec.label.is_empty() && spec.help.len() > 5));
    }
}
