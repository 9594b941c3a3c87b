// Values as the console shows them: like Node's `util.inspect`, on one line or laid out as newman lays them out, and cut
// where it gets too long.

const CUSTOM = Symbol.for('nodejs.util.inspect.custom');
const DEPTH = 5;
const MAX_ITEMS = 100;
const MAX_STRING = 10000;
const MAX_TEXT = 100000;
// What a script inspects for itself may be longer than what the console takes.
const MOST_INSPECTED = 10 * MAX_TEXT;

// The mark of what is shown as its JSON; scripts do not see it.
const AS_JSON = Symbol('as JSON');

/** Has all objects of a class, and of those that extend it, shown as their JSON. */
export function shownAsJson(Class) {
  Object.defineProperty(Class.prototype, AS_JSON, { value: true });
}

// As newman without a terminal: how wide lines are, and how deep it looks. So many levels fit on one line.
const WIDTH = 44;
const LISTED_DEPTH = 25;
const COMPACT = 3;

// While values are laid out: how far in they stand, and the level of what was shown last.
let page;

// How much may still be written. What an object shares with another is written as often as it is reached, and that may be
// without end for people: beyond this, objects and lists are only named.
let left;

// Spends from what is there, or from a purse of its own.
function budgeted(most, write) {
  if (left !== undefined) return write();
  left = most;
  try {
    return write();
  } finally {
    left = undefined;
  }
}

// What is inside of another stands further in.
function within(show) {
  if (!page) return show();
  page.indent += 2;
  const text = show();
  page.indent -= 2;
  return text;
}

function quote(text) {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes('`') ? '`' : "'";
  const inner = text
    .replace(/\\/g, '\\\\')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t')
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, (char) => '\\x' + char.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase());
  return mark + (mark === "'" ? inner.replace(/'/g, "\\'") : inner) + mark;
}

// A long text breaks behind its own line ends.
function lines(text) {
  if (!page || text.length <= 16 || text.length <= page.width - page.indent - 4) return quote(text);
  return text.split(/(?<=\n)/).map(quote).join(` +\n${' '.repeat(page.indent + 2)}`);
}

function cutString(text) {
  if (text.length <= MAX_STRING) return lines(text);
  const more = text.length - MAX_STRING;
  return `${lines(text.slice(0, MAX_STRING))}... ${more} more character${more > 1 ? 's' : ''}`;
}

function primitive(value) {
  const text = primitiveText(value);
  left -= text.length + 2;
  return text;
}

function primitiveText(value) {
  switch (typeof value) {
    case 'string':
      return cutString(value);
    case 'bigint':
      return `${value}n`;
    case 'symbol':
      return value.toString();
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    default:
      return String(value);
  }
}

function more(count) {
  return `... ${count} more item${count > 1 ? 's' : ''}`;
}

function keyText(key) {
  left -= 2 + (page ? page.indent : 0);
  if (typeof key === 'symbol') return `[${key.toString()}]`;
  return /^[A-Za-z_]\w*$/.test(key) ? key : quote(key);
}

// One own property, accessors unread.
function propertyText(object, key, seen, depth) {
  const descriptor = Object.getOwnPropertyDescriptor(object, key);
  if (descriptor && descriptor.get) return `${keyText(key)}: [Getter${descriptor.set ? '/Setter' : ''}]`;
  return `${keyText(key)}: ${within(() => show(descriptor ? descriptor.value : undefined, seen, depth))}`;
}

function enumerable(object) {
  const symbols = Object.getOwnPropertySymbols(object);
  return Object.keys(object).concat(symbols.filter((key) => Object.prototype.propertyIsEnumerable.call(object, key)));
}

function limited(items, total, text) {
  const parts = items.slice(0, MAX_ITEMS).map(text);
  if (total > MAX_ITEMS) parts.push(more(total - MAX_ITEMS));
  return parts;
}

function arrayParts(array, seen, depth) {
  const parts = [];
  let holes = 0;
  const flush = () => {
    if (holes) parts.push(`<${holes} empty item${holes > 1 ? 's' : ''}>`);
    holes = 0;
  };
  for (let i = 0; i < array.length && parts.length < MAX_ITEMS; i += 1) {
    if (i in array) {
      flush();
      parts.push(within(() => show(array[i], seen, depth)));
    } else {
      holes += 1;
    }
  }
  flush();
  if (array.length > MAX_ITEMS) parts.push(more(array.length - MAX_ITEMS));
  const extra = Object.keys(array).slice(Math.min(array.length, Object.keys(array).length)).filter((key) => !/^\d+$/.test(key));
  return parts.concat(extra.map((key) => propertyText(array, key, seen, depth)));
}

function constructorName(object) {
  const proto = Object.getPrototypeOf(object);
  if (proto === null) return '[Object: null prototype]';
  const made = object.constructor;
  return typeof made === 'function' && made.name ? made.name : 'Object';
}

// The entries of a long array stand in columns, numbers to the right.
function inColumns(parts, values) {
  const count = parts.length > MAX_ITEMS ? MAX_ITEMS : parts.length;
  const rest = parts.slice(count);
  const lengths = parts.slice(0, count).map((part) => part.length + 2);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  const widest = Math.max(...lengths);
  // Not where some are much longer than the others.
  if (widest * 3 + page.indent >= page.width || (total / widest <= 5 && widest > 8)) return parts;
  const usual = Math.max(widest - 3 - Math.sqrt(widest - total / parts.length), 1);
  const columns = Math.min(
    Math.round(Math.sqrt(2.5 * usual * count) / usual),
    Math.floor((page.width - page.indent) / widest),
    COMPACT * 4,
    15,
  );
  if (columns <= 1) return parts;
  const widths = [];
  for (let i = 0; i < columns; i += 1) widths.push(Math.max(...lengths.filter((_, at) => at % columns === i)));
  const toTheRight = values !== undefined && parts.every((_, at) => ['number', 'bigint'].includes(typeof values[at]));
  const rows = [];
  for (let at = 0; at < count; at += columns) {
    const row = parts.slice(at, Math.min(at + columns, count)).map((part, i, all) => {
      const last = i === all.length - 1;
      if (toTheRight) return last ? part.padStart(widths[i] - 2) : `${part}, `.padStart(widths[i]);
      return last ? part : `${part}, `.padEnd(widths[i]);
    });
    rows.push(row.join(''));
  }
  return rows.concat(rest);
}

// Parts between brackets: on one line where that holds them, else each on its own.
function wrap(head, parts, open, close, depth = 0, values = undefined) {
  const begin = `${head}${head ? ' ' : ''}${open}`;
  if (!parts.length) return begin + close;
  if (!page) return `${begin} ${parts.join(', ')} ${close}`;
  const rows = open === '[' && parts.length > 6 ? inColumns(parts, values) : parts;
  if (page.level - depth < COMPACT && rows === parts) {
    const length = parts.reduce((sum, part) => sum + part.length + 1, parts.length + page.indent + begin.length + 10);
    const joined = parts.join(', ');
    if (length <= page.width && !joined.includes('\n')) return `${begin} ${joined} ${close}`;
  }
  const edge = `\n${' '.repeat(page.indent)}`;
  return `${begin}${edge}  ${rows.join(`,${edge}  `)}${edge}${close}`;
}

// What the engine has itself, and Node shows as functions.
const ENGINES =
  /^(?:Object|Function|Array|String|Number|Boolean|Symbol|BigInt|Date|RegExp|Promise|Proxy|DataView|Iterator|(?:Weak)?(?:Map|Set|Ref)|(?:Shared)?ArrayBuffer|(?:Typed|Uint8Clamped|\w*\d)Array|\w*Error|FinalizationRegistry)$/;

function isClass(fn) {
  const text = Function.prototype.toString.call(fn);
  if (/^class\b/.test(text)) return true;
  // The prelude's are code without its text. Postman's own and those of its SDK are functions there.
  const prototype = Object.getOwnPropertyDescriptor(fn, 'prototype');
  return text.endsWith('[native code]\n}') && !!prototype && !prototype.writable && !ENGINES.test(fn.name) && !fn.name.startsWith('Postman') && !(fn.prototype && fn.prototype[AS_JSON]);
}

function showFunction(fn) {
  if (isClass(fn)) {
    const above = Object.getPrototypeOf(fn);
    return `[class ${fn.name || '(anonymous)'}${above && above.name ? ` extends ${above.name}` : ''}]`;
  }
  const kind = Object.prototype.toString.call(fn).slice(8, -1);
  return fn.name ? `[${kind}: ${fn.name}]` : `[${kind} (anonymous)]`;
}

function showError(error, seen, depth) {
  const head = `${error.name}: ${error.message}`;
  left -= head.length;
  // The stack begins with what the error said when it was made.
  const frames = typeof error.stack === 'string' ? error.stack.split('\n').filter((line) => line.startsWith('    at ')) : [];
  const stack = frames.map((line) => `\n${line}`).join('');
  left -= stack.length;
  const keys = Object.keys(error).filter((key) => !['name', 'message', 'stack'].includes(key));
  const inner = keys.map((key) => propertyText(error, key, seen, depth));
  // What an error stands on is no key of its own; nor are the errors of several.
  for (const key of ['cause', 'errors']) {
    const own = Object.getOwnPropertyDescriptor(error, key);
    if (own && !own.enumerable) inner.push(`[${key}]: ${show(own.value, seen.concat([error]), depth + 1)}`);
  }
  const rest = inner.length ? ` ${wrap('', inner, '{', '}')}` : '';
  return seen.length === 0 ? head + stack + rest : `[${head}]${rest}`;
}

function show(value, seen, depth) {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return primitive(value);
  if (left < 0) return Array.isArray(value) ? '[Array]' : `[${constructorName(value)}]`;
  if (seen.includes(value)) return '[Circular *1]';
  if (typeof value === 'function' && Object.keys(value).length === 0) return showFunction(value);
  if (typeof value[CUSTOM] === 'function') return String(value[CUSTOM](0, {}, (inner) => inspect(inner)));
  if (value instanceof Error) return showError(value, seen, depth);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof RegExp) return value.toString();
  if (value instanceof Promise) return 'Promise { <pending> }';
  const name = typeof value === 'function' ? showFunction(value) : constructorName(value);
  left -= name.length + 4 + (page ? page.indent : 0);
  if (depth > (page ? LISTED_DEPTH : DEPTH)) return Array.isArray(value) ? '[Array]' : `[${name}]`;
  seen = seen.concat([value]);
  depth += 1;
  const before = page && page.level;
  if (page) page.level = depth;
  const text = contents(value, name, seen, depth);
  // What is empty does not count as a level.
  if (page && ['{}', '[]'].includes(text.slice(-2))) page.level = before;
  return text;
}

// An object of a certain name by what is in it.
function contents(value, name, seen, depth) {
  if (Array.isArray(value)) {
    return wrap(name === 'Array' ? '' : `${name}(${value.length})`, arrayParts(value, seen, depth), '[', ']', depth, value);
  }
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return wrap(`${name}(${value.length})`, limited([...value.slice(0, MAX_ITEMS)], value.length, primitive), '[', ']', depth, value);
  }
  if (value instanceof Map) {
    const entry = ([key, item]) => within(() => `${show(key, seen, depth)} => ${show(item, seen, depth)}`);
    return wrap(`Map(${value.size})`, limited([...value], value.size, entry), '{', '}', depth);
  }
  if (value instanceof Set) {
    return wrap(`Set(${value.size})`, limited([...value], value.size, (item) => within(() => show(item, seen, depth))), '{', '}', depth);
  }
  if (value instanceof ArrayBuffer) {
    const bytes = [...new Uint8Array(value, 0, Math.min(value.byteLength, 50))].map((byte) => byte.toString(16).padStart(2, '0'));
    const rest = value.byteLength > 50 ? ` ... ${value.byteLength - 50} more byte${value.byteLength > 51 ? 's' : ''}` : '';
    return `ArrayBuffer { [Uint8Contents]: <${bytes.join(' ')}${rest}>, byteLength: ${value.byteLength} }`;
  }
  if (Object.prototype.toString.call(value) === '[object Arguments]') return wrap('[Arguments]', arrayParts(value, seen, depth), '[', ']', depth, value);
  for (const Box of [String, Number, Boolean, BigInt, Symbol]) {
    if (value instanceof Box) return `[${Box.name}: ${primitive(value.valueOf())}]`;
  }
  if (typeof value.toJSON === 'function' && value[AS_JSON]) {
    return show(value.shown ? value.shown() : value.toJSON(), seen, depth - 1);
  }
  const keys = enumerable(value);
  const parts = limited(keys, keys.length, (key) => propertyText(value, key, seen, depth));
  return wrap(name === 'Object' ? '' : name, parts, '{', '}', depth);
}

/** One value, on one line, so many levels deep. */
export function inspect(value, depth = DEPTH) {
  return budgeted(MOST_INSPECTED, () => show(value, [], DEPTH - depth));
}

// One value over as many lines as it takes.
function laidOut(value) {
  page = { width: WIDTH, indent: 0, level: 0 };
  try {
    return show(value, [], 0);
  } finally {
    page = undefined;
  }
}

/** The arguments of a `console` call as newman lists them: each by itself, texts in quotes, `%` as it is. */
export function listed(args) {
  const all = budgeted(MAX_TEXT, () => args.map(laidOut).join(', '));
  return all.length > MAX_TEXT ? `${all.slice(0, MAX_TEXT)}… (${all.length - MAX_TEXT} more characters)` : all;
}

/** The arguments of a `console` call as one text: `%s %d %i %f %j %o %O %c` in a first string, then the rest. */
export function format(args) {
  const all = budgeted(MAX_TEXT, () => formatted(args));
  return all.length > MAX_TEXT ? `${all.slice(0, MAX_TEXT)}… (${all.length - MAX_TEXT} more characters)` : all;
}

function formatted(args) {
  let index = 0;
  let text = '';
  if (typeof args[0] === 'string') {
    index = 1;
    text = args[0].replace(/%[sdifjoOc%]/g, (mark) => {
      if (mark === '%%') return '%';
      if (index >= args.length) return mark;
      const value = args[index++];
      switch (mark) {
        case '%s':
          return typeof value === 'string' ? value : typeof value === 'object' && value !== null ? inspect(value) : primitive(value);
        case '%d':
          return typeof value === 'object' ? 'NaN' : String(Number(value));
        case '%i':
          return String(parseInt(value, 10));
        case '%f':
          return String(parseFloat(value));
        case '%j':
          return JSON.stringify(value);
        case '%c':
          return '';
        default:
          return inspect(value);
      }
    });
  }
  const rest = args.slice(index).map((value) => (typeof value === 'string' ? value : inspect(value)));
  return (index ? [text] : []).concat(rest).join(' ');
}
