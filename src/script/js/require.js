// `require`: the modules of Postman's own list that are there, and npm packages.

import { chai } from './chai.js';
import { parse, stringify } from './json.js';
import { load } from './libs.js';
import { host } from './run.js';

const uuid = () => host.uuid();
uuid.v4 = uuid;

const MODULES = {
  chai,
  uuid: () => uuid,
  atob: () => atob,
  btoa: () => btoa,
  json: () => ({ parse, stringify }),
  buffer: () => load('buffer').module,
  url: () => load('url').module,
  util: () => load('util').util,
  querystring: () => load('querystring').querystring,
  path: () => load('path').path,
  punycode: () => load('punycode').punycode,
  string_decoder: () => load('shells').stringDecoder,
  events: () => load('events').EventEmitter,
  assert: () => load('assert').assert,
  timers: () => load('shells').timers,
  stream: () => load('shells').stream(),
  _process: () => load('shells').process,
  'postman-collection': () => host.load('sdk.js').complete(() => fromPackage('postman-collection')),
  'crypto-js': () => load('crypto-js').CryptoJS,
  xml2js: () => load('xml2js').xml2js,
  tv4: () => load('tv4').tv4,
  ajv: () => load('ajv').Ajv,
  'csv-parse/lib/sync': () => load('csv-parse').parse,
  os: () => load('shells').os,
  // Postman has it as an empty object.
  fs: () => ({}),
};

// What Node has and packages look for: those of the list above that are Node's.
const NODE = ['assert', 'buffer', 'events', 'fs', 'os', 'path', 'punycode', 'querystring', 'stream', 'string_decoder', 'timers', 'url', 'util', '_process'];
const node = (name) => (name === 'process' ? require('_process') : NODE.includes(name) ? require(name) : undefined);

// One object per name, as modules are: what a script hangs on one is there at the next `require`.
const made = new Map();

const NAME = /^((?:@[^/@]+\/)?[^/@]+)(?:@([^/]+))?(?:\/(.+))?$/;

/** A package's exports, or undefined when nobody knows of it: Postman's own and those of the workspace's lock are known. */
function fromPackage(name, version, path = '') {
  return load('packages').requireFrom(name, version, path, node);
}

export function require(name) {
  name = String(name);
  if (made.has(name)) return made.get(name);
  let module;
  if (Object.hasOwn(MODULES, name)) {
    module = MODULES[name]();
  } else {
    const [, packageName, version, path] = NAME.exec(name) || [];
    if (packageName && !version) module = fromPackage(packageName, undefined, path);
    if (module === undefined) throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
  }
  made.set(name, module);
  return module;
}

/** `pm.require('npm:lodash@4.17.21')`: packages by where they come from. */
export function requirePackage(name) {
  if (typeof name !== 'string' || name === '') throw new TypeError('pm.require: the name of a package must be a text');
  const [, packageName, version, path] = (name.startsWith('npm:') && NAME.exec(name.slice(4))) || [];
  if (packageName === undefined) throw new Error(`Cannot find package '${name}'`);
  const module = fromPackage(packageName, version, path);
  if (module !== undefined) return module;
  const own = path === undefined ? packageName : `${packageName}/${path}`;
  if (!Object.hasOwn(MODULES, own) || NODE.includes(own)) {
    const id = version === undefined ? packageName : `${packageName}@${version}`;
    throw new Error(`Cannot find package '${name}': add it to the workspace with \`postrider packages add ${id}\``);
  }
  if (version !== undefined && !made.has(name)) {
    made.set(name, true);
    const add = `\`postrider packages add ${packageName}@${version}\` adds the genuine one`;
    host.log('warn', `'${name}' is not added to the workspace: its built-in counterpart is used; ${add}`);
  }
  return require(own);
}

/** The globals of Postman's first years that are packages. */
export const packaged = {
  _: () => fromPackage('lodash3'),
  Backbone: () => fromPackage('backbone'),
  cheerio: () => fromPackage('cheerio'),
};
