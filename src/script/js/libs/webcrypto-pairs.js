// Key pairs of `crypto.subtle`: RSA, EC and Ed25519 keys, read and written as the web does.

import { load } from '../libs.js';
import { host } from '../run.js';

const signature = host.lib('signature');
const natives = host.lib('pairs');
const { Buffer } = load('buffer');

const CURVES = { 'P-256': { hash: 'SHA-256', oid: '2a8648ce3d030107', size: 32 }, 'P-384': { hash: 'SHA-384', oid: '2b81040022', size: 48 }, 'P-521': { oid: '2b81040023', size: 66 } };
const RSA_OID = '2a864886f70d010101';
const EC_OID = '2a8648ce3d0201';
const ED25519 = { name: 'Ed25519', oid: '2b6570', size: 32 };

const fail = (name, message) => {
  throw new DOMException(message, name);
};

// DER (X.690): a tag, a length, what is in it.
function der(tag, ...parts) {
  const inside = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const { length } = inside;
  let size = [length];
  if (length > 255) size = [0x82, length >> 8, length & 255];
  else if (length > 127) size = [0x81, length];
  return Buffer.concat([Buffer.from([tag, ...size]), inside]);
}

const sequence = (...parts) => der(0x30, ...parts);
const octets = (...parts) => der(0x04, ...parts);
const bits = (...parts) => der(0x03, [0], ...parts);
const oid = (hex) => der(0x06, Buffer.from(hex, 'hex'));
const version = (number) => der(0x02, [number]);

function integer(text) {
  let number = Buffer.from(String(text || ''), 'base64url');
  if (number.length === 0) fail('DataError', 'The JWK lacks a member');
  while (number.length > 1 && number[0] === 0) number = number.slice(1);
  return der(0x02, number[0] > 127 ? [0] : [], number);
}

const rsaIdentifier = () => sequence(oid(RSA_OID), der(0x05));
const ecIdentifier = (curve) => sequence(oid(EC_OID), oid(curve.oid));

const isEc = (algorithm) => algorithm.name.startsWith('EC');

function curveOf(name, algorithm) {
  const curve = CURVES[name];
  // ring signs on two of them.
  if (!curve || (algorithm.name === 'ECDSA' && !curve.hash)) fail('NotSupportedError', `the curve '${name}' of 'crypto.subtle' is not supported`);
  return curve;
}

const coordinate = (text, { size }) => {
  const number = Buffer.from(String(text || ''), 'base64url');
  if (number.length !== size) fail('DataError', 'The JWK does not fit its curve');
  return number;
};

const point = (jwk, curve) => Buffer.concat([Buffer.from([4]), coordinate(jwk.x, curve), coordinate(jwk.y, curve)]);

const pkcs8OfNumber = (number, raw, curve) =>
  sequence(version(0), ecIdentifier(curve), octets(sequence(version(1), octets(number), der(0xa1, bits(raw)))));
const spkiOfPoint = (raw, curve) => sequence(ecIdentifier(curve), bits(raw));

// RFC 8410.
const ed25519Identifier = () => sequence(oid(ED25519.oid));
const spkiOfEd25519 = (raw) => sequence(ed25519Identifier(), bits(raw));
const pkcs8OfEd25519 = (seed) => sequence(version(0), ed25519Identifier(), octets(octets(seed)));

// `{ type, der }` of a JWK (RFC 7518, section 6, and RFC 8037).
function ofJwk(jwk, algorithm) {
  if (algorithm.name === ED25519.name) {
    if (jwk.kty !== 'OKP' || jwk.crv !== ED25519.name) fail('DataError', 'The JWK is of another kind');
    const raw = coordinate(jwk.x, ED25519);
    if (jwk.d === undefined) return { type: 'public', der: spkiOfEd25519(raw) };
    return { type: 'private', der: pkcs8OfEd25519(coordinate(jwk.d, ED25519)) };
  }
  if (isEc(algorithm)) {
    if (jwk.kty !== 'EC' || jwk.crv !== algorithm.namedCurve) fail('DataError', 'The JWK is of another kind');
    const curve = curveOf(jwk.crv, algorithm);
    const raw = point(jwk, curve);
    if (jwk.d === undefined) return { type: 'public', der: spkiOfPoint(raw, curve) };
    return { type: 'private', der: pkcs8OfNumber(coordinate(jwk.d, curve), raw, curve) };
  }
  if (jwk.kty !== 'RSA') fail('DataError', 'The JWK is of another kind');
  if (jwk.d === undefined) {
    return { type: 'public', der: sequence(rsaIdentifier(), bits(sequence(integer(jwk.n), integer(jwk.e)))) };
  }
  const numbers = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'].map((name) => integer(jwk[name]));
  return { type: 'private', der: sequence(version(0), rsaIdentifier(), octets(sequence(version(0), ...numbers))) };
}

/** What the natives call an algorithm with a hash. */
function native(name, hash) {
  if (name === ED25519.name) return name;
  return `${name}/${String(hash).toUpperCase().replace('-', '')}`;
}

/** Reads a key: its `der`, and its algorithm as it is described. */
export function importPair(format, data, algorithm, bytes) {
  let read;
  if (format === 'jwk') read = ofJwk(data, algorithm);
  else if (format === 'pkcs8') read = { type: 'private', der: Buffer.from(bytes(data)) };
  else if (format === 'spki') read = { type: 'public', der: Buffer.from(bytes(data)) };
  else if (format === 'raw' && isEc(algorithm)) {
    read = { type: 'public', der: spkiOfPoint(bytes(data), curveOf(algorithm.namedCurve, algorithm)) };
  } else if (format === 'raw' && algorithm.name === ED25519.name) {
    if (bytes(data).length !== ED25519.size) fail('DataError', 'Ed25519 raw keys must be exactly 32-bytes');
    read = { type: 'public', der: spkiOfEd25519(bytes(data)) };
  } else fail('NotSupportedError', `the key format '${format}' of 'crypto.subtle' is not supported`);
  const known = good(read, algorithm);
  if (!known) fail('DataError', misfit(read, algorithm));
  return { der: read.der, algorithm, ...known };
}

// What is known of a key that is one of what it is read as; nothing of another.
function good({ type, der: data }, algorithm) {
  const isPrivate = type === 'private';
  if (isEc(algorithm)) {
    const curve = curveOf(algorithm.namedCurve, algorithm);
    if (!isPrivate) {
      const point = pointIn(data, algorithm.namedCurve, curve);
      return point && { der: spkiOfPoint(point, curve) };
    }
    const number = natives.number(algorithm.namedCurve, data);
    // Some programs leave out the public half, which is needed.
    return number && { der: pkcs8OfNumber(number, natives.point(algorithm.namedCurve, number), curve) };
  }
  if (algorithm.name === ED25519.name) {
    const isGood = isPrivate ? signature.publicKey(ED25519.name, data) !== undefined : spkiOfEd25519(data.slice(-ED25519.size)).equals(data);
    return isGood ? {} : undefined;
  }
  if (!natives.isRsa(isPrivate, data)) return undefined;
  const [modulus, publicExponent] = numbersOf(type, data);
  const { name, hash } = algorithm;
  const modulusLength = modulus.length * 8 - (Math.clz32(modulus[0]) - 24);
  return { algorithm: { name, modulusLength, publicExponent: Uint8Array.from(publicExponent), hash } };
}

// What Node says of a key that is none.
function misfit({ type, der: data }, algorithm) {
  const found = inside(data)[type === 'private' ? 1 : 0];
  const [kind, curve] = found ? inside(sequence(found)).map((part) => part.toString('hex')) : [];
  const isOfEc = isEc(algorithm);
  const wanted = isOfEc ? EC_OID : algorithm.name === ED25519.name ? ED25519.oid : RSA_OID;
  if (kind !== wanted) return [EC_OID, ED25519.oid, RSA_OID].includes(kind) ? 'Invalid key type' : 'Invalid keyData';
  const isOther = isOfEc && curve !== CURVES[algorithm.namedCurve].oid && Object.values(CURVES).some((known) => known.oid === curve);
  return isOther ? 'Named curve mismatch' : 'Invalid keyData';
}

// The point of a public key, which may be written short there; nothing where it is none of the curve's.
function pointIn(data, name, curve) {
  const sizes = [2 * curve.size + 1, curve.size + 1];
  const raw = sizes.map((size) => data.slice(-size)).find((own) => spkiOfPoint(own, curve).equals(data));
  return raw && natives.whole(name, raw);
}

// The point at the end of a public key.
const pointOf = (data, { size }) => data.slice(-(2 * size + 1));

// What is in each part of a sequence that begins there.
function inside(data, at = 0) {
  // Where the content of what begins there does so, and ends.
  const range = (place) => {
    const count = data[place + 1] < 128 ? 0 : data[place + 1] & 127;
    const from = place + 2 + count;
    const size = count === 0 ? data[place + 1] : data.slice(place + 2, from).reduce((sum, byte) => sum * 256 + byte, 0);
    return [from, from + size];
  };
  const out = [];
  let [place, end] = range(at);
  while (place < end) {
    const [from, to] = range(place);
    out.push(data.slice(from, to));
    place = to;
  }
  return out;
}

// The numbers of an RSA key, the modulus and the public exponent first. The bits of a public key have a byte before them,
// the numbers of a private one a version.
function numbersOf(type, data) {
  const isPublic = type === 'public';
  const numbers = inside(inside(data)[isPublic ? 1 : 2], isPublic ? 1 : 0).map((number) => (number[0] === 0 ? number.slice(1) : number));
  return isPublic ? numbers : numbers.slice(1);
}

// A key as a JWK (RFC 7517).
function jwkOf(key, data) {
  const text = (number) => Buffer.from(number).toString('base64url');
  const { name, namedCurve, hash } = key.algorithm;
  const head = { key_ops: key.usages, ext: key.extractable };
  if (isEc(key.algorithm)) {
    const number = key.type === 'private' ? natives.number(namedCurve, data) : undefined;
    if (key.type === 'private' && number === undefined) fail('OperationError', 'The operation failed for an operation-specific reason');
    const { size } = curveOf(namedCurve, key.algorithm);
    const raw = number ? natives.point(namedCurve, number) : pointOf(data, { size });
    const jwk = { ...head, kty: 'EC', x: text(raw.slice(1, size + 1)), y: text(raw.slice(size + 1)), crv: namedCurve };
    return number ? { ...jwk, d: text(number) } : jwk;
  }
  const numbers = numbersOf(key.type, data).map(text);
  const names = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'].slice(0, numbers.length);
  const size = hash.name.slice(4);
  const alg = { 'RSA-OAEP': size === '1' ? 'RSA-OAEP' : `RSA-OAEP-${size}`, 'RSA-PSS': `PS${size}`, 'RSASSA-PKCS1-v1_5': `RS${size}` }[name];
  return { ...head, kty: 'RSA', ...Object.fromEntries(names.map((own, n) => [own, numbers[n]])), alg };
}

/** Writes a key; of an EC key also the public point. */
export function exportPair(format, key, data) {
  if (format === 'pkcs8' && key.type === 'private') return data;
  if (format === 'spki' && key.type === 'public') return data;
  if (format === 'raw' && key.type === 'public' && isEc(key.algorithm)) return pointOf(data, curveOf(key.algorithm.namedCurve, key.algorithm));
  if (format === 'jwk' && key.algorithm.name !== ED25519.name) return jwkOf(key, Buffer.from(data));
  if (format === 'raw' && key.type === 'public' && key.algorithm.name === ED25519.name) return data.slice(-ED25519.size);
  return fail('NotSupportedError', `the key format '${format}' of 'crypto.subtle' is not supported for this key`);
}

// The hash that an operation signs with; ring has one for each curve.
function hashFor(algorithm, key) {
  if (key.algorithm.name === ED25519.name) return undefined;
  if (key.algorithm.name !== 'ECDSA') {
    const { saltLength } = algorithm;
    const { name } = key.algorithm.hash;
    const size = name === 'SHA-1' ? 20 : Number(name.slice(4)) / 8;
    if (key.algorithm.name === 'RSA-PSS' && saltLength !== size) {
      fail('NotSupportedError', `a 'saltLength' other than the ${size} bytes of the hash is not supported`);
    }
    return name;
  }
  const hash = typeof algorithm.hash === 'string' ? algorithm.hash : algorithm.hash && algorithm.hash.name;
  const own = curveOf(key.algorithm.namedCurve, key.algorithm).hash;
  if (String(hash).toUpperCase() !== own) {
    fail('NotSupportedError', `'${key.algorithm.namedCurve}' with a hash other than '${own}' is not supported`);
  }
  return own;
}

// A key of RSA that is shorter or longer cannot be used here.
function checkSize({ algorithm: { name, modulusLength } }, least, most) {
  if (modulusLength < least || modulusLength > most) fail('NotSupportedError', `'${name}' with a key of ${modulusLength} bits is not supported`);
}

export function signPair(algorithm, key, data, bytes) {
  checkSize(key, 2048, 4096);
  const made = signature.sign(native(key.algorithm.name, hashFor(algorithm, key)), data, bytes);
  if (!made) fail('NotSupportedError', `signing with '${key.algorithm.name}', this key and this hash is not supported`);
  return made.buffer;
}

export function verifyPair(algorithm, key, data, made, bytes) {
  checkSize(key, 2048, 8192);
  const good = signature.verify(native(key.algorithm.name, hashFor(algorithm, key)), data, bytes, made);
  if (good === undefined) fail('NotSupportedError', `verifying with '${key.algorithm.name}' and this hash is not supported`);
  return good;
}

/** Encrypts or decrypts with RSA-OAEP; `undefined` where that fails. */
export function crypt(encrypt, label, key, data, bytes) {
  if (key.type !== (encrypt ? 'public' : 'private')) fail('InvalidAccessError', `Unable to use this key to ${encrypt ? 'encrypt' : 'decrypt'}`);
  if (!Buffer.from(Buffer.from(label).toString()).equals(Buffer.from(label))) fail('NotSupportedError', "a 'label' that is not UTF-8 is not supported");
  checkSize(key, 0, 4096);
  return natives.oaep(encrypt, key.algorithm.hash.name.replace('-', ''), data, label, bytes);
}

/** What a private key and another's public one agree on: so many bits, or all. */
export function agree(key, data, other, length) {
  const { namedCurve } = key.algorithm;
  const made = natives.agree(namedCurve, natives.number(namedCurve, data), pointOf(other, curveOf(namedCurve, key.algorithm)));
  if (!made) fail('OperationError', 'The operation failed for an operation-specific reason');
  if (length === null || length === undefined) return made;
  if (length > made.length * 8) fail('OperationError', 'derived bit length is too small');
  const out = made.slice(0, Math.ceil(length / 8));
  if (length % 8) out[out.length - 1] &= 0xff << (8 - (length % 8));
  return out;
}

/** A new pair: its private and its public key as DER, and the algorithm as it is described. */
export function generatePair(described, { modulusLength, publicExponent }) {
  if (described.name === ED25519.name) {
    const key = pkcs8OfEd25519(host.lib('digest').random(ED25519.size));
    return { key, pub: spkiOfEd25519(signature.publicKey(ED25519.name, key)), described };
  }
  if (isEc(described)) {
    const curve = curveOf(described.namedCurve, described);
    const number = natives.generate(described.namedCurve);
    const raw = natives.point(described.namedCurve, number);
    return { key: pkcs8OfNumber(number, raw, curve), pub: spkiOfPoint(raw, curve), described };
  }
  // Longer ones would take a script all the time that it has.
  if (![2048, 3072].includes(modulusLength)) fail('NotSupportedError', "a 'modulusLength' other than 2048 and 3072 is not supported");
  if (!publicExponent || String([...publicExponent]).replace(/^(0,)+/, '') !== '1,0,1') fail('NotSupportedError', "a 'publicExponent' other than 65537 is not supported");
  const made = natives.generateRsa(modulusLength);
  const key = sequence(version(0), rsaIdentifier(), octets(made));
  const numbers = inside(Buffer.from(made));
  const pub = sequence(rsaIdentifier(), bits(sequence(...numbers.slice(1, 3).map((number) => der(0x02, number)))));
  const { name, hash } = described;
  return { key, pub, described: { name, modulusLength, publicExponent, hash } };
}
