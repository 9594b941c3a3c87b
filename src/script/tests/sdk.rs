//! The members that all of Postman's classes have, and those of single ones; the expected values are those of
//! postman-collection 5.3.1.

use super::*;

/// Evaluates expressions, each by itself, and shows what came of them as JSON.
pub(super) fn each(expressions: &[&str]) -> Vec<String> {
    let mut steps = String::new();
    for expression in expressions {
        steps += "try { show(await (async () => (";
        steps += expression;
        steps += "))()); } catch (e) { show(e.name + ': ' + e.message); }\n";
    }
    console(&format!(
        "const show = (value) => console.log(typeof value === 'string' ? value : String(JSON.stringify(value)));
         const S = require('postman-collection');\n{steps}"
    ))
}

/// Compares expressions with what should come of them.
fn check(table: &[(&str, &str)]) {
    let made = each(&table.iter().map(|(expression, _)| *expression).collect::<Vec<_>>());
    for ((expression, expected), made) in table.iter().zip(made) {
        assert_eq!(made, *expected, "{expression}");
    }
}

#[test]
fn everything_knows_what_it_belongs_to() {
    check(&[
        ("pm.request.headers.parent() === pm.request", "true"),
        ("pm.request.url.query.parent() === pm.request.url", "true"),
        (
            "(() => { const l = new S.HeaderList(pm.request, [{ key: 'a', value: 'b' }]); return l.idx(0).parent() === pm.request; })()",
            "true",
        ),
        ("[pm.request.parent(), pm.request.meta()]", "[null,null]"),
        (
            "(() => { const seen = []; pm.request.headers.eachParent((p) => seen.push(p === pm.request)); return seen; })()",
            "[true]",
        ),
        ("new S.Header('a: b').findInParents('key')", "a"),
        (
            "pm.request.toObjectResolved(null, [{ x: 1 }])",
            "Error: Unable to resolve variables. Require a List type property for variable auto resolution.",
        ),
    ]);
}

#[test]
fn members_stand_in_the_order_that_scripts_compare() {
    check(&[
        (
            "[new S.FormParam({ id: 'i', key: 'k', value: 'v', type: 'text', src: 's', contentType: 'c', fileName: 'f', disabled: true, description: 'd' }), \
             new S.FormParam({ type: 'file', key: 'k', src: 'x' })]",
            r#"[{"id":"i","disabled":true,"description":{"content":"d","type":"text/plain"},"key":"k","value":"v","type":"text","src":"s","contentType":"c","fileName":"f"},{"key":"k","type":"file","src":"x"}]"#,
        ),
        (
            "[new S.QueryParam({ key: 'a', value: 'b', description: 'd' }), new S.Description({ type: 't', content: 'c' })]",
            r#"[{"description":{"content":"d","type":"text/plain"},"key":"a","value":"b"},{"content":"c","type":"t"}]"#,
        ),
        (
            "new S.Variable({ id: 'i', name: 'n', key: 'k', value: 'v', type: 'string', disabled: true, system: true })",
            r#"{"id":"i","name":"n","disabled":true,"type":"string","value":"v","key":"k","system":true}"#,
        ),
        (
            "new S.Request({ url: 'http://h', description: 'd' })",
            r#"{"description":{"content":"d","type":"text/plain"},"url":{"protocol":"http","host":["h"],"query":[],"variable":[]},"method":"GET"}"#,
        ),
        (
            "[{ query: 'q', operationName: '' }, { query: 'q', operationName: null }, { query: 'q' }].map((graphql) => new S.RequestBody({ mode: 'graphql', graphql }).toJSON().graphql)",
            r#"[{"query":"q","operationName":""},{"query":"q","operationName":null},{"query":"q"}]"#,
        ),
        ("Object.keys(S.Url)", "[]"),
        (
            "[new S.Url('http://h/a'), new S.Header('a: b')].map((one) => require('util').inspect(one).slice(0, 24))",
            r#"["{ protocol: 'http', path","{ key: 'a', value: 'b' }"]"#,
        ),
    ]);
}

#[test]
fn odd_parts_of_urls_and_lists_are_taken_as_postman_takes_them() {
    check(&[
        (
            "[{ host: 'h', query: '' }, 'h?', { host: 'h', path: [{ type: 'string', value: 'p' }, 'q', null, 3] }].map((url) => new S.Url(url).toString())",
            r#"["h","h?","h/[object Object]/q//3"]"#,
        ),
        (
            "new S.VariableList(null, [{ id: 'a', value: 1 }, { key: 'b', value: 2 }]).toObject()",
            r#"{"b":2}"#,
        ),
        (
            "(() => { const l = new S.CookieList(null, [{ name: 'a', value: '1' }, { name: 'b', value: '2' }]); l.assimilate(new S.CookieList(null, [{ name: 'b', value: '3' }]), true); return l; })()",
            r#"[{"name":"b","value":"3"}]"#,
        ),
    ]);
}

#[test]
fn texts_say_which_variables_they_hold() {
    check(&[
        (
            "new S.Header('a: {{b}} {{c}} {{b}}').findSubstitutions()",
            r#"["b","c"]"#,
        ),
        (
            "S.Property.replaceSubstitutions('{{a}} {{b}}', new S.VariableList(null, [{ key: 'a', value: '1' }]))",
            "1 {{b}}",
        ),
        (
            "S.Property.replaceSubstitutionsIn({ x: ['{{a}}'] }, [{ a: 1 }])",
            r#"{"x":["1"]}"#,
        ),
        (
            "(() => { const d = new S.Description({ content: 'a', type: 'text/markdown' }); d.update({ content: 'b' }); \
             const one = JSON.stringify(d); d.update({ type: 'text/html' }); return [one, d, String(d), new S.Description()]; })()",
            r#"["{\"content\":\"b\",\"type\":\"text/plain\"}",{"type":"text/html"},"",{}]"#,
        ),
        (
            "new S.VariableList(null, [{ key: undefined, value: 1 }, { key: 'a', value: 2 }, { value: 3 }]).toObject()",
            r#"{"undefined":1,"a":2}"#,
        ),
        (
            "(() => { const h = new S.Header('a: b'); h.describe('why', 'text/markdown'); return [String(h.description), h.description]; })()",
            r#"["why",{"content":"why","type":"text/markdown"}]"#,
        ),
    ]);
}

#[test]
fn variables_and_their_lists_have_all_their_members() {
    check(&[
        (
            "(() => { const v = new S.Variable({ key: 'a', value: '5', type: 'number' }); return [v.get(), v.valueType('string'), v.get(), v.castOut(7)]; })()",
            r#"[5,"string","5","7"]"#,
        ),
        (
            "(() => { const v = new S.Variable({ type: 'object', value: '{\"a\":1}' }); return [v.get(), v.toJSON().value]; })()",
            r#"[{"a":1},"{\"a\":1}"]"#,
        ),
        ("new S.Variable({ type: 'array', value: 'no' }).get()", "undefined"),
        (
            "Object.keys(S.Variable.types).join()",
            "string,boolean,number,array,object,any",
        ),
        (
            "(() => { const l = new S.VariableList(null, [{ key: 'a', value: '1' }]); return [l.substitute({ x: '{{a}}' }), l.replace('{{a}}b'), l.syncToObject({ z: 1 }), l.syncFromObject({ a: '2', b: '3' }, true), l.oneNormalizedVariable('a').value]; })()",
            r#"[{"x":"1"},"1b",{"a":"1"},{"created":["b"],"updated":["a"],"deleted":[]},"2"]"#,
        ),
        (
            "pm.environment.variables()",
            "Error: `VariableScope#variables` has been discontinued, use `VariableScope#syncVariablesTo` instead.",
        ),
        (
            "['text/css', 'image/svg+xml', 'application/octet-stream', 'multipart/form-data', 'application/xhtml+xml', 'application/x-www-form-urlencoded', 'font/woff2', 'application/hal+json'].map((value) => { const c = new S.Response({ code: 200, header: [{ key: 'Content-Type', value }] }).contentInfo(); return c.mimeType + ' ' + c.mimeFormat; }).join()",
            "text plain,image image,application raw,multipart raw,text xml,text plain,unknown raw,text json",
        ),
        (
            "S.Response.mimeInfo()",
            "Error: `Response.mimeInfo` has been discontinued, use `Response#contentInfo` instead.",
        ),
        (
            "(() => { pm.environment.applyMutation('set', 'k', 1); pm.environment.set('f', () => 2); return pm.environment.syncVariablesTo({ q: 1 }); })()",
            r#"{"k":1,"f":2}"#,
        ),
        (
            "[pm.environment.syncVariablesFrom({ k: 2 }, true), pm.environment.toObject()]",
            r#"[{"created":[],"updated":["k"],"deleted":["f"]},{"k":2}]"#,
        ),
    ]);
}

#[test]
fn urls_cookies_headers_and_auth_read_as_postmans() {
    check(&[
        (
            "S.Url.parse('http://a.b/c?d=e')",
            r#"{"raw":"http://a.b/c?d=e","protocol":"http","host":["a","b"],"path":["c"],"query":[{"key":"d","value":"e"}]}"#,
        ),
        (
            "S.Cookie.parse('a=b; Path=/; Max-Age=5; Secure; SameSite=Lax')",
            r#"{"key":"a","value":"b","path":"/","maxAge":"5","secure":true,"extensions":[{"key":"SameSite","value":"Lax"}],"hostOnly":true}"#,
        ),
        (
            "[S.Cookie.stringify({ name: 'a', value: 'b', path: '/', domain: 'c', hostOnly: true }), S.Cookie.unparse([{ name: 'a', value: 'b' }, { name: 'c' }])]",
            r#"["a=b; Path=/","a=b; c="]"#,
        ),
        ("S.Header.unparse([{ key: 'a', value: 'b' }])", "a: b\r\n"),
        ("S.FormParam.parse('a=1')", r#"[{"key":"a","value":"1"}]"#),
        (
            "Object.keys(S.RequestBody.MODES).sort().join()",
            "file,formdata,graphql,raw,urlencoded",
        ),
        (
            "(() => { pm.request.authorizeUsing('basic', { username: 'u', password: 'p' }); pm.request.authorizeUsing('basic', { username: 'v' }); return pm.request.auth.toJSON(); })()",
            r#"{"type":"basic","basic":[{"type":"any","value":"v","key":"username"}]}"#,
        ),
    ]);
}

#[test]
fn responses_can_be_made_of_a_definition() {
    check(&[
        (
            "(() => { const r = new S.Response({ code: 201, body: '{\"a\":1}', header: [{ key: 'Content-Type', value: 'application/json' }] }); return [r.json(), r.status, r.size(), r.headers.get('content-type')]; })()",
            r#"[{"a":1},"Created",{"body":7,"header":56,"total":63},"application/json"]"#,
        ),
        (
            "(() => { const r = new S.Response({ code: 200, stream: { type: 'Buffer', data: [104, 105] } }); return [r.text(), r.responseSize, r.dataURI()]; })()",
            r#"["hi",2,"data:text/plain;base64, aGk="]"#,
        ),
        (
            "(() => { const r = new S.Response({ code: 200, stream: Buffer.from([0x1f, 0x8b, 8]) }); return r.encoding(); })()",
            r#"{"format":"gzip","source":"BODY"}"#,
        ),
        (
            "[typeof pm.message, typeof pm.datasets, pm.response.downloadedBytes]",
            r#"["undefined","function",36]"#,
        ),
    ]);
}

#[test]
fn scopes_note_what_is_done_to_them() {
    check(&[
        (
            "(() => { pm.environment.set('a', 1); pm.environment.unset('b'); pm.environment.set('a', 2); return [pm.environment.mutations, pm.iterationData.mutations, Object.keys(pm.globals.toJSON()).includes('mutations')]; })()",
            r#"[{"autoCompact":true,"stream":[],"compacted":{"a":["a",2],"b":["b"]}},null,true]"#,
        ),
        (
            "(() => { const s = new S.VariableScope({ values: [{ key: 'k', value: 1 }] }); const was = s.mutations; s.enableTracking(); s.set('n', 1); s.unset('n'); s.clear(); s.disableTracking(); s.set('q', 1); const before = s.mutations.toJSON(); s.mutations.compact(); return [was, before, s.mutations, s.mutations.count()]; })()",
            r#"[null,{"autoCompact":false,"stream":[["n",1],["n"],["k"]],"compacted":{}},{"autoCompact":false,"stream":[],"compacted":{"n":["n"],"k":["k"]}},2]"#,
        ),
        (
            "(() => { const t = new S.VariableScope(); new S.MutationTracker({ stream: [['k', 'v'], ['a']], compacted: { a: ['a', 1] } }).applyOn(t); return [t.toObject(), S.MutationTracker.isMutationTracker(pm.globals.mutations)]; })()",
            r#"[{"k":"v"},true]"#,
        ),
    ]);
}

#[test]
fn classes_have_the_statics_of_postmans() {
    check(&[
        (
            "[S.HeaderList.isHeaderList(pm.request.headers), S.HeaderList.isHeaderList([]), S.CookieList.isCookieList(pm.cookies)]",
            "[true,false,true]",
        ),
        (
            "(() => { const r = S.Response.createFromNode({ body: Buffer.from('{\"a\":1}'), headers: [{ key: 'X', value: 'y' }], statusCode: 201, statusMessage: 'Made', elapsedTime: 5 }, [{ name: 'c', value: 'd' }]); return [r.json(), r.headers.get('x'), r.code, r.status, r.responseTime, r.cookies.get('c')]; })()",
            r#"[{"a":1},"y",201,"Made",5,"d"]"#,
        ),
        (
            "S.Response.timingPhases({ offset: { request: 1, socket: 2, lookup: 4, connect: 8, secureConnect: 16, response: 32, end: 64, done: 128 } })",
            r#"{"prepare":1,"wait":1,"dns":2,"tcp":4,"firstByte":16,"download":32,"process":64,"total":128,"secureHandshake":8}"#,
        ),
        (
            "(() => { const h = new S.Header({ key: 'a', value: 'b', _postman_x: 1 }); return [h.meta(), h.meta('postman_x', 'y'), h.toJSON(), S.PropertyBase.propertyIsMeta(1, '_'), S.PropertyBase.propertyUnprefixMeta(1, '__a'), S.PropertyBase.toJSON({ a: 1, b: undefined })]; })()",
            r#"[{"postman_x":1},{"postman_x":1},{"_":{"postman_x":1},"key":"a","value":"b"},false,"a",{"a":1}]"#,
        ),
    ]);
}

#[test]
fn lists_are_kept_as_the_class_of_their_rows_says() {
    assert_eq!(
        console(
            "const S = require('postman-collection'), show = (value) => console.log('%j', value);
             const l = new S.PropertyList(S.Header, null, 'a: 1\\nA: 2'); show([l.get('a'), l.toObject(), String(l), l.one('a').value, l.count()]);
             l.add('x: y'); l.remove('A'); show(l);
             const c = new S.CookieList(null, [{ name: 'SID', value: '1' }]); show([c.toObject(), c.get('sid'), c.has('Sid'), c.toObject(false, true)]);
             show(S.Header.parse('A: b\\r\\nC: d\\r\\n\\tx\\nnone')); show(S.Url.parse('http://a/:b').variable);
             show([S.Header._postman_propertyIndexKey, S.Cookie._postman_propertyName])"
        ),
        [
            r#"["2",{"a":["1","2"]},"a: 1\r\nA: 2\r\n","2",2]"#,
            r#"[{"key":"x","value":"y"}]"#,
            r#"[{"sid":"1"},"1",true,{"SID":"1"}]"#,
            r#"[{"key":"A","value":"b"},{"key":"C","value":"d\tx"}]"#,
            r#"[{"key":"b"}]"#,
            r#"["key","Cookie"]"#,
        ]
    );
}

#[test]
fn what_would_end_a_part_of_a_query_is_escaped() {
    assert_eq!(
        console(
            "const { QueryParam } = require('postman-collection'); pm.request.url.update('http://a/p?x=1'); pm.request.url.query.add({ key: 'a&=#', value: 'b c&d=e#{{f&g}}' });
             console.log(pm.request.url.toString()); console.log(pm.request.url.getQueryString());
             console.log(QueryParam.unparse([{ key: 'a', value: 'b&' }, { key: 'c', value: 'd', disabled: true }]))"
        ),
        [
            "http://a/p?x=1&a%26%3D%23=b c%26d=e%23{{f&g}}",
            "x=1&a%26%3D%23=b c%26d=e%23{{f&g}}",
            "a=b%26",
        ]
    );
}

#[test]
fn pairs_of_a_query_are_written_so_that_they_stay_pairs() {
    check(&[
        ("S.QueryParam.unparseSingle({ key: 'a b', value: 'c&d' })", "a b=c%26d"),
        (
            "S.QueryParam.unparseSingle({ key: 'x=y', value: 'a=b#' })",
            "x%3Dy=a=b%23",
        ),
        (
            "S.QueryParam.unparseSingle({ key: 'a', value: '{{b&c}}&d' })",
            "a={{b&c}}%26d",
        ),
        ("S.QueryParam.unparseSingle({ key: 'a', value: 5 })", "a"),
        (
            "S.QueryParam.unparse([{ key: 'a', value: '1' }, { key: 'b', disabled: true }, { key: 'c', value: '' }])",
            "a=1&c=",
        ),
        ("S.QueryParam.unparse({ a: '1', b: null })", "a=1&b"),
        ("S.QueryParam.unparse(null)", ""),
        (
            "S.QueryParam.parse('a=b&&c')",
            r#"[{"key":"a","value":"b"},{"key":null,"value":null},{"key":"c","value":null}]"#,
        ),
        (
            "(() => { const u = new S.Url('h.test/p?a=1#f'); u.query.add({ key: 'b c', value: '&' }); return [u.toString(), u.getQueryString(), u.getPathWithQuery()]; })()",
            r#"["h.test/p?a=1&b c=%26#f","a=1&b c=%26","/p?a=1&b c=%26"]"#,
        ),
        ("new S.Url('h.test?').toString()", "h.test?"),
        (
            "new S.Url({ host: 'a.{{b.c}}.d', query: { a: 1 }, variable: [{ id: 'q', value: '1' }] })",
            r#"{"host":["a","{{b.c}}","d"],"query":[{"key":"a","value":1}],"variable":[{"id":"q","type":"any","value":"1","key":"q"}]}"#,
        ),
    ]);
}

#[test]
fn lists_are_made_searched_and_read_as_postmans() {
    check(&[
        (
            "new S.PropertyList(S.QueryParam, null, 'a=1&a=2&b').toObject(false, false, false, true)",
            r#"{"a":["1","2"],"b":""}"#,
        ),
        (
            "new S.PropertyList(S.Header, null, 'A: b\\nno header\\nC: d')",
            r#"[{"key":"A","value":"b"},{"key":"C","value":"d"}]"#,
        ),
        (
            "(() => { const l = new S.HeaderList(null, 'A: 1\\nB: 2'); l.insert({ key: 'C', value: '3' }, 0); return [l.map('key'), l.filter(['key', 'A']).length]; })()",
            r#"[["C","A","B"],1]"#,
        ),
        (
            "new S.Header({ key: 'a', description: 'x', disabled: true, foo: 1 })",
            r#"{"disabled":true,"description":{"content":"x","type":"text/plain"},"key":"a","value":""}"#,
        ),
        (
            "S.Header.unparse([{ key: 'a', value: 'b' }, { key: 'c', value: 'd', disabled: true }])",
            "a: b\r\n",
        ),
        (
            "new S.Cookie({ name: 'a', value: 'b c%', maxAge: '5' })",
            r#"{"name":"a","maxAge":5,"value":"b%20c%25"}"#,
        ),
        ("new S.Variable({ key: 'a', value: 1, type: 'json' }).type", "any"),
        (
            "[new S.RequestBody({ mode: 'nope', raw: 'x' }).mode, new S.RequestBody({ mode: 'graphql', graphql: { query: 'q', x: 1 } }).graphql]",
            r#"["raw",{"query":"q"}]"#,
        ),
        (
            "[new S.Response({ code: 404 }).details().detail !== '', new S.Response({ code: 799 }).details()]",
            r#"[true,{"code":799}]"#,
        ),
    ]);
}

#[test]
fn a_scope_reads_from_lists_and_has_its_names_as_texts() {
    check(&[
        (
            "(() => { const p = new S.VariableScope({ values: [{ key: 'a', value: 1 }] }); const of = (...l) => new S.VariableScope({ values: [] }, ...l).get('a'); return [of([p.values]), of(p.values), of(p), of([{ values: [{ key: 'a', value: 1 }] }])]; })()",
            "[1,1,null,null]",
        ),
        (
            "(() => { pm.variables.set({ key: 'k', value: 'v' }); return [pm.variables.get('k'), pm.variables.has('[object Object]')]; })()",
            "[null,true]",
        ),
    ]);
}

#[test]
fn contents_are_told_by_their_type() {
    let of = |contents: &str, disposition: &str| {
        console(&format!(
            "const {{ Response }} = require('postman-collection'); const r = new Response({{ code: 200, body: '', header: [{{ key: 'Content-Type', value: '{contents}' }}, {{ key: 'Content-Disposition', value: {disposition:?} }}] }}).contentInfo();
             console.log([r.mimeType, r.mimeFormat, r.fileExtension, r.fileName].join());"
        ))
        .remove(0)
    };
    for (contents, expected) in [
        ("image/svg+xml", "image,image,svg,response.svg"),
        ("image/jpeg", "image,image,jpeg,response.jpeg"),
        ("audio/mpeg", "audio,audio,mpga,response.mpga"),
        ("video/mp4", "video,video,mp4,response.mp4"),
        ("application/octet-stream", "application,raw,bin,response.bin"),
        ("multipart/form-data; boundary=x", "multipart,raw,,response"),
        ("text/csv", "text,plain,csv,response.csv"),
        ("text/javascript", "text,script,,response"),
        ("application/problem+json", "text,json,,response"),
        ("application/xhtml+xml", "text,xml,xhtml,response.xhtml"),
        (
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "text,xml,xlsx,response.xlsx",
        ),
        ("application/x-www-form-urlencoded", "text,plain,,response"),
        ("application/graphql-response+json", "text,json,,response"),
        ("message/rfc822", "message,raw,eml,response.eml"),
        ("foo", "unknown,raw,,response"),
    ] {
        assert_eq!(of(contents, ""), expected, "{contents}");
    }
    for (disposition, name) in [
        ("attachment; filename=\"a b.txt\"", "a b.txt"),
        ("attachment; filename=x.pdf", "x.pdf"),
        ("attachment;filename*=utf-8''%C3%A9.txt; filename=\"z\"", "é.txt"),
        ("attachment; filename=\"a\\\"b\"", "a\"b"),
        ("attachment; filename=\"\"", "response.csv"),
        ("inline", "response.csv"),
    ] {
        assert_eq!(
            of("text/csv", disposition),
            format!("text,plain,csv,{name}"),
            "{disposition}"
        );
    }
}
