// `pm.response` and the responses of `pm.sendRequest`. The body stays with the host until a script asks.

import { chai } from './chai.js';
import { Property, SHOWN } from './base.js';
import { CookieList, HeaderList } from './lists.js';
import { parse } from './json.js';
import { load } from './libs.js';
import { byteLength } from './request.js';
import { host, run } from './run.js';
import { meaningOf } from './statuses.js';

// How a body is called that is written to a file, by what its content is; of all else that has no ending.
const EXTENSIONS = {};
for (const [type, names] of Object.entries({
  application:
    'javascript=js ecmascript=es octet-stream=bin json ld+json=jsonld manifest+json=webmanifest geo+json=geojson json5 xml atom+xml=atom rss+xml=rss xhtml+xml=xhtml pdf ' +
    'zip gzip=gz x-tar=tar x-7z-compressed=7z vnd.rar=rar x-bzip2=bz2 java-archive=jar epub+zip=epub msword=doc vnd.ms-excel=xls vnd.ms-powerpoint=ppt rtf wasm x-sh=sh ' +
    'postscript=ai ogg=ogx toml vnd.oasis.opendocument.text=odt vnd.oasis.opendocument.spreadsheet=ods vnd.openxmlformats-officedocument.wordprocessingml.document=docx ' +
    'vnd.openxmlformats-officedocument.spreadsheetml.sheet=xlsx vnd.openxmlformats-officedocument.presentationml.presentation=pptx',
  text: 'plain=txt html css csv xml yaml markdown=markdown calendar=ics vcard rtf tab-separated-values=tsv',
  image: 'png jpeg gif webp bmp avif heic svg+xml=svg tiff=tif x-icon=ico vnd.microsoft.icon=ico',
  audio: 'mpeg=mpga wav x-wav=wav ogg=oga mp3 mp4=m4a webm=weba midi=mid x-flac=flac',
  video: 'mp4 mpeg webm ogg=ogv quicktime=qt x-msvideo=avi',
  font: 'woff woff2 ttf otf',
  message: 'rfc822=eml',
})) {
  for (const name of names.split(' ')) {
    const [subtype, ending = subtype] = name.split('=');
    EXTENSIONS[`${type}/${subtype}`] = ending;
  }
}

const KINDS = {
  'application/pdf': ['embed', 'pdf'],
  'application/jwt': ['text', 'jwt'],
  'application/json5': ['text', 'json'],
  'application/ogg': ['audio', 'ogg'],
  'application/x-www-form-urlencoded': ['text', 'plain'],
};

// What Postman calls a body: `['text', 'json']`, `['image', 'image']` …
function kindOf(contentType) {
  if (Object.hasOwn(KINDS, contentType)) return KINDS[contentType];
  const [type, subtype = ''] = contentType.split('/');
  const media = /audio|video|image/.exec(type);
  if (media) return [media[0], media[0]];
  // What ends in `+xml` is that, whatever comes before.
  const text = /xml$/.exec(subtype) || /jsonp|json|xml|html|yaml|vml|webml|script/.exec(contentType);
  if (text || type.includes('text')) return ['text', text ? text[0] : 'plain'];
  const named = /audio|video|image|text/.exec(subtype);
  if (named) return [named[0], named[0]];
  const plain = /application|message|multipart/.exec(type);
  return plain ? [plain[0], 'raw'] : ['unknown', 'raw'];
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
    const fileExtension = EXTENSIONS[contentType];
    const disposition = this.headers.get('content-disposition') || '';
    const encoded = /;\s*filename\*\s*=\s*(?:utf-8|iso-8859-1)?'[^']*'([^;]+)/i.exec(disposition);
    const named = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i.exec(disposition);
    const name = encoded ? decoded(encoded[1]) : named && (named[2] || named[1].replace(/\\(.)/g, '$1'));
    return {
      contentType,
      mimeType,
      mimeFormat,
      charset: charset ? charset[1].toLowerCase().replace(/^utf-8$/, 'utf8') : 'utf8',
      ...(fileExtension ? { fileExtension } : {}),
      fileName: name || (fileExtension ? `response.${fileExtension}` : 'response'),
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
  [SHOWN]() {
    return `PostmanResponse{ …(${this.code === undefined ? 5 : this.#id === undefined ? 6 : 10}) }`;
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
