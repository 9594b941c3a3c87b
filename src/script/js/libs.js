// The door to `libs/`: parts that are bytecode until a script uses them, and the globals that wake them.

import { host } from './run.js';

const loaded = new Map();

/** The exports of `libs/<name>.js`. Parts reach each other through here too, never by `import`: each is there once. */
export function load(name) {
  if (!loaded.has(name)) loaded.set(name, host.load(`libs/${name}.js`));
  return loaded.get(name);
}

/** Gives an object members that throw their name when read: what the genuine library has and this one lacks. */
export function missing(target, owner, names) {
  for (const name of names.split(' ')) {
    Object.defineProperty(target, name, {
      configurable: true,
      enumerable: false,
      get() {
        throw new Error(`'${name}' of '${owner}' is not supported`);
      },
      set(value) {
        Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true });
      },
    });
  }
  return target;
}

// Global name → the part that exports it.
const GLOBALS = {
  Buffer: 'buffer',
  TextEncoder: 'text',
  TextDecoder: 'text',
  URL: 'whatwg-url',
  URLSearchParams: 'whatwg-url',
  structuredClone: 'clone',
  Intl: 'intl',
  crypto: 'webcrypto',
  CryptoKey: 'webcrypto',
  Crypto: 'webcrypto',
  SubtleCrypto: 'webcrypto',
  ReadableStream: 'streams',
  ReadableStreamDefaultReader: 'streams',
  ReadableStreamDefaultController: 'streams',
  ReadableStreamBYOBReader: 'streams',
  ReadableStreamBYOBRequest: 'streams',
  ReadableByteStreamController: 'streams',
  WritableStream: 'streams',
  WritableStreamDefaultWriter: 'streams',
  WritableStreamDefaultController: 'streams',
  TransformStream: 'stream-kinds',
  TransformStreamDefaultController: 'stream-kinds',
  ByteLengthQueuingStrategy: 'stream-kinds',
  CountQueuingStrategy: 'stream-kinds',
  TextEncoderStream: 'stream-kinds',
  TextDecoderStream: 'stream-kinds',
  CompressionStream: 'stream-kinds',
  DecompressionStream: 'stream-kinds',
  Blob: 'blob',
  File: 'blob',
  Event: 'dom-events',
  EventTarget: 'dom-events',
  AbortController: 'dom-events',
  AbortSignal: 'dom-events',
};

/** Puts getters in place that load their part and then give way to its value. */
export function installGlobals(target, defineValue) {
  for (const [name, part] of Object.entries(GLOBALS)) {
    if (name in target) continue;
    Object.defineProperty(target, name, {
      configurable: true,
      enumerable: false,
      get() {
        const value = load(part)[name];
        defineValue(target, name, value);
        return value;
      },
      set(value) {
        defineValue(target, name, value);
      },
    });
  }
}

// The engine's own know no language, and no zone by its name. Object, its methods, and how each of them is called in the part.
const TEXTS = [
  [Number.prototype, 'toLocaleString', 'number'],
  [BigInt.prototype, 'toLocaleString', 'number'],
  [Date.prototype, 'toLocaleString', 'both'],
  [Date.prototype, 'toLocaleDateString', 'date'],
  [Date.prototype, 'toLocaleTimeString', 'time'],
];

/** Has numbers and dates read as people write them. */
export function installTexts(defineValue) {
  for (const [prototype, name, text] of TEXTS) {
    const method = {
      [name](locales, options) {
        return load('intl').texts[text](prototype === Date.prototype ? this : this.valueOf(), locales, options);
      },
    };
    defineValue(prototype, name, method[name]);
  }
  // Sorting calls it often: the first call puts the true one in its place.
  const first = {
    localeCompare(that, locales = undefined, options) {
      const { localeCompare } = load('collator');
      if (String.prototype.localeCompare === first.localeCompare) defineValue(String.prototype, 'localeCompare', localeCompare);
      return localeCompare.call(this, that, locales, options);
    },
  };
  defineValue(String.prototype, 'localeCompare', first.localeCompare);
  for (const name of ['toString', 'toTimeString']) {
    const plain = Date.prototype[name];
    const method = {
      [name]() {
        const text = plain.call(this);
        return text === 'Invalid Date' ? text : `${text} (${load('zones').nameOf(this)})`;
      },
    };
    defineValue(Date.prototype, name, method[name]);
  }
}
