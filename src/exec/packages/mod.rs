//! npm packages for scripts: from the cache, or fetched into it when a script first asks.
//!
//! ```text
//! require ──▶ open ── built in? locked? ──▶ Pin ── shelf.get ──▶ Opened
//!                                            │ not there           ▲
//!                                            └─ registry ─ shelf.put (checked) with all it needs
//! ```

mod add;
mod range;
mod registry;

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

pub use add::AddError;
pub use registry::{Registry, RegistryError};

use crate::http::ClientConfig;
use crate::model::package::{Lock, Package, PackageError, PackageId, Pin, Shelf};
use crate::script::{Opened, built_in};

/// How many packages are fetched at once.
const AT_ONCE: usize = 8;

/// Why a package cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The cache, the lock or npm's settings.
    #[error(transparent)]
    Shelf(#[from] PackageError),
    /// The network or the registry.
    #[error(transparent)]
    Registry(#[from] RegistryError),
}

impl FetchError {
    /// The next step for who fetches ahead: a registry that is not reached cannot be made up for by doing that.
    pub fn hint_ahead(&self) -> &'static str {
        match self {
            Self::Registry(RegistryError::Network { .. }) => {
                "look at the network, its proxy, and `registry` in `.npmrc`"
            }
            _ => self.hint(),
        }
    }

    /// The next step.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Shelf(PackageError::Checksum(_)) => {
                "the registry or a proxy gives something else out than what was published; ask whoever runs it, or set \
                 another `registry` in `.npmrc`"
            }
            Self::Shelf(PackageError::File { .. }) => "mend the file",
            Self::Shelf(_) => "look at the disk and the rights of the cache folder",
            Self::Registry(RegistryError::Status { .. }) => {
                "look at `registry` and its token in `.npmrc`; a token in the workspace's own counts for `postrider packages fetch`"
            }
            Self::Registry(RegistryError::Nothing { .. }) => "check the name and version, and `registry` in `.npmrc`",
            Self::Registry(RegistryError::Network { .. }) => {
                "run `postrider packages fetch` where there is a network; from then on none is needed"
            }
        }
    }
}

/// A package that has just been fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Which.
    pub id: PackageId,
    /// The size of its files, in bytes.
    pub unpacked: u64,
}

/// Gives packages out.
pub struct Packages {
    shelf: Arc<dyn Shelf>,
    config: ClientConfig,
    /// Held while packages are fetched, so that scripts side by side do not fetch the same twice.
    fetching: Mutex<()>,
}

impl Packages {
    /// The same packages, fetched as another configuration says.
    #[must_use]
    pub fn over(&self, config: ClientConfig) -> Self {
        Self::new(Arc::clone(&self.shelf), config)
    }

    /// Packages of a shelf; nothing is read before one is asked for.
    pub fn new(shelf: Arc<dyn Shelf>, config: ClientConfig) -> Self {
        Self {
            shelf,
            config,
            fetching: Mutex::new(()),
        }
    }

    /// The package a script asks for: one of Postman's, else one of the workspace's lock; nothing when neither knows it.
    /// The error is a sentence for the script.
    pub async fn open(&self, name: &str, version: Option<&str>, dependency: bool) -> Result<Option<Opened>, String> {
        let found = self.find(name, version, dependency).await;
        let told = |error: FetchError| format!("{error}; {}", error.hint());
        let Some((lock, id)) = found.map_err(told)? else {
            return Ok(None);
        };
        let Some(pin) = lock.pin(&id) else { return Ok(None) };
        let mut note = None;
        let package = if let Some(package) = self.get(pin).await {
            package
        } else {
            let pins: Vec<Pin> = lock.closure(&id).into_iter().cloned().collect();
            let fetched = self.fetch(pins, |_| {}).await.map_err(told)?;
            note = noted(&id, &fetched);
            let lost = || format!("the package `{id}` was fetched and is gone from the cache again");
            self.get(pin).await.ok_or_else(lost)?
        };
        Ok(Some(Opened {
            id,
            dependencies: pin.dependencies.clone(),
            package,
            note,
        }))
    }

    /// The table that knows a package, and its id there.
    async fn find(
        &self,
        name: &str,
        version: Option<&str>,
        dependency: bool,
    ) -> Result<Option<(Lock, PackageId)>, FetchError> {
        let wanted = |lock: &Lock| match version.and_then(|version| PackageId::new(name, version)) {
            Some(id) if dependency => lock.pin(&id).map(|pin| pin.id.clone()),
            _ => lock.find(name, version).map(|pin| pin.id.clone()),
        };
        let own = built_in();
        if let Some(id) = wanted(&own) {
            return Ok(Some((own, id)));
        }
        let lock = self.lock().await?;
        Ok(wanted(&lock).map(|id| (lock, id)))
    }

    /// The workspace's own lock.
    pub async fn lock(&self) -> Result<Lock, FetchError> {
        Ok(self
            .blocking(|shelf| shelf.lock())
            .await
            .unwrap_or_else(|| Ok(Lock::default()))?)
    }

    async fn get(&self, pin: &Pin) -> Option<Package> {
        let pin = pin.clone();
        self.blocking(move |shelf| shelf.get(&pin)).await.flatten()
    }

    /// Fetches those of the packages that are not there; `told` hears of each as it comes. The first failure ends it.
    pub async fn fetch(&self, pins: Vec<Pin>, told: impl Fn(&Fetched)) -> Result<Vec<Fetched>, FetchError> {
        let _turn = self.fetching.lock().await;
        // Anew, as the user may have mended the settings after a fetch that failed.
        let registry = &self.registry().await?;
        let mut coming = stream::iter(pins)
            .map(|pin| async move {
                if self.get(&pin).await.is_some() {
                    return Ok(None);
                }
                let bytes = registry.tarball(&pin.id).await?;
                let id = pin.id.clone();
                let put = self.blocking(move |shelf| shelf.put(&pin, &bytes)).await;
                let unpacked = put.transpose()?.map_or(0, |package| package.unpacked);
                Ok::<_, FetchError>(Some(Fetched { id, unpacked }))
            })
            .buffer_unordered(AT_ONCE);
        let mut out = Vec::new();
        while let Some(fetched) = coming.next().await {
            if let Some(fetched) = fetched? {
                told(&fetched);
                out.push(fetched);
            }
        }
        Ok(out)
    }

    /// The registries of npm's settings, read anew.
    pub async fn registry(&self) -> Result<Registry, FetchError> {
        let registries = self.blocking(|shelf| shelf.registries()).await;
        Ok(Registry::new(registries.transpose()?.unwrap_or_default(), &self.config))
    }

    /// Does something with the disk off the threads that must not wait; nothing when the program is ending.
    async fn blocking<T: Send + 'static>(&self, work: impl FnOnce(&dyn Shelf) -> T + Send + 'static) -> Option<T> {
        let own = Arc::clone(&self.shelf);
        spawn_blocking(move || work(&*own)).await.ok()
    }
}

/// What the console says about packages that came for one of them.
fn noted(id: &PackageId, fetched: &[Fetched]) -> Option<String> {
    let unpacked: u64 = fetched.iter().map(|fetched| fetched.unpacked).sum();
    let others = match fetched.iter().filter(|fetched| fetched.id != *id).count() {
        0 => String::new(),
        1 => " and another package".to_owned(),
        more => format!(" and {more} more packages"),
    };
    let size = if unpacked < 1_000_000 {
        format!("{} KB", unpacked.div_ceil(1000))
    } else {
        format!("{}.{} MB", unpacked / 1_000_000, unpacked % 1_000_000 / 100_000)
    };
    let text = format!("fetched {} {}{others}, {size} unpacked", id.name(), id.version());
    (!fetched.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests;
