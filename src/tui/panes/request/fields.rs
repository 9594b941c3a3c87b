//! Forms of the pane: which fields an item's auth, settings and bodies have, and what typing into one does.

use serde_json::Value;

use crate::auth::{self, FieldKind};
use crate::model::{Auth, Body, Entity, Template};
use crate::tui::widgets::highlight::Syntax;

use super::facts::Facts;
use super::form::{Field, Kind};
use super::part::{self, Part};
use super::settings;

/// Whether a text is nothing but references to variables, so that showing it gives no secret away.
pub fn is_reference(text: &str) -> bool {
    let mut rest = text.trim();
    while let Some(open) = rest.strip_prefix("{{") {
        match open.find("}}") {
            Some(close) => rest = open[close + 2..].trim_start(),
            // Being typed.
            None => return true,
        }
    }
    rest.is_empty()
}

/// The fields of a part as it stands.
pub fn fields(part: Part, entity: &Entity, facts: &Facts) -> Vec<Field> {
    match part {
        Part::AuthFields => {
            let own = part::auth(entity);
            of_auth(if own.is_inherited() { &facts.inherited } else { own })
        }
        Part::Settings => settings::fields(part::settings(entity), &facts.parent_settings),
        Part::File => vec![Field {
            name: "path".to_owned(),
            label: "File".to_owned(),
            help: "The file that is sent as the body; relative paths start at the workspace.".to_owned(),
            kind: Kind::Text,
            value: match entity {
                Entity::Request(request) => match &request.body {
                    Body::File { path } => path.to_string(),
                    _ => String::new(),
                },
                _ => String::new(),
            },
            fallback: "path/to/file".to_owned(),
            advanced: false,
            usual: String::new(),
        }],
        Part::Operation => vec![Field {
            name: "operation".to_owned(),
            label: "Operation".to_owned(),
            help: "Which operation of the document to run, if it holds several.".to_owned(),
            kind: Kind::Text,
            value: match entity {
                Entity::Request(request) => match &request.body {
                    Body::GraphQl { operation_name, .. } => operation_name.clone().unwrap_or_default(),
                    _ => String::new(),
                },
                _ => String::new(),
            },
            fallback: "the only one".to_owned(),
            advanced: false,
            usual: String::new(),
        }],
        _ => Vec::new(),
    }
}

/// The parameters of an auth: those of its type that mean something as it stands, then others the file holds.
fn of_auth(own: &Auth) -> Vec<Field> {
    let specs = auth::find(&own.kind).map_or(&[][..], |kind| kind.fields());
    let mut out: Vec<Field> = specs
        .iter()
        .filter(|spec| spec.means_something(specs, own))
        .map(|spec| Field {
            name: spec.name.to_owned(),
            label: spec.label.to_owned(),
            help: spec.help.to_owned(),
            kind: match spec.kind {
                FieldKind::Text | FieldKind::Number => Kind::Text,
                FieldKind::Secret => Kind::Secret,
                FieldKind::Choice(words) => Kind::Choice(words.to_vec()),
                FieldKind::Flag => Kind::Switch,
                FieldKind::Json => Kind::Lines(Syntax::Json),
                FieldKind::SecretLines => Kind::SecretLines,
            },
            value: written(own, spec.name),
            fallback: spec.default.to_owned(),
            advanced: spec.advanced,
            usual: spec.initial.to_owned(),
        })
        .collect();
    let known = !specs.is_empty();
    for name in own.params.keys() {
        if !specs.iter().any(|spec| spec.name == name) {
            out.push(Field {
                name: name.clone(),
                label: name.clone(),
                help: if known {
                    "Kept in the file; this type does not use it.".to_owned()
                } else {
                    "Kept in the file; this version does not know the type.".to_owned()
                },
                // Nobody knows what an unknown parameter holds.
                kind: Kind::Secret,
                value: written(own, name),
                fallback: String::new(),
                advanced: false,
                usual: String::new(),
            });
        }
    }
    out
}

/// A parameter as text; what is an object in the file is JSON.
fn written(own: &Auth, name: &str) -> String {
    match own.params.get(name) {
        Some(value @ Value::Object(_)) => serde_json::to_string_pretty(value).unwrap_or_default(),
        _ => own.text(name),
    }
}

/// Takes what was typed into a field; an error says what is wrong with it, and nothing changed.
pub fn set(part: Part, entity: &mut Entity, name: &str, text: &str) -> Result<(), String> {
    match part {
        Part::AuthFields => {
            let own = part::common(entity).auth;
            if own.is_inherited() {
                return Ok(());
            }
            if text.is_empty() {
                own.params.shift_remove(name);
                return Ok(());
            }
            let mut specs = auth::find(&own.kind).map_or(&[][..], |kind| kind.fields()).iter();
            let kind = specs.find(|spec| spec.name == name).map(|spec| spec.kind);
            let value = match (kind, text, own.params.get(name)) {
                (Some(FieldKind::Flag), "true" | "false", _) => Value::Bool(text == "true"),
                (Some(FieldKind::Number), number, _)
                    if !number.contains("{{") && number.trim().parse::<f64>().is_err() =>
                {
                    return Err(format!("`{number}` is no number"));
                }
                // What is an object stays one, as long as the text can be read.
                (_, json, Some(Value::Object(_))) => serde_json::from_str(json)
                    .ok()
                    .filter(Value::is_object)
                    .unwrap_or_else(|| Value::from(json)),
                (_, text, _) => Value::from(text),
            };
            own.params.insert(name.to_owned(), value);
        }
        Part::Settings => return settings::set(part::common(entity).settings, name, text),
        Part::File | Part::Operation => {
            if let Some(request) = part::request(entity) {
                match &mut request.body {
                    Body::File { path } => *path = Template::new(text),
                    Body::GraphQl { operation_name, .. } => {
                        *operation_name = (!text.is_empty()).then(|| text.to_owned());
                    }
                    _ => {}
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// One line about an auth: `bearer {{dex_token}}`, secrets left out.
pub fn summary(auth: &Auth) -> String {
    let mut out = auth.kind.clone();
    let Some(kind) = auth::find(&auth.kind) else { return out };
    for spec in kind.fields() {
        let value = auth.text(spec.name);
        let shown = match spec.kind {
            _ if value.is_empty() => continue,
            _ if spec.advanced => continue,
            _ if !spec.means_something(kind.fields(), auth) => continue,
            FieldKind::Secret | FieldKind::SecretLines if !is_reference(&value) => "••••".to_owned(),
            FieldKind::Secret | FieldKind::SecretLines | FieldKind::Text => value,
            FieldKind::Choice(_) | FieldKind::Flag | FieldKind::Number | FieldKind::Json => continue,
        };
        out.push(' ');
        out.push_str(&shown);
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::model::Request;
    use std::sync::Arc;

    #[test]
    fn only_references_are_shown_in_clear() {
        for shown in ["", "{{a}}", "{{a}} {{b}}", "{{half"] {
            assert!(is_reference(shown), "{shown}");
        }
        for hidden in ["x", "{{a}}x", "x{{a}}", "{"] {
            assert!(!is_reference(hidden), "{hidden}");
        }
        assert_eq!(
            summary(&Auth::new("basic").with("username", "u").with("password", "p")),
            "basic u ••••"
        );
    }

    #[test]
    fn auth_fields_come_from_the_type_and_go_back_into_the_item() {
        let request = Request {
            auth: Auth::new("apikey").with("odd", "kept"),
            ..Request::default()
        };
        let mut entity = Entity::Request(Arc::new(request));
        let facts = Facts::default();
        let names = |entity: &Entity| -> Vec<String> {
            let fields = fields(Part::AuthFields, entity, &facts);
            fields.into_iter().map(|field| field.name).collect()
        };
        assert_eq!(names(&entity), ["key", "value", "in", "odd"]);
        set(Part::AuthFields, &mut entity, "key", "X-Key").unwrap();
        assert_eq!(part::auth(&entity).text("key"), "X-Key");
        set(Part::AuthFields, &mut entity, "key", "").unwrap();
        assert!(!part::auth(&entity).params.contains_key("key"));
    }
}
