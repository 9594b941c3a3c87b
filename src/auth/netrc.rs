//! Users and passwords from the file that curl and ftp read: `~/.netrc`.
//!
//! ```text
//! machine example.com
//!   login me
//!   password secret
//! default login anonymous password guest
//! ```
//!
//! It is read only when the user asks for it, on the command line or in the settings; a request that names this type
//! does not do, nor does a script. What is in it for the request's host goes out as Basic auth, and to no other host.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{AuthType, Draft, FieldSpec, Step};
use crate::model::Secret;

/// Sends `Authorization: Basic …` with what the file says.
pub(super) struct NetrcAuth;

impl AuthType for NetrcAuth {
    fn kind(&self) -> &'static str {
        "netrc"
    }

    fn label(&self) -> &'static str {
        "netrc"
    }

    fn help(&self) -> &'static str {
        "Sends what your `~/.netrc` has."
    }

    fn fields(&self) -> &'static [FieldSpec] {
        const FIELDS: &[FieldSpec] = &[FieldSpec::text(
            "username",
            "User name",
            "Which user, where the file has several for the host; empty takes the first.",
        )];
        FIELDS
    }

    fn sign(&self, draft: &mut Draft) -> Step {
        let wanted = draft.param("username");
        // Such a URL is refused before anything is sent.
        let Some(url) = draft.url() else { return Step::Signed };
        let memory = draft.memory().clone();
        let host = url.host_str().unwrap_or_default();
        if memory.netrc().is_some_and(|netrc| netrc.is_unread) {
            return Step::Signed;
        }
        let found = memory.netrc().and_then(|netrc| netrc.find(host, &wanted));
        let Some((login, password)) = found else {
            draft.warn(&format!(
                "your netrc has nothing for `{host}`: sent without credentials"
            ));
            return Step::Signed;
        };
        let credentials = STANDARD.encode(format!("{login}:{}", password.reveal()));
        draft.hide(password.reveal());
        draft.hide(&credentials);
        draft.set_header("Authorization", &format!("Basic {credentials}"));
        Step::Signed
    }
}

/// A netrc file.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Netrc {
    entries: Vec<Entry>,
    /// Whether there is none, which has been told.
    is_unread: bool,
}

/// What it says of one host.
#[derive(Clone, Default, PartialEq, Eq)]
struct Entry {
    /// `None` is every other host.
    machine: Option<String>,
    login: String,
    password: Secret,
}

impl fmt::Debug for Netrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Netrc({} entries)", self.entries.len())
    }
}

impl Netrc {
    /// Reads the text of a file. What is not known in it is passed over, as curl does.
    pub fn parse(text: &str) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        let mut rest = text;
        while let Some(word) = next(&mut rest) {
            match word.as_str() {
                "machine" => entries.push(Entry {
                    machine: Some(next(&mut rest).unwrap_or_default()),
                    ..Entry::default()
                }),
                "default" => entries.push(Entry::default()),
                // A macro of ftp's ends with an empty line.
                "macdef" => rest = rest.find("\n\n").map_or("", |end| &rest[end..]),
                "account" => {
                    next(&mut rest);
                }
                "login" | "password" => {
                    let value = next(&mut rest).unwrap_or_default();
                    match entries.last_mut() {
                        Some(entry) if word == "login" => entry.login = value,
                        Some(entry) => entry.password = Secret::new(value),
                        None => {}
                    }
                }
                _ => {}
            }
        }
        Self {
            entries,
            ..Self::default()
        }
    }

    /// In place of a file that cannot be read, of which the user is told.
    pub fn unread() -> Self {
        Self {
            is_unread: true,
            ..Self::default()
        }
    }

    /// User and password for a host, of this user if one is wanted.
    pub(super) fn find(&self, host: &str, user: &str) -> Option<(&str, &Secret)> {
        let fits = |entry: &&Entry| {
            let here = entry
                .machine
                .as_ref()
                .is_none_or(|machine| machine.eq_ignore_ascii_case(host));
            here && (user.is_empty() || entry.login == user)
        };
        let found = self.entries.iter().find(fits)?;
        Some((&found.login, &found.password))
    }
}

/// The next word: up to a space, or within quotes with `\` before what is meant itself; comments are passed over.
fn next(rest: &mut &str) -> Option<String> {
    loop {
        *rest = rest.trim_start();
        if !rest.starts_with('#') {
            break;
        }
        *rest = rest.find('\n').map_or("", |end| &rest[end..]);
    }
    if rest.is_empty() {
        return None;
    }
    let Some(quoted) = rest.strip_prefix('"') else {
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        *rest = after;
        return Some(word.to_owned());
    };
    let mut word = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => {
                *rest = &quoted[at + 1..];
                return Some(word);
            }
            '\\' => word.extend(chars.next().map(|(_, c)| match c {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            })),
            _ => word.push(c),
        }
    }
    *rest = "";
    Some(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::fixtures::{header, request};
    use crate::auth::{Dialogue, Memory};
    use crate::model::Auth;

    const FILE: &str = "# mine\nmachine a.test login me password s3cret#1\n\
                        machine a.test\n\tlogin you\n\tpassword \"two \\\"words\\\"\"\n\
                        machine b.test\nmacdef init\nmachine x login y\nbye\n\npassword only\naccount z\n\
                        default login anonymous password guest";

    fn found(host: &str, user: &str) -> Option<(String, String)> {
        let netrc = Netrc::parse(FILE);
        let (login, password) = netrc.find(host, user)?;
        Some((login.to_owned(), password.reveal().to_owned()))
    }

    #[test]
    fn a_file_is_read_as_curl_reads_it() {
        let pair = |login: &str, password: &str| Some((login.to_owned(), password.to_owned()));
        assert_eq!(found("A.test", ""), pair("me", "s3cret#1"));
        assert_eq!(found("a.test", "you"), pair("you", "two \"words\""));
        assert_eq!(found("b.test", ""), pair("", "only"));
        assert_eq!(found("c.test", ""), pair("anonymous", "guest"));
        assert_eq!(found("a.test", "nobody"), None);
        for broken in [
            "",
            "machine",
            "login x",
            "machine a password \"open",
            "machine a password \"x\\",
            "macdef",
        ] {
            assert!(Netrc::parse(broken).entries.len() <= 1, "{broken}");
        }
    }

    #[test]
    fn it_signs_only_for_its_hosts_and_only_when_it_was_given() {
        let sign = |url: &str, memory: &Memory| {
            let mut resolved = request(Auth::new("netrc"));
            resolved.url = url.into();
            Dialogue::begin(resolved, memory).1
        };
        let memory = Memory::default().with_netrc(Netrc::parse("machine a.test login me password s3cret"));
        let signed = sign("https://a.test:8443/x", &memory);
        assert_eq!(header(&signed.request, "authorization"), ["Basic bWU6czNjcmV0"]);
        assert!(!signed.request.redactor().redact("bWU6czNjcmV0 s3cret").contains("cret"));
        for (url, memory, words) in [
            ("https://b.test/", &memory, "nothing for `b.test`"),
            ("https://a.test/", &Memory::default(), "nothing for `a.test`"),
        ] {
            let signed = sign(url, memory);
            assert!(signed.request.headers().is_empty());
            assert!(signed.warnings[0].contains(words), "{:?}", signed.warnings);
        }
    }
}
