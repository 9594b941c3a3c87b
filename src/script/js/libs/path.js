// `path`, with forward slashes, as Node has it on Unix.

const missingType = (name, value) => {
  const error = new TypeError(`The "${name}" argument must be of type string. Received ${value === null ? 'null' : typeof value}`);
  error.code = 'ERR_INVALID_ARG_TYPE';
  return error;
};

function check(name, value) {
  if (typeof value !== 'string') throw missingType(name, value);
}

// The segments of a path without `.` and, as far as they can be taken back, `..`.
function settle(path, absolute) {
  const kept = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') kept.push(part);
    else if (kept.length && kept[kept.length - 1] !== '..') kept.pop();
    else if (!absolute) kept.push(part);
  }
  return kept;
}

const isAbsolute = (path) => {
  check('path', path);
  return path.startsWith('/');
};

function normalize(path) {
  check('path', path);
  if (path === '') return '.';
  const absolute = path.startsWith('/');
  const text = settle(path, absolute).join('/');
  const end = path.endsWith('/') && text ? '/' : '';
  return absolute ? `/${text}${end}` : text ? text + end : path.endsWith('/') ? './' : '.';
}

function join(...parts) {
  for (const part of parts) check('path', part);
  const joined = parts.filter(Boolean).join('/');
  return joined === '' ? '.' : normalize(joined);
}

function resolve(...parts) {
  let text = '';
  for (const part of parts.reverse()) {
    check('path', part);
    if (part === '') continue;
    text = text ? `${part}/${text}` : part;
    if (part.startsWith('/')) break;
  }
  // There is no working folder here: paths begin at the root.
  return `/${settle(`/${text}`, true).join('/')}`;
}

function relative(from, to) {
  const [a, b] = [resolve(from), resolve(to)].map((path) => path.split('/').filter(Boolean));
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same += 1;
  return a.slice(same).fill('..').concat(b.slice(same)).join('/');
}

/** Where the slash before the last part is; -1 without one. */
const lastSlash = (path) => path.replace(/(?<=.)\/+$/, '').lastIndexOf('/');

function dirname(path) {
  check('path', path);
  const at = lastSlash(path);
  if (at < 0) return '.';
  // POSIX lets two slashes mean something else than one.
  return at === 1 && path[0] === '/' ? '//' : path.slice(0, Math.max(at, 1));
}

function basename(path, ending) {
  check('path', path);
  const base = path.replace(/\/+$/, '').split('/').pop();
  if (!ending || !base.endsWith(ending)) return base;
  // A name that is nothing but the ending stays, unless it is all there is.
  return base !== ending || path === ending ? base.slice(0, -ending.length) : base;
}

function extname(path) {
  const base = basename(path);
  const at = base.lastIndexOf('.');
  return at > 0 && !/^\.+$/.test(base) ? base.slice(at) : '';
}

function parse(path) {
  const root = isAbsolute(path) ? '/' : '';
  const base = basename(path);
  const ext = extname(path);
  const at = lastSlash(path);
  return { root, dir: at < 0 ? '' : path.slice(0, Math.max(at, 1)), base, ext, name: ext ? base.slice(0, -ext.length) : base };
}

function format({ root = '', dir = root, base, name = '', ext = '' }) {
  const file = base || name + ext;
  return !dir ? file : dir === root ? dir + file : `${dir}/${file}`;
}

export const path = {
  sep: '/',
  delimiter: ':',
  normalize,
  join,
  resolve,
  relative,
  dirname,
  basename,
  extname,
  isAbsolute,
  parse,
  format,
  toNamespacedPath: (value) => value,
  _makeLong: (value) => value,
  win32: null,
};
path.posix = path;
