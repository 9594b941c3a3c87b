//! What the engine does with every error that is made or thrown: gives it V8's words and writes its stack.
//!
//! A script that catches an error or prints it reads what one that fails is reported with, and what it would read in
//! Postman: `Cannot read properties of undefined (reading 'x')`, and a stack that begins with it. The engine asks for
//! the stack of an error once, when it is made or first thrown; that is the moment for the words too.

use std::sync::Arc;

use rquickjs::atom::PredefinedAtom;
use rquickjs::function::{Func, This};
use rquickjs::object::Property;
use rquickjs::{Array, Ctx, Function, Object, Result, Value};

use super::super::limits::Watch;
use super::super::wording::{FILE, Thrown, World};
use super::Run;

/// The errors that the engine itself throws; a script's own say what they say.
const ENGINES: [&str; 6] = [
    "TypeError",
    "SyntaxError",
    "ReferenceError",
    "RangeError",
    "URIError",
    "InternalError",
];

/// The longest message that is looked at, and that a stack begins with, in bytes; the engine's own are short.
const LONGEST: usize = 64 * 1024;

/// Puts `wordError(error, sites)` on `host`, for the prelude to make it `Error.prepareStackTrace`.
pub fn register<'js>(host: &Object<'js>, run: &Run, watch: &Arc<Watch>) -> Result<()> {
    let (own, watch) = (run.clone(), Arc::clone(watch));
    host.set(
        "wordError",
        Func::from(move |ctx: Ctx<'js>, error: Value<'js>, sites: Array<'js>| {
            // That the script is to stop would be taken for a fault of this one call, again and again.
            if watch.tripped().is_some() {
                return String::new();
            }
            let words = word(&ctx, &error, &sites, &own);
            if words.is_err() {
                // A getter of the script's own, or no memory: the error stays as it is, without a stack.
                ctx.catch();
            }
            words.unwrap_or_default()
        }),
    )
}

/// What a script finds by its globals, and has in its variables.
struct Globals<'a, 'js>(&'a Ctx<'js>, &'a Run);

impl<'js> Globals<'_, 'js> {
    /// What a path leads to.
    fn find(&self, path: &[&str]) -> Option<Value<'js>> {
        let find = || {
            let mut at = self.0.globals().into_value();
            for (n, name) in path.iter().enumerate() {
                let Some(object) = at.as_object() else { return Ok(None) };
                // Only what is there is a global; what is not declared is none.
                if n == 0 && !object.contains_key(*name)? {
                    return Ok(None);
                }
                at = match name.strip_suffix("()") {
                    Some(method) => object.get::<_, Function>(method)?.call((This(object.clone()),))?,
                    None => object.get(*name)?,
                };
            }
            Ok::<_, rquickjs::Error>(Some(at))
        };
        find().unwrap_or_else(|_| {
            self.0.catch();
            None
        })
    }
}

impl World for Globals<'_, '_> {
    fn works(&self, path: &[&str]) -> bool {
        self.find(path).is_some_and(|found| found.is_function())
    }

    fn shown(&self, path: &[&str]) -> Option<String> {
        let found = self.find(path)?;
        // Texts may be secret, and long.
        match () {
            () if found.is_undefined() => Some("undefined".to_owned()),
            () if found.is_null() => Some("null".to_owned()),
            () => found
                .as_bool()
                .map(|is| is.to_string())
                .or_else(|| found.as_int().map(|number| number.to_string())),
        }
    }

    fn texts(&self, key: &str) -> Option<Vec<String>> {
        self.1.texts(key)
    }
}

fn word<'js>(ctx: &Ctx<'js>, error: &Value<'js>, sites: &Array<'js>, run: &Run) -> Result<String> {
    let Some(object) = error.as_object() else {
        return Ok(String::new());
    };
    if error.is_error() && !object.get::<_, Value>(PredefinedAtom::Stack)?.is_undefined() {
        // Thrown again; it has its words and its stack.
        return Ok(String::new());
    }
    let name: Option<String> = object.get(PredefinedAtom::Name)?;
    let name = name.unwrap_or_else(|| "Error".to_owned());
    let message: Option<rquickjs::String> = object.get(PredefinedAtom::Message)?;
    let mut message = message.map_or(Ok(String::new()), |text| text.to_string())?;
    let sites = sites.iter::<Object>().map(|site| Site::read(&site?));
    let mut sites = sites.collect::<Result<Vec<Site>>>()?;
    // Below the script's own frames is what started it.
    if let Some(last) = sites.iter().rposition(|site| site.file.as_deref() == Some(FILE)) {
        sites.truncate(last + 1);
    }
    let mut frames = String::new();
    for site in &sites {
        site.write(&mut frames);
    }
    if message.len() > LONGEST {
        return Ok(frames);
    }
    let mut shown = name.clone();
    if error.is_error() && ENGINES.contains(&name.as_str()) && message != "out of memory" {
        let thrown = Thrown {
            name,
            message: message.clone(),
            stack: frames.clone(),
        };
        let Some(worded) = run.try_reword(thrown, &Globals(ctx, run)) else {
            return Ok(format!("{shown}: {message}\n{frames}"));
        };
        if worded.message != message {
            message = worded.message;
            let text = Property::from(message.as_str()).writable().configurable();
            object.prop(PredefinedAtom::Message, text)?;
        }
        if worded.name != shown {
            let kind: Object = ctx.globals().get(worded.name.as_str())?;
            object.set_prototype(Some(&kind.get(PredefinedAtom::Prototype)?))?;
            shown = worded.name;
        }
    }
    let head = if message.is_empty() {
        shown
    } else {
        format!("{shown}: {message}")
    };
    Ok(format!("{head}\n{frames}"))
}

/// One line of a stack.
struct Site {
    function: String,
    native: bool,
    file: Option<String>,
    line: i32,
    column: i32,
}

impl Site {
    fn read<'js>(site: &Object<'js>) -> Result<Self> {
        let ask = |method: &str| -> Result<Value<'js>> {
            let method: Function = site.get(method)?;
            method.call((This(site.clone()),))
        };
        let text = |value: Value<'js>| value.as_string().map(rquickjs::String::to_string).transpose();
        let number = |method: &str| Ok::<_, rquickjs::Error>(ask(method)?.as_int().unwrap_or(-1));
        Ok(Self {
            function: text(ask("getFunctionName")?)?.unwrap_or_default(),
            native: ask("isNative")?.as_bool().unwrap_or(false),
            file: text(ask("getFileName")?)?,
            line: number("getLineNumber")?,
            column: number("getColumnNumber")?,
        })
    }

    /// As the engine writes it: `    at check (script.js:2:3)`.
    fn write(&self, frames: &mut String) {
        let function = if self.function.is_empty() {
            "<anonymous>"
        } else {
            &self.function
        };
        let place = match &self.file {
            Some(file) if !self.native => format!("{file}:{}:{}", self.line, self.column),
            _ => "native".to_owned(),
        };
        for part in ["    at ", function, " (", &place, ")\n"] {
            frames.push_str(part);
        }
    }
}
