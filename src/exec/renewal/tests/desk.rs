//! A desk that hands out tokens and an API that checks them, with everything that can go wrong at one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::exec::renewal::TokenStore;
use crate::exec::{Pipeline, SendContext, Session};
use crate::exec::{fixture, fixture::pipeline};
use crate::model::edit::Edit;
use crate::model::request::Method as Verb;
use crate::model::token::{Pick, Token, TokenSource};
use crate::model::variable::{CurrentValue, Owner};
use crate::model::{Auth, Body, Entity, Group, NodeId, Outcome, Request};

/// How the desk behaves.
#[expect(clippy::struct_excessive_bools, reason = "each is something that can go wrong")]
#[derive(Clone, Debug, Default)]
pub struct Mood {
    /// How long a token lives.
    pub ttl: Duration,
    /// How long an answer takes.
    pub slow: Duration,
    /// What is wrong below is so every other time, from the first on.
    pub every_other: bool,
    /// Requests are answered with this status and an OAuth error.
    pub refuses: Option<u16>,
    /// 200, and an error in it.
    pub error_in_200: bool,
    /// The clock of the server is so far ahead; tokens are JWTs then.
    pub ahead: Option<SignedDuration>,
    /// JWTs that have expired before they leave.
    pub stale: bool,
    /// So many tokens are refused from the start.
    pub dead: usize,
    /// The API takes no token at all.
    pub nobody: bool,
    /// A token that has served a while is revoked at some time.
    pub revokes: bool,
    /// Whoever asks for a token is sent there.
    pub elsewhere: Option<String>,
}

/// What the desk knows.
#[derive(Debug, Default)]
pub struct Book {
    pub mood: Mood,
    /// Requests for a token, refreshing ones included.
    pub asked: usize,
    pub refreshed: usize,
    /// Requests for a token while another one was being answered.
    pub at_once: usize,
    /// Requests for a token while one had been given that is good for more than the last tenth of its life.
    pub needless: usize,
    /// Tokens that were handed out when none was good for more than half its life: so many were needed, however slow it is.
    pub lives: usize,
    asking: usize,
    given: HashMap<String, Given>,
    /// The refresh token that is good now.
    pub refresh: String,
    /// Refusals of the API.
    pub refused: usize,
    /// Tokens that were revoked.
    pub revoked: usize,
}

/// A token that is good.
#[derive(Debug)]
struct Given {
    end: Instant,
    served: usize,
}

/// How many requests a token has served at least before it is revoked: all that wait for it have then been sent again,
/// which happens once.
const SERVED: usize = 16;
/// One in so many requests has the token revoked that it was sent with.
const REVOKED: u32 = 2;
/// By how much the client's clock and ours may differ: its times are in whole milliseconds.
const SAME: Duration = Duration::from_millis(5);

#[derive(Clone, Default)]
pub struct Desk {
    pub book: Arc<Mutex<Book>>,
    pub base: String,
}

impl Desk {
    /// Opens a desk.
    pub async fn open(mood: Mood) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let desk = Self {
            book: Arc::new(Mutex::new(Book {
                mood,
                ..Book::default()
            })),
            base: format!("http://{}", listener.local_addr().expect("an address")),
        };
        let router = Router::new()
            .route("/token", post(token))
            .route("/refresh", post(refresh))
            .fallback(any(api))
            .with_state(desk.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        desk
    }

    pub fn with<T>(&self, work: impl FnOnce(&mut Book) -> T) -> T {
        work(&mut self.book.lock().expect("nobody panics with it"))
    }

    pub fn asked(&self) -> usize {
        self.with(|book| book.asked)
    }

    pub fn refused(&self) -> usize {
        self.with(|book| book.refused)
    }

    /// No token that was given is good any more.
    pub fn revoke(&self) {
        self.with(|book| book.given.clear());
    }
}

fn given(book: &mut Book) -> Response {
    let number = book.asked + book.refreshed;
    let ttl = book.mood.ttl;
    let now = Timestamp::now() + book.mood.ahead.unwrap_or_default();
    let opaque = format!("opaque-{number}");
    let stale = book.mood.stale && is_wrong(book);
    let value = if book.mood.ahead.is_some() || stale {
        let end = if stale {
            now - SignedDuration::from_mins(3)
        } else {
            now + SignedDuration::from_mins(10)
        };
        jwt(&json!({"n": number, "exp": end.as_second()}))
    } else {
        opaque
    };
    if !stale && number > book.mood.dead {
        let half = Instant::now() + ttl / 2;
        book.lives += usize::from(book.given.values().all(|given| given.end <= half));
        let (end, served) = (Instant::now() + ttl, 0);
        book.given.insert(value.clone(), Given { end, served });
    }
    book.refresh = format!("refresh-{number}");
    let mut body = json!({"access_token": value, "refresh_token": book.refresh});
    if book.mood.ahead.is_none() && !stale {
        body["expires_in"] = ttl.as_secs_f64().into();
    }
    let date = now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    (
        [
            ("date", date.as_str()),
            ("x-token", &format!("Bearer {value}")),
            ("set-cookie", &format!("sid={value}")),
        ],
        body.to_string(),
    )
        .into_response()
}

pub fn jwt(claims: &Value) -> String {
    use base64::Engine as _;
    let part = |value: &Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2ln", part(&json!({"alg": "RS256"})), part(claims))
}

/// Notes whether a token is asked for that need not be.
fn count(book: &mut Book) {
    book.at_once += usize::from(book.asking > 1);
    let last_tenth = Instant::now() + book.mood.ttl / 10 + SAME;
    book.needless += usize::from(book.given.values().any(|given| given.end > last_tenth));
}

/// Whether it is the turn of what is wrong.
fn is_wrong(book: &Book) -> bool {
    !book.mood.every_other || book.asked % 2 == 1
}

async fn token(State(desk): State<Desk>) -> Response {
    let slow = desk.with(|book| {
        book.asked += 1;
        book.asking += 1;
        count(book);
        book.mood.slow
    });
    tokio::time::sleep(slow).await;
    let error = json!({"error": "invalid_client", "error_description": "Unknown client."}).to_string();
    desk.with(|book| {
        book.asking -= 1;
        if let Some(place) = &book.mood.elsewhere {
            return (StatusCode::TEMPORARY_REDIRECT, [("location", place.clone())]).into_response();
        }
        match (book.mood.refuses, book.mood.error_in_200) {
            (Some(status), _) if is_wrong(book) => {
                (StatusCode::from_u16(status).expect("a status"), error).into_response()
            }
            (_, true) if is_wrong(book) => error.into_response(),
            _ => given(book),
        }
    })
}

async fn refresh(State(desk): State<Desk>, body: String) -> Response {
    desk.with(|book| {
        book.refreshed += 1;
        book.asking += 1;
        count(book);
        book.asking -= 1;
        if body == book.refresh && !body.is_empty() {
            given(book)
        } else {
            (StatusCode::BAD_REQUEST, json!({"error": "invalid_grant"}).to_string()).into_response()
        }
    })
}

async fn api(State(desk): State<Desk>, _method: Method, headers: HeaderMap) -> Response {
    let token = headers.get("authorization").and_then(|value| value.to_str().ok());
    let token = token
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default()
        .to_owned();
    desk.with(|book| {
        let given = book.given.get_mut(&token).filter(|given| given.end > Instant::now());
        let served = given.map(|given| {
            given.served += 1;
            given.served
        });
        let good = served.is_some() && !book.mood.nobody;
        book.refused += usize::from(!good);
        if book.mood.revokes && served.is_some_and(|served| served > SERVED) && rand::random_ratio(1, REVOKED) {
            book.given.clear();
            book.revoked += 1;
        }
        let status = if good { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        (status, token).into_response()
    })
}

/// A client of the desk: a session whose collection says where its token comes from, and a pipeline with a store whose pauses
/// last.
pub struct Client {
    pub session: Session,
    pub pipeline: Pipeline,
    pub nodes: Vec<NodeId>,
}

/// The number of the request that fetches the token, the one that renews it, and two that need it.
pub const TOKEN: usize = 0;
pub const GET: usize = 2;
pub const POST: usize = 3;

/// The source that most tests use.
pub fn source() -> TokenSource {
    TokenSource {
        pick: Pick::Body("$.access_token".into()),
        ..TokenSource::new("t", "token")
    }
}

impl Client {
    pub fn new(desk: &Desk, sources: Vec<TokenSource>) -> Self {
        let post = |name: &str, path: &str, body: &str| {
            let mut request = Request {
                method: Verb::new("POST"),
                auth: Auth::new(Auth::NONE),
                body: Body::Raw {
                    language: crate::model::body::Language::Text,
                    text: body.into(),
                },
                ..fixture::request(name, path, "", "")
            };
            request.set_full_url(path);
            request
        };
        let mut again = post("refresh", "{{base}}/refresh", "{{r}}");
        again.scripts.post_response =
            "if (pm.response.code == 200) pm.environment.set('r', pm.response.json().refresh_token)".into();
        let mut fetch = post("token", "{{base}}/token", "");
        fetch.scripts.post_response = again.scripts.post_response.clone();
        let inherits = Request {
            auth: Auth::default(),
            ..post("post", "{{base}}/x", "hello")
        };
        let get = fixture::request("get", "{{base}}/x", "", "");
        let group = Group {
            auth: Auth::new("bearer").with("token", "{{t}}"),
            tokens: sources,
            ..Group::named("API")
        };
        let (session, nodes) = fixture::session(&desk.base, group, vec![fetch, again, get, inherits]);
        let mut pipeline = pipeline();
        pipeline.tokens = Some(TokenStore::stopped());
        Self {
            session,
            pipeline,
            nodes,
        }
    }

    /// Sends a request and keeps what it wrote.
    pub async fn send(&mut self, request: usize) -> Outcome {
        let plan = self.session.plan(self.nodes[request]).expect("a request");
        let outcome = self.pipeline.send(plan, &SendContext::default()).await;
        self.session.keep(Some(self.nodes[request]), &outcome);
        outcome
    }

    /// The same as one of a run.
    pub async fn run(&mut self, request: usize) -> Outcome {
        let mut plan = self.session.plan(self.nodes[request]).expect("a request");
        plan.iteration.by_hand = None;
        let outcome = self.pipeline.send(plan, &SendContext::default()).await;
        self.session.keep(Some(self.nodes[request]), &outcome);
        outcome
    }

    /// Makes a request another one.
    pub fn change(&mut self, request: usize, change: impl FnOnce(&mut Request)) {
        let id = self.nodes[request];
        let workspace = Arc::make_mut(&mut self.session.workspace);
        let mut request = Request::clone(workspace.request(id).expect("a request"));
        change(&mut request);
        let entity = Entity::Request(Arc::new(request));
        workspace.apply(Edit::Replace { id, entity }).expect("an edit");
    }

    /// Gives the variable of the token a value, as the user would.
    pub fn set(&mut self, key: &str, value: &str) {
        let value = CurrentValue {
            value: Some(value.into()),
            set_by: CurrentValue::YOU.into(),
            set_at: Timestamp::now(),
            secret: false,
        };
        self.session.current.set(Owner::Environment("test".into()), key, value);
    }

    /// All tokens of the store are so much older, and the desk takes none of them any more.
    pub fn age(&self, desk: &Desk, by: SignedDuration) {
        let store = self.pipeline.tokens.as_ref().expect("a store");
        for (key, token) in store.all() {
            let mut token = Token::clone(&token);
            token.obtained_at -= by;
            token.expires_at = token.expires_at.map(|end| end - by);
            store.note(&key, Arc::new(token));
        }
        desk.revoke();
    }

    /// What the variable of the token holds.
    pub fn held(&self) -> Option<String> {
        let owner = Owner::Environment("test".into());
        let value = self.session.current.get(&owner, "t")?.value.clone()?;
        Some(crate::model::variable::display_value(&value))
    }
}

/// The status of what came back.
pub fn status(outcome: &Outcome) -> u16 {
    let response = outcome.exchange.as_ref().and_then(|exchange| exchange.response());
    response.map_or(0, |response| response.status)
}

/// Why nothing came back.
pub fn error(outcome: &Outcome) -> String {
    let exchange = outcome.exchange.as_ref().expect("an exchange");
    exchange.result.as_ref().expect_err("an error").to_string()
}
