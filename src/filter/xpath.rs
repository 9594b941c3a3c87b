//! XPath 1.0 over a tree of markup.
//!
//! The library cannot be stopped, so a path is taken step by step and node by node: a location path is what its first
//! step finds, then what the rest of it finds from each of those (XPath 1.0, section 2).

use bytes::Bytes;
use sxd_document::QName;
use sxd_document::dom::{ChildOfElement, Element};
use sxd_xpath::nodeset::{Node, Nodeset};
use sxd_xpath::{Context, Factory, Value, XPath};

use super::markup::Tree;
use super::meter::{self, Limits, Stop};
use super::{FilterError, Filtered, Form};

/// An expression, in steps where it is a path.
pub(super) struct Expression {
    whole: XPath,
    /// The steps, and whether each is looked for in all that is in a node, too.
    steps: Option<Vec<(bool, XPath)>>,
}

impl Expression {
    /// Whether it can be stopped.
    pub fn heeds(&self) -> bool {
        self.steps.is_some()
    }
}

/// Reads an expression.
pub(super) fn parse(text: &str) -> Result<Expression, FilterError> {
    let whole = read(text)?;
    let steps = steps(text).and_then(|steps| {
        let steps = steps
            .into_iter()
            .map(|(descends, step)| Some((descends, read(step).ok()?)));
        steps.collect()
    });
    Ok(Expression { whole, steps })
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

/// The steps of a location path that can be read; `None` for any other expression.
fn steps(text: &str) -> Option<Vec<(bool, &str)>> {
    let mut rest = text.trim();
    let mut out = Vec::new();
    let mut first = true;
    while !rest.is_empty() {
        let behind = rest.strip_prefix("//");
        let descends = behind.is_some();
        rest = match behind.or_else(|| rest.strip_prefix('/')) {
            Some(behind) => behind,
            None if first => rest,
            None => return None,
        };
        first = false;
        let len = step(rest)?;
        out.push((descends, &rest[..len]));
        rest = &rest[len..];
    }
    (!out.is_empty()).then_some(out)
}

/// The length of the step a text begins with: an axis and a test, then what is in brackets.
fn step(text: &str) -> Option<usize> {
    let head = text.find(['/', '[']).unwrap_or(text.len());
    let kind = ["text()", "node()", "comment()"]
        .iter()
        .find_map(|test| text[..head].strip_suffix(test));
    let name = kind.or_else(|| text[..head].strip_suffix('*')).unwrap_or(&text[..head]);
    let plain = name
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | ':' | '@' | '-'));
    // A star behind a name multiplies.
    let leads = name.len() == head || name.is_empty() || name.ends_with([':', '@']);
    if head == 0 || !plain || !leads {
        return None;
    }
    let (mut depth, mut quote) = (0_usize, None);
    for (at, byte) in text.bytes().enumerate().skip(head) {
        match (quote, byte) {
            (Some(open), _) if open == byte => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'[') => depth += 1,
            (None, b']') => depth = depth.checked_sub(1)?,
            (None, b'/') if depth == 0 => return Some(at),
            (None, _) if depth == 0 => return None,
            _ => {}
        }
    }
    (depth == 0 && quote.is_none()).then_some(text.len())
}

/// Why a path was not taken to its end.
enum Ended {
    Stopped,
    Wrong(String),
}

/// Takes the steps of a path from the root on.
fn walk<'d>(steps: &[(bool, XPath)], context: &Context<'d>, root: Node<'d>, stop: &Stop) -> Result<Nodeset<'d>, Ended> {
    let mut from = Nodeset::new();
    from.add(root);
    for (descends, step) in steps {
        let mut found = Nodeset::new();
        let mut open: Vec<Node<'d>> = from.iter().collect();
        let mut seen = Nodeset::new();
        while let Some(node) = open.pop() {
            if stop.asked() {
                return Err(Ended::Stopped);
            }
            if *descends {
                // What lies in two nodes is looked at once.
                if seen.contains(node) {
                    continue;
                }
                seen.add(node);
                open.extend(node.children());
            }
            match step.evaluate(context, node) {
                Ok(Value::Nodeset(nodes)) => nodes.iter().for_each(|node| found.add(node)),
                Ok(_) => return Err(Ended::Wrong("a step of the path finds no nodes".to_owned())),
                Err(error) => return Err(Ended::Wrong(error.to_string())),
            }
        }
        from = found;
    }
    Ok(from)
}

/// Puts out the nodes, or the value.
pub(super) fn run(path: &Expression, tree: &Tree, limits: Limits, stop: &Stop) -> Result<Filtered, FilterError> {
    let mut context = Context::new();
    for prefix in tree.prefixes() {
        context.set_namespace(prefix, prefix);
    }
    let ran = meter::within(limits, &Stop::never(), || {
        let root = tree.document().root();
        match &path.steps {
            Some(steps) => walk(steps, &context, root.into(), stop).map(Value::Nodeset),
            None => path
                .whole
                .evaluate(&context, root)
                .map_err(|error| Ended::Wrong(error.to_string())),
        }
    });
    let value = match ran {
        Ok(Ok(value)) => value,
        Ok(Err(Ended::Stopped)) => return Err(FilterError::Cancelled),
        Ok(Err(Ended::Wrong(why))) => return Err(FilterError::Run(why)),
        Err(why) => return Err(FilterError::Run(why.words(limits))),
    };
    let Value::Nodeset(nodes) = value else {
        return Ok(Filtered {
            bytes: Bytes::from(value.string()),
            form: Form::Text,
            count: 1,
            cut: None,
        });
    };
    let mut out = String::new();
    let (mut count, mut cut, mut form) = (0, None, Form::Text);
    for node in nodes.document_order() {
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
    use super::*;

    #[test]
    fn a_path_is_taken_apart_and_nothing_else_is() {
        let shown = |text: &str| {
            let steps = steps(text)?.into_iter();
            let steps = steps.map(|(descends, step)| if descends { format!("//{step}") } else { step.to_owned() });
            Some(steps.collect::<Vec<_>>().join(" "))
        };
        for (text, parts) in [
            ("//a/b[2]/@c", Some("//a b[2] @c")),
            ("/a//b[c/d='x/]']/text()", Some("a //b[c/d='x/]'] text()")),
            ("a/..", Some("a ..")),
            ("//*/@*", Some("//* @*")),
            ("ancestor::p:*[1][2]", Some("ancestor::p:*[1][2]")),
            ("count(//a)", None),
            ("//a | //b", None),
            ("//a * 2", None),
            ("a*2", None),
            ("/", None),
            ("(//a)[1]", None),
        ] {
            assert_eq!(shown(text).as_deref(), parts, "{text}");
        }
    }
}
