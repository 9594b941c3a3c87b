//! npm packages for scripts: their names, which versions are known with their checksums, and their files.
//!
//! ```text
//! Lock ── pin ──▶ Pin (version, sha512, dependencies) ── Shelf ──▶ Package (files), as `require` reads them
//! ```
//!
//! A [`Lock`] is the table of a program's or a workspace's packages. Two of them exist: the one of the packages that
//! Postman has, which is part of this program, and `packages.lock` of a workspace.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io;
use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA512, digest};
use serde::{Deserialize, Serialize};

use super::Secret;

/// A package's name and one version of it: `lodash@4.17.21`, `@scope/name@1.0.0`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct PackageId {
    name: String,
    version: String,
}

impl PackageId {
    /// A package's id; `None` when one of the two could not be such a thing. Names become parts of paths and URLs.
    pub fn new(name: &str, version: &str) -> Option<Self> {
        let is_version = !version.is_empty()
            && version.starts_with(|c: char| c.is_ascii_digit())
            && version
                .bytes()
                .all(|c| c.is_ascii_alphanumeric() || b".-+".contains(&c));
        (is_package_name(name) && is_version).then(|| Self {
            name: name.to_owned(),
            version: version.to_owned(),
        })
    }

    /// Reads `name@version`.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, version) = split_version(text);
        Self::new(name, version?)
    }

    /// The package's name, with its scope.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The exact version.
    pub fn version(&self) -> &str {
        &self.version
    }
}

impl fmt::Display for PackageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

impl TryFrom<String> for PackageId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no package with a version, like `name@1.2.3`"))
    }
}

impl From<PackageId> for String {
    fn from(id: PackageId) -> Self {
        id.to_string()
    }
}

/// `name@version` in its two parts; the version is what stands behind the last `@` that does not begin the name.
pub fn split_version(text: &str) -> (&str, Option<&str>) {
    match text.rfind('@') {
        Some(at) if at > 0 => (&text[..at], Some(&text[at + 1..])),
        _ => (text, None),
    }
}

/// Whether this can be the name of a package: words of npm's letters, one or `@scope/name`.
pub fn is_package_name(name: &str) -> bool {
    let is_word = |word: &str| {
        word.len() <= 214
            && word.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-')
            && word.bytes().all(|c| c.is_ascii_alphanumeric() || b"-._~".contains(&c))
    };
    match name.strip_prefix('@').and_then(|scoped| scoped.split_once('/')) {
        Some((scope, word)) => is_word(scope) && is_word(word),
        None => is_word(name),
    }
}

/// The checksum of a tarball as npm writes it.
pub fn integrity(tarball: &[u8]) -> String {
    format!("sha512-{}", STANDARD.encode(digest(&SHA512, tarball)))
}

/// One package of a lock: exactly which bytes it is, and which packages it needs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Pin {
    /// Name and version.
    pub id: PackageId,
    /// The checksum of its tarball, as npm writes it: `sha512-` and base64.
    pub integrity: String,
    /// What it may require: the name it uses, and the package that stands for it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dependencies: BTreeMap<String, PackageId>,
}

/// A table of packages in which every dependency is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct Lock {
    /// The packages that were asked for; the others are there because of them.
    #[serde(default)]
    pub wanted: Vec<PackageId>,
    /// All packages.
    #[serde(default, rename = "package", skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<Pin>,
}

impl Lock {
    /// Reads a lock. The error says what is wrong and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lock: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        for pin in &lock.packages {
            if !pin.integrity.starts_with("sha512-") {
                return Err(format!("the `integrity` of `{}` is no `sha512-…`", pin.id));
            }
        }
        let needed = lock.packages.iter().flat_map(|pin| pin.dependencies.values());
        match needed.chain(&lock.wanted).find(|id| lock.pin(id).is_none()) {
            Some(id) => Err(format!("there is no package `{id}`, which others need")),
            None => Ok(lock),
        }
    }

    /// A package by its id.
    pub fn pin(&self, id: &PackageId) -> Option<&Pin> {
        self.packages.iter().find(|pin| pin.id == *id)
    }

    /// The package that stands for a name: the one asked for last, of this version if one is given.
    pub fn find(&self, name: &str, version: Option<&str>) -> Option<&Pin> {
        let fits = |id: &&PackageId| id.name == name && version.is_none_or(|version| id.version == version);
        self.wanted.iter().rev().find(fits).and_then(|id| self.pin(id))
    }

    /// A package and all it needs, itself first.
    pub fn closure(&self, id: &PackageId) -> Vec<&Pin> {
        let mut seen = BTreeSet::new();
        let mut todo = vec![id];
        let mut out = Vec::new();
        while let Some(id) = todo.pop() {
            if let Some(pin) = self.pin(id).filter(|pin| seen.insert(&pin.id)) {
                out.push(pin);
                todo.extend(pin.dependencies.values());
            }
        }
        out
    }

    /// Takes the packages out that nobody asked for any more.
    pub fn prune(&mut self) {
        let kept: BTreeSet<PackageId> = self
            .wanted
            .iter()
            .flat_map(|id| self.closure(id))
            .map(|pin| pin.id.clone())
            .collect();
        self.packages.retain(|pin| kept.contains(&pin.id));
    }
}

/// An unpacked package: what `require` may read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// Its files of code and data by their paths (`lib/index.js`); others were left out.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The size of all its files, in bytes.
    pub unpacked: u64,
}

/// Where tarballs are fetched from, and how: what the `.npmrc` files and the environment say.
#[derive(Clone, Debug)]
pub struct Registries {
    /// The registry of all packages whose scope has none of its own, with a slash at its end.
    pub registry: String,
    /// Scope with its `@` → registry.
    pub scopes: BTreeMap<String, String>,
    /// `https://host/path/` → the value of an `Authorization` header for what lies below.
    pub credentials: BTreeMap<String, Secret>,
    /// A proxy's URL, when npm is to use one that others do not.
    pub proxy: Option<String>,
    /// A PEM file of certificates to trust.
    pub ca_file: Option<PathBuf>,
    /// Whether certificates are checked.
    pub strict_ssl: bool,
}

impl Default for Registries {
    fn default() -> Self {
        Self {
            registry: "https://registry.npmjs.org/".to_owned(),
            scopes: BTreeMap::new(),
            credentials: BTreeMap::new(),
            proxy: None,
            ca_file: None,
            strict_ssl: true,
        }
    }
}

impl Registries {
    /// The registry of a package.
    pub fn of(&self, name: &str) -> &str {
        let scope = name.split_once('/').and_then(|(scope, _)| self.scopes.get(scope));
        scope.unwrap_or(&self.registry)
    }

    /// What authorizes for a URL: the credentials of the longest path above it on the same host and port, by the same scheme.
    pub fn authorization(&self, url: &str) -> Option<&Secret> {
        let below = url.split(['?', '#']).next()?;
        let above = self.credentials.iter().filter(|(prefix, _)| below.starts_with(*prefix));
        above.max_by_key(|(prefix, _)| prefix.len()).map(|(_, secret)| secret)
    }
}

/// Why a package cannot be had from the shelf or put there.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// The bytes are not the ones that were pinned.
    #[error("the checksum of the package `{0}` is wrong: what came is not what was pinned")]
    Checksum(PackageId),
    /// The bytes are no package.
    #[error("the package `{id}` cannot be unpacked: {why}")]
    Unpack {
        /// The package.
        id: PackageId,
        /// What is wrong.
        why: String,
    },
    /// A file that says something about packages says nonsense.
    #[error("`{}` cannot be used: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The system refused.
    #[error("cannot {action} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Where packages are kept. Its methods block.
pub trait Shelf: Send + Sync {
    /// A package, if it is there and is what was pinned; anything else counts as not there.
    fn get(&self, pin: &Pin) -> Option<Package>;

    /// The size of a package's tarball in bytes, if it is there; not checked.
    fn size(&self, id: &PackageId) -> Option<u64>;

    /// Checks the tarball of a package and keeps it.
    fn put(&self, pin: &Pin, tarball: &[u8]) -> Result<Package, PackageError>;

    /// The workspace's own lock; empty where there is none.
    fn lock(&self) -> Result<Lock, PackageError>;

    /// Where missing ones come from.
    fn registries(&self) -> Result<Registries, PackageError>;
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    #[test]
    fn only_names_and_versions_that_can_be_parts_of_paths_are_taken() {
        for good in ["lodash@4.17.21", "@a/b.c@1.0.0-rc.1+5", "JSONStream@1.0.0"] {
            assert_eq!(PackageId::parse(good).unwrap().to_string(), good);
        }
        for bad in [
            "lodash",
            "../x@1.0.0",
            "a/b@1.0.0",
            "@a@1.0.0",
            ".a@1.0.0",
            "a@../1",
            "a@latest",
            "a@1/2",
            "@/b@1.0.0",
        ] {
            assert_eq!(PackageId::parse(bad), None, "{bad}");
        }
    }

    const LOCK: &str = r#"
        wanted = ["a@1.0.0", "b@2.0.0"]
        [[package]]
        id = "a@1.0.0"
        integrity = "sha512-AA=="
        dependencies = { other = "b@1.0.0" }
        [[package]]
        id = "b@1.0.0"
        integrity = "sha512-BB=="
        dependencies = { a = "a@1.0.0" }
        [[package]]
        id = "b@2.0.0"
        integrity = "sha512-CC=="
    "#;

    #[test]
    fn a_lock_finds_what_was_asked_for_and_all_it_needs() {
        let mut lock = Lock::parse(LOCK).unwrap();
        assert_eq!(lock.find("b", None).unwrap().integrity, "sha512-CC==");
        assert_eq!(lock.find("b", Some("1.0.0")), None, "only somebody's dependency");
        let names: Vec<String> = lock
            .closure(&lock.wanted[0])
            .iter()
            .map(|pin| pin.id.to_string())
            .collect();
        assert_eq!(names, ["a@1.0.0", "b@1.0.0"]);
        lock.wanted.remove(0);
        lock.prune();
        assert_eq!(lock.packages.len(), 1);
        assert_eq!(Lock::parse(&toml::to_string(&lock).unwrap()).unwrap(), lock);
    }

    #[test]
    fn a_lock_with_a_hole_or_a_weak_checksum_is_refused() {
        let hole = LOCK.replace("id = \"b@1.0.0\"", "id = \"c@1.0.0\"");
        assert!(Lock::parse(&hole).unwrap_err().contains("`b@1.0.0`"));
        let weak = LOCK.replace("sha512-BB==", "sha1-BB==");
        assert!(Lock::parse(&weak).unwrap_err().contains("`b@1.0.0`"));
        assert!(Lock::parse("wanted = [\"x\"]").unwrap_err().contains("`x`"));
    }

    #[test]
    fn credentials_go_only_below_their_path_on_their_host() {
        let mut registries = Registries::default();
        for (prefix, value) in [("https://a.test/npm/", "one"), ("https://a.test/npm/deep/", "two")] {
            registries.credentials.insert(prefix.into(), Secret::new(value));
        }
        let of = |url: &str| registries.authorization(url).map(|secret| secret.reveal().to_owned());
        assert_eq!(of("https://a.test/npm/x").as_deref(), Some("one"));
        assert_eq!(of("https://a.test/npm/deep/x?y").as_deref(), Some("two"));
        for other in [
            "http://a.test/npm/x",
            "https://a.test/x",
            "https://a.test:8/npm/x",
            "https://b.test/?https://a.test/npm/",
            "https://a.test.b/npm/",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
        registries.scopes.insert("@own".into(), "https://own.test/".into());
        assert_eq!(
            (registries.of("@own/x"), registries.of("@other/x")),
            ("https://own.test/", "https://registry.npmjs.org/")
        );
    }
}
