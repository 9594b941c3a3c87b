//! Scripts as they are written down, and the two moments they run at.

/// The scripts of a collection, folder or request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scripts {
    /// Runs before the request is resolved and sent; empty is none.
    pub pre_request: String,
    /// Runs on the response and holds the tests; empty is none.
    pub post_response: String,
    /// The blank ones of Postman's own file beside these.
    pub blank: Blank,
}

/// How many scripts without a word stand in Postman's own file, by moment. Postman's app writes one for every tab that was
/// looked at; they do nothing, and newman counts them. Our files have none, so scripts are equal with and without.
#[derive(Clone, Copy, Debug, Default)]
pub struct Blank {
    /// Those before sending.
    pub pre_request: usize,
    /// Those after the response.
    pub post_response: usize,
}

impl PartialEq for Blank {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Blank {}

impl Scripts {
    /// How many of the two are there.
    pub fn count(&self) -> usize {
        usize::from(!self.pre_request.trim().is_empty()) + usize::from(!self.post_response.trim().is_empty())
    }

    /// The source for one moment.
    pub fn source(&self, event: ScriptEvent) -> &str {
        match event {
            ScriptEvent::PreRequest => &self.pre_request,
            ScriptEvent::PostResponse => &self.post_response,
        }
    }
}

/// The moment a script runs at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScriptEvent {
    /// Before sending; Postman's `prerequest`.
    PreRequest,
    /// After the response; Postman's `test`.
    PostResponse,
}

impl ScriptEvent {
    /// Postman's word, as `pm.info.eventName` gives it.
    pub fn postman_name(self) -> &'static str {
        match self {
            Self::PreRequest => "prerequest",
            Self::PostResponse => "test",
        }
    }

    /// The word a person reads.
    pub fn label(self) -> &'static str {
        match self {
            Self::PreRequest => "pre-request",
            Self::PostResponse => "post-response",
        }
    }
}
