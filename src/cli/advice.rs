//! What is worth telling of a workspace's files though nothing is broken: secrets that stand in them, and requests that are
//! to bring a token and send it.

use crate::auth::find;
use crate::exec::tokens::{Declared, sends_itself, token_sources};
use crate::model::problem::Problem;
use crate::model::{Entity, NodeId, Workspace, literal};
use crate::store::Place;

/// Every secret that stands in clear in the files of these nodes: the file, and where in it.
pub fn in_clear(workspace: &Workspace, nodes: impl Iterator<Item = NodeId>) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for node in nodes.filter_map(|id| workspace.node(id)) {
        let written = literal::in_clear(&node.entity).into_iter();
        out.extend(written.map(|literal| (file(workspace, node.id), literal.place)));
    }
    out
}

/// What to do about those: a key on the screen makes a variable of a field of an auth, and of nothing else.
pub fn way_out(in_clear: &[(String, String)]) -> String {
    let of_auth = in_clear.iter().filter(|(_, place)| place.starts_with("auth")).count();
    let key = "the key `s` on the field in the Auth tab makes a secret variable of one in an auth";
    let hand = "make a secret variable of it, and put `{{name}}` there";
    match of_auth {
        0 => hand.to_owned(),
        all if all == in_clear.len() => key.to_owned(),
        _ => format!("{key}; for the rest {hand}"),
    }
}

/// The requests that are to bring a token and send it themselves: the file, and what to do.
pub fn circles(workspace: &Workspace) -> Vec<(String, String)> {
    let tokens = token_sources(workspace).into_iter();
    let own = tokens.filter(|token| sends_itself(workspace, token));
    own.filter_map(|token| {
        let variable = &token.source.variable;
        let request = token.request?;
        let inherits = workspace.request(request)?.auth.is_inherited();
        let whence = if inherits { "the auth it inherits" } else { "its auth" };
        let text = format!(
            "is to bring the token `{variable}`, and {whence} sends `{{{{{variable}}}}}`, which is not there yet or the old one · \
             give it the auth `none`"
        );
        Some((file(workspace, request), text))
    })
    .collect()
}

/// The auths whose type is not known.
pub fn unknown_auths(workspace: &Workspace) -> Vec<Problem> {
    let nodes = workspace.collections().iter().flat_map(|id| workspace.descendants(*id));
    let unknown = nodes.filter_map(|id| {
        let auth = match &workspace.node(id)?.entity {
            Entity::Request(request) => &request.auth,
            Entity::Collection(group) | Entity::Folder(group) => &group.auth,
        };
        let is_known = auth.is_inherited() || auth.is_none() || find(&auth.kind).is_some();
        (!is_known).then(|| Problem {
            file: file(workspace, id).into(),
            at: None,
            message: format!(
                "the auth type `{}` is not known: it is sent without credentials",
                auth.kind
            ),
            hint: None,
            warning: true,
        })
    });
    unknown.collect()
}

/// The tokens whose requests are not there.
pub fn without_request(workspace: &Workspace) -> Vec<Problem> {
    let tokens = token_sources(workspace).into_iter();
    let told = tokens.flat_map(|token| {
        let source = &token.source;
        let refresh = source.refresh.as_deref().filter(|_| token.refresh(workspace).is_none());
        let request = Some(source.request.as_str()).filter(|_| token.request.is_none());
        let file = match token.declared {
            Declared::Group(group) => file(workspace, group),
            Declared::Environment(id) => {
                let slug = workspace.environment(id).map_or("", |node| node.slug.as_str());
                format!("environments/{slug}.toml")
            }
        };
        let hint = match token.declared {
            Declared::Group(_) => "it is the path of its file below the collection, without the ending",
            Declared::Environment(_) => {
                "it is the path of its file from the collection's folder on, without the ending"
            }
        };
        let of = |key: &str, path: &str| Problem {
            file: file.clone().into(),
            at: None,
            message: format!(
                "`{key}` of `[tokens.{}]` names `{path}`, which is no request",
                source.variable
            ),
            hint: Some(hint.to_owned()),
            warning: false,
        };
        let told = [
            request.map(|path| of("request", path)),
            refresh.map(|path| of("refresh", path)),
        ];
        told.into_iter().flatten().collect::<Vec<_>>()
    });
    told.collect()
}

/// The file of a node, from the workspace's folder on.
fn file(workspace: &Workspace, node: NodeId) -> String {
    let place = workspace
        .path(node)
        .zip(workspace.node(node))
        .map(|(path, node)| Place::of(&path, &node.entity));
    let file = place.and_then(|place| place.file());
    file.map_or_else(String::new, |file| file.display().to_string())
}
