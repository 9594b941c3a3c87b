//! What runs beside the screen on tokio: input, sends, the demo server, indexes and searches.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crossterm::event::{Event as Terminal, EventStream};
use futures_util::StreamExt;
use tokio::runtime::{Handle, Runtime};
use tokio_util::sync::CancellationToken;

use super::TuiOptions;
use super::consent::Asker;
use super::cookies::Cookies;
use super::direct;
use super::door::Door;
use super::ground::Watch;
use super::imports::Imports;
use super::runs::Runs;
use super::sight::{self, Ear};
use crate::demo;
use crate::exec::{self, NetrcFile, Packages, Pipeline, Plan, SendContext, TokenStore};
use crate::http::{Client, ClientConfig, Jar, Keeping, TrustedFiles};
use crate::model::EnvironmentId;
use crate::model::exchange::Phase;
use crate::store::paths::netrc_file;
use crate::store::{Config, PackageStore};
use crate::tui::effect::CookiesOf;
use crate::tui::event::{Event, Found};
use crate::tui::runner::Order;
use crate::tui::shared::{Level, RunId};
use crate::tui::terminal::known_size;
use crate::tui::widgets::body;
use crate::tui::widgets::picture::{Sight, Way};

/// The tokio side.
pub struct Sends {
    /// There until the end.
    runtime: Option<Runtime>,
    tokio: Handle,
    pipeline: Pipeline,
    /// Runs of many requests.
    pub runs: Runs,
    /// Imports of Postman's files.
    pub imports: Imports,
    /// Questions for the user's consent.
    pub asker: Asker,
    /// Whoever signs in.
    pub door: Door,
    /// The workspace's cookies.
    pub cookies: Cookies,
    queue: Sender<Event>,
    running: Arc<Mutex<HashMap<RunId, CancellationToken>>>,
    /// How far sends have come since somebody last asked. On the queue it would wake the thread that draws several times
    /// in a millisecond.
    pub(super) phases: Arc<Mutex<HashMap<RunId, Phase>>>,
    /// What stops listening to the terminal, and what tells that it has stopped.
    input: Option<(CancellationToken, Receiver<()>)>,
    /// Whether the terminal was asked for the colour of its ground and has not answered yet.
    asked: Arc<AtomicBool>,
    /// Only the newest index and search count; older ones see that they are not the newest and stop.
    index: Arc<AtomicU64>,
    search: Arc<AtomicU64>,
}

impl Sends {
    /// Starts the runtime, and the demo server if asked for.
    pub fn start(
        options: &TuiOptions,
        cookies: Arc<Jar>,
        tokens: TokenStore,
        config: &Config,
        asker: Asker,
        queue: Sender<Event>,
    ) -> std::io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let trusted = if options.foreign {
            TrustedFiles::None
        } else {
            TrustedFiles::default()
        };
        let http = client_config(options.folder().to_owned(), trusted, config);
        let store = PackageStore::new(&options.paths, &options.root);
        let packages = Packages::new(Arc::new(store), http.clone());
        let client = Client::new(http);
        let imports = Imports::new(runtime.handle().clone(), client.clone(), options, queue.clone());
        let mut pipeline = Pipeline::new(client, cookies.clone());
        pipeline.packages = Some(Arc::new(packages));
        pipeline.tokens = Some(tokens);
        // Whether it is there is seen at each use.
        pipeline.netrc = netrc_file().map(|path| NetrcFile { path, asks: true });
        let door = Door::new(queue.clone());
        pipeline.person = Some(Arc::new(door.clone()));
        let sends = Self {
            imports,
            asker,
            door,
            runs: Runs::new(runtime.handle().clone(), queue.clone()),
            pipeline,
            tokio: runtime.handle().clone(),
            runtime: Some(runtime),
            cookies: Cookies::new(cookies, queue.clone()),
            queue,
            running: Arc::default(),
            phases: Arc::default(),
            input: None,
            asked: Arc::default(),
            index: Arc::default(),
            search: Arc::default(),
        };
        if let Some(config) = &options.demo {
            sends.tokio.spawn(serve_demo(config.clone(), sends.queue.clone()));
        }
        sends.cookies.tell();
        Ok(sends)
    }

    /// Leaves properly when the window is closed or the system asks for it.
    ///
    /// Ctrl+C and Ctrl+\ are keys here. As signals they come from an editor or pager that has the terminal for now: they go
    /// to everybody in front of it, and only the other program is meant. It gets their usual effect back when it starts.
    #[cfg(unix)]
    pub fn heed_signals(&self) -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let _inside = self.tokio.enter();
        // Once somebody listens to them, they end nobody, also when nobody listens any more.
        drop((signal(SignalKind::interrupt())?, signal(SignalKind::quit())?));
        let (mut hangup, mut terminate) = (signal(SignalKind::hangup())?, signal(SignalKind::terminate())?);
        let queue = self.queue.clone();
        self.tokio.spawn(async move {
            tokio::select! {
                _ = hangup.recv() => {}
                _ = terminate.recv() => {}
            }
            // Nobody listens when the program is ending.
            let _ = queue.send(Event::Hangup);
        });
        Ok(())
    }

    /// Knows that an answer about the terminal's ground may come from now on.
    pub fn expect_ground(&self) {
        self.asked.store(true, Ordering::Relaxed);
    }

    /// Listens to the terminal.
    pub fn listen(&mut self) {
        self.listen_after(None);
    }

    fn listen_after(&mut self, ear: Option<Ear>) {
        let stop = CancellationToken::new();
        let (ended, end) = channel();
        self.input = Some((stop.clone(), end));
        let (queue, asked) = (self.queue.clone(), self.asked.clone());
        direct::begin(self.tokio.clone(), async move {
            let _alarm = Alarm(queue.clone());
            if let Some(ear) = ear {
                ear.hear(&queue, &stop).await;
            }
            forward(&queue, &stop, &asked).await;
            // Whoever waits for the end knows that nothing reads any more.
            drop::<Sender<()>>(ended);
        });
    }

    /// Who hears what the terminal says of its pictures; nobody else listens to it then. Where nobody can, it shows none.
    pub fn hear(&mut self, sight: Sight) -> Option<Ear> {
        if !self.pause_input() {
            return None;
        }
        let _inside = self.tokio.enter();
        let ear = Ear::new(sight);
        if ear.is_none() {
            let way = sight.way.or(Some(Way::Blocks));
            // The queue lives as long as this program.
            let _ = self.queue.send(Event::Sees(Sight { way, ..sight }));
            self.listen();
        }
        ear
    }

    /// Listens to that, then as usual.
    pub fn listen_to(&mut self, ear: Ear) {
        self.listen_after(Some(ear));
    }

    /// Stops listening, so that another program can have the terminal; nothing of this one reads from it afterwards. Whether
    /// anybody had listened.
    pub fn pause_input(&mut self) -> bool {
        let Some((stop, end)) = self.input.take() else {
            return false;
        };
        stop.cancel();
        // Nothing is ever sent: it comes back when the other end is gone. The screen hangs on nobody.
        let _ = end.recv_timeout(GENEROUS);
        true
    }

    /// Sends by these settings from now on; what is under way goes on by those from before.
    pub fn take_settings(&mut self, config: &Config) {
        let before = self.pipeline.http.config();
        let http = client_config(before.working_dir.clone(), before.trusted, config);
        let packages = self
            .pipeline
            .packages
            .as_ref()
            .map(|packages| packages.over(http.clone()));
        self.pipeline.packages = packages.map(Arc::new);
        self.pipeline.http = Client::new(http);
        self.imports.client = self.pipeline.http.clone();
    }

    /// Sends a request.
    pub fn send(&self, run: RunId, environment: Option<EnvironmentId>, plan: Plan) {
        let cancel = CancellationToken::new();
        lock(&self.running).insert(run, cancel.clone());
        let (phases, arriving) = (self.phases.clone(), self.queue.clone());
        let context = SendContext {
            cancel,
            progress: Arc::new(move |phase| {
                lock(&phases).insert(run, phase);
            }),
            arriving: Some(Arc::new(move |exchange| {
                let _ = arriving.send(Event::Arriving(run, Box::new(exchange)));
            })),
            unasked: false,
        };
        let (pipeline, queue) = (self.asking(&context), self.queue.clone());
        let (running, cookies) = (self.running.clone(), self.cookies.clone());
        self.tokio.spawn(async move {
            cookies.catch_up_unless(&context.cancel).await;
            // In a task of its own, so that a defect in it still ends the send.
            let (scopes, vault) = (plan.scopes.clone(), plan.vault.clone());
            let outcome = tokio::spawn(async move { pipeline.send(plan, &context).await }).await;
            let outcome = match outcome {
                // Large values take longer than the screen can wait.
                Ok(mut outcome) if !outcome.writes.is_empty() || exec::quotes(&outcome) => {
                    let looked = tokio::task::spawn_blocking(move || {
                        exec::look_through(&mut outcome, scopes, vault);
                        outcome
                    });
                    looked.await
                }
                outcome => outcome,
            };
            lock(&running).remove(&run);
            let event = match outcome {
                Ok(outcome) => Event::Sent(run, environment, Box::new(outcome)),
                Err(_) => Event::Broken(run),
            };
            let _ = queue.send(event);
            cookies.tell();
        });
    }

    /// The pipeline of a send or run, which ends when a question is given up that it waits for.
    fn asking(&self, context: &SendContext) -> Pipeline {
        let voice = self.asker.of(context.cancel.clone());
        let mut pipeline = self.pipeline.clone();
        pipeline.consent = Some(voice.clone());
        pipeline.interaction = Some(voice);
        pipeline
    }

    /// How far those sends have come that went on since this was last asked.
    pub fn progress(&self) -> HashMap<RunId, Phase> {
        std::mem::take(&mut *lock(&self.phases))
    }

    /// Runs a collection or folder.
    pub fn run(&mut self, run: RunId, order: Order) {
        let (before, cookies) = (self.cookies.clone(), self.cookies.clone());
        let context = SendContext::default();
        let pipeline = self.asking(&context);
        let cancel = context.cancel.clone();
        let before = async move { before.catch_up_unless(&cancel).await };
        self.runs
            .start(run, order, pipeline, context, before, move || cookies.tell());
    }

    /// Cancels a send.
    pub fn cancel(&self, run: RunId) {
        if let Some(cancel) = lock(&self.running).get(&run) {
            cancel.cancel();
        }
    }

    /// Indexes a body's lines.
    pub fn index(&self, document: u64, job: body::IndexJob) {
        self.index.store(document, Ordering::Relaxed);
        let (newest, queue) = (self.index.clone(), self.queue.clone());
        self.tokio.spawn_blocking(move || {
            job.run(
                || newest.load(Ordering::Relaxed) != document,
                |snapshot| {
                    let _ = queue.send(Event::Indexed(document, snapshot));
                },
            );
        });
    }

    /// Searches a body.
    pub fn search(&self, search: u64, job: &body::search::Job) {
        let job = job.clone();
        self.search.store(search, Ordering::Relaxed);
        let (newest, queue) = (self.search.clone(), self.queue.clone());
        self.tokio.spawn_blocking(move || {
            let mut early = (0, false);
            let matches = job.run(
                || newest.load(Ordering::Relaxed) != search,
                |progress, matches| {
                    let _ = queue.send(Event::Found(search, Found::Progress(progress)));
                    let first = early.0 == 0 && progress.searched < progress.total;
                    let found = matches.ranges.len();
                    let found = (found, found > 0 && matches.literal);
                    if (first || progress.arriving) && early != found {
                        early = found;
                        let _ = queue.send(Event::Found(search, Found::First(matches.clone())));
                    }
                },
            );
            let event = match matches {
                Ok(None) => return,
                Ok(Some(matches)) => Event::Found(search, Found::Matches(matches)),
                Err(error) => Event::Notice(Level::Error, format!("the body cannot be searched: {error}")),
            };
            let _ = queue.send(event);
        });
    }

    /// Forgets what was typed when a request needed it.
    pub fn ask_again(&self) {
        self.pipeline.outside.ask_again();
    }

    /// Forgets cookies.
    pub fn clear_cookies(&self, of: CookiesOf) {
        self.tokio.spawn(self.cookies.clear(of));
    }

    /// Takes the cookies that were locked.
    pub fn take_cookies(&self, kept: String, before: String) {
        self.tokio.spawn(self.cookies.take(kept, before));
    }

    /// Takes over the cookies that others have kept.
    pub fn look_at_cookies(&self) {
        let cookies = self.cookies.clone();
        self.tokio.spawn(async move { cookies.catch_up().await });
    }
}

/// So long after the question the escape character of its answer may come by itself.
const SOON: Duration = Duration::from_secs(2);

/// So long whoever listens to the terminal is waited for; it stops at once.
const GENEROUS: Duration = Duration::from_secs(2);

/// Says that nobody listens any more where whoever does so breaks off: a screen without keys has to be killed.
pub(super) struct Alarm(pub(super) Sender<Event>);

impl Drop for Alarm {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // Nobody listens when the program is ending.
            let _ = self.0.send(Event::Deaf);
        }
    }
}

/// Passes on what comes from the terminal until it is gone or this is stopped; an answer about its ground is no keys.
async fn forward(queue: &Sender<Event>, stop: &CancellationToken, asked: &AtomicBool) {
    let mut stream = EventStream::new();
    let (mut watch, since) = (Watch::default(), Instant::now());
    loop {
        let event = tokio::select! {
            () = stop.cancelled() => return,
            event = stream.next() => event,
            () = tokio::time::sleep(watch.patience(Instant::now())), if watch.holds() => {
                if !watch.tire().into_iter().all(|event| pass(queue, event)) {
                    return;
                }
                continue;
            }
        };
        let Some(Ok(event)) = event else {
            // The terminal is gone: there is nobody left to work for.
            let _ = queue.send(Event::Hangup);
            return;
        };
        if !asked.load(Ordering::Relaxed) {
            if !pass(queue, event) {
                return;
            }
            continue;
        }
        watch.soon = since.elapsed() < SOON;
        let passed = watch.take(event, Instant::now());
        if let Some(light) = passed.light {
            asked.store(false, Ordering::Relaxed);
            let _ = queue.send(Event::Ground(light));
        }
        if !passed.events.into_iter().all(|event| pass(queue, event)) {
            return;
        }
    }
}

/// Passes one event on; whether anybody listens.
pub(super) fn pass(queue: &Sender<Event>, event: Terminal) -> bool {
    let event = match event {
        Terminal::Key(key) => Event::Key(key),
        Terminal::Mouse(mouse) => Event::Mouse(mouse),
        Terminal::Paste(text) => Event::Paste(text),
        Terminal::Resize(columns, rows) => {
            // Also where it is the cells alone that have another size. Where the system does not know, the terminal's word stays.
            let cell = sight::cell().map(Event::Cell);
            let (columns, rows) = known_size(columns, rows);
            return cell.is_none_or(|cell| queue.send(cell).is_ok())
                && queue.send(Event::Resize(columns, rows)).is_ok();
        }
        Terminal::FocusGained | Terminal::FocusLost => return true,
    };
    queue.send(event).is_ok()
}

impl Drop for Sends {
    /// Waits for nobody: what had to be written is, and an index or a search of a large body would hold the end up.
    fn drop(&mut self) {
        self.index.store(u64::MAX, Ordering::Relaxed);
        self.search.store(u64::MAX, Ordering::Relaxed);
        if let Some((stop, _)) = self.input.take() {
            stop.cancel();
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // The map is never left half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn client_config(folder: PathBuf, trusted: TrustedFiles, config: &Config) -> ClientConfig {
    ClientConfig {
        proxy: config.proxy.clone(),
        keeping: Keeping::new(config.memory, config.spill_folder.clone()),
        ca_file: config.ca_file.clone(),
        insecure: config.insecure,
        timeout: config.timeout.unwrap_or_default(),
        silence: config.silence.unwrap_or(ClientConfig::SILENCE),
        connecting: config.connecting.unwrap_or(ClientConfig::CONNECTING),
        body_limit: ClientConfig::body_limit(config.response_limit),
        working_dir: folder,
        trusted,
        certificates: config.client_certificates.clone(),
        ..ClientConfig::default()
    }
}

/// Runs the demo server until the program ends, and says where it listens.
async fn serve_demo(config: demo::Config, queue: Sender<Event>) {
    match demo::start(config).await {
        Ok(running) => {
            let _ = queue.send(Event::Demo(running.base_url()));
            if let Ok(demo::KeyOrigin::NotSaved(reason)) = running.key_origin().await {
                let text = format!("the demo server's key could not be kept, tokens end with it: {reason}");
                let _ = queue.send(Event::Notice(Level::Warning, text));
            }
            // Dropping it would stop it; the runtime's end does.
            std::future::pending::<()>().await;
        }
        Err(error) => {
            let text = format!("the demo server did not start: {error}");
            let _ = queue.send(Event::NoDemo(text));
        }
    }
}
