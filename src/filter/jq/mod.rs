//! jq: the language is jaq's, the values and their bounds are ours.

mod from;
mod natives;
mod operators;
mod plain;
mod read;
pub mod value;

use std::cell::Cell;

use indexmap::IndexSet;
use jaq_core::compile::Undefined;
use jaq_core::data::{DataT, HasLut};
use jaq_core::load::{self, Arena, File, Loader, lex, parse};
use jaq_core::{Compiler, Ctx, Cv, Error, Filter, Lut, Vars};

use super::meter::{self, Limits, Stop, Stopped};
use super::output::Output;
use super::{FilterError, Filtered};
pub use plain::plain;
pub use read::walk::{Found, Spans, Step, To, Walk};
pub use read::{Forgives, Values, read};
use value::Val;

/// Definitions of the library for functions that are not here.
const LEFT_OUT: [&str; 9] = [
    "stderr",
    "debug",
    "halt_error",
    "logb",
    "significand",
    "drem",
    "nexttoward",
    "scalb",
    "gamma",
];
/// Values that are looked at for their keys, and keys that are worth offering.
const MOST_LOOKED_AT: usize = 200;
const MOST_KEYS: usize = 500;

/// What programs run on.
struct Data;

impl DataT for Data {
    type V<'a> = Val;
    type Data<'a> = Watched<'a>;
}

type Input<'a> = Cv<'a, Data>;

/// The functions of a program, and the values it has not run on yet. The interpreter hands them on at every step, and so
/// every step is one for the meter.
struct Watched<'a>(&'a Lut<Data>, &'a Inputs<'a>);

impl Clone for Watched<'_> {
    fn clone(&self) -> Self {
        meter::tick();
        Self(self.0, self.1)
    }
}

impl<'a> HasLut<'a, Data> for Watched<'a> {
    fn lut(&self) -> &'a Lut<Data> {
        self.0
    }
}

/// The values of a body, each of which a program runs on unless it takes it as an `input` of the one before.
struct Inputs<'a> {
    values: &'a [Val],
    next: Cell<usize>,
    /// Whether another one was wanted than there are.
    ran_out: Cell<bool>,
}

impl<'a> Inputs<'a> {
    fn of(values: &'a [Val]) -> Self {
        Self {
            values,
            next: Cell::new(0),
            ran_out: Cell::new(false),
        }
    }

    fn next(&self) -> Option<Val> {
        let value = self.values.get(self.next.get())?;
        self.next.set(self.next.get() + 1);
        Some(value.clone())
    }

    fn wanted(&self) -> Option<Val> {
        let value = self.next();
        self.ran_out.set(self.ran_out.get() || value.is_none());
        value
    }
}

/// Why a program got no further.
enum Left {
    /// What it says itself.
    Words(String),
    /// The same, after it wanted another value than there are.
    RanOut(String),
}

impl From<Error<Val>> for Left {
    fn from(error: Error<Val>) -> Self {
        Self::Words(match error.into_val() {
            Val::Str(words) => words.to_string(),
            other => other.to_string(),
        })
    }
}

/// A program, ready to run.
pub struct Program(Filter<Data>);

impl Program {
    /// Reads a program; an empty one puts out what goes in.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where.
    pub fn new(text: &str) -> Result<Self, FilterError> {
        let text = if text.is_empty() { "." } else { text };
        // The parsers of the library have their assertions; a typed text must not end the thread.
        let made = meter::within(Limits::default(), &Stop::never(), || Self::compile(text));
        made.unwrap_or_else(|why| Err(FilterError::Text(why.words(Limits::default()))))
    }

    fn compile(text: &str) -> Result<Self, FilterError> {
        let own = load::parse(include_str!("definitions.jq"), |parser| parser.defs()).unwrap_or_default();
        let library = jaq_std::defs().filter(|definition| !LEFT_OUT.contains(&definition.name));
        let loader = Loader::new(jaq_core::defs().chain(library).chain(own));
        let arena = Arena::default();
        let program = File { code: text, path: () };
        let modules = loader.load(&arena, program).map_err(|errors| {
            let words = errors.into_iter().next().map(|(_, error)| spelled(text, &error));
            FilterError::Text(words.unwrap_or_else(|| "this is no jq".to_owned()))
        })?;
        let compiled = Compiler::default().with_funs(natives::funs()).compile(modules);
        compiled.map(Self).map_err(|errors| {
            let error = errors.into_iter().flat_map(|(_, errors)| errors).next();
            FilterError::Text(error.map_or_else(|| "this is no jq".to_owned(), |(name, what)| unknown(name, &what)))
        })
    }

    /// Runs on values, one after the other; with `more` to come, what was put out before it ran out of them counts.
    ///
    /// # Errors
    ///
    /// What the program itself says is wrong; what was put out before is lost, as the count would lie.
    pub fn run(&self, values: &[Val], more: bool, limits: Limits, stop: &Stop) -> Result<Filtered, FilterError> {
        let mut out = Output::new(limits);
        let ran = meter::within(limits, stop, || self.each(values, |value| out.add(value)));
        Self::told(ran, out, more)
    }

    /// Runs on what the steps before it lead to in a body that was gone over: what it put out is as if it had run on all of it.
    ///
    /// # Errors
    ///
    /// Those of [`Self::run`].
    pub fn walk(
        rest: Option<&Self>,
        steps: &[Step],
        (bytes, spans): (&[u8], &Spans),
        limits: Limits,
        stop: &Stop,
    ) -> Result<Filtered, FilterError> {
        let mut out = Output::new(limits);
        let ran = meter::within(limits, stop, || {
            let walk = Walk { steps, strict: true };
            walk.all(bytes, spans, &mut |found, _| {
                let value = found.value();
                match rest {
                    Some(rest) => rest.one(value, &Inputs::of(&[]), &mut |value| out.add(value)),
                    None => Ok(out.add(&value)),
                }
            })
        });
        Self::told(ran, out, false)
    }

    fn told(ran: Result<Result<(), Left>, Stopped>, out: Output, more: bool) -> Result<Filtered, FilterError> {
        match ran {
            Ok(Err(Left::RanOut(_))) if more => match out.done(None) {
                Ok(output) if output.count == 0 => Err(FilterError::Early),
                done => done,
            },
            Ok(Err(Left::Words(words) | Left::RanOut(words))) => Err(FilterError::Run(words)),
            Ok(Ok(())) => out.done(None),
            Err(why) => out.done(Some(why)),
        }
    }

    /// The keys of the objects that the program puts out; `None` if it does not get that far.
    pub fn keys(&self, values: &[Val], limits: Limits, stop: &Stop) -> Option<Vec<String>> {
        let mut keys = Keys::default();
        let ran = meter::within(limits, stop, || self.each(values, |value| keys.look(value)));
        ran.ok().map(|_| keys.found.into_iter().collect())
    }

    /// The same of what the steps before it lead to.
    pub fn keys_walked(
        rest: Option<&Self>,
        steps: &[Step],
        (bytes, spans): (&[u8], &Spans),
        limits: Limits,
        stop: &Stop,
    ) -> Option<Vec<String>> {
        let mut keys = Keys::default();
        let ran = meter::within(limits, stop, || {
            let walk = Walk { steps, strict: true };
            walk.all(bytes, spans, &mut |found, _| match (found, rest) {
                (found, Some(rest)) => rest.one(found.value(), &Inputs::of(&[]), &mut |value| keys.look(value)),
                (Found::Here(here), None) => {
                    let mut room = MOST_KEYS;
                    here.names(|name| {
                        keys.found.insert(name.to_owned());
                        room -= 1;
                        room > 0
                    });
                    Ok::<_, Left>(keys.looked())
                }
                (Found::Value(_), None) => Ok(keys.looked()),
            })
        });
        ran.ok().map(|_| keys.found.into_iter().collect())
    }

    fn each(&self, values: &[Val], mut take: impl FnMut(&Val) -> bool) -> Result<(), Left> {
        let inputs = Inputs::of(values);
        while let Some(value) = inputs.next() {
            if !self.one(value, &inputs, &mut take)? {
                break;
            }
        }
        Ok(())
    }

    /// Runs on one value; says whether it is to run on the next.
    fn one(&self, value: Val, inputs: &Inputs<'_>, take: &mut dyn FnMut(&Val) -> bool) -> Result<bool, Left> {
        let context = Ctx::<Data>::new(Watched(&self.0.lut, inputs), Vars::new([]));
        for output in self.0.id.run((context, value)) {
            match output {
                Ok(value) => {
                    if !take(&value) {
                        return Ok(false);
                    }
                }
                Err(left) => match left.get_err() {
                    Ok(error) => {
                        return Err(match Left::from(error) {
                            Left::Words(words) if inputs.ran_out.get() => Left::RanOut(words),
                            left => left,
                        });
                    }
                    // `halt`, or a `break` that leads out of everything.
                    Err(_) => return Ok(false),
                },
            }
        }
        Ok(true)
    }
}

/// Keys that are looked for.
#[derive(Default)]
struct Keys {
    found: IndexSet<String>,
    looked: usize,
}

impl Keys {
    /// Looks at a value; says whether to look at another one.
    fn look(&mut self, value: &Val) -> bool {
        if let Val::Obj(object) = value {
            let names = object.members().keys().take(MOST_KEYS);
            self.found.extend(names.map(ToString::to_string));
        }
        self.looked()
    }

    fn looked(&mut self) -> bool {
        self.looked += 1;
        self.looked < MOST_LOOKED_AT && self.found.len() < MOST_KEYS
    }
}

/// What is wrong with the text, in words.
fn spelled(text: &str, error: &load::Error<&str>) -> String {
    match error {
        load::Error::Io(_) => "modules cannot be loaded here".to_owned(),
        load::Error::Lex(errors) => match errors.first() {
            Some((expected, rest)) => format!("{} is missing {}", wanted(expected), place(text, rest)),
            None => "this is no jq".to_owned(),
        },
        load::Error::Parse(errors) => match errors.first() {
            Some((expected, rest)) => {
                let what = match expected {
                    parse::Expect::Nothing => return format!("nothing should follow {}", before(text, rest)),
                    parse::Expect::Just(word) => format!("`{word}`"),
                    parse::Expect::Term => "a value or a filter".to_owned(),
                    other => other.as_str().to_owned(),
                };
                format!("{what} is missing {}", place(text, rest))
            }
            None => "this is no jq".to_owned(),
        },
    }
}

fn wanted(expected: &lex::Expect<&str>) -> &'static str {
    match expected {
        lex::Expect::Delim("(") => "a closing `)`",
        lex::Expect::Delim("[") => "a closing `]`",
        lex::Expect::Delim("{") => "a closing `}`",
        lex::Expect::Delim(_) => "a closing quote",
        lex::Expect::Digit => "a digit",
        lex::Expect::Ident => "a name",
        lex::Expect::Escape => "a known escape",
        lex::Expect::Unicode => "a code point of four hexadecimal digits",
        _ => "something that jq knows",
    }
}

/// Where in the text a rest of it begins.
fn place(text: &str, rest: &str) -> String {
    let start = load::span(text, rest).start.min(text.len());
    match (text.get(start..).unwrap_or_default().trim(), start) {
        ("", _) => "at the end".to_owned(),
        (left, _) => format!("at `{}`", left.chars().take(20).collect::<String>()),
    }
}

fn before(text: &str, rest: &str) -> String {
    let start = load::span(text, rest).start.min(text.len());
    let said = text.get(..start).unwrap_or_default().trim_end();
    let tail: Vec<char> = said.chars().rev().take(20).collect();
    format!("behind `{}`", tail.into_iter().rev().collect::<String>())
}

fn unknown(name: &str, what: &Undefined) -> String {
    match what {
        Undefined::Filter(0) => format!("there is no function `{name}`"),
        Undefined::Filter(1) => format!("there is no function `{name}` with 1 argument"),
        Undefined::Filter(arguments) => format!("there is no function `{name}` with {arguments} arguments"),
        other => format!("there is no {} `{name}`", other.as_str()),
    }
}
