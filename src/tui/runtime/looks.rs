//! The user's keys and colours: what is shipped, with their own files over it.

use crate::model::problem::Problem;
use crate::store::files::line_column;
use crate::store::{Config, Paths};
use crate::tui::keymap::{Keymap, KeymapError};
use crate::tui::state::State;
use crate::tui::theme::{AUTO, DEFAULT, Depth, EMBEDDED, LIGHT, Theme, ThemeError};

/// The shipped keys with the user's over them, and what is wrong with those.
pub fn keys(paths: &Paths) -> (Keymap, Vec<Problem>) {
    let mut keymap = Keymap::shipped();
    let file = paths.keymap_file();
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return (keymap, Vec::new()),
        Err(error) => return (keymap, vec![own_file(file, error.to_string(), NO_KEYS, false)]),
    };
    let wrong = keymap.merge(&text);
    let problem = |slip: &KeymapError| match slip {
        KeymapError::Syntax(error) => Problem {
            at: error.span().map(|span| line_column(&text, span.start)),
            ..own_file(file.clone(), slip.to_string(), NO_KEYS, false)
        },
        KeymapError::Chord(word)
        | KeymapError::Action(word)
        | KeymapError::Context(word)
        | KeymapError::Entry(word) => Problem {
            at: place_of(&text, word),
            ..own_file(file.clone(), slip.to_string(), OTHER_KEYS, true)
        },
    };
    let problems = wrong.iter().map(problem).collect();
    (keymap, problems)
}

/// What follows for the keys from a file of them that cannot be read.
const NO_KEYS: &str = "none of its keys is taken over until it is corrected; `?` shows those in force";
/// What follows from a slip in one of them.
const OTHER_KEYS: &str = "the file's other keys, and the shipped ones, are in force; `?` shows all";

/// Where a word of a file stands first: as a text, or else as the name at the start of a line.
fn place_of(text: &str, word: &str) -> Option<(usize, usize)> {
    let lines = || {
        let starts = text.split_inclusive('\n').scan(0, |next, line| {
            let start = *next;
            *next += line.len();
            Some((start, line))
        });
        starts.filter(|(_, line)| !line.trim_start().starts_with('#'))
    };
    let quoted = ['"', '\''].map(|quote| format!("{quote}{word}{quote}"));
    let value = lines().find_map(|(start, line)| {
        let found = quoted.iter().filter_map(|quoted| line.find(quoted.as_str())).min()?;
        Some(start + found)
    });
    let name = || {
        lines().find_map(|(start, line)| {
            let name = line.trim_start_matches([' ', '\t', '[']);
            let rest = name.strip_prefix(word)?.trim_start();
            rest.starts_with(['=', '.', ']'])
                .then(|| start + line.len() - name.len())
        })
    };
    value.or_else(name).map(|at| line_column(text, at))
}

/// What is wrong with the user's keys and colours, and with the choice of the latter.
pub fn problems(paths: &Paths) -> Vec<Problem> {
    // What else is wrong with the settings others tell.
    let (config, _) = Config::load(&paths.config_file());
    let looks = Looks::read(paths, &config, Depth::True, None);
    let mut problems = keys(paths).1;
    problems.extend(looks.problems);
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
        let own = config.theme.as_deref();
        let own = own.filter(|name| !name.trim().eq_ignore_ascii_case(AUTO));
        // Sixteen colours are the user's own, on a ground of the user's own.
        let auto = own.is_none() && matches!(depth, Depth::True | Depth::Indexed);
        let usual = match depth {
            Depth::Ansi => "ansi",
            _ if auto && light == Some(true) => LIGHT,
            _ => DEFAULT,
        };
        let wanted = own.unwrap_or(usual);
        let known = named(&themes, wanted);
        if known.is_none() {
            let names = [AUTO].into_iter().chain(themes.iter().map(|(name, _)| name.as_str()));
            let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
            let message = format!("there is no theme `{wanted}`: there are {}", names.join(", "));
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

/// The theme that is called so: its file, or what is written in it for people; in any case.
fn named<'a>(themes: &'a [(String, String)], wanted: &str) -> Option<&'a (String, String)> {
    let same = |name: &str| name.to_lowercase() == wanted.trim().to_lowercase();
    let exact = themes.iter().find(|(name, _)| *name == wanted);
    exact.or_else(|| {
        let mut all = themes.iter();
        all.find(|(name, text)| same(name) || Theme::parse(text).is_ok_and(|theme| same(&theme.name)))
    })
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
        let left_out = |at, message| Problem {
            at,
            ..own_file(file.clone(), message, "the theme is left out", false)
        };
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) => {
                problems.push(left_out(None, error.to_string()));
                continue;
            }
        };
        if let Err(error) = Theme::parse(&text) {
            let at = match &error {
                ThemeError::Syntax(error) => error.span().map(|span| line_column(&text, span.start)),
                ThemeError::Colour(word) | ThemeError::Modifier(word) => place_of(&text, word),
            };
            problems.push(left_out(at, error.to_string()));
            continue;
        }
        problems.extend(Theme::unknown_keys(&file, &text));
        themes.retain(|(own, _)| *own != name);
        themes.push((name, text));
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
        for own in [None, Some("auto"), Some(" Auto")] {
            assert_eq!(read(own, Depth::True, Some(true)), is("day", true));
            assert_eq!(read(own, Depth::Indexed, Some(false)), is("night", true));
            assert_eq!(read(own, Depth::True, None), is("night", true));
            assert_eq!(read(own, Depth::Ansi, Some(true)), is("ansi", false));
        }
        assert_eq!(read(Some("dusk"), Depth::True, Some(true)), is("dusk", false));
        // As people read it, too.
        for name in ["ANSI 16", "ansi 16", "Ansi"] {
            assert_eq!(read(Some(name), Depth::True, None), is("ansi", false), "{name}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_on_one_line_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::below(folder.path());
        std::fs::create_dir_all(paths.config.join("themes")).unwrap();
        let told = || {
            let problems = problems(&paths);
            let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
            assert!(problems.iter().all(|problem| problem.hint.is_some()));
            words
        };
        assert!(told().is_empty());
        std::fs::write(paths.keymap_file(), "anywhere = [\n]\nnormal\n").unwrap();
        std::fs::write(paths.config.join("themes/mine.toml"), "name = \"Mine\"\nstyles\n").unwrap();
        std::fs::write(paths.config_file(), "theme = \"nihgt\"\n").unwrap();
        let words = told();
        assert_eq!(words.len(), 3, "{words:?}");
        for (told, part) in words.iter().zip([
            "keymap.toml:3:7: key with no value, expected `=`",
            "mine.toml:2:7: key with no value, expected `=`",
            "config.toml: there is no theme `nihgt`: there are `auto`, `night`, `day`, `contrast`, `ansi`, `dusk`",
        ]) {
            assert!(told.ends_with(part) && !told.contains('\n'), "{told}");
        }
        std::fs::write(paths.config_file(), "theme = \"NIGHT\"\n").unwrap();
        assert_eq!(told().len(), 2);
    }

    #[test]
    fn what_is_no_key_action_or_colour_is_told_with_its_place_too() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::below(folder.path());
        std::fs::create_dir_all(paths.config.join("themes")).unwrap();
        let keys = "# run = \"nonsense\"\nnormal = [\n  { on = \"x\", run = \"nonsense\" },\n  { on = 'hyper-x', run = 'send' },\n]\n\
                    table = 3\n[[nowhere]]\non = \"x\"\nrun = \"send\"\n";
        std::fs::write(paths.keymap_file(), keys).unwrap();
        let theme = |name: &str, style: &str| {
            let text = format!("name = \"{name}\"\n[styles]\ntext = {{ {style} }}\n");
            std::fs::write(paths.config.join(format!("themes/{name}.toml")), text).unwrap();
        };
        theme("a", "fg = \"reddish\"");
        theme("b", "fg = \"red\", mods = [\"bald\"]");
        let problems = problems(&paths);
        let mut words: Vec<String> = problems.iter().map(ToString::to_string).collect();
        words.sort();
        let parts = [
            "keymap.toml:3:21: `nonsense` is not an action",
            "keymap.toml:4:10: `hyper-x` is not a key",
            "keymap.toml:6:1: in `table`",
            "keymap.toml:7:3: `nowhere` is no place",
            "a.toml:3:15: `reddish` is not a colour",
            "b.toml:3:30: `bald` is not a modifier",
        ];
        assert_eq!(words.len(), parts.len(), "{words:?}");
        for (told, part) in words.iter().zip(parts) {
            assert!(told.contains(part), "{part}: {told}");
        }
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
