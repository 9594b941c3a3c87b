//! Questions that a script asks of the outside: cookies, secrets, other requests.

use std::sync::Mutex;

use serde_json::{Value, json};

use crate::model::Scope;
use crate::model::variable::{Change, VariableWrite};

use super::*;

/// Answers as a jar with one cookie; keeps what it was asked.
#[derive(Default)]
struct Port(Mutex<Vec<Ask>>);

impl SendPort for Port {
    fn send(&self, _: Request) -> BoxFuture<Result<ScriptResponse, Refused>> {
        Box::pin(std::future::ready(Err("no sends here".into())))
    }

    fn ask(&self, question: Ask) -> BoxFuture<Result<Answer, Refused>> {
        self.0.lock().unwrap().push(question.clone());
        let cookie = json!({"name": "sid", "value": "a%20b", "path": "/"});
        let value = match &question {
            Ask::Jar { url, .. } if url.contains("bad") => return Box::pin(std::future::ready(Err("no URL".into()))),
            Ask::Jar {
                action: JarAction::Get { name },
                ..
            } if name == "sid" => cookie,
            Ask::Jar {
                action: JarAction::GetAll { .. },
                ..
            } => json!([cookie]),
            Ask::Run { .. } => {
                let response = answer(200, "OK", "{}");
                let write = VariableWrite {
                    scope: Scope::Environment,
                    change: Change::Set {
                        key: "inner".to_owned(),
                        value: json!(7),
                    },
                    set_by: "another script".to_owned(),
                };
                let ran = Answer::Ran(Some(Box::new(response)), vec![write]);
                return Box::pin(std::future::ready(Ok(ran)));
            }
            _ => Value::Null,
        };
        Box::pin(std::future::ready(Ok(Answer::Value(value))))
    }
}

fn asking(source: &str) -> (Vec<String>, Vec<Ask>) {
    let port = Arc::new(Port::default());
    let mut job = job(source);
    job.send = Some(port.clone());
    let shown = texts(run_job(job));
    let asked = std::mem::take(&mut *port.0.lock().unwrap());
    (shown, asked)
}

#[test]
fn the_jar_answers_promises_and_callbacks() {
    let (shown, asked) = asking(
        "const jar = pm.cookies.jar();
         console.log(await jar.get('http://a', 'sid'), await jar.get('http://a', 'no'));
         jar.get('http://a', 'sid', (error, value) => console.log(error, value));
         jar.getAll('http://a', (error, all) => console.log(error, all.count(), all.get('sid')));
         console.log((await jar.getAll('http://a', { http: false })).one('sid').path);
         const made = await jar.set('http://a', { name: 'n', value: 'v', httpOnly: true });
         console.log(made.name, await jar.unset('http://a', 'n'), await jar.clear('a'));
         await jar.set('http://a', 'empty', '');
         const bare = await jar.set('http://a', '=v');
         console.log(JSON.stringify(bare), String(bare));
         await jar.set('http://a', 'sign=');
         await jar.set('http://a', 'two', 'a;b=c');",
    );
    assert_eq!(
        shown,
        [
            "a b null",
            "null a b",
            "null 1 a b",
            "/",
            "n undefined undefined",
            "{\"expires\":null,\"maxAge\":0,\"domain\":\"a\",\"path\":\"/\",\"secure\":false,\"httpOnly\":false,\
             \"hostOnly\":true,\"value\":\"v\"} v; Path=/",
        ]
    );
    let jar = |url: &str, action| Ask::Jar {
        url: url.into(),
        action,
    };
    assert!(asked.contains(&jar(
        "http://a",
        JarAction::Set {
            line: "n=v; HttpOnly".into()
        }
    )));
    // What has no sign of equality has no name, as in Postman.
    for line in ["empty", "v", "sign="] {
        assert!(
            asked.contains(&jar("http://a", JarAction::Set { line: line.into() })),
            "{line}"
        );
    }
    let two = "two=a%3Bb=c".into();
    assert!(asked.contains(&jar("http://a", JarAction::Set { line: two })));
    assert!(asked.contains(&jar(
        "http://a",
        JarAction::GetAll {
            http: false,
            secure: None
        }
    )));
    assert!(asked.contains(&jar("http://a", JarAction::Unset { name: "n".into() })));
    assert!(asked.contains(&jar("http://a", JarAction::Clear)), "{asked:?}");
}

#[test]
fn wrong_questions_reach_the_callback_or_the_promise() {
    let (shown, _) = asking(
        "const jar = pm.cookies.jar(); const say = (error) => console.log(error.message);
         await jar.get('http://bad', 'x').catch(say); await jar.get('', 'x').catch(say); await jar.get('http://a').catch(say);
         await new Promise((ok) => jar.unset('http://a', 5, (error) => { say(error); ok(); }));
         try { jar.clear('http://a', 5); } catch (error) { say(error); }",
    );
    assert_eq!(
        shown,
        [
            "no URL",
            "CookieJar.get() requires a valid url",
            "CookieJar.get() requires cookie name to be a string",
            "CookieJar.unset() requires cookie name to be a string",
            "callback needs to be a function",
        ]
    );
}

#[test]
fn what_a_callback_throws_is_the_scripts_error() {
    let mut job = job("pm.cookies.jar().clear('http://a', () => { throw new Error('mine') })");
    job.send = Some(Arc::new(Port::default()));
    let report = run_job(job);
    assert_eq!(report.errors[0].message, "mine");
}

#[test]
fn another_request_can_be_run() {
    let (shown, asked) = asking(
        "console.log(pm.environment.get('inner'));
         console.log((await pm.execution.runRequest('id-1', { variables: { a: 1 } })).code, pm.environment.get('inner'));
         await pm.execution.runRequest().catch((error) => console.log(error.name));",
    );
    assert_eq!(shown, ["undefined", "200 7", "TypeError"]);
    let Ask::Run { id, variables, .. } = &asked[0] else {
        panic!("{asked:?}")
    };
    assert_eq!((id.as_str(), &variables["a"]), ("id-1", &json!(1)));
}

#[test]
fn without_anybody_to_ask_each_says_so() {
    for (source, expected) in [
        (
            "await pm.vault.get('key')",
            "pm.vault: secrets are given to a script only with your consent, and nobody can be asked here",
        ),
        (
            "await pm.cookies.jar().get('http://a', 'b')",
            "there is no cookie jar here",
        ),
        (
            "await pm.execution.runRequest('x')",
            "pm.execution.runRequest runs requests of a collection, and this one is in none",
        ),
        (
            "pm.datasets('x')",
            "pm.datasets is not supported: datasets exist only in the Postman app",
        ),
        ("pm.require('@team/pkg')", "Cannot find package '@team/pkg'"),
    ] {
        assert_eq!(error(source), expected, "{source}");
    }
}

#[test]
fn a_cookie_without_a_name_is_in_no_object() {
    let mut job = job(
        "console.log(JSON.stringify(pm.cookies), JSON.stringify(pm.cookies.toObject()), pm.cookies.count());
         console.log(pm.cookies.jar().constructor);",
    );
    job.cookies = vec![Cookie {
        name: String::new(),
        value: "v".into(),
        domain: "a.test".into(),
        path: "/".into(),
        expires: None,
        secure: false,
        http_only: false,
        host_only: true,
        same_site: None,
        more: crate::model::exchange::CookieMore::default(),
    }];
    let shown = texts(run_job(job));
    let json = r#"[{"expires":null,"maxAge":0,"domain":"a.test","path":"/","secure":false,"httpOnly":false,"hostOnly":true,"value":"v"}]"#;
    assert_eq!(shown, [&format!("{json} {{}} 1"), "[Function: PostmanCookieJar]"]);
}
