// The machinery of `expect`: assertions, their flags, and how words are added to them.
//
// Every word lives on `Assertion.prototype`. Reading a word that does not exist must fail loudly, or
// `expect(x).to.be.ture` would pass: a proxy at the far end of the prototype chain sees exactly the reads
// that nothing answered, so the words that do exist cost nothing extra.

import { inspect, display, config } from './inspect.js';
import { typeOf, equal } from './equal.js';

/**
 * What a failed assertion throws. Carries `actual`, `expected`, `showDiff` and `operator`. As in chai 4 it is an
 * `Error` by its prototype only, so that it shows as `AssertionError{ message: … }` inside a message.
 */
export function AssertionError(message, properties, above) {
  this.message = message || 'Unspecified AssertionError';
  this.showDiff = false;
  for (const key of Object.keys(properties || {})) {
    if (!['name', 'message', 'stack', 'constructor', 'toJSON'].includes(key)) this[key] = properties[key];
  }
  Error.captureStackTrace(this, above || AssertionError);
}
AssertionError.prototype = Object.create(Error.prototype, {
  constructor: { value: AssertionError, writable: true, configurable: true },
  name: { value: 'AssertionError', writable: true, configurable: true },
  toJSON: {
    value: function toJSON(withStack) {
      const json = { name: this.name, ...this, message: this.message };
      if (withStack !== false && this.stack) json.stack = this.stack;
      return json;
    },
  },
});

/** Reads a flag of an assertion, or sets it when a third argument is given. */
export function flag(assertion, key, value) {
  const flags = assertion.__flags || (assertion.__flags = Object.create(null));
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
  this.__flags = { __proto__: null, ssfi: above || Assertion, lockSsfi, object, message, eql: config.deepEqual || equal };
}

// As the constructor would, but the prototypes, and the guard behind them, need not be asked about `__flags`.
function derive(from) {
  return { __proto__: Assertion.prototype, __flags: { __proto__: null, ...from.__flags } };
}

/** Copies flags; with `all` false, not the subject, the message and the stack marks. */
export function transferFlags(from, to, all = true) {
  if (!to.__flags) to.__flags = Object.create(null);
  for (const key in from.__flags || {}) {
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

// All names along the prototype chain, the nearest first.
function namesOf(target) {
  const names = [];
  for (let at = target; at && at !== Object.prototype; at = Object.getPrototypeOf(at)) {
    names.push(...Object.getOwnPropertyNames(at));
  }
  return names;
}

function closestWord(word, target) {
  let best = null;
  let bestDistance = 4;
  for (const known of namesOf(target)) {
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
    get: function proxyGetter(target, key, receiver) {
      // Asking the prototype itself whether there is such a word is no mistake.
      const asked = typeof key === 'string' && config.useProxy && receiver !== Assertion.prototype;
      if (asked && !(key in target) && !config.proxyExcludedKeys.includes(key)) throw new Error(complain(key));
      return Reflect.get(target, key, receiver);
    },
  });
}

const unknownMember = (name) => (key) => `Invalid Chai property: ${name}.${key}. See docs for proper usage of "${name}".`;
const unknownWord = (known) => (key) => {
  const close = closestWord(key, known);
  return `Invalid Chai property: ${key}${close === null ? '' : `. Did you mean "${close}"?`}`;
};

Object.setPrototypeOf(Assertion.prototype, guarded(Object.prototype, unknownWord(Assertion.prototype)));

/** Wraps any object in the guard; with a name, it is the function of that word. */
export function proxify(target, name) {
  if (!config.useProxy) return target;
  return guarded(target, name ? unknownMember(name) : unknownWord(target));
}

// --- adding words ----------------------------------------------------------------------------------------

/** Makes reading `length` of a word's function an error: it is not the length that was meant. */
export function addLengthGuard(fn, name, chainable) {
  const descriptor = Object.getOwnPropertyDescriptor(fn, 'length');
  if (descriptor && !descriptor.configurable) return fn;
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
  return fn;
}

const markStack = (assertion, fn) => {
  if (!flag(assertion, 'lockSsfi')) flag(assertion, 'ssfi', fn);
};

/** Adds to `target` a word without arguments, such as `true`; without a body it only reads well, such as `to`. */
export function defineProperty(target, name, body) {
  Object.defineProperty(target, name, {
    configurable: true,
    get: function propertyGetter() {
      markStack(this, propertyGetter);
      const result = body ? body.call(this) : undefined;
      return result === undefined ? derive(this) : result;
    },
  });
}

/** Adds a word that is called, such as `equal(x)`. */
export function defineMethod(target, name, body) {
  function methodWrapper(...args) {
    markStack(this, methodWrapper);
    const result = body.apply(this, args);
    return result === undefined ? derive(this) : result;
  }
  addLengthGuard(methodWrapper, name, false);
  Object.setPrototypeOf(methodWrapper, guarded(Function.prototype, unknownMember(name)));
  Object.defineProperty(target, name, { value: methodWrapper, writable: true, configurable: true, enumerable: true });
}

/** Adds a word that may be called or read through, such as `a('string')` and `a.property`. */
export function defineChainable(target, name, body, onRead) {
  if (!Object.hasOwn(target, '__methods')) Object.defineProperty(target, '__methods', { value: Object.create(null) });
  const methods = target.__methods;
  methods[name] = { method: typeof body === 'function' ? body : () => {}, chainingBehavior: onRead || (() => {}) };
  Object.defineProperty(target, name, {
    configurable: true,
    get() {
      const { method, chainingBehavior } = methods[name];
      chainingBehavior.call(this);
      function chainableMethodWrapper(...args) {
        markStack(this, chainableMethodWrapper);
        const result = method.apply(this, args);
        return result === undefined ? derive(this) : result;
      }
      addLengthGuard(chainableMethodWrapper, name, true);
      const proto = Object.create(this);
      proto.call = Function.prototype.call;
      proto.apply = Function.prototype.apply;
      Object.setPrototypeOf(chainableMethodWrapper, proto);
      transferFlags(this, chainableMethodWrapper);
      return chainableMethodWrapper;
    },
  });
}

// `body(super)` gives the new body; the old one runs with the stack mark left alone. `name` is for stacks.
function overwriting(name, body, previous) {
  const made = {
    [name](...args) {
      markStack(this, made[name]);
      const locked = flag(this, 'lockSsfi');
      flag(this, 'lockSsfi', true);
      const result = body(previous).apply(this, args);
      flag(this, 'lockSsfi', locked);
      return result;
    },
  };
  return made[name];
}

/** Replaces a property word; `body(super)` returns the new getter. */
export function redefineProperty(target, name, body) {
  const old = Object.getOwnPropertyDescriptor(target, name);
  const getter = old && typeof old.get === 'function' ? old.get : () => {};
  defineProperty(target, name, overwriting('overwritingPropertyGetter', body, getter));
}

/** Replaces a method word; `body(super)` returns the new method. */
export function redefineMethod(target, name, body) {
  const missing = () => {
    throw new Error(`${name} is not a function`);
  };
  const old = target[name];
  const method = typeof old === 'function' ? old : missing;
  defineMethod(target, name, overwriting('overwritingMethodWrapper', body, method));
}

/** Replaces a chainable word. */
export function redefineChainable(target, name, body, onRead) {
  const word = target.__methods[name];
  const { method, chainingBehavior } = word;
  word.chainingBehavior = function () {
    const result = (onRead ? onRead(chainingBehavior) : chainingBehavior).call(this);
    return result === undefined ? derive(this) : result;
  };
  word.method = function overwritingChainableMethodWrapper(...args) {
    const result = body(method).apply(this, args);
    return result === undefined ? derive(this) : result;
  };
}

// The same for the words of `expect` itself.
export const addProperty = (name, body) => defineProperty(Assertion.prototype, name, body);
export const addMethod = (name, body) => defineMethod(Assertion.prototype, name, body);
export const addChainable = (name, body, onRead) => defineChainable(Assertion.prototype, name, body, onRead);

// --- the one check ---------------------------------------------------------------------------------------

const actualOf = (assertion, args) => (args.length > 4 ? args[4] : assertion._obj);

/** The text for the arguments of `assert`, filled in, with the user's own message in front. */
export function messageOf(assertion, args) {
  let text = flag(assertion, 'negate') ? args[2] : args[1];
  if (typeof text === 'function') text = text();
  const filled = (text || '')
    .replace(/#\{this\}/g, () => display(flag(assertion, 'object')))
    .replace(/#\{act\}/g, () => display(actualOf(assertion, args)))
    .replace(/#\{exp\}/g, () => display(args[3]));
  return prefix(assertion) + filled;
}

/** The name of the comparison that failed, as Node's `assert` has it; for reports. */
export function operatorOf(assertion, args) {
  const given = flag(assertion, 'operator');
  if (given) return given;
  let text = flag(assertion, 'negate') ? args[2] : args[1];
  if (typeof text === 'function') text = text();
  if (!text || /\shave\s/.test(text)) return undefined;
  const deep = ['Array', 'Object', 'function'].includes(typeOf(args[3]));
  if (/\snot\s/.test(text)) return deep ? 'notDeepStrictEqual' : 'notStrictEqual';
  return deep ? 'deepStrictEqual' : 'strictEqual';
}

/** Whether an assertion with these arguments holds, `not` taken into account. */
export const holds = (assertion, args) => (flag(assertion, 'negate') ? !args[0] : args[0]);

/**
 * Fails unless the first argument holds (the other way round after `not`): `assert(holds, text, negatedText,
 * expected, actual, showDiff)`. In both texts `#{this}` is the subject, `#{exp}` the expected and `#{act}` the
 * actual value.
 */
Assertion.prototype.assert = function assert(...args) {
  if (holds(this, args)) return;
  const [, , , expected, given, wanted] = args;
  let showDiff = wanted !== false;
  if (expected === undefined && given === undefined) showDiff = false;
  if (config.showDiff !== true) showDiff = false;
  const properties = { actual: actualOf(this, args), expected, showDiff };
  const operator = operatorOf(this, args);
  if (operator) properties.operator = operator;
  throw new AssertionError(messageOf(this, args), properties, config.includeStack ? this.assert : flag(this, 'ssfi'));
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
