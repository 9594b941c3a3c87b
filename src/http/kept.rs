//! Where a response's bytes are kept while they come and afterwards: in memory, and beyond a size in a file.
//!
//! ```text
//! Keeper::push ─▶ memory ──(more than `in_memory`)─┬▶ unlinked file     Keeper::payload ─▶ readers, at any time
//!            └─▶ wakes who waits                   └▶ only passed on    Keeper::end ─▶ whole
//! ```
//!
//! What is only passed on has one reader, who reads it once from its first byte to its last: what was read is let go of,
//! and what comes waits for who reads.
//!
//! The file has no name: it is gone when its last reader is, also after a crash, and nobody else can open it. It is read
//! in blocks where it is needed, never mapped, so that the memory of the program does not grow with a body; what was
//! just written or read lies in the system's cache anyway.

use std::collections::VecDeque;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::model::payload::{Kept, Payload};

/// What is only passed on is handed over in pieces of this size, in bytes.
const PIECE: usize = 256 * 1024;
/// So much of it may be unread before no more is taken, in bytes.
const AHEAD: usize = 4 << 20;

/// How large bodies are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// Bodies up to so many bytes stay in memory.
    pub in_memory: usize,
    /// The folder for the files of larger ones; `None` takes `$TMPDIR`, else `/var/tmp` where there is one.
    pub folder: Option<PathBuf>,
}

impl Default for Keeping {
    /// 32 MiB.
    fn default() -> Self {
        Self {
            in_memory: 32 << 20,
            folder: None,
        }
    }
}

impl Keeping {
    /// As the user's settings say: how many MiB stay in memory, and the folder for larger ones.
    pub fn new(memory: Option<u32>, folder: Option<PathBuf>) -> Self {
        let mebibytes = memory.map(|memory| (memory as usize).saturating_mul(1 << 20));
        Self {
            in_memory: mebibytes.unwrap_or(Self::default().in_memory),
            folder,
        }
    }

    /// Opens a file without a name.
    fn file(&self) -> io::Result<File> {
        // Unlike `/tmp`, `/var/tmp` is made for large files: the other one is often memory itself.
        let large = PathBuf::from("/var/tmp");
        let folder = match &self.folder {
            Some(folder) => folder.clone(),
            None if cfg!(unix) && std::env::var_os("TMPDIR").is_none() && large.is_dir() => large,
            None => std::env::temp_dir(),
        };
        tempfile::tempfile_in(&folder).map_err(|error| {
            let words = format!("no file could be made in `{}`: {error}", folder.display());
            io::Error::new(error.kind(), words)
        })
    }
}

/// Takes the bytes of one body. Dropping it ends the body.
pub struct Keeper {
    keeping: Keeping,
    store: Arc<Store>,
    /// Whether it would end too early now.
    torn: bool,
}

struct Store {
    state: Mutex<State>,
    news: Condvar,
    /// Tells who takes the bytes that some were read.
    room: Notify,
}

struct State {
    len: usize,
    /// Who reads them.
    reader: Reader,
    whole: bool,
    torn: bool,
    /// How many wait for news: waking nobody is a system call too.
    waiting: usize,
    place: Place,
}

enum Place {
    Growing(Vec<u8>),
    Memory(Bytes),
    File(Arc<Spilled>),
    Passing(Window),
}

/// The file of a large body.
struct Spilled(Option<File>);

impl Spilled {
    /// A body of as many bytes may take a while to be freed: half a second for each gigabyte.
    const LARGE: u64 = 16 << 20;

    fn file(&self) -> io::Result<&File> {
        self.0.as_ref().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Drop for Spilled {
    /// Whoever lets go of the last handle has other things to do than to wait until the disk has freed it.
    fn drop(&mut self) {
        let file = self.0.take();
        let len = file.as_ref().and_then(|file| file.metadata().ok());
        if len.is_some_and(|metadata| metadata.len() > Self::LARGE) {
            // Without a thread it is closed here.
            let _ = std::thread::Builder::new().spawn(move || drop(file));
        }
    }
}

/// Who reads the bytes of a body.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Anybody, at any time; also one alone, whose bytes are kept all the same.
    Anybody,
    /// Anybody, until one says that it is the only one.
    Perhaps,
    /// One, from the first byte to the last.
    One,
    /// That one has gone.
    Gone,
}

/// The bytes of a body that were not read yet.
#[derive(Default)]
struct Window {
    /// Where they start.
    start: usize,
    /// As far as they were read.
    read: usize,
    blocks: VecDeque<Bytes>,
    /// The end, which still grows.
    tail: Vec<u8>,
}

impl Window {
    /// Of what nobody reads any more there is nothing.
    fn gone() -> Self {
        Self {
            start: usize::MAX,
            ..Self::default()
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        if self.tail.is_empty() {
            self.tail.reserve_exact(PIECE.max(bytes.len()));
        }
        self.tail.extend_from_slice(bytes);
        if self.tail.len() >= PIECE {
            self.blocks.push_back(Bytes::from(std::mem::take(&mut self.tail)));
        }
    }

    /// The bytes from there on, as many as lie together; what lies before them is let go of.
    fn read(&mut self, offset: usize, len: usize) -> io::Result<Bytes> {
        let gone = || io::Error::other("these bytes were passed on already, and are not kept");
        let mut at = offset.checked_sub(self.start).ok_or_else(gone)?;
        if !self.tail.is_empty() && at >= self.blocks.iter().map(Bytes::len).sum() {
            self.blocks.push_back(Bytes::from(std::mem::take(&mut self.tail)));
        }
        while let Some(block) = self.blocks.front() {
            if at < block.len() {
                let bytes = block.slice(at..at.saturating_add(len).min(block.len()));
                self.read = offset + bytes.len();
                return Ok(bytes);
            }
            at -= block.len();
            self.start += block.len();
            self.blocks.pop_front();
        }
        Ok(Bytes::new())
    }
}

impl Keeper {
    /// Starts with nothing.
    pub fn new(keeping: Keeping) -> Self {
        let state = State {
            len: 0,
            reader: Reader::Anybody,
            whole: false,
            torn: false,
            waiting: 0,
            place: Place::Growing(Vec::new()),
        };
        Self {
            keeping,
            torn: false,
            store: Arc::new(Store {
                state: Mutex::new(state),
                news: Condvar::new(),
                room: Notify::new(),
            }),
        }
    }

    /// Lets it be only passed on, if a reader wants no more: see [`Payload::pass`]. Whoever pushes then waits for
    /// [`Self::room`].
    pub(super) fn let_pass(&mut self) {
        self.store.state().reader = Reader::Perhaps;
    }

    /// Waits until the one reader of what is only passed on has read most of what came.
    pub(super) async fn room(&self) {
        loop {
            {
                let state = self.store.state();
                match &state.place {
                    Place::Passing(window) if state.reader == Reader::One && state.len - window.read > AHEAD => {}
                    _ => return,
                }
            }
            self.store.room.notified().await;
        }
    }

    /// Says whether the body would be torn if it ended now; it is not unless this says so.
    pub fn set_torn(&mut self, torn: bool) {
        self.torn = torn;
    }

    /// The body, to be read from now on.
    pub fn payload(&self) -> Payload {
        Payload::kept(Arc::clone(&self.store) as Arc<dyn Kept>)
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> usize {
        self.store.state().len
    }

    /// Adds bytes. A write into the file goes to the system's cache: it takes microseconds.
    ///
    /// # Errors
    ///
    /// What the disk says.
    pub fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let mut state = self.store.state();
        let reader = state.reader;
        if let Place::Growing(memory) = &mut state.place {
            if memory.len() + bytes.len() <= self.keeping.in_memory {
                memory.extend_from_slice(bytes);
            } else if matches!(reader, Reader::One | Reader::Gone) {
                let mut window = Window::default();
                window.blocks.push_back(Bytes::from(std::mem::take(memory)));
                state.place = Place::Passing(window);
            } else {
                let file = self.keeping.file()?;
                write_at(&file, memory, 0)?;
                state.place = Place::File(Arc::new(Spilled(Some(file))));
            }
        }
        match &mut state.place {
            Place::File(file) => {
                let (file, offset) = (Arc::clone(file), state.len as u64);
                // Readers may go on meanwhile: what they know of is not touched.
                drop(state);
                write_at(file.file()?, bytes, offset)?;
                state = self.store.state();
            }
            Place::Passing(window) if reader == Reader::One => window.push(bytes),
            Place::Passing(window) => *window = Window::gone(),
            Place::Growing(_) | Place::Memory(_) => {}
        }
        state.len += bytes.len();
        self.store.tell(state);
        Ok(())
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        let mut state = self.store.state();
        (state.whole, state.torn) = (true, self.torn);
        if let Place::Growing(memory) = &mut state.place {
            let mut memory = std::mem::take(memory);
            memory.shrink_to_fit();
            state.place = Place::Memory(Bytes::from(memory));
        }
        self.store.tell(state);
    }
}

impl Store {
    /// Lets go of the state and wakes who waits for what changed in it.
    fn tell(&self, state: MutexGuard<'_, State>) {
        let waiting = state.waiting;
        drop(state);
        if waiting > 0 {
            self.news.notify_all();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is never left half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept for Store {
    fn known(&self) -> (usize, bool) {
        let state = self.state();
        (state.len, state.whole)
    }

    fn grown(&self, than: usize, most: Duration) -> (usize, bool) {
        let until = Instant::now().checked_add(most);
        let mut state = self.state();
        loop {
            let left = until.map_or(most, |until| until.saturating_duration_since(Instant::now()));
            if state.len > than || state.whole || left.is_zero() {
                return (state.len, state.whole);
            }
            state.waiting += 1;
            let waited = self.news.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.waiting -= 1;
        }
    }

    fn read(&self, offset: usize, len: usize) -> io::Result<Bytes> {
        let mut state = self.state();
        if let Place::Passing(window) = &mut state.place {
            let bytes = window.read(offset, len);
            drop(state);
            self.room.notify_one();
            return bytes;
        }
        let start = offset.min(state.len);
        let end = start.saturating_add(len).min(state.len);
        match &state.place {
            Place::Growing(memory) => Ok(Bytes::copy_from_slice(&memory[start..end])),
            Place::Memory(bytes) => Ok(bytes.slice(start..end)),
            Place::File(file) => {
                let file = Arc::clone(file);
                drop(state);
                let mut block = vec![0; end - start];
                read_at(file.file()?, &mut block, start as u64)?;
                Ok(Bytes::from(block))
            }
            // It was read above.
            Place::Passing(_) => Ok(Bytes::new()),
        }
    }

    fn pass(&self) {
        let mut state = self.state();
        if state.reader == Reader::Perhaps {
            state.reader = Reader::One;
        }
    }

    fn let_go(&self) {
        let mut state = self.state();
        if state.reader == Reader::One {
            state.reader = Reader::Gone;
            drop(state);
            self.room.notify_one();
        }
    }

    fn memory(&self) -> Option<Bytes> {
        match &self.state().place {
            Place::Memory(bytes) => Some(bytes.clone()),
            _ => None,
        }
    }

    fn is_torn(&self) -> bool {
        self.state().torn
    }

    fn resident(&self) -> usize {
        match &self.state().place {
            Place::Growing(memory) => memory.len(),
            Place::Memory(bytes) => bytes.len(),
            Place::File(_) => 0,
            Place::Passing(window) => window.blocks.iter().map(Bytes::len).sum::<usize>() + window.tail.len(),
        }
    }
}

/// Fills the block from that place of the file, whose own position stays where it is.
#[cfg(unix)]
fn read_at(file: &File, block: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, block, offset)
}

/// Writes at that place of the file.
#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

/// Writes at that place of the file.
#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, offset)?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        (bytes, offset) = (&bytes[written..], offset + written as u64);
    }
    Ok(())
}

/// Fills the block from that place of the file. The position that this moves is nobody's: writes name theirs, too.
#[cfg(windows)]
fn read_at(file: &File, mut block: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !block.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, block, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => (block, offset) = (&mut block[read..], offset + read as u64),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::io::Read;

    use super::*;

    fn keeper(in_memory: usize) -> Keeper {
        Keeper::new(Keeping {
            in_memory,
            folder: None,
        })
    }

    #[test]
    fn what_is_small_stays_in_memory_and_what_is_large_does_not() {
        for (in_memory, resident) in [(100, 30), (30, 30), (29, 0), (0, 0)] {
            let mut keeper = keeper(in_memory);
            let payload = keeper.payload();
            for piece in ["0123456789", "", "abcdefghij", "ABCDEFGHIJ"] {
                keeper.push(piece.as_bytes()).unwrap();
            }
            assert_eq!((keeper.len(), payload.known()), (30, (30, false)));
            assert_eq!(payload.read(8, 4).unwrap(), "89ab", "while it grows");
            assert_eq!(payload.memory(), None);
            drop(keeper);
            assert_eq!(payload.known(), (30, true));
            assert_eq!(
                (payload.resident(), payload.memory().is_some()),
                (resident, resident > 0)
            );
            assert!(payload == "0123456789abcdefghijABCDEFGHIJ");
            assert_eq!(payload.read(28, 9).unwrap(), "IJ");
            assert_eq!(payload.read(31, 9).unwrap(), "");
        }
    }

    #[test]
    fn a_reader_waits_for_what_is_still_to_come() {
        let mut keeper = keeper(1000);
        let payload = keeper.payload();
        let reader = std::thread::spawn(move || {
            let mut read = String::new();
            payload.follow().read_to_string(&mut read).unwrap();
            read
        });
        let mut expected = String::new();
        for n in 0..300 {
            let piece = format!("piece {n}, ");
            keeper.push(piece.as_bytes()).unwrap();
            expected.push_str(&piece);
        }
        drop(keeper);
        assert_eq!(reader.join().unwrap(), expected);
    }

    #[test]
    fn nobody_waits_for_ever() {
        let keeper = keeper(10);
        let payload = keeper.payload();
        assert_eq!(payload.grown(0, Duration::from_millis(1)), (0, false));
        drop(keeper);
        assert_eq!(payload.grown(0, Duration::MAX), (0, true));
    }

    #[test]
    fn what_ends_too_early_says_so_with_its_end() {
        for torn in [true, false] {
            let mut keeper = keeper(10);
            let payload = keeper.payload();
            keeper.set_torn(!torn);
            keeper.set_torn(torn);
            assert!(!payload.is_torn(), "it goes on");
            drop(keeper);
            assert_eq!(payload.is_torn(), torn);
        }
    }

    #[tokio::test]
    async fn what_is_only_passed_on_lies_nowhere_and_waits_for_its_reader() {
        let mut keeper = keeper(1 << 20);
        keeper.keeping.folder = Some(PathBuf::from("/nowhere/at/all"));
        keeper.let_pass();
        let payload = keeper.payload();
        let passage = payload.pass();
        let piece = vec![b'x'; 100_000];
        let reader = {
            let payload = payload.clone();
            std::thread::spawn(move || {
                let (mut read, mut most, mut blocks) = (0, 0, payload.follow());
                loop {
                    let block = blocks.block().unwrap();
                    if block.is_empty() {
                        return (read, most);
                    }
                    assert!(block.iter().all(|byte| *byte == b'x'));
                    read += block.len();
                    most = most.max(payload.resident());
                }
            })
        };
        for _ in 0..400 {
            keeper.push(&piece).unwrap();
            keeper.room().await;
        }
        drop(keeper);
        let (read, most) = reader.join().unwrap();
        assert_eq!(read, 40_000_000);
        assert!(most < 12 << 20, "{most} bytes were held at once");
        assert_eq!((payload.len(), payload.is_whole()), (read, true));
        assert!(
            payload.read(0, 1).is_err(),
            "it is gone, and nobody takes that for nothing"
        );
        drop(passage);
    }

    #[tokio::test]
    async fn a_reader_that_goes_leaves_nobody_waiting_and_a_small_body_stays() {
        for (pieces, stays) in [(100, false), (3, true)] {
            let mut keeper = keeper(1 << 20);
            keeper.let_pass();
            let payload = keeper.payload();
            drop(payload.pass());
            for _ in 0..pieces {
                keeper.push(&vec![b'x'; 100_000]).unwrap();
                keeper.room().await;
            }
            drop(keeper);
            assert_eq!(payload.len(), pieces * 100_000);
            assert_eq!(payload.read(0, 1).is_ok_and(|read| read == "x"), stays);
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let mut keeper = Keeper::new(Keeping {
            in_memory: 3,
            folder: Some(PathBuf::from("/nowhere/at/all")),
        });
        assert!(keeper.push(b"abc").is_ok());
        let error = keeper.push(b"d").unwrap_err();
        assert!(error.to_string().contains("`/nowhere/at/all`"), "{error}");
        assert_eq!(keeper.len(), 3);
    }
}
