// `require`: the modules of Postman's own list that are there.

import { chai } from './expect/index.js';
import { parse, stringify } from './json.js';
import { load } from './libs.js';
import { sdk } from './sdk.js';
import { host } from './run.js';

const uuid = () => host.uuid();
uuid.v4 = uuid;

const MODULES = {
  chai: () => chai,
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
  'postman-collection': () => sdk,
  'crypto-js': () => load('crypto-js').CryptoJS,
  xml2js: () => load('xml2js').xml2js,
  tv4: () => load('tv4').tv4,
  ajv: () => load('ajv').Ajv,
  'csv-parse/lib/sync': () => load('csv-parse').parse,
  // Postman has these two as empty objects.
  fs: () => ({}),
  os: () => ({}),
};

// Postman has these; saying so is kinder than an unknown name.
const LATER = 'backbone cheerio lodash moment'.split(' ');

// One object per name, as modules are: what a script hangs on one is there at the next `require`.
const made = new Map();

export function require(name) {
  if (made.has(name)) return made.get(name);
  const found = Object.hasOwn(MODULES, name) ? MODULES[name] : undefined;
  if (found) {
    const module = found();
    made.set(name, module);
    return module;
  }
  if (LATER.includes(name)) throw new Error(`the module '${name}' is not supported yet`);
  throw new Error(`Cannot find module '${name}'`);
}

/** `pm.require('npm:lodash@4.17.21')`: packages by where they come from. */
export function requirePackage(name) {
  if (typeof name !== 'string' || name === '') throw new TypeError('pm.require: the name of a package must be a text');
  const npm = /^npm:((?:@[^/]+\/)?[^@]+)(@.*)?$/.exec(name);
  if (npm && (Object.hasOwn(MODULES, npm[1]) || LATER.includes(npm[1]))) return require(npm[1]);
  throw new Error(`Cannot find package '${name}'`);
}
