//! Noticing that the user's settings or keys are changed while the program runs.

use std::ffi::OsStr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::store::Paths;

/// So long after something happened to a file it is whole: editors empty it first and write it then.
const QUIET: Duration = Duration::from_millis(50);

/// Watches the settings and the keys until it is dropped.
#[derive(Debug)]
pub struct ConfigWatcher {
    _watcher: RecommendedWatcher,
    /// The one of the folder, where that came later.
    _later: Arc<Mutex<Option<RecommendedWatcher>>>,
}

impl ConfigWatcher {
    /// Begins to watch; the callback runs on the watcher's own thread, after something happened to one of the files. A
    /// folder that is not there yet is waited for, where the one is there that it will be in.
    ///
    /// # Errors
    ///
    /// When the system does not let the folder be watched; `None` where there is none to watch.
    pub fn start(paths: &Paths, callback: impl Fn() + Send + Sync + 'static) -> notify::Result<Option<Self>> {
        let later = Arc::new(Mutex::new(None));
        let callback: Callback = Arc::new(callback);
        if paths.config.is_dir() {
            let watcher = of_folder(paths, callback)?;
            return Ok(Some(Self {
                _watcher: watcher,
                _later: later,
            }));
        }
        let mut above = paths.config.ancestors().skip(1);
        let Some(above) = above.find(|folder| folder.is_dir()).map(Path::to_owned) else {
            return Ok(None);
        };
        let (paths, own) = (paths.clone(), Arc::downgrade(&later));
        let mut watcher = notify::recommended_watcher(move |_: notify::Result<Event>| {
            let Some(later) = own.upgrade().filter(|_| paths.config.is_dir()) else {
                return;
            };
            let mut later = later.lock().unwrap_or_else(PoisonError::into_inner);
            if later.is_none() {
                // What cannot be watched holds from the next start on.
                *later = of_folder(&paths, Arc::clone(&callback)).ok();
                std::thread::sleep(QUIET);
                callback();
            }
        })?;
        watcher.watch(&above, RecursiveMode::NonRecursive)?;
        Ok(Some(Self {
            _watcher: watcher,
            _later: later,
        }))
    }
}

/// What is called when something happened.
type Callback = Arc<dyn Fn() + Send + Sync>;

/// Watches the folder of the settings.
fn of_folder(paths: &Paths, callback: Callback) -> notify::Result<RecommendedWatcher> {
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
    Ok(watcher)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::sync::mpsc::{Receiver, channel};

    use super::*;

    /// Watches, and what the settings hold whenever something happened.
    fn watched(paths: &Paths) -> (Option<ConfigWatcher>, Receiver<String>) {
        let (noticed, seen) = channel();
        let file = paths.config_file();
        let watcher = ConfigWatcher::start(paths, move || {
            let _ = noticed.send(std::fs::read_to_string(&file).unwrap_or_default());
        });
        (watcher.unwrap(), seen)
    }

    /// Waits until they hold this: longer than any machine needs, as a test that fails has to end.
    fn comes(seen: &Receiver<String>, wanted: &str) {
        while seen.recv_timeout(Duration::from_mins(1)).unwrap() != wanted {}
    }

    #[test]
    fn settings_that_are_written_are_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::below(folder.path());
        std::fs::create_dir_all(&paths.config).unwrap();
        let (watcher, seen) = watched(&paths);
        // As editors do: a new file over the old one.
        std::fs::write(paths.config.join("config.toml.new"), "insecure = true").unwrap();
        std::fs::rename(paths.config.join("config.toml.new"), paths.config_file()).unwrap();
        comes(&seen, "insecure = true");
        drop(watcher);
    }

    #[test]
    fn a_folder_that_is_made_later_is_noticed_and_what_is_written_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::below(folder.path());
        let (watcher, seen) = watched(&paths);
        std::fs::create_dir_all(&paths.config).unwrap();
        comes(&seen, "");
        for text in ["insecure = true", "insecure = false"] {
            std::fs::write(paths.config_file(), text).unwrap();
            comes(&seen, text);
        }
        drop(watcher);
    }
}
