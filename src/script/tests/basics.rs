//! Tests, the console, timers, and the frame a script runs in.

use super::*;
use crate::model::outcome::ConsoleLevel as Level;
use crate::model::outcome::NextRequest;
use crate::model::variable::Change;

const SEED: &str = r#"pm.test("Update environment", function () {
    var jsonData = pm.response.json();
    pm.environment.set("dex_token", jsonData.id_token);
});
"#;

#[test]
fn the_seeds_script_stores_the_token() {
    let report = run(SEED);
    assert_eq!(tests_of(&report), ["Update environment: ok"]);
    assert_eq!(report.writes[0].scope, crate::model::Scope::Environment);
    assert_eq!(report.writes[0].set_by, "Get token, post-response");
    assert_eq!(
        report.writes[0].change,
        Change::Set {
            key: "dex_token".into(),
            value: "abc".into()
        }
    );
}

#[test]
fn a_refused_token_request_fails_readably() {
    let mut job = job(SEED);
    job.response = Some(answer(401, "Unauthorized", "Unauthorized.\n"));
    let report = run_job(job);
    let error = report.tests[0].error.clone().unwrap();
    assert_eq!(error.name, "JSONError");
    assert_eq!(error.message, "Unexpected token 'U' at 1:1\nUnauthorized.\n^");
    assert!(error.stack.contains("script.js:2:"), "{}", error.stack);
    assert!(report.writes.is_empty());
}

#[test]
fn tests_pass_fail_and_are_skipped() {
    let report = run(r"
        pm.test('good', () => {}).test('chained', () => pm.expect(1).to.equal(2));
        pm.test.skip('later'); pm.test('no body'); pm.test(null, () => { throw 'str' });
        console.log(pm.test.index());");
    assert_eq!(
        tests_of(&report),
        [
            "good: ok",
            "chained: expected 1 to equal 2",
            "later: skipped",
            "no body: ok",
            "null: null"
        ]
    );
    assert_eq!(report.tests[4].error.clone().unwrap().name, "AssertionError");
    assert_eq!(report.console[0].text, "5");
}

#[test]
fn tests_may_take_their_time() {
    let report = run(r"
        pm.test('done', (done) => setTimeout(done, 5));
        pm.test('done with error', (done) => setTimeout(() => done(new Error('late')), 1));
        pm.test('promise', async () => { await new Promise((ok) => setTimeout(ok, 8)); });
        pm.test('rejected', async () => { pm.expect(1).to.equal(2); });
        pm.test('never', (done) => {});");
    assert_eq!(
        tests_of(&report),
        [
            "rejected: expected 1 to equal 2",
            "done with error: late",
            "done: ok",
            "promise: ok",
        ]
    );
    // They stand as they were over, and are counted as they began.
    let counted: Vec<usize> = report.tests.iter().map(|test| test.index).collect();
    assert_eq!(counted, [3, 1, 0, 2]);
    assert_eq!(
        report.console[0].text,
        "the test \"never\" has no result: its `done` was not called, or its promise not settled"
    );
}

#[test]
fn each_call_of_done_is_a_result_up_to_the_first_that_failed() {
    let report = run(r"
        pm.test('twice', (done) => { done(); done(); });
        pm.test('then it failed', (done) => { done(); done(new Error('one')); done(new Error('two')); done(); });
        pm.test('threw', (done) => { done(); throw new Error('three'); });
        pm.test('rejects', async (done) => { done(); throw new Error('four'); });
        pm.test('late', (done) => { done(); setTimeout(() => done(new Error('five')), 2); });");
    assert_eq!(report.errors, []);
    assert_eq!(
        tests_of(&report),
        [
            "twice: ok",
            "twice: ok",
            "then it failed: ok",
            "then it failed: one",
            "threw: ok",
            "threw: three",
            "rejects: ok",
            "late: ok",
            "rejects: four",
            "late: five",
        ]
    );
}

#[test]
fn legacy_tests_may_come_late() {
    let report = run("tests['now'] = true; setTimeout(() => { tests['timer'] = 0; }, 2); \
        await new Promise((ok) => setTimeout(ok, 5)); tests['awaited'] = 1;");
    assert_eq!(
        tests_of(&report),
        ["now: ok", "timer: expected 0 to be truthy", "awaited: ok"]
    );
}

#[test]
fn legacy_tests_come_last() {
    let report = run("tests['a'] = responseCode.code === 200; tests['b'] = 0; pm.test('first', () => {});");
    assert_eq!(tests_of(&report), ["first: ok", "a: ok", "b: expected 0 to be truthy"]);
    assert_eq!(
        report.console[0].text,
        r#"Using "tests" is deprecated. Use "pm.test()" instead."#
    );
}

#[test]
fn the_legacy_description_is_text() {
    let mut job = job("console.log(typeof request.description, request.description)");
    job.request.description = "why".into();
    assert_eq!(run_job(job).console[1].text, "string why");
}

#[test]
fn values_are_shown_as_node_shows_them() {
    let shown = console(
        "console.log('text', 1, {a: 'x', b: [1, , 3], 'c-d': {e: {f: {g: {h: {}}}}}}, null, undefined);
         console.log('%s is %d%%', 'x', 5, [1]); console.log([new Date(0), /x/g, new Map([[1, {a: 2}]]), new Set(['s']), () => 1]);
         console.log(new Error('boom').message, [new Error('in')], Symbol('s'), 10n, -0); const c = {}; c.c = c; console.log(c);",
    );
    assert_eq!(
        shown,
        [
            "text 1 { a: 'x', b: [ 1, <1 empty item>, 3 ], 'c-d': { e: { f: { g: { h: {} } } } } } null undefined",
            "x is 5% [ 1 ]",
            "[ 1970-01-01T00:00:00.000Z, /x/g, Map(1) { 1 => { a: 2 } }, Set(1) { 's' }, [Function (anonymous)] ]",
            "boom [ [Error: in] ] Symbol(s) 10n -0",
            "{ c: [Circular *1] }",
        ]
    );
}

#[test]
fn the_console_shows_odd_values_as_node_does() {
    assert_eq!(
        console(
            "console.log(new ArrayBuffer(2), Object(1n), Object(Symbol('q'))); (function () { console.log(arguments); })(1, 'b'); class A {} class B extends A {} console.log(B, new B());
             const error = new Error('outer', { cause: new TypeError('inner') }); console.log([error]); console.log([new AggregateError([1], 'all')]);"
        ),
        [
            "ArrayBuffer { [Uint8Contents]: <00 00>, byteLength: 2 } [BigInt: 1n] [Symbol: Symbol(q)]",
            "[Arguments] [ 1, 'b' ]",
            "[class B extends A] B {}",
            "[ [Error: outer] { [cause]: [TypeError: inner] } ]",
            "[ [AggregateError: all] { [errors]: [ 1 ] } ]",
        ]
    );
}

#[test]
fn the_console_tells_classes_from_functions_where_no_text_does() {
    assert_eq!(
        console(
            "console.log(URL, TextEncoder, Map, Uint8Array, TypeError, parseInt, class A {}); console.log(`${pm.test}`);"
        ),
        [
            "[class URL] [class TextEncoder] [Function: Map] [Function: Uint8Array] [Function: TypeError] [Function: parseInt] [class A]",
            "function test() {\n    [native code]\n}",
        ]
    );
}

#[test]
fn the_console_has_levels() {
    let report = run("console.warn('w'); console.error('e'); console.info('i'); console.debug('d')");
    let levels: Vec<_> = report.console.iter().map(|line| line.level).collect();
    assert_eq!(levels, [Level::Warn, Level::Error, Level::Info, Level::Debug]);
    assert_eq!(report.console[0].script, "Get token, post-response");
}

#[test]
fn scripts_may_return_and_await_at_the_top() {
    assert_eq!(console("console.log(1); return; console.log(2);"), ["1"]);
    assert_eq!(
        console("const x = await Promise.resolve(5); console.log(x); // end"),
        ["5"]
    );
}

#[test]
fn only_undeclared_assignments_reach_the_next_script() {
    let reports = run_all(vec![
        job("leaked = 1; var kept = 2; tests['x'] = true"),
        job("console.log(typeof leaked, typeof kept, typeof globalThis, typeof this, Object.keys(tests).length)"),
    ]);
    assert_eq!(
        reports[1].console.last().unwrap().text,
        "number undefined undefined object 0"
    );
}

#[test]
fn timers_fire_in_order_and_can_be_cleared() {
    let shown = console(
        "let n = 0; const id = setInterval(() => { console.log('tick', ++n); if (n === 2) clearInterval(id); }, 3);
         setTimeout((a) => console.log(a), 1, 'one'); setImmediate(() => console.log('now'));
         clearTimeout(setTimeout(() => console.log('never'), 1)); queueMicrotask(() => console.log('micro'));",
    );
    assert_eq!(shown, ["micro", "now", "one", "tick 1", "tick 2"]);
}

#[test]
fn a_delay_that_is_too_long_is_none_as_in_node() {
    let shown = console(
        "for (const delay of [2 ** 31, Infinity, 1e100]) setTimeout(() => console.log(delay), delay);
         const id = setTimeout(() => console.log('never'), 2 ** 31 - 1); setTimeout(() => clearTimeout(id), 5);",
    );
    assert_eq!(shown, ["2147483648", "Infinity", "1e+100"]);
}

#[test]
fn scripts_steer_the_run() {
    assert_eq!(
        run("pm.execution.setNextRequest('Other')").next_request,
        Some(NextRequest::To("Other".into()))
    );
    assert_eq!(
        run("postman.setNextRequest(null)").next_request,
        Some(NextRequest::Stop)
    );
    let report = run_before("pm.execution.skipRequest(); console.log('not reached')");
    assert!(report.skip_request);
    assert!(report.console.is_empty() && report.errors.is_empty(), "{report:?}");
    assert_eq!(
        error("pm.execution.skipRequest()"),
        "pm.execution.skipRequest is not a function"
    );
}

#[test]
fn a_script_knows_where_it_is() {
    let mut job = job("console.log(pm.info, pm.execution.location, pm.execution.location.current)");
    job.info = Info {
        iteration: 2,
        iteration_count: 5,
        request_id: "r1".into(),
        location: vec!["Cells".into(), "Get token".into()],
        current: "Cells".into(),
    };
    assert_eq!(
        texts(run_job(job)),
        [
            "{ eventName: 'test', iteration: 2, iterationCount: 5, requestName: 'Get token', requestId: 'r1' } \
             [ 'Cells', 'Get token' ] Cells"
        ]
    );
}

#[test]
fn modules_are_there_or_say_so() {
    assert_eq!(
        console("console.log(require('chai').expect === pm.expect, require('uuid').v4().length, require('btoa')('a'))"),
        ["true 36 YQ=="]
    );
    assert_eq!(error("require('http')"), "Cannot find module 'http'");
    assert_eq!(
        error("require('moment')"),
        "the npm package 'moment' cannot be had here"
    );
    assert_eq!(console("console.log(atob('YQ=='), btoa('a'))"), ["a YQ=="]);
}

#[test]
fn strings_and_arrays_have_the_sandboxs_methods() {
    assert_eq!(
        console(
            "console.log('a.b'.has('.'), 'ab'.has('x'), 'ab'.has(/B/i), [3, 1, 2].first(), [3, 1, 2].last(), [3, 1].min(), \
             [3, 1].max(), [1, 2].sum(), [1, 1].unique()); for (const key in [7]) console.log(key);"
        ),
        ["true false true 3 2 1 3 3 [ 1 ]", "0"]
    );
}

#[test]
fn the_visualizer_keeps_what_it_is_given() {
    let report = run("pm.visualizer.set('<b>{{a}}</b>', {a: 1})");
    assert_eq!(report.visualizer.unwrap()["data"]["a"], 1);
    assert_eq!(
        error("pm.visualizer.set(1)"),
        "Invalid template. Template must be of type string, found number"
    );
}

#[test]
fn errors_have_a_json_of_their_own() {
    assert_eq!(
        console(
            "console.log('%s', JSON.stringify({ e: new TypeError('x') })); tv4.validate(1, { type: 'string' }); console.log('%s', JSON.stringify(tv4.error));
             try { JSON.parse('<') } catch (e) { console.log('%s', JSON.stringify(e.name + Object.keys(JSON.parse(JSON.stringify(e))))) }
             class Mine extends Error { name = 'Mine'; code = 5 } console.log('%s', JSON.stringify([new Mine('m')]))"
        )
        .into_iter()
        .filter(|line| !line.starts_with("Using"))
        .collect::<Vec<_>>(),
        [
            r#"{"e":{"type":"Error","name":"TypeError","message":"x"}}"#,
            r#"{"type":"Error","name":"ValidationError","message":"Invalid type: number (expected string)"}"#,
            r#""JSONErrortype,name,message""#,
            r#"[{"type":"Error","name":"Mine","message":"m"}]"#,
        ]
    );
}

#[test]
fn what_was_matched_last_is_known_to_scripts_that_ask() {
    assert_eq!(
        console(
            "/(\\d+)-(\\d+)/.test('tel 12-34 x'); console.log('%j', [RegExp.$1, RegExp.$2, RegExp.$3, RegExp.lastMatch, RegExp['$&'], RegExp.lastParen, RegExp.leftContext, RegExp.rightContext, RegExp.input]);
             RegExp.input = 5; console.log('%j', [RegExp.input, RegExp.$_, RegExp.leftContext]);
             'aXb'.replace(/X(.)?/g, ''); console.log('%j', [RegExp.$1, RegExp.leftContext]); 'none'.match(/zz/); console.log('%j', RegExp.lastMatch);
             'a1b2'.split(/(\\d)/); console.log('%j', RegExp.$1); [...'x1y3'.matchAll(/(\\d)/g)]; console.log('%j', RegExp.$1)"
        ),
        [
            r#"["12","34","","12-34","12-34","34","tel "," x","tel 12-34 x"]"#,
            r#"["5","5","tel "]"#,
            r#"["b","a"]"#,
            r#""Xb""#,
            r#""2""#,
            r#""3""#,
        ]
    );
}

#[test]
fn long_values_are_laid_out_as_newman_lays_them_out() {
    let listed = |script: &str| {
        let mut job = job(script);
        job.lists = true;
        run_job(job).console[0].listed.clone().unwrap()
    };
    assert_eq!(
        listed("console.log({ a: [1, 'x'], b: {} }, 'y')"),
        "{ a: [ 1, 'x' ], b: {} }, 'y'"
    );
    assert_eq!(
        listed(
            "console.log({ id: 'aaaaaaaaaaaaaaaaaaaaaa', inner: { a: { b: { c: 1 } } }, text: 'one line\\nand another one that is long enough' })"
        ),
        "{\n  id: 'aaaaaaaaaaaaaaaaaaaaaa',\n  inner: { a: { b: { c: 1 } } },\n  text: 'one line\\n' +\n    'and another one that is long enough'\n}"
    );
    assert_eq!(
        listed("console.log(Array.from({ length: 30 }, (_, i) => i * 1000))")
            .lines()
            .nth(1),
        Some("      0,  1000,  2000,  3000,  4000,")
    );
    let many = listed("console.log(Array.from({ length: 120 }, (_, i) => i))");
    assert!(many.ends_with("\n  99,\n  ... 20 more items\n]"), "{many}");
    // Where nobody reads it, it is not made.
    assert_eq!(run("console.log({ a: 'x' }, 'y')").console[0].listed, None);
}

#[test]
fn what_objects_share_is_written_as_often_as_there_is_room_for() {
    let shared = "let a = { x: 1 }; for (let i = 0; i < 24; i += 1) a = { l: a, r: a };
                  let b = 'x'; for (let i = 0; i < 6; i += 1) b = Array(100).fill(b);
                  let e = new Error('e'); for (let i = 0; i < 24; i += 1) e = Object.assign(new Error('e'), { l: e, r: e });";
    let mut job = job(&format!(
        "{shared} console.log(a); console.log('%o', b); console.log(e, {{ y: 2 }});"
    ));
    job.lists = true;
    let report = run_job(job);
    assert_eq!(report.errors, []);
    let lines: Vec<&str> = report
        .console
        .iter()
        .map(|line| line.listed.as_ref().unwrap_or(&line.text).as_str())
        .collect();
    assert_eq!(lines.len(), 3);
    assert!(lines.iter().all(|line| line.len() < 110_000));
    assert!(
        lines[0].contains("x: 1\n") && lines[0].ends_with("  r: [Object]\n}"),
        "{}",
        lines[0]
    );
    // What is shown twice within that room stays.
    let twice = console("const o = { x: 1 }; console.log([o, { o }, new Map([[o, o]])])");
    assert_eq!(
        twice,
        ["[ { x: 1 }, { o: { x: 1 } }, Map(1) { { x: 1 } => { x: 1 } } ]"]
    );
}

#[test]
fn strings_that_are_no_unicode_do_no_harm() {
    let report = run("pm.test('a\\ud800b', () => { throw new Error('\\udfff') }); console.log('\\ud800');");
    assert_eq!(tests_of(&report), ["a\u{fffd}b: \u{fffd}"]);
    assert_eq!(report.console[0].text, "\u{fffd}");
}

#[test]
fn timers_run_on_after_a_throw_and_each_throw_is_told() {
    let report = run(
        "setTimeout(() => console.log('late'), 2); setTimeout(() => { throw new Error('in timer') }, 1); \
                      Promise.reject(new Error('rejected')); throw new Error('at once')",
    );
    let told: Vec<_> = report.errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(told, ["rejected", "at once", "in timer"]);
    assert_eq!(report.console[0].text, "late");
}

#[test]
fn a_failed_script_keeps_what_it_did() {
    let report = run("pm.environment.set('a', 1);\npm.test('t', () => {});\nboom();");
    assert_eq!((report.writes.len(), report.tests.len()), (1, 1));
    assert_eq!(report.errors[0].script, "Get token, post-response");
    assert_eq!(report.errors[0].event, ScriptEvent::PostResponse);
}

#[test]
fn json_errors_say_where() {
    for (text, expected) in [
        ("<a>", "Unexpected token '<' at 1:1\n<a>\n^"),
        ("", "No data, empty input at 1:1\n\n^"),
        ("{\"a\":1,}", "Trailing comma in object at 1:8\n{\"a\":1,}\n       ^"),
        ("{\n \"a\": x}", "No value found for key a at 2:7\n \"a\": x}\n      ^"),
        ("[1 2]", "Unexpected token '2' at 1:4\n[1 2]\n   ^"),
    ] {
        assert_eq!(error(&format!("JSON.parse({text:?})")), expected);
        let mut job = job("pm.response.json()");
        job.response = Some(answer(200, "OK", text));
        assert_eq!(run_job(job).errors[0].message, expected);
    }
}
