//! Runs of the runner on tokio: rows come back in batches, and the reports wait to be saved.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use super::imports::straight;
use crate::exec::data::{self, Data};
use crate::exec::summary::Failure;
use crate::exec::{self, At, Pipeline, RunEvent, SendContext, Session, Summary};
use crate::model::exchange::Response;
use crate::model::outcome::Tally;
use crate::model::{NodeId, Redactor};
use crate::reports::{End, Html, Json, Junit, Report};
use crate::store::state::HistoryRow;
use crate::store::written;
use crate::tui::event::Event;
use crate::tui::looking;
use crate::tui::panes::response::words;
use crate::tui::runner::{Answer, Done, Ended, Failed, Format, News, Order, Row};
use crate::tui::shared::{Level, RunId};

/// Rows wait so long for others, so that a quick run does not flood the queue.
const BATCH: Duration = Duration::from_millis(40);
/// The longest message of a failure that is kept, in bytes.
const MOST_MESSAGE: usize = 2_000;

/// The runs' side of tokio.
pub struct Runs {
    tokio: Handle,
    queue: Sender<Event>,
    current: Option<(RunId, CancellationToken)>,
    /// The latest full run that is over, and the latest one of what failed in it.
    over: AllOver,
}

/// Runs that are over; one whose report is being written is locked by itself.
type AllOver = Arc<Mutex<Vec<(RunId, Arc<Mutex<Over>>)>>>;

/// A run that is over, with its reports.
struct Over {
    summary: Summary,
    session: Session,
    collection: Option<NodeId>,
    redactor: Redactor,
    reports: Reports,
}

impl Runs {
    /// No runs yet.
    pub fn new(tokio: Handle, queue: Sender<Event>) -> Self {
        Self {
            tokio,
            queue,
            current: None,
            over: Arc::default(),
        }
    }

    /// Begins a run over this pipeline once `before` is done; `after` is told when it is over.
    pub fn start(
        &mut self,
        run: RunId,
        order: Order,
        pipeline: Pipeline,
        context: SendContext,
        before: impl Future<Output = ()> + Send + 'static,
        after: impl FnOnce() + Send + 'static,
    ) {
        self.current = Some((run, context.cancel.clone()));
        let (queue, over) = (self.queue.clone(), self.over.clone());
        let tokio = self.tokio.clone();
        self.tokio.spawn(async move {
            before.await;
            let rows = Batch {
                run,
                tokio: tokio.clone(),
                queue: queue.clone(),
                waiting: Arc::default(),
            };
            // In a task of its own, so that a defect in it still ends the run.
            let done = tokio
                .spawn(carry_out(run, order, pipeline, context, rows.clone(), over.clone()))
                .await;
            rows.flush();
            let news = match done {
                Ok(Ok(mut done)) => {
                    let summary = Summary {
                        failures: Vec::new(),
                        ..done.summary.clone()
                    };
                    let current = std::mem::take(&mut done.session.current);
                    lock(&over).push((run, Arc::new(Mutex::new(done))));
                    News::Ended(Box::new(Ended { summary, current }))
                }
                Ok(Err(text)) => News::Failed(text),
                Err(_) => News::Failed("it broke off by a defect in postrider; please report it".to_owned()),
            };
            // Nobody listens when the program is ending.
            let _ = queue.send(Event::Run(run, news));
            after();
        });
    }

    /// Cancels a run.
    pub fn cancel(&self, run: RunId) {
        if let Some((_, cancel)) = self.current.as_ref().filter(|(own, _)| *own == run) {
            cancel.cancel();
        }
    }

    /// Saves a report of a run that can still be looked at.
    pub fn save(&self, run: RunId, format: Format, path: PathBuf) {
        let (over, queue) = (self.over.clone(), self.queue.clone());
        self.tokio.spawn_blocking(move || {
            // Runs go on and others begin while the disk takes its time.
            let found = lock(&over).iter().find(|(own, _)| *own == run).cloned();
            let written = match found {
                Some((_, over)) => lock(&over).write(format, &path).map_err(|error| error.to_string()),
                None => Err("the run is gone".to_owned()),
            };
            let shown = straight(Path::new("/"), path);
            let shown = shown.display();
            let (level, text) = match written {
                Ok(()) => (Level::Done, format!("saved the report to `{shown}`")),
                Err(error) => (Level::Error, format!("cannot write the report `{shown}`: {error}")),
            };
            let _ = queue.send(Event::Notice(level, text));
        });
    }
}

impl Over {
    fn write(&mut self, format: Format, path: &Path) -> io::Result<()> {
        let end = End {
            summary: &self.summary,
            session: &self.session,
            collection: self.collection,
            redactor: &self.redactor,
        };
        self.reports.write(format, &end, path)
    }
}

async fn carry_out(
    run: RunId,
    order: Order,
    pipeline: Pipeline,
    context: SendContext,
    rows: Batch,
    over: AllOver,
) -> Result<Over, String> {
    let Order {
        mut session,
        mut options,
        data,
        collection,
    } = order;
    if let Some(path) = data {
        let reading = tokio::task::spawn_blocking(move || read_data(&path));
        // A dead mount is not waited for.
        let read = tokio::select! {
            biased;
            () = context.cancel.cancelled() => return Err("it was cancelled before it began".to_owned()),
            read = reading => read,
        };
        options.data = read.map_err(|error| error.to_string())??;
    }
    let mut reports = Reports::new();
    let mut redactor = Redactor::default();
    let only = options.only.clone();
    let summary = exec::run(&pipeline, &mut session, &options, &context, &mut |event| {
        match &event {
            RunEvent::Start { requests, iterations } => {
                // From here on it takes the place of the run before; what failed in that belongs to it still.
                lock(&over).truncate(usize::from(only.is_some()));
                let planned = only.as_ref().map_or(requests * iterations, |only| {
                    only.values().map(std::collections::BTreeSet::len).sum()
                });
                let news = News::Started {
                    requests: planned,
                    iterations: *iterations,
                };
                let _ = rows.queue.send(Event::Run(run, news));
            }
            RunEvent::Outcome(done) => {
                let secrets = exec::secrets(&done.session.source(done.plan.node), done.outcome);
                redactor = redactor.and(&secrets);
                if let Some(node) = done.plan.node {
                    rows.add(told(node, done, &redactor, &secrets));
                }
            }
            _ => {}
        }
        reports.event(&event, &redactor);
    })
    .await;
    Ok(Over {
        summary,
        session,
        collection,
        redactor,
        reports,
    })
}

fn read_data(path: &Path) -> Result<Data, String> {
    let shown = path.display();
    let failed = |why: String| format!("cannot use the data file `{shown}`: {why}");
    if let Some(why) = looking::unreadable(path) {
        return Err(failed(why));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| failed(error.to_string()))?;
    let read = file.take(data::MOST_BYTES + 1).read_to_end(&mut bytes);
    if read.map_err(|error| failed(error.to_string()))? as u64 > data::MOST_BYTES {
        return Err(failed(
            "it is held in memory and too long for that; split it".to_owned(),
        ));
    }
    let data = data::read(bytes).map_err(|error| failed(format!("{error}; {}", error.hint())))?;
    if data.is_empty() {
        return Err(failed("it has no rows".to_owned()));
    }
    Ok(data)
}

/// What the screen and the history are told of a request that is over.
fn told(node: NodeId, done: &exec::Done<'_>, redactor: &Redactor, secrets: &Redactor) -> Done {
    let outcome = done.outcome;
    let exchange = outcome.exchange.as_ref();
    let response = exchange.and_then(crate::model::Exchange::response);
    let failures = done.failures.iter().map(|failure| failed(failure, redactor));
    let warnings = exchange.into_iter().flat_map(|exchange| &exchange.warnings);
    let warnings = warnings.filter_map(|warning| words::on_the_screen(warning));
    let warnings = warnings.map(|warning| cut(redactor.redact(&warning)));
    let Tally { passed, ran, skipped } = outcome.tally();
    let row = Row {
        iteration: done.plan.iteration.index,
        node,
        answer: match (exchange, response) {
            (_, Some(response)) => Answer::Status(response.status),
            (None, _) if outcome.skipped => Answer::Skipped,
            _ => Answer::None,
        },
        sent: outcome.sent(),
        took: exchange.map_or(Duration::ZERO, crate::model::Exchange::answered_in),
        size: response.map_or(0, Response::size),
        passed,
        tests: ran,
        skipped,
        failures: failures.collect(),
        warnings: warnings.collect(),
    };
    let path = done.plan.path.as_ref().map(ToString::to_string);
    let mut outcome = outcome.clone();
    outcome.redactor = secrets.clone();
    Done {
        row,
        history: HistoryRow::of(path, &done.plan.request.name, &outcome, secrets),
        outcome: Arc::new(outcome),
    }
}

/// What is told of a failure: of a test its name first, of a script what it threw, of a request why there was no response.
fn failed(failure: &Failure, redactor: &Redactor) -> Failed {
    if let At::Script(_, place) = failure.at {
        let line = place.map_or_else(String::new, |(line, _)| format!(", line {line}"));
        let threw = format!("{}: {}", failure.kind, failure.message).replace('\n', " ");
        return Failed {
            what: cut(redactor.redact(&threw)),
            message: format!("{}{line}", redactor.redact_name(&failure.what)),
        };
    }
    if failure.at == At::Request {
        let why = failure.message.replace('\n', " ");
        let url = redactor.redact(&failure.what);
        return Failed {
            what: cut(redactor.redact(&why)),
            message: if url.is_empty() {
                url
            } else {
                format!("sent by a script: {url}")
            },
        };
    }
    let what = if failure.what.is_empty() {
        &failure.kind
    } else {
        &failure.what
    };
    Failed {
        what: redactor.redact_name(what),
        message: cut(redactor.redact(&failure.message)),
    }
}

fn cut(mut text: String) -> String {
    if text.len() > MOST_MESSAGE {
        text.truncate(text.floor_char_boundary(MOST_MESSAGE));
        text.push('…');
    }
    text
}

/// Rows on their way to the screen.
#[derive(Clone)]
struct Batch {
    run: RunId,
    tokio: Handle,
    queue: Sender<Event>,
    waiting: Arc<Mutex<Vec<Done>>>,
}

impl Batch {
    fn add(&self, done: Done) {
        let mut waiting = lock(&self.waiting);
        waiting.push(done);
        if waiting.len() == 1 {
            let batch = self.clone();
            self.tokio.spawn(async move {
                tokio::time::sleep(BATCH).await;
                batch.flush();
            });
        }
    }

    fn flush(&self) {
        let mut waiting = lock(&self.waiting);
        if !waiting.is_empty() {
            let all = std::mem::take(&mut *waiting);
            // Sent while the lock is held, so that batches stay in order.
            let _ = self.queue.send(Event::Run(self.run, News::Done(all)));
        }
    }
}

/// The reports of a run, all of them: which one is wanted turns out when it is over.
struct Reports {
    all: io::Result<[(Format, Box<dyn Report + Send>); 3]>,
}

impl Reports {
    fn new() -> Self {
        let all = || {
            Ok([
                (Format::Html, Box::new(Html::new(None)?) as Box<dyn Report + Send>),
                (Format::Junit, Box::new(Junit::new()?)),
                (Format::Json, Box::new(Json::new()?)),
            ])
        };
        Self { all: all() }
    }

    /// Tells all of them; the first error costs the reports and not the run.
    fn event(&mut self, event: &RunEvent<'_>, redactor: &Redactor) {
        let Ok(all) = &mut self.all else { return };
        let told: io::Result<()> = all.iter_mut().try_for_each(|(_, report)| report.event(event, redactor));
        if let Err(error) = told {
            self.all = Err(error);
        }
    }

    fn write(&mut self, format: Format, end: &End<'_>, path: &Path) -> io::Result<()> {
        let all = self.all.as_mut();
        let all = all.map_err(|error| io::Error::new(error.kind(), format!("it could not be prepared: {error}")))?;
        match all.iter_mut().find(|(own, _)| *own == format) {
            Some((_, report)) => written::write(path, false, |out| report.write(end, out)),
            None => Ok(()),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing is ever left half changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
    use std::sync::mpsc::channel;

    use super::*;
    use crate::exec::RunOptions;
    use crate::http::{Client, ClientConfig, Jar};
    use crate::model::Workspace;
    use crate::model::variable::CurrentValues;
    use crate::vars::Layer;

    #[test]
    fn data_comes_from_regular_files_alone() {
        let folder = tempfile::tempdir().unwrap();
        let why = |path: &Path| read_data(path).err().unwrap_or_default();
        assert!(why(folder.path()).contains("it is a folder"), "{}", why(folder.path()));
        // It has no end, and says that its length is 0.
        let endless = Path::new("/dev/zero");
        if endless.exists() {
            assert!(why(endless).contains("no regular file"), "{}", why(endless));
        }
        let rows = folder.path().join("rows.json");
        std::fs::write(&rows, r#"[{"a": 1}]"#).unwrap();
        assert_eq!(read_data(&rows).map(|data| data.len()), Ok(1));
    }

    #[test]
    fn of_a_script_that_threw_its_message_comes_first_and_of_a_test_its_name() {
        let failure = Failure {
            iteration: exec::Session::default()
                .plan_of(crate::model::Request::default())
                .iteration,
            node: None,
            location: [].into(),
            at: At::Script(crate::model::script::ScriptEvent::PostResponse, Some((3, 7))),
            kind: "TypeError".to_owned(),
            what: "Get token, post-response".to_owned(),
            message: "cannot read hunter2".to_owned(),
            stack: String::new(),
            hint: None,
        };
        let redactor = Redactor::new([crate::model::Secret::new("hunter2")]);
        let told = failed(&failure, &redactor);
        assert_eq!(
            told.what,
            format!("TypeError: cannot read {}", crate::model::secret::MASK)
        );
        assert_eq!(told.message, "Get token, post-response, line 3");
        let test = Failure {
            at: At::Test(0),
            what: "status is 200".to_owned(),
            ..failure
        };
        assert_eq!(failed(&test, &redactor).what, "status is 200");
        let refused = Failure {
            at: At::Request,
            kind: "request".to_owned(),
            what: String::new(),
            message: "connection refused by hunter2".to_owned(),
            ..test
        };
        let told = failed(&refused, &redactor).what;
        assert_eq!(told, format!("connection refused by {}", crate::model::secret::MASK));
    }

    fn order(data: Option<&str>) -> Order {
        Order {
            session: Session {
                workspace: Arc::new(Workspace::new("/w")),
                environment: None,
                current: CurrentValues::default(),
                overrides: Vec::new(),
                local: Layer::default(),
            },
            options: RunOptions::default(),
            data: data.map(PathBuf::from),
            collection: None,
        }
    }

    #[test]
    fn a_run_without_its_data_file_leaves_the_reports_of_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let tokio = tokio::runtime::Runtime::new().unwrap();
        let (queue, inbox) = channel();
        let pipeline = Pipeline::new(Client::new(ClientConfig::default()), Arc::new(Jar::new()));
        let mut runs = Runs::new(tokio.handle().clone(), queue);
        let ended = |runs: &mut Runs, run: RunId, data: Option<&str>| {
            runs.start(
                run,
                order(data),
                pipeline.clone(),
                SendContext::default(),
                std::future::ready(()),
                || {},
            );
            inbox.iter().find_map(|event| match event {
                Event::Run(own, News::Ended(_)) if own == run => Some(true),
                Event::Run(own, News::Failed(_)) if own == run => Some(false),
                _ => None,
            })
        };
        let saves = |runs: &Runs, run: RunId| {
            runs.save(run, Format::Json, folder.path().join("report.json"));
            let told = inbox.iter().find_map(|event| match event {
                Event::Notice(level, text) => Some((level, text)),
                _ => None,
            });
            let (level, text) = told.unwrap();
            assert!(
                matches!(level, Level::Done) || text.contains("the run is gone"),
                "{text}"
            );
            matches!(level, Level::Done)
        };
        assert_eq!(ended(&mut runs, RunId(1), None), Some(true));
        assert!(saves(&runs, RunId(1)));
        assert_eq!(ended(&mut runs, RunId(2), Some("/no/such/rows.csv")), Some(false));
        assert!(saves(&runs, RunId(1)));
        assert_eq!(ended(&mut runs, RunId(3), None), Some(true));
        assert!(saves(&runs, RunId(3)) && !saves(&runs, RunId(1)));
    }

    #[cfg(unix)]
    #[test]
    fn a_report_that_is_still_written_holds_no_run_up() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let tokio = tokio::runtime::Runtime::new().unwrap();
        let (queue, inbox) = channel();
        let pipeline = Pipeline::new(Client::new(ClientConfig::default()), Arc::new(Jar::new()));
        let mut runs = Runs::new(tokio.handle().clone(), queue);
        let ends = |runs: &mut Runs, run: RunId| {
            runs.start(
                run,
                order(None),
                pipeline.clone(),
                SendContext::default(),
                std::future::ready(()),
                || {},
            );
            let told = || inbox.recv_timeout(Duration::from_mins(1));
            std::iter::from_fn(|| told().ok())
                .any(|event| matches!(event, Event::Run(own, News::Ended(_)) if own == run))
        };
        assert!(ends(&mut runs, RunId(1)));
        // Opening it lasts until somebody reads.
        runs.save(RunId(1), Format::Json, pipe.clone());
        let is_written = || {
            lock(&runs.over)
                .first()
                .is_some_and(|(_, over)| over.try_lock().is_err())
        };
        // Whatever goes wrong, it ends.
        let begun = (0..6000).any(|_| {
            let begun = is_written();
            if !begun {
                std::thread::sleep(Duration::from_millis(10));
            }
            begun
        });
        let second = ends(&mut runs, RunId(2));
        let (told, report) = channel();
        std::thread::spawn(move || told.send(std::fs::read_to_string(&pipe)));
        let report = report.recv_timeout(Duration::from_mins(1)).unwrap().unwrap();
        assert!(
            begun && second && report.contains("collection"),
            "{begun}, {second}, {report}"
        );
    }
}
