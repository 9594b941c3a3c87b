//! JSON Schema: which rules a value breaks. `tv4` and `ajv` order and word what is found here, each in its way.

use std::collections::HashMap;

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::{Draft, Retrieve, Uri, ValidationError, Validator};
use rquickjs::function::Func;
use rquickjs::{Ctx, Exception, Function, Object, Result};
use serde::Deserialize;
use serde_json::{Value, json};

/// Where schemas without an id of their own lie.
const BASE: &str = "json-schema:///";

/// The natives of `tv4` and `ajv`.
pub fn natives<'js>(ctx: &Ctx<'js>) -> Result<Object<'js>> {
    let lib = Object::new(ctx.clone())?;
    lib.set("compile", Func::from(compile))?;
    lib.set("meta", Func::from(meta))?;
    Ok(lib)
}

/// The schema of the schemas of a draft, as JSON text.
fn meta(draft: u8) -> String {
    match draft {
        4 => referencing::meta::DRAFT4.to_string(),
        6 => referencing::meta::DRAFT6.to_string(),
        _ => referencing::meta::DRAFT7.to_string(),
    }
}

/// What a schema is compiled with, as JSON.
#[derive(Deserialize)]
struct Options {
    /// 4, 6 or 7.
    draft: u8,
    /// Whether `format` is checked.
    formats: bool,
    /// Other schemas by their URIs.
    schemas: HashMap<String, Value>,
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

/// Makes a function of a schema: it takes a value as JSON text and gives what is wrong with it as JSON text. A schema
/// that is none gives an object `{ invalid: [what is wrong with it] }` or `{ unresolved: text }` instead.
#[expect(clippy::needless_pass_by_value, reason = "natives take what JavaScript hands over")]
fn compile(ctx: Ctx<'_>, schema: String, options: String) -> Result<rquickjs::Value<'_>> {
    let mistake = |error: serde_json::Error| Exception::throw_type(&ctx, &format!("not a schema: {error}"));
    let schema: Value = serde_json::from_str(&schema).map_err(mistake)?;
    let options: Options = serde_json::from_str(&options).map_err(mistake)?;
    let built = jsonschema::options()
        .with_draft(match options.draft {
            4 => Draft::Draft4,
            6 => Draft::Draft6,
            _ => Draft::Draft7,
        })
        .should_validate_formats(options.formats)
        .should_ignore_unknown_formats(true)
        .with_format("uuid", is_uuid)
        .with_format("url", is_url)
        .with_format("time", is_time)
        .with_retriever(Added(options.schemas))
        .build(&schema);
    match built {
        Ok(validator) => {
            let check = Function::new(ctx.clone(), move |ctx: Ctx<'_>, text: String| {
                check(&ctx, &validator, &text)
            })?;
            Ok(check.into_value())
        }
        Err(error) => {
            let found = match error.kind() {
                Kind::Referencing(reason) => json!({ "unresolved": reason.to_string() }),
                _ => json!({ "invalid": [described(&error)] }),
            };
            ctx.json_parse(found.to_string())
        }
    }
}

/// As `ajv` has it: also with `urn:uuid:` in front.
fn is_uuid(text: &str) -> bool {
    let text = text.strip_prefix("urn:uuid:").unwrap_or(text);
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

fn is_url(text: &str) -> bool {
    let url = url::Url::parse(text);
    url.is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "ftp"))
}

/// As `ajv` has it: the offset may be missing.
fn is_time(text: &str) -> bool {
    let clock = text.trim_end_matches(['z', 'Z']);
    let clock = clock.rsplit_once(['+', '-']).map_or(clock, |(clock, _)| clock);
    clock.parse::<jiff::civil::Time>().is_ok() && clock.matches(':').count() == 2
}

fn check(ctx: &Ctx<'_>, validator: &Validator, text: &str) -> Result<String> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| Exception::throw_type(ctx, &format!("not JSON: {error}")))?;
    if validator.is_valid(&value) {
        return Ok("[]".to_owned());
    }
    let errors: Vec<Value> = validator.iter_errors(&value).map(|error| described(&error)).collect();
    Ok(Value::Array(errors).to_string())
}

/// `{ keyword, data, at, path, params, nested }`: the rule, the place of the value, the place of the rule in its own
/// schema and the way to it through references, what the rule asks for, and the errors of each alternative.
fn described(error: &ValidationError<'_>) -> Value {
    let kind = error.kind();
    let all = |errors: &[Vec<ValidationError<'static>>]| {
        let each = |branch: &Vec<ValidationError<'static>>| branch.iter().map(described).collect::<Vec<_>>();
        errors.iter().map(each).collect::<Vec<_>>()
    };
    let nested = match kind {
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } | Kind::OneOfMultipleValid { context } => {
            json!(all(context))
        }
        Kind::PropertyNames { error } => json!([[described(error)]]),
        _ => json!([]),
    };
    json!({
        "keyword": kind.keyword(),
        "data": error.instance_path().as_str(),
        "at": error.schema_path().as_str(),
        "path": error.evaluation_path().as_str(),
        "params": params(error),
        "nested": nested,
    })
}

fn params(error: &ValidationError<'_>) -> Value {
    match error.kind() {
        Kind::AdditionalItems { limit } => json!({ "limit": limit }),
        Kind::AdditionalProperties { unexpected } => json!({ "unexpected": unexpected }),
        Kind::Constant { expected_value } => json!({ "allowedValue": expected_value }),
        Kind::Enum { options } => json!({ "allowedValues": options }),
        Kind::ExclusiveMaximum { limit }
        | Kind::ExclusiveMinimum { limit }
        | Kind::Maximum { limit }
        | Kind::Minimum { limit } => json!({ "limit": limit }),
        Kind::Format { format } => json!({ "format": format }),
        Kind::MaxItems { limit }
        | Kind::MaxLength { limit }
        | Kind::MaxProperties { limit }
        | Kind::MinItems { limit }
        | Kind::MinLength { limit }
        | Kind::MinProperties { limit } => json!({ "limit": limit }),
        Kind::MultipleOf { multiple_of } => json!({ "multipleOf": multiple_of }),
        Kind::OneOfMultipleValid { .. } => json!({ "several": true }),
        Kind::Pattern { pattern } => json!({ "pattern": pattern }),
        Kind::PropertyNames { error } => json!({ "propertyName": &**error.instance() }),
        Kind::Required { property } => json!({ "missingProperty": property }),
        Kind::Type { kind } => json!({ "type": match kind {
            TypeKind::Single(kind) => vec![kind.to_string()],
            TypeKind::Multiple(kinds) => kinds.iter().map(|kind| kind.to_string()).collect(),
        } }),
        Kind::RegexEngineFailure { message } => json!({ "message": message }),
        _ => json!({}),
    }
}
