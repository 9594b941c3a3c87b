//! Every member that Postman's schema of v2.1 knows, in one collection: each comes back in the export.

use postrider::formats::postman::{self, Secrets, write};
use serde_json::{Value, json};

use crate::ours;

/// What comes back otherwise, on purpose: how its place ends, and why.
const OTHERWISE: [(&str, &str); 9] = [
    ("/info/_exporter_id", "who exported it: the next one is another"),
    ("/info/_collection_link", "from where, likewise"),
    ("/_postman_exported_at", "and when"),
    ("/_postman_exported_using", "and with what"),
    ("/header/0/description", "text is text, be it plain or Markdown"),
    ("/header/0/type", "every header is text"),
    ("/url/variable/0/type", "so is what stands in a path"),
    ("/variable/3/type", "`any` says nothing of a text"),
    ("/variable/4/value", "what is declared to be a number is one"),
];

fn description(of: &str) -> Value {
    json!({ "content": of, "type": "text/html", "version": "1.2.0" })
}

fn events(of: &str) -> Value {
    let event = |listen: &str, disabled: bool| {
        let mut event = json!({
            "id": format!("{of}-{listen}-{disabled}"), "listen": listen,
            "script": {
                "id": format!("{of}-script"), "name": format!("{of}'s"), "type": "text/javascript",
                "exec": [format!("// {of}"), "", format!("{listen}();")], "packages": { "npm:x@1.0.0": { "id": "p" } },
            },
        });
        if disabled {
            event["disabled"] = true.into();
        }
        event
    };
    json!([
        event("prerequest", false),
        event("test", false),
        event("test", true),
        event("other", false)
    ])
}

fn variables(of: &str) -> Value {
    json!([
        { "id": format!("{of}-1"), "key": "text", "value": "t", "type": "string", "name": "A text", "description": description("d") },
        { "id": format!("{of}-2"), "key": "yes", "value": true, "type": "boolean", "system": true, "disabled": true },
        { "id": format!("{of}-3"), "key": "two", "value": 2, "type": "number", "description": "plain" },
        { "id": format!("{of}-4"), "key": "any", "value": "x", "type": "any" },
        { "id": format!("{of}-5"), "key": "written", "value": "3", "type": "number" },
    ])
}

fn url() -> Value {
    json!({
        "raw": "https://u:p@api.example.com:8443/a/:id/?q=1&bare#top", "protocol": "https",
        "auth": { "user": "u", "password": "p" }, "host": ["api", "example", "com"], "port": "8443",
        "path": ["a", ":id", ""], "hash": "top",
        "query": [
            { "key": "q", "value": "1", "description": description("q") },
            { "key": "bare", "value": null },
            { "key": "off", "value": "2", "disabled": true, "description": "off" },
        ],
        "variable": [{ "id": "path-1", "key": "id", "value": "7", "type": "string", "description": description("id") }],
    })
}

fn request(auth: &Value, body: &Value) -> Value {
    json!({
        "auth": auth, "method": "POST", "description": description("A request"),
        "header": [
            { "key": "X-One", "value": "1", "type": "text", "description": { "content": "one", "type": "text/markdown" } },
            { "key": "X-Two", "value": "2", "disabled": true, "description": description("two") },
        ],
        "body": body, "url": url(),
        "proxy": { "match": "http+https://*/*", "host": "proxy.example.com", "port": 8080, "tunnel": true, "disabled": false },
        "certificate": {
            "name": "mine", "matches": ["https://*.example.com/*"], "key": { "src": "/k" }, "cert": { "src": "/c" },
            "passphrase": "word",
        },
    })
}

fn response() -> Value {
    json!({
        "id": "response", "_postman_id": "response", "name": "Good",
        "originalRequest": request(&json!({ "type": "noauth" }), &json!({ "mode": "raw", "raw": "x" })),
        "status": "OK", "code": 200, "responseTime": 12, "timings": { "dns": 1.5 }, "_postman_previewlanguage": "json",
        "header": [{ "key": "Content-Type", "value": "application/json", "description": description("h") }],
        "cookie": [{
            "domain": "example.com", "expires": "Tue, 19 Jan 2038 03:14:07 GMT", "maxAge": "60", "hostOnly": true,
            "httpOnly": true, "name": "c", "path": "/", "sameSite": "Lax", "secure": true, "session": false, "value": "v",
            "extensions": [{ "key": "Priority", "value": "High" }],
        }],
        "body": "{}",
    })
}

fn collection(version: &Value) -> Value {
    let auth =
        |kind: &str, key: &str| json!({ "type": kind, kind: [{ "key": key, "value": "{{v}}", "type": "string" }] });
    let settings = json!({
        "strictSSL": false, "followRedirects": true, "followOriginalHttpMethod": true, "followAuthorizationHeader": true,
        "removeRefererHeaderOnRedirect": true, "maxRedirects": 3, "disableUrlEncoding": true, "disableBodyPruning": true,
        "disableCookies": true, "protocolVersion": "http2", "tlsPreferServerCiphers": true,
        "tlsDisabledProtocols": ["TLSv1"], "tlsCipherSelection": ["ECDHE-RSA-AES128-GCM-SHA256"],
        "disabledSystemHeaders": { "accept": true },
    });
    let bodies = [
        json!({ "mode": "raw", "raw": "{}", "options": { "raw": { "language": "json" } } }),
        json!({ "mode": "urlencoded", "urlencoded": [
            { "key": "a", "value": "1", "description": description("a") }, { "key": "b", "value": "", "disabled": true },
        ] }),
        json!({ "mode": "formdata", "formdata": [
            { "key": "t", "value": "1", "type": "text", "contentType": "text/plain", "description": description("t") },
            { "key": "f", "src": "one.bin", "type": "file", "fileName": "f.bin" },
            { "key": "g", "src": ["one.bin", "two.bin"], "type": "file", "disabled": true },
        ] }),
        json!({ "mode": "file", "file": { "src": "one.bin", "content": "aGk=" } }),
        json!({ "mode": "graphql", "graphql": { "query": "{ a }", "variables": "{}", "operationName": "A" } }),
        json!({ "mode": "raw", "raw": "unsent", "disabled": true }),
    ];
    let auths = [
        auth("bearer", "token"),
        auth("basic", "username"),
        auth("apikey", "key"),
        auth("digest", "username"),
        auth("oauth2", "accessToken"),
        auth("hawk", "authId"),
    ];
    let items = bodies.iter().zip(&auths).enumerate().map(|(n, (body, auth))| {
        json!({
            "id": format!("item-{n}"), "name": format!("Item {n}"), "variable": variables("item"), "event": events("item"),
            "request": request(auth, body), "response": [response()], "protocolProfileBehavior": settings,
        })
    });
    let mut items: Vec<Value> = items.collect();
    items.push(json!({
        "id": "folder", "name": "Folder", "description": description("A folder"), "variable": variables("folder"),
        "event": events("folder"), "auth": auth("ntlm", "username"), "protocolProfileBehavior": settings, "item": [],
    }));
    json!({
        "info": {
            "_postman_id": "collection", "name": "All", "description": description("All of it"), "version": version,
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
            "_exporter_id": "1", "_collection_link": "https://example.com/c",
        },
        "item": items, "event": events("top"), "variable": variables("top"), "auth": auth("awsv4", "accessKey"),
        "protocolProfileBehavior": settings,
    })
}

/// Where two values differ.
fn differ(here: &str, source: &Value, back: &Value, out: &mut Vec<String>) {
    match (source, back) {
        (Value::Object(a), Value::Object(b)) => {
            let more = b.keys().filter(|key| !a.contains_key(*key));
            for key in a.keys().chain(more) {
                let of = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or(Value::Null);
                differ(&format!("{here}/{key}"), &of(a), &of(b), out);
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            for (n, (a, b)) in a.iter().zip(b).enumerate() {
                differ(&format!("{here}/{n}"), a, b, out);
            }
        }
        _ if source == back => {}
        _ => out.push(format!("{here}: {source} became {back}")),
    }
}

#[test]
fn every_member_of_the_schema_comes_back() {
    let mut out = Vec::new();
    for version in [
        json!("1.2.3"),
        json!({ "major": 1, "minor": 2, "patch": 3, "identifier": "beta", "meta": "m" }),
    ] {
        let source = collection(&version);
        let found = postman::read(source.to_string().as_bytes()).unwrap();
        for found in [ours::reread(&found), found] {
            let back = write::collection(&found.collections[0], &Secrets::All);
            differ("", &source, &back, &mut out);
        }
    }
    let environment = json!({
        "id": "environment", "name": "E", "values": [
            { "id": "one", "key": "a", "value": "1", "type": "default", "enabled": true, "description": description("a") },
            { "id": "two", "key": "b", "value": "", "type": "secret", "enabled": false },
        ],
        "_postman_variable_scope": "environment", "_postman_exported_at": "2026-01-01T00:00:00.000Z",
        "_postman_exported_using": "Postman/12.0.0",
    });
    let found = postman::read(environment.to_string().as_bytes()).unwrap();
    for found in [ours::reread(&found), found] {
        let back = write::environment(&found.environments[0], &Secrets::All);
        differ("", &environment, &back, &mut out);
    }
    let place = |line: &str| line.split(": ").next().unwrap_or_default().to_owned();
    let unknown: Vec<&String> = out
        .iter()
        .filter(|line| !OTHERWISE.iter().any(|(end, _)| place(line).ends_with(end)))
        .collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    for (end, why) in OTHERWISE {
        assert!(
            out.iter().any(|line| place(line).ends_with(end)),
            "{end} comes back as it was now: {why}"
        );
    }
}
