//! What can be copied from the pane.

use std::sync::Arc;

use super::part::Part;
use super::section::Widget;
use super::{State, curl};
use crate::auth;
use crate::model::body::{self, Language, PartContent};
use crate::model::template::Template;
use crate::model::{Body, Entity, Request};
use crate::tui::giving::{Copied, Made, Whole};
use crate::tui::shared::Shared;
use crate::vars::{self, Scopes};

/// A body of more bytes takes a while to be resolved.
const LONG: usize = 64 * 1024;
/// So many bytes take as long as a row of a form: it is looked for among the others, which may have its name.
const ROW: usize = 64;

/// What can be copied: its words, and the text.
///
/// A secret leaves only when it is shown in clear; else its `{{token}}` stands in its place.
pub fn copies(state: &State, shared: &Shared) -> Vec<(String, Copied)> {
    let Some(entity) = &state.seen else { return Vec::new() };
    let mut out: Vec<(String, Copied)> = Vec::new();
    if let Some(text) = state
        .section()
        .and_then(|section| cell(&section.widget, shared.revealed))
    {
        out.push(("this value".to_owned(), Copied::Text(text)));
    }
    if let Some(selected) = state.editor().and_then(|(_, editor)| editor.selected()) {
        out.push(("selection".to_owned(), Copied::Text(selected)));
    }
    if let Entity::Request(request) = entity {
        let scopes = scopes(state, shared);
        let url = request.full_url();
        let resolved = vars::replace(&url, &scopes).text;
        if resolved != url {
            out.push(("URL, variables replaced".to_owned(), Copied::Text(resolved)));
        }
        out.push(("URL".to_owned(), Copied::Text(url)));
        out.extend(curl_offer(state, shared, "curl command"));
        let body = match &request.body {
            Body::Raw { .. } => Part::Raw.text(entity),
            Body::GraphQl { .. } => Part::Query.text(entity),
            _ => "",
        };
        if !body.is_empty() {
            out.push(("body".to_owned(), Copied::Text(body.to_owned())));
        }
    }
    for part in [Part::PreRequest, Part::PostResponse, Part::Docs] {
        let text = part.text(entity);
        if !text.is_empty() {
            out.push((part.word().to_owned(), Copied::Text(text.to_owned())));
        }
    }
    out
}

/// The request as a command for curl, called so; in the words also what is left out of it. With a long body it is made when
/// it is chosen: what it says of itself does not depend on what is in there.
pub fn curl_offer(state: &State, shared: &Shared, name: &str) -> Option<(String, Copied)> {
    let Some(entity @ Entity::Request(request)) = &state.seen else {
        return None;
    };
    let own = state.facts.effective(entity);
    let settings = request.settings.or(&state.facts.parent_settings);
    let (scopes, revealed) = (scopes(state, shared), shared.revealed);
    let is_long = len(&request.body) > LONG;
    let short = is_long.then(|| {
        let mut short = Request::clone(request);
        // Any other that is sent: the words and the first line are the same with each.
        short.body = Body::Raw {
            language: Language::Text,
            text: "…".into(),
        };
        short
    });
    let curl = curl::command(short.as_ref().unwrap_or(request), own, &settings, &scopes, revealed);
    let without = curl.without.map(|kind| {
        format!(
            ", without its auth ({}), which curl cannot make",
            auth::find(&kind).map_or(kind.as_str(), |found| found.label())
        )
    });
    let redirects = curl
        .halted_by
        .map(|method| format!(", without redirects: there it would send {method} again"));
    let what = [name.to_owned()].into_iter().chain(without).chain(redirects);
    let copied = if is_long {
        let start = curl.text.lines().next().unwrap_or_default().to_owned();
        let (request, own) = (Arc::clone(request), own.clone());
        let make = move || curl::command(&request, &own, &settings, &scopes, revealed).text;
        let make = Arc::new(make);
        Copied::Body(Whole::Made(Made { start, make }), None)
    } else {
        Copied::Text(curl.text)
    };
    Some((what.collect(), copied))
}

/// How many bytes of a body are resolved.
fn len(body: &Body) -> usize {
    let sum = |texts: &[&Template]| texts.iter().map(|text| text.as_str().len()).sum::<usize>();
    match body {
        Body::None | Body::Unknown { .. } => 0,
        Body::Raw { text, .. } => sum(&[text]),
        Body::File { path } => sum(&[path]),
        Body::GraphQl { query, variables, .. } => sum(&[query, variables]),
        Body::Form(rows) => {
            let sent = rows.iter().filter(|row| row.enabled);
            sent.map(|row| ROW + sum(&[&row.name]) + row.value_str().len()).sum()
        }
        Body::Multipart(parts) => {
            let content = |part: &body::Part| match &part.content {
                PartContent::Text(text) => sum(&[text]),
                PartContent::Files(paths) => paths.iter().map(|path| ROW + sum(&[path])).sum(),
            };
            let sent = parts.iter().filter(|part| part.enabled);
            sent.map(|part| ROW + sum(&[&part.name]) + content(part)).sum()
        }
    }
}

/// What variables may become in what is copied.
fn scopes(state: &State, shared: &Shared) -> Scopes {
    if shared.revealed {
        (*state.facts.scopes).clone()
    } else {
        state.facts.open_scopes()
    }
}

/// The text of the cell or field of the cursor; a masked one only when secrets are shown.
fn cell(widget: &Widget, revealed: bool) -> Option<String> {
    let text = match widget {
        Widget::Table(table) => {
            let (row, column) = table.cursor();
            let cell = table.rows().get(row)?.cells.get(column)?;
            (!cell.masked || revealed).then(|| cell.text.clone())
        }
        Widget::Form(form) => {
            let field = form.field()?;
            let secret = field.kind.is_secret() && !super::fields::is_reference(&field.value);
            (!secret || revealed).then(|| field.value.clone())
        }
        Widget::Area { .. } | Widget::Choice(_) => None,
    };
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::request::{Entry, Method};
    use crate::model::{Group, Workspace};
    use crate::tui::command::Command;
    use crate::tui::event::Event;
    use crate::tui::harness::Harness;

    #[test]
    fn a_command_with_a_long_body_is_made_when_it_is_chosen() {
        for (len, is_long) in [(100, false), (LONG + 100, true)] {
            let text = "x".repeat(len);
            let part = body::Part {
                name: "a".into(),
                content: PartContent::Text(text.as_str().into()),
                content_type: String::new(),
                file_name: String::new(),
                enabled: true,
                description: String::new(),
            };
            let bodies = [
                Body::Raw {
                    language: Language::Text,
                    text: text.as_str().into(),
                },
                Body::GraphQl {
                    query: text.as_str().into(),
                    variables: Template::default(),
                    operation_name: None,
                },
                Body::Form(vec![Entry::new("a", text.as_str())]),
                Body::Multipart(vec![part]),
                Body::File {
                    path: body::as_path(&text).into(),
                },
            ];
            for body in bodies {
                let kind = body.kind().to_owned();
                let mut request = Request::to(Method::new("POST"), "http://h/");
                request.body = body;
                let mut workspace = Workspace::new("/nowhere");
                let group = Entity::Collection(Arc::new(Group::named("C")));
                let group = workspace.load_node(None, "c", group);
                let id = workspace.load_node(Some(group), "r", Entity::Request(Arc::new(request)));
                let mut harness = Harness::with(workspace, 120, 40);
                harness.state.run(vec![Command::Open(id)], &mut Vec::new());
                harness.event(Event::Tick);
                let offers = copies(&harness.state.panes.request, &harness.state.shared);
                let offer = offers.into_iter().find(|(what, _)| what == "curl command");
                let (start, made) = match offer {
                    Some((_, Copied::Body(Whole::Made(made), None))) if is_long => (made.start, (made.make)()),
                    Some((_, Copied::Text(text))) if !is_long => (text.clone(), text),
                    other => panic!("{kind}: {other:?}"),
                };
                assert!(start.contains("curl http://h/"), "{kind}");
                assert!(made.contains("curl http://h/") && made.contains(&text), "{kind}");
            }
        }
    }
}
