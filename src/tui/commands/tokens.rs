//! Token bindings follow the requests they name: `[tokens.dex_token] request = "get-token"` is a path, and paths change.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::exec::tokens::token_sources;
use crate::model::edit::Edit;
use crate::model::{Entity, NodeId, Workspace};

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
    let mut bound: BTreeMap<NodeId, BTreeMap<String, NodeId>> = BTreeMap::new();
    for token in token_sources(workspace) {
        if let Some(request) = token.request {
            bound
                .entry(token.collection)
                .or_default()
                .insert(token.source.variable, request);
        }
    }
    if bound.is_empty() {
        return out;
    }
    let mut after = workspace.clone();
    if after.apply_all(edits.to_vec()).is_err() {
        return out;
    }
    for (collection, requests) in bound {
        let (Some(node), Some(top)) = (after.node(collection), after.path(collection)) else {
            continue;
        };
        let Entity::Collection(group) = &node.entity else {
            continue;
        };
        let mut group = Arc::clone(group);
        for at in 0..group.tokens.len() {
            let token = &group.tokens[at];
            let path = requests.get(&token.variable).and_then(|request| after.path(*request));
            let Some(path) = path else { continue };
            let below = path.as_str().strip_prefix(top.as_str());
            match below.and_then(|below| below.strip_prefix('/')) {
                None => out.lost.push(token.variable.clone()),
                Some(below) if below != token.request => {
                    below.clone_into(&mut Arc::make_mut(&mut group).tokens[at].request);
                }
                Some(_) => {}
            }
        }
        let entity = Entity::Collection(group);
        if entity != node.entity {
            out.edits.push(Edit::Replace { id: collection, entity });
        }
    }
    out
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
