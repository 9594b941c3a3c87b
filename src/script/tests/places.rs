//! Where in the user's script it is wrong, of errors that the engine has no place for or another one.

use super::*;

fn place(source: &str) -> (u32, u32) {
    let report = run(source);
    assert_eq!(report.errors.len(), 1, "{source}: {report:?}");
    report.errors[0].at.unwrap_or_else(|| panic!("{source}: {report:?}"))
}

#[test]
fn a_name_that_is_declared_twice_is_pointed_to() {
    for (source, at) in [
        ("const a = 1;\nconst b = 2;\n  const a = 3;", (3, 9)),
        ("let a; let a", (1, 12)),
        ("let a = 1;\nlet a\npm.test('x')", (2, 5)),
        ("let { a, b: { a } } = {};", (1, 15)),
        ("const ä = 1; const ä = 2;", (1, 20)),
        ("try {} catch (e) { let e }", (1, 24)),
        // What the sandbox declares itself.
        ("const a = 1;\n  const data = a;", (2, 9)),
        ("pm.test('data');\nlet { a, data } = {};", (2, 10)),
        ("// const tests\nconst tests = {};", (2, 7)),
        // No use of it is meant, nor what a block has of its own.
        ("console.log([1, data]);\nconst a = { data }, data = 1;", (2, 21)),
        ("{ const data = 1; }\n[data, 2];\nlet data;", (3, 5)),
        ("const a = (data, pm)\nf(a, data)\nclass data {}", (3, 7)),
    ] {
        assert_eq!(place(source), at, "{source}");
    }
}

#[test]
fn a_pattern_that_is_none_is_pointed_to() {
    for (source, at) in [
        ("var q = 5;\n\n  if (/(/.test('a')) { }", (3, 7)),
        ("const a = /x/;\nconst b = 'x'.match(/a**/);", (2, 21)),
        ("const a = /x/g, b = /a/zz;", (1, 21)),
        ("/[b-a]/", (1, 1)),
    ] {
        assert_eq!(place(source), at, "{source}");
    }
}

#[test]
fn what_a_text_that_is_evaluated_says_is_said_where_it_is_evaluated() {
    for (source, at, message) in [
        ("let a;\n  eval('foo bar');", (2, 3), "Unexpected identifier 'bar'"),
        (
            "let a;\n\n new RegExp('(');",
            (3, 6),
            "Invalid regular expression: /(/: Unterminated group",
        ),
        (
            "\neval('let q; let q');",
            (2, 1),
            "Identifier 'q' has already been declared",
        ),
        ("eval('var class = 1')", (1, 1), "Unexpected token 'class'"),
        (
            "eval('1++')",
            (1, 1),
            "Invalid left-hand side expression in postfix operation",
        ),
        (
            "eval('let let = 1')",
            (1, 1),
            "let is disallowed as a lexically bound name",
        ),
    ] {
        assert_eq!((error(source).as_str(), place(source)), (message, at), "{source}");
    }
    assert_eq!(
        error("class A { constructor() {} constructor() {} }"),
        "A class may only have one constructor"
    );
}

#[test]
fn places_are_told_from_where_the_script_is_written_down() {
    let mut job = job("\nnull.x;");
    job.above = 7;
    let report = run_job(job);
    assert_eq!(report.errors[0].at.map(|(line, _)| line), Some(9));
    let mut job = super::job("pm.test('a', () => {\n  null.x;\n});");
    job.above = 7;
    let stack = run_job(job).tests[0].error.clone().unwrap().stack;
    assert!(
        stack.contains("(script.js:9:") || stack.contains("at script.js:9:"),
        "{stack}"
    );
    assert!(!stack.contains("script.js:2:"), "{stack}");
}
