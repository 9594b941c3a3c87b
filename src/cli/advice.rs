//! What is worth telling of a workspace's files though nothing is broken: secrets that stand in them, and requests that are
//! to bring a token and send it.

use std::collections::BTreeSet;

use crate::auth::oauth2::unknown_grant;
use crate::auth::{find, misspelt};
use crate::exec::tokens::{Declared, TokenRequest, sends, sends_itself, token_sources, tokens_seen};
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

/// The requests that are to bring a token and send it themselves, or one that needs it in turn: the file, and what to do.
pub fn circles(workspace: &Workspace) -> Vec<(String, String)> {
    let tokens = token_sources(workspace);
    let needs: Vec<Vec<usize>> = tokens.iter().map(|token| needs(workspace, &tokens, token)).collect();
    let told = tokens.iter().enumerate().filter_map(|(at, token)| {
        let variable = &token.source.variable;
        let request = token.request?;
        let inherits = workspace.request(request)?.auth.is_inherited();
        let text = if sends_itself(workspace, token) {
            let whence = if inherits { "the auth it inherits" } else { "its auth" };
            format!(
                "is to bring the token `{variable}`, and {whence} sends `{{{{{variable}}}}}`, which is not there yet or the old \
                 one · give it the auth `none`"
            )
        } else if needs[at].contains(&at) {
            format!(
                "is to bring the token `{variable}`, and its URL, headers or body send `{{{{{variable}}}}}`, which is not there \
                 yet or the old one · take it out there"
            )
        } else {
            let other = *needs[at].iter().find(|other| leads_to(&needs, **other, at))?;
            format!(
                "is to bring the token `{variable}` and needs `{}`, whose request needs `{variable}` in turn · let one of them do \
                 without the other",
                tokens[other].source.variable
            )
        };
        Some((file(workspace, request), text))
    });
    told.collect()
}

/// The tokens that the request of one sends.
fn needs(workspace: &Workspace, tokens: &[TokenRequest], token: &TokenRequest) -> Vec<usize> {
    let Some(request) = token.request else {
        return Vec::new();
    };
    let environment = match token.declared {
        Declared::Environment(id) => Some(id),
        Declared::Group(_) => None,
    };
    let seen = tokens_seen(workspace, Some(request), environment).into_iter();
    let sent = seen.filter(|other| sends(workspace, request, other));
    sent.filter_map(|other| tokens.iter().position(|own| *own == other))
        .collect()
}

/// Whether needs lead from one token to another.
fn leads_to(needs: &[Vec<usize>], from: usize, to: usize) -> bool {
    let (mut known, mut open) = (BTreeSet::from([from]), vec![from]);
    while let Some(at) = open.pop() {
        if needs[at].contains(&to) {
            return true;
        }
        open.extend(needs[at].iter().filter(|next| known.insert(**next)));
    }
    false
}

/// What is wrong with auths as they are written: a type, a parameter or a grant that is not known.
pub fn unknown_auths(workspace: &Workspace) -> Vec<Problem> {
    let nodes = workspace.collections().iter().flat_map(|id| workspace.descendants(*id));
    let wrong = nodes.filter_map(|id| {
        let auth = match &workspace.node(id)?.entity {
            Entity::Request(request) => &request.auth,
            Entity::Collection(group) | Entity::Folder(group) => &group.auth,
        };
        let told = |message: String, hint: Option<String>| Problem {
            file: file(workspace, id).into(),
            at: None,
            message,
            hint,
            warning: true,
        };
        let is_known = auth.is_inherited() || auth.is_none() || find(&auth.kind).is_some();
        let unknown = (!is_known).then(|| {
            format!(
                "the auth type `{}` is not known: it is sent without credentials",
                auth.kind
            )
        });
        let all = unknown.into_iter().chain(misspelt(auth));
        let all = all.map(|message| told(message, None));
        let grant = unknown_grant(auth).map(|error| told(error.to_string(), error.hint()));
        Some(all.chain(grant).collect::<Vec<_>>())
    });
    wrong.flatten().collect()
}

/// The variables that stand in a file twice, both enabled: the one that counts is easily the other.
pub fn doubles(workspace: &Workspace) -> Vec<Problem> {
    let groups = workspace.collections().iter();
    let groups = groups.filter_map(|id| Some((file(workspace, *id), &workspace.group(*id)?.variables)));
    let environments = workspace.environments().iter();
    let environments =
        environments.map(|node| (format!("environments/{}.toml", node.slug), &node.environment.variables));
    let globals = [("globals.toml".to_owned(), &workspace.globals().variables)];
    let told = groups.chain(environments).chain(globals).flat_map(|(file, variables)| {
        let mut known = BTreeSet::new();
        let enabled = variables.iter().filter(|variable| variable.enabled);
        let again: BTreeSet<_> = enabled
            .filter(|variable| !known.insert(&variable.key))
            .map(|own| &own.key)
            .collect();
        let told = again.into_iter().map(|key| Problem {
            file: file.clone().into(),
            at: None,
            message: format!("the variable `{key}` is there more than once: the last enabled one counts"),
            hint: None,
            warning: true,
        });
        told.collect::<Vec<_>>()
    });
    told.collect()
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
