//! Two bodies laid out so that their lines can be compared: what is the same value is the same text.

use std::fmt::Write;

use super::jq;
use super::jq::value::Val;
use super::meter::{Limits, Stop};

/// Lays two JSON bodies out, an item or member a line. The members of the second come in the order of the first, what is
/// only in the second behind them: another order is no difference. `None` if one of them is no JSON, or too large.
pub fn structural(left: &[u8], right: &[u8], limits: Limits, stop: &Stop) -> Option<(String, String)> {
    let left = jq::read(left, limits, stop).ok()?;
    let right = jq::read(right, limits, stop).ok()?;
    let mut out = (String::new(), String::new());
    for (n, value) in left.iter().enumerate() {
        lay_out(value, None, 0, &mut out.0);
        out.0.push('\n');
        if let Some(other) = right.get(n) {
            lay_out(other, Some(value), 0, &mut out.1);
            out.1.push('\n');
        }
    }
    for value in right.iter().skip(left.len()) {
        lay_out(value, None, 0, &mut out.1);
        out.1.push('\n');
    }
    Some(out)
}

fn indent(level: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", level));
}

fn lay_out(value: &Val, like: Option<&Val>, level: usize, out: &mut String) {
    match value {
        Val::Arr(list) if !list.items().is_empty() => {
            let others = match like {
                Some(Val::Arr(other)) => other.items(),
                _ => &[],
            };
            out.push('[');
            for (n, item) in list.items().iter().enumerate() {
                if n > 0 {
                    out.push(',');
                }
                indent(level + 1, out);
                lay_out(item, others.get(n), level + 1, out);
            }
            indent(level, out);
            out.push(']');
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
            out.push('{');
            for (n, key) in known.chain(fresh).enumerate() {
                if n > 0 {
                    out.push(',');
                }
                indent(level + 1, out);
                // Writing to a string does not fail.
                let _ = write!(out, "{}: ", Val::text(&**key));
                if let Some(value) = own.get(key) {
                    lay_out(value, other.and_then(|other| other.get(key)), level + 1, out);
                }
            }
            indent(level, out);
            out.push('}');
        }
        other => other.write(out),
    }
}
