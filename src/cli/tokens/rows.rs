//! The tokens of a workspace as the command line shows them: those that files declare, and those that auths have got.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::cli::CliError;
use crate::cli::open::Opened;
use crate::cli::output::{Paint, escape};
use crate::exec::renewal::{TokenStore, granted_key_at, is_granted, span};
use crate::exec::tokens::{Declared, TokenRequest, TokenStatus, status, token_sources};
use crate::exec::{Session, inherited_auth, scopes};
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
    /// Its name, with what tells it from others of that name in its environment.
    shown: String,
    state: &'static str,
    end: Option<Timestamp>,
}

/// Where a token comes from.
pub enum What {
    /// A request that a file declares, and its path if it is there.
    Declared(Box<TokenRequest>, Option<String>),
    /// The auth of requests, and the path of what holds it if any does still: this one has no variable.
    Granted(Option<String>),
    /// What has declared it, or its environment, is gone, as it says; the token is kept still.
    Orphaned(&'static str),
}

/// Why nothing renews a token that is kept.
const UNDECLARED: &str = "nothing here declares it";
const GONE: &str = "its environment is gone";

/// Columns of how long a token lives: `expired 23 h 59 min ago`.
const LIFE: usize = 23;

impl Row {
    fn new(what: What, key: TokenKey, end: Option<Timestamp>, is_set: bool) -> Self {
        let state = match end {
            _ if !is_set => MISSING,
            None => "set",
            Some(end) if end <= Timestamp::now() => "expired",
            Some(_) => "valid",
        };
        let shown = key.name.clone();
        Self {
            what,
            key,
            shown,
            state,
            end,
        }
    }

    /// Which token it is.
    pub fn key(&self) -> &TokenKey {
        &self.key
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.key.name
    }

    /// What it is called in the list: no other of its environment is.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The slug of its environment; empty without one.
    pub fn slug(&self) -> &str {
        &self.key.environment
    }

    fn whole(&self) -> String {
        format!("{}/{}", self.key.place, self.key.name)
    }

    /// Whether these words are its own: what the list calls it, or its place and name.
    fn is_exactly(&self, wanted: &str) -> bool {
        let is_path = matches!(&self.what, What::Granted(Some(path)) if path == wanted);
        self.shown == wanted || is_path || self.whole() == wanted
    }

    fn source(&self) -> String {
        match &self.what {
            What::Declared(token, Some(path)) => {
                format!("from {}, renew {}", escape(path), token.source.renew.word())
            }
            What::Declared(token, None) => format!("from `{}`, which is not there", escape(&token.source.request)),
            What::Granted(Some(path)) => format!("by the auth of {}", escape(path)),
            What::Granted(None) => "no auth gets it any more".to_owned(),
            What::Orphaned(why) => (*why).to_owned(),
        }
    }

    /// The environment's name for the table.
    pub fn environment(&self) -> String {
        shown_environment(&self.key.environment)
    }

    /// The row as a line of a table, its name and its environment so many columns wide.
    pub fn line(&self, (width, second): (usize, usize), paint: Paint) -> String {
        let left = self
            .end
            .map_or(SignedDuration::ZERO, |end| end.duration_since(Timestamp::now()));
        let (life, painted): (String, fn(&Paint, &str) -> String) = match self.state {
            "valid" => (format!("valid {}", span(left)), |paint, text| paint.green(text)),
            "expired" => (format!("expired {} ago", span(left)), |paint, text| paint.red(text)),
            "set" => ("set, says no end".to_owned(), |_, text| text.to_owned()),
            _ => ("no token yet".to_owned(), |paint, text| paint.yellow(text)),
        };
        // What colours it has no width.
        let life = painted(&paint, &format!("{life:LIFE$}"));
        let masked = if self.state == MISSING { "" } else { MASK };
        let (name, source) = (escape(self.shown()), paint.dim(&self.source()));
        let environment = self.environment();
        format!("{name:width$}  {environment:second$}  {life}  {masked:8}  {source}")
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
            What::Granted(by) => (None, "auto", by.as_deref()),
            What::Orphaned(_) => (None, "never", None),
        };
        let environment = Some(&self.key.environment).filter(|environment| !environment.is_empty());
        json!({
            "name": self.name(),
            "called": self.shown(),
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

fn shown_environment(slug: &str) -> String {
    match slug {
        "" => "no environment".to_owned(),
        name => escape(name),
    }
}

/// All tokens of the active environment, as `store` knows them.
pub fn rows(session: &Session, store: &TokenStore) -> Vec<Row> {
    let workspace = &*session.workspace;
    let environment = session.environment.and_then(|id| workspace.environment(id));
    let environment = environment.map_or("", |node| node.slug.as_str());
    let mut out: Vec<Row> = declared(session, store).collect();
    let holders = OnceCell::new();
    for (key, token) in kept_for(environment, store) {
        if is_granted(&key) {
            let by = holders.get_or_init(|| holders_of(session)).get(&key).cloned();
            out.push(Row::new(What::Granted(by), key, token.expires_at, true));
        } else if !out.iter().any(|row| row.key == key) {
            out.push(of_orphaned((key, token), UNDECLARED));
        }
    }
    told_apart(&mut out);
    out
}

/// What holds the auths that get tokens, by token: the request, or the folder or collection it takes its auth from.
fn holders_of(session: &Session) -> HashMap<TokenKey, String> {
    let workspace = &*session.workspace;
    let mut out = HashMap::new();
    for collection in workspace.collections() {
        for node in workspace.requests_below(*collection) {
            let Some(key) = granted_key_at(&session.source(Some(node))) else {
                continue;
            };
            let own = workspace.request(node).is_some_and(|own| !own.auth.is_inherited());
            let holder = if own {
                None
            } else {
                inherited_auth(workspace, node).from
            };
            if let Some(path) = workspace.path(holder.unwrap_or(node)) {
                out.entry(key).or_insert_with(|| path.to_string());
            }
        }
    }
    out
}

/// Adds to names that several have what tells them apart: the path of what holds the auth, or else the place.
fn told_apart(rows: &mut [Row]) {
    let names: Vec<_> = rows
        .iter()
        .map(|row| (row.key.environment.clone(), row.shown.clone()))
        .collect();
    let with = |text: &str, name: &str| format!("{name} ({text})");
    let wider: Vec<String> = rows
        .iter()
        .map(|row| match &row.what {
            What::Granted(Some(path)) => with(path, row.name()),
            What::Granted(None) => with(row.key.place.rsplit('/').next().unwrap_or_default(), row.name()),
            What::Declared(..) | What::Orphaned(_) => row.whole(),
        })
        .collect();
    let is_several = |all: &[String], name: &String| all.iter().filter(|other| *other == name).count() > 1;
    for (at, row) in rows.iter_mut().enumerate() {
        if names.iter().filter(|other| **other == names[at]).count() > 1 {
            row.shown.clone_from(&wider[at]);
            // One auth may get several, as its variables say.
            if is_several(&wider, &wider[at]) {
                row.shown = with(row.key.place.rsplit('/').next().unwrap_or_default(), row.name());
            }
        }
    }
}

/// The tokens that are kept for an environment of which nobody has the file any more.
pub fn rows_of_gone(environment: &str, store: &TokenStore) -> Vec<Row> {
    let mut out: Vec<Row> = kept_for(environment, store)
        .map(|kept| of_orphaned(kept, GONE))
        .collect();
    told_apart(&mut out);
    out
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
    let mut gone: Vec<Row> = gone.map(|kept| of_orphaned(kept, GONE)).collect();
    told_apart(&mut gone);
    out.extend(gone);
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

fn of_orphaned((key, token): (TokenKey, Arc<Token>), why: &'static str) -> Row {
    Row::new(What::Orphaned(why), key, token.expires_at, true)
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

/// The one token of a name, of a place and name, or of what else tells it apart. Where the user has named no environment and
/// the active one has no such token, the only one that any other has: that environment is taken then.
///
/// # Errors
///
/// When there is none, or more than one: with the names to choose from.
pub fn named(opened: &mut Opened, wanted: &str, environment: Option<&str>) -> Result<Row, CliError> {
    let store = opened.tokens();
    let here = rows(&opened.session, &store);
    if environment.is_some() || matching(&here, wanted).next().is_some() {
        return of_name(here, wanted);
    }
    let mut all = rows_everywhere(&opened.session, &store);
    let found: Vec<usize> = matching(&all, wanted).collect();
    let slugs: BTreeSet<&str> = found.iter().map(|at| all[*at].slug()).collect();
    if slugs.len() > 1 {
        let several: Vec<String> = slugs
            .iter()
            .map(|slug| format!("`{}`", shown_environment(slug)))
            .collect();
        let error = CliError::usage(format!("there are tokens `{wanted}` in {}", several.join(", ")));
        return Err(error.hint("say of which environment: `-e ENV`"));
    }
    let Some(slug) = slugs.first().map(|slug| (*slug).to_owned()) else {
        return of_name(here, wanted);
    };
    // One that is gone has nothing to choose.
    if opened.session.workspace.environment_named(&slug).is_some() {
        opened.choose(&slug)?;
    }
    all.retain(|row| row.slug() == slug);
    of_name(all, wanted)
}

/// The rows that these words name.
fn matching<'a>(rows: &'a [Row], wanted: &'a str) -> impl Iterator<Item = usize> + 'a {
    let exactly = rows.iter().any(|row| row.is_exactly(wanted));
    let is = move |row: &Row| row.is_exactly(wanted) || !exactly && row.name() == wanted;
    rows.iter()
        .enumerate()
        .filter(move |(_, row)| is(row))
        .map(|(at, _)| at)
}

/// Whether one of these has a name.
pub fn has_name(all: &[Row], wanted: &str) -> bool {
    matching(all, wanted).next().is_some()
}

/// The one of these that has a name.
pub fn of_name(mut all: Vec<Row>, wanted: &str) -> Result<Row, CliError> {
    let found: Vec<usize> = matching(&all, wanted).collect();
    let names = |which: &mut dyn Iterator<Item = &Row>| {
        let mut names: Vec<String> = which.map(|row| format!("`{}`", row.shown())).collect();
        names.sort();
        names.join(", ")
    };
    match found.as_slice() {
        [one] => Ok(all.swap_remove(*one)),
        [] if all.is_empty() => Err(CliError::usage(format!("there is no token `{wanted}`"))
            .hint("`[tokens.NAME]` in a collection.toml says where one comes from")),
        [] => Err(CliError::usage(format!("there is no token `{wanted}`"))
            .hint(format!("say which: {}", names(&mut all.iter())))),
        several => Err(
            CliError::usage(format!("there are {} tokens `{wanted}`", several.len()))
                .hint(format!("say which: {}", names(&mut several.iter().map(|at| &all[*at])))),
        ),
    }
}
