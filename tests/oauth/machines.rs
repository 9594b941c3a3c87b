//! The grants that need nobody: client credentials, password, refresh; and the five ways to prove who the client is.

use postrider::auth::oauth2::OAuthError;
use postrider::model::Secret;
use postrider::model::secret::MASK;

use super::server::{Manners, PASSWORD, SECRET, Server};
use super::support::{auth, config, flow};

#[tokio::test]
async fn a_client_proves_who_it_is_in_each_of_five_ways() {
    let server = Server::start(Manners::default()).await;
    for client in ["basic:client", "body", "public", "jwt", "key"] {
        let obtained = flow(None)
            .obtain(config(&auth(&server, "client_credentials", client)))
            .await;
        let obtained = obtained.unwrap_or_else(|failed| panic!("{client}: {failed}"));
        assert!(obtained.tokens.access.reveal().starts_with("at-"), "{client}");
        assert_eq!(obtained.tokens.lasts.map(|time| time.as_secs()), Some(60));
    }
}

#[tokio::test]
async fn a_wrong_proof_is_told_in_words_and_without_the_secret() {
    let server = Server::start(Manners::default()).await;
    for (client, parameter, wrong) in [
        ("basic:client", "clientSecret", "wr0ng-secret"),
        ("body", "clientSecret", "wr0ng-secret"),
        ("jwt", "clientSecret", "wr0ng-secret"),
        ("key", "privateKeyId", "another"),
        ("basic:client", "client_authentication", "body"),
        ("body", "client_authentication", "header"),
    ] {
        let auth = auth(&server, "client_credentials", client).with(parameter, wrong);
        let failed = flow(None).obtain(config(&auth)).await.unwrap_err();
        let told = failed.to_string();
        assert!(
            told.starts_with("the token endpoint answered `invalid_client`: wrong proof"),
            "{client}: {told}"
        );
        assert!(failed.error.hint().unwrap().contains("client id and secret"));
        assert!(!format!("{failed:?} {told}").contains("wr0ng-secret"));
        assert_eq!(failed.exchange.unwrap().response().unwrap().status, 401);
    }
}

#[tokio::test]
async fn a_password_gets_a_token_and_a_wrong_one_does_not() {
    let server = Server::start(Manners::default()).await;
    let right = auth(&server, "password_credentials", "basic:client");
    let obtained = flow(None).obtain(config(&right)).await.unwrap();
    let exchange = obtained.exchange.unwrap();
    let body = String::from_utf8(exchange.request.body.to_vec()).unwrap();
    assert!(body.contains("grant_type=password"), "{body}");
    for secret in [SECRET, PASSWORD, obtained.tokens.access.reveal(), "gehe%3Aim"] {
        assert!(!exchange.redactor.redact(&body).contains(secret), "{secret}");
        assert_eq!(
            exchange.redactor.redact(secret).replace(MASK, ""),
            if secret == "gehe%3Aim" { secret } else { "" }
        );
    }
    let failed = flow(None)
        .obtain(config(&right.with("password", "other")))
        .await
        .unwrap_err();
    assert_eq!(
        failed.to_string(),
        "the token endpoint answered `invalid_grant`: who is that?"
    );
}

#[tokio::test]
async fn refresh_tokens_that_are_good_once_go_on_and_on() {
    let server = Server::start(Manners::default()).await;
    let auth = auth(&server, "password_credentials", "body");
    let first = flow(None).obtain(config(&auth)).await.unwrap().tokens.refresh.unwrap();
    let mut token = first.clone();
    for _ in 0..3 {
        let next = flow(None).refresh(config(&auth), &token).await.unwrap().tokens;
        assert_ne!(next.refresh.as_ref(), Some(&token));
        token = next.refresh.unwrap();
    }
    let failed = flow(None).refresh(config(&auth), &first).await.unwrap_err();
    assert!(
        matches!(&failed.error, OAuthError::Refused { code, .. } if code == "invalid_grant"),
        "{failed}"
    );
}

#[tokio::test]
async fn a_refresh_token_stays_where_the_server_sends_no_new_one() {
    let server = Server::start(Manners {
        keeps_refresh: true,
        ..Manners::default()
    })
    .await;
    let auth =
        auth(&server, "password_credentials", "body").with("refreshTokenUrl", format!("{}/token", server.base()));
    let first = flow(None).obtain(config(&auth)).await.unwrap().tokens.refresh.unwrap();
    let next = flow(None).refresh(config(&auth), &first).await.unwrap().tokens;
    assert_eq!(next.refresh, Some(first));
    assert_eq!(server.asked(), ["password", "refresh_token"]);
}

#[tokio::test]
async fn an_issuer_is_enough() {
    let server = Server::start(Manners::default()).await;
    let base = server.base();
    // No way to prove who the client is either: the server says that it takes it from the body.
    let lone = postrider::model::Auth::new("oauth2")
        .with("grant_type", "client_credentials")
        .with("issuer", base.as_str())
        .with("clientId", "body")
        .with("clientSecret", SECRET);
    assert!(flow(None).obtain(config(&lone)).await.is_ok());
    let document = format!("{base}/.well-known/openid-configuration");
    assert!(
        flow(None)
            .obtain(config(&lone.clone().with("issuer", document)))
            .await
            .is_ok()
    );

    let liar = Server::start(Manners {
        claims: Some("https://evil.example".into()),
        ..Manners::default()
    })
    .await;
    let failed = flow(None)
        .obtain(config(&lone.with("issuer", liar.base())))
        .await
        .unwrap_err();
    assert!(
        failed
            .to_string()
            .contains("it is for the issuer `https://evil.example`"),
        "{failed}"
    );
    assert_eq!(liar.asked(), [""; 0], "it was asked for nothing");
}

#[tokio::test]
async fn nobody_is_asked_where_nobody_is() {
    let server = Server::start(Manners::default()).await;
    for grant in [
        "authorization_code_with_pkce",
        "authorization_code",
        "implicit",
        "device_code",
    ] {
        let failed = flow(None)
            .obtain(config(&auth(&server, grant, "public")))
            .await
            .unwrap_err();
        assert!(
            matches!(failed.error, OAuthError::Unattended { .. }),
            "{grant}: {failed}"
        );
        assert!(
            failed.error.hint().unwrap().contains("postrider tokens login"),
            "{grant}"
        );
    }
    assert_eq!(server.asked(), [""; 0]);
}

#[tokio::test]
async fn a_token_of_another_server_is_no_refresh_token() {
    let server = Server::start(Manners::default()).await;
    let auth = auth(&server, "client_credentials", "public");
    assert!(flow(None).refresh(config(&auth), &Secret::new("rt-0")).await.is_err());
}
