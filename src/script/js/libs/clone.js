// `structuredClone`: a deep copy that keeps shared and circular references.

const PLAIN_BOXES = [Boolean, Number, String, BigInt];

function refuse(value) {
  const shown = typeof value === 'symbol' ? value.toString() : String(value);
  throw new DOMException(`${shown} could not be cloned.`, 'DataCloneError');
}

const ERRORS = { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

function cloneError(error, seen) {
  const Kind = ERRORS[error.name] || Error;
  const made = new Kind(error.message);
  seen.set(error, made);
  Object.defineProperty(made, 'stack', { value: error.stack, writable: true, configurable: true });
  if ('cause' in error) {
    Object.defineProperty(made, 'cause', { value: clone(error.cause, seen), writable: true, configurable: true });
  }
  return made;
}

function keep(value, copy, seen) {
  seen.set(value, copy);
  return copy;
}

function clone(value, seen) {
  if (typeof value === 'function' || typeof value === 'symbol') refuse(value);
  if (value === null || typeof value !== 'object') return value;
  if (seen.has(value)) return seen.get(value);
  if (value instanceof Date) return keep(value, new Date(value.getTime()), seen);
  if (value instanceof RegExp) return keep(value, new RegExp(value.source, value.flags), seen);
  if (value instanceof ArrayBuffer) return keep(value, value.slice(0), seen);
  if (ArrayBuffer.isView(value)) {
    const buffer = clone(value.buffer, seen);
    const Kind = value instanceof DataView ? DataView : globalArray(value);
    const length = value instanceof DataView ? value.byteLength : value.length;
    return keep(value, new Kind(buffer, value.byteOffset, length), seen);
  }
  if (value instanceof Error) return cloneError(value, seen);
  if (value instanceof Map) {
    const copy = keep(value, new Map(), seen);
    for (const [key, item] of value) copy.set(clone(key, seen), clone(item, seen));
    return copy;
  }
  if (value instanceof Set) {
    const copy = keep(value, new Set(), seen);
    for (const item of value) copy.add(clone(item, seen));
    return copy;
  }
  if (value instanceof Promise || value instanceof WeakMap || value instanceof WeakSet) refuse(`#<${value.constructor.name}>`);
  for (const Box of PLAIN_BOXES) {
    if (value instanceof Box) return keep(value, Object(value.valueOf()), seen);
  }
  const copy = keep(value, Array.isArray(value) ? new Array(value.length) : {}, seen);
  for (const key of Object.keys(value)) copy[key] = clone(value[key], seen);
  return copy;
}

// The built-in kind of a typed array: a subclass such as `Buffer` becomes its base.
function globalArray(array) {
  const kinds = [Uint8Array, Int8Array, Uint8ClampedArray, Uint16Array, Int16Array, Uint32Array, Int32Array];
  return kinds.concat([Float32Array, Float64Array, BigInt64Array, BigUint64Array]).find((Kind) => array instanceof Kind);
}

export function structuredClone(value) {
  if (arguments.length === 0) {
    throw new TypeError("Failed to execute 'structuredClone': 1 argument required, but only 0 present.");
  }
  return clone(value, new Map());
}
