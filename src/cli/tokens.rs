//! `postrider tokens`: which tokens there are and how long they are good; fetching and forgetting them.

mod rows;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;

use crate::exec::plan;
use crate::exec::renewal::{cookies_of, forget_orphaned, forget_token, granted_key_at, result, span};
use crate::exec::tokens::TokenRequest;
use crate::model::outcome::{Before, ConsoleLevel, Renewal};
use crate::model::{NodeId, Outcome, Redactor};

use self::rows::{Row, What, has_name, named, of_name, rows, rows_everywhere, rows_of_gone};
use super::args::{ForgetTokensArgs, ListTokensArgs, LoginArgs, RenewTokenArgs, SendingArgs, TokensCommand};
use super::open::{Opened, secrets, with_causes};
use super::output::{Output, escape};
use super::sign_in::Terminal;
use super::{CliError, describe, find};

/// Does what was asked for.
pub async fn tokens(
    mut opened: Opened,
    command: &TokensCommand,
    cwd: &Path,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    opened.tell_problems(|_| true, output);
    match command {
        TokensCommand::List(args) => list(opened, args, output),
        TokensCommand::Renew(args) => renew(&mut opened, args, cwd, output).await,
        TokensCommand::Login(args) => login(&mut opened, args, cwd, output).await,
        TokensCommand::Forget(args) => forget(opened, args, cwd, output),
    }
}

/// The tokens of an environment, also of one that is gone if some are kept for it.
fn rows_of(opened: &mut Opened, environment: Option<&str>, output: &mut Output) -> Result<Vec<Row>, CliError> {
    opened.unlock(output)?;
    if let Some(name) = environment
        && let Err(error) = opened.choose(name)
    {
        let kept = rows_of_gone(name, &opened.tokens());
        return if kept.is_empty() { Err(error) } else { Ok(kept) };
    }
    Ok(rows(&opened.session, &opened.tokens()))
}

fn list(mut opened: Opened, args: &ListTokensArgs, output: &mut Output) -> Result<ExitCode, CliError> {
    let of_one = rows_of(&mut opened, args.environment.as_deref(), output)?;
    let session = &opened.session;
    let rows = match args.environment {
        Some(_) => of_one,
        None => rows_everywhere(session, &opened.tokens()),
    };
    if args.json {
        let rows: Vec<_> = rows.iter().map(|row| row.json(&session.workspace)).collect();
        let text = serde_json::to_string_pretty(&rows).map_err(|error| CliError::failed(error.to_string()))?;
        output.line(&text)?;
        return Ok(ExitCode::SUCCESS);
    }
    if rows.is_empty() {
        output.note("nothing says where a token comes from; `[tokens.NAME]` in a collection.toml does");
    }
    let widest = |text: fn(&Row) -> String| rows.iter().map(|row| text(row).chars().count()).max();
    let widths = (
        widest(|row| escape(row.shown())).unwrap_or_default(),
        widest(Row::environment).unwrap_or_default(),
    );
    for row in &rows {
        output.line(row.line(widths, output.paint).trim_end())?;
    }
    opened.tell_unkept(output);
    Ok(ExitCode::SUCCESS)
}

async fn renew(
    opened: &mut Opened,
    args: &RenewTokenArgs,
    cwd: &Path,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    opened.environment_is_read(&args.sending)?;
    opened.prepare(&args.sending, cwd, output).await?;
    let row = named(opened, &args.name, args.sending.environment.as_deref())?;
    let name = row.shown();
    let error = match &row.what {
        What::Declared(token, _) => return fetch(opened, token, &args.sending, output).await,
        What::Granted(_) => {
            let node = bearer(opened, &row)?;
            return sign_in(opened, node, name, &args.sending, false, output).await;
        }
        What::Orphaned(_) => {
            CliError::usage(format!("nothing declares `{name}` any more")).hint("`postrider tokens forget` forgets it")
        }
    };
    Err(error)
}

/// Fetches a token by the request that a file declares.
async fn fetch(
    opened: &mut Opened,
    token: &TokenRequest,
    sending: &SendingArgs,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    let name = token.source.variable.clone();
    let key = token.key(&opened.session.workspace, opened.session.environment);
    let planned = token.request.and_then(|node| plan(&opened.session.source(Some(node))));
    let planned = planned.ok_or_else(|| {
        CliError::failed(format!(
            "there is no request `{}`, which would fetch `{name}`",
            token.source.request
        ))
        .hint(format!(
            "see `[tokens.{name}]` of `{}`",
            token.declared_by(&opened.session.workspace)
        ))
    })?;
    let mut pipeline = opened.pipeline(sending);
    pipeline.tokens.get_or_insert_default();
    let context = opened.cancellable();
    let outcome = pipeline.renew(planned.clone(), &key, &context).await;
    opened.session.keep(token.request, &outcome);
    let renewal = outcome.renewals.last();
    if let Some(own) = renewal.and_then(|renewal| renewal.outcome.as_ref()) {
        let redactor = secrets(&opened.session, token.request, own).and(&own.redactor);
        show(&redactor, own, output);
        // Such as that nothing says when it ends; how it went is told below.
        let ended = renewal.map(|renewal| result(renewal).1);
        let odd = outcome.console.iter().filter(|line| line.level == ConsoleLevel::Warn);
        let odd = odd.filter(|line| ended.as_ref() != Some(&line.text));
        let paint = output.err_paint;
        for line in odd.flat_map(|line| describe::console(line, &redactor, paint)) {
            output.note(&line);
        }
        opened.remember(&planned, own, &redactor);
    }
    // Whether what was given up has become a renewal that failed is a matter of moments.
    if context.cancel.is_cancelled() && renewal.is_none_or(|renewal| renewal.result.is_err()) {
        opened.save(output);
        return Ok(ExitCode::from(130));
    }
    match renewal {
        Some(renewal) => tell(opened, renewal, output),
        None => Err(CliError::failed(format!("`{name}` was not renewed"))),
    }
}

/// Keeps what a renewal has brought, and says how it went.
fn tell(opened: &mut Opened, renewal: &Renewal, output: &mut Output) -> Result<ExitCode, CliError> {
    let kept = opened.save(output);
    let name = escape(&renewal.name);
    let end = renewal.result.as_ref().map_err(|why| {
        let error = CliError::failed(format!("`{name}` could not be {}: {why}", renewal.done()));
        let there = if renewal.before == Before::None {
            ""
        } else {
            "what was there of it is still there; "
        };
        let answered = renewal.outcome.as_ref().and_then(|own| own.exchange.as_ref());
        let more = match answered {
            Some(exchange) if exchange.response().is_some() => "the response above may say more",
            _ => "see to its request",
        };
        error.hint(format!("{there}{more}"))
    })?;
    let good = end.map(|end| format!(", good for {}", span(end.duration_since(Timestamp::now()))));
    let by = match renewal.from.as_str() {
        "" => "another postrider".to_owned(),
        from => format!("`{}`", escape(from)),
    };
    output.note(&format!("`{name}` is fresh from {by}{}", good.unwrap_or_default()));
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Shows the exchange that was to bring a token.
fn show(redactor: &Redactor, own: &Outcome, output: &mut Output) {
    if let Some(exchange) = &own.exchange {
        output.note(&describe::exchange(exchange, redactor, output.err_paint));
    }
}

/// Gets a token by a person's word, or whatever its auth needs: of a request, or of a variable by its name.
async fn login(opened: &mut Opened, args: &LoginArgs, cwd: &Path, output: &mut Output) -> Result<ExitCode, CliError> {
    opened.environment_is_read(&args.sending)?;
    opened.prepare(&args.sending, cwd, output).await?;
    let here = of_name(rows(&opened.session, &opened.tokens()), &args.name);
    // A request signs in for the environment at hand, whatever others have.
    let row = match (here, find::item(&opened.session.workspace, cwd, &args.name)) {
        (Ok(row), _) => Ok(row),
        (Err(_), Ok(node)) => Err(node),
        (Err(_), Err(error)) => {
            let row = named(opened, &args.name, args.sending.environment.as_deref());
            Ok(row.map_err(|_| error)?)
        }
    };
    let node = match row {
        Ok(Row {
            what: What::Declared(token, _),
            ..
        }) => return fetch(opened, &token, &args.sending, output).await,
        Ok(row) => bearer(opened, &row)?,
        Err(node) => node,
    };
    sign_in(opened, node, &args.name, &args.sending, args.wait, output).await
}

/// Gets the token of a request's auth, which the user has named in these words.
async fn sign_in(
    opened: &mut Opened,
    node: NodeId,
    name: &str,
    sending: &SendingArgs,
    wait: bool,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    let planned = plan(&opened.session.source(Some(node)));
    let planned = planned.ok_or_else(|| {
        CliError::usage(format!("`{name}` is no single request"))
            .hint("give the request that gets the token, or the token's name as `postrider tokens list` says it")
    })?;
    let mut pipeline = opened.pipeline(sending);
    pipeline.tokens.get_or_insert_default();
    if !sending.no_interaction && (wait || Terminal::is_there()) {
        pipeline.person = Some(Arc::new(Terminal::new(output.err_paint)));
    }
    let context = opened.cancellable();
    let outcome = pipeline.sign_in(planned.clone(), &context).await.ok_or_else(|| {
        CliError::usage(format!(
            "the auth of `{}` does not get a token itself",
            planned.request.name
        ))
        .hint("that is what the type `oauth2` with a grant and a token URL does")
    })?;
    opened.session.keep(Some(node), &outcome);
    if context.cancel.is_cancelled() {
        opened.save(output);
        return Ok(ExitCode::from(130));
    }
    if let Some(own) = outcome.renewals.last().and_then(|renewal| renewal.outcome.as_ref()) {
        let redactor = secrets(&opened.session, Some(node), own).and(&own.redactor);
        show(&redactor, own, output);
    }
    // Where no server was asked, the reason says all.
    let was_asked = |renewal: &&Renewal| renewal.result.is_ok() || renewal.outcome.is_some();
    if let Some(renewal) = outcome.renewals.last().filter(was_asked) {
        return tell(opened, renewal, output);
    }
    opened.save(output);
    let unsent = outcome.exchange.and_then(|exchange| exchange.result.err());
    let error = unsent.map_or_else(
        || CliError::failed("nobody has signed in"),
        |error| {
            let told = CliError::failed(error.message);
            match error.hint {
                Some(hint) => told.hint(hint),
                None => told,
            }
        },
    );
    Err(error)
}

/// A request whose auth gets this token.
fn bearer(opened: &Opened, row: &Row) -> Result<NodeId, CliError> {
    let session = &opened.session;
    let collections = session.workspace.collections().iter();
    let mut requests = collections.flat_map(|id| session.workspace.requests_below(*id));
    let gets_it = |node: &NodeId| granted_key_at(&session.source(Some(*node))).as_ref() == Some(row.key());
    requests.find(gets_it).ok_or_else(|| {
        CliError::failed(format!("the auth of no request gets `{}` any more", row.shown()))
            .hint("`postrider tokens forget` forgets it")
    })
}

/// Which of these tokens the auth of a request has got, in the environment at hand.
fn of_request(opened: &Opened, tokens: &[Row], name: &str, cwd: &Path) -> Option<usize> {
    let node = find::item(&opened.session.workspace, cwd, name).ok()?;
    let key = granted_key_at(&opened.session.source(Some(node)))?;
    tokens.iter().position(|row| *row.key() == key)
}

fn forget(mut opened: Opened, args: &ForgetTokensArgs, cwd: &Path, output: &mut Output) -> Result<ExitCode, CliError> {
    let environment = args.environment.as_deref();
    let mut tokens = rows_of(&mut opened, environment, output)?;
    opened.lasting()?;
    let store = opened.tokens();
    if let Some(name) = &args.name {
        // As `login` takes it: the list names one alone of the requests that have it. Those of an environment whose file is
        // gone are none of the environment at hand.
        let own = of_request(&opened, &tokens, name, cwd);
        tokens = vec![match (own, environment) {
            (Some(own), _) if !has_name(&tokens, name) => tokens.swap_remove(own),
            (_, Some(_)) => of_name(tokens, name)?,
            (_, None) => named(&mut opened, name, None)?,
        }];
    }
    let before = opened.session.current.clone();
    for row in tokens {
        let session = &opened.session;
        let (workspace, environment) = (session.workspace.clone(), session.environment);
        let cookies = if let What::Declared(token, _) = &row.what {
            let known = store.peek(&token.key(&workspace, environment));
            let source = session.source(token.request);
            cookies_of(known.as_deref(), token, &source, &opened.jar.list())
        } else {
            Vec::new()
        };
        let session = &mut opened.session;
        let gone = match &row.what {
            What::Declared(token, _) => forget_token(&store, token, &workspace, environment, &mut session.current),
            What::Granted(_) => store.forget(row.key()).map(|()| true),
            What::Orphaned(_) => forget_orphaned(&store, row.key(), &mut session.current),
        };
        let name = escape(row.shown());
        let said = if gone.map_err(CliError::failed)? {
            format!("`{name}` is forgotten, and what came with it")
        } else {
            format!("there was no `{name}`")
        };
        for cookie in cookies {
            opened.jar.remove(&cookie.domain, &cookie.path, &cookie.name);
        }
        output.note(&said);
    }
    opened
        .state
        .save_current_values(&before, &opened.session.current)
        .map_err(|error| with_causes(CliError::failed(error.to_string()), &error).hint(error.hint()))?;
    // The cookies.
    Ok(if opened.save(output) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
