//! Finding the file that a `require` means, as Node does with what bundlers for browsers add: Postman's scripts run in a
//! bundle.
//!
//! See <https://nodejs.org/api/modules.html#all-together> and <https://github.com/defunctzombie/package-browser-field-spec>.

use serde_json::{Map, Value};

use super::Opened;
use crate::model::package::PackageId;

/// Modules that Node has itself. Which of them are there is for the prelude to say; no package may take their names.
const NODE: &str = " assert async_hooks buffer child_process cluster console constants crypto dgram \
     diagnostics_channel dns domain events fs http http2 https inspector module net os path perf_hooks process punycode \
     querystring readline repl stream string_decoder sys timers tls trace_events tty url util v8 vm wasi \
     worker_threads zlib _process ";

/// What is not in Postman's bundle because its name is put together while the program runs: `moment.locale('de')` leaves
/// the language alone there. `require('moment/locale/de')` is another way to it, which Postman does not have.
const NOT_BUNDLED: [(&str, &str); 1] = [("moment", "./locale/")];

/// What a `require` means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A file of the same package.
    File(String),
    /// Something in another package: its id, and the path in it, empty for its entry.
    Package(PackageId, String),
    /// One of Node's modules.
    Node(String),
    /// An empty module: the package has nothing there for browsers.
    Empty,
}

/// Why there is nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// There is no such module.
    Nothing,
    /// There is one, of a kind that cannot be required.
    Module(String),
}

/// A package with what its `package.json` says.
#[derive(Debug)]
pub struct Resolver {
    /// The package.
    pub opened: Opened,
    manifest: Value,
}

impl Resolver {
    /// Reads the `package.json`.
    pub fn new(opened: Opened) -> Self {
        let manifest = json(&opened, "package.json").unwrap_or_default();
        Self { opened, manifest }
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<String> {
        let bytes = self.opened.package.files.get(path)?;
        let text = String::from_utf8_lossy(bytes);
        Some(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
    }

    /// The file behind the package's name (`path` empty) or behind its name and a path.
    pub fn entry(&self, path: &str) -> Result<String, Missing> {
        if let Some(exports) = self.manifest.get("exports") {
            return self.exported(exports, path);
        }
        if path.is_empty() {
            return self.required(self.folder("").ok_or(Missing::Nothing)?);
        }
        let found = self.file_or_folder(&normal("", path).ok_or(Missing::Nothing)?);
        self.required(self.for_browsers(found.ok_or(Missing::Nothing)?))
    }

    /// What `require(request)` means in the file `from`.
    pub fn resolve(&self, from: &str, request: &str) -> Result<Found, Missing> {
        let is_path =
            ["./", "../", "/"].iter().any(|start| request.starts_with(start)) || matches!(request, "." | "..");
        if is_path {
            let is_left_out =
                |(name, start): &(&str, &str)| self.opened.id.name() == *name && request.starts_with(start);
            if NOT_BUNDLED.iter().any(is_left_out) {
                return Err(Missing::Nothing);
            }
            let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
            let path = normal(folder, request).ok_or(Missing::Nothing)?;
            let is_empty = |path: &str| matches!(self.replaced(&format!("./{path}")), Some(Value::Bool(false)));
            if is_empty(&path) {
                return Ok(Found::Empty);
            }
            let found = self.file_or_folder(&path).ok_or(Missing::Nothing)?;
            if is_empty(&found) {
                return Ok(Found::Empty);
            }
            return self.required(self.for_browsers(found)).map(Found::File);
        }
        match self.replaced(request) {
            Some(Value::Bool(false)) => return Ok(Found::Empty),
            Some(Value::String(other)) if other.starts_with("./") => {
                let path = normal("", other).ok_or(Missing::Nothing)?;
                let found = self.file_or_folder(&path).ok_or(Missing::Nothing)?;
                return self.required(found).map(Found::File);
            }
            Some(Value::String(other)) if other != request => return self.bare(other),
            _ => {}
        }
        self.bare(request)
    }

    /// A package, by its name or with a path, or one of Node's modules. A slash behind a name means the package.
    fn bare(&self, request: &str) -> Result<Found, Missing> {
        let plain = request.strip_prefix("node:").unwrap_or(request);
        let root = plain.split('/').next().unwrap_or(plain);
        if !request.ends_with('/') && NODE.split(' ').any(|known| known == root && !known.is_empty()) {
            return Ok(Found::Node(plain.to_owned()));
        }
        let (name, path) = split(request);
        if name == self.opened.id.name() {
            return self.entry(path).map(Found::File);
        }
        let id = self.opened.dependencies.get(name).ok_or(Missing::Nothing)?;
        Ok(Found::Package(id.clone(), path.to_owned()))
    }

    /// What the `browser` table of the package puts in the place of a path or a name.
    fn replaced(&self, what: &str) -> Option<&Value> {
        let table = self.manifest.get("browser")?.as_object()?;
        let without = what.strip_suffix(".js");
        table.get(what).or_else(|| without.and_then(|what| table.get(what)))
    }

    fn for_browsers(&self, found: String) -> String {
        let other = self.replaced(&format!("./{found}")).and_then(Value::as_str);
        let other = other.and_then(|other| self.file_or_folder(&normal("", other)?));
        other.unwrap_or(found)
    }

    fn has(&self, path: &str) -> bool {
        self.opened.package.files.contains_key(path)
    }

    fn file(&self, path: &str) -> Option<String> {
        let endings = ["", ".js", ".json", ".cjs"];
        let mut paths = endings.iter().map(|ending| format!("{path}{ending}"));
        paths.find(|path| self.has(path))
    }

    fn file_or_folder(&self, path: &str) -> Option<String> {
        self.file(path).or_else(|| self.folder(path))
    }

    /// The file that stands for a folder: what its `package.json` names, else its index.
    fn folder(&self, path: &str) -> Option<String> {
        let below = |name: &str| normal(path, name);
        let own;
        let manifest = if path.is_empty() {
            &self.manifest
        } else {
            own = json(&self.opened, &below("package.json")?).unwrap_or_default();
            &own
        };
        let named = ["browser", "main"]
            .iter()
            .filter_map(|field| manifest.get(field)?.as_str());
        let mut named = named.filter_map(below).filter(|target| target != path);
        let main = named.find_map(|target| self.file(&target).or_else(|| self.file(&join(&target, "index"))));
        let found = main.or_else(|| self.file(&below("index")?))?;
        Some(if path.is_empty() {
            self.for_browsers(found)
        } else {
            found
        })
    }

    /// The file a package shows under a path, by the `exports` of its `package.json`.
    fn exported(&self, exports: &Value, path: &str) -> Result<String, Missing> {
        let wanted = if path.is_empty() {
            ".".to_owned()
        } else {
            format!("./{path}")
        };
        let is_table = exports
            .as_object()
            .is_some_and(|table| table.keys().any(|key| key.starts_with('.')));
        let (target, star) = match exports.as_object().filter(|_| is_table) {
            Some(table) => matched(table, &wanted).ok_or(Missing::Nothing)?,
            None if path.is_empty() => (exports, String::new()),
            None => return Err(Missing::Nothing),
        };
        let mut last = Missing::Nothing;
        // What is for browsers is often an ES module; what is for Node then can be required.
        for conditions in [["require", "browser", "default"], ["require", "node", "default"]] {
            let Some(target) = chosen(target, &conditions) else {
                continue;
            };
            let found = normal("", &target.replace('*', &star)).filter(|path| self.has(path));
            match found.map(|found| self.required(found)) {
                Some(Ok(found)) if self.looks_like_module(&found) => last = Missing::Module(found),
                Some(Ok(found)) => return Ok(found),
                Some(Err(missing)) => last = missing,
                None => {}
            }
        }
        Err(last)
    }

    /// Whether a file is an ES module by its words, as many are without their package saying so.
    pub fn looks_like_module(&self, path: &str) -> bool {
        let is_word = |line: &str| {
            let rest = line.strip_prefix("export").or_else(|| line.strip_prefix("import"));
            rest.is_some_and(|rest| rest.starts_with([' ', '{', '*', '"', '\'']))
        };
        ending(path) == Some("js") && self.text(path).is_some_and(|text| text.lines().any(is_word))
    }

    /// Refuses ES modules.
    fn required(&self, path: String) -> Result<String, Missing> {
        let is_module = match ending(&path) {
            Some("mjs") => true,
            Some("js") => self.is_module_folder(&path),
            _ => false,
        };
        if is_module {
            Err(Missing::Module(path))
        } else {
            Ok(path)
        }
    }

    /// Whether the nearest `package.json` above a file says that its files are ES modules.
    fn is_module_folder(&self, path: &str) -> bool {
        let mut folder = path;
        while let Some((above, _)) = folder.rsplit_once('/') {
            if let Some(own) = json(&self.opened, &format!("{above}/package.json")) {
                return own["type"] == "module";
            }
            folder = above;
        }
        self.manifest["type"] == "module"
    }
}

fn json(opened: &Opened, path: &str) -> Option<Value> {
    serde_json::from_slice(opened.package.files.get(path)?).ok()
}

/// The entry of an `exports` table for a path, and what its star stands for. The longest pattern wins.
fn matched<'a>(table: &'a Map<String, Value>, wanted: &str) -> Option<(&'a Value, String)> {
    if let Some(target) = table.get(wanted) {
        return Some((target, String::new()));
    }
    let patterns = table.iter().filter_map(|(pattern, target)| {
        let (before, after) = match pattern.split_once('*') {
            Some(around) => around,
            None => (pattern.strip_suffix('/').map(|_| pattern.as_str())?, ""),
        };
        let star = wanted.strip_prefix(before)?.strip_suffix(after)?;
        (!star.is_empty()).then_some((before.len(), target, star))
    });
    let (_, target, star) = patterns.max_by_key(|(length, ..)| *length)?;
    Some((target, star.to_owned()))
}

/// The target that the first fitting condition leads to.
fn chosen<'a>(target: &'a Value, conditions: &[&str]) -> Option<&'a str> {
    match target {
        Value::String(path) => Some(path),
        Value::Array(several) => several.iter().find_map(|target| chosen(target, conditions)),
        Value::Object(table) => {
            let mut fitting = table.iter().filter(|(name, _)| conditions.contains(&name.as_str()));
            fitting.find_map(|(_, target)| chosen(target, conditions))
        }
        _ => None,
    }
}

/// A request in the package's name and the path behind it.
pub fn split(request: &str) -> (&str, &str) {
    let slashes = if request.starts_with('@') { 2 } else { 1 };
    match request.match_indices('/').nth(slashes - 1) {
        Some((at, _)) => (&request[..at], request[at + 1..].trim_end_matches('/')),
        None => (request, ""),
    }
}

fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    }
}

/// A path below a folder without dots in it; `None` when it leads out of the package.
fn normal(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    let start = if path.starts_with('/') { "" } else { folder };
    for part in start.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// What a file's name ends in, behind its last dot.
fn ending(path: &str) -> Option<&str> {
    path.rsplit_once('.').map(|(_, ending)| ending)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;
    use crate::model::package::Package;
    use std::collections::BTreeMap;

    fn package(manifest: &str, files: &[&str]) -> Resolver {
        let mut all: BTreeMap<String, Vec<u8>> = files.iter().map(|path| ((*path).to_owned(), Vec::new())).collect();
        all.insert("package.json".into(), manifest.into());
        Resolver::new(Opened {
            id: PackageId::parse("own@1.0.0").unwrap(),
            dependencies: BTreeMap::from([
                ("dep".into(), PackageId::parse("dep@2.0.0").unwrap()),
                ("@a/b".into(), PackageId::parse("@a/b@3.0.0").unwrap()),
                ("events".into(), PackageId::parse("events@4.0.0").unwrap()),
            ]),
            package: Package {
                files: all,
                unpacked: 0,
            },
            note: None,
        })
    }

    fn file(path: &str) -> Found {
        Found::File(path.into())
    }

    #[test]
    fn the_entry_is_what_main_names_or_the_index() {
        for (manifest, files, entry) in [
            ("{}", &["index.js"][..], "index.js"),
            (r#"{"main":"./lib/x"}"#, &["lib/x.js", "index.js"], "lib/x.js"),
            (r#"{"main":"lib"}"#, &["lib/index.js"], "lib/index.js"),
            (r#"{"main":"gone"}"#, &["index.json"], "index.json"),
            (r#"{"main":"a.js","browser":"b.js"}"#, &["a.js", "b.js"], "b.js"),
            (
                r#"{"main":"a","browser":{"./a.js":"./b.js"}}"#,
                &["a.js", "b.js"],
                "b.js",
            ),
        ] {
            assert_eq!(package(manifest, files).entry("").unwrap(), entry, "{manifest}");
        }
        assert_eq!(package("{}", &["readme.js"]).entry(""), Err(Missing::Nothing));
        assert_eq!(package("{}", &["lib/fp.js"]).entry("lib/fp").unwrap(), "lib/fp.js");
    }

    #[test]
    fn paths_are_relative_to_the_file_and_stay_inside() {
        let own = package("{}", &["a.js", "lib/b.js", "lib/c/index.js", "lib/d.json"]);
        assert_eq!(own.resolve("lib/b.js", "../a"), Ok(file("a.js")));
        assert_eq!(own.resolve("lib/b.js", "./c"), Ok(file("lib/c/index.js")));
        assert_eq!(own.resolve("lib/c/index.js", ".."), Err(Missing::Nothing));
        assert_eq!(own.resolve("lib/b.js", "./d"), Ok(file("lib/d.json")));
        assert_eq!(own.resolve("a.js", "../../etc/passwd"), Err(Missing::Nothing));
    }

    #[test]
    fn names_are_nodes_dependencies_or_the_package_itself() {
        let own = package("{}", &["index.js", "x.js"]);
        let id = |text: &str| PackageId::parse(text).unwrap();
        assert_eq!(
            own.resolve("index.js", "dep/lib/y"),
            Ok(Found::Package(id("dep@2.0.0"), "lib/y".into()))
        );
        assert_eq!(
            own.resolve("index.js", "@a/b"),
            Ok(Found::Package(id("@a/b@3.0.0"), String::new()))
        );
        assert_eq!(own.resolve("index.js", "own/x"), Ok(file("x.js")));
        assert_eq!(own.resolve("index.js", "node:events"), Ok(Found::Node("events".into())));
        assert_eq!(
            own.resolve("index.js", "fs/promises"),
            Ok(Found::Node("fs/promises".into()))
        );
        assert_eq!(
            own.resolve("index.js", "events/"),
            Ok(Found::Package(id("events@4.0.0"), String::new()))
        );
        assert_eq!(own.resolve("index.js", "other"), Err(Missing::Nothing));
    }

    #[test]
    fn what_is_not_for_browsers_is_replaced() {
        let manifest = r#"{"browser":{"fs":false,"./node.js":"./web.js","crypto":"dep","./off.js":false}}"#;
        let own = package(manifest, &["node.js", "web.js", "off.js"]);
        assert_eq!(own.resolve("x.js", "fs"), Ok(Found::Empty));
        assert_eq!(own.resolve("x.js", "./off"), Ok(Found::Empty));
        assert_eq!(own.resolve("x.js", "./node"), Ok(file("web.js")));
        assert!(matches!(own.resolve("x.js", "crypto"), Ok(Found::Package(..))));
    }

    #[test]
    fn exports_are_followed_and_es_modules_refused() {
        let manifest = r#"{"type":"module","exports":{
            ".":{"browser":"./web.js","require":"./main.cjs","default":"./main.js"},
            "./only":"./main.js","./deep/*":{"require":"./lib/*.cjs"},"./package.json":"./package.json"}}"#;
        let own = package(
            manifest,
            &["web.js", "main.cjs", "main.js", "lib/a/b.cjs", "hidden.cjs"],
        );
        assert_eq!(own.entry("").unwrap(), "main.cjs");
        assert_eq!(own.entry("deep/a/b").unwrap(), "lib/a/b.cjs");
        assert_eq!(own.entry("only"), Err(Missing::Module("main.js".into())));
        assert_eq!(own.entry("hidden"), Err(Missing::Nothing));
        assert_eq!(own.entry("package.json").unwrap(), "package.json");
        assert_eq!(package(r#"{"exports":"./a.js"}"#, &["a.js"]).entry("").unwrap(), "a.js");
        let manifest = r#"{"exports":{"node":{"require":"./a.js"},"default":"./b.js"}}"#;
        let mut own = package(manifest, &["a.js", "b.js"]);
        assert_eq!(own.entry("").unwrap(), "b.js");
        own.opened
            .package
            .files
            .insert("b.js".into(), b"// x\nexport default 1".to_vec());
        assert_eq!(own.entry("").unwrap(), "a.js");
    }
}
