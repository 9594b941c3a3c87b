//! The user's settings: `config.toml` in the configuration folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;

use super::files::{Disk, DurationText, line_column, read};
use crate::model::problem::Problem;

/// The user's settings; every one has a default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// The theme's name; `None` takes the default one.
    pub theme: Option<String>,
    /// The timeout of requests that say none; `None` is no timeout.
    pub timeout: Option<Duration>,
    /// A proxy URL for all requests, `direct` for none; `None` takes the environment's.
    pub proxy: Option<String>,
    /// More certificate authorities to trust: a PEM file.
    pub ca_file: Option<PathBuf>,
    /// Check no server's certificate at all.
    pub insecure: bool,
    /// The program that opens long texts; `None` takes `$VISUAL`, then `$EDITOR`.
    pub editor: Option<String>,
    /// Whether the mouse is used; `None` is yes.
    pub mouse: Option<bool>,
}

/// The settings of postrider.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(title = "postrider config")]
pub struct ConfigDto {
    /// The theme's name.
    pub theme: Option<String>,
    /// Give up on requests after so long, unless they say themselves.
    pub timeout: Option<DurationText>,
    /// A proxy URL for all requests, or `direct` for none; absent takes the environment's.
    pub proxy: Option<String>,
    /// A PEM file with more certificate authorities to trust.
    pub ca_file: Option<PathBuf>,
    /// Check no server's certificate at all.
    #[serde(default)]
    pub insecure: bool,
    /// The program that opens long texts; absent takes `$VISUAL`, then `$EDITOR`.
    pub editor: Option<String>,
    /// Whether the mouse is used; absent is yes.
    pub mouse: Option<bool>,
}

impl From<ConfigDto> for Config {
    fn from(dto: ConfigDto) -> Self {
        Self {
            theme: dto.theme,
            timeout: dto.timeout.map(|timeout| timeout.0),
            proxy: dto.proxy,
            ca_file: dto.ca_file,
            insecure: dto.insecure,
            editor: dto.editor,
            mouse: dto.mouse,
        }
    }
}

impl Config {
    /// Reads the settings. A missing file is all defaults; so is a broken one, with the problem told.
    pub fn load(file: &Path) -> (Self, Option<Problem>) {
        let problem = |at, message: String| Problem {
            file: file.to_owned(),
            at,
            message,
            hint: Some("the defaults are used until it is corrected".to_owned()),
        };
        let bytes = match read(file) {
            Ok(Disk::Bytes(bytes)) => bytes,
            Ok(Disk::Missing) => return (Self::default(), None),
            Err(error) => return (Self::default(), Some(problem(None, format!("cannot read it: {error}")))),
        };
        let Ok(text) = String::from_utf8(bytes) else {
            return (Self::default(), Some(problem(None, "the file is not UTF-8".to_owned())));
        };
        match toml::from_str::<ConfigDto>(text.trim_start_matches('\u{feff}')) {
            Ok(dto) => (dto.into(), None),
            Err(error) => {
                let at = error.span().map(|span| line_column(&text, span.start));
                (Self::default(), Some(problem(at, error.message().trim().to_owned())))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn missing_and_broken_settings_are_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        assert_eq!(Config::load(&file), (Config::default(), None));
        std::fs::write(&file, "theme = \"dark\"\ntimeout = \"10 apples\"\n").unwrap();
        let (config, problem) = Config::load(&file);
        assert_eq!(config, Config::default());
        assert_eq!(problem.unwrap().at.unwrap().0, 2);
        std::fs::write(&file, "theme = \"dark\"\ntimeout = \"10s\"\n").unwrap();
        let (config, problem) = Config::load(&file);
        assert_eq!((config.theme.as_deref(), problem), (Some("dark"), None));
        assert_eq!(config.timeout, Some(Duration::from_secs(10)));
    }
}
