// What both halves of the added methods share.

/** Adds methods that loops do not see, unless there are such already. */
export function add(target, methods, replaces = () => false) {
  for (const [name, value] of Object.entries(methods)) {
    if (!(name in target) || replaces(target[name])) {
      Reflect.defineProperty(target, name, { value, writable: true, configurable: true });
    }
  }
}

/** A value by a property name or a function, or the element itself. */
export const pick = (item, by) => (by === undefined ? item : typeof by === 'function' ? by(item) : item[by]);

/** The element for which `better` holds against all others. */
export function extreme(array, by, better) {
  let best;
  for (const item of array) {
    if (best === undefined || better(pick(item, by), pick(best, by))) best = item;
  }
  return best;
}
