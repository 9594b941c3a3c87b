//! XML as a list of what opens, what it says and what closes; the faces make objects of it.

use std::borrow::Cow;

use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;
use rquickjs::function::Func;
use rquickjs::{Ctx, Object, Result};
use serde_json::{Map, Value, json};

use super::entities::{fault, unescape};

/// The natives of `xml2js` and `xml2Json`.
pub fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let lib = Object::new(ctx.clone())?;
    lib.set(
        "events",
        Func::from(|ctx: Ctx<'js>, text: String| ctx.json_parse(events(&text).to_string())),
    )?;
    Ok(lib)
}

/// What is wrong, and the byte behind the place.
struct Mistake(Cow<'static, str>, usize);

impl Mistake {
    fn new(words: &'static str, at: usize) -> Self {
        Self(words.into(), at)
    }
}

/// `["open", name, attributes]`, `["text", text]`, `["cdata", text]` and `["close"]`, in order; at a mistake the list
/// ends with `["error", words]`, worded as the parser behind the genuine library words it.
fn events(text: &str) -> Value {
    let mut out = Vec::new();
    if let Err(Mistake(words, at)) = read(text, &mut out) {
        out.push(json!(["error", placed(text, &words, at)]));
    }
    Value::Array(out)
}

/// The words with line and column from 0, and the character before the place.
fn placed(text: &str, words: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count();
    let column = before.rsplit('\n').next().map_or(0, |rest| rest.encode_utf16().count());
    let char = if at >= text.len() && words.starts_with("Unclosed") {
        String::new()
    } else {
        before.chars().next_back().map(String::from).unwrap_or_default()
    };
    format!("{words}\nLine: {line}\nColumn: {column}\nChar: {char}")
}

fn read(text: &str, out: &mut Vec<Value>) -> std::result::Result<(), Mistake> {
    let mut reader = Reader::from_str(text);
    let mut depth = 0_usize;
    let mut root_seen = false;
    loop {
        let start = at(reader.buffer_position());
        let event = reader.read_event();
        let end = at(reader.buffer_position());
        match event.map_err(|error| mistake(&error, at(reader.error_position()), end, text))? {
            Event::Start(tag) => {
                out.push(opened(&tag, start, &text[start..end])?);
                depth += 1;
                root_seen = true;
            }
            Event::Empty(tag) => {
                out.push(opened(&tag, start, &text[start..end])?);
                out.push(json!(["close"]));
                root_seen = true;
            }
            Event::End(_) => {
                out.push(json!(["close"]));
                depth = depth.saturating_sub(1);
            }
            Event::Text(said) if depth > 0 => say(out, &said),
            Event::Text(said) => {
                if let Some(first) = said.find(|c: char| !c.is_whitespace()) {
                    let words = if root_seen {
                        "Text data outside of root node."
                    } else {
                        "Non-whitespace before first tag."
                    };
                    let width = said[first..].chars().next().map_or(1, char::len_utf8);
                    return Err(Mistake::new(words, start + first + width));
                }
            }
            Event::CData(said) if depth > 0 => out.push(json!(["cdata", &*said])),
            Event::GeneralRef(_) => {
                let Ok(said) = unescape(&text[start..end]) else {
                    return Err(Mistake::new("Invalid character entity", end));
                };
                if depth == 0 {
                    return Err(Mistake::new("Text data outside of root node.", start + 1));
                }
                say(out, &said);
            }
            Event::CData(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            Event::Eof if depth > 0 => return Err(Mistake::new("Unclosed root tag", text.len())),
            Event::Eof => return Ok(()),
        }
    }
}

/// Adds text; what an entity parts is one text all the same.
fn say(out: &mut Vec<Value>, said: &str) {
    if let Some([Value::String(kind), Value::String(text)]) =
        out.last_mut().and_then(Value::as_array_mut).map(Vec::as_mut_slice)
        && kind == "text"
    {
        text.push_str(said);
        return;
    }
    out.push(json!(["text", said]));
}

fn at(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

/// A tag, whose whole text begins at `start`.
fn opened(tag: &BytesStart<'_>, start: usize, text: &str) -> std::result::Result<Value, Mistake> {
    let end = start + text.len();
    let mut attributes = Map::new();
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(|error| {
            use quick_xml::events::attributes::AttrError;
            match error {
                AttrError::ExpectedEq(_) => Mistake::new("Attribute without value", end),
                // Behind the value's first character.
                AttrError::UnquotedValue(at) => Mistake::new("Unquoted attribute value", start + at + 2),
                _ => Mistake::new("Invalid attribute name", end),
            }
        })?;
        let value = unescape(&attribute.value).map_err(|_| {
            let (words, at) = fault(text).unwrap_or(("Invalid character entity", text.len()));
            Mistake::new(words, start + at)
        })?;
        // The first of two counts.
        let name = attribute.key.as_ref().to_owned();
        attributes.entry(name).or_insert_with(|| value.into());
    }
    Ok(json!(["open", tag.name().as_ref(), attributes]))
}

fn mistake(error: &Error, start: usize, end: usize, text: &str) -> Mistake {
    match error {
        Error::IllFormed(IllFormedError::MismatchedEndTag { .. }) => {
            // The genuine parser stands at the end of the closing tag.
            let behind = text
                .get(start..)
                .and_then(|rest| rest.find('>'))
                .map_or(end, |close| start + close + 1);
            Mistake::new("Unexpected close tag", behind)
        }
        Error::IllFormed(IllFormedError::UnmatchedEndTag(name)) => {
            Mistake(format!("Unmatched closing tag: {name}").into(), end)
        }
        Error::Syntax(_) | Error::IllFormed(IllFormedError::MissingEndTag(_)) => {
            Mistake::new("Unclosed root tag", text.len())
        }
        Error::IllFormed(IllFormedError::UnclosedReference) => {
            let open = text.get(..end).and_then(|read| read.rfind('&')).unwrap_or(0);
            let (words, at) = fault(&text[open..]).unwrap_or(("Invalid character in entity name", end - open));
            Mistake::new(words, open + at)
        }
        _ => Mistake::new("Invalid markup", end),
    }
}
