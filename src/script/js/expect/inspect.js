// How a value looks inside an assertion message.
//
// Assertion texts are cut to a width, 40 characters by default, and people match on the result, so the
// cutting follows chai 4's rules to the letter: each list gives its items the room that is left, looks one
// item ahead, and ends in `…(n)` with the number of items not shown.

const ELLIPSIS = '…';

/** The width at which texts are cut; 0 means no limit. `chai.config.truncateThreshold` is this value. */
export const config = { truncateThreshold: 40 };

/** The method by which an object shows itself, besides `inspect(depth, options)`. */
const CUSTOM = Symbol.for('chai/inspect');

const UNPRINTABLE =
  /['\u0000-\u001f\u007f-\u009f\u00ad\u0600-\u0604\u070f\u17b4\u17b5\u200c-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\uffff]/g;
const SHORT_ESCAPES = { '\b': '\\b', '\t': '\\t', '\n': '\\n', '\f': '\\f', '\r': '\\r', "'": "\\'" };

function escapeChar(char) {
  return SHORT_ESCAPES[char] || '\\u' + char.charCodeAt(0).toString(16).padStart(4, '0');
}

function cut(text, width) {
  text = String(text);
  if (text.length <= 1 || text.length <= width) return text;
  return width < 1 ? ELLIPSIS : text.slice(0, width - 1) + ELLIPSIS;
}

// One list, comma separated, in the room of `pad`. `show` may use up room of `pad` itself; the look-ahead
// then works with what is left, which is why the room is reset per item and not per look.
function list(items, pad, show) {
  const total = pad.room;
  let out = '';
  let ahead = '';
  for (let i = 0; i < items.length; i += 1) {
    const left = items.length - i;
    const comma = left > 1 ? ', ' : '';
    const rest = `${ELLIPSIS}(${left})`;
    pad.room = total - out.length - comma.length;
    const text = ahead || show(items[i], pad) + comma;
    const reach = out.length + text.length;
    const overWithRest = reach + rest.length > total;
    if (left === 1 && reach > total && out.length + rest.length <= total) return out + rest;
    if (left > 2 && overWithRest) return out + rest;
    ahead = left === 1 ? '' : show(items[i + 1], pad) + (left === 2 ? '' : ', ');
    if (left === 2 && overWithRest && reach + ahead.length > total) return out + rest;
    out += text;
    if (left > 2 && reach + ahead.length >= total) return `${out}${ELLIPSIS}(${left - 1})`;
  }
  return out;
}

function quoteKey(key) {
  if (/^[a-zA-Z_][a-zA-Z_0-9]*$/.test(key)) return key;
  return "'" + JSON.stringify(key).slice(1, -1).replace(/'/g, "\\'").replace(/\\"/g, '"') + "'";
}

function property([key, value], pad) {
  pad.room -= 2;
  const name = typeof key === 'string' ? quoteKey(key) : typeof key === 'number' ? String(key) : `[${show(key, pad)}]`;
  pad.room -= name.length;
  return `${name}: ${show(value, pad)}`;
}

function mapEntry([key, value], pad) {
  pad.room -= 4;
  const name = show(key, pad);
  pad.room -= name.length;
  return `${name} => ${show(value, pad)}`;
}

const pairs = (object, keys) => keys.map((key) => [key, object[key]]);

/** Runs `body` unless `object` is being shown further out already. */
function once(object, pad, body) {
  if (pad.seen.includes(object)) return '[Circular]';
  pad.seen.push(object);
  try {
    return body();
  } finally {
    pad.seen.pop();
  }
}

function showObject(object, pad) {
  const names = Object.getOwnPropertyNames(object);
  const symbols = Object.getOwnPropertySymbols(object);
  if (names.length === 0 && symbols.length === 0) return '{}';
  pad.room -= 4;
  return once(object, pad, () => {
    const named = list(pairs(object, names), pad, property);
    const symbolic = list(pairs(object, symbols), pad, property);
    return `{ ${named}${named && symbolic ? ', ' : ''}${symbolic} }`;
  });
}

function extraKeys(array) {
  return Object.keys(array).slice(array.length);
}

function showArray(array, pad) {
  const extra = extraKeys(array);
  if (array.length === 0 && extra.length === 0) return '[]';
  pad.room -= 4;
  return once(array, pad, () => {
    const items = list(array, pad, show);
    pad.room -= items.length;
    const named = extra.length ? list(pairs(array, extra), pad, property) : '';
    return `[ ${items}${named ? `, ${named}` : ''} ]`;
  });
}

function showTypedArray(array, pad) {
  const made = array.constructor.name;
  const name = made === 'Buffer' ? made : array[Symbol.toStringTag] || made;
  pad.room -= name.length + 4;
  const extra = extraKeys(array);
  if (array.length === 0 && extra.length === 0) return `${name}[]`;
  let out = '';
  for (let i = 0; i < array.length; i += 1) {
    const text = cut(array[i], pad.room) + (i === array.length - 1 ? '' : ', ');
    pad.room -= text.length;
    if (array[i] !== array.length && pad.room <= 3) {
      out += `${ELLIPSIS}(${array.length - array[i] + 1})`;
      break;
    }
    out += text;
  }
  const named = extra.length ? list(pairs(array, extra), pad, property) : '';
  return `${name}[ ${out}${named ? `, ${named}` : ''} ]`;
}

function showNumber(number, pad) {
  number = Number(number);
  if (number === 0) return Object.is(number, -0) ? '-0' : '+0';
  return Number.isFinite(number) ? cut(number, pad.room) : String(number);
}

function showString(text, pad) {
  return `'${cut(String(text).replace(UNPRINTABLE, escapeChar), pad.room - 2)}'`;
}

function showDate(date, pad) {
  const text = date.toJSON();
  if (text === null) return 'Invalid Date';
  const [day, time] = text.split('T');
  return `${day}T${cut(time, pad.room - day.length - 1)}`;
}

const ENGINE_KEYS = ['stack', 'line', 'column', 'name', 'message', 'fileName', 'lineNumber', 'columnNumber', 'number', 'description'];

function showError(error, pad) {
  const keys = Object.getOwnPropertyNames(error).filter((key) => !ENGINE_KEYS.includes(key));
  const name = String(error.name);
  pad.room -= name.length;
  let message = '';
  if (typeof error.message === 'string') message = cut(error.message, pad.room);
  else keys.unshift('message');
  message = message ? `: ${message}` : '';
  pad.room -= message.length + 5;
  const rest = once(error, pad, () => list(pairs(error, keys), pad, property));
  return `${name}${message}${rest ? ` { ${rest} }` : ''}`;
}

function showRegExp(value, pad) {
  const flags = value.toString().split('/')[2];
  return `/${cut(value.source, pad.room - (2 + flags.length))}/${flags}`;
}

const BY_TYPE = {
  undefined: () => 'undefined',
  null: () => 'null',
  boolean: String,
  Boolean: String,
  number: showNumber,
  Number: showNumber,
  bigint: (value, pad) => {
    const digits = cut(value, pad.room - 1);
    return digits === ELLIPSIS ? digits : `${digits}n`;
  },
  string: showString,
  String: showString,
  symbol: (value) => `Symbol(${value.description || ''})`,
  function: (value, pad) => (value.name ? `[Function ${cut(value.name, pad.room - 11)}]` : '[Function]'),
  Array: showArray,
  Date: showDate,
  RegExp: showRegExp,
  Error: showError,
  Map: (map, pad) => {
    // One entry shows as none: chai 4 counts one too few, and its texts are compared.
    if (map.size <= 1) return 'Map{}';
    pad.room -= 7;
    return `Map{ ${once(map, pad, () => list([...map.entries()], pad, mapEntry))} }`;
  },
  Set: (set, pad) => {
    if (set.size === 0) return 'Set{}';
    pad.room -= 7;
    return `Set{ ${once(set, pad, () => list([...set], pad, show))} }`;
  },
  Arguments: (args, pad) => {
    if (args.length === 0) return 'Arguments[]';
    pad.room -= 13;
    return `Arguments[ ${list(args, pad, show)} ]`;
  },
  Promise: () => 'Promise{…}',
  WeakSet: () => 'WeakSet{…}',
  WeakMap: () => 'WeakMap{…}',
  Generator: () => '',
  DataView: () => '',
  ArrayBuffer: () => '',
};
for (const name of ['Int8', 'Uint8', 'Uint8Clamped', 'Int16', 'Uint16', 'Int32', 'Uint32', 'Float32', 'Float64']) {
  BY_TYPE[`${name}Array`] = showTypedArray;
}

// Shows `value` in at most the room of `outer`, which is not changed.
function show(value, outer) {
  const pad = { room: outer.room, seen: outer.seen };
  let type = value === null ? 'null' : typeof value;
  if (type === 'object') type = Object.prototype.toString.call(value).slice(8, -1);
  if (Object.hasOwn(BY_TYPE, type)) return BY_TYPE[type](value, pad);
  const own = value[CUSTOM];
  if (typeof own === 'function' || typeof value.inspect === 'function') {
    const options = { depth: 2, stylize: String };
    const custom = typeof own === 'function' ? own.call(value, options) : value.inspect(2, options);
    if (custom) return typeof custom === 'string' ? custom : show(custom, outer);
  }
  const proto = Object.getPrototypeOf(value);
  if (proto === Object.prototype || proto === null || !('constructor' in value) || value.constructor === Object) {
    return showObject(value, pad);
  }
  const name = value[Symbol.toStringTag] || (value.constructor && value.constructor.name) || '<Anonymous Class>';
  pad.room -= name.length;
  return name + showObject(value, pad);
}

/** `value` as assertion messages show it. */
export function inspect(value) {
  return show(value, { room: config.truncateThreshold || Infinity, seen: [] });
}

/** As `inspect`, but what is still too wide is only named: `[ Array(12) ]`, `{ Object (a, b, ...) }`. */
export function display(value) {
  const text = inspect(value);
  if (!config.truncateThreshold || text.length < config.truncateThreshold) return text;
  switch (Object.prototype.toString.call(value)) {
    case '[object Function]':
      return value.name ? `[Function: ${value.name}]` : '[Function]';
    case '[object Array]':
      return `[ Array(${value.length}) ]`;
    case '[object Object]': {
      const keys = Object.keys(value);
      return `{ Object (${keys.slice(0, 2).join(', ')}${keys.length > 2 ? ', ...' : ''}) }`;
    }
    default:
      return text;
  }
}
