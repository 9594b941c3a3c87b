// What `$ref` leads to in `ajv` 6: parts of the same document, parts with an id of their own, other documents.

import { equal, fragment } from './ajv-values.js';
import { segments } from './schema.js';

/** An id without the empty fragment and without slashes at its end. */
export const bare = (id) => (typeof id === 'string' ? id.replace(/#$/, '').replace(/\/$/, '') : '');

const ONE = ['additionalItems', 'contains', 'additionalProperties', 'propertyNames', 'not', 'if', 'then', 'else'];
const SEVERAL = ['allOf', 'anyOf', 'oneOf'];
const NAMED = ['properties', 'patternProperties', 'dependencies'];

/** Calls back with each schema that a value may meet, with where it is and the document it is in; the rest is not looked at. */
export function eachPart(ajv, schema, visit, { root = schema, path = '#', seen = new Set() } = {}) {
  if (schema === null || typeof schema !== 'object' || seen.has(schema)) return;
  seen.add(schema);
  const go = (part, where, home = root) => eachPart(ajv, part, visit, { root: home, path: where, seen });
  visit(schema, path, root);
  if (typeof schema.$ref === 'string') {
    const found = find(ajv, root, schema);
    if (found) go(found[0], schema.$ref, found[1]);
    if (ajv._opts.extendRefs !== true) return;
  }
  for (const word of ONE) go(schema[word], `${path}/${word}`);
  for (const word of SEVERAL) if (Array.isArray(schema[word])) schema[word].forEach((part, i) => go(part, `${path}/${word}/${i}`));
  for (const word of NAMED) for (const [name, part] of Object.entries(schema[word] || {})) if (!Array.isArray(part)) go(part, `${path}/${word}/${fragment(name)}`);
  if (Array.isArray(schema.items)) schema.items.forEach((part, i) => go(part, `${path}/items/${i}`));
  else go(schema.items, `${path}/items`);
}

/** An id as it is meant where `base` is the id of what it stands in. */
export function joined(base, id) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(id)) return id;
  const [whole] = base.split('#');
  if (id === '' || id[0] === '#') return whole + id;
  const [, origin, path] = /^([a-z][a-z0-9+.-]*:(?:\/\/[^/]*)?)?(.*)$/is.exec(whole);
  if (id[0] === '/') return (origin || '') + id;
  const steps = [];
  for (const step of `${path.replace(/[^/]*$/, '')}${id}`.split('/')) {
    if (step === '..' && steps.length > 1) steps.pop();
    else if (step !== '.') steps.push(step);
  }
  return `${origin || ''}${origin && steps[0] !== '' ? '/' : ''}${steps.join('/')}`;
}

// The parts of a document that have ids, and for each part that refers the id that counts there. What an id is, the
// options say, so that each instance has its own.
function indexOf(ajv, root) {
  if (root === null || typeof root !== 'object') return { ids: new Map(), bases: new Map() };
  if (ajv._indexes.has(root)) return ajv._indexes.get(root);
  const ids = new Map();
  const bases = new Map();
  const visit = (schema, base) => {
    if (schema === null || typeof schema !== 'object') return;
    let own = base;
    if (!Array.isArray(schema)) {
      const id = ajv._getId(schema);
      if (typeof id === 'string' && schema !== root) {
        own = joined(base, id);
        const key = bare(own);
        if (ids.has(key) && !equal(ids.get(key), schema)) throw new Error(`id "${key}" resolves to more than one schema`);
        ids.set(key, schema);
        if (own.includes('#') && !own.endsWith('#')) own = base;
      }
      if (schema.$ref !== undefined) bases.set(schema, own);
    }
    for (const [word, part] of Object.entries(schema)) if (!['enum', 'const'].includes(word)) visit(part, own);
  };
  const id = ajv._getId(root);
  visit(root, typeof id === 'string' ? id : '');
  const index = { ids, bases };
  ajv._indexes.set(root, index);
  return index;
}

// Words that have no schema under them, but schemas by their names.
const NAMING = ['properties', 'patternProperties', 'enum', 'dependencies', 'definitions'];

// The part of a document, and the document it is in after all: references on the way are followed.
function fragmentOf(ajv, document, wanted, root) {
  if (wanted === '' || wanted === '/') return [document, root];
  let pointer = wanted;
  try {
    pointer = decodeURIComponent(wanted);
  } catch {
    // Taken as it stands.
  }
  if (pointer[0] !== '/') return undefined;
  let [found, home] = [document, root];
  for (const part of segments(pointer)) {
    if (found === null || typeof found !== 'object' || !Object.hasOwn(found, part)) return undefined;
    found = found[part];
    if (NAMING.includes(part) || found === null || typeof found !== 'object' || typeof found.$ref !== 'string') continue;
    const on = find(ajv, home, found);
    if (on) [found, home] = on;
  }
  return [found, home];
}

/** The id against which the reference of a schema is read. */
export function baseOf(ajv, root, schema) {
  const id = ajv._getId(root);
  return indexOf(ajv, root).bases.get(schema) ?? (typeof id === 'string' ? id : '');
}

/** What a name leads to, as `[schema, the document it is in]`. */
export function lookUp(ajv, root, name) {
  const { ids } = indexOf(ajv, root);
  const own = bare(ajv._getId(root));
  const at = name.indexOf('#');
  const [uri, rest] = at < 0 ? [name, ''] : [name.slice(0, at), name.slice(at + 1)];
  // By an id within a document, or a pointer into what has such an id.
  const within = (index, root) => {
    if (index.has(bare(name))) return [index.get(bare(name)), root];
    return index.has(bare(uri)) && uri !== '' ? fragmentOf(ajv, index.get(bare(uri)), rest, root) : undefined;
  };
  let found = within(ids, root);
  if (!found && (uri === '' || bare(uri) === own)) found = fragmentOf(ajv, root, rest, root);
  if (!found && uri !== '') {
    const document = ajv._document(bare(uri));
    if (document !== undefined) found = within(indexOf(ajv, document).ids, document) || fragmentOf(ajv, document, rest, document);
    for (const other of document === undefined ? ajv._documents() : []) found ||= within(indexOf(ajv, other).ids, other);
  }
  return found && found[0] !== undefined ? found : undefined;
}

/** What the `$ref` of a schema leads to. */
export function find(ajv, root, schema) {
  return lookUp(ajv, root, joined(baseOf(ajv, root, schema), schema.$ref));
}
