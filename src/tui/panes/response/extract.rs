//! "Set a variable from this value": the line for the post-response script that does so with every response to come.

use std::sync::Arc;

use crate::model::edit::Edit;
use crate::model::{Entity, NodeId, Request};
use crate::tui::command::Command;
use crate::tui::modals::{Item, Modal, Picker, Prompt, Purpose};
use crate::tui::panes::Cx;
use crate::tui::shared::{Level, Shared};
use crate::tui::widgets::body::{Form, Kind, Path, Step};

use super::{State, filter};

/// A value of a response that a script can take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extract {
    /// The request whose response it is.
    pub node: NodeId,
    /// The JavaScript that has the value: `pm.response.json().a.b`.
    pub expression: String,
}

impl Extract {
    /// The script's line that sets a variable of a scope.
    pub fn line(&self, scope: &str, name: &str) -> String {
        let name = serde_json::to_string(name).unwrap_or_default();
        format!("pm.{scope}.set({name}, {});", self.expression)
    }
}

/// Asks for the variable that takes the value under the cursor.
pub(super) fn ask(state: &State, cx: &mut Cx<'_>) {
    let no = |cx: &mut Cx<'_>, text: &str| cx.shared.notify(Level::Info, text);
    let place = state.place().filter(|_| state.shows_body());
    let Some((node, place)) = state.shown.zip(place) else {
        return no(cx, "there is no value here: put the cursor on one in the body");
    };
    let json = place.body.as_ref().is_some_and(|body| body.kind() == Kind::Json);
    let Some(body) = place.shown().filter(|_| json) else {
        return no(cx, "only values of JSON can be taken by a script");
    };
    if body.view.form() == Form::Raw {
        return no(
            cx,
            "show the body laid out first: as it was sent, the cursor is on no value",
        );
    }
    let line = body.view.cursor_line(&body.document);
    let path = match place.path(line) {
        Some((path, true)) => path,
        Some((_, false)) => {
            return no(
                cx,
                "jq made this, and does not say from what: find it by a JSONPath ($…), or go back to the body with Esc",
            );
        }
        None => return no(cx, "there is no value here: put the cursor on one in the body"),
    };
    let range = body.document.value_at(Form::Pretty, line);
    let first = range.and_then(|range| body.document.source().read(range.start, 1).ok());
    let nested = first.is_some_and(|first| matches!(first.first(), Some(b'{' | b'[')));
    let extract = Extract {
        node,
        expression: expression(&path, nested),
    };
    let name = path.0.iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(key.clone()),
        Step::Index(_) => None,
    });
    let is_secret = |step: &Step| matches!(step, Step::Key(key) if filter::is_secret(state, key));
    if filter::is_secret(state, &extract.expression) || path.0.iter().any(is_secret) {
        let text =
            "there is a secret in the path to this value: it is not put into the script, whose file others may see";
        return cx.shared.notify(Level::Warning, text);
    }
    let title = format!("Set a variable to {path}");
    let prompt = Prompt::new(title, name.unwrap_or_default(), Purpose::Variable(Box::new(extract)));
    cx.commands.push(Command::Show(Box::new(Modal::Prompt(prompt))));
}

/// The JavaScript for the value at a path; what is nested is stored as text, as variables are.
fn expression(path: &Path, nested: bool) -> String {
    let mut out = "pm.response.json()".to_owned();
    for step in &path.0 {
        match step {
            Step::Index(index) => {
                out.push('[');
                out.push_str(&index.to_string());
                out.push(']');
            }
            Step::Key(name) if is_name(name) => {
                out.push('.');
                out.push_str(name);
            }
            Step::Key(name) => {
                out.push('[');
                out.push_str(&serde_json::to_string(name).unwrap_or_default());
                out.push(']');
            }
        }
    }
    if nested { format!("JSON.stringify({out})") } else { out }
}

fn is_name(name: &str) -> bool {
    let first = |c: char| c.is_ascii_alphabetic() || c == '_' || c == '$';
    name.chars().next().is_some_and(first) && name.chars().all(|c| first(c) || c.is_ascii_digit())
}

/// The scopes that the variable may be of; choosing one writes the line.
pub fn scopes(extract: &Extract, name: &str, shared: &Shared) -> Picker {
    let collection = shared.workspace.collection_of(extract.node);
    let environment = shared.environment_name();
    let offers = [
        environment.map(|own| ("environment", format!("Environment {own}"))),
        collection.map(|own| ("collectionVariables", format!("Collection {}", own.entity.name()))),
        Some(("globals", "Globals".to_owned())),
        Some(("variables", "Only while the collection runs".to_owned())),
    ];
    let items = offers.into_iter().flatten().map(|(scope, label)| Item {
        label,
        detail: extract.line(scope, name),
        commands: commands(extract, &extract.line(scope, name), shared),
        ..Item::default()
    });
    Picker::new(format!("{name} is a variable of"), items.collect())
}

fn commands(extract: &Extract, line: &str, shared: &Shared) -> Vec<Command> {
    let Some(request) = shared.workspace.request(extract.node) else {
        return Vec::new();
    };
    if request.scripts.post_response.lines().any(|own| own.trim() == line) {
        return vec![Command::Notify(
            Level::Info,
            "the post-response script does that already".to_owned(),
        )];
    }
    let mut request = Request::clone(request);
    let script = &mut request.scripts.post_response;
    if !script.is_empty() && !script.ends_with('\n') {
        script.push('\n');
    }
    script.push_str(line);
    script.push('\n');
    vec![
        Command::Edit {
            label: "set a variable from a value".to_owned(),
            merge: None,
            edits: vec![Edit::Replace {
                id: extract.node,
                entity: Entity::Request(Arc::new(request)),
            }],
        },
        Command::Notify(
            Level::Done,
            "the post-response script sets it from the next response on: save the request".to_owned(),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_javascript() {
        let key = |name: &str| Step::Key(name.to_owned());
        let path = Path(vec![
            key("a"),
            Step::Index(3),
            key("odd key"),
            key("$b1"),
            key("it's \"x\""),
        ]);
        let expected = r#"pm.response.json().a[3]["odd key"].$b1["it's \"x\""]"#;
        assert_eq!(expression(&path, false), expected);
        assert_eq!(expression(&Path::default(), true), "JSON.stringify(pm.response.json())");
    }
}
