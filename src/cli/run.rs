//! `postrider run`: requests, folders and collections in order with their tests, of a workspace or straight from
//! Postman's files.
//!
//! ```text
//! PATH … ─▶ Opened (a workspace, or none and what the files hold) ─▶ exec::run ─▶ reporters, exports, exit code
//! ```

use std::collections::HashSet;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use crate::exec::data::{self, Data};
use crate::exec::{Pipeline, RunEvent, RunOptions, Summary, run as run_all};
use crate::foreign::{Resource, by_uid};
use crate::formats;
use crate::http::{Client, TrustedFiles};
use crate::model::variable::{CurrentValue, Owner};
use crate::model::{Environment, NodeId, Redactor, Secret, Workspace};

use super::args::{Bail, RunArgs};
use super::argv::ReporterOptions;
use super::open::{NO_ENVIRONMENT, Opened, secrets, tell, with_causes};
use super::output::Output;
use super::reporters::Reporters;
use super::{CliError, certificates, cookies, find, foreign, scopes, start_of};

/// What a run is started with.
pub struct Start<'a> {
    /// The options.
    pub args: &'a RunArgs,
    /// Those of the reporters.
    pub reporters: &'a ReporterOptions,
    /// The workspace asked for.
    pub workspace: Option<&'a Path>,
    /// The current folder.
    pub cwd: &'a Path,
}

impl Start<'_> {
    /// Whether Postman's files are run, and no workspace.
    fn is_foreign(&self) -> bool {
        let mut paths = self.args.paths.iter();
        paths.any(|path| foreign::is_foreign(self.cwd, path))
    }
}

/// Runs what was asked for; exit code 1 when anything failed.
///
/// With Postman's files the exit codes are newman's, which has no 2.
pub async fn run(start: &Start<'_>, output: &mut Output) -> Result<ExitCode, CliError> {
    let args = in_cloud(start.args, start.cwd);
    let start = &Start { args: &args, ..*start };
    let done = carry_out(start, output).await;
    let done = if start.is_foreign() {
        done.map_err(CliError::as_failure)
    } else {
        done
    };
    match done {
        // Told all the same, and as in newman no failure then.
        Err(error) if args.suppress_exit_code => {
            error.report(output);
            Ok(ExitCode::SUCCESS)
        }
        done => done,
    }
}

/// The arguments with the places in Postman's API of what is named by a UID, which says nothing without the user's key. A
/// file of such a name comes first.
fn in_cloud(args: &RunArgs, cwd: &Path) -> RunArgs {
    let mut args = args.clone();
    if args
        .sending
        .postman_api_key
        .as_ref()
        .is_some_and(|key| !key.reveal().is_empty())
    {
        let place = |typed: &mut String, resource| {
            if let Some(url) = by_uid(typed, resource).filter(|_| !cwd.join(&*typed).exists()) {
                *typed = url;
            }
        };
        for path in &mut args.paths {
            place(path, Resource::Collection);
        }
        if let Some(name) = &mut args.sending.environment {
            place(name, Resource::Environment);
        }
    }
    args
}

async fn carry_out(start: &Start<'_>, output: &mut Output) -> Result<ExitCode, CliError> {
    let args = start.args;
    let (mut opened, items) = open(start, output).await?;
    let (requests, chosen) = requests(&opened.session.workspace, &items, &args.folder, output)?;
    if !start.is_foreign() {
        find::readable(&opened.session.workspace, &chosen)?;
        opened.environment_is_read(&args.sending)?;
        opened.tell_problems(|_| true, output);
    }
    if let Some(text) = &args.inline.environment {
        let environment = foreign::inline(text).map_err(|error| error.within(NO_ENVIRONMENT))?;
        let slug = foreign::load_environment(&mut opened.session, environment);
        opened.host(Owner::Environment(slug), None);
    }
    opened.prepare(&args.sending, start.cwd, output).await?;
    globals(start, &mut opened, output).await?;
    let mut options = RunOptions {
        iterations: args.iteration_count.map(|count| count as usize),
        data: rows(start, &opened, output).await?,
        delay: args.delay_request,
        bail: args.bail.contains(&Bail::Failure),
        bail_on_error: args.bail.contains(&Bail::Folder),
        fail_fast: args.fail_fast,
        parallel: usize::try_from(args.parallel).unwrap_or(usize::MAX),
        retry: args.retry,
        timeout: args.timeout,
        requests,
        ..RunOptions::default()
    };
    if options.requests.is_empty() && !start.is_foreign() {
        return Err(CliError::usage("there is nothing to run").hint("there are no requests in it"));
    }
    options.single = matches!(items.as_slice(), [item] if opened.session.workspace.request(*item).is_some());
    if let Some((part, of)) = args.shard {
        if options.count() > 1 {
            options.shard = Some((part, of));
        } else {
            options.requests = share(&options.requests, part, of);
        }
    }
    let pipeline = pipeline(start, &opened)?;
    let context = opened.cancellable();
    let collection = items
        .first()
        .and_then(|item| opened.session.workspace.collection_of(*item))
        .map(|node| node.id);

    let mut session = std::mem::take(&mut opened.session);
    let mut reporters = Reporters::new(args, start.reporters, output)?;
    let summary = run_all(&pipeline, &mut session, &options, &context, &mut |event| {
        let redactor = match &event {
            RunEvent::Outcome(done) => {
                let redactor = secrets(done.session, done.plan.node, done.outcome);
                opened.remember(done.plan, done.outcome, &redactor);
                Some(redactor)
            }
            // Its name is shown before it is sent.
            RunEvent::Request(plan, _) => Some(Redactor::new(plan.scopes.secrets().map(Secret::new))),
            _ => None,
        };
        reporters.event(&event, redactor.as_ref(), output);
    })
    .await;
    let told = reporters.finish(&summary, &session, collection, output);
    opened.session = session;
    let exported = export(start, &opened, collection);
    let kept = opened.save(output);
    let code = exit_code(args, &summary, kept);
    exported?;
    told.map_or_else(|error| error.unless_closed(code), |()| Ok(code))
}

fn exit_code(args: &RunArgs, summary: &Summary, kept: bool) -> ExitCode {
    if summary.cancelled {
        ExitCode::from(130)
    } else if args.suppress_exit_code || (summary.passed() && kept) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Opens the workspace, or reads Postman's files, and finds what is to run.
async fn open(start: &Start<'_>, output: &mut Output) -> Result<(Opened, Vec<NodeId>), CliError> {
    let Start { args, cwd, .. } = *start;
    if !start.is_foreign() {
        let first = args.paths.first().map(|path| start_of(cwd, path));
        let opened = Opened::at(first.as_deref().unwrap_or(cwd), start.workspace, output)?;
        let workspace = &opened.session.workspace;
        let items = args.paths.iter().map(|path| find::item(workspace, cwd, path));
        let items = items.collect::<Result<Vec<_>, _>>()?;
        return Ok((opened, items));
    }
    let mut others = args.paths.iter().filter(|path| !foreign::is_foreign(cwd, path));
    if let Some(other) = others.next() {
        if !cwd.join(other).exists() && !cwd.join(format!("{other}.toml")).exists() {
            let message = format!("there is no file `{}`", crate::foreign::shown(other));
            return Err(CliError::usage(message)
                .hint("behind a file of Postman's stand such files alone: items of a workspace run by themselves"));
        }
        return Err(
            CliError::usage("files of Postman's and items of a workspace cannot run together")
                .hint("run them one after the other, or import the files"),
        );
    }
    let root = foreign::working_dir(cwd, args.working_dir.as_deref());
    let mut opened = Opened::alone(&root, output)?;
    let client = Client::new(opened.client_config(&args.sending));
    let mut workspace = Workspace::new(root);
    let mut items = Vec::new();
    for path in &args.paths {
        let found = foreign::read(&client, cwd, path, args.sending.postman_api_key.as_ref()).await;
        let found = found.and_then(|found| Ok(crate::foreign::whole(found, path)?));
        let found = found.map_err(|error| error.within("the collection could not be loaded"))?;
        let loaded = foreign::load(&mut workspace, &found);
        if loaded.is_empty() {
            return Err(
                CliError::failed(format!("`{}` holds no collection", crate::foreign::shown(path)))
                    .hint("an environment goes behind `-e`, globals behind `-g`"),
            );
        }
        items.extend(loaded);
    }
    if let Some(name) = &args.sending.environment
        && workspace.environment_named(name).is_none()
        && !foreign::is_foreign(cwd, name)
    {
        let error = CliError::usage(format!("there is no environment file `{name}`"));
        return Err(error.hint(
            "a file of Postman's runs without the workspace: `postrider export postman ENV -o FILE` makes a file for `-e`",
        ));
    }
    opened.session.workspace = Arc::new(workspace);
    // Scripts may set variables of an environment although none was given.
    foreign::load_environment(&mut opened.session, Environment::default());
    Ok((opened, items))
}

/// Puts in the globals of the command line.
async fn globals(start: &Start<'_>, opened: &mut Opened, output: &mut Output) -> Result<(), CliError> {
    let args = start.args;
    let found = match (&args.inline.globals, &args.globals) {
        (Some(text), _) => Some(foreign::inline(text)),
        (None, Some(file)) => {
            let client = Client::new(opened.client_config(&args.sending));
            let key = args.sending.postman_api_key.as_ref();
            Some(foreign::environment(&client, start.cwd, file, key, output).await)
        }
        (None, None) => None,
    };
    if let Some(globals) = found {
        let globals = globals.map_err(|error| error.within("could not load the globals"))?;
        Arc::make_mut(&mut opened.session.workspace).load_globals(globals);
        opened.session.current.reset_all(&Owner::Globals);
        opened.host(Owner::Globals, None);
    }
    for (key, value) in &args.global_var {
        let value = CurrentValue {
            value: value.as_deref().map(Into::into),
            set_by: CurrentValue::GIVEN.to_owned(),
            set_at: jiff::Timestamp::now(),
            secret: false,
        };
        opened.session.current.set(Owner::Globals, key, value);
        opened.host(Owner::Globals, Some(key));
    }
    Ok(())
}

fn pipeline(start: &Start<'_>, opened: &Opened) -> Result<Pipeline, CliError> {
    let args = start.args;
    let mut config = opened.client_config(&args.sending);
    if let Some(folder) = &args.working_dir {
        config.working_dir = foreign::working_dir(start.cwd, Some(folder));
    }
    if let Some(file) = &args.ssl_extra_ca_certs {
        config.ca_file = Some(start.cwd.join(file));
    }
    if args.no_insecure_file_read {
        config.trusted = TrustedFiles::OnlyInWorkingDir;
    }
    config.follow_redirects = !args.ignore_redirects;
    // Those of the command line are tried first.
    config.certificates.splice(0..0, certificates::all(args, start.cwd)?);
    if let Some(file) = &args.cookie_jar {
        cookies::read(&start.cwd.join(file), &opened.jar)?;
    }
    let mut pipeline = opened.pipeline_over(config, &args.sending);
    // Only there is it shown; files have it as one line.
    pipeline.lists = args.reporters.iter().any(|name| name.trim() == "cli");
    pipeline.stop_on_failure = args.bail.contains(&Bail::Failure);
    pipeline.stop_on_error = args.bail.contains(&Bail::Folder);
    Ok(pipeline)
}

/// Writes what `--export-…` asks for.
fn export(start: &Start<'_>, opened: &Opened, collection: Option<NodeId>) -> Result<(), CliError> {
    let args = start.args;
    let at = |path: &Path| start.cwd.join(path);
    if let Some(path) = &args.export_environment {
        scopes::export(&at(path), scopes::environment(&opened.session), "environment")?;
    }
    if let Some(path) = &args.export_globals {
        scopes::export(&at(path), scopes::globals(&opened.session), "globals")?;
    }
    if let Some(path) = &args.export_cookie_jar {
        scopes::write(&at(path), &cookies::exported(&opened.jar))?;
    }
    if let (Some(path), Some(node)) = (&args.export_collection, collection) {
        let whole = formats::whole(&opened.session.workspace, node);
        // As it was: what scripts set is in the other exports.
        let value = formats::postman::write::collection(&whole, &formats::postman::Secrets::All);
        scopes::write(&at(path), &value)?;
    }
    Ok(())
}

/// The requests of the items in order, and the items; only those in the folders (or with the names) asked for, if any are.
/// In whatever order these are named, the collection's counts, as in newman.
fn requests(
    workspace: &Workspace,
    items: &[NodeId],
    folders: &[String],
    output: &mut Output,
) -> Result<(Vec<NodeId>, Vec<NodeId>), CliError> {
    let mut wanted_ones = HashSet::new();
    let mut chosen = if folders.is_empty() { items.to_vec() } else { Vec::new() };
    for wanted in folders {
        let Some((found, others)) = foreign::named(workspace, items, wanted, folders.len() == 1) else {
            let names = items.iter().filter_map(|item| workspace.node(*item));
            let names: Vec<String> = names.map(|node| format!("`{}`", node.entity.name())).collect();
            let names = names.join(", ");
            // As in newman, whatever it was that has no such folder.
            return Err(
                CliError::failed(format!("there is no folder or request `{wanted}` in {names}"))
                    .hint("give its name as the tree shows it, its id, or the name of its file"),
            );
        };
        if !others.is_empty() {
            let place = |id: &NodeId| {
                let mut names: Vec<&str> = workspace.lineage(*id).map(|node| node.entity.name()).collect();
                names.reverse();
                format!("`{}`", names.join(" / "))
            };
            let taken = place(&found);
            let top = |id: &NodeId| workspace.collection_of(*id).map(|node| node.id);
            let others = others.iter().filter_map(|other| match place(other) {
                same if same != taken => Some(same),
                // A collection that was given twice has nothing else in it the second time.
                same => (top(other) == top(&found)).then(|| format!("another {same}")),
            });
            let others: Vec<String> = others.collect();
            if !others.is_empty() {
                let others = others.join(", ");
                let text = format!("`{wanted}` names several: {taken} runs, as in newman, and not {others}");
                tell(output, &text, Some("an id names one: `--folder ID`"));
            }
        }
        wanted_ones.extend(workspace.requests_below(found));
        chosen.push(found);
    }
    let mut out: Vec<NodeId> = items.iter().flat_map(|item| workspace.requests_below(*item)).collect();
    if !folders.is_empty() {
        out.retain(|request| wanted_ones.remove(request));
    }
    Ok((out, chosen))
}

/// One of several parts of about the same length, in order.
fn share(requests: &[NodeId], part: usize, of: usize) -> Vec<NodeId> {
    let begin = requests.len() * part / of;
    let end = requests.len() * (part + 1) / of;
    requests[begin..end].to_vec()
}

async fn rows(start: &Start<'_>, opened: &Opened, output: &mut Output) -> Result<Data, CliError> {
    if let Some(text) = &start.args.inline.iteration_data {
        let data = data::parse(text.reveal().to_owned());
        return data.map_err(|error| CliError::usage("cannot use the iteration data in `.newmanrc`").because(&error));
    }
    let Some(file) = &start.args.iteration_data else {
        return Ok(Data::default());
    };
    let client = Client::new(opened.client_config(&start.args.sending));
    let failed = |error: CliError| error.within("the iteration data could not be loaded");
    let bytes = foreign::fetch(&client, start.cwd, file, data::MOST_BYTES).await;
    let bytes = bytes.map_err(failed)?;
    let data = data::read(bytes).map_err(|error| {
        let told =
            CliError::usage(format!("cannot use the data file `{}`", crate::foreign::shown(file))).because(&error);
        with_causes(told, &error).showing(error.excerpt()).hint(error.hint())
    })?;
    let bare = match data.row(0) {
        None => Some("has no rows: the run goes without data"),
        Some(row) if row.is_empty() => Some("has no variables in its first row"),
        Some(_) => None,
    };
    if let Some(bare) = bare {
        let what = crate::foreign::shown(file);
        let hint = "newman runs it so as well; is it the right file?";
        tell(output, &format!("the data file `{what}` {bare}"), Some(hint));
    }
    Ok(data)
}
