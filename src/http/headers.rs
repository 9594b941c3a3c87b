//! The header lines of a request: the user's, then ours, in the order of the wire, as Postman does it.
//!
//! HTTP/1.1 has the user's spelling, and Postman's for ours; HTTP/2 has lower case only. What is shown says the same as the
//! wire.

use std::collections::BTreeSet;

use http::header::{AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, TE, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderName, HeaderValue, Version};

use super::body::Outgoing;
use super::cookies;
use crate::model::exchange::{SendError, SendErrorKind};
use crate::model::wire::{one_line, sent_lines};

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
        let rows: Vec<_> = sent_lines(self.user).collect();
        let same = |one: &&(String, String), other: &&(String, String)| one.0.trim() == other.0.trim();
        // Those of one name stand together.
        for rows in rows.chunk_by(|one, other| same(one, other)) {
            let values: Vec<&str> = rows.iter().map(|(_, value)| value.as_str()).collect();
            // A row without a name is one being typed.
            let Some((name, _)) = rows.first().filter(|(name, _)| !name.trim().is_empty()) else {
                continue;
            };
            let key = header_name(name)?;
            if self.authorized_late && key == AUTHORIZATION {
                continue;
            }
            let values = self.adjust_all(name, &values, warnings);
            if !values.is_empty() && title_case(key.as_str()) != name.trim() {
                spelled.push((key.clone(), name.trim().to_owned()));
            }
            for value in values {
                put(&mut map, key.clone(), self.value(name, &value)?)?;
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
                self.add(&mut map, name, value)?;
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
            self.add(&mut map, "authorization", value)?;
        }
        self.content_type(&mut map)?;
        self.user_info(&mut map)?;
        if !self.redirected || self.had_cookie {
            self.cookie(&mut map)?;
        }
        if let Some(referer) = self.referer {
            self.add(&mut map, "referer", referer)?;
        }
        if self.redirected && !self.disabled.contains(HOST.as_str()) {
            self.add(&mut map, "host", self.host)?;
        }
        self.cookie(&mut map)?;
        if let Some(value) = self.proxy_authorization {
            // In place of the user's own.
            map.insert(http::header::PROXY_AUTHORIZATION, value);
        }
        Ok(Headers { map, spelled })
    }

    /// All of the user's headers of one name as they can be sent.
    fn adjust_all(&self, name: &str, values: &[&str], warnings: &mut Vec<String>) -> Vec<String> {
        let lower = name.trim().to_ascii_lowercase();
        let one = match (lower.as_str(), values) {
            (_, [one]) => (*one).to_owned(),
            // Of several none is taken for the type of the parts.
            ("content-type", _) if self.body.boundary.is_some() => String::new(),
            ("content-type", [first, ..]) if self.misfits_form(first) => (*first).to_owned(),
            (lower, _) => {
                let Some(line) = one_line(lower, values) else {
                    return values.iter().map(|value| (*value).to_owned()).collect();
                };
                if lower == "host" {
                    warnings.push(format!("`{name}` can stand there once: sent as the last says"));
                }
                line
            }
        };
        self.adjust(name, &one, warnings).into_iter().collect()
    }

    /// Whether fields would go out under a type by which no server reads them. Who wants that switches off the automatic
    /// `Content-Type`.
    fn misfits_form(&self, value: &str) -> bool {
        self.body.content_type.as_deref() == Some(FORM)
            && !is_form(value)
            && !self.disabled.contains(CONTENT_TYPE.as_str())
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
                None if self.misfits_form(value) => {
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
        self.basic.map_or(Ok(()), |basic| {
            self.add(map, "authorization", &format!("Basic {basic}"))
        })
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
            Some(value) if !self.disabled.contains(CONTENT_TYPE.as_str()) => self.add(map, "content-type", value),
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

    /// The jar's cookies behind those the user typed, in the bytes in which they came.
    fn cookie(&mut self, map: &mut HeaderMap) -> Result<(), SendError> {
        let Some(jar) = self.cookie.take() else { return Ok(()) };
        let jar = cookies::bytes(&jar);
        let value = |bytes: &[u8]| HeaderValue::from_bytes(bytes).map_err(|_| bad_value("Cookie", ""));
        match map.get_mut("cookie") {
            Some(own) => {
                *own = value(&[own.as_bytes(), b"; ", &jar].concat())?;
                Ok(())
            }
            None => put(map, COOKIE, value(&jar)?),
        }
    }

    /// One of our own, unless the user has it already.
    fn add(&self, map: &mut HeaderMap, name: &'static str, value: &str) -> Result<(), SendError> {
        if map.contains_key(name) {
            return Ok(());
        }
        put(map, HeaderName::from_static(name), self.value(name, value)?)
    }

    /// A value in Latin-1, which is what headers have been in from the first (RFC 9110, section 5.5). Before a text they are
    /// in UTF-8 like it, as Node sends both in one piece. What is not in Latin-1 is refused, as there, rather than that
    /// one letter decides how its neighbours are sent.
    fn value(&self, name: &str, value: &str) -> Result<HeaderValue, SendError> {
        let latin: Option<Vec<u8>> = value.chars().map(|c| u8::try_from(c).ok()).collect();
        let Some(latin) = latin else {
            return Err(bad_value(name, value));
        };
        // What proves who sends is signed as it is, byte by byte.
        let is_proof = ["authorization", "proxy-authorization"]
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own));
        let bytes = if self.body.is_text() && !is_proof {
            value.as_bytes()
        } else {
            &latin
        };
        HeaderValue::from_bytes(bytes).map_err(|_| bad_value(name, value))
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

fn put(map: &mut HeaderMap, name: HeaderName, value: HeaderValue) -> Result<(), SendError> {
    map.try_append(name, value)
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

/// A value as text: UTF-8 if it is that, else Latin-1.
fn value_text(value: &HeaderValue) -> String {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => text.to_owned(),
        Err(_) => value.as_bytes().iter().map(|byte| char::from(*byte)).collect(),
    }
}

fn bad_value(name: &str, value: &str) -> SendError {
    let stray = value.chars().find(|c| u8::try_from(*c).is_err());
    let what = if value.contains(['\r', '\n']) {
        "a line break"
    } else if stray.is_some() {
        "a character beyond Latin-1"
    } else {
        "a control character"
    };
    let hint = if what == "a character beyond Latin-1" {
        "headers have no letters beyond those of Western Europe: encode the value as its reader expects it, as `%E2%82%AC` say"
    } else {
        "look at the end of the value, or of the variable in it: it may have been pasted with its line break"
    };
    SendError::new(
        SendErrorKind::Request,
        format!("the header `{name}` holds {what}, which cannot be sent"),
    )
    .code(SendError::BAD_HEADER)
    .hint(hint)
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
mod tests;
