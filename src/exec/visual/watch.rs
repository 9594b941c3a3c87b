//! What keeps the drawing of a template within bounds: it may go over its data within loops over its data, and include
//! itself by way of others.
//!
//! The library's renderer asks nobody whether to go on. So the first thing in every block and every part of a template is a
//! call of a helper of ours, which does: each turn of a loop and each inclusion passes one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use handlebars::template::TemplateElement;
use handlebars::{
    Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext, RenderErrorReason, Template,
};
use tokio_util::sync::CancellationToken;

/// The stack of the thread that draws, in bytes; the parser leaves off where little is left of it.
pub(super) const STACK: usize = 16 * 1024 * 1024;
/// How much of it blocks and inclusions may use, in bytes: some thousands of them.
const DEEPEST: usize = STACK / 2;
/// How many parts may be drawn one within the other: each holds a copy of its data.
const MOST_PARTS: usize = 100;
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
        let parts = Arc::new(AtomicUsize::new(0));
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
    /// How many parts are being drawn, one within the other.
    parts: Arc<AtomicUsize>,
    step: Step,
}

impl HelperDef for Looks {
    fn call<'reg: 'rc, 'rc>(
        &self,
        _: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
        _: &mut dyn Output,
    ) -> HelperResult {
        let before = match self.step {
            Step::On => 0,
            Step::In => self.parts.fetch_add(1, Ordering::Relaxed),
            Step::Out => {
                self.parts.fetch_sub(1, Ordering::Relaxed);
                return Ok(());
            }
        };
        let why = if before >= MOST_PARTS {
            Some(format!("its parts include each other more than {MOST_PARTS} deep"))
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

/// About where the stack is.
fn here() -> usize {
    let mark = 0_u8;
    std::ptr::from_ref(&mark).addr()
}
