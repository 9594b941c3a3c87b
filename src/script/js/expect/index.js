// `chai` as scripts see it: `pm.expect`, and what `require('chai')` returns.

import * as core from './core.js';
import './words.js';
import './numbers.js';
import './contents.js';
import './behaviour.js';

const { Assertion } = core;
Object.assign(Assertion, {
  addProperty: core.addProperty,
  addMethod: core.addMethod,
  addChainableMethod: core.addChainable,
  overwriteProperty: core.overwriteProperty,
  overwriteMethod: core.overwriteMethod,
  overwriteChainableMethod: core.overwriteChainable,
});

const plugins = new Set();

/** What plug-ins get as their second argument; the words they add go to the one `Assertion`. */
const util = {
  flag: core.flag,
  transferFlags: core.transferFlags,
  inspect: core.inspect,
  objDisplay: core.display,
  type: core.typeOf,
  eql: core.equal,
  addProperty: (_proto, name, body) => core.addProperty(name, body),
  addMethod: (_proto, name, body) => core.addMethod(name, body),
  addChainableMethod: (_proto, name, body, onRead) => core.addChainable(name, body, onRead),
  overwriteProperty: (_proto, name, body) => core.overwriteProperty(name, body),
  overwriteMethod: (_proto, name, body) => core.overwriteMethod(name, body),
};

export const chai = {
  version: '4.4.1',
  Assertion,
  AssertionError: core.AssertionError,
  config: core.config,
  expect: core.expect,
  util,
  use(plugin) {
    if (!plugins.has(plugin)) {
      plugins.add(plugin);
      plugin(chai, util);
    }
    return chai;
  },
};
