// The globals of Postman's first years: `tests[…]`, `responseBody`, `postman.setEnvironmentVariable` …
//
// They are getters, so a script that does not use them pays nothing, and one that declares a variable of the
// same name simply has its own.

import { clean, host, run } from './run.js';

function warn(name, instead) {
  if (run.warned.has(name)) return;
  run.warned.add(name);
  host.log('warn', `Using "${name}" is deprecated. Use "${instead}" instead.`);
}

// The legacy setters make text of everything but nothing.
const text = (value) => (value || value === false ? value.toString() : value);

function postmanObject(pm) {
  const postman = {
    setEnvironmentVariable: (key, value) => pm.environment.set(key, text(value)),
    getEnvironmentVariable: (key) => pm.environment.get(key),
    clearEnvironmentVariable: (key) => pm.environment.unset(key),
    clearEnvironmentVariables: () => pm.environment.clear(),
    setGlobalVariable: (key, value) => pm.globals.set(key, text(value)),
    getGlobalVariable: (key) => pm.globals.get(key),
    clearGlobalVariable: (key) => pm.globals.unset(key),
    clearGlobalVariables: () => pm.globals.clear(),
    setNextRequest: (name) => pm.execution.setNextRequest(name),
  };
  if (run.info.eventName === 'test') {
    postman.getResponseHeader = (name) => pm.response.headers.get(name);
    postman.getResponseCookie = (name) => pm.cookies.one(name);
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
    description: request.description,
    headers: request.headers.toObject(true, true, false),
    method: request.method,
    url: request.url.toString(),
    data: fields === undefined ? {} : fields,
  };
}

const inTests = (read) => (pm) => (run.info.eventName === 'test' ? read(pm) : undefined);

// name → [how to read it, what to use instead]
const GLOBALS = {
  postman: [postmanObject],
  globals: [(pm) => pm.globals.toObject(), 'pm.globals'],
  environment: [(pm) => pm.environment.toObject(), 'pm.environment'],
  data: [(pm) => pm.iterationData.toObject(), 'pm.iterationData'],
  iteration: [() => run.info.iteration, 'pm.info.iteration'],
  request: [requestObject, 'pm.request'],
  tests: [() => (run.legacyTests = {}), 'pm.test()'],
  responseBody: [inTests((pm) => pm.response.text()), 'pm.response.text()'],
  responseCode: [inTests((pm) => ({ code: pm.response.code, name: pm.response.reason(), detail: '' })), 'pm.response.code'],
  responseHeaders: [inTests((pm) => pm.response.headers.toObject(false, true, false)), 'pm.response.headers'],
  responseTime: [inTests((pm) => pm.response.responseTime), 'pm.response.responseTime'],
  responseCookies: [inTests((pm) => pm.cookies.all()), 'pm.cookies'],
};

/** Puts the legacy globals in place for one script. */
export function install(target, pm, defineValue) {
  for (const [name, [read, instead]] of Object.entries(GLOBALS)) {
    Object.defineProperty(target, name, {
      configurable: true,
      enumerable: false,
      get() {
        if (instead) warn(name, instead);
        const value = read(pm);
        defineValue(target, name, value);
        return value;
      },
      set(value) {
        defineValue(target, name, value);
      },
    });
  }
}

/** The names above, so that one script's values do not reach the next. */
export const NAMES = Object.keys(GLOBALS);

/** Reports what stands in `tests`: after the results of `pm.test`, each coerced to yes or no. */
export function collectTests() {
  for (const [name, value] of Object.entries(run.legacyTests || {})) {
    if (value) host.test(clean(name), false);
    else host.test(clean(name), false, 'AssertionError', clean(`expected ${String(value)} to be truthy`), '');
  }
}
