//! What is told of a renewal: to the caller, on the console, in the error of what is not sent for want of it.

use jiff::{SignedDuration, Timestamp};

use super::flight::Landed;
use super::origin::Cause;
use super::send::WRITER;
use super::words::span;
use crate::model::exchange::{SendError, SendErrorKind};
use crate::model::outcome::{Before, ConsoleLevel, ConsoleLine, Renewal};

/// What the caller is told.
pub(super) fn renewal(name: &str, landed: &Landed, led: bool, took: std::time::Duration) -> Renewal {
    Renewal {
        name: name.to_owned(),
        why: landed.cause.words(),
        before: match landed.cause {
            cause if cause.is_first() => Before::None,
            Cause::Refused(_) | Cause::RefusedEarlier => Before::Refused,
            _ => Before::Other,
        },
        unused: false,
        from: landed.from.clone(),
        node: landed.node,
        outcome: landed.outcome.clone().filter(|_| led),
        led,
        // Neither what somebody thought before, nor what they did meanwhile.
        took: took.min(landed.took),
        at: Timestamp::now(),
        result: match &landed.token {
            Ok(token) => Ok(token.expires_at),
            Err(failure) => Err(failure.message.clone()),
        },
    }
}

/// The console's words on how a renewal went.
pub fn result(renewal: &Renewal) -> (ConsoleLevel, String) {
    let Renewal {
        name, why, from, at, ..
    } = renewal;
    let took = SignedDuration::try_from(renewal.took).unwrap_or(SignedDuration::ZERO);
    let done = renewal.done();
    match &renewal.result {
        Ok(end) => {
            let by = if from.is_empty() {
                "another postrider".to_owned()
            } else {
                format!("`{from}`")
            };
            let good = end.map(|end| format!("; good for {}", span(end.duration_since(*at))));
            let good = good.unwrap_or_default();
            let text = format!("`{name}` {why}: {done} by {by} in {} ms{good}", took.as_millis());
            (ConsoleLevel::Info, text)
        }
        Err(error) => (
            ConsoleLevel::Warn,
            format!("`{name}` {why}, and could not be {done}: {error}"),
        ),
    }
}

/// The console's line on a renewal, and those on what was to renew it and did not, and on what could not be kept.
pub(super) fn told(renewal: &Renewal, landed: &Landed) -> Vec<ConsoleLine> {
    let Renewal { name, at, .. } = renewal;
    let (level, text) = result(renewal);
    let line = |level, text| ConsoleLine {
        level,
        text,
        listed: None,
        at: *at,
        script: WRITER.to_owned(),
    };
    let warn = |text: String| line(ConsoleLevel::Warn, text);
    let unrenewed = landed.unrenewed.as_ref();
    let unrenewed = unrenewed.map(|why| {
        warn(match &renewal.result {
            Ok(_) => format!("`{name}` was got anew instead of renewed: {why}"),
            Err(_) => format!("what is to renew `{name}` did not: {why}"),
        })
    });
    let unkept = landed.unkept.as_ref();
    let unkept = unkept.map(|error| warn(format!("`{name}` is not kept: {error}")));
    let before = landed.before.as_ref();
    let before = before.map(|why| line(ConsoleLevel::Info, format!("{why}: tried once more")));
    let lines = before.into_iter().chain(unrenewed);
    let lines = lines.chain([line(level, text)]).chain(unkept);
    lines.collect()
}

/// That a token was refused, and why there is no better one; what says the first itself is not told it twice.
pub(super) fn refused_and(name: &str, status: u16, why: &str) -> String {
    let refused = format!("`{name}` was refused with {status}");
    match why.strip_prefix(&refused) {
        Some(rest) => format!("{refused},{rest}"),
        None => format!("{refused}, and {why}"),
    }
}

/// Why a request is not sent.
pub(super) fn failed(name: &str, landed: &Landed, left: Option<SignedDuration>) -> SendError {
    let Err(failure) = &landed.token else {
        return SendError::new(SendErrorKind::Token, format!("there is no `{name}`"));
    };
    let (why, cause) = (landed.cause.words(), landed.cause);
    let done = if cause.is_first() { "fetched" } else { "renewed" };
    let message = match left {
        None if cause == Cause::Changed => {
            format!("`{name}` {why}, and with this one there is none: {}", failure.message)
        }
        None => format!("`{name}` {why} and could not be {done}: {}", failure.message),
        Some(left) => format!(
            "`{name}` could not be {done}: {}; not tried again for {}",
            failure.message,
            span(left)
        ),
    };
    // Whoever has to sign in again wants to know why.
    let before = landed.unrenewed.as_ref().filter(|_| left.is_none());
    let before = before.map(|why| format!("; before that {why}")).unwrap_or_default();
    let error = SendError::new(SendErrorKind::Token, format!("{message}{before}"));
    match (&failure.hint, landed.from.is_empty()) {
        (Some(hint), _) => error.hint(hint.clone()),
        (None, false) => error.hint(format!("send `{}` by itself to see what is wrong", landed.from)),
        (None, true) => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_once() {
        let why = "`t` was refused with 401 and could not be renewed: `Log in` answered 500";
        let told = "`t` was refused with 401, and could not be renewed: `Log in` answered 500";
        assert_eq!(refused_and("t", 401, why), told);
        let other = "`t` could not be renewed: busy";
        assert_eq!(
            refused_and("t", 401, other),
            format!("`t` was refused with 401, and {other}")
        );
    }
}
