// What Postman's sandbox lets `map`, `filter`, `some` and `every` take beside a function: the name of a member, a value, a
// pattern, or what an element must look like.

const isObject = (value) => value !== null && typeof value === 'object';

function matches(item, wanted) {
  if (typeof wanted === 'function') return wanted(item);
  if (wanted instanceof RegExp) return typeof item === 'string' && item.search(wanted) !== -1;
  if (wanted instanceof Date) return item instanceof Date && item.getTime() === wanted.getTime();
  if (!isObject(wanted)) return Object.is(item, wanted);
  const keys = Object.keys(wanted);
  if (!isObject(item) || (Array.isArray(wanted) && item.length !== wanted.length)) return false;
  return keys.every((key) => matches(item[key], wanted[key]));
}

function member(item, name) {
  if (name === undefined) return item;
  return typeof item[name] === 'function' ? item[name]() : item[name];
}

/** Puts them in place, for scripts that give something else than a function. */
export function install() {
  for (const [name, by] of Object.entries({ map: member, filter: matches, some: matches, every: matches })) {
    const plain = Array.prototype[name];
    const method = {
      [name](...given) {
        const [what] = given;
        if (given.length === 0 || typeof what === 'function') return plain.apply(this, given);
        return plain.call(this, (item) => by(item, what));
      },
    }[name];
    Reflect.defineProperty(Array.prototype, name, { value: method, writable: true, configurable: true });
  }
}
