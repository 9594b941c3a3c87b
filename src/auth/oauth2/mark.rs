//! Marks of secrets: they tell one from another, and do not tell it.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::super::chance::Chance;
use super::config::Config;
use crate::model::Secret;

impl Config {
    /// A mark of the secrets that a token is got with: password, client secret, key. It is salted, and belongs where the
    /// token itself is kept.
    pub fn mark(&self) -> String {
        self.secrets_under(&Chance::Real.nonce())
    }

    /// Whether a mark is one of these secrets.
    pub fn has_mark(&self, mark: &str) -> bool {
        mark.split_once(':')
            .is_some_and(|(salt, _)| self.secrets_under(salt) == mark)
    }

    /// The same under a salt of one's own, for what stays in memory.
    pub fn secrets_under(&self, salt: &str) -> String {
        let secrets = [&self.client.secret, &self.client.key, &self.password].map(Secret::reveal);
        salted(salt, &serde_json::json!(secrets))
    }
}

fn salted(salt: &str, secret: &Value) -> String {
    let digest = Sha256::digest(serde_json::json!([salt, secret]).to_string());
    let digest = digest
        .iter()
        .fold(String::new(), |out, byte| format!("{out}{byte:02x}"));
    format!("{salt}:{digest}")
}

/// A salted mark of one token, which belongs where tokens are kept.
pub fn mark_of(token: &str) -> String {
    salted(&Chance::Real.nonce(), &token.into())
}

/// Whether it is the mark of this token.
pub fn is_mark_of(mark: &str, token: &str) -> bool {
    mark.split_once(':')
        .is_some_and(|(salt, _)| salted(salt, &token.into()) == mark)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::super::KIND;
    use super::*;
    use crate::model::Auth;

    #[test]
    fn a_mark_tells_other_secrets_and_holds_none() {
        let auth = || {
            Auth::new(KIND)
                .with("accessTokenUrl", "https://as.example/token")
                .with("grant_type", "client_credentials")
                .with("clientId", "cli")
                .with("clientSecret", "s3cret")
        };
        let of = |auth: &Auth| Config::read(auth).unwrap().unwrap();
        let (own, mark) = (of(&auth()), of(&auth()).mark());
        assert!(own.has_mark(&mark) && !mark.contains("s3cret"));
        assert_ne!(mark, own.mark(), "it is salted");
        for (name, value) in [("clientSecret", "other"), ("password", "p"), ("privateKey", "PEM")] {
            assert!(!of(&auth().with(name, value)).has_mark(&mark), "{name}");
        }
        assert!(of(&auth().with("scope", "x")).has_mark(&mark) && !own.has_mark(""));
    }

    #[test]
    fn a_given_token_is_known_again_by_its_mark() {
        let mark = mark_of("at-given");
        assert!(is_mark_of(&mark, "at-given") && !is_mark_of(&mark, "at-other"));
        assert!(!mark.contains("at-given") && mark != mark_of("at-given"));
    }
}
