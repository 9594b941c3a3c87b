// `pm.cookies`: the cookies that go with the request's URL, and `jar()`, the door to all the others.

import { SHOWN } from './base.js';
import { CookieList } from './lists.js';
import { Cookie } from './props.js';
import { ask, twoWay } from './send.js';
import { Url } from './url.js';

function addressOf(action, url) {
  if (Url.isUrl(url)) return url.toString(true);
  if (typeof url === 'string' && url) return new Url(url).toString(true);
  throw new TypeError(`CookieJar.${action}() requires a valid url`);
}

// A question to the jar; the answer goes to the callback, or into the promise that is returned.
function askJar(callback, action, url, details, read) {
  return twoWay(callback, (done) => {
    const question = { action, url: addressOf(action, url), ...details() };
    ask('jar', question, (error, answer) => done(error, error ? undefined : read(answer)));
  });
}

const named = (action, name) => () => {
  if (typeof name !== 'string') throw new TypeError(`CookieJar.${action}() requires cookie name to be a string`);
  return { name };
};

// A cookie as the jar has it: what its line leaves open is taken from the address.
function kept(cookie, url) {
  const address = new Url(String(url));
  const { name, expires = null, maxAge = 0, domain, path, secure, httpOnly, value } = cookie;
  return new Cookie({
    name: name || undefined,
    expires: typeof expires === 'string' ? new Date(expires) : expires,
    maxAge,
    domain: domain || address.getHost(),
    path: path || address.getPath().replace(/\/[^/]*$/, '') || '/',
    secure: Boolean(secure),
    httpOnly: Boolean(httpOnly),
    hostOnly: !domain,
    value,
  });
}

// A line without a sign of equality is a value, and has no name; a sign that it begins with says the same.
function parsed(line) {
  const cookie = Cookie.parse(line.replace(/^\s*=/, ''));
  return cookie.value === true ? { ...cookie, key: '', value: cookie.key } : cookie;
}

export class CookieJar {
  static {
    Object.defineProperty(this, 'name', { value: 'PostmanCookieJar' });
  }

  [SHOWN]() {
    return 'PostmanCookieJar{ …(2) }';
  }

  /** `set(url, name, value)`, `set(url, { name, value, … })` or `set(url, 'name=value; …')`. */
  set(url, what, value, callback) {
    if (typeof value === 'function' && !callback) [value, callback] = [undefined, value];
    let cookie;
    const details = () => {
      let given = what;
      if (what && value) given = { name: String(what), value: String(value) };
      else if (typeof what === 'string') given = parsed(what);
      else if (what === null || typeof what !== 'object') throw new TypeError('CookieJar.set() requires a valid set cookie arguments');
      cookie = new Cookie(given);
      // The jar has values as they are given; only Postman's objects have them encoded.
      // (But for what would end them.)
      if (given.value !== undefined) cookie.value = typeof given.value === 'string' ? given.value.replace(/;/g, '%3B') : given.value;
      return { line: String(cookie) };
    };
    return askJar(callback, 'set', url, details, () => kept(cookie, url));
  }

  get(url, name, callback) {
    return askJar(callback, 'get', url, named('get', name), (row) => (row ? new Cookie(row).valueOf() : null));
  }

  getAll(url, options, callback) {
    if (typeof options === 'function' && !callback) [options, callback] = [undefined, options];
    const details = () => {
      if (options !== undefined && typeof options !== 'object') throw new TypeError('CookieJar.getAll() requires options to be an object');
      const { http = true, secure } = options || {};
      return { http, secure };
    };
    return askJar(callback, 'getAll', url, details, (rows) => new CookieList(rows));
  }

  unset(url, name, callback) {
    return askJar(callback, 'unset', url, named('unset', name), () => undefined);
  }

  clear(url, callback) {
    return askJar(callback, 'clear', url, () => ({}), () => undefined);
  }
}

/** The cookies of one URL. */
export class ScriptCookies extends CookieList {
  jar() {
    return new CookieJar();
  }

  [SHOWN]() {
    return this.members.length ? 'a{ __parent: null, …(7) }' : 'a{ __parent: null, members: [], …(6) }';
  }
}
