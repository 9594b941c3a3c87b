//! `postrider send`: one request; its body to stdout, everything else to stderr.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;

use crate::exec::tokens::{self, TokenStatus};
use crate::exec::{Plan, failures, scopes};
use crate::model::body::Language;
use crate::model::exchange::{Response, SendErrorKind};
use crate::model::outcome::{ConsoleLine, Renewal};
use crate::model::request::{Entry, Method};
use crate::model::script::ScriptEvent;
use crate::model::{Body, NodeId, Outcome, Redactor, Request};
use crate::script::Engine;
use crate::store;
use crate::store::body::{BodyError, Goes, Saved};

use super::args::SendArgs;
use super::open::{Opened, secrets};
use super::output::{Output, Paint, escape, is_piped};
use super::sign_in::Terminal;
use super::stream::{self, Kind, Watch, Watched, Written};
use super::{CliError, body, describe, find, wire};

/// The engine for the request's scripts; to be called within a runtime.
///
/// A saved request has one more often than not, and a JavaScript world takes longer to make than a workspace to read and
/// a server nearby to answer: where there is a core for it, it is made meanwhile.
pub fn engine(args: &SendArgs) -> Engine {
    let saved = args.url.is_none() && !is_url(&args.target);
    if saved && std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1) {
        Engine::ahead()
    } else {
        Engine::new()
    }
}

/// Sends the request; exit code 1 when it, a script or a test failed.
pub async fn send(
    mut opened: Opened,
    engine: &Engine,
    args: &SendArgs,
    cwd: &Path,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    let target = target(&opened, args, cwd)?;
    if let Target::Saved(node) = target {
        find::readable(&opened.session.workspace, &[node])?;
        opened.environment_is_read(&args.sending)?;
        opened.tell_problems(|_| true, output);
    }
    opened.prepare(&args.sending, cwd, output).await?;
    let mut plan = match target {
        Target::Saved(node) => opened
            .session
            .plan(node)
            .ok_or_else(|| CliError::failed("the request is gone"))?,
        Target::AdHoc(request) => opened.session.plan_of(*request),
    };
    change(&mut plan, args)?;
    let node = plan.node;
    let mut pipeline = opened.pipeline(&args.sending);
    if !args.sending.no_interaction && Terminal::is_there() {
        pipeline.person = Some(Arc::new(Terminal::new(output.err_paint)));
    }
    let mut context = opened.cancellable();
    let watch = watch(&plan, args, output);
    let Watched {
        mut outcome,
        written,
        saved,
        unread,
    } = stream::send(&pipeline, engine, plan.clone(), &mut context, watch, output).await;
    let lost = opened.session.keep(node, &outcome);
    outcome.console.extend(lost);
    let redactor = secrets(&opened.session, node, &outcome);
    opened.remember(&plan, &outcome, &redactor);
    let kept = opened.save(output);

    if unread {
        // Whoever has read enough wants to hear of nothing that broke off.
        return Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    tell(&plan, &outcome, &redactor, args, output);
    let response = outcome.exchange.as_ref().and_then(|exchange| exchange.response());
    if response.is_some_and(|response| response.status == 401) {
        advise(&opened, node, &outcome, output);
    }
    let refused = args.fail && response.is_some_and(|response| response.status >= 400);
    let code = if context.cancel.is_cancelled() {
        ExitCode::from(130)
    } else if outcome.failed() || refused || !kept {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    };
    let printed = match (written, response) {
        (Ok(Written { done: false, .. }), Some(response)) => print(response, &redactor, saved, args, output),
        (written, _) => written
            .map(|written| written.odd.into_iter().for_each(|odd| output.note(odd)))
            .map_err(CliError::from),
    };
    printed.map_or_else(|error| error.unless_closed(code), |()| Ok(code))
}

/// How the send is to be watched: a body goes out as it comes, into a file beside the one that it may only replace as a whole.
fn watch(plan: &Plan, args: &SendArgs, output: &Output) -> Watch {
    let (includes, paint) = (args.include, output.paint);
    Watch {
        kind: match &args.output {
            Some(_) => Kind::Whole,
            None if output.is_terminal && !args.raw => Kind::Lines,
            None => Kind::Bytes,
        },
        file: args.output.clone(),
        head: Box::new(move |exchange| match exchange.response() {
            Some(response) if includes => head(response, &exchange.redactor, paint),
            _ => String::new(),
        }),
        tells: !args.quiet,
        tells_download: !is_piped(),
        // Tokens are looked for in all of it, too.
        to_the_end: plan.has_scripts(ScriptEvent::PostResponse) || plan.tokens.filled().next().is_some(),
    }
}

enum Target {
    Saved(NodeId),
    AdHoc(Box<Request>),
}

fn target(opened: &Opened, args: &SendArgs, cwd: &Path) -> Result<Target, CliError> {
    let (method, url) = match &args.url {
        Some(url) => (args.target.as_str(), url.as_str()),
        None if is_url(&args.target) => (if args.data.is_some() { "POST" } else { "GET" }, args.target.as_str()),
        None if Method::COMMON.contains(&args.target.as_str()) => {
            return Err(CliError::usage(format!("`{}` needs a URL", args.target))
                .hint("for example `postrider send GET https://example.com/`"));
        }
        None => {
            let node = find::item(&opened.session.workspace, cwd, &args.target)?;
            if opened.session.workspace.request(node).is_none() {
                return Err(CliError::usage(format!("`{}` is no single request", args.target))
                    .hint(format!("`postrider run {}` runs all that is in it", args.target)));
            }
            return Ok(Target::Saved(node));
        }
    };
    let method = Method::new(method);
    if !method.is_valid() {
        return Err(CliError::usage(format!("`{method}` is no HTTP method"))
            .hint("give the method first, then the URL: `postrider send GET https://example.com/`"));
    }
    let request = Request {
        name: url.to_owned(),
        ..Request::to(method, url)
    };
    Ok(Target::AdHoc(Box::new(request)))
}

fn is_url(text: &str) -> bool {
    text.contains("://") || text.starts_with("{{") || text.starts_with("localhost") || text.starts_with("127.")
}

/// Puts the headers and the body of the command line in.
fn change(plan: &mut Plan, args: &SendArgs) -> Result<(), CliError> {
    let data = args.data.as_deref().map(read).transpose()?;
    if args.header.is_empty() && data.is_none() {
        return Ok(());
    }
    let request = Arc::make_mut(&mut plan.request);
    // Of one name all that were given, as with curl.
    let is_given = |row: &Entry| {
        let mut names = args.header.iter().map(|(name, _)| name);
        names.any(|name| row.name.as_str().eq_ignore_ascii_case(name))
    };
    request.headers.retain(|row| !is_given(row));
    let given = args.header.iter();
    let given = given.map(|(name, value)| Entry::new(name.as_str(), value.as_str()));
    request.headers.extend(given);
    if let Some(text) = data {
        let json = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
        let language = if json { Language::Json } else { Language::Text };
        request.body = Body::Raw {
            language,
            text: text.into(),
        };
        // Who gives a body wants it sent.
        plan.settings.always_send_body = Some(true);
    }
    Ok(())
}

/// The text given, or that of a file behind `@`.
fn read(data: &str) -> Result<String, CliError> {
    let Some(file) = data.strip_prefix('@') else {
        return Ok(data.to_owned());
    };
    let mut text = String::new();
    let done = if file == "-" {
        std::io::stdin().read_to_string(&mut text).map(|_| ())
    } else {
        std::fs::read_to_string(file).map(|read| text = read)
    };
    done.map_err(|error| {
        CliError::usage(format!("cannot read the body from `{file}`"))
            .because(error)
            .hint("`@` reads a file; leave it out to send the text itself")
    })?;
    Ok(text)
}

/// Everything but the body, on stderr.
fn tell(plan: &Plan, outcome: &Outcome, redactor: &Redactor, args: &SendArgs, output: &mut Output) {
    let paint = output.err_paint;
    let mut lines = Vec::new();
    if let Some(exchange) = &outcome.exchange {
        if !args.quiet {
            lines.push(describe::exchange(exchange, redactor, paint));
        }
        if args.verbose {
            lines.extend(wire::lines(exchange, redactor, paint));
        }
        lines.extend(describe::send_error(exchange, redactor, paint));
    }
    if outcome.skipped {
        lines.push(paint.yellow("skipped by its pre-request script"));
    }
    lines.extend(describe::warnings(outcome, redactor, paint));
    if !args.quiet {
        // Why there is no token is what the error says.
        let failed = outcome.exchange.as_ref().and_then(|exchange| exchange.error());
        let is_of_token = failed.is_some_and(|error| error.kind == SendErrorKind::Token);
        let is_told = |line: &&ConsoleLine| {
            let mut renewals = outcome.renewals.iter();
            is_of_token && renewals.any(|renewal| renewal.result.is_err() && renewal.at == line.at)
        };
        let console = outcome.console.iter().filter(|line| !is_told(line));
        lines.extend(console.flat_map(|line| describe::console(line, redactor, paint)));
    }
    let tests = outcome.tests.iter().filter(|test| !args.quiet || test.failed());
    for test in tests {
        lines.push(describe::test(test, None, redactor, paint));
        if let Some(error) = &test.error {
            let message = redactor.redact(&error.message);
            lines.extend(message.lines().map(|line| format!("  {}", escape(line))));
            let hint = error.hint.iter();
            lines.extend(hint.map(|hint| format!("  {} {}", paint.cyan("hint:"), escape(&redactor.redact(hint)))));
        }
    }
    for failure in failures(plan, outcome) {
        let script = outcome.script_errors.iter().any(|error| error.script == failure.what);
        if !script {
            continue;
        }
        let shown = |text: &str| escape(&redactor.redact(text));
        let (kind, what) = (shown(&failure.kind), shown(&failure.what));
        lines.push(format!(
            "{} {kind} in {what}: {}",
            paint.red("error:"),
            shown(&failure.message)
        ));
        lines.extend(
            failure
                .hint
                .iter()
                .map(|hint| format!("{} {}", paint.cyan("hint:"), shown(hint))),
        );
    }
    for line in lines {
        output.note(&line);
    }
}

/// After a 401: which request fetches the token, and what is wrong with the one there is.
fn advise(opened: &Opened, node: Option<NodeId>, outcome: &Outcome, output: &mut Output) {
    let workspace = &opened.session.workspace;
    let token = node.and_then(|node| {
        let token = tokens::token_for(workspace, node, opened.session.environment)?;
        tokens::uses(workspace, node, &token).then_some(token)
    });
    let Some(token) = token else {
        return;
    };
    let Some(path) = token
        .request
        .filter(|id| Some(*id) != node)
        .and_then(|id| workspace.path(id))
    else {
        return;
    };
    let variable = escape(&token.source.variable);
    let paint = output.err_paint;
    let of_this = |renewal: &&Renewal| renewal.name == token.source.variable && renewal.result.is_ok();
    if let Some(renewal) = outcome.renewals.iter().rev().find(of_this) {
        let text = if renewal.unused {
            format!("the new `{variable}` is kept, and what is sent next goes out with it")
        } else {
            match renewal.refused() {
                ("it", _) => {
                    format!("`{variable}` was refused as soon as it was fetched: see who `{path}` signs in as")
                }
                (what, too) => {
                    format!("{what}, `{variable}`, was refused{too}: see who `{path}` signs in as, and what for")
                }
            }
        };
        return output.note(&format!("{} {text}", paint.cyan("hint:")));
    }
    let scopes = scopes(&opened.session.source(node));
    let why = match tokens::status(&token.source.variable, &scopes, Timestamp::now()) {
        TokenStatus::Missing => format!("fetches `{variable}`, which has no value yet"),
        TokenStatus::Expired(_) => format!("renews `{variable}`, which has expired"),
        TokenStatus::Valid(_) | TokenStatus::Opaque => format!("fetches a new `{variable}`"),
    };
    output.note(&format!("{} `postrider send {path}` {why}", paint.cyan("hint:")));
}

/// The status line, the headers and the empty line behind them.
fn head(response: &Response, redactor: &Redactor, paint: Paint) -> String {
    let reason = redactor.redact(&response.reason);
    let status = format!("{} {} {reason}", response.version, response.status);
    let mut lines = vec![paint.status(response.status, escape(&status).trim_end())];
    lines.extend(response.headers.iter().map(|(name, value)| {
        let value = escape(&String::from_utf8_lossy(value));
        format!("{}: {value}", paint.cyan(&escape(name)))
    }));
    lines.join("\n") + "\n\n"
}

/// Writes the response where it belongs; `saved` says what became of it beside the file already.
fn print(
    response: &Response,
    redactor: &Redactor,
    saved: Option<Result<Saved, BodyError>>,
    args: &SendArgs,
    output: &mut Output,
) -> Result<(), CliError> {
    if args.include {
        output.bytes(head(response, redactor, output.paint).as_bytes())?;
    }
    if let Some(file) = &args.output {
        let whole = response.truncated.is_none();
        let saved = saved.unwrap_or_else(|| store::body::save(&response.body, file, whole, |_, _| Goes::On));
        let saved = saved.map_err(|error| {
            CliError::failed(error.to_string()).hint("the response was received; only writing it failed")
        })?;
        if let Some(part) = saved.part {
            let why = response.truncated.as_ref().map(ToString::to_string);
            let words = format!("the body is not whole: {}", why.unwrap_or_default());
            return Err(CliError::failed(words).hint(format!(
                "`{}` is as it was; what came is in `{}`",
                file.display(),
                part.display()
            )));
        }
        return Ok(());
    }
    if !output.is_terminal || args.raw {
        let mut blocks = response.body.follow();
        loop {
            let block = blocks.block()?;
            if block.is_empty() {
                return Ok(());
            }
            output.bytes(&block)?;
        }
    }
    match body::for_terminal(response, output.paint)? {
        Some((text, _)) if text.is_empty() => {}
        Some((text, odd)) => {
            output.line(&text)?;
            if let Some(odd) = odd {
                output.note(odd);
            }
        }
        None => output.note(&format!(
            "{} bytes that are no text; write them to a file with `-o FILE`",
            response.body.len()
        )),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_told_from_paths() {
        for url in ["http://a", "{{base_url}}/a", "localhost:80/x", "127.0.0.1:9"] {
            assert!(is_url(url), "{url}");
        }
        for path in ["collections/a", "a/b", "./a.toml", "Get token"] {
            assert!(!is_url(path), "{path}");
        }
    }
}
