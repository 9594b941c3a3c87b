//! What the tree's actions ask for: making, renaming, deleting, copying and moving.

use std::collections::BTreeSet;

use super::Action;
use crate::exec::tokens::{Declared, token_sources};
use crate::model::{Entity, Node, NodeId, Workspace};
use crate::tui::command::Command;
use crate::tui::modals::{Choice, Confirm, Modal, Prompt, Purpose};
use crate::tui::panes::Cx;
use crate::tui::shared::Level;

/// Does an action to the node under the cursor.
pub fn update(on: Option<NodeId>, action: Action, cx: &mut Cx<'_>, unfolded: &BTreeSet<NodeId>) {
    let workspace = &cx.shared.workspace;
    let node = on.and_then(|id| workspace.node(id));
    let command = match (action, node) {
        (Action::NewRequest, node) => Command::NewRequest {
            parent: node.and_then(group_of),
        },
        (Action::NewFolder, node) => match node.and_then(group_of) {
            Some(group) => {
                let title = format!("New folder in {}", name_of(workspace, group));
                prompt(title, "", Purpose::NewGroup(Some(group)))
            }
            None => prompt("New collection", "", Purpose::NewGroup(None)),
        },
        (Action::NewCollection, _) => prompt("New collection", "", Purpose::NewGroup(None)),
        (_, None) => Command::Notify(Level::Info, "there is nothing under the cursor".into()),
        (Action::Rename, Some(node)) => {
            let title = format!("Rename the {}", node.entity.kind());
            prompt(title, node.entity.name(), Purpose::Rename(node.id))
        }
        (Action::Delete, Some(node)) => confirm_delete(workspace, node),
        (Action::Duplicate, Some(node)) => Command::Duplicate(node.id),
        (Action::Cut, Some(node)) => {
            let id = node.id;
            let text = format!("`{}` is cut; paste it where it should go", node.entity.name());
            if cx.shared.cut == Some(id) {
                cx.shared.cut = None;
                return;
            }
            cx.shared.cut = Some(id);
            Command::Notify(Level::Info, text)
        }
        (Action::Paste, Some(node)) => paste(workspace, cx.shared.cut, node),
        (Action::MoveUp, Some(node)) => nudge(workspace, node, false, unfolded),
        (Action::MoveDown, Some(node)) => nudge(workspace, node, true, unfolded),
    };
    cx.commands.push(command);
}

fn show(modal: impl Into<Modal>) -> Command {
    Command::Show(Box::new(modal.into()))
}

fn prompt(title: impl Into<String>, initial: &str, purpose: Purpose) -> Command {
    show(Prompt::new(title, initial, purpose))
}

/// The node itself if things can go into it, else what it is in.
fn group_of(node: &Node) -> Option<NodeId> {
    if node.entity.is_group() {
        Some(node.id)
    } else {
        node.parent
    }
}

fn name_of(workspace: &Workspace, id: NodeId) -> &str {
    workspace.node(id).map_or("", |node| node.entity.name())
}

fn confirm_delete(workspace: &Workspace, node: &Node) -> Command {
    let inside = match workspace.requests_below(node.id).len() {
        _ if !node.entity.is_group() => String::new(),
        0 => ", with no request in it".to_owned(),
        1 => ", with the request in it".to_owned(),
        n => format!(", with the {n} requests in it"),
    };
    let (kind, name) = (node.entity.kind(), node.entity.name());
    let mut text = vec![format!("The {kind} `{name}` goes{inside}.")];
    if let Some(path) = workspace.path(node.id) {
        text.push(if node.entity.is_group() {
            format!("Its whole folder goes too, whatever else is in it: `collections/{path}`.")
        } else {
            format!("Its file goes too: `collections/{path}.toml`.")
        });
    }
    let below = workspace.descendants(node.id);
    let is_below = |declared| matches!(declared, Declared::Group(group) if below.contains(&group));
    let mut tokens = token_sources(workspace);
    tokens.retain(|token| token.request.is_some_and(|id| below.contains(&id)) && !is_below(token.declared));
    for token in tokens {
        let variable = token.source.variable;
        text.push(format!("It fills `{variable}`: nothing will renew that token."));
    }
    text.push("Undo brings it back.".to_owned());
    let choice = Choice {
        key: 'd',
        label: format!("delete the {}", node.entity.kind()),
        commands: vec![Command::Delete(node.id)],
    };
    let title = format!("Delete {}?", node.entity.name());
    show(Confirm::new(title, text, vec![choice]))
}

/// Moves what was cut: into a group at its end, or right behind a request.
fn paste(workspace: &Workspace, cut: Option<NodeId>, onto: &Node) -> Command {
    let Some(cut) = cut.and_then(|id| workspace.node(id)) else {
        return Command::Notify(Level::Info, "nothing is cut: cut what should come here first".into());
    };
    let refuse = |text: &str| Command::Notify(Level::Warning, text.to_owned());
    if workspace.lineage(onto.id).any(|above| above.id == cut.id) {
        return refuse("it cannot go into itself");
    }
    if matches!(cut.entity, Entity::Collection(_)) {
        let Some(top) = workspace.collection_of(onto.id) else {
            return refuse("a collection cannot go among the drafts");
        };
        return Command::Move {
            id: cut.id,
            parent: None,
            index: place(workspace.collections(), cut.id, top.id) + 1,
        };
    }
    let Some(parent) = group_of(onto) else {
        return refuse("drafts are in no collection; paste onto a collection, a folder or a saved request");
    };
    let index = match workspace.node(parent) {
        Some(group) if parent != onto.id => place(&group.children, cut.id, onto.id) + 1,
        _ => usize::MAX,
    };
    Command::Move {
        id: cut.id,
        parent: Some(parent),
        index,
    }
}

/// The place of a sibling, counted without the one that moves.
fn place(siblings: &[NodeId], moving: NodeId, of: NodeId) -> usize {
    siblings
        .iter()
        .filter(|id| **id != moving)
        .position(|id| *id == of)
        .unwrap_or(0)
}

/// Moves a node one row up or down as the eye sees it: past a sibling, into an unfolded folder, out of its own.
fn nudge(workspace: &Workspace, node: &Node, down: bool, unfolded: &BTreeSet<NodeId>) -> Command {
    let is_collection = matches!(node.entity, Entity::Collection(_));
    let siblings = match node.parent.and_then(|parent| workspace.node(parent)) {
        Some(parent) => &parent.children[..],
        None if is_collection => workspace.collections(),
        None => {
            let text = "drafts are in no order; save this one into a collection first";
            return Command::Notify(Level::Info, text.into());
        }
    };
    let Some(at) = siblings.iter().position(|id| *id == node.id) else {
        return Command::Notify(Level::Info, "it cannot be moved".into());
    };
    let beside = if down {
        siblings.get(at + 1)
    } else {
        at.checked_sub(1).and_then(|before| siblings.get(before))
    };
    if let Some(beside) = beside {
        let enters = !is_collection && unfolded.contains(beside) && workspace.group(*beside).is_some();
        return Command::Move {
            id: node.id,
            parent: if enters { Some(*beside) } else { node.parent },
            index: match (enters, down) {
                (true, true) => 0,
                (true, false) => usize::MAX,
                (false, true) => at + 1,
                (false, false) => at - 1,
            },
        };
    }
    // At the end of a folder it leaves it; a collection is left by cutting, since auth and variables change with it.
    let out = node
        .parent
        .and_then(|parent| workspace.node(parent))
        .filter(|parent| parent.parent.is_some());
    let Some((folder, above)) = out.and_then(|folder| Some((folder, workspace.node(folder.parent?)?))) else {
        let end = if down { "last" } else { "first" };
        return Command::Notify(
            Level::Info,
            format!("it is the {end} already; cut and paste take it elsewhere"),
        );
    };
    Command::Move {
        id: node.id,
        parent: Some(above.id),
        index: place(&above.children, node.id, folder.id) + usize::from(down),
    }
}
