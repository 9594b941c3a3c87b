//! NTLM over HTTP, version 2 (MS-NTHT, MS-NLMP): what Windows servers ask for where there is no Kerberos.
//!
//! ```text
//! request ─▶ 401 NTLM ─▶ negotiate, without the body ─▶ 401 with a challenge ─▶ the request with the proof ─▶ answer
//!                        └─────────────────── over one connection, used by nothing else ──────────────────────┘
//! ```
//!
//! It is the connection that is signed in, so it is closed behind the answer and the next request begins anew. The
//! messages themselves are in [`message`]. What binds the proof to the certificate of TLS (Extended Protection) is not
//! sent; a server that insists on it refuses.

mod message;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use self::message::{Account, Challenge, authenticate, kind_of, negotiate};
use super::challenge::challenges;
use super::{Answer, AuthType, Draft, FieldSpec, Step};

/// Sends `Authorization: NTLM …`, three messages in all.
pub(super) struct Ntlm;

impl AuthType for Ntlm {
    fn kind(&self) -> &'static str {
        "ntlm"
    }

    fn label(&self) -> &'static str {
        "NTLM"
    }

    fn help(&self) -> &'static str {
        "Signs in to Windows, NTLM version 2."
    }

    fn fields(&self) -> &'static [FieldSpec] {
        const FIELDS: &[FieldSpec] = &[
            FieldSpec::text(
                "username",
                "User name",
                "The user, also as `DOMAIN\\user` or `user@domain`.",
            ),
            FieldSpec::secret("password", "Password", "The password; may be empty."),
            FieldSpec::text(
                "domain",
                "Domain",
                "The user's domain; empty for an account of the server's own.",
            ),
            FieldSpec::text(
                "workstation",
                "Workstation",
                "The name of this computer; seldom needed.",
            ),
            FieldSpec::NO_RETRY,
        ];
        FIELDS
    }

    fn listens(&self) -> bool {
        true
    }

    fn sign(&self, draft: &mut Draft) -> Step {
        if draft.param("username").is_empty() {
            draft.warn("NTLM auth has no user name: sent without credentials");
            return Step::Signed;
        }
        if draft.request().auth.flag("disableRetryRequest") {
            draft.warn("NTLM auth may not send again (`disableRetryRequest`): sent without credentials");
            return Step::Signed;
        }
        // What the user wrote there would go along with the first message.
        draft.remove_header("Authorization");
        step()
    }

    fn answer(&self, draft: &mut Draft, answer: &Answer<'_>) -> Step {
        if answer.status() != 401 {
            return Step::Signed;
        }
        // A server that offers only Negotiate takes NTLM in its place.
        let offered = |scheme| challenges(answer, scheme).into_iter().next().map(|one| (scheme, one));
        let Some((scheme, offered)) = offered("ntlm").or_else(|| offered("negotiate")) else {
            draft.warn("the server does not offer NTLM: its answer is shown");
            return Step::Signed;
        };
        let word = if scheme == "ntlm" { "NTLM" } else { "Negotiate" };
        match answer.sent("authorization").and_then(sent_kind) {
            None => {
                draft.go_alone();
                draft.drop_body();
                draft.set_bound_header("Authorization", &format!("{word} {}", STANDARD.encode(negotiate())));
                draft.authorize_late();
                step()
            }
            Some(1) => prove(draft, word, &offered.token),
            Some(_) => {
                draft.warn(if answer.reused() {
                    "the server does not take the user name and password of the NTLM auth"
                } else {
                    "the server closed the connection in the middle of the NTLM handshake; is a proxy in between?"
                });
                Step::Signed
            }
        }
    }
}

/// The third message, for the challenge of the second.
fn prove(draft: &mut Draft, word: &str, token: &str) -> Step {
    let message = STANDARD.decode(token).ok();
    let Some(challenge) = message.and_then(|bytes| Challenge::read(&bytes)) else {
        draft.warn("the server's NTLM challenge cannot be read: its answer is shown");
        return Step::Signed;
    };
    let account = account(draft);
    let proof = STANDARD.encode(authenticate(&account, &challenge, draft.random_bytes(), draft.now()));
    draft.go_alone();
    draft.hide(&proof);
    draft.set_bound_header("Authorization", &format!("{word} {proof}"));
    draft.authorize_late();
    step()
}

fn step() -> Step {
    Step::Send {
        reason: "NTLM handshake".to_owned(),
    }
}

/// Which of the three messages an Authorization header holds.
fn sent_kind(header: &str) -> Option<u32> {
    let (scheme, token) = header.split_once(' ')?;
    let ours = scheme.eq_ignore_ascii_case("ntlm") || scheme.eq_ignore_ascii_case("negotiate");
    kind_of(&STANDARD.decode(token.trim()).ok().filter(|_| ours)?)
}

/// Who signs in; the domain may stand before the user name.
fn account(draft: &mut Draft) -> Account {
    let (user, domain) = (draft.param("username"), draft.param("domain"));
    let (user, domain) = match user.split_once('\\') {
        Some((own, user)) if domain.is_empty() => (user.to_owned(), own.to_owned()),
        Some((_, user)) => (user.to_owned(), domain),
        None => (user, domain),
    };
    Account {
        user,
        domain,
        password: draft.secret_param("password"),
        workstation: draft.param("workstation"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Memory;
    use crate::auth::fixtures::request;
    use crate::auth::sign;
    use crate::model::Auth;

    #[test]
    fn a_domain_before_the_user_is_told_apart() {
        for (user, domain, expected) in [
            ("user", "", ("user", "")),
            ("CORP\\user", "", ("user", "CORP")),
            ("CORP\\user", "OTHER", ("user", "OTHER")),
            ("user@corp.test", "", ("user@corp.test", "")),
        ] {
            let auth = Auth::new("ntlm").with("username", user).with("domain", domain);
            let account = account(&mut Draft::new(request(auth), Memory::default()));
            assert_eq!((account.user.as_str(), account.domain.as_str()), expected);
        }
    }

    #[test]
    fn nothing_is_sent_before_the_server_asks() {
        let signed = sign(request(Auth::new("ntlm").with("username", "u")));
        assert!(signed.request.headers().is_empty() && signed.warnings.is_empty());
        assert!(!signed.request.is_alone());
        for auth in [
            Auth::new("ntlm"),
            Auth::new("ntlm")
                .with("username", "u")
                .with("disableRetryRequest", true),
        ] {
            assert_eq!(sign(request(auth)).warnings.len(), 1);
        }
    }

    #[test]
    fn only_messages_of_ntlm_are_taken_for_such() {
        assert_eq!(sent_kind(&format!("NTLM {}", STANDARD.encode(negotiate()))), Some(1));
        for header in [
            "",
            "NTLM",
            "NTLM !",
            "NTLM AAAA",
            "Bearer abc",
            "Basic TlRMTVNTUAABAAAA",
        ] {
            assert_eq!(sent_kind(header), None, "{header}");
        }
    }
}
