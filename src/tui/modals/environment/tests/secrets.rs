//! Variables that are made secrets, and none again.

use serde_json::json;

use super::{Harness, current, notice, open, set, show, variable};
use crate::model::Variable;
use crate::model::variable::Owner;
use crate::tui::command::Command;
use crate::tui::effect::{Effect, FileJob};
use crate::tui::event::{Event, Saved};

/// The disk answers all that is to be written.
fn land(harness: &mut Harness, refuses: bool) {
    for effect in std::mem::take(&mut harness.effects) {
        let Effect::Files(jobs) = effect else { continue };
        for (filed, content) in jobs.iter().filter_map(FileJob::written) {
            harness.event(Event::Saved(if refuses {
                Saved::Failed {
                    of: Some(filed),
                    what: "save demo".into(),
                    message: "the disk is full".into(),
                }
            } else {
                Saved::Written(filed, content)
            }));
        }
    }
}

/// Whether the file's value of the password would come back to it.
fn is_kept(harness: &Harness) -> bool {
    let owner = Owner::Environment("demo".into());
    let initials = &harness.state.shared.initials;
    initials.get(&owner, &Variable::new("password", "")).is_some()
}

#[test]
fn what_becomes_a_secret_leaves_the_file_but_is_not_lost() {
    let mut harness = open(120, 40);
    harness.press("jjjjs");
    let password = variable(&harness, "password").unwrap();
    assert!(password.secret);
    assert_eq!(password.value, json!(""));
    assert_eq!(current(&harness, "password"), Some(json!("admin")));
    harness.press("s");
    let password = variable(&harness, "password").unwrap();
    assert_eq!((password.secret, password.value), (false, json!("admin")));
    assert_eq!(current(&harness, "password"), None, "it was none before");
    land(&mut harness, false);
    assert!(notice(&harness).contains("has its initial value again"));
}

#[test]
fn what_the_file_has_is_told_once_it_is_written() {
    let mut harness = open(120, 40);
    harness.press("jjjjss");
    assert!(harness.state.shared.notice.is_none(), "{}", notice(&harness));
    land(&mut harness, true);
    assert!(notice(&harness).contains("cannot save demo"), "{}", notice(&harness));
    let told = &harness.state.shared.messages;
    assert!(
        !told.iter().any(|(_, told)| told.text.contains("the file ")),
        "{told:?}"
    );
    harness.press("s");
    land(&mut harness, false);
    let told = notice(&harness);
    assert!(told.contains("the file no longer has its value"), "{told}");
}

#[test]
fn undoing_leaves_the_initial_value_to_come_back_again() {
    let mut harness = open(120, 40);
    set(&mut harness, "password", "mine");
    let filed = |harness: &Harness| {
        let variable = variable(harness, "password").unwrap();
        (variable.secret, variable.value)
    };
    harness.press("gjjjjss");
    assert_eq!(filed(&harness), (false, json!("admin")));
    harness.press("u");
    assert_eq!(filed(&harness), (true, json!("")));
    harness.press("s");
    assert_eq!(filed(&harness), (false, json!("admin")));
    assert_eq!(current(&harness, "password"), Some(json!("mine")));
}

#[test]
fn an_initial_value_comes_back_to_no_variable_that_has_lost_it() {
    let mut harness = open(120, 40);
    harness.press("gjjjjsul<enter><ctrl-u><enter>");
    assert_eq!(variable(&harness, "password"), Some(Variable::new("password", "")));
    harness.press("gjjjjs");
    assert!(variable(&harness, "password").unwrap().secret && !is_kept(&harness));
    harness.press("s");
    assert_eq!(variable(&harness, "password"), Some(Variable::new("password", "")));
    // Another one that is called so has nothing that could come back.
    let mut harness = open(120, 40);
    harness.press("gjjjjs");
    assert!(is_kept(&harness));
    harness.press("d");
    assert!(variable(&harness, "password").is_none());
    harness.press("Gapassword<enter><esc>s");
    assert!(variable(&harness, "password").unwrap().secret && !is_kept(&harness));
    let mut harness = open(120, 40);
    harness.press("gjjjjs");
    assert!(is_kept(&harness));
    let id = harness.state.shared.active_environment.unwrap();
    let delete = Command::DeleteEnvironment(id);
    harness.state.run(vec![delete], &mut harness.effects);
    assert!(!is_kept(&harness));
}

#[test]
fn both_values_come_through_being_a_secret_for_a_while() {
    let mut harness = open(120, 40);
    set(&mut harness, "password", "mine");
    let both = |harness: &Harness| {
        let variable = variable(harness, "password").unwrap();
        (variable.secret, variable.value, current(harness, "password").unwrap())
    };
    for _ in 0..2 {
        harness.press("gjjjjs");
        assert_eq!(both(&harness), (true, json!(""), json!("mine")));
        harness.press("<esc>");
        show(&mut harness);
        harness.press("gjjjjs");
        assert_eq!(both(&harness), (false, json!("admin"), json!("mine")));
    }
    // What it is set to meanwhile is no less its own.
    harness.press("s");
    set(&mut harness, "password", "another");
    harness.press("s");
    assert_eq!(both(&harness), (false, json!("admin"), json!("another")));
}

#[test]
fn an_initial_value_outlives_a_deletion_that_is_undone_and_another_name() {
    let mut harness = open(120, 40);
    set(&mut harness, "password", "mine");
    harness.press("gjjjjsd");
    assert!(variable(&harness, "password").is_none());
    harness.press("u");
    assert!(variable(&harness, "password").unwrap().secret);
    harness.press("gjjjjs");
    let both = |harness: &Harness, key: &str| (variable(harness, key).unwrap().value, current(harness, key));
    let had = (json!("admin"), Some(json!("mine")));
    assert_eq!(both(&harness, "password"), had);
    harness.press("s<enter>2<enter>");
    assert_eq!(both(&harness, "password2"), (json!(""), Some(json!("mine"))));
    harness.press("gjjjjs");
    assert_eq!(both(&harness, "password2"), had);
    // Undone, it is under the old name as before.
    harness.press("uu");
    assert!(variable(&harness, "password").unwrap().secret);
    harness.press("gjjjjs");
    assert_eq!(both(&harness, "password"), had);
}
