//! What tokens cost: judging one before a send, looking for them when a send is planned, and, on request, a run of a minute
//! against the demo server.
//!
//! `cargo bench --bench token`; with `POSTRIDER_LONG=1` also 60 s at 20 requests a second, 8 at once, with tokens that live
//! three seconds, where not one refusal may be left, and 1,000 requests at once with one that has ended.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up is broken")]
#![expect(clippy::print_stdout, reason = "a bench tells its figures")]

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
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
        secrets_in: Vec::new(),
        refresh: None,
        got_with: None,
        instead_of: None,
    };
    store.note(&key, token.into());
    measure("a token that the store knows", &store, &key, &jwt);
    for (requests, with_token) in [(10, false), (5_000, false), (5_000, true)] {
        planning(requests, with_token);
    }
    if std::env::var_os("POSTRIDER_LONG").is_some() {
        long();
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

/// A minute with tokens of three seconds, and 1,000 requests at once with one that has ended.
fn long() {
    let home = tempfile::tempdir().unwrap();
    let began = Instant::now();
    let minute = [
        "-n",
        "1200",
        "--parallel",
        "8",
        "--delay-request",
        "400",
        "--token-ttl",
        "3s",
    ];
    let (refused, fetched) = run(home.path(), &minute);
    println!(
        "a run of {:?}: {refused} refusals left, {fetched} token requests",
        began.elapsed()
    );
    assert_eq!(refused, 0);
    // What is left of it has ended by then.
    std::thread::sleep(Duration::from_secs(4));
    let began = Instant::now();
    let (refused, fetched) = run(home.path(), &["-n", "1000", "--parallel", "1000"]);
    println!(
        "1,000 at once in {:?}: {refused} refusals left, {fetched} token requests",
        began.elapsed()
    );
    assert_eq!((refused, fetched), (0, 1));
}

/// The refusals that are left of a run against the demo server, and how often it asked for a token.
fn run(home: &Path, more: &[&str]) -> (usize, usize) {
    let summary = home.join("summary.json");
    let mut run = Command::new(env!("CARGO_BIN_EXE_postrider"));
    run.current_dir(env!("CARGO_MANIFEST_DIR")).env("HOME", home);
    for folder in ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"] {
        run.env(folder, home.join(folder));
    }
    run.args(["run", "collections/pydio-cells/configuration/list-services.toml"])
        .args(["-e", "demo", "--demo", "-r", "cli,json", "--reporter-json-export"])
        .arg(&summary)
        .args(more);
    let output = run.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = std::fs::read_to_string(&summary).unwrap();
    let refused = text.matches("\"code\": 401").count() + text.matches("\"code\":401").count();
    // Who fetches a token says so; who waits for it says nothing.
    (refused, told.matches(": renewed by").count())
}
