//! `pm.expect`: chai's words and chai's texts.

use super::*;

/// The message of a failing assertion, `ok` of one that holds.
fn message(assertion: &str) -> String {
    let report = run(&format!("pm.test('t', () => {{ const e = pm.expect; {assertion}; }})"));
    report.tests[0]
        .error
        .as_ref()
        .map_or_else(|| "ok".into(), |error| error.message.clone())
}

fn check(cases: &[(&str, &str)]) {
    for (assertion, expected) in cases {
        assert_eq!(message(assertion), *expected, "{assertion}");
    }
}

#[test]
fn it_is_a_member_like_any_other_though_it_is_read_when_it_is_used() {
    let report = run("pm.test('t', () => {
            const own = Object.keys(pm).includes('expect');
            const genuine = pm.expect;
            pm.expect = (value) => `mine: ${value}`;
            const mine = pm.expect(1);
            pm.expect = genuine;
            pm.expect([own, mine, genuine === require('chai').expect]).to.eql([true, 'mine: 1', true]);
        })");
    assert_eq!(report.tests[0].error.as_ref().map(|error| &error.message), None);
}

#[test]
fn long_values_are_cut_at_forty() {
    check(&[
        (
            "e({args: {}, data: {}, files: {}, form: {}, headers: {a: 1}, json: null, url: 'x', y: 1}).to.have.property('zz')",
            "expected { args: {}, data: {}, files: {}, …(5) } to have property 'zz'",
        ),
        (
            r#"e('{"args":{},"data":{},"files":{},"form":{}}').to.equal('x')"#,
            r#"expected '{"args":{},"data":{},"files":{},"form…' to equal 'x'"#,
        ),
        (
            "e({a: {b: {c: [1, 2, 3]}}, long: 'xxxxxxxxxxxxxxxxxxx'}).to.equal(1)",
            "expected { a: { b: { c: [ 1, 2, 3 ] } }, …(1) } to equal 1",
        ),
        (
            "e(['aaaaaaaaaaaa', 'bbbbbbbbbbbbbb', 'cccccccccccc', 'd']).to.equal(1)",
            "expected [ 'aaaaaaaaaaaa', …(3) ] to equal 1",
        ),
    ]);
}

#[test]
fn equality_has_two_kinds() {
    check(&[
        ("e(1).to.equal(1).and.to.be.a('number')", "ok"),
        ("e({a: [1, {b: 2}]}).to.eql({a: [1, {b: 2}]})", "ok"),
        (
            "e({a: 1}).to.deep.equal({a: 2})",
            "expected { a: 1 } to deeply equal { a: 2 }",
        ),
        ("e({a: 1}).to.equal({a: 1})", "expected { a: 1 } to equal { a: 1 }"),
        ("e(1).to.not.eq(1)", "expected 1 to not equal 1"),
        ("e(-0).to.eql(0)", "expected -0 to deeply equal +0"),
        ("e(NaN).to.eql(NaN)", "ok"),
        ("e(new Date(0)).to.eql(new Date(0))", "ok"),
        (
            "e({a: undefined}).to.eql({})",
            "expected { a: undefined } to deeply equal {}",
        ),
        ("e('a', 'mine').to.equals('b')", "mine: expected 'a' to equal 'b'"),
        ("e('a').to.equal('b', 'mine')", "mine: expected 'a' to equal 'b'"),
        ("const c = {}; c.c = c; const d = {}; d.c = d; e(c).to.eql(d)", "ok"),
    ]);
}

#[test]
fn types_and_truth() {
    check(&[
        ("e([]).to.be.an('array').that.is.empty", "ok"),
        ("e('x').to.be.an('object')", "expected 'x' to be an object"),
        (
            "e(null).to.be.a('null'); e(undefined).to.be.undefined; e(null).to.be.null",
            "ok",
        ),
        ("e(0).to.be.ok", "expected +0 to be truthy"),
        ("e('true').to.be.true", "expected 'true' to be true"),
        ("e(undefined).to.exist", "expected undefined to exist"),
        ("e([1]).to.be.empty", "expected [ 1 ] to be empty"),
        ("e([]).to.be.instanceof(Date)", "expected [] to be an instance of Date"),
    ]);
}

#[test]
fn contents() {
    check(&[
        ("e('abc').to.include('b').and.match(/c$/)", "ok"),
        ("e([1, 2]).to.contain(3)", "expected [ 1, 2 ] to include 3"),
        (
            "e([{a: 1}]).to.deep.include({a: 2})",
            "expected [ { a: 1 } ] to deep include { a: 2 }",
        ),
        ("e({a: 1, b: 2}).to.include({a: 1})", "ok"),
        (
            "e({a: 1}).to.have.property('a', 2)",
            "expected { a: 1 } to have property 'a' of 2, but got 1",
        ),
        ("e({a: {b: [1]}}).to.have.nested.property('a.b[0]', 1)", "ok"),
        (
            "e(undefined).to.have.property('a')",
            "Target cannot be null or undefined.",
        ),
        (
            "e({a: 1, b: 2}).to.have.all.keys('a', 'c')",
            "expected { a: 1, b: 2 } to have keys 'a', and 'c'",
        ),
        ("e({a: 1, b: 2}).to.have.any.keys('a', 'c')", "ok"),
        (
            "e([1, 2]).to.have.lengthOf(3)",
            "expected [ 1, 2 ] to have a length of 3 but got 2",
        ),
        (
            "e([1, 2]).to.have.length.above(3)",
            "expected [ 1, 2 ] to have a length above 3 but got 2",
        ),
        ("e([1, 2]).to.have.members([2, 1]); e(2).to.be.oneOf([1, 2])", "ok"),
        ("e(5).to.be.oneOf([1, 2])", "expected 5 to be one of [ 1, 2 ]"),
        ("e('abc').to.have.string('x')", "expected 'abc' to contain 'x'"),
    ]);
}

#[test]
fn numbers_and_functions() {
    check(&[
        ("e(5).to.be.above(7)", "expected 5 to be above 7"),
        ("e(5).to.be.at.least(7)", "expected 5 to be at least 7"),
        ("e(5).to.be.within(1, 3)", "expected 5 to be within 1..3"),
        ("e('5').to.be.below(7)", "expected '5' to be a number or a date"),
        ("e(1.5).to.be.closeTo(1, 0.2)", "expected 1.5 to be close to 1 +/- 0.2"),
        ("e(() => { throw new TypeError('x') }).to.throw(TypeError, 'x')", "ok"),
        ("e(() => {}).to.throw()", "expected [Function] to throw an error"),
        (
            "e(() => { throw new Error('a') }).to.throw('b')",
            "expected [Function] to throw error including 'b' but got 'a'",
        ),
        ("e(4).to.satisfy((n) => n > 3)", "ok"),
        ("pm.expect.fail('no')", "no"),
    ]);
}

#[test]
fn words_that_do_not_exist_fail() {
    check(&[
        ("e(1).to.be.ture", "Invalid Chai property: ture. Did you mean \"true\"?"),
        ("e(1).to.be.xxxxxxxxxx", "Invalid Chai property: xxxxxxxxxx"),
        (
            "e(1).to.equal.foo",
            "Invalid Chai property: equal.foo. See docs for proper usage of \"equal\".",
        ),
        (
            "e([1]).to.be.an.length",
            "Invalid Chai property: an.length. Due to a compatibility issue, \"length\" cannot directly follow \"an\". Use \"an.lengthOf\" instead.",
        ),
    ]);
}

#[test]
fn failures_carry_what_reporters_want() {
    assert_eq!(
        console(
            "try { pm.expect({a: 1}).to.eql({a: 2}); } catch (e) { \
             console.log(e.name, e instanceof Error, e.actual, e.expected, e.showDiff, e.operator, e instanceof require('chai').AssertionError); }"
        ),
        ["AssertionError true { a: 1 } { a: 2 } true deepStrictEqual true"]
    );
}

#[test]
fn plug_ins_can_add_words() {
    let source = "require('chai').use((chai, utils) => chai.Assertion.addMethod('twice', function (n) {
        this.assert(utils.flag(this, 'object') === 2 * n, 'expected #{this} to be twice #{exp}', 'no', n); }));
        e(4).to.be.twice(2); e(5).to.be.twice(2)";
    assert_eq!(message(source), "expected 5 to be twice 2");
}
