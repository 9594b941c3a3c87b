//! The body viewer: what a first screen, a jump, the whole index and a search cost for small and large bodies.
//!
//! The point of the figures: the first screen, a jump, a fold and a path must not depend on the size.

use std::cell::Cell;
use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use postrider::tui::widgets::body::{BodyStyles, Document, Form, Syntax, View, search};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const KB: usize = 1_000;
const MB: usize = 1_000_000;
const SIZES: [usize; 3] = [KB, 10 * MB, 100 * MB];
const SCREEN: Rect = Rect {
    x: 0,
    y: 0,
    width: 120,
    height: 60,
};

fn main() {
    divan::main();
}

/// Compact JSON as an API sends it, of about this many bytes.
fn json(size: usize) -> Bytes {
    let mut body = String::with_capacity(size + KB);
    body.push_str(r#"{"items":["#);
    let mut at = 0_u64;
    while body.len() < size {
        let comma = if at == 0 { "" } else { "," };
        let noise = at.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let written = write!(
            body,
            r#"{comma}{{"id":{at},"uuid":"{noise:016x}","name":"Füße \"{at}\"","active":{},"score":{}.{:03},"tags":["a","b\u00e9"],"owner":{{"login":"user{}","roles":[],"meta":{{}}}},"parent":null,"text":"Some words that make the line a little longer than the others are, {at} times."}}"#,
            at.is_multiple_of(3),
            noise % 1000,
            noise % 997,
            at % 200,
        );
        assert!(written.is_ok(), "a string takes all that is written");
        at += 1;
    }
    body.push_str("]}");
    Bytes::from(body)
}

fn indexed(size: usize) -> Document {
    let mut doc = Document::new(json(size), Syntax::Json);
    if let Some(job) = doc.index_job() {
        job.run(
            || false,
            |snapshot| {
                doc.apply(snapshot);
            },
        );
    }
    doc
}

fn view(doc: &Document) -> View {
    let mut view = View::new();
    view.set_size(doc, SCREEN.width, SCREEN.height);
    view
}

/// From the bytes to a drawn screen.
#[divan::bench(args = SIZES)]
fn first_screen(bencher: Bencher, size: usize) {
    let body = json(size);
    let mut buf = Buffer::empty(SCREEN);
    bencher.bench_local(|| {
        let doc = Document::new(body.clone(), Syntax::Json);
        view(&doc).draw(&doc, &BodyStyles::default(), SCREEN, &mut buf);
        black_box(doc.lines(Form::Pretty))
    });
}

/// A jump to some line of an indexed body, drawn.
#[divan::bench(args = SIZES)]
fn random_screen(bencher: Bencher, size: usize) {
    jump(bencher, size, false, Form::Pretty);
}

/// The same, long lines wrapped.
#[divan::bench(args = SIZES)]
fn random_screen_wrapped(bencher: Bencher, size: usize) {
    jump(bencher, size, true, Form::Pretty);
}

/// The same in the one long line the server sent.
#[divan::bench(args = SIZES)]
fn random_screen_raw(bencher: Bencher, size: usize) {
    jump(bencher, size, true, Form::Raw);
}

fn jump(bencher: Bencher, size: usize, wrap: bool, form: Form) {
    let doc = indexed(size);
    let mut view = view(&doc);
    view.set_form(&doc, form);
    view.set_wrap(&doc, wrap);
    let mut buf = Buffer::empty(SCREEN);
    let at = Cell::new(1_usize);
    let lines = isize::try_from(doc.lines(form)).unwrap_or(isize::MAX);
    bencher.bench_local(|| {
        at.set(at.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        view.to_start(&doc);
        view.move_cursor(&doc, isize::try_from(at.get() >> 2).unwrap_or_default() % lines);
        view.draw(&doc, &BodyStyles::default(), SCREEN, &mut buf);
    });
}

/// Everything folded to a level and back, each drawn.
#[divan::bench(args = SIZES)]
fn fold_to_level(bencher: Bencher, size: usize) {
    let doc = indexed(size);
    let mut view = view(&doc);
    let mut buf = Buffer::empty(SCREEN);
    bencher.bench_local(|| {
        let level = view.fold_level().map_or(2, |level| level % 3 + 1);
        view.fold_to_level(&doc, Some(level));
        view.draw(&doc, &BodyStyles::default(), SCREEN, &mut buf);
    });
}

/// The outermost value but one, which holds nearly all lines, folded or unfolded, drawn.
#[divan::bench(args = SIZES)]
fn fold_at_the_top(bencher: Bencher, size: usize) {
    let doc = indexed(size);
    let mut view = view(&doc);
    view.move_cursor(&doc, 1);
    let mut buf = Buffer::empty(SCREEN);
    bencher.bench_local(|| {
        view.toggle_fold(&doc);
        view.draw(&doc, &BodyStyles::default(), SCREEN, &mut buf);
    });
}

/// A jump to some row where every element is folded, drawn.
#[divan::bench(args = SIZES)]
fn random_screen_folded(bencher: Bencher, size: usize) {
    let doc = indexed(size);
    let mut view = view(&doc);
    view.fold_to_level(&doc, Some(2));
    view.to_end(&doc);
    let rows = isize::try_from(view.cursor()).unwrap_or(isize::MAX).max(1);
    let mut buf = Buffer::empty(SCREEN);
    let at = Cell::new(1_usize);
    bencher.bench_local(|| {
        at.set(at.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        view.to_start(&doc);
        view.move_cursor(&doc, isize::try_from(at.get() >> 2).unwrap_or_default() % rows);
        view.draw(&doc, &BodyStyles::default(), SCREEN, &mut buf);
    });
}

/// The path to the last line but one.
#[divan::bench(args = SIZES)]
fn path_at_the_end(bencher: Bencher, size: usize) {
    let doc = indexed(size);
    let line = doc.lines(Form::Pretty).saturating_sub(4);
    bencher.bench_local(|| black_box(doc.path(line)));
}

/// A screen with the marks of a hundred thousand matches beside it.
#[divan::bench(args = SIZES)]
fn screen_with_marks(bencher: Bencher, size: usize) {
    let doc = indexed(size);
    let mut view = view(&doc);
    let job = search::Job::new(doc.source().clone(), "\"id\"", search::Options::default());
    let found = job.and_then(|job| job.run(|| false, |_, _| {}).ok().flatten());
    view.set_matches(found.map(Arc::new));
    let mut buf = Buffer::empty(SCREEN);
    bencher.bench_local(|| view.draw(&doc, &BodyStyles::default(), SCREEN, &mut buf));
}

/// All lines of a body, both forms.
#[divan::bench(args = SIZES, max_time = 5)]
fn full_index(bencher: Bencher, size: usize) {
    let body = json(size);
    let doc = Document::new(body.clone(), Syntax::Json);
    bencher.counter(BytesCount::new(body.len())).bench_local(|| {
        doc.index_job().map(|job| {
            job.run(
                || false,
                |snapshot| {
                    black_box(snapshot);
                },
            )
        })
    });
}

/// A pattern that is found once, one that is found often, one that is not found.
#[divan::bench(args = ["\"id\":1234,", "b\\\\u00e9", "(?i)nowhere|NEVER"], consts = [10, 100], max_time = 5)]
fn search_all<const MEGABYTES: usize>(bencher: Bencher, pattern: &str) {
    let body = json(MEGABYTES * MB);
    let job = search::Job::new(body.clone(), pattern, search::Options::default());
    bencher
        .counter(BytesCount::new(body.len()))
        .bench_local(|| job.as_ref().map(|job| job.run(|| false, |_, _| {})));
}
