//! Everything that is read before the first frame: the workspace, what is remembered, the user's settings.
//!
//! Of the workspace only what that frame and what is remembered need: the groups, and the requests that are open, in
//! sight, have a draft or fetch a token. The rest follows ([`Start::loading`]).

use std::sync::Arc;

use serde_json::{Value, json};

use super::TuiOptions;
use super::ahead;
use super::files::Database;
use super::ground;
use super::looks::{self, Looks};
use super::restore;
use super::sight;
use crate::foreign::{self, Imported};
use crate::formats::Found;
use crate::http::{Jar, Keeping};
use crate::model::problem::Problem;
use crate::model::variable::{CurrentValue, CurrentValues, Owner};
use crate::model::{Choice, Workspace};
use crate::store::state::Known;
use crate::store::{Config, Files, Loading, state};
use crate::tui::commands::{keep_active, record_import};
use crate::tui::drafts;
use crate::tui::effect::{Effect, LocalJob};
use crate::tui::importing::Landing;
use crate::tui::layout::Dividers;
use crate::tui::loading;
use crate::tui::modals::EnvironmentEditor;
use crate::tui::panes::{Pane, request, response, tree};
use crate::tui::secrets;
use crate::tui::shared::Level;
use crate::tui::state::State;
use crate::tui::theme::Depth;
use crate::tui::unlocking;

/// Values to be kept, as the local state takes them.
type Values = Vec<(Owner, String, Option<CurrentValue>)>;

/// So many requests are read before the first frame wherever they are; of more, most are not in sight.
const FEW: usize = 20;

/// What was read besides the state.
pub struct Start {
    /// The workspace's files.
    pub files: Files,
    /// The requests that are still to be read.
    pub loading: Option<Loading>,
    /// The local state; `None` when it cannot be opened at all.
    pub database: Option<Database>,
    /// The workspace's cookies.
    pub cookies: Arc<Jar>,
    /// The user's settings.
    pub config: Config,
    /// What reading has left to do.
    pub effects: Vec<Effect>,
}

/// Reads everything; after [`Landing`] all stands as that says.
pub fn load(options: &TuiOptions, landing: Option<&Landing>) -> anyhow::Result<(State, Start)> {
    anyhow::ensure!(
        options.foreign || options.root.is_dir(),
        "`{}` is no folder",
        options.root.display()
    );
    // Read first: a file that is of no use leaves nothing behind.
    let found = options.foreign.then(|| foreign::open(&options.root, &options.beside));
    let found = found.transpose()?;
    let (config, config_problems) = Config::load(&options.paths.config_file());
    let files = Files::new(&options.root);
    let var = |name: &str| std::env::var(name).ok();
    let mut state = State {
        depth: Some(Depth::detect(var)),
        ..State::default()
    };
    state.shared.now = jiff::Timestamp::now();
    state.last_input = state.shared.now;
    state.shared.awake = true;
    let coloured = state.depth != Some(Depth::None);
    state.shared.sight = sight::told(config.pictures, coloured, &var);
    state.shared.keeping = Keeping::new(config.memory, config.spill_folder.clone());
    state
        .shared
        .outcomes
        .set_room(config.responses_memory, config.responses_files);
    state.config = config.clone();
    // Two things to wait for; opening the local state alone takes as long as the rest.
    let depth = state.depth.unwrap_or(Depth::True);
    let (beside, mut loading, looks) = std::thread::scope(|scope| {
        let beside = scope.spawn(|| Local::read(options));
        let (keymap, slips) = looks::keys(&options.paths);
        state.keymap = keymap;
        let mut loading = None;
        state.shared.workspace = if let Some(found) = &found {
            look_at(&mut state.shared.read_only, found, options)
        } else {
            let (mut workspace, mut rest) = files.begin();
            if rest.left() <= FEW {
                rest.read(&mut workspace, |_, _| true);
            }
            loading = Some(rest).filter(|rest| rest.left() > 0);
            workspace
        };
        state.shared.workspace.problems.extend(slips);
        let looks = Looks::read(
            &options.paths,
            &config,
            depth,
            ground::told(var("COLORFGBG").as_deref()),
        );
        (beside.join(), loading, looks)
    });
    let mut local = beside.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    let landed = landing.map_or_else(Vec::new, |landing| local.remembered.land(landing));
    if let Some(loading) = &mut loading {
        ahead::read(&mut state, loading, &local.remembered);
    }
    state.shared.workspace.problems.extend(config_problems);
    looks.take_up(&mut state);
    let (database, cookies, mut effects) = local.take_up(&mut state, &files);
    if !options.beside.environments.is_empty() {
        state.shared.active_environment = state.shared.workspace.environments().first().map(|node| node.id);
    }
    if options.demo.is_some() {
        // Until it listens, what is for it waits.
        state.held = Some(Vec::new());
        let workspace = &state.shared.workspace;
        let demo = workspace.environment_named("demo").map(|node| node.id);
        // What the screen says is active is so for the command line too, unless the user has chosen otherwise, if only one that
        // is away for now.
        if state.shared.active_environment.is_none() && demo.is_some() && state.shared.chosen == Choice::Open {
            effects.push(keep_active(&mut state.shared, demo));
        }
        let named = Choice::Named("demo".to_owned());
        if demo.is_none() && state.shared.workspace.unread_environment(&named).is_some() {
            state.shared.awaited = Some("demo".to_owned());
        }
        state.shared.active_environment = demo;
    }
    place(&mut state, &mut loading);
    if let Some(found) = found.filter(|found| found.collections.is_empty()) {
        show_values(&mut state, &found);
    }
    if let Some(landing) = landing {
        land(&mut state, landing, landed, &mut effects);
    }
    Ok((
        state,
        Start {
            files,
            loading,
            database,
            cookies: Arc::new(cookies.unwrap_or_default()),
            config,
            effects,
        },
    ))
}

/// What is in Postman's file, in memory alone.
fn look_at(read_only: &mut Option<String>, found: &Found, options: &TuiOptions) -> Workspace {
    *read_only = Some(options.root.display().to_string());
    let mut workspace = Workspace::new(options.folder());
    foreign::load(&mut workspace, found);
    for environment in &found.environments {
        let slug = workspace.free_environment_slug(&environment.name);
        workspace.load_environment(slug, environment.clone());
    }
    if let Some(globals) = &found.globals {
        workspace.load_globals(globals.clone());
    }
    workspace
}

/// Environments or globals alone: there is nothing to send, so their variables are what one wants to see.
fn show_values(state: &mut State, found: &Found) {
    state.focus = Pane::Environments;
    let first = state.shared.workspace.environments().first().map(|node| node.id);
    if first.is_some() || found.globals.is_some() {
        state.modals.push(EnvironmentEditor::new(first).into());
    }
}

/// The local state as it was read, with what is to be said about that.
#[derive(Default)]
struct Local {
    database: Option<state::State>,
    remembered: Remembered,
    /// The values as they were read. What comes along is not among them until it is written: missing where it was known,
    /// it would pass for a value that another postrider has reset.
    known: Known,
    /// Whether values, tokens and cookies are locked with a passphrase that nobody has given.
    locked: bool,
    /// A state that was set aside.
    problem: Option<Problem>,
    /// What went wrong, and how bad that is.
    notice: Option<(Level, String)>,
}

/// What the last session left: values, cookies, drafts, where everything stood.
#[derive(Default)]
pub(super) struct Remembered {
    current: CurrentValues,
    cookies: Option<Jar>,
    environment: Choice,
    /// What was unsaved.
    pub drafts: Vec<state::Draft>,
    /// Where everything stood.
    pub layout: Value,
}

impl Local {
    fn read(options: &TuiOptions) -> Self {
        let mut local = Self::default();
        match state::State::open(&options.paths, &options.root) {
            Ok((mut database, problem)) => {
                local.notice = problem
                    .as_ref()
                    .map(|problem| (Level::Warning, problem.message.clone()));
                local.problem = problem;
                if let Some(passphrase) = &options.passphrase
                    && let Err(error) = database.unlock(passphrase)
                {
                    local.notice = Some((Level::Error, format!("{error}; {}", error.hint())));
                }
                local.locked = database.safe().is_locked();
                match local.remembered.read(&mut database) {
                    Ok(None) => {}
                    Ok(Some(text)) => local.notice = Some((Level::Warning, text)),
                    Err(error) => {
                        let text = format!("not all that was remembered could be read: {error}");
                        local.notice = Some((Level::Warning, text));
                    }
                }
                local.known = Known::new(local.remembered.current.clone());
                local.database = Some(database);
            }
            Err(error) => {
                local.remembered.environment = state::unread_choice(&options.paths, &options.root);
                let text = format!("drafts and tokens will not be kept: {error}; {}", error.hint());
                local.notice = Some((Level::Error, text));
            }
        }
        local
    }

    /// Puts it over the workspace, which must be loaded; gives the database, the cookies and what is left to do.
    fn take_up(self, state: &mut State, files: &Files) -> (Option<Database>, Option<Jar>, Vec<Effect>) {
        state.shared.workspace.problems.extend(self.problem);
        state.shared.forgetful = self.database.is_none();
        state.shared.locked = self.locked;
        if self.locked {
            unlocking::tell(&mut state.shared, &state.keymap);
        } else if let Some((level, text)) = self.notice {
            state.shared.notify(level, text);
        }
        let known = self.known;
        let drafts = self.remembered.drafts.iter();
        let drafts = drafts.map(|draft| (draft.key.clone(), draft.at)).collect();
        let database = self
            .database
            .map(|state| Database::new(state, known, drafts, self.locked));
        let (cookies, effects) = self.remembered.take_up(state, files);
        (database, cookies, effects)
    }
}

impl Remembered {
    /// Takes what comes along for what was left here; returns the values that it took.
    fn land(&mut self, landing: &Landing) -> Values {
        // What was active there for other collections would give these their values.
        self.environment = landing.environment.clone().map_or(Choice::None, Choice::Named);
        if let Some(open) = &landing.open {
            if !self.layout.is_object() {
                self.layout = json!({});
            }
            self.layout["open"] = json!(open);
            self.layout["focus"] = json!(Pane::ALL.iter().position(|pane| *pane == landing.focus));
        }
        // A value may be of any session that looked at the file. One set here since is newer; one that an import brought is
        // what it was set over.
        let stays = |own: &CurrentValue, value: &CurrentValue| own.set_at >= value.set_at && !Imported::brought(own);
        let values = landing.values.iter().filter(|(owner, key, value)| {
            let is_locked = self.current.locked(owner).any(|own| own == key);
            let own = self.current.get(owner, key);
            !is_locked && own.is_none_or(|own| !stays(own, value))
        });
        let values: Vec<_> = values.cloned().collect();
        for (owner, key, value) in &values {
            self.current.set(owner.clone(), key, value.clone());
        }
        let values = values.into_iter();
        values.map(|(owner, key, value)| (owner, key, Some(value))).collect()
    }

    /// Reads one after the other; what came before an error stays. Returns what is to be said of what could not be used.
    fn read(&mut self, database: &mut state::State) -> Result<Option<String>, state::StateError> {
        let mut locked = None;
        self.environment = Choice::None;
        self.environment = database.environment_choice()?;
        match database.current_values() {
            Ok(current) => self.current = current,
            Err(state::StateError::Seal(error)) => {
                self.current = database.locked_values()?;
                locked = Some(format!("{error}: tokens and cookies are not read, nor kept"));
            }
            Err(error) => return Err(error),
        }
        if database.unreadable() > 0 {
            locked = Some(format!(
                "{} of the values kept on this machine cannot be read: the key they were sealed with is gone",
                database.unreadable()
            ));
        }
        self.drafts = database.drafts()?;
        let layout = database.layout()?;
        // One that cannot be read is as good as none.
        self.layout = layout.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap_or_default());
        let cookies = match database.cookies() {
            Err(state::StateError::Seal(_)) => return Ok(locked),
            cookies => cookies?,
        };
        let jar = |json: String| match json.as_str() {
            // What its key does not open.
            "" => Err("the cookies cannot be read: the key they were sealed with is gone".to_owned()),
            json => Jar::from_json(json),
        };
        match cookies.map(jar) {
            None => Ok(locked),
            Some(Ok(jar)) => {
                self.cookies = Some(jar);
                Ok(locked)
            }
            Some(Err(error)) => {
                let aside = database.set_cookies_aside()?;
                Ok(Some(format!("{error}; they stay in the local state as `{aside}`")))
            }
        }
    }

    fn take_up(self, state: &mut State, files: &Files) -> (Option<Jar>, Vec<Effect>) {
        state.shared.current = self.current;
        // Before the drafts, which have no values of secrets.
        let now = state.shared.now;
        let mut effects: Vec<Effect> = secrets::take_in(&mut state.shared, now).into_iter().collect();
        state.shared.active_environment = state.shared.workspace.active_environment(&self.environment);
        state.shared.chosen = self.environment;
        let found = restore::found(self.drafts, files);
        effects.extend(restore::drafts(state, found, |place| files.disown(place)));
        if !self.layout.is_null() {
            take_layout(state, &self.layout);
        }
        (self.cookies, effects)
    }
}

/// Shows what came along, and has it kept as it would have been if it had happened here.
fn land(state: &mut State, landing: &Landing, values: Values, effects: &mut Vec<Effect>) {
    if let Some(open) = state.shared.open {
        state.panes.tree.reveal(open);
    }
    state.landed.clone_from(&landing.outcomes);
    loading::put_outcomes(state);
    effects.push(Effect::Local(LocalJob::ActiveEnvironment(state.shared.chosen.clone())));
    if !values.is_empty() {
        effects.push(Effect::Local(LocalJob::Current(values)));
    }
    let more = record_import(state, landing.written.clone());
    state.shared.notify(Level::Done, format!("{}{more}", landing.words));
}

fn take_layout(state: &mut State, layout: &Value) {
    let open = layout["open"]
        .as_str()
        .and_then(|key| drafts::node_of(&state.shared.workspace, key));
    state.shared.open = open;
    let focus = layout["focus"].as_u64().and_then(|n| usize::try_from(n).ok());
    state.focus = focus.and_then(|n| Pane::ALL.get(n).copied()).unwrap_or_default();
    let mille = |n: usize| layout["dividers"][n].as_u64().and_then(|n| u16::try_from(n).ok());
    state.dividers = Dividers {
        columns: mille(0),
        rows: mille(1),
        left: mille(2),
    };
    tree::restore(&mut state.panes.tree, &layout["tree"], &state.shared);
    request::restore(&mut state.panes.request, &layout["request"]);
    response::restore(&mut state.panes.response, &layout["response"]);
}

/// On the very first start the first request is open and under the cursor.
fn place(state: &mut State, loading: &mut Option<Loading>) {
    if state.shared.open.is_none() {
        let first = ahead::first_request(&mut state.shared.workspace, loading);
        state.shared.open = first;
        if let Some(first) = first {
            state.panes.tree.reveal(first);
        }
    }
    state.shared.unread = loading.as_ref().map_or(0, Loading::left);
    if state.shared.unread == 0 {
        loading::warn(state);
    }
}
