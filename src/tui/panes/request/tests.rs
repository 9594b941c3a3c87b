//! The pane as a user meets it: keys in, screens and items out.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod finding;
mod screens;
mod typing;
mod values;

use std::sync::Arc;

use crate::model::{Entity, Request};
use crate::tui::command::Command;
use crate::tui::harness::Harness;

use super::Order;

/// A screen with an item open and the focus on it.
fn open(columns: u16, rows: u16, name: &str) -> Harness {
    let mut harness = Harness::new(columns, rows);
    let id = {
        let workspace = &harness.state.shared.workspace;
        let all = workspace.collections().iter().flat_map(|id| workspace.descendants(*id));
        let mut all = all.filter_map(|id| workspace.node(id));
        all.find(|node| node.entity.name() == name).unwrap().id
    };
    harness.state.shared.open = Some(id);
    // As if somebody had chosen the first tab: else a body may be seen before it.
    harness.state.panes.request.chosen.insert(id);
    harness.press("3");
    harness
}

/// The open request as it stands.
fn request(harness: &Harness) -> Arc<Request> {
    match harness.state.shared.open_entity() {
        Some(Entity::Request(request)) => request.clone(),
        other => panic!("no request: {other:?}"),
    }
}

/// Gives the pane an order, as a picker would.
fn order(harness: &mut Harness, order: Order) {
    let mut effects = Vec::new();
    harness.state.run(vec![Command::Request(order)], &mut effects);
    harness.state.sync(&mut effects);
    harness.effects.append(&mut effects);
}

/// Changes the open item from outside the pane.
fn change(harness: &mut Harness, change: impl FnOnce(&mut Request)) {
    let id = harness.state.shared.open.unwrap();
    let mut request = (*request(harness)).clone();
    change(&mut request);
    let entity = Entity::Request(Arc::new(request));
    let edits = vec![crate::model::edit::Edit::Replace { id, entity }];
    let command = Command::Edit {
        label: "change".into(),
        merge: None,
        edits,
    };
    let mut effects = Vec::new();
    harness.state.run(vec![command], &mut effects);
    harness.state.sync(&mut effects);
}
