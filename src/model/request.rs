//! A request as it is written down.

use std::fmt;

use super::template::encode_only;
use super::{Auth, Body, Example, Origin, Settings, Template, script::Scripts};

/// An HTTP method: any token of RFC 9110, section 9.1, spelled as the user spells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Method(String);

impl Method {
    /// The methods a form offers first; any other token may be typed.
    pub const COMMON: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    /// Takes a method; it is sent in capitals however it is written, as Postman does.
    pub fn new(word: &str) -> Self {
        let word = word.trim();
        Self(word.to_ascii_uppercase())
    }

    /// The method as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a body goes out with it; with the others it is dropped unless the settings say otherwise, as in
    /// Postman.
    pub fn has_body(&self) -> bool {
        !["GET", "COPY", "HEAD", "PURGE", "UNLOCK"].contains(&self.as_str())
    }

    /// Whether doing it twice does what doing it once does (RFC 9110, section 9.2.2).
    pub fn is_idempotent(&self) -> bool {
        ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"].contains(&self.as_str())
    }

    /// Whether it is a token as RFC 9110, section 5.6.2 has it, so that it can be sent.
    pub fn is_valid(&self) -> bool {
        !self.0.is_empty()
            && self
                .0
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
    }
}

impl Default for Method {
    fn default() -> Self {
        Self("GET".to_owned())
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What would end the name of a parameter where it stands in a URL.
pub const NAME_ENDS: [char; 3] = ['&', '#', '='];
/// What would end its value.
pub const VALUE_ENDS: [char; 2] = ['&', '#'];

/// A row of a table: a query parameter, path variable, header or form field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: Template,
    /// The value; `None` is a name alone (`?flag`, without `=`).
    pub value: Option<Template>,
    /// A disabled row is kept but not sent.
    pub enabled: bool,
    /// Free text.
    pub description: String,
}

impl Entry {
    /// An enabled row.
    pub fn new(name: impl Into<Template>, value: impl Into<Template>) -> Self {
        Self {
            name: name.into(),
            value: Some(value.into()),
            enabled: true,
            description: String::new(),
        }
    }

    /// The value as written, empty for a name alone.
    pub fn value_str(&self) -> &str {
        self.value.as_ref().map_or("", Template::as_str)
    }
}

/// A request: one file of a collection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// Its name in the tree.
    pub name: String,
    /// Markdown.
    pub description: String,
    /// The method.
    pub method: Method,
    /// The URL up to the query.
    pub url: Template,
    /// Query parameters, in order.
    pub params: Vec<Entry>,
    /// Values for `:name` segments of the path.
    pub path_variables: Vec<Entry>,
    /// Headers, in order.
    pub headers: Vec<Entry>,
    /// Its auth; inherited unless said otherwise.
    pub auth: Auth,
    /// Its body.
    pub body: Body,
    /// Its scripts.
    pub scripts: Scripts,
    /// How it is sent.
    pub settings: Settings,
    /// Its place among its siblings: lower comes first; without one it follows those that have one, by name.
    pub order: Option<i64>,
    /// Responses saved with it.
    pub examples: Vec<Example>,
    /// What the response's body is filtered by when it is shown: jq, `JSONPath` or XPath. Empty shows all of it.
    pub filter: String,
    /// Where it was imported from, and what is kept of it there.
    pub origin: Origin,
}

impl Request {
    /// A request of a method to a URL as it is typed, with its query.
    pub fn to(method: Method, url: &str) -> Self {
        let mut request = Self {
            method,
            ..Self::default()
        };
        request.set_full_url(url);
        request
    }

    /// The URL with its enabled parameters, as the URL bar shows it: what would end a name or a value that stands in the
    /// table is encoded, as it is when it is sent.
    pub fn full_url(&self) -> String {
        let (base, fragment) = match self.url.as_str().split_once('#') {
            Some((base, fragment)) => (base, Some(fragment)),
            None => (self.url.as_str(), None),
        };
        let mut out = base.to_owned();
        for (n, param) in self.params.iter().filter(|param| param.enabled).enumerate() {
            out.push(if n == 0 && !base.contains('?') { '?' } else { '&' });
            let (name, value) = spelled(param);
            out.push_str(&name);
            if let Some(value) = value {
                out.push('=');
                out.push_str(&value);
            }
        }
        if let Some(fragment) = fragment {
            out.push('#');
            out.push_str(fragment);
        }
        out
    }

    /// Takes what was typed into the URL bar: the query becomes parameters, disabled ones keep their places, and the
    /// path variables follow the `:name` segments.
    pub fn set_full_url(&mut self, text: &str) {
        let (before, fragment) = match text.split_once('#') {
            Some((before, fragment)) => (before, Some(fragment)),
            None => (text, None),
        };
        let (base, query) = match split_query(before) {
            Some((base, query)) => (base, Some(query)),
            None => (before, None),
        };
        self.url = Template::new(match fragment {
            Some(fragment) => format!("{base}#{fragment}"),
            None => base.to_owned(),
        });
        let mut typed = query.map(parse_query).unwrap_or_default();
        as_in_table(&self.params, &mut typed);
        self.params = merge_params(&self.params, typed);
        self.sync_path_variables();
    }

    /// Adds a row for each `:name` segment of the URL that has none and drops empty rows whose segment is gone.
    pub fn sync_path_variables(&mut self) {
        let names: Vec<String> = path_variable_names(self.url.as_str()).map(str::to_owned).collect();
        self.path_variables
            .retain(|row| names.iter().any(|name| name == row.name.as_str()) || !row.value_str().is_empty());
        self.add_path_variables();
    }

    /// Adds a row for each `:name` segment of the URL that has none, but drops none: what was read may hold a value for a
    /// segment that is to come back.
    pub fn add_path_variables(&mut self) {
        let names: Vec<String> = path_variable_names(self.url.as_str()).map(str::to_owned).collect();
        // Behind that of the segment before it: the rows stay in the order of the URL where they are in it.
        let mut behind = 0;
        for name in names {
            let at = self.path_variables.iter().position(|row| row.name.as_str() == name);
            if at.is_none() {
                self.path_variables.insert(behind, Entry::new(name, ""));
            }
            behind = at.unwrap_or(behind) + 1;
        }
    }
}

/// Splits at the first `?` that is not inside a `{{variable}}`.
fn split_query(url: &str) -> Option<(&str, &str)> {
    let mut depth = 0usize;
    for (at, c) in url.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '?' if depth == 0 => return Some((&url[..at], &url[at + 1..])),
            _ => {}
        }
    }
    None
}

/// Reads `a=1&b&c=` into rows.
pub fn parse_query(query: &str) -> Vec<Entry> {
    if query.is_empty() {
        return Vec::new();
    }
    query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) => Entry::new(name, value),
            None => Entry {
                value: None,
                ..Entry::new(pair, "")
            },
        })
        .collect()
}

/// The name and value of a parameter in a URL.
fn spelled(param: &Entry) -> (String, Option<String>) {
    let value = param.value.as_ref();
    (
        encode_only(param.name.as_str(), &NAME_ENDS),
        value.map(|value| encode_only(value.as_str(), &VALUE_ENDS)),
    )
}

/// Gives typed parameters back what is only encoded because the URL shows them: `a%26b` stays `a & b` where the table says so.
fn as_in_table(old: &[Entry], typed: &mut [Entry]) {
    let shown = old.iter().filter(|row| row.enabled);
    let shown: Vec<_> = shown.map(|row| (row, spelled(row))).collect();
    let differs = |(row, (name, value)): &(&Entry, (String, Option<String>))| {
        name != row.name.as_str() || value.as_deref().is_some_and(|value| value != row.value_str())
    };
    if !shown.iter().any(differs) {
        return;
    }
    let as_many = typed.len() == shown.len();
    for (at, typed) in typed.iter_mut().enumerate() {
        let is_whole = |(_, (name, value)): &&(&Entry, (String, Option<String>))| {
            name == typed.name.as_str() && value.as_deref() == typed.value.as_ref().map(Template::as_str)
        };
        let is_named = |(_, (name, _)): &&(&Entry, (String, Option<String>))| name == typed.name.as_str();
        // What was put in before it moves it on.
        let there = || shown.get(at);
        let found = there().filter(is_whole).or_else(|| shown.iter().find(is_whole));
        let found = found.or_else(|| there().filter(is_named).or_else(|| shown.iter().find(is_named)));
        // Its name is being typed.
        let found = found.or_else(|| there().filter(|_| as_many));
        let Some((row, (name, shown))) = found else {
            continue;
        };
        typed.name = if name == typed.name.as_str() {
            row.name.clone()
        } else {
            decoded(typed.name.as_str(), row.name.as_str(), &NAME_ENDS).into()
        };
        if let Some(value) = &mut typed.value {
            *value = match &row.value {
                Some(same) if shown.as_deref() == Some(value.as_str()) => same.clone(),
                _ => decoded(value.as_str(), row.value_str(), &VALUE_ENDS).into(),
            };
        }
    }
}

/// Reads a name or a value that was typed as the one in the table is spelled.
fn decoded(typed: &str, table: &str, ends: &[char]) -> String {
    let mut out = typed.to_owned();
    for end in ends {
        let code = encode_only(&end.to_string(), ends);
        if table.contains(*end) && !table.contains(&code) {
            out = out.replace(&code, &end.to_string());
        }
    }
    out
}

/// The typed parameters in their order, with the disabled rows and the descriptions of `old` kept.
fn merge_params(old: &[Entry], typed: Vec<Entry>) -> Vec<Entry> {
    let mut out = Vec::with_capacity(old.len().max(typed.len()));
    let mut typed = typed.into_iter();
    for row in old {
        if row.enabled {
            if let Some(mut next) = typed.next() {
                if next.name == row.name {
                    next.description.clone_from(&row.description);
                }
                out.push(next);
            }
        } else {
            out.push(row.clone());
        }
    }
    out.extend(typed);
    out
}

/// The names of the `:name` segments of a URL's path, as Postman finds them.
pub fn path_variable_names(url: &str) -> impl Iterator<Item = &str> {
    let path = url.split(['?', '#']).next().unwrap_or("");
    let path = path.split_once("://").map_or(path, |(_, rest)| rest);
    path.split('/').skip(1).filter_map(path_variable_name)
}

/// The name in a segment of a path, if it is a variable: `id` of `:id` and of `:id.json`, as in Postman.
pub fn path_variable_name(segment: &str) -> Option<&str> {
    let name = segment.strip_prefix(':')?.split('.').next()?;
    Some(name).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_bar_and_the_parameters_are_one() {
        let mut request = Request::default();
        request.set_full_url("{{base}}/a/:id?x=1&flag&y=");
        assert_eq!(request.url.as_str(), "{{base}}/a/:id");
        assert_eq!(request.params.len(), 3);
        assert_eq!(request.params[1].value, None);
        assert_eq!(request.path_variables[0].name.as_str(), "id");
        assert_eq!(request.full_url(), "{{base}}/a/:id?x=1&flag&y=");
    }

    #[test]
    fn typing_in_the_url_bar_keeps_disabled_rows_and_descriptions() {
        let mut request = Request::default();
        request.set_full_url("http://a/?x=1&y=2");
        request.params[0].description = "the x".into();
        request.params[1].enabled = false;
        request.set_full_url("http://a/?x=12&z=3");
        let names: Vec<_> = request
            .params
            .iter()
            .map(|p| (p.name.as_str(), p.value_str(), p.enabled))
            .collect();
        assert_eq!(names, [("x", "12", true), ("y", "2", false), ("z", "3", true)]);
        assert_eq!(request.params[0].description, "the x");
    }

    #[test]
    fn what_would_end_a_value_of_the_table_is_encoded_in_the_url_bar_and_comes_back() {
        let mut request = Request::default();
        request.set_full_url("http://a/?x=1");
        request.params.push(Entry::new("hello", "w örld & #1="));
        request.params.push(Entry::new("a=b&c", "{{v&}}+%41"));
        request.params.push(Entry::new("both", "&%26"));
        let url = request.full_url();
        assert_eq!(
            url,
            "http://a/?x=1&hello=w örld %26 %231=&a%3Db%26c={{v&}}+%41&both=%26%26"
        );
        request.params[2].value = Some("+%41".into());
        let table = request.params.clone();
        let url = request.full_url();
        request.set_full_url(&url);
        assert_eq!(request.params, table);
        // Something else of the URL is changed, and parameters before it.
        request.set_full_url(&url.replace("//a/", "//abc/").replace("x=1", "x=1&y=2"));
        assert_eq!(request.params.len(), 5);
        assert_eq!(request.params[2..], table[1..]);
        // The value itself.
        request.set_full_url(&request.full_url().replace("w örld", "world %26"));
        assert_eq!(request.params[2].value_str(), "world & & #1=");
        // The names.
        let url = request.full_url().replace("hello", "hallo").replace("a%3Db", "a%3Dbb");
        request.set_full_url(&url);
        assert_eq!(
            (request.params[2].name.as_str(), request.params[2].value_str()),
            ("hallo", "world & & #1=")
        );
        assert_eq!(request.params[3].name.as_str(), "a=bb&c");
        // What is typed so stays so.
        request.set_full_url("http://a/?x=%26");
        assert_eq!(request.params[0].value_str(), "%26");
        assert_eq!(request.full_url(), "http://a/?x=%26");
    }

    #[test]
    fn a_port_or_a_variable_is_no_path_variable() {
        assert_eq!(
            path_variable_names("http://h:80/:a/b/:c?:d").collect::<Vec<_>>(),
            ["a", "c"]
        );
        assert_eq!(path_variable_names("{{u}}/:x").collect::<Vec<_>>(), ["x"]);
    }

    #[test]
    fn methods_are_tokens() {
        assert_eq!(Method::new("get").as_str(), "GET");
        assert_eq!(Method::new("purge-It").as_str(), "PURGE-IT");
        assert!(Method::new("M-SEARCH").is_valid());
        assert!(!Method::new("A B").is_valid());
        assert!(!Method::new("").is_valid());
    }
}
