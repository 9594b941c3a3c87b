// The web's streams: `ReadableStream` and `WritableStream`. What stands in a queue is counted by the stream's strategy;
// a source is asked for more, and a writer told to go on, while the count is below the mark.

const state = new WeakMap();
const of = (object, Kind) => {
  const found = state.get(object);
  if (!found) throw new TypeError(`Value of "this" must be of type ${Kind}`);
  return found;
};

const deferred = () => {
  const made = Promise.withResolvers();
  // Whoever wants to know of a failure asks; nobody needs to.
  made.promise.catch(() => {});
  return made;
};

/** The mark and the measure of a strategy. */
export function strategyOf(strategy, mark) {
  const { highWaterMark = mark, size = () => 1 } = strategy || {};
  if (Number.isNaN(Number(highWaterMark)) || highWaterMark < 0) throw new RangeError(`The value '${highWaterMark}' is invalid for option "highWaterMark"`);
  return { mark: Number(highWaterMark), size };
}

/** What only the streams themselves give when they make a controller. */
export const key = Symbol('streams');
export const onlyOurs = (given) => {
  if (given !== key) throw new TypeError('Illegal constructor');
};

// --- reading

const desired = (s) => (s.status === 'errored' ? null : s.status === 'closed' ? 0 : s.mark - s.queue.reduce((sum, entry) => sum + entry.size, 0));

function pullIfWanted(s) {
  if (s.status !== 'readable' || s.closing || !s.started || !s.source.pull) return;
  if (!s.reads.length && desired(s) <= 0) return;
  if (s.pulling) {
    s.again = true;
    return;
  }
  s.pulling = true;
  const more = () => {
    s.pulling = false;
    if (s.again) {
      s.again = false;
      pullIfWanted(s);
    }
  };
  new Promise((done) => done(s.source.pull(s.controller))).then(more, (error) => fail(s, error));
}

function finish(s) {
  s.status = 'closed';
  for (const read of s.reads.splice(0)) read.resolve({ value: undefined, done: true });
  s.closed.resolve();
}

function fail(s, error) {
  if (s.status !== 'readable') return;
  Object.assign(s, { status: 'errored', error, queue: [] });
  for (const read of s.reads.splice(0)) read.reject(error);
  s.closed.reject(error);
}

function readFrom(s) {
  if (s.status === 'errored') return Promise.reject(s.error);
  if (s.queue.length) {
    const { chunk } = s.queue.shift();
    if (s.closing && !s.queue.length) finish(s);
    else pullIfWanted(s);
    return Promise.resolve({ value: chunk, done: false });
  }
  if (s.status === 'closed') return Promise.resolve({ value: undefined, done: true });
  const read = deferred();
  s.reads.push(read);
  pullIfWanted(s);
  return read.promise;
}

async function cancelled(s, reason) {
  if (s.status === 'errored') throw s.error;
  if (s.status === 'closed') return;
  s.queue = [];
  finish(s);
  if (s.source.cancel) await s.source.cancel(reason);
}

export class ReadableStreamDefaultController {
  constructor(given, s) {
    onlyOurs(given);
    state.set(this, s);
  }

  get desiredSize() {
    return desired(of(this, 'ReadableStreamDefaultController'));
  }

  get byobRequest() {
    return null;
  }

  enqueue(chunk) {
    const s = of(this, 'ReadableStreamDefaultController');
    if (s.closing || s.status !== 'readable') throw new TypeError('Invalid state: Controller is already closed');
    if (s.reads.length) s.reads.shift().resolve({ value: chunk, done: false });
    else s.queue.push({ chunk, size: Number(s.size(chunk)) });
    pullIfWanted(s);
  }

  close() {
    const s = of(this, 'ReadableStreamDefaultController');
    if (s.closing || s.status !== 'readable') throw new TypeError('Invalid state: Controller is already closed');
    s.closing = true;
    if (!s.queue.length) finish(s);
  }

  error(error) {
    fail(of(this, 'ReadableStreamDefaultController'), error);
  }
}

export class ReadableStreamDefaultReader {
  constructor(stream) {
    const s = of(stream, 'ReadableStream');
    if (s.reader) throw new TypeError('Invalid state: ReadableStream is locked');
    s.reader = this;
    state.set(this, s);
  }

  #stream() {
    const s = of(this, 'ReadableStreamDefaultReader');
    return s.reader === this ? s : undefined;
  }

  get closed() {
    const s = this.#stream();
    return s ? s.closed.promise : Promise.reject(new TypeError('Invalid state: The reader was released'));
  }

  read() {
    const s = this.#stream();
    return s ? readFrom(s) : Promise.reject(new TypeError('Invalid state: The reader is not attached to a stream'));
  }

  cancel(reason) {
    const s = this.#stream();
    return s ? cancelled(s, reason) : Promise.reject(new TypeError('Invalid state: The reader is not attached to a stream'));
  }

  releaseLock() {
    const s = this.#stream();
    if (!s) return;
    s.reader = undefined;
    for (const read of s.reads.splice(0)) read.reject(new TypeError('Invalid state: Releasing reader'));
  }
}

// For `instanceof` and `typeof`: reading into memory of one's own is not supported.
class NotMade {
  constructor() {
    throw new TypeError('Illegal constructor');
  }
}
export class ReadableStreamBYOBReader extends NotMade {}
export class ReadableStreamBYOBRequest extends NotMade {}
export class ReadableByteStreamController extends NotMade {}

export class ReadableStream {
  constructor(source = {}, strategy = {}) {
    const bytes = source.type === 'bytes';
    const s = { source, ...strategyOf(strategy, bytes ? 0 : 1), queue: [], reads: [], status: 'readable', closed: deferred() };
    if (bytes) s.size = (chunk) => chunk.byteLength;
    s.controller = new ReadableStreamDefaultController(key, s);
    state.set(this, s);
    const started = source.start ? source.start(s.controller) : undefined;
    Promise.resolve(started).then(
      () => {
        s.started = true;
        pullIfWanted(s);
      },
      (error) => fail(s, error),
    );
  }

  static from(items) {
    const iterator = items[Symbol.asyncIterator] ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
    return new ReadableStream(
      {
        async pull(controller) {
          const { value, done } = await iterator.next();
          if (done) controller.close();
          else controller.enqueue(await value);
        },
        cancel: (reason) => (iterator.return ? iterator.return(reason) : undefined),
      },
      { highWaterMark: 0 },
    );
  }

  get locked() {
    return of(this, 'ReadableStream').reader !== undefined;
  }

  cancel(reason) {
    if (this.locked) return Promise.reject(new TypeError('Invalid state: ReadableStream is locked'));
    return cancelled(of(this, 'ReadableStream'), reason);
  }

  getReader(options) {
    if (options && options.mode === 'byob') throw new Error("'getReader({ mode: \"byob\" })' of 'ReadableStream' is not supported");
    return new ReadableStreamDefaultReader(this);
  }

  pipeThrough(transform, options) {
    this.pipeTo(transform.writable, options).catch(() => {});
    return transform.readable;
  }

  async pipeTo(target, { preventClose, preventAbort, preventCancel, signal } = {}) {
    const [reader, writer] = [this.getReader(), target.getWriter()];
    try {
      for (;;) {
        if (signal) signal.throwIfAborted();
        await writer.ready;
        const { value, done } = await reader.read().catch(async (error) => {
          if (!preventAbort) await writer.abort(error);
          throw error;
        });
        if (done) break;
        await writer.write(value);
      }
      if (!preventClose) await writer.close();
    } catch (error) {
      if (!preventCancel) await reader.cancel(error).catch(() => {});
      if (signal && signal.aborted && !preventAbort) await writer.abort(error).catch(() => {});
      throw error;
    } finally {
      reader.releaseLock();
      writer.releaseLock();
    }
  }

  tee() {
    const reader = this.getReader();
    const controllers = [];
    const branch = () =>
      new ReadableStream({
        start: (controller) => void controllers.push(controller),
        async pull() {
          const { value, done } = await reader.read();
          for (const controller of controllers) {
            if (state.get(controller).status !== 'readable') continue;
            if (done) controller.close();
            else controller.enqueue(value);
          }
        },
      });
    reader.closed.catch((error) => controllers.forEach((controller) => controller.error(error)));
    return [branch(), branch()];
  }

  async *values({ preventCancel } = {}) {
    const reader = this.getReader();
    let ended = false;
    try {
      for (;;) {
        const { value, done } = await reader.read();
        ended = done;
        if (done) return;
        yield value;
      }
    } finally {
      if (!ended && !preventCancel) await reader.cancel().catch(() => {});
      reader.releaseLock();
    }
  }

  [Symbol.asyncIterator](options) {
    return this.values(options);
  }
}

// --- writing

const room = (w) => (w.status === 'errored' ? null : w.status === 'closed' ? 0 : w.mark - w.held);

function spoil(w, error) {
  if (w.status === 'errored' || w.status === 'closed') return;
  Object.assign(w, { status: 'errored', error });
  w.ready.reject(error);
  w.ready = deferred();
  w.ready.reject(error);
  w.closed.reject(error);
}

// One step of the sink after the other; the first that fails spoils the stream.
function step(w, act) {
  const done = w.last.then(() => {
    if (w.status === 'errored') throw w.error;
    return act();
  });
  w.last = done.catch((error) => spoil(w, error));
  return done;
}

function writeTo(w, chunk) {
  if (w.status === 'errored') return Promise.reject(w.error);
  if (w.status !== 'writable') return Promise.reject(new TypeError('Invalid state: WritableStream is closed'));
  const size = Number(w.size(chunk));
  const full = room(w) <= 0;
  w.held += size;
  if (!full && room(w) <= 0) w.ready = deferred();
  return step(w, () => (w.sink.write ? w.sink.write(chunk, w.controller) : undefined)).then(() => {
    w.held -= size;
    if (room(w) > 0) w.ready.resolve();
  });
}

function closeIt(w) {
  if (w.status === 'errored') return Promise.reject(w.error);
  if (w.status !== 'writable') return Promise.reject(new TypeError('Invalid state: WritableStream is closed'));
  w.status = 'closing';
  return step(w, () => (w.sink.close ? w.sink.close() : undefined)).then(() => {
    w.status = 'closed';
    w.ready.resolve();
    w.closed.resolve();
  });
}

async function abortIt(w, reason) {
  if (w.status === 'errored' || w.status === 'closed') return;
  spoil(w, reason);
  w.abort.abort(reason);
  if (w.sink.abort) await w.sink.abort(reason);
}

export class WritableStreamDefaultController {
  constructor(given, w) {
    onlyOurs(given);
    state.set(this, w);
  }

  get signal() {
    return of(this, 'WritableStreamDefaultController').abort.signal;
  }

  error(error) {
    spoil(of(this, 'WritableStreamDefaultController'), error);
  }
}

export class WritableStreamDefaultWriter {
  constructor(stream) {
    const w = of(stream, 'WritableStream');
    if (w.writer) throw new TypeError('Invalid state: WritableStream is locked');
    w.writer = this;
    state.set(this, w);
  }

  #use(act) {
    const w = of(this, 'WritableStreamDefaultWriter');
    return w.writer === this ? act(w) : Promise.reject(new TypeError('Invalid state: The writer was released'));
  }

  get closed() {
    return this.#use((w) => w.closed.promise);
  }

  get ready() {
    return this.#use((w) => w.ready.promise);
  }

  get desiredSize() {
    return room(of(this, 'WritableStreamDefaultWriter'));
  }

  write(chunk) {
    return this.#use((w) => writeTo(w, chunk));
  }

  close() {
    return this.#use(closeIt);
  }

  abort(reason) {
    return this.#use((w) => abortIt(w, reason));
  }

  releaseLock() {
    const w = of(this, 'WritableStreamDefaultWriter');
    if (w.writer === this) w.writer = undefined;
  }
}

export class WritableStream {
  constructor(sink = {}, strategy = {}) {
    const w = { sink, ...strategyOf(strategy, 1), held: 0, status: 'writable', closed: deferred(), ready: deferred(), abort: new AbortController() };
    w.controller = new WritableStreamDefaultController(key, w);
    if (w.mark > 0) w.ready.resolve();
    state.set(this, w);
    const started = sink.start ? sink.start(w.controller) : undefined;
    w.last = Promise.resolve(started).catch((error) => spoil(w, error));
  }

  get locked() {
    return of(this, 'WritableStream').writer !== undefined;
  }

  #unlocked(act) {
    const locked = () => Promise.reject(new TypeError('Invalid state: WritableStream is locked'));
    return this.locked ? locked() : act(of(this, 'WritableStream'));
  }

  getWriter() {
    return new WritableStreamDefaultWriter(this);
  }

  close() {
    return this.#unlocked(closeIt);
  }

  abort(reason) {
    return this.#unlocked((w) => abortIt(w, reason));
  }
}
