//! Token bindings follow the requests they name: `[tokens.dex_token] request = "get-token"` is a path, and paths change.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::exec::tokens::{Declared, token_sources};
use crate::model::edit::Edit;
use crate::model::token::TokenSource;
use crate::model::{Entity, Environment, Group, NodeId, Workspace};

/// What a change of structure does to the token bindings.
#[derive(Debug, Default)]
pub struct Following {
    /// The edits that let the bindings name their requests where those will be.
    pub edits: Vec<Edit>,
    /// The variables whose request leaves the collection, which can name none outside.
    pub lost: Vec<String>,
}

/// Looks at what edits that are about to be made do to the token bindings.
pub fn follow(workspace: &Workspace, edits: &[Edit]) -> Following {
    let mut out = Following::default();
    let bound = token_sources(workspace);
    if bound.is_empty() {
        return out;
    }
    let mut after = workspace.clone();
    if after.apply_all(edits.to_vec()).is_err() {
        return out;
    }
    let (mut groups, mut environments) = (BTreeMap::new(), BTreeMap::new());
    for token in bound {
        let refresh = token.refresh(workspace);
        let Some(mut source) = declared(&after, token.declared, &token.source.variable) else {
            continue;
        };
        let mut moved = |request: Option<NodeId>, named: &mut String| {
            let Some(request) = request.filter(|id| after.request(*id).is_some()) else {
                return;
            };
            match path_for(&after, token.declared, request) {
                None if !out.lost.contains(&token.source.variable) => out.lost.push(token.source.variable.clone()),
                None => {}
                Some(path) => *named = path,
            }
        };
        moved(token.request, &mut source.request);
        if let Some(named) = &mut source.refresh {
            moved(refresh, named);
        }
        match token.declared {
            Declared::Group(id) => {
                let Some(group) = after.group(id) else { continue };
                let group = groups.entry(id).or_insert_with(|| Group::clone(group));
                put(&mut group.tokens, source);
            }
            Declared::Environment(id) => {
                let Some(node) = after.environment(id) else { continue };
                let environment = environments
                    .entry(id)
                    .or_insert_with(|| Environment::clone(&node.environment));
                put(&mut environment.tokens, source);
            }
        }
    }
    for (id, group) in groups {
        let Some(node) = after.node(id) else { continue };
        let entity = match node.entity {
            Entity::Collection(_) => Entity::Collection(Arc::new(group)),
            _ => Entity::Folder(Arc::new(group)),
        };
        if entity != node.entity {
            out.edits.push(Edit::Replace { id, entity });
        }
    }
    for (id, environment) in environments {
        if after
            .environment(id)
            .is_some_and(|node| *node.environment != environment)
        {
            let environment = Arc::new(environment);
            out.edits.push(Edit::ReplaceEnvironment { id, environment });
        }
    }
    out
}

/// What is declared for a variable.
fn declared(workspace: &Workspace, declared: Declared, variable: &str) -> Option<TokenSource> {
    let tokens = match declared {
        Declared::Group(id) => &workspace.group(id)?.tokens,
        Declared::Environment(id) => &workspace.environment(id)?.environment.tokens,
    };
    tokens.iter().find(|token| token.variable == variable).cloned()
}

/// How a declaration names a request; `None` when it cannot, as it is in another collection.
fn path_for(workspace: &Workspace, declared: Declared, request: NodeId) -> Option<String> {
    let path = workspace.path(request)?;
    let Declared::Group(group) = declared else {
        return Some(path.to_string());
    };
    let below = path
        .as_str()
        .strip_prefix(workspace.collection_of(group)?.slug.as_str())?;
    below.strip_prefix('/').map(str::to_owned)
}

fn put(tokens: &mut [TokenSource], source: TokenSource) {
    if let Some(own) = tokens.iter_mut().find(|own| own.variable == source.variable) {
        *own = source;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::tui::command::Command;
    use crate::tui::effect::{Effect, FileJob};
    use crate::tui::harness::Harness;

    fn run(harness: &mut Harness, command: Command) {
        harness.state.run(vec![command], &mut harness.effects);
    }

    /// The request that fills the token, as the collection names it and as the last write of its file says.
    fn named(harness: &Harness) -> (String, Option<String>) {
        let workspace = &harness.state.shared.workspace;
        let request = |group: &crate::model::Group| group.tokens[0].request.clone();
        let jobs = harness.effects.iter().rev().filter_map(|effect| match effect {
            Effect::Files(jobs) => Some(jobs.iter().rev()),
            _ => None,
        });
        let written = jobs.flatten().find_map(|job| match job {
            FileJob::Write {
                entity: Entity::Collection(group),
                ..
            } => Some(request(group)),
            _ => None,
        });
        let node = workspace.collections()[0];
        (request(workspace.group(node).unwrap()), written)
    }

    #[test]
    fn a_token_keeps_its_request_wherever_that_goes() {
        let mut harness = Harness::new(120, 40);
        let id = |harness: &Harness, path| harness.state.shared.node_at(path).unwrap();
        let both = |path: &str| (path.to_owned(), Some(path.to_owned()));
        let token = id(&harness, "pydio-cells/get-token");
        let name = "Log in".to_owned();
        run(&mut harness, Command::Rename { id: token, name });
        assert_eq!(named(&harness), both("log-in"));

        let folder = id(&harness, "pydio-cells/configuration");
        let shift = Command::Move {
            id: token,
            parent: Some(folder),
            index: 0,
        };
        run(&mut harness, shift);
        assert_eq!(named(&harness), both("configuration/log-in"));

        let (id, name) = (folder, "Settings".to_owned());
        run(&mut harness, Command::Rename { id, name });
        assert_eq!(named(&harness), both("settings/log-in"));
        assert_eq!(token_sources(&harness.state.shared.workspace)[0].request, Some(token));

        harness.press("2uuu");
        assert_eq!(named(&harness), both("get-token"), "one step of undo each");
        assert_eq!(token_sources(&harness.state.shared.workspace)[0].request, Some(token));
    }

    #[test]
    fn a_token_whose_request_leaves_the_collection_is_told() {
        let mut harness = Harness::new(120, 40);
        let (parent, name) = (None, "Other".to_owned());
        run(&mut harness, Command::NewGroup { parent, name });
        let node = |path| harness.state.shared.node_at(path).unwrap();
        let shift = Command::Move {
            id: node("pydio-cells/get-token"),
            parent: Some(node("other")),
            index: 0,
        };
        run(&mut harness, shift);
        let notice = harness.state.shared.notice.as_ref().unwrap();
        assert!(notice.text.contains("`dex_token`"), "{}", notice.text);
    }

    #[test]
    fn deleting_the_request_of_a_token_warns() {
        let mut harness = Harness::new(120, 40);
        harness.state.shared.open = harness.state.shared.node_at("pydio-cells/get-token");
        harness.press("2");
        let id = harness.state.shared.node_at("pydio-cells/get-token").unwrap();
        run(&mut harness, Command::Reveal(id));
        harness.press("D");
        assert!(
            harness.screen().contains("It fills `dex_token`"),
            "{}",
            harness.screen()
        );
    }
}
