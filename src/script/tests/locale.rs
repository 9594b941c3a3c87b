//! How numbers and dates read for people, and the methods of the sandbox's built-in objects.

use super::*;

#[test]
fn numbers_read_as_in_english() {
    assert_eq!(
        console(
            "console.log((1234567.891).toLocaleString(), (1.005).toLocaleString('en-US', { maximumFractionDigits: 2 }), (0).toLocaleString());
             console.log((-1234.5).toLocaleString('en-US', { style: 'currency', currency: 'USD' }), (0.256).toLocaleString(undefined, { style: 'percent' }), 12345678901234567890n.toLocaleString());
             console.log(new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1 }).format(5), [1234.5, 2].toLocaleString());
             for (const f of [() => (1).toLocaleString('de-DE'), () => Intl.PluralRules, () => (1).toLocaleString('en-US', { style: 'currency' })]) try { f(); } catch (e) { console.log(e.message); }"
        ),
        [
            "1,234,567.891 1.01 0",
            "-$1,234.50 26% 12,345,678,901,234,567,890",
            "5.0 1,234.5,2",
            "the locale 'de-DE' is not supported: only en-US and en-GB are",
            "Intl.PluralRules is not supported",
            "Currency code is required with currency style.",
        ]
    );
}

#[test]
fn dates_read_as_in_english_in_any_zone() {
    assert_eq!(
        console(
            "const d = new Date(1580454367089), utc = { timeZone: 'UTC' };
             console.log(d.toLocaleString('en-US', utc), '|', d.toLocaleDateString('en-GB', utc), '|', d.toLocaleTimeString('en-US', { ...utc, hour12: false }));
             console.log(d.toLocaleString('en-US', { timeZone: 'America/New_York', timeZoneName: 'short' }), '|', d.toLocaleDateString('en-US', { ...utc, weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' }));
             console.log(new Intl.DateTimeFormat('en-US', { ...utc, dateStyle: 'medium', timeStyle: 'short' }).format(d), new Date('x').toLocaleString());
             try { d.toLocaleString('en-US', { timeZone: 'Mars/Base' }); } catch (e) { console.log(e.name, e.message); }"
        ),
        [
            "1/31/2020, 7:06:07 AM | 31/01/2020 | 07:06:07",
            "1/31/2020, 2:06:07 AM EST | Friday, January 31, 2020",
            "Jan 31, 2020, 7:06 AM Invalid Date",
            "RangeError Invalid time zone specified: Mars/Base",
        ]
    );
}

#[test]
fn seldom_used_methods_load_when_called() {
    assert_eq!(
        console(
            "console.log('hello_world'.camelize(), 'HelloWorld'.underscore(), 'a'.padLeft('-', 2), '<b>x</b>'.stripTags(), 'aGk='.decodeBase64());
             console.log([1, [2, [3]]].flatten(), ['a', 'bb'].groupBy('length'), [1, 2, 3].remove(2), [1, 2].union([2, 3]), [1, 2].none(3));
             console.log((1234.5).format(2), (3).ordinalize(), (2).hours(), new Date(2020, 0, 31).addMonths(1).getDate(), new Date(2020, 0, 5).format('{yyyy}-{MM}-{dd}'));
             console.log(Object.isString('x'), Object.toQueryString({ a: 'b c' }), (() => 5).once()(), /a/.addFlag('g')); for (const k in [1]) console.log(k);"
        ),
        [
            "HelloWorld hello_world --a x hi",
            "[ 1, 2, 3 ] { '1': [ 'a' ], '2': [ 'bb' ] } [ 1, 3 ] [ 1, 2, 3 ] true",
            "1,234.50 3rd 7200000 29 2020-01-05",
            "true a=b+c 5 /a/g",
            "0",
        ]
    );
}

#[test]
fn dates_are_counted_and_named() {
    let source = "const d = new Date(2020, 0, 8, 15, 4, 5), day = '{yyyy}-{MM}-{dd}', at = (date) => date.format(day);
        console.log(at((2).daysAfter(new Date(2020, 0, 30))), at((1).monthAfter(new Date(2020, 0, 31))), at((3).weeksBefore(d)), (2).daysAgo().daysAgo());
        console.log((5000).duration(), (90061000).duration(), (0).duration(), (5).minutesAgo().relative(), new Date((3).daysFromNow().getTime() + 6e4).relative());
        console.log(d.full(), '|', d.long(), '|', d.short(), d.getISOWeek(), new Date(2021, 0, 1).getISOWeek());
        console.log(at(d.clone().beginningOfWeek()), at(d.clone().endOfWeek()), at(new Date(d.clone().setISOWeek(10))), at(d.clone().reset('month')), d.clone().reset().getHours());
        console.log(['weekend', 'weekday', 'wednesday', 'jan', '2020', 'future', 'past', 'tuesday', '2020-01-08', 'January 2020', '2021'].map((word) => d.is(word)).join());
        console.log(d.isWednesday(), d.isMay(), new Date().isThisWeek(), (1).yearAgo().isLastYear(), new Date(2020, 0, 1).monthsSince(new Date(2019, 0, 1)));
        console.log(Date.create('2 days ago').daysAgo(), Date.create('next monday').isMonday(), Date.create('tomorrow').isTomorrow(), Date.past('friday').isPast(), Date.future('friday').isFuture());
        try { d.utc() } catch (e) { console.log(e.message) }";
    assert_eq!(
        console(source),
        [
            "2020-02-01 2020-02-29 2019-12-18 2",
            "5 seconds 1 day 0 millisecond 5 minutes ago 3 days from now",
            "Wednesday January 8, 2020 3:04:05pm | January 8, 2020 3:04pm | January 8, 2020 2 53",
            "2020-01-05 2020-01-11 2020-03-04 2020-01-01 0",
            "false,true,true,true,true,false,true,false,true,true,false",
            "true false true true 12",
            "2 true true true true",
            "the method 'utc' is not supported",
        ]
    );
}

#[test]
fn objects_are_extended_and_letters_told_apart() {
    let source = "const o = Object.extended({ a: 1, b: 3 });
        console.log(o.keys(), o.values(), o.has('a'), o.size(), o.sum(), o.max(), o.equals({ a: 1, b: 3 }), o.select('a').keys(), JSON.stringify(o.merge({ c: 1 })));
        console.log(Object.least({ a: 1, b: 2, c: 2 }), Object.most({ a: 1, b: 2, c: 2 }), Object.isArray([]));
        String.extend({ twice() { return this + this; } }); Array.extend({ second() { return this[1]; } }); console.log('ab'.twice(), [1, 2].second());
        console.log('カタカナ'.hiragana(), 'ひらがな'.katakana(), 'ガギ「」'.hankaku(), 'ｶﾞｷﾞ a'.zenkaku(), 'αβ γ'.isGreek(), 'αβ1'.isGreek(), 'abc'.hasLatin(), ''.isThai());
        const f = () => console.log('late'); f.delay(1); f.cancel();";
    assert_eq!(
        console(source),
        [
            r#"[ 'a', 'b' ] [ 1, 3 ] true 2 4 b true [ 'a' ] {"a":1,"b":3,"c":1}"#,
            "a b true",
            "abab 2",
            "かたかな ヒラガナ ｶﾞｷﾞ｢｣ ガギ　ａ true false true false",
        ]
    );
}

#[test]
fn a_script_may_do_without_the_globals_of_the_first_years() {
    let reports = run_all(vec![
        job("console.log(typeof tests, typeof postman)"),
        job("\"use sandbox2\"; console.log(typeof tests, typeof postman, typeof responseBody, typeof pm)"),
        job("console.log(typeof postman)"),
    ]);
    let last = |report: &ScriptReport| report.console.last().unwrap().text.clone();
    assert_eq!(
        reports.iter().map(last).collect::<Vec<_>>(),
        ["object object", "undefined undefined undefined object", "object"]
    );
}
