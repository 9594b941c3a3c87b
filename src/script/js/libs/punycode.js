// `punycode`: names outside ASCII as the DNS writes them.

const PREFIX = 'xn--';

const decodePoints = (text) => [...text].map((char) => char.codePointAt(0));
const encodePoints = (points) => String.fromCodePoint(...points);

// The domain functions work on labels; an address keeps what stands before its `@`.
function eachLabel(text, change) {
  const at = text.lastIndexOf('@');
  const front = at < 0 ? '' : text.slice(0, at + 1);
  const labels = text.slice(at + 1).replace(/[\u3002\uff0e\uff61]/g, '.').split('.');
  return front + labels.map(change).join('.');
}

const BASE = 36;

function adapt(delta, points, first) {
  delta = first ? Math.floor(delta / 700) : delta >> 1;
  delta += Math.floor(delta / points);
  let k = 0;
  for (; delta > 455; k += BASE) delta = Math.floor(delta / 35);
  return Math.floor(k + (36 * delta) / (delta + 38));
}

const threshold = (k, bias) => (k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias);
const digit = (value) => String.fromCharCode(value + (value < 26 ? 97 : 22));

/** RFC 3492, section 6.3. */
function encode(text) {
  const points = decodePoints(text);
  const basic = points.filter((point) => point < 128);
  let output = basic.length ? `${encodePoints(basic)}-` : '';
  let [n, delta, bias, done] = [128, 0, 72, basic.length];
  while (done < points.length) {
    const next = Math.min(...points.filter((point) => point >= n));
    delta += (next - n) * (done + 1);
    n = next;
    for (const point of points) {
      if (point < n) delta += 1;
      if (point !== n) continue;
      let q = delta;
      for (let k = BASE; ; k += BASE) {
        const t = threshold(k, bias);
        if (q < t) break;
        output += digit(t + ((q - t) % (BASE - t)));
        q = Math.floor((q - t) / (BASE - t));
      }
      output += digit(q);
      bias = adapt(delta, done + 1, done === basic.length);
      delta = 0;
      done += 1;
    }
    delta += 1;
    n += 1;
  }
  return output;
}

/** RFC 3492, section 6.2. */
function decode(text) {
  const cut = text.lastIndexOf('-');
  const points = cut > 0 ? decodePoints(text.slice(0, cut)) : [];
  if (points.some((point) => point >= 128)) throw new RangeError('Illegal input >= 0x80 (not a basic code point)');
  let [n, i, bias] = [128, 0, 72];
  let at = cut > 0 ? cut + 1 : 0;
  while (at < text.length) {
    const before = i;
    for (let weight = 1, k = BASE; ; k += BASE) {
      const value = at < text.length ? parseInt(text[at++], 36) : NaN;
      if (Number.isNaN(value)) throw new RangeError('Invalid input');
      // Letters come before digits here.
      const step = value < 10 ? value + 26 : value - 10;
      i += step * weight;
      const t = threshold(k, bias);
      if (step < t) break;
      weight *= BASE - t;
    }
    bias = adapt(i - before, points.length + 1, before === 0);
    n += Math.floor(i / (points.length + 1));
    i %= points.length + 1;
    if (n > 0x10ffff) throw new RangeError('Invalid input');
    points.splice(i++, 0, n);
  }
  return encodePoints(points);
}

export const punycode = {
  version: '2.1.0',
  ucs2: { decode: decodePoints, encode: encodePoints },
  decode,
  encode,
  toASCII: (text) => eachLabel(text, (label) => (/[^\0-\x7f]/.test(label) ? PREFIX + encode(label) : label)),
  toUnicode: (text) =>
    eachLabel(text, (label) => (label.startsWith(PREFIX) ? decode(label.slice(PREFIX.length).toLowerCase()) : label)),
};
