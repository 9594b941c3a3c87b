//! Values as JavaScript writes them: a list with commas between its items, an object as `[object Object]`, and the `length` of
//! lists and texts, which no field of the data has.
//!
//! The library writes them its own way and cannot be told otherwise. So a value that stands alone in a template is handed to
//! a helper of ours, and likewise a path that ends in `length`.

use std::collections::HashMap;

use handlebars::template::{BlockParam, HelperTemplate, Parameter, Subexpression, TemplateElement};
use handlebars::{
    Context, Handlebars, Helper, HelperDef, Path, PathSeg, RenderContext, RenderError, ScopedJson, Template,
};
use serde_json::Value;

use crate::model::variable::display_value;

/// The names of our helpers, which no field of any data has.
const WRITES: &str = "postrider:write";
const MEASURES: &str = "postrider:length";
/// The name that is measured.
const LENGTH: &str = "length";
/// Helpers that a name alone calls.
const BUILT_IN: [&str; 6] = ["if", "unless", "each", "with", "lookup", "log"];

/// Has values written so.
pub(super) fn as_in_javascript(engine: &mut Handlebars<'_>, template: &mut Template) {
    engine.register_helper(WRITES, Box::new(Writes));
    engine.register_helper(MEASURES, Box::new(Measures));
    rewrite(template, false);
}

/// `bound` says that a block around it has a name `length` of its own.
fn rewrite(template: &mut Template, bound: bool) {
    for element in &mut template.elements {
        match element {
            TemplateElement::Expression(call) | TemplateElement::HtmlExpression(call) => expression(call, bound),
            TemplateElement::HelperBlock(block) => {
                all_measured(&mut block.params, &mut block.hash, bound);
                let within = bound || block.block_param.as_ref().is_some_and(binds);
                block.template.iter_mut().for_each(|inner| rewrite(inner, within));
                block.inverse.iter_mut().for_each(|inner| rewrite(inner, bound));
            }
            TemplateElement::DecoratorBlock(part)
            | TemplateElement::PartialBlock(part)
            | TemplateElement::PartialExpression(part) => {
                all_measured(&mut part.params, &mut part.hash, bound);
                part.template.iter_mut().for_each(|inner| rewrite(inner, bound));
            }
            _ => {}
        }
    }
}

/// Whether what a block binds (`as |one other|`) is called `length`.
fn binds(names: &BlockParam) -> bool {
    let is_ours = |name: &Parameter| name.as_name() == Some(LENGTH);
    match names {
        BlockParam::Single(name) => is_ours(name),
        BlockParam::Pair((one, other)) => is_ours(one) || is_ours(other),
        _ => false,
    }
}

fn expression(call: &mut HelperTemplate, bound: bool) {
    all_measured(&mut call.params, &mut call.hash, bound);
    if !call.params.is_empty() || !call.hash.is_empty() {
        return;
    }
    let path = match &call.name {
        Parameter::Name(name) if !BUILT_IN.contains(&name.as_str()) => Path::parse(name).ok(),
        Parameter::Path(Path::Relative((_, raw))) if BUILT_IN.contains(&raw.as_str()) => None,
        Parameter::Path(path) => Some(path.clone()),
        _ => None,
    };
    if let Some(path) = path {
        let mut value = Parameter::Path(path);
        measured(&mut value, bound);
        call.name = Parameter::Name(WRITES.to_owned());
        call.params = vec![value];
    }
}

fn all_measured(params: &mut [Parameter], hash: &mut HashMap<String, Parameter>, bound: bool) {
    let all = params.iter_mut().chain(hash.values_mut());
    all.for_each(|parameter| measured(parameter, bound));
}

/// Of a path that ends in `length` what is measured: the library gives no field of a list by name.
fn measured(parameter: &mut Parameter, bound: bool) {
    if let Parameter::Subexpression(inner) = parameter
        && let TemplateElement::Expression(call) = inner.element.as_mut()
    {
        all_measured(&mut call.params, &mut call.hash, bound);
        return;
    }
    let Parameter::Path(Path::Relative((steps, raw))) = &*parameter else {
        return;
    };
    if !matches!(steps.last(), Some(PathSeg::Named(name)) if name == LENGTH) || (bound && raw == LENGTH) {
        return;
    }
    let whole = raw
        .strip_suffix(LENGTH)
        .map_or("", |whole| whole.trim_end_matches(['.', '/']));
    // What is left of `../length` is the way up.
    let whole = if whole.is_empty() { "this" } else { whole };
    if let Ok(whole) = Path::parse(whole) {
        let params = vec![Parameter::Path(whole)];
        let call = Subexpression::new(Parameter::Name(MEASURES.to_owned()), params, HashMap::new());
        *parameter = Parameter::Subexpression(call);
    }
}

/// Writes a value.
struct Writes;

impl HelperDef for Writes {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        call: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        let value = call.param(0).map(handlebars::PathAndJson::value);
        let text = value.filter(|value| !value.is_null()).map(display_value);
        Ok(Value::String(text.unwrap_or_default()).into())
    }
}

/// Says how long a list or a text is, in UTF-16 as there; of an object it gives the field of that name.
struct Measures;

impl HelperDef for Measures {
    fn call_inner<'reg: 'rc, 'rc>(
        &self,
        call: &Helper<'rc>,
        _: &'reg Handlebars<'reg>,
        _: &'rc Context,
        _: &mut RenderContext<'reg, 'rc>,
    ) -> Result<ScopedJson<'rc>, RenderError> {
        Ok(match call.param(0).map(handlebars::PathAndJson::value) {
            Some(Value::Array(items)) => Value::from(items.len()).into(),
            Some(Value::String(text)) => Value::from(text.encode_utf16().count()).into(),
            Some(Value::Object(fields)) => fields.get("length").cloned().map_or(ScopedJson::Missing, Into::into),
            _ => ScopedJson::Missing,
        })
    }
}
