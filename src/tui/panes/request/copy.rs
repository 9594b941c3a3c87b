//! What can be copied from the pane.

use std::sync::Arc;

use super::part::Part;
use super::section::Widget;
use super::{State, curl};
use crate::auth;
use crate::model::{Body, Entity};
use crate::tui::giving::{Copied, Made, Whole};
use crate::tui::shared::Shared;
use crate::vars::{self, Scopes};

/// A body of more bytes takes a while to be resolved.
const LONG: usize = 64 * 1024;

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
    let short = Some(&request.body).and_then(|body| match body {
        Body::Raw { language, .. } if Part::Raw.text(entity).len() > LONG => Some(Body::Raw {
            language: *language,
            text: "…".into(),
        }),
        _ => None,
    });
    let is_long = short.is_some();
    let shown = short.map_or_else(
        || Arc::clone(request),
        |body| {
            let mut request = (**request).clone();
            request.body = body;
            Arc::new(request)
        },
    );
    let curl = curl::command(&shown, own, &settings, &scopes, revealed);
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
    use crate::model::body::Language;
    use crate::model::request::Method;
    use crate::model::{Group, Request, Workspace};
    use crate::tui::command::Command;
    use crate::tui::event::Event;
    use crate::tui::harness::Harness;

    #[test]
    fn a_command_with_a_long_body_is_made_when_it_is_chosen() {
        for (len, is_long) in [(100, false), (LONG + 100, true)] {
            let text = "x".repeat(len);
            let mut request = Request::to(Method::new("POST"), "http://h/");
            request.body = Body::Raw {
                language: Language::Text,
                text: text.as_str().into(),
            };
            let mut workspace = Workspace::new("/nowhere");
            let group = Entity::Collection(Arc::new(Group::named("C")));
            let group = workspace.load_node(None, "c", group);
            let id = workspace.load_node(Some(group), "r", Entity::Request(Arc::new(request)));
            let mut harness = Harness::with(workspace, 120, 40);
            harness.state.run(vec![Command::Open(id)], &mut Vec::new());
            harness.event(Event::Tick);
            let offers = copies(&harness.state.panes.request, &harness.state.shared);
            let offer = offers.into_iter().find(|(what, _)| what.starts_with("curl command"));
            let made = match offer {
                Some((_, Copied::Body(Whole::Made(made), None))) if is_long => (made.make)(),
                Some((_, Copied::Text(text))) if !is_long => text,
                other => panic!("{other:?}"),
            };
            assert!(made.starts_with("curl http://h/") && made.contains(&text));
        }
    }
}
