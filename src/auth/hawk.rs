//! Hawk (the protocol of mozilla/hawk, version 1.1): a MAC over the request, made with a key that both sides have.
//!
//! It holds for about a minute by the server's clock. A server whose clock differs says what time it is, and proves that
//! with the same key: then the request is sent again with that, and those to come at once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::{Digest as _, Sha1};
use sha2::Sha256;
use url::Url;

use super::challenge::{challenges, quoted};
use super::{Answer, AuthType, Draft, FieldSpec, Step};
use crate::model::ResolvedRequest;
use crate::model::wire::ResolvedBody;

/// Sends `Authorization: Hawk …`.
pub(super) struct Hawk;

impl AuthType for Hawk {
    fn kind(&self) -> &'static str {
        "hawk"
    }

    fn label(&self) -> &'static str {
        "Hawk"
    }

    fn help(&self) -> &'static str {
        "Signs with a key the server has too."
    }

    fn fields(&self) -> &'static [FieldSpec] {
        const FIELDS: &[FieldSpec] = &[
            FieldSpec::text("authId", "Id", "The name of the key."),
            FieldSpec::secret("authKey", "Key", "The key that you share with the server."),
            FieldSpec::choice("algorithm", "Algorithm", "The hash of the key.", &["sha256", "sha1"]),
            FieldSpec::text("user", "User", "A note of Postman's; it is not sent."),
            FieldSpec::text("nonce", "Nonce", "A text that is used once; empty makes one."),
            FieldSpec::text(
                "extraData",
                "Extra data",
                "What the server wants signed besides (`ext`).",
            ),
            FieldSpec::text("app", "App", "The id of the application, for Oz."),
            FieldSpec::text("delegation", "Delegation", "Who delegated to the application (`dlg`)."),
            FieldSpec::text(
                "timestamp",
                "Timestamp",
                "Seconds since 1970; empty is the server's now.",
            ),
            FieldSpec::flag("includePayloadHash", "Hash the body", "Protects the body too."),
        ];
        FIELDS
    }

    fn listens(&self) -> bool {
        true
    }

    fn sign(&self, draft: &mut Draft) -> Step {
        authorize(draft)
    }

    fn answer(&self, draft: &mut Draft, answer: &Answer<'_>) -> Step {
        if answer.status() != 401 {
            return Step::Signed;
        }
        let again = |reason: &str| Step::Send {
            reason: reason.to_owned(),
        };
        let Some(challenge) = challenges(answer, "hawk").into_iter().next() else {
            return Step::Signed;
        };
        if answer.sent("authorization").is_none() {
            // A redirect left the MAC behind, which was for another URL.
            return if matches!(authorize(draft), Step::Send { .. }) {
                again("Hawk challenge")
            } else {
                Step::Signed
            };
        }
        let key = draft.secret_param("authKey");
        let fixed = !draft.param("timestamp").trim().is_empty();
        if let (Some(time), Some(proof), false) = (challenge.param("ts"), challenge.param("tsm"), fixed) {
            let proved = Algorithm::of(draft).is_some_and(|algorithm| algorithm.proves(&key, time, proof));
            match time.parse::<i64>() {
                Ok(time) if proved && answer.round == 0 => {
                    let ahead = time.saturating_sub(draft.now().as_second());
                    if let Some(clock) = clock_key(draft) {
                        draft.memory().keep_clock(&clock, ahead);
                    }
                    authorize(draft);
                    return again("the server's clock");
                }
                _ if !proved => draft.warn("the time that the server tells is not proved with the Hawk key: not used"),
                _ => {}
            }
        }
        let why = challenge
            .param("error")
            .unwrap_or("no reason is given")
            .escape_debug()
            .to_string();
        draft.warn(&format!("the server does not take the Hawk signature: {why}"));
        Step::Signed
    }
}

/// The two hashes there are.
#[derive(Clone, Copy)]
enum Algorithm {
    Sha1,
    Sha256,
}

impl Algorithm {
    fn of(draft: &mut Draft) -> Option<Self> {
        match draft
            .param_or_default("algorithm", "sha256")
            .to_ascii_lowercase()
            .as_str()
        {
            "sha256" => Some(Self::Sha256),
            "sha1" => Some(Self::Sha1),
            _ => None,
        }
    }

    fn mac(self, key: &str, text: &str) -> String {
        // A key of any length will do.
        let bytes = match self {
            Self::Sha1 => Hmac::<Sha1>::new_from_slice(key.as_bytes())
                .map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec()),
            Self::Sha256 => Hmac::<Sha256>::new_from_slice(key.as_bytes())
                .map(|mac| mac.chain_update(text).finalize().into_bytes().to_vec()),
        };
        STANDARD.encode(bytes.unwrap_or_default())
    }

    /// Whether the server's time is proved with the key.
    fn proves(self, key: &str, time: &str, proof: &str) -> bool {
        self.mac(key, &format!("hawk.1.ts\n{time}\n")) == proof
    }

    /// The hash of a body.
    fn payload(self, content_type: &str, body: &[u8]) -> String {
        let media = content_type.split(';').next().unwrap_or_default().trim().to_lowercase();
        let parts = [b"hawk.1.payload\n", media.as_bytes(), b"\n", body, b"\n"].concat();
        STANDARD.encode(match self {
            Self::Sha1 => Sha1::digest(&parts).to_vec(),
            Self::Sha256 => Sha256::digest(&parts).to_vec(),
        })
    }
}

/// What a server's clock is remembered by.
fn clock_key(draft: &mut Draft) -> Option<String> {
    let id = draft.param("authId");
    Some(format!("{} {id}", draft.url()?.origin().ascii_serialization()))
}

/// Signs the request.
fn authorize(draft: &mut Draft) -> Step {
    let (id, key) = (draft.param("authId"), draft.secret_param("authKey"));
    if id.is_empty() || key.is_empty() {
        draft.warn("Hawk auth needs an id and a key: sent without credentials");
        return Step::Signed;
    }
    let Some(algorithm) = Algorithm::of(draft) else {
        draft.warn("Hawk auth knows the algorithms `sha256` and `sha1`: sent without credentials");
        return Step::Signed;
    };
    // Such a URL is refused before anything is sent.
    let (Some(url), Some(clock)) = (draft.url(), clock_key(draft)) else {
        return Step::Signed;
    };
    let ahead = draft.memory().clock(&clock);
    let now = draft.now().as_second().saturating_add(ahead).to_string();
    // As it is typed, also with spaces around it, as Postman sends it; of spaces alone it makes one.
    let time = Some(draft.param("timestamp")).filter(|time| !time.trim().is_empty());
    let time = time.unwrap_or(now);
    if time.trim().parse::<i64>().is_err() {
        draft.warn(&format!(
            "Hawk auth needs a timestamp in seconds since 1970, and `{time}` is none: sent without credentials"
        ));
        return Step::Signed;
    }
    let chance = draft.nonce();
    let hash = draft.request().auth.flag("includePayloadHash").then(|| draft.body());
    let hash = match hash {
        None => String::new(),
        Some(Some(body)) => algorithm.payload(&content_type(draft.request()), &body),
        Some(None) => {
            draft.warn("Hawk auth cannot hash the body of a file or of multipart: it is sent unprotected");
            String::new()
        }
    };
    let artifacts = Artifacts {
        time: &time,
        nonce: &draft.param_or_default("nonce", &chance),
        method: &draft.request().method.as_str().to_uppercase(),
        url: &url,
        resource: &draft.resource(&url),
        hash: &hash,
        ext: &draft.param("extraData"),
        app: &draft.param("app"),
        dlg: &draft.param("delegation"),
    };
    let mac = algorithm.mac(&key, &artifacts.normalized());
    let header = artifacts.header(&id, &mac);
    draft.hide(&mac);
    draft.set_bound_header("Authorization", &header);
    Step::Send {
        reason: "Hawk".to_owned(),
    }
}

/// The Content-Type that will be sent with a body.
fn content_type(request: &ResolvedRequest) -> String {
    let mut headers = request.headers.iter().rev();
    let own = headers.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    match (own, &request.body) {
        (Some((_, value)), _) => value.clone(),
        (None, ResolvedBody::Form(_)) => "application/x-www-form-urlencoded".to_owned(),
        (None, ResolvedBody::Bytes { content_type, .. }) => (*content_type).to_owned(),
        (None, _) => String::new(),
    }
}

/// What the MAC is made over.
struct Artifacts<'a> {
    time: &'a str,
    nonce: &'a str,
    method: &'a str,
    url: &'a Url,
    /// Path and query.
    resource: &'a str,
    hash: &'a str,
    ext: &'a str,
    app: &'a str,
    dlg: &'a str,
}

impl Artifacts<'_> {
    fn normalized(&self) -> String {
        let url = self.url;
        let mut out = format!(
            "hawk.1.header\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n",
            self.time,
            self.nonce,
            self.method,
            self.resource,
            url.host_str().unwrap_or_default().to_lowercase(),
            url.port_or_known_default().unwrap_or_default(),
            self.hash,
            self.ext.replace('\\', "\\\\").replace('\n', "\\n"),
        );
        if !self.app.is_empty() {
            for part in [self.app, "\n", self.dlg, "\n"] {
                out.push_str(part);
            }
        }
        out
    }

    fn header(&self, id: &str, mac: &str) -> String {
        let dlg = if self.app.is_empty() { "" } else { self.dlg };
        let parts = [
            ("id", id),
            ("ts", self.time),
            ("nonce", self.nonce),
            ("hash", self.hash),
            ("ext", self.ext),
            ("mac", mac),
            ("app", self.app),
            ("dlg", dlg),
        ];
        let parts = parts.iter().filter(|(_, value)| !value.is_empty());
        let parts: Vec<_> = parts.map(|(name, value)| format!("{name}={}", quoted(value))).collect();
        format!("Hawk {}", parts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use jiff::Timestamp;

    use super::*;
    use crate::auth::fixtures::{header, request, sign_at};
    use crate::auth::sign;
    use crate::model::Auth;
    use crate::model::request::Method;

    /// The key of the protocol's own examples.
    const KEY: &str = "werxhqb98rpaxn39848xrunpaw3489ruxnpa98w4rxn";

    fn example() -> Auth {
        Auth::new("hawk")
            .with("authId", "dh37fgj492je")
            .with("authKey", KEY)
            .with("algorithm", "sha256")
            .with("nonce", "j4h3g2")
            .with("timestamp", "1353832234")
            .with("extraData", "some-app-ext-data")
    }

    fn signed(auth: Auth, method: &str, body: ResolvedBody) -> String {
        let mut resolved = request(auth);
        resolved.url = "http://example.com:8000/resource/1?b=1&a=2".into();
        resolved.method = Method::new(method);
        resolved.body = body;
        let signed = sign(resolved);
        assert!(signed.request.is_bound("authorization"));
        header(&signed.request, "authorization").concat()
    }

    #[test]
    fn the_examples_of_the_protocol_come_out() {
        assert_eq!(
            signed(example(), "GET", ResolvedBody::None),
            "Hawk id=\"dh37fgj492je\", ts=\"1353832234\", nonce=\"j4h3g2\", ext=\"some-app-ext-data\", \
             mac=\"6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE=\""
        );
        let body = ResolvedBody::Bytes {
            content_type: "text/plain",
            bytes: Bytes::from_static(b"Thank you for flying Hawk"),
            typed: true,
        };
        let header = signed(example().with("includePayloadHash", true), "POST", body);
        assert!(
            header.contains("hash=\"Yi9LfIIFRtBEPt74PVmbTF/xVAwPn7ub15ePICfgnuY=\""),
            "{header}"
        );
        assert!(
            header.contains("mac=\"aSe1DERmZuRl3pI36/9BdZmnErTw3sNzOOAUlfeKjVw=\""),
            "{header}"
        );
    }

    #[test]
    fn the_path_is_signed_as_it_is_sent() {
        let mut resolved = request(example());
        resolved.url = "http://example.com:8000/a/../resource/1?b=|1".into();
        let signed = sign(resolved);
        let line = "hawk.1.header\n1353832234\nj4h3g2\nGET\n/a/../resource/1?b=|1\nexample.com\n8000\n\n\
                    some-app-ext-data\n";
        let mac = Algorithm::Sha256.mac(KEY, line);
        let header = header(&signed.request, "authorization")[0];
        assert!(header.ends_with(&format!("mac=\"{mac}\"")), "{header}");
    }

    #[test]
    fn time_and_nonce_are_of_now_unless_they_are_given() {
        let mut auth = example();
        auth.params.retain(|name, _| name != "nonce" && name != "timestamp");
        let mut resolved = request(auth);
        resolved.url = "http://example.com:8000/resource/1?b=1&a=2".into();
        let now = Timestamp::from_second(1_353_832_234).expect("a moment");
        let signed = sign_at(resolved, now, "j4h3g2");
        let header = header(&signed.request, "authorization").concat();
        assert!(
            header.contains("6R4rV5iE+NPoym+WwjeHzjAGXUtLNIxmo1vpMofpLAE="),
            "{header}"
        );
    }

    #[test]
    fn app_and_delegation_are_signed_and_sent() {
        let auth = example().with("app", "a pp").with("delegation", "d\"l");
        let header = signed(auth, "GET", ResolvedBody::None);
        assert!(header.ends_with("app=\"a pp\", dlg=\"d\\\"l\""), "{header}");
        assert!(!header.contains("6R4rV5iE"));
        let alone = signed(example().with("delegation", "d"), "GET", ResolvedBody::None);
        assert!(alone.contains("6R4rV5iE") && !alone.contains("dlg"));
    }

    #[test]
    fn what_is_missing_or_unknown_is_told_and_nothing_is_sent() {
        for (auth, words) in [
            (Auth::new("hawk").with("authId", "x"), "an id and a key"),
            (example().with("algorithm", "md5"), "`sha256` and `sha1`"),
            (
                example().with("timestamp", "abc"),
                "a timestamp in seconds since 1970, and `abc` is none",
            ),
        ] {
            let signed = sign(request(auth));
            assert!(signed.request.headers().is_empty());
            assert!(signed.warnings[0].contains(words), "{:?}", signed.warnings);
        }
    }

    #[test]
    fn a_time_and_a_nonce_go_out_as_they_are_typed() {
        let auth = example().with("timestamp", " 1353832234 ").with("nonce", " n ");
        let header = signed(auth, "GET", ResolvedBody::None);
        assert!(header.contains("ts=\" 1353832234 \", nonce=\" n \""), "{header}");
        let auth = example().with("timestamp", "  ");
        let header = signed(auth, "GET", ResolvedBody::None);
        assert!(!header.contains("ts=\" ") && !header.contains("ts=\"\""), "{header}");
    }

    #[test]
    fn a_time_counts_only_with_its_proof() {
        let proof = Algorithm::Sha256.mac(KEY, "hawk.1.ts\n1353832234\n");
        assert!(Algorithm::Sha256.proves(KEY, "1353832234", &proof));
        assert!(!Algorithm::Sha256.proves(KEY, "1353832235", &proof));
        assert!(!Algorithm::Sha256.proves("other", "1353832234", &proof));
    }
}
