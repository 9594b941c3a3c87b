//! npm packages for `require`: which of them Postman has, and how a script gets at their files.
//!
//! ```text
//! require('cheerio') ──▶ host.package ──Ask──▶ exec: cache or registry ──▶ Opened (files, dependencies)
//!        │                                                                     │
//!        └── libs/packages.js: module, exports ◀── host.resolve, host.code ◀── resolve: package.json, paths
//! ```
//!
//! `require` is synchronous, so the script's thread waits for a package that has to be fetched; that time does not
//! count against the script's limits.

mod natives;
mod resolve;

use std::collections::BTreeMap;

pub use natives::register;

use crate::model::package::{Lock, Package, PackageId};

/// The packages that Postman's scripts have, in the versions of newman 6.2's sandbox. Made with
/// `postrider packages add` of each; `lodash3` is what Postman calls `_`.
const BUILT_IN: &str = include_str!("postman.lock");

/// The packages that Postman's scripts have, with all they need.
pub fn built_in() -> Lock {
    // A test reads it too.
    Lock::parse(BUILT_IN).unwrap_or_default()
}

/// A package that is ready to be required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its name and version.
    pub id: PackageId,
    /// What it may require, by the names it uses.
    pub dependencies: BTreeMap<String, PackageId>,
    /// Its files.
    pub package: Package,
    /// What had to be done for it, for the console: `fetched lodash 4.17.21, 1.4 MB unpacked`.
    pub note: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_postmans_packages_is_whole() {
        let lock = Lock::parse(BUILT_IN);
        assert_eq!(lock.as_ref().err(), None);
        let wanted: Vec<String> = built_in().wanted.iter().map(ToString::to_string).collect();
        assert_eq!(
            wanted,
            [
                "backbone@1.6.0",
                "cheerio@0.22.0",
                "lodash@4.17.21",
                "lodash3@3.10.2",
                "moment@2.30.1",
                "postman-collection@4.4.0"
            ]
        );
    }
}
