//! Tokens: how long one lives, where it comes from, and which request makes a new one.
//!
//! A JWT (RFC 7519) says itself when it ends; for any other token the reply that brought it may have said `expires_in`
//! (RFC 6749, section 5.1). Nothing is verified here: that is the server's business, we only want to know the time.

mod sources;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::model::exchange::Response;
use crate::model::surrogates::without_halves;
use crate::model::variable::display_value;
use crate::vars::Scopes;

pub use sources::{
    Declared, TokenRequest, mentions, of_group, sends, sends_itself, token_for, token_sources, tokens_seen, uses,
};

/// A larger reply is no token's, in bytes: it is not looked through for one.
pub const LARGEST_REPLY: usize = 64 * 1024;

/// When a token began and when it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenLife {
    /// When it was issued, if it says.
    pub issued_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl TokenLife {
    /// How long it is still good; negative once it has ended.
    pub fn remaining(&self, now: Timestamp) -> SignedDuration {
        self.expires_at.duration_since(now)
    }

    /// Whether it has ended.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now >= self.expires_at
    }
}

/// What is known of a token variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenStatus {
    /// No scope defines it, or it is empty, `null` or `undefined`: the token request has not run yet, or in vain.
    Missing,
    /// It is there, but does not say when it ends.
    Opaque,
    /// It is good.
    Valid(TokenLife),
    /// It has ended.
    Expired(TokenLife),
}

/// What is known of a variable that holds a token.
pub fn status(variable: &str, scopes: &Scopes, now: Timestamp) -> TokenStatus {
    status_of(scopes.get(variable).map(|(_, binding)| &binding.value), now)
}

/// What is known of a value that is said to be a token; `None` is no value.
pub fn status_of(value: Option<&Value>, now: Timestamp) -> TokenStatus {
    let value = value.map(display_value).unwrap_or_default();
    match value.trim() {
        // A script that reads the token of a refused reply sets what is not there.
        "" | "null" | "undefined" => TokenStatus::Missing,
        value => match life(value) {
            None => TokenStatus::Opaque,
            Some(life) if life.is_expired(now) => TokenStatus::Expired(life),
            Some(life) => TokenStatus::Valid(life),
        },
    }
}

/// When a JWT ends, by its `exp` claim; `None` for anything that is no JWT or has none.
pub fn life(token: &str) -> Option<TokenLife> {
    let claims = claims(token)?;
    Some(TokenLife {
        issued_at: moment(claims.get("iat")),
        expires_at: moment(claims.get("exp"))?,
    })
}

/// A JWT's header and claims, for showing them; `None` for anything else.
pub fn decode(token: &str) -> Option<(Value, Value)> {
    let mut parts = token.split('.');
    let header = part(parts.next()?)?;
    Some((header, claims(token)?))
}

fn claims(token: &str) -> Option<Value> {
    let mut parts = token.split('.');
    let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
    parts.next().is_none().then(|| part(payload))?.filter(Value::is_object)
}

fn part(text: &str) -> Option<Value> {
    let bytes = URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    serde_json::from_str(&without_halves(&String::from_utf8_lossy(&bytes))).ok()
}

/// A `NumericDate`: seconds since 1970, fractions allowed.
fn moment(value: Option<&Value>) -> Option<Timestamp> {
    let seconds = value?.as_f64().filter(|seconds| seconds.is_finite())?;
    let since = SignedDuration::try_from_secs_f64(seconds).ok()?;
    Timestamp::UNIX_EPOCH.checked_add(since).ok()
}

/// How long the access token of a reply lives, by its `expires_in`, counted from `received`; or its refresh token, by what
/// servers that say it call that.
pub fn life_in_reply(response: &Response, received: Timestamp, refresh: bool) -> Option<TokenLife> {
    let body: Value = response.body.json().ok()?;
    let names: &[&str] = if refresh {
        &["refresh_expires_in", "refresh_token_expires_in"]
    } else {
        &["expires_in"]
    };
    let read = |value: &Value| match value {
        Value::Number(number) => number.as_f64(),
        // Some servers send it as text.
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let seconds: f64 = names.iter().filter_map(|name| body.get(name)).find_map(read)?;
    // That of a session of its own has no end, which Keycloak says so.
    if refresh && seconds <= 0.0 {
        return None;
    }
    let lasts = SignedDuration::try_from_secs_f64(seconds).ok()?;
    Some(TokenLife {
        issued_at: Some(received),
        expires_at: received.checked_add(lasts).ok()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scope;
    use serde_json::json;

    fn jwt(claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}.c2ln", part(&json!({"alg": "RS256"})), part(claims))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a moment")
    }

    #[test]
    fn a_jwt_tells_its_life() {
        let life = life(&jwt(&json!({"exp": 1600, "iat": 1000.0}))).expect("a life");
        assert_eq!((life.issued_at, life.expires_at), (Some(at(1000)), at(1600)));
        assert_eq!(life.remaining(at(1019)), SignedDuration::from_secs(581));
        assert!(!life.is_expired(at(1599)) && life.is_expired(at(1600)));
    }

    #[test]
    fn a_jwt_with_half_a_character_in_a_name_tells_its_life() {
        let claims = URL_SAFE_NO_PAD.encode(r#"{"exp": 1600, "name": "Party \ud83c"}"#);
        let life = life(&format!("e30.{claims}.c2ln")).expect("a life");
        assert_eq!(life.expires_at, at(1600));
    }

    #[test]
    fn other_texts_tell_nothing() {
        for text in [
            "",
            "opaque",
            "a.b.c",
            "..",
            "e30.e30",
            &jwt(&json!({"exp": "soon"})),
            &jwt(&json!({"exp": 1e300})),
        ] {
            assert_eq!(life(text), None, "{text}");
        }
    }

    #[test]
    fn a_status_follows_the_variable() {
        let mut scopes = Scopes::default();
        assert_eq!(status("t", &scopes, at(0)), TokenStatus::Missing);
        for none in [json!(null), json!(""), json!("undefined"), json!("null")] {
            scopes.layer_mut(Scope::Environment).set("t", none.clone(), "");
            assert_eq!(status("t", &scopes, at(0)), TokenStatus::Missing, "{none}");
        }
        scopes.layer_mut(Scope::Environment).set("t", json!("opaque"), "");
        assert_eq!(status("t", &scopes, at(0)), TokenStatus::Opaque);
        scopes
            .layer_mut(Scope::Environment)
            .set("t", json!(jwt(&json!({"exp": 10}))), "");
        assert!(matches!(status("t", &scopes, at(9)), TokenStatus::Valid(_)));
        assert!(matches!(status("t", &scopes, at(10)), TokenStatus::Expired(_)));
    }
}
