//! `postrider import`: Postman's collections, environments and globals into the workspace's files.
//!
//! ```text
//! FILE, folder, URL, - ─▶ Found + Report ─▶ plan: add, change, move, remove ─▶ asked ─▶ files, local values ─▶ report
//! ```

use std::io::{IsTerminal, stdin};
use std::path::Path;
use std::process::ExitCode;

use serde_json::json;

use crate::foreign::{ForeignError, Import, Planned};
use crate::formats::reimport::Action;
use crate::formats::{Fate, Found, Report, place};
use crate::http::Client;
use crate::model::Secret;
use crate::store::SaveError;
use crate::store::locate::Origin;
use crate::store::state::StateError;

use super::args::ImportArgs;
use super::open::{Opened, with_causes};
use super::output::{Output, escape};
use super::{CliError, foreign, passphrase};

/// Imports what was asked for; with `--strict`, exit code 1 when something could not be carried over as it was.
/// A file of a folder that could not be read makes it 1 in any case.
pub async fn import(
    mut opened: Opened,
    args: &ImportArgs,
    cwd: &Path,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    opened.unlock(output)?;
    let client = Client::new(opened.client());
    let mut found = Found::default();
    for source in &args.sources {
        found.extend(read(&client, cwd, source, args.postman_api_key.as_ref()).await?);
    }
    let came = opened.state.imported().map_err(|error| state(&error))?;
    let mut planned = Planned::new(&opened.location.root, found, came, &opened.session.current);
    if planned.todo.changes() && !args.yes {
        ask(&planned.todo, args.json, output)?;
    }
    // What a collection may that is gone, none may that comes to its place. Once more, as it may have gone since this began:
    // reading a URL and the question take their time.
    let collections = opened.location.root.join("collections");
    let ended = opened.state.end_consents_of_gone(&collections);
    ended.map_err(|error| state(&error))?;
    let (secrets, done) = planned.carry_out();
    // Whatever else goes wrong: what is in the files by now must not be without its secrets, nor a stranger to the next import.
    let settled = secrets.settle(&opened.session.current);
    opened.session.current.take(&settled.changes);
    let kept = opened.save(output);
    let noted = opened.state.set_imported(planned.came());
    both(done, noted)?;
    tell(&planned.todo, &planned.found, args, output)?;
    for line in settled.words() {
        output.note(&escape(&line));
    }
    if opened.location.origin != Origin::Upwards {
        let root = std::path::absolute(&opened.location.root).unwrap_or_else(|_| opened.location.root.clone());
        output.note(&format!(
            "The files are below `{}`.",
            escape(&root.display().to_string())
        ));
    }
    if !matches!(opened.location.origin, Origin::Explicit | Origin::Upwards) {
        output.note("For a workspace in this folder, make the folder `collections` here and import again.");
    }
    let lossy = args.strict && !planned.found.report.is_clean();
    let whole = planned.found.report.unread() == 0;
    // The program ends here: what thousands of requests took need not be given back one by one.
    std::mem::forget(planned);
    Ok(if kept && whole && !lossy {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What a source holds.
async fn read(client: &Client, cwd: &Path, source: &str, key: Option<&Secret>) -> Result<Found, CliError> {
    if source.trim().is_empty() {
        return Err(
            CliError::usage("the name of what is to be imported is empty").hint("give a file, a folder, a URL or `-`")
        );
    }
    foreign::read(client, cwd, source, key).await
}

/// What went wrong with the files, before what went wrong with what is to be known of them.
fn both(done: Result<(), SaveError>, noted: Result<(), StateError>) -> Result<(), CliError> {
    match (done, noted) {
        (Ok(()), noted) => noted.map_err(|error| state(&error)),
        (Err(error), noted) => {
            let first = CliError::from(ForeignError::from(error));
            Err(match noted {
                Ok(()) => first,
                Err(second) => with_causes(
                    first.because(format!("what came could not be noted: {second}")),
                    &second,
                ),
            })
        }
    }
}

fn state(error: &StateError) -> CliError {
    with_causes(CliError::failed(error.to_string()), error).hint(error.hint())
}

/// Asks whether what is there may be changed.
fn ask(todo: &Import, json: bool, output: &mut Output) -> Result<(), CliError> {
    let words = todo.words();
    for line in todo.differences() {
        output.note(&escape(&line));
    }
    if json || !stdin().is_terminal() {
        return Err(CliError::usage(format!(
            "it was imported before, and importing it again changes files: {words}"
        ))
        .hint("`--yes` does it"));
    }
    output.note(&format!("It was imported before. Importing it again: {words}."));
    if passphrase::agrees("Go on? [y/N]", output) {
        Ok(())
    } else {
        Err(CliError::failed("nothing was imported"))
    }
}

/// Says what was done, and what could not be carried over as it was.
fn tell(todo: &Import, found: &Found, args: &ImportArgs, output: &mut Output) -> Result<(), CliError> {
    let places = todo.collections().map(|path| format!("collections/{path}"));
    let places: Vec<String> = places.collect();
    let environments = todo
        .environments
        .iter()
        .map(|step| format!("environments/{}.toml", step.slug));
    let environments: Vec<String> = environments.collect();
    if args.json {
        let value = json!({
            "collections": places,
            "environments": environments,
            "globals": todo.globals.is_some(),
            "added": todo.count(Action::Add),
            "changed": todo.count(Action::Change),
            "moved": todo.count(Action::Move),
            "removed": todo.count(Action::Remove),
            "unchanged": todo.count(Action::Keep) + todo.count(Action::Note),
            "secrets": todo.secrets,
            "notes": found.report.notes,
        });
        return Ok(output.line(&serde_json::to_string_pretty(&value).unwrap_or_default())?);
    }
    let paint = output.paint;
    for (place, collection) in places.iter().zip(&found.collections) {
        let name = escape(collection.name());
        let requests = match collection.requests() {
            1 => "1 request".to_owned(),
            count => format!("{count} requests"),
        };
        output.line(&format!("{} {name}: {requests} in {place}", paint.green("✓")))?;
    }
    for place in &environments {
        output.line(&format!("{} {place}", paint.green("✓")))?;
    }
    if todo.globals.is_some() {
        output.line(&format!("{} globals.toml", paint.green("✓")))?;
    }
    if args.yes {
        // Nobody was asked, nor shown what it is about.
        for line in todo.differences() {
            output.line(&escape(&line))?;
        }
    }
    output.line(&todo.words())?;
    for line in notes(&found.report) {
        output.line(&line)?;
    }
    Ok(())
}

/// The report, item by item; secrets in clear behind the others, a line each.
pub(super) fn notes(report: &Report) -> Vec<String> {
    let mut out = Vec::new();
    for (path, notes) in report.by_item() {
        out.push(format!("\n{}", escape(&path)));
        for note in notes {
            let fate = note.fate.word();
            out.push(format!("  {fate:<8} {}: {}", escape(&note.what), escape(&note.why)));
        }
    }
    let mut why: Option<&str> = None;
    for note in report.notes.iter().filter(|note| note.fate == Fate::Open) {
        if why != Some(&note.why) {
            why = Some(&note.why);
            out.push(format!("\nIn clear: {}", escape(&note.why)));
        }
        out.push(format!("  {}: {}", escape(place(&note.path)), escape(&note.what)));
    }
    if !out.is_empty() {
        let count = |fate| report.count(fate);
        let open = match count(Fate::Open) {
            0 => String::new(),
            1 => ", 1 secret in clear".to_owned(),
            open => format!(", {open} secrets in clear"),
        };
        out.push(format!(
            "\n{} guessed, {} kept without effect, {} lost{open}",
            count(Fate::Guessed),
            count(Fate::Kept),
            count(Fate::Lost)
        ));
    }
    out
}
