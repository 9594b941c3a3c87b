//! Two bodies laid out so that their lines can be compared: what is the same value is the same text.

use std::fmt::{self, Write};

use super::jq;
use super::jq::value::{Val, Written, quote};
use super::meter::{self, Limits, Stop};

/// What is nested deeper is not indented further: a body of brackets alone would be laid out in as many bytes as their number
/// has in its square.
const LEVELS: usize = 32;

/// Lays two JSON bodies out, an item or member a line. The members of the second come in the order of the first, what is
/// only in the second behind them: another order is no difference. `None` if one of them is no JSON, or too large, or if
/// `stop` said yes.
pub fn structural(left: &[u8], right: &[u8], limits: Limits, stop: &Stop) -> Option<(String, String)> {
    let left = jq::read(left, limits, stop).ok()?;
    let right = jq::read(right, limits, stop).ok()?;
    let nothing = std::iter::repeat(None);
    let laid_out = meter::within(limits, stop, || {
        let alike = left.iter().map(Some).chain(nothing.clone());
        Some((all(&left, nothing)?, all(&right, alike)?))
    });
    laid_out.ok().flatten()
}

/// Lays values out, each like another one.
fn all<'v>(values: &[Val], like: impl Iterator<Item = Option<&'v Val>>) -> Option<String> {
    let mut out = Written::new(usize::MAX);
    for (value, like) in values.iter().zip(like) {
        lay_out(value, like, 0, &mut out).ok()?;
        out.write_char('\n').ok()?;
    }
    Some(out.done())
}

fn indent(level: usize, out: &mut Written) -> fmt::Result {
    out.write_char('\n')?;
    (0..level.min(LEVELS)).try_for_each(|_| out.write_str("  "))
}

fn lay_out(value: &Val, like: Option<&Val>, level: usize, out: &mut Written) -> fmt::Result {
    meter::tick();
    match value {
        Val::Arr(list) if !list.items().is_empty() => {
            let others = match like {
                Some(Val::Arr(other)) => other.items(),
                _ => &[],
            };
            out.write_char('[')?;
            for (n, item) in list.items().iter().enumerate() {
                if n > 0 {
                    out.write_char(',')?;
                }
                indent(level + 1, out)?;
                lay_out(item, others.get(n), level + 1, out)?;
            }
            indent(level, out)?;
            out.write_char(']')
        }
        Val::Obj(object) if !object.members().is_empty() => {
            let own = object.members();
            let other = match like {
                Some(Val::Obj(other)) => Some(other.members()),
                _ => None,
            };
            let known = other
                .into_iter()
                .flat_map(|other| other.keys())
                .filter(|key| own.contains_key(*key));
            let fresh = own
                .keys()
                .filter(|key| other.is_none_or(|other| !other.contains_key(*key)));
            out.write_char('{')?;
            for (n, key) in known.chain(fresh).enumerate() {
                if n > 0 {
                    out.write_char(',')?;
                }
                indent(level + 1, out)?;
                quote(key, out)?;
                out.write_str(": ")?;
                if let Some(value) = own.get(key) {
                    lay_out(value, other.and_then(|other| other.get(key)), level + 1, out)?;
                }
            }
            indent(level, out)?;
            out.write_char('}')
        }
        other => other.write(out),
    }
}
