//! Which earlier response of the request the body is compared with.

use crate::filter::Stop;
use crate::model::{Outcome, Payload};
use crate::tui::command::Command;
use crate::tui::comparing::Job;
use crate::tui::modals::{Diff, Item, Modal, Picker};
use crate::tui::panes::Cx;
use crate::tui::shared::Level;

use super::{State, words};

/// Asks for the earlier response; a single one is taken at once.
pub(super) fn ask(state: &mut State, cx: &mut Cx<'_>) {
    let name = state.next_name();
    let (Some(node), Some(place)) = (state.shown, state.place()) else {
        return cx
            .shared
            .notify(Level::Info, "there is no response yet: send the request first");
    };
    let Some(right) = body(&place.outcome) else {
        return cx
            .shared
            .notify(Level::Info, "there is no body to compare: no response came");
    };
    let redactor = &place.outcome.redactor;
    let earlier = cx.shared.outcomes.earlier(&node);
    let mut items: Vec<Item> = earlier
        .filter_map(|outcome| {
            let job = Job {
                left: body(outcome)?,
                right: right.clone(),
                redactor: redactor.and(&outcome.redactor),
                stop: Stop::never(),
            };
            let label = label(outcome);
            let title = format!("{label}  →  {}", self::label(&place.outcome));
            Some(Item {
                detail: words::size(job.left.len() as u64),
                commands: vec![Command::Show(Box::new(Modal::Diff(Diff::new(name, title, job))))],
                label,
                ..Item::default()
            })
        })
        .collect();
    match items.len() {
        0 => {
            let text = "there is no earlier response of this request to compare with: send it again";
            cx.shared.notify(Level::Info, text);
        }
        1 => cx.commands.append(&mut items[0].commands),
        _ => {
            let picker = Picker::new("Compare with", items);
            cx.commands.push(Command::Show(Box::new(picker.into())));
        }
    }
}

fn body(outcome: &Outcome) -> Option<Payload> {
    Some(outcome.exchange.as_ref()?.response()?.body.clone())
}

/// `12:00:01 · 200 OK`.
fn label(outcome: &Outcome) -> String {
    let Some(exchange) = &outcome.exchange else {
        return String::new();
    };
    let at = exchange
        .started
        .to_zoned(jiff::tz::TimeZone::system())
        .strftime("%H:%M:%S");
    let status = exchange.response().map_or_else(String::new, |response| {
        format!(" · {} {}", response.status, outcome.redactor.redact(&response.reason))
    });
    format!("{at}{status}").trim_end().to_owned()
}
