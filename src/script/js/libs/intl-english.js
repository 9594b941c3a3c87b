// What of `Intl` is about words: how many of a thing there are, lists, and times from now. In English only.

import { load } from '../libs.js';

const { localeOf } = load('tags');
const { NumberFormat } = load('intl').Intl;

const ENGLISH = ['en-US', 'en-GB', 'en-CA', 'en-AU', 'en-IN'];

// The locale as it was asked for, and the country whose English it is.
function english(locales, what) {
  const { locale, language } = localeOf(locales);
  const found = locale === language && language === 'en' ? 'en-US' : locale;
  if (!ENGLISH.includes(found)) throw new RangeError(`the locale '${locale}' of Intl.${what} is not supported: only en, ${ENGLISH.join(', ')} are`);
  return [locale, found];
}

function oneOf(options, what, name, allowed) {
  if (options === null) throw new TypeError(what === 'ListFormat' ? 'invalid_argument' : `Intl.${what} called on null or undefined`);
  const value = options === undefined ? undefined : options[name];
  if (value === undefined) return allowed[0];
  if (!allowed.includes(String(value))) throw new RangeError(`Value ${value} out of range for Intl.${what} options property ${name}`);
  return String(value);
}

const tagged = (Format, more = {}) => {
  Object.defineProperty(Format.prototype, Symbol.toStringTag, { value: `Intl.${Format.name}`, configurable: true });
  Object.defineProperty(Format, 'supportedLocalesOf', {
    value: (locales) => (locales === undefined ? [] : [].concat(locales)).map((one) => localeOf(one)).filter(({ locale, language }) => ENGLISH.includes(locale) || (locale === language && language === 'en')).map(({ locale }) => locale),
  });
  for (const [name, value] of Object.entries(more)) Object.defineProperty(Format.prototype, name, { value, configurable: true, writable: true });
};

export class PluralRules {
  #locale;
  #type;
  #numbers;
  #digits;

  constructor(locales, options) {
    [this.#locale] = english(locales, 'PluralRules');
    this.#type = oneOf(options, 'PluralRules', 'type', ['cardinal', 'ordinal']);
    const digits = {};
    for (const name of ['minimumIntegerDigits', 'minimumFractionDigits', 'maximumFractionDigits', 'minimumSignificantDigits', 'maximumSignificantDigits']) {
      if (options && options[name] !== undefined) digits[name] = Number(options[name]);
    }
    this.#numbers = new NumberFormat('en-US', { ...digits, useGrouping: false });
    const { minimumIntegerDigits, minimumFractionDigits, maximumFractionDigits } = this.#numbers.resolvedOptions();
    const { minimumSignificantDigits, maximumSignificantDigits } = digits;
    const isRound = minimumSignificantDigits !== undefined || maximumSignificantDigits !== undefined;
    // Those that count are kept, and the others are not told.
    this.#digits = { minimumIntegerDigits, ...(isRound
      ? { minimumSignificantDigits: minimumSignificantDigits || 1, maximumSignificantDigits: maximumSignificantDigits || 21 }
      : { minimumFractionDigits, maximumFractionDigits }) };
  }

  select(value) {
    if (typeof value === 'bigint') throw new TypeError('Cannot convert a BigInt value to a number');
    const number = Math.abs(+value);
    // Zeros behind the point count, as they are to be seen.
    const text = Number.isFinite(number) ? this.#numbers.format(number).replace(/^0+(?=\d)/, '') : '';
    if (this.#type === 'cardinal') return text === '1' ? 'one' : 'other';
    if (!/^\d+$/.test(text) || /1[123]$/.test(text)) return 'other';
    return { 1: 'one', 2: 'two', 3: 'few' }[text.at(-1)] || 'other';
  }

  selectRange(start, end) {
    const ends = Object.entries({ startRange: start, endRange: end });
    for (const [name, value] of ends) {
      if (value === undefined) throw new TypeError(`Invalid ${name} : undefined`);
    }
    for (const [name, value] of ends) {
      if (Number.isNaN(+value)) throw new RangeError(`Invalid ${name} : NaN`);
    }
    return 'other';
  }

  resolvedOptions() {
    const pluralCategories = this.#type === 'cardinal' ? ['one', 'other'] : ['few', 'one', 'two', 'other'];
    return { locale: this.#locale, type: this.#type, ...this.#digits, pluralCategories };
  }
}

export class ListFormat {
  #locale;
  #country;
  #type;
  #style;

  constructor(locales, options) {
    [this.#locale, this.#country] = english(locales, 'ListFormat');
    this.#type = oneOf(options, 'ListFormat', 'type', ['conjunction', 'disjunction', 'unit']);
    this.#style = oneOf(options, 'ListFormat', 'style', ['long', 'short', 'narrow']);
  }

  // What stands between two, and before the last of several.
  #between() {
    const isNarrow = this.#style === 'narrow';
    if (this.#type === 'unit') return isNarrow ? [' ', ' ', ' '] : [', ', ', ', ', '];
    const isAmerican = this.#country === 'en-US';
    if (this.#type === 'conjunction' && isNarrow) return [', ', ', ', this.#country === 'en-IN' ? ', and ' : ', '];
    let word = this.#type === 'disjunction' ? 'or' : 'and';
    if (this.#type === 'conjunction' && this.#style === 'short' && isAmerican) word = '&';
    return [` ${word} `, ', ', isAmerican ? `, ${word} ` : ` ${word} `];
  }

  formatToParts(list) {
    const texts = list === undefined ? [] : [...list];
    for (const text of texts) {
      if (typeof text !== 'string') throw new TypeError(`Iterable yielded ${String(text)} which is not a string`);
    }
    const [two, more, last] = this.#between();
    return texts.flatMap((value, n) => {
      const element = { type: 'element', value };
      if (n === 0) return [element];
      const literal = n + 1 < texts.length ? more : n === 1 ? two : last;
      return [{ type: 'literal', value: literal }, element];
    });
  }

  format(list) {
    return this.formatToParts(list).map(({ value }) => value).join('');
  }

  resolvedOptions() {
    return { locale: this.#locale, type: this.#type, style: this.#style };
  }
}

const UNITS = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'];
const SHORT = { second: 'sec.', minute: 'min.', hour: 'hr.', week: 'wk.', month: 'mo.', quarter: 'qtr.', year: 'yr.' };
const NARROW = { second: 's', minute: 'm', hour: 'h', day: 'd', week: 'w', month: 'mo', quarter: 'q', year: 'y' };
const NAMED = { day: ['yesterday', 'today', 'tomorrow'], second: [undefined, 'now'], minute: [undefined, 'this minute'], hour: [undefined, 'this hour'] };

export class RelativeTimeFormat {
  #locale;
  #style;
  #numeric;
  #numbers;

  constructor(locales, options) {
    const [locale, country] = english(locales, 'RelativeTimeFormat');
    this.#locale = locale;
    this.#style = oneOf(options, 'RelativeTimeFormat', 'style', ['long', 'short', 'narrow']);
    this.#numeric = oneOf(options, 'RelativeTimeFormat', 'numeric', ['always', 'auto']);
    if (this.#style !== 'long' && country !== 'en-US') throw new RangeError(`the style '${this.#style}' of Intl.RelativeTimeFormat is not supported for '${locale}': only en, en-US are`);
    this.#numbers = new NumberFormat(country);
  }

  format(value, unit) {
    const number = Number(value);
    const name = String(unit).replace(/s$/, '');
    if (!Number.isFinite(number)) throw new RangeError('Value need to be finite number for Intl.RelativeTimeFormat.prototype.format()');
    if (!UNITS.includes(name)) throw new RangeError(`Invalid unit argument for Intl.RelativeTimeFormat.prototype.format() '${unit}'`);
    const short = this.#style === 'long' ? name : SHORT[name] || name;
    if (this.#numeric === 'auto' && [-1, 0, 1].includes(number)) {
      const named = NAMED[name] ? NAMED[name][number + 1] : `${['last', 'this', 'next'][number + 1]} ${short}`;
      if (named) return named;
    }
    const text = this.#numbers.format(Math.abs(number));
    let word = ` ${short}`;
    if (this.#style === 'narrow') word = NARROW[name];
    else if (text !== '1' && short === name) word += 's';
    else if (text !== '1' && name === 'quarter') word = ' qtrs.';
    return number < 0 || Object.is(number, -0) ? `${text}${word} ago` : `in ${text}${word}`;
  }

  resolvedOptions() {
    return { locale: this.#locale, style: this.#style, numeric: this.#numeric, numberingSystem: 'latn' };
  }
}

tagged(PluralRules);
tagged(ListFormat);
tagged(RelativeTimeFormat, {
  formatToParts() {
    throw new Error('Intl.RelativeTimeFormat.prototype.formatToParts is not supported');
  },
});

/** The same, each with the words for who calls it without `new`. */
export const formats = Object.fromEntries([PluralRules, ListFormat, RelativeTimeFormat].map((Format) => [Format.name, new Proxy(Format, {
  apply() {
    throw new TypeError(`Constructor Intl.${Format.name} requires 'new'`);
  },
})]));
