//! What a collection gets only with the user's word: secrets of the vault, variables of the process's environment, what
//! programs print, and files outside of the workspace.
//!
//! The word is for one thing and one place where a collection is filed: a collection that asks for another program, or one
//! filed elsewhere, is asked about again, and what is edited otherwise is not. So nobody is asked twice, and no update of a
//! stranger's collection gets more than it had.

use std::sync::Arc;

use super::renewal::cut;
use crate::http::{OutsideFile, host_of, proxy_host};
use crate::model::exchange::{SendError, SendErrorKind};
use crate::model::secret::MASK;
use crate::model::settings::Settings;
use crate::model::variable::ValueSource;
use crate::model::{Redactor, Secret};
use crate::script::BoxFuture;

/// What is to be done with secrets of the vault.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deed {
    /// They are read.
    #[default]
    Use,
    /// One is set.
    Change,
    /// One goes.
    Remove,
}

/// Who asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asking {
    /// Where the collection is filed, of which there is one; empty for a request that is in none.
    pub place: String,
    /// The collection's name.
    pub collection: String,
    /// The script's name; empty when the request itself asks.
    pub script: String,
    /// The names of the vault's secrets that it is about, in the order they are named; none for all else.
    pub secrets: Vec<String>,
    /// What is to be done with those.
    pub deed: Deed,
    /// The request's name.
    pub request: String,
    /// The host it goes to, as far as that is known; nothing secret is in it.
    pub host: String,
    /// The host of the proxy that the collection has it sent through, which may read it; empty without one.
    pub proxy: String,
    /// The file name of the client certificate that the passphrase is of which is asked for; empty for all else.
    pub certificate: String,
    /// Whether what was typed before does not open it.
    pub wrong: bool,
}

impl Asking {
    /// The same, of what goes where a request for this URL is sent to, which is built; one that nothing can be sent to has no host.
    #[must_use]
    pub fn to(self, url: &str, secrets: &Redactor) -> Self {
        let host = host_of(url).map(|host| {
            // A secret may begin or end within the host: what is left of it would be a part of the secret.
            let is_open = host_of(&secrets.redact(url)).as_ref() == Some(&host);
            if is_open { host } else { MASK.to_owned() }
        });
        Self {
            host: host.unwrap_or_default(),
            ..self
        }
    }

    /// The same, through the proxy of these settings, which are a collection's or a request's own.
    #[must_use]
    pub fn through(self, settings: &Settings) -> Self {
        let proxy = settings.proxy.as_deref().and_then(proxy_host);
        Self {
            proxy: proxy.unwrap_or_default(),
            ..self
        }
    }

    /// What something is typed for, behind `for`.
    pub fn whom(&self) -> String {
        if !self.certificate.is_empty() {
            return format!("the certificate `{}`, shown to `{}`", self.certificate, self.host);
        }
        format!("{}{}", self.of(), self.host(" at "))
    }

    /// The secrets of the vault that are asked for, by their names: `the secret `a``, `the secrets `a` and `b``. So many that
    /// they would fill the screen are counted.
    pub fn wanted(&self) -> String {
        const MOST: usize = 5;
        let names: Vec<String> = self.secrets.iter().map(|name| format!("`{}`", named(name))).collect();
        match names.as_slice() {
            [] => "secrets".to_owned(),
            [one] => format!("the secret {one}"),
            all if all.len() > MOST => {
                format!("the secrets {} and {} more", all[..MOST].join(", "), all.len() - MOST)
            }
            [first @ .., last] => format!("the secrets {} and {last}", first.join(", ")),
        }
    }

    /// The request, and what it is in.
    pub fn of(&self) -> String {
        let request = named(&self.request);
        // One that is in no collection stands for it.
        if self.request == self.collection {
            format!("`{request}`")
        } else {
            format!("`{request}` of `{}`", named(&self.collection))
        }
    }

    /// The host behind these words, with the proxy on the way there; nothing where nobody knows them.
    pub fn host(&self, words: &str) -> String {
        let through = match self.proxy.as_str() {
            "" => String::new(),
            proxy => format!(" through the proxy `{proxy}`"),
        };
        match self.host.as_str() {
            "" => through,
            host => format!("{words}`{host}`{through}"),
        }
    }
}

/// A name as a question has it: a stranger's may be so long that nothing else could be seen.
pub fn named(name: &str) -> String {
    const MOST: usize = 60;
    cut(name, MOST)
}

/// What stands in the key of a program before the hashes of its files.
const WITH: &str = " with ";

/// What may be allowed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Permission {
    /// Scripts use the secrets of the vault.
    Vault,
    /// Requests sign in with what the user's netrc has for their hosts.
    Netrc,
    /// Requests sign in with the user's Kerberos ticket.
    Ticket,
    /// A variable of the process's environment is read.
    Env(String),
    /// A program is run and what it prints is used: by its words, and by those among them that are files of the workspace,
    /// each with the hash of what is in it, or where its link leads. Another one in its place is another program.
    Command(Vec<String>, Vec<(String, String)>),
    /// A file is sent that is not the workspace's own.
    File(OutsideFile),
}

impl Permission {
    /// Whether the word for it is remembered for good, and not only until the program ends.
    pub fn lasts(&self) -> bool {
        !matches!(self, Self::Vault | Self::Netrc | Self::Ticket)
    }

    /// What it is remembered by.
    pub fn key(&self) -> String {
        match self {
            Self::Vault => "vault".to_owned(),
            Self::Netrc => "netrc".to_owned(),
            Self::Ticket => "ticket".to_owned(),
            Self::Env(name) => format!("env {name}"),
            // Words that hold spaces are other words.
            Self::Command(argv, files) if files.is_empty() => format!("command {argv:?}"),
            Self::Command(argv, files) => {
                let files: Vec<String> = files.iter().map(|(name, hash)| format!("{name}={hash}")).collect();
                format!("command {argv:?}{WITH}{}", files.join(" "))
            }
            // Where it is, not what it is called: a link may lead elsewhere tomorrow.
            Self::File(file) => format!("file {}", file.path.display()),
        }
    }

    /// What something is that is remembered by this key, behind `may`.
    pub fn remembered(key: &str) -> String {
        match key.split_once(' ').unwrap_or((key, "")) {
            ("vault", _) => Self::Vault.words(),
            ("netrc", _) => Self::Netrc.words(),
            ("ticket", _) => Self::Ticket.words(),
            ("env", name) => format!("read the environment variable `{name}`"),
            ("file", path) => format!("send the file `{path}`"),
            (_, command) => match command.rsplit_once(WITH) {
                Some((argv, _)) if !command.ends_with(']') => {
                    format!("run {argv} as its files in the workspace are now")
                }
                _ => format!("run {command}"),
            },
        }
    }

    /// What is wanted, behind `wants to`.
    pub fn words(&self) -> String {
        match self {
            Self::Vault => "use your secrets".to_owned(),
            Self::Netrc => "use your netrc".to_owned(),
            Self::Ticket => "use your Kerberos ticket".to_owned(),
            Self::Env(name) => format!("read the environment variable `{name}`"),
            Self::Command(argv, _) => format!("run `{}`", ValueSource::Command(argv.clone())),
            Self::File(OutsideFile { path, called: None }) => format!("send the file `{}`", path.display()),
            Self::File(OutsideFile {
                path,
                called: Some(called),
            }) => format!("send the file `{}` (`{called}` in the request)", path.display()),
        }
    }

    /// What allows it on the command line.
    pub fn flag(&self) -> &'static str {
        match self {
            Self::Vault => "--allow-vault",
            Self::Ticket => "--allow-ticket",
            Self::Netrc => "--netrc",
            Self::Env(_) => "--allow-env",
            Self::Command(..) => "--allow-command",
            Self::File(_) => "--allow-file",
        }
    }
}

/// What the user says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// It may be.
    Yes,
    /// It may not.
    No,
    /// Neither: all that waits for the word ends.
    GivenUp,
    /// Nobody can be asked.
    Unasked,
    /// Asking went wrong; why, in words.
    Failed(String),
}

/// What comes of a question for a text that nobody may read.
#[derive(Debug)]
pub enum Typed {
    /// What was typed.
    Text(Secret),
    /// Nothing, or nobody can be asked.
    Nothing,
    /// The user gave up: all that waits for it ends.
    GivenUp,
    /// Asking went wrong; why, in words.
    Failed(String),
}

/// Who is asked.
pub trait Consent: Send + Sync {
    /// Whether a collection may; waits for the user's word.
    fn may(&self, asking: &Asking, permission: &Permission) -> BoxFuture<Word>;

    /// Lets the user type a secret.
    fn ask(&self, asking: &Asking, question: &str) -> BoxFuture<Typed>;

    /// How often the user may type one until it is right; whoever can close the question may do so as often as they like.
    fn tries(&self) -> usize {
        usize::MAX
    }

    /// Told that somebody gave up a question that this one waited for, perhaps another's: it ends all that is under way.
    fn give_up(&self);

    /// What to do about a no.
    fn after_no(&self, _permission: &Permission) -> String {
        "send it again to be asked again".to_owned()
    }
}

/// What a send ends with that the user gave up.
pub(super) fn given_up() -> SendError {
    SendError::new(SendErrorKind::Cancelled, "cancelled")
}

/// Sees to it that a collection may.
///
/// # Errors
///
/// Why it may not, and what to do about it.
pub(super) async fn allowed(
    consent: Option<&Arc<dyn Consent>>,
    asking: &Asking,
    permission: &Permission,
) -> Result<(), SendError> {
    let word = match consent {
        Some(consent) => consent.may(asking, permission).await,
        None => Word::Unasked,
    };
    if let (Word::GivenUp, Some(consent)) = (&word, consent) {
        consent.give_up();
    }
    let collection = &asking.collection;
    let words = match permission {
        // Who has not looked into its scripts wants to know what for.
        Permission::Vault if !asking.secrets.is_empty() => {
            let by = match asking.script.as_str() {
                "" => String::new(),
                script => format!(" by its script `{}`", named(script)),
            };
            let asked = match asking.deed {
                Deed::Use => "for",
                Deed::Change => "to change",
                Deed::Remove => "to remove",
            };
            format!("{} (asked {asked} {}{by})", permission.words(), asking.wanted())
        }
        permission => permission.words(),
    };
    let refused = |message: String| SendError::new(SendErrorKind::Request, message);
    match word {
        Word::Yes => Ok(()),
        Word::GivenUp => Err(given_up()),
        Word::Failed(why) => Err(refused(why)),
        Word::No => {
            let error = refused(format!("you did not allow `{collection}` to {words}"));
            Err(match consent {
                Some(consent) => error.hint(consent.after_no(permission)),
                None => error,
            })
        }
        Word::Unasked => Err(
            refused(format!("`{collection}` may {words} only with your consent")).hint(format!(
                "`{}` gives it; the screen asks once {}",
                permission.flag(),
                if permission.lasts() {
                    "and remembers"
                } else {
                    "each time you start it"
                }
            )),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_says_what_it_allows() {
        let argv = vec!["op".to_owned(), "a with b".to_owned()];
        let hash = vec![("op".to_owned(), "00ff".to_owned())];
        for (permission, words) in [
            (Permission::Vault, "use your secrets"),
            (Permission::Netrc, "use your netrc"),
            (Permission::Ticket, "use your Kerberos ticket"),
            (Permission::Env("A".to_owned()), "read the environment variable `A`"),
            (
                Permission::Command(argv.clone(), Vec::new()),
                r#"run ["op", "a with b"]"#,
            ),
            (
                Permission::Command(argv, hash),
                r#"run ["op", "a with b"] as its files in the workspace are now"#,
            ),
            (
                Permission::File(OutsideFile {
                    path: "/a b".into(),
                    called: None,
                }),
                "send the file `/a b`",
            ),
        ] {
            assert_eq!(Permission::remembered(&permission.key()), words);
        }
    }

    #[test]
    fn the_host_is_that_which_the_request_is_sent_to_without_what_is_secret() {
        let secrets = Redactor::new(["half/rest-of-it", "secret.test", "me:pass@w0rd-4711"].map(Secret::new));
        for (url, host) in [
            ("http://h.test/x", "h.test"),
            ("https://me:pw@H.test:8443/x", "h.test:8443"),
            ("http://localhost:8080/cb?next=https://login.example/", "localhost:8080"),
            ("http://evil.test\\@good.test/", "evil.test"),
            ("http://evil.test#@good.test/", "evil.test"),
            ("http://good.test@evil.test/", "evil.test"),
            ("http://[::1]:80/", "[::1]"),
            ("http://me:pass@w0rd-4711@h.test/", "h.test"),
            // Parts of secrets.
            ("http://half/rest-of-it@h.test/", MASK),
            ("http://secret.test/", MASK),
            // Nothing is sent there.
            ("http://me:half/rest@h.test/", ""),
            ("http://{{host}}/", ""),
            ("http:///h.test/", ""),
            ("ftp://h.test/", ""),
            ("", ""),
        ] {
            assert_eq!(Asking::default().to(url, &secrets).host, host, "{url}");
        }
    }
}
