//! Values that come from outside when a request needs them: the process's environment, programs, the user.
//!
//! ```text
//! scripts that name one ──┐
//! {{name}}, {{$env NAME}} ┴─▶ wanted ── consent ──▶ Outside::get ──▶ Scopes, as a secret of this one send
//! ```
//!
//! Nothing is fetched that the request does not use. What a program printed and what the user typed is kept until the
//! program ends; it is in no file, no history and no local state.

mod files;

use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::sync::{Mutex, OnceCell};

use self::files::Hashes;
use super::consent::{Asking, Consent, Permission, Typed, allowed, given_up};
use super::renewal::cut;
use crate::http::Progress;
use crate::model::exchange::{Phase, Program, SendError, SendErrorKind};
use crate::model::variable::ValueSource;
use crate::model::{Redactor, Scope, Secret};
use crate::vars::{Scopes, env_name};

/// A program that asks for a finger or a password takes its time; one that hangs must not hold the send for ever.
const PATIENCE: Duration = Duration::from_mins(1);
/// No secret is longer, in bytes.
const MOST: u64 = 1024 * 1024;
/// So much of what a failed program says is shown, in characters.
const MOST_SAID: usize = 300;
/// What unlocks everything that is kept is nobody else's business.
const OUR_OWN: &str = "POSTRIDER_PASSPHRASE";

/// What was fetched until now. Clones share it.
#[derive(Clone, Default)]
pub struct Outside(Arc<Fetched>);

/// A cell for each source where it is declared: who wants one value does not wait for another.
type Cells = HashMap<(Declared, ValueSource), Arc<Cell>>;

#[derive(Default)]
struct Cell {
    value: OnceCell<Secret>,
    /// How often there was none, and why the last time.
    failed: StdMutex<(u64, Option<SendError>)>,
}

impl Cell {
    fn failed(&self) -> MutexGuard<'_, (u64, Option<SendError>)> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Default)]
struct Fetched {
    cells: StdMutex<Cells>,
    /// There is one person, who is asked one thing at a time.
    person: Mutex<()>,
    hashes: Hashes,
}

/// Where a source is written down. What came for one place is for no other: a stranger's collection that asks in the same
/// words as yours does not get what you typed for yours.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Declared {
    /// In the user's own settings.
    Settings,
    /// Among the globals.
    Globals,
    /// In the environment of this file name.
    Environment(String),
    /// In the collection that is filed here.
    Collection(String),
}

/// A variable that a value is to be fetched for.
#[derive(Debug, PartialEq)]
pub(super) struct Wanted {
    scope: Scope,
    key: String,
    pub source: ValueSource,
}

/// The variables of these names that have a source and no value yet.
pub(super) fn wanted<'a>(scopes: &Scopes, names: impl Iterator<Item = &'a String>) -> Vec<Wanted> {
    let wanted = names.filter_map(|name| match scopes.get(name) {
        Some((scope, binding)) => Some(Wanted {
            scope,
            key: name.clone(),
            source: binding.source.clone()?,
        }),
        None => Some(Wanted {
            scope: Scope::Local,
            key: name.clone(),
            source: ValueSource::Env(env_name(name)?.to_owned()),
        }),
    });
    wanted.collect()
}

/// The variables that a script of these mentions: it may read them without a template.
pub(super) fn mentioned(scopes: &Scopes, scripts: &[&str]) -> Vec<Wanted> {
    let names = Scope::ALL.into_iter().flat_map(|scope| &scopes.layer(scope).bindings);
    let names = names.filter(|binding| binding.source.is_some() && binding.enabled);
    let names = names.map(|binding| &binding.key);
    wanted(
        scopes,
        names.filter(|name| scripts.iter().any(|script| names_it(script, name))),
    )
}

/// Whether a script has a name as a whole word: `key` is not wanted where `monkey` is said.
pub(super) fn names_it(script: &str, name: &str) -> bool {
    let goes_on = |c: Option<char>| c.is_some_and(in_a_word);
    places(script, name).any(|(before, behind)| !goes_on(before.chars().next_back()) && !goes_on(behind.chars().next()))
}

/// Whether a script writes a variable: `pm.environment.set('key', …)`, `postman.setGlobalVariable("key", …)`.
pub(super) fn writes_it(script: &str, name: &str) -> bool {
    let last_word = |text: &str| text.rsplit(|c| !in_a_word(c)).next().map_or(0, str::len);
    places(script, name).any(|(before, behind)| {
        let quote = before.chars().next_back().filter(|c| "'\"`".contains(*c));
        let Some(before) = quote.and_then(|quote| before.strip_suffix(quote).filter(|_| behind.starts_with(quote)))
        else {
            return false;
        };
        let Some(call) = before.trim_end().strip_suffix('(') else {
            return false;
        };
        let (of, call) = call.split_at(call.len() - last_word(call));
        let of = of.trim_end_matches('.');
        match call {
            "set" | "unset" => SCOPES.contains(&&of[of.len() - last_word(of)..]),
            call => LEGACY_WRITES.contains(&call),
        }
    })
}

/// What scripts write variables to, by its last word.
const SCOPES: [&str; 4] = ["environment", "globals", "collectionVariables", "variables"];
/// How scripts of old write variables.
const LEGACY_WRITES: [&str; 4] = [
    "setEnvironmentVariable",
    "setGlobalVariable",
    "clearEnvironmentVariable",
    "clearGlobalVariable",
];

fn in_a_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// What is before and behind each place in which a name stands.
fn places<'a>(script: &'a str, name: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let length = name.len();
    let all: Vec<usize> = script.match_indices(name).map(|(at, _)| at).collect();
    all.into_iter().map(move |at| (&script[..at], &script[at + length..]))
}

impl Wanted {
    /// The program whose output is waited for.
    pub fn program(&self) -> Option<Program> {
        match &self.source {
            ValueSource::Command(argv) => argv.first().map(|program| Program::new(program)),
            _ => None,
        }
    }

    /// Where its source is written down, for a request of a collection that is sent in an environment; both are file names.
    pub fn declared(&self, collection: &str, environment: &str) -> Declared {
        match self.scope {
            Scope::Global => Declared::Globals,
            Scope::Environment => Declared::Environment(environment.to_owned()),
            Scope::Local | Scope::Data | Scope::Collection => Declared::Collection(collection.to_owned()),
        }
    }

    /// Puts the value into its place.
    pub fn fill(&self, scopes: &mut Scopes, value: &Secret) {
        scopes
            .layer_mut(self.scope)
            .fill(&self.key, value.reveal(), &self.source.to_string());
    }

    fn failed(&self, error: SendError, known: &Redactor) -> SendError {
        error.within(SendErrorKind::Request, |why| {
            format!("there is no value for `{{{{{}}}}}`: {}", self.key, known.redact(why))
        })
    }
}

impl Outside {
    /// Forgets what the user typed, so that it is asked for anew: a one-time code is good once.
    pub fn ask_again(&self) {
        let mut cells = self.0.cells.lock().unwrap_or_else(PoisonError::into_inner);
        cells.retain(|(_, source), _| !matches!(source, ValueSource::Prompt(_)));
    }

    /// The value of a variable, once the user has agreed.
    ///
    /// # Errors
    ///
    /// Why there is none, without any of the secrets that are known.
    #[expect(clippy::too_many_arguments, reason = "what is asked, of whom, and who is told")]
    pub(super) async fn get(
        &self,
        wanted: &Wanted,
        declared: Declared,
        consent: Option<&Arc<dyn Consent>>,
        asking: &Asking,
        folder: &Path,
        known: &Redactor,
        progress: &Progress,
    ) -> Result<Secret, SendError> {
        if let Some(permission) = permission(&wanted.source, folder, &self.0.hashes).await {
            allowed(consent, asking, &permission).await?;
        }
        let program = wanted.program();
        if let Some(program) = program {
            progress(Phase::Program(program));
        }
        let value = self.value(declared, &wanted.source, consent, asking, folder).await;
        if program.is_some() {
            progress(Phase::Preparing);
        }
        value.map_err(|error| wanted.failed(error, known))
    }

    /// The value of a source, for which nobody's consent is needed any more: fetched, or as it was before.
    ///
    /// # Errors
    ///
    /// Why there is none; a program's own words may be in it.
    pub(super) async fn value(
        &self,
        declared: Declared,
        source: &ValueSource,
        consent: Option<&Arc<dyn Consent>>,
        asking: &Asking,
        folder: &Path,
    ) -> Result<Secret, SendError> {
        if let ValueSource::Env(name) = source {
            return read(name).map_err(|why| missing(why).hint(format!("set `{name}` before you start postrider")));
        }
        let cell = {
            let mut cells = self.cells();
            cells.entry((declared, source.clone())).or_default().clone()
        };
        // Whoever wants the same waits for it: it is fetched once, and that there is none is an answer to all who wait.
        let before = cell.failed().0;
        let fetch = async {
            let (times, why) = cell.failed().clone();
            if let Some(why) = why.filter(|_| times != before) {
                return Err(why);
            }
            let fetched = self.fetch(source, consent, asking, folder).await;
            if let Err(why) = &fetched {
                let mut failed = cell.failed();
                *failed = (failed.0 + 1, Some(why.clone()));
            }
            fetched
        };
        let value = cell.value.get_or_try_init(|| fetch).await.cloned();
        if let (Err(why), Some(consent)) = (&value, consent)
            && why.kind == SendErrorKind::Cancelled
        {
            consent.give_up();
        }
        value
    }

    /// Fetches anew what turned out to be wrong.
    pub(super) fn forget(&self, declared: Declared, source: &ValueSource, wrong: &Secret) {
        let mut cells = self.cells();
        let place = (declared, source.clone());
        // Somebody may have fetched it anew already.
        if cells.get(&place).is_some_and(|cell| cell.value.get() == Some(wrong)) {
            cells.remove(&place);
        }
    }

    fn cells(&self) -> MutexGuard<'_, Cells> {
        self.0.cells.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fetch(
        &self,
        source: &ValueSource,
        consent: Option<&Arc<dyn Consent>>,
        asking: &Asking,
        folder: &Path,
    ) -> Result<Secret, SendError> {
        match source {
            ValueSource::Command(argv) => {
                let printed = run(argv, folder).await;
                printed.map_err(|error| error.hint(format!("try `{source}` by itself")))
            }
            ValueSource::Prompt(question) => {
                let _turn = self.0.person.lock().await;
                let question = if asking.wrong {
                    format!("That does not open it. {question}")
                } else {
                    question.clone()
                };
                let typed = match consent {
                    Some(consent) => consent.ask(asking, &question).await,
                    None => Typed::Nothing,
                };
                match typed {
                    Typed::Text(secret) => Ok(secret),
                    Typed::Nothing => Err(missing("it was to be typed, and was not")
                        .hint("where nobody can be asked, `--env-var` gives it")),
                    Typed::GivenUp => Err(given_up()),
                    Typed::Failed(why) => Err(missing(why)),
                }
            }
            ValueSource::Env(_) => Err(missing("it is not to be kept").hint("start anew")),
        }
    }
}

/// What a source needs, with its files as they are now; what is asked anyhow needs nothing.
async fn permission(source: &ValueSource, folder: &Path, hashes: &Hashes) -> Option<Permission> {
    match source {
        ValueSource::Env(name) => Some(Permission::Env(name.clone())),
        ValueSource::Command(argv) => {
            let (words, folder, hashes) = (argv.clone(), here(folder).to_owned(), hashes.clone());
            let files = tokio::task::spawn_blocking(move || hashes.files_among(&words, &folder)).await;
            // It is not done only when the program is ending.
            Some(Permission::Command(argv.clone(), files.unwrap_or_default()))
        }
        ValueSource::Prompt(_) => None,
    }
}

fn here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

/// Why there is no value; what it is for is said around it.
pub(super) fn missing(why: impl Into<String>) -> SendError {
    SendError::new(SendErrorKind::Request, why)
}

fn read(name: &str) -> Result<Secret, String> {
    if name == OUR_OWN {
        return Err(format!("`{name}` is postrider's own"));
    }
    match std::env::var(name) {
        Ok(value) => Ok(Secret::new(value)),
        Err(std::env::VarError::NotPresent) => Err(format!("`{name}` is not in the environment of postrider")),
        Err(std::env::VarError::NotUnicode(_)) => Err(format!("`{name}` is no text")),
    }
}

/// What a program prints, without the end of its last line.
///
/// What it says of its failure is for whoever sits before it, who is shown causes: in reports, in the history and before
/// scripts stands only how it ended, as nobody knows what else a program says.
async fn run(argv: &[String], folder: &Path) -> Result<Secret, SendError> {
    let (program, arguments) = argv.split_first().ok_or_else(|| missing("its command is empty"))?;
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(here(folder))
        .env_remove(OUR_OWN)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| {
            missing(format!(
                "`{program}` cannot be run: {}",
                error.to_string().to_lowercase()
            ))
        })?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let finished = async { tokio::join!(read_all(stdout), read_all(stderr), child.wait()) };
    let (printed, said, status) = tokio::time::timeout(PATIENCE, finished)
        .await
        .map_err(|_| missing(format!("`{program}` was not done after {} s", PATIENCE.as_secs())))?;
    let status = status.map_err(|error| missing(format!("`{program}` cannot be waited for: {error}")))?;
    if !status.success() {
        let said = String::from_utf8_lossy(&said);
        let said = Some(cut(said.trim(), MOST_SAID)).filter(|said| !said.is_empty());
        let mut error = missing(format!("`{program}` failed ({status})"));
        error.causes.extend(said);
        return Err(error);
    }
    if printed.len() as u64 > MOST {
        return Err(missing(format!("`{program}` printed more than {MOST} bytes")));
    }
    let text = String::from_utf8(printed).map_err(|_| missing(format!("what `{program}` printed is no text")))?;
    let text = text
        .strip_suffix('\n')
        .map_or(&*text, |text| text.strip_suffix('\r').unwrap_or(text));
    if text.is_empty() {
        return Err(missing(format!("`{program}` printed nothing")));
    }
    Ok(Secret::new(text))
}

async fn read_all(from: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(from) = from {
        let mut most = from.take(MOST + 1);
        // What a program printed until its pipe broke is what there is; its exit code says whether it counts.
        let _ = most.read_to_end(&mut out).await;
    }
    out
}

#[cfg(all(test, unix))]
mod tests;
