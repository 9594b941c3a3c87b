// Deep equality as `eql` and `deep` mean it: chai's, which is strict about types, ±0 and enumerable keys.

/** The type word of a value: `null`, `string`, `Array`, `Date` …, or its `Symbol.toStringTag`. */
export function typeOf(value) {
  if (value === null) return 'null';
  const kind = typeof value;
  if (kind !== 'object') return kind;
  if (Array.isArray(value) && !(Symbol.toStringTag in value)) return 'Array';
  const tag = value[Symbol.toStringTag];
  return typeof tag === 'string' ? tag : Object.prototype.toString.call(value).slice(8, -1);
}

const BY_REFERENCE = new Set(['Promise', 'Symbol', 'function', 'WeakMap', 'WeakSet']);
const BY_VALUE = new Set(['String', 'Number', 'Boolean', 'Date']);
const AS_LIST = /^(Arguments|Array|(Int8|Uint8|Uint8Clamped|Int16|Uint16|Int32|Uint32|Float32|Float64)Array)$/;

function listsEqual(left, right, memo) {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i += 1) {
    if (!equal(left[i], right[i], memo)) return false;
  }
  return true;
}

function bytes(value) {
  return new Uint8Array(value.buffer || value);
}

// Everything a for-in loop sees, and the enumerable symbols.
function keysOf(object) {
  const keys = [];
  for (const key in object) keys.push(key);
  for (const key of Object.getOwnPropertySymbols(object)) {
    if (Object.prototype.propertyIsEnumerable.call(object, key)) keys.push(key);
  }
  return keys;
}

function entriesOf(object) {
  if (typeof object[Symbol.iterator] !== 'function') return [];
  try {
    return drain(object[Symbol.iterator]());
  } catch {
    return [];
  }
}

function drain(iterator) {
  const values = [];
  for (let step = iterator.next(); ; step = iterator.next()) {
    values.push(step.value);
    if (step.done !== false) return values;
  }
}

function objectsEqual(left, right, memo) {
  const leftKeys = keysOf(left);
  const rightKeys = keysOf(right);
  if (leftKeys.length && leftKeys.length === rightKeys.length) {
    const names = (keys) => keys.map(String).sort();
    if (!listsEqual(names(leftKeys), names(rightKeys))) return false;
    return leftKeys.every((key) => equal(left[key], right[key], memo));
  }
  const leftEntries = entriesOf(left);
  const rightEntries = entriesOf(right);
  if (leftEntries.length && leftEntries.length === rightEntries.length) {
    return listsEqual(leftEntries.sort(), rightEntries.sort(), memo);
  }
  return leftKeys.length + rightKeys.length + leftEntries.length + rightEntries.length === 0;
}

function collectionsEqual(left, right, memo) {
  if (left.size !== right.size) return false;
  const items = (collection) => {
    const found = [];
    collection.forEach((value, key) => found.push([value, key]));
    return found.sort();
  };
  return listsEqual(items(left), items(right), memo);
}

function equalByType(type, left, right, memo) {
  if (BY_VALUE.has(type)) return equal(left.valueOf(), right.valueOf());
  if (BY_REFERENCE.has(type)) return left === right;
  if (AS_LIST.test(type)) return listsEqual(left, right, memo);
  switch (type) {
    case 'Error':
      return ['name', 'message', 'code'].every((key) => equal(left[key], right[key], memo));
    case 'RegExp':
      return String(left) === String(right);
    case 'Generator':
      return listsEqual(drain(left), drain(right), memo);
    case 'DataView':
    case 'ArrayBuffer':
      return listsEqual(bytes(left), bytes(right), memo);
    case 'Set':
    case 'Map':
      return collectionsEqual(left, right, memo);
    default:
      return objectsEqual(left, right, memo);
  }
}

/** Whether two values are deeply equal. Circular structures are fine. */
export function equal(left, right, memo) {
  if (left === right) return left !== 0 || 1 / left === 1 / right;
  if (left !== left && right !== right) return true;
  if (left === null || right === null || typeof left !== 'object' || typeof right !== 'object') return false;
  memo = memo instanceof Map ? memo : new Map();
  const known = memo.get(left);
  if (known && known.has(right)) return known.get(right);
  const type = typeOf(left);
  if (type !== typeOf(right)) return false;
  const results = known || new Map();
  if (!known) memo.set(left, results);
  // Assumed true while it is being worked out: that is what ends a circle.
  results.set(right, true);
  const result = equalByType(type, left, right, memo);
  results.set(right, result);
  return result;
}
