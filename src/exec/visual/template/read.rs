//! A template's text in pieces.

use super::tag::Tag;
use super::{Block, Call, Piece};

/// How deep blocks may stand in blocks.
const DEEPEST: usize = 500;

/// How many bytes of a template may stand in tags: what is read of them takes a hundred times as much memory.
const MOST_IN_TAGS: usize = 500_000;

/// What a tag is.
enum Kind {
    Value(Call, bool),
    Open(Call, Vec<String>, Of),
    Else(Option<(Call, Vec<String>)>),
    Close(String),
    /// With the blanks before it, where it has a line to itself.
    Part(Call, String),
    /// The text of a raw block.
    Raw(Call, String),
    Comment,
}

/// What opens.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Block,
    Inverse,
    Part,
    Inline,
}

/// The text before a tag, and the tag.
struct Found {
    kind: Kind,
    /// Blanks before it go, and those behind it.
    trims: (bool, bool),
}

/// A block whose end has not come yet.
struct Open {
    call: Call,
    names: Vec<String>,
    of: Of,
    inner: Vec<Piece>,
    inverse: Option<Vec<Piece>>,
    /// It stands in an `else`, and ends with what that belongs to.
    is_chained: bool,
}

/// Reads a template; what is wrong with it, if it is none.
pub(in super::super) fn read(template: &str) -> Result<Vec<Piece>, String> {
    let (texts, mut tags) = tags(template)?;
    indent(&texts, &mut tags);
    let trimmed = trimmed(&texts, &tags);
    let mut reader = Reader {
        top: Vec::new(),
        open: Vec::new(),
    };
    let mut texts = trimmed.into_iter();
    reader.text(texts.next().unwrap_or_default());
    for (tag, text) in tags.into_iter().zip(texts) {
        reader.tag(tag.kind)?;
        reader.text(text);
    }
    match reader.open.pop() {
        Some(open) => Err(format!("`{}` is not closed", open.call.text())),
        None => Ok(reader.top),
    }
}

/// The texts, and between each two of them a tag.
fn tags(template: &str) -> Result<(Vec<String>, Vec<Found>), String> {
    let (mut texts, mut tags) = (Vec::new(), Vec::new());
    let mut text = String::new();
    let mut rest = template;
    let mut room = MOST_IN_TAGS;
    while let Some(at) = rest.find("{{") {
        let before = &rest[..at];
        rest = &rest[at..];
        if let Some(before) = before.strip_suffix('\\') {
            text.push_str(before);
            // Of two, one is meant.
            if !before.ends_with('\\') {
                text.push_str("{{");
                rest = &rest[2..];
                continue;
            }
        } else {
            text.push_str(before);
        }
        let (found, behind) = tag(rest)?;
        if !matches!(found.kind, Kind::Comment | Kind::Raw(..)) {
            let length = rest.len() - behind.len();
            room = room
                .checked_sub(length)
                .ok_or_else(|| format!("its tags are longer than {MOST_IN_TAGS} bytes in all"))?;
        }
        texts.push(std::mem::take(&mut text));
        tags.push(found);
        rest = behind;
    }
    texts.push(text + rest);
    Ok((texts, tags))
}

/// The tag at the beginning of a text, and what is behind it.
fn tag(text: &str) -> Result<(Found, &str), String> {
    if text.starts_with("{{{{") && !text.starts_with("{{{{/") {
        return raw(text);
    }
    let mut tag = Tag::new(&text[2..]);
    let is_triple = tag.takes("{");
    let left = !is_triple && tag.takes("~");
    // `{{~{x}~}}`.
    let is_inner = !is_triple && left && tag.takes("{");
    let kind = if is_triple || is_inner {
        let call = tag.call()?;
        tag.wants("}")?;
        Kind::Value(call, false)
    } else if tag.rest.starts_with("!--") {
        // The dashes at its beginning may be those at its end.
        tag.takes("!");
        let ends = tag.rest.match_indices("}}");
        let ends = ends.map(|(at, _)| at - usize::from(tag.rest[..at].ends_with('~')));
        let mut ends = ends.filter(|at| tag.rest[..*at].ends_with("--"));
        let end = ends.next().ok_or("a comment has no end")?;
        tag.rest = &tag.rest[end..];
        Kind::Comment
    } else if tag.takes("!") {
        let end = tag.rest.find("}}").ok_or("a comment has no end")?;
        let end = end - usize::from(tag.rest[..end].ends_with('~'));
        tag.rest = &tag.rest[end..];
        Kind::Comment
    } else {
        kind(&mut tag)?
    };
    tag.blanks();
    let right = tag.takes("~");
    tag.wants("}}")?;
    let trims = (left, right);
    Ok((Found { kind, trims }, tag.rest))
}

fn kind(tag: &mut Tag<'_>) -> Result<Kind, String> {
    if tag.takes("&") {
        return Ok(Kind::Value(tag.call()?, false));
    }
    if tag.takes(">") {
        return Ok(Kind::Part(tag.call()?, String::new()));
    }
    if tag.takes("/") {
        return Ok(Kind::Close(tag.call()?.text().to_owned()));
    }
    if tag.takes("#") {
        tag.blanks();
        let of = if tag.takes(">") {
            Of::Part
        } else if tag.takes("*") {
            Of::Inline
        } else {
            Of::Block
        };
        return Ok(Kind::Open(tag.call()?, tag.names()?, of));
    }
    tag.blanks();
    let is_inverse = tag.takes("^");
    let behind = tag.rest.strip_prefix("else");
    let is_else = behind.is_some_and(|behind| behind.starts_with(|c: char| c.is_whitespace() || "}~".contains(c)));
    if is_else {
        tag.rest = behind.unwrap_or_default();
    }
    if is_inverse || is_else {
        tag.blanks();
        return Ok(if tag.rest.starts_with(['}', '~']) {
            Kind::Else(None)
        } else if is_else {
            Kind::Else(Some((tag.call()?, tag.names()?)))
        } else {
            Kind::Open(tag.call()?, tag.names()?, Of::Inverse)
        });
    }
    if tag.takes("*") {
        return Err(format!("there is no decorator `{}`", tag.call()?.text()));
    }
    Ok(Kind::Value(tag.call()?, true))
}

/// `{{{{x}}}}…{{{{/x}}}}`: what is in it stands for itself.
fn raw(text: &str) -> Result<(Found, &str), String> {
    let mut tag = Tag::new(&text[4..]);
    let call = tag.call()?;
    tag.wants("}}}}")?;
    let mut depth = 0;
    let mut from = 0;
    while let Some(at) = tag.rest[from..].find("{{{{").map(|at| at + from) {
        let is_end = tag.rest[at + 4..].starts_with('/');
        if is_end && depth == 0 {
            let (inner, behind) = tag.rest.split_at(at);
            let mut end = Tag::new(&behind[5..]);
            let closed = end.call()?;
            end.wants("}}}}")?;
            if closed.text() != call.text() {
                return Err(format!("`{}` is closed by `/{}`", call.text(), closed.text()));
            }
            let kind = Kind::Raw(call, inner.to_owned());
            let trims = (false, false);
            return Ok((Found { kind, trims }, end.rest));
        }
        if is_end {
            depth -= 1;
        } else {
            depth += 1;
        }
        from = at + 4;
    }
    Err(format!("`{}` is not closed", call.text()))
}

/// Whether a tag that is no value has a line to itself.
fn is_line(texts: &[String], tags: &[Found], n: usize) -> bool {
    let stands = !matches!(tags[n].kind, Kind::Value(..) | Kind::Raw(..));
    let (before, behind) = (&texts[n], &texts[n + 1]);
    let start = before.trim_end_matches([' ', '\t']);
    let end = behind.trim_start_matches([' ', '\t']);
    let begins = start.ends_with('\n') || (n == 0 && start.is_empty());
    let ends = end.starts_with('\n') || end.starts_with("\r\n") || (n + 1 == tags.len() && end.is_empty());
    stands && begins && ends
}

/// Notes the blanks before each part that has a line to itself.
fn indent(texts: &[String], tags: &mut [Found]) {
    for n in 0..tags.len() {
        if !matches!(tags[n].kind, Kind::Part(..)) || tags[n].trims.0 || !is_line(texts, tags, n) {
            continue;
        }
        // What the tag before it takes away is no indent.
        let text = match n.checked_sub(1) {
            Some(before) if tags[before].trims.1 => texts[n].trim_start(),
            _ => &texts[n],
        };
        if let Kind::Part(_, indent) = &mut tags[n].kind {
            text[text.trim_end_matches([' ', '\t']).len()..].clone_into(indent);
        }
    }
}

/// The texts without the blanks that go with tags: where a tag says so, and on a line that only a block's tag stands on.
fn trimmed(texts: &[String], tags: &[Found]) -> Vec<String> {
    let is_line = |n: usize| is_line(texts, tags, n);
    let mut out = Vec::with_capacity(texts.len());
    for (n, text) in texts.iter().enumerate() {
        let mut text = text.as_str();
        if n > 0 && tags[n - 1].trims.1 {
            text = text.trim_start();
        } else if n > 0 && is_line(n - 1) {
            text = text.trim_start_matches([' ', '\t']);
            text = text
                .strip_prefix("\r\n")
                .or_else(|| text.strip_prefix('\n'))
                .unwrap_or(text);
        }
        if n < tags.len() && tags[n].trims.0 {
            text = text.trim_end();
        } else if n < tags.len() && is_line(n) {
            text = text.trim_end_matches([' ', '\t']);
        }
        out.push(text.to_owned());
    }
    out
}

struct Reader {
    top: Vec<Piece>,
    open: Vec<Open>,
}

impl Reader {
    /// Where pieces go now.
    fn pieces(&mut self) -> &mut Vec<Piece> {
        match self.open.last_mut() {
            Some(open) => open.inverse.as_mut().unwrap_or(&mut open.inner),
            None => &mut self.top,
        }
    }

    fn text(&mut self, text: String) {
        if !text.is_empty() {
            self.pieces().push(Piece::Text(text));
        }
    }

    fn opens(&mut self, call: Call, names: Vec<String>, of: Of, is_chained: bool) -> Result<(), String> {
        if self.open.len() == DEEPEST {
            return Err("its blocks are nested too deep".to_owned());
        }
        if of == Of::Inline && (call.text() != "inline" || call.given.len() != 1) {
            return Err(format!("there is no decorator `{}`", call.text()));
        }
        self.open.push(Open {
            call,
            names,
            of,
            inner: Vec::new(),
            inverse: None,
            is_chained,
        });
        Ok(())
    }

    fn tag(&mut self, kind: Kind) -> Result<(), String> {
        match kind {
            Kind::Comment => {}
            Kind::Value(call, is_text) => self.pieces().push(Piece::Value(call, is_text)),
            Kind::Part(call, indent) => self.pieces().push(Piece::Part(call, None, indent)),
            Kind::Raw(call, text) => self.pieces().push(Piece::Block(Box::new(Block {
                call,
                names: Vec::new(),
                inner: vec![Piece::Text(text)],
                inverse: Vec::new(),
            }))),
            Kind::Open(call, names, of) => self.opens(call, names, of, false)?,
            Kind::Else(chained) => {
                let open = self.open.last_mut();
                let open = open.filter(|open| open.inverse.is_none() && matches!(open.of, Of::Block | Of::Inverse));
                open.ok_or("an `else` stands in no block")?.inverse = Some(Vec::new());
                if let Some((call, names)) = chained {
                    self.opens(call, names, Of::Block, true)?;
                }
            }
            Kind::Close(name) => {
                while self.open.last().is_some_and(|open| open.is_chained) {
                    self.closes();
                }
                match self.open.last() {
                    None => return Err(format!("`/{name}` closes nothing")),
                    Some(open) if open.call.text() != name => {
                        return Err(format!("`{}` is closed by `/{name}`", open.call.text()));
                    }
                    Some(_) => self.closes(),
                }
            }
        }
        Ok(())
    }

    fn closes(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let Open {
            call,
            names,
            of,
            inner,
            inverse,
            ..
        } = open;
        let inverse = inverse.unwrap_or_default();
        let piece = match of {
            Of::Part => Piece::Part(call, Some(inner), String::new()),
            Of::Inline => {
                let name = call.given.first().map_or("", |name| match name {
                    super::Term::Path(path) => path.text.as_str(),
                    super::Term::Literal(_, text) => text.as_str(),
                    _ => "",
                });
                Piece::Inline(name.to_owned(), inner)
            }
            Of::Block => Piece::Block(Box::new(Block {
                call,
                names,
                inner,
                inverse,
            })),
            Of::Inverse => Piece::Block(Box::new(Block {
                call,
                names,
                inner: inverse,
                inverse: inner,
            })),
        };
        self.pieces().push(piece);
    }
}
