//! Signing in on another device (RFC 8628).

use postrider::auth::oauth2::OAuthError;
use postrider::exec::oauth2::{Reply, Todo};

use super::server::{Manners, Server};
use super::support::{Browser, auth, obtain, until};

async fn decided(word: &'static str, client: &str) -> (Result<String, OAuthError>, Server) {
    let server = Server::start(Manners {
        device_lasts: 60.0,
        ..Manners::default()
    })
    .await;
    let there = server.clone();
    let browser = Browser::who(move |prompt| {
        let there = there.clone();
        async move {
            let Todo::Device { code, url, complete } = prompt.what else {
                panic!("no device")
            };
            assert_eq!(code, "WDJB-MJHT");
            assert_eq!(complete, Some(format!("{url}?user_code={code}")));
            until("the second question", || (there.asked().len() >= 2).then_some(())).await;
            there.decide(word);
            None
        }
    });
    let done = obtain(&auth(&server, "device_code", client), &browser).await;
    (
        done.map(|obtained| obtained.tokens.access.reveal().to_owned())
            .map_err(|failed| failed.error),
        server,
    )
}

#[tokio::test]
async fn a_code_is_asked_for_until_it_was_typed() {
    for client in ["public", "basic:client", "key"] {
        let (token, server) = decided("approved", client).await;
        assert!(token.unwrap().starts_with("at-"), "{client}");
        assert!(server.asked().len() >= 3, "it was asked before, and was told to wait");
    }
}

#[tokio::test]
async fn a_refusal_and_an_old_code_are_the_last_word() {
    for (word, code) in [("denied", "access_denied"), ("expired", "expired_token")] {
        let (refused, server) = decided(word, "public").await;
        let refused = refused.unwrap_err();
        assert!(
            matches!(&refused, OAuthError::Refused { code: own, .. } if own == code),
            "{refused}"
        );
        let asked = server.asked().len();
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert_eq!(server.asked().len(), asked, "nobody asks any more");
    }
}

#[tokio::test]
async fn a_code_that_nobody_types_ends_by_itself_or_by_the_user() {
    let server = Server::start(Manners {
        device_lasts: 0.3,
        ..Manners::default()
    })
    .await;
    let auth = auth(&server, "device_code", "public");
    let failed = obtain(&auth, &Browser::who(|_| async { None })).await.unwrap_err();
    assert!(matches!(failed.error, OAuthError::Late(_)), "{failed}");

    // Of one that lives long, so that it is the user who ends it.
    let server = Server::start(Manners {
        device_lasts: 60.0,
        ..Manners::default()
    })
    .await;
    let auth = super::support::auth(&server, "device_code", "public");
    let failed = obtain(&auth, &Browser::who(|_| async { Some(Reply::Cancelled) }))
        .await
        .unwrap_err();
    assert_eq!(failed.error, OAuthError::Cancelled);
}
