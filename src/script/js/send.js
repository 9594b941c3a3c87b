// What a script asks of the outside and waits for: `pm.sendRequest`, the cookie jar, the vault. Each takes a callback
// or gives a promise.

import { Request } from './request.js';
import { Response } from './response.js';
import { isRow } from './lists.js';
import { native } from './json.js';
import { clean, fail, host, run } from './run.js';

/**
 * Puts something to the host, `put(id)`; `done(error, answer, id)` hears of it. The script is not finished before, so nothing is
 * waited for that could not be put.
 */
function wait(done, put) {
  const id = run.nextId++;
  put(id);
  run.sends.set(id, done);
}

/** Puts a question to the host; `done(error, answer)` hears of it. */
export function ask(kind, question, done) {
  wait(done, (id) => host.ask(id, kind, clean(native.stringify(question))));
}

/** As `ask`, for an answer that is a response, or null, and what else came of it. */
export function askResponse(kind, question, done) {
  ask(kind, question, (error, { response, ...rest } = {}, id) => {
    done(error, response ? new Response(response, id) : null, rest.writes);
  });
}

/** Runs `start(done)`; without a callback the outcome is a promise's. */
export function twoWay(callback, start) {
  const outcome = new Promise((resolve, reject) => start((error, value) => (error ? reject(error) : resolve(value))));
  if (callback === undefined) return outcome;
  if (typeof callback !== 'function') throw new TypeError('callback needs to be a function');
  // What the callback throws is the script's own error, not the question's.
  const call = (...args) => {
    try {
      callback(...args);
    } catch (error) {
      fail(error);
    }
  };
  outcome.then((value) => call(null, value), (error) => call(error));
  return undefined;
}

// What Postman passes over in silence, and a script most likely means.
function warnOfHeaders({ header, headers }) {
  if (headers !== undefined && header === undefined) host.log('warn', 'pm.sendRequest: `headers` is not sent, as in Postman; it is called `header`');
  if (header === null || typeof header !== 'object' || Object.getPrototypeOf(header) !== Object.prototype) return;
  const lost = Object.keys(header).filter((key) => typeof header[key] !== 'string' && !isRow(header[key]));
  for (const key of lost) host.log('warn', clean(`pm.sendRequest: the header \`${key}\` is not sent, as in Postman: its value is no text`));
}

/** The request's parts for the host; files are left out, as Postman does. */
function partsOf(definition) {
  const request = definition instanceof Request ? definition : new Request(definition);
  if (request !== definition) warnOfHeaders(definition);
  const parts = request.parts();
  const files = parts.body && (parts.body.mode === 'file' || (parts.body.formdata || []).some((row) => row.type === 'file'));
  if (files) {
    host.log('warn', 'uploading files from scripts is not allowed');
    if (parts.body.mode === 'file') parts.body = null;
    else parts.body.formdata = parts.body.formdata.filter((row) => row.type !== 'file');
  }
  return parts;
}

// What Node tells of a failure is all that is listed of it; name and text can be read, too.
function plain(error) {
  const { name, message } = error;
  const told = 'code' in error ? Object.defineProperties({ ...error }, { name: { value: name }, message: { value: message } }) : { name, message, ...error };
  return Object.defineProperty(told, 'toString', { value: () => `${name}: ${message}` });
}

export function sendRequest(definition, callback) {
  const start = (done) => {
    if (!definition) {
      done(new Error('sendrequest: nothing to request'));
      return;
    }
    const answered = (error, described, id) => done(error, error ? undefined : new Response(described, id));
    wait(answered, (id) => host.send(id, partsOf(definition)));
  };
  if (typeof callback === 'function') {
    // Postman's callbacks hear of a failure as a plain object, with a response that is empty.
    start((error, response) => {
      if (error) callback.call(this, plain(error), new Response({}, undefined));
      else callback.call(this, null, response, { cookies: response.cookies });
    });
    return this;
  }
  return new Promise((resolve, reject) => {
    start((error, response) => (error ? reject(error) : resolve(response)));
  });
}

/** The host's answer: an error's text and what Node tells of it, or the description of a response, or the value that was asked for. */
export function answer(id, message, value, details) {
  const done = run.sends.get(id);
  if (!done) return;
  run.sends.delete(id);
  try {
    if (message) done(Object.assign(new Error(message), details), undefined, id);
    else done(null, value, id);
  } catch (error) {
    fail(error);
  }
}
