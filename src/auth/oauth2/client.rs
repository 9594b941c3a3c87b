//! How the client proves who it is to the token endpoint (RFC 6749, section 2.3; RFC 7523; `OpenID` Connect Core,
//! section 9).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Map, json};

use super::config::OAuthClient;
use super::error::OAuthError;
use super::pkce;
use crate::auth::jose::{Algorithm, JwtError, Key, PrivateKey, sign_jwt};
use crate::model::{Secret, percent};

/// What says that the proof is a JWT (RFC 7523, section 2.2).
pub(super) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How long such a proof is good, in seconds; clocks differ, and it is used at once and once only.
const LASTS: i64 = 120;

/// The keys' own algorithms, the most usual first, for a key whose algorithm was not named.
const USUAL: [&str; 5] = ["RS256", "ES256", "ES384", "ES512", "EdDSA"];

/// What is signed.
pub(super) struct Assertion<'a> {
    /// With the private key, or else with the secret.
    pub by_key: bool,
    /// For whom.
    pub audience: &'a str,
    /// When.
    pub now: Timestamp,
}

/// Id and secret for Basic: each encoded as a form, so that a colon in the id does no harm (section 2.3.1).
pub(super) fn basic(client: &OAuthClient) -> Secret {
    let form = |text: &str| percent::form(text).replace("%20", "+");
    let both = format!("{}:{}", form(&client.id), form(client.secret.reveal()));
    Secret::new(STANDARD.encode(both))
}

/// A JWT that says who the client is.
pub(super) fn assertion(client: &OAuthClient, about: &Assertion<'_>) -> Result<Secret, OAuthError> {
    let now = about.now.as_second();
    let claims = json!({
        "iss": client.id,
        "sub": client.id,
        "aud": about.audience,
        "jti": pkce::random().reveal(),
        "iat": now,
        "exp": now + LASTS,
    });
    let mut header = Map::new();
    header.insert("typ".to_owned(), "JWT".into());
    if about.by_key && !client.key_id.is_empty() {
        header.insert("kid".to_owned(), client.key_id.as_str().into());
    }
    let sign = |word: &str, key: Key<'_>| {
        let claims = claims.as_object().cloned().unwrap_or_default();
        Algorithm::from_word(word).and_then(|algorithm| sign_jwt(algorithm, key, &header, &claims))
    };
    let told = |error: &dyn std::fmt::Display| OAuthError::Assertion(error.to_string());
    let given = client.algorithm.as_str();
    let signed = if about.by_key {
        let key = PrivateKey::read(client.key.reveal()).map_err(|error| told(&error))?;
        match given {
            "" => {
                let fits = |word: &&str| match sign(word, Key::Private(&key)) {
                    Err(JwtError::Mismatch { .. }) => None,
                    signed => Some(signed),
                };
                let unknown = || Err(JwtError::Algorithm(String::new()));
                USUAL.iter().find_map(fits).unwrap_or_else(unknown)
            }
            given => sign(given, Key::Private(&key)),
        }
    } else {
        sign(
            if given.is_empty() { "HS256" } else { given },
            Key::Secret(client.secret.reveal().as_bytes()),
        )
    };
    signed.map(Secret::new).map_err(|error| told(&error))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::Value;

    fn client(secret: &str, key: &str) -> OAuthClient {
        OAuthClient {
            id: "my:id é".into(),
            secret: Secret::new(secret),
            authentication: None,
            key: Secret::new(key),
            key_id: "k1".into(),
            algorithm: String::new(),
        }
    }

    fn about(by_key: bool) -> Assertion<'static> {
        Assertion {
            by_key,
            audience: "https://as/token",
            now: Timestamp::from_second(1000).unwrap(),
        }
    }

    fn parts(jwt: &Secret) -> (Value, Value) {
        let part = |n: usize| {
            let text = jwt.reveal().split('.').nth(n).unwrap();
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).unwrap()).unwrap()
        };
        (part(0), part(1))
    }

    #[test]
    fn both_halves_are_encoded() {
        let text = STANDARD.decode(basic(&client("a+b %:", "")).reveal()).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), "my%3Aid+%C3%A9:a%2Bb+%25%3A");
    }

    #[test]
    fn a_proof_says_who_for_whom_and_how_long() {
        let (header, claims) = parts(&assertion(&client("secret", ""), &about(false)).unwrap());
        assert_eq!(header, json!({"typ": "JWT", "alg": "HS256"}));
        let id = claims["jti"].as_str().unwrap().to_owned();
        let expected = json!({
            "iss": "my:id é", "sub": "my:id é", "aud": "https://as/token", "jti": id, "iat": 1000, "exp": 1120,
        });
        assert_eq!(claims, expected);
        let (_, again) = parts(&assertion(&client("secret", ""), &about(false)).unwrap());
        assert_ne!(again["jti"], claims["jti"], "each is used once");
    }

    #[test]
    fn the_algorithm_follows_the_key_unless_named() {
        for (pem, word) in [
            (include_str!("../../../tests/http/keys/rsa-pkcs8.pem"), "RS256"),
            (include_str!("../../../tests/http/keys/ec384-pkcs8.pem"), "ES384"),
            (include_str!("../../../tests/http/keys/ed25519-pkcs8.pem"), "EdDSA"),
        ] {
            let (header, _) = parts(&assertion(&client("", pem), &about(true)).unwrap());
            assert_eq!(header, json!({"typ": "JWT", "kid": "k1", "alg": word}));
        }
    }

    #[test]
    fn keys_that_cannot_sign_are_told_without_a_word_of_them() {
        let named = |word: &str| OAuthClient {
            algorithm: word.into(),
            ..client("secret", "no key at all")
        };
        for (client, by_key) in [
            (named(""), true),
            (named("RS256"), false),
            (named("none"), false),
            (client("", ""), false),
        ] {
            let error = assertion(&client, &about(by_key)).unwrap_err().to_string();
            assert!(error.starts_with("the client cannot prove who it is: "), "{error}");
            assert!(!error.contains("no key at all"), "{error}");
        }
    }
}
