//! Reading and importing Postman's files, beside the screen.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Sender;

use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::TuiOptions;
use crate::foreign::{self, ForeignError, Planned, Secrets, Settled};
use crate::http::Client;
use crate::model::history::ValueChange;
use crate::model::reason::reason;
use crate::model::variable::CurrentValues;
use crate::model::{ItemPath, Secret};
use crate::store::Files;
use crate::store::locate::{LocateError, Origin, locate_for_import, plain};
use crate::store::state::{State, StateError};
use crate::tui::event::Event;
use crate::tui::importing::{Done, ImportId, News};
use crate::tui::modals::path_of;

/// Reads and imports.
pub struct Imports {
    tokio: Handle,
    /// Reads what lies behind a URL.
    pub client: Client,
    /// What is open: the workspace it all goes into, unless that is Postman's itself.
    options: TuiOptions,
    queue: Sender<Event>,
    reading: Option<JoinHandle<()>>,
}

impl Imports {
    /// Imports into the workspace that is open; where Postman's own file is, into the one named or nearest, else the user's
    /// own.
    pub fn new(tokio: Handle, client: Client, options: &TuiOptions, queue: Sender<Event>) -> Self {
        Self {
            tokio,
            client,
            options: options.clone(),
            queue,
            reading: None,
        }
    }

    /// Reads what was typed and plans bringing it into the workspace.
    pub fn read(&mut self, id: ImportId, typed: String) {
        self.stop();
        let (client, options, queue) = (self.client.clone(), self.options.clone(), self.queue.clone());
        self.reading = Some(self.tokio.spawn(async move {
            let news = found(client, options, typed).await;
            // Nobody listens when the program is ending.
            let _ = queue.send(Event::Import(id, news));
        }));
    }

    /// Stops reading: a server may take its time.
    pub fn stop(&mut self) {
        if let Some(reading) = self.reading.take() {
            reading.abort();
        }
    }

    /// Writes what was found.
    pub fn import(&self, id: ImportId, mut planned: Box<Planned>) {
        let (queue, options) = (self.queue.clone(), self.options.clone());
        self.tokio.spawn_blocking(move || {
            let (files, places) = (Files::new(planned.root()), planned.todo.places());
            let (before, came) = (files.stock(&places), planned.came().clone());
            let (secrets, done) = planned.carry_out();
            let rewritten = before.and_then(|before| Some(before.until(files.stock(&places)?)));
            let rewritten = rewritten.map(|rewritten| Arc::new(rewritten.noting(&came, planned.came())));
            let news = match done {
                Ok(()) if options.foreign => match keep(&options, planned.root(), secrets) {
                    Ok((settled, values)) => {
                        let mut done = Done {
                            rewritten,
                            values,
                            ..Done::of(&planned, Secrets::default())
                        };
                        done.tell(&settled);
                        News::Done(done)
                    }
                    Err(error) => News::Failed(
                        format!("imported, but the values of secrets could not be kept: {error}"),
                        Some(error.hint().to_owned()),
                    ),
                },
                Ok(()) => News::Done(Done {
                    rewritten,
                    ..Done::of(&planned, secrets)
                }),
                Err(error) => {
                    // What was written before it stays, and its secrets with it.
                    let lost = keep(&options, planned.root(), secrets).err();
                    with(
                        failed(&ForeignError::from(error)),
                        lost.map(|lost| format!("the values of secrets could not be kept: {lost}")),
                    )
                }
            };
            let news = noted(&options, &planned, news);
            let _ = queue.send(Event::Import(id, news));
        });
    }
}

/// Keeps what came, for the next import; where that fails it removes less than it might, and says so now.
fn noted(options: &TuiOptions, planned: &Planned, news: News) -> News {
    let state = State::open(&options.paths, planned.root());
    let noted = state.and_then(|(state, _)| state.set_imported(planned.came()));
    with(
        news,
        noted
            .err()
            .map(|error| format!("what came could not be noted: {error}")),
    )
}

/// The news, and what went wrong besides.
fn with(mut news: News, more: Option<String>) -> News {
    if let (Some(more), News::Done(Done { words, .. }) | News::Failed(words, _)) = (more, &mut news) {
        *words = format!("{words}; {more}");
    }
    news
}

/// Keeps values in the local state of a workspace that is not open; and what that changes, to be taken back.
fn keep(options: &TuiOptions, root: &Path, secrets: Secrets) -> Result<(Settled, Vec<ValueChange>), StateError> {
    let known = local(options, root).and_then(|state| Ok((state.current_values()?, state)));
    let (current, mut state) = match known {
        // What is locked is asked for where there is something to compare.
        Err(_) if secrets.is_empty() => return Ok(Default::default()),
        known => known?,
    };
    let settled = secrets.settle(&current);
    state.set_current_values(&settled.changes)?;
    let values = ValueChange::all(&current, &settled.changes);
    Ok((settled, values))
}

/// The local state of a workspace, unlocked where the passphrase is known.
fn local(options: &TuiOptions, root: &Path) -> Result<State, StateError> {
    let (mut state, _) = State::open(&options.paths, root)?;
    if let Some(passphrase) = &options.passphrase {
        state.unlock(passphrase)?;
    }
    Ok(state)
}

/// What earlier imports brought into a workspace, and the values that are kept for it; without them nothing is removed that
/// has no identity, and no secret changes.
fn known(options: &TuiOptions, root: &Path) -> (BTreeSet<ItemPath>, CurrentValues) {
    let Ok(state) = local(options, root) else {
        return Default::default();
    };
    let current = state.current_values().or_else(|_| state.locked_values());
    (state.imported().unwrap_or_default(), current.unwrap_or_default())
}

async fn found(client: Client, options: TuiOptions, typed: String) -> News {
    // What is open is taken with all that was opened beside it.
    let opened = options.foreign && typed == options.root.display().to_string();
    let cwd = std::env::current_dir().unwrap_or_default();
    // Parsing takes a moment with a large file; this runtime has other things to do meanwhile.
    let handle = Handle::current();
    let read = tokio::task::spawn_blocking(move || {
        let typed = if opened || foreign::is_url(&typed) {
            typed
        } else {
            straight(&cwd, path_of(&typed)).to_string_lossy().into_owned()
        };
        let found = if opened {
            foreign::open(&options.root, &options.beside)
        } else {
            let key = std::env::var("POSTMAN_API_KEY").ok().map(Secret::new);
            handle.block_on(foreign::read(&client, &cwd, &typed, key.as_ref()))
        };
        let found = match found {
            Ok(found) => found,
            Err(error) => return failed(&error),
        };
        match target(&options) {
            Ok((root, own)) => {
                // What is not there yet stays so until the user says so.
                let known = root.is_dir().then(|| known(&options, &root));
                let (came, current) = known.unwrap_or_default();
                News::Found(Box::new(Planned::new(&root, found, came, &current)), own)
            }
            Err(error) => News::Failed(error.to_string(), Some(error.hint().to_owned())),
        }
    });
    match read.await {
        Ok(news) => news,
        Err(_) => News::Failed(
            "reading it broke off by a defect in postrider; please report it".to_owned(),
            None,
        ),
    }
}

/// The path without `..`, unless that leads elsewhere: a link may lie on its way.
pub(super) fn straight(cwd: &Path, path: PathBuf) -> PathBuf {
    if !path.components().any(|part| part == Component::ParentDir) {
        return path;
    }
    let plain = plain(&cwd.join(&path));
    match cwd.join(&path).canonicalize() {
        Ok(real) if plain.canonicalize().ok().as_ref() != Some(&real) => path,
        _ => plain,
    }
}

/// An error with all that is below it, in one line.
fn failed(error: &ForeignError) -> News {
    let causes = std::iter::successors(std::error::Error::source(error), |error| error.source());
    let words = std::iter::once(error.to_string()).chain(causes.map(reason));
    News::Failed(words.collect::<Vec<_>>().join(": "), error.hint())
}

/// The workspace that is open; where Postman's file is, the one it is to go into, and whether that is the user's own, which
/// may not be there yet.
fn target(options: &TuiOptions) -> Result<(PathBuf, bool), LocateError> {
    if options.foreign {
        let start = options.root.parent().unwrap_or(&options.root);
        let found = locate_for_import(start, options.into.as_deref(), &options.paths)?;
        return Ok((found.root, matches!(found.origin, Origin::Own { .. })));
    }
    Ok((options.root.clone(), false))
}
