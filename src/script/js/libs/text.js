// `TextEncoder` and `TextDecoder` of the web.

import { clean, host } from '../run.js';

const bytes = host.lib('bytes');

function view(input) {
  if (input === undefined) return new Uint8Array(0);
  if (ArrayBuffer.isView(input)) return new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  throw new TypeError('The "input" argument must be an instance of ArrayBuffer or ArrayBufferView.');
}

export class TextEncoder {
  get encoding() {
    return 'utf-8';
  }

  encode(text = '') {
    return bytes.encode(clean(text), 'utf8');
  }

  encodeInto(text, target) {
    let [read, written] = [0, 0];
    for (const char of clean(text)) {
      const part = bytes.encode(char, 'utf8');
      if (written + part.length > target.length) break;
      target.set(part, written);
      written += part.length;
      read += char.length;
    }
    return { read, written };
  }
}

export class TextDecoder {
  #decode;
  #encoding;
  #options;

  constructor(label = 'utf-8', options = {}) {
    this.#encoding = bytes.label(String(label));
    if (this.#encoding === undefined || this.#encoding === null) {
      const error = new RangeError(`The "${label}" encoding is not supported`);
      error.code = 'ERR_ENCODING_NOT_SUPPORTED';
      throw error;
    }
    this.#options = { fatal: Boolean(options.fatal), ignoreBOM: Boolean(options.ignoreBOM) };
    this.#decode = bytes.decoder(this.#encoding, this.#options.fatal, this.#options.ignoreBOM);
  }

  get encoding() {
    return this.#encoding;
  }

  get fatal() {
    return this.#options.fatal;
  }

  get ignoreBOM() {
    return this.#options.ignoreBOM;
  }

  decode(input, options = {}) {
    const text = this.#decode(view(input), !options.stream);
    if (text === undefined || text === null) {
      const error = new TypeError(`The encoded data was not valid for encoding ${this.#encoding}`);
      error.code = 'ERR_ENCODING_INVALID_ENCODED_DATA';
      throw error;
    }
    return text;
  }
}
