// What `ajv` 6 knows of schemas and of single values: the rules in their order, types, what they are coerced to, whether
// they are equal, what their names look like in paths.

import { pointed } from './schema.js';

/** The rules by the type of value they are for, in the order in which the genuine library takes them. */
export const GROUPS = [
  ['number', 'maximum minimum multipleOf format'],
  ['string', 'maxLength minLength pattern format'],
  ['array', 'maxItems minItems items contains uniqueItems'],
  ['object', 'maxProperties minProperties required dependencies propertyNames properties'],
  [undefined, '$ref const enum not anyOf oneOf allOf if'],
].map(([type, names]) => ({ type, rules: names.split(' ') }));

/** A rule that is there for these words, too. */
export const ALSO = {
  maximum: ['exclusiveMaximum'],
  minimum: ['exclusiveMinimum'],
  properties: ['additionalProperties', 'patternProperties'],
};
/** Every word that makes a schema ask for something. */
export const ASKING = new Set(['type', '$comment', ...GROUPS.flatMap(({ rules }) => rules), ...Object.values(ALSO).flat()]);
/** Those that say something else. */
export const SAYING =
  '$schema $id id $data $async title description default definitions examples readOnly writeOnly contentMediaType contentEncoding additionalItems then else'.split(
    ' ',
  );

const quote = (text) => text.replace(/['\\]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\f/g, '\\f').replace(/\t/g, '\\t');
/** A name as a step of a path in code. */
export const property = (name) => (/^[a-z$_][a-z$_0-9]*$/i.test(name) ? `.${name}` : `['${quote(name)}']`);
/** A name in the path of a schema. */
export const fragment = (name) => encodeURIComponent(pointed(name).slice(1));

/** As the genuine library compares: by value, whatever the order of names. */
export function equal(a, b) {
  if (a === b) return true;
  if (a === null || b === null || typeof a !== 'object' || typeof b !== 'object') return Number.isNaN(a) && Number.isNaN(b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && equal(a[name], b[name]));
}

/** Whether a value is of a type. */
export function isOf(type, value, finite) {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return value !== null && typeof value === 'object' && !Array.isArray(value);
    case 'integer':
      return typeof value === 'number' && value % 1 === 0;
    case 'number':
      return typeof value === 'number' && (!finite || Number.isFinite(value));
    default:
      return typeof value === type;
  }
}

/** The types that values are coerced to. */
export const SCALARS = ['string', 'number', 'integer', 'boolean', 'null'];

/** The value as one of the types, or undefined. */
export function coerced(value, types, arrays) {
  const kind = typeof value;
  for (const type of types) {
    if (type === 'string') {
      if (kind === 'number' || kind === 'boolean') return String(value);
      if (value === null) return '';
    } else if (type === 'number' || type === 'integer') {
      const numeric = kind === 'string' && value !== '' && !Number.isNaN(Number(value)) && !(type === 'integer' && Number(value) % 1);
      if (kind === 'boolean' || value === null || numeric) return Number(value);
    } else if (type === 'boolean') {
      if (value === 'false' || value === 0 || value === null) return false;
      if (value === 'true' || value === 1) return true;
    } else if (type === 'null') {
      if (value === '' || value === 0 || value === false) return null;
    } else if (arrays && ['string', 'number', 'boolean'].includes(kind)) {
      return [value];
    } else if (arrays && (value === null || value === undefined)) {
      return [value];
    }
  }
  return undefined;
}

const refless = new WeakMap();
/** Whether nothing in it refers on: then the genuine library puts it where the reference stood. */
export function isRefless(schema) {
  if (schema === null || typeof schema !== 'object') return true;
  if (!refless.has(schema)) {
    refless.set(schema, true);
    refless.set(schema, !Object.hasOwn(schema, '$ref') && Object.values(schema).every(isRefless));
  }
  return refless.get(schema);
}
