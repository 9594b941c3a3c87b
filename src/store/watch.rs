//! Noticing what others change in the workspace: editors, git, another postrider.
//!
//! ```text
//! notify ──▶ own thread, collects for a moment ──▶ WatchEvent ──▶ the caller ──▶ reload ──▶ Vec<Change> ──▶ accept
//! ```
//!
//! Folders are watched, not files, so an editor that writes a new file over the old one is noticed like any other. Our
//! own saves come by too; [`reload`] drops them because the content is the known one.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use notify::event::ModifyKind;
use notify::{Event, EventKind, RecursiveMode, Watcher as _};

use super::files::{Content, Disk, Files, Place, parse, parse_told, plain_group, read};
use super::keys;
use super::packages::LOCK_FILE;
use crate::model::ItemPath;
use crate::model::problem::Problem;

/// So long after the last event the lot is told.
const QUIET: Duration = Duration::from_millis(50);
/// And so long after the first one at the latest.
const LATEST: Duration = Duration::from_millis(500);

/// Files and folders that somebody may have changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WatchEvent {
    /// Their paths, each once.
    pub paths: Vec<PathBuf>,
}

enum Message {
    Event(notify::Result<Event>),
    Stop,
}

/// Watches a workspace until it is dropped.
#[derive(Debug)]
pub struct Watcher {
    stop: Sender<Message>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Begins to watch; the callback runs on the watcher's own thread.
    ///
    /// An error (too many watches, say) costs only the noticing: saves still find out about others' changes.
    pub fn start(root: &Path, callback: impl Fn(WatchEvent) + Send + 'static) -> notify::Result<Self> {
        let (sender, receiver) = channel();
        let events = sender.clone();
        let watcher = notify::recommended_watcher(move |event| {
            // Nobody listens any more while it is being dropped.
            let _stopped = events.send(Message::Event(event));
        })?;
        let mut run = Run {
            // Events name real paths; they are told under the path the caller knows.
            real: std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned()),
            root: root.to_owned(),
            watcher,
            watched: BTreeSet::new(),
        };
        run.watcher.watch(&run.real, RecursiveMode::NonRecursive)?;
        run.watch_folders()?;
        let thread = std::thread::Builder::new()
            .name("watch".to_owned())
            .spawn(move || run.run(&receiver, &callback))
            .map_err(notify::Error::io)?;
        Ok(Self {
            stop: sender,
            thread: Some(thread),
        })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        let _stopped_already = self.stop.send(Message::Stop);
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

/// What is ours in a workspace.
const OURS: [&str; 4] = ["collections", "environments", "globals.toml", LOCK_FILE];

struct Run<W> {
    root: PathBuf,
    real: PathBuf,
    watcher: W,
    watched: BTreeSet<&'static str>,
}

impl<W: notify::Watcher> Run<W> {
    fn run(mut self, receiver: &Receiver<Message>, callback: &impl Fn(WatchEvent)) {
        let mut paths = BTreeSet::new();
        let mut latest = Instant::now();
        loop {
            let message = if paths.is_empty() {
                receiver.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                receiver.recv_timeout(QUIET.min(latest.saturating_duration_since(Instant::now())))
            };
            match message {
                Ok(Message::Event(event)) => {
                    if paths.is_empty() {
                        latest = Instant::now() + LATEST;
                    }
                    self.take(event, &mut paths);
                }
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => callback(WatchEvent {
                    paths: std::mem::take(&mut paths).into_iter().collect(),
                }),
            }
        }
    }

    fn take(&mut self, event: notify::Result<Event>, paths: &mut BTreeSet<PathBuf>) {
        let everything = OURS.map(|name| self.root.join(name));
        let Ok(event) = event else {
            paths.extend(everything);
            return;
        };
        if event.need_rescan() {
            paths.extend(everything);
        }
        if matches!(event.kind, EventKind::Access(_)) {
            return;
        }
        for path in &event.paths {
            let Ok(inside) = path.strip_prefix(&self.real) else {
                continue;
            };
            let hidden = inside.iter().any(|part| part.to_string_lossy().starts_with('.'));
            let ours = OURS.iter().any(|name| inside.starts_with(name));
            if !hidden && ours {
                paths.insert(self.root.join(inside));
            }
            self.forget_replaced(path, event.kind);
        }
        // A folder that was made just now, or anew. Failing to watch it costs only the noticing.
        let _unwatched = self.watch_folders();
    }

    /// A folder that was removed and made anew is another one, which nobody watches yet.
    fn forget_replaced(&mut self, path: &Path, kind: EventKind) {
        let replaced = matches!(
            kind,
            EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_))
        );
        for name in ["collections", "environments"] {
            if replaced && *path == self.real.join(name) && self.watched.remove(name) {
                // It may be gone with the folder.
                let _not_watched = self.watcher.unwatch(path);
            }
        }
    }

    /// Watches the folders that are not watched yet; tells of the last one that could not be, which is tried again.
    fn watch_folders(&mut self) -> notify::Result<()> {
        let mut result = Ok(());
        for name in ["collections", "environments"] {
            let folder = self.real.join(name);
            if !folder.is_dir() {
                self.watched.remove(name);
            } else if !self.watched.contains(name) {
                match self.watcher.watch(&folder, RecursiveMode::Recursive) {
                    Ok(()) => {
                        self.watched.insert(name);
                    }
                    Err(error) => result = Err(error),
                }
            }
        }
        result
    }
}

/// What somebody has done to a place.
#[derive(Clone, Debug)]
pub struct Change {
    /// The place.
    pub place: Place,
    /// What was done.
    pub what: What,
    bytes: Option<Arc<[u8]>>,
}

/// The kinds of change.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// It is new.
    Added(Content),
    /// It has another content.
    Changed(Content),
    /// It is gone; for a group, with all that was in it.
    Removed,
    /// It does not parse any more.
    Broken(Problem),
}

impl Files {
    /// Notes that the caller has taken a change over: from now on the disk is as we know it. A change that is not taken
    /// over (there are unsaved edits) makes the next save a conflict, so nothing is lost.
    pub fn accept(&self, change: &Change) {
        match (&change.what, &change.bytes) {
            (What::Removed, _) => self.forget(&change.place),
            (_, Some(bytes)) => self.note(&change.place, bytes.clone()),
            // A folder without a file of its own, or whose file is gone.
            (What::Added(_) | What::Changed(_), None) => self.note_plain_group(&change.place),
            (What::Broken(_), None) => {}
        }
    }
}

/// Finds out what others have changed at some paths. Parents come before what is in them; of a folder that is gone only
/// the folder itself is told.
pub fn reload(paths: &[PathBuf], files: &Files) -> Vec<Change> {
    let inside: HashSet<&Path> = paths
        .iter()
        .filter_map(|path| path.strip_prefix(files.root()).ok())
        .collect();
    let (known, groups) = files.known_at_or_below(&inside);
    let mut places: BTreeSet<Place> = known.into_iter().chain(groups.into_iter().map(Place::Group)).collect();
    for inside in inside {
        gather(&files.root().join(inside), inside, files, &mut places, 0);
    }
    let mut out: Vec<Change> = Vec::new();
    let mut removed: HashSet<ItemPath> = HashSet::new();
    for place in places {
        let mut above = std::iter::successors(place.item().and_then(ItemPath::parent), ItemPath::parent);
        if above.any(|group| removed.contains(&group)) {
            continue;
        }
        let change = check(&place, files);
        if let Some(What::Removed) = change.as_ref().map(|change| &change.what)
            && let Place::Group(group) = &place
        {
            removed.insert(group.clone());
        }
        out.extend(change);
    }
    out
}

/// The places that are at a path now: its own, those in it, and the groups above that we do not know yet.
fn gather(path: &Path, inside: &Path, files: &Files, out: &mut BTreeSet<Place>, depth: usize) {
    let own = Place::from_file(inside);
    if let Some(item) = own.as_ref().and_then(Place::item) {
        let above = std::iter::successors(item.parent(), ItemPath::parent);
        out.extend(above.filter(|group| !files.knows_group(group)).map(Place::Group));
    }
    out.extend(own.filter(|_| path.is_file()));
    if !path.is_dir() || depth > 32 {
        return;
    }
    let mut parts = inside.iter().filter_map(|part| part.to_str());
    if parts.next() == Some("collections") {
        let group = parts.collect::<Vec<_>>().join("/");
        if !group.is_empty() {
            out.insert(Place::Group(ItemPath::new(group)));
        }
    }
    for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if !name.to_string_lossy().starts_with('.') {
            gather(&entry.path(), &inside.join(name), files, out, depth + 1);
        }
    }
}

/// Those of some files that can be read, or are gone, each with what is to be told of it: what else was wrong with it no
/// longer is. Where a folder was looked at, those that changed in it are meant.
pub fn whole(paths: &[PathBuf], changes: &[Change], files: &Files) -> Vec<(PathBuf, Vec<Problem>)> {
    let told = |path: &PathBuf| {
        if *path == files.root().join(LOCK_FILE) {
            return match read(path).ok()? {
                Disk::Bytes(bytes) => Some(keys::unknown(path, &String::from_utf8_lossy(&bytes), &keys::LOCK)),
                Disk::Missing => Some(Vec::new()),
            };
        }
        let place = Place::from_file(path.strip_prefix(files.root()).ok()?)?;
        match read(path).ok()? {
            Disk::Bytes(bytes) => parse_told(&place, path, &bytes).ok().map(|(_, told)| told),
            Disk::Missing => Some(Vec::new()),
        }
    };
    let looked_up = changes.iter().filter_map(|change| files.path(&change.place));
    let all: BTreeSet<PathBuf> = paths.iter().cloned().chain(looked_up).collect();
    let whole = all.into_iter().filter_map(|path| told(&path).map(|told| (path, told)));
    whole.collect()
}

/// What has become of one place, if anything.
fn check(place: &Place, files: &Files) -> Option<Change> {
    let path = files.path(place)?;
    let known = files.known_bytes(place);
    let change = |what, bytes| {
        Some(Change {
            place: place.clone(),
            what,
            bytes,
        })
    };
    let group = match place {
        Place::Group(group) => Some(group),
        _ => None,
    };
    let is_known = known.is_some() || group.is_some_and(|group| files.knows_group(group));
    if group.is_some() && !path.parent().is_some_and(Path::is_dir) {
        return is_known.then(|| change(What::Removed, None)).flatten();
    }
    let bytes = match read(&path) {
        Ok(Disk::Bytes(bytes)) => bytes,
        Ok(Disk::Missing) => {
            // A folder without a file of its own is a folder still.
            return match (group, known, is_known) {
                (Some(group), Some(_), _) => change(What::Changed(Content::Item(plain_group(group))), None),
                (Some(group), None, false) => change(What::Added(Content::Item(plain_group(group))), None),
                (None, Some(_), _) => change(What::Removed, None),
                _ => None,
            };
        }
        Err(error) => {
            let problem = Problem {
                file: path,
                at: None,
                message: format!("cannot read it: {error}"),
                hint: Some("check its permissions".to_owned()),
                warning: false,
            };
            return change(What::Broken(problem), None);
        }
    };
    if known.as_deref() == Some(&bytes) {
        return None;
    }
    let before = known.and_then(|known| parse(place, &path, &known).ok());
    let what = match parse(place, &path, &bytes) {
        Err(problem) => What::Broken(problem),
        // Only comments or layout: nothing to tell, and saving keeps them.
        Ok(content) if before.as_ref() == Some(&content) => return None,
        Ok(content) if is_known => What::Changed(content),
        Ok(content) => What::Added(content),
    };
    change(what, Some(bytes.into()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use std::fs;

    /// Longer than any machine needs: a test that fails has to end.
    const LONG: Duration = Duration::from_mins(1);

    fn workspace() -> (tempfile::TempDir, Files) {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("collections/api/users")).unwrap();
        fs::write(root.path().join("collections/api/collection.toml"), "name = 'API'").unwrap();
        fs::write(root.path().join("collections/api/users/list.toml"), "name = 'List'").unwrap();
        let files = Files::new(root.path());
        files.load();
        (root, files)
    }

    fn told(changes: &[Change]) -> Vec<String> {
        let word = |change: &Change| match change.what {
            What::Added(_) => "added",
            What::Changed(_) => "changed",
            What::Removed => "removed",
            What::Broken(_) => "broken",
        };
        changes
            .iter()
            .map(|change| format!("{} {}", word(change), change.place))
            .collect()
    }

    /// Refuses to watch as often as it is told to.
    #[derive(Debug, Default)]
    struct Fake {
        refusals: usize,
        watched: Vec<PathBuf>,
    }

    impl notify::Watcher for Fake {
        fn new<F: notify::EventHandler>(_: F, _: notify::Config) -> notify::Result<Self> {
            Ok(Self::default())
        }

        fn watch(&mut self, path: &Path, _: RecursiveMode) -> notify::Result<()> {
            if self.refusals > 0 {
                self.refusals -= 1;
                return Err(notify::Error::generic("too many watches"));
            }
            self.watched.push(path.to_owned());
            Ok(())
        }

        fn unwatch(&mut self, _: &Path) -> notify::Result<()> {
            Ok(())
        }

        fn kind() -> notify::WatcherKind {
            notify::WatcherKind::NullWatcher
        }
    }

    #[test]
    fn a_folder_that_could_not_be_watched_is_tried_again() {
        let root = tempfile::tempdir().unwrap();
        let folders = ["collections", "environments"].map(|name| root.path().join(name));
        for folder in &folders {
            fs::create_dir(folder).unwrap();
        }
        let mut run = Run {
            root: root.path().to_owned(),
            real: root.path().to_owned(),
            watcher: Fake {
                refusals: 1,
                ..Fake::default()
            },
            watched: BTreeSet::new(),
        };
        assert!(run.watch_folders().is_err());
        assert_eq!(run.watcher.watched, [folders[1].clone()]);
        assert!(run.watch_folders().is_ok());
        assert!(run.watch_folders().is_ok());
        assert_eq!(run.watcher.watched, [folders[1].clone(), folders[0].clone()]);
    }

    #[test]
    fn changes_are_told_once_accepted_and_only_if_they_mean_something() {
        let (root, files) = workspace();
        let file = root.path().join("collections/api/users/list.toml");
        let all = [root.path().join("collections")];
        assert_eq!(told(&reload(&all, &files)), [] as [&str; 0]);
        fs::write(&file, "# a comment\nname = 'List'").unwrap();
        assert_eq!(told(&reload(&all, &files)), [] as [&str; 0]);
        fs::write(&file, "name = 'All'").unwrap();
        let changes = reload(std::slice::from_ref(&file), &files);
        assert_eq!(told(&changes), ["changed api/users/list"]);
        files.accept(&changes[0]);
        assert!(reload(&all, &files).is_empty());
        fs::write(&file, "name = ").unwrap();
        assert_eq!(told(&reload(&all, &files)), ["broken api/users/list"]);
        fs::remove_file(&file).unwrap();
        assert_eq!(told(&reload(&all, &files)), ["removed api/users/list"]);
    }

    #[test]
    fn folders_come_before_and_go_with_what_is_in_them() {
        let (root, files) = workspace();
        let old = root.path().join("collections/api/users");
        let new = root.path().join("collections/api/deep/er");
        fs::create_dir_all(new.parent().unwrap()).unwrap();
        fs::rename(&old, &new).unwrap();
        let changes = reload(&[old, new], &files);
        assert_eq!(
            told(&changes),
            [
                "added api/deep",
                "added api/deep/er",
                "removed api/users",
                "added api/deep/er/list"
            ]
        );
        for change in &changes {
            files.accept(change);
        }
        assert!(reload(&[root.path().join("collections")], &files).is_empty());
    }

    #[test]
    fn nothing_is_told_any_more_of_a_lock_that_is_corrected() {
        let (root, files) = workspace();
        let lock = root.path().join("packages.lock");
        let (sender, receiver) = channel();
        let _watcher = Watcher::start(root.path(), move |event| {
            let _gone = sender.send(event);
        })
        .unwrap();
        let told = || {
            let whole = whole(std::slice::from_ref(&lock), &[], &files);
            whole.iter().map(|(_, told)| told.len()).collect::<Vec<_>>()
        };
        fs::write(&lock, "wanted = []\npackages = []").unwrap();
        assert_eq!(told(), [1]);
        while !receiver.recv_timeout(LONG).unwrap().paths.contains(&lock) {}
        fs::write(&lock, "wanted = []").unwrap();
        assert_eq!(told(), [0]);
        fs::remove_file(&lock).unwrap();
        assert_eq!(told(), [0]);
    }

    #[test]
    fn a_replaced_file_is_noticed() {
        let (root, _files) = workspace();
        let (sender, receiver) = channel();
        let _watcher = Watcher::start(root.path(), move |event| {
            let _gone = sender.send(event);
        })
        .unwrap();
        let file = root.path().join("collections/api/users/list.toml");
        let temporary = root.path().join("collections/api/users/.list.toml.swp");
        fs::write(&temporary, "name = 'New'").unwrap();
        fs::rename(&temporary, &file).unwrap();
        assert_eq!(receiver.recv_timeout(LONG).unwrap().paths, std::slice::from_ref(&file));

        // Folders that appear later are watched too.
        let environment = root.path().join("environments/e.toml");
        fs::create_dir(environment.parent().unwrap()).unwrap();
        while !receiver
            .recv_timeout(LONG)
            .unwrap()
            .paths
            .contains(&root.path().join("environments"))
        {}
        fs::write(&environment, "").unwrap();
        while !receiver.recv_timeout(LONG).unwrap().paths.contains(&environment) {}

        // And those that were removed and came back, however quickly.
        fs::remove_dir_all(root.path().join("collections")).unwrap();
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let seen = |part: &Path| {
            while !receiver
                .recv_timeout(LONG)
                .unwrap()
                .paths
                .iter()
                .any(|path| path == part)
            {}
        };
        seen(&root.path().join("collections"));
        // What comes later, when all is quiet again, is noticed only by watching the new folder. A watcher that is late may
        // begin to watch it only now, so it is written more than once.
        while receiver.recv_timeout(LATEST * 2).is_ok() {}
        let begun = Instant::now();
        let mut times = 0;
        loop {
            fs::write(&file, format!("name = 'Again {times}'")).unwrap();
            let next = receiver.recv_timeout(LATEST * 2);
            if next.is_ok_and(|event| event.paths.contains(&file)) {
                break;
            }
            assert!(begun.elapsed() < LONG, "it is watched no more");
            times += 1;
        }
    }
}
