//! Values that come from outside when a request needs them: the process's environment, programs, the user.
//!
//! ```text
//! scripts that name one ──┐
//! {{name}}, {{$env NAME}} ┴─▶ wanted ── consent ──▶ Outside::get ──▶ Scopes, as a secret of this one send
//! ```
//!
//! Nothing is fetched that the request does not use. What a program printed and what the user typed is kept until the
//! program ends; it is in no file, no history and no local state.

use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::sync::{Mutex, OnceCell};

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
type Cells = HashMap<(Declared, ValueSource), Arc<OnceCell<Secret>>>;

#[derive(Default)]
struct Fetched {
    cells: StdMutex<Cells>,
    /// There is one person, who is asked one thing at a time.
    person: Mutex<()>,
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
        if let Some(permission) = Permission::of(&wanted.source) {
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
        // Whoever wants the same waits for it: it is fetched once.
        let fetch = self.fetch(source, consent, asking, folder);
        cell.get_or_try_init(|| fetch).await.cloned()
    }

    /// Fetches anew what turned out to be wrong.
    pub(super) fn forget(&self, declared: Declared, source: &ValueSource, wrong: &Secret) {
        let mut cells = self.cells();
        let place = (declared, source.clone());
        // Somebody may have fetched it anew already.
        if cells.get(&place).is_some_and(|cell| cell.get() == Some(wrong)) {
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
                printed.map_err(|why| missing(why).hint(format!("try `{source}` by itself")))
            }
            ValueSource::Prompt(question) => {
                let _turn = self.0.person.lock().await;
                let typed = match consent {
                    Some(consent) => consent.ask(asking, question).await,
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
async fn run(argv: &[String], folder: &Path) -> Result<Secret, String> {
    let (program, arguments) = argv.split_first().ok_or("its command is empty")?;
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        })
        .env_remove(OUR_OWN)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("`{program}` cannot be run: {}", error.to_string().to_lowercase()))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let finished = async { tokio::join!(read_all(stdout), read_all(stderr), child.wait()) };
    let (printed, said, status) = tokio::time::timeout(PATIENCE, finished)
        .await
        .map_err(|_| format!("`{program}` was not done after {} s", PATIENCE.as_secs()))?;
    let status = status.map_err(|error| format!("`{program}` cannot be waited for: {error}"))?;
    if !status.success() {
        let said = String::from_utf8_lossy(&said);
        let said = cut(said.trim(), MOST_SAID);
        let colon = if said.is_empty() { "" } else { ": " };
        return Err(format!("`{program}` failed ({status}){colon}{said}"));
    }
    if printed.len() as u64 > MOST {
        return Err(format!("`{program}` printed more than {MOST} bytes"));
    }
    let text = String::from_utf8(printed).map_err(|_| format!("what `{program}` printed is no text"))?;
    let text = text
        .strip_suffix('\n')
        .map_or(&*text, |text| text.strip_suffix('\r').unwrap_or(text));
    if text.is_empty() {
        return Err(format!("`{program}` printed nothing"));
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
mod tests {
    use super::*;

    async fn runs(argv: &[&str]) -> Result<String, String> {
        let argv: Vec<String> = argv.iter().map(|word| (*word).to_owned()).collect();
        run(&argv, Path::new("")).await.map(|secret| secret.reveal().to_owned())
    }

    #[tokio::test]
    async fn a_program_is_run_without_a_shell() {
        assert_eq!(
            runs(&["printf", "%s\\n", "$HOME; echo"]).await,
            Ok("$HOME; echo".to_owned())
        );
        assert_eq!(runs(&["echo"]).await, Err("`echo` printed nothing".to_owned()));
        assert_eq!(runs(&[]).await, Err("its command is empty".to_owned()));
        let none = runs(&["no-such-program-of-any-name"]).await;
        assert!(none.is_err_and(|why| why.contains("cannot be run")));
        let failed = runs(&["ls", "/no/such/folder"]).await;
        assert!(failed.is_err_and(|why| why.contains("failed (exit status: ") && why.contains("/no/such/folder")));
    }

    #[tokio::test]
    async fn a_secret_at_the_end_of_what_a_failed_program_says_is_masked() {
        let said = format!("{} heron-4711-secret", "x".repeat(MOST_SAID - 8));
        let failed = runs(&["sh", "-c", "echo \"$0\" >&2; exit 3", &said]).await;
        let shown = Redactor::new([Secret::new("heron-4711-secret")]).redact(&failed.unwrap_or_else(|why| why));
        assert!(shown.contains("xxx") && !shown.contains("heron"), "{shown}");
    }

    #[test]
    fn a_script_names_a_variable_by_its_whole_name() {
        for (script, expected) in [
            ("pm.variables.get('key')", true),
            ("environment.key", true),
            ("monkey + keys + $key + key_2", false),
            ("monkey key", true),
        ] {
            assert_eq!(names_it(script, "key"), expected, "{script}");
        }
    }

    #[test]
    fn a_script_writes_a_variable_where_it_sets_one_of_its_name() {
        for (script, expected) in [
            ("pm.environment.set('key', 1)", true),
            ("pm.collectionVariables.set(\n  `key`, 1)", true),
            ("pm.environment.unset(\"key\")", true),
            ("postman.setGlobalVariable('key', 1)", true),
            ("pm.environment.get('key')", false),
            ("pm.environment.set('key-2', 1)", false),
            ("pm.environment.set('other', 'key')", false),
            ("url.searchParams.set('key', 1)", false),
            ("set('key')", false),
            ("'key'", false),
            ("key", false),
        ] {
            assert_eq!(writes_it(script, "key"), expected, "{script}");
        }
    }

    #[tokio::test]
    async fn who_wants_another_value_does_not_wait() {
        use crate::exec::consent::Word;
        use crate::script::BoxFuture;
        struct Nobody;
        impl Consent for Nobody {
            fn may(&self, _: &Asking, _: &Permission) -> BoxFuture<Word> {
                Box::pin(std::future::ready(Word::Yes))
            }
            fn ask(&self, _: &Asking, _: &str) -> BoxFuture<Typed> {
                Box::pin(std::future::pending())
            }
        }
        let wants = |source: ValueSource| Wanted {
            scope: Scope::Global,
            key: "v".to_owned(),
            source,
        };
        let outside = Outside::default();
        let (asking, known) = (Asking::default(), Redactor::default());
        let consent: Arc<dyn Consent> = Arc::new(Nobody);
        let typed = wants(ValueSource::Prompt("PIN".to_owned()));
        let printed = wants(ValueSource::Command(vec!["echo".to_owned(), "out".to_owned()]));
        let folder = Path::new("");
        let told: Arc<StdMutex<Vec<String>>> = Arc::default();
        let into = Arc::clone(&told);
        let progress: Progress =
            Arc::new(move |phase: Phase| into.lock().unwrap_or_else(PoisonError::into_inner).push(phase.words()));
        let consent = Some(&consent);
        let typed = outside.get(&typed, Declared::Globals, consent, &asking, folder, &known, &progress);
        let printed = outside.get(&printed, Declared::Globals, consent, &asking, folder, &known, &progress);
        tokio::select! {
            biased;
            _ = typed => panic!("nobody types"),
            value = printed => assert!(value.is_ok_and(|value| value.reveal() == "out")),
        }
        assert_eq!(
            *told.lock().unwrap_or_else(PoisonError::into_inner),
            ["waiting for `echo`", "preparing"]
        );
    }

    #[tokio::test]
    async fn the_same_question_is_another_one_where_it_is_declared_elsewhere() {
        use std::sync::atomic::{AtomicUsize, Ordering};

        use crate::exec::consent::Word;
        use crate::script::BoxFuture;
        #[derive(Default)]
        struct Counts(AtomicUsize);
        impl Consent for Counts {
            fn may(&self, _: &Asking, _: &Permission) -> BoxFuture<Word> {
                Box::pin(std::future::ready(Word::No))
            }
            fn ask(&self, _: &Asking, _: &str) -> BoxFuture<Typed> {
                let nth = self.0.fetch_add(1, Ordering::SeqCst);
                Box::pin(std::future::ready(Typed::Text(Secret::new(format!("typed {nth}")))))
            }
        }
        let (outside, asking) = (Outside::default(), Asking::default());
        let consent: Arc<dyn Consent> = Arc::new(Counts::default());
        let question = ValueSource::Prompt("Password?".to_owned());
        let of = |scope, collection: &str, environment: &str| {
            let wanted = Wanted {
                scope,
                key: "v".to_owned(),
                source: question.clone(),
            };
            wanted.declared(collection, environment)
        };
        for (declared, typed) in [
            (Declared::Settings, "typed 0"),
            (of(Scope::Collection, "mine", "prod"), "typed 1"),
            (of(Scope::Collection, "stranger", "prod"), "typed 2"),
            (of(Scope::Environment, "mine", "prod"), "typed 3"),
            (of(Scope::Environment, "mine", "test"), "typed 4"),
            (of(Scope::Global, "mine", "prod"), "typed 5"),
            // An environment and the globals are the user's for every collection.
            (of(Scope::Environment, "stranger", "prod"), "typed 3"),
            (of(Scope::Global, "stranger", ""), "typed 5"),
            (of(Scope::Collection, "mine", ""), "typed 1"),
            (Declared::Settings, "typed 0"),
        ] {
            let place = format!("{declared:?}");
            let got = outside.value(declared, &question, Some(&consent), &asking, Path::new(""));
            assert!(got.await.is_ok_and(|value| value.reveal() == typed), "{place}");
        }
    }

    #[test]
    fn our_own_passphrase_is_not_read() {
        assert!(read(OUR_OWN).is_err_and(|why| why.contains("postrider's own")));
        assert!(read("NO_SUCH_VARIABLE_OF_ANY_NAME").is_err_and(|why| why.contains("is not in the environment")));
    }
}
