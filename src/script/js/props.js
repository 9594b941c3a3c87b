// The rows of Postman's lists: headers, parameters, form fields, variables, cookies. Each is one object with a key
// and a value, and knows how it reads as text.

/** A row; everything its definition says is kept, also what Postman has no name for. */
export class Property {
  static shownAsJson = true;

  constructor(definition) {
    this.update(definition);
  }

  update(definition) {
    if (definition !== null && typeof definition === 'object') {
      for (const [key, value] of Object.entries(definition)) if (value !== undefined) this[key] = value;
    }
  }

  valueOf() {
    return this.value;
  }

  describe(content) {
    this.description = content;
  }

  /** The list it stands in. */
  parent() {
    return undefined;
  }

  toJSON() {
    const json = {};
    for (const [key, value] of Object.entries(this)) {
      if (typeof value !== 'function') json[key] = value !== null && value !== undefined && typeof value.toJSON === 'function' ? value.toJSON() : value;
    }
    return json;
  }
}

const pair = (text, mark) => {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};

export class Header extends Property {
  constructor(definition, name) {
    super(typeof definition === 'string' ? (name === undefined ? Header.parseSingle(definition) : { key: name, value: definition }) : definition);
  }

  static create(value, name) {
    return new Header(value, name);
  }

  static isHeader(value) {
    return value instanceof Header;
  }

  static parse(text) {
    return typeof text === 'string' ? text.split(/\r?\n/).filter((line) => line.trim()).map(Header.parseSingle) : [];
  }

  static parseSingle(text) {
    if (typeof text !== 'string') return { key: '', value: '' };
    const [key, value = ''] = pair(text, ':');
    return { key: key.trim(), value: value.trim() };
  }

  static unparse(headers, separator = '\r\n') {
    return [...headers].map((header) => Header.unparseSingle(header)).join(separator);
  }

  static unparseSingle(header) {
    return header ? `${header.key}: ${header.value}` : '';
  }

  valueOf() {
    return this.value;
  }

  toString() {
    return `${this.key}: ${this.value}`;
  }
}

// A pair of a query or of a form; without a value there is no `=`.
class Param extends Property {
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

export class QueryParam extends Param {
  static parse(text) {
    return typeof text === 'string' && text ? text.split('&').map(QueryParam.parseSingle) : [];
  }

  static parseSingle(text) {
    const [key, value] = pair(text, '=');
    return { key, value: value === undefined ? null : value };
  }

  static unparse(params) {
    const rows = Array.isArray(params) || typeof params[Symbol.iterator] === 'function' ? [...params] : Object.entries(params).map(([key, value]) => ({ key, value }));
    return rows.map(QueryParam.unparseSingle).join('&');
  }

  static unparseSingle(row) {
    if (!row) return '';
    const key = row.key === undefined || row.key === null ? '' : row.key;
    return row.value === undefined || row.value === null ? String(key) : `${key}=${row.value}`;
  }
}

export class FormParam extends Param {}

const CASTS = {
  string: (value) => (typeof value === 'string' ? value : String(value)),
  number: Number,
  boolean: Boolean,
  array: (value) => (typeof value === 'string' ? JSON.parse(value) : value),
  object: (value) => (typeof value === 'string' ? JSON.parse(value) : value),
  json: (value) => (typeof value === 'string' ? value : JSON.stringify(value)),
};

/** A value made into the type a variable was declared with; an unknown type changes nothing. */
export const cast = (value, type) => (Object.hasOwn(CASTS, type) ? CASTS[type](value) : value);

export class Variable extends Property {
  constructor({ key, value, type = 'any', ...rest } = {}) {
    super();
    this.type = type;
    this.value = cast(value, type);
    this.key = key;
    super.update(rest);
  }

  static isVariable(value) {
    return value instanceof Variable;
  }

  get() {
    return this.value;
  }

  set(value) {
    this.value = cast(value, this.type);
  }

  toString() {
    return String(this.value);
  }

  toJSON() {
    const { value, ...rest } = this;
    return value === undefined ? rest : { type: this.type, value, ...rest };
  }
}

export class Cookie extends Property {
  constructor(definition) {
    super(typeof definition === 'string' ? Cookie.parse(definition) : definition);
  }

  static isCookie(value) {
    return value instanceof Cookie;
  }

  /** The parts of a `Set-Cookie` line. */
  static parse(text) {
    const [first, ...attributes] = String(text).split(';');
    const [name, value = ''] = pair(first, '=');
    const cookie = { name: name.trim(), value: value.trim() };
    const known = { expires: 'expires', 'max-age': 'maxAge', domain: 'domain', path: 'path', secure: 'secure', httponly: 'httpOnly' };
    const extensions = [];
    for (const attribute of attributes) {
      const [key, content] = pair(attribute.trim(), '=');
      const property = known[key.toLowerCase()];
      if (property) cookie[property] = content === undefined ? true : content;
      else if (key) extensions.push({ key, value: content === undefined ? true : content });
    }
    if (extensions.length) cookie.extensions = extensions;
    return cookie;
  }

  static unparseSingle(cookie) {
    return cookie ? `${cookie.name}=${cookie.value}` : '';
  }

  static stringify(cookie) {
    return String(new Cookie(cookie));
  }

  update(definition) {
    if (definition === null || typeof definition !== 'object') return;
    const { key, name = key, ...rest } = definition;
    super.update({ name, ...rest });
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
    let text = `${this.name}=${this.value === undefined ? '' : this.value}`;
    if (this.expires) text += `; Expires=${this.expires instanceof Date ? this.expires.toUTCString() : this.expires}`;
    if (this.maxAge !== undefined) text += `; Max-Age=${this.maxAge}`;
    if (this.domain) text += `; Domain=${this.domain}`;
    if (this.path) text += `; Path=${this.path}`;
    if (this.secure) text += '; Secure';
    if (this.httpOnly) text += '; HttpOnly';
    return text;
  }
}
