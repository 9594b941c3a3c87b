//! Auth as format 1 has it: a helper with attributes of its own names → auth of format 2.

use serde_json::{Value, json};

use super::put;
use crate::formats::postman::notes::Path;
use crate::formats::postman::tidy::{Object, is_nothing};
use crate::formats::{Fate, Report};

/// A helper, the auth it became, and its attributes that are called otherwise now; the others kept their names.
type Helper = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const HELPERS: [Helper; 9] = [
    ("basicAuth", "basic", &[("saveToRequest", "saveHelperData")]),
    ("bearerAuth", "bearer", &[]),
    ("digestAuth", "digest", &[]),
    (
        "hawkAuth",
        "hawk",
        &[
            ("hawk_id", "authId"),
            ("hawk_key", "authKey"),
            ("ext", "extraData"),
            ("dlg", "delegation"),
            // Postman's converter calls it so, and by this name nothing is signed with it.
            ("app", "appId"),
            ("saveToRequest", "saveHelperData"),
        ],
    ),
    (
        "oAuth1",
        "oauth1",
        &[
            ("header", "addParamsToHeader"),
            ("auto", "autoAddParam"),
            ("includeEmpty", "addEmptyParamsToSign"),
        ],
    ),
    ("oAuth2", "oauth2", &[]),
    ("ntlmAuth", "ntlm", &[]),
    ("awsSigV4", "awsv4", &[]),
    ("apikeyAuth", "apikey", &[]),
];

/// Takes the auth of a request, folder or collection out of it, in format 2; a helper counts before `auth`. What a helper says
/// that cannot be read is told.
pub fn take(source: &mut Object, path: &Path, report: &mut Report) {
    let auth = source.shift_remove("auth").filter(|auth| !is_nothing(auth));
    let attributes = source
        .shift_remove("helperAttributes")
        .filter(|attributes| !is_nothing(attributes));
    let has_helper = source.contains_key("currentHelper") || attributes.is_some();
    let helper = source.shift_remove("currentHelper");
    let meant = helped(helper.as_ref(), attributes).unwrap_or_else(|helper| {
        let what = format!("the attributes of the auth `{helper}`");
        // As with newman.
        let why = "they are no JSON; it is sent as if it had no auth of its own";
        report.add(&path.to_string(), "helperAttributes", Fate::Lost, what, why);
        None
    });
    // Without a helper that says something, what the newer field holds is all there is.
    let auth = if has_helper { meant.or(auth) } else { auth };
    put(source, "auth", auth);
}

/// The auth that a helper means; `Err` has the name of one whose attributes cannot be read.
fn helped(helper: Option<&Value>, attributes: Option<Value>) -> Result<Option<Value>, String> {
    let helper = match helper.and_then(Value::as_str) {
        None | Some("" | "normal") => return Ok(None),
        Some("noauth") => return Ok(Some(json!({ "type": "noauth" }))),
        Some(helper) => helper,
    };
    let known = HELPERS.iter().find(|(old, ..)| *old == helper);
    // One that nobody knows is told of as any other type that is not known.
    let (kind, renamed) = known.map_or((helper, &[][..]), |(_, kind, renamed)| (*kind, *renamed));
    let attributes = match attributes {
        // Some versions wrote them as text.
        Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        Some(attributes) => attributes,
        None => Value::Null,
    };
    let attributes = match attributes {
        Value::Object(attributes) => attributes,
        Value::Null => Object::new(),
        _ => return Err(helper.to_owned()),
    };
    let mut params = Object::new();
    for (name, value) in attributes {
        // It names the helper once more.
        if name == "id" {
            continue;
        }
        let now = renamed.iter().find(|(old, _)| *old == name).map(|(_, now)| *now);
        params.insert(now.unwrap_or(&name).to_owned(), value);
    }
    Ok(Some(json!({ "type": kind, kind: params })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(source: Value) -> Value {
        let Value::Object(mut source) = source else {
            panic!("{source}")
        };
        let mut report = Report::default();
        take(&mut source, &Path::default(), &mut report);
        assert!(report.notes.is_empty(), "{report:?}");
        Value::Object(source)
    }

    #[test]
    fn a_helper_nobody_knows_is_kept_and_one_that_cannot_be_read_is_told() {
        let edge = json!({ "currentHelper": "edgeGrid", "helperAttributes": { "accessToken": "t" } });
        assert_eq!(
            taken(edge)["auth"],
            json!({ "type": "edgeGrid", "edgeGrid": { "accessToken": "t" } })
        );
        assert_eq!(taken(json!({ "currentHelper": "other" }))["auth"]["type"], "other");
        for broken in [json!("{broken sec-ret"), json!("[1]"), json!([1])] {
            let source = json!({ "currentHelper": "basicAuth", "helperAttributes": broken });
            let Value::Object(mut source) = source else { panic!() };
            let mut report = Report::default();
            take(&mut source, &Path::default().below("C").below("R"), &mut report);
            let [note] = &report.notes[..] else {
                panic!("{report:?}")
            };
            assert_eq!((note.path.as_str(), note.fate), ("C / R", Fate::Lost));
            assert!(note.what.contains("basicAuth") && !format!("{note:?}").contains("sec-ret"));
        }
    }

    #[test]
    fn what_a_helper_calls_otherwise_has_the_name_of_format_2() {
        let hawk = json!({ "currentHelper": "hawkAuth", "helperAttributes": {
            "id": "hawk", "hawk_id": "i", "hawk_key": "k", "algorithm": "sha256", "ext": "e", "dlg": "d", "nonce": "n",
        } });
        assert_eq!(
            taken(hawk),
            json!({ "auth": { "type": "hawk", "hawk": {
                "authId": "i", "authKey": "k", "algorithm": "sha256", "extraData": "e", "delegation": "d", "nonce": "n",
            } } })
        );
        let oauth1 = json!({ "currentHelper": "oAuth1", "helperAttributes":
            r#"{"consumerKey":"c","header":true,"auto":true,"includeEmpty":false}"# });
        assert_eq!(
            taken(oauth1),
            json!({ "auth": { "type": "oauth1", "oauth1": {
                "consumerKey": "c", "addParamsToHeader": true, "autoAddParam": true, "addEmptyParamsToSign": false,
            } } })
        );
        let key =
            json!({ "currentHelper": "apikeyAuth", "helperAttributes": { "key": "K", "value": "v", "in": "query" } });
        assert_eq!(
            taken(key)["auth"],
            json!({ "type": "apikey", "apikey": { "key": "K", "value": "v", "in": "query" } })
        );
    }

    #[test]
    fn a_helper_counts_before_the_newer_field() {
        let bearer = json!({ "type": "bearer", "bearer": [{ "key": "token", "value": "t" }] });
        let both = json!({ "auth": bearer, "currentHelper": "basicAuth", "helperAttributes": { "username": "u" } });
        assert_eq!(taken(both)["auth"]["type"], "basic");
        let none = json!({ "auth": bearer, "currentHelper": null, "helperAttributes": {} });
        assert_eq!(taken(none)["auth"], bearer);
        assert_eq!(taken(json!({ "currentHelper": "normal" })), json!({}));
    }
}
