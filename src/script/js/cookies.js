// `pm.cookies`: the cookies that go with the request's URL.

import { PropertyList } from './lists.js';

/** Cookies by name; `get` gives the value, as everywhere, `one` the whole cookie. */
export class CookieList extends PropertyList {
  constructor(rows = []) {
    super(rows, (row) => ({ key: row.name, ...row }));
  }

  toObject() {
    return Object.fromEntries(this.members.map((cookie) => [cookie.name, cookie.value]));
  }

  toString() {
    return this.members.map((cookie) => `${cookie.name}=${cookie.value}`).join('; ');
  }

  jar() {
    throw new Error('pm.cookies.jar() is not supported yet');
  }
}
