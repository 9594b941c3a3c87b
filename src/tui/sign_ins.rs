//! Signing in for a token: a request waits for it, and a popup says what is to be done.

use crate::exec::oauth2::{Prompt, Todo};

use super::effect::Effect;
use super::modals::{Modal, SignIn};
use super::state::State;

/// Names one sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignInId(pub u64);

/// What became of the browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It opens.
    Here,
    /// It does not, for this reason.
    Not(String),
    /// It has before.
    Before,
}

impl Opened {
    /// In words for the user.
    pub fn words(&self) -> String {
        match self {
            Self::Here => "Your browser opens this page: sign in there, and come back.".to_owned(),
            Self::Not(why) => format!("Open this page in a browser and sign in there ({why})."),
            Self::Before => "Sign in at this page:".to_owned(),
        }
    }
}

/// News of a sign-in.
#[derive(Debug)]
pub enum News {
    /// Somebody must sign in.
    Wanted(Prompt, Opened),
    /// The page was opened again, or not.
    Opened(Opened),
    /// It is over.
    Over,
}

/// Follows the news: shows the popup, and takes it away.
pub fn take(state: &mut State, id: SignInId, news: News, effects: &mut Vec<Effect>) {
    match news {
        News::Wanted(prompt, opened) => {
            if let Todo::Device { code, .. } = &prompt.what {
                effects.push(Effect::Copy(code.clone()));
            }
            // The question before quitting stays in sight, and is answered first.
            let above = state
                .modals
                .iter()
                .rev()
                .take_while(|modal| modal.asks_to_quit())
                .count();
            let at = state.modals.len() - above;
            state.modals.insert(at, SignIn::new(id, prompt, opened).into());
        }
        News::Opened(opened) => {
            for modal in &mut state.modals {
                match modal {
                    Modal::SignIn(popup) if popup.id() == id => popup.opened(opened.clone()),
                    _ => {}
                }
            }
        }
        News::Over => state
            .modals
            .retain(|modal| !matches!(modal, Modal::SignIn(popup) if popup.id() == id)),
    }
}
