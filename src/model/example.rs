//! Examples: responses saved with a request.

use super::request::{Entry, Request};

/// A saved response, with the request it answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Example {
    /// Its name in the tree.
    pub name: String,
    /// The status code; absent when none was saved.
    pub code: Option<u16>,
    /// The reason phrase.
    pub status: String,
    /// Response headers, in order.
    pub headers: Vec<Entry>,
    /// The language to show the body in: `json`, `xml`, `html`, `text` …; may be empty.
    pub language: String,
    /// The body as text.
    pub body: String,
    /// The request it answered, when it was saved too.
    pub request: Option<Box<Request>>,
}
