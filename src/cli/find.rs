//! Finding an item of the workspace by what was typed: a file, a path, or its name; with a suggestion when it is none.

use std::path::Path;

use crate::model::id::slug;
use crate::model::problem::Problem;
use crate::model::spelling::distance;
use crate::model::{ItemPath, NodeId, Workspace};
use crate::store::locate::plain;

use super::CliError;

/// The folder of a workspace that holds its collections.
const COLLECTIONS: &str = "collections";

/// The item that `typed` means, seen from `cwd`.
///
/// It may be the file or folder (with or without `.toml`), the place below `collections/`, or the names as the tree
/// shows them: `Pydio Cells/Get token`. A file that is there but cannot be read is said to be wrong, not missing.
pub fn item(workspace: &Workspace, cwd: &Path, typed: &str) -> Result<NodeId, CliError> {
    let candidates = [
        on_disk(&workspace.root, cwd, typed),
        Some(below_collections(typed)),
        Some(by_name(typed)),
    ];
    let candidates: Vec<ItemPath> = candidates.into_iter().flatten().collect();
    let found = candidates.iter().find_map(|path| workspace.find(path));
    found.ok_or_else(|| match candidates.iter().find_map(|path| broken(workspace, path)) {
        Some(problem) => wrong(problem),
        None => missing(workspace, cwd, typed),
    })
}

/// What is wrong with the file of an item, if it could not be read.
fn broken<'a>(workspace: &'a Workspace, path: &ItemPath) -> Option<&'a Problem> {
    let collections = workspace.root.join(COLLECTIONS);
    workspace
        .problems
        .iter()
        .filter(|problem| !problem.warning)
        .find(|problem| {
            let inside = problem.file.strip_prefix(&collections).ok();
            let parts: Option<Vec<&str>> =
                inside.map(|inside| inside.iter().filter_map(|part| part.to_str()).collect());
            parts.is_some_and(|parts| trimmed(&parts) == *path)
        })
}

/// Nothing is sent of what could not be read, or could not be read above.
///
/// # Errors
///
/// The first of the files, and what is wrong with it.
pub fn readable(workspace: &Workspace, nodes: &[NodeId]) -> Result<(), CliError> {
    let mut unread = nodes.iter().filter_map(|node| workspace.unread_of(*node));
    unread.next().map_or(Ok(()), |problem| Err(wrong(problem)))
}

/// A file's problem as the end of a command.
pub fn wrong(problem: &Problem) -> CliError {
    let error = CliError::failed(problem.to_string());
    match &problem.hint {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// The item's place, if `typed` is a path into the workspace's collections.
fn on_disk(root: &Path, cwd: &Path, typed: &str) -> Option<ItemPath> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let file = plain(&real(cwd).join(typed));
    let inside = file.strip_prefix(real(root).join(COLLECTIONS)).ok()?;
    let parts: Vec<&str> = inside.iter().filter_map(|part| part.to_str()).collect();
    Some(trimmed(&parts))
}

fn below_collections(typed: &str) -> ItemPath {
    let parts: Vec<&str> = typed.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    match parts.as_slice() {
        [COLLECTIONS, rest @ ..] => trimmed(rest),
        all => trimmed(all),
    }
}

fn by_name(typed: &str) -> ItemPath {
    let parts = typed.split('/').filter(|part| !part.trim().is_empty());
    ItemPath::new(parts.map(slug).collect::<Vec<_>>().join("/"))
}

/// The parts as an item's path: without the ending, and without the file that describes a folder.
fn trimmed(parts: &[&str]) -> ItemPath {
    let path = parts.join("/");
    let path = path.strip_suffix(".toml").unwrap_or(&path);
    let path = ["/collection", "/folder"]
        .iter()
        .find_map(|own| path.strip_suffix(own))
        .unwrap_or(path);
    ItemPath::new(path)
}

fn missing(workspace: &Workspace, cwd: &Path, typed: &str) -> CliError {
    let error = CliError::usage(format!("there is no request, folder or collection `{typed}`"));
    let root = workspace.root.display();
    if cwd.join(typed).is_dir() {
        let error = CliError::usage(format!(
            "`{typed}` is a folder, and no collection of the workspace `{root}` or of Postman's"
        ));
        let slugs = workspace.collections().iter().filter_map(|id| workspace.path(*id));
        let names: Vec<String> = slugs.take(3).map(|path| format!("`{path}`")).collect();
        return if names.is_empty() {
            error.hint("give a collection's file, or a folder of Postman's format 3")
        } else {
            error.hint(format!("give a collection, such as {}", names.join(", ")))
        };
    }
    if typed == "-" {
        return error.hint("give a file, a folder or a URL; nothing from the standard input is run or sent");
    }
    match nearest(workspace, typed) {
        Some(path) => error.hint(format!("did you mean `{path}`?")),
        None if workspace.collections().is_empty() => error.hint(format!(
            "the workspace `{}` has no collections; choose another with `--workspace`",
            workspace.root.display()
        )),
        None => error.hint("`postrider doctor` lists the collections of the workspace"),
    }
}

/// The item whose path is most like what was typed, if any is like it.
fn nearest(workspace: &Workspace, typed: &str) -> Option<ItemPath> {
    let wanted = below_collections(typed);
    let wanted = wanted.as_str().to_lowercase();
    let letters = wanted.chars().count();
    let last = wanted.rsplit('/').next().unwrap_or(&wanted);
    let all = workspace.collections().iter().flat_map(|id| workspace.descendants(*id));
    all.filter_map(|id| workspace.path(id))
        .map(|path| {
            // The whole path, or its end alone when only that was typed.
            let whole = distance(&wanted, path.as_str());
            let end = distance(last, path.slug()) + usize::from(wanted.contains('/'));
            (whole.min(end), path)
        })
        .min_by_key(|(distance, _)| *distance)
        // Of a short word everything is near.
        .filter(|(distance, _)| *distance <= (2 + letters / 5).min((letters / 3).max(usize::from(letters > 1))))
        .map(|(_, path)| path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::Output;
    use crate::model::{Entity, Group, Request};
    use std::sync::Arc;

    fn workspace() -> (Workspace, NodeId, NodeId) {
        let mut workspace = Workspace::new("/w");
        let cells = workspace.load_node(
            None,
            "pydio-cells",
            Entity::Collection(Arc::new(Group::named("Pydio Cells"))),
        );
        let token = workspace.load_node(Some(cells), "get-token", Entity::Request(Arc::new(Request::default())));
        (workspace, cells, token)
    }

    #[test]
    fn files_places_and_names_all_lead_to_the_item() {
        let (workspace, cells, token) = workspace();
        for typed in [
            "collections/pydio-cells/get-token",
            "collections/pydio-cells/get-token.toml",
            "./collections/../collections/pydio-cells/get-token",
            "/w/collections/pydio-cells/get-token.toml",
            "pydio-cells/get-token",
            "Pydio Cells/Get token",
        ] {
            assert_eq!(item(&workspace, Path::new("/w"), typed).ok(), Some(token), "{typed}");
        }
        for typed in ["collections/pydio-cells/", "pydio-cells", "pydio-cells/collection.toml"] {
            assert_eq!(item(&workspace, Path::new("/w"), typed).ok(), Some(cells), "{typed}");
        }
        let below = Path::new("/w/collections/pydio-cells");
        assert_eq!(item(&workspace, below, "get-token").ok(), Some(token));
    }

    #[test]
    fn a_slip_gets_a_suggestion() {
        let (workspace, ..) = workspace();
        let hint = |typed: &str| {
            let error = item(&workspace, Path::new("/w"), typed).expect_err("missing");
            let err = tempfile::NamedTempFile::new().expect("a file");
            error.report(&mut Output::to(std::io::sink(), err.reopen().expect("the same file")));
            std::fs::read_to_string(err.path()).expect("text")
        };
        assert!(hint("pydio-cells/get-tokn").contains("did you mean `pydio-cells/get-token`?"));
        assert!(hint("get-token").contains("did you mean `pydio-cells/get-token`?"));
        for far in ["something/else/entirely", "get", "x"] {
            assert!(hint(far).contains("postrider doctor"), "{far}");
        }
        assert!(hint("-").contains("nothing from the standard input"));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_wrong_and_not_missing() {
        let (mut workspace, ..) = workspace();
        workspace.problems.push(Problem {
            file: "/w/collections/pydio-cells/broken.toml".into(),
            at: Some((3, 7)),
            message: "string values must be quoted".to_owned(),
            hint: None,
            warning: false,
        });
        for typed in [
            "collections/pydio-cells/broken",
            "pydio-cells/broken.toml",
            "Pydio Cells/Broken",
        ] {
            let error = item(&workspace, Path::new("/w"), typed).expect_err("broken");
            assert!(error.sentence().contains("broken.toml:3:7: string values"), "{error:?}");
        }
        let error = item(&workspace, Path::new("/w"), "pydio-cells/brok").expect_err("missing");
        assert!(error.sentence().contains("there is no request"), "{error:?}");
    }

    #[test]
    fn distances_count_letters() {
        assert_eq!(
            (distance("kitten", "sitting"), distance("", "ab"), distance("a", "a")),
            (3, 2, 0)
        );
    }
}
