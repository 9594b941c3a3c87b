//! What all panes look at: the workspace, variables, results, what runs. One owner, passed explicitly.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::exec::{Aim, Override, TokenStore, tokens};
use crate::http::Keeping;
use crate::model::exchange::Phase;
use crate::model::history::History;
use crate::model::reason::without_numbers;
use crate::model::variable::{CurrentValues, Owner, Revision};
use crate::model::{
    Choice, Entity, Environment, EnvironmentId, Filed, ItemPath, NodeId, Outcome, Payload, Scope, Workspace,
};
use crate::store::Place;
use crate::vars::Scopes;

use super::outcomes::Outcomes;
use super::runner::Log;
use super::variables::Initials;
use super::widgets::picture::Sight;

/// Messages kept; older ones go.
const MOST_MESSAGES: usize = 200;

/// Names one send while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(pub u64);

/// A send that is under way.
#[derive(Clone, Debug)]
pub struct Running {
    /// Its name.
    pub run: RunId,
    /// What the request was called, which may be deleted meanwhile.
    pub request: String,
    /// How far it is.
    pub phase: Phase,
    /// When it began.
    pub started: Timestamp,
    /// What it is for.
    pub aim: Aim,
    /// What there is of the response, once it is worth a look.
    pub arriving: Option<Arc<Outcome>>,
}

/// A body that is being written to a file.
#[derive(Clone, Debug)]
pub struct Saving {
    /// Which file.
    pub path: PathBuf,
    /// The body; it may still be arriving.
    pub body: Payload,
    /// The request whose response it is of.
    pub of: Option<NodeId>,
}

/// One whose file was deleted outside.
#[derive(Clone, Debug)]
pub struct Former {
    /// What it was.
    pub id: NodeId,
    /// What its file said.
    pub saved: Option<Entity>,
}

/// The word that secrets are shown, which is true only until they are hidden again.
pub const REVEALED: &str = "secrets are shown";

/// A word for the user in the status line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// How serious.
    pub level: Level,
    /// One line; may hold text from outside, so drawing escapes it.
    pub text: String,
}

impl Level {
    /// Its sign, so that it shows without colours.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Done => "✓",
            Self::Info => "·",
            Self::Warning => "!",
            Self::Error => "✗",
        }
    }
}

/// How serious a notice is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Done as asked.
    Done,
    /// Good to know.
    Info,
    /// Needs a look.
    Warning,
    /// Failed.
    Error,
}

/// The state all panes share.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Shared {
    /// Collections, environments, globals.
    pub workspace: Workspace,
    /// How many requests of the workspace were not read yet.
    pub unread: usize,
    /// What can be undone.
    pub history: History,
    /// Local values of variables.
    pub current: CurrentValues,
    /// What is known of tokens; sends and runs share it.
    pub tokens: TokenStore,
    /// The active environment.
    pub active_environment: Option<EnvironmentId>,
    /// Which one the user wants to be active, as it is kept; another one may be for a while, as the demo's.
    pub chosen: Choice,
    /// The one that this session is for though it cannot be read, by its file's name without ending: nothing is sent for
    /// another one instead.
    pub awaited: Option<String>,
    /// The one that was active when it was deleted, and what was chosen then; it is so again when that is undone.
    pub gone_environment: Option<(EnvironmentId, Choice)>,
    /// Values that hide those of an environment while the program runs: `(environment's file name, key, value)`.
    pub overrides: Vec<Override>,
    /// Those that make room for a current value that is newer than they are.
    pub set_aside: Vec<Override>,
    /// When they were given.
    pub overrides_since: Timestamp,
    /// What the request pane shows: a request, or a collection or folder.
    pub open: Option<NodeId>,
    /// The collection or folder the user was last in: where saving a new request starts.
    pub last_group: Option<NodeId>,
    /// The last outcome of each request.
    pub outcomes: Outcomes,
    /// The latest run.
    pub log: Option<Log>,
    /// Sends under way, by request.
    pub running: HashMap<NodeId, Running>,
    /// Whether secrets are shown in clear.
    pub revealed: bool,
    /// The time of the event being handled.
    pub now: Timestamp,
    /// Whether the user pressed something lately; decides how finely times tick.
    pub awake: bool,
    /// The status line's word.
    pub notice: Option<Notice>,
    /// All its words and when they were said, the latest last.
    pub messages: VecDeque<(Timestamp, Notice)>,
    /// What was changed or deleted on disk while there were unsaved changes here: saving it asks.
    pub contested: BTreeSet<Filed>,
    /// What was deleted outside while it was open or on its way, and is here until it is left: groups before what is in them.
    pub unfiled: Vec<NodeId>,
    /// What was deleted outside, by its place: where its file comes back, so do its responses.
    pub former: IndexMap<Place, Former>,
    /// Postman's file or folder that is only looked at; nothing of it can be changed.
    pub read_only: Option<String>,
    /// What is kept is locked with a passphrase: values, tokens and cookies are neither read nor kept.
    pub locked: bool,
    /// Drafts cannot be kept: what is not saved will be lost.
    pub forgetful: bool,
    /// How the terminal shows pictures.
    pub sight: Sight,
    /// How text is kept that is laid out anew: as bodies are.
    pub keeping: Keeping,
    /// What variables had as initial values before they were made secrets.
    pub initials: Initials,
    /// The bodies that are being written to files.
    pub saving: Vec<Saving>,
    /// A node cut in the tree, waiting to be pasted.
    pub cut: Option<NodeId>,
    /// The variables that were asked for last, and what they were made from.
    seen: RefCell<Option<(Ground, Arc<Scopes>)>>,
}

/// All that the variables of a node are made from. As long as it is the same, so are they.
#[derive(Debug)]
struct Ground {
    lineage: Vec<Entity>,
    /// The collection's folder, by which its current values are filed.
    slug: Option<String>,
    environment: Option<(String, Arc<Environment>)>,
    globals: Arc<Environment>,
    current: Revision,
    overrides: Vec<Override>,
    tokens: Vec<String>,
}

impl Ground {
    fn is(&self, other: &Self) -> bool {
        let same = |(own, other): (&Entity, &Entity)| own.is_same(other);
        let environments = match (&self.environment, &other.environment) {
            (Some((slug, own)), Some((theirs, other))) => slug == theirs && Arc::ptr_eq(own, other),
            (own, other) => own.is_none() && other.is_none(),
        };
        environments
            && self.slug == other.slug
            && self.lineage.len() == other.lineage.len()
            && self.lineage.iter().zip(&other.lineage).all(same)
            && Arc::ptr_eq(&self.globals, &other.globals)
            && self.current.is(&other.current)
            && self.overrides == other.overrides
            && self.tokens == other.tokens
    }
}

impl Shared {
    /// Notes that a body is not being written to a file any more.
    pub fn saved_body(&mut self, path: &Path) {
        if let Some(at) = self.saving.iter().position(|saving| saving.path == path) {
            self.saving.remove(at);
        }
    }

    /// Says how far a body is written, and the key that calls it off where that is what the key does next.
    pub fn saves_body(&mut self, path: &Path, text: String) {
        let own = self.saving.iter().find(|saving| saving.path == path);
        let text = match own.and_then(|saving| saving.of) {
            Some(of) if self.open == Some(of) => format!("{text}; Esc calls it off"),
            Some(of) if self.workspace.node(of).is_some() => {
                format!("{text}, of `{}`", self.workspace.name_of(Filed::Node(of)))
            }
            _ => text,
        };
        self.notify(Level::Info, text);
    }

    /// Whether a body of what is open is being written to a file.
    pub fn saves_open(&self) -> bool {
        self.open.is_some() && self.saving.iter().any(|saving| saving.of == self.open)
    }

    /// The owner of the active environment's current values.
    pub fn environment_owner(&self) -> Option<Owner> {
        self.environment_slug().map(|slug| Owner::Environment(slug.to_owned()))
    }

    /// Whether the file of something that is open or has unsaved changes was deleted under it.
    pub fn is_lost(&self, filed: Filed) -> bool {
        if matches!(filed, Filed::Node(id) if self.unfiled.contains(&id)) {
            return true;
        }
        let has_file = match filed {
            Filed::Node(id) => self.workspace.node(id).is_none_or(|node| node.saved.is_some()),
            Filed::Environment(id) => self.workspace.environment(id).is_none_or(|node| node.saved.is_some()),
            Filed::Globals => true,
        };
        !has_file && self.contested.contains(&filed)
    }

    /// The file name of the active environment.
    pub fn environment_slug(&self) -> Option<&str> {
        let node = self.workspace.environment(self.active_environment?)?;
        Some(&node.slug)
    }

    /// The name of the active environment.
    pub fn environment_name(&self) -> Option<&str> {
        Some(
            self.workspace
                .environment(self.active_environment?)?
                .environment
                .name
                .as_str(),
        )
    }

    /// All variables the open request (or any other node) sees. They are asked for with every event, and made anew only
    /// where something has changed.
    pub fn scopes(&self, node: Option<NodeId>) -> Arc<Scopes> {
        let make = || Arc::new(crate::exec::scopes(&self.plan_source(node)));
        let Some(id) = node else { return make() };
        let ground = self.ground(id);
        let mut seen = self.seen.borrow_mut();
        if let Some((_, scopes)) = seen.as_ref().filter(|(before, _)| before.is(&ground)) {
            return Arc::clone(scopes);
        }
        let scopes = make();
        *seen = Some((ground, Arc::clone(&scopes)));
        scopes
    }

    fn ground(&self, id: NodeId) -> Ground {
        let workspace = &self.workspace;
        let environment = self.active_environment.and_then(|id| workspace.environment(id));
        let tokens = tokens::tokens_seen(workspace, Some(id), self.active_environment).into_iter();
        Ground {
            slug: workspace.lineage(id).last().map(|node| node.slug.clone()),
            lineage: workspace.lineage(id).map(|node| node.entity.clone()).collect(),
            environment: environment.map(|node| (node.slug.clone(), Arc::clone(&node.environment))),
            globals: Arc::clone(workspace.globals()),
            current: self.current.revision().clone(),
            overrides: self.overrides.clone(),
            tokens: tokens.map(|token| token.source.variable).collect(),
        }
    }

    /// What the pipeline needs to know to plan a send.
    pub fn plan_source(&self, node: Option<NodeId>) -> crate::exec::Source<'_> {
        crate::exec::Source {
            workspace: &self.workspace,
            node,
            environment: self.active_environment,
            current: &self.current,
            overrides: &self.overrides,
            local: None,
        }
    }

    /// The open request's node, if a request is open.
    pub fn open_request(&self) -> Option<NodeId> {
        self.open.filter(|id| self.workspace.request(*id).is_some())
    }

    /// The open node's content.
    pub fn open_entity(&self) -> Option<&Entity> {
        self.workspace.node(self.open?).map(|node| &node.entity)
    }

    /// A short text saying where a node lives: `Pydio Cells › Users`.
    pub fn breadcrumbs(&self, id: NodeId) -> String {
        let names: Vec<&str> = self
            .workspace
            .ancestors(id)
            .iter()
            .map(|node| node.entity.name())
            .collect();
        names.join(" › ")
    }

    /// The first of these variables that a collection has, and the collection's name, where the request is saved in none.
    pub fn home_of(&self, id: NodeId, names: &[String]) -> Option<(String, String)> {
        self.workspace.scratch().contains(&id).then_some(())?;
        let has = |id: &NodeId| {
            let group = self.workspace.group(*id)?;
            let mut variables = group.variables.iter().filter(|variable| variable.enabled);
            let found = variables.find(|variable| names.contains(&variable.key))?;
            Some((found.key.clone(), group.name.clone()))
        };
        self.workspace.collections().iter().find_map(has)
    }

    /// The node of a path as stored.
    pub fn node_at(&self, path: &str) -> Option<NodeId> {
        self.workspace.find(&ItemPath::new(path))
    }

    /// Lets values given from outside make room for newer current ones, and come back where those were taken back.
    pub fn settle_overrides(&mut self) {
        let mut given = std::mem::take(&mut self.overrides);
        given.append(&mut self.set_aside);
        let is_older = |(slug, key, _): &Override| {
            let current = self.current.get(&Owner::Environment(slug.clone()), key);
            current.is_some_and(|current| current.set_at >= self.overrides_since)
        };
        (self.set_aside, self.overrides) = given.into_iter().partition(is_older);
    }

    /// Puts a word into the status line, and into the list of messages.
    pub fn notify(&mut self, level: Level, text: impl Into<String>) {
        let text = without_numbers(&text.into());
        let notice = Notice { level, text };
        if self.messages.len() == MOST_MESSAGES {
            self.messages.pop_front();
        }
        self.messages.push_back((self.now, notice.clone()));
        self.notice = Some(notice);
    }

    /// Hides the secrets that are shown, and what said that they are.
    pub fn hide_again(&mut self) {
        if !std::mem::take(&mut self.revealed) {
            return;
        }
        // Something else may have been said behind it.
        let told = self.notice.as_ref().and_then(|notice| {
            let rest = notice.text.strip_prefix(REVEALED)?;
            Some((notice.level, format!("secrets are hidden again{rest}")))
        });
        if let Some((level, text)) = told {
            self.notify(level, text);
        }
    }

    /// Which environment is meant while none is active.
    pub fn meant(&self) -> Choice {
        let awaited = self.awaited.clone().map(Choice::Named);
        awaited.unwrap_or_else(|| self.chosen.clone())
    }

    /// The scope's label with its owner's name, for popovers: `environment demo`.
    pub fn scope_label(&self, scope: Scope, scopes: &Scopes) -> String {
        let name = &scopes.layer(scope).name;
        if name.is_empty() {
            scope.label().to_owned()
        } else {
            format!("{} {name}", scope.label())
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::variable::CurrentValue;
    use crate::tui::harness::Harness;

    #[test]
    fn variables_are_made_anew_where_something_changed_and_only_there() {
        let mut shared = Harness::new(80, 24).state.shared;
        let collection = shared.workspace.collections()[0];
        let id = *shared.workspace.descendants(collection).last().unwrap();
        let mut last = shared.scopes(Some(id));
        assert!(Arc::ptr_eq(&last, &shared.scopes(Some(id))));
        let changes: [fn(&mut Shared); 4] = [
            |shared| {
                let owner = shared.environment_owner().unwrap();
                let value = CurrentValue {
                    value: Some("new".into()),
                    set_by: "you".into(),
                    set_at: Timestamp::UNIX_EPOCH,
                    secret: false,
                };
                shared.current.set(owner, "fresh", value);
            },
            |shared| shared.overrides.push((String::new(), "given".into(), Some("1".into()))),
            |shared| {
                let mut globals = (**shared.workspace.globals()).clone();
                let variable = crate::model::Variable::new("everywhere", "2");
                globals.variables.push(variable);
                let edit = crate::model::edit::Edit::ReplaceGlobals {
                    globals: Arc::new(globals),
                };
                shared.workspace.apply(edit).unwrap();
            },
            |shared| shared.active_environment = None,
        ];
        for change in changes {
            change(&mut shared);
            let now = shared.scopes(Some(id));
            assert!(*now != *last && Arc::ptr_eq(&now, &shared.scopes(Some(id))));
            assert_eq!(*now, crate::exec::scopes(&shared.plan_source(Some(id))));
            last = now;
        }
    }
}
