// Numbers and dates as people read them: `toLocaleString` and a small `Intl`, in the locales of a table. What is not there
// says so; nothing is shown in a language it was not asked for in.

import { load } from '../libs.js';
import { host } from '../run.js';

const tags = load('tags');
const { KNOWN, dateText, wayOf } = load('intl-locales');

// A locale's own name, and the one it is written as.
function localeOf(locales) {
  const { locale, language } = tags.localeOf(locales);
  // A language alone is that of its largest country, which stands first.
  const found = locale === language ? KNOWN.find((known) => known.startsWith(`${language}-`)) : KNOWN.find((known) => known === locale);
  if (!found) throw new RangeError(`the locale '${locale}' is not supported: only ${KNOWN.join(', ')} are`);
  return [locale, found];
}

const optionsOf = (options) => (options === undefined || options === null ? {} : Object(options));

function oneOf(options, name, allowed, fallback) {
  const value = options[name];
  if (value === undefined) return fallback;
  if (!allowed.includes(String(value))) throw new RangeError(`Value ${value} out of range for Intl options property ${name}`);
  return String(value);
}

function refuse(options, what, names) {
  for (const name of names) {
    if (options[name] !== undefined) throw new Error(`the option '${name}' of ${what} is not supported`);
  }
}

// --- numbers ---------------------------------------------------------------------------------------------

const SYMBOLS = {
  USD: '$', EUR: '€', GBP: '£', JPY: '¥', INR: '₹', KRW: '₩', CNY: 'CN¥', AUD: 'A$', CAD: 'CA$', MXN: 'MX$', BRL: 'R$',
  NZD: 'NZ$', ILS: '₪', VND: '₫', TWD: 'NT$', HKD: 'HK$', PHP: '₱',
};
// Those that people write shorter than by their three letters, where they ask for it.
const NARROW = { BRL: 'R$', PLN: 'zł', SEK: 'kr', NOK: 'kr', DKK: 'kr', CZK: 'Kč', RUB: '₽', TRY: '₺', ZAR: 'R', UAH: '₴', THB: '฿', HUF: 'Ft' };
const WHOLE = 'AFN ALL BIF CLP COP DJF GNF HUF IDR IQD IRR ISK JPY KMF KPW KRW LAK LBP MGA MMK PKR PYG RWF SLL SOS SYP UGX VND VUV XAF XOF XPF YER'.split(' ');
const THOUSANDTHS = ['BHD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'];
const moneyDigits = (currency) => (WHOLE.includes(currency) ? 0 : THOUSANDTHS.includes(currency) ? 3 : 2);

// The digits of a number and where its point stands: 12.5 is ['125', 2].
function decimalOf(number) {
  const [, whole, rest = '', exponent = '0'] = /^(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(number));
  const digits = (whole + rest).replace(/^0+(?=\d)/, '');
  return [digits, digits.length - rest.length + Number(exponent)];
}

// Rounds half up after `keep` digits, as decimals, so that 1.005 becomes 1.01.
function roundDigits([digits, point], keep) {
  if (keep >= digits.length) return [digits, point];
  if (keep < 0) return ['0', 1];
  const up = digits.charCodeAt(keep) >= 53;
  const kept = digits.slice(0, keep);
  if (!up) return keep === 0 ? ['0', 1] : [kept, point];
  const sum = String(BigInt(kept || '0') + 1n).padStart(keep, '0');
  return [sum, point + sum.length - keep];
}

function plainText([digits, point], least, minWhole) {
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');
  const at = Math.max(1, point);
  const whole = padded.slice(0, at).padStart(minWhole, '0');
  let rest = padded.slice(at).replace(/0+$/, '');
  rest = rest.padEnd(least, '0');
  return [whole, rest];
}

function digitRange(options, style, currency) {
  const check = (name, fallback, low, high) => {
    const value = options[name] === undefined ? fallback : Number(options[name]);
    if (value !== undefined && !(value >= low && value <= high)) throw new RangeError(`${name} value is out of range.`);
    return value === undefined ? undefined : Math.floor(value);
  };
  const minWhole = check('minimumIntegerDigits', 1, 1, 21);
  const [least, most] = style === 'currency' ? [moneyDigits(currency), moneyDigits(currency)] : style === 'percent' ? [0, 0] : [0, 3];
  if (options.minimumSignificantDigits !== undefined || options.maximumSignificantDigits !== undefined) {
    // Those behind the point do not count then.
    const minSignificant = check('minimumSignificantDigits', 1, 1, 21);
    return { minFraction: least, maxFraction: most, minSignificant, maxSignificant: check('maximumSignificantDigits', 21, minSignificant, 21), minWhole };
  }
  const min = check('minimumFractionDigits', undefined, 0, 100);
  const max = check('maximumFractionDigits', undefined, 0, 100);
  if (min !== undefined && max !== undefined && min > max) throw new RangeError('maximumFractionDigits value is out of range.');
  return {
    minFraction: min === undefined ? Math.min(least, max === undefined ? least : max) : min,
    maxFraction: max === undefined ? Math.max(most, min === undefined ? most : min) : max,
    minWhole,
  };
}

export class NumberFormat {
  #locale;
  #way;
  #options;

  constructor(locales, given) {
    const [locale, known] = localeOf(locales);
    this.#locale = locale;
    this.#way = wayOf(known);
    const options = optionsOf(given);
    refuse(options, 'NumberFormat', ['unit', 'roundingMode', 'roundingIncrement', 'roundingPriority', 'trailingZeroDisplay']);
    const style = oneOf(options, 'style', ['decimal', 'percent', 'currency', 'unit'], 'decimal');
    if (oneOf(options, 'notation', ['standard', 'compact', 'scientific', 'engineering'], 'standard') !== 'standard') refuse(options, 'NumberFormat', ['notation']);
    let { currency } = options;
    if (style === 'currency') {
      if (currency === undefined) throw new TypeError('Currency code is required with currency style.');
      currency = String(currency).toUpperCase();
      if (!/^[A-Z]{3}$/.test(currency)) throw new RangeError(`Invalid currency code : ${currency}`);
    }
    this.#options = {
      style,
      currency,
      currencyDisplay: oneOf(options, 'currencyDisplay', ['symbol', 'narrowSymbol', 'code'], 'symbol'),
      useGrouping: options.useGrouping === undefined || (options.useGrouping && options.useGrouping !== 'false'),
      least: options.useGrouping === true || options.useGrouping === 'always' ? 1 : options.useGrouping === 'min2' ? 2 : this.#way.least,
      signDisplay: oneOf(options, 'signDisplay', ['auto', 'always', 'never', 'exceptZero'], 'auto'),
      ...digitRange(options, style, currency),
    };
    this.format = (value) => this.#text(value);
  }

  #text(value) {
    const { style, signDisplay } = this.#options;
    const number = typeof value === 'bigint' ? value : Number(value);
    const negative = typeof number === 'bigint' ? number < 0n : number < 0 || Object.is(number, -0);
    let text;
    if (Number.isNaN(number)) text = this.#way.nan || 'NaN';
    else if (number === Infinity || number === -Infinity) text = '∞';
    else text = this.#digits(typeof number === 'bigint' ? String(number).replace('-', '') : Math.abs(number));
    if (style === 'percent') text += this.#way.percent;
    const zero = !/[1-9∞]/.test(text);
    let sign = negative ? this.#way.minus : signDisplay === 'auto' ? '' : '+';
    if (Number.isNaN(number) || signDisplay === 'never' || (signDisplay === 'exceptZero' && zero)) sign = '';
    return style === 'currency' ? this.#money(text, sign) : sign + text;
  }

  #digits(number) {
    const { style, minFraction, maxFraction, minSignificant, maxSignificant, minWhole, useGrouping } = this.#options;
    let decimal = decimalOf(number);
    if (style === 'percent' && decimal[0] !== '0') decimal = [decimal[0], decimal[1] + 2];
    let least = minFraction;
    if (minSignificant !== undefined) {
      decimal = roundDigits(decimal, maxSignificant);
      least = Math.max(0, minSignificant - decimal[1]);
    } else {
      decimal = roundDigits(decimal, decimal[1] + maxFraction);
    }
    const [whole, rest] = plainText(decimal, least, minWhole);
    const grouped = useGrouping && whole.length >= 3 + this.#options.least;
    const { pairs, moneyGroup, group, decimal: point } = this.#way;
    const between = (style === 'currency' && moneyGroup) || group;
    return (grouped ? whole.replace(pairs ? /\B(?=(\d\d)*\d{3}$)/g : /\B(?=(\d{3})+$)/g, between) : whole) + (rest ? point + rest : '');
  }

  #money(text, sign) {
    const { currency, currencyDisplay } = this.#options;
    const { symbols, money, negative, narrow = NARROW } = this.#way;
    let symbol = currencyDisplay === 'code' ? currency : (currencyDisplay === 'symbol' && symbols[currency]) || SYMBOLS[currency] || symbols[currency] || currency;
    if (currencyDisplay === 'narrowSymbol') symbol = narrow[currency] || NARROW[currency] || (symbol === currency ? symbol : symbol.replace(/^[A-Z]+(?=.)/, ''));
    // Letters do not touch the number.
    const apart = money.startsWith('¤#') && /\p{L}$/u.test(symbol) ? '\u00a0' : '';
    const pattern = sign === '-' && negative ? negative : sign + money;
    return pattern.replace(/[¤#]/g, (token) => (token === '#' ? text : symbol + apart));
  }

  resolvedOptions() {
    const { style, currency, minFraction, maxFraction, minWhole } = this.#options;
    return {
      locale: this.#locale,
      numberingSystem: 'latn',
      style,
      ...(style === 'currency' ? { currency } : {}),
      minimumIntegerDigits: minWhole,
      minimumFractionDigits: minFraction,
      maximumFractionDigits: maxFraction,
    };
  }

  static supportedLocalesOf(locales) {
    return [].concat(locales === undefined ? [] : locales).filter((one) => KNOWN.includes(one) || KNOWN.some((known) => known.startsWith(`${one}-`)));
  }
}

// --- dates -----------------------------------------------------------------------------------------------

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const two = (n) => String(n).padStart(2, '0');

const DATE_STYLES = {
  full: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
  long: { year: 'numeric', month: 'long', day: 'numeric' },
  medium: { year: 'numeric', month: 'short', day: 'numeric' },
  short: { year: '2-digit', month: 'numeric', day: 'numeric' },
};
const TIME_STYLES = {
  full: { hour: 'numeric', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
  long: { hour: 'numeric', minute: '2-digit', second: '2-digit', timeZoneName: 'short' },
  medium: { hour: 'numeric', minute: '2-digit', second: '2-digit' },
  short: { hour: 'numeric', minute: '2-digit' },
};
const DATE_PARTS = ['weekday', 'year', 'month', 'day'];
const TIME_PARTS = ['hour', 'minute', 'second', 'fractionalSecondDigits'];

// The fields of a moment in a time zone, and the zone's short name.
function fieldsOf(date, zone) {
  let name = 'UTC';
  let seconds = 0;
  if (zone === undefined) {
    seconds = -date.getTimezoneOffset() * 60;
    name = seconds === 0 ? 'UTC' : '';
  } else if (!/^(utc|gmt|etc\/utc)$/i.test(zone)) {
    const found = host.zone(zone, date.getTime());
    if (!found) throw new RangeError(`Invalid time zone specified: ${zone}`);
    [seconds, name] = [Number(found.split(' ')[0]), found.split(' ')[1]];
  }
  // American English has short names for its own zones only.
  if (name !== 'UTC' && !(/^(America|US|Pacific)\//.test(zone) && /^(E|C|M|P|AK|H)[SD]T$/.test(name))) {
    const minutes = Math.abs(seconds / 60);
    name = `GMT${seconds < 0 ? '-' : '+'}${Math.floor(minutes / 60)}${minutes % 60 ? `:${two(minutes % 60)}` : ''}`;
  }
  return { at: new Date(date.getTime() + seconds * 1000), name };
}

export class DateTimeFormat {
  #name;
  #locale;
  #way;
  #parts;
  #zone;
  #joint;

  constructor(locales, given, needed = 'any', defaults = 'date') {
    [this.#name, this.#locale] = localeOf(locales);
    this.#way = wayOf(this.#locale);
    const options = optionsOf(given);
    refuse(options, 'DateTimeFormat', ['calendar', 'numberingSystem', 'era', 'dayPeriod']);
    const styles = ['full', 'long', 'medium', 'short'];
    const dateStyle = oneOf(options, 'dateStyle', styles);
    const timeStyle = oneOf(options, 'timeStyle', styles);
    const widths = ['numeric', '2-digit', 'long', 'short', 'narrow'];
    const parts = {};
    for (const name of DATE_PARTS.concat('hour', 'minute', 'second')) parts[name] = oneOf(options, name, widths);
    parts.timeZoneName = oneOf(options, 'timeZoneName', ['short', 'long', 'shortOffset', 'longOffset', 'shortGeneric', 'longGeneric']);
    if (parts.timeZoneName && parts.timeZoneName !== 'short') refuse(options, 'DateTimeFormat', ['timeZoneName']);
    parts.fractionalSecondDigits = options.fractionalSecondDigits;
    const british = this.#locale === 'en-GB';
    const misplaced = (needed === 'time' && dateStyle && 'dateStyle') || (needed === 'date' && timeStyle && 'timeStyle');
    if (misplaced) throw new TypeError(`Invalid option : ${misplaced}`);
    if (dateStyle || timeStyle) {
      if (DATE_PARTS.concat(TIME_PARTS).some((name) => options[name] !== undefined)) {
        throw new TypeError(`Can't set option ${DATE_PARTS.concat(TIME_PARTS).find((name) => options[name] !== undefined)} when ${dateStyle ? 'dateStyle' : 'timeStyle'} is used`);
      }
      Object.assign(parts, DATE_STYLES[dateStyle], TIME_STYLES[timeStyle]);
      if (british && dateStyle === 'short') Object.assign(parts, { year: 'numeric', month: '2-digit', day: '2-digit' });
      if (this.#way.date) parts.style = dateStyle;
    } else {
      const some = (names) => names.some((name) => parts[name] !== undefined);
      const has = (needed !== 'time' && some(DATE_PARTS)) || (needed !== 'date' && some(TIME_PARTS));
      if (!has && defaults !== 'time') Object.assign(parts, { year: 'numeric', month: british ? '2-digit' : 'numeric', day: british ? '2-digit' : 'numeric' });
      if (!has && defaults !== 'date') Object.assign(parts, { hour: 'numeric', minute: '2-digit', second: '2-digit' });
    }
    const day = british || (this.#way.date !== undefined && this.#way.clock !== 12);
    // Where a day has 24 hours, a bare one is what stands with minutes that were asked for in two digits, or with a zone.
    parts.bare = !timeStyle && (parts.timeZoneName !== undefined || (options.hour === 'numeric' && options.hour12 === undefined && (options.minute === '2-digit' || options.second === '2-digit')));
    if (options.hour12 !== undefined) parts.cycle = options.hour12 ? (day ? 'h11' : 'h12') : day ? 'h23' : 'h24';
    else parts.cycle = oneOf(options, 'hourCycle', ['h11', 'h12', 'h23', 'h24'], day ? 'h23' : 'h12');
    this.#joint = (dateStyle && ['full', 'long'].includes(dateStyle)) || (!dateStyle && parts.month === 'long') ? ' at ' : ', ';
    this.#parts = parts;
    this.#zone = options.timeZone === undefined ? undefined : String(options.timeZone);
    if (this.#zone !== undefined) fieldsOf(new Date(0), this.#zone);
    if (this.#way.date && this.#isUnknown()) throw new RangeError(`this form of a date or time in the locale '${this.#name}' is not supported`);
    this.format = (date) => this.#text(date === undefined ? new Date() : new Date(date));
  }

  // Whether a locale of the table has no such form.
  #isUnknown() {
    const { weekday, year, month, day, style, hour, minute, second, timeZoneName } = this.#parts;
    const dated = Boolean(style || weekday || year || month || day);
    const timed = Boolean(hour || minute || second);
    const named = style === 'long' || style === 'full' || month === 'long' || weekday;
    const clock = this.#locale === 'ko-KR' && timed && this.#parts.cycle === 'h23' && (second || !minute);
    return clock || (dated && timed && named) || (dated && dateText(this.#way, this.#parts, new Date(0)) === undefined) || (timeZoneName && ['ko-KR', 'zh-CN'].includes(this.#locale));
  }

  #text(date) {
    if (Number.isNaN(date.getTime())) throw new RangeError('Invalid time value');
    const { at, name } = fieldsOf(date, this.#zone);
    const day = this.#date(at);
    let time = this.#time(at);
    if (this.#parts.timeZoneName) time = time ? `${time} ${name}` : name;
    const { year, month, day: inMonth } = this.#parts;
    if (this.#way.date) return day && time ? day + this.#way.joint + time : day || time;
    const joint = time === name ? ', ' : year || month || inMonth ? this.#joint : ' ';
    return day && time ? day + joint + time : day || time;
  }

  #date(at) {
    const { weekday, year, month, day } = this.#parts;
    if (this.#way.date) return this.#parts.style || weekday || year || month || day ? dateText(this.#way, this.#parts, at) : undefined;
    const short = (names, width, index) => (width === 'long' ? names[index] : width === 'narrow' ? names[index][0] : names[index].slice(0, 3));
    const dayText = day && (day === '2-digit' ? two(at.getUTCDate()) : String(at.getUTCDate()));
    const yearText = year && (year === '2-digit' ? two(at.getUTCFullYear() % 100) : String(at.getUTCFullYear()));
    const weekText = weekday && short(DAYS, weekday, at.getUTCDay());
    const british = this.#locale === 'en-GB';
    if (month && !['numeric', '2-digit'].includes(month)) {
      const monthText = british && month === 'short' && at.getUTCMonth() === 8 ? 'Sept' : short(MONTHS, month, at.getUTCMonth());
      if (british) {
        const text = [dayText, monthText, yearText].filter(Boolean).join(' ');
        return weekText ? `${weekText}${yearText ? ',' : ''} ${text}` : text;
      }
      const text = dayText ? `${monthText} ${dayText}${yearText ? `, ${yearText}` : ''}` : [monthText, yearText].filter(Boolean).join(' ');
      return weekText ? `${weekText}, ${text}` : text;
    }
    const number = at.getUTCMonth() + 1;
    const numeric = month && (month === '2-digit' || (british && (dayText || yearText)) ? two(number) : String(number));
    const paddedDay = british && numeric && dayText ? two(at.getUTCDate()) : dayText;
    const text = (british ? [paddedDay, numeric, yearText] : [numeric, dayText, yearText]).filter(Boolean).join('/');
    if (weekText && dayText && !numeric) return `${dayText} ${weekText}`;
    return [weekText, text].filter(Boolean).join(', ');
  }

  #time(at) {
    const { hour, minute, second, fractionalSecondDigits: digits, cycle } = this.#parts;
    const clock = { h11: at.getUTCHours() % 12, h12: at.getUTCHours() % 12 || 12, h23: at.getUTCHours(), h24: at.getUTCHours() || 24 }[cycle];
    const half = ['h11', 'h12'].includes(cycle);
    const pieces = [];
    const alone = hour && !minute && !second;
    const bare = half || this.#way.bare || this.#parts.bare || (alone && (this.#way.alone === 'bare' || this.#way.units));
    if (hour) pieces.push(hour === '2-digit' || !bare ? two(clock) : String(clock));
    if (minute) pieces.push(hour || second ? two(at.getUTCMinutes()) : String(at.getUTCMinutes()));
    if (second) pieces.push(minute ? two(at.getUTCSeconds()) : String(at.getUTCSeconds()));
    let text = pieces.join(':');
    if (digits) text += (text ? this.#way.decimal : '') + String(at.getUTCMilliseconds()).padStart(3, '0').slice(0, digits);
    if (alone && this.#way.alone && this.#way.alone !== 'bare' && !(half && this.#way.halfFirst === undefined)) text += this.#way.alone;
    if (!hour || !half) return text;
    const part = this.#way.half[at.getUTCHours() < 12 ? 0 : 1];
    if (this.#way.halfFirst !== undefined) return part + this.#way.halfFirst + text;
    return `${text} ${this.#locale === 'en-GB' ? part.toLowerCase() : part}`;
  }

  resolvedOptions() {
    return { locale: this.#name, calendar: 'gregory', numberingSystem: 'latn', timeZone: this.#zone === undefined ? host.zone('', 0) : this.#zone };
  }

  static supportedLocalesOf(locales) {
    return NumberFormat.supportedLocalesOf(locales);
  }
}

const getCanonicalLocales = (locales) => (locales === undefined ? [] : [].concat(locales)).map((one) => tags.localeOf(one).locale);
export const Intl = { NumberFormat, DateTimeFormat, getCanonicalLocales };
const ENGLISH = ['ListFormat', 'PluralRules', 'RelativeTimeFormat'];
for (const name of ENGLISH) {
  Object.defineProperty(Intl, name, {
    configurable: true,
    get() {
      // They are in a part of their own, which few scripts need.
      const value = load('intl-english').formats[name];
      Object.defineProperty(Intl, name, { value, configurable: true, writable: true });
      return value;
    },
  });
}
for (const name of 'DisplayNames DurationFormat Locale Segmenter supportedValuesOf'.split(' ')) {
  Object.defineProperty(Intl, name, {
    get() {
      throw new Error(`Intl.${name} is not supported: there are NumberFormat, DateTimeFormat, Collator, and in English ${ENGLISH.join(', ')}`);
    },
  });
}
Object.defineProperty(Intl, Symbol.toStringTag, { value: 'Intl' });
// As `Intl` has them, they work without `new`.
for (const Format of [NumberFormat, DateTimeFormat, load('collator').Collator]) {
  Intl[Format.name] = new Proxy(Format, { apply: (target, _, [locales, options]) => new target(locales, options) });
}

/** How the methods of the built-in objects read a date. */
const dated = (needed, defaults) =>
  function toLocale(date, locales, options) {
    return Number.isNaN(date.getTime()) ? 'Invalid Date' : new DateTimeFormat(locales, options, needed, defaults).format(date);
  };

/** The methods of the built-in objects, with the object itself as first argument. */
export const texts = {
  number: (number, locales, options) => new NumberFormat(locales, options).format(number),
  both: dated('any', 'all'),
  date: dated('date', 'date'),
  time: dated('time', 'time'),
};
