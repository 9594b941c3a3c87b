// `pm.response` and the responses of `pm.sendRequest`. The body stays with the host until a script asks.

import { chai } from './expect/index.js';
import { CookieList } from './cookies.js';
import { HeaderList } from './lists.js';
import { parse } from './json.js';
import { host } from './run.js';

export class Response {
  static shownAsJson = true;
  #id;
  #text;
  #sizes;

  /** `described` is what the host says without the body, `id` the number of the body there. */
  constructor(described, id) {
    this.#id = id;
    this.#sizes = described.sizes || { header: 0, body: 0, total: 0 };
    this.id = described.id;
    this.code = described.code;
    this.status = described.status;
    this.responseTime = described.responseTime;
    this.responseSize = this.#sizes.body;
    this.headers = new HeaderList(described.headers || []);
    this.cookies = new CookieList(described.cookies || []);
  }

  static isResponse(value) {
    return value instanceof Response;
  }

  get body() {
    return this.text();
  }

  get stream() {
    return this.#id === undefined ? undefined : host.bytes(this.#id);
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

  size() {
    return { ...this.#sizes };
  }

  encoding() {
    const source = this.headers.get('content-encoding');
    return source ? { format: source, source: 'HEADER' } : undefined;
  }

  contentInfo() {
    const [type, ...rest] = String(this.headers.get('content-type') || 'text/plain').split(';');
    const charset = rest.map((part) => /^\s*charset=(.*)$/i.exec(part)).find(Boolean);
    const named = /filename="?([^";]*)"?/i.exec(this.headers.get('content-disposition') || '');
    const contentType = type.trim();
    const mimeType = /json|xml|html|javascript|^text\//.test(contentType) ? 'text' : contentType.split('/')[0];
    return {
      mimeType,
      mimeFormat: (/json|xml|html|javascript/.exec(contentType) || ['plain'])[0],
      charset: charset ? charset[1].replace(/"/g, '') : 'utf8',
      fileName: named ? named[1] : 'response',
      contentType,
    };
  }

  dataURI() {
    return `data:${this.contentInfo().contentType};base64,${host.base64(this.#id)}`;
  }

  mime() {
    throw new Error('`Response#mime` has been discontinued, use `Response#contentInfo` instead.');
  }

  toJSON() {
    return {
      id: this.id,
      status: this.status,
      code: this.code,
      header: this.headers.toJSON(),
      cookie: this.cookies.toJSON(),
      responseTime: this.responseTime,
      responseSize: this.responseSize,
    };
  }
}
