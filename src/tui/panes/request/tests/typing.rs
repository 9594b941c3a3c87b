//! What keys do to the item.

use super::{change, open, order, request};
use crate::model::Body;
use crate::tui::effect::{Effect, External, LocalJob};
use crate::tui::event::Event;
use crate::tui::panes::Pane;
use crate::tui::panes::request::{Order, remember, restore};

#[test]
fn the_url_is_typed_into_the_request_at_once_and_enter_sends_it() {
    let mut harness = open(120, 40, "List services");
    harness.press("e?a=1&b&c=");
    assert_eq!(request(&harness).full_url(), "{{base_url}}/a/config/ctl?a=1&b&c=");
    let drafted = |effect: &Effect| matches!(effect, Effect::Local(LocalJob::Draft(_, Some(_))));
    assert!(harness.effects.iter().any(drafted));
    assert!(harness.screen().contains("3 List services ●"));
    harness.press("<enter>");
    assert!(
        harness
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Send { .. }))
    );
}

#[test]
fn a_new_request_begins_with_its_url_and_its_parameters() {
    let mut harness = open(120, 40, "List services");
    while !harness.screen().contains("Post-response") {
        harness.press("]");
    }
    harness.press("<ctrl-n>");
    assert!(!harness.screen().contains("Post-response"), "{}", harness.screen());
    harness.press("http://x.test/?a=1");
    assert_eq!(request(&harness).full_url(), "http://x.test/?a=1");
    harness.press("<esc>jj");
    assert!(
        harness.screen().contains("add row") || harness.screen().contains("a add"),
        "{}",
        harness.screen()
    );
}

#[test]
fn the_key_for_the_environment_goes_to_the_end_of_what_is_typed_first() {
    let mut harness = open(120, 40, "List services");
    harness.press("e<ctrl-a><ctrl-e>/x");
    assert_eq!(request(&harness).full_url(), "{{base_url}}/a/config/ctl/x");
    assert!(harness.state.modals.is_empty());
    // Who has typed is at the end already, and means that as well.
    harness.press("<ctrl-e>");
    assert!(harness.state.modals.is_empty());
    assert!(
        harness.screen().contains("^E again: environment"),
        "{}",
        harness.screen()
    );
    harness.press("y<ctrl-e>");
    assert!(harness.state.modals.is_empty());
    harness.press("<ctrl-e>");
    assert_eq!(harness.state.modals.len(), 1, "{}", harness.screen());
    harness.press("<esc><ctrl-e>");
    assert!(harness.state.modals.is_empty());
}

#[test]
fn what_is_typed_to_find_something_is_taken_for_no_keys() {
    let mut harness = open(120, 40, "List services");
    harness.press("3/drat");
    let screen = harness.screen();
    assert!(screen.contains("━ Find ") && screen.contains("› drat"), "{screen}");
    harness.press("<ctrl-u>token<enter>");
    assert_eq!(request(&harness).name, "Get token");
}

#[test]
fn letters_are_text_in_the_url_and_keys_outside() {
    let mut harness = open(120, 40, "List services");
    harness.press("<enter>qd1<esc>");
    assert_eq!(request(&harness).full_url(), "{{base_url}}/a/config/ctlqd1");
    // One undo takes the word back, and the URL bar follows.
    harness.press("u");
    assert_eq!(request(&harness).full_url(), "{{base_url}}/a/config/ctl");
    assert!(harness.screen().contains("/a/config/ctl "));
    assert!(!harness.screen().contains("ctlqd1"));
    harness.press("1");
    assert_eq!(harness.state.focus, Pane::Environments);
}

#[test]
fn a_half_typed_query_is_not_taken_away() {
    let mut harness = open(120, 40, "List services");
    harness.press("e?");
    assert!(harness.screen().contains("ctl?"));
    harness.press("x<backspace><backspace>#f");
    assert_eq!(request(&harness).full_url(), "{{base_url}}/a/config/ctl#f");
}

#[test]
fn rows_are_added_toggled_moved_and_deleted() {
    let mut harness = open(120, 40, "List services");
    harness.press("jaone<enter>1<enter>");
    assert_eq!(request(&harness).full_url(), "{{base_url}}/a/config/ctl?one=1");
    harness.press("atwo<tab>2<esc>");
    assert_eq!(request(&harness).full_url(), "{{base_url}}/a/config/ctl?one=1&two=2");
    harness.press("K");
    assert_eq!(request(&harness).full_url(), "{{base_url}}/a/config/ctl?two=2&one=1");
    harness.press("<space>");
    assert_eq!(request(&harness).full_url(), "{{base_url}}/a/config/ctl?one=1");
    harness.press("d");
    assert_eq!(request(&harness).params.len(), 1);
    harness.press("u");
    assert_eq!(request(&harness).params.len(), 2);
    assert!(harness.screen().contains("two"));
}

#[test]
fn a_cell_is_written_while_it_is_typed_and_undone_as_one() {
    let mut harness = open(120, 40, "Get token");
    harness.press("]]l<enter>, no-store");
    assert_eq!(request(&harness).headers[0].value_str(), "no-cache, no-store");
    harness.press("<esc>u");
    assert_eq!(request(&harness).headers[0].value_str(), "no-cache");
    assert!(!harness.screen().contains("no-store"));
}

#[test]
fn a_new_row_that_was_emptied_again_is_none() {
    let mut harness = open(120, 40, "List services");
    harness.press("jax");
    assert_eq!(request(&harness).params.len(), 1);
    harness.press("<backspace><esc>");
    assert!(request(&harness).params.is_empty());
    assert!(
        !harness
            .state
            .shared
            .workspace
            .is_dirty(harness.state.shared.open.unwrap())
    );
}

#[test]
fn variables_are_completed_and_esc_closes_the_list_before_the_field() {
    let mut harness = open(120, 40, "List services");
    harness.press("e/{{user");
    assert!(harness.screen().contains("variables"));
    assert!(harness.screen().contains("admin"));
    harness.press("<tab>");
    assert_eq!(request(&harness).full_url(), "{{base_url}}/a/config/ctl/{{username}}");
    harness.press("{{");
    assert!(harness.screen().contains("client_id"));
    harness.press("<esc>");
    assert!(!harness.screen().contains("client_id"));
    harness.press("x");
    assert!(request(&harness).full_url().ends_with("{{x"), "still typing");
    harness.press("<esc><esc>");
    assert!(!harness.state.panes.typing(Pane::Request));
}

#[test]
fn a_name_is_completed_in_a_cell_too() {
    let mut harness = open(120, 40, "Get token");
    harness.press("]]]jl<enter><backspace><backspace>");
    harness.press("{{$gui<enter>");
    let Body::Form(rows) = request(&harness).body.clone() else {
        panic!("no form")
    };
    assert!(rows[0].value_str().ends_with("{{$guid}}"), "{}", rows[0].value_str());
}

#[test]
fn auth_fields_are_typed_into_the_item() {
    let mut harness = open(120, 40, "Get token");
    harness.press("]j<enter>x<tab>y<enter>");
    let auth = request(&harness).auth.clone();
    assert_eq!(auth.text("username"), "{{client_id}}x");
    assert_eq!(auth.text("password"), "{{client_secret}}y");
    order(&mut harness, Order::Auth("bearer".into()));
    assert_eq!(request(&harness).auth.kind, "bearer");
    assert!(harness.screen().contains("Token"));
}

#[test]
fn an_inherited_auth_is_shown_and_cannot_be_typed_into() {
    let mut harness = open(120, 40, "List services");
    harness.press("]j<enter>");
    assert!(!harness.state.panes.typing(Pane::Request));
    let screen = harness.screen();
    assert!(
        screen.contains("Auth: inherited from Pydio Cells (bearer {{dex_token}})"),
        "{screen}"
    );
    assert!(screen.contains("! {{dex_token}} has no value in demo"), "{screen}");
    assert!(screen.contains("^T runs Get token"), "{screen}");
}

#[test]
fn a_token_that_the_send_renews_leaves_the_preview_where_it_is() {
    use crate::model::edit::Edit;
    use crate::model::token::Renew;
    use crate::tui::command::Command;
    let mut harness = open(140, 40, "List services");
    let owner = harness.state.shared.environment_owner().unwrap();
    // Tokens whose life ended in 2001.
    for key in ["dex_token", "other"] {
        let value = Some("e30.eyJleHAiOjEwMDAwMDAwMDB9.c2ln".into());
        let (owner, key) = (owner.clone(), key.to_owned());
        let set = Command::SetCurrent { owner, key, value };
        harness.state.run(vec![set], &mut harness.effects);
    }
    harness.event(Event::Tick);
    let screen = harness.screen();
    assert!(
        screen.contains("! {{dex_token}} has expired · ^T runs Get token"),
        "{screen}"
    );
    let id = harness.state.shared.node_at("pydio-cells").unwrap();
    let mut group = crate::model::Group::clone(harness.state.shared.workspace.group(id).unwrap());
    group.tokens[0].renew = Renew::Auto;
    let mut other = group.tokens[0].clone();
    "other".clone_into(&mut other.variable);
    group.tokens.push(other);
    let both = "{{dex_token}}{{other}}";
    group.auth.params.insert("token".to_owned(), both.into());
    let entity = crate::model::Entity::Collection(std::sync::Arc::new(group));
    let edit = Command::Edit {
        label: "renewed by itself".into(),
        merge: None,
        edits: vec![Edit::Replace { id, entity }],
    };
    harness.state.run(vec![edit], &mut harness.effects);
    harness.event(Event::Tick);
    let screen = harness.screen();
    assert!(
        screen.contains("→ http://127.0.0.1:8765/a/config/ctl · the send renews {{dex_token}}, {{other}}"),
        "{screen}"
    );
}

#[test]
fn the_preview_hides_a_secret_that_stands_in_the_url_in_clear() {
    let mut harness = open(120, 40, "List services");
    let value = crate::model::variable::CurrentValue {
        value: Some("hunter22-s3cret".into()),
        set_by: "you".to_owned(),
        set_at: harness.now,
        secret: false,
    };
    let shared = &mut harness.state.shared;
    let owner = shared.environment_owner().unwrap();
    shared.current.set(owner, "dex_token", value);
    change(&mut harness, |request| {
        request.set_full_url("{{base_url}}/joe/hunter22-s3cret");
    });
    harness.event(Event::Tick);
    let screen = harness.screen();
    let preview = screen.lines().find(|line| line.contains("→ http")).unwrap();
    assert!(preview.contains("/joe/•") && !preview.contains("hunter22"), "{screen}");
}

#[test]
fn bodies_of_other_types_come_back() {
    let mut harness = open(120, 40, "Get token");
    harness.press("]]]");
    let form = request(&harness).body.clone();
    order(&mut harness, Order::Body("json".into()));
    // What is typed next is meant for the body.
    harness.press("i{ }<esc>");
    assert_eq!(request(&harness).body.kind(), "json");
    assert!(matches!(&request(&harness).body, Body::Raw { text, .. } if text.as_str() == "{ }"));
    order(&mut harness, Order::Body("xml".into()));
    assert!(matches!(&request(&harness).body, Body::Raw { text, .. } if text.as_str() == "{ }"));
    order(&mut harness, Order::Body("form".into()));
    assert_eq!(request(&harness).body, form);
    order(&mut harness, Order::Body("multipart".into()));
    assert!(matches!(&request(&harness).body, Body::Multipart(parts) if parts.len() == 3));
}

#[test]
fn any_token_is_a_method_and_nothing_else() {
    let mut harness = open(120, 40, "List services");
    order(&mut harness, Order::Method("propfind".into()));
    assert_eq!(request(&harness).method.as_str(), "PROPFIND");
    harness.press("u");
    assert!(
        harness.screen().contains("method of List services"),
        "{}",
        harness.screen()
    );
    order(&mut harness, Order::Method("propfind".into()));
    order(&mut harness, Order::Method("a b".into()));
    assert_eq!(request(&harness).method.as_str(), "PROPFIND");
    assert!(harness.state.shared.notice.is_some());
}

#[test]
fn a_script_goes_to_the_outside_editor_and_back() {
    let mut harness = open(120, 40, "Get token");
    harness.press("]]]]j<enter><ctrl-g>");
    let sent = harness.effects.iter().find_map(|effect| match effect {
        Effect::External(External { key, text, ending, .. }) => Some((key.clone(), text.clone(), *ending)),
        _ => None,
    });
    let (key, text, ending) = sent.unwrap();
    assert_eq!(ending, "js");
    assert!(text.starts_with("pm.environment.set"));
    harness.event(Event::Edited {
        key,
        text: Ok("pm.test();\n".into()),
    });
    assert_eq!(request(&harness).scripts.post_response, "pm.test();");
    assert!(harness.screen().contains("pm.test();"));
}

#[test]
fn settings_say_what_is_wrong_with_them() {
    let mut harness = open(120, 40, "List services");
    harness.press("]]]]]<space>");
    assert_eq!(request(&harness).settings.verify_tls, Some(false), "checked by default");
    harness.press("<space><space>");
    assert_eq!(request(&harness).settings.verify_tls, None);
    harness.press("G<up><up><enter>soon");
    assert!(
        harness.screen().contains("`soon` is not a time"),
        "{}",
        harness.screen()
    );
    harness.press("<backspace><backspace><backspace><backspace>2m<enter>");
    assert_eq!(
        request(&harness).settings.timeout,
        Some(std::time::Duration::from_mins(2))
    );
}

#[test]
fn a_pasted_url_loses_its_line_breaks() {
    let mut harness = open(120, 40, "List services");
    harness.press("e<ctrl-u>");
    harness.event(Event::Paste("https://a.example/\n  b?c=d\n".into()));
    assert_eq!(request(&harness).full_url(), "https://a.example/b?c=d");
}

#[test]
fn path_variables_appear_with_their_segment_and_keep_its_name() {
    let mut harness = open(120, 40, "List services");
    harness.press("e/:uuid<esc>jj");
    assert!(harness.screen().contains("Path variables"));
    harness.press("<enter>42<esc>");
    assert_eq!(request(&harness).path_variables[0].value_str(), "42");
    assert_eq!(request(&harness).path_variables[0].name.as_str(), "uuid");
}

#[test]
fn the_tab_is_remembered() {
    let mut harness = open(120, 40, "Get token");
    harness.press("]]]");
    let kept = remember(&harness.state.panes.request);
    let mut again = open(120, 40, "Get token");
    restore(&mut again.state.panes.request, &kept);
    again.press("<f1>");
    assert_eq!(remember(&again.state.panes.request), kept);
}

#[test]
fn a_new_request_is_ready_for_its_url() {
    let mut harness = open(120, 40, "Get token");
    harness.press("<ctrl-n>http://x");
    assert_eq!(request(&harness).full_url(), "http://x");
    assert!(harness.screen().contains("saved nowhere yet"));
}

#[test]
fn a_row_is_added_from_anywhere_on_a_tab_with_a_table() {
    // From the URL bar, where the cursor is at first.
    let mut harness = open(80, 24, "List services");
    harness.press("aone<enter>1<esc>");
    assert_eq!(request(&harness).full_url(), "{{base_url}}/a/config/ctl?one=1");
    // From a row that is only to look at: the new one goes into the table above.
    let mut harness = open(80, 24, "Get token");
    harness.press("]]jjjaX-Own<tab>1<esc>");
    let own = &request(&harness).headers[1];
    assert_eq!((own.name.as_str(), own.value_str()), ("X-Own", "1"));
    // From the line that says what kind of body it is.
    let mut harness = open(80, 24, "Get token");
    harness.press("]]]ascope<tab>openid<esc>");
    let sent = match &request(&harness).body {
        Body::Form(rows) => rows.len(),
        other => panic!("no form: {other:?}"),
    };
    assert_eq!(sent, 4);
}

#[test]
fn where_nothing_can_be_added_or_changed_a_word_says_why() {
    let mut harness = open(120, 40, "List services");
    let before = request(&harness);
    for (keys, word) in [
        ("]]]a", "no rows"),
        ("[[[d", "no row under the cursor"),
        ("]]j<enter>", "added when the request is sent"),
        ("<space>", "added when the request is sent"),
        ("d", "added when the request is sent"),
        ("[j<enter>", "choose"),
    ] {
        harness.press(keys);
        let screen = harness.screen();
        assert!(screen.contains(word), "{keys}: no `{word}` in\n{screen}");
        harness.press("<esc>");
    }
    assert_eq!(request(&harness), before);
}

#[test]
fn own_rows_stay_in_sight_beside_those_added_when_sent() {
    for size in [(60, 16), (80, 24), (120, 40)] {
        let mut harness = open(size.0, size.1, "Get token");
        harness.press("]]jjjjjjjjjj");
        if size.1 > 16 {
            assert!(
                harness.screen().contains("Added when sent"),
                "{size:?}\n{}",
                harness.screen()
            );
            assert!(
                harness.screen().contains("✓ Cache-Contr"),
                "{size:?}\n{}",
                harness.screen()
            );
        }
        harness.press("g");
        assert!(
            harness.screen().contains("✓ Cache-Contr"),
            "{size:?}\n{}",
            harness.screen()
        );
        harness.press("d");
        assert!(
            request(&harness).headers.is_empty(),
            "g leads to the first row of its own: {size:?}"
        );
    }
}

#[test]
fn a_field_is_emptied_as_in_a_shell() {
    let mut harness = open(120, 40, "List services");
    harness.press("e<ctrl-u>https://a.example/<enter>");
    assert_eq!(request(&harness).full_url(), "https://a.example/");
    harness.press("e<ctrl-a><ctrl-k>https://b.example/<esc>");
    assert_eq!(request(&harness).full_url(), "https://b.example/");
    harness.press("aname<enter>value<ctrl-u>other<esc>");
    assert_eq!(request(&harness).full_url(), "https://b.example/?name=other");
}

#[test]
fn the_url_is_typed_on_at_its_end() {
    let mut harness = open(120, 40, "List services");
    harness.press("e<home><esc>e?a=1<esc>");
    assert_eq!(request(&harness).full_url(), "{{base_url}}/a/config/ctl?a=1");
}

#[test]
fn what_is_pressed_behind_a_change_of_tabs_is_meant_for_the_new_tab() {
    let mut harness = open(120, 40, "List services");
    let url = request(&harness).full_url();
    harness.press("[[[<enter>pm.test<esc>");
    assert_eq!(request(&harness).full_url(), url);
    assert_eq!(request(&harness).scripts.pre_request.as_str(), "pm.test");
}

#[test]
fn without_an_environment_the_note_says_how_to_choose_one() {
    let mut harness = open(80, 24, "Get token");
    harness.state.shared.active_environment = None;
    harness.press("<right>");
    let screen = harness.screen();
    assert!(
        screen.contains("! no environment is active · ^E chooses one · {{c"),
        "{screen}"
    );
}

#[test]
fn a_draft_is_told_which_collection_has_its_variable() {
    use crate::model::{Entity, Group, Variable, Workspace};
    let mut workspace = Workspace::new("/w");
    let group = Group {
        variables: vec![Variable::new("base", "http://a.test")],
        ..Group::named("Shop API")
    };
    workspace.load_node(None, "shop", Entity::Collection(std::sync::Arc::new(group)));
    let mut harness = crate::tui::harness::Harness::with(workspace, 120, 40);
    harness.press("<ctrl-n>{{base}}/get");
    let screen = harness.screen();
    assert!(
        screen.contains("! {{base}} is in Shop API: ^S saves into it"),
        "{screen}"
    );
    harness.press("<ctrl-u>{{other}}/get");
    assert!(!harness.screen().contains("Shop API:"), "{}", harness.screen());
}

#[test]
fn what_a_variable_means_is_no_longer_said_once_it_is_saved() {
    let mut harness = open(120, 40, "List services");
    harness.press("e<home><right><right><right>");
    let said = |harness: &crate::tui::harness::Harness| harness.screen().contains("environment demo");
    assert!(said(&harness), "{}", harness.screen());
    harness.press("<ctrl-s>");
    assert!(!said(&harness), "{}", harness.screen());
    harness.press("<right>");
    assert!(said(&harness), "{}", harness.screen());
}

#[test]
fn a_body_is_seen_first_where_there_are_no_parameters_and_no_tab_was_chosen() {
    let mut harness = crate::tui::harness::Harness::new(120, 40);
    harness.state.shared.open = harness.state.shared.node_at("pydio-cells/get-token");
    harness.press("3");
    assert!(harness.screen().contains("grant_type"), "{}", harness.screen());
    harness.press("[[[");
    assert!(harness.screen().contains("add a parameter"), "{}", harness.screen());
    let token = harness.state.shared.open;
    harness.state.shared.open = harness.state.shared.node_at("pydio-cells/configuration/list-services");
    harness.press("3");
    assert!(harness.screen().contains("add a parameter"), "{}", harness.screen());
    harness.state.shared.open = token;
    harness.press("3");
    assert!(harness.screen().contains("add a parameter"), "{}", harness.screen());
}

#[test]
fn after_a_type_of_auth_is_chosen_its_first_field_is_typed_into() {
    let mut harness = open(120, 40, "List services");
    harness.press("]j");
    order(&mut harness, Order::Auth("basic".into()));
    harness.press("<enter>me<esc>");
    assert_eq!(request(&harness).auth.text("username"), "me");
    order(&mut harness, Order::Auth("none".into()));
    assert!(!harness.state.panes.typing(Pane::Request));
}

#[test]
fn a_token_that_was_never_fetched_is_told_as_one_that_has_ended() {
    use crate::model::edit::Edit;
    use crate::model::token::Renew;
    use crate::tui::command::Command;
    let mut harness = open(120, 40, "List services");
    let id = harness.state.shared.node_at("pydio-cells").unwrap();
    let mut group = crate::model::Group::clone(harness.state.shared.workspace.group(id).unwrap());
    group.tokens[0].renew = Renew::Auto;
    let entity = crate::model::Entity::Collection(std::sync::Arc::new(group));
    let edit = Command::Edit {
        label: "renewed by itself".into(),
        merge: None,
        edits: vec![Edit::Replace { id, entity }],
    };
    harness.state.run(vec![edit], &mut harness.effects);
    harness.event(Event::Tick);
    assert!(
        harness
            .screen()
            .contains("/a/config/ctl · the send renews {{dex_token}}"),
        "{}",
        harness.screen()
    );
    harness.state.shared.open = harness.state.shared.node_at("pydio-cells/configuration");
    harness.press("3");
    assert!(
        harness.screen().contains(" the next send below renews {{dex_token}}"),
        "{}",
        harness.screen()
    );
}
