//! The functions of jq that the language itself cannot express, and that the library leaves to whoever has the values.
//!
//! None of them reaches out of the body: there is no environment, no file and no module to load.

use std::rc::Rc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jaq_core::box_iter::box_once;
use jaq_core::native::{Filter, Fun, bome, run, unary, v};
use jaq_core::{Error, Exn, RunPtr, ValR};
use jaq_std::ValT as _;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use regex::{Regex, RegexBuilder};

use super::super::meter;
use super::operators::occurrences;
use super::read;
use super::value::{Val, truncated};
use super::{Data, Input};

/// What `@uri` leaves as it is (RFC 3986, unreserved).
const URI: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// What `@html` writes in other words.
const HTML: [(&str, &str); 5] = [
    ("&", "&amp;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ("'", "&#39;"),
    ("\"", "&quot;"),
];

/// All of them.
pub(super) fn funs() -> impl Iterator<Item = Fun<Data>> {
    let own = general().into_iter().chain(texts()).chain(numbers());
    jaq_core::funs().chain(jaq_std::base_funs()).chain(own.map(run::<Data>))
}

fn text(value: &Val) -> Result<&str, Error<Val>> {
    match value {
        Val::Str(text) => Ok(text),
        other => Err(Error::typ(other.clone(), "text")),
    }
}

fn length(value: &Val) -> ValR<Val> {
    Ok(match value {
        Val::Null => Val::Int(0),
        Val::Str(text) => text.chars().count().into(),
        Val::Arr(list) => list.items().len().into(),
        Val::Obj(object) => object.members().len().into(),
        Val::Bool(_) => return Err(Error::str(format!("{value} has no length"))),
        Val::Int(whole) => whole.checked_abs().map_or(Val::Float(f64::MAX), Val::Int),
        number => Val::Float(number.float().unwrap_or_default().abs()),
    })
}

fn has(value: &Val, key: &Val) -> ValR<Val> {
    match (value, key) {
        (Val::Obj(object), Val::Str(key)) => Ok(object.members().contains_key(&***key).into()),
        (Val::Arr(list), index) if index.float().is_some() => {
            let at = index.float().map_or(-1, truncated);
            Ok(usize::try_from(at).is_ok_and(|at| at < list.items().len()).into())
        }
        _ => Err(Error::index(value.clone(), key.clone())),
    }
}

fn contains(all: &Val, part: &Val) -> bool {
    meter::tick();
    match (all, part) {
        (Val::Str(all), Val::Str(part)) => all.contains(&***part),
        (Val::Arr(all), Val::Arr(parts)) => {
            let found = |part: &Val| all.items().iter().any(|item| contains(item, part));
            parts.items().iter().all(found)
        }
        (Val::Obj(all), Val::Obj(parts)) => {
            let found = |(key, part): (&Rc<str>, &Val)| all.members().get(key).is_some_and(|own| contains(own, part));
            parts.members().iter().all(found)
        }
        _ => all == part,
    }
}

fn indices(all: &Val, part: &Val) -> ValR<Val> {
    Ok(match (all, part) {
        (Val::Null, _) => Val::Null,
        (Val::Str(all), Val::Str(part)) => {
            let starts = all.char_indices().enumerate();
            let found = starts.filter(|(_, (at, _))| !part.is_empty() && all[*at..].starts_with(&***part));
            found.map(|(at, _)| Val::from(at)).collect()
        }
        (Val::Arr(all), Val::Arr(part)) => occurrences(all.items(), part.items()),
        (Val::Arr(all), item) => {
            let items = all.items().iter().enumerate();
            items
                .filter(|(_, own)| *own == item)
                .map(|(at, _)| Val::from(at))
                .collect()
        }
        _ => return Err(Error::index(all.clone(), part.clone())),
    })
}

fn general() -> Vec<Filter<RunPtr<Data>>> {
    vec![
        ("length", v(0), |cv| bome(length(&cv.1))),
        ("has", v(1), |cv| unary(cv, |value, key| has(&value, &key))),
        ("contains", v(1), |cv| {
            unary(cv, |all, part| Ok(contains(&all, &part).into()))
        }),
        ("indices", v(1), |cv| unary(cv, |all, part| indices(&all, &part))),
        ("bsearch", v(1), |cv| {
            unary(cv, |list, item| match &list {
                Val::Arr(items) => Ok(match items.items().binary_search(&item) {
                    Ok(at) => at.into(),
                    Err(at) => Val::Int(-1 - isize::try_from(at).unwrap_or(isize::MAX - 1)),
                }),
                other => Err(Error::typ(other.clone(), "list")),
            })
        }),
        ("tojson", v(0), |cv| bome(Ok(Val::text(cv.1.written())))),
        ("fromjson", v(0), |cv| {
            let read = text(&cv.1)
                .and_then(|text| read::all(text).map_err(|what| Error::str(format!("cannot be read as JSON: {what}"))));
            match read {
                Ok(values) => Box::new(values.into_iter().map(Ok)),
                Err(error) => box_once(Err(Exn::from(error))),
            }
        }),
        ("inputs", v(0), |cv| {
            let inputs = cv.0.data().1;
            Box::new(std::iter::from_fn(move || inputs.next().map(Ok)))
        }),
        ("input", v(0), |cv| {
            let none = || Error::str("there are no more values");
            bome(cv.0.data().1.wanted().ok_or_else(none))
        }),
        ("now", v(0), |_| {
            #[expect(clippy::cast_precision_loss, reason = "milliseconds since 1970 fit")]
            let now = jiff::Timestamp::now().as_millisecond() as f64 / 1000.0;
            bome(Ok(Val::Float(now)))
        }),
        ("fromdateiso8601", v(0), |cv| {
            let stamp = text(&cv.1).and_then(|text| text.parse::<jiff::Timestamp>().map_err(Error::str));
            bome(stamp.map(|stamp| match isize::try_from(stamp.as_second()) {
                Ok(second) => Val::Int(second),
                Err(_) => Val::Null,
            }))
        }),
        ("todateiso8601", v(0), |cv| {
            let seconds = cv.1.float().ok_or_else(|| Error::typ(cv.1.clone(), "number"));
            let seconds = seconds.map(|seconds| i64::try_from(truncated(seconds.floor())).unwrap_or(i64::MAX));
            let stamp = seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds).map_err(Error::str));
            bome(stamp.map(|stamp| Val::text(stamp.to_string())))
        }),
        ("matches", v(2), |cv| bome(matched(cv, Parts::Matches))),
        ("split_matches", v(2), |cv| bome(matched(cv, Parts::Both))),
        ("split_", v(2), |cv| bome(matched(cv, Parts::Between))),
    ]
}

fn texts() -> Vec<Filter<RunPtr<Data>>> {
    vec![
        ("escape_html", v(0), |cv| {
            bome(text(&cv.1).map(|text| {
                let said = HTML
                    .iter()
                    .fold(text.to_owned(), |text, (plain, said)| text.replace(plain, said));
                Val::text(said)
            }))
        }),
        ("unescape_html", v(0), |cv| {
            bome(text(&cv.1).map(|text| {
                let plain = HTML
                    .iter()
                    .rev()
                    .fold(text.to_owned(), |text, (plain, said)| text.replace(said, plain));
                Val::text(plain)
            }))
        }),
        ("encode_uri", v(0), |cv| {
            bome(text(&cv.1).map(|text| Val::text(utf8_percent_encode(text, &URI).to_string())))
        }),
        ("decode_uri", v(0), |cv| {
            bome(text(&cv.1).map(|text| Val::text(percent_decode_str(text).decode_utf8_lossy())))
        }),
        ("encode_base64", v(0), |cv| {
            bome(text(&cv.1).map(|text| Val::text(STANDARD.encode(text))))
        }),
        ("decode_base64", v(0), |cv| {
            let decoded = text(&cv.1).and_then(|text| STANDARD.decode(text).map_err(Error::str));
            bome(decoded.map(|bytes| Val::text(String::from_utf8_lossy(&bytes))))
        }),
    ]
}

fn numbers() -> Vec<Filter<RunPtr<Data>>> {
    macro_rules! of {
        ($name:literal, $f:expr) => {
            ($name, v(0), |cv| {
                let f: fn(f64) -> f64 = $f;
                let number = cv.1.as_f64().ok_or_else(|| Error::typ(cv.1.clone(), "number"));
                bome(number.map(|number| Val::Float(f(number))))
            })
        };
    }
    vec![
        of!("sqrt", f64::sqrt),
        of!("exp", f64::exp),
        of!("exp2", f64::exp2),
        of!("exp10", |number| 10_f64.powf(number)),
        of!("log", f64::ln),
        of!("log2", f64::log2),
        of!("log10", f64::log10),
        of!("sin", f64::sin),
        of!("cos", f64::cos),
        of!("tan", f64::tan),
        of!("fabs", f64::abs),
        of!("trunc", f64::trunc),
        ("pow", v(2), |mut cv| {
            let (power, base) = (cv.0.pop_var(), cv.0.pop_var());
            let number = |value: Val| value.as_f64().ok_or_else(|| Error::typ(value, "number"));
            bome(number(base).and_then(|base| Ok(Val::Float(base.powf(number(power)?)))))
        }),
    ]
}

/// What is asked of a regular expression.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parts {
    Matches,
    Between,
    Both,
}

fn matched(mut cv: Input<'_>, parts: Parts) -> ValR<Val> {
    let (flags, pattern) = (cv.0.pop_var(), cv.0.pop_var());
    let (flags, text) = (text(&flags)?.to_owned(), text(&cv.1)?);
    let regex = regex(self::text(&pattern)?, &flags)?;
    let all = flags.contains('g');
    let filled = flags.contains('n');
    let mut out = Vec::new();
    let mut end = 0;
    for captures in regex.captures_iter(text) {
        meter::tick();
        let Some(whole) = captures.get(0).filter(|whole| !filled || !whole.is_empty()) else {
            continue;
        };
        if parts != Parts::Matches {
            out.push(Val::text(&text[end..whole.start()]));
            end = whole.end();
        }
        if parts != Parts::Between {
            let groups = regex.capture_names().zip(captures.iter());
            out.push(groups.map(|(name, group)| found(text, name, group)).collect());
        }
        if !all {
            break;
        }
    }
    if parts != Parts::Matches {
        out.push(Val::text(&text[end..]));
    }
    Ok(out.into_iter().collect())
}

/// A group of a match, as jq tells it; one that took no part is told as nothing.
fn found(text: &str, name: Option<&str>, group: Option<regex::Match<'_>>) -> Val {
    let (offset, length, string) = match group {
        Some(group) => (
            text[..group.start()].chars().count().into(),
            group.as_str().chars().count().into(),
            Val::text(group.as_str()),
        ),
        None => (Val::Int(-1), Val::Int(0), Val::Null),
    };
    let name = name.map(|name| ("name".into(), Val::text(name)));
    let fields = [
        ("offset".into(), offset),
        ("length".into(), length),
        ("string".into(), string),
    ];
    Val::object(fields.into_iter().chain(name))
}

fn regex(pattern: &str, flags: &str) -> Result<Regex, Error<Val>> {
    if let Some(unknown) = flags.chars().find(|flag| !"gnixslp".contains(*flag)) {
        return Err(Error::str(format!(
            "there is no flag `{unknown}` for regular expressions"
        )));
    }
    let built = RegexBuilder::new(pattern)
        .case_insensitive(flags.contains('i'))
        .ignore_whitespace(flags.contains('x'))
        .dot_matches_new_line(flags.contains(['s', 'p']))
        .size_limit(1 << 20)
        .build();
    built.map_err(|error| {
        let words = error.to_string();
        let last = words.lines().last().unwrap_or_default();
        Error::str(format!(
            "`{pattern}` is no regular expression: {}",
            last.trim_start_matches("error: ")
        ))
    })
}
