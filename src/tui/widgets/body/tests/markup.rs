//! Markup folds as JSON does: against a slow and simple model of its lines.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;

use super::super::outline::ROW;
use super::super::plain::PIECE;
use super::*;
use crate::filter::Text;

/// What is laid out, in memory.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

/// The end that is written to.
struct Filled(Kept);

impl Store for Filled {
    fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.0.lock().unwrap().extend_from_slice(bytes);
        Ok(())
    }
}

/// The end that is read: whole, as the tests lay all of it out first.
#[derive(Debug)]
struct Read(Kept, Mutex<bool>);

impl Text for Read {
    fn known(&self) -> (usize, bool) {
        (self.0.0.lock().unwrap().len(), *self.1.lock().unwrap())
    }

    fn grown(&self, _than: usize, _most: Duration) -> (usize, bool) {
        self.known()
    }

    fn read(&self, offset: usize, len: usize) -> io::Result<Bytes> {
        let all = self.0.0.lock().unwrap();
        let end = offset.saturating_add(len).min(all.len());
        Ok(Bytes::copy_from_slice(&all[offset.min(end)..end]))
    }
}

impl Supply for Read {
    fn memory(&self) -> Option<Bytes> {
        None
    }
}

fn laid(text: &str, media_type: &str) -> Document {
    let source = Source::from(Bytes::copy_from_slice(text.as_bytes()));
    let store = || -> (Box<dyn Store>, Source) {
        let kept = Kept::default();
        // It says that it is whole as soon as that is true of small bodies: they are laid out in one step.
        let read = Read(kept.clone(), Mutex::new(text.len() < 60_000));
        (Box::new(Filled(kept)), Source::new(read))
    };
    let rendition = Rendition::new(&source, Some(media_type), (None, None), &store);
    let mut doc = rendition.laid.unwrap();
    if let Some(job) = doc.index_job() {
        assert!(job.run(|| false, |snapshot| assert!(doc.apply(snapshot))));
    }
    doc
}

fn rows(view: &View, doc: &Document) -> Vec<String> {
    let sight = view.sight(doc);
    let rows: Vec<Line> = sight.walk(0).collect();
    assert_eq!(rows.len(), sight.count(), "as many as are counted");
    for (row, line) in rows.iter().enumerate() {
        assert_eq!(sight.get(row).as_ref(), Some(line), "row {row}");
        assert_eq!(sight.row_of(sight.line_of(row)), row);
    }
    rows.iter().map(|line| line.text(doc.source()).unwrap()).collect()
}

const TEXT: &str = "<a><b><c>1</c><c>2</c></b><p>one\ntwo</p><d/></a>";

#[test]
fn elements_fold_with_their_end_beside_them() {
    let doc = laid(TEXT, "text/xml");
    let mut view = View::new();
    view.set_size(&doc, 80, 20);
    view.move_cursor(&doc, 2);
    assert!(view.toggle_fold(&doc));
    assert_eq!(
        rows(&view, &doc),
        ["<a>", "  <b> … 2 lines </b>", "  <p>one", "two</p>", "  <d/>", "</a>"]
    );
    view.move_cursor(&doc, 1);
    assert!(view.toggle_fold(&doc), "a text of several lines, too");
    assert_eq!(
        rows(&view, &doc),
        ["<a>", "  <b> … 2 lines </b>", "  <p>one … 1 line ", "  <d/>", "</a>"]
    );
    view.fold_to_level(&doc, Some(0));
    assert_eq!(rows(&view, &doc), ["<a> … 7 lines </a>"]);
    assert!(view.toggle_fold(&doc));
    assert_eq!(rows(&view, &doc).len(), 5, "what is in it stays folded");
    view.fold_to_level(&doc, None);
    assert_eq!(rows(&view, &doc).len(), 9);
    view.to_start(&doc);
    assert!(view.to_pair(&doc));
    assert_eq!(view.cursor_line(&doc), 8);
    view.move_cursor(&doc, -1);
    assert!(view.to_sibling(&doc, false) && view.cursor_line(&doc) == 5);
    assert!(view.to_parent(&doc) && view.cursor_line(&doc) == 0);
    assert_eq!(doc.depth(), 3);
}

#[test]
fn elements_have_paths_and_lines() {
    let doc = laid(TEXT, "text/xml");
    let path = |line| doc.element_path(line).map(|steps| xpath(&steps));
    let paths: Vec<_> = (0..9).map(path).map(Option::unwrap).collect();
    assert_eq!(
        paths,
        [
            "/a",
            "/a/b[1]",
            "/a/b[1]/c[1]",
            "/a/b[1]/c[2]",
            "/a/b[1]",
            "/a/p[1]",
            "/a/p[1]",
            "/a/d[1]",
            "/a"
        ]
    );
    let lines: Vec<_> = (0..9).map(|line| doc.element_lines(line).unwrap()).collect();
    assert_eq!(lines, [0..9, 1..5, 2..3, 3..4, 1..5, 5..7, 5..7, 7..8, 0..9]);
    let html = laid(
        "<HTML><body><p>a<p>b<div><A>x<div>y</div></A></div></body></html>",
        "text/html",
    );
    let paths: Vec<_> = (0..html.lines(Form::Pretty))
        .map(|line| html.element_path(line))
        .collect();
    assert_eq!(xpath(paths[3].as_ref().unwrap()), "/html/body[1]/p[2]");
}

#[test]
fn long_lines_and_many_lines_fold_all_the_same() {
    let long = format!("<a><b>{}</b><c/></a>", "x".repeat(3 * PIECE));
    let doc = laid(&long, "text/xml");
    let mut view = View::new();
    view.set_size(&doc, 80, 20);
    assert_eq!(rows(&view, &doc).len(), 7);
    view.fold_to_level(&doc, Some(1));
    assert_eq!(rows(&view, &doc).len(), 4, "the pieces of a line lie in it");
    let many = format!("<a>{}</a>", "<b><c>1</c></b>".repeat(3 * ROW));
    let doc = laid(&many, "text/xml");
    view = View::new();
    view.set_size(&doc, 80, 20);
    view.fold_to_level(&doc, Some(1));
    assert_eq!(rows(&view, &doc).len(), 3 * ROW + 2);
    assert_eq!(xpath(&doc.element_path(9 * ROW).unwrap()), format!("/a/b[{}]", 3 * ROW));
    view.fold_to_level(&doc, Some(0));
    assert_eq!(rows(&view, &doc), ["<a> … 2 304 lines </a>"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever comes, what is folded away and what is seen are all of it.
    #[test]
    fn nothing_is_lost_in_markup_of_any_kind(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "<a>", "</a>", "<b x='1'>", "</b>", "<c/>", "t", "\n", "<!-- x\ny -->", "<![CDATA[z]]>", "<p>", "</p>", "<li>",
                "<b>", "<pre>", "</pre>", "<br>", "<div\nid=x>", "</div>", "<script>", "</script>",
            ]),
            0..60,
        ),
        html in any::<bool>(),
        folds in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..6),
        level in prop::option::of(0_u32..4),
    ) {
        let text = format!("<a>{}", pieces.concat());
        let doc = laid(&text, if html { "text/html" } else { "text/xml" });
        let mut view = View::new();
        view.set_size(&doc, 40, 10);
        view.fold_to_level(&doc, level);
        rows(&view, &doc);
        for (at, inside) in folds {
            view.goto_line(&doc, at.index(doc.lines(Form::Pretty)) + 1);
            if inside { view.toggle_fold_inside(&doc) } else { view.toggle_fold(&doc) };
            rows(&view, &doc);
        }
        for line in 0..doc.lines(Form::Pretty) {
            if let Some(lines) = doc.element_lines(line) {
                prop_assert!(lines.contains(&line), "{line} is not in {lines:?}");
            }
        }
    }
}

#[test]
fn laying_out_is_given_up_where_it_becomes_too_long_or_is_not_wanted_any_more() {
    let laid = |most, stop| markup(None, Some(Kind::Xml), "<a><b>é</b></a>", (most, &|| stop));
    assert_eq!(laid(100, false).as_deref(), Some("<a>\n  <b>é</b>\n</a>"));
    assert_eq!(laid(10, false), None);
    assert_eq!(laid(100, true), None);
}
