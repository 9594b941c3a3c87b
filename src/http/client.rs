//! The client: what the program's settings say, and the pools of connections made from them as they are needed.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::body::{self, BodyFiles};
use super::identity::Identity;
use super::proxy::{Proxies, Proxy, ProxySource};
use super::send::{self, SendContext};
use super::tls;
use super::trace::{ConnectLayer, Resolver};
use super::verify::{Trust, read_ca_file};
use crate::auth::SignedRequest;
use crate::model::Exchange;
use crate::model::certificate::ClientCertificate;
use crate::model::exchange::{SendError, SendErrorKind};
use crate::model::secret::without_credentials;
use crate::model::settings::HttpVersion;
use crate::model::wire::ResolvedBody;

/// What holds for all requests; a request's own settings come first.
#[derive(Clone)]
pub struct ClientConfig {
    /// A proxy's URL, `direct` for none; absent takes `proxy_source`.
    pub proxy: Option<String>,
    /// Where proxies come from when neither this nor the request names one.
    pub proxy_source: ProxySource,
    /// A PEM file of certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
    /// Check no certificates, unless a request says otherwise.
    pub insecure: bool,
    /// Give up after so long; zero is never.
    pub timeout: Duration,
    /// The User-Agent header.
    pub user_agent: String,
    /// Where relative paths of body files start.
    pub working_dir: PathBuf,
    /// Read no body file outside of there.
    pub only_working_dir: bool,
    /// Follow redirects, unless a request says otherwise.
    pub follow_redirects: bool,
    /// The client's certificates; of those for a server the first is shown.
    pub certificates: Vec<ClientCertificate>,
    /// The most bytes of a response that are kept, encoded and decoded each.
    pub body_limit: usize,
}

impl ClientConfig {
    /// The most that is kept of a response when nothing else is said: 1 GiB.
    pub const BODY_LIMIT: usize = 1 << 30;
}

impl fmt::Debug for ClientConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientConfig")
            .field("proxy", &self.proxy.as_deref().map(without_credentials))
            .field("ca_file", &self.ca_file)
            .field("insecure", &self.insecure)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl Default for ClientConfig {
    fn default() -> Self {
        Self {
            proxy: None,
            proxy_source: ProxySource::System,
            ca_file: None,
            insecure: false,
            timeout: Duration::ZERO,
            user_agent: concat!("postrider/", env!("CARGO_PKG_VERSION")).to_owned(),
            working_dir: PathBuf::new(),
            only_working_dir: false,
            follow_redirects: true,
            certificates: Vec::new(),
            body_limit: Self::BODY_LIMIT,
        }
    }
}

/// Sends requests. Cheap to make and to clone: clones share their connections.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    config: ClientConfig,
    proxies: std::sync::OnceLock<Proxies>,
    pools: Mutex<HashMap<PoolKey, reqwest::Client>>,
    /// Whether all goes over one connection.
    single: bool,
    /// Whether one has been opened.
    opened: AtomicBool,
}

/// What connections must have in common to be shared.
#[derive(Clone, PartialEq, Eq, Hash)]
struct PoolKey {
    verify_tls: bool,
    version: &'static str,
    proxy: Option<String>,
    /// The number of the client's certificate.
    certificate: Option<usize>,
}

impl Client {
    /// A client; nothing is read or opened before the first send.
    pub fn new(config: ClientConfig) -> Self {
        Self::over(config, false)
    }

    fn over(config: ClientConfig, single: bool) -> Self {
        Self {
            inner: Arc::new(Inner {
                config,
                proxies: std::sync::OnceLock::new(),
                pools: Mutex::default(),
                single,
                opened: AtomicBool::new(false),
            }),
        }
    }

    /// A client that shares no connection with this one, and sends one request after the other over a single one.
    ///
    /// For auth that signs a connection in (NTLM): nothing else may go over it, and all of the handshake must.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self::over(self.inner.config.clone(), true)
    }

    /// Whether the next request should wait for the connection there is, rather than open a second one beside it.
    pub(super) fn waits_for_its_connection(&self) -> bool {
        self.inner.single && self.inner.opened.swap(true, Ordering::Relaxed)
    }

    /// What it was made with.
    pub fn config(&self) -> &ClientConfig {
        &self.inner.config
    }

    /// Sends a request, follows redirects, reads the answer. Failures are told in the exchange.
    ///
    /// Dropping the future, or cancelling through the context, closes what is open.
    pub async fn send(&self, request: SignedRequest, context: SendContext) -> Exchange {
        send::send(self, &request, &context).await
    }

    /// Reads the file that is a body into memory, up to 64 MiB, for an auth that signs what is sent. Where files may be
    /// read from is what [`Client::send`] holds to as well.
    pub async fn read_body(&self, body: &mut ResolvedBody) {
        let config = &self.inner.config;
        let files = BodyFiles {
            dir: &config.working_dir,
            only_there: config.only_working_dir,
        };
        body::read(body, files).await;
    }

    /// The proxy for a URL.
    pub(super) fn proxy(&self, setting: Option<&str>, url: &url::Url) -> Result<Option<Proxy>, SendError> {
        let config = &self.inner.config;
        let proxies = self.inner.proxies.get_or_init(|| Proxies::new(&config.proxy_source));
        proxies.choose(setting.or(config.proxy.as_deref()), url)
    }

    /// The pool for requests of a kind, made when it is first needed.
    pub(super) fn pool(
        &self,
        verify_tls: bool,
        version: HttpVersion,
        proxy: Option<&Proxy>,
        url: &url::Url,
    ) -> Result<reqwest::Client, SendError> {
        let certificates = &self.inner.config.certificates;
        let certificate = certificates.iter().position(|own| own.is_for(url));
        let key = PoolKey {
            verify_tls,
            version: version.word(),
            proxy: proxy.map(Proxy::key),
            certificate,
        };
        let mut pools = self.inner.pools.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = pools.get(&key) {
            return Ok(pool.clone());
        }
        let identity = certificate.map(|number| certificates[number].read()).transpose()?;
        let pool = self.build(verify_tls, version, proxy, identity)?;
        pools.insert(key, pool.clone());
        Ok(pool)
    }

    fn build(
        &self,
        verify_tls: bool,
        version: HttpVersion,
        proxy: Option<&Proxy>,
        identity: Option<Identity>,
    ) -> Result<reqwest::Client, SendError> {
        let trust = if verify_tls {
            let file = self.inner.config.ca_file.as_deref();
            Trust::System(file.map(read_ca_file).transpose()?.unwrap_or_default())
        } else {
            Trust::Anything
        };
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::config(trust, version, identity)?)
            .tls_info(true)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .http1_title_case_headers()
            .dns_resolver(Arc::new(Resolver))
            .connector_layer(ConnectLayer)
            .no_proxy();
        builder = match version {
            HttpVersion::Auto => builder,
            HttpVersion::Http1 => builder.http1_only(),
            HttpVersion::Http2 => builder.http2_prior_knowledge(),
        };
        if self.inner.single {
            builder = builder.pool_max_idle_per_host(1);
        }
        if let Some(proxy) = proxy {
            builder = builder.proxy(proxy.build()?);
        }
        builder.build().map_err(|error| {
            SendError::new(
                SendErrorKind::Request,
                format!("cannot set up the HTTP client: {}", error.without_url()),
            )
        })
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("config", &self.inner.config)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_holds_no_password() {
        let client = Client::new(ClientConfig {
            proxy: Some("http://u:hunter2@p:1".into()),
            ..ClientConfig::default()
        });
        let shown = format!("{client:?}");
        assert!(shown.contains("http://p:1") && !shown.contains("hunter2"), "{shown}");
    }
}
