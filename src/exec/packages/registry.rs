//! Talking to npm registries.

use std::sync::Arc;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::http::{Client, ClientConfig, Download};
use crate::model::package::{PackageId, Registries};
use crate::model::surrogates::without_halves;

/// The most that is taken of one answer, in bytes.
const MOST: u64 = 64 * 1024 * 1024;
/// What a name has besides letters in a path: a scope's slash is hidden, its sign is not.
const NAME: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'@')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// The short form of what a registry knows of a package.
const SHORT: &str = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*";

/// Why something could not be had from a registry.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The registry has nothing there.
    #[error("`{host}` has no package `{what}`")]
    Nothing {
        /// The registry's host.
        host: String,
        /// What was asked for.
        what: String,
    },
    /// It has something else to say.
    #[error("`{host}` answered {status} for `{what}`")]
    Status {
        /// The registry's host.
        host: String,
        /// What was asked for.
        what: String,
        /// The status, with its reason.
        status: String,
    },
    /// It could not be reached, or its answer not be read.
    #[error("cannot fetch `{what}` from `{host}`: {why}")]
    Network {
        /// The registry's host.
        host: String,
        /// What was asked for.
        what: String,
        /// What went wrong.
        why: String,
    },
}

/// The registries of one user, and a client for them. Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    client: Client,
    registries: Arc<Registries>,
}

impl Registry {
    /// A client as npm's settings and the program's own want it; whether certificates are checked is npm's to say.
    pub fn new(registries: Registries, config: &ClientConfig) -> Self {
        let config = ClientConfig {
            proxy: registries.proxy.clone().or_else(|| config.proxy.clone()),
            ca_file: config.ca_file.clone().or_else(|| registries.ca_file.clone()),
            insecure: !registries.strict_ssl,
            timeout: std::time::Duration::from_mins(2),
            certificates: Vec::new(),
            ..config.clone()
        };
        Self {
            client: Client::new(config),
            registries: Arc::new(registries),
        }
    }

    /// The tarball of a package, as it came.
    pub async fn tarball(&self, id: &PackageId) -> Result<Bytes, RegistryError> {
        let what = id.to_string();
        let name = id.name();
        let short = name.rsplit('/').next().unwrap_or(name);
        let usual = format!("{}{name}/-/{short}-{}.tgz", self.registries.of(name), id.version());
        match self.get(&usual, &what, "*/*").await {
            // Some registries keep them elsewhere, and say where.
            Err(error @ RegistryError::Nothing { .. }) => {
                let known = self.package(name).await?;
                let place = known["versions"][id.version()]["dist"]["tarball"].as_str();
                match place.filter(|place| *place != usual) {
                    Some(place) => self.get(place, &what, "*/*").await,
                    None => Err(error),
                }
            }
            other => other,
        }
    }

    /// What a registry knows of all versions of a package.
    pub async fn package(&self, name: &str) -> Result<Value, RegistryError> {
        let url = format!("{}{}", self.registries.of(name), utf8_percent_encode(name, NAME));
        let text = self.get(&url, name, SHORT).await?;
        let text = String::from_utf8_lossy(&text);
        serde_json::from_str(&without_halves(&text)).map_err(|error| RegistryError::Network {
            host: host(&url),
            what: name.to_owned(),
            why: format!("its answer is no JSON: {error}"),
        })
    }

    async fn get(&self, url: &str, what: &str, accept: &str) -> Result<Bytes, RegistryError> {
        let download = Download {
            url,
            accept,
            credentials: self
                .registries
                .authorization(url)
                .map(|value| (AUTHORIZATION, value.clone())),
            most: MOST,
        };
        let (host, what) = (host(url), what.to_owned());
        let answer = self
            .client
            .download(&download)
            .await
            .map_err(|error| RegistryError::Network {
                host: host.clone(),
                what: what.clone(),
                why: error.message,
            })?;
        match answer.status {
            200 => Ok(answer.bytes.into()),
            404 => Err(RegistryError::Nothing { host, what }),
            status => Err(RegistryError::Status {
                host,
                what,
                status: format!("{status} {}", answer.reason).trim().to_owned(),
            }),
        }
    }
}

/// A URL's host and port, all that is told of it.
fn host(url: &str) -> String {
    let url: Option<url::Url> = url.parse().ok();
    let host = url.as_ref().map(|url| (url.host_str().unwrap_or_default(), url.port()));
    match host {
        Some((host, Some(port))) => format!("{host}:{port}"),
        Some((host, None)) => host.to_owned(),
        None => String::new(),
    }
}
