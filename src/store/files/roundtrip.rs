//! Tests: whatever the model holds comes back from its file, and any change of it can be merged into any file.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use super::merge::merge;
use super::parse::parse_text;
use super::place::{Content, Place};
use super::{group, request, text};
use crate::model::body::{Language, Part, PartContent};
use crate::model::offer::TlsVersion;
use crate::model::request::{Entry, Method};
use crate::model::script::Scripts;
use crate::model::settings::HttpVersion;
use crate::model::token::{Life, Pick, Renew, Replay, TokenSource};
use crate::model::variable::ValueSource;
use crate::model::{Auth, Body, Entity, Example, Group, ItemPath, Origin, Request, Rest, Settings, Template, Variable};

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z{}]{0,6}",
        "[ -~äß日\t\n'\"\\\\#]{0,20}",
        Just("'''\n".to_owned()),
        Just("a\r\nb\u{7}".to_owned()),
    ]
}

fn entry(bare: bool) -> impl Strategy<Value = Entry> {
    (text(), proptest::option::weighted(0.8, text()), any::<bool>(), text()).prop_map(
        move |(name, value, enabled, description)| Entry {
            name: Template::new(name),
            value: if bare { value } else { Some(value.unwrap_or_default()) }.map(Template::new),
            enabled,
            description,
        },
    )
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        // serde_json reads other fractions from JSON text only to the last but one digit.
        any::<i32>().prop_map(|n| Value::from(f64::from(n) / 4.0)),
        text().prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            vec(("[a-z]{1,4}", inner), 0..3).prop_map(|pairs| pairs.into_iter().collect()),
        ]
    })
}

fn auth() -> BoxedStrategy<Auth> {
    let params = vec(("[a-z_]{1,5}", text()), 0..3);
    ("(inherit|none|basic|x)", params)
        .prop_map(|(kind, params)| {
            let params = params.into_iter().filter(|(name, _)| name != "type");
            Auth {
                kind,
                params: params.map(|(name, value)| (name, Value::from(value))).collect(),
            }
        })
        .boxed()
}

fn part() -> impl Strategy<Value = Part> {
    let content = prop_oneof![
        text().prop_map(|text| PartContent::Text(Template::new(text))),
        vec(text().prop_map(Template::new), 0..3).prop_map(PartContent::Files),
    ];
    (entry(false), content, text(), text()).prop_map(|(row, content, content_type, file_name)| Part {
        name: row.name,
        content,
        content_type,
        file_name,
        enabled: row.enabled,
        description: row.description,
    })
}

fn body() -> BoxedStrategy<Body> {
    prop_oneof![
        Just(Body::None),
        vec(entry(false), 0..3).prop_map(Body::Form),
        vec(part(), 0..3).prop_map(Body::Multipart),
        (0..5_usize, text()).prop_map(|(n, text)| Body::Raw {
            language: Language::ALL[n],
            text: text.into()
        }),
        text().prop_map(|path| Body::File { path: path.into() }),
        (text(), text(), proptest::option::of(text())).prop_map(|(query, variables, operation_name)| Body::GraphQl {
            query: query.into(),
            variables: variables.into(),
            operation_name
        }),
        Just(Body::Unknown { kind: "later".into() }),
    ]
    .boxed()
}

fn settings() -> BoxedStrategy<Settings> {
    let duration = (0..100_000_u64, 0..1_000_000_000_u32).prop_map(|(s, ns)| Duration::new(s, ns));
    (
        any::<[Option<bool>; 3]>(),
        any::<Option<u32>>(),
        proptest::option::of(duration),
        vec("[a-z-]{1,5}", 0..3),
        any::<bool>(),
    )
        .prop_map(|(flags, max_redirects, timeout, names, http2)| Settings {
            verify_tls: flags[0],
            cookies: flags[1],
            encode_url: flags[2],
            max_redirects,
            timeout,
            http_version: http2.then_some(HttpVersion::Http2),
            disabled_tls: http2.then(|| vec![TlsVersion::Tls13, TlsVersion::Ssl3]),
            cipher_suites: flags[0].map(|some| if some { names.clone() } else { Vec::new() }),
            disabled_headers: names.into_iter().collect(),
            ..Settings::default()
        })
        .boxed()
}

fn scripts() -> BoxedStrategy<Scripts> {
    (text(), text())
        .prop_map(|(pre_request, post_response)| Scripts {
            pre_request,
            post_response,
            ..Scripts::default()
        })
        .boxed()
}

fn origin() -> BoxedStrategy<Origin> {
    let rest = (text(), vec(text(), 0..2), proptest::option::of("[0-9a-f]{4}"), json()).prop_map(
        |(at, of, instead_of, value)| Rest {
            at,
            of,
            instead_of,
            value,
        },
    );
    (text(), vec(rest, 0..3))
        .prop_map(|(id, rest)| Origin { id, rest })
        .boxed()
}

fn example() -> impl Strategy<Value = Example> {
    let request = (text(), vec(entry(false), 0..2), body()).prop_map(|(url, headers, body)| {
        let mut request = Request {
            url: url.replace(['?', '#'], "").into(),
            headers,
            body,
            ..Request::default()
        };
        request.sync_path_variables();
        Box::new(request)
    });
    (
        (text(), any::<Option<u16>>(), text(), text()),
        vec(entry(false), 0..3),
        text(),
        proptest::option::of(request),
    )
        .prop_map(|((name, code, status, language), headers, body, request)| Example {
            name,
            code,
            status,
            headers,
            language,
            body,
            request,
        })
}

fn any_request() -> impl Strategy<Value = Request> {
    (
        (text(), text(), "[A-Z]{1,6}", "[a-z:/{}]{0,12}"),
        (vec(entry(true), 0..3), vec(entry(false), 0..3), vec(entry(false), 0..4)),
        (auth(), body(), scripts(), settings(), any::<Option<i64>>()),
        (vec(example(), 0..3), text(), origin()),
    )
        .prop_map(
            |(
                (name, description, method, url),
                (params, path_variables, headers),
                rest,
                (examples, filter, origin),
            )| {
                let mut request = Request {
                    name,
                    description,
                    method: Method::new(&method),
                    url: url.into(),
                    params,
                    path_variables,
                    headers,
                    auth: rest.0,
                    body: rest.1,
                    scripts: rest.2,
                    settings: rest.3,
                    order: rest.4,
                    examples,
                    filter,
                    origin,
                };
                request.sync_path_variables();
                request
            },
        )
}

fn any_group() -> impl Strategy<Value = Group> {
    let source = prop_oneof![
        4 => Just(None),
        1 => text().prop_map(|name| Some(ValueSource::Env(name))),
        1 => vec(text(), 0..3).prop_map(|argv| Some(ValueSource::Command(argv))),
        1 => text().prop_map(|question| Some(ValueSource::Prompt(question))),
    ];
    let variable =
        (text(), json(), any::<bool>(), any::<bool>(), source).prop_map(|(key, value, enabled, secret, source)| {
            Variable {
                key,
                value: if secret || source.is_some() {
                    Value::from("")
                } else {
                    value
                },
                enabled,
                secret,
                description: String::new(),
                source,
            }
        });
    let pick = prop_oneof![
        Just(Pick::Script),
        Just(Pick::Whole),
        text().prop_map(Pick::Body),
        text().prop_map(Pick::Header),
        text().prop_map(Pick::Cookie),
    ];
    let life = prop_oneof![
        Just(Life::Told),
        text().prop_map(Life::Reply),
        (0..100_u64).prop_map(|seconds| Life::Fixed(Duration::from_secs(seconds))),
    ];
    let how = (
        pick,
        life,
        proptest::option::of(text()),
        vec(any::<u16>(), 0..3),
        0..4_usize,
    );
    let token = ("[a-z.]{1,6}", text(), 0..100_u64, how).prop_map(
        |(variable, request, seconds, (pick, life, refresh, statuses, replay))| TokenSource {
            renew: Renew::Ask,
            renew_before: Duration::from_secs(seconds),
            pick,
            life,
            refresh,
            statuses,
            replay: Replay::ALL[replay],
            ..TokenSource::new(variable, request)
        },
    );
    (
        text(),
        auth(),
        vec(variable, 0..4),
        scripts(),
        settings(),
        vec(token, 0..3),
        origin(),
    )
        .prop_map(|(name, auth, variables, scripts, settings, mut tokens, origin)| {
            tokens.sort_by(|a, b| a.variable.cmp(&b.variable));
            tokens.dedup_by(|a, b| a.variable == b.variable);
            Group {
                name,
                auth,
                variables,
                scripts,
                settings,
                tokens,
                origin,
                ..Group::default()
            }
        })
}

fn read(place: &Place, text: &str) -> Result<Content, TestCaseError> {
    parse_text(place, Path::new("x"), text).map_err(|problem| TestCaseError::fail(format!("{problem}\n{text}")))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn requests_come_back(before in any_request(), after in any_request()) {
        let place = Place::Request(ItemPath::new("c/r"));
        let text = text::text(&request::tree(&before));
        let content = |request: &Request| Content::Item(Entity::Request(Arc::new(request.clone())));
        prop_assert_eq!(read(&place, &text)?, content(&before));
        let merged = merge(&text, &request::tree(&before), &request::tree(&after)).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(read(&place, &merged)?, content(&after), "{}\n---\n{}", text, merged);
    }

    #[test]
    fn collections_come_back(before in any_group(), after in any_group()) {
        let place = Place::Group(ItemPath::new("c"));
        let text = text::text(&group::tree(&before));
        let content = |group: &Group| Content::Item(Entity::Collection(Arc::new(group.clone())));
        prop_assert_eq!(read(&place, &text)?, content(&before));
        let merged = merge(&text, &group::tree(&before), &group::tree(&after)).map_err(|e| TestCaseError::fail(e.to_string()))?;
        let said = read(&place, &merged)?;
        // Tokens are a table: their order is that of the file.
        let Content::Item(Entity::Collection(said)) = said else { return Err(TestCaseError::fail("kind")) };
        let mut said = Group::clone(&said);
        said.tokens.sort_by(|a, b| a.variable.cmp(&b.variable));
        prop_assert_eq!(said, after, "{}\n---\n{}", text, merged);
    }
}
