//! postrider: Postman for the terminal.
//!
//! # The map: who may import whom
//!
//! ```text
//! main    → cli, tui
//! cli     → foreign, reports, exec, store, formats, filter, script, http, auth, vars, demo, model   (never tui)
//! tui     → the same                                                                                (never cli)
//! reports → exec, formats, vars, model
//! foreign → formats, store, http, auth, vars, model
//! exec    → http, script, auth, vars, model
//! http    → auth, model        script → vars, model
//! auth, vars, store, formats, demo, filter → model    model → nothing of ours
//! ```
//!
//! `tests/architecture.rs` holds the code to this map.
//!
//! # One way through: a send
//!
//! ```text
//! plan → pre-request scripts → resolve → sign → send → tests → Outcome
//! ```
//!
//! The TUI, `postrider send` and `postrider run` all call [`exec`]'s pipeline; there is no second way to send a request.
//!
//! # Glossary
//!
//! Collection, folder, request, environment, variable, scope, pre-request script, test, assertion, runner and iteration
//! mean what they mean in Postman. An *exchange* is ours: the request as sent, the response and the timings. A
//! *post-response* script is the one that holds the tests. In the TUI an *event* happened, an *action* is intended, an
//! *effect* is work to do.

pub mod auth;
pub mod cli;
pub mod demo;
pub mod exec;
pub mod filter;
pub mod foreign;
pub mod formats;
pub mod http;
pub mod model;
pub mod reports;
pub mod script;
pub mod store;
pub mod tui;
pub mod vars;
