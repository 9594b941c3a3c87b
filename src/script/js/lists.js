// Ordered lists with names: headers, query parameters, form fields, cookies, variables.

/** A list of rows that have a key; keys may repeat, and then the last one counts. */
export class PropertyList {
  static shownAsJson = true;
  members;

  constructor(rows = [], make = (row) => row) {
    this.make = make;
    Object.defineProperty(this, 'make', { enumerable: false });
    this.members = [];
    this.populate(rows);
  }

  /** How two keys are compared. */
  norm(key) {
    return String(key);
  }

  /** Anything a list can be made of, as rows. */
  rowsOf(source) {
    if (source instanceof PropertyList) return source.members.map((row) => ({ ...row }));
    if (Array.isArray(source)) return source.flatMap((row) => (typeof row === 'string' ? this.parse(row) : [row]));
    if (typeof source === 'string') return this.parse(source);
    if (source !== null && typeof source === 'object') {
      return 'key' in source ? [source] : Object.entries(source).map(([key, value]) => ({ key, value }));
    }
    return [];
  }

  parse(text) {
    return text.split('&').filter(Boolean).map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? { key: pair, value: null } : { key: pair.slice(0, at), value: pair.slice(at + 1) };
    });
  }

  add(row) {
    this.members.push(this.make(typeof row === 'string' ? this.rowsOf(row)[0] : row));
  }

  append(row) {
    this.remove(row && row.key);
    this.add(row);
  }

  prepend(row) {
    this.members.unshift(this.make(row));
  }

  insert(row, before) {
    const at = this.indexOf(before);
    if (at < 0) this.add(row);
    else this.members.splice(at, 0, this.make(row));
  }

  insertAfter(row, after) {
    const at = this.indexOf(after);
    if (at < 0) this.add(row);
    else this.members.splice(at + 1, 0, this.make(row));
  }

  /** Replaces the row of that key, or adds one; whether one was added. */
  upsert(row) {
    const old = this.one(row.key);
    if (!old) {
      this.add(row);
      return true;
    }
    Object.assign(old, this.make(row));
    return false;
  }

  remove(what) {
    if (what === undefined || what === null) return;
    if (typeof what === 'function') {
      this.members = this.members.filter((row) => !what(row));
    } else if (typeof what === 'object') {
      this.members = this.members.filter((row) => row !== what);
    } else {
      const key = this.norm(what);
      this.members = this.members.filter((row) => this.norm(row.key) !== key);
    }
  }

  populate(source) {
    for (const row of this.rowsOf(source)) this.members.push(this.make(row));
  }

  repopulate(source) {
    this.clear();
    this.populate(source);
  }

  assimilate(source, prune) {
    const rows = this.rowsOf(source);
    for (const row of rows) this.upsert(row);
    if (prune) this.remove((row) => !rows.some((other) => this.norm(other.key) === this.norm(row.key)));
  }

  clear() {
    this.members = [];
  }

  one(key) {
    const wanted = this.norm(key);
    for (let i = this.members.length - 1; i >= 0; i -= 1) {
      if (this.norm(this.members[i].key) === wanted) return this.members[i];
    }
    return undefined;
  }

  get(key) {
    const row = this.one(key);
    return row === undefined ? undefined : row.value;
  }

  all() {
    return this.members.slice();
  }

  idx(index) {
    return this.members[index];
  }

  indexOf(what) {
    const row = typeof what === 'string' ? this.one(what) : what;
    return this.members.indexOf(row);
  }

  has(what, value) {
    if (what !== null && typeof what === 'object') return this.members.includes(what);
    const key = this.norm(what);
    const rows = this.members.filter((row) => this.norm(row.key) === key);
    return arguments.length > 1 ? rows.some((row) => row.value === value) : rows.length > 0;
  }

  count() {
    return this.members.length;
  }

  each(callback, context) {
    this.members.forEach((row, index) => callback.call(context, row, index));
  }

  map(callback, context) {
    return this.members.map(callback, context);
  }

  filter(callback, context) {
    return this.members.filter(callback, context);
  }

  find(callback, context) {
    return this.members.find(callback, context);
  }

  reduce(callback, initial) {
    return this.members.reduce(callback, initial);
  }

  /** `{ key: value }`; with `multi`, all values of a repeated key as an array. */
  toObject(excludeDisabled, caseSensitive, multi, sanitizeKeys) {
    const object = {};
    for (const row of this.members) {
      if ((excludeDisabled && row.disabled) || (sanitizeKeys && !row.key)) continue;
      const key = caseSensitive ? String(row.key) : this.norm(row.key);
      if (multi && Object.hasOwn(object, key)) object[key] = [].concat(object[key], [row.value]);
      else object[key] = row.value;
    }
    return object;
  }

  toJSON() {
    return this.members.map((row) => (row && typeof row.toJSON === 'function' ? row.toJSON() : { ...row }));
  }

  toString() {
    return this.members
      .filter((row) => !row.disabled)
      .map((row) => (row.value === null || row.value === undefined ? row.key : `${row.key}=${row.value}`))
      .join('&');
  }

  [Symbol.iterator]() {
    return this.members[Symbol.iterator]();
  }
}

/** Headers: without regard to case; repeated ones show as an array in `toObject()`. */
export class HeaderList extends PropertyList {
  norm(key) {
    return String(key).toLowerCase();
  }

  parse(text) {
    return text.split(/\r?\n/).filter(Boolean).map((line) => {
      const at = line.indexOf(':');
      return at < 0 ? { key: line.trim(), value: '' } : { key: line.slice(0, at).trim(), value: line.slice(at + 1).trim() };
    });
  }

  toObject(excludeDisabled, caseSensitive, multi = true, sanitizeKeys) {
    return super.toObject(excludeDisabled, caseSensitive, multi, sanitizeKeys);
  }

  contentSize() {
    return this.members.length ? this.toString().length : 0;
  }

  toString() {
    return this.members.filter((row) => !row.disabled).map((row) => `${row.key}: ${row.value}\r\n`).join('');
  }
}
