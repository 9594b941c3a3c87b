//! The flows: from what a config says to tokens, over our own transport.

use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::listener::{Arrival, Listener, Page};
use super::person::{Person, Prompt, Reply, Todo};
use crate::auth;
use crate::auth::oauth2::{
    self, Brought, Config, DeviceCode, Discovered, Expected, Grant, Loopback, OAuthError, Pace, Tokens, pkce, request,
};
use crate::http::{Allowance, Client, Jar, Passphrases, SendContext};
use crate::model::exchange::{Response, SendErrorKind};
use crate::model::{Exchange, ResolvedRequest, Secret, Settings};

/// How long somebody has to sign in.
const PATIENCE: Duration = Duration::from_mins(5);
/// The most that is kept of an answer; tokens are small.
const LARGEST: usize = 4 << 20;
/// No device code is asked for more often.
const FASTEST: Duration = Duration::from_millis(50);

/// What all flows need.
#[derive(Clone)]
pub struct Flow {
    /// What requests go out by.
    pub client: Client,
    /// How the request that needs the token is sent: its proxy and its checks hold here too.
    pub settings: Settings,
    /// Stops it.
    pub cancel: CancellationToken,
    /// Where the passphrases of client certificates are: a token endpoint may want one (RFC 8705).
    pub passphrases: Option<Arc<dyn Passphrases>>,
    /// Who signs in; without anybody, grants that need a person fail at once.
    pub person: Option<Arc<dyn Person>>,
    /// How long they have.
    pub patience: Duration,
}

/// Tokens that were got.
#[derive(Clone, Debug)]
pub struct Obtained {
    /// The tokens.
    pub tokens: Tokens,
    /// When they came.
    pub at: Timestamp,
    /// The request that brought them; `None` where the browser did.
    pub exchange: Option<Box<Exchange>>,
}

/// Why none were got.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{error}")]
pub struct Failed {
    /// Why.
    pub error: OAuthError,
    /// The last request, if one was sent: its answer says more.
    pub exchange: Option<Box<Exchange>>,
}

impl From<OAuthError> for Failed {
    fn from(error: OAuthError) -> Self {
        Self { error, exchange: None }
    }
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flow")
            .field("patience", &self.patience)
            .finish_non_exhaustive()
    }
}

impl Flow {
    /// A flow that asks nobody.
    pub fn new(client: Client, settings: Settings, cancel: CancellationToken) -> Self {
        Self {
            client,
            settings,
            cancel,
            passphrases: None,
            person: None,
            patience: PATIENCE,
        }
    }

    /// Gets tokens from the start: with a person's help, where the grant needs one.
    ///
    /// # Errors
    ///
    /// Why there are none.
    pub async fn obtain(&self, mut config: Config) -> Result<Obtained, Failed> {
        if config.grant.needs_person() {
            self.somebody(&config)?;
        }
        let server = self.discover(&mut config).await?;
        match config.grant {
            Grant::ClientCredentials => self.token(&config, &server, request::Exchanged::Client).await,
            Grant::Password => self.token(&config, &server, request::Exchanged::Password).await,
            Grant::Code { .. } | Grant::Implicit => self.browser(&config, &server).await,
            Grant::Device => self.device(&config, &server).await,
        }
    }

    /// Gets the next tokens for a refresh token; where the server sends no new one, the old one stays.
    ///
    /// # Errors
    ///
    /// Why there are none: the caller may begin from the start.
    pub async fn refresh(&self, mut config: Config, token: &Secret) -> Result<Obtained, Failed> {
        let server = self.discover(&mut config).await?;
        let mut obtained = self.token(&config, &server, request::Exchanged::Refresh(token)).await?;
        obtained.tokens.refresh.get_or_insert_with(|| token.clone());
        Ok(obtained)
    }

    fn somebody(&self, config: &Config) -> Result<&Arc<dyn Person>, OAuthError> {
        let nobody = OAuthError::Unattended {
            grant: config.grant.label(),
        };
        self.person.as_ref().ok_or(nobody)
    }

    /// Asks the server where it listens, if the user has named it.
    async fn discover(&self, config: &mut Config) -> Result<Discovered, Failed> {
        if config.issuer.is_empty() {
            return Ok(Discovered::default());
        }
        let mut first = None;
        for place in oauth2::discovery_places(&config.issuer) {
            let asked = request::discovery(&place, &self.settings);
            let found = match self.ask(oauth2::DISCOVERY, asked).await {
                Ok((exchange, response)) => match oauth2::read_discovery(&config.issuer, &place, &response) {
                    Ok(found) => Ok(found),
                    Err(error) => Err(failed(error, exchange)),
                },
                Err(error) => Err(error),
            };
            match found {
                Ok(found) => {
                    found.fill(config);
                    config.check_endpoints()?;
                    return Ok(found);
                }
                Err(error) if error.error == OAuthError::Cancelled => return Err(error),
                Err(error) => drop(first.get_or_insert(error)),
            }
        }
        // All that is needed may have been given by hand.
        match (config.check_endpoints(), first) {
            (Err(_), Some(error)) => Err(error),
            _ => Ok(Discovered::default()),
        }
    }

    /// Sends a request; an answer of any kind is one.
    async fn ask(&self, endpoint: &'static str, request: ResolvedRequest) -> Result<(Exchange, Response), Failed> {
        let context = SendContext {
            cancel: self.cancel.clone(),
            passphrases: self.passphrases.clone(),
            allowance: Some(Arc::new(Allowance::new(LARGEST))),
            ..SendContext::new(Arc::new(Jar::new()))
        };
        let exchange = self.client.send(auth::sign(request).request, context).await;
        match &exchange.result {
            Ok(response) => {
                let response = response.clone();
                Ok((exchange, response))
            }
            Err(error) if error.kind == SendErrorKind::Cancelled => Err(OAuthError::Cancelled.into()),
            Err(error) => {
                let error = OAuthError::Unreachable {
                    endpoint,
                    message: error.message.clone(),
                    never_arrived: exchange.never_arrived(),
                    hint: error.hint.clone(),
                };
                Err(failed(error, exchange))
            }
        }
    }

    fn around<'a>(&'a self, server: &'a Discovered) -> request::Around<'a> {
        request::Around {
            settings: &self.settings,
            known: &server.client_authentication,
            issuer: Some(server.issuer.as_str()).filter(|issuer| !issuer.is_empty()),
            now: Timestamp::now(),
        }
    }

    /// Asks the token endpoint.
    async fn token(
        &self,
        config: &Config,
        server: &Discovered,
        exchanged: request::Exchanged<'_>,
    ) -> Result<Obtained, Failed> {
        let request = request::token(config, &exchanged, self.around(server))?;
        let (mut exchange, response) = self.ask(oauth2::TOKEN, request).await?;
        match oauth2::token_answer(&response, &exchange.redactor) {
            Ok(tokens) => {
                exchange.redactor = exchange.redactor.with(tokens.secrets());
                Ok(Obtained {
                    tokens,
                    at: Timestamp::now(),
                    exchange: Some(Box::new(exchange)),
                })
            }
            Err(error) => Err(failed(error, exchange)),
        }
    }

    /// In the browser: begins there, waits for it to come back, and exchanges what it brings.
    async fn browser(&self, config: &Config, server: &Discovered) -> Result<Obtained, Failed> {
        let person = self.somebody(config)?;
        let implicit = config.grant == Grant::Implicit;
        let mut listener = match Loopback::of(&config.redirect_uri, config.port) {
            Some(place) => Some(Listener::open(place, implicit).await?),
            None => None,
        };
        let back = listener
            .as_ref()
            .map_or(&config.redirect_uri, |listener| &listener.uri)
            .clone();
        let made_up = |given: &str| {
            if given.is_empty() {
                pkce::random()
            } else {
                Secret::new(given)
            }
        };
        let verifier = match config.grant {
            Grant::Code { pkce: Some(_) } => Some(made_up(config.verifier.reveal())),
            _ => None,
        };
        let expected = Expected {
            state: made_up(&config.state),
            issuer: Some(server.issuer.clone()).filter(|issuer| !issuer.is_empty()),
            must_name_issuer: server.names_issuer,
        };
        let url = request::authorization(config, &back, expected.state.reveal(), verifier.as_ref())?;
        let prompt = Prompt {
            token: config.label(),
            what: Todo::Browser {
                url,
                back: back.clone(),
                listens: listener.is_some(),
                wrong: None,
            },
            until: later(self.patience),
        };
        match self.came_back(person, prompt, listener.as_mut(), &expected).await? {
            Brought::Code(code) => {
                drop(listener);
                let exchanged = request::Exchanged::Code {
                    code: &code,
                    redirect_uri: &back,
                    verifier: verifier.as_ref(),
                };
                self.token(config, server, exchanged).await
            }
            Brought::Tokens(tokens) => Ok(Obtained {
                tokens: *tokens,
                at: Timestamp::now(),
                exchange: None,
            }),
        }
    }

    /// Waits for the browser, or for its address to be pasted.
    async fn came_back(
        &self,
        person: &Arc<dyn Person>,
        mut prompt: Prompt,
        mut listener: Option<&mut Listener>,
        expected: &Expected,
    ) -> Result<Brought, OAuthError> {
        let mut late = pin!(tokio::time::sleep(self.patience));
        let mut reply = person.ask(prompt.clone());
        loop {
            tokio::select! {
                () = self.cancel.cancelled() => return Err(OAuthError::Cancelled),
                () = &mut late => return Err(OAuthError::Late(self.patience)),
                arrival = next(listener.as_deref_mut()) => {
                    let judged = expected.check(&arrival.query);
                    arrival.show(match &judged {
                        Ok(_) => Page::Done,
                        Err(OAuthError::State) => Page::Stranger,
                        Err(error) => Page::Failed(error.to_string()),
                    });
                    if judged != Err(OAuthError::State) {
                        return judged;
                    }
                }
                answered = &mut reply => match answered {
                    Reply::Cancelled => return Err(OAuthError::Cancelled),
                    Reply::Nobody => return Err(OAuthError::Unheard),
                    Reply::Pasted(text) => match expected.check_pasted(&text) {
                        Err(error @ (OAuthError::State | OAuthError::Pasted(_))) => {
                            if let Todo::Browser { wrong, .. } = &mut prompt.what {
                                *wrong = Some(error.to_string());
                            }
                            reply = person.ask(prompt.clone());
                        }
                        judged => return judged,
                    },
                },
            }
        }
    }

    /// With a code that is typed on another device.
    async fn device(&self, config: &Config, server: &Discovered) -> Result<Obtained, Failed> {
        let person = self.somebody(config)?;
        let asked = request::device(config, self.around(server))?;
        let (exchange, response) = self.ask(oauth2::DEVICE, asked).await?;
        let code = oauth2::device_answer(&response, &exchange.redactor).map_err(|error| failed(error, exchange))?;
        let reply = person.ask(Prompt {
            token: config.label(),
            what: Todo::Device {
                code: code.user.clone(),
                url: code.url.clone(),
                complete: code.complete.clone(),
            },
            until: later(code.lasts),
        });
        tokio::select! {
            polled = self.poll(config, server, &code) => polled,
            () = tokio::time::sleep(code.lasts) => Err(OAuthError::Late(code.lasts).into()),
            () = refused(reply) => Err(OAuthError::Cancelled.into()),
        }
    }

    /// Asks again and again, at the server's pace, until there is a token or a last word.
    async fn poll(&self, config: &Config, server: &Discovered, code: &DeviceCode) -> Result<Obtained, Failed> {
        let mut pace = Pace::new(code.interval.max(FASTEST));
        loop {
            tokio::select! {
                () = self.cancel.cancelled() => return Err(OAuthError::Cancelled.into()),
                () = tokio::time::sleep(pace.interval()) => {}
            }
            match self
                .token(config, server, request::Exchanged::Device(&code.device))
                .await
            {
                Ok(obtained) => return Ok(obtained),
                Err(Failed { error, exchange }) => {
                    pace.after(error).map_err(|error| Failed { error, exchange })?;
                }
            }
        }
    }
}

/// The next browser; never one where nobody listens.
async fn next(listener: Option<&mut Listener>) -> Arrival {
    match listener {
        Some(listener) => listener.next().await,
        None => std::future::pending().await,
    }
}

/// Ends when the user gives up; there is nothing to paste for a device.
async fn refused(reply: impl Future<Output = Reply>) {
    if let Reply::Pasted(_) = reply.await {
        std::future::pending::<()>().await;
    }
}

fn failed(error: OAuthError, exchange: Exchange) -> Failed {
    Failed {
        error,
        exchange: Some(Box::new(exchange)),
    }
}

/// So much later than now.
fn later(by: Duration) -> Timestamp {
    let now = Timestamp::now();
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}
