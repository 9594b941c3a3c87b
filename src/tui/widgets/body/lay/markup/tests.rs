//! Markup in, lines out.

use super::super::all;
use super::*;

fn xml(text: &str) -> String {
    all(&mut Markup::new(false), text.as_bytes(), text.len().max(1))
}

fn html(text: &str) -> String {
    all(&mut Markup::new(true), text.as_bytes(), text.len().max(1))
}

#[test]
fn xml_gets_an_element_a_line() {
    assert_eq!(
        xml("<?xml version=\"1.0\"?><a x='1>2'><b>text</b><c/><d><!-- no --><e> </e></d></a>"),
        "<?xml version=\"1.0\"?>\n<a x='1>2'>\n  <b>text</b>\n  <c/>\n  <d>\n    <!-- no -->\n    <e> </e>\n  </d>\n</a>"
    );
}

#[test]
fn text_with_elements_in_it_stays_as_it_came() {
    let text = "<p>Hello <b> big</b>  <i>world</i>\n</p>";
    assert_eq!(xml(text), text);
    assert_eq!(
        xml("<a><p xml:space=\"preserve\"> <b/> </p><q><![CDATA[<x>]]></q></a>"),
        "<a>\n  <p xml:space=\"preserve\"> <b/> </p>\n  <q><![CDATA[<x>]]></q>\n</a>"
    );
}

#[test]
fn html_is_broken_at_blocks() {
    assert_eq!(
        html(
            "<!DOCTYPE html><html><head><meta charset=utf-8><title>A  b</title></head><body><p>One <b>two</b> three<p>Four<ul><li>a<li>b</ul><pre> x\n  <i>y</i></pre></body></html>"
        ),
        "<!DOCTYPE html>\n<html>\n  <head>\n    <meta charset=utf-8>\n    <title>A  b</title>\n  </head>\n  <body>\n    <p>One <b>two</b> three\n    <p>Four\n    <ul>\n      <li>a\n      <li>b\n    </ul>\n    <pre> x\n  <i>y</i></pre>\n  </body>\n</html>"
    );
    assert_eq!(
        html("<div><script>if (a < b) { '<p>' }</script></div>"),
        "<div>\n  <script>if (a < b) { '<p>' }</script>\n</div>"
    );
}

#[test]
fn broken_markup_is_shown_all_the_same() {
    let bare = |text: &str| text.split_ascii_whitespace().collect::<String>();
    for text in [
        "<",
        "<a",
        "<a b='",
        "</a></b>",
        "a < b > c",
        "<!--",
        "<![CDATA[x",
        "<!DOCTYPE a [",
        "<a><b></a></b></c>",
        "<script>",
        "<p \"x>y",
        "&&<>",
    ] {
        assert_eq!(bare(&xml(text)), bare(text), "XML {text}");
        assert_eq!(bare(&html(text)), bare(text), "HTML {text}");
    }
}

#[test]
fn it_may_be_cut_anywhere() {
    let text = "<a><b c=\"d>e\">text &amp; more</b><!-- x --><p>One <i>two</i><script>1</script2></script> y</p><![CDATA[ z ]]></a>".repeat(30);
    for html in [false, true] {
        let whole = all(&mut Markup::new(html), text.as_bytes(), text.len());
        for block in [40, 99, 1000] {
            assert_eq!(
                all(&mut Markup::new(html), text.as_bytes(), block),
                whole,
                "HTML {html}, {block}"
            );
        }
    }
}

#[test]
fn nesting_without_end_is_survived() {
    let body = "<a>".repeat(300_000);
    for html in [false, true] {
        let laid = all(&mut Markup::new(html), body.as_bytes(), 512 * 1024);
        assert!(laid.len() < 2 * body.len());
        assert_eq!(laid.matches("<a>").count(), 300_000);
    }
    let deep = "<div>".repeat(100_000) + &"</div>".repeat(100_000);
    assert!(all(&mut Markup::new(true), deep.as_bytes(), 512 * 1024).ends_with("</div>"));
}

/// The lines of a text, and how each of them lies among the others.
fn shapes(html: bool, text: &str, block: usize) -> Vec<(String, u16, bool, u32)> {
    let mut lay = Markup::new(html);
    let laid = all(&mut lay, text.as_bytes(), block);
    let shapes = lay.take_shapes();
    assert_eq!(
        shapes.len(),
        laid.split('\n').count(),
        "each line has its shape: {laid}"
    );
    let lines = laid.split('\n').map(|line| line.trim().to_owned());
    let told = shapes.iter().map(|shape| (shape.depth, shape.closes, shape.nth));
    lines
        .zip(told)
        .map(|(line, (depth, closes, nth))| (line, depth, closes, nth))
        .collect()
}

#[test]
fn each_line_says_how_it_lies_among_the_others() {
    let text = "<?xml version=\"1.0\"?><a><b>1</b><c/><b\n x=\"1\"><d/><d/></b><!-- one\ntwo --><p>t<i/>\nmore</p></a>";
    let expected = [
        ("<?xml version=\"1.0\"?>", 0, false, 0),
        ("<a>", 0, false, 1),
        ("<b>1</b>", 1, false, 1),
        ("<c/>", 1, false, 1),
        ("<b", 1, false, 2),
        ("x=\"1\">", 2, false, 0),
        ("<d/>", 2, false, 1),
        ("<d/>", 2, false, 2),
        ("</b>", 1, true, 0),
        ("<!-- one", 1, false, 0),
        ("two -->", 2, false, 0),
        ("<p>t<i/>", 1, false, 1),
        ("more</p>", 2, false, 0),
        ("</a>", 0, true, 0),
    ];
    let expected = expected.map(|(line, depth, closes, nth)| (line.to_owned(), depth, closes, nth));
    for block in [text.len(), 40, 30] {
        assert_eq!(shapes(false, text, block), expected, "{block}");
    }
    // What begins within the flow of a text is the so manieth of nobody knows what.
    let text = "<DIV>a<div>b</div><b><div>c</div></b><div>d</div></DIV>";
    let nth: Vec<u32> = shapes(true, text, text.len()).iter().map(|line| line.3).collect();
    assert_eq!(nth[0], 1);
    assert!(
        nth.contains(&2) && nth.iter().filter(|nth| **nth > 0).count() == 3,
        "{nth:?}"
    );
    for text in ["a\nb", "<", "</a>\n</b>", "<a>\n", "<script>\n<p>\n</script>"] {
        shapes(false, text, text.len().max(1));
        shapes(true, text, text.len().max(1));
    }
}

#[test]
fn data_between_elements_has_a_line_of_its_own() {
    assert_eq!(
        xml("<a><b/><![CDATA[x]]><c/></a>"),
        "<a>\n  <b/>\n  <![CDATA[x]]>\n  <c/>\n</a>"
    );
}
