//! Postman's own files, used by the command line and the TUI alike: read, run as they are, or imported.
//!
//! ```text
//! file, folder, URL, - ─read─▶ Found ─┬─ load ──▶ a workspace that is only in memory
//!                                     └─ Import ─▶ plan: add, change, move, remove ─▶ the workspace's files
//! ```

mod error;
mod import;
mod read;

pub use error::ForeignError;
pub use import::{Import, Imported, Planned};
pub use read::{fetch, is_foreign, is_url, read, shown};

use std::path::Path;

use crate::formats::Found;
use crate::model::{NodeId, Workspace};

/// What Postman's file or folder holds; no network.
///
/// # Errors
///
/// When it cannot be read, or is nothing of Postman's.
pub fn open(path: &Path) -> Result<Found, ForeignError> {
    read::local(path, &path.display().to_string())
}

/// Puts the collections into a workspace that is only in memory; their nodes.
pub fn load(workspace: &mut Workspace, found: &Found) -> Vec<NodeId> {
    let mut out = Vec::new();
    for collection in &found.collections {
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
