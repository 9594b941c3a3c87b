//! The thread that reads and writes: the workspace's files and the local state, in the order asked for.
//!
//! What is left of a large workspace is read first, part by part, and what is asked for meanwhile is done between the
//! parts. Only then others' changes are looked for: those since the program began come out of that first look.

mod database;
mod following;
mod writing;

use std::collections::VecDeque;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SendError, Sender, channel};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

pub use self::database::Database;
use self::writing::{TOLD_TOGETHER, in_words};
use super::bin::Bin;
use super::cookies::Cookies;
use crate::model::Filed;
use crate::store::files::{Content, Rewritten};
use crate::store::seal::SealError;
use crate::store::state::{self, StateWatcher};
use crate::store::watch::{self, Watcher};
use crate::store::{Config, Files, Loading, Place};
use crate::tui::effect::{FileJob, LocalJob};
use crate::tui::event::{Event, Saved};
use crate::tui::importing::News;
use crate::tui::shared::Level;

enum Job {
    Files(Vec<FileJob>),
    Local(LocalJob),
    Theme(PathBuf, String),
    Changed(Vec<PathBuf>),
    /// The file of the local state was written, by whomever.
    State,
    /// The cookies that others have kept are wanted, by somebody who waits for them.
    Cookies(Cookies, oneshot::Sender<()>),
    /// Everything before it is done and told.
    #[cfg(test)]
    Mark(Sender<()>),
    End,
}

/// The thread's other end.
pub struct FileWorker {
    jobs: Sender<Job>,
    queue: Sender<Event>,
    thread: Option<JoinHandle<()>>,
}

impl FileWorker {
    /// Starts the thread, which reads what is left of the workspace and then begins to watch it, if it is one.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start(
        files: Files,
        loading: Option<Loading>,
        database: Option<Database>,
        follow: bool,
        queue: Sender<Event>,
    ) -> io::Result<Self> {
        let (jobs, inbox) = channel();
        let answers = queue.clone();
        let (noticed, state_noticed) = (jobs.clone(), jobs.clone());
        let thread = std::thread::Builder::new().name("files".into()).spawn(move || {
            let asked = Arc::new(AtomicBool::new(false));
            let mut worker = Worker {
                files,
                database,
                queue,
                complained: false,
                said: false,
                bin: Bin::default(),
                asked: Arc::clone(&asked),
                written: Vec::new(),
            };
            let mut waiting = VecDeque::new();
            if let Some(loading) = loading
                && worker.load(loading, &inbox, &mut waiting) == Flow::End
            {
                return;
            }
            let watcher = follow.then(|| {
                Watcher::start(worker.files.root(), move |event| {
                    // Nobody listens when the program is ending.
                    let _ = noticed.send(Job::Changed(event.paths));
                })
            });
            let state_watcher = worker.database.as_ref().map(|database| {
                let (noticed, asked) = (state_noticed, Arc::clone(&asked));
                StateWatcher::start(&database.state, move || {
                    // One look sees all that was written before it.
                    if !asked.swap(true, Ordering::AcqRel) {
                        let _ = noticed.send(Job::State);
                    }
                })
            });
            if let Some(Err(error)) = &state_watcher {
                let text = format!("what another postrider sets will not be noticed: {error}");
                worker.say(Level::Warning, text);
            }
            if let Some(Err(error)) = &watcher {
                let text = format!("changes made outside will not be noticed until you save: {error}");
                worker.say(Level::Warning, text);
            }
            if follow {
                // Nobody was watching between reading the files and now.
                let everything = ["collections", "environments", "globals.toml"];
                worker.look(&everything.map(|name| worker.files.root().join(name)));
                worker.end_consents_of_gone();
            }
            worker.others();
            worker.run(&inbox, waiting);
        })?;
        Ok(Self {
            jobs,
            queue: answers,
            thread: Some(thread),
        })
    }

    /// Changes files of the workspace.
    pub fn change(&self, jobs: Vec<FileJob>) {
        self.give(Job::Files(jobs));
    }

    /// Changes local state.
    pub fn keep(&self, job: LocalJob) {
        self.give(Job::Local(job));
    }

    /// What takes over the cookies that others have kept.
    pub fn cookie_keeper(&self) -> impl Fn(Cookies, oneshot::Sender<()>) + Send + Sync + 'static {
        let jobs = self.jobs.clone();
        move |cookies, done| {
            // Where the thread is gone, nobody is kept waiting: what would answer is dropped.
            let _ = jobs.send(Job::Cookies(cookies, done));
        }
    }

    /// Remembers the theme in the user's settings.
    pub fn keep_theme(&self, file: PathBuf, name: String) {
        self.give(Job::Theme(file, name));
    }

    /// Waits until everything asked for is on the disk.
    pub fn finish(&mut self) {
        self.give(Job::End);
        if let Some(thread) = self.thread.take() {
            // If it panicked, the hook has said so.
            let _ = thread.join();
        }
    }

    fn give(&self, job: Job) {
        let Err(SendError(job)) = self.jobs.send(job) else {
            return;
        };
        // The thread died, and the panic hook has said so. What waits for an answer gets it, and nobody may count on drafts.
        // Nobody listens when the program is ending.
        let _ = self.queue.send(Event::Keeps(false));
        let Job::Files(jobs) = job else { return };
        for (of, _) in jobs.iter().filter_map(FileJob::written) {
            let failed = Saved::Failed {
                of: Some(of),
                what: "save it".into(),
                message: "what writes files has stopped; copy what you need and start postrider again".into(),
            };
            // Nobody listens when the program is ending.
            let _ = self.queue.send(Event::Saved(failed));
        }
    }
}

/// Whether a draft is written anew before anything but drafts and layouts happens.
fn is_superseded(job: &Job, waiting: &VecDeque<Job>) -> bool {
    let Job::Local(LocalJob::Draft(key, _)) = job else {
        return false;
    };
    waiting
        .iter()
        .map_while(|later| match later {
            Job::Local(LocalJob::Draft(key, _)) => Some(Some(key)),
            Job::Local(LocalJob::Layout(_)) => Some(None),
            _ => None,
        })
        .any(|later| later == Some(key))
}

/// Whether the thread goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flow {
    Go,
    End,
}

struct Worker {
    files: Files,
    database: Option<Database>,
    queue: Sender<Event>,
    complained: bool,
    /// Whether the user was told.
    said: bool,
    bin: Bin,
    /// A look at the local state is asked for already.
    asked: Arc<AtomicBool>,
    /// What was written and is not told of yet.
    written: Vec<Saved>,
}

impl Worker {
    /// Tells what others have changed at some paths.
    fn look(&self, paths: &[PathBuf]) {
        let changes = watch::reload(paths, &self.files);
        let whole = watch::whole(paths, &changes, &self.files);
        if !changes.is_empty() {
            self.tell(Event::Changed(changes));
        }
        // What is to be told of a file comes last: taking over its change forgets what was told before.
        if !whole.is_empty() {
            self.tell(Event::Whole(whole));
        }
    }

    /// Tells what others have set in the local state.
    fn others(&mut self) {
        let Some(database) = &mut self.database else {
            return;
        };
        // What cannot be read now is read at the next look, or when it is unlocked.
        let others = database.known.look(&database.state).unwrap_or_default();
        let taken_back = database.taken_back();
        if database.is_locked_anew() {
            self.lock_out();
        } else if database.is_open_anew() {
            self.tell(Event::Opened);
        }
        if !others.is_empty() {
            self.tell(Event::Others(others));
        }
        if !taken_back.is_empty() {
            self.tell(Event::TakenBack(taken_back));
        }
    }

    /// Tells the screen that all is locked.
    fn lock_out(&mut self) {
        if let Some(database) = &mut self.database {
            database.locked = true;
        }
        self.tell(Event::Locked);
    }

    /// Tells whether anything is locked, as the key's file has it now.
    fn look_at_lock(&mut self) {
        match &mut self.database {
            Some(database) if database.is_locked_anew() => self.lock_out(),
            Some(database) if database.is_open_anew() => self.tell(Event::Opened),
            Some(database) if database.locked => {}
            _ => self.tell(Event::NotLocked),
        }
    }

    /// Ends what collections may that are gone. The screen waits for none of it: a write may have to wait for another
    /// postrider, and what has no folder asks for nothing.
    fn end_consents_of_gone(&mut self) {
        let collections = self.files.root().join("collections");
        if let Some(database) = &mut self.database
            && let Err(error) = database.state.end_consents_of_gone(&collections)
        {
            let text = format!("what collections might that are gone is not taken back yet: {error}");
            self.say(Level::Warning, text);
        }
    }

    fn look_at(&self, place: &Place) {
        if let Ok(path) = self.files.own_path(place) {
            self.look(&[path]);
        }
    }

    /// Reads the rest of the workspace, and does between its parts what is asked for.
    fn load(&mut self, mut loading: Loading, inbox: &Receiver<Job>, waiting: &mut VecDeque<Job>) -> Flow {
        while let Some(part) = loading.next_part() {
            self.tell(Event::Loaded(part, loading.left()));
            waiting.extend(inbox.try_iter());
            while let Some(job) = waiting.pop_front() {
                if self.work(job, waiting) == Flow::End {
                    return Flow::End;
                }
            }
        }
        Flow::Go
    }

    fn run(mut self, inbox: &Receiver<Job>, mut waiting: VecDeque<Job>) {
        loop {
            if waiting.is_empty() {
                let Ok(job) = inbox.recv() else { return };
                waiting.push_back(job);
            }
            // While one draft of 10 MB is being written, the next ones come.
            waiting.extend(inbox.try_iter());
            if let Some(job) = waiting.pop_front()
                && self.work(job, &waiting) == Flow::End
            {
                return;
            }
        }
    }

    /// Does a job, unless one of those that wait makes it needless.
    fn work(&mut self, job: Job, waiting: &VecDeque<Job>) -> Flow {
        if is_superseded(&job, waiting) {
            return Flow::Go;
        }
        match job {
            Job::Files(jobs) => self.change_all(jobs),
            Job::Local(job) => self.keep(job),
            Job::Theme(file, name) => {
                if let Err(error) = Config::set(&file, "theme", &name) {
                    self.say(Level::Warning, format!("the theme is not remembered: {error}"));
                }
            }
            Job::Changed(paths) => self.look(&paths),
            Job::State => {
                self.asked.store(false, Ordering::Release);
                self.others();
            }
            Job::Cookies(cookies, done) => {
                if let Some(database) = &mut self.database {
                    database.take_cookies(&cookies);
                }
                // Who asked may have lost patience.
                let _ = done.send(());
            }
            #[cfg(test)]
            Job::Mark(answer) => {
                // Who asked waits for nothing else.
                let _ = answer.send(());
            }
            Job::End => return Flow::End,
        }
        Flow::Go
    }

    fn tell(&self, event: Event) {
        // Nobody listens when the program is ending.
        let _ = self.queue.send(event);
    }

    fn say(&self, level: Level, text: String) {
        self.tell(Event::Notice(level, text));
    }

    /// Does jobs that belong together: what was to be written where a file could not be moved is written where that is.
    fn change_all(&mut self, jobs: Vec<FileJob>) {
        let mut stuck = Vec::new();
        for job in jobs {
            if job.written().is_none() || self.written.len() >= TOLD_TOGETHER {
                self.tell_written();
            }
            self.change(job, &mut stuck);
        }
        self.tell_written();
    }

    fn change(&mut self, job: FileJob, stuck: &mut Vec<(Place, Place)>) {
        let really = |place: Place, stuck: &[(Place, Place)]| {
            let mut stuck = stuck.iter();
            stuck.find_map(|(from, to)| place.moved(to, from)).unwrap_or(place)
        };
        match job {
            FileJob::Write {
                id,
                path,
                entity,
                overwrite,
            } => {
                let what = format!("save `{}`", entity.name());
                let place = really(Place::of(&path, &entity), stuck);
                self.write(Filed::Node(id), &place, Content::Item(entity), overwrite, what);
            }
            FileJob::WriteEnvironment {
                id,
                slug,
                environment,
                overwrite,
            } => {
                let what = format!("save environment `{}`", environment.name);
                let place = really(Place::Environment(slug), stuck);
                let filed = Filed::Environment(id);
                self.write(filed, &place, Content::Environment(environment), overwrite, what);
            }
            FileJob::WriteGlobals { globals, overwrite } => {
                let content = Content::Environment(globals);
                let what = "save the globals".to_owned();
                self.write(Filed::Globals, &Place::Globals, content, overwrite, what);
            }
            FileJob::Remove { place, saved } => self.remove(place, saved),
            FileJob::Restore(place) => {
                if let Some(removed) = self.bin.take(&place)
                    && let Err(error) = self.files.restore(&removed)
                {
                    self.bin.keep(removed);
                    self.failed(format!("bring back all of `{place}`"), &error);
                }
            }
            FileJob::Rename { from, to, saved } => {
                // What is not ours stays where it is, but what is kept goes with the tree.
                let renamed = if saved || self.files.holds(&from) {
                    self.files.rename(&from, &to)
                } else {
                    Ok(())
                };
                match renamed {
                    Ok(()) => self.renamed(&from, &to),
                    Err(error) => {
                        stuck.push((from.clone(), to.clone()));
                        let message = in_words(&error);
                        self.tell(Event::Saved(Saved::NotMoved { from, to, message }));
                    }
                }
            }
            FileJob::Look(place) => self.look_at(&place),
            FileJob::Rewrite { what, back } => {
                let done = self.files.rewrite(&what, back);
                if let Ok(stay) = &done {
                    self.note(&what, back, stay);
                }
                let done = done.map(|stay| stay.len());
                self.look(&what.paths());
                self.tell(Event::Saved(Saved::Rewritten(done.map_err(|error| in_words(&error)))));
            }
            FileJob::Imported(id) => self.tell(Event::Import(id, News::Arrived)),
            FileJob::Reread(place) => {
                self.files.forget(&place);
                self.look_at(&place);
            }
            FileJob::Accept(change) => self.files.accept(&change),
            FileJob::Adopt(place, content) => {
                if !self.files.adopt(&place, &content) {
                    self.look_at(&place);
                }
            }
            FileJob::Disown(place) => self.files.disown(&place),
        }
    }

    /// Keeps what is noted as imported with the files that are as they were before an import, or after it.
    fn note(&self, what: &Rewritten, back: bool, stay: &[PathBuf]) {
        let Some(Database { state, .. }) = &self.database else {
            return;
        };
        let noted = state.imported().map(|now| what.noted(&now, back, stay));
        if let Err(error) = noted.and_then(|noted| state.set_imported(&noted)) {
            self.say(Level::Warning, format!("what came could not be noted: {error}"));
        }
    }

    fn keep(&mut self, job: LocalJob) {
        if let LocalJob::ForgetToken(store, key) = &job
            && let Err(error) = store.forget(key)
        {
            self.say(Level::Error, format!("`{}` is still kept: {error}", key.name));
        }
        if let LocalJob::IsLocked
        | LocalJob::Unlock {
            passphrase: Some(_), ..
        } = &job
        {
            self.look_at_lock();
        }
        let Some(kept) = &mut self.database else {
            return;
        };
        if let LocalJob::Unlock { passphrase, cookies } = job {
            if !kept.locked {
                return;
            }
            let unlocked = kept.unlock(&self.files, passphrase.as_ref(), cookies);
            // What is kept goes on being kept or not: this says nothing of it.
            let unlocked = unlocked.map(Box::new).map_err(|error| match error {
                state::StateError::Seal(SealError::WrongPassphrase) => String::new(),
                error => format!("{error}; {}", error.hint()),
            });
            return self.tell(Event::Unlocked(unlocked));
        }
        let locked = kept.state.safe().is_locked();
        let database = &mut kept.state;
        let kept = match job {
            LocalJob::ForgetToken(..) | LocalJob::Unlock { .. } | LocalJob::IsLocked => return,
            LocalJob::Current(changes) => database
                .set_current_values(&changes)
                .map(|()| kept.known.note(&changes)),
            LocalJob::Draft(key, content) => kept.keep_draft(key, content.as_ref(), &self.files),
            LocalJob::DraftAside { key, aside } => kept.set_draft_aside(&key, &aside),
            LocalJob::ActiveEnvironment(choice) => database.choose_environment(&choice),
            LocalJob::Layout(json) => database.set_layout(&json),
            LocalJob::Cookies { before, after } => kept.keep_cookies(before, &after).map(|aside| {
                if let Some(aside) = aside {
                    let text = format!("the kept cookies could not be read; they stay in the local state as `{aside}`");
                    let _ = self.queue.send(Event::Notice(Level::Warning, text));
                }
            }),
            LocalJob::Consent(place, key) => {
                let done = database.add_consent(&place, &key);
                if done.is_ok() {
                    kept.allowed.insert((place, key));
                }
                done
            }
            LocalJob::TakeBack(place, key) => kept.take_back(|own, kept| own == place && kept == key),
            LocalJob::EndConsents(place) => kept.take_back(|own, _| own == place),
            LocalJob::History(row) => database.add_history(&row).map(drop),
            LocalJob::Histories(rows) => database.add_histories(&rows),
        };
        // What needs no key is kept also while the rest is not.
        if !(locked && kept.is_ok()) {
            self.kept(kept);
        }
    }

    fn kept(&mut self, result: Result<(), state::StateError>) {
        // The screen says that it is locked, all the time, and what to do.
        let said = !matches!(result, Err(state::StateError::Seal(SealError::Locked)));
        let was_said = std::mem::replace(&mut self.said, said && result.is_err());
        // Once is enough: the cause is the same for every key pressed.
        if result.is_err() != std::mem::replace(&mut self.complained, result.is_err()) {
            self.tell(Event::Keeps(result.is_ok()));
            if !said {
                self.lock_out();
            }
            match result {
                Ok(()) if was_said => self.say(Level::Done, "drafts and tokens are being kept again".to_owned()),
                Ok(()) => {}
                Err(_) if !said => {}
                Err(error) => self.say(
                    Level::Error,
                    format!("drafts and tokens are not being kept: {error}; {}", error.hint()),
                ),
            }
        }
    }
}

#[cfg(test)]
mod tests;
