//! ASAP, Atlassian's service to service authentication: a short token that the caller signs with its own key
//! (<https://s2sauth.bitbucket.io/spec/>).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::jose::{Algorithm, Key, PrivateKey, sign_jwt};
use super::jwt::object;
use super::{AuthType, Draft, FieldSpec, Step};

/// Sends `Authorization: Bearer …` with a token of an hour at most.
pub(super) struct Asap;

/// How long a token lasts in seconds, unless it says otherwise.
const LIFE: i64 = 3600;

impl AuthType for Asap {
    fn kind(&self) -> &'static str {
        "asap"
    }

    fn label(&self) -> &'static str {
        "ASAP (Atlassian)"
    }

    fn help(&self) -> &'static str {
        "Signs a short token for a service."
    }

    fn fields(&self) -> &'static [FieldSpec] {
        const FIELDS: &[FieldSpec] = &[
            FieldSpec::text("iss", "Issuer", "Who calls: the name of this service."),
            FieldSpec::text("aud", "Audience", "Who is called: the name of the other service."),
            FieldSpec::text(
                "kid",
                "Key id",
                "Where the other service finds the public key: issuer/key-1.",
            ),
            FieldSpec::secret_lines(
                "privateKey",
                "Private key",
                "In PEM, as a JSON Web Key, or as ASAP's data URI.",
            ),
            FieldSpec::choice("alg", "Algorithm", "How the token is signed.", Algorithm::ASYMMETRIC),
            FieldSpec::text("sub", "Subject", "For whom; empty is the issuer.").advanced(),
            FieldSpec::number("exp", "Expires in", "How long the token lasts, in seconds.")
                .with_default("3600")
                .advanced(),
            FieldSpec::json(
                "claims",
                "More claims",
                "They come before the fields above: {\"jti\": \"1\"}.",
            )
            .advanced(),
        ];
        FIELDS
    }

    fn sign(&self, draft: &mut Draft) -> Step {
        match token(draft) {
            Ok(token) => {
                draft.hide(&token);
                draft.set_header("Authorization", &format!("Bearer {token}"));
            }
            Err(why) => draft.warn(&format!("no ASAP token can be signed: {why}: sent without one")),
        }
        Step::Signed
    }
}

fn token(draft: &mut Draft) -> Result<String, String> {
    let word = draft.param_or_default("alg", "RS256");
    let algorithm = Algorithm::from_word(&word).map_err(|error| error.to_string())?;
    if algorithm.is_symmetric() {
        return Err(format!("ASAP signs with a private key, not with `{word}`"));
    }
    let mut claims = object(draft, "claims")?;
    let issuer = claim(draft, &claims, "iss").ok_or("the issuer is empty")?;
    let audience = claim(draft, &claims, "aud").ok_or("the audience is empty")?;
    let subject = claim(draft, &claims, "sub").unwrap_or_else(|| issuer.clone());
    let kid = claim(draft, &claims, "kid").ok_or("the key id is empty")?;
    let key = key(&draft.secret_param("privateKey"), kid.as_str().unwrap_or_default())?;

    let now = draft.now().as_second();
    let life = draft.number("exp", LIFE, "ASAP");
    let given = |name: &str| claims.get(name).cloned().filter(|value| !value.is_null());
    let all = [
        ("iat", given("iat").unwrap_or_else(|| now.into())),
        ("exp", given("exp").unwrap_or_else(|| now.saturating_add(life).into())),
        ("jti", given("jti").unwrap_or_else(|| draft.nonce().into())),
        ("iss", issuer),
        ("sub", subject),
        ("aud", audience),
    ];
    for (name, value) in all {
        claims.insert(name.to_owned(), value);
    }
    let header = Map::from_iter([("kid".to_owned(), kid)]);
    sign_jwt(algorithm, Key::Private(&key), &header, &claims).map_err(|error| error.to_string())
}

/// A claim: that of the claims if it is there, else that of the field.
fn claim(draft: &mut Draft, claims: &Map<String, Value>, name: &str) -> Option<Value> {
    let filled = |value: &Value| !matches!(value, Value::Null) && value.as_str() != Some("");
    let own = claims.get(name).cloned();
    own.filter(filled)
        .or_else(|| Some(Value::from(draft.param(name))).filter(filled))
}

/// The key; ASAP's own form of it is `data:application/pkcs8;kid=…;base64,…`, percent-encoded and in quotes perhaps.
fn key(text: &str, kid: &str) -> Result<PrivateKey, String> {
    let plain = text.trim().trim_matches('"');
    let decoded = percent_decode_str(plain).decode_utf8_lossy();
    let Some(uri) = decoded.strip_prefix("data:application/pkcs8;kid=") else {
        return PrivateKey::read(plain).map_err(|error| error.to_string());
    };
    let (own, data) = uri.split_once(";base64,").ok_or("the data URI of the key is damaged")?;
    if own != kid {
        return Err("the key id is not that of the key's data URI".to_owned());
    }
    let data: String = data.split_whitespace().collect();
    let der = STANDARD
        .decode(data)
        .map_err(|_| "the data URI of the key is damaged")?;
    PrivateKey::from_pkcs8(&der).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;
    use crate::auth::fixtures::{header, request, sign_at};
    use crate::auth::{Signed, sign};
    use crate::model::Auth;

    const KEY: &str = include_str!("../../tests/http/keys/rsa-pkcs8.pem");

    fn auth() -> Auth {
        Auth::new("asap")
            .with("iss", "me")
            .with("aud", "you")
            .with("kid", "me/key-1")
            .with("privateKey", KEY)
    }

    fn read(signed: &Signed) -> (Value, Value) {
        let value = header(&signed.request, "authorization")[0];
        let parts: Vec<&str> = value.strip_prefix("Bearer ").unwrap().split('.').collect();
        let part = |n: usize| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[n]).unwrap()).unwrap();
        (part(0), part(1))
    }

    #[test]
    fn a_token_has_the_claims_that_asap_wants() {
        let signed = sign_at(request(auth()), Timestamp::from_second(1_000).unwrap(), "n0nce");
        let (head, claims) = read(&signed);
        assert_eq!(head, json!({"kid": "me/key-1", "alg": "RS256"}));
        let expected = json!({"iat": 1000, "exp": 4600, "jti": "n0nce", "iss": "me", "sub": "me", "aud": "you"});
        assert_eq!(claims, expected);
        assert!(signed.warnings.is_empty());
    }

    #[test]
    fn claims_come_before_fields() {
        let auth = auth()
            .with("exp", "60")
            .with("sub", "they")
            .with("claims", r#"{"aud": ["a", "b"], "more": 1, "jti": "j"}"#);
        let (_, claims) = read(&sign_at(request(auth), Timestamp::from_second(1_000).unwrap(), "n"));
        let expected =
            json!({"aud": ["a", "b"], "more": 1, "jti": "j", "iat": 1000, "exp": 1060, "iss": "me", "sub": "they"});
        assert_eq!(claims, expected);
    }

    #[test]
    fn a_data_uri_is_a_key_for_its_own_id() {
        let body: String = KEY.lines().filter(|line| !line.starts_with('-')).collect();
        let uri = format!("\"data:application/pkcs8;kid=me/key-1;base64,{body}\"");
        for text in [uri.clone(), uri.replace('/', "%2F").replace('=', "%3D")] {
            let signed = sign(request(auth().with("privateKey", text)));
            assert!(signed.warnings.is_empty(), "{:?}", signed.warnings);
        }
        let signed = sign(request(auth().with("privateKey", uri).with("kid", "other")));
        assert!(
            signed.warnings[0].contains("the key id is not that"),
            "{:?}",
            signed.warnings
        );
    }

    #[test]
    fn a_life_that_is_no_number_is_told() {
        let signed = sign(request(auth().with("exp", "abc")));
        assert_eq!(signed.request.headers().len(), 1);
        assert_eq!(
            signed.warnings,
            ["`abc` in `exp` of the ASAP auth is no number: taken as 3600"]
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        for (name, value, why) in [
            ("iss", "", "the issuer is empty"),
            ("aud", "", "the audience is empty"),
            ("kid", "", "the key id is empty"),
            ("privateKey", "", "the private key is empty"),
            ("alg", "HS256", "not with `HS256`"),
            ("claims", "[", "`claims` is not valid JSON"),
        ] {
            let signed = sign(request(auth().with(name, value)));
            assert!(signed.request.headers().is_empty(), "{why}");
            assert!(signed.warnings[0].contains(why), "{:?}", signed.warnings);
        }
    }
}
