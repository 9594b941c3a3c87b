//! Which earlier response of the request the body is compared with.

use std::sync::Arc;

use crate::filter::Stop;
use crate::model::{Outcome, Payload};
use crate::tui::command::Command;
use crate::tui::comparing::Job;
use crate::tui::modals::{Diff, Item, Modal, Picker};
use crate::tui::panes::Cx;
use crate::tui::shared::Level;

use super::earlier::{label, short};
use super::{State, words};

/// Asks for the earlier response; a single one is taken at once.
pub(super) fn ask(state: &mut State, cx: &mut Cx<'_>) {
    let name = state.next_name();
    let (Some(node), Some(place)) = (state.shown, state.place()) else {
        return cx
            .shared
            .notify(Level::Info, "there is no response yet: send the request first");
    };
    let Some(shown) = body(&place.outcome) else {
        return cx
            .shared
            .notify(Level::Info, "there is no body to compare: no response came");
    };
    let number = |outcome: &Arc<Outcome>| {
        let mut all = cx.shared.outcomes.answered(&node);
        all.find(|(_, own)| Arc::ptr_eq(own, outcome)).map(|(number, _)| number)
    };
    // One that still arrives has no number yet, and is the latest.
    let own = number(&place.outcome).unwrap_or(u64::MAX);
    let others = cx.shared.outcomes.answered(&node).filter(|(number, _)| *number != own);
    let wanted = state.wanted_as(node);
    let mut items: Vec<Item> = others
        .filter_map(|(number, outcome)| {
            let other = body(outcome)?;
            let detail = words::size(other.0.len() as u64);
            let ((before, (left, left_type)), (after, (right, right_type))) = if number < own {
                ((outcome, other), (&place.outcome, shown.clone()))
            } else {
                ((&place.outcome, shown.clone()), (outcome, other))
            };
            let job = Job {
                left,
                right,
                types: [left_type, right_type],
                wanted: (wanted.kind, wanted.charset),
                redactor: place.outcome.redactor.whole().and(outcome.redactor.whole()),
                stop: Stop::never(),
            };
            let title = format!("{}  →  {}", short(before), short(after));
            Some(Item {
                detail,
                commands: vec![Command::Show(Box::new(Modal::Diff(Diff::new(name, title, job))))],
                label: label(outcome),
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

/// The body, and what the server says it is.
fn body(outcome: &Outcome) -> Option<(Payload, Option<String>)> {
    let response = outcome.exchange.as_ref()?.response()?;
    Some((response.body.clone(), response.header("content-type")))
}
