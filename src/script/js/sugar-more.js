// The added methods that few scripts use: loaded by the first that is called.

import { add, extreme, pick } from './sugar-tools.js';
import { dateOf, sided } from './sugar-dates.js';
import { SCRIPTS } from './sugar-scripts.js';
import { DATE, NUMBER } from './sugar-values.js';

const clone = (value, deep) => {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof RegExp) return new RegExp(value.source, value.flags);
  const inner = (item) => (deep ? clone(item, true) : item);
  if (Array.isArray(value)) return value.map(inner);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inner(item)]));
};

const equal = (a, b) => {
  if (Object.is(a, b)) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (Object.prototype.toString.call(a) !== Object.prototype.toString.call(b)) return false;
  if (a instanceof Date) return a.getTime() === b.getTime();
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
};

// What `find`, `count`, `remove` … look for: a function, a pattern for texts, or an equal value.
const matcher = (what) => {
  if (typeof what === 'function') return what;
  if (what instanceof RegExp) return (item) => typeof item === 'string' && what.test(item);
  return (item) => equal(item, what);
};

// --- String ----------------------------------------------------------------------------------------------

const upperFirst = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;', '/': '&#x2f;' };
const MINOR = /^(and|or|nor|a|an|the|so|but|to|of|at|by|from|into|on|onto|off|out|in|over|with|for)$/;
const padding = (text = ' ', count = 1) => String(text).repeat(count);

function tags(text, names, replace) {
  const list = names.length ? names : ['[\\w-]+'];
  for (const name of list) text = replace(text, name);
  return text;
}

const plurals = [[/(quiz)$/i, '$1zes'], [/(x|ch|ss|sh|s)$/i, '$1es'], [/([^aeiou])y$/i, '$1ies'], [/$/, 's']];
const singulars = [[/ies$/i, 'y'], [/(x|ch|ss|sh)es$/i, '$1'], [/ss$/i, 'ss'], [/s$/i, '']];
const byRules = (text, rules) => {
  for (const [pattern, instead] of rules) if (pattern.test(text)) return text.replace(pattern, instead);
  return text;
};

const STRING = {
  add(text, index = this.length) {
    return this.slice(0, index) + text + this.slice(index);
  },
  assign(...sources) {
    const values = {};
    sources.forEach((source, index) => {
      if (source !== null && typeof source === 'object') Object.assign(values, source);
      else values[index + 1] = source;
    });
    return this.replace(/\{([^{]+?)\}/g, (mark, key) => (Object.hasOwn(values, key) ? values[key] : mark));
  },
  camelize(first) {
    return this.underscore().replace(/(^|_)([^_]+)/g, (_, mark, word, at) => (at > 0 || first !== false ? upperFirst(word) : word));
  },
  chars(callback) {
    return this.each(callback);
  },
  codes() {
    return Array.from({ length: this.length }, (_, i) => this.charCodeAt(i));
  },
  compact() {
    return this.trim().replace(/([\r\n\s\u3000])+/g, (_, char) => (char === '\u3000' ? char : ' '));
  },
  dasherize() {
    return this.underscore().replace(/_/g, '-');
  },
  decodeBase64() {
    return atob(String(this).replace(/[^A-Za-z0-9+/=]/g, ''));
  },
  each(search, callback) {
    if (typeof search === 'function') [search, callback] = [undefined, search];
    const pattern = search === undefined ? /[\s\S]/g : search instanceof RegExp ? new RegExp(search.source, search.flags.replace('g', '') + 'g') : new RegExp(String(search).escapeRegExp(), 'gi');
    const found = this.match(pattern) || [];
    if (callback) found.forEach((text, index) => callback.call(this, text, index, found));
    return found;
  },
  encodeBase64() {
    return btoa(this);
  },
  escapeHTML() {
    return this.replace(/[&<>"'/]/g, (char) => ENTITIES[char]);
  },
  escapeRegExp() {
    return this.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  },
  escapeURL(parameters) {
    return parameters ? encodeURIComponent(this) : encodeURI(this);
  },
  from(at) {
    return this.slice(at);
  },
  humanize() {
    return upperFirst(this.underscore().replace(/_id$/g, '').replace(/_/g, ' ').trim());
  },
  insert(text, index) {
    return this.add(text, index);
  },
  pad(text, count) {
    return padding(text, count) + this + padding(text, count);
  },
  padLeft(text, count) {
    return padding(text, count) + this;
  },
  padRight(text, count) {
    return this + padding(text, count);
  },
  paragraphs() {
    return this.trim().split(/[\r\n]{2,}/);
  },
  parameterize(separator = '-') {
    return this.replace(/[^a-z0-9\-_]+/gi, separator).replace(new RegExp(`^${separator}+|${separator}+$|(${separator})${separator}+`, 'g'), '$1').toLowerCase();
  },
  pluralize() {
    return byRules(String(this), plurals);
  },
  removeTags(...names) {
    return tags(String(this), names, (text, name) => text.replace(new RegExp(`<(${name})\\b[^>]*?(?:/>|>[\\s\\S]*?</\\1>)`, 'gi'), ''));
  },
  reverse() {
    return this.split('').reverse().join('');
  },
  shift(count) {
    return Array.from({ length: this.length }, (_, i) => String.fromCharCode(this.charCodeAt(i) + count)).join('');
  },
  singularize() {
    return byRules(String(this), singulars);
  },
  spacify() {
    return this.underscore().replace(/_/g, ' ');
  },
  stripTags(...names) {
    return tags(String(this), names, (text, name) => text.replace(new RegExp(`</?${name}\\b[^<>]*>`, 'gi'), ''));
  },
  titleize() {
    const words = this.spacify().split(' ');
    return words.map((word, i) => (i > 0 && i < words.length - 1 && MINOR.test(word) ? word : upperFirst(word))).join(' ');
  },
  to(at) {
    return this.slice(0, at);
  },
  /** With `split` false, a word that would be cut in two is left out. */
  truncate(length, split = true, from = 'right', ellipsis = '...') {
    if (this.length <= length) return String(this);
    if (!split && from === 'right') return this.slice(0, length + 1).replace(/\s*\S*$/, '') + ellipsis;
    if (from === 'left') return ellipsis + this.slice(this.length - length);
    if (from === 'middle') return this.slice(0, Math.ceil(length / 2)) + ellipsis + this.slice(this.length - Math.floor(length / 2));
    return this.slice(0, length) + ellipsis;
  },
  underscore() {
    return this.replace(/[-\s]+/g, '_').replace(/([A-Z\d]+)([A-Z][a-z])/g, '$1_$2').replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
  },
  unescapeHTML() {
    return this.replace(/&lt;|&gt;|&quot;|&apos;|&nbsp;|&#x2f;|&amp;/gi, (text) => Object.keys(ENTITIES).find((char) => ENTITIES[char] === text.toLowerCase()) || ' ');
  },
  unescapeURL(partly) {
    return partly ? decodeURI(this) : decodeURIComponent(this);
  },
};

// --- Array -----------------------------------------------------------------------------------------------

const flatten = (array, depth) => array.flat(depth === undefined ? Infinity : depth);
const lists = (args) => args.reduce((all, arg) => all.concat(arg), []);

// The element whose value occurs most or least often.
function byFrequency(array, by, better) {
  const counts = {};
  for (const item of array) {
    const entry = (counts[pick(item, by)] ||= { item, count: 0 });
    entry.count += 1;
  }
  const found = extreme(Object.values(counts), 'count', better);
  return found && found.item;
}

const ARRAY = {
  add(items, index = this.length) {
    this.splice(index, 0, ...[].concat(items));
    return this;
  },
  all(what) {
    return this.every(matcher(what));
  },
  any(what) {
    return this.some(matcher(what));
  },
  clone() {
    return this.slice();
  },
  each(callback, from = 0, loop = false) {
    for (let i = 0; i < this.length; i += 1) {
      const at = i + from;
      if (at >= this.length && !loop) break;
      if (callback.call(this, this[at % this.length], at % this.length, this) === false) break;
    }
    return this;
  },
  exclude(...what) {
    return this.filter((item) => !what.some((one) => matcher(one)(item)));
  },
  findAll(what) {
    return this.filter(matcher(what));
  },
  flatten(depth) {
    return flatten(this, depth);
  },
  from(at) {
    return this.slice(at);
  },
  groupBy(by, callback) {
    const groups = {};
    for (const item of this) (groups[pick(item, by)] ||= []).push(item);
    if (callback) Object.entries(groups).forEach(([key, items]) => callback(key, items));
    return groups;
  },
  inGroups(count, filler) {
    const size = Math.ceil(this.length / count);
    return Array.from({ length: count }, (_, i) => {
      const group = this.slice(i * size, (i + 1) * size);
      while (filler !== undefined && group.length < size) group.push(filler);
      return group;
    });
  },
  inGroupsOf(size, filler = null) {
    const groups = [];
    for (let i = 0; i < this.length; i += size) {
      const group = this.slice(i, i + size);
      while (group.length < size) group.push(filler);
      groups.push(group);
    }
    return groups;
  },
  include(items, index) {
    return this.slice().add(items, index);
  },
  insert(items, index) {
    return this.add(items, index);
  },
  intersect(...others) {
    const wanted = lists(others);
    return this.unique().filter((item) => wanted.some((other) => equal(item, other)));
  },
  least(by) {
    return byFrequency(this, by, (a, b) => a < b);
  },
  most(by) {
    return byFrequency(this, by, (a, b) => a > b);
  },
  none(what) {
    return !this.some(matcher(what));
  },
  randomize() {
    const array = this.slice();
    for (let i = array.length - 1; i > 0; i -= 1) {
      const j = Math.floor(Math.random() * (i + 1));
      [array[i], array[j]] = [array[j], array[i]];
    }
    return array;
  },
  remove(...what) {
    for (const one of what) {
      const matches = matcher(one);
      for (let i = this.length - 1; i >= 0; i -= 1) if (matches(this[i], i, this)) this.splice(i, 1);
    }
    return this;
  },
  removeAt(start, end = start) {
    this.splice(start, end - start + 1);
    return this;
  },
  sample(count) {
    const mixed = this.randomize();
    return count === undefined ? mixed[0] : mixed.slice(0, count);
  },
  subtract(...others) {
    const unwanted = lists(others);
    return this.filter((item) => !unwanted.some((other) => equal(item, other)));
  },
  to(at) {
    return this.slice(0, at);
  },
  union(...others) {
    return this.concat(lists(others)).unique();
  },
  zip(...others) {
    return this.map((item, i) => [item, ...others.map((other) => (i in other ? other[i] : null))]);
  },
};

// --- Function, RegExp, Object ----------------------------------------------------------------------------

// The timers of `delay`, for `cancel`.
const delays = new WeakMap();

const FUNCTION = {
  after(count) {
    let calls = 0;
    const all = [];
    return (...args) => {
      all.push(args);
      calls += 1;
      return calls >= count ? this.call(undefined, all) : undefined;
    };
  },
  debounce(ms = 1) {
    let timer;
    const fn = this;
    return function debounced(...args) {
      clearTimeout(timer);
      timer = setTimeout(() => fn.apply(this, args), ms);
    };
  },
  cancel() {
    for (const timer of delays.get(this) || []) clearTimeout(timer);
    delays.delete(this);
    return this;
  },
  delay(ms = 1, ...args) {
    const timer = setTimeout(() => this(...args), ms);
    delays.set(this, [...(delays.get(this) || []), timer]);
    return this;
  },
  fill(...given) {
    const fn = this;
    return function filled(...args) {
      return fn.apply(this, given.map((arg) => (arg === undefined ? args.shift() : arg)).concat(args));
    };
  },
  lazy(ms = 1) {
    const fn = this;
    let last = Promise.resolve();
    return function queued(...args) {
      last = last.then(() => new Promise((done) => setTimeout(() => done(fn.apply(this, args)), ms)));
    };
  },
  once() {
    const fn = this;
    let result;
    let called = false;
    return function onlyOnce(...args) {
      if (!called) [called, result] = [true, fn.apply(this, args)];
      return result;
    };
  },
  throttle(ms = 1) {
    const fn = this;
    let free = true;
    return function throttled(...args) {
      if (!free) return undefined;
      free = false;
      setTimeout(() => (free = true), ms);
      return fn.apply(this, args);
    };
  },
};

const REGEXP = {
  getFlags() {
    return this.flags;
  },
  setFlags(flags) {
    return new RegExp(this.source, flags);
  },
  addFlag(flag) {
    return new RegExp(this.source, [...new Set(this.flags + flag)].join(''));
  },
  removeFlag(flag) {
    return new RegExp(this.source, this.flags.replace(flag, ''));
  },
};

const isType = (name) => (value) => Object.prototype.toString.call(value) === `[object ${name}]`;
const values = (object) => Object.values(object);
const entries = (object, what) => {
  const matches = typeof what === 'function' ? (key, value) => what(key, value, object) : (_, value) => matcher(what)(value);
  return Object.entries(object).filter(([key, value]) => matches(key, value));
};
// The key whose value is there least or most often.
const often = (object, by, better) => {
  const all = Object.entries(object).map(([key, value]) => [key, pick(value, typeof by === 'boolean' ? undefined : by)]);
  return extreme(all, ([, value]) => all.filter(([, other]) => equal(value, other)).length, better)?.[0];
};

const chosen = (object, keys, wanted) => {
  const fits = (key) => [].concat(keys).some((one) => (one instanceof RegExp ? one.test(key) : one !== null && typeof one === 'object' ? key in one : one === key));
  return Object.fromEntries(Object.entries(object).filter(([key]) => fits(key) === wanted));
};
const plain = (text) => (text.trim() !== '' && !Number.isNaN(Number(text)) ? Number(text) : { true: true, false: false }[text] ?? text);
const query = (value, prefix) => {
  if (value !== null && typeof value === 'object') {
    const inner = (key) => (prefix ? `${prefix}%5B${encodeURIComponent(key)}%5D` : encodeURIComponent(key));
    return Object.entries(value).map(([key, item]) => query(item, inner(key))).join('&');
  }
  return `${prefix}=${value === undefined || value === null ? '' : encodeURIComponent(value).replace(/%20/g, '+')}`;
};

const OBJECT = {
  all: (object, what) => entries(object, what).length === Object.keys(object).length,
  any: (object, what) => entries(object, what).length > 0,
  none: (object, what) => entries(object, what).length === 0,
  count: (object, what) => (what === undefined ? Object.keys(object).length : entries(object, what).length),
  find: (object, what) => (entries(object, what)[0] || [])[0],
  findAll: (object, what) => Object.fromEntries(entries(object, what)),
  average: (object, by) => values(object).average(by),
  sum: (object, by) => values(object).sum(by),
  max: (object, by) => extreme(Object.entries(object), ([, value]) => pick(value, by), (a, b) => a > b)?.[0],
  min: (object, by) => extreme(Object.entries(object), ([, value]) => pick(value, by), (a, b) => a < b)?.[0],
  clone,
  each(object, callback) {
    for (const [key, value] of Object.entries(object)) callback(key, value, object);
    return object;
  },
  equal,
  extended: (object) => Object.assign(Object.create(EXTENDED), object),
  extend: (methods) => add(Object, methods, () => true),
  isArray: Array.isArray,
  least: (object, by) => often(object, by, (a, b) => a < b),
  most: (object, by) => often(object, by, (a, b) => a > b),
  fromQueryString(text) {
    const object = {};
    for (const part of String(text).replace(/^.*\?/, '').split('&').filter(Boolean)) {
      const [key, ...rest] = part.split('=').map((piece) => decodeURIComponent(piece.replace(/\+/g, ' ')));
      const value = plain(rest.join('='));
      // `a[]=1`, `a[0]=1` and `a[b]=1` are lists and objects.
      const way = key.replace(/\]/g, '').split('[');
      const last = way.pop();
      let at = object;
      way.forEach((name, i) => {
        const isList = /^\d*$/.test(i + 1 < way.length ? way[i + 1] : last);
        if (!Object.hasOwn(at, name)) at[name] = isList ? [] : {};
        at = Object(at[name]);
      });
      at[last === '' && Array.isArray(at) ? at.length : last] = value;
    }
    return object;
  },
  toQueryString: (object, prefix) => query(object, prefix),
  has: (object, key) => Object.hasOwn(object, key),
  isBoolean: isType('Boolean'),
  isDate: isType('Date'),
  isFunction: (value) => typeof value === 'function',
  isNumber: isType('Number'),
  isObject: isType('Object'),
  isRegExp: isType('RegExp'),
  isString: isType('String'),
  isNaN: (value) => isType('Number')(value) && Number.isNaN(Number(value)),
  isEmpty: (object) => (typeof object === 'string' ? object.length === 0 : Object.keys(Object(object)).length === 0),
  map: (object, by) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, typeof by === 'function' ? by(key, value, object) : pick(value, by)])),
  reduce: (object, callback, ...initial) => values(object).reduce(callback, ...initial),
  merge(target, source, deep, resolve) {
    for (const [key, value] of Object.entries(source || {})) {
      const both = Object.hasOwn(target, key);
      if (both && typeof resolve === 'function') target[key] = resolve(key, target[key], value);
      else if (both && resolve === false) continue;
      else if (deep && isType('Object')(value) && isType('Object')(target[key])) OBJECT.merge(target[key], value, deep, resolve);
      else target[key] = deep ? clone(value, true) : value;
    }
    return target;
  },
  reject: (object, ...keys) => chosen(object, keys.flat(), false),
  select: (object, ...keys) => chosen(object, keys.flat(), true),
  size: (object) => Object.keys(object).length,
  tap(object, what) {
    if (typeof what === 'function') what.call(object, object);
    else object[what]();
    return object;
  },
};

// What `Object.extended` gives: the object with these methods of `Object` as its own.
const EXTENDED = Object.create(Object.prototype);
const OWN =
  'all any average clone count each equals find findAll has isEmpty keys least map max merge min most none reduce reject select size sum tap toQueryString values';
for (const name of OWN.split(' ')) {
  const method = { equals: equal, keys: Object.keys, values }[name] || OBJECT[name];
  const value = {
    [name](...args) {
      const result = method(this, ...args);
      return ['clone', 'select', 'reject'].includes(name) ? OBJECT.extended(result) : result;
    },
  }[name];
  Object.defineProperty(EXTENDED, name, { value, writable: true, configurable: true });
}

const STATICS = [
  [Number, { random: (a = 1, b = 0) => Math.floor(Math.random() * (Math.abs(a - b) + 1) + Math.min(a, b)) }],
  [RegExp, { escape: (text) => STRING.escapeRegExp.call(String(text)) }],
  [Array, { create: (...args) => lists(args) }],
  [Date, { create: dateOf, past: sided(-1), future: sided(1) }],
  ...[String, Number, Array, Date, Function, RegExp].map((kind) => [kind, { extend: (methods) => add(kind.prototype, methods, () => true) }]),
];

/** Puts every method in the place of its stand-in; one that is not known says so when it is called. */
export function install(standIns) {
  const stubs = new Set(standIns);
  const replaces = (value) => stubs.has(value);
  const all = [
    [String.prototype, STRING],
    [String.prototype, SCRIPTS],
    [Array.prototype, ARRAY],
    [Number.prototype, NUMBER],
    [Date.prototype, DATE],
    [Function.prototype, FUNCTION],
    [RegExp.prototype, REGEXP],
    [Object, OBJECT],
    ...STATICS,
  ];
  for (const [target, methods] of all) {
    add(target, methods, replaces);
  }
  for (const [target] of all) {
    for (const name of Object.getOwnPropertyNames(target)) {
      const value = Object.getOwnPropertyDescriptor(target, name).value;
      if (!replaces(value)) continue;
      const missing = () => {
        throw new Error(`the method '${name}' is not supported`);
      };
      Reflect.defineProperty(target, name, { value: missing, writable: true, configurable: true });
    }
  }
}
