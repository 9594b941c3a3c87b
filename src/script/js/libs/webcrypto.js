// `crypto`: the web's, as far as scripts use it. What is not there throws its name.

import { load } from '../libs.js';
import { host } from '../run.js';

const digest = host.lib('digest');
const cipher = host.lib('cipher');

const fail = (name, message) => {
  throw new DOMException(message, name);
};

function bytes(source) {
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  throw new TypeError('The data must be an instance of ArrayBuffer, Buffer, TypedArray, or DataView.');
}

const named = (algorithm) => (typeof algorithm === 'string' ? { name: algorithm } : { ...algorithm });
const upper = (algorithm) => String(named(algorithm).name).toUpperCase();

// The native's name of a hash.
function hashOf(algorithm) {
  const name = upper(algorithm);
  if (!['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'].includes(name)) fail('NotSupportedError', `Unrecognized algorithm name: ${named(algorithm).name}`);
  return name.replace('-', '');
}

const secret = new WeakMap();

export class CryptoKey {
  static {
    Object.defineProperty(CryptoKey.prototype, Symbol.toStringTag, { value: 'CryptoKey', configurable: true });
  }
}

function makeKey(raw, algorithm, extractable, usages, type = 'secret') {
  const key = new CryptoKey();
  Object.assign(key, { type, extractable: Boolean(extractable), algorithm, usages: [...usages] });
  secret.set(key, raw);
  return key;
}

const KINDS = { HMAC: 'HMAC', 'AES-GCM': 'AES-GCM', 'AES-CBC': 'AES-CBC', 'AES-CTR': 'AES-CTR', PBKDF2: 'PBKDF2', HKDF: 'HKDF' };

// Key pairs are a part of their own, which few scripts need.
const pairs = () => load('webcrypto-pairs');
const PAIRS = { 'RSASSA-PKCS1-V1_5': 'RSASSA-PKCS1-v1_5', 'RSA-PSS': 'RSA-PSS', 'RSA-OAEP': 'RSA-OAEP', ECDSA: 'ECDSA', ECDH: 'ECDH', ED25519: 'Ed25519' };
const pairKind = (algorithm) => PAIRS[upper(algorithm)];

function pairDescribed(kind, algorithm) {
  if (kind.startsWith('EC')) return { name: kind, namedCurve: algorithm.namedCurve };
  if (kind === 'Ed25519') return { name: kind };
  hashOf(algorithm.hash);
  return { name: kind, hash: { name: upper(algorithm.hash) } };
}

// What keys of a kind may do: secret ones, or private and public ones.
const SIGNS = { private: ['sign'], public: ['verify'] };
const ENCRYPTS = { secret: ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey'] };
const DERIVES = { secret: ['deriveKey', 'deriveBits'] };
const USES = {
  HMAC: { secret: ['sign', 'verify'] }, 'AES-GCM': ENCRYPTS, 'AES-CBC': ENCRYPTS, 'AES-CTR': ENCRYPTS, PBKDF2: DERIVES, HKDF: DERIVES,
  'RSASSA-PKCS1-v1_5': SIGNS, 'RSA-PSS': SIGNS, ECDSA: SIGNS, Ed25519: SIGNS,
  'RSA-OAEP': { private: ['decrypt', 'unwrapKey'], public: ['encrypt', 'wrapKey'] }, ECDH: { private: DERIVES.secret, public: [] },
};
const ALL_USES = [...ENCRYPTS.secret, ...DERIVES.secret, ...USES.HMAC.secret];

// The usages that a function was given, and in which place.
function usesOf(usages, name, place) {
  const all = [...usages].map(String);
  const wrong = all.findIndex((usage) => !ALL_USES.includes(usage));
  if (wrong < 0) return all;
  throw new TypeError(`Failed to execute '${name}' on 'SubtleCrypto': ${place} argument, index ${wrong} value '${all[wrong]}' is not a valid enum value of type KeyUsage.`);
}

function allow(usages, allowed, what) {
  if (!usages.every((usage) => allowed.includes(usage))) fail('SyntaxError', `Unsupported key usage for ${what} key`);
}

function needUses(usages, type, doing) {
  if (usages.length === 0 && type !== 'public') fail('SyntaxError', `Usages cannot be empty when ${doing}.`);
}

// What a key is called that cannot be made or read so.
const family = (kind) => kind.replace(/^AES.*/, 'AES');
const imported = (kind) => `${/^(RSA|AES|HMAC)/.test(kind) ? 'an' : 'a'} ${family(kind)}`;
const generated = (kind) => (kind.startsWith('RSA') ? 'a RSA' : `an ${family(kind)}`);

function kindOf(algorithm) {
  if (pairKind(algorithm)) return pairKind(algorithm);
  const kind = KINDS[upper(algorithm)];
  if (!kind) fail('NotSupportedError', `the algorithm '${named(algorithm).name}' of 'crypto.subtle' is not supported`);
  return kind;
}

function use(key, algorithm, usage) {
  const kind = kindOf(algorithm);
  if (key.algorithm.name !== kind) fail('InvalidAccessError', 'Key algorithm mismatch');
  if (!key.usages.includes(usage)) fail('InvalidAccessError', `The requested operation is not valid for the provided key: ${usage}`);
  return [kind, secret.get(key)];
}

function described(kind, algorithm, raw) {
  if (kind === 'HMAC') {
    if (raw.length === 0) fail('DataError', 'Zero-length key is not supported');
    return { name: kind, hash: { name: upper(algorithm.hash) }, length: raw.length * 8 };
  }
  if (!kind.startsWith('AES')) return { name: kind };
  if (![16, 24, 32].includes(raw.length)) fail('DataError', 'Invalid key length');
  return { name: kind, length: raw.length * 8 };
}

function secretOf(kind, raw, algorithm, extractable, usages) {
  allow(usages, USES[kind].secret, imported(kind));
  if (extractable && USES[kind] === DERIVES) fail('SyntaxError', `${kind} keys are not extractable`);
  const made = makeKey(raw, described(kind, algorithm, raw), extractable, usages);
  needUses(usages, 'secret', 'importing a secret key');
  return made;
}

// The bits of a new key.
function bitsOf(kind, { hash, length }) {
  if (kind === 'HMAC') {
    if (length === undefined) return /384|512/.test(hashOf(hash)) ? 1024 : 512;
    if (length % 8) throw new TypeError(`The property 'algorithm.length' must be a multiple of 8. Received ${length}`);
    if (!(length > 0)) fail('OperationError', 'The operation failed for an operation-specific reason');
    return Number(length);
  }
  if (!kind.startsWith('AES')) fail('NotSupportedError', 'Unrecognized algorithm name');
  return aesBits(length, 'AesKeyGenParams', 'AES key length must be 128, 192, or 256 bits');
}

function aesBits(length, params, wrong) {
  if (length === undefined) throw new TypeError(`Failed to normalize algorithm: passed algorithm can not be converted to '${params}' because 'length' is required in '${params}'.`);
  if (![128, 192, 256].includes(Number(length))) fail('OperationError', wrong);
  return Number(length);
}

function counted(raw, { counter, length }, data) {
  const iv = bytes(counter);
  if (iv.length !== 16) fail('OperationError', 'algorithm.counter must contain exactly 16 bytes');
  if (!(length >= 1 && length <= 128)) fail('OperationError', 'AES-CTR algorithm.length must be between 1 and 128');
  // The counter must not come around.
  return Math.ceil(data.length / 16) > 2 ** length ? undefined : cipher.counted(length, raw, iv, data);
}

function block(kind, encrypt, raw, algorithm, data) {
  if (kind === 'AES-CTR') return counted(raw, algorithm, data);
  const iv = bytes(algorithm.iv);
  if (kind === 'AES-GCM') {
    const tag = algorithm.tagLength === undefined ? 128 : algorithm.tagLength;
    if (tag !== 128) fail('NotSupportedError', "a 'tagLength' other than 128 is not supported");
    if (iv.length !== 12) fail('NotSupportedError', "an 'iv' of other than 12 bytes is not supported");
    if (raw.length === 24) fail('NotSupportedError', 'AES-GCM with keys of 192 bits is not supported');
    const more = algorithm.additionalData === undefined ? new Uint8Array(0) : bytes(algorithm.additionalData);
    return cipher.gcm(encrypt, raw, iv, more, data);
  }
  if (iv.length !== 16) fail('OperationError', 'The iv must have 16 bytes');
  if (encrypt) {
    const pad = 16 - (data.length % 16);
    const whole = new Uint8Array(data.length + pad).fill(pad);
    whole.set(data);
    return cipher.blocks('AES', 'CBC', true, raw, iv, whole);
  }
  if (data.length === 0 || data.length % 16) return undefined;
  const out = cipher.blocks('AES', 'CBC', false, raw, iv, data);
  const pad = out[out.length - 1];
  const good = pad >= 1 && pad <= 16 && out.slice(-pad).every((byte) => byte === pad);
  return good ? out.slice(0, out.length - pad) : undefined;
}

function derive(kind, raw, algorithm, length, key) {
  if (kind === 'ECDH') {
    const other = algorithm.public;
    if (!(other instanceof CryptoKey)) throw new TypeError("'public' is required in 'EcdhKeyDeriveParams'.");
    if (other.type !== 'public') fail('InvalidAccessError', 'algorithm.public must be a public key');
    if (other.algorithm.name !== kind) fail('InvalidAccessError', 'Key algorithm mismatch');
    if (other.algorithm.namedCurve !== key.algorithm.namedCurve) fail('InvalidAccessError', 'Named curve mismatch');
    return pairs().agree(key, raw, secret.get(other), length);
  }
  const hash = hashOf(algorithm.hash);
  if (!length || length % 8) fail('OperationError', 'The length must be a multiple of 8 bits');
  if (kind === 'PBKDF2') return digest.pbkdf2(hash, raw, bytes(algorithm.salt), algorithm.iterations, length / 8);
  // RFC 5869.
  const salt = bytes(algorithm.salt);
  const info = bytes(algorithm.info);
  const size = digest.hash(hash, new Uint8Array(0)).length;
  const pseudo = digest.hmac(hash, salt.length ? salt : new Uint8Array(size), raw);
  const out = [];
  let last = new Uint8Array(0);
  for (let count = 1; out.length < length / 8; count += 1) {
    if (count > 255) fail('OperationError', 'The length is too large');
    last = digest.hmac(hash, pseudo, Uint8Array.from([...last, ...info, count]));
    out.push(...last);
  }
  return Uint8Array.from(out.slice(0, length / 8));
}

function run(encrypt, algorithm, key, data, usage = encrypt ? 'encrypt' : 'decrypt') {
  const [kind, raw] = use(key, algorithm, usage);
  const { label = new Uint8Array(0) } = named(algorithm);
  const out = kind === 'RSA-OAEP' ? pairs().crypt(encrypt, bytes(label), key, raw, bytes(data)) : block(kind, encrypt, raw, named(algorithm), bytes(data));
  if (!out) fail('OperationError', 'The operation failed for an operation-specific reason');
  return out.buffer;
}

const { Buffer } = load('buffer');

// Their classes are for `instanceof` alone: nobody may make another one.
const illegal = () => {
  throw new TypeError('Illegal constructor');
};
let sealed = false;

export class SubtleCrypto {
  constructor() {
    if (sealed) illegal();
  }
}

export class Crypto {
  constructor() {
    if (sealed) illegal();
  }
}

const subtle = Object.assign(new SubtleCrypto(), {
  async digest(algorithm, data) {
    return digest.hash(hashOf(algorithm), bytes(data)).buffer;
  },
  async importKey(format, data, algorithm, extractable, usages) {
    const kind = kindOf(algorithm);
    const uses = usesOf(usages, 'importKey', '5th');
    if (pairKind(algorithm)) {
      const type = format === 'pkcs8' || (format === 'jwk' && data.d !== undefined) ? 'private' : 'public';
      allow(uses, USES[kind][type], imported(kind));
      const read = pairs().importPair(format, data, pairDescribed(kind, named(algorithm)), bytes);
      needUses(uses, type, 'importing a private key');
      return makeKey(read.der, read.algorithm, extractable || type === 'public', uses, type);
    }
    let raw;
    if (format === 'raw') raw = bytes(data).slice();
    else if (format === 'jwk' && data.kty === 'oct') raw = new Uint8Array(Buffer.from(data.k, 'base64url'));
    else fail('NotSupportedError', `the key format '${format}' of 'crypto.subtle' is not supported`);
    return secretOf(kind, raw, named(algorithm), extractable, uses);
  },
  async exportKey(format, key) {
    if (!key.extractable) fail('InvalidAccessError', 'key is not extractable');
    const raw = secret.get(key);
    if (key.type !== 'secret') {
      const made = pairs().exportPair(format, key, raw);
      return format === 'jwk' ? made : Uint8Array.from(made).buffer;
    }
    if (format === 'raw') return raw.slice().buffer;
    if (format !== 'jwk') fail('NotSupportedError', `the key format '${format}' of 'crypto.subtle' is not supported`);
    return { kty: 'oct', k: Buffer.from(raw).toString('base64url'), key_ops: key.usages, ext: true };
  },
  async generateKey(algorithm, extractable, usages) {
    const kind = kindOf(algorithm);
    const uses = usesOf(usages, 'generateKey', '3rd');
    const allowed = USES[kind];
    if (pairKind(algorithm)) {
      allow(uses, allowed.private.concat(allowed.public), generated(kind));
      const own = allowed.private.filter((usage) => uses.includes(usage));
      // First of all: a key takes its time.
      needUses(own, 'private', 'creating a key');
      const { key, pub, described } = pairs().generatePair(pairDescribed(kind, named(algorithm)), named(algorithm));
      return {
        privateKey: makeKey(key, described, extractable, own, 'private'),
        publicKey: makeKey(pub, described, true, allowed.public.filter((usage) => uses.includes(usage)), 'public'),
      };
    }
    const raw = digest.random(bitsOf(kind, named(algorithm)) / 8);
    allow(uses, allowed.secret, generated(kind));
    needUses(uses, 'secret', 'creating a key');
    return makeKey(raw, described(kind, named(algorithm), raw), extractable, uses);
  },
  async sign(algorithm, key, data) {
    const [, raw] = use(key, algorithm, 'sign');
    if (key.type !== 'secret') return pairs().signPair(named(algorithm), key, raw, bytes(data));
    return digest.hmac(hashOf(key.algorithm.hash), raw, bytes(data)).buffer;
  },
  async verify(algorithm, key, signature, data) {
    const [, raw] = use(key, algorithm, 'verify');
    if (key.type !== 'secret') return pairs().verifyPair(named(algorithm), key, raw, bytes(signature), bytes(data));
    const made = digest.hmac(hashOf(key.algorithm.hash), raw, bytes(data));
    return Buffer.compare(made, bytes(signature)) === 0;
  },
  encrypt: async (algorithm, key, data) => run(true, algorithm, key, data),
  decrypt: async (algorithm, key, data) => run(false, algorithm, key, data),
  async deriveBits(algorithm, key, length) {
    const [kind, raw] = use(key, algorithm, 'deriveBits');
    return derive(kind, raw, named(algorithm), length, key).buffer;
  },
  async deriveKey(algorithm, key, wanted, extractable, usages) {
    const [kind, raw] = use(key, algorithm, 'deriveKey');
    const uses = usesOf(usages, 'deriveKey', '5th');
    const { length, hash } = named(wanted);
    const whole = kind === 'ECDH' && ['HKDF', 'PBKDF2'].includes(upper(wanted));
    const isAes = upper(wanted).startsWith('AES');
    const bits = isAes ? aesBits(length, 'AesDerivedKeyParams', 'Invalid key length') : whole ? null : length || (hash && /384|512/.test(hashOf(hash)) ? 1024 : 512);
    return secretOf(kindOf(wanted), derive(kind, raw, named(algorithm), bits, key), named(wanted), extractable, uses);
  },
  async wrapKey(format, key, wrapping, algorithm) {
    const exported = await subtle.exportKey(format, key);
    return run(true, algorithm, wrapping, format === 'jwk' ? Buffer.from(JSON.stringify(exported)) : exported, 'wrapKey');
  },
  async unwrapKey(format, wrapped, unwrapping, algorithm, keyAlgorithm, extractable, given) {
    const usages = usesOf(given, 'unwrapKey', '7th');
    const data = run(false, algorithm, unwrapping, wrapped, 'unwrapKey');
    const key = format === 'jwk' ? JSON.parse(Buffer.from(data).toString()) : data;
    return subtle.importKey(format, key, keyAlgorithm, extractable, usages);
  },
});

export const crypto = Object.assign(new Crypto(), {
  subtle,
  getRandomValues(array) {
    if (!ArrayBuffer.isView(array) || array instanceof DataView || array instanceof Float32Array || array instanceof Float64Array) {
      fail('TypeMismatchError', 'The data argument must be an integer-type TypedArray');
    }
    if (array.byteLength > 65536) {
      fail('QuotaExceededError', `The requested length exceeds 65,536 bytes`);
    }
    bytes(array).set(digest.random(array.byteLength));
    return array;
  },
  randomUUID: () => host.uuid(),
});
sealed = true;
