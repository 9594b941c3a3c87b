//! What jq's operators do with values: arithmetic, indexes, slices, updates.

use std::ops::{Add, Div, Mul, Neg, Range, Rem, Sub};
use std::rc::Rc;

use jaq_core::box_iter::{BoxIter, box_once};
use jaq_core::ops::Math;
use jaq_core::path::Opt;
use jaq_core::{Error, Exn, ValR, ValT, ValX};

use super::super::meter;
use super::value::{Object, Val, items, members, truncated};

type Slice<'v> = Range<Option<&'v Val>>;

/// The place of an index that may count from the end; `None` before the first or behind the last item.
fn place(index: isize, len: usize) -> Option<usize> {
    let at = if index < 0 {
        len.checked_sub(index.unsigned_abs())?
    } else {
        index.unsigned_abs()
    };
    (at < len).then_some(at)
}

/// The items or characters that a slice takes of so many.
fn span(slice: &Slice<'_>, len: usize) -> Result<Range<usize>, Error<Val>> {
    let bound = |bound: Option<&Val>, default: usize, up: bool| match bound {
        None | Some(Val::Null) => Ok(default),
        Some(value) => {
            let float = value.float().ok_or_else(|| Error::typ(value.clone(), "number"))?;
            let index = truncated(if up { float.ceil() } else { float.floor() });
            Ok(if index < 0 {
                len.saturating_sub(index.unsigned_abs())
            } else {
                index.unsigned_abs().min(len)
            })
        }
    };
    let start = bound(slice.start, 0, false)?;
    Ok(start..bound(slice.end, len, true)?.max(start))
}

/// The bytes of so many characters.
fn bytes(text: &str, chars: &Range<usize>) -> Range<usize> {
    let at = |n| text.char_indices().nth(n).map_or(text.len(), |(at, _)| at);
    at(chars.start)..at(chars.end)
}

/// The bounds that an object stands for: `{"start": 1, "end": 3}`.
fn bounds(index: &Val) -> Option<Slice<'_>> {
    let Val::Obj(object) = index else { return None };
    Some(object.members().get("start")..object.members().get("end"))
}

/// Where a list is found in another.
pub(super) fn occurrences(all: &[Val], part: &[Val]) -> Val {
    let windows = all.windows(part.len().max(1)).enumerate();
    windows
        .filter(|(_, window)| !part.is_empty() && *window == part)
        .map(|(at, _)| Val::from(at))
        .collect()
}

impl Val {
    /// The child at an index, if there is one.
    pub(super) fn child(self, index: &Self) -> Result<Option<Self>, Error<Self>> {
        Ok(match (self, index) {
            (Self::Null, Self::Null | Self::Str(_) | Self::Obj(_)) => None,
            (Self::Null, index) if index.float().is_some() => None,
            (Self::Obj(object), Self::Str(key)) => object.members().get(&***key).cloned(),
            (Self::Arr(list), Self::Arr(part)) => Some(occurrences(list.items(), part.items())),
            (Self::Arr(list), index) if index.float().is_some() => {
                let index = truncated(index.float().unwrap_or(f64::NAN).floor());
                place(index, list.items().len()).map(|at| list.items()[at].clone())
            }
            (value, index) => match bounds(index) {
                Some(slice) => Some(value.range(slice)?),
                None => return Err(Error::index(value, index.clone())),
            },
        })
    }
}

impl From<Range<Option<Self>>> for Val {
    fn from(range: Range<Option<Self>>) -> Self {
        let start = range.start.map(|start| ("start".into(), start));
        let end = range.end.map(|end| ("end".into(), end));
        Self::object(start.into_iter().chain(end))
    }
}

impl ValT for Val {
    fn from_num(spelled: &str) -> ValR<Self> {
        Ok(Self::number(spelled))
    }

    fn from_map<I: IntoIterator<Item = (Self, Self)>>(pairs: I) -> ValR<Self> {
        let mut out = Object::default();
        for (key, value) in pairs {
            match key {
                Self::Str(key) => out.insert(Rc::from(&**key), value),
                other => {
                    let words = format!("an object's key must be text, not {other}");
                    return Err(Error::str(words));
                }
            }
        }
        Ok(Self::Obj(Rc::new(out)))
    }

    fn key_values(self) -> BoxIter<'static, ValR<(Self, Self), Self>> {
        match self {
            Self::Arr(list) => Box::new(items(list).enumerate().map(|(at, item)| Ok((at.into(), item)))),
            Self::Obj(object) => Box::new(members(object).map(|(key, value)| Ok((Self::text(&*key), value)))),
            other => box_once(Err(Error::typ(other, "list or object"))),
        }
    }

    fn values(self) -> Box<dyn Iterator<Item = ValR<Self>>> {
        match self {
            Self::Arr(list) => Box::new(items(list).map(Ok)),
            Self::Obj(object) => Box::new(members(object).map(|(_, value)| Ok(value))),
            other => box_once(Err(Error::typ(other, "list or object"))),
        }
    }

    fn index(self, index: &Self) -> ValR<Self> {
        self.child(index).map(Option::unwrap_or_default)
    }

    fn range(self, range: Slice<'_>) -> ValR<Self> {
        match self {
            Self::Null => Ok(Self::Null),
            Self::Arr(list) => {
                let span = span(&range, list.items().len())?;
                Ok(list.items()[span].iter().cloned().collect())
            }
            Self::Str(text) => {
                let span = span(&range, text.chars().count())?;
                Ok(Self::text(&text[bytes(&text, &span)]))
            }
            other => Err(Error::typ(other, "list or text")),
        }
    }

    fn map_values<'a, I: Iterator<Item = ValX<'a, Self>>>(self, opt: Opt, f: impl Fn(Self) -> I) -> ValX<'a, Self> {
        match self {
            Self::Arr(list) => items(list).flat_map(f).collect(),
            Self::Obj(object) => {
                let mut mapped = Object::default();
                for (key, value) in members(object) {
                    if let Some(value) = f(value).next() {
                        mapped.insert(key, value?);
                    }
                }
                Ok(Self::Obj(Rc::new(mapped)))
            }
            other => opt.fail(other, |other| Exn::from(Error::typ(other, "list or object"))),
        }
    }

    fn map_index<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        index: &Self,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        if let (Self::Arr(_) | Self::Str(_), Some(slice)) = (&self, bounds(index)) {
            return self.map_range(slice, opt, f);
        }
        match (self, index) {
            (Self::Null, Self::Str(_)) => Self::object([]).map_index(index, opt, f),
            (Self::Obj(mut object), Self::Str(key)) => {
                let own = Rc::make_mut(&mut object);
                let there = own.lend(key);
                let known = there.is_some();
                match f(there.unwrap_or_default()).next().transpose()? {
                    Some(value) => own.insert(Rc::from(&***key), value),
                    None if known => own.remove(key),
                    None => {}
                }
                Ok(Self::Obj(object))
            }
            (Self::Null, index) if index.float().is_some() => Self::from_iter([]).map_index(index, opt, f),
            (Self::Arr(mut list), index) if index.float().is_some() => {
                let wanted = index.whole().unwrap_or(-1);
                let len = list.items().len();
                let at = place(wanted, len).or_else(|| usize::try_from(wanted).ok());
                let Some(at) = at else {
                    let words = format!("there is no item {index}");
                    return opt.fail(Self::Arr(list), |_| Exn::from(Error::str(words)));
                };
                let own = Rc::make_mut(&mut list);
                let there = if at < len { own.lend(at) } else { Self::Null };
                match f(there).next().transpose()? {
                    Some(item) if at < len => own.set(at, item),
                    Some(item) => {
                        while own.items().len() < at {
                            own.push(Self::Null);
                        }
                        own.push(item);
                    }
                    None if at < len => own.remove(at),
                    None => {}
                }
                Ok(Self::Arr(list))
            }
            (other, index) => opt.fail(other, |other| Exn::from(Error::index(other, index.clone()))),
        }
    }

    fn map_range<'a, I: Iterator<Item = ValX<'a, Self>>>(
        self,
        range: Slice<'_>,
        opt: Opt,
        f: impl Fn(Self) -> I,
    ) -> ValX<'a, Self> {
        let (list, span) = match self {
            Self::Arr(list) => match span(&range, list.items().len()) {
                Ok(span) => (list, span),
                Err(error) => return opt.fail(Self::Arr(list), |_| Exn::from(error)),
            },
            other => return opt.fail(other, |other| Exn::from(Error::typ(other, "list"))),
        };
        let part = list.items()[span.clone()].iter().cloned().collect();
        let part = match f(part).next().transpose()? {
            None => None,
            Some(Self::Arr(part)) => Some(items(part)),
            Some(other) => return Err(Exn::from(Error::typ(other, "list"))),
        };
        let (before, after) = (&list.items()[..span.start], &list.items()[span.end..]);
        Ok(before
            .iter()
            .cloned()
            .chain(part.into_iter().flatten())
            .chain(after.iter().cloned())
            .collect())
    }

    fn as_bool(&self) -> bool {
        !matches!(self, Self::Null | Self::Bool(false))
    }

    fn into_string(self) -> Self {
        match self {
            Self::Str(_) => self,
            other => Self::text(other.written()),
        }
    }
}

impl jaq_std::ValT for Val {
    fn into_seq<S: FromIterator<Self>>(self) -> Result<S, Self> {
        match self {
            Self::Arr(list) => Ok(items(list).collect()),
            other => Err(other),
        }
    }

    fn is_int(&self) -> bool {
        self.whole().is_some()
    }

    fn as_isize(&self) -> Option<isize> {
        self.whole()
    }

    fn as_f64(&self) -> Option<f64> {
        self.float()
    }

    fn is_utf8_str(&self) -> bool {
        matches!(self, Self::Str(_))
    }

    fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Str(text) => Some(text.as_bytes()),
            _ => None,
        }
    }

    fn as_sub_str(&self, sub: &[u8]) -> Self {
        Self::text(String::from_utf8_lossy(sub))
    }

    fn from_utf8_bytes(bytes: impl AsRef<[u8]> + Send + 'static) -> Self {
        Self::text(String::from_utf8_lossy(bytes.as_ref()))
    }
}

/// Whole numbers stay whole as long as they fit, all others are floating.
fn calculate(
    (left, right): (Val, Val),
    operator: Math,
    whole: fn(isize, isize) -> Option<isize>,
    float: fn(f64, f64) -> f64,
) -> ValR<Val> {
    if let (Val::Int(a), Val::Int(b)) = (&left, &right)
        && let Some(whole) = whole(*a, *b)
    {
        return Ok(Val::Int(whole));
    }
    match (left.float(), right.float()) {
        (Some(a), Some(b)) => Ok(Val::Float(float(a, b))),
        _ => Err(Error::math(left, operator, right)),
    }
}

impl Add for Val {
    type Output = ValR<Self>;

    fn add(self, other: Self) -> ValR<Self> {
        meter::tick();
        match (self, other) {
            (Self::Null, value) | (value, Self::Null) => Ok(value),
            (Self::Str(a), Self::Str(b)) => {
                // Before it is there: what is too large must not be made.
                drop(meter::Taken::new(a.len() + b.len()));
                Ok(Self::text(format!("{}{}", &**a, &**b)))
            }
            (Self::Arr(mut a), Self::Arr(b)) => {
                let own = Rc::make_mut(&mut a);
                b.items().iter().for_each(|item| own.push(item.clone()));
                Ok(Self::Arr(a))
            }
            (Self::Obj(mut a), Self::Obj(b)) => {
                let own = Rc::make_mut(&mut a);
                for (key, value) in b.members() {
                    own.insert(Rc::clone(key), value.clone());
                }
                Ok(Self::Obj(a))
            }
            pair => calculate(pair, Math::Add, isize::checked_add, |a, b| a + b),
        }
    }
}

impl Sub for Val {
    type Output = ValR<Self>;

    fn sub(self, other: Self) -> ValR<Self> {
        match (self, other) {
            (Self::Arr(mut a), Self::Arr(b)) => {
                let gone: std::collections::BTreeSet<&Self> = b.items().iter().collect();
                Rc::make_mut(&mut a).retain(|item| !gone.contains(item));
                Ok(Self::Arr(a))
            }
            pair => calculate(pair, Math::Sub, isize::checked_sub, |a, b| a - b),
        }
    }
}

impl Mul for Val {
    type Output = ValR<Self>;

    fn mul(self, other: Self) -> ValR<Self> {
        match (self, other) {
            (Self::Str(text), times) | (times, Self::Str(text)) if times.float().is_some() => {
                let times = times.float().unwrap_or_default();
                if times <= 0.0 || times.is_nan() {
                    return Ok(Self::Null);
                }
                let times = truncated(times.ceil()).unsigned_abs();
                drop(meter::Taken::new(text.len().saturating_mul(times)));
                Ok(Self::text(text.repeat(times)))
            }
            (Self::Obj(a), Self::Obj(b)) => Ok(merged(a, &b)),
            pair => calculate(pair, Math::Mul, isize::checked_mul, |a, b| a * b),
        }
    }
}

/// An object with the members of another, objects in both merged likewise.
fn merged(mut into: Rc<super::value::Object>, from: &Rc<super::value::Object>) -> Val {
    let own = Rc::make_mut(&mut into);
    for (key, value) in from.members() {
        let there = own.members().get(key).cloned();
        let value = match (there, value) {
            (Some(Val::Obj(a)), Val::Obj(b)) => merged(a, b),
            _ => value.clone(),
        };
        own.insert(Rc::clone(key), value);
    }
    Val::Obj(into)
}

impl Div for Val {
    type Output = ValR<Self>;

    fn div(self, other: Self) -> ValR<Self> {
        match (self, other) {
            (Self::Str(text), Self::Str(by)) if text.is_empty() || by.is_empty() => {
                Ok(text.chars().map(|c| Self::text(c.to_string())).collect())
            }
            (Self::Str(text), Self::Str(by)) => Ok(text.split(&**by).map(Self::text).collect()),
            pair => {
                let exact = |a: isize, b: isize| {
                    a.checked_rem(b)
                        .filter(|rest| *rest == 0)
                        .and_then(|_| a.checked_div(b))
                };
                calculate(pair, Math::Div, exact, |a, b| a / b)
            }
        }
    }
}

impl Rem for Val {
    type Output = ValR<Self>;

    fn rem(self, other: Self) -> ValR<Self> {
        match (self.whole(), other.whole()) {
            (Some(_), Some(0)) => Err(Error::math(self, Math::Rem, other)),
            (Some(a), Some(b)) => Ok(Self::Int(a.wrapping_rem(b))),
            _ => calculate((self, other), Math::Rem, isize::checked_rem, |a, b| a % b),
        }
    }
}

impl Neg for Val {
    type Output = ValR<Self>;

    fn neg(self) -> ValR<Self> {
        match self {
            Self::Int(whole) => Ok(whole
                .checked_neg()
                .map_or(Self::Float(9_223_372_036_854_775_808.0), Self::Int)),
            other => match other.float() {
                Some(float) => Ok(Self::Float(-float)),
                None => Err(Error::typ(other, "number")),
            },
        }
    }
}
