// The methods Postman's sandbox adds to the built-in objects: `responseBody.has("x")` was Postman's own snippet for
// years. Not enumerable, so loops do not see them. The ones scripts use stand here; the others are loaded by the first
// of them that is called.

import { host } from './run.js';
import { add, extreme, pick } from './sugar-tools.js';

const UNITS = 'millisecond second minute hour day week month year'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday';
const MONTHS = 'January February March April May June July August September October November December';
const SCRIPTS = 'Arabic Cyrillic Devanagari Greek Han Hangul Hebrew Hiragana Kana Kanji Katakana Latin Thai';

// All names made of each of the first words and one of the others.
const names = (words, make) => words.flatMap(make).join(' ');

const REST = [
  [String.prototype, `hankaku hiragana katakana zenkaku ${names(SCRIPTS.split(' '), (name) => [`is${name}`, `has${name}`])}`],
  [
    Number.prototype,
    `acos asin atan cos duration exp sin tan ${names(UNITS.flatMap((unit) => [unit, `${unit}s`]), (unit) => [`${unit}Ago`, `${unit}Before`, `${unit}FromNow`, `${unit}After`])}`,
  ],
  [
    Date.prototype,
    `beginningOfWeek endOfWeek full getISOWeek getUTCOffset getUTCWeekday getWeekday isUTC long relative reset setISOWeek setWeekday short utc ${names(
      UNITS,
      (unit) => [`${unit}sAgo`, `${unit}sFromNow`, `${unit}sSince`, `${unit}sUntil`],
    )} ${names(`${DAYS} ${MONTHS}`.split(' '), (name) => [`is${name}`])} ${names(['Week', 'Month', 'Year'], (unit) => [`isLast${unit}`, `isThis${unit}`, `isNext${unit}`])}`,
  ],
  [Function.prototype, 'cancel'],
  [Object, 'extend isArray least most sugarRestore sugarRevert watch'],
  ...[String, Number, Array, Date, RegExp].map((kind) => [kind, 'extend sugarRestore sugarRevert']),
  [Date, 'addFormat addLocale future getLocale past range setLocale utc'],
  [
    String.prototype,
    'add assign at camelize chars codes compact dasherize decodeBase64 each encodeBase64 escapeHTML escapeRegExp escapeURL from humanize insert padLeft padRight paragraphs parameterize pluralize removeTags reverse shift singularize spacify stripTags titleize to truncate underscore unescapeHTML unescapeURL pad',
  ],
  [
    Array.prototype,
    'add all any at clone each exclude findAll flatten from groupBy inGroups inGroupsOf include insert intersect least most none randomize remove removeAt sample subtract to union zip',
  ],
  [
    Number.prototype,
    'abbr abs bytes ceil chr day days downto floor format hex hour hours isEven isInteger isMultipleOf isOdd log metric millisecond milliseconds minute minutes month months ordinalize pad pow round second seconds sqrt times toNumber upto week weeks year years',
  ],
  [
    Date.prototype,
    'addDays addHours addMilliseconds addMinutes addMonths addSeconds addWeeks addYears advance beginningOfDay beginningOfMonth beginningOfYear clone daysAgo daysFromNow daysInMonth daysSince daysUntil endOfDay endOfMonth endOfYear format hoursAgo hoursSince hoursUntil is isAfter isBefore isBetween isFuture isLeapYear isPast isToday isTomorrow isValid isWeekday isWeekend isYesterday iso minutesAgo minutesSince minutesUntil rewind secondsAgo secondsSince secondsUntil set',
  ],
  [Function.prototype, 'after debounce delay fill lazy once throttle'],
  [RegExp.prototype, 'addFlag getFlags removeFlag setFlags'],
  [
    Object,
    'all any average clone count each equal extended find findAll fromQueryString has isBoolean isDate isEmpty isFunction isNumber isObject isRegExp isString isNaN map max merge min none reduce reject select size sum tap toQueryString',
  ],
  [Number, 'random'],
  [RegExp, 'escape'],
  [Array, 'create'],
  [Date, 'create'],
];

// What is still a stand-in, so that a method a script put in its place stays.
const stubs = [];
const place = { value: undefined, writable: true, configurable: true };

for (const [target, names] of REST) {
  for (const name of names.split(' ')) {
    const stub = {
      [name](...args) {
        host.load('sugar-more.js').install(stubs);
        return this[name](...args);
      },
    }[name];
    // The engine's own `RegExp.escape` gives other texts.
    if (!(name in target) || target === RegExp) {
      place.value = stub;
      Object.defineProperty(target, name, place);
      stubs.push(stub);
    }
  }
}
Object.assign(Date, {
  ISO8601_DATE: '{yyyy}-{MM}-{dd}',
  ISO8601_DATETIME: '{yyyy}-{MM}-{dd}T{HH}:{mm}:{ss}.{fff}{isotz}',
  RFC1036: '{Weekday}, {dd}-{Mon}-{yy} {HH}:{mm}:{ss} {tz}',
  RFC1123: '{Dow}, {dd} {Mon} {yyyy} {HH}:{mm}:{ss} {tz}',
});

const escapeRegExp = (text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

add(String.prototype, {
  /** Whether the text holds a text or matches a pattern. */
  has(what) {
    return what instanceof RegExp ? what.test(this) : this.search(new RegExp(escapeRegExp(String(what)))) !== -1;
  },
  first(count = 1) {
    return this.slice(0, count);
  },
  last(count = 1) {
    return this.slice(Math.max(0, this.length - count));
  },
  remove(what) {
    return this.replace(what, '');
  },
  isBlank() {
    return this.trim().length === 0;
  },
  capitalize(all) {
    const text = this.toLowerCase();
    const pattern = all ? /(^|[^a-z0-9\u00c0-\uffff'])([a-z\u00c0-\uffff])/g : /^()(.)/;
    return text.replace(pattern, (_, before, char) => before + char.toUpperCase());
  },
  words() {
    return this.trim().split(/\s+/).filter(Boolean);
  },
  lines() {
    return this.trim().split(/\r?\n/);
  },
  toNumber(base) {
    const text = this.replace(/,/g, '');
    return base ? parseInt(text, base) : /\./.test(text) ? parseFloat(text) : parseInt(text, 10);
  },
});

add(Array.prototype, {
  first(count) {
    return count === undefined ? this[0] : this.slice(0, Math.max(0, count));
  },
  last(count) {
    return count === undefined ? this[this.length - 1] : this.slice(Math.max(0, this.length - count));
  },
  min(by) {
    return extreme(this, by, (a, b) => a < b);
  },
  max(by) {
    return extreme(this, by, (a, b) => a > b);
  },
  sum(by) {
    return this.reduce((total, item) => total + pick(item, by), 0);
  },
  average(by) {
    return this.length ? this.sum(by) / this.length : 0;
  },
  unique(by) {
    const seen = new Set();
    return this.filter((item) => {
      const value = pick(item, by);
      const key = value !== null && typeof value === 'object' ? JSON.stringify(value) : value;
      return !seen.has(key) && seen.add(key);
    });
  },
  isEmpty() {
    return this.length === 0;
  },
  compact(all) {
    return this.filter((item) => (all ? Boolean(item) : item !== undefined && item !== null && item === item));
  },
  sortBy(by, descending) {
    const sign = descending ? -1 : 1;
    return this.slice().sort((a, b) => {
      const [x, y] = [pick(a, by), pick(b, by)];
      return x < y ? -sign : x > y ? sign : 0;
    });
  },
  count(what) {
    if (what === undefined) return this.length;
    return this.filter((item) => (typeof what === 'function' ? what(item) : item === what)).length;
  },
});
