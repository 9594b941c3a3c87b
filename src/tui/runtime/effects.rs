//! Who does what the state wants done: on threads of their own, or here where the terminal is needed.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::Sender;

use crate::store::ConfigWatcher;
use crate::tui::effect::{Effect, LocalJob};
use crate::tui::event::Event;
use crate::tui::looking::Question;
use crate::tui::shared::Level;

use super::files::FileWorker;
use super::filters::Filters;
use super::pictures::Pictures;
use super::saves::Saves;
use super::sends::Sends;
use super::{Flow, Host, external, sight};

/// Those who do the effects.
pub(super) struct Helpers {
    pub(super) sends: Sends,
    pub(super) files: FileWorker,
    pub(super) bodies: Saves,
    pub(super) filters: Filters,
    pub(super) pictures: Pictures,
    pub(super) editor: Option<String>,
    pub(super) _settings: Option<ConfigWatcher>,
    pub(super) config_file: PathBuf,
    pub(super) queue: Sender<Event>,
    /// Whether a request was sent since somebody last asked.
    pub(super) has_sent: bool,
}

impl Helpers {
    /// Puts a text that has no field to go to into a file, and says where.
    fn rescue(&self, text: &str, ending: &str) {
        let (level, text) = match external::rescue(text, ending) {
            Ok(path) => (
                Level::Warning,
                format!("the field is gone; your text is in `{}`", path.display()),
            ),
            Err(error) => (
                Level::Error,
                format!("the field is gone, and your text cannot be kept: {error}"),
            ),
        };
        // The queue lives as long as this program.
        let _ = self.queue.send(Event::Notice(level, text));
    }

    /// Looks at the file system. A thread that a dead mount holds holds nobody else, nor the end of the program.
    fn look(&self, question: Question) {
        let queue = self.queue.clone();
        let thread = std::thread::Builder::new().name("look".to_owned());
        let started = thread.spawn(move || {
            // Nobody listens when the program is ending.
            let _ = queue.send(Event::Looked(question.answer()));
        });
        if let Err(error) = started {
            let text = format!("cannot look at the file system: {error}");
            // The queue lives as long as this program.
            let _ = self.queue.send(Event::Notice(Level::Error, text));
        }
    }

    /// Does what keeps something of the user's; hands back what is something else.
    pub(super) fn keep(&mut self, effect: Effect) -> Option<Effect> {
        match effect {
            Effect::Files(jobs) => self.files.change(jobs),
            Effect::Local(job) => self.files.keep(job),
            Effect::Rescue { text, ending } => self.rescue(&text, ending),
            Effect::SaveBody { path, body } => self.bodies.save(path, body),
            Effect::StopSaving(paths) => self.bodies.stop(&paths),
            Effect::KeepTheme(name) => self.files.keep_theme(self.config_file.clone(), name),
            other => return Some(other),
        }
        None
    }

    pub(super) fn carry_out(&mut self, effects: Vec<Effect>, host: &mut impl Host) -> io::Result<Flow> {
        // What is kept goes first: the host's terminal may fail.
        let rest: Vec<Effect> = effects.into_iter().filter_map(|effect| self.keep(effect)).collect();
        for effect in rest {
            match effect {
                Effect::Send {
                    run, environment, plan, ..
                } => {
                    self.sends.send(run, environment, *plan);
                    self.has_sent = true;
                }
                Effect::Cancel(run) => self.sends.cancel(run),
                Effect::Run(run, order) => self.sends.run(run, *order),
                Effect::CancelRun(run) => self.sends.runs.cancel(run),
                Effect::SaveReport { run, format, path } => self.sends.runs.save(run, format, path),
                Effect::Index(document, job) => self.sends.index(document, *job),
                Effect::Search(document, job) => self.sends.search(document, &job),
                Effect::Compare(name, job) => self.filters.compare(name, *job),
                Effect::Picture(name, job) => self.filters.picture(name, job),
                Effect::Sharpen(name, job) => self.filters.sharpen(name, job),
                Effect::AskSight(sight) => {
                    if let Some(ear) = self.sends.hear(sight) {
                        host.ask(&sight::question(&|name| std::env::var(name).ok()))?;
                        self.sends.listen_to(ear);
                    }
                }
                Effect::Filter(name, job) => self.filters.filter(name, *job),
                Effect::Give(job) => self.filters.give(*job),
                Effect::StopFilter => self.filters.stop(),
                Effect::AskAgain => self.sends.ask_again(),
                Effect::ClearCookies(of) => self.sends.clear_cookies(of),
                Effect::TakeCookies { kept, before } => self.sends.take_cookies(kept, before),
                Effect::LookAtCookies => self.sends.look_at_cookies(),
                Effect::Read(id, typed) => self.sends.imports.read(id, typed),
                Effect::StopReading => self.sends.imports.stop(),
                Effect::Import(id, planned) => self.sends.imports.import(id, planned),
                Effect::Consent(id, given) => {
                    if let Some(job) = self.sends.asker.answer(id, given) {
                        self.files.keep(job);
                    }
                }
                Effect::Typed(id, secret) => self.sends.asker.typed(id, secret),
                Effect::GiveUp(id) => self.sends.asker.give_up(id),
                Effect::Settings(config) => {
                    self.sends.take_settings(&config);
                    host.mouse(config.mouse.unwrap_or(true))?;
                    self.editor = config.editor;
                }
                Effect::ListConsents => self.sends.asker.tell(),
                Effect::TakeBack(place, key) => {
                    self.sends.asker.take_back(|own, kept| own == place && kept == key);
                    self.files.keep(LocalJob::TakeBack(place, key));
                }
                Effect::TakenBack(all) => {
                    let is_one = |own: &str, key: &str| all.iter().any(|(place, kept)| own == place && key == kept);
                    self.sends.asker.take_back(is_one);
                }
                Effect::EndConsents(place) => {
                    self.sends.asker.take_back(|own, _| own == place);
                    self.files.keep(LocalJob::EndConsents(place));
                }
                Effect::SignIn(id, reply) => self.sends.door.answer(id, reply),
                Effect::OpenPage(id, page) => self.sends.door.open(id, &page),
                Effect::OpenPicture { body, ending } => self.pictures.open(body, ending),
                Effect::Look(question) => self.look(question),
                Effect::Copy(text) => host.copy(&text)?,
                Effect::External(external) => {
                    self.sends.pause_input();
                    // What was written is on the queue before the terminal is taken again, which may fail.
                    host.suspended(|| {
                        let text = external::edit(&external, self.editor.as_deref());
                        if !external.read_only || text.is_err() {
                            let key = external.key.clone();
                            // The queue lives as long as this program.
                            let _ = self.queue.send(Event::Edited { key, text });
                        }
                    })?;
                    self.sends.listen();
                }
                Effect::EditFile { path, line } => {
                    self.sends.pause_input();
                    host.suspended(|| {
                        if let Err(text) = external::open(&path, line, self.editor.as_deref()) {
                            // The queue lives as long as this program.
                            let _ = self.queue.send(Event::Notice(Level::Error, text));
                        }
                    })?;
                    self.sends.listen();
                }
                Effect::Reopen(landing) => return Ok(Flow::Reopen(landing)),
                Effect::Quit => return Ok(Flow::Quit),
                Effect::Files(_)
                | Effect::Local(_)
                | Effect::Rescue { .. }
                | Effect::SaveBody { .. }
                | Effect::StopSaving(_)
                | Effect::KeepTheme(_) => {}
            }
        }
        Ok(Flow::Go)
    }
}
