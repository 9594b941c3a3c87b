//! A request while it is being signed: what a signer may read and change.

use crate::model::template::tokens;
use crate::model::{ResolvedRequest, Secret, percent};

/// A request while it is being signed.
///
/// Signers go through it rather than changing the request themselves, so that no secret misses the redactor, no header
/// stands there twice, and http knows what to drop when a redirect leaves the host.
pub struct Draft {
    request: ResolvedRequest,
    credentials: Vec<String>,
    secrets: Vec<Secret>,
    warnings: Vec<String>,
}

impl Draft {
    pub(super) fn new(request: ResolvedRequest) -> Self {
        Self {
            request,
            credentials: Vec::new(),
            secrets: Vec::new(),
            warnings: Vec::new(),
        }
    }

    pub(super) fn finish(mut self) -> (ResolvedRequest, Vec<String>, Vec<String>) {
        self.request.redactor = self.request.redactor.with(self.secrets);
        (self.request, self.credentials, self.warnings)
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

    /// Puts a credential into a header, in place of all of that name.
    pub fn set_header(&mut self, name: &str, value: &str) {
        self.request.headers.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
        self.request.headers.push((name.to_owned(), value.to_owned()));
        self.credentials.push(name.to_owned());
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
        let pair = format!("{name}={value}");
        let url = &mut self.request.url;
        let end = url.find('#').unwrap_or(url.len());
        let separator = match url[..end].split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        url.insert_str(end, &format!("{separator}{pair}"));
    }

    /// Tells the user something that does not stop the send.
    pub fn warn(&mut self, text: &str) {
        self.warnings.push(text.to_owned());
    }
}
