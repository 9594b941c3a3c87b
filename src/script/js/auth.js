// `pm.request.auth`: a type, and for every type that was ever chosen its parameters.

import { Property } from './base.js';
import { VariableList } from './lists.js';

export class RequestAuth extends Property {
  constructor(definition, owner) {
    super();
    if (owner) this.setParent(owner);
    const { type, ...lists } = definition instanceof RequestAuth ? definition.toJSON() : definition || {};
    for (const [name, params] of Object.entries(lists)) {
      this.update(params, name);
    }
    if (type) this.use(type);
    else this.type = type;
  }

  static isValidType(type) {
    return typeof type === 'string' && type !== 'type' && type !== '';
  }

  /** Adds parameters to a type's, the chosen one's unless another is named. */
  update(params, type = this.type) {
    if (params === null || typeof params !== 'object' || !RequestAuth.isValidType(type)) return;
    if (!(this[type] instanceof VariableList)) this[type] = new VariableList(this, []);
    if (Array.isArray(params) || params instanceof VariableList) this[type].assimilate(params);
    else this[type].syncFromObject(params, false, false);
  }

  /** Chooses a type; parameters given here are added to those it has. */
  use(type, params = {}) {
    if (!RequestAuth.isValidType(type)) return;
    this.type = type;
    this.update(params, type);
  }

  /** The parameters of the chosen type. */
  parameters() {
    return this[this.type];
  }

  current() {
    throw new Error('`Request#current` has been discontinued, use `Request#parameters` instead.');
  }

  clear(type) {
    if (!RequestAuth.isValidType(type) || !(this[type] instanceof VariableList)) return;
    this[type].clear();
    if (type !== this.type) delete this[type];
  }

  toJSON() {
    const json = { type: this.type };
    for (const [name, params] of Object.entries(this)) if (params instanceof VariableList) json[name] = params.toJSON();
    return json;
  }
}
