//! Against a registry of the test's own and a shelf in memory.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex as Guarded;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use serde_json::{Value, json};

use super::*;
use crate::exec::fixture;
use crate::model::package::{Registries, integrity};
use crate::model::{Group, Secret};

/// What a registry has, by path, and what it was asked with which credentials.
#[derive(Default)]
struct Shop {
    answers: HashMap<String, Vec<u8>>,
    asked: Guarded<Vec<(String, Option<String>)>>,
}

impl Shop {
    /// Starts it; its base URL.
    async fn open(self) -> (Arc<Self>, String) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap());
        let shop = Arc::new(self);
        let router = Router::new().fallback(serve).with_state(shop.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (shop, base)
    }

    fn asked(&self) -> Vec<String> {
        self.asked
            .lock()
            .unwrap()
            .iter()
            .map(|(path, _)| path.clone())
            .collect()
    }
}

async fn serve(State(shop): State<Arc<Shop>>, uri: Uri, headers: HeaderMap) -> (StatusCode, Vec<u8>) {
    let authorization = headers.get("authorization").and_then(|value| value.to_str().ok());
    shop.asked
        .lock()
        .unwrap()
        .push((uri.path().to_owned(), authorization.map(str::to_owned)));
    match shop.answers.get(uri.path()) {
        Some(answer) => (StatusCode::OK, answer.clone()),
        None => (StatusCode::NOT_FOUND, b"{}".to_vec()),
    }
}

/// A shelf whose tarballs are JSON objects of files.
#[derive(Default)]
struct Memory {
    lock: Lock,
    registries: Guarded<Registries>,
    kept: Guarded<BTreeMap<PackageId, Vec<u8>>>,
}

fn unpacked(tarball: &[u8]) -> Package {
    let files: BTreeMap<String, String> = serde_json::from_slice(tarball).unwrap();
    Package {
        unpacked: 1_400_000,
        files: files
            .into_iter()
            .map(|(path, text)| (path, text.into_bytes()))
            .collect(),
    }
}

impl Shelf for Memory {
    fn get(&self, pin: &Pin) -> Option<Package> {
        self.kept.lock().unwrap().get(&pin.id).map(|tarball| unpacked(tarball))
    }

    fn size(&self, _: &PackageId) -> Option<u64> {
        None
    }

    fn put(&self, pin: &Pin, tarball: &[u8]) -> Result<Package, PackageError> {
        if integrity(tarball) != pin.integrity {
            return Err(PackageError::Checksum(pin.id.clone()));
        }
        self.kept.lock().unwrap().insert(pin.id.clone(), tarball.to_vec());
        Ok(unpacked(tarball))
    }

    fn lock(&self) -> Result<Lock, PackageError> {
        Ok(self.lock.clone())
    }

    fn registries(&self) -> Result<Registries, PackageError> {
        Ok(self.registries.lock().unwrap().clone())
    }
}

fn id(text: &str) -> PackageId {
    PackageId::parse(text).unwrap()
}

fn tarball(code: &str) -> Vec<u8> {
    json!({"package.json": "{}", "index.js": code}).to_string().into_bytes()
}

fn pin(text: &str, tarball: &[u8], dependencies: &[(&str, &str)]) -> Pin {
    Pin {
        id: id(text),
        integrity: integrity(tarball),
        dependencies: dependencies
            .iter()
            .map(|(name, other)| ((*name).to_owned(), id(other)))
            .collect(),
    }
}

/// Settings with this registry alone.
fn at(base: &str) -> Registries {
    Registries {
        registry: base.to_owned(),
        ..Registries::default()
    }
}

/// Two packages, one of which needs the other, on a shelf whose registry is at `base`.
fn two(base: &str) -> Memory {
    Memory {
        lock: Lock {
            wanted: vec![id("@a/one@1.0.0")],
            packages: vec![
                pin(
                    "@a/one@1.0.0",
                    &tarball("exports.two = require('two')"),
                    &[("two", "two@2.0.0")],
                ),
                pin("two@2.0.0", &tarball("module.exports = 'II'"), &[]),
            ],
        },
        registries: Guarded::new(at(base)),
        ..Memory::default()
    }
}

fn shop() -> Shop {
    Shop {
        answers: HashMap::from([
            (
                "/@a/one/-/one-1.0.0.tgz".into(),
                tarball("exports.two = require('two')"),
            ),
            ("/two/-/two-2.0.0.tgz".into(), tarball("module.exports = 'II'")),
        ]),
        ..Shop::default()
    }
}

fn packages(shelf: Memory) -> Arc<Packages> {
    let config = fixture::pipeline().http.config().clone();
    Arc::new(Packages::new(Arc::new(shelf), config))
}

#[tokio::test]
async fn a_script_requires_a_package_and_later_needs_no_network() {
    let (shop, base) = shop().open().await;
    let echo = fixture::server().await;
    let source = "console.log(require('@a/one').two)";
    let (session, ids) = fixture::session(
        &echo,
        Group::default(),
        vec![fixture::request("r", "{{base}}/", source, source)],
    );
    let mut pipeline = fixture::pipeline();
    pipeline.packages = Some(packages(two(&base)));
    for expected in [
        &["fetched @a/one 1.0.0 and another package, 2.8 MB unpacked", "II", "II"][..],
        &["II", "II"],
    ] {
        let outcome = pipeline
            .send(session.plan(ids[0]).unwrap(), &crate::exec::SendContext::default())
            .await;
        assert_eq!(outcome.script_errors, []);
        let lines: Vec<&str> = outcome.console.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(lines, expected);
    }
    assert_eq!(shop.asked().len(), 2);
}

#[tokio::test]
async fn settings_that_were_mended_hold_for_the_next_fetch() {
    let (_shop, base) = shop().open().await;
    let (_empty, wrong) = Shop::default().open().await;
    let shelf = Arc::new(two(&wrong));
    let packages = Packages::new(shelf.clone(), fixture::pipeline().http.config().clone());
    assert!(packages.open("@a/one", None, false).await.is_err());
    *shelf.registries.lock().unwrap() = at(&base);
    assert!(packages.open("@a/one", None, false).await.unwrap().is_some());
}

#[tokio::test]
async fn scripts_side_by_side_fetch_once() {
    let (shop, base) = shop().open().await;
    let packages = packages(two(&base));
    let (a, b) = tokio::join!(
        packages.open("@a/one", None, false),
        packages.open("@a/one", None, false)
    );
    assert!(a.unwrap().is_some() && b.unwrap().is_some());
    assert_eq!(shop.asked().len(), 2);
    assert!(
        packages.open("two", None, false).await.unwrap().is_none(),
        "only a dependency"
    );
    assert!(packages.open("two", Some("2.0.0"), true).await.unwrap().is_some());
}

#[tokio::test]
async fn what_is_not_what_was_pinned_is_refused() {
    let mut shop = shop();
    shop.answers.insert("/two/-/two-2.0.0.tgz".into(), tarball("evil()"));
    let (_, base) = shop.open().await;
    let error = packages(two(&base)).open("@a/one", None, false).await.unwrap_err();
    assert!(
        error.starts_with("the checksum of the package `two@2.0.0` is wrong"),
        "{error}"
    );
    assert!(error.contains("`.npmrc`"), "{error}");
}

#[tokio::test]
async fn without_a_network_the_error_says_what_to_do() {
    // Nobody listens at port 1; the user's password must not be shown.
    let error = packages(two("http://u:hunter2@127.0.0.1:1/"))
        .open("@a/one", None, false)
        .await
        .unwrap_err();
    assert!(
        error.contains("from `127.0.0.1:1`") && error.contains("`postrider packages fetch`"),
        "{error}"
    );
    assert!(!error.contains("hunter2"), "{error}");
}

#[tokio::test]
async fn a_registry_may_keep_tarballs_elsewhere_and_tokens_stay_at_home() {
    let (other, other_base) = shop().open().await;
    let place = format!("{other_base}@a/one/-/one-1.0.0.tgz");
    let mut own = Shop::default();
    let known = json!({"versions": {"1.0.0": {"dist": {"tarball": place}}}}).to_string();
    // Half a character in what somebody wrote of it.
    let known = known.replacen('{', r#"{"description":"Party \ud83c","#, 1);
    own.answers.insert("/npm/@a%2Fone".into(), known.into_bytes());
    own.answers
        .insert("/npm/two/-/two-2.0.0.tgz".into(), tarball("module.exports = 'II'"));
    let (own, base) = own.open().await;
    let mut shelf = two(&format!("{base}npm/"));
    let place = format!("{base}npm/");
    let settings = shelf.registries.get_mut().unwrap();
    settings.credentials.insert(place, Secret::new("Bearer s3cret"));
    assert!(packages(shelf).open("@a/one", None, false).await.unwrap().is_some());
    let with_token = |shop: &Shop| {
        let asked = shop.asked.lock().unwrap();
        asked
            .iter()
            .map(|(_, token)| token.as_deref() == Some("Bearer s3cret"))
            .collect::<Vec<_>>()
    };
    assert_eq!(with_token(&own), [true; 3]);
    assert_eq!(with_token(&other), [false]);
}

/// A registry's words about a package: its versions, each with further fields.
fn versions(name: &str, versions: &[(&str, Value)]) -> (String, Vec<u8>) {
    let mut all = serde_json::Map::new();
    for (version, more) in versions {
        let mut about = json!({"dist": {"integrity": integrity(&tarball(version))}});
        about.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all.insert((*version).to_owned(), about);
    }
    let latest = versions[0].0;
    (
        format!("/{name}"),
        json!({"dist-tags": {"latest": latest, "next": latest}, "versions": all})
            .to_string()
            .into_bytes(),
    )
}

fn tree() -> Shop {
    let dependencies = json!({
        "dependencies": {"leaf": "^1.0.0", "nick": "npm:leaf@^2", "native": "^1.0.0", "ring": "*"},
        "optionalDependencies": {"native": "^1.0.0"},
        "peerDependencies": {"peer": ">=1", "unneeded": "1"},
        "peerDependenciesMeta": {"unneeded": {"optional": true}},
    });
    let mut answers = HashMap::from([
        versions("root", &[("3.0.0", dependencies), ("1.0.0", json!({}))]),
        versions(
            "leaf",
            &[
                ("2.1.0", json!({})),
                ("1.9.0", json!({"deprecated": "no"})),
                ("1.5.0", json!({})),
                ("2.0.0-rc.1", json!({})),
            ],
        ),
        versions("ring", &[("1.0.0", json!({"dependencies": {"root": "3.x"}}))]),
        versions("peer", &[("1.2.0", json!({}))]),
    ]);
    for (name, version) in [
        ("root", "3.0.0"),
        ("leaf", "2.1.0"),
        ("leaf", "1.5.0"),
        ("ring", "1.0.0"),
        ("peer", "1.2.0"),
        ("root", "1.0.0"),
    ] {
        answers.insert(format!("/{name}/-/{name}-{version}.tgz"), tarball(version));
    }
    Shop {
        answers,
        ..Shop::default()
    }
}

#[tokio::test]
async fn adding_a_package_adds_all_it_needs_and_no_more() {
    let (_, base) = tree().open().await;
    let mut lock = Lock::default();
    let packages = packages(Memory {
        lock: Lock::default(),
        ..two(&base)
    });
    assert_eq!(packages.add("root", &mut lock).await.unwrap(), id("root@3.0.0"));
    let names = |lock: &Lock| lock.packages.iter().map(|pin| pin.id.to_string()).collect::<Vec<_>>();
    assert_eq!(
        names(&lock),
        ["leaf@1.5.0", "leaf@2.1.0", "peer@1.2.0", "ring@1.0.0", "root@3.0.0"]
    );
    let needs = &lock.pin(&id("root@3.0.0")).unwrap().dependencies;
    let needs: Vec<String> = needs.iter().map(|(name, id)| format!("{name}={id}")).collect();
    assert_eq!(
        needs,
        [
            "leaf=leaf@1.5.0",
            "nick=leaf@2.1.0",
            "peer=peer@1.2.0",
            "ring=ring@1.0.0"
        ]
    );
    assert_eq!(
        lock.pin(&id("ring@1.0.0")).unwrap().dependencies["root"],
        id("root@3.0.0")
    );
    // A second version stands beside the first, and the name means the one that was added last.
    for wanted in ["npm:root@^1", "root@1.0.0"] {
        packages.add(wanted, &mut lock).await.unwrap();
        assert_eq!(lock.wanted, [id("root@3.0.0"), id("root@1.0.0")]);
    }
    assert_eq!(lock.find("root", None).unwrap().id, id("root@1.0.0"));
    packages.add("root@next", &mut lock).await.unwrap();
    assert_eq!(lock.find("root", None).unwrap().id, id("root@3.0.0"));
    assert_eq!(Lock::parse(&toml::to_string(&lock).unwrap()), Ok(lock));
}

#[tokio::test]
async fn an_old_package_is_checked_by_its_old_checksum() {
    use sha1::Digest as _;
    let old = tarball("1.0.0");
    let bytes = sha1::Sha1::digest(&old);
    let weak = bytes
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>()
        .concat();
    for (shasum, fits) in [(weak.as_str(), true), ("0123", false)] {
        let known = json!({"dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": {"dist": {"shasum": shasum}}}});
        let shop = Shop {
            answers: HashMap::from([
                ("/old".into(), known.to_string().into_bytes()),
                ("/old/-/old-1.0.0.tgz".into(), old.clone()),
            ]),
            ..Shop::default()
        };
        let (_, base) = shop.open().await;
        let mut lock = Lock::default();
        let added = packages(two(&base)).add("old", &mut lock).await;
        assert_eq!(added.is_ok(), fits, "{added:?}");
        assert_eq!(
            lock.packages.iter().map(|pin| &pin.integrity).collect::<Vec<_>>(),
            vec![&integrity(&old); usize::from(fits)]
        );
    }
}

#[tokio::test]
async fn what_cannot_be_added_is_told_by_name() {
    let mut shop = tree();
    let (path, text) = versions(
        "git",
        &[("1.0.0", json!({"dependencies": {"x": "git+https://a.test/x"}}))],
    );
    shop.answers.insert(path, text);
    let (path, text) = versions("none", &[("1.0.0", json!({"dependencies": {"leaf": "^9"}}))]);
    shop.answers.insert(path, text);
    let (_, base) = shop.open().await;
    let packages = packages(two(&base));
    for (wanted, message) in [
        ("../x", "`../x` is no npm package"),
        ("root@^9", "there is no version `^9` of `root`"),
        ("root@nightly", "there is no version `nightly` of `root`"),
        ("none", "there is no version `^9` of `leaf`, which `none@1.0.0` needs"),
        (
            "git",
            "`git@1.0.0` needs `x` from `git+https://a.test/x`, which is no registry",
        ),
    ] {
        let mut lock = Lock::default();
        assert_eq!(packages.add(wanted, &mut lock).await.unwrap_err().to_string(), message);
        assert_eq!(lock, Lock::default(), "{wanted}");
    }
    let error = packages.add("nobody", &mut Lock::default()).await.unwrap_err();
    assert!(error.to_string().ends_with("has no package `nobody`"), "{error}");
}
