// `ajv`: JSON Schema drafts 6 and 7, as version 6 of the library of that name has them.

import { missing } from '../libs.js';
import { formatsOf } from './ajv-formats.js';
import { errorsOf } from './ajv-rules.js';
import { ASKING, GROUPS, SAYING } from './ajv-values.js';
import { bare, baseOf, eachPart, find, joined, lookUp } from './ajv-refs.js';
import { compile as native, isPlain, meta } from './schema.js';

const DRAFT_7 = 'http://json-schema.org/draft-07/schema';

// What is asked of the definition of a keyword.
const KEYWORD = {
  type: 'object',
  dependencies: { schema: ['validate'], $data: ['validate'], statements: ['inline'], valid: { not: { required: ['macro'] } } },
  properties: {
    type: { anyOf: [{ $ref: '#/definitions/type' }, { type: 'array', items: { $ref: '#/definitions/type' }, minItems: 1, uniqueItems: true }] },
    ...Object.fromEntries(['schema', 'statements', 'modifying', 'valid', '$data', 'async'].map((name) => [name, { type: 'boolean' }])),
    dependencies: { type: 'array', items: { type: 'string' } },
    metaSchema: { type: 'object' },
    errors: { anyOf: [{ type: 'boolean' }, { const: 'full' }] },
  },
  definitions: { type: { enum: ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'] } },
};

const stable = (schema) =>
  JSON.stringify(schema, (_, value) => (value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value));

function loggerOf(logger) {
  if (logger === false || logger === undefined) return { log() {}, warn() {}, error() {} };
  if (!(typeof logger === 'object' && logger.log && logger.warn && logger.error)) throw new Error('logger must implement log, warn and error methods');
  return logger;
}

export function Ajv(options) {
  if (!new.target) return new Ajv(options);
  this._opts = { ...options };
  this.logger = loggerOf(this._opts.logger);
  for (const name of ['processCode', 'sourceCode', 'strictDefaults']) {
    if (this._opts[name]) throw new Error(`the option '${name}' of 'ajv' is not supported`);
  }
  this.errors = null;
  this._schemas = {};
  this._refs = {};
  this._formats = formatsOf(this._opts.format);
  this._groups = GROUPS.map(({ type, rules }) => ({ type, rules: [...rules] }));
  this._asking = new Set(ASKING);
  this._keywords = new Map();
  this._compiled = new Map();
  this._patterns = new Map();
  this._madeOf = new WeakMap();
  this._plans = new WeakMap();
  this._indexes = new WeakMap();
  for (const [name, format] of Object.entries(this._opts.formats || {})) this.addFormat(name, format);
  for (const [name, definition] of Object.entries(this._opts.keywords || {})) this.addKeyword(name, definition);
  if (this._opts.meta !== false) this._refs[DRAFT_7] = meta();
  if (this._opts.meta !== null && typeof this._opts.meta === 'object') this.addMetaSchema(this._opts.meta);
  if (this._opts.nullable) this.addKeyword('nullable', { metaSchema: { type: 'boolean' } });
  const { schemas } = this._opts;
  if (Array.isArray(schemas)) this.addSchema(schemas);
  else for (const [key, schema] of Object.entries(schemas || {})) this.addSchema(schema, key);
}

// What the pattern of a value read by `$data` may stand for: anything.
const withoutData = (schema) => {
  if (Array.isArray(schema)) return schema.map(withoutData);
  if (schema === null || typeof schema !== 'object') return schema;
  return Object.fromEntries(Object.entries(schema).filter(([, part]) => !(part !== null && typeof part === 'object' && typeof part.$data === 'string' && Object.keys(part).length === 1)).map(([word, part]) => [word, withoutData(part)]));
};

// What cannot be found out by looking at the schema of schemas.
function inspect(ajv, schema, document = schema) {
  const { unknownFormats, format: formats, strictKeywords, missingRefs, validateSchema } = ajv._opts;
  const look = (part, path, root) => {
    const { format, $ref } = part;
    if (typeof format === 'string' && !Object.hasOwn(ajv._formats, format) && formats !== false) {
      if (unknownFormats === 'ignore') ajv.logger.warn(`unknown format "${format}" ignored in schema at path "${path}"`);
      else if (!(Array.isArray(unknownFormats) && unknownFormats.includes(format))) throw new Error(`unknown format "${format}" is used in schema at path "${path}"`);
    }
    if (strictKeywords) {
      const unknown = Object.keys(part).find((word) => !ajv._asking.has(word) && !SAYING.includes(word));
      if (unknown && strictKeywords === 'log') ajv.logger.warn(`unknown keyword: ${unknown}`);
      else if (unknown) throw new Error(`unknown keyword: ${unknown}`);
    }
    if (typeof $ref === 'string' && find(ajv, root, part) === undefined) {
      if (missingRefs === 'ignore') ajv.logger.warn(`can't resolve reference ${$ref} from id ${baseOf(ajv, root, part).replace(/#.*$/, '')}#`);
      else if (missingRefs !== 'fail') throw new MissingRefError(baseOf(ajv, root, part), $ref);
    }
    if (typeof $ref === 'string' && ajv._opts.extendRefs !== true && Object.keys(part).some((word) => word !== '$ref' && ajv._asking.has(word))) {
      if (ajv._opts.extendRefs === 'fail') throw new Error(`$ref: validation keywords used in schema at path "${path}" (see option extendRefs)`);
      ajv.logger.warn(`$ref: keywords ignored in schema at path "${path}"`);
    }
    for (const [word, definition] of ajv._keywords) {
      if (part[word] === undefined || definition === undefined || validateSchema === false || (ajv._opts.$data && part[word] && part[word].$data)) continue;
      const { dependencies, validateSchema: good } = definition;
      if (dependencies && !dependencies.every((name) => Object.hasOwn(part, name))) throw new Error(`parent schema must have all required keywords: ${dependencies.join(',')}`);
      if (good && !good(part[word])) throw new Error(`keyword schema is invalid: ${ajv.errorsText(good.errors)}`);
      if (definition.compile || definition.macro) ajv._made(definition, definition.compile ? 'compile' : 'macro', part[word], part);
    }
  };
  eachPart(ajv, schema, look, { root: document });
}

function added(ajv, schema, { checked = true } = {}) {
  if (typeof schema !== 'object' && typeof schema !== 'boolean') throw new Error('schema should be object or boolean');
  const id = schema === null ? '' : bare(ajv._getId(schema));
  if (id && ajv._opts.addUsedSchema !== false) unique(ajv, id);
  if (checked && ajv._opts.validateSchema !== false) ajv.validateSchema(schema, true);
  return id;
}

function unique(ajv, id) {
  if (ajv._schemas[id] || ajv._refs[id]) throw new Error(`schema with key or id "${id}" already exists`);
}

// With one of these the engine would see another thing.
const CHANGING = 'coerceTypes useDefaults removeAdditional $data nullable ownProperties extendRefs multipleOfPrecision missingRefs strictNumbers'.split(' ');

// Whether the engine, which is quick, finds a value good; what is wrong with others the rules here say. Formats it does
// not know: those of this library are its own.
function quickly(ajv, schema) {
  const { uniqueItems, unicode, schemaId, format } = ajv._opts;
  const changed = CHANGING.some((name) => ajv._opts[name]) || uniqueItems === false || unicode === false || (schemaId && schemaId !== '$id');
  if (changed || ajv._keywords.size || schema === null || typeof schema !== 'object' || schema.$async) return () => false;
  const { [DRAFT_7]: _meta, ...schemas } = { ...ajv._refs, ...ajv._schemas };
  if (format !== false && JSON.stringify([schema, schemas]).includes('"format":')) return () => false;
  return native(schema, schemas);
}

function functionOf(ajv, schema, root = schema) {
  let isGood;
  const validate = function (value, path, parent, key, top) {
    // The engine sees JSON: what is another thing there than here is not for it.
    if (root === schema && value !== null && typeof value === 'object' && isPlain(value)) {
      isGood ||= quickly(ajv, schema);
      validate.errors = null;
      if (isGood(value)) return true;
    }
    const errors = errorsOf(ajv, schema, value, { path, parent, key, top, root, context: this });
    validate.errors = errors.length ? errors : null;
    if (schema !== null && schema.$async === true) return errors.length ? Promise.reject(new Ajv.ValidationError(errors)) : Promise.resolve(value);
    return errors.length === 0;
  };
  missing(Object.assign(validate, { schema, errors: null }), 'ajv', 'refs refVal root');
  if (schema !== null && schema.$async === true) validate.$async = true;
  return validate;
}

Object.assign(Ajv.prototype, {
  _getId(schema) {
    if (schema === null || typeof schema !== 'object') return undefined;
    const { schemaId } = this._opts;
    if (schemaId === 'auto') {
      if (schema.$id && schema.id && schema.$id !== schema.id) throw new Error('schema $id is different from id');
      return schema.$id || schema.id;
    }
    return schemaId === 'id' ? schema.id : schema.$id;
  },
  _document(id) {
    const found = this._schemas[id] ?? this._refs[id];
    return found === undefined && id === 'http://json-schema.org/schema' ? this._refs[DRAFT_7] : found;
  },
  _documents() {
    return [...Object.values(this._schemas), ...Object.values(this._refs)];
  },
  _pattern(text) {
    if (!this._patterns.has(text)) this._patterns.set(text, new RegExp(text));
    return this._patterns.get(text);
  },
  // What a keyword makes of its value, once.
  _made(definition, way, value, parent) {
    let made = this._madeOf.get(parent);
    if (!made) this._madeOf.set(parent, (made = new Map()));
    if (!made.has(definition)) {
      const result = definition[way].call(this, value, parent, this);
      if (result === undefined) throw new Error(`custom keyword "${[...this._keywords].find(([, own]) => own === definition)[0]}"failed to compile`);
      if (way === 'macro' && this._opts.validateSchema !== false) this.validateSchema(result, true);
      made.set(definition, result);
    }
    return made.get(definition);
  },
  compile(schema) {
    const text = stable(schema);
    const known = this._compiled.get(text);
    if (known) return known;
    const id = added(this, schema);
    const own = id && id[0] !== '#' && this._opts.addUsedSchema !== false;
    if (own) this._refs[id] = schema;
    try {
      inspect(this, schema);
    } catch (error) {
      if (own) delete this._refs[id];
      throw error;
    }
    const validate = functionOf(this, schema);
    this._compiled.set(text, validate);
    return validate;
  },
  validate(schema, value) {
    let validate;
    if (typeof schema === 'string') {
      validate = this.getSchema(schema);
      if (!validate) throw new Error(`no schema with key or ref "${schema}"`);
    } else {
      validate = this.compile(schema);
    }
    const valid = validate(value);
    if (!validate.$async) this.errors = validate.errors;
    return valid;
  },
  validateSchema(schema, strictly) {
    const $schema = schema === null ? undefined : schema.$schema;
    if ($schema !== undefined && typeof $schema !== 'string') throw new Error('$schema must be a string');
    const by = $schema || this._opts.defaultMeta || (this._refs[DRAFT_7] || this._schemas[DRAFT_7] ? DRAFT_7 : undefined);
    if (!by) {
      this.logger.warn('meta-schema not available');
      this.errors = null;
      return true;
    }
    const document = this._document(bare(by));
    if (document === undefined) throw new Error(`no schema with key or ref "${by}"`);
    const errors = errorsOf(this._checker(), document, this._opts.$data ? withoutData(schema) : schema, { root: document });
    this.errors = errors.length ? errors : null;
    if (errors.length && strictly) {
      const message = `schema is invalid: ${this.errorsText()}`;
      if (this._opts.validateSchema !== 'log') throw new Error(message);
      this.logger.error(message);
    }
    return errors.length === 0;
  },
  // For schemas: none of the options that change values or skip rules.
  _checker() {
    const { allErrors, verbose, jsonPointers, schemaId, logger } = this._opts;
    const checker = Object.create(this);
    checker._plans = new WeakMap();
    checker._opts = { allErrors, verbose, jsonPointers, schemaId, logger, unknownFormats: 'ignore' };
    return checker;
  },
  addSchema(schema, key) {
    if (Array.isArray(schema)) {
      for (const item of schema) this.addSchema(item);
      return this;
    }
    const id = schema === null ? undefined : this._getId(schema);
    if (id !== undefined && typeof id !== 'string') throw new Error('schema id must be string');
    const name = bare(key || id || '');
    unique(this, name);
    added(this, schema);
    this._schemas[name] = schema;
    return this;
  },
  addMetaSchema(schema, key) {
    return this.addSchema(schema, key);
  },
  getSchema(key) {
    const document = this._document(bare(key));
    if (document !== undefined) return this._kept(document, document);
    const found = lookUp(this, {}, key);
    return found && this._kept(...found);
  },
  _kept(schema, root) {
    const known = this._compiled.get(schema);
    if (known) return known;
    inspect(this, schema, root);
    const validate = functionOf(this, schema, root);
    this._compiled.set(schema, validate);
    return validate;
  },
  removeSchema(key) {
    const forget = (wanted) => {
      for (const table of [this._schemas, this._refs]) {
        for (const name of Object.keys(table)) {
          if (name === DRAFT_7 || !wanted(name, table[name])) continue;
          this._compiled.delete(table[name]);
          this._compiled.delete(stable(table[name]));
          delete table[name];
        }
      }
    };
    if (key === undefined) {
      forget(() => true);
      this._compiled.clear();
    } else if (key instanceof RegExp) forget((name) => key.test(name));
    else if (typeof key === 'string') forget((name) => name === bare(key));
    else {
      const text = stable(key);
      this._compiled.delete(text);
      forget((name, schema) => name === bare(this._getId(key) || ' ') || stable(schema) === text);
    }
    return this;
  },
  addFormat(name, format) {
    this._formats[name] = typeof format === 'string' ? new RegExp(format) : format;
    return this;
  },
  addKeyword(name, definition) {
    if (this._asking.has(name) || SAYING.includes(name)) throw new Error(`Keyword ${name} is already defined`);
    if (!/^[a-z_$][a-z0-9_$-]*$/i.test(name)) throw new Error(`Keyword ${name} is not a valid identifier`);
    if (definition) {
      this.validateKeyword(definition, true);
      for (const word of ['inline', 'async']) {
        if (definition[word]) throw new Error(`'${word}' in a keyword of 'ajv' is not supported`);
      }
      if (definition.compile || definition.macro || definition.validate) {
        for (const type of Array.isArray(definition.type) ? definition.type : [definition.type]) {
          let group = this._groups.find((other) => other.type === type);
          if (!group) this._groups.push((group = { type, rules: [] }));
          group.rules.push({ keyword: name, definition });
        }
      }
      if (definition.metaSchema) definition.validateSchema = new Ajv().compile(definition.metaSchema);
    }
    this._keywords.set(name, definition || undefined);
    this._asking.add(name);
    this._plans = new WeakMap();
    return this;
  },
  getKeyword(name) {
    return this._keywords.get(name) || this._asking.has(name) || SAYING.includes(name);
  },
  removeKeyword(name) {
    this._plans = new WeakMap();
    this._keywords.delete(name);
    this._asking.delete(name);
    for (const group of this._groups) group.rules = group.rules.filter((rule) => rule !== name && rule.keyword !== name);
    return this;
  },
  validateKeyword(definition, strictly) {
    const check = new Ajv().compile(KEYWORD);
    const good = check(definition);
    Ajv.prototype.validateKeyword.errors = check.errors;
    if (!good && strictly) throw new Error(`custom keyword definition is invalid: ${this.errorsText(check.errors)}`);
    return good;
  },
  /** Asks `loadSchema` for what the schema refers to, until nothing is missing. */
  compileAsync(schema, asMeta, callback = typeof asMeta === 'function' ? asMeta : undefined) {
    const { loadSchema } = this._opts;
    if (typeof loadSchema !== 'function') throw new Error('options.loadSchema should be a function');
    const metaOf = async ({ $schema }) => {
      if ($schema && !this.getSchema($schema)) await this.compileAsync({ $ref: $schema });
    };
    const all = async () => {
      await metaOf(schema);
      for (;;) {
        try {
          return this.compile(schema);
        } catch (error) {
          if (!(error instanceof MissingRefError)) throw error;
          const { missingRef, missingSchema } = error;
          if (this._document(missingSchema) !== undefined) throw new Error(`Schema ${missingSchema} is loaded but ${missingRef} cannot be resolved`, { cause: error });
          const found = await loadSchema(missingSchema);
          await metaOf(found);
          if (this._document(missingSchema) === undefined) this.addSchema(found, missingSchema);
        }
      }
    };
    const outcome = all();
    if (callback) outcome.then((validate) => callback(null, validate), callback);
    return outcome;
  },
  errorsText(errors = this.errors, { separator = ', ', dataVar = 'data' } = {}) {
    const list = errors || this.errors;
    if (!list) return 'No errors';
    return list.map((error) => `${dataVar}${error.dataPath} ${error.message}`).join(separator);
  },
});

// What `err instanceof Ajv.ValidationError` asks for.
Ajv.ValidationError = class ValidationError extends Error {
  constructor(errors) {
    super('validation failed');
    this.errors = errors;
    this.ajv = this.validation = true;
  }
};

class MissingRefError extends Error {
  constructor(base, ref, message = MissingRefError.message(`${base.replace(/#.*$/, '')}#`, ref)) {
    super(message);
    this.missingRef = joined(base, ref);
    this.missingSchema = bare(this.missingRef.replace(/#.*$/, ''));
  }

  static message(base, ref) {
    return `can't resolve reference ${ref} from id ${base}`;
  }
}
Ajv.MissingRefError = MissingRefError;
missing(Ajv, 'ajv', '$dataMetaSchema');
// What packages that add keywords reach into.
missing(Ajv.prototype, 'ajv', 'RULES _fragments _cache _loadingSchemas _compilations _metaOpts _addSchema _compile');
