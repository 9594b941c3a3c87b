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
}

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Expression, FilterError> {
    // What is wrong is said of what was typed.
    read(text)?;
    let stops::Stoppable { text, compares } = stops::put(text).map_err(FilterError::Text)?;
    let path = read(&text)?;
    Ok(Expression { path, compares })
}

fn read(text: &str) -> Result<XPath, FilterError> {
    // The parser has its assertions; a typed text must not end the thread.
    let built = meter::within(Limits::default(), &Stop::never(), || Factory::new().build(text));
    match built {
        Ok(Ok(Some(path))) => Ok(path),
        Ok(Ok(None)) => Err(FilterError::Text("type an XPath".to_owned())),
        Ok(Err(error)) => {
            let words = error.to_string();
            let mut chars = words.chars();
            let first = chars.next().map(|c| c.to_lowercase().to_string()).unwrap_or_default();
            Err(FilterError::Text(format!(
                "this is no XPath: {first}{}",
                chars.as_str()
            )))
        }
        Err(_) => Err(FilterError::Text("this is no XPath".to_owned())),
    }
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
    for prefix in tree.prefixes() {
        context.set_namespace(prefix, prefix);
    }
    let ran = meter::within(limits, stop, || path.path.evaluate(&context, tree.document().root()));
    let value = match ran {
        Ok(Ok(value)) => value,
        Ok(Err(error)) => return Err(FilterError::Run(error.to_string())),
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
                    .for_each(|own| write(own, &mut out));
            }
            Node::Element(element) => {
                form = Form::Markup;
                write(element, &mut out);
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

fn write(element: Element<'_>, out: &mut String) {
    out.push('<');
    name(element.name(), out);
    // What it declares, as it is written: see `markup`.
    out.push_str(element.default_namespace_uri().unwrap_or_default());
    for attribute in element.attributes() {
        out.push(' ');
        name(attribute.name(), out);
        out.push_str("=\"");
        escape(attribute.value(), out);
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
            ChildOfElement::Element(own) => write(own, out),
            ChildOfElement::Text(text) => escape(text.text(), out),
            ChildOfElement::Comment(_) | ChildOfElement::ProcessingInstruction(_) => {}
        }
    }
    out.push_str("</");
    name(element.name(), out);
    out.push('>');
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
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
}
