// `JSON` as Postman's scripts know it: a byte order mark is skipped, and a text that is no JSON is explained
// with its place:
//
//     JSONError: Unexpected token '<' at 1:1
//     <html>
//     ^
//
// The engine's own parser does the work; only after it failed does the slow reader below look for the reason.

const nativeParse = JSON.parse;
const nativeStringify = JSON.stringify;

/** The engine's own functions, for the prelude. */
export const native = { parse: nativeParse, stringify: nativeStringify };

const isDigit = (char) => char >= '0' && char <= '9';
const isBreak = (char) => char === '\n' || char === '\r';
const isSpace = (char) => char === ' ' || char === '\t' || isBreak(char);
const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?(e[+-]?[0-9]+)?$/i;

/** The message, the source line and a mark below the place, the line cut to what fits a terminal. */
function place(text, message, at, line, column) {
  let from = at - column;
  if (from - 1 < at - 70) from = at - 69;
  let source = '';
  let mark = '';
  for (let i = from; ; i += 1) {
    if (i >= text.length || isBreak(text[i])) {
      if (at >= i) mark += '^';
      break;
    }
    source += text[i];
    if (i === at) mark += '^';
    else if (i < at) mark += text[i] === '\t' ? '\t' : ' ';
    if (source.length > 78) break;
  }
  return `${message} at ${line + 1}:${column + 1}\n${source}\n${mark}`;
}

// Reads `text` as JSON until the first mistake, and throws it. Values are not kept: `undefined` means that
// no value began here, `true` that one was read.
class Reader {
  constructor(text) {
    this.text = text;
    this.at = 0;
    this.line = 0;
    this.lineStart = 0;
  }

  fail(message) {
    if (!message) {
      const char = this.text[this.at];
      message =
        this.at < this.text.length
          ? `Unexpected token '${nativeStringify(char).slice(1, -1).replace(/'/g, "\\'").replace(/\\"/g, '"')}'`
          : 'Unexpected end of input';
    }
    const column = this.at - this.lineStart;
    const error = new SyntaxError(place(this.text, message, this.at, this.line, column));
    error.row = this.line + 1;
    error.column = column + 1;
    throw error;
  }

  space() {
    while (this.at < this.text.length && isSpace(this.text[this.at])) {
      const char = this.text[this.at++];
      if (!isBreak(char)) continue;
      if (char === '\r' && this.text[this.at] === '\n') this.at += 1;
      this.lineStart = this.at;
      this.line += 1;
    }
  }

  document() {
    this.space();
    if (this.value() === undefined && this.at >= this.text.length) {
      this.fail(this.at ? 'No data, only a whitespace' : 'No data, empty input');
    }
    this.space();
    if (this.at < this.text.length) this.fail();
  }

  value() {
    if (this.at >= this.text.length) return undefined;
    const char = this.text[this.at];
    if (char === '-' || char === '.' || isDigit(char)) {
      this.number();
      return true;
    }
    const word = { n: 'null', t: 'true', f: 'false' }[char];
    if (word) {
      this.word(word);
      return true;
    }
    if (char !== '"' && char !== '{' && char !== '[') return undefined;
    this.at += 1;
    if (char === '"') this.string();
    else if (char === '{') this.object();
    else return this.array();
    return true;
  }

  word(word) {
    if (!this.text.startsWith(word, this.at)) this.fail();
    this.at += word.length;
  }

  object() {
    let some = false;
    while (this.at < this.text.length) {
      this.space();
      const start = this.at;
      const kind = this.text[start];
      const key = kind === undefined || kind === '-' || !/["{[.0-9]/.test(kind) ? undefined : this.value();
      const raw = this.text.slice(start, this.at);
      this.space();
      const char = this.text[this.at];
      if (char === '}' && key === undefined) {
        if (some) this.fail('Trailing comma in object');
        this.at += 1;
        return;
      }
      if (char !== ':' || key === undefined) this.fail();
      this.at += 1;
      this.space();
      const name = kind === '"' ? nativeParse(raw) : raw;
      if (this.value() === undefined) this.fail(`No value found for key ${name}`);
      if (kind !== '"') this.fail(`Wrong key type: ${name}`);
      some = true;
      this.space();
      const end = this.text[this.at++];
      if (end !== ',' && end !== '}') this.fail();
      if (end === '}') return;
    }
    this.fail();
  }

  array() {
    let some = false;
    while (this.at < this.text.length) {
      this.space();
      const item = this.value();
      this.space();
      const char = this.text[this.at];
      if (char === ',') {
        this.at += 1;
        if (item === undefined) this.fail('Elisions are not supported');
        some = true;
      } else if (char === ']') {
        if (item === undefined && some) this.fail('Trailing comma in array');
        this.at += 1;
        return true;
      } else {
        this.fail();
      }
    }
    // Open at the end of the text: no value at all, for whoever asked for one.
    return undefined;
  }

  number() {
    const start = this.at;
    const digits = () => {
      while (isDigit(this.text[this.at] || '')) this.at += 1;
    };
    if (this.text[this.at] === '-') this.at += 1;
    if (this.text[this.at] === '0') this.at += 1;
    else digits();
    if (this.text[this.at] === '.') {
      this.at += 1;
      digits();
    }
    if (this.text[this.at] === 'e' || this.text[this.at] === 'E') {
      // Whatever follows the `e` is taken for part of the number; a sign takes one more.
      const next = this.text[this.at + 1];
      this.at += next === '-' || next === '+' ? 3 : 2;
      digits();
    }
    const text = this.text.slice(start, this.at);
    if (Number.isNaN(Number(text)) || !NUMBER.test(text)) {
      const kind = Number.isNaN(Number(text)) ? 'Bad' : 'Non-json';
      this.at -= 1;
      this.fail(`${kind} numeric literal - "${text}"`);
    }
  }

  string() {
    while (this.at < this.text.length) {
      const char = this.text[this.at++];
      if (char === '"') return;
      if (char === '\\') {
        this.escape();
      } else if (isBreak(char)) {
        this.fail();
      } else if (char.charCodeAt(0) < 32) {
        this.at -= 1;
        this.fail('Unexpected control character');
      }
    }
    this.fail();
  }

  escape() {
    if (this.at >= this.text.length) this.fail();
    const char = this.text[this.at++];
    if ('"\\/bfnrt'.includes(char)) return;
    if (char !== 'u') {
      this.at -= 1;
      this.fail();
    }
    for (let i = 0; i < 4; i += 1) {
      if (this.at >= this.text.length) this.fail();
      if (!/[0-9a-fA-F]/.test(this.text[this.at])) this.fail('Bad escape sequence');
      this.at += 1;
    }
  }
}

function bomLength(text) {
  if (typeof text !== 'string') return 0;
  const [a, b, c] = [text.charCodeAt(0), text.charCodeAt(1), text.charCodeAt(2)];
  if (a === 0xfeff || a === 0xbbbf) return 1;
  if ((a === 0xfe && b === 0xff) || (a === 0xff && b === 0xfe)) return 2;
  return a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
}

function jsonError(error) {
  error.name = 'JSONError';
  return error;
}

/** `JSON.parse`; with `strict`, a byte order mark is a mistake. */
export function parse(text, reviver, strict) {
  const bom = bomLength(text);
  if (bom) {
    if (strict) throw jsonError(new SyntaxError(`Unexpected byte order mark found in first ${bom} character(s)`));
    text = text.slice(bom);
  }
  try {
    return nativeParse(text, reviver);
  } catch (error) {
    if (text === undefined) throw jsonError(new SyntaxError('"undefined" is not valid JSON'));
    try {
      new Reader(String(text)).document();
    } catch (reason) {
      throw jsonError(reason);
    }
    throw jsonError(error);
  }
}

// The way from an object back to itself, as V8 tells it: at most two steps, dots, and the last one. The engine goes it once
// more, since what `toJSON` and the replacer give is on it.
function circle(value, replacer) {
  const className = (object) => {
    const { constructor } = object;
    return typeof constructor === 'function' && constructor.name ? constructor.name : 'Object';
  };
  const keyed = ({ key, isIndex }) => (isIndex ? `index ${key}` : key === '' ? '<anonymous>' : `property '${key}'`);
  const only = Array.isArray(replacer) ? new Set(replacer.map(String)) : undefined;
  const path = [];
  let lines = [];
  const follow = function (key, given) {
    path.length = path.findLastIndex(({ object }) => object === this) + 1;
    const isIndex = Array.isArray(this);
    if (only && path.length && !isIndex && !only.has(key)) return undefined;
    const object = typeof replacer === 'function' ? replacer.call(this, key, given) : given;
    if (object === null || typeof object !== 'object') return object;
    const start = path.findIndex((step) => step.object === object);
    if (start >= 0) {
      const steps = path.slice(start + 1).map((step) => `|     ${keyed(step)} -> object with constructor '${className(step.object)}'`);
      if (steps.length > 3) steps.splice(2, steps.length - 3, '|     ...');
      lines = [`--> starting at object with constructor '${className(object)}'`, ...steps, `--- ${keyed({ key, isIndex })} closes the circle`];
    }
    path.push({ key, isIndex, object });
    return object;
  };
  try {
    nativeStringify(value, follow);
  } catch {
    // By the circle itself, or by what a `toJSON` throws the second time.
  }
  return lines;
}

/** `JSON.stringify`, its errors named as those of `parse`. */
export function stringify(...args) {
  try {
    return nativeStringify(...args);
  } catch (error) {
    if (error instanceof TypeError && /^(Converting )?circular /.test(error.message)) {
      const lines = circle(...args);
      error.message = ['Converting circular structure to JSON', ...lines].join('\n    ');
    }
    throw jsonError(error);
  }
}
