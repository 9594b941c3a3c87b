//! The tree as a list: the rows that are not folded away, from top to bottom.

use std::collections::BTreeSet;

use crate::model::{NodeId, Workspace};

/// A line of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it shows; `None` is the heading over requests that are saved nowhere.
    pub node: Option<NodeId>,
    /// How deep it is in the tree.
    pub depth: u16,
}

/// Columns before a row of a list of this width: two a level; one where the deepest level has no room else, so that what
/// is in a folder stands further in than that.
pub fn indent(depth: u16, deepest: u16, width: u16) -> u16 {
    let step = if 2 * deepest <= width / 3 { 2 } else { 1 };
    // Deeper than anybody files anything the name counts more.
    (step * depth).min(width / 2)
}

/// Flattens what is visible. Looks at each visible node once, so it is cheap enough to run after every event.
pub fn flatten(workspace: &Workspace, unfolded: &BTreeSet<NodeId>, out: &mut Vec<Row>) {
    out.clear();
    if !workspace.scratch().is_empty() {
        out.push(Row { node: None, depth: 0 });
        out.extend(workspace.scratch().iter().map(|id| Row {
            node: Some(*id),
            depth: 1,
        }));
    }
    let mut todo: Vec<Row> = Vec::new();
    let row = |id: &NodeId, depth| Row { node: Some(*id), depth };
    todo.extend(workspace.collections().iter().rev().map(|id| row(id, 0)));
    while let Some(next) = todo.pop() {
        out.push(next);
        let Some(node) = next
            .node
            .filter(|id| unfolded.contains(id))
            .and_then(|id| workspace.node(id))
        else {
            continue;
        };
        todo.extend(node.children.iter().rev().map(|id| row(id, next.depth + 1)));
    }
}
