//! What can be copied from the pane.

use super::part::Part;
use super::section::Widget;
use super::{State, curl};
use crate::auth;
use crate::model::{Body, Entity};
use crate::tui::shared::Shared;
use crate::vars::{self, Scopes};

/// What can be copied: its words, and the text.
///
/// A secret leaves only when it is shown in clear; else its `{{token}}` stands in its place.
pub fn copies(state: &State, shared: &Shared) -> Vec<(String, String)> {
    let Some(entity) = &state.seen else { return Vec::new() };
    let mut out: Vec<(String, String)> = Vec::new();
    if let Some(text) = state
        .section()
        .and_then(|section| cell(&section.widget, shared.revealed))
    {
        out.push(("this value".to_owned(), text));
    }
    if let Some(selected) = state.editor().and_then(|(_, editor)| editor.selected()) {
        out.push(("selection".to_owned(), selected));
    }
    if let Entity::Request(request) = entity {
        let scopes = scopes(state, shared);
        let url = request.full_url();
        let resolved = vars::replace(&url, &scopes).text;
        if resolved != url {
            out.push(("URL, variables replaced".to_owned(), resolved));
        }
        out.push(("URL".to_owned(), url));
        out.extend(curl_offer(state, shared, "curl command"));
        let body = match &request.body {
            Body::Raw { .. } => Part::Raw.text(entity),
            Body::GraphQl { .. } => Part::Query.text(entity),
            _ => "",
        };
        if !body.is_empty() {
            out.push(("body".to_owned(), body.to_owned()));
        }
    }
    for part in [Part::PreRequest, Part::PostResponse, Part::Docs] {
        let text = part.text(entity);
        if !text.is_empty() {
            out.push((part.word().to_owned(), text.to_owned()));
        }
    }
    out
}

/// The request as a command for curl, called so; in the words also what is left out of it.
pub fn curl_offer(state: &State, shared: &Shared, name: &str) -> Option<(String, String)> {
    let Some(entity @ Entity::Request(request)) = &state.seen else {
        return None;
    };
    let own = state.facts.effective(entity);
    let settings = request.settings.or(&state.facts.parent_settings);
    let curl = curl::command(request, own, &settings, &scopes(state, shared), shared.revealed);
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
    Some((what.collect(), curl.text))
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
