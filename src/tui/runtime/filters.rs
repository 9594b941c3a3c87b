//! Filters at work: one thread that keeps the parsed body from one key to the next, and tells what comes of the newest text.

mod thread;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use crate::filter::{FilterError, Session};
use crate::tui::comparing;
use crate::tui::event::Event;
use crate::tui::filtering::{Job, News};
use crate::tui::giving::{self, To};
use crate::tui::picturing;

use thread::Desk;

/// Who filters.
pub struct Filters {
    queue: Sender<Event>,
    /// The name of the newest text; another one is not wanted any more.
    newest: Arc<AtomicU64>,
    /// What lies on it is done by the thread that is there, if any.
    desk: Arc<Desk>,
    worker: Option<JoinHandle<()>>,
    /// Whose turn it is to decode a picture, or to make a body into text: both may take memory by the hundred megabytes.
    turn: Arc<Mutex<()>>,
    /// Whose turn it is to make one for the terminal: who drags the edge of its pane asks for many, and wants the last one.
    /// Apart from the other, which may wait for bytes.
    sharpening: Arc<Mutex<()>>,
    /// The names of the bodies that were asked for last: for the clipboard, for a program.
    given: [Arc<AtomicU64>; 2],
}

impl Filters {
    /// Nothing is filtered yet; what becomes of it is told there.
    pub fn new(queue: Sender<Event>) -> Self {
        Self {
            queue,
            newest: Arc::default(),
            desk: Arc::default(),
            worker: None,
            turn: Arc::default(),
            sharpening: Arc::default(),
            given: Default::default(),
        }
    }

    /// Filters a body; an older text is not wanted any more.
    pub fn filter(&mut self, name: u64, job: Job) {
        self.newest.store(name, Ordering::SeqCst);
        self.desk.put(Some((name, job)));
        // One that has ended left what lies there: another one may do better.
        if self.worker.as_ref().is_some_and(|worker| !worker.is_finished()) {
            return;
        }
        let (desk, queue, newest) = (Arc::clone(&self.desk), self.queue.clone(), Arc::clone(&self.newest));
        let thread = Builder::new().name("filters".to_owned());
        match thread.spawn(move || thread::oversee(&desk, &queue, &newest)) {
            Ok(worker) => self.worker = Some(worker),
            Err(error) => {
                let words = format!("the system gives no thread to filter on: {error}");
                // Nobody listens when the program is ending.
                let _ = self
                    .queue
                    .send(Event::Filtered(name, News::Output(Err(FilterError::Run(words)))));
            }
        }
    }

    /// Compares two bodies.
    pub fn compare(&self, name: u64, job: comparing::Job) {
        let queue = self.queue.clone();
        let thread = Builder::new().name("compare".to_owned()).stack_size(Session::STACK);
        let started = thread.spawn(move || {
            // Nobody listens when the program is ending.
            let _ = queue.send(Event::Compared(name, job.run().map(Box::new)));
        });
        if started.is_err() {
            let words = "the system gives no thread to compare on".to_owned();
            let _ = self.queue.send(Event::Compared(name, Err(words)));
        }
    }

    /// Makes a picture as the terminal shows it; if there is no thread for that, it stays as it is.
    pub fn sharpen(&self, name: u64, job: picturing::Sharpening) {
        let (queue, turn) = (self.queue.clone(), Arc::clone(&self.sharpening));
        let _spawned = Builder::new().name("sharpen".to_owned()).spawn(move || {
            // Whoever broke off in it left nothing behind.
            let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(sharp) = job.run() {
                // Nobody listens when the program is ending.
                let _ = queue.send(Event::Sharpened(name, sharp));
            }
        });
    }

    /// Decodes a picture, after those before it: each may take memory by the hundred megabytes.
    pub fn picture(&self, name: u64, job: picturing::Job) {
        let (queue, turn) = (self.queue.clone(), Arc::clone(&self.turn));
        let started = Builder::new().name("picture".to_owned()).spawn(move || {
            // Whoever broke off in it left nothing behind.
            let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(picture) = job.run() {
                // Nobody listens when the program is ending.
                let _ = queue.send(Event::Pictured(name, picture));
            }
        });
        if started.is_err() {
            let words = "the system gives no thread to decode it on".to_owned();
            let _ = self.queue.send(Event::Pictured(name, Err(words)));
        }
    }

    /// Makes a body into text; who asks for another one for the same end does not want it any more.
    pub fn give(&self, job: giving::Job) {
        let [clipboard, program] = &self.given;
        let given = match job.to {
            To::Clipboard(_) => Arc::clone(clipboard),
            To::Program(_) => Arc::clone(program),
        };
        let name = given.fetch_add(1, Ordering::SeqCst) + 1;
        let (queue, turn) = (self.queue.clone(), Arc::clone(&self.turn));
        let to = job.to.clone();
        let started = Builder::new().name("give".to_owned()).spawn(move || {
            let wanted = || given.load(Ordering::SeqCst) == name;
            // Whoever broke off in it left nothing behind.
            let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((to, text)) = wanted().then(|| job.run()).filter(|_| wanted()) {
                // Nobody listens when the program is ending.
                let _ = queue.send(Event::Given(to, text));
            }
        });
        if started.is_err() {
            let words = "the system gives no thread to read the body on".to_owned();
            let _ = self.queue.send(Event::Given(to, Err(words)));
        }
    }

    /// Stops, and forgets the parsed body; the memory it took is the system's again.
    pub fn stop(&mut self) {
        self.newest.store(0, Ordering::SeqCst);
        self.desk.put(None);
    }
}

impl Drop for Filters {
    fn drop(&mut self) {
        self.newest.store(0, Ordering::SeqCst);
        self.desk.close();
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
    use std::time::{Duration, Instant};

    use super::thread::DEBOUNCE;
    use super::*;
    use crate::http::{Keeper, Keeping};
    use crate::model::{Redactor, Secret};
    use crate::tui::widgets::body::Source;

    fn job(text: &str) -> Job {
        Job {
            body: Source::from(r#"{"name":"a","next":[1,2]}"#),
            media_type: "application/json".to_owned(),
            text: text.to_owned(),
            completes: true,
            redactor: Redactor::default(),
        }
    }

    fn xml() -> Job {
        Job {
            body: Source::from("<a/>"),
            media_type: "application/xml".to_owned(),
            text: "count(//a)".to_owned(),
            completes: false,
            redactor: Redactor::default(),
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
    fn one_body_after_another_is_filtered_and_forgotten() {
        let (queue, news) = channel();
        let mut filters = Filters::new(queue);
        for name in 1..20 {
            let body = Source::from(format!("{{\"n\":{name}}}"));
            let kept = body.text();
            let job = Job {
                body,
                completes: false,
                ..job(".n")
            };
            filters.filter(name, job);
            loop {
                match next(&news) {
                    Event::Filtered(own, News::Output(Ok(output))) if own == name => {
                        break assert_eq!(*output.bytes, *name.to_string().as_bytes());
                    }
                    Event::Filtered(101.., _) => {}
                    other => panic!("{other:?}"),
                }
            }
            match name % 3 {
                0 => filters.stop(),
                // What went wrong leaves nothing behind, and the next one is answered all the same.
                1 => filters.filter(
                    name + 100,
                    Job {
                        body: Source::from("[1,"),
                        ..xml()
                    },
                ),
                _ => continue,
            }
            let since = Instant::now();
            while Arc::strong_count(&kept) > 1 {
                assert!(since.elapsed() < PATIENCE, "body {name} is not forgotten");
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        drop(filters);
        // What was told of texts that nobody waited for.
        while news.recv_timeout(PATIENCE).is_ok() {}
        assert!(has_ended(&news), "the thread ends");
    }

    #[test]
    fn one_thread_goes_on_from_any_filter_to_the_next() {
        let (queue, news) = channel();
        let mut filters = Filters::new(queue);
        // Each of them has a way to go that no test has the time for.
        let wide = |text: &str| Job {
            body: Source::from(format!("<r>{}</r>", "<a><b/></a>".repeat(20_000))),
            text: text.to_owned(),
            ..xml()
        };
        let deep = Job {
            body: Source::from(format!("[{}1]", "[1,2],".repeat(20_000))),
            ..job("$[?count($..*) == count($[*]..*)] [?@ == $[-1]]")
        };
        let jobs = [
            wide("count(//*[following::c = //b])"),
            wide("//b/preceding::c | //c"),
            deep,
            job(".name"),
        ];
        for (name, job) in (1..).zip(jobs) {
            filters.filter(name, job);
            std::thread::sleep(DEBOUNCE * 3);
        }
        assert!(matches!(next(&news), Event::Filtered(4, News::Output(Ok(_)))));
        filters.stop();
        drop(filters);
        while let Ok(event) = news.recv_timeout(PATIENCE) {
            assert!(matches!(event, Event::Filtered(4, News::Keys(_))));
        }
        assert!(has_ended(&news), "the thread ends");
    }

    #[test]
    fn pieces_of_secrets_that_a_filter_cuts_out_are_told_before_they_are_shown() {
        const SECRET: &str = "Tok-4eC39HqLyjWDarj-T1zdp7dcABCDEFGH";
        let (queue, news) = channel();
        let mut filters = Filters::new(queue);
        for (name, text, piece) in [
            (1, ".t[0:20]", &SECRET[..20]),
            (2, ".t[5:]", &SECRET[5..]),
            (3, "$.t", ""),
            (4, ".t[2:12] | length", ""),
        ] {
            let job = Job {
                body: Source::from(format!("{{\"t\":\"{SECRET}\"}}")),
                completes: false,
                redactor: Redactor::new([Secret::new(SECRET)]),
                ..job(text)
            };
            filters.filter(name, job);
            let first = next(&news);
            if piece.is_empty() {
                assert!(
                    matches!(&first, Event::Filtered(own, News::Output(Ok(_))) if *own == name),
                    "{first:?}"
                );
                continue;
            }
            let is_told = matches!(&first, Event::Filtered(_, News::Pieces(own)) if *own == [Secret::new(piece)]);
            assert!(is_told, "{text}: {first:?}");
            assert!(matches!(next(&news), Event::Filtered(_, News::Output(Ok(_)))));
        }
    }

    #[test]
    fn values_are_filtered_as_they_come() {
        let (queue, news) = channel();
        let mut filters = Filters::new(queue);
        let mut keeper = Keeper::new(Keeping::default());
        keeper.push(b"{\"n\":1}\n{\"n\":2}\n{\"n\":3").unwrap();
        let job = Job {
            body: Source::new(keeper.payload()),
            ..job(".n")
        };
        filters.filter(1, job);
        let seen = next(&news);
        assert!(
            matches!(&seen, Event::Filtered(1, News::SoFar(output)) if &*output.bytes == b"1\n2\n"),
            "{seen:?}"
        );
        keeper.push(b"0}\n").unwrap();
        loop {
            match next(&news) {
                Event::Filtered(1, News::Keys(_)) => {}
                Event::Filtered(1, News::SoFar(output)) => break assert_eq!(&*output.bytes, b"1\n2\n30\n"),
                other => panic!("{other:?}"),
            }
        }
        drop(keeper);
        let seen = next(&news);
        assert!(
            matches!(&seen, Event::Filtered(1, News::Output(Ok(output))) if output.count == 3),
            "{seen:?}"
        );
    }

    #[test]
    fn what_waits_for_another_value_is_not_told_that_there_is_none() {
        let (queue, news) = channel();
        let mut filters = Filters::new(queue);
        let mut keeper = Keeper::new(Keeping::default());
        keeper.push(b"1\n2\n3\n").unwrap();
        let job = Job {
            body: Source::new(keeper.payload()),
            completes: false,
            ..job("[., input]")
        };
        filters.filter(1, job);
        let seen = next(&news);
        assert!(
            matches!(&seen, Event::Filtered(1, News::SoFar(output)) if &*output.bytes == b"[1,2]"),
            "{seen:?}"
        );
        drop(keeper);
        let seen = next(&news);
        assert!(
            matches!(&seen, Event::Filtered(1, News::Output(Err(FilterError::Run(words)))) if words.contains("no more values")),
            "{seen:?}"
        );
    }

    #[test]
    fn a_copy_is_given_up_for_another_one_and_not_for_what_goes_to_a_program() {
        let (queue, news) = channel();
        let filters = Filters::new(queue);
        // Nobody begins before all of it is asked for.
        let turn = filters.turn.lock().unwrap();
        let copy = |what: &str| To::Clipboard(what.to_owned());
        for (text, to) in [("a", copy("a")), ("b", copy("b")), ("c", To::Program("txt"))] {
            let body = giving::Whole::Text(Source::from(text));
            filters.give(giving::Job { body, to, hidden: None });
        }
        drop(turn);
        drop(filters);
        let mut given: Vec<String> = news
            .iter()
            .map(|event| match event {
                Event::Given(_, text) => text.unwrap(),
                other => panic!("{other:?}"),
            })
            .collect();
        given.sort_unstable();
        assert_eq!(given, ["b", "c"]);
    }

    #[test]
    fn elements_are_laid_out() {
        let (queue, news) = channel();
        let mut filters = Filters::new(queue);
        let job = Job {
            body: Source::from("<a xmlns:p='u'><p:b><c/></p:b></a>"),
            text: "/a".to_owned(),
            ..xml()
        };
        filters.filter(1, job);
        let Event::Filtered(1, News::Output(Ok(output))) = next(&news) else {
            panic!("an output")
        };
        let text = String::from_utf8_lossy(&output.bytes).into_owned();
        assert_eq!(text, "<a xmlns:p=\"u\">\n  <p:b>\n    <c/>\n  </p:b>\n</a>");
    }

    #[test]
    fn a_filter_that_is_not_wanted_any_more_is_not_begun() {
        let (queue, news) = channel();
        let mut filters = Filters::new(queue);
        filters.filter(1, xml());
        filters.stop();
        drop(filters);
        assert!(has_ended(&news), "without a word");
    }
}
