//! Signing, and the signed request: the only thing `http` sends.

use std::fmt;

use super::draft::{Draft, Finished};
use super::{Dialogue, Memory};
use crate::model::request::Method;
use crate::model::secret::is_credential_header;
use crate::model::wire::ResolvedBody;
use crate::model::{Redactor, ResolvedRequest, Settings};

/// A request that has been through [`sign`]; nothing else makes one, so the step cannot be forgotten.
#[derive(Clone)]
pub struct SignedRequest {
    request: ResolvedRequest,
    credentials: Vec<String>,
    bound: Vec<String>,
    alone: bool,
    late: bool,
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = self.request.redactor.redact(&self.request.url);
        write!(f, "SignedRequest({} {url})", self.request.method)
    }
}

impl SignedRequest {
    /// The method.
    pub fn method(&self) -> &Method {
        &self.request.method
    }

    /// The whole URL, percent-encoded.
    pub fn url(&self) -> &str {
        &self.request.url
    }

    /// The user's headers and those of the auth, in order.
    pub fn headers(&self) -> &[(String, String)] {
        &self.request.headers
    }

    /// The body.
    pub fn body(&self) -> &ResolvedBody {
        &self.request.body
    }

    /// The effective settings.
    pub fn settings(&self) -> &Settings {
        &self.request.settings
    }

    /// What must be hidden wherever the request is shown.
    pub fn redactor(&self) -> &Redactor {
        &self.request.redactor
    }

    /// Variables that no scope defines; their tokens are still in the text.
    pub fn unresolved(&self) -> &[String] {
        &self.request.unresolved
    }

    /// Whether a header of that name proves who the user is, so that it must not follow a redirect to another host:
    /// those that always do ([`is_credential_header`]), and whatever the auth set.
    pub fn is_credential(&self, header: &str) -> bool {
        is_credential_header(header) || self.credentials.iter().any(|name| name.eq_ignore_ascii_case(header))
    }

    /// Whether a header of that name is good for this URL only, so that it must not follow any redirect.
    pub fn is_bound(&self, header: &str) -> bool {
        self.bound.iter().any(|name| name.eq_ignore_ascii_case(header))
    }

    /// Whether its `Authorization` stands behind all other headers, as it answers what the server asked.
    pub fn is_authorized_late(&self) -> bool {
        self.late
    }

    /// Whether it needs a connection that no other request uses: one that NTLM signs in speaks for its user.
    pub fn is_alone(&self) -> bool {
        self.alone
    }
}

/// What signing came to.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The request, ready to send.
    pub request: SignedRequest,
    /// What the user should know: an empty token, an undefined variable, a type that is not known.
    pub warnings: Vec<String>,
}

/// Puts the credentials of the request's auth into it, as far as that is possible without an answer of the server; where
/// one is needed, [`Dialogue`] goes on from there.
pub fn sign(request: ResolvedRequest) -> Signed {
    Dialogue::begin(request, &Memory::default()).1
}

/// What a draft has become.
pub(super) fn signed(draft: Draft) -> Signed {
    let Finished {
        request,
        credentials,
        bound,
        alone,
        late,
        warnings,
    } = draft.finish();
    Signed {
        request: SignedRequest {
            request,
            credentials,
            bound,
            alone,
            late,
        },
        warnings,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::Auth;

    /// A plain GET with an auth.
    pub(crate) fn request(auth: Auth) -> ResolvedRequest {
        ResolvedRequest {
            method: Method::default(),
            url: "http://127.0.0.1/".into(),
            headers: Vec::new(),
            body: ResolvedBody::None,
            auth,
            settings: Settings::default(),
            redactor: Redactor::default(),
            unresolved: Vec::new(),
            used: Vec::new(),
        }
    }

    /// The same as [`sign`], at another time and with this for every nonce.
    pub(crate) fn sign_at(request: ResolvedRequest, now: jiff::Timestamp, nonce: &'static str) -> Signed {
        let auth = super::super::find(&request.auth.kind).expect("the type is known");
        let chance = super::super::chance::Chance::Fixed { now, nonce };
        let mut draft = Draft::new(request, Memory::default()).with_chance(chance);
        auth.sign(&mut draft);
        signed(draft)
    }

    /// The values of all headers of a name.
    pub(crate) fn header<'a>(request: &'a SignedRequest, name: &str) -> Vec<&'a str> {
        request
            .headers()
            .iter()
            .filter(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .collect()
    }

    #[test]
    fn the_type_of_a_text_stands_before_the_auth_and_that_of_what_is_made_behind_it() {
        let names = |typed: bool| {
            let mut resolved = request(Auth::new("bearer").with("token", "t"));
            resolved.method = Method::new("POST");
            resolved.body = ResolvedBody::Bytes {
                content_type: "application/json",
                bytes: "{}".into(),
                typed,
            };
            let signed = sign(resolved);
            let names = signed.request.headers().iter().map(|(name, _)| name.clone());
            names.collect::<Vec<_>>()
        };
        assert_eq!(names(true), ["Content-Type", "Authorization"]);
        assert_eq!(names(false), ["Authorization"]);
    }

    #[test]
    fn an_unknown_type_is_sent_unsigned_with_a_warning() {
        let signed = sign(request(Auth::new("kerberos").with("realm", "X")));
        assert!(signed.request.headers().is_empty());
        assert!(signed.warnings[0].contains("`kerberos`"), "{:?}", signed.warnings);
    }

    #[test]
    fn none_and_an_inherit_without_parents_send_nothing_and_say_nothing() {
        for auth in [Auth::new(Auth::NONE), Auth::default()] {
            let mut resolved = request(auth);
            resolved.headers.push(("Authorization".into(), "mine".into()));
            let signed = sign(resolved);
            assert_eq!(header(&signed.request, "authorization"), ["mine"]);
            assert!(signed.warnings.is_empty());
        }
    }

    #[test]
    fn debug_output_holds_no_secret() {
        let signed = sign(request(Auth::new("bearer").with("token", "tok-1")));
        let shown = format!("{signed:?}");
        assert!(
            shown.contains("GET http://127.0.0.1/") && !shown.contains("tok-1"),
            "{shown}"
        );
    }
}
