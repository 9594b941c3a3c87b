// `util`: the part of Node's that works without a machine below.

import { equal } from '../expect/equal.js';
import { format, inspect as show } from '../format.js';
import { load, missing } from '../libs.js';

const kind = (value) => Object.prototype.toString.call(value).slice(8, -1);
const is = (name) => (value) => kind(value) === name;
const typedArrays =
  'Uint8Array Uint8ClampedArray Uint16Array Uint32Array Int8Array Int16Array Int32Array Float32Array Float64Array BigInt64Array BigUint64Array';

const types = {
  isTypedArray: (value) => ArrayBuffer.isView(value) && !(value instanceof DataView),
  isArrayBufferView: (value) => ArrayBuffer.isView(value),
  isAnyArrayBuffer: (value) => ['ArrayBuffer', 'SharedArrayBuffer'].includes(kind(value)),
  isNativeError: (value) => value instanceof Error,
  isArgumentsObject: is('Arguments'),
  isBoxedPrimitive: (value) =>
    [Number, String, Boolean, BigInt, Symbol].some((Box) => value !== null && typeof value === 'object' && value instanceof Box),
  isNumberObject: (value) => value instanceof Number,
  isStringObject: (value) => value instanceof String,
  isBooleanObject: (value) => value instanceof Boolean,
};
const named =
  `AsyncFunction GeneratorFunction ArrayBuffer SharedArrayBuffer DataView Date Map MapIterator Promise RegExp Set SetIterator WeakMap WeakSet ${typedArrays}`;
for (const name of named.split(' ')) {
  types[`is${name}`] = is(name.replace('Iterator', ' Iterator'));
}
missing(types, 'util.types', 'isProxy isExternal isModuleNamespaceObject');

function inherits(child, parent) {
  Object.defineProperty(child, 'super_', { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(child.prototype, parent.prototype);
}

const custom = Symbol.for('nodejs.util.promisify.custom');

function promisify(original) {
  if (typeof original !== 'function') throw new TypeError('The "original" argument must be of type function');
  if (original[custom]) return original[custom];
  return function (...given) {
    return new Promise((resolve, reject) => {
      original.call(this, ...given, (error, value) => (error ? reject(error) : resolve(value)));
    });
  };
}
promisify.custom = custom;

function callbackify(original) {
  return function (...given) {
    const callback = given.pop();
    original.apply(this, given).then(
      (value) => setTimeout(() => callback(null, value), 0),
      (error) => setTimeout(() => callback(error || new Error('Promise was rejected with a falsy value')), 0),
    );
  };
}

function deprecate(original, message) {
  let warned = false;
  return function (...given) {
    if (!warned) console.warn(`DeprecationWarning: ${message}`);
    warned = true;
    return new.target ? Reflect.construct(original, given, new.target) : original.apply(this, given);
  };
}

/** As Node's, on one line; the second argument may be `showHidden` of old, the third its depth. */
function inspect(value, options, old) {
  const { depth = 2 } = typeof options === 'object' && options !== null ? options : { depth: old };
  return show(value, depth === null ? Infinity : depth);
}
inspect.custom = Symbol.for('nodejs.util.inspect.custom');
inspect.defaultOptions = {};
missing(inspect, 'util.inspect', 'colors styles');

export const util = {
  format: (...given) => format(given),
  inspect,
  types,
  inherits,
  promisify,
  callbackify,
  deprecate,
  isDeepStrictEqual: (a, b) => equal(a, b),
  debuglog: () => () => {},
  stripVTControlCharacters: (text) => text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, ''),
  toUSVString: (text) => String(text).toWellFormed(),
  _extend: (target, source) => Object.assign(target, source),
  log: (...given) => console.log(format(given)),
  isArray: Array.isArray,
  isBoolean: (value) => typeof value === 'boolean',
  isNull: (value) => value === null,
  isNullOrUndefined: (value) => value === null || value === undefined,
  isNumber: (value) => typeof value === 'number',
  isString: (value) => typeof value === 'string',
  isSymbol: (value) => typeof value === 'symbol',
  isUndefined: (value) => value === undefined,
  isRegExp: types.isRegExp,
  isObject: (value) => value !== null && typeof value === 'object',
  isDate: types.isDate,
  isError: (value) => value instanceof Error,
  isFunction: (value) => typeof value === 'function',
  isPrimitive: (value) => value === null || (typeof value !== 'object' && typeof value !== 'function'),
  isBuffer: (value) => load('buffer').Buffer.isBuffer(value),
  get TextEncoder() {
    return load('text').TextEncoder;
  },
  get TextDecoder() {
    return load('text').TextDecoder;
  },
};
missing(util, 'util', 'aborted formatWithOptions getSystemErrorName getSystemErrorMap MIMEType MIMEParams parseArgs parseEnv styleText transferableAbortController transferableAbortSignal');
