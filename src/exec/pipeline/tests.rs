//! The whole way of a send, against a server that says what it got.

use serde_json::{Value, json};

use super::*;
use crate::exec::fixture::{pipeline, request, server, session};
use crate::exec::{Typed, Word};
use crate::model::body::Language;
use crate::model::exchange::SendErrorKind;
use crate::model::outcome::TestResult;
use crate::model::request::{Entry, Method};
use crate::model::script::Scripts;
use crate::model::variable::Change;
use crate::model::{Body, Group, Scope};

fn group(pre_request: &str, post_response: &str) -> Group {
    Group {
        auth: Auth::new("bearer").with("token", "{{token}}"),
        scripts: Scripts {
            pre_request: pre_request.into(),
            post_response: post_response.into(),
            ..Scripts::default()
        },
        ..Group::named("API")
    }
}

async fn sent(group: Group, request: Request) -> Outcome {
    let base = server().await;
    let (session, ids) = session(&base, group, vec![request]);
    let plan = session.plan(ids[0]).expect("a request");
    pipeline().send(plan, &SendContext::default()).await
}

fn reply(outcome: &Outcome) -> Value {
    let response = outcome.exchange.as_ref().and_then(|exchange| exchange.response());
    response.map_or(Value::Null, |response| response.body.json().unwrap_or_default())
}

#[tokio::test]
async fn variables_are_resolved_after_the_scripts_and_auth_is_inherited() {
    let mut request = request(
        "List",
        "{{base}}/x?who={{who}}",
        "pm.environment.set('token', 'inner'); pm.request.headers.add({key: 'X-A', value: '{{who}}'});",
        "pm.test('ok', () => pm.expect(pm.response.json().headers['x-a']).to.equal('script'));",
    );
    request.method = Method::new("POST");
    let outcome = sent(
        group(
            "pm.environment.set('who', 'script'); pm.environment.set('token', 'outer')",
            "",
        ),
        request,
    )
    .await;
    let reply = reply(&outcome);
    assert_eq!(reply["url"], "/x?who=script");
    assert_eq!(reply["headers"]["authorization"], "Bearer inner");
    assert_eq!(reply["body"], "hello script");
    assert!(
        outcome.tests.iter().all(TestResult::passed) && outcome.tests.len() == 1,
        "{:?}",
        outcome.tests
    );
    assert!(!outcome.failed());
    let keys: Vec<String> = outcome
        .writes
        .iter()
        .map(|write| match &write.change {
            Change::Set { key, value } => format!("{} {key}={value} by {}", write.scope.label(), write.set_by),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(keys[2], "environment token=\"inner\" by List, pre-request");
    let exchange = outcome.exchange.expect("sent");
    assert!(!exchange.redactor.redact("Bearer inner").contains("inner"));
}

#[tokio::test]
async fn scripts_see_a_body_that_the_method_does_not_let_out() {
    let seen = "pm.test(JSON.stringify(pm.request.body) + JSON.stringify(request.data), () => {});";
    let bodies = [
        (
            Body::Raw {
                language: Language::Text,
                text: "hi {{base}}".into(),
            },
            "\"hi http://",
        ),
        (
            Body::Form(vec![Entry::new("name", "a"), Entry::new("name", "b")]),
            "{\"name\":[\"a\",\"b\"]}",
        ),
        (
            Body::GraphQl {
                query: "{a}".into(),
                variables: "{ \"x\": 1 }".into(),
                operation_name: None,
            },
            "\"variables\":\"{ \\\"x\\\": 1 }\"",
        ),
    ];
    for (body, expected) in bodies {
        for method in ["GET", "POST"] {
            let mut request = request("List", "{{base}}/x", "", seen);
            request.method = Method::new(method);
            request.body = body.clone();
            let outcome = sent(Group::named("API"), request).await;
            assert!(
                outcome.tests[0].name.contains(expected),
                "{method}: {}",
                outcome.tests[0].name
            );
            assert_eq!(reply(&outcome)["body"] == "", method == "GET");
        }
    }
}

#[tokio::test]
async fn scripts_run_from_the_outside_in_around_the_request() {
    let request = request(
        "R",
        "{{base}}",
        "console.log('request pre')",
        "console.log('request post')",
    );
    let outcome = sent(group("console.log('group pre')", "console.log('group post')"), request).await;
    let lines: Vec<&str> = outcome.console.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(lines, ["group pre", "request pre", "group post", "request post"]);
}

#[tokio::test]
async fn a_script_that_throws_stops_neither_the_others_nor_the_request() {
    let request = request(
        "R",
        "{{base}}",
        "pm.environment.set('who', 'still')",
        "pm.test('ran', () => {})",
    );
    let outcome = sent(group("throw new Error('no')", ""), request).await;
    assert_eq!(outcome.script_errors.len(), 1);
    assert_eq!(outcome.script_errors[0].event, ScriptEvent::PreRequest);
    assert!(outcome.script_errors[0].message.contains("no"));
    assert_eq!(reply(&outcome)["url"], "/");
    assert!(outcome.tests[0].passed() && outcome.failed());
}

#[tokio::test]
async fn without_a_response_the_tests_still_run() {
    let refused = request(
        "R",
        "http://127.0.0.1:1/",
        "",
        "pm.test('none', () => pm.expect(pm.response.code).to.equal(undefined))",
    );
    let outcome = sent(group("", ""), refused).await;
    let exchange = outcome.exchange.as_ref().expect("tried");
    let error = exchange.result.as_ref().expect_err("refused");
    assert_eq!(error.kind, SendErrorKind::Connect);
    assert_eq!(outcome.tests.len(), 1);
    assert!(outcome.failed());
}

#[tokio::test]
async fn a_skipped_request_is_not_sent_and_runs_no_more_scripts() {
    let request = request(
        "R",
        "http://127.0.0.1:1/",
        "console.log('not reached')",
        "console.log('nor this')",
    );
    let outcome = sent(group("pm.execution.skipRequest()", ""), request).await;
    assert!(outcome.skipped && outcome.exchange.is_none() && outcome.console.is_empty());
    assert!(!outcome.failed());
}

#[tokio::test]
async fn send_request_goes_over_the_same_client_and_resolves_nothing() {
    let script = "pm.sendRequest({url: pm.environment.get('base') + '/side?x={{who}}', method: 'POST', \
                  header: {'X-S': '1'}, body: {mode: 'raw', raw: 'b'}}, (error, response) => \
                  pm.environment.set('side', response.json()));";
    let outcome = sent(group("", ""), request("R", "{{base}}", script, "")).await;
    assert_eq!(outcome.script_errors, []);
    let write = outcome
        .writes
        .iter()
        .find(|write| write.scope == Scope::Environment)
        .expect("a write");
    let Change::Set { value, .. } = &write.change else {
        panic!("a value");
    };
    assert_eq!(value["url"], "/side?x=%7B%7Bwho%7D%7D");
    assert_eq!(value["body"], "b");
    assert_eq!(value["headers"]["x-s"], json!("1"));
    assert_eq!(value["headers"]["authorization"], Value::Null);
}

#[tokio::test]
async fn the_kind_of_a_form_is_in_no_header_that_scripts_see_but_the_users_own() {
    let test = "pm.environment.set('seen', pm.request.headers.filter(h => h.key.toLowerCase() === 'content-type').map(String));";
    let written = |headers: &[(&str, &str)], body: Body| {
        let mut request = request("R", "{{base}}", "", test);
        request.method = Method::new("POST");
        request.headers = headers.iter().map(|(name, value)| Entry::new(*name, *value)).collect();
        request.body = body;
        request
    };
    let form = || Body::Form(vec![Entry::new("a", "1")]);
    let raw = Body::Raw {
        language: Language::Json,
        text: "{}".into(),
    };
    for (request, seen) in [
        (written(&[], form()), json!([])),
        (
            written(&[("content-type", "a/b")], form()),
            json!(["content-type: a/b"]),
        ),
        (written(&[], raw), json!(["Content-Type: application/json"])),
    ] {
        let outcome = sent(group("", ""), request).await;
        let set = Change::Set {
            key: "seen".into(),
            value: seen,
        };
        assert_eq!(outcome.writes[0].change, set);
    }
}

#[tokio::test]
async fn the_request_after_sending_still_has_its_disabled_rows() {
    let off = |name: &str| Entry {
        enabled: false,
        ..Entry::new(name, "off")
    };
    let test = "pm.environment.set('seen', [pm.request.headers.map(h => [h.key, h.disabled]).slice(0, 3), \
                pm.request.body.urlencoded.map(f => [f.key, f.disabled])]);";
    let mut request = request("R", "{{base}}", "", test);
    request.method = Method::new("POST");
    request.headers = vec![Entry::new("X-A", "1"), off("X-B"), Entry::new("X-C", "3")];
    request.body = Body::Form(vec![off("a"), Entry::new("b", "2")]);
    let outcome = sent(group("", ""), request).await;
    assert_eq!(outcome.script_errors, []);
    let seen = json!([
        [["X-A", null], ["X-B", true], ["X-C", null]],
        [["a", true], ["b", null]]
    ]);
    let set = Change::Set {
        key: "seen".into(),
        value: seen,
    };
    assert!(
        outcome.writes.iter().any(|write| write.change == set),
        "{:?}",
        outcome.writes
    );
    assert_eq!(reply(&outcome)["body"], "b=2");
    assert_eq!(reply(&outcome)["headers"]["x-b"], Value::Null);
}

#[tokio::test]
async fn a_cancelled_send_ends_without_scripts() {
    let base = server().await;
    let (session, ids) = session(
        &base,
        group("", "console.log('post')"),
        vec![request("R", "{{base}}", "", "")],
    );
    let context = SendContext::default();
    context.cancel.cancel();
    let plan = session.plan(ids[0]).expect("a request");
    let outcome = pipeline().send(plan, &context).await;
    let exchange = outcome.exchange.expect("an exchange");
    assert_eq!(exchange.result.expect_err("cancelled").kind, SendErrorKind::Cancelled);
    assert!(outcome.console.is_empty());
}

#[tokio::test]
async fn a_body_that_the_method_leaves_behind_is_told() {
    let told = async |method: &str, text: &str, always: bool| {
        let mut request = request("R", "{{base}}/", "", "");
        request.method = Method::new(method);
        request.settings.always_send_body = Some(always);
        request.body = Body::Raw {
            language: crate::model::body::Language::Text,
            text: text.into(),
        };
        let exchange = sent(group("", ""), request).await.exchange.expect("an exchange");
        exchange
            .warnings
            .iter()
            .any(|told| told.contains("the body was not sent"))
    };
    assert!(told("GET", "x", false).await);
    assert!(!told("GET", "", false).await);
    assert!(!told("GET", "x", true).await);
    assert!(!told("POST", "x", false).await);
}

#[tokio::test]
async fn what_nothing_defines_is_told() {
    let outcome = sent(group("", ""), request("R", "{{base}}/{{nothing}}", "", "")).await;
    assert_eq!(outcome.unresolved, ["nothing", "token"]);
    let script = "pm.variables.set('loop', '{{loop}}'); pm.variables.set('a', '{{b}}'); pm.variables.set('b', '{{a}}')";
    let outcome = sent(
        group("", ""),
        request("R", "{{base}}/{{nothing}}?l={{loop}}&a={{a}}", script, ""),
    )
    .await;
    let mut told = outcome.unresolved;
    told.retain(|name| name != "token");
    assert_eq!(told.len(), 3, "one for each that is sent as written: {told:?}");
    assert!(told.contains(&"loop".to_owned()), "{told:?}");
}

#[tokio::test]
async fn answers_to_a_script_share_its_memory_limit() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    const LARGE: usize = 20 << 20;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let _request = stream.read(&mut [0; 4096]).await;
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {LARGE}\r\nConnection: close\r\n\r\n");
                stream.write_all(head.as_bytes()).await?;
                stream.write_all(&vec![b'x'; LARGE]).await
            });
        }
    });
    let script = "for (let i = 0; i < 4; i += 1) pm.sendRequest(pm.variables.get('base') + '/large', \
                  (error, response) => console.log(error ? error.message : response.size().body));";
    let request = request("Many", "{{base}}/x", script, "");
    let (session, ids) = session(&base, group("", ""), vec![request]);
    let mut pipeline = pipeline();
    pipeline.limits.memory = LARGE * 3 / 2;
    let plan = session.plan(ids[0]).expect("a request");
    let outcome = pipeline.send(plan, &SendContext::default()).await;
    let received: usize = outcome
        .console
        .iter()
        .filter_map(|line| line.text.parse::<usize>().ok())
        .sum();
    let refused = outcome
        .console
        .iter()
        .filter(|line| line.text.contains("what one script may hold"));
    assert!(received <= LARGE && refused.count() >= 3, "{:?}", outcome.console);
}

/// Runs the first of some requests of one collection.
async fn sent_among(requests: Vec<Request>) -> Outcome {
    let base = server().await;
    let (session, ids) = session(&base, group("", ""), requests);
    let plan = session.plan(ids[0]).expect("a request");
    pipeline().send(plan, &SendContext::default()).await
}

fn console(outcome: &Outcome) -> Vec<&str> {
    outcome.console.iter().map(|line| line.text.as_str()).collect()
}

#[tokio::test]
async fn a_script_runs_another_request_with_its_scripts() {
    let outer = request(
        "Outer",
        "{{base}}/outer?token={{token}}",
        "pm.environment.set('who', 'outer');
         pm.variables.set('mine', 'outer');
         const response = await pm.execution.runRequest('inner', { variables: { given: 'yes' } });
         console.log(response.json().url, pm.environment.get('token'), pm.variables.get('mine'));",
        "",
    );
    let inner = request(
        "Inner",
        "{{base}}/inner?given={{given}}&mine={{mine}}&who={{who}}",
        "pm.variables.set('mine', 'inner')",
        "console.log('inside');
         pm.environment.set('token', 'fresh');
         pm.test('answers', () => pm.response.to.have.status(200));",
    );
    let outcome = sent_among(vec![outer, inner]).await;
    assert_eq!(outcome.script_errors, []);
    assert_eq!(reply(&outcome)["url"], "/outer?token=fresh");
    assert_eq!(
        console(&outcome),
        ["inside", "/inner?given=yes&mine=inner&who=outer fresh outer"]
    );
    let tests: Vec<(&str, bool)> = outcome
        .tests
        .iter()
        .map(|test| (test.name.as_str(), test.passed()))
        .collect();
    assert_eq!(tests, [("Inner: answers", true)]);
    assert_eq!(outcome.script_sends.len(), 1);
    let token = outcome.writes.iter().filter(|write| {
        matches!(&write.change, Change::Set { key, value } if key == "token" && value == "fresh")
            && write.scope == Scope::Environment
    });
    assert_eq!(token.count(), 1, "kept once: {:?}", outcome.writes);
}

#[tokio::test]
async fn what_cannot_be_run_is_an_error_of_the_call() {
    let outer = request(
        "Outer",
        "{{base}}/outer",
        "for (const id of ['nowhere', 'Refused', 'skipped']) {
           await pm.execution.runRequest(id).then((it) => console.log(String(it)), (error) => console.log(error.message));
         }",
        "",
    );
    let refused = request("Refused", "http://127.0.0.1:1/", "", "");
    let skipped = request("Skipped", "{{base}}/", "pm.execution.skipRequest()", "");
    let outcome = sent_among(vec![outer, refused, skipped]).await;
    let said = console(&outcome);
    assert_eq!(said.len(), 3, "{said:?}");
    assert!(said[0].contains("no request with the id or name `nowhere`"), "{said:?}");
    assert!(said[0].contains(", but `Outer`, `Refused`, `Skipped`"), "{said:?}");
    assert!(said[1].contains("refused the connection"), "{said:?}");
    assert_eq!(said[2], "null");
}

#[tokio::test]
async fn a_request_that_runs_itself_ends() {
    let outer = request(
        "Outer",
        "{{base}}/outer",
        "await pm.execution.runRequest('outer').catch((error) => console.log(error.message));",
        "",
    );
    let outcome = sent_among(vec![outer]).await;
    let said = console(&outcome);
    assert!(
        said.iter()
            .any(|line| line.contains("10 requests have each run the next one")),
        "{said:?}"
    );
    assert_eq!(outcome.script_sends.len(), 10);
}

/// Sends a request whose script uses the vault; with the answers to the question for consent.
async fn with_vault(script: &str, answers: Option<bool>) -> (Outcome, Vec<String>) {
    asked_by(request("List", "{{base}}/x", script, ""), answers).await
}

/// The same for any request.
async fn asked_by(request: Request, answers: Option<bool>) -> (Outcome, Vec<String>) {
    struct Answers(bool, std::sync::Mutex<Vec<String>>);
    impl crate::exec::Consent for Answers {
        fn may(&self, asking: &Asking, permission: &Permission) -> crate::script::BoxFuture<Word> {
            assert_eq!(permission, &Permission::Vault);
            let Asking {
                place,
                collection,
                script,
                request,
                secrets,
                ..
            } = asking;
            let script = if script.is_empty() { request } else { script };
            let secrets = secrets.join(" ");
            self.1
                .lock()
                .expect("unpoisoned")
                .push(format!("{place} {collection}: {script} for {secrets}"));
            Box::pin(std::future::ready(if self.0 { Word::Yes } else { Word::No }))
        }
        fn ask(&self, _: &Asking, _: &str) -> crate::script::BoxFuture<Typed> {
            Box::pin(std::future::ready(Typed::Nothing))
        }
        fn give_up(&self) {}
    }
    let base = server().await;
    let (mut session, ids) = session(&base, group("", ""), vec![request]);
    let value = crate::model::variable::CurrentValue {
        value: Some(json!("s3cret-of-mine")),
        set_by: "you".to_owned(),
        set_at: jiff::Timestamp::UNIX_EPOCH,
        secret: false,
    };
    let owner = crate::model::variable::Owner::Vault;
    session.current.set(owner.clone(), "api", value);
    let consent = answers.map(|answer| Arc::new(Answers(answer, std::sync::Mutex::default())));
    let mut pipeline = pipeline();
    pipeline.consent = consent.clone().map(|consent| consent as Arc<dyn crate::exec::Consent>);
    let plan = session.plan(ids[0]).expect("a request");
    let mut outcome = pipeline.send(plan, &SendContext::default()).await;
    session.keep(Some(ids[0]), &outcome);
    outcome.redactor = crate::exec::secrets(&session.source(Some(ids[0])), &outcome);
    let asked = consent.map(|consent| consent.1.lock().expect("unpoisoned").clone());
    let mut kept: Vec<String> = session.current.of(&owner).map(|(key, _)| key.to_owned()).collect();
    kept.extend(asked.unwrap_or_default());
    (outcome, kept)
}

#[tokio::test]
async fn the_vault_is_the_users_to_open() {
    let script = "console.log(await pm.vault.get('api'), await pm.vault.get('none'));
                  await pm.vault.set('new', 'n3w-secret'); await pm.vault.unset('api');
                  console.log(await pm.vault.get('new'), await pm.vault.get('api'));";
    let (outcome, kept) = with_vault(script, Some(true)).await;
    assert_eq!(outcome.script_errors, []);
    assert_eq!(console(&outcome), ["s3cret-of-mine undefined", "n3w-secret undefined"]);
    assert_eq!(kept[0], "new", "{kept:?}");
    assert_eq!(kept[1], "api API: List, pre-request for api");
    assert_eq!(outcome.redactor.redact("a n3w-secret b"), "a •••••••• b");
}

#[tokio::test]
async fn without_the_users_consent_the_vault_stays_shut() {
    for (answer, expected) in [(None, "--allow-vault"), (Some(false), "you did not allow")] {
        let script =
            "await pm.vault.set('new', 'x').catch((error) => console.log(error.message)); await pm.vault.get('api')";
        let (outcome, kept) = with_vault(script, answer).await;
        let said = &console(&outcome)[0];
        let changes = "to change the secret `new` by its script `List, pre-request`";
        assert!(said.contains(expected) && said.contains(changes), "{said}");
        let told = &outcome.script_errors[0].message;
        assert!(told.contains(expected), "{told}");
        assert!(
            told.contains("the secret `api` by its script `List, pre-request`"),
            "{told}"
        );
        assert_eq!(kept[0], "api");
        assert!(outcome.vault.is_empty());
    }
}

#[tokio::test]
async fn a_request_gets_secrets_with_the_users_consent_alone() {
    let wants = |url: &str| request("List", url, "pm.variables.set('key', '{{vault:api}}')", "");
    let url_of = |outcome: &Outcome| outcome.exchange.as_ref().expect("sent").request.url.clone();
    let (outcome, kept) = asked_by(wants("{{base}}/x?key={{key}}"), Some(true)).await;
    assert!(
        url_of(&outcome).ends_with("/x?key=s3cret-of-mine"),
        "{}",
        url_of(&outcome)
    );
    assert_eq!(kept, ["api", "api API: List for api"]);
    assert_eq!(outcome.redactor.redact("s3cret-of-mine"), "••••••••");
    assert_eq!(console(&outcome), [""; 0]);
    let undefined = |outcome: &Outcome| outcome.unresolved.iter().any(|name| name.starts_with("vault:"));
    for (answer, expected) in [(None, "--allow-vault"), (Some(false), "you did not allow")] {
        let (outcome, _) = asked_by(wants("{{base}}/x?key={{key}}"), answer).await;
        let exchange = outcome.exchange.as_ref().expect("an attempt");
        let error = exchange.error().expect("nothing is sent with a hole in it");
        let told = format!("{error}; {}", error.hint.as_deref().unwrap_or_default());
        assert!(told.contains(expected), "{told}");
        assert!(!url_of(&outcome).contains("s3cret"), "{}", url_of(&outcome));
        // What is there and was not given is not called undefined.
        assert!(!undefined(&outcome));
    }
    // What nobody has goes out as it is written, and there is nothing to ask the user for.
    let (outcome, kept) = asked_by(wants("{{base}}/x?key={{vault:none}}"), Some(false)).await;
    assert!(
        console(&outcome)[0].contains("the vault has no `none`"),
        "{:?}",
        console(&outcome)
    );
    assert!(
        undefined(&outcome)
            && outcome
                .exchange
                .as_ref()
                .is_some_and(|exchange| exchange.error().is_none())
    );
    assert_eq!(kept, ["api"]);
}
