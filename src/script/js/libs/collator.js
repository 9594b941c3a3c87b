// The order of texts: `localeCompare` and `Intl.Collator`. The native knows the order that all languages share; here is
// what single ones have of their own, and what the texts must be made of.

import { load } from '../libs.js';
import { host } from '../run.js';

const { localeOf } = load('tags');
const { compare, learn } = host.lib('collation');

// Languages whose order is the common one.
const COMMON = 'af am ca de en eu fr ga gl id it ms nl pt sw zu'.split(' ');
// Script that goes before all others → the language's; the numbers are the native's.
const FRONT = { ru: 1, uk: 1, bg: 1, el: 2, he: 3, ar: 4, ko: 5 };
// Letters with a place of their own, each group behind the letter it begins with.
const NORDIC = 'zåäö';
const DANISH = 'zæøå';
const OWN = {
  sv: NORDIC, fi: NORDIC, da: DANISH, nb: DANISH, nn: DANISH, no: DANISH, es: 'nñ', pl: 'aą cć eę lł nń oó sś zźż', tr: 'cç gğ iı oö sş uü', ro: 'aăâ iî sș tț',
};
// Chinese characters have an order in these that is not known here.
const WITHOUT_HAN = ['ja', 'zh'];

const LEVELS = ['base', 'accent', 'case', 'variant'];
const VARIANT = 3;
const [NUMERIC, UPPER_FIRST, LOWER_FIRST, NO_PUNCTUATION, PREPARED] = [4, 8, 16, 32, 64];
// What stands behind a character that was something wider, raised or rounder; then what puts a letter behind another.
const [WIDE, RAISED, COMPATIBLE, BEHIND] = ['\ufdd0', '\ufdd1', '\ufdd2', '\ufdd3'];

// In a text of the user's they are none, and count for nothing.
const MARKS = /[\ufdd0-\ufdd3]/g;

/** Letters of a language → the letter they stand behind, with how far. */
function ownLetters(language) {
  const letters = new Map();
  for (const group of (OWN[language] || '').split(' ')) {
    const [base, ...behind] = group;
    behind.forEach((letter, at) => {
      letters.set(letter, base + BEHIND.repeat(at + 1));
      letters.set(letter.toLocaleUpperCase(), base.toUpperCase() + BEHIND.repeat(at + 1));
    });
  }
  return letters;
}

function simpler(character) {
  const simple = character.normalize('NFKD');
  // Accents that stand alone have places of their own.
  if (simple === character || (simple.length > 1 && simple.startsWith(' '))) return character;
  const kind = /[\uff01-\uffee]/.test(character) ? WIDE : /[\xaa\xb2\xb3\xb9\xba\u02b0-\u02b8\u02e0-\u02e4\u1d2c-\u1d6a\u2070-\u209c]/.test(character) ? RAISED : COMPATIBLE;
  return [...simple].map((part) => part + kind).join('');
}

const learned = new Set();

// Tells the native what the characters of a text are made of; whether that is all there is to know.
function teach(text) {
  if (/\p{M}|\p{Cs}/u.test(text)) return false;
  for (const character of text) {
    if (character > '\x7f' && !learned.has(character)) {
      learned.add(character);
      learn(character, [...character.normalize('NFD')].map(simpler).join(''));
    }
  }
  return true;
}

class Order {
  constructor(language, flags) {
    this.flags = flags + 256 * (FRONT[language] || 0);
    this.letters = ownLetters(language);
    this.language = language;
    // Whether a character is the same wherever it stands.
    this.plain = this.letters.size === 0 && !WITHOUT_HAN.includes(language);
  }

  #prepared(text) {
    text = text.toWellFormed().replace(MARKS, '');
    if (WITHOUT_HAN.includes(this.language) && /\p{Script=Han}/u.test(text)) {
      throw new RangeError(`the order of Chinese characters in '${this.language}' is not supported`);
    }
    if (this.letters.size > 0) text = text.normalize('NFC').replace(/[^\0-\x7f]/g, (one) => this.letters.get(one) || one);
    text = text.normalize('NFD');
    return text === text.normalize('NFKD') ? text : text.replace(/[^\0-\x7f]/gu, simpler);
  }

  compare(a, b) {
    if (this.plain) {
      let order = compare(a, b, this.flags);
      if (order === 2 && teach(a) && teach(b)) order = compare(a, b, this.flags);
      if (order !== 2) return order;
    }
    return compare(this.#prepared(a), this.#prepared(b), this.flags + PREPARED);
  }
}

const common = new Order('en', VARIANT);

/** The order that is asked for, and how it is told. */
function settled(locales, given) {
  const { locale, language, extensions } = localeOf(locales);
  const options = given === undefined ? {} : Object(given);
  const oneOf = (name, allowed, fallback) => {
    const value = options[name] === undefined ? fallback : String(options[name]);
    if (!allowed.includes(value)) throw new RangeError(`Value ${value} out of range for Intl.Collator options property ${name}`);
    return value;
  };
  if (!(COMMON.includes(language) || language in FRONT || language in OWN || WITHOUT_HAN.includes(language)) || locale === 'fr-CA') {
    throw new RangeError(`the order of the locale '${locale}' is not supported`);
  }
  const usage = oneOf('usage', ['sort', 'search'], 'sort');
  const sensitivity = oneOf('sensitivity', LEVELS, 'variant');
  const caseFirst = oneOf('caseFirst', ['upper', 'lower', 'false'], extensions.kf || (language === 'da' ? 'upper' : 'false'));
  const numeric = options.numeric === undefined ? extensions.kn === '' || extensions.kn === 'true' : Boolean(options.numeric);
  const ignorePunctuation = Boolean(options.ignorePunctuation);
  for (const collation of [options.collation, extensions.co]) {
    if (collation !== undefined && collation !== 'standard') throw new RangeError(`the collation '${collation}' is not supported`);
  }
  const flags = [LEVELS.indexOf(sensitivity), numeric && NUMERIC, caseFirst === 'upper' && UPPER_FIRST, caseFirst === 'lower' && LOWER_FIRST, ignorePunctuation && NO_PUNCTUATION];
  const order = new Order(language, flags.reduce((sum, flag) => sum + Number(flag)));
  return { order, resolved: { locale, usage, sensitivity, ignorePunctuation, collation: 'default', numeric, caseFirst } };
}

export class Collator {
  #resolved;

  constructor(locales, given) {
    const { order, resolved } = settled(locales, given);
    this.#resolved = resolved;
    this.compare = (a, b) => order.compare(String(a), String(b));
  }

  resolvedOptions() {
    return { ...this.#resolved };
  }

  static supportedLocalesOf(locales) {
    return (locales === undefined ? [] : [].concat(locales)).filter((one) => {
      const { language } = localeOf(one);
      return COMMON.includes(language) || language in FRONT || language in OWN;
    });
  }
}

const NONE = {};
// A sort asks for the same again and again, as a rule with options that are made anew for each comparison.
let last = { order: null };

function orderOf(locales, options) {
  if (locales !== undefined && typeof locales !== 'string') return settled(locales, options).order;
  const { usage, sensitivity, caseFirst, numeric, ignorePunctuation, collation } = options === undefined ? NONE : options;
  const same =
    last.order && last.locales === locales && last.usage === usage && last.sensitivity === sensitivity && last.caseFirst === caseFirst &&
    last.numeric === numeric && last.ignorePunctuation === ignorePunctuation && last.collation === collation;
  if (same) return last.order;
  const { order } = settled(locales, options);
  const asked = { locales, usage, sensitivity, caseFirst, numeric, ignorePunctuation, collation };
  // What an object says may be another thing the next time.
  last = { ...asked, order: Object.values(asked).some((one) => Object(one) === one) ? null : order };
  return order;
}

/** What the built-in method does; its own number of parameters is one. */
export function localeCompare(that, locales = undefined, options) {
  if (this === undefined || this === null) throw new TypeError('String.prototype.localeCompare called on null or undefined');
  const a = typeof this === 'string' ? this : String(this);
  const b = typeof that === 'string' ? that : String(that);
  if (locales !== undefined || options !== undefined) return orderOf(locales, options).compare(a, b);
  const order = compare(a, b, VARIANT);
  return order === 2 ? common.compare(a, b) : order;
}
