//! API keys: a name and a value, in a header or in the query.

use super::{AuthType, Draft, FieldSpec, Step};

/// Sends a key under a name of the user's choice.
pub(super) struct ApiKey;

impl AuthType for ApiKey {
    fn kind(&self) -> &'static str {
        "apikey"
    }

    fn label(&self) -> &'static str {
        "API key"
    }

    fn help(&self) -> &'static str {
        "Sends a key in a header or query."
    }

    fn fields(&self) -> &'static [FieldSpec] {
        const FIELDS: &[FieldSpec] = &[
            FieldSpec::text("key", "Name", "The name of the header or query parameter."),
            FieldSpec::secret("value", "Value", "The key itself."),
            FieldSpec::choice("in", "Add to", "Where the key is sent.", &["header", "query"]),
        ];
        FIELDS
    }

    fn sign(&self, draft: &mut Draft) -> Step {
        let name = draft.param("key");
        let value = draft.secret_param("value");
        if name.is_empty() {
            draft.warn("API key auth has no name for the key: sent without it");
            return Step::Signed;
        }
        // Whatever is not the query is a header, as in Postman.
        if draft.param("in") == "query" {
            draft.remove_query(&name);
            draft.add_query(&name, &value);
        } else {
            draft.set_header(&name, &value);
        }
        Step::Signed
    }
}

#[cfg(test)]
mod tests {
    use crate::auth::fixtures::{header, request};
    use crate::auth::sign;
    use crate::model::Auth;

    fn auth() -> Auth {
        Auth::new("apikey").with("key", "X-API-Key").with("value", "k3y &ä")
    }

    #[test]
    fn replaces_a_header_of_the_same_name_whatever_its_case() {
        let mut resolved = request(auth());
        resolved.headers.push(("x-api-key".into(), "mine".into()));
        let signed = sign(resolved);
        assert_eq!(header(&signed.request, "x-api-key"), ["k3y &ä"]);
        assert_eq!(signed.request.headers().len(), 1);
        assert!(signed.request.is_credential("x-api-key"));
        assert!(!signed.request.redactor().redact("k3y &ä").contains("k3y"));
    }

    #[test]
    fn goes_into_the_query_encoded_and_before_the_fragment() {
        for (url, expected) in [
            ("http://a/p", "http://a/p?X-API-Key=k3y%20%26%C3%A4"),
            ("http://a/p?x=1#f", "http://a/p?x=1&X-API-Key=k3y%20%26%C3%A4#f"),
            ("http://a/p?", "http://a/p?X-API-Key=k3y%20%26%C3%A4"),
            (
                "http://a/p?X-API-Key=old&x-api-key&X-API-Key",
                "http://a/p?x-api-key&X-API-Key=k3y%20%26%C3%A4",
            ),
        ] {
            let mut resolved = request(auth().with("in", "query"));
            resolved.url = url.into();
            let signed = sign(resolved);
            assert_eq!(signed.request.url(), expected);
            assert!(signed.request.headers().is_empty());
            assert!(!signed.request.redactor().redact(expected).contains("k3y"));
        }
    }

    #[test]
    fn without_a_name_nothing_is_sent() {
        let signed = sign(request(Auth::new("apikey").with("value", "v")));
        assert!(signed.request.headers().is_empty());
        assert_eq!(signed.warnings.len(), 1);
    }

    #[test]
    fn what_is_not_for_the_query_goes_into_a_header() {
        for place in ["", "header", "cookie"] {
            let signed = sign(request(auth().with("in", place)));
            assert_eq!(header(&signed.request, "X-API-Key"), ["k3y &ä"], "{place}");
        }
    }
}
