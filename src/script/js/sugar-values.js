// The added methods of numbers and dates.

import { DATE_TIMES, dateOf, move, NUMBER_TIMES, put, shift } from './sugar-dates.js';

// --- Number ----------------------------------------------------------------------------------------------

const rounded = (how) =>
  function round(places = 0) {
    const scale = 10 ** Math.abs(places);
    return places < 0 ? how(this / scale) * scale : how(this * scale) / scale;
  };
const steps = (from, to, callback, step) => {
  const all = [];
  for (let n = from; step > 0 ? n <= to : n >= to; n += step) {
    all.push(n);
    if (callback) callback.call(n, n, all.length - 1);
  }
  return all;
};
const grouped = (number, places, thousands = ',', decimal = '.') => {
  const [whole, rest] = (places === undefined ? String(number) : Number(number).round(places).toFixed(Math.max(0, places))).split('.');
  return whole.replace(/\B(?=(\d{3})+$)/g, thousands) + (rest ? decimal + rest : '');
};
function scaled(number, places, units, base) {
  const step = number < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(Math.abs(number)) / 3));
  return grouped((number / base ** step).round(places || 0)) + units[step];
}

export const NUMBER = {
  abbr(places) {
    return scaled(+this, places, ['', 'k', 'm', 'b', 't'], 1000);
  },
  bytes(places) {
    return scaled(+this, places, ['B', 'kB', 'MB', 'GB', 'TB', 'PB'], 1024);
  },
  metric(places) {
    return scaled(+this, places, ['', 'k', 'M', 'G', 'T'], 1000);
  },
  ceil: rounded(Math.ceil),
  floor: rounded(Math.floor),
  round: rounded(Math.round),
  chr() {
    return String.fromCharCode(this);
  },
  downto(to, callback, step = 1) {
    return steps(+this, to, callback, -step);
  },
  upto(to, callback, step = 1) {
    return steps(+this, to, callback, step);
  },
  format(places, thousands, decimal) {
    return grouped(+this, places, thousands, decimal);
  },
  hex(length = 1) {
    return this.toString(16).padStart(length, '0');
  },
  isInteger() {
    return this % 1 === 0;
  },
  isOdd() {
    return Math.abs(this % 2) === 1;
  },
  isEven() {
    return this % 2 === 0;
  },
  isMultipleOf(other) {
    return this % other === 0;
  },
  log(base) {
    return Math.log(this) / (base ? Math.log(base) : 1);
  },
  ordinalize() {
    const last = Math.abs(this) % 100;
    const ending = last >= 11 && last <= 13 ? 'th' : { 1: 'st', 2: 'nd', 3: 'rd' }[last % 10] || 'th';
    return this + ending;
  },
  pad(length, sign, base = 10) {
    const text = Math.abs(this).toString(base).padStart(length, '0');
    return (this < 0 ? '-' : sign ? '+' : '') + text;
  },
  times(callback) {
    for (let i = 0; i < this; i += 1) callback.call(this, i);
    return +this;
  },
  toNumber() {
    return +this;
  },
};
for (const name of ['abs', 'acos', 'asin', 'atan', 'cos', 'exp', 'pow', 'sin', 'sqrt', 'tan']) {
  NUMBER[name] = function math(...args) {
    return Math[name](this, ...args);
  };
}
Object.assign(NUMBER, NUMBER_TIMES);

// --- Date ------------------------------------------------------------------------------------------------

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const two = (n) => String(n).padStart(2, '0');
const FORMATS = {
  yyyy: (d) => d.getFullYear(),
  yy: (d) => two(d.getFullYear() % 100),
  Month: (d) => MONTHS[d.getMonth()],
  Mon: (d) => MONTHS[d.getMonth()].slice(0, 3),
  month: (d) => MONTHS[d.getMonth()].toLowerCase(),
  mon: (d) => MONTHS[d.getMonth()].slice(0, 3).toLowerCase(),
  MM: (d) => two(d.getMonth() + 1),
  M: (d) => d.getMonth() + 1,
  Weekday: (d) => DAYS[d.getDay()],
  Dow: (d) => DAYS[d.getDay()].slice(0, 3),
  weekday: (d) => DAYS[d.getDay()].toLowerCase(),
  dow: (d) => DAYS[d.getDay()].slice(0, 3).toLowerCase(),
  dd: (d) => two(d.getDate()),
  d: (d) => d.getDate(),
  ord: (d) => d.getDate().ordinalize(),
  HH: (d) => two(d.getHours()),
  H: (d) => d.getHours(),
  hh: (d) => two(d.getHours() % 12 || 12),
  h: (d) => d.getHours() % 12 || 12,
  mm: (d) => two(d.getMinutes()),
  m: (d) => d.getMinutes(),
  ss: (d) => two(d.getSeconds()),
  s: (d) => d.getSeconds(),
  fff: (d) => String(d.getMilliseconds()).padStart(3, '0'),
  tt: (d) => (d.getHours() < 12 ? 'am' : 'pm'),
  TT: (d) => (d.getHours() < 12 ? 'AM' : 'PM'),
  t: (d) => (d.getHours() < 12 ? 'a' : 'p'),
  tz: (d) => {
    const offset = -d.getTimezoneOffset();
    return `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  },
};
FORMATS.isotz = (d) => (d.getTimezoneOffset() === 0 ? 'Z' : FORMATS.tz(d).replace(/(..)$/, ':$1'));
FORMATS.year = FORMATS.yyyy;
FORMATS.day = FORMATS.date = FORMATS.d;

const sameDay = (a, b) => a.getFullYear() === b.getFullYear() && a.getMonth() === b.getMonth() && a.getDate() === b.getDate();
const dayFromNow = (n) => shift(new Date(), 'day', n);

export const DATE = {
  advance(...amounts) {
    return move(this, 1, ...amounts);
  },
  rewind(...amounts) {
    return move(this, -1, ...amounts);
  },
  clone() {
    return new Date(this.getTime());
  },
  format(form = '{Month} {d}, {yyyy} {h}:{mm}{tt}') {
    if (Number.isNaN(this.getTime())) return 'Invalid Date';
    if (/^iso8601$/i.test(form)) return this.toISOString();
    return form.replace(/\{([a-z]+)\}/gi, (mark, name) => (FORMATS[name] ? FORMATS[name](this) : mark));
  },
  iso() {
    return this.toISOString();
  },
  set(...parts) {
    return put(this, ...parts);
  },
  isValid() {
    return !Number.isNaN(this.getTime());
  },
  isAfter(other) {
    return this.getTime() > dateOf(other).getTime();
  },
  isBefore(other) {
    return this.getTime() < dateOf(other).getTime();
  },
  isBetween(from, to) {
    const [first, last] = [dateOf(from).getTime(), dateOf(to).getTime()].sort((a, b) => a - b);
    return this.getTime() > first && this.getTime() < last;
  },
  isFuture() {
    return this.getTime() > Date.now();
  },
  isPast() {
    return this.getTime() < Date.now();
  },
  isToday() {
    return sameDay(this, new Date());
  },
  isTomorrow() {
    return sameDay(this, dayFromNow(1));
  },
  isYesterday() {
    return sameDay(this, dayFromNow(-1));
  },
  isWeekday() {
    return this.getDay() > 0 && this.getDay() < 6;
  },
  isWeekend() {
    return !this.isWeekday();
  },
  isLeapYear() {
    return new Date(this.getFullYear(), 1, 29).getMonth() === 1;
  },
  daysInMonth() {
    return new Date(this.getFullYear(), this.getMonth() + 1, 0).getDate();
  },
  beginningOfDay() {
    this.setHours(0, 0, 0, 0);
    return this;
  },
  endOfDay() {
    this.setHours(23, 59, 59, 999);
    return this;
  },
  beginningOfMonth() {
    this.setDate(1);
    return this.beginningOfDay();
  },
  endOfMonth() {
    this.setDate(this.daysInMonth());
    return this.endOfDay();
  },
  beginningOfYear() {
    this.setMonth(0, 1);
    return this.beginningOfDay();
  },
  endOfYear() {
    this.setMonth(11, 31);
    return this.endOfDay();
  },
};
Object.assign(DATE, DATE_TIMES);
