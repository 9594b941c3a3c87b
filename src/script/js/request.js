// `pm.request`: a request that scripts may read and change before it is sent.
//
// The host gives a description when a script first touches the request. When the script is over, the parts
// that read differently from that description go back; untouched parts never make the trip.

import { chai } from './chai.js';
import { RequestAuth } from './auth.js';
import { Description, Property, PropertyBase, SHOWN } from './base.js';
import { FormParamList, HeaderList, PropertyList, QueryParamList } from './lists.js';
import { shownAsJson } from './format.js';
import { native } from './json.js';
import { Url } from './url.js';

const MODES = { raw: 'raw', formdata: 'formdata', urlencoded: 'urlencoded', file: 'file', graphql: 'graphql' };

export class RequestBody extends PropertyBase {
  static {
    shownAsJson(this);
  }

  static MODES = MODES;

  constructor(definition) {
    super();
    this.update(definition);
  }

  update(definition) {
    if (typeof definition === 'string') definition = { mode: 'raw', raw: definition };
    else if (definition instanceof RequestBody) definition = definition.toJSON();
    if (!definition || !definition.mode) return;
    const mode = MODES[String(definition.mode).toLowerCase()] || MODES.raw;
    this.mode = mode;
    this.raw = mode === MODES.raw && !definition.raw ? '' : definition.raw;
    this.options = definition.options !== null && typeof definition.options === 'object' ? definition.options : undefined;
    this.disabled = definition.disabled;
    this.file = typeof definition.file === 'string' ? { src: definition.file } : definition.file;
    const { query, operationName, variables } = definition.graphql || {};
    this.graphql = definition.graphql ? { query, operationName, variables } : mode === MODES.graphql ? {} : undefined;
    const list = (name, List) => (definition[name] || mode === name ? new List(this, definition[name] || []) : undefined);
    this.urlencoded = list(MODES.urlencoded, QueryParamList);
    this.formdata = list(MODES.formdata, FormParamList);
  }

  isEmpty() {
    if (!this.mode) return true;
    const data = this[this.mode];
    if (data === undefined || data === null) return true;
    if (data instanceof PropertyList) return data.count() === 0;
    if (this.mode === 'graphql') return !(data.query || data.variables || data.operationName);
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

/** For the host: the chosen type and its parameters. */
function plainAuth(auth) {
  if (!auth) return { type: 'inherit', params: {} };
  const params = auth.parameters();
  const none = auth.type === 'noauth' || !auth.type;
  return { type: none ? 'none' : auth.type, params: params ? params.toObject(true, true) : {} };
}

/** How long a text is in UTF-8. */
export function byteLength(text) {
  let bytes = text.length;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 0x7ff) bytes += code >= 0xd800 && code < 0xe000 ? 1 : 2;
    else if (code > 0x7f) bytes += 1;
  }
  return bytes;
}

// A header for the host: always with a value; one of nothing is sent as `null`, as in Postman.
const headerRow = (row) => ({ ...row.toJSON(), key: String(row.key), value: row.value === undefined ? '' : row.value === null ? 'null' : row.value });

// A pair of the query for the host: only texts are sent as a value.
const queryRow = (row) => ({ ...row.toJSON(), key: typeof row.key === 'string' ? row.key : '', value: typeof row.value === 'string' ? row.value : null });

// Kept out of what a script lists or writes as JSON: Postman's requests do not have them there.
function aside(request, name, value) {
  if (value) Object.defineProperty(request, name, { value, writable: true, configurable: true, enumerable: false });
}

export class Request extends Property {
  #url;
  #headers;
  #body;
  #auth;

  constructor(definition) {
    super();
    this.update(typeof definition === 'string' || definition instanceof Url ? { url: definition } : definition);
  }

  static isRequest(value) {
    return value instanceof Request;
  }

  update(definition) {
    definition = definition || {};
    this.method = definition.method === undefined && this.method ? this.method : String(definition.method || 'GET').toUpperCase();
    aside(this, 'id', definition.id);
    if (definition.description) aside(this, 'description', Description.isDescription(definition.description) ? definition.description : new Description(definition.description));
    if (definition.auth !== undefined || !this.#url) this.auth = definition.auth;
    if (definition.url !== undefined || !this.#url) this.url = definition.url;
    if (definition.header !== undefined || !this.#headers) this.headers = definition.header;
    if (definition.body !== undefined) this.body = definition.body;
    for (const name of ['certificate', 'proxy']) if (definition[name]) this[name] = definition[name];
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
    this.#headers = value instanceof HeaderList ? value : new HeaderList(this, value || []);
  }

  get body() {
    return this.#body;
  }

  set body(value) {
    this.#body = value === undefined || value === null || value instanceof RequestBody ? value || undefined : new RequestBody(value);
  }

  get auth() {
    return this.#auth;
  }

  set auth(value) {
    const none = value === undefined || value === null;
    this.#auth = none || value instanceof RequestAuth ? value || undefined : new RequestAuth(value, this);
  }

  get to() {
    return chai().expect(this).to;
  }

  addHeader(header) {
    this.headers.add(header);
  }

  /** By the name as it is written: of one in other letters there are two then. */
  upsertHeader(header) {
    if (!header || !header.key) return;
    const old = this.headers.find({ key: header.key });
    if (old) old.value = header.value;
    else this.headers.add(header);
  }

  removeHeader(what, options) {
    const name = typeof what === 'string' ? what : what.key;
    if (!name) return;
    if (options && options.ignoreCase) this.headers.remove(name);
    else this.headers.remove((row) => row.key === name);
  }

  getHeaders(options) {
    const { ignoreCase, enabled, multiValue, sanitizeKeys } = options || {};
    return this.headers.toObject(enabled, !ignoreCase, multiValue, sanitizeKeys);
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

  authorizeUsing(type, params) {
    if (type !== null && typeof type === 'object') ({ type, ...params } = type);
    if (!type) {
      this.auth = undefined;
    } else {
      if (!this.auth) this.auth = {};
      this.auth.clear(type);
      this.auth.use(type, params);
    }
  }

  clone() {
    return new Request(this.toJSON());
  }

  /** Bytes on the wire: the request line and the headers, and the body. */
  size() {
    const announced = this.headers.get('content-length');
    const known = announced && !isNaN(announced);
    const body = known ? parseInt(announced, 10) : this.body ? byteLength(this.body.toString()) : 0;
    const source = known ? 'CONTENT-LENGTH' : 'COMPUTED';
    const line = `${this.method} ${this.url.getPathWithQuery()} HTTP/X.X\r\n`;
    const header = line.length + this.headers.contentSize() + 2;
    return { body, header, total: body + header, source };
  }

  toJSON() {
    const json = {};
    if (this.description) json.description = this.description.toJSON ? this.description.toJSON() : this.description;
    json.url = this.url.toJSON();
    if (this.headers.count()) json.header = this.headers.toJSON();
    json.method = this.method;
    if (this.body) json.body = this.body.toJSON();
    if (this.auth) json.auth = this.auth.toJSON();
    for (const name of ['certificate', 'proxy']) if (this[name]) json[name] = this[name];
    return json;
  }

  /** As assertions show it: as much as Postman's fits into their texts. */
  [SHOWN]() {
    // What scripts are given has an `id`, and Postman's the way to what is said of it.
    const more = ['id', 'description', 'certificate', 'proxy'].filter((name) => Object.hasOwn(this, name)).length;
    return `PostmanRequest{ …(${3 + (this.body ? 1 : 0) + (this.auth ? 1 : 0) + more}) }`;
  }

  /** Each part as the host takes it. */
  parts() {
    return {
      method: this.method,
      url: {
        base: this.url.base() + (this.url.hash === undefined ? '' : `#${this.url.hash}`),
        params: this.url.query.map(queryRow),
        variables: this.url.variables.toJSON(),
      },
      headers: this.headers.map(headerRow),
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
    // A request whose auth is taken away goes with what is written down for it, as in Postman: `noauth` is the way to none.
    if (part === 'auth' && !request.auth) continue;
    if (native.stringify(value) !== texts[part]) changed[part] = value;
  }
  return Object.keys(changed).length ? changed : undefined;
}
