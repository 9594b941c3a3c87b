//! What the tests sign in with: an auth for the server, a flow, and a person whose browser is a client of its own.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use postrider::auth::oauth2::Config;
use postrider::exec::oauth2::{Failed, Flow, Obtained, Person, Prompt, Reply, Todo};
use postrider::http::{Client, ClientConfig};
use postrider::model::{Auth, Settings};
use postrider::script::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::server::{PASSWORD, SECRET, Server};

/// An auth for a client of the server.
pub fn auth(server: &Server, grant: &str, client: &str) -> Auth {
    let base = server.base();
    let words = match client {
        "basic:client" => "header",
        "body" => "body",
        "jwt" => "client_secret_jwt",
        "key" => "private_key_jwt",
        _ => "none",
    };
    Auth::new("oauth2")
        .with("grant_type", grant)
        .with("authUrl", format!("{base}/auth"))
        .with("accessTokenUrl", format!("{base}/token"))
        .with("deviceAuthorizationUrl", format!("{base}/device"))
        .with("clientId", client)
        .with(
            "clientSecret",
            if ["public", "key"].contains(&client) {
                ""
            } else {
                SECRET
            },
        )
        .with("client_authentication", words)
        .with("privateKey", include_str!("../http/keys/rsa-pkcs8.pem"))
        .with("privateKeyId", "k1")
        .with("username", "jörg")
        .with("password", PASSWORD)
        .with("scope", "openid a")
}

/// A flow with a person, or with nobody.
pub fn flow(person: Option<Arc<dyn Person>>) -> Flow {
    let client = Client::new(ClientConfig::default());
    Flow {
        person,
        ..Flow::new(client, Settings::default(), CancellationToken::new())
    }
}

/// What an auth says.
pub fn config(auth: &Auth) -> Config {
    Config::read(auth).unwrap().unwrap()
}

/// Gets a token with the help of a browser.
pub async fn obtain(auth: &Auth, browser: &Arc<Browser>) -> Result<Obtained, Failed> {
    flow(Some(browser.clone())).obtain(config(auth)).await
}

/// What there is once there is something; a test that waits in vain ends after two minutes.
pub async fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(began.elapsed() < Duration::from_mins(2), "{what} never came");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// What somebody does with a prompt.
type Habit = dyn Fn(Prompt) -> BoxFuture<Option<Reply>> + Send + Sync;

/// A person who does what the test says, and remembers what was shown.
pub struct Browser {
    habit: Box<Habit>,
    /// What they were asked.
    pub prompts: Mutex<Vec<Prompt>>,
    /// The pages their browser ended on: status and text.
    pub pages: Arc<Mutex<Vec<(u16, String)>>>,
}

impl Browser {
    /// Opens the page, signs in, and comes back.
    pub fn new() -> Arc<Self> {
        let pages: Arc<Mutex<Vec<(u16, String)>>> = Arc::default();
        let seen = pages.clone();
        Arc::new(Self {
            habit: Box::new(move |prompt| {
                let seen = seen.clone();
                Box::pin(async move {
                    if let Todo::Browser { url, .. } = &prompt.what {
                        let page = visit(url).await;
                        seen.lock().unwrap().push(page);
                    }
                    None
                })
            }),
            prompts: Mutex::default(),
            pages,
        })
    }

    /// Does something else.
    pub fn who<F, A>(habit: F) -> Arc<Self>
    where
        F: Fn(Prompt) -> A + Send + Sync + 'static,
        A: Future<Output = Option<Reply>> + Send + 'static,
    {
        Arc::new(Self {
            habit: Box::new(move |prompt| Box::pin(habit(prompt))),
            prompts: Mutex::default(),
            pages: Arc::default(),
        })
    }

    /// The page the browser has ended on, once it has.
    pub async fn page(&self) -> (u16, String) {
        until("the browser's page", || self.pages.lock().unwrap().last().cloned()).await
    }
}

impl Person for Browser {
    fn ask(&self, prompt: Prompt) -> BoxFuture<Reply> {
        self.prompts.lock().unwrap().push(prompt.clone());
        // As with a real browser, taking the prompt away does not close it.
        let done = tokio::spawn((self.habit)(prompt));
        Box::pin(async move {
            match done.await.unwrap() {
                Some(reply) => reply,
                None => std::future::pending().await,
            }
        })
    }
}

/// A browser of its own, with no certificates, as all servers here are on this machine.
pub fn web(redirects: reqwest::redirect::Policy) -> reqwest::Client {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap();
    let tls = tls
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirects)
        .no_proxy()
        .build()
        .unwrap()
}

/// Goes to a page, and on from there as browsers do.
pub async fn visit(url: &str) -> (u16, String) {
    let response = web(reqwest::redirect::Policy::default()).get(url).send().await.unwrap();
    (response.status().as_u16(), response.text().await.unwrap())
}

/// Where a page sends the browser.
pub async fn sent_to(url: &str) -> String {
    let response = web(reqwest::redirect::Policy::none()).get(url).send().await.unwrap();
    response.headers()["location"].to_str().unwrap().to_owned()
}
