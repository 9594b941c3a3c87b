// Words about what is inside a value: properties, lengths, keys, members, text.

import { addChainable, addMethod, also, flag, inspect, refuse, typeOf } from './core.js';
import { countOf } from './numbers.js';
import { say } from './words.js';

function isInstanceOf(constructor, message) {
  say(this, message);
  let holds;
  try {
    holds = flag(this, 'object') instanceof constructor;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    refuse(this, `The instanceof assertion needs a constructor but ${typeOf(constructor)} was given.`);
  }
  const name = typeof constructor === 'function' ? constructor.name : 'an unnamed constructor';
  this.assert(holds, `expected #{this} to be an instance of ${name}`, `expected #{this} to not be an instance of ${name}`);
}
for (const word of ['instanceof', 'instanceOf']) addMethod(word, isInstanceOf);

// --- property --------------------------------------------------------------------------------------------

const UNSAFE = ['constructor', '__proto__', 'prototype'];

// `a.b[1].c` as `['a', 'b', 1, 'c']`; a dot or bracket after a backslash belongs to the name.
export function parsePath(path) {
  const parts = path.replace(/([^\\])\[/g, '$1.[').match(/(\\\.|[^.]+?)+/g) || [];
  return parts.map((part) => {
    if (UNSAFE.includes(part)) return undefined;
    const index = /^\[(\d+)\]$/.exec(part);
    return index ? Number(index[1]) : part.replace(/\\([.[\]])/g, '$1');
  });
}

const has = (object, name) => object !== undefined && object !== null && name in Object(object);

/** Follows a path: `{ parent, value, exists }`. */
export function lookUp(object, path) {
  const parts = parsePath(path);
  const name = parts[parts.length - 1];
  // A step from a falsy value leads nowhere; the value is then undefined, or null when the last step failed.
  const walk = (steps) => {
    let at = object;
    let result = null;
    steps.forEach((step, i) => {
      if (!at) return;
      at = at[step];
      if (i === steps.length - 1) result = at;
    });
    return result;
  };
  const parent = parts.length > 1 ? walk(parts.slice(0, -1)) : object;
  return { parent, value: walk(parts), exists: has(parent, name) };
}

function property(name, value, message) {
  say(this, message);
  const nested = flag(this, 'nested');
  const own = flag(this, 'own');
  const deep = flag(this, 'deep');
  const object = flag(this, 'object');
  if (nested) {
    if (typeof name !== 'string') refuse(this, 'the argument to property must be a string when using nested syntax');
  } else if (!['string', 'number', 'symbol'].includes(typeof name)) {
    refuse(this, 'the argument to property must be a string, number, or symbol');
  }
  if (nested && own) refuse(this, 'The "nested" and "own" flags cannot be combined.');
  if (object === null || object === undefined) refuse(this, 'Target cannot be null or undefined.');

  const path = nested ? lookUp(object, name) : null;
  const actual = nested ? path.value : object[name];
  const there = own ? Object.prototype.hasOwnProperty.call(object, name) : nested ? path.exists : has(object, name);
  const what = `${deep ? 'deep ' : ''}${own ? 'own ' : ''}${nested ? 'nested ' : ''}property ${inspect(name)}`;
  // `not.property(name, value)` holds when the property is missing too, so only the second check counts.
  if (!flag(this, 'negate') || arguments.length === 1) {
    this.assert(there, `expected #{this} to have ${what}`, `expected #{this} to not have ${what}`);
  }
  if (arguments.length > 1) {
    const alike = deep ? flag(this, 'eql') : (a, b) => a === b;
    this.assert(
      there && alike(value, actual),
      `expected #{this} to have ${what} of #{exp}, but got #{act}`,
      `expected #{this} to not have ${what} of #{act}`,
      value,
      actual,
    );
  }
  flag(this, 'object', actual);
}
addMethod('property', property);
for (const word of ['ownProperty', 'haveOwnProperty']) {
  addMethod(word, function (...args) {
    flag(this, 'own', true);
    property.apply(this, args);
  });
}

function ownPropertyDescriptor(name, descriptor, message) {
  if (typeof descriptor === 'string') {
    message = descriptor;
    descriptor = null;
  }
  say(this, message);
  const actual = Object.getOwnPropertyDescriptor(Object(flag(this, 'object')), name);
  if (actual && descriptor) {
    const about = `expected the own property descriptor for ${inspect(name)} on #{this} to`;
    this.assert(
      flag(this, 'eql')(descriptor, actual),
      `${about} match ${inspect(descriptor)}, got ${inspect(actual)}`,
      `${about} not match ${inspect(descriptor)}`,
      descriptor,
      actual,
      true,
    );
  } else {
    const about = `have an own property descriptor for ${inspect(name)}`;
    this.assert(actual, `expected #{this} to ${about}`, `expected #{this} to not ${about}`);
  }
  flag(this, 'object', actual);
}
for (const word of ['ownPropertyDescriptor', 'haveOwnPropertyDescriptor']) addMethod(word, ownPropertyDescriptor);

// --- length, text ----------------------------------------------------------------------------------------

function lengthOf(wanted, message) {
  say(this, message);
  const [word, count] = countOf(this);
  this.assert(
    // Loosely, as chai does: '3' is a length of 3.
    count == wanted,
    `expected #{this} to have a ${word} of #{exp} but got #{act}`,
    `expected #{this} to not have a ${word} of #{act}`,
    wanted,
    count,
  );
}
function willCount() {
  flag(this, 'doLength', true);
}
for (const word of ['length', 'lengthOf']) addChainable(word, lengthOf, willCount);

function match(pattern, message) {
  say(this, message);
  this.assert(pattern.exec(flag(this, 'object')), `expected #{this} to match ${pattern}`, `expected #{this} not to match ${pattern}`);
}
for (const word of ['match', 'matches']) addMethod(word, match);

addMethod('string', function (text, message) {
  say(this, message);
  const object = flag(this, 'object');
  also(this, object).is.a('string');
  this.assert(
    object.indexOf(text) !== -1,
    `expected #{this} to contain ${inspect(text)}`,
    `expected #{this} to not contain ${inspect(text)}`,
  );
});

// --- keys ------------------------------------------------------------------------------------------------

export function enumerableKeys(object) {
  const symbols = Object.getOwnPropertySymbols(object);
  return Object.keys(object).concat(symbols.filter((key) => Object.prototype.propertyIsEnumerable.call(object, key)));
}

const byText = (a, b) => (inspect(a) < inspect(b) ? -1 : 1);

function keys(wanted) {
  const object = flag(this, 'object');
  const deep = flag(this, 'deep');
  const collection = ['Map', 'Set'].includes(typeOf(object));
  const given = typeOf(wanted);
  let actual;
  if (collection) {
    actual = [...object.keys()];
    if (given !== 'Array') wanted = [...arguments];
  } else {
    actual = enumerableKeys(object);
    if (given === 'Array' || given === 'Object') {
      if (arguments.length > 1) {
        refuse(
          this,
          'when testing keys against an object or an array you must give a single Array|Object|String argument or multiple String arguments',
        );
      }
      if (given === 'Object') wanted = Object.keys(wanted);
    } else {
      wanted = [...arguments];
    }
    wanted = wanted.map((key) => (typeof key === 'symbol' ? key : String(key)));
  }
  if (wanted.length === 0) refuse(this, 'keys required');

  const any = flag(this, 'any');
  const contains = flag(this, 'contains');
  const alike = deep ? flag(this, 'eql') : (a, b) => a === b;
  const isThere = (key) => actual.some((other) => alike(key, other));
  const holds = any ? wanted.some(isThere) : wanted.every(isThere) && (contains || wanted.length === actual.length);

  const names = wanted.map((key) => inspect(key));
  const last = names.pop();
  const text = names.length ? `keys ${names.join(', ')}, ${any ? 'or' : 'and'} ${last}` : `key ${last}`;
  const what = `${collection && deep ? 'deeply ' : ''}${contains ? 'contain' : 'have'} ${text}`;
  this.assert(
    holds,
    `expected #{this} to ${what}`,
    `expected #{this} to not ${what}`,
    wanted.slice().sort(byText),
    actual.sort(byText),
    true,
  );
}
for (const word of ['keys', 'key']) addMethod(word, keys);

// --- members ---------------------------------------------------------------------------------------------

// Each element of `part` is in `whole`; unless `contains`, every element of `whole` is used exactly once.
function isSubset(part, whole, alike, contains, ordered) {
  if (!contains && part.length !== whole.length) return false;
  const rest = whole.slice();
  return part.every((item, i) => {
    if (ordered) return alike(item, whole[i]);
    const at = rest.findIndex((other) => alike(item, other));
    if (at === -1) return false;
    if (!contains) rest.splice(at, 1);
    return true;
  });
}

addMethod('members', function (wanted, message) {
  say(this, message);
  const object = flag(this, 'object');
  also(this, object).to.be.an('array');
  also(this, wanted).to.be.an('array');
  const contains = flag(this, 'contains');
  const ordered = flag(this, 'ordered');
  const what = contains
    ? `be ${ordered ? 'an ordered superset' : 'a superset'} of #{exp}`
    : `have the same ${ordered ? 'ordered members' : 'members'} as #{exp}`;
  const alike = flag(this, 'deep') ? flag(this, 'eql') : (a, b) => a === b;
  this.assert(
    isSubset(wanted, object, alike, contains, ordered),
    `expected #{this} to ${what}`,
    `expected #{this} to not ${what}`,
    wanted,
    object,
    true,
  );
});

addMethod('oneOf', function (list, message) {
  say(this, message);
  const object = flag(this, 'object');
  also(this, list).to.be.an('array');
  const [holds, what, notWhat] = flag(this, 'contains')
    ? [(item) => object.indexOf(item) > -1, 'to contain one of', 'to not contain one of']
    : flag(this, 'deep')
      ? [(item) => flag(this, 'eql')(object, item), 'to deeply equal one of', 'to deeply equal one of']
      : [(item) => item === object, 'to be one of', 'to not be one of'];
  this.assert(list.some(holds), `expected #{this} ${what} #{exp}`, `expected #{this} ${notWhat} #{exp}`, list, object);
});
