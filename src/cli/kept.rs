//! What the local state keeps of values and cookies, read for a command.

use crate::http::Jar;
use crate::model::variable::CurrentValues;
use crate::store::State;
use crate::store::keyring::SystemKeyring;
use crate::store::state::StateError;

use super::open::{tell, with_causes};
use super::output::Output;
use super::{CliError, passphrase};

/// The values and the cookies; what cannot be read is told, and there is none of it.
pub fn read(state: &mut State, output: &mut Output) -> (CurrentValues, Jar) {
    let current = state.current_values().unwrap_or_else(|error| {
        tell(output, &error.to_string(), Some(error.hint()));
        CurrentValues::default()
    });
    if state.unreadable() > 0 {
        let text = format!(
            "{} of the values kept on this machine cannot be read: the key they were sealed with is gone",
            state.unreadable()
        );
        tell(
            output,
            &text,
            Some("put `secrets.key` back where it was, or give them up: `postrider secrets forget`"),
        );
    }
    (current, cookies(state, output))
}

/// Why cookies cannot be read; of what its key does not open there is nothing.
fn unread<'a>(json: &str, error: &'a str) -> &'a str {
    if json.is_empty() {
        "the cookies cannot be read: the key they were sealed with is gone"
    } else {
        error
    }
}

fn cookies(state: &mut State, output: &mut Output) -> Jar {
    match state.cookies() {
        Ok(None) => Jar::new(),
        Ok(Some(json)) => Jar::from_json(&json)
            .or_else(|error| {
                tell(output, unread(&json, &error), None);
                let aside = state.set_cookies_aside()?;
                tell(output, &format!("they stay in the local state as `{aside}`"), None);
                Ok::<_, StateError>(Jar::new())
            })
            .unwrap_or_else(|error| {
                tell(output, &error.to_string(), Some(error.hint()));
                Jar::new()
            }),
        Err(error) => {
            tell(output, &error.to_string(), Some(error.hint()));
            Jar::new()
        }
    }
}

/// Unlocks the state with the passphrase that the environment gives, with the one in the keyring, else with what the user
/// types.
pub fn unlock(state: &mut State) -> Result<(), CliError> {
    // Without it nothing could be kept, and a token that is there would be missing.
    passphrase::obtain(state.safe(), &SystemKeyring::of(state.safe()), false)?
        .ok_or_else(|| CliError::failed("the values kept on this machine stay locked"))?;
    read_again(state)
}

/// The same, without asking anybody; what is wrong with what is known, where it does not.
pub fn unlock_unasked(state: &mut State) -> Result<Option<String>, CliError> {
    match passphrase::known(passphrase::given(), state.safe(), &SystemKeyring::of(state.safe())) {
        Ok(passphrase::Known::Is(_)) => read_again(state).map(|()| None),
        Ok(passphrase::Known::Not(why)) => Ok(Some(why.unwrap_or_default())),
        Err(error) => Ok(Some(error.sentence())),
    }
}

fn read_again(state: &mut State) -> Result<(), CliError> {
    let sealed = state.unlocked();
    sealed.map_err(|error| with_causes(CliError::failed(error.to_string()), &error).hint(error.hint()))
}
