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

use notify::event::ModifyKind;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::store::Paths;

/// So long after something happened to a file it is whole: editors empty it first and write it then.
const QUIET: Duration = Duration::from_millis(50);
/// A folder that is never quiet is not waited for any longer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Folders that come and go all the time are not looked for any longer.
const MOST_LOOKS: usize = 32;

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
                let Some(event) = event.ok().filter(|event| followed.counts(event)) else {
                    continue;
                };
                let mut happened = vec![event];
                settle(&events, &mut happened);
                // A link may lead elsewhere now, the folder have come, or be another one.
                let Some(watcher) = own.upgrade() else { return };
                let mut held = watcher.lock().unwrap_or_else(PoisonError::into_inner);
                followed.forget_replaced(&happened, &mut *held);
                followed.follow(&mut *held);
                drop(held);
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
fn settle<E>(events: &Receiver<Result<Event, E>>, happened: &mut Vec<Event>) {
    let begun = Instant::now();
    while let Ok(event) = events.recv_timeout(QUIET) {
        // Those that say nothing of the folders are many.
        happened.extend(event.ok().filter(|event| !places(event).is_empty()));
        if begun.elapsed() >= PATIENCE {
            return;
        }
    }
}

/// Where something was made, removed or has got another name.
fn places(event: &Event) -> &[PathBuf] {
    match event.kind {
        EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => &event.paths,
        _ => &[],
    }
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
    fn follow(&mut self, watcher: &mut dyn Watcher) {
        // What was made before that was watched is there by now, and nobody tells of it.
        let mut looks = 0..MOST_LOOKS;
        while looks.next().is_some() && self.follow_once(watcher) {}
    }

    /// A folder that is made anew in the place of one that is gone is another one, which nobody watches yet; so is what a link
    /// leads to that was turned.
    fn forget_replaced(&mut self, happened: &[Event], watcher: &mut dyn Watcher) {
        for path in happened.iter().flat_map(places) {
            let (replaced, others) = std::mem::take(&mut self.folders)
                .into_iter()
                .partition(|folder| folder.starts_with(path));
            self.folders = others;
            for folder in replaced {
                // It may be gone with the folder.
                let _not_watched = watcher.unwatch(&folder);
            }
        }
    }

    /// Says whether something else is watched than before.
    fn follow_once(&mut self, watcher: &mut dyn Watcher) -> bool {
        let own = &self.files;
        // The folder may be a link itself.
        let beside = |file: &PathBuf| Some(file.parent()?.canonicalize().ok()?.join(file.file_name()?));
        let targets = own.iter().filter_map(|file| file.canonicalize().ok());
        let targets = targets.chain(own.iter().filter_map(beside));
        // The folder may go, too, and come again, and a link above it be turned.
        let links = self.folder.ancestors().skip(1).filter(|above| above.is_symlink());
        let links: Vec<PathBuf> = links.map(Path::to_owned).collect();
        let own = own.iter().chain([&self.folder]).cloned();
        self.meant = own.chain(links).chain(targets).collect();
        let folders = self.files.iter().filter_map(|file| nearest(file.parent()?));
        let targets = self
            .meant
            .iter()
            .filter_map(|file| file.parent().filter(|folder| folder.is_dir()));
        // That is where others have theirs, too; but there a link is turned.
        let left_out = self.folder.parent().filter(|_| !self.folder.is_symlink());
        let targets = targets.filter(|folder| Some(*folder) != left_out);
        let folders: BTreeSet<PathBuf> = folders.chain(targets).map(Path::to_owned).collect();
        for gone in self.folders.difference(&folders) {
            let _ = watcher.unwatch(gone);
        }
        for come in folders.difference(&self.folders) {
            // Not to notice costs no more than the next start.
            let _ = watcher.watch(come, RecursiveMode::NonRecursive);
        }
        let is_other = self.folders != folders;
        self.folders = folders;
        is_other
    }

    /// Whether something may be another because of an event. While the folder is not there, anything beside the way to it may
    /// make it, but for a look into a file.
    fn counts(&self, event: &Event) -> bool {
        let is_one = |path: &PathBuf| self.meant.contains(path);
        let is_replaced = || places(event).iter().any(|path| self.folders.contains(path));
        !matches!(event.kind, EventKind::Access(_))
            && (!self.is_there() || event.need_rescan() || event.paths.iter().any(is_one) || is_replaced())
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

    #[cfg(unix)]
    #[test]
    fn a_folder_that_is_replaced_is_watched_and_so_is_what_a_link_for_it_leads_to() {
        for is_link in [false, true] {
            let folder = tempfile::tempdir().unwrap();
            let paths = Paths::below(folder.path());
            fs::create_dir_all(paths.config.parent().unwrap()).unwrap();
            let other = |name: &str, text: &str| {
                let other = folder.path().join(name);
                fs::create_dir_all(&other).unwrap();
                fs::write(other.join(paths.config_file().file_name().unwrap()), text).unwrap();
                other
            };
            let put = |other: PathBuf| {
                if is_link {
                    let link = folder.path().join("turned");
                    std::os::unix::fs::symlink(other, &link).unwrap();
                    fs::rename(link, &paths.config).unwrap();
                } else {
                    let _ = fs::remove_dir_all(&paths.config);
                    fs::rename(other, &paths.config).unwrap();
                }
            };
            put(other("first", ""));
            let (noticed, seen) = channel();
            let file = paths.config_file();
            let _watcher = ConfigWatcher::start(&paths, move || {
                let _ = noticed.send(fs::read_to_string(&file).unwrap_or_default());
            })
            .unwrap();
            let waits = |text: &str| while seen.recv_timeout(LONG).unwrap() != text {};
            for round in 2..4 {
                let text = format!("memory = {round}0");
                put(other(&format!("{round}"), &text));
                waits(&text);
                let text = format!("memory = {round}1");
                fs::write(paths.config_file(), &text).unwrap();
                waits(&text);
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_above_the_folder_that_is_turned_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("home");
        let paths = Paths::below(&link);
        let put = |name: &str| {
            let turned = folder.path().join("turned");
            std::os::unix::fs::symlink(folder.path().join(name), &turned).unwrap();
            fs::rename(turned, &link).unwrap();
        };
        for name in ["first", "second"] {
            let own = Paths::below(folder.path().join(name));
            fs::create_dir_all(&own.config).unwrap();
            fs::write(own.config_file(), name).unwrap();
        }
        put("first");
        let (noticed, seen) = channel();
        let file = paths.config_file();
        let _watcher = ConfigWatcher::start(&paths, move || {
            let _ = noticed.send(fs::read_to_string(&file).unwrap_or_default());
        })
        .unwrap();
        let waits = |text: &str| while seen.recv_timeout(LONG).unwrap() != text {};
        put("second");
        waits("second");
        fs::write(paths.config_file(), "memory = 1").unwrap();
        waits("memory = 1");
    }

    /// Makes the next folder as soon as one is watched.
    struct Making<'a>(Vec<&'a Path>);

    impl Watcher for Making<'_> {
        fn new<F: notify::EventHandler>(_: F, _: notify::Config) -> notify::Result<Self> {
            Ok(Self(Vec::new()))
        }

        fn watch(&mut self, _: &Path, _: RecursiveMode) -> notify::Result<()> {
            self.0.pop().map_or(Ok(()), |next| Ok(fs::create_dir(next)?))
        }

        fn unwatch(&mut self, _: &Path) -> notify::Result<()> {
            Ok(())
        }

        fn kind() -> notify::WatcherKind {
            notify::WatcherKind::NullWatcher
        }
    }

    #[test]
    fn folders_that_are_made_while_others_come_to_be_watched_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::below(folder.path().join("a/b/c/d"));
        let mut followed = Followed::of(&paths, folder.path());
        let ancestors = paths.config.ancestors();
        let mut made: Vec<&Path> = ancestors.take_while(|above| *above != folder.path()).collect();
        fs::create_dir(made.pop().unwrap()).unwrap();
        followed.follow(&mut Making(made));
        assert!(followed.is_there());
    }

    #[test]
    fn a_look_into_a_file_is_nothing_that_happened() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::below(folder.path().join("not/yet"));
        let mut followed = Followed::of(&paths, folder.path());
        followed.follow(&mut Making(Vec::new()));
        let event = |kind| Event::new(kind).add_path(folder.path().join("other"));
        assert!(!followed.counts(&event(EventKind::Access(notify::event::AccessKind::Any))));
        let made = event(EventKind::Create(notify::event::CreateKind::Any));
        assert!(followed.counts(&made));
        fs::create_dir_all(&paths.config).unwrap();
        followed.follow(&mut Making(Vec::new()));
        assert!(!followed.counts(&made), "by now that is others' business");
    }

    #[test]
    fn all_that_happens_at_a_time_is_told_once() {
        let (noticed, events) = channel::<Result<Event, ()>>();
        let removed = Event::new(EventKind::Remove(notify::event::RemoveKind::Folder)).add_path("a".into());
        for event in [removed.clone(), Event::default(), removed] {
            noticed.send(Ok(event)).unwrap();
        }
        let mut happened = Vec::new();
        settle(&events, &mut happened);
        assert!(events.try_recv().is_err());
        // Of the folders in it none is overlooked.
        assert_eq!(happened.len(), 2);
    }
}
