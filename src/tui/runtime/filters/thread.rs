//! The threads that filter.
//!
//! ```text
//! the screen ─ Desk::put ─▶ oversee ─ next ─▶ filter_body: the parsed body, and all that is made of it
//!                              ▲                  │
//!                              └─ copies news ◀───┘ and the original is dropped where it was made
//! ```
//!
//! An allocator has one heap a thread, and gives its memory back from the end: a few bytes that live on at the end of a
//! gigabyte keep all of it. So a body has a thread of its own, which ends with it, and nothing that was made on that thread
//! outlives it: what it tells is copied by the other one. That is also why it is told on a desk that is there before: what a
//! channel allocates belongs to the one who sends.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::filter::{FilterError, Filtered, Form, Limits, Session, Stop};
use crate::model::{Redactor, Secret};
use crate::tui::event::Event;
use crate::tui::filtering::{Job, News};
use crate::tui::widgets::body::{Kind, Source, markup};

/// Who types on within this time is not answered in between.
pub(super) const DEBOUNCE: Duration = Duration::from_millis(60);

/// As long as the body arrives, it is filtered no more often than this.
const PAUSE: Duration = Duration::from_millis(250);

/// So long at least is between two looks at how much there is.
const MOMENT: Duration = Duration::from_millis(5);

/// So long at least is between two words of how much is read.
const TELLS: Duration = Duration::from_millis(100);

/// So much of an output is looked through for pieces of secrets, in bytes. What stands behind that is shown as it is, as are
/// pieces beyond the first hundred: see [`Redactor::pieces`].
const MOST_LOOKED_AT: usize = 4 * 1024 * 1024;

/// What is to be filtered, by its name; `None` if what was parsed is to be forgotten.
type Work = Option<(u64, Job)>;

/// What lies between the threads.
#[derive(Default)]
pub(super) struct Desk {
    papers: Mutex<Papers>,
    /// Rung whenever one of them is another.
    bell: Condvar,
    /// What the thread of the body tells. Apart from the rest, which nobody may wait for while it is copied.
    news: Mutex<Option<(u64, News)>>,
}

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is told by one thread and asked for by the other"
)]
#[derive(Default)]
struct Papers {
    /// What is wanted last.
    work: Option<Work>,
    /// Nobody wants anything any more.
    closed: bool,
    /// For the thread of the body: what it is to do next, and whether it is to end.
    next: Option<(u64, Job)>,
    ends: bool,
    /// From it: whether there are news that nobody has copied, and whether it has ended by itself.
    told: bool,
    over: bool,
}

impl Desk {
    fn papers(&self) -> MutexGuard<'_, Papers> {
        // Whoever broke off in it left nothing half done.
        self.papers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Papers)) {
        change(&mut self.papers());
        self.bell.notify_all();
    }

    fn wait<'d>(&self, papers: MutexGuard<'d, Papers>) -> MutexGuard<'d, Papers> {
        self.bell.wait(papers).unwrap_or_else(PoisonError::into_inner)
    }

    fn news(&self) -> MutexGuard<'_, Option<(u64, News)>> {
        self.news.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wants something else.
    pub(super) fn put(&self, work: Work) {
        self.change(|papers| papers.work = Some(work));
    }

    /// Wants nothing any more: the threads end.
    pub(super) fn close(&self) {
        self.change(|papers| papers.closed = true);
    }

    /// Tells something from the thread of the body, and drops it as soon as it is copied.
    fn tell(&self, name: u64, news: News) {
        *self.news() = Some((name, news));
        self.change(|papers| papers.told = true);
        let mut papers = self.papers();
        while papers.told && !papers.ends {
            papers = self.wait(papers);
        }
        drop(papers);
        let _dropped = self.news().take();
    }
}

/// The thread of a body.
struct Inner {
    body: Source,
    media_type: String,
    thread: JoinHandle<()>,
}

/// Hands work to the thread of its body, and on what that one tells; lives on when no body is there.
pub(super) fn oversee(desk: &Arc<Desk>, queue: &Sender<Event>, newest: &Arc<AtomicU64>) {
    let mut inner: Option<Inner> = None;
    // By the name of what is filtered last.
    let mut hidden: Option<(u64, Redactor)> = None;
    let tell = |name, news| {
        // Nobody listens when the program is ending.
        let _ = queue.send(Event::Filtered(name, news));
    };
    loop {
        let mut papers = desk.papers();
        while papers.work.is_none() && !papers.closed && !papers.told && !papers.over {
            papers = desk.wait(papers);
        }
        if papers.closed {
            drop(papers);
            return end(desk, inner.take());
        }
        if papers.told {
            drop(papers);
            let copied = desk.news().as_ref().map(|(name, news)| (*name, copy(news)));
            desk.change(|papers| papers.told = false);
            if let Some((name, news)) = copied {
                // What nobody waits for is not told: what is secret in it is known no longer.
                let Some((_, redactor)) = hidden.as_ref().filter(|(own, _)| *own == name) else {
                    continue;
                };
                let pieces = pieces(&news, redactor);
                if !pieces.is_empty() {
                    tell(name, News::Pieces(pieces));
                }
                tell(name, news);
            }
            continue;
        }
        if papers.over {
            drop(papers);
            end(desk, inner.take());
            continue;
        }
        let work = papers.work.take().flatten();
        hidden = work.as_ref().map(|(name, job)| (*name, job.redactor.clone()));
        match work {
            None => {
                drop(papers);
                end(desk, inner.take());
            }
            Some((name, job))
                if inner
                    .as_ref()
                    .is_some_and(|inner| inner.body.is_same(&job.body) && inner.media_type == job.media_type) =>
            {
                papers.next = Some((name, job));
                drop(papers);
                desk.bell.notify_all();
            }
            Some((name, job)) => {
                drop(papers);
                end(desk, inner.take());
                let (body, media_type) = (job.body.clone(), job.media_type.clone());
                desk.change(|papers| papers.next = Some((name, job)));
                let (own, newest) = (Arc::clone(desk), Arc::clone(newest));
                let thread = Builder::new().name("filter".to_owned()).stack_size(Session::STACK);
                match thread.spawn(move || filter_body(&own, &newest)) {
                    Ok(thread) => {
                        inner = Some(Inner {
                            body,
                            media_type,
                            thread,
                        });
                    }
                    Err(error) => {
                        // Nobody will take it.
                        desk.change(|papers| papers.next = None);
                        let words = format!("the system gives no thread to filter on: {error}");
                        tell(name, News::Output(Err(FilterError::Run(words))));
                    }
                }
            }
        }
    }
}

/// Ends the thread of a body, and waits for that: two of them would take the memory of two.
fn end(desk: &Desk, inner: Option<Inner>) {
    let Some(inner) = inner else { return };
    desk.change(|papers| papers.ends = true);
    // It catches what breaks off.
    let _ = inner.thread.join();
    desk.change(|papers| {
        papers.next = None;
        (papers.ends, papers.told, papers.over) = (false, false, false);
    });
}

/// The pieces of secrets in an output: where a filter cuts a text, nobody finds the secret that it was.
fn pieces(news: &News, redactor: &Redactor) -> Vec<Secret> {
    let (News::SoFar(output) | News::Output(Ok(output))) = news else {
        return Vec::new();
    };
    let bytes = &output.bytes[..output.bytes.len().min(MOST_LOOKED_AT)];
    redactor.pieces([&*String::from_utf8_lossy(bytes)])
}

/// The same news in memory of this thread.
fn copy(news: &News) -> News {
    let output = |output: &Filtered| Filtered {
        bytes: Bytes::copy_from_slice(&output.bytes),
        ..output.clone()
    };
    match news {
        News::Read(percent) => News::Read(*percent),
        News::Pieces(pieces) => News::Pieces(pieces.clone()),
        News::SoFar(found) => News::SoFar(output(found)),
        News::Output(Ok(found)) => News::Output(Ok(output(found))),
        News::Output(Err(error)) => News::Output(Err(error.clone())),
        News::Keys(keys) => News::Keys(keys.clone()),
    }
}

/// Filters one body by one text after the other, until it is to end or nothing of the body is kept.
fn filter_body(desk: &Arc<Desk>, newest: &Arc<AtomicU64>) {
    let mut kept: Option<Session> = None;
    while let Some((name, job)) = next(desk, kept.is_some()) {
        let current = Arc::clone(newest);
        let (telling, told) = (Arc::clone(desk), Mutex::new(Instant::now()));
        let stop = Stop::when(move || current.load(Ordering::SeqCst) != name).telling(move |percent| {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            // The last word holds until there is an output, which may take much longer.
            if told.elapsed() >= TELLS || percent == 100 {
                *told = Instant::now();
                telling.tell(name, News::Read(percent));
            }
        });
        let tell = |news| {
            let news = match news {
                News::Output(Ok(output)) if output.form == Form::Markup => News::Output(Ok(laid_out(output, &stop))),
                other => other,
            };
            desk.tell(name, news);
        };
        let session = kept.take();
        let mut session = session.unwrap_or_else(|| Session::of(job.body.text(), &job.media_type, Limits::default()));
        let done = catch_unwind(AssertUnwindSafe(|| {
            // It may not be wanted any more before it is begun.
            if !stop.asked() {
                filter(&mut session, &job, &stop, &tell);
            }
            session
        }));
        if let Ok(session) = done {
            kept = Some(session).filter(|session| !session.is_idle());
        } else {
            let words = "the filter broke off by a defect of postrider: please report the filter".to_owned();
            tell(News::Output(Err(FilterError::Run(words))));
        }
    }
}

/// What the thread of a body is to do next, once nobody types on; nothing if it is to end. One that keeps nothing ends when
/// it has nothing to do, as what it took may be more than it needs.
fn next(desk: &Desk, keeps: bool) -> Option<(u64, Job)> {
    let mut papers = desk.papers();
    let mut wanted = loop {
        if papers.ends {
            return None;
        }
        if let Some(next) = papers.next.take() {
            break next;
        }
        if !keeps {
            papers.over = true;
            drop(papers);
            desk.bell.notify_all();
            return None;
        }
        papers = desk.wait(papers);
    };
    let mut since = Instant::now();
    while let Some(rest) = DEBOUNCE.checked_sub(since.elapsed()) {
        let rung = desk.bell.wait_timeout(papers, rest);
        papers = rung.unwrap_or_else(PoisonError::into_inner).0;
        if papers.ends {
            return None;
        }
        if let Some(next) = papers.next.take() {
            (wanted, since) = (next, Instant::now());
        }
    }
    Some(wanted)
}

/// Lays markup out, as bodies are shown, where that is no more than a filter may put out.
fn laid_out(output: Filtered, stop: &Stop) -> Filtered {
    let text = std::str::from_utf8(&output.bytes).unwrap_or_default();
    match markup(
        None,
        Some(Kind::Xml),
        text,
        (Limits::default().output, &|| stop.asked()),
    ) {
        Some(text) => Filtered {
            bytes: text.into(),
            ..output
        },
        None => output,
    }
}

/// Filters what has come of a body, again and again until all of it has; says whether there is still something to do.
fn as_it_comes(session: &mut Session, job: &Job, stop: &Stop, tell: &dyn Fn(News)) -> bool {
    let (mut known, mut completes) = (None, job.completes);
    while session.arrives() {
        let began = Instant::now();
        session.hurry(true);
        let output = (!job.text.trim().is_empty()).then(|| session.run(&job.text, stop));
        let keys = completes.then(|| session.complete(&job.text, stop)).flatten();
        session.hurry(false);
        match output {
            Some(Err(FilterError::Cancelled)) => return false,
            Some(Ok(output)) if known.as_ref() != Some(&output.bytes) => {
                known = Some(output.bytes.clone());
                tell(News::SoFar(output));
            }
            // What is wrong with the text stays so, and all values so far may be too many; one may be wrong for the filter.
            Some(Err(error)) if error != FilterError::Early => {
                let ends = !matches!(error, FilterError::Run(_));
                tell(News::Output(Err(error)));
                if ends {
                    if job.completes {
                        tell(News::Keys(keys.unwrap_or_default()));
                    }
                    return false;
                }
            }
            _ => {}
        }
        if let Some(keys) = keys {
            completes = false;
            tell(News::Keys(keys));
        }
        // The more there is to filter, the less often.
        let pause = PAUSE.max(began.elapsed() * 4);
        let since = Instant::now();
        while session.arrives() && since.elapsed() < pause {
            if stop.asked() {
                return false;
            }
            // Text that is decoded goes on only while somebody waits for it.
            let rest = DEBOUNCE.min(pause.saturating_sub(since.elapsed()));
            let waits = Instant::now();
            session.gather(rest);
            std::thread::sleep(MOMENT.min(rest.saturating_sub(waits.elapsed())));
        }
    }
    true
}

fn filter(session: &mut Session, job: &Job, stop: &Stop, tell: &dyn Fn(News)) {
    if !as_it_comes(session, job, stop, tell) {
        return;
    }
    let output = (!job.text.trim().is_empty()).then(|| session.run(&job.text, stop));
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
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn what_comes_once_nobody_waits_is_not_told_unhidden() {
        let (queue, news) = channel();
        let desk: Arc<Desk> = Arc::default();
        let own = Arc::clone(&desk);
        let overseer = std::thread::spawn(move || oversee(&own, &queue, &Arc::default()));
        desk.tell(7, News::Output(Err(FilterError::Run("half a secret".to_owned()))));
        desk.close();
        overseer.join().unwrap();
        assert_eq!(news.iter().count(), 0);
    }
}
