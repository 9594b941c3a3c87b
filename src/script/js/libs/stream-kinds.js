// The web's streams that change what flows through them, and the two strategies.

import { load } from '../libs.js';
import { host } from '../run.js';

const { key, onlyOurs, ReadableStream, WritableStream } = load('streams');

class Strategy {
  constructor({ highWaterMark }) {
    this.highWaterMark = highWaterMark;
  }
}

export class CountQueuingStrategy extends Strategy {
  get size() {
    return () => 1;
  }
}

export class ByteLengthQueuingStrategy extends Strategy {
  get size() {
    return (chunk) => chunk.byteLength;
  }
}

export class TransformStreamDefaultController {
  #readable;
  #writable;

  constructor(given, readable, writable) {
    onlyOurs(given);
    this.#readable = readable;
    this.#writable = writable;
  }

  get desiredSize() {
    return this.#readable.desiredSize;
  }

  enqueue(chunk) {
    this.#readable.enqueue(chunk);
  }

  error(error) {
    this.#readable.error(error);
    this.#writable.error(error);
  }

  terminate() {
    this.#readable.close();
    this.#writable.error(new TypeError('Invalid state: TransformStream has been terminated'));
  }
}

export class TransformStream {
  constructor(transformer = {}, writing = {}, reading = { highWaterMark: 0 }) {
    let source;
    let sink;
    // Resolved when somebody reads: until then nothing is transformed.
    let wanted = Promise.withResolvers();
    const readable = new ReadableStream(
      {
        start: (controller) => void (source = controller),
        pull: () => wanted.resolve(),
        cancel: (reason) => {
          sink.error(reason);
          wanted.resolve();
          return transformer.cancel && transformer.cancel(reason);
        },
      },
      reading,
    );
    const guarded = async (act) => {
      try {
        await act();
      } catch (error) {
        source.error(error);
        throw error;
      }
    };
    let controller;
    const writable = new WritableStream(
      {
        start: (its) => {
          sink = its;
          controller = new TransformStreamDefaultController(key, source, sink);
          return transformer.start && transformer.start(controller);
        },
        write: (chunk) =>
          guarded(async () => {
            if (source.desiredSize <= 0) await wanted.promise;
            wanted = Promise.withResolvers();
            if (transformer.transform) await transformer.transform(chunk, controller);
            else controller.enqueue(chunk);
          }),
        close: () =>
          guarded(async () => {
            if (transformer.flush) await transformer.flush(controller);
            source.close();
          }),
        abort: (reason) => source.error(reason),
      },
      writing,
    );
    Object.defineProperties(this, { readable: { value: readable }, writable: { value: writable } });
  }
}

// A stream that is known by its name and not by its parts.
class Through {
  #transform;

  constructor(transformer) {
    this.#transform = new TransformStream(transformer);
  }

  get readable() {
    return this.#transform.readable;
  }

  get writable() {
    return this.#transform.writable;
  }
}

export class TextEncoderStream extends Through {
  constructor() {
    const encoder = new TextEncoder();
    // The first half of a character that is written in two.
    let half = '';
    super({
      transform(chunk, controller) {
        const text = half + String(chunk);
        const cut = /[\ud800-\udbff]$/.test(text) ? text.length - 1 : text.length;
        half = text.slice(cut);
        if (cut) controller.enqueue(encoder.encode(text.slice(0, cut)));
      },
      flush: (controller) => void (half && controller.enqueue(encoder.encode(half))),
    });
  }

  get encoding() {
    return 'utf-8';
  }
}

export class TextDecoderStream extends Through {
  #decoder;

  constructor(label, options) {
    const decoder = new TextDecoder(label, options);
    const give = (text, controller) => void (text && controller.enqueue(text));
    super({
      transform: (chunk, controller) => give(decoder.decode(chunk, { stream: true }), controller),
      flush: (controller) => give(decoder.decode(), controller),
    });
    this.#decoder = decoder;
  }

  get encoding() {
    return this.#decoder.encoding;
  }

  get fatal() {
    return this.#decoder.fatal;
  }

  get ignoreBOM() {
    return this.#decoder.ignoreBOM;
  }
}

// Packs or unpacks what has come, in one piece, when the last of it is there.
function whole(format, act) {
  if (!['gzip', 'deflate', 'deflate-raw'].includes(format)) throw new TypeError(`The argument 'format' is invalid. Received '${format}'`);
  const { Buffer } = load('buffer');
  const parts = [];
  return {
    transform(chunk) {
      if (!ArrayBuffer.isView(chunk) && !(chunk instanceof ArrayBuffer)) throw new TypeError('The chunks must be ArrayBuffers, Buffers, TypedArrays, or DataViews');
      parts.push(Buffer.from(ArrayBuffer.isView(chunk) ? new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength) : chunk));
    },
    flush: (controller) => controller.enqueue(host.lib('packing')[act](format, new Uint8Array(Buffer.concat(parts)))),
  };
}

export class CompressionStream extends Through {
  constructor(format) {
    super(whole(String(format), 'pack'));
  }
}

export class DecompressionStream extends Through {
  constructor(format) {
    super(whole(String(format), 'unpack'));
  }
}
