//! `pm.sendRequest`: a script's own requests, over the same client and cookies as everything else.

use crate::auth;
use crate::http::{Client, SendContext};
use crate::model::body::PartContent;
use crate::model::{Auth, Body, Request, Settings};
use crate::script::{BoxFuture, ScriptResponse, SendPort};
use crate::vars::resolve_literal;

/// Sends the requests of one script.
pub(super) struct Port {
    pub http: Client,
    /// How the request that the script belongs to is sent; a proxy or a test certificate holds for both.
    pub settings: Settings,
    pub context: SendContext,
}

impl SendPort for Port {
    fn send(&self, request: Request) -> BoxFuture<Result<ScriptResponse, String>> {
        let (http, context) = (self.http.clone(), self.context.clone());
        let settings = Settings {
            // A script may send a body with any method (POSTMAN.md, section 1.2).
            always_send_body: Some(true),
            ..request.settings.or(&self.settings)
        };
        Box::pin(async move {
            let request = without_files(request);
            let none = Auth::new(Auth::NONE);
            let auth = if request.auth.is_inherited() {
                &none
            } else {
                &request.auth
            };
            let signed = auth::sign(resolve_literal(&request, auth, &settings));
            let exchange = http.send(signed.request, context).await;
            let took = exchange.timings.total;
            match exchange.result {
                Ok(response) => Ok(ScriptResponse { response, took }),
                Err(error) => Err(error.message),
            }
        })
    }
}

/// Scripts may not read files: such bodies and parts are left out, as Postman does.
fn without_files(mut request: Request) -> Request {
    match &mut request.body {
        Body::File { .. } => request.body = Body::None,
        Body::Multipart(parts) => parts.retain(|part| !matches!(part.content, PartContent::Files(_))),
        _ => {}
    }
    request
}
