// `pm.request`: a request that scripts may read and change before it is sent.
//
// The host gives a description when a script first touches the request. When the script is over, the parts
// that read differently from that description go back; untouched parts never make the trip.

import { chai } from './expect/index.js';
import { HeaderList, PropertyList } from './lists.js';
import { native } from './json.js';
import { Url } from './url.js';

export class RequestBody {
  static shownAsJson = true;

  constructor(definition) {
    this.update(definition);
  }

  update(definition) {
    if (typeof definition === 'string') definition = { mode: 'raw', raw: definition };
    else if (definition instanceof RequestBody) definition = definition.toJSON();
    definition = definition || {};
    this.mode = definition.mode;
    this.raw = definition.raw;
    this.options = definition.options;
    this.disabled = definition.disabled;
    this.file = typeof definition.file === 'string' ? { src: definition.file } : definition.file;
    this.graphql = definition.graphql;
    this.urlencoded = definition.urlencoded === undefined ? undefined : new PropertyList(definition.urlencoded);
    this.formdata = definition.formdata === undefined ? undefined : new PropertyList(definition.formdata);
  }

  isEmpty() {
    if (!this.mode) return true;
    const data = this[this.mode];
    if (data === undefined || data === null) return true;
    if (data instanceof PropertyList) return data.count() === 0;
    if (this.mode === 'file') return !(data.src || data.content);
    return data.length === 0;
  }

  toString() {
    if (this.mode === 'raw') return this.raw === undefined ? '' : String(this.raw);
    if (this.mode === 'urlencoded') return String(this.urlencoded || '');
    return '';
  }

  toJSON() {
    const json = { mode: this.mode };
    for (const key of ['raw', 'options', 'file', 'graphql', 'disabled']) {
      if (this[key] !== undefined) json[key] = this[key];
    }
    if (this.urlencoded) json.urlencoded = this.urlencoded.toJSON();
    if (this.formdata) json.formdata = this.formdata.toJSON();
    return json;
  }
}

/** For the host: `{ type, params }` out of `{ type, basic: [{ key, value }] }` or `{ type, basic: { username } }`. */
function plainAuth(auth) {
  if (!auth) return { type: auth === null ? 'none' : 'inherit', params: {} };
  const given = auth[auth.type];
  const params = Array.isArray(given) ? Object.fromEntries(given.map(({ key, value }) => [key, value])) : given || {};
  return { type: auth.type === 'noauth' ? 'none' : auth.type, params };
}

function headerRow(row) {
  const header = { key: String(row.key), value: row.value === undefined || row.value === null ? '' : String(row.value) };
  if (row.disabled) header.disabled = true;
  if (row.description) header.description = row.description;
  return header;
}

export class Request {
  static shownAsJson = true;
  #url;
  #headers;
  #body;

  constructor(definition) {
    this.update(definition);
  }

  static isRequest(value) {
    return value instanceof Request;
  }

  update(definition) {
    if (typeof definition === 'string' || definition instanceof Url) definition = { url: definition };
    definition = definition || {};
    this.method = String(definition.method || 'GET').toUpperCase();
    if (definition.name !== undefined) this.name = definition.name;
    if (definition.id !== undefined) this.id = definition.id;
    if (definition.description !== undefined) this.description = definition.description;
    this.auth = definition.auth;
    this.url = definition.url;
    this.headers = definition.header || definition.headers || [];
    this.body = definition.body;
  }

  get url() {
    return this.#url;
  }

  set url(value) {
    this.#url = value instanceof Url ? value : new Url(value);
  }

  get headers() {
    return this.#headers;
  }

  set headers(value) {
    this.#headers = value instanceof HeaderList ? value : new HeaderList(value, headerRow);
  }

  get body() {
    return this.#body;
  }

  set body(value) {
    this.#body = value === undefined || value === null || value instanceof RequestBody ? value || undefined : new RequestBody(value);
  }

  get to() {
    return chai.expect(this).to;
  }

  addHeader(header) {
    this.headers.add(header);
  }

  upsertHeader(header) {
    if (header) this.headers.upsert(header);
  }

  removeHeader(what, options) {
    if (typeof what !== 'string' || (options && options.ignoreCase)) this.headers.remove(what);
    else this.headers.remove((row) => row.key === what);
  }

  getHeaders({ ignoreCase, enabled, multiValue, sanitizeKeys } = {}) {
    return this.headers.toObject(enabled, !ignoreCase, Boolean(multiValue), sanitizeKeys);
  }

  forEachHeader(callback) {
    this.headers.each((row) => callback(row));
  }

  addQueryParams(params) {
    this.url.addQueryParams(params);
  }

  removeQueryParams(params) {
    this.url.removeQueryParams(params);
  }

  authorizeUsing(type, options) {
    if (type !== null && typeof type === 'object') ({ type, ...options } = type);
    this.auth = type === null ? undefined : { type, [type]: options };
  }

  clone() {
    return new Request(this.toJSON());
  }

  size() {
    const body = this.body ? this.body.toString().length : 0;
    const header = this.headers.contentSize();
    return { body, header, total: body + header, source: 'COMPUTED' };
  }

  toJSON() {
    const json = { url: this.url.toJSON(), method: this.method, header: this.headers.toJSON() };
    if (this.name !== undefined) json.name = this.name;
    if (this.description !== undefined) json.description = this.description;
    if (this.body) json.body = this.body.toJSON();
    if (this.auth) json.auth = this.auth;
    return json;
  }

  /** Each part as the host takes it. */
  parts() {
    return {
      method: this.method,
      url: {
        base: this.url.base() + (this.url.hash === undefined ? '' : `#${this.url.hash}`),
        params: this.url.query.toJSON(),
        variables: this.url.variables.toJSON(),
      },
      headers: this.headers.toJSON(),
      auth: plainAuth(this.auth),
      body: this.body && this.body.mode ? this.body.toJSON() : null,
    };
  }
}

/** Wraps the host's request and remembers how it read, for `changes`. */
export function fromHost(definition) {
  const request = new Request(definition);
  const texts = {};
  for (const [part, value] of Object.entries(request.parts())) texts[part] = native.stringify(value);
  return { request, texts };
}

/** The parts that read differently now, or undefined. */
export function changes({ request, texts }) {
  const changed = {};
  for (const [part, value] of Object.entries(request.parts())) {
    if (native.stringify(value) !== texts[part]) changed[part] = value;
  }
  return Object.keys(changed).length ? changed : undefined;
}
