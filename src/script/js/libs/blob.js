// `Blob` and `File`: bytes with a type.

import { load } from '../libs.js';

function bytesOf(part) {
  if (part instanceof Blob) return Blob.bytes(part);
  if (part instanceof ArrayBuffer) return new Uint8Array(part.slice(0));
  if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  return new (load('text').TextEncoder)().encode(String(part));
}

export class Blob {
  #bytes;
  #type;

  constructor(parts = [], options = {}) {
    const { Buffer } = load('buffer');
    this.#bytes = new Uint8Array(Buffer.concat([...parts].map(bytesOf)));
    this.#type = options.type === undefined ? '' : String(options.type).toLowerCase();
  }

  static bytes(blob) {
    return blob.#bytes;
  }

  get size() {
    return this.#bytes.length;
  }

  get type() {
    return this.#type;
  }

  slice(start, end, type = '') {
    return new Blob([this.#bytes.slice(start, end)], { type });
  }

  async text() {
    return new (load('text').TextDecoder)().decode(this.#bytes);
  }

  async arrayBuffer() {
    return this.#bytes.slice().buffer;
  }

  async bytes() {
    return this.#bytes.slice();
  }

  stream() {
    const bytes = this.#bytes.slice();
    return load('streams').ReadableStream.from(bytes.length ? [bytes] : []);
  }
}

export class File extends Blob {
  #name;
  #modified;

  constructor(parts, name, options = {}) {
    super(parts, options);
    this.#name = String(name);
    this.#modified = options.lastModified === undefined ? Date.now() : Number(options.lastModified);
  }

  get name() {
    return this.#name;
  }

  get lastModified() {
    return this.#modified;
  }
}
