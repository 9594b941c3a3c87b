//! Everything that is read before the first frame: the workspace, what is remembered, the user's settings.

use std::sync::Arc;

use serde_json::Value;

use super::TuiOptions;
use super::files::Database;
use super::looks::{self, Looks};
use super::restore;
use crate::foreign;
use crate::formats::Found;
use crate::http::Jar;
use crate::model::Workspace;
use crate::model::problem::Problem;
use crate::model::variable::CurrentValues;
use crate::store::state::Known;
use crate::store::{Config, Files, state};
use crate::tui::drafts;
use crate::tui::effect::{Effect, LocalJob};
use crate::tui::layout::Dividers;
use crate::tui::panes::{Pane, request, response, tree};
use crate::tui::secrets;
use crate::tui::shared::Level;
use crate::tui::state::State;
use crate::tui::theme::Depth;
use crate::tui::unlocking;

/// What was read besides the state.
pub struct Start {
    /// The workspace's files.
    pub files: Files,
    /// The local state; `None` when it cannot be opened at all.
    pub database: Option<Database>,
    /// The workspace's cookies.
    pub cookies: Arc<Jar>,
    /// The user's settings.
    pub config: Config,
    /// What reading has left to do.
    pub effects: Vec<Effect>,
}

/// Reads everything.
pub fn load(options: &TuiOptions) -> anyhow::Result<(State, Start)> {
    anyhow::ensure!(
        options.foreign || options.root.is_dir(),
        "`{}` is no folder",
        options.root.display()
    );
    // Read first: a file that is of no use leaves nothing behind.
    let found = options.foreign.then(|| foreign::open(&options.root, &options.beside));
    let found = found.transpose()?;
    let (config, config_problem) = Config::load(&options.paths.config_file());
    let files = Files::new(&options.root);
    let mut state = State {
        depth: Some(Depth::detect(|name| std::env::var(name).ok())),
        ..State::default()
    };
    state.shared.now = jiff::Timestamp::now();
    state.last_input = state.shared.now;
    state.shared.awake = true;
    // Two things to wait for, about equally long.
    let depth = state.depth.unwrap_or(Depth::True);
    let beside = std::thread::scope(|scope| {
        let beside = scope.spawn(|| (Local::read(options), Looks::read(&options.paths, &config, depth)));
        let (keymap, problem) = looks::keys(&options.paths);
        state.keymap = keymap;
        state.shared.workspace = match &found {
            Some(found) => look_at(&mut state.shared.read_only, found, options),
            None => files.load(),
        };
        state.shared.workspace.problems.extend(problem);
        beside.join()
    });
    let (local, looks) = beside.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    state.shared.workspace.problems.extend(config_problem);
    looks.take_up(&mut state);
    let no_environment = local.remembered.no_environment;
    let (database, cookies, mut effects) = local.take_up(&mut state, &files);
    if !options.beside.environments.is_empty() {
        state.shared.active_environment = state.shared.workspace.environments().first().map(|node| node.id);
    }
    if options.demo.is_some() {
        // Until it listens, what is for it waits.
        state.held = Some(Vec::new());
        let workspace = &state.shared.workspace;
        let demo = workspace
            .environment_named("demo")
            .map(|node| (node.id, node.slug.clone()));
        // What the screen says is active is so for the command line too, unless the user has chosen otherwise.
        if let (None, false, Some((_, slug))) = (state.shared.active_environment, no_environment, &demo) {
            effects.push(Effect::Local(LocalJob::ActiveEnvironment(Some(slug.clone()))));
        }
        state.shared.active_environment = demo.map(|(id, _)| id);
    }
    place(&mut state, no_environment);
    Ok((
        state,
        Start {
            files,
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

/// The local state as it was read, with what is to be said about that.
#[derive(Default)]
struct Local {
    database: Option<state::State>,
    remembered: Remembered,
    /// Whether values, tokens and cookies are locked with a passphrase that nobody has given.
    locked: bool,
    /// A state that was set aside.
    problem: Option<Problem>,
    /// What went wrong, and how bad that is.
    notice: Option<(Level, String)>,
}

/// What the last session left: values, cookies, drafts, where everything stood.
#[derive(Default)]
struct Remembered {
    current: CurrentValues,
    cookies: Option<Jar>,
    environment: Option<String>,
    no_environment: bool,
    drafts: Vec<state::Draft>,
    layout: Option<String>,
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
                local.database = Some(database);
            }
            Err(error) => {
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
        let known = Known::new(self.remembered.current.clone());
        let database = self.database.map(|state| Database { state, known });
        let (cookies, effects) = self.remembered.take_up(state, files);
        (database, cookies, effects)
    }
}

impl Remembered {
    /// Reads one after the other; what came before an error stays. Returns what is to be said of what could not be used.
    fn read(&mut self, database: &mut state::State) -> Result<Option<String>, state::StateError> {
        let mut locked = None;
        match database.current_values() {
            Ok(current) => self.current = current,
            Err(state::StateError::Seal(error)) => {
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
        self.environment = database.active_environment()?;
        self.no_environment = database.chose_no_environment()?;
        self.drafts = database.drafts()?;
        self.layout = database.layout()?;
        let cookies = match database.cookies() {
            Err(state::StateError::Seal(_)) => return Ok(locked),
            cookies => cookies?,
        };
        match cookies.map(|json| Jar::from_json(&json)) {
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
        let slug = self.environment;
        state.shared.active_environment =
            slug.and_then(|slug| state.shared.workspace.environment_named(&slug).map(|node| node.id));
        effects.extend(restore::drafts(state, self.drafts, files));
        if let Some(layout) = self.layout {
            take_layout(state, &layout);
        }
        (self.cookies, effects)
    }
}

fn take_layout(state: &mut State, layout: &str) {
    let Ok(layout) = serde_json::from_str::<Value>(layout) else {
        return;
    };
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

/// On the very first start the first request is open and under the cursor. An only environment is active unless the user
/// has chosen to have none.
fn place(state: &mut State, no_environment: bool) {
    let workspace = &state.shared.workspace;
    if state.shared.open.is_none() {
        let first = workspace
            .collections()
            .iter()
            .find_map(|id| workspace.requests_below(*id).first().copied());
        state.shared.open = first;
        if let Some(first) = first {
            state.panes.tree.reveal(first);
        }
    }
    if state.shared.active_environment.is_none()
        && !no_environment
        && let [only] = workspace.environments()
    {
        state.shared.active_environment = Some(only.id);
    }
    let problems = state.shared.workspace.problems.len();
    if problems > 0 && state.shared.notice.is_none() {
        let text = match &state.shared.workspace.problems[..] {
            [problem] => problem.to_string(),
            _ => format!("something is wrong with {problems} files: `problems` in the palette lists them"),
        };
        state.shared.notify(Level::Warning, text);
    }
}
