//! One fetching of a token, for all that wait for it.
//!
//! It runs in a task of its own: whoever began it may be cancelled while others wait. When the last one has gone, it
//! ends.

use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::origin::{Cause, Failure, Fetched, Fetching, Origin};
use super::store::{TokenStore, Want};
use crate::model::token::{Hold, Token, TokenKeeper, TokenKey};
use crate::model::{NodeId, Outcome};

/// The pause between two tries.
const PAUSE: Duration = Duration::from_millis(300);
/// How often another postrider is looked at that fetches the same token.
const LOOK: Duration = Duration::from_millis(20);

/// What came of a flight.
#[derive(Clone, Debug)]
pub struct Landed {
    /// The token, or why there is none.
    pub token: Result<Arc<Token>, Failure>,
    /// Why it was fetched: a first one because there was none, also where it was asked for.
    pub cause: Cause,
    /// Where it came from, for the person who reads; empty when another postrider has fetched it.
    pub from: String,
    /// The saved request, if it was one.
    pub node: Option<NodeId>,
    /// All that came of that request.
    pub outcome: Option<Arc<Outcome>>,
    /// How long it took, the wait for other postriders included.
    pub took: Duration,
    /// Why it could not be kept, if it could not.
    pub unkept: Option<String>,
    /// See [`Fetched::unrenewed`].
    pub unrenewed: Option<String>,
    /// What came of it first, where it was tried once more.
    pub before: Option<String>,
}

/// A flight that has not landed.
pub(super) struct Flight {
    /// Tells it from others.
    pub number: u64,
    /// See [`Origin::made_of`].
    pub made_of: u64,
    landed: watch::Receiver<Option<Arc<Landed>>>,
    cancel: CancellationToken,
    /// Ends the flight when all that wait have gone.
    riders: Weak<DropGuard>,
}

/// A place among those that wait.
pub(super) struct Landing {
    landed: watch::Receiver<Option<Arc<Landed>>>,
    _rider: Arc<DropGuard>,
}

impl Flight {
    /// Ends it: what it brings is not wanted any more.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// A place among those that wait; `None` when all have gone and it is about to end.
    pub fn join(&self) -> Option<Landing> {
        Some(Landing {
            landed: self.landed.clone(),
            _rider: self.riders.upgrade()?,
        })
    }
}

impl Landing {
    /// What came of it; `None` when it was cut off.
    pub async fn wait(&mut self) -> Option<Arc<Landed>> {
        let landed = self.landed.wait_for(Option::is_some).await.ok()?;
        landed.clone()
    }
}

/// Begins to fetch a token; the number tells this flight from others.
pub(super) fn begin(
    number: u64,
    made_of: u64,
    store: TokenStore,
    origin: Arc<dyn Origin>,
    want: Want,
    known: Option<Arc<Token>>,
) -> (Flight, Landing) {
    let cancel = CancellationToken::new();
    let rider = Arc::new(cancel.clone().drop_guard());
    let (sender, landed) = watch::channel(None);
    let flight = Flight {
        number,
        made_of,
        landed: landed.clone(),
        cancel: cancel.clone(),
        riders: Arc::downgrade(&rider),
    };
    tokio::spawn(async move {
        let key = origin.key();
        tokio::select! {
            biased;
            () = cancel.cancelled() => {}
            done = fetch(&store, number, origin, &want, known, &cancel) => {
                let done = Arc::new(done);
                store.land(&key, number, &done);
                // Those that waited may all have gone.
                let _ = sender.send(Some(done));
            }
        }
    });
    (flight, Landing { landed, _rider: rider })
}

async fn fetch(
    store: &TokenStore,
    number: u64,
    origin: Arc<dyn Origin>,
    want: &Want,
    known: Option<Arc<Token>>,
    cancel: &CancellationToken,
) -> Landed {
    let began = Instant::now();
    let key = origin.key();
    let is_first = want.held.is_none() && known.is_none() && want.cause == Cause::Asked;
    let cause = if is_first { Cause::Missing } else { want.cause };
    let keeper = store.keeper().filter(|_| key.audience.is_empty());
    let mut unkept = None;
    // Until the token is kept.
    let _hold = match &keeper {
        None => None,
        Some(keeper) => hold(keeper, &key).await.unwrap_or_else(|error| {
            unkept = Some(error);
            None
        }),
    };
    let theirs = match &keeper {
        Some(keeper) if want.cause != Cause::Asked => on_disk(keeper, &key, |keeper, key| keeper.load(key)).await,
        _ => None,
    };
    // What cannot be read is not none: whoever has fetched it has to know.
    let theirs = theirs.unwrap_or(Ok(None)).unwrap_or_else(|error| {
        unkept = Some(error);
        None
    });
    let newest = theirs.clone().map(Arc::new).or(known);
    if let Some(token) = theirs.and_then(|kept| store.of_others(&key, want, origin.renew_before(), kept)) {
        return Landed {
            token: Ok(Arc::new(token)),
            cause: want.cause,
            from: String::new(),
            node: None,
            outcome: None,
            took: began.elapsed(),
            unkept: None,
            unrenewed: None,
            before: None,
        };
    }
    let fetching = Fetching {
        cause: want.cause,
        known: newest,
        cancel: cancel.clone(),
    };
    let (fetched, before) = persistently(&origin, &fetching).await;
    let refused = matches!(want.cause, Cause::Refused(_) | Cause::RefusedEarlier);
    let token = match fetched.token {
        Ok(token) if refused && want.held.as_ref() == Some(&token.value) => {
            let text = format!("`{}` returned the very token that was refused", fetched.from);
            Err(Failure::new(text).hint("the server hands out a token that it does not take; ask its administrator"))
        }
        token => token.map(Arc::new),
    };
    if let (Ok(token), Some(keeper)) = (&token, &keeper) {
        let (store, token) = (store.clone(), token.clone());
        let kept = on_disk(keeper, &key, move |keeper, key| {
            store.keep_landed(keeper, key, number, &token)
        })
        .await;
        unkept = kept.and_then(Result::err).or(unkept);
    }
    Landed {
        token,
        cause,
        from: fetched.from,
        node: fetched.node,
        outcome: fetched.outcome,
        took: began.elapsed().saturating_sub(origin.thought()),
        unkept,
        unrenewed: fetched.unrenewed,
        before,
    }
}

/// Tries once more when it may be otherwise in a moment: not to fail all that wait for a hiccup; with what came of it first,
/// then.
async fn persistently(origin: &Arc<dyn Origin>, fetching: &Fetching) -> (Fetched, Option<String>) {
    let first = origin.clone().fetch(fetching.clone()).await;
    match &first.token {
        Err(failure) if failure.transient || (failure.empty && fetching.known.is_some()) => {
            tokio::time::sleep(PAUSE).await;
            let before = failure.message.clone();
            (origin.clone().fetch(fetching.clone()).await, Some(before))
        }
        _ => (first, None),
    }
}

/// Waits until no other postrider fetches the token.
async fn hold(keeper: &Arc<dyn TokenKeeper>, key: &TokenKey) -> Result<Option<Hold>, String> {
    loop {
        match on_disk(keeper, key, |keeper, key| keeper.try_hold(key)).await {
            None => return Ok(None),
            Some(Err(error)) => return Err(error),
            Some(Ok(Some(hold))) => return Ok(Some(hold)),
            Some(Ok(None)) => tokio::time::sleep(LOOK).await,
        }
    }
}

/// Does what may wait for the disk; `None` when the program is ending.
async fn on_disk<T: Send + 'static>(
    keeper: &Arc<dyn TokenKeeper>,
    key: &TokenKey,
    work: impl FnOnce(&dyn TokenKeeper, &TokenKey) -> T + Send + 'static,
) -> Option<T> {
    let (keeper, key) = (Arc::clone(keeper), key.clone());
    tokio::task::spawn_blocking(move || work(&*keeper, &key)).await.ok()
}
