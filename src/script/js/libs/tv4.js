// `tv4`: JSON Schema draft 4, with the errors of the library of that name.

import { joined } from './ajv-refs.js';
import { ownErrors } from './tv4-own.js';
import { addLanguage, codes, CODES, defineError, languageOf, textOf } from './tv4-words.js';
import { compile, follow, resolve, segments, sorted, typesOf } from './schema.js';

function ValidationError(code, message, params, dataPath, schemaPath, subErrors) {
  Object.assign(this, { message, params, code, dataPath, schemaPath, subErrors });
  this.stack = new Error(message).stack;
}
Object.setPrototypeOf(ValidationError.prototype, Error.prototype);
ValidationError.prototype.name = 'ValidationError';
/** Says where the value, or its schema, is part of another. */
ValidationError.prototype.prefixWith = function (data, schema) {
  if (data !== null && data !== undefined) this.dataPath = `/${escape(data)}${this.dataPath}`;
  if (schema !== null && schema !== undefined) this.schemaPath = `/${escape(schema)}${this.schemaPath}`;
  for (const inner of this.subErrors || []) inner.prefixWith(data, schema);
  return this;
};

const typeName = (value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
const escape = (part) => String(part).replace(/~/g, '~0').replace(/\//g, '~1');

// The order in which the genuine library looks at keywords; those of one rank are told apart by the value's order.
const ORDER =
  'type enum multipleOf minimum exclusiveMinimum maximum exclusiveMaximum minLength maxLength pattern minItems maxItems uniqueItems items minProperties maxProperties required properties dependencies allOf anyOf oneOf not'.split(
    ' ',
  );
const SAME = { additionalItems: 'items', patternProperties: 'properties', additionalProperties: 'properties' };

function rank(word, schema, error) {
  const at = ORDER.indexOf(SAME[word] || word);
  if (word === 'required') return [at, [].concat(schema.required).indexOf(error.params.missingProperty)];
  return /^additional/.test(word) && error.params.at !== undefined ? [at, error.params.at] : at;
}

// How often this place of the schema refers to itself through `$ref` does not show in the genuine paths.
const schemaPath = (path) =>
  segments(path)
    .filter((part) => part !== '$ref')
    .map((part) => `/${escape(part)}`)
    .join('');

// One error of the engine as the one or more that the genuine library has for it.
function worded(error, value, context) {
  const { params } = error;
  const data = follow(value, error.data);
  const path = schemaPath(error.path);
  const make = (name, message, more = {}, at = path, where = error.data, nested = null) => {
    const made = new ValidationError(CODES[name], message, more, where, at, nested);
    return context.said(made, follow(value, where), follow(context.root, error.at.replace(/\/[^/]*$/, '')));
  };
  // The genuine library puts the way to an alternative twice into the paths of its mistakes.
  const twice = (inner, at) => {
    const way = `${path}/${at}`;
    if (inner.schemaPath.startsWith(way)) inner.schemaPath = `${way}/${error.keyword}/${at}${inner.schemaPath.slice(way.length)}`;
    return inner;
  };
  const within = (list) =>
    list.flatMap((branch, at) => order(branch, value, context).flatMap((inner) => worded(inner, value, context)).map((inner) => twice(inner, at)));
  const parent = path.replace(/\/[^/]*$/, '');
  const limit = params.limit;
  switch (error.keyword) {
    case 'type': {
      const expected = typesOf(error, context.root).join('/');
      return [make('INVALID_TYPE', `Invalid type: ${typeName(data)} (expected ${expected})`, { type: typeName(data), expected })];
    }
    case 'enum': {
      const shown = JSON.stringify(data);
      // The genuine library says `type` here.
      return [make('ENUM_MISMATCH', `No enum match for: ${shown}`, { value: shown }, `${parent}/type`)];
    }
    case 'anyOf':
      return [make('ANY_OF_MISSING', 'Data does not match any schemas from "anyOf"', {}, path, error.data, within(error.nested))];
    case 'oneOf': {
      if (!params.several) {
        return [make('ONE_OF_MISSING', 'Data does not match any schemas from "oneOf"', {}, path, error.data, within(error.nested))];
      }
      const [index1, index2] = error.nested.map((list, at) => (list.length ? -1 : at)).filter((at) => at >= 0);
      const text = `Data is valid against more than one schema from "oneOf": indices ${index1} and ${index2}`;
      return [make('ONE_OF_MULTIPLE', text, { index1, index2 })];
    }
    case 'not':
      return [make('NOT_PASSED', 'Data matches schema from "not"')];
    case 'multipleOf': {
      const text = `Value ${data} is not a multiple of ${params.multipleOf}`;
      return [make('NUMBER_MULTIPLE_OF', text, { value: data, multipleOf: params.multipleOf }, parent)];
    }
    case 'minimum':
    case 'exclusiveMinimum':
      return data < limit
        ? [make('NUMBER_MINIMUM', `Value ${data} is less than minimum ${limit}`, { value: data, minimum: limit }, `${parent}/minimum`)]
        : [make('NUMBER_MINIMUM_EXCLUSIVE', `Value ${data} is equal to exclusive minimum ${limit}`, { value: data, minimum: limit }, `${parent}/exclusiveMinimum`)];
    case 'maximum':
    case 'exclusiveMaximum':
      return data > limit
        ? [make('NUMBER_MAXIMUM', `Value ${data} is greater than maximum ${limit}`, { value: data, maximum: limit }, `${parent}/maximum`)]
        : [make('NUMBER_MAXIMUM_EXCLUSIVE', `Value ${data} is equal to exclusive maximum ${limit}`, { value: data, maximum: limit }, `${parent}/exclusiveMaximum`)];
    case 'minLength':
      return [make('STRING_LENGTH_SHORT', `String is too short (${data.length} chars), minimum ${limit}`, { length: data.length, minimum: limit })];
    case 'maxLength':
      return [make('STRING_LENGTH_LONG', `String is too long (${data.length} chars), maximum ${limit}`, { length: data.length, maximum: limit })];
    case 'pattern':
      return [make('STRING_PATTERN', `String does not match pattern: ${params.pattern}`, { pattern: params.pattern })];
    case 'minProperties':
    case 'maxProperties': {
      const propertyCount = Object.keys(data).length;
      return error.keyword === 'minProperties'
        ? [make('OBJECT_PROPERTIES_MINIMUM', `Too few properties defined (${propertyCount}), minimum ${limit}`, { propertyCount, minimum: limit })]
        : [make('OBJECT_PROPERTIES_MAXIMUM', `Too many properties defined (${propertyCount}), maximum ${limit}`, { propertyCount, maximum: limit })];
    }
    case 'required': {
      const key = params.missingProperty;
      const { trigger, deps } = params;
      if (trigger !== undefined) {
        const text = `Dependency failed - key must exist: ${key} (due to key: ${trigger})`;
        return [make('OBJECT_DEPENDENCY_KEY', text, { key: trigger, missing: key }, `${path}/${deps.indexOf(key)}`)];
      }
      const list = follow(context.root, error.at) || [];
      return [make('OBJECT_REQUIRED', `Missing required property: ${key}`, { key }, `${path}/${list.indexOf(key)}`)];
    }
    case 'additionalProperties': {
      const [key] = params.unexpected;
      return [make('OBJECT_ADDITIONAL_PROPERTIES', 'Additional properties not allowed', { key }, path, `${error.data}/${escape(key)}`)];
    }
    case 'minItems':
      return [make('ARRAY_LENGTH_SHORT', `Array is too short (${data.length}), minimum ${limit}`, { length: data.length, minimum: limit })];
    case 'maxItems':
      return [make('ARRAY_LENGTH_LONG', `Array is too long (${data.length}), maximum ${limit}`, { length: data.length, maximum: limit })];
    case 'uniqueItems': {
      const [match1, match2] = twins(data);
      return [make('ARRAY_UNIQUE', `Array items are not unique (indices ${match1} and ${match2})`, { match1, match2 })];
    }
    case 'additionalItems':
      return [make('ARRAY_ADDITIONAL_ITEMS', 'Additional items not allowed', {}, path, `${error.data}/${params.at}`)];
    default:
      return [make('KEYWORD_CUSTOM', `Keyword failed: ${error.keyword}`, { key: error.keyword })];
  }
}

// The first two equal items.
function twins(items) {
  const texts = items.map((item) => JSON.stringify(item));
  for (let i = 0; i < texts.length; i += 1) {
    const j = texts.indexOf(texts[i], i + 1);
    if (j > i) return [i, j];
  }
  return [0, 1];
}

// One error for each property or item that is too many: they stand among the others in the value's order.
function apart(error, value) {
  if (error.keyword === 'additionalItems') {
    const { limit } = error.params;
    return follow(value, error.data).slice(limit).map((_, at) => ({ ...error, params: { at: limit + at } }));
  }
  if (error.keyword !== 'additionalProperties') return [error];
  const keys = Object.keys(follow(value, error.data));
  return error.params.unexpected.map((key) => ({ ...error, params: { unexpected: [key], at: keys.indexOf(key) } }));
}

// After one of these the genuine library looks no further at the same value with the same schema.
const LAST =
  'type enum multipleOf minimum exclusiveMinimum maximum exclusiveMaximum minLength maxLength pattern anyOf oneOf not'.split(' ');

/** The errors in order, without those that the genuine library does not come to. */
function order(errors, value, context) {
  const all = errors.flatMap((error) => apart(error, value));
  const stops = [];
  return sorted(all, value, context.root, { rank, byData: true, schemas: context.schemas }).filter((error) => {
    if (stops.some(({ path, data }) => error.path.startsWith(path) && `${error.data}/`.startsWith(data))) return false;
    if (LAST.includes(error.keyword)) stops.push({ path: error.path.replace(/[^/]*$/, ''), data: `${error.data}/` });
    return true;
  });
}

const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'];
const isCount = (value) => Number.isInteger(value) && value >= 0;
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const isText = (value) => typeof value === 'string';
// The genuine library takes any schema and passes over what makes no sense in it; this says what makes sense.
const SENSE = {
  type: (value) => [].concat(value).every((type) => TYPES.includes(type)) && new Set([].concat(value)).size > 0,
  enum: (value) => Array.isArray(value) && value.length > 0,
  required: (value) => Array.isArray(value) && value.length > 0 && value.every(isText),
  minLength: isCount,
  maxLength: isCount,
  minItems: isCount,
  maxItems: isCount,
  minProperties: isCount,
  maxProperties: isCount,
  minimum: Number.isFinite,
  maximum: Number.isFinite,
  exclusiveMinimum: (value, schema) => typeof value === 'boolean' && Number.isFinite(schema.minimum),
  exclusiveMaximum: (value, schema) => typeof value === 'boolean' && Number.isFinite(schema.maximum),
  multipleOf: (value) => Number.isFinite(value) && value > 0,
  uniqueItems: (value) => typeof value === 'boolean',
  pattern: isText,
  properties: isObject,
  patternProperties: isObject,
  definitions: isObject,
  dependencies: isObject,
};
const LISTS = ['allOf', 'anyOf', 'oneOf'];

// A copy that the engine takes: draft 4 without what makes no sense, and without references that lead nowhere.
function sensible(schema, context) {
  if (!isObject(schema)) return {};
  let reference = isText(schema.$ref);
  if (reference && resolve(schema.$ref, context.root, context.schemas) === undefined) {
    const uri = schema.$ref.replace(/#.*$/, '');
    if (!context.missing.includes(uri)) context.missing.push(uri);
    reference = false;
    schema = schema.definitions ? { definitions: schema.definitions } : {};
  }
  const copy = {};
  const each = (parts) => Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, sensible(part, context)]));
  for (let [word, value] of Object.entries(schema)) {
    if (word === 'divisibleBy') word = 'multipleOf';
    // `/body/flags` as in JavaScript is a pattern too.
    if (word === 'pattern' && value instanceof RegExp) value = value.source;
    if (SENSE[word] && !SENSE[word](value, schema)) continue;
    if (word === '$ref' && !reference) continue;
    if (word === 'pattern') value = value.replace(/^\/(.+)\/$/, '$1');
    if (['id', '$schema', 'format'].includes(word)) {
      if (word === 'id' && isText(value)) copy[word] = value;
    } else if (['properties', 'patternProperties', 'definitions'].includes(word)) copy[word] = each(value);
    else if (word === 'dependencies') {
      copy[word] = Object.fromEntries(
        Object.entries(value).map(([name, part]) => [name, isText(part) ? [part] : Array.isArray(part) ? part : sensible(part, context)]),
      );
    } else if (LISTS.includes(word)) {
      if (Array.isArray(value) && value.length) copy[word] = value.map((part) => sensible(part, context));
    } else if (word === 'items') copy[word] = Array.isArray(value) ? value.map((part) => sensible(part, context)) : sensible(value, context);
    else if (word === 'not') copy[word] = sensible(value, context);
    else if (word === 'additionalProperties' || word === 'additionalItems') {
      copy[word] = typeof value === 'boolean' ? value : sensible(value, context);
    } else copy[word] = value;
  }
  return copy;
}

// Properties that no part of the schema speaks of.
function unknown(data, schemas, path, context) {
  const parts = [];
  const spread = (schema, seen) => {
    if (!isObject(schema) || seen.includes(schema)) return;
    if (isText(schema.$ref)) {
      spread(resolve(schema.$ref, context.root, context.schemas), seen.concat([schema]));
      return;
    }
    parts.push(schema);
    for (const word of LISTS) for (const part of schema[word] || []) spread(part, seen.concat([schema]));
  };
  for (const schema of schemas) spread(schema, []);
  if (Array.isArray(data)) {
    return data.flatMap((item, at) => {
      const below = parts.map(({ items, additionalItems }) => (Array.isArray(items) ? (at in items ? items[at] : additionalItems) : items));
      return unknown(item, below, `${path}/${at}`, context);
    });
  }
  if (!isObject(data)) return [];
  return Object.entries(data).flatMap(([name, value]) => {
    const below = parts.flatMap(({ properties, patternProperties, additionalProperties }) => {
      const found = properties && properties[name] !== undefined ? [properties[name]] : [];
      for (const [pattern, part] of Object.entries(patternProperties || {})) if (new RegExp(pattern).test(name)) found.push(part);
      return found.length || additionalProperties === undefined ? found : [additionalProperties];
    });
    const where = `${path}/${escape(name)}`;
    if (below.length === 0) return [new ValidationError(CODES.UNKNOWN_PROPERTY, 'Unknown property (not in schema)', { path: where }, where, '', null)];
    return unknown(value, below, where, context);
  });
}

// What a value holds of itself is left out where it comes again.
function finite(value, above = []) {
  if (value === null || typeof value !== 'object' || typeof value.toJSON === 'function') return value;
  if (above.includes(value)) return undefined;
  const inner = above.concat([value]);
  if (Array.isArray(value)) return value.map((item) => finite(item, inner));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, finite(item, inner)]));
}

// Its references and ids as whole URIs, put in place.
function normalized(schema, base) {
  if (Array.isArray(schema)) for (const part of schema) normalized(part, base);
  if (!isObject(schema)) return;
  if (isText(schema.id)) base = schema.id = base === undefined ? schema.id : joined(base, schema.id);
  if (isText(schema.$ref) && base !== undefined) schema.$ref = joined(base, schema.$ref);
  for (const [word, part] of Object.entries(schema)) if (word !== 'enum') normalized(part, base);
}

// After one of these the search at this value is over.
const ENDING = new Set(Object.values(CODES).filter((code) => code < 300));

function createApi() {
  let schemas = {};
  let language = 'en';
  let reporter;
  const formats = {};
  const keywords = {};
  const asked = new Set();

  // The text of an error, by the script's reporter or in its language.
  function said(error, data, schema) {
    const text = reporter ? reporter(error, data, schema) : undefined;
    if (text) error.message = text;
    else if (language !== 'en') error.message = textOf(language, error.code, error.params);
    return error;
  }

  function errorsOf(data, schema, recursive, ban) {
    if (typeof schema === 'string') schema = { $ref: schema };
    if (recursive) data = finite(data);
    const context = { root: schema, schemas, missing: [], said };
    const own = sensible(schema, context);
    const others = {};
    for (const [uri, other] of Object.entries(schemas)) others[uri] = sensible(other, { ...context, root: other });
    const check = compile(own, { draft: 4, formats: false, schemas: others });
    if (typeof check !== 'function') throw new Error(`the schema cannot be used: ${check.unresolved || reason(check.invalid[0])}`);
    const value = data === undefined ? null : JSON.parse(JSON.stringify(data));
    const errors = order(check(value), value, context).flatMap((error) => worded(error, value, context));
    const stopped = (path) => errors.some(({ dataPath, code }) => dataPath === path && ENDING.has(code));
    for (const own of ownErrors({ formats, keywords, schemas, root: schema, codes }, value, stopped)) {
      const { code, params, dataPath, schemaPath: at, value: part, schema: by } = own;
      errors.push(said(new ValidationError(code, textOf('en', code, params), params, dataPath, at, null), part, by));
    }
    for (const uri of context.missing) asked.add(uri);
    if (ban && errors.length === 0) errors.push(...unknown(value, [schema], '', context));
    return { errors, missing: context.missing };
  }
  const reason = (error) => `\`${error.data || '/'}\` breaks \`${error.keyword}\``;
  const shown = function () {
    return this.valid ? 'valid' : this.error.message;
  };

  const api = {
    missing: [],
    error: null,
    valid: true,
    errorCodes: codes,
    validate(data, schema, recursive, ban) {
      const { errors, missing: gone } = errorsOf(data, schema, recursive, ban);
      this.error = errors.length ? errors[0] : null;
      this.missing = gone;
      this.valid = errors.length === 0;
      return this.valid;
    },
    validateResult(...given) {
      const result = { toString: shown };
      api.validate.apply(result, given);
      return result;
    },
    validateMultiple(data, schema, recursive, ban) {
      const { errors, missing: gone } = errorsOf(data, schema, recursive, ban);
      const result = { toString: shown, errors, missing: gone, valid: errors.length === 0 };
      if (errors.length) Object.defineProperty(result, 'error', { value: errors[0], enumerable: false });
      return result;
    },
    addSchema(uri, schema) {
      if (typeof uri !== 'string') [uri, schema] = [uri.id, uri];
      if (typeof uri === 'string') schemas[uri.replace(/#$/, '')] = schema;
    },
    addFormat(name, check) {
      Object.assign(formats, name !== null && typeof name === 'object' ? name : { [name]: check });
    },
    defineKeyword(name, check) {
      keywords[name] = (keywords[name] || []).concat([check]);
    },
    defineError,
    addLanguage,
    setErrorReporter(given) {
      reporter = typeof given === 'function' ? given : undefined;
      return true;
    },
    normSchema: normalized,
    resolveUrl: (base, uri) => (base === undefined || base === null ? uri : joined(String(base), uri)),
    getDocumentUri: (uri) => uri.replace(/#.*/, ''),
    getSchema(uri) {
      const found = resolve(uri, {}, schemas);
      if (found === undefined) asked.add(uri.replace(/#.*$/, ''));
      return found;
    },
    getSchemaMap: () => ({ ...schemas }),
    getSchemaUris: (filter) => Object.keys(schemas).filter((uri) => !filter || filter.test(uri)),
    getMissingUris: (filter) => [...asked].filter((uri) => !(uri in schemas) && (!filter || filter.test(uri))),
    dropSchemas() {
      schemas = {};
    },
    reset() {
      schemas = {};
      this.error = null;
      this.missing = [];
      this.valid = true;
    },
    freshApi: () => createApi(),
    language(code) {
      if (code === undefined) return language;
      const known = languageOf(code);
      if (known) language = known;
      return known;
    },
  };
  api.tv4 = api;
  return api;
}

export const tv4 = createApi();
