//! Paths as people type, paste and drop them.

use std::path::{Path, PathBuf};

/// The path meant: without the quotes, backslashes or `file://` of a file that was dropped on the terminal; `~` is the
/// user's own folder.
pub fn path_of(typed: &str) -> PathBuf {
    let plain = unquoted(typed.trim());
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    match (plain.strip_prefix('~'), home) {
        (Some(""), Some(home)) => home,
        (Some(rest), Some(home)) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        _ => PathBuf::from(plain),
    }
}

/// So many names of a folder are looked at to complete one.
const MOST_NAMES: usize = 10_000;

/// What Tab makes of a path that is being typed: the text as far as it is certain, the names it may go on with, with a `/`
/// behind those of folders, and whether the folder has more than were looked at. Hidden files count once their dot is typed.
pub fn complete(typed: &str) -> (String, Vec<String>, bool) {
    let stem = typed.rsplit('/').next().unwrap_or_default();
    let above = path_of(&typed[..typed.len() - stem.len()]);
    let folder = if above.as_os_str().is_empty() {
        Path::new(".")
    } else {
        &above
    };
    let mut all = std::fs::read_dir(folder).into_iter().flatten();
    let entries = all.by_ref().take(MOST_NAMES).flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            if !name.starts_with(stem) || (name.starts_with('.') && !stem.starts_with('.')) {
                return None;
            }
            // The folder says what most of them are; only of a link the disk must be asked.
            let kind = entry.file_type().ok()?;
            let is_folder = kind.is_dir() || kind.is_symlink() && entry.path().is_dir();
            Some(format!("{name}{}", if is_folder { "/" } else { "" }))
        })
        .collect();
    names.sort();
    let common = names
        .iter()
        .skip(1)
        .fold(names.first().map_or(stem, String::as_str), |common, name| {
            let same = common.char_indices().zip(name.chars()).find(|((_, a), b)| a != b);
            &common[..same.map_or(common.len().min(name.len()), |((at, _), _)| at)]
        });
    let text = format!("{}{common}", &typed[..typed.len() - stem.len()]);
    (text, names, all.next().is_some())
}

fn unquoted(typed: &str) -> String {
    for quote in ['\'', '"'] {
        let inside = typed.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        if let Some(inside) = inside {
            return inside.to_owned();
        }
    }
    if let Ok(url) = url::Url::parse(typed)
        && url.scheme() == "file"
        && let Ok(path) = url.to_file_path()
    {
        return path.to_string_lossy().into_owned();
    }
    // A terminal escapes what a shell would not take as it is.
    let mut out = String::with_capacity(typed.len());
    let mut chars = typed.chars().peekable();
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(next) if cfg!(unix) && c == '\\' && !next.is_alphanumeric() => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn a_path_is_completed_as_far_as_it_is_certain() {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().to_str().unwrap();
        for name in ["rows-a.csv", "rows-b.csv", "älter.json", ".hidden"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        std::fs::create_dir(folder.path().join("more")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path().join("more"), folder.path().join("link")).unwrap();
        let complete = |typed: &str| {
            let (text, names, _) = complete(&format!("{at}/{typed}"));
            (text[at.len() + 1..].to_owned(), names)
        };
        assert_eq!(
            complete("ro"),
            ("rows-".into(), vec!["rows-a.csv".into(), "rows-b.csv".into()])
        );
        assert_eq!(complete("rows-a"), ("rows-a.csv".into(), vec!["rows-a.csv".into()]));
        assert_eq!(complete("m"), ("more/".into(), vec!["more/".into()]));
        assert_eq!(complete("ä"), ("älter.json".into(), vec!["älter.json".into()]));
        assert_eq!(complete("x"), ("x".into(), vec![]));
        #[cfg(unix)]
        assert_eq!(complete("l"), ("link/".into(), vec!["link/".into()]));
        let shown = if cfg!(unix) { 5 } else { 4 };
        assert_eq!(complete("").1.len(), shown, "without what is hidden");
        assert_eq!(complete(".h").0, ".hidden");
    }

    #[test]
    fn dropped_files_are_understood() {
        for typed in [
            "/tmp/my api.json",
            "'/tmp/my api.json'",
            "\"/tmp/my api.json\" ",
            "file:///tmp/my%20api.json",
            "/tmp/my\\ api.json",
        ] {
            assert_eq!(path_of(typed), Path::new("/tmp/my api.json"), "{typed}");
        }
        assert_eq!(path_of("data.csv"), Path::new("data.csv"));
        if let Some(home) = std::env::home_dir() {
            assert_eq!(path_of("~/a.json"), home.join("a.json"));
        }
    }
}
