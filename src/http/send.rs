//! One send: hop after hop until an answer, an error, the time limit or the user ends it.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use http::Version;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use url::Url;
use uuid::Builder;

use super::body::{BodyFiles, Outgoing, Shown};
use super::client::{Client, ClientConfig, TrustedFiles};
use super::connect::Route;
use super::cookies::{self, Jar};
use super::error::{self, Failed};
use super::head::quoted;
use super::headers::Lines;
use super::identity::{Passphrases, Standing};
use super::pool::{Answer, Key, Outbound};
use super::proxy::Proxy;
use super::receive;
use super::redirect::{self, HopRequest, MAX_REDIRECTS};
use super::room::{Allowance, Room};
use super::target::Target;
use super::tls::Terms;
use super::trace::{Progress, Trace};
use crate::auth::SignedRequest;
use crate::model::exchange::{
    Connection, Cookie, Exchange, Heads, Hop, Phase, Response, SendError, SendErrorKind, SentRequest, Timings,
};
use crate::model::settings::{HttpVersion, Settings};

/// Told once, if the response is long in coming: the exchange so far, whose body still grows.
pub type Arriving = Arc<dyn Fn(Exchange) + Send + Sync>;

/// What a send needs besides the request.
#[derive(Clone)]
pub struct SendContext {
    /// Cancelling it ends the send at once.
    pub cancel: CancellationToken,
    /// Told of every step.
    pub progress: Progress,
    /// Told when a response may be looked at before its end; not of a 401 or 407, which may be sent again.
    pub arriving: Option<Arriving>,
    /// The workspace's cookies.
    pub cookies: Arc<Jar>,
    /// Where the passphrases of client certificates are that no setting holds; without it they are not looked up.
    pub passphrases: Option<Arc<dyn Passphrases>>,
    /// What may be kept of responses beside the client's own limit; `None` shares with nobody.
    pub allowance: Option<Arc<Allowance>>,
    /// Whether a redirect that would take the body or secret headers to another server is an error: nobody has asked for this
    /// send.
    pub unasked: bool,
}

impl SendContext {
    /// A context nobody watches or cancels.
    pub fn new(cookies: Arc<Jar>) -> Self {
        Self {
            cancel: CancellationToken::new(),
            progress: Arc::new(|_| {}),
            arriving: None,
            cookies,
            passphrases: None,
            allowance: None,
            unasked: false,
        }
    }
}

impl fmt::Debug for SendContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendContext")
            .field("cookies", &self.cookies)
            .finish_non_exhaustive()
    }
}

/// What is known so far; stays when the send is cut off.
struct Progressing<'a> {
    client: &'a Client,
    signed: &'a SignedRequest,
    context: &'a SendContext,
    exchange: Exchange,
    trace: Arc<Trace>,
    shown: Shown,
    started: Instant,
    /// The response whose body is being read.
    arrived: Option<Response>,
    /// The cookies that the answer set, and whether the jar has them.
    cookies: Vec<Cookie>,
    /// The trace of the hop that goes on, for who watches from outside.
    watched: Arc<Mutex<Arc<Trace>>>,
}

/// Sends a request; see [`Client::send`].
pub(super) async fn send(client: &Client, signed: &SignedRequest, context: &SendContext) -> Exchange {
    let own = signed.settings().timeout;
    let limit = own.unwrap_or(client.config().timeout);
    // Who wants no limit wants none of any kind.
    let silence = if own == Some(Duration::ZERO) {
        Duration::ZERO
    } else {
        client.config().silence
    };
    let unlocked = tokio::select! {
        biased;
        () = context.cancel.cancelled() => Err(error::cancelled(Phase::Preparing, false)),
        unlocked = unlock(client, signed.url(), signed.settings(), context.passphrases.as_deref()) => unlocked,
    };
    let mut run = Progressing::new(client, signed, context);
    if let Err(error) = unlocked {
        return run.finish(Err(error));
    }
    let watched = Arc::clone(&run.watched);
    let result = tokio::select! {
        biased;
        () = context.cancel.cancelled() => Err(Cut::Cancelled),
        () = late(limit, &watched) => Err(Cut::Late),
        () = silent(silence, &watched) => Err(Cut::Silent),
        result = run.hops() => Ok(result),
    };
    let marks = run.trace.snapshot();
    let phase = marks.phase;
    let result = result.unwrap_or_else(|cut| {
        Err(match cut {
            Cut::Late => {
                let from = own.map_or(client.config().timeout_from, |_| ClientConfig::SETTINGS);
                error::timeout(limit, from, phase)
            }
            Cut::Silent => error::silent(silence, phase),
            Cut::Cancelled => error::cancelled(phase, marks.went_out() || !run.exchange.hops.is_empty()),
        })
    });
    run.finish(result)
}

/// Opens the client's certificate for the server, if there is one for it: no time limit holds for who types a passphrase.
pub(super) async fn unlock(
    client: &Client,
    url: &str,
    settings: &Settings,
    passphrases: Option<&dyn Passphrases>,
) -> Result<(), SendError> {
    if client.config().certificates.is_empty() {
        return Ok(());
    }
    // A URL that is none is told of later.
    let Ok(target) = Target::new(url) else {
        return Ok(());
    };
    let terms = Terms::of(settings, client.config().insecure);
    client.unlock(&terms, &target.url, passphrases).await
}

/// What ended a send before its time.
enum Cut {
    Cancelled,
    Late,
    Silent,
}

/// Waits until nothing has happened for so long.
async fn silent(limit: Duration, watched: &Mutex<Arc<Trace>>) {
    if limit.is_zero() {
        std::future::pending::<()>().await;
    }
    loop {
        let silence = watched.lock().unwrap_or_else(PoisonError::into_inner).silence();
        if silence >= limit {
            return;
        }
        tokio::time::sleep(limit.saturating_sub(silence)).await;
    }
}

/// Waits until the server has had so much time.
async fn late(limit: Duration, watched: &Mutex<Arc<Trace>>) {
    /// So often it is looked whether somebody else is still waited for.
    const OFTEN: Duration = Duration::from_millis(50);
    if limit.is_zero() {
        std::future::pending::<()>().await;
    }
    let started = Instant::now();
    let mut left = limit;
    while !left.is_zero() {
        tokio::time::sleep(left).await;
        let trace = Arc::clone(&watched.lock().unwrap_or_else(PoisonError::into_inner));
        let (goes_on, apart) = trace.waited_apart();
        left = limit.saturating_add(apart).saturating_sub(started.elapsed());
        if goes_on {
            left = left.max(OFTEN);
        }
    }
}

impl<'a> Progressing<'a> {
    fn new(client: &'a Client, signed: &'a SignedRequest, context: &'a SendContext) -> Self {
        let request = SentRequest {
            method: signed.method().clone(),
            url: signed.url().to_owned(),
            version: receive::version_name(Version::HTTP_11).to_owned(),
            headers: signed.headers().to_vec(),
            body: bytes::Bytes::new(),
            body_len: 0,
        };
        let trace = Trace::new(Arc::clone(&context.progress));
        Self {
            client,
            signed,
            context,
            exchange: Exchange {
                started: Timestamp::now(),
                request,
                result: Err(SendError::new(SendErrorKind::Cancelled, "not sent")),
                hops: Vec::new(),
                timings: Timings::default(),
                connection: Connection::default(),
                redactor: signed.redactor().clone(),
                warnings: Vec::new(),
            },
            watched: Arc::new(Mutex::new(Arc::clone(&trace))),
            trace,
            shown: Shown::default(),
            started: Instant::now(),
            arrived: None,
            cookies: Vec::new(),
        }
    }

    /// What came, with the error that ended it.
    fn finish(mut self, result: Result<(), SendError>) -> Exchange {
        let redactor = &self.exchange.redactor;
        let redacted = |mut error: SendError| {
            error.message = redactor.redact(&error.message);
            for cause in &mut error.causes {
                *cause = redactor.redact(cause);
            }
            error
        };
        let error = result.err().map(redacted);
        self.exchange.result = match (self.arrived.take(), error) {
            (Some(mut response), error) => {
                let own = response.truncated.take().map(|own| redacted(*own));
                response.truncated = error.or(own).map(Box::new);
                Ok(response)
            }
            (None, Some(error)) => Err(error),
            (None, None) => Err(SendError::new(SendErrorKind::Protocol, "there is no answer")),
        };
        for warning in &mut self.exchange.warnings {
            *warning = redactor.redact(warning);
        }
        self.exchange.request.body = self.shown.bytes();
        let marks = self.trace.snapshot();
        self.exchange.connection.taken |= marks.went_out();
        self.exchange.timings = marks.timings(self.started.elapsed());
        self.exchange
    }

    /// Hop after hop.
    async fn hops(&mut self) -> Result<(), SendError> {
        self.trace.phase(Phase::Preparing);
        let mut hop = self.first_hop().await?;
        let settings = self.signed.settings();
        let limit = settings.max_redirects.unwrap_or(MAX_REDIRECTS);
        let follows = self.client.config().follow_redirects;
        // Not of the system's randomness, which takes longer than the rest: it only makes each request another.
        let token = Builder::from_random_bytes(rand::random()).into_uuid().to_string();
        loop {
            let mut response = self.hop(&hop, &token).await?;
            let status = response.head.status;
            let location = redirect::location(status, response.head.values("location").next());
            let Some(location) = location.filter(|_| settings.follow_redirects.unwrap_or(follows)) else {
                let mut head = receive::head(&mut response, &mut self.exchange.warnings);
                head.cookies = std::mem::take(&mut self.cookies);
                let room = Room {
                    limit: self.client.config().body_limit,
                    shared: self.context.allowance.clone(),
                };
                let tell = self.context.arriving.clone();
                let tell = tell.filter(|_| !matches!(head.status, 401 | 407));
                let arriving = tell.map(|tell| {
                    let exchange = self.exchange.clone();
                    let tell = move |response| {
                        let result = Ok(response);
                        tell(Exchange { result, ..exchange });
                    };
                    Box::new(tell) as Box<dyn FnOnce(Response) + Send>
                });
                let reading = receive::Reading {
                    room,
                    keeping: self.client.config().keeping.clone(),
                    trace: &self.trace,
                    warnings: &mut self.exchange.warnings,
                    arriving,
                };
                receive::body(response, self.arrived.insert(head), reading).await;
                return Ok(());
            };
            let mut heads = Heads::new(&self.exchange.request.headers, &response.head.lines);
            receive::version_name(response.head.version).clone_into(&mut heads.version);
            heads.reason = std::mem::take(&mut response.head.reason);
            heads.cookies = std::mem::take(&mut self.cookies);
            receive::drain(response).await;
            self.trace.finished();
            let marks = self.trace.snapshot();
            self.exchange.hops.push(Hop {
                method: hop.method.clone(),
                url: hop.url.to_string(),
                status,
                location: location.clone(),
                again: None,
                dropped: Vec::new(),
                reused: marks.reused(),
                timings: marks.timings(marks.took()),
                heads,
            });
            if self.exchange.hops.len() > usize::try_from(limit).unwrap_or(usize::MAX) {
                return Err(SendError::new(
                    SendErrorKind::Redirect,
                    format!(
                        "more than {limit} redirects, the last one to `{}`",
                        quoted(location.as_bytes())
                    ),
                )
                .code(SendError::TOO_FAR)
                .hint("it is probably a loop; turn off following redirects to see the first answer"));
            }
            let next = redirect::next(&hop, status, &location, self.signed)?;
            let is_secret = |value: &String| self.exchange.redactor.redact(value) != *value;
            let carries = || !next.body.is_empty() || next.headers.iter().any(|(_, value)| is_secret(value));
            if self.context.unasked && !redirect::is_same_server(&hop.url, &next.url) && carries() {
                let to = quoted(location.as_bytes());
                let text = format!("it redirects to `{to}`, and what a token is fetched with is sent to nobody else");
                let error = SendError::new(SendErrorKind::Redirect, text);
                return Err(error.hint("if that is the right place, make it the URL of the request"));
            }
            if let Some(last) = self.exchange.hops.last_mut() {
                last.dropped = redirect::dropped(&hop, &next);
            }
            hop = next;
            self.exchange.redactor = self.exchange.redactor.with(std::mem::take(&mut hop.secrets));
        }
    }

    /// The request before any redirect, checked.
    async fn first_hop(&mut self) -> Result<HopRequest, SendError> {
        let target = Target::new(self.signed.url())?;
        self.exchange.redactor = self.exchange.redactor.with(target.secrets);
        self.exchange.request.url = Target::sent(&target.url, &target.written);
        let method = self.signed.method().clone();
        if !method.is_valid() {
            return Err(SendError::new(
                SendErrorKind::Request,
                format!("`{}` is no method", method.as_str().escape_debug()),
            )
            .hint("a method is one word, such as `GET`"));
        }
        let config = self.client.config();
        let files = BodyFiles {
            dir: &config.working_dir,
            only_there: config.trusted == TrustedFiles::OnlyInWorkingDir,
        };
        let body = Outgoing::new(self.signed, files, &mut self.exchange.warnings).await;
        Ok(HopRequest {
            method,
            url: target.url,
            written: target.written,
            headers: self.signed.headers().to_vec(),
            body,
            basic: target.user_info,
            secrets: Vec::new(),
            referer: None,
        })
    }

    /// One request and the head of its answer.
    async fn hop(&mut self, hop: &HopRequest, token: &str) -> Result<Answer, SendError> {
        let settings = self.signed.settings();
        let config = self.client.config();
        self.trace = Trace::new(Arc::clone(&self.context.progress));
        *self.watched.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&self.trace);
        self.exchange.connection = Connection::default();
        let uses_cookies = settings.cookies.unwrap_or(true);
        let proxy = self.client.proxy(settings.proxy.as_deref(), &hop.url)?;
        if let Some(proxy) = &proxy {
            self.exchange.redactor = self.exchange.redactor.with(proxy.secrets());
        }
        let mut warnings = Vec::new();
        let headers = Lines {
            user: &hop.headers,
            disabled: &settings.disabled_headers,
            method: hop.method.as_str(),
            body: &hop.body,
            user_agent: &config.user_agent,
            token,
            host: &Target::host(&hop.url),
            basic: hop.basic.as_ref().map(crate::model::Secret::reveal),
            cookie: self.context.cookies.header(&hop.url).filter(|_| uses_cookies),
            had_cookie: self
                .exchange
                .request
                .headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case("cookie")),
            redirected: !self.exchange.hops.is_empty(),
            referer: hop.referer.as_deref(),
            authorized_late: self.signed.is_authorized_late(),
            proxy_authorization: proxy.as_ref().and_then(|proxy| proxy.authorization(&hop.url)),
        }
        .assemble(&mut warnings)?;
        // Each hop would say the same again.
        if self.exchange.hops.is_empty() {
            self.exchange.warnings.append(&mut warnings);
        }

        let version = settings.http_version.unwrap_or_default();
        let expected = if version == HttpVersion::Http2 {
            Version::HTTP_2
        } else {
            Version::HTTP_11
        };
        self.exchange.request = SentRequest {
            method: hop.method.clone(),
            url: Target::sent(&hop.url, &hop.written),
            version: receive::version_name(expected).to_owned(),
            headers: headers.on_the_wire(expected),
            body: bytes::Bytes::new(),
            body_len: hop.body.len(),
        };

        let terms = Terms::of(settings, config.insecure);
        let (key, route) = self.route(&terms, proxy.as_ref(), &hop.url).await?;
        let (trace, shown) = (&self.trace, &self.shown);
        let body = || hop.body.stream(trace, shown);
        let request = Outbound {
            method: http::Method::from_bytes(hop.method.as_str().as_bytes())
                .map_err(|_| SendError::new(SendErrorKind::Request, format!("`{}` is no method", hop.method)))?,
            head: headers.head(hop.method.as_str(), &line_target(hop, proxy.as_ref())),
            uri: line_uri(hop)?,
            headers: &headers.map,
            body: &body,
        };
        let answer = trace.scope(self.client.pool().exchange(&key, &route, &request)).await;
        let marks = self.trace.snapshot();
        self.exchange.connection.tls.clone_from(&marks.refused);
        let response = answer.map_err(|failure| {
            let failed = Failed {
                url: &hop.url,
                proxy: proxy.as_ref().map(Proxy::url),
                marks: &marks,
                offered: terms.offered(),
                certificate: Standing::of(&config.certificates, &hop.url),
            };
            error::explain(failure, &failed)
        })?;
        self.trace.answered();

        // Only now it is known what TLS negotiated.
        let sent = if response.head.version >= Version::HTTP_2 {
            Version::HTTP_2
        } else {
            Version::HTTP_11
        };
        if sent != expected {
            self.exchange.request.headers = headers.on_the_wire(sent);
            receive::version_name(sent).clone_into(&mut self.exchange.request.version);
        }
        self.exchange.connection = Connection {
            remote: response.ends.remote,
            local: response.ends.local,
            reused: marks.reused(),
            taken: true,
            resent: marks.resent,
            tls: response.ends.tls.clone(),
        };
        self.take_cookies(&response, &hop.url, uses_cookies);
        Ok(response)
    }

    /// The way to a server; what opened the client's certificate for it is secret from here on.
    async fn route(&mut self, terms: &Terms, proxy: Option<&Proxy>, url: &Url) -> Result<(Key, Route), SendError> {
        let passphrases = self.context.passphrases.as_deref();
        let way = self.client.route(terms, proxy, url, passphrases);
        let (key, mut route, passphrase) = way.await?;
        // Who wants no limit wants none of any kind.
        if self.signed.settings().timeout == Some(Duration::ZERO) {
            route.limit = Duration::ZERO;
        }
        self.exchange.redactor = self.exchange.redactor.with(passphrase);
        Ok((key, route))
    }

    /// Notes the cookies of an answer, and keeps them in the jar where they are wanted.
    fn take_cookies(&mut self, response: &Answer, url: &Url, keeps: bool) {
        let jar = &self.context.cookies;
        let (mut all, mut kept, mut ended) = (0, 0, 0);
        self.cookies.clear();
        for value in response.head.values("set-cookie") {
            let value = cookies::text(value);
            let mut cookie = cookies::parse(&value, url);
            if keeps {
                // Of more than the jar takes of all its servers' domains together nobody looks at the rest.
                let within = all < 10 * Jar::MOST_OF_A_DOMAIN;
                let taken = if within {
                    jar.take(url, &value)
                } else {
                    Err(Jar::TOO_MANY)
                };
                all += 1;
                // One that is taken back is none to be kept.
                let is_over = taken == Err(Jar::ENDED) || cookie.as_ref().is_some_and(has_ended);
                ended += usize::from(is_over);
                kept += usize::from(taken.is_ok() && !is_over);
                if let Some(cookie) = &mut cookie {
                    cookie.more.refused = taken.err().filter(|why| *why != Jar::ENDED);
                }
            }
            self.cookies.extend(cookie);
        }
        all -= ended;
        if all > Jar::MOST_OF_A_DOMAIN {
            // The later ones took the place of others.
            let there = jar.list();
            let there: HashSet<(&str, &str, &str)> = there.iter().map(place).collect();
            kept = kept.min(
                self.cookies
                    .iter()
                    .filter(|cookie| there.contains(&place(cookie)))
                    .count(),
            );
        }
        if all > Jar::MOST_OF_A_DOMAIN && kept < all {
            let refused = all - kept;
            let warning = format!("{refused} of the {all} cookies are not kept: there are too many");
            self.exchange.warnings.push(warning);
        }
    }
}

/// Whether a server takes a cookie back with this.
fn has_ended(cookie: &Cookie) -> bool {
    cookie.expires.is_some_and(|end| end <= Timestamp::now())
}

/// Where a cookie belongs: domain, path, name.
fn place(cookie: &Cookie) -> (&str, &str, &str) {
    (cookie.domain.trim_start_matches('.'), &cookie.path, &cookie.name)
}

/// What stands between the method and the version: the whole URL for a proxy that does the rest (RFC 9112, section 3.2).
fn line_target(hop: &HopRequest, proxy: Option<&Proxy>) -> String {
    if hop.method.as_str() == "CONNECT" {
        return Target::address(&hop.url);
    }
    if hop.url.scheme() == "http" && proxy.is_some_and(Proxy::is_http) {
        return format!("http://{}{}", Target::host(&hop.url), hop.written);
    }
    hop.written.clone()
}

/// The URL for HTTP/2; what was written is taken if the library takes it.
fn line_uri(hop: &HopRequest) -> Result<http::Uri, SendError> {
    let (scheme, host) = (hop.url.scheme(), Target::host(&hop.url));
    let written = format!("{scheme}://{host}{}", hop.written).parse();
    written
        .or_else(|_| hop.url[..url::Position::AfterQuery].parse())
        .map_err(|_| Target::impossible(&hop.url))
}
