//! What keeps the drawing of a template within bounds: it may go over its data within loops over its data, and include
//! itself by way of others.
//!
//! The library's renderer asks nobody whether to go on. So the first thing in every block and every part of a template is a
//! call of a helper of ours, which does: each turn of a loop and each inclusion passes one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use handlebars::template::TemplateElement;
use handlebars::{
    BlockContext, Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderErrorReason,
    Template,
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

/// The stack of the thread that draws, in bytes; the parser leaves off where little is left of it.
pub(super) const STACK: usize = 16 * 1024 * 1024;
/// How much of it blocks and inclusions may use, in bytes: some thousands of them.
const DEEPEST: usize = STACK / 2;
/// How many parts may be drawn one within the other, and about how much memory they may hold, in bytes: each has a copy of
/// its data.
const MOST_PARTS: usize = 100;
const MOST_HELD: usize = 128 * 1024 * 1024;
/// The names of our helpers, which no field of any data has: at the beginning of all, and around what is in a part.
const LOOKS: &str = "postrider:watch";
const ENTERS: &str = "postrider:enter";
const LEAVES: &str = "postrider:leave";

/// When to stop.
#[derive(Clone)]
pub(super) struct Watch {
    cancel: CancellationToken,
    limit: Duration,
    ends: Option<Instant>,
}

impl Watch {
    /// From now on for so long, or until it is cancelled.
    pub(super) fn new(limit: Duration, cancel: CancellationToken) -> Self {
        Self {
            cancel,
            limit,
            ends: Instant::now().checked_add(limit),
        }
    }

    /// Why to stop, if it is time to.
    pub(super) fn stopped(&self) -> Option<String> {
        if self.cancel.is_cancelled() {
            return Some("it was cancelled".to_owned());
        }
        let is_late = self.ends.is_some_and(|ends| Instant::now() >= ends);
        is_late.then(|| self.late())
    }

    /// What is said where time is up.
    pub(super) fn late(&self) -> String {
        format!("it took more than {:?}", self.limit)
    }

    /// Has every loop and every inclusion of a template look at this watch.
    pub(super) fn guard(&self, engine: &mut Handlebars<'_>, template: &mut Template) {
        let calls = [LOOKS, ENTERS, LEAVES].map(call);
        let [Some(looks), Some(enters), Some(leaves)] = calls else {
            return;
        };
        guard(template, &looks, [&enters, &leaves]);
        let parts = Arc::default();
        for (name, step) in [(LOOKS, Step::On), (ENTERS, Step::In), (LEAVES, Step::Out)] {
            let looks = Looks {
                watch: self.clone(),
                base: here(),
                parts: Arc::clone(&parts),
                step,
            };
            engine.register_helper(name, Box::new(looks));
        }
    }
}

/// A call of a helper, as an element of a template.
fn call(name: &str) -> Option<TemplateElement> {
    let template = Template::compile(&["{{", name, "}}"].concat());
    template.ok().and_then(|mut template| template.elements.pop())
}

/// Puts the one call at the beginning of a template and of all within it, and the two others around what is in its parts.
fn guard(template: &mut Template, looks: &TemplateElement, around: [&TemplateElement; 2]) {
    for element in &mut template.elements {
        let (inner, is_part) = match element {
            TemplateElement::HelperBlock(block) => ([block.template.as_mut(), block.inverse.as_mut()], false),
            TemplateElement::DecoratorBlock(block)
            | TemplateElement::PartialBlock(block)
            | TemplateElement::PartialExpression(block) => ([block.template.as_mut(), None], true),
            _ => ([None, None], false),
        };
        for template in inner.into_iter().flatten() {
            guard(template, looks, around);
            if is_part {
                template.elements.insert(0, around[0].clone());
                template.elements.push(around[1].clone());
            }
        }
    }
    template.elements.insert(0, looks.clone());
}

/// Where a helper of ours stands.
#[derive(Clone, Copy)]
enum Step {
    On,
    In,
    Out,
}

/// Our helpers.
struct Looks {
    watch: Watch,
    /// Where the stack was before anything was drawn.
    base: usize,
    /// The parts that are being drawn, one within the other: about how much memory each holds.
    parts: Arc<Mutex<Vec<usize>>>,
    step: Step,
}

impl HelperDef for Looks {
    fn call<'reg: 'rc, 'rc>(
        &self,
        _: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        context: &mut RenderContext<'reg, 'rc>,
        _: &mut dyn Output,
    ) -> HelperResult {
        let mut parts = self.parts.lock().unwrap_or_else(PoisonError::into_inner);
        match self.step {
            Step::On => {}
            Step::In => parts.push(context.block().and_then(BlockContext::base_value).map_or(0, held)),
            Step::Out => drop(parts.pop()),
        }
        let why = if parts.len() > MOST_PARTS {
            Some(format!("its parts include each other more than {MOST_PARTS} deep"))
        } else if parts.iter().sum::<usize>() > MOST_HELD {
            Some("its parts include each other with too much data".to_owned())
        } else if self.base.abs_diff(here()) > DEEPEST {
            Some("its blocks are nested too deep".to_owned())
        } else {
            self.watch.stopped()
        };
        match why {
            Some(why) => Err(RenderErrorReason::Other(why).into()),
            None => Ok(()),
        }
    }
}

/// About how much memory a value takes, in bytes.
fn held(value: &Value) -> usize {
    size_of::<Value>()
        + match value {
            Value::String(text) => text.len(),
            Value::Array(items) => items.iter().map(held).sum(),
            // Each field with its hash, and a table that has room for more.
            Value::Object(fields) => fields
                .iter()
                .fold(128, |sum, (name, value)| sum + name.len() + 64 + held(value)),
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        }
}

/// About where the stack is.
fn here() -> usize {
    let mark = 0_u8;
    std::ptr::from_ref(&mark).addr()
}
