// The machinery of `expect`: assertions, their flags, and how words are added to them.
//
// Every word lives on `Assertion.prototype`. Reading a word that does not exist must fail loudly, or
// `expect(x).to.be.ture` would pass: a proxy at the far end of the prototype chain sees exactly the reads
// that nothing answered, so the words that do exist cost nothing extra.

import { inspect, display, config } from './inspect.js';
import { typeOf, equal } from './equal.js';

/** What a failed assertion throws. Carries `actual`, `expected`, `showDiff` and `operator`. */
export class AssertionError extends Error {
  constructor(message, properties, above) {
    super(message || 'Unspecified AssertionError');
    this.showDiff = false;
    for (const key of Object.keys(properties || {})) {
      if (!['name', 'message', 'stack', 'constructor', 'toJSON'].includes(key)) this[key] = properties[key];
    }
    if (above && Error.captureStackTrace) Error.captureStackTrace(this, above);
  }

  toJSON(withStack) {
    const json = { name: this.name, ...this, message: this.message };
    if (withStack !== false && this.stack) json.stack = this.stack;
    return json;
  }
}
Object.defineProperty(AssertionError.prototype, 'name', { value: 'AssertionError', writable: true, configurable: true });

/** Reads a flag of an assertion, or sets it when a third argument is given. */
export function flag(assertion, key, value) {
  const flags = assertion.__flags;
  if (arguments.length === 3) flags[key] = value;
  else return flags[key];
}

/** Settings that `require('chai').config` shows; the width lives with the inspector. */
Object.assign(config, {
  includeStack: false,
  showDiff: true,
  useProxy: true,
  proxyExcludedKeys: ['then', 'catch', 'inspect', 'toJSON'],
  deepEqual: null,
});

export function Assertion(object, message, above, lockSsfi) {
  this.__flags = Object.assign(Object.create(null), {
    ssfi: above || Assertion,
    lockSsfi,
    object,
    message,
    eql: config.deepEqual || equal,
  });
}

function derive(from) {
  const next = new Assertion();
  Object.assign(next.__flags, from.__flags);
  return next;
}

/** Copies flags; with `all` false, not the subject, the message and the stack marks. */
export function transferFlags(from, to, all = true) {
  if (!to.__flags) to.__flags = Object.create(null);
  for (const key in from.__flags) {
    if (all || !['object', 'ssfi', 'lockSsfi', 'message'].includes(key)) to.__flags[key] = from.__flags[key];
  }
}

// --- the guard against unknown words ---------------------------------------------------------------------

const BUILTIN = ['__flags', '__methods', '_obj', 'assert'];

// Levenshtein distance, not looked at beyond `cap`.
function distance(a, b, cap) {
  if (Math.abs(a.length - b.length) >= cap) return cap;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next[j] =
        Math.abs(i - j) >= cap
          ? cap
          : Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

function closestWord(word) {
  let best = null;
  let bestDistance = 4;
  for (const known of Object.getOwnPropertyNames(Assertion.prototype)) {
    if (BUILTIN.includes(known) || known in Object.prototype) continue;
    const far = distance(word, known, bestDistance);
    if (far < bestDistance) {
      best = known;
      bestDistance = far;
    }
  }
  return best;
}

function guarded(base, complain) {
  return new Proxy(base, {
    get(target, key, receiver) {
      if (typeof key === 'string' && config.useProxy && !(key in target) && !config.proxyExcludedKeys.includes(key)) {
        throw new Error(complain(key));
      }
      return Reflect.get(target, key, receiver);
    },
  });
}

Object.setPrototypeOf(
  Assertion.prototype,
  guarded(Object.prototype, (key) => {
    const close = closestWord(key);
    return `Invalid Chai property: ${key}${close === null ? '' : `. Did you mean "${close}"?`}`;
  }),
);

// --- adding words ----------------------------------------------------------------------------------------

function guardLength(fn, name, chainable) {
  Object.defineProperty(fn, 'length', {
    configurable: true,
    get() {
      throw new Error(
        chainable
          ? `Invalid Chai property: ${name}.length. Due to a compatibility issue, "length" cannot directly follow "${name}". Use "${name}.lengthOf" instead.`
          : `Invalid Chai property: ${name}.length. See docs for proper usage of "${name}".`,
      );
    },
  });
}

const markStack = (assertion, fn) => {
  if (!assertion.__flags.lockSsfi) assertion.__flags.ssfi = fn;
};

/** Adds a word without arguments, such as `true`; without a body it only reads well, such as `to`. */
export function addProperty(name, body) {
  Object.defineProperty(Assertion.prototype, name, {
    configurable: true,
    get: function word() {
      markStack(this, word);
      const result = body ? body.call(this) : undefined;
      return result === undefined ? derive(this) : result;
    },
  });
}

/** Adds a word that is called, such as `equal(x)`. */
export function addMethod(name, body) {
  function word(...args) {
    markStack(this, word);
    const result = body.apply(this, args);
    return result === undefined ? derive(this) : result;
  }
  guardLength(word, name, false);
  Object.setPrototypeOf(
    word,
    guarded(Function.prototype, (key) => `Invalid Chai property: ${name}.${key}. See docs for proper usage of "${name}".`),
  );
  Object.defineProperty(Assertion.prototype, name, { value: word, writable: true, configurable: true, enumerable: true });
}

const chainables = Object.create(null);

/** Adds a word that may be called or read through, such as `a('string')` and `a.property`. */
export function addChainable(name, body, onRead = () => {}) {
  chainables[name] = { method: body, chainingBehavior: onRead };
  Object.defineProperty(Assertion.prototype, name, {
    configurable: true,
    get() {
      const { method, chainingBehavior } = chainables[name];
      chainingBehavior.call(this);
      function word(...args) {
        markStack(this, word);
        const result = method.apply(this, args);
        return result === undefined ? derive(this) : result;
      }
      guardLength(word, name, true);
      const proto = Object.create(this);
      proto.call = Function.prototype.call;
      proto.apply = Function.prototype.apply;
      Object.setPrototypeOf(word, proto);
      word.__flags = Object.assign(Object.create(null), this.__flags);
      return word;
    },
  });
}

// `body(super)` gives the new body; the old one runs with the stack mark left alone.
function overwriting(body, previous) {
  return function overwritten(...args) {
    markStack(this, overwritten);
    const locked = flag(this, 'lockSsfi');
    flag(this, 'lockSsfi', true);
    const result = body(previous).apply(this, args);
    flag(this, 'lockSsfi', locked);
    return result;
  };
}

/** Replaces a property word; `body(super)` returns the new getter. */
export function overwriteProperty(name, body) {
  const old = Object.getOwnPropertyDescriptor(Assertion.prototype, name);
  addProperty(name, overwriting(body, old && old.get ? old.get : function () {}));
}

/** Replaces a method word; `body(super)` returns the new method. */
export function overwriteMethod(name, body) {
  const missing = () => {
    throw new Error(`${name} is not a function`);
  };
  const old = Object.getOwnPropertyDescriptor(Assertion.prototype, name);
  addMethod(name, overwriting(body, old && typeof old.value === 'function' ? old.value : missing));
}

/** Replaces a chainable word. */
export function overwriteChainable(name, body, onRead) {
  const old = chainables[name];
  const method = body(old.method);
  const reading = onRead ? onRead(old.chainingBehavior) : old.chainingBehavior;
  chainables[name] = { method, chainingBehavior: reading };
}

// --- the one check ---------------------------------------------------------------------------------------

function operatorOf(text, expected) {
  if (!text || /\shave\s/.test(text)) return undefined;
  const deep = ['Array', 'Object', 'function'].includes(typeOf(expected));
  if (/\snot\s/.test(text)) return deep ? 'notDeepStrictEqual' : 'notStrictEqual';
  return deep ? 'deepStrictEqual' : 'strictEqual';
}

/**
 * Fails unless `holds` (the other way round after `not`). In both texts `#{this}` is the subject, `#{exp}`
 * the expected and `#{act}` the actual value.
 */
Assertion.prototype.assert = function assert(holds, text, negatedText, expected, ...rest) {
  const negate = flag(this, 'negate');
  if (negate ? !holds : holds) return;
  const actual = rest.length > 0 ? rest[0] : flag(this, 'object');
  let showDiff = rest[1] !== false;
  if (expected === undefined && rest[0] === undefined) showDiff = false;
  if (config.showDiff !== true) showDiff = false;
  let message = negate ? negatedText : text;
  if (typeof message === 'function') message = message();
  message = message || '';
  const operator = flag(this, 'operator') || operatorOf(message, expected);
  message = message
    .replace(/#\{this\}/g, () => display(flag(this, 'object')))
    .replace(/#\{act\}/g, () => display(actual))
    .replace(/#\{exp\}/g, () => display(expected));
  const properties = { actual, expected, showDiff };
  if (operator) properties.operator = operator;
  throw new AssertionError(prefix(this) + message, properties, flag(this, 'ssfi'));
};
Object.defineProperty(Assertion.prototype, '_obj', {
  get() {
    return flag(this, 'object');
  },
  set(value) {
    flag(this, 'object', value);
  },
});

/** The user's own message in front of every text, when there is one. */
export function prefix(assertion) {
  const own = flag(assertion, 'message');
  return own ? `${own}: ` : '';
}

/** Fails outright: the assertion cannot be made with these values. */
export function refuse(assertion, text) {
  throw new AssertionError((prefix(assertion) + text).trim(), undefined, flag(assertion, 'ssfi'));
}

/** A second assertion on `value`, with the message and the stack mark of the first. */
export function also(assertion, value) {
  return new Assertion(value, flag(assertion, 'message'), flag(assertion, 'ssfi'), true);
}

export function expect(value, message) {
  return new Assertion(value, message);
}

expect.fail = function fail(actual, expected, message, operator) {
  if (arguments.length < 2) {
    message = actual;
    actual = undefined;
  }
  throw new AssertionError(message || 'expect.fail()', { actual, expected, operator }, fail);
};

export { inspect, display, typeOf, equal, config };
