// `events`: Node's `EventEmitter`.

const store = (emitter) => {
  if (!Object.hasOwn(emitter, '_events') || !emitter._events) {
    Object.defineProperty(emitter, '_events', { value: new Map(), writable: true, configurable: true });
  }
  return emitter._events;
};

function checkListener(listener) {
  if (typeof listener === 'function') return;
  throw new TypeError('"listener" argument must be a function');
}

function add(emitter, name, listener, { first = false, once = false } = {}) {
  checkListener(listener);
  const events = store(emitter);
  if (events.has('newListener')) emitter.emit('newListener', name, listener);
  const entry = { listener, once };
  const list = events.get(name) || [];
  events.set(name, first ? [entry, ...list] : [...list, entry]);
  return emitter;
}

// A function, as in Node, where old code calls it on `this`.
export function EventEmitter() {
  store(this);
}

Object.assign(EventEmitter.prototype, {
  on(name, listener) {
    return add(this, name, listener);
  },
  once(name, listener) {
    return add(this, name, listener, { once: true });
  },
  prependListener(name, listener) {
    return add(this, name, listener, { first: true });
  },
  prependOnceListener(name, listener) {
    return add(this, name, listener, { first: true, once: true });
  },
  off(name, listener) {
    const list = store(this).get(name) || [];
    const at = list.findLastIndex((entry) => entry.listener === listener);
    if (at < 0) return this;
    const rest = list.toSpliced(at, 1);
    if (rest.length) store(this).set(name, rest);
    else store(this).delete(name);
    this.emit('removeListener', name, listener);
    return this;
  },
  removeAllListeners(name) {
    if (name === undefined) store(this).clear();
    else store(this).delete(name);
    return this;
  },
  emit(name, ...values) {
    const list = store(this).get(name) || [];
    if (list.length === 0 && name === 'error') {
      if (values[0] instanceof Error) throw values[0];
      throw Object.assign(new Error(`Unhandled "error" event. (${String(values[0])})`), { context: values[0] });
    }
    for (const entry of list) {
      if (entry.once) this.off(name, entry.listener);
      entry.listener.apply(this, values);
    }
    return list.length > 0;
  },
  listenerCount(name) {
    return (store(this).get(name) || []).length;
  },
  listeners(name) {
    return (store(this).get(name) || []).map((entry) => entry.listener);
  },
  rawListeners(name) {
    return this.listeners(name);
  },
  eventNames() {
    return [...store(this).keys()];
  },
  setMaxListeners(count) {
    if (typeof count !== 'number' || !(count >= 0)) throw new TypeError('"n" argument must be a positive number');
    Object.defineProperty(this, '_maxListeners', { value: count, writable: true, configurable: true });
    return this;
  },
  getMaxListeners() {
    return this._maxListeners === undefined ? EventEmitter.defaultMaxListeners : this._maxListeners;
  },
});
EventEmitter.prototype.addListener = EventEmitter.prototype.on;
EventEmitter.prototype.removeListener = EventEmitter.prototype.off;

Object.assign(EventEmitter, {
  EventEmitter,
  defaultMaxListeners: 10,
  listenerCount: (emitter, name) => emitter.listenerCount(name),
  once(emitter, name) {
    return new Promise((resolve, reject) => {
      const fail = (error) => {
        emitter.off(name, done);
        reject(error);
      };
      const done = (...values) => {
        emitter.off('error', fail);
        resolve(values);
      };
      emitter.once(name, done);
      if (name !== 'error') emitter.once('error', fail);
    });
  },
});
