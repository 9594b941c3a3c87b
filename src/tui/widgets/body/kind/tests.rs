//! What bodies are taken for.

use super::*;

#[test]
fn a_kind_is_guessed_from_type_and_bytes() {
    let guess = |media_type: &str, body: &str| Kind::guess(Some(media_type), body.as_bytes(), true);
    assert_eq!(guess("application/problem+json; charset=utf-8", "x"), Kind::Json);
    assert_eq!(guess("application/json", "{}\n{}\n"), Kind::JsonLines);
    assert_eq!(guess("text/plain", "  [1]"), Kind::Json);
    assert_eq!(guess("text/plain", "[INFO] started\n[INFO] ready\n"), Kind::Text);
    assert_eq!(guess("text/plain", "{\"a\": [1, "), Kind::Json, "it breaks off");
    assert_eq!(guess("application/xml", "\u{feff}<a/>"), Kind::Xml);
    assert_eq!(guess("text/html", "\u{feff}{\"a\":1}"), Kind::Json);
    assert_eq!(guess("", "\u{feff}\n<?xml version='1.0'?><a/>"), Kind::Xml);
    assert_eq!(
        guess("text/html", "[1]"),
        Kind::Json,
        "a server that calls everything HTML"
    );
    assert_eq!(guess("text/html", "{{ template }}"), Kind::Html);
    assert_eq!(guess("application/json", "<html><body>502</body></html>"), Kind::Html);
    assert_eq!(guess("application/json", "a\0b"), Kind::Binary);
    assert_eq!(guess("text/plain", "<?xml version='1.0'?><a/>"), Kind::Xml);
    assert_eq!(guess("image/svg+xml", "<svg/>"), Kind::Xml);
    assert_eq!(guess("image/png", "not found"), Kind::Text);
    assert_eq!(guess("application/x-protobuf", "{\"error\":1}"), Kind::Json);
    assert_eq!(guess("application/cbor", "\u{1}"), Kind::Cbor);
    assert_eq!(
        guess("application/grpc-web+proto", "\0\0\0\0\x02\x08\x01"),
        Kind::Binary
    );
    assert_eq!(guess("application/grpc+proto", "no such service"), Kind::Text);
    assert_eq!(guess("text/plain", "a;b\n1;2\n3;4\n"), Kind::Csv);
    assert_eq!(guess("text/plain", "a\tb\n1\t2\n3\t4\n"), Kind::Tsv);
    assert_eq!(guess("text/plain", "well, yes\nno\n"), Kind::Text);
    assert_eq!(
        guess("text/plain", "ring\u{7} bac\u{8}k del\u{7f} \u{1b}[31mred"),
        Kind::Text
    );
    let controls = "\u{1}\u{2}\u{7} \u{1b}[31mred";
    assert_eq!(guess("text/plain", controls), Kind::Binary);
    assert_eq!(guess("text/plain; charset=utf-8", controls), Kind::Text);
    assert_eq!(guess("text/plain; charset=utf-8", "a\0b"), Kind::Binary);
    assert_eq!(guess("", "event: tick\ndata: 1\n\n"), Kind::Events);
    assert_eq!(guess("text/event-stream", ""), Kind::Events);
    assert_eq!(guess("application/x-yaml", "a: 1"), Kind::Yaml);
    assert_eq!(Kind::guess(None, b"\x89PNG\r\n\x1a\n\xff\xfe\x01", true), Kind::Image);
    assert_eq!(Kind::guess(None, b"\x7fELF\xff\xfe\x01", true), Kind::Binary);
    assert_eq!(Kind::guess(None, "Grüße".as_bytes(), true), Kind::Text);
    assert_eq!(Kind::guess(None, b"", true), Kind::Text);
}

#[test]
fn what_is_no_text_is_told_by_how_it_is_made() {
    let of = |media_type: &str, body: &[u8], whole| Kind::guess(Some(media_type), body, whole);
    let map = b"\x82\xa4name\xa5admin\xa2id\x2a";
    for media_type in ["application/octet-stream", "", "application/json"] {
        assert_eq!(of(media_type, map, true), Kind::MessagePack, "{media_type}");
    }
    let list = b"\x92\x81\xa1a\x01\xcd\x01\x00";
    assert_eq!(of("application/octet-stream", list, true), Kind::MessagePack);
    assert_ne!(
        of("application/octet-stream", &map[..9], true),
        Kind::MessagePack,
        "it breaks off"
    );
    assert_ne!(
        of("application/octet-stream", &map[..9], false),
        Kind::MessagePack,
        "it may be anything"
    );
    assert_ne!(
        of("application/octet-stream", &[&map[..], b"x"].concat(), true),
        Kind::MessagePack
    );
    assert_ne!(of("text/plain", map, true), Kind::MessagePack);
    assert_ne!(
        of("application/octet-stream", b"\x81\x01\x02", true),
        Kind::MessagePack,
        "a key is a name"
    );
    let mut long = b"\xdd\0\x01\0\0".to_vec();
    long.resize(Kind::GUESS, 7);
    assert_eq!(
        of("application/octet-stream", &long, false),
        Kind::MessagePack,
        "it goes on"
    );
    let deep = vec![0x91; Kind::GUESS];
    assert_eq!(of("application/octet-stream", &deep, false), Kind::MessagePack);
    let pdf = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n";
    for media_type in ["application/pdf", "text/html", "text/plain", ""] {
        assert_eq!(of(media_type, pdf, true), Kind::Binary, "{media_type}");
    }
    assert_eq!(of("text/plain", b"%PDF-1.4 is how they begin", true), Kind::Text);
}

#[test]
fn what_is_told_at_sight_is_that_whatever_it_is_called() {
    let guess = |media_type: &str, body: &str| Kind::guess(Some(media_type), body.as_bytes(), true);
    let types = "image/png application/xml text/csv text/tab-separated-values text/event-stream text/markdown text/css";
    for media_type in types.split(' ') {
        for (body, kind) in [
            ("{\"a\": [1, 2]}", Kind::Json),
            (" [{\"a\": 1}]\n", Kind::Json),
            ("{\"a\": 1}\n{\"a\": 2}\n", Kind::JsonLines),
            ("{\"items\": [1, 2, 3, ", Kind::Json),
            ("\n<!DOCTYPE html><title>Sign in</title>", Kind::Html),
            ("<HTML><body>", Kind::Html),
        ] {
            assert_eq!(guess(media_type, body), kind, "{media_type}: {body}");
        }
    }
    let page = "<!DOCTYPE html><html xmlns=\"http://www.w3.org/1999/xhtml\"/>";
    assert_eq!(guess("application/xml", page), Kind::Xml, "both");
    assert_eq!(
        guess("text/markdown", "[1](https://example.com) a link"),
        Kind::Markdown
    );
    assert_eq!(guess("text/markdown", "[ ] to do"), Kind::Markdown);
    assert_eq!(guess("text/markdown", "{x}"), Kind::Markdown);
    assert_eq!(guess("text/csv", "[a],{b}\n1,2\n"), Kind::Csv);
    assert_eq!(guess("text/css", "[hidden] { display: none }"), Kind::Css);
    assert_eq!(guess("application/json", "data: {\"a\": 1}\n\n"), Kind::Events);
    assert_eq!(guess("application/json", "event: tick\ndata: 1\n\n"), Kind::Events);
    assert_eq!(guess("application/json", "oops"), Kind::Json);
}

#[test]
fn plain_text_is_no_binary_format_unless_it_reads_as_one() {
    let of = |media_type: &str, body: &[u8], whole| Kind::guess(Some(media_type), body, whole);
    for (media_type, kind) in [
        ("application/cbor", Kind::Cbor),
        ("application/x-protobuf", Kind::Protobuf),
        ("application/msgpack", Kind::MessagePack),
    ] {
        for text in [
            "upstream error",
            "404",
            "Not found\n",
            "no healthy upstream",
            "Nicht verfügbar: später",
        ] {
            assert_eq!(
                of(media_type, text.as_bytes(), true),
                Kind::Text,
                "{media_type}: {text}"
            );
        }
        assert_eq!(of(media_type, b"{\"error\": 1}", true), Kind::Json);
        assert_eq!(of(media_type, b"", true), kind);
    }
    // Letters that are values.
    assert_eq!(of("application/cbor", b"ehello", true), Kind::Cbor);
    assert_eq!(of("application/cbor-seq", b"ehelloeworld", true), Kind::Cbor);
    assert_eq!(of("application/protobuf", b"\n\tsome text", true), Kind::Protobuf);
    assert_eq!(of("application/msgpack", b"7", true), Kind::MessagePack);
    // What ends it may still come.
    assert_eq!(of("application/cbor", b"upstream error", false), Kind::Cbor);
    assert_eq!(of("application/msgpack", b"upstream error", false), Kind::Text);
}

#[test]
fn every_kind_has_a_name_of_its_own() {
    let mut names: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Kind::ALL.len());
}
