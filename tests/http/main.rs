//! The HTTP engine against servers on the loopback: what goes over the wire, what comes back, and what may go wrong.

mod bodies;
mod cloud;
mod cookies;
mod digest;
mod errors;
mod h2;
mod hawk;
mod identity;
mod ntlm;
mod proxies;
mod receive;
mod redirects;
mod signers;
mod support;
mod tls;
mod wire;
