//! Noticing that the user's settings or keys are changed while the program runs.

use std::ffi::OsStr;
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::store::Paths;

/// So long after something happened to a file it is whole: editors empty it first and write it then.
const QUIET: Duration = Duration::from_millis(50);

/// Watches the settings and the keys until it is dropped.
#[derive(Debug)]
pub struct ConfigWatcher {
    _watcher: RecommendedWatcher,
}

impl ConfigWatcher {
    /// Begins to watch; the callback runs on the watcher's own thread, after something happened to one of the files.
    ///
    /// # Errors
    ///
    /// When the system does not let the folder be watched; `None` where there is none.
    pub fn start(paths: &Paths, callback: impl Fn() + Send + 'static) -> notify::Result<Option<Self>> {
        if !paths.config.is_dir() {
            return Ok(None);
        }
        let names = [paths.config_file(), paths.keymap_file()];
        let names = names.map(|file| file.file_name().map(OsStr::to_owned));
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            let is_meant = |event: &Event| {
                let mut files = event.paths.iter().map(|path| path.file_name().map(OsStr::to_owned));
                event.need_rescan() || files.any(|name| names.contains(&name))
            };
            if event.is_ok_and(|event| !matches!(event.kind, EventKind::Access(_)) && is_meant(&event)) {
                std::thread::sleep(QUIET);
                callback();
            }
        })?;
        watcher.watch(&paths.config, RecursiveMode::NonRecursive)?;
        Ok(Some(Self { _watcher: watcher }))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn settings_that_are_written_are_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::below(folder.path());
        assert!(ConfigWatcher::start(&paths, || {}).unwrap().is_none());
        std::fs::create_dir_all(&paths.config).unwrap();
        let (noticed, seen) = channel();
        let file = paths.config_file();
        let watcher = ConfigWatcher::start(&paths, move || {
            let _ = noticed.send(std::fs::read_to_string(&file).unwrap_or_default());
        });
        let watcher = watcher.unwrap();
        // As editors do: a new file over the old one.
        std::fs::write(paths.config.join("config.toml.new"), "insecure = true").unwrap();
        std::fs::rename(paths.config.join("config.toml.new"), paths.config_file()).unwrap();
        // Longer than any machine needs: a test that fails has to end.
        let seen = seen.recv_timeout(std::time::Duration::from_mins(1));
        assert_eq!(seen.unwrap(), "insecure = true");
        drop(watcher);
    }
}
