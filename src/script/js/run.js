// The script that is running: what all parts of the prelude share. Made anew for every script.

import { inspect } from './format.js';

/** The natives; filled in once, when the engine starts. */
export const host = {};

// What is still to come, by kind. Emptied for each script, not made anew, which would be a tenth of what a small one costs.
const tables = { timers: new Map(), sends: new Map(), openTests: new Map(), rejections: new Map(), warned: new Set() };
const all = Object.values(tables);

/** What is still to come before the script is finished, and what it changed. */
export const run = { ...tables, turn: 0 };

/** Forgets the last script. */
export function reset(info) {
  run.info = info;
  for (const table of all) if (table.size > 0) table.clear();
  run.request = undefined;
  run.response = undefined;
  run.legacyTests = undefined;
  run.main = undefined;
  run.snapshots = {};
  run.scopes = {};
  run.testIndex = 0;
  run.evaluating = 0;
  run.nextId = 1;
  run.turn += 1;
}

/** Thrown by `skipRequest` to end a script; no error, and not for reports. */
export const SKIP = { toString: () => 'pm.execution.skipRequest()' };

/** `[name, message, stack]` of whatever was thrown. */
export function describe(thrown) {
  if (thrown !== null && typeof thrown === 'object' && ('message' in thrown || thrown instanceof Error)) {
    return [thrown.name || 'Error', thrown.message, typeof thrown.stack === 'string' ? thrown.stack : ''].map(clean);
  }
  return ['Error', clean(typeof thrown === 'object' ? inspect(thrown) : String(thrown)), ''];
}

/** Text that Rust can take: half surrogate pairs replaced. */
export const clean = (text) => String(text).toWellFormed();

/** An error of the script itself, outside of any test. */
export function fail(thrown) {
  if (thrown === SKIP) return;
  host.error(...describe(thrown));
}

/** A property that loads its module of the prelude when it is first read. */
export function lazy(target, name, module, exported = name) {
  Object.defineProperty(target, name, {
    configurable: true,
    enumerable: true,
    get() {
      const value = host.load(module)[exported];
      Object.defineProperty(target, name, { value, writable: true });
      return value;
    },
  });
}
