//! Paths as people type, paste and drop them.

use std::path::PathBuf;

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
    use super::*;
    use std::path::Path;

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
