// The methods Postman's sandbox adds to the built-in objects: `responseBody.has("x")` was Postman's own snippet for
// years. Not enumerable, so loops do not see them. The ones scripts use stand here; the others are loaded by the first
// of them that is called, and until then there are stand-ins for those that a script names.

import { host } from './run.js';
import { add, extreme, pick } from './sugar-tools.js';

const KINDS = { Array, Date, Function, Number, Object, RegExp, String };

// Of the engine's own methods those that others take the place of: for scripts that ask for what was matched last, and for
// those that fix a list.
const PARTS = { 'RegExp.prototype.exec': 'libs/last-match.js', 'Array.prototype.push': 'libs/frozen.js' };

// Those that take more than functions, all four of them, for scripts that give them more.
const SHORTHANDS = 'Array.prototype.map';

// What is still a stand-in, so that a method a script put in its place stays.
const stubs = [];
const known = new Set();
const place = { value: undefined, writable: true, configurable: true };

/**
 * Puts stand-ins in place for methods that a script names, told as `String.prototype.titleize`. All of them would take
 * longer to make than the rest of the prelude.
 */
export function standIn(paths) {
  if (!known.has(SHORTHANDS) && paths.includes(SHORTHANDS)) host.load('libs/shorthands.js').install();
  for (const path of paths) {
    if (known.has(path)) continue;
    known.add(path);
    if (Object.hasOwn(PARTS, path)) {
      host.load(PARTS[path]).install();
      continue;
    }
    const [kind, ...rest] = path.split('.');
    const name = rest.pop();
    const target = rest.length ? KINDS[kind].prototype : KINDS[kind];
    const stub = {
      [name](...args) {
        host.load('sugar-more.js').install(stubs);
        return this[name](...args);
      },
    }[name];
    // The engine's own `RegExp.escape` gives other texts.
    if (!(name in target) || target === RegExp) {
      place.value = stub;
      // What a script froze stays as it is.
      if (Reflect.defineProperty(target, name, place)) stubs.push(stub);
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
