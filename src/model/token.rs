//! Where a token variable comes from, and a token that was obtained: ours, absent in Postman.

use std::any::Any;
use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ItemPath;
use super::request::Method;
use super::variable::{Scope, VariableWrite};

/// How long before its end a token counts as expired where nothing is said.
const RENEW_BEFORE: Duration = Duration::from_secs(30);

/// The status that says a token is no good where nothing is said: 401 Unauthorized (RFC 9110, section 15.5.2).
const UNAUTHORIZED: u16 = 401;

/// What to do when a token has expired or is about to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Renew {
    /// Run the token request without asking.
    #[default]
    Auto,
    /// Ask first; where there is nobody to ask, leave it to the user.
    Ask,
    /// Leave it to the user.
    Never,
}

impl Renew {
    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Ask => "ask",
            Self::Never => "never",
        }
    }

    /// The value of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Auto, Self::Ask, Self::Never]
            .into_iter()
            .find(|renew| renew.word() == word)
    }
}

/// Whether a request is sent again after its token was refused and renewed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Replay {
    /// Those whose method is idempotent (RFC 9110, section 9.2.2); for others the user is asked.
    #[default]
    Idempotent,
    /// Every one: the server refuses before it acts.
    Always,
    /// The user is asked for every one.
    Ask,
    /// None.
    Never,
}

impl Replay {
    /// All, in the order a form offers them.
    pub const ALL: [Self; 4] = [Self::Idempotent, Self::Always, Self::Ask, Self::Never];

    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Idempotent => "idempotent",
            Self::Always => "always",
            Self::Ask => "ask",
            Self::Never => "never",
        }
    }

    /// Whether a request of this method is sent again; `None` when the user has to say.
    pub fn allows(self, method: &Method) -> Option<bool> {
        match self {
            Self::Always => Some(true),
            Self::Never => Some(false),
            Self::Idempotent if method.is_idempotent() => Some(true),
            Self::Idempotent | Self::Ask => None,
        }
    }
}

/// Where in the reply of the token request the token stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Pick {
    /// The request's script sets the variable, as in Postman.
    #[default]
    Script,
    /// In the JSON body, at this `JSONPath` (RFC 9535): `$.id_token`.
    Body(String),
    /// It is all of the body, as text; white space around it is left out.
    Whole,
    /// In a header of this name; a leading `Bearer ` is left out.
    Header(String),
    /// In a cookie of this name.
    Cookie(String),
}

impl Pick {
    /// Whether it is the refresh token of a reply (RFC 6749, section 5.1), which outlives the access token beside it.
    pub fn is_refresh_token(&self) -> bool {
        let Self::Body(path) = self else { return false };
        let name = path.rsplit(['.', '[']).next().unwrap_or_default();
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|c| c.to_ascii_lowercase()).eq("refreshtoken".chars())
    }
}

/// How it is known when a token ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Life {
    /// A JWT says so itself; for any other token `$.expires_in` of the reply, if there is one (for its
    /// refresh token `$.refresh_expires_in`). Else only a refusal tells.
    #[default]
    Told,
    /// The reply says so at this `JSONPath`: a number of seconds, or a moment (RFC 3339, an HTTP date, seconds or
    /// milliseconds since 1970).
    Reply(String),
    /// It lives so long from when it was fetched.
    Fixed(Duration),
}

/// Binds a variable to the request that fills it: `[tokens.dex_token]` in `collection.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSource {
    /// The variable.
    pub variable: String,
    /// The request that fetches it, as a path below the collection (`get-token`); in an environment the whole path.
    pub request: String,
    /// The request that renews it, if there is another one for that; when it fails, the first one runs.
    pub refresh: Option<String>,
    /// Where in the reply it stands.
    pub pick: Pick,
    /// How long it lives.
    pub life: Life,
    /// When to fetch it.
    pub renew: Renew,
    /// How long before the end of its life a token counts as expired.
    pub renew_before: Duration,
    /// The statuses that say a token is no good.
    pub statuses: Vec<u16>,
    /// Whether what was refused is sent again.
    pub replay: Replay,
}

impl TokenSource {
    /// A variable that a request's script sets, with everything else as where a file says nothing.
    pub fn new(variable: impl Into<String>, request: impl Into<String>) -> Self {
        Self {
            variable: variable.into(),
            request: request.into(),
            refresh: None,
            pick: Pick::default(),
            life: Life::default(),
            renew: Renew::default(),
            renew_before: RENEW_BEFORE,
            statuses: vec![UNAUTHORIZED],
            replay: Replay::default(),
        }
    }

    /// Whether a status says that the token is no good.
    pub fn is_refusal(&self, status: u16) -> bool {
        self.statuses.contains(&status)
    }
}

/// How the places of tokens begin that an auth gets itself, before the path of its collection; none in a workspace does,
/// as a colon is no part of a file's name here.
pub const GRANTED: &str = "oauth2:";

/// Which token: one environment's, declared at one place under one name.
///
/// Tokens of two environments are never mixed up, nor those of two rows of iteration data that log in differently.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TokenKey {
    /// The environment, by the name of its file; empty without one.
    pub environment: String,
    /// The path of the collection or folder that declares it; empty for the environment itself.
    pub place: String,
    /// The name: the variable.
    pub name: String,
    /// What else tells it from others of that name: the values of iteration data that its request is made of, hashed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub audience: String,
}

impl TokenKey {
    /// Whether it is declared by this collection or folder, by one below it, or got by the auths of this collection.
    pub fn is_below(&self, group: &ItemPath) -> bool {
        let place = self.place.strip_prefix(GRANTED).unwrap_or(&self.place);
        let rest = place.strip_prefix(group.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The same token once a collection or folder it is below is somewhere else; `None` when it is not below.
    #[must_use]
    pub fn moved(&self, from: &ItemPath, to: &ItemPath) -> Option<Self> {
        if !self.is_below(from) {
            return None;
        }
        let (kind, place) = match self.place.strip_prefix(GRANTED) {
            Some(place) => (GRANTED, place),
            None => ("", self.place.as_str()),
        };
        Some(Self {
            place: format!("{kind}{to}{}", &place[from.as_str().len()..]),
            ..self.clone()
        })
    }
}

/// A token that was obtained.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// The token.
    pub value: String,
    /// When it ends by our clock; `None` when nobody says.
    pub expires_at: Option<Timestamp>,
    /// When it was obtained, by our clock.
    pub obtained_at: Timestamp,
    /// By how many milliseconds the clock of the server it came from is ahead of ours.
    #[serde(default)]
    pub skew_ms: i64,
    /// What obtaining it did to variables: the token's own first of all, a refresh token, a nonce.
    #[serde(default)]
    pub writes: Vec<VariableWrite>,
    /// Which of the variables that it set have a secret in them, as the refresh token is one.
    #[serde(default, alias = "held", skip_serializing_if = "Vec::is_empty")]
    pub secrets_in: Vec<(Scope, String)>,
    /// What renews it, where the one it came from keeps such a thing (OAuth 2.0's refresh token).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh: Option<String>,
    /// A mark of the secrets it was got with, where they are none of the request's that brought it: who changes a password
    /// wants no token of the old one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub got_with: Option<String>,
    /// A mark of the token that was given in the auth when it was got: it is in that one's place, and not in another's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<String>,
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("expires_at", &self.expires_at)
            .field("obtained_at", &self.obtained_at)
            .finish_non_exhaustive()
    }
}

/// Whoever holds it is the only one who renews a token, among all postriders; dropping it lets the next one.
pub type Hold = Box<dyn Any + Send>;

/// Keeps tokens beyond the end of the program and shares them with other postriders on the same workspace.
///
/// All calls may wait for the disk. Errors are sentences for the user: a token that cannot be kept is still good.
pub trait TokenKeeper: Send + Sync {
    /// A token as it is kept now, whoever has kept it.
    fn load(&self, key: &TokenKey) -> Result<Option<Token>, String>;
    /// Keeps a token.
    fn keep(&self, key: &TokenKey, token: &Token) -> Result<(), String>;
    /// Forgets a token.
    fn forget(&self, key: &TokenKey) -> Result<(), String>;
    /// Becomes the only one to renew this token; `None` while another postrider is.
    fn try_hold(&self, key: &TokenKey) -> Result<Option<Hold>, String>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_repeated_is_sent_again_without_asking() {
        let allows = |replay: Replay, method: &str| replay.allows(&Method::new(method));
        assert_eq!(allows(Replay::Idempotent, "GET"), Some(true));
        assert_eq!(allows(Replay::Idempotent, "DELETE"), Some(true));
        assert_eq!(allows(Replay::Idempotent, "POST"), None);
        assert_eq!(allows(Replay::Always, "POST"), Some(true));
        assert_eq!(allows(Replay::Ask, "GET"), None);
        assert_eq!(allows(Replay::Never, "GET"), Some(false));
    }

    #[test]
    fn what_was_kept_before_says_which_variables_have_a_secret_in_them() {
        let kept =
            r#"{"value":"v","expires_at":null,"obtained_at":"1970-01-01T00:00:00Z","held":[["environment","r"]]}"#;
        let token: Token = serde_json::from_str(kept).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(token.secrets_in, [(Scope::Environment, "r".to_owned())]);
    }

    #[test]
    fn debug_output_shows_no_token() {
        let token = Token {
            value: "s3cret".into(),
            expires_at: None,
            obtained_at: Timestamp::UNIX_EPOCH,
            skew_ms: 0,
            writes: Vec::new(),
            secrets_in: Vec::new(),
            refresh: Some("s3cret".into()),
            got_with: None,
            instead_of: None,
        };
        assert!(!format!("{token:?}").contains("s3cret"));
    }
}
