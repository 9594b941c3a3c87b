//! Postman's own files, used by the command line and the TUI alike: read, run as they are, or imported.
//!
//! ```text
//! file, folder, URL, - ─read─▶ Found ─┬─ load ──▶ a workspace that is only in memory
//!                                     └─ Import ─▶ plan: add, change, move, remove ─▶ the workspace's files
//! ```

mod cloud;
mod error;
mod import;
mod moved;
mod notes;
mod read;
mod secrets;

pub use cloud::{Resource, by_uid};
pub use error::ForeignError;
pub use import::{Import, Planned};
pub use moved::Moved;
pub use read::{fetch, is_foreign, is_url, read, shown};
pub use secrets::{Imported, Secrets, Settled, sources_of};

use std::path::{Path, PathBuf};

use crate::formats::{FormatError, Found};
use crate::model::{Environment, NodeId, Workspace};

/// Files of Postman's that are opened beside a collection, which rarely works without them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// Environments; the first is the active one.
    pub environments: Vec<PathBuf>,
    /// The globals.
    pub globals: Option<PathBuf>,
}

/// What Postman's file or folder holds, with what lies beside it; no network.
///
/// Environments that were asked for come first, and globals that were asked for take the place of others.
///
/// # Errors
///
/// When one cannot be read, or is nothing of Postman's.
pub fn open(path: &Path, beside: &Beside) -> Result<Found, ForeignError> {
    let local = |path: &Path| read::local(path, &path.display().to_string());
    let mut found = whole(local(path)?, &path.display().to_string())?;
    // Before anything else: one may be given that is named like one the folder has.
    let mut notes = Vec::new();
    let mut read = |path: &Path| {
        let mut read = local(path)?;
        notes.append(&mut read.report.notes);
        environment(Ok(read), &path.display().to_string())
    };
    for (at, path) in beside.environments.iter().enumerate() {
        found.environments.insert(at, read(path)?);
    }
    if let Some(path) = &beside.globals {
        found.globals = Some(read(path)?);
    }
    found.report.notes.extend(notes);
    Ok(found)
}

/// What was read, to be sent: without its collection's auth and tests a request is another one.
///
/// # Errors
///
/// When a part of a collection could not be read.
pub fn whole(found: Found, typed: &str) -> Result<Found, ForeignError> {
    match found.collections.iter().find_map(|collection| collection.lacks.clone()) {
        None => Ok(found),
        Some(why) => Err(ForeignError::Format {
            what: shown(typed),
            source: FormatError::Part { why },
        }),
    }
}

/// The one environment in what was read where one stands, an environment or globals, which have the same shape.
///
/// # Errors
///
/// When it could not be read, or is something else.
pub fn environment(read: Result<Found, ForeignError>, typed: &str) -> Result<Environment, ForeignError> {
    let found = read?;
    let environment = found.environments.into_iter().chain(found.globals).next();
    environment.ok_or_else(|| ForeignError::NoEnvironment { what: shown(typed) })
}

/// Puts the collections into a workspace that is only in memory; their nodes. Exports of what the folder holds anyway are
/// left out, or everything would be there, and run, twice.
pub fn load(workspace: &mut Workspace, found: &Found) -> Vec<NodeId> {
    let mut out = Vec::new();
    for collection in found.originals() {
        let mut nodes: Vec<NodeId> = Vec::with_capacity(collection.items.len());
        for item in &collection.items {
            let parent = item.parent.and_then(|parent| nodes.get(parent)).copied();
            let slug = match parent {
                Some(_) => item.slug.clone(),
                // Two files may hold collections of one name.
                None => workspace.free_slug(None, item.entity.name()),
            };
            nodes.push(workspace.load_node(parent, slug, item.entity.clone()));
        }
        out.extend(nodes.first());
    }
    out
}
