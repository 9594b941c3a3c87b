//! XPath 1.0 over a tree of markup, by a library that is given stops to call ([`stops`]).

mod stops;

use bytes::Bytes;
use sxd_document::QName;
use sxd_document::dom::{ChildOfElement, Element};
use sxd_xpath::context::Evaluation;
use sxd_xpath::function::{self, Function};
use sxd_xpath::nodeset::Node;
use sxd_xpath::{Context, Factory, Value, XPath};

use super::markup::Tree;
use super::meter::{self, Limits, Stop, Stopped};
use super::{FilterError, Filtered, Form, Places};

/// An expression with stops in it.
pub(super) struct Expression {
    path: XPath,
    /// Whether texts of many nodes may be held at a time.
    compares: bool,
    /// The prefixes of names in it.
    prefixes: Vec<String>,
}

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Expression, FilterError> {
    // What is wrong is said of what was typed.
    read(text)?;
    let stops::Stoppable {
        text,
        compares,
        prefixes,
    } = stops::put(text).map_err(FilterError::Text)?;
    let path = read(&text)?;
    Ok(Expression {
        path,
        compares,
        prefixes,
    })
}

fn read(text: &str) -> Result<XPath, FilterError> {
    // The parser has its assertions; a typed text must not end the thread.
    let built = meter::within(Limits::default(), &Stop::never(), || Factory::new().build(text));
    match built {
        Ok(Ok(Some(path))) => Ok(path),
        Ok(Ok(None)) => Err(FilterError::Text("type an XPath".to_owned())),
        Ok(Err(error)) => {
            let what = if ends_quoted(text) {
                "a quote is not closed"
            } else {
                unread(&error.to_string())
            };
            Err(FilterError::Text(format!("this is no XPath: {what}")))
        }
        Err(_) => Err(FilterError::Text("this is no XPath".to_owned())),
    }
}

/// Whether a text ends within quotes.
fn ends_quoted(text: &str) -> bool {
    let quotes = text.chars().filter(|c| matches!(c, '"' | '\''));
    let open = quotes.fold(None, |open, quote| match open {
        None => Some(quote),
        Some(own) if own == quote => None,
        other => other,
    });
    open.is_some()
}

/// What is wrong with a text, for the name that the library has for it.
fn unread(name: &str) -> &'static str {
    match name {
        "EmptyPredicate" => "the brackets `[]` are empty",
        "ExtraUnparsedTokens" => "it goes on where it could end",
        "RanOutOfInput" => "it ends early, as in an open bracket",
        "RightHandSideExpressionMissing" => "a value is missing behind an operator",
        "ArgumentMissing" => "a value is missing behind a comma",
        "TrailingSlash" => "a name is missing behind the last `/`",
        _ => "a part of it is none",
    }
}

/// What went wrong with nodes, for the words that the library has for it: it tells them by no type.
fn broken(words: &str) -> String {
    let named = words
        .split_once("local_part: \"")
        .and_then(|(_, name)| name.split_once('"'));
    let counts = |words: &str| {
        words
            .split_once(" but had ")
            .map(|(wants, has)| (wants.to_owned(), has.to_owned()))
    };
    let words = words.strip_prefix("error while evaluating function: ").unwrap_or(words);
    if let (Some((name, _)), Some((kind, _))) = (named, words.split_once(" OwnedPrefixedName")) {
        return format!("{kind} `{name}`");
    }
    if let Some(prefix) = words.strip_prefix("unknown namespace prefix ") {
        return format!("unknown prefix `{prefix}`");
    }
    for (kind, limit) in [("too many", "at most"), ("not enough", "or more")] {
        let wants = words
            .strip_prefix(kind)
            .and_then(|rest| rest.strip_prefix(" arguments, expected "));
        if let Some((wants, has)) = wants.and_then(counts) {
            let many = if wants == "1" { "argument" } else { "arguments" };
            return format!("a function wants {wants} {many} {limit}, but has {has}");
        }
    }
    if let Some(has) = words.strip_prefix("argument was expected to be a nodeset but was a ") {
        return format!("a function wants nodes, but has a {}", has.to_lowercase());
    }
    match words {
        "NotANodeset" => "only nodes can be joined by `|` and have steps behind them".to_owned(),
        words => words.to_owned(),
    }
}

/// Why a prefix finds nothing: no name in the body has it. The library takes it for granted that it is known.
fn unknown(prefix: &str, tree: &Tree) -> FilterError {
    let known: Vec<String> = tree.prefixes().take(5).map(|known| format!("`{known}`")).collect();
    let known = match &*known {
        [] => "no name in the body has one".to_owned(),
        known => format!("the names in the body have {}", known.join(", ")),
    };
    FilterError::Run(format!("unknown prefix `{prefix}`: {known}"))
}

/// Asks whether to go on.
struct Asks;

impl Function for Asks {
    fn evaluate<'d>(&self, _: &Evaluation<'_, 'd>, _: Vec<Value<'d>>) -> Result<Value<'d>, function::Error> {
        meter::look();
        Ok(Value::Boolean(true))
    }
}

/// Puts out the nodes, or the value.
pub(super) fn run(path: &Expression, tree: &Tree, limits: Limits, stop: &Stop) -> Result<Filtered, FilterError> {
    // The texts of two sets of nodes may be compared.
    if path.compares && tree.spelled() > limits.memory / 2 {
        return Err(FilterError::Body(Stopped::Memory.words(limits)));
    }
    let mut context = Context::new();
    context.set_function(stops::NAME, Asks);
    // Every document has this one.
    for prefix in tree.prefixes().chain(["xml"]) {
        context.set_namespace(prefix, prefix);
    }
    let known = |prefix: &String| prefix == "xml" || tree.prefixes().any(|known| known == prefix);
    if let Some(prefix) = path.prefixes.iter().find(|prefix| !known(prefix)) {
        return Err(unknown(prefix, tree));
    }
    let ran = meter::within(limits, stop, || path.path.evaluate(&context, tree.document().root()));
    let value = match ran {
        Ok(Ok(value)) => value,
        Ok(Err(error)) => return Err(FilterError::Run(broken(&error.to_string()))),
        Err(Stopped::Cancelled) => return Err(FilterError::Cancelled),
        Err(why) => return Err(FilterError::Run(why.words(limits))),
    };
    let Value::Nodeset(nodes) = value else {
        return Ok(Filtered {
            bytes: Bytes::from(value.string()),
            form: Form::Text,
            count: 1,
            cut: None,
            places: Places::default(),
        });
    };
    let mut out = String::new();
    let (mut count, mut cut, mut form) = (0, None, Form::Text);
    for node in nodes.document_order() {
        if stop.asked() {
            return Err(FilterError::Cancelled);
        }
        if count >= limits.count || out.len() > limits.output {
            cut = Some(format!("only the first {count} nodes: there are more"));
            break;
        }
        match node {
            Node::Root(root) => {
                form = Form::Markup;
                root.children()
                    .iter()
                    .filter_map(|child| child.element())
                    .for_each(|own| write(own, tree, &mut out));
            }
            Node::Element(element) => {
                form = Form::Markup;
                write(element, tree, &mut out);
            }
            other => out.push_str(&other.string_value()),
        }
        out.push('\n');
        count += 1;
    }
    out.pop();
    Ok(Filtered {
        bytes: Bytes::from(out),
        form,
        count,
        cut,
        places: Places::default(),
    })
}

fn name(name: QName<'_>, out: &mut String) {
    // The namespace is the prefix: see `markup`.
    if let Some(prefix) = name.namespace_uri() {
        out.push_str(prefix);
        out.push(':');
    }
    out.push_str(name.local_part());
}

fn write(element: Element<'_>, tree: &Tree, out: &mut String) {
    out.push('<');
    name(element.name(), out);
    // What it declares, as it is written: see `markup`.
    out.push_str(element.default_namespace_uri().unwrap_or_default());
    for attribute in element.attributes() {
        out.push(' ');
        name(attribute.name(), out);
        out.push_str("=\"");
        escape(attribute.value(), tree, out);
        out.push('"');
    }
    let children = element.children();
    if children.is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    for child in children {
        match child {
            ChildOfElement::Element(own) => write(own, tree, out),
            ChildOfElement::Text(text) if tree.raw(element.name().local_part()) => out.push_str(text.text()),
            ChildOfElement::Text(text) => escape(text.text(), tree, out),
            ChildOfElement::Comment(_) | ChildOfElement::ProcessingInstruction(_) => {}
        }
    }
    out.push_str("</");
    name(element.name(), out);
    out.push('>');
}

fn escape(text: &str, tree: &Tree, out: &mut String) {
    for (at, c) in text.char_indices() {
        match c {
            '&' if tree.has_own(&text[at..]) => out.push('&'),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::filter::{FilterError, Limits, Session, Stop};

    #[test]
    fn what_declares_namespaces_is_put_out_with_them() {
        let filter = |path: &str| {
            let xml = "<s:a xmlns:s='http://s/' xmlns=\"http://d/\"><b c='1'/></s:a>";
            let mut session = Session::new(xml.into(), "application/xml", Limits::default());
            session.run(path, &Stop::never()).map(|found| found.bytes)
        };
        let all = r#"<s:a xmlns:s="http://s/" xmlns="http://d/"><b c="1"/></s:a>"#;
        assert_eq!(filter("/s:a"), Ok::<_, FilterError>(all.into()));
        assert_eq!(filter("//@*"), Ok("1".into()), "they are no attributes");
    }

    #[test]
    fn what_is_wrong_is_said_in_plain_words() {
        let said = |media_type: &str, path: &str| {
            let body = "<a><b:c/><d:e f:g='1'/></a>";
            let mut session = Session::new(body.into(), media_type, Limits::default());
            let error = session.run(path, &Stop::never()).err();
            error.map(|error| error.to_string()).unwrap_or_default()
        };
        for (path, expected) in [
            ("//a[", "this is no XPath: the brackets `[]` are empty"),
            ("foo(", "this is no XPath: it ends early, as in an open bracket"),
            ("//a b", "this is no XPath: it goes on where it could end"),
            ("//a//", "this is no XPath: a name is missing behind the last `/`"),
            ("1 +", "this is no XPath: a value is missing behind an operator"),
            ("foo(1,)", "this is no XPath: a value is missing behind a comma"),
            ("'x", "this is no XPath: a quote is not closed"),
            (
                "//a[.=\"it's\"",
                "this is no XPath: it ends early, as in an open bracket",
            ),
            ("//a[x::b]", "this is no XPath: a part of it is none"),
            ("foo(1)", "unknown function `foo`"),
            ("x:f(1)", "unknown prefix `x`"),
            ("$x", "unknown variable `x`"),
            ("count()", "a function wants 1 argument or more, but has 0"),
            ("count(1)", "a function wants nodes, but has a number"),
            ("1|2", "only nodes can be joined by `|` and have steps behind them"),
            (
                "//soap:Body",
                "unknown prefix `soap`: the names in the body have `b`, `d`, `f`",
            ),
            ("//@x:k", "unknown prefix `x`: the names in the body have `b`, `d`, `f`"),
            (
                "//b:c[1]/z:*",
                "unknown prefix `z`: the names in the body have `b`, `d`, `f`",
            ),
            (".items[]", "this looks like a jq filter, the body is XML"),
            ("$.items[0]", "this looks like a JSONPath filter, the body is XML"),
        ] {
            assert_eq!(said("application/xml", path), expected, "{path}");
        }
        let html = said("text/html", "[.a[] | .b]");
        assert_eq!(html, "this looks like a jq filter, the body is HTML");
        // And the other way around.
        for path in ["//x[", "/a/b", "//a[@b]"] {
            let mut session = Session::new("{}".to_owned().into(), "application/json", Limits::default());
            let words = session
                .run(path, &Stop::never())
                .map_or_else(|error| error.to_string(), |_| String::new());
            assert!(
                words.starts_with("this looks like an XPath, which is for XML and HTML"),
                "{words}"
            );
        }
        assert_eq!(said("application/xml", "//b:c | //@f:* | //@xml:lang"), "");
    }

    #[test]
    fn scripts_and_styles_of_html_are_put_out_as_they_are() {
        let filter = |media_type: &str, body: &str, path: &str| {
            let mut session = Session::new(body.to_owned().into(), media_type, Limits::default());
            session.run(path, &Stop::never()).map(|found| found.bytes)
        };
        let script = "<script>if (a<b &&amp; \"c\") {}</script>";
        let page = format!("<html>{script}<title>A &amp; B</title></html>");
        let html = |path: &str| filter("text/html", &page, path);
        assert_eq!(html("//script"), Ok::<_, FilterError>(script.into()));
        assert_eq!(html("//title"), Ok("<title>A &amp; B</title>".into()));
        assert_eq!(html("//title/text()"), Ok("A & B".into()));
        let own = "<!DOCTYPE r [<!ENTITY e \"ent\">]><r>two &e; &amp; &lt;<b/></r>";
        assert_eq!(
            filter("application/xml", own, "//r"),
            Ok("<r>two &e; &amp; &lt;<b/></r>".into()),
            "as it stands in the body"
        );
        let xml = "<script>a &amp; b</script>";
        assert_eq!(filter("application/xml", xml, "/script"), Ok(xml.into()));
    }
}
