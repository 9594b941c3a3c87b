//! `postrider demo --serve`: the demo server alone, until Ctrl+C.

use std::process::ExitCode;

use crate::demo;
use crate::store::Paths;

use super::CliError;
use super::args::DemoArgs;
use super::open::with_causes;
use super::output::{Output, duration};

/// Serves, and prints the base URL as the only line on stdout, for scripts to read.
pub async fn serve(args: &DemoArgs, output: &mut Output) -> Result<ExitCode, CliError> {
    let config = demo::Config {
        port: args.port,
        token_ttl: args.token_ttl,
        key_file: Paths::from_env().map(|paths| paths.demo_key()),
    };
    let running = demo::start(config)
        .await
        .map_err(|error| with_causes(CliError::failed(error.to_string()), &error).hint(error.hint()))?;
    output.line(&running.base_url())?;
    let (client, _) = demo::CLIENT;
    output.note(&format!(
        "answers as Pydio Cells v1 does; client `{client}`, tokens live {}; Ctrl+C stops it",
        duration(args.token_ttl)
    ));
    tokio::signal::ctrl_c()
        .await
        .map_err(|error| CliError::failed("cannot wait for Ctrl+C").because(error))?;
    Ok(ExitCode::SUCCESS)
}
