//! Markdown, whole and in pieces.

use super::super::all;
use super::*;

fn shown(source: &str) -> String {
    let whole = all(&mut Markdown::default(), source.as_bytes(), source.len().max(1));
    for block in [1, 7, 64] {
        let pieces = all(&mut Markdown::default(), source.as_bytes(), block);
        assert_eq!(pieces, whole, "in blocks of {block}");
    }
    whole
}

#[test]
fn a_document_is_laid_out() {
    let source = "Title *here*\n=====\nSome **text**\nof two lines.\n\n## Next ##\n- one\n  goes on\n  - [x] done\n1. two\n\n\
        > quoted `a`\nlazy\n> > deeper\n\n---\n```json\n{\"a\": 1}\n```\n\n    indented\n\n### Third\n<br>\n";
    assert_eq!(
        shown(source),
        "Title here\n━━━━━━━━━━\nSome text\nof two lines.\n\nNext\n────\n• one\n  goes on\n  ☑ done\n1. two\n\n\
         ▎ quoted a\n▎ lazy\n▎ ▎ deeper\n\n────────────────────────────────────────\n▏ {\"a\": 1}\n\n\
         ▏ indented\n\n▪ Third\n<br>\n"
    );
}

#[test]
fn tables_are_aligned() {
    let source = "| Name | Count |\n|:--|--:|\n| **a** | 1 |\n| `long \\| one` | 200 | x |\n| b |\n\nend";
    assert_eq!(
        shown(source),
        "Name       │ Count\n───────────┼──────\na          │     1\nlong | one │   200\nb\n\nend\n"
    );
    assert_eq!(shown("a | b\nc | d\n"), "a | b\nc | d\n", "that is no table");
}

#[test]
fn marks_stand_where_their_text_does() {
    let mut lay = Markdown::default();
    let mut out = Vec::new();
    lay.lay("# A **b**\nx **y\nz** [l](u)\n".as_bytes(), true, &mut out);
    let text = String::from_utf8_lossy(&out);
    let marks: Vec<(&str, Kind)> = lay
        .marks
        .iter()
        .map(|mark| (&text[mark.range.clone()], mark.kind))
        .collect();
    assert_eq!(
        marks,
        [
            ("A b", Kind::Heading),
            ("━━━", Kind::Comment),
            ("y", Kind::Strong),
            ("z", Kind::Strong),
            ("l", Kind::Key),
            (" ‹u›", Kind::Comment),
        ]
    );
}

#[test]
fn hostile_text_ends_and_is_whole() {
    for piece in [
        "> ",
        "- ",
        "* * ",
        "|",
        "|-\n",
        "#",
        "```\n",
        "a\\",
        "\u{1b}[2J",
        "[a](",
        "1. ",
        "    x\n",
        "\n\n\n",
        "&#27;",
    ] {
        let source = piece.repeat(4_000);
        let out = all(&mut Markdown::default(), source.as_bytes(), 4096);
        assert!(out.len() <= 8 * source.len() + 100, "{piece:?}: {}", out.len());
    }
    let broken = [b"a \xff\xfe b\n".repeat(1000), b"\xc3".to_vec()].concat();
    let out = all(&mut Markdown::default(), &broken, 100);
    assert_eq!(out.lines().count(), 1001);
    assert_eq!(shown(""), "");
    assert_eq!(shown("no end"), "no end\n");
    let endless = "word ".repeat(100_000);
    let out = all(&mut Markdown::default(), endless.as_bytes(), 64 * 1024);
    let letters = |text: &str| text.split_whitespace().collect::<String>();
    assert!(letters(&out) == letters(&endless), "a word may be cut, nothing is lost");
}

#[test]
fn a_wide_table_is_not_many_times_as_long() {
    let head = format!("{}\n{}\n", ["x".repeat(60).as_str(); 64].join("|"), ["-"; 64].join("|"));
    let short = format!("{head}{}", "a|\n".repeat(10_000));
    let out = all(&mut Markdown::default(), short.as_bytes(), short.len());
    assert!(out.len() < 4 * short.len(), "{} of {}", out.len(), short.len());
    // Rows that have all their cells, though nothing is in them, are padded, and so not all are put out at once.
    let row = format!("a{}b\n", "|".repeat(63));
    let wide = format!("{head}{}\n", row.repeat(900)).repeat(20);
    let (mut lay, mut pos, mut steps) = (Markdown::default(), 0, 0);
    while pos < wide.len() {
        let mut out = Vec::new();
        pos += lay.lay(&wide.as_bytes()[pos..], true, &mut out);
        assert!(out.len() <= MOST + 65 * LONGEST, "{} at once", out.len());
        steps += 1;
    }
    assert!(steps > 3, "{steps}");
}
