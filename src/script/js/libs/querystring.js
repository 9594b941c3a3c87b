// `querystring`, as Node has it.

import { Buffer } from './buffer.js';

const text = (value) =>
  typeof value === 'string'
    ? value
    : typeof value === 'boolean' || typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value))
      ? String(value)
      : '';

const escape = (value) => encodeURIComponent(typeof value === 'object' ? String(value) : value);

function unescape(value) {
  try {
    return decodeURIComponent(value);
  } catch {
    const bytes = value.replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    return Buffer.from(bytes, 'latin1').toString();
  }
}

function stringify(object, separator = '&', equals = '=', options = {}) {
  if (object === null || typeof object !== 'object') return '';
  const encode = options.encodeURIComponent || querystring.escape;
  const pair = (key, value) => `${encode(key)}${equals}${encode(text(value))}`;
  return Object.entries(object)
    .flatMap(([key, value]) => (Array.isArray(value) ? value.map((item) => pair(key, item)) : [pair(key, value)]))
    .join(separator);
}

function parse(query, separator = '&', equals = '=', options = {}) {
  const found = Object.create(null);
  if (typeof query !== 'string' || query === '') return found;
  const decode = options.decodeURIComponent || querystring.unescape;
  const most = typeof options.maxKeys === 'number' ? options.maxKeys : 1000;
  let parts = query.split(separator);
  if (most > 0) parts = parts.slice(0, most);
  for (const part of parts) {
    if (part === '') continue;
    const at = part.indexOf(equals);
    const [key, value] = (at < 0 ? [part, ''] : [part.slice(0, at), part.slice(at + equals.length)]).map((item) =>
      decode(item.replace(/\+/g, ' ')),
    );
    if (!(key in found)) found[key] = value;
    else if (Array.isArray(found[key])) found[key].push(value);
    else found[key] = [found[key], value];
  }
  return found;
}

export const querystring = { parse, stringify, escape, unescape, decode: parse, encode: stringify };
