//! JSON Schema; the expected texts, paths and orders are those of tv4 1.3.0 and ajv 6.12.5.

use super::*;

const SCHEMA: &str = "{type: 'object', required: ['z', 'a', 'c'], additionalProperties: false, properties: {a: {type: 'string'}, \
                      b: {type: 'array', items: {type: 'integer', minimum: 3}}, c: {enum: [1, 2]}, 'd-e': {type: ['string', 'null']}}}";

#[test]
fn tv4_finds_what_is_wrong() {
    let source = format!(
        "const schema = {SCHEMA}; var tv4 = require('tv4'); check(tv4.validate({{a: 1, b: [1, 'x'], q: 1}}, schema)); const e = tv4.error; check([e.code, e.message, e.dataPath, e.schemaPath, e.params, e.subErrors]);
         for (const e of tv4.validateMultiple({{q: 1, b: [1, 'x'], a: 1, c: 3}}, schema).errors) check([e.code, e.message, e.dataPath, e.schemaPath].join(' | '));
         check(require('tv4') === tv4); check(tv4.validateResult('x', {{type: 'string'}}).valid); check(tv4.error.code);"
    );
    assert_eq!(
        values(&source),
        [
            "false",
            r#"[302,"Missing required property: z","","/required/0",{"key":"z"},null]"#,
            "302 | Missing required property: z |  | /required/0",
            "303 | Additional properties not allowed | /q | /additionalProperties",
            "101 | Value 1 is less than minimum 3 | /b/0 | /properties/b/items/minimum",
            "0 | Invalid type: string (expected integer) | /b/1 | /properties/b/items/type",
            "0 | Invalid type: number (expected string) | /a | /properties/a/type",
            "1 | No enum match for: 3 | /c | /properties/c/type",
            "true",
            "true",
            "302",
        ]
    );
}

#[test]
fn tv4_knows_other_schemas_and_says_which_are_missing() {
    assert_eq!(
        values(
            "var tv4 = require('tv4'); tv4.addSchema('http://x/s', {definitions: {n: {type: 'number'}}}); check(tv4.validate('a', {$ref: 'http://x/s#/definitions/n'})); check(tv4.error.message);
             check(tv4.validate(1, {$ref: 'http://x/none#/a'})); check(tv4.missing); check(tv4.validate({a: 1, b: {c: 1}}, {properties: {b: {}}}, false, true)); check([tv4.error.code, tv4.error.dataPath]);
             check(tv4.validate({a: 'x'}, {properties: {a: {type: 'string', required: true}}})); "
        ),
        [
            "false",
            "Invalid type: string (expected number)",
            "true",
            r#"["http://x/none"]"#,
            "false",
            r#"[1000,"/a"]"#,
            "true",
        ]
    );
}

#[test]
fn tv4_takes_formats_keywords_and_words_of_a_scripts_own() {
    assert_eq!(
        values(
            r"const mine = require('tv4').freshApi(); const shown = ({code, message, dataPath, schemaPath, params}) => check([code, message, dataPath, schemaPath, params]);
              mine.addFormat('dec', (text) => (/^[0-9]+$/.test(text) ? null : 'must be digits')); check(mine.validate('1', {format: 'dec'}));
              mine.validateMultiple({a: ['x', '1'], b: 'z'}, {properties: {a: {items: {format: 'dec'}}, b: {type: 'number', format: 'dec'}}}).errors.forEach(shown);
              mine.defineError('MY_ERR', 20005, 'Mine {x}'); mine.defineKeyword('me', (data, wanted) => (data === wanted ? null : {code: 'MY_ERR', message: {x: wanted}}));
              mine.validate(1, {me: 'q'}); shown(mine.error); check(mine.validate(1, {me: 1}));
              check([mine.validate(1, {not: {me: 1}}), mine.error.code, mine.validate(2, {not: {me: 1}})]); try { mine.defineError('lower', 20006, '') } catch (e) { check(e.message) }
              mine.addLanguage('de', {INVALID_TYPE: 'Falscher Typ: {type} statt {expected}'}); check([mine.language('de'), mine.validate(1, {type: 'string'}), mine.error.message, mine.language('fr')]);
              mine.setErrorReporter((error, data, schema) => error.code + JSON.stringify([data, schema])); mine.validate({a: 1}, {properties: {a: {type: 'string'}}}); check(mine.error.message);
              const whole = {id: 'http://a.com/x/y', properties: {b: {$ref: 'z'}, c: {id: '#foo'}}}; mine.normSchema(whole, 'http://q.com/'); check(whole);
              check([mine.resolveUrl('http://a.com/b/c', '../d#x'), mine.resolveUrl('', 'd'), mine.getDocumentUri('http://a.com/b#c'), mine.getSchema('http://s/none'), mine.getMissingUris()]);
              const round = {}; round.round = round; check(mine.validate(round, {properties: {round: {$ref: '#'}}}, true));"
        ),
        [
            "true",
            r#"[500,"Format validation failed (must be digits)","/a/0","/properties/a/items/format",{"message":"must be digits"}]"#,
            r#"[0,"Invalid type: string (expected number)","/b","/properties/b/type",{"type":"string","expected":"number"}]"#,
            r#"[20005,"Mine q","","/me",{"x":"q"}]"#,
            "true",
            "[false,13,true]",
            "Code name must be a string in UPPER_CASE_WITH_UNDERSCORES",
            r#"["de",false,"Falscher Typ: number statt string",false]"#,
            r#"0[1,{"type":"string"}]"#,
            r#"{"id":"http://a.com/x/y","properties":{"b":{"$ref":"http://a.com/x/z"},"c":{"id":"http://a.com/x/y#foo"}}}"#,
            r#"["http://a.com/d#x","d","http://a.com/b",null,["http://s/none"]]"#,
            "true",
        ]
    );
}

#[test]
fn tv4_ends_each_level_at_its_first_error_and_asks_a_format_once() {
    assert_eq!(
        values(
            "const mine = require('tv4').freshApi(); const shown = ({code, dataPath, schemaPath, subErrors}) => [code, dataPath, schemaPath, ...(subErrors || []).map(shown)];
             let asked = 0; mine.addFormat('own', (text) => { asked += 1; return text === 'good' ? null : 'bad' }); mine.addFormat('email', () => null); mine.defineKeyword('kw', () => 'never');
             mine.validate({a: 'x', b: 'z'}, {properties: {a: {format: 'own'}, b: {type: 'number'}}}); check([asked, shown(mine.error)]);
             check(mine.validateMultiple({a: 'x'}, {properties: {a: {format: 'own', kw: 1}}}).errors.map(shown));
             check(mine.validate({}, {anyOf: [{required: ['email']}, {properties: {email: {}}}]}));
             check([mine.validate('x', {anyOf: [{format: 'own'}, {type: 'number'}]}), mine.validate('good', {oneOf: [{format: 'own'}, {type: 'number'}]}), mine.validate('x', {not: {format: 'own'}})]);
             const any = {anyOf: [{type: 'number'}, {items: {anyOf: [{type: 'null'}]}, type: 'array'}]};
             mine.validate([['x']], {items: any}); check(shown(mine.error)); check(mine.validateMultiple('x', any).errors.map(shown));
             check([mine.validate({$: NaN}, {properties: {$: {type: 'number'}}}), mine.error.code, mine.validate({d: new Date(0)}, {properties: {d: {type: 'string'}}}), mine.error.code]);"
        ),
        [
            r#"[1,[500,"/a","/properties/a/format"]]"#,
            r#"[[500,"/a","/properties/a/format"]]"#,
            "true",
            "[false,true,true]",
            r#"[10,"/0","/items/anyOf",[0,"/0","/items/anyOf/0/anyOf/0/type"],[10,"/0/0","/items/anyOf/1/anyOf/1/items/anyOf",[0,"/0/0","/items/anyOf/1/anyOf/1/items/anyOf/0/anyOf/0/type"]]]"#,
            r#"[[10,"","/anyOf",[0,"","/anyOf/0/type"],[0,"","/anyOf/1/type"]]]"#,
            "[false,105,false,0]",
        ]
    );
}

#[test]
fn ajv_words_all_errors_or_the_first() {
    let source = format!(
        "const Ajv = require('ajv'); const schema = {SCHEMA}; for (const allErrors of [true, false]) {{ const ajv = new Ajv({{allErrors}}); check(ajv.validate(schema, {{a: 1, b: [1, 'x'], q: 1, 'd-e': 2}})); check(ajv.errorsText()); }}
         const v = new Ajv().compile({{type: 'array'}}); check(v({{}})); check(v.errors); check(v([])); check(v.errors);
         const any = new Ajv(); any.validate({{anyOf: [{{type: 'string'}}, {{required: ['x']}}]}}, {{}}); check(any.errorsText(null)); check(any.errorsText(any.errors, {{dataVar: 'body', separator: ' / '}}));"
    );
    assert_eq!(
        values(&source),
        [
            "false",
            "data should have required property 'z', data should NOT have additional properties, data.a should be string, \
             data.b[0] should be >= 3, data.b[1] should be integer, data should have required property 'c', \
             data['d-e'] should be string,null",
            "false",
            "data should have required property '.z'",
            "false",
            r##"[{"keyword":"type","dataPath":"","schemaPath":"#/type","params":{"type":"array"},"message":"should be array"}]"##,
            "true",
            "null",
            "data should be string, data should have required property '.x', data should match some schema in anyOf",
            "body should be string / body should have required property '.x' / body should match some schema in anyOf",
        ]
    );
}

#[test]
fn ajv_refuses_what_it_cannot_compile() {
    assert_eq!(
        values(
            "const Ajv = require('ajv'); for (const schema of [{type: 'foo'}, {$ref: '#/definitions/q'}, {format: 'zip'}, {$schema: 'http://json-schema.org/draft-04/schema#'}]) try { new Ajv().compile(schema) } catch (e) { check(e.message) }
             for (const bad of [() => new Ajv({processCode: String}), () => new Ajv().addKeyword('type'), () => new Ajv().addKeyword('x', {inline: () => ''})]) try { bad() } catch (e) { check(e.message) }"
        ),
        [
            "schema is invalid: data.type should be equal to one of the allowed values, data.type should be array, data.type should match some schema in anyOf",
            "can't resolve reference #/definitions/q from id #",
            r##"unknown format "zip" is used in schema at path "#""##,
            r#"no schema with key or ref "http://json-schema.org/draft-04/schema#""#,
            "the option 'processCode' of 'ajv' is not supported",
            "Keyword type is already defined",
            "'inline' in a keyword of 'ajv' is not supported",
        ]
    );
}

#[test]
fn formats_are_checked() {
    assert_eq!(
        values(
            "const Ajv = require('ajv'); const test = (format, text) => new Ajv().validate({format}, text); check([test('email', 'x'), test('email', 'a@b.co'), test('uri', 'nope'), test('date-time', '2020-01-01T00:00:00Z'), test('uuid', 'x'), test('uuid', '6ba7b810-9dad-11d1-80b4-00c04fd430c8'), test('time', '10:00:00'), test('date', '2020-1-1'), test('ipv4', '1.2.3.4')])"
        ),
        ["[false,true,false,true,false,true,true,false,true]"]
    );
}

#[test]
fn formats_are_fast_ones_or_full_ones() {
    assert_eq!(
        values(
            "const Ajv = require('ajv'); const texts = [['date', '2021-02-31'], ['date', '2021-02-41'], ['time', '25:00:00Z'], ['date-time', '2021-02-31T25:00:00Z'], ['url', 'http://x'], ['url', 'http://x.co/a'],
                 ['url', 'http://10.0.0.1'], ['email', 'é@b.co'], ['email', 'a..b@c'], ['ipv4', '01.2.3.4'], ['ipv6', '::1'], ['ipv6', '1::2::3'], ['uri', 'a:'], ['uri-reference', '//[1'], ['regex', '(']];
             for (const format of ['fast', 'full', undefined]) { const ajv = new Ajv({format}); check(texts.map(([name, text]) => Number(ajv.validate({properties: {a: {format: name}}}, {a: text}))).join('')) }"
        ),
        ["101101001110110", "000001000110000", "101101001110110"]
    );
}

#[test]
fn ajv_judges_values_not_their_json() {
    assert_eq!(
        values(
            "const Ajv = require('ajv'); const good = (schema, value) => new Ajv().validate(schema, value); const round = {}; round.round = round;
             check([good({properties: {a: {type: 'string'}}}, {a: new Date(0)}), good({properties: {a: {type: 'null'}}}, {a: NaN}), good({items: {type: 'null'}}, [undefined]),
                    good({properties: {b: {}}, additionalProperties: false}, {a: undefined}), good({properties: {a: {type: 'string'}}}, {a: 'x'}), good({required: ['round']}, round)])"
        ),
        ["[false,false,false,false,true,true]"]
    );
}

#[test]
fn ajv_reads_ids_as_each_instance_is_told() {
    assert_eq!(
        values(
            "const Ajv = require('ajv'); const schema = {definitions: {f: {id: '#foo', type: 'number'}}, properties: {a: {$ref: '#foo'}}};
             try { new Ajv().compile(schema) } catch (e) { check(e.message) } check(new Ajv({schemaId: 'id'}).validate(schema, {a: 'x'}))"
        ),
        ["can't resolve reference #foo from id #", "false"]
    );
}

#[test]
fn responses_are_held_against_a_schema() {
    let report = run("const schema = {type: 'object', required: ['id_token'], properties: {id_token: {type: 'number'}, roles: {type: 'array'}}};
         pm.test('no', () => pm.response.to.have.jsonSchema(schema)); pm.test('yes', () => pm.response.to.have.jsonSchema({required: ['roles']}));
         pm.test('not', () => pm.response.to.not.have.jsonSchema(schema)); pm.test('value', () => pm.expect({a: 1}).to.have.jsonSchema({required: ['b']}));");
    assert_eq!(
        tests_of(&report),
        [
            "no: expected data to satisfy schema but found following errors: \ndata.id_token should be number",
            "yes: ok",
            "not: ok",
            "value: expected data to satisfy schema but found following errors: \ndata should have required property 'b'",
        ]
    );
}

#[test]
fn tv4_tells_of_properties_that_only_the_last_alternative_does_not_know() {
    assert_eq!(
        values(
            "const t4 = require('tv4'), parts = [{ properties: { a: {} } }, { properties: { b: {} } }];
             check(t4.validateMultiple({ a: 1, b: 2 }, { oneOf: parts }, false, true).errors.map((e) => [e.code, e.dataPath]));
             check(t4.validateMultiple({ a: 1, b: 2 }, { allOf: parts }, false, true).valid); check(t4.validate({ a: 1, c: 1 }, parts[0], true, true)); check(t4.error.dataPath)"
        ),
        [r#"[[12,""],[1000,"/a"]]"#, "true", "false", "/c"]
    );
}

#[test]
fn true_is_a_schema_that_knows_no_property() {
    assert_eq!(
        values(
            "const of = (...given) => tv4.validateMultiple(...given).errors.map((e) => e.code + e.dataPath);
             check([of({a: 1}, true, false, true), of({a: 1}, true), of({a: 1}, false, false, true), of({a: {b: 1}}, {properties: {a: true}}, false, true)]);
             try { tv4.validate({}, null) } catch (e) { check(e.message) }"
        )[1..],
        [
            r#"[["1000/a"],[],[],["1000/a/b"]]"#,
            "Cannot read properties of null (reading '$ref')",
        ]
    );
}
