// The globals of Postman's first years: `tests[…]`, `responseBody`, `postman.setEnvironmentVariable` …
//
// They are getters, so a script that does not use them pays nothing, and one that declares a `var` or function of the
// same name simply has its own; `const` and `let` are refused before it runs, as in Postman.

import { load } from './libs.js';
import { packaged } from './require.js';
import { clean, host, run } from './run.js';

// For what has no successor.
const NOTHING = 'nothing';

function warn(name, instead) {
  if (run.warned.has(name)) return;
  run.warned.add(name);
  host.log('warn', `Using "${name}" is deprecated.${instead === NOTHING ? '' : ` Use "${instead}" instead.`}`);
}

// What a scope held when the script began; `scope.js` takes it before the first change.
const snapshot = (pm, name) => (run.snapshots[name] = run.snapshots[name] || pm[name].toObject());

// The legacy setters make text of everything but nothing and `false`, and keep the snapshot up to date.
function set(pm, name, key, value) {
  const text = value ? value.toString() : value;
  snapshot(pm, name)[key] = text;
  pm[name].set(key, text);
}

function unset(pm, name, key) {
  delete snapshot(pm, name)[key];
  pm[name].unset(key);
}

function clear(pm, name) {
  const held = snapshot(pm, name);
  for (const key of Object.keys(held)) delete held[key];
  pm[name].clear();
}

// name of `postman` → [what it does, what to use instead]
const POSTMAN = {
  setEnvironmentVariable: [(pm, key, value) => set(pm, 'environment', key, value), 'pm.environment.set()'],
  getEnvironmentVariable: [(pm, key) => pm.environment.get(key), 'pm.environment.get()'],
  clearEnvironmentVariable: [(pm, key) => unset(pm, 'environment', key), 'pm.environment.unset()'],
  clearEnvironmentVariables: [(pm) => clear(pm, 'environment'), 'pm.environment.clear()'],
  setGlobalVariable: [(pm, key, value) => set(pm, 'globals', key, value), 'pm.globals.set()'],
  getGlobalVariable: [(pm, key) => pm.globals.get(key), 'pm.globals.get()'],
  clearGlobalVariable: [(pm, key) => unset(pm, 'globals', key), 'pm.globals.unset()'],
  clearGlobalVariables: [(pm) => clear(pm, 'globals'), 'pm.globals.clear()'],
  setNextRequest: [(pm, name) => pm.execution.setNextRequest(name), 'pm.execution.setNextRequest()'],
};
const POSTMAN_IN_TESTS = {
  getResponseHeader: [(pm, name) => pm.response.headers.get(name), 'pm.response.headers.get()'],
  getResponseCookie: [(pm, name) => pm.cookies.one(name), 'pm.cookies.get()'],
};

function postmanObject(pm) {
  const postman = {};
  const known = run.info.eventName === 'test' ? { ...POSTMAN, ...POSTMAN_IN_TESTS } : POSTMAN;
  for (const [name, [act, instead]] of Object.entries(known)) {
    const method = (...args) => {
      warn(`postman.${name}`, instead);
      return act(pm, ...args);
    };
    Object.defineProperties(method, { name: { value: name }, length: { value: act.length - 1 } });
    postman[name] = method;
  }
  return postman;
}

function requestObject(pm) {
  const { request } = pm;
  const data = request.body ? request.body[request.body.mode] : {};
  const fields = data && typeof data.toObject === 'function' ? data.toObject(true) : data;
  return {
    id: request.id,
    name: run.info.requestName,
    description: request.description && String(request.description),
    headers: request.headers.toObject(true, false, true),
    method: request.method,
    url: request.url.toString(),
    data: fields === undefined ? {} : fields,
  };
}

// In the server's spelling.
function responseHeaders(pm) {
  const headers = {};
  pm.response.headers.each(({ key, value, disabled }) => {
    if (!disabled) headers[key] = value;
  });
  return headers;
}

const inTests = (read) => (pm) => (run.info.eventName === 'test' ? read(pm) : undefined);

// Longer bodies are `undefined` there, in bytes.
const MOST_LEGACY = 50 * 1024 * 1024;

// name → [how to read it, what to use instead]
const GLOBALS = {
  postman: [postmanObject],
  globals: [(pm) => snapshot(pm, 'globals'), 'pm.globals'],
  environment: [(pm) => snapshot(pm, 'environment'), 'pm.environment'],
  data: [(pm) => pm.iterationData.toObject(), 'pm.iterationData'],
  iteration: [() => run.info.iteration],
  request: [requestObject, 'pm.request'],
  tests: [() => (run.legacyTests = {}), 'pm.test()'],
  responseBody: [inTests((pm) => (pm.response.responseSize > MOST_LEGACY ? undefined : pm.response.text()))],
  responseCode: [inTests((pm) => pm.response.details()), 'pm.response.code'],
  responseHeaders: [inTests(responseHeaders), 'pm.response.headers'],
  responseTime: [inTests((pm) => pm.response.responseTime)],
  responseCookies: [inTests((pm) => pm.cookies), 'pm.cookies'],
  // Libraries; the modules of the same names are the same objects.
  CryptoJS: [() => load('crypto-js').CryptoJS, "require('crypto-js')"],
  tv4: [() => load('tv4').tv4, "require('ajv')"],
  xml2Json: [() => load('xml2js').xml2Json, "require('xml2js')"],
  _: [packaged._, "require('lodash')"],
  Backbone: [packaged.Backbone, NOTHING],
  cheerio: [packaged.cheerio, "require('cheerio')"],
};

// The global object; they stay in it from one script to the next, which is most of what a small script would cost.
const target = globalThis;
// Those that are not in place: all before the first script, then what a script has read or replaced.
const missing = new Set(Object.keys(GLOBALS));

function replace(name, value) {
  missing.add(name);
  Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
}

function put(name, [read, instead]) {
  Object.defineProperty(target, name, {
    configurable: true,
    enumerable: false,
    get() {
      // Packages look what is there already, such as another `_`; they do not mean ours.
      if (run.evaluating > 0) return undefined;
      // Before the request there is no response to speak of.
      if (instead && !(name.startsWith('response') && run.info.eventName !== 'test')) warn(name, instead);
      const value = read(run.pm);
      replace(name, value);
      return value;
    },
    set(value) {
      replace(name, value);
    },
  });
}

/** Puts the legacy globals in place for one script. */
export function install() {
  for (const name of missing) put(name, GLOBALS[name]);
  missing.clear();
}

/** Takes them away, for a script that begins with `"use sandbox2"`. */
export function remove() {
  for (const name of Object.keys(GLOBALS)) {
    delete target[name];
    missing.add(name);
  }
}

/** Reports what stands in `tests`, once: after the results of `pm.test`, before what ends the script, each coerced to yes or no. */
export function collectTests() {
  for (const [name, value] of Object.entries(run.legacyTests || {})) {
    delete run.legacyTests[name];
    if (value) host.test(run.testIndex++, clean(name), false);
    else host.test(run.testIndex++, clean(name), false, 'AssertionError', clean(`expected ${String(value)} to be truthy`), '');
  }
}
