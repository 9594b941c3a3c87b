//! `postrider schema`: the JSON Schemas of the files, with which an editor completes and checks them.

use std::process::ExitCode;

use serde_json::{Map, Value, json};

use crate::auth::{AuthType, FieldKind, FieldSpec, TYPES};
use crate::store::files::schema;

use super::CliError;
use super::output::Output;

/// Prints the schema of one kind of file, or the kinds.
pub fn print(kind: Option<&str>, output: &mut Output) -> Result<ExitCode, CliError> {
    for (name, schema) in schema::all().into_iter().chain([("auth", auth())]) {
        match kind {
            None => output.line(name)?,
            Some(kind) if kind == name => output.line(&format!("{schema:#}"))?,
            Some(_) => {}
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What stands in `[auth]`: the parameters of each type, from the table that its form is made from.
fn auth() -> Value {
    let of = |kind: &&dyn AuthType| {
        let fields = kind
            .fields()
            .iter()
            .map(|field| (field.name.to_owned(), parameter(field)));
        let own = [("type".to_owned(), json!({ "const": kind.kind() }))];
        let properties: Map<String, Value> = own.into_iter().chain(fields).collect();
        json!({ "title": kind.label(), "description": kind.help(), "properties": properties })
    };
    let kinds: Vec<&str> = TYPES.iter().map(|kind| kind.kind()).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "[auth]",
        "description": "How a request, folder or collection signs in. Every value takes {{variables}}.",
        "type": "object",
        "required": ["type"],
        "properties": { "type": { "description": "How; without `[auth]` it is inherited.", "examples": kinds } },
        "anyOf": TYPES.iter().map(of).collect::<Vec<_>>(),
    })
}

fn parameter(field: &FieldSpec) -> Value {
    let takes = match field.kind {
        FieldKind::Flag => json!(["boolean", "string"]),
        FieldKind::Number => json!(["number", "string"]),
        _ => json!("string"),
    };
    let mut out = json!({ "title": field.label, "description": field.help, "type": takes });
    if let FieldKind::Choice(words) = field.kind {
        out["examples"] = json!(words);
    }
    if !field.default.is_empty() {
        out["default"] = json!(field.default);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::output::Written;
    use super::*;
    use crate::cli::Cli;
    use clap::CommandFactory;

    fn printed(kind: Option<&str>) -> String {
        let out = Written::default();
        let done = print(kind, &mut Output::to(out.clone(), std::io::sink()));
        assert!(done.is_ok());
        out.text()
    }

    #[test]
    fn every_kind_that_is_offered_has_a_schema() {
        let command = Cli::command();
        let command = command.find_subcommand("schema").expect("the command");
        let kinds = command.get_arguments().find(|argument| argument.get_id() == "kind");
        let offered = kinds.expect("the argument").get_possible_values();
        let offered: Vec<&str> = offered.iter().map(clap::builder::PossibleValue::get_name).collect();
        assert_eq!(printed(None).lines().collect::<Vec<_>>(), offered);
        for kind in offered {
            let schema: serde_json::Value = serde_json::from_str(&printed(Some(kind))).expect("JSON");
            assert!(schema["properties"].is_object(), "{kind}");
        }
    }

    #[test]
    fn every_parameter_of_an_auth_is_in_its_schema() {
        let schema: Value = serde_json::from_str(&printed(Some("auth"))).expect("JSON");
        let types = schema["anyOf"].as_array().expect("types");
        let named = |kind: &str| types.iter().find(|own| own["properties"]["type"]["const"] == kind);
        for kind in TYPES {
            let own = named(kind.kind()).expect("the type");
            for field in kind.fields() {
                assert_eq!(
                    own["properties"][field.name]["description"], field.help,
                    "{}",
                    field.name
                );
            }
        }
    }
}
