//! The collections and folders as a tree to choose from.

use std::collections::HashSet;

use crate::model::{NodeId, Workspace};

/// With more groups than this, only those around the cursor start unfolded.
const FEW: usize = 40;

/// One visible group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The group.
    pub id: NodeId,
    /// Its name.
    pub name: String,
    /// How deep it lies; collections are at 0.
    pub depth: usize,
    /// Whether there are folders in it.
    pub branches: bool,
    /// Whether they show.
    pub open: bool,
}

/// The tree, its folds and its cursor.
#[derive(Debug, Default)]
pub struct Places {
    rows: Vec<Row>,
    folded: HashSet<NodeId>,
    cursor: Option<NodeId>,
}

impl Places {
    /// Starts with the cursor on a group, all unfolded when there are few.
    pub fn new(workspace: &Workspace, cursor: Option<NodeId>) -> Self {
        let mut places = Self {
            cursor,
            ..Self::default()
        };
        places.follow(workspace);
        if places.rows.len() > FEW {
            places.folded = places.rows.iter().map(|row| row.id).collect();
            if let Some(cursor) = cursor {
                places.go_to(workspace, cursor);
            }
            places.follow(workspace);
        }
        places
    }

    /// The visible groups.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The group under the cursor; `None` when there are none at all.
    pub fn cursor(&self) -> Option<NodeId> {
        self.cursor
    }

    /// The cursor's row.
    pub fn at(&self) -> usize {
        self.rows
            .iter()
            .position(|row| Some(row.id) == self.cursor)
            .unwrap_or(0)
    }

    /// Moves the cursor by rows.
    pub fn step(&mut self, rows: isize) {
        let last = self.rows.len().saturating_sub(1);
        self.click(self.at().saturating_add_signed(rows).min(last));
    }

    /// Puts the cursor on a row.
    pub fn click(&mut self, at: usize) {
        if let Some(row) = self.rows.get(at) {
            self.cursor = Some(row.id);
        }
    }

    /// Puts the cursor on a group, unfolding what hides it.
    pub fn go_to(&mut self, workspace: &Workspace, id: NodeId) {
        for above in workspace.ancestors(id) {
            self.folded.remove(&above.id);
        }
        self.cursor = Some(id);
    }

    /// Shows what is in the group under the cursor.
    pub fn unfold(&mut self) {
        if let Some(cursor) = self.cursor {
            self.folded.remove(&cursor);
        }
    }

    /// Hides what is in the group under the cursor; where nothing shows, goes to its parent.
    pub fn fold(&mut self, workspace: &Workspace) {
        let Some(row) = self.rows.get(self.at()) else { return };
        if row.branches && row.open {
            self.folded.insert(row.id);
        } else if let Some(parent) = workspace.node(row.id).and_then(|node| node.parent) {
            self.cursor = Some(parent);
        }
    }

    /// Folds or unfolds the group under the cursor.
    pub fn toggle(&mut self) {
        if let Some(cursor) = self.cursor
            && !self.folded.remove(&cursor)
        {
            self.folded.insert(cursor);
        }
    }

    /// Takes over what changed in the workspace.
    pub fn follow(&mut self, workspace: &Workspace) {
        self.rows.clear();
        let mut todo: Vec<(NodeId, usize)> = workspace.collections().iter().rev().map(|id| (*id, 0)).collect();
        while let Some((id, depth)) = todo.pop() {
            let Some(node) = workspace.node(id) else { continue };
            let folders = groups_in(workspace, Some(id));
            let open = !self.folded.contains(&id);
            self.rows.push(Row {
                id,
                name: node.entity.name().to_owned(),
                depth,
                branches: !folders.is_empty(),
                open,
            });
            if open {
                todo.extend(folders.into_iter().rev().map(|id| (id, depth + 1)));
            }
        }
        if !self.cursor.is_some_and(|id| self.rows.iter().any(|row| row.id == id)) {
            self.cursor = self.rows.first().map(|row| row.id);
        }
    }
}

/// The groups directly in a group, or with `None` the collections.
pub fn groups_in(workspace: &Workspace, parent: Option<NodeId>) -> Vec<NodeId> {
    match parent {
        Some(parent) => workspace.node(parent).map_or_else(Vec::new, |node| {
            let children = node.children.iter().copied();
            children.filter(|id| workspace.group(*id).is_some()).collect()
        }),
        None => workspace.collections().to_vec(),
    }
}

/// How many groups there are.
pub fn count(workspace: &Workspace) -> usize {
    let all = workspace.collections().iter().flat_map(|id| workspace.descendants(*id));
    all.filter(|id| workspace.group(*id).is_some()).count()
}

/// How deep something below a group lies.
pub fn depth(workspace: &Workspace, parent: Option<NodeId>) -> usize {
    parent.map_or(0, |id| workspace.lineage(id).count())
}
