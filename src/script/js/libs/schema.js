// What `tv4` and `ajv` share: a compiled schema, and the errors of a value in the order the genuine library finds them.

import { clean, host } from '../run.js';

const native = host.lib('schema');

/** The segments of a JSON pointer. */
export const segments = (pointer) =>
  pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'));

/** The value a pointer leads to. */
export function follow(document, pointer) {
  let value = document;
  for (const part of segments(pointer)) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/** The types a schema asks for, as it writes them. */
export function typesOf(error, root) {
  const written = [].concat(follow(root, error.at) ?? []);
  return written.length === error.params.type.length ? written : error.params.type;
}

/** What a `$ref` leads to: in the same document, or in one of those added. */
export function resolve(ref, root, schemas) {
  const hash = ref.indexOf('#');
  const uri = hash < 0 ? ref : ref.slice(0, hash);
  const fragment = hash < 0 ? '' : ref.slice(hash + 1);
  const own = uri === '' || uri === root.$id || uri === root.id || `${uri}#` === root.$id || `${uri}#` === root.id;
  const document = own ? root : schemas[uri];
  if (document === undefined) return undefined;
  if (fragment === '' || fragment.startsWith('/')) {
    let pointer = fragment;
    try {
      pointer = decodeURIComponent(fragment);
    } catch {
      // Taken as it stands.
    }
    return follow(document, pointer);
  }
  return named(document, `#${fragment}`);
}

// The part of a schema with this id.
function named(schema, id) {
  if (schema === null || typeof schema !== 'object') return undefined;
  if (schema.$id === id || schema.id === id) return schema;
  for (const part of Object.values(schema)) {
    const found = named(part, id);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The schema of schemas of a draft. */
export const meta = (draft) => JSON.parse(native.meta(draft));

/** Compiles a schema: a function from a value to its errors, or an object that says why not. */
export function compile(schema, { draft, formats, schemas }) {
  const options = JSON.stringify({ draft, formats, schemas });
  const check = native.compile(clean(JSON.stringify(schema)), clean(options));
  if (typeof check !== 'function') return check;
  return (value) => {
    const text = JSON.stringify(value);
    return JSON.parse(check(text === undefined ? 'null' : clean(text)));
  };
}

// The engine does not say on which property a missing one depends: the errors are dealt out to those that are there.
function withTriggers(errors, value, root) {
  const dealt = new Map();
  return errors.map((error) => {
    if (error.keyword !== 'required' || !error.path.endsWith('/dependencies')) return error;
    const wanted = follow(root, error.at) || {};
    const data = follow(value, error.data);
    const { missingProperty } = error.params;
    const names = Object.keys(wanted).filter((name) => name in data && [].concat(wanted[name]).includes(missingProperty));
    const key = `${error.data} ${missingProperty}`;
    const turn = dealt.get(key) || 0;
    dealt.set(key, turn + 1);
    const trigger = names[turn % names.length];
    const deps = [].concat(wanted[trigger]);
    const step = `/${trigger.replace(/~/g, '~0').replace(/\//g, '~1')}`;
    return { ...error, path: error.path + step, at: error.at + step, params: { missingProperty, trigger, deps } };
  });
}

const NAMED = ['patternProperties', 'properties', 'dependencies', 'definitions'];
const NUMBERED = ['allOf', 'anyOf', 'oneOf'];

/**
 * Sorts errors by the way through schema and value: at each step the keyword's `rank`, then which property, item or
 * alternative. `rank(keyword, schema, error)` says where a keyword stands; `byData` has properties in the value's
 * order instead of the schema's.
 */
export function sorted(errors, value, root, { rank, byData, schemas }) {
  const place = (object, key) => Object.keys(object || {}).indexOf(key);
  const keyOf = (error) => {
    const key = [];
    const steps = segments(error.path);
    const way = segments(error.data);
    let [schema, data] = [root, value];
    const into = () => {
      const name = way.shift();
      const at = Array.isArray(data) ? Number(name) : place(data, name);
      data = data === null || data === undefined ? undefined : data[name];
      return at;
    };
    while (steps.length && schema !== null && typeof schema === 'object') {
      const word = steps.shift();
      if (word === '$ref') {
        schema = resolve(schema.$ref, root, schemas) || {};
        continue;
      }
      const last = steps.length === 0;
      const found = rank(word, schema, error, last);
      key.push(...(Array.isArray(found) ? found : [found]));
      const inner = schema[word];
      if (last) break;
      if (NAMED.includes(word)) {
        const name = steps.shift();
        if (word === 'dependencies') key.push(place(inner, name), (error.params.deps || []).indexOf(error.params.missingProperty));
        else if (byData) key.push(into(), word === 'properties' ? 0 : 1 + place(inner, name));
        else key.push(place(inner, name), into());
        schema = inner && inner[name];
      } else if (NUMBERED.includes(word)) {
        key.push(Number(steps[0]));
        schema = inner && inner[steps.shift()];
      } else if (word === 'items' || word === 'additionalItems' || word === 'additionalProperties') {
        key.push(into());
        schema = Array.isArray(inner) ? inner[steps.shift()] : inner;
      } else {
        schema = inner;
      }
    }
    return key;
  };
  const keyed = withTriggers(errors, value, root).map((error) => ({ error, key: keyOf(error) }));
  const compare = (a, b) => {
    for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
      if (a[i] !== b[i]) return a[i] - b[i];
    }
    return a.length - b.length;
  };
  return keyed.sort((a, b) => compare(a.key, b.key)).map(({ error }) => error);
}
