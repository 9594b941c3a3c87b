//! Names that a script cannot declare anew with `const`, `let` or `class` at its top: those that Postman's sandbox declares
//! itself. A `var` or a function of such a name is the script's own, there as here.
//!
//! Here most of them are getters, which any declaration would hide: that the script fails elsewhere must be asked for. It is
//! asked of the engine, with a `var` of the name behind the script: both in one function is what it refuses. (`arguments` is
//! one of them too, but of that name strict scripts cannot have a `var` either: nobody is asked, as it would be in vain.)

/// Those of every script.
const ALWAYS: [&str; 10] = [
    "Buffer",
    "clearImmediate",
    "clearInterval",
    "clearTimeout",
    "console",
    "pm",
    "setImmediate",
    "setInterval",
    "setTimeout",
    "undefined",
];

/// Those of Postman's first years, which a script with `"use sandbox2"` does without.
const LEGACY: [&str; 15] = [
    "_",
    "Backbone",
    "CryptoJS",
    "atob",
    "btoa",
    "cheerio",
    "data",
    "environment",
    "globals",
    "iteration",
    "postman",
    "request",
    "tests",
    "tv4",
    "xml2Json",
];

/// Those of them that only scripts after the response have.
const AFTER: [&str; 5] = [
    "responseBody",
    "responseCode",
    "responseCookies",
    "responseHeaders",
    "responseTime",
];

/// The reserved names that a script seems to declare; `legacy` and `after` say which there are.
pub fn suspects(script: &str, legacy: bool, after: bool) -> Vec<&'static str> {
    let legacy_ones = LEGACY.iter().chain(AFTER.iter().filter(|_| after)).filter(|_| legacy);
    let names = ALWAYS.iter().chain(legacy_ones);
    names.copied().filter(|name| seems_declared(script, name)).collect()
}

/// Whether a name stands anywhere behind what may declare it: the words for that, or what parts names in a pattern.
fn seems_declared(script: &str, name: &str) -> bool {
    script.match_indices(name).any(|(at, _)| {
        let (before, behind) = (&script[..at], &script[at + name.len()..]);
        if behind.starts_with(is_part_of_name) || before.ends_with(is_part_of_name) {
            return false;
        }
        let before = before.trim_end();
        let declares = |word: &str| {
            let rest = before.strip_suffix(word);
            rest.is_some_and(|rest| !rest.ends_with(is_part_of_name))
        };
        before.ends_with(['{', '[', ',', ':', '.', '/']) || ["const", "let", "class"].into_iter().any(declares)
    })
}

fn is_part_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_declared_is_suspected() {
        let of = |script: &str| suspects(script, true, true);
        assert_eq!(of("const _ = require('lodash')"), ["_"]);
        assert_eq!(of("let {a, pm} = x; class\n console {}"), ["console", "pm"]);
        assert_eq!(of("const responseBody = 1"), ["responseBody"]);
        for fine in [
            "const __ = 1",
            "pm.test('x', () => pm.response)",
            "constpm",
            "const pms = 1",
            "var data = 1",
        ] {
            assert_eq!(of(fine), [""; 0], "{fine}");
        }
        assert_eq!(suspects("const _ = 1, data = 2", false, true), [""; 0]);
        assert_eq!(suspects("const responseBody = 1", true, false), [""; 0]);
    }
}
