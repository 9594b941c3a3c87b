//! The options of `ajv` that change values, keywords and formats of a script's own; the expectations are version 6.12's.

use super::*;

#[test]
fn values_are_coerced_filled_and_stripped() {
    assert_eq!(
        values(
            "const Ajv = require('ajv'); const tried = (options, schema, value) => { const ajv = new Ajv(options); check([ajv.validate(schema, value), value, ajv.errorsText()]); };
             tried({coerceTypes: 'array'}, {properties: {n: {type: 'integer'}, b: {type: 'boolean'}, s: {type: 'string'}, a: {type: 'array'}, z: {type: 'null'}}}, {n: '5', b: 'true', s: 1, a: 'x', z: ''});
             tried({coerceTypes: true}, {properties: {n: {type: 'integer'}, a: {type: 'array'}}}, {n: '5.5', a: 'x'});
             tried({useDefaults: true}, {properties: {n: {default: 3}, o: {default: {}, properties: {p: {default: 'q'}}}, e: {default: 1}}}, {e: ''});
             tried({useDefaults: 'empty'}, {properties: {e: {default: 1}}, items: [{default: 2}]}, {e: ''});
             tried({useDefaults: true}, {anyOf: [{properties: {a: {default: 1}}, required: ['a']}]}, {});
             tried({removeAdditional: true}, {properties: {a: {}}, additionalProperties: false}, {a: 1, z: 2});
             tried({removeAdditional: 'failing'}, {additionalProperties: {type: 'string'}}, {a: 1, z: 'x'});
             tried({removeAdditional: 'all'}, {properties: {a: {}}}, {a: 1, z: 2});
             tried({removeAdditional: false}, {properties: {a: {}}, additionalProperties: false}, {a: 1, z: 2});"
        ),
        [
            r#"[true,{"n":5,"b":true,"s":"1","a":["x"],"z":null},"No errors"]"#,
            r#"[false,{"n":"5.5","a":"x"},"data.n should be integer"]"#,
            r#"[true,{"e":"","n":3,"o":{"p":"q"}},"No errors"]"#,
            r#"[true,{"e":1},"No errors"]"#,
            r#"[false,{},"data should have required property '.a', data should match some schema in anyOf"]"#,
            r#"[true,{"a":1},"No errors"]"#,
            r#"[true,{"z":"x"},"No errors"]"#,
            r#"[true,{"a":1},"No errors"]"#,
            r#"[false,{"a":1,"z":2},"data should NOT have additional properties"]"#,
        ]
    );
}

#[test]
fn half_a_character_is_itself_alone() {
    assert_eq!(
        values(
            r"const Ajv = require('ajv'); const good = (schema, ...all) => check(all.map((one) => new Ajv().validate(schema, one)));
              good({items: {const: 'x\ud83c'}}, ['x\ud83c'], ['x\ud83d'], ['x\ufffd']);
              good({items: {const: 'x\ufffd'}}, ['x\ufffd'], ['x\ud83c']);
              good({required: ['\ud83c']}, {'\ud83c': 1}, {'\ud83d': 1});"
        ),
        ["[true,false,false]", "[true,false]", "[true,false]"]
    );
}

#[test]
fn rules_may_read_the_value() {
    assert_eq!(
        values(
            "const Ajv = require('ajv'); const ajv = new Ajv({$data: true, jsonPointers: true, verbose: true});
             const schema = {properties: {small: {type: 'number', maximum: {$data: '1/large'}}, large: {type: 'number'}, same: {const: {$data: '/large'}}}};
             check(ajv.validate(schema, {small: 1, large: 3, same: 3})); check(ajv.validate(schema, {small: 5, large: 3}));
             const [{keyword, dataPath, params, data: seen, schema: wanted}] = ajv.errors; check([keyword, dataPath, params, seen, wanted]);
             check(ajv.validate(schema, {large: 3, same: 4})); check(ajv.errorsText());
             try { ajv.validate({maximum: {$data: '2/a'}}, 1) } catch (e) { check(e.message) }"
        ),
        [
            "true",
            "false",
            r#"["maximum","/small",{"comparison":"<=","limit":3,"exclusive":false},5,{"$data":"1/large"}]"#,
            "false",
            "data/same should be equal to constant",
            "Cannot access data 2 levels up, current level is 0",
        ]
    );
}

#[test]
fn keywords_and_formats_may_be_a_scripts_own() {
    assert_eq!(
        values(
            r"const Ajv = require('ajv'); const ajv = new Ajv({allErrors: true, formats: {low: /^[a-z]+$/, big: {type: 'number', validate: (n) => n > 9}}});
               ajv.addKeyword('even', {type: 'number', validate: (wanted, n) => wanted === (n % 2 === 0)});
               ajv.addKeyword('range', {type: 'number', compile: ([a, b]) => (n) => n >= a && n <= b, metaSchema: {type: 'array', minItems: 2}});
               ajv.addKeyword('between', {macro: ([a, b]) => ({minimum: a, maximum: b})});
               ajv.addKeyword('up', {modifying: true, schema: false, validate: (text, path, parent, key) => { parent[key] = text.toUpperCase(); return true; }});
               check(ajv.validate({items: {even: true}}, [1, 2, 3])); check(ajv.errorsText()); check(ajv.errors[1]);
               check(ajv.validate({range: [1, 3]}, 4)); try { ajv.compile({range: [1]}) } catch (e) { check(e.message) }
               check(ajv.validate({between: [1, 3]}, 4)); check(ajv.errors.map((e) => [e.keyword, e.schemaPath]));
               const value = {a: 'x'}; check([ajv.validate({properties: {a: {up: true, const: 'X'}}}, value), value]);
               ajv.addFormat('zip', '^[0-9]{5}$'); check([ajv.validate({format: 'zip'}, '1'), ajv.validate({format: 'low'}, 'abc'), ajv.validate({format: 'big'}, 3), ajv.validate({format: 'big'}, 'text')]);
               check([ajv.getKeyword('even').type, ajv.getKeyword('type'), ajv.getKeyword('none')]); ajv.removeKeyword('even'); check(ajv.validate({even: true}, 1));"
        ),
        [
            "false",
            r#"data[0] should pass "even" keyword validation, data[2] should pass "even" keyword validation"#,
            r##"{"keyword":"even","dataPath":"[2]","schemaPath":"#/items/even","params":{"keyword":"even"},"message":"should pass \"even\" keyword validation"}"##,
            "false",
            "keyword schema is invalid: data should NOT have fewer than 2 items",
            "false",
            r##"[["maximum","#/maximum"],["between","#/between"]]"##,
            r#"[false,{"a":"X"}]"#,
            "[false,true,false,true]",
            r#"["number",true,false]"#,
            "true",
        ]
    );
}

#[test]
fn references_lead_by_ids_and_to_what_is_loaded() {
    assert_eq!(
        values(
            "const Ajv = require('ajv'); const ajv = new Ajv(); ajv.addSchema({$id: 'http://x.com/defs.json', definitions: {int: {type: 'integer'}}});
             const byId = ajv.compile({$id: 'http://x.com/s.json', properties: {a: {$ref: 'defs.json#/definitions/int'}}}); check([byId({a: 'x'}), byId.errors[0].schemaPath]);
             const nested = {$id: 'http://e.com/root.json', definitions: {A: {$id: 'nested/', definitions: {B: {$id: 'b.json', type: 'integer'}}, properties: {q: {$ref: 'b.json'}}}}, $ref: '#/definitions/A'};
             check(new Ajv().validate(nested, {q: 'x'})); check(new Ajv().validate({definitions: {unused: {$ref: '#/nowhere'}}}, 1));
             try { new Ajv().compile({$id: 'http://x.com/a', $ref: 'other.json#/b'}) } catch (e) { check([e instanceof Ajv.MissingRefError, e.message, e.missingRef, e.missingSchema]) }
             new Ajv({loadSchema: async (uri) => ({$id: uri, type: 'integer'})}).compileAsync({properties: {a: {$ref: 'http://z/int.json'}}}).then((validate) => { check(validate({a: 'x'})); return new Ajv().compile({$async: true, type: 'string'})(1); }).catch((e) => check([e.message, e.errors[0].message]));"
        ),
        [
            r#"[false,"defs.json#/definitions/int/type"]"#,
            "false",
            "true",
            r#"[true,"can't resolve reference other.json#/b from id http://x.com/a#","http://x.com/other.json#/b","http://x.com/other.json"]"#,
            "false",
            r#"["validation failed","should be string"]"#,
        ]
    );
}

#[test]
fn what_its_json_does_not_show_counts_within_a_value_too() {
    assert_eq!(
        values(
            "const Ajv = require('ajv'); const valid = (schema, value) => new Ajv().validate(schema, value); const d = new Date(0);
             check([valid({properties: {d: {type: 'string'}}}, {d}), valid({items: {type: 'object'}}, [d]), valid({properties: {d: {required: ['x']}}}, {d})]);
             check([valid({properties: {a: {type: 'null'}}}, {a: NaN}), valid({additionalProperties: false}, {a: undefined})]);
             const around = {}; around.self = around; check(valid({required: ['self']}, around));"
        ),
        ["[false,true,false]", "[false,false]", "true"]
    );
}
