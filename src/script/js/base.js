// What all of Postman's objects have in common: what they belong to, a description, and the variables in their texts.

import { shownAsJson } from './format.js';
import { reading, substitute, substituteIn, tokensIn } from './substitute.js';

const isMeta = (key) => key.length > 1 && key[0] === '_';

function putMeta(target, key, value) {
  if (!Object.hasOwn(target, '_')) target._ = {};
  target._[key.replace(/^_+/, '')] = value;
}

/** By this method an object says how assertions show it. */
export const SHOWN = Symbol.for('chai/inspect');

/** Members under the name of one of Postman's classes, for assertions to show them as they show such an object. */
export function shownAs(name, members) {
  const kind = { constructor: PropertyBase, [Symbol.toStringTag]: `Postman${name}` };
  return Object.defineProperties(Object.create(kind), Object.getOwnPropertyDescriptors(members));
}

/** Something that may belong to something else. */
export class PropertyBase {
  #parent;

  /** From a definition: what its names with a line in front say is kept in `_`. */
  constructor(definition) {
    if (definition !== null && typeof definition === 'object') {
      for (const [key, value] of Object.entries(definition)) if (isMeta(key)) putMeta(this, key, value);
    }
  }

  static propertyIsMeta(_value, key) {
    return isMeta(String(key));
  }

  static propertyUnprefixMeta(_value, key) {
    return String(key).replace(/^_+/, '');
  }

  /** Any object as JSON, as if it were one of these. */
  static toJSON(object) {
    return PropertyBase.prototype.toJSON.call(object);
  }

  /** What Postman keeps beside an object: all of it, or the parts that are named. */
  meta(...names) {
    if (names.length === 0) return this._ === undefined ? undefined : { ...this._ };
    return Object.fromEntries(names.flat().filter((name) => this._ && name in this._).map((name) => [name, this._[name]]));
  }

  /** What it belongs to; for a row that is what its list belongs to. */
  parent() {
    const parent = this.#parent;
    return (parent && parent.isList && parent.parent()) || parent || undefined;
  }

  setParent(parent) {
    this.#parent = parent;
  }

  /** What it belongs to is among the members there, as in Postman. */
  [SHOWN]() {
    const shown = shownAs(this.constructor.name, this);
    if (this.#parent) shown.__parent = this.parent();
    return shown;
  }

  /** Calls back with all it belongs to, innermost first; with the outermost only if `withRoot` says so. */
  forEachParent(options, callback) {
    if (typeof options === 'function') [callback, options] = [options, {}];
    const above = (item) => (item && typeof item.parent === 'function' ? item.parent() : undefined);
    let parent = this.parent();
    while (parent && (above(parent) || options.withRoot)) {
      callback(parent);
      parent = above(parent);
    }
  }

  /** The property of the nearest that has it, itself first; `wanted` may decide who has. */
  findInParents(property, wanted) {
    const owner = this.findParentContaining(property, wanted);
    return owner ? owner[property] : undefined;
  }

  findParentContaining(property, wanted) {
    let item = this;
    while (item) {
      if (wanted ? wanted.call(this, item) : item[property]) return item;
      item = item instanceof PropertyBase ? item.#parent : undefined;
    }
    return undefined;
  }

  toJSON() {
    const json = {};
    for (const [key, value] of Object.entries(this)) {
      if (typeof value !== 'function' && value !== undefined) json[key] = value !== null && value !== undefined && typeof value.toJSON === 'function' ? value.toJSON() : value;
    }
    return json;
  }
}

/** A description, with the type of its text. */
export class Description {
  constructor(definition) {
    if (definition || definition === '') this.update(definition);
  }

  static isDescription(value) {
    return value instanceof Description;
  }

  update(content, type) {
    if (content !== null && typeof content === 'object') ({ content, type } = content);
    // Nothing of what was there stays, as in Postman.
    this.content = content;
    this.type = type || 'text/plain';
  }

  toString() {
    return String(this.content || '');
  }

  [SHOWN]() {
    return shownAs('PropertyDescription', this);
  }

  toJSON() {
    return { ...this };
  }
}

/** Something with a description, whose texts may hold variables. */
export class Property extends PropertyBase {
  static {
    shownAsJson(this);
  }

  constructor(definition) {
    super();
    if (definition !== undefined) take(this, definition);
  }

  static replaceSubstitutions(text, ...variables) {
    if (typeof text !== 'string') return text;
    return substitute(text, reading(variables.flat()));
  }

  static replaceSubstitutionsIn(object, variables) {
    return object !== null && typeof object === 'object' ? substituteIn(object, reading(variables)) : object;
  }

  static findSubstitutions(object) {
    return [...tokensIn(object)];
  }

  describe(content, type) {
    if (!Description.isDescription(this.description)) {
      const value = new Description();
      Object.defineProperty(this, 'description', { value, writable: true, configurable: true, enumerable: true });
    }
    this.description.update(content, type);
  }

  findSubstitutions() {
    return Property.findSubstitutions(this.toJSON());
  }

  /** As JSON, with the variables of what it belongs to in place of their names. */
  toObjectResolved(scope, overrides, options) {
    const { variable, ...json } = this.toJSON();
    if (variable !== undefined && !Array.isArray(variable)) json.variable = variable;
    if (options && options.ignoreOwnVariables) return Property.replaceSubstitutionsIn(json, overrides);
    const variables = scope ? scope.variables : this.findInParents('variables');
    if (!variables) throw new Error('Unable to resolve variables. Require a List type property for variable auto resolution.');
    return variables.substitute(json, overrides);
  }
}

/** Everything a definition says, also what Postman has no name for. */
export function take(target, definition) {
  if (definition === null || typeof definition !== 'object') return;
  for (const [key, value] of Object.entries(definition)) {
    if (isMeta(key)) putMeta(target, key, value);
    else if (value !== undefined) target[key] = value;
  }
}
