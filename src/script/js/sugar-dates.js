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

const WORDS = { now: 0, today: 0, tomorrow: 1, yesterday: -1, 'the day after tomorrow': 2, 'the day before yesterday': -2 };
const UNITS = Object.keys(MS).join('|');
const AMOUNT = new RegExp(`^(in )?(\\d+|an?|one) (${UNITS})s?( ago| from now)?$`);
const STEP = new RegExp(`^(next|last|this)? ?(${UNITS}|[a-z]+)$`);

// A date in words, as `2 days ago` or `next monday`.
function spoken(text) {
  const word = text.trim().toLowerCase();
  const now = new Date();
  if (word === 'now') return now;
  if (Object.hasOwn(WORDS, word)) return midnight(shift(now, 'day', WORDS[word]));
  const [amount, ahead, count, unit, side] = AMOUNT.exec(word) || [];
  if (amount && Boolean(ahead) !== Boolean(side)) return shift(now, unit, (side === ' ago' ? -1 : 1) * (Number(count) || 1));
  const [step, which, what] = STEP.exec(word) || [];
  if (!step) return undefined;
  const steps = { next: 1, last: -1 }[which] || 0;
  if (which && MS[what]) return shift(now, what, steps);
  const day = indexIn(DAYS, what);
  if (day >= 0) return midnight(shift(now, 'day', day - now.getDay() + 7 * steps));
  const month = indexIn(MONTHS, what);
  if (month < 0) return undefined;
  return midnight(new Date(now.getFullYear() + steps, month, 1));
}

/** A date from what `new Date` takes, and from a few words. */
export function dateOf(value, ...rest) {
  if (value === undefined) return new Date();
  const words = typeof value === 'string' ? spoken(value) : undefined;
  if (words) return words;
  return rest.length ? new Date(value, ...rest) : new Date(value instanceof Date ? value.getTime() : value);
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
