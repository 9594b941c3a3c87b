//! What the report says of an item: guesses, and values that are kept but have no effect here.

use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::tidy::Object;
use crate::formats::{Fate, Report};
use crate::model::script::{ScriptEvent, events, is_blank};
use crate::model::secret::without_credentials;
use crate::model::{Body, Group, Request, Rest, Settings, offer};

/// The names from the collection down to an item. Cheap to clone, whatever the depth.
#[derive(Clone, Debug, Default)]
pub struct Path(Option<Arc<Link>>);

#[derive(Debug)]
struct Link {
    above: Path,
    name: String,
}

impl Path {
    /// The path of a child.
    pub fn below(&self, name: &str) -> Self {
        Self(Some(Arc::new(Link {
            above: self.clone(),
            name: name.to_owned(),
        })))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names = Vec::new();
        let mut here = self;
        while let Some(link) = &here.0 {
            names.push(link.name.as_str());
            here = &link.above;
        }
        names.reverse();
        f.write_str(&names.join(" / "))
    }
}

/// What a folder without a name is called.
pub const UNTITLED_FOLDER: &str = "Untitled folder";

/// The name of a request that has none: its URL, without what may be secret in it. A name is shown everywhere, and is that of
/// a file.
pub fn name_of_url(url: &str) -> String {
    let shown = without_credentials(url);
    match shown.split(['?', '#']).next() {
        None | Some("") => "Untitled request".to_owned(),
        Some(shown) => shown.to_owned(),
    }
}

/// Notes what of a collection, folder or request as it was found has a shape of which nothing can be made: Postman passes over it
/// as well.
pub fn shapeless(report: &mut Report, path: &Path, source: &Object) {
    let mut lost = |field: &str, what: &str, why: &str| report.add(&path.to_string(), field, Fate::Lost, what, why);
    let request = source.get("request").and_then(|request| request.get("auth"));
    for (field, auth) in [("auth", source.get("auth")), ("request.auth", request)] {
        if auth.is_some_and(|auth| !auth.is_object() && !auth.is_null()) {
            lost(field, "an auth that is none", "it is an object with a type");
        }
    }
    let Some(events) = source.get("event").filter(|events| !events.is_null()) else {
        return;
    };
    let events = match events {
        Value::Array(events) => events.as_slice(),
        one => std::slice::from_ref(one),
    };
    for event in events.iter().filter(|event| !event.is_null()) {
        let script = event.get("script").unwrap_or(&Value::Null);
        if !(script.is_object() || script.is_string() || script.is_array()) {
            lost("event", "an event without a script", "there is nothing to run");
        }
    }
}

/// Notes that an item had no name.
pub fn guessed_name(report: &mut Report, parent: &Path, name: &str) {
    let path = parent.below(name).to_string();
    report.add(
        &path,
        "name",
        Fate::Guessed,
        "a missing name",
        format!("it is called `{name}` here"),
    );
}

/// Notes what is kept of a collection or folder.
pub fn group(report: &mut Report, path: &Path, group: &Group) {
    suites(report, path, &group.settings);
    kept(report, path, &group.origin.rest);
}

/// Notes what is kept of a request.
pub fn request(report: &mut Report, path: &Path, request: &Request) {
    if let Body::Unknown { kind } = &request.body {
        let what = format!("a body of type `{kind}`");
        report.add(
            &path.to_string(),
            "request.body",
            Fate::Kept,
            what,
            "this type is not sent",
        );
    }
    suites(report, path, &request.settings);
    kept(report, path, &request.origin.rest);
}

/// Notes what is kept of an environment.
pub fn environment(report: &mut Report, name: &str, kept_: &[Rest]) {
    kept(report, &Path::default().below(name), kept_);
}

/// Notes the cipher suites that are asked for and that nothing here can offer.
fn suites(report: &mut Report, path: &Path, settings: &Settings) {
    let selection = settings.cipher_suites.as_deref().unwrap_or_default();
    let unknown = offer::unknown(selection);
    if unknown.is_empty() {
        return;
    }
    let rest = match offer::names(selection).count() - unknown.len() {
        0 => "nothing is left to offer, so requests over TLS fail",
        _ => "only the others of the selection are offered",
    };
    report.add(
        &path.to_string(),
        "protocolProfileBehavior.tlsCipherSelection",
        Fate::Kept,
        format!(
            "the cipher {} `{}`",
            if unknown.len() == 1 { "suite" } else { "suites" },
            unknown.join("`, `")
        ),
        format!("not spoken here: {rest}"),
    );
}

fn kept(report: &mut Report, path: &Path, rest: &[Rest]) {
    if rest.is_empty() {
        return;
    }
    let path = path.to_string();
    for rest in rest {
        let field = rest.at.trim_start_matches('/').replace('/', ".");
        for (what, why) in meanings(rest) {
            report.add(&path, &field, Fate::Kept, what, why);
        }
    }
}

/// What a kept value is and why it has no effect; of scripts, each by itself.
fn meanings(rest: &Rest) -> Vec<(String, String)> {
    match events(rest) {
        Some(events) => events.iter().filter_map(of_script).collect(),
        None => meaning(rest).into_iter().collect(),
    }
}

/// Why a script does not run; `None` for one without a word.
fn of_script(event: &Value) -> Option<(String, String)> {
    if is_blank(event) {
        return None;
    }
    let Some(moment) = ScriptEvent::of(event).map(ScriptEvent::label) else {
        let listen = event.get("listen").and_then(Value::as_str).unwrap_or_default();
        let what = format!("a script of the event `{listen}`");
        return Some((what, "it is none that scripts run at".to_owned()));
    };
    let (what, why) = if event.get("disabled").is_some() {
        let why = "it does not run; enable it in Postman to have it here";
        (format!("a disabled {moment} script"), why)
    } else {
        // What stands here and is enabled is in our model.
        let why = "only scripts within the collection run";
        (format!("a {moment} script in a file of its own (`src`)"), why)
    };
    Some((what, why.to_owned()))
}

/// What Postman's cloud notes of an item, under the names of its fields.
const BOOK_KEEPING: [&str; 30] = [
    "uid",
    "owner",
    "createdAt",
    "updatedAt",
    "lastUpdatedBy",
    "lastRevision",
    "fork",
    "forkInfo",
    "isPublic",
    "team",
    "folder",
    "collection",
    "collectionId",
    "collection_id",
    "version",
    "responseTime",
    "timestamp",
    "folders_order",
    "subscribed",
    "remote_id",
    "write",
    "published",
    "public",
    "synced",
    "remoteLink",
    "collection_owner",
    "collectionOwner",
    "collection_name",
    "preRequestScript",
    "tests",
];

/// Whether a field is a note of Postman's own, which means nothing elsewhere.
pub fn is_book_keeping(field: &str) -> bool {
    field.starts_with('_') || BOOK_KEEPING.contains(&field)
}

/// Whether what is kept are scripts in which nothing stands.
pub fn is_silent(rest: &Rest) -> bool {
    events(rest).is_some_and(|events| events.iter().all(is_blank))
}

/// Whether what is kept is the language of a raw body that is meant without one.
pub fn is_plain_text(rest: &Rest) -> bool {
    let is_text = rest.value == "text" || rest.value == serde_json::json!({ "raw": { "language": "text" } });
    rest.at.starts_with("/request/body/options") && is_text
}

/// What a kept value is and why it has no effect; `None` for what has none in Postman either.
fn meaning(rest: &Rest) -> Option<(String, String)> {
    let at = rest.at.as_str();
    let last = at.rsplit('/').next().unwrap_or_default();
    let said = |what: &str, why: &str| Some((what.to_owned(), why.to_owned()));
    if is_book_keeping(last) || at.starts_with("/info") || at.starts_with("/response/") {
        return None;
    }
    // The names of scripts, variables and rows.
    let lists = [
        "/event/",
        "/variable/",
        "/values/",
        "/request/url/",
        "/request/header/",
        "/request/body/",
    ];
    let is_named = ["id", "uuid", "name"].contains(&last) && lists.iter().any(|list| at.starts_with(list));
    // A header of nothing is sent as Postman sends it.
    let is_null = last == "value" && at.starts_with("/request/header/");
    if is_named || is_plain_text(rest) || is_null || last == "headerFamily" {
        return None;
    }
    // The reader of v3 has said so already.
    if at.starts_with("/values/") && last == "source" {
        return None;
    }
    if at.starts_with("/event/") {
        let moment = rest.of.first().and_then(|name| ScriptEvent::from_postman_name(name));
        let moment = moment.unwrap_or(ScriptEvent::PostResponse).label();
        let (what, why) = match last {
            // The language that is meant in any case, at a place of its own.
            "type" if rest.value == "text/javascript" => return None,
            "type" => (
                format!("the `type` of a {moment} script"),
                "all scripts are taken for JavaScript",
            ),
            "src" => (
                format!("the file (`src`) of a {moment} script"),
                "the text beside it runs",
            ),
            "packages" => (
                format!("the packages of a {moment} script"),
                "the script says itself what it requires; `postrider packages add` brings those of npm",
            ),
            "requests" => (
                format!("the requests that a {moment} script names"),
                "`pm.execution.runRequest` finds them by what the script itself calls them",
            ),
            other => (format!("`{other}` of a {moment} script"), "it is not known here"),
        };
        return Some((what, why.to_owned()));
    }
    if at == "/protocolProfileBehavior/tlsPreferServerCiphers" {
        return said(
            "the setting `tlsPreferServerCiphers`",
            "a server takes what it likes of what is offered, with and without it",
        );
    }
    if at.starts_with("/protocolProfileBehavior/tlsDisabledProtocols") {
        return said(
            "a protocol of `tlsDisabledProtocols`",
            "it is not known; those that are known are disabled",
        );
    }
    if let Some(key) = at.strip_prefix("/protocolProfileBehavior/") {
        return Some((
            format!("the setting `{key}`"),
            "requests go out without it; it is kept for the export".to_owned(),
        ));
    }
    if at.starts_with("/request/certificate") {
        return said("a client certificate", "certificates are not taken from collections");
    }
    if at.starts_with("/request/proxy") {
        return said("a proxy", "set it in the request's settings");
    }
    if at == "/request/body" && rest.value.get("disabled").is_some() {
        return said("a disabled body", "it is not sent");
    }
    if at == "/request/body" {
        return said("a body of an unknown type", "it is not sent");
    }
    if last == "type" && (at.starts_with("/variable/") || at.starts_with("/values/")) {
        return said(
            "the type of a variable",
            "its value is not of that type, and stays as it is",
        );
    }
    if at.starts_with("/request/body/file/content") {
        return said("a file's content", "the file that is named beside it is sent");
    }
    if let Some(mode) = at.strip_prefix("/request/body/") {
        return Some((
            format!("`{mode}` of the body"),
            "it is not of the type that is sent".to_owned(),
        ));
    }
    if at.starts_with("/auth/") || at.starts_with("/request/auth/") {
        return said("parameters of another auth type", "they are not used");
    }
    Some((format!("`{last}`"), "it is not known here".to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_scripts_only_what_says_something_is_told() {
        let blank = json!({"listen": "test", "script": {"id": "1", "exec": "\n"}});
        let rest = |at: &str, value: Value| Rest {
            at: at.to_owned(),
            of: vec!["test".to_owned()],
            instead_of: None,
            value,
        };
        let off = json!({"listen": "test", "disabled": true, "script": {"exec": "go()"}});
        for (at, value, told) in [
            ("/event", json!([blank]), ""),
            ("/event/-", blank, ""),
            ("/event/0/script/type", json!("text/javascript"), ""),
            (
                "/event/0/script/type",
                json!("text/x"),
                "the `type` of a post-response script",
            ),
            (
                "/event/0/script/src",
                json!("a.js"),
                "the file (`src`) of a post-response script",
            ),
            (
                "/event/-",
                json!({"listen": "other", "script": {"exec": "go()"}}),
                "a script of the event `other`",
            ),
            (
                "/event",
                json!([off, {"listen": "prerequest", "script": {"src": "a.js", "exec": ""}}]),
                "a disabled post-response script, a pre-request script in a file of its own (`src`)",
            ),
            (
                "/event/0/script/packages",
                json!({"@team/p": {}}),
                "the packages of a post-response script",
            ),
            ("/request/synced", json!(true), ""),
            ("/request/collection_owner", json!("7"), ""),
        ] {
            let meanings = meanings(&rest(at, value)).into_iter().map(|(what, _)| what);
            assert_eq!(meanings.collect::<Vec<_>>().join(", "), told, "{at}");
        }
    }
}
