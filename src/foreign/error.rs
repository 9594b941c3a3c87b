//! Why a file of Postman's could not be used, and what to do about it.

use std::io;

use crate::formats::FormatError;
use crate::model::Excerpt;
use crate::store::SaveError;

/// Why a file of Postman's could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    /// It is not there, or must not be read.
    #[error("cannot read `{what}`")]
    Read {
        /// What was typed.
        what: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is too long to be held in memory.
    #[error("`{what}` is longer than {}MB", most / 1_000_000)]
    TooLong {
        /// What was typed.
        what: String,
        /// The most that is read, in bytes.
        most: u64,
    },
    /// The server did not give it.
    #[error("cannot fetch `{what}`: {why}")]
    Fetch {
        /// The URL, redacted.
        what: String,
        /// The answer, or why there was none.
        why: String,
        /// The status of the answer.
        status: Option<u16>,
        /// The next step, where there is one.
        hint: Option<String>,
    },
    /// It is in Postman's API, which gives nothing without a key.
    #[error("`{what}` is in Postman's cloud, whose API wants your key")]
    Key {
        /// The UID, or the page.
        what: String,
    },
    /// It is a page for people, which names nothing in the API.
    #[error("`{what}` is a page of Postman's, and no collection")]
    Page {
        /// The page's URL.
        what: String,
    },
    /// It is nothing of Postman's.
    #[error("cannot use `{what}`")]
    Format {
        /// The file or URL.
        what: String,
        /// Why not.
        #[source]
        source: FormatError,
    },
    /// It is Postman's, but holds no environment.
    #[error("`{what}` holds no environment")]
    NoEnvironment {
        /// The file.
        what: String,
    },
    /// What it holds could not be written into the workspace.
    #[error(transparent)]
    Save(#[from] SaveError),
}

/// How the key of Postman's API is given.
pub(super) const KEY: &str = "set `POSTMAN_API_KEY`, or give it to `import` and `run` by `--postman-api-key`";

impl ForeignError {
    /// The line in which a file goes wrong, where one can be shown.
    pub fn excerpt(&self) -> Option<&Excerpt> {
        match self {
            Self::Format { source, .. } => source.excerpt(),
            _ => None,
        }
    }

    /// Whether a server has nothing there.
    pub(super) fn is_not_found(&self) -> bool {
        matches!(self, Self::Fetch { status: Some(404), .. })
    }

    /// The next step, where there is one.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Read { .. } => None,
            Self::NoEnvironment { .. } => Some("export it from Postman again".to_owned()),
            Self::TooLong { .. } => Some("a file is held in memory: split it into several".to_owned()),
            Self::Fetch { hint, .. } => hint.clone(),
            Self::Key { .. } => Some(KEY.to_owned()),
            Self::Page { .. } => Some(
                "export the collection there and give the file, or give its UID (`12345-…`) with your key of the API"
                    .to_owned(),
            ),
            Self::Format { source, .. } => source.hint().map(str::to_owned),
            Self::Save(error) => error.hint().map(str::to_owned),
        }
    }
}
