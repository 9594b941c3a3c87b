// Words that compare numbers, dates and lengths.

import { addMethod, also, flag, prefix, refuse, typeOf } from './core.js';
import { say } from './words.js';

/** The length or size of the subject for `length.above(…)`: `[word, count]`. */
export function countOf(assertion) {
  const object = flag(assertion, 'object');
  const type = typeOf(object).toLowerCase();
  if (type === 'map' || type === 'set') return ['size', object.size];
  also(assertion, object).to.have.property('length');
  return ['length', object.length];
}

// Refuses what cannot be compared. `subject` names the argument(s) in the text, `word` their plural or not.
function checkComparable(assertion, limits, named, plural) {
  const object = flag(assertion, 'object');
  const counting = flag(assertion, 'doLength');
  const type = typeOf(object).toLowerCase();
  if (counting && type !== 'map' && type !== 'set') also(assertion, object).to.have.property('length');
  const all = (kind) => limits.every((limit) => typeOf(limit).toLowerCase() === kind);
  const must = plural ? `the arguments to ${named} must be` : `the argument to ${named} must be`;
  if (!counting && type === 'date' && !all('date')) refuse(assertion, must + (plural ? ' dates' : ' a date'));
  if (!all('number') && (counting || type === 'number')) refuse(assertion, must + (plural ? ' numbers' : ' a number'));
  if (!counting && type !== 'date' && type !== 'number') {
    refuse(assertion, `expected ${type === 'string' ? `'${object}'` : String(object)} to be a number or a date`);
  }
}

// name, further names, the comparison, `to be X`, `not to be X` as a positive, and both for lengths
const COMPARISONS = [
  ['above', ['gt', 'greaterThan'], (a, b) => a > b, 'above', 'at most', 'above', 'not have', 'above'],
  ['least', ['gte', 'greaterThanOrEqual'], (a, b) => a >= b, 'at least', 'below', 'at least', 'have', 'below'],
  ['below', ['lt', 'lessThan'], (a, b) => a < b, 'below', 'at least', 'below', 'not have', 'below'],
  ['most', ['lte', 'lessThanOrEqual'], (a, b) => a <= b, 'at most', 'above', 'at most', 'have', 'above'],
];
for (const [name, others, holds, is, isNot, lengthIs, lengthNot, lengthNotIs] of COMPARISONS) {
  const compare = function (limit, message) {
    say(this, message);
    checkComparable(this, [limit], name, false);
    if (flag(this, 'doLength')) {
      const [word, count] = countOf(this);
      this.assert(
        holds(count, limit),
        `expected #{this} to have a ${word} ${lengthIs} #{exp} but got #{act}`,
        `expected #{this} to ${lengthNot} a ${word} ${lengthNotIs} #{exp}`,
        limit,
        count,
      );
    } else {
      this.assert(holds(flag(this, 'object'), limit), `expected #{this} to be ${is} #{exp}`, `expected #{this} to be ${isNot} #{exp}`, limit);
    }
  };
  for (const word of [name, ...others]) addMethod(word, compare);
}

addMethod('within', function (start, finish, message) {
  say(this, message);
  checkComparable(this, [start, finish], 'within', true);
  const dates = typeOf(start) === 'Date' && typeOf(finish) === 'Date';
  const range = dates ? `${start.toISOString()}..${finish.toISOString()}` : `${start}..${finish}`;
  const inside = (value) => value >= start && value <= finish;
  if (flag(this, 'doLength')) {
    const [word, count] = countOf(this);
    this.assert(
      inside(count),
      `expected #{this} to have a ${word} within ${range}`,
      `expected #{this} to not have a ${word} within ${range}`,
    );
  } else {
    this.assert(inside(flag(this, 'object')), `expected #{this} to be within ${range}`, `expected #{this} to not be within ${range}`);
  }
});

function closeTo(expected, delta, message) {
  say(this, message);
  const object = flag(this, 'object');
  also(this, object).is.a('number');
  if (typeof expected !== 'number' || typeof delta !== 'number') {
    const missing = delta === undefined ? ', and a delta is required' : '';
    refuse(this, `the arguments to closeTo or approximately must be numbers${missing}`);
  }
  this.assert(
    Math.abs(object - expected) <= delta,
    `expected #{this} to be close to ${expected} +/- ${delta}`,
    `expected #{this} not to be close to ${expected} +/- ${delta}`,
  );
}
for (const word of ['closeTo', 'approximately']) addMethod(word, closeTo);

