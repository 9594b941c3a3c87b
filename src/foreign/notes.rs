//! What the report of an import says beyond what reading found: secrets that stand in the open, types of auth that are
//! not known here, and files that requests send and that are not there.

use std::path::Path;
use std::sync::Arc;

use crate::auth;
use crate::formats::{Collection, Fate, Item, Note};
use crate::model::body::{PartContent, inline};
use crate::model::literal::Literal;
use crate::model::{Body, Entity, Template, abreast, literal};

/// The notes on every item of a collection, in the order of the file. Relative paths start from the workspace's folder.
pub fn notes(collection: &Collection, root: &Path) -> Vec<Note> {
    let mut out = Vec::new();
    // Looking for secrets is most of the work.
    let literals = abreast::map(collection.items.iter().collect(), |item: &Item| {
        literal::in_clear(&item.entity)
    });
    // Names from the collection down, as the other notes have them.
    let mut paths: Vec<Arc<str>> = Vec::with_capacity(collection.items.len());
    for (item, literals) in collection.items.iter().zip(literals) {
        let above = item.parent.and_then(|parent| paths.get(parent));
        let path: Arc<str> = match above {
            Some(above) => format!("{above} / {}", item.entity.name()).into(),
            None => item.entity.name().into(),
        };
        out.extend(unknown_auth(&path, &item.entity));
        out.extend(files(&path, &item.entity, root, collection.folder.as_deref()));
        out.extend(secrets(&path, &item.entity, literals));
        paths.push(path);
    }
    out
}

fn unknown_auth(path: &str, entity: &Entity) -> Option<Note> {
    let (auth, field) = match entity {
        Entity::Collection(group) | Entity::Folder(group) => (&group.auth, "auth"),
        Entity::Request(request) => (&request.auth, "request.auth"),
    };
    let is_known = auth.is_inherited() || auth.is_none() || auth::find(&auth.kind).is_some();
    (!is_known).then(|| Note {
        path: path.to_owned(),
        field: field.to_owned(),
        fate: Fate::Kept,
        what: format!("auth of type `{}`", auth.kind),
        why: "this type is not known here, and nothing is sent for it".to_owned(),
    })
}

/// The files that a request sends and that are not there, in one note: most often they are on the machine it was exported
/// on.
fn files(path: &str, entity: &Entity, root: &Path, from: Option<&Path>) -> Option<Note> {
    let Entity::Request(request) = entity else {
        return None;
    };
    let files: Vec<(&str, &Template)> = match &request.body {
        Body::File { path } if inline(path.as_str()).is_none() => vec![("request.body.file", path)],
        Body::Multipart(parts) => {
            let files = parts
                .iter()
                .filter(|part| part.enabled)
                .flat_map(|part| match &part.content {
                    PartContent::Files(files) => files.as_slice(),
                    PartContent::Text(_) => &[],
                });
            files.map(|file| ("request.body.formdata", file)).collect()
        }
        _ => return None,
    };
    // Where a variable leads to is known when it is sent, and then it is told.
    let is_missing = |file: &str| !file.trim().is_empty() && !file.contains("{{") && !root.join(file).exists();
    let mut missing: Vec<(&str, String)> = Vec::new();
    for (field, file) in files.into_iter().filter(|(_, file)| is_missing(file.as_str())) {
        let shown = format!("`{}`", file.as_str());
        if missing.iter().all(|(_, known)| *known != shown) {
            missing.push((field, shown));
        }
    }
    let field = missing.first()?.0.to_owned();
    let beside = missing.iter().map(|(_, shown)| shown).filter(|shown| {
        let file = shown.trim_matches('`');
        from.is_some_and(|from| from.join(file).exists())
    });
    let beside: Vec<&str> = beside.map(String::as_str).collect();
    let copy = from.filter(|_| !beside.is_empty()).map_or_else(String::new, |from| {
        let from = from.canonicalize().unwrap_or_else(|_| from.to_owned());
        let word = if beside.len() == 1 { "it lies" } else { "they lie" };
        format!(
            ", where the requests of a workspace look; {word} beside the collection: copy {} there from `{}`",
            beside.join(", "),
            from.display()
        )
    });
    let names: Vec<String> = missing.into_iter().map(|(_, shown)| shown).collect();
    let (word, gone, without) = if names.len() == 1 {
        ("file", "it is not there", "it")
    } else {
        ("files", "they are not there", "them")
    };
    let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    Some(Note {
        path: path.to_owned(),
        field,
        fate: Fate::Kept,
        what: format!("the {word} {}", names.join(", ")),
        why: format!(
            "{gone}, seen from `{}`{copy}; until then, the request goes without {without}",
            root.display()
        ),
    })
}

/// The secrets in clear, each in a note of its own: those that `doctor` and an export tell of.
fn secrets(path: &str, entity: &Entity, literals: Vec<Literal>) -> impl Iterator<Item = Note> {
    let note = |place: String| {
        let part = match place.split([' ', '`']).next().unwrap_or_default() {
            "URL" => "url",
            "setting" => "proxy",
            "example" => "response",
            own => own,
        };
        Note {
            path: path.to_owned(),
            field: match entity {
                Entity::Request(_) => format!("request.{part}"),
                Entity::Collection(_) | Entity::Folder(_) => part.to_owned(),
            },
            fate: Fate::Open,
            what: format!("a secret as it is ({place})"),
            why: "others who have the files can read it; put it into a variable marked `secret`, and `{{name}}` here"
                .to_owned(),
        }
    };
    literals.into_iter().map(move |literal| note(literal.place))
}
