//! The form of a token by its keys.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
use std::time::Duration;

use super::*;
use crate::model::token::{Life, Pick};
use crate::tui::event::Event;
use crate::tui::harness::Harness;
use crate::tui::modals::Modal;

/// The tab Tokens of the sample collection, the cursor on its only token.
fn tokens() -> Harness {
    let mut harness = Harness::new(120, 40);
    harness.state.shared.open = harness.state.shared.node_at("pydio-cells");
    harness.press("3]]");
    assert!(harness.screen().contains("Filled by"), "{}", harness.screen());
    harness
}

fn declared(harness: &Harness) -> Vec<TokenSource> {
    let workspace = &harness.state.shared.workspace;
    workspace.group(workspace.collections()[0]).unwrap().tokens.clone()
}

#[test]
fn what_is_declared_is_changed_in_a_form_and_undone() {
    let mut harness = tokens();
    harness.press("<enter>");
    assert!(
        harness.screen().contains("Token of Pydio Cells"),
        "{}",
        harness.screen()
    );
    harness.press("<down><down><down>10m<down> <enter>");
    let now = declared(&harness);
    assert_eq!(now[0].variable, "dex_token");
    assert_eq!(now[0].life, Life::Fixed(Duration::from_mins(10)));
    assert_eq!((now[0].renew, now[0].request.as_str()), (Renew::Never, "get-token"));
    assert!(harness.screen().contains("10m"), "{}", harness.screen());
    harness.press("u");
    assert_eq!(declared(&harness)[0].life, Life::Told);
}

#[test]
fn the_form_keeps_to_its_token_when_the_file_changes_outside() {
    let mut harness = tokens();
    harness.press("<enter>");
    let change = |harness: &mut Harness, change: &dyn Fn(&mut Vec<TokenSource>)| {
        let workspace = &mut harness.state.shared.workspace;
        let id = workspace.collections()[0];
        let mut group = Group::clone(workspace.group(id).unwrap());
        change(&mut group.tokens);
        let entity = Entity::Collection(Arc::new(group));
        workspace.apply(Edit::Replace { id, entity }).unwrap();
    };
    change(&mut harness, &|tokens| {
        tokens.insert(0, TokenSource::new("other", "get-token"));
    });
    harness.press("<down><down><down>10m<enter>");
    let now = declared(&harness);
    assert_eq!(now.len(), 2);
    assert_eq!((now[0].variable.as_str(), &now[0].life), ("other", &Life::Told));
    assert_eq!(now[1].life, Life::Fixed(Duration::from_mins(10)));

    harness.press("<enter>");
    change(&mut harness, &|tokens| drop(tokens.remove(0)));
    harness.press("<enter>");
    let screen = harness.screen();
    assert!(screen.contains("`other` was removed or renamed outside"), "{screen}");
    assert_eq!(declared(&harness), now[1..]);
}

#[test]
fn what_is_declared_of_a_variable_already_is_named_and_what_the_form_does_not_know_stays() {
    let mut harness = Harness::new(120, 40);
    let workspace = &mut harness.state.shared.workspace;
    let id = workspace.collections()[0];
    let mut group = Group::clone(workspace.group(id).unwrap());
    group.tokens[0].life = Life::Reply("$.until".to_owned());
    group.tokens[0].statuses = vec![419];
    let entity = Entity::Collection(Arc::new(group));
    workspace.apply(Edit::Replace { id, entity }).unwrap();
    let draft = TokenDraft {
        node: harness
            .state
            .shared
            .node_at("pydio-cells/configuration/list-services")
            .unwrap(),
        pick: Pick::Body("$.token".into()),
        life: Life::Told,
        no_auth: None,
    };
    let form = TokenForm::of_reply("t".to_owned(), "dex_token", draft, &harness.state.shared.workspace);
    harness
        .state
        .run(vec![Command::Show(Box::new(form.into()))], &mut harness.effects);
    harness.press("<down><up>");
    let screen = harness.screen();
    assert!(screen.contains("collection.toml: replaces"), "{screen}");
    assert!(screen.contains("`get-token`, whose script sets it"), "{screen}");
    assert!(screen.contains("$.until"), "{screen}");
    harness.press("<enter>");
    let now = declared(&harness);
    assert_eq!((now.len(), now[0].request.as_str()), (1, "configuration/list-services"));
    assert_eq!(now[0].life, Life::Reply("$.until".to_owned()));
    assert_eq!(now[0].statuses, [419]);
}

#[test]
fn tokens_are_added_and_removed() {
    let mut harness = tokens();
    harness.press("a");
    harness.press("other<enter>");
    assert!(
        harness.screen().contains("there is no request at"),
        "{}",
        harness.screen()
    );
    harness.press("get-token<down>header X-Token<enter>");
    let now = declared(&harness);
    assert_eq!(now[1].variable, "other");
    assert_eq!(now[1].pick, Pick::Header("X-Token".into()));
    harness.press("d");
    assert_eq!(declared(&harness)[0].variable, "other");
    assert_eq!(declared(&harness).len(), 1);
}

#[test]
fn the_form_tells_what_the_reply_lacks_where_its_lines_lead() {
    let mut harness = tokens();
    let node = harness.state.shared.node_at("pydio-cells/get-token").unwrap();
    let reply = br#"{"id_token": "12345678", "lasts": 600, "user": {}}"#.as_slice();
    let reply = crate::tui::outcomes::tests::of(reply.into());
    harness.state.shared.outcomes.insert(node, reply, None);
    harness.press("<enter><down><down><down>");
    for (typed, said) in [
        ("$.expires_at", "the last reply has nothing there (`$.expires_at`)"),
        ("$.id_token2", "nothing there"),
        ("$.user", "no number of seconds and no date there"),
    ] {
        harness.press("<ctrl-u>").press(typed);
        let screen = harness.screen();
        assert!(screen.contains(said), "{typed}: {screen}");
    }
    harness.press("<ctrl-u>$.lasts");
    let screen = harness.screen();
    assert!(
        screen.contains("empty: a JWT says it itself") && !screen.contains("the last reply"),
        "{screen}"
    );
    harness.press("<up><ctrl-u>header X-Token");
    let screen = harness.screen();
    assert!(
        screen.contains("the last reply is one without a header `X-Token`"),
        "{screen}"
    );
    harness.press("<ctrl-u>$.id_token");
    assert!(!harness.screen().contains("the last reply"), "{}", harness.screen());
    // Another reply may have it: it is no reason not to take it.
    harness.press("<down><ctrl-u>$.nope<enter>");
    assert_eq!(declared(&harness)[0].life, Life::Reply("$.nope".into()));
}

#[test]
fn a_reply_is_looked_at_anew_for_another_text_or_another_reply_alone() {
    let mut harness = tokens();
    let node = harness.state.shared.node_at("pydio-cells/get-token").unwrap();
    let replies = |harness: &mut Harness, reply: &'static str| {
        let reply = crate::tui::outcomes::tests::of(reply.into());
        harness.state.shared.outcomes.insert(node, reply, None);
        harness.event(Event::Tick);
    };
    replies(&mut harness, "{}");
    harness.press("<enter><down><down><down><ctrl-u>$.end");
    assert!(harness.screen().contains("nothing there"), "{}", harness.screen());
    let mark = |harness: &mut Harness| {
        let Some(Modal::Token(form)) = harness.state.modals.last_mut() else {
            panic!("the form is open");
        };
        form.missed.as_mut().unwrap().what = Some("as it was known".to_owned());
        harness.event(Event::Tick);
    };
    mark(&mut harness);
    assert!(harness.screen().contains("as it was known"), "{}", harness.screen());
    harness.press("s");
    assert!(harness.screen().contains("(`$.ends`)"), "{}", harness.screen());
    mark(&mut harness);
    replies(&mut harness, "{\"ends\": []}");
    let screen = harness.screen();
    assert!(screen.contains("no number of seconds and no date there"), "{screen}");
}
