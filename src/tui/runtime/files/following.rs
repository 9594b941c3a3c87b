//! What is kept locally follows the files: drafts, values, tokens, and what the sources of imports had for their secrets.

use super::{Database, Worker};
use crate::foreign::sources_of;
use crate::model::ItemPath;
use crate::model::variable::Owner;
use crate::store::Place;
use crate::store::seal::SealError;
use crate::store::state;

impl Worker {
    /// Lets what is kept locally follow a renaming.
    pub(super) fn renamed(&mut self, from: &Place, to: &Place) {
        self.others();
        let Some(kept) = &mut self.database else {
            return;
        };
        let drafts = match (from, to) {
            (Place::Request(from), Place::Request(to)) => kept.state.rename_request(from, to),
            (Place::Group(from), Place::Group(to)) => kept.state.rename_group(from, to),
            _ => Ok(()),
        };
        if drafts.is_ok() {
            kept.drafts_renamed(from, to);
        }
        let Database {
            state: database, known, ..
        } = kept;
        let kept = match (from, to) {
            (Place::Environment(from), Place::Environment(to)) => database.rename_environment(from, to),
            (Place::Request(_), Place::Request(_)) => drafts,
            (Place::Group(from), Place::Group(to)) => {
                let kept = drafts;
                // Another group may come to be where this one was; what it got is not that one's. In another collection it
                // has to get its own.
                let moved = if from.is_of_one_with(to) {
                    database.rename_tokens(|key| key.moved(from, to))
                } else {
                    database.forget_tokens(|key| key.is_below(from))
                };
                let moved = match moved {
                    // What is locked cannot be filed anew.
                    Err(state::StateError::Seal(SealError::Locked)) => database.forget_tokens(|key| key.is_below(from)),
                    moved => moved,
                };
                let kept = kept.and(moved);
                let owner = |path: &ItemPath| Owner::Collection(path.to_string());
                if from.parent().is_none() && to.parent().is_none() {
                    kept.and(database.rename_owner(&owner(from), &owner(to)))
                } else {
                    kept
                }
            }
            _ => return,
        };
        let sources = match (sources_of(from), sources_of(to)) {
            (Some(from), Some(to)) => match database.rename_values(&Owner::Source, &from, &to) {
                Err(state::StateError::Seal(SealError::Locked)) => database.forget_values(&Owner::Source, &from),
                moved => moved,
            },
            _ => Ok(()),
        };
        let kept = kept.and(sources).and_then(|()| known.refresh(database));
        self.kept(kept);
    }

    /// Lets what is kept locally go with what is removed.
    pub(super) fn forget_kept(&mut self, place: &Place) {
        let Some(Database { state, known, .. }) = &mut self.database else {
            return;
        };
        let kept = match place {
            Place::Environment(slug) => state
                .forget_owner(&Owner::Tokens(slug.clone()))
                .and_then(|()| state.forget_owner(&Owner::Environment(slug.clone()))),
            Place::Group(path) => {
                let kept = state.forget_tokens(|key| key.is_below(path));
                if path.parent().is_none() {
                    kept.and(state.forget_owner(&Owner::Collection(path.to_string())))
                } else {
                    kept
                }
            }
            Place::Request(_) => Ok(()),
            Place::Globals => return,
        };
        let sources = sources_of(place).map_or(Ok(()), |start| state.forget_values(&Owner::Source, &start));
        let kept = kept.and(sources).and_then(|()| known.refresh(state));
        self.kept(kept);
    }
}
