// `pm` itself: one object per script, its parts made when they are first read.

import { chai } from './chai.js';
import { SHOWN } from './base.js';
import { ScriptCookies } from './cookies.js';
import { fromHost, Request } from './request.js';
import { Response } from './response.js';
import { requirePackage } from './require.js';
import { clean, host, run, SKIP } from './run.js';
import { KINDS, VariableScope } from './scope.js';
import { ask, askResponse, sendRequest, twoWay } from './send.js';
import { test } from './test.js';

const visualizer = {
  set(template, data, options) {
    if (typeof template !== 'string') {
      throw new Error(`Invalid template. Template must be of type string, found ${typeof template}`);
    }
    if (data && typeof data !== 'object') throw new Error(`Invalid data. Data must be an object, found ${typeof data}`);
    if (options && typeof options !== 'object') {
      throw new Error(`Invalid options. Options must be an object, found ${typeof options}`);
    }
    host.visualize(JSON.stringify({ template, data: data || {}, options: options || {} }));
  },
  clear() {
    host.visualize('');
  },
};

// Secrets of the user's; the host gives them out only with the user's consent.
const vault = {
  get(key) {
    return askVault({ action: 'get', key: String(key) });
  },
  set(key, value) {
    return askVault({ action: 'set', key: String(key), value: String(value) });
  },
  unset(key) {
    return askVault({ action: 'unset', key: String(key) });
  },
};

function askVault(question) {
  return twoWay(undefined, (done) => ask('vault', question, (error, value) => done(error, value === null ? undefined : value)));
}

// What another request's scripts did to variables is done here too.
function repeat(pm, writes) {
  const scopes = { environment: pm.environment, collection: pm.collectionVariables, global: pm.globals };
  for (const { scope, change, key, value } of writes) {
    if (change === 'set') scopes[scope].set(key, value);
    else if (change === 'unset') scopes[scope].unset(key);
    else scopes[scope].clear();
  }
}

function execution(info, pm) {
  const location = [...info.location];
  Object.defineProperty(location, 'current', { value: info.current });
  const parts = {
    location,
    setNextRequest(name) {
      host.next(name === null || name === undefined ? undefined : clean(name));
    },
    /** Runs another request of the collection, its scripts with it; null when it skipped itself. */
    runRequest(id, options = {}) {
      if (typeof id !== 'string' || id === '') {
        return Promise.reject(new TypeError('pm.execution.runRequest: the first argument must be the id of a request'));
      }
      return twoWay(undefined, (done) => {
        askResponse('run', { id, variables: (options && options.variables) || {} }, (error, response, writes) => {
          if (!error) repeat(pm, writes);
          done(error, response);
        });
      });
    },
  };
  if (info.eventName === 'prerequest') {
    parts.skipRequest = () => {
      host.skip();
      throw SKIP;
    };
  }
  return parts;
}

// What Postman's app has and no terminal can: whoever calls it is told.
function datasets(_id) {
  throw new Error('pm.datasets is not supported: datasets exist only in the Postman app');
}

// Getters that keep their first value.
const PARTS = {
  info: ({ eventName, iteration, iterationCount, requestName, requestId }) =>
    Object.freeze({ eventName, iteration, iterationCount, requestName, requestId }),
  request: () => {
    run.request = fromHost(host.request());
    return run.request.request;
  },
  response: (info) => {
    if (info.eventName !== 'test') return undefined;
    const described = host.response();
    return described ? new Response(described, 0) : new Response({}, undefined);
  },
  cookies: () => new ScriptCookies(host.cookies()),
  datasets: () => datasets,
  // As in Postman, whose other protocols have messages where HTTP has a response.
  message: () => undefined,
  execution,
};
for (const [name, kinds] of Object.entries(KINDS)) PARTS[name] = () => new VariableScope(kinds);

// There from the start, but read only when it is.
const EXPECT = {
  configurable: true,
  enumerable: true,
  get() {
    return (this.expect = chai().expect);
  },
  set(value) {
    Object.defineProperty(this, 'expect', { value, writable: true });
  },
};

export class Pm {
  static {
    Object.defineProperty(this, 'name', { value: 'Postman' });
  }

  constructor() {
    this.test = test;
    Object.defineProperty(this, 'expect', EXPECT);
    this.sendRequest = sendRequest;
    this.visualizer = visualizer;
    this.vault = vault;
  }

  require(name) {
    return requirePackage(name);
  }

  /** As assertions show it, in Postman's words. */
  [SHOWN]() {
    return 'Postman{ info: { …(5) }, …(12) }';
  }
}
for (const [name, make] of Object.entries(PARTS)) {
  Object.defineProperty(Pm.prototype, name, {
    configurable: true,
    enumerable: true,
    get() {
      const value = make(run.info, this);
      Object.defineProperty(this, name, { value, enumerable: true, configurable: true, writable: name !== 'info' });
      return value;
    },
  });
}
// `pm.request = …` is no way to change it, but `pm.request.url = …` is.
export { Request };
