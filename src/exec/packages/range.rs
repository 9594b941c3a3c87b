//! npm's ranges of versions (`^1.2 || >=3 <4`, `1.x`, `1.0 - 2.0`), put into the words of the `semver` crate.
//!
//! The grammar is <https://github.com/npm/node-semver#ranges>. Operators mean the same in both; what differs is told
//! here: a version without an operator is that very version, words stand side by side without commas, and `||` is an or.

use semver::{Version, VersionReq};

/// A range: a version is in it when one of the alternatives takes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range(Vec<VersionReq>);

impl Range {
    /// Reads a range; `None` when it is none, such as a tag or a URL.
    pub fn parse(text: &str) -> Option<Self> {
        let alternatives = text.split("||").map(alternative);
        alternatives.collect::<Option<Vec<_>>>().map(Self)
    }

    /// Whether a version is in it; one before a release only where its release is named with one.
    pub fn takes(&self, version: &Version) -> bool {
        self.0.iter().any(|alternative| alternative.matches(version))
    }
}

fn alternative(text: &str) -> Option<VersionReq> {
    let text = text.trim();
    let words = if let Some((from, to)) = text.split_once(" - ") {
        vec![format!(">={}", plain(from)?), format!("<={}", plain(to)?)]
    } else {
        let mut words = Vec::new();
        let mut operator = String::new();
        for word in text.split_whitespace() {
            let word = std::mem::take(&mut operator) + word;
            let version = word.trim_start_matches(['<', '>', '=', '^', '~']);
            if version.is_empty() {
                operator = word;
                continue;
            }
            let operator = match &word[..word.len() - version.len()] {
                "" | "==" => "=",
                "~>" | "~=" => "~",
                known => known,
            };
            let version = plain(version)?;
            if !version.is_empty() {
                words.push(format!("{operator}{version}"));
            }
        }
        words
    };
    if words.is_empty() {
        return Some(VersionReq::STAR);
    }
    VersionReq::parse(&words.join(", ")).ok()
}

/// A version without its `v`, its build, and the parts that may be anything.
fn plain(version: &str) -> Option<String> {
    let version = version.trim().trim_start_matches(['v', 'V', '=']);
    let version = version.split('+').next()?;
    let numbers = version.split('-').next()?;
    let known: Vec<&str> = numbers
        .split('.')
        .take_while(|part| !matches!(*part, "x" | "X" | "*" | ""))
        .collect();
    if known.len() < numbers.split('.').count() {
        return Some(known.join("."));
    }
    Some(version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_mean_what_npm_means() {
        for (range, inside, outside) in [
            ("1.2.3", "1.2.3", "1.2.4"),
            ("=v1.2.3", "1.2.3", "1.2.2"),
            ("1.2", "1.2.9", "1.3.0"),
            ("1.x", "1.9.0", "2.0.0"),
            ("1.2.*", "1.2.9", "1.3.0"),
            ("*", "9.0.0", "9.0.0-rc.1"),
            ("", "0.0.1", "0.0.1-a"),
            ("^1.2.3", "1.9.0", "2.0.0"),
            ("^0.2.3", "0.2.9", "0.3.0"),
            ("^0.0.3", "0.0.3", "0.0.4"),
            ("^1.x", "1.0.0", "2.0.0"),
            ("~1.2.3", "1.2.9", "1.3.0"),
            ("~> 1.2", "1.2.9", "1.3.0"),
            (">=1.2 <2", "1.9.0", "2.0.0"),
            (">= 1.2.0 < 1.4", "1.3.9", "1.4.0"),
            (">1.2", "1.3.0", "1.2.5"),
            ("1.2 - 2.3", "2.3.9", "2.4.0"),
            ("^1.0.0 || ^3.0.0", "3.1.0", "2.0.0"),
            ("^1.0.0-rc.1", "1.0.0-rc.2", "1.1.0-rc.2"),
            ("<2.0.0 >=1.0.0+build", "1.5.0", "0.9.0"),
        ] {
            let known = Range::parse(range).unwrap_or_else(|| panic!("{range}"));
            let takes = |version: &str| Version::parse(version).is_ok_and(|version| known.takes(&version));
            assert!(takes(inside), "{range} has {inside}");
            assert!(!takes(outside), "{range} has not {outside}");
        }
    }

    #[test]
    fn what_is_no_range_is_none() {
        for other in [
            "latest",
            "git+https://a.test/x.git",
            "file:../x",
            "workspace:*",
            "npm:x@1",
        ] {
            assert_eq!(Range::parse(other), None, "{other}");
        }
    }
}
