// `assert`: the same checks as functions. Nearly all of them are a sentence of `expect` with its values left out,
// so they are written as such a sentence, and a table of their names.

import { Assertion, AssertionError, flag, inspect } from './core.js';

export function assert(holds, message) {
  new Assertion(null, null, assert, true).assert(holds, message, '[ negation message unavailable ]');
}

assert.fail = function fail(actual, expected, message, operator) {
  if (arguments.length < 2) {
    message = actual;
    actual = undefined;
  }
  throw new AssertionError(message || 'assert.fail()', { actual, expected, operator }, fail);
};

// Follows the words of a sentence, the last of which is called when it takes values.
function say(sentence, assertion, values) {
  const words = sentence.split(' ');
  const last = words.pop();
  const at = words.reduce((so_far, word) => so_far[word], assertion);
  return values ? at[last](...values) : at[last];
}

// A check without a further value, with one, and with two; the message is the last argument each time.
const KINDS = {
  plain: (sentence, fixed) =>
    function check(value, message) {
      say(sentence, new Assertion(value, message, check, true), fixed);
    },
  one: (sentence) =>
    function check(value, wanted, message) {
      say(sentence, new Assertion(value, message, check, true), [wanted]);
    },
  two: (sentence) =>
    function check(value, first, second, message) {
      say(sentence, new Assertion(value, message, check, true), [first, second]);
    },
};

const TABLES = {
  plain: {
    isOk: 'is ok',
    isNotOk: 'is not ok',
    isTrue: 'is true',
    isFalse: 'is false',
    isNaN: 'to be NaN',
    isNotNaN: 'not to be NaN',
    exists: 'to exist',
    notExists: 'to not exist',
    isFinite: 'to be finite',
    isExtensible: 'to be extensible',
    isNotExtensible: 'to not be extensible',
    isSealed: 'to be sealed',
    isNotSealed: 'to not be sealed',
    isFrozen: 'to be frozen',
    isNotFrozen: 'to not be frozen',
    isEmpty: 'to be empty',
    isNotEmpty: 'to not be empty',
  },
  one: {
    strictEqual: 'to equal',
    notStrictEqual: 'to not equal',
    deepEqual: 'to eql',
    notDeepEqual: 'to not eql',
    isAbove: 'to be above',
    isAtLeast: 'to be least',
    isBelow: 'to be below',
    isAtMost: 'to be most',
    typeOf: 'to be a',
    notTypeOf: 'to not be a',
    instanceOf: 'to be instanceOf',
    notInstanceOf: 'to not be instanceOf',
    include: 'include',
    notInclude: 'not include',
    deepInclude: 'deep include',
    notDeepInclude: 'not deep include',
    nestedInclude: 'nested include',
    notNestedInclude: 'not nested include',
    deepNestedInclude: 'deep nested include',
    notDeepNestedInclude: 'not deep nested include',
    ownInclude: 'own include',
    notOwnInclude: 'not own include',
    deepOwnInclude: 'deep own include',
    notDeepOwnInclude: 'not deep own include',
    match: 'to match',
    notMatch: 'to not match',
    property: 'to have property',
    notProperty: 'to not have property',
    ownProperty: 'to have own property',
    notOwnProperty: 'to not have own property',
    nestedProperty: 'to have nested property',
    notNestedProperty: 'to not have nested property',
    lengthOf: 'to have lengthOf',
    hasAnyKeys: 'to have any keys',
    hasAllKeys: 'to have all keys',
    containsAllKeys: 'to contain all keys',
    doesNotHaveAnyKeys: 'to not have any keys',
    doesNotHaveAllKeys: 'to not have all keys',
    hasAnyDeepKeys: 'to have any deep keys',
    hasAllDeepKeys: 'to have all deep keys',
    containsAllDeepKeys: 'to contain all deep keys',
    doesNotHaveAnyDeepKeys: 'to not have any deep keys',
    doesNotHaveAllDeepKeys: 'to not have all deep keys',
    sameMembers: 'to have same members',
    notSameMembers: 'to not have same members',
    sameDeepMembers: 'to have same deep members',
    notSameDeepMembers: 'to not have same deep members',
    sameOrderedMembers: 'to have same ordered members',
    notSameOrderedMembers: 'to not have same ordered members',
    sameDeepOrderedMembers: 'to have same deep ordered members',
    notSameDeepOrderedMembers: 'to not have same deep ordered members',
    includeMembers: 'to include members',
    notIncludeMembers: 'to not include members',
    includeDeepMembers: 'to include deep members',
    notIncludeDeepMembers: 'to not include deep members',
    includeOrderedMembers: 'to include ordered members',
    notIncludeOrderedMembers: 'to not include ordered members',
    includeDeepOrderedMembers: 'to include deep ordered members',
    notIncludeDeepOrderedMembers: 'to not include deep ordered members',
    oneOf: 'to be oneOf',
  },
  two: {
    propertyVal: 'to have property',
    notPropertyVal: 'to not have property',
    deepPropertyVal: 'to have deep property',
    notDeepPropertyVal: 'to not have deep property',
    ownPropertyVal: 'to have own property',
    notOwnPropertyVal: 'to not have own property',
    deepOwnPropertyVal: 'to have deep own property',
    notDeepOwnPropertyVal: 'to not have deep own property',
    nestedPropertyVal: 'to have nested property',
    notNestedPropertyVal: 'to not have nested property',
    deepNestedPropertyVal: 'to have deep nested property',
    notDeepNestedPropertyVal: 'to not have deep nested property',
    closeTo: 'to be closeTo',
    approximately: 'to be approximately',
  },
};
for (const [kind, table] of Object.entries(TABLES)) {
  for (const [name, sentence] of Object.entries(table)) assert[name] = KINDS[kind](sentence);
}

// One value is fixed by the name: `isNull` is `to equal(null)`.
const FIXED = [
  ['isNotTrue', 'to not equal', true],
  ['isNotFalse', 'to not equal', false],
  ['isNull', 'to equal', null],
  ['isNotNull', 'to not equal', null],
  ['isUndefined', 'to equal', undefined],
  ['isDefined', 'to not equal', undefined],
];
for (const type of ['Function', 'Object', 'Array', 'String', 'Number', 'Boolean']) {
  FIXED.push([`is${type}`, 'to be a', type.toLowerCase()], [`isNot${type}`, 'to not be a', type.toLowerCase()]);
}
for (const [name, sentence, value] of FIXED) assert[name] = KINDS.plain(sentence, [value]);

// Loosely, unlike every other comparison here.
assert.equal = function equal(actual, expected, message) {
  const test = new Assertion(actual, message, equal, true);
  test.assert(expected == actual, 'expected #{this} to equal #{exp}', 'expected #{this} to not equal #{act}', expected, actual, true);
};
assert.notEqual = function notEqual(actual, expected, message) {
  const test = new Assertion(actual, message, notEqual, true);
  test.assert(expected != actual, 'expected #{this} to not equal #{exp}', 'expected #{this} to equal #{act}', expected, actual, true);
};

assert.throws = function throws(fn, like, text, message) {
  if (typeof like === 'string' || like instanceof RegExp) [like, text] = [null, like];
  return flag(new Assertion(fn, message, throws, true).to.throw(like, text), 'object');
};
assert.doesNotThrow = function doesNotThrow(fn, like, text, message) {
  if (typeof like === 'string' || like instanceof RegExp) [like, text] = [null, like];
  new Assertion(fn, message, doesNotThrow, true).to.not.throw(like, text);
};

const OPERATORS = {
  '==': (a, b) => a == b,
  '===': (a, b) => a === b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '!=': (a, b) => a != b,
  '!==': (a, b) => a !== b,
};
assert.operator = function operator(left, sign, right, message) {
  if (!Object.hasOwn(OPERATORS, sign)) {
    const prefix = message ? `${message}: ` : message;
    throw new AssertionError(`${prefix === undefined ? '' : prefix}Invalid operator "${sign}"`, undefined, operator);
  }
  const text = (word) => `expected ${inspect(left)} to ${word}${sign} ${inspect(right)}`;
  new Assertion(OPERATORS[sign](left, right), message, operator, true).assert(
    OPERATORS[sign](left, right) === true,
    text('be '),
    text('not be '),
  );
};

// A subject is an object and the name of its property, or a function; then every later argument moves up.
for (const [verb, others] of [
  ['change', ['doesNotChange', 'changesBy', 'changesButNotBy']],
  ['increase', ['doesNotIncrease', 'increasesBy', 'increasesButNotBy']],
  ['decrease', ['doesNotDecrease', 'decreasesBy', 'decreasesButNotBy']],
]) {
  const [never, by, notBy] = others;
  const plainly = (sentence) =>
    function check(fn, subject, key, message) {
      if (arguments.length === 3 && typeof subject === 'function') [key, message] = [null, key];
      say(sentence, new Assertion(fn, message, check, true), [subject, key]);
    };
  const byAmount = (sentence, amount) =>
    function check(fn, subject, key, delta, message) {
      if (arguments.length === 4 && typeof subject === 'function') [key, delta, message] = [undefined, key, delta];
      else if (arguments.length === 3) [key, delta] = [null, key];
      const changed = say(sentence, new Assertion(fn, message, check, true), [subject, key]);
      say(amount, changed, [delta]);
    };
  assert[`${verb}s`] = plainly(`to ${verb}`);
  assert[never] = plainly(`to not ${verb}`);
  assert[by] = byAmount(`to ${verb}`, 'by');
  assert[notBy] = byAmount(`to ${verb}`, 'but not by');
}
assert.doesNotDecreaseBy = function doesNotDecreaseBy(fn, subject, key, delta, message) {
  if (arguments.length === 4 && typeof subject === 'function') [key, delta, message] = [undefined, key, delta];
  else if (arguments.length === 3) [key, delta] = [null, key];
  return new Assertion(fn, message, doesNotDecreaseBy, true).to.not.decrease(subject, key).by(delta);
};

assert.ifError = (value) => {
  if (value) throw value;
};

// Names of the same functions.
const ALIASES = {
  ok: 'isOk',
  notOk: 'isNotOk',
  deepStrictEqual: 'deepEqual',
  throw: 'throws',
  Throw: 'throws',
};
for (const word of ['extensible', 'sealed', 'frozen', 'empty']) {
  const name = word[0].toUpperCase() + word.slice(1);
  ALIASES[word] = `is${name}`;
  ALIASES[`not${name}`] = `isNot${name}`;
}
for (const [name, same] of Object.entries(ALIASES)) assert[name] = assert[same];
