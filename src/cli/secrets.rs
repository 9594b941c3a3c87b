//! `postrider secrets`: what guards the values that are kept on this machine.

use std::io::{IsTerminal, stdin};
use std::process::ExitCode;

use crate::model::Secret;
use crate::store::keyring::{Keyring, KeyringError, SystemKeyring, patiently};
use crate::store::seal::{Protection, Safe, SealError};
use crate::store::state::{StateError, give_up, lost, rekey};

use super::CliError;
use super::args::SecretsCommand;
use super::open::{Opened, tell, with_causes};
use super::output::{Output, escape};
use super::passphrase::{self, Known};
use super::raw::Quiet;

/// A passphrase of fewer characters is not taken without a word.
const LONG_ENOUGH: usize = 10;
/// What is said of none.
const EMPTY: &str = "Nothing was typed.";
/// What is better than a short one.
const WORDS: &str = "several words are as easy to remember as they are hard to guess";

/// Does what was asked for.
pub fn secrets(opened: &Opened, command: SecretsCommand, output: &mut Output) -> Result<ExitCode, CliError> {
    let safe = Safe::new(opened.paths.secrets_key());
    let keyring = SystemKeyring::of(&safe);
    match command {
        SecretsCommand::Status => status(opened, &safe, &keyring, output)?,
        SecretsCommand::Lock { keyring: true, short } => {
            // Before anything is typed in vain.
            passphrase::looked_up(&keyring).map_err(|error| keyring_told(&error))?;
            let quiet = passphrase::can_ask().then(Quiet::begin);
            opened_to_lock(passphrase::given(), passphrase::can_ask(), &safe, &keyring)?;
            let new = new_passphrase(short, output)?;
            drop(quiet);
            lock_by(&keyring, &safe, &new, || change(opened, &safe, Some(&new), output))?;
            output.note("what is kept is locked with the passphrase, which the system's keyring holds");
        }
        SecretsCommand::Lock { keyring: false, short } => {
            let quiet = passphrase::can_ask().then(Quiet::begin);
            opened_to_lock(passphrase::given(), passphrase::can_ask(), &safe, &keyring)?;
            let new = new_passphrase(short, output)?;
            drop(quiet);
            change(opened, &safe, Some(&new), output)?;
            take_out(&keyring, output);
            output.note(&format!(
                "what is kept is locked with the passphrase; it is asked for once a session, or taken from `{}`",
                passphrase::VARIABLE
            ));
        }
        SecretsCommand::Unlock => {
            if safe.protection().map_err(|error| told(&error))? != Protection::Passphrase {
                output.note("there is no passphrase to remove");
                return Ok(ExitCode::SUCCESS);
            }
            opened_up(passphrase::given(), &safe, &keyring)?;
            change(opened, &safe, None, output)?;
            take_out(&keyring, output);
            output.note("the passphrase is gone; the key is in its file, which only you can read");
        }
        SecretsCommand::Rekey => {
            let given = opened_up(passphrase::given(), &safe, &keyring)?;
            change(opened, &safe, given.as_ref(), output)?;
        }
        SecretsCommand::Forget { yes } => forget(opened, &safe, &keyring, yes, output)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Gives up what nothing opens, once the user has agreed; what can be opened is not to be lost by a slip.
fn forget(opened: &Opened, safe: &Safe, keyring: &dyn Keyring, yes: bool, output: &mut Output) -> Result<(), CliError> {
    // A key file that makes no sense opens nothing either; one that the system does not let us read may open all.
    let opens = match safe.protection() {
        Ok(Protection::None | Protection::File) => true,
        Ok(Protection::Passphrase) => {
            let known = passphrase::known(passphrase::given(), safe, keyring);
            // Whoever gives one has one: a slip in it must not cost everything.
            let hint = format!("unset `{}` to give up what it does not open", passphrase::VARIABLE);
            matches!(known.map_err(|error| error.hint(hint))?, Known::Is(_))
        }
        Err(SealError::File { path, .. }) if std::fs::read(&path).is_ok() => false,
        Err(error @ SealError::File { .. }) => return Err(told(&error)),
        Err(_) => false,
    };
    let lost = lost(&opened.paths, safe, opens).map_err(|error| state_told(&error))?;
    if opens && lost == 0 {
        let fine = CliError::failed("there is nothing to give up: all that is kept can be read");
        return Err(
            fine.hint("`postrider secrets unlock` removes a passphrase, `rekey` seals everything with a new key")
        );
    }
    let what = match lost {
        1 => "1 value that is kept on this machine".to_owned(),
        count => format!("{count} values that are kept on this machine"),
    };
    let question = format!(
        "{what}, in all workspaces, cannot be read (secret variables, tokens, cookies, drafts); give it up for good?"
    );
    if !yes && !agrees(&question, output)? {
        return Err(CliError::failed("nothing was given up"));
    }
    if !opens {
        let ending = format!(".forgotten-{}", jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S"));
        if let Some(aside) = safe.forget(&ending).map_err(|error| told(&error))? {
            let aside = escape(&aside.display().to_string());
            output.note(&format!(
                "the old key is kept as `{aside}`, for backups of the state that were made before"
            ));
        }
        take_out(keyring, output);
    }
    let count = give_up(&opened.paths, safe).map_err(|error| state_told(&error))?;
    output.note(&format!("given up: {count}; what is set from now on is kept again"));
    Ok(())
}

/// Asks whether what cannot be undone shall be done.
fn agrees(question: &str, output: &mut Output) -> Result<bool, CliError> {
    if !stdin().is_terminal() {
        return Err(
            CliError::usage(question.trim_end_matches('?')).hint("there is no terminal to ask on; `--yes` does it")
        );
    }
    Ok(passphrase::agrees(&format!("{question} [y/N]"), output))
}

fn status(opened: &Opened, safe: &Safe, keyring: &dyn Keyring, output: &mut Output) -> Result<(), CliError> {
    let guard = match safe.protection().map_err(|error| told(&error))? {
        Protection::None => "nothing is sealed yet; the key is made at the first use".to_owned(),
        Protection::File => "the key is in its file, which only you can read (0600)".to_owned(),
        Protection::Passphrase => by_passphrase(keyring),
    };
    let count = opened.state.sealed().map_err(|error| state_told(&error))?;
    let unreadable = opened.state.unreadable();
    output.line(&format!(
        "key       {}",
        escape(&opened.paths.secrets_key().display().to_string())
    ))?;
    output.line(&format!("guard     {guard}"))?;
    output.line(&format!("sealed    {count} in this workspace (XChaCha20-Poly1305)"))?;
    if unreadable > 0 {
        output.line(&format!("lost      {unreadable}, which were sealed with another key"))?;
    }
    Ok(())
}

fn by_passphrase(keyring: &dyn Keyring) -> String {
    let what = "the key is locked with a passphrase";
    match passphrase::looked_up(keyring) {
        Ok(Some(_)) => format!("{what}, which the system's keyring holds"),
        // It may hold it.
        Err(error @ KeyringError::Refused(_)) => format!("{what} ({})", escape(&error.to_string())),
        Ok(None) | Err(KeyringError::NotBuilt | KeyringError::NoService(_)) => what.to_owned(),
    }
}

/// Takes the passphrase if there is one, and says which.
fn opened_up(given: Option<Secret>, safe: &Safe, keyring: &dyn Keyring) -> Result<Option<Secret>, CliError> {
    if safe.protection().map_err(|error| told(&error))? != Protection::Passphrase {
        return Ok(None);
    }
    let why = match passphrase::known(given, safe, keyring)? {
        Known::Is(passphrase) => return Ok(Some(passphrase)),
        Known::Not(why) => why,
    };
    if !passphrase::can_ask() {
        return Err(passphrase::locked(why.as_deref()));
    }
    let why = why.map(|why| format!(" ({})", escape(&why))).unwrap_or_default();
    let mut question = format!("Passphrase{why}");
    let _quiet = Quiet::begin();
    loop {
        let given = ask(&question)?;
        match safe.unlock(&given) {
            Ok(()) => return Ok(Some(given)),
            Err(SealError::WrongPassphrase) => "That is not it. Passphrase".clone_into(&mut question),
            Err(error) => return Err(told(&error)),
        }
    }
}

/// Opens what is to be locked anew. Where nobody can be asked the given passphrase is the new one if the keyring has the one
/// that opens.
fn opened_to_lock(given: Option<Secret>, asks: bool, safe: &Safe, keyring: &dyn Keyring) -> Result<(), CliError> {
    let is_locked = safe.protection().map_err(|error| told(&error))? == Protection::Passphrase;
    if asks || !is_locked || !matches!(passphrase::known(None, safe, keyring)?, Known::Is(_)) {
        opened_up(given, safe, keyring)?;
    }
    Ok(())
}

/// Puts a passphrase into the keyring and then locks with it; what the keyring does not take locks nothing.
fn lock_by(
    keyring: &dyn Keyring,
    safe: &Safe,
    new: &Secret,
    lock: impl FnOnce() -> Result<(), CliError>,
) -> Result<(), CliError> {
    let before = passphrase::looked_up(keyring).map_err(|error| keyring_told(&error))?;
    patiently(|| keyring.put(new), passphrase::waits).map_err(|error| keyring_told(&error))?;
    let again = passphrase::looked_up(keyring).map_err(|error| keyring_told(&error))?;
    let done = if again.as_ref() == Some(new) {
        lock()
    } else {
        Err(CliError::failed("the system's keyring does not give back what is put there").hint("nothing was locked"))
    };
    // Locking that ended midway has locked all the same.
    let locked = || matches!(safe.protection(), Ok(Protection::Passphrase)) && safe.unlock(new).is_ok();
    if done.is_err() && !locked() {
        let back = match &before {
            Some(before) => keyring.put(before),
            None => keyring.remove(),
        };
        back.map_err(|error| keyring_told(&error))?;
    }
    done
}

/// Takes the passphrase out of the keyring, where it opens nothing any more.
fn take_out(keyring: &dyn Keyring, output: &mut Output) {
    let taken = match passphrase::looked_up(keyring) {
        Ok(None) | Err(KeyringError::NotBuilt | KeyringError::NoService(_)) => return,
        Ok(Some(_)) => patiently(|| keyring.remove(), passphrase::waits),
        Err(error) => Err(error),
    };
    match taken {
        Ok(()) => output.note("the passphrase is taken out of the system's keyring"),
        Err(error) => tell(
            output,
            &format!("the old passphrase may still be in the system's keyring: {error}"),
            Some(error.hint()),
        ),
    }
}

fn ask(question: &str) -> Result<Secret, CliError> {
    let hint = format!("set `{}`", passphrase::VARIABLE);
    let mut question = question.to_owned();
    loop {
        let typed = passphrase::ask(&question).map_err(|error| error.hint(hint.clone()))?;
        match typed {
            Some(typed) => return Ok(typed),
            None if question.starts_with(EMPTY) => {}
            None => question = format!("{EMPTY} {question}"),
        }
    }
}

/// What is to be said of a passphrase that is short: Argon2id makes each guess dear, and all of a few letters are soon through.
fn guessable(passphrase: &Secret) -> Option<String> {
    let count = passphrase.reveal().chars().count();
    (count < LONG_ENOUGH).then(|| match count {
        1 => "a passphrase of 1 character can be guessed".to_owned(),
        count => format!("a passphrase of {count} characters can be guessed"),
    })
}

/// A new passphrase: typed twice, else the one that the environment gives; a short one of that only if the user insists.
fn new_passphrase(short: bool, output: &mut Output) -> Result<Secret, CliError> {
    if !passphrase::can_ask() {
        let none = || CliError::failed("there is no terminal to ask for the new passphrase on");
        let hint = format!("set `{}`", passphrase::VARIABLE);
        let new = passphrase::given().ok_or_else(|| none().hint(hint))?;
        match guessable(&new) {
            Some(why) if short => tell(output, &why, Some(WORDS)),
            Some(why) => {
                let hint = format!("{WORDS}; `--short` takes it all the same");
                return Err(CliError::failed(why).hint(hint));
            }
            None => {}
        }
        return Ok(new);
    }
    let mut new = ask("New passphrase")?;
    if let Some(why) = guessable(&new) {
        new = ask(&format!("{why}. A longer one, or the same to keep it"))?;
    }
    if ask("The same again")? != new {
        return Err(CliError::failed("the two are not the same").hint("nothing was changed; try again"));
    }
    Ok(new)
}

fn change(opened: &Opened, safe: &Safe, passphrase: Option<&Secret>, output: &mut Output) -> Result<(), CliError> {
    let done = rekey(&opened.paths, safe, passphrase).map_err(|error| state_told(&error))?;
    let count = done.workspaces;
    let workspaces = if count == 1 { "workspace" } else { "workspaces" };
    output.note(&format!("sealed anew with a new key: {count} {workspaces}"));
    for problem in &done.set_aside {
        tell(output, &problem.to_string(), problem.hint.as_deref());
    }
    if !done.set_aside.is_empty() {
        output.note("the old key is kept too, for what was set aside; `postrider secrets rekey` gives it up");
    }
    Ok(())
}

fn keyring_told(error: &KeyringError) -> CliError {
    CliError::failed(error.to_string()).hint(error.hint())
}

/// An error of the key as the command line tells it.
pub fn told(error: &SealError) -> CliError {
    CliError::failed(error.to_string()).hint(error.hint())
}

fn state_told(error: &StateError) -> CliError {
    with_causes(CliError::failed(error.to_string()), error).hint(error.hint())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::sync::Mutex;

    use super::*;

    /// A keyring in memory; one that keeps nothing acts as if.
    #[derive(Default)]
    struct Memory {
        kept: Mutex<Option<Secret>>,
        forgets: bool,
        refuses: bool,
        locked: bool,
    }

    impl Keyring for Memory {
        fn get(&self) -> Result<Option<Secret>, KeyringError> {
            if self.locked {
                return Err(KeyringError::Refused("prompt dismissed".into()));
            }
            Ok(self.kept.lock().unwrap().clone())
        }

        fn put(&self, passphrase: &Secret) -> Result<(), KeyringError> {
            if self.refuses {
                return Err(KeyringError::Refused("it is locked".into()));
            }
            if !self.forgets {
                *self.kept.lock().unwrap() = Some(passphrase.clone());
            }
            Ok(())
        }

        fn remove(&self) -> Result<(), KeyringError> {
            *self.kept.lock().unwrap() = None;
            Ok(())
        }
    }

    #[test]
    fn a_short_passphrase_is_told_of() {
        let said = |text: &str| guessable(&Secret::new(text));
        assert_eq!(
            said("abc").as_deref(),
            Some("a passphrase of 3 characters can be guessed")
        );
        assert_eq!(
            said("ünïçödé€€"),
            Some("a passphrase of 9 characters can be guessed".to_owned())
        );
        assert_eq!(said("open sesame"), None);
    }

    #[test]
    fn a_keyring_that_does_not_open_is_told_from_one_that_holds_nothing() {
        let mut keyring = Memory::default();
        assert_eq!(by_passphrase(&keyring), "the key is locked with a passphrase");
        keyring.put(&Secret::new("open sesame")).unwrap();
        assert!(by_passphrase(&keyring).ends_with("which the system's keyring holds"));
        keyring.locked = true;
        assert!(by_passphrase(&keyring).ends_with("(the system's keyring does not do it: prompt dismissed)"));
    }

    #[test]
    fn what_the_keyring_holds_is_what_locks() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.key");
        let safe = Safe::new(&path);
        let keys = safe.keys().unwrap();
        let new = Secret::new("open sesame");
        let put = || safe.put(&keys, Some(&new)).map_err(|error| told(&error));

        // A keyring that does not take it, or loses it, locks nothing.
        for keyring in [
            Memory {
                refuses: true,
                ..Memory::default()
            },
            Memory {
                forgets: true,
                ..Memory::default()
            },
        ] {
            lock_by(&keyring, &safe, &new, put).unwrap_err();
            assert_eq!(Safe::new(&path).protection().unwrap(), Protection::File);
            assert_eq!(keyring.get().unwrap(), None);
        }

        // Where locking fails the keyring holds what it did.
        let keyring = Memory::default();
        keyring.put(&Secret::new("before")).unwrap();
        lock_by(&keyring, &safe, &new, || Err(CliError::failed("the disk is full"))).unwrap_err();
        assert_eq!(keyring.get().unwrap(), Some(Secret::new("before")));

        let keyring = Memory::default();
        lock_by(&keyring, &safe, &new, put).unwrap();
        let locked = Safe::new(&path);
        assert!(locked.is_locked());
        // Without a terminal the given one is the new one, where the keyring opens.
        let given = || Some(Secret::new("another"));
        opened_to_lock(given(), false, &Safe::new(&path), &keyring).unwrap();
        opened_to_lock(given(), true, &Safe::new(&path), &keyring).unwrap_err();
        opened_to_lock(given(), false, &Safe::new(&path), &Memory::default()).unwrap_err();
        assert_eq!(opened_up(None, &locked, &keyring).unwrap(), Some(new));
        assert!(!std::fs::read_to_string(&path).unwrap().contains("sesame"));
        take_out(&keyring, &mut Output::standard(super::super::args::ColorWhen::Auto));
        assert_eq!(keyring.get().unwrap(), None);
    }
}
