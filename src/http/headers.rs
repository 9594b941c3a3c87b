//! The header lines of a request: the user's, then ours, in the order of the wire, as Postman does it.
//!
//! HTTP/1.1 has the user's spelling, and Postman's for ours; HTTP/2 has lower case only. What is shown says the same as the
//! wire.

use std::collections::BTreeSet;

use http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, TE, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Version};

use super::body::Outgoing;
use crate::model::exchange::{SendError, SendErrorKind};

/// What is asked for unless the user asks otherwise, as Postman does; zstd is undone as well when a server sends it.
pub const ACCEPT_ENCODING: &str = "gzip, deflate, br";

/// The type of a body of fields.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// All that goes into the headers of one hop.
pub(super) struct Lines<'a> {
    /// The user's and the auth's, in order.
    pub user: &'a [(String, String)],
    /// Ours that must not be sent, in lower case.
    pub disabled: &'a BTreeSet<String>,
    /// The method.
    pub method: &'a str,
    /// The body.
    pub body: &'a Outgoing,
    /// `postrider/1.2.3`
    pub user_agent: &'a str,
    /// The `Postman-Token` of this send.
    pub token: &'a str,
    /// The host of the URL.
    pub host: &'a str,
    /// Base64 of the URL's user info.
    pub basic: Option<&'a str>,
    /// From the jar.
    pub cookie: Option<String>,
    /// The hop before had cookies too: then they stand where they stood there, else last.
    pub had_cookie: bool,
    /// A redirect led here: then `Host` comes last, as Postman sends it.
    pub redirected: bool,
    /// The previous URL of a redirect.
    pub referer: Option<&'a str>,
    /// The `Authorization` among the user's headers stands behind the length, as it answers what the server asked.
    pub authorized_late: bool,
    /// For a plain request through a proxy.
    pub proxy_authorization: Option<HeaderValue>,
}

impl Lines<'_> {
    /// Puts them together.
    ///
    /// # Errors
    ///
    /// The header that cannot be sent, by its name, never its value.
    pub(super) fn assemble(mut self, warnings: &mut Vec<String>) -> Result<Headers, SendError> {
        let mut map = HeaderMap::new();
        let mut spelled = Vec::new();
        for (name, _) in self.user {
            // A row without a name is one being typed. Of one name the last value is sent, at the place of the first.
            let same = |(other, _): &&(String, String)| other.eq_ignore_ascii_case(name);
            let Some((name, value)) = self.user.iter().rfind(same).filter(|_| !name.trim().is_empty()) else {
                continue;
            };
            let key = header_name(name)?;
            if map.contains_key(&key) || (self.authorized_late && key == AUTHORIZATION) {
                continue;
            }
            let value = self.adjust(name, value, warnings);
            if let Some(value) = value {
                if title_case(key.as_str()) != name.trim() {
                    spelled.push((key.clone(), name.trim().to_owned()));
                }
                put(&mut map, key, header_value(name, &value)?)?;
            }
        }
        if self.body.type_first {
            self.content_type(&mut map)?;
        }
        let fixed = [
            ("user-agent", self.user_agent),
            ("accept", "*/*"),
            ("cache-control", "no-cache"),
            ("postman-token", self.token),
            ("host", self.host),
            ("accept-encoding", ACCEPT_ENCODING),
            ("connection", "keep-alive"),
        ];
        for (name, value) in fixed {
            if name == HOST.as_str() && self.redirected {
                continue;
            }
            if !self.disabled.contains(name) {
                add(&mut map, name, value)?;
            }
        }
        if !self.body.length_first && !self.authorized_late {
            self.content_type(&mut map)?;
        }
        // Where Postman knows the length only when it sends, the jar's cookies are there before.
        let unmeasured = self.body.boundary.is_some() || self.body.length_first || self.body.is_empty();
        if !self.redirected && !self.authorized_late {
            self.user_info(&mut map)?;
            if unmeasured {
                self.cookie(&mut map)?;
            }
        }
        self.length(&mut map, warnings)?;
        let late = self
            .user
            .iter()
            .rfind(|(name, _)| name.trim().eq_ignore_ascii_case("authorization"));
        if let Some((_, value)) = late.filter(|_| self.authorized_late) {
            add(&mut map, "authorization", value)?;
        }
        self.content_type(&mut map)?;
        self.user_info(&mut map)?;
        if !self.redirected || self.had_cookie {
            self.cookie(&mut map)?;
        }
        if let Some(referer) = self.referer {
            add(&mut map, "referer", referer)?;
        }
        if self.redirected && !self.disabled.contains(HOST.as_str()) {
            add(&mut map, "host", self.host)?;
        }
        self.cookie(&mut map)?;
        if let Some(value) = self.proxy_authorization {
            put(&mut map, http::header::PROXY_AUTHORIZATION, value)?;
        }
        Ok(Headers { map, spelled })
    }

    /// A user's header as it can be sent: the framing must fit the body, or the connection would be lost.
    fn adjust(&self, name: &str, value: &str, warnings: &mut Vec<String>) -> Option<String> {
        let lower = name.to_ascii_lowercase();
        let len = self.body.len();
        match lower.as_str() {
            "content-length" => {
                if value.trim() != len.to_string() {
                    warnings.push(format!(
                        "`{name}` does not fit the body: sent with its real length, {len}"
                    ));
                }
                let length = !self.body.is_empty() || self.expects_body();
                length.then(|| len.to_string())
            }
            "transfer-encoding" if self.body.is_empty() || !value.trim().eq_ignore_ascii_case("chunked") => {
                warnings.push(format!("`{name}` does not fit the body: left out"));
                None
            }
            "content-type" => match &self.body.boundary {
                Some(boundary) if !value.starts_with("multipart/") => {
                    let signed = self.signed_by_aws(&lower);
                    warnings.push(format!(
                        "`{name}` does not fit the body: sent as `multipart/form-data`{signed}"
                    ));
                    Some(format!("multipart/form-data; boundary={boundary}"))
                }
                Some(boundary) if !value.contains("boundary=") => Some(format!("{value}; boundary={boundary}")),
                // No server reads the fields of a form under another type. Who wants to send them so switches off the automatic
                // `Content-Type`.
                None if self.body.content_type.as_deref() == Some(FORM)
                    && !is_form(value)
                    && !self.disabled.contains(&lower) =>
                {
                    let signed = self.signed_by_aws(&lower);
                    warnings.push(format!(
                        "`{name}` does not fit the body: sent as `{FORM}`{signed}; to send fields as another type, switch the \
                         automatic `Content-Type` off"
                    ));
                    Some(FORM.to_owned())
                }
                _ => Some(value.to_owned()),
            },
            _ => Some(value.to_owned()),
        }
    }

    fn user_info(&self, map: &mut HeaderMap) -> Result<(), SendError> {
        self.basic
            .map_or(Ok(()), |basic| add(map, "authorization", &format!("Basic {basic}")))
    }

    /// That the signature of AWS is over a header as it was, where it is.
    fn signed_by_aws(&self, lower: &str) -> &'static str {
        let is_signed = |(name, value): &(String, String)| {
            let names = value.split("SignedHeaders=").nth(1).unwrap_or_default();
            let mut names = names.split(',').next().unwrap_or_default().split(';');
            name.eq_ignore_ascii_case("authorization") && value.starts_with("AWS4-") && names.any(|own| own == lower)
        };
        if self.user.iter().any(is_signed) {
            ", which is not what the AWS signature is over"
        } else {
            ""
        }
    }

    fn content_type(&self, map: &mut HeaderMap) -> Result<(), SendError> {
        match &self.body.content_type {
            Some(value) if !self.disabled.contains(CONTENT_TYPE.as_str()) => add(map, "content-type", value),
            _ => Ok(()),
        }
    }

    /// The length, also of an empty body unless the method has usually none (RFC 9110, section 8.6).
    fn length(&self, map: &mut HeaderMap, warnings: &mut Vec<String>) -> Result<(), SendError> {
        let chunked = map.contains_key(TRANSFER_ENCODING);
        if chunked || map.contains_key(CONTENT_LENGTH) || (self.body.is_empty() && !self.expects_body()) {
            return Ok(());
        }
        if self.disabled.contains(CONTENT_LENGTH.as_str()) {
            if self.body.is_empty() {
                return Ok(());
            }
            let why = "the server would take the body for another request";
            warnings.push(format!("the header `content-length` cannot be left out: {why}"));
        }
        put(map, CONTENT_LENGTH, HeaderValue::from(self.body.len()))
    }

    fn expects_body(&self) -> bool {
        !["GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "CONNECT"].contains(&self.method)
    }

    /// The jar's cookies behind those the user typed.
    fn cookie(&mut self, map: &mut HeaderMap) -> Result<(), SendError> {
        let Some(jar) = self.cookie.take() else { return Ok(()) };
        match map.get_mut("cookie") {
            Some(own) => {
                let both = [own.as_bytes(), b"; ", jar.as_bytes()].concat();
                *own = HeaderValue::from_bytes(&both).map_err(|_| bad_value("Cookie", &jar))?;
                Ok(())
            }
            None => add(map, "cookie", &jar),
        }
    }
}

/// Whether a type is that of fields, whatever its parameters.
fn is_form(value: &str) -> bool {
    let behind = value.strip_prefix(FORM);
    behind.is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
}

/// The headers of a request, put together.
pub(super) struct Headers {
    /// In order, with names in lower case.
    pub map: HeaderMap,
    /// Names that the user spells in another way than Title-Case.
    spelled: Vec<(HeaderName, String)>,
}

impl Headers {
    /// A name as HTTP/1 has it.
    fn spelling(&self, name: &HeaderName) -> String {
        let own = self.spelled.iter().find(|(key, _)| key == name);
        own.map_or_else(|| title_case(name.as_str()), |(_, own)| own.clone())
    }

    /// The head of a request in HTTP/1 (RFC 9112, section 3).
    pub(super) fn head(&self, method: &str, target: &str) -> Vec<u8> {
        let mut head = format!("{method} {target} HTTP/1.1\r\n").into_bytes();
        for (name, value) in &self.map {
            head.extend_from_slice(self.spelling(name).as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head
    }

    /// The headers as they go over the wire in a version of HTTP.
    pub(super) fn on_the_wire(&self, version: Version) -> Vec<(String, String)> {
        let text = |name, (_, value): (_, &HeaderValue)| (name, value_text(value));
        if version < Version::HTTP_2 {
            let lines = self.map.iter();
            return lines.map(|line| text(self.spelling(line.0), line)).collect();
        }
        let mut map = self.map.clone();
        take_out_connection(&mut map);
        map.iter().map(|line| text(line.0.as_str().to_owned(), line)).collect()
    }
}

/// One of our own, unless the user has it already.
fn add(map: &mut HeaderMap, name: &'static str, value: &str) -> Result<(), SendError> {
    if map.contains_key(name) {
        return Ok(());
    }
    put(map, HeaderName::from_static(name), header_value(name, value)?)
}

fn put(map: &mut HeaderMap, name: HeaderName, value: HeaderValue) -> Result<(), SendError> {
    map.try_insert(name, value)
        .map(|_| ())
        .map_err(|_| SendError::new(SendErrorKind::Request, "the request has too many headers"))
}

fn header_name(name: &str) -> Result<HeaderName, SendError> {
    HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| {
        SendError::new(
            SendErrorKind::Request,
            format!("`{}` is no header name", name.escape_debug()),
        )
        .hint("a header name has letters, digits and dashes; is there a space or a colon in it?")
    })
}

/// A value in Latin-1, which is what headers have been in from the first (RFC 9110, section 5.5) and what Postman
/// sends; one that does not fit goes out in UTF-8.
fn header_value(name: &str, value: &str) -> Result<HeaderValue, SendError> {
    if value.is_ascii() {
        return HeaderValue::from_str(value).map_err(|_| bad_value(name, value));
    }
    let latin: Option<Vec<u8>> = value.chars().map(|c| u8::try_from(c).ok()).collect();
    let bytes = latin.unwrap_or_else(|| value.as_bytes().to_vec());
    HeaderValue::from_bytes(&bytes).map_err(|_| bad_value(name, value))
}

/// A value as text: UTF-8 if it is that, else Latin-1.
fn value_text(value: &HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().map(|byte| char::from(*byte)).collect(),
    }
}

fn bad_value(name: &str, value: &str) -> SendError {
    let what = if value.contains(['\r', '\n']) {
        "a line break"
    } else {
        "a control character"
    };
    SendError::new(
        SendErrorKind::Request,
        format!("the header `{name}` holds {what}, which cannot be sent"),
    )
    .hint("look at the end of the value, or of the variable in it: it may have been pasted with its line break")
}

/// Headers that speak of the connection have no meaning in HTTP/2 (RFC 9113, section 8.2.2). The HTTP library takes them
/// out in this order; as each removal moves the last header into the gap, the order matters for what is shown.
fn take_out_connection(map: &mut HeaderMap) {
    for name in ["keep-alive", "proxy-connection", "transfer-encoding", "upgrade"] {
        map.remove(name);
    }
    if map.get(TE).is_some_and(|value| value != "trailers") {
        map.remove(TE);
    }
    let named = map.remove(CONNECTION);
    for word in named
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
    {
        map.remove(word.trim());
    }
}

/// `content-type` as `Content-Type`.
fn title_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for part in name.split_inclusive('-') {
        let start = out.len();
        out.push_str(part);
        if let Some(first) = out.get_mut(start..=start) {
            first.make_ascii_uppercase();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

    use super::*;

    type Assembled = Result<Vec<(String, String)>, SendError>;

    fn assemble(
        user: &[(&str, &str)],
        disabled: &[&str],
        change: impl FnOnce(&mut Lines<'_>),
    ) -> (Assembled, Vec<String>) {
        let user: Vec<_> = user.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let disabled = disabled.iter().map(|name| (*name).to_owned()).collect();
        let body = Outgoing::default();
        let mut lines = Lines {
            user: &user,
            disabled: &disabled,
            method: "GET",
            body: &body,
            user_agent: "ua",
            token: "t",
            host: "h",
            basic: None,
            cookie: None,
            had_cookie: false,
            redirected: false,
            referer: None,
            authorized_late: false,
            proxy_authorization: None,
        };
        change(&mut lines);
        let mut warnings = Vec::new();
        let map = lines.assemble(&mut warnings);
        (map.map(|headers| headers.on_the_wire(Version::HTTP_11)), warnings)
    }

    fn names(lines: Assembled) -> Vec<String> {
        lines.unwrap().into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn the_users_come_first_then_ours_that_no_user_header_has() {
        let (lines, _) = assemble(&[("X-Two", "2"), ("accept", "a/b"), ("", "typing")], &[], |_| {});
        assert_eq!(
            names(lines),
            [
                "X-Two",
                "accept",
                "User-Agent",
                "Cache-Control",
                "Postman-Token",
                "Host",
                "Accept-Encoding",
                "Connection"
            ]
        );
    }

    #[test]
    fn what_answers_the_server_stands_behind_the_length_and_before_the_type_of_a_form() {
        let late = |lines: &mut Lines<'_>| {
            lines.authorized_late = true;
            lines.method = "POST";
        };
        let (lines, _) = assemble(
            &[("authorization", "old"), ("X", "1"), ("Authorization", "Digest x")],
            &[],
            late,
        );
        let lines = lines.unwrap();
        assert_eq!(lines[0].0, "X");
        assert_eq!(lines[lines.len() - 2].0, "Content-Length");
        assert_eq!(
            lines[lines.len() - 1],
            ("Authorization".to_owned(), "Digest x".to_owned())
        );
    }

    #[test]
    fn of_one_name_only_the_last_is_sent() {
        let (lines, _) = assemble(&[("X-One", "1"), ("A", "b"), ("x-one", "2")], &[], |_| {});
        let lines = lines.unwrap();
        assert_eq!(lines[0], ("x-one".to_owned(), "2".to_owned()));
        assert_eq!(lines[1].0, "A");
    }

    #[test]
    fn a_value_is_latin_1_where_it_can_be() {
        let (lines, _) = assemble(&[("L", "grün"), ("U", "✓")], &[], |_| {});
        let lines = lines.unwrap();
        assert_eq!((lines[0].1.as_str(), lines[1].1.as_str()), ("grün", "✓"));
        assert_eq!(header_value("L", "ü").unwrap().as_bytes(), b"\xfc");
    }

    #[test]
    fn disabled_headers_are_left_out_but_not_the_length_of_what_is_sent() {
        let off = [
            "user-agent",
            "cache-control",
            "postman-token",
            "accept-encoding",
            "connection",
            "host",
            "content-length",
        ];
        for (body, sent, told) in [("", vec!["Accept"], 0), ("hello", vec!["Accept", "Content-Length"], 1)] {
            let body: &'static Outgoing = outgoing(body);
            let (lines, warnings) = assemble(&[], &off, |lines| {
                lines.method = "POST";
                lines.body = body;
            });
            assert_eq!(names(lines), sent);
            assert_eq!(warnings.len(), told);
        }
    }

    /// A body that lives as long as its test.
    fn outgoing(text: &'static str) -> &'static mut Outgoing {
        let body: &'static mut Outgoing = Box::leak(Box::default());
        if !text.is_empty() {
            body.push(text.into());
        }
        body
    }

    #[test]
    fn cookies_stand_before_a_length_that_only_the_sending_knows() {
        let order = |body: &'static Outgoing| {
            let (lines, _) = assemble(&[], &[], |lines| {
                lines.method = "POST";
                lines.cookie = Some("a=1".into());
                lines.basic = Some("dTpw");
                lines.body = body;
            });
            let names = names(lines);
            names[names.len() - 3..].join(" ")
        };
        let (parts, file) = (outgoing("x"), outgoing("x"));
        parts.boundary = Some("b".into());
        file.length_first = true;
        assert_eq!(order(outgoing("x")), "Authorization Content-Length Cookie");
        for body in [parts, file, outgoing("")] {
            assert_eq!(order(body), "Authorization Cookie Content-Length");
        }
    }

    #[test]
    fn a_line_break_is_refused_without_telling_the_value() {
        let (lines, _) = assemble(&[("Authorization", "Bearer s3cret\n")], &[], |_| {});
        let error = lines.unwrap_err();
        assert_eq!(error.kind, SendErrorKind::Request);
        assert!(error.message.contains("`Authorization` holds a line break"));
        assert!(!format!("{error:?}").contains("s3cret"));
        assert!(
            assemble(&[("a b", "c")], &[], |_| {})
                .0
                .unwrap_err()
                .message
                .contains("`a b`")
        );
    }

    #[test]
    fn a_length_that_does_not_fit_is_set_right_with_a_warning() {
        let (lines, warnings) = assemble(&[("Content-Length", "99")], &[], |lines| lines.method = "POST");
        assert_eq!(lines.unwrap()[0], ("Content-Length".to_owned(), "0".to_owned()));
        assert_eq!(warnings.len(), 1);
    }

    #[test]
    fn a_signature_over_a_type_that_is_not_sent_is_told() {
        let body: &'static mut Outgoing = Box::leak(Box::default());
        body.content_type = Some(FORM.into());
        let body: &'static Outgoing = body;
        for (names, told) in [("content-type;host", true), ("host;x-amz-date", false)] {
            let signature = format!("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders={names}, Signature=0");
            let own = [("content-type", "application/json"), ("Authorization", &*signature)];
            let (_, warnings) = assemble(&own, &[], |lines| lines.body = body);
            let [warning] = &warnings[..] else {
                panic!("{warnings:?}")
            };
            assert_eq!(
                warning.contains("not what the AWS signature is over"),
                told,
                "{warning}"
            );
        }
    }

    #[test]
    fn a_type_that_does_not_fit_a_multipart_body_is_set_right_with_a_warning() {
        for (typed, sent, told) in [
            (
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=b",
                1,
            ),
            ("multipart/mixed", "multipart/mixed; boundary=b", 0),
            (
                "multipart/form-data; boundary=own",
                "multipart/form-data; boundary=own",
                0,
            ),
        ] {
            let body = outgoing("");
            body.boundary = Some("b".into());
            let body: &'static Outgoing = body;
            let (lines, warnings) = assemble(&[("content-type", typed)], &[], |lines| lines.body = body);
            assert_eq!(lines.unwrap()[0].1, sent);
            assert_eq!(warnings.len(), told, "{typed}");
        }
    }

    #[test]
    fn a_type_that_does_not_fit_fields_is_set_right_with_a_warning() {
        for (typed, disabled, sent, told) in [
            ("application/json", &[][..], FORM, 1),
            (
                "application/x-www-form-urlencoded; charset=utf-8",
                &[],
                "application/x-www-form-urlencoded; charset=utf-8",
                0,
            ),
            ("application/json", &["content-type"], "application/json", 0),
        ] {
            let body = outgoing("");
            body.content_type = Some(FORM.into());
            let body: &'static Outgoing = body;
            let (lines, warnings) = assemble(&[("content-type", typed)], disabled, |lines| lines.body = body);
            assert_eq!(lines.unwrap()[0].1, sent);
            assert_eq!(warnings.len(), told, "{typed}");
        }
    }

    #[test]
    fn the_jars_cookies_follow_the_users() {
        let (lines, _) = assemble(&[("Cookie", "mine=1")], &[], |lines| {
            lines.cookie = Some("jar=2".into());
        });
        assert_eq!(lines.unwrap()[0].1, "mine=1; jar=2");
    }

    #[test]
    fn http_2_has_lower_case_and_no_headers_of_the_connection() {
        let mut map = HeaderMap::new();
        for (name, value) in [
            ("x-a", "1"),
            ("connection", "x-b"),
            ("x-b", "2"),
            ("te", "gzip"),
            ("keep-alive", "5"),
        ] {
            map.insert(name, HeaderValue::from_static(value));
        }
        let headers = Headers {
            map,
            spelled: Vec::new(),
        };
        assert_eq!(
            headers.on_the_wire(Version::HTTP_2),
            [("x-a".to_owned(), "1".to_owned())]
        );
    }
}
