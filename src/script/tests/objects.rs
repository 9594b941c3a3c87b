//! The objects `pm.request` and `pm.response` are made of, as Postman's collection SDK has them.

use super::*;
use crate::model::request::Entry;

/// Runs a pre-request script on a POST with headers, a query and a path variable.
fn before(source: &str) -> ScriptReport {
    let mut job = job(source);
    job.event = ScriptEvent::PreRequest;
    job.response = None;
    job.request.method = crate::model::request::Method::new("POST");
    job.request
        .set_full_url("https://u:p@api.test:8080/users/:id?a=1&b=2&a=3#top");
    job.request.headers = vec![
        Entry::new("X-A", "1"),
        Entry::new("x-a", "2"),
        Entry::new("Content-Type", "text/plain"),
    ];
    run_job(job)
}

fn shown(source: &str) -> Vec<String> {
    texts(before(source))
}

#[test]
fn a_url_is_read_in_parts() {
    assert_eq!(
        shown(
            "const { url } = pm.request; console.log(url.getHost(), url.port, url.path, url.hash, url.auth, url.protocol);
             console.log(url.getPath(), url.getPathWithQuery(), url.getQueryString(), url.getRemote());
             console.log(url.query.toObject(), url.query.get('a'), url.variables.has('id'), url.toString());
             url.variables.upsert({ key: 'id', value: 7 }); console.log(url.getPath(), url.getPath({ unresolved: true }));
             console.log(url.getOAuth1BaseUrl()); try { url.getRaw(); } catch (e) { console.log(e.message); }"
        ),
        [
            "api.test 8080 [ 'users', ':id' ] top { user: 'u', password: 'p' } https",
            "/users/:id /users/:id?a=1&b=2&a=3 a=1&b=2&a=3 api.test:8080",
            "{ a: [ '1', '3' ], b: '2' } 3 true https://u:p@api.test:8080/users/:id?a=1&b=2&a=3#top",
            "/users/7 /users/:id",
            "https://api.test:8080/users/7",
            "`Url#getRaw` has been discontinued, use `Url#toString` instead.",
        ]
    );
}

#[test]
fn a_request_is_changed_in_every_way() {
    let report = before(
        "const r = pm.request; r.addHeader('X-B: 1'); r.upsertHeader({ key: 'x-a', value: 9 }); r.removeHeader('content-type', { ignoreCase: true });
         r.addQueryParams('z=1&flag'); r.removeQueryParams(['a']); r.authorizeUsing('basic', { username: 'me', password: 'pw' });
         r.body = { mode: 'urlencoded', urlencoded: [{ key: 'k', value: 'v' }] };
         console.log(r.getHeaders({ ignoreCase: true }), r.url.toString(), r.auth.type, r.auth.parameters().get('username'), r.body.toString());
         console.log(JSON.stringify(r.auth), r.size().body, r.clone().method);",
    );
    let changed = report.request.clone().unwrap();
    assert_eq!(
        changed.full_url(),
        "https://u:p@api.test:8080/users/:id?b=2&z=1&flag#top"
    );
    let headers: Vec<_> = changed
        .headers
        .iter()
        .map(|row| (row.name.as_str(), row.value_str()))
        .collect();
    assert_eq!(headers, [("X-A", "1"), ("x-a", "9"), ("X-B", "1")]);
    assert_eq!(
        (changed.auth.kind.as_str(), changed.auth.params["username"].as_str()),
        ("basic", Some("me"))
    );
    assert_eq!(
        texts(report),
        [
            "{ 'x-a': [ '1', 9 ], 'x-b': '1' } https://u:p@api.test:8080/users/:id?b=2&z=1&flag#top basic me k=v",
            r#"{"type":"basic","basic":[{"type":"any","value":"me","key":"username"},{"type":"any","value":"pw","key":"password"}]} 3 POST"#,
        ]
    );
}

#[test]
fn an_untouched_request_makes_no_change() {
    let report =
        before("pm.request.url.query.get('a'); pm.request.headers.toObject(); pm.request.toJSON(); pm.request.auth;");
    assert_eq!(report.request, None);
}

#[test]
fn lists_have_all_their_methods() {
    assert_eq!(
        shown(
            "const l = pm.request.headers; const keys = () => console.log(l.map((h) => h.key).join());
             l.add({ key: 'q', value: '1' }); l.prepend({ key: 'p', value: '0' }); l.insert({ key: 'i' }, 'q'); l.insertAfter({ key: 'j' }, 'q'); keys();
             console.log(l.upsert({ key: 'Q', value: '2' }), l.upsert({ key: 'n', value: '1' }), l.upsert(), l.get('q'), l.one('q').toString());
             l.remove('q'); l.remove((h) => h.key === 'p'); l.populate('A: 1\\nB: 2'); keys();
             console.log(l.has('a'), l.has('a', '1'), l.has('a', '2'), l.indexOf('A') > 0, l.idx(0).key, l.count(), l.find({ value: '2' }).key);
             l.assimilate([{ key: 'A', value: '9' }], true); keys(); l.clear(); l.repopulate({ z: '1', n: 2 }); console.log(l.toObject(), String(l));"
        ),
        [
            "p,X-A,x-a,Content-Type,i,q,j",
            "false true null 2 Q: 2",
            "X-A,x-a,Content-Type,i,j,n,A,B",
            "true true false true X-A 8 x-a",
            "A",
            "{ z: '1' } z: 1\r\n",
        ]
    );
}

#[test]
fn a_response_describes_itself() {
    assert_eq!(
        console(
            "const r = pm.response; console.log(r.size(), r.encoding(), r.contentInfo().fileName, r.contentInfo().charset);
             console.log(r.dataURI().slice(0, 36), typeof r.id, r.details().name, Object.keys(r.toJSON()).join());
             console.log(r.headers.toObject(), r.headers.get('X-TWO')); try { r.mime(); } catch (e) { console.log(e.message); }"
        ),
        [
            "{ body: 36, header: 71, total: 107 } { format: undefined, source: undefined } response.json utf8",
            "data:application/json;base64, eyJpZF string OK id,status,code,header,stream,cookie,responseTime,responseSize,downloadedBytes",
            "{ 'content-type': 'application/json', 'x-two': [ '1', '2' ] } 2",
            "`Response#mime` has been discontinued, use `Response#contentInfo` instead.",
        ]
    );
}

#[test]
fn the_sdks_classes_can_be_used_alone() {
    assert_eq!(
        console(
            "const sdk = require('postman-collection'); const url = new sdk.Url('http://a.b/c?d=e');
             console.log(url.getHost(), sdk.Url.isUrl(url), new sdk.Header('K: v').value, sdk.QueryParam.unparse([{ key: 'a', value: '1' }]));
             const scope = new sdk.VariableScope({ values: [{ key: 'a', value: '5', type: 'number' }] });
             scope.set('b', '{{a}}'); console.log(scope.get('a'), scope.replaceIn('{{b}}'), scope.toObject());
             console.log(new sdk.Cookie('sid=1; Path=/x; HttpOnly').toString()); try { sdk.Item; } catch (e) { console.log(e.message); }"
        ),
        [
            "a.b true v a=1",
            "5 5 { a: 5, b: '{{a}}' }",
            "sid=1; Path=/x; HttpOnly",
            "the npm package 'postman-collection' cannot be had here",
        ]
    );
}

#[test]
fn added_methods_are_there_however_a_script_names_them() {
    let scripts = [
        "console.log('a b'.titleize(), typeof Number.prototype.isEven)",
        "console.log((2).isEven(), 'dasherize' in String.prototype, 'aB'['dash' + 'erize']())",
        "String.prototype.titleize = () => 'mine'",
        "console.log('a b'.titleize(), RegExp.escape('a'), Object.keys(String.prototype).length)",
    ];
    let reports = run_all(scripts.iter().map(|script| job(script)).collect());
    let told: Vec<Vec<String>> = reports.into_iter().map(texts).collect();
    assert_eq!(told[0], ["A B function"]);
    assert_eq!(told[1], ["true true a-b"]);
    assert_eq!(told[3], ["mine a 0"], "what a script put there stays");
}

#[test]
fn added_methods_stay_away_from_what_a_script_froze() {
    let scripts = [
        "Object.freeze(String.prototype); console.log(typeof ''.titleize)",
        "console.log(typeof 'a b'.titleize, typeof ''.dasherize, (2).isEven())",
    ];
    let reports = run_all(scripts.iter().map(|script| job(script)).collect());
    let told: Vec<Vec<String>> = reports.into_iter().map(texts).collect();
    assert_eq!(told[1], ["function undefined true"]);
}

#[test]
fn lists_take_more_than_functions_as_in_the_sandbox() {
    assert_eq!(
        console(
            "const a = [{a: 1, b: 2}, {a: 2, b: 3}, {a: 1, b: 4}]; const show = (v) => console.log(JSON.stringify(v));
             show([a.map('a'), a.map(undefined) === a, [[1, 2]].map(1), ['a'].map('toUpperCase')]);
             show([a.filter({a: 1}), ['ab', 'cd', 1].filter(/a/), [1, 2, 1].filter(1), a.filter({a: (n) => n > 1}), [{a: {b: 1}}].filter({a: {b: 1}}), [[1], [2]].filter([1])]);
             show([a.some({a: 1}), a.every({b: 2}), [1, 1].every(1), [1].some(2)]);
             for (const f of [() => [1].map(), () => [1].find({})]) try { f() } catch (e) { show(e.name) }
             show(Object.fromQueryString('a[]=1&a[]=2&b[c]=d'));"
        ),
        [
            r#"[[1,2,1],false,[2],["A"]]"#,
            r#"[[{"a":1,"b":2},{"a":1,"b":4}],["ab"],[1,1],[{"a":2,"b":3}],[{"a":{"b":1}}],[[1]]]"#,
            "[true,false,true,false]",
            r#""TypeError""#,
            r#""TypeError""#,
            r#"{"a":[1,2],"b":{"c":"d"}}"#,
        ]
    );
}
