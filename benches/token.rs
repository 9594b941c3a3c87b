//! What tokens cost: judging one before a send, looking for them when a send is planned, and, on request, a run of a minute
//! against the demo server.
//!
//! `cargo bench --bench token`; with `POSTRIDER_LONG=1` also 60 s at 20 requests a second, 8 at once, with tokens that live
//! three seconds: not one refusal may be left.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up is broken")]
#![expect(clippy::print_stdout, reason = "a bench tells its figures")]

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use postrider::exec::{Source, TokenStore, plan};
use postrider::model::token::{Token, TokenKey, TokenSource};
use postrider::model::variable::CurrentValues;
use postrider::model::{Entity, Group, Request, Workspace};

const ROUNDS: u32 = 100_000;
const MOST: Duration = Duration::from_micros(10);

fn main() {
    let store = TokenStore::default();
    let key = TokenKey {
        environment: "demo".into(),
        place: "pydio-cells".into(),
        name: "dex_token".into(),
        audience: String::new(),
    };
    let part = |json: String| URL_SAFE_NO_PAD.encode(json);
    let end = Timestamp::now().as_second() + 600;
    let roles = "role,".repeat(100);
    let claims = format!("{{\"exp\":{end},\"iat\":{},\"roles\":\"{roles}\"}}", end - 600);
    let jwt = format!(
        "{}.{}.{}",
        part("{\"alg\":\"RS256\"}".into()),
        part(claims),
        "s".repeat(342)
    );
    measure("a JWT that nobody knows", &store, &key, &jwt);
    let token = Token {
        value: jwt.clone(),
        expires_at: Some(Timestamp::from_second(end).unwrap()),
        obtained_at: Timestamp::now(),
        skew_ms: 0,
        writes: Vec::new(),
        refresh: None,
    };
    store.note(&key, token.into());
    measure("a token that the store knows", &store, &key, &jwt);
    for (requests, with_token) in [(10, false), (5_000, false), (5_000, true)] {
        planning(requests, with_token);
    }
    if std::env::var_os("POSTRIDER_LONG").is_some() {
        minute();
    }
}

fn measure(what: &str, store: &TokenStore, key: &TokenKey, value: &str) {
    let began = Instant::now();
    for _ in 0..ROUNDS {
        black_box(store.judge(key, Some(value), Duration::from_secs(30), Timestamp::now()));
    }
    let took = began.elapsed() / ROUNDS;
    println!("judging {what} ({} bytes): {took:?}", value.len());
    assert!(took < MOST, "{what} took {took:?}, more than {MOST:?}");
}

/// What a plan costs in a workspace of so many requests: tokens that nobody declares cost nothing.
fn planning(requests: usize, with_token: bool) {
    let mut workspace = Workspace::new("/w");
    let tokens = if with_token {
        vec![TokenSource::new("dex_token", "r0")]
    } else {
        Vec::new()
    };
    let group = Group {
        tokens,
        ..Group::named("API")
    };
    let group = workspace.load_node(None, "api", Entity::Collection(Arc::new(group)));
    let mut last = None;
    for at in 0..requests {
        let request = Entity::Request(Arc::new(Request::default()));
        last = Some(workspace.load_node(Some(group), format!("r{at}"), request));
    }
    let current = CurrentValues::default();
    let source = Source {
        workspace: &workspace,
        node: last,
        environment: None,
        current: &current,
        overrides: &[],
        local: None,
    };
    let began = Instant::now();
    for _ in 0..1_000 {
        black_box(plan(&source).unwrap());
    }
    let took = began.elapsed() / 1_000;
    let declared = if with_token { "one token" } else { "no token" };
    println!("planning one of {requests} requests, {declared}: {took:?}");
}

fn minute() {
    let home = tempfile::tempdir().unwrap();
    let summary = home.path().join("summary.json");
    let mut run = Command::new(env!("CARGO_BIN_EXE_postrider"));
    run.current_dir(env!("CARGO_MANIFEST_DIR")).env("HOME", home.path());
    for folder in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"] {
        run.env(folder, home.path().join(folder));
    }
    run.args([
        "run",
        "collections/pydio-cells/configuration/list-services.toml",
        "-e",
        "demo",
        "--demo",
    ])
    .args([
        "--token-ttl",
        "3s",
        "-n",
        "1200",
        "--parallel",
        "8",
        "--delay-request",
        "400",
    ])
    .args(["-r", "json", "--reporter-json-export"])
    .arg(&summary)
    .stdout(Stdio::null());
    let began = Instant::now();
    let status = run.status().unwrap();
    let text = std::fs::read_to_string(&summary).unwrap();
    let refused = text.matches("\"code\": 401").count() + text.matches("\"code\":401").count();
    println!("a run of {:?}: {status}, {refused} refusals left", began.elapsed());
    assert!(status.success() && refused == 0);
}
