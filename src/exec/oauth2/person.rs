//! Whoever signs in: what is shown to them, and what they may answer.

use std::fmt;

use jiff::Timestamp;

use crate::script::BoxFuture;

/// What somebody who signs in must see.
#[derive(Clone, PartialEq, Eq)]
pub struct Prompt {
    /// What the token is called.
    pub token: String,
    /// What is to be done.
    pub what: Todo,
    /// When it is too late.
    pub until: Timestamp,
}

/// What is to be done.
#[derive(Clone, PartialEq, Eq)]
pub enum Todo {
    /// Sign in, in the browser.
    Browser {
        /// The page.
        url: String,
        /// Where the browser comes back to, and whether that is heard here: else the address must be pasted.
        back: String,
        /// Whether that is heard here.
        listens: bool,
        /// What was wrong with what was pasted before; the page is open already.
        wrong: Option<String>,
    },
    /// Type a code, on any device.
    Device {
        /// The code.
        code: String,
        /// The page to type it at.
        url: String,
        /// The page that has it already, if there is one.
        complete: Option<String>,
    },
}

impl Prompt {
    /// The page to open.
    pub fn page(&self) -> &str {
        match &self.what {
            Todo::Browser { url, .. } => url,
            Todo::Device { url, complete, .. } => complete.as_ref().unwrap_or(url),
        }
    }
}

impl fmt::Debug for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The page's address and the code let somebody else take the sign-in.
        write!(f, "Prompt({})", self.token)
    }
}

/// What they may answer.
#[derive(Clone, PartialEq, Eq)]
pub enum Reply {
    /// The address the browser came back to.
    Pasted(String),
    /// They will not.
    Cancelled,
    /// Nobody is there to paste the address, and nothing else would bring it.
    Nobody,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pasted(_) => "Pasted",
            Self::Cancelled => "Cancelled",
            Self::Nobody => "Nobody",
        })
    }
}

/// Where somebody can be asked to sign in. The screen and the command line each have one; where there is none, nothing
/// waits for a browser.
pub trait Person: Send + Sync {
    /// Shows what is to be done, and opens the page where it can. The future ends with an answer, if there is one; dropping
    /// it takes all off the screen again, for the sign-in is over.
    fn ask(&self, prompt: Prompt) -> BoxFuture<Reply>;
}
