// `URL` and `URLSearchParams` as the web's standard has them.

import { missing } from '../libs.js';
import { clean, host } from '../run.js';

const native = host.lib('url');

const PARTS = ['protocol', 'username', 'password', 'host', 'hostname', 'port', 'pathname', 'search', 'hash'];

export class URLSearchParams {
  #pairs = [];
  #changed = () => {};

  constructor(init = '') {
    if (init !== null && typeof init === 'object') {
      const entries = typeof init[Symbol.iterator] === 'function' ? [...init] : Object.entries(init);
      for (const entry of entries) {
        const pair = [...entry];
        if (pair.length !== 2) throw new TypeError('Each query pair must be an iterable [name, value] tuple');
        this.#pairs.push(pair.map(clean));
      }
    } else {
      this.#pairs = native.pairs(clean(init).replace(/^\?/, ''));
    }
  }

  /** For `URL`: calls back with the new text after every change. */
  static watched(text, changed) {
    const params = new URLSearchParams(text);
    params.#changed = () => changed(params.toString());
    return params;
  }

  /** For `URL`: takes a new text without calling back. */
  static refill(params, text) {
    params.#pairs = native.pairs(text.replace(/^\?/, ''));
  }

  get size() {
    return this.#pairs.length;
  }

  append(name, value) {
    this.#pairs.push([clean(name), clean(value)]);
    this.#changed();
  }

  delete(name, value) {
    name = clean(name);
    this.#pairs = this.#pairs.filter((pair) => pair[0] !== name || (value !== undefined && pair[1] !== clean(value)));
    this.#changed();
  }

  get(name) {
    const found = this.#pairs.find((pair) => pair[0] === clean(name));
    return found ? found[1] : null;
  }

  getAll(name) {
    return this.#pairs.filter((pair) => pair[0] === clean(name)).map((pair) => pair[1]);
  }

  has(name, value) {
    return this.#pairs.some((pair) => pair[0] === clean(name) && (value === undefined || pair[1] === clean(value)));
  }

  set(name, value) {
    name = clean(name);
    const at = this.#pairs.findIndex((pair) => pair[0] === name);
    if (at < 0) {
      this.#pairs.push([name, clean(value)]);
    } else {
      this.#pairs[at][1] = clean(value);
      this.#pairs = this.#pairs.filter((pair, index) => index <= at || pair[0] !== name);
    }
    this.#changed();
  }

  sort() {
    this.#pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
    this.#changed();
  }

  forEach(callback, self) {
    for (const [name, value] of this.#pairs) callback.call(self, value, name, this);
  }

  *entries() {
    for (const [name, value] of this.#pairs) yield [name, value];
  }

  *keys() {
    for (const [name] of this.#pairs) yield name;
  }

  *values() {
    for (const [, value] of this.#pairs) yield value;
  }

  [Symbol.iterator]() {
    return this.entries();
  }

  toString() {
    return native.query(this.#pairs);
  }

  [Symbol.for('nodejs.util.inspect.custom')]() {
    const quote = (text) => `'${text.replace(/['\\]/g, '\\$&')}'`;
    const parts = this.#pairs.map(([name, value]) => `${quote(name)} => ${quote(value)}`);
    return `URLSearchParams {${parts.length ? ` ${parts.join(', ')} ` : ''}}`;
  }
}

function read(text, base) {
  return base === undefined ? native.parse(clean(text)) : native.parse(clean(text), clean(base));
}

export class URL {
  #href;
  #params;

  constructor(text, base) {
    this.#href = read(text, base);
    if (typeof this.#href !== 'string') {
      const error = new TypeError('Invalid URL');
      error.code = 'ERR_INVALID_URL';
      error.input = String(text);
      if (base !== undefined) error.base = String(base);
      throw error;
    }
  }

  static canParse(text, base) {
    return typeof read(text, base) === 'string';
  }

  static parse(text, base) {
    return URL.canParse(text, base) ? new URL(text, base) : null;
  }

  get href() {
    return this.#href;
  }

  set href(text) {
    this.#href = new URL(text).href;
    this.#refill();
  }

  get origin() {
    return native.part(this.#href, 'origin');
  }

  get searchParams() {
    if (!this.#params) {
      this.#params = URLSearchParams.watched(this.search, (query) => {
        this.#href = native.change(this.#href, 'search', query);
      });
    }
    return this.#params;
  }

  toString() {
    return this.#href;
  }

  toJSON() {
    return this.#href;
  }

  [Symbol.for('nodejs.util.inspect.custom')]() {
    const parts = ['href', 'origin', ...PARTS].map((name) => `${name}: '${this[name]}'`);
    parts.splice(-1, 0, `searchParams: ${this.searchParams[Symbol.for('nodejs.util.inspect.custom')]()}`);
    return `URL { ${parts.join(', ')} }`;
  }

  #refill() {
    if (this.#params) URLSearchParams.refill(this.#params, this.search);
  }

  static {
    for (const name of PARTS) {
      Object.defineProperty(URL.prototype, name, {
        configurable: true,
        enumerable: true,
        get() {
          return native.part(this.#href, name);
        },
        set(value) {
          this.#href = native.change(this.#href, name, clean(value));
          if (name === 'search') this.#refill();
        },
      });
    }
  }
}

// A script has nothing that could open such an address.
missing(URL, 'URL', 'createObjectURL revokeObjectURL');
