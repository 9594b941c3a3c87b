//! What the pane keeps of a request's last outcome: the body with its index, and where one was in each tab.

use std::sync::Arc;

use crate::model::Outcome;
use crate::tui::widgets::body::{Document, Syntax, View};

use super::page::Seat;
use super::tab::Tab;

/// One outcome, as it is looked at.
#[derive(Debug)]
pub(super) struct Place {
    pub outcome: Arc<Outcome>,
    /// The name of this body's indexing; also tells one outcome's pages from another's.
    pub id: u64,
    /// The body; `None` when no response came.
    pub body: Option<Body>,
    seats: [Seat; Tab::ALL.len()],
}

/// A body and where one is in it.
#[derive(Debug)]
pub(super) struct Body {
    pub document: Document,
    pub view: View,
}

impl Place {
    pub(super) fn new(outcome: Arc<Outcome>, id: u64) -> Self {
        let response = outcome.exchange.as_ref().and_then(|exchange| exchange.response());
        let body = response.map(|response| {
            let media_type = response.header("content-type");
            let syntax = Syntax::guess(media_type.as_deref(), &response.body);
            Body {
                document: Document::new(response.body.clone(), syntax),
                view: View::new(),
            }
        });
        Self {
            outcome,
            id,
            body,
            seats: [Seat::default(); Tab::ALL.len()],
        }
    }

    pub(super) fn seat(&self, tab: Tab) -> Seat {
        self.seats[tab as usize]
    }

    pub(super) fn seat_mut(&mut self, tab: Tab) -> &mut Seat {
        &mut self.seats[tab as usize]
    }
}
