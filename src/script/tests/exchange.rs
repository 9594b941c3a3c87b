//! `pm.request`, `pm.response`, cookies, and `pm.sendRequest`.

use std::sync::Mutex;

use super::*;
use crate::model::body::{Body, Language};
use crate::model::request::Entry;
use crate::model::{Auth, Template};

/// A pre-request job with a request that has some of everything.
fn rich(source: &str) -> ScriptJob {
    let mut job = job(source);
    job.event = ScriptEvent::PreRequest;
    job.response = None;
    job.request.set_full_url("{{base_url}}/a/:id?x=1&flag");
    job.request.path_variables[0].value = Some("7".into());
    job.request.headers = vec![Entry::new("Accept", "*/*"), Entry::new("X-Old", "o")];
    job.request.auth = Auth::new("basic").with("username", "u").with("password", "p");
    job.request.body = Body::Raw {
        language: Language::Json,
        text: "{\"a\":1}".into(),
    };
    job
}

fn changed(source: &str) -> Request {
    let report = run_job(rich(source));
    assert_eq!(report.errors, []);
    report.request.unwrap()
}

#[test]
fn a_request_can_be_read() {
    let report = run_job(rich(
        "console.log(pm.request.method, String(pm.request.url), pm.request.url.getPath(), pm.request.url.getQueryString());
         console.log(pm.request.url.host, pm.request.url.path, pm.request.headers.get('accept'), pm.request.body.raw);
         console.log(pm.request.headers.toObject(), pm.request.auth.type, request.url, pm.response);",
    ));
    assert!(report.request.is_none());
    let lines: Vec<_> = texts(report)
        .into_iter()
        .filter(|text| !text.starts_with("Using"))
        .collect();
    assert_eq!(
        lines,
        [
            "GET {{base_url}}/a/7?x=1&flag /a/7 x=1&flag",
            "[ '{{base_url}}' ] [ 'a', ':id' ] */* {\"a\":1}",
            "{ accept: '*/*', 'x-old': 'o' } basic {{base_url}}/a/7?x=1&flag undefined",
        ]
    );
}

#[test]
fn a_request_can_be_changed() {
    let request = changed(
        "pm.request.method = 'POST'; pm.request.headers.add({key: 'X-New', value: '{{x}}'}); pm.request.headers.remove('x-old');
         pm.request.headers.upsert({key: 'accept', value: 'text/plain'}); pm.request.addHeader('A: b');",
    );
    let headers: Vec<_> = request
        .headers
        .iter()
        .map(|row| format!("{}: {}", row.name, row.value_str()))
        .collect();
    assert_eq!(headers, ["accept: text/plain", "X-New: {{x}}", "A: b"]);
    assert_eq!(request.method.as_str(), "POST");
    assert_eq!(request.full_url(), "{{base_url}}/a/:id?x=1&flag");
    assert_eq!(request.auth.text("username"), "u");

    let request =
        changed("pm.request.url = 'https://h:8080/b?z=1#f'; pm.request.url.query.add({key: 'y', value: '2'})");
    assert_eq!(request.full_url(), "https://h:8080/b?z=1&y=2#f");
    let request = changed(
        "pm.request.url.addQueryParams('q=1'); pm.request.url.path.push('end'); pm.request.removeQueryParams('x')",
    );
    assert_eq!(request.full_url(), "{{base_url}}/a/:id/end?flag&q=1");
    assert_eq!(request.path_variables[0].value_str(), "7");
}

#[test]
fn a_body_and_an_auth_can_be_changed() {
    let text = |request: &Request| match &request.body {
        Body::Raw { text, language } => format!("{}:{text}", language.word()),
        other => other.kind().to_owned(),
    };
    assert_eq!(text(&changed("pm.request.body.raw = 'new'")), "json:new");
    assert_eq!(text(&changed("pm.request.body.update('new')")), "text:new");
    assert_eq!(text(&changed("pm.request.body = undefined")), "none");
    let request = changed(
        "pm.request.body = {mode: 'urlencoded', urlencoded: [{key: 'a', value: 'b'}, {key: 'c', value: 'd', disabled: true}]}",
    );
    let Body::Form(fields) = &request.body else {
        panic!("{:?}", request.body)
    };
    assert_eq!((fields[0].value_str(), fields[1].enabled), ("b", false));
    let request = changed("pm.request.auth = {type: 'bearer', bearer: [{key: 'token', value: 't'}]}");
    assert_eq!(
        (request.auth.kind.as_str(), request.auth.text("token")),
        ("bearer", "t".into())
    );
    // What is taken away is as it is written down: that is no auth of the folder's either.
    for taken in [
        "pm.request.auth = null",
        "pm.request.authorizeUsing(null)",
        "pm.request.authorizeUsing('bearer', {token: 't'}); pm.request.auth = undefined",
    ] {
        let request = changed(&format!("pm.request.method = 'PUT'; {taken}"));
        assert_eq!(
            request.auth,
            Auth::new("basic").with("username", "u").with("password", "p"),
            "{taken}"
        );
    }
}

#[test]
fn every_url_reads_back_as_it_was_written() {
    for url in [
        "http://u:p@h.example:80/a/b/?x=1&&y#frag",
        "{{base}}",
        "{{a.b}}/c?{{q}}",
        "localhost:8080",
        "http://h",
        "http://h/",
        "{{scheme}}://{{host}}:{{port}}/x",
        "/only/path",
        "",
        "http://[::1]:80/x",
        "a..b/c",
        "{{base?x}}/y?z={{a&b}}",
        "?x=1",
    ] {
        let mut job = rich("console.log(pm.request.url.toString()); pm.request.url.toJSON()");
        job.request.set_full_url(url);
        let report = run_job(job);
        assert!(report.request.is_none(), "{url}: {:?}", report.request);
        assert_eq!(texts(report), [url]);
    }
}

#[test]
fn a_response_can_be_read() {
    assert_eq!(
        console(
            "const r = pm.response; console.log(r.code, r.status, r.reason(), r.responseTime, r.responseSize, r.size().body, r.text().length);
             console.log(r.json().roles, r.headers.get('x-two'), r.headers.toObject(), r.headers.has('nope'), r.contentInfo().contentType);
             console.log(responseBody.has('id_token'), responseCode.code, responseTime, postman.getResponseHeader('X-TWO'));"
        )
        .into_iter()
        .filter(|text| !text.starts_with("Using"))
        .collect::<Vec<_>>(),
        [
            "200 OK OK 123 36 36 36",
            "[ 'a', 'b' ] 2 { 'content-type': 'application/json', 'x-two': [ '1', '2' ] } false application/json",
            "true 200 123 2",
        ]
    );
    assert_eq!(
        error("pm.response.mime()"),
        "`Response#mime` has been discontinued, use `Response#contentInfo` instead."
    );
}

#[test]
fn a_failed_request_leaves_an_empty_response() {
    let mut job = job("console.log(typeof pm.response, pm.response.code, typeof responseCode)");
    job.response = None;
    assert_eq!(texts(run_job(job)).last().unwrap(), "object undefined object");
}

/// As newman has it of a request that was not sent.
#[test]
fn a_response_that_never_came_has_nothing() {
    let mut job = job("const words = { status: (to) => to.have.status(200), reason: (to) => to.have.status('OK'), ok: (to) => to.be.ok, time: (to) => to.have.responseTime, error: (to) => to.be.error };
        for (const [name, check] of Object.entries(words)) pm.test(name, () => check(pm.response.to));
        console.log('code' in pm.response, pm.response.reason(), JSON.stringify(pm.response.details()), pm.response.size().header);");
    job.response = None;
    let report = run_job(job);
    let nothing = |of: &str| format!("{of}: expected PostmanResponse{{ …(5) }} to have property");
    assert_eq!(
        tests_of(&report),
        [
            format!("{} 'code'", nothing("status")),
            "reason: expected response to have status reason 'OK' but got undefined".to_owned(),
            "ok: expected response to have status reason 'OK' but got 'UNDEFINED'".to_owned(),
            format!("{} 'responseTime'", nothing("time")),
            format!("{} 'code'", nothing("error")),
        ]
    );
    assert_eq!(texts(report), ["false undefined {} 32"]);
}

#[test]
fn the_words_for_responses_hold() {
    let report = run(
        "pm.test('status', () => { pm.response.to.have.status(200); pm.response.to.have.status('OK'); pm.response.to.be.ok; });
         pm.test('json', () => { pm.response.to.be.json; pm.response.to.be.withBody; pm.response.to.have.jsonBody('roles[1]', 'b'); });
         pm.test('header', () => pm.response.to.have.header('content-type', 'application/json'));
         pm.test('time', () => pm.expect(pm.response.responseTime).to.be.below(200));
         pm.test('class', () => { pm.response.to.be.success; pm.response.to.not.be.error; });
         pm.test('body', () => pm.response.to.have.body({id_token: 'abc', roles: ['a', 'b']}));
         pm.test('switch', () => pm.response.to.have.responseTime.below(100));
         pm.test('wrong', () => pm.response.to.have.status(201));
         pm.test('reason', () => pm.response.to.be.notAcceptable);
         pm.test('no header', () => pm.response.to.have.header('X-No'));
         pm.test('no path', () => pm.response.to.have.jsonBody('a.b'));
         pm.test('not a response', () => pm.expect(1).to.have.status(200));
         pm.test('eql', () => pm.expect(pm.response.json().roles).to.include('c'));",
    );
    assert_eq!(
        tests_of(&report),
        [
            "status: ok",
            "json: ok",
            "header: ok",
            "time: ok",
            "class: ok",
            "body: ok",
            "switch: expected 123 to be below 100",
            "wrong: expected response to have status code 201 but got 200",
            "reason: expected response to have status reason 'ACCEPTABLE' but got 'OK'",
            "no header: expected response to have header with key 'X-No'",
            "no path: expected { Object (id_token, roles) } in response to contain property 'a.b'",
            "not a response: expecting a postman response object but got 1",
            "eql: expected [ 'a', 'b' ] to include 'c'",
        ]
    );
}

#[test]
fn cookies_are_read_by_name() {
    let mut job = job("console.log(pm.cookies.get('sid'), pm.cookies.has('no'), pm.cookies.toObject())");
    job.cookies = vec![Cookie {
        name: "sid".into(),
        value: "1".into(),
        domain: "h".into(),
        path: "/".into(),
        expires: None,
        secure: false,
        http_only: true,
        host_only: true,
        same_site: None,
        more: crate::model::exchange::CookieMore::default(),
    }];
    assert_eq!(texts(run_job(job)), ["1 false { sid: '1' }"]);
}

/// Answers by URL and remembers what was asked.
#[derive(Default)]
struct Port(Mutex<Vec<Request>>);

impl SendPort for Port {
    fn send(&self, request: Request) -> BoxFuture<Result<ScriptResponse, Refused>> {
        let url = request.full_url();
        self.0.lock().unwrap().push(request);
        Box::pin(async move {
            match url.as_str() {
                "http://gone" => Err("connect ECONNREFUSED".into()),
                "http://slow" => std::future::pending().await,
                _ => Ok(answer(201, "Created", &format!("{{\"url\":\"{url}\"}}"))),
            }
        })
    }
}

fn sending(source: &str) -> (ScriptReport, Vec<Request>) {
    let port = Arc::new(Port::default());
    let mut job = job(source);
    job.send = Some(port.clone());
    let report = run_job(job);
    let asked = std::mem::take(&mut *port.0.lock().unwrap());
    (report, asked)
}

#[test]
fn requests_are_sent_by_callback_and_by_promise() {
    let (report, _) = sending(
        "pm.sendRequest('http://a?x=1', (err, res) => { console.log(err, res.code, res.json().url); pm.environment.set('u', res.json().url); });
         const res = await pm.sendRequest('http://b'); console.log('b', res.status);
         pm.sendRequest('http://gone', (err, res) => console.log(err.message, res.code));
         try { await pm.sendRequest('http://gone'); } catch (e) { console.log('caught', e.message); }
         pm.test('sent', (done) => pm.sendRequest('http://c', (err, res) => { pm.expect(res).to.have.status(201); done(); }));",
    );
    assert_eq!(tests_of(&report), ["sent: ok"]);
    let mut lines = texts(report);
    lines.sort();
    assert_eq!(
        lines,
        [
            "b Created",
            "caught connect ECONNREFUSED",
            "connect ECONNREFUSED undefined",
            "null 201 http://a?x=1",
        ]
    );
}

#[test]
fn headers_that_postman_passes_over_are_not_sent_and_told() {
    let (report, asked) = sending(
        "pm.sendRequest({url: 'http://a', headers: {'X-A': '1'}}, () => {});
         pm.sendRequest({url: 'http://b', headers: ['X-A: 1'], header: {'X-B': '', 'X-N': 5, 'X-T': true, 'X-Z': null,
            'X-L': ['1'], 'X-O': {key: 'X-P', value: 'p'}}}, () => {});
         pm.sendRequest({url: 'http://c', header: [{key: 'X-N', value: 5}, {key: 'X-Z', value: null}, {key: 'X-U'}]}, () => {});",
    );
    let headers = |of: &Request| -> Vec<String> {
        let told = |row: &Entry| format!("{}: {}", row.name, row.value_str());
        of.headers.iter().map(told).collect()
    };
    let sent: Vec<Vec<String>> = asked.iter().map(headers).collect();
    assert_eq!(
        sent,
        [
            vec![],
            vec!["X-B: ".to_owned(), "X-P: p".to_owned()],
            vec!["X-N: 5".to_owned(), "X-Z: null".to_owned(), "X-U: ".to_owned()],
        ]
    );
    let told = texts(report);
    assert!(
        told[0].contains("`headers`") && told[0].contains("`header`"),
        "{told:?}"
    );
    assert_eq!(told.len(), 5, "{told:?}");
    for (line, name) in told[1..].iter().zip(["X-N", "X-T", "X-Z", "X-L"]) {
        assert!(line.contains(&format!("`{name}` is not sent")), "{told:?}");
    }
}

#[test]
fn what_could_not_be_sent_is_not_waited_for() {
    let (report, asked) = sending(
        "const a = {}; a.a = a;
         const asked = { url: 'http://h', method: 'POST', body: { mode: 'raw', raw: a } };
         try { pm.sendRequest(asked, () => console.log('never')); } catch (e) { console.log(e.name); }
         await pm.sendRequest(asked).catch((e) => console.log(e.name));
         await pm.execution.runRequest('loop', { variables: ['a'] }).catch((e) => console.log(e.name));",
    );
    assert_eq!(asked.len(), 0);
    assert_eq!(texts(report), ["TypeError"; 3]);
}

#[test]
fn definitions_of_requests_are_understood() {
    let (report, asked) = sending(
        "pm.sendRequest({url: 'http://a/{{x}}', method: 'post', header: {'X-A': '1', 'Content-Type': 'application/json'},
            body: {mode: 'raw', raw: JSON.stringify({a: 1})}, auth: {type: 'basic', basic: [{key: 'username', value: 'u'}]}}, () => {});
         pm.sendRequest({url: 'http://b', method: 'POST', header: ['A: b', {key: 'C', value: 'd'}],
            body: {mode: 'formdata', formdata: [{key: 'f', type: 'file', src: '/etc/passwd'}, {key: 't', value: 'v'}]}}, () => {});",
    );
    assert_eq!(report.errors, []);
    assert_eq!(report.console[0].text, "uploading files from scripts is not allowed");
    let first = &asked[0];
    assert_eq!(
        (first.method.as_str(), first.full_url().as_str()),
        ("POST", "http://a/{{x}}")
    );
    assert_eq!(first.headers[0], Entry::new("X-A", "1"));
    assert_eq!(first.auth, Auth::new("basic").with("username", "u"));
    assert!(matches!(&first.body, Body::Raw { text, .. } if *text == Template::from("{\"a\":1}")));
    let second = &asked[1];
    assert_eq!(second.headers, [Entry::new("A", "b"), Entry::new("C", "d")]);
    assert!(second.auth.is_none());
    assert!(matches!(&second.body, Body::Multipart(parts) if parts.len() == 1));
}

#[test]
fn a_send_that_is_never_answered_can_be_stopped() {
    let mut job = job("pm.sendRequest('http://slow', () => {})");
    job.send = Some(Arc::new(Port::default()));
    job.limits.total = Duration::from_millis(80);
    assert_eq!(run_job(job).errors[0].name, "TimeoutError");
}

#[test]
fn a_script_chooses_no_files() {
    let with_file = |source: &str| {
        let mut job = job(source);
        job.event = ScriptEvent::PreRequest;
        job.request.body = Body::File {
            path: "{{folder}}/own.bin".into(),
        };
        run_job(job)
    };
    for source in [
        "pm.request.body.update({ mode: 'file', file: { src: '/etc/passwd' } });",
        "pm.request.body.update({ mode: 'formdata', formdata: [{ key: 'f', type: 'file', src: ['{{folder}}/own.bin', '/etc/passwd'] }] });",
    ] {
        let report = with_file(source);
        assert_eq!(report.request, None, "{source}");
        assert_eq!(
            report.errors[0].message,
            "a script may not choose the file `/etc/passwd`: name it in the request's body"
        );
    }
    let report = with_file(
        "pm.request.headers.add({ key: 'X', value: 'y' });
         pm.request.body.update({ mode: 'formdata', formdata: [{ key: 'f', type: 'file', src: '{{folder}}/own.bin' }] });",
    );
    assert_eq!(report.errors, []);
    assert!(report.request.is_some());
}
