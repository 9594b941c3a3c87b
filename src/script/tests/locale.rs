//! How numbers and dates read for people, and the methods of the sandbox's built-in objects.

use super::*;

#[test]
fn numbers_read_as_in_english() {
    assert_eq!(
        console(
            "console.log((1234567.891).toLocaleString(), (1.005).toLocaleString('en-US', { maximumFractionDigits: 2 }), (0).toLocaleString());
             console.log((-1234.5).toLocaleString('en-US', { style: 'currency', currency: 'USD' }), (0.256).toLocaleString(undefined, { style: 'percent' }), 12345678901234567890n.toLocaleString());
             console.log(new Intl.NumberFormat('en-GB', { minimumFractionDigits: 1 }).format(5), [1234.5, 2].toLocaleString());
             for (const f of [() => (1).toLocaleString('hu-HU'), () => Intl.Segmenter, () => (1).toLocaleString('en-US', { style: 'currency' })]) try { f(); } catch (e) { console.log(e.message); }"
        ),
        [
            "1,234,567.891 1.01 0",
            "-$1,234.50 26% 12,345,678,901,234,567,890",
            "5.0 1,234.5,2",
            "the locale 'hu-HU' is not supported: only en-US, en-GB, en-CA, en-AU, en-IN, de-DE, de-AT, de-CH, fr-FR, es-ES, \
             it-IT, nl-NL, pt-BR, pl-PL, sv-SE, ru-RU, ja-JP, zh-CN, ko-KR are",
            "Intl.Segmenter is not supported: there are NumberFormat, DateTimeFormat, Collator, and in English ListFormat, \
             PluralRules, RelativeTimeFormat",
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

/// As V8 has them.
#[test]
fn numbers_sums_and_dates_read_as_where_they_are_read() {
    let source = "const d = new Date(Date.UTC(2020, 0, 5, 7, 6, 7)), u = { timeZone: 'UTC' }, say = (text) => text.replace(/[\\u00a0\\u202f]/g, '_');
        for (const l of ['de-DE', 'fr', 'es-ES', 'en-IN', 'de-CH', 'ja-JP', 'sv-SE', 'ko-KR'])
          console.log([(1234567.5).toLocaleString(l), (1234).toLocaleString(l), (0.5).toLocaleString(l, { style: 'percent' }), (-1234.5).toLocaleString(l, { style: 'currency', currency: 'EUR' }), d.toLocaleString(l, u), d.toLocaleDateString(l, { ...u, weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })].map(say).join(' | '));
        try { d.toLocaleDateString('de-DE', { month: 'short' }); } catch (e) { console.log(e.name, e.message); }";
    assert_eq!(
        console(source),
        [
            "1.234.567,5 | 1.234 | 50_% | -1.234,50_€ | 5.1.2020, 07:06:07 | Sonntag, 5. Januar 2020",
            "1_234_567,5 | 1_234 | 50_% | -1_234,50_€ | 05/01/2020 07:06:07 | dimanche 5 janvier 2020",
            "1.234.567,5 | 1234 | 50_% | -1234,50_€ | 5/1/2020, 7:06:07 | domingo, 5 de enero de 2020",
            "12,34,567.5 | 1,234 | 50% | -€1,234.50 | 5/1/2020, 7:06:07 am | Sunday, 5 January 2020",
            "1'234'567.5 | 1'234 | 50% | EUR-1'234.50 | 5.1.2020, 07:06:07 | Sonntag, 5. Januar 2020",
            "1,234,567.5 | 1,234 | 50% | -€1,234.50 | 2020/1/5 7:06:07 | 2020年1月5日日曜日",
            "1_234_567,5 | 1_234 | 50_% | −1_234,50_€ | 2020-01-05 07:06:07 | söndag 5 januari 2020",
            "1,234,567.5 | 1,234 | 50% | -€1,234.50 | 2020. 1. 5. AM 7:06:07 | 2020년 1월 5일 일요일",
            "RangeError this form of a date or time in the locale 'de-DE' is not supported",
        ]
    );
}

/// Our own marks stand for what a character was made of: in a text of the user's they count for nothing.
#[test]
fn a_text_may_hold_what_marks_characters_here() {
    let source = "const many = (mark) => 'a' + mark.repeat(300);
        for (const mark of ['\\ufdd0', '\\ufdd1', '\\ufdd2', '\\ufdd3'])
          console.log(many(mark).localeCompare('b'), many(mark).localeCompare('a'), many(mark).localeCompare('a', 'sv'), ('e' + mark + '\\u0301').localeCompare('é', 'en', { numeric: true }), 'ａ'.localeCompare('a'));";
    assert_eq!(console(source), ["-1 0 0 0 1"; 4]);
}

/// As V8 sorts, which has the order of the CLDR.
#[test]
fn texts_stand_in_the_order_of_their_letters() {
    let source = "const sorted = (list, ...how) => [...list].sort((x, y) => x.localeCompare(y, ...how)).join(' ');
        console.log(sorted('b A ä Z a z É'.split(' ')), 'a'.localeCompare('B'), 'a'.localeCompare('A'), 'côte'.localeCompare('coté'));
        console.log(sorted('ss ß æ ae o ø p đ d þ z й и ぁ ア あ 一 가 9 $ - 😀 _'.split(' ')), sorted(['a-c', 'ab', 'a b']));
        console.log(sorted('a10 a2 A1'.split(' '), undefined, { numeric: true }), 'á'.localeCompare('A', 'en', { sensitivity: 'base' }), 'á'.localeCompare('a', 'en', { sensitivity: 'accent' }), 'á'.localeCompare('A', 'en', { sensitivity: 'case' }), sorted(['a', 'A', 'b'], 'en', { caseFirst: 'upper' }), 'a-b'.localeCompare('ab', 'en', { ignorePunctuation: true }));
        console.log(sorted('z ö ä å a'.split(' '), 'sv'), sorted('z ö ä å a'.split(' '), 'de'), sorted('o ñ n'.split(' '), 'es'), sorted(['z', 'я'], 'ru'), 'e\\u0301'.localeCompare('é'));
        console.log(new Intl.Collator('de-u-kn-true').compare('10', '9'), JSON.stringify(Intl.Collator().resolvedOptions()), '\\ud800'.localeCompare('a'));
        for (const f of [() => 'a'.localeCompare('b', 'hu'), () => 'a'.localeCompare('b', 'en_US'), () => 'a'.localeCompare('b', 'en', { sensitivity: 'all' })]) try { f(); } catch (e) { console.log(e.name, e.message); }";
    assert_eq!(
        console(source),
        [
            "a A ä b É z Z -1 -1 1",
            "_ - 😀 $ 9 ae æ d đ o ø p ss ß z þ и й 가 ぁ あ ア 一 a b a-c ab",
            "A1 a2 a10 0 1 -1 A a b 0",
            "a z å ä ö a å ä ö z n ñ o я z 0",
            r#"1 {"locale":"en-US","usage":"sort","sensitivity":"variant","ignorePunctuation":false,"collation":"default","numeric":false,"caseFirst":"false"} 1"#,
            "RangeError the order of the locale 'hu' is not supported",
            "RangeError Incorrect locale information provided",
            "RangeError Value all out of range for Intl.Collator options property sensitivity",
        ]
    );
}

/// What a date says is in the zone of this machine, wherever that is: what stands in brackets is a name or hours.
#[test]
fn a_date_as_text_names_its_zone() {
    let said = console(
        "console.log(new Date(0).toString()); console.log(new Date(0).toTimeString()); console.log(String(new Date('x')))",
    );
    for text in &said[..2] {
        let (_, zone) = text.split_once(" (").unwrap();
        assert!(zone.ends_with("Time)") || zone.starts_with("GMT"), "{text}");
    }
    assert_eq!(said[2], "Invalid Date");
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
fn dates_are_moved_set_and_read_by_words() {
    let source = "const at = (...parts) => new Date(...parts).getTime(), told = [];
        const is = (date, expected) => { if (!Object.is(date.getTime(), expected)) told.push(`${date.getTime()} for ${expected}`); };
        const from = () => new Date(1970, 1, 10, 9, 8, 7, 6), with5 = (date) => new Date(date.setHours(17, 0, 0, 0)), today = () => new Date();
        is(new Date(0).advance('2 days'), 172800000); is(new Date(0).rewind('2 days'), -172800000); is(new Date(0).advance('5 milliseconds'), 5);
        is(new Date(0).advance('2date'), 172800000); is(new Date(0).advance('HOURS'), 3600000); is(new Date(0).advance('0 days'), 86400000);
        is(new Date(1970, 0, 31).advance('1 month'), at(1970, 1, 28)); is(from().advance('2 days', true), at(1970, 1, 12)); is(from().advance({hours: 2}, true), at(1970, 1, 10, 11));
        for (const text of ['3 hours and 4 minutes', 'a day', '2.5 hours', '2 hrs', '', 'hello']) is(new Date(0).advance(text), 0);
        is(new Date(0).advance(), 0); is(new Date(0).advance(null), 0); is(new Date(0).advance({foo: 1, date: 2}), 172800000); is(from().advance(1, 2), at(1971, 3, 10, 9, 8, 7, 6));
        is(from().set('2010'), at(2010, 1, 10, 9, 8, 7, 6)); is(from().set('5pm'), NaN); is(from().set(2010), 2010); is(from().set(2010, 5, 3), at(2010, 5, 3, 9, 8, 7, 6));
        is(from().set({year: 2010}, true), at(2010, 0, 1)); is(from().set({day: 31, month: 1}), at(1970, 2, 3, 9, 8, 7, 6)); is(from().set({weekday: 1}), at(1970, 1, 9, 9, 8, 7, 6));
        is(from().set({week: 10}), at(1970, 2, 10, 9, 8, 7, 6)); is(from().set(), from().getTime());
        for (const text of ['12/25/2010 5pm', '12/25/2010 at 5pm', '5PM, 12/25/2010', '2010-12-25 5 pm', '12/25/2010 17:00', 'December 25, 2010 5:00pm', 'Saturday, December 25, 2010 5pm']) is(Date.create(text), at(2010, 11, 25, 17));
        is(Date.create('12/25/2010 12:30am'), at(2010, 11, 25, 0, 30)); is(Date.create('2010-12-25'), at(2010, 11, 25)); is(Date.create('June 5th, 2010'), at(2010, 5, 5)); is(Date.create('20101225'), at(2010, 11, 25));
        is(Date.create('2010-12-25T05:06:07Z'), Date.UTC(2010, 11, 25, 5, 6, 7)); is(Date.create('12/25'), at(today().getFullYear(), 11, 25)); is(Date.create({year: 2010, month: 3}), at(2010, 3));
        is(Date.create('5pm'), with5(today()).getTime()); is(Date.create('tomorrow at 5pm'), with5(Date.create('tomorrow')).getTime()); is(Date.create('5pm yesterday'), with5(Date.create('yesterday')).getTime());
        for (const text of ['hello', '', 'midnight', '12/25/2010 5', 'now 5pm', 'at 5pm 12/25/2010']) is(Date.create(text), NaN);
        is(Date.create('12/25/2010 5pm', 'en'), at(2010, 11, 25, 17)); console.log(told.join(), Date.create('two days ago').daysAgo(), Date.create('x').format(), new Date(2010, 11, 25, 17).isAfter('12/25/2010 4pm'));
        for (const given of [['end of month'], ['25/12/2010', 'en-GB']]) try { Date.create(...given) } catch (e) { console.log(e.message) }";
    assert_eq!(
        console(source),
        [
            " 2 Invalid Date true",
            "the date 'end of month' is not supported",
            "dates of the locale 'en-GB' are not supported",
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

/// As V8 has them.
#[test]
fn plurals_of_ranges_and_of_rounded_numbers_are_those_of_v8() {
    let source = "const o = new Intl.PluralRules('en', { type: 'ordinal' }), p = new Intl.PluralRules('en');
        console.log([[1, 1], [1, 2], [3, 4], [20, 21]].map(([a, b]) => o.selectRange(a, b) + p.selectRange(a, b)).join());
        for (const digits of [{ minimumSignificantDigits: 2 }, { maximumSignificantDigits: 1 }, { minimumFractionDigits: 5 }]) {
          const rules = new Intl.PluralRules('en', digits), { locale, type, pluralCategories, ...told } = rules.resolvedOptions();
          console.log(rules.select(1), rules.select(1.2), JSON.stringify(told)); }
        const both = { minimumSignificantDigits: 5, minimumFractionDigits: 4, maximumFractionDigits: 2 };
        console.log((1.5).toLocaleString('en', both), (1.23456789).toLocaleString('en', { minimumSignificantDigits: 2.5, maximumSignificantDigits: 3.5 }));
        for (const f of [() => new Intl.NumberFormat('en', { minimumSignificantDigits: 5, maximumSignificantDigits: 2 }), () => p.selectRange(NaN), () => new Intl.PluralRules('en', { ...both, maximumSignificantDigits: 4 }),
          () => o.selectRange(NaN, 2), () => p.selectRange(1, 'x'), () => p.selectRange(1), () => new Intl.PluralRules('en', null),
          () => new Intl.ListFormat('en', null), () => new Intl.RelativeTimeFormat('en', null)])
          try { f(); console.log('no error'); } catch (e) { console.log(e.name, e.message); }";
    assert_eq!(
        console(source),
        [
            "otherother,otherother,otherother,otherother",
            "other other {\"minimumIntegerDigits\":1,\"minimumSignificantDigits\":2,\"maximumSignificantDigits\":21}",
            "one one {\"minimumIntegerDigits\":1,\"minimumSignificantDigits\":1,\"maximumSignificantDigits\":1}",
            "other other {\"minimumIntegerDigits\":1,\"minimumFractionDigits\":5,\"maximumFractionDigits\":5}",
            "1.5000 1.23",
            "RangeError maximumSignificantDigits value is out of range.",
            "TypeError Invalid endRange : undefined",
            "RangeError maximumSignificantDigits value is out of range.",
            "RangeError Invalid startRange : NaN",
            "RangeError Invalid endRange : NaN",
            "TypeError Invalid endRange : undefined",
            "TypeError Intl.PluralRules called on null or undefined",
            "TypeError invalid_argument",
            "TypeError Intl.RelativeTimeFormat called on null or undefined",
        ]
    );
}

/// As V8 has them.
#[test]
fn plurals_lists_and_times_from_now_read_as_in_english() {
    let source = "const p = new Intl.PluralRules('en'), o = new Intl.PluralRules('en-GB', { type: 'ordinal' });
        console.log([0, 1, -1, 1.5, 1.0001, '1', NaN, Infinity, 2, null, undefined, true].map((n) => p.select(n)).join(), new Intl.PluralRules('en', { minimumFractionDigits: 1 }).select(1));
        console.log([0, 1, 2, 3, 4, 11, 12, 13, 21, 22, 23, 101, 111, 1.5, -1].map((n) => o.select(n)).join(), JSON.stringify(p.resolvedOptions()));
        const lists = [['A', 'B'], ['A', 'B', 'C']];
        for (const l of ['en', 'en-GB']) for (const type of ['conjunction', 'disjunction', 'unit'])
          console.log(['long', 'short', 'narrow'].flatMap((style) => lists.map((list) => new Intl.ListFormat(l, { style, type }).format(list))).join(' | '));
        console.log(JSON.stringify(new Intl.ListFormat('en').formatToParts(['A', 'B'])), new Intl.ListFormat().format([]) + '.', Object.prototype.toString.call(p));
        for (const style of ['long', 'short', 'narrow']) for (const numeric of ['always', 'auto']) { const f = new Intl.RelativeTimeFormat('en', { style, numeric });
          console.log(['second', 'days', 'week', 'quarters'].flatMap((unit) => [-1, -0, 1, -1234.5].map((n) => f.format(n, unit))).join(' | ')); }
        for (const f of [() => new Intl.PluralRules('de'), () => new Intl.ListFormat('en').format([1]), () => new Intl.ListFormat('en', { type: 'x' }), () => Intl.ListFormat('en'), () => p.select(1n),
          () => new Intl.RelativeTimeFormat('en').format(1, 'x'), () => new Intl.RelativeTimeFormat('en').format(NaN, 'day'), () => new Intl.RelativeTimeFormat('en').formatToParts(1, 'day')])
          try { f(); console.log('no error'); } catch (e) { console.log(e.name, e.message); }";
    assert_eq!(
        console(source),
        [
            "other,one,one,other,one,one,other,other,other,other,other,one other",
            "other,one,two,few,other,other,other,other,one,two,few,one,other,other,one \
             {\"locale\":\"en\",\"type\":\"cardinal\",\"minimumIntegerDigits\":1,\"minimumFractionDigits\":0,\
             \"maximumFractionDigits\":3,\"pluralCategories\":[\"one\",\"other\"]}",
            "A and B | A, B, and C | A & B | A, B, & C | A, B | A, B, C",
            "A or B | A, B, or C | A or B | A, B, or C | A or B | A, B, or C",
            "A, B | A, B, C | A, B | A, B, C | A B | A B C",
            "A and B | A, B and C | A and B | A, B and C | A, B | A, B, C",
            "A or B | A, B or C | A or B | A, B or C | A or B | A, B or C",
            "A, B | A, B, C | A, B | A, B, C | A B | A B C",
            "[{\"type\":\"element\",\"value\":\"A\"},{\"type\":\"literal\",\"value\":\" and \"},\
             {\"type\":\"element\",\"value\":\"B\"}] . [object Intl.PluralRules]",
            "1 second ago | 0 seconds ago | in 1 second | 1,234.5 seconds ago | 1 day ago | 0 days ago | in 1 day | \
             1,234.5 days ago | 1 week ago | 0 weeks ago | in 1 week | 1,234.5 weeks ago | 1 quarter ago | 0 quarters ago | \
             in 1 quarter | 1,234.5 quarters ago",
            "1 second ago | now | in 1 second | 1,234.5 seconds ago | yesterday | today | tomorrow | 1,234.5 days ago | \
             last week | this week | next week | 1,234.5 weeks ago | last quarter | this quarter | next quarter | \
             1,234.5 quarters ago",
            "1 sec. ago | 0 sec. ago | in 1 sec. | 1,234.5 sec. ago | 1 day ago | 0 days ago | in 1 day | 1,234.5 days ago | \
             1 wk. ago | 0 wk. ago | in 1 wk. | 1,234.5 wk. ago | 1 qtr. ago | 0 qtrs. ago | in 1 qtr. | 1,234.5 qtrs. ago",
            "1 sec. ago | now | in 1 sec. | 1,234.5 sec. ago | yesterday | today | tomorrow | 1,234.5 days ago | last wk. | \
             this wk. | next wk. | 1,234.5 wk. ago | last qtr. | this qtr. | next qtr. | 1,234.5 qtrs. ago",
            "1s ago | 0s ago | in 1s | 1,234.5s ago | 1d ago | 0d ago | in 1d | 1,234.5d ago | 1w ago | 0w ago | in 1w | \
             1,234.5w ago | 1q ago | 0q ago | in 1q | 1,234.5q ago",
            "1s ago | now | in 1s | 1,234.5s ago | yesterday | today | tomorrow | 1,234.5d ago | last wk. | this wk. | \
             next wk. | 1,234.5w ago | last qtr. | this qtr. | next qtr. | 1,234.5q ago",
            "RangeError the locale 'de' of Intl.PluralRules is not supported: only en, en-US, en-GB, en-CA, en-AU, en-IN are",
            "TypeError Iterable yielded 1 which is not a string",
            "RangeError Value x out of range for Intl.ListFormat options property type",
            "TypeError Constructor Intl.ListFormat requires 'new'",
            "TypeError Cannot convert a BigInt value to a number",
            "RangeError Invalid unit argument for Intl.RelativeTimeFormat.prototype.format() 'x'",
            "RangeError Value need to be finite number for Intl.RelativeTimeFormat.prototype.format()",
            "Error Intl.RelativeTimeFormat.prototype.formatToParts is not supported",
        ]
    );
}
