//! The client: what the program's settings say, and the connections made by them as they are needed.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::body::{self, BodyFiles, OutsideFile};
use super::connect::Route;
use super::identity::Passphrases;
use super::kept::Keeping;
use super::pool::{Key, Pool};
use super::proxy::{Proxies, Proxy, ProxySource};
use super::send::{self, SendContext};
use super::target::Target;
use super::tls::{self, Terms};
use super::verify::{Trust, read_ca_file};
use crate::auth::SignedRequest;
use crate::model::certificate::ClientCertificate;
use crate::model::exchange::SendError;
use crate::model::secret::without_credentials;
use crate::model::settings::Settings;
use crate::model::wire::ResolvedBody;
use crate::model::{Exchange, Secret};

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
    /// Where that is raised, for who is told that it passed.
    pub timeout_from: &'static str,
    /// Give up when no byte came or went for so long; zero is never.
    pub silence: Duration,
    /// Give up when a connection is not open after so long, TLS included; zero is never.
    pub connecting: Duration,
    /// The User-Agent header.
    pub user_agent: String,
    /// Where relative paths of body files start.
    pub working_dir: PathBuf,
    /// Which body files are just read.
    pub trusted: TrustedFiles,
    /// Follow redirects, unless a request says otherwise.
    pub follow_redirects: bool,
    /// The client's certificates; of those for a server the first is shown.
    pub certificates: Vec<ClientCertificate>,
    /// The most bytes of a response that are kept, encoded and decoded each.
    pub body_limit: usize,
    /// Where they are kept.
    pub keeping: Keeping,
}

impl ClientConfig {
    /// The most that is kept of a response when nothing else is said: 4 GiB, or what the machine can count.
    pub const BODY_LIMIT: usize = if usize::BITS > 32 { 1 << 32 } else { usize::MAX };
    /// How long a server may be silent when nothing else is said: long enough for who looks at it in a debugger.
    pub const SILENCE: Duration = Duration::from_mins(10);

    /// How long a connection may take to open when nothing else is said: the name, TCP, a proxy and TLS together.
    pub const CONNECTING: Duration = Duration::from_mins(1);

    /// Where a timeout is raised that is a request's own, or the user's for all.
    pub const SETTINGS: &str = "the timeout in the settings";

    /// The limit that the user's settings say, in MiB.
    pub fn body_limit(mebibytes: Option<u32>) -> usize {
        mebibytes.map_or(Self::BODY_LIMIT, |limit| (limit as usize).saturating_mul(1 << 20))
    }
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
            timeout_from: Self::SETTINGS,
            silence: Self::SILENCE,
            connecting: Self::CONNECTING,
            user_agent: concat!("postrider/", env!("CARGO_PKG_VERSION")).to_owned(),
            working_dir: PathBuf::new(),
            trusted: TrustedFiles::default(),
            follow_redirects: true,
            certificates: Vec::new(),
            body_limit: Self::BODY_LIMIT,
            keeping: Keeping::default(),
        }
    }
}

/// Which files of bodies are read without a question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrustedFiles {
    /// Those in the working directory; the user is asked for others.
    #[default]
    InWorkingDir,
    /// Those there, and others are not read at all.
    OnlyInWorkingDir,
    /// None: somebody else's collection may lie among the user's own files.
    None,
}

/// Sends requests. Cheap to make and to clone: clones share their connections.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    config: ClientConfig,
    proxies: std::sync::OnceLock<Proxies>,
    tls: Mutex<HashMap<TlsKey, Tls>>,
    pool: Pool,
}

/// What a request asks of TLS, and the number of the client's certificate.
type TlsKey = (Terms, Option<usize>);

/// How TLS is spoken.
#[derive(Clone)]
pub(super) struct Tls {
    /// What rustls takes.
    pub config: Arc<rustls::ClientConfig>,
    /// What the key of the client's certificate was opened with.
    pub passphrase: Option<Secret>,
}

impl Client {
    /// The files of a body that would be read and are the user's own: those outside of the working directory, or all.
    pub fn files_outside(&self, body: &ResolvedBody) -> Vec<OutsideFile> {
        let config = self.config();
        if config.trusted == TrustedFiles::OnlyInWorkingDir {
            // Then they are not read.
            return Vec::new();
        }
        let files = BodyFiles {
            dir: &config.working_dir,
            only_there: false,
        };
        files.outside(body, config.trusted == TrustedFiles::None)
    }

    /// A client; nothing is read or opened before the first send.
    pub fn new(config: ClientConfig) -> Self {
        Self {
            inner: Arc::new(Inner {
                config,
                proxies: std::sync::OnceLock::new(),
                tls: Mutex::default(),
                pool: Pool::default(),
            }),
        }
    }

    /// A client that shares no connection with this one; what is sent one after the other goes over a single one.
    ///
    /// For auth that signs a connection in (NTLM): nothing else may go over it, and all of the handshake must.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self::new(self.inner.config.clone())
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
            only_there: config.trusted == TrustedFiles::OnlyInWorkingDir,
        };
        body::read(body, files).await;
    }

    /// The proxy for a URL.
    pub(super) fn proxy(&self, setting: Option<&str>, url: &url::Url) -> Result<Option<Proxy>, SendError> {
        let config = &self.inner.config;
        let proxies = self.inner.proxies.get_or_init(|| Proxies::new(&config.proxy_source));
        proxies.choose(setting.or(config.proxy.as_deref()), url)
    }

    /// The connections that are open.
    pub(super) fn pool(&self) -> &Pool {
        &self.inner.pool
    }

    /// Opens the client's certificate for a URL, before any clock runs: its passphrase may have to be typed.
    pub(super) async fn unlock(
        &self,
        terms: &Terms,
        url: &url::Url,
        passphrases: Option<&dyn Passphrases>,
    ) -> Result<(), SendError> {
        match self.certificate(url) {
            Some(number) => self.tls(terms, Some(number), url, passphrases).await.map(drop),
            None => Ok(()),
        }
    }

    /// The same for a URL as it is written, before anything else is done for a request that goes there.
    ///
    /// # Errors
    ///
    /// Why the certificate cannot be shown.
    pub async fn unlock_for(
        &self,
        url: &str,
        settings: &Settings,
        passphrases: &dyn Passphrases,
    ) -> Result<(), SendError> {
        super::send::unlock(self, url, settings, Some(passphrases)).await
    }

    /// The number of the certificate that a server is shown.
    pub(super) fn certificate(&self, url: &url::Url) -> Option<usize> {
        self.inner.config.certificates.iter().position(|own| own.is_for(url))
    }

    /// The way to a server, and the kind of connection that goes it; with the passphrase that opened it.
    pub(super) async fn route(
        &self,
        terms: &Terms,
        proxy: Option<&Proxy>,
        url: &url::Url,
        passphrases: Option<&dyn Passphrases>,
    ) -> Result<(Key, Route, Option<Secret>), SendError> {
        let certificate = self.certificate(url);
        let uses_tls = url.scheme() == "https" || proxy.is_some_and(Proxy::is_https);
        let tls = if uses_tls {
            Some(self.tls(terms, certificate, url, passphrases).await?)
        } else {
            None
        };
        let server = format!("{}://{}/", url.scheme(), Target::address(url));
        let server = server.parse().map_err(|_| Target::impossible(url))?;
        let key = Key {
            server,
            terms: terms.clone(),
            proxy: proxy.map(Proxy::key),
            certificate,
        };
        let (tls, passphrase) = tls.map(|tls| (tls.config, tls.passphrase)).unzip();
        let route = Route {
            server: key.server.clone(),
            proxy: proxy.cloned(),
            tls,
            version: terms.version,
            verify_tls: terms.verify,
            limit: self.config().connecting,
        };
        Ok((key, route, passphrase.flatten()))
    }

    /// The TLS configuration of a kind, made when it is first needed.
    pub(super) async fn tls(
        &self,
        terms: &Terms,
        certificate: Option<usize>,
        server: &url::Url,
        passphrases: Option<&dyn Passphrases>,
    ) -> Result<Tls, SendError> {
        let key = (terms.clone(), certificate);
        if let Some(made) = self.made().get(&key) {
            return Ok(made.clone());
        }
        let trust = if terms.verify {
            let file = self.inner.config.ca_file.as_deref();
            Trust::System(file.map(read_ca_file).transpose()?.unwrap_or_default())
        } else {
            Trust::Anything
        };
        let (identity, passphrase) = match certificate {
            Some(number) => {
                let certificate = &self.inner.config.certificates[number];
                let (identity, passphrase) = certificate.read(server, passphrases).await?;
                certificate.check(&identity)?;
                (Some(identity), passphrase)
            }
            None => (None, None),
        };
        let made = Tls {
            config: Arc::new(tls::config(trust, terms, identity)?),
            passphrase,
        };
        // Whoever was first while this one waited is the one whose sessions are resumed.
        Ok(self.made().entry(key).or_insert(made).clone())
    }

    fn made(&self) -> MutexGuard<'_, HashMap<TlsKey, Tls>> {
        self.inner.tls.lock().unwrap_or_else(PoisonError::into_inner)
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
