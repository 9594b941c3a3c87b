//! Id tokens: the claims in the order Cells v1 writes them, signed and verified.
//!
//! ```text
//! User + scopes + nonce → Claims → header.payload → SigningKey::sign → header.payload.signature
//! header.payload.signature → alg is RS256, kid is ours → signature → aud → exp → Claims
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use super::data::people::User;
use super::key::SigningKey;
use super::{CLIENT, DemoError};

/// What an id token says; the order of the fields is the order on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it: `<url>/auth/dex`.
    pub iss: String,
    /// Whom it is about: user and connector, encoded as Dex does.
    pub sub: String,
    /// The client it is for.
    pub aud: String,
    /// Until when it is good, seconds since 1970.
    pub exp: u64,
    /// When it was issued, seconds since 1970.
    pub iat: u64,
    /// The nonce of the request.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub nonce: String,
    /// Half of the access token's SHA-256 (`OpenID` Connect Core, 3.1.3.6).
    pub at_hash: String,
    /// E-mail, with scope `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Always true, with scope `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_verified: Option<bool>,
    /// The login, with scope `profile`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The connector.
    pub authsource: String,
    /// Name shown to people.
    pub displayname: String,
    /// UUIDs of the roles, comma-separated.
    pub roles: String,
    /// Group of the user.
    pub grouppath: String,
    /// `admin`, `standard` or `shared`.
    pub profile: String,
}

/// What the claims of a token depend on besides the user.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    /// Base URL of the server.
    pub base_url: &'a str,
    /// Requested scopes.
    pub scopes: &'a [String],
    /// Nonce of the request; may be empty.
    pub nonce: &'a str,
    /// The access token issued together with the id token.
    pub access_token: &'a str,
    /// Now, seconds since 1970.
    pub issued: u64,
    /// End of life, seconds since 1970.
    pub expires: u64,
}

impl Claims {
    /// What the token of a user says.
    pub fn new(user: &User, grant: Grant<'_>) -> Self {
        let asked = |scope: &str| grant.scopes.iter().any(|one| one == scope);
        let roles: Vec<&str> = user.roles.iter().map(|role| role.uuid.as_str()).collect();
        Self {
            iss: format!("{}/auth/dex", grant.base_url),
            sub: subject(&user.uuid),
            aud: CLIENT.0.to_owned(),
            exp: grant.expires,
            iat: grant.issued,
            nonce: grant.nonce.to_owned(),
            at_hash: at_hash(grant.access_token),
            email: asked("email").then(|| user.attribute("email").to_owned()),
            email_verified: asked("email").then_some(true),
            name: asked("profile").then(|| user.login.clone()),
            authsource: "pydioapi".to_owned(),
            displayname: user.attribute("displayName").to_owned(),
            roles: roles.join(","),
            grouppath: user.group_path.clone(),
            profile: user.attribute("profile").to_owned(),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

/// Signs claims into a JWT.
pub fn sign(claims: &Claims, key: &SigningKey) -> Result<String, DemoError> {
    let header = Header {
        alg: "RS256".to_owned(),
        kid: key.kid().to_owned(),
    };
    let part = |json: Result<Vec<u8>, serde_json::Error>| {
        json.map(|json| URL_SAFE_NO_PAD.encode(json))
            .map_err(|error| DemoError::key(&error))
    };
    let message = format!(
        "{}.{}",
        part(serde_json::to_vec(&header))?,
        part(serde_json::to_vec(claims))?
    );
    let signature = URL_SAFE_NO_PAD.encode(key.sign(message.as_bytes())?);
    Ok(format!("{message}.{signature}"))
}

/// The claims of a token that is good now, or nothing; the caller is told no reason, as on a real server.
pub fn verify(token: &str, key: &SigningKey, now_ms: u64) -> Option<Claims> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, payload) = message.split_once('.')?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let header: Header = serde_json::from_slice(&decode(header)?).ok()?;
    if header.alg != "RS256" || header.kid != key.kid() {
        return None;
    }
    if !key.verifies(message.as_bytes(), &decode(signature)?) {
        return None;
    }
    let claims: Claims = serde_json::from_slice(&decode(payload)?).ok()?;
    let good = claims.aud == CLIENT.0 && claims.exp.saturating_mul(1_000) > now_ms;
    good.then_some(claims)
}

/// `OpenID` Connect Core 3.1.3.6: the left half of the hash of the access token.
fn at_hash(access_token: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, access_token.as_bytes());
    URL_SAFE_NO_PAD.encode(digest.as_ref().get(..16).unwrap_or_default())
}

/// Dex's subject: a protobuf message of user id and connector id.
fn subject(user: &str) -> String {
    URL_SAFE_NO_PAD.encode(protobuf(&[user, "pydio"]))
}

/// A protobuf message whose fields are short texts, numbered from 1; Dex packs subjects and refresh tokens so.
pub fn protobuf(fields: &[&str]) -> Vec<u8> {
    let mut message = Vec::new();
    for (number, field) in (1_u8..).zip(fields) {
        message.push((number << 3) | 2);
        // One byte holds lengths up to 127; UUIDs and identifiers are far below.
        message.push(u8::try_from(field.len()).unwrap_or(0) & 0x7f);
        message.extend_from_slice(field.as_bytes());
    }
    message
}

/// Dex's random identifiers: 25 characters of `a-z2-7`, the first a letter.
pub fn new_id() -> String {
    const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let random: [u8; 25] = rand::random();
    let letter = |index: usize, limit: u8| char::from(ALPHABET[usize::from(random[index] % limit)]);
    std::iter::once(letter(0, 26))
        .chain((1..random.len()).map(|index| letter(index, 32)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_look_like_those_of_dex() {
        let (first, second) = (new_id(), new_id());
        assert_eq!(first.len(), 25);
        assert!(
            first.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7')),
            "{first}"
        );
        assert!(first.starts_with(|letter: char| letter.is_ascii_lowercase()));
        assert_ne!(first, second);
    }

    #[test]
    fn the_subject_is_a_protobuf_message() {
        assert_eq!(protobuf(&["ab", "c"]), b"\x0a\x02ab\x12\x01c");
    }

    #[test]
    fn at_hash_is_half_a_digest() {
        // Example of OpenID Connect Core, appendix A.4 (the access token of A.3).
        assert_eq!(
            at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
    }
}
