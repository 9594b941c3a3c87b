//! An earlier response of the request, looked at instead of the last one until another comes.
//!
//! ```text
//! H ─▶ list of what shared.outcomes keeps ─▶ Action::View(number) ─▶ Looked(number, last one then) ─▶ shown()
//! another outcome, one that arrives, or Esc ─▶ the last one again
//! ```

use std::collections::HashMap;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::model::{NodeId, Outcome};
use crate::tui::action::Action as Any;
use crate::tui::command::Command;
use crate::tui::modals::{Item, Picker};
use crate::tui::panes::Cx;
use crate::tui::shared::{Level, Shared};

use super::tab::Tab;
use super::{Action, State, words};

/// Which earlier response is looked at, of each request where one is.
#[derive(Debug, Default)]
pub(super) struct Earlier(HashMap<NodeId, Looked>);

#[derive(Clone, Copy, Debug)]
struct Looked {
    number: u64,
    /// The last one at that time: with another one it is over.
    last: Option<u64>,
}

impl Earlier {
    /// Lets go of those that something newer has come for, and of those that had to go.
    pub(super) fn settle(&mut self, shared: &Shared) {
        self.0.retain(|node, looked| {
            let arrives = shared
                .running
                .get(node)
                .is_some_and(|running| running.arriving.is_some());
            let there = shared.outcomes.numbered(node, looked.number).is_some();
            there && !arrives && shared.outcomes.number(node) == looked.last
        });
    }

    /// What is to be shown of a request: the one that is looked at, else what arrives, else what came last.
    pub(super) fn shown<'s>(&self, shared: &'s Shared, node: NodeId) -> Option<&'s Arc<Outcome>> {
        if let Some(looked) = self.0.get(&node) {
            return shared.outcomes.numbered(&node, looked.number);
        }
        let arriving = shared.running.get(&node).and_then(|running| running.arriving.as_ref());
        arriving.or_else(|| shared.outcomes.get(&node))
    }

    /// Whether an earlier one of a request is looked at.
    pub(super) fn is_at(&self, node: NodeId) -> bool {
        self.0.contains_key(&node)
    }

    /// Goes back to the last one of a request; whether another one was looked at.
    pub(super) fn leave(&mut self, node: NodeId) -> bool {
        self.0.remove(&node).is_some()
    }
}

/// Offers the responses of the request that are kept.
pub(super) fn ask(state: &State, cx: &mut Cx<'_>) {
    let shared = &*cx.shared;
    let all = state.open.into_iter().flat_map(|node| shared.outcomes.answered(&node));
    let shown = state.place().map(|place| &place.outcome);
    let last = state.open.and_then(|node| shared.outcomes.number(&node));
    let items: Vec<Item> = all
        .filter_map(|(number, outcome)| {
            let response = outcome.exchange.as_ref()?.response()?;
            let size = words::size(response.body.len() as u64);
            let cut = if response.truncated.is_some() {
                ", not whole"
            } else {
                ""
            };
            Some(Item {
                label: label(outcome),
                detail: format!("{size}{cut}"),
                right: if last == Some(number) { "the last one" } else { "" }.to_owned(),
                current: shown.is_some_and(|shown| Arc::ptr_eq(shown, outcome)),
                commands: vec![Command::Act(Any::Response(Action::View(number)))],
                ..Item::default()
            })
        })
        .collect();
    let failed = items.iter().all(|item| item.right.is_empty());
    if items.is_empty() || items.len() == 1 && !failed {
        let text = if items.is_empty() {
            "no response of this request is kept yet: send it"
        } else {
            "there is no earlier response of this request: send it again"
        };
        return cx.shared.notify(Level::Info, text);
    }
    let picker = Picker::new("Responses of this session", items);
    cx.commands.push(Command::Show(Box::new(picker.into())));
}

/// Looks at a response by its number.
pub(super) fn view(state: &mut State, number: u64, cx: &mut Cx<'_>) {
    let Some(node) = state.open else { return };
    let last = cx.shared.outcomes.number(&node);
    if last == Some(number) {
        state.earlier.leave(node);
    } else if cx.shared.outcomes.numbered(&node, number).is_some() {
        state.earlier.0.insert(node, Looked { number, last });
    } else {
        return cx
            .shared
            .notify(Level::Info, "that response had to make room for later ones");
    }
    state.lend(Tab::Body);
}

/// `2026-11-23 12:00:01.203 · 200 OK`: two of one second are told apart.
pub(super) fn label(outcome: &Outcome) -> String {
    let Some(exchange) = &outcome.exchange else {
        return String::new();
    };
    let at = exchange.started.to_zoned(TimeZone::system());
    let status = exchange.response().map_or_else(String::new, |response| {
        format!(
            " · {:03} {}",
            response.status,
            outcome.redactor.redact(&response.reason)
        )
    });
    format!("{}{status}", at.strftime("%Y-%m-%d %H:%M:%S%.3f"))
        .trim_end()
        .to_owned()
}

/// The same where two of them share a line: `12:00:01.203 · 200`.
pub(super) fn short(outcome: &Outcome) -> String {
    let response = outcome.exchange.as_ref().and_then(|exchange| exchange.response());
    let status = response.map_or_else(String::new, |response| format!(" · {:03}", response.status));
    time(outcome) + &status
}

/// When it was sent: `12:00:01.203`.
pub(super) fn time(outcome: &Outcome) -> String {
    let started = outcome.exchange.as_ref().map(|exchange| exchange.started);
    started.map_or_else(String::new, |at| {
        at.to_zoned(TimeZone::system()).strftime("%H:%M:%S%.3f").to_string()
    })
}
