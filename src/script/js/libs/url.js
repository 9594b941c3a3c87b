// `require('url')`: Node's older way to take URLs apart, and the web's classes.

import { load } from '../libs.js';

const SLASHED = ['http:', 'https:', 'ftp:', 'gopher:', 'file:', 'ws:', 'wss:'];

export class Url {
  constructor() {
    for (const name of FIELDS) this[name] = null;
  }

  parse(text, parseQuery, slashesDenoteHost) {
    return Object.assign(this, parse(text, parseQuery, slashesDenoteHost));
  }

  format() {
    return formatParts(this);
  }

  resolve(relative) {
    return resolve(this.format(), relative);
  }

  resolveObject(relative) {
    return parse(this.resolve(relative), false, true);
  }

  /** Takes `host` apart into `hostname` and `port`. */
  parseHost() {
    const [, host, port] = /^(.*?)(?::([0-9]*))?$/s.exec(this.host);
    if (port) this.port = port;
    if (host) this.hostname = host;
  }
}

const FIELDS = 'protocol slashes auth host port hostname hash search query pathname path href'.split(' ');

function decodeAuth(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

// What Node escapes by itself.
const escapeOdd = (text) => text.replace(/[\t\n\r "'<>\\^`{|}]/g, (char) => encodeURIComponent(char).replace("'", '%27'));

function parse(text, parseQuery, slashesDenoteHost) {
  if (text instanceof Url) return text;
  if (typeof text !== 'string') {
    const error = new TypeError(`The "url" argument must be of type string. Received ${text === null ? 'null' : typeof text}`);
    error.code = 'ERR_INVALID_ARG_TYPE';
    throw error;
  }
  const url = new Url();
  let rest = text.trim();
  const cut = rest.search(/[?#]/);
  rest = cut < 0 ? rest.replace(/\\/g, '/') : rest.slice(0, cut).replace(/\\/g, '/') + rest.slice(cut);
  const scheme = /^[a-z0-9.+-]+:/i.exec(rest);
  if (scheme) {
    url.protocol = scheme[0].toLowerCase();
    rest = rest.slice(scheme[0].length);
  }
  const slashes = rest.startsWith('//') && (slashesDenoteHost || scheme || /^\/\/[^@/]+@[^@/]+/.test(rest));
  if (slashes && url.protocol !== 'javascript:') {
    url.slashes = true;
    rest = rest.slice(2);
    const end = rest.search(/[/?#]/);
    let authority = end < 0 ? rest : rest.slice(0, end);
    rest = end < 0 ? '' : rest.slice(end);
    const at = authority.lastIndexOf('@');
    if (at >= 0) {
      url.auth = decodeAuth(authority.slice(0, at));
      authority = authority.slice(at + 1);
    }
    const port = /:([0-9]*)$/.exec(authority);
    if (port) {
      if (port[1]) url.port = port[1];
      authority = authority.slice(0, port.index);
    }
    url.hostname = load('punycode').punycode.toASCII(authority.toLowerCase());
    url.host = url.hostname + (url.port ? `:${url.port}` : '');
    url.hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  }
  rest = escapeOdd(rest);
  const hash = rest.indexOf('#');
  if (hash >= 0) {
    url.hash = rest.slice(hash);
    rest = rest.slice(0, hash);
  }
  const query = rest.indexOf('?');
  if (query >= 0) {
    url.search = rest.slice(query);
    url.query = rest.slice(query + 1);
    rest = rest.slice(0, query);
  }
  if (parseQuery) {
    url.search = url.search || '';
    url.query = load('querystring').querystring.parse(url.query || '');
  }
  if (rest) url.pathname = rest;
  else if (SLASHED.includes(url.protocol) && url.hostname) url.pathname = '/';
  if (url.pathname || url.search) url.path = (url.pathname || '') + (url.search || '');
  url.href = formatParts(url);
  return url;
}

function formatParts(url) {
  let protocol = url.protocol || '';
  if (protocol && !protocol.endsWith(':')) protocol += ':';
  let pathname = url.pathname || '';
  let host = '';
  const auth = url.auth ? `${encodeURIComponent(url.auth).replace(/%3A/i, ':')}@` : '';
  if (url.host) host = auth + url.host;
  else if (url.hostname) {
    host = auth + (url.hostname.includes(':') ? `[${url.hostname}]` : url.hostname) + (url.port ? `:${url.port}` : '');
  }
  let search = url.search;
  if (!search && url.query !== null && typeof url.query === 'object') {
    const text = load('querystring').querystring.stringify(url.query);
    search = text ? `?${text}` : '';
  }
  search = search || '';
  let hash = url.hash || '';
  if (url.slashes || ((!protocol || SLASHED.includes(protocol)) && host)) {
    host = `//${host}`;
    if (pathname && !pathname.startsWith('/')) pathname = `/${pathname}`;
  }
  if (hash && !hash.startsWith('#')) hash = `#${hash}`;
  if (search && !search.startsWith('?')) search = `?${search}`;
  pathname = pathname.replace(/[?#]/g, encodeURIComponent);
  return protocol + host + pathname + search.replace(/#/g, '%23') + hash;
}

function format(url, options = {}) {
  if (typeof url === 'string') return formatParts(parse(url));
  if (!(url instanceof load('whatwg-url').URL)) return formatParts(url);
  const copy = new (load('whatwg-url').URL)(url.href);
  if (options.fragment === false) copy.hash = '';
  if (options.search === false) copy.search = '';
  if (options.auth === false) copy.username = copy.password = '';
  return copy.href;
}

// RFC 3986, section 5.2, for paths.
function mergePath(base, path, hasHost) {
  if (path.startsWith('/')) return removeDots(path);
  if (hasHost && !base) return removeDots(`/${path}`);
  return removeDots(base.slice(0, base.lastIndexOf('/') + 1) + path);
}

function removeDots(path) {
  const absolute = path.startsWith('/');
  const kept = [];
  const parts = path.split('/');
  const last = parts[parts.length - 1];
  for (const part of parts) {
    if (part === '.' || part === '') continue;
    if (part === '..') kept.pop();
    else kept.push(part);
  }
  const end = kept.length && (last === '' || last === '.' || last === '..') ? '/' : '';
  return (absolute ? '/' : '') + kept.join('/') + end;
}

function resolve(from, to) {
  const base = parse(from, false, true);
  const target = parse(to, false, true);
  if (to === '') return base.href.replace(/#.*$/, '');
  if (target.protocol && target.protocol !== base.protocol) return target.href;
  const url = Object.assign(new Url(), target, { protocol: target.protocol || base.protocol });
  if (!target.host) {
    Object.assign(url, { auth: base.auth, host: base.host, hostname: base.hostname, port: base.port, slashes: base.slashes });
    if (target.pathname) url.pathname = mergePath(base.pathname || '', target.pathname, Boolean(base.host));
    else Object.assign(url, { pathname: base.pathname, search: target.search || base.search });
  } else if (target.pathname) {
    url.pathname = removeDots(target.pathname);
  }
  return formatParts(url);
}

export const module = {
  Url,
  parse,
  format,
  resolve,
  resolveObject: (from, to) => parse(resolve(from, to), false, true),
  domainToASCII: (name) => load('punycode').punycode.toASCII(name),
  domainToUnicode: (name) => load('punycode').punycode.toUnicode(name),
  get URL() {
    return load('whatwg-url').URL;
  },
  get URLSearchParams() {
    return load('whatwg-url').URLSearchParams;
  },
};
