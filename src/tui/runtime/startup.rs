//! Everything that is read before the first frame: the workspace, what is remembered, the user's settings.

use std::sync::Arc;

use serde_json::Value;

use super::TuiOptions;
use super::files::draft_path;
use crate::http::Jar;
use crate::model::edit::Edit;
use crate::model::problem::Problem;
use crate::model::{Entity, ItemPath, NodeId, Workspace};
use crate::store::files::draft_from_toml;
use crate::store::{Config, Files, Place, state};
use crate::tui::keymap::Keymap;
use crate::tui::layout::Dividers;
use crate::tui::panes::{Pane, request, response, tree};
use crate::tui::shared::Level;
use crate::tui::state::State;
use crate::tui::theme::{DEFAULT, Depth, EMBEDDED, Theme};

/// What was read besides the state.
pub struct Start {
    /// The workspace's files.
    pub files: Files,
    /// The local state; `None` when it cannot be opened at all.
    pub database: Option<state::State>,
    /// The workspace's cookies.
    pub cookies: Arc<Jar>,
    /// The user's settings.
    pub config: Config,
}

/// Reads everything.
pub fn load(options: &TuiOptions) -> anyhow::Result<(State, Start)> {
    anyhow::ensure!(options.root.is_dir(), "`{}` is no folder", options.root.display());
    let (config, config_problem) = Config::load(&options.paths.config_file());
    let files = Files::new(&options.root);
    let mut state = State {
        depth: Some(Depth::detect(|name| std::env::var(name).ok())),
        ..State::default()
    };
    state.shared.now = jiff::Timestamp::now();
    state.last_input = state.shared.now;
    state.shared.awake = true;
    state.shared.workspace = files.load();
    state.shared.workspace.problems.extend(config_problem);

    let database = match state::State::open(&options.paths, &options.root) {
        Ok((database, problem)) => {
            if let Some(problem) = problem {
                state.shared.notify(Level::Warning, problem.message.clone());
                state.shared.workspace.problems.push(problem);
            }
            Some(database)
        }
        Err(error) => {
            let text = format!("drafts and tokens will not be kept: {error}; {}", error.hint());
            state.shared.notify(Level::Error, text);
            None
        }
    };
    let mut cookies = Jar::new();
    if let Some(database) = &database
        && let Err(error) = remembered(&mut state, database, &mut cookies)
    {
        let text = format!("not all that was remembered could be read: {error}");
        state.shared.notify(Level::Warning, text);
    }
    if options.demo.is_some() {
        state.shared.active_environment = state.shared.workspace.environment_named("demo").map(|node| node.id);
    }
    keys_and_colours(&mut state, options, &config);
    place(&mut state);
    Ok((
        state,
        Start {
            files,
            database,
            cookies: Arc::new(cookies),
            config,
        },
    ))
}

/// Takes up what the last session left: values, drafts, cookies, where everything stood.
fn remembered(state: &mut State, database: &state::State, cookies: &mut Jar) -> Result<(), state::StateError> {
    state.shared.current = database.current_values()?;
    if let Some(json) = database.cookies()? {
        match Jar::from_json(&json) {
            Ok(jar) => *cookies = jar,
            Err(error) => state
                .shared
                .notify(Level::Warning, format!("the cookies could not be read: {error}")),
        }
    }
    let slug = database.active_environment()?;
    state.shared.active_environment =
        slug.and_then(|slug| state.shared.workspace.environment_named(&slug).map(|node| node.id));
    for draft in database.drafts()? {
        if let Err(problem) = take_draft(&mut state.shared.workspace, &draft.key, &draft.text) {
            state.shared.workspace.problems.push(problem);
        }
    }
    if let Some(layout) = database.layout()? {
        restore(state, &layout);
    }
    Ok(())
}

/// Puts unsaved changes back over what the files say.
fn take_draft(workspace: &mut Workspace, key: &str, text: &str) -> Result<(), Problem> {
    let Some(path) = draft_path(key) else {
        let slug = key.strip_prefix("scratch:").unwrap_or(key).to_owned();
        let place = Place::Request(ItemPath::new(slug.clone()));
        let entity = draft_from_toml(&place, text)?;
        let (_, nodes) = workspace.new_node(entity, slug);
        // A request without a parent fits anywhere.
        let _ = workspace.apply(Edit::Insert {
            nodes,
            parent: None,
            index: usize::MAX,
        });
        return Ok(());
    };
    let Some(id) = workspace.find(&path) else {
        // Its file is gone: the draft becomes a request that is saved nowhere, so that it is not lost.
        let place = Place::Request(path.clone());
        if let Ok(entity @ Entity::Request(_)) = draft_from_toml(&place, text) {
            let (_, nodes) = workspace.new_node(entity, path.as_str().replace('/', "-"));
            let _ = workspace.apply(Edit::Insert {
                nodes,
                parent: None,
                index: usize::MAX,
            });
        }
        return Ok(());
    };
    let Some(node) = workspace.node(id) else { return Ok(()) };
    let entity = draft_from_toml(&Place::of(&path, &node.entity), text)?;
    // Name and place are on disk at once, so the file is right about them.
    let entity = entity.renamed(node.entity.name()).ordered(node.entity.order());
    let _ = workspace.apply(Edit::Replace { id, entity });
    Ok(())
}

fn restore(state: &mut State, layout: &str) {
    let Ok(layout) = serde_json::from_str::<Value>(layout) else {
        return;
    };
    let open = layout["open"]
        .as_str()
        .and_then(|key| node_of(&state.shared.workspace, key));
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

fn node_of(workspace: &Workspace, key: &str) -> Option<NodeId> {
    match key.strip_prefix("scratch:") {
        None => workspace.find(&ItemPath::new(key)),
        Some(slug) => workspace
            .scratch()
            .iter()
            .copied()
            .find(|id| workspace.node(*id).is_some_and(|node| node.slug == slug)),
    }
}

/// On the very first start the first request is open and under the cursor.
fn place(state: &mut State) {
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
        && state.remembered.is_empty()
        && let [only] = workspace.environments()
    {
        state.shared.active_environment = Some(only.id);
    }
    let problems = state.shared.workspace.problems.len();
    if problems > 0 && state.shared.notice.is_none() {
        let text = match &state.shared.workspace.problems[..] {
            [problem] => problem.to_string(),
            _ => format!("{problems} files could not be read: `problems` in the palette lists them"),
        };
        state.shared.notify(Level::Warning, text);
    }
}

fn keys_and_colours(state: &mut State, options: &TuiOptions, config: &Config) {
    state.keymap = Keymap::shipped();
    let keys = options.paths.keymap_file();
    if let Ok(text) = std::fs::read_to_string(&keys)
        && let Err(error) = state.keymap.merge(&text)
    {
        state
            .shared
            .workspace
            .problems
            .push(own_file(keys, error.to_string(), "the shipped keys are in force"));
    }
    state.themes = EMBEDDED
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    for entry in std::fs::read_dir(options.paths.config.join("themes"))
        .into_iter()
        .flatten()
        .flatten()
    {
        let file = entry.path();
        let name = file
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        if file.extension().is_some_and(|ending| ending == "toml") {
            match std::fs::read_to_string(&file).map_err(|error| error.to_string()) {
                Ok(text) => match Theme::parse(&text) {
                    Ok(_) => {
                        state.themes.retain(|(own, _)| *own != name);
                        state.themes.push((name, text));
                    }
                    Err(error) => {
                        state.shared.workspace.problems.push(own_file(
                            file,
                            error.to_string(),
                            "the theme is left out",
                        ));
                    }
                },
                Err(error) => state
                    .shared
                    .workspace
                    .problems
                    .push(own_file(file, error, "the theme is left out")),
            }
        }
    }
    let depth = state.depth.unwrap_or(Depth::True);
    let usual = if depth == Depth::Ansi { "ansi" } else { DEFAULT };
    let wanted = config.theme.clone().unwrap_or_else(|| usual.to_owned());
    let known = state.themes.iter().find(|(name, _)| *name == wanted);
    let text = known.map_or_else(|| EMBEDDED[0].1.to_owned(), |(_, text)| text.clone());
    state.theme_name = known.map_or_else(|| DEFAULT.to_owned(), |(name, _)| name.clone());
    if known.is_none() {
        let file = options.paths.config_file();
        let message = format!("there is no theme `{wanted}`");
        state
            .shared
            .workspace
            .problems
            .push(own_file(file, message, "the default theme is in force"));
    }
    state.theme = Theme::parse(&text).unwrap_or_default().fit(depth);
}

fn own_file(file: std::path::PathBuf, message: String, hint: &str) -> Problem {
    Problem {
        file,
        at: None,
        message,
        hint: Some(hint.to_owned()),
    }
}
