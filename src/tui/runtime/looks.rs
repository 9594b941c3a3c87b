//! The user's keys and colours: what is shipped, with their own files over it.

use crate::model::problem::Problem;
use crate::store::{Config, Paths};
use crate::tui::keymap::Keymap;
use crate::tui::state::State;
use crate::tui::theme::{AUTO, DEFAULT, Depth, EMBEDDED, LIGHT, Theme};

/// The shipped keys with the user's over them, and what is wrong with those.
pub fn keys(paths: &Paths) -> (Keymap, Option<Problem>) {
    let mut keymap = Keymap::shipped();
    let file = paths.keymap_file();
    let (wrong, is_read): (Vec<String>, bool) = match std::fs::read_to_string(&file) {
        Ok(text) => (keymap.merge(&text).iter().map(ToString::to_string).collect(), true),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => (Vec::new(), false),
        Err(error) => (vec![error.to_string()], false),
    };
    let problem = (!wrong.is_empty()).then(|| {
        let hint = "the file's other keys, and the shipped ones, are in force; `?` shows all";
        own_file(file, wrong.join("; "), hint, is_read)
    });
    (keymap, problem)
}

/// What is wrong with the user's keys and colours.
pub fn problems(paths: &Paths) -> Vec<Problem> {
    let mut problems: Vec<Problem> = keys(paths).1.into_iter().collect();
    themes(paths, &mut problems);
    problems
}

/// The user's colours.
#[derive(Debug)]
pub struct Looks {
    themes: Vec<(String, String)>,
    pub(super) theme_name: String,
    theme: Theme,
    auto: bool,
    pub(super) problems: Vec<Problem>,
}

impl Looks {
    /// Reads them, and what is wrong with them; `light` is whether the terminal's ground is known to be.
    pub fn read(paths: &Paths, config: &Config, depth: Depth, light: Option<bool>) -> Self {
        let mut problems = Vec::new();
        let themes = themes(paths, &mut problems);
        let own = config.theme.as_deref().filter(|name| *name != AUTO);
        // Sixteen colours are the user's own, on a ground of the user's own.
        let auto = own.is_none() && matches!(depth, Depth::True | Depth::Indexed);
        let usual = match depth {
            Depth::Ansi => "ansi",
            _ if auto && light == Some(true) => LIGHT,
            _ => DEFAULT,
        };
        let wanted = own.unwrap_or(usual);
        let known = themes.iter().find(|(name, _)| *name == wanted);
        if known.is_none() {
            let message = format!("there is no theme `{wanted}`");
            problems.push(own_file(
                paths.config_file(),
                message,
                "the default theme is in force",
                true,
            ));
        }
        let (theme_name, text) = known.map_or((DEFAULT, EMBEDDED[0].1), |(name, text)| (name, text));
        Self {
            theme_name: theme_name.to_owned(),
            theme: Theme::parse(text).unwrap_or_default().fit(depth),
            themes,
            auto,
            problems,
        }
    }

    /// Puts them in force.
    pub fn take_up(self, state: &mut State) {
        state.themes = self.themes;
        state.theme_name = self.theme_name;
        state.theme = self.theme;
        state.auto_theme = self.auto;
        state.shared.workspace.problems.extend(self.problems);
    }
}

/// All themes to choose from: the shipped ones, and the user's, which come before those of the same name.
fn themes(paths: &Paths, problems: &mut Vec<Problem>) -> Vec<(String, String)> {
    let shipped = EMBEDDED.iter();
    let mut themes: Vec<(String, String)> = shipped
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    let folder = std::fs::read_dir(paths.config.join("themes"));
    for entry in folder.into_iter().flatten().flatten() {
        let file = entry.path();
        if file.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let name = file
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        let text = std::fs::read_to_string(&file).map_err(|error| error.to_string());
        let usable = text.and_then(|text| Theme::parse(&text).map(|_| text).map_err(|error| error.to_string()));
        match usable {
            Ok(text) => {
                problems.extend(Theme::unknown_keys(&file, &text));
                themes.retain(|(own, _)| *own != name);
                themes.push((name, text));
            }
            Err(error) => problems.push(own_file(file, error, "the theme is left out", false)),
        }
    }
    themes
}

/// What is wrong with a file of the user's, which may be used all the same.
fn own_file(file: std::path::PathBuf, message: String, hint: &str, is_used: bool) -> Problem {
    Problem {
        file,
        at: None,
        message,
        hint: Some(hint.to_owned()),
        warning: is_used,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    #[test]
    fn the_ground_chooses_where_the_user_did_not() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths {
            config: folder.path().to_owned(),
            state: folder.path().to_owned(),
            data: folder.path().to_owned(),
            cache: folder.path().to_owned(),
        };
        let read = |theme: Option<&str>, depth, light| {
            let config = Config {
                theme: theme.map(str::to_owned),
                ..Config::default()
            };
            let looks = Looks::read(&paths, &config, depth, light);
            assert!(looks.problems.is_empty());
            (looks.theme_name, looks.auto)
        };
        let is = |name: &str, auto| (name.to_owned(), auto);
        for own in [None, Some("auto")] {
            assert_eq!(read(own, Depth::True, Some(true)), is("day", true));
            assert_eq!(read(own, Depth::Indexed, Some(false)), is("night", true));
            assert_eq!(read(own, Depth::True, None), is("night", true));
            assert_eq!(read(own, Depth::Ansi, Some(true)), is("ansi", false));
        }
        assert_eq!(read(Some("dusk"), Depth::True, Some(true)), is("dusk", false));
    }

    #[test]
    fn an_answer_changes_nothing_that_was_chosen() {
        use crate::tui::event::Event;
        use crate::tui::harness::Harness;
        let mut harness = Harness::new(80, 24);
        let before = harness.state.theme.clone();
        harness.event(Event::Ground(true));
        assert_eq!(harness.state.theme, before);
        harness.state.auto_theme = true;
        harness.state.themes = EMBEDDED
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        harness.event(Event::Ground(true));
        assert_eq!(
            (harness.state.theme_name.as_str(), harness.state.theme == before),
            ("day", false)
        );
        harness.event(Event::Ground(false));
        assert_eq!(harness.state.theme_name, "night");
    }
}
