//! Parameters that a type does not have, where they are nearly one that is not there. Others may be Postman's own notes.

use super::{FieldSpec, find};
use crate::model::Auth;
use crate::model::spelling::distance;

/// What is to be said of the parameters of an auth.
pub fn misspelt(auth: &Auth) -> Vec<String> {
    let Some(kind) = find(&auth.kind) else {
        return Vec::new();
    };
    let is_absent = |field: &&FieldSpec| !auth.params.contains_key(field.name);
    let meant = |written: &str| {
        kind.fields()
            .iter()
            .filter(is_absent)
            .find(|field| is_near(written, field))
    };
    let is_unknown = |written: &&String| kind.fields().iter().all(|field| field.name != written.as_str());
    let unknown = auth.params.keys().filter(is_unknown);
    let told = unknown.filter_map(|written| {
        let (label, meant) = (kind.label(), meant(written)?.name);
        Some(format!(
            "`{written}` is no parameter of {label}: did you mean `{meant}`?"
        ))
    });
    told.collect()
}

/// Whether a field may be what was meant: two typing errors away, the same but for how words are joined, what the form calls
/// it, or one of them short for the other (`issuer` for `iss`, `deviceAuthUrl` for `deviceAuthorizationUrl`).
fn is_near(written: &str, field: &FieldSpec) -> bool {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    let (written, name) = (plain(written), plain(field.name));
    let is_typed = name.len() > 3 && distance(&name, &written) <= 2;
    let is_longer = name.len() >= 3 && written.starts_with(&name);
    is_typed || is_longer || written == plain(field.label) || is_short(&written, &name) || is_short(&name, &written)
}

/// Whether a word is another one with letters left out of its middle.
fn is_short(short: &str, long: &str) -> bool {
    let start = short.get(..3);
    let end = short.len().checked_sub(3).and_then(|at| short.get(at..));
    let mut letters = long.chars();
    short.len() >= 6
        && start.is_some_and(|start| long.starts_with(start))
        && end.is_some_and(|end| long.ends_with(end))
        && short.chars().all(|c| letters.any(|other| other == c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_is_named() {
        let meant = |kind: &str, written: &str| {
            let told = misspelt(&Auth::new(kind).with(written, "x"));
            told.first()
                .map(|text| text.rsplit('`').nth(1).unwrap_or_default().to_owned())
        };
        for (kind, written, expected) in [
            ("oauth2", "grantType", "grant_type"),
            ("oauth2", "deviceAuthUrl", "deviceAuthorizationUrl"),
            ("oauth2", "token_url", "accessTokenUrl"),
            ("oauth2", "client_id", "clientId"),
            ("asap", "issuer", "iss"),
            ("asap", "audience", "aud"),
            ("basic", "usrname", "username"),
        ] {
            assert_eq!(meant(kind, written).as_deref(), Some(expected), "{written}");
        }
        for (kind, written) in [
            ("oauth2", "useBrowser"),
            ("oauth2", "tokenType"),
            ("asap", "x"),
            ("nope", "iss"),
        ] {
            assert_eq!(meant(kind, written), None, "{written}");
        }
        // What is there already is not what was meant.
        let both = Auth::new("asap").with("iss", "a").with("issuer", "b");
        assert!(misspelt(&both).is_empty());
    }
}
