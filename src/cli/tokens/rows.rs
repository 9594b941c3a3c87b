//! The tokens of a workspace as the command line shows them: those that files declare, and those that auths have got.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::cli::CliError;
use crate::cli::open::Opened;
use crate::cli::output::{Paint, escape};
use crate::exec::Session;
use crate::exec::renewal::{TokenStore, is_granted, span};
use crate::exec::scopes;
use crate::exec::tokens::{Declared, TokenRequest, TokenStatus, status, token_sources};
use crate::model::Workspace;
use crate::model::secret::MASK;
use crate::model::token::{Token, TokenKey};
use crate::model::variable::display_value;

/// The state of a token that was not fetched yet.
const MISSING: &str = "missing";

/// A token with what is known of it.
pub struct Row {
    /// What it is.
    pub what: What,
    key: TokenKey,
    state: &'static str,
    end: Option<Timestamp>,
}

/// Where a token comes from.
pub enum What {
    /// A request that a file declares, and its path if it is there.
    Declared(Box<TokenRequest>, Option<String>),
    /// A request's own auth: this one has no variable.
    Granted,
    /// What has declared it, or its environment, is gone; the token is kept still.
    Orphaned,
}

impl Row {
    fn new(what: What, key: TokenKey, end: Option<Timestamp>, is_set: bool) -> Self {
        let state = match end {
            _ if !is_set => MISSING,
            None => "set",
            Some(end) if end <= Timestamp::now() => "expired",
            Some(_) => "valid",
        };
        Self { what, key, state, end }
    }

    /// Which token it is.
    pub fn key(&self) -> &TokenKey {
        &self.key
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.key.name
    }

    fn source(&self) -> String {
        match &self.what {
            What::Declared(token, Some(path)) => {
                format!("from {}, renew {}", escape(path), token.source.renew.word())
            }
            What::Declared(token, None) => format!("from `{}`, which is not there", escape(&token.source.request)),
            What::Granted => "by the auth of its requests".to_owned(),
            What::Orphaned => "nothing here declares it".to_owned(),
        }
    }

    /// The environment's name for the table.
    pub fn environment(&self) -> String {
        match self.key.environment.as_str() {
            "" => "no environment".to_owned(),
            name => escape(name),
        }
    }

    /// The row as a line of a table, its name and its environment so many columns wide.
    pub fn line(&self, (width, second): (usize, usize), paint: Paint) -> String {
        let left = self
            .end
            .map_or(SignedDuration::ZERO, |end| end.duration_since(Timestamp::now()));
        let life = match self.state {
            "valid" => paint.green(&format!("valid {}", span(left))),
            "expired" => paint.red(&format!("expired {} ago", span(left))),
            "set" => "set, says no end".to_owned(),
            _ => paint.yellow("no token yet"),
        };
        let masked = if self.state == MISSING { "" } else { MASK };
        let (name, source) = (escape(self.name()), paint.dim(&self.source()));
        let environment = self.environment();
        format!("{name:width$}  {environment:second$}  {life}  {masked}  {source}")
    }

    /// The row for programs.
    pub fn json(&self, workspace: &Workspace) -> Value {
        let left = self.end.map(|end| end.duration_since(Timestamp::now()).as_secs());
        let (request, renew, by) = match &self.what {
            What::Declared(token, path) => (
                path.as_deref(),
                token.source.renew.word(),
                Some(token.declared_by(workspace)),
            ),
            What::Granted => (None, "auto", None),
            What::Orphaned => (None, "never", None),
        };
        let environment = Some(&self.key.environment).filter(|environment| !environment.is_empty());
        json!({
            "name": self.name(),
            "declared_by": by,
            "place": self.key.place,
            "environment": environment,
            "request": request,
            "renew": renew,
            "state": self.state,
            "expires_at": self.end.map(|end| end.to_string()),
            "seconds_left": left,
        })
    }
}

/// All tokens of the active environment, as `store` knows them.
pub fn rows(session: &Session, store: &TokenStore) -> Vec<Row> {
    let workspace = &*session.workspace;
    let environment = session.environment.and_then(|id| workspace.environment(id));
    let environment = environment.map_or("", |node| node.slug.as_str());
    let mut out: Vec<Row> = declared(session, store).collect();
    for (key, token) in kept_for(environment, store) {
        if is_granted(&key) {
            out.push(Row::new(What::Granted, key, token.expires_at, true));
        } else if !out.iter().any(|row| row.key == key) {
            out.push(of_orphaned((key, token)));
        }
    }
    out
}

/// The tokens that are kept for an environment of which nobody has the file any more.
pub fn rows_of_gone(environment: &str, store: &TokenStore) -> Vec<Row> {
    kept_for(environment, store).map(of_orphaned).collect()
}

fn kept_for(environment: &str, store: &TokenStore) -> impl Iterator<Item = (TokenKey, Arc<Token>)> {
    store
        .all()
        .into_iter()
        .filter(move |(key, _)| key.environment == environment)
}

/// All tokens of all environments, one environment after the other; of those of none what there is.
pub fn rows_everywhere(session: &Session, store: &TokenStore) -> Vec<Row> {
    let mut out = Vec::new();
    let mut session = session.clone();
    let (workspace, active) = (session.workspace.clone(), session.environment);
    let none = std::iter::once(None);
    for id in workspace.environments().iter().map(|node| Some(node.id)).chain(none) {
        session.environment = id;
        let matters = |row: &Row| id.is_some() || id == active || row.state != MISSING;
        out.extend(rows(&session, store).into_iter().filter(matters));
    }
    let is_there = |key: &TokenKey| {
        let slug = &key.environment;
        slug.is_empty() || workspace.environments().iter().any(|node| node.slug == *slug)
    };
    let gone = store.all().into_iter().filter(|(key, _)| !is_there(key));
    out.extend(gone.map(of_orphaned));
    out
}

fn declared<'a>(session: &'a Session, store: &'a TokenStore) -> impl Iterator<Item = Row> + 'a {
    let seen = |token: &TokenRequest| match token.declared {
        Declared::Environment(id) => session.environment == Some(id),
        Declared::Group(_) => true,
    };
    let declared = token_sources(&session.workspace).into_iter().filter(seen);
    declared.map(|token| of_declared(session, store, token))
}

fn of_orphaned((key, token): (TokenKey, Arc<Token>)) -> Row {
    Row::new(What::Orphaned, key, token.expires_at, true)
}

fn of_declared(session: &Session, store: &TokenStore, token: TokenRequest) -> Row {
    let workspace = &*session.workspace;
    let key = token.key(workspace, session.environment);
    let node = match token.declared {
        Declared::Group(group) => Some(group),
        Declared::Environment(_) => token.request,
    };
    let scopes = scopes(&session.source(node));
    let is_set = status(&token.source.variable, &scopes, Timestamp::now()) != TokenStatus::Missing;
    let value = scopes
        .get(&token.source.variable)
        .map(|(_, binding)| display_value(&binding.value));
    let end = value.filter(|_| is_set).and_then(|value| store.ends(&key, &value));
    let request = token.request.and_then(|id| workspace.path(id));
    let request = request.map(|path| path.to_string());
    Row::new(What::Declared(Box::new(token), request), key, end, is_set)
}

/// The one token of a name, or of a place and name.
///
/// # Errors
///
/// When there is none, or more than one: with the names to choose from.
pub fn named(opened: &Opened, store: &TokenStore, wanted: &str) -> Result<Row, CliError> {
    of_name(rows(&opened.session, store), wanted)
}

/// The one of these that has a name, or a place and name.
pub fn of_name(mut all: Vec<Row>, wanted: &str) -> Result<Row, CliError> {
    let is = |row: &Row| row.name() == wanted;
    let whole = |row: &Row| format!("{}/{}", row.key.place, row.name());
    let by_name = all.iter().filter(|row| is(row)).count();
    let at = all
        .iter()
        .position(|row| whole(row) == wanted || (by_name == 1 && is(row)));
    if let Some(at) = at {
        return Ok(all.swap_remove(at));
    }
    let names: Vec<String> = all
        .iter()
        .filter(|row| by_name == 0 || is(row))
        .map(|row| match by_name {
            0 => format!("`{}`", row.name()),
            _ => format!("`{}`", whole(row)),
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
