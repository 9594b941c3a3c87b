//! Runs of 20 requests a second, 8 at once, against a desk that is in some mood.
//!
//! They take three seconds with tokens that live one, and ask for what holds on any machine. How long a token serves is a
//! question of how fast the two sides hear of each other, so the clock bounds nothing there, but what the desk counted: the
//! lives of tokens that it saw begin, and twice as many requests for one. `POSTRIDER_MINUTE` makes it the minute with tokens of three seconds
//! that the promise is about, holds it to the least possible number, and says the figures:
//!
//! ```text
//! POSTRIDER_MINUTE=1 cargo test --lib minute:: -- --nocapture
//! ```
//!
//! # The least possible number of token requests
//!
//! A token counts as ended in the last tenth of its life, so a request for one is needed when there is none that is good for
//! longer: the first time, a life later, after it was revoked, and after one that was answered with none. The desk counts
//! those that are not needed, and those that come while another one is being answered: there must be neither. What is left
//! has a bound: a token serves nine tenths of its life, unless it is revoked.

#![expect(clippy::print_stdout, reason = "the figures of a minute are to be read")]

use std::time::{Duration, Instant};

use super::desk::{Client, Desk, GET, Mood, source, status};
use crate::exec::renewal::TokenStore;
use crate::exec::{RunEvent, RunOptions, SendContext, run};
use crate::model::Outcome;
use crate::model::outcome::ConsoleLine;
use crate::model::token::TokenSource;

const PARALLEL: usize = 8;
/// What each of them waits before a request: 20 a second in all.
const DELAY: Duration = Duration::from_millis(400);
const A_SECOND: usize = 20;
/// What passes after a failure until it is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether it is the minute of the promise, on a machine that has time for it.
fn is_minute() -> bool {
    std::env::var_os("POSTRIDER_MINUTE").is_some()
}

/// How many seconds a run is to take, and how long a token lives.
fn lengths() -> (usize, Duration) {
    if is_minute() {
        (60, Duration::from_secs(3))
    } else {
        (3, Duration::from_secs(1))
    }
}

/// What came of a run.
#[derive(Debug, Default)]
struct Came {
    well: usize,
    /// Refused in the end.
    refused: usize,
    /// Of these, those that were not told why there is no better token.
    untold: usize,
    /// Not sent, and why.
    unsent: Vec<String>,
    took: Duration,
}

impl Came {
    fn count(&mut self, outcome: &Outcome) {
        match outcome.exchange.as_ref().map(|exchange| &exchange.result) {
            Some(Err(error)) => self.unsent.push(error.to_string()),
            _ if status(outcome) == 200 => self.well += 1,
            _ => {
                self.refused += 1;
                let told = |line: &ConsoleLine| line.text.contains("was refused with 401, and");
                self.untold += usize::from(!outcome.console.iter().any(told));
            }
        }
    }

    fn all(&self) -> usize {
        self.well + self.refused + self.unsent.len()
    }

    /// How many tokens can have been needed: each serves nine tenths of its life, and `more`. Where that may have passed on
    /// the way, it is twice what the desk saw begin.
    fn lives(&self, desk: &Desk, more: Duration) -> usize {
        if !is_minute() {
            return 2 * desk.with(|book| book.lives) + 2;
        }
        let each = lengths().1 * 9 / 10 + more;
        usize::try_from(self.took.as_millis() / each.as_millis()).unwrap() + 1
    }
}

fn mood() -> Mood {
    Mood {
        ttl: lengths().1,
        ..Mood::default()
    }
}

/// All were sent, and answered well; one that was sent again may find the end of the next token, too, if it takes so long,
/// but few do.
fn assert_well(came: &Came) {
    assert!(came.unsent.is_empty(), "{came:?}");
    let most = if is_minute() { 0 } else { came.well };
    assert!(came.refused <= most, "{came:?}");
}

/// A run, and the desk as it was left: with no request that was not needed, and all requests answered or told why not.
async fn run_it(what: &str, mood: Mood) -> (Came, Desk) {
    run_with(what, mood, source()).await
}

async fn run_with(what: &str, mood: Mood, source: TokenSource) -> (Came, Desk) {
    let seconds = lengths().0;
    let desk = Desk::open(mood).await;
    let mut client = Client::new(&desk, vec![source]);
    // Its pauses pass.
    client.pipeline.tokens = Some(TokenStore::default());
    let options = RunOptions {
        requests: vec![client.nodes[GET]],
        iterations: Some(seconds * A_SECOND),
        delay: DELAY,
        parallel: PARALLEL,
        ..RunOptions::default()
    };
    let (mut came, began, context) = (Came::default(), Instant::now(), SendContext::default());
    run(
        &client.pipeline,
        &mut client.session,
        &options,
        &context,
        &mut |event| {
            if let RunEvent::Outcome(done) = event {
                came.count(done.outcome);
            }
        },
    )
    .await;
    came.took = began.elapsed();
    let told = desk.with(|book| {
        format!(
            "{what}: {} requests in {:.1} s: {} answered, {} refused in the end, {} not sent; {} token requests and {} to refresh, \
             {} not needed, {} at once; {} tokens revoked, {} refusals in all",
            came.all(),
            came.took.as_secs_f64(),
            came.well,
            came.refused,
            came.unsent.len(),
            book.asked,
            book.refreshed,
            book.needless,
            book.at_once,
            book.revoked,
            book.refused
        )
    });
    println!("{told}");
    assert_eq!((came.all(), came.untold), (seconds * A_SECOND, 0), "{told}");
    let (needless, at_once, lives) = desk.with(|book| (book.needless, book.at_once, book.lives));
    assert_eq!(at_once, 0, "{told}");
    assert!(needless <= if is_minute() { 0 } else { lives + 2 }, "{told}");
    (came, desk)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_fetched_once_a_life() {
    let (came, desk) = run_it("plain", mood()).await;
    assert_well(&came);
    assert!(desk.asked() <= came.lives(&desk, Duration::ZERO), "{}", desk.asked());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_can_be_refreshed_is_fetched_once() {
    let refresh = TokenSource {
        refresh: Some("refresh".into()),
        ..source()
    };
    let (came, desk) = run_with("refreshed", mood(), refresh).await;
    assert_well(&came);
    assert_eq!(desk.asked(), 1);
    let refreshed = desk.with(|book| book.refreshed);
    assert!(
        refreshed > 0 && refreshed < came.lives(&desk, Duration::ZERO),
        "{refreshed}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_token_is_fetched_once_more() {
    // Where a run is short, no token would serve long enough to be revoked.
    let ttl = if is_minute() {
        mood().ttl
    } else {
        Duration::from_mins(10)
    };
    let wanted = Mood {
        ttl,
        revokes: true,
        ..mood()
    };
    let (came, desk) = run_it("revoked", wanted).await;
    let revoked = desk.with(|book| book.revoked);
    assert_well(&came);
    // One that was at its end anyway, or the last of all, is shown to nobody again.
    let unseen = if is_minute() {
        came.lives(&desk, Duration::ZERO)
    } else {
        1
    };
    assert!(revoked > 0 && desk.refused() + unseen >= revoked, "{revoked}");
    assert!(
        desk.asked() <= came.lives(&desk, Duration::ZERO) + revoked,
        "{}",
        desk.asked()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_desk_is_waited_for_by_all() {
    let slow = lengths().1 * 2 / 3;
    let (came, desk) = run_it("slow", Mood { slow, ..mood() }).await;
    assert_well(&came);
    assert!(desk.asked() <= came.lives(&desk, slow), "{}", desk.asked());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_is_busy_every_other_time_is_asked_twice() {
    let (every_other, refuses) = (true, Some(503));
    let (came, desk) = run_it(
        "busy every other time",
        Mood {
            every_other,
            refuses,
            ..mood()
        },
    )
    .await;
    assert_well(&came);
    assert!(
        desk.asked() <= 2 * came.lives(&desk, Duration::ZERO),
        "{}",
        desk.asked()
    );
}

/// A desk that hands out nothing of use, which it does in these words; `times` in a row it is asked.
async fn useless(what: &str, wrong: Mood, said: &str, times: usize) {
    let (came, desk) = run_it(&format!("{what} always"), wrong).await;
    assert!(came.unsent.iter().all(|why| why.contains(said)), "{:?}", came.unsent);
    assert_eq!((came.well, desk.refused()), (0, 0));
    // The pause doubles: 1, 3, 7, 15 … seconds have passed when it is tried again.
    let most = usize::try_from((came.took.as_secs() + 1).ilog2()).unwrap() + 1;
    assert!(desk.asked() <= most * times, "{}, not {most} × {times}", desk.asked());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_in_a_200_is_told_to_all_and_makes_no_loop() {
    let wrong = Mood {
        error_in_200: true,
        ..mood()
    };
    let said = "answered 200 OK (invalid_client: Unknown client)";
    useless("an error in a 200", wrong.clone(), said, 1).await;
    // What may be a wrong password is not tried again at once, and all hear of it until then, at first: once it has brought a
    // token, it is.
    let every_other = true;
    let (came, desk) = run_it("an error in a 200 every other time", Mood { every_other, ..wrong }).await;
    assert!(came.unsent.iter().all(|why| why.contains(said)), "{:?}", came.unsent);
    let at_first = usize::try_from(PAUSE.as_secs()).unwrap() * A_SECOND + PARALLEL;
    assert!(
        !is_minute() || came.well > 0 && came.unsent.len() <= at_first && came.refused == 0,
        "{came:?}"
    );
    assert!(desk.asked() <= 2 * came.lives(&desk, PAUSE), "{}", desk.asked());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_told_to_all_and_makes_no_loop() {
    let wrong = Mood { stale: true, ..mood() };
    let said = "the token in it had expired 3 min before";
    useless("an expired token", wrong.clone(), said, 2).await;
    let every_other = true;
    let (came, desk) = run_it("an expired token every other time", Mood { every_other, ..wrong }).await;
    assert_well(&came);
    assert!(
        desk.asked() <= 2 * came.lives(&desk, Duration::ZERO),
        "{}",
        desk.asked()
    );
}
