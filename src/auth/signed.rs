//! Signing, and the signed request: the only thing `http` sends.

use std::fmt;

use super::{Draft, Step, find};
use crate::model::request::Method;
use crate::model::secret::is_credential_header;
use crate::model::wire::ResolvedBody;
use crate::model::{Redactor, ResolvedRequest, Settings};

/// A request that has been through [`sign`]; nothing else makes one, so the step cannot be forgotten.
#[derive(Clone)]
pub struct SignedRequest {
    request: ResolvedRequest,
    credentials: Vec<String>,
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
}

/// What signing came to.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The request, ready to send.
    pub request: SignedRequest,
    /// What the user should know: an empty token, an undefined variable, a type that is not known.
    pub warnings: Vec<String>,
}

/// Puts the credentials of the request's auth into it.
///
/// A type that is not known, or that cannot be signed yet, leaves the request unsigned and says so: it may well be one
/// that the server answers without.
pub fn sign(request: ResolvedRequest) -> Signed {
    let kind = request.auth.kind.clone();
    let mut draft = Draft::new(request);
    if !draft.request().auth.is_inherited() {
        match find(&kind).map(|auth| auth.sign(&mut draft)) {
            Some(Step::Signed) => {}
            Some(Step::Send { reason }) => draft.warn(&format!("sent unsigned: {reason}")),
            Some(Step::Ask { question }) => draft.warn(&format!("sent unsigned, as this needs an answer: {question}")),
            None => draft.warn(&format!(
                "the auth type `{kind}` is not known to this version: sent without credentials"
            )),
        }
    }
    let (request, credentials, warnings) = draft.finish();
    Signed {
        request: SignedRequest { request, credentials },
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
        }
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
