//! The user's settings while the program runs: what is changed in `config.toml` and `keymap.toml` holds from then on.
//!
//! ```text
//! ConfigWatcher ─▶ read, on its thread ─▶ Event::Settings ─▶ take ─▶ State, and Effect::Settings for who sends
//! ```

use std::sync::mpsc::Sender;

use super::looks::{self, Looks};
use super::sight;
use crate::http::Keeping;
use crate::model::problem::Problem;
use crate::store::{Config, ConfigWatcher, Paths};
use crate::tui::effect::Effect;
use crate::tui::event::Event;
use crate::tui::keymap::Keymap;
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
    slips: Option<Problem>,
    looks: Looks,
    /// What is wrong with the settings.
    problems: Vec<Problem>,
}

impl Fresh {
    /// Reads them.
    pub fn read(paths: &Paths, depth: Depth) -> Self {
        let (config, mut problems) = Config::load(&paths.config_file());
        let (keymap, slips) = looks::keys(paths);
        let mut looks = Looks::read(paths, &config, depth, None);
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
        }
    }
}

/// Reads the settings anew whenever something happens to them; `None` where they are not watched.
pub fn watch(paths: &Paths, depth: Depth, queue: Sender<Event>) -> Option<ConfigWatcher> {
    let own = paths.clone();
    let watcher = ConfigWatcher::start(paths, move || {
        // Nobody listens when the program is ending.
        let _ = queue.send(Event::Settings(Box::new(Fresh::read(&own, depth))));
    });
    // Not to notice costs no more than the next start.
    watcher.ok().flatten()
}

/// Takes the settings over; while there is a mistake in them all stays as it is, and that is told.
pub fn take(state: &mut State, fresh: Fresh, effects: &mut Vec<Effect>) {
    let is_wrong = !fresh.problems.is_empty();
    // Also what was told before: who changes something wants to know why it does not hold.
    let is_held_up = is_wrong && state.config != fresh.config;
    let keys_unread = fresh.slips.as_ref().is_some_and(|problem| !problem.warning);
    let files = [fresh.paths.config_file(), fresh.paths.keymap_file()];
    let problems = &mut state.shared.workspace.problems;
    let told: Vec<Problem> = problems
        .extract_if(.., |problem| files.contains(&problem.file))
        .collect();
    let now: Vec<Problem> = fresh.problems.into_iter().chain(fresh.slips).collect();
    problems.extend(now.iter().cloned());
    for problem in now.iter().filter(|problem| is_held_up || !told.contains(problem)) {
        let stays = if problem.file == files[0] {
            "; the settings stay as they were"
        } else {
            ""
        };
        state.shared.notify(Level::Error, format!("{problem}{stays}"));
    }
    let mut is_new = false;
    if !keys_unread && state.keymap != fresh.keymap {
        state.keymap = fresh.keymap;
        is_new = true;
    }
    if !is_wrong && state.config != fresh.config {
        let before = std::mem::replace(&mut state.config, fresh.config);
        let config = &state.config;
        state.shared.keeping = Keeping::new(config.memory, config.spill_folder.clone());
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
        }
    }
    if is_new && now.is_empty() {
        state
            .shared
            .notify(Level::Info, "the settings have changed, and hold from now on");
    }
    state.stale = true;
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::tui::harness::Harness;
    use crate::tui::widgets::picture::Way;

    #[test]
    fn what_is_changed_holds_and_a_mistake_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let paths = Paths::below(folder.path());
        std::fs::create_dir_all(&paths.config).unwrap();
        let mut harness = Harness::new(120, 40);
        let write = |harness: &mut Harness, text: &str, keys: &str| {
            std::fs::write(paths.config_file(), text).unwrap();
            std::fs::write(paths.keymap_file(), keys).unwrap();
            harness.effects.clear();
            harness.event(Event::Settings(Box::new(Fresh::read(&paths, Depth::True))));
            let taken = harness.effects.iter().find_map(|effect| match effect {
                Effect::Settings(config) => Some(config.editor.clone()),
                _ => None,
            });
            taken.map(Option::unwrap_or_default)
        };
        assert_eq!(write(&mut harness, "", ""), None);
        let taken = write(&mut harness, "theme = \"day\"\neditor = \"vi\"\n", "");
        assert_eq!(
            (taken.as_deref(), harness.state.theme_name.as_str()),
            (Some("vi"), "day")
        );
        assert!(harness.screen().contains("hold from now on"), "{}", harness.screen());
        // Broken, a value that is none, a theme that is none: each is told, once, and nothing changes.
        for (text, at) in [
            ("editor = \"ed\"\ntheme = \n", "config.toml:2:"),
            ("editor = \"ed\"\ntimeout = \"ten\"\n", "config.toml:2:"),
            ("editor = \"ed\"\ntheme = \"none\"\n", "config.toml: there is no theme"),
        ] {
            assert_eq!(write(&mut harness, text, ""), None, "{text}");
            let problems = &harness.state.shared.workspace.problems;
            assert!(
                problems.iter().any(|problem| problem.to_string().contains(at)),
                "{problems:?}"
            );
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert_eq!(harness.state.theme_name, "day");
        }
        // What was told before holds up the next change, too, and is told again.
        for editor in ["ed", "nano"] {
            let unknown = format!("theme = \"day\"\neditor = \"{editor}\"\ncolour = 1\n");
            harness.state.shared.notice = None;
            assert_eq!(write(&mut harness, &unknown, ""), None);
            let notice = harness.state.shared.notice.as_ref().unwrap();
            assert!(
                notice.text.contains("the settings stay as they were"),
                "{}",
                notice.text
            );
        }
        let keys = "[normal]\n\"send\" = \"x\"\n";
        let mended = "theme = \"day\"\neditor = \"ed\"\n";
        assert_eq!(write(&mut harness, mended, "").as_deref(), Some("ed"));
        assert!(harness.state.shared.workspace.problems.is_empty());
        let pictures = "theme = \"day\"\npictures = \"kitty\"\n";
        assert!(write(&mut harness, pictures, "").is_some());
        assert_eq!(harness.state.shared.sight.way, Some(Way::Kitty));
        // A slip in the keys keeps the settings from nothing.
        assert_eq!(write(&mut harness, "theme = \"day\"\n", keys).as_deref(), Some(""));
        assert!(!harness.state.shared.workspace.problems.is_empty());
    }
}
