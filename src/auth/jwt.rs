//! JWT bearer: a JSON Web Token that is signed for each request (RFC 7519), so that it never goes stale.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::{Map, Value};

use super::jose::{Algorithm, Key, PrivateKey, sign_jwt};
use super::{AuthType, Draft, FieldSpec, Step};

/// Sends a token in the Authorization header or in the query.
pub(super) struct Jwt;

const SHARED: &[&str] = &["HS256", "HS384", "HS512"];

impl AuthType for Jwt {
    fn kind(&self) -> &'static str {
        "jwt"
    }

    fn label(&self) -> &'static str {
        "JWT bearer"
    }

    fn help(&self) -> &'static str {
        "Signs a new JSON Web Token each time."
    }

    fn fields(&self) -> &'static [FieldSpec] {
        const FIELDS: &[FieldSpec] = &[
            FieldSpec::choice("algorithm", "Algorithm", "How the token is signed.", Algorithm::WORDS),
            FieldSpec::secret("secret", "Secret", "What you and the server share.").when("algorithm", SHARED),
            FieldSpec::flag(
                "isSecretBase64Encoded",
                "Secret in Base64",
                "The secret is decoded from Base64 first.",
            )
            .when("algorithm", SHARED),
            FieldSpec::secret_lines(
                "privateKey",
                "Private key",
                "In PEM (PKCS #1, #8 or SEC 1) or as a JSON Web Key.",
            )
            .when("algorithm", Algorithm::ASYMMETRIC),
            FieldSpec::json(
                "payload",
                "Payload",
                "The claims: {\"iss\": \"me\", \"exp\": {{$timestamp}}}.",
            ),
            FieldSpec::choice(
                "addTokenTo",
                "Add to",
                "Where the token is sent.",
                &["header", "queryParam"],
            ),
            FieldSpec::text(
                "headerPrefix",
                "Header prefix",
                "What stands before the token in the header.",
            )
            .with_default("Bearer")
            .when("addTokenTo", &["header"]),
            FieldSpec::text("queryParamKey", "Parameter", "The name of the query parameter.")
                .with_default("token")
                .when("addTokenTo", &["queryParam"]),
            FieldSpec::json(
                "header",
                "JWT header",
                "More for the token's own header: {\"kid\": \"key-1\"}.",
            )
            .advanced(),
        ];
        FIELDS
    }

    fn sign(&self, draft: &mut Draft) -> Step {
        match token(draft) {
            Ok(token) => send(draft, &token),
            Err(why) => draft.warn(&format!("no JSON Web Token can be signed: {why}: sent without one")),
        }
        Step::Signed
    }
}

/// The signed token.
fn token(draft: &mut Draft) -> Result<String, String> {
    let word = draft.param_or_default("algorithm", "HS256");
    let algorithm = Algorithm::from_word(&word).map_err(|error| error.to_string())?;
    let header = object(draft, "header")?;
    let claims = object(draft, "payload")?;
    let made = if algorithm.is_symmetric() {
        let secret = draft.secret_param("secret");
        let bytes = if draft.flag("isSecretBase64Encoded") {
            base64(&secret).ok_or("the secret is not Base64")?
        } else {
            secret.into_bytes()
        };
        sign_jwt(algorithm, Key::Secret(&bytes), &header, &claims)
    } else {
        let key = PrivateKey::read(&draft.secret_param("privateKey")).map_err(|error| error.to_string())?;
        sign_jwt(algorithm, Key::Private(&key), &header, &claims)
    };
    made.map_err(|error| error.to_string())
}

fn send(draft: &mut Draft, token: &str) {
    draft.hide(token);
    match draft.param_or_default("addTokenTo", "header").as_str() {
        "header" => {
            // One that is there and empty means none, as in Postman.
            let given = draft.request().auth.params.contains_key("headerPrefix");
            let prefix = if given {
                draft.param("headerPrefix")
            } else {
                "Bearer".to_owned()
            };
            let value = if prefix.is_empty() {
                token.to_owned()
            } else {
                format!("{prefix} {token}")
            };
            draft.set_header("Authorization", &value);
        }
        "queryParam" => {
            let name = draft.param_or_default("queryParamKey", "token");
            draft.remove_query(&name);
            draft.add_query(&name, token);
        }
        other => draft.warn(&format!(
            "a JSON Web Token cannot be added to `{other}`: sent without it; choose `header` or `queryParam`"
        )),
    }
}

/// A parameter that is a JSON object, or a text with one.
pub(super) fn object(draft: &mut Draft, name: &str) -> Result<Map<String, Value>, String> {
    if let Some(Value::Object(map)) = draft.request().auth.params.get(name) {
        return Ok(map.clone());
    }
    let text = draft.param(name);
    if text.trim().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_str(&text) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(format!("the `{name}` is no JSON object")),
        Err(error) => Err(format!("the `{name}` is not valid JSON, line {}", error.line())),
    }
}

/// Base64 in either alphabet, padded or not, with white space in it.
fn base64(text: &str) -> Option<Vec<u8>> {
    const ANY: GeneralPurposeConfig =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let text: String = text.split_whitespace().collect();
    let text = text.replace('-', "+").replace('_', "/");
    GeneralPurpose::new(&alphabet::STANDARD, ANY).decode(text).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;
    use crate::auth::fixtures::{header, request};
    use crate::auth::sign;
    use crate::model::Auth;

    fn auth() -> Auth {
        Auth::new("jwt").with("secret", "your-256-bit-secret")
    }

    /// Header and claims of the token in a value.
    fn read(value: &str) -> (Value, Value) {
        let token = value.rsplit([' ', '=']).next().unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let part = |n: usize| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[n]).unwrap()).unwrap();
        (part(0), part(1))
    }

    #[test]
    fn a_token_is_what_jwt_io_shows_first() {
        let claims = r#"{ "sub": "1234567890", "name": "John Doe", "iat": 1516239022 }"#;
        let signed = sign(request(
            auth().with("payload", claims).with("header", r#"{"typ":"JWT"}"#),
        ));
        let (head, body) = read(header(&signed.request, "authorization")[0]);
        assert_eq!(head, json!({"typ": "JWT", "alg": "HS256"}));
        assert_eq!(body, serde_json::from_str::<Value>(claims).unwrap());
        assert!(signed.warnings.is_empty());
        let shown = signed
            .request
            .redactor()
            .redact(header(&signed.request, "authorization")[0]);
        assert!(!shown.contains("eyJ"), "{shown}");
    }

    #[test]
    fn the_payload_may_be_an_object_and_the_secret_in_base64() {
        let plain = sign(request(auth().with("payload", json!({"a": 1}))));
        let encoded = base64::engine::general_purpose::STANDARD.encode("your-256-bit-secret");
        let encoded = Auth::new("jwt")
            .with("secret", encoded)
            .with("isSecretBase64Encoded", true);
        let encoded = sign(request(encoded.with("payload", r#"{"a":1}"#)));
        assert_eq!(
            header(&plain.request, "authorization"),
            header(&encoded.request, "authorization")
        );
        assert_eq!(read(header(&plain.request, "authorization")[0]).1, json!({"a": 1}));
    }

    #[test]
    fn the_prefix_may_be_another_or_none() {
        let value = |auth: Auth| {
            let signed = sign(request(auth));
            header(&signed.request, "authorization")[0].to_owned()
        };
        assert!(value(auth()).starts_with("Bearer eyJ"));
        assert!(value(auth().with("headerPrefix", "JWT")).starts_with("JWT eyJ"));
        assert!(value(auth().with("headerPrefix", "")).starts_with("eyJ"));
    }

    #[test]
    fn it_goes_into_the_query_in_place_of_another() {
        let mut resolved = request(auth().with("addTokenTo", "queryParam").with("queryParamKey", "jwt"));
        resolved.url = "http://a/p?jwt=old&x=1".to_owned();
        let signed = sign(resolved);
        assert!(
            signed.request.url().starts_with("http://a/p?x=1&jwt=eyJ"),
            "{}",
            signed.request.url()
        );
        assert!(signed.request.headers().is_empty());
        assert!(!signed.request.redactor().redact(signed.request.url()).contains("eyJ"));
    }

    #[test]
    fn what_is_wrong_is_told_and_nothing_is_sent() {
        for (auth, why) in [
            (Auth::new("jwt"), "the secret is empty"),
            (auth().with("algorithm", "none"), "`none` is not known"),
            (auth().with("payload", "{"), "`payload` is not valid JSON, line 1"),
            (auth().with("payload", "[1]"), "`payload` is no JSON object"),
            (auth().with("header", "{'kid'}"), "`header` is not valid JSON"),
            (auth().with("algorithm", "RS256"), "the private key is empty"),
            (
                auth().with("algorithm", "ES256").with("privateKey", "s3cret"),
                "neither PEM",
            ),
            (
                auth().with("isSecretBase64Encoded", true).with("secret", "*"),
                "not Base64",
            ),
            (auth().with("addTokenTo", "cookie"), "`cookie`"),
        ] {
            let signed = sign(request(auth));
            assert!(signed.request.headers().is_empty(), "{why}");
            assert_eq!(signed.warnings.len(), 1, "{why}");
            assert!(signed.warnings[0].contains(why), "{}", signed.warnings[0]);
            assert!(!signed.warnings[0].contains("s3cret"));
        }
    }
}
