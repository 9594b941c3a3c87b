//! Why a foreign file could not be read, and what to do about it.

use std::io;
use std::path::PathBuf;

use crate::model::Excerpt;

/// Why a foreign file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    /// The file holds nothing.
    #[error("the file is empty")]
    Empty,
    /// The bytes are no text in an encoding we know.
    #[error("the file is not UTF-8 or UTF-16 text (line {line}, column {column})")]
    Encoding {
        /// Counted from 1.
        line: usize,
        /// In bytes, counted from 1.
        column: usize,
    },
    /// The text is not JSON.
    #[error("not JSON: {message} (line {line}, column {column})")]
    Json {
        /// What is wrong.
        message: String,
        /// Counted from 1.
        line: usize,
        /// In bytes, counted from 1.
        column: usize,
        /// The line around it, as it may be shown.
        excerpt: Excerpt,
        /// Whether it only ends too early.
        is_cut_off: bool,
    },
    /// The text is a table: iteration data.
    #[error("not JSON: it looks like a table (CSV)")]
    Table,
    /// Brackets in brackets without end.
    #[error("nested more than {most} levels deep (line {line}, column {column})")]
    TooDeep {
        /// The most levels that are read.
        most: usize,
        /// Counted from 1.
        line: usize,
        /// In bytes, counted from 1.
        column: usize,
    },
    /// So many values that they would fill the memory.
    #[error("more than {most} values, which do not fit into memory")]
    TooMany {
        /// The most values that are read.
        most: usize,
    },
    /// It is JSON, but nothing of Postman's.
    #[error("no Postman collection, environment or data dump; it looks like {looks}")]
    Unknown {
        /// What it looks like.
        looks: &'static str,
    },
    /// It is no JSON, but something else that is known.
    #[error("no Postman collection, environment or data dump; it looks like {looks}")]
    Other {
        /// What it looks like.
        looks: &'static str,
    },
    /// A YAML file of a v3 folder does not parse.
    #[error("`{}`: {message}", file.display())]
    Yaml {
        /// The file.
        file: PathBuf,
        /// What is wrong, with line and column.
        message: String,
    },
    /// A file of a folder is too long to be held in memory.
    #[error("`{}` is longer than {}MB", file.display(), most / 1_000_000)]
    TooLong {
        /// The file.
        file: PathBuf,
        /// The most that is read, in bytes.
        most: u64,
    },
    /// A part of a collection, which has a file of its own, could not be read.
    #[error("{why}")]
    Part {
        /// Which, and why.
        why: String,
    },
    /// A file or folder cannot be read.
    #[error("cannot read `{}`", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl FormatError {
    /// The line in which it goes wrong, where one can be shown.
    pub fn excerpt(&self) -> Option<&Excerpt> {
        match self {
            Self::Json { excerpt, .. } => Some(excerpt),
            _ => None,
        }
    }

    /// The next step, where there is one.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Empty => Some("export it from Postman again"),
            Self::Encoding { .. } => Some("save it as UTF-8"),
            Self::Json { is_cut_off: true, .. } => Some("the file may be cut off; export it from Postman again"),
            Self::Json { .. } => Some("mend it there, or export it from Postman again"),
            Self::Table => Some("iteration data goes beside a collection: `postrider run COLLECTION -d FILE`"),
            Self::TooDeep { .. } => Some("nest fewer folders"),
            Self::Unknown { .. } | Self::Other { .. } => Some("export a collection from Postman as v2.1"),
            Self::Yaml { .. } => Some("correct the file in a text editor"),
            Self::TooMany { .. } => Some("split it into several"),
            Self::TooLong { .. } => Some("a file is held in memory: split it into several"),
            Self::Part { .. } => Some("correct that file, or take it away"),
            Self::Io { .. } => None,
        }
    }
}
