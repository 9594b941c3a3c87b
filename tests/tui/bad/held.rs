//! What is held of a reply that has no measure: the settings say how much of it stays in memory, and how much is taken at all.

use std::fs;
use std::time::Duration;

use postrider::model::Outcome;
use postrider::tui::TuiOptions;

use super::rows;
use crate::user::User;

const MIB: usize = 1 << 20;
/// In MiB: what is taken of a body, and up to where it stays in memory.
const TAKEN: usize = 24;
const IN_MEMORY: usize = 1;
/// The most that the headers of one reply may take.
const HEADERS: usize = 5 * MIB;

/// The bytes of a reply that are in memory, those of its body in all, and those of its headers.
fn sizes(outcome: &Outcome) -> (usize, usize, usize) {
    let response = outcome.exchange.as_ref().and_then(|exchange| exchange.response());
    response.map_or((0, 0, 0), |response| {
        let headers = response.headers.iter().map(|(name, value)| name.len() + value.len());
        (response.body.resident(), response.body.len(), headers.sum())
    })
}

/// Looks at all that is held, of what arrives and of what has come; how much there is of the open request's.
fn is_bounded(user: &User, row: &str) -> usize {
    let shared = &user.app.state.shared;
    let arriving = shared
        .running
        .values()
        .filter_map(|running| running.arriving.as_deref());
    let done = shared.outcomes.iter().map(|(_, outcome)| &**outcome);
    for outcome in arriving.chain(done) {
        let (resident, len, headers) = sizes(outcome);
        assert!(
            resident <= IN_MEMORY * MIB,
            "{row}: {resident} bytes in memory of {len}"
        );
        assert!(len <= TAKEN * MIB, "{row}: {len} bytes are taken");
        assert!(headers <= HEADERS, "{row}: {headers} bytes of headers");
    }
    let open = shared.open.and_then(|open| shared.outcomes.get(&open));
    open.map_or(0, |outcome| sizes(outcome).1)
}

#[test]
fn what_is_held_of_a_reply_without_measure_is_bounded_by_the_settings() {
    let (home, rows) = super::workspace(rows::without_measure());
    let config = home.root().join("../home/config/config.toml");
    fs::write(config, format!("response_limit = {TAKEN}\nmemory = {IN_MEMORY}\n")).unwrap();
    let options = TuiOptions {
        demo: None,
        ..home.options(Duration::from_mins(10))
    };
    let mut user = User::open(&options, (140, 40));
    user.sees("Bad");
    for (slug, row) in &rows {
        user.press("2/").press(slug).press("<enter>").sees(&format!("/{slug}"));
        user.press("<ctrl-j>4");
        let mut largest = 0;
        user.until(&format!("the end ({})", row.name), |user| {
            largest = largest.max(is_bounded(user, row.name));
            user.app.state.shared.running.is_empty()
        });
        for text in &row.sees {
            user.sees(text);
        }
        // The row is what it says: as much came as may.
        assert_eq!(largest == TAKEN * MIB, row.code == 1, "{}: {largest}", row.name);
    }
}
