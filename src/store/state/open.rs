//! Opening `state.db`: permissions, migrations, and setting a broken one aside.

use std::cell::Cell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode};

use super::drafts::text_hash;
use super::{State, StateError};
use crate::model::Choice;
use crate::model::problem::Problem;
use crate::store::paths::Paths;
use crate::store::seal::Safe;

/// How long to wait for another instance, per statement.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long a log may become before closing puts it into the file, in bytes: it is read as a whole at every opening.
const LONG_LOG: u64 = 400 * 1024;

/// One step of the schema each; `user_version` counts those done. Only ever append.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE current_values (
        scope TEXT NOT NULL, name TEXT NOT NULL, key TEXT NOT NULL,
        value TEXT, set_by TEXT NOT NULL, set_at TEXT NOT NULL,
        PRIMARY KEY (scope, name, key)
    );
    CREATE TABLE history (
        id INTEGER PRIMARY KEY, path TEXT, name TEXT NOT NULL, method TEXT NOT NULL, url TEXT NOT NULL,
        status INTEGER, duration_ms INTEGER, size INTEGER, at TEXT NOT NULL, outcome TEXT NOT NULL, body TEXT
    );
    CREATE INDEX history_path ON history (path, id);
    CREATE TABLE drafts (key TEXT PRIMARY KEY, text TEXT NOT NULL, base TEXT, at TEXT NOT NULL);
    CREATE TABLE kv (key TEXT PRIMARY KEY, json TEXT NOT NULL);
",
    "
    INSERT OR REPLACE INTO kv VALUES ('unsealed', 'true');
",
    // Drafts are sealed too from here on.
    "
    INSERT OR REPLACE INTO kv VALUES ('unsealed', 'true');
",
    "
    ALTER TABLE current_values ADD COLUMN secret INTEGER NOT NULL DEFAULT 0;
",
];

/// The folder of a workspace's state: readable, and unlike that of any other path.
pub fn folder_for(paths: &Paths, root: &Path) -> PathBuf {
    let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
    let name = root.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let name = crate::model::id::slug(&name);
    let hash = text_hash(&root.to_string_lossy());
    paths.state.join(format!("{name}-{}", &hash[..8]))
}

/// Which environment is to be active where the state that would say so cannot be read: none, as what was meant for another
/// would go elsewhere. Where there is no such file nobody has chosen.
pub fn unread_choice(paths: &Paths, root: &Path) -> Choice {
    if folder_for(paths, root).join("state.db").exists() {
        Choice::None
    } else {
        Choice::Open
    }
}

/// The pause between two tries of a file that another postrider has for itself.
const PAUSE: Duration = Duration::from_millis(20);

/// Tries again while another postrider has the file for itself, as it has for a moment when it makes it, at its start and
/// at its end: SQLite waits by itself for everything but these.
fn patiently<T>(open: impl Fn() -> Result<T, StateError>) -> Result<T, StateError> {
    let began = Instant::now();
    loop {
        match open() {
            Err(StateError::Sqlite(error)) if super::is_busy(&error) && began.elapsed() < PATIENCE => {
                std::thread::sleep(PAUSE);
            }
            done => return done,
        }
    }
}

impl State {
    /// Opens the state of a workspace, making it if need be.
    ///
    /// A file that SQLite cannot read is moved aside; the problem then says where, and the state is empty.
    pub fn open(paths: &Paths, root: &Path) -> Result<(Self, Option<Problem>), StateError> {
        let file = folder_for(paths, root).join("state.db");
        Self::open_file_with(&file, Safe::new(paths.secrets_key()))
    }

    /// Opens a state file, as [`State::open`] does; its key is beside it.
    pub fn open_file(file: &Path) -> Result<(Self, Option<Problem>), StateError> {
        Self::open_file_with(file, Safe::new(file.with_file_name("secrets.key")))
    }

    /// Opens a state file whose key is somewhere else.
    pub(super) fn open_file_with(file: &Path, safe: Safe) -> Result<(Self, Option<Problem>), StateError> {
        prepare(file).map_err(|source| StateError::Io {
            path: file.to_owned(),
            source,
        })?;
        match patiently(|| try_open(file)) {
            Err(StateError::Sqlite(error)) if is_broken(&error) => {
                let aside = set_aside(file).map_err(|source| StateError::Io {
                    path: file.to_owned(),
                    source,
                })?;
                prepare(file).map_err(|source| StateError::Io {
                    path: file.to_owned(),
                    source,
                })?;
                let problem = Problem {
                    file: file.to_owned(),
                    at: None,
                    message: format!(
                        "the local state could not be read: history, current values (tokens), cookies and drafts begin \
                         anew; the old file is kept as `{}`",
                        aside.display()
                    ),
                    hint: Some(format!("`sqlite3 {} .recover` may still get at it", aside.display())),
                    warning: false,
                };
                Ok((Self::over(try_open(file)?, safe)?, Some(problem)))
            }
            other => Ok((Self::over(other?, safe)?, None)),
        }
    }

    fn over(connection: Connection, safe: Safe) -> Result<Self, StateError> {
        let mut state = Self {
            connection,
            safe,
            unreadable: Cell::default(),
        };
        state.seal_what_is_plain()?;
        Ok(state)
    }

    /// A state that is forgotten at the end, for when none can be kept.
    pub fn in_memory() -> Result<Self, StateError> {
        let mut connection = Connection::open_in_memory()?;
        migrate(&mut connection, Path::new(":memory:"))?;
        Self::over(connection, Safe::forgetful())
    }

    /// Makes a short life cheap: closing leaves what was written in the log beside the file, for later to put in, instead
    /// of waiting several times for the disk. Nothing that was written can be torn by that, but a power cut may lose the
    /// last of it.
    pub fn spare_the_disk(&self) -> Result<(), StateError> {
        let log = self.connection.path().map(|path| format!("{path}-wal"));
        let length = log.and_then(|log| fs::metadata(log).ok()).map_or(0, |log| log.len());
        if length < LONG_LOG {
            self.connection
                .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        }
        Ok(())
    }
}

fn try_open(file: &Path) -> Result<Connection, StateError> {
    let mut connection = Connection::open(file)?;
    connection.busy_timeout(PATIENCE)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    // Without WAL (some network disks) only full syncing is safe.
    if mode == "wal" {
        connection.execute_batch("PRAGMA synchronous = NORMAL")?;
    }
    migrate(&mut connection, file)?;
    // The tables that are read first tell whether the file is sound.
    let lengths = ["current_values", "kv", "drafts"].map(|table| format!("(SELECT max(length(key)) FROM {table})"));
    connection.query_row(&format!("SELECT {}", lengths.join(", ")), [], |_| Ok(()))?;
    Ok(connection)
}

fn migrate(connection: &mut Connection, file: &Path) -> Result<(), StateError> {
    let version = |connection: &Connection| -> rusqlite::Result<u32> {
        connection.query_row("PRAGMA user_version", [], |row| row.get(0))
    };
    let done = version(connection)?;
    let done = usize::try_from(done).unwrap_or(usize::MAX);
    if done > MIGRATIONS.len() {
        return Err(StateError::Newer(file.to_owned()));
    }
    if done == MIGRATIONS.len() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Another instance may have been quicker.
    let done = version(&transaction)?;
    for (step, number) in MIGRATIONS.iter().zip(1_u32..) {
        if number > done {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", number)?;
        }
    }
    transaction.commit()?;
    Ok(())
}

/// Whether the file itself is at fault, not the moment: no database, damaged, or another schema.
fn is_broken(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::Unknown)
    ) || matches!(error, rusqlite::Error::InvalidColumnType(..))
}

/// Makes the folder (0700) and the file (0600) before SQLite would with wider permissions, and takes the permissions of
/// others from a file that is there: it holds tokens.
fn prepare(file: &Path) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut options = fs::OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    fs::create_dir_all(folder)?;
    options.open(file)?;
    #[cfg(unix)]
    for ending in ["", "-wal", "-shm"] {
        use std::os::unix::fs::PermissionsExt;
        let mut part = file.as_os_str().to_owned();
        part.push(ending);
        let Ok(metadata) = fs::metadata(&part) else { continue };
        if metadata.permissions().mode() & 0o077 != 0 {
            fs::set_permissions(&part, fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}

fn set_aside(file: &Path) -> io::Result<PathBuf> {
    let stamp = Timestamp::now().strftime("%Y%m%dT%H%M%S%.3f").to_string();
    let suffixed = |ending: &str, suffix: &str| {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        name.push(suffix);
        PathBuf::from(name)
    };
    let aside = suffixed("", &format!(".broken-{stamp}"));
    fs::rename(file, &aside)?;
    for ending in ["-wal", "-shm"] {
        let part = suffixed(ending, "");
        if part.exists() {
            fs::rename(&part, suffixed(ending, &format!(".broken-{stamp}")))?;
        }
    }
    Ok(aside)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn an_unreadable_file_is_set_aside_with_a_word() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.db");
        fs::write(&file, "this is no database, whatever its name may say".repeat(50)).unwrap();
        let (state, problem) = State::open_file(&file).unwrap();
        let message = problem.unwrap().message;
        assert!(
            message.contains("state.db.broken-") && message.contains("cookies"),
            "{message}"
        );
        state.set("a", "1").unwrap();
        drop(state);
        let (state, problem) = State::open_file(&file).unwrap();
        assert_eq!((state.get("a").unwrap().as_deref(), problem), (Some("1"), None));
    }

    #[test]
    fn a_damaged_page_is_noticed_when_opening() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.db");
        let (state, _) = State::open_file(&file).unwrap();
        state.set("a", "1").unwrap();
        drop(state);
        let mut bytes = fs::read(&file).unwrap();
        bytes[100..].fill(0xaa);
        fs::write(&file, bytes).unwrap();
        assert!(State::open_file(&file).unwrap().1.is_some());
    }

    #[test]
    fn a_later_versions_file_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.db");
        let (state, _) = State::open_file(&file).unwrap();
        state.connection.pragma_update(None, "user_version", 99).unwrap();
        drop(state);
        assert!(matches!(State::open_file(&file), Err(StateError::Newer(_))));
    }

    #[test]
    fn two_instances_share_one_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.db");
        let (one, _) = State::open_file(&file).unwrap();
        let (two, _) = State::open_file(&file).unwrap();
        one.set("a", "1").unwrap();
        two.set("b", "2").unwrap();
        assert_eq!(one.get("b").unwrap().as_deref(), Some("2"));
    }

    #[test]
    fn what_a_short_life_wrote_is_there_for_the_next() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("state.db");
        for n in 0..200 {
            let (state, problem) = State::open_file(&file).unwrap();
            assert_eq!(problem, None);
            state.spare_the_disk().unwrap();
            if n > 0 {
                assert_eq!(state.get("n").unwrap(), Some((n - 1).to_string()));
            }
            state.set("n", &n.to_string()).unwrap();
            let log = fs::metadata(folder.path().join("state.db-wal")).unwrap().len();
            assert!(log < LONG_LOG + 64 * 1024, "the log stays short: {log} bytes");
        }
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep/er/state.db");
        let (state, _) = State::open_file(&file).unwrap();
        state.set("a", "1").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        let log = folder.path().join("deep/er/state.db-wal");
        assert_eq!(mode(&log), 0o600);
        for path in [&file, &log] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
        }
        let _again = State::open_file(&file).unwrap();
        assert_eq!(
            (mode(&file), mode(&log)),
            (0o600, 0o600),
            "a copy made with wider permissions"
        );
    }

    #[test]
    fn workspaces_do_not_share_a_folder() {
        let paths = Paths::below("/s");
        let (a, b) = (
            folder_for(&paths, Path::new("/x/api")),
            folder_for(&paths, Path::new("/y/api")),
        );
        assert_ne!(a, b);
        assert!(a.file_name().unwrap().to_str().unwrap().starts_with("api-"));
    }
}
