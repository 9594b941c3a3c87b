//! Opening a workspace for a command: files, local state, cookies, the environment; and saving what scripts changed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;

use crate::demo;
use crate::exec::{NetrcFile, Packages, Pipeline, Plan, SendContext, Session, TokenStore};
use crate::http::{Client, ClientConfig, Jar, Keeping, merge_cookies};
use crate::model::problem::Problem;
use crate::model::spelling;
use crate::model::variable::{CurrentValues, Owner};
use crate::model::{Choice, InOrder, NodeId, Outcome, Redactor, Workspace};
use crate::script::Limits;
use crate::store::locate::{Origin, locate_for_import};
use crate::store::paths::netrc_file;
use crate::store::state::{HistoryRow, KeptTokens, StateError, tokens_among, unread_choice};
use crate::store::{Config, Files, Location, PackageStore, Paths, State, locate};

use super::args::SendingArgs;
use super::consent::Allowed;
use super::output::{Output, escape};
use super::passphrase::{self, Desk};
use super::renewal::AtTerminal;
use super::{CliError, find, foreign, kept, no_place};

/// So long a script may take that may take as long as it likes.
const YEAR: Duration = Duration::from_hours(365 * 24);

/// What is told of an environment that cannot be read.
pub(super) const NO_ENVIRONMENT: &str = "could not load the environment";

/// A workspace with everything a command needs of it.
pub struct Opened {
    /// Where our own files are.
    pub paths: Paths,
    /// Which workspace it is, and how it was found.
    pub location: Location,
    /// The user's settings.
    pub config: Config,
    /// What sends work on.
    pub session: Session,
    /// The workspace's cookies.
    pub jar: Arc<Jar>,
    /// The local state.
    pub state: State,
    /// Why nothing can be kept, and what to do about it.
    unkept: Option<(String, &'static str)>,
    /// Why a send is not in the history.
    forgotten: Option<StateError>,
    saved: CurrentValues,
    /// The cookies as last read or kept; `None` when they cannot be written, so that nothing is kept of them.
    saved_cookies: Option<String>,
    /// Whether what is kept was not read, as it is locked with a passphrase.
    locked: bool,
    demo: Option<demo::Running>,
    /// Whether this is a workspace, whose values, cookies and history are kept.
    keeps: bool,
    /// Whose values are not kept, as they are only here for this command; with a key, that one alone.
    guests: Vec<(Owner, Option<String>)>,
    /// Where questions are asked; Ctrl+C at one of them ends what runs, as it does elsewhere.
    desk: Desk,
}

impl Opened {
    /// Opens the workspace: the one asked for, else the nearest to `start`, else the user's own.
    ///
    /// Problems that leave something to work with are told on stderr; those of the workspace's files only by who needs them.
    pub fn at(start: &Path, explicit: Option<&Path>, output: &mut Output) -> Result<Self, CliError> {
        let paths = super::own_folders()?;
        let location = locate(start, explicit, &paths).map_err(no_place)?;
        Self::workspace(paths, location, output)
    }

    /// The same for what is to be imported: the user's own workspace need not be there.
    pub fn to_import(start: &Path, explicit: Option<&Path>, output: &mut Output) -> Result<Self, CliError> {
        let paths = super::own_folders()?;
        let location = locate_for_import(start, explicit, &paths).map_err(no_place)?;
        Self::workspace(paths, location, output)
    }

    fn workspace(paths: Paths, location: Location, output: &mut Output) -> Result<Self, CliError> {
        let (config, mut problems) = Config::load(&paths.config_file());
        // Two things to wait for, neither of which needs the other.
        let (workspace, state) = std::thread::scope(|scope| {
            let state = scope.spawn(|| State::open(&paths, &location.root));
            (Files::new(&location.root).load(), state.join())
        });
        let (mut state, unkept) = match state.unwrap_or_else(|panic| std::panic::resume_unwind(panic)) {
            Ok((state, problem)) => {
                problems.extend(problem);
                (state, None)
            }
            Err(error) => {
                let told = with_causes(CliError::failed(error.to_string()), &error);
                let instead =
                    State::in_memory().map_err(|error| with_causes(CliError::failed(error.to_string()), &error));
                (instead?, Some((told.sentence(), error.hint())))
            }
        };
        for problem in &problems {
            tell(output, &problem.to_string(), problem.hint.as_deref());
        }
        // At worst a power cut loses the last commands' values; waiting for the disk would cost each more than its request.
        if let Err(error) = state.spare_the_disk() {
            tell(output, &error.to_string(), Some(error.hint()));
        }
        if let Err(error) = state.end_consents_of_gone(&location.root.join("collections")) {
            tell(output, &error.to_string(), Some(error.hint()));
        }
        let locked = state.safe().is_locked();
        let (current, jar) = if locked {
            Default::default()
        } else {
            kept::read(&mut state, output)
        };
        let saved_cookies = jar.to_json().ok();
        let choice = match &unkept {
            None => state.environment_choice().map_err(|error| error.to_string()),
            Some((why, _)) => match unread_choice(&paths, &location.root) {
                Choice::None => Err(why.clone()),
                choice => Ok(choice),
            },
        };
        let choice = choice.unwrap_or_else(|why| {
            let text = format!("no environment is active, as which one was chosen cannot be read: {why}");
            tell(output, &text, Some("`-e` names one"));
            Choice::None
        });
        let environment = workspace.active_environment(&choice);
        Ok(Self {
            paths,
            location,
            config,
            session: Session {
                workspace: Arc::new(workspace),
                environment,
                current: current.clone(),
                ..Session::default()
            },
            jar: Arc::new(jar),
            state,
            unkept,
            forgotten: None,
            saved: current,
            saved_cookies,
            locked,
            demo: None,
            keeps: true,
            guests: Vec::new(),
            desk: Desk::default(),
        })
    }

    /// No workspace: what is read from elsewhere is used, and nothing of it kept. The user's settings still hold.
    pub fn alone(root: &Path, output: &mut Output) -> Result<Self, CliError> {
        let paths = super::own_folders()?;
        let (config, problems) = Config::load(&paths.config_file());
        for problem in &problems {
            tell(output, &problem.to_string(), problem.hint.as_deref());
        }
        let state = State::in_memory().map_err(|error| with_causes(CliError::failed(error.to_string()), &error))?;
        Ok(Self {
            paths,
            location: Location {
                root: root.to_owned(),
                origin: Origin::Explicit,
            },
            config,
            session: Session {
                workspace: Arc::new(Workspace::new(root)),
                ..Session::default()
            },
            jar: Arc::new(Jar::new()),
            state,
            unkept: None,
            forgotten: None,
            saved: CurrentValues::default(),
            saved_cookies: None,
            locked: false,
            demo: None,
            keeps: false,
            guests: Vec::new(),
            desk: Desk::default(),
        })
    }

    /// Values that are only here for this command; with a key, that one alone.
    pub fn host(&mut self, owner: Owner, key: Option<&str>) {
        self.guests.push((owner, key.map(str::to_owned)));
    }

    /// Reads what is kept if it is locked with a passphrase: the one that the environment gives, else the user is asked.
    pub fn unlock(&mut self, output: &mut Output) -> Result<(), CliError> {
        if !self.locked {
            return Ok(());
        }
        kept::unlock(&mut self.state)?;
        self.read_kept(output);
        Ok(())
    }

    /// The same, without asking anybody; what is wrong with the passphrase that is known, if one is and it stays locked.
    pub fn unlock_unasked(&mut self, output: &mut Output) -> Result<Option<String>, CliError> {
        if !self.locked {
            return Ok(None);
        }
        let why = kept::unlock_unasked(&mut self.state)?;
        if why.is_none() {
            self.read_kept(output);
        }
        Ok(why.filter(|why| !why.is_empty()))
    }

    fn read_kept(&mut self, output: &mut Output) {
        let (current, jar) = kept::read(&mut self.state, output);
        self.saved.clone_from(&current);
        self.session.current = current;
        self.saved_cookies = jar.to_json().ok();
        self.jar.replace(&jar);
        self.locked = false;
    }

    /// Whether what is kept is still locked with a passphrase.
    pub fn is_locked(&self) -> bool {
        self.locked
    }

    /// Whether what is set now will be there at the next start.
    ///
    /// # Errors
    ///
    /// Why it will not.
    pub fn lasting(&self) -> Result<(), CliError> {
        match &self.unkept {
            None => Ok(()),
            Some((why, hint)) => Err(CliError::failed(why.as_str()).hint(*hint)),
        }
    }

    /// Tells that the values set earlier could not be read and new ones will not be kept, if that is so.
    pub fn tell_unkept(&self, output: &mut Output) {
        if let Some((why, hint)) = &self.unkept {
            tell(output, why, Some(hint));
        }
    }

    /// Tells in one line of what is wrong with files of the workspace, those that could not be read first.
    pub fn tell_problems(&self, matters: impl Fn(&Path) -> bool, output: &mut Output) {
        let problems = self.session.workspace.problems.iter();
        let mut problems: Vec<&Problem> = problems.filter(|problem| matters(&problem.file)).collect();
        problems.order_by_key(|problem| problem.warning);
        let Some((first, more)) = problems.split_first() else {
            return;
        };
        let more = match more.len() {
            0 if first.warning => " (`postrider doctor` says more)".to_owned(),
            0 => String::new(),
            more => format!(" (and {more} more: `postrider doctor` lists them)"),
        };
        let first = if first.warning {
            first.below(&self.location.root)
        } else {
            (*first).clone()
        };
        tell(output, &format!("{first}{more}"), None);
    }

    /// Makes ready for sending: the environment, the values given, the demo server.
    pub async fn prepare(&mut self, sending: &SendingArgs, cwd: &Path, output: &mut Output) -> Result<(), CliError> {
        self.tell_unkept(output);
        self.unlock(output)?;
        match &sending.environment {
            // A name of the workspace comes first; what looks like a file is none of these.
            Some(name)
                if self.session.workspace.environment_named(name).is_none() && foreign::is_foreign(cwd, name) =>
            {
                let client = Client::new(self.client_config(sending));
                let key = sending.postman_api_key.as_ref();
                let environment = foreign::environment(&client, cwd, name, key, output).await;
                let environment = environment.map_err(|error| error.within(NO_ENVIRONMENT))?;
                let slug = foreign::load_environment(&mut self.session, environment);
                self.host(Owner::Environment(slug), None);
            }
            Some(name) => self.choose(name)?,
            None => {}
        }
        let values = sending.env_var.iter();
        let values = values.map(|(key, value)| (String::new(), key.clone(), value.clone()));
        self.session.overrides.extend(values);
        if sending.demo {
            let config = demo::Config {
                token_ttl: sending.token_ttl,
                key_file: Some(self.paths.demo_key()),
                ..demo::Config::default()
            };
            let running = demo::start(config)
                .await
                .map_err(|error| with_causes(CliError::failed(error.to_string()), &error).hint(error.hint()))?;
            let base = running.base_url();
            if self.session.environment.is_none() {
                let demo = self.session.workspace.environment_named("demo");
                self.session.environment = demo.map(|node| node.id);
            }
            self.session
                .overrides
                .push((String::new(), "base_url".to_owned(), Some(base.clone())));
            output.note(&output.err_paint.dim(&format!("demo server at {base}")));
            self.demo = Some(running);
        }
        Ok(())
    }

    /// Whether the environment that is active without being named could be read: what is meant for it would go elsewhere.
    ///
    /// # Errors
    ///
    /// What is wrong with its file.
    pub fn environment_is_read(&self, sending: &SendingArgs) -> Result<(), CliError> {
        if self.session.environment.is_some() || sending.environment.is_some() {
            return Ok(());
        }
        let choice = self.state.environment_choice().unwrap_or_default();
        let problem = self.session.workspace.unread_environment(&choice);
        problem.map_or(Ok(()), |problem| Err(find::wrong(problem)))
    }

    /// Makes an environment the one of this command.
    pub fn choose(&mut self, name: &str) -> Result<(), CliError> {
        let workspace = &self.session.workspace;
        if let Some(node) = workspace.environment_named(name) {
            self.session.environment = Some(node.id);
            return Ok(());
        }
        let file = self.location.root.join("environments").join(format!("{name}.toml"));
        let unread = |problem: &&Problem| problem.file == file && !problem.warning;
        if let Some(problem) = workspace.problems.iter().find(unread) {
            return Err(find::wrong(problem));
        }
        let error = CliError::usage(format!("there is no environment `{name}`"));
        let slugs = workspace.environments().iter().map(|node| node.slug.as_str());
        Err(match spelling::nearest(name, slugs) {
            Some(slug) => error.hint(format!("did you mean `{slug}`?")),
            None if Path::new(name).is_file() => error.hint(format!(
                "a file is none of the workspace's: `postrider import {name}` makes one of it; `send` and `run` take a file \
                 of Postman's as it is"
            )),
            None => error.hint("`postrider env list` lists them"),
        })
    }

    /// The pipeline for this command's sends.
    pub fn pipeline(&self, sending: &SendingArgs) -> Pipeline {
        self.pipeline_over(self.client_config(sending), sending)
    }

    /// How a command of its own accord sends: by the user's settings.
    pub fn client(&self) -> ClientConfig {
        ClientConfig {
            proxy: self.config.proxy.clone(),
            keeping: Keeping::new(self.config.memory, self.config.spill_folder.clone()),
            ca_file: self.config.ca_file.clone(),
            insecure: self.config.insecure,
            timeout: self.config.timeout.unwrap_or_default(),
            silence: self.config.silence.unwrap_or(ClientConfig::SILENCE),
            connecting: self.config.connecting.unwrap_or(ClientConfig::CONNECTING),
            body_limit: ClientConfig::body_limit(self.config.response_limit),
            certificates: self.config.client_certificates.clone(),
            ..ClientConfig::default()
        }
    }

    /// The npm packages of this workspace's scripts.
    pub fn packages(&self) -> Packages {
        Packages::new(Arc::new(self.package_store()), self.client())
    }

    /// Where they are kept.
    pub fn package_store(&self) -> PackageStore {
        PackageStore::new(&self.paths, &self.location.root)
    }

    /// How requests are sent: the user's settings, and over them what the command line says.
    pub fn client_config(&self, sending: &SendingArgs) -> ClientConfig {
        let own = self.client();
        ClientConfig {
            insecure: sending.insecure || own.insecure,
            timeout: sending.timeout_request.unwrap_or(own.timeout),
            timeout_from: match sending.timeout_request {
                Some(_) => "`--timeout-request`",
                None => own.timeout_from,
            },
            working_dir: self.location.root.clone(),
            ..own
        }
    }

    /// The same with other settings of the client.
    pub fn pipeline_over(&self, config: ClientConfig, sending: &SendingArgs) -> Pipeline {
        let mut pipeline = Pipeline::new(Client::new(config), self.jar.clone());
        pipeline.packages = Some(Arc::new(self.packages()));
        pipeline.lists = true;
        if !sending.no_renew {
            pipeline.tokens = Some(self.tokens());
        }
        pipeline.netrc = netrc_file().map(|path| NetrcFile {
            path,
            asks: !sending.netrc,
        });
        // What cannot be read was not said.
        let remembered = self.state.consents().unwrap_or_default();
        pipeline.consent = Some(Arc::new(Allowed::new(
            sending,
            remembered,
            self.config.netrc,
            self.desk.clone(),
        )));
        if !sending.no_interaction && passphrase::can_ask() {
            pipeline.interaction = Some(Arc::new(AtTerminal::new(self.desk.clone())));
        }
        if let Some(limit) = sending.timeout_script {
            pipeline.limits = limits(limit);
        }
        pipeline
    }

    /// A context that the first Ctrl+C cancels; the second one ends the program.
    pub fn cancellable(&self) -> SendContext {
        let context = SendContext {
            cancel: self.desk.cancel.clone(),
            ..SendContext::default()
        };
        let cancel = context.cancel.clone();
        let mut first = Box::pin(tokio::signal::ctrl_c());
        // Listens from now on, not only when the task has its turn.
        let pressed = first.as_mut().now_or_never();
        tokio::spawn(async move {
            let pressed = match pressed {
                Some(pressed) => pressed,
                None => first.await,
            };
            if pressed.is_ok() {
                cancel.cancel();
                if tokio::signal::ctrl_c().await.is_ok() {
                    std::process::exit(130);
                }
            }
        });
        context
    }

    /// The tokens of this workspace, one with those of other postriders.
    pub fn tokens(&self) -> TokenStore {
        let environment = self
            .session
            .environment
            .and_then(|id| self.session.workspace.environment(id));
        let is_guest = environment.is_some_and(|node| {
            let owner = Owner::Environment(node.slug.clone());
            self.guests.iter().any(|(guest, key)| *guest == owner && key.is_none())
        });
        // What is only here for this command is nobody else's business.
        if !self.keeps || is_guest {
            return TokenStore::default();
        }
        let keeper = KeptTokens::beside(&self.state).map(|keeper| Arc::new(keeper) as _);
        TokenStore::kept(keeper, tokens_among(&self.session.current))
    }

    /// Adds a send to the history, as the TUI does; what goes wrong is told when all is saved.
    pub fn remember(&mut self, plan: &Plan, outcome: &Outcome, redactor: &Redactor) {
        if !self.keeps {
            return;
        }
        let path = plan.path.as_ref().map(ToString::to_string);
        let row = HistoryRow::of(path, &plan.request.name, outcome, redactor);
        if let Some(row) = row.filter(|_| self.unkept.is_none())
            && let Err(error) = self.state.add_history(&row)
        {
            self.forgotten.get_or_insert(error);
        }
    }

    /// Puts the values that were only here for this command back to what they were.
    fn send_guests_home(&mut self) {
        let current = &mut self.session.current;
        for (owner, key) in std::mem::take(&mut self.guests) {
            match &key {
                Some(key) => drop(current.reset(&owner, key)),
                None => current.reset_all(&owner),
            }
            for (name, value) in self.saved.of(&owner) {
                if key.as_ref().is_none_or(|key| key == name) {
                    current.set(owner.clone(), name, value.clone());
                }
            }
        }
    }

    /// Keeps what scripts and servers changed, current values and cookies; whether all of it was kept.
    pub fn save(&mut self, output: &mut Output) -> bool {
        if !self.keeps {
            return true;
        }
        if let Some(error) = self.forgotten.take() {
            tell(
                output,
                &format!("the history misses a send: {error}"),
                Some(error.hint()),
            );
        }
        self.send_guests_home();
        let cookies = self.jar.to_json().ok();
        if self.saved == self.session.current && self.saved_cookies == cookies {
            return true;
        }
        let kept = self.lasting().and_then(|()| {
            let told = |error: StateError| with_causes(CliError::failed(error.to_string()), &error).hint(error.hint());
            self.state
                .save_current_values(&self.saved, &self.session.current)
                .and_then(|()| match (&self.saved_cookies, &cookies) {
                    (Some(before), Some(after)) if before != after => self
                        .state
                        .change_cookies(after, |kept| merge_cookies(before, after, kept)),
                    _ => Ok(None),
                })
                .map_err(told)
        });
        match kept {
            Ok(aside) => {
                self.saved = self.session.current.clone();
                self.saved_cookies = cookies.or(self.saved_cookies.take());
                if let Some(aside) = aside {
                    let text = format!("the kept cookies could not be read; they stay in the local state as `{aside}`");
                    tell(output, &text, None);
                }
                true
            }
            Err(error) => {
                error.within("what was set was not kept").report(output);
                false
            }
        }
    }
}

/// What a script may take whose time is this one.
fn limits(time: Duration) -> Limits {
    // As in newman, nothing is no limit: nobody waits a year.
    let time = if time.is_zero() { YEAR } else { time };
    Limits {
        busy: time,
        total: time,
        ..Limits::default()
    }
}

/// Everything that is secret in a send and in the session after it, also what a script has just set.
pub fn secrets(session: &Session, node: Option<NodeId>, outcome: &Outcome) -> Redactor {
    crate::exec::secrets(&session.source(node), outcome)
}

/// A warning on stderr, with the next step if there is one.
pub fn tell(output: &mut Output, text: &str, hint: Option<&str>) {
    let paint = output.err_paint;
    output.note(&format!("{} {}", paint.yellow("warning:"), escape(text)));
    if let Some(hint) = hint {
        output.note(&format!("{} {}", paint.cyan("hint:"), escape(hint)));
    }
}

/// The error with everything below another one as its causes.
pub fn with_causes(error: CliError, of: &dyn std::error::Error) -> CliError {
    std::iter::successors(of.source(), |error| error.source()).fold(error, CliError::because)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_time_for_scripts_is_no_limit() {
        let none = limits(Duration::ZERO);
        assert_eq!((none.busy, none.total), (YEAR, YEAR));
        let some = limits(Duration::from_millis(500));
        assert_eq!(
            (some.busy, some.total),
            (Duration::from_millis(500), Duration::from_millis(500))
        );
    }
}
