//! AWS Signature Version 4: the request is signed with a key made of the secret, the day, the region and the service.
//!
//! ```text
//! method, path, query, headers, hash of the body = canonical request ─ SHA-256 ─┐
//! AWS4 + secret ─ date ─ region ─ service ─ aws4_request = signing key ─────────┴─ HMAC ─▶ signature
//! ```
//!
//! Source: the IAM User Guide, "Create a signed AWS API request". What is left out and what has a default is that of
//! Postman, whose collections are to work: no header that is added when sending is signed, and only S3 takes a body that is
//! not.

use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use url::Url;

use super::jose::Hash;
use super::{AuthType, Draft, FieldSpec, Step};
use crate::model::Auth;
use crate::model::address::split;
use crate::model::percent::form as encode;

/// Sends `Authorization: AWS4-HMAC-SHA256 …`, or the same in the query.
pub(super) struct AwsV4;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
/// The service where none is given.
pub const SERVICE: &str = "execute-api";
/// The region where none is given.
pub const REGION: &str = "us-east-1";

/// Headers that proxies and libraries change on the way.
const NOT_SIGNED: [&str; 7] = [
    "authorization",
    "connection",
    "x-amzn-trace-id",
    "user-agent",
    "expect",
    "presigned-expires",
    "range",
];

impl AuthType for AwsV4 {
    fn kind(&self) -> &'static str {
        "awsv4"
    }

    fn label(&self) -> &'static str {
        "AWS signature"
    }

    fn help(&self) -> &'static str {
        "Signs for AWS and its like."
    }

    fn fields(&self) -> &'static [FieldSpec] {
        const FIELDS: &[FieldSpec] = &[
            FieldSpec::text(
                "accessKey",
                "Access key",
                "The id of the key, as in AKIAIOSFODNN7EXAMPLE.",
            ),
            FieldSpec::secret("secretKey", "Secret key", "The key itself; it is not sent."),
            FieldSpec::text("region", "Region", "Where the service runs: eu-central-1.").with_default(REGION),
            FieldSpec::text(
                "service",
                "Service",
                "Which service: s3, sts, dynamodb, execute-api (API Gateway).",
            )
            .with_default(SERVICE),
            FieldSpec::secret(
                "sessionToken",
                "Session token",
                "For keys that last hours, as STS and SSO give them.",
            ),
            FieldSpec::flag(
                "addAuthDataToQuery",
                "In the query",
                "On: a URL that anybody may use until it expires.",
            ),
        ];
        FIELDS
    }

    fn signs_body(&self, auth: &Auth) -> bool {
        // S3 takes files of any size, unsigned.
        auth.text("service") != "s3"
    }

    fn sign(&self, draft: &mut Draft) -> Step {
        if let Err(why) = signed(draft) {
            draft.warn(&format!("AWS auth cannot sign the request: {why}: sent unsigned"));
        }
        Step::Signed
    }
}

/// What a signature is for.
struct Scope {
    date: String,
    region: String,
    service: String,
}

impl Scope {
    fn new(now: Timestamp, region: String, service: String) -> Self {
        let date = now.strftime("%Y%m%dT%H%M%SZ").to_string();
        Self { date, region, service }
    }

    fn text(&self) -> String {
        format!("{}/{}/{}/aws4_request", &self.date[..8], self.region, self.service)
    }

    fn is_s3(&self) -> bool {
        self.service == "s3"
    }

    /// The signature of a canonical request, in hexadecimal digits.
    fn sign(&self, secret: &str, canonical: &str) -> String {
        let to_sign = [
            ALGORITHM,
            &self.date,
            &self.text(),
            &hex(&Hash::Sha256.of(canonical.as_bytes())),
        ]
        .join("\n");
        let parts = [&self.date[..8], &self.region, &self.service, "aws4_request", &to_sign];
        let key = format!("AWS4{secret}").into_bytes();
        let made = parts
            .iter()
            .fold(key, |key, part| Hash::Sha256.hmac(&key, part.as_bytes()));
        hex(&made)
    }
}

fn signed(draft: &mut Draft) -> Result<(), String> {
    let access_key = draft.param("accessKey");
    let secret_key = draft.secret_param("secretKey");
    for (name, value) in [("access key", &access_key), ("secret key", &secret_key)] {
        if value.is_empty() {
            return Err(format!("the {name} is empty"));
        }
    }
    let region = draft.param_or_default("region", REGION);
    let service = draft.param_or_default("service", SERVICE);
    let scope = Scope::new(draft.now(), region, service);
    let session = draft.secret_param("sessionToken");
    for name in [
        "Authorization",
        "X-Amz-Date",
        "X-Amz-Security-Token",
        "X-Amz-Content-Sha256",
    ] {
        draft.remove_header(name);
    }
    for name in [
        "Security-Token",
        "Date",
        "Algorithm",
        "Credential",
        "SignedHeaders",
        "Signature",
    ] {
        draft.remove_query(&format!("X-Amz-{name}"));
    }
    if draft.request().settings.encode_url != Some(false) {
        respell_query(draft);
    }
    if draft.flag("addAuthDataToQuery") {
        in_query(draft, &scope, &access_key, &secret_key, &session)
    } else {
        in_header(draft, &scope, &access_key, &secret_key, &session)
    }
}

fn in_header(draft: &mut Draft, scope: &Scope, access: &str, secret: &str, session: &str) -> Result<(), String> {
    let url = draft.url().ok_or("the URL is not valid")?;
    let hash = body_hash(draft, scope);
    // As in Postman, here and in their order: S3 needs it, the others take it.
    if scope.is_s3() || hash != hex(&Hash::Sha256.of(b"")) {
        draft.set_bound_header("X-Amz-Content-Sha256", &hash);
    }
    let has_host = draft
        .headers()
        .iter()
        .any(|(name, _)| name.trim().eq_ignore_ascii_case("host"));
    if !has_host {
        draft.set_bound_header("Host", &host(&url));
    }
    if !session.is_empty() {
        draft.set_bound_header("X-Amz-Security-Token", session);
    }
    draft.set_bound_header("X-Amz-Date", &scope.date);
    let headers = headers(draft, &url);
    let signature = signature(draft, scope, secret, &url, &headers, &hash);
    draft.hide(&signature);
    let value = format!(
        "{ALGORITHM} Credential={access}/{}, SignedHeaders={}, Signature={signature}",
        scope.text(),
        names(&headers)
    );
    draft.set_bound_header("Authorization", &value);
    Ok(())
}

fn in_query(draft: &mut Draft, scope: &Scope, access: &str, secret: &str, session: &str) -> Result<(), String> {
    let url = draft.url().ok_or("the URL is not valid")?;
    let hash = if scope.is_s3() {
        UNSIGNED.to_owned()
    } else {
        body_hash(draft, scope)
    };
    let headers = headers(draft, &url);
    let own_expiry = url.query().is_some_and(|query| query.contains("X-Amz-Expires="));
    let expires = if scope.is_s3() && !own_expiry { "86400" } else { "" };
    let pairs = [
        ("X-Amz-Algorithm", ALGORITHM),
        ("X-Amz-Credential", &format!("{access}/{}", scope.text())),
        ("X-Amz-Date", &scope.date),
        ("X-Amz-Expires", expires),
        ("X-Amz-Security-Token", session),
        ("X-Amz-SignedHeaders", &names(&headers)),
    ];
    for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
        draft.append_query(&format!("{name}={}", encode(value)));
    }
    let url = draft.url().ok_or("the URL is not valid")?;
    let signature = signature(draft, scope, secret, &url, &headers, &hash);
    draft.add_query("X-Amz-Signature", &signature);
    Ok(())
}

/// The hash of the body, or that there is none.
fn body_hash(draft: &mut Draft, scope: &Scope) -> String {
    match draft.body() {
        Some(body) => hex(&Hash::Sha256.of(&body)),
        None if scope.is_s3() => UNSIGNED.to_owned(),
        None => {
            draft.warn(
                "AWS auth cannot sign this body, as it is multipart or not in memory: signed as if there was none, which \
                 only S3 would take",
            );
            hex(&Hash::Sha256.of(b""))
        }
    }
}

/// The headers that are signed: the user's and ours, with their names in lower case, in order.
fn headers(draft: &Draft, url: &Url) -> Vec<(String, String)> {
    let mut out = draft.signed_headers();
    out.retain(|(name, _)| !NOT_SIGNED.contains(&name.as_str()));
    if !out.iter().any(|(name, _)| name == "host") {
        out.push(("host".to_owned(), host(url)));
    }
    out.sort();
    out
}

/// The host of a URL, with its port if that is not the usual one.
fn host(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}{port}", url.host_str().unwrap_or_default())
}

fn names(headers: &[(String, String)]) -> String {
    let names: Vec<&str> = headers.iter().map(|(name, _)| name.as_str()).collect();
    names.join(";")
}

/// The signature of a request as it stands; `hash` is that of its body.
fn signature(
    draft: &Draft,
    scope: &Scope,
    secret: &str,
    url: &Url,
    headers: &[(String, String)],
    hash: &str,
) -> String {
    let method = draft.request().method.as_str();
    let canonical = canonical(method, &draft.resource(url), headers, hash, scope.is_s3());
    scope.sign(secret, &canonical)
}

/// The canonical request. S3 takes the path as it is, spelled once; the others take it without `.`, `..` and empty
/// segments, spelled twice.
fn canonical(method: &str, resource: &str, headers: &[(String, String)], hash: &str, s3: bool) -> String {
    let lines: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    let (path, written) = split(resource);
    let path = if s3 { path_once(path) } else { path_twice(path) };
    [method, &path, &query(written), &lines.concat(), &names(headers), hash].join("\n")
}

fn path_once(path: &str) -> String {
    // S3 reads a plus sign as a blank, here too.
    let segments = path
        .split('/')
        .map(|segment| encode(&decode(&segment.replace('+', " "))));
    segments.collect::<Vec<_>>().join("/")
}

fn path_twice(path: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    for segment in path.split('/').skip(1) {
        match segment {
            "" | "." => {}
            ".." => {
                out.pop();
            }
            other => out.push(encode(other)),
        }
    }
    let slash = if path.ends_with('/') && !out.is_empty() {
        "/"
    } else {
        ""
    };
    format!("/{}{slash}", out.join("/"))
}

/// The query, each part spelled anew, in the order of its names and then of its values.
fn query(written: Option<&str>) -> String {
    let mut pairs = pairs(written);
    pairs.sort();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{name}={}", value.unwrap_or_default()))
        .collect();
    pairs.join("&")
}

/// The names and values of a query, each spelled anew.
fn pairs(query: Option<&str>) -> Vec<(String, Option<String>)> {
    let spell = |text: &str| encode(&decode(&text.replace('+', " ")));
    let pairs = query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => (spell(name), Some(spell(value))),
            None => (spell(pair), None),
        })
        .collect()
}

/// Sends the query as it is signed: some servers compare what they got without reading it.
fn respell_query(draft: &mut Draft) {
    let Some(resource) = draft.url().map(|url| draft.resource(&url)) else {
        return;
    };
    let (_, Some(query)) = split(&resource) else { return };
    let pairs = pairs(Some(query)).into_iter().map(|(name, value)| match value {
        Some(value) => format!("{name}={value}"),
        None => name,
    });
    let spelled = pairs.collect::<Vec<_>>().join("&");
    draft.set_query(&spelled);
}

fn decode(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

#[cfg(test)]
mod tests;
