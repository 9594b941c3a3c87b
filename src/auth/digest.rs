//! Digest auth (RFC 7616, and RFC 2617 where a server is old): a proof of the password that does not tell it.
//!
//! ```text
//! request ─▶ 401 with nonce ─▶ request with the proof ─▶ answer
//! ```
//!
//! A nonce is kept for the requests to come, each with a count of its own, until the server calls it stale. Of several
//! challenges the strongest is answered.

use std::fmt::Write as _;

use md5::{Digest as _, Md5};
use sha2::{Sha256, Sha512, Sha512_256};
use url::Url;

use super::challenge::{Challenge, challenges, parse, quoted};
use super::dialogue::MOST;
use super::memory::Digest;
use super::{Answer, AuthType, Draft, FieldSpec, Step};
use crate::model::percent;

/// Sends `Authorization: Digest …`, once it knows what the server asks for.
pub(super) struct DigestAuth;

/// The hash functions, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Hash {
    Md5,
    Sha256,
    /// In no RFC, but spoken by httpbin and others.
    Sha512,
    Sha512_256,
}

/// A hash function, and whether a session's key is made with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Algorithm {
    hash: Hash,
    session: bool,
}

impl Algorithm {
    /// The algorithm of a word; MD5 where there is none.
    fn named(word: &str) -> Option<Self> {
        let word = word.to_ascii_lowercase();
        let (name, session) = word
            .strip_suffix("-sess")
            .map_or((word.as_str(), false), |name| (name, true));
        let hash = match name {
            "" | "md5" => Hash::Md5,
            "sha-256" => Hash::Sha256,
            "sha-512" => Hash::Sha512,
            "sha-512-256" => Hash::Sha512_256,
            _ => return None,
        };
        Some(Self { hash, session })
    }

    fn of(challenge: &Challenge) -> Option<Self> {
        Self::named(challenge.param("algorithm").unwrap_or_default())
    }

    /// The hash in hexadecimal digits.
    fn hex(self, data: &[u8]) -> String {
        let bytes = match self.hash {
            Hash::Md5 => Md5::digest(data).to_vec(),
            Hash::Sha256 => Sha256::digest(data).to_vec(),
            Hash::Sha512 => Sha512::digest(data).to_vec(),
            Hash::Sha512_256 => Sha512_256::digest(data).to_vec(),
        };
        let mut out = String::with_capacity(2 * bytes.len());
        for byte in bytes {
            // Writing to a string cannot fail.
            let _ = write!(out, "{byte:02x}");
        }
        out
    }
}

impl AuthType for DigestAuth {
    fn kind(&self) -> &'static str {
        "digest"
    }

    fn label(&self) -> &'static str {
        "Digest auth"
    }

    fn help(&self) -> &'static str {
        "Proves the password (RFC 7616)."
    }

    fn fields(&self) -> &'static [FieldSpec] {
        const FIELDS: &[FieldSpec] = &[
            FieldSpec::text("username", "User name", "The user."),
            FieldSpec::secret("password", "Password", "The password; may be empty."),
            FieldSpec::text(
                "realm",
                "Realm",
                "The server's realm; empty asks the server, which is usual.",
            ),
            FieldSpec::text(
                "nonce",
                "Nonce",
                "The server's nonce; with it and the realm the first request is signed already.",
            ),
            FieldSpec::choice(
                "algorithm",
                "Algorithm",
                "The hash for a nonce given here; else the server's strongest is taken.",
                &[
                    "MD5",
                    "MD5-sess",
                    "SHA-256",
                    "SHA-256-sess",
                    "SHA-512-256",
                    "SHA-512-256-sess",
                    "SHA-512",
                    "SHA-512-sess",
                ],
            ),
            FieldSpec::text(
                "qop",
                "QOP",
                "`auth`, or `auth-int` to protect the body too where the server offers it.",
            ),
            FieldSpec::text("nonceCount", "Nonce count", "How often a nonce given here was used."),
            FieldSpec::text("clientNonce", "Client nonce", "Our own nonce; empty makes one."),
            FieldSpec::text("opaque", "Opaque", "What the server wants back unchanged."),
            FieldSpec::NO_RETRY,
        ];
        FIELDS
    }

    fn listens(&self) -> bool {
        true
    }

    fn sign(&self, draft: &mut Draft) -> Step {
        let Some(user) = User::of(draft) else {
            draft.warn("digest auth has neither user name nor password: sent without credentials");
            return Step::Signed;
        };
        // Such a URL is refused before anything is sent.
        let Some(url) = draft.url() else { return Step::Signed };
        let known = draft.memory().next_digest(&user.key(&url));
        if let Some(known) = known.filter(|known| covers(&known.challenge, &url)) {
            authorize_late(draft, &user, &url, &known);
        } else if let Some(known) = given(draft) {
            // Made before anything is sent, it stands where all other credentials do.
            authorize(draft, &user, &url, &known);
        } else if !retries(draft) {
            draft.warn(
                "digest auth has no nonce, and may not ask for one (`disableRetryRequest`): sent without credentials",
            );
        }
        Step::Send {
            reason: "digest challenge".to_owned(),
        }
    }

    fn answer(&self, draft: &mut Draft, answer: &Answer<'_>) -> Step {
        let (Some(user), Some(url)) = (User::of(draft), draft.url()) else {
            return Step::Signed;
        };
        let key = user.key(&url);
        let sent = answer.sent("authorization").map(parse).unwrap_or_default();
        let sent = sent.into_iter().find(|sent| sent.scheme == "digest");
        if answer.status() != 401 {
            if let Some(sent) = sent {
                next_nonce(draft, answer, &sent, &key);
            }
            return Step::Signed;
        }
        if !retries(draft) {
            return Step::Signed;
        }
        let offered = challenges(answer, "digest");
        let Some(challenge) = strongest(&offered) else {
            let words = offered.iter().filter_map(|challenge| challenge.param("algorithm"));
            let words: Vec<String> = words.map(|word| format!("`{}`", word.escape_debug())).collect();
            draft.warn(&if offered.is_empty() {
                "the server does not offer digest auth: its answer is shown".to_owned()
            } else if words.is_empty() {
                "the server asks for a digest without a nonce: its answer is shown".to_owned()
            } else {
                format!(
                    "the server asks for a digest by {}, which is not known: its answer is shown",
                    words.join(", ")
                )
            });
            return Step::Signed;
        };
        if let Some(sent) = sent {
            let same = sent.param("nonce") == challenge.param("nonce");
            if !challenge.flag("stale") && (same || answer.round > 0) {
                draft
                    .memory()
                    .forget_digest(&key, challenge.param("nonce").unwrap_or_default());
                draft
                    .memory()
                    .forget_digest(&key, sent.param("nonce").unwrap_or_default());
                draft.warn("the server does not take the user name and password of the digest auth");
                return Step::Signed;
            }
        }
        let own = client_nonce(draft);
        draft.memory().keep_digest(&key, challenge.clone(), own);
        if answer.round >= MOST {
            draft.warn("the server calls each nonce stale that it has just given: its last answer is shown");
            return Step::Signed;
        }
        match draft.memory().next_digest(&key) {
            Some(known) if authorize_late(draft, &user, &url, &known) => Step::Send {
                reason: "digest challenge".to_owned(),
            },
            _ => Step::Signed,
        }
    }
}

/// Who signs in.
struct User {
    name: String,
    password: String,
}

impl User {
    fn of(draft: &mut Draft) -> Option<Self> {
        let (name, password) = (draft.param("username"), draft.secret_param("password"));
        (!name.is_empty() || !password.is_empty()).then_some(Self { name, password })
    }

    /// What a challenge is remembered by.
    fn key(&self, url: &Url) -> String {
        format!("{} {}", url.origin().ascii_serialization(), self.name)
    }
}

fn retries(draft: &Draft) -> bool {
    !draft.request().auth.flag("disableRetryRequest")
}

/// Our nonce for a server's: the user's own, or by chance.
fn client_nonce(draft: &mut Draft) -> String {
    let own = draft.param("clientNonce");
    if own.is_empty() { draft.nonce() } else { own }
}

/// The challenge the user has filled in, if realm and nonce are there.
fn given(draft: &mut Draft) -> Option<Digest> {
    let (realm, nonce) = (as_bytes(&draft.param("realm")), as_bytes(&draft.param("nonce")));
    if realm.is_empty() || nonce.is_empty() {
        return None;
    }
    let mut params = vec![("realm", realm), ("nonce", nonce)];
    for name in ["algorithm", "qop", "opaque"] {
        let value = draft.param(name);
        if !value.is_empty() {
            params.push((name, as_bytes(&value)));
        }
    }
    let challenge = Challenge::new("digest", &params);
    let is_counted = challenge.param("qop").is_some();
    Some(Digest {
        challenge,
        client_nonce: client_nonce(draft),
        count: nonce_count(draft, is_counted),
    })
}

/// How often the nonce that is given was used, with this time; where nobody says it in digits, once.
fn nonce_count(draft: &mut Draft, is_sent: bool) -> u32 {
    let count = draft.param("nonceCount");
    let digits = count.trim();
    let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    match u32::from_str_radix(digits, 16) {
        Ok(count) if is_number => count,
        // Of a variable that there is none it is told already.
        _ if digits.is_empty() || !is_sent || digits.contains("{{") => 1,
        _ => {
            draft.warn(&format!(
                "digest auth has the nonce count `{count}`, which is no number of up to eight hexadecimal digits: sent with \
                 00000001"
            ));
            1
        }
    }
}

/// A text as it goes out, each byte a character: Latin-1 as far as that goes, else UTF-8.
fn as_bytes(text: &str) -> String {
    if text.chars().all(|c| u8::try_from(c).is_ok()) {
        return text.to_owned();
    }
    text.bytes().map(char::from).collect()
}

/// The bytes that these characters stand for.
fn bytes_of(text: &str) -> Vec<u8> {
    text.chars().filter_map(|c| u8::try_from(c).ok()).collect()
}

/// The strongest of the challenges that can be answered; of equal ones the first.
fn strongest(offered: &[Challenge]) -> Option<&Challenge> {
    let known = offered.iter().filter(|challenge| challenge.param("nonce").is_some());
    let known = known.filter_map(|challenge| Some((Algorithm::of(challenge)?, challenge)));
    known
        .rev()
        .max_by_key(|(algorithm, _)| *algorithm)
        .map(|(_, challenge)| challenge)
}

/// Whether a challenge holds for a URL: all of the server, or what is below the URLs of its `domain`.
fn covers(challenge: &Challenge, url: &Url) -> bool {
    let Some(domain) = challenge.param("domain").filter(|domain| !domain.trim().is_empty()) else {
        return true;
    };
    domain.split_whitespace().any(|one| {
        let below = |space: &Url| space.origin() == url.origin() && url.path().starts_with(space.path());
        url.join(one).is_ok_and(|space| below(&space))
    })
}

/// Keeps the nonce that a server wants used next.
fn next_nonce(draft: &Draft, answer: &Answer<'_>, sent: &Challenge, key: &str) {
    let info = answer.headers("authentication-info").next();
    let next = info.and_then(|info| {
        // It has no scheme; with one it reads like a challenge.
        let info = parse(&format!("info {info}"));
        info.first()?.param("nextnonce").map(str::to_owned)
    });
    if let Some(next) = next {
        draft
            .memory()
            .renew_digest(key, sent.param("nonce").unwrap_or_default(), &next);
    }
}

/// Puts the proof into the request behind all else, as one that the server has asked for.
fn authorize_late(draft: &mut Draft, user: &User, url: &Url, known: &Digest) -> bool {
    let made = authorize(draft, user, url, known);
    if made {
        draft.authorize_late();
    }
    made
}

/// Puts the proof into the request; false where it cannot be made.
fn authorize(draft: &mut Draft, user: &User, url: &Url, known: &Digest) -> bool {
    let challenge = &known.challenge;
    let Some(algorithm) = Algorithm::of(challenge) else {
        let word = challenge
            .param("algorithm")
            .unwrap_or_default()
            .escape_debug()
            .to_string();
        draft.warn(&format!(
            "the digest algorithm `{word}` is not known: sent without credentials"
        ));
        return false;
    };
    let wanted = draft.param("qop");
    let offered: Vec<String> = challenge
        .param("qop")
        .unwrap_or_default()
        .split(',')
        .map(|word| word.trim().to_ascii_lowercase())
        .filter(|word| !word.is_empty())
        .collect();
    let has = |word: &str| offered.iter().any(|one| one == word);
    let body = draft.body();
    let qop = match () {
        () if offered.is_empty() => None,
        () if has("auth-int") && body.is_some() && (wanted == "auth-int" || !has("auth")) => Some("auth-int"),
        () if has("auth") => Some("auth"),
        () => {
            draft.warn(if has("auth-int") {
                "the server wants the body protected (`auth-int`), which cannot be done for files and multipart: sent \
                 without credentials"
            } else {
                "the server offers no digest `qop` that is known: sent without credentials"
            });
            return false;
        }
    };
    let uri = draft.resource(url);
    let proof = Proof {
        algorithm,
        user: &user.name,
        password: &user.password,
        realm: challenge.param("realm").unwrap_or_default(),
        nonce: challenge.param("nonce").unwrap_or_default(),
        utf8: challenge
            .param("charset")
            .is_some_and(|set| set.eq_ignore_ascii_case("utf-8")),
        method: draft.request().method.as_str(),
        uri: &uri,
        qop,
        count: &format!("{:08x}", known.count),
        client_nonce: &known.client_nonce,
        body: body.as_deref().unwrap_or_default(),
    };
    let (header, response) = proof.header(challenge);
    draft.hide(&response);
    draft.set_bound_header("Authorization", &header);
    true
}

/// All that a proof is made of; of the realm and the nonce each byte is a character.
struct Proof<'a> {
    algorithm: Algorithm,
    user: &'a str,
    password: &'a str,
    realm: &'a str,
    nonce: &'a str,
    utf8: bool,
    method: &'a str,
    uri: &'a str,
    qop: Option<&'a str>,
    count: &'a str,
    client_nonce: &'a str,
    body: &'a [u8],
}

impl Proof<'_> {
    /// A text in the server's encoding: UTF-8 where it says so, or where its realm is that; else Latin-1 as far as that goes.
    fn bytes(&self, text: &str) -> Vec<u8> {
        let speaks_utf8 = || !self.realm.is_ascii() && std::str::from_utf8(&bytes_of(self.realm)).is_ok();
        if self.utf8 || speaks_utf8() {
            return text.as_bytes().to_vec();
        }
        bytes_of(&as_bytes(text))
    }

    fn hash(&self, parts: &[&[u8]]) -> String {
        self.algorithm.hex(&parts.join(&b':'))
    }

    /// RFC 7616, section 3.4.1. What came from the server is hashed as it came.
    fn response(&self) -> String {
        let [realm, nonce] = [self.realm, self.nonce].map(bytes_of);
        let client_nonce = self.bytes(self.client_nonce);
        let mut secret = self.hash(&[&self.bytes(self.user), &realm, &self.bytes(self.password)]);
        if self.algorithm.session {
            secret = self.hash(&[secret.as_bytes(), &nonce, &client_nonce]);
        }
        let (method, uri) = (self.method.as_bytes(), self.uri.as_bytes());
        let what = if self.qop == Some("auth-int") {
            self.hash(&[method, uri, self.algorithm.hex(self.body).as_bytes()])
        } else {
            self.hash(&[method, uri])
        };
        let (secret, what) = (secret.as_bytes(), what.as_bytes());
        match self.qop {
            Some(qop) => {
                let count = self.count.as_bytes();
                self.hash(&[secret, &nonce, count, &client_nonce, qop.as_bytes(), what])
            }
            None => self.hash(&[secret, &nonce, what]),
        }
    }

    /// The header, each byte a character, and the part of it that is the proof.
    fn header(&self, challenge: &Challenge) -> (String, String) {
        let response = self.response();
        let out = |text: &str| quoted(&self.bytes(text).into_iter().map(char::from).collect::<String>());
        let mut parts = Vec::new();
        let hashed = challenge.flag("userhash");
        if hashed {
            let user = self.hash(&[&self.bytes(self.user), &bytes_of(self.realm)]);
            parts.push(format!("username=\"{user}\""));
        } else if self.utf8 && !self.user.is_ascii() {
            parts.push(format!("username*=UTF-8''{}", percent::form(self.user)));
        } else {
            parts.push(format!("username={}", out(self.user)));
        }
        let uri: String = self.uri.bytes().map(char::from).collect();
        for (name, value) in [("realm", self.realm), ("nonce", self.nonce), ("uri", &uri)] {
            parts.push(format!("{name}={}", quoted(value)));
        }
        if let Some(algorithm) = challenge.param("algorithm") {
            parts.push(format!("algorithm={algorithm}"));
        }
        if let Some(qop) = self.qop {
            parts.push(format!("qop={qop}, nc={}", self.count));
        }
        if self.qop.is_some() || self.algorithm.session {
            parts.push(format!("cnonce={}", out(self.client_nonce)));
        }
        parts.push(format!("response=\"{response}\""));
        if let Some(opaque) = challenge.param("opaque") {
            parts.push(format!("opaque={}", quoted(opaque)));
        }
        if hashed {
            parts.push("userhash=true".to_owned());
        }
        (format!("Digest {}", parts.join(", ")), response)
    }
}

#[cfg(test)]
mod tests;
