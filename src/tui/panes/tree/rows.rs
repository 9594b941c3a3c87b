//! The tree as a list: the rows that are not folded away, from top to bottom.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::Path;

use crate::model::problem::Problem;
use crate::model::{ItemPath, NodeId, Workspace};

/// A line of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// What it shows.
    pub shows: Shows,
    /// How deep it is in the tree.
    pub depth: u16,
}

/// What a line of the tree shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// The heading over requests that are saved nowhere.
    Drafts,
    /// A node.
    Node(NodeId),
    /// A file that cannot be read, in the place of what is in it, by the number of what is wrong with it.
    Broken(usize),
}

impl Row {
    /// The node that it shows.
    pub fn node(&self) -> Option<NodeId> {
        match self.shows {
            Shows::Node(id) => Some(id),
            Shows::Drafts | Shows::Broken(_) => None,
        }
    }
}

/// Columns before a row of a list of this width: two a level; one where the deepest level has no room else, so that what
/// is in a folder stands further in than that.
pub fn indent(depth: u16, deepest: u16, width: u16) -> u16 {
    let step = if 2 * deepest <= width / 3 { 2 } else { 1 };
    // Deeper than anybody files anything the name counts more.
    (step * depth).min(width / 2)
}

/// Flattens what is visible; returns the requests that were read before their files broke. Looks at each visible node once,
/// so it is cheap enough to run after every event.
pub fn flatten(workspace: &Workspace, unfolded: &BTreeSet<NodeId>, out: &mut Vec<Row>) -> HashSet<NodeId> {
    out.clear();
    let row = |id: &NodeId, depth| Row {
        shows: Shows::Node(*id),
        depth,
    };
    if !workspace.scratch().is_empty() {
        out.push(Row {
            shows: Shows::Drafts,
            depth: 0,
        });
        out.extend(workspace.scratch().iter().map(|id| row(id, 1)));
    }
    let (broken, torn) = broken(workspace);
    let broken = |group: Option<NodeId>, depth| {
        let own = broken.get(&group).into_iter().flatten().rev();
        own.map(move |problem| Row {
            shows: Shows::Broken(*problem),
            depth,
        })
    };
    let mut todo: Vec<Row> = broken(None, 0).collect();
    todo.extend(workspace.collections().iter().rev().map(|id| row(id, 0)));
    while let Some(next) = todo.pop() {
        out.push(next);
        let Some(node) = next
            .node()
            .filter(|id| unfolded.contains(id))
            .and_then(|id| workspace.node(id))
        else {
            continue;
        };
        todo.extend(broken(Some(node.id), next.depth + 1));
        todo.extend(node.children.iter().rev().map(|id| row(id, next.depth + 1)));
    }
    torn
}

/// The files of collections that cannot be read, by the group they are in, as far as that can be; and the requests that were
/// read before: they have rows of their own.
fn broken(workspace: &Workspace) -> (HashMap<Option<NodeId>, Vec<usize>>, HashSet<NodeId>) {
    let mut known = HashSet::new();
    let folder = workspace.root.join("collections");
    let unread = workspace.problems.iter().enumerate();
    let unread = unread.filter(|(_, problem)| !problem.warning && known.insert(&problem.file));
    let files = unread.filter_map(|(at, problem)| Some((at, problem.file.strip_prefix(&folder).ok()?)));
    let placed = files.filter(|(_, file)| file.extension().is_some_and(|ending| ending == "toml"));
    // Where hundreds are broken, they are in a few folders: each of these is looked through once for what was read of them.
    let mut groups: HashMap<&Path, (Option<NodeId>, HashMap<&str, NodeId>)> = HashMap::new();
    let find = |path: &Path, is_group| {
        let names: Option<Vec<&str>> = path.iter().map(|name| name.to_str()).collect();
        workspace.find_kind(&ItemPath::new(names?.join("/")), is_group)
    };
    let mut out: HashMap<Option<NodeId>, Vec<usize>> = HashMap::new();
    let mut torn = HashSet::new();
    for (at, file) in placed {
        let folder = file.parent().unwrap_or(Path::new(""));
        let (group, requests) = groups.entry(folder).or_insert_with(|| {
            let group = folder.ancestors().find_map(|folder| find(folder, true));
            let children = group.and_then(|group| workspace.node(group)).map(|node| &node.children);
            let nodes = children.into_iter().flatten().filter_map(|id| workspace.node(*id));
            let requests = nodes.filter(|node| !node.entity.is_group());
            (group, requests.map(|node| (node.slug.as_str(), node.id)).collect())
        });
        let is_of_group = file.ends_with("collection.toml") || file.ends_with("folder.toml");
        let slug = file.file_stem().and_then(|stem| stem.to_str());
        let read = slug.filter(|_| !is_of_group).and_then(|slug| requests.get(slug));
        match read {
            Some(id) => _ = torn.insert(*id),
            None => out.entry(*group).or_default().push(at),
        }
    }
    (out, torn)
}

/// What a file that cannot be read is called: a request by its name, what describes a group by the way to it.
pub fn name(workspace: &Workspace, problem: &Problem) -> String {
    let name = problem.file.file_stem().unwrap_or_default();
    if name != "collection" && name != "folder" {
        return name.to_string_lossy().into_owned();
    }
    let inside = problem.file.strip_prefix(workspace.root.join("collections"));
    inside.unwrap_or(&problem.file).display().to_string()
}
