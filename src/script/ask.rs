//! What a script asks of the outside besides sending a request: cookies, secrets, running another request.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Opened, ScriptResponse};
use crate::model::variable::VariableWrite;
use crate::vars::Scopes;

/// One question. The prelude words it as JSON.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Ask {
    /// `pm.cookies.jar()`: the cookies that go to a URL.
    Jar {
        /// The URL, as the script wrote it.
        url: String,
        /// What is wanted.
        #[serde(flatten)]
        action: JarAction,
    },
    /// `pm.vault`: a secret of the user's; nothing is told without the user's consent.
    Vault {
        /// The secret's name.
        key: String,
        /// What is wanted.
        #[serde(flatten)]
        action: VaultAction,
    },
    /// `pm.execution.runRequest`: another request of the collection, with its scripts.
    Run {
        /// The request's id.
        id: String,
        /// Variables for this one run.
        variables: Map<String, Value>,
        /// What the script sees at this moment.
        #[serde(skip)]
        scopes: Box<Scopes>,
    },
    /// `require` of an npm package; answered with nothing when nobody knows of it.
    Package {
        /// Its name.
        name: String,
        /// Its version; `None` takes the one that is known.
        version: Option<String>,
        /// Another package needs it, so it may be one that nobody asked for by name.
        dependency: bool,
    },
}

/// What a script wants of the cookie jar.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "action", rename_all = "camelCase")]
pub enum JarAction {
    /// One cookie, or null.
    Get {
        /// Its name.
        name: String,
    },
    /// All of them.
    GetAll {
        /// Also those that pages may not read.
        http: bool,
        /// Also, or no, cookies for HTTPS only; `None` goes by the URL.
        secure: Option<bool>,
    },
    /// Takes one as a server would set it.
    Set {
        /// `name=value; Path=/ …`.
        line: String,
    },
    /// Removes one.
    Unset {
        /// Its name.
        name: String,
    },
    /// Removes all.
    Clear,
}

/// What a script wants of the vault.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "action", rename_all = "camelCase")]
pub enum VaultAction {
    /// The secret, or null.
    Get,
    /// Stores one.
    Set {
        /// The secret.
        value: String,
    },
    /// Removes one.
    Unset,
}

impl std::fmt::Debug for VaultAction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Get => "Get",
            Self::Set { .. } => "Set",
            Self::Unset => "Unset",
        })
    }
}

impl Ask {
    /// What a script hears where nobody can answer.
    pub fn refusal(&self) -> String {
        match self {
            Self::Jar { .. } => "there is no cookie jar here".to_owned(),
            Self::Vault { .. } => {
                "pm.vault: secrets are given to a script only with your consent, and nobody can be asked here"
                    .to_owned()
            }
            Self::Run { .. } => {
                "pm.execution.runRequest runs requests of a collection, and this one is in none".to_owned()
            }
            Self::Package { name, .. } => format!("the npm package '{name}' cannot be had here"),
        }
    }
}

/// What comes back to a script.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A response to a send.
    Response(Box<ScriptResponse>),
    /// What came of another request: its response, unless it skipped itself, and what its scripts did to variables.
    Ran(Option<Box<ScriptResponse>>, Vec<VariableWrite>),
    /// A package.
    Package(Box<Opened>),
    /// Anything else.
    Value(Value),
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn questions_are_read_from_the_preludes_json() {
        let read = |text: &str| serde_json::from_str::<Ask>(text).unwrap();
        assert_eq!(
            read(r#"{"jar":{"action":"getAll","url":"http://a","http":true}}"#),
            Ask::Jar {
                url: "http://a".into(),
                action: JarAction::GetAll {
                    http: true,
                    secure: None
                }
            }
        );
        assert_eq!(
            read(r#"{"jar":{"action":"clear","url":"http://a"}}"#),
            Ask::Jar {
                url: "http://a".into(),
                action: JarAction::Clear
            }
        );
    }

    #[test]
    fn a_secret_is_not_shown() {
        let text = r#"{"vault":{"action":"set","key":"k","value":"hush"}}"#;
        assert!(!format!("{:?}", serde_json::from_str::<Ask>(text).unwrap()).contains("hush"));
    }
}
