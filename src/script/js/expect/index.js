// `chai` as scripts see it: `pm.expect`, and what `require('chai')` returns.
//
// `expect` is always there; `assert`, `should` and the tools of plug-ins are loaded by the first script that asks.

import * as core from './core.js';
import './words.js';
import './numbers.js';
import './contents.js';
import './behaviour.js';
import { lazy } from '../run.js';

const { Assertion } = core;
Object.assign(Assertion, {
  addProperty: core.addProperty,
  addMethod: core.addMethod,
  addChainableMethod: core.addChainable,
  overwriteProperty: (name, body) => core.redefineProperty(Assertion.prototype, name, body),
  overwriteMethod: (name, body) => core.redefineMethod(Assertion.prototype, name, body),
  overwriteChainableMethod: (name, body, onRead) => core.redefineChainable(Assertion.prototype, name, body, onRead),
});
for (const name of ['includeStack', 'showDiff']) {
  const warn = () => console.warn(`Assertion.${name} is deprecated, use chai.config.${name} instead.`);
  Object.defineProperty(Assertion, name, {
    get: () => {
      warn();
      return core.config[name];
    },
    set: (value) => {
      warn();
      core.config[name] = value;
    },
  });
}

const plugins = new Set();

export const chai = {
  version: '4.4.1',
  AssertionError: core.AssertionError,
  use(plugin) {
    if (!plugins.has(plugin)) {
      plugins.add(plugin);
      plugin(chai, chai.util);
    }
    return chai;
  },
  config: core.config,
  Assertion,
  expect: core.expect,
};
lazy(chai, 'util', 'expect/tools.js');
lazy(chai, 'assert', 'expect/assert.js');
lazy(chai, 'should', 'expect/should.js');
lazy(chai, 'Should', 'expect/should.js', 'should');
