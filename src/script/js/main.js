// The prelude's door to the engine. The engine calls `setup` once, and for every script `begin` with the
// compiled script, then `advance` until nothing is left, then `finish`.

import { standIn } from './sugar.js';
import { chai } from './chai.js';
import { console } from './console.js';
import * as json from './json.js';
import * as legacy from './legacy.js';
import { installGlobals, installTexts } from './libs.js';
import { Pm } from './pm.js';
import { changes } from './request.js';
import { require } from './require.js';
import { fail, host, reset, run } from './run.js';
import { answer } from './send.js';
import { giveUp } from './test.js';
import { fire, nextDue, timers } from './timers.js';

const globals = globalThis;

function defineValue(target, name, value) {
  Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
}

/** Called once per engine: takes the natives and dresses the global object. */
export function setup(natives) {
  Object.assign(host, natives);
  JSON.parse = json.parse;
  JSON.stringify = json.stringify;
  // As Postman's: `JSON.stringify(tv4.error)` is how scripts say what is wrong.
  Error.prototype.toJSON = function toJSON() {
    return { type: 'Error', name: this.name, message: this.message };
  };
  defineValue(globals, 'console', console);
  defineValue(globals, 'require', require);
  for (const [name, fn] of Object.entries(timers)) defineValue(globals, name, fn);
  installGlobals(globals, defineValue);
  installTexts(defineValue);
  // Postman's scripts have none of these; libraries look at the first to find out where they are.
  for (const name of ['globalThis', 'performance', 'InternalError']) delete globals[name];
}

/** Starts a script: its synchronous part runs now. `body` is the script as an async function; its promise is returned. */
export function begin(info, body) {
  reset(info);
  // Again for every script: one may have had its own.
  Error.prepareStackTrace = host.wordError;
  const pm = new Pm();
  run.pm = pm;
  defineValue(globals, 'pm', pm);
  if (info.legacy) legacy.install();
  else legacy.remove();
  run.main = body.call({});
  return run.main;
}

/** What the script waits for: milliseconds until the next timer, if there is one, and whether answers are to come. */
export function waiting() {
  const due = nextDue();
  return [due < 0 ? undefined : due - host.now(), run.sends.size > 0];
}

/** The engine saw a promise rejected without a handler, or a handler come late. */
export function rejection(promise, reason, handled) {
  if (handled) run.rejections.delete(promise);
  else run.rejections.set(promise, reason);
}

/** Reports the rejections that nobody has handled by now. */
export function settleRejections() {
  if (run.legacyTests && run.rejections.has(run.main)) legacy.collectTests();
  for (const reason of run.rejections.values()) fail(reason);
  run.rejections.clear();
}

/** The script is over: late reports, and the changed parts of the request. */
export function finish() {
  giveUp();
  legacy.collectTests();
  const changed = run.request && changes(run.request);
  if (changed) host.changed(changed);
}

/** Reads ahead what scripts check with. */
export function readChecks() {
  chai();
}

export { answer, fire, standIn };
