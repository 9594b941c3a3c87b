// `console`: every line goes to the host, nothing to the terminal.

import { format, listed } from './format.js';
import { clean, host, run } from './run.js';

const write = (level) => {
  const method = {
    [level](...args) {
      const text = clean(format(args));
      // Laid out only for whom that is shown.
      if (run.info.lists) host.log(level, text, clean(listed(args)));
      else host.log(level, text);
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
