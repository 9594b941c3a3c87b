// `pm.sendRequest`: a request out of a script, by callback or promise.

import { Request } from './request.js';
import { Response } from './response.js';
import { fail, host, run } from './run.js';

/** The request's parts for the host; files are left out, as Postman does. */
function partsOf(definition) {
  const request = definition instanceof Request ? definition : new Request(definition);
  const parts = request.parts();
  const files = parts.body && (parts.body.mode === 'file' || (parts.body.formdata || []).some((row) => row.type === 'file'));
  if (files) {
    host.log('warn', 'uploading files from scripts is not allowed');
    if (parts.body.mode === 'file') parts.body = null;
    else parts.body.formdata = parts.body.formdata.filter((row) => row.type !== 'file');
  }
  return parts;
}

export function sendRequest(definition, callback) {
  const id = run.nextId++;
  const start = (done) => {
    run.sends.set(id, done);
    host.send(id, partsOf(definition));
  };
  if (typeof callback === 'function') {
    start((error, response) => callback(error, response, response ? { cookies: response.cookies } : undefined));
    return this;
  }
  return new Promise((resolve, reject) => {
    start((error, response) => (error ? reject(error) : resolve(response)));
  });
}

/** The host's answer to a send: an error text, or the description of a response and the number of its body. */
export function answer(id, message, described) {
  const done = run.sends.get(id);
  if (!done) return;
  run.sends.delete(id);
  try {
    if (message) done(new Error(message), undefined);
    else done(null, new Response(described, id));
  } catch (error) {
    fail(error);
  }
}
