// `should`: the same words, read from any value. Calling it puts a `should` on every object there is.

import { Assertion, AssertionError } from './core.js';

const BOXES = [String, Number, Boolean, Symbol, BigInt];

function getShould() {
  const boxed = BOXES.some((Box) => this instanceof Box);
  return new Assertion(boxed ? this.valueOf() : this, null, getShould);
}

// Somebody's own property of that name stays possible.
function setShould(value) {
  Object.defineProperty(this, 'should', { value, enumerable: true, configurable: true, writable: true });
}

export function should() {
  Object.defineProperty(Object.prototype, 'should', { set: setShould, get: getShould, configurable: true });
  const on = (value, message) => new Assertion(value, message).to;
  const words = {
    fail(actual, expected, message, operator) {
      if (arguments.length < 2) {
        message = actual;
        actual = undefined;
      }
      throw new AssertionError(message || 'should.fail()', { actual, expected, operator }, words.fail);
    },
    equal: (actual, expected, message) => void on(actual, message).equal(expected),
    Throw: (fn, kind, text, message) => void on(fn, message).Throw(kind, text),
    exist: (value, message) => void on(value, message).exist,
    not: {
      equal: (actual, expected, message) => void on(actual, message).not.equal(expected),
      Throw: (fn, kind, text, message) => void on(fn, message).not.Throw(kind, text),
      exist: (value, message) => void on(value, message).not.exist,
    },
  };
  words.throw = words.Throw;
  words.not.throw = words.not.Throw;
  return words;
}
