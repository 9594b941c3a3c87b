//! The open request as a `curl` command for a POSIX shell: curl then sends the method, URL, headers and body that a send
//! would, and follows redirects and checks the certificate where the settings of the request say so. It follows none where it
//! would send a method again of which a send makes a GET.
//!
//! It is written from the resolved request, so that what is left out, joined and encoded is decided in one place. Left out are
//! signatures that are good for one moment only; what is of this machine: cookies, proxy, certificates, `insecure`; and
//! the finer settings: limits, what redirects keep, versions of HTTP and TLS.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::facts::is_secret_param;
use super::fields::is_reference;
use crate::auth;
use crate::model::body::inline;
use crate::model::secret::is_credential_header;
use crate::model::shell::quote;
use crate::model::wire::{ResolvedBody, ResolvedContent, ResolvedPart, one_line, sent_lines};
use crate::model::{Auth, Request, ResolvedRequest, Settings, percent};
use crate::vars::{self, Scopes};

/// A command.
pub struct Curl {
    pub text: String,
    /// The method for whose sake no redirects are followed, though the settings say so.
    pub halted_by: Option<String>,
    /// The type of the auth that is not in it.
    pub without: Option<String>,
}

/// Writes the command; what `scopes` does not hold stays a `{{token}}`, and so does a secret unless `revealed`.
pub fn command(request: &Request, auth: &Auth, settings: &Settings, scopes: &Scopes, revealed: bool) -> Curl {
    let mut resolved = vars::resolve_shown(request, auth, settings, scopes);
    if !revealed {
        hide(&mut resolved, request, auth, scopes);
    }
    let mut tokens = resolved.unresolved.clone();
    tokens.extend(resolved.auth.params.keys().cloned());
    let tokens: Vec<String> = tokens.iter().map(|name| token(name)).collect();
    let mut lines = Vec::new();
    let own = resolved.auth.clone();
    if !matches!(own.kind.as_str(), "bearer" | "apikey") {
        resolved.auth = Auth::new(Auth::NONE);
    }
    let signed = auth::sign(resolved).request;
    // A token is there to be replaced by hand.
    let url = tokens.iter().fold(signed.url().to_owned(), |url, token| {
        url.replace(&percent::encode(token, percent::PATH), token)
    });
    if url.contains(['[', ']', '{', '}']) {
        lines.push("--globoff".to_owned());
    }
    let method = signed.method().as_str();
    let is_bare = match signed.body() {
        ResolvedBody::None => true,
        ResolvedBody::Form(rows) => rows.is_empty(),
        ResolvedBody::Multipart(parts) => parts.is_empty(),
        ResolvedBody::Bytes { .. } | ResolvedBody::File { .. } => false,
    };
    // What curl does by itself is not named: it would keep a named method through redirects that make a GET of it.
    let is_named = method != if is_bare { "GET" } else { "POST" } && !(is_bare && method == "HEAD");
    let repeats = is_named && !matches!(method, "GET" | "HEAD") && settings.keep_method != Some(true);
    let follows = settings.follow_redirects != Some(false);
    if follows && !repeats {
        lines.push("-L".to_owned());
    }
    if settings.verify_tls == Some(false) {
        lines.push("-k".to_owned());
    }
    // With `-X` alone curl would wait for a body.
    if is_bare && method == "HEAD" {
        lines.push("--head".to_owned());
    }
    let mut option = |flag: &str, value: &str| {
        // What takes no value is a word alone.
        let is_alone = value.is_empty() && matches!(flag, "--digest" | "--ntlm" | "--netrc");
        lines.push(if is_alone {
            flag.to_owned()
        } else {
            format!("{flag} {}", quote(value))
        });
    };
    if is_named {
        option("-X", method);
    }
    let carries = carried(&own, &mut option);
    let is_written = matches!(carries, Carried::ByCurl);
    let rows: Vec<_> = sent_lines(signed.headers()).collect();
    for rows in rows.chunk_by(|one, other| one.0.trim() == other.0.trim()) {
        let name = rows[0].0.trim();
        if is_written && name.eq_ignore_ascii_case("authorization") {
            continue;
        }
        let mut header = |value: &str| match value.trim() {
            // With a colon and nothing behind it, curl leaves the header out.
            "" => option("-H", &format!("{name};")),
            _ => option("-H", &format!("{name}: {value}")),
        };
        let values: Vec<&str> = rows.iter().map(|(_, value)| value.as_str()).collect();
        match one_line(name, &values) {
            Some(line) => header(&line),
            None => values.into_iter().for_each(header),
        }
    }
    let typed = |(name, _): &(String, String)| name.eq_ignore_ascii_case("content-type");
    let piped = body(signed.body(), signed.headers().iter().any(typed), &mut option);
    let piped = piped.map(|base64| format!("printf %s {base64} | base64 -d | "));
    let mut text = format!("{}curl {}", piped.unwrap_or_default(), quote(&url));
    for line in lines {
        text.push_str(" \\\n  ");
        text.push_str(&line);
    }
    let halted_by = (follows && repeats).then(|| method.to_owned());
    let without = matches!(carries, Carried::Not).then_some(own.kind);
    Curl {
        text,
        halted_by,
        without,
    }
}

/// Who puts the auth into the request.
enum Carried {
    /// It stands in the URL or a header, or there is none.
    Written,
    /// curl, which is told how.
    ByCurl,
    /// Nobody.
    Not,
}

/// The options by which curl does what an auth would do.
fn carried(auth: &Auth, option: &mut dyn FnMut(&str, &str)) -> Carried {
    let user = |password: &str, name: &str| format!("{}:{}", auth.text(name), auth.text(password));
    match auth.kind.as_str() {
        "bearer" | "apikey" | Auth::NONE => return Carried::Written,
        "basic" => {}
        "digest" => option("--digest", ""),
        "ntlm" => option("--ntlm", ""),
        "netrc" => {
            option("--netrc", "");
            return Carried::ByCurl;
        }
        // In the query only a signature that is good for one moment would do.
        "awsv4" if !auth.flag("addAuthDataToQuery") => {
            let or = |name: &str, default: &str| match auth.text(name) {
                text if text.is_empty() => default.to_owned(),
                text => text,
            };
            let (region, service) = (or("region", auth::AWS_REGION), or("service", auth::AWS_SERVICE));
            option("--aws-sigv4", &format!("aws:amz:{region}:{service}"));
            option("-u", &user("secretKey", "accessKey"));
            let session = auth.text("sessionToken");
            if !session.is_empty() {
                option("-H", &format!("X-Amz-Security-Token: {session}"));
            }
            return Carried::ByCurl;
        }
        _ => return Carried::Not,
    }
    let domain = match auth.text("domain") {
        domain if auth.kind == "ntlm" && !domain.is_empty() => format!("{domain}\\"),
        _ => String::new(),
    };
    option("-u", &(domain + &user("password", "username")));
    Carried::ByCurl
}

fn token(name: &str) -> String {
    format!("{{{{{name}}}}}")
}

/// Puts names in braces where a secret is written in the auth or in a header.
fn hide(resolved: &mut ResolvedRequest, request: &Request, auth: &Auth, scopes: &Scopes) {
    for (name, value) in &mut resolved.auth.params {
        let written = auth.text(name);
        if is_secret_param(&auth.kind, name) && !is_reference(&written) && !written.is_empty() {
            *value = token(name).into();
        }
    }
    let is_row = |name: &str| !vars::replace(name, scopes).text.trim().is_empty();
    let written = request
        .headers
        .iter()
        .filter(|row| row.enabled && is_row(row.name.as_str()));
    for ((name, value), row) in resolved.headers.iter_mut().zip(written) {
        if is_credential_header(name) && !row.value_str().contains("{{") {
            *value = token(name);
        }
    }
}

/// The options that make the body; `typed` when a header says its type. Returns what must come to curl through a pipe, in
/// Base64: bytes of which no word of a shell can be made.
fn body(body: &ResolvedBody, typed: bool, option: &mut dyn FnMut(&str, &str)) -> Option<String> {
    let own = match body {
        ResolvedBody::Bytes { content_type, .. } => (*content_type).to_owned(),
        ResolvedBody::File { path, .. } => mime_guess::from_path(path).first_or_octet_stream().to_string(),
        // Of forms curl says the type itself.
        _ => String::new(),
    };
    let is_inline = matches!(body, ResolvedBody::File { path, .. } if inline(path).is_some());
    if !typed && is_inline {
        // It is sent without a type, and curl would call it a form.
        option("-H", "Content-Type:");
    } else if !typed && !own.is_empty() {
        option("-H", &format!("Content-Type: {own}"));
    }
    let bytes = match body {
        ResolvedBody::Bytes { bytes, .. } => bytes,
        ResolvedBody::File { bytes: Some(bytes), .. } if is_inline => bytes,
        ResolvedBody::File { path, .. } => {
            option("--data-binary", &format!("@{path}"));
            return None;
        }
        ResolvedBody::None => return None,
        ResolvedBody::Form(rows) => {
            for (name, value) in rows {
                // Of the name curl encodes nothing.
                option("--data-urlencode", &format!("{}={value}", percent::form(name)));
            }
            return None;
        }
        ResolvedBody::Multipart(parts) => {
            for row in parts {
                part(row, option);
            }
            return None;
        }
    };
    if let Some(text) = std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0')) {
        option("--data-raw", text);
        return None;
    }
    option("--data-binary", "@-");
    Some(STANDARD.encode(bytes))
}

fn part(part: &ResolvedPart, option: &mut dyn FnMut(&str, &str)) {
    let quoted = |text: &str| format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""));
    let own_type = part.content_type.iter().map(|own| format!(";type={own}"));
    let own_name = part.file_name.iter().map(|own| format!(";filename={}", quoted(own)));
    let more: String = own_type.chain(own_name).collect();
    match &part.content {
        ResolvedContent::Text(text) if more.is_empty() => option("--form-string", &format!("{}={text}", part.name)),
        ResolvedContent::Text(text) => option("-F", &format!("{}={}{more}", part.name, quoted(text))),
        ResolvedContent::File(path) if path.contains([',', ';', '"']) => {
            option("-F", &format!("{}=@{}{more}", part.name, quoted(path)));
        }
        ResolvedContent::File(path) => option("-F", &format!("{}=@{path}{more}", part.name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Body;
    use crate::model::body::Language;
    use crate::model::body::PartContent::{Files, Text};
    use crate::model::request::{Entry, Method};

    fn request(method: &str, url: &str) -> Request {
        Request::to(Method::new(method), url)
    }

    fn command(request: &Request, auth: &Auth, settings: &Settings, scopes: &Scopes, revealed: bool) -> String {
        super::command(request, auth, settings, scopes, revealed).text
    }

    /// Without redirects, which are spoken of in a test of their own.
    fn still() -> Settings {
        Settings {
            follow_redirects: Some(false),
            ..Settings::default()
        }
    }

    fn plain(request: &Request) -> String {
        let none = Auth::new(Auth::NONE);
        let settings = request.settings.or(&still());
        command(request, &none, &settings, &Scopes::default(), false)
    }

    #[test]
    fn redirects_are_followed_and_certificates_checked_where_a_send_does() {
        let of = |request: &Request, settings: &Settings| {
            command(request, &Auth::new(Auth::NONE), settings, &Scopes::default(), false)
        };
        let get = request("GET", "http://h/");
        let lax = Settings {
            verify_tls: Some(false),
            ..still()
        };
        assert_eq!(of(&get, &Settings::default()), "curl http://h/ \\\n  -L");
        assert_eq!(of(&get, &lax), "curl http://h/ \\\n  -k");
    }

    #[test]
    fn headers_are_those_that_a_send_has() {
        let mut get = request("GET", "http://h/");
        for (name, value) in [
            ("cookie", "a=1"),
            ("x", "1"),
            ("Y", "0"),
            ("x", "2"),
            ("y", "1"),
            ("cookie", "b=2"),
            ("Host", "one"),
            ("Host", "two"),
        ] {
            get.headers.push(Entry::new(name, value));
        }
        let with = |cookie: &str| {
            let rest = "-H 'x: 1' \\\n  -H 'x: 2' \\\n  -H 'y: 1' \\\n  -H 'Host: two'";
            format!("curl http://h/ \\\n  -H {cookie} \\\n  {rest}")
        };
        let of = |get: &Request, revealed| command(get, &Auth::new(Auth::NONE), &still(), &Scopes::default(), revealed);
        assert_eq!(of(&get, false), with("'cookie: {{cookie}}; {{cookie}}'"));
        assert_eq!(of(&get, true), with("'cookie: a=1; b=2'"));
        let mut empty = request("GET", "http://h/");
        empty.headers = vec![Entry::new("Cookie", "")];
        assert_eq!(of(&empty, true), "curl http://h/ \\\n  -H 'Cookie;'");
    }

    #[test]
    fn no_redirect_is_followed_that_would_get_the_method_again() {
        let keeps = Settings {
            keep_method: Some(true),
            ..Settings::default()
        };
        for (method, settings, along, halted) in [
            ("DELETE", &Settings::default(), false, Some("DELETE")),
            ("POST", &Settings::default(), false, Some("POST")),
            ("DELETE", &keeps, true, None),
            ("DELETE", &still(), false, None),
            ("HEAD", &Settings::default(), true, None),
        ] {
            let (request, auth) = (request(method, "http://h/"), Auth::new(Auth::NONE));
            let curl = super::command(&request, &auth, settings, &Scopes::default(), false);
            assert_eq!(curl.text.contains(" -L"), along, "{}", curl.text);
            assert_eq!(curl.halted_by.as_deref(), halted, "{}", curl.text);
        }
    }

    #[test]
    fn the_method_is_the_one_that_is_sent() {
        let mut get = request("GET", "http://h/");
        get.body = Body::Raw {
            language: Language::Json,
            text: "{}".into(),
        };
        assert_eq!(plain(&get), "curl http://h/", "a GET goes without its body");
        get.settings.always_send_body = Some(true);
        let with_body = "curl http://h/ \\\n  -X GET \\\n  -H 'Content-Type: application/json' \\\n  --data-raw '{}'";
        assert_eq!(plain(&get), with_body);
        assert_eq!(plain(&request("HEAD", "http://h/")), "curl http://h/ \\\n  --head");
        assert_eq!(plain(&request("DELETE", "http://h/")), "curl http://h/ \\\n  -X DELETE");
    }

    #[test]
    fn what_curl_would_take_for_a_pattern_is_sent_as_it_is() {
        let of = |url: &str| plain(&request("GET", url));
        assert_eq!(of("http://h/?a=[1]"), "curl 'http://h/?a=[1]' \\\n  --globoff");
        assert_eq!(of("http://h/{{x}}/y"), "curl 'http://h/{{x}}/y' \\\n  --globoff");
    }

    #[test]
    fn headers_are_those_that_are_sent() {
        let mut request = request("GET", "http://h/");
        request.headers = vec![
            Entry::new("X-Empty", ""),
            Entry::new("A", "1"),
            Entry::new("a", "2"),
            Entry::new("", "x"),
        ];
        assert_eq!(plain(&request), "curl http://h/ \\\n  -H 'X-Empty;' \\\n  -H 'a: 2'");
    }

    #[test]
    fn a_key_in_the_query_is_encoded_and_before_the_fragment() {
        let request = request("GET", "http://h/p?x=1#f");
        let auth = Auth::new("apikey")
            .with("key", "k")
            .with("value", "a&b c")
            .with("in", "query");
        let of = |revealed| command(&request, &auth, &still(), &Scopes::default(), revealed);
        assert_eq!(of(true), "curl 'http://h/p?x=1&k=a%26b%20c#f'");
        assert_eq!(of(false), "curl 'http://h/p?x=1&k={{value}}#f' \\\n  --globoff");
    }

    #[test]
    fn names_of_fields_are_encoded_and_parts_say_their_type() {
        let mut post = request("POST", "http://h/");
        post.body = Body::Form(vec![Entry::new("a b&", "1 2")]);
        assert_eq!(plain(&post), "curl http://h/ \\\n  --data-urlencode 'a%20b%26=1 2'");
        let part_of = |content, content_type: &str| crate::model::body::Part {
            name: "p".into(),
            content,
            content_type: content_type.into(),
            file_name: String::new(),
            enabled: true,
            description: String::new(),
        };
        post.body = Body::Multipart(vec![
            part_of(Text("@x".into()), ""),
            part_of(Text("a;\"b".into()), "text/csv"),
            part_of(Files(vec!["a;b.png".into()]), "image/png"),
        ]);
        let parts = "curl http://h/ \\\n  --form-string p=@x \\\n  -F 'p=\"a;\\\"b\";type=text/csv' \\\n  \
                     -F 'p=@\"a;b.png\";type=image/png'";
        assert_eq!(plain(&post), parts);
        post.body = Body::File { path: "a.json".into() };
        let file = "curl http://h/ \\\n  -H 'Content-Type: application/json' \\\n  --data-binary @a.json";
        assert_eq!(plain(&post), file);
    }

    #[test]
    fn bytes_that_are_no_text_come_through_a_pipe_as_they_are() {
        let of = |base64: &str| {
            let path = format!("data:;base64,{base64}");
            plain(&Request {
                body: Body::File { path: path.into() },
                ..request("POST", "http://h/")
            })
        };
        assert_eq!(of("YWJj"), "curl http://h/ \\\n  -H Content-Type: \\\n  --data-raw abc");
        for bytes in ["iVBORw0KGgoAAP/+gGFiYw==", "AGE="] {
            let sent = "-H Content-Type: \\\n  --data-binary @-";
            let whole = format!("printf %s {bytes} | base64 -d | curl http://h/ \\\n  {sent}");
            assert_eq!(of(bytes), whole);
        }
    }

    #[test]
    fn a_key_in_a_header_stays_home_too() {
        let mut request = Request {
            headers: vec![Entry::new("X-Api-Key", "hunter2"), Entry::new("Accept", "*/*")],
            ..Request::default()
        };
        request.set_full_url("http://h/");
        let auth = Auth::new(Auth::NONE);
        let hidden = command(&request, &auth, &still(), &Scopes::default(), false);
        assert!(
            !hidden.contains("hunter2") && hidden.contains("{{X-Api-Key}}"),
            "{hidden}"
        );
        assert!(command(&request, &auth, &still(), &Scopes::default(), true).contains("hunter2"));
    }

    #[test]
    fn curl_does_what_an_auth_does_or_it_is_said_that_it_is_left_out() {
        let of = |auth: &Auth| {
            let curl = super::command(&request("GET", "http://h/"), auth, &still(), &Scopes::default(), true);
            let options = curl.text.replace("curl http://h/", "").replace(" \\\n  ", " ");
            (options.trim().to_owned(), curl.without)
        };
        let user = |kind: &str| Auth::new(kind).with("username", "u").with("password", "p w");
        let whole = |options: &str| (options.to_owned(), None);
        assert_eq!(of(&user("digest")), whole("--digest -u 'u:p w'"));
        assert_eq!(of(&user("ntlm").with("domain", "D")), whole("--ntlm -u 'D\\u:p w'"));
        assert_eq!(of(&Auth::new("netrc")), whole("--netrc"));
        let aws = Auth::new("awsv4").with("accessKey", "k").with("secretKey", "s");
        let aws = aws.with("service", "s3").with("sessionToken", "t");
        let told = "--aws-sigv4 aws:amz:us-east-1:s3 -u k:s -H 'X-Amz-Security-Token: t'";
        assert_eq!(of(&aws), whole(told));
        for kind in ["oauth1", "oauth2", "jwt", "hawk", "unheard-of"] {
            assert_eq!(of(&Auth::new(kind)), (String::new(), Some(kind.to_owned())));
        }
        let query = aws.with("addAuthDataToQuery", true);
        assert_eq!(of(&query), (String::new(), Some("awsv4".to_owned())));
    }

    #[test]
    fn a_typed_secret_stays_home_unless_shown() {
        let mut request = Request {
            method: Method::new("POST"),
            body: Body::Form(vec![Entry::new("a", "1 2")]),
            ..Request::default()
        };
        request.set_full_url("http://h/users/:id/x?q=1");
        request.path_variables[0].value = Some("7".into());
        let auth = Auth::new("basic").with("username", "u").with("password", "hunter2");
        let hidden = command(&request, &auth, &still(), &Scopes::default(), false);
        assert_eq!(
            hidden,
            "curl 'http://h/users/7/x?q=1' \\\n  -u 'u:{{password}}' \\\n  --data-urlencode 'a=1 2'"
        );
        assert!(command(&request, &auth, &still(), &Scopes::default(), true).contains("u:hunter2"));
    }
}
