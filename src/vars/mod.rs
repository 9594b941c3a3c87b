//! Scopes, precedence and templates: from a request to a resolved request.
