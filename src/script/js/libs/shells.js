// Small modules of Node's: what is left of them in a script's world.

import { load, missing } from '../libs.js';

/** `string_decoder`: text from pieces of bytes that may end inside a character. */
class StringDecoder {
  #decode;
  #rest;

  constructor(encoding = 'utf8') {
    this.encoding = String(encoding).toLowerCase().replace(/^utf-8$/, 'utf8');
    const label = { utf8: 'utf-8', utf16le: 'utf-16le', ucs2: 'utf-16le', 'utf-16le': 'utf-16le' }[this.encoding];
    if (label) this.#decode = new (load('text').TextDecoder)(label, { ignoreBOM: true });
    this.#rest = load('buffer').Buffer.alloc(0);
  }

  write(bytes) {
    const { Buffer } = load('buffer');
    const buffer = typeof bytes === 'string' ? Buffer.from(bytes, this.encoding) : Buffer.from(bytes);
    if (this.#decode) return this.#decode.decode(buffer, { stream: true });
    if (!this.encoding.startsWith('base64')) return buffer.toString(this.encoding);
    const all = Buffer.concat([this.#rest, buffer]);
    const whole = all.length - (all.length % 3);
    this.#rest = all.subarray(whole);
    return all.toString(this.encoding, 0, whole);
  }

  end(bytes) {
    const text = bytes === undefined ? '' : this.write(bytes);
    if (this.#decode) return text + this.#decode.decode();
    const rest = this.#rest.toString(this.encoding);
    this.#rest = this.#rest.subarray(0, 0);
    return text + rest;
  }
}

missing(StringDecoder.prototype, 'string_decoder', 'text fillLast lastChar lastNeed lastTotal');

export const stringDecoder = { StringDecoder };

/** `timers`, with the four of old that put a time on any object: when it is over, `_onTimeout` of the object is called. */
export const timers = {
  setTimeout,
  setInterval,
  setImmediate,
  clearTimeout,
  clearInterval,
  clearImmediate,
  enroll(item, milliseconds) {
    clearTimeout(item._idleTimeoutId);
    item._idleTimeout = milliseconds;
  },
  unenroll(item) {
    timers.enroll(item, -1);
  },
  active(item) {
    clearTimeout(item._idleTimeoutId);
    if (!(item._idleTimeout >= 0)) return;
    item._idleTimeoutId = setTimeout(() => item._onTimeout && item._onTimeout(), item._idleTimeout);
  },
};
timers._unrefActive = timers.active;

const nothing = () => undefined;

/** `os`: what a script's world says of the machine, which is nothing. */
export const os = {
  EOL: '\n',
  endianness: () => 'LE',
  hostname: () => '',
  loadavg: () => [],
  uptime: () => 0,
  freemem: () => Number.MAX_VALUE,
  totalmem: () => Number.MAX_VALUE,
  cpus: () => [],
  type: () => 'Browser',
  release: () => '',
  networkInterfaces: () => ({}),
  getNetworkInterfaces: () => ({}),
  arch: () => 'javascript',
  platform: () => 'browser',
  tmpdir: () => '/tmp',
  tmpDir: () => '/tmp',
  homedir: () => '/',
};

/** `_process`: the stand-in that browsers' bundles have. */
export const process = {
  title: 'browser',
  browser: true,
  env: {},
  argv: [],
  version: '',
  versions: {},
  nextTick: (callback, ...given) => queueMicrotask(() => callback(...given)),
  cwd: () => '/',
  umask: () => 0,
  chdir() {
    throw new Error('process.chdir is not supported');
  },
  binding() {
    throw new Error('process.binding is not supported');
  },
};
for (const name of 'on addListener once off removeListener removeAllListeners emit prependListener prependOnceListener'.split(' ')) {
  process[name] = nothing;
}
process.listeners = () => [];

/** `stream`: its classes are events and nothing more; whoever needs data to flow is told. */
export function stream() {
  const { EventEmitter } = load('events');
  function Stream() {
    EventEmitter.call(this);
  }
  Object.setPrototypeOf(Stream.prototype, EventEmitter.prototype);
  Stream.Stream = Stream;
  return missing(Stream, 'stream', 'Readable Writable Duplex Transform PassThrough pipeline finished');
}
