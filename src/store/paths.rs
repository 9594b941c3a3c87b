//! Where the user's own files live: XDG folders, on every system.

use std::path::PathBuf;

use etcetera::base_strategy::{BaseStrategy, Xdg};

/// The name of our folder in each of them.
const NAME: &str = "postrider";

/// The user's netrc, as curl finds it: what `NETRC` names, else `.netrc` in the home folder.
pub fn netrc_file() -> Option<PathBuf> {
    let named = std::env::var_os("NETRC").filter(|name| !name.is_empty());
    named
        .map(PathBuf::from)
        .or_else(|| Some(etcetera::home_dir().ok()?.join(".netrc")))
}

/// Our folders. Passed around, never global, so that tests live in a temporary one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// `config.toml`, `keymap.toml`, own themes.
    pub config: PathBuf,
    /// The user's own workspace.
    pub data: PathBuf,
    /// A folder with `state.db` for each workspace.
    pub state: PathBuf,
    /// What can be made again.
    pub cache: PathBuf,
}

impl Paths {
    /// As `XDG_CONFIG_HOME`, `XDG_DATA_HOME`, `XDG_STATE_HOME` and `XDG_CACHE_HOME` say, else below the home folder;
    /// `None` when there is no home folder either.
    pub fn from_env() -> Option<Self> {
        let xdg = Xdg::new().ok()?;
        Some(Self {
            config: xdg.config_dir().join(NAME),
            data: xdg.data_dir().join(NAME),
            state: xdg.state_dir().unwrap_or_else(|| xdg.data_dir()).join(NAME),
            cache: xdg.cache_dir().join(NAME),
        })
    }

    /// All of them below one folder.
    pub fn below(folder: impl Into<PathBuf>) -> Self {
        let folder = folder.into();
        Self {
            config: folder.join("config"),
            data: folder.join("data"),
            state: folder.join("state"),
            cache: folder.join("cache"),
        }
    }

    /// The user's settings.
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The user's keys.
    pub fn keymap_file(&self) -> PathBuf {
        self.config.join("keymap.toml")
    }

    /// Where the demo server keeps its signing key, so that its tokens outlive it.
    pub fn demo_key(&self) -> PathBuf {
        self.state.join("demo-key.pem")
    }

    /// The key to what is kept in the `state.db` files.
    pub fn secrets_key(&self) -> PathBuf {
        self.state.join("secrets.key")
    }

    /// The user's own workspace, used where no other is found.
    pub fn own_workspace(&self) -> PathBuf {
        self.data.join("workspace")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_lies_below_the_folder_given() {
        let paths = Paths::below("/t");
        assert!(paths.config_file().starts_with("/t/config"));
        assert!(paths.own_workspace().starts_with("/t/data"));
    }
}
