//! The passphrases of client certificates as a send finds them: printed by a program, typed, or kept in the vault.
//!
//! The user's own settings say where one is, so no consent is needed for it; a collection never does.

use std::path::Path;
use std::sync::Arc;

use super::consent::{Asking, Consent};
use super::outside::{Declared, Outside, missing};
use super::vault::unknown;
use crate::http::{Looking, Passphrases};
use crate::model::Secret;
use crate::model::certificate::Passphrase;
use crate::model::exchange::SendErrorKind;
use crate::model::variable::ValueSource;

/// What to do where something is locked.
pub(super) const UNLOCK: &str =
    "unlock what is kept first: the key L, `unlock` in the commands, or `POSTRIDER_PASSPHRASE`";

/// What one send knows of them.
pub(super) struct OfSend {
    /// What was fetched until now.
    pub outside: Outside,
    /// Who types.
    pub consent: Option<Arc<dyn Consent>>,
    /// For whom.
    pub asking: Asking,
    /// The vault's secrets by name.
    pub vault: Vec<(String, Secret)>,
    /// The names of those that are locked.
    pub locked: Vec<String>,
}

impl Passphrases for OfSend {
    fn get<'a>(&'a self, of: &'a Passphrase, certificate: &'a Path, host: &'a str, wrong: usize) -> Looking<'a> {
        match of {
            Passphrase::Given(secret) => Box::pin(std::future::ready(Ok(secret.clone()))),
            Passphrase::Vault(name) => {
                let kept = self.vault.iter().find(|(key, _)| key == name);
                let kept = kept.map(|(_, value)| value.clone()).ok_or_else(|| {
                    if self.locked.contains(name) {
                        missing(format!("the vault's `{name}` is locked with a passphrase")).hint(UNLOCK)
                    } else {
                        missing(unknown(name)).hint("the name is that in `client_certificates` of `config.toml`")
                    }
                });
                Box::pin(std::future::ready(kept))
            }
            Passphrase::From(source) => Box::pin(async move {
                let name = certificate.file_name().unwrap_or_default().to_string_lossy();
                let asking = Asking {
                    host: host.to_owned(),
                    certificate: name.into_owned(),
                    wrong: wrong > 0,
                    ..self.asking.clone()
                };
                let (consent, folder) = (self.consent.as_ref(), certificate.parent().unwrap_or(Path::new("")));
                let value = self.outside.value(Declared::Settings, source, consent, &asking, folder);
                value.await.map_err(|error| match (source, error.kind) {
                    // Whoever gives up knows what to do.
                    (ValueSource::Prompt(_), SendErrorKind::Request) => {
                        error.hint("run it in a terminal, or let `{ env = \"NAME\" }` or `{ command = […] }` give it")
                    }
                    _ => error,
                })
            }),
        }
    }

    fn wrong(&self, of: &Passphrase, given: &Secret, times: usize) -> bool {
        let Passphrase::From(source) = of else { return false };
        self.outside.forget(Declared::Settings, source, given);
        let again = self.consent.as_ref().is_some_and(|consent| times < consent.tries());
        again && matches!(source, ValueSource::Prompt(_))
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;
    use crate::exec::{Permission, Typed, Word};
    use crate::script::BoxFuture;

    /// Types another word each time, as long as there are any.
    struct Typist(std::sync::Mutex<Vec<&'static str>>);

    impl Consent for Typist {
        fn give_up(&self) {}

        fn may(&self, _: &Asking, permission: &Permission) -> BoxFuture<Word> {
            panic!("nobody is asked whether {permission:?}");
        }

        fn tries(&self) -> usize {
            2
        }

        fn ask(&self, asking: &Asking, _: &str) -> BoxFuture<Typed> {
            assert_eq!(asking.whom(), "the certificate `me.p12`, shown to `h.test`");
            let typed = self.0.lock().unwrap().pop().map(Secret::new);
            Box::pin(std::future::ready(typed.map_or(Typed::Nothing, Typed::Text)))
        }
    }

    /// Gives up.
    struct Quitter;

    impl Consent for Quitter {
        fn give_up(&self) {}

        fn may(&self, _: &Asking, permission: &Permission) -> BoxFuture<Word> {
            panic!("nobody is asked whether {permission:?}");
        }

        fn ask(&self, _: &Asking, _: &str) -> BoxFuture<Typed> {
            Box::pin(std::future::ready(Typed::GivenUp))
        }
    }

    #[tokio::test]
    async fn each_source_gives_one_and_what_was_wrong_is_asked_for_again() {
        let known = OfSend {
            outside: Outside::default(),
            consent: Some(Arc::new(Typist(vec!["right", "wrong"].into()))),
            asking: Asking::default(),
            vault: vec![("me".to_owned(), Secret::new("of-the-vault"))],
            locked: vec!["mine".to_owned()],
        };
        let get = async |of: &Passphrase| {
            let got = known.get(of, Path::new("me.p12"), "h.test", 0).await;
            got.map_or_else(
                |error| format!("{}; {}", error.message, error.hint.unwrap_or_default()),
                |secret| secret.reveal().to_owned(),
            )
        };
        let typed = Passphrase::From(ValueSource::Prompt("PIN".into()));
        let printed = Passphrase::From(ValueSource::Command(vec!["echo".into(), "printed".into()]));
        assert_eq!(get(&printed).await, "printed");
        assert_eq!(get(&Passphrase::Vault("me".into())).await, "of-the-vault");
        assert!(
            get(&Passphrase::Vault("you".into()))
                .await
                .contains("`postrider vault set you -`")
        );
        let locked = get(&Passphrase::Vault("mine".into())).await;
        assert!(locked.contains("is locked with a passphrase; unlock"), "{locked}");
        assert_eq!((get(&typed).await, get(&typed).await), ("wrong".into(), "wrong".into()));
        assert!(known.wrong(&typed, &Secret::new("another"), 1) && !known.wrong(&printed, &Secret::new("printed"), 1));
        assert_eq!(get(&typed).await, "wrong");
        assert!(!known.wrong(&typed, &Secret::new("wrong"), 2));
        assert_eq!(get(&typed).await, "right");
        known.wrong(&typed, &Secret::new("right"), 1);
        let nobody = get(&typed).await;
        assert!(
            nobody.contains("was to be typed, and was not; run it in a terminal"),
            "{nobody}"
        );
        known.outside.ask_again();
        let known = OfSend {
            consent: Some(Arc::new(Quitter)),
            ..known
        };
        let error = known.get(&typed, Path::new("me.p12"), "h.test", 0).await.unwrap_err();
        assert_eq!((error.kind, error.hint), (SendErrorKind::Cancelled, None));
    }
}
