//! Filters at work: one thread that keeps the parsed body from one key to the next, and tells what comes of the newest text.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::Builder;
use std::time::Duration;

use crate::filter::{FilterError, Limits, Session, Stop};
use crate::model::Payload;
use crate::tui::comparing;
use crate::tui::event::Event;
use crate::tui::filtering::{Job, News};

/// Who types on within this time is not answered in between.
const DEBOUNCE: Duration = Duration::from_millis(60);
/// Threads that may be left behind with a filter that heeds nobody: XPath and `JSONPath` cannot be broken off.
const MOST_LEFT: usize = 3;

/// Who filters.
pub struct Filters {
    queue: Sender<Event>,
    /// The name of the newest text; another one is not wanted any more.
    newest: Arc<AtomicU64>,
    worker: Option<Worker>,
    /// As many as there are threads, and one.
    alive: Arc<()>,
}

struct Worker {
    jobs: Sender<(u64, Job)>,
    /// Whether it has a filter to run that it cannot be called from.
    busy: Arc<AtomicBool>,
}

impl Filters {
    /// Nothing is filtered yet; what becomes of it is told there.
    pub fn new(queue: Sender<Event>) -> Self {
        Self {
            queue,
            newest: Arc::default(),
            worker: None,
            alive: Arc::default(),
        }
    }

    /// Filters a body; an older text is not wanted any more.
    pub fn filter(&mut self, name: u64, job: Job) {
        self.newest.store(name, Ordering::Relaxed);
        let stuck = self
            .worker
            .as_ref()
            .is_some_and(|worker| worker.busy.load(Ordering::Relaxed));
        let left = Arc::strong_count(&self.alive) - 1;
        if self.worker.is_none() || (stuck && left < MOST_LEFT) {
            self.worker = self.start();
        }
        let sent = self.worker.as_ref().map(|worker| worker.jobs.send((name, job)));
        if !matches!(sent, Some(Ok(()))) {
            self.worker = None;
            let error = FilterError::Run("the system gives no thread to filter on".to_owned());
            // Nobody listens when the program is ending.
            let _ = self.queue.send(Event::Filtered(name, News::Output(Err(error))));
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
        self.newest.store(0, Ordering::Relaxed);
        self.worker = None;
    }

    fn start(&self) -> Option<Worker> {
        let (jobs, next) = channel();
        let busy = Arc::new(AtomicBool::new(false));
        let (queue, newest) = (self.queue.clone(), Arc::clone(&self.newest));
        let (own, alive) = (Arc::clone(&busy), Arc::clone(&self.alive));
        let thread = Builder::new().name("filter".to_owned()).stack_size(Session::STACK);
        let started = thread.spawn(move || {
            work(&next, &queue, &newest, &own);
            drop(alive);
        });
        started.is_ok().then_some(Worker { jobs, busy })
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
        let known = kept
            .take()
            .filter(|(body, media_type, _)| body.is_same(&job.body) && *media_type == job.media_type);
        let (body, media_type, mut session) = known.unwrap_or_else(|| {
            let session = Session::new(job.body.clone(), &job.media_type, Limits::default());
            (job.body.clone(), job.media_type.clone(), session)
        });
        let current = Arc::clone(newest);
        let stop = Stop::when(move || current.load(Ordering::Relaxed) != name);
        let tell = |news| {
            // Nobody listens when the program is ending.
            let _ = queue.send(Event::Filtered(name, news));
        };
        busy.store(!session.heeds(&job.text), Ordering::Relaxed);
        let output = (!job.text.trim().is_empty()).then(|| session.run(&job.text, &stop));
        busy.store(false, Ordering::Relaxed);
        match output {
            None | Some(Err(FilterError::Cancelled)) => {}
            Some(output) => tell(News::Output(output)),
        }
        if job.completes && !stop.asked() {
            tell(News::Keys(session.complete(&job.text, &stop).unwrap_or_default()));
        }
        kept = Some((body, media_type, session));
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use super::*;

    fn job(text: &str) -> Job {
        Job {
            body: Payload::from(r#"{"name":"a","next":[1,2]}"#),
            media_type: "application/json".to_owned(),
            text: text.to_owned(),
            completes: true,
        }
    }

    #[test]
    fn the_newest_text_is_answered_and_an_endless_one_is_given_up() {
        let (queue, news) = channel();
        let mut filters = Filters::new(queue);
        filters.filter(1, job("def f: f; f"));
        // It has begun, or is given up before it begins: both are to be gone without a word.
        std::thread::sleep(DEBOUNCE * 2);
        filters.filter(2, job(".next[]"));
        let Event::Filtered(2, News::Output(Ok(output))) = news.recv().unwrap() else {
            panic!("an output")
        };
        assert_eq!((&*output.bytes, output.count), (&b"1\n2\n"[..], 2));
        assert!(matches!(news.recv().unwrap(), Event::Filtered(2, News::Keys(keys)) if keys.texts.is_empty()));
        filters.filter(3, job(".n"));
        assert!(matches!(news.recv().unwrap(), Event::Filtered(3, News::Output(Ok(_)))));
        let Event::Filtered(3, News::Keys(keys)) = news.recv().unwrap() else {
            panic!("keys")
        };
        assert_eq!(keys.texts, ["name", "next"]);
        filters.stop();
        drop(filters);
        assert!(news.recv().is_err(), "the thread ends");
    }
}
