//! What collections may, as it stands at the start.

use std::collections::HashSet;

use futures_util::FutureExt as _;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::exec::{Asking, Consent as _, Permission, Word};

/// Whether the collection at a place may read a variable of the shell; `None` where the user is asked.
fn may(app: &App, place: &str) -> Option<Word> {
    let asking = Asking {
        place: place.to_owned(),
        ..Asking::default()
    };
    let voice = app.helpers.as_ref().unwrap().sends.asker.of(CancellationToken::new());
    voice.may(&asking, &Permission::Env("A".to_owned())).now_or_never()
}

#[test]
fn a_write_of_another_takes_nothing_that_collections_may_and_what_is_gone_ends_all_the_same() {
    let home = tempfile::tempdir().unwrap();
    settled(&home).finish();
    let options = options(&home);
    let (mut state, _) = Database::open(&options.paths, &options.root).unwrap();
    for place in ["api", "gone"] {
        state.add_consent(place, "env A").unwrap();
    }
    let file = crate::store::state::folder_for(&options.paths, &options.root).join("state.db");
    let other = rusqlite::Connection::open(file).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut app = App::load(&options).unwrap();
    app.start(&options, false).unwrap();
    assert_eq!(may(&app, "api"), Some(Word::Yes), "nobody is asked again");
    other.execute_batch("ROLLBACK").unwrap();
    app.finish();
    let app = settled_as_it_is(&home);
    assert_eq!((may(&app, "api"), may(&app, "gone")), (Some(Word::Yes), None));
    let left = [("api".to_owned(), "env A".to_owned())];
    assert_eq!(state.consents().unwrap(), HashSet::from(left));
}
