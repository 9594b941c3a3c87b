//! The thread's other end, when the thread is gone.

use super::*;

#[test]
fn nobody_counts_on_drafts_once_the_thread_is_gone() {
    let (jobs, gone) = channel();
    drop(gone);
    let (queue, inbox) = channel();
    let worker = FileWorker {
        jobs,
        queue,
        thread: None,
    };
    worker.keep(LocalJob::Draft("api/one".into(), None));
    let mut harness = Harness::new(120, 40);
    for event in inbox.try_iter() {
        harness.event(event);
    }
    assert!(harness.state.shared.forgetful);
    harness.press("j<enter>3<enter>x<ctrl-q>");
    assert!(
        harness.screen().contains("Drafts cannot be kept"),
        "{}",
        harness.screen()
    );
}
