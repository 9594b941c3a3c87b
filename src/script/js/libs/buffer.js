// `Buffer`: bytes with Node's methods, on the engine's own `Uint8Array`.

import { load } from '../libs.js';
import { clean, host } from '../run.js';

const bytes = host.lib('bytes');

const ENCODINGS = {
  utf8: 'utf8',
  'utf-8': 'utf8',
  hex: 'hex',
  base64: 'base64',
  base64url: 'base64url',
  latin1: 'latin1',
  binary: 'latin1',
  ascii: 'ascii',
  ucs2: 'utf16le',
  'ucs-2': 'utf16le',
  utf16le: 'utf16le',
  'utf-16le': 'utf16le',
};

function encodingOf(name) {
  if (name === undefined || name === null || name === '') return 'utf8';
  const known = ENCODINGS[String(name).toLowerCase()];
  if (!known) throw withCode(new TypeError(`Unknown encoding: ${name}`), 'ERR_UNKNOWN_ENCODING');
  return known;
}

function withCode(error, code) {
  error.code = code;
  return error;
}

function outOfRange(name, what, value) {
  const shown = typeof value === 'number' ? String(value) : typeof value;
  return withCode(
    new RangeError(`The value of "${name}" is out of range. It must be ${what}. Received ${shown}`),
    'ERR_OUT_OF_RANGE',
  );
}

function wrongType(name, wanted, value) {
  const shown =
    value === null || value === undefined
      ? `${value}`
      : typeof value === 'object' || typeof value === 'function'
        ? `an instance of ${value.constructor ? value.constructor.name : 'Object'}`
        : `type ${typeof value} (${typeof value === 'string' ? `'${value}'` : String(value)})`;
  return withCode(new TypeError(`${name} must be ${wanted}. Received ${shown}`), 'ERR_INVALID_ARG_TYPE');
}

class FastBuffer extends Uint8Array {}

export function Buffer(value, encoding, length) {
  return typeof value === 'number' ? Buffer.alloc(value) : Buffer.from(value, encoding, length);
}
Object.setPrototypeOf(Buffer, Uint8Array);
Buffer.prototype = FastBuffer.prototype;
Object.defineProperty(FastBuffer.prototype, 'constructor', { value: Buffer, writable: true, configurable: true });
// What `slice`, `map` and their like make of a buffer.
Object.defineProperty(Buffer, Symbol.species, { configurable: true, get: () => FastBuffer });

const wrap = (array) => new FastBuffer(array.buffer, array.byteOffset, array.byteLength);
const fromText = (text, encoding) => wrap(bytes.encode(clean(text), encodingOf(encoding)));

function fromValue(value, encoding, length) {
  if (typeof value === 'string') return fromText(value, encoding);
  if (value === null || typeof value !== 'object') {
    throw wrongType(
      'The first argument',
      'of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object',
      value,
    );
  }
  if (value instanceof ArrayBuffer || (typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer)) {
    return new FastBuffer(value, encoding, length);
  }
  if (ArrayBuffer.isView(value) || Array.isArray(value)) return new FastBuffer(value);
  if (value.type === 'Buffer' && Array.isArray(value.data)) return new FastBuffer(value.data);
  const primitive = typeof value.valueOf === 'function' ? value.valueOf() : value;
  if (primitive !== value && primitive !== null && primitive !== undefined) return fromValue(primitive, encoding, length);
  if (typeof value.length === 'number') return new FastBuffer(Array.from(value));
  throw wrongType(
    'The first argument',
    'of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object',
    value,
  );
}

function asBytes(value, encoding) {
  return typeof value === 'string' ? fromText(value, encoding) : value;
}

function order(a, b) {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i += 1) {
    if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return Math.sign(a.length - b.length);
}

function checkSize(size) {
  if (typeof size !== 'number') throw wrongType('The "size" argument', 'of type number', size);
  if (!(size >= 0 && size <= 0x7fffffff)) throw outOfRange('size', '>= 0 && <= 2147483647', size);
}

Object.assign(Buffer, {
  poolSize: 8192,
  from: (value, encoding, length) => fromValue(value, encoding, length),
  of: (...items) => new FastBuffer(items),
  alloc(size, fill, encoding) {
    checkSize(size);
    const made = new FastBuffer(size);
    return fill === undefined || fill === 0 ? made : made.fill(fill, encoding);
  },
  allocUnsafe: (size) => Buffer.alloc(size),
  allocUnsafeSlow: (size) => Buffer.alloc(size),
  isBuffer: (value) => value instanceof FastBuffer,
  isEncoding: (name) => typeof name === 'string' && Object.hasOwn(ENCODINGS, name.toLowerCase()),
  byteLength(value, encoding) {
    if (typeof value === 'string') return fromText(value, encoding).length;
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
    throw wrongType('The "string" argument', 'of type string or an instance of Buffer or ArrayBuffer', value);
  },
  compare: order,
  concat(list, total) {
    if (!Array.isArray(list)) throw wrongType('The "list" argument', 'an instance of Array', list);
    if (total === undefined) total = list.reduce((sum, item) => sum + item.length, 0);
    const joined = new FastBuffer(total);
    let at = 0;
    for (const item of list) {
      const part = at + item.length > total ? item.subarray(0, total - at) : item;
      joined.set(part, at);
      at += part.length;
    }
    return joined;
  },
});

// `(offset?, length?, encoding?)` of `write`, each of which may be left out.
function writeArguments(buffer, [offset, length, encoding]) {
  if (typeof offset === 'string') [offset, encoding] = [0, offset];
  else if (typeof length === 'string') [length, encoding] = [undefined, length];
  offset = offset === undefined ? 0 : offset;
  const room = buffer.length - offset;
  return [offset, Math.min(length === undefined ? room : length, room), encoding];
}

function find(buffer, value, from, encoding, backwards) {
  if (typeof from === 'string') [from, encoding] = [undefined, from];
  const wanted = typeof value === 'number' ? [value & 255] : asBytes(value, encoding);
  let at = from === undefined || Number.isNaN(Number(from)) ? (backwards ? buffer.length : 0) : Math.trunc(Number(from));
  if (at < 0) at += buffer.length;
  if (backwards) at = Math.min(at, buffer.length - wanted.length);
  else at = Math.max(at, 0);
  for (; backwards ? at >= 0 : at + wanted.length <= buffer.length; at += backwards ? -1 : 1) {
    let same = 0;
    while (same < wanted.length && buffer[at + same] === wanted[same]) same += 1;
    if (same === wanted.length) return at;
  }
  return -1;
}

function swap(buffer, size) {
  if (buffer.length % size) {
    throw withCode(new RangeError(`Buffer size must be a multiple of ${size * 8}-bits`), 'ERR_INVALID_BUFFER_SIZE');
  }
  for (let at = 0; at < buffer.length; at += size) Uint8Array.prototype.reverse.call(buffer.subarray(at, at + size));
  return buffer;
}

// How many bytes of the front of a text's bytes are whole characters.
function wholeCharacters(part, text) {
  const all = bytes.encode(clean(text), 'utf8');
  let end = part.length;
  while (end > 0 && end < all.length && (all[end] & 0xc0) === 0x80) end -= 1;
  return end;
}

const methods = {
  toString(encoding, start = 0, end = this.length) {
    start = Math.max(0, start | 0);
    end = Math.min(this.length, end);
    if (end <= start) return '';
    return bytes.decode(this.subarray(start, end), encodingOf(encoding));
  },
  toLocaleString(...given) {
    return this.toString(...given);
  },
  toJSON() {
    return { type: 'Buffer', data: Array.from(this) };
  },
  equals(other) {
    if (!(other instanceof Uint8Array)) throw wrongType('The "otherBuffer" argument', 'an instance of Buffer or Uint8Array', other);
    return order(this, other) === 0;
  },
  compare(other, otherStart = 0, otherEnd = undefined, start = 0, end = this.length) {
    if (!(other instanceof Uint8Array)) throw wrongType('The "target" argument', 'an instance of Buffer or Uint8Array', other);
    return order(this.subarray(start, end), other.subarray(otherStart, otherEnd));
  },
  indexOf(value, from, encoding) {
    return find(this, value, from, encoding, false);
  },
  lastIndexOf(value, from, encoding) {
    return find(this, value, from, encoding, true);
  },
  includes(value, from, encoding) {
    return find(this, value, from, encoding, false) !== -1;
  },
  slice(start, end) {
    return this.subarray(start, end);
  },
  copy(target, targetStart = 0, start = 0, end = this.length) {
    if (!(target instanceof Uint8Array)) throw wrongType('The "target" argument', 'an instance of Buffer or Uint8Array', target);
    [targetStart, start, end] = [targetStart, start, end].map((at) => Math.trunc(Number(at)) || 0);
    if (targetStart < 0) throw outOfRange('targetStart', '>= 0', targetStart);
    if (start < 0 || start > this.length) throw outOfRange('sourceStart', `>= 0 && <= ${this.length}`, start);
    if (end < 0) throw outOfRange('sourceEnd', '>= 0', end);
    if (targetStart >= target.length) return 0;
    const part = this.subarray(start, Math.min(end, start + target.length - targetStart));
    target.set(part, targetStart);
    return part.length;
  },
  fill(value, start, end, encoding) {
    if (typeof start === 'string') [start, encoding] = [undefined, start];
    else if (typeof end === 'string') [end, encoding] = [undefined, end];
    const to = end === undefined ? this.length : end;
    if (typeof value === 'number' || typeof value === 'boolean') {
      return Uint8Array.prototype.fill.call(this, Number(value), start, to);
    }
    const pattern = asBytes(value, encoding);
    if (pattern.length === 0) return Uint8Array.prototype.fill.call(this, 0, start, to);
    for (let at = start || 0, i = 0; at < to; at += 1, i += 1) this[at] = pattern[i % pattern.length];
    return this;
  },
  write(text, ...given) {
    const [offset, length, encoding] = writeArguments(this, given);
    let part = fromText(text, encoding).subarray(0, Math.max(0, length));
    if (encodingOf(encoding) === 'utf8' && part.length === length) part = part.subarray(0, wholeCharacters(part, text));
    this.set(part, offset);
    return part.length;
  },
  swap16() {
    return swap(this, 2);
  },
  swap32() {
    return swap(this, 4);
  },
  swap64() {
    return swap(this, 8);
  },
  inspect() {
    return this[Symbol.for('nodejs.util.inspect.custom')]();
  },
  [Symbol.for('nodejs.util.inspect.custom')]() {
    const shown = this.subarray(0, 50).toString('hex').replace(/..(?=.)/g, '$& ');
    const more = this.length - 50;
    return `<Buffer${shown ? ` ${shown}` : ''}${more > 0 ? ` ... ${more} more byte${more > 1 ? 's' : ''}` : ''}>`;
  },
};

const view = (buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);

function checkOffset(buffer, offset, size) {
  if (typeof offset !== 'number') throw wrongType('The "offset" argument', 'of type number', offset);
  if (!Number.isInteger(offset)) throw outOfRange('offset', 'an integer', offset);
  if (buffer.length < size) throw withCode(new RangeError('Attempt to access memory outside buffer bounds'), 'ERR_BUFFER_OUT_OF_BOUNDS');
  if (offset < 0 || offset + size > buffer.length) throw outOfRange('offset', `>= 0 and <= ${buffer.length - size}`, offset);
}

// Numbers of fixed size: [Node's name, DataView's name, bytes, least, most].
const NUMBERS = [
  ['UInt8', 'Uint8', 1, 0, 255],
  ['Int8', 'Int8', 1, -128, 127],
  ['UInt16', 'Uint16', 2, 0, 65535],
  ['Int16', 'Int16', 2, -32768, 32767],
  ['UInt32', 'Uint32', 4, 0, 4294967295],
  ['Int32', 'Int32', 4, -2147483648, 2147483647],
  ['Float', 'Float32', 4],
  ['Double', 'Float64', 8],
  ['BigUInt64', 'BigUint64', 8, 0n, 18446744073709551615n],
  ['BigInt64', 'BigInt64', 8, -9223372036854775808n, 9223372036854775807n],
];

function checkValue(value, least, most) {
  // What is no number is in no range: it is written as 0.
  if (least === undefined || !(value < least || value > most)) return;
  const suffix = typeof least === 'bigint' ? 'n' : '';
  throw outOfRange('value', `>= ${least}${suffix} and <= ${most}${suffix}`, value);
}

for (const [name, native, size, least, most] of NUMBERS) {
  for (const end of size === 1 ? [''] : ['LE', 'BE']) {
    const read = function (offset = 0) {
      checkOffset(this, offset, size);
      return view(this)[`get${native}`](offset, end === 'LE');
    };
    const write = function (value, offset = 0) {
      if (typeof least !== 'bigint') value = Number(value);
      checkValue(value, least, most);
      checkOffset(this, offset, size);
      view(this)[`set${native}`](offset, value, end === 'LE');
      return offset + size;
    };
    for (const alias of new Set([name, name.replace('UInt', 'Uint')])) {
      methods[`read${alias}${end}`] = read;
      methods[`write${alias}${end}`] = write;
    }
  }
}

// Whole numbers of one to six bytes.
function readWhole(buffer, offset, size, little, signed) {
  if (!(size >= 1 && size <= 6)) throw outOfRange('byteLength', '>= 1 and <= 6', size);
  checkOffset(buffer, offset, size);
  let value = 0;
  for (let i = 0; i < size; i += 1) value = value * 256 + buffer[offset + (little ? size - 1 - i : i)];
  return signed && value >= 2 ** (8 * size - 1) ? value - 2 ** (8 * size) : value;
}

function writeWhole(buffer, value, offset, size, little, signed) {
  if (!(size >= 1 && size <= 6)) throw outOfRange('byteLength', '>= 1 and <= 6', size);
  const span = 2 ** (8 * size);
  value = Number(value);
  checkValue(value, signed ? -span / 2 : 0, signed ? span / 2 - 1 : span - 1);
  checkOffset(buffer, offset, size);
  let rest = value < 0 ? value + span : value;
  for (let i = 0; i < size; i += 1) {
    buffer[offset + (little ? i : size - 1 - i)] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  return offset + size;
}

for (const end of ['LE', 'BE']) {
  for (const sign of ['UInt', 'Uint', 'Int']) {
    methods[`read${sign}${end}`] = function (offset, size) {
      return readWhole(this, offset, size, end === 'LE', sign === 'Int');
    };
    methods[`write${sign}${end}`] = function (value, offset, size) {
      return writeWhole(this, value, offset, size, end === 'LE', sign === 'Int');
    };
  }
}

for (const name of Reflect.ownKeys(methods)) {
  Object.defineProperty(FastBuffer.prototype, name, { value: methods[name], writable: true, configurable: true });
}
Object.defineProperty(FastBuffer.prototype, 'parent', { configurable: true, get() { return this.buffer; } });
Object.defineProperty(FastBuffer.prototype, 'offset', { configurable: true, get() { return this.byteOffset; } });

/** What `require('buffer')` gives. */
export const module = {
  Buffer,
  SlowBuffer: Buffer.allocUnsafeSlow,
  INSPECT_MAX_BYTES: 50,
  kMaxLength: 0x7fffffff,
  kStringMaxLength: 0x1fffffff,
  constants: { MAX_LENGTH: 0x7fffffff, MAX_STRING_LENGTH: 0x1fffffff },
  atob,
  btoa,
  get Blob() {
    return load('blob').Blob;
  },
  get File() {
    return load('blob').File;
  },
};
