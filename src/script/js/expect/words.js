// The first words of `expect`: the ones that only read well, the flags, types, truth, inclusion, equality.

import {
  Assertion, AssertionError, addChainable, addMethod, addProperty, also, equal, flag, inspect, prefix, refuse, transferFlags, typeOf,
} from './core.js';

const article = (word) => (/^[aeiou]/.test(word) ? 'an ' : 'a ') + word;

for (const word of 'to be been is and has have with that which at of same but does still also'.split(' ')) {
  addProperty(word);
}
// `not.deep.own` … : each only sets its flag; `any` and `all` exclude each other.
const FLAGS = {
  not: { negate: true },
  deep: { deep: true },
  nested: { nested: true },
  own: { own: true },
  ordered: { ordered: true },
  any: { any: true, all: false },
  all: { all: true, any: false },
};
for (const [word, flags] of Object.entries(FLAGS)) {
  addProperty(word, function () {
    for (const [name, value] of Object.entries(flags)) flag(this, name, value);
  });
}

/** Takes over the optional last argument of every word as the message of this assertion. */
export function say(assertion, message) {
  if (message) flag(assertion, 'message', message);
}

function isA(type, message) {
  say(this, message);
  type = type.toLowerCase();
  this.assert(
    typeOf(flag(this, 'object')).toLowerCase() === type,
    `expected #{this} to be ${article(type)}`,
    `expected #{this} not to be ${article(type)}`,
  );
}
addChainable('an', isA);
addChainable('a', isA);

// --- include ---------------------------------------------------------------------------------------------

const same = (a, b) => a === b || (a !== a && b !== b);

// Every key of `wanted` is a property of the subject with that value. A negated check of several keys fails
// only when all of them are there, with the first one's text.
function includeProperties(assertion, wanted) {
  const names = Object.keys(wanted);
  const check = (name) => {
    const one = new Assertion(flag(assertion, 'object'));
    transferFlags(assertion, one, true);
    flag(one, 'lockSsfi', true);
    one.property(name, wanted[name]);
  };
  if (!flag(assertion, 'negate') || names.length === 1) {
    names.forEach(check);
    return;
  }
  const errors = [];
  for (const name of names) {
    try {
      check(name);
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      errors.push(error);
    }
  }
  if (names.length > 1 && errors.length === names.length) throw errors[0];
}

function include(value, message) {
  say(this, message);
  const object = flag(this, 'object');
  const type = typeOf(object).toLowerCase();
  const deep = flag(this, 'deep');
  const alike = deep ? flag(this, 'eql') : same;
  let found;
  switch (type) {
    case 'string':
      found = object.indexOf(value) !== -1;
      break;
    case 'weakset':
      if (deep) refuse(this, 'unable to use .deep.include with WeakSet');
      found = object.has(value);
      break;
    case 'map':
      found = [...object.values()].some((item) => alike(item, value));
      break;
    case 'set':
      found = deep ? [...object].some((item) => alike(item, value)) : object.has(value);
      break;
    case 'array':
      found = deep ? object.some((item) => alike(item, value)) : object.indexOf(value) !== -1;
      break;
    default: {
      if (value !== Object(value)) {
        const given = typeOf(value).toLowerCase();
        refuse(
          this,
          `the given combination of arguments (${type} and ${given}) is invalid for this assertion. ` +
            `You can use an array, a map, an object, a set, a string, or a weakset instead of a ${given}`,
        );
      }
      includeProperties(this, value);
      return;
    }
  }
  const how = deep ? 'deep ' : '';
  this.assert(
    found,
    `expected #{this} to ${how}include ${inspect(value)}`,
    `expected #{this} to not ${how}include ${inspect(value)}`,
  );
}
function willContain() {
  flag(this, 'contains', true);
}
for (const word of ['include', 'contain', 'contains', 'includes']) addChainable(word, include, willContain);

// --- truth -----------------------------------------------------------------------------------------------

addProperty('ok', function () {
  this.assert(flag(this, 'object'), 'expected #{this} to be truthy', 'expected #{this} to be falsy');
});
addProperty('true', function () {
  this.assert(flag(this, 'object') === true, 'expected #{this} to be true', 'expected #{this} to be false', !flag(this, 'negate'));
});
addProperty('false', function () {
  this.assert(flag(this, 'object') === false, 'expected #{this} to be false', 'expected #{this} to be true', !!flag(this, 'negate'));
});
// word, test, and the end of both texts
const STATES = [
  ['null', (value) => value === null],
  ['undefined', (value) => value === undefined],
  ['NaN', (value) => Number.isNaN(value)],
];
for (const [word, holds] of STATES) {
  addProperty(word, function () {
    this.assert(holds(flag(this, 'object')), `expected #{this} to be ${word}`, `expected #{this} not to be ${word}`);
  });
}
for (const word of ['exist', 'exists']) {
  addProperty(word, function () {
    const value = flag(this, 'object');
    this.assert(value !== null && value !== undefined, 'expected #{this} to exist', 'expected #{this} to not exist');
  });
}

addProperty('empty', function () {
  const value = flag(this, 'object');
  let count;
  switch (typeOf(value).toLowerCase()) {
    case 'array':
    case 'string':
      count = value.length;
      break;
    case 'map':
    case 'set':
      count = value.size;
      break;
    case 'weakmap':
    case 'weakset':
      refuse(this, '.empty was passed a weak collection');
      break;
    case 'function':
      refuse(this, `.empty was passed a function ${value.name}`);
      break;
    default:
      if (value !== Object(value)) refuse(this, `.empty was passed non-string primitive ${inspect(value)}`);
      count = Object.keys(value).length;
  }
  this.assert(count === 0, 'expected #{this} to be empty', 'expected #{this} not to be empty');
});

for (const word of ['arguments', 'Arguments']) {
  addProperty(word, function () {
    const type = typeOf(flag(this, 'object'));
    this.assert(type === 'Arguments', `expected #{this} to be arguments but got ${type}`, 'expected #{this} to not be arguments');
  });
}

// --- equality --------------------------------------------------------------------------------------------

function equals(value, message) {
  say(this, message);
  const object = flag(this, 'object');
  if (flag(this, 'deep')) {
    const locked = flag(this, 'lockSsfi');
    flag(this, 'lockSsfi', true);
    this.eql(value);
    flag(this, 'lockSsfi', locked);
    return;
  }
  this.assert(value === object, 'expected #{this} to equal #{exp}', 'expected #{this} to not equal #{exp}', value, object, true);
}
for (const word of ['equal', 'equals', 'eq']) addMethod(word, equals);

function eql(value, message) {
  say(this, message);
  const object = flag(this, 'object');
  this.assert(
    (flag(this, 'eql') || equal)(value, object),
    'expected #{this} to deeply equal #{exp}',
    'expected #{this} to not deeply equal #{exp}',
    value,
    object,
    true,
  );
}
for (const word of ['eql', 'eqls']) addMethod(word, eql);

