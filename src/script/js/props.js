// The rows of Postman's lists: headers, parameters, form fields, variables, cookies. Each is one object with a key
// and a value, and knows how it reads as text.

import { Property, SHOWN, shownAs, take } from './base.js';

/** A row: what all rows have, and what its class names. */
class Row extends Property {
  /** The names that are taken from a definition when a row is made, beside its key and value. */
  static also = ['id', 'name', 'disabled'];

  constructor(definition) {
    super();
    if (definition === null || typeof definition !== 'object') return;
    for (const key of Object.keys(definition)) if (key[0] === '_') take(this, { [key]: definition[key] });
    for (const name of this.constructor.also) if (definition[name] !== undefined) this[name] = definition[name];
    if (definition.description !== undefined) this.describe(definition.description);
  }

  valueOf() {
    return this.value;
  }
}

const pair = (text, mark) => {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};

const isList = (rows) => Array.isArray(rows) || (rows !== null && typeof rows === 'object' && typeof rows[Symbol.iterator] === 'function');

// Rows say how lists of them are kept: by the names that Postman has for it, which scripts may read.
export class Header extends Row {
  static _postman_propertyName = 'Header';
  static _postman_propertyIndexKey = 'key';
  static _postman_propertyIndexCaseInsensitive = true;
  static _postman_propertyAllowsMultipleValues = true;

  constructor(definition, name) {
    if (typeof definition === 'string') definition = typeof name === 'string' ? { key: name, value: definition } : Header.parseSingle(definition);
    super(definition);
    this.update(definition);
  }

  static create(value, name) {
    return new Header(value, name);
  }

  static isHeader(value) {
    return value instanceof Header;
  }

  /** Only lines that are headers; a line that begins with a blank goes on with the one before. */
  static parse(text) {
    const found = String(text).replace(/\r\n(?=[ \t])/g, '').matchAll(/^(\S+):(.*)$/gm);
    return [...found].map(([, key, value]) => ({ key, value: value.trim() }));
  }

  static parseSingle(text) {
    if (typeof text !== 'string') return { key: '', value: '' };
    const [key, value = ''] = pair(text, ':');
    return { key: key.trim(), value: value.trim() };
  }

  static unparse(headers, separator = '\r\n') {
    if (!isList(headers)) return '';
    return [...headers].map((header) => (header && !header.disabled ? Header.unparseSingle(header) + separator : '')).join('');
  }

  static unparseSingle(header) {
    return header !== null && typeof header === 'object' ? `${header.key}: ${header.value}` : '';
  }

  update(definition) {
    const { key, value = '', system, disabled } = definition || {};
    this.key = key || '';
    this.value = value;
    if (system !== undefined) this.system = system;
    if (disabled !== undefined) this.disabled = disabled;
  }

  toString() {
    return `${this.key}: ${this.value}`;
  }
}

// What would end a pair, or its name, is written as the query has it; names of variables stay as they are.
const RESERVED = { '&': '%26', '#': '%23', '=': '%3D' };
const within = (text, marks) =>
  marks.test(text) ? text.replace(/{{[^{}]*}}|[&#=]/g, (found) => (found.length === 1 && marks.test(found) ? RESERVED[found] : found)) : text;

export class QueryParam extends Row {
  static _postman_propertyName = 'QueryParam';
  static _postman_propertyIndexKey = 'key';
  static _postman_propertyAllowsMultipleValues = true;

  constructor(definition) {
    super(definition);
    this.update(definition);
  }

  /** An empty pair is none, but for the last. */
  static parse(text) {
    return typeof text === 'string' ? text.split('&').map(QueryParam.parseSingle) : [];
  }

  static parseSingle(text, index, all) {
    if (text === '' && typeof index === 'number' && Array.isArray(all) && index !== all.length - 1) return { key: null, value: null };
    const [key, value] = pair(text, '=');
    return { key, value: value === undefined ? null : value };
  }

  /** Of a list, what is not disabled; of an object, each member by its name; of a text, each letter as Postman's does. */
  static unparse(params) {
    if (!params) return '';
    if (typeof params !== 'string' && isList(params)) {
      return [...params].filter((row) => row.disabled !== true).map((row) => QueryParam.unparseSingle(row)).join('&');
    }
    const pairs = typeof params === 'string' ? [...params].map((value) => ({ value })) : Object.entries(params).map(([key, value]) => ({ key, value }));
    return pairs.map(QueryParam.unparseSingle).join('&');
  }

  /** Only texts are written: a number has to be made one by who puts it there. */
  static unparseSingle(row) {
    if (!row) return '';
    const key = typeof row.key === 'string' ? within(row.key, /[&#=]/) : '';
    return typeof row.value === 'string' ? `${key}=${within(row.value, /[&#]/)}` : key;
  }

  update(definition) {
    const { key, value, system } = typeof definition === 'string' ? QueryParam.parseSingle(definition) : definition || {};
    this.key = key;
    this.value = value;
    if (system !== undefined) this.system = system;
  }

  valueOf() {
    return typeof this.value === 'string' ? this.value : '';
  }

  toString() {
    return QueryParam.unparseSingle(this);
  }
}

export class FormParam extends Row {
  static _postman_propertyName = 'FormParam';
  static _postman_propertyIndexKey = 'key';
  static _postman_propertyAllowsMultipleValues = true;

  constructor(definition) {
    super(definition);
    const { key, value, ...rest } = definition || {};
    this.key = key || '';
    this.value = value || '';
    for (const name of ['type', 'src', 'contentType', 'fileName']) if (rest[name] !== undefined) this[name] = rest[name];
  }

  static parse(text) {
    return QueryParam.parse(text);
  }

  /** Postman's have all members, whether they say something or not. */
  [SHOWN]() {
    const { key, value, type, src, contentType, fileName } = this;
    return shownAs('FormParam', { key, value, type, src, contentType, fileName, ...super[SHOWN]() });
  }

  toString() {
    return `${this.key}=${this.value}`;
  }

  toJSON() {
    const json = super.toJSON();
    if (this.type === 'file' && (typeof json.value !== 'string' || !json.value)) delete json.value;
    return json;
  }
}

// How a declared type holds a value and gives it out.
const asJson = (fits) => ({
  in: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
  out(value) {
    try {
      const read = JSON.parse(value);
      return fits(read) ? read : undefined;
    } catch {
      return undefined;
    }
  },
});
const TYPES = {
  string: String,
  boolean: Boolean,
  number: Number,
  array: asJson(Array.isArray),
  object: asJson((value) => value !== null && typeof value === 'object' && !Array.isArray(value)),
  any: { in: (value) => value, out: (value) => value },
};
const through = (type, way, value) => {
  const handler = Object.hasOwn(TYPES, type) ? TYPES[type] : TYPES.any;
  return typeof handler === 'function' ? handler(value) : handler[way](value);
};

/** A value made into the type a variable was declared with; an unknown type changes nothing. */
export const cast = (value, type) => through(type, 'out', through(type, 'in', value));

/** A value that is a function is asked each time. */
export const given = (value) => (typeof value === 'function' ? value() : value);

export class Variable extends Row {
  static types = TYPES;

  constructor(definition) {
    super(definition);
    const { key, value, type, system } = definition || {};
    this.type = 'any';
    if (type !== undefined) this.valueType(type, true);
    this.set(value);
    // One whose key is said to be nothing has one all the same.
    if (definition && Object.hasOwn(definition, 'key')) this.key = key;
    if (system !== undefined) this.system = system;
  }

  static isVariable(value) {
    return value instanceof Variable;
  }

  get() {
    return this.castOut(given(this.value));
  }

  set(value) {
    this.value = value === undefined || typeof value === 'function' ? value : this.castIn(value);
  }

  cast(value) {
    return this.castOut(value);
  }

  castIn(value) {
    return through(this.type, 'in', value);
  }

  castOut(value) {
    return through(this.type, 'out', value);
  }

  /** Declares another type, and makes the value into it unless `noCast`; without a known type it says the one there is. */
  valueType(type, noCast) {
    const name = type === undefined || type === null ? '' : String(type).toLowerCase();
    if (!Object.hasOwn(TYPES, name)) return this.type || 'any';
    const before = this.get();
    this.type = name;
    if (!noCast && typeof this.value !== 'function') this.set(before);
    return this.type;
  }

  update(definition) {
    if (definition === null || typeof definition !== 'object') return;
    const { type, value, key, ...rest } = definition;
    if (type !== undefined) this.valueType(type, value !== undefined);
    if (Object.hasOwn(definition, 'value')) this.set(value);
    for (const name of ['system', 'disabled']) if (rest[name] !== undefined) this[name] = rest[name];
    if (rest.description !== undefined) this.describe(rest.description);
  }

  valueOf(...value) {
    if (value.length) this.set(value[0]);
    return this.get();
  }

  toString() {
    const value = this.get();
    return value === null ? 'null' : value === undefined ? '' : String(value);
  }

  toJSON() {
    const json = { ...this };
    if (json.value === undefined) delete json.value;
    return json;
  }
}

function written(value) {
  try {
    value = decodeURIComponent(value);
  } catch {
    // Not written so yet.
  }
  try {
    return encodeURIComponent(value);
  } catch {
    return value;
  }
}

const FLAGS = ['secure', 'httpOnly', 'hostOnly', 'session'];

export class Cookie extends Row {
  static _postman_propertyName = 'Cookie';
  static _postman_propertyIndexKey = 'name';
  static _postman_propertyIndexCaseInsensitive = true;
  static _postman_propertyAllowsMultipleValues = true;

  constructor(definition) {
    super();
    this.update(typeof definition === 'string' ? Cookie.parse(definition) : definition);
  }

  static isCookie(value) {
    return value instanceof Cookie;
  }

  /** The parts of a `Set-Cookie` line. */
  static parse(text) {
    if (typeof text !== 'string') return text;
    const [first, ...attributes] = text.split(/; */);
    const cookie = Cookie.splitParam(first);
    const known = { expires: 'expires', 'max-age': 'maxAge', domain: 'domain', path: 'path', secure: 'secure', httponly: 'httpOnly' };
    const extensions = [];
    for (const { key, value } of attributes.filter(Boolean).map(Cookie.splitParam)) {
      const property = known[key.toLowerCase()];
      if (property) cookie[property] = value;
      else extensions.push({ key, value });
    }
    if (extensions.length) cookie.extensions = extensions;
    if (!cookie.domain) cookie.hostOnly = true;
    return cookie;
  }

  /** `name=value`; a name alone stands for yes. */
  static splitParam(text) {
    const [key, value = true] = pair(text, '=').map((part) => part.trim());
    return { key, value: typeof value === 'string' && value[0] === '"' ? value.slice(1, -1) : value };
  }

  static unparse(cookies) {
    return cookies && typeof cookies.map === 'function' ? cookies.map((cookie) => Cookie.unparseSingle(cookie)).join('; ') : '';
  }

  static unparseSingle(cookie) {
    if (!cookie) return '';
    const value = cookie.value === undefined || cookie.value === null ? '' : cookie.value;
    return cookie.name ? `${cookie.name}=${value}` : value;
  }

  static stringify(cookie) {
    return Cookie.prototype.toString.call(cookie);
  }

  update(definition) {
    if (definition === null || typeof definition !== 'object') return;
    const { key, name = key, expires, maxAge, domain, path, value, extensions } = definition;
    const known = {
      name,
      expires: typeof expires === 'string' ? new Date(expires) : expires,
      maxAge: maxAge === undefined ? undefined : Number(maxAge),
      domain,
      path,
    };
    for (const flag of FLAGS) if (definition[flag] !== undefined) known[flag] = Boolean(definition[flag]);
    // Written as a header can carry it; what is written so already stays.
    take(this, { ...known, value: value ? written(value) : undefined, extensions: extensions || undefined });
  }

  /** Lists name cookies by this. */
  get key() {
    return this.name;
  }

  valueOf() {
    try {
      return decodeURIComponent(this.value);
    } catch {
      return this.value;
    }
  }

  /** As a `Set-Cookie` line has it. */
  toString() {
    let text = Cookie.unparseSingle(this);
    if (this.expires) text += `; Expires=${this.expires instanceof Date ? this.expires.toUTCString() : this.expires}`;
    if (this.maxAge && this.maxAge !== Infinity) text += `; Max-Age=${this.maxAge}`;
    if (this.domain && !this.hostOnly) text += `; Domain=${this.domain}`;
    if (this.path) text += `; Path=${this.path}`;
    if (this.secure) text += '; Secure';
    if (this.httpOnly) text += '; HttpOnly';
    for (const { key, value } of this.extensions || []) text += value === true ? `; ${key}` : `; ${key}=${value}`;
    return text;
  }
}
