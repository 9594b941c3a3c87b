//! Hands a text to the user's own editor or pager and takes it back.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use tempfile::TempPath;

use crate::tui::effect::External;

/// Lets the user edit a text outside; returns the text, or why there is none.
///
/// The program is the settings' `editor`, else `$VISUAL`, else `$EDITOR` (for text to read only: `$PAGER` first), else
/// `vi`. The words of the setting are split as a shell would split simple ones. The file is private and gone afterwards,
/// unless what the user wrote could not be taken back: then it stays, and the answer says where.
pub fn edit(external: &External, configured: Option<&str>) -> Result<String, String> {
    let suffix = format!(".{}", external.ending);
    let mut file = tempfile::Builder::new()
        .prefix("postrider-")
        .suffix(&suffix)
        .tempfile()
        .map_err(|error| format!("cannot make a file for the editor: {error}"))?;
    file.write_all(external.text.as_bytes())
        .and_then(|()| file.flush())
        .map_err(|error| format!("cannot write the file for the editor: {error}"))?;
    let path = file.into_temp_path();
    let pager = if external.read_only { variable("PAGER") } else { None };
    let (name, status) = run(pager, configured, &path, external.line)?;
    // Editors may replace the file, so it is read by its path.
    let bytes = std::fs::read(&path);
    if !status.success() {
        let problem = format!("the editor `{name}` ended with {status}; the field is unchanged");
        let changed = bytes.is_ok_and(|bytes| bytes != external.text.as_bytes());
        return Err(if changed { kept(&problem, path) } else { problem });
    }
    let bytes = bytes.map_err(|error| format!("cannot read the text back: {error}"))?;
    let Ok(mut text) = String::from_utf8(bytes) else {
        return Err(kept("the text is not UTF-8; the field is unchanged", path));
    };
    if text.ends_with('\n') && !external.text.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}

/// Lets the user edit a file where it is, from a line on.
///
/// # Errors
///
/// In words, when the editor cannot be started or failed.
pub fn open(path: &Path, line: usize, configured: Option<&str>) -> Result<(), String> {
    let (name, status) = run(None, configured, path, line)?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("the editor `{name}` ended with {status}"))
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.trim().is_empty())
}

/// Runs the user's program on a file; returns its name and how it ended.
fn run(
    pager: Option<String>,
    configured: Option<&str>,
    path: &Path,
    line: usize,
) -> Result<(String, ExitStatus), String> {
    let program = pager
        .or_else(|| configured.map(str::to_owned))
        .or_else(|| variable("VISUAL"))
        .or_else(|| variable("EDITOR"))
        .unwrap_or_else(|| "vi".to_owned());
    let mut words = program.split_whitespace();
    let name = words.next().ok_or("no editor is set: set `$EDITOR`")?;
    let status = Command::new(name)
        .args(words)
        .args(at_line(name, path, line))
        .status()
        .map_err(|error| format!("cannot start the editor `{name}`: {error}; set `$EDITOR`"))?;
    Ok((name.to_owned(), status))
}

/// The file as an argument, and before or behind it the line, in the form that the program takes; without a line for those
/// that nobody knows to take one.
fn at_line(program: &str, path: &Path, line: usize) -> Vec<OsString> {
    let file = path.as_os_str().to_owned();
    let behind = || {
        let mut file = file.clone();
        file.push(format!(":{line}"));
        file
    };
    let program = Path::new(program).file_stem().and_then(OsStr::to_str);
    match program.unwrap_or_default() {
        _ if line <= 1 => vec![file],
        "vi" | "vim" | "nvim" | "view" | "gvim" | "nano" | "pico" | "emacs" | "emacsclient" | "kak" | "micro"
        | "joe" | "jed" | "mg" | "ne" | "less" | "more" => vec![format!("+{line}").into(), file],
        "code" | "code-insiders" | "codium" | "cursor" | "windsurf" => vec!["--goto".into(), behind()],
        "hx" | "helix" | "subl" | "zed" => vec![behind()],
        _ => vec![file],
    }
}

/// Leaves the editor's file where it is and says so.
fn kept(problem: &str, path: TempPath) -> String {
    match path.keep() {
        Ok(path) => format!("{problem}, and your text is in `{}`", path.display()),
        Err(error) => format!("{problem}, and your text cannot be kept: {error}"),
    }
}

/// Puts a text that has no field to go to any more into a file that stays.
pub fn rescue(text: &str, ending: &str) -> io::Result<PathBuf> {
    let suffix = format!(".{ending}");
    let mut file = tempfile::Builder::new()
        .prefix("postrider-")
        .suffix(&suffix)
        .tempfile()?;
    file.write_all(text.as_bytes())?;
    let (_, path) = file.keep().map_err(|error| error.error)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn external(text: &str) -> External {
        External {
            key: "k".into(),
            text: text.into(),
            ending: "json",
            line: 1,
            read_only: false,
        }
    }

    #[test]
    fn an_editor_that_changes_nothing_gives_the_text_back() {
        assert_eq!(edit(&external("{\n}"), Some("true")), Ok("{\n}".to_owned()));
    }

    #[test]
    fn a_file_is_edited_where_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("broken.toml");
        std::fs::write(&file, "name =").unwrap();
        let editor = script(&folder, "printf ' \"x\"' >> \"$1\"");
        assert_eq!(open(&file, 1, Some(&editor)), Ok(()));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "name = \"x\"");
        assert!(open(&file, 1, Some("false")).is_err_and(|error| error.contains("ended with")));
    }

    #[test]
    fn an_editor_opens_at_the_line_in_the_way_it_knows() {
        let words = |program, line| {
            let words = at_line(program, Path::new("/t/a.js"), line);
            let words: Vec<_> = words.iter().map(|word| word.to_str().unwrap().to_owned()).collect();
            words.join(" ")
        };
        for (program, told) in [
            ("vi", "+30 /t/a.js"),
            ("/usr/bin/nvim", "+30 /t/a.js"),
            ("code", "--goto /t/a.js:30"),
            ("hx", "/t/a.js:30"),
            ("my-editor", "/t/a.js"),
        ] {
            assert_eq!(words(program, 30), told);
            assert_eq!(words(program, 1), "/t/a.js");
        }
    }

    #[test]
    fn an_editor_that_fails_or_is_missing_says_so() {
        assert!(edit(&external("x"), Some("false")).is_err_and(|error| error.contains("unchanged")));
        assert!(edit(&external("x"), Some("no-such-editor-here")).is_err_and(|error| error.contains("$EDITOR")));
    }

    /// An editor that runs a shell script on the file; the words of the setting are split at blanks only.
    fn script(folder: &tempfile::TempDir, lines: &str) -> String {
        let path = folder.path().join("editor.sh");
        std::fs::write(&path, lines).unwrap();
        format!("sh {}", path.display())
    }

    fn kept_in(answer: Result<String, String>) -> PathBuf {
        let problem = answer.unwrap_err();
        let path = problem.split('`').rev().nth(1).unwrap();
        PathBuf::from(path)
    }

    #[test]
    fn what_was_written_is_kept_when_it_cannot_be_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        for (lines, written) in [
            ("printf 'mine\\377' > $1", b"mine\xff".as_slice()),
            ("printf mine > $1; exit 1", b"mine"),
        ] {
            let path = kept_in(edit(&external("x"), Some(&script(&folder, lines))));
            assert_eq!(std::fs::read(&path).unwrap(), written);
            std::fs::remove_file(path).unwrap();
        }
        let path = rescue("mine", "js").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"mine");
        std::fs::remove_file(path).unwrap();
    }
}
