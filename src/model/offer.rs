//! What a request may offer in a TLS handshake: versions and cipher suites, by the names that Postman's settings use.
//!
//! Postman hands the names to OpenSSL. Here TLS 1.2 and 1.3 are spoken, with nine suites; whatever is older or weaker is
//! never offered, so a setting that turns it off is kept to by itself, and one that asks for it cannot be.

/// A version of TLS, or of SSL before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TlsVersion {
    /// SSL 2.0, never spoken.
    Ssl2,
    /// SSL 3.0, never spoken.
    Ssl3,
    /// TLS 1.0, never spoken.
    Tls10,
    /// TLS 1.1, never spoken.
    Tls11,
    /// TLS 1.2 (RFC 5246).
    Tls12,
    /// TLS 1.3 (RFC 8446).
    Tls13,
}

impl TlsVersion {
    /// All of them, oldest first.
    pub const ALL: [Self; 6] = [
        Self::Ssl2,
        Self::Ssl3,
        Self::Tls10,
        Self::Tls11,
        Self::Tls12,
        Self::Tls13,
    ];

    /// The word in files: `TLSv1_2`, as Postman writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ssl2 => "SSLv2",
            Self::Ssl3 => "SSLv3",
            Self::Tls10 => "TLSv1",
            Self::Tls11 => "TLSv1_1",
            Self::Tls12 => "TLSv1_2",
            Self::Tls13 => "TLSv1_3",
        }
    }

    /// The version of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|version| version.word() == word)
    }
}

/// A cipher suite that can be offered.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Suite {
    /// The name in IANA's registry: `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`.
    pub iana: &'static str,
    /// OpenSSL's name, which is the same for TLS 1.3: `ECDHE-RSA-AES128-GCM-SHA256`.
    pub openssl: &'static str,
    /// The one version that has it.
    pub version: TlsVersion,
}

const fn suite(iana: &'static str, openssl: &'static str, version: TlsVersion) -> Suite {
    Suite { iana, openssl, version }
}

/// The suites, in the order they are offered in when nothing else is said.
pub const SUITES: [Suite; 9] = [
    suite("TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384", TlsVersion::Tls13),
    suite("TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256", TlsVersion::Tls13),
    suite(
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_CHACHA20_POLY1305_SHA256",
        TlsVersion::Tls13,
    ),
    suite(
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        TlsVersion::Tls12,
    ),
    suite(
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        TlsVersion::Tls12,
    ),
    suite(
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        TlsVersion::Tls12,
    ),
    suite(
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
        TlsVersion::Tls12,
    ),
    suite(
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256",
        TlsVersion::Tls12,
    ),
    suite(
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        "ECDHE-RSA-CHACHA20-POLY1305",
        TlsVersion::Tls12,
    ),
];

impl Suite {
    /// The suite of a name, IANA's or OpenSSL's.
    pub fn named(name: &str) -> Option<&'static Self> {
        SUITES.iter().find(|suite| suite.iana == name || suite.openssl == name)
    }
}

/// The names in a selection of cipher suites: each row may hold several with colons between them, as OpenSSL takes them.
pub fn names(selection: &[String]) -> impl Iterator<Item = &str> {
    let names = selection.iter().flat_map(|row| row.split([':', ',', ' ']));
    names.filter(|name| !name.is_empty())
}

/// The names of a selection that no suite here has.
pub fn unknown(selection: &[String]) -> Vec<&str> {
    names(selection).filter(|name| Suite::named(name).is_none()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_have_two_names_and_selections_are_lists_of_them() {
        let rows = ["ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA".to_owned(), "HIGH".to_owned()];
        assert_eq!(unknown(&rows), ["AES128-SHA", "HIGH"]);
        let named = |name| Suite::named(name).map(|suite| suite.iana);
        assert_eq!(named("ECDHE-RSA-AES128-GCM-SHA256"), Some(SUITES[7].iana));
        assert_eq!(named(SUITES[7].iana), Some(SUITES[7].iana));
        for version in TlsVersion::ALL {
            assert_eq!(TlsVersion::from_word(version.word()), Some(version));
        }
    }
}
