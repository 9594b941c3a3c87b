//! JSON Schema: whether a value is good. What is wrong with one `ajv` finds out itself, in its own order and words.

use std::collections::HashMap;

use jsonschema::{Draft, Retrieve, Uri};
use rquickjs::function::Func;
use rquickjs::{Ctx, Exception, Function, Object, Result};
use serde_json::Value;

use crate::model::surrogates::without_halves;

/// Where schemas without an id of their own lie.
const BASE: &str = "json-schema:///";

/// The natives of `ajv`.
pub fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let lib = Object::new(ctx.clone())?;
    lib.set("compile", Func::from(compile))?;
    lib.set("meta", Func::from(|| referencing::meta::DRAFT7.to_string()))?;
    Ok(lib)
}

/// Gives references the schemas that a script has added, and nothing from a network.
struct Added(HashMap<String, Value>);

impl Retrieve for Added {
    fn retrieve(&self, uri: &Uri<String>) -> std::result::Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        let uri = uri.as_str();
        let name = uri.strip_prefix(BASE).unwrap_or(uri).trim_end_matches('#');
        let found = self.0.get(name).cloned();
        found.ok_or_else(|| format!("can't resolve reference {name}").into())
    }
}

/// Makes a function of a schema of draft 7 and the schemas it may refer to, all as JSON text: it takes a value as JSON
/// text and says whether it is good. A schema that cannot be used gives null. Formats are not looked at.
#[expect(clippy::needless_pass_by_value, reason = "natives take what JavaScript hands over")]
fn compile(ctx: Ctx<'_>, schema: String, schemas: String) -> Result<rquickjs::Value<'_>> {
    let mistake = |error: serde_json::Error| Exception::throw_type(&ctx, &format!("not a schema: {error}"));
    let schema: Value = serde_json::from_str(&without_halves(&schema)).map_err(mistake)?;
    let schemas = serde_json::from_str(&without_halves(&schemas)).map_err(mistake)?;
    let built = jsonschema::options()
        .with_draft(Draft::Draft7)
        .should_validate_formats(false)
        .with_retriever(Added(schemas))
        .build(&schema);
    let Ok(validator) = built else {
        return Ok(rquickjs::Value::new_null(ctx));
    };
    let check = Function::new(ctx.clone(), move |ctx: Ctx<'_>, text: String| {
        let value: Value = serde_json::from_str(&without_halves(&text))
            .map_err(|error| Exception::throw_type(&ctx, &format!("not JSON: {error}")))?;
        Ok::<bool, rquickjs::Error>(validator.is_valid(&value))
    })?;
    Ok(check.into_value())
}
