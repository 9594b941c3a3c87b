// `console`: every line goes to the host, nothing to the terminal.

import { format, listed } from './format.js';
import { clean, host } from './run.js';

const write = (level) => {
  const method = {
    [level](...args) {
      host.log(level, clean(format(args)), clean(listed(args)));
    },
  };
  return method[level];
};

export const console = {
  log: write('log'),
  warn: write('warn'),
  debug: write('debug'),
  info: write('info'),
  error: write('error'),
  /** The app empties its console; ours is a record, so nothing is lost. */
  clear() {},
};
