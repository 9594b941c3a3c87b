//! The functions behind `require` of packages on the prelude's `host` object.

use std::collections::HashMap;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rquickjs::context::EvalOptions;
use rquickjs::function::{Func, Opt};
use rquickjs::{Ctx, Exception, Function, Object, Result};
use tokio::runtime::Handle;

use super::resolve::{Found, Missing, Resolver};
use super::{Opened, built_in};
use crate::model::outcome::ConsoleLevel;
use crate::model::package::PackageId;
use crate::script::limits::Watch;
use crate::script::pm::Run;
use crate::script::{Answer, Ask};

/// How often a waiting thread looks whether it still should.
const TICK: Duration = Duration::from_millis(50);

/// The packages of one JavaScript world, opened when they are first required.
#[derive(Clone)]
struct Shelf {
    run: Run,
    watch: Arc<Watch>,
    open: Arc<Mutex<HashMap<PackageId, Arc<Resolver>>>>,
}

impl Shelf {
    fn known(&self, id: &PackageId) -> Option<Arc<Resolver>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.get(id).cloned()
    }

    /// Asks the outside for a package and waits for it; nothing for one that nobody knows.
    fn ask(&self, question: Ask) -> std::result::Result<Option<Arc<Resolver>>, String> {
        let port = self.run.state().job.as_ref().and_then(|job| job.send.clone());
        let (Some(port), Ok(handle)) = (port, Handle::try_current()) else {
            return match &question {
                Ask::Package { name, .. } if built_in().find(name, None).is_none() => Ok(None),
                _ => Err(question.refusal()),
            };
        };
        let (answers, answer) = mpsc::channel();
        let task = handle.spawn(async move {
            // The script may have been stopped; then nobody waits for this.
            let _ = answers.send(port.ask(question).await);
        });
        self.watch.outside(true);
        let answer = loop {
            match answer.recv_timeout(TICK) {
                Ok(answer) => break answer,
                Err(RecvTimeoutError::Timeout) if !self.watch.must_stop() => {}
                Err(_) => {
                    task.abort();
                    break Err("the script was stopped while it waited for a package".into());
                }
            }
        };
        self.watch.outside(false);
        Ok(match answer.map_err(|refused| refused.message)? {
            Answer::Package(opened) => Some(self.keep(*opened)),
            Answer::Response(_) | Answer::Ran(..) | Answer::Value(_) => None,
        })
    }

    fn keep(&self, opened: Opened) -> Arc<Resolver> {
        if let Some(note) = &opened.note {
            self.run.state().log(ConsoleLevel::Info, note.clone(), None);
        }
        let id = opened.id.clone();
        let resolver = Arc::new(Resolver::new(opened));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(open.entry(id).or_insert(resolver))
    }

    /// A package that another one depends on.
    fn dependency(&self, id: &PackageId) -> std::result::Result<Arc<Resolver>, String> {
        if let Some(resolver) = self.known(id) {
            return Ok(resolver);
        }
        let found = self.ask(Ask::Package {
            name: id.name().to_owned(),
            version: Some(id.version().to_owned()),
            dependency: true,
        })?;
        found.ok_or_else(|| format!("Cannot find package '{id}'"))
    }

    /// What a `require` in a file of a package means, in words for the prelude: `file`, id and path; `node` and a name;
    /// `empty`; or `missing` and a sentence.
    fn resolve(&self, id: &str, from: &str, request: &str) -> [String; 3] {
        let missing = |text: String| ["missing".to_owned(), text, String::new()];
        let Some(resolver) = PackageId::parse(id).and_then(|id| self.known(&id)) else {
            return missing(format!("Cannot find package '{id}'"));
        };
        let file = |id: &PackageId, path: String| ["file".to_owned(), id.to_string(), path];
        let found = if from.is_empty() {
            resolver.entry(request).map(Found::File)
        } else {
            resolver.resolve(from, request)
        };
        let absent = |missing: Missing, id: &PackageId| match missing {
            Missing::Nothing if from.is_empty() && request.is_empty() => {
                format!("the package '{id}' has nothing that can be required")
            }
            Missing::Nothing if from.is_empty() => format!("Cannot find module '{}/{request}'", id.name()),
            Missing::Nothing => format!("Cannot find module '{request}' (required by '{}')", resolver.opened.id),
            Missing::Module(path) => es_module(id, &path),
        };
        match found {
            Ok(Found::File(path)) => file(&resolver.opened.id, path),
            Ok(Found::Node(name)) => ["node".to_owned(), name, String::new()],
            Ok(Found::Empty) => ["empty".to_owned(), String::new(), String::new()],
            Ok(Found::Package(id, path)) => match self.dependency(&id) {
                Ok(other) => match other.entry(&path) {
                    Ok(path) => file(&id, path),
                    Err(why) => missing(absent(why, &id)),
                },
                Err(message) => missing(message),
            },
            Err(why) => missing(absent(why, &resolver.opened.id)),
        }
    }

    fn text(&self, ctx: &Ctx<'_>, id: &str, path: &str) -> Result<String> {
        let resolver = PackageId::parse(id).and_then(|id| self.known(&id));
        let text = resolver.and_then(|resolver| resolver.text(path));
        text.ok_or_else(|| Exception::throw_message(ctx, &format!("Cannot find module '{id}/{path}'")))
    }
}

/// Gives the prelude its functions for packages.
pub fn register<'js>(host: &Object<'js>, run: &Run, watch: &Arc<Watch>) -> Result<()> {
    let shelf = Shelf {
        run: run.clone(),
        watch: Arc::clone(watch),
        open: Arc::default(),
    };
    let own = shelf.clone();
    // The id of the package that a name stands for; empty when there is none.
    host.set(
        "packageOpen",
        Func::from(move |ctx: Ctx<'js>, name: String, version: Opt<Option<String>>| {
            let question = Ask::Package {
                name,
                version: version.0.flatten(),
                dependency: false,
            };
            let opened = own
                .ask(question)
                .map_err(|message| Exception::throw_message(&ctx, &message))?;
            Ok::<_, rquickjs::Error>(opened.map(|package| package.opened.id.to_string()).unwrap_or_default())
        }),
    )?;
    let own = shelf.clone();
    host.set(
        "packageResolve",
        Func::from(move |id: String, from: String, request: String| own.resolve(&id, &from, &request).to_vec()),
    )?;
    host.set(
        "packageIsPostmans",
        Func::from(|id: String| PackageId::parse(&id).is_some_and(|id| built_in().pin(&id).is_some())),
    )?;
    let own = shelf.clone();
    host.set(
        "packageText",
        Func::from(move |ctx: Ctx<'js>, id: String, path: String| own.text(&ctx, &id, &path)),
    )?;
    host.set(
        "packageCode",
        Func::from(move |ctx: Ctx<'js>, id: String, path: String| {
            let text = shelf.text(&ctx, &id, &path)?;
            let resolver = PackageId::parse(&id).and_then(|id| shelf.known(&id));
            // A first line for a shell is a comment.
            let text = if text.starts_with("#!") {
                format!("//{text}")
            } else {
                text
            };
            let mut options = EvalOptions::default();
            options.strict = false;
            options.filename = Some(format!("{id}/{path}"));
            let code = format!(
                "(function (exports, require, module, __filename, __dirname, process, global, console) {{{text}\n}})"
            );
            ctx.eval_with_options::<Function, _>(code, options).map_err(|error| {
                match resolver.filter(|resolver| resolver.looks_like_module(&path)) {
                    Some(resolver) => {
                        // The error of the one kind of module says nothing about the other.
                        ctx.catch();
                        Exception::throw_message(&ctx, &es_module(&resolver.opened.id, &path))
                    }
                    None => error,
                }
            })
        }),
    )
}

fn es_module(id: &PackageId, path: &str) -> String {
    format!("the package '{id}' cannot be required: its file '{path}' is an ES module; add a version that has CommonJS")
}
