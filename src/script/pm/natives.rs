//! The functions the prelude finds on its `host` object.
//!
//! Each takes and gives plain values; what is large or structured crosses as JSON text and is parsed by the other
//! side's own parser.

use std::sync::Arc;
use std::time::Instant;

use rquickjs::function::{Func, Opt};
use rquickjs::{ArrayBuffer, Ctx, Exception, IntoJs, Object, Result, Value};
use serde_json::json;

use super::super::Ask;
use super::super::console::level;
use super::super::libs;
use super::super::limits::Watch;
use super::super::packages;
use super::super::wording::Thrown;
use super::{Outgoing, Run, State, request, response, thrown};
use crate::model::Scope;
use crate::model::outcome::NextRequest;
use crate::model::surrogates::without_halves;
use crate::model::variable::Change;
use crate::vars::Dynamic;

/// As how many copies a written value counts: it is kept with the write, in the scopes, in the session and on its way to
/// the disk.
const COPIES: usize = 4;
/// As how many bytes a request counts that waits for its answer, beside its text: it is kept with its send.
const UNDER_WAY: usize = 2048;

/// Makes the `host` object.
pub fn register<'js>(ctx: &Ctx<'js>, run: &Run, watch: &Arc<Watch>) -> Result<Object<'js>> {
    let host = Object::new(ctx.clone())?;
    register_reports(&host, run, watch)?;
    register_scopes(&host, run, watch)?;
    register_exchange(&host, run, watch)?;
    register_sends(&host, run, watch)?;
    register_odds(&host)?;
    thrown::register(&host, run, watch)?;
    libs::register(&host, watch)?;
    packages::register(&host, run, watch)?;
    Ok(host)
}

fn too_much(ctx: &Ctx<'_>) -> rquickjs::Error {
    Exception::throw_range(ctx, "the script hands out more than its memory limit")
}

/// Tests, console, errors, and what a script wants of the run.
fn register_reports<'js>(host: &Object<'js>, run: &Run, watch: &Arc<Watch>) -> Result<()> {
    let (own, its_watch) = (run.clone(), Arc::clone(watch));
    host.set(
        "test",
        Func::from(
            move |ctx: Ctx<'js>,
                  index: usize,
                  name: String,
                  skipped: bool,
                  error: Opt<String>,
                  message: Opt<String>,
                  stack: Opt<String>| {
                let mut state = own.state();
                let lengths = [&message.0, &stack.0].map(|text| text.as_deref().map_or(0, str::len));
                if !state.spend(name.len() + lengths.iter().sum::<usize>(), &its_watch) {
                    return Err(too_much(&ctx));
                }
                let thrown = error.0.map(|name| Thrown {
                    name,
                    message: message.0.unwrap_or_default(),
                    stack: stack.0.unwrap_or_default(),
                });
                state.test(index, name, skipped, thrown);
                Ok(())
            },
        ),
    )?;
    let (own, its_watch) = (run.clone(), Arc::clone(watch));
    host.set(
        "error",
        Func::from(move |ctx: Ctx<'js>, name: String, message: String, stack: String| {
            let mut state = own.state();
            if !state.spend(name.len() + message.len() + stack.len(), &its_watch) {
                return Err(too_much(&ctx));
            }
            state.error(Thrown { name, message, stack });
            Ok(())
        }),
    )?;
    let (own, its_watch) = (run.clone(), Arc::clone(watch));
    host.set(
        "log",
        Func::from(
            move |ctx: Ctx<'js>, method: String, text: String, listed: Opt<String>| {
                let mut state = own.state();
                let listed = listed.0.filter(|listed| *listed != text);
                if !state.spend(text.len() + listed.as_ref().map_or(0, String::len), &its_watch) {
                    return Err(too_much(&ctx));
                }
                state.log(level(&method), text, listed);
                Ok(())
            },
        ),
    )?;
    let own = run.clone();
    host.set(
        "next",
        Func::from(move |name: Opt<Option<String>>| {
            let next = name.0.flatten().map_or(NextRequest::Stop, NextRequest::To);
            own.state().report.next_request = Some(next);
        }),
    )?;
    let own = run.clone();
    host.set("skip", Func::from(move || own.state().report.skip_request = true))?;
    let (own, its_watch) = (run.clone(), Arc::clone(watch));
    host.set(
        "visualize",
        Func::from(move |ctx: Ctx<'js>, text: String| {
            let mut state = own.state();
            if !state.spend(text.len(), &its_watch) {
                return Err(too_much(&ctx));
            }
            state.report.visualizer = serde_json::from_str(&without_halves(&text)).ok();
            Ok(())
        }),
    )
}

fn scope_of(kind: &str) -> Scope {
    match kind {
        "local" => Scope::Local,
        "data" => Scope::Data,
        "environment" => Scope::Environment,
        "collection" => Scope::Collection,
        _ => Scope::Global,
    }
}

/// A scope as `{ name, id, rows: [[key, value, enabled, undefined, locked]] }`.
fn scope_text(state: &State, kind: &str) -> String {
    let Some(job) = &state.job else {
        return json!({"name": "", "id": "", "rows": []}).to_string();
    };
    let layer = job.scopes.layer(scope_of(kind));
    let rows: Vec<_> = layer
        .bindings
        .iter()
        .map(|binding| {
            json!([
                binding.key,
                binding.value,
                binding.enabled,
                binding.undefined,
                binding.locked
            ])
        })
        .collect();
    json!({"name": layer.name, "id": layer.id, "rows": rows}).to_string()
}

/// Variables: a scope is read once, and every change comes back at once.
fn register_scopes<'js>(host: &Object<'js>, run: &Run, watch: &Arc<Watch>) -> Result<()> {
    let own = run.clone();
    host.set(
        "scope",
        Func::from(move |ctx: Ctx<'js>, kind: String| {
            let text = scope_text(&own.state(), &kind);
            ctx.json_parse(text)
        }),
    )?;
    let (own, its_watch) = (run.clone(), Arc::clone(watch));
    host.set(
        "write",
        Func::from(
            move |ctx: Ctx<'js>, kind: String, change: String, key: String, value: String| {
                let mut state = own.state();
                if !state.spend(COPIES * (key.len() + value.len()), &its_watch) {
                    return Err(too_much(&ctx));
                }
                if change == "undefine" {
                    state.report.undefined.push(key.clone());
                }
                let change = match change.as_str() {
                    "set" => match serde_json::from_str(&without_halves(&value)) {
                        Ok(value) => Change::Set { key, value },
                        Err(error) => {
                            let text = format!("the value of `{key}` cannot be stored: {}", unstorable(&error));
                            return Err(Exception::throw_type(&ctx, &text));
                        }
                    },
                    // Only what lives no longer than the run can be without a value; the rest is kept as JSON, as Postman
                    // keeps it.
                    "undefine" if kind == "local" => Change::Undefine { key },
                    "undefine" => Change::Set {
                        key,
                        value: serde_json::Value::Null,
                    },
                    "unset" => Change::Unset { key },
                    _ => Change::Clear,
                };
                state.write(scope_of(&kind), change);
                Ok(())
            },
        ),
    )
}

/// Requests of the script's own, and questions.
fn register_sends<'js>(host: &Object<'js>, run: &Run, watch: &Arc<Watch>) -> Result<()> {
    let (own, its_watch) = (run.clone(), Arc::clone(watch));
    host.set(
        "send",
        Func::from(move |ctx: Ctx<'js>, id: u32, parts: Value<'js>| {
            let (parts, bytes) = parsed(&ctx, parts)?;
            let mut state = own.state();
            if !state.spend(bytes + UNDER_WAY, &its_watch) {
                return Err(too_much(&ctx));
            }
            let mut request = crate::model::Request::default();
            request::apply(&mut request, &parts);
            if request.auth.is_inherited() {
                // Nothing is inherited by a script's own request.
                request.auth = crate::model::Auth::new(crate::model::Auth::NONE);
            }
            state.sends.push((id, Outgoing::Send(Box::new(request))));
            Ok(())
        }),
    )?;
    let (own, its_watch) = (run.clone(), Arc::clone(watch));
    host.set(
        "ask",
        Func::from(move |ctx: Ctx<'js>, id: u32, kind: String, question: String| {
            let mut state = own.state();
            if !state.spend(question.len(), &its_watch) {
                return Err(too_much(&ctx));
            }
            let read = serde_json::from_str(&format!("{{\"{kind}\":{}}}", without_halves(&question)));
            let mut question =
                read.map_err(|error| Exception::throw_type(&ctx, &format!("not a question: {error}")))?;
            if let Ask::Run { scopes, .. } = &mut question {
                **scopes = state.scopes();
            }
            state.sends.push((id, Outgoing::Ask(question)));
            Ok(())
        }),
    )
}

/// The request and the response.
fn register_exchange<'js>(host: &Object<'js>, run: &Run, watch: &Arc<Watch>) -> Result<()> {
    let own = run.clone();
    host.set(
        "request",
        Func::from(move |ctx: Ctx<'js>| {
            let text = {
                let state = own.state();
                let (request, added, id) = state.job.as_ref().map_or_else(Default::default, |job| {
                    (job.request.clone(), job.added.clone(), job.info.request_id.clone())
                });
                request::describe(&request, &added, &id).to_string()
            };
            ctx.json_parse(text)
        }),
    )?;
    let (own, its_watch) = (run.clone(), Arc::clone(watch));
    host.set(
        "changed",
        Func::from(move |ctx: Ctx<'js>, parts: Value<'js>| {
            let (parts, bytes) = parsed(&ctx, parts)?;
            let mut state = own.state();
            if !state.spend(bytes, &its_watch) {
                return Err(too_much(&ctx));
            }
            if let Some(before) = state.job.as_ref().map(|job| &job.request) {
                let mut changed = before.clone();
                request::apply(&mut changed, &parts);
                if let Some(path) = request::foreign_file(before, &changed) {
                    let text = format!("a script may not choose the file `{path}`: name it in the request's body");
                    return Err(Exception::throw_message(&ctx, &text));
                }
                state.report.request = Some(changed);
            }
            Ok(())
        }),
    )?;
    let own = run.clone();
    host.set(
        "response",
        Func::from(move |ctx: Ctx<'js>| {
            let response = own.state().response(0).cloned();
            response.map(|response| response::describe(&ctx, &response)).transpose()
        }),
    )?;
    let own = run.clone();
    host.set(
        "rows",
        Func::from(move |ctx: Ctx<'js>, id: u32, name: String| {
            let text = own
                .state()
                .response(id)
                .map(|answer| response::rows(&answer.response, &name).to_string());
            ctx.json_parse(text.unwrap_or_else(|| "[]".to_owned()))
        }),
    )?;
    let own = run.clone();
    host.set(
        "cookies",
        Func::from(move |ctx: Ctx<'js>| {
            let text = {
                let state = own.state();
                let cookies = state.job.as_ref().map_or(&[][..], |job| &job.cookies);
                response::describe_cookies(cookies).to_string()
            };
            ctx.json_parse(text)
        }),
    )?;
    register_bodies(host, run)
}

/// What a script made of a request, and its size as JSON in bytes.
fn parsed<'js>(ctx: &Ctx<'js>, value: Value<'js>) -> Result<(serde_json::Value, usize)> {
    let text = ctx.json_stringify(value)?.map(|text| text.to_string()).transpose()?;
    let text = text.as_deref().unwrap_or("null");
    serde_json::from_str(&without_halves(text))
        .map(|value| (value, text.len()))
        .map_err(|error| Exception::throw_type(ctx, &format!("not a request: {error}")))
}

/// Why JSON that an engine wrote is not read.
fn unstorable(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if text.starts_with("recursion limit") {
        return "it has more than 127 levels of lists and objects in each other".to_owned();
    }
    text
}

/// A body as text, as JSON, as bytes: each only when it is asked for.
fn register_bodies<'js>(host: &Object<'js>, run: &Run) -> Result<()> {
    let own = run.clone();
    host.set(
        "text",
        Func::from(move |ctx: Ctx<'js>, id: u32| {
            let response = own.state().response(id).map(|answer| answer.response.clone());
            let text = response.map(|response| response::text(&response)).transpose();
            text.map_err(|error| unreadable(&ctx, &error))
        }),
    )?;
    let own = run.clone();
    host.set(
        "json",
        Func::from(move |ctx: Ctx<'js>, id: u32| {
            let response = own.state().response(id).map(|answer| answer.response.clone());
            let bytes = response.map_or(Ok(None), |response| response::json_bytes(&response));
            let bytes = bytes.map_err(|error| unreadable(&ctx, &error))?;
            let value = bytes.and_then(|bytes| {
                let parsed = ctx.json_parse(bytes);
                if parsed.is_err() {
                    // The prelude reads it again, and explains.
                    ctx.catch();
                }
                parsed.ok()
            });
            let done = value.is_some();
            [done.into_js(&ctx), value.into_js(&ctx)]
                .into_iter()
                .collect::<Result<Vec<Value<'js>>>>()
        }),
    )?;
    let own = run.clone();
    host.set(
        "bytes",
        Func::from(move |ctx: Ctx<'js>, id: u32| {
            let body = own.state().response(id).map(|answer| answer.response.body.clone());
            let bytes = body.unwrap_or_default().whole();
            let bytes = bytes.map_err(|error| unreadable(&ctx, &error))?;
            ArrayBuffer::new_copy(ctx, bytes)
        }),
    )?;
    let own = run.clone();
    host.set("forget", Func::from(move |id: u32| own.state().forget(id)))?;
    let own = run.clone();
    host.set(
        "base64",
        Func::from(move |ctx: Ctx<'js>, id: u32| {
            use base64::Engine as _;
            let body = own.state().response(id).map(|answer| answer.response.body.clone());
            let bytes = body.unwrap_or_default().whole();
            let bytes = bytes.map_err(|error| unreadable(&ctx, &error))?;
            Ok::<_, rquickjs::Error>(base64::engine::general_purpose::STANDARD.encode(bytes))
        }),
    )
}

/// The error of a body that cannot be read back from its file.
fn unreadable(ctx: &Ctx<'_>, error: &std::io::Error) -> rquickjs::Error {
    Exception::throw_message(ctx, &format!("the response's body cannot be read: {error}"))
}

/// What needs no script: clock, chance, names of status codes.
fn register_odds(host: &Object<'_>) -> Result<()> {
    let start = Instant::now();
    host.set("now", Func::from(move || start.elapsed().as_secs_f64() * 1000.0))?;
    host.set("uuid", Func::from(|| uuid::Uuid::new_v4().to_string()))?;
    let dynamic = Dynamic::new();
    host.set("dynamic", Func::from(move |name: String| dynamic.value(&name)))?;
    host.set("zone", Func::from(|name: String, at: f64| zone(&name, at)))?;
    host.set("reason", Func::from(response::reason))
}

/// A time zone at a moment (milliseconds since 1970): seconds east of UTC and its short name, `3600 CET`. Without a
/// name, that of the zone of this machine; empty for a zone nobody knows.
fn zone(name: &str, at: f64) -> String {
    if name.is_empty() {
        let own = jiff::tz::TimeZone::system();
        return own.iana_name().unwrap_or("UTC").to_owned();
    }
    #[expect(clippy::cast_possible_truncation, reason = "a date has whole milliseconds")]
    let moment = jiff::Timestamp::from_millisecond(at as i64);
    let (Ok(zone), Ok(moment)) = (jiff::tz::TimeZone::get(name), moment) else {
        return String::new();
    };
    let info = zone.to_offset_info(moment);
    format!("{} {}", info.offset().seconds(), info.abbreviation())
}
