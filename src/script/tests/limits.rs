//! Scripts that take too much: each ends in a word about it, and the next script runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::*;

/// Runs a script under small limits and then a good one; the error of the first.
fn stopped(source: &str, change: impl FnOnce(&mut ScriptJob)) -> ScriptError {
    let mut bad = job(source);
    bad.limits.busy = Duration::from_millis(150);
    bad.limits.total = Duration::from_mins(1);
    change(&mut bad);
    let mut reports = run_all(vec![bad, job("console.log('alive')")]);
    assert_eq!(texts(reports.remove(1)), ["alive"]);
    let report = reports.remove(0);
    assert_eq!(report.errors.len(), 1, "{:?} {:?}", report.errors, report.tests);
    report.errors[0].clone()
}

fn small_memory(job: &mut ScriptJob) {
    job.limits.memory = 24 * 1024 * 1024;
    job.limits.busy = Duration::from_mins(1);
}

#[test]
fn endless_loops_are_stopped() {
    for source in [
        "while (true);",
        "for (;;) { try { while (true); } catch (e) {} finally { while (true); } }",
        "Promise.resolve().then(() => { while (true); });",
        "const again = () => Promise.resolve().then(again); again();",
        "await null; while (true);",
        "setTimeout(() => { while (true); }, 1);",
        "pm.test('x', () => { while (true); });",
        "pm.test('x', async () => { await null; while (true); });",
        "[3, 2, 1].sort(() => { while (true); });",
        "/(x+x+)+y/.test('x'.repeat(60));",
        "JSON.stringify({ toJSON() { while (true); } });",
        "function* g() { while (true) yield 1; } for (const x of g());",
        "new Proxy({}, { get() { while (true); } }).x;",
    ] {
        let error = stopped(source, |_| {});
        assert_eq!(error.name, "TimeoutError", "{source}");
        assert_eq!(
            error.message,
            "the script computed for more than 150 ms and was stopped"
        );
        assert!(error.hint.is_some());
    }
}

#[test]
fn rubbish_that_holds_itself_does_not_add_up() {
    // A hundred MB in all, where there may be 24.
    let mut job =
        job("for (let n = 0; n < 100; n++) { const a = [new Uint8Array(1e6)]; a.push(a); } console.log('done');");
    small_memory(&mut job);
    assert_eq!(texts(run_job(job)), ["done"]);
}

#[test]
fn what_was_done_before_is_kept() {
    let mut job = job("pm.environment.set('a', 1); console.log('x'); pm.test('t', () => {}); while (true);");
    job.limits.busy = Duration::from_millis(100);
    let report = run_job(job);
    assert_eq!(
        (report.writes.len(), report.console.len(), report.tests.len()),
        (1, 1, 1)
    );
}

#[test]
fn waiting_has_its_own_limit() {
    let error = stopped("setInterval(() => {}, 5);", |job| {
        job.limits.total = Duration::from_millis(100);
    });
    assert_eq!(error.message, "the script took more than 100 ms and was stopped");
}

#[test]
fn memory_eaters_are_stopped() {
    for source in [
        "a = []; while (1) a.push(new Array(1e6).fill(1));",
        "a = []; while (1) a.push(new Array(1e6));",
        "a = {}; for (let i = 0; ; i++) a['k' + i] = { i };",
        "new ArrayBuffer(1e9);",
        "setTimeout(() => { a = []; while (1) a.push('x'.repeat(1000) + a.length); }, 1);",
        "await null; a = []; while (1) a.push(new Uint8Array(1e6));",
    ] {
        let error = stopped(source, small_memory);
        assert_eq!(error.name, "MemoryError", "{source}: {}", error.message);
        assert!(error.message.contains("more than 24 MB"), "{source}: {}", error.message);
    }
}

#[test]
fn promises_without_end_are_stopped_and_said_to_be() {
    for source in [
        "const a = []; while (true) a.push(Promise.resolve());",
        "let p = Promise.resolve(); for (;;) p = p.then(() => {});",
        "for (;;) queueMicrotask(() => {});",
        "const f = () => new Promise((ok) => Promise.resolve().then(() => ok(f()))); await f();",
        "const a = []; const f = async () => { for (;;) { await 1; a.push('x'.repeat(1000) + a.length); } }; await f();",
        "const m = new Map(); for (let i = 0; ; i++) m.set(i, {i});",
    ] {
        let error = stopped(source, small_memory);
        assert_eq!(error.name, "MemoryError", "{source}: {}", error.message);
    }
    for source in [
        "(function f() { Promise.resolve().then(f); })();",
        "for (;;) Promise.reject(new Error('x'));",
        "for (;;) new Error('x');",
        "for (;;) try { null.x; } catch {}",
    ] {
        let error = stopped(source, |job| {
            job.limits.busy = Duration::from_millis(300);
        });
        assert!(
            ["TimeoutError", "MemoryError"].contains(&error.name.as_str()),
            "{source}: {}",
            error.message
        );
    }
    // What a script throws itself is its own.
    let report = run("throw null");
    assert_eq!(
        (report.errors[0].name.as_str(), report.errors[0].message.as_str()),
        ("Error", "null")
    );
    assert!(run("await new Promise(() => {})").errors.is_empty());
}

#[test]
fn what_is_handed_out_counts_too() {
    for source in [
        "while (1) console.log('x'.repeat(1e5));",
        "for (let i = 0; ; i++) pm.environment.set('k', 'x'.repeat(1e5));",
        "while (1) pm.test('x'.repeat(1e5), () => {});",
        "const x = 'x'.repeat(1e5); while (1) pm.visualizer.set(x, {});",
        "const x = 'x'.repeat(1e5); while (1) pm.sendRequest({ url: 'http://h', method: 'POST', body: x }, () => {});",
        "for (let i = 0; i < 12000; i++) pm.sendRequest('http://h', () => {});",
    ] {
        assert_eq!(stopped(source, small_memory).name, "MemoryError", "{source}");
    }
}

#[test]
fn errors_and_answers_count_too() {
    for source in [
        "const x = 'x'.repeat(1e6); setInterval(() => { for (let i = 0; i < 50; i++) Promise.reject(new Error(x)); }, 1);",
        "(async () => { const all = []; while (1) all.push(await pm.sendRequest('http://h')); })();",
    ] {
        let mut job = job(source);
        small_memory(&mut job);
        job.send = Some(Arc::new(Large::default()));
        let report = run_job(job);
        assert_eq!(report.errors.last().unwrap().name, "MemoryError", "{source}");
    }
}

#[test]
fn answers_that_a_script_lets_go_of_count_no_more() {
    let mut job = job(
        "let last; for (let i = 0; i < 100; i++) { const answer = await pm.sendRequest('http://h'); if (answer.headers.count() + answer.text().length > 1e6) last = answer; } console.log(last.text().length);",
    );
    small_memory(&mut job);
    job.send = Some(Arc::new(Large::default()));
    let report = run_job(job);
    assert_eq!(report.errors, []);
    assert_eq!(texts(report), ["1048576"]);
}

/// A port whose every answer has a megabyte; it knows how many were asked for at once, and answers nobody before there were so
/// many.
#[derive(Clone, Default)]
struct Large {
    now: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    wanted: usize,
}

impl SendPort for Large {
    fn send(&self, _: Request) -> BoxFuture<Result<ScriptResponse, Refused>> {
        let port = self.clone();
        Box::pin(async move {
            let now = port.now.fetch_add(1, Ordering::SeqCst) + 1;
            port.most.fetch_max(now, Ordering::SeqCst);
            let begun = Instant::now();
            while port.most.load(Ordering::SeqCst) < port.wanted && begun.elapsed() < Duration::from_mins(1) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            // One too many would come meanwhile.
            tokio::time::sleep(Duration::from_millis(2)).await;
            port.now.fetch_sub(1, Ordering::SeqCst);
            Ok(answer(200, "OK", &"x".repeat(1024 * 1024)))
        })
    }
}

#[test]
fn requests_of_a_script_wait_for_their_turn() {
    let port = Large {
        wanted: 16,
        ..Large::default()
    };
    let mut job =
        job("for (let i = 0; i < 60; i++) pm.sendRequest('http://h/' + i, (e, r) => console.log(e, r.code));");
    job.send = Some(Arc::new(port.clone()));
    assert_eq!(texts(run_job(job)), vec!["null 200"; 60]);
    assert_eq!(port.most.load(Ordering::SeqCst), 16);
}

#[test]
fn deep_recursion_is_an_error_like_any_other() {
    let report = run("function f() { return f() + 1; } pm.test('deep', () => f()); const g = () => [g()]; g();");
    assert_eq!(tests_of(&report), ["deep: Maximum call stack size exceeded"]);
    assert_eq!(report.errors[0].message, "Maximum call stack size exceeded");
    assert_eq!(report.errors[0].name, "RangeError");
    let report = run("let a = []; for (let i = 0; i < 1e5; i++) a = [a]; JSON.stringify(a);");
    assert_eq!(report.errors.len(), 1);
    let report = run("let a = []; for (let i = 0; i < 1e5; i++) a = [a]; console.log(a); pm.expect(a).to.eql(1);");
    assert_eq!(report.errors.len(), 1);
}

#[test]
fn a_script_is_cancelled_from_outside() {
    for source in [
        "while (true);",
        "setInterval(() => {}, 1000);",
        "await new Promise(() => setTimeout(() => {}, 1e9));",
    ] {
        let mut job = job(source);
        let cancel = job.cancel.clone();
        job.limits.busy = Duration::from_mins(10);
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            cancel.cancel();
        });
        let report = run_job(job);
        assert_eq!(report.errors[0].name, "CancelledError", "{source}");
    }
}

#[test]
fn a_built_in_call_that_never_ends_is_left_behind() {
    // One native call that does not look at the watch: the thread is left, and ends some seconds later.
    let error = stopped("new Array(3e7).join('x');", small_memory_and_time);
    assert_eq!(error.name, "TimeoutError", "{error:?}");
}

fn small_memory_and_time(job: &mut ScriptJob) {
    small_memory(job);
    job.limits.busy = Duration::from_millis(20);
}

#[test]
fn a_dropped_future_stops_its_script() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let engine = Engine::new();
        let endless = tokio::time::timeout(Duration::from_millis(50), engine.run(job("while (true);")));
        assert!(endless.await.is_err());
        assert_eq!(texts(engine.run(job("console.log('alive')")).await), ["alive"]);
    });
}
