//! Refresh tokens: opaque, rotating, good for 30 minutes after their last use.
//!
//! A token names a session and holds a secret. Using it replaces the secret, so a stolen copy works at most once and the
//! theft shows. Kept in memory: they end with the server.

use std::collections::HashMap;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD};

use super::state::millis;
use super::token::{new_id, protobuf};

/// How long a refresh token is good after it was issued.
pub const LIFETIME: Duration = Duration::from_mins(30);

/// What a refresh token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Who logged in.
    pub login: String,
    /// Nonce of the first request; every refresh must bring it again.
    pub nonce: String,
    /// Scopes of the first request.
    pub scopes: Vec<String>,
}

/// Why a refresh token was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Unknown, used before, or too old.
    Unknown,
    /// Brought with another nonce.
    OtherNonce,
}

/// The sessions that can be refreshed.
#[derive(Default)]
pub struct RefreshTokens {
    sessions: HashMap<String, Entry>,
}

struct Entry {
    session: Session,
    secret: String,
    /// Milliseconds since 1970.
    expires: u64,
}

impl std::fmt::Debug for RefreshTokens {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("RefreshTokens")
            .field("sessions", &self.sessions.len())
            .finish()
    }
}

impl RefreshTokens {
    /// Opens a session and returns its first token.
    pub fn issue(&mut self, session: Session, now_ms: u64) -> String {
        self.sessions.retain(|_, entry| entry.expires > now_ms);
        let (id, secret) = (new_id(), new_id());
        let token = encode(&id, &secret);
        self.sessions.insert(
            id,
            Entry {
                session,
                secret,
                expires: now_ms.saturating_add(millis(LIFETIME)),
            },
        );
        token
    }

    /// Takes a token for a new one; the life starts anew. A wrong nonce leaves the token as it was.
    pub fn rotate(&mut self, token: &str, nonce: &str, now_ms: u64) -> Result<(Session, String), Refused> {
        let (id, secret) = decode(token).ok_or(Refused::Unknown)?;
        let entry = self.sessions.get_mut(&id).ok_or(Refused::Unknown)?;
        if entry.secret != secret || entry.expires <= now_ms {
            return Err(Refused::Unknown);
        }
        if entry.session.nonce != nonce {
            return Err(Refused::OtherNonce);
        }
        entry.secret = new_id();
        entry.expires = now_ms.saturating_add(millis(LIFETIME));
        Ok((entry.session.clone(), encode(&id, &entry.secret)))
    }
}

fn encode(id: &str, secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(protobuf(&[id, secret]))
}

fn decode(token: &str) -> Option<(String, String)> {
    let bytes = URL_SAFE_NO_PAD.decode(token).or_else(|_| URL_SAFE.decode(token)).ok()?;
    let (id, rest) = field(&bytes, 1)?;
    let (secret, _) = field(rest, 2)?;
    Some((id, secret))
}

fn field(bytes: &[u8], number: u8) -> Option<(String, &[u8])> {
    let (&[tag, length], rest) = bytes.split_first_chunk::<2>()?;
    let (text, rest) = rest.split_at_checked(usize::from(length))?;
    (tag == (number << 3 | 2)).then_some(())?;
    Some((String::from_utf8(text.to_vec()).ok()?, rest))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn session() -> Session {
        Session {
            login: "admin".to_owned(),
            nonce: "nonce".to_owned(),
            scopes: vec!["offline".to_owned()],
        }
    }

    #[test]
    fn a_token_works_once_and_its_successor_after_it() {
        let mut tokens = RefreshTokens::default();
        let first = tokens.issue(session(), 0);
        let (known, second) = tokens.rotate(&first, "nonce", 1).unwrap();
        assert_eq!(known, session());
        assert_eq!(tokens.rotate(&first, "nonce", 2), Err(Refused::Unknown));
        assert!(tokens.rotate(&second, "nonce", 3).is_ok());
    }

    #[test]
    fn life_slides_and_ends() {
        let mut tokens = RefreshTokens::default();
        let half = millis(LIFETIME) / 2;
        let mut token = tokens.issue(session(), 0);
        for step in 1..4 {
            token = tokens.rotate(&token, "nonce", step * half).unwrap().1;
        }
        assert_eq!(
            tokens.rotate(&token, "nonce", 3 * half + millis(LIFETIME)),
            Err(Refused::Unknown)
        );
    }

    #[test]
    fn another_nonce_is_refused_and_spoils_nothing() {
        let mut tokens = RefreshTokens::default();
        let token = tokens.issue(session(), 0);
        assert_eq!(tokens.rotate(&token, "other", 1), Err(Refused::OtherNonce));
        assert!(tokens.rotate(&token, "nonce", 2).is_ok());
        assert_eq!(tokens.rotate("no token", "nonce", 2), Err(Refused::Unknown));
    }
}
