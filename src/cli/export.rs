//! `postrider export postman`: collections, environments and globals of the workspace as Postman's files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::formats::postman::{Secrets, left_behind, left_of, v3, write};
use crate::formats::{self, Report};
use crate::model::variable::{CurrentValues, Owner};
use crate::model::{Entity, Environment, NodeId, Variable, Workspace};
use crate::store::state::StateError;
use crate::store::written;

use super::args::PostmanArgs;
use super::import::notes;
use super::open::{Opened, tell, with_causes};
use super::output::{Output, escape};
use super::{CliError, advice, find};

/// Writes what was asked for: one thing to a file or stdout, all of it, or the v3 format, into a folder.
pub fn postman(opened: &Opened, args: &PostmanArgs, cwd: &Path, output: &mut Output) -> Result<ExitCode, CliError> {
    let to_stdout = match &args.output {
        Some(file) => file == Path::new("/dev/stdout"),
        None => !args.v3,
    };
    if to_stdout && args.v3 {
        let message = "`--v3` writes a folder of files, and stdout is none";
        return Err(CliError::usage(message).hint("`-o FOLDER` names one"));
    }
    if to_stdout && args.json {
        let message = "`--json` needs a file for the collection: both would go to stdout";
        return Err(CliError::usage(message).hint("`-o FILE` names one"));
    }
    let workspace = &opened.session.workspace;
    let current = &opened.session.current;
    let what = find_what(workspace, cwd, &args.path)?;
    let secrets = if args.with_secrets.is_empty() {
        Secrets::None
    } else {
        Secrets::Named(args.with_secrets.iter().cloned().collect::<BTreeSet<String>>())
    };
    let hidden = left_empty(workspace, &what, &args.with_secrets)?;
    let mut is_read = true;
    if let What::Collection(node) = &what {
        is_read = tell_unread(opened, *node, output);
        warn_of_secrets(workspace, *node, output);
    }
    // What is missing is told; nobody is to take the rest for all of it.
    let code = if is_read { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    if !hidden.is_empty() {
        let them = if hidden.len() == 1 {
            "this secret"
        } else {
            "these secrets"
        };
        let names = hidden.join(" ");
        let note = format!("left empty {them}: {names}; `--with-secrets NAME` writes one");
        output.note(&escape(&note));
    }
    let mut report = Report {
        notes: match &what {
            What::Collection(node) => left_behind(&formats::whole(workspace, *node)),
            What::Environment(_, environment) => left_of(environment),
            What::Globals => left_of(workspace.globals()),
        },
    };
    let files = if args.v3 {
        folder(workspace, current, &what, &secrets, &mut report)
    } else {
        let value = match &what {
            What::Collection(node) => write::collection(&collection(workspace, current, *node), &secrets),
            What::Environment(slug, environment) => write::environment(
                &filled(environment, &Owner::Environment(slug.clone()), current),
                &secrets,
            ),
            What::Globals => write::globals(&filled(workspace.globals(), &Owner::Globals, current), &secrets),
        };
        let text = write::text(&value);
        let Some(file) = &args.output else {
            output.bytes(text.as_bytes())?;
            for line in notes(&report) {
                output.note(&line);
            }
            return Ok(code);
        };
        vec![(cwd.join(file), text)]
    };
    let root = args
        .output
        .as_ref()
        .map_or_else(|| cwd.to_owned(), |folder| cwd.join(folder));
    let export = match &what {
        What::Collection(node) if args.v3 => Some(Export::new(opened, *node, &root, &files)?),
        _ => None,
    };
    for (file, text) in &files {
        let file = root.join(file);
        // One that holds secrets is for its owner alone.
        let private = !args.with_secrets.is_empty();
        written::write(&file, private, |out| out.write_all(text.as_bytes()))
            .map_err(|error| CliError::failed(format!("cannot write `{}`", file.display())).because(error))?;
    }
    if let Some(export) = export {
        export.clear(is_read, output)?;
    }
    let names: Vec<PathBuf> = files.iter().map(|(file, _)| plain(&root.join(file))).collect();
    if args.json {
        let told = json!({ "files": names, "left_empty": hidden, "notes": report.notes });
        output.line(&serde_json::to_string_pretty(&told).unwrap_or_default())?;
        return Ok(code);
    }
    for line in notes(&report) {
        output.note(&line);
    }
    let shown = |path: &Path| escape(&path.display().to_string());
    match names.as_slice() {
        [file] => output.note(&format!("wrote {}", shown(file))),
        files => {
            let root = plain(&root.join("postman"));
            output.note(&format!("wrote {} files below {}", files.len(), shown(&root)));
        }
    }
    Ok(code)
}

/// What a collection's exports wrote into a folder.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Exported {
    /// The collection's slug: names may be those of several.
    collection: String,
    files: BTreeSet<PathBuf>,
}

/// A collection of format 3 on its way into a folder.
struct Export<'a> {
    opened: &'a Opened,
    slug: &'a str,
    /// The folder, as it is remembered.
    folder: PathBuf,
    /// What is written, below the folder.
    names: BTreeSet<PathBuf>,
    /// What is remembered of folders that are still there.
    known: BTreeMap<PathBuf, Exported>,
}

impl<'a> Export<'a> {
    const KEY: &'static str = "exports";

    /// Looks where it goes.
    ///
    /// # Errors
    ///
    /// When another collection was exported into the folder: one would take out what is the other's.
    fn new(opened: &'a Opened, node: NodeId, root: &Path, files: &[(PathBuf, String)]) -> Result<Self, CliError> {
        let slug_of = |id: &NodeId| opened.session.workspace.node(*id).map(|node| node.slug.as_str());
        let slug = slug_of(&node).unwrap_or_default();
        let own: PathBuf = files.iter().take(1).flat_map(|(file, _)| file.iter().take(3)).collect();
        let folder = root.join(&own);
        let folder = folder.canonicalize().unwrap_or(folder);
        let known = opened.state.read(Self::KEY).map_err(|error| untold(&error))?;
        let mut known: BTreeMap<PathBuf, Exported> = known.unwrap_or_default();
        known.retain(|folder, _| folder.is_dir());
        if let Some(other) = known.get(&folder).filter(|before| before.collection != slug)
            && let collections = opened.session.workspace.collections()
            && collections.iter().any(|id| slug_of(id) == Some(&*other.collection))
        {
            let other = &other.collection;
            let message = format!("`{}` is of the collection `collections/{other}`", folder.display());
            return Err(CliError::failed(message).hint("`-o` names another folder; or give one of them another name"));
        }
        let names = files.iter().filter_map(|(file, _)| file.strip_prefix(&own).ok());
        let names = names.map(Path::to_owned).collect();
        Ok(Self {
            opened,
            slug,
            folder,
            names,
            known,
        })
    }

    /// Removes what earlier exports of the collection wrote and this one does not: requests that are gone would come with the
    /// next import of the folder. Others like them, which somebody else put there, are named. Unless all of the collection
    /// `is_read` nothing is gone.
    fn clear(mut self, is_read: bool, output: &mut Output) -> Result<(), CliError> {
        let folder = self.folder.canonicalize().unwrap_or(self.folder);
        let before = self.known.remove(&folder);
        let before = before.filter(|before| before.collection == self.slug);
        let before = before.unwrap_or_default().files;
        let mut there = Vec::new();
        v3_files(&folder, Path::new(""), &mut there)
            .map_err(|error| CliError::failed(format!("cannot read `{}`", folder.display())).because(error))?;
        there.retain(|file| !self.names.contains(file));
        let (mut gone, others): (Vec<PathBuf>, Vec<PathBuf>) =
            there.into_iter().partition(|file| before.contains(file));
        if !is_read {
            self.names.extend(gone.drain(..));
        }
        for file in &gone {
            let file = folder.join(file);
            std::fs::remove_file(&file)
                .map_err(|error| CliError::failed(format!("cannot remove `{}`", file.display())).because(error))?;
            // Folders that are empty now; the first that is not ends it.
            for above in file.ancestors().skip(1).take_while(|above| *above != folder) {
                if std::fs::remove_dir(above).is_err() {
                    break;
                }
            }
        }
        let exported = Exported {
            collection: self.slug.to_owned(),
            files: self.names,
        };
        self.known.insert(folder.clone(), exported);
        let written = self.opened.state.write(Self::KEY, &self.known);
        written.map_err(|error| untold(&error))?;
        if !gone.is_empty() {
            let all: Vec<String> = gone.iter().map(|file| file.display().to_string()).collect();
            output.note(&escape(&format!(
                "removed what is not in the collection any more: {}",
                all.join(", ")
            )));
        }
        if !others.is_empty() {
            let all: Vec<String> = others.iter().map(|file| format!("`{}`", file.display())).collect();
            let text = format!(
                "this export did not write all that is in `{}`: {}",
                folder.display(),
                all.join(", ")
            );
            tell(
                output,
                &text,
                Some("an import of the folder has them too; remove them if they are not wanted"),
            );
        }
        Ok(())
    }
}

fn untold(error: &StateError) -> CliError {
    with_causes(CliError::failed(error.to_string()), error).hint(error.hint())
}

/// The files below a folder of the kinds that an export writes. No link is followed: it may lead out of the folder.
fn v3_files(root: &Path, below: &Path, out: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(root.join(below))? {
        let entry = entry?;
        let file = below.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            v3_files(root, &file, out)?;
        } else if kind.is_file() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let is_group = name == "definition.yaml" && below.ends_with(".resources");
            if is_group || name.ends_with(".request.yaml") || name.ends_with(".example.yaml") {
                out.push(file);
            }
        }
    }
    out.sort();
    Ok(())
}

/// Tells what of the collection's files could not be read, or only in part; whether all could.
fn tell_unread(opened: &Opened, node: NodeId, output: &mut Output) -> bool {
    let workspace = &opened.session.workspace;
    let slug = workspace.node(node).map_or("", |node| node.slug.as_str());
    let folder = opened.location.root.join("collections").join(slug);
    opened.tell_problems(|file| file.starts_with(&folder), output);
    let mut problems = workspace.problems.iter();
    !problems.any(|problem| !problem.warning && problem.file.starts_with(&folder))
}

/// The path without `.` and `..`; it leads to what is there.
fn plain(path: &Path) -> PathBuf {
    let short: PathBuf = path.components().collect();
    if short.components().any(|part| part == Component::ParentDir) {
        std::fs::canonicalize(&short).unwrap_or(short)
    } else {
        short
    }
}

/// Tells which secrets go along because the files have them in clear: what was imported is exported as it was.
fn warn_of_secrets(workspace: &Workspace, node: NodeId, output: &mut Output) {
    let found = advice::in_clear(workspace, workspace.descendants(node).into_iter());
    if found.is_empty() {
        return;
    }
    let (count, verb) = match found.len() {
        1 => ("1 secret".to_owned(), "stands"),
        count => (format!("{count} secrets"), "stand"),
    };
    let places: Vec<String> = found.iter().map(|(file, place)| format!("{place} in {file}")).collect();
    let text = format!(
        "{count} {verb} in clear in the files and in what is exported: {}",
        places.join("; ")
    );
    let hint = format!("secret variables are left out; {}", advice::way_out(&found));
    tell(output, &text, Some(&hint));
}

/// The secret variables whose values do not go along.
fn left_empty(workspace: &Workspace, what: &What, named: &[String]) -> Result<Vec<String>, CliError> {
    let variables: Vec<&Variable> = match what {
        What::Environment(_, environment) => environment.variables.iter().collect(),
        What::Globals => workspace.globals().variables.iter().collect(),
        What::Collection(top) => {
            let nodes = workspace.descendants(*top).into_iter();
            let entities = nodes.filter_map(|node| Some(&workspace.node(node)?.entity));
            let variables = entities.filter_map(|entity| match entity {
                Entity::Collection(group) | Entity::Folder(group) => Some(&group.variables),
                Entity::Request(_) => None,
            });
            variables.flatten().collect()
        }
    };
    if let Some(name) = named
        .iter()
        .find(|name| variables.iter().all(|variable| variable.key != **name))
    {
        let message = format!("there is no variable `{name}` in what is exported");
        return Err(CliError::usage(message).hint("`--with-secrets` takes the names of its secret variables"));
    }
    let secret = variables
        .iter()
        .filter(|variable| variable.secret && !named.contains(&variable.key));
    let mut keys: Vec<String> = secret.map(|variable| variable.key.clone()).collect();
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

enum What {
    Collection(NodeId),
    Environment(String, Environment),
    Globals,
}

/// A collection, `globals`, or an environment by name or file.
fn find_what(workspace: &Workspace, cwd: &Path, typed: &str) -> Result<What, CliError> {
    let plain = typed.strip_suffix(".toml").unwrap_or(typed);
    if plain == "globals" {
        return Ok(What::Globals);
    }
    let name = plain.strip_prefix("environments/").unwrap_or(plain);
    let environment = workspace.environment_named(name);
    match find::item(workspace, cwd, typed) {
        Ok(node) if workspace.collection_of(node).is_some_and(|top| top.id == node) => Ok(What::Collection(node)),
        Ok(_) => Err(CliError::usage(format!("`{typed}` is no collection"))
            .hint("Postman's files hold whole collections: give the collection it is in")),
        Err(error) => environment.map_or(Err(error), |node| {
            Ok(What::Environment(node.slug.clone(), node.environment.as_ref().clone()))
        }),
    }
}

/// The environment, with the local values of its secrets: its file has none.
fn filled(environment: &Environment, owner: &Owner, current: &CurrentValues) -> Environment {
    let mut out = environment.clone();
    fill(&mut out.variables, owner, current);
    out
}

fn fill(variables: &mut [Variable], owner: &Owner, current: &CurrentValues) {
    for variable in variables.iter_mut().filter(|variable| variable.secret) {
        if let Some(value) = current.get(owner, &variable.key).and_then(|now| now.value.clone()) {
            variable.value = value;
        }
    }
}

fn collection(workspace: &Workspace, current: &CurrentValues, node: NodeId) -> crate::formats::Collection {
    let mut out = formats::whole(workspace, node);
    let slug = workspace.node(node).map_or("", |node| node.slug.as_str());
    if let Some(Entity::Collection(group)) = out.items.first_mut().map(|item| &mut item.entity) {
        let group = std::sync::Arc::make_mut(group);
        fill(&mut group.variables, &Owner::Collection(slug.to_owned()), current);
    }
    out
}

/// The files of format 3, relative to the folder they go to.
fn folder(
    workspace: &Workspace,
    current: &CurrentValues,
    what: &What,
    secrets: &Secrets,
    report: &mut Report,
) -> Vec<(PathBuf, String)> {
    let (part, files) = match what {
        What::Collection(node) => (
            "collections",
            v3::collection(&collection(workspace, current, *node), secrets, report),
        ),
        What::Environment(slug, environment) => {
            let environment = filled(environment, &Owner::Environment(slug.clone()), current);
            // Others of its name have files of their own.
            let before = workspace.environments().iter().take_while(|other| other.slug != *slug);
            let before = before.map(|other| other.environment.name.as_str());
            ("environments", vec![v3::environment(&environment, before, secrets)])
        }
        What::Globals => {
            let globals = filled(workspace.globals(), &Owner::Globals, current);
            ("globals", vec![v3::globals(&globals, secrets)])
        }
    };
    let root = Path::new("postman").join(part);
    files.into_iter().map(|(file, text)| (root.join(file), text)).collect()
}
