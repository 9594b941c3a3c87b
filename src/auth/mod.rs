//! Authentication: one file per type, each a signer and the fields it takes.
//!
//! ```text
//! ResolvedRequest ──sign──▶ Signed { SignedRequest, warnings } ──http::send──▶ Exchange
//! ```
//!
//! A type is a unit struct that implements [`AuthType`] and one line in [`TYPES`]; forms, checks and the documentation
//! are made from its [`FieldSpec`]s. Signers do no I/O: they change a [`Draft`] and say by a [`Step`] whether that is
//! all. Types that need an answer first share one loop, the [`Dialogue`].
//!
//! The rules are those of Postman's runner: the helper replaces a header of the same name that the user typed,
//! and one without credentials leaves the request alone. Whatever is secret, and whatever was derived from it, goes into
//! the request's redactor.

mod apikey;
mod asap;
mod awsv4;
mod basic;
mod bearer;
mod challenge;
mod chance;
mod dialogue;
mod digest;
mod draft;
mod edgegrid;
mod field;
mod hawk;
pub mod jose;
mod jwt;
mod memory;
mod misspelt;
mod negotiate;
mod netrc;
mod none;
mod ntlm;
mod oauth1;
pub mod oauth2;
mod signed;

pub use awsv4::{REGION as AWS_REGION, SERVICE as AWS_SERVICE};
pub use dialogue::{Answer, Dialogue, Reply};
pub use draft::Draft;
pub use field::{FieldKind, FieldSpec};
pub use memory::Memory;
pub use misspelt::misspelt;
pub use netrc::Netrc;
#[cfg(test)]
pub(crate) use signed::tests as fixtures;
pub use signed::{Signed, SignedRequest, sign};

use crate::model::{Auth, ResolvedRequest};

/// Every auth type this version can sign with, in the order a form offers them.
pub const TYPES: &[&dyn AuthType] = &[
    &none::NoAuth,
    &basic::Basic,
    &bearer::Bearer,
    &apikey::ApiKey,
    &oauth2::OAuth2,
    &jwt::Jwt,
    &digest::DigestAuth,
    &oauth1::OAuth1,
    &hawk::Hawk,
    &awsv4::AwsV4,
    &ntlm::Ntlm,
    &negotiate::Negotiate,
    &asap::Asap,
    &edgegrid::EdgeGrid,
    &netrc::NetrcAuth,
];

/// One auth type: what it is called, what it takes and what it does to a request.
pub trait AuthType: Sync {
    /// The word in files: `basic`.
    fn kind(&self) -> &'static str;

    /// What a person reads: `Basic auth`.
    fn label(&self) -> &'static str;

    /// What it does, in one sentence.
    fn help(&self) -> &'static str;

    /// Its parameters, in the order of the form.
    fn fields(&self) -> &'static [FieldSpec];

    /// Puts the credentials into the request, or says what is needed first.
    fn sign(&self, draft: &mut Draft) -> Step;

    /// Whether it signs the body, so that a file must be read before.
    fn signs_body(&self, _auth: &Auth) -> bool {
        false
    }

    /// Whether [`sign`](Self::sign) may ask for the answer.
    fn listens(&self) -> bool {
        false
    }

    /// Looks at the answer, after [`Step::Send`]: with that again, what stands in the draft is to be sent; with anything
    /// else the answer stands.
    fn answer(&self, _draft: &mut Draft, _answer: &Answer<'_>) -> Step {
        Step::Signed
    }
}

/// What a signer wants to happen next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The request is ready, or was left alone with a warning.
    Signed,
    /// What stands in the draft is to be sent, and its answer shown to the signer (digest, NTLM, Hawk).
    Send {
        /// Why, for the person who waits: `digest challenge`.
        reason: String,
    },
    /// The user must be asked first (a password, a code, a browser window).
    Ask {
        /// The question.
        question: String,
    },
}

/// The type of a word; `None` for one this version does not know.
pub fn find(kind: &str) -> Option<&'static dyn AuthType> {
    TYPES.iter().copied().find(|kind_of| kind_of.kind() == kind)
}

/// Whether the auth of a request signs its body.
pub fn signs_body(request: &ResolvedRequest) -> bool {
    request.sends_body() && find(&request.auth.kind).is_some_and(|kind| kind.signs_body(&request.auth))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_found_by_its_word_and_describes_itself() {
        for auth in TYPES {
            assert_eq!(find(auth.kind()).map(AuthType::kind), Some(auth.kind()));
            assert!(
                !auth.label().is_empty() && auth.help().ends_with('.'),
                "{}",
                auth.kind()
            );
            // With its kind it fits on a line beside the tree in 80 columns.
            let length = auth.kind().len() + auth.help().chars().count();
            assert!(length <= 42, "{}: {length}", auth.kind());
            for field in auth.fields() {
                assert!(!field.label.is_empty() && field.help.ends_with('.'), "{}", field.name);
                // It fits on two lines.
                assert!(field.help.chars().count() <= 120, "{}", field.help);
                if let FieldKind::Choice(words) = field.kind {
                    assert!(words.contains(&field.default), "{}", field.name);
                }
                if let Some((other, values)) = field.shown {
                    let other = auth.fields().iter().find(|spec| spec.name == other);
                    let Some(FieldKind::Choice(words)) = other.map(|spec| spec.kind) else {
                        panic!("{} depends on what is no choice", field.name);
                    };
                    assert!(values.iter().all(|value| words.contains(value)), "{}", field.name);
                }
            }
        }
        assert!(find("kerberos").is_none());
    }

    #[test]
    fn no_two_types_share_a_word_and_no_two_fields_a_name() {
        for (n, auth) in TYPES.iter().enumerate() {
            assert!(TYPES[n + 1..].iter().all(|other| other.kind() != auth.kind()));
            let fields = auth.fields();
            for (n, field) in fields.iter().enumerate() {
                assert!(fields[n + 1..].iter().all(|other| other.name != field.name));
            }
        }
    }
}
