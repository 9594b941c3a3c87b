//! Commands: what panes and modals ask the program to do with the shared state. Plain data, carried out by `commands/`.
//!
//! A pane changes only itself; anything others must see (an edit, a send, another focus) it asks for with a command, so
//! there is one place where each of these things happens.

use crate::exec;
use crate::model::edit::Edit;
use crate::model::token::{Life, Pick};
use crate::model::variable::Owner;
use crate::model::{Environment, EnvironmentId, Filed, NodeId, Secret, Workspace};
use crate::store::Content;

use super::action::Action;
use super::consents::QuestionId;
use super::effect::CookiesOf;
use super::giving;
use super::importing;
use super::modals::Modal;
use super::panes::Pane;
use super::runner::Ask;
use super::shared::{Level, Shared};

impl Command {
    /// Whether it changes what is in files, or is on its way there.
    pub fn changes_files(&self) -> bool {
        match self {
            Self::Edit { .. }
            | Self::NewRequest { .. }
            | Self::NewGroup { .. }
            | Self::BindToken(..)
            | Self::MakeSecret(..)
            | Self::Rename { .. }
            | Self::Duplicate(_)
            | Self::Delete(_)
            | Self::Move { .. }
            | Self::Save { .. }
            | Self::SaveAs { .. }
            | Self::SaveAll { quit: false }
            | Self::TakeTheirs { .. }
            | Self::NewEnvironment { .. }
            | Self::RenameEnvironment { .. }
            | Self::DeleteEnvironment(_)
            | Self::SaveEnvironment { .. }
            | Self::SaveGlobals(_)
            | Self::TellSaved(..) => true,
            Self::Act(_)
            | Self::Focus(_)
            | Self::Open(_)
            | Self::Reveal(_)
            | Self::Send(_)
            | Self::Activate(_)
            | Self::SaveAll { quit: true }
            | Self::SetCurrent { .. }
            | Self::SetCurrentToo { .. }
            | Self::Show(_)
            | Self::Close
            | Self::Notify(..)
            | Self::Theme { .. }
            | Self::Copy(..)
            | Self::Give(_)
            | Self::ClearCookies(_)
            | Self::Request(_)
            | Self::Run(_)
            | Self::Import(_)
            | Self::GiveUp(_)
            | Self::TakeBack(..)
            | Self::Consent(..)
            | Self::Typed(..)
            | Self::Unlock(_)
            | Self::CloseRunner
            | Self::Quit => false,
        }
    }
}

/// Something to do with the shared state.
#[derive(Debug)]
pub enum Command {
    /// Does what an action does.
    Act(Action),
    /// Gives a pane the focus.
    Focus(Pane),
    /// Shows a request, folder or collection in the request pane.
    Open(NodeId),
    /// Unfolds what hides a node in the tree and puts the cursor on it.
    Reveal(NodeId),
    /// Sends a request.
    Send(NodeId),
    /// Makes an environment active; `None` makes none active.
    Activate(Option<EnvironmentId>),
    /// Changes contents, undoably. Saving is a step of its own, but a draft is kept at once.
    Edit {
        /// For undo: `undo {label}`.
        label: String,
        /// Consecutive edits of the same key are one step of undo.
        merge: Option<String>,
        /// The edits.
        edits: Vec<Edit>,
    },
    /// Makes a request in a group, or one that is saved nowhere yet, and opens it.
    NewRequest {
        /// The group.
        parent: Option<NodeId>,
    },
    /// Makes a folder (or with no parent a collection), on disk at once.
    NewGroup {
        /// The group it goes into; `None` makes a collection.
        parent: Option<NodeId>,
        /// Its name.
        name: String,
    },
    /// Renames a node and its file.
    Rename {
        /// The node.
        id: NodeId,
        /// Its new name.
        name: String,
    },
    /// Copies a node beside itself.
    Duplicate(NodeId),
    /// Deletes a node and its files; the user was asked.
    Delete(NodeId),
    /// Moves a node to a place.
    Move {
        /// The node.
        id: NodeId,
        /// Its new parent.
        parent: Option<NodeId>,
        /// Its place among the new siblings, counted without itself.
        index: usize,
    },
    /// Saves something; `overwrite` runs over a change made outside.
    Save {
        /// What.
        what: Filed,
        /// Whether the user chose to run over an outside change.
        overwrite: bool,
    },
    /// Takes over what somebody else has put into a file, undoably.
    TakeTheirs {
        /// What the file is of.
        what: Filed,
        /// What the file says.
        theirs: Content,
    },
    /// Saves a request under a name in a group: moves one that was saved nowhere, copies any other.
    SaveAs {
        /// The request.
        id: NodeId,
        /// The group.
        parent: NodeId,
        /// Its name there.
        name: String,
    },
    /// Saves everything unsaved, then quits if asked to.
    SaveAll {
        /// Whether to quit when all is saved.
        quit: bool,
    },
    /// Makes an environment.
    NewEnvironment {
        /// Its content.
        environment: Environment,
    },
    /// Renames an environment and its file.
    RenameEnvironment {
        /// The environment.
        id: EnvironmentId,
        /// Its new name.
        name: String,
    },
    /// Deletes an environment and its file; the user was asked.
    DeleteEnvironment(EnvironmentId),
    /// Saves an environment's content.
    SaveEnvironment {
        /// The environment.
        id: EnvironmentId,
        /// Its new content.
        environment: Environment,
    },
    /// Saves the globals' content.
    SaveGlobals(Environment),
    /// Tells this, once what was just given to be saved is; nothing of it where the disk refuses.
    TellSaved(Filed, Level, String),
    /// Does the same as [`Command::SetCurrent`], as part of what was just done: one step of undo.
    SetCurrentToo {
        /// Whose variable.
        owner: Owner,
        /// Its name.
        key: String,
        /// Its value.
        value: Option<serde_json::Value>,
    },
    /// Sets a variable's current value, or with `None` goes back to the initial one; undoably.
    SetCurrent {
        /// Whose variable.
        owner: Owner,
        /// Its name.
        key: String,
        /// Its value.
        value: Option<serde_json::Value>,
    },
    /// Opens a modal over what is there.
    Show(Box<Modal>),
    /// Closes the topmost modal.
    Close,
    /// Puts a word into the status line.
    Notify(Level, String),
    /// Uses a theme; `keep` makes it the user's own from now on.
    Theme {
        /// Its file name without ending.
        name: String,
        /// Whether to remember it.
        keep: bool,
    },
    /// Copies a text to the clipboard; the second says what it was.
    Copy(String, String),
    /// Gives a body away as text.
    Give(Box<giving::Job>),
    /// Clears cookies.
    ClearCookies(CookiesOf),
    /// Asks the request pane for something.
    Request(super::panes::request::Order),
    /// Does what the runner's screens ask for.
    Run(Ask),
    /// Does what the screen of imports asks for.
    Import(importing::Ask),
    /// Gives up a question, and with it all that waits for its answer.
    GiveUp(QuestionId),
    /// Takes back what a collection may: its place, and the key of the permission.
    TakeBack(String, String),
    /// Answers a question for the user's consent.
    Consent(QuestionId, bool),
    /// Answers a question for a secret; `None` gives none.
    Typed(QuestionId, Option<Secret>),
    /// Unlocks what is kept, by this passphrase.
    Unlock(Secret),
    /// Makes a value of a response the token of a variable.
    BindToken(Box<TokenDraft>, String),
    /// Moves a secret of an auth into a secret variable of this name.
    MakeSecret(SecretDraft, String),
    /// Closes the table of the run, which goes on.
    CloseRunner,
    /// Leaves the program without asking.
    Quit,
}

/// A value of a response that is to be a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenDraft {
    /// The request whose response it is.
    pub node: NodeId,
    /// Where it stands.
    pub pick: Pick,
    /// How its end is known.
    pub life: Life,
    /// Whether the request goes without auth from now on, if the user has said so.
    pub no_auth: Option<bool>,
}

/// A secret in an auth that is to go into a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretDraft {
    /// Whose auth.
    pub node: NodeId,
    /// Which parameter of it.
    pub field: String,
}

impl TokenDraft {
    /// Whether the request that brings the token goes without auth from now on; `None` where it inherits none. What it
    /// inherits would send the token it is to bring, unless the user says so.
    pub fn goes_bare(&self, workspace: &Workspace, variable: &str) -> Option<bool> {
        let request = workspace.request(self.node)?;
        let inherited = exec::inherited_auth(workspace, self.node).auth;
        if !request.auth.is_inherited() || inherited.is_none() {
            return None;
        }
        let said = self.no_auth;
        Some(said.unwrap_or_else(|| exec::tokens::mentions(&inherited, variable)))
    }
}

impl SecretDraft {
    /// Whether there is a variable of that name already that requests of the collection may see: one of an environment would
    /// be sent in the place of this one, and this one in the place of a global.
    pub fn is_taken(&self, shared: &Shared, name: &str) -> bool {
        let workspace = &shared.workspace;
        let environments = workspace.environments().iter();
        let of_environments = environments
            .clone()
            .map(|node| &node.environment)
            .chain([workspace.globals()])
            .any(|environment| {
                let variables = environment.variables.iter().any(|variable| variable.key == name);
                variables || environment.tokens.iter().any(|token| token.variable == name)
            });
        let slug = workspace.collection_of(self.node).map(|node| node.slug.clone());
        let owners = environments.map(|node| Owner::Environment(node.slug.clone()));
        let mut owners = owners.chain(slug.map(Owner::Collection)).chain([Owner::Globals]);
        of_environments
            || owners.any(|owner| shared.current.get(&owner, name).is_some())
            || self.is_declared(workspace, name)
    }

    /// Whether the collection has a variable of that name in its file.
    fn is_declared(&self, workspace: &Workspace, name: &str) -> bool {
        let collection = workspace.collection_of(self.node);
        let group = collection.and_then(|node| workspace.group(node.id));
        group.is_some_and(|group| {
            let variables = group.variables.iter().any(|variable| variable.key == name);
            variables || group.tokens.iter().any(|token| token.variable == name)
        })
    }

    /// A name that is free: `client_secret` for `clientSecret`.
    pub fn suggestion(&self, shared: &Shared, kind: &str) -> String {
        let mut name = String::new();
        for c in self.field.chars() {
            if c.is_uppercase() {
                name.push('_');
            }
            name.extend(c.to_lowercase());
        }
        let name = match (kind, name.as_str()) {
            ("apikey", "value") => "api_key".to_owned(),
            _ => name,
        };
        let numbered = (2..).map(|n| format!("{name}_{n}"));
        let mut names = std::iter::once(name.clone()).chain(numbered);
        names.find(|name| !self.is_taken(shared, name)).unwrap_or_default()
    }
}
