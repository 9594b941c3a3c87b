//! `postrider consents`: what collections may, as the user has allowed it on the screen.

use std::process::ExitCode;

use crate::exec::Permission;

use super::CliError;
use super::args::ConsentsCommand;
use super::open::{Opened, with_causes};
use super::output::{Output, escape};

/// Does what was asked for.
pub fn consents(mut opened: Opened, command: &ConsentsCommand, output: &mut Output) -> Result<ExitCode, CliError> {
    let failed = |error| with_causes(CliError::failed("cannot read what is allowed"), &error);
    match command {
        ConsentsCommand::List => {
            let mut all: Vec<_> = opened.state.consents().map_err(failed)?.into_iter().collect();
            all.sort();
            for (place, key) in &all {
                output.line(&escape(&format!("{place} may {}", Permission::remembered(key))))?;
            }
            if all.is_empty() {
                output.note("nothing is allowed yet; the screen asks when a request wants something");
            }
        }
        ConsentsCommand::Forget { collection, all } => {
            opened.lasting()?;
            // A question names a collection by its name, the list by its folder.
            let workspace = &opened.session.workspace;
            let named = workspace.collections().iter().filter_map(|id| workspace.node(*id));
            let named = named.filter(|node| Some(node.entity.name()) == collection.as_deref());
            let places: Vec<String> = named.map(|node| node.slug.clone()).collect();
            let is_meant = |place: &str, _: &str| {
                *all || collection.as_deref() == Some(place) || places.iter().any(|own| own == place)
            };
            let count = opened.state.take_back_consents(is_meant).map_err(failed)?;
            if let (0, Some(name)) = (count, collection) {
                let error = CliError::usage(format!("nothing is allowed to `{}`", escape(name)));
                return Err(error.hint("`postrider consents list` names the collections by their folders"));
            }
            output.note(&format!("taken back: {count}; a request that wants it asks again"));
        }
    }
    Ok(ExitCode::SUCCESS)
}
