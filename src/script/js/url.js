// `pm.request.url`: a URL in parts, whose text may hold `{{variables}}` anywhere.

import { PropertyBase, SHOWN, shownAs } from './base.js';
import { shownAsJson } from './format.js';
import { PropertyList, QueryParamList, VariableList } from './lists.js';
import { QueryParam } from './props.js';

// A mark inside `{{…}}` belongs to the variable's name.
function cutAt(text, marks) {
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === '{') depth += 1;
    else if (text[i] === '}') depth = Math.max(0, depth - 1);
    else if (depth === 0 && marks.includes(text[i])) return i;
  }
  return -1;
}

function splitOff(text, mark) {
  const at = cutAt(text, mark);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

// `{{a.b}}` is one name, so dots inside braces do not split.
const hostParts = (text) => text.match(/({{[^{}]*}}|[^.])+|(?<=\.)(?=\.|$)/g) || [text];

// Variables of old collections have an `id` for a name.
const named = (row) => (row !== null && typeof row === 'object' && !row.key && row.id ? { ...row, key: row.id } : row);

export class Url extends PropertyBase {
  static {
    shownAsJson(this);
  }

  constructor(source) {
    super();
    this.update(source);
  }

  /** The parts of a text; those that it has not are undefined. */
  static parse(text) {
    const raw = typeof text === 'string' ? text : '';
    const url = new Url(raw);
    const some = (list) => (list && list.length ? list : undefined);
    const { protocol, auth, port, hash } = url;
    const rest = { query: some(url.query.toJSON()), hash, variable: some(url.variables.map(({ key }) => ({ key }))) };
    return { raw, protocol, auth, host: some(url.host), port, path: url.path, ...rest };
  }

  static isUrl(value) {
    return value instanceof Url;
  }

  /** Takes a text, the parts of another URL, or `{ raw, params, variables }` from the host. */
  update(source) {
    if (source instanceof Url) source = { raw: source.#written(), variables: source.variables.toJSON() };
    if (typeof source === 'string') source = { raw: source };
    source = source || {};
    this.protocol = this.auth = this.hash = this.port = undefined;
    this.host = [];
    this.path = [];
    let query = source.params || source.query;
    // A query's text that is empty is none; behind a `?` it is.
    if (query === '') query = undefined;
    if (source.raw === undefined || source.host !== undefined || source.path !== undefined) {
      this.protocol = source.protocol;
      this.auth = source.auth;
      this.port = source.port === undefined ? undefined : String(source.port);
      this.hash = source.hash;
      this.host = typeof source.host === 'string' ? hostParts(source.host) : source.host || [];
      this.path = typeof source.path === 'string' && source.path !== '' ? source.path.replace(/^\//, '').split('/') : source.path || undefined;
    } else {
      const found = this.#parse(String(source.raw));
      if (query === undefined) query = found;
      else if (found !== undefined) query = QueryParam.parse(found).concat(query);
    }
    if (query !== null && typeof query === 'object' && !Array.isArray(query) && !(query instanceof PropertyList)) {
      query = Object.entries(query).map(([key, value]) => ({ key, value }));
    }
    this.query = new QueryParamList(this, query === undefined ? [] : query);
    const variables = source.variables || source.variable || [];
    this.variables = new VariableList(this, Array.isArray(variables) ? variables.map(named) : variables);
    for (const part of Array.isArray(this.path) ? this.path : []) {
      const name = typeof part === 'string' && part[0] === ':' ? part.slice(1).split('.')[0] : '';
      if (name !== '' && !this.variables.has(name)) this.variables.add({ key: name });
    }
  }

  // Sets all parts but the query, which is returned.
  #parse(text) {
    let query;
    [text, this.hash] = splitOff(text, '#');
    [text, query] = splitOff(text, '?');
    const scheme = /^([^/{}:]*|{{[^{}]*}}):\/\//.exec(text);
    if (scheme) {
      this.protocol = scheme[1];
      text = text.slice(scheme[0].length);
    }
    const slash = cutAt(text, '/\\');
    let authority = slash < 0 ? text : text.slice(0, slash);
    this.path = slash < 0 ? undefined : text.slice(slash + 1).split('/');
    const at = authority.lastIndexOf('@');
    if (at >= 0) {
      const [user, password] = splitOff(authority.slice(0, at), ':');
      this.auth = { user, password };
      authority = authority.slice(at + 1);
    }
    const colon = /:(\d*|{{[^{}]*}})$/.exec(authority);
    if (colon) {
      this.port = colon[1];
      authority = authority.slice(0, colon.index);
    }
    this.host = authority === '' ? [] : hostParts(authority);
    return query === undefined ? undefined : query;
  }

  getHost() {
    return Array.isArray(this.host) ? this.host.join('.') : String(this.host || '');
  }

  /** The path with a slash in front; `:name` segments, up to a full stop, filled in unless `unresolved`. */
  getPath(options) {
    const unresolved = options === true || (options && options.unresolved);
    const parts = typeof this.path === 'string' ? this.path.replace(/^\//, '').split('/') : this.path || [];
    const filled = parts.map((part) => {
      if (typeof part !== 'string') return part;
      const name = !unresolved && part.startsWith(':') ? part.slice(1).split('.')[0] : '';
      const value = name ? this.variables.get(name) : undefined;
      return value === undefined || value === null || value === '' ? part : value + part.slice(name.length + 1);
    });
    return `/${filled.join('/')}`;
  }

  getQueryString() {
    return this.query.toString();
  }

  getPathWithQuery() {
    const query = this.getQueryString();
    return this.getPath() + (query ? `?${query}` : '');
  }

  getRemote(forcePort) {
    const port = this.port || (forcePort ? (this.protocol === 'https' ? '443' : '80') : '');
    return this.getHost() + (port ? `:${port}` : '');
  }

  getRaw() {
    throw new Error('`Url#getRaw` has been discontinued, use `Url#toString` instead.');
  }

  getOAuth1BaseUrl() {
    return `${this.protocol || 'http'}://${this.getRemote().toLowerCase()}${this.getPath()}`;
  }

  addQueryParams(params) {
    this.query.populate(params);
  }

  removeQueryParams(params) {
    const names = [].concat(params).map((param) => (param && param.key) || param);
    this.query.remove((row) => names.includes(row.key));
  }

  /** Everything before the query; `:id` in the path as it is written, or with what it stands for. */
  base(forceProtocol, filled = false) {
    let text = this.protocol ? `${this.protocol.replace(/:\/\/$/, '')}://` : forceProtocol ? 'http://' : '';
    if (this.auth && this.auth.user !== undefined) {
      text += this.auth.user + (this.auth.password === undefined ? '' : `:${this.auth.password}`) + '@';
    }
    text += this.getRemote();
    if (this.path !== undefined && this.path.length) text += this.getPath(!filled);
    return text;
  }

  #behind() {
    const query = this.getQueryString();
    // A query of one nameless parameter is written, too; one whose parameters are all disabled is none.
    const asked = query || this.query.find((row) => !row.disabled);
    return `${asked ? `?${query}` : ''}${this.hash === undefined ? '' : `#${this.hash}`}`;
  }

  #written() {
    return this.base() + this.#behind();
  }

  toString(forceProtocol) {
    return this.base(forceProtocol, true) + this.#behind();
  }

  [SHOWN]() {
    const { auth, protocol, port, path, hash, host, query, variables } = this;
    return shownAs('Url', { auth, protocol, port, path, hash, host, query, variables });
  }

  toJSON() {
    const json = {};
    for (const key of ['auth', 'protocol', 'port', 'path', 'hash', 'host']) {
      if (this[key] !== undefined) json[key] = this[key];
    }
    json.query = this.query.toJSON();
    json.variable = this.variables.toJSON();
    return json;
  }
}
