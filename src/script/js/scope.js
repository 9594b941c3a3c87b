// Variables: `pm.environment`, `pm.globals`, `pm.collectionVariables`, `pm.iterationData`, `pm.variables`.
//
// A scope is fetched when a script first asks for it. Every change is told to the host at once, in order, so
// that a script that is stopped half-way has still done what it had done.

import { PropertyList } from './lists.js';
import { native } from './json.js';
import { clean, host, run } from './run.js';

const SUBSTITUTIONS = 19;

function toJson(value) {
  const text = native.stringify(value);
  return text === undefined ? 'null' : text;
}

const CASTS = {
  string: (value) => (typeof value === 'string' ? value : String(value)),
  number: Number,
  boolean: Boolean,
  array: (value) => (typeof value === 'string' ? native.parse(value) : value),
  object: (value) => (typeof value === 'string' ? native.parse(value) : value),
};

/** A row of a scope, as `values` lists it. */
class Variable {
  static shownAsJson = true;

  constructor({ key, value, enabled = true }) {
    this.key = key;
    this.value = value;
    if (!enabled) this.disabled = true;
  }

  get() {
    return this.value;
  }

  toJSON() {
    const type = { string: 'string', number: 'number', boolean: 'boolean' }[typeof this.value] || 'any';
    return { type, value: this.value, key: this.key, ...(this.disabled ? { disabled: true } : {}) };
  }
}

class Layer {
  constructor(kind) {
    const { name, rows } = host.scope(kind);
    this.kind = kind;
    this.name = name;
    this.rows = rows.map(([key, value, enabled]) => ({ key, value, enabled }));
    this.index = new Map();
    for (const row of this.rows) if (row.enabled) this.index.set(row.key, row);
  }

  set(key, value) {
    const row = this.index.get(key);
    if (row) {
      row.value = value;
    } else {
      const added = { key, value, enabled: true };
      this.rows.push(added);
      this.index.set(key, added);
    }
    host.write(this.kind, 'set', clean(key), toJson(value));
  }

  unset(key) {
    if (!this.index.delete(key)) return;
    this.rows = this.rows.filter((row) => !row.enabled || row.key !== key);
    host.write(this.kind, 'unset', clean(key), '');
  }

  clear() {
    this.rows = [];
    this.index.clear();
    host.write(this.kind, 'clear', '', '');
  }
}

function layer(kind) {
  return run.scopes[kind] || (run.scopes[kind] = new Layer(kind));
}

/** One scope over none or several others; writes go to the first. */
export class VariableScope {
  static shownAsJson = true;
  #kinds;

  constructor(kinds) {
    this.#kinds = kinds;
  }

  get name() {
    return layer(this.#kinds[0]).name;
  }

  get id() {
    return layer(this.#kinds[0]).name;
  }

  get values() {
    return new PropertyList(layer(this.#kinds[0]).rows.map((row) => new Variable(row)));
  }

  get(key) {
    key = String(key);
    for (const kind of this.#kinds) {
      const row = layer(kind).index.get(key);
      if (row) return row.value;
    }
    return undefined;
  }

  has(key) {
    key = String(key);
    return this.#kinds.some((kind) => layer(kind).index.has(key));
  }

  set(key, value, type) {
    if (key === undefined || key === null) return;
    if (key !== null && typeof key === 'object') ({ key, value, type } = key);
    const cast = CASTS[type];
    layer(this.#kinds[0]).set(String(key), cast ? cast(value) : value);
  }

  unset(key) {
    layer(this.#kinds[0]).unset(String(key));
  }

  clear() {
    layer(this.#kinds[0]).clear();
  }

  toObject() {
    const object = {};
    for (const kind of [...this.#kinds].reverse()) {
      for (const [key, row] of layer(kind).index) object[key] = row.value;
    }
    return object;
  }

  toJSON() {
    const only = this.#kinds[0];
    if (only === 'data') return this.toObject();
    return { id: layer(only).name, values: layer(only).rows.map((row) => new Variable(row).toJSON()) };
  }

  /** Puts variables into a text, or into every text of an object or array. */
  replaceIn(template) {
    if (typeof template === 'string') return this.#substitute(template);
    if (Array.isArray(template)) return template.map((item) => this.replaceIn(item));
    if (template !== null && typeof template === 'object') {
      const source = typeof template.toJSON === 'function' ? template.toJSON() : template;
      return Object.fromEntries(Object.entries(source).map(([key, value]) => [key, this.replaceIn(value)]));
    }
    return template;
  }

  #substitute(text) {
    for (let pass = 0; pass < SUBSTITUTIONS; pass += 1) {
      let changed = false;
      text = text.replace(/{{([^{}]*?)}}/g, (token, key) => {
        let value;
        if (this.has(key)) value = this.get(key);
        else if (key.startsWith('$')) value = host.dynamic(key);
        else return token;
        if (value === undefined) return token;
        changed = true;
        return value === null ? 'null' : String(value);
      });
      if (!changed) break;
    }
    return text;
  }
}

/** The scopes of `pm`, each with the precedence it is read with, strongest first. */
export const KINDS = {
  environment: ['environment'],
  globals: ['global'],
  collectionVariables: ['collection'],
  iterationData: ['data'],
  variables: ['local', 'data', 'environment', 'collection', 'global'],
};
