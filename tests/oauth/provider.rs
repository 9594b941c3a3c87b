//! Every flow against npm's oidc-provider, a certified server that is not ours.
//!
//! Opt in, because it needs Node: `POSTRIDER_OIDC` names a folder in which `npm install oidc-provider@9` was run, or is
//! `npm` to have it installed into a temporary folder. Without it the test says that it was skipped.
//!
//! ```text
//! POSTRIDER_OIDC=npm cargo test --test oauth provider -- --nocapture
//! ```

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use postrider::auth::oauth2::OAuthError;
use postrider::exec::oauth2::{Reply, Todo};
use postrider::model::{Auth, Secret};

use super::support::{Browser, config, flow, obtain, web};

/// What a token is wanted for (RFC 8707).
const RESOURCE: &str = "https://api.example/one";
const VERSION: &str = "oidc-provider@9.13.3";
const SECRET: &str = "p:s+s w%rd&0123456789012345678901234567890123456789";

/// The server; it ends with its standard input.
struct Provider {
    child: Child,
    issuer: String,
}

impl Drop for Provider {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn start(place: &str, temporary: &Path) -> Provider {
    let folder = if place == "npm" { temporary } else { Path::new(place) };
    if place == "npm" {
        let done = Command::new("npm")
            .args(["install", "--no-fund", "--no-audit", "--loglevel=error", "--prefix"])
            .arg(folder)
            .arg(VERSION)
            .status()
            .expect("`POSTRIDER_OIDC=npm` needs npm");
        assert!(done.success(), "npm could not install {VERSION}");
    }
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut child = Command::new("node")
        .arg(tests.join("oauth/provider.mjs"))
        .arg(folder.canonicalize().unwrap())
        .arg(tests.join("http/keys/rsa-pkcs8.pem"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`POSTRIDER_OIDC` needs node");
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let issuer = lines.find_map(|line| line.strip_prefix("ready ").map(str::to_owned));
    Provider {
        child,
        issuer: issuer.expect("oidc-provider does not start"),
    }
}

/// A browser with cookies: goes on where it is sent, and sends the forms it is shown as they are.
#[derive(Default)]
struct Cookies(HashMap<String, String>);

impl Cookies {
    async fn go(&mut self, url: &str) -> (u16, String) {
        let client = web(reqwest::redirect::Policy::none());
        let mut url = url::Url::parse(url).unwrap();
        let mut body = None;
        loop {
            let cookies: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let request = match body.take() {
                None => client.get(url.clone()),
                Some(body) => client
                    .post(url.clone())
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .body::<String>(body),
            };
            let response = request.header("Cookie", cookies.join("; ")).send().await.unwrap();
            for cookie in response.headers().get_all("set-cookie") {
                let (name, rest) = cookie.to_str().unwrap().split_once('=').unwrap();
                let value = rest.split(';').next().unwrap();
                self.0.insert(name.to_owned(), value.to_owned());
            }
            if let Some(location) = response.headers().get("location") {
                url = url.join(location.to_str().unwrap()).unwrap();
                if url.host_str() != Some("127.0.0.1") {
                    // Whoever is there is none of ours.
                    return (response.status().as_u16(), url.into());
                }
                continue;
            }
            let status = response.status().as_u16();
            let page = response.text().await.unwrap();
            let Some(action) = page.split("action=\"").nth(1).and_then(|rest| rest.split('"').next()) else {
                return (status, page);
            };
            let field = |input: &str, name: &str| {
                let value = input.split(&format!("{name}=\"")).nth(1)?.split('"').next()?;
                Some(value.to_owned())
            };
            let inputs = page.split("<input").skip(1);
            let inputs =
                inputs.filter_map(|input| Some((field(input, "name")?, field(input, "value").unwrap_or_default())));
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.extend_pairs(inputs).append_pair("confirm", "yes");
            url = url.join(action).unwrap();
            body = Some(form.finish());
        }
    }
}

fn auth(provider: &Provider, grant: &str, client: &str) -> Auth {
    let words = match client {
        "basic" => "header",
        "post" => "body",
        "jwt" => "client_secret_jwt",
        "key" => "private_key_jwt",
        _ => "none",
    };
    let has_secret = ["basic", "post", "jwt"].contains(&client);
    Auth::new("oauth2")
        .with("grant_type", grant)
        .with("issuer", provider.issuer.as_str())
        .with("clientId", client)
        .with("clientSecret", if has_secret { SECRET } else { "" })
        .with("client_authentication", words)
        .with("privateKey", include_str!("../http/keys/rsa-pkcs8.pem"))
        .with("privateKeyId", "k1")
        .with("username", "joerg")
        .with("password", "gehe:im&=")
        .with(
            "scope",
            if grant == "client_credentials" {
                "a"
            } else {
                "openid offline_access a"
            },
        )
        .with(
            "authRequestParams",
            if grant == "client_credentials" {
                ""
            } else {
                "prompt=consent"
            },
        )
}

fn somebody() -> std::sync::Arc<Browser> {
    Browser::who(|prompt| async move {
        let (status, page) = Cookies::default().go(prompt.page()).await;
        match prompt.what {
            Todo::Browser { .. } => assert!(page.contains("You are signed in"), "{status} {page}"),
            Todo::Device { .. } => assert!(page.contains("device signed in"), "{status} {page}"),
        }
        None
    })
}

/// The audience of an access token, which is a JWT then.
fn audience(token: &Secret) -> String {
    let claims = token.reveal().split('.').nth(1).expect("a JWT");
    let claims = URL_SAFE_NO_PAD.decode(claims).unwrap();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap();
    claims["aud"].as_str().unwrap_or_default().to_owned()
}

/// Where the browser comes back: to a port that is said, and to where nobody listens, whose address is pasted; and whose it is.
async fn the_ways_back(provider: &Provider) {
    let port = {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        free.local_addr().unwrap().port()
    };
    let auth = auth(provider, "authorization_code_with_pkce", "basic").with("resource", RESOURCE);
    let browser = somebody();
    let fixed = auth.clone().with("callbackPort", port);
    let obtained = obtain(&fixed, &browser)
        .await
        .unwrap_or_else(|failed| panic!("{failed}"));
    assert_eq!(audience(&obtained.tokens.access), RESOURCE);
    let Todo::Browser { back, .. } = browser.prompts.lock().unwrap()[0].what.clone() else {
        panic!("no browser")
    };
    assert_eq!(back, format!("http://127.0.0.1:{port}/callback"));

    let elsewhere = auth.with("redirect_uri", "https://oauth.pstmn.io/v1/callback");
    for is_forged in [false, true] {
        let issuer = url::form_urlencoded::byte_serialize(provider.issuer.as_bytes()).collect::<String>();
        let pasted = Browser::who(move |prompt| {
            let issuer = issuer.clone();
            async move {
                let (_, address) = Cookies::default().go(prompt.page()).await;
                assert!(address.contains(&format!("iss={issuer}")), "{address}");
                let address = if is_forged {
                    address.replace(&issuer, "https%3A%2F%2Fevil.example")
                } else {
                    address
                };
                Some(Reply::Pasted(address))
            }
        });
        match obtain(&elsewhere, &pasted).await {
            Ok(obtained) => assert!(!is_forged && audience(&obtained.tokens.access) == RESOURCE),
            Err(failed) => assert!(
                is_forged && matches!(failed.error, OAuthError::Issuer { .. }),
                "{failed}"
            ),
        }
    }
}

#[tokio::test]
#[expect(clippy::print_stderr, reason = "a test that needs Node says why it was skipped")]
async fn every_flow_works_with_oidc_provider() {
    let Ok(place) = std::env::var("POSTRIDER_OIDC") else {
        eprintln!("skipped: POSTRIDER_OIDC is not set (a folder with oidc-provider installed, or `npm`)");
        return;
    };
    let temporary = tempfile::tempdir().unwrap();
    let provider = start(&place, temporary.path());
    for client in ["basic", "post", "jwt", "key"] {
        let done = flow(None)
            .obtain(config(&auth(&provider, "client_credentials", client)))
            .await;
        let obtained = done.unwrap_or_else(|failed| panic!("{client}: {failed}"));
        assert!(obtained.tokens.lasts.is_some() && obtained.tokens.scope == "a");
        let meant = auth(&provider, "client_credentials", client).with("resource", RESOURCE);
        let obtained = flow(None)
            .obtain(config(&meant))
            .await
            .unwrap_or_else(|failed| panic!("{client}: {failed}"));
        assert_eq!(audience(&obtained.tokens.access), RESOURCE);
        let wrong = auth(&provider, "client_credentials", client)
            .with("clientSecret", "wr0ng")
            .with("privateKeyId", "k2");
        let refused = flow(None).obtain(config(&wrong)).await.unwrap_err().error;
        assert!(
            matches!(&refused, OAuthError::Refused { code, .. } if code == "invalid_client"),
            "{client}: {refused}"
        );
    }

    for client in ["basic", "post", "jwt", "key", "public"] {
        for grant in ["authorization_code_with_pkce", "device_code"] {
            let auth = auth(&provider, grant, client);
            let obtained = obtain(&auth, &somebody())
                .await
                .unwrap_or_else(|failed| panic!("{grant} {client}: {failed}"));
            let tokens = obtained.tokens;
            assert!(tokens.id.is_some(), "{grant} {client}");
            let first = tokens
                .refresh
                .unwrap_or_else(|| panic!("{grant} {client}: no refresh token"));
            let next = flow(None).refresh(config(&auth), &first).await.unwrap();
            let second = next.tokens.refresh.unwrap();
            assert_ne!(first, second, "{grant} {client}: it rotates");
            assert!(
                flow(None).refresh(config(&auth), &first).await.is_err(),
                "{grant} {client}: it was used"
            );
        }
        let password = auth(&provider, "password_credentials", client);
        flow(None)
            .obtain(config(&password))
            .await
            .unwrap_or_else(|failed| panic!("{client}: {failed}"));
        let refused = flow(None)
            .obtain(config(&password.with("password", "x")))
            .await
            .unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the token endpoint answered `invalid_grant`: grant request is invalid"
        );
    }
    the_ways_back(&provider).await;
    // Without PKCE this server signs nobody in.
    let refused = Browser::who(|prompt| async move {
        Cookies::default().go(prompt.page()).await;
        None
    });
    let failed = obtain(&auth(&provider, "authorization_code", "basic"), &refused)
        .await
        .unwrap_err();
    assert!(failed.to_string().contains("`invalid_request`"), "{failed}");
}
