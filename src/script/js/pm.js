// `pm` itself: one object per script, its parts made when they are first read.

import { chai } from './expect/index.js';
import { CookieList } from './cookies.js';
import { fromHost, Request } from './request.js';
import { Response } from './response.js';
import { require } from './require.js';
import { host, run, SKIP } from './run.js';
import { KINDS, VariableScope } from './scope.js';
import { sendRequest } from './send.js';
import { test } from './test.js';

function typeName(value) {
  return value === null ? 'null' : typeof value;
}

const visualizer = {
  set(template, data, options) {
    if (typeof template !== 'string') {
      throw new Error(`Invalid template. Template must be of type string, found ${typeName(template)}`);
    }
    if (data !== undefined && (data === null || typeof data !== 'object')) {
      throw new Error(`Invalid data. Data must be an object, found ${typeName(data)}`);
    }
    if (options !== undefined && (options === null || typeof options !== 'object')) {
      throw new Error(`Invalid options. Options must be an object, found ${typeName(options)}`);
    }
    host.visualize(JSON.stringify({ template, data: data || {}, options: options || {} }));
  },
  clear() {
    host.visualize('');
  },
};

function execution(info) {
  const location = [...info.location];
  location.current = location[location.length - 1];
  const parts = {
    location,
    setNextRequest(name) {
      host.next(name === null || name === undefined ? undefined : String(name));
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
  cookies: () => new CookieList(host.cookies()),
  execution,
};
for (const [name, kinds] of Object.entries(KINDS)) PARTS[name] = () => new VariableScope(kinds);

export class Pm {
  constructor() {
    this.test = test;
    this.expect = chai.expect;
    this.sendRequest = sendRequest;
    this.visualizer = visualizer;
  }

  require(name) {
    return require(String(name).replace(/^npm:([^@]+)(@.*)?$/, '$1'));
  }
}
for (const [name, make] of Object.entries(PARTS)) {
  Object.defineProperty(Pm.prototype, name, {
    configurable: true,
    enumerable: true,
    get() {
      const value = make(run.info);
      Object.defineProperty(this, name, { value, enumerable: true, configurable: true, writable: name !== 'info' });
      return value;
    },
  });
}
// `pm.request = …` is no way to change it, but `pm.request.url = …` is.
export { Request };
