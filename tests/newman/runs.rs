//! Running one collection in one of the two programs, with an empty home.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::compare::{Done, Run, done};
use crate::echo::Server;

/// The version POSTMAN behaviour is measured against.
const NEWMAN: &str = "newman@6.2.2";
/// After so long a program hangs and is ended; none needs a tenth of it.
const HANGS: Duration = Duration::from_mins(2);

/// A collection and the files beside it.
pub struct Case {
    pub name: String,
    pub path: PathBuf,
    /// Not written for this test: its names promise nothing, and it asks hosts that are not there.
    pub foreign: bool,
    args: Vec<String>,
}

impl Case {
    /// What a collection, or a file beside it, is called: all before the first full stop.
    pub fn name_of(path: &Path) -> String {
        let file = path.file_name().unwrap().to_str().unwrap();
        file.split('.').next().unwrap().to_owned()
    }

    pub fn read(path: &Path, foreign: bool) -> Self {
        let dir = path.parent().unwrap().to_str().unwrap();
        let mut args = Vec::new();
        for (ending, option) in [
            ("env.json", "-e"),
            ("globals.json", "-g"),
            ("data.json", "-d"),
            ("data.csv", "-d"),
        ] {
            let beside = path.with_extension(ending);
            if beside.exists() {
                args.extend([option.to_owned(), beside.to_str().unwrap().to_owned()]);
            }
        }
        let more = std::fs::read_to_string(path.with_extension("args")).unwrap_or_default();
        args.extend(
            more.lines()
                .filter(|line| !line.is_empty())
                .map(|line| line.replace("{dir}", dir)),
        );
        Self {
            name: Self::name_of(path),
            path: path.to_owned(),
            foreign,
            args,
        }
    }
}

/// A program with newman's `run`.
pub struct Program {
    path: PathBuf,
}

impl Program {
    pub fn postrider() -> Self {
        Self {
            path: env!("CARGO_BIN_EXE_postrider").into(),
        }
    }
}

/// The newman in a folder, or, for `npm`, one installed into `temporary`.
pub fn newman(place: &str, temporary: &Path) -> Program {
    let folder = if place == "npm" { temporary } else { Path::new(place) };
    if place == "npm" {
        let done = Command::new("npm")
            .args(["install", "--no-fund", "--no-audit", "--loglevel=error", "--prefix"])
            .arg(folder)
            .arg(NEWMAN)
            .status()
            .expect("`POSTRIDER_NEWMAN=npm` needs npm");
        assert!(done.success(), "npm could not install {NEWMAN}");
    }
    let manifest = std::fs::read_to_string(folder.join("node_modules/newman/package.json"))
        .unwrap_or_else(|error| panic!("no newman in {}: {error}", folder.display()));
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    assert_eq!(format!("newman@{}", manifest["version"].as_str().unwrap()), NEWMAN);
    Program {
        path: folder.join("node_modules/.bin/newman"),
    }
}

/// What came of a run.
pub struct Outcome {
    pub done: Done,
    /// Whether there is a report; newman dies without one on an unhandled rejection.
    pub reported: bool,
    /// What stood on its standard output and error, for the case that there is no report.
    pub said: String,
}

/// Runs a collection.
pub fn run(program: &Program, case: &Case, server: &Server) -> Outcome {
    let home = tempfile::tempdir().unwrap();
    let file = |name: &str| home.path().join(name);
    let mut command = Command::new(&program.path);
    command
        .arg("run")
        .arg(&case.path)
        .args(["-r", "json", "--reporter-json-export"])
        .arg(file("report.json"))
        .arg("--export-environment")
        .arg(file("environment.json"))
        .arg("--export-globals")
        .arg(file("globals.json"))
        .args(["--global-var", &format!("base=http://127.0.0.1:{}", server.port)])
        .args(["--global-var", &format!("other=http://localhost:{}", server.port)])
        .args(["--global-var", &format!("port={}", server.port)])
        .args(&case.args)
        .current_dir(home.path())
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home.path())
        .env("XDG_CONFIG_HOME", file("config"))
        .env("XDG_DATA_HOME", file("data"))
        .env("XDG_STATE_HOME", file("state"))
        .env("XDG_CACHE_HOME", file("cache"))
        .env("TZ", "UTC");
    if case.foreign {
        command.env("HTTP_PROXY", format!("http://127.0.0.1:{}", server.port));
    }
    let child = command
        .stdin(Stdio::null())
        .stdout(File::create(file("said")).unwrap())
        .stderr(File::options().append(true).open(file("said")).unwrap())
        .spawn()
        .unwrap();
    let exit = wait(child);
    let said = String::from_utf8_lossy(&std::fs::read(file("said")).unwrap_or_default()).into_owned();
    let report = read_json(&file("report.json"));
    let done = done(&Run {
        exit,
        port: server.port,
        wire: &server.take(),
        report: report.as_ref(),
        environment: read_json(&file("environment.json")).as_ref(),
        globals: read_json(&file("globals.json")).as_ref(),
    });
    Outcome {
        done,
        reported: report.is_some(),
        said,
    }
}

/// The exit code, or what happened in its place.
fn wait(mut child: Child) -> String {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status
                .code()
                .map_or_else(|| status.to_string(), |code| code.to_string());
        }
        if started.elapsed() > HANGS {
            child.kill().unwrap();
            child.wait().unwrap();
            return "hung".into();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn read_json(path: &Path) -> Option<Value> {
    let text = std::fs::read(path).ok()?;
    serde_json::from_slice(&text).ok()
}
