// What `tv4` and `ajv` share: JSON pointers. And for `ajv` the engine, which is quick to say whether a value is good.

import { host } from '../run.js';

const native = host.lib('schema');

/** The segments of a JSON pointer. */
export const segments = (pointer) =>
  pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'));

/** A name as a step of a JSON pointer. */
export const pointed = (name) => `/${String(name).replace(/~/g, '~0').replace(/\//g, '~1')}`;

// Deeper than anything that is meant: also what holds itself is.
const DEEP = 200;

/** Whether a value is the same as JSON: no dates, no `undefined`, no `NaN`, nothing that writes itself in its own way. */
export function isPlain(value, depth = 0) {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth > DEEP || typeof value.toJSON === 'function') return false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i += 1) if (!isPlain(value[i], depth + 1)) return false;
    return true;
  }
  const made = Object.getPrototypeOf(value);
  return (made === Object.prototype || made === null) && Object.values(value).every((part) => isPlain(part, depth + 1));
}

/** The schema of schemas of draft 7. */
export const meta = () => JSON.parse(native.meta());

/** Compiles a schema of draft 7: a function that says whether a value is good, and of no value where it cannot. */
export function compile(schema, schemas) {
  const check = native.compile(JSON.stringify(schema), JSON.stringify(schemas));
  return check === null ? () => false : (value) => check(JSON.stringify(value));
}
