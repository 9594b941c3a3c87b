//! Client certificates as they are set up: which servers are shown which. Reading them is `http`'s business.

use std::fmt;
use std::path::PathBuf;

use super::Secret;
use super::variable::ValueSource;

/// A certificate of the client's, and the servers it is for.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ClientCertificate {
    /// Patterns as Postman has them: `https://*.example.com:8443/*`; empty is every server.
    pub servers: Vec<String>,
    /// The PEM file with the certificate, and those above it; or a PKCS #12 file with these and the key.
    pub certificate: PathBuf,
    /// The PEM file with its key; absent, the certificate's file holds it.
    pub key: Option<PathBuf>,
    /// What the key is encrypted with.
    pub passphrase: Option<Passphrase>,
}

/// Where a passphrase comes from; it is looked up when its certificate is first needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passphrase {
    /// It is known.
    Given(Secret),
    /// It comes from outside: the process's environment, a program, the user.
    From(ValueSource),
    /// It is in the vault, under this name.
    Vault(String),
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("certificate", &self.certificate)
            .finish_non_exhaustive()
    }
}
