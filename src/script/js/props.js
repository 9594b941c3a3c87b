// The rows of Postman's lists: headers, parameters, form fields, variables, cookies. Each is one object with a key
// and a value, and knows how it reads as text.

import { Property, take } from './base.js';

/** A row; everything its definition says is kept. */
class Row extends Property {
  constructor(definition) {
    super();
    this.update(definition);
  }

  update(definition) {
    take(this, definition);
  }

  valueOf() {
    return this.value;
  }
}

const pair = (text, mark) => {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};

// Rows say how lists of them are kept: by the names that Postman has for it, which scripts may read.
export class Header extends Row {
  static _postman_propertyName = 'Header';
  static _postman_propertyIndexKey = 'key';
  static _postman_propertyIndexCaseInsensitive = true;
  static _postman_propertyAllowsMultipleValues = true;

  constructor(definition, name) {
    super(typeof definition === 'string' ? (name === undefined ? Header.parseSingle(definition) : { key: name, value: definition }) : definition);
  }

  static create(value, name) {
    return new Header(value, name);
  }

  static isHeader(value) {
    return value instanceof Header;
  }

  /** One for each line that has a colon; what is indented belongs to the line before. */
  static parse(text) {
    if (typeof text !== 'string') return [];
    const lines = text.replace(/\r\n([ \t])/g, '$1').split(/\r?\n/);
    return lines.filter((line) => line.includes(':')).map(Header.parseSingle);
  }

  static parseSingle(text) {
    if (typeof text !== 'string') return { key: '', value: '' };
    const [key, value = ''] = pair(text, ':');
    return { key: key.trim(), value: value.trim() };
  }

  static unparse(headers, separator = '\r\n') {
    return [...headers].map((header) => Header.unparseSingle(header) + separator).join('');
  }

  static unparseSingle(header) {
    return header ? `${header.key}: ${header.value}` : '';
  }

  toString() {
    return `${this.key}: ${this.value}`;
  }
}

// A pair of a query or of a form; without a value there is no `=`.
class Param extends Row {
  constructor(definition) {
    super(typeof definition === 'string' ? QueryParam.parseSingle(definition) : definition);
  }

  valueOf() {
    return this.value === undefined || this.value === null ? '' : this.value;
  }

  toString() {
    return QueryParam.unparseSingle(this);
  }
}

// What would end a part of a query, but within `{{…}}`.
const escaped = (text, marks) =>
  text.replace(/{{[^{}]*}}|[&#=]/g, (found) => (marks.includes(found) ? encodeURIComponent(found) : found));

export class QueryParam extends Param {
  static _postman_propertyName = 'QueryParam';
  static _postman_propertyIndexKey = 'key';
  static _postman_propertyAllowsMultipleValues = true;

  static parse(text) {
    return typeof text === 'string' && text ? text.split('&').map(QueryParam.parseSingle) : [];
  }

  static parseSingle(text) {
    const [key, value] = pair(text, '=');
    return { key, value: value === undefined ? null : value };
  }

  static unparse(params) {
    const rows = Array.isArray(params) || typeof params[Symbol.iterator] === 'function' ? [...params] : Object.entries(params).map(([key, value]) => ({ key, value }));
    return rows.filter((row) => !row.disabled).map(QueryParam.unparseSingle).join('&');
  }

  static unparseSingle(row) {
    if (!row) return '';
    const key = row.key === undefined || row.key === null ? '' : escaped(String(row.key), '&#=');
    return row.value === undefined || row.value === null ? key : `${key}=${escaped(String(row.value), '&#')}`;
  }
}

export class FormParam extends Param {
  static _postman_propertyName = 'FormParam';
  static _postman_propertyIndexKey = 'key';
  static _postman_propertyAllowsMultipleValues = true;

  static parse(text) {
    return QueryParam.parse(text);
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

  constructor({ key, value, type = 'any', ...rest } = {}) {
    super();
    this.type = String(type).toLowerCase();
    this.set(value);
    this.key = key;
    super.update(rest);
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
    take(this, rest);
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
    const { value, ...rest } = this;
    return value === undefined ? rest : { type: this.type, value, ...rest };
  }
}

export class Cookie extends Row {
  static _postman_propertyName = 'Cookie';
  static _postman_propertyIndexKey = 'name';
  static _postman_propertyIndexCaseInsensitive = true;
  static _postman_propertyAllowsMultipleValues = true;

  constructor(definition) {
    super(typeof definition === 'string' ? Cookie.parse(definition) : definition);
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
    const { key, name = key, expires, ...rest } = definition;
    super.update({ name, expires: typeof expires === 'string' ? new Date(expires) : expires, ...rest });
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
