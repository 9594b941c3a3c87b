//! What the browser comes back with (RFC 6749, sections 4.1.2 and 4.2.2; RFC 9207).

use serde_json::{Map, Value};
use url::Url;

use super::answer::{self, Tokens};
use super::error::{AUTHORIZATION, OAuthError};
use crate::model::{Redactor, Secret};

/// The sign-in that is waited for.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The `state` it was begun with.
    pub state: Secret,
    /// The server's issuer, if it is known.
    pub issuer: Option<String>,
    /// Whether the server has promised to say who it is.
    pub must_name_issuer: bool,
}

/// What a sign-in has brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brought {
    /// A code to be exchanged.
    Code(Secret),
    /// The tokens themselves.
    Tokens(Box<Tokens>),
}

impl Expected {
    /// Reads the parameters of the address the browser came back to.
    ///
    /// # Errors
    ///
    /// It is another sign-in, of another server, or the server's refusal. One that is not ours ([`OAuthError::State`]) says
    /// nothing about the one that is waited for: whoever listens goes on.
    pub fn check(&self, query: &str) -> Result<Brought, OAuthError> {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let one = |name: &str| {
            let mut values = pairs.iter().filter(|(own, _)| own == name);
            let first = values.next().map(|(_, value)| value.as_str());
            // Twice is once too often (section 3.1): which of them was meant?
            if values.next().is_some() { None } else { first }
        };
        // First of all, for nothing else in it can be believed before.
        if !one("state").is_some_and(|state| same(state, self.state.reveal())) {
            return Err(OAuthError::State);
        }
        match (one("iss"), &self.issuer) {
            (Some(got), Some(expected)) if got != expected => {
                return Err(OAuthError::Issuer {
                    got: answer::shown(got),
                    expected: expected.clone(),
                });
            }
            (None, Some(expected)) if self.must_name_issuer => {
                return Err(OAuthError::Issuer {
                    got: "nobody in particular".to_owned(),
                    expected: expected.clone(),
                });
            }
            _ => {}
        }
        let fields: Map<String, Value> = pairs
            .iter()
            .map(|(name, value)| (name.clone(), value.clone().into()))
            .collect();
        if let Some(refused) = answer::refusal(&fields, AUTHORIZATION, 0, &Redactor::default()) {
            return Err(refused);
        }
        if let Some(code) = one("code").filter(|code| !code.is_empty()) {
            return Ok(Brought::Code(Secret::new(code)));
        }
        if let Some(tokens) = Tokens::of(&fields) {
            return Ok(Brought::Tokens(Box::new(tokens)));
        }
        Err(OAuthError::Strange {
            endpoint: AUTHORIZATION,
            what: "neither a code nor an error".to_owned(),
        })
    }

    /// The same for an address that was pasted.
    ///
    /// # Errors
    ///
    /// Also when it is no such address.
    pub fn check_pasted(&self, text: &str) -> Result<Brought, OAuthError> {
        let text = text.trim().trim_matches(['"', '\'', '<', '>']);
        if text.is_empty() {
            return Err(OAuthError::Pasted("nothing was pasted".to_owned()));
        }
        self.check(
            &parameters(text)
                .ok_or_else(|| OAuthError::Pasted("it has no `code=` and no `error=` in it".to_owned()))?,
        )
    }
}

/// The parameters in an address, behind `?` or `#`; or all of a text that is nothing but parameters.
fn parameters(text: &str) -> Option<String> {
    let has = |query: &&str| {
        ["code=", "error=", "access_token=", "id_token="]
            .iter()
            .any(|name| query.contains(name))
    };
    match Url::parse(text) {
        Ok(url) => {
            let (query, fragment) = (url.query().filter(has), url.fragment().filter(has));
            query.or(fragment).map(str::to_owned)
        }
        Err(_) => Some(text.trim_start_matches(['?', '#'])).filter(has).map(str::to_owned),
    }
}

/// Whether two texts are the same, without telling by the time it takes how much of them is.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |diff, (a, b)| diff | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    fn expected() -> Expected {
        Expected {
            state: Secret::new("st-1"),
            issuer: Some("https://as.example".to_owned()),
            must_name_issuer: false,
        }
    }

    #[test]
    fn a_code_is_taken_only_from_the_sign_in_that_was_begun() {
        let code = Brought::Code(Secret::new("c 1"));
        assert_eq!(expected().check("code=c+1&state=st-1"), Ok(code.clone()));
        assert_eq!(
            expected().check("code=c+1&state=st-1&iss=https%3A%2F%2Fas.example"),
            Ok(code)
        );
        for stranger in [
            "",
            "code=c1",
            "code=c1&state=",
            "code=c1&state=st-2",
            "code=c1&state=st-1&state=st-2",
            "code=c1&state=st-10",
            "error=access_denied",
        ] {
            assert_eq!(expected().check(stranger), Err(OAuthError::State), "{stranger}");
        }
    }

    #[test]
    fn another_servers_answer_is_not_taken() {
        let error = expected()
            .check("code=c1&state=st-1&iss=https%3A%2F%2Fevil.example")
            .unwrap_err();
        assert!(error.to_string().contains("`https://evil.example`"), "{error}");
        let strict = Expected {
            must_name_issuer: true,
            ..expected()
        };
        assert!(matches!(
            strict.check("code=c1&state=st-1"),
            Err(OAuthError::Issuer { .. })
        ));
        let unknown = Expected {
            issuer: None,
            ..expected()
        };
        assert!(unknown.check("code=c1&state=st-1&iss=x").is_ok());
    }

    #[test]
    fn a_refusal_is_told_in_words() {
        let error = expected()
            .check("error=access_denied&error_description=not+you&state=st-1")
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            "the authorization endpoint answered `access_denied`: not you"
        );
        assert!(expected().check("state=st-1").is_err());
        assert!(matches!(
            expected().check("code=a&code=b&state=st-1"),
            Err(OAuthError::Strange { .. })
        ));
    }

    #[test]
    fn what_is_pasted_may_be_the_address_or_what_is_behind_it() {
        for text in [
            " http://127.0.0.1:7/cb?code=c1&state=st-1 \n",
            "https://oauth.pstmn.io/v1/callback?code=c1&state=st-1#_=_",
            "?code=c1&state=st-1",
            "'code=c1&state=st-1'",
            "app://cb?code=c1&state=st-1",
        ] {
            assert_eq!(
                expected().check_pasted(text),
                Ok(Brought::Code(Secret::new("c1"))),
                "{text}"
            );
        }
        let token = expected()
            .check_pasted("http://127.0.0.1/#access_token=at&state=st-1&expires_in=60")
            .unwrap();
        assert!(matches!(token, Brought::Tokens(tokens) if tokens.access.reveal() == "at"));
        for wrong in [
            "",
            "c1",
            "https://as.example/login",
            "http://127.0.0.1/?code=c1&state=st-2",
        ] {
            assert!(expected().check_pasted(wrong).is_err(), "{wrong}");
        }
    }
}
