// Lists that are fixed: which of their members cannot be added or taken away is said as V8 says it. The engine says only that one
// cannot.

const isFixed = (list) => Array.isArray(list) && !Object.isExtensible(list);

/** Has the methods look before they change a list; that takes longer, so it is done for scripts that fix one. */
export function install() {
  const plain = { ...Object.getOwnPropertyDescriptors(Array.prototype) };
  const adds = (name) => ({
    [name](...items) {
      if (items.length && isFixed(this)) throw new TypeError(`Cannot add property ${this.length}, object is not extensible`);
      return plain[name].value.apply(this, items);
    },
  });
  const methods = {
    ...adds('push'),
    ...adds('unshift'),
    pop() {
      if (isFixed(this) && this.length && Object.isSealed(this)) {
        throw new TypeError(`Cannot delete property '${this.length - 1}' of [object Array]`);
      }
      return plain.pop.value.call(this);
    },
    // The engine minds only where something would move.
    sort(order) {
      if (isFixed(this) && this.length > 1 && Object.isFrozen(this)) {
        throw new TypeError("Cannot assign to read only property '0' of object '[object Array]'");
      }
      return plain.sort.value.call(this, order);
    },
  };
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(value, 'length', { value: 1, configurable: true });
    Reflect.defineProperty(Array.prototype, name, { value, writable: true, configurable: true });
  }
}
