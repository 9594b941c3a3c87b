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
  const text = arguments.length === 0 ? 'No value argument passed to `assert.ok()`' : `${inspect(value)} == true`;
  check(value, message, text, { actual: value, expected: true, operator: '==' });
}

const isObject = (value) => typeof value === 'object' && value !== null;
// Shorter ones, both together, stand beside each other.
const SHORT = 10;
// Longer ones get no mark below where they part.
const LINE = 80;

/** Two values that should be the same, one below the other, with a mark where they part. */
function difference(actual, expected, head) {
  const [is, should] = [inspect(actual), inspect(expected)];
  if (is === should) return `Values identical but not reference-equal:\n\n${is}\n`;
  const length = is.length + should.length;
  if (length <= SHORT && !isObject(actual) && !isObject(expected)) return `${head}\n\n${is} !== ${should}\n`;
  let at = 0;
  while (is[at] === should[at]) at += 1;
  const mark = length > SHORT && length < LINE && at > 2 && !head.includes('reference') ? `\n  ${' '.repeat(at)}^` : '';
  return `${head}\n+ actual - expected\n\n+ ${is}\n- ${should}${mark}`;
}

const strictly = (a, b) =>
  difference(a, b, isObject(a) && isObject(b) ? 'Expected "actual" to be reference-equal to "expected":' : 'Expected values to be strictly equal:');

// name → [what must hold, the message when it does not]
const COMPARISONS = {
  equal: [(a, b) => a == b || (a !== a && b !== b), (a, b) => `${inspect(a)} == ${inspect(b)}`, '=='],
  notEqual: [(a, b) => a != b && (a === a || b === b), (a, b) => `${inspect(a)} != ${inspect(b)}`, '!='],
  strictEqual: [Object.is, strictly, 'strictEqual'],
  notStrictEqual: [
    (a, b) => !Object.is(a, b),
    (a) => `Expected "actual" ${isObject(a) ? 'not to be reference-equal to "expected"' : 'to be strictly unequal to'}: ${inspect(a)}`,
    'notStrictEqual',
  ],
  deepEqual: [looseEqual, (a, b) => `Expected values to be loosely deep-equal:\n\n${inspect(a)}\n\nshould equal\n\n${inspect(b)}`, 'deepEqual'],
  notDeepEqual: [(a, b) => !looseEqual(a, b), (a) => `Expected "actual" not to be loosely deep-equal to:\n\n${inspect(a)}`, 'notDeepEqual'],
  deepStrictEqual: [equal, (a, b) => difference(a, b, 'Expected values to be strictly deep-equal:'), 'deepStrictEqual'],
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
  // `fail(message)`, or of old with two values and what stands between them.
  fail(actual, expected, message, operator = arguments.length > 2 ? 'fail' : '!=') {
    if (arguments.length < 2) check(false, actual, 'Failed', { operator: 'fail' });
    check(false, message, `${inspect(actual)} ${operator} ${inspect(expected)}`, { actual, expected, operator });
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
