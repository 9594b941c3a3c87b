//! Writing responses' bodies to files, each on a thread of its own: a large one takes its time, one that still arrives
//! takes as long as that, and nothing else should wait for either.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::model::Payload;
use crate::tui::event::Event;
use crate::tui::panes::response::words::size;
use crate::tui::shared::Level;

/// So often it is told how far a save is.
const NEWS: Duration = Duration::from_secs(1);

/// The saves that run.
pub struct Saves {
    queue: Sender<Event>,
    /// The program is ending: who waits for bytes still to come waits no longer.
    ending: Arc<AtomicBool>,
    running: Vec<JoinHandle<()>>,
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
        self.running.retain(|thread| !thread.is_finished());
        let (queue, ending) = (self.queue.clone(), Arc::clone(&self.ending));
        let say = move |level, text| {
            // Nobody listens when the program is ending.
            let _ = queue.send(Event::Notice(level, text));
        };
        let name = path.display().to_string();
        let failed = say.clone();
        let spawned = std::thread::Builder::new().name("save".to_owned()).spawn(move || {
            let shown = path.display();
            match copy(&body, &path, &ending, |text| say(Level::Info, text)) {
                Ok(written) if body.is_whole() => say(Level::Done, format!("saved {} to `{shown}`", size(written))),
                Ok(written) => say(
                    Level::Warning,
                    format!(
                        "saved the first {} to `{shown}`: the rest has not arrived",
                        size(written)
                    ),
                ),
                Err(error) => say(Level::Error, format!("cannot write `{shown}`: {error}")),
            }
        });
        match spawned {
            Ok(thread) => self.running.push(thread),
            Err(error) => failed(Level::Error, format!("cannot write `{name}`: {error}")),
        }
    }

    /// Waits until all that has arrived is on the disk.
    pub fn finish(&mut self) {
        self.ending.store(true, Ordering::Relaxed);
        for thread in self.running.drain(..) {
            // If it panicked, the hook has said so.
            let _ = thread.join();
        }
    }
}

/// Copies block by block; returns the bytes written.
fn copy(body: &Payload, path: &Path, ending: &AtomicBool, tell: impl Fn(String)) -> io::Result<u64> {
    let mut file = File::create(path)?;
    let (mut written, mut told) = (0, Instant::now());
    loop {
        let (known, whole) = body.grown(written, Duration::from_millis(200));
        if known > written {
            let block = body.read(written, 1 << 20)?;
            file.write_all(&block)?;
            written += block.len();
        } else if whole || ending.load(Ordering::Relaxed) {
            return Ok(written as u64);
        }
        if told.elapsed() >= NEWS {
            told = Instant::now();
            let all = if whole {
                format!(" of {}", size(known as u64))
            } else {
                String::new()
            };
            tell(format!("saving: {}{all}", size(written as u64)));
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::sync::mpsc::channel;

    use super::*;

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
                Event::Notice(_, text) => text,
                other => panic!("{other:?}"),
            })
            .collect();
        words.sort();
        assert!(words[0].starts_with("cannot write `"), "{words:?}");
        assert!(words[1].starts_with("saved 3.00 MB to `"), "{words:?}");
    }
}
