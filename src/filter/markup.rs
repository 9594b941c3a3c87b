//! XML and HTML as a tree for XPath.
//!
//! Names match as they are written: `soap:Body` is found by `soap:Body`, and `item` by `item` also where a document has a
//! default namespace, which XPath 1.0 has no word for. HTML is read as leniently as it is written, with names in lower case.

use std::collections::{BTreeSet, HashSet};

use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use sxd_document::dom::{ChildOfRoot, Document, Element};
use sxd_document::{Package, QName};

use super::FilterError;
use super::meter::Stop;

/// Levels of nesting that are read: what walks the tree goes as deep.
const MOST_DEPTH: usize = 2000;
/// Attributes of an element that are read: they are told apart one by one.
const MOST_ATTRIBUTES: usize = 1000;
/// Bytes of an entity, `&` and `;` included.
const MOST_ENTITY: usize = 12;
/// Entities of their own that a document's texts are put out with.
const MOST_OWN: usize = 100;
/// Between two looks whether the document is still wanted.
const STEPS: u32 = 256;
/// Elements of HTML that have no end.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr",
];
/// Elements of HTML whose content is text whatever it looks like.
const RAW: [&str; 2] = ["script", "style"];
/// The same, but for its entities.
const RAW_BUT_ENTITIES: [&str; 2] = ["textarea", "title"];
/// Elements of HTML that end where the next of these begins, as long as they lie side by side.
const SIBLINGS: [&[&str]; 5] = [&["li"], &["dt", "dd"], &["option"], &["td", "th"], &["tr"]];

/// A document.
pub(super) struct Tree {
    package: Package,
    names: BTreeSet<String>,
    prefixes: BTreeSet<String>,
    own: BTreeSet<String>,
    spelled: usize,
    html: bool,
}

impl Tree {
    pub fn document(&self) -> Document<'_> {
        self.package.as_document()
    }

    /// The names of all elements, and of all attributes behind an `@`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// The bytes of the texts of all nodes: what lies in another one counts for both.
    pub fn spelled(&self) -> usize {
        self.spelled
    }

    /// Whether the text of an element stands in the body as it is, with nothing escaped.
    pub fn raw(&self, name: &str) -> bool {
        self.html && RAW.contains(&name)
    }

    /// Whether a text that begins with an `&` begins with an entity of the document's own, which stands there as in the body.
    /// The same signs, escaped, are a text that nobody writes.
    pub fn has_own(&self, text: &str) -> bool {
        self.own.iter().any(|own| text.starts_with(own))
    }

    /// The prefixes of names.
    pub fn prefixes(&self) -> impl Iterator<Item = &str> {
        self.prefixes.iter().map(String::as_str)
    }
}

/// Whether a body is HTML rather than XML.
pub(super) fn is_html(media_type: &str, head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head)
        .trim_start_matches('\u{feff}')
        .trim_start()
        .to_ascii_lowercase();
    let said = media_type.to_ascii_lowercase();
    said.starts_with("text/html")
        || !said.contains("xml") && (head.starts_with("<!doctype html") || head.starts_with("<html"))
}

/// Reads a document.
///
/// # Errors
///
/// When it is no XML; HTML is always some HTML. [`FilterError::Cancelled`] if `stop` said yes.
pub(super) fn read(text: &str, html: bool, stop: &Stop) -> Result<Tree, FilterError> {
    let package = Package::new();
    let mut names = BTreeSet::new();
    let mut prefixes = BTreeSet::new();
    let mut own = BTreeSet::new();
    let spelled = {
        let mut builder = Builder {
            document: package.as_document(),
            open: Vec::new(),
            text: String::new(),
            stop,
            steps: 0,
            names: &mut names,
            prefixes: &mut prefixes,
            own: &mut own,
            root: false,
            spelled: 0,
        };
        let text = text.trim_start_matches('\u{feff}');
        if html {
            read_html(text, &mut builder)?;
        } else {
            read_xml(text, &mut builder)?;
        }
        if !builder.root {
            return Err(FilterError::Body("there is no element in the body".to_owned()));
        }
        builder.spelled
    };
    Ok(Tree {
        package,
        names,
        prefixes,
        own,
        spelled,
        html,
    })
}

struct Builder<'d, 'n> {
    document: Document<'d>,
    open: Vec<(String, Element<'d>)>,
    /// Text of the innermost element that has no node yet: a document keeps every text it was ever given.
    text: String,
    stop: &'n Stop,
    steps: u32,
    names: &'n mut BTreeSet<String>,
    prefixes: &'n mut BTreeSet<String>,
    own: &'n mut BTreeSet<String>,
    root: bool,
    spelled: usize,
}

impl Builder<'_, '_> {
    fn name<'t>(&mut self, name: &'t str) -> QName<'t> {
        match name.split_once(':') {
            Some((prefix, local)) if !prefix.is_empty() && !local.is_empty() => {
                if !self.prefixes.contains(prefix) {
                    self.prefixes.insert(prefix.to_owned());
                }
                QName::with_namespace_uri(Some(prefix), local)
            }
            _ => QName::new(name),
        }
    }

    /// Something is read: looks whether there is to be more.
    fn step(&mut self) -> Result<(), FilterError> {
        self.steps = (self.steps + 1) % STEPS;
        if self.steps == 0 && self.stop.asked() {
            return Err(FilterError::Cancelled);
        }
        Ok(())
    }

    /// A tag of XML; the outer error is one of its attributes.
    fn tag(&mut self, tag: &BytesStart<'_>, empty: bool) -> Result<Result<(), FilterError>, String> {
        let (attributes, declared) = attributes(tag)?;
        Ok(self.start(tag.name().as_ref(), &attributes, &declared, empty))
    }

    fn start(
        &mut self,
        name: &str,
        attributes: &[(String, String)],
        declared: &str,
        empty: bool,
    ) -> Result<(), FilterError> {
        if self.open.len() >= MOST_DEPTH {
            let words = format!("the body is nested more than {MOST_DEPTH} levels deep");
            return Err(FilterError::Body(words));
        }
        self.flush();
        let qname = self.name(name);
        let element = self.document.create_element(qname);
        if !declared.is_empty() {
            // Nobody else looks there: names have their prefixes for namespaces.
            element.set_default_namespace_uri(Some(declared));
        }
        if let Some((prefix, _)) = name.split_once(':') {
            element.set_preferred_prefix(Some(prefix));
        }
        self.note(name);
        for (name, value) in attributes {
            let qname = self.name(name);
            let attribute = element.set_attribute_value(qname, value);
            if let Some((prefix, _)) = name.split_once(':') {
                attribute.set_preferred_prefix(Some(prefix));
            }
            self.note(&format!("@{name}"));
        }
        match self.open.last() {
            Some((_, parent)) => parent.append_child(element),
            // A document has one root: what stands beside it in sloppy HTML goes into it.
            None if self.root => {
                let roots = self.document.root().children();
                let root = roots.into_iter().find_map(ChildOfRoot::element);
                if let Some(root) = root {
                    root.append_child(element);
                }
            }
            None => self.document.root().append_child(element),
        }
        self.root = true;
        if !empty {
            self.open.push((name.to_owned(), element));
        }
        Ok(())
    }

    fn note(&mut self, name: &str) {
        // More than that is no vocabulary.
        if self.names.len() < 2000 && !self.names.contains(name) {
            self.names.insert(name.to_owned());
        }
    }

    /// Adds text: what an entity or a comment parts is one text all the same.
    fn text(&mut self, text: &str) {
        if !self.open.is_empty() {
            self.text.push_str(text);
        }
    }

    /// A tag comes: the text before it is all there.
    fn flush(&mut self) {
        if let Some((_, parent)) = self.open.last()
            && !self.text.is_empty()
        {
            parent.append_child(self.document.create_text(&self.text));
            // It is a text of its own, and one of all that is open, and of the root.
            let holders = self.open.len() + 2;
            self.spelled = self.spelled.saturating_add(self.text.len().saturating_mul(holders));
        }
        self.text.clear();
    }

    /// Closes the innermost element of that name, and what is open in it.
    fn end(&mut self, name: &str) {
        if let Some(at) = self.open.iter().rposition(|(open, _)| open == name) {
            self.flush();
            self.open.truncate(at);
        }
    }
}

fn read_xml(text: &str, builder: &mut Builder<'_, '_>) -> Result<(), FilterError> {
    let mut reader = Reader::from_str(text);
    loop {
        builder.step()?;
        let start = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let broken = |what: String| {
            let line = text.get(..start).map_or(0, |before| before.matches('\n').count()) + 1;
            FilterError::Body(format!("the body is no XML: {what} in line {line}"))
        };
        let event = reader.read_event().map_err(|error| broken(error.to_string()))?;
        match event {
            Event::Start(tag) => builder.tag(&tag, false).map_err(broken)??,
            Event::Empty(tag) => builder.tag(&tag, true).map_err(broken)??,
            Event::End(tag) => builder.end(tag.name().as_ref()),
            Event::Text(said) => builder.text(&said),
            Event::CData(said) => builder.text(&said),
            Event::GeneralRef(_) => {
                let end = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
                let spelled = text.get(start..end).unwrap_or_default();
                if let Ok(known) = unescape(spelled) {
                    builder.text(&known);
                } else {
                    if builder.own.len() < MOST_OWN {
                        builder.own.insert(spelled.to_owned());
                    }
                    builder.text(spelled);
                }
            }
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof if builder.open.is_empty() => return Ok(()),
            Event::Eof => return Err(broken("it ends early".to_owned())),
        }
    }
}

/// The attributes, and apart from them, as they are written, those that only declare namespaces.
fn attributes(tag: &BytesStart<'_>) -> Result<(Vec<(String, String)>, String), String> {
    let (mut out, mut declared) = (Vec::new(), String::new());
    // The library would compare each name with all before it.
    let mut known = HashSet::new();
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let name: &str = attribute.key.as_ref();
        if !known.insert(name.to_owned()) {
            return Err(format!("an element has `{name}` twice"));
        }
        if known.len() > MOST_ATTRIBUTES {
            return Err(format!("an element has more than {MOST_ATTRIBUTES} attributes"));
        }
        if name == "xmlns" || name.starts_with("xmlns:") {
            let value = attribute.value.replace('"', "&quot;");
            declared.extend([" ", name, "=\"", &value, "\""]);
            continue;
        }
        let value = unescape(&attribute.value).map_err(|error| error.to_string())?;
        out.push((name.to_owned(), value.into_owned()));
    }
    Ok((out, declared))
}

fn read_html(text: &str, builder: &mut Builder<'_, '_>) -> Result<(), FilterError> {
    let mut rest = text;
    while !rest.is_empty() {
        builder.step()?;
        let Some(tag) = rest.find('<') else {
            builder.text(&plain(rest));
            break;
        };
        builder.text(&plain(&rest[..tag]));
        rest = &rest[tag..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
        } else if rest.starts_with("<!") || rest.starts_with("<?") {
            rest = rest.find('>').map_or("", |end| &rest[end + 1..]);
        } else if let Some(closing) = rest.strip_prefix("</") {
            let end = closing.find('>').unwrap_or(closing.len());
            builder.end(&closing[..end].trim().to_ascii_lowercase());
            rest = closing.get(end + 1..).unwrap_or_default();
        } else if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
            rest = open_tag(&rest[1..], builder)?;
        } else {
            builder.text("<");
            rest = &rest[1..];
        }
    }
    // What is open at the end has its text, too.
    builder.flush();
    Ok(())
}

/// Reads an opening tag, and the content of one that has nothing but text; returns what follows.
fn open_tag<'t>(tag: &'t str, builder: &mut Builder<'_, '_>) -> Result<&'t str, FilterError> {
    let end = tag
        .find(|c: char| c.is_whitespace() || c == '>' || c == '/')
        .unwrap_or(tag.len());
    let name = tag[..end].to_ascii_lowercase();
    let mut rest = &tag[end..];
    let mut attributes: Vec<(String, String)> = Vec::new();
    let mut known = HashSet::new();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        if let Some(behind) = rest.strip_prefix('>') {
            rest = behind;
            break;
        }
        if rest.is_empty() {
            break;
        }
        let end = rest
            .char_indices()
            .skip(1)
            .find(|(_, c)| c.is_whitespace() || matches!(c, '=' | '>' | '/'))
            .map_or(rest.len(), |(at, _)| at);
        let attribute = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let mut value = "";
        if let Some(behind) = rest.strip_prefix('=') {
            let behind = behind.trim_start();
            let quote = behind.chars().next().filter(|c| matches!(c, '"' | '\''));
            (value, rest) = match quote {
                Some(quote) => behind[1..].split_once(quote).unwrap_or((&behind[1..], "")),
                None => behind.split_at(
                    behind
                        .find(|c: char| c.is_whitespace() || c == '>')
                        .unwrap_or(behind.len()),
                ),
            };
        }
        builder.step()?;
        // Of those of one name the first counts, and more than that is no element.
        if attributes.len() < MOST_ATTRIBUTES && known.insert(attribute.clone()) {
            attributes.push((attribute, plain(value)));
        }
    }
    if let Some(group) = SIBLINGS.iter().find(|group| group.contains(&&*name))
        && builder
            .open
            .last()
            .is_some_and(|(open, _)| group.contains(&&**open) || open == "p")
    {
        builder.flush();
        builder.open.pop();
    }
    builder.start(&name, &attributes, "", VOID.contains(&&*name))?;
    let raw = RAW.contains(&&*name);
    if raw || RAW_BUT_ENTITIES.contains(&&*name) {
        let closing = format!("</{name}");
        let end = rest
            .match_indices("</")
            .map(|(at, _)| at)
            .find(|at| {
                rest.get(*at..*at + closing.len())
                    .is_some_and(|said| said.eq_ignore_ascii_case(&closing))
            })
            .unwrap_or(rest.len());
        if raw {
            builder.text(&rest[..end]);
        } else {
            builder.text(&plain(&rest[..end]));
        }
        rest = &rest[end..];
    }
    Ok(rest)
}

/// Text without its entities; those that are unknown stay as they are.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(MOST_ENTITY).position(|byte| byte == b';');
        let known = end.and_then(|end| match &rest[1..end] {
            "nbsp" => Some("\u{a0}".to_owned()),
            "copy" => Some("©".to_owned()),
            "hellip" => Some("…".to_owned()),
            "ndash" => Some("–".to_owned()),
            "mdash" => Some("—".to_owned()),
            _ => unescape(&rest[..=end]).ok().map(std::borrow::Cow::into_owned),
        });
        if let (Some(known), Some(end)) = (known, end) {
            out.push_str(&known);
            rest = &rest[end + 1..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}
