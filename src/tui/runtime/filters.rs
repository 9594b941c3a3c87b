//! Filters at work: one thread that keeps the parsed body from one key to the next, and tells what comes of the newest text.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SendError, Sender, channel};
use std::thread::Builder;
use std::time::Duration;

use crate::filter::{FilterError, Limits, Session, Stop};
use crate::model::Payload;
use crate::tui::comparing;
use crate::tui::event::Event;
use crate::tui::filtering::{Job, News};

/// Who types on within this time is not answered in between.
const DEBOUNCE: Duration = Duration::from_millis(60);
/// Threads that may be left behind with a filter that heeds nobody: XPath cannot be broken off.
const MOST_LEFT: usize = 3;

/// Who filters.
pub struct Filters {
    queue: Sender<Event>,
    /// The name of the newest text; another one is not wanted any more.
    newest: Arc<AtomicU64>,
    worker: Option<Worker>,
    /// Whether those that were left behind are still at it.
    left: Vec<Arc<AtomicBool>>,
}

struct Worker {
    jobs: Sender<(u64, Job)>,
    /// Whether it has a filter to run that it cannot be called from.
    busy: Arc<AtomicBool>,
}

impl Worker {
    fn is_stuck(&self) -> bool {
        self.busy.load(Ordering::SeqCst)
    }
}

impl Filters {
    /// Nothing is filtered yet; what becomes of it is told there.
    pub fn new(queue: Sender<Event>) -> Self {
        Self {
            queue,
            newest: Arc::default(),
            worker: None,
            left: Vec::new(),
        }
    }

    /// Filters a body; an older text is not wanted any more.
    pub fn filter(&mut self, name: u64, job: Job) {
        self.newest.store(name, Ordering::SeqCst);
        if self.worker.as_ref().is_some_and(Worker::is_stuck) {
            self.leave();
        }
        let words = match self.hand_over(name, job) {
            Ok(()) => return,
            Err(words) => words,
        };
        // Nobody listens when the program is ending.
        let _ = self
            .queue
            .send(Event::Filtered(name, News::Output(Err(FilterError::Run(words)))));
    }

    /// Hands the work to the thread that is there, or to another one.
    fn hand_over(&mut self, name: u64, job: Job) -> Result<(), String> {
        let mut work = (name, job);
        if let Some(worker) = &self.worker {
            match worker.jobs.send(work) {
                Ok(()) => return Ok(()),
                // It has ended: another one may do better.
                Err(SendError(back)) => work = back,
            }
        }
        self.leave();
        self.left.retain(|busy| busy.load(Ordering::SeqCst));
        if self.left.len() >= MOST_LEFT {
            return Err(format!(
                "{MOST_LEFT} filters are stuck in bodies too large for them: wait for one to end"
            ));
        }
        let worker = self
            .start()
            .map_err(|error| format!("the system gives no thread to filter on: {error}"))?;
        let sent = worker.jobs.send(work);
        self.worker = Some(worker);
        sent.map_err(|_| "the thread that filters ended at once".to_owned())
    }

    /// Leaves the thread there is: it ends by itself, at once or with what it is stuck in.
    fn leave(&mut self) {
        if let Some(worker) = self.worker.take()
            && worker.is_stuck()
        {
            self.left.push(worker.busy);
        }
    }

    /// Compares two bodies.
    pub fn compare(&self, name: u64, job: comparing::Job) {
        let queue = self.queue.clone();
        let thread = Builder::new().name("compare".to_owned()).stack_size(Session::STACK);
        let started = thread.spawn(move || {
            // Nobody listens when the program is ending.
            let _ = queue.send(Event::Compared(name, job.run()));
        });
        if started.is_err() {
            let words = "the system gives no thread to compare on".to_owned();
            let _ = self.queue.send(Event::Compared(name, Err(words)));
        }
    }

    /// Stops, and forgets the parsed body.
    pub fn stop(&mut self) {
        self.newest.store(0, Ordering::SeqCst);
        self.leave();
    }

    fn start(&self) -> io::Result<Worker> {
        let (jobs, next) = channel();
        let busy = Arc::new(AtomicBool::new(false));
        let (queue, newest) = (self.queue.clone(), Arc::clone(&self.newest));
        let own = Arc::clone(&busy);
        let thread = Builder::new().name("filter".to_owned()).stack_size(Session::STACK);
        thread.spawn(move || work(&next, &queue, &newest, &own))?;
        Ok(Worker { jobs, busy })
    }
}

impl Drop for Filters {
    fn drop(&mut self) {
        self.stop();
    }
}

fn work(jobs: &Receiver<(u64, Job)>, queue: &Sender<Event>, newest: &Arc<AtomicU64>, busy: &AtomicBool) {
    let mut kept: Option<(Payload, String, Session)> = None;
    while let Ok(first) = jobs.recv() {
        let (mut name, mut job) = first;
        while let Ok(next) = jobs.recv_timeout(DEBOUNCE) {
            (name, job) = next;
        }
        let current = Arc::clone(newest);
        let stop = Stop::when(move || current.load(Ordering::SeqCst) != name);
        let tell = |news| {
            // Nobody listens when the program is ending.
            let _ = queue.send(Event::Filtered(name, news));
        };
        let known = kept
            .take()
            .filter(|(body, media_type, _)| body.is_same(&job.body) && *media_type == job.media_type);
        let (body, media_type, mut session) = known.unwrap_or_else(|| {
            let session = Session::new(job.body.clone(), &job.media_type, Limits::default());
            (job.body.clone(), job.media_type.clone(), session)
        });
        // First the flag, then the look: whoever does not want it any more sees the one, or is seen by the other.
        busy.store(!session.heeds(&job.text), Ordering::SeqCst);
        let done = catch_unwind(AssertUnwindSafe(|| {
            if stop.asked() {
                busy.store(false, Ordering::SeqCst);
            } else {
                filter(&mut session, &job, &stop, busy, &tell);
            }
            session
        }));
        if let Ok(session) = done {
            kept = Some((body, media_type, session));
        } else {
            busy.store(false, Ordering::SeqCst);
            let words = "the filter broke off by a defect of postrider: please report the filter".to_owned();
            tell(News::Output(Err(FilterError::Run(words))));
        }
    }
}

fn filter(session: &mut Session, job: &Job, stop: &Stop, busy: &AtomicBool, tell: &dyn Fn(News)) {
    let output = (!job.text.trim().is_empty()).then(|| session.run(&job.text, stop));
    busy.store(false, Ordering::SeqCst);
    match output {
        None | Some(Err(FilterError::Cancelled)) => {}
        Some(output) => tell(News::Output(output)),
    }
    if job.completes && !stop.asked() {
        tell(News::Keys(session.complete(&job.text, stop).unwrap_or_default()));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::sync::mpsc::RecvTimeoutError;

    use super::*;

    fn job(text: &str) -> Job {
        Job {
            body: Payload::from(r#"{"name":"a","next":[1,2]}"#),
            media_type: "application/json".to_owned(),
            text: text.to_owned(),
            completes: true,
        }
    }

    /// A filter that heeds nobody.
    fn markup() -> Job {
        Job {
            body: Payload::from("<a/>"),
            media_type: "application/xml".to_owned(),
            text: "count(//a)".to_owned(),
            completes: false,
        }
    }

    /// So long a thread may be silent before the test gives it up.
    const PATIENCE: Duration = Duration::from_mins(1);

    fn next(news: &Receiver<Event>) -> Event {
        news.recv_timeout(PATIENCE).unwrap()
    }

    /// Whether the thread ends and has said nothing more.
    fn has_ended(news: &Receiver<Event>) -> bool {
        matches!(news.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected))
    }

    #[test]
    fn the_newest_text_is_answered_and_an_endless_one_is_given_up() {
        let (queue, news) = channel();
        let mut filters = Filters::new(queue);
        filters.filter(1, job("def f: f; f"));
        // It has begun, or is given up before it begins: both are to be gone without a word.
        std::thread::sleep(DEBOUNCE * 2);
        filters.filter(2, job(".next[]"));
        let Event::Filtered(2, News::Output(Ok(output))) = next(&news) else {
            panic!("an output")
        };
        assert_eq!((&*output.bytes, output.count), (&b"1\n2\n"[..], 2));
        assert!(matches!(next(&news), Event::Filtered(2, News::Keys(keys)) if keys.texts.is_empty()));
        filters.filter(3, job(".n"));
        assert!(matches!(next(&news), Event::Filtered(3, News::Output(Ok(_)))));
        let Event::Filtered(3, News::Keys(keys)) = next(&news) else {
            panic!("keys")
        };
        assert_eq!(keys.texts, ["name", "next"]);
        filters.stop();
        drop(filters);
        assert!(has_ended(&news), "the thread ends");
    }

    #[test]
    fn no_more_threads_are_left_behind_than_may_be_and_it_is_said() {
        let (queue, news) = channel();
        let mut filters = Filters::new(queue);
        let mut left = Vec::new();
        for name in 1..=3 {
            filters.filter(name, markup());
            assert!(matches!(next(&news), Event::Filtered(_, News::Output(Ok(_)))));
            // As if it had not come to its end. Esc, and another one: that is no way around the bound.
            let busy = Arc::clone(&filters.worker.as_ref().unwrap().busy);
            busy.store(true, Ordering::SeqCst);
            left.push(busy);
            if name != 2 {
                filters.stop();
            }
        }
        filters.filter(4, markup());
        let Event::Filtered(4, News::Output(Err(error))) = next(&news) else {
            panic!("an error")
        };
        assert!(error.to_string().starts_with("3 filters are stuck"), "{error}");
        left[1].store(false, Ordering::SeqCst);
        filters.filter(5, markup());
        assert!(matches!(next(&news), Event::Filtered(5, News::Output(Ok(_)))));
    }

    #[test]
    fn a_filter_that_is_not_wanted_any_more_is_not_begun() {
        let (queue, news) = channel();
        let mut filters = Filters::new(queue);
        // One that goes on to its end once it is begun, and tells what came of it.
        assert!(!Session::new(markup().body, &markup().media_type, Limits::default()).heeds(&markup().text));
        filters.filter(1, markup());
        filters.stop();
        drop(filters);
        assert!(has_ended(&news), "without a word");
    }
}
