//! What an export of format 3 leaves behind: the difference between an item and what is read from its files again.
//!
//! The format is a closed one: a key that is none of its own is dropped by Postman in silence. So what has no place there is
//! not written, and told; and so is what is written for the next import here and means nothing to Postman.

use serde_json::Value;

use super::write::Written;
use super::{DISABLED_BODY, DISABLED_SCRIPTS, KEPT, shape};
use crate::formats::postman::notes::{Path, is_book_keeping, is_plain_text, is_silent};
use crate::formats::postman::rest;
use crate::formats::postman::tidy::{self, Object};
use crate::formats::{Fate, Report};
use crate::model::{Entity, Rest};

/// The settings of a request that Postman knows in this format; a collection or folder has none.
const SETTINGS: [&str; 5] = [
    "protocolVersion",
    "strictSSL",
    "followRedirects",
    "maxRedirects",
    "disabledSystemHeaders",
];

/// Tells what is lost of an item, and what of it only an import here reads.
pub fn tell(report: &mut Report, path: &Path, entity: &Entity, tidy: &Object, written: &Written) {
    let name = entity.name();
    let map = written.map.clone();
    let back = match entity {
        Entity::Request(_) => {
            let examples = written.examples.iter().map(|(_, example)| example.clone());
            tidy::item(shape::request(map, name, examples.collect()))
        }
        Entity::Folder(_) => tidy::item(shape::group(map, name)),
        Entity::Collection(_) => tidy::collection(shape::group(map, name)),
    };
    let mut source = tidy.clone();
    source.shift_remove(KEPT);
    let mut add = |field: &str, fate, what: String, why: &str| report.add(&path.to_string(), field, fate, what, why);
    for lost in rest::diff(&back, &source) {
        let field = lost.at.trim_start_matches('/').replace('/', ".");
        for what in meaning(&lost) {
            add(&field, Fate::Lost, what, "Postman's format 3 has no place for it");
        }
    }
    let unread = "it is in the files for an import here; Postman does not read it there";
    if written.map.contains_key(DISABLED_BODY) {
        add(DISABLED_BODY, Fate::Kept, "a disabled body".into(), unread);
    }
    if written.map.contains_key(DISABLED_SCRIPTS) {
        add(DISABLED_SCRIPTS, Fate::Kept, "a disabled script".into(), unread);
    }
    if let Some(Value::Object(settings)) = written.map.get("settings") {
        for key in settings.keys() {
            if entity.is_group() || !SETTINGS.contains(&key.as_str()) {
                add(
                    &format!("settings.{key}"),
                    Fate::Kept,
                    format!("the setting `{key}`"),
                    unread,
                );
            }
        }
    }
}

/// What is lost, in words; nothing for what says nothing.
fn meaning(gone: &Rest) -> Vec<String> {
    let at = gone.at.as_str();
    let last = at.rsplit('/').next().unwrap_or_default();
    let example = gone.of.first().map(String::as_str).unwrap_or_default();
    let what = match last {
        "info" => {
            let keys = gone.value.as_object().into_iter().flatten().map(|(key, _)| key);
            return keys.map(|key| format!("the collection's `{key}`")).collect();
        }
        "cookie" if at.starts_with("/response/") => format!("the cookies of the example `{example}`"),
        "responseTime" if at.starts_with("/response/") => format!("the response time of the example `{example}`"),
        _ if ["id", "uuid"].contains(&last) || is_book_keeping(last) || is_silent(gone) || is_plain_text(gone) => {
            return Vec::new();
        }
        "certificate" => "a client certificate".to_owned(),
        "proxy" => "a proxy".to_owned(),
        "-" if at.starts_with("/event/") => "a script of another moment".to_owned(),
        _ if at.starts_with("/auth/") || at.starts_with("/request/auth/") => {
            format!("what is kept of the auth type `{last}`")
        }
        _ if at.starts_with("/request/body/") => format!("`{last}` of the body"),
        _ if at.starts_with("/response/") => format!("`{last}` of the example `{example}`"),
        _ => format!("`{last}`"),
    };
    vec![what]
}
