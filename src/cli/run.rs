//! `postrider run`: requests, folders and collections, in order, with their tests.

use std::path::Path;
use std::process::ExitCode;

use crate::exec::{DataRow, RunEvent, RunOptions, data, run as run_all};
use crate::model::{NodeId, Workspace};

use super::args::RunArgs;
use super::open::{Opened, cancellable, secrets, with_causes};
use super::output::Output;
use super::report::Report;
use super::{CliError, find};

/// Runs what was asked for; exit code 1 when anything failed.
pub async fn run(mut opened: Opened, args: &RunArgs, cwd: &Path, output: &mut Output) -> Result<ExitCode, CliError> {
    let mut options = RunOptions {
        iterations: args.iteration_count.map(|count| count as usize),
        data: rows(args.iteration_data.as_deref())?,
        delay: args.delay_request,
        bail: args.bail,
        ..RunOptions::default()
    };
    for path in &args.paths {
        let item = find::item(&opened.session.workspace, cwd, path)?;
        options
            .requests
            .extend(requests(&opened.session.workspace, item, &args.folder)?);
        options.single = args.paths.len() == 1 && opened.session.workspace.request(item).is_some();
    }
    if options.requests.is_empty() {
        return Err(CliError::usage("there is nothing to run").hint("the folder has no requests in it"));
    }
    opened.prepare(&args.sending, output).await?;
    let pipeline = opened.pipeline(&args.sending);
    let context = cancellable();

    let mut session = std::mem::take(&mut opened.session);
    let mut report = Report::new(output);
    let summary = run_all(&pipeline, &mut session, &options, &context, &mut |event| match event {
        RunEvent::Iteration(iteration) => report.iteration(iteration),
        RunEvent::Request(plan) => report.request(plan),
        RunEvent::Outcome(plan, outcome, session) => {
            let redactor = secrets(session, plan.node, outcome);
            opened.remember(plan, outcome, &redactor);
            report.outcome(outcome, &redactor);
        }
        RunEvent::NoSuchRequest(name) => report.no_such_request(name),
    })
    .await;
    let written = report.finish(&summary);
    opened.session = session;
    let kept = opened.save(output);
    let code = if summary.cancelled {
        ExitCode::from(130)
    } else if args.suppress_exit_code || (summary.passed() && kept) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    };
    written.map_or_else(|error| CliError::from(error).unless_closed(code), |()| Ok(code))
}

/// The requests of an item in order; only those in the folders (or with the names) asked for, if any are.
fn requests(workspace: &Workspace, item: NodeId, folders: &[String]) -> Result<Vec<NodeId>, CliError> {
    if folders.is_empty() {
        return Ok(workspace.requests_below(item));
    }
    let mut out = Vec::new();
    for wanted in folders {
        let below = workspace.descendants(item);
        let found = below.into_iter().skip(1).find(|id| {
            workspace
                .node(*id)
                .is_some_and(|node| node.slug == *wanted || node.entity.name() == wanted)
        });
        let Some(found) = found else {
            let name = workspace.node(item).map_or("", |node| node.entity.name());
            return Err(
                CliError::usage(format!("there is no folder or request `{wanted}` in `{name}`"))
                    .hint("give its name as the tree shows it, or the name of its file"),
            );
        };
        out.extend(workspace.requests_below(found));
    }
    Ok(out)
}

fn rows(file: Option<&Path>) -> Result<Vec<DataRow>, CliError> {
    let Some(file) = file else {
        return Ok(Vec::new());
    };
    let bytes = std::fs::read(file)
        .map_err(|error| CliError::usage(format!("cannot read the data file `{}`", file.display())).because(error))?;
    data::parse(&String::from_utf8_lossy(&bytes)).map_err(|error| {
        let told = CliError::usage(format!("cannot use the data file `{}`", file.display())).because(&error);
        with_causes(told, &error).hint(error.hint())
    })
}
