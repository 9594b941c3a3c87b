//! `postrider demo`: the demo server alone with `--serve`, and what the screen needs to start it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use crate::demo;
use crate::store::{Paths, locate, samples::SAMPLES};

use super::CliError;
use super::args::DemoArgs;
use super::open::with_causes;
use super::output::{Output, duration};

/// A file that tells a workspace with the samples from others.
const TOKEN_REQUEST: &str = "collections/pydio-cells/get-token.toml";

/// Serves until Ctrl+C, and prints the base URL as the only line on stdout, for scripts to read.
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
