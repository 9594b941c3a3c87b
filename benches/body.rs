//! The body viewer: what a first screen, a jump, the whole index and a search cost for small and large bodies.
//!
//! The point of the figures: the first screen, a jump, a fold and a path must not depend on the size. Before them, what
//! filters over the largest body cost: in time, in memory, and until they are given up.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up is broken")]
#![expect(clippy::print_stdout, reason = "a bench tells its figures")]

use std::cell::Cell;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use postrider::filter::{FilterError, Limits, Session, Stop};
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
    // Those that are asked for by name are wanted alone.
    if std::env::args().skip(1).all(|argument| argument.starts_with("--")) {
        let thread = std::thread::Builder::new().stack_size(Session::STACK);
        thread.spawn(filters).unwrap().join().unwrap();
    }
    divan::main();
}

/// What filters over 100 MB take.
fn filters() {
    let body = json(100 * MB);
    let len = body.len();
    let mut session = Session::new(body.into(), "application/json", Limits::default());
    println!("filters over {} MB", len / MB);
    for (what, text) in [
        ("jq, the body read first", ".items | length"),
        ("jq, a path", ".items[1000].owner.login"),
        ("jq, over all items", "[.items[] | select(.active) | .score] | add"),
        ("JSONPath, over all items", "$.items[?@.score > 998.5].id"),
        ("JSONPath, over all values", "$..login"),
    ] {
        let began = Instant::now();
        let count = session.run(text, &Stop::never()).unwrap().count;
        let took = began.elapsed().as_secs_f64() * 1000.0;
        println!("  {what:28} {took:>9.1} ms {count:>9} values   {text}");
    }
    for (what, text) in [
        (
            "jq, given up",
            "[.items[] | tojson | fromjson] | sort | last(repeat(.))",
        ),
        ("JSONPath, given up", "$..[?count($..*) > 1]"),
    ] {
        let flag = Arc::new(AtomicBool::new(false));
        let (asked, raised) = (Arc::clone(&flag), Arc::clone(&flag));
        let given_up = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(500));
            raised.store(true, Ordering::SeqCst);
            Instant::now()
        });
        let ended = session.run(text, &Stop::when(move || asked.load(Ordering::SeqCst)));
        let took = given_up.join().unwrap().elapsed().as_secs_f64() * 1000.0;
        assert_eq!(ended.unwrap_err(), FilterError::Cancelled);
        println!("  {what:28} {took:>9.1} ms until it ended      {text}");
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(most) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) {
        println!("  memory at most {}", most.trim());
    }
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
    whole(json(size), Syntax::Json)
}

fn whole(body: Bytes, syntax: Syntax) -> Document {
    let mut doc = Document::new(body, syntax);
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

/// The same in bodies that are odd: nested without end, of short lines alone, of one long one.
#[divan::bench(args = ["a million brackets", "ten million lines", "one line of 100 MB", "100 MB of a text in quotes"])]
fn random_screen_of(bencher: Bencher, what: &str) {
    let (body, syntax) = match what {
        "a million brackets" => (["[".repeat(1_000_000), "]".repeat(1_000_000)].concat(), Syntax::Json),
        "ten million lines" => ("short\n".repeat(10_000_000), Syntax::Text),
        "one line of 100 MB" => ("word ".repeat(20 * MB), Syntax::Text),
        _ => (format!("\"{}\"", "word ".repeat(20 * MB)), Syntax::Json),
    };
    jump_in(bencher, &whole(Bytes::from(body), syntax), true, Form::Pretty);
}

fn jump(bencher: Bencher, size: usize, wrap: bool, form: Form) {
    jump_in(bencher, &indexed(size), wrap, form);
}

fn jump_in(bencher: Bencher, doc: &Document, wrap: bool, form: Form) {
    let mut view = view(doc);
    view.set_form(doc, form);
    view.set_wrap(doc, wrap);
    let mut buf = Buffer::empty(SCREEN);
    let at = Cell::new(1_usize);
    let lines = isize::try_from(doc.lines(form)).unwrap_or(isize::MAX);
    bencher.bench_local(|| {
        at.set(at.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
        view.to_start(doc);
        view.move_cursor(doc, isize::try_from(at.get() >> 2).unwrap_or_default() % lines);
        view.draw(doc, &BodyStyles::default(), SCREEN, &mut buf);
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

/// A pattern that is found once, one that is found often, one that is not found, and one that starts like what stands in
/// every line.
#[divan::bench(args = ["\"id\":1234,", "b\\\\u00e9", "(?i)nowhere|NEVER", "\"id\": nowhere"], consts = [10, 100], max_time = 5)]
fn search_all<const MEGABYTES: usize>(bencher: Bencher, pattern: &str) {
    let body = json(MEGABYTES * MB);
    let job = search::Job::new(body.clone(), pattern, search::Options::default());
    bencher
        .counter(BytesCount::new(body.len()))
        .bench_local(|| job.as_ref().map(|job| job.run(|| false, |_, _| {})));
}
