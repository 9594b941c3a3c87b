//! Tests: what importing again would do.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;
use crate::formats::Found;

fn read(items: &Value) -> Found {
    let text = json!({
        "info": { "name": "API", "_postman_id": "c", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/x" },
        "item": items,
    });
    postman::read(text.to_string().as_bytes()).unwrap()
}

fn request(id: &str, name: &str, url: &str) -> Value {
    json!({ "id": id, "name": name, "request": { "method": "GET", "url": url } })
}

/// A workspace that holds what was found, as it would be loaded from its files.
fn workspace(found: &Found) -> Workspace {
    let mut workspace = Workspace::new("/w");
    for collection in &found.collections {
        let mut ids: Vec<NodeId> = Vec::new();
        for item in &collection.items {
            let parent = item.parent.map(|parent| ids[parent]);
            ids.push(workspace.load_node(parent, item.slug.as_str(), item.entity.clone()));
        }
    }
    for environment in &found.environments {
        workspace.load_environment("e", environment.clone());
    }
    workspace
}

fn again(before: &Found, after: &Value) -> (Workspace, Plan) {
    let workspace = workspace(before);
    let found = read(after);
    let existing = counterparts(&workspace, &found.collections)[0];
    let plan = plan(&workspace, existing, &found.collections[0], &BTreeSet::new());
    (workspace, plan)
}

fn steps(plan: &Plan) -> Vec<(Action, &str)> {
    let changes = plan.steps.iter().filter(|step| step.action != Action::Keep);
    changes.map(|step| (step.action, step.path.as_str())).collect()
}

fn before() -> Value {
    json!([
        { "id": "f", "name": "Users", "item": [request("1", "List", "h/1"), request("2", "Get", "h/2")] },
        request("3", "Ping", "h/3"),
    ])
}

#[test]
fn the_same_file_changes_nothing() {
    let (_, plan) = again(&read(&before()), &before());
    assert!(plan.is_idle(), "{:?}", steps(&plan));
    assert_eq!(plan.count(Action::Keep), 5);
}

#[test]
fn what_only_gets_an_id_is_as_it_was_and_the_id_is_noted() {
    let without = json!([{ "name": "Ping", "request": { "method": "GET", "url": "h/3" } }]);
    let (_, plan) = again(&read(&without), &json!([request("3", "Ping", "h/3")]));
    assert!(plan.is_idle());
    assert_eq!(steps(&plan), [(Action::Note, "api/ping")]);
    assert_eq!(identity(&plan.steps[1].entity), "3");
    let (_, plan) = again(&read(&without), &json!([request("3", "Ping", "h/4")]));
    assert_eq!(steps(&plan), [(Action::Change, "api/ping")]);
}

#[test]
fn items_of_one_identity_and_one_name_stay_themselves() {
    let items = json!([
        request("1", "200", "h/a"),
        { "id": "f", "name": "Folder", "item": [request("1", "201", "h/b"), request("2", "201", "h/c")] },
        request("1", "200", "h/d"),
    ]);
    let (_, plan) = again(&read(&items), &items);
    assert!(plan.is_idle(), "{:?}", steps(&plan));
    assert_eq!(plan.count(Action::Keep), 6);
}

#[test]
fn a_new_item_is_not_filed_where_one_is_removed_or_moved_away_later() {
    let after = json!([
        { "id": "f", "name": "Users", "item": [request("9", "List", "h/9"), request("8", "Get", "h/8")] },
        request("2", "Get", "h/2"),
        request("3", "Ping", "h/3"),
    ]);
    let (_, plan) = again(&read(&before()), &after);
    assert_eq!(
        steps(&plan)
            .into_iter()
            .filter(|(action, _)| *action != Action::Change)
            .collect::<Vec<_>>(),
        [
            (Action::Add, "api/users/list-2"),
            (Action::Add, "api/users/get-2"),
            (Action::Move, "api/get"),
            (Action::Remove, "api/users/list"),
        ]
    );
}

#[test]
fn a_new_collection_is_added_whole() {
    let (_, plan) = again(&Found::default(), &before());
    assert_eq!(
        steps(&plan),
        [
            (Action::Add, "api"),
            (Action::Add, "api/users"),
            (Action::Add, "api/users/list"),
            (Action::Add, "api/users/get"),
            (Action::Add, "api/ping"),
        ]
    );
}

#[test]
fn renamed_moved_new_and_gone_items_are_told_apart() {
    let after = json!([
        { "id": "f", "name": "People", "item": [request("3", "Ping", "h/3"), request("1", "List all", "h/1")] },
        request("4", "List", "h/4"),
    ]);
    let (_, plan) = again(&read(&before()), &after);
    assert_eq!(
        steps(&plan),
        [
            (Action::Change, "api/users"),
            (Action::Move, "api/users/ping"),
            (Action::Change, "api/users/list"),
            (Action::Add, "api/list"),
            (Action::Remove, "api/users/get"),
        ]
    );
}

#[test]
fn what_the_user_made_stays_with_its_folder_and_what_came_goes() {
    let mut workspace = workspace(&read(&before()));
    let folder = workspace.find(&ItemPath::new("api/users")).unwrap();
    let of = |name: &str| {
        Entity::Request(
            Request {
                name: name.to_owned(),
                ..Request::default()
            }
            .into(),
        )
    };
    workspace.load_node(Some(folder), "mine", of("Mine"));
    workspace.load_node(Some(folder), "came", of("Came"));
    let found = read(&json!([request("3", "Ping", "h/3")]));
    let existing = counterparts(&workspace, &found.collections)[0];
    let came = BTreeSet::from([ItemPath::new("api/users/came")]);
    let plan = plan(&workspace, existing, &found.collections[0], &came);
    let removed: Vec<_> = steps(&plan)
        .into_iter()
        .filter(|(action, _)| *action == Action::Remove)
        .collect();
    let remove = |path| (Action::Remove, path);
    assert_eq!(
        removed,
        [
            remove("api/users/came"),
            remove("api/users/get"),
            remove("api/users/list")
        ]
    );
    assert_eq!(plan.own, [ItemPath::new("api/users/mine")]);
}

#[test]
fn without_identities_names_tell() {
    let unnamed = |url: &str| json!([{ "name": "a", "request": url }, { "name": "a", "request": "h/x" }]);
    let (_, plan) = again(&read(&unnamed("h/1")), &unnamed("h/2"));
    assert_eq!(steps(&plan), [(Action::Change, "api/a")]);
}

#[test]
fn an_item_put_between_others_gives_all_their_places() {
    let row = |names: &[&str]| -> Value { names.iter().map(|name| request(name, name, "h")).collect() };
    let (_, plan) = again(&read(&row(&["a", "b"])), &row(&["a", "b", "c"]));
    assert_eq!(steps(&plan), [(Action::Add, "api/c")]);
    let (_, plan) = again(&read(&row(&["a", "b"])), &row(&["c", "a", "b"]));
    let orders: Vec<_> = plan.steps.iter().skip(1).map(|step| step.entity.order()).collect();
    assert_eq!(orders, [Some(10), Some(20), Some(30)]);
}

#[test]
fn what_only_we_hold_stays() {
    let mut found = read(&before());
    let Entity::Collection(group) = &mut found.collections[0].items[0].entity else {
        panic!()
    };
    Arc::make_mut(group).settings.timeout = Some(std::time::Duration::from_secs(3));
    let (_, plan) = again(&found, &before());
    assert!(plan.is_idle(), "{:?}", steps(&plan));
}

#[test]
fn filters_and_where_values_come_from_stay() {
    let row = json!({ "key": "tok", "value": "v" });
    let file = |items: Value| {
        let text = json!({
            "info": { "name": "API", "_postman_id": "c", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/x" },
            "item": items, "variable": [row.clone(), row.clone()],
        });
        let environment = json!({ "id": "e", "name": "Demo", "values": [row] });
        let mut found = postman::read(text.to_string().as_bytes()).unwrap();
        found.extend(postman::read(environment.to_string().as_bytes()).unwrap());
        found
    };
    let mut ours = file(before());
    let source = Some(crate::model::variable::ValueSource::Env("TOK".into()));
    let from_env = |variable: &mut Variable| {
        variable.value = "".into();
        variable.source.clone_from(&source);
    };
    from_env(&mut ours.environments[0].variables[0]);
    for item in &mut ours.collections[0].items {
        match &mut item.entity {
            Entity::Collection(group) => from_env(&mut Arc::make_mut(group).variables[1]),
            Entity::Request(request) => Arc::make_mut(request).filter = ".a".into(),
            Entity::Folder(_) => {}
        }
    }
    let workspace = workspace(&ours);
    let theirs = file(before());
    let existing = counterparts(&workspace, &theirs.collections)[0];
    let plan = plan(&workspace, existing, &theirs.collections[0], &BTreeSet::new());
    assert!(plan.is_idle(), "{:?}", steps(&plan));
    assert_eq!(
        plan_environments(&workspace, &theirs, &BTreeSet::new())[0].action,
        Action::Keep
    );
    let globals = plan_globals(&ours.environments[0], &theirs.environments[0]);
    assert_eq!(globals.environment.variables[0].source, source);
}

#[test]
fn another_collection_of_the_same_name_is_another() {
    let found = read(&before());
    let workspace = workspace(&found);
    let mut other = read(&before()).collections.remove(0);
    let Entity::Collection(group) = &mut other.items[0].entity else {
        panic!()
    };
    Arc::make_mut(group).origin.id = "another".into();
    assert_eq!(counterparts(&workspace, std::slice::from_ref(&other)), [None]);
    assert_eq!(
        plan(&workspace, None, &other, &BTreeSet::new()).steps[0].path.as_str(),
        "api-2"
    );
}

#[test]
fn a_collection_is_the_counterpart_of_one_alone_first_of_that_with_its_name() {
    let found = read(&before());
    let workspace = workspace(&found);
    let mut copy = found.collections[0].clone();
    let Entity::Collection(group) = &mut copy.items[0].entity else {
        panic!()
    };
    Arc::make_mut(group).name = "API copy".into();
    let original = found.collections[0].clone();
    let node = Some(workspace.collections()[0]);
    assert_eq!(counterparts(&workspace, &[copy.clone(), original]), [None, node]);
    assert_eq!(counterparts(&workspace, &[copy.clone(), copy]), [node, None]);
}

#[test]
fn a_new_environment_takes_the_place_of_no_file_that_cannot_be_read() {
    let text = json!({ "id": "e", "name": "Demo", "values": [{ "key": "a", "value": "1" }] }).to_string();
    let mut found = postman::read(text.as_bytes()).unwrap();
    let mut other = found.environments[0].clone();
    other.origin.id = "another".into();
    found.environments.push(other);
    let mut workspace = Workspace::new("/w");
    workspace.problems = vec![crate::model::problem::Problem {
        file: "/w/environments/demo.toml".into(),
        at: None,
        message: "broken".to_owned(),
        hint: None,
        warning: false,
    }];
    let slugs: Vec<String> = plan_environments(&workspace, &found, &BTreeSet::new())
        .into_iter()
        .map(|step| step.slug)
        .collect();
    assert_eq!(slugs, ["demo-2", "demo-3"]);
}

#[test]
fn environments_are_brought_up_to_date() {
    let read = |value: &str| {
        let text = json!({ "id": "e", "name": "Demo", "values": [
            { "key": "a", "value": value }, { "key": "s", "value": value, "type": "secret" }
        ] });
        postman::read(text.to_string().as_bytes()).unwrap()
    };
    let mut before = read("1");
    before.environments[0].variables[1].value = "".into();
    let workspace = workspace(&before);
    let step = |found: &Found| plan_environments(&workspace, found, &BTreeSet::new()).remove(0);
    assert_eq!(step(&read("1")).action, Action::Keep);
    assert_eq!(step(&read("2")).action, Action::Change);
    assert_eq!(step(&read("2")).slug, "e");
}

#[test]
fn an_environment_keeps_its_id_and_what_only_one_format_knows() {
    let json = r#"{ "id": "e", "name": "Demo", "values": [{ "key": "a", "value": "1" }], "x-own": { "a": 1 } }"#;
    let json = postman::read(json.as_bytes()).unwrap();
    let v3 = |own: &str| {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().join("postman/environments");
        std::fs::create_dir_all(&at).unwrap();
        let yaml =
            format!("name: Demo\n{own}values:\n  - key: a\n    value: '1'\n    enabled: true\n    type: default\n");
        std::fs::write(at.join("Demo.environment.yaml"), yaml).unwrap();
        postman::read_folder(folder.path()).unwrap()
    };
    let again = |before: &Found, after: &Found| {
        let environment = plan_environments(&workspace(before), after, &BTreeSet::new())
            .remove(0)
            .environment;
        let kept: Vec<String> = environment.origin.rest.iter().map(|rest| rest.at.clone()).collect();
        (environment.origin.id, kept)
    };
    let own = v3("ours: { a: 1 }\n");
    let all = |id: &str, kept: &[&str]| {
        (
            id.to_owned(),
            kept.iter().map(|at| (*at).to_owned()).collect::<Vec<_>>(),
        )
    };
    assert_eq!(again(&json, &v3("")), all("e", &["/x-own"]));
    assert_eq!(again(&json, &own), all("e", &["/_v3", "/x-own"]));
    assert_eq!(again(&own, &json), all("e", &["/x-own", "/_v3"]));
    assert_eq!(again(&own, &v3("")), all("", &[]));
    let written = postman::v3::environment(&own.environments[0], [], &postman::Secrets::None).1;
    assert!(written.contains("ours:"), "{written}");
    let written = postman::write::environment(&own.environments[0], &postman::Secrets::None);
    assert!(written.get("_v3").is_none(), "{written}");
}

#[test]
fn what_only_one_format_knows_stays_when_another_is_imported() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("postman/collections/API");
    std::fs::create_dir_all(&at).unwrap();
    let yaml =
        "$kind: http-request\nurl: h/1\nmethod: GET\nours: { a: 1 }\nsettings: { protocolVersion: http2, tlsX: y }\n";
    std::fs::write(at.join("List.request.yaml"), yaml).unwrap();
    let v3 = postman::read_folder(folder.path()).unwrap();
    let written = postman::write::collection(&v3.collections[0], &postman::Secrets::None);
    let found = postman::read(written.to_string().as_bytes()).unwrap();
    assert!(
        !written.to_string().contains("ours"),
        "format 2.1 has it not: {written}"
    );
    let workspace = workspace(&v3);
    let existing = counterparts(&workspace, &found.collections)[0];
    let plan = plan(&workspace, existing, &found.collections[0], &BTreeSet::new());
    assert!(plan.is_idle(), "{:?}", steps(&plan));
    assert_eq!(plan.count(Action::Keep), 2);
}

/// A v3 folder with one request.
fn v3(own: &str) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("postman/collections/API");
    std::fs::create_dir_all(&at).unwrap();
    let yaml = format!("$kind: http-request\nurl: h/1\nmethod: GET\n{own}");
    std::fs::write(at.join("List.request.yaml"), yaml).unwrap();
    postman::read_folder(folder.path()).unwrap()
}

/// Where the values stand that are kept of the first request after an import.
fn kept(before: &Found, after: &Found) -> Vec<String> {
    let workspace = workspace(before);
    let existing = counterparts(&workspace, &after.collections)[0];
    let plan = plan(&workspace, existing, &after.collections[0], &BTreeSet::new());
    match &plan.steps[1].entity {
        Entity::Request(request) => request.origin.rest.iter().map(|rest| rest.at.clone()).collect(),
        other => panic!("no request: {other:?}"),
    }
}

#[test]
fn what_only_format_2_knows_stays_when_format_3_is_imported() {
    let mut item = request("", "List", "h/1");
    item["x-own"] = json!({ "a": 1 });
    let before = read(&json!([item]));
    assert_eq!(kept(&before, &v3("")), ["/x-own"]);
    assert_eq!(kept(&before, &v3("ours: { a: 1 }\n")), ["/_v3", "/x-own"]);
    // What its own format does not say any more is gone.
    assert!(kept(&before, &read(&json!([request("", "List", "h/1")]))).is_empty());
}

#[test]
fn what_is_taken_out_of_a_file_of_format_3_is_gone() {
    let before = v3("ours: { a: 1 }\n");
    assert_eq!(kept(&before, &before), ["/_v3"]);
    assert!(kept(&before, &v3("")).is_empty());
}

#[test]
fn an_id_stays_when_a_file_without_ids_is_imported() {
    let bare = json!([{ "name": "Ping", "request": { "method": "GET", "url": "h/3" } }]);
    let (_, plan) = again(&read(&json!([request("3", "Ping", "h/3")])), &bare);
    assert!(plan.is_idle(), "{:?}", steps(&plan));
}

#[test]
fn variables_made_here_stay_and_those_that_came_go_with_their_file_but_for_secrets() {
    let file = |keys: &[&str]| {
        let rows: Value = keys.iter().map(|key| json!({ "key": key, "value": "1" })).collect();
        let text = json!({ "id": "e", "name": "Demo", "values": rows });
        postman::read(text.to_string().as_bytes()).unwrap()
    };
    let mut ours = file(&["mine", "a", "gone", "hidden", "z"]);
    ours.environments[0].variables[3].secret = true;
    let workspace = workspace(&ours);
    let came = ["a", "gone", "hidden", "z"].map(|key| variable_at(&own::environment_at("e"), key));
    let step = plan_environments(&workspace, &file(&["a", "z"]), &came.into()).remove(0);
    let keys: Vec<&str> = step
        .environment
        .variables
        .iter()
        .map(|variable| variable.key.as_str())
        .collect();
    assert_eq!(
        keys,
        ["mine", "a", "z", "hidden"],
        "what has lost the one before it stands last"
    );
    let again = plan_environments(&workspace, &file(&["a", "gone", "z"]), &BTreeSet::new());
    assert_eq!(again[0].action, Action::Keep);
}

#[test]
fn a_secret_variable_stays_where_the_file_has_its_value_written_out() {
    let file = |auth: &str, header: &str| {
        let password = json!([{ "key": "username", "value": "u" }, { "key": "password", "value": auth }]);
        let item = json!({ "id": "1", "name": "List", "request": {
            "method": "GET", "url": "h", "auth": { "type": "basic", "basic": password },
            "header": [{ "key": "Authorization", "value": header }],
        } });
        read(&json!([item]))
    };
    let again = |ours: &Found, theirs: &Found, secret: bool| {
        let mut workspace = workspace(ours);
        let variables = vec![Variable {
            secret,
            ..Variable::new("pw", "")
        }];
        workspace.load_globals(crate::model::Environment {
            variables,
            ..Default::default()
        });
        let existing = counterparts(&workspace, &theirs.collections)[0];
        plan(&workspace, existing, &theirs.collections[0], &BTreeSet::new()).is_idle()
    };
    let ours = file("{{pw}}", "Bearer {{pw}}");
    assert!(again(&ours, &file("hunter2", "Bearer heron-4711"), true));
    assert!(!again(&ours, &file("hunter2", "Bearer heron-4711"), false));
    assert!(!again(&ours, &file("{{other}}", "Bearer heron-4711"), true));
    assert!(!again(&ours, &file("hunter2", "Basic heron-4711"), true));
}

#[test]
fn of_several_headers_of_a_name_each_has_its_own_secret() {
    let file = |values: [&str; 2]| {
        let rows = values.map(|value| json!({ "key": "Authorization", "value": value }));
        let item = json!({ "id": "1", "name": "List", "request": { "method": "GET", "url": "h", "header": rows } });
        read(&json!([item]))
    };
    let mut workspace = workspace(&file(["Bearer {{one}}", "Bearer {{two}}"]));
    let secret = |key| Variable {
        secret: true,
        ..Variable::new(key, "")
    };
    workspace.load_globals(crate::model::Environment {
        variables: vec![secret("one"), secret("two")],
        ..Default::default()
    });
    let theirs = file(["Bearer heron", "Bearer swan"]);
    let existing = counterparts(&workspace, &theirs.collections)[0];
    let plan = plan(&workspace, existing, &theirs.collections[0], &BTreeSet::new());
    assert!(plan.is_idle(), "{plan:?}");
    let found = plan.hidden.iter();
    let found: Vec<_> = found
        .map(|hidden| (hidden.variable.as_str(), hidden.text.reveal(), hidden.place.clone()))
        .collect();
    let written: BTreeMap<_, _> = plan
        .written
        .iter()
        .map(|(place, text)| (place, text.reveal()))
        .collect();
    assert_eq!(
        found
            .iter()
            .map(|(variable, text, _)| (*variable, *text))
            .collect::<Vec<_>>(),
        [("one", "Bearer heron"), ("two", "Bearer swan")]
    );
    assert!(
        found.iter().all(|(_, text, place)| written[place] == *text),
        "{found:?}"
    );
}
