//! `postrider tokens`: which tokens there are and how long they are good; fetching and forgetting them.

use std::path::Path;
use std::process::ExitCode;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::exec::renewal::{TokenStore, forget_token, span};
use crate::exec::tokens::{Declared, TokenRequest, TokenStatus, status, token_sources};
use crate::exec::{plan, scopes};
use crate::model::exchange::Exchange;
use crate::model::secret::MASK;
use crate::model::variable::display_value;

use super::args::{ForgetTokensArgs, ListTokensArgs, RenewTokenArgs, TokensCommand};
use super::open::{Opened, cancellable, with_causes};
use super::output::{Output, escape};
use super::{CliError, describe};

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
        TokensCommand::Forget(args) => forget(opened, args, output),
    }
}

/// A token with what is known of it.
struct Row {
    token: TokenRequest,
    place: String,
    request: Option<String>,
    state: &'static str,
    end: Option<Timestamp>,
    is_set: bool,
}

fn rows(opened: &Opened, store: &TokenStore) -> Vec<Row> {
    let session = &opened.session;
    let workspace = &*session.workspace;
    let now = Timestamp::now();
    let row = |token: TokenRequest| {
        let key = token.key(workspace, session.environment);
        let node = match token.declared {
            Declared::Group(group) => Some(group),
            Declared::Environment(_) => token.request,
        };
        let scopes = scopes(&session.source(node));
        let is_set = status(&token.source.variable, &scopes, now) != TokenStatus::Missing;
        let value = scopes
            .get(&token.source.variable)
            .map(|(_, binding)| display_value(&binding.value));
        let end = value.filter(|_| is_set).and_then(|value| store.ends(&key, &value));
        Row {
            place: key.place,
            request: token
                .request
                .and_then(|id| workspace.path(id))
                .map(|path| path.to_string()),
            state: match end {
                _ if !is_set => "missing",
                None => "set",
                Some(end) if end <= now => "expired",
                Some(_) => "valid",
            },
            end,
            is_set,
            token,
        }
    };
    let seen = |token: &TokenRequest| match token.declared {
        Declared::Environment(id) => session.environment == Some(id),
        Declared::Group(_) => true,
    };
    token_sources(workspace).into_iter().filter(seen).map(row).collect()
}

fn choose(opened: &mut Opened, environment: Option<&str>, output: &mut Output) -> Result<(), CliError> {
    opened.unlock(output)?;
    environment.map_or(Ok(()), |name| opened.choose(name))
}

fn environment_name(opened: &Opened) -> Option<String> {
    let session = &opened.session;
    let node = session.workspace.environment(session.environment?)?;
    Some(node.slug.clone())
}

fn list(mut opened: Opened, args: &ListTokensArgs, output: &mut Output) -> Result<ExitCode, CliError> {
    choose(&mut opened, args.environment.as_deref(), output)?;
    let rows = rows(&opened, &opened.tokens());
    let environment = environment_name(&opened);
    let now = Timestamp::now();
    if args.json {
        let rows: Vec<_> = rows
            .iter()
            .map(|row| {
                let left = row.end.map(|end| end.duration_since(now).as_secs());
                json!({
                    "name": row.token.source.variable,
                    "declared_by": row.token.declared_by(&opened.session.workspace),
                    "place": row.place,
                    "environment": environment,
                    "request": row.request,
                    "renew": row.token.source.renew.word(),
                    "state": row.state,
                    "expires_at": row.end.map(|end| end.to_string()),
                    "seconds_left": left,
                })
            })
            .collect();
        let text = serde_json::to_string_pretty(&rows).map_err(|error| CliError::failed(error.to_string()))?;
        output.line(&text)?;
        return Ok(ExitCode::SUCCESS);
    }
    if rows.is_empty() {
        output.note("nothing says where a token comes from; `[tokens.NAME]` in a collection.toml does");
    }
    let width = rows
        .iter()
        .map(|row| row.token.source.variable.chars().count())
        .max()
        .unwrap_or(0);
    let paint = output.paint;
    for row in &rows {
        let words = life(row, now);
        let shown = match row.state {
            "valid" => paint.green(&words),
            "set" => words,
            "missing" => paint.yellow(&words),
            _ => paint.red(&words),
        };
        let from = match &row.request {
            Some(path) => format!("from {}", escape(path)),
            None => format!("from `{}`, which is not there", escape(&row.token.source.request)),
        };
        let name = escape(&row.token.source.variable);
        let masked = if row.is_set { MASK } else { "" };
        let place = escape(environment.as_deref().unwrap_or("no environment"));
        let renew = row.token.source.renew.word();
        let line = format!(
            "{name:width$}  {place}  {shown}  {masked}  {}",
            paint.dim(&format!("{from}, renew {renew}"))
        );
        output.line(line.trim_end())?;
    }
    opened.tell_unkept(output);
    Ok(ExitCode::SUCCESS)
}

/// How long a token is good, in words.
fn life(row: &Row, now: Timestamp) -> String {
    let left = row.end.map_or(SignedDuration::ZERO, |end| end.duration_since(now));
    match row.state {
        "valid" => format!("valid {}", span(left)),
        "expired" => format!("expired {} ago", span(left)),
        "set" => "set, says no end".to_owned(),
        _ => "no token yet".to_owned(),
    }
}

/// The one token of a name, or of a place and name.
fn named(opened: &Opened, wanted: &str) -> Result<TokenRequest, CliError> {
    let mut all = rows(opened, &TokenStore::default());
    let is = |row: &Row| row.token.source.variable == wanted;
    let is_at = |row: &Row| format!("{}/{}", row.place, row.token.source.variable) == wanted;
    let by_name = all.iter().filter(|row| is(row)).count();
    let at = all.iter().position(|row| is_at(row) || (by_name == 1 && is(row)));
    if let Some(at) = at {
        return Ok(all.swap_remove(at).token);
    }
    let names: Vec<String> = all
        .iter()
        .filter(|row| by_name == 0 || is(row))
        .map(|row| match by_name {
            0 => format!("`{}`", row.token.source.variable),
            _ => format!("`{}/{}`", row.place, row.token.source.variable),
        })
        .collect();
    let error = match by_name {
        0 => CliError::usage(format!("there is no token `{wanted}`")),
        many => CliError::usage(format!("there are {many} tokens `{wanted}`")),
    };
    Err(if names.is_empty() {
        error.hint("`[tokens.NAME]` in a collection.toml says where one comes from")
    } else {
        error.hint(format!("say which: {}", names.join(", ")))
    })
}

async fn renew(
    opened: &mut Opened,
    args: &RenewTokenArgs,
    cwd: &Path,
    output: &mut Output,
) -> Result<ExitCode, CliError> {
    opened.prepare(&args.sending, cwd, output).await?;
    let token = named(opened, &args.name)?;
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
    let mut pipeline = opened.pipeline(&args.sending);
    pipeline.tokens.get_or_insert_default();
    let context = cancellable();
    let outcome = pipeline.renew(planned.clone(), &key, &context).await;
    opened.session.keep(token.request, &outcome);
    let renewal = outcome.renewals.last();
    if let Some(own) = renewal.and_then(|renewal| renewal.outcome.as_ref()) {
        let redactor = super::open::secrets(&opened.session, token.request, own).and(&own.redactor);
        let exchange: Option<&Exchange> = own.exchange.as_ref();
        if let Some(exchange) = exchange {
            output.note(&describe::exchange(exchange, &redactor, output.err_paint));
        }
        opened.remember(&planned, own, &redactor);
    }
    let kept = opened.save(output);
    match renewal.map(|renewal| (&renewal.result, &renewal.from)) {
        Some((Ok(end), from)) => {
            let good = end.map(|end| format!(", good for {}", span(end.duration_since(Timestamp::now()))));
            let by = if from.is_empty() { "another postrider" } else { from };
            output.note(&format!(
                "`{}` is fresh from `{}`{}",
                escape(&name),
                escape(by),
                good.unwrap_or_default()
            ));
            Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Some((Err(why), _)) => Err(CliError::failed(format!("`{name}` could not be renewed: {why}"))
            .hint("the token that was there is still there")),
        None if context.cancel.is_cancelled() => Ok(ExitCode::from(130)),
        None => Err(CliError::failed(format!("`{name}` was not renewed"))),
    }
}

fn forget(mut opened: Opened, args: &ForgetTokensArgs, output: &mut Output) -> Result<ExitCode, CliError> {
    choose(&mut opened, args.environment.as_deref(), output)?;
    opened.lasting()?;
    let tokens = match &args.name {
        Some(name) => vec![named(&opened, name)?],
        None => rows(&opened, &TokenStore::default())
            .into_iter()
            .map(|row| row.token)
            .collect(),
    };
    let store = opened.tokens();
    let before = opened.session.current.clone();
    for token in tokens {
        let session = &mut opened.session;
        let (workspace, environment) = (session.workspace.clone(), session.environment);
        let gone = forget_token(&store, &token, &workspace, environment, &mut session.current);
        let name = escape(&token.source.variable);
        let said = if gone.map_err(CliError::failed)? {
            format!("`{name}` is forgotten, and what came with it")
        } else {
            format!("there was no `{name}`")
        };
        output.note(&said);
    }
    opened
        .state
        .save_current_values(&before, &opened.session.current)
        .map_err(|error| with_causes(CliError::failed(error.to_string()), &error).hint(error.hint()))?;
    Ok(ExitCode::SUCCESS)
}
