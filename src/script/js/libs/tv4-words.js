// What `tv4` calls its errors, in English and in languages that a script adds.

export const CODES = {
  INVALID_TYPE: 0,
  ENUM_MISMATCH: 1,
  ANY_OF_MISSING: 10,
  ONE_OF_MISSING: 11,
  ONE_OF_MULTIPLE: 12,
  NOT_PASSED: 13,
  NUMBER_MULTIPLE_OF: 100,
  NUMBER_MINIMUM: 101,
  NUMBER_MINIMUM_EXCLUSIVE: 102,
  NUMBER_MAXIMUM: 103,
  NUMBER_MAXIMUM_EXCLUSIVE: 104,
  NUMBER_NOT_A_NUMBER: 105,
  STRING_LENGTH_SHORT: 200,
  STRING_LENGTH_LONG: 201,
  STRING_PATTERN: 202,
  OBJECT_PROPERTIES_MINIMUM: 300,
  OBJECT_PROPERTIES_MAXIMUM: 301,
  OBJECT_REQUIRED: 302,
  OBJECT_ADDITIONAL_PROPERTIES: 303,
  OBJECT_DEPENDENCY_KEY: 304,
  ARRAY_LENGTH_SHORT: 400,
  ARRAY_LENGTH_LONG: 401,
  ARRAY_UNIQUE: 402,
  ARRAY_ADDITIONAL_ITEMS: 403,
  FORMAT_CUSTOM: 500,
  KEYWORD_CUSTOM: 501,
  CIRCULAR_REFERENCE: 600,
  UNKNOWN_PROPERTY: 1000,
};

const ENGLISH = {
  INVALID_TYPE: 'Invalid type: {type} (expected {expected})',
  ENUM_MISMATCH: 'No enum match for: {value}',
  ANY_OF_MISSING: 'Data does not match any schemas from "anyOf"',
  ONE_OF_MISSING: 'Data does not match any schemas from "oneOf"',
  ONE_OF_MULTIPLE: 'Data is valid against more than one schema from "oneOf": indices {index1} and {index2}',
  NOT_PASSED: 'Data matches schema from "not"',
  NUMBER_MULTIPLE_OF: 'Value {value} is not a multiple of {multipleOf}',
  NUMBER_MINIMUM: 'Value {value} is less than minimum {minimum}',
  NUMBER_MINIMUM_EXCLUSIVE: 'Value {value} is equal to exclusive minimum {minimum}',
  NUMBER_MAXIMUM: 'Value {value} is greater than maximum {maximum}',
  NUMBER_MAXIMUM_EXCLUSIVE: 'Value {value} is equal to exclusive maximum {maximum}',
  NUMBER_NOT_A_NUMBER: 'Value {value} is not a valid number',
  STRING_LENGTH_SHORT: 'String is too short ({length} chars), minimum {minimum}',
  STRING_LENGTH_LONG: 'String is too long ({length} chars), maximum {maximum}',
  STRING_PATTERN: 'String does not match pattern: {pattern}',
  OBJECT_PROPERTIES_MINIMUM: 'Too few properties defined ({propertyCount}), minimum {minimum}',
  OBJECT_PROPERTIES_MAXIMUM: 'Too many properties defined ({propertyCount}), maximum {maximum}',
  OBJECT_REQUIRED: 'Missing required property: {key}',
  OBJECT_ADDITIONAL_PROPERTIES: 'Additional properties not allowed',
  OBJECT_DEPENDENCY_KEY: 'Dependency failed - key must exist: {missing} (due to key: {key})',
  ARRAY_LENGTH_SHORT: 'Array is too short ({length}), minimum {minimum}',
  ARRAY_LENGTH_LONG: 'Array is too long ({length}), maximum {maximum}',
  ARRAY_UNIQUE: 'Array items are not unique (indices {match1} and {match2})',
  ARRAY_ADDITIONAL_ITEMS: 'Additional items not allowed',
  FORMAT_CUSTOM: 'Format validation failed ({message})',
  KEYWORD_CUSTOM: 'Keyword failed: {key} ({message})',
  CIRCULAR_REFERENCE: 'Circular $refs: {urls}',
  UNKNOWN_PROPERTY: 'Unknown property (not in schema)',
};

/** The texts of errors, and who says them: all copies of the library share codes and languages. */
export const codes = { ...CODES };
const defaults = Object.fromEntries(Object.entries(ENGLISH).map(([name, text]) => [CODES[name], text]));
const languages = {};

/** Gives an error of a script's own a code and a text. */
export function defineError(name, code, text) {
  if (typeof name !== 'string' || !/^[A-Z]+(_[A-Z]+)*$/.test(name)) throw new Error('Code name must be a string in UPPER_CASE_WITH_UNDERSCORES');
  if (!Number.isInteger(code) || code <= 10000) throw new Error('Code number must be an integer > 10000');
  if (codes[name] !== undefined) throw new Error(`Error already defined: ${name} as ${codes[name]}`);
  if (defaults[code] !== undefined) throw new Error(`Error code already used: ${Object.keys(codes).find((other) => codes[other] === code)} as ${code}`);
  codes[name] = code;
  defaults[code] = text;
  for (const texts of Object.values(languages)) if (texts[name]) texts[code] ||= texts[name];
}

/** Adds texts by the names or the codes of errors; `de-AT` stands for `de` too. */
export function addLanguage(code, texts) {
  const known = { ...texts };
  for (const [name, number] of Object.entries(codes)) if (texts[name]) known[number] = texts[name];
  languages[code] = known;
  const [root] = code.split('-');
  languages[root] ||= known;
}

/** The name under which a language is known, or false. */
export function languageOf(code) {
  if (languages[code]) return code;
  const [root] = code.split('-');
  if (languages[root]) return root;
  return root === 'en' ? 'en' : false;
}

/** The text of an error in a language. */
export function textOf(language, code, params) {
  const text = (languages[language] && languages[language][code]) || defaults[code];
  if (typeof text !== 'string') return `Unknown error code ${code}: ${JSON.stringify(params)}`;
  return text.replace(/\{([^{}]*)\}/g, (whole, name) => (['string', 'number'].includes(typeof params[name]) ? params[name] : whole));
}
