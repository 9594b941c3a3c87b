//! Writing responses' bodies to files, each on a thread of its own: a large one takes its time, one that still arrives
//! takes as long as that, and nothing else should wait for either.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::model::Payload;
use crate::store::body::{self, Goes, Saved};
use crate::tui::event::Event;
use crate::tui::panes::response::words::size;
use crate::tui::shared::Level;

/// So often it is told how far a save is.
const NEWS: Duration = Duration::from_secs(1);

/// What is told when a save is over, however it ends: the screen counts those that run.
struct End {
    queue: Sender<Event>,
    path: PathBuf,
    level: Level,
    text: String,
}

impl End {
    /// It has come to this, and is told.
    fn is(mut self, (level, text): (Level, String)) {
        (self.level, self.text) = (level, text);
    }
}

impl Drop for End {
    fn drop(&mut self) {
        // Nobody listens when the program is ending.
        let (path, text) = (std::mem::take(&mut self.path), std::mem::take(&mut self.text));
        let _ = self.queue.send(Event::BodySaved(path, self.level, text));
    }
}

/// What is said of a save that ends without having said how.
fn defect(name: &str) -> String {
    format!("the save to `{name}` broke off by a defect in postrider; please report it")
}

/// A save that runs.
struct Running {
    path: PathBuf,
    /// It is called off.
    stopped: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// Gives a thread its task; where there is none that is the end of the save.
fn hand<T>(spawned: std::io::Result<T>, end: End, task: &Sender<End>) -> Option<T> {
    match spawned {
        Ok(thread) => {
            // It waits for it.
            let _ = task.send(end);
            Some(thread)
        }
        Err(error) => {
            let text = format!("cannot write `{}`: {error}", end.path.display());
            end.is((Level::Error, text));
            None
        }
    }
}

/// The saves that run.
pub struct Saves {
    queue: Sender<Event>,
    /// The program is ending: who waits for bytes still to come waits no longer.
    ending: Arc<AtomicBool>,
    running: Vec<Running>,
}

impl Saves {
    /// Nothing is saved yet; what becomes of a save is told there.
    pub fn new(queue: Sender<Event>) -> Self {
        Self {
            queue,
            ending: Arc::default(),
            running: Vec::new(),
        }
    }

    /// Writes a body to a file, as far as it is there and on as it comes.
    pub fn save(&mut self, path: PathBuf, body: Payload) {
        self.running.retain(|save| !save.thread.is_finished());
        let (ending, stopped) = (Arc::clone(&self.ending), Arc::<AtomicBool>::default());
        let (own_path, own_stopped) = (path.clone(), Arc::clone(&stopped));
        // Nobody listens when the program is ending.
        let queue = self.queue.clone();
        let own = path.clone();
        let going = move |text| {
            let _ = queue.send(Event::SavingBody(own.clone(), text));
        };
        let end = End {
            queue: self.queue.clone(),
            path: path.clone(),
            level: Level::Error,
            text: defect(&path.display().to_string()),
        };
        // Of a thread that cannot be made nothing comes back.
        let (task, tasks) = channel::<End>();
        // Who saves what is not whole knows that, and wants what there is.
        let over = body.is_whole();
        let spawned = std::thread::Builder::new().name("save".to_owned()).spawn(move || {
            let Ok(end) = tasks.recv() else { return };
            let shown = path.display();
            let mut last = Instant::now();
            let told = |written, all: Option<u64>| {
                if last.elapsed() >= NEWS {
                    last = Instant::now();
                    let all = all.map_or_else(String::new, |all| format!(" of {}", size(all)));
                    going(format!("saving: {}{all}", size(written)));
                }
                match (stopped.load(Ordering::Relaxed), ending.load(Ordering::Relaxed)) {
                    (true, _) => Goes::Nowhere,
                    (false, true) => Goes::SoFar,
                    (false, false) => Goes::On,
                }
            };
            let saved = if over {
                body::save_what_came(&body, &path, told)
            } else {
                body::save(&body, &path, true, told)
            };
            let told = match saved {
                Ok(Saved {
                    bytes,
                    part: Some(part),
                }) if stopped.load(Ordering::Relaxed) => {
                    let bytes = size(bytes);
                    let text = if part == path {
                        format!("called off: the first {bytes} are in `{shown}`")
                    } else if let Err(error) = std::fs::remove_file(&part) {
                        format!("called off, and cannot remove `{}`: {error}", part.display())
                    } else {
                        format!("not saved: called off after {bytes}")
                    };
                    (Level::Info, text)
                }
                Ok(Saved { bytes, part: None }) if body.is_torn() => (
                    Level::Warning,
                    format!("saved the {} that came to `{shown}`: it is not all", size(bytes)),
                ),
                Ok(Saved { bytes, part: None }) => (Level::Done, format!("saved {} to `{shown}`", size(bytes))),
                // What broke off can still be saved from the screen, and who leaves was asked before: nothing is left over
                // where nobody looks for it.
                Ok(Saved {
                    bytes,
                    part: Some(part),
                }) if part != path => match std::fs::remove_file(&part) {
                    Ok(()) => {
                        let bytes = size(bytes);
                        let text = if body.is_torn() {
                            format!("not saved: the body broke off after {bytes}; save again to keep those")
                        } else {
                            format!("not saved: only {bytes} had come")
                        };
                        (Level::Warning, text)
                    }
                    Err(error) => (Level::Error, format!("cannot remove `{}`: {error}", part.display())),
                },
                Ok(Saved {
                    bytes,
                    part: Some(part),
                }) => (
                    Level::Warning,
                    format!(
                        "the rest has not arrived: the first {} are in `{}`",
                        size(bytes),
                        part.display()
                    ),
                ),
                Err(error) => (Level::Error, error.to_string()),
            };
            end.is(told);
        });
        let running = hand(spawned, end, &task).map(|thread| Running {
            path: own_path,
            stopped: own_stopped,
            thread,
        });
        self.running.extend(running);
    }

    /// Calls off what is being written to these files.
    pub fn stop(&mut self, paths: &[PathBuf]) {
        for save in self.running.iter().filter(|save| paths.contains(&save.path)) {
            save.stopped.store(true, Ordering::Relaxed);
        }
    }

    /// Waits until all that has arrived is on the disk.
    pub fn finish(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        for save in self.running.drain(..) {
            // If it panicked, the hook has said so.
            let _ = save.thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::http::{Keeper, Keeping};
    use crate::model::payload::Kept;

    #[test]
    fn what_broke_off_while_it_was_saved_is_not_called_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (queue, news) = channel();
        let mut saves = Saves::new(queue);
        let mut keeper = Keeper::new(Keeping::default());
        keeper.set_torn(true);
        keeper.push(b"half of it").unwrap();
        let torn = keeper.payload();
        saves.save(folder.path().join("body"), torn.clone());
        drop(keeper);
        saves.finish();
        drop(saves);
        let told: Vec<Event> = news.iter().collect();
        assert!(
            matches!(&told[..], [Event::BodySaved(_, Level::Warning, text)] if text.contains("broke off after 10 B")),
            "{told:?}"
        );
        assert!(
            std::fs::read_dir(folder.path()).unwrap().next().is_none(),
            "nothing is left over"
        );
        let (queue, news) = channel();
        let mut saves = Saves::new(queue);
        saves.save(folder.path().join("body"), torn);
        saves.finish();
        drop(saves);
        let told: Vec<Event> = news.iter().collect();
        assert!(
            matches!(&told[..], [Event::BodySaved(_, Level::Warning, text)] if text.contains("saved the 10 B that came")),
            "{told:?}"
        );
        assert_eq!(std::fs::read(folder.path().join("body")).unwrap(), b"half of it");
    }

    /// What cannot be read by a defect.
    struct Broken;

    impl Kept for Broken {
        fn known(&self) -> (usize, bool) {
            (1, true)
        }
        fn grown(&self, _: usize, _: Duration) -> (usize, bool) {
            self.known()
        }
        fn read(&self, _: usize, _: usize) -> std::io::Result<bytes::Bytes> {
            panic!("a defect")
        }
        fn memory(&self) -> Option<bytes::Bytes> {
            None
        }
        fn resident(&self) -> usize {
            0
        }
        fn is_torn(&self) -> bool {
            false
        }
    }

    #[test]
    fn the_end_of_a_save_is_told_once_whatever_ends_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("body");
        let (queue, news) = channel();
        let mut saves = Saves::new(queue.clone());
        saves.save(path.clone(), Payload::kept(Arc::new(Broken)));
        saves.finish();
        drop(saves);
        let end = End {
            queue,
            path: path.clone(),
            level: Level::Error,
            text: defect("body"),
        };
        let (task, _tasks) = channel();
        let none = hand::<()>(Err(std::io::Error::other("too many")), end, &task);
        assert!(none.is_none());
        let told: Vec<Event> = news.iter().collect();
        let [
            Event::BodySaved(_, Level::Error, broken),
            Event::BodySaved(of, Level::Error, unmade),
        ] = &told[..]
        else {
            panic!("{told:?}");
        };
        assert!(broken.contains("broke off by a defect"), "{broken}");
        assert!(*of == path && unmade.ends_with("body`: too many"), "{unmade}");
    }

    #[test]
    fn what_is_called_off_is_not_saved_and_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (queue, news) = channel();
        let mut saves = Saves::new(queue);
        let mut keeper = Keeper::new(Keeping::default());
        keeper.push(b"half of it").unwrap();
        let other = Keeper::new(Keeping::default());
        saves.save(folder.path().join("body"), keeper.payload());
        saves.save(folder.path().join("other"), other.payload());
        saves.stop(&[folder.path().join("body")]);
        let told = news.recv().unwrap();
        assert!(
            matches!(&told, Event::BodySaved(path, Level::Info, text)
                if path.ends_with("body") && text.starts_with("not saved: called off after ")),
            "{told:?}"
        );
        // The other one goes on until it is called off itself.
        assert!(news.try_recv().is_err());
        saves.stop(&[folder.path().join("other")]);
        let told = news.recv().unwrap();
        assert!(matches!(&told, Event::BodySaved(path, Level::Info, _) if path.ends_with("other")));
        assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
        // The next one is another one.
        saves.save(folder.path().join("body"), "all".into());
        saves.finish();
        assert_eq!(std::fs::read(folder.path().join("body")).unwrap(), b"all");
    }

    #[test]
    fn leaving_leaves_nothing_of_a_body_that_still_comes() {
        let folder = tempfile::tempdir().unwrap();
        let (queue, news) = channel();
        let mut saves = Saves::new(queue);
        let mut keeper = Keeper::new(Keeping::default());
        keeper.push(b"half of it").unwrap();
        saves.save(folder.path().join("body"), keeper.payload());
        saves.finish();
        drop(saves);
        assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none());
        let told: Vec<Event> = news.iter().collect();
        assert!(
            matches!(&told[..], [Event::BodySaved(path, Level::Warning, text)]
                if *path == folder.path().join("body") && text == "not saved: only 10 B had come"),
            "{told:?}"
        );
        drop(keeper);
    }

    #[test]
    fn a_body_is_written_and_what_cannot_be_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let (queue, news) = channel();
        let mut saves = Saves::new(queue);
        let body: Vec<u8> = (0..3_000_000_u32).map(|at| at.to_le_bytes()[0]).collect();
        saves.save(folder.path().join("body"), body.clone().into());
        saves.save(folder.path().join("no/body"), body.clone().into());
        saves.finish();
        assert!(std::fs::read(folder.path().join("body")).unwrap() == body);
        drop(saves);
        let mut words: Vec<String> = news
            .iter()
            .map(|event| match event {
                Event::BodySaved(_, _, text) => text,
                other => panic!("{other:?}"),
            })
            .collect();
        words.sort();
        assert!(words[0].starts_with("cannot write `"), "{words:?}");
        assert!(words[1].starts_with("saved 3.00 MB to `"), "{words:?}");
    }
}
