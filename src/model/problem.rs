//! Something wrong with a file, told with its place; the rest of the workspace works on.

use std::collections::HashSet;
use std::fmt;
use std::path::{Path, PathBuf};

/// A problem in a file of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: PathBuf,
    /// Line and column, from 1, where known.
    pub at: Option<(usize, usize)>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether the file is used all the same: something in it is only to be known.
    pub warning: bool,
}

impl Problem {
    /// The same, with its file as seen from the workspace's folder.
    #[must_use]
    pub fn below(&self, root: &Path) -> Self {
        let inside = self.file.strip_prefix(root).unwrap_or(&self.file);
        Self {
            file: inside.to_owned(),
            ..self.clone()
        }
    }

    /// What a few problems are in a few words: `1 file could not be read`, `2 warnings`; `None` of none.
    pub fn count(problems: &[Self]) -> Option<String> {
        let warnings = problems.iter().filter(|problem| problem.warning).count();
        let unread = problems.iter().filter(|problem| !problem.warning);
        let unread: HashSet<&PathBuf> = unread.map(|problem| &problem.file).collect();
        let words = |count: usize, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            n => Some(format!("{n} {many}")),
        };
        let unread = words(unread.len(), "file could not be read", "files could not be read");
        let warnings = words(warnings, "warning", "warnings");
        match (unread, warnings) {
            (Some(unread), Some(warnings)) => Some(format!("{unread}, {warnings}")),
            (unread, warnings) => unread.or(warnings),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some((line, column)) = self.at {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_counted_and_not_what_is_wrong_with_them() {
        let problem = |file: &str, warning: bool| Problem {
            file: file.into(),
            at: None,
            message: String::new(),
            hint: None,
            warning,
        };
        let [a, b] = ["a", "b"].map(|file| problem(file, false));
        let warnings = [problem("a", true), problem("a", true)];
        let told = |problems: &[Problem]| Problem::count(problems).unwrap_or_default();
        assert_eq!(told(&[]), "");
        assert_eq!(told(&warnings), "2 warnings");
        assert_eq!(
            told(&[a.clone(), a.clone(), warnings[0].clone()]),
            "1 file could not be read, 1 warning"
        );
        assert_eq!(told(&[a.clone(), b, a]), "2 files could not be read");
    }
}
