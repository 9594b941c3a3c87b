// Variables: `pm.environment`, `pm.globals`, `pm.collectionVariables`, `pm.iterationData`, `pm.variables`.
//
// A scope is fetched when a script first asks for it. Every change is told to the host at once, in order, so
// that a script that is stopped half-way has still done what it had done.

import { Property, SHOWN, shownAs } from './base.js';
import { native } from './json.js';
import { VariableList } from './lists.js';
import { MutationTracker } from './mutations.js';
import { cast, given, Variable } from './props.js';
import { clean, host, run } from './run.js';
import { substituteIn } from './substitute.js';

function toJson(value) {
  const text = typeof value === 'function' ? undefined : native.stringify(given(value));
  return text === undefined ? 'null' : text;
}

// What one scope holds. `tell` hears of every change; a scope that a script made for itself tells nobody.
class Layer {
  constructor(name, rows, tell, id = '') {
    this.name = name;
    this.id = id;
    this.rows = rows;
    this.tell = tell;
    this.before = undefined;
    this.index = new Map();
    for (const row of this.rows) if (row.enabled) this.index.set(row.key, row);
  }

  /** Before a change; the first one is told. */
  change() {
    const { before } = this;
    this.before = undefined;
    if (before) before();
  }

  set(key, written, type) {
    this.change();
    const value = cast(written, type);
    const row = this.index.get(key);
    if (row) {
      row.value = value;
      row.locked = false;
      if (type) row.type = type;
    } else {
      const added = { key, value, type, enabled: true };
      this.rows.push(added);
      this.index.set(key, added);
    }
    // The type holds for this script; what is kept is the value as it was given, as in Postman.
    this.tell('set', key, written);
  }

  unset(key) {
    this.change();
    if (!this.index.delete(key)) return;
    this.rows = this.rows.filter((row) => !row.enabled || row.key !== key);
    this.tell('unset', key);
  }

  clear() {
    this.change();
    this.rows = [];
    this.index.clear();
    this.tell('clear', '');
  }
}

// The scopes whose values at the script's start are a global of Postman's first years.
const LEGACY = { environment: 'environment', global: 'globals' };

function hostLayer(kind) {
  const { name, id, rows } = host.scope(kind);
  const tell = (change, key, value) => {
    if (change === 'set' && value === undefined) host.write(kind, 'undefine', clean(key), '');
    else host.write(kind, change, clean(key), change === 'set' ? toJson(value) : '');
  };
  const row = ([key, value, enabled, none, locked]) => ({ key, value: none || locked ? undefined : value, enabled, locked });
  const made = new Layer(name, rows.map(row), tell, id);
  const legacy = run.info.legacy && LEGACY[kind];
  if (legacy) {
    made.before = () => {
      run.snapshots[legacy] = run.snapshots[legacy] || run.pm[legacy].toObject();
    };
  }
  return made;
}

function ownLayer(definition) {
  const values = Array.isArray(definition) ? definition : (definition && definition.values) || [];
  const rows = new VariableList(values).map(({ key, value, type, disabled }) => ({ key, value, type, enabled: !disabled }));
  return new Layer((definition && definition.name) || '', rows, () => {});
}

// Nobody is to go on with nothing where there is a value that the user has only to unlock.
function open(row) {
  if (!row.locked) return given(row.value);
  const error = new Error(
    `the value of \`${row.key}\` is locked with a passphrase; ` +
      'unlock what is kept first: the key L, `unlock` in the commands, or `POSTRIDER_PASSPHRASE`',
  );
  error.name = 'LockedValue';
  throw error;
}

// A host's scope by its name; whatever else stands for a scope is one already.
function layer(kind) {
  if (kind instanceof Layer) return kind;
  return run.scopes[kind] || (run.scopes[kind] = hostLayer(kind));
}

const variable = (row) => {
  const { key, value, type, enabled } = row;
  const made = new Variable({ key, value, type, ...(enabled ? {} : { disabled: true }) });
  if (row.locked) guard(made, 'value', row);
  return made;
};

// A property that is read as its row is: in a copy, too, a locked value is none to go on with. What is written there counts.
function guard(object, property, row) {
  const put = (value) => Object.defineProperty(object, property, { value, writable: true, enumerable: true, configurable: true });
  Object.defineProperty(object, property, { get: () => open(row), set: put, enumerable: true, configurable: true });
}

/** One scope over none or several others; writes go to the first. */
export class VariableScope extends Property {
  #kinds;
  #id;
  #tracking = false;

  /** From the names of the host's scopes, strongest first, or as a scope of its own from its values. */
  constructor(source, lists = []) {
    super();
    const hosts = Array.isArray(source) && typeof source[0] === 'string';
    this.#kinds = hosts ? source : [ownLayer(source)];
    // Of what the host keeps all changes are noted; nobody can change the rows of data.
    if (hosts && source[0] !== 'data') this.enableTracking({ autoCompact: true });
    else if (!hosts && source && source.mutations) this.enableTracking(source.mutations);
    if (!hosts && source && source.id) this.#id = source.id;
    for (const list of [].concat(lists)) this.addLayer(list);
  }

  static isVariableScope(value) {
    return value instanceof VariableScope;
  }

  /** A list of variables to read from, weaker than those there are; nothing else is one, as in Postman. */
  addLayer(list) {
    if (list instanceof VariableList) this.#kinds = this.#kinds.concat(ownLayer({ values: list }));
  }

  get name() {
    return layer(this.#kinds[0]).name || undefined;
  }

  get id() {
    if (this.#id === undefined) this.#id = layer(this.#kinds[0]).id || host.uuid();
    return this.#id;
  }

  get values() {
    return new VariableList(layer(this.#kinds[0]).rows.map(variable));
  }

  get(key) {
    key = String(key);
    for (const kind of this.#kinds) {
      const row = layer(kind).index.get(key);
      if (row) return open(row);
    }
    return undefined;
  }

  has(key) {
    key = String(key);
    return this.#kinds.some((kind) => layer(kind).index.has(key));
  }

  /** `type` is the name of a type, or an object that has it. */
  set(key, value, type) {
    if (type !== null && typeof type === 'object') ({ type } = type);
    layer(this.#kinds[0]).set(String(key), value, typeof type === 'string' ? type.toLowerCase() : undefined);
    if (this.#tracking) this.mutations.track('set', key, value);
  }

  unset(key) {
    layer(this.#kinds[0]).unset(String(key));
    if (this.#tracking) this.mutations.track('unset', key);
  }

  clear() {
    if (this.#tracking) for (const { key } of layer(this.#kinds[0]).rows) this.mutations.track('unset', key);
    layer(this.#kinds[0]).clear();
  }

  /** Notes from now on in `mutations` what is set and unset; a second call changes nothing. */
  enableTracking(options) {
    if (this.#tracking) return;
    this.#tracking = true;
    this.mutations = new MutationTracker(options);
  }

  /** Notes nothing more, and keeps what was noted. */
  disableTracking() {
    this.#tracking = false;
  }

  toObject() {
    const object = {};
    for (const kind of [...this.#kinds].reverse()) {
      for (const [key, row] of layer(kind).index) {
        if (row.locked) guard(object, key, row);
        else object[key] = given(row.value);
      }
    }
    return object;
  }

  /** Puts all variables into an object, and takes all else out of it. */
  syncVariablesTo(object) {
    return new VariableList(Object.entries(this.toObject()).map(([key, value]) => ({ key, value }))).syncToObject(object);
  }

  /** Takes all values of an object; no other variable stays. What changed is returned when asked for. */
  syncVariablesFrom(object, track) {
    if (object === null || typeof object !== 'object') return undefined;
    const changed = { created: [], updated: [], deleted: [] };
    for (const [key, value] of Object.entries(object)) {
      changed[layer(this.#kinds[0]).index.has(key) ? 'updated' : 'created'].push(key);
      this.set(key, value);
    }
    for (const key of [...layer(this.#kinds[0]).index.keys()]) {
      if (Object.hasOwn(object, key)) continue;
      changed.deleted.push(key);
      this.unset(key);
    }
    return track ? changed : undefined;
  }

  variables() {
    throw new Error('`VariableScope#variables` has been discontinued, use `VariableScope#syncVariablesTo` instead.');
  }

  /** Does `set`, `unset` or `clear` by its name. */
  applyMutation(instruction, ...details) {
    if (['set', 'unset', 'clear'].includes(instruction)) this[instruction](...details);
  }

  /** The members that Postman's have; the first of them is as wide as most texts of assertions. */
  [SHOWN]() {
    const { id, name, values, mutations } = this;
    const layers = this.#kinds.length > 1;
    return shownAs('VariableScope', { id, ...(name ? { name } : {}), values, ...(mutations ? { tracks: true, mutations } : {}), ...(layers ? { layers } : {}) });
  }

  toJSON() {
    const { name, mutations } = this;
    return { id: this.id, ...(mutations ? { mutations: mutations.toJSON() } : {}), ...(name ? { name } : {}), values: this.values.toJSON() };
  }

  /** Puts variables into a text, or into every text of an object or array; one without a value leaves nothing. */
  replaceIn(template) {
    return substituteIn(template, (name) => {
      if (!this.has(name)) return undefined;
      const value = this.get(name);
      return [value === undefined ? '' : value];
    });
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
