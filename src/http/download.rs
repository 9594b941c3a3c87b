//! What postrider fetches for itself, over reqwest: collections by URL, npm packages.
//!
//! ```text
//! Download ─▶ hop: reqwest over our TLS, proxies and trust ─▶ 3xx ─▶ the next hop, without credentials elsewhere
//!                                                         └─▶ other ─▶ Downloaded
//! ```
//!
//! A user's request must go out byte for byte as written, and all of its answer be seen: that takes a connection of our own
//! ([`super::pool`]). Nobody looks at these; a library's whole client is what they need.

use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, LOCATION};
use http::{HeaderName, HeaderValue};
use url::Url;

use super::client::Client;
use super::error::{self, Failed};
use super::identity::Standing;
use super::redirect::{self, MAX_REDIRECTS};
use super::target::Target;
use super::tls::Terms;
use super::trace::{Resolver, Trace};
use crate::model::Secret;
use crate::model::exchange::{Phase, SendError, SendErrorKind};

/// What is to be fetched, with GET.
#[derive(Clone, Debug)]
pub struct Download<'a> {
    /// Where it is.
    pub url: &'a str,
    /// The media types that will do.
    pub accept: &'a str,
    /// The header that says who asks, and its value; neither follows a redirect to another server.
    pub credentials: Option<(HeaderName, Secret)>,
    /// The most that is taken, in bytes.
    pub most: u64,
}

/// What came.
#[derive(Debug)]
pub struct Downloaded {
    /// The status.
    pub status: u16,
    /// Its words.
    pub reason: String,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Client {
    /// Fetches something for postrider itself. Dropping the future closes what is open.
    ///
    /// # Errors
    ///
    /// When there is no whole answer, or it is longer than it may be. An answer of any status is none.
    pub async fn download(&self, download: &Download<'_>) -> Result<Downloaded, SendError> {
        let target = Target::new(download.url)?;
        let mut url = target.url;
        let basic = target.user_info.map(|pair| format!("Basic {}", pair.reveal()));
        let basic = basic.map(|basic| (AUTHORIZATION, Secret::new(basic)));
        let mut credentials = download.credentials.clone().or(basic);
        for _ in 0..=MAX_REDIRECTS {
            let trace = Trace::new(Arc::new(|_| {}));
            let response = self.fetch(&url, download.accept, credentials.as_ref(), &trace).await?;
            let header = response.headers().get(LOCATION).map(HeaderValue::as_bytes);
            let Some(location) = redirect::location(response.status().as_u16(), header) else {
                return self.rest(response, &url, download.most, &trace).await;
            };
            let next = redirect::join(&url, &location)?;
            if !redirect::is_same_server(&url, &next.url) {
                credentials = None;
            }
            url = next.url;
        }
        Err(SendError::new(
            SendErrorKind::Redirect,
            format!("`{}` redirects more than {MAX_REDIRECTS} times", Target::address(&url)),
        )
        .hint("it is probably a loop"))
    }

    /// One request, and the head of its answer.
    async fn fetch(
        &self,
        url: &Url,
        accept: &str,
        credentials: Option<&(HeaderName, Secret)>,
        trace: &Arc<Trace>,
    ) -> Result<reqwest::Response, SendError> {
        let config = self.config();
        let proxy = self.proxy(None, url)?;
        let certificate = self.certificate(url);
        let tls = self
            .tls(&Terms::usual(!config.insecure), certificate, url, None)
            .await?;
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .user_agent(&config.user_agent)
            .dns_resolver(Arc::new(Resolver))
            .tls_backend_preconfigured(rustls::ClientConfig::clone(&tls.config))
            .no_proxy();
        if let Some(proxy) = &proxy {
            builder = builder.proxy(proxy.build()?);
        }
        if !config.timeout.is_zero() {
            builder = builder.timeout(config.timeout);
        }
        if !config.connecting.is_zero() {
            builder = builder.connect_timeout(config.connecting);
        }
        if !config.silence.is_zero() {
            builder = builder.read_timeout(config.silence);
        }
        let mut headers = vec![(http::header::ACCEPT, accept)];
        headers.extend(credentials.map(|(name, secret)| (name.clone(), secret.reveal())));
        let failed = |error| self.failed(error, url, trace, proxy.as_ref().map(super::proxy::Proxy::url));
        let client = builder.build().map_err(failed)?;
        let mut request = client.get(url.clone());
        for (name, value) in headers {
            request = request.header(name.clone(), header(&name, value)?);
        }
        trace.phase(Phase::Connecting);
        trace.scope(request.send()).await.map_err(failed)
    }

    /// The body of an answer.
    async fn rest(
        &self,
        mut response: reqwest::Response,
        url: &Url,
        most: u64,
        trace: &Trace,
    ) -> Result<Downloaded, SendError> {
        let status = response.status();
        trace.phase(Phase::Downloading {
            received: 0,
            total: None,
        });
        let mut bytes = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| self.failed(error, url, trace, None))?
        {
            if (bytes.len() + chunk.len()) as u64 > most {
                let message = format!("the answer of `{}` is longer than {most} bytes", Target::address(url));
                return Err(SendError::new(SendErrorKind::Protocol, message).hint("is it the right address?"));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Downloaded {
            status: status.as_u16(),
            reason: status.canonical_reason().unwrap_or_default().to_owned(),
            bytes,
        })
    }

    fn failed(&self, error: reqwest::Error, url: &Url, trace: &Trace, proxy: Option<String>) -> SendError {
        let marks = trace.snapshot();
        let failed = Failed {
            url,
            proxy,
            marks: &marks,
            offered: None,
            certificate: Standing::of(&self.config().certificates, url),
        };
        let phase = match marks.phase {
            downloading @ Phase::Downloading { .. } => downloading,
            // The library does not tell when a connection is there.
            _ => Phase::Waiting,
        };
        // Nor does it tell which limit passed, nor the system's own limits from these.
        let passed = |limit: Duration| error.is_timeout() && !limit.is_zero() && marks.took() >= limit;
        let config = self.config();
        match error.is_connect() {
            true if passed(config.connecting) => error::no_connection(config.connecting, &failed),
            false if passed(config.timeout) => error::timeout(config.timeout, config.timeout_from, phase),
            false if passed(config.silence) => error::silent(config.silence, phase),
            _ => error::explain_fetch(error, &failed),
        }
    }
}

fn header(name: &HeaderName, value: &str) -> Result<HeaderValue, SendError> {
    let mut value = HeaderValue::from_str(value).map_err(|_| {
        SendError::new(
            SendErrorKind::Request,
            format!("the value of the header `{name}` cannot be sent"),
        )
    })?;
    value.set_sensitive(*name != http::header::ACCEPT);
    Ok(value)
}
