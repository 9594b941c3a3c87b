//! What stands behind the modules of `require` and the web's globals: natives over Rust libraries, one file a subject.
//!
//! ```text
//! script ── require('crypto-js') ──▶ js/libs/crypto-js.js ── host.lib('digest') ──▶ digest.rs
//!                                     loaded when used         made when asked for
//! ```
//!
//! The faces in `js/libs/` are bytecode until a script uses them; a script that does not pays nothing. Bytes cross as
//! `Uint8Array`, structures as JSON text.

mod bytes;
mod cipher;
mod collation;
mod digest;
mod entities;
mod packing;
mod pairs;
mod schema;
mod signature;
mod url;
mod xml;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose;
use rquickjs::function::{Func, This};
use rquickjs::loader::Loader;
use rquickjs::promise::PromiseState;
use rquickjs::{Ctx, Exception, FromJs, Function, Object, Result, TypedArray, Value};

use super::limits::Watch;
use super::prelude::PRELUDE;

/// Adds `load`, which gives a face's exports, and `lib`, which gives the natives of a subject.
pub fn register<'js>(host: &Object<'js>, watch: &Arc<Watch>) -> Result<()> {
    host.set("load", Func::from(load))?;
    let its_watch = Arc::clone(watch);
    host.set(
        "lib",
        Func::from(move |ctx: Ctx<'js>, subject: String| match subject.as_str() {
            "bytes" => bytes::natives(&ctx),
            "cipher" => cipher::natives(&ctx),
            "collation" => collation::natives(&ctx),
            "digest" => digest::natives(&ctx, &its_watch),
            "packing" => packing::natives(&ctx),
            "pairs" => pairs::natives(&ctx),
            "schema" => schema::natives(&ctx),
            "signature" => signature::natives(&ctx),
            "url" => url::natives(&ctx),
            "xml" => xml::natives(&ctx),
            _ => Err(Exception::throw_type(&ctx, &format!("no natives for `{subject}`"))),
        }),
    )
}

/// Evaluates a module of the prelude at once, without letting waiting jobs of the script run before their time.
///
/// Asked for once per name: the caller keeps what it gets.
#[expect(clippy::needless_pass_by_value, reason = "natives take what JavaScript hands over")]
fn load(ctx: Ctx<'_>, name: String) -> Result<Object<'_>> {
    let mut prelude = PRELUDE;
    let (module, done) = prelude.load(&ctx, &name, None)?.eval()?;
    if done.state() == PromiseState::Rejected {
        done.result::<()>().unwrap_or(Ok(()))?;
    }
    module.namespace()
}

/// Bytes as JavaScript sees them.
fn give<'js>(ctx: &Ctx<'js>, bytes: impl AsRef<[u8]>) -> Result<TypedArray<'js, u8>> {
    TypedArray::new_copy(ctx.clone(), bytes)
}

/// The bytes of a `Uint8Array`, copied: JavaScript may change or free its own at any time.
///
/// They come as base64, which the engine writes itself; reading its memory would be unsafe code.
struct Bytes(Vec<u8>);

impl<'js> FromJs<'js> for Bytes {
    fn from_js(ctx: &Ctx<'js>, value: Value<'js>) -> Result<Self> {
        let array = Object::from_js(ctx, value)?;
        let write: Function = array.get("toBase64")?;
        let text: String = write.call((This(array),))?;
        let bytes = general_purpose::STANDARD.decode(text);
        Ok(Self(bytes.map_err(|_| Exception::throw_type(ctx, "not bytes"))?))
    }
}
