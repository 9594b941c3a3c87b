// `require`: the modules of Postman's own list that are there.

import { chai } from './expect/index.js';
import { parse, stringify } from './json.js';
import { host } from './run.js';

const uuid = () => host.uuid();
uuid.v4 = uuid;

const MODULES = {
  chai: () => chai,
  uuid: () => uuid,
  atob: () => atob,
  btoa: () => btoa,
  json: () => ({ parse, stringify }),
};

// Postman has these; saying so is kinder than an unknown name.
const LATER =
  'ajv assert backbone buffer cheerio crypto-js csv-parse/lib/sync events fs lodash moment os path postman-collection punycode querystring stream string_decoder timers tv4 url util xml2js'.split(
    ' ',
  );

export function require(name) {
  const found = Object.hasOwn(MODULES, name) ? MODULES[name] : undefined;
  if (found) return found();
  if (LATER.includes(name)) throw new Error(`the module '${name}' is not supported yet`);
  throw new Error(`Cannot find module '${name}'`);
}
