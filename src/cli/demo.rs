//! `postrider demo`: the demo server alone with `--serve`, and what the screen needs to start it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use crate::demo;
use crate::store::{Paths, locate, samples::SAMPLES};

use super::CliError;
use super::args::DemoArgs;
use super::open::{location, paths, with_causes};
use super::output::{Output, duration};

/// A file that tells a workspace with the samples from others.
const TOKEN_REQUEST: &str = "collections/pydio-cells/get-token.toml";

/// Serves until Ctrl+C, and prints the base URL as the only line on stdout, for scripts to read.
pub async fn serve(args: &DemoArgs, output: &mut Output) -> Result<ExitCode, CliError> {
    let running = demo::start(config(args, &paths()?))
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

/// How the server is to run.
pub fn config(args: &DemoArgs, paths: &Paths) -> demo::Config {
    config_of(args.port, args.token_ttl, paths)
}

/// The same from its parts. The signing key is kept, so that tokens outlive the server.
pub fn config_of(port: u16, token_ttl: Duration, paths: &Paths) -> demo::Config {
    demo::Config {
        port,
        token_ttl,
        key_file: Some(paths.demo_key()),
    }
}

/// A workspace with the samples in it: the one asked for, the nearest that has them, else a private copy.
pub fn samples(cwd: &Path, explicit: Option<&Path>, paths: &Paths) -> Result<PathBuf, CliError> {
    if explicit.is_some() {
        return Ok(location(cwd, explicit, paths)?.root);
    }
    if let Some(root) = cwd.ancestors().find(|folder| folder.join(TOKEN_REQUEST).is_file()) {
        return Ok(root.to_owned());
    }
    let copy = paths.data.join("demo");
    locate::write_samples(&copy, SAMPLES)
        .map_err(|error| with_causes(CliError::failed(error.to_string()), &error).hint(error.hint()))?;
    Ok(copy)
}
