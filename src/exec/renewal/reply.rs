//! The token in the reply of its request: where it stands, and how long it lives.

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use serde_json_path::JsonPath;
use url::Url;

use super::origin::Failure;
use super::words::{complaint, span};
use crate::exec::source::came;
use crate::exec::tokens::{self, TokenStatus, status_of};
use crate::model::exchange::{Exchange, Response, SendErrorKind};
use crate::model::outcome::TestResult;
use crate::model::token::{Life, Pick, Token, TokenSource};
use crate::model::variable::{Change, VariableWrite, display_value};
use crate::model::{Outcome, Redactor, Scope, Secret};

/// Clocks count as equal up to here: a `Date` has whole seconds, and travels.
const SAME_CLOCK: SignedDuration = SignedDuration::from_secs(2);
/// A number from here on is a moment (in seconds since 1970), not a span.
const MOMENT: f64 = 1e9;
/// A number from here on is a moment in milliseconds.
const MOMENT_MS: f64 = 1e11;
/// A longer body is no token, in bytes.
const LONGEST: usize = 64 * 1024;
/// What a token in a header may stand behind.
const SCHEME: &str = "bearer ";

/// The token that the request of a source has brought.
///
/// # Errors
///
/// Why it has brought none, in a sentence about `name`.
pub fn token_in(source: &TokenSource, name: &str, outcome: &Outcome) -> Result<Token, Failure> {
    let Some(exchange) = &outcome.exchange else {
        let text = format!("`{name}` was not sent: its pre-request script skipped it or failed");
        return Err(Failure::new(text));
    };
    let redact = |text: &str| exchange.redactor.redact(text);
    let response = exchange.result.as_ref().map_err(|error| Failure {
        message: format!("`{name}`: {}", error.message),
        hint: error.hint.clone(),
        transient: exchange.never_arrived(),
        declined: error.kind == SendErrorKind::Cancelled,
        empty: false,
    })?;
    let said = complaint(response).map(|said| format!(" ({})", exchange.redactor.redact_pieces(&said)));
    let said = said.unwrap_or_default();
    let status = format!("{} {}", response.status, redact(&response.reason));
    let elsewhere = elsewhere(exchange).map(|host| format!(" from `{}`, where it was redirected to", redact(&host)));
    let elsewhere = elsewhere.unwrap_or_default();
    let answered = format!("`{name}` answered {}{elsewhere}{said}", status.trim_end());
    if response.status >= 400 {
        let unset = outcome.unset.first();
        let why = unset.map(|unset| format!("; the secret `{}` has no value yet", unset.name));
        let why = why.unwrap_or_default();
        let hint = unset.map(|unset| unset.how.clone()).filter(|how| !how.is_empty());
        return Err(Failure {
            message: format!("{answered}{why}"),
            hint,
            transient: response.status >= 500,
            ..Failure::default()
        });
    }
    let variable = &source.variable;
    let found = match &source.pick {
        Pick::Script => {
            written(variable, &outcome.writes).ok_or_else(|| script_wrote_nothing(&answered, variable, outcome))
        }
        pick => picked(pick, response).map_err(|failure| Failure {
            message: format!("{answered}, {}", failure.message),
            ..failure
        }),
    };
    let found = found.map(|value| value.trim().to_owned()).and_then(|value| {
        match status_of(Some(&value.as_str().into()), Timestamp::UNIX_EPOCH) {
            TokenStatus::Missing => Err(Failure::new(format!("{answered}, and set no `{variable}`"))),
            _ => Ok(value),
        }
    });
    let value = &found.map_err(|failure| Failure { empty: true, ..failure })?;
    dated(source, value, exchange, response).map_err(|failure| Failure {
        message: format!("{answered}, {}", failure.message),
        ..failure
    })
}

/// The server that has answered, where that is not the one that was asked: its host, and its port where it has one of its own.
fn elsewhere(exchange: &Exchange) -> Option<String> {
    let host = |url: &str| {
        let url = Url::parse(url).ok()?;
        let host = url.host_str()?;
        Some(match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        })
    };
    let asked = exchange.hops.iter().find(|hop| hop.again.is_none())?;
    let answered = host(&exchange.request.url)?;
    (host(&asked.url)? != answered).then_some(answered)
}

/// The last value that scripts gave a variable; `None` when they gave it none, or took it away.
fn written(variable: &str, writes: &[VariableWrite]) -> Option<String> {
    let change = writes.iter().rev().find_map(|write| match &write.change {
        Change::Set { key, value } if key == variable => Some(Some(value)),
        Change::Unset { key } if key == variable => Some(None),
        _ => None,
    });
    change.flatten().map(display_value)
}

fn script_wrote_nothing(answered: &str, variable: &str, outcome: &Outcome) -> Failure {
    let failure = Failure::new(format!("{answered}, and its scripts set no `{variable}`"));
    let thrown = outcome.script_errors.first();
    let thrown = thrown.map(|error| format!("{} failed: {}: {}", error.script, error.name, error.message));
    // A test catches what its function throws.
    let untrue = || {
        let failed = |test: &TestResult| Some((test.name.clone(), test.error.clone()?));
        let (test, error) = outcome.tests.iter().find_map(failed)?;
        Some(format!("its test `{test}` failed: {}: {}", error.name, error.message))
    };
    match thrown.or_else(untrue) {
        Some(text) => {
            let known = outcome.exchange.as_ref().map_or_else(Redactor::default, |exchange| {
                let came = came(exchange, true).into_iter().map(Secret::new);
                exchange.redactor.with(came)
            });
            failure.hint(known.and(&outcome.redactor).redact_pieces(&text))
        }
        None => failure.hint(format!(
            "let its post-response script set it, or say where it stands: `value = \"$.access_token\"` in \
             `[tokens.{variable}]`"
        )),
    }
}

/// The token at its place in a reply.
pub fn picked(pick: &Pick, response: &Response) -> Result<String, Failure> {
    match pick {
        Pick::Script => Err(Failure::new("its script sets the token")),
        Pick::Body(path) => {
            let body = response
                .body
                .json()
                .map_err(|_| Failure::new("which is no JSON").hint("open it to see what it is"))?;
            let found = at(path, &body)?;
            let found = found.ok_or_else(|| Failure::new(format!("which has nothing at `{path}`")))?;
            let kind = match found {
                Value::Object(_) => "an object",
                Value::Array(_) => "a list",
                _ => return legible(display_value(found), path, response),
            };
            let hint = "`value` is to lead to the token itself, as `$.user.token` does";
            Err(Failure::new(format!("which has {kind} at `{path}`, and no token")).hint(hint))
        }
        Pick::Whole => {
            let whole = response.body.read(0, LONGEST + 1).unwrap_or_default();
            let text = std::str::from_utf8(&whole).map_or("", str::trim);
            if text.is_empty() || text.contains(char::is_control) || text.len() > LONGEST {
                let text = "which is no text of one line that could be a token";
                return Err(Failure::new(text).hint("open it to see what it is"));
            }
            Ok(text.to_owned())
        }
        Pick::Header(name) => {
            let value = response.header(name);
            let value = value.ok_or_else(|| Failure::new(format!("without a header `{name}`")))?;
            let has_scheme = value
                .get(..SCHEME.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(SCHEME));
            Ok(if has_scheme {
                value[SCHEME.len()..].to_owned()
            } else {
                value
            })
        }
        Pick::Cookie(name) => {
            let cookie = response.cookies.iter().rev().find(|cookie| cookie.name == *name);
            Ok(cookie
                .ok_or_else(|| Failure::new(format!("without a cookie `{name}`")))?
                .value
                .clone())
        }
    }
}

/// A token of a body, unless some of it was lost: what stands in the place of bytes that are no UTF-8 would be sent instead.
fn legible(token: String, path: &str, response: &Response) -> Result<String, Failure> {
    if token.contains(char::REPLACEMENT_CHARACTER) && !response.body.is_utf8() {
        let text = format!("which has something at `{path}` that is no UTF-8, and no token");
        return Err(Failure::new(text).hint("open it to see what it is"));
    }
    Ok(token)
}

/// The first value at a `JSONPath`.
fn at<'a>(path: &str, body: &'a Value) -> Result<Option<&'a Value>, Failure> {
    let parsed = JsonPath::parse(path).map_err(|error| {
        let place = error.position() + 1;
        Failure::new(format!("and `{path}` is no JSONPath from its character {place} on"))
            .hint("it is written like `$.id_token` or `$.data[0].token`")
    })?;
    Ok(parsed.query(body).first())
}

/// What is wrong with where a source says that the end of a token stands in this reply; `None` where nothing is. The token is
/// taken all the same, as one of which nobody says when it ends.
pub(super) fn endless(source: &TokenSource, name: &str, outcome: &Outcome) -> Option<String> {
    let Life::Reply(path) = &source.life else { return None };
    let exchange = outcome.exchange.as_ref()?;
    let response = exchange.response().filter(|response| response.status < 400)?;
    let what = no_end_at(path, response)?;
    Some(format!(
        "`expires = \"{path}\"` of `{}`: the reply of `{name}` has {what}, so only a refusal tells when it has ended",
        source.variable
    ))
}

/// What a reply has in the place of the end of a token; `None` where that end stands there, or the place is none.
pub fn no_end_at(path: &str, response: &Response) -> Option<&'static str> {
    let body = response.body.json().unwrap_or(Value::Null);
    match at(path, &body).ok()? {
        None | Some(Value::Null) => Some("nothing there"),
        Some(found) if told(found).is_none() => Some("no number of seconds and no date there"),
        Some(_) => None,
    }
}

/// The token with what is known of its life, by our clock.
pub(super) fn dated(
    source: &TokenSource,
    value: &str,
    exchange: &Exchange,
    response: &Response,
) -> Result<Token, Failure> {
    let took = SignedDuration::try_from(exchange.timings.total).unwrap_or(SignedDuration::ZERO);
    let received = exchange.started.checked_add(took).unwrap_or(exchange.started);
    let skew = skew(response, received);
    let (end, told) = end(source, value, response, received)?;
    // Only a moment was told by the other clock; a span is as long here.
    let ours = |end: Timestamp| end.checked_sub(skew.unwrap_or(SignedDuration::ZERO)).unwrap_or(end);
    let mut end = end.map(|end| if told == Told::Moment { ours(end) } else { end });
    if let Some(past) = end.filter(|end| *end <= received) {
        let ago = received.duration_since(past);
        if skew.is_some() || told == Told::Span {
            let text = format!("and the token in it had expired {} before", span(ago));
            let hint = "the server hands out a token that is no good; ask its administrator";
            return Err(Failure {
                // One of several servers may do so, or what is kept between.
                transient: true,
                ..Failure::new(text).hint(hint)
            });
        }
        // Nobody knows whose clock is wrong: a refusal will tell.
        end = None;
    }
    Ok(Token {
        value: value.to_owned(),
        expires_at: end,
        obtained_at: received,
        skew_ms: skew.map_or(0, |skew| i64::try_from(skew.as_millis()).unwrap_or(0)),
        writes: Vec::new(),
        secrets_in: Vec::new(),
        refresh: None,
        got_with: None,
        instead_of: None,
    })
}

/// By whose clock an end was told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// By the server's.
    Moment,
    /// By nobody's.
    Span,
}

fn end(
    source: &TokenSource,
    value: &str,
    response: &Response,
    received: Timestamp,
) -> Result<(Option<Timestamp>, Told), Failure> {
    let lasting = |span: SignedDuration| received.checked_add(span).ok();
    match &source.life {
        Life::Fixed(ttl) => Ok((SignedDuration::try_from(*ttl).ok().and_then(lasting), Told::Span)),
        Life::Told => Ok(match tokens::life(value) {
            Some(life) => (Some(life.expires_at), Told::Moment),
            None => (
                tokens::life_in_reply(response, received, source.pick.is_refresh_token()).map(|life| life.expires_at),
                Told::Span,
            ),
        }),
        Life::Reply(path) => {
            let body = response.body.json().unwrap_or(Value::Null);
            let Some(found) = at(path, &body)? else {
                return Ok((None, Told::Span));
            };
            Ok(match told(found) {
                Some(End::In(span)) => (lasting(span), Told::Span),
                Some(End::At(moment)) => (Some(moment), Told::Moment),
                None => (None, Told::Span),
            })
        }
    }
}

/// The end of a token as a reply says it.
enum End {
    In(SignedDuration),
    At(Timestamp),
}

/// An end in seconds or as a date.
fn told(found: &Value) -> Option<End> {
    let number = match found {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let span = |seconds| SignedDuration::try_from_secs_f64(seconds).ok();
    match (number, found) {
        (Some(number), _) if number < MOMENT => span(number).map(End::In),
        (Some(number), _) => {
            let since = span(if number < MOMENT_MS { number } else { number / 1000.0 })?;
            Timestamp::UNIX_EPOCH.checked_add(since).ok().map(End::At)
        }
        (None, Value::String(text)) => moment(text).map(End::At),
        (None, _) => None,
    }
}

/// A moment as RFC 3339 or HTTP (RFC 9110, section 5.6.7) writes it.
fn moment(text: &str) -> Option<Timestamp> {
    let http = |text: &str| rfc2822::DateTimeParser::new().parse_timestamp(text).ok();
    text.trim().parse().ok().or_else(|| http(text.trim()))
}

/// By how much the server's clock is ahead of ours; `None` when it does not say.
fn skew(response: &Response, received: Timestamp) -> Option<SignedDuration> {
    let ahead = moment(&response.header("date")?)?.duration_since(received);
    Some(if ahead.abs() <= SAME_CLOCK {
        SignedDuration::ZERO
    } else {
        ahead
    })
}

/// The write that puts a token into its variable where no script does.
pub fn write(variable: &str, value: &str, scope: Scope, name: &str) -> VariableWrite {
    VariableWrite {
        scope,
        change: Change::Set {
            key: variable.to_owned(),
            value: value.into(),
        },
        set_by: format!("{name}, token"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_is_no_utf8_is_refused_by_its_place() {
        let response = Response {
            status: 200,
            reason: String::new(),
            version: String::new(),
            headers: Vec::new(),
            body: b"{\"t\": \"a\xfc\", \"u\": \"b\"}".to_vec().into(),
            encoded_len: 0,
            cookies: Vec::new(),
            truncated: None,
        };
        let at = |path: &str| picked(&Pick::Body(path.into()), &response).map_err(|failure| failure.message);
        assert_eq!(
            at("$.t"),
            Err("which has something at `$.t` that is no UTF-8, and no token".to_owned())
        );
        assert_eq!(at("$.u"), Ok("b".to_owned()));
    }
}
