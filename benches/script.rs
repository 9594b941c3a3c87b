//! How long scripts take: the first of a process (thread, runtime, prelude), and one in a warm engine.

use divan::Bencher;
use postrider::model::script::ScriptEvent;
use postrider::script::{Engine, ScriptJob};

fn main() {
    divan::main();
}

fn job() -> ScriptJob {
    let source = "pm.test('one', () => { pm.expect(1).to.equal(1); });";
    ScriptJob::new(source, "bench", ScriptEvent::PostResponse)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime without threads can always be made")
}

/// A new engine and its first script.
#[divan::bench]
fn first_script(bencher: Bencher) {
    let runtime = runtime();
    bencher.bench_local(|| runtime.block_on(async { Engine::new().run(job()).await }));
}

/// One test in an engine that has run before.
#[divan::bench]
fn warm_script(bencher: Bencher) {
    let runtime = runtime();
    let engine = Engine::new();
    runtime.block_on(engine.run(job()));
    bencher.bench_local(|| runtime.block_on(engine.run(job())));
}
