//! Proof key for code exchange (RFC 7636): whoever redeems a code must be who asked for it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngExt as _;
use sha2::{Digest, Sha256};

use crate::model::Secret;

/// How the verifier is shown to the authorization endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// As its SHA-256.
    #[default]
    S256,
    /// As it is, for servers that know nothing better.
    Plain,
}

impl Method {
    /// The word on the wire and in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::S256 => "S256",
            Self::Plain => "plain",
        }
    }

    /// What the authorization endpoint is shown of a verifier.
    pub fn challenge(self, verifier: &str) -> String {
        match self {
            Self::S256 => URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
            Self::Plain => verifier.to_owned(),
        }
    }
}

/// Whether a verifier is one by section 4.1: 43 to 128 letters, digits and `-._~`.
pub fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

/// A text that nobody can guess: 256 bits in 43 characters; good as verifier, as `state` and as `nonce`.
pub fn random() -> Secret {
    Secret::new(URL_SAFE_NO_PAD.encode(rand::rng().random::<[u8; 32]>()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(
            Method::S256.challenge(verifier),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
        assert_eq!(Method::Plain.challenge(verifier), verifier);
    }

    #[test]
    fn what_is_made_up_is_a_verifier_and_never_the_same() {
        let (one, other) = (random(), random());
        assert!(is_verifier(one.reveal()) && one != other);
        for wrong in [
            "short",
            &"a".repeat(129),
            &"ä".repeat(30),
            &format!("{} ", "a".repeat(43)),
        ] {
            assert!(!is_verifier(wrong), "{wrong}");
        }
    }
}
