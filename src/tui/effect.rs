//! Effects: work for the world outside the state. Plain data, so a test presses keys and compares values.

use std::path::PathBuf;
use std::sync::Arc;

use crate::exec::Plan;
use crate::exec::oauth2::Reply;
use crate::exec::renewal::TokenStore;
use crate::foreign::Planned;
use crate::model::token::TokenKey;
use crate::model::variable::{CurrentValue, Owner};
use crate::model::{Choice, Entity, Environment, EnvironmentId, Filed, ItemPath, NodeId, Payload, Secret};
use crate::store::Config;
use crate::store::files::Rewritten;
use crate::store::state::HistoryRow;
use crate::store::watch::Change;
use crate::store::{Content, Place};

use super::comparing;
use super::consents::QuestionId;
use super::filtering;
use super::giving;
use super::importing::{ImportId, Landing};
use super::looking;
use super::picturing;
use super::runner::{Format, Order};
use super::shared::RunId;
use super::sign_ins::SignInId;
use super::widgets::body;
use super::widgets::picture::Sight;

/// Which cookies are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CookiesOf {
    /// All that there are.
    All,
    /// Those of a domain.
    Domain(String),
    /// One.
    One {
        /// Its domain.
        domain: String,
        /// Its path.
        path: String,
        /// Its name.
        name: String,
    },
}

/// Work to be done outside the state.
#[derive(Debug)]
pub enum Effect {
    /// Sends a planned request; progress and the outcome come back as events.
    Send {
        /// The name of the send.
        run: RunId,
        /// The request's node.
        node: NodeId,
        /// The environment it was planned with.
        environment: Option<EnvironmentId>,
        /// The snapshot to send.
        plan: Box<Plan>,
    },
    /// Cancels a send.
    Cancel(RunId),
    /// Runs a collection or folder; its news come back as events.
    Run(RunId, Box<Order>),
    /// Cancels a run.
    CancelRun(RunId),
    /// Writes a report of a run that is over.
    SaveReport {
        /// The run.
        run: RunId,
        /// The report's form.
        format: Format,
        /// Where.
        path: PathBuf,
    },
    /// Changes files of the workspace, in order.
    Files(Vec<FileJob>),
    /// Changes local state.
    Local(LocalJob),
    /// Builds the line index of a body.
    Index(u64, Box<body::IndexJob>),
    /// Searches a body.
    Search(u64, Box<body::search::Job>),
    /// Compares two bodies.
    Compare(u64, Box<comparing::Job>),
    /// Decodes a picture.
    Picture(u64, picturing::Job),
    /// Makes a picture as the terminal shows it.
    Sharpen(u64, picturing::Sharpening),
    /// Asks the terminal how it shows pictures; this is known already.
    AskSight(Sight),
    /// Filters a body.
    Filter(u64, Box<filtering::Job>),
    /// Stops filtering.
    StopFilter,
    /// Looks at the file system, which may take its time.
    Look(looking::Question),
    /// Makes a body into text, for whom the job says; it comes back as an event.
    Give(Box<giving::Job>),
    /// Puts a text on the clipboard.
    Copy(String),
    /// Hands a text to `$EDITOR`; what comes back is an event.
    External(External),
    /// Keeps a text that came back from `$EDITOR` and has no field to go to any more.
    Rescue {
        /// The text.
        text: String,
        /// The file ending.
        ending: &'static str,
    },
    /// Writes a response's body to a file.
    SaveBody {
        /// Where.
        path: PathBuf,
        /// What; it may still be arriving.
        body: Payload,
    },
    /// Calls off the writing of bodies to these files.
    StopSaving(Vec<PathBuf>),
    /// Lets the user change a file of the workspace in an editor.
    EditFile {
        /// The file.
        path: PathBuf,
        /// The line to begin at, from 1.
        line: usize,
    },
    /// Opens a picture in the system's program for it.
    OpenPicture {
        /// The picture.
        body: Payload,
        /// The ending of its file, by its first bytes: `png`.
        ending: &'static str,
    },
    /// Clears cookies.
    ClearCookies(CookiesOf),
    /// Forgets the values that were typed when a request needed them.
    AskAgain,
    /// Takes over the cookies that other postriders have kept.
    LookAtCookies,
    /// Takes cookies that were kept beside what was done to those that are there; both in the form of the jar.
    TakeCookies {
        /// What is kept.
        kept: String,
        /// What those that are there were before that.
        before: String,
    },
    /// Remembers the theme in the user's settings.
    KeepTheme(String),
    /// Reads Postman's files: what was typed.
    Read(ImportId, String),
    /// Stops reading them.
    StopReading,
    /// Writes what was read into the workspace.
    Import(ImportId, Box<Planned>),
    /// Goes on with the workspace of another folder.
    Reopen(Box<Landing>),
    /// Answers a question for the user's consent.
    Consent(QuestionId, bool),
    /// Answers a question for a secret; `None` gives none.
    Typed(QuestionId, Option<Secret>),
    /// Gives up a question, and with it all that waits for its answer.
    GiveUp(QuestionId),
    /// Goes on by these settings.
    Settings(Box<Config>),
    /// Tells what collections may.
    ListConsents,
    /// Takes back what a collection may: its place, and the key of the permission.
    TakeBack(String, String),
    /// Knows that this was taken back, each by place and key: another postrider has written it.
    TakenBack(Vec<(String, String)>),
    /// Takes back all that the collection at this place may: it is gone, or another one.
    EndConsents(String),
    /// Answers a sign-in.
    SignIn(SignInId, Reply),
    /// Opens the page of a sign-in once more.
    OpenPage(SignInId, String),
    /// Leaves the program.
    Quit,
}

/// A change of the workspace's files.
#[derive(Clone, Debug)]
pub enum FileJob {
    /// Writes a node's content.
    Write {
        /// The node, to be told when done.
        id: NodeId,
        /// Where.
        path: ItemPath,
        /// What.
        entity: Entity,
        /// Whether to run over a change made outside.
        overwrite: bool,
    },
    /// Removes a file, or a collection or folder with all that is in it, and the current values that go with it.
    Remove {
        /// What.
        place: Place,
        /// Whether the disk is known to hold it; else it goes only if a write of ours has come through by then.
        saved: bool,
    },
    /// Brings back, whole, what this session removed from a place: comments and files that are none of ours with it. The
    /// writes that follow put right what else has changed, or stand in for what cannot be brought back.
    Restore(Place),
    /// Moves or renames a file, or a collection or folder with all that is in it, and what is kept locally for it.
    Rename {
        /// From where.
        from: Place,
        /// To where.
        to: Place,
        /// As for [`FileJob::Remove`].
        saved: bool,
    },
    /// Writes an environment.
    WriteEnvironment {
        /// The environment, to be told when done.
        id: EnvironmentId,
        /// Its file's name.
        slug: String,
        /// What.
        environment: Arc<Environment>,
        /// Whether to run over a change made outside.
        overwrite: bool,
    },
    /// Writes the globals.
    WriteGlobals {
        /// What.
        globals: Arc<Environment>,
        /// Whether to run over a change made outside.
        overwrite: bool,
    },
    /// Tells what others have changed at a place and below it.
    Look(Place),
    /// Writes files as they were before an import, or as that left them, and tells what is another in them.
    Rewrite {
        /// Which ones.
        what: Arc<Rewritten>,
        /// As they were before.
        back: bool,
    },
    /// Tells that all that an import wrote was looked at.
    Imported(ImportId),
    /// Forgets what is known of a place and all below it, and tells what is there as new.
    Reread(Place),
    /// Notes that a change made outside was taken over.
    Accept(Box<Change>),
    /// Notes that what somebody else has put into a file was taken over.
    Adopt(Place, Content),
    /// Notes that what somebody else has put into a file is not taken over after all: the next save of it asks.
    Disown(Place),
}

impl FileJob {
    /// What it writes, if that is what it does.
    pub fn written(&self) -> Option<(Filed, Content)> {
        Some(match self {
            Self::Write { id, entity, .. } => (Filed::Node(*id), Content::Item(entity.clone())),
            Self::WriteEnvironment { id, environment, .. } => {
                (Filed::Environment(*id), Content::Environment(environment.clone()))
            }
            Self::WriteGlobals { globals, .. } => (Filed::Globals, Content::Environment(globals.clone())),
            _ => return None,
        })
    }
}

/// A change of local state.
#[derive(Clone, Debug)]
pub enum LocalJob {
    /// Sets current values (`None` forgets one).
    Current(Vec<(Owner, String, Option<CurrentValue>)>),
    /// Forgets a token where the store keeps it.
    ForgetToken(TokenStore, TokenKey),
    /// Keeps or drops the draft of that key.
    Draft(String, Option<Content>),
    /// Files the draft of a key, which cannot be read, under another key, out of the way of what is edited next.
    DraftAside {
        /// The draft's key.
        key: String,
        /// Its new one.
        aside: String,
    },
    /// Unlocks what is kept; what it is comes back as an event.
    Unlock {
        /// What unlocks it; `None` where no passphrase is needed any more.
        passphrase: Option<Secret>,
        /// The cookies as they were last asked to be kept.
        cookies: String,
    },
    /// Looks whether what is kept is locked; that comes back as an event.
    IsLocked,
    /// Remembers which environment is active.
    ActiveEnvironment(Choice),
    /// Remembers where everything stands, as JSON.
    Layout(String),
    /// Keeps what became of the cookies, as the jar writes them.
    Cookies {
        /// What they were when they were last kept.
        before: String,
        /// What they are.
        after: String,
    },
    /// Remembers what the user has allowed: the place of a collection, and the key of the permission.
    Consent(String, String),
    /// Forgets that again.
    TakeBack(String, String),
    /// Forgets all of a place.
    EndConsents(String),
    /// Adds a row to the history.
    History(Box<HistoryRow>),
    /// Adds the rows of a run to the history.
    Histories(Vec<HistoryRow>),
}

/// A text for an outside editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct External {
    /// What it is, to find the field again: the pane gives and takes it.
    pub key: String,
    /// The text.
    pub text: String,
    /// The file ending, for the editor's colours: `json`, `js` …
    pub ending: &'static str,
    /// The line to open it at, from 1; 1 where nobody was in it.
    pub line: usize,
    /// Whether changes come back.
    pub read_only: bool,
}
