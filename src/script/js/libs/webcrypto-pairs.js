// Key pairs of `crypto.subtle`: RSA, ECDSA and Ed25519 keys, read and written as the web does.

import { load } from '../libs.js';
import { host } from '../run.js';

const signature = host.lib('signature');
const { Buffer } = load('buffer');

const CURVES = { 'P-256': { hash: 'SHA-256', oid: '2a8648ce3d030107', size: 32 }, 'P-384': { hash: 'SHA-384', oid: '2b81040022', size: 48 } };
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

function curveOf(name) {
  const curve = CURVES[name];
  if (!curve) fail('NotSupportedError', `the curve '${name}' of 'crypto.subtle' is not supported`);
  return curve;
}

const coordinate = (text, { size }) => {
  const number = Buffer.from(String(text || ''), 'base64url');
  if (number.length !== size) fail('DataError', 'The JWK does not fit its curve');
  return number;
};

const point = (jwk, curve) => Buffer.concat([Buffer.from([4]), coordinate(jwk.x, curve), coordinate(jwk.y, curve)]);

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
  if (algorithm.name === 'ECDSA') {
    if (jwk.kty !== 'EC' || jwk.crv !== algorithm.namedCurve) fail('DataError', 'The JWK is of another kind');
    const curve = curveOf(jwk.crv);
    const raw = point(jwk, curve);
    if (jwk.d === undefined) return { type: 'public', der: spkiOfPoint(raw, curve) };
    const key = sequence(version(1), octets(coordinate(jwk.d, curve)), der(0xa1, bits(raw)));
    return { type: 'private', der: sequence(version(0), ecIdentifier(curve), octets(key)) };
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

/** Reads a key: `{ type, der, algorithm }`. */
export function importPair(format, data, algorithm, bytes) {
  let read;
  if (format === 'jwk') read = ofJwk(data, algorithm);
  else if (format === 'pkcs8') read = { type: 'private', der: Buffer.from(bytes(data)) };
  else if (format === 'spki') read = { type: 'public', der: Buffer.from(bytes(data)) };
  else if (format === 'raw' && algorithm.name === 'ECDSA') {
    read = { type: 'public', der: spkiOfPoint(bytes(data), curveOf(algorithm.namedCurve)) };
  } else if (format === 'raw' && algorithm.name === ED25519.name) {
    read = { type: 'public', der: spkiOfEd25519(bytes(data)) };
  } else fail('NotSupportedError', `the key format '${format}' of 'crypto.subtle' is not supported`);
  const hash = algorithm.name === 'ECDSA' ? curveOf(algorithm.namedCurve).hash : (algorithm.hash || {}).name;
  const good = read.type === 'private'
    ? signature.publicKey(native(algorithm.name, hash), read.der) !== undefined
    : signature.verify(native(algorithm.name, hash), read.der, new Uint8Array(0), new Uint8Array(0)) !== undefined;
  if (!good) fail('DataError', 'Invalid keyData');
  return read;
}

/** Writes a key; of an EC key also the public point. */
export function exportPair(format, key, data) {
  if (format === 'pkcs8' && key.type === 'private') return data;
  if (format === 'spki' && key.type === 'public') return data;
  if (format === 'raw' && key.type === 'public' && key.algorithm.name === 'ECDSA') {
    return data.slice(-(2 * curveOf(key.algorithm.namedCurve).size + 1));
  }
  if (format === 'raw' && key.type === 'public' && key.algorithm.name === ED25519.name) return data.slice(-ED25519.size);
  return fail('NotSupportedError', `the key format '${format}' of 'crypto.subtle' is not supported for this key`);
}

// The hash that an operation signs with; ring has one for each curve.
function hashFor(algorithm, key) {
  if (key.algorithm.name === ED25519.name) return undefined;
  if (key.algorithm.name !== 'ECDSA') {
    const { saltLength } = algorithm;
    const size = Number(key.algorithm.hash.name.slice(4)) / 8;
    if (key.algorithm.name === 'RSA-PSS' && saltLength !== size) {
      fail('NotSupportedError', `a 'saltLength' other than the ${size} bytes of the hash is not supported`);
    }
    return key.algorithm.hash.name;
  }
  const hash = typeof algorithm.hash === 'string' ? algorithm.hash : algorithm.hash && algorithm.hash.name;
  const own = curveOf(key.algorithm.namedCurve).hash;
  if (String(hash).toUpperCase() !== own) {
    fail('NotSupportedError', `'${key.algorithm.namedCurve}' with a hash other than '${own}' is not supported`);
  }
  return own;
}

export function signPair(algorithm, key, data, bytes) {
  const made = signature.sign(native(key.algorithm.name, hashFor(algorithm, key)), data, bytes);
  if (!made) fail('NotSupportedError', `signing with '${key.algorithm.name}' and this hash is not supported`);
  return made.buffer;
}

export function verifyPair(algorithm, key, data, made, bytes) {
  const good = signature.verify(native(key.algorithm.name, hashFor(algorithm, key)), data, bytes, made);
  if (good === undefined) fail('NotSupportedError', `verifying with '${key.algorithm.name}' and this hash is not supported`);
  return good;
}

/** A new pair of a curve: its private and its public key as DER. */
export function generatePair(algorithm) {
  if (algorithm.name === ED25519.name) {
    const key = pkcs8OfEd25519(host.lib('digest').random(ED25519.size));
    return { key, pub: spkiOfEd25519(signature.publicKey(ED25519.name, key)) };
  }
  if (algorithm.name !== 'ECDSA') fail('NotSupportedError', `making keys of '${algorithm.name}' is not supported`);
  const curve = curveOf(algorithm.namedCurve);
  const key = signature.generate(native('ECDSA', curve.hash));
  return { key, pub: spkiOfPoint(signature.publicKey(native('ECDSA', curve.hash), key), curve) };
}
