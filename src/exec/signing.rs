//! Signing and sending: the one door through which a resolved request leaves, also for scripts.
//!
//! ```text
//! ResolvedRequest ─ sign ─▶ SignedRequest ─ send ─▶ Exchange ─▶ the signer looks at it ─┬▶ the answer stands
//!                               ▲                                                       │
//!                               └────────────── again, with what the server asked for ◀─┘
//! ```
//!
//! What came on the way is in the hops of the one exchange that is returned.

use std::time::Duration;

use crate::auth::{Dialogue, Memory, Reply, SignedRequest, signs_body};
use crate::http::{Client, MAY_BE_THERE, SendContext};
use crate::model::exchange::{Heads, Hop, SendErrorKind, Timings};
use crate::model::{Exchange, ResolvedRequest};

/// Sends a request with its credentials, as often as its auth and the server need to agree.
pub(super) async fn sign_and_send(
    http: &Client,
    memory: &Memory,
    mut resolved: ResolvedRequest,
    context: SendContext,
) -> Exchange {
    if signs_body(&resolved) {
        http.read_body(&mut resolved.body).await;
    }
    let (dialogue, signed) = Dialogue::begin(resolved, memory);
    let mut connection = Connection { http, apart: None };
    let mut exchange = connection.send(signed.request, context.clone()).await;
    exchange.warnings.splice(0..0, signed.warnings);
    let Some(mut dialogue) = dialogue else {
        return exchange;
    };
    while !context.cancel.is_cancelled() {
        match dialogue.answered(&exchange) {
            Reply::Over(warnings) => {
                warn(&mut exchange, warnings);
                break;
            }
            Reply::Again { signed, reason } => {
                let mut next = connection.send(signed.request, context.clone()).await;
                warn(&mut next, signed.warnings);
                exchange = join(exchange, next, reason);
            }
        }
    }
    exchange
}

/// Where the requests of one dialogue go.
struct Connection<'a> {
    http: &'a Client,
    /// For those that nothing else may share.
    apart: Option<Client>,
}

impl Connection<'_> {
    async fn send(&mut self, request: SignedRequest, context: SendContext) -> Exchange {
        let client = if request.is_alone() {
            self.apart.get_or_insert_with(|| self.http.apart())
        } else {
            self.http
        };
        client.send(request, context).await
    }
}

/// One exchange of two: the second with the first on its way.
pub(super) fn join(first: Exchange, mut second: Exchange, why: String) -> Exchange {
    let earlier: Duration = first.hops.iter().map(|hop| hop.timings.total).sum();
    let again = Hop {
        method: first.request.method.clone(),
        url: first.request.url.clone(),
        status: first.response().map_or(0, |response| response.status),
        location: String::new(),
        again: Some(why),
        dropped: Vec::new(),
        reused: first.connection.reused,
        timings: Timings {
            total: first.timings.total.saturating_sub(earlier),
            ..first.timings
        },
        heads: match first.response() {
            Some(response) => Heads {
                version: response.version.clone(),
                reason: response.reason.clone(),
                cookies: response.cookies.clone(),
                size: (response.size(), response.body_size()),
                ..Heads::new(&first.request.headers, &response.headers)
            },
            None => Heads::new(&first.request.headers, &[]),
        },
    };
    let mut hops = first.hops;
    hops.push(again);
    hops.append(&mut second.hops);
    let later = std::mem::replace(&mut second.warnings, first.warnings);
    warn(&mut second, later);
    second.started = first.started;
    second.timings.total += first.timings.total;
    second.redactor = first.redactor.and(&second.redactor);
    second.hops = hops;
    if let Err(error) = &mut second.result
        && error.kind == SendErrorKind::Cancelled
    {
        // The second says it of itself: the first went out.
        error.hint = Some(MAY_BE_THERE.to_owned());
    }
    second
}

/// Adds warnings, each once.
fn warn(exchange: &mut Exchange, warnings: Vec<String>) {
    for warning in warnings {
        let warning = exchange.redactor.redact(&warning);
        if !exchange.warnings.contains(&warning) {
            exchange.warnings.push(warning);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exec::renewal::unsent;
    use crate::model::Request;
    use crate::model::exchange::SendError;
    use crate::vars::{Dynamic, Scopes, resolve};

    #[test]
    fn a_second_request_that_is_cancelled_does_not_say_that_nothing_was_sent() {
        let exchange = |kind| {
            let error = SendError::new(kind, "cancelled while connecting").hint("nothing was sent");
            let request = Request::default();
            let resolved = resolve(
                &request,
                &request.auth,
                &request.settings,
                &Scopes::default(),
                &Dynamic::new(),
            );
            unsent(&resolved, error)
        };
        let joined = |kind| {
            let joined = join(exchange(SendErrorKind::Connect), exchange(kind), "digest".to_owned());
            joined.error().and_then(|error| error.hint.clone())
        };
        assert_eq!(joined(SendErrorKind::Cancelled).as_deref(), Some(MAY_BE_THERE));
        assert_eq!(joined(SendErrorKind::Connect).as_deref(), Some("nothing was sent"));
    }
}
