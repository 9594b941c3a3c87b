// `pm.test`: at once, by `done`, or by a promise. A result goes to the host when it is known.

import { clean, describe, host, run, SKIP } from './run.js';

// What is not an error fails the test with the test's own name as message, as Postman has it.
function reasonOf(name, thrown) {
  if (thrown !== null && typeof thrown === 'object' && 'message' in thrown) {
    const [kind, ...rest] = describe(thrown);
    return [thrown.name === undefined ? 'AssertionError' : kind, ...rest];
  }
  return ['AssertionError', name, ''];
}

export function test(name, body) {
  name = clean(name);
  const index = run.testIndex++;
  if (typeof body !== 'function') {
    host.test(index, name, false);
    return this;
  }
  let settled = false;
  let broken = false;
  const settle = (failed, thrown) => {
    settled = true;
    broken = broken || failed;
    run.openTests.delete(index);
    if (failed) host.test(index, name, false, ...reasonOf(name, thrown));
    else host.test(index, name, false);
  };
  // Every call is a result of its own, up to the first that failed, as in Postman: what goes wrong late is told.
  const done = (error) => broken || settle(Boolean(error), error);
  const open = () => {
    if (!settled) run.openTests.set(index, name);
  };
  const waits = body.length > 0;
  try {
    const result = body.call(this, (error) => void done(error));
    if (result !== null && typeof result === 'object' && typeof result.then === 'function') {
      open();
      result.then(
        () => waits || settle(false),
        (error) => settle(true, error),
      );
    } else if (waits) {
      open();
    } else {
      settle(false);
    }
  } catch (error) {
    if (error === SKIP) throw error;
    settle(true, error);
  }
  return this;
}

test.skip = function skip(name) {
  host.test(run.testIndex++, clean(name), true);
  return run.pm;
};

test.index = () => run.testIndex;

/**
 * Says which tests can no longer finish: nothing is left that could call their `done`. They have no result, as in
 * Postman, and count nowhere.
 */
export function giveUp() {
  for (const name of run.openTests.values()) {
    host.log('warn', `the test "${name}" has no result: its \`done\` was not called, or its promise not settled`);
  }
}
