//! The user's settings while the program runs: what is changed in `config.toml` and `keymap.toml` holds from then on.
//!
//! ```text
//! ConfigWatcher ─▶ read, on its thread ─▶ Event::Settings ─▶ take ─▶ State, and Effect::Settings for who sends
//! ```

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::mpsc::Sender;

use super::ground;
use super::looks::{self, Looks};
use super::sight;
use crate::http::Keeping;
use crate::model::problem::Problem;
use crate::store::{Config, ConfigWatcher, Paths};
use crate::tui::action::{Action, App};
use crate::tui::commands;
use crate::tui::effect::Effect;
use crate::tui::event::Event;
use crate::tui::keymap::{Context, Keymap};
use crate::tui::shared::Level;
use crate::tui::state::State;
use crate::tui::theme::Depth;
use crate::tui::widgets::picture::Sight;

/// The settings as they are in the files now.
#[derive(Debug)]
pub struct Fresh {
    paths: Paths,
    config: Config,
    keymap: Keymap,
    /// What is wrong with the keys.
    slips: Vec<Problem>,
    looks: Looks,
    /// What is wrong with the settings.
    problems: Vec<Problem>,
    /// What is in the file of the settings: another number for another text.
    text: u64,
}

impl Fresh {
    /// Reads them; `light` is whether the environment says that the terminal's ground is.
    pub fn read(paths: &Paths, depth: Depth, light: Option<bool>) -> Self {
        let mut text = DefaultHasher::new();
        // What cannot be read is told below.
        std::fs::read(paths.config_file()).unwrap_or_default().hash(&mut text);
        let (config, mut problems) = Config::load(&paths.config_file());
        let (keymap, slips) = looks::keys(paths);
        let mut looks = Looks::read(paths, &config, depth, light);
        let of_settings = |problem: &mut Problem| problem.file == paths.config_file();
        problems.extend(looks.problems.extract_if(.., of_settings));
        looks.problems.clear();
        Self {
            paths: paths.clone(),
            config,
            keymap,
            slips,
            looks,
            problems,
            text: text.finish(),
        }
    }
}

/// Reads the settings anew whenever something happens to them; `None` where they are not watched.
pub fn watch(paths: &Paths, depth: Depth, queue: Sender<Event>) -> Option<ConfigWatcher> {
    let own = paths.clone();
    let light = ground::told(std::env::var("COLORFGBG").ok().as_deref());
    let watcher = ConfigWatcher::start(paths, move || {
        // Nobody listens when the program is ending.
        let _ = queue.send(Event::Settings(Box::new(Fresh::read(&own, depth, light))));
    });
    // Not to notice costs no more than the next start.
    watcher.ok().flatten()
}

/// Takes the settings over, as the next start would; while the file cannot be read at all they stay as they were, and that
/// is told.
pub fn take(state: &mut State, fresh: Fresh, effects: &mut Vec<Effect>) {
    let is_unread = fresh.problems.iter().any(|problem| !problem.warning);
    // Also what was told before: who changes something wants to know why it does not hold.
    let is_other = state.settings_text.replace(fresh.text) != Some(fresh.text);
    let is_held_up = is_unread && is_other;
    let keys_unread = fresh.slips.iter().any(|problem| !problem.warning);
    let files = [fresh.paths.config_file(), fresh.paths.keymap_file()];
    let problems = &mut state.shared.workspace.problems;
    let told: Vec<Problem> = problems
        .extract_if(.., |problem| files.contains(&problem.file))
        .collect();
    let now: Vec<Problem> = fresh.problems.into_iter().chain(fresh.slips).collect();
    problems.extend(now.iter().cloned());
    let mut new = Vec::new();
    for problem in &now {
        let is_unread = !problem.warning && problem.file == files[0];
        if told.contains(problem) && !(is_unread && is_held_up) {
            continue;
        }
        let level = if problem.warning { Level::Warning } else { Level::Error };
        let stays = match (is_unread, problem.warning) {
            (true, _) => "; the settings stay as they were",
            (_, false) if problem.file == files[1] => "; the keys stay as they were",
            _ => "",
        };
        new.push((level, format!("{problem}{stays}")));
    }
    let mut is_new = false;
    if !keys_unread && state.keymap != fresh.keymap {
        state.keymap = fresh.keymap;
        is_new = true;
    }
    // A key may be named, which is to be the one that holds from now on.
    let is_told = tell(state, new);
    if !is_unread && state.config != fresh.config {
        let before = std::mem::replace(&mut state.config, fresh.config);
        let config = &state.config;
        state.shared.keeping = Keeping::new(config.memory, config.spill_folder.clone());
        state
            .shared
            .outcomes
            .set_room(config.responses_memory, config.responses_files);
        // The one that was chosen here is in force already.
        let chosen = config.theme.as_ref() == Some(&state.theme_name) && !state.auto_theme;
        let others = Config {
            theme: config.theme.clone(),
            ..before.clone()
        };
        is_new |= others != *config || before.theme != config.theme && !chosen;
        if before.pictures != config.pictures {
            let var = |name: &str| std::env::var(name).ok();
            let coloured = state.depth != Some(Depth::None);
            state.shared.sight = Sight {
                cell: state.shared.sight.cell,
                ..sight::told(config.pictures, coloured, &var)
            };
        }
        effects.push(Effect::Settings(Box::new(config.clone())));
        if before.theme != config.theme && !chosen {
            fresh.looks.take_up(state);
            // What the terminal itself has said of it counts more.
            if let Some(light) = state.light {
                commands::ground(state, light);
            }
        }
    }
    if is_new && !is_told {
        state
            .shared
            .notify(Level::Info, "the settings have changed, and hold from now on");
    }
    state.stale = true;
}

/// Tells of all of these: the last word is the one in sight, so that is the first of the worst, with how many more there are.
/// Says whether there are any.
fn tell(state: &mut State, mut all: Vec<(Level, String)>) -> bool {
    let worst = all.iter().position(|(level, _)| *level == Level::Error).unwrap_or(0);
    if worst >= all.len() {
        return false;
    }
    let (level, mut first) = all.remove(worst);
    if !all.is_empty() {
        let lists = Action::App(App::Problems);
        let key = state.keymap.chord_for(lists, &[Context::Normal, Context::Anywhere]);
        let key = key.map_or_else(|| "`problems` in the commands".to_owned(), |key| format!("`{key}`"));
        let _ = write!(first, " (and {} more: {key} lists them)", all.len());
    }
    for (level, text) in all {
        state.shared.notify(level, text);
    }
    state.shared.notify(level, first);
    true
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::tui::harness::Harness;
    use crate::tui::widgets::picture::Way;

    struct Files {
        /// Where they are, until the test ends.
        _folder: tempfile::TempDir,
        paths: Paths,
        harness: Harness,
    }

    impl Files {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let paths = Paths::below(folder.path());
            std::fs::create_dir_all(&paths.config).unwrap();
            let harness = Harness::new(120, 40);
            Self {
                _folder: folder,
                paths,
                harness,
            }
        }

        /// What is told once these are in the files, and the editor that was taken over.
        fn write(&mut self, text: &str, keys: &str, light: Option<bool>) -> (String, Option<String>) {
            std::fs::write(self.paths.config_file(), text).unwrap();
            std::fs::write(self.paths.keymap_file(), keys).unwrap();
            self.harness.effects.clear();
            self.harness.state.shared.notice = None;
            let fresh = Fresh::read(&self.paths, Depth::True, light);
            self.harness.event(Event::Settings(Box::new(fresh)));
            let taken = self.harness.effects.iter().find_map(|effect| match effect {
                Effect::Settings(config) => Some(config.editor.clone()),
                _ => None,
            });
            let notice = self.harness.state.shared.notice.as_ref();
            let told = notice.map(|notice| notice.text.clone()).unwrap_or_default();
            (told, taken.map(Option::unwrap_or_default))
        }

        fn theme(&self) -> &str {
            &self.harness.state.theme_name
        }

        fn problems(&self) -> usize {
            self.harness.state.shared.workspace.problems.len()
        }
    }

    const HOLDS: &str = "hold from now on";
    const STAYS: &str = "the settings stay as they were";
    const SLIP: &str = "[normal]\n\"send\" = \"x\"\n";

    #[test]
    fn what_is_changed_holds_and_a_mistake_costs_itself_alone() {
        let mut files = Files::new();
        assert_eq!(files.write("", "", None), (String::new(), None));
        let (told, taken) = files.write("theme = \"day\"\neditor = \"vi\"\n", "", None);
        assert_eq!((taken.as_deref(), files.theme()), (Some("vi"), "day"));
        assert!(told.contains(HOLDS), "{told}");
        // As at the next start: each is told, once, and the rest holds.
        for (text, at, theme) in [
            ("theme = \"day\"\neditor = \"a\"\ncolour = 1\n", "config.toml:3:", "day"),
            (
                "theme = \"dusk\"\neditor = \"b\"\ntimeout = \"ten\"\n",
                "config.toml:3:",
                "dusk",
            ),
            (
                "theme = \"none\"\neditor = \"c\"\n",
                "config.toml: there is no theme",
                "night",
            ),
        ] {
            let (told, taken) = files.write(text, "", None);
            assert!(told.contains(at) && !told.contains(STAYS), "{told}");
            assert!(taken.is_some_and(|editor| text.contains(&editor)), "{text}");
            assert_eq!((files.theme(), files.problems()), (theme, 1));
            assert_eq!(files.write(text, "", None), (String::new(), None));
        }
        // What was told before keeps nothing from being confirmed.
        let (told, taken) = files.write("theme = \"none\"\neditor = \"d\"\n", "", None);
        assert!(told.contains(HOLDS) && taken.as_deref() == Some("d"), "{told}");
        let (told, _) = files.write("editor = \"d\"\n", SLIP, None);
        assert!(told.contains("keymap.toml") && files.problems() == 1, "{told}");
        let (told, taken) = files.write("editor = \"e\"\n", SLIP, None);
        assert!(told.contains(HOLDS) && taken.as_deref() == Some("e"), "{told}");
        files.write("pictures = \"kitty\"\n", SLIP, None);
        assert_eq!(files.harness.state.shared.sight.way, Some(Way::Kitty));
    }

    #[test]
    fn what_cannot_be_read_changes_nothing_and_is_told_whenever_it_is_written() {
        let mut files = Files::new();
        files.write("theme = \"day\"\neditor = \"vi\"\n", "", None);
        for text in ["editor = \"a\"\ntheme = \n", "editor = \"b\"\ntheme = \n"] {
            let (told, taken) = files.write(text, "", None);
            assert!(told.contains("config.toml:2:") && told.contains(STAYS), "{told}");
            assert_eq!((taken, files.theme(), files.problems()), (None, "day", 1));
        }
        // The keys are another file.
        let text = "editor = \"b\"\ntheme = \n";
        let (told, _) = files.write(text, "[normal]\n\"x\" = \"send\"\n", None);
        assert!(!told.contains("config.toml"), "{told}");
        let (told, taken) = files.write("editor = \"c\"\n", "[normal]\n\"x\" = \"send\"\n", None);
        assert!(told.contains(HOLDS) && taken.as_deref() == Some("c"), "{told}");
    }

    #[test]
    fn keys_that_cannot_be_read_leave_those_that_hold() {
        let mut files = Files::new();
        let keys = "anywhere = [ { on = 'f5', run = 'send' } ]\n";
        let (told, _) = files.write("", keys, None);
        assert!(told.contains(HOLDS), "{told}");
        let before = files.harness.state.keymap.clone();
        let (told, _) = files.write("", &format!("{keys}normal\n"), None);
        assert!(
            told.ends_with("keymap.toml:2:7: key with no value, expected `=`; the keys stay as they were"),
            "{told}"
        );
        assert_eq!(files.harness.state.keymap, before);
        assert_eq!(files.problems(), 1);
        let hint = files.harness.state.shared.workspace.problems[0].hint.clone();
        assert!(hint.is_some_and(|hint| hint.contains("none of its keys is taken over")));
        files.write("", keys, None);
        assert_eq!(files.problems(), 0);
    }

    #[test]
    fn of_several_slips_the_first_is_told_and_how_many_more_there_are() {
        let mut files = Files::new();
        let slips = [("f5", "nonsense"), ("hyper-x", "send"), ("f6", "rubbish")];
        let slips = slips.map(|(on, run)| format!("  {{ on = '{on}', run = '{run}' }},\n"));
        let lists = "  { on = 'f7', run = 'problems' },\n";
        let keys = format!("anywhere = [\n{}{lists}]\n", slips.concat());
        let (told, _) = files.write("", &keys, None);
        assert_eq!(files.problems(), 3);
        assert!(told.contains("`nonsense` is not an action (and 2 more: "), "{told}");
        // The key that holds from now on.
        let key = files
            .harness
            .state
            .keymap
            .chord_for(Action::App(App::Problems), &[Context::Anywhere]);
        let ends = format!(": `{}` lists them)", key.unwrap());
        assert!(told.ends_with(&ends), "{told}");
        // All of them can be read again.
        let all = &files.harness.state.shared.messages;
        for word in ["`hyper-x` is not a key", "`rubbish` is not an action"] {
            assert!(
                all.iter().any(|(_, notice)| notice.text.contains(word)),
                "{word}: {all:?}"
            );
        }
    }

    #[test]
    fn without_a_theme_the_ground_chooses_as_at_the_start() {
        let mut files = Files::new();
        for (light, terminal, theme) in [
            (Some(true), None, "day"),
            (Some(false), None, "night"),
            (None, None, "night"),
            (None, Some(true), "day"),
            (Some(true), Some(false), "night"),
        ] {
            files.write("theme = \"dusk\"\n", "", light);
            assert_eq!(files.theme(), "dusk");
            files.harness.state.light = None;
            if let Some(light) = terminal {
                files.harness.event(Event::Ground(light));
            }
            files.write("", "", light);
            assert_eq!(files.theme(), theme, "{light:?} {terminal:?}");
        }
    }
}
