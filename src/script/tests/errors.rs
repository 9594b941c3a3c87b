//! What people read when a script is wrong: V8's words, and places in their own script.

use super::*;

/// The only error as `Name: message (line:column)`.
fn shown(source: &str) -> String {
    let report = run(source);
    assert_eq!(report.errors.len(), 1, "{report:?}");
    let error = &report.errors[0];
    match error.at {
        Some((line, column)) => format!("{}: {} ({line}:{column})", error.name, error.message),
        None => format!("{}: {}", error.name, error.message),
    }
}

#[expect(clippy::too_many_lines, reason = "a table")]
#[test]
fn messages_are_v8s() {
    for (source, expected) in [
        ("undefined.x", "Cannot read properties of undefined (reading 'x')"),
        ("null.x.y", "Cannot read properties of null (reading 'x')"),
        ("let o; o.x = 1", "Cannot set properties of undefined (setting 'x')"),
        ("const a = 1; a = 2", "Assignment to constant variable."),
        ("x.y", "x is not defined"),
        ("x; let x = 1", "Cannot access 'x' before initialization"),
        ("({}).foo()", "{}.foo is not a function"),
        (
            "({a: 1, b: 2}).foo()",
            "{(intermediate value)(intermediate value)}.foo is not a function",
        ),
        (
            "const pn = {}; pn.foo.bar()",
            "Cannot read properties of undefined (reading 'bar')",
        ),
        ("const pn = {a: {}}; pn.a.bar(1)", "pn.a.bar is not a function"),
        (
            "pm.respons.json()",
            "Cannot read properties of undefined (reading 'json')",
        ),
        ("pm.response.jsn()", "pm.response.jsn is not a function"),
        ("let f = 5; f()", "f is not a function"),
        ("const o = {}; new o.Foo()", "o.Foo is not a constructor"),
        ("Symbol() + ''", "Cannot convert a Symbol value to a string"),
        ("let s = 'x'; while (1) s += s;", "Invalid string length"),
        ("[].reduce((a, b) => a)", "Reduce of empty array with no initial value"),
        ("throw new RangeError('own')", "own"),
        ("const [q] = null", "null is not iterable"),
        ("const o = {a: 1}; for (const x of o.a) {}", "o.a is not iterable"),
        ("JSON.stringify(10n)", "Do not know how to serialize a BigInt"),
        ("[1].forEach()", "undefined is not a function"),
        ("[1].forEach(1)", "1 is not a function"),
        ("[1].forEach('a', 2)", "a is not a function"),
        ("[1].reduce({})", "#<Object> is not a function"),
        (
            "const g = 5; [1].forEach(g)",
            "the function given to forEach is not a function",
        ),
        ("const f = () => { let f = 1; f() }; f()", "f is not a function"),
        ("[1].forEach(() => { let f = 1; f() })", "f is not a function"),
        (
            "[1].forEach((x) => { class A {} A() })",
            "Class constructor A cannot be invoked without 'new'",
        ),
        (
            "BigInt(1.5)",
            "The number 1.5 cannot be converted to a BigInt because it is not an integer",
        ),
        ("BigInt('x')", "Cannot convert x to a BigInt"),
        ("BigInt(undefined)", "Cannot convert undefined to a BigInt"),
        ("'x'.repeat(-1)", "Invalid count value: -1"),
        ("({}) instanceof 5", "Right-hand side of 'instanceof' is not an object"),
        (
            "new Set(5)",
            "number 5 is not iterable (cannot read property Symbol(Symbol.iterator))",
        ),
        ("const {a:{b}}={}", "Cannot read properties of undefined (reading 'b')"),
        ("class A {} A()", "Class constructor A cannot be invoked without 'new'"),
        (
            "class C extends Object { constructor() { this.x = 1 } } new C()",
            "Must call super constructor in derived class before accessing 'this' or returning from derived constructor",
        ),
        (
            "const a = {}; a.a = a; JSON.stringify(a)",
            "Converting circular structure to JSON\n    --> starting at object with constructor 'Object'\n    --- property 'a' closes the circle",
        ),
        (
            "class K {} const k = new K(); k.l = [1, {k}]; JSON.stringify({k})",
            "Converting circular structure to JSON\n    --> starting at object with constructor 'K'\n    \
             |     property 'l' -> object with constructor 'Array'\n    \
             |     index 1 -> object with constructor 'Object'\n    --- property 'k' closes the circle",
        ),
        (
            "const a = {1: [{}]}; a[1][0]['2'] = a; JSON.stringify(a)",
            "Converting circular structure to JSON\n    --> starting at object with constructor 'Object'\n    \
             |     property '1' -> object with constructor 'Array'\n    \
             |     index 0 -> object with constructor 'Object'\n    --- property '2' closes the circle",
        ),
        (
            "const a = {'': {}}; a[''][''] = a; JSON.stringify(a)",
            "Converting circular structure to JSON\n    --> starting at object with constructor 'Object'\n    \
             |     <anonymous> -> object with constructor 'Object'\n    --- <anonymous> closes the circle",
        ),
        (
            "const a = {b: {toJSON() { return a }}}; JSON.stringify(a)",
            "Converting circular structure to JSON\n    --> starting at object with constructor 'Object'\n    \
             --- property 'b' closes the circle",
        ),
        (
            "const b = {}; b.c = b; JSON.stringify({x: 1, y: 2}, (key, value) => key === 'y' ? b : value)",
            "Converting circular structure to JSON\n    --> starting at object with constructor 'Object'\n    \
             --- property 'c' closes the circle",
        ),
        (
            "const a = {b: {}}; a.b.no = a.b; a.b.c = a; JSON.stringify(a, ['b', 'c'])",
            "Converting circular structure to JSON\n    --> starting at object with constructor 'Object'\n    \
             |     property 'b' -> object with constructor 'Object'\n    --- property 'c' closes the circle",
        ),
        ("1 instanceof {}", "Right-hand side of 'instanceof' is not callable"),
        ("'x' in 'abc'", "Cannot use 'in' operator to search for 'x' in abc"),
        (
            "let y = 's'; if ('x' in y) {}",
            "Cannot use 'in' operator to search for 'x' in s",
        ),
        (
            "let k = 'a', y = {}; (k in y.z)",
            "Cannot use 'in' operator to search for 'k' in y.z",
        ),
        (
            "'x' in pm.response.text()",
            "Cannot use 'in' operator to search for 'x' in pm.response.text(...)",
        ),
        (
            "0 in undefined",
            "Cannot use 'in' operator to search for '0' in undefined",
        ),
        (
            "const {x} = undefined",
            "Cannot destructure property 'x' of 'undefined' as it is undefined.",
        ),
        (
            "let y = 1; const { x: a, z } = null;",
            "Cannot destructure property 'x' of 'null' as it is null.",
        ),
        (
            "let y; ({ x } = y)",
            "Cannot destructure property 'x' of 'y' as it is undefined.",
        ),
        (
            "let y = {};\nconst {\n  id,\n  z\n} = y.q;",
            "Cannot destructure property 'id' of 'y.q' as it is undefined.",
        ),
        (
            "const { id } = JSON.parse('null')",
            "Cannot destructure property 'id' of 'JSON.parse(...)' as it is undefined or null.",
        ),
        ("const { ...rest } = null", "Cannot destructure 'null' as it is null."),
        (
            "let y, z = {}; const { a } = z; const { b } = y;",
            "Cannot destructure property 'b' of 'y' as it is undefined.",
        ),
        (
            "let y = {}; const { a: { b } } = y",
            "Cannot read properties of undefined (reading 'b')",
        ),
        ("Object.keys(null)", "Cannot convert undefined or null to object"),
        ("decodeURIComponent('%')", "URI malformed"),
        ("new Date(NaN).toISOString()", "Invalid time value"),
        ("Promise()", "Promise constructor cannot be invoked without 'new'"),
        ("Map()", "Constructor Map requires 'new'"),
        (
            "String(Object.create(null))",
            "Cannot convert object to primitive value",
        ),
        (
            "'a'.replaceAll(/a/, '')",
            "String.prototype.replaceAll called with a non-global RegExp argument",
        ),
        (
            "Object.defineProperty(1, 'x', {})",
            "Object.defineProperty called on non-object",
        ),
        (
            "[3, 1].sort(5)",
            "The comparison function must be either a function or undefined",
        ),
        (
            "Map.prototype.get.call({})",
            "Method Map.prototype.get called on incompatible receiver #<Object>",
        ),
    ] {
        assert_eq!(error(source), expected, "{source}");
    }
}

#[test]
fn a_pattern_that_is_none_is_shown() {
    for (source, expected) in [
        ("new RegExp('[')", "/[/: Unterminated character class"),
        ("new RegExp(\"(\")", "/(/: Unterminated group"),
        ("RegExp('a**', 'gi')", "/a**/gi: Nothing to repeat"),
        ("new RegExp('a\\\\')", "/a\\/: \\ at end of pattern"),
        ("new RegExp(')')", "/)/: Unmatched ')'"),
        ("new RegExp('[b-a]')", "/[b-a]/: Range out of order in character class"),
        (
            "new RegExp('a{2,1}')",
            "/a{2,1}/: numbers out of order in {} quantifier",
        ),
        ("'x'.match('(')", "/(/: Unterminated group"),
        ("'x'.search('(')", "/(/: Unterminated group"),
        ("'x'.matchAll('(')", "/(/g: Unterminated group"),
        // What it is made of is not in sight.
        ("new RegExp('(' + 'a')", "Unterminated group"),
        ("const p = '['; 'x'.match(p)", "Unterminated character class"),
    ] {
        assert_eq!(
            error(source),
            format!("Invalid regular expression: {expected}"),
            "{source}"
        );
    }
    assert_eq!(
        error("new RegExp('a', 'zz')"),
        "Invalid flags supplied to RegExp constructor 'zz'"
    );
    assert_eq!(error("var r = /a/zz;"), "Invalid regular expression flags");
    assert_eq!(
        error("var r = /(/;"),
        "Invalid regular expression: /(/: Unterminated group"
    );
    assert_eq!(
        error("let a = /x/, b = /[a-b](?:x)*[(]/;\nvar r = /[b-a]/g;"),
        "Invalid regular expression: /[b-a]/g: Range out of order in character class"
    );
    assert_eq!(
        error("let a = /a+?b*\\*/;\nvar r = /a**/;"),
        "Invalid regular expression: /a**/: Nothing to repeat"
    );
    // What is wrong with this is not looked for.
    assert_eq!(
        error("let a = /x/;\nvar r = /(?<n>a)(?<n>b)/;"),
        "Invalid regular expression: Duplicate capture group name"
    );
}

#[test]
fn a_script_is_not_strict_by_its_first_line() {
    let report =
        run("'use strict'; made = 1; Object.freeze({x: 1}).x = 2; pm.test('is', () => { pm.expect(made).to.eql(1) })");
    assert!(
        report.errors.is_empty() && report.tests[0].error.is_none(),
        "{report:?}"
    );
    // A function's own line holds, and places stay the script's.
    assert_eq!(
        shown("(function () { 'use strict'; made_not = 1 })()"),
        "ReferenceError: made_not is not defined (1:30)"
    );
}

#[test]
fn what_is_wrong_in_another_text_is_not_said_of_the_script() {
    for (source, expected) in [
        ("const t = 'foo' + ' bar'; eval(t)", "Invalid or unexpected token"),
        ("const t = 'foo bar'; eval(t)", "Unexpected identifier 'bar'"),
        ("eval('var x = ;')", "Unexpected token ';'"),
        (
            "const t = 'foo' + ' bar'; new Function(t)",
            "Invalid or unexpected token",
        ),
    ] {
        assert_eq!(error(source), expected, "{source}");
    }
    // Nor is what was called in vain within the prelude.
    assert_eq!(
        console("try { Buffer.from('a').compare('b') } catch (e) { console.log(e.message) }"),
        [r#"The "target" argument must be an instance of Buffer or Uint8Array. Received type string ('b')"#]
    );
}

#[test]
fn what_is_not_iterable_is_named_where_only_one_can_be_meant() {
    for (source, what) in [
        ("for (const x of {}) {}", "{}"),
        ("const [a] = {}", "{}"),
        ("const [a]={}", "{}"),
        (
            "const rows = {}, seen = {}; for (const x of rows) { seen[x.id] = {}; }",
            "rows",
        ),
        ("const seen = {}; seen['a'] = {}; const [a] = 5", "5"),
        ("for (const x of [1]) { const [a] = {}; }", "{}"),
    ] {
        assert_eq!(error(source), format!("{what} is not iterable"), "{source}");
    }
}

#[test]
fn the_call_that_failed_is_named_and_not_what_it_was_given() {
    let given = "const o = {f() { return {} }, g: 1, n: {}}, x = 1;";
    let functions = [
        ("o.g(pm.response.json())", "o.g"),
        ("o.g(JSON.stringify({}))", "o.g"),
        ("o.g(x)", "o.g"),
        ("o.g(x, 5)", "o.g"),
        ("o.g([1, x], {a: 1, b: x})", "o.g"),
        ("o.g(undefined)", "o.g"),
        ("o.g(o.n)", "o.g"),
        ("o.g(x.toString(), o.n.m)", "o.g"),
        ("[1].forEach(() => o.g(Math.max(1)))", "o.g"),
        ("[1].forEach(() => { o.g(Math.max(1)) })", "o.g"),
        ("(() => { o.g(Math.max(1)) })()", "o.g"),
        ("Math.max(x(1))", "x"),
        ("o.g(this)", "o.g"),
        ("o.g(x + 5)", "o.g"),
        ("o.g(x ? 1 : 2)", "o.g"),
        ("o.g(new Map([]))", "o.g"),
        ("o.g(function () { x; })", "o.g"),
        ("o.g(x, y => Math.max(y))", "o.g"),
        ("o.g(Math.max(1), async (y) => { Math.max(y); })", "o.g"),
        ("Math.max(o.g(Math.max(1)))", "o.g"),
        ("Math.max(x(Math.max(1)), 2)", "x"),
        ("o.n.m(Math.max(1)).p", "o.n.m"),
        // Chained.
        ("o.f(1).g(Math.max(1))", "o.f(...).g"),
        ("o.f(Math.max(1)).g(Math.max(1), 3)", "o.f(...).g"),
        ("pm.response.json().nope(Math.max(1))", "pm.response.json(...).nope"),
        ("let f = () => 1; f(1)(Math.max(2))", "f(...)"),
        // Over lines.
        ("o\n  .g(\n    Math.max(1),\n    {a: ')'},\n  )", "o.g"),
        ("o // (\n  .f()\n  /* ( */ .g(\n    Math.max(1))", "o.f(...).g"),
        ("o.\n  g\n  (1)", "o.g"),
        // Optional, computed.
        ("o?.g(Math.max(1))", "o?.g"),
        ("o.g?.(Math.max(1))", "o.g"),
        ("o.n?.m(Math.max(1))", "o.n?.m"),
        ("o['g'](Math.max(1))", "o.g"),
        ("let k = 'g'; o[k](1)", "o[k]"),
        ("[5][0](Math.max(1))", "[5][0]"),
        // In and with templates and texts.
        ("`a ${o.g(Math.max(1))} b`", "o.g"),
        ("o.g(`)${Math.max(1)}(`)", "o.g"),
        ("o.g(')', Math.max(1), \"(\")", "o.g"),
        ("o.g(/[)/]\\)/.test('x'))", "o.g"),
        ("o.g`x`", "o.g"),
        ("'abc'.nope(Math.max(1))", "\"abc\".nope"),
        ("(o).g(Math.max(1))", "o.g"),
        ("if (o.g(Math.max(1)) && x) {}", "o.g"),
        ("return o.g(Math.max(1))", "o.g"),
        ("await o.g(Math.max(1))", "o.g"),
        ("pm.foo(Math.max(1))", "pm.foo"),
        // Either may be meant.
        ("o.g(o.f())", "o.f or o.g"),
    ];
    let constructors = [
        ("new o.g(Math.max(1))", "o.g"),
        ("new x(o.n)", "x"),
        ("new o.g", "o.g"),
        ("new (o.g)(1)", "o.g"),
    ];
    let functions = functions.iter().map(|own| (own, "function"));
    let all = functions.chain(constructors.iter().map(|own| (own, "constructor")));
    let wrong = all.filter_map(|((source, name), what)| {
        let told = error(&format!("{given} {source}"));
        (told != format!("{name} is not a {what}")).then(|| format!("{source}: {told}"))
    });
    assert_eq!(wrong.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn syntax_errors_are_v8s() {
    for (source, expected) in [
        ("let = ;", "Unexpected token ';'"),
        ("var a = ;", "Unexpected token ';'"),
        ("foo(1", "missing ) after argument list"),
        ("foo(1 2)", "missing ) after argument list"),
        ("console.log('it\\'s (';", "missing ) after argument list"),
        ("if (f(1 {", "missing ) after argument list"),
        ("// don't (\nf(g(1)", "missing ) after argument list"),
        ("(1 2)", "Unexpected number"),
        ("f([1 2])", "Unexpected number"),
        ("function f(a b) {}", "Unexpected identifier 'b'"),
        ("const x = {;", "Unexpected token ';'"),
        ("if (true {", "Unexpected token '{'"),
        ("let a = 'x", "Invalid or unexpected token"),
        ("let a = 1; let a = 2;", "Identifier 'a' has already been declared"),
        ("pm.test('x', function () { ", "Unexpected end of input"),
        ("const a;", "Missing initializer in const declaration"),
        ("x =>", "Unexpected end of input"),
        ("a b", "Unexpected identifier 'b'"),
        ("return return", "Unexpected token 'return'"),
        ("let a; let a", "Identifier 'a' has already been declared"),
        ("var 1a", "Invalid or unexpected token"),
        ("@foo", "Invalid or unexpected token"),
        ("break", "Illegal break statement"),
        ("1 = 2", "Invalid left-hand side in assignment"),
        ("function (", "Function statements require a function name"),
        ("import x from 'y'", "Cannot use import statement outside a module"),
        ("try { }", "Missing catch or finally after try"),
        ("pm.test('x', () => {\n});\n});", "Unexpected token '}'"),
        ("if (1) { }\n}", "Unexpected token '}'"),
        ("export const z = 1;", "Unexpected token 'export'"),
        ("class { }", "Unexpected token '{'"),
        ("enum A {}", "Unexpected reserved word"),
        ("switch (1) { foo }", "Unexpected identifier 'foo'"),
        ("let [x] ;", "Missing initializer in destructuring declaration"),
        ("let j = f(;", "Unexpected token ';'"),
        ("var y = #;", "Invalid or unexpected token"),
        (
            "function f() { await 1; }",
            "await is only valid in async functions and the top level bodies of modules",
        ),
    ] {
        assert_eq!(error(source), expected, "{source}");
    }
}

#[test]
fn what_postman_declares_no_script_declares_anew() {
    for name in ["_", "pm", "console", "request", "tests", "responseBody", "data"] {
        let expected = format!("Identifier '{name}' has already been declared");
        for source in [
            format!("const {name} = 1;"),
            format!("let a = 1, {name} = 2"),
            format!("class {name} {{}}"),
            format!("const {{ b: {name} }} = {{ b: 1 }}"),
        ] {
            assert_eq!(error(&source), expected, "{source}");
        }
        for source in [
            format!("var {name} = 1;"),
            format!("function {name}() {{}}"),
            format!("{{ const {name} = 1; }}"),
            format!("(({name}) => {name})(1); const o = {{ a: 1, {name}: 2 }};"),
        ] {
            assert!(run(&source).errors.is_empty(), "{source}");
        }
    }
    for fine in [
        "'use strict'; function f() { return Math.max.apply(this, arguments) } f(1, 2)",
        "'use strict'; (function () { const data = [1, arguments.length] })()",
        "function f() { return [...arguments].length } f()",
        "function f(data) {} const g = (data) => data, h = (a, data) => data;",
        "async function f({ data, tests }, [request]) {}",
        "let y = {}; let { data: x, request: z = 1 } = y; const { pm: p, ...rest } = y",
        "'const data = 1'; // const data = 1\n/* const data = 1 */ /const data/",
        "const t = `const data = 1 ${[1].map(data => data)}`",
        "for (const data of [1]) {} try { throw 1 } catch (data) {} switch (1) { case 1: const data = 6 }",
        "class A { data() {} } const f = function data() {}; { function data() {} class tests {} }",
        "{ let data = 1; { var q = data } } var { tests } = { tests: 1 }",
        "'use strict'; { function data() {} } function tests() {} var _ = 1",
    ] {
        assert!(run(fine).errors.is_empty(), "{fine}");
    }
    assert!(run("'use sandbox2'; const _ = 1, tests = 2").errors.is_empty());
}

#[test]
fn what_was_fine_before_the_request_may_not_be_after_the_response() {
    let after = job("const responseBody = 1");
    let mut before = after.clone();
    before.event = ScriptEvent::PreRequest;
    before.response = None;
    let reports = run_all(vec![before.clone(), after.clone(), before, after]);
    let failed: Vec<bool> = reports.iter().map(|report| !report.errors.is_empty()).collect();
    assert_eq!(failed, [false, true, false, true]);
}

#[test]
fn places_are_the_users_own() {
    assert_eq!(
        shown("undefined.x"),
        "TypeError: Cannot read properties of undefined (reading 'x') (1:1)"
    );
    assert_eq!(
        shown("\n  undefined.x"),
        "TypeError: Cannot read properties of undefined (reading 'x') (2:3)"
    );
    assert_eq!(
        shown("let a = 1;\n  });\nlet c;"),
        "SyntaxError: Unexpected token '}' (2:3)"
    );
    assert_eq!(
        shown("let a = 1;\nvar b = ;"),
        "SyntaxError: Unexpected token ';' (2:9)"
    );
    assert_eq!(shown("var b = ;"), "SyntaxError: Unexpected token ';' (1:9)");
    assert_eq!(shown("// x\nthrow new Error('e')"), "Error: e (2:11)");
}

#[test]
fn places_behind_wide_letters_count_letters() {
    assert_eq!(
        error("console.log(\"hej 日本\"); throw new Error(\"boom ü\")pm.test('x')"),
        "Unexpected identifier 'pm'"
    );
    for (narrow, wide) in [
        ("'ab'; undefined.x", "'日本'; undefined.x"),
        ("'ab'; throw new Error('e')", "'ü日'; throw new Error('e')"),
        ("\n'a'; var b = ;", "\n'ü'; var b = ;"),
    ] {
        assert_eq!(shown(narrow), shown(wide));
    }
}

#[test]
fn stacks_show_only_the_script() {
    let report =
        run("function check() {\n  pm.expect(1).to.equal(2);\n}\npm.test('t', function named() {\n  check();\n});");
    let stack = report.tests[0].error.clone().unwrap().stack;
    assert!(stack.contains("at check (script.js:2:"), "{stack}");
    assert!(stack.contains("at named (script.js:5:"), "{stack}");
    assert!(!stack.contains("core.js"), "{stack}");
}

#[test]
fn errors_come_from_everywhere() {
    assert_eq!(shown("throw 'text'"), "Error: text");
    assert_eq!(shown("throw { a: 1 }"), "Error: { a: 1 }");
    assert_eq!(
        error("setTimeout(() => { throw new Error('in timer') }, 1)"),
        "in timer"
    );
    assert_eq!(error("Promise.reject(new Error('unhandled'))"), "unhandled");
    assert_eq!(error("await Promise.reject(new Error('awaited'))"), "awaited");
    assert!(
        run("const p = Promise.reject(1); setTimeout(() => p.catch(() => {}), 0); p.catch(() => {})")
            .errors
            .is_empty()
    );
    assert_eq!(error("new Promise(() => { throw new Error('inside') })"), "inside");
}

#[test]
fn caught_and_printed_errors_have_v8s_words_too() {
    for (source, expected) in [
        (
            "try { undefined.x } catch (e) { console.log(e.message) }",
            "Cannot read properties of undefined (reading 'x')",
        ),
        (
            "try { pm.foo() } catch (e) { console.log(e.message) }",
            "pm.foo is not a function",
        ),
        (
            "try { null.a } catch (e) { console.log(`${e}`, e instanceof TypeError) }",
            "TypeError: Cannot read properties of null (reading 'a') true",
        ),
        (
            "const f = () => f() + 1; try { f() } catch (e) { console.log(e.name, e.message, e instanceof RangeError) }",
            "RangeError Maximum call stack size exceeded true",
        ),
        (
            "try { new Array(-1) } catch (e) { console.log(Object.keys(e).length, e.message) }",
            "0 Invalid array length",
        ),
        (
            "Promise.resolve().then(() => null.y).catch((e) => console.log(e.message))",
            "Cannot read properties of null (reading 'y')",
        ),
        ("try { eval('a b') } catch (e) { console.log(e.name) }", "SyntaxError"),
        (
            "try { throw new TypeError('not a function') } catch (e) { e.message = 'mine'; try { throw e } catch (f) { console.log(f.message) } }",
            "mine",
        ),
        (
            "try { JSON.parse('{') } catch (e) { console.log(e.message.split('\\n')[0]) }",
            "Unexpected end of input at 1:2",
        ),
    ] {
        assert_eq!(texts(run(source)), [expected], "{source}");
    }
    let printed = texts(run("try { null.x } catch (e) { console.log(e); console.log(e.stack) }"));
    assert_eq!(printed[0].trim_end(), printed[1].trim_end());
    assert!(
        printed[0].starts_with("TypeError: Cannot read properties of null (reading 'x')\n    at "),
        "{printed:?}"
    );
    assert!(
        printed[0].contains("script.js:1:") && !printed[0].contains("main.js") && !printed[0].contains("native"),
        "{printed:?}"
    );
    // A script may write stacks its own way, for itself.
    let texts: Vec<_> = run_all(vec![
        job("Error.prepareStackTrace = (e, sites) => sites.length; console.log(new Error('x').stack > 0)"),
        job("console.log(typeof new Error('x').stack)"),
    ])
    .into_iter()
    .map(texts)
    .collect();
    assert_eq!(texts, [["true"], ["string"]]);
}
