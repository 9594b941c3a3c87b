//! Postman's own files on the command line: nothing of them is written.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::exec::Session;
use crate::foreign;
pub use crate::foreign::{is_foreign, load};
use crate::formats::Found;
use crate::http::Client;
use crate::model::{Entity, Environment, NodeId, Secret, Workspace};

use super::CliError;

/// What is there: the bytes of a file, an answer, or the standard input (`-`).
pub async fn fetch(client: &Client, cwd: &Path, typed: &str, most: u64) -> Result<Vec<u8>, CliError> {
    Ok(foreign::fetch(client, cwd, typed, most).await?)
}

/// What Postman's file, folder or URL holds; at Postman's API with the user's key.
pub async fn read(client: &Client, cwd: &Path, typed: &str, key: Option<&Secret>) -> Result<Found, CliError> {
    Ok(foreign::read(client, cwd, typed, key).await?)
}

/// Makes the environment of a Postman file the active one. It has no file here: what scripts set in it is not kept.
pub fn load_environment(session: &mut Session, environment: Environment) -> String {
    let workspace = Arc::make_mut(&mut session.workspace);
    let slug = workspace.free_environment_slug(&environment.name);
    session.environment = Some(workspace.load_environment(slug.clone(), environment));
    slug
}

/// The one environment in what was found: an environment, or globals, which have the same shape.
pub fn environment(found: Found, typed: &str) -> Result<Environment, CliError> {
    let mut all = found.environments.into_iter().chain(found.globals);
    all.next().ok_or_else(|| {
        CliError::failed(format!("`{}` holds no environment", foreign::shown(typed)))
            .hint("export it from Postman again")
    })
}

/// The folders and requests that `--folder` names, by id or name, below some items.
pub fn named(workspace: &Workspace, below: &[NodeId], wanted: &str) -> Option<NodeId> {
    let all: Vec<NodeId> = below
        .iter()
        .flat_map(|top| workspace.descendants(*top).into_iter().skip(1))
        .collect();
    let is = |id: &&NodeId, by: &dyn Fn(&crate::model::Node) -> bool| workspace.node(**id).is_some_and(by);
    let id = |node: &crate::model::Node| match &node.entity {
        Entity::Collection(group) | Entity::Folder(group) => group.origin.id == wanted,
        Entity::Request(request) => request.origin.id == wanted,
    };
    let name = |node: &crate::model::Node| node.entity.name() == wanted;
    let slug = |node: &crate::model::Node| node.slug == wanted;
    all.iter()
        .find(|node| is(node, &id))
        .or_else(|| all.iter().find(|node| is(node, &name)))
        .or_else(|| all.iter().find(|node| is(node, &slug)))
        .copied()
}

/// Where relative paths of body files start: the folder asked for, else the current one, as in newman.
pub fn working_dir(cwd: &Path, asked: Option<&Path>) -> PathBuf {
    asked.map_or_else(|| cwd.to_owned(), |asked| cwd.join(asked))
}
