// `assert`: Node's checks, with its messages.

import { equal } from '../expect/equal.js';
import { inspect } from '../format.js';
import { missing } from '../libs.js';

export class AssertionError extends Error {
  constructor({ message, actual, expected, operator } = {}) {
    super(message);
    this.name = 'AssertionError';
    this.code = 'ERR_ASSERTION';
    this.generatedMessage = false;
    Object.assign(this, { actual, expected, operator });
  }
}

function check(holds, own, message, details) {
  if (holds) return;
  if (own instanceof Error) throw own;
  const error = new AssertionError({ message: own === undefined ? message : String(own), ...details });
  error.generatedMessage = own === undefined;
  throw error;
}

function looseEqual(a, b, seen = []) {
  if (a == b || (a !== a && b !== b)) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return false;
  if (seen.some(([x, y]) => x === a && y === b)) return true;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (a instanceof RegExp || b instanceof RegExp || a instanceof Map || a instanceof Set || a instanceof Error) return equal(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && looseEqual(a[key], b[key], seen.concat([[a, b]])))
  );
}

// Whether what was thrown is what was asked for: a class, a pattern, an object of properties or a function's yes.
function matches(error, wanted, operator) {
  if (wanted === undefined) return;
  if (wanted instanceof RegExp) {
    const text = `The input did not match the regular expression ${wanted}. Input:\n\n${inspect(String(error))}\n`;
    check(wanted.test(String(error)), undefined, text, { actual: error, expected: wanted, operator });
  } else if (typeof wanted === 'function') {
    if (wanted.prototype !== undefined && error instanceof wanted) return;
    if (Error.isPrototypeOf(wanted) || wanted === Error) throw error;
    const text = 'The validation function is expected to return "true".';
    check(wanted.call({}, error) === true, undefined, text, { actual: error, expected: wanted, operator });
  } else {
    for (const key of wanted instanceof Error ? ['name', 'message'] : Object.keys(wanted)) {
      const same = wanted[key] instanceof RegExp && typeof error[key] === 'string' ? wanted[key].test(error[key]) : equal(error[key], wanted[key]);
      const text = `${inspect(error[key])} is not ${inspect(wanted[key])} in \`${key}\``;
      check(same, undefined, text, { actual: error, expected: wanted, operator });
    }
  }
}

// `(wanted?, message?)` of the throwing checks.
const split = (wanted, message) => (typeof wanted === 'string' ? [undefined, wanted] : [wanted, message]);
const name = (wanted) => (typeof wanted === 'function' && wanted.name ? ` (${wanted.name})` : '');
const tail = (message) => (message ? `: ${message}` : '.');

function throws(fn, ...given) {
  const [wanted, message] = split(...given);
  try {
    fn();
  } catch (error) {
    matches(error, wanted, 'throws');
    return;
  }
  check(false, undefined, `Missing expected exception${name(wanted)}${tail(message)}`, { expected: wanted, operator: 'throws' });
}

function doesNotThrow(fn, ...given) {
  const [, message] = split(...given);
  try {
    fn();
  } catch (error) {
    const text = `Got unwanted exception${tail(message)}\nActual message: "${error && error.message}"`;
    check(false, undefined, text, { actual: error, operator: 'doesNotThrow' });
  }
}

async function rejects(source, ...given) {
  const [wanted, message] = split(...given);
  try {
    await (typeof source === 'function' ? source() : source);
  } catch (error) {
    matches(error, wanted, 'rejects');
    return;
  }
  check(false, undefined, `Missing expected rejection${name(wanted)}${tail(message)}`, { expected: wanted, operator: 'rejects' });
}

async function doesNotReject(source, ...given) {
  const [, message] = split(...given);
  try {
    await (typeof source === 'function' ? source() : source);
  } catch (error) {
    const text = `Got unwanted rejection${tail(message)}\nActual message: "${error && error.message}"`;
    check(false, undefined, text, { actual: error, operator: 'doesNotReject' });
  }
}

function ok(value, message) {
  const text =
    arguments.length === 0
      ? 'No value argument passed to `assert.ok()`'
      : 'The expression evaluated to a falsy value';
  check(value, message, text, { actual: value, expected: true, operator: '==' });
}

// name → [what must hold, the message when it does not]
const COMPARISONS = {
  equal: [(a, b) => a == b || (a !== a && b !== b), (a, b) => `${inspect(a)} == ${inspect(b)}`, '=='],
  notEqual: [(a, b) => a != b && (a === a || b === b), (a, b) => `${inspect(a)} != ${inspect(b)}`, '!='],
  strictEqual: [Object.is, (a, b) => `Expected values to be strictly equal:\n\n${inspect(a)} !== ${inspect(b)}\n`, 'strictEqual'],
  notStrictEqual: [
    (a, b) => !Object.is(a, b),
    (a) => `Expected "actual" to be strictly unequal to: ${inspect(a)}`,
    'notStrictEqual',
  ],
  deepEqual: [looseEqual, (a, b) => `Expected values to be loosely deep-equal:\n\n${inspect(a)}\n\nshould loosely deep-equal\n\n${inspect(b)}`, 'deepEqual'],
  notDeepEqual: [(a, b) => !looseEqual(a, b), (a) => `Expected "actual" not to be loosely deep-equal to: ${inspect(a)}`, 'notDeepEqual'],
  deepStrictEqual: [equal, (a, b) => `Expected values to be strictly deep-equal:\n${inspect(a)}\n\nshould equal\n\n${inspect(b)}`, 'deepStrictEqual'],
  notDeepStrictEqual: [(a, b) => !equal(a, b), (a) => `Expected "actual" not to be strictly deep-equal to: ${inspect(a)}`, 'notDeepStrictEqual'],
  match: [
    (text, pattern) => typeof text === 'string' && pattern.test(text),
    (text, pattern) => `The input did not match the regular expression ${pattern}. Input:\n\n${inspect(text)}\n`,
    'match',
  ],
  doesNotMatch: [
    (text, pattern) => typeof text !== 'string' || !pattern.test(text),
    (text, pattern) => `The input was expected to not match the regular expression ${pattern}. Input:\n\n${inspect(text)}\n`,
    'doesNotMatch',
  ],
};

export function assert(...given) {
  ok(...given);
}
Object.assign(assert, {
  AssertionError,
  ok,
  throws,
  doesNotThrow,
  rejects,
  doesNotReject,
  fail(message = 'Failed') {
    check(false, message, '', { operator: 'fail' });
  },
  ifError(value) {
    if (value === null || value === undefined) return;
    const text = `ifError got unwanted exception: ${value instanceof Error ? value.message : inspect(value)}`;
    check(false, undefined, text, { actual: value, expected: null, operator: 'ifError' });
  },
});
for (const [word, [holds, text, operator]] of Object.entries(COMPARISONS)) {
  assert[word] = (actual, expected, message) => {
    check(holds(actual, expected), message, text(actual, expected), { actual, expected, operator });
  };
}
assert.strict = Object.assign((...given) => ok(...given), assert, {
  equal: assert.strictEqual,
  notEqual: assert.notStrictEqual,
  deepEqual: assert.deepStrictEqual,
  notDeepEqual: assert.notDeepStrictEqual,
});
assert.strict.strict = assert.strict;
missing(assert, 'assert', 'CallTracker partialDeepStrictEqual');
