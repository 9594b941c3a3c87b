//! Where the browser comes back to on this machine (RFC 8252, section 7.3).

use std::net::{IpAddr, Ipv4Addr};

use url::{Host, Url};

/// A place on this machine that a browser can be sent back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loopback {
    /// The host as it is spelled: `127.0.0.1`, `localhost`, `[::1]`.
    pub host: String,
    /// The port; `None` for a free one.
    pub port: Option<u16>,
    /// The path.
    pub path: String,
    /// The whole URI, if its port is fixed: servers compare it character by character.
    given: Option<String>,
    query: String,
}

impl Loopback {
    /// The place a redirect URI means; `None` for one that is elsewhere. An empty one is `/callback` here.
    pub fn of(redirect_uri: &str, port: Option<u16>) -> Option<Self> {
        if redirect_uri.is_empty() {
            return Some(Self {
                host: "127.0.0.1".to_owned(),
                port,
                path: "/callback".to_owned(),
                given: None,
                query: String::new(),
            });
        }
        let url = Url::parse(redirect_uri).ok().filter(|url| url.scheme() == "http")?;
        let here = match url.host()? {
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
            Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
        };
        let host = url.host_str().filter(|_| here)?.to_owned();
        // The library forgets a port that is the scheme's own.
        let authority = redirect_uri.split("://").nth(1)?.split(['/', '?', '#']).next()?;
        let own = if authority.ends_with(":80") {
            Some(80)
        } else {
            url.port()
        };
        Some(Self {
            host,
            port: own.or(port),
            path: url.path().to_owned(),
            given: own.map(|_| redirect_uri.to_owned()),
            query: url.query().map(|query| format!("?{query}")).unwrap_or_default(),
        })
    }

    /// The redirect URI, once the port is open.
    pub fn uri(&self, port: u16) -> String {
        let made = || format!("http://{}:{port}{}{}", self.host, self.path, self.query);
        self.given.clone().unwrap_or_else(made)
    }

    /// The address to listen at; `localhost` has another one beside it, `::1`.
    pub fn address(&self) -> IpAddr {
        let host = self.host.trim_matches(['[', ']']);
        host.parse().unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    /// Whether a `Host` header means this place: a page of somebody else's that has bent a name to this machine does not.
    pub fn is_host(&self, header: &str) -> bool {
        let name = match header.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => header,
        };
        ["127.0.0.1", "localhost", "[::1]", self.host.as_str()]
            .iter()
            .any(|own| own.eq_ignore_ascii_case(name))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn a_redirect_uri_on_this_machine_is_listened_at() {
        for (given, fixed, port, uri) in [
            ("", None, None, "http://127.0.0.1:7/callback"),
            ("", Some(9), Some(9), "http://127.0.0.1:7/callback"),
            (
                "http://localhost:8080/cb?x=1",
                None,
                Some(8080),
                "http://localhost:8080/cb?x=1",
            ),
            ("http://127.0.0.1:8080", Some(9), Some(8080), "http://127.0.0.1:8080"),
            ("http://127.0.0.1/cb?x=1", None, None, "http://127.0.0.1:7/cb?x=1"),
            ("http://127.0.0.1:80/cb", None, Some(80), "http://127.0.0.1:80/cb"),
            ("http://[::1]/cb", Some(9), Some(9), "http://[::1]:7/cb"),
        ] {
            let place = Loopback::of(given, fixed).unwrap();
            assert_eq!((place.port, place.uri(7).as_str()), (port, uri), "{given}");
        }
    }

    #[test]
    fn it_is_listened_at_the_address_that_is_named() {
        for (given, address) in [
            ("", "127.0.0.1"),
            ("http://localhost:8080/", "127.0.0.1"),
            ("http://127.0.0.2:8080/cb", "127.0.0.2"),
            ("http://[::1]/", "::1"),
        ] {
            let place = Loopback::of(given, None).unwrap();
            assert_eq!(place.address().to_string(), address, "{given}");
        }
    }

    #[test]
    fn elsewhere_nobody_listens() {
        for given in [
            "https://oauth.pstmn.io/v1/callback",
            "https://localhost:8080/cb",
            "http://localhost.evil.example/",
            "http://192.168.0.1/",
            "app://callback",
            "nonsense",
        ] {
            assert_eq!(Loopback::of(given, None), None, "{given}");
        }
    }

    #[test]
    fn a_bent_name_is_no_host_of_ours() {
        let place = Loopback::of("", None).unwrap();
        for own in ["127.0.0.1:1234", "localhost", "LOCALHOST:1", "[::1]:1", "[::1]"] {
            assert!(place.is_host(own), "{own}");
        }
        for other in ["evil.example:1234", "", "127.0.0.1.evil.example", "[::2]:1"] {
            assert!(!place.is_host(other), "{other}");
        }
    }
}
