//! What TLS agreed on with a server, and the certificates it showed: as bytes until somebody looks at them.

use std::fmt;

use bytes::Bytes;
use jiff::Timestamp;

/// A connection's TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// The version: `TLS 1.3`; empty where the handshake did not come that far.
    pub version: &'static str,
    /// The cipher suite by its name in IANA's registry: `TLS_AES_128_GCM_SHA256`.
    pub cipher: String,
    /// The group the keys were exchanged in: `X25519`.
    pub group: &'static str,
    /// The protocol chosen by ALPN (RFC 7301), as it came: `h2`; empty for none.
    pub alpn: String,
    /// Whether the session of an earlier connection went on.
    pub resumed: bool,
    /// What became of the certificates.
    pub verdict: Verdict,
    /// The certificates in DER, the server's own first; at most [`Tls::MOST`].
    pub certificates: Vec<Bytes>,
    /// How many more it showed.
    pub more: usize,
    /// The certificate of ours that it asked for and was shown, in DER; not told again in a session that goes on.
    pub client: Option<Bytes>,
}

/// What became of a server's certificates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// They were checked and are good.
    #[default]
    Trusted,
    /// Nobody looked: the user turned that off.
    Unchecked,
    /// They were refused, and with them the connection.
    Refused,
}

impl Tls {
    /// How many certificates are kept: real chains have three or four.
    pub const MOST: usize = 10;

    /// The same with a server's chain.
    #[must_use]
    pub fn with_chain<'a>(mut self, chain: impl ExactSizeIterator<Item = &'a [u8]>) -> Self {
        self.more = chain.len().saturating_sub(Self::MOST);
        self.certificates = chain.take(Self::MOST).map(Bytes::copy_from_slice).collect();
        self
    }
}

impl fmt::Display for Tls {
    /// `TLS 1.3`, with a doubt where there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.version.is_empty() { "TLS" } else { self.version })?;
        f.write_str(match self.verdict {
            Verdict::Trusted => "",
            Verdict::Unchecked => ", certificate not checked",
            Verdict::Refused => ", certificate refused",
        })
    }
}

/// A certificate (RFC 5280) in words. All of it is the server's: it may hold anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Whom it is for: `CN=example.org, O=Example`; empty where only `names` say it.
    pub subject: String,
    /// Who signed it.
    pub issuer: String,
    /// The hosts, addresses and others that it speaks for; at most a hundred.
    pub names: Vec<String>,
    /// How many more names there are.
    pub more_names: usize,
    /// From when on it holds.
    pub not_before: Timestamp,
    /// Until when.
    pub not_after: Timestamp,
    /// The kind of its key: `RSA 2048`, `EC P-256`, `Ed25519`.
    pub key: String,
    /// How it was signed: `SHA-256 with RSA`.
    pub signature: String,
    /// Whether it may sign others.
    pub is_authority: bool,
    /// Its number, in hex.
    pub serial: String,
    /// The SHA-256 of all of it, in hex, as browsers show it.
    pub fingerprint: String,
}

impl Certificate {
    /// What to call it in a line: its common name, else its first name, else all of its subject.
    pub fn name(&self) -> &str {
        let common = self.subject.split(", ").find_map(|part| part.strip_prefix("CN="));
        common
            .or(self.names.first().map(String::as_str))
            .unwrap_or(if self.subject.is_empty() {
                "no name"
            } else {
                &self.subject
            })
    }
}
