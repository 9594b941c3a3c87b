//! `require('chai')` beside `expect`: `assert`, `should`, and what plug-ins get.

use super::*;

/// The message of what the source throws, or `ok`.
fn outcome(source: &str) -> String {
    let source = format!(
        "const chai = require('chai'); const {{ assert }} = chai; \
         try {{ {source}; console.log('ok'); }} catch (e) {{ console.log(e.message); }}"
    );
    console(&source).remove(0)
}

fn check(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        assert_eq!(outcome(source), *expected, "{source}");
    }
}

#[test]
fn assert_says_what_expect_says() {
    check(&[
        ("assert(1 === 1, 'no')", "ok"),
        ("assert('' , 'empty')", "empty"),
        ("assert.equal(1, '1')", "ok"),
        ("assert.equal(1, 2, 'sum')", "sum: expected 1 to equal 2"),
        ("assert.strictEqual(1, '1')", "expected 1 to equal '1'"),
        (
            "assert.deepEqual({a: 1}, {a: 2})",
            "expected { a: 1 } to deeply equal { a: 2 }",
        ),
        ("assert.isNull(1)", "expected 1 to equal null"),
        ("assert.isNotArray([])", "expected [] not to be an array"),
        ("assert.typeOf('x', 'number')", "expected 'x' to be a number"),
        ("assert.include([1, 2], 3)", "expected [ 1, 2 ] to include 3"),
        ("assert.deepNestedInclude({a: {b: [{c: 1}]}}, {'a.b[0]': {c: 1}})", "ok"),
        (
            "assert.property({a: 1}, 'b', 'own')",
            "own: expected { a: 1 } to have property 'b'",
        ),
        (
            "assert.lengthOf([1], 2)",
            "expected [ 1 ] to have a length of 2 but got 1",
        ),
        ("assert.sameDeepMembers([{a: 1}], [{a: 1}])", "ok"),
        (
            "assert.hasAllKeys({a: 1, b: 2}, ['a'])",
            "expected { a: 1, b: 2 } to have key 'a'",
        ),
        ("assert.operator(1, '>', 2)", "expected 1 to be > 2"),
        ("assert.operator(1, '=', 2)", "Invalid operator \"=\""),
        (
            "assert.throws(() => { throw new TypeError('bad') }, TypeError, /bad/)",
            "ok",
        ),
        ("assert.throws(() => {}, 'x')", "expected [Function] to throw an error"),
        ("let n = 1; assert.increasesBy(() => { n += 2 }, () => n, 2)", "ok"),
        ("assert.fail()", "assert.fail()"),
        ("assert.isOk.length; assert.ifError(new Error('given'))", "given"),
    ]);
}

#[test]
fn should_is_on_every_value_once_asked_for() {
    check(&[
        (
            "chai.should(); (5).should.be.a('number'); 'x'.should.equal('y')",
            "expected 'x' to equal 'y'",
        ),
        (
            "const should = chai.should(); should.exist(null)",
            "expected null to exist",
        ),
        (
            "const should = chai.should(); should.not.exist(null); should.equal(1, 2, 'm')",
            "m: expected 1 to equal 2",
        ),
        (
            "const o = { should: 5 }; chai.should(); if (o.should !== 5) throw new Error('own')",
            "ok",
        ),
    ]);
}

#[test]
fn plug_ins_have_chais_tools() {
    check(&[
        (
            "chai.use((_, u) => { chai.Assertion.overwriteMethod('above', (old) => function (n) { \
             if (u.flag(this, 'object') === 'big') return; old.apply(this, arguments); }); }); \
             chai.expect('big').to.be.above(5); chai.expect(1).to.be.above(5)",
            "expected 1 to be above 5",
        ),
        (
            "chai.util.addChainableMethod(chai.Assertion.prototype, 'model', function (t) { \
             this.assert(this._obj.type === t, 'expected #{this} to be of type #{exp}', '', t); }, () => {}); \
             chai.expect({ type: 'a' }).to.be.a.model('b')",
            "expected { type: 'a' } to be of type 'b'",
        ),
        (
            "if (chai.util.getPathInfo({a: [{b: 1}]}, 'a[0].b').value !== 1) throw new Error('path')",
            "ok",
        ),
        (
            "chai.util.expectTypes(chai.expect(1, 'me'), ['array', 'String'])",
            "me: object tested must be an array, or a string, but number given",
        ),
        (
            "chai.util.proxify({ known: 1 }).knwon",
            "Invalid Chai property: knwon. Did you mean \"known\"?",
        ),
        (
            "chai.expect(new chai.AssertionError('cat')).to.equal(1)",
            "expected AssertionError{ message: 'cat', …(2) } to equal 1",
        ),
    ]);
}

#[test]
fn postmans_objects_are_shown_under_its_names() {
    let start = "const S = require('postman-collection'); const e = pm.expect;";
    for (of, shown) in [
        ("new S.Url('http://a.b/c')", "PostmanUrl{ auth: undefined, …(7) }"),
        ("new S.Url('http://u:p@a.b')", "PostmanUrl{ auth: { …(2) }, …(7) }"),
        ("pm.environment", "PostmanVariableScope{ …(4) }"),
        ("pm.variables", "PostmanVariableScope{ …(5) }"),
        (
            "new S.VariableScope({ id: 'a' })",
            "PostmanVariableScope{ id: 'a', …(1) }",
        ),
        ("new S.Header('a: b')", "PostmanHeader{ key: 'a', value: 'b' }"),
        (
            "pm.response.headers.one('x-two')",
            "PostmanHeader{ key: 'x-two', …(2) }",
        ),
        ("pm.request", "PostmanRequest{ …(3) }"),
        ("new S.Request('a')", "PostmanRequest{ …(3) }"),
        ("new S.QueryParam('a=b')", "PostmanQueryParam{ key: 'a', …(1) }"),
        ("new S.FormParam({ key: 'a' })", "PostmanFormParam{ key: 'a', …(5) }"),
        ("new S.Variable({ key: 'a' })", "PostmanVariable{ type: 'any', …(2) }"),
        (
            "new S.RequestBody({ mode: 'raw', raw: 'x' })",
            "PostmanRequestBody{ mode: 'raw', …(7) }",
        ),
        ("new S.Description('x')", "PostmanPropertyDescription{ …(2) }"),
        ("pm.response", "PostmanResponse{ …(10) }"),
        ("new S.Response({ code: 200 })", "PostmanResponse{ …(6) }"),
        ("pm.response.headers", "a{ …(7) }"),
        ("pm.request.url.query", "PostmanPropertyList{ …(6) }"),
        ("pm", "Postman{ info: { …(5) }, …(12) }"),
        ("[pm.request.url]", "[ PostmanUrl{ auth: undefined, …(7) } ]"),
    ] {
        let source = format!("{start} try {{ e({of}).to.eql(1) }} catch (e) {{ console.log(e.message) }}");
        assert_eq!(
            console(&source),
            [format!("expected {shown} to deeply equal 1")],
            "{of}"
        );
    }
}
