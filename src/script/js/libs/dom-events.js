// The web's events, and the signals that stop things.

// What is being done with an event, for its target: `stop` and the way it is on.
const INSIDE = Symbol('inside');

export class Event {
  static NONE = 0;
  static CAPTURING_PHASE = 1;
  static AT_TARGET = 2;
  static BUBBLING_PHASE = 3;
  #type;
  #options;
  #prevented = false;
  #inside = { target: null, current: null, stopped: false, halted: false };
  #timeStamp = Date.now();

  constructor(type, options = undefined) {
    if (arguments.length === 0) throw new TypeError('The "type" argument must be specified');
    const { bubbles, cancelable, composed } = options || {};
    this.#type = String(type);
    this.#options = { bubbles: Boolean(bubbles), cancelable: Boolean(cancelable), composed: Boolean(composed) };
    Object.defineProperty(this, 'isTrusted', { value: false, enumerable: true });
  }

  get [INSIDE]() {
    return this.#inside;
  }

  get type() {
    return this.#type;
  }

  get bubbles() {
    return this.#options.bubbles;
  }

  get cancelable() {
    return this.#options.cancelable;
  }

  get composed() {
    return this.#options.composed;
  }

  get timeStamp() {
    return this.#timeStamp;
  }

  get target() {
    return this.#inside.target;
  }

  get srcElement() {
    return this.#inside.target;
  }

  get currentTarget() {
    return this.#inside.current;
  }

  get eventPhase() {
    return this.#inside.current ? Event.AT_TARGET : Event.NONE;
  }

  get defaultPrevented() {
    return this.#prevented;
  }

  get returnValue() {
    return !this.#prevented;
  }

  get cancelBubble() {
    return this.#inside.halted;
  }

  set cancelBubble(halt) {
    if (halt) this.#inside.halted = true;
  }

  composedPath() {
    return this.#inside.current ? [this.#inside.current] : [];
  }

  initEvent(type, bubbles = false, cancelable = false) {
    if (this.#inside.current) return;
    this.#type = String(type);
    this.#options = { ...this.#options, bubbles: Boolean(bubbles), cancelable: Boolean(cancelable) };
  }

  preventDefault() {
    if (this.cancelable) this.#prevented = true;
  }

  stopPropagation() {
    this.#inside.halted = true;
  }

  stopImmediatePropagation() {
    this.#inside.stopped = true;
  }
}
for (const name of ['type', 'bubbles', 'cancelable', 'defaultPrevented', 'timeStamp', 'target', 'currentTarget']) {
  Object.defineProperty(Event.prototype, name, { enumerable: true });
}

export class EventTarget {
  #listeners = [];

  addEventListener(type, listener, options = undefined) {
    if (arguments.length < 2) throw new TypeError('The "type" and "listener" arguments must be specified');
    if (listener === null || listener === undefined) return;
    const { once, signal } = options || {};
    if (signal && signal.aborted) return;
    if (this.#listeners.some((entry) => entry.type === type && entry.listener === listener)) return;
    this.#listeners.push({ type, listener, once: Boolean(once) });
    if (signal) signal.addEventListener('abort', () => this.removeEventListener(type, listener), { once: true });
  }

  removeEventListener(type, listener) {
    this.#listeners = this.#listeners.filter((entry) => entry.type !== type || entry.listener !== listener);
  }

  dispatchEvent(event) {
    if (!(event instanceof Event)) {
      const kind = event === null || event === undefined ? String(event) : `an instance of ${event.constructor ? event.constructor.name : 'Object'}`;
      throw new TypeError(`The "event" argument must be an instance of Event. Received ${kind}`);
    }
    const inside = event[INSIDE];
    if (inside.current) throw new Error('The event is already being dispatched');
    inside.target = inside.current = this;
    const own = this[`on${event.type}`];
    try {
      if (typeof own === 'function') own.call(this, event);
      for (const entry of [...this.#listeners]) {
        const { type, listener, once } = entry;
        if (type !== event.type || inside.stopped || !this.#listeners.includes(entry)) continue;
        if (once) this.removeEventListener(type, listener);
        if (typeof listener === 'function') listener.call(this, event);
        else listener.handleEvent(event);
      }
    } finally {
      inside.current = null;
    }
    return !event.defaultPrevented;
  }
}

let abort;

export class AbortSignal extends EventTarget {
  onabort = null;
  #aborted = false;
  #reason;

  static {
    abort = (signal, reason) => {
      if (signal.#aborted) return;
      signal.#aborted = true;
      signal.#reason = reason === undefined ? new DOMException('This operation was aborted', 'AbortError') : reason;
      signal.dispatchEvent(new Event('abort'));
    };
  }

  static abort(reason) {
    const signal = new AbortSignal();
    abort(signal, reason);
    return signal;
  }

  static timeout(ms) {
    const signal = new AbortSignal();
    setTimeout(() => abort(signal, new DOMException('The operation was aborted due to timeout', 'TimeoutError')), ms);
    return signal;
  }

  static any(signals) {
    const joined = new AbortSignal();
    for (const signal of signals) {
      if (signal.aborted) abort(joined, signal.reason);
      else signal.addEventListener('abort', () => abort(joined, signal.reason));
    }
    return joined;
  }

  get aborted() {
    return this.#aborted;
  }

  get reason() {
    return this.#reason;
  }

  throwIfAborted() {
    if (this.#aborted) throw this.#reason;
  }
}

export class AbortController {
  #signal = new AbortSignal();

  get signal() {
    return this.#signal;
  }

  abort(reason) {
    abort(this.#signal, reason);
  }
}
