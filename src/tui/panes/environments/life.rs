//! The tokens of environments: what is known of them, how their life reads, and when that text changes.
//!
//! While somebody is at the keyboard, or in a token's last minute, a life is told to the second; otherwise to the minute,
//! so that a screen nobody looks at is not drawn sixty times a minute.

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::exec::renewal;
use crate::exec::tokens::{self, Declared, TokenLife, TokenRequest, TokenStatus};
use crate::model::token::TokenKey;
use crate::model::variable::{Owner, Revision, display_value};
use crate::model::workspace::EnvironmentNode;
use crate::model::{Entity, Environment};
use crate::tui::shared::Shared;

/// A token variable and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The variable.
    pub name: String,
    /// What is known.
    pub status: TokenStatus,
    /// Whether it is shown only because it is always in sight: the open request has no use for it.
    pub aside: bool,
}

/// The variables of an environment that may hold a token: those that collections bind to a token request, and all that hold
/// a JWT. Which these are is asked with every event, and looked for only where something changed.
#[derive(Clone, Debug, Default)]
pub struct Candidates {
    environment: Arc<Environment>,
    current: Revision,
    slug: String,
    bound: Vec<String>,
    names: Vec<String>,
}

impl Candidates {
    /// Looks for them, unless `before` still holds.
    pub fn of(shared: &Shared, node: &EnvironmentNode, bound: &[String], before: Option<&Self>) -> Self {
        let holds = |before: &&Self| {
            Arc::ptr_eq(&before.environment, &node.environment)
                && before.current.is(shared.current.revision())
                && before.slug == node.slug
                && before.bound == bound
        };
        if let Some(before) = before.filter(holds) {
            return before.clone();
        }
        let owner = Owner::Environment(node.slug.clone());
        // Of one name the last variable counts.
        let mut initial: IndexMap<&str, Option<&Value>> = IndexMap::new();
        let variables = node.environment.variables.iter().filter(|variable| variable.enabled);
        initial.extend(variables.map(|variable| (variable.key.as_str(), Some(&variable.value))));
        for (key, _) in shared.current.of(&owner) {
            initial.entry(key).or_default();
        }
        let names = initial.into_iter().filter(|(name, initial)| {
            let now = shared.current.get(&owner, name);
            let value = now.map_or(*initial, |now| now.value.as_ref());
            let status = tokens::status_of(value, shared.now);
            bound.iter().any(|own| own == name) || !matches!(status, TokenStatus::Missing | TokenStatus::Opaque)
        });
        Self {
            names: names.map(|(name, _)| name.to_owned()).collect(),
            environment: Arc::clone(&node.environment),
            current: shared.current.revision().clone(),
            slug: node.slug.clone(),
            bound: bound.to_vec(),
        }
    }
}

/// The tokens of an environment: the variables that hold one, and those that requests' auths have got.
pub fn of_environment(shared: &Shared, node: &EnvironmentNode, candidates: &Candidates) -> Vec<Token> {
    let owner = Owner::Environment(node.slug.clone());
    let Candidates { bound, names, .. } = candidates;
    let mut out: Vec<Token> = Vec::new();
    let sources = tokens::token_sources(&shared.workspace);
    let keys = sources.iter().map(|token| token.key(&shared.workspace, Some(node.id)));
    let keys: Vec<TokenKey> = keys.collect();
    for name in names {
        let now = shared.current.get(&owner, name);
        let mut initial = node.environment.variables.iter().rev();
        let initial = initial.find(|variable| variable.enabled && variable.key == *name);
        let value = now.map_or(initial.map(|variable| &variable.value), |now| now.value.as_ref());
        let status = told(shared, &keys, name, value);
        let is_bound = bound.iter().any(|own| own == name);
        if !is_bound && matches!(status, TokenStatus::Missing | TokenStatus::Opaque) {
            continue;
        }
        let status = match (status, now) {
            (TokenStatus::Opaque, Some(now)) => {
                // Any of those that fill a variable of this name may have brought it.
                let mut all = sources.iter().filter(|token| token.source.variable == *name);
                let told = all.find_map(|token| told_by_reply(shared, token, now.set_at));
                told.unwrap_or(status)
            }
            _ => status,
        };
        let token = Token {
            name: name.clone(),
            status,
            aside: false,
        };
        // What is bound comes first: it is what the user waits for.
        if is_bound {
            let at = out
                .iter()
                .position(|other| !bound.contains(&other.name))
                .unwrap_or(out.len());
            out.insert(at, token);
        } else {
            out.push(token);
        }
    }
    let of_auth = shared.tokens.all().into_iter().map(|(key, _)| key);
    let of_auth = of_auth.filter(|key| key.environment == node.slug && renewal::is_granted(key));
    let is_active = shared.active_environment == Some(node.id);
    let own = is_active.then(|| own_key(shared)).flatten();
    for key in of_auth {
        // What the open request goes by comes before all: there may be room for one alone.
        let at = if own.as_ref() == Some(&key) { 0 } else { out.len() };
        out.insert(at, granted(shared, &key));
    }
    out.extend(awaited(shared, node, own.as_ref(), &out));
    out
}

/// Tokens that something is to fetch and nothing has yet, so that nobody looks for them in vain: the one that the open request
/// goes by, and those that the environment itself declares. `own` is what the open request's auth gets.
fn awaited(shared: &Shared, node: &EnvironmentNode, own: Option<&TokenKey>, listed: &[Token]) -> Vec<Token> {
    let is_active = shared.active_environment == Some(node.id);
    let of_open = is_active.then(|| active_by(own, shared, &Aside::default())).flatten();
    let of_open = of_open.filter(|token| token.status == TokenStatus::Missing);
    let own = node.environment.tokens.iter().filter(|_| !is_active);
    let own = own.map(|source| Token {
        name: source.variable.clone(),
        status: TokenStatus::Missing,
        aside: false,
    });
    let is_new = |token: &Token| !listed.iter().any(|other| other.name == token.name);
    of_open.into_iter().chain(own).filter(is_new).collect()
}

/// The variables that collections bind to a token request.
pub fn bound(shared: &Shared) -> Vec<String> {
    let sources = tokens::token_sources(&shared.workspace).into_iter();
    sources.map(|token| token.source.variable).collect()
}

/// The token that the open request's auth gets, if it does.
fn own_key(shared: &Shared) -> Option<TokenKey> {
    renewal::granted_key_at(&shared.plan_source(Some(shared.open?)))
}

/// The token that an auth has got, as the store knows it.
fn granted(shared: &Shared, key: &TokenKey) -> Token {
    let status = match shared.tokens.peek(key) {
        None => TokenStatus::Missing,
        Some(token) => token.expires_at.map_or(TokenStatus::Opaque, |expires_at| {
            let issued_at = Some(token.obtained_at);
            judged(TokenLife { issued_at, expires_at }, shared.now)
        }),
    };
    Token {
        name: called(shared, key),
        status,
        aside: false,
    }
}

/// What an auth's token is called among those of its environment: with its collection where another one has the same name,
/// and with what tells it from others of that.
fn called(shared: &Shared, key: &TokenKey) -> String {
    let name = &key.name;
    let others = shared.tokens.all().into_iter().map(|(other, _)| other);
    let alike = |other: &TokenKey| {
        other.name == *name
            && other.environment == key.environment
            && other.place != key.place
            && renewal::is_granted(other)
    };
    let others: Vec<TokenKey> = others.filter(alike).collect();
    let collection = renewal::granted_for(key);
    match others.iter().any(|other| renewal::granted_for(other) == collection) {
        _ if others.is_empty() => name.clone(),
        false => format!("{name} ({collection})"),
        true => {
            let mark = key.place.rsplit('/').next().unwrap_or_default();
            format!("{name} ({collection} {})", &mark[..mark.len().min(4)])
        }
    }
}

/// Whether the open request has no use for the active token. A body, which may be large, is looked at for it: so only where
/// it makes a difference, and where the request or what it is in changed.
#[derive(Clone, Debug, Default)]
pub struct Aside {
    lineage: Vec<Entity>,
    variable: String,
    /// Whether it has none, as far as that matters.
    pub holds: bool,
}

impl Aside {
    /// Looks for it, unless `before` still holds.
    pub fn of(shared: &Shared, before: &Self) -> Self {
        let workspace = &shared.workspace;
        let open = shared.open.filter(|open| workspace.request(*open).is_some());
        let source = open.filter(|_| own_key(shared).is_none());
        let source = source.and_then(|open| tokens::token_for(workspace, open, shared.active_environment));
        let (Some(open), Some(source)) = (open, source) else {
            return Self::default();
        };
        let matters = matches!(of(shared, &source), TokenStatus::Expired(_) | TokenStatus::Missing);
        if !matters || source.request == Some(open) {
            return Self::default();
        }
        let lineage = || workspace.lineage(open).map(|node| &node.entity);
        let same = before.variable == source.source.variable
            && before.lineage.len() == lineage().count()
            && lineage().zip(&before.lineage).all(|(now, before)| now.is_same(before));
        if same {
            return before.clone();
        }
        Self {
            holds: !tokens::uses(workspace, open, &source),
            lineage: lineage().cloned().collect(),
            variable: source.source.variable,
        }
    }
}

/// The token that the open request's auth gets, else that of its collection, in the active environment; while nothing is open
/// that of the first collection that has one.
pub fn active(shared: &Shared, aside: &Aside) -> Option<Token> {
    active_by(own_key(shared).as_ref(), shared, aside)
}

/// The same where it is known already what the open request's auth gets: to find that out, its auth is resolved.
fn active_by(own: Option<&TokenKey>, shared: &Shared, aside: &Aside) -> Option<Token> {
    let workspace = &shared.workspace;
    if let Some(key) = own {
        return Some(granted(shared, key));
    }
    let source = match shared.open {
        Some(open) => tokens::token_for(workspace, open, shared.active_environment),
        None => tokens::token_sources(workspace).into_iter().next(),
    }?;
    Some(Token {
        status: of(shared, &source),
        name: source.source.variable,
        aside: aside.holds,
    })
}

/// What is known of a declared token, in the active environment, as the open item sees it.
pub fn of(shared: &Shared, source: &TokenRequest) -> TokenStatus {
    let name = source.source.variable.as_str();
    let declared = match source.declared {
        Declared::Group(group) => Some(group),
        Declared::Environment(_) => None,
    };
    let scopes = shared.scopes(shared.open.or(declared));
    let value = scopes.get(name).map(|(_, binding)| &binding.value);
    let key = source.key(&shared.workspace, shared.active_environment);
    let status = told(shared, std::slice::from_ref(&key), name, value);
    if status == TokenStatus::Opaque {
        let set = shared
            .environment_owner()
            .and_then(|owner| shared.current.get(&owner, name));
        return set
            .and_then(|set| told_by_reply(shared, source, set.set_at))
            .unwrap_or(status);
    }
    status
}

/// The same in words: `valid 9:41`.
pub fn words(shared: &Shared, source: &TokenRequest) -> String {
    match of(shared, source) {
        TokenStatus::Valid(life) => format!("valid {}", text(life.remaining(shared.now), shared.awake)),
        TokenStatus::Expired(_) => "expired".to_owned(),
        TokenStatus::Missing if shared.locked => "locked".to_owned(),
        TokenStatus::Missing => "no token".to_owned(),
        TokenStatus::Opaque => "set".to_owned(),
    }
}

/// What is known of a value: by the store, which knows of other clocks and what replies said; else by itself.
fn told(shared: &Shared, keys: &[TokenKey], name: &str, value: Option<&Value>) -> TokenStatus {
    let alone = tokens::status_of(value, shared.now);
    let mut own = keys.iter().filter(|key| key.name == name).peekable();
    let Some(value) = value.filter(|_| alone != TokenStatus::Missing && own.peek().is_some()) else {
        return alone;
    };
    let value = display_value(value);
    let Some(expires_at) = own.find_map(|key| shared.tokens.ends(key, &value)) else {
        return alone;
    };
    let issued_at = match alone {
        TokenStatus::Valid(life) | TokenStatus::Expired(life) => life.issued_at,
        TokenStatus::Missing | TokenStatus::Opaque => None,
    };
    judged(TokenLife { issued_at, expires_at }, shared.now)
}

fn judged(life: TokenLife, now: Timestamp) -> TokenStatus {
    if life.is_expired(now) {
        TokenStatus::Expired(life)
    } else {
        TokenStatus::Valid(life)
    }
}

/// For a token that does not say when it ends: the `expires_in` of the reply that brought it.
fn told_by_reply(shared: &Shared, source: &TokenRequest, set_at: Timestamp) -> Option<TokenStatus> {
    let outcome = shared.outcomes.get(&source.request?)?;
    let exchange = outcome.exchange.as_ref()?;
    let response = exchange
        .response()
        .filter(|response| response.body.len() <= tokens::LARGEST_REPLY)?;
    // A value typed since then is not that reply's.
    let took = SignedDuration::try_from(exchange.timings.total).ok()?;
    let received = exchange.started.checked_add(took).ok()?;
    let since = set_at.duration_since(received);
    if since.abs() > SignedDuration::from_secs(10) {
        return None;
    }
    let refresh = source.source.pick.is_refresh_token();
    tokens::life_in_reply(response, received, refresh).map(|life| judged(life, shared.now))
}

/// Whole seconds left, rounded up: a token with half a second left is not at zero.
fn seconds(remaining: SignedDuration) -> i64 {
    let whole = remaining.as_secs();
    if remaining.subsec_nanos() > 0 { whole + 1 } else { whole }
}

/// The step in which a life is told, in seconds.
fn unit(seconds: i64, awake: bool) -> i64 {
    match seconds {
        ..60 => 1,
        60..3600 if awake => 1,
        60..86_400 => 60,
        _ => 3600,
    }
}

/// How a life reads: `9:41`, `9 min`, `2 h 05 min`, `3 d 4 h`.
pub fn text(remaining: SignedDuration, awake: bool) -> String {
    let left = seconds(remaining).max(0);
    match unit(left, awake) {
        1 => format!("{}:{:02}", left / 60, left % 60),
        60 if left < 3600 => format!("{} min", left / 60),
        60 => format!("{} h {:02} min", left / 3600, left / 60 % 60),
        _ => format!("{} d {} h", left / 86_400, left / 3600 % 24),
    }
}

/// How long the text stays as it is; `None` once the life is over.
pub fn unchanged_for(remaining: SignedDuration, awake: bool) -> Option<SignedDuration> {
    let left = seconds(remaining);
    if left <= 0 {
        return None;
    }
    let unit = unit(left, awake);
    let next = left / unit * unit - 1;
    Some(remaining - SignedDuration::from_secs(next.max(0)))
}

/// When the text of any of these tokens, or of the active one, changes next; `None` when none does.
pub fn next_change<'a>(listed: impl Iterator<Item = &'a Token>, shared: &Shared) -> Option<SignedDuration> {
    listed
        .cloned()
        .chain(active(shared, &Aside::default()))
        .filter_map(|token| match token.status {
            TokenStatus::Valid(life) => unchanged_for(life.remaining(shared.now), shared.awake),
            _ => None,
        })
        .min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(millis: i64) -> SignedDuration {
        SignedDuration::from_millis(millis)
    }

    #[test]
    fn a_life_reads_finely_only_while_someone_looks() {
        for (left, awake, words) in [
            (581_000, true, "9:41"),
            (580_001, true, "9:41"),
            (581_000, false, "9 min"),
            (59_000, false, "0:59"),
            (500, true, "0:01"),
            (7_500_000, true, "2 h 05 min"),
            (273_600_000, false, "3 d 4 h"),
            (-5_000, true, "0:00"),
        ] {
            assert_eq!(text(millis(left), awake), words, "{left} {awake}");
        }
    }

    #[test]
    fn the_text_changes_exactly_when_it_is_said_to() {
        for awake in [true, false] {
            for left in [
                1,
                999,
                1_000,
                59_001,
                60_000,
                60_500,
                119_999,
                581_000,
                3_600_000,
                7_500_123,
                273_600_000,
            ] {
                let remaining = millis(left);
                let wait = unchanged_for(remaining, awake).expect("it is not over");
                assert!(wait > SignedDuration::ZERO);
                let before = remaining - wait + millis(1);
                let after = remaining - wait;
                if before <= remaining {
                    assert_eq!(text(before, awake), text(remaining, awake), "{left} {awake}");
                }
                if after > SignedDuration::ZERO {
                    assert_ne!(text(after, awake), text(remaining, awake), "{left} {awake}");
                }
            }
        }
        assert_eq!(unchanged_for(millis(0), true), None);
    }
}
