//! Files and folders: one tree, its first level the workspaces.
//!
//! Nodes are kept sorted by path, so the children of a folder and everything below it are ranges of one list.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Serialize;

use super::EPOCH;
use super::rng::Rng;
use super::spaces::{Workspace, root_of};
use super::words::{FILE_TYPES, PERIODS, QUALIFIERS, SUBJECTS, TOPICS};

/// A file or a folder.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Node {
    /// Identity that survives moving.
    pub uuid: String,
    /// Path from the workspace on, without a leading slash.
    pub path: String,
    /// Kind of the node.
    #[serde(rename = "Type")]
    pub kind: Kind,
    /// Bytes, of a folder those of everything below; text on the wire because it is an int64 in Cells.
    #[serde(serialize_with = "as_text", skip_serializing_if = "is_zero")]
    pub size: u64,
    /// Last change, seconds since 1970; text on the wire.
    #[serde(rename = "MTime", serialize_with = "as_text")]
    pub modified: u64,
    /// Checksum of a file; Cells writes `-1` for a folder.
    pub etag: String,
    /// Metadata; each value is JSON in a text.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub meta_store: IndexMap<String, String>,
}

/// Folder or file, as Cells names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Kind {
    /// A folder.
    Collection,
    /// A file.
    Leaf,
}

impl Node {
    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The part of a file's name after the last dot, or an empty text.
    pub fn extension(&self) -> &str {
        match self.kind {
            Kind::Leaf => self.name().rsplit_once('.').map_or("", |(_, extension)| extension),
            Kind::Collection => "",
        }
    }

    /// The node as it is sent when metadata was not asked for: only the name is kept.
    pub fn without_metadata(&self) -> Self {
        let mut node = self.clone();
        node.meta_store.retain(|key, _| key == "name");
        node
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn as_text<S: serde::Serializer>(number: &u64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(number)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// All nodes, sorted by path.
#[derive(Debug)]
pub struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// Every node, a folder before what is in it.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The node at a path; slashes at either end do not matter.
    pub fn get(&self, path: &str) -> Option<&Node> {
        let path = path.trim_matches('/');
        self.nodes.iter().find(|node| node.path == path)
    }

    /// What is directly in a folder; the empty path is the top.
    pub fn children(&self, folder: &str) -> impl Iterator<Item = &Node> {
        self.below(folder).filter(move |node| {
            let rest = node.path.get(prefix(folder).len()..).unwrap_or("");
            !rest.contains('/')
        })
    }

    /// Everything in a folder at any depth; the empty path is the top.
    pub fn below(&self, folder: &str) -> impl Iterator<Item = &Node> {
        let prefix = prefix(folder);
        self.nodes.iter().filter(move |node| node.path.starts_with(&prefix))
    }
}

fn prefix(folder: &str) -> String {
    let folder = folder.trim_matches('/');
    if folder.is_empty() {
        String::new()
    } else {
        format!("{folder}/")
    }
}

/// Generates the files of all workspaces.
pub fn generate(workspaces: &[Workspace]) -> Tree {
    let mut rng = Rng::named("tree");
    let mut nodes = BTreeMap::new();
    for workspace in workspaces {
        let mut builder = Builder {
            nodes: &mut nodes,
            rng: &mut rng,
            workspace,
        };
        builder.workspace();
    }
    let mut nodes: Vec<Node> = nodes.into_values().collect();
    sum_up(&mut nodes);
    Tree { nodes }
}

struct Builder<'a> {
    nodes: &'a mut BTreeMap<String, Node>,
    rng: &'a mut Rng,
    workspace: &'a Workspace,
}

impl Builder<'_> {
    fn workspace(&mut self) {
        let slug = self.workspace.slug.clone();
        self.folder(&slug);
        let many = slug == "common-files";
        for topic in TOPICS {
            if !many && self.rng.chance(35) {
                continue;
            }
            let topic = format!("{slug}/{topic}");
            self.folder(&topic);
            self.files(&topic, 2, 6);
            for period in PERIODS {
                if !self.rng.chance(if many { 70 } else { 32 }) {
                    continue;
                }
                let period = format!("{topic}/{period}");
                self.folder(&period);
                self.files(&period, 4, 14);
            }
        }
    }

    fn folder(&mut self, path: &str) {
        let root = !path.contains('/');
        let uuid = if root { root_of(path) } else { self.rng.uuid() };
        let mut meta = self.meta(path, root);
        if root {
            meta.insert("ws_label".to_owned(), json(&self.workspace.label));
            meta.insert("ws_scope".to_owned(), json(self.workspace.scope));
        }
        let modified = EPOCH - self.rng.range(0, 60_000_000);
        self.insert(Node {
            uuid,
            path: path.to_owned(),
            kind: Kind::Collection,
            size: 0,
            modified,
            etag: "-1".to_owned(),
            meta_store: meta,
        });
    }

    fn files(&mut self, folder: &str, fewest: u64, most: u64) {
        for _ in 0..self.rng.range(fewest, most) {
            let subject = self.rng.pick(SUBJECTS).copied().unwrap_or("File");
            let qualifier = self.rng.pick(QUALIFIERS).copied().unwrap_or("draft");
            let Some(&(extension, mime, smallest, largest)) = self.rng.pick(FILE_TYPES) else {
                continue;
            };
            let path = format!("{folder}/{subject} {qualifier}.{extension}");
            let mut meta = self.meta(&path, false);
            meta.insert("mime".to_owned(), json(mime));
            if mime.starts_with("image/") && extension != "svg" {
                let (width, height) = (self.rng.range(400, 6_000), self.rng.range(400, 4_000));
                meta.insert(
                    "image_dimensions".to_owned(),
                    format!(r#"{{"Height":{height},"Width":{width}}}"#),
                );
                meta.insert("is_image".to_owned(), "true".to_owned());
            }
            if self.rng.chance(10) {
                meta.insert("usermeta-tags".to_owned(), json("to review"));
            }
            // Small files are commoner than large ones.
            let (first, second) = (self.rng.range(smallest, largest), self.rng.range(smallest, largest));
            let node = Node {
                uuid: self.rng.uuid(),
                path,
                kind: Kind::Leaf,
                size: first.min(second),
                modified: EPOCH - self.rng.range(0, 80_000_000),
                etag: self.rng.hex32(),
                meta_store: meta,
            };
            self.insert(node);
        }
    }

    fn meta(&self, path: &str, root: bool) -> IndexMap<String, String> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let source = if self.workspace.slug == "personal-files" {
            "personal"
        } else {
            "pydiods1"
        };
        let mut meta = IndexMap::new();
        meta.insert("name".to_owned(), json(name));
        meta.insert("pydio:meta-data-source-name".to_owned(), json(source));
        meta.insert(
            "pydio:meta-data-source-path".to_owned(),
            json(path.split_once('/').map_or("", |(_, rest)| rest)),
        );
        if !root {
            meta.insert("ws_uuid".to_owned(), json(&self.workspace.uuid));
        }
        meta
    }

    fn insert(&mut self, node: Node) {
        // U+0001 sorts before every letter, so a folder's content follows the folder and not `folder name`.
        self.nodes.insert(node.path.replace('/', "\u{1}"), node);
    }
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Gives every folder the size of what is in it.
fn sum_up(nodes: &mut [Node]) {
    let mut sums: BTreeMap<String, u64> = BTreeMap::new();
    for node in nodes.iter().filter(|node| node.kind == Kind::Leaf) {
        for (position, _) in node.path.match_indices('/') {
            if let Some(folder) = node.path.get(..position) {
                *sums.entry(folder.to_owned()).or_default() += node.size;
            }
        }
    }
    for node in nodes.iter_mut().filter(|node| node.kind == Kind::Collection) {
        node.size = sums.get(&node.path).copied().unwrap_or(0);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn tree() -> Tree {
        generate(&super::super::spaces::generate())
    }

    #[test]
    fn the_top_is_the_workspaces() {
        let tree = tree();
        let top: Vec<&str> = tree.children("").map(|node| node.path.as_str()).collect();
        assert!(top.contains(&"common-files") && top.len() >= 18, "{top:?}");
    }

    #[test]
    fn a_folder_is_as_large_as_its_content() {
        let tree = tree();
        let folder = tree.get("common-files").unwrap();
        let content: u64 = tree.children("/common-files").map(|node| node.size).sum();
        assert_eq!(folder.size, content);
        assert!(content > 0);
    }

    #[test]
    fn children_are_one_level_deep_and_below_is_all() {
        let tree = tree();
        assert!(
            tree.children("common-files")
                .all(|node| node.path.matches('/').count() == 1)
        );
        assert!(
            tree.below("common-files")
                .any(|node| node.path.matches('/').count() == 3)
        );
        assert_eq!(tree.below("").count(), tree.nodes().len());
    }

    #[test]
    fn size_and_time_are_text() {
        let tree = tree();
        let file = tree
            .nodes()
            .iter()
            .find(|node| node.kind == Kind::Leaf && node.size > 0)
            .unwrap();
        let value = serde_json::to_value(file).unwrap();
        assert_eq!(value.get("Size"), Some(&serde_json::Value::from(file.size.to_string())));
        assert!(value.get("MTime").is_some_and(serde_json::Value::is_string));
        assert_eq!(value.get("Type"), Some(&serde_json::Value::from("LEAF")));
    }
}
