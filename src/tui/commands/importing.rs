//! Importing: what its screen asks for, and what is done with the news.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::foreign::Secrets;
use crate::model::Filed;
use crate::model::history::{Step, ValueChange};
use crate::tui::command::Command;
use crate::tui::drafts;
use crate::tui::effect::{Effect, FileJob, LocalJob};
use crate::tui::importing::{Ask, Done, ImportId, Landing, News, Written};
use crate::tui::modals::{Import, Modal};
use crate::tui::panes::Pane;
use crate::tui::shared::Level;
use crate::tui::state::State;

use super::environments;

/// Does what the screen asks for.
pub fn ask(state: &mut State, ask: Ask, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    match ask {
        Ask::Open => {
            // What is only looked at is what there is to import.
            let opened = state.shared.read_only.clone();
            let import = Import::new(opened.as_deref().unwrap_or_default());
            queue.push(Command::Show(Box::new(import.into())));
            if let Some(opened) = opened {
                queue.push(Command::Import(Ask::Read(opened)));
            }
        }
        Ask::Read(typed) => {
            let id = next(state);
            if let Some(screen) = screen(state) {
                screen.read(id, &typed);
            }
            effects.push(Effect::Read(id, typed));
        }
        Ask::Enter(planned) => {
            // All of it is there: nothing is written.
            let done = Done {
                rewritten: Some(Arc::default()),
                ..Done::of(&planned, Secrets::default())
            };
            land(state, done, effects);
        }
        Ask::Stop => effects.push(Effect::StopReading),
        Ask::Import(planned) => {
            let id = next(state);
            if let Some(screen) = screen(state) {
                screen.write(id);
            }
            state.import = Some(None);
            effects.push(Effect::Import(id, planned));
        }
    }
}

fn next(state: &mut State) -> ImportId {
    state.next_run += 1;
    ImportId(state.next_run)
}

fn screen(state: &mut State) -> Option<&mut Import> {
    state.modals.iter_mut().find_map(|modal| match modal {
        Modal::Import(screen) => Some(screen),
        _ => None,
    })
}

/// Takes news; what nobody waits for any more was stopped, but what was written is told in any case.
pub fn news(state: &mut State, id: ImportId, news: News, effects: &mut Vec<Effect>) {
    let waiting = screen(state).filter(|screen| screen.waits_for() == Some(id));
    match (news, waiting) {
        (News::Found(planned, own), Some(screen)) => screen.found(planned, own),
        (News::Failed(why, hint), waiting) => {
            if let Some(screen) = waiting {
                screen.failed(why, hint);
            }
            state.import = None;
        }
        (News::Found(..), None) => {}
        (News::Done(done), _) => {
            state.modals.retain(|modal| !matches!(modal, Modal::Import(_)));
            if state.shared.read_only.is_some() {
                return land(state, done, effects);
            }
            take(state, id, done, effects);
        }
        (News::Arrived, _) => arrived(state, effects),
    }
}

/// Goes on in the workspace into which what was only looked at is imported.
fn land(state: &State, done: Done, effects: &mut Vec<Effect>) {
    let landing = Landing::of(done, &state.shared, state.focus);
    effects.push(Effect::Reopen(Box::new(landing)));
}

/// What was imported is in the files: it shows as what others change there does.
fn take(state: &mut State, id: ImportId, mut done: Done, effects: &mut Vec<Effect>) {
    let settled = std::mem::take(&mut done.secrets).settle(&state.shared.current);
    done.tell(&settled);
    done.values = ValueChange::all(&state.shared.current, &settled.changes);
    if !settled.changes.is_empty() {
        state.shared.current.take(&settled.changes);
        effects.push(Effect::Local(LocalJob::Current(settled.changes)));
    }
    let looks = done.places.iter().cloned().map(FileJob::Look);
    effects.push(Effect::Files(looks.chain([FileJob::Imported(id)]).collect()));
    state.import = Some(Some(done));
}

/// Undoes what an import wrote, or writes it again.
pub fn rewrite(state: &mut State, step: &Step, redo: bool, effects: &mut Vec<Effect>) {
    let what = step.files.and_then(|id| state.rewrites.kept.get(&id));
    let Some(what) = what.cloned() else { return };
    let word = if redo { "redid" } else { "undid" };
    state.rewrites.words = Some(format!("{word}: {}", step.label));
    state.import = Some(None);
    effects.push(Effect::Files(vec![FileJob::Rewrite { what, back: !redo }]));
}

/// Says that it is undone or redone.
pub fn rewritten(state: &mut State, done: Result<usize, String>) {
    state.import = None;
    let Some(words) = state.rewrites.words.take() else {
        return;
    };
    let (level, text) = match done {
        Ok(0) => (Level::Done, words),
        Ok(1) => (
            Level::Warning,
            format!("{words}; 1 file stays, as it was changed since"),
        ),
        Ok(left) => (
            Level::Warning,
            format!("{words}; {left} files stay, as they were changed since"),
        ),
        Err(why) => (Level::Error, format!("{words}, but not all of it: {why}")),
    };
    state.shared.notify(level, text);
}

/// Has what an import wrote be undone by the next undo. Returns what is to be said where it cannot be.
pub fn record(state: &mut State, written: Written) -> &'static str {
    let Some(files) = written.files else {
        return "; it is too much to be undone";
    };
    if files.is_empty() && written.values.is_empty() {
        return "";
    }
    // Where only values of secrets changed, no file did.
    let id = Some(next(state).0).filter(|_| !files.is_empty());
    if let Some(id) = id {
        state.rewrites.kept.insert(id, files);
    }
    let history = &mut state.shared.history;
    history.record(Step {
        label: written.label,
        files: id,
        values: written.values.iter().rev().map(ValueChange::inverse).collect(),
        ..Step::default()
    });
    let known: BTreeSet<u64> = history.files().collect();
    state.rewrites.kept.retain(|id, _| known.contains(id));
    ""
}

/// Goes to what was imported.
fn arrived(state: &mut State, effects: &mut Vec<Effect>) {
    let Some(Some(done)) = state.import.take() else {
        return;
    };
    let workspace = &state.shared.workspace;
    if let Some(node) = done.collection().and_then(|path| workspace.find(path)) {
        state.panes.tree.reveal(node);
        state.panes.tree.unfold(node);
        state.focus = Pane::Collections;
    }
    let mut words = format!("imported: {}", done.words);
    let label = format!("import ({})", done.words);
    let first = done.environment().and_then(|slug| workspace.environment_named(slug));
    let first = first.map(|node| node.id);
    if let Some(active) = first.and_then(|first| environments::activate_if_none(state, first, effects)) {
        words = format!("{words}; {active}");
    }
    let written = Written {
        label,
        files: done.rewritten,
        values: done.values,
    };
    words.push_str(record(state, written));
    let shared = &mut state.shared;
    // What was said of each of them is not seen below this.
    let places = &done.places;
    let is_of_it = |filed: &&Filed| {
        let own = drafts::place(&shared.workspace, **filed);
        own.is_some_and(|own| places.iter().any(|place| *place == own || place.holds(&own)))
    };
    let kept = shared.contested.iter().filter(is_of_it);
    let mut kept = kept.map(|filed| shared.workspace.name_of(*filed));
    let level = match (kept.next(), kept.count()) {
        (None, _) => Level::Done,
        (Some(name), more) => {
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            words = format!("{words}; `{name}`{more} had unsaved changes, which are kept: saving will ask");
            Level::Warning
        }
    };
    shared.notify(level, words);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foreign::Planned;
    use crate::formats::Found;
    use crate::model::variable::{CurrentValue, Owner};
    use crate::tui::harness::Harness;

    #[test]
    fn going_into_a_workspace_that_has_all_of_it_writes_nothing_and_is_nothing_to_undo() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut harness = Harness::new(80, 24);
        let planned = Planned::new(
            folder.path(),
            Found::default(),
            BTreeSet::new(),
            &harness.state.shared.current,
        );
        let mut effects = Vec::new();
        ask(
            &mut harness.state,
            Ask::Enter(Box::new(planned)),
            &mut Vec::new(),
            &mut effects,
        );
        let Some(Effect::Reopen(landing)) = effects.pop() else {
            panic!("{effects:?}")
        };
        assert_eq!(record(&mut harness.state, landing.written), "");
        harness.press("u");
        assert!(harness.screen().contains("nothing to undo"), "{}", harness.screen());
    }

    #[test]
    fn an_import_that_only_sets_values_is_undone_and_redone() {
        let mut harness = Harness::new(80, 24);
        let new = CurrentValue::new("new", CurrentValue::IMPORT, harness.now);
        let changes = [(Owner::Globals, "token".to_owned(), Some(new))];
        let shared = &mut harness.state.shared;
        let values = ValueChange::all(&shared.current, &changes);
        shared.current.take(&changes);
        let written = Written {
            label: "import (1 value)".to_owned(),
            files: Some(Arc::default()),
            values,
        };
        assert_eq!(record(&mut harness.state, written), "");
        let is_there = |harness: &Harness| harness.state.shared.current.get(&Owner::Globals, "token").is_some();
        harness.press("u");
        assert!(!is_there(&harness), "{}", harness.screen());
        harness.press("<ctrl-y>");
        assert!(is_there(&harness), "{}", harness.screen());
    }
}
