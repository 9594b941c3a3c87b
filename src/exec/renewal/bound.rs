//! The tokens that a send may need, planned with it: an owned snapshot like the rest of the plan.
//!
//! Token requests may need tokens of their own, so a plan carries all that can be reached, each once; a request then
//! knows by number which of them it sees and which it fills.

use std::collections::HashMap;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::exec::outside;
use crate::exec::plan::{self, Plan};
use crate::exec::scripts::sources;
use crate::exec::source::{Source, collection_layer};
use crate::exec::tokens::{TokenRequest, token_sources, tokens_seen};
use crate::model::script::ScriptEvent;
use crate::model::token::{Renew, TokenKey, TokenSource};
use crate::model::variable::display_value;
use crate::model::{NodeId, Scope, Workspace};
use crate::vars::{Dynamic, Layer, Scopes, resolve};

/// The tokens of a plan.
#[derive(Clone, Default)]
pub struct Tokens {
    set: Option<Arc<[Bound]>>,
    sees: Vec<usize>,
    fills: Vec<usize>,
}

/// One token: what is said of it, and the requests that fetch it.
#[derive(Clone)]
pub struct Bound {
    /// Which token, without what iteration data makes of it.
    key: TokenKey,
    /// What is said of it.
    pub source: TokenSource,
    /// The name of what says so.
    pub declared_by: String,
    /// The request that fetches it, without its scopes; `None` when there is none where it is said to be.
    request: Option<Plan>,
    /// The request that renews it.
    refresh: Option<Plan>,
    /// The collection of the request that fetches it, and its variables.
    collection: Option<(NodeId, Arc<Layer>)>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |at: &usize| {
            self.set
                .as_ref()
                .and_then(|set| set.get(*at))
                .map(|bound| &bound.key.name)
        };
        f.debug_struct("Tokens")
            .field("sees", &self.sees.iter().map(name).collect::<Vec<_>>())
            .field("fills", &self.fills.iter().map(name).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl Tokens {
    /// The tokens that a request may need or fills.
    pub(in crate::exec) fn of(source: &Source<'_>, node: Option<NodeId>) -> Self {
        let workspace = source.workspace;
        let declared = token_sources(workspace);
        if declared.is_empty() {
            return Self::default();
        }
        let mut work = Work {
            source,
            declared: &declared,
            all: Vec::new(),
            numbers: HashMap::new(),
            layers: HashMap::new(),
        };
        let (sees, fills) = work.of(node);
        work.plan_all();
        Self {
            set: (!work.all.is_empty()).then(|| work.all.into_iter().map(|(_, bound)| bound).collect()),
            sees,
            fills,
        }
    }

    /// Whether there are none to see to.
    pub fn is_empty(&self) -> bool {
        self.set.is_none()
    }

    fn pick<'a>(&'a self, numbers: &'a [usize]) -> impl Iterator<Item = (usize, &'a Bound)> {
        let set = self.set.as_deref().unwrap_or_default();
        numbers.iter().filter_map(|at| Some((*at, set.get(*at)?)))
    }

    /// The tokens that the request may use, with their numbers.
    pub fn seen(&self) -> impl Iterator<Item = (usize, &Bound)> {
        self.pick(&self.sees).filter(|(at, _)| !self.fills.contains(at))
    }

    /// Whether a variable is a token that the request uses and that is fetched without being asked for.
    pub fn renews(&self, variable: &str) -> bool {
        self.seen()
            .any(|(_, bound)| bound.source.variable == variable && bound.source.renew != Renew::Never)
    }

    /// The tokens that the request brings.
    pub fn filled(&self) -> impl Iterator<Item = &Bound> {
        self.pick(&self.fills).map(|(_, bound)| bound)
    }

    /// The number of a token.
    pub fn number_of(&self, key: &TokenKey) -> Option<usize> {
        self.set.as_deref()?.iter().position(|bound| bound.key == *key)
    }

    /// One of them.
    pub fn get(&self, at: usize) -> Option<&Bound> {
        self.set.as_deref()?.get(at)
    }

    /// A plan of one of these tokens' requests, ready to be sent from where `scopes` were seen.
    fn ready(&self, at: usize, plan: &Plan, scopes: &Scopes, from: Option<NodeId>) -> Plan {
        let mut plan = plan.clone();
        plan.tokens.set.clone_from(&self.set);
        if !plan.tokens.fills.contains(&at) {
            plan.tokens.fills.push(at);
        }
        plan.scopes = scopes.clone();
        let collection = self.get(at).and_then(|bound| bound.collection.as_ref());
        if let Some((_, layer)) = collection.filter(|(node, _)| Some(*node) != from) {
            plan.scopes.replace(Scope::Collection, Layer::clone(layer));
        }
        plan
    }

    /// The request that fetches a token, planned.
    pub fn request(&self, at: usize, scopes: &Scopes, from: Option<NodeId>) -> Option<Plan> {
        let plan = self.get(at)?.request.as_ref()?;
        Some(self.ready(at, plan, scopes, from))
    }

    /// The request that renews a token, planned; `None` when the one that fetches it does.
    pub fn refresh(&self, at: usize, scopes: &Scopes, from: Option<NodeId>) -> Option<Plan> {
        let plan = self.get(at)?.refresh.as_ref()?;
        Some(self.ready(at, plan, scopes, from))
    }
}

impl Bound {
    /// Whether its request is of this collection; what it writes there is not another one's business.
    pub fn is_of(&self, collection: Option<NodeId>) -> bool {
        self.collection.as_ref().map(|(node, _)| *node) == collection
    }

    /// Which token it is for these variables: rows of iteration data that log in differently have tokens of their own.
    pub fn key(&self, scopes: &Scopes) -> TokenKey {
        let mut key = self.key.clone();
        let own = |scope: Scope| !scopes.layer(scope).bindings.is_empty();
        if let Some(plan) = &self.request
            && (own(Scope::Data) || own(Scope::Local))
        {
            key.audience = audience(plan, self.refresh.as_ref(), scopes);
        }
        key
    }

    /// A fingerprint of what the token is fetched with: its requests as written, and the variables that they
    /// use. Of those that scripts read, the ones that they name count; what they write themselves is no correction.
    pub fn made_of(&self, scopes: &Scopes) -> u64 {
        let mut hasher = DefaultHasher::new();
        let plans = || self.request.iter().chain(&self.refresh);
        let all_scripts: Vec<&str> = plans().flat_map(sources).collect();
        let is_own = |name: &str| all_scripts.iter().any(|script| outside::writes_it(script, name));
        for plan in plans() {
            let auth = plan.auth();
            // An auth does not show its parameters.
            let params: Vec<_> = auth
                .params
                .iter()
                .map(|(name, param)| (name, param.to_string()))
                .collect();
            (format!("{:?}", plan.request), &auth.kind, params).hash(&mut hasher);
            let resolved = resolve(&plan.request, plan.auth(), &plan.settings, scopes, &Dynamic::new());
            let mut names: Vec<&str> = resolved.used.iter().map(|(name, _)| name.as_str()).collect();
            for script in scripts(plan) {
                script.hash(&mut hasher);
                let all = Scope::ALL.iter().flat_map(|scope| &scopes.layer(*scope).bindings);
                let said = all
                    .map(|binding| binding.key.as_str())
                    .filter(|key| outside::names_it(script, key));
                names.extend(said);
            }
            names.sort_unstable();
            names.dedup();
            names.retain(|name| !is_own(name));
            for name in names {
                let value = scopes.get(name).map(|(_, binding)| display_value(&binding.value));
                (name, value).hash(&mut hasher);
            }
        }
        hasher.finish()
    }
}

/// Whether a request is made by a script before it is sent.
pub(super) fn is_made_by_script(plan: &Plan) -> bool {
    scripts(plan).any(|script| !script.trim().is_empty())
}

fn scripts(plan: &Plan) -> impl Iterator<Item = &str> {
    let above = plan.ancestors.iter().map(|ancestor| &ancestor.scripts);
    above
        .chain([&plan.request.scripts])
        .map(|scripts| scripts.source(ScriptEvent::PreRequest))
}

/// A fingerprint of the iteration data and local variables that a token's requests are made of; empty when they are made
/// of none.
fn audience(request: &Plan, refresh: Option<&Plan>, scopes: &Scopes) -> String {
    let plans = || std::iter::once(request).chain(refresh);
    let mut made_of: Vec<(String, String)> = Vec::new();
    for plan in plans() {
        let resolved = resolve(&plan.request, plan.auth(), &plan.settings, scopes, &Dynamic::new());
        let own = resolved.used.into_iter();
        let own = own.filter(|(_, scope)| matches!(scope, Scope::Data | Scope::Local));
        made_of.extend(own.filter_map(|(name, _)| {
            let value = scopes.get(&name)?.1.value.to_string();
            Some((name, value))
        }));
    }
    // A script may look at all of the row, by whatever name and way.
    if plans().any(is_made_by_script) {
        let row = scopes.layer(Scope::Data).bindings.iter();
        made_of.extend(row.map(|binding| (binding.key.clone(), binding.value.to_string())));
    }
    if made_of.is_empty() {
        return String::new();
    }
    made_of.sort();
    made_of.dedup();
    let mut hasher = DefaultHasher::new();
    made_of.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Gathering the tokens that can be reached.
struct Work<'a> {
    source: &'a Source<'a>,
    declared: &'a [TokenRequest],
    all: Vec<(TokenRequest, Bound)>,
    numbers: HashMap<TokenKey, usize>,
    layers: HashMap<NodeId, Arc<Layer>>,
}

impl Work<'_> {
    fn workspace(&self) -> &Workspace {
        self.source.workspace
    }

    /// The numbers of the tokens that a request sees, and of those it fills.
    fn of(&mut self, node: Option<NodeId>) -> (Vec<usize>, Vec<usize>) {
        let all = tokens_seen(self.workspace(), node, self.source.environment);
        let sees = all.into_iter().map(|token| self.number(token)).collect();
        let workspace = self.workspace();
        let fills = |token: &&TokenRequest| token.request == node || token.refresh(workspace) == node;
        let filled: Vec<TokenRequest> = match node {
            None => Vec::new(),
            Some(_) => self.declared.iter().filter(fills).cloned().collect(),
        };
        (sees, filled.into_iter().map(|token| self.number(token)).collect())
    }

    fn number(&mut self, token: TokenRequest) -> usize {
        let key = token.key(self.workspace(), self.source.environment);
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let bound = Bound {
            declared_by: token.declared_by(self.workspace()).to_owned(),
            source: token.source.clone(),
            request: None,
            refresh: None,
            collection: None,
            key: key.clone(),
        };
        self.all.push((token, bound));
        self.numbers.insert(key, self.all.len() - 1);
        self.all.len() - 1
    }

    /// Plans the requests of all tokens, and of those that these need.
    fn plan_all(&mut self) {
        let mut at = 0;
        while at < self.all.len() {
            let (request, refresh) = {
                let token = &self.all[at].0;
                (token.request, token.refresh(self.source.workspace))
            };
            let planned = request.and_then(|node| self.plan(node));
            let refresh = refresh.and_then(|node| self.plan(node));
            let collection = request
                .and_then(|node| self.workspace().collection_of(node))
                .map(|node| node.id);
            let collection = collection.map(|node| {
                let layer = self.layers.entry(node);
                let layer = layer.or_insert_with(|| Arc::new(collection_layer(self.source, node)));
                (node, Arc::clone(layer))
            });
            let bound = &mut self.all[at].1;
            (bound.request, bound.refresh, bound.collection) = (planned, refresh, collection);
            at += 1;
        }
    }

    /// A request without scopes: it is sent with those of whoever needs it.
    fn plan(&mut self, node: NodeId) -> Option<Plan> {
        let mut planned = plan::without_scopes(&Source {
            node: Some(node),
            ..*self.source
        })?;
        let (sees, fills) = self.of(Some(node));
        planned.tokens = Tokens { set: None, sees, fills };
        Some(planned)
    }
}
