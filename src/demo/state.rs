//! What all requests share: configuration, key, data, refresh tokens and the clock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Config;
use super::data::Data;
use super::key::PendingKey;
use super::refresh::RefreshTokens;

/// The server's state; one per running server.
#[derive(Debug)]
pub struct App {
    /// `http://127.0.0.1:PORT`, the issuer of the tokens.
    pub base_url: String,
    /// How long an id token is good.
    pub token_ttl: Duration,
    /// The signing key, which may still be in the making.
    pub key: PendingKey,
    /// What time it is.
    pub clock: Clock,
    data: Arc<OnceLock<RwLock<Data>>>,
    refresh: Mutex<RefreshTokens>,
}

impl App {
    /// Makes the state and starts to load or generate the key.
    pub fn new(base_url: String, config: &Config) -> Self {
        Self {
            base_url,
            token_ttl: config.token_ttl,
            key: PendingKey::spawn(config.key_file.clone()),
            clock: Clock::default(),
            data: Arc::default(),
            refresh: Mutex::default(),
        }
    }

    /// Starts to generate the data in the background, so that the first request finds it.
    pub fn prepare(&self) {
        let data = Arc::clone(&self.data);
        // Should the thread not start, the first request generates the data.
        let _detached = std::thread::Builder::new().name("demo data".to_owned()).spawn(move || {
            data.get_or_init(|| RwLock::new(Data::generate()));
        });
    }

    /// The data for reading; do not hold it over an await.
    pub fn data(&self) -> RwLockReadGuard<'_, Data> {
        self.data_lock().read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The data for changing; do not hold it over an await.
    pub fn data_mut(&self) -> RwLockWriteGuard<'_, Data> {
        self.data_lock().write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The refresh tokens.
    pub fn refresh(&self) -> MutexGuard<'_, RefreshTokens> {
        self.refresh.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn data_lock(&self) -> &RwLock<Data> {
        self.data.get_or_init(|| RwLock::new(Data::generate()))
    }
}

/// The system's clock, which tests may put forward.
#[derive(Debug, Default)]
pub struct Clock {
    /// Milliseconds ahead of the system.
    ahead: AtomicU64,
}

impl Clock {
    /// Milliseconds since 1970.
    pub fn now_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        millis(since).saturating_add(self.ahead.load(Ordering::Relaxed))
    }

    /// Puts the clock forward.
    #[cfg(test)]
    pub fn advance(&self, by: Duration) {
        self.ahead.fetch_add(millis(by), Ordering::Relaxed);
    }
}

/// A duration in whole milliseconds, as many as fit.
pub fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
