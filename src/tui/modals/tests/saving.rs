//! Saving a request somewhere: names, places, new folders.

use super::*;
use crate::model::Workspace;

fn written(harness: &Harness) -> Vec<String> {
    let jobs = harness.effects.iter().filter_map(|effect| match effect {
        Effect::Files(jobs) => Some(jobs),
        _ => None,
    });
    jobs.flatten()
        .filter_map(|job| match job {
            FileJob::Write { path, .. } => Some(path.as_str().to_owned()),
            _ => None,
        })
        .collect()
}

fn open_named(harness: &mut Harness, name: &str) {
    harness
        .press("<ctrl-p>find a request<enter>")
        .press(name)
        .press("<enter>");
}

#[test]
fn a_request_is_saved_into_a_folder_made_on_the_way() {
    let mut harness = Harness::new(120, 40);
    open_named(&mut harness, "List services");
    harness.press("<ctrl-p>save the request under<enter>");
    let screen = harness.screen();
    assert!(
        screen.contains("collections/pydio-cells/configuration/list-services-2.toml"),
        "{screen}"
    );
    assert!(screen.contains("`list-services.toml` is taken there"));
    harness.press("List users<tab><up>");
    assert!(
        harness.screen().contains("→ collections/pydio-cells/list-users.toml"),
        "{}",
        harness.screen()
    );
    harness.press("aUsers 日本<enter>");
    let screen = harness.screen();
    assert!(
        screen.contains("→ collections/pydio-cells/users-日本/list-users.toml"),
        "{screen}"
    );
    assert!(line(&screen, "Users 日本").contains('●'));
    harness.press("<enter>");
    assert!(harness.state.modals.is_empty());
    assert_eq!(
        written(&harness),
        ["pydio-cells/users-日本", "pydio-cells/users-日本/list-users"]
    );
}

#[test]
fn what_was_open_when_it_went_is_open_again_once_it_is_back() {
    let mut harness = Harness::new(120, 40);
    open_named(&mut harness, "List services");
    let old = harness.state.shared.open;
    // Deleted, and a new one made then.
    harness.press("2Dy");
    assert_eq!((harness.state.shared.open, harness.state.modals.len()), (None, 0));
    harness.press("2a<esc>");
    let new = harness.state.shared.open;
    assert!(new.is_some() && new != old);
    harness.press("2u");
    assert_eq!(harness.state.shared.open, None);
    harness.press("<ctrl-y>");
    assert_eq!(harness.state.shared.open, new, "redone");
    harness.press("uu");
    assert_eq!(harness.state.shared.open, old, "undone");
    harness.press("<ctrl-y>");
    assert_eq!(harness.state.shared.open, None);
    harness.press("u");
    assert_eq!(harness.state.shared.open, old, "and once more");
}

#[test]
fn letters_in_the_tree_do_not_type_and_folds_fold() {
    let mut harness = Harness::new(80, 24);
    open_named(&mut harness, "Get token");
    harness.press("<ctrl-p>save the request under<enter><tab>xz ");
    let screen = harness.screen();
    assert!(screen.contains("› Get token"), "{screen}");
    assert!(
        screen.contains('▸') && !screen.contains("  Configuration  "),
        "{screen}"
    );
    harness.press("l<down><enter>");
    assert_eq!(written(&harness), ["pydio-cells/configuration/get-token"]);
}

#[test]
fn without_a_collection_one_is_made() {
    let mut harness = Harness::with(Workspace::new("/nowhere"), 60, 16);
    harness.press("<ctrl-n><ctrl-s>");
    let screen = harness.screen();
    assert!(screen.contains("No collection yet"), "{screen}");
    harness.press("Ping<enter>My API<enter>");
    let screen = harness.screen();
    assert!(screen.contains("→ collections/my-api/ping.toml"), "{screen}");
    harness.press("<enter>");
    assert_eq!(written(&harness), ["my-api", "my-api/ping"]);
    assert!(harness.state.modals.is_empty());
}

#[test]
fn a_new_request_goes_where_the_user_was_last_and_needs_a_name() {
    let mut harness = Harness::new(120, 40);
    open_named(&mut harness, "List services");
    harness.press("<ctrl-n><ctrl-s>");
    assert!(
        harness
            .screen()
            .contains("→ collections/pydio-cells/configuration/new-request.toml")
    );
    harness.press("<backspace><enter>");
    assert!(harness.screen().contains("✗ type a name"), "{}", harness.screen());
    harness.press("<esc>");
    assert!(harness.state.modals.is_empty());
}

#[test]
fn a_field_that_something_was_opened_over_is_typed_into_again_when_that_closes() {
    let mut harness = Harness::new(120, 40);
    open_named(&mut harness, "List services");
    let url = |harness: &Harness| {
        let open = harness.state.shared.open.unwrap();
        let request = harness.state.shared.workspace.request(open).unwrap();
        request.url.as_str().to_owned()
    };
    harness.press("<ctrl-n>http://a.test/x<ctrl-s><enter>");
    assert!(harness.state.modals.is_empty());
    harness.press("/y");
    assert_eq!(url(&harness), "http://a.test/x/y");
    for over in [
        "<ctrl-e><ctrl-e><esc>",
        "<ctrl-e><ctrl-e>cel<enter>",
        "<ctrl-p><esc>",
        "<f1><esc>",
    ] {
        harness.press(over);
        harness.press("z");
    }
    assert_eq!(harness.state.shared.environment_name(), Some("cells"));
    assert_eq!(url(&harness), "http://a.test/x/yzzzz");
}
