//! Runs newman and postrider on the same collections and compares what they did.
//!
//! Opt in, because it needs Node: `POSTRIDER_NEWMAN` names a folder in which `npm install newman@6.2.2` was run, or is
//! `npm` to have it installed into a temporary folder. Without it the test says that it was skipped.
//!
//! ```text
//! POSTRIDER_NEWMAN=npm cargo test --test newman -- --nocapture
//! POSTRIDER_NEWMAN=/tmp/newman POSTRIDER_NEWMAN_ONLY=cookies cargo test --test newman -- --nocapture
//! ```
//!
//! `POSTRIDER_NEWMAN_ONLY` keeps the collections whose name contains it. `POSTRIDER_NEWMAN_FOLDER` names another folder of
//! collections, such as real ones: the echo server is then the proxy as well, so that it answers for any host, and newman is
//! held to no names.
//!
//! # A collection and what stands beside it
//!
//! ```text
//! NAME.json           the collection, of any version and encoding
//! NAME.env.json       -e          NAME.globals.json   -g          NAME.data.json, .csv   -d
//! NAME.args           more arguments of `run`, one a line; `{dir}` is the folder of the collections
//! NAME.deviates.toml  where postrider differs on purpose, and why; checked to be still so
//! ```
//!
//! Both programs get the global variables `base` (`http://127.0.0.1:PORT`), `other` (the same server as `localhost`) and
//! `port` of one [`echo`] server, which remembers nothing (signatures hold the port), and an empty home each.
//!
//! A collection says what newman is to do by its names, and newman is held to it: a test fails if and only if its name
//! begins with `fails`; a request's script throws only where the request's name begins with `throws`; a request goes
//! without an answer only where its name begins with `unanswered`. Some test must run, except in the collections `load-…`,
//! which are about files that hold nothing to run.

#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(
    clippy::print_stderr,
    reason = "a test that needs Node says why it was skipped and what differs"
)]

mod compare;
mod echo;
mod runs;

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use compare::{Done, differences, read_deviations};
use echo::Server;
use runs::{Case, Program, run};

#[test]
fn collections_do_the_same_in_newman_and_postrider() {
    let Ok(place) = std::env::var("POSTRIDER_NEWMAN") else {
        eprintln!("skipped: POSTRIDER_NEWMAN is not set (a folder with newman 6.2.2 installed, or `npm`)");
        return;
    };
    let installed = tempfile::tempdir().unwrap();
    let newman = runs::newman(&place, installed.path());
    let only = std::env::var("POSTRIDER_NEWMAN_ONLY").unwrap_or_default();
    let foreign = std::env::var_os("POSTRIDER_NEWMAN_FOLDER").map(PathBuf::from);
    let folder = foreign.clone().unwrap_or_else(own_folder);
    let cases: Vec<Case> = collections(&folder)
        .into_iter()
        .filter(|path| Case::name_of(path).contains(&only))
        .map(|path| Case::read(&path, foreign.is_some()))
        .collect();
    assert!(!cases.is_empty(), "no collection's name contains `{only}`");

    let next = AtomicUsize::new(0);
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = check(case, &newman);
                    for line in &found {
                        eprintln!("{}: {line}", case.name);
                    }
                    wrong.lock().unwrap().extend(found);
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(
        wrong.is_empty(),
        "{} differences in {} collections",
        wrong.len(),
        cases.len()
    );
}

/// Everything wrong with one collection: newman not doing what the names say, and differences nobody declared.
fn check(case: &Case, newman: &Program) -> Vec<String> {
    let deviations = read_deviations(&case.path.with_extension("deviates.toml"));
    let server = Server::start();
    let theirs = run(newman, case, &server);
    let ours = run(&Program::postrider(), case, &server);
    let mut wrong = Vec::new();
    if !case.foreign {
        wrong = broken_promises(&case.name, &theirs.done, &theirs.said);
    }
    wrong.extend(differences(&theirs.done, &ours.done, &deviations));
    if !wrong.is_empty() && !ours.reported && theirs.reported {
        wrong.push(format!("postrider wrote no report; it said: {}", ours.said.trim()));
    }
    wrong
}

/// Where newman did not do what a name promises.
fn broken_promises(name: &str, done: &Done, said: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for execution in &done.executions {
        let item = &execution.title;
        for (place, value) in &execution.facts {
            if place.starts_with("test ") && place != "test script" {
                let failed = value.starts_with("failed: ");
                let test = value.split_once(": ").map_or("", |(_, test)| test);
                if failed != test.starts_with("fails") && !value.starts_with("skipped: ") {
                    wrong.push(format!("newman, {item}: {value}"));
                }
            } else if place.ends_with("script") && !item.starts_with("throws") {
                wrong.push(format!("newman, {item}: {place} threw {value}"));
            } else if place == "request error" && !item.starts_with("unanswered") {
                wrong.push(format!("newman, {item}: no answer"));
            }
        }
    }
    let idle = |(place, value): &(String, String)| place == "stats assertions" && value.starts_with("0 ");
    if done.rest.iter().any(idle) && !name.starts_with("load-") {
        wrong.push(format!("newman ran no test; it said: {}", said.trim()));
    }
    wrong
}

/// The collections that are written for this test.
fn own_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/newman/collections")
}

/// The collections in a folder, by name.
fn collections(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            name.split_once('.').is_some_and(|(_, ending)| ending == "json")
        })
        .collect();
    found.sort();
    found
}

#[test]
fn every_file_belongs_to_a_collection() {
    let folder = own_folder();
    let names: Vec<String> = collections(&folder).iter().map(|path| Case::name_of(path)).collect();
    assert!(names.len() >= 60, "{} collections", names.len());
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            assert!(
                names.contains(&Case::name_of(&path)),
                "{} has no collection",
                path.display()
            );
        }
    }
}
