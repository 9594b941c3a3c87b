//! Values from outside, and the consent they need.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use std::sync::{Arc, Mutex};

use super::*;
use crate::exec::fixture::{pipeline, request, server, session};
use crate::exec::{Session, Typed, Word};
use crate::model::variable::ValueSource;
use crate::model::{Body, Group, NodeId, Variable};
use crate::script::BoxFuture;

/// Says the same to everything, types a code, and notes what was asked.
#[derive(Default)]
struct User {
    word: Option<Word>,
    asked: Mutex<Vec<String>>,
    /// Cancelled by giving up.
    cancel: tokio_util::sync::CancellationToken,
    /// Where to what is typed goes, as it was told.
    hosts: Mutex<Vec<String>>,
}

impl Consent for User {
    fn give_up(&self) {
        self.cancel.cancel();
    }

    fn may(&self, asking: &Asking, permission: &Permission) -> BoxFuture<Word> {
        let text = format!("{}: {}", asking.place, permission.words());
        self.asked.lock().unwrap().push(text);
        Box::pin(std::future::ready(self.word.clone().unwrap_or(Word::Unasked)))
    }

    fn ask(&self, asking: &Asking, question: &str) -> BoxFuture<Typed> {
        self.asked.lock().unwrap().push(question.to_owned());
        self.hosts.lock().unwrap().push(asking.host.clone());
        let typed = match &self.word {
            Some(Word::Yes) => Typed::Text(Secret::new("typed-code")),
            Some(Word::GivenUp) => Typed::GivenUp,
            Some(Word::Failed(why)) => Typed::Failed(why.clone()),
            _ => Typed::Nothing,
        };
        Box::pin(std::future::ready(typed))
    }
}

/// A request in a collection whose variables come from elsewhere.
async fn given(request: crate::model::Request) -> (Session, NodeId) {
    let base = server().await;
    let mut group = Group::named("API");
    let sources = [
        (
            "printed",
            ValueSource::Command(["printf", "from-{{suffix}}"].map(str::to_owned).to_vec()),
        ),
        ("typed", ValueSource::Prompt("Code?".into())),
        // Cargo sets it for every test.
        ("suffix", ValueSource::Env("CARGO_PKG_NAME".into())),
        (
            "broken",
            ValueSource::Command(vec!["ls".into(), "/no/such/folder".into()]),
        ),
    ];
    group.variables.extend(sources.map(|(key, source)| Variable {
        source: Some(source),
        ..Variable::new(key, "")
    }));
    let (session, ids) = session(&base, group, vec![request]);
    (session, ids[0])
}

async fn send(request: crate::model::Request, word: Option<Word>) -> (Outcome, Vec<String>) {
    let (session, id) = given(request).await;
    let user = Arc::new(User {
        word,
        ..User::default()
    });
    let mut pipeline = pipeline();
    pipeline.consent = Some(user.clone());
    let mut outcome = Outcome::default();
    // The second time nothing is run or typed again.
    for _ in 0..2 {
        outcome = pipeline.send(session.plan(id).unwrap(), &SendContext::default()).await;
        outcome.redactor = crate::exec::secrets(&session.source(Some(id)), &outcome);
    }
    let asked = user.asked.lock().unwrap().clone();
    (outcome, asked)
}

fn error(outcome: &Outcome) -> String {
    let error = outcome.exchange.as_ref().unwrap().result.as_ref().unwrap_err();
    format!("{}; {}", error.message, error.hint.clone().unwrap_or_default())
}

#[cfg(unix)]
#[tokio::test]
async fn values_come_from_outside_when_they_are_used_and_are_secrets() {
    let url = "{{base}}/?a={{printed}}&b={{typed}}&c={{$env CARGO_PKG_NAME}}&d={{$env:CARGO_PKG_NAME}}";
    let script = "console.log(pm.variables.get('typed'), pm.environment.has('other'))";
    let (outcome, asked) = send(request("One", url, script, ""), Some(Word::Yes)).await;
    let exchange = outcome.exchange.as_ref().unwrap();
    let body = exchange.result.as_ref().unwrap().body.clone();
    let body = String::from_utf8_lossy(&body.whole().unwrap()).into_owned();
    assert!(
        body.contains("/?a=from-postrider&b=typed-code&c=postrider&d=postrider"),
        "{body}"
    );
    let asked_once = asked.iter().filter(|text| *text == "Code?").count();
    assert_eq!(asked_once, 1, "{asked:?}");
    assert!(!asked.iter().any(|text| text.contains("/no/such/folder")), "{asked:?}");
    let shown = outcome.redactor.redact(&body);
    assert!(
        !shown.contains("typed-code") && !shown.contains("from-postrider"),
        "{shown}"
    );
    assert!(!outcome.redactor.redact(&outcome.console[0].text).contains("typed-code"));
}

#[tokio::test]
async fn what_is_typed_for_one_collection_is_for_no_other() {
    let (session, id) = given(request("One", "{{base}}/?a={{typed}}", "", "")).await;
    let user = Arc::new(User {
        word: Some(Word::Yes),
        ..User::default()
    });
    let mut pipeline = pipeline();
    pipeline.consent = Some(user.clone());
    let own = session.plan(id).unwrap();
    // Filed elsewhere, and with a question in the same words.
    let mut stranger = own.clone();
    stranger.path = Some(crate::model::ItemPath::new("stranger/one"));
    for (plan, asked) in [(&own, 1), (&own, 1), (&stranger, 2), (&own, 2), (&stranger, 2)] {
        pipeline.send(plan.clone(), &SendContext::default()).await;
        assert_eq!(user.asked.lock().unwrap().len(), asked);
    }
}

#[tokio::test]
async fn what_is_typed_is_asked_for_with_the_host_it_goes_to_once_that_is_known() {
    let named = "pm.variables.get('typed')";
    let oauth = Auth::new("oauth2")
        .with("accessTokenUrl", "http://login.test/")
        .with("password", "{{typed}}");
    for (url, auth, scripts, host) in [
        ("http://h.test:81/?a={{typed}}", None, ("", ""), "h.test:81"),
        ("evil.test/x?u=http://good.test/{{typed}}", None, ("", ""), "evil.test"),
        ("http://evil.test\\@good.test/{{typed}}", None, ("", ""), "evil.test"),
        ("http://h.test/", None, ("", named), "h.test"),
        // It may change the URL.
        ("http://h.test/", None, (named, ""), ""),
        ("http://h.test{{typed}}/", None, ("", ""), ""),
        ("http://h{{$randomInt}}.test/{{typed}}", None, ("", ""), ""),
        // It goes to where the token is got.
        ("http://h.test/", Some(oauth), ("", ""), ""),
    ] {
        let mut wanted = request("One", url, scripts.0, scripts.1);
        wanted.auth = auth.unwrap_or(wanted.auth);
        let (session, id) = given(wanted).await;
        let user = Arc::new(User::default());
        let mut pipeline = pipeline();
        pipeline.consent = Some(user.clone());
        pipeline.send(session.plan(id).unwrap(), &SendContext::default()).await;
        assert_eq!(*user.hosts.lock().unwrap(), [host], "{url}");
    }
}

#[tokio::test]
async fn scripts_own_requests_get_neither_netrc_nor_ticket() {
    for kind in ["netrc", "negotiate"] {
        let script = format!(
            "pm.sendRequest({{ url: pm.variables.get('base') + '/', auth: {{ type: '{kind}', {kind}: [] }} }},
                (error, response) => console.log(String(error), response && response.code))"
        );
        let (outcome, asked) = send(request("One", "{{base}}/", &script, ""), Some(Word::Yes)).await;
        let said = &outcome.console[0].text;
        assert!(said.contains("auth is for saved requests alone"), "{said}");
        assert_eq!((asked, outcome.script_sends.len()), (Vec::<String>::new(), 0));
    }
}

#[tokio::test]
async fn without_consent_nothing_is_read_run_or_sent() {
    for (url, wants, flag) in [
        (
            "{{base}}/?a={{$env CARGO_PKG_NAME}}",
            "read the environment variable `CARGO_PKG_NAME`",
            "--allow-env",
        ),
        (
            "{{base}}/?a={{suffix}}",
            "read the environment variable `CARGO_PKG_NAME`",
            "--allow-env",
        ),
        (
            "{{base}}/?a={{printed}}",
            "run `printf 'from-{{suffix}}'`",
            "--allow-command",
        ),
    ] {
        let (outcome, _) = send(request("One", url, "", ""), None).await;
        assert!(
            error(&outcome).contains(wants) && error(&outcome).contains(flag),
            "{}",
            error(&outcome)
        );
        let (outcome, _) = send(request("One", url, "", ""), Some(Word::No)).await;
        assert!(error(&outcome).contains("you did not allow"), "{}", error(&outcome));
        let broken = Word::Failed("cannot ask on the terminal: it is gone".to_owned());
        let (outcome, _) = send(request("One", url, "", ""), Some(broken)).await;
        assert!(error(&outcome).contains("it is gone"), "{}", error(&outcome));
    }
    let (outcome, _) = send(request("One", "{{base}}/{{typed}}", "", ""), None).await;
    assert!(
        error(&outcome).contains("was to be typed") && error(&outcome).contains("--env-var"),
        "{}",
        error(&outcome)
    );
    let (outcome, _) = send(
        request("One", "{{base}}/{{typed}}", "", ""),
        Some(Word::Failed("gone".to_owned())),
    )
    .await;
    assert!(
        error(&outcome).contains("no value for `{{typed}}`: gone"),
        "{}",
        error(&outcome)
    );
    let script = "pm.variables.get('suffix')";
    let (outcome, _) = send(request("One", "{{base}}/", script, ""), None).await;
    assert!(
        error(&outcome).contains("--allow-env") && outcome.scripts_run == (0, 0),
        "{}",
        error(&outcome)
    );
}

#[cfg(unix)]
#[tokio::test]
async fn what_cannot_be_had_is_told() {
    let (outcome, _) = send(request("One", "{{base}}/{{broken}}", "", ""), Some(Word::Yes)).await;
    let told = error(&outcome);
    assert!(
        told.contains("no value for `{{broken}}`") && told.contains("/no/such/folder"),
        "{told}"
    );
    let none = "{{base}}/{{$env NO_SUCH_VARIABLE_OF_ANY_NAME}}";
    let (outcome, _) = send(request("One", none, "", ""), Some(Word::Yes)).await;
    assert!(
        error(&outcome).contains("is not in the environment"),
        "{}",
        error(&outcome)
    );
}

#[tokio::test]
async fn files_outside_of_the_folder_are_sent_with_consent_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.txt");
    std::fs::write(&file, "mine-alone").unwrap();
    let mut wanted = request("One", "{{base}}/", "", "");
    wanted.method = crate::model::request::Method::new("POST");
    wanted.body = Body::File {
        path: file.to_str().unwrap().into(),
    };
    let (outcome, _) = send(wanted.clone(), None).await;
    assert!(
        error(&outcome).contains("--allow-file") && error(&outcome).contains("mine.txt"),
        "{}",
        error(&outcome)
    );
    let (outcome, _) = send(wanted, Some(Word::Yes)).await;
    let body = outcome.exchange.as_ref().unwrap().response().unwrap().body.clone();
    assert!(String::from_utf8_lossy(&body.whole().unwrap()).contains("mine-alone"));
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_is_asked_for_by_where_it_is_and_in_somebody_elses_collection_always() {
    use crate::http::{Client, ClientConfig, TrustedFiles};

    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().canonicalize().unwrap();
    let inside = real.join("ws");
    std::fs::create_dir(&inside).unwrap();
    std::fs::write(inside.join("own.txt"), "x").unwrap();
    std::fs::write(real.join("mine.txt"), "x").unwrap();
    std::fs::write(real.join("other.txt"), "x").unwrap();
    let link = inside.join("upload.txt");
    let asked = async |name: &str, foreign: bool| {
        let mut wanted = request("One", "{{base}}/", "", "");
        wanted.method = crate::model::request::Method::new("POST");
        wanted.body = Body::File { path: name.into() };
        let (session, id) = given(wanted).await;
        let user = Arc::new(User {
            word: Some(Word::No),
            ..User::default()
        });
        let mut pipeline = pipeline();
        pipeline.consent = Some(user.clone());
        pipeline.http = Client::new(ClientConfig {
            working_dir: inside.clone(),
            trusted: if foreign {
                TrustedFiles::None
            } else {
                TrustedFiles::default()
            },
            ..pipeline.http.config().clone()
        });
        pipeline.send(session.plan(id).unwrap(), &SendContext::default()).await;
        let asked = user.asked.lock().unwrap().join("; ");
        asked.replace(&real.display().to_string(), "~")
    };
    std::os::unix::fs::symlink(real.join("mine.txt"), &link).unwrap();
    assert_eq!(asked("own.txt", false).await, "");
    assert!(asked("own.txt", true).await.ends_with(": send the file `~/ws/own.txt`"));
    let by_link = asked("upload.txt", false).await;
    assert!(
        by_link.ends_with(": send the file `~/mine.txt` (`upload.txt` in the request)"),
        "{by_link}"
    );
    // Turned elsewhere it is another file.
    std::fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink(real.join("other.txt"), &link).unwrap();
    assert!(asked("upload.txt", false).await.contains("~/other.txt"));
    let key = |path: &str, called: Option<&str>| {
        let called = called.map(str::to_owned);
        Permission::File(crate::http::OutsideFile {
            path: path.into(),
            called,
        })
        .key()
    };
    assert_eq!(key("/a", None), key("/a", Some("b")));
    assert_ne!(key("/a", Some("b")), key("/c", Some("b")));
    // What is not there is no question.
    assert_eq!(asked("none.txt", true).await, "");
}

#[tokio::test]
async fn the_proxy_that_a_collection_names_is_told() {
    let mut wanted = request("One", "http://good.test/?a={{typed}}", "", "");
    wanted.settings.proxy = Some("http://me:hunter2@evil.test:3128".to_owned());
    let (session, id) = given(wanted).await;
    let asking = Pipeline::asking(&session.plan(id).unwrap()).to("http://good.test/", &Redactor::default());
    assert_eq!(
        asking.host(" at "),
        " at `good.test` through the proxy `evil.test:3128`"
    );
}

#[tokio::test]
async fn scripts_reach_no_files_no_programs_and_no_environment() {
    let script = r"
        const tries = [
            () => require('fs').readFileSync('/etc/passwd'),
            () => require('node:fs'),
            () => require('child_process').execSync('id'),
            () => require('net').connect(1),
            () => process.env.PATH.length,
            () => process.binding('fs'),
            () => std.open('/etc/passwd', 'r').readAsString(),
            () => os.exec(['id']),
            () => Deno.readTextFileSync('/etc/passwd'),
            () => globalThis.constructor.constructor('return process')().env.PATH.length,
        ];
        tries.forEach((attempt, n) => {
            let got;
            try { got = attempt(); } catch (error) { return; }
            throw new Error('attempt ' + n + ' gave ' + String(got));
        });
        const imported = await import('fs').then(() => 'fs', () => null);
        if (imported) throw new Error('import gave ' + imported);
        pm.sendRequest({ url: pm.variables.get('base') + '/', method: 'POST',
            body: { mode: 'file', file: { src: '/etc/hostname' } } },
            (error, response) => console.log('sent: ' + (error || response.json().body)));
    ";
    let (outcome, _) = send(request("One", "{{base}}/", script, ""), None).await;
    assert_eq!(outcome.script_errors, []);
    let said: Vec<&str> = outcome.console.iter().map(|line| line.text.as_str()).collect();
    assert!(said.contains(&"sent: "), "{said:?}");
}

#[tokio::test]
async fn what_needs_a_locked_value_is_not_sent() {
    use crate::model::variable::Owner;

    let (mut session, id) = given(request("One", "{{base}}/?a={{pin}}", "", "")).await;
    let send = |session: &Session| {
        let plan = session.plan(id).unwrap();
        async move { pipeline().send(plan, &SendContext::default()).await }
    };
    session.current.lock(Owner::Globals, "pin");
    let told = error(&send(&session).await);
    assert!(
        told.contains("`{{pin}}` is locked") && told.contains("POSTRIDER_PASSPHRASE"),
        "{told}"
    );
    // What was set since is no longer locked, nor is anything once the passphrase is given.
    let pin = crate::model::variable::CurrentValue {
        value: Some("1234".into()),
        set_by: "you".into(),
        set_at: jiff::Timestamp::UNIX_EPOCH,
        secret: false,
    };
    session.current.set(Owner::Globals, "pin", pin);
    assert!(send(&session).await.exchange.unwrap().response().is_some());
    let (mut session, id) = given(request("One", "{{base}}/?a={{vault:key}}", "", "")).await;
    session.current.lock(Owner::Vault, "key");
    let plan = session.plan(id).unwrap();
    let told = error(&pipeline().send(plan, &SendContext::default()).await);
    assert!(told.contains("`{{vault:key}}` is locked"), "{told}");
}

#[tokio::test]
async fn a_script_that_reads_a_locked_value_is_told_so_and_nothing_is_sent() {
    use crate::model::variable::Owner;

    for (script, read) in [
        ("console.log('pin: ' + pm.variables.get('pin'))", true),
        ("pm.variables.set('a', pm.globals.replaceIn('{{pin}}'))", true),
        ("pm.variables.set('a', globals.pin)", true),
        ("pm.variables.set('a', pm.globals.toObject().pin)", true),
        ("pm.variables.set('a', pm.variables.toObject().pin)", true),
        ("pm.variables.set('a', pm.globals.toJSON().values[0].value)", true),
        ("pm.variables.set('a', pm.globals.values.one('pin').value)", true),
        ("const all = {}; pm.globals.syncVariablesTo(all)", true),
        ("console.log(pm.globals.has('pin'))", false),
        (
            "console.log(Object.keys(pm.globals.toObject()), pm.globals.values.map((row) => row.key))",
            false,
        ),
        ("postman.setGlobalVariable('pin', 5); console.log(globals.pin)", false),
        (
            "console.log(globals.other); globals.pin = 5; console.log(globals.pin)",
            false,
        ),
        ("pm.globals.set('pin', 5); console.log(pm.globals.get('pin'))", false),
    ] {
        let (mut session, id) = given(request("One", "{{base}}/", script, "")).await;
        session.current.lock(Owner::Globals, "pin");
        let plan = session.plan(id).unwrap();
        let outcome = pipeline().send(plan, &SendContext::default()).await;
        let errors: Vec<&str> = outcome.script_errors.iter().map(|error| error.name.as_str()).collect();
        if !read {
            assert_eq!(errors, [""; 0], "{script}");
            assert!(outcome.exchange.unwrap().response().is_some(), "{script}");
            continue;
        }
        assert_eq!(errors, ["LockedValue"], "{script}");
        assert!(outcome.script_errors[0].message.contains("POSTRIDER_PASSPHRASE"));
        let told = error(&outcome);
        assert!(
            told.contains(
                "`pin` is locked with a passphrase, and `One, pre-request` needs it, so that nothing was sent"
            ) && told.contains("POSTRIDER_PASSPHRASE"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn a_no_to_the_netrc_sends_nothing_and_one_that_is_not_there_asks_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("netrc");
    let mut wanted = request("One", "{{base}}/", "", "");
    wanted.auth = crate::model::Auth::new("netrc");
    let (session, id) = given(wanted).await;
    let send = async |word: Option<Word>| {
        let user = Arc::new(User {
            word,
            ..User::default()
        });
        let mut pipeline = pipeline();
        pipeline.consent = Some(user.clone());
        pipeline.netrc = Some(crate::exec::NetrcFile {
            path: path.clone(),
            asks: true,
        });
        let outcome = pipeline.send(session.plan(id).unwrap(), &SendContext::default()).await;
        let asked = user.asked.lock().unwrap().clone();
        (outcome.exchange.unwrap(), asked.join(", "))
    };
    let (exchange, asked) = send(Some(Word::No)).await;
    assert!(exchange.response().is_some() && asked.is_empty(), "{asked}");
    let told = exchange.warnings.join(", ");
    assert!(told.contains("cannot read") && !told.contains("leave"), "{told}");
    assert!(!told.contains("has nothing for"), "{told}");
    // It is seen once it appears.
    std::fs::write(&path, "default login me password heron-4711").unwrap();
    let (exchange, asked) = send(Some(Word::No)).await;
    let error = exchange.error().unwrap();
    assert!(error.message.contains("you did not allow") && error.message.contains("your netrc"));
    assert!(asked.contains("use your netrc"), "{asked}");
    let signed = |exchange: &crate::model::Exchange| {
        let mut headers = exchange.request.headers.iter();
        headers.any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
    };
    let (exchange, _) = send(Some(Word::Yes)).await;
    assert!(exchange.response().is_some() && signed(&exchange));
    // Where nobody can be asked it is as after a no.
    let (exchange, _) = send(None).await;
    let hint = exchange.error().and_then(|error| error.hint.clone());
    assert!(hint.is_some_and(|hint| hint.contains("`--netrc`")));
}

#[tokio::test]
async fn who_gives_up_what_is_asked_ends_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("netrc");
    std::fs::write(&path, "default login me password heron-4711").unwrap();
    for (url, auth) in [("{{base}}/", "netrc"), ("{{base}}/?a={{typed}}", "none")] {
        let mut wanted = request("One", url, "", "");
        wanted.auth = crate::model::Auth::new(auth);
        let (mut session, id) = given(wanted).await;
        let user = Arc::new(User {
            word: Some(Word::GivenUp),
            ..User::default()
        });
        let mut pipeline = pipeline();
        pipeline.consent = Some(user.clone());
        pipeline.netrc = Some(crate::exec::NetrcFile {
            path: path.clone(),
            asks: true,
        });
        let options = crate::exec::RunOptions {
            requests: vec![id],
            iterations: Some(3),
            ..Default::default()
        };
        let context = SendContext {
            cancel: user.cancel.clone(),
            ..SendContext::default()
        };
        let mut ends = Vec::new();
        let summary = crate::exec::run(&pipeline, &mut session, &options, &context, &mut |event| {
            if let crate::exec::RunEvent::Outcome(done) = event {
                ends.push(error(done.outcome));
            }
        })
        .await;
        assert_eq!((summary.iterations, user.asked.lock().unwrap().len()), (1, 1));
        assert!(summary.cancelled && ends == ["cancelled; "], "{ends:?}");
    }
}
