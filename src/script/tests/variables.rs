//! The variable scopes, new and old.

use serde_json::{Value, json};

use super::*;
use crate::model::outcome::ConsoleLevel;
use crate::model::template::Template;
use crate::model::variable::Change;
use crate::model::{Scope, Variable};

/// A job with a variable `k` in every scope but the local one, and some more.
fn scoped(source: &str) -> ScriptJob {
    let mut job = job(source);
    for (scope, value) in [
        (Scope::Data, "data"),
        (Scope::Environment, "env"),
        (Scope::Collection, "coll"),
        (Scope::Global, "glob"),
    ] {
        let layer = job.scopes.layer_mut(scope);
        layer.bindings.push((&Variable::new("k", value)).into());
        layer.bindings.push((&Variable::new(format!("only_{value}"), 7)).into());
    }
    let environment = job.scopes.layer_mut(Scope::Environment);
    environment.name = "demo".into();
    environment.bindings.push((&Variable::new("dup", "first")).into());
    environment.bindings.push((&Variable::new("dup", "last")).into());
    let mut disabled = Variable::new("off", "x");
    disabled.enabled = false;
    environment.bindings.push((&disabled).into());
    environment
        .bindings
        .push((&Variable::new("object", json!({"a": [1, {"b": null}]}))).into());
    environment
        .bindings
        .push((&Variable::new("nested", "{{k}}-{{only_glob}}")).into());
    environment.bindings.push((&Variable::new("loop", "{{loop}}")).into());
    job
}

fn set(key: &str, value: impl Into<Value>) -> Change {
    Change::Set {
        key: key.into(),
        value: value.into(),
    }
}

fn changes(report: &ScriptReport) -> Vec<(Scope, Change)> {
    report
        .writes
        .iter()
        .map(|write| (write.scope, write.change.clone()))
        .collect()
}

#[test]
fn the_strongest_scope_is_read() {
    let shown = texts(run_job(scoped(
        "console.log(pm.variables.get('k'), pm.variables.get('only_env'), pm.variables.get('only_glob'), pm.variables.has('no'));
         pm.variables.set('k', 'local'); console.log(pm.variables.get('k'), pm.environment.get('k'), pm.iterationData.get('k'));
         console.log(pm.environment.get('dup'), pm.environment.get('off'), pm.environment.has('off'), pm.environment.name);
         console.log(pm.environment.get('object').a[1], typeof pm.environment.get('only_env'));
         console.log(pm.globals.toObject(), pm.iterationData.toObject(), pm.collectionVariables.get('k'));",
    )));
    assert_eq!(
        shown,
        [
            "data 7 7 false",
            "local env data",
            "last undefined false demo",
            "{ b: null } number",
            "{ k: 'glob', only_glob: 7 } { k: 'data', only_data: 7 } coll",
        ]
    );
}

#[test]
fn writes_come_back_in_order_with_their_types() {
    let report = run_job(scoped(
        "pm.environment.set('n', 1); pm.globals.set('o', {a: [true]}); pm.collectionVariables.set('u');
         pm.environment.unset('k'); pm.environment.unset('off'); pm.variables.set('l', null); pm.globals.clear();
         console.log(pm.environment.get('k'), pm.globals.get('o'), pm.environment.get('n'));",
    ));
    assert_eq!(
        changes(&report),
        [
            (Scope::Environment, set("n", 1)),
            (Scope::Global, set("o", json!({"a": [true]}))),
            (Scope::Collection, set("u", Value::Null)),
            (Scope::Environment, Change::Unset { key: "k".into() }),
            (Scope::Local, set("l", Value::Null)),
            (Scope::Global, Change::Clear),
        ]
    );
    assert_eq!(texts(report), ["undefined undefined 1"]);
}

#[test]
fn replace_in_goes_as_deep_as_it_must() {
    let shown = texts(run_job(scoped(
        "console.log(pm.variables.replaceIn('{{k}}/{{nested}}/{{no}}/{{ k }}/{{loop}}'));
         console.log(pm.variables.replaceIn({a: ['{{k}}', 1]}), pm.environment.replaceIn('{{k}}{{only_glob}}'));
         console.log(/^[0-9a-f-]{36}$/.test(pm.variables.replaceIn('{{$guid}}')), /^\\d{10}$/.test(pm.variables.replaceIn('{{$timestamp}}')),
             /^....-..-..T..:..:..\\....Z$/.test(pm.variables.replaceIn('{{$isoTimestamp}}')), pm.variables.replaceIn('{{$randomInt}}') >= 0);",
    )));
    assert_eq!(
        shown,
        [
            "data/data-7/{{no}}/{{ k }}/{{loop}}",
            "{ a: [ 'data', 1 ] } env{{only_glob}}",
            "true true true true",
        ]
    );
}

#[test]
fn the_legacy_setters_make_text() {
    let report = run_job(scoped(
        "postman.setEnvironmentVariable('n', 5); postman.setGlobalVariable('o', {}); postman.clearEnvironmentVariable('k');
         console.log(postman.getEnvironmentVariable('n'), environment.k, globals.only_glob, data.k, iteration);
         environment.k = 'changed'; console.log(pm.environment.get('k'));",
    ));
    assert_eq!(
        changes(&report),
        [
            (Scope::Environment, set("n", "5")),
            (Scope::Global, set("o", "[object Object]")),
            (Scope::Environment, Change::Unset { key: "k".into() }),
        ]
    );
    let lines: Vec<_> = report
        .console
        .iter()
        .map(|line| line.text.as_str())
        .filter(|text| !text.starts_with("Using"))
        .collect();
    assert_eq!(lines, ["5 undefined 7 data 0", "undefined"]);
}

#[test]
fn names_of_legacy_globals_may_be_declared() {
    assert_eq!(
        console(
            "var data = 1; { let environment = 2; } var tests = 3; function request() { return 4; } console.log(data, tests, request());"
        ),
        ["1 3 4"]
    );
}

#[test]
fn values_lists_the_rows() {
    assert_eq!(
        texts(run_job(scoped(
            "console.log(pm.globals.values.map((row) => row.key), pm.environment.values.count());"
        ))),
        ["[ 'k', 'only_glob' ] 8"]
    );
}

#[test]
fn half_a_character_is_the_replacement_character_once_it_leaves_the_script() {
    // As in UTF-8, whichever way it goes; in the script it stays what it is.
    let report = run_job(job(
        "const half = 'Party \u{1f389} time'.slice(0, 7);
         pm.environment.set('title', half); pm.variables.set(half, {k: [half]});
         pm.request.url.addQueryParams([{key: 'q', value: half.slice(-1)}]);
         pm.expect({a: half}).to.have.jsonSchema({properties: {a: {const: half}}});
         pm.execution.setNextRequest(half); pm.visualizer.set('{{a}}', {a: half});
         pm.sendRequest({url: 'http://x.test', method: 'POST', body: {mode: 'raw', raw: half}}, () => {});
         console.log(pm.environment.get('title') === half, pm.variables.replaceIn('{{$' + half + '}}').length);",
    ));
    assert_eq!(report.errors, []);
    let left = "Party \u{fffd}";
    assert_eq!(
        changes(&report),
        [
            (Scope::Environment, set("title", left)),
            (Scope::Local, set(left, json!({ "k": [left] })))
        ]
    );
    assert_eq!(report.next_request, Some(NextRequest::To(left.to_owned())));
    assert_eq!(
        report.visualizer.as_ref().map(|shown| shown["data"]["a"].clone()),
        Some(left.into())
    );
    let params = &report.request.as_ref().expect("a request").params;
    assert_eq!(
        params
            .last()
            .and_then(|param| param.value.as_ref())
            .map(Template::as_str),
        Some("\u{fffd}")
    );
    assert_eq!(texts(report), ["true 12"]);
}

#[test]
fn what_is_nested_too_deep_to_be_kept_is_said_so() {
    let deep = |levels: usize| {
        let text = format!(
            "pm.environment.set('deep', JSON.parse('{}' + '{}'))",
            "[".repeat(levels),
            "]".repeat(levels)
        );
        run_job(job(&text)).errors.into_iter().next().map(|error| error.message)
    };
    assert_eq!(deep(127), None);
    let why = "the value of `deep` cannot be stored: it has more than 127 levels of lists and objects in each other";
    assert_eq!(deep(128).as_deref(), Some(why));
}

#[test]
fn the_legacy_objects_hold_what_there_was_when_the_script_began() {
    let mut job = job("pm.environment.set('k', 'new'); pm.globals.clear(); pm.environment.unset('n');
         console.log(environment.k, environment.n, globals.g, pm.environment.get('k'), pm.globals.get('g'));
         postman.setEnvironmentVariable('k', 5); postman.clearEnvironmentVariable('n'); postman.setGlobalVariable('h', 1);
         console.log(environment.k, environment.n, globals.g, globals.h);");
    for (key, value) in [("k", "old"), ("n", "1")] {
        let layer = job.scopes.layer_mut(Scope::Environment);
        layer.bindings.push((&Variable::new(key, value)).into());
    }
    let globals = job.scopes.layer_mut(Scope::Global);
    globals.bindings.push((&Variable::new("g", "there")).into());
    let report = run_job(job);
    assert_eq!(report.errors, []);
    let told = report.console.iter().filter(|line| line.level == ConsoleLevel::Log);
    let told: Vec<&str> = told.map(|line| line.text.as_str()).collect();
    assert_eq!(told, ["old 1 there new undefined", "5 undefined there 1"]);
}
