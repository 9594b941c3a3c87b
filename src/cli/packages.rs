//! `packages`: npm packages for scripts; which there are, fetching them ahead, adding and removing own ones.

use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;

use crate::exec::Packages;
use crate::exec::packages::Fetched;
use crate::model::InOrder;
use crate::model::package::{Lock, PackageId, Pin, Shelf};
use crate::script::built_in;
use crate::store::PackageStore;

use super::CliError;
use super::args::PackagesCommand;
use super::open::Opened;
use super::output::{Output, escape, size};

/// Does what was asked for.
pub async fn packages(opened: &Opened, command: &PackagesCommand, output: &mut Output) -> Result<ExitCode, CliError> {
    let store = opened.package_store().asked_by_the_user();
    let packages = || Packages::new(Arc::new(store.clone()), opened.client());
    match command {
        PackagesCommand::List { json, all } => list(&store, *json, *all, output)?,
        PackagesCommand::Fetch => fetch(&packages(), output).await?,
        PackagesCommand::Add { packages: wanted } => add(&packages(), &store, wanted, output).await?,
        PackagesCommand::Remove { packages } => remove(&store, packages, output)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn lock(store: &PackageStore) -> Result<Lock, CliError> {
    store
        .lock()
        .map_err(|error| CliError::failed(error.to_string()).hint("mend the file, or take it from git"))
}

/// One package for people and programs: whose it is, and how much of it is in the cache.
struct Row<'a> {
    pin: &'a Pin,
    from: &'static str,
    is_wanted: bool,
    cached: Option<u64>,
}

fn list(store: &PackageStore, as_json: bool, all: bool, output: &mut Output) -> Result<(), CliError> {
    let (postman, own) = (built_in(), lock(store)?);
    let rows: Vec<Row<'_>> = [("postman", &postman), ("workspace", &own)]
        .into_iter()
        .flat_map(|(from, lock)| {
            lock.packages.iter().map(move |pin| Row {
                pin,
                from,
                is_wanted: lock.wanted.contains(&pin.id),
                cached: store.size(&pin.id),
            })
        })
        .filter(|row| all || row.is_wanted)
        .collect();
    if as_json {
        let rows = rows.iter().map(|row| {
            json!({
                "name": row.pin.id.name(),
                "version": row.pin.id.version(),
                "from": row.from,
                "wanted": row.is_wanted,
                "integrity": row.pin.integrity,
                "dependencies": row.pin.dependencies,
                "cachedBytes": row.cached,
            })
        });
        let text = serde_json::to_string_pretty(&rows.collect::<Vec<_>>()).unwrap_or_default();
        return Ok(output.line(&text)?);
    }
    let width = rows.iter().map(|row| row.pin.id.to_string().len()).max().unwrap_or(0);
    for row in &rows {
        let name = format!("{:width$}", row.pin.id.to_string());
        let lock = if row.from == "postman" { &postman } else { &own };
        let needs = match lock.closure(&row.pin.id).len() - 1 {
            0 => String::new(),
            more => format!(", needs {more} more"),
        };
        let state = match row.cached {
            Some(bytes) => format!("in the cache, {} packed", size(bytes)),
            None => "not fetched".to_owned(),
        };
        let paint = output.paint;
        output.line(&format!(
            "{}  {:15}  {}",
            paint.bold(&name),
            if row.from == "postman" {
                "Postman's"
            } else {
                "the workspace's"
            },
            paint.dim(&(state + &needs))
        ))?;
    }
    Ok(())
}

async fn fetch(packages: &Packages, output: &mut Output) -> Result<(), CliError> {
    let failed = |message: String, hint: &str| CliError::failed(message).hint(hint);
    let own = packages
        .lock()
        .await
        .map_err(|error| failed(error.to_string(), error.hint_ahead()))?;
    let mut pins = built_in().packages;
    pins.extend(
        own.packages
            .into_iter()
            .filter(|pin| !pins.iter().any(|known| known.id == pin.id))
            .collect::<Vec<_>>(),
    );
    let all = pins.len();
    let fetched = packages
        .fetch(pins, |_| {})
        .await
        .map_err(|error| failed(error.to_string(), error.hint_ahead()))?;
    tell(&fetched, output);
    output.note(&match (fetched.len(), all) {
        (0, all) => format!("all {all} packages are in the cache"),
        (new, all) => format!("fetched {new} of {all} packages; the others were in the cache"),
    });
    Ok(())
}

fn tell(fetched: &[Fetched], output: &mut Output) {
    // They come as the network brings them.
    let mut fetched: Vec<&Fetched> = fetched.iter().collect();
    fetched.order_by_key(|one| one.id.to_string());
    for one in fetched {
        let line = format!("{}, {} unpacked", one.id, size(one.unpacked));
        output.note(&output.err_paint.dim(&line));
    }
}

async fn add(
    packages: &Packages,
    store: &PackageStore,
    wanted: &[String],
    output: &mut Output,
) -> Result<(), CliError> {
    let mut own = lock(store)?;
    let mut added = Vec::new();
    for text in wanted {
        let id = packages.add(text, &mut own).await.map_err(|error| {
            // What is not there was asked for in vain, as everywhere on the command line.
            let told = if error.names_nothing() {
                CliError::usage(error.to_string())
            } else {
                CliError::failed(error.to_string())
            };
            match error.hint() {
                Some(hint) => told.hint(hint),
                None => told,
            }
        })?;
        added.push(id);
    }
    own.prune();
    save(store, &own)?;
    for id in &added {
        let others = match own.closure(id).len() - 1 {
            0 => String::new(),
            1 => " and another package it needs".to_owned(),
            more => format!(" and {more} packages it needs"),
        };
        output.line(&format!("added {}{others}", output.paint.bold(&id.to_string())))?;
        output.note(&output.err_paint.dim(&format!("in a script: pm.require('npm:{id}')")));
    }
    Ok(())
}

fn remove(store: &PackageStore, named: &[String], output: &mut Output) -> Result<(), CliError> {
    let mut own = lock(store)?;
    for text in named {
        let name = text.strip_prefix("npm:").unwrap_or(text);
        let is_meant = |id: &PackageId| id.name() == name || id.to_string() == name;
        if !own.wanted.iter().any(is_meant) {
            let text = escape(text);
            let error = CliError::usage(format!("`{text}` was not added to this workspace"));
            return Err(if built_in().wanted.iter().any(is_meant) {
                error.hint("it is one of Postman's own, which are always there")
            } else {
                error.hint("`postrider packages list` shows what was")
            });
        }
        own.wanted.retain(|id| !is_meant(id));
    }
    let before = own.packages.clone();
    own.prune();
    save(store, &own)?;
    let postman = built_in();
    for pin in before.iter().filter(|pin| own.pin(&pin.id).is_none()) {
        // Another workspace that needs it fetches it again.
        if postman.pin(&pin.id).is_none() {
            store.forget(&pin.id)?;
        }
        output.line(&format!("removed {}", pin.id))?;
    }
    Ok(())
}

fn save(store: &PackageStore, lock: &Lock) -> Result<(), CliError> {
    Ok(store.write_lock(lock)?)
}
