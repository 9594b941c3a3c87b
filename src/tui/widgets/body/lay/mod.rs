//! Ways of laying a body out for reading, each fed block by block so that neither size nor slowness matters.
//!
//! What is put out is text in UTF-8, or JSON for what can be folded and has paths. None calls itself, whatever the body
//! nests: a body is not to be trusted. What writes much more than it reads is stopped by whoever feeds it.

mod braces;
mod cbor;
mod events;
pub(super) mod image;
mod markdown;
mod markup;
mod msgpack;
mod protobuf;
pub(super) mod table;
mod tree;
mod values;

use super::kind::Kind;
use super::marks::Mark;
use super::shape::Shape;
use super::syntax::Syntax;
use crate::tui::widgets::highlight;

/// A way of laying out, fed block by block.
pub(super) trait Lay: Send {
    /// Lays out what is complete of these bytes and says how many that were; the others come again with more behind them.
    ///
    /// With `last` nothing more comes, or the piece is too long to wait for: everything has to be taken, though not all at
    /// once.
    fn lay(&mut self, bytes: &[u8], last: bool, out: &mut Vec<u8>) -> usize;

    /// Whether what comes next has been there for a while: nobody knows any more when it arrived.
    fn set_late(&mut self, _late: bool) {}

    /// What the text put out since the last call is, to be taken; counted from where it began.
    fn take_marks(&mut self) -> Vec<Mark> {
        Vec::new()
    }

    /// How the lines lie in each other that were begun since the last call, to be taken: all from the first one on, or none.
    fn take_shapes(&mut self) -> Vec<Shape> {
        Vec::new()
    }

    /// What is wrong with the body so far, or, where it has `ended`, with all of it: the first of it, with its line.
    fn flaw(&self, _ended: bool) -> Option<String> {
        None
    }

    /// A line that is to stay above the others, once it is known.
    fn header(&self) -> Option<String> {
        None
    }
}

/// How a body of a kind is laid out, and how what comes of it is read; `None` for what is read best as it came.
///
/// `live` says that it still arrives: then the time of what arrives is of interest.
pub(super) fn of(kind: Kind, head: &[u8], live: bool) -> Option<(Box<dyn Lay>, Syntax)> {
    let code = |lay: Box<dyn Lay>, language| Some((lay, Syntax::Code(language)));
    let json = |lay: Box<dyn Lay>| Some((lay, Syntax::Json));
    match kind {
        Kind::Xml | Kind::Html => {
            let html = kind == Kind::Html;
            Some((Box::new(markup::Markup::new(html)), Syntax::Markup { html }))
        }
        Kind::Css if braces::is_dense(head) => code(Box::new(braces::Braces::new(false)), highlight::Syntax::Css),
        Kind::JavaScript if braces::is_dense(head) => {
            code(Box::new(braces::Braces::new(true)), highlight::Syntax::JavaScript)
        }
        Kind::Markdown => Some((Box::<markdown::Markdown>::default(), Syntax::Marked)),
        Kind::Csv => {
            let separator = table::separator_of_table(head);
            code(Box::new(table::Table::new(separator)), highlight::Syntax::Table)
        }
        Kind::Tsv => code(Box::new(table::Table::new(b'\t')), highlight::Syntax::Table),
        Kind::Events => code(Box::new(events::Events::new(live)), highlight::Syntax::Events),
        Kind::MessagePack => json(Box::<values::Values<msgpack::MessagePack>>::default()),
        Kind::Cbor => json(Box::<values::Values<cbor::Cbor>>::default()),
        Kind::Protobuf => json(Box::<protobuf::Protobuf>::default()),
        Kind::Image => Some((Box::<image::Facts>::default(), Syntax::Text)),
        _ => None,
    }
}

/// A sequence of JSON texts without the marks before them.
pub(super) struct Records;

impl Records {
    /// What stands before each of them.
    pub const MARK: u8 = 0x1e;
}

impl Lay for Records {
    fn lay(&mut self, bytes: &[u8], _last: bool, out: &mut Vec<u8>) -> usize {
        out.extend(bytes.iter().filter(|byte| **byte != Self::MARK));
        bytes.len()
    }
}

/// Whether bytes are one map or list of `MessagePack` and nothing behind it; `None` where its end is not there.
pub(super) fn is_packed(bytes: &[u8]) -> Option<bool> {
    msgpack::is_packed(bytes)
}

/// Whether bytes are one value of a binary format, and nothing behind it; `None` where its end is not there.
pub(super) fn fits(kind: Kind, bytes: &[u8]) -> Option<bool> {
    match kind {
        Kind::MessagePack => values::fits::<msgpack::MessagePack>(bytes),
        Kind::Cbor => values::fits::<cbor::Cbor>(bytes),
        Kind::Protobuf => protobuf::fits(bytes),
        _ => Some(true),
    }
}

/// Lays all of a body out, in blocks of a size: what tests want.
#[cfg(test)]
pub(super) fn all(lay: &mut dyn Lay, body: &[u8], block: usize) -> String {
    let mut out = Vec::new();
    let (mut pos, mut len) = (0, block);
    loop {
        let end = (pos + len).min(body.len());
        let last = end == body.len();
        let took = lay.lay(&body[pos..end], last, &mut out);
        assert!(
            !last || pos + took == body.len(),
            "the last block has to be taken whole"
        );
        pos += took;
        len = if took == 0 { len + block } else { block };
        if last {
            return String::from_utf8(out).unwrap_or_else(|error| panic!("no UTF-8: {error}"));
        }
    }
}
