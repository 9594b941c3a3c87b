//! `postrider schema`: the JSON Schemas of the files, with which an editor completes and checks them.

use std::process::ExitCode;

use crate::store::files::schema;

use super::CliError;
use super::output::Output;

/// Prints the schema of one kind of file, or the kinds.
pub fn print(kind: Option<&str>, output: &mut Output) -> Result<ExitCode, CliError> {
    for (name, schema) in schema::all() {
        match kind {
            None => output.line(name)?,
            Some(kind) if kind == name => output.line(&format!("{schema:#}"))?,
            Some(_) => {}
        }
    }
    Ok(ExitCode::SUCCESS)
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
}
