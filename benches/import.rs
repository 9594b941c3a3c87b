//! How long a collection of 10 MB takes to import, and to export again.

use std::fmt::Write as _;

use divan::Bencher;
use postrider::formats::postman::{self, Secrets, write};

fn main() {
    divan::main();
}

/// A collection of 10 MB: folders of requests with headers, bodies, scripts and saved responses.
fn source() -> Vec<u8> {
    let mut out = String::from(
        r#"{"info":{"name":"Large","schema":"https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},"item":["#,
    );
    let mut folder = 0;
    while out.len() < 10_000_000 {
        if folder > 0 {
            out.push(',');
        }
        folder += 1;
        let item = |n: usize| {
            format!(
                r#"{{"name":"Request {n}","id":"r-{folder}-{n}","event":[{{"listen":"test","script":{{"type":"text/javascript","exec":["pm.test('ok', () => {{","    pm.response.to.be.ok;","}});"]}}}}],"request":{{"auth":{{"type":"bearer","bearer":[{{"key":"token","value":"{{{{token}}}}","type":"string"}}]}},"method":"POST","header":[{{"key":"Content-Type","value":"application/json"}},{{"key":"X-Trace","value":"{{{{$guid}}}}"}}],"body":{{"mode":"raw","raw":"{{\n  \"a\": 1,\n  \"b\": \"text\"\n}}","options":{{"raw":{{"language":"json"}}}}}},"url":{{"raw":"{{{{base}}}}/users/:id?page={n}","host":["{{{{base}}}}"],"path":["users",":id"],"query":[{{"key":"page","value":"{n}"}}],"variable":[{{"key":"id","value":"{n}"}}]}}}},"response":[{{"name":"Good","status":"OK","code":200,"header":[{{"key":"Content-Type","value":"application/json"}}],"body":"{}"}}]}}"#,
                "x".repeat(400)
            )
        };
        let items: Vec<String> = (0..50).map(item).collect();
        let written = write!(out, r#"{{"name":"Folder {folder}","item":[{}]}}"#, items.join(","));
        assert!(written.is_ok());
    }
    out.push_str("]}");
    out.into_bytes()
}

#[divan::bench]
fn import_10_mb(bencher: Bencher) {
    let source = source();
    bencher.bench_local(|| postman::read(&source).map(|found| found.collections[0].requests()).ok());
}

#[divan::bench]
fn export_10_mb(bencher: Bencher) {
    let found = postman::read(&source()).unwrap_or_default();
    bencher.bench_local(|| write::text(&write::collection(&found.collections[0], &Secrets::None)).len());
}
