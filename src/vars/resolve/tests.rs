//! What goes out, for what was written.

use serde_json::json;

use super::*;
use crate::model::Scope;
use crate::model::request::Method;
use crate::model::secret::MASK;

fn scopes() -> Scopes {
    let mut scopes = Scopes::default();
    let layer = scopes.layer_mut(Scope::Environment);
    layer.set("base", json!("https://h:8/api"), "");
    layer.set("who", json!("me & you"), "");
    layer.set("pw", json!("p\"w ü"), "");
    layer.bindings[2].secret = true;
    scopes
}

fn request(method: &str, url: &str) -> Request {
    Request::to(Method::new(method), url)
}

fn resolved(request: &Request) -> ResolvedRequest {
    resolve(
        request,
        &request.auth,
        &request.settings,
        &scopes(),
        &Dynamic::seeded(1, jiff::Timestamp::UNIX_EPOCH),
    )
}

fn off(entry: Entry) -> Entry {
    Entry {
        enabled: false,
        ..entry
    }
}

#[test]
fn the_url_is_resolved_as_one_text() {
    let mut request = request("GET", "{{base}}/:id?q={{who}}&t={{$timestamp}}&n={{none}}");
    request.path_variables = vec![Entry::new("id", "a {{who}}")];
    let out = resolved(&request);
    assert_eq!(
        out.url,
        "https://h:8/api/a%20me%20&%20you?q=me%20&%20you&t=0&n={{none}}"
    );
    assert_eq!(out.unresolved, ["none"]);
}

#[test]
fn enabled_headers_with_a_name_are_resolved() {
    let mut request = request("GET", "h");
    request.headers = vec![
        Entry::new("X-One", "1"),
        Entry::new("{{none}}", ""),
        Entry::new("x-one", "{{who}}"),
        off(Entry::new("Off", "1")),
        Entry::new("", "nameless"),
        Entry::new("Empty", ""),
    ];
    let names: Vec<_> = resolved(&request).headers;
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        names,
        [
            pair("X-One", "1"),
            pair("{{none}}", ""),
            pair("x-one", "me & you"),
            pair("Empty", "")
        ]
    );
}

#[test]
fn fields_of_one_name_stand_together() {
    let mut request = request("POST", "h");
    request.body = Body::Form(vec![
        Entry::new("a", "1"),
        Entry::new("b", "2"),
        Entry::new("a", "{{who}}"),
        off(Entry::new("c", "3")),
        Entry {
            value: None,
            ..Entry::new("e", "")
        },
    ]);
    let ResolvedBody::Form(fields) = resolved(&request).body else {
        panic!("a form");
    };
    let text: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(text, ["a=1", "a=me & you", "b=2", "e="]);
}

#[test]
fn json_loses_its_comments_and_other_text_does_not() {
    let mut request = request("POST", "h");
    let raw = |language| Body::Raw {
        language,
        text: "1 // {{who}}".into(),
    };
    let sent = |request: &Request| match resolved(request).body {
        ResolvedBody::Bytes {
            content_type, bytes, ..
        } => (content_type, String::from_utf8_lossy(&bytes).into_owned()),
        _ => panic!("not bytes"),
    };
    request.body = raw(Language::Json);
    assert_eq!(sent(&request), ("application/json", "1 ".into()));
    // The type of JSON is stated before the auth, that of any other text behind it.
    assert!(matches!(
        resolved(&request).body,
        ResolvedBody::Bytes { typed: true, .. }
    ));
    request.body = raw(Language::Text);
    assert!(matches!(
        resolved(&request).body,
        ResolvedBody::Bytes { typed: false, .. }
    ));
    assert_eq!(sent(&request), ("text/plain", "1 // me & you".into()));
    request.headers = vec![Entry::new("content-type", "application/vnd.x+json")];
    assert_eq!(sent(&request).1, "1 ");
}

#[test]
fn a_get_carries_a_body_only_when_told_to() {
    let mut request = request("GET", "h");
    request.body = Body::Raw {
        language: Language::Text,
        text: "x".into(),
    };
    assert!(matches!(resolved(&request).body, ResolvedBody::None));
    request.settings.always_send_body = Some(true);
    assert!(matches!(resolved(&request).body, ResolvedBody::Bytes { .. }));
}

#[test]
fn several_files_are_a_part_each_and_empty_bodies_are_none() {
    let mut request = request("POST", "h");
    request.body = Body::Multipart(vec![Part {
        name: "f".into(),
        content: PartContent::Files(vec!["a".into(), "{{who}}".into()]),
        content_type: String::new(),
        file_name: String::new(),
        enabled: true,
        description: String::new(),
    }]);
    let ResolvedBody::Multipart(parts) = resolved(&request).body else {
        panic!("parts");
    };
    assert_eq!(parts.len(), 2);
    for kind in Body::KINDS {
        request.body = Body::empty(kind).expect("a kind");
        if let (Body::GraphQl { .. }, ResolvedBody::Bytes { bytes, .. }) = (&request.body, resolved(&request).body) {
            // As in Postman.
            assert_eq!(bytes, r#"{"query":""}"#);
            continue;
        }
        assert!(matches!(resolved(&request).body, ResolvedBody::None), "{kind}");
    }
}

#[test]
fn what_describes_a_body_is_resolved_too() {
    let mut request = request("POST", "h");
    request.body = Body::Multipart(vec![Part {
        name: "f".into(),
        content: PartContent::Text("x".into()),
        content_type: "text/{{who}}".to_owned(),
        file_name: "{{who}}.txt".to_owned(),
        enabled: true,
        description: String::new(),
    }]);
    let ResolvedBody::Multipart(parts) = resolved(&request).body else {
        panic!("parts");
    };
    let described = (parts[0].content_type.as_deref(), parts[0].file_name.as_deref());
    assert_eq!(described, (Some("text/me & you"), Some("me & you.txt")));
    request.body = Body::GraphQl {
        query: "query A { a }".into(),
        variables: String::new().into(),
        operation_name: Some("{{none}}{{who}}{{none}}".to_owned()),
    };
    let out = resolved(&request);
    let ResolvedBody::Bytes { bytes, .. } = out.body else {
        panic!("bytes");
    };
    let sent = String::from_utf8_lossy(&bytes).into_owned();
    assert!(sent.contains(r#""operationName":"{{none}}me & you{{none}}""#), "{sent}");
    // Each is named once.
    assert_eq!(out.unresolved, ["none"]);
}

#[test]
fn auth_parameters_are_resolved_and_inherit_without_parents_is_none() {
    let mut request = request("GET", "h");
    assert!(resolved(&request).auth.is_none());
    request.auth = Auth::new("basic")
        .with("username", "{{who}}")
        .with("password", "{{pw}}");
    let out = resolved(&request);
    assert_eq!(
        (out.auth.text("username"), out.auth.text("password")),
        ("me & you".into(), "p\"w ü".into())
    );
}

#[test]
fn secrets_are_hidden_in_every_spelling() {
    let mut request = request("GET", "{{base}}?p={{pw}}");
    request.headers = vec![Entry::new("Authorization", "Bearer hand-written")];
    request.auth = Auth::new("bearer").with("token", "tok-123");
    let out = resolved(&request);
    let json = json!({ "p": "p\"w ü" }).to_string();
    let shown = out.redactor.redact(&format!("{} hand-written tok-123 {json}", out.url));
    assert_eq!(
        shown,
        format!("https://h:8/api?p={MASK} {MASK} {MASK} {{\"p\":\"{MASK}\"}}")
    );
}

#[test]
fn every_word_of_a_header_with_credentials_is_hidden() {
    let mut request = request("GET", "h");
    request.headers = vec![
        Entry::new("Cookie", "sid=S3CRET-sid; x={{none}}"),
        Entry::new("Authorization", "Digest username=\"me-myself\", response=\"0f0f0f0f\""),
    ];
    let out = resolved(&request);
    let shown = out
        .redactor
        .redact(&format!("S3CRET-sid, {}, {}", out.headers[0].1, out.headers[1].1));
    assert_eq!(shown, format!("{MASK}, sid={MASK}; x={{{{none}}}}, Digest {MASK}"));
}

#[test]
fn an_open_variable_is_not_masked() {
    let mut request = request("GET", "h");
    request.auth = Auth::new("bearer").with("token", "{{none}}");
    let out = resolved(&request);
    assert_eq!(out.redactor.redact("{{none}}"), "{{none}}");
    assert_eq!(out.unresolved, ["none"]);
}

#[test]
fn literal_requests_keep_their_tokens() {
    let mut request = request("POST", "h/?a={{$guid}}");
    request.headers = vec![Entry::new("X", "{{who}}")];
    let out = resolve_literal(&request, &request.auth, &request.settings);
    assert_eq!(out.url, "http://h/?a={{$guid}}");
    assert_eq!(out.headers[0].1, "{{who}}");
    assert!(out.unresolved.is_empty());
}

#[test]
fn a_secret_in_the_name_of_the_host_is_hidden_as_the_host_is_written() {
    let mut scopes = Scopes::default();
    let layer = scopes.layer_mut(Scope::Environment);
    layer.set("key", json!("AbCd-47"), "");
    layer.bindings[0].secret = true;
    let hidden = |url: &str| {
        let request = request("GET", url);
        let out = resolve(&request, &request.auth, &request.settings, &scopes, &Dynamic::new());
        out.redactor.redact("abcd-47.example.com")
    };
    assert_eq!(hidden("https://{{key}}.example.com/a"), format!("{MASK}.example.com"));
    // Elsewhere it may be a word that has nothing to do with it.
    assert_eq!(hidden("https://h.example.com/{{key}}"), "abcd-47.example.com");
}
