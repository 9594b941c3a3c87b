//! JSON Schema: whether a value is good. What is wrong with one `ajv` finds out itself, in its own order and words.

use std::collections::HashMap;

use jsonschema::{Draft, Retrieve, Uri};
use rquickjs::function::Func;
use rquickjs::{Ctx, Function, Object, Result};
use serde_json::Value;

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
/// text and says whether it is good. A schema that cannot be used gives null, and a value that cannot be read is not good: those
/// with half a character, for one, are looked at elsewhere. Formats are not looked at.
#[expect(clippy::needless_pass_by_value, reason = "natives take what JavaScript hands over")]
fn compile(ctx: Ctx<'_>, schema: String, schemas: String) -> Result<rquickjs::Value<'_>> {
    let read = serde_json::from_str::<Value>(&schema).and_then(|schema| Ok((schema, serde_json::from_str(&schemas)?)));
    let built = read.ok().and_then(|(schema, schemas)| {
        let options = jsonschema::options().with_draft(Draft::Draft7);
        let options = options.should_validate_formats(false).with_retriever(Added(schemas));
        options.build(&schema).ok()
    });
    let Some(validator) = built else {
        return Ok(rquickjs::Value::new_null(ctx));
    };
    let check = Function::new(ctx.clone(), move |text: String| {
        serde_json::from_str(&text).is_ok_and(|value: Value| validator.is_valid(&value))
    })?;
    Ok(check.into_value())
}
