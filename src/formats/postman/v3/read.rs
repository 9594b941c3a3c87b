//! Walking a v3 folder, or any folder with Postman's files in it.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{shape, yaml};
use crate::formats::postman::tidy::Object;
use crate::formats::postman::{read, read_collection, read_value};
use crate::formats::{Fate, FormatError, Found, MOST_BYTES};
use crate::model::InOrder;

/// Folders nested deeper are not looked into.
const DEEPEST: usize = 64;
/// How deep files are looked for in folders that are no v3 folders, and how many names are read for it.
const DEEPEST_BELOW: usize = 8;
const MOST_BELOW: usize = 20_000;
/// What something is that cannot be read.
const COLLECTION: &str = "a collection";
const FILE: &str = "a file";
/// What only Postman writes into a file: its own keys, and where its schemas are.
const MARKS: [&str; 3] = ["\"_postman_", "schema.getpostman.com", "schema.postman.com"];

/// Reads a folder: a v3 collection, a workspace of them (`postman/`), or exported JSON files.
pub fn read_folder(folder: &Path) -> Result<Found, FormatError> {
    let mut found = Found::default();
    let inner = folder.join("postman");
    let is_inner = inner.is_dir();
    let root = if is_inner { inner } else { folder.to_owned() };
    let mut known = false;
    let mut first = None;
    for part in ["collections", "environments", "globals"] {
        let part = root.join(part);
        if !part.is_dir() {
            continue;
        }
        known = true;
        let entries = list(&part).unwrap_or_else(|error| {
            told(Err(error), "a folder", &part.to_string_lossy(), &mut found, &mut first);
            Vec::new()
        });
        for (name, path, is_folder) in entries {
            // A workspace of ours has such a folder too.
            if path.join("collection.toml").is_file() {
                continue;
            }
            if is_folder && part.ends_with("collections") {
                let read = collection(&path, &name, &mut found);
                told(read, COLLECTION, &name, &mut found, &mut first);
            } else if !is_folder && is_json(&path) {
                exported(&path, &name, &name, false, &mut found);
            } else if !is_folder {
                let read = environment(&path, &name, &mut found);
                told(read, FILE, &name, &mut found, &mut first);
            }
        }
    }
    let entries = list(&root)?;
    let is_collection = root.join(".resources").is_dir()
        || entries
            .iter()
            .any(|(name, _, is_folder)| !is_folder && stem(name, "request").is_some());
    if !known && is_collection {
        let name = root.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.unwrap_or_default();
        let read = collection(&root, &name, &mut found);
        told(read, COLLECTION, &name, &mut found, &mut first);
    } else {
        for (name, path, is_folder) in entries {
            if is_folder {
                continue;
            }
            if is_json(&path) {
                exported(&path, &name, &name, false, &mut found);
            } else {
                let read = environment(&path, &name, &mut found);
                told(read, FILE, &name, &mut found, &mut first);
            }
        }
        if !known && !is_inner {
            below(&root, &mut found, &mut first);
        }
    }
    if is_inner {
        let read = beside(folder, &mut found);
        told(read, "a folder", &folder.to_string_lossy(), &mut found, &mut first);
    }
    if found.is_empty() {
        return Err(first.unwrap_or(FormatError::Other {
            looks: "a folder without any",
        }));
    }
    Ok(found)
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|own| own.eq_ignore_ascii_case("json"))
}

/// Reads what lies in the folders of a folder: exports that somebody has sorted, the `collection/` and `environment/` of a data
/// export, v3 collections. Of a whole project only what its name, or its folder's, says to be Postman's.
fn below(folder: &Path, found: &mut Found, first: &mut Option<FormatError>) {
    let mut todo = vec![(folder.to_owned(), String::new(), 0)];
    let mut seen = 0;
    while let Some((folder, shown, depth)) = todo.pop() {
        let entries = match list(&folder) {
            Ok(entries) => entries,
            // The folder itself was read a moment ago; one in it costs itself alone.
            Err(error) => {
                told(Err(error), "a folder", &shown, found, first);
                continue;
            }
        };
        seen += entries.len();
        let is_collection =
            folder.join(".resources").is_dir() || entries.iter().any(|(name, _, _)| stem(name, "request").is_some());
        if depth > 0 && is_collection {
            let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
            let read = collection(&folder, &name.unwrap_or_default(), found);
            told(read, COLLECTION, &shown, found, first);
            continue;
        }
        let mut inner = Vec::new();
        for (name, path, is_folder) in entries {
            let own = format!("{shown}{name}");
            if is_folder && name != "node_modules" {
                inner.push((path, format!("{own}/"), depth + 1));
            } else if depth > 0 && !is_folder && is_json(&path) {
                let last = shown.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
                if is_named_so(&name) || is_named_so(last) {
                    exported(&path, &name, &own, true, found);
                }
            } else if depth > 0 && !is_folder {
                let read = environment(&path, &name, found);
                told(read, FILE, &own, found, first);
            }
        }
        let is_too_deep = depth >= DEEPEST_BELOW && !inner.is_empty();
        if is_too_deep || seen > MOST_BELOW {
            let shown = if shown.is_empty() { "the folder" } else { &shown };
            let why = "they are too many or too deep; name the folder that is meant";
            found.report.add(shown, "", Fate::Lost, "the folders in it", why);
            if seen > MOST_BELOW {
                return;
            }
            continue;
        }
        todo.extend(inner.into_iter().rev());
    }
}

/// Tells of one thing among many that cannot be read: it costs itself alone. Where there is nothing else the first such is why.
fn told(read: Result<(), FormatError>, what: &str, shown: &str, found: &mut Found, first: &mut Option<FormatError>) {
    if let Err(error) = read {
        found.report.add_unread(shown, what, &error);
        first.get_or_insert(error);
    }
}

/// Whether a name says that it is something of Postman's.
fn is_named_so(name: &str) -> bool {
    let low = name.to_lowercase();
    ["postman", "collection", "environment", "globals"]
        .iter()
        .any(|word| low.contains(word))
}

/// Reads an environment or the globals of a v3 folder where they stand; `None` for a file that is named like neither.
pub fn read_file(path: &Path) -> Result<Option<Found>, FormatError> {
    let mut found = Found::default();
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    environment(path, &name.unwrap_or_default(), &mut found)?;
    Ok(Some(found).filter(|found| !found.is_empty()))
}

/// Reads an exported file. There are others in such folders, a `package.json`, and beside a `postman/` all that a project
/// has, such as a `tsconfig.json` with comments in it: nobody needs to hear of one that does not say it is Postman's, by its
/// name or in its text. In a folder of exports one that is broken may be anything, and is told of, as `shown`.
fn exported(path: &Path, name: &str, shown: &str, is_beside: bool, found: &mut Found) {
    let bytes = bytes(path);
    let low = name.to_lowercase();
    let holds = |word: &[u8]| {
        let mut parts = bytes.as_ref().map_or(&[][..], Vec::as_slice).windows(word.len());
        parts.any(|part| part.eq_ignore_ascii_case(word))
    };
    // A `package.json` may have newman among its packages, or a word of Postman's in its description.
    let says_so = low.contains("postman") || MARKS.iter().any(|mark| holds(mark.as_bytes()));
    let is_postmans = is_named_so(name) || bytes.is_err() || holds(b"postman");
    match bytes.and_then(|bytes| read(&bytes)) {
        Ok(more) => found.extend(more),
        Err(FormatError::Unknown { .. } | FormatError::Other { .. }) if !says_so => {}
        Err(_) if is_beside && !is_postmans => {}
        Err(error) => found.report.add_unread(shown, FILE, &error),
    }
}

/// Reads the exported files beside a `postman/`.
fn beside(folder: &Path, found: &mut Found) -> Result<(), FormatError> {
    let inner = found.collections.len();
    for (name, path, is_folder) in list(folder)? {
        if is_folder || !is_json(&path) {
            continue;
        }
        exported(&path, &name, &name, true, found);
    }
    found.beside = inner..found.collections.len();
    Ok(())
}

/// The name of a file of a kind, without its endings: `Get.request.yaml` is `Get`.
fn stem<'a>(name: &'a str, kind: &str) -> Option<&'a str> {
    let name = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
    name.strip_suffix(kind)?.strip_suffix('.')
}

fn environment(path: &Path, name: &str, found: &mut Found) -> Result<(), FormatError> {
    let (stem, scope) = match (stem(name, "environment"), stem(name, "globals")) {
        (Some(stem), _) => (stem, "environment"),
        (None, Some(stem)) => (stem, "globals"),
        (None, None) => return Ok(()),
    };
    let mut map = shape::environment(load(path, found)?, stem);
    map.insert("_postman_variable_scope".into(), scope.into());
    let rows = map.get("values").and_then(Value::as_array).into_iter().flatten();
    for row in rows.filter(|row| row.get("source").is_some()) {
        let key = row.get("key").and_then(Value::as_str).unwrap_or_default();
        found.report.add(
            stem,
            &format!("values.{key}"),
            Fate::Lost,
            "a value in Postman's vault",
            "the file only points to it; fill it in",
        );
    }
    read_value(Value::Object(map), found)
}

/// A folder still to be read into an item.
struct Open {
    map: Object,
    children: Vec<Value>,
    todo: std::vec::IntoIter<Entry>,
}

struct Entry {
    name: String,
    path: PathBuf,
    is_folder: bool,
    source: Object,
}

/// A collection while its files are read.
struct Reading<'a> {
    folder: &'a Path,
    name: &'a str,
    found: &'a mut Found,
    /// Why a part of it cannot be read, the first of them.
    lacks: Option<FormatError>,
}

impl Reading<'_> {
    /// What was read of a file; of one that cannot be, it is told, and the others are read all the same.
    fn part<T: Default>(&mut self, read: Result<T, FormatError>, what: &str, path: &Path) -> T {
        read.unwrap_or_else(|error| {
            let within = path.strip_prefix(self.folder).unwrap_or(path);
            let shown = Path::new(self.name).join(within);
            self.found.report.add_unread(&shown.to_string_lossy(), what, &error);
            self.lacks.get_or_insert(error);
            T::default()
        })
    }

    /// What a file with keys says.
    fn load(&mut self, path: &Path, what: &str) -> Option<Object> {
        let read = load(path, self.found).map(Some);
        self.part(read, what, path)
    }
}

/// Reads one collection: folders depth first, without recursion. What cannot be read costs itself alone, unless no request is
/// left.
fn collection(folder: &Path, name: &str, found: &mut Found) -> Result<(), FormatError> {
    let mut reading = Reading {
        folder,
        name,
        found,
        lacks: None,
    };
    let mut requests = 0;
    let own = definition(folder, &mut reading);
    let mut open = vec![start(folder, own, name, &mut reading)];
    loop {
        let depth = open.len();
        let Some(top) = open.last_mut() else { return Ok(()) };
        match top.todo.next() {
            Some(entry) if entry.is_folder => {
                if depth > DEEPEST {
                    let report = &mut reading.found.report;
                    report.add(&entry.name, "", Fate::Lost, "a folder", "it is nested too deeply");
                    continue;
                }
                let inner = start(&entry.path, entry.source, &entry.name, &mut reading);
                open.push(inner);
            }
            Some(entry) => {
                let kind = entry
                    .source
                    .get("$kind")
                    .and_then(Value::as_str)
                    .unwrap_or("http-request");
                if !matches!(kind, "http-request" | "graphql-request") {
                    let what = format!("a request of the kind `{kind}`");
                    let path = format!("{name} / {}", entry.name);
                    let report = &mut reading.found.report;
                    report.add(&path, "$kind", Fate::Kept, what, "it cannot be sent");
                }
                let stem = stem(&entry.name, "request").unwrap_or(&entry.name);
                let item = shape::request(entry.source, stem, examples(&entry.path, stem, &mut reading));
                top.children.push(Value::Object(item));
                requests += 1;
            }
            None => {
                let Some(done) = open.pop() else { return Ok(()) };
                let mut map = done.map;
                map.insert("item".into(), Value::Array(done.children));
                if let Some(above) = open.last_mut() {
                    above.children.push(Value::Object(map));
                    continue;
                }
                let lacks = match reading.lacks {
                    Some(error) if requests == 0 => return Err(error),
                    lacks => lacks.map(|error| error.to_string()),
                };
                read_collection(map, found);
                if let Some(own) = found.collections.last_mut() {
                    own.is_v3 = true;
                    own.lacks = lacks;
                }
                return Ok(());
            }
        }
    }
}

fn start(folder: &Path, definition: Object, name: &str, reading: &mut Reading<'_>) -> Open {
    let mut entries = Vec::new();
    for (name, path, is_folder) in reading.part(list(folder), "a folder", folder) {
        if is_folder {
            let source = self::definition(&path, reading);
            entries.push(Entry {
                name,
                path,
                is_folder,
                source,
            });
        } else if stem(&name, "request").is_some() {
            let Some(source) = reading.load(&path, "a request") else {
                continue;
            };
            entries.push(Entry {
                name,
                path,
                is_folder,
                source,
            });
        }
    }
    // Those without an order follow, by name.
    let order = |entry: &Entry| {
        entry
            .source
            .get("order")
            .and_then(Value::as_f64)
            .unwrap_or(f64::INFINITY)
    };
    entries.order_by(|a, b| order(a).total_cmp(&order(b)));
    Open {
        map: shape::group(definition, name),
        children: Vec::new(),
        todo: entries.into_iter(),
    }
}

fn definition(folder: &Path, reading: &mut Reading<'_>) -> Object {
    for name in ["definition.yaml", "definition.yml"] {
        let path = folder.join(".resources").join(name);
        if path.is_file() {
            return reading.load(&path, "a definition").unwrap_or_default();
        }
    }
    Object::new()
}

fn examples(request: &Path, stem: &str, reading: &mut Reading<'_>) -> Vec<Object> {
    let Some(folder) = request.parent() else {
        return Vec::new();
    };
    let folder = folder
        .join(".resources")
        .join(format!("{stem}.resources"))
        .join("examples");
    if !folder.is_dir() {
        return Vec::new();
    }
    let mut out = Vec::new();
    for (name, path, is_folder) in reading.part(list(&folder), "a folder", &folder) {
        if let (false, Some(stem)) = (is_folder, self::stem(&name, "example")) {
            let Some(mut map) = reading.load(&path, "an example") else {
                continue;
            };
            map.entry("name").or_insert_with(|| stem.into());
            out.push(map);
        }
    }
    let order = |map: &Object| map.get("order").and_then(Value::as_f64).unwrap_or(f64::INFINITY);
    out.order_by(|a, b| order(a).total_cmp(&order(b)));
    out
}

/// The bytes of a file, unless they are too many to be held.
fn bytes(path: &Path) -> Result<Vec<u8>, FormatError> {
    let file = fs::File::open(path).map_err(io(path))?;
    let too_long = || FormatError::TooLong {
        file: path.to_owned(),
        most: MOST_BYTES,
    };
    if file.metadata().map_err(io(path))?.len() > MOST_BYTES {
        return Err(too_long());
    }
    let mut out = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut out).map_err(io(path))?;
    if out.len() as u64 > MOST_BYTES {
        return Err(too_long());
    }
    Ok(out)
}

/// What a YAML file says.
fn load(path: &Path, found: &mut Found) -> Result<Object, FormatError> {
    let bytes = bytes(path)?;
    let text = match crate::formats::postman::sniff::text(&bytes) {
        Err(FormatError::Empty) => return Ok(Object::new()),
        other => other?,
    };
    match yaml::parse(path, &text)? {
        Value::Object(map) => {
            references(path, &map, found);
            Ok(map)
        }
        // Nothing but comments.
        Value::Null => Ok(Object::new()),
        _ => Err(FormatError::Part {
            why: format!("`{}` holds no keys with values", path.display()),
        }),
    }
}

/// Tells of parts that stand in other files (`$ref`), which are not read: whoever runs it must know that they are missing.
fn references(path: &Path, map: &Object, found: &mut Found) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut todo: Vec<(String, &Value)> = map.iter().map(|(key, value)| (key.clone(), value)).collect();
    while let Some((place, value)) = todo.pop() {
        match value {
            Value::Object(inner) => {
                if let Some(file) = inner.get("$ref").and_then(Value::as_str) {
                    let is_there = path.parent().is_some_and(|folder| folder.join(file).exists());
                    let why = if is_there {
                        "what other files hold is not read; put it in here"
                    } else {
                        "the file is not there"
                    };
                    let what = format!("a part in the file `{file}`");
                    found.report.add(&name, &place, Fate::Lost, what, why);
                }
                todo.extend(inner.iter().map(|(key, value)| (format!("{place}.{key}"), value)));
            }
            Value::Array(rows) => todo.extend(rows.iter().map(|row| (place.clone(), row))),
            _ => {}
        }
    }
}

/// Names, paths and whether they are folders, sorted by name; hidden ones and links are left out.
fn list(folder: &Path) -> Result<Vec<(String, PathBuf, bool)>, FormatError> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).map_err(io(folder))? {
        let entry = entry.map_err(io(folder))?;
        let (Ok(name), Ok(kind)) = (entry.file_name().into_string(), entry.file_type()) else {
            continue;
        };
        // A pipe or a device is no file: reading it may never end.
        if !name.starts_with('.') && (kind.is_dir() || kind.is_file()) {
            out.push((name, entry.path(), kind.is_dir()));
        }
    }
    out.sort();
    Ok(out)
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> FormatError {
    let path = path.to_owned();
    move |source| FormatError::Io { path, source }
}
