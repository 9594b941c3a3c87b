// The words for requests and responses: `pm.response.to.have.status(200)`, `.to.be.json`, `.to.have.jsonBody(…)`.
//
// Texts and oddities are those of Postman's own plug-in; reports compare them.

import { chai } from './index.js';
import { Assertion, addChainable, addMethod, addProperty, equal, flag } from './core.js';
import { load } from '../libs.js';
import { Request } from '../request.js';
import { Response } from '../response.js';

const on = (value) => new Assertion(value);

// What each check of a response wants to be there first.
function needResponse(assertion, method) {
  const object = flag(assertion, 'object');
  // The usual case at once: a response with a number for its code, and the methods of its class.
  if (object instanceof Response && (method === 'code' ? typeof object.code === 'number' : !method)) return object;
  on(object).to.be.postmanResponse;
  if (method === 'code') {
    on(object).to.have.property('code');
    on(object.code).to.be.a('number');
  } else if (method) {
    on(object).to.have.property(method);
    on(object[method]).to.be.a('function');
  }
  return object;
}

const KINDS = [
  ['postmanRequest', 'request', (value) => value instanceof Request],
  ['postmanResponse', 'response', (value) => value instanceof Response],
  ['postmanRequestOrResponse', 'request or response', (value) => value instanceof Request || value instanceof Response],
];
for (const [word, text, holds] of KINDS) {
  addProperty(word, function () {
    this.assert(
      holds(flag(this, 'object')),
      `expecting a postman ${text} object but got #{this}`,
      `not expecting a postman ${text} object`,
    );
  });
}

// --- status ----------------------------------------------------------------------------------------------

function checkClass(assertion, wanted) {
  const { code } = needResponse(assertion, 'code');
  assertion.assert(
    Math.floor(code / 100) === wanted,
    'expected response code to be #{exp}XX but found #{act}',
    'expected response code to not be #{exp}XX',
    wanted,
    code,
  );
}
addMethod('statusCodeClass', function (wanted) {
  checkClass(this, wanted);
});
for (const [word, wanted] of Object.entries({ info: 1, success: 2, redirection: 3, clientError: 4, serverError: 5 })) {
  addProperty(word, function () {
    checkClass(this, wanted);
  });
}
addProperty('error', function () {
  const { code } = needResponse(this, 'code');
  this.assert(
    code >= 400 && code < 600,
    'expected response code to be 4XX or 5XX but found #{act}',
    'expected response code to not be 4XX or 5XX',
    null,
    code,
  );
});

function checkCode(assertion, wanted, actual) {
  assertion.assert(
    actual === wanted,
    'expected response to have status code #{exp} but got #{act}',
    'expected response to not have status code #{act}',
    wanted,
    actual,
  );
}
function checkReason(assertion, wanted, actual) {
  assertion.assert(
    actual === wanted,
    'expected response to have status reason #{exp} but got #{act}',
    'expected response to not have status reason #{act}',
    wanted,
    actual,
  );
}
addMethod('statusCode', function (wanted) {
  checkCode(this, Number(wanted), needResponse(this, 'code').code);
});
addMethod('statusReason', function (wanted) {
  checkReason(this, String(wanted), needResponse(this, 'reason').reason());
});
addMethod('status', function (wanted) {
  if (typeof wanted === 'number') checkCode(this, wanted, needResponse(this, 'code').code);
  else checkReason(this, wanted, needResponse(this, 'reason').reason());
});

// Two of these can never hold, as their reasons are not what servers send: Postman's own slips, kept.
const NAMED = {
  accepted: [202, 'ACCEPTED'],
  withoutContent: [204, 'NO CONTENT'],
  badRequest: [400, 'BAD REQUEST'],
  unauthorised: [401, 'UNAUTHORISED'],
  unauthorized: [401, 'UNAUTHORIZED'],
  forbidden: [403, 'FORBIDDEN'],
  notFound: [404, 'NOT FOUND'],
  notAcceptable: [406, 'ACCEPTABLE'],
  rateLimited: [429, 'TOO MANY REQUESTS'],
};
function checkNamed(assertion, [code, reason]) {
  const response = needResponse(assertion, 'reason');
  needResponse(assertion, 'details');
  checkReason(assertion, reason, String(response.reason()).toUpperCase());
  checkCode(assertion, code, Number(response.details().code));
}
for (const [word, named] of Object.entries(NAMED)) {
  addProperty(word, function () {
    checkNamed(this, named);
  });
}
addProperty('ok', function () {
  const object = flag(this, 'object');
  if (object instanceof Response) checkNamed(this, [200, 'OK']);
  else this.assert(object, 'expected #{this} to be truthy', 'expected #{this} to be falsy');
});

// --- headers and body ------------------------------------------------------------------------------------

addMethod('header', function (key, ...value) {
  const object = flag(this, 'object');
  on(object).to.be.postmanRequestOrResponse;
  on(object).to.have.property('headers');
  const what = object instanceof Request ? 'request' : 'response';
  const there = object.headers.has(key);
  this.assert(
    there,
    `expected ${what} to have header with key '${String(key)}'`,
    `expected ${what} to not have header with key '${String(key)}'`,
    true,
    there,
  );
  if (value.length === 0) return;
  const actual = object.headers.one(key).value;
  this.assert(
    actual === value[0],
    `expected '${String(key)}' ${what} header to be #{exp} but got #{act}`,
    `expected '${String(key)}' ${what} header to not be #{act}`,
    value[0],
    actual,
  );
});

function checkContent(assertion, text) {
  assertion.assert(
    typeof text === 'string' && text.length,
    'expected response to have content in body',
    'expected response to not have content in body',
  );
}
addProperty('withBody', function () {
  checkContent(this, needResponse(this, 'text').text());
});

// The parsed body, or the first line of why it is none.
function read(response) {
  try {
    return { value: response.json() };
  } catch (error) {
    const name = error.name === 'JSONError' && error.message ? '' : `${error.name}: `;
    return { reason: name + (name ? error.message : error.message.replace(/(.*?)\n.*/g, '$1')) };
  }
}
function checkJson(assertion) {
  const { reason } = read(needResponse(assertion, 'json'));
  assertion.assert(
    !reason,
    `expected response body to be a valid json but got error ${reason}`,
    'expected response body not to be a valid json',
  );
}
addProperty('json', function () {
  checkJson(this);
});

function isPlain(value) {
  if (value === null || typeof value !== 'object') return false;
  const proto = Object.getPrototypeOf(value);
  return proto === null || proto === Object.prototype;
}

addMethod('body', function (...given) {
  const [content] = given;
  const response = needResponse(this);
  if (isPlain(content)) {
    needResponse(this, 'json');
    const { value } = read(response);
    this.assert(
      equal(value, content),
      'expected response body json to equal #{exp} but got #{act}',
      'expected response body json to not equal #{exp} but got #{act}',
      content,
      value,
    );
    return;
  }
  const text = needResponse(this, 'text').text();
  if (given.length === 0) {
    checkContent(this, text);
  } else if (content instanceof RegExp) {
    this.assert(
      content.exec(text) !== null,
      'expected response body text to match #{exp} but got #{act}',
      'expected response body text #{act} to not match #{exp}',
      content,
      text,
    );
  } else {
    this.assert(
      equal(text, content),
      'expected response body to equal #{exp} but got #{act}',
      'expected response body to not equal #{exp}',
      content,
      text,
    );
  }
});

// `a.b[0].c` into the own properties of a value; a key of that whole name counts first.
function follow(value, path) {
  if (value !== null && typeof value === 'object' && Object.hasOwn(value, path)) return { there: true, value: value[path] };
  const steps = path.replace(/\[(?:(\d+)|"([^"]*)"|'([^']*)')\]/g, '.$1$2$3').split('.');
  if (path.startsWith('[')) steps.shift();
  for (const step of steps) {
    if (value === null || value === undefined || !Object.hasOwn(Object(value), step)) return { there: false };
    value = value[step];
  }
  return { there: true, value };
}

addMethod('jsonBody', function (...given) {
  const [path, wanted] = given;
  const response = needResponse(this, 'json');
  if (given.length === 0) {
    checkJson(this);
    return;
  }
  const { value: body } = read(response);
  // An object asserts nothing; Postman's plug-in does not look at it either.
  if (typeof path !== 'string') return;
  const found = follow(body, path);
  this.assert(
    found.there,
    'expected #{act} in response to contain property #{exp}',
    'expected #{act} in response to not contain property #{exp}',
    path,
    body,
  );
  if (given.length < 2) return;
  this.assert(
    equal(found.value, wanted),
    `expected response body json at "${path}" to contain #{exp} but got #{act}`,
    `expected response body json at "${path}" to not contain #{exp} but got #{act}`,
    wanted,
    found.value,
  );
});

addMethod('jsonSchema', function (schema, options) {
  on(schema).to.be.an('object');
  const object = flag(this, 'object');
  const data = object instanceof Response ? object.json() : object;
  const { Ajv } = load('ajv');
  const ajv = new Ajv({ allErrors: true, logger: false, ...options });
  const valid = ajv.validate(schema, data);
  this.assert(
    valid && !ajv.errors,
    `expected data to satisfy schema but found following errors: \n${ajv.errorsText()}`,
    'expected data to not satisfy schema',
    true,
    valid,
  );
});

// --- time and size: reading them switches the subject to the number ---------------------------------------

addChainable(
  'responseTime',
  function (...given) {
    const time = flag(this, 'number');
    const texts = ['expected response to have a valid response time but got #{act}', 'expected response to not have a valid response time but got #{act}'];
    this.assert(typeof time === 'number', ...texts, null, time);
    if (given.length) this.assert(equal(time, given[0]), ...texts, null, time);
  },
  function () {
    const response = needResponse(this);
    on(response).to.have.property('responseTime');
    flag(this, 'number', response.responseTime);
    flag(this, 'object', response.responseTime);
  },
);
addChainable(
  'responseSize',
  function (...given) {
    const size = flag(this, 'number');
    this.assert(
      typeof size === 'number',
      'expected response to have a valid response size but got #{act}',
      'expected response to not have a valid response size but got #{act}',
      null,
      size,
    );
    if (given.length) {
      this.assert(
        equal(size, given[0]),
        'expected response size to equal #{act} but got #{exp}',
        'expected response size to not equal #{act} but got #{exp}',
        given[0],
        size,
      );
    }
  },
  function () {
    const size = needResponse(this, 'size').size();
    const total = (size.header || 0) + (size.body || 0);
    flag(this, 'number', total);
    flag(this, 'object', total);
  },
);

export { chai };
