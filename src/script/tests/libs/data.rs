//! XML and CSV; the expected values are those of xml2js 0.4.23 and csv-parse 1.2.4.

use super::*;

#[test]
fn xml_becomes_objects() {
    let source = r#"<r> <i>1</i><i> 2 </i><j c="d&amp;">t&lt;u&#65;</j><k><![CDATA[<x>]]></k></r>"#;
    let parse = |options: &str| {
        values(&format!(
            "require('xml2js').parseString('{source}', {options}, (error, result) => check(error ? error.message : result))"
        ))
        .remove(0)
    };
    assert_eq!(
        parse("{}"),
        r#"{"r":{"i":["1"," 2 "],"j":[{"_":"t<uA","$":{"c":"d&"}}],"k":["<x>"]}}"#
    );
    assert_eq!(
        parse("{explicitArray: false, trim: true, mergeAttrs: true}"),
        r#"{"r":{"i":["1","2"],"j":{"_":"t<uA","c":"d&"},"k":"<x>"}}"#
    );
    assert_eq!(
        parse("{explicitRoot: false, ignoreAttrs: true, attrkey: '@', charkey: '#', explicitCharkey: true}"),
        r##"{"i":[{"#":"1"},{"#":" 2 "}],"j":[{"#":"t<uA"}],"k":[{"#":"<x>"}]}"##
    );
}

#[test]
fn xml_may_have_the_entities_of_html() {
    assert_eq!(
        values("check(xml2Json('<a b=\"&eacute;&AMP;\">x&nbsp;y&Eacute;&copy;&NBSP;&hearts;&#38;nbsp;&yuml;</a>'))")
            [1..],
        ["{\"a\":{\"_\":\"x\u{a0}yÉ©\u{a0}♥&nbsp;ÿ\",\"$\":{\"b\":\"é&\"}}}"]
    );
}

#[test]
fn mistakes_in_xml_have_the_genuine_words() {
    for (text, words) in [
        ("nope", "Non-whitespace before first tag.\nLine: 0\nColumn: 1\nChar: n"),
        ("<a><b></a>", "Unexpected close tag\nLine: 0\nColumn: 10\nChar: >"),
        ("<a>", "Unclosed root tag\nLine: 0\nColumn: 3\nChar: "),
        ("<a b></a>", "Attribute without value\nLine: 0\nColumn: 5\nChar: >"),
        ("<a b=1></a>", "Unquoted attribute value\nLine: 0\nColumn: 6\nChar: 1"),
        ("<a>&foo;</a>", "Invalid character entity\nLine: 0\nColumn: 8\nChar: ;"),
        ("<a>é&foo;</a>", "Invalid character entity\nLine: 0\nColumn: 9\nChar: ;"),
        ("</a>", "Unmatched closing tag: a\nLine: 0\nColumn: 4\nChar: >"),
        (
            "<a b=\"&foo;\"/>",
            "Invalid character entity\nLine: 0\nColumn: 11\nChar: ;",
        ),
        (
            "<a b=\"x&copy;y\" c=\"&bar;\">",
            "Invalid character entity\nLine: 0\nColumn: 24\nChar: ;",
        ),
        (
            "<a>x &amp y</a>",
            "Invalid character in entity name\nLine: 0\nColumn: 10\nChar:  ",
        ),
        (
            "<a>&Eacute;&foo</a>",
            "Invalid character in entity name\nLine: 0\nColumn: 16\nChar: <",
        ),
    ] {
        let source = format!("require('xml2js').parseString('{text}', (error) => check(error.message))");
        assert_eq!(values(&source), [words], "{text}");
    }
}

#[test]
fn xml_has_its_other_ways_in_and_out() {
    assert_eq!(
        values(
            "const x = require('xml2js'); check(await x.parseStringPromise('<a b=\"1\"/>')); const p = new x.Parser({explicitArray: false}); p.parseString('<A><b/></A>', (e, r) => check(r));
             check(xml2Json('<a><b c=\"1\"> t </b></a>')); check(xml2Json('nope') === undefined);
             check(new x.Builder().buildObject({r: {$: {a: '1\"<'}, i: [1, 2, {k: 'v&'}], e: null}}));
             check(new x.Builder({headless: true}).buildObject({r: {$: {a: 1}, b: ['x', 'y'], c: {_: 'u', d: 1}, _: 't<'}}));
             check(new x.Builder({headless: true, renderOpts: {pretty: false}}).buildObject({r: {_: 't', b: 'x'}}));
             try { new x.Builder().buildObject({r: {_: null, b: 1}}) } catch (error) { check(error.message) }"
        ),
        [
            r#"{"a":{"$":{"b":"1"}}}"#,
            r#"{"A":{"b":""}}"#,
            r#"Using "xml2Json" is deprecated. Use "require('xml2js')" instead."#,
            r#"{"a":{"b":{"_":"t","$":{"c":"1"}}}}"#,
            "true",
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<r a=\"1&quot;&lt;\">\n  <i>1</i>\n  <i>2</i>\n  \
             <i>\n    <k>v&amp;</k>\n  </i>\n  <e/>\n</r>",
            "<r a=\"1\">\n  <b>x</b>\n  <b>y</b>\n  <c>\n    u\n    <d>1</d>\n  </c>\n  t&lt;\n</r>",
            "<r>t<b>x</b></r>",
            "Missing element text. parent: <r>",
        ]
    );
}

#[test]
fn csv_becomes_rows_or_objects() {
    assert_eq!(
        values(
            r#"const parse = require('csv-parse/lib/sync'); check(parse('a,b\r\n1,"x ""y"" z"\r\n')); check(parse('a,b\n1,2\n3,4', {columns: true}));
               check(parse('a;b\n1;2', {delimiter: ';', columns: ['p', 'q']})); check(parse(' a , b \n 1 , "2"', {trim: true})); check(parse('#c\na,b\n\n1,2.5\n', {comment: '#', skip_empty_lines: true, auto_parse: true}));
               check(parse('a,b\n1\n', {relax_column_count: true})); check(parse('k,v\nx,1\n', {columns: true, objname: 'k'}));
               for (const bad of ['a,b\n1\n', '"a"b,c', 'x"y,z', '"open']) try { parse(bad); check('none') } catch (error) { check(error.message) }"#
        ),
        [
            r#"[["a","b"],["1","x \"y\" z"]]"#,
            r#"[{"a":"1","b":"2"},{"a":"3","b":"4"}]"#,
            r#"[{"p":"a","q":"b"},{"p":"1","q":"2"}]"#,
            r#"[["a","b"],["1","2"]]"#,
            r#"[["a","b"],[1,2.5]]"#,
            r#"[["a","b"],["1"]]"#,
            r#"{"x":{"k":"x","v":"1"}}"#,
            "Number of columns is inconsistent on line 2",
            r#"Invalid closing quote at line 1; found "b" instead of delimiter ",""#,
            "Invalid opening quote at line 1",
            "Quoted field not terminated at line 2",
        ]
    );
}

#[test]
fn csv_comes_with_the_text_it_was_read_from() {
    // Of a line end the first character, and with the first row the line of the names: as the genuine reader has it.
    assert_eq!(
        values(
            r#"const parse = require('csv-parse/lib/sync');
               check(parse('a,b\r\n1,"x ""y"""\r\n2,3', {columns: true, raw: true}));"#
        ),
        [r#"[{"raw":"a,b\r1,\"x \"\"y\"\"\"\r","row":{"a":"1","b":"x \"y\""}},{"raw":"2,3","row":{"a":"2","b":"3"}}]"#]
    );
}
