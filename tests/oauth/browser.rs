//! Signing in, in the browser: the loopback listener, strangers at it, pasting, and answers that are not to be believed.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use postrider::auth::oauth2::OAuthError;
use postrider::exec::oauth2::{Flow, Reply, Todo};

use super::server::{Manners, Server};
use super::support::{Browser, auth, config, flow, obtain, sent_to, until, visit, web};

const PKCE: &str = "authorization_code_with_pkce";

#[tokio::test]
async fn a_code_is_exchanged_with_and_without_pkce() {
    let server = Server::start(Manners::default()).await;
    for (grant, client, challenge) in [
        (PKCE, "public", "S256"),
        (PKCE, "public", "plain"),
        (PKCE, "basic:client", "S256"),
        ("authorization_code", "key", "S256"),
        ("", "jwt", ""),
    ] {
        let browser = Browser::new();
        let auth = auth(&server, grant, client).with("challengeAlgorithm", challenge);
        let obtained = obtain(&auth, &browser)
            .await
            .unwrap_or_else(|failed| panic!("{grant} {client}: {failed}"));
        assert!(obtained.tokens.access.reveal().starts_with("at-") && obtained.tokens.refresh.is_some());
        let (status, page) = browser.page().await;
        assert!(status == 200 && page.contains("You are signed in"), "{page}");
    }
    // Without PKCE the server lets nobody in who cannot prove anything else.
    let failed = obtain(&auth(&server, "authorization_code", "public"), &Browser::new())
        .await
        .unwrap_err();
    assert!(failed.to_string().contains("`access_denied`"), "{failed}");
}

#[tokio::test]
async fn the_browser_comes_back_to_the_port_and_path_the_server_knows() {
    let server = Server::start(Manners::default()).await;
    let free = || {
        std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port()
    };
    let (one, other) = (free(), free());
    for (redirect_uri, port, expected) in [
        (
            format!("http://localhost:{one}/my/cb"),
            String::new(),
            format!("http://localhost:{one}/my/cb"),
        ),
        (
            "http://127.0.0.1/cb".to_owned(),
            other.to_string(),
            format!("http://127.0.0.1:{other}/cb"),
        ),
    ] {
        let browser = Browser::new();
        let auth = auth(&server, PKCE, "public")
            .with("redirect_uri", redirect_uri)
            .with("callbackPort", port);
        obtain(&auth, &browser).await.unwrap();
        let back = match &browser.prompts.lock().unwrap()[0].what {
            Todo::Browser {
                back, listens: true, ..
            } => back.clone(),
            _ => panic!("nobody listens"),
        };
        assert_eq!(back, expected);
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let auth = auth(&server, PKCE, "public").with("callbackPort", port);
    let failed = obtain(&auth, &Browser::new()).await.unwrap_err();
    assert!(failed.to_string().contains(&format!("the port {port}")), "{failed}");
    assert!(failed.to_string().contains("in use"), "{failed}");
}

#[tokio::test]
async fn strangers_and_favicons_do_not_disturb() {
    let server = Server::start(Manners::default()).await;
    let answers: Arc<Mutex<Vec<(u16, String)>>> = Arc::default();
    let seen = answers.clone();
    let browser = Browser::who(move |prompt| {
        let seen = seen.clone();
        async move {
            let Todo::Browser { url, back, .. } = prompt.what else {
                panic!("no browser")
            };
            let origin = back.trim_end_matches("/callback").to_owned();
            let mut told = Vec::new();
            for path in [
                "/favicon.ico".to_owned(),
                "/".to_owned(),
                "/callback".to_owned(),
                "/callback?code=stolen&state=guess".to_owned(),
                "/callback?error=access_denied".to_owned(),
            ] {
                told.push(visit(&format!("{origin}{path}")).await);
            }
            let client = web(reqwest::redirect::Policy::none());
            let bent = client
                .get(sent_to(&url).await)
                .header("Host", "evil.example")
                .send()
                .await
                .unwrap();
            told.push((bent.status().as_u16(), String::new()));
            let posted = client.post(&back).send().await.unwrap();
            told.push((posted.status().as_u16(), String::new()));
            told.push(visit(&url).await);
            *seen.lock().unwrap() = told;
            None
        }
    });
    obtain(&auth(&server, PKCE, "public"), &browser).await.unwrap();
    until("the last page", || (!answers.lock().unwrap().is_empty()).then_some(())).await;
    let answers = answers.lock().unwrap();
    let statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [404, 404, 400, 400, 400, 404, 404, 200]);
    assert!(
        answers[3].1.contains("not the sign-in that postrider waits for"),
        "{}",
        answers[3].1
    );
}

#[tokio::test]
async fn a_refusal_is_told_here_and_in_the_browser() {
    let server = Server::start(Manners {
        denies: true,
        ..Manners::default()
    })
    .await;
    let browser = Browser::new();
    let failed = obtain(&auth(&server, PKCE, "public"), &browser).await.unwrap_err();
    assert_eq!(
        failed.to_string(),
        "the authorization endpoint answered `access_denied`: <b>not</b> you"
    );
    let (_, page) = browser.page().await;
    assert!(
        page.contains("&lt;b&gt;not&lt;/b&gt;") && !page.contains("<b>"),
        "{page}"
    );
}

#[tokio::test]
async fn a_state_of_somebody_elses_is_never_taken() {
    let server = Server::start(Manners {
        state: Some("another".into()),
        ..Manners::default()
    })
    .await;
    let browser = Browser::new();
    let flow = flow(Some(browser.clone()));
    let cancel = flow.cancel.clone();
    // It goes on waiting for the right one until nobody wants it any more.
    let (done, page) = tokio::join!(flow.obtain(config(&auth(&server, PKCE, "public"))), async {
        let page = browser.page().await;
        cancel.cancel();
        page
    });
    assert_eq!(done.unwrap_err().error, OAuthError::Cancelled);
    assert_eq!(page.0, 400);
    assert_eq!(server.asked(), [""; 0], "the code was never redeemed");
}

#[tokio::test]
async fn an_answer_of_another_server_is_not_taken() {
    for (names, is_good) in [
        (None, false),
        (Some("https://evil.example"), false),
        (Some("own"), true),
    ] {
        let server = Server::start(Manners::default()).await;
        let names = names.map(|name| if name == "own" { server.base() } else { name.to_owned() });
        server.name(names);
        let auth = auth(&server, PKCE, "public").with("issuer", server.base());
        let done = obtain(&auth, &Browser::new()).await;
        match done {
            Ok(_) => assert!(is_good),
            Err(failed) => {
                assert!(
                    matches!(failed.error, OAuthError::Issuer { .. }) && !is_good,
                    "{failed}"
                );
                assert_eq!(server.asked(), [""; 0]);
            }
        }
    }
}

#[tokio::test]
async fn where_the_browser_comes_back_elsewhere_its_address_is_pasted() {
    let server = Server::start(Manners::default()).await;
    let browser = Browser::who(|prompt| async move {
        let Todo::Browser {
            url, listens, wrong, ..
        } = prompt.what
        else {
            panic!("no browser")
        };
        assert!(!listens);
        Some(Reply::Pasted(match wrong.as_deref() {
            None => "https://oauth.pstmn.io/v1/callback".to_owned(),
            Some(wrong) if wrong.contains("no `code=`") => {
                "https://oauth.pstmn.io/v1/callback?code=x&state=y".to_owned()
            }
            Some(_) => sent_to(&url).await,
        }))
    });
    let auth = auth(&server, PKCE, "public").with("redirect_uri", "https://oauth.pstmn.io/v1/callback");
    obtain(&auth, &browser).await.unwrap();
    let prompts = browser.prompts.lock().unwrap();
    assert_eq!(prompts.len(), 3, "twice it was wrong");
    assert!(prompts.iter().all(|prompt| prompt.page() == prompts[0].page()));
}

#[tokio::test]
async fn a_token_in_the_address_is_handed_over_by_the_page() {
    let server = Server::start(Manners::default()).await;
    let browser = Browser::who(|prompt| async move {
        let Todo::Browser { url, back, .. } = prompt.what else {
            panic!("no browser")
        };
        let there = sent_to(&url).await;
        let (_, page) = visit(&there).await;
        assert!(page.contains("location.hash"), "{page}");
        // What its script does.
        visit(&format!("{back}?{}", there.split_once('#').unwrap().1)).await;
        None
    });
    let obtained = obtain(&auth(&server, "implicit", "basic:client"), &browser)
        .await
        .unwrap();
    assert!(obtained.tokens.access.reveal().starts_with("at-") && obtained.exchange.is_none());
    assert_eq!(server.asked(), [""; 0]);
}

#[tokio::test]
async fn whoever_gives_up_or_takes_too_long_is_not_waited_for() {
    let server = Server::start(Manners::default()).await;
    let quitter = Browser::who(|_| async { Some(Reply::Cancelled) });
    let failed = obtain(&auth(&server, PKCE, "public"), &quitter).await.unwrap_err();
    assert_eq!(failed.error, OAuthError::Cancelled);

    let sleeper = Browser::who(|_| async { None });
    let flow = Flow {
        patience: Duration::from_millis(50),
        ..flow(Some(sleeper.clone()))
    };
    let failed = flow.obtain(config(&auth(&server, PKCE, "public"))).await.unwrap_err();
    assert!(matches!(failed.error, OAuthError::Late(_)), "{failed}");
    let Todo::Browser { back, .. } = sleeper.prompts.lock().unwrap()[0].what.clone() else {
        panic!("no browser")
    };
    // Nobody listens there any more.
    let port: u16 = back.split(['/', ':']).find_map(|part| part.parse().ok()).unwrap();
    until("the port", || std::net::TcpListener::bind(("127.0.0.1", port)).ok()).await;

    let flow = super::support::flow(Some(sleeper));
    flow.cancel.cancel();
    let failed = flow.obtain(config(&auth(&server, PKCE, "public"))).await.unwrap_err();
    assert_eq!(failed.error, OAuthError::Cancelled);
}
