//! The thread's other end: what tests wait for, and what is so when the thread is gone.

use super::*;

impl FileWorker {
    /// Waits until everything asked for so far is done and told.
    pub fn settle(&self) {
        let (answer, done) = channel();
        self.give(Job::Mark(answer));
        // A thread that died does nothing more, either.
        let _ = done.recv();
    }

    /// The same once these files were looked at.
    pub fn look(&self, paths: Vec<PathBuf>) {
        self.give(Job::Changed(paths));
        self.settle();
    }
}

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
