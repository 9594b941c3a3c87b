//! Sections as JavaScript's Handlebars has them: `{{#list}}…{{/list}}` goes through a list, stands for an object, or asks whether
//! there is something; `{{^list}}…{{/list}}` stands where there is nothing.
//!
//! The library takes the name of every block for a helper, and its grammar has no block that begins with `^` or is named by a path.

use handlebars::{
    BlockContext, BlockParams, Context, Handlebars, Helper, HelperDef, HelperResult, Output, RenderContext,
    RenderError, Renderable,
};
use serde_json::Value;

/// The name of our helper, which no field of any data has.
const SECTION: &str = "postrider:section";
/// The same for one that stands where there is nothing.
const INVERSE: &str = "postrider:inverse";
/// Blocks that are no sections.
const HELPERS: [&str; 4] = ["if", "unless", "each", "with"];

/// The template with its sections as calls of our helpers, and `{{.}}` as `{{this}}`.
pub(super) fn in_other_words(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    // Of every block that is open, what its end is called now.
    let mut open: Vec<Option<&str>> = Vec::new();
    let mut rest = template;
    while let Some(at) = rest.find("{{") {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        let end = if tag.starts_with("{{!--") { "--}}" } else { "}}" };
        let Some(length) = tag.find(end).map(|at| at + end.len()) else {
            rest = tag;
            break;
        };
        let (tag, behind) = tag.split_at(length);
        rest = behind;
        let inner = tag[2..tag.len() - 2].trim();
        let (left, inner) = inner.strip_prefix('~').map_or(("", inner), |inner| ("~", inner));
        let (right, inner) = inner.strip_suffix('~').map_or(("", inner), |inner| ("~", inner));
        let words = inner.get(1..).unwrap_or_default().trim();
        let said = match inner.chars().next() {
            _ if before.ends_with('\\') => None,
            Some('#') => {
                let (name, more) = words.split_once(char::is_whitespace).unwrap_or((words, ""));
                let names = more.trim_start();
                let is_section = (names.is_empty() || names.starts_with("as "))
                    && !HELPERS.contains(&name)
                    && !name.starts_with(['*', '>']);
                open.push(is_section.then_some(SECTION));
                is_section.then(|| format!("#{SECTION} {words}"))
            }
            Some('^') if !words.is_empty() => {
                open.push(Some(INVERSE));
                Some(format!("#{INVERSE} {words}"))
            }
            Some('/') => open.pop().flatten().map(|name| format!("/{name}")),
            Some('.') if words.is_empty() => Some("this".to_owned()),
            _ => None,
        };
        match said {
            Some(said) => out.push_str(&["{{", left, &said, right, "}}"].concat()),
            None => out.push_str(tag),
        }
    }
    out + rest
}

/// Has the helpers that they call.
pub(super) fn register(engine: &mut Handlebars<'_>) {
    engine.register_helper(SECTION, Box::new(Section));
    engine.register_helper(INVERSE, Box::new(Inverse));
}

struct Inverse;

impl HelperDef for Inverse {
    fn call<'reg: 'rc, 'rc>(
        &self,
        call: &Helper<'rc>,
        engine: &'reg Handlebars<'reg>,
        data: &'rc Context,
        context: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let value = call.param(0).map(handlebars::PathAndJson::value);
        let is_nothing = match value {
            None | Some(Value::Null | Value::Bool(false)) => true,
            Some(Value::Array(items)) => items.is_empty(),
            Some(_) => false,
        };
        match call.template() {
            Some(inner) if is_nothing => inner.render(engine, data, context, out),
            _ => or_else(call, engine, data, context, out),
        }
    }
}

struct Section;

impl HelperDef for Section {
    fn call<'reg: 'rc, 'rc>(
        &self,
        call: &Helper<'rc>,
        engine: &'reg Handlebars<'reg>,
        data: &'rc Context,
        context: &mut RenderContext<'reg, 'rc>,
        out: &mut dyn Output,
    ) -> HelperResult {
        let (Some(value), Some(inner)) = (call.param(0), call.template()) else {
            return Ok(());
        };
        let path = value.context_path();
        match value.value() {
            Value::Bool(true) => inner.render(engine, data, context, out),
            Value::Null | Value::Bool(false) => or_else(call, engine, data, context, out),
            Value::Array(items) if items.is_empty() => or_else(call, engine, data, context, out),
            Value::Array(items) => {
                for (n, item) in items.iter().enumerate() {
                    let mut block = block(path, Some(n), item);
                    for (name, value) in [
                        ("index", n.into()),
                        ("key", n.into()),
                        ("first", (n == 0).into()),
                        ("last", (n + 1 == items.len()).into()),
                    ] {
                        block.set_local_var(name, value);
                    }
                    name(&mut block, call, item)?;
                    context.push_block(block);
                    let done = inner.render(engine, data, context, out);
                    context.pop_block();
                    done?;
                }
                Ok(())
            }
            other => {
                context.push_block(block(path, None, other));
                let done = inner.render(engine, data, context, out);
                context.pop_block();
                done
            }
        }
    }
}

fn or_else<'reg: 'rc, 'rc>(
    call: &Helper<'rc>,
    engine: &'reg Handlebars<'reg>,
    data: &'rc Context,
    context: &mut RenderContext<'reg, 'rc>,
    out: &mut dyn Output,
) -> HelperResult {
    call.inverse()
        .map_or(Ok(()), |inner| inner.render(engine, data, context, out))
}

/// What a block stands for: a place in the data, or, of what was made on the way, the value.
fn block<'rc>(path: Option<&Vec<String>>, item: Option<usize>, value: &Value) -> BlockContext<'rc> {
    let mut block = BlockContext::new();
    match path {
        Some(path) => {
            block.base_path_mut().clone_from(path);
            block.base_path_mut().extend(item.map(|n| n.to_string()));
        }
        None => block.set_base_value(value.clone()),
    }
    block
}

/// Names an item as the block asks (`as |one|`).
fn name<'rc>(block: &mut BlockContext<'rc>, call: &Helper<'rc>, item: &Value) -> Result<(), RenderError> {
    if let Some(own) = call.block_param() {
        let mut names = BlockParams::new();
        names.add_value(own, item.clone())?;
        block.set_block_params(names);
    }
    Ok(())
}
