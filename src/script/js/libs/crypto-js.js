// `crypto-js` and the global `CryptoJS`: its objects in front of the natives' hashes and ciphers.

import { missing } from '../libs.js';
import { clean, host } from '../run.js';

const bytes = host.lib('bytes');
const digest = host.lib('digest');
const cipher = host.lib('cipher');

const C = { lib: {}, enc: {}, algo: {}, mode: {}, pad: {}, format: {}, kdf: {}, x64: {} };

/** The library's way of classes: objects that are extended and created. */
const Base = {
  extend(overrides) {
    const child = Object.create(this);
    if (overrides) child.mixIn(overrides);
    if (!Object.hasOwn(child, 'init') || this.init === child.init) {
      child.init = function (...given) {
        child.$super.init.apply(this, given);
      };
    }
    child.init.prototype = child;
    child.$super = this;
    return child;
  },
  create(...given) {
    const instance = this.extend();
    instance.init(...given);
    return instance;
  },
  init() {},
  mixIn(properties) {
    for (const name of Object.keys(properties)) this[name] = properties[name];
    if (Object.hasOwn(properties, 'toString')) this.toString = properties.toString;
  },
  clone() {
    return this.init.prototype.extend(this);
  },
};

// --- bytes as words ----------------------------------------------------------------------------------------------

const WordArray = Base.extend({
  // No method: results are made by `new` of it.
  init: function init(words, size) {
    if (words instanceof ArrayBuffer) words = new Uint8Array(words);
    if (ArrayBuffer.isView(words)) {
      const given = new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
      this.words = wordsOf(given);
      this.sigBytes = given.length;
      return;
    }
    this.words = words || [];
    this.sigBytes = size === undefined ? this.words.length * 4 : size;
  },
  toString(encoder) {
    return (encoder || C.enc.Hex).stringify(this);
  },
  concat(other) {
    const added = fromBytes(joined(toBytes(this), toBytes(other)));
    this.words = added.words;
    this.sigBytes = added.sigBytes;
    return this;
  },
  clamp() {
    this.words = wordsOf(toBytes(this));
  },
  clone() {
    const copy = Base.clone.call(this);
    copy.words = this.words.slice(0);
    return copy;
  },
  random: (count) => fromBytes(digest.random(count)),
});

function wordsOf(given) {
  const words = [];
  for (let i = 0; i < given.length; i += 4) {
    words.push((given[i] << 24) | ((given[i + 1] || 0) << 16) | ((given[i + 2] || 0) << 8) | (given[i + 3] || 0));
  }
  return words;
}

function toBytes(array) {
  const words = array.words;
  const sigBytes = array.sigBytes;
  const out = new Uint8Array(Math.max(0, sigBytes));
  for (let i = 0; i < out.length; i += 1) out[i] = words[i >>> 2] >>> (24 - (i % 4) * 8);
  return out;
}

// By `init`, as the library makes its results: made by `create` they would have more than words and their size.
const fromBytes = (given) => new WordArray.init(wordsOf(given), given.length);

function joined(a, b) {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

function encoder(name) {
  return {
    stringify: (array) => bytes.decode(toBytes(array), name),
    parse: (text) => fromBytes(bytes.encode(clean(text), name)),
  };
}

function swapped(given) {
  const out = given.slice();
  for (let i = 0; i + 1 < out.length; i += 2) [out[i], out[i + 1]] = [given[i + 1], given[i]];
  return out;
}

Object.assign(C.enc, { Hex: encoder('hex'), Latin1: encoder('latin1'), Utf8: encoder('utf8'), Base64: encoder('base64') });
const utf8 = bytes.decoder('utf-8', true, true);
C.enc.Utf8.stringify = (array) => {
  const text = utf8(toBytes(array), true);
  if (typeof text !== 'string') throw new Error('Malformed UTF-8 data');
  return text;
};
C.enc.Hex.parse = (text) => {
  const out = [];
  for (let i = 0; i + 1 < text.length; i += 2) out.push(parseInt(text.slice(i, i + 2), 16) || 0);
  return fromBytes(Uint8Array.from(out));
};
const base64 = C.enc.Base64.stringify;
C.enc.Base64.stringify = (array) => base64(clamped(array, 'words', 'e'));
// Scripts read it for their own kinds of Base64.
C.enc.Base64._map = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=';
C.enc.Utf16LE = encoder('utf16le');
C.enc.Utf16 = C.enc.Utf16BE = {
  stringify: (array) => bytes.decode(swapped(toBytes(array)), 'utf16le'),
  parse: (text) => fromBytes(swapped(bytes.encode(clean(text), 'utf16le'))),
};
C.enc.Base64url = encoder('base64url');

// What is nothing has no bytes.
const data = (message) => (typeof message === 'string' ? bytes.encode(clean(message), 'utf8') : toBytes(message || { words: [], sigBytes: 0 }));

// The genuine library cuts such a thing to its size, under a name that is not its readable one.
function clamped(array, member, name) {
  if (array[member] === undefined || typeof array.clamp !== 'function') throw new TypeError(`${name}.clamp is not a function`);
  return array;
}

const secret = (key) => (typeof key === 'string' ? data(key) : toBytes(clamped(key, 'sigBytes', 't')));

C.x64.Word = Base.extend({
  init(high, low) {
    this.high = high;
    this.low = low;
  },
});
C.x64.WordArray = Base.extend({
  init(words, size) {
    this.words = words || [];
    this.sigBytes = size === undefined ? this.words.length * 8 : size;
  },
  toX32() {
    return WordArray.create(
      this.words.flatMap(({ high, low }) => [high, low]),
      this.sigBytes,
    );
  },
  clone() {
    const copy = Base.clone.call(this);
    copy.words = this.words.map((word) => word.clone());
    return copy;
  },
});

// --- hashes --------------------------------------------------------------------------------------------------------

const Hasher = Base.extend({
  cfg: Base.extend(),
  blockSize: 16,
  init(cfg) {
    this.cfg = this.cfg.extend(cfg);
    this.reset();
  },
  reset() {
    this.held = new Uint8Array(0);
  },
  update(message) {
    this.held = joined(this.held, data(message));
    return this;
  },
  finalize(message) {
    if (message !== undefined) this.update(message);
    return fromBytes(digest.hash(this.nameOf(), this.held));
  },
  nameOf() {
    return this.hash;
  },
  clone() {
    return Base.clone.call(this);
  },
  _createHelper: (hasher) => (message, cfg) => hasher.create(cfg).finalize(message),
  _createHmacHelper: (hasher) => (message, key) => C.algo.HMAC.create(hasher, key).finalize(message),
});

C.algo.HMAC = Base.extend({
  init(hasher, key) {
    this.name = (typeof hasher === 'function' ? new hasher() : hasher.create()).nameOf();
    this.key = secret(key);
    this.reset();
  },
  reset() {
    this.held = new Uint8Array(0);
  },
  update(message) {
    this.held = joined(this.held, data(message));
    return this;
  },
  finalize(message) {
    if (message !== undefined) this.update(message);
    return fromBytes(digest.hmac(this.name, this.key, this.held));
  },
});

for (const name of ['MD5', 'SHA1', 'SHA256', 'SHA224', 'SHA512', 'SHA384', 'SHA3', 'RIPEMD160']) {
  const algo = Hasher.extend({ hash: name, blockSize: name === 'SHA512' || name === 'SHA384' ? 32 : 16 });
  C.algo[name] = algo;
  C[name] = Hasher._createHelper(algo);
  C[`Hmac${name}`] = Hasher._createHmacHelper(algo);
}
C.algo.SHA3.cfg = Hasher.cfg.extend({ outputLength: 512 });
C.algo.SHA3.nameOf = function () {
  return `Keccak${this.cfg.outputLength}`;
};

// --- keys from passwords ------------------------------------------------------------------------------------------------

for (const [name, native, hasher] of [
  ['PBKDF2', digest.pbkdf2, C.algo.SHA1],
  ['EvpKDF', digest.evp, C.algo.MD5],
]) {
  C.algo[name] = Base.extend({
    cfg: Base.extend({ keySize: 4, hasher, iterations: 1 }),
    init(cfg) {
      this.cfg = this.cfg.extend(cfg);
    },
    compute(password, salt) {
      const { keySize, hasher: own, iterations } = this.cfg;
      return fromBytes(native(own.create().nameOf(), secret(password), data(salt), iterations, keySize * 4));
    },
  });
  C[name] = (password, salt, cfg) => C.algo[name].create(cfg).compute(password, salt);
}

C.kdf.OpenSSL = {
  execute(password, keySize, ivSize, salt) {
    salt = salt || WordArray.random(8);
    const made = toBytes(C.algo.EvpKDF.create({ keySize: keySize + ivSize }).compute(password, salt));
    const [key, iv] = [made.slice(0, keySize * 4), made.slice(keySize * 4)].map(fromBytes);
    return CipherParams.create({ key, iv, salt });
  },
};

// --- ciphers ----------------------------------------------------------------------------------------------------------------

const CipherParams = Base.extend({
  init(params) {
    this.mixIn(params);
  },
  toString(formatter) {
    return (formatter || this.formatter).stringify(this);
  },
});

const SALTED = Uint8Array.from('Salted__', (char) => char.charCodeAt(0));
C.format.OpenSSL = {
  stringify({ ciphertext, salt }) {
    const out = salt ? joined(joined(SALTED, toBytes(salt)), toBytes(ciphertext)) : toBytes(ciphertext);
    return bytes.decode(out, 'base64');
  },
  parse(text) {
    const all = toBytes(C.enc.Base64.parse(text));
    if (!SALTED.every((byte, at) => all[at] === byte)) return CipherParams.create({ ciphertext: fromBytes(all), salt: undefined });
    return CipherParams.create({ ciphertext: fromBytes(all.slice(16)), salt: fromBytes(all.slice(8, 16)) });
  },
};
C.format.Hex = {
  stringify: ({ ciphertext }) => ciphertext.toString(C.enc.Hex),
  parse: (text) => CipherParams.create({ ciphertext: C.enc.Hex.parse(text) }),
};

// One of a script's own has an `Encryptor` and a `Decryptor`, which take block by block.
const BlockCipherMode = Base.extend({
  createEncryptor(own, iv) {
    return this.Encryptor.create(own, iv);
  },
  createDecryptor(own, iv) {
    return this.Decryptor.create(own, iv);
  },
  init(own, iv) {
    this._cipher = own;
    this._iv = iv;
  },
});
for (const name of ['CBC', 'CFB', 'CTR', 'CTRGladman', 'OFB', 'ECB']) {
  C.mode[name] = missing(BlockCipherMode.extend({ modeName: name }), `crypto-js mode ${name}`, 'Encryptor Decryptor');
}

// The counters of Gladman's mode for `count` blocks: its first eight bytes count, the lowest first.
function gladman(start, count) {
  const counter = start.slice();
  const out = new Uint8Array(count * counter.length);
  for (let n = 0; n < count; n += 1) {
    for (let i = 0; i < 8; i += 1) {
      counter[i] += 1;
      if (counter[i] !== 0) break;
    }
    out.set(counter, n * counter.length);
  }
  return out;
}

// How many bytes are wanted behind the data, for blocks of `size` words.
const room = (array, size) => size * 4 - (array.sigBytes % (size * 4));
const lastByte = ({ words, sigBytes }) => words[(sigBytes - 1) >>> 2] & 0xff;
function padded(array, count, fill) {
  array.concat(fromBytes(Uint8Array.from({ length: count }, (_, at) => fill(at))));
}
function cutByLast(array) {
  array.sigBytes -= lastByte(array);
}
Object.assign(C.pad, {
  Pkcs7: { pad: (array, size) => padded(array, room(array, size), () => room(array, size)), unpad: cutByLast },
  AnsiX923: {
    pad(array, size) {
      const count = room(array, size);
      padded(array, count, (at) => (at === count - 1 ? count : 0));
    },
    unpad: cutByLast,
  },
  Iso10126: {
    pad(array, size) {
      const count = room(array, size);
      const chance = digest.random(count);
      padded(array, count, (at) => (at === count - 1 ? count : chance[at]));
    },
    unpad: cutByLast,
  },
  Iso97971: {
    pad(array, size) {
      padded(array, 1, () => 0x80);
      C.pad.ZeroPadding.pad(array, size);
    },
    unpad(array) {
      C.pad.ZeroPadding.unpad(array);
      array.sigBytes -= 1;
    },
  },
  ZeroPadding: {
    pad: (array, size) => padded(array, room(array, size) % (size * 4), () => 0),
    unpad(array) {
      const all = toBytes(array);
      let end = all.length;
      while (end > 0 && all[end - 1] === 0) end -= 1;
      array.sigBytes = end;
    },
  },
  NoPadding: { pad() {}, unpad() {} },
});

// Exactly `size` bytes: cut, or filled with zeros.
function sized(given, size) {
  const out = new Uint8Array(size);
  out.set(given.slice(0, size));
  return out;
}

const Cipher = Base.extend({
  cfg: Base.extend(),
  keySize: 4,
  ivSize: 4,
  blockSize: 4,
  _ENC_XFORM_MODE: 1,
  _DEC_XFORM_MODE: 2,
  createEncryptor(key, cfg) {
    return this.create(1, key, cfg);
  },
  createDecryptor(key, cfg) {
    return this.create(2, key, cfg);
  },
  init(way, key, cfg) {
    this.cfg = this.cfg.extend(cfg);
    this.encrypting = way === 1;
    this.key = key;
    this.reset();
  },
  reset() {
    this.held = new Uint8Array(0);
    this.given = 0;
  },
  // All that is known so far goes through the cipher anew; what was given out before is cut off.
  through(length) {
    const out = this.transform(sized(this.held, length));
    const fresh = fromBytes(out.slice(this.given));
    this.given = length;
    return fresh;
  },
  process(message) {
    this.held = joined(this.held, data(message));
    const size = this.blockSize * 4;
    let blocks = Math.floor(this.held.length / size);
    // The last block may be padding.
    if (this.isBlockCipher && !this.encrypting) blocks = Math.max(0, Math.ceil(this.held.length / size) - 1);
    return this.through(Math.max(this.given, blocks * size));
  },
  finalize(message) {
    if (message !== undefined) this.held = joined(this.held, data(message));
    return this.finish();
  },
  finish() {
    return this.through(this.held.length);
  },
  _createHelper(algo) {
    const choose = (key) => (typeof key === 'string' ? PasswordBasedCipher : SerializableCipher);
    return {
      encrypt: (message, key, cfg) => choose(key).encrypt(algo, message, key, cfg),
      decrypt: (ciphertext, key, cfg) => choose(key).decrypt(algo, ciphertext, key, cfg),
    };
  },
});

const StreamCipher = Cipher.extend({ blockSize: 1 });

const BlockCipher = Cipher.extend({
  isBlockCipher: true,
  cfg: Cipher.cfg.extend({ mode: C.mode.CBC, padding: C.pad.Pkcs7 }),
  transform(given) {
    const { mode, iv } = this.cfg;
    const name = mode.modeName;
    if (name && !iv && name !== 'ECB') throw new Error(`the mode ${name} needs an \`iv\``);
    const size = this.blockSize * 4;
    const start = iv ? sized(toBytes(iv), size) : new Uint8Array(0);
    // Without padding the last block is filled up, and what comes of it is cut to what was given.
    const whole = sized(given, Math.ceil(given.length / size) * size);
    if (!name) {
      const own = this.encrypting ? mode.createEncryptor(this, iv && iv.words) : mode.createDecryptor(this, iv && iv.words);
      const words = wordsOf(whole);
      for (let at = 0; at < words.length; at += this.blockSize) own.processBlock(words, at);
      return toBytes({ words, sigBytes: given.length });
    }
    if (name === 'CTRGladman') {
      const stream = this.blocks(true, gladman(start, whole.length / size));
      return given.map((byte, at) => byte ^ stream[at]);
    }
    return cipher.blocks(this.cipherName, name, this.encrypting, this.keyBytes(), start, whole).slice(0, given.length);
  },
  // Blocks by themselves.
  blocks(encrypts, given) {
    return cipher.blocks(this.cipherName, 'ECB', encrypts, this.keyBytes(), new Uint8Array(0), given);
  },
  block(encrypts, words, offset) {
    const block = { words: words.slice(offset, offset + this.blockSize), sigBytes: this.blockSize * 4 };
    words.splice(offset, this.blockSize, ...wordsOf(this.blocks(encrypts, toBytes(block))));
  },
  encryptBlock(words, offset) {
    this.block(true, words, offset);
  },
  decryptBlock(words, offset) {
    this.block(false, words, offset);
  },
  finish() {
    const { padding } = this.cfg;
    if (this.encrypting) {
      const array = fromBytes(this.held);
      padding.pad(array, this.blockSize);
      this.held = toBytes(array);
    }
    const out = this.through(this.held.length);
    if (!this.encrypting) padding.unpad(out);
    return out;
  },
  keyBytes() {
    return toBytes(this.key);
  },
});

C.algo.AES = BlockCipher.extend({ cipherName: 'AES', keySize: 8 });
C.algo.DES = BlockCipher.extend({
  cipherName: 'DES',
  keySize: 2,
  ivSize: 2,
  blockSize: 2,
  keyBytes() {
    return sized(toBytes(this.key), 8);
  },
});
C.algo.TripleDES = BlockCipher.extend({
  cipherName: 'TripleDES',
  keySize: 6,
  ivSize: 2,
  blockSize: 2,
  keyBytes() {
    return sized(toBytes(this.key), 24);
  },
});
C.algo.RC4 = StreamCipher.extend({
  keySize: 8,
  ivSize: 0,
  transform(given) {
    return cipher.rc4(toBytes(this.key), (this.cfg.drop || 0) * 4, given);
  },
});
C.algo.RC4Drop = C.algo.RC4.extend({ cfg: C.algo.RC4.cfg.extend({ drop: 192 }) });
C.algo.Rabbit = StreamCipher.extend({
  ivSize: 2,
  blockSize: 4,
  keyBytes() {
    return sized(toBytes(this.key), 16);
  },
  transform(given) {
    const { iv } = this.cfg;
    return cipher.rabbit(this.keyBytes(), iv ? sized(toBytes(iv), 8) : new Uint8Array(0), given);
  },
});

// As it was before its words were turned around.
C.algo.RabbitLegacy = C.algo.Rabbit.extend({
  keyBytes() {
    const key = sized(toBytes(this.key), 16);
    return key.map((_, at) => key[at ^ 3]);
  },
});

const SerializableCipher = Base.extend({
  cfg: Base.extend({ format: C.format.OpenSSL }),
  encrypt(algo, message, key, cfg) {
    cfg = this.cfg.extend(cfg);
    const encryptor = algo.createEncryptor(key, cfg);
    const ciphertext = encryptor.finalize(message);
    const { iv, mode, padding } = encryptor.cfg;
    return CipherParams.create({
      ciphertext,
      key,
      iv,
      algorithm: algo,
      mode,
      padding,
      blockSize: algo.blockSize,
      formatter: cfg.format,
    });
  },
  decrypt(algo, ciphertext, key, cfg) {
    cfg = this.cfg.extend(cfg);
    return algo.createDecryptor(key, cfg).finalize(this._parse(ciphertext, cfg.format).ciphertext);
  },
  _parse: (ciphertext, format) => (typeof ciphertext === 'string' ? format.parse(ciphertext) : ciphertext),
});

const PasswordBasedCipher = SerializableCipher.extend({
  cfg: SerializableCipher.cfg.extend({ kdf: C.kdf.OpenSSL }),
  encrypt(algo, message, password, cfg) {
    cfg = this.cfg.extend(cfg);
    const derived = cfg.kdf.execute(password, algo.keySize, algo.ivSize, cfg.salt);
    cfg.iv = derived.iv;
    const params = SerializableCipher.encrypt.call(this, algo, message, derived.key, cfg);
    params.mixIn(derived);
    return params;
  },
  decrypt(algo, ciphertext, password, cfg) {
    cfg = this.cfg.extend(cfg);
    ciphertext = this._parse(ciphertext, cfg.format);
    const derived = cfg.kdf.execute(password, algo.keySize, algo.ivSize, ciphertext.salt);
    cfg.iv = derived.iv;
    return SerializableCipher.decrypt.call(this, algo, ciphertext, derived.key, cfg);
  },
});

for (const name of ['AES', 'DES', 'TripleDES', 'RC4', 'RC4Drop', 'Rabbit', 'RabbitLegacy']) C[name] = Cipher._createHelper(C.algo[name]);
Object.assign(C.lib, {
  Base,
  WordArray,
  Hasher,
  Cipher,
  StreamCipher,
  BlockCipherMode,
  BlockCipher,
  CipherParams,
  SerializableCipher,
  PasswordBasedCipher,
});
missing(C.lib, 'crypto-js', 'BufferedBlockAlgorithm');

export { C as CryptoJS };
