//! An authorization server that checks everything it is told, written against the standards and not against postrider.
//!
//! ```text
//! /auth       checks client, redirect URI, scope, PKCE; signs everybody in at once and sends the browser back
//! /token      checks who the client is in each of five ways, and each grant; refresh tokens are good once
//! /api        lets in whoever has a token that is live
//! /device     gives codes; `approve` and `deny` are what the person at the other device does
//! ```

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{any, get, post};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The client's secret: its characters are those that go wrong where they are not encoded.
pub const SECRET: &str = "p:s+s w%rd&é";
/// The user's password.
pub const PASSWORD: &str = "gehe:im&=";

/// Who asks, by id: how it must prove who it is.
const CLIENTS: [(&str, &str); 5] = [
    ("basic:client", "client_secret_basic"),
    ("body", "client_secret_post"),
    ("public", "none"),
    ("jwt", "client_secret_jwt"),
    ("key", "private_key_jwt"),
];

/// How it behaves, beside what it must.
#[derive(Clone, Default)]
pub struct Manners {
    /// What `iss` says when the browser is sent back, in place of nothing.
    pub names: Option<String>,
    /// What the discovery document says the issuer is, in place of the truth.
    pub claims: Option<String>,
    /// Refuses to sign anybody in.
    pub denies: bool,
    /// Sends no refresh token when one is used.
    pub keeps_refresh: bool,
    /// How long device codes are good, in seconds.
    pub device_lasts: f64,
    /// The state the browser is sent back with, when it is to be another.
    pub state: Option<String>,
}

#[derive(Default)]
struct Inner {
    base: String,
    manners: Manners,
    codes: HashMap<String, HashMap<String, String>>,
    refresh: HashSet<String>,
    live: HashMap<String, f64>,
    let_in: usize,
    devices: HashMap<String, &'static str>,
    jtis: HashSet<String>,
    asked: Vec<String>,
    /// Codes, verifiers, proofs and tokens: what nobody else may know.
    secrets: Vec<String>,
    next: u64,
    off: f64,
}

/// The server, until it is dropped with the test's runtime.
#[derive(Clone, Default)]
pub struct Server(Arc<Mutex<Inner>>);

impl Server {
    pub async fn start(manners: Manners) -> Self {
        let server = Self::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        {
            let mut inner = server.lock();
            inner.base = format!("http://{}", listener.local_addr().unwrap());
            inner.manners = manners;
        }
        let router = Router::new()
            .route("/auth", get(authorize))
            .route("/token", post(token))
            .route("/device", post(device))
            .route("/api", any(api))
            .route("/.well-known/openid-configuration", get(discovery))
            .with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    pub fn base(&self) -> String {
        self.lock().base.clone()
    }

    /// What the token endpoint was asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.lock().asked.clone()
    }

    /// What nobody else may know of all that went over the wire.
    pub fn secrets(&self) -> Vec<String> {
        self.lock().secrets.clone()
    }

    /// Takes back all tokens.
    pub fn revoke(&self) {
        self.lock().live.clear();
    }

    /// Takes back all refresh tokens.
    pub fn forget_refresh(&self) {
        self.lock().refresh.clear();
    }

    /// How many requests of the API had a live token.
    pub fn let_in(&self) -> usize {
        self.lock().let_in
    }

    /// Says who it is when it sends the browser back.
    pub fn name(&self, names: Option<String>) {
        self.lock().manners.names = names;
    }

    /// Puts its clock so many seconds off.
    pub fn shift(&self, seconds: f64) {
        self.lock().off = seconds;
    }

    /// What the person at the other device decides for all codes there are.
    pub fn decide(&self, word: &'static str) {
        self.lock().devices.values_mut().for_each(|state| *state = word);
    }
}

impl Inner {
    fn new_id(&mut self, kind: &str) -> String {
        self.next += 1;
        let id = format!("{kind}-{:08}-{}", self.next, uuid::Uuid::new_v4().simple());
        self.secrets.push(id.clone());
        id
    }
}

fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64()
}

type Form = HashMap<String, String>;

fn refuse(status: u16, error: &str, description: &str) -> Response {
    let body = json!({"error": error, "error_description": description});
    (StatusCode::from_u16(status).unwrap(), axum::Json(body)).into_response()
}

async fn discovery(State(server): State<Server>) -> axum::Json<Value> {
    let inner = server.lock();
    let base = &inner.base;
    axum::Json(json!({
        "issuer": inner.manners.claims.as_ref().unwrap_or(base),
        "authorization_endpoint": format!("{base}/auth"),
        "token_endpoint": format!("{base}/token"),
        "device_authorization_endpoint": format!("{base}/device"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "none"],
        "authorization_response_iss_parameter_supported": true,
    }))
}

async fn authorize(State(server): State<Server>, Query(pairs): Query<Vec<(String, String)>>) -> Response {
    let mut inner = server.lock();
    let query: Form = pairs.iter().cloned().collect();
    if query.len() != pairs.len() {
        return refuse(400, "invalid_request", "a parameter stands there twice");
    }
    let get = |name: &str| query.get(name).map_or("", String::as_str);
    let Some((client, _)) = CLIENTS.iter().find(|(id, _)| *id == get("client_id")) else {
        return refuse(400, "invalid_client", "unknown");
    };
    let back = get("redirect_uri");
    let known = [
        "http://127.0.0.1:",
        "http://localhost:",
        "https://oauth.pstmn.io/v1/callback",
    ];
    if !known.iter().any(|start| back.starts_with(start)) {
        return refuse(400, "invalid_request", "redirect_uri");
    }
    let mut url = url::Url::parse(back).unwrap();
    let mut answer = vec![("state", inner.manners.state.clone().unwrap_or(get("state").to_owned()))];
    answer.extend(inner.manners.names.clone().map(|name| ("iss", name)));
    let public_without_proof = *client == "public" && get("code_challenge").is_empty();
    if inner.manners.denies || public_without_proof || get("scope") != "openid a" {
        answer.push(("error", "access_denied".into()));
        answer.push(("error_description", "<b>not</b> you".into()));
    } else if get("response_type") == "token" {
        let token = inner.new_id("at");
        url.set_fragment(Some(&format!(
            "access_token={token}&token_type=bearer&expires_in=60&state={}",
            get("state")
        )));
        return Redirect::to(url.as_str()).into_response();
    } else if get("response_type") == "code" {
        let code = inner.new_id("code");
        inner.codes.insert(code.clone(), query.clone());
        answer.push(("code", code));
    } else {
        answer.push(("error", "unsupported_response_type".into()));
    }
    url.query_pairs_mut().extend_pairs(answer);
    Redirect::to(url.as_str()).into_response()
}

/// The API: 401 without a live token.
async fn api(State(server): State<Server>, headers: HeaderMap) -> Response {
    let mut inner = server.lock();
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let ends = value.and_then(|value| inner.live.get(value.strip_prefix("Bearer ")?).copied());
    if ends.is_some_and(|ends| ends > now()) {
        inner.let_in += 1;
        return axum::Json(json!({"hello": value})).into_response();
    }
    refuse(401, "invalid_token", "")
}

async fn device(State(server): State<Server>, headers: HeaderMap, body: Bytes) -> Response {
    let mut inner = server.lock();
    let form: Form = url::form_urlencoded::parse(&body).into_owned().collect();
    if let Err(refused) = client(&mut inner, &headers, &form) {
        return *refused;
    }
    let code = inner.new_id("dc");
    inner.devices.insert(code.clone(), "pending");
    let page = format!("{}/activate", inner.base);
    axum::Json(json!({
        "device_code": code,
        "user_code": "WDJB-MJHT",
        "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code=WDJB-MJHT"),
        "expires_in": inner.manners.device_lasts,
        "interval": 0.05,
    }))
    .into_response()
}

async fn token(State(server): State<Server>, headers: HeaderMap, body: Bytes) -> Response {
    let mut inner = server.lock();
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or("");
    if !kind.starts_with("application/x-www-form-urlencoded") || headers.contains_key(header::COOKIE) {
        return refuse(400, "invalid_request", "a form without cookies, please");
    }
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let form: Form = pairs.iter().cloned().collect();
    if form.len() != pairs.len() {
        return refuse(400, "invalid_request", "a parameter stands there twice");
    }
    let get = |name: &str| form.get(name).cloned().unwrap_or_default();
    inner.asked.push(get("grant_type"));
    let proofs = ["code_verifier", "client_assertion"].map(get).into_iter();
    inner.secrets.extend(proofs.filter(|proof| !proof.is_empty()));
    let id = match client(&mut inner, &headers, &form) {
        Ok(id) => id,
        Err(refused) => return *refused,
    };
    let granted = match get("grant_type").as_str() {
        "client_credentials" => Ok(()),
        "password" if (get("username"), get("password")) == ("jörg".into(), PASSWORD.into()) => Ok(()),
        "password" => Err("who is that?"),
        "authorization_code" => match inner.codes.remove(&get("code")) {
            None => Err("no such code"),
            Some(asked) => redeem(&asked, &id, &form),
        },
        "refresh_token" if inner.refresh.contains(&get("refresh_token")) => {
            if !inner.manners.keeps_refresh {
                inner.refresh.remove(&get("refresh_token"));
            }
            Ok(())
        }
        "refresh_token" => Err("used up"),
        "urn:ietf:params:oauth:grant-type:device_code" => match inner.devices.get(&get("device_code")).copied() {
            Some("approved") => Ok(()),
            Some("denied") => return refuse(400, "access_denied", ""),
            Some("expired") => return refuse(400, "expired_token", ""),
            Some(_) => return refuse(400, "authorization_pending", ""),
            None => Err("no such code"),
        },
        _ => return refuse(400, "unsupported_grant_type", ""),
    };
    if let Err(why) = granted {
        return refuse(400, "invalid_grant", why);
    }
    let token = inner.new_id("at");
    inner.live.insert(token.clone(), now() + 60.0);
    let mut answer = json!({"access_token": token, "token_type": "Bearer", "expires_in": 60.0});
    let keeps = inner.manners.keeps_refresh && get("grant_type") == "refresh_token";
    if get("grant_type") != "client_credentials" && !keeps {
        let refresh = inner.new_id("rt");
        inner.refresh.insert(refresh.clone());
        answer["refresh_token"] = refresh.into();
    }
    axum::Json(answer).into_response()
}

/// RFC 6749, section 4.1.3, and RFC 7636, section 4.6.
fn redeem(asked: &Form, client: &str, form: &Form) -> Result<(), &'static str> {
    let verifier = form.get("code_verifier");
    let shown = asked.get("code_challenge");
    let proved = match (asked.get("code_challenge_method").map(String::as_str), shown, verifier) {
        (None, None, None) => true,
        (Some("S256"), Some(shown), Some(verifier)) => *shown == URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)),
        (Some("plain"), Some(shown), Some(verifier)) => shown == verifier,
        _ => false,
    };
    if asked.get("client_id").is_none_or(|id| id != client) {
        return Err("the code is another client's");
    }
    if asked.get("redirect_uri") != form.get("redirect_uri") {
        return Err("another redirect_uri");
    }
    if proved {
        Ok(())
    } else {
        Err("the verifier does not fit")
    }
}

/// Who the client is, proved as it must (RFC 6749, section 2.3; RFC 7523, section 3).
fn client(inner: &mut Inner, headers: &HeaderMap, form: &Form) -> Result<String, Box<Response>> {
    let refused = |why: &str| Err(Box::new(refuse(401, "invalid_client", why)));
    let basic = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| {
            let text = String::from_utf8(STANDARD.decode(value.strip_prefix("Basic ")?).ok()?).ok()?;
            let (id, secret) = text.split_once(':')?;
            let plain = |text: &str| {
                url::form_urlencoded::parse(format!("x={text}").as_bytes())
                    .next()
                    .map(|(_, value)| value.into_owned())
            };
            Some((plain(id)?, plain(secret)?))
        });
    let id = basic
        .as_ref()
        .map(|(id, _)| id.clone())
        .or_else(|| form.get("client_id").cloned())
        .unwrap_or_default();
    let Some((_, must)) = CLIENTS.iter().find(|(own, _)| *own == id) else {
        return refused("unknown");
    };
    let (secret, proof) = (form.get("client_secret"), form.get("client_assertion"));
    let given = match (&basic, secret, proof) {
        (Some((_, secret)), None, None) => ("client_secret_basic", secret == SECRET),
        (None, Some(secret), None) => ("client_secret_post", secret == SECRET),
        (None, None, Some(proof)) => (*must, proves(inner, &id, form, proof, must)),
        (None, None, None) => ("none", true),
        _ => return refuse_twice(),
    };
    if given == (must, true) {
        Ok(id)
    } else {
        refused("wrong proof, or in the wrong way")
    }
}

fn refuse_twice() -> Result<String, Box<Response>> {
    Err(Box::new(refuse(400, "invalid_request", "more than one proof")))
}

fn proves(inner: &mut Inner, id: &str, form: &Form, proof: &str, must: &str) -> bool {
    let jwt_bearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    if form.get("client_assertion_type").map(String::as_str) != Some(jwt_bearer) {
        return false;
    }
    let parts: Vec<&str> = proof.split('.').collect();
    let [header, claims, signature] = parts[..] else {
        return false;
    };
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    let json = |part: &str| serde_json::from_slice::<Value>(&decode(part)).unwrap_or_default();
    let (header_json, claims_json) = (json(header), json(claims));
    let signed = format!("{header}.{claims}");
    let good = match (must, header_json["alg"].as_str()) {
        ("client_secret_jwt", Some("HS256")) => {
            let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
            ring::hmac::verify(&key, signed.as_bytes(), &decode(signature)).is_ok()
        }
        ("private_key_jwt", Some("RS256")) => {
            use ring::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RsaKeyPair, UnparsedPublicKey};
            let pem = include_str!("../http/keys/rsa-pkcs8.pem");
            let der: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
            let pair = RsaKeyPair::from_pkcs8(&STANDARD.decode(der).unwrap()).unwrap();
            let public = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public_key().as_ref());
            header_json["kid"] == "k1" && public.verify(signed.as_bytes(), &decode(signature)).is_ok()
        }
        _ => false,
    };
    let time = |name: &str| claims_json[name].as_f64().unwrap_or_default();
    let audience = claims_json["aud"].as_str().unwrap_or_default();
    let fits = [format!("{}/token", inner.base), inner.base.clone()]
        .iter()
        .any(|own| own == audience);
    let fresh = inner
        .jtis
        .insert(claims_json["jti"].as_str().unwrap_or_default().to_owned());
    let now = now() + inner.off;
    let in_time = time("iat") <= now + 5.0 && time("exp") > now && time("exp") < now + 600.0;
    good && fits && fresh && in_time && claims_json["iss"] == id && claims_json["sub"] == id
}
