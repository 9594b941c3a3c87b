//! Files and local state: TOML to model and back, `state.db`, watching.
//!
//! ```text
//!  collections/**.toml ┐                               ┌ Workspace  (load)
//!  environments/*.toml ├── files::Files ◀──── Place ───┤ Content    (save, reload)
//!  globals.toml        ┘        ▲                      └ Removed    (undo of a delete)
//!                               └── watch: what others changed
//!  <XDG state>/…/state.db ───── state::State            current values, cookies, history, drafts, layout
//!  <XDG state>/secrets.key ──── seal::Safe               the key that values and cookies there are sealed with
//!  the system's keyring ─────── keyring::Keyring         the passphrase of that key, if the user puts it there
//!  <XDG config>/config.toml ─── config::Config          the user's own settings
//!  what the user asks for ───── written, body           reports, exports, bodies, wherever they are to go
//! ```
//!
//! Everything here blocks: the caller runs it off the UI thread. Nothing is global: paths come in as [`paths::Paths`].

pub mod body;
pub mod config;
pub mod files;
pub mod keyring;
pub mod keys;
pub mod locate;
pub mod packages;
pub mod paths;
pub mod samples;
pub mod seal;
pub mod state;
pub mod watch;
pub mod written;

pub use config::{Config, ConfigWatcher, Pictures};
pub use files::{Content, Files, Loading, Part, Place, SaveError};
pub use locate::{Location, locate};
pub use packages::PackageStore;
pub use paths::Paths;
pub use state::State;
