// The schemas that `tv4` knows by their URIs, and what their references lead to.

import { joined } from './ajv-refs.js';
import { segments } from './schema.js';

export const documentOf = (uri) => uri.replace(/#.*$/s, '');

/** Makes whole URIs of the references and ids of a schema, in place: so does the genuine library with a script's schemas. */
export function normalized(schema, base) {
  if (schema === null || typeof schema !== 'object') return;
  const { id, $ref } = schema;
  if (typeof id === 'string') base = base ? joined(base, id) : id;
  if (typeof id === 'string' && base !== id) Reflect.set(schema, 'id', base);
  if (typeof $ref === 'string' && base) Reflect.set(schema, '$ref', joined(base, $ref));
  for (const [word, part] of Object.entries(schema)) if (word !== 'enum') normalized(part, base);
}

/** Schemas by URI, over those of another table. */
export class Schemas {
  known;
  /** What references ask for that is not there: those that were followed, and all. */
  missing = [];
  asked = new Set();

  constructor(above) {
    this.known = Object.create(above ? above.known : null);
  }

  add(uri, schema) {
    if (documentOf(uri) === uri.slice(0, -1)) uri = documentOf(uri);
    this.known[uri] = schema;
    this.asked.delete(uri);
    normalized(schema, uri);
    this.#search(schema, uri);
  }

  // Parts with an id of their own that lies under the URI of the whole are known by it.
  #search(schema, uri) {
    if (schema === null || typeof schema !== 'object') return;
    const { id, $ref } = schema;
    if (typeof id === 'string' && id.startsWith(uri) && (uri.endsWith('/') || /^[#?]/.test(id.slice(uri.length)))) this.known[id] ??= schema;
    for (const [word, part] of Object.entries(schema)) if (word !== 'enum') this.#search(part, uri);
    const wanted = typeof $ref === 'string' && documentOf($ref);
    if (wanted && this.known[wanted] === undefined) this.asked.add(wanted);
  }

  /** What a URI leads to, which may itself refer on: a schema, or undefined. */
  find(uri) {
    if (this.known[uri] !== undefined) return this.known[uri];
    const base = documentOf(uri);
    const at = uri.indexOf('#');
    const pointer = at < 0 ? '' : decodeURIComponent(uri.slice(at + 1));
    if (this.known[base] !== undefined) {
      if (pointer !== '' && pointer[0] !== '/') return undefined;
      const found = segments(pointer).reduce((part, name) => (part === null || part === undefined ? undefined : part[name]), this.known[base]);
      if (found !== undefined) return found;
    }
    if (!this.missing.includes(base)) this.missing.push(base);
    this.asked.add(base);
    return undefined;
  }

  uris() {
    const uris = [];
    for (const uri in this.known) uris.push(uri);
    return uris;
  }
}
