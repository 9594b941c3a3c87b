// The methods Postman's sandbox adds to strings and arrays, as far as scripts use them: `responseBody.has("x")`
// was Postman's own snippet for years. Not enumerable, so loops over arrays do not see them.

function add(prototype, methods) {
  for (const [name, value] of Object.entries(methods)) {
    if (!(name in prototype)) Object.defineProperty(prototype, name, { value, writable: true, configurable: true });
  }
}

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

// A value by a property name or a function, or the element itself.
const pick = (item, by) => (by === undefined ? item : typeof by === 'function' ? by(item) : item[by]);

function extreme(array, by, better) {
  let best;
  for (const item of array) {
    if (best === undefined || better(pick(item, by), pick(best, by))) best = item;
  }
  return best;
}

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
  compact() {
    return this.filter((item) => item !== undefined && item !== null && item === item);
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
