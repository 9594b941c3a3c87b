//! How far a running send is.

use std::fmt;

/// How far a running send is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Planning, resolving, signing.
    Preparing,
    /// A program is waited for that prints a value.
    Program(Program),
    /// A pre-request script runs.
    PreRequestScript,
    /// A token that it needs is fetched.
    RenewingToken,
    /// The user is asked whether to renew a token, or to send again.
    Asking,
    /// The host name is looked up.
    Dns,
    /// The connection opens.
    Connecting,
    /// The TLS handshake.
    Tls,
    /// The request is sent, or the answer awaited.
    Waiting,
    /// The body arrives.
    Downloading {
        /// Bytes so far.
        received: u64,
        /// All bytes, when the server said so.
        total: Option<u64>,
    },
    /// A post-response script runs.
    PostResponseScript,
}

impl Phase {
    /// The word a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Program(_) => "waiting for a program",
            Self::PreRequestScript => "pre-request script",
            Self::RenewingToken => "getting a token",
            Self::Asking => "waiting for your answer",
            Self::Dns => "looking up host",
            Self::Connecting => "connecting",
            Self::Tls => "TLS handshake",
            Self::Waiting => "waiting",
            Self::Downloading { .. } => "downloading",
            Self::PostResponseScript => "post-response script",
        }
    }

    /// The same with the name of the program that is waited for.
    pub fn words(self) -> String {
        match self {
            Self::Program(program) => format!("waiting for `{program}`"),
            other => other.label().to_owned(),
        }
    }
}

/// The name of a program, as much of it as there is room for: how far a send is is copied about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    name: [u8; 24],
    len: usize,
}

impl Program {
    /// The name at the end of a path, without what cannot be shown.
    pub fn new(path: &str) -> Self {
        let last = path.rsplit(['/', '\\']).next().unwrap_or_default();
        let mut program = Self { name: [0; 24], len: 0 };
        for c in last.chars() {
            let c = if c.is_ascii_graphic() { c } else { '?' };
            if let (Some(place), Ok(byte)) = (program.name.get_mut(program.len), u8::try_from(c)) {
                *place = byte;
                program.len += 1;
            }
        }
        program
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.name[..self.len]).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_asked_is_told_that_nothing_else_is_waited_for() {
        assert_eq!(Phase::Asking.words(), "waiting for your answer");
        assert_eq!(Phase::RenewingToken.words(), "getting a token", "the first one, too");
    }

    #[test]
    fn a_program_is_named_as_far_as_there_is_room() {
        for (path, name) in [
            ("/usr/bin/pass", "pass"),
            ("op", "op"),
            ("a\u{1b}[2Jé", "a?[2J?"),
            ("", ""),
            ("a-program-of-a-very-long-name", "a-program-of-a-very-long"),
        ] {
            let phase = Phase::Program(Program::new(path));
            assert_eq!(phase.words(), format!("waiting for `{name}`"));
        }
    }
}
