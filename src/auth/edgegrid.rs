//! Akamai `EdgeGrid` (EG1-HMAC-SHA256): the request is signed with a key made of the client's secret and the time.
//!
//! Source: <https://techdocs.akamai.com/developer/docs/authenticate-with-edgegrid>.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use super::dialogue::parse;
use super::jose::Hash;
use super::{AuthType, Draft, FieldSpec, Step};
use crate::model::Auth;

/// Sends `Authorization: EG1-HMAC-SHA256 …`.
pub(super) struct EdgeGrid;

/// How many bytes of a body are signed unless it is said.
const MAX_BODY: usize = 131_072;

impl AuthType for EdgeGrid {
    fn kind(&self) -> &'static str {
        "edgegrid"
    }

    fn label(&self) -> &'static str {
        "Akamai EdgeGrid"
    }

    fn help(&self) -> &'static str {
        "Signs for Akamai's APIs."
    }

    fn fields(&self) -> &'static [FieldSpec] {
        const FIELDS: &[FieldSpec] = &[
            FieldSpec::secret(
                "accessToken",
                "Access token",
                "`access_token` of the API client, akab-….",
            ),
            FieldSpec::secret(
                "clientToken",
                "Client token",
                "`client_token` of the API client, akab-….",
            ),
            FieldSpec::secret(
                "clientSecret",
                "Client secret",
                "`client_secret` of the API client; it is not sent.",
            ),
            FieldSpec::text(
                "baseURL",
                "Base URL",
                "The host that is signed; empty is that of the request.",
            )
            .advanced(),
            FieldSpec::text(
                "headersToSign",
                "Headers to sign",
                "Names of headers, with commas between them.",
            )
            .advanced(),
            FieldSpec::number("maxBodySize", "Most of a body", "How many bytes of a body are signed.")
                .with_default("131072")
                .advanced(),
            FieldSpec::text("nonce", "Nonce", "A text that is used once; empty makes one.").advanced(),
            FieldSpec::text("timestamp", "Timestamp", "As in 20140321T19:34:21+0000; empty is now.").advanced(),
        ];
        FIELDS
    }

    fn signs_body(&self, _auth: &Auth) -> bool {
        true
    }

    fn sign(&self, draft: &mut Draft) -> Step {
        if let Err(why) = signed(draft) {
            draft.warn(&format!("EdgeGrid cannot sign the request: {why}: sent unsigned"));
        }
        Step::Signed
    }
}

fn signed(draft: &mut Draft) -> Result<(), String> {
    let access_token = draft.secret_param("accessToken");
    let client_token = draft.secret_param("clientToken");
    let secret = draft.secret_param("clientSecret");
    for (name, value) in [
        ("access token", &access_token),
        ("client token", &client_token),
        ("client secret", &secret),
    ] {
        if value.is_empty() {
            return Err(format!("the {name} is empty"));
        }
    }
    let url = draft.url().ok_or("the URL is not valid")?;
    let host = match draft.param("baseURL") {
        base if base.is_empty() => authority(&url),
        base => parse(&base)
            .map(|base| authority(&base))
            .ok_or("the base URL is not valid")?,
    };
    let now = draft.now().strftime("%Y%m%dT%H:%M:%S+0000").to_string();
    let timestamp = draft.param_or_default("timestamp", &now);
    let nonce = draft.nonce();
    let nonce = draft.param_or_default("nonce", &nonce);
    let begun = format!(
        "EG1-HMAC-SHA256 client_token={client_token};access_token={access_token};timestamp={timestamp};nonce={nonce};"
    );
    let headers = headers(draft);
    let hash = body_hash(draft);
    let to_sign = [
        draft.request().method.as_str(),
        url.scheme(),
        &host,
        &draft.resource(&url),
        &headers,
        &hash,
        &begun,
    ]
    .join("\t");
    let key = STANDARD.encode(Hash::Sha256.hmac(secret.as_bytes(), timestamp.as_bytes()));
    let signature = STANDARD.encode(Hash::Sha256.hmac(key.as_bytes(), to_sign.as_bytes()));
    draft.hide(&signature);
    draft.set_bound_header("Authorization", &format!("{begun}signature={signature}"));
    Ok(())
}

fn authority(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", url.host_str().unwrap_or_default())
}

/// The headers to sign that are there, in the order in which they are named.
fn headers(draft: &mut Draft) -> String {
    let named = draft.param("headersToSign");
    let all = draft.signed_headers();
    let named = named.split(',').map(|name| name.trim().to_ascii_lowercase());
    let found = named.filter_map(|name| all.iter().find(|(own, value)| *own == name && !value.is_empty()));
    let lines: Vec<String> = found.map(|(name, value)| format!("{name}:{value}")).collect();
    lines.join("\t")
}

/// The hash of a POST's body, as far as it is signed.
fn body_hash(draft: &mut Draft) -> String {
    if draft.request().method.as_str() != "POST" {
        return String::new();
    }
    let most = draft.number("maxBodySize", MAX_BODY, "EdgeGrid");
    match draft.body() {
        Some(body) if body.is_empty() => String::new(),
        Some(body) => STANDARD.encode(Hash::Sha256.of(&body[..body.len().min(most)])),
        None => {
            draft.warn("EdgeGrid cannot sign this body, as it is multipart or not in memory: signed without it");
            String::new()
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use bytes::Bytes;
    use jiff::Timestamp;

    use super::*;
    use crate::auth::fixtures::{header, request, sign_at};
    use crate::auth::sign;
    use crate::model::request::Method;
    use crate::model::wire::ResolvedBody;

    fn auth() -> Auth {
        Auth::new("edgegrid")
            .with("clientToken", "akab-client-token-xxx-xxxxxxxxxxxxxxxx")
            .with("accessToken", "akab-access-token-xxx-xxxxxxxxxxxxxxxx")
            .with("clientSecret", format!("{}=", "x".repeat(43)))
            .with("headersToSign", "X-Test1, X-Test2,X-Test3")
            .with("maxBodySize", 2048)
    }

    /// The signature of a request of Akamai's own test data.
    fn signature(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        let mut resolved = request(auth());
        resolved.method = Method::new(method);
        resolved.url = format!("https://akaa-baseurl-xxxxxxxxxxx-xxxxxxxxxxxxx.luna.akamaiapis.net{path}");
        resolved.headers = headers
            .iter()
            .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
            .collect();
        resolved.body = ResolvedBody::Bytes {
            content_type: "text/plain",
            bytes: Bytes::from(body.to_owned()),
            typed: true,
        };
        let now: Timestamp = "2014-03-21T19:34:21Z".parse().unwrap();
        let signed = sign_at(resolved, now, "nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
        let value = header(&signed.request, "authorization")[0];
        let begun = "EG1-HMAC-SHA256 client_token=akab-client-token-xxx-xxxxxxxxxxxxxxxx;\
                     access_token=akab-access-token-xxx-xxxxxxxxxxxxxxxx;timestamp=20140321T19:34:21+0000;\
                     nonce=nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx;signature=";
        value.strip_prefix(begun).unwrap().to_owned()
    }

    #[test]
    fn signatures_are_those_of_akamais_test_data() {
        let get = |path: &str, headers: &[(&str, &str)]| signature("GET", path, headers, "");
        assert_eq!(get("/", &[]), "tL+y4hxyHxgWVD30X3pWnGKHcPzmrIF+LThiAOhMxYU=");
        // Of the path as it is sent.
        assert_ne!(get("/testapi/../", &[]), get("/", &[]));
        let query = get("/testapi/v1/t1?p1=1&p2=2", &[]);
        assert_eq!(query, "hKDH1UlnQySSHjvIcZpDMbQHihTQ0XyVAKZaApabdeA=");
        let path = get("/testapi/v1/configs/111;222;333?from=12345&limit=200000", &[]);
        assert_eq!(path, "pmQF7Is2+O4r/mMojPR4yeF58BrempNNoBX5/DT0Fxs=");
        let one = get("/testapi/v1/t4", &[("X-Test1", "test-simple-header")]);
        assert_eq!(one, "8F9AybcRw+PLxnvT+H0JRkjROrrUgsxJTnRXMzqvcwY=");
        let spaces = get(
            "/testapi/v1/t4",
            &[("X-Test1", "\"     test-header-with-spaces     \"")],
        );
        assert_eq!(spaces, "ucq2AbjCNtobHfCTuS38fdkl5UDdWHZhQX46fYR8CqI=");
        let leading = get("/testapi/v1/t4", &[("X-Test1", "     first-thing      second-thing")]);
        assert_eq!(leading, "WtnneL539UadAAOJwnsXvPqT4Kt6z7HMgBEwAFpt3+c=");
        let all = get("/testapi/v1/t4", &[("X-Test1", "a"), ("X-Test1", "b")]);
        assert_eq!(all, get("/testapi/v1/t4", &[("X-Test1", "a,b")]), "both go out");
        let three = [
            ("X-Test2", "t2"),
            ("X-Test1", "t1"),
            ("X-Test3", "t3"),
            ("X-Extra", "not signed"),
        ];
        assert_eq!(
            get("/testapi/v1/t4", &three[..3]),
            "Wus73Nx8jOYM+kkBFF2q8D1EATRIMr0WLWwpLBgkBqY="
        );
        assert_eq!(
            get("/testapi/v1/t5", &three),
            "Knd/jc0A5Ghhizjayr0AUUvl2MZjBpS3FDSzvtq4Ixc="
        );
    }

    #[test]
    fn bodies_of_posts_are_signed_up_to_the_limit() {
        let post = |path: &str, body: &str| signature("POST", path, &[], body);
        let small = post("/testapi/v1/t3", "datadatadatadatadatadatadatadata");
        assert_eq!(small, "hXm4iCxtpN22m4cbZb4lVLW5rhX8Ca82vCFqXzSTPe4=");
        for length in [2048, 2049] {
            let long = post("/testapi/v1/t3", &"d".repeat(length));
            assert_eq!(long, "6Q6PiTipLae6n4GsSIDTCJ54bEbHUBp+4MUXrbQCBoY=");
        }
        assert_eq!(
            post("/testapi/v1/t6", ""),
            "1gEDxeQGD5GovIkJJGcBaKnZ+VaPtrc4qBUHixjsPCQ="
        );
        let put = signature("PUT", "/testapi/v1/t6", &[], "PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP");
        assert_eq!(put, "GNBWEYSEWOLtu+7dD52da2C39aX/Jchpon3K/AmBqBU=");
    }

    #[test]
    fn the_base_url_may_name_the_host_that_is_signed() {
        let host = "https://akaa-baseurl-xxxxxxxxxxx-xxxxxxxxxxxxx.luna.akamaiapis.net/";
        let mut resolved = request(
            auth()
                .with("baseURL", host)
                .with("timestamp", "20140321T19:34:21+0000")
                .with("nonce", "nonce-xx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"),
        );
        resolved.url = "https://127.0.0.1/".to_owned();
        let signed = sign(resolved);
        let value = header(&signed.request, "authorization")[0];
        assert!(
            value.ends_with("signature=tL+y4hxyHxgWVD30X3pWnGKHcPzmrIF+LThiAOhMxYU="),
            "{value}"
        );
        let shown = signed.request.redactor().redact(value);
        assert!(!shown.contains("akab-") && !shown.contains("tL+y"), "{shown}");
    }

    #[test]
    fn a_size_that_is_no_number_is_told() {
        let mut resolved = request(auth().with("maxBodySize", "2k"));
        resolved.method = Method::new("POST");
        let signed = sign(resolved);
        assert!(
            signed.warnings[0].contains("`2k` in `maxBodySize`"),
            "{:?}",
            signed.warnings
        );
    }

    #[test]
    fn without_credentials_nothing_is_sent() {
        for name in ["accessToken", "clientToken", "clientSecret"] {
            let signed = sign(request(auth().with(name, "")));
            assert!(signed.request.headers().is_empty());
            assert!(signed.warnings[0].contains("is empty"), "{:?}", signed.warnings);
        }
        let signed = sign(request(auth().with("baseURL", "http://")));
        assert!(signed.warnings[0].contains("the base URL is not valid"));
    }
}
