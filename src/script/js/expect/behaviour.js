// Words about what a value does: throwing, responding, changing something; and how open an object is.

import { addMethod, addProperty, also, display, flag, inspect } from './core.js';
import { say } from './words.js';

// --- throw -----------------------------------------------------------------------------------------------

/** The name of an error's kind, given as the constructor or an error of it. */
export function constructorName(like) {
  if (like instanceof Error) return like.constructor.name;
  if (typeof like === 'function') return like.name || new like().name || '';
  return like;
}

/** Whether a thrown value is that very error. */
export const sameError = (thrown, like) => like instanceof Error && thrown === like;

/** Whether a thrown value is of the kind that a constructor, or another error, stands for. */
export const sameKind = (thrown, like) => {
  if (like instanceof Error) return thrown.constructor === like.constructor || thrown instanceof like.constructor;
  if (like.prototype instanceof Error || like === Error) return thrown.constructor === like || thrown instanceof like;
  return false;
};

/** Whether an error's text holds a text or matches a pattern. */
export function messageMatches(thrown, wanted) {
  const text = typeof thrown === 'string' ? thrown : thrown.message;
  if (wanted instanceof RegExp) return wanted.test(text);
  return typeof wanted === 'string' && String(text).indexOf(wanted) !== -1;
}

const naming = (value) => (value instanceof Error ? value.toString() : value && constructorName(value));

function throws(like, wantedMessage, message) {
  say(this, message);
  const fn = flag(this, 'object');
  const negate = flag(this, 'negate') || false;
  also(this, fn).is.a('function');
  if (like instanceof RegExp || typeof like === 'string') {
    wantedMessage = like;
    like = null;
  }
  let thrown;
  try {
    fn();
  } catch (error) {
    thrown = error;
  }
  const unspecified = like === undefined && wantedMessage === undefined;
  // With a kind and a message, `not` fails only when both fit.
  const both = Boolean(like && wantedMessage);
  let kindFits = false;
  let messageFits = false;

  if (unspecified || !negate) {
    const wanted = like instanceof Error ? '#{exp}' : like ? constructorName(like) : 'an error';
    this.assert(
      thrown,
      `expected #{this} to throw ${wanted}`,
      'expected #{this} to not throw an error but #{act} was thrown',
      like && like.toString(),
      thrown instanceof Error ? thrown.toString() : typeof thrown === 'string' ? thrown : thrown && constructorName(thrown),
    );
  }
  const failOnKind = (clause) =>
    this.assert(
      negate,
      'expected #{this} to throw #{exp} but #{act} was thrown',
      `expected #{this} to not throw #{exp}${clause}`,
      naming(like),
      naming(thrown),
    );
  if (like && thrown) {
    if (like instanceof Error && (thrown === like) === negate) {
      if (both && negate) kindFits = true;
      else failOnKind(negate ? '' : ' but #{act} was thrown');
    }
    if (sameKind(thrown, like) === negate) {
      if (both && negate) kindFits = true;
      else failOnKind(' but #{act} was thrown');
    }
  }
  if (thrown && wantedMessage !== undefined && wantedMessage !== null && messageMatches(thrown, wantedMessage) === negate) {
    if (both && negate) {
      messageFits = true;
    } else {
      const how = wantedMessage instanceof RegExp ? 'matching' : 'including';
      this.assert(
        negate,
        `expected #{this} to throw error ${how} #{exp} but got #{act}`,
        `expected #{this} to throw error not ${how} #{exp}`,
        wantedMessage,
        typeof thrown === 'string' ? thrown : thrown.message || '',
      );
    }
  }
  if (kindFits && messageFits) failOnKind(' but #{act} was thrown');
  flag(this, 'object', thrown);
}
for (const word of ['throw', 'throws', 'Throw']) addMethod(word, throws);

// --- respondTo, satisfy ----------------------------------------------------------------------------------

function respondTo(method, message) {
  say(this, message);
  const object = flag(this, 'object');
  const target = typeof object === 'function' && !flag(this, 'itself') ? object.prototype[method] : object[method];
  this.assert(
    typeof target === 'function',
    `expected #{this} to respond to ${inspect(method)}`,
    `expected #{this} to not respond to ${inspect(method)}`,
  );
}
for (const word of ['respondTo', 'respondsTo']) addMethod(word, respondTo);

addProperty('itself', function () {
  flag(this, 'itself', true);
});

function satisfy(check, message) {
  say(this, message);
  const result = check(flag(this, 'object'));
  this.assert(
    result,
    `expected #{this} to satisfy ${display(check)}`,
    // No space here: chai's own text, and reports are compared.
    `expected #{this} to not satisfy${display(check)}`,
    !flag(this, 'negate'),
    result,
  );
}
for (const word of ['satisfy', 'satisfies']) addMethod(word, satisfy);

// --- change, increase, decrease, by ----------------------------------------------------------------------

// name, the amount reported to `by`, and what must hold before and after
const CHANGES = [
  ['change', (before, after) => after !== before, (before, after) => before !== after, false],
  ['increase', (before, after) => after - before, (before, after) => after - before > 0, true],
  ['decrease', (before, after) => before - after, (before, after) => after - before < 0, true],
];
for (const [name, amount, holds, numeric] of CHANGES) {
  const body = function (subject, key, message) {
    say(this, message);
    const fn = flag(this, 'object');
    also(this, fn).is.a('function');
    if (key) also(this, subject).to.have.property(key);
    else also(this, subject).is.a('function');
    const keyed = key !== undefined && key !== null;
    const before = key ? subject[key] : subject();
    if (numeric) also(this, before).is.a('number');
    fn();
    const after = keyed ? subject[key] : subject();
    const what = keyed ? `.${key}` : before;
    flag(this, 'deltaMsgObj', what);
    flag(this, 'initialDeltaValue', before);
    flag(this, 'finalDeltaValue', after);
    flag(this, 'deltaBehavior', name);
    flag(this, 'realDelta', amount(before, after));
    this.assert(holds(before, after), `expected ${what} to ${name}`, `expected ${what} to not ${name}`);
  };
  for (const word of [name, `${name}s`]) addMethod(word, body);
}

addMethod('by', function (delta, message) {
  say(this, message);
  const what = flag(this, 'deltaMsgObj');
  const name = flag(this, 'deltaBehavior');
  const moved =
    name === 'change' ? Math.abs(flag(this, 'finalDeltaValue') - flag(this, 'initialDeltaValue')) : flag(this, 'realDelta');
  this.assert(moved === Math.abs(delta), `expected ${what} to ${name} by ${delta}`, `expected ${what} to not ${name} by ${delta}`);
});

// --- how open an object is -------------------------------------------------------------------------------

const isObject = (value) => value === Object(value);
const STATES = [
  ['extensible', 'extensible', (value) => isObject(value) && Object.isExtensible(value)],
  ['sealed', 'sealed', (value) => !isObject(value) || Object.isSealed(value)],
  ['frozen', 'frozen', (value) => !isObject(value) || Object.isFrozen(value)],
  ['finite', 'a finite number', (value) => typeof value === 'number' && isFinite(value)],
];
for (const [word, text, holds] of STATES) {
  addProperty(word, function () {
    this.assert(holds(flag(this, 'object')), `expected #{this} to be ${text}`, `expected #{this} to not be ${text}`);
  });
}
