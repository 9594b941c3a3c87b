//! What keeps the drawing of a template within bounds: it may go over its data within loops over its data, and include
//! itself by way of others.
//!
//! The library's renderer asks nobody whether to go on. So the first thing in every block and every part of a template is a
//! call of a helper of ours, which does: each turn of a loop and each inclusion passes one.

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
/// The name of our helper, which no field of any data has.
const NAME: &str = "postrider:watch";

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
        let call = Template::compile(&["{{", NAME, "}}"].concat());
        let Some(call) = call.ok().and_then(|mut call| call.elements.pop()) else {
            return;
        };
        guard(template, &call);
        let looks = Looks {
            watch: self.clone(),
            base: here(),
        };
        engine.register_helper(NAME, Box::new(looks));
    }
}

/// Puts the call at the beginning of a template and of all within it.
fn guard(template: &mut Template, call: &TemplateElement) {
    for element in &mut template.elements {
        let inner = match element {
            TemplateElement::HelperBlock(block) => [block.template.as_mut(), block.inverse.as_mut()],
            TemplateElement::DecoratorBlock(block)
            | TemplateElement::PartialBlock(block)
            | TemplateElement::PartialExpression(block) => [block.template.as_mut(), None],
            _ => [None, None],
        };
        for template in inner.into_iter().flatten() {
            guard(template, call);
        }
    }
    template.elements.insert(0, call.clone());
}

/// Our helper.
struct Looks {
    watch: Watch,
    /// Where the stack was before anything was drawn.
    base: usize,
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
        let is_deep = self.base.abs_diff(here()) > DEEPEST;
        let why = is_deep.then(|| "its parts include each other without end".to_owned());
        match why.or_else(|| self.watch.stopped()) {
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
