//! Why there is no token, in words: what happened, why, and what to do next.

use std::time::Duration;

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OAuthError {
    /// A parameter is not there that the grant cannot do without.
    #[error("the OAuth 2.0 auth has no {what}, which the grant `{grant}` needs")]
    Missing {
        /// What it is, as the form calls it.
        what: &'static str,
        /// The grant.
        grant: &'static str,
    },
    /// A parameter still holds a variable that nothing defines.
    #[error("the variable `{variable}` in `{parameter}` of the OAuth 2.0 auth is not defined")]
    Undefined {
        /// The variable.
        variable: String,
        /// The parameter it stands in.
        parameter: String,
    },
    /// A parameter makes no sense.
    #[error("`{value}` is no {what}")]
    Parameter {
        /// What it should be.
        what: &'static str,
        /// What it is.
        value: String,
        /// What would do.
        hint: &'static str,
    },
    /// The key of the client cannot sign.
    #[error("the client cannot prove who it is: {0}")]
    Assertion(String),
    /// The server said no, by the rules of the standard.
    #[error("the {endpoint} answered `{code}`{}{}", Said(description), status_words(*status))]
    Refused {
        /// Which of its endpoints.
        endpoint: &'static str,
        /// The standard's code: `invalid_grant`.
        code: String,
        /// What the server adds to it, if anything.
        description: String,
        /// The status; 0 for a redirect in the browser, which has none.
        status: u16,
    },
    /// The answer is none that the standard knows.
    #[error("the {endpoint} answered with {what}")]
    Strange {
        /// Which endpoint.
        endpoint: &'static str,
        /// What it answered with.
        what: String,
    },
    /// It wants the request, and what is secret in it, sent somewhere else.
    #[error("the {endpoint} redirects to `{to}`, and what is secret is sent to nobody else")]
    Redirects {
        /// Which endpoint.
        endpoint: &'static str,
        /// Where to.
        to: String,
    },
    /// No answer came.
    #[error("the {endpoint} cannot be asked: {message}")]
    Unreachable {
        /// Which endpoint.
        endpoint: &'static str,
        /// Why.
        message: String,
        /// Whether no connection could be made, so that it cannot have acted upon it.
        never_arrived: bool,
        /// What to do about it.
        hint: Option<String>,
    },
    /// The browser came back with a sign-in that is not ours (RFC 6749, section 10.12).
    #[error("the sign-in that came back is not the one that was begun: its `state` differs")]
    State,
    /// The browser came back from another server than it was sent to (RFC 9207).
    #[error("the sign-in came back from `{got}`, but it was begun at `{expected}`")]
    Issuer {
        /// Who it says it is.
        got: String,
        /// Who it should be.
        expected: String,
    },
    /// The discovery document is for somebody else, or leads to a less protected place.
    #[error("the discovery document is not to be trusted: {0}")]
    Discovery(String),
    /// What was pasted is not the address the browser was sent back to.
    #[error("this is not the address that the browser was sent back to: {0}")]
    Pasted(String),
    /// The port for the browser to come back to is taken.
    #[error("the port {port} that the browser should come back to cannot be opened: {why}")]
    Port {
        /// The port.
        port: u16,
        /// Why not.
        why: String,
    },
    /// Somebody must sign in, and nobody can be asked.
    #[error("somebody has to sign in for the grant `{grant}`, and nobody can be asked here")]
    Unattended {
        /// The grant.
        grant: &'static str,
    },
    /// Somebody may sign in, but nothing of it would be heard of.
    #[error(
        "nothing can come back here: the browser ends at an address that only a person can paste, and nobody is here to"
    )]
    Unheard,
    /// Nobody signed in, in time.
    #[error("nobody has signed in within {}", words(*.0))]
    Late(Duration),
    /// The user gave up.
    #[error("the sign-in was cancelled")]
    Cancelled,
}

impl OAuthError {
    /// What to do next.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Missing { what, .. } => format!("enter the {what} in the auth of the request, folder or collection"),
            Self::Undefined { .. } => {
                "choose an environment that defines it, or run the request that sets it".to_owned()
            }
            Self::Parameter { hint, .. } => (*hint).to_owned(),
            Self::Assertion(_) => "check the key and the algorithm of the client authentication".to_owned(),
            Self::Refused { endpoint, code, .. } => return advice(endpoint, code).map(str::to_owned),
            Self::Strange { .. } => "is it the right URL? the server's documentation names its endpoints".to_owned(),
            Self::Redirects { .. } => "if that is the right place, make it the URL of the auth".to_owned(),
            Self::Unreachable { hint, .. } => return hint.clone(),
            Self::State => "sign in again; if it happens each time, somebody else sends answers".to_owned(),
            Self::Issuer { .. } => "check the issuer in the auth; else somebody tries to take your sign-in".to_owned(),
            Self::Discovery(_) => "check the issuer's URL, or give the endpoints one by one".to_owned(),
            Self::Pasted(_) => "copy the whole line of the browser's address bar once you have signed in".to_owned(),
            Self::Port { .. } => {
                "end what has it, or choose another port, which the server must know as well".to_owned()
            }
            Self::Unattended { .. } => {
                "sign in first: `postrider tokens login REQUEST` in a terminal (elsewhere `--wait` waits for you), or send it in \
                 the TUI; the token is kept and renewed"
                    .to_owned()
            }
            Self::Unheard => {
                "run it in a terminal, or let the browser come back to this machine: a callback URL as \
                 `http://127.0.0.1/callback`, which the server must know as well"
                    .to_owned()
            }
            Self::Late(_) => "send again to get a new sign-in".to_owned(),
            Self::Cancelled => "send again to sign in".to_owned(),
        })
    }

    /// Whether a new try may end otherwise, because it was the network or the server's bad moment.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused { code, status, .. } => {
                *status >= 500 || code == "temporarily_unavailable" || code == "server_error"
            }
            _ => false,
        }
    }

    /// Whether it may be tried once more without asking: not where the server may have acted upon it and not answered.
    pub fn may_be_repeated(&self) -> bool {
        match self {
            Self::Unreachable { never_arrived, .. } => *never_arrived,
            error => error.is_passing(),
        }
    }
}

/// What to do about the errors of the standards: RFC 6749, sections 4.1.2.1 and 5.2; RFC 8628, section 3.5; RFC 8707.
fn advice(endpoint: &str, code: &str) -> Option<&'static str> {
    Some(match code {
        "invalid_client" => {
            "check client id and secret, and how the client proves who it is: some servers want them in the body, some in \
             a header"
        }
        "invalid_grant" => {
            "user name and password, the code or the refresh token are wrong, used up or too old: sign in again"
        }
        "unauthorized_client" => "the server does not let this client use this grant: allow it there, or use another",
        "unsupported_grant_type" => "the server does not know this grant: choose another, or check the token URL",
        "invalid_scope" => "the server does not know a scope, or does not give it to this client",
        "access_denied" if endpoint == TOKEN => {
            "the person who was asked, or a rule of the server, refused it: check user name and password, and what this client may do"
        }
        "access_denied" => "you, or the server's rules, have refused it",
        "invalid_target" => "check `resource` and `audience`",
        "expired_token" => "the code is too old: send again to get a new one",
        "unsupported_response_type" => "the server does not let this client sign in this way: choose another grant",
        "redirect_uri_mismatch" => "tell the server the redirect URI of this auth, character by character",
        "login_required" | "interaction_required" | "consent_required" => "sign in again",
        "invalid_request" => "check the parameters of the auth: the server misses one, or does not like it",
        "temporarily_unavailable" | "server_error" => "the server has a problem: try again later",
        _ => return None,
    })
}

/// What the endpoint for tokens is called in errors.
pub const TOKEN: &str = "token endpoint";
/// What the one for people is called.
pub const AUTHORIZATION: &str = "authorization endpoint";
/// What the one for device codes is called.
pub const DEVICE: &str = "device authorization endpoint";
/// What the document that names the others is called.
pub const DISCOVERY: &str = "discovery document";

/// What a server adds to its error.
struct Said<'a>(&'a str);

impl std::fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            "" => Ok(()),
            text => write!(f, ": {}", text.trim_end_matches('.')),
        }
    }
}

fn status_words(status: u16) -> String {
    match status {
        0 | 400 | 401 => String::new(),
        200..=299 => format!(", though with status {status}"),
        _ => format!(" (status {status})"),
    }
}

/// `5 minutes`, `90 seconds`.
fn words(time: Duration) -> String {
    let seconds = time.as_secs();
    let (count, unit) = if seconds >= 60 && seconds.is_multiple_of(60) {
        (seconds / 60, "minute")
    } else {
        (seconds, "second")
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_happened_and_what_to_do() {
        let refused = |code: &str, description: &str, status| OAuthError::Refused {
            endpoint: TOKEN,
            code: code.into(),
            description: description.into(),
            status,
        };
        let error = refused("invalid_client", "Bad secret.", 401);
        assert_eq!(
            error.to_string(),
            "the token endpoint answered `invalid_client`: Bad secret"
        );
        assert!(error.hint().is_some_and(|hint| hint.contains("client id and secret")));
        assert_eq!(
            refused("bad_code", "", 200).to_string(),
            "the token endpoint answered `bad_code`, though with status 200"
        );
        assert!(refused("server_error", "", 400).is_passing() && refused("x", "", 503).is_passing());
        assert!(!error.is_passing());
        let unreachable = |never_arrived| OAuthError::Unreachable {
            endpoint: TOKEN,
            message: String::new(),
            never_arrived,
            hint: None,
        };
        assert!(unreachable(true).may_be_repeated() && !unreachable(false).may_be_repeated());
        assert_eq!(
            OAuthError::Late(Duration::from_mins(5)).to_string(),
            "nobody has signed in within 5 minutes"
        );
        assert_eq!(words(Duration::from_secs(61)), "61 seconds");
    }
}
