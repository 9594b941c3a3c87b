// `{{tokens}}` in texts: replaced again and again, as values and names may hold more of them.

import { clean, host } from './run.js';

const PASSES = 19;
const TOKEN = /{{([^{}]*?)}}/g;

/** A text with its tokens replaced; `read(name)` gives `[value]`, or undefined where nobody knows the name. */
export function substitute(text, read) {
  for (let pass = 0; pass < PASSES; pass += 1) {
    let changed = false;
    text = text.replace(TOKEN, (token, name) => {
      const found = read(name);
      const value = found ? found[0] : name.startsWith('$') ? host.dynamic(clean(name)) : undefined;
      if (value === undefined) return token;
      changed = true;
      return value === null ? 'null' : String(value);
    });
    if (!changed) break;
  }
  return text;
}

/** The same for every text of an object or array; anything else stays as it is. */
export function substituteIn(value, read) {
  if (typeof value === 'string') return substitute(value, read);
  if (Array.isArray(value)) return value.map((item) => substituteIn(item, read));
  if (value === null || typeof value !== 'object') return value;
  const source = typeof value.toJSON === 'function' ? value.toJSON() : value;
  return Object.fromEntries(Object.entries(source).map(([key, item]) => [key, substituteIn(item, read)]));
}

/** The names in all texts of a value, each once. */
export function tokensIn(value, found = new Set()) {
  if (typeof value === 'string') for (const [, name] of value.matchAll(TOKEN)) found.add(name);
  else if (value !== null && typeof value === 'object') for (const item of Object.values(value)) tokensIn(item, found);
  return found;
}

/** Reads from scopes, lists of variables and plain objects, the first that knows a name. */
export function reading(sources) {
  const all = [].concat(sources).filter((source) => source !== null && typeof source === 'object');
  return (name) => {
    for (const source of all) {
      if (typeof source.oneNormalizedVariable === 'function') {
        const row = source.oneNormalizedVariable(name);
        if (row && !row.disabled) return [row.valueOf()];
      } else if (typeof source.replaceIn === 'function') {
        if (source.has(name)) return [source.get(name)];
      } else if (Object.hasOwn(source, name)) {
        return [typeof source[name] === 'function' ? source[name]() : source[name]];
      }
    }
    return undefined;
  };
}
