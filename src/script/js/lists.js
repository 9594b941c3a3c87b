// Ordered lists with names: headers, query parameters, form fields, cookies, variables.

import { PropertyBase, SHOWN } from './base.js';
import { shownAsJson } from './format.js';
import { reading, substitute, substituteIn } from './substitute.js';
import { Cookie, FormParam, Header, QueryParam, Variable } from './props.js';

// A rule of `filter` or `find`: a function, a key, a key and its value, or what the row must look like.
function rule(wanted, context) {
  if (typeof wanted === 'function') return (row, index) => wanted.call(context, row, index);
  if (typeof wanted === 'string') return (row) => Boolean(row[wanted]);
  const pairs = Array.isArray(wanted) ? [wanted] : Object.entries(wanted || {});
  return (row) => pairs.every(([key, value]) => row[key] === value);
}

// What `map` makes of a row: what a function says, or a member.
const picked = (wanted, context) => (typeof wanted === 'string' ? (row) => row[wanted] : (row, index) => wanted.call(context, row, index));

// Postman's lists are made of what they belong to and of rows; ours may be made of rows alone.
const rowsIn = (args) => (args.length > 1 ? args[1] : args[0]);
const ownerIn = (args) => (args.length > 1 ? args[0] : undefined);

// Of an object of names and values, Postman takes texts, and rows whatever their name; nothing else.
function rowsNamed(source) {
  const row = ([key, value]) => (typeof value === 'string' ? [{ key, value }] : isRow(value) ? [value] : []);
  return Object.entries(source).flatMap(row);
}

/** Whether a value in an object of names and values stands for a row of its own. */
export const isRow = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** A list of rows that have a key; keys may repeat, and then the last one counts. */
export class PropertyList extends PropertyBase {
  static {
    shownAsJson(this);
  }

  members;
  #Row;

  /** From the class of the rows, what the list belongs to, and the rows. */
  constructor(Row, owner, rows = []) {
    super();
    this.#Row = Row;
    this.members = [];
    if (owner) this.setParent(owner);
    this.populate(rows);
  }

  static isPropertyList(value) {
    return value instanceof PropertyList;
  }

  get isList() {
    return true;
  }

  /** The class of the rows. */
  get Type() {
    return this.#Row;
  }

  /** How two keys are compared: as the class of the rows says. */
  norm(key) {
    return this.#Row && this.#Row._postman_propertyIndexCaseInsensitive ? String(key).toLowerCase() : String(key);
  }

  /** Whether a repeated key gives an array in `toObject()`. */
  get multi() {
    return Boolean(this.#Row && this.#Row._postman_propertyAllowsMultipleValues);
  }

  #row(row) {
    const made = !this.#Row || row instanceof this.#Row ? row : new this.#Row(row);
    if (made instanceof PropertyBase) made.setParent(this);
    return made;
  }

  /** Anything a list can be made of, as rows. */
  rowsOf(source) {
    if (source instanceof PropertyList) return source.members.map((row) => ({ ...row }));
    if (Array.isArray(source)) return source.filter((row) => row !== undefined && row !== null);
    if (typeof source === 'string') return this.parse(source);
    if (source === null || typeof source !== 'object') return [];
    // Headers alone may be an object of names and values; any other object is one row.
    const named = this.#Row && Object.hasOwn(this.#Row, 'create') && Object.getPrototypeOf(source) === Object.prototype;
    return named ? rowsNamed(source) : [source];
  }

  parse(text) {
    const read = this.#Row && typeof this.#Row.parse === 'function' ? this.#Row.parse(text) : [text];
    return [].concat(read === undefined ? [] : read);
  }

  add(row) {
    if (row !== undefined && row !== null) this.members.push(this.#row(row));
  }

  /** As `add`; a row of the list moves to its end. */
  append(row) {
    this.members = this.members.filter((other) => other !== row);
    this.add(row);
  }

  prepend(row) {
    this.members = this.members.filter((other) => other !== row);
    this.members.unshift(this.#row(row));
  }

  /** Before a row or the last of a name; 0 is before them all. */
  insert(row, before) {
    const at = before ? this.indexOf(before) : before;
    if (!(at > -1)) this.add(row);
    else this.members.splice(at, 0, this.#row(row));
  }

  /** After a row; in front of all where there is none such. */
  insertAfter(row, after) {
    this.insert(row, this.idx(this.indexOf(after) + 1));
  }

  /** Replaces the row of that key, or adds one; whether one was added, null for nothing. */
  upsert(row) {
    if (row === undefined || row === null) return null;
    const made = this.#row(row);
    const old = this.one(made.key);
    if (!old) {
      this.members.push(made);
      return true;
    }
    if (typeof old.update === 'function') old.update(made);
    else Object.assign(old, made);
    return false;
  }

  remove(what, context) {
    if (what === undefined || what === null) return;
    if (typeof what === 'function') {
      this.members = this.members.filter((row) => !what.call(context, row));
    } else if (typeof what === 'object') {
      this.members = this.members.filter((row) => row !== what);
    } else {
      const key = this.norm(what);
      this.members = this.members.filter((row) => this.norm(row.key) !== key);
    }
  }

  populate(source) {
    for (const row of this.rowsOf(source)) this.members.push(this.#row(row));
  }

  repopulate(source) {
    this.clear();
    this.populate(source);
  }

  /** Takes over the rows of another list; with `prune`, no other rows stay. */
  assimilate(source, prune) {
    const rows = this.rowsOf(source);
    for (const row of rows) this.upsert(row);
    const index = (this.#Row && this.#Row._postman_propertyIndexKey) || 'key';
    if (prune) this.remove((row) => !rows.some((other) => this.norm(other[index]) === this.norm(row[index])));
  }

  clear() {
    this.members = [];
  }

  one(key) {
    const wanted = this.norm(key);
    for (let i = this.members.length - 1; i >= 0; i -= 1) {
      if (this.norm(this.members[i].key) === wanted) return this.members[i];
    }
    return undefined;
  }

  get(key) {
    const row = this.one(key);
    return row === undefined ? undefined : row.valueOf();
  }

  all() {
    return this.members.slice();
  }

  idx(index) {
    return this.members[index];
  }

  indexOf(what) {
    const row = typeof what === 'string' ? this.one(what) : what;
    return this.members.indexOf(row);
  }

  has(what, value) {
    if (what === undefined || what === null) return false;
    if (typeof what === 'object') return this.members.includes(what);
    const key = this.norm(what);
    const rows = this.members.filter((row) => this.norm(row.key) === key);
    return arguments.length > 1 ? rows.some((row) => row.valueOf() === value) : rows.length > 0;
  }

  count() {
    return this.members.length;
  }

  each(callback, context) {
    this.members.forEach((row, index) => callback.call(context, row, index));
  }

  map(wanted, context) {
    return this.members.map(picked(wanted, context));
  }

  filter(wanted, context) {
    return this.members.filter(rule(wanted, context));
  }

  find(wanted, context) {
    return this.members.find(rule(wanted, context));
  }

  reduce(callback, initial, context) {
    return this.members.reduce((so_far, row, index) => callback.call(context, so_far, row, index), initial);
  }

  /** Calls back with everything the list belongs to, innermost first. */
  eachParent(callback, context) {
    for (let parent = this.parent(), last = this; parent; [last, parent] = [parent, parent.parent && parent.parent()]) {
      callback.call(context || this, parent, last);
    }
  }

  /** The rows by key, as Postman keeps them. */
  get reference() {
    const rows = {};
    for (const row of this.members) {
      const key = this.norm(row.key);
      rows[key] = Object.hasOwn(rows, key) ? [].concat(rows[key], row) : row;
    }
    return rows;
  }

  /** `{ key: value }`; where keys may repeat, all values of a repeated one as an array. */
  toObject(excludeDisabled, caseSensitive, multi, sanitizeKeys) {
    const object = {};
    const by = (this.#Row && this.#Row._postman_propertyIndexKey) || 'key';
    for (const row of this.members) {
      // Of variables some have no key at all, and of cookies some no name; they are in no object.
      if (!row || (typeof row === 'object' && !(by in row)) || (excludeDisabled && row.disabled) || (sanitizeKeys && !row.key)) continue;
      const key = caseSensitive ? String(row.key) : this.norm(row.key);
      const value = row.valueOf() === row ? row.value : row.valueOf();
      if ((multi || this.multi) && Object.hasOwn(object, key)) object[key] = [].concat(object[key], [value]);
      else object[key] = value;
    }
    return object;
  }

  toJSON() {
    return this.members.map((row) => (row && typeof row.toJSON === 'function' ? row.toJSON() : { ...row }));
  }

  toString() {
    const { unparse } = this.#Row || {};
    return (typeof unparse === 'function' ? unparse : QueryParam.unparse)(this.members);
  }

  [Symbol.iterator]() {
    return this.members[Symbol.iterator]();
  }

  /** Under the name and with as many members as in newman, whose code is not its readable one. */
  [SHOWN]() {
    return 'PostmanPropertyList{ …(6) }';
  }
}

/** Headers: without regard to case. */
export class HeaderList extends PropertyList {
  constructor(...args) {
    super(Header, ownerIn(args), rowsIn(args));
  }

  static isHeaderList(value) {
    return value instanceof HeaderList;
  }

  [SHOWN]() {
    return 'a{ …(7) }';
  }

  /** Their length on the wire, with a line end each. */
  contentSize() {
    return this.toString().length;
  }
}

/** The parameters of a query. */
export class QueryParamList extends PropertyList {
  constructor(...args) {
    super(QueryParam, ownerIn(args), rowsIn(args));
  }
}

/** The fields of a form. */
export class FormParamList extends PropertyList {
  constructor(...args) {
    super(FormParam, ownerIn(args), rowsIn(args));
  }
}

export class VariableList extends PropertyList {
  constructor(...args) {
    super(Variable, ownerIn(args), rowsIn(args));
  }

  static isVariableList(value) {
    return value instanceof VariableList;
  }

  [SHOWN]() {
    return 'PostmanVariableList{ …(5) }';
  }

  /** The last variable of that name that is not disabled, else the last. */
  oneNormalizedVariable(name) {
    const rows = this.members.filter((row) => row.key === name);
    return rows.findLast((row) => !row.disabled) || rows[rows.length - 1];
  }

  // Where names are looked up: here, then in what the list belongs to, then in what is given.
  #reading(overrides) {
    const above = [];
    this.eachParent((parent) => parent.variables instanceof VariableList && above.push(parent.variables));
    return reading([this, ...above, ...[].concat(overrides === undefined ? [] : overrides)]);
  }

  /** A text with the variables in place of their names. */
  replace(text, overrides) {
    return typeof text === 'string' ? substitute(text, this.#reading(overrides)) : text;
  }

  /** The same for all texts of an object. */
  substitute(object, overrides, mutate) {
    const made = substituteIn(object, this.#reading(overrides));
    return mutate ? Object.assign(object, made) : made;
  }

  /** Takes all values of an object; unless `prune` is false, no other variable stays. With `track`, what changed. */
  syncFromObject(object, track, prune) {
    const changed = { created: [], updated: [], deleted: [] };
    if (object !== null && typeof object === 'object') {
      for (const [key, value] of Object.entries(object)) {
        changed[this.has(key) ? 'updated' : 'created'].push(key);
        if (this.has(key)) this.one(key).set(value);
        else this.add({ key, value });
      }
      const gone = prune === false ? [] : Object.keys(this.reference).filter((key) => !Object.hasOwn(object, key));
      for (const key of gone) this.remove(key);
      changed.deleted.push(...gone);
    }
    return track ? changed : undefined;
  }

  /** Puts all values into an object and takes out of it what the list has not. */
  syncToObject(object) {
    const target = object !== null && typeof object === 'object' ? object : {};
    for (const key of Object.keys(target)) if (!this.has(key)) delete target[key];
    return Object.assign(target, this.toObject());
  }
}

/** Cookies by name; `get` gives the value, `one` the whole cookie. */
export class CookieList extends PropertyList {
  constructor(...args) {
    super(Cookie, ownerIn(args), rowsIn(args));
  }

  static isCookieList(value) {
    return value instanceof CookieList;
  }

  [SHOWN]() {
    return 'a{ …(7) }';
  }
}
