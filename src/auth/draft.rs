//! A request while it is being signed: what a signer may read and change.

use std::fmt::Display;
use std::str::FromStr;

use bytes::Bytes;
use jiff::Timestamp;
use url::Url;

use super::Memory;
use super::chance::Chance;
use super::dialogue::parse;
use crate::model::address::resource;
use crate::model::settings::HttpVersion;
use crate::model::template::tokens;
use crate::model::wire::{ResolvedBody, one_line, sent_lines};
use crate::model::{ResolvedRequest, Secret, percent};

/// A request while it is being signed.
///
/// Signers go through it rather than changing the request themselves, so that no secret misses the redactor, no header
/// stands there twice, and http knows what to drop when a redirect leaves the host.
pub struct Draft {
    request: ResolvedRequest,
    memory: Memory,
    chance: Chance,
    credentials: Vec<String>,
    bound: Vec<String>,
    alone: bool,
    late: bool,
    secrets: Vec<Secret>,
    warnings: Vec<String>,
}

/// What signing made of a request.
pub(super) struct Finished {
    pub request: ResolvedRequest,
    /// Headers that prove who the user is.
    pub credentials: Vec<String>,
    /// Those of them that are good for this URL only.
    pub bound: Vec<String>,
    /// Whether it needs a connection that nothing else uses.
    pub alone: bool,
    /// Whether its `Authorization` stands behind all other headers.
    pub late: bool,
    pub warnings: Vec<String>,
}

impl Draft {
    pub(super) fn new(request: ResolvedRequest, memory: Memory) -> Self {
        Self {
            request,
            memory,
            chance: Chance::default(),
            credentials: Vec::new(),
            bound: Vec::new(),
            alone: false,
            late: false,
            secrets: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// The same at another time.
    #[cfg(test)]
    pub(super) fn with_chance(mut self, chance: Chance) -> Self {
        self.chance = chance;
        self
    }

    pub(super) fn finish(mut self) -> Finished {
        self.request.redactor = self.request.redactor.with(self.secrets);
        Finished {
            request: self.request,
            credentials: self.credentials,
            bound: self.bound,
            alone: self.alone,
            late: self.late,
            warnings: self.warnings,
        }
    }

    /// What servers said before.
    pub(super) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Where the request goes; `None` for a URL that http will refuse.
    pub fn url(&self) -> Option<Url> {
        parse(&self.request.url)
    }

    /// Path and query as they go out, which is what a server sees and signatures are over.
    pub fn resource(&self, url: &Url) -> String {
        resource(&self.request.url, url)
    }

    /// The body as it goes out, which is none where the method has none; `None` for one that is read or made up only then:
    /// files and multipart.
    pub fn body(&self) -> Option<Bytes> {
        if self.request.sends_body() {
            self.request.body.bytes()
        } else {
            Some(Bytes::new())
        }
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.chance.now()
    }

    /// A text that nobody used before: 32 hexadecimal digits.
    pub fn nonce(&self) -> String {
        self.chance.nonce()
    }

    /// Bytes that nobody used before.
    pub fn random_bytes(&self) -> [u8; 8] {
        self.chance.bytes()
    }

    /// The headers as they go out.
    pub fn headers(&self) -> Vec<(String, String)> {
        sent_lines(&self.request.headers).cloned().collect()
    }

    /// The headers as a signature has them: with their names in lower case and single blanks, each name once, with the one line
    /// that the server makes of all that go out.
    pub fn signed_headers(&self) -> Vec<(String, String)> {
        let rows: Vec<_> = sent_lines(&self.request.headers)
            .map(|(name, value)| {
                let words: Vec<&str> = value.split_whitespace().collect();
                (name.trim().to_ascii_lowercase(), words.join(" "))
            })
            .filter(|(name, _)| !name.is_empty())
            .collect();
        let same = |one: &(String, String), other: &(String, String)| one.0 == other.0;
        let lines = rows.chunk_by(same).map(|rows| {
            let values: Vec<&str> = rows.iter().map(|(_, value)| value.as_str()).collect();
            let line = one_line(&rows[0].0, &values).unwrap_or_else(|| values.join(","));
            (rows[0].0.clone(), line)
        });
        lines.collect()
    }

    /// The fields of a form that goes out, to be read and changed.
    pub fn form(&mut self) -> Option<&mut Vec<(String, String)>> {
        let sends = self.request.sends_body();
        match &mut self.request.body {
            ResolvedBody::Form(fields) if sends => Some(fields),
            _ => None,
        }
    }

    /// The request as it stands.
    pub fn request(&self) -> &ResolvedRequest {
        &self.request
    }

    /// A parameter of the auth; variables left in it are named in a warning.
    pub fn param(&mut self, name: &str) -> String {
        let value = self.request.auth.text(name);
        for token in tokens(&value) {
            let kind = &self.request.auth.kind;
            self.warnings.push(format!(
                "the variable `{}` in `{name}` of the {kind} auth is not defined: sent as written; choose an environment \
                 that defines it, or run the request that sets it",
                token.name
            ));
        }
        value
    }

    /// The same, or `default` where it is absent or empty.
    pub fn param_or_default(&mut self, name: &str, default: &str) -> String {
        let value = self.param(name);
        if value.is_empty() { default.to_owned() } else { value }
    }

    /// A parameter that is a number; where it is none, `default` is taken, and the user is told.
    pub fn number<N: FromStr + Display>(&mut self, name: &str, default: N, auth: &str) -> N {
        let value = self.param(name);
        let value = value.trim();
        match value.parse() {
            Ok(number) => number,
            Err(_) if value.is_empty() => default,
            Err(_) => {
                self.warn(&format!(
                    "`{value}` in `{name}` of the {auth} auth is no number: taken as {default}"
                ));
                default
            }
        }
    }

    /// A parameter that is a switch.
    pub fn flag(&mut self, name: &str) -> bool {
        self.request.auth.flag(name)
    }

    /// A parameter that is secret: hidden from now on.
    pub fn secret_param(&mut self, name: &str) -> String {
        let value = self.param(name);
        // A token that is only an undefined variable is no secret, and hiding it would hide the reason of the failure.
        if tokens(&value).count() == 0 {
            self.hide(&value);
        }
        value
    }

    /// Hides a text wherever the request or its answer is shown.
    pub fn hide(&mut self, text: &str) {
        self.secrets.push(Secret::new(text));
    }

    /// States the Content-Type of a text among the headers: what signing adds comes behind it and may cover it, as in Postman.
    pub fn state_content_type(&mut self) {
        self.request.state_content_type();
    }

    /// Takes every header of a name out.
    pub fn remove_header(&mut self, name: &str) {
        self.request.headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
    }

    /// Puts a credential into a header, in place of all of that name.
    pub fn set_header(&mut self, name: &str, value: &str) {
        self.remove_header(name);
        self.request.headers.push((name.to_owned(), value.to_owned()));
        self.credentials.push(name.to_owned());
    }

    /// The same with one that is good for this URL only: it follows no redirect.
    pub fn set_bound_header(&mut self, name: &str, value: &str) {
        self.set_header(name, value);
        self.bound.push(name.to_owned());
    }

    /// Sends the `Authorization` behind all other headers but the type of a form: it was made when the request was built, as
    /// Postman's is when a server has asked for it.
    pub fn authorize_late(&mut self) {
        self.late = true;
    }

    /// Sends it over a connection that only this dialogue uses, in HTTP/1.1: what follows goes over the same one.
    pub fn go_alone(&mut self) {
        self.alone = true;
        self.request.settings.http_version = Some(HttpVersion::Http1);
    }

    /// Sends no body this time: the request is only there to bring the answer.
    pub fn drop_body(&mut self) {
        self.request.body = ResolvedBody::None;
    }

    /// Takes every parameter of a name out of the query.
    pub fn remove_query(&mut self, name: &str) {
        let name = percent::encode(name, percent::QUERY_NAME);
        let url = &mut self.request.url;
        let end = url.find('#').unwrap_or(url.len());
        let Some(start) = url[..end].find('?').map(|at| at + 1) else {
            return;
        };
        let is_other = |pair: &&str| pair.split('=').next() != Some(name.as_str());
        let kept: Vec<&str> = url[start..end].split('&').filter(is_other).collect();
        let kept = kept.join("&");
        url.replace_range(start..end, &kept);
    }

    /// Appends a credential to the query, encoded, before a fragment.
    pub fn add_query(&mut self, name: &str, value: &str) {
        self.hide(value);
        let (name, value) = (
            percent::encode(name, percent::QUERY_NAME),
            percent::encode(value, percent::QUERY_VALUE),
        );
        self.append_query(&format!("{name}={value}"));
    }

    /// Appends to the query what is encoded already and nothing to hide.
    pub fn append_query(&mut self, pair: &str) {
        let url = &mut self.request.url;
        let end = url.find('#').unwrap_or(url.len());
        let separator = match url[..end].split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        url.insert_str(end, &format!("{separator}{pair}"));
    }

    /// Takes another query, encoded already.
    pub fn set_query(&mut self, query: &str) {
        let url = &mut self.request.url;
        let end = url.find('#').unwrap_or(url.len());
        let start = url[..end].find('?').unwrap_or(end);
        url.replace_range(start..end, &format!("?{query}"));
    }

    /// Tells the user something that does not stop the send.
    pub fn warn(&mut self, text: &str) {
        self.warnings.push(text.to_owned());
    }
}
