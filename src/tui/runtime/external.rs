//! Hands a text to the user's own editor or pager and takes it back.

use std::io::Write;
use std::process::Command;

use crate::tui::effect::External;

/// Lets the user edit a text outside; returns the text, or why there is none.
///
/// The program is the settings' `editor`, else `$VISUAL`, else `$EDITOR` (for text to read only: `$PAGER` first), else
/// `vi`. The words of the setting are split as a shell would split simple ones. The file is private and gone afterwards.
pub fn edit(external: &External, configured: Option<&str>) -> Result<String, String> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    let pager = if external.read_only { variable("PAGER") } else { None };
    let program = pager
        .or_else(|| configured.map(str::to_owned))
        .or_else(|| variable("VISUAL"))
        .or_else(|| variable("EDITOR"))
        .unwrap_or_else(|| "vi".to_owned());
    let mut words = program.split_whitespace();
    let name = words.next().ok_or("no editor is set: set `$EDITOR`")?;

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
    let status = Command::new(name)
        .args(words)
        .arg(&path)
        .status()
        .map_err(|error| format!("cannot start the editor `{name}`: {error}; set `$EDITOR`"))?;
    if !status.success() {
        return Err(format!(
            "the editor `{name}` ended with {status}; your text is unchanged"
        ));
    }
    // Editors may replace the file, so it is read by its path.
    let mut text = std::fs::read_to_string(&path).map_err(|error| format!("cannot read the text back: {error}"))?;
    if text.ends_with('\n') && !external.text.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn external(text: &str) -> External {
        External {
            key: "k".into(),
            text: text.into(),
            ending: "json",
            read_only: false,
        }
    }

    #[test]
    fn an_editor_that_changes_nothing_gives_the_text_back() {
        assert_eq!(edit(&external("{\n}"), Some("true")), Ok("{\n}".to_owned()));
    }

    #[test]
    fn an_editor_that_fails_or_is_missing_says_so() {
        assert!(edit(&external("x"), Some("false")).is_err_and(|error| error.contains("unchanged")));
        assert!(edit(&external("x"), Some("no-such-editor-here")).is_err_and(|error| error.contains("$EDITOR")));
    }
}
