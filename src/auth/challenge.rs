//! What a server asks for: the challenges of `WWW-Authenticate` (RFC 9110, section 11.6.1).
//!
//! One header may hold several, and several headers one each; schemes and parameters are told apart by what follows a
//! word: `=` makes it a parameter, anything else a scheme.

use super::dialogue::Answer;

/// One challenge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Challenge {
    /// The scheme, in lower case: `digest`.
    pub scheme: String,
    /// What NTLM and Negotiate have instead of parameters.
    pub token: String,
    /// Parameters by name, in lower case, unquoted; each byte of the server's a character.
    params: Vec<(String, String)>,
}

impl Challenge {
    /// A challenge made by hand.
    pub(super) fn new(scheme: &str, params: &[(&str, String)]) -> Self {
        Self {
            scheme: scheme.to_owned(),
            token: String::new(),
            params: params
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
        }
    }

    /// A parameter; `None` where it is not there.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        let found = self.params.iter().find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Puts another value in the place of a parameter's.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        for (_, own) in self.params.iter_mut().filter(|(own, _)| own == name) {
            value.clone_into(own);
        }
    }

    /// Whether a parameter is `true`.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.param(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }
}

/// All challenges of a scheme in an answer, in order.
pub(super) fn challenges(answer: &Answer<'_>, scheme: &str) -> Vec<Challenge> {
    let headers = answer.headers("www-authenticate");
    let all = headers.flat_map(|header| parse(&header));
    all.filter(|challenge| challenge.scheme == scheme).collect()
}

/// Reads one header, as much of it as can be read.
pub(super) fn parse(header: &str) -> Vec<Challenge> {
    let mut out: Vec<Challenge> = Vec::new();
    let mut rest = header;
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let end = rest.find([' ', '\t', ',', '=']).unwrap_or(rest.len());
        let word = &rest[..end];
        if word.is_empty() {
            // Nothing that could be read; what stands before is good all the same.
            return out;
        }
        let behind = rest[end..].trim_start();
        if let (Some(value), Some(last)) = (behind.strip_prefix('='), out.last_mut()) {
            let (value, after) = value_of(value.trim_start());
            last.params.push((word.to_ascii_lowercase(), value));
            rest = after;
        } else {
            let mut challenge = Challenge {
                scheme: word.to_ascii_lowercase(),
                ..Challenge::default()
            };
            rest = behind;
            if let Some((token, after)) = token_of(behind) {
                token.clone_into(&mut challenge.token);
                rest = after;
            }
            out.push(challenge);
        }
    }
}

/// A token of Base64 behind a scheme: it reaches to the comma, and has at most the `=` of its padding.
fn token_of(text: &str) -> Option<(&str, &str)> {
    let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
    let (token, after) = text.split_at(end);
    let is_token = |c: char| c.is_ascii_alphanumeric() || "-._~+/".contains(c);
    let bare = token.trim_end_matches('=');
    let ends = after.trim_start().is_empty() || after.trim_start().starts_with(',');
    (!bare.is_empty() && bare.chars().all(is_token) && ends).then_some((token, after))
}

/// The value of a parameter, quoted or not, and what follows it.
fn value_of(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([',', ' ', '\t']).unwrap_or(text.len());
        return (text[..end].to_owned(), &text[end..]);
    };
    let mut value = String::new();
    let mut chars = quoted.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            _ => value.push(c),
        }
    }
    (value, "")
}

/// A text as a quoted string.
pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_challenges_in_one_header_are_told_apart() {
        let all = parse(
            "Basic realm=\"a, b\", Digest realm = \"q\\\"t\" ,nonce=\"n==\", qop=\"auth,auth-int\", stale=TRUE, NTLM, \
             Negotiate YII=, Bearer",
        );
        let schemes: Vec<_> = all.iter().map(|one| one.scheme.as_str()).collect();
        assert_eq!(schemes, ["basic", "digest", "ntlm", "negotiate", "bearer"]);
        assert_eq!(all[0].param("realm"), Some("a, b"));
        assert_eq!(
            (all[1].param("realm"), all[1].param("nonce"), all[1].param("qop")),
            (Some("q\"t"), Some("n=="), Some("auth,auth-int"))
        );
        assert!(all[1].flag("stale") && !all[1].flag("userhash"));
        assert_eq!((all[2].token.as_str(), all[3].token.as_str()), ("", "YII="));
    }

    #[test]
    fn what_is_broken_is_read_as_far_as_it_goes() {
        for header in [
            "",
            ",,",
            "=",
            "=x",
            "Digest realm=\"open",
            "Digest realm=\"x\\",
            "a b c",
            "Digest realm",
        ] {
            let all = parse(header);
            assert!(all.len() <= 3, "{header}: {all:?}");
        }
        assert_eq!(parse("Digest realm=\"open")[0].param("realm"), Some("open"));
        assert_eq!(parse("Digest realm=x, ==")[0].param("realm"), Some("x"));
    }
}
