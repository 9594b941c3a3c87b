//! `require` of npm packages: the loader, and what a script hears when there is no package.

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use std::time::Instant;

use super::*;
use crate::model::package::{Package, PackageId};

/// Gives out packages made of these files, and counts how often it was asked.
#[derive(Default)]
struct Port {
    packages: HashMap<String, Opened>,
    asked: Mutex<Vec<String>>,
}

impl Port {
    fn with(mut self, id: &str, dependencies: &[(&str, &str)], files: &[(&str, &str)]) -> Self {
        let id = PackageId::parse(id).unwrap();
        let mut files: BTreeMap<String, Vec<u8>> = files
            .iter()
            .map(|(path, text)| ((*path).into(), (*text).into()))
            .collect();
        files.entry("package.json".into()).or_insert_with(|| b"{}".to_vec());
        let opened = Opened {
            dependencies: dependencies
                .iter()
                .map(|(name, id)| ((*name).into(), PackageId::parse(id).unwrap()))
                .collect(),
            package: Package { files, unpacked: 0 },
            note: (id.name() == "noted").then(|| "fetched noted".to_owned()),
            id: id.clone(),
        };
        self.packages.insert(id.name().to_owned(), opened);
        self
    }
}

impl SendPort for Port {
    fn send(&self, _: Request) -> BoxFuture<Result<ScriptResponse, Refused>> {
        Box::pin(std::future::ready(Err("no sends here".into())))
    }

    fn ask(&self, question: Ask) -> BoxFuture<Result<Answer, Refused>> {
        let Ask::Package { name, version, .. } = question else {
            return Box::pin(std::future::ready(Err(question.refusal().into())));
        };
        self.asked.lock().unwrap().push(name.clone());
        if name == "broken" {
            return Box::pin(std::future::ready(Err("the checksum is wrong".into())));
        }
        if name == "slow" {
            return Box::pin(std::future::pending());
        }
        let found = self.packages.get(&name);
        let found = found.filter(|opened| version.is_none_or(|version| version == opened.id.version()));
        let answer = found.map_or(Answer::Value(serde_json::Value::Null), |opened| {
            Answer::Package(Box::new(opened.clone()))
        });
        Box::pin(std::future::ready(Ok(answer)))
    }
}

fn with_port(port: Port, source: &str) -> (ScriptReport, Vec<String>) {
    let port = Arc::new(port);
    let mut job = job(source);
    job.send = Some(port.clone());
    let report = run_job(job);
    let asked = port.asked.lock().unwrap().clone();
    (report, asked)
}

fn own() -> Port {
    Port::default()
        .with(
            "own@1.0.0",
            &[("dep", "dep@2.0.0")],
            &[
                ("package.json", r#"{"main": "./lib"}"#),
                (
                    "lib/index.js",
                    "exports.count = (exports.count || 0) + 1; exports.dep = require('dep'); \
                     exports.data = require('../data.json'); exports.names = [__filename, __dirname, typeof module, \
                     typeof process.nextTick, typeof global, typeof globalThis, this === exports]; \
                     exports.fail = () => require('./gone'); exports.http = () => require('http'); \
                     exports.boom = () => { throw new TypeError('boom'); }; exports.sep = require('path').sep;",
                ),
                ("data.json", "{\"a\": [1]}"),
                ("broken.js", "function ("),
                ("module.js", "export default 1;"),
                ("shell.js", "#!/usr/bin/env node\nmodule.exports = 'run'"),
                ("a.js", "exports.early = true; exports.b = require('./b');"),
                ("b.js", "module.exports = require('./a').early;"),
            ],
        )
        .with("dep@2.0.0", &[], &[("index.js", "module.exports = 'dep 2';")])
        .with("noted@1.0.0", &[], &[("index.js", "module.exports = 1;")])
}

#[test]
fn a_package_is_evaluated_once_with_its_dependencies_and_data() {
    let (report, asked) = with_port(
        own(),
        "const own = require('own');
         console.log(own === require('own'), own.count, own.dep, JSON.stringify(own.data), own.sep);
         console.log(own.names.join());
         console.log(pm.require('npm:own@1.0.0') === own, require('own/shell.js'), require('own/a').b);
         console.log(require('noted'), require('noted'));",
    );
    assert_eq!(
        texts(report),
        [
            "true 1 dep 2 {\"a\":[1]} /",
            "/own@1.0.0/lib/index.js,/own@1.0.0/lib,object,function,object,undefined,true",
            "true run true",
            "fetched noted",
            "1 1"
        ]
    );
    assert_eq!(asked.iter().filter(|name| *name == "dep").count(), 1);
}

#[test]
fn a_test_that_wants_a_package_says_how_to_add_it() {
    let report = run("pm.test('t', () => require('@day/js/lib'));");
    let error = report.tests[0].error.clone().unwrap();
    assert_eq!(error.message, "Cannot find module '@day/js/lib'");
    assert_eq!(
        error.hint.as_deref(),
        Some("`postrider packages add @day/js` adds it to the workspace")
    );
}

#[test]
fn what_is_not_there_is_told_by_name() {
    for (source, message) in [
        ("require('nobody')", "Cannot find module 'nobody'"),
        ("require('own/nothing')", "Cannot find module 'own/nothing'"),
        (
            "require('own').fail()",
            "Cannot find module './gone' (required by 'own@1.0.0')",
        ),
        (
            "require('own').http()",
            "Cannot find module 'http' (required by 'own@1.0.0')",
        ),
        ("require('own').boom()", "boom"),
        ("require('broken')", "the checksum is wrong"),
        (
            "require('own/module')",
            "the package 'own@1.0.0' cannot be required: its file 'module.js' is an ES module; add a version that has \
             CommonJS",
        ),
        (
            "pm.require('npm:nobody@1.2.3')",
            "Cannot find package 'npm:nobody@1.2.3': add it to the workspace with `postrider packages add nobody@1.2.3`",
        ),
        (
            "pm.require('npm:own@9.0.0')",
            "Cannot find package 'npm:own@9.0.0': add it to the workspace with `postrider packages add own@9.0.0`",
        ),
        ("pm.require('jsr:@x/y')", "Cannot find package 'jsr:@x/y'"),
    ] {
        let (report, _) = with_port(own(), source);
        assert_eq!(report.errors.len(), 1, "{source}: {report:?}");
        assert_eq!(report.errors[0].message, message, "{source}");
    }
    let (report, _) = with_port(
        own(),
        "try { require('nobody') } catch (error) { console.log(error.code) }",
    );
    assert_eq!(texts(report), ["MODULE_NOT_FOUND"]);
}

#[test]
fn a_face_stands_in_for_a_package_that_was_not_added_and_says_so() {
    let (report, _) = with_port(own(), "console.log(typeof pm.require('npm:crypto-js@4.2.0').MD5)");
    let shown = texts(report);
    assert!(shown[0].contains("postrider packages add crypto-js@4.2.0"), "{shown:?}");
    assert_eq!(shown[1], "function");
}

#[test]
fn the_globals_of_the_first_years_are_packages() {
    let port = Port::default()
        .with("lodash3@3.10.2", &[], &[("index.js", "exports.VERSION = '3.10.2'")])
        .with("backbone@1.6.0", &[], &[("index.js", "exports.VERSION = '1.6.0'")]);
    let (report, asked) = with_port(
        port,
        "console.log(_.VERSION, _.VERSION, Backbone.VERSION); var cheerio = 1;",
    );
    assert_eq!(texts(report)[2], "3.10.2 3.10.2 1.6.0");
    assert_eq!(asked, ["lodash3", "backbone"]);
}

#[test]
fn packages_are_evaluated_without_the_old_globals_and_postmans_own_in_silence() {
    let code = "exports.seen = typeof global._; console.log('noise'); exports.later = () => global._.VERSION;";
    let port = Port::default()
        .with("lodash@4.17.21", &[], &[("index.js", code)])
        .with("lodash3@3.10.2", &[], &[("index.js", "exports.VERSION = '3.10.2'")])
        .with("own@1.0.0", &[], &[("index.js", "console.log('own noise')")]);
    let source = "const l = require('lodash'); console.log(l.seen); require('own'); console.log(l.later());";
    let (report, asked) = with_port(port, source);
    let shown = texts(report);
    assert_eq!(
        (&*shown[0], &*shown[1], shown.last().unwrap().as_str()),
        ("undefined", "own noise", "3.10.2")
    );
    assert_eq!(asked, ["lodash", "own", "lodash3"]);
}

#[test]
fn what_our_objects_lack_is_of_the_genuine_sdk_and_takes_them() {
    let item = "exports.Item = function (definition) { this.request = definition.request; };";
    let port = Port::default().with("postman-collection@4.4.0", &[], &[("index.js", item)]);
    let (report, asked) = with_port(
        port,
        "const { Request, Header } = require('postman-collection');
         console.log(pm.request instanceof Request, typeof Header);
         const { Item } = require('postman-collection');
         const item = new Item({ request: new Request('http://z/y') });
         console.log(item instanceof Item, item.request instanceof Request, item.request.url.host.join());",
    );
    assert_eq!(texts(report), ["true function", "true false z"]);
    assert_eq!(asked, ["postman-collection"]);
}

#[test]
fn waiting_for_a_package_is_not_the_scripts_time_and_is_cancelled_at_once() {
    let mut job = job("require('slow')");
    job.limits.busy = Duration::from_secs(2);
    job.limits.total = Duration::from_secs(2);
    let port = Arc::new(own());
    job.send = Some(port.clone());
    let cancel = job.cancel.clone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let report = runtime.block_on(async {
        tokio::spawn(async move {
            let begun = Instant::now();
            while port.asked.lock().unwrap().is_empty() && begun.elapsed() < Duration::from_mins(1) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            tokio::time::sleep(Duration::from_millis(2_500)).await;
            cancel.cancel();
        });
        Engine::new().run(job).await
    });
    let names: Vec<&str> = report.errors.iter().map(|error| error.name.as_str()).collect();
    assert_eq!(names, ["CancelledError"]);
}
