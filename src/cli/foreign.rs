//! Postman's own files on the command line: nothing of them is written.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::exec::Session;
use crate::foreign::{self, ForeignError};
pub use crate::foreign::{is_foreign, load};
use crate::formats::{self, FormatError, Found};
use crate::http::Client;
use crate::model::{Entity, Environment, Node, NodeId, Secret, Workspace};

use super::CliError;
use super::open::tell;
use super::output::Output;

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

/// The environment, or the globals, that a settings file of newman's holds.
pub fn inline(text: &Secret) -> Result<Environment, CliError> {
    let what = ".newmanrc";
    let found = formats::postman::read(text.reveal().as_bytes()).map_err(|source| ForeignError::Format {
        what: what.to_owned(),
        source,
    });
    Ok(foreign::environment(found, what)?)
}

/// The environment, or the globals, of Postman's that an option names. Any other JSON is one without variables, as in newman,
/// which is told.
pub async fn environment(
    client: &Client,
    cwd: &Path,
    typed: &str,
    key: Option<&Secret>,
    output: &mut Output,
) -> Result<Environment, CliError> {
    let read = foreign::read(client, cwd, typed, key).await;
    let is_other = |source: &FormatError| matches!(source, FormatError::Unknown { .. });
    if matches!(&read, Err(ForeignError::Format { source, .. }) if is_other(source)) {
        let what = foreign::shown(typed);
        let text = format!("`{what}` is no environment of Postman's: as in newman it counts as one without variables");
        tell(
            output,
            &text,
            Some("export it from Postman again, unless it is meant so"),
        );
        return Ok(Environment {
            name: "Untitled environment".to_owned(),
            ..Environment::default()
        });
    }
    Ok(foreign::environment(read, typed)?)
}

/// The item below some others that `--folder` names, by id or name, and all others it might mean outside of it.
///
/// newman looks at what is directly in it first, then in each folder; where several are named it takes the first from above.
pub fn named(workspace: &Workspace, below: &[NodeId], wanted: &str, alone: bool) -> Option<(NodeId, Vec<NodeId>)> {
    let all = below
        .iter()
        .flat_map(|top| workspace.descendants(*top).into_iter().skip(1));
    let all: Vec<&Node> = all.filter_map(|id| workspace.node(id)).collect();
    let id = |node: &Node| match &node.entity {
        Entity::Collection(group) | Entity::Folder(group) => group.origin.id == wanted,
        Entity::Request(request) => request.origin.id == wanted,
    };
    let name = |node: &Node| node.entity.name() == wanted;
    let slug = |node: &Node| node.slug == wanted;
    let by: [&dyn Fn(&Node) -> bool; 3] = [&id, &name, &slug];
    by.into_iter().find_map(|by| {
        let mut found: Vec<NodeId> = all.iter().filter(|node| by(node)).map(|node| node.id).collect();
        let first = *found.first()?;
        let first = if alone {
            below
                .iter()
                .find_map(|top| nearest(workspace, *top, &found))
                .unwrap_or(first)
        } else {
            first
        };
        // What lies inside runs too.
        let runs = workspace.descendants(first);
        found.retain(|other| !runs.contains(other));
        Some((first, found))
    })
}

/// Which of some items comes first below one: its children, then those of each of them.
fn nearest(workspace: &Workspace, top: NodeId, among: &[NodeId]) -> Option<NodeId> {
    let children = &workspace.node(top)?.children;
    let own = children.iter().find(|child| among.contains(child)).copied();
    own.or_else(|| children.iter().find_map(|child| nearest(workspace, *child, among)))
}

/// Where relative paths of body files start: the folder asked for, else the current one, as in newman.
pub fn working_dir(cwd: &Path, asked: Option<&Path>) -> PathBuf {
    asked.map_or_else(|| cwd.to_owned(), |asked| cwd.join(asked))
}
