// `chai.util`: what plug-ins get as their second argument.

import { missing } from '../libs.js';
import * as core from './core.js';
import { enumerableKeys, lookUp, parsePath } from './contents.js';
import { constructorName, messageMatches, sameError, sameKind } from './behaviour.js';

const { flag, inspect, typeOf } = core;

const symbolsOf = (object) =>
  Object.getOwnPropertySymbols(object).filter((key) => Object.prototype.propertyIsEnumerable.call(object, key));

function hasProperty(object, name) {
  return object !== undefined && object !== null && name in Object(object);
}

// Where a path ends: `{ parent, name, value, exists }`.
function getPathInfo(object, path) {
  const parts = parsePath(path);
  const name = parts[parts.length - 1];
  const parent = parts.length > 1 ? lookUp(object, path).parent : object;
  return { parent, name, value: lookUp(object, path).value, exists: hasProperty(parent, name) };
}

// Refuses a subject that is of none of the types; their names in any case.
function expectTypes(assertion, types) {
  const names = types.map((type) => type.toLowerCase()).sort();
  const type = typeOf(flag(assertion, 'object')).toLowerCase();
  if (names.includes(type)) return;
  const list = names.map((name, index) => {
    const or = names.length > 1 && index === names.length - 1 ? 'or ' : '';
    return `${or}${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
  });
  const text = `object tested must be ${list.join(', ')}, but ${type} given`;
  throw new core.AssertionError(core.prefix(assertion) + text, undefined, flag(assertion, 'ssfi'));
}

export const util = {
  test: (assertion, args) => core.holds(assertion, args),
  type: typeOf,
  expectTypes,
  getMessage: (assertion, args) => core.messageOf(assertion, args),
  getActual: (assertion, args) => (args.length > 4 ? args[4] : assertion._obj),
  inspect,
  objDisplay: core.display,
  flag,
  transferFlags: core.transferFlags,
  eql: missing(core.equal, 'chai.util.eql', 'MemoizeMap'),
  getPathInfo,
  hasProperty,
  getName: (fn) => (typeof fn === 'function' ? fn.name : null),
  addProperty: core.defineProperty,
  addMethod: core.defineMethod,
  overwriteProperty: core.redefineProperty,
  overwriteMethod: core.redefineMethod,
  addChainableMethod: core.defineChainable,
  overwriteChainableMethod: core.redefineChainable,
  compareByInspect: (a, b) => (inspect(a) < inspect(b) ? -1 : 1),
  getOwnEnumerablePropertySymbols: symbolsOf,
  getOwnEnumerableProperties: enumerableKeys,
  checkError: {
    compatibleInstance: sameError,
    compatibleConstructor: sameKind,
    compatibleMessage: messageMatches,
    getConstructorName: constructorName,
    getMessage: (error) => (error && error.message ? error.message : typeof error === 'string' ? error : ''),
  },
  proxify: core.proxify,
  addLengthGuard: core.addLengthGuard,
  isProxyEnabled: () => core.config.useProxy,
  isNaN: Number.isNaN,
  getOperator: core.operatorOf,
};
