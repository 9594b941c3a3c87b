//! Bodies of all kinds on the screen: what they are taken for, laid out and as they came.

use super::*;
use crate::tui::draw;
use crate::tui::widgets::picture::{MARK, Sight, Way};

#[test]
fn a_charset_is_chosen_and_let_go_of() {
    let body: &[u8] = b"\xf0\xd2\xc9\xd7\xc5\xd4";
    let mut harness = sent(120, 40, answered(response(200, "text/plain", body)));
    has(&harness, "text windows-1252");
    has(
        &harness,
        "Not UTF-8, and nothing says what else: read as windows-1252 · K chooses the charset",
    );
    harness.press("Kkoi8-r<enter>");
    has(&harness, "Привет");
    has_not(&harness, "Not UTF-8");
    has(&harness, "text KOI8-R");
    harness.press("Kcharset as detected<enter>");
    has(&harness, "text windows-1252");
    let mut bytes = sent(120, 40, answered(response(200, "application/octet-stream", body)));
    has(&bytes, "f0 d2");
    bytes.press("Kkoi8-r<enter>");
    has(&bytes, "Привет");
}

#[test]
fn a_header_that_lies_is_seen_through_and_said() {
    let mut harness = sent(
        120,
        40,
        answered(response(
            200,
            "application/json",
            "<html><body><p>502</p></body></html>",
        )),
    );
    has(&harness, "HTML, not JSON");
    has(&harness, "    <p>502</p>");
    harness.press("R");
    has(&harness, "<html><body><p>502</p></body></html>");
    harness.press("R");
    has(&harness, "    <p>502</p>");
}

#[test]
fn text_that_is_called_a_binary_format_is_read_and_no_word_is_of_json() {
    for (media_type, name) in [
        ("application/cbor", "text, not CBOR"),
        ("application/x-protobuf", "text, not Protobuf"),
        ("application/msgpack", "text, not MessagePack"),
    ] {
        let harness = sent(120, 40, answered(response(503, media_type, "upstream error")));
        has(&harness, name);
        has(&harness, "1 upstream error");
        has_not(&harness, "JSON");
    }
    // What breaks off is no JSON either.
    let mut harness = sent(
        120,
        40,
        answered(response(200, "application/cbor", &b"\x82\x01\x1c"[..])),
    );
    work(&mut harness);
    has(&harness, "✗ only so far it is CBOR");
    has(&harness, "a length that CBOR has not at byte 2");
    has_not(&harness, "JSON");
}

#[test]
fn what_lies_deeper_than_is_followed_is_told() {
    let deep = "<a>\n".repeat(1100) + &"</a>".repeat(1100);
    let mut harness = sent(120, 40, answered(response(200, "application/xml", deep)));
    work(&mut harness);
    has(
        &harness,
        "! elements deeper than 1000 in each other stand as they came, from line 1001 on",
    );
}

#[test]
fn a_text_that_is_not_what_is_said_of_it_says_so() {
    let body: &[u8] = b"{\"a\": \"caf\xe9\"}";
    let said = |media_type: &str| {
        let harness = sent(120, 40, answered(response(200, media_type, body)));
        let screen = harness.screen();
        let note = screen.lines().find(|line| line.contains("UTF-8,")).map(str::to_owned);
        note.and_then(|note| note.split("read as ").nth(1)?.split(" ·").next().map(str::to_owned))
    };
    assert_eq!(said("application/json; charset=utf-8").as_deref(), Some("windows-1252"));
    assert_eq!(said("application/json").as_deref(), Some("windows-1252"));
    assert_eq!(said("application/json; charset=iso-8859-1"), None);
}

#[test]
fn a_record_of_json_lines_has_a_row_and_a_fold() {
    let long = format!("{{\"long\":\"{}\"}}", "x".repeat(600));
    let body = format!("{{\"at\":0,\"of\":[1,2]}}\n{{\"at\":1,\"of\":{{}}}}\n7\n{long}\n");
    let mut harness = sent(120, 40, answered(response(200, "application/x-ndjson", body)));
    has(&harness, r#"{"at": 0, "of": [1, 2]}"#);
    has(&harness, r#"{"at": 1, "of": {}}"#);
    has(&harness, "{ … 1 member }");
    harness.press("o");
    has(&harness, r#"  "at": 0,"#);
    has(&harness, r#"{"at": 1, "of": {}}"#);
    for _ in 0..10 {
        if harness.press("z").screen().contains("nothing is folded") {
            break;
        }
    }
    has(&harness, "nothing is folded");
    has(&harness, "    1,");
    harness.press("z");
    has(&harness, r#"{"at": 0, "of": [1, 2]}"#);
}

#[test]
fn tables_keep_their_names_in_sight() {
    let rows: Vec<String> = (0..200).map(|n| format!("{n},name {n},{}\n", n * 7)).collect();
    let rows = rows.concat();
    let mut harness = sent(
        120,
        40,
        answered(response(200, "text/csv", format!("id,name,count\n{rows}"))),
    );
    work(&mut harness);
    has(&harness, "id │ name     │ count");
    has(&harness, "  0 │ name 0   │     0");
    harness.press("G");
    has(&harness, "id │ name     │ count");
    has(&harness, "199 │ name 199 │  1393");
    harness.press("R");
    harness.press("G");
    has(&harness, "199,name 199,1393");
    has_not(&harness, "id │ name");
}

#[test]
fn a_kind_can_be_chosen_and_stays_for_the_request() {
    let one = &b"\x82\xa7compact\xc3\xa6schema\x91\x01"[..];
    let told = sent(120, 40, answered(response(200, "application/octet-stream", one)));
    has(&told, "\"compact\": true,");
    // Two of them, one behind the other, may be anything.
    let body = &b"\x82\xa7compact\xc3\xa6schema\x91\x01\x07"[..];
    let mut harness = sent(120, 40, answered(response(200, "application/octet-stream", body)));
    has(&harness, "binary");
    harness.press("K");
    has(&harness, "View the body as");
    for key in ["m", "e", "s", "s", "a", "<enter>"] {
        harness.press(key);
    }
    has(&harness, "MessagePack, as chosen");
    has(&harness, "\"compact\": true,");
    harness.press("R");
    has(&harness, "82 a7 63 6f");
    harness.press("R");
    deliver(
        &mut harness,
        answered(response(200, "application/octet-stream", &b"\x81\xa1a\xc0"[..])),
    );
    has(&harness, "\"a\": null");
}

#[test]
fn text_of_any_charset_is_text() {
    let harness = sent(
        120,
        40,
        answered(response(
            200,
            "text/plain; charset=shift_jis",
            &b"\x93\xfa\x96\x7b\x8c\xea"[..],
        )),
    );
    has(&harness, "日本語");
    has(&harness, "text Shift_JIS");
}

#[test]
fn secrets_are_masked_in_what_is_decoded_too() {
    let mut harness = sent(
        120,
        40,
        answered(response(200, "application/msgpack", &b"\x81\xa1k\xa8hunter22"[..])),
    );
    has_not(&harness, "hunter22");
    harness.press("v");
    has(&harness, "\"k\": \"hunter22\"");
}

#[test]
fn a_picture_says_what_it_is() {
    let png = &b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x04\xb0\0\0\x03\x20\x08\x06\0\0\0"[..];
    let harness = sent(80, 24, answered(response(200, "image/png", png)));
    has(&harness, "PNG picture");
    has(&harness, "1200 × 800 pixels");
}

/// The upper half red, the lower one blue, 16 pixels to a side.
const PICTURE: &[u8] = include_bytes!("../../../widgets/picture/half.jpg");

/// Decodes what was asked for, as the runtime would; whether anything was.
fn decode(harness: &mut Harness) -> bool {
    let asked = harness.effects.iter().rev().find_map(|effect| match effect {
        Effect::Picture(name, job) => Some((*name, job.clone())),
        _ => None,
    });
    let decoded = asked.and_then(|(name, job)| Some((name, job.run()?)));
    let done = decoded.is_some();
    if let Some((name, picture)) = decoded {
        harness.event(Event::Pictured(name, picture));
    }
    done
}

#[test]
fn a_picture_is_drawn_below_what_is_said_of_it() {
    let mut harness = sent(120, 40, answered(response(200, "image/jpeg", PICTURE)));
    has(&harness, "16 × 16 pixels");
    has(&harness, "drawing it …");
    assert!(decode(&mut harness));
    has(&harness, &"▀".repeat(16));
    has_not(&harness, "drawing it");
    has_not(&harness, &"▀".repeat(17));
    harness.press("R");
    has_not(&harness, "▀▀");
    has(&harness, "ff d8 ff");
    harness.press("R");
    has(&harness, &"▀".repeat(16));
    harness.press("]");
    has_not(&harness, "▀▀");
}

/// Makes the picture for the terminal, as the runtime would; how many times it was to be made.
fn sharpen(harness: &mut Harness) -> usize {
    let mut made = 0;
    for effect in std::mem::take(&mut harness.effects) {
        if let Effect::Sharpen(name, job) = effect
            && let Some(sharp) = job.run()
        {
            made += 1;
            harness.event(Event::Sharpened(name, sharp));
        }
    }
    made
}

#[test]
fn a_picture_is_seen_in_pixels_where_the_terminal_shows_them_and_nothing_is_over_it() {
    let pixels = |harness: &Harness| {
        let mut buf = harness.buffer();
        let seen = draw::picture(&harness.state, &mut buf);
        assert!(buf.content.iter().all(|cell| cell.symbol() != MARK));
        seen.map(|(area, sharp)| (area.width, area.height, sharp.hide.is_empty()))
    };
    let mut harness = opened(120, 40);
    harness.state.shared.sight = Sight {
        way: None,
        ask: true,
        cell: Some((8, 16)),
        ..Sight::default()
    };
    deliver(&mut harness, answered(response(200, "image/jpeg", PICTURE)));
    let asks = |harness: &Harness| {
        let asks = |effect: &&Effect| matches!(effect, Effect::AskSight(_));
        harness.effects.iter().filter(asks).count()
    };
    assert_eq!(asks(&harness), 1);
    assert!(decode(&mut harness));
    has(&harness, &"▀".repeat(16));
    assert_eq!((sharpen(&mut harness), pixels(&harness)), (0, None));
    let kitty = Sight {
        way: Some(Way::Kitty),
        cell: Some((8, 16)),
        ..Sight::default()
    };
    harness.event(Event::Sees(kitty));
    has(&harness, &"▀".repeat(16));
    assert_eq!(sharpen(&mut harness), 1);
    has_not(&harness, "▀▀");
    // Four times as large as it is: 64 pixels.
    assert_eq!(pixels(&harness), Some((8, 4, false)));
    assert_eq!(sharpen(&mut harness), 0);
    for (over, back) in [("?", "<esc>"), ("R", "R"), ("]", "["), (":", "<esc>")] {
        harness.press(over);
        assert_eq!(pixels(&harness), None, "{over}");
        harness.press(back);
        assert_eq!(pixels(&harness), Some((8, 4, false)), "{over}");
    }
    assert_eq!(
        (sharpen(&mut harness), asks(&harness)),
        (0, 0),
        "nor is the terminal asked again"
    );
    // Other room, or cells of another size: it is made anew, and half blocks are seen until it is.
    harness.event(Event::Resize(100, 30));
    has(&harness, &"▀".repeat(16));
    assert_eq!((pixels(&harness), sharpen(&mut harness)), (None, 1));
    harness.event(Event::Cell((16, 32)));
    harness.event(Event::Cell((4, 8)));
    assert_eq!(pixels(&harness), None);
    assert_eq!(sharpen(&mut harness), 1, "nobody makes the one that was wanted before");
    assert_eq!(pixels(&harness), Some((16, 8, false)));
    harness.event(Event::Resize(20, 6));
    assert_eq!(pixels(&harness), None);
}

#[test]
fn a_picture_that_cannot_be_drawn_says_why_and_what_to_do() {
    let mut harness = sent(120, 40, answered(response(200, "image/jpeg", &PICTURE[..20])));
    assert!(decode(&mut harness));
    has(&harness, "✗ the picture is broken");
    has(&harness, "e opens it in the system's program");
    let ico = &b"\0\0\x01\0\x02\0\0\x10\0\0"[..];
    deliver(&mut harness, answered(response(200, "image/x-icon", ico)));
    assert!(decode(&mut harness));
    has(&harness, "✗ pictures of the kind `ico` are not drawn here");
    let lines = |harness: &Harness, text: &str| harness.screen().lines().filter(|line| line.contains(text)).count();
    // The room shrinks line by line: as long as it is said why, it is said what to do.
    for rows in (8..40).rev() {
        harness.event(Event::Resize(120, rows));
        let [why, what] = ["not drawn here", "e opens it in the system's program"].map(|text| lines(&harness, text));
        assert_eq!(why, what, "{}", harness.screen());
    }
}

#[test]
fn nobody_decodes_a_picture_that_is_not_looked_at_any_more() {
    let mut harness = sent(120, 40, answered(response(200, "image/jpeg", PICTURE)));
    assert!(
        harness
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Picture(..)))
    );
    deliver(&mut harness, answered(response(200, "text/plain", "x")));
    assert!(!decode(&mut harness));
}

#[test]
fn a_body_that_cannot_be_laid_out_yet_is_not_called_empty() {
    let mut keeper = crate::http::Keeper::new(crate::http::Keeping::default());
    keeper.push(b"id,na").unwrap();
    let mut arriving = response(200, "text/csv", "");
    arriving.body = keeper.payload();
    let mut harness = opened(120, 40);
    harness.press("<ctrl-j>");
    let run = run(&harness);
    harness.event(Event::Arriving(run, Box::new(exchange(Ok(arriving)))));
    has(&harness, "Nothing of the body can be laid out yet");
    has(&harness, "R shows it as it came");
    has_not(&harness, "The body is empty");
}

#[test]
fn a_charset_that_is_declared_and_wrong_hides_no_text() {
    let body: &[u8] = b"Gr\xfc\xdfe aus M\xfcnchen: caf\xe9";
    for media_type in ["text/plain; charset=utf-8", "text/html; charset=utf-8"] {
        let harness = sent(120, 40, answered(response(200, media_type, body)));
        has(&harness, "Grüße aus München: café");
        has(&harness, "Said to be UTF-8, and is not: read as windows-1252");
    }
    let mut broken = "Grüße aus München".as_bytes().to_vec();
    broken.push(0xe9);
    let harness = sent(120, 40, answered(response(200, "text/plain; charset=utf-8", broken)));
    has(&harness, "Grüße aus München");
    has(&harness, "read as UTF-8");
}

#[test]
fn what_is_shown_as_it_came_is_so_for_one_request_and_named_in_the_title() {
    let mut harness = sent(120, 40, json());
    has(&harness, " · JSON ");
    harness.press("R");
    has(&harness, " · raw JSON ");
    let first = harness.state.shared.open;
    harness.state.shared.open = harness.state.shared.node_at("pydio-cells/get-token");
    deliver(&mut harness, json());
    has(&harness, " · JSON ");
    harness.state.shared.open = first;
    harness.event(Event::Tick);
    has(&harness, " · raw JSON ");
}

#[test]
fn what_has_no_filter_says_so_and_asks_for_none() {
    for (media_type, body, name) in [
        ("text/csv", "id,name\n1,a\n", "CSV"),
        ("text/markdown", "# head\n", "Markdown"),
        ("application/yaml", "a: 1\n", "YAML"),
    ] {
        let mut harness = sent(120, 40, answered(response(200, media_type, body)));
        harness.press("|");
        has(
            &harness,
            &format!("{name} has no filter: filters take JSON, XML and HTML"),
        );
        assert!(!harness.state.panes.response.filter.typing, "{name}");
        harness.press("|");
        has_not(&harness, "JSONPath from");
    }
}

#[test]
fn a_charset_that_nobody_knows_is_named() {
    let harness = sent(120, 40, answered(response(200, "text/plain; charset=x-own", "plain")));
    has(
        &harness,
        "The charset `x-own` is not known: read as UTF-8 · K chooses the charset",
    );
    let body: &[u8] = b"\xe4";
    let mut harness = sent(120, 40, answered(response(200, "text/plain; charset=x-own", body)));
    has(&harness, "The charset `x-own` is not known: read as windows-1252");
    has_not(&harness, "nothing says what else");
    harness.press("Kkoi8-r<enter>");
    has_not(&harness, "x-own");
}

#[test]
fn the_marks_of_a_sequence_of_json_texts_are_none_of_it() {
    let body = "\u{1e}{\"a\":1}\n\u{1e}{\"a\":2}\n\u{1e}3\n";
    let mut harness = sent(120, 40, answered(response(200, "application/json-seq", body)));
    has(&harness, " · JSON Lines ");
    has(&harness, "\"a\": 2");
    has_not(&harness, "no JSON");
    has_not(&harness, "1e");
    harness.press("R");
    has(&harness, "{\"a\":2}");
    has_not(&harness, "␞");
}

#[test]
fn names_alone_stay_in_sight_without_rows() {
    let harness = sent(120, 40, answered(response(200, "text/csv", "id,name,count\n")));
    has(&harness, "id │ name │ count");
    has_not(&harness, "1 id");
}

#[test]
fn xml_that_is_ill_formed_says_where() {
    for (xml, told) in [
        (
            "<r>\n<a>1</b></r>",
            "not well-formed XML in line 2: `</b>` stands where `</a>` should",
        ),
        (
            "<r>\n<a>1</a>\n",
            "not well-formed XML in line 3: the end of `<r>` is missing",
        ),
        ("<r/>\n</r>", "not well-formed XML in line 2: `</r>` closes nothing"),
    ] {
        let mut harness = sent(120, 40, answered(response(200, "application/xml", xml)));
        work(&mut harness);
        has(&harness, told);
    }
    for (media_type, fine) in [
        (
            "application/xml",
            "<?xml version='1.0'?><!-- </x> --><r><a b='>'/><![CDATA[</a>]]><c>1</c></r>",
        ),
        ("text/html", "<html><p>1<p>2</b></html>"),
    ] {
        let mut harness = sent(120, 40, answered(response(200, media_type, fine)));
        work(&mut harness);
        has_not(&harness, "well-formed");
    }
}
