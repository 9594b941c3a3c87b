// `pm.request.auth`: a type, and for every type that was ever chosen its parameters.

import { VariableList } from './lists.js';

export class RequestAuth {
  static shownAsJson = true;

  constructor(definition) {
    this.update(definition);
  }

  static isValidType(type) {
    return typeof type === 'string' && type !== 'type' && type !== '';
  }

  update(definition) {
    if (definition instanceof RequestAuth) definition = definition.toJSON();
    const { type, ...lists } = definition || {};
    for (const [name, params] of Object.entries(lists)) {
      if (params !== undefined && params !== null) this[name] = new VariableList(params);
    }
    this.use(type);
  }

  /** Chooses a type; parameters given here are added to those it has. */
  use(type, params) {
    this.type = type;
    if (!RequestAuth.isValidType(type) || type === 'noauth') return;
    if (!(this[type] instanceof VariableList)) this[type] = new VariableList();
    for (const row of this[type].rowsOf(params)) this[type].upsert(row);
  }

  /** The parameters of the chosen type. */
  parameters() {
    return this[this.type];
  }

  current() {
    throw new Error('`Request#current` has been discontinued, use `Request#parameters` instead.');
  }

  clear(type) {
    if (this[type] instanceof VariableList) this[type].clear();
  }

  toJSON() {
    const json = { type: this.type };
    for (const [name, params] of Object.entries(this)) if (params instanceof VariableList) json[name] = params.toJSON();
    return json;
  }
}
