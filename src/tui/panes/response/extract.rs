//! "Set a variable from this value": the line for the post-response script that does so with every response to come.

use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::Value;

use crate::model::edit::Edit;
use crate::model::surrogates::without_halves;
use crate::model::variable::{Owner, display_value};
use crate::model::{Entity, NodeId, Request};
use crate::tui::command::Command;
use crate::tui::modals::{Item, Modal, Picker, Prompt, Purpose};
use crate::tui::panes::Cx;
use crate::tui::shared::{Level, Shared};
use crate::tui::widgets::body::{Form, Kind, Leaf, Path, Source, Step, leaf, xpath};

use super::sight::Body;
use super::{State, filter};

/// Why no line is written.
const SECRET: &str =
    "there is a secret in the path to this value: it is not put into the script, whose file others may see";
/// What is said where a value is not set at once.
const HIDDEN: &str = "the value is a secret, which is hidden: the script alone sets it, from the next response on";
/// The response's text in JavaScript, the value it stands for, and what makes texts of long whole numbers in it before it is
/// read: JavaScript's numbers have 15 digits and a bit.
const TEXT: &str = "pm.response.text()";
const JSON: &str = "pm.response.json()";
const LONG: &str = concat!(
    r#".replace(/"(?:[^"\\]|\\.)*"|(?<![\d.])-?\d{16,}(?![\d.eE])/g, "#,
    r#"(part) => part[0] === '"' ? part : '"' + part + '"')"#
);
/// Records are counted so far down, in bytes.
const MOST_COUNTED: usize = 1 << 20;
/// A longer value is set by the script alone, in bytes.
const MOST_SET: usize = 64 << 10;

/// A value of a response that a script can take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extract {
    /// The request whose response it is.
    pub node: NodeId,
    /// The JavaScript that has the value: `pm.response.json().a.b`.
    pub expression: String,
    /// Whether that is of `xml`, what xml2js makes of the response.
    pub xml: bool,
    /// The value as it is now, unless it is too long to be a variable's, a script alone can tell, or it is masked.
    pub value: Option<Value>,
}

impl Extract {
    /// The script's line that sets a variable of a scope.
    pub fn line(&self, scope: &str, name: &str) -> String {
        let name = serde_json::to_string(name).unwrap_or_default();
        let set = format!("pm.{scope}.set({name}, {})", self.expression);
        if self.xml {
            return format!("require(\"xml2js\").parseString(pm.response.text(), (error, xml) => {set});");
        }
        set + ";"
    }
}

/// Asks for the variable that takes the value under the cursor.
pub(super) fn ask(state: &State, cx: &mut Cx<'_>) {
    let no = |cx: &mut Cx<'_>, text: &str| cx.shared.notify(Level::Info, text);
    let place = state.place().filter(|_| state.shows_body());
    let Some((node, place)) = state.shown.zip(place) else {
        return no(cx, "there is no value here: put the cursor on one in the body");
    };
    let kind = place.body.as_ref().map(Body::kind);
    let takes = match kind {
        Some(Kind::Json) => true,
        Some(Kind::Xml | Kind::JsonLines) => !place.is_filtered(),
        _ => false,
    };
    let Some(body) = place.shown().filter(|_| takes) else {
        let text = if matches!(kind, Some(Kind::Xml | Kind::JsonLines)) {
            "a script cannot tell from what the filter made this: go back to the body with Esc"
        } else {
            "only values of JSON and XML can be taken by a script"
        };
        return no(cx, text);
    };
    if body.view.form() == Form::Raw {
        return no(
            cx,
            "show the body laid out first: as it was sent, the cursor is on no value",
        );
    }
    let line = body.view.cursor_line(&body.document);
    if kind == Some(Kind::Xml) {
        return element(state, node, body, line, cx);
    }
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
    let source = body.document.source();
    let range = body.document.value_at(Form::Pretty, line);
    let first = range.clone().and_then(|range| source.read(range.start, 1).ok());
    let nested = first.is_some_and(|first| matches!(first.first(), Some(b'{' | b'[')));
    let small = range.clone().filter(|range| range.len() <= MOST_SET);
    let bytes = small.and_then(|range| source.read(range.start, range.len()).ok());
    let exact = bytes.as_deref().and_then(long_number);
    let record = match path.0.first() {
        Some(Step::Index(_)) if kind == Some(Kind::JsonLines) => {
            let record = range.as_ref().and_then(|range| record(source, range.start));
            if record.is_none() {
                return no(
                    cx,
                    "a script cannot find this: it is no line of its own, or stands too far down",
                );
            }
            record
        }
        _ => None,
    };
    let inner = Path(path.0[usize::from(record.is_some())..].to_vec());
    let value: Option<Value> =
        bytes.and_then(|bytes| serde_json::from_str(&without_halves(&String::from_utf8_lossy(&bytes))).ok());
    let is_long = exact.is_some();
    let value = if let Some(digits) = exact {
        Some(Value::String(digits))
    } else if nested {
        value.map(|value| Value::String(value.to_string()))
    } else {
        value
    };
    let extract = Extract {
        node,
        expression: expression(&root(record, is_long), &inner, nested),
        xml: false,
        value: open(state, value, cx),
    };
    let name = path.0.iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(key.clone()),
        Step::Index(_) => None,
    });
    let is_secret = |step: &Step| matches!(step, Step::Key(key) if filter::is_secret(state, key));
    if filter::is_secret(state, &extract.expression) || path.0.iter().any(is_secret) {
        return cx.shared.notify(Level::Warning, SECRET);
    }
    let title = format!("Set a variable to {path}");
    let prompt = Prompt::new(title, name.unwrap_or_default(), Purpose::Variable(Box::new(extract)));
    cx.commands.push(Command::Show(Box::new(Modal::Prompt(prompt))));
}

/// The value, unless there is a secret in it: the variable may be of those that show what they hold.
fn open(state: &State, value: Option<Value>, cx: &mut Cx<'_>) -> Option<Value> {
    let shows = |value: &Value| cx.shared.revealed || !filter::is_secret(state, &display_value(value));
    if value.as_ref().is_none_or(shows) {
        return value;
    }
    cx.shared.notify(Level::Info, HIDDEN);
    None
}

/// Asks for the variable that takes the element under the cursor.
fn element(state: &State, node: NodeId, Body { document, .. }: &Body, line: usize, cx: &mut Cx<'_>) {
    let Some(steps) = document.element_path(line) else {
        let text = "there is no element here whose path is known: put the cursor on one";
        return cx.shared.notify(Level::Info, text);
    };
    let lines = document.element_lines(line).filter(|lines| lines.len() == 1);
    let text = lines.and_then(|lines| document.line_text(Form::Pretty, lines.start).ok()?);
    let leaf = text.as_deref().and_then(leaf);
    let value = leaf.as_ref().filter(|leaf| !leaf.attributes || !leaf.text.is_empty());
    let value = value.map(|leaf| Value::String(leaf.text.clone()));
    let extract = Extract {
        node,
        expression: of_element(&steps, leaf.as_ref()),
        xml: true,
        value: open(state, value, cx),
    };
    if filter::is_secret(state, &extract.expression) || filter::is_secret(state, &xpath(&steps)) {
        return cx.shared.notify(Level::Warning, SECRET);
    }
    let title = format!("Set a variable to {}", xpath(&steps));
    let name = steps.last().map(|(name, _)| name.clone()).unwrap_or_default();
    let prompt = Prompt::new(title, name, Purpose::Variable(Box::new(extract)));
    cx.commands.push(Command::Show(Box::new(Modal::Prompt(prompt))));
}

/// The JavaScript for an element in what xml2js makes of a document: a list for each name, `_` the text beside attributes.
fn of_element(steps: &[(String, u32)], leaf: Option<&Leaf>) -> String {
    let mut out = "xml".to_owned();
    for (at, (name, nth)) in steps.iter().enumerate() {
        member(&mut out, name);
        // The outermost one is in no list.
        if at > 0 {
            let _infallible = write!(out, "[{}]", nth.saturating_sub(1));
        }
    }
    match leaf {
        Some(leaf) if !leaf.attributes => out,
        Some(leaf) if !leaf.text.is_empty() => out + "._",
        _ => format!("JSON.stringify({out})"),
    }
}

fn member(out: &mut String, name: &str) {
    if is_name(name) {
        out.push('.');
        out.push_str(name);
    } else {
        out.push('[');
        out.push_str(&serde_json::to_string(name).unwrap_or_default());
        out.push(']');
    }
}

/// The JavaScript that all of a path is in: the response, or one of its lines.
fn root(record: Option<usize>, is_long: bool) -> String {
    let line = record.map(|number| format!("{TEXT}.split(\"\\n\").filter((line) => line.trim())[{number}]"));
    match line {
        None if !is_long => JSON.to_owned(),
        line => {
            let text = line.as_deref().unwrap_or(TEXT);
            format!("JSON.parse({text}{})", if is_long { LONG } else { "" })
        }
    }
}

/// Counts the lines above the one that a byte is on as [`root`] does, those that are no JSON among them; `None` where that is
/// no record by itself.
fn record(source: &Source, at: usize) -> Option<usize> {
    if at > MOST_COUNTED {
        return None;
    }
    let bytes = source.read(0, at + MOST_COUNTED).ok()?;
    let start = memchr::memrchr(b'\n', &bytes[..at.min(bytes.len())]).map_or(0, |at| at + 1);
    let line = bytes[start..].split(|byte| *byte == b'\n').next()?;
    serde_json::from_slice::<serde::de::IgnoredAny>(line).ok()?;
    let above = bytes[..start].split(|byte| *byte == b'\n');
    Some(above.filter(|line| !is_blank(line)).count())
}

/// Whether JavaScript trims all of a text away.
fn is_blank(line: &[u8]) -> bool {
    let blank = |c: char| c == '\u{feff}' || c.is_whitespace() && c != '\u{85}';
    String::from_utf8_lossy(line).chars().all(blank)
}

/// The digits of a whole number that is another one in JavaScript.
fn long_number(text: &[u8]) -> Option<String> {
    const MOST: u64 = (1 << 53) - 1;
    let text = std::str::from_utf8(text).ok()?.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = digits.len() > 15 && digits.bytes().all(|byte| byte.is_ascii_digit());
    (whole && digits.parse::<u64>().map_or(true, |value| value > MOST)).then(|| text.to_owned())
}

/// The JavaScript for the value at a path in `root`; what is nested is stored as text, as variables are.
fn expression(root: &str, path: &Path, nested: bool) -> String {
    let mut out = root.to_owned();
    for step in &path.0 {
        match step {
            Step::Index(index) => {
                out.push('[');
                out.push_str(&index.to_string());
                out.push(']');
            }
            Step::Key(name) => member(&mut out, name),
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
    let own = shared.environment_owner();
    let offers = [
        environment.map(|environment| ("environment", format!("Environment {environment}"), own)),
        collection.map(|own| {
            let owner = Owner::Collection(own.slug.clone());
            let label = format!("Collection {}", own.entity.name());
            ("collectionVariables", label, Some(owner))
        }),
        Some(("globals", "Globals".to_owned(), Some(Owner::Globals))),
        Some(("variables", "Only while the collection runs".to_owned(), None)),
    ];
    let items = offers.into_iter().flatten().map(|(scope, label, owner)| Item {
        label,
        detail: extract.line(scope, name),
        commands: commands(extract, &extract.line(scope, name), owner, name, shared),
        ..Item::default()
    });
    Picker::new(format!("{name} is a variable of"), items.collect())
}

/// Writes the line, and sets the variable at once, where its owner keeps values: one step of undo.
fn commands(extract: &Extract, line: &str, owner: Option<Owner>, name: &str, shared: &Shared) -> Vec<Command> {
    let Some(request) = shared.workspace.request(extract.node) else {
        return Vec::new();
    };
    let now = owner.zip(extract.value.clone());
    let set = |too: bool| {
        let (owner, value) = now.clone()?;
        let (key, value) = (name.to_owned(), Some(value));
        Some(if too {
            Command::SetCurrentToo { owner, key, value }
        } else {
            Command::SetCurrent { owner, key, value }
        })
    };
    let is_set = now.is_some();
    if request.scripts.post_response.lines().any(|own| own.trim() == line) {
        let text = if is_set {
            format!("`{name}` is set; the post-response script does that already")
        } else {
            "the post-response script does that already".to_owned()
        };
        return set(false)
            .into_iter()
            .chain([Command::Notify(Level::Info, text)])
            .collect();
    }
    let mut request = Request::clone(request);
    let script = &mut request.scripts.post_response;
    if !script.is_empty() && !script.ends_with('\n') {
        script.push('\n');
    }
    script.push_str(line);
    script.push('\n');
    let edit = Command::Edit {
        label: "set a variable from a value".to_owned(),
        merge: None,
        edits: vec![Edit::Replace {
            id: extract.node,
            entity: Entity::Request(Arc::new(request)),
        }],
    };
    let text = if is_set {
        format!("`{name}` is set, and the post-response script sets it with every response: save the request")
    } else {
        "the post-response script sets it from the next response on: save the request".to_owned()
    };
    let told = Command::Notify(Level::Done, text);
    [Some(edit), set(true), Some(told)].into_iter().flatten().collect()
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
        assert_eq!(expression(JSON, &path, false), expected);
        assert_eq!(
            expression(JSON, &Path::default(), true),
            "JSON.stringify(pm.response.json())"
        );
    }
    #[test]
    fn a_script_counts_all_lines_that_are_not_empty() {
        let body = "{\"a\":\"x\u{1}y\"}\n\u{a0}\noops\n\n{\"b\":1}\nnope\n{\"c\":2} {\"c\":3}\n";
        let source = Source::from(body);
        let of = |text: &str| record(&source, body.find(text).unwrap_or_default());
        assert_eq!([of("{\"b\""), of("1}")], [Some(2), Some(2)]);
        // JavaScript reads no such text, and no two values of one line.
        assert_eq!([of("{\"a\""), of("{\"c\":2"), of("{\"c\":3")], [None; 3]);
    }
}
