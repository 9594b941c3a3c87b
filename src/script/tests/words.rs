//! What the engine's messages do not say and V8's do, by what surely stands in the script.

use super::*;
use crate::model::{Scope, Variable};

fn check(cases: &[(&str, &str)]) {
    let start = "const o = {a: {}}; let u; const json = pm.response.json();\n";
    let wrong = cases.iter().filter_map(|(source, expected)| {
        let told = error(&format!("{start}{source}"));
        (told != *expected).then(|| format!("{source}: {told}"))
    });
    assert_eq!(wrong.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn what_is_not_there_is_called_so() {
    let sought = |value: &str| format!("Cannot use 'in' operator to search for 'k' in {value}");
    let taken = |from: &str, is: &str| format!("Cannot destructure property 'k' of '{from}' as it is {is}.");
    for (source, expected) in [
        ("'k' in o.args", sought("undefined")),
        ("'k' in u", sought("undefined")),
        ("'k' in json.args", sought("undefined")),
        ("const args = json.args; if ('k' in args) {}", sought("undefined")),
        ("const {args} = json; 'k' in args", sought("args")),
        ("'k' in json.id_token", sought("json.id_token")),
        ("[1].forEach((o) => { const q = 'x'; 'k' in q })", sought("x")),
        ("let q = 'x'; q = 5; 'k' in q", sought("q")),
        ("o.args = 'x'; 'k' in o.args", sought("o.args")),
        ("((x) => 'k' in x)(5)", sought("x")),
        ("const {k} = u", taken("u", "undefined")),
        ("const {k} = json.data", taken("json.data", "undefined")),
        ("const n = null; const {k} = n", taken("n", "null")),
        ("let q; q = null; const {k} = q", taken("q", "undefined or null")),
        ("(({k}) => k)()", taken("undefined", "undefined")),
        ("(({k}) => k)(null)", taken("object null", "null")),
        ("function g({k}, y) { return k }\ng()", taken("undefined", "undefined")),
        (
            "[u].map(({ k }) => k)",
            "Cannot destructure property 'k' as it is undefined or null.".to_owned(),
        ),
    ] {
        check(&[(source, &expected)]);
    }
}

#[test]
fn what_cannot_be_gone_through_is_named_by_the_way_it_is_used() {
    check(&[
        ("[...o]", "o is not iterable"),
        ("[...u]", "u is not iterable"),
        ("for (const [k, v] of o.a) {}", "o.a is not iterable"),
        (
            "Math.max(...o)",
            "Spread syntax requires ...iterable[Symbol.iterator] to be a function",
        ),
        ("Math.max(...u)", "u is not iterable (cannot read property undefined)"),
        ("const [a] = o", "o is not iterable"),
        ("const [a]=u", "u is not iterable"),
        (
            "const [x]=o.b",
            "undefined is not iterable (cannot read property Symbol(Symbol.iterator))",
        ),
        (
            "const f = () => u;\nconst [x]=f()",
            "f is not a function or its return value is not iterable",
        ),
        ("for (const k of o) {}", "o is not iterable"),
        ("const f = () => {\n  const [x] = o;\n};\nf()", "o is not iterable"),
        (
            "let x; ([x] = {})",
            "object is not iterable (cannot read property Symbol(Symbol.iterator))",
        ),
        (
            "const [f] = JSON.parse('5')",
            "number 5 is not iterable (cannot read property Symbol(Symbol.iterator))",
        ),
        (
            "const [f] = JSON.parse('false')",
            "boolean false is not iterable (cannot read property Symbol(Symbol.iterator))",
        ),
        (
            "const [f] = JSON.parse('{\"a\": 1}')",
            "object is not iterable (cannot read property Symbol(Symbol.iterator))",
        ),
        (
            "(([x]) => x)(u)",
            "undefined is not iterable (cannot read property Symbol(Symbol.iterator))",
        ),
        (
            "let x;\n[x] = u",
            "undefined is not iterable (cannot read property Symbol(Symbol.iterator))",
        ),
        (
            "const h = {k() {}}; const [x] = h.k()",
            "undefined is not iterable (cannot read property Symbol(Symbol.iterator))",
        ),
        (
            "let x;\n[x] = null",
            "object null is not iterable (cannot read property Symbol(Symbol.iterator))",
        ),
        (
            "(([x]) => x)(null)",
            "object null is not iterable (cannot read property Symbol(Symbol.iterator))",
        ),
        ("const z = 1, [a] = u", "u is not iterable"),
        ("const z = 'k'\n  in o, [a] = u", "u is not iterable"),
        ("const z = (() => 1)\n`x`, [a] = u", "u is not iterable"),
        ("let q = [1], b = {k: 1},\n  [a] = u", "u is not iterable"),
        (
            "let z; z = 1, [z] = u",
            "undefined is not iterable (cannot read property Symbol(Symbol.iterator))",
        ),
        (
            "const k = 1\nlet z\nz = 1, [z] = u",
            "undefined is not iterable (cannot read property Symbol(Symbol.iterator))",
        ),
        // What is given is not known here.
        (
            "const rows = [undefined], list = [1], f = (x) => x; rows.forEach(([k]) => f(k));\nconst [a] = list;",
            "undefined is not iterable (cannot read property Symbol(Symbol.iterator))",
        ),
        // Either may be meant.
        ("[...o, ...json]", "value is not iterable"),
        (
            "const l = [5];\nfor (const x of l) {\n  const [a] = x;\n}",
            "value is not iterable",
        ),
    ]);
}

#[test]
fn what_is_none_of_its_kind_is_named() {
    check(&[
        ("new o.a()", "o.a is not a constructor"),
        ("const z = new o.a(Math.max(1));", "o.a is not a constructor"),
        ("new (() => {})", "(intermediate value) is not a constructor"),
        ("new Symbol", "Symbol is not a constructor"),
        (
            "class A extends u {}",
            "Class extends value undefined is not a constructor or null",
        ),
        (
            "Math; class A extends 5 {}",
            "Class extends value 5 is not a constructor or null",
        ),
        (
            "const Foo = class {}; Foo()",
            "Class constructor Foo cannot be invoked without 'new'",
        ),
        (
            "class Bar {}\no.z = Bar; o.z()",
            "Class constructor Bar cannot be invoked without 'new'",
        ),
        (
            "const f = (g) => g();\nf(() => [1,2][5]())",
            "[1,2][5] is not a function",
        ),
        ("const f = (g) => g();\nf(() => (5)())", "5 is not a function"),
        ("({}) instanceof u", "Right-hand side of 'instanceof' is not an object"),
        ("({}) instanceof o", "Right-hand side of 'instanceof' is not callable"),
        ("Object.fromEntries([1])", "Iterator value 1 is not an entry object"),
        ("new Map(['x'])", "Iterator value x is not an entry object"),
        ("const l = [1]; new Map(l)", "Iterator value is not an entry object"),
        ("[1].flatMap(1)", "flatMap mapper function is not callable"),
        ("1n / 0n", "Division by zero"),
        ("Number(Symbol())", "Cannot convert a Symbol value to a number"),
        ("(1).toPrecision(0)", "toPrecision() argument must be between 1 and 100"),
        (
            "class A { #x; static t(o) { return o.#x } }; A.t({})",
            "Cannot read private member #x from an object whose class did not declare it",
        ),
    ]);
}

#[test]
fn members_that_cannot_be_changed_are_no_constants() {
    let strict = |source: &str| format!("(function () {{ 'use strict'; {source} }})()");
    check(&[
        (
            &strict("const k = 1; Object.defineProperty({}, 'k', {value: 1}).k = 2"),
            "Cannot assign to read only property 'k' of object '#<Object>'",
        ),
        (
            &strict("const k = 1; const q = Object.freeze({k: 1}); q['k'] = 2"),
            "Cannot assign to read only property 'k' of object '#<Object>'",
        ),
        (&strict("const k = 1; k = 2"), "Assignment to constant variable."),
        (&strict("const k = 1; k += 2"), "Assignment to constant variable."),
        (
            "const q = {}; Object.defineProperty(q, 'x', {value: 1}); Object.defineProperty(q, 'x', {value: 2})",
            "Cannot redefine property: x",
        ),
        (
            "const q = {}, x = 'x'; Object.defineProperty(q, x, {value: 1}); Object.defineProperty(q, x, {value: 2})",
            "Cannot redefine property",
        ),
    ]);
}

#[test]
fn a_text_that_stands_in_eval_is_read_as_the_script_is() {
    check(&[
        ("eval('foo bar')", "Unexpected identifier 'bar'"),
        ("eval('\\n  foo bar')", "Unexpected identifier 'bar'"),
        ("eval(\"var x = {{x}};\")", "Unexpected token '{'"),
        ("eval('let a; let a')", "Identifier 'a' has already been declared"),
        ("eval(`a b c`)", "Unexpected identifier 'b'"),
        ("eval('switch(1){foo}')", "Unexpected identifier 'foo'"),
        ("new Function('foo bar')", "Unexpected identifier 'bar'"),
    ]);
}

#[test]
fn what_goes_wrong_in_a_text_of_a_variable_is_worded_as_what_goes_wrong_in_the_script() {
    let eval = "eval(pm.globals.get('code'))";
    let wrong = [
        ("var q = {}; q.bar(1);", eval, "q.bar is not a function"),
        (
            "({ check(x) {\n  return x.nope();\n} })",
            "const h = eval(pm.globals.get('code'));\nh.check({})",
            "x.nope is not a function",
        ),
        ("const [z] = 5;", eval, "5 is not iterable"),
        ("const k = 1; k = 2;", eval, "Assignment to constant variable."),
        (
            "class A {} A();",
            eval,
            "Class constructor A cannot be invoked without 'new'",
        ),
        ("foo bar", eval, "Unexpected identifier 'bar'"),
        (
            "return x.zap()",
            "new Function('x', pm.globals.get('code'))({})",
            "x.zap is not a function",
        ),
        ("missing()", eval, "missing is not defined"),
        // The function has lines before its text, whoever calls what it gives or calls the script from it.
        (
            "return { check(x) {\n  return x.nope();\n} }",
            "const h = new Function(pm.globals.get('code'))();\nh.check({})",
            "x.nope is not a function",
        ),
        (
            "var q = {}; q.bar(1);",
            "new Function('f', 'f()')(() => eval(pm.globals.get('code')))",
            "q.bar is not a function",
        ),
    ]
    .into_iter()
    .filter_map(|(text, call, expected)| {
        let told = error(&format!(
            "pm.globals.set('a', '{{}}'); pm.globals.set('code', {text:?});\n{call}"
        ));
        (told != expected).then(|| format!("{text}: {told}"))
    });
    assert_eq!(wrong.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn only_what_a_script_surely_evaluates_is_read_for_its_errors() {
    let two = "pm.globals.set('a', 'var q = {}; q.foo(1);'); pm.globals.set('b', 'var q = {}; q.bar(1);');";
    let named = "q.bar is not a function";
    let wrong = [
        ("eval(pm.globals.get('b'))", named),
        ("eval(pm.variables.replaceIn('{{b}}'))", named),
        ("const code = pm.globals\n  .get('b');\neval(code)", named),
        ("eval(postman.getGlobalVariable('b'))", named),
        ("eval('var q = {}; \\\n q.bar(1);')", named),
        // None of these is the variable.
        (
            "const m = new Map([['b', 'var q = {}; q' + '.foo(1);']]);\neval(m.get('b'))",
            "not a function",
        ),
        (
            "pm.globals.set('what_it_stands', '{foo(){}}'); pm.globals.set('c', 'var q = {{what_it_stands}}; q.foo(); q.bar();');\neval(pm.variables.replaceIn('{{c}}'))",
            "not a function",
        ),
        (
            "const code = pm.globals.get('b')\n  instanceof Object ? '' : 'var q = {}; q' + '.foo(1);';\neval(code)",
            "not a function",
        ),
        // One that fits may be the one.
        (
            "if (u) eval(pm.globals.get('a'));\neval(pm.globals.get('b'))",
            "not a function",
        ),
        (
            "const code = 'var q = {}; q' + '.bar(1);';\nif (u) eval(pm.globals.get('a'));\neval(code)",
            "not a function",
        ),
        ("eval(pm.globals.get('b') + '')", "not a function"),
        ("(0, eval)(pm.globals.get('b'))", "not a function"),
    ]
    .into_iter()
    .filter_map(|(source, expected)| {
        let told = error(&format!("let u; {two}\n{source}"));
        (told != expected).then(|| format!("{source}: {told}"))
    });
    assert_eq!(wrong.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn no_piece_of_a_secret_stands_in_an_error_of_what_is_evaluated() {
    for source in [
        "pm.environment.get('token'); const code = 'var q = {}; q' + '.bar(1);';\neval(code)",
        "pm.globals.set('code', 'var q = {}; [q][0](1);'); pm.environment.get('token');\neval(pm.globals.get('code'))",
        "eval(pm.environment.get('token'))",
        "pm.globals.set('copy', pm.environment.get('token'));\neval(pm.globals.get('copy'))",
    ] {
        let mut job = job(source);
        let secret = Variable {
            secret: true,
            ..Variable::new("token", "var h = {}; h.hushed(1);")
        };
        let environment = job.scopes.layer_mut(Scope::Environment);
        environment.bindings.push((&secret).into());
        let report = run_job(job);
        assert_eq!(report.errors.len(), 1, "{report:?}");
        assert!(!report.errors[0].message.contains("hush"), "{source}: {report:?}");
    }
}

#[test]
fn errors_without_end_in_a_long_text_are_worded_no_more() {
    let source = "pm.globals.set('code', '/*' + 'x'.repeat(200000) + '*/ var q = {}; q.bar(1);');
        const told = [];
        for (let n = 0; n < 50; n += 1) try { eval(pm.globals.get('code')); } catch (e) { told.push(e.message); }
        console.log(told[0], '|', told[49]);";
    assert_eq!(console(source), ["q.bar is not a function | not a function"]);
}

/// What must not be told was read, too.
#[test]
fn a_long_text_with_a_secret_in_it_counts_as_read() {
    let mut job = job(
        "const told = [], run = () => { try { eval(pm.globals.get('code')); } catch (e) { told.push(e.message); } };
        const plain = 'var q = {}; q.bar(1);';
        pm.globals.set('code', plain); run();
        pm.globals.set('code', '/*' + 'x'.repeat(200000) + 'hush*/' + plain);
        for (let n = 0; n < 50; n += 1) run();
        pm.globals.set('code', plain); run();
        console.log(told[0], '|', told[25], '|', told.at(-1));",
    );
    let secret = Variable {
        secret: true,
        ..Variable::new("token", "hush")
    };
    let environment = job.scopes.layer_mut(Scope::Environment);
    environment.bindings.push((&secret).into());
    let report = run_job(job);
    let told: Vec<&str> = report.console.iter().map(|entry| entry.text.as_str()).collect();
    assert_eq!(told, ["q.bar is not a function | not a function | not a function"]);
}

#[test]
fn an_error_on_the_line_of_a_long_list_is_named() {
    let list = "1, ".repeat(50_000);
    check(&[
        (&format!("[{list}]; const [a] = u"), "u is not iterable"),
        (
            &format!("const [a] = u; [{}]", "[1], ".repeat(50_000)),
            "u is not iterable",
        ),
    ]);
}

#[test]
fn what_is_not_there_in_a_pattern_within_another_is_told_as_what_is_read_of_it() {
    let read = |is: &str, key: &str| format!("Cannot read properties of {is} (reading '{key}')");
    for (source, expected) in [
        ("const {data: {id}} = pm.response.json()", read("undefined", "id")),
        ("const {data: {id: {x}}} = json", read("undefined", "id")),
        ("const {data: {id: {x}}} = {data: {}}", read("undefined", "x")),
        ("const {data: {id}} = {data: null}", read("null", "id")),
        ("const {data: {'a b': y}} = o", read("undefined", "a b")),
        ("let id; ({data: {id}} = o)", read("undefined", "id")),
        ("const [{id}] = []", read("undefined or null", "id")),
        (
            "const {data: {...id}} = o",
            "Cannot read properties of undefined".to_owned(),
        ),
        (
            "const {data: {}} = o",
            "Cannot destructure property 'data' of 'o' as it is undefined.".to_owned(),
        ),
        (
            "const {data: {id}} = u",
            "Cannot destructure property 'data' of 'u' as it is undefined.".to_owned(),
        ),
        ("try { u.x } catch ({data: {id}}) {}", read("undefined or null", "id")),
    ] {
        check(&[(source, &expected)]);
    }
    for (source, key) in [
        ("for (const {user: {id}} of [{}]) {}", "id"),
        ("for (const [k, {id}] of [[1]]) {}", "id"),
        ("for (const [k, {id}] of Object.entries({a: undefined})) {}", "id"),
        (
            "const o = {l: [{}]};\nfor (const {user: {id}} of o.l) { console.log(id) }",
            "id",
        ),
        ("[{}].forEach(({user: {id}}) => id)", "id"),
        (
            "const t = pm.environment.get('t'), q = {data: t}; [{}].forEach(({user: {id}}) => id)",
            "id",
        ),
        (
            "const b = {l: [{user: {id: 1}}]};\nfor (const {user: {id}} of b.l) {}\nconst {k: {m}} = {};",
            "m",
        ),
        (
            "function f(l) { for (const {user: {id}} of l.filter((q) => q)) {} }\nf([{}]); const {x: {y}} = {};",
            "id",
        ),
        (
            "const l = [{}]; for (const {a: {b}} of l.filter((q) => { const {x: {y}} = q; return y })) {}",
            "y",
        ),
        (
            "function f(o) { for (const {user: {id}} of o.l) {} }\nf({l: [{}]}); [1].map(({x: {y}}) => y)",
            "id",
        ),
        ("[[1]].map(([x, {y}]) => x)", "y"),
        ("function f({a: {b}}) {} f({});", "b"),
        ("function f({a: {b}} = {}) {}\nf();", "b"),
        ("function f(x, {a: {b}}) {} f(1, {});", "b"),
        ("const f = {m({a: {b}}) {}}; f.m({})", "b"),
        ("class A { constructor({a: {b}}) {} } new A({})", "b"),
    ] {
        assert_eq!(error(source), read("undefined", key), "{source}");
    }
    assert_eq!(
        error("[{}].map(({user: {id: {x}}}) => x)"),
        "Cannot read properties of undefined (reading 'id' or 'x')",
        "either may be meant"
    );
    assert_eq!(
        error("function f({a: {b}}) {} f();"),
        "Cannot destructure property 'a' of 'undefined' as it is undefined."
    );
}

/// The engine says of both that they are where the loop is.
#[test]
fn the_pattern_of_a_loop_does_not_take_the_mistakes_of_what_follows() {
    for source in [
        "const l = [{user: {id: 1}}];\nfor (const {user: {id}} of l) {\n const {k: {m}} = {};\n}",
        "const b = {l: [{user: {id: 1}, meta: {}}]};\nfor (const {user: {id}, meta} of b.l) {\n const {page: {size}} = meta;\n}",
        "const b = {l: [{user: {id: 1}}]}, o = {};\nfor (const {user: {id}} of b.l) {\n const {k: {m}} = o.q;\n}",
    ] {
        let told = error(source);
        assert!(
            !["'id'", "user"].iter().any(|word| told.contains(word)),
            "{source}: {told}"
        );
    }
}

#[test]
fn what_is_taken_apart_as_a_list_and_is_none_is_called_by_its_kind() {
    let read = |kind: &str| format!("{kind} is not iterable (cannot read property Symbol(Symbol.iterator))");
    for (source, kind) in [
        ("const [first] = pm.response.json()", "object"),
        ("let first; [first] = pm.response.json()", "object"),
        ("const [first] = JSON.parse('{\"a\": 1}')", "object"),
        ("const [first] = o.a", "object"),
        ("let first; [first] = o", "object"),
        ("const [first] = {a: 5}.a", "value"),
    ] {
        let expected = if kind == "value" {
            "value is not iterable".to_owned()
        } else {
            read(kind)
        };
        check(&[(source, &expected)]);
    }
    check(&[
        ("new Uint8Array(-1)", "Invalid typed array length: -1"),
        ("new Float64Array('-3')", "Invalid typed array length: -3"),
        ("new Int16Array(-o.length - 1 || -1)", "Invalid typed array length"),
        ("new ArrayBuffer(-1)", "Invalid array buffer length"),
    ]);
}
