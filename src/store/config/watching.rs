//! Noticing that the user's settings or keys are changed while the program runs.
//!
//! ```text
//! folder of the files, or the one it will come into, folders of what links there lead to ─▶ channel ─▶ thread: waits until it is quiet ─▶ callback
//! ```

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};

use crate::store::Paths;

/// So long after something happened to a file it is whole: editors empty it first and write it then.
const QUIET: Duration = Duration::from_millis(50);
/// A folder that is never quiet is not waited for any longer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Watches the settings and the keys until it is dropped.
#[derive(Debug)]
pub struct ConfigWatcher {
    /// Its thread ends with it.
    _watcher: Arc<Mutex<RecommendedWatcher>>,
}

impl ConfigWatcher {
    /// Begins to watch; the callback runs on the watcher's own thread, once after all that happened to the files at a time. A
    /// folder that is not there yet is waited for.
    ///
    /// # Errors
    ///
    /// When the system does not let the folder be watched; `None` where there is none to watch.
    pub fn start(paths: &Paths, callback: impl Fn() + Send + 'static) -> notify::Result<Option<Self>> {
        let Some(folder) = nearest(&paths.config) else {
            return Ok(None);
        };
        let (noticed, events) = channel();
        let mut watcher = notify::recommended_watcher(move |event| {
            // Nobody listens when the program is ending.
            let _ = noticed.send(event);
        })?;
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
        let mut followed = Followed::of(paths, folder);
        followed.follow(&mut watcher);
        let watcher = Arc::new(Mutex::new(watcher));
        let own = Arc::downgrade(&watcher);
        let thread = std::thread::Builder::new().name("settings".into());
        thread.spawn(move || {
            while let Ok(event) = events.recv() {
                let was_there = followed.is_there();
                if !event.is_ok_and(|event| !was_there || followed.is_meant(&event)) {
                    continue;
                }
                settle(&events);
                // A link may lead elsewhere now, the folder have come.
                let Some(watcher) = own.upgrade() else { return };
                followed.follow(&mut watcher.lock().unwrap_or_else(PoisonError::into_inner));
                drop(watcher);
                if was_there || followed.is_there() {
                    callback();
                }
            }
        })?;
        Ok(Some(Self { _watcher: watcher }))
    }
}

/// Waits until nothing more comes for a moment, and takes what does: one save is several events.
fn settle<T>(events: &Receiver<T>) {
    let begun = Instant::now();
    while events.recv_timeout(QUIET).is_ok() && begun.elapsed() < PATIENCE {}
}

/// A folder, or the first above it that is there.
fn nearest(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|folder| folder.is_dir())
}

/// The files, and where they are if they are links.
struct Followed {
    folder: PathBuf,
    files: [PathBuf; 2],
    /// The files themselves and what they lead to.
    meant: BTreeSet<PathBuf>,
    /// What is watched.
    folders: BTreeSet<PathBuf>,
}

impl Followed {
    /// Of these files, where `watched` is watched so far.
    fn of(paths: &Paths, watched: &Path) -> Self {
        Self {
            folder: paths.config.clone(),
            files: [paths.config_file(), paths.keymap_file()],
            meant: BTreeSet::new(),
            folders: BTreeSet::from([watched.to_owned()]),
        }
    }

    /// Whether the folder of the files is watched, and not the one that it will come into.
    fn is_there(&self) -> bool {
        self.folders.contains(&self.folder)
    }

    /// Watches the folders that links lead to as well; those of links that are no more, no longer.
    fn follow(&mut self, watcher: &mut RecommendedWatcher) {
        self.follow_once(watcher);
        // What was made before that was watched is there by now, and nobody tells of it.
        self.follow_once(watcher);
    }

    fn follow_once(&mut self, watcher: &mut RecommendedWatcher) {
        let own = &self.files;
        // The folder may be a link itself.
        let beside = |file: &PathBuf| Some(file.parent()?.canonicalize().ok()?.join(file.file_name()?));
        let targets = own.iter().filter_map(|file| file.canonicalize().ok());
        let targets = targets.chain(own.iter().filter_map(beside));
        // The folder may go, too, and come again.
        let own = own.iter().chain([&self.folder]).cloned();
        self.meant = own.chain(targets).collect();
        let folders = self.files.iter().filter_map(|file| nearest(file.parent()?));
        let targets = self
            .meant
            .iter()
            .filter_map(|file| file.parent().filter(|folder| folder.is_dir()));
        let targets = targets.filter(|folder| Some(*folder) != self.folder.parent());
        let folders: BTreeSet<PathBuf> = folders.chain(targets).map(Path::to_owned).collect();
        for gone in self.folders.difference(&folders) {
            let _ = watcher.unwatch(gone);
        }
        for come in folders.difference(&self.folders) {
            // Not to notice costs no more than the next start.
            let _ = watcher.watch(come, RecursiveMode::NonRecursive);
        }
        self.folders = folders;
    }

    fn is_meant(&self, event: &Event) -> bool {
        let is_one = |path: &PathBuf| self.meant.contains::<Path>(path);
        !matches!(event.kind, EventKind::Access(_)) && (event.need_rescan() || event.paths.iter().any(is_one))
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::fs;
    use std::sync::mpsc::RecvTimeoutError;

    use super::*;

    /// Longer than any machine needs: a test that fails has to end.
    const LONG: Duration = Duration::from_mins(1);

    #[test]
    fn settings_that_are_written_are_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::below(folder.path());
        fs::create_dir_all(&paths.config).unwrap();
        let (noticed, seen) = channel();
        let file = paths.config_file();
        let watcher = ConfigWatcher::start(&paths, move || {
            let _ = noticed.send(fs::read_to_string(&file).unwrap_or_default());
        });
        let watcher = watcher.unwrap();
        // As editors do: a new file over the old one.
        fs::write(paths.config.join("config.toml.new"), "insecure = true").unwrap();
        fs::rename(paths.config.join("config.toml.new"), paths.config_file()).unwrap();
        assert_eq!(seen.recv_timeout(LONG).unwrap(), "insecure = true");
        // Its thread ends, and lets go of what it tells.
        drop(watcher);
        let end = std::iter::repeat_with(|| seen.recv_timeout(LONG)).find_map(Result::err);
        assert_eq!(end, Some(RecvTimeoutError::Disconnected));
    }

    #[test]
    fn a_folder_that_is_made_later_is_noticed_and_what_is_written_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::below(folder.path().join("not/yet"));
        let (noticed, seen) = channel();
        let file = paths.config_file();
        let _watcher = ConfigWatcher::start(&paths, move || {
            let _ = noticed.send(fs::read_to_string(&file).unwrap_or_default());
        })
        .unwrap();
        let waits = |text: &str| while seen.recv_timeout(LONG).unwrap() != text {};
        fs::create_dir_all(&paths.config).unwrap();
        waits("");
        for text in ["insecure = true", "insecure = false"] {
            fs::write(paths.config_file(), text).unwrap();
            waits(text);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_to_where_it_leads() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::below(folder.path());
        let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
        for at in [&paths.config, &first, &second] {
            fs::create_dir_all(at).unwrap();
        }
        let link = |to: &Path| {
            let _ = fs::remove_file(paths.config_file());
            std::os::unix::fs::symlink(to.join("own.toml"), paths.config_file()).unwrap();
        };
        fs::write(first.join("own.toml"), "").unwrap();
        fs::write(second.join("own.toml"), "memory = 2").unwrap();
        link(&first);
        let (noticed, seen) = channel();
        let file = paths.config_file();
        let _watcher = ConfigWatcher::start(&paths, move || {
            let _ = noticed.send(fs::read_to_string(&file).unwrap_or_default());
        })
        .unwrap();
        let waits = |text: &str| while seen.recv_timeout(LONG).unwrap() != text {};
        fs::write(first.join("own.toml"), "memory = 1").unwrap();
        waits("memory = 1");
        link(&second);
        waits("memory = 2");
        fs::write(second.join("own.toml"), "memory = 3").unwrap();
        waits("memory = 3");
    }

    #[test]
    fn all_that_happens_at_a_time_is_told_once() {
        let (noticed, events) = channel();
        for event in 0..5 {
            noticed.send(event).unwrap();
        }
        settle(&events);
        assert!(events.try_recv().is_err());
    }
}
