//! npm packages: added from a registry, locked, required by scripts, and all of that without a network afterwards.

use std::collections::HashMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use predicates::prelude::*;
use predicates::str::contains;
use sha2::{Digest, Sha512};

use super::{Home, is_match, scripted};

/// A package's tarball as npm makes them.
fn tarball(manifest: &str, code: &str) -> Vec<u8> {
    let gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let mut tar = tar::Builder::new(gzip);
    for (path, text) in [("package/package.json", manifest), ("package/main.js", code)] {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap()
}

/// A registry with `tiny` 1.0.0 and 1.1.0, for so many requests; its URL.
fn registry(requests: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let mut answers = HashMap::new();
    let mut versions = serde_json::Map::new();
    for version in ["1.0.0", "1.1.0"] {
        let code = format!("module.exports = {{ version: '{version}', shout: (text) => text.toUpperCase() }};");
        let tarball = tarball(r#"{"name":"tiny","main":"main"}"#, &code);
        let integrity = format!("sha512-{}", STANDARD.encode(Sha512::digest(&tarball)));
        versions.insert(
            version.to_owned(),
            serde_json::json!({"dist": {"integrity": integrity}}),
        );
        answers.insert(format!("/tiny/-/tiny-{version}.tgz"), tarball);
    }
    let about = serde_json::json!({"dist-tags": {"latest": "1.1.0"}, "versions": versions});
    answers.insert("/tiny".to_owned(), about.to_string().into_bytes());
    std::thread::spawn(move || {
        for stream in listener.incoming().take(requests) {
            let mut stream = stream.unwrap();
            let mut head = [0; 4096];
            let length = stream.read(&mut head).unwrap();
            let head = String::from_utf8_lossy(&head[..length]);
            let path = head.split(' ').nth(1).unwrap_or_default();
            let (status, body) = match answers.get(path) {
                Some(body) => ("200 OK", body.as_slice()),
                None => ("404 Not Found", &b"{}"[..]),
            };
            write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            )
            .unwrap();
            stream.write_all(body).unwrap();
        }
    });
    url
}

#[test]
fn a_package_is_added_used_and_removed() {
    let home = Home::new();
    let source = "const tiny = pm.require('npm:tiny@1.0.0'); console.log(tiny.shout('it is ' + tiny.version));";
    let requests = [(
        "one",
        &*scripted("One", source, "console.log(require('tiny').version);"),
    )];
    // One answer about the versions and one tarball; whoever asks more gets none.
    let registry = registry(2);
    home.with(&requests)
        .args(["packages", "add", "tiny@~1.0.0"])
        .env("npm_config_registry", &registry)
        .assert()
        .success()
        .stdout("added tiny@1.0.0\n")
        .stderr(contains("pm.require('npm:tiny@1.0.0')"));
    let lock = home.folder.path().join("workspace/packages.lock");
    let text = fs::read_to_string(&lock).unwrap();
    assert!(
        text.contains("id = \"tiny@1.0.0\"") && text.contains("integrity = \"sha512-"),
        "{text}"
    );
    assert!(!text.contains("127.0.0.1"), "{text}");
    for command in ["send", "run"] {
        let done = home
            .with(&requests)
            .args([command, "api/one", "--demo"])
            .env("npm_config_registry", &registry)
            .assert()
            .success();
        // Beside a response on stdout, `send` tells it on stderr.
        let told = [&*done.get_output().stdout, &*done.get_output().stderr].concat();
        assert!(contains("IT IS 1.0.0").eval(&String::from_utf8_lossy(&told)), "{done}");
    }
    home.with(&requests)
        .args(["run", "api/one", "--demo"])
        .assert()
        .success()
        .stdout(contains("IT IS 1.0.0").and(contains("fetched").not()));
    let list = home
        .with(&requests)
        .args(["packages", "list", "--json"])
        .assert()
        .success();
    let list: serde_json::Value = serde_json::from_slice(&list.get_output().stdout).unwrap();
    let rows = list.as_array().unwrap();
    let tiny = rows.iter().find(|row| row["name"] == "tiny").unwrap();
    assert!(
        tiny["from"] == "workspace" && tiny["cachedBytes"].as_u64().unwrap() > 0,
        "{tiny}"
    );
    assert!(
        rows.iter()
            .any(|row| row["name"] == "lodash" && row["cachedBytes"].is_null())
    );
    home.with(&requests).args(["packages", "list"]).assert().stdout(
        contains("moment@2.30.1")
            .and(contains("not fetched"))
            .and(is_match(r"tiny@1\.0\.0 +the workspace's  in the cache, \d+B packed")),
    );
    home.with(&requests)
        .args(["packages", "remove", "tiny"])
        .assert()
        .success()
        .stdout("removed tiny@1.0.0\n");
    assert!(!lock.exists());
    home.with(&requests)
        .args(["run", "api/one", "--demo"])
        .assert()
        .code(1)
        .stdout(contains("`postrider packages add tiny@1.0.0`"));
    let empty = self::registry(1);
    for command in ["add", "remove"] {
        home.with(&requests)
            .args(["packages", command, "nobody-has-it"])
            .env("npm_config_registry", &empty)
            .assert()
            .code(2)
            .stderr(contains("`nobody-has-it`"));
    }
    home.with(&requests)
        .args(["packages", "remove", "lodash"])
        .assert()
        .code(2)
        .stderr(contains("Postman's own"));
}

#[test]
fn without_a_network_a_script_says_what_to_do() {
    let home = Home::new();
    let requests = [("one", &*scripted("One", "console.log(_.VERSION);", ""))];
    home.with(&requests)
        .args(["run", "api/one", "--demo"])
        .env("npm_config_registry", "http://127.0.0.1:1/")
        .assert()
        .code(1)
        .stdout(contains("lodash3@3.10.2").and(contains("`postrider packages fetch`")));
    home.with(&requests)
        .args(["packages", "fetch"])
        .env("npm_config_registry", "http://127.0.0.1:1/")
        .assert()
        .code(1)
        .stderr(
            contains("`127.0.0.1:1`")
                .and(contains("hint: look at the network"))
                .and(contains("packages fetch").not()),
        );
}

/// The genuine packages, from the registry that npm would use; only when it is asked for.
#[test]
fn the_genuine_packages_work() {
    if std::env::var_os("POSTRIDER_GENUINE_PACKAGES").is_none() {
        return;
    }
    let home = Home::new();
    let source = r#"
        const same = (name, found, expected) => pm.test(name, () => pm.expect(found).to.eql(expected));
        const lodash = require('lodash');
        same('lodash', [lodash.VERSION, lodash.groupBy([1.2, 1.8, 2.1], Math.floor)], ['4.17.21', { 1: [1.2, 1.8], 2: [2.1] }]);
        same('template', lodash.template('hi <%= who %>')({ who: 'you' }), 'hi you');
        same('_', [_.VERSION, _.pluck([{ a: 1 }], 'a')], ['3.10.2', [1]]);
        const moment = require('moment');
        same('moment', moment.utc('2020-01-02T03:04:05Z').format('dddd, MMMM Do YYYY, h:mm:ss a'), 'Thursday, January 2nd 2020, 3:04:05 am');
        same('locale', [moment.locale('de'), moment.duration(90, 'minutes').humanize()], ['en', '2 hours']);
        const $ = cheerio.load('<ul><li class="a">one</li><li><b>two</b></li></ul>');
        same('cheerio', [$('li').length, $('li.a').text(), $('b').parent().html()], [2, 'one', '<b>two</b>']);
        const Model = Backbone.Model.extend({ defaults: { a: 1 } });
        const model = new Model();
        let told;
        model.on('change:a', (m, value) => { told = value; });
        model.set('a', 2);
        same('backbone', [told, model.toJSON()], [2, { a: 2 }]);
        const sdk = require('postman-collection');
        const collection = new sdk.Collection({ info: { name: 'n' }, item: [{ name: 'i', request: 'http://a/b?c=1' }] });
        same('sdk', collection.items.idx(0).request.url.toString(), 'http://a/b?c=1');
        const item = new sdk.Item({ name: 'own', request: new sdk.Request('http://z/y') });
        same('both', [item.request.url.toString(), pm.request instanceof sdk.Request], ['http://z/y', true]);
    "#;
    let requests = [("one", &*scripted("One", source, ""))];
    let mut fetch = home.with(&requests);
    if let Some(user) = std::env::var_os("HOME") {
        fetch.env("HOME", user);
    }
    fetch.args(["packages", "fetch"]).assert().success();
    home.with(&requests)
        .args(["run", "api/one", "--demo"])
        .env("npm_config_registry", "http://127.0.0.1:1/")
        .assert()
        .success()
        .stdout(contains("✗").not());
}
