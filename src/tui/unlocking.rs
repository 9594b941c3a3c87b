//! The passphrase of what is kept, given while the program runs: until then tokens, values and cookies are neither read nor
//! kept, and the status line says so.

use super::action::{Action, App};
use super::command::Command;
use super::drafts;
use super::effect::{Effect, FileJob, LocalJob};
use super::event::Kept;
use super::keymap::{Context, Keymap};
use super::modals::{Ask, Modal};
use super::results::take_others;
use super::runtime::restore;
use super::shared::{Level, Shared};
use super::state::State;
use crate::exec::renewal::TokenStore;
use crate::http::Jar;
use crate::model::variable::{CurrentValue, CurrentValues, Owner};
use crate::store::state::{Draft, Other, draft_aside, token_row};

/// The words of the question.
const QUESTION: &str = "What unlocks the values, tokens and cookies kept on this machine?";
const AGAIN: &str = "That is not it. What unlocks the values, tokens and cookies kept on this machine?";

/// Says what is locked, and what unlocks it.
pub fn tell(shared: &mut Shared, keymap: &Keymap) {
    let key = unlock_key(keymap);
    let text = format!(
        "locked with a passphrase: tokens, values that scripts set, the vault, cookies and drafts are not read, nor kept; {key} asks \
         for it"
    );
    shared.notify(Level::Warning, text);
}

/// Takes note that nothing is kept any more, where somebody has locked it since this one began.
pub fn locked(state: &mut State) {
    if state.shared.locked {
        return;
    }
    state.shared.locked = true;
    let text = format!(
        "locked with a passphrase by another postrider: what is set from now on is lost at the end, unless {} opens it before",
        unlock_key(&state.keymap)
    );
    state.shared.notify(Level::Warning, text);
}

/// The key that unlocks what is kept, as it is told.
pub fn unlock_key(keymap: &Keymap) -> String {
    let key = keymap.chord_for(Action::App(App::Unlock), &[Context::Normal, Context::Anywhere]);
    key.map_or_else(|| "`unlock` in the commands".to_owned(), |key| format!("`{key}`"))
}

/// Puts drafts back that were locked; what was edited meanwhile is the newer, and the draft is set aside.
fn take_drafts(state: &mut State, found: Vec<(Draft, Option<String>)>) -> Vec<Effect> {
    let is_edited = |state: &State, key: &str| {
        let workspace = &state.shared.workspace;
        let mut unsaved = workspace.unsaved().into_iter();
        unsaved.any(|filed| drafts::key(workspace, filed).is_some_and(|own| own == key))
    };
    let (edited, found): (Vec<_>, Vec<_>) = found.into_iter().partition(|(draft, _)| is_edited(state, &draft.key));
    let now = state.shared.now;
    let aside = edited.into_iter().map(|(draft, _)| {
        let aside = draft_aside(&draft.key, now);
        Effect::Local(LocalJob::DraftAside { key: draft.key, aside })
    });
    let mut effects: Vec<Effect> = aside.collect();
    state.keeper.doubt();
    let mut disowned = Vec::new();
    effects.extend(restore::drafts(state, found, |place| {
        disowned.push(FileJob::Disown(place.clone()));
    }));
    effects.push(Effect::Files(disowned));
    effects
}

/// Asks for the passphrase. Whether one is wanted, the safe knows better than the screen: another postrider may just have
/// locked it. What is typed goes nowhere else meanwhile.
pub fn ask(queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    queue.push(Command::Show(Box::new(Ask::passphrase(QUESTION).into())));
    effects.push(Effect::Local(LocalJob::IsLocked));
}

/// Takes what was locked where another postrider has taken the passphrase away.
pub fn opened(state: &mut State, effects: &mut Vec<Effect>) {
    if state.shared.locked {
        take_question_back(state);
        let cookies = state.cookies_kept.clone();
        let passphrase = None;
        effects.push(Effect::Local(LocalJob::Unlock { passphrase, cookies }));
    }
}

/// Takes the question back, as nothing is locked.
pub fn not_locked(state: &mut State) {
    if take_question_back(state) {
        let text = "nothing is locked; `postrider secrets lock` does that";
        state.shared.notify(Level::Info, text);
    }
}

/// Closes the question for the passphrase, unless it is being typed: that is answered when it is there. Says whether it is gone.
fn take_question_back(state: &mut State) -> bool {
    let is_typed = |modal: &Modal| matches!(modal, Modal::Ask(ask) if ask.is_of_passphrase() && !ask.is_blank());
    if state.modals.iter().any(is_typed) {
        return false;
    }
    state
        .modals
        .retain(|modal| !matches!(modal, Modal::Ask(ask) if ask.is_of_passphrase()));
    true
}

/// Takes what was locked, beside what was set meanwhile; an empty reason is another passphrase's.
pub fn take(state: &mut State, kept: Result<Box<Kept>, String>, queue: &mut Vec<Command>, effects: &mut Vec<Effect>) {
    let kept = match kept {
        Ok(kept) => *kept,
        Err(why) if why.is_empty() => return queue.push(Command::Show(Box::new(Ask::passphrase(AGAIN).into()))),
        Err(why) => return state.shared.notify(Level::Error, why),
    };
    state.shared.locked = false;
    state.shared.current.unlock();
    let ours = state.shared.current.clone();
    // What this session has set since nothing can be kept, unless others have set it later; but for what files say, for want
    // of anything newer.
    let is_newer = |owner: &Owner, key: &str, value: &CurrentValue| {
        let is_later = |kept: &CurrentValue| value.set_by != CurrentValue::FILE && kept.set_at <= value.set_at;
        kept.known.get(owner, key) != Some(value) && kept.current.get(owner, key).is_none_or(is_later)
    };
    let fetched = fetched_since(&state.shared.tokens, &[&kept.current, &kept.known]);
    // What this session has unset since, unless others have set it anew.
    let is_unset = |owner: &Owner, key: &str| {
        let known = kept.known.get(owner, key).filter(|_| ours.get(owner, key).is_none());
        known.is_some_and(|known| kept.current.get(owner, key) == Some(known))
    };
    let unset = kept.known.iter().filter(|(owner, key, _)| is_unset(owner, key));
    let changes: Vec<_> = ours
        .iter()
        .filter(|(owner, key, value)| is_newer(owner, key, value))
        .map(|(owner, key, value)| (owner.clone(), key.to_owned(), Some(value.clone())))
        .chain(
            fetched
                .iter()
                .cloned()
                .map(|(owner, key, value)| (owner, key, Some(value))),
        )
        .chain(unset.map(|(owner, key, _)| (owner.clone(), key.to_owned(), None)))
        .collect();
    if !changes.is_empty() {
        effects.push(Effect::Local(LocalJob::Current(changes)));
    }
    // What is kept otherwise than it is here, and what others have unset.
    let is_here = |owner: &Owner, key: &str| {
        is_unset(owner, key) || ours.get(owner, key).is_some_and(|value| is_newer(owner, key, value))
    };
    let is_fetched = |owner: &Owner, key: &str| fetched.iter().any(|(own, name, _)| own == owner && name == key);
    let gone = ours
        .iter()
        .filter(|(owner, key, _)| kept.current.get(owner, key).is_none());
    let others = kept.current.iter().chain(gone);
    let others = others.filter(|(owner, key, _)| !is_here(owner, key) && !is_fetched(owner, key));
    let others = others.map(|(owner, key, _)| Other {
        owner: owner.clone(),
        key: key.to_owned(),
        was: ours.get(owner, key).cloned(),
        now: kept.current.get(owner, key).cloned(),
    });
    take_others(state, others.collect());
    effects.extend(take_drafts(state, kept.drafts));
    // What this session did to its cookies since they were last kept is to be kept now.
    let or_none = |jar: String| match jar.as_str() {
        "" => Jar::new().to_json().unwrap_or_default(),
        _ => jar,
    };
    let before = or_none(kept.known_cookies);
    let kept = kept.cookies.unwrap_or_else(|| or_none(String::new()));
    state.cookies_kept = or_none(kept.clone());
    effects.push(Effect::TakeCookies { kept, before });
    state
        .shared
        .notify(Level::Done, "unlocked: tokens, values and cookies are there, and kept");
}

/// The tokens that were fetched while nothing could be kept, as they are to be kept: those of which nothing as new is, or
/// was, among what is kept.
fn fetched_since(tokens: &TokenStore, kept: &[&CurrentValues]) -> Vec<(Owner, String, CurrentValue)> {
    let known = tokens.all().into_iter().filter(|(key, _)| key.audience.is_empty());
    let rows = known.filter_map(|(key, token)| token_row(&key, &token).ok());
    rows.filter(|(owner, key, row)| {
        let mut kept = kept.iter().filter_map(|values| values.get(owner, key));
        kept.all(|kept| kept.set_at < row.set_at)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use crate::tui::event::Event;
    use crate::tui::harness::Harness;

    #[test]
    fn who_is_locked_out_by_another_postrider_is_told_once() {
        let mut harness = Harness::new(120, 40);
        harness.event(Event::Locked);
        assert!(harness.state.shared.locked);
        assert!(
            harness.screen().contains("locked with a passphrase by another"),
            "{}",
            harness.screen()
        );
        // Who has begun so knows it.
        let mut harness = Harness::new(120, 40);
        harness.state.shared.locked = true;
        harness.event(Event::Locked);
        assert!(!harness.screen().contains("by another"), "{}", harness.screen());
    }
}
