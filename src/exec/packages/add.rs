//! Adding a package to a lock: choosing versions for it and all it needs.
//!
//! ```text
//! name@range ─▶ choose a version ─▶ its dependencies ─▶ … level by level ─▶ Pins ─▶ fetch and check ─▶ Lock
//! ```

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use semver::Version;
use serde_json::Value;
use sha1::{Digest, Sha1};

use super::range::Range;
use super::registry::{Registry, RegistryError};
use super::{AT_ONCE, FetchError, Packages};
use crate::model::package::{Lock, PackageId, Pin, integrity, is_package_name, split_version};

/// The most packages that may come with one.
const MOST: usize = 1000;

/// Why a package cannot be added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// What was typed is no name.
    #[error("`{0}` is no npm package")]
    Name(String),
    /// No version fits.
    #[error("there is no version `{range}` of `{name}`{}", needed(by.as_ref()))]
    Version {
        /// The package.
        name: String,
        /// What was asked for.
        range: String,
        /// Which package wants it.
        by: Option<PackageId>,
    },
    /// A dependency comes from somewhere else than a registry.
    #[error("`{by}` needs `{name}` from `{from}`, which is no registry")]
    Elsewhere {
        /// The dependency.
        name: String,
        /// Where it would come from.
        from: String,
        /// Which package wants it.
        by: PackageId,
    },
    /// Too much comes with it.
    #[error("`{0}` needs more than {MOST} packages")]
    TooMany(PackageId),
    /// The registry's checksum is not that of what it gives out.
    #[error("the checksum of the package `{0}` is wrong: it was damaged on its way, or replaced")]
    Checksum(PackageId),
    /// It cannot be fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
}

impl AddError {
    /// Whether the registry was there and what was asked for is not.
    pub fn names_nothing(&self) -> bool {
        matches!(
            self,
            Self::Name(_)
                | Self::Version { by: None, .. }
                | Self::Fetch(FetchError::Registry(RegistryError::Nothing { .. }))
        )
    }

    /// The next step, where there is one.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Name(_) => Some("write `name@version`, `name@range`, or `name` for its latest version"),
            Self::Version { by: None, .. } => Some("look up its versions on the registry's pages"),
            Self::Checksum(_) => Some("try again; if it stays so, ask whoever runs the registry"),
            Self::Fetch(error) => Some(error.hint_ahead()),
            Self::Version { .. } | Self::Elsewhere { .. } | Self::TooMany(_) => None,
        }
    }
}

impl From<RegistryError> for AddError {
    fn from(error: RegistryError) -> Self {
        Self::Fetch(error.into())
    }
}

fn needed(by: Option<&PackageId>) -> String {
    by.map(|by| format!(", which `{by}` needs")).unwrap_or_default()
}

/// A package somebody needs.
#[derive(Clone, Debug)]
struct Wish {
    /// The name it is required by.
    alias: String,
    name: String,
    range: String,
    by: Option<PackageId>,
}

impl Wish {
    /// A line of a `package.json`: a range, or `npm:` and another package's name and range.
    fn of(by: &PackageId, alias: &str, range: &str) -> Result<Self, AddError> {
        let (name, range) = match range.strip_prefix("npm:") {
            Some(other) => {
                let (name, range) = split_version(other);
                (name, range.unwrap_or("*"))
            }
            None => (alias, range),
        };
        let is_elsewhere = range.contains([':', '/']) || !is_package_name(name);
        if is_elsewhere {
            return Err(AddError::Elsewhere {
                name: alias.to_owned(),
                from: range.to_owned(),
                by: by.clone(),
            });
        }
        Ok(Self {
            alias: alias.to_owned(),
            name: name.to_owned(),
            range: range.to_owned(),
            by: Some(by.clone()),
        })
    }
}

impl Packages {
    /// Chooses and fetches a package (`name`, `name@range`, `name@tag`) with all it needs, and puts it into a lock as the
    /// one asked for last. The registry is asked even when the package is in the cache; scripts in it are never run.
    pub async fn add(&self, wanted: &str, lock: &mut Lock) -> Result<PackageId, AddError> {
        let (name, range) = split_version(wanted.strip_prefix("npm:").unwrap_or(wanted));
        if !is_package_name(name) {
            return Err(AddError::Name(wanted.to_owned()));
        }
        let mut tree = Tree {
            registry: self.registry().await?,
            known: HashMap::new(),
            pins: BTreeMap::new(),
            lock,
        };
        let root = Wish {
            alias: name.to_owned(),
            name: name.to_owned(),
            range: range.filter(|range| !range.is_empty()).unwrap_or("latest").to_owned(),
            by: None,
        };
        let id = tree.grow(root).await?;
        let pins: Vec<Pin> = tree.pins.into_values().collect();
        self.fetch(pins.clone(), |_| {}).await?;
        lock.packages.retain(|old| !pins.iter().any(|pin| pin.id == old.id));
        lock.packages.extend(pins);
        lock.wanted.retain(|old| *old != id);
        lock.wanted.push(id.clone());
        Ok(id)
    }
}

/// The packages that are to come.
struct Tree<'a> {
    registry: Registry,
    /// What the registry knows, by name.
    known: HashMap<String, Arc<Value>>,
    pins: BTreeMap<PackageId, Pin>,
    lock: &'a Lock,
}

impl Tree<'_> {
    /// Chooses versions, level by level; the id of the first.
    async fn grow(&mut self, root: Wish) -> Result<PackageId, AddError> {
        let mut level = vec![root];
        let mut first = None;
        while !level.is_empty() {
            self.learn(&level).await?;
            let mut next = Vec::new();
            for wish in level {
                let id = self.choose(&wish)?;
                first.get_or_insert_with(|| id.clone());
                if let Some(pin) = wish.by.as_ref().and_then(|by| self.pins.get_mut(by)) {
                    pin.dependencies.insert(wish.alias, id.clone());
                }
                if self.pins.contains_key(&id) {
                    continue;
                }
                next.extend(self.take(&id).await?);
                if self.pins.len() > MOST {
                    return Err(AddError::TooMany(id));
                }
            }
            level = next;
        }
        first.ok_or_else(|| AddError::Name(String::new()))
    }

    /// Asks the registry about the packages of a level.
    async fn learn(&mut self, level: &[Wish]) -> Result<(), AddError> {
        let mut names: Vec<&str> = level.iter().map(|wish| wish.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names.retain(|name| !self.known.contains_key(*name));
        let registry = &self.registry;
        let mut coming = stream::iter(names)
            .map(|name| async move { (name, registry.package(name).await) })
            .buffer_unordered(AT_ONCE);
        let mut known = Vec::new();
        while let Some((name, package)) = coming.next().await {
            known.push((name.to_owned(), Arc::new(package?)));
        }
        drop(coming);
        self.known.extend(known);
        Ok(())
    }

    /// The version that fits best: one that is there already, else the latest, else the highest that is still kept up.
    fn choose(&self, wish: &Wish) -> Result<PackageId, AddError> {
        let none = || AddError::Version {
            name: wish.name.clone(),
            range: wish.range.clone(),
            by: wish.by.clone(),
        };
        let known = self.known.get(&wish.name).ok_or_else(none)?;
        let id = |version: &str| PackageId::new(&wish.name, version).ok_or_else(none);
        let Some(range) = Range::parse(&wish.range) else {
            return id(known["dist-tags"][&wish.range].as_str().ok_or_else(none)?);
        };
        let fits = |text: &str| Version::parse(text).ok().filter(|version| range.takes(version));
        if wish.by.is_some() {
            let there = self.pins.keys().chain(self.lock.packages.iter().map(|pin| &pin.id));
            let there = there.filter(|id| id.name() == wish.name);
            let best = there
                .filter_map(|id| Some((fits(id.version())?, id)))
                .max_by(|a, b| a.0.cmp(&b.0));
            if let Some((_, there)) = best {
                return Ok(there.clone());
            }
        }
        let latest = known["dist-tags"]["latest"].as_str();
        if let Some(latest) = latest.filter(|latest| fits(latest).is_some()) {
            return id(latest);
        }
        let versions = known["versions"].as_object().ok_or_else(none)?;
        let fitting = versions
            .iter()
            .filter_map(|(text, about)| Some(((about["deprecated"].is_null(), fits(text)?), text)));
        id(fitting.max_by(|a, b| a.0.cmp(&b.0)).ok_or_else(none)?.1)
    }

    /// Pins a package; what it needs in turn.
    async fn take(&mut self, id: &PackageId) -> Result<Vec<Wish>, AddError> {
        let about = self
            .known
            .get(id.name())
            .map(|known| known["versions"][id.version()].clone());
        let about = about.unwrap_or_default();
        let pin = match self.lock.pin(id) {
            Some(pin) => pin.integrity.clone(),
            None => self.checksum(id, &about["dist"]).await?,
        };
        self.pins.insert(
            id.clone(),
            Pin {
                id: id.clone(),
                integrity: pin,
                dependencies: BTreeMap::new(),
            },
        );
        let optional = &about["optionalDependencies"];
        let own = about["dependencies"].as_object().into_iter().flatten();
        // What a package needs to be there beside it is as good as a dependency, except where it may be missing.
        let meta = &about["peerDependenciesMeta"];
        let peers = about["peerDependencies"].as_object().into_iter().flatten();
        let peers = peers.filter(|(name, _)| !meta[name.as_str()]["optional"].as_bool().unwrap_or(false));
        let needed = own.filter(|(name, _)| optional[name.as_str()].is_null()).chain(peers);
        needed
            .map(|(alias, range)| Wish::of(id, alias, range.as_str().unwrap_or("*")))
            .collect()
    }

    /// The sha512 of a package: as the registry says, and where it only knows an older checksum, of what it gives out.
    async fn checksum(&self, id: &PackageId, dist: &Value) -> Result<String, AddError> {
        let known = dist["integrity"].as_str().unwrap_or_default().split_whitespace();
        let strong = known
            .map(|one| one.split('?').next().unwrap_or(one))
            .find(|one| one.starts_with("sha512-"));
        if let Some(strong) = strong {
            return Ok(strong.to_owned());
        }
        let bytes = self.registry.tarball(id).await?;
        let weak = Sha1::digest(&bytes)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<Vec<_>>()
            .concat();
        if dist["shasum"].as_str() == Some(&weak) {
            Ok(integrity(&bytes))
        } else {
            Err(AddError::Checksum(id.clone()))
        }
    }
}
