//! Pieces and data as HTML.

use std::rc::Rc;

use serde_json::Value;

use super::value::Met;
use super::{Block, Call, Path, Piece, Term};
use crate::model::variable::display_value;

/// How many parts may be drawn one within the other, and how many blocks in all of them.
const MOST_PARTS: usize = 100;
const MOST_BLOCKS: usize = 2_000;

/// Why drawing ended before its end.
#[derive(Debug)]
enum Stopped {
    /// The page is as long as it may be.
    Full,
    Wrong(String),
}

impl From<String> for Stopped {
    fn from(why: String) -> Self {
        Self::Wrong(why)
    }
}

/// Draws a template: the page, which ends where it becomes longer than `most` bytes. At each turn of a loop, each part and
/// each value `stops` is asked whether to, and why.
pub(in super::super) fn draw<'a>(
    pieces: &'a [Piece],
    data: &'a Value,
    most: usize,
    stops: &dyn Fn() -> Option<String>,
) -> Result<String, String> {
    let root = Met::Data(data);
    let mut drawer = Drawer {
        page: String::new(),
        most,
        stops,
        root: root.clone(),
        parts: Vec::new(),
        depth: 0,
        blocks: 0,
    };
    match drawer.pieces(pieces, &Place::new(root)) {
        Ok(()) | Err(Stopped::Full) => Ok(drawer.page),
        Err(Stopped::Wrong(why)) => Err(why),
    }
}

/// Where in the data, and within what, a piece is drawn.
#[derive(Clone)]
struct Place<'a> {
    /// What `this` is, and what it was around.
    here: Rc<Step<'a>>,
    /// The innermost turn of a loop.
    turn: Option<Rc<Turn<'a>>>,
    /// What blocks have named, the innermost last.
    named: Option<Rc<Named<'a>>>,
    /// What the part that is drawn was given to stand in it.
    block: Option<Rc<Given<'a>>>,
}

struct Step<'a> {
    this: Met<'a>,
    up: Option<Rc<Step<'a>>>,
}

struct Turn<'a> {
    /// Its `@key`, which of a list is its `@index`.
    key: Met<'a>,
    index: usize,
    is_last: bool,
    up: Option<Rc<Turn<'a>>>,
}

struct Named<'a> {
    name: &'a str,
    value: Met<'a>,
    up: Option<Rc<Named<'a>>>,
}

/// What stands between `{{#> x}}` and its end.
struct Given<'a> {
    pieces: &'a [Piece],
    place: Place<'a>,
}

/// A part, and where it stands.
struct Part<'a> {
    name: &'a str,
    pieces: &'a [Piece],
    place: Place<'a>,
}

impl<'a> Place<'a> {
    fn new(this: Met<'a>) -> Self {
        Self {
            here: Rc::new(Step { this, up: None }),
            turn: None,
            named: None,
            block: None,
        }
    }

    /// The same with another `this`.
    fn at(&self, this: Met<'a>) -> Self {
        let mut place = self.clone();
        if !this.is_same(&self.here.this) {
            place.here = Rc::new(Step {
                this,
                up: Some(Rc::clone(&self.here)),
            });
        }
        place
    }

    /// The same where these names stand for these values, and those that are left for nothing.
    fn naming(mut self, names: &'a [String], values: impl IntoIterator<Item = Met<'a>>) -> Self {
        let values = values.into_iter().chain(std::iter::repeat(Met::Undefined));
        for (name, value) in names.iter().zip(values) {
            self.named = Some(Rc::new(Named {
                name,
                value,
                up: self.named.take(),
            }));
        }
        self
    }
}

struct Drawer<'a, 'w> {
    page: String,
    most: usize,
    stops: &'w dyn Fn() -> Option<String>,
    root: Met<'a>,
    /// Those that can be drawn here, the innermost last.
    parts: Vec<Part<'a>>,
    /// How many are being drawn, and how many blocks.
    depth: usize,
    blocks: usize,
}

impl<'a> Drawer<'a, '_> {
    fn goes_on(&self) -> Result<(), Stopped> {
        (self.stops)().map_or(Ok(()), |why| Err(Stopped::Wrong(why)))
    }

    fn write(&mut self, text: &str) -> Result<(), Stopped> {
        let room = self.most.saturating_sub(self.page.len());
        if text.len() > room {
            self.page.push_str(&text[..text.floor_char_boundary(room)]);
            return Err(Stopped::Full);
        }
        self.page.push_str(text);
        Ok(())
    }

    /// Puts blanks before each line from there on.
    fn indent(&mut self, start: usize, indent: &str) -> Result<(), Stopped> {
        if indent.is_empty() {
            return Ok(());
        }
        let drawn = self.page.split_off(start);
        for line in drawn.split_inclusive('\n') {
            self.write(indent)?;
            self.write(line)?;
        }
        Ok(())
    }

    fn pieces(&mut self, pieces: &'a [Piece], place: &Place<'a>) -> Result<(), Stopped> {
        self.goes_on()?;
        if self.blocks == MOST_BLOCKS {
            return Err("its blocks are nested too deep".to_owned().into());
        }
        self.blocks += 1;
        let known = self.parts.len();
        // They can be drawn before they stand there, too.
        for piece in pieces {
            if let Piece::Inline(name, pieces) = piece {
                self.parts.push(Part {
                    name,
                    pieces,
                    place: place.clone(),
                });
            }
        }
        let drawn = pieces.iter().try_for_each(|piece| self.piece(piece, place));
        self.parts.truncate(known);
        self.blocks -= 1;
        drawn
    }

    fn piece(&mut self, piece: &'a Piece, place: &Place<'a>) -> Result<(), Stopped> {
        match piece {
            Piece::Text(text) => self.write(text),
            Piece::Value(call, is_text) => {
                let value = self.value_of(call, place)?;
                let text = shown(&value);
                if *is_text {
                    self.write(&escaped(&text))
                } else {
                    self.write(&text)
                }
            }
            Piece::Block(block) => self.block(block, place),
            Piece::Part(call, fallback, indent) => {
                let start = self.page.len();
                self.part(call, fallback.as_deref(), place)?;
                self.indent(start, indent)
            }
            Piece::Inline(..) => Ok(()),
        }
    }

    /// What a call gives that is no block.
    fn value_of(&mut self, call: &'a Call, place: &Place<'a>) -> Result<Met<'a>, Stopped> {
        self.goes_on()?;
        match call.name() {
            Some("lookup") => {
                let [of, key] = [0, 1].map(|n| self.given(call, n, place));
                let (of, key) = (of?, key?);
                Ok(if of.is_true() { of.get(&shown_key(&key)) } else { of })
            }
            Some("log") => Ok(Met::Undefined),
            Some(name @ ("if" | "unless" | "each" | "with")) => {
                Err(format!("`{name}` is a block: {{{{#{name} …}}}}…{{{{/{name}}}}}").into())
            }
            _ if !call.is_bare() => Err(format!("there is no helper `{}`", call.text()).into()),
            name => match (&call.what, name) {
                (Term::Literal(..), Some(name)) => Ok(place.here.this.get(name)),
                (what, _) => self.term(what, place),
            },
        }
    }

    fn given(&mut self, call: &'a Call, n: usize, place: &Place<'a>) -> Result<Met<'a>, Stopped> {
        call.given
            .get(n)
            .map_or(Ok(Met::Undefined), |term| self.term(term, place))
    }

    fn term(&mut self, term: &'a Term, place: &Place<'a>) -> Result<Met<'a>, Stopped> {
        // A letter of a text costs a walk through it.
        self.goes_on()?;
        Ok(match term {
            Term::Undefined => Met::Undefined,
            Term::Literal(value, _) => Met::Data(value),
            Term::Call(call) => self.value_of(call, place)?,
            Term::Path(path) if path.is_data => self.beside(path, place),
            Term::Path(path) => at(path, place),
        })
    }

    /// What stands beside the data: `@index`, `@root`.
    fn beside(&self, path: &Path, place: &Place<'a>) -> Met<'a> {
        let Some((first, keys)) = path.keys.split_first() else {
            return Met::Undefined;
        };
        let mut turn = place.turn.clone();
        for _ in 0..path.up {
            turn = turn.and_then(|turn| turn.up.clone());
        }
        let value = match (first.as_str(), turn) {
            ("root", _) => self.root.clone(),
            ("key", Some(turn)) => turn.key.clone(),
            ("index", Some(turn)) => Met::made(turn.index),
            ("first", Some(turn)) => Met::made(turn.index == 0),
            ("last", Some(turn)) => Met::made(turn.is_last),
            _ => Met::Undefined,
        };
        keys.iter().fold(value, |value, key| value.get(key))
    }

    fn block(&mut self, block: &'a Block, place: &Place<'a>) -> Result<(), Stopped> {
        let call = &block.call;
        match call.name() {
            Some(name @ ("if" | "unless")) => {
                let value = self.only(call, place)?;
                let zero = call.named.iter().find(|(name, _)| name == "includeZero");
                let zero = zero.map_or(Ok(false), |(_, term)| self.term(term, place).map(|zero| zero.is_true()))?;
                let holds = if zero {
                    !value.is_empty()
                } else {
                    value.is_true() && !value.is_empty()
                };
                let inner = if holds == (name == "if") {
                    &block.inner
                } else {
                    &block.inverse
                };
                self.pieces(inner, place)
            }
            Some("with") => {
                let value = self.only(call, place)?;
                if value.is_empty() {
                    return self.pieces(&block.inverse, place);
                }
                let inner = place.at(value.clone()).naming(&block.names, [value]);
                self.pieces(&block.inner, &inner)
            }
            Some("each") => {
                if call.given.is_empty() {
                    return Err("`#each` is given nothing to go through".to_owned().into());
                }
                let value = self.given(call, 0, place)?;
                self.each(block, &value, place)
            }
            Some("lookup" | "log") => {
                let value = self.value_of(call, place)?;
                self.write(&shown(&value))
            }
            _ => self.section(block, place),
        }
    }

    /// A block that goes by what its name stands for.
    fn section(&mut self, block: &'a Block, place: &Place<'a>) -> Result<(), Stopped> {
        let value = self.value_of(&block.call, place)?;
        match value.json() {
            Some(Value::Bool(true)) => self.pieces(&block.inner, place),
            Some(Value::Array(items)) if !items.is_empty() => self.each(block, &value, place),
            Some(Value::Bool(false) | Value::Array(_)) => self.pieces(&block.inverse, place),
            _ if value.is_nullish() => self.pieces(&block.inverse, place),
            _ => {
                // Only helpers give values to names.
                let inner = place.at(value).naming(&block.names, []);
                self.pieces(&block.inner, &inner)
            }
        }
    }

    /// The only value that a helper is given.
    fn only(&mut self, call: &'a Call, place: &Place<'a>) -> Result<Met<'a>, Stopped> {
        if call.given.len() != 1 {
            return Err(format!("`#{}` is not given one value", call.text()).into());
        }
        self.given(call, 0, place)
    }

    fn each(&mut self, block: &'a Block, value: &Met<'a>, place: &Place<'a>) -> Result<(), Stopped> {
        let members: Vec<(Met<'a>, Met<'a>)> = match value {
            Met::Data(Value::Array(items)) => {
                let items = items.iter().enumerate();
                items.map(|(n, item)| (Met::made(n), Met::Data(item))).collect()
            }
            other => {
                let members = other.members().into_iter();
                members.map(|(key, value)| (Met::made(key), value)).collect()
            }
        };
        if members.is_empty() {
            return self.pieces(&block.inverse, place);
        }
        let count = members.len();
        for (index, (key, value)) in members.into_iter().enumerate() {
            let mut inner = place.at(value.clone()).naming(&block.names, [value, key.clone()]);
            inner.turn = Some(Rc::new(Turn {
                key,
                index,
                is_last: index + 1 == count,
                up: place.turn.clone(),
            }));
            self.pieces(&block.inner, &inner)?;
        }
        Ok(())
    }

    fn part(&mut self, call: &'a Call, fallback: Option<&'a [Piece]>, place: &Place<'a>) -> Result<(), Stopped> {
        let name = match &call.what {
            Term::Call(inner) => {
                let value = self.value_of(inner, place)?;
                if matches!(value, Met::Undefined) {
                    "undefined".to_owned()
                } else {
                    shown(&value)
                }
            }
            _ => call.text().to_owned(),
        };
        let mut this = match call.given.first() {
            Some(term) => self.term(term, place)?,
            None => place.here.this.clone(),
        };
        if !call.named.is_empty() {
            let named = call
                .named
                .iter()
                .map(|(name, term)| Ok((name.as_str(), self.term(term, place)?)));
            let named = named.collect::<Result<Vec<_>, Stopped>>()?;
            this = Met::With(Rc::new((this, named)));
        }
        let given = fallback.map(|pieces| {
            Rc::new(Given {
                pieces,
                place: place.clone(),
            })
        });
        let known = self.parts.len();
        // What stands between its tags may bring parts for it.
        for piece in fallback.unwrap_or_default() {
            if let Piece::Inline(name, pieces) = piece {
                self.parts.push(Part {
                    name,
                    pieces,
                    place: place.clone(),
                });
            }
        }
        let found = if name == "@partial-block" {
            place.block.as_ref().map(|given| (given.pieces, given.place.clone()))
        } else {
            let part = self.parts.iter().rev().find(|part| part.name == name);
            part.map(|part| {
                let mut inner = part.place.clone();
                inner.block.clone_from(&given);
                inner.turn.clone_from(&place.turn);
                (part.pieces, inner)
            })
        };
        let (pieces, inner) = match (found, fallback) {
            (Some(found), _) => found,
            (None, Some(fallback)) => (fallback, place.clone()),
            (None, None) => return Err(format!("there is no part `{name}`").into()),
        };
        if self.depth == MOST_PARTS {
            return Err(format!("its parts include each other more than {MOST_PARTS} deep").into());
        }
        self.depth += 1;
        let drawn = self.pieces(pieces, &inner.at(this));
        self.depth -= 1;
        self.parts.truncate(known);
        drawn
    }
}

/// What a path leads to.
fn at<'a>(path: &Path, place: &Place<'a>) -> Met<'a> {
    let mut keys = path.keys.as_slice();
    if !path.is_placed
        && let Some((first, rest)) = keys.split_first()
    {
        let mut named = place.named.as_ref();
        while let Some(one) = named {
            if one.name == first {
                keys = rest;
                return keys.iter().fold(one.value.clone(), |value, key| value.get(key));
            }
            named = one.up.as_ref();
        }
    }
    let mut step = Some(&place.here);
    for _ in 0..path.up {
        step = step.and_then(|step| step.up.as_ref());
    }
    let value = step.map_or(Met::Undefined, |step| step.this.clone());
    keys.iter().fold(value, |value, key| value.get(key))
}

/// A value as JavaScript writes it; nothing is written as nothing.
fn shown(value: &Met<'_>) -> String {
    match value {
        Met::With(_) => "[object Object]".to_owned(),
        other if other.is_nullish() => String::new(),
        other => other.json().map(display_value).unwrap_or_default(),
    }
}

/// The same of a key.
fn shown_key(value: &Met<'_>) -> String {
    match value.json() {
        Some(Value::Null) => "null".to_owned(),
        _ => shown(value),
    }
}

/// A text in HTML.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#x27;"),
            '`' => out.push_str("&#x60;"),
            '=' => out.push_str("&#x3D;"),
            c => out.push(c),
        }
    }
    out
}
