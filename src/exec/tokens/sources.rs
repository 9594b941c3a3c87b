//! Where tokens come from: what the files of collections, folders and environments say of it.

use std::collections::HashSet;

use crate::exec::plan::inherited_auth;
use crate::model::body::PartContent;
use crate::model::request::Entry;
use crate::model::template::tokens;
use crate::model::token::{TokenKey, TokenSource};
use crate::model::{Auth, Body, Entity, EnvironmentId, ItemPath, NodeId, Template, Workspace};

/// What declares a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared {
    /// A collection or folder.
    Group(NodeId),
    /// An environment.
    Environment(EnvironmentId),
}

/// A token variable, and the request that fills it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenRequest {
    /// Who says so.
    pub declared: Declared,
    /// The variable and when to renew it.
    pub source: TokenSource,
    /// The request; `None` when there is none at the path that is named.
    pub request: Option<NodeId>,
}

impl TokenRequest {
    /// The request that is named beside the one that fetches the token, to renew it; `None` when there is none.
    pub fn refresh(&self, workspace: &Workspace) -> Option<NodeId> {
        named(workspace, self.declared, self.source.refresh.as_deref()?)
    }

    /// Which token it is, in an environment.
    pub fn key(&self, workspace: &Workspace, environment: Option<EnvironmentId>) -> TokenKey {
        let environment = environment.and_then(|id| workspace.environment(id));
        let place = match self.declared {
            Declared::Group(group) => workspace.path(group).map(|path| path.to_string()),
            Declared::Environment(_) => None,
        };
        TokenKey {
            environment: environment.map(|node| node.slug.clone()).unwrap_or_default(),
            place: place.unwrap_or_default(),
            name: self.source.variable.clone(),
            audience: String::new(),
        }
    }

    /// The name of what declares it.
    pub fn declared_by<'a>(&self, workspace: &'a Workspace) -> &'a str {
        match self.declared {
            Declared::Group(group) => workspace.node(group).map_or("", |node| node.entity.name()),
            Declared::Environment(id) => workspace.environment(id).map_or("", |node| &node.environment.name),
        }
    }
}

/// The request that a declaration names: below the collection, or anywhere for an environment.
fn named(workspace: &Workspace, declared: Declared, path: &str) -> Option<NodeId> {
    let path = match declared {
        Declared::Environment(_) => ItemPath::new(path),
        Declared::Group(group) => {
            let collection = workspace.collection_of(group)?;
            ItemPath::new(format!("{}/{path}", collection.slug))
        }
    };
    workspace.find(&path).filter(|id| workspace.request(*id).is_some())
}

/// Whether an auth is made of a variable.
pub fn mentions(auth: &Auth, variable: &str) -> bool {
    let mut texts = auth.params.values().filter_map(serde_json::Value::as_str);
    texts.any(|text| tokens(text).any(|token| token.name == variable))
}

/// Whether the request that fetches a token sends that token, by its own auth or by what it inherits: the first time there is
/// none, and later it is the old one.
pub fn sends_itself(workspace: &Workspace, token: &TokenRequest) -> bool {
    let Some((node, request)) = token.request.and_then(|id| Some((id, workspace.request(id)?))) else {
        return false;
    };
    let variable = &token.source.variable;
    if request.auth.is_inherited() {
        mentions(&inherited_auth(workspace, node).auth, variable)
    } else {
        mentions(&request.auth, variable)
    }
}

/// All token variables of the workspace: those of the collections in order, of folders, of environments.
pub fn token_sources(workspace: &Workspace) -> Vec<TokenRequest> {
    let groups = workspace.groups_with_tokens().into_iter();
    let environments = workspace.environments().iter();
    groups
        .flat_map(|id| of_group(workspace, id))
        .chain(environments.flat_map(|node| of_environment(workspace, node.id)))
        .collect()
}

/// The token variables that a request sees, nearest first: those of its folders, its collection, the environment.
pub fn tokens_seen(
    workspace: &Workspace,
    node: Option<NodeId>,
    environment: Option<EnvironmentId>,
) -> Vec<TokenRequest> {
    let mut out: Vec<TokenRequest> = Vec::new();
    let parents = node.into_iter().flat_map(|node| workspace.lineage(node));
    for parent in parents.filter(|node| node.entity.is_group()) {
        out.extend(of_group(workspace, parent.id));
    }
    if let Some(id) = environment {
        out.extend(of_environment(workspace, id));
    }
    let mut known = HashSet::new();
    out.retain(|token| known.insert(token.source.variable.clone()));
    out
}

/// The token variables that a collection or folder declares, in their order.
pub fn of_group(workspace: &Workspace, id: NodeId) -> Vec<TokenRequest> {
    let sources = workspace.group(id).map_or(&[][..], |group| &group.tokens);
    all(workspace, Declared::Group(id), sources)
}

fn of_environment(workspace: &Workspace, id: EnvironmentId) -> Vec<TokenRequest> {
    let sources = workspace
        .environment(id)
        .map_or(&[][..], |node| &node.environment.tokens);
    all(workspace, Declared::Environment(id), sources)
}

fn all(workspace: &Workspace, declared: Declared, sources: &[TokenSource]) -> Vec<TokenRequest> {
    let sources = sources.iter();
    sources
        .map(|source| TokenRequest {
            declared,
            source: source.clone(),
            request: named(workspace, declared, &source.request),
        })
        .collect()
}

/// The token that a request needs: of those it sees, the one it mentions; else the first.
///
/// Asked at every event, so a body, which may be large, is looked at only where there is something to choose that the
/// rest of the request leaves open.
pub fn token_for(workspace: &Workspace, node: NodeId, environment: Option<EnvironmentId>) -> Option<TokenRequest> {
    let mut sources = tokens_seen(workspace, Some(node), environment);
    let at = if sources.len() > 1 {
        chosen(workspace, node, &sources).unwrap_or(0)
    } else {
        0
    };
    (at < sources.len()).then(|| sources.swap_remove(at))
}

/// Whether a request mentions the variable of a token anywhere: only then a new one helps it.
pub fn uses(workspace: &Workspace, node: NodeId, token: &TokenRequest) -> bool {
    chosen(workspace, node, std::slice::from_ref(token)).is_some()
}

/// Whether a request sends the token of a variable: in its effective auth, its URL, its headers or its body.
pub fn sends(workspace: &Workspace, node: NodeId, token: &TokenRequest) -> bool {
    written(workspace, node, std::slice::from_ref(token)).is_some()
}

/// The first of some tokens that a request mentions: in its effective auth, URL, headers; else in its body; else in a script
/// that runs before it.
fn chosen(workspace: &Workspace, node: NodeId, sources: &[TokenRequest]) -> Option<usize> {
    let in_scripts = || {
        let all = workspace.lineage(node).map(|node| match &node.entity {
            Entity::Collection(group) | Entity::Folder(group) => &group.scripts,
            Entity::Request(request) => &request.scripts,
        });
        let scripts: Vec<&str> = all.map(|scripts| scripts.pre_request.as_str()).collect();
        sources.iter().position(|token| {
            let variable = &token.source.variable;
            scripts.iter().any(|script| names(script, variable))
        })
    };
    workspace.request(node)?;
    written(workspace, node, sources).or_else(in_scripts)
}

/// The same but for scripts.
fn written(workspace: &Workspace, node: NodeId, sources: &[TokenRequest]) -> Option<usize> {
    let Some(Entity::Request(request)) = workspace.node(node).map(|node| &node.entity) else {
        return None;
    };
    let auth = if request.auth.is_inherited() {
        inherited_auth(workspace, node).auth
    } else {
        request.auth.clone()
    };
    let mut texts: Vec<Template> = auth.params.keys().map(|name| auth.template(name)).collect();
    texts.push(request.full_url().into());
    let first = |texts: &mut dyn Iterator<Item = &Template>| {
        let mentioned: Vec<&str> = texts.flat_map(Template::variables).collect();
        let is_mentioned = |token: &TokenRequest| mentioned.contains(&token.source.variable.as_str());
        sources.iter().position(is_mentioned)
    };
    let rows = |rows: &mut dyn Iterator<Item = &Entry>| {
        let both = rows.flat_map(|row| std::iter::once(&row.name).chain(&row.value));
        both.cloned().collect::<Vec<Template>>()
    };
    texts.extend(rows(&mut request.path_variables.iter().chain(&request.headers)));
    let in_body = || match &request.body {
        Body::Form(fields) => first(&mut rows(&mut fields.iter()).iter()),
        Body::Multipart(parts) => first(&mut parts.iter().flat_map(|part| {
            let content = match &part.content {
                PartContent::Text(text) => std::slice::from_ref(text),
                PartContent::Files(paths) => paths,
            };
            std::iter::once(&part.name).chain(content)
        })),
        Body::Raw { text, .. } => first(&mut std::iter::once(text)),
        Body::File { path } => first(&mut std::iter::once(path)),
        Body::GraphQl { query, variables, .. } => first(&mut [query, variables].into_iter()),
        Body::None | Body::Unknown { .. } => None,
    };
    first(&mut texts.iter()).or_else(in_body)
}

/// Whether a script says a variable's name, as a word of its own.
fn names(script: &str, variable: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    !variable.is_empty()
        && script.match_indices(variable).any(|(at, _)| {
            let (before, after) = (&script[..at], &script[at + variable.len()..]);
            !before.ends_with(is_word) && !after.starts_with(is_word)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::body::Language;
    use crate::model::{Auth, Environment, Group, Request};
    use std::sync::Arc;

    #[test]
    fn a_collection_names_the_request_that_makes_its_token() {
        let mut workspace = Workspace::new("/w");
        let group = Group {
            auth: Auth::new("bearer").with("token", "{{second}}"),
            tokens: vec![
                TokenSource::new("first", "auth/one"),
                TokenSource::new("second", "missing"),
            ],
            ..Group::named("API")
        };
        let api = workspace.load_node(None, "api", Entity::Collection(Arc::new(group)));
        let auth = workspace.load_node(Some(api), "auth", Entity::Folder(Arc::new(Group::named("Auth"))));
        let one = workspace.load_node(Some(auth), "one", Entity::Request(Arc::new(Request::default())));
        let open = Request {
            auth: Auth::new(Auth::NONE),
            ..Request::default()
        };
        let other = workspace.load_node(Some(api), "other", Entity::Request(Arc::new(open)));

        let all = token_sources(&workspace);
        assert_eq!(
            all.iter().map(|token| token.request).collect::<Vec<_>>(),
            [Some(one), None]
        );
        // By inheritance it mentions the second; without auth the first is as good a guess as any.
        let variable = |node| token_for(&workspace, node, None).map(|token| token.source.variable);
        assert_eq!(variable(one).as_deref(), Some("second"));
        assert_eq!(variable(other).as_deref(), Some("first"));

        // The body speaks only where nothing else does.
        let speaking = |auth: Auth| Request {
            auth,
            body: Body::Raw {
                language: Language::Json,
                text: "[\"{{second}}\"]".into(),
            },
            ..Request::default()
        };
        for (auth, expected) in [
            (Auth::new(Auth::NONE), "second"),
            (Auth::new("bearer").with("token", "{{first}}"), "first"),
        ] {
            let entity = Entity::Request(Arc::new(speaking(auth)));
            let node = workspace.load_node(Some(api), expected, entity);
            let found = token_for(&workspace, node, None).map(|token| token.source.variable);
            assert_eq!(found.as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_token_is_used_wherever_a_request_or_a_script_before_it_names_it() {
        let mut workspace = Workspace::new("/w");
        let mut group = Group {
            tokens: vec![TokenSource::new("t", "login")],
            ..Group::named("API")
        };
        group.scripts.post_response = "pm.environment.set('t', 1)".to_owned();
        let api = workspace.load_node(None, "api", Entity::Collection(Arc::new(group)));
        let part = |name: &str, content: PartContent| crate::model::body::Part {
            name: name.into(),
            content,
            content_type: String::new(),
            file_name: String::new(),
            enabled: true,
            description: String::new(),
        };
        let script = |text: &str| Request {
            scripts: crate::model::script::Scripts {
                pre_request: text.to_owned(),
                ..Default::default()
            },
            ..Request::default()
        };
        let body = |body: Body| Request {
            body,
            ..Request::default()
        };
        let text = |text: &str| PartContent::Text(text.into());
        let all = [
            (Request::default(), false),
            (script("const x = pm.environment.get('t');"), true),
            (script("let title = 'tt_t';"), false),
            (body(Body::Multipart(vec![part("a", text("{{t}}"))])), true),
            (body(Body::Multipart(vec![part("{{t}}", text("a"))])), true),
            (body(Body::Multipart(vec![part("a", text("t"))])), false),
            (
                body(Body::GraphQl {
                    query: "{ me }".into(),
                    variables: "{\"a\": \"{{t}}\"}".into(),
                    operation_name: None,
                }),
                true,
            ),
            (
                Request {
                    headers: vec![Entry::new("X-{{t}}", "1")],
                    ..Request::default()
                },
                true,
            ),
            (
                Request {
                    path_variables: vec![Entry::new("id", "{{t}}")],
                    ..Request::default()
                },
                true,
            ),
        ];
        for (at, (request, is_used)) in all.into_iter().enumerate() {
            let node = workspace.load_node(Some(api), format!("r{at}"), Entity::Request(Arc::new(request)));
            let token = token_for(&workspace, node, None).expect("a token");
            assert_eq!(uses(&workspace, node, &token), is_used, "{at}");
        }
    }

    #[test]
    fn the_nearest_declaration_counts_and_each_has_a_name_of_its_own() {
        let mut workspace = Workspace::new("/w");
        let with = |request: &str| Group {
            tokens: vec![TokenSource::new("t", request)],
            ..Group::named(request)
        };
        let api = workspace.load_node(None, "api", Entity::Collection(Arc::new(with("outer"))));
        let folder = workspace.load_node(Some(api), "admin", Entity::Folder(Arc::new(with("admin/login"))));
        let login = workspace.load_node(Some(folder), "login", Entity::Request(Arc::default()));
        let outer = workspace.load_node(Some(api), "outer", Entity::Request(Arc::default()));
        let environment = Environment {
            tokens: vec![
                TokenSource::new("t", "api/outer"),
                TokenSource::new("e", "api/admin/login"),
            ],
            ..Environment::default()
        };
        let environment = workspace.load_environment("demo", environment);
        let seen = |node| tokens_seen(&workspace, Some(node), Some(environment));
        let facts = |node| -> Vec<(Option<NodeId>, String)> {
            let seen = seen(node).into_iter();
            seen.map(|token| (token.request, token.key(&workspace, Some(environment)).place))
                .collect()
        };
        assert_eq!(
            facts(login),
            [(Some(login), "api/admin".into()), (Some(login), String::new())]
        );
        assert_eq!(
            facts(outer),
            [(Some(outer), "api".into()), (Some(login), String::new())]
        );
        assert_eq!(token_sources(&workspace).len(), 4);
        assert_eq!(seen(login)[0].key(&workspace, Some(environment)).environment, "demo");
    }
}
