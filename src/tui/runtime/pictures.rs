//! Pictures in the system's program for them: each in a file of its own that only the user can read, gone when this
//! program is.

use std::io::Write;
use std::path::Path;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tempfile::NamedTempFile;

use crate::model::Payload;
use crate::tui::event::Event;
use crate::tui::shared::Level;

/// Opens a file, or says why not.
type Open = fn(&Path) -> Result<(), String>;

/// The pictures that were opened.
pub struct Pictures {
    queue: Sender<Event>,
    open: Open,
    /// Dropped, they are gone.
    files: Arc<Mutex<Vec<NamedTempFile>>>,
    running: Vec<JoinHandle<()>>,
}

impl Pictures {
    /// None is open yet; what goes wrong is told there.
    pub fn new(queue: Sender<Event>, open: Open) -> Self {
        Self {
            queue,
            open,
            files: Arc::default(),
            running: Vec::new(),
        }
    }

    /// Writes a picture to a file and opens that, on a thread of its own.
    pub fn open(&mut self, picture: Payload, ending: &'static str) {
        self.running.retain(|thread| !thread.is_finished());
        let (queue, open, files) = (self.queue.clone(), self.open, Arc::clone(&self.files));
        let say = move |level, text| {
            // Nobody listens when the program is ending.
            let _ = queue.send(Event::Notice(level, text));
        };
        let failed = say.clone();
        let spawned = std::thread::Builder::new().name("picture".to_owned()).spawn(move || {
            let file = match written(&picture, ending) {
                Ok(file) => file,
                Err(error) => {
                    return say(
                        Level::Error,
                        format!("the picture cannot be written to a file: {error}"),
                    );
                }
            };
            if let Err(why) = open(file.path()) {
                return say(Level::Error, format!("{why}: save the body to a file instead"));
            }
            files.lock().unwrap_or_else(PoisonError::into_inner).push(file);
            say(
                Level::Info,
                "the picture opens in the system's program; its file is gone when postrider is".to_owned(),
            );
        });
        match spawned {
            Ok(thread) => self.running.push(thread),
            Err(error) => failed(Level::Error, format!("the picture cannot be opened: {error}")),
        }
    }
}

impl Drop for Pictures {
    fn drop(&mut self) {
        for thread in self.running.drain(..) {
            // If it panicked, the hook has said so.
            let _ = thread.join();
        }
    }
}

/// The file of a picture; others can neither read nor guess it.
fn written(picture: &Payload, ending: &str) -> std::io::Result<NamedTempFile> {
    let suffix = format!(".{ending}");
    let mut file = tempfile::Builder::new()
        .prefix("postrider-")
        .suffix(&suffix)
        .tempfile()?;
    let mut at = 0;
    loop {
        let block = picture.read(at, 1 << 20)?;
        if block.is_empty() {
            file.flush()?;
            return Ok(file);
        }
        file.write_all(&block)?;
        at += block.len();
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::ffi::OsString;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    /// So long the thread may be silent before the test gives it up.
    const PATIENCE: Duration = Duration::from_mins(1);

    /// Who may do what with a file that is its owner's alone, where that can be told.
    const OWN: Option<u32> = if cfg!(unix) { Some(0o600) } else { None };

    /// What a program finds there: the bytes, the ending, and who may do what with them. It runs on a thread, where an assertion
    /// would fail unseen.
    fn seen(path: &Path) -> std::io::Result<(Vec<u8>, Option<OsString>, Option<u32>)> {
        #[cfg(unix)]
        let mode = {
            use std::os::unix::fs::PermissionsExt;
            Some(std::fs::metadata(path)?.permissions().mode() & 0o777)
        };
        #[cfg(not(unix))]
        let mode = None;
        Ok((std::fs::read(path)?, path.extension().map(Into::into), mode))
    }

    #[test]
    fn a_picture_lies_in_a_file_as_long_as_it_is_needed() {
        let (queue, news) = channel();
        let mut pictures = Pictures::new(queue, |path| match seen(path) {
            Ok(seen) if seen == (b"a picture".to_vec(), Some("png".into()), OWN) => Ok(()),
            seen => Err(format!("it is not as it should be: {seen:?}")),
        });
        pictures.open("a picture".into(), "png");
        let told = news.recv_timeout(PATIENCE).unwrap();
        assert!(matches!(&told, Event::Notice(Level::Info, _)), "{told:?}");
        let path = pictures.files.lock().unwrap()[0].path().to_owned();
        assert!(path.exists());
        drop(pictures);
        assert!(!path.exists());
    }

    #[test]
    fn why_none_opens_is_told() {
        let (queue, news) = channel();
        Pictures::new(queue, |_| Err("there is no screen".to_owned())).open("x".into(), "gif");
        let told = news.recv_timeout(PATIENCE).unwrap();
        assert!(
            matches!(&told, Event::Notice(Level::Error, text) if text == "there is no screen: save the body to a file instead"),
            "{told:?}"
        );
    }
}
