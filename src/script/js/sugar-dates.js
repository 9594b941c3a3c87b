// The added methods that count in days, weeks and months, and the words they know for them: English, as everywhere here.

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november', 'december'];

/** What each unit has, in milliseconds; months and years on average. */
export const MS = { millisecond: 1, second: 1000, minute: 60000, hour: 3600000, day: 86400000, week: 604800000, month: 2629800000, year: 31557600000 };

const capital = (word) => word[0].toUpperCase() + word.slice(1);
const indexIn = (names, word) => names.findIndex((name) => name === word || name.slice(0, 3) === word);
const midnight = (date) => {
  date.setHours(0, 0, 0, 0);
  return date;
};

const SETTERS = {
  year: (d, n) => d.setMonth(d.getMonth() + 12 * n),
  month: (d, n) => d.setMonth(d.getMonth() + n),
  week: (d, n) => d.setDate(d.getDate() + 7 * n),
  day: (d, n) => d.setDate(d.getDate() + n),
};

/** Moves a date by `n` units; a day that its new month does not have becomes the last one. */
export function shift(date, unit, n) {
  if (!SETTERS[unit]) {
    date.setTime(date.getTime() + n * MS[unit]);
    return date;
  }
  const day = date.getDate();
  SETTERS[unit](date, n);
  if ((unit === 'month' || unit === 'year') && date.getDate() !== day) date.setDate(0);
  return date;
}

const WORDS = { today: 0, tomorrow: 1, yesterday: -1, 'the day after tomorrow': 2, 'the day before yesterday': -2 };
const COUNTS = ['an', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const UNITS = Object.keys(MS).join('|');
const AMOUNT = new RegExp(`^(in )?(\\d+|a|${COUNTS.join('|')}) (${UNITS})s?( ago| from now)?$`);
const STEP = new RegExp(`^(next|last|this)? ?(${UNITS}|[a-z]+)$`);

// The midnight that a day or a month in words begins with, as `tomorrow`, `next monday` or `june`.
function dayOf(word) {
  const now = new Date();
  if (Object.hasOwn(WORDS, word)) return midnight(shift(now, 'day', WORDS[word]));
  const [step, which, what] = STEP.exec(word) || [];
  if (!step) return undefined;
  const steps = { next: 1, last: -1 }[which] || 0;
  const day = indexIn(DAYS, what);
  if (day >= 0) return midnight(shift(now, 'day', day - now.getDay() + 7 * steps));
  const month = indexIn(MONTHS, what);
  return month < 0 ? undefined : new Date(now.getFullYear() + steps, month, 1);
}

// A date in words, as `2 days ago` or `next monday`.
function spoken(word) {
  const now = new Date();
  if (word === 'now') return now;
  const [amount, ahead, count, unit, side] = AMOUNT.exec(word) || [];
  if (amount && Boolean(ahead) !== Boolean(side)) {
    return shift(now, unit, (side === ' ago' ? -1 : 1) * (Number(count) || Math.max(1, COUNTS.indexOf(count))));
  }
  const [, which, step] = STEP.exec(word) || [];
  return which && MS[step] ? shift(now, step, { next: 1, last: -1 }[which] || 0) : dayOf(word);
}

// A date in numbers; what the engine takes for one of 2001, or of another time zone, is one of this year and of this one.
function written(text) {
  const [iso, year, month, day] = /^(\d{4})(?:-?(\d\d))?(?:-?(\d\d))?$/.exec(text) || [];
  if (iso && !/^\d{6}$/.test(iso)) return new Date(year, (month || 1) - 1, day || 1);
  const [short, first, second, last] = /^(\d\d?)(?:\/|[-.](?=\d\d?[-.]))(\d\d?)(?:[-./](\d{4}))?$/.exec(text) || [];
  if (short) return new Date(last || new Date().getFullYear(), first - 1, second);
  const [, name, date] = /^([a-z]+) (\d\d?)(?:st|nd|rd|th)?$/i.exec(text) || [];
  const named = name ? indexIn(MONTHS, name.toLowerCase()) : -1;
  if (named >= 0) return new Date(new Date().getFullYear(), named, date);
  return new Date(text.replace(/^([a-z]+ \d\d?)(?:st|nd|rd|th)\b/i, '$1'));
}

const CLOCK = '(\\d\\d?)(?::(\\d\\d)(?::(\\d\\d)(?:\\.(\\d{1,3}))?)?)? ?([ap]m)?';
const CLOCK_LAST = new RegExp(`^(?:(.*?[^ ,]),? (?:at )?)?${CLOCK}$`);
const CLOCK_FIRST = new RegExp(`^${CLOCK},? (.+)$`);

// A day with a time of it: `12/25/2010 5pm`, `5:30pm tomorrow`; without a day it is today.
function timed(word) {
  const first = CLOCK_FIRST.exec(word);
  const [day, hour, minute, second, part, half] = CLOCK_LAST.exec(word)?.slice(1) || (first ? [first[6], ...first.slice(1, 6)] : []);
  if (hour === undefined || !(minute || half)) return undefined;
  const date = day === undefined ? new Date() : dayOf(day) || written(day);
  if (Number.isNaN(date.getTime())) return undefined;
  date.setHours(half ? (hour % 12) + (half === 'pm' ? 12 : 0) : hour, minute || 0, second || 0, (part || '').padEnd(3, '0'));
  return date;
}

// What the genuine one knows, and this one does not.
const UNKNOWN = /^\d{8}t|^(?:the )?(?:(?:(?:first|last) day|beginning|end) of |\d+(?:st|nd|rd|th)$)/;

/** A date from what `new Date` takes, and from a few words. */
export function dateOf(value, ...rest) {
  if (value === undefined) return new Date();
  if (typeof value === 'string') {
    const word = value.trim().toLowerCase();
    if (rest[0] !== undefined && !/^en(-us)?$/i.test(rest[0])) throw new Error(`dates of the locale '${rest[0]}' are not supported`);
    if (UNKNOWN.test(word)) throw new Error(`the date '${value}' is not supported`);
    return spoken(word) || timed(word) || written(value.trim());
  }
  if (value instanceof Date) return new Date(value.getTime());
  if (value !== null && typeof value === 'object') return put(new Date(), value, true);
  return new Date(value, ...rest);
}

const FIELDS = ['year', 'month', 'week', 'day', 'weekday', 'hour', 'minute', 'second', 'millisecond'];
const PLACES = FIELDS.filter((name) => !/^week/.test(name));
const ONE = new RegExp(`^(\\d+)?\\s?(${UNITS}|date)s?$`, 'i');

const fieldOf = (name) => name.replace(/s$/, '').replace(/^date$/, 'day');

// The units that an object or a list of numbers has, the largest first, and whether those below them begin anew.
function unitsOf(given) {
  const [first, reset] = given;
  const isObject = first !== null && typeof first === 'object';
  const named = isObject ? Object.entries(first).map(([name, n]) => [fieldOf(name), n]) : given.slice(0, PLACES.length).map((n, at) => [PLACES[at], n]);
  const units = new Map(named.filter(([name, n]) => FIELDS.includes(name) && n !== undefined));
  return [FIELDS.filter((name) => units.has(name)).map((name) => [name, units.get(name)]), isObject && reset === true];
}

// Has everything below a unit begin anew.
function clear(date, unit) {
  const from = RESETS.findIndex(([name]) => name === (/^week/.test(unit) ? 'day' : unit));
  for (const [, set] of RESETS.slice(from + 1).reverse()) set(date);
}

/** Moves a date by a number of milliseconds, by units (`{ days: 2 }`), by numbers from years down, or by one unit in words. */
export function move(date, sign, ...given) {
  const [first, reset] = given;
  if (typeof first === 'number' && given.length === 1) return shift(date, 'millisecond', sign * first);
  if (first === undefined || first === null) return date;
  // Other texts move nothing in the genuine one either.
  const [text, count, unit] = typeof first === 'string' ? ONE.exec(first) || [] : [];
  if (typeof first === 'string' && !text) return date;
  const [units, clears] = unitsOf(text ? [{ [unit.toLowerCase()]: Number(count) || 1 }, reset] : given);
  const moved = units.filter(([name]) => name !== 'weekday');
  for (const [name, n] of moved) {
    if (name === 'week') shift(date, 'day', Math.trunc(sign * 7 * n));
    else shift(date, name, Math.trunc(sign * n));
  }
  if (clears && moved.length) clear(date, moved[moved.length - 1][0]);
  return date;
}

const PUT = {
  year: (d, n) => d.setFullYear(n),
  month: (d, n) => d.setMonth(n),
  // The day of the week stays.
  week: (d, n) => {
    const day = d.getDay();
    d.setMonth(0, 1 + 7 * n);
    d.setDate(d.getDate() + day - d.getDay());
  },
  day: (d, n) => d.setDate(n),
  weekday: (d, n) => d.setDate(d.getDate() + Number(n) - d.getDay()),
  hour: (d, n) => d.setHours(n),
  minute: (d, n) => d.setMinutes(n),
  second: (d, n) => d.setSeconds(n),
  millisecond: (d, n) => d.setMilliseconds(n),
};

/** Sets a date's units, in the same ways; one number is a time, and a text a year. */
export function put(date, ...given) {
  const [first] = given;
  if (typeof first === 'number' && given.length === 1) date.setTime(first);
  else if (typeof first === 'string') {
    // The engine leaves a date alone that gets no number.
    if (Number.isNaN(Number(first))) date.setTime(NaN);
    else date.setFullYear(Number(first));
  } else {
    const [units, clears] = unitsOf(given);
    if (clears && units.length) {
      const [last] = units[units.length - 1];
      clear(date, last);
      if (last === 'week') PUT.weekday(date, 0);
    }
    for (const [name, n] of units) PUT[name](date, n);
  }
  return date;
}

// Whole units from one date to another; a month may lack as many days as February does.
function between(from, to, unit) {
  const units = (to.getTime() - from.getTime()) / MS[unit];
  return Math.abs(units % 1) > (unit === 'month' ? 0.919 : 0.999) ? Math.round(units) : Math.trunc(units);
}

const inWords = (ms) => {
  const units = Object.entries(MS).reverse();
  const [unit, size] = units.find(([, size]) => Math.abs(ms) >= size) || units.at(-1);
  const count = Math.floor(Math.abs(ms) / size);
  return `${count} ${unit}${count > 1 ? 's' : ''}`;
};

/** The added methods of numbers that count in units of time. */
export const NUMBER_TIMES = {
  duration() {
    return inWords(+this);
  },
};
for (const [unit, ms] of Object.entries(MS)) {
  const inMilliseconds = function inMilliseconds() {
    return Math.round(this * ms);
  };
  const before = function before(...date) {
    return shift(dateOf(...date), unit, -this);
  };
  const after = function after(...date) {
    return shift(dateOf(...date), unit, +this);
  };
  for (const name of [unit, `${unit}s`]) {
    Object.assign(NUMBER_TIMES, { [name]: inMilliseconds, [`${name}Ago`]: before, [`${name}Before`]: before, [`${name}FromNow`]: after, [`${name}After`]: after });
  }
}

const week = (date) => midnight(shift(new Date(date.getTime()), 'day', -date.getDay())).getTime();
const PERIODS = {
  Week: (date, other) => Math.round((week(date) - week(other)) / MS.week),
  Month: (date, other) => 12 * (date.getFullYear() - other.getFullYear()) + date.getMonth() - other.getMonth(),
  Year: (date, other) => date.getFullYear() - other.getFullYear(),
};
const RESETS = [
  ['year', (d) => d.setFullYear(0)],
  ['month', (d) => d.setMonth(0)],
  ['day', (d) => d.setDate(1)],
  ['hour', (d) => d.setHours(0)],
  ['minute', (d) => d.setMinutes(0)],
  ['second', (d) => d.setSeconds(0)],
  ['millisecond', (d) => d.setMilliseconds(0)],
];

/** Whether a date is what a word or another date says: `weekend`, `monday`, `january`, `2020`, `2020-01-08`. */
function is(date, other) {
  if (typeof other !== 'string') return date.getTime() === dateOf(other).getTime();
  const word = other.trim().toLowerCase();
  const names = { future: 'isFuture', past: 'isPast', weekday: 'isWeekday', weekend: 'isWeekend' };
  if (Object.hasOwn(names, word)) return date[names[word]]();
  if (indexIn(DAYS, word) >= 0) return date.getDay() === indexIn(DAYS, word);
  if (indexIn(MONTHS, word) >= 0) return date.getMonth() === indexIn(MONTHS, word);
  // As exact as it is said.
  const form = /^\d{4}$/.test(word) ? '{yyyy}' : /^(\d{4}-\d\d|[a-z]+ \d{4})$/.test(word) ? '{yyyy}-{MM}' : undefined;
  const wanted = dateOf(form === '{yyyy}' ? `${word}-01-01T00:00` : /^\d{4}(-\d\d){1,2}$/.test(word) ? `${word}${word.length < 8 ? '-01' : ''}T00:00` : other);
  if (form) return date.format(form) === wanted.format(form);
  const day = '{yyyy}-{MM}-{dd}';
  return /\d:\d|now|ago/.test(word) ? date.getTime() === wanted.getTime() : date.format(day) === wanted.format(day);
}

/** The added methods of dates that count or name days, weeks, months and years. */
export const DATE_TIMES = {
  is(other) {
    return is(this, other);
  },
  beginningOfWeek() {
    return midnight(shift(this, 'day', -this.getDay()));
  },
  endOfWeek() {
    shift(this, 'day', 6 - this.getDay()).setHours(23, 59, 59, 999);
    return this;
  },
  full() {
    return this.format('{Weekday} {Month} {d}, {yyyy} {h}:{mm}:{ss}{tt}');
  },
  long() {
    return this.format('{Month} {d}, {yyyy} {h}:{mm}{tt}');
  },
  short() {
    return this.format('{Month} {d}, {yyyy}');
  },
  relative() {
    const ms = this.getTime() - Date.now();
    return `${inWords(ms)} ${ms > 0 ? 'from now' : 'ago'}`;
  },
  getISOWeek() {
    // The week belongs to the year its Thursday lies in.
    const thursday = midnight(shift(new Date(this.getTime()), 'day', 4 - (this.getDay() || 7)));
    return 1 + Math.floor(Math.round((thursday - new Date(thursday.getFullYear(), 0, 1)) / MS.day) / 7);
  },
  setISOWeek(number) {
    return shift(this, 'week', number - this.getISOWeek()).getTime();
  },
  getWeekday() {
    return this.getDay();
  },
  getUTCWeekday() {
    return this.getUTCDay();
  },
  setWeekday(day) {
    return shift(this, 'day', day - this.getDay()).getTime();
  },
  getUTCOffset(iso) {
    return this.format(iso ? '{isotz}' : '{tz}');
  },
  isUTC() {
    return this.getTimezoneOffset() === 0;
  },
  reset(unit = 'hours') {
    const from = RESETS.findIndex(([name]) => name === unit.replace(/s$/, '') || (name === 'day' && unit === 'date'));
    // The smallest first: a day that a month lacks would move it.
    for (const [, set] of RESETS.slice(from).reverse()) set(this);
    return this;
  },
};
DAYS.forEach((name, index) => {
  DATE_TIMES[`is${capital(name)}`] = function isDay() {
    return this.getDay() === index;
  };
});
MONTHS.forEach((name, index) => {
  DATE_TIMES[`is${capital(name)}`] = function isMonth() {
    return this.getMonth() === index;
  };
});
for (const [name, distance] of Object.entries(PERIODS)) {
  for (const [which, offset] of [['Last', -1], ['This', 0], ['Next', 1]]) {
    DATE_TIMES[`is${which}${name}`] = function isPeriod() {
      return distance(this, new Date()) === offset;
    };
  }
}
for (const unit of Object.keys(MS)) {
  DATE_TIMES[`add${capital(unit)}s`] = function addUnits(n) {
    return shift(this, unit, n);
  };
  DATE_TIMES[`${unit}sSince`] = DATE_TIMES[`${unit}sFromNow`] = function since(other) {
    return between(dateOf(other), this, unit);
  };
  DATE_TIMES[`${unit}sUntil`] = DATE_TIMES[`${unit}sAgo`] = function until(other) {
    return between(this, dateOf(other), unit);
  };
}

/** `Date.past('monday')` and `Date.future('monday')`: the nearest on that side. */
export const sided = (side) => (value, ...rest) => {
  const date = dateOf(value, ...rest);
  const wrong = side < 0 ? date.getTime() > Date.now() : date.getTime() < Date.now();
  const unit = typeof value !== 'string' ? undefined : indexIn(DAYS, value.toLowerCase()) >= 0 ? 'week' : indexIn(MONTHS, value.toLowerCase()) >= 0 ? 'year' : undefined;
  return wrong && unit ? shift(date, unit, side) : date;
};
