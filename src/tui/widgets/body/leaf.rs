//! An element of markup with nothing in it but text, read from how it is written.

use quick_xml::escape::unescape;
use quick_xml::events::Event;
use quick_xml::reader::Reader;

/// An element with nothing in it but text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Whether it has attributes.
    pub attributes: bool,
    /// Its text, without entities and what CDATA is wrapped in.
    pub text: String,
}

/// Reads the whole of an element; `None` if there are others in it, or what is no XML.
pub fn leaf(element: &str) -> Option<Leaf> {
    let element = element.trim();
    let mut reader = Reader::from_str(element);
    let mut found: Option<Leaf> = None;
    let mut open = false;
    loop {
        let start = usize::try_from(reader.buffer_position()).ok()?;
        let event = reader.read_event().ok()?;
        match event {
            Event::Start(ref tag) | Event::Empty(ref tag) if found.is_none() => {
                open = matches!(event, Event::Start(_));
                found = Some(Leaf {
                    attributes: tag.attributes().next().is_some(),
                    text: String::new(),
                });
            }
            Event::End(_) => open = false,
            Event::Text(said) if open => found.as_mut()?.text.push_str(&said),
            Event::CData(said) if open => found.as_mut()?.text.push_str(&said),
            Event::GeneralRef(_) if open => {
                let end = usize::try_from(reader.buffer_position()).ok()?;
                found.as_mut()?.text.push_str(&unescape(element.get(start..end)?).ok()?);
            }
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => return found.filter(|_| !open),
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_an_element_is_told_from_what_is_more() {
        let text = |element: &str| leaf(element).map(|leaf| (leaf.text, leaf.attributes));
        let is = |text: &str, attributes| Some((text.to_owned(), attributes));
        assert_eq!(text("<a>x &amp; y</a>"), is("x & y", false));
        assert_eq!(text("<a b=\"1\">x<![CDATA[<y>]]></a>"), is("x<y>", true));
        assert_eq!(text("<a b=\"x>y\">z</a>"), is("z", true));
        assert_eq!(text("<a>x<!-- </b> -->y</a>"), is("xy", false));
        assert_eq!(text("<a/>"), is("", false));
        assert_eq!(text("<a b='/'/>"), is("", true));
        for other in [
            "<a>x<b/></a>",
            "<a>&nope;</a>",
            "<a>x",
            "<a>x</b>",
            "<a>x</a>y",
            "x",
            "",
        ] {
            assert_eq!(text(other), None, "{other}");
        }
    }
}
