// `pm.response` and the responses of `pm.sendRequest`. The body stays with the host until a script asks.

import { chai } from './chai.js';
import { Property } from './base.js';
import { CookieList, HeaderList } from './lists.js';
import { parse } from './json.js';
import { load } from './libs.js';
import { byteLength } from './request.js';
import { host, run } from './run.js';
import { meaningOf } from './statuses.js';

const EXTENSIONS = {
  'text/plain': 'txt',
  'text/javascript': 'js',
  'application/javascript': 'js',
  'application/octet-stream': 'bin',
  'image/jpeg': 'jpg',
  'image/svg+xml': 'svg',
};

// What Postman calls a body by its type: `['text', 'json']`, `['image', 'image']`, `['application', 'raw']` …
function kindOf(mime) {
  if (mime === 'application/pdf') return ['embed', 'pdf'];
  if (mime === 'application/x-www-form-urlencoded') return ['text', 'plain'];
  if (mime.endsWith('xhtml+xml')) return ['text', 'xml'];
  const [base, behind = ''] = mime.split('/');
  const first = (words, text) => (words.exec(text) || [])[0];
  const seen = /audio|video|image|text/;
  const format = first(/jsonp|json|xml|html|yaml|vml|webml|script/, mime);
  const own = first(seen, base);
  if (own && own !== 'text') return [own, own];
  if (own || format) return ['text', format || 'plain'];
  const within = first(seen, behind);
  if (within) return [within, within];
  return [first(/application|message|multipart/, base) || 'unknown', 'raw'];
}

function decoded(text) {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return text.trim();
  }
}

// What the host keeps of a response goes with the last that a script has of it; numbers begin again with each script.
const unreachable = new FinalizationRegistry(([turn, id]) => turn === run.turn && host.forget(id));

let rowsOf;

// A list that is made when it is first read: most scripts want only the code.
function late(name, List) {
  const put = (response, value) => Object.defineProperty(response, name, { value, writable: true });
  return {
    configurable: true,
    enumerable: true,
    get() {
      const list = new List(this, rowsOf(this, name));
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

// Bytes in any of the forms in which Postman's definitions have them.
function bytesOf(stream) {
  if (stream === undefined || stream === null) return undefined;
  const { Buffer } = load('buffer');
  if (stream.type === 'Base64' && typeof stream.data === 'string') return Buffer.from(stream.data, 'base64');
  return Buffer.from(Array.isArray(stream.data) ? stream.data : stream);
}

const KNOWN = ['code', 'status', 'responseTime', 'responseSize'];

export class Response extends Property {
  #id;
  #text;
  #sizes;
  #name;
  #rows;
  #stream;

  /** `definition` is what the host says without the body, and `id` the number of the body there; or it is all there is. */
  constructor(definition, id) {
    super();
    this.#id = id;
    this.update(definition);
    Object.defineProperty(this, 'headers', HEADERS);
    Object.defineProperty(this, 'cookies', COOKIES);
    if (id > 0) unreachable.register(this, [run.turn, id]);
  }

  static {
    rowsOf = (response, name) => (response.#id === undefined ? response.#rows[name] || [] : host.rows(response.#id, name));
  }

  /** Takes what a definition says. */
  update(definition) {
    definition = definition || {};
    const { code, status, reason, responseTime, bodySize, headerSize = 0, downloadedBytes = bodySize } = definition;
    this.code = code;
    this.status = status || reason || (this.#id === undefined && code ? host.reason(code) : status);
    this.responseTime = responseTime;
    if (bodySize === undefined) this.#own(definition);
    this.#sizes = { header: headerSize, body: bodySize === undefined ? this.#length() : bodySize };
    this.responseSize = bodySize === undefined && !this.#stream ? undefined : this.#sizes.body;
    if (downloadedBytes !== undefined) this.downloadedBytes = downloadedBytes;
    // What is not known is not there; of a request that was not sent, that is everything.
    for (const name of KNOWN) if (this[name] === undefined) delete this[name];
  }

  // All of it is in the definition.
  #own({ body, stream, header, headers = header, cookie, cookies = cookie }) {
    this.#id = undefined;
    this.#text = body;
    this.#stream = bytesOf(stream);
    this.#rows = { headers, cookies };
    if (Object.hasOwn(this, 'headers')) Object.defineProperty(this, 'headers', HEADERS);
    if (Object.hasOwn(this, 'cookies')) Object.defineProperty(this, 'cookies', COOKIES);
  }

  #length() {
    if (this.#stream) return this.#stream.length;
    return this.#text === undefined || this.#text === null ? 0 : byteLength(String(this.#text));
  }

  static isResponse(value) {
    return value instanceof Response;
  }

  /** From an answer of Node's client, its body as bytes. */
  static createFromNode(answer, cookies) {
    const { body, headers, statusCode, statusMessage, elapsedTime } = answer;
    return new Response({ cookie: cookies, body: body.toString(), stream: body, header: headers, code: statusCode, status: statusMessage, responseTime: elapsedTime });
  }

  static mimeInfo() {
    throw new Error('`Response.mimeInfo` has been discontinued, use `Response#contentInfo` instead.');
  }

  /** How long each phase took in milliseconds, from when each event was. */
  static timingPhases(timings) {
    const offset = timings && timings.offset;
    if (!offset) return undefined;
    const phases = {
      prepare: offset.request,
      wait: offset.socket - offset.request,
      dns: offset.lookup - offset.socket,
      tcp: offset.connect - offset.lookup,
      firstByte: offset.response - (offset.secureConnect || offset.connect),
      download: offset.end - offset.response,
      process: offset.done - offset.end,
      total: offset.done,
    };
    if (offset.secureConnect) phases.secureHandshake = offset.secureConnect - offset.connect;
    return phases;
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
    return this.#id === undefined ? this.#stream : load('buffer').Buffer.from(host.bytes(this.#id));
  }

  get to() {
    return chai().expect(this).to;
  }

  text() {
    if (this.#text !== undefined) return this.#text;
    if (this.#id !== undefined) this.#text = host.text(this.#id);
    else if (this.#stream) this.#text = new (load('text').TextDecoder)(this.contentInfo().charset).decode(this.#stream);
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
    const text = this.text() || '';
    const found = /^[^(]*\(([\s\S]*)\)[\s;]*$/.exec(text);
    return parse(found ? found[1] : text, reviver, strict);
  }

  reason() {
    return this.status || (this.code === undefined ? undefined : host.reason(this.code));
  }

  details() {
    if (this.code === undefined) return {};
    const standardName = host.reason(this.code);
    if (!standardName) return { code: this.code };
    return { name: this.reason(), detail: meaningOf(this.code), code: this.code, standardName };
  }

  /** Bytes as newman counts them: of a packed body those the server announced, else those there are. */
  size() {
    const length = this.headers.get('content-length');
    const isPacked = /gzip|deflate/i.test(this.headers.get('content-encoding') || '');
    const body = length && isPacked && !isNaN(length) ? parseInt(length, 10) : this.#sizes.body;
    // The status line as Postman counts it.
    const header = this.#sizes.header || `HTTP/X.X ${this.code} ${this.reason()}\r\n\r\n`.length + this.headers.contentSize();
    return { body, header, total: body + header };
  }

  encoding() {
    const format = this.headers.get('content-encoding');
    if (format) return { format, source: 'HEADER' };
    const [first, second, third] = this.#stream || [];
    const packed = first === 0x1f && second === 0x8b && third === 8;
    return { format: packed ? 'gzip' : format, source: packed ? 'BODY' : undefined };
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
    return `data:${this.contentInfo().contentType};base64, ${this.#id === undefined ? this.#base64() : host.base64(this.#id)}`;
  }

  #base64() {
    const own = this.#stream || (this.#text === undefined || this.#text === null ? [] : String(this.#text));
    return load('buffer').Buffer.from(own).toString('base64');
  }

  mime() {
    throw new Error('`Response#mime` has been discontinued, use `Response#contentInfo` instead.');
  }

  /** As assertions show it: as much as Postman's fits into their texts. */
  [Symbol.for('chai/inspect')]() {
    return `PostmanResponse{ …(${this.code === undefined ? 5 : 10}) }`;
  }

  /** As the console shows it: without the bytes of the body. */
  shown() {
    const { id, status, code, responseTime, responseSize, downloadedBytes } = this;
    return { id, status, code, header: this.headers.toJSON(), cookie: this.cookies.toJSON(), responseTime, responseSize, downloadedBytes };
  }

  toJSON() {
    const { id, status, code, header, ...rest } = this.shown();
    const bytes = this.#id === undefined ? this.#stream : new Uint8Array(host.bytes(this.#id));
    const stream = bytes && { type: 'Buffer', data: [...bytes] };
    const body = this.#id === undefined ? this.#text : undefined;
    return { id, status, code, header, ...(body === undefined ? {} : { body }), stream, ...rest };
  }
}
