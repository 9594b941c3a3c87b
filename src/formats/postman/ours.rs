//! What only our files know and no file of Postman's has a place for: an export tells it, so that nobody takes it for all.

use super::notes::Path;
use crate::formats::found::Collection;
use crate::formats::{Fate, Note};
use crate::model::{Auth, Entity, Environment, Settings, Variable};

/// Types of auth that Postman does not have.
const AUTH: [&str; 2] = ["negotiate", "netrc"];

/// What an export of a collection leaves behind, in its order.
pub fn left_behind(collection: &Collection) -> Vec<Note> {
    let mut out = Vec::new();
    let mut paths: Vec<Path> = Vec::with_capacity(collection.items.len());
    for item in &collection.items {
        let above = item.parent.and_then(|parent| paths.get(parent));
        let path = above.unwrap_or(&Path::default()).below(item.entity.name());
        let mut left = Left::default();
        match &item.entity {
            Entity::Collection(group) | Entity::Folder(group) => {
                left.auth(&group.auth);
                left.settings(&group.settings);
                left.variables(&group.variables);
                for token in &group.tokens {
                    let name = &token.variable;
                    left.lost(
                        &format!("tokens.{name}"),
                        format!("where the token `{name}` comes from"),
                    );
                }
            }
            Entity::Request(request) => {
                left.auth(&request.auth);
                left.settings(&request.settings);
                if !request.filter.is_empty() {
                    left.lost("filter", format!("the filter `{}`", request.filter));
                }
            }
        }
        out.extend(left.told_of(&path));
        paths.push(path);
    }
    out
}

/// What an export of an environment, or of the globals, leaves behind.
pub fn left_of(environment: &Environment) -> Vec<Note> {
    let mut left = Left::default();
    left.variables(&environment.variables);
    left.told_of(&Path::default().below(&environment.name))
}

/// What is left of an item: the field, what becomes of it, what it is and why.
#[derive(Default)]
struct Left(Vec<(String, Fate, String, &'static str)>);

impl Left {
    fn lost(&mut self, field: &str, what: String) {
        let why = "only our files know it";
        self.0.push((field.to_owned(), Fate::Lost, what, why));
    }

    fn auth(&mut self, auth: &Auth) {
        if AUTH.contains(&auth.kind.as_str()) {
            let what = format!("auth of type `{}`", auth.kind);
            let why = "an import here reads it; Postman does not know the type";
            self.0.push(("auth".to_owned(), Fate::Kept, what, why));
        }
    }

    fn settings(&mut self, settings: &Settings) {
        if let Some(timeout) = settings.timeout {
            self.lost("settings.timeout", format!("the timeout of {timeout:?}"));
        }
        // It may have a password in it.
        if settings.proxy.is_some() {
            self.lost("settings.proxy", "a proxy of its own".to_owned());
        }
    }

    fn variables(&mut self, variables: &[Variable]) {
        for variable in variables {
            if let Some(source) = &variable.source {
                let (key, origin) = (&variable.key, source.origin());
                let what = format!("where `{key}` has its value ({origin}; an empty secret stands there)");
                self.lost(&format!("variables.{}", variable.key), what);
            }
        }
    }

    fn told_of(self, path: &Path) -> Vec<Note> {
        let path = path.to_string();
        let note = |(field, fate, what, why): (String, Fate, String, &str)| Note {
            path: path.clone(),
            field,
            fate,
            what,
            why: why.to_owned(),
        };
        self.0.into_iter().map(note).collect()
    }
}
