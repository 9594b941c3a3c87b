// `pm.response` and the responses of `pm.sendRequest`. The body stays with the host until a script asks.

import { chai } from './expect/index.js';
import { CookieList, HeaderList } from './lists.js';
import { parse } from './json.js';
import { load } from './libs.js';
import { host } from './run.js';

const EXTENSIONS = {
  'text/plain': 'txt',
  'text/javascript': 'js',
  'application/javascript': 'js',
  'application/octet-stream': 'bin',
  'image/jpeg': 'jpg',
  'image/svg+xml': 'svg',
};

// What Postman calls a body: `['text', 'json']`, `['image', 'png']` …
function kindOf(contentType) {
  const [type, subtype = ''] = contentType.split('/');
  const text = /json|xml|html|javascript|css|yaml|csv/.exec(subtype);
  if (['image', 'audio', 'video'].includes(type)) return [type, subtype];
  if (type === 'text' || text) return ['text', text ? text[0].replace('javascript', 'script') : 'plain'];
  if (subtype === 'pdf') return ['embed', 'pdf'];
  return ['unknown', 'raw'];
}

function decoded(text) {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return text.trim();
  }
}

let rowsOf;

// A list that is made when it is first read: most scripts want only the code.
function late(name, List) {
  const put = (response, value) => Object.defineProperty(response, name, { value, writable: true });
  return {
    configurable: true,
    enumerable: true,
    get() {
      const list = new List(rowsOf(this, name));
      put(this, list);
      return list;
    },
    set(value) {
      put(this, value);
    },
  };
}

const HEADERS = late('headers', HeaderList);
const COOKIES = late('cookies', CookieList);

export class Response {
  static shownAsJson = true;
  #id;
  #text;
  #sizes;
  #name;
  #rows;

  /** `described` is what the host says without the body, `id` the number of the body there. */
  constructor(described, id) {
    this.#id = id;
    this.#sizes = { header: described.headerSize || 0, body: described.bodySize || 0 };
    this.code = described.code;
    this.status = described.status;
    this.responseTime = described.responseTime;
    this.responseSize = this.#sizes.body;
    this.#rows = described;
    Object.defineProperty(this, 'headers', HEADERS);
    Object.defineProperty(this, 'cookies', COOKIES);
  }

  static {
    rowsOf = (response, name) => (response.#id === undefined ? response.#rows[name] || [] : host.rows(response.#id, name));
  }

  static isResponse(value) {
    return value instanceof Response;
  }

  /** Made when a script asks: nothing is stored under it. */
  get id() {
    if (this.#name === undefined) this.#name = host.uuid();
    return this.#name;
  }

  get body() {
    return this.text();
  }

  get stream() {
    return this.#id === undefined ? undefined : load('buffer').Buffer.from(host.bytes(this.#id));
  }

  get to() {
    return chai.expect(this).to;
  }

  text() {
    if (this.#id === undefined) return undefined;
    if (this.#text === undefined) this.#text = host.text(this.#id);
    return this.#text;
  }

  json(reviver, strict) {
    if (reviver === undefined && strict === undefined && this.#id !== undefined) {
      // The quick way: the bytes are read as JSON without becoming a text first.
      const [done, value] = host.json(this.#id);
      if (done) return value;
    }
    return parse(this.text(), reviver, strict);
  }

  /** The body of a JSONP answer: what stands between the outer brackets. */
  jsonp(reviver, strict) {
    const text = this.text();
    const found = /^[^(]*\(([\s\S]*)\)[\s;]*$/.exec(text);
    return parse(found ? found[1] : text, reviver, strict);
  }

  reason() {
    return this.status || host.reason(this.code || 0);
  }

  details() {
    return { name: this.reason(), detail: '', code: this.code, standardName: host.reason(this.code || 0) };
  }

  /** Bytes on the wire; the body's as the server announced them. */
  size() {
    const announced = Number(this.headers.get('content-length'));
    const body = announced || this.#sizes.body;
    const { header } = this.#sizes;
    return { body, header, total: body + header };
  }

  encoding() {
    const format = this.headers.get('content-encoding');
    return { format, source: format === undefined ? undefined : 'HEADER' };
  }

  /** What the body is, by the headers alone. */
  contentInfo() {
    const [type, ...rest] = String(this.headers.get('content-type') || 'text/plain').split(';');
    const contentType = type.trim().toLowerCase();
    const charset = rest.map((part) => /^\s*charset\s*=\s*"?([^"]*)"?\s*$/i.exec(part)).find(Boolean);
    const [mimeType, mimeFormat] = kindOf(contentType);
    const fileExtension = EXTENSIONS[contentType] || (contentType.split('/')[1] || 'bin').replace(/^.*\+|^x-/, '');
    const disposition = this.headers.get('content-disposition') || '';
    const named = /filename\*=(?:utf-8|iso-8859-1)?'[^']*'([^;]+)/i.exec(disposition) || /filename="?([^";]*)"?/i.exec(disposition);
    const fileName = named && named[1] ? decoded(named[1]) : `response.${fileExtension}`;
    return {
      contentType,
      mimeType,
      mimeFormat,
      charset: charset ? charset[1].toLowerCase().replace(/^utf-8$/, 'utf8') : 'utf8',
      fileExtension,
      fileName,
    };
  }

  dataURI() {
    return `data:${this.contentInfo().contentType};base64, ${this.#id === undefined ? '' : host.base64(this.#id)}`;
  }

  mime() {
    throw new Error('`Response#mime` has been discontinued, use `Response#contentInfo` instead.');
  }

  /** As assertions show it: as much as Postman's fits into their texts. */
  [Symbol.for('chai/inspect')]() {
    return 'PostmanResponse{ …(10) }';
  }

  /** As the console shows it: without the bytes of the body. */
  shown() {
    const { id, status, code, responseTime, responseSize } = this;
    return { id, status, code, header: this.headers.toJSON(), cookie: this.cookies.toJSON(), responseTime, responseSize };
  }

  toJSON() {
    const { id, status, code, header, ...rest } = this.shown();
    const stream = this.#id === undefined ? undefined : { type: 'Buffer', data: [...new Uint8Array(host.bytes(this.#id))] };
    return { id, status, code, header, stream, ...rest };
  }
}
