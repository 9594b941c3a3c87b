//! The methods that Postman's sandbox adds to the built-in objects, but for the few that are always there: which of them a
//! script names.
//!
//! There are four hundred, and nearly no script uses one. So each gets its stand-in (`js/sugar.js`) only when a script comes
//! that has its name as a word anywhere, also in a text. Where names may be put together or asked for, all are there.

use std::collections::HashSet;

/// By whose they are, those that are spelled out.
const SPELLED: [(&str, &str); 21] = [
    ("String.prototype", "hankaku hiragana katakana zenkaku"),
    ("Number.prototype", "acos asin atan cos duration exp sin tan"),
    (
        "Date.prototype",
        "beginningOfWeek endOfWeek full getISOWeek getUTCOffset getUTCWeekday getWeekday isUTC long relative reset \
         setISOWeek setWeekday short utc",
    ),
    ("Function.prototype", "cancel"),
    ("Object", "extend isArray least most sugarRestore sugarRevert watch"),
    ("String", "extend sugarRestore sugarRevert"),
    ("Number", "extend sugarRestore sugarRevert"),
    ("Array", "extend sugarRestore sugarRevert"),
    ("Date", "extend sugarRestore sugarRevert"),
    ("Function RegExp", "extend sugarRestore sugarRevert"),
    ("Date", "addFormat addLocale future getLocale past range setLocale utc"),
    (
        "String.prototype",
        "add assign at camelize chars codes compact dasherize decodeBase64 each encodeBase64 escapeHTML escapeRegExp \
         escapeURL from humanize insert padLeft padRight paragraphs parameterize pluralize removeTags reverse shift \
         singularize spacify stripTags titleize to truncate underscore unescapeHTML unescapeURL pad",
    ),
    (
        "Array.prototype",
        "add all any at clone each exclude findAll flatten from groupBy inGroups inGroupsOf include insert intersect \
         least most none randomize remove removeAt sample subtract to union zip",
    ),
    (
        "Number.prototype",
        "abbr abs bytes ceil chr day days downto floor format hex hour hours isEven isInteger isMultipleOf isOdd log \
         metric millisecond milliseconds minute minutes month months ordinalize pad pow round second seconds sqrt \
         times toNumber upto week weeks year years",
    ),
    (
        "Date.prototype",
        "addDays addHours addMilliseconds addMinutes addMonths addSeconds addWeeks addYears advance beginningOfDay \
         beginningOfMonth beginningOfYear clone daysAgo daysFromNow daysInMonth daysSince daysUntil endOfDay \
         endOfMonth endOfYear format hoursAgo hoursSince hoursUntil is isAfter isBefore isBetween isFuture isLeapYear \
         isPast isToday isTomorrow isValid isWeekday isWeekend isYesterday iso minutesAgo minutesSince minutesUntil \
         rewind secondsAgo secondsSince secondsUntil set",
    ),
    ("Function.prototype", "after debounce delay fill lazy once throttle"),
    ("RegExp.prototype", "addFlag getFlags removeFlag setFlags"),
    (
        "Object",
        "all any average clone count each equal extended find findAll fromQueryString has isBoolean isDate isEmpty \
         isFunction isNumber isObject isRegExp isString isNaN map max merge min none reduce reject select size sum tap \
         toQueryString",
    ),
    ("Number", "random"),
    ("RegExp", "escape"),
    ("Array Date", "create"),
];

/// Those that are made of two words: whose they are, what goes before, the words, what goes behind.
const MADE: [(&str, &str, &str, &str); 5] = [
    (
        "String.prototype",
        "is has",
        "Arabic Cyrillic Devanagari Greek Han Hangul Hebrew Hiragana Kana Kanji Katakana Latin Thai",
        "",
    ),
    (
        "Number.prototype",
        "",
        "millisecond milliseconds second seconds minute minutes hour hours day days week weeks month months year years",
        "Ago Before FromNow After",
    ),
    (
        "Date.prototype",
        "",
        "milliseconds seconds minutes hours days weeks months years",
        "Ago FromNow Since Until",
    ),
    (
        "Date.prototype",
        "is",
        "Sunday Monday Tuesday Wednesday Thursday Friday Saturday January February March April May June July August \
         September October November December",
        "",
    ),
    ("Date.prototype", "isLast isThis isNext", "Week Month Year", ""),
];

/// Who has one of these may ask for a method by a name that stands nowhere.
const ASKING: [&str; 8] = [
    "Function",
    "Reflect",
    "eval",
    "getOwnPropertyDescriptor",
    "getOwnPropertyDescriptors",
    "getOwnPropertyNames",
    "hasOwn",
    // What comes so is nobody's text until then.
    "require",
];

/// The same, by what stands behind a name in brackets.
const CALLED: [&str; 6] = ["](", "]?.(", "].call", "].apply", "].bind", "]:"];

/// How a script asks for what was matched last, as `RegExp.$1`.
const LAST_MATCH: [&str; 6] = [
    "RegExp.$",
    "RegExp.last",
    "RegExp.left",
    "RegExp.right",
    "RegExp.input",
    "RegExp[",
];

/// Words of scripts that fix a list, to which nothing can be added then.
const FIXING: [&str; 3] = ["freeze", "seal", "preventExtensions"];

/// Methods that a script may give something else than a function, as `.map('id')`.
const SHORTHANDS: [&str; 4] = [".map", ".filter", ".some", ".every"];

/// Whether what a method is given does not begin as a function does.
fn is_shorthand(behind: &str) -> bool {
    let Some(given) = behind.trim_start().strip_prefix('(').map(str::trim_start) else {
        return false;
    };
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
    let word = given.find(|c| !is_part(c)).map_or(given, |end| &given[..end]);
    let is_function = ["function", "async", "Boolean", "Number", "String"].contains(&word)
        || given[word.len()..].trim_start().starts_with("=>");
    !given.starts_with(['(', ')']) && !is_function
}

/// The methods that a script may use, each as `String.prototype.titleize`.
pub fn named(script: &str) -> Vec<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    let words: HashSet<&str> = script.split(|c| !is_part(c)).collect();
    let asks = ASKING.iter().any(|word| words.contains(word)) || CALLED.iter().any(|calls| script.contains(calls));
    let mut named = Vec::new();
    let mut take = |of: &str, name: &str| {
        if asks || words.contains(name) {
            named.extend(of.split(' ').map(|of| format!("{of}.{name}")));
        }
    };
    for (of, names) in SPELLED {
        names.split(' ').for_each(|name| take(of, name));
    }
    for (of, before, words, behind) in MADE {
        for word in words.split(' ') {
            for before in before.split(' ') {
                for behind in behind.split(' ') {
                    take(of, &format!("{before}{word}{behind}"));
                }
            }
        }
    }
    if LAST_MATCH.iter().any(|asks| script.contains(asks)) {
        named.push("RegExp.prototype.exec".to_owned());
    }
    if FIXING.iter().any(|word| words.contains(word)) {
        named.push("Array.prototype.push".to_owned());
    }
    let shortened = |method: &str| {
        script
            .match_indices(method)
            .any(|(at, name)| is_shorthand(&script[at + name.len()..]))
    };
    if SHORTHANDS.iter().any(|method| shortened(method)) {
        named.push("Array.prototype.map".to_owned());
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_script_names_gets_a_stand_in() {
        assert_eq!(
            named("pm.test('status', () => pm.response.to.have.status(200));"),
            ["String.prototype.to", "Array.prototype.to"]
        );
        assert_eq!(named("/(a)/.test(x) && RegExp.$1"), ["RegExp.prototype.exec"]);
        assert_eq!(named("const x = Object.freeze([])"), ["Array.prototype.push"]);
        let shorthands = "Array.prototype.map".to_owned();
        for short in ["x.map('id')", "x\n  .filter( {a: 1})", "x.some(wanted)", "y.every(/a/)"] {
            assert!(named(short).contains(&shorthands), "{short}");
        }
        for long in [
            "x.map(y => y.id)",
            "x.filter((y) => y)",
            "x.some(function (y) {})",
            "x.every(async y => y)",
            "x.map(Number)",
            "x.map()",
        ] {
            assert!(!named(long).contains(&shorthands), "{long}");
        }
        assert_eq!(
            named("'a b'.titleize() + (3).daysFromNow()"),
            [
                "String.prototype.titleize",
                "Date.prototype.daysFromNow",
                "Number.prototype.daysFromNow",
                "Date.prototype.daysFromNow"
            ]
        );
        assert!(named("'isGreek' in String.prototype").contains(&"String.prototype.isGreek".to_owned()));
        assert!(named("x = titleized").is_empty());
        let all = named("'x'['title' + 'ize']()");
        assert!(all.len() > 400, "{}", all.len());
        for script in [
            "Object.getOwnPropertyNames(Date)",
            "const { [name]: it } = 'x'",
            "''[name].call('x')",
        ] {
            assert_eq!(named(script), all, "{script}");
        }
        let once: HashSet<&String> = all.iter().collect();
        assert!(once.contains(&"Date.create".to_owned()) && once.contains(&"Array.create".to_owned()));
    }
}
