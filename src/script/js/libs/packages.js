// npm packages: CommonJS modules, evaluated when they are first required. Finding files is the host's business.

import { load } from '../libs.js';
import { native } from '../json.js';
import { console } from '../console.js';
import { host, run } from '../run.js';

const modules = new Map();
const world = (0, eval)('this');
// Postman's own packages are bundled where there is no console.
const silent = Object.fromEntries(Object.keys(console).map((name) => [name, () => {}]));

function notFound(message) {
  return Object.assign(new Error(message), { code: 'MODULE_NOT_FOUND' });
}

/** The exports of one file. A module that is required again while it is evaluated gives what it has by then, as in Node. */
function evaluate(id, path, node) {
  const filename = `/${id}/${path}`;
  const known = modules.get(filename);
  if (known) return known.exports;
  const module = { id: filename, filename, exports: {}, loaded: false, children: [], paths: [] };
  modules.set(filename, module);
  run.evaluating += 1;
  try {
    if (path.endsWith('.json')) {
      module.exports = native.parse(host.packageText(id, path));
    } else {
      const require = (request) => resolve(id, path, String(request), node);
      const folder = filename.slice(0, filename.lastIndexOf('/'));
      const code = host.packageCode(id, path);
      const voice = host.packageIsPostmans(id) ? silent : console;
      code.call(module.exports, module.exports, require, module, filename, folder, load('shells').process, world, voice);
    }
  } catch (error) {
    modules.delete(filename);
    throw error;
  } finally {
    run.evaluating -= 1;
  }
  module.loaded = true;
  return module.exports;
}

function resolve(id, from, request, node) {
  const [kind, what, path] = host.packageResolve(id, from, request);
  if (kind === 'file') return evaluate(what, path, node);
  if (kind === 'empty') return {};
  if (kind === 'missing') throw notFound(what);
  const found = node(what);
  if (found === undefined) throw notFound(`Cannot find module '${what}' (required by '${id}')`);
  return found;
}

/** What a package exports, or a file in it; undefined for an unknown one. `node` gives Node's modules by their names. */
export function requireFrom(name, version, path, node) {
  const id = host.packageOpen(name, version);
  return id === '' ? undefined : resolve(id, '', path, node);
}
