// `setTimeout` and its kin. The engine asks when the next one is due, waits, and has it fired; a script is not
// finished before its timers are.

import { fail, host, run } from './run.js';

/** The longest delay there is, in milliseconds; Node makes 1 of a longer one. */
const LONGEST = 2 ** 31 - 1;

function add(callback, delay, args, every) {
  const id = run.nextId++;
  delay = Math.max(Number(delay) || 0, every === undefined ? 0 : 1);
  if (delay > LONGEST) delay = 1;
  const body = typeof callback === 'function' ? callback : () => (0, eval)(String(callback));
  run.timers.set(id, { at: host.now() + delay, body, args, every: every === undefined ? undefined : delay });
  return id;
}

function clear(id) {
  run.timers.delete(Number(id));
}

export const timers = {
  setTimeout(callback, delay, ...args) {
    return add(callback, delay, args);
  },
  setInterval(callback, delay, ...args) {
    return add(callback, delay, args, true);
  },
  setImmediate(callback, ...args) {
    return add(callback, 0, args);
  },
  clearTimeout: clear,
  clearInterval: clear,
  clearImmediate: clear,
};

/** When the next timer is due, in the host's milliseconds; -1 without any. */
export function nextDue() {
  let due = -1;
  for (const timer of run.timers.values()) {
    if (due < 0 || timer.at < due) due = timer.at;
  }
  return due;
}

/** Fires the timer that is due first, if it is due. */
export function fire() {
  const now = host.now();
  let first;
  for (const [id, timer] of run.timers) {
    if (timer.at <= now && (first === undefined || timer.at < run.timers.get(first).at)) first = id;
  }
  if (first === undefined) return false;
  const timer = run.timers.get(first);
  if (timer.every === undefined) run.timers.delete(first);
  else timer.at = now + timer.every;
  try {
    timer.body(...timer.args);
  } catch (error) {
    fail(error);
  }
  return true;
}
