//! What servers said, kept for the requests to come: digest nonces and the clocks of Hawk's servers.
//!
//! It lives as long as the program and is never written down.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Netrc;
use super::challenge::Challenge;
use crate::model::Secret;

/// So many servers are remembered; then all are forgotten and asked anew, which costs each one request.
const MOST: usize = 1000;

/// The memory of all signers. Cheap to clone: clones share it.
#[derive(Clone, Default)]
pub struct Memory {
    remembered: Arc<Mutex<Remembered>>,
    netrc: Option<Arc<Netrc>>,
    ticket: Option<Result<Secret, String>>,
}

/// By server and user.
#[derive(Default)]
struct Remembered {
    digests: HashMap<String, Digest>,
    clocks: HashMap<String, i64>,
}

/// A digest challenge, and how often its nonce was used.
#[derive(Clone)]
pub(super) struct Digest {
    pub challenge: Challenge,
    /// Ours, of which a session's key is made: the same as long as the server's is.
    pub client_nonce: String,
    pub count: u32,
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}

impl Memory {
    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same, with the user's leave to use this file.
    #[must_use]
    pub fn with_netrc(&self, netrc: Netrc) -> Self {
        Self {
            netrc: Some(Arc::new(netrc)),
            ..self.clone()
        }
    }

    /// The user's netrc, if it may be used.
    pub(super) fn netrc(&self) -> Option<&Netrc> {
        self.netrc.as_deref()
    }

    /// The same with a Kerberos ticket for the server of the request, in Base64, or why there is none.
    #[must_use]
    pub fn with_ticket(&self, ticket: Result<Secret, String>) -> Self {
        Self {
            ticket: Some(ticket),
            ..self.clone()
        }
    }

    /// That ticket; `None` without the user's leave.
    pub(super) fn ticket(&self) -> Option<&Result<Secret, String>> {
        self.ticket.as_ref()
    }

    /// The challenge of a server, its nonce counted once more: no two requests get the same count.
    pub(super) fn next_digest(&self, key: &str) -> Option<Digest> {
        let mut own = self.lock();
        let digest = own.digests.get_mut(key)?;
        digest.count += 1;
        Some(digest.clone())
    }

    /// Keeps a challenge; the count begins anew.
    pub(super) fn keep_digest(&self, key: &str, challenge: Challenge, client_nonce: String) {
        let mut own = self.lock();
        if own.digests.len() >= MOST {
            own.digests.clear();
        }
        let digest = Digest {
            challenge,
            client_nonce,
            count: 0,
        };
        own.digests.insert(key.to_owned(), digest);
    }

    /// Puts the nonce that is to be used next in the place of one.
    pub(super) fn renew_digest(&self, key: &str, nonce: &str, next: &str) {
        if let Some(digest) = self.lock().digests.get_mut(key)
            && digest.challenge.param("nonce") == Some(nonce)
            && nonce != next
        {
            digest.challenge.set("nonce", next);
            digest.count = 0;
        }
    }

    /// Forgets the challenge with this nonce.
    pub(super) fn forget_digest(&self, key: &str, nonce: &str) {
        let mut own = self.lock();
        if own.digests.get(key).and_then(|kept| kept.challenge.param("nonce")) == Some(nonce) {
            own.digests.remove(key);
        }
    }

    /// How many seconds a server's clock is before ours.
    pub(super) fn clock(&self, key: &str) -> i64 {
        self.lock().clocks.get(key).copied().unwrap_or_default()
    }

    /// Keeps that.
    pub(super) fn keep_clock(&self, key: &str, seconds: i64) {
        let mut own = self.lock();
        if own.clocks.len() >= MOST {
            own.clocks.clear();
        }
        own.clocks.insert(key.to_owned(), seconds);
    }
}
