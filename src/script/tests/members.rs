//! Which member an error names that cannot be changed.

use super::*;

/// What a script does in strict mode, and what it is told.
const UNCHANGEABLE: &[(&str, &str)] = &[
    (
        "const o = Object.freeze({x: 1});\n o.x = 2;",
        "Cannot assign to read only property 'x' of object '#<Object>'",
    ),
    (
        "const o = Object.freeze([1]);\n o[0] = 2;",
        "Cannot assign to read only property '0' of object '[object Array]'",
    ),
    (
        "const o = Object.freeze({});\n o.y = 2;",
        "Cannot add property y, object is not extensible",
    ),
    (
        "const o = Object.freeze({});\n o['a-b'] = 2;",
        "Cannot add property a-b, object is not extensible",
    ),
    (
        "const o = Object.freeze({x: 1});\n delete o.x;",
        "Cannot delete property 'x' of #<Object>",
    ),
    (
        "const o = {get a() { return 1 }};\n o.a = 2;",
        "Cannot set property a of #<Object> which has only a getter",
    ),
    (
        "const o = Object.freeze({});\n o.y += 2;",
        "Cannot add property y, object is not extensible",
    ),
    (
        "const o = { list: () => Object.freeze({q: 1}) };\n delete o.list().q;",
        "Cannot delete property 'q' of #<Object>",
    ),
    (
        "\n delete Object.freeze({x: 1}).x;",
        "Cannot delete property 'x' of #<Object>",
    ),
    (
        "const a = Object.freeze([1]);\n a.length = 0;",
        "Cannot assign to read only property 'length' of object '[object Array]'",
    ),
    (
        "const o = Object.freeze({});\n o.y = Math.max(1, 2);",
        "Cannot add property y, object is not extensible",
    ),
    // Of a list that stands there it is.
    (
        "Object.freeze([1, 2]).push(3)",
        "Cannot add property 2, object is not extensible",
    ),
    (
        "Object.freeze([1]).pop()",
        "Cannot delete property '0' of [object Array]",
    ),
    // What is given out gets no member by it.
    (
        "const p = {}, a = Object.freeze([1]);\n p.total = a.push(1);",
        "Cannot add property 1, object is not extensible",
    ),
    (
        "const fix = (list) => Object.seal(list);\n fix([1, 2]).unshift(3);",
        "Cannot add property 2, object is not extensible",
    ),
    (
        "const a = Object.freeze([]);\n a.push.apply(a, ['x']);",
        "Cannot add property 0, object is not extensible",
    ),
    (
        "const a = Object.freeze([1, 2]);\n a.pop();",
        "Cannot delete property '1' of [object Array]",
    ),
    (
        "const a = Object.freeze([1, 2]);\n a.sort();",
        "Cannot assign to read only property '0' of object '[object Array]'",
    ),
    (
        "const p = {}, o = Object.freeze({});\n p.done = o.n++;",
        "Cannot add property, object is not extensible",
    ),
    // A length or a number is not a list's alone.
    (
        "const o = Object.freeze({length: 1});\n o.length = 2;",
        "Cannot assign to read only property 'length' of object '#<Object>'",
    ),
    (
        "const o = {a: Object.freeze([1])};\n o.a.length = 0;",
        "Cannot assign to read only property 'length' of object '[object Array]'",
    ),
    (
        "\n Object.freeze([1]).length = 2;",
        "Cannot assign to read only property 'length' of object '[object Array]'",
    ),
    (
        "const o = Object.freeze({0: 1});\n o[0] = 2;",
        "Cannot assign to read only property '0' of object '#<Object>'",
    ),
    (
        "const o = Object.freeze({0: 1});\n delete o[0];",
        "Cannot delete property '0' of #<Object>",
    ),
    (
        "\n 'abc'.length = 1;",
        "Cannot assign to read only property 'length' of string 'abc'",
    ),
    (
        "const s = 'abc';\n s.length = 1;",
        "Cannot assign to read only property 'length' of string 'abc'",
    ),
    (
        "\n delete 'abc'.length;",
        "Cannot delete property 'length' of [object String]",
    ),
    (
        "const a = Object.freeze([1, 2]);\n a.shift();",
        "Cannot assign to read only property '0' of object '[object Array]'",
    ),
    (
        "Object.freeze([1, , 2]).push(3)",
        "Cannot add property 3, object is not extensible",
    ),
    // Either may be meant.
    (
        "const o = Object.freeze({}); let p = {};\n p.a = 1, o.y = 2;",
        "Cannot add property, object is not extensible",
    ),
];

#[test]
fn members_that_cannot_be_changed_are_named() {
    let strict = |body: &str| error(&format!("(function () {{ 'use strict'; {body} }})()"));
    for (body, expected) in UNCHANGEABLE {
        assert_eq!(strict(body), *expected, "{body}");
    }
}
