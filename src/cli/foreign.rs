//! Postman's own files, used as they are: read from a file, a folder, a URL or the standard input, and nothing written.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::exec::Session;
use crate::formats::{Found, postman};
use crate::http::{Client, Jar, SendContext};
use crate::model::body::Body;
use crate::model::{Auth, Entity, Environment, NodeId, Request, Workspace};
use crate::{auth, vars};

use super::CliError;
use super::open::with_causes;

/// The longest file that is read whole, in bytes.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

/// Whether what was typed is a file or URL of Postman's and nothing of a workspace.
pub fn is_foreign(cwd: &Path, typed: &str) -> bool {
    if is_url(typed) {
        return true;
    }
    let path = cwd.join(typed);
    let ending = |wanted: &str| {
        let own = path.extension();
        own.is_some_and(|own| own.eq_ignore_ascii_case(wanted))
    };
    if path.is_dir() {
        return is_foreign_folder(&path);
    }
    ending("json") || (path.is_file() && !ending("toml"))
}

/// Whether a folder is a collection of format 3, or holds such.
fn is_foreign_folder(folder: &Path) -> bool {
    if folder.join(".resources").is_dir() || folder.join("postman/collections").is_dir() {
        return true;
    }
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    names
        .filter_map(|entry| entry.file_name().into_string().ok())
        .any(|name| name.ends_with(".request.yaml") || name.ends_with(".request.yml"))
}

fn is_url(typed: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        typed
            .get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    })
}

/// What is there: the bytes of a file, an answer, or the standard input (`-`).
pub async fn fetch(client: &Client, cwd: &Path, typed: &str, most: u64) -> Result<Vec<u8>, CliError> {
    if is_url(typed) {
        return download(client, typed).await;
    }
    let failed = |error: std::io::Error| CliError::usage(format!("cannot read `{typed}`")).because(error);
    let too_long = || {
        CliError::failed(format!("`{typed}` is longer than {}", super::output::size(most)))
            .hint("a file is held in memory: split it into several")
    };
    let mut bytes = Vec::new();
    if typed == "-" {
        let read = std::io::stdin().take(most + 1).read_to_end(&mut bytes);
        read.map_err(failed)?;
    } else {
        let file = std::fs::File::open(cwd.join(typed)).map_err(failed)?;
        // Told before anything is read, where the length is known.
        if file.metadata().map_err(failed)?.len() > most {
            return Err(too_long());
        }
        file.take(most + 1).read_to_end(&mut bytes).map_err(failed)?;
    }
    if bytes.len() as u64 > most {
        return Err(too_long());
    }
    Ok(bytes)
}

async fn download(client: &Client, url: &str) -> Result<Vec<u8>, CliError> {
    let mut request = Request {
        body: Body::None,
        auth: Auth::new(Auth::NONE),
        ..Request::default()
    };
    request.set_full_url(url);
    let none = Auth::new(Auth::NONE);
    let resolved = vars::resolve_literal(&request, &none, &request.settings);
    let signed = auth::sign(resolved).request;
    let exchange = client.send(signed, SendContext::new(Arc::new(Jar::new()))).await;
    let shown = super::output::escape(&exchange.redactor.redact(url));
    match exchange.result {
        Ok(response) if response.is_success() => Ok(response.body.to_vec()),
        Ok(response) => {
            let answer = format!("{} {}", response.status, response.reason);
            Err(CliError::failed(format!("cannot fetch `{shown}`")).because(answer))
        }
        Err(error) => {
            let told = CliError::failed(format!("cannot fetch `{shown}`")).because(&error.message);
            Err(match error.hint {
                Some(hint) => told.hint(hint),
                None => told,
            })
        }
    }
}

/// What Postman's file, folder or URL holds.
pub async fn read(client: &Client, cwd: &Path, typed: &str) -> Result<Found, CliError> {
    let path = cwd.join(typed);
    let read = if !is_url(typed) && path.is_dir() {
        postman::read_folder(&path)
    } else {
        postman::read(&fetch(client, cwd, typed, MOST_BYTES).await?)
    };
    read.map_err(|error| {
        let told = with_causes(
            CliError::failed(format!("cannot use `{}`", path.display())).because(&error),
            &error,
        );
        match error.hint() {
            Some(hint) => told.hint(hint),
            None => told,
        }
    })
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
    all.next()
        .ok_or_else(|| CliError::failed(format!("`{typed}` holds no environment")).hint("export it from Postman again"))
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
