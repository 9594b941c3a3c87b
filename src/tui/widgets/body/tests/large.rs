//! Bodies that arrive, that cannot be read back, that are large or odd.

use std::io;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use bytes::Bytes;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::*;
use crate::filter::Text;

/// A body that grows when the test says so.
pub struct Growing(Arc<Bytewise>, Source);

#[derive(Debug, Default)]
struct Bytewise {
    state: Mutex<(Vec<u8>, bool)>,
    news: Condvar,
    /// What lies behind this byte cannot be read.
    broken: Option<usize>,
}

/// The viewer's end of it.
#[derive(Debug)]
struct Shared(Arc<Bytewise>);

impl Default for Growing {
    fn default() -> Self {
        let own = Arc::new(Bytewise::default());
        Self(Arc::clone(&own), Source::new(Shared(own)))
    }
}

impl Growing {
    pub fn source(&self) -> Source {
        self.1.clone()
    }

    pub fn push(&self, bytes: &[u8]) {
        self.0.state.lock().unwrap().0.extend_from_slice(bytes);
        self.0.news.notify_all();
    }

    pub fn end(&self) {
        self.0.state.lock().unwrap().1 = true;
        self.0.news.notify_all();
    }
}

impl Text for Shared {
    fn known(&self) -> (usize, bool) {
        let state = self.0.state.lock().unwrap();
        (state.0.len(), state.1)
    }

    fn grown(&self, than: usize, most: Duration) -> (usize, bool) {
        let state = self.0.state.lock().unwrap();
        let waits = |state: &mut (Vec<u8>, bool)| state.0.len() <= than && !state.1;
        let (state, _) = self.0.news.wait_timeout_while(state, most, waits).unwrap();
        (state.0.len(), state.1)
    }

    fn read(&self, offset: usize, len: usize) -> io::Result<Bytes> {
        let state = self.0.state.lock().unwrap();
        let end = offset.saturating_add(len).min(state.0.len());
        if self.0.broken.is_some_and(|broken| end > broken) {
            return Err(io::Error::other("the disk is gone"));
        }
        Ok(Bytes::copy_from_slice(&state.0[offset.min(end)..end]))
    }
}

impl Supply for Shared {
    fn memory(&self) -> Option<Bytes> {
        None
    }
}

/// What is known of a body when all that has arrived is indexed.
pub fn so_far(doc: &Document) -> Snapshot {
    let mut job = IndexJob::new(doc.source().clone(), doc.syntax());
    while job.step() {}
    job.snapshot()
}

#[test]
fn a_body_is_indexed_while_it_arrives() {
    let growing = Growing::default();
    let mut doc = Document::new(growing.source(), Syntax::JsonLines);
    assert!(doc.is_empty() && !doc.is_whole() && doc.lines(Form::Pretty) == 0);
    let job = doc.index_job().unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || job.run(|| false, |snapshot| tell.send(snapshot).unwrap()));
    for at in 0..3 {
        growing.push(format!("{{\"at\": {at}}}\n").as_bytes());
        // It goes on until the value is known, however many snapshots that takes.
        while doc.lines(Form::Pretty) < 3 * (at + 1) {
            doc.apply(told.recv().unwrap());
        }
        assert!(!doc.is_complete(Form::Pretty) && doc.index_job().is_some());
    }
    growing.end();
    assert!(thread.join().unwrap());
    while let Ok(snapshot) = told.recv() {
        doc.apply(snapshot);
    }
    assert!(doc.is_whole() && doc.index_job().is_none());
    assert_eq!((doc.lines(Form::Pretty), doc.lines(Form::Raw)), (9, 3));
}

#[test]
fn what_waits_for_more_is_read_when_the_end_is_told_later() {
    for (body, lines) in [("1", 1), ("[]", 1), ("[true", 1), ("\"\\n\"", 1)] {
        let growing = Growing::default();
        let mut doc = Document::new(growing.source(), Syntax::Json);
        let mut job = doc.index_job().unwrap();
        growing.push(body.as_bytes());
        job.grow();
        growing.end();
        job.grow();
        assert!(doc.apply(job.snapshot()) && doc.is_complete(Form::Pretty), "{body}");
        assert!(doc.lines(Form::Pretty) >= lines, "{body}");
    }
}

#[test]
fn a_line_that_does_not_end_is_shown_as_far_as_it_came() {
    let growing = Growing::default();
    let doc = |growing: &Growing| Document::new(growing.source(), Syntax::Text);
    assert_eq!(doc(&growing).lines(Form::Raw), 0);
    growing.push(b"no end");
    let line = |doc: &Document, at| doc.line_text(Form::Raw, at).unwrap().unwrap_or_default();
    let mut shown = doc(&growing);
    assert_eq!((shown.lines(Form::Raw), line(&shown, 0)), (1, "no end".to_owned()));
    assert!(!shown.is_complete(Form::Raw));
    for (piece, lines, last) in [
        (" yet", 1, "no end yet"),
        ("\n", 1, "no end yet"),
        ("next", 2, "next"),
        ("\r\nx", 3, "x"),
    ] {
        growing.push(piece.as_bytes());
        assert!(shown.apply(so_far(&shown)), "{piece:?}");
        assert_eq!(shown.lines(Form::Raw), lines, "{piece:?}");
        assert_eq!(line(&shown, lines - 1), last);
    }
    growing.push(&vec![b'y'; 10_000]);
    assert!(shown.apply(so_far(&shown)));
    assert_eq!((shown.lines(Form::Raw), shown.last_number(Form::Raw)), (5, 3));
    growing.end();
    assert!(shown.apply(so_far(&shown)) && shown.is_complete(Form::Raw));
    assert_eq!(shown.lines(Form::Raw), 5);
}

#[test]
fn json_that_does_not_end_is_shown_as_far_as_it_came() {
    for (syntax, start, before) in [
        (Syntax::Json, "\"ab", 0),
        (Syntax::Json, "{\"a\": \"", 1),
        (Syntax::Json, "[1, 2, 3", 3),
        (Syntax::JsonLines, "1\n\"", 1),
    ] {
        let growing = Growing::default();
        growing.push(start.as_bytes());
        let mut shown = Document::new(growing.source(), syntax);
        assert_eq!(shown.lines(Form::Pretty), before + 1, "{start}");
        for piece in [1, 10, 1000, 5000, 100_000] {
            growing.push(&vec![b'7'; piece]);
            assert!(shown.apply(so_far(&shown)));
            assert_eq!((shown.lines(Form::Pretty), shown.fault()), (before + 1, None));
            let line = shown.line_text(Form::Pretty, before).unwrap().unwrap_or_default();
            let sevens = line.bytes().filter(|byte| *byte == b'7').count();
            let all = shown.source().len() - start.len();
            assert_eq!(sevens, all, "{start}");
            let mut view = View::new();
            view.set_size(&shown, 60, 10);
            let mut buf = Buffer::empty(Rect::new(0, 0, 60, 10));
            view.draw(&shown, &BodyStyles::default(), buf.area, &mut buf);
            assert!(buf.content().iter().any(|cell| cell.symbol() == "7"), "{start}");
        }
        assert!(!shown.is_complete(Form::Pretty));
    }
}

#[test]
fn a_search_goes_on_as_long_as_the_body_grows() {
    let growing = Growing::default();
    growing.push(b"one two");
    let job = search::Job::new(growing.source(), "tw?o?", search::Options::default()).unwrap();
    let thread = std::thread::spawn(move || job.run(|| false, |_, _| {}).unwrap().unwrap());
    growing.push(b"o three two");
    growing.end();
    assert_eq!(thread.join().unwrap().ranges, [4..7, 9..10, 15..18]);
}

#[test]
fn what_cannot_be_read_back_is_told() {
    let mut text = format!("[{}]", "12345,".repeat(60_000)).into_bytes();
    let end = text.len() - 2;
    text.remove(end);
    let broken = Bytewise {
        state: Mutex::new((text, true)),
        broken: Some(200_000),
        ..Bytewise::default()
    };
    let doc = {
        let mut doc = Document::new(Source::new(Shared(Arc::new(broken))), Syntax::Json);
        assert!(
            doc.index_job()
                .unwrap()
                .run(|| false, |snapshot| assert!(doc.apply(snapshot)))
        );
        doc
    };
    assert_eq!(doc.unreadable(), Some("the disk is gone"));
    assert!(doc.is_complete(Form::Pretty) && doc.index_job().is_none());
    assert!(doc.lines(Form::Pretty) > 500);
    assert!(doc.line(Form::Pretty, 3).is_some());
}

#[test]
fn a_million_brackets_neither_freeze_nor_overflow() {
    let depth = 1_000_000;
    let doc = whole(format!("{}{}", "[".repeat(depth), "]".repeat(depth)), Syntax::Json);
    let lines = 2 * depth - 1;
    assert_eq!((doc.lines(Form::Pretty), doc.fault()), (lines, None));
    let mut view = View::new();
    view.set_size(&doc, 80, 24);
    for line in [0, 1, 63, 64, 65, 500_000, 999_999, 1_500_000, lines - 1] {
        view.goto_line(&doc, line + 1);
        assert_eq!(view.cursor_line(&doc), line);
        let path = doc.path(line);
        assert_eq!(path.is_some(), !(64..lines - 64).contains(&line), "line {line}");
        view.toggle_fold(&doc);
        view.toggle_fold_inside(&doc);
        view.fold_to_level(&doc, Some(9));
        assert_eq!(view.sight(&doc).count(), 10 + 9);
        view.fold_to_level(&doc, None);
    }
}
