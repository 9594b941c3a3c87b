//! OAuth 1.0a (RFC 5849): the request is signed with two secrets, or with a private key.
//!
//! ```text
//! method & URL & (query + form + oauth_…, sorted) = base string ──HMAC or RSA──▶ oauth_signature
//! ```

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use url::Position;

use super::jose::{Hash, PrivateKey};
use super::{AuthType, Draft, FieldSpec, Step};
use crate::model::Auth;
use crate::model::address::split;
use crate::model::percent::form as encode;

/// Sends `Authorization: OAuth …`, or the same in the form or the query.
pub(super) struct OAuth1;

const METHODS: &[&str] = &[
    "HMAC-SHA1",
    "HMAC-SHA256",
    "HMAC-SHA512",
    "RSA-SHA1",
    "RSA-SHA256",
    "RSA-SHA512",
    "PLAINTEXT",
];
const RSA: &[&str] = &["RSA-SHA1", "RSA-SHA256", "RSA-SHA512"];
const SHARED: &[&str] = &["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "PLAINTEXT"];

/// The protocol's own parameters, which are taken out before others are put in.
const OWN: [&str; 10] = [
    "oauth_consumer_key",
    "oauth_token",
    "oauth_signature_method",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_version",
    "oauth_signature",
    "oauth_callback",
    "oauth_verifier",
    "oauth_body_hash",
];

type Pairs = Vec<(String, String)>;

impl AuthType for OAuth1 {
    fn kind(&self) -> &'static str {
        "oauth1"
    }

    fn label(&self) -> &'static str {
        "OAuth 1.0"
    }

    fn help(&self) -> &'static str {
        "Signs with secrets or a key."
    }

    fn fields(&self) -> &'static [FieldSpec] {
        const FIELDS: &[FieldSpec] = &[
            FieldSpec::choice("signatureMethod", "Signature", "How the request is signed.", METHODS),
            FieldSpec::text("consumerKey", "Consumer key", "Names the program that asks."),
            FieldSpec::secret("consumerSecret", "Consumer secret", "Proves the program's name.")
                .when("signatureMethod", SHARED),
            FieldSpec::text(
                "token",
                "Token",
                "Names the user who let the program in; empty before that.",
            ),
            FieldSpec::secret("tokenSecret", "Token secret", "Proves the token.").when("signatureMethod", SHARED),
            FieldSpec::secret_lines(
                "privateKey",
                "Private key",
                "RSA, in PEM (PKCS #1 or #8) or as a JSON Web Key.",
            )
            .when("signatureMethod", RSA),
            FieldSpec::flag(
                "addParamsToHeader",
                "In the header",
                "Off: in the form of a POST or PUT, else in the query.",
            )
            .starting_with("true"),
            FieldSpec::text(
                "callback",
                "Callback",
                "Where the user is sent back to, or `oob`; for the first token.",
            )
            .advanced(),
            FieldSpec::text(
                "verifier",
                "Verifier",
                "What came back with the user; for the second token.",
            )
            .advanced(),
            FieldSpec::text("timestamp", "Timestamp", "Seconds since 1970; empty is now.").advanced(),
            FieldSpec::text("nonce", "Nonce", "A text that is used once; empty makes one.").advanced(),
            FieldSpec::text("version", "Version", "`1.0`, or empty to leave it out.")
                .starting_with("1.0")
                .advanced(),
            FieldSpec::text(
                "realm",
                "Realm",
                "What is protected; only shown in the header, not signed.",
            )
            .advanced(),
            FieldSpec::flag(
                "includeBodyHash",
                "Body hash",
                "Sign a hash of bodies that are no forms.",
            )
            .advanced(),
            FieldSpec::flag(
                "addEmptyParamsToSign",
                "Sign empty ones",
                "Sign parameters that have no value too.",
            )
            .advanced(),
            FieldSpec::flag(
                "disableHeaderEncoding",
                "Header as it is",
                "Do not percent-encode values in the header.",
            )
            .advanced(),
        ];
        FIELDS
    }

    fn signs_body(&self, auth: &Auth) -> bool {
        auth.flag("includeBodyHash")
    }

    fn sign(&self, draft: &mut Draft) -> Step {
        match signed(draft) {
            Ok(()) => {}
            Err(why) => draft.warn(&format!("OAuth 1.0 cannot sign the request: {why}: sent unsigned")),
        }
        Step::Signed
    }
}

/// How the base string becomes a signature.
enum Method {
    Hmac(Hash),
    Rsa(Hash, PrivateKey),
    Plain,
}

impl Method {
    /// The hash of a body that is signed with it.
    fn hash(&self) -> Option<Hash> {
        match self {
            Self::Hmac(hash) | Self::Rsa(hash, _) => Some(*hash),
            Self::Plain => None,
        }
    }

    fn of(word: &str, draft: &mut Draft) -> Result<Self, String> {
        let hash = match word.rsplit('-').next() {
            Some("SHA1") => Hash::Sha1,
            Some("SHA256") => Hash::Sha256,
            Some("SHA512") => Hash::Sha512,
            _ => Hash::Sha384,
        };
        if !METHODS.contains(&word) {
            let all = METHODS.join(", ");
            return Err(format!("there is no signature method `{word}`: choose one of {all}"));
        }
        if word.starts_with("RSA") {
            let key = draft.secret_param("privateKey");
            return PrivateKey::read(&key)
                .map(|key| Self::Rsa(hash, key))
                .map_err(|error| error.to_string());
        }
        Ok(if word == "PLAINTEXT" {
            Self::Plain
        } else {
            Self::Hmac(hash)
        })
    }

    fn sign(&self, base: &str, secrets: &str) -> Result<String, String> {
        Ok(match self {
            Self::Plain => secrets.to_owned(),
            Self::Hmac(hash) => STANDARD.encode(hash.hmac(secrets.as_bytes(), base.as_bytes())),
            Self::Rsa(hash, key) => {
                let made = key.sign_rsa(*hash, base.as_bytes());
                STANDARD.encode(made.map_err(|error| error.to_string())?)
            }
        })
    }
}

fn signed(draft: &mut Draft) -> Result<(), String> {
    let consumer_key = draft.param("consumerKey");
    if consumer_key.is_empty() {
        return Err("the consumer key is empty".to_owned());
    }
    let word = draft.param_or_default("signatureMethod", METHODS[0]);
    let method = Method::of(&word, draft)?;
    let secrets = [draft.secret_param("consumerSecret"), draft.secret_param("tokenSecret")];
    if secrets[0].is_empty() && !matches!(method, Method::Rsa(..)) {
        return Err("the consumer secret is empty".to_owned());
    }
    let time = draft.param("timestamp");
    // With spaces around it, it goes out as it is typed, as from Postman.
    if !time.trim().is_empty() && time.trim().parse::<u64>().is_err() {
        return Err(format!("the timestamp `{time}` is no number of seconds since 1970"));
    }
    // What stands there of a former signature would be signed too.
    draft.remove_header("Authorization");
    for name in OWN {
        draft.remove_query(name);
    }
    if let Some(form) = draft.form() {
        form.retain(|(name, _)| !OWN.contains(&name.as_str()));
    }
    let mut own = parameters(draft, consumer_key, word);
    if draft.flag("includeBodyHash")
        && draft.form().is_none()
        && let Some(hash) = method.hash()
    {
        match draft.body() {
            Some(body) => own.push(("oauth_body_hash".to_owned(), STANDARD.encode(hash.of(&body)))),
            None => draft.warn("OAuth 1.0 has no hash for this body, as it is not in memory: signed without it"),
        }
    }
    for (name, parameter) in [("oauth_callback", "callback"), ("oauth_verifier", "verifier")] {
        let value = draft.param(parameter);
        if !value.is_empty() {
            own.push((name.to_owned(), value));
        }
    }
    let url = draft.url().ok_or("the URL is not valid")?;
    let resource = draft.resource(&url);
    let (path, query) = split(&resource);
    let mut all = own.clone();
    all.extend(decoded(query));
    all.extend(draft.form().cloned().unwrap_or_default());
    let place = format!("{}{path}", &url[..Position::BeforePath]);
    let base = base_string(draft.request().method.as_str(), &place, &all);
    let signature = method.sign(&base, &format!("{}&{}", encode(&secrets[0]), encode(&secrets[1])))?;
    draft.hide(&signature);
    own.push(("oauth_signature".to_owned(), signature));
    put(draft, own);
    Ok(())
}

/// The parameters that every signature has, in Postman's order.
fn parameters(draft: &mut Draft, consumer_key: String, method: String) -> Pairs {
    let (now, nonce) = (draft.now().as_second().to_string(), draft.nonce());
    // Spaces alone are nothing given.
    let own = |draft: &mut Draft, name: &str, made: String| {
        let given = draft.param(name);
        if given.trim().is_empty() { made } else { given }
    };
    let all = [
        ("oauth_consumer_key", consumer_key),
        ("oauth_token", draft.secret_param("token")),
        ("oauth_signature_method", method),
        ("oauth_timestamp", own(draft, "timestamp", now)),
        ("oauth_nonce", own(draft, "nonce", nonce)),
        ("oauth_version", draft.param("version")),
    ];
    let empty_too = draft.flag("addEmptyParamsToSign");
    let kept = all.into_iter().filter(|(_, value)| empty_too || !value.is_empty());
    kept.map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The query's parameters, decoded.
fn decoded(query: Option<&str>) -> Pairs {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    pairs(query)
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// The query's parameters as they are written.
fn pairs(query: Option<&str>) -> impl Iterator<Item = &str> {
    query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty())
}

/// What is signed (RFC 5849, section 3.4.1); `place` is the URL up to its query.
fn base_string(method: &str, place: &str, parameters: &Pairs) -> String {
    let mut encoded: Pairs = parameters
        .iter()
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    encoded.sort();
    let joined: Vec<String> = encoded.iter().map(|(name, value)| format!("{name}={value}")).collect();
    [method, place, &joined.join("&")].map(encode).join("&")
}

/// Puts the signed parameters where they belong.
fn put(draft: &mut Draft, own: Pairs) {
    let plain = draft.request().settings.encode_url == Some(false);
    if !plain {
        respell_query(draft);
    }
    if draft.flag("addParamsToHeader") {
        let realm = draft.param("realm");
        let as_is = draft.flag("disableHeaderEncoding");
        let spell = |text: &str| if as_is { text.to_owned() } else { encode(text) };
        let realm = Some(("realm".to_owned(), realm)).filter(|(_, realm)| !realm.trim().is_empty());
        let shown = realm.into_iter().chain(own).filter(|(_, value)| !value.is_empty());
        let pairs: Vec<String> = shown
            .map(|(name, value)| format!("{name}=\"{}\"", spell(&value)))
            .collect();
        return draft.set_bound_header("Authorization", &format!("OAuth {}", pairs.join(",")));
    }
    let method = draft.request().method.clone();
    if ["POST", "PUT"].contains(&method.as_str())
        && let Some(form) = draft.form()
    {
        return form.extend(own);
    }
    for (name, value) in own {
        let value = if plain { value } else { encode(&value) };
        draft.append_query(&format!("{name}={value}"));
    }
}

/// The query as RFC 5849, section 3.6 spells it: servers that compare what they decode with what they got agree then.
fn respell_query(draft: &mut Draft) {
    let Some(resource) = draft.url().map(|url| draft.resource(&url)) else {
        return;
    };
    let (_, Some(query)) = split(&resource) else { return };
    let spelled: Vec<String> = decoded(Some(query))
        .iter()
        .zip(pairs(Some(query)))
        .map(|((name, value), pair)| {
            if pair.contains('=') {
                format!("{}={}", encode(name), encode(value))
            } else {
                encode(name)
            }
        })
        .collect();
    draft.set_query(&spelled.join("&"));
}

#[cfg(test)]
mod tests;
