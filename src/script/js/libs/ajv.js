// `ajv`: JSON Schema drafts 6 and 7, with the errors of version 6 of the library of that name.

import { missing } from '../libs.js';
import { compile, follow, resolve, segments, sorted, typesOf } from './schema.js';

// The rules in the order the genuine library takes them.
const ORDER =
  'type minimum maximum multipleOf format maxLength minLength pattern maxItems minItems items contains uniqueItems maxProperties minProperties required dependencies propertyNames properties $ref const enum not anyOf oneOf allOf if'.split(
    ' ',
  );
const SAME = {
  exclusiveMaximum: 'maximum',
  exclusiveMinimum: 'minimum',
  additionalItems: 'items',
  additionalProperties: 'properties',
  patternProperties: 'properties',
  then: 'if',
  else: 'if',
  falseSchema: 'type',
};
// Within the rank of `properties`: what comes first, the properties in their order, what comes last.
const WITHIN = { additionalItems: -1, additionalProperties: -1, patternProperties: 1 };

const isEmpty = (schema) => schema === true || (schema && typeof schema === 'object' && Object.keys(schema).length === 0);

function rank(word, schema, error, last) {
  if (last && word === 'required') {
    // A missing property that has a schema is found where its schema would be looked at.
    const name = error.params.missingProperty;
    const own = schema.properties && schema.properties[name];
    if (own !== undefined && !isEmpty(own)) {
      return [ORDER.indexOf('properties'), 0, Object.keys(schema.properties).indexOf(name)];
    }
    return [ORDER.indexOf('required'), (schema.required || []).indexOf(name)];
  }
  const at = ORDER.indexOf(SAME[word] || word);
  return ['properties', 'items'].includes(SAME[word] || word) ? [at, WITHIN[word] || 0] : at;
}

// Names that the schema does not spell out stand in brackets.
function dataPath(value, error) {
  const loose = new Set();
  const steps = segments(error.path);
  for (let at = 0, depth = 0; at < steps.length; at += 1) {
    const word = steps[at];
    if (word === 'properties' || word === 'patternProperties') at += 1;
    if (word === 'patternProperties' || word === 'additionalProperties') loose.add(depth);
    if (['properties', 'patternProperties', 'additionalProperties', 'items', 'additionalItems'].includes(word)) depth += 1;
    if (['dependencies', 'definitions', 'allOf', 'anyOf', 'oneOf'].includes(word)) at += 1;
    if (word === 'items' && /^\d+$/.test(steps[at + 1])) at += 1;
  }
  let path = '';
  segments(error.data).forEach((part, depth) => {
    if (Array.isArray(value)) path += `[${part}]`;
    else path += loose.has(depth) ? bracket(part) : property(part);
    value = value === null || value === undefined ? undefined : value[part];
  });
  return path;
}

const bracket = (name) => `['${quote(name).replace(/\n/g, '\\n').replace(/\r/g, '\\r').replace(/\t/g, '\\t')}']`;
const property = (name) => (/^[a-z$_][a-z$_0-9]*$/i.test(name) ? `.${name}` : bracket(name));

// Where the rule stands, as the genuine library sees it: one that a reference led to stands under the reference's name,
// or, if it refers on, in a schema of its own.
function schemaPath(error, context) {
  const at = error.path.lastIndexOf('/$ref');
  if (at < 0) return `#${error.at}`;
  const rest = error.path.slice(at + '/$ref'.length);
  const target = error.at.endsWith(rest) ? follow(context.root, error.at.slice(0, error.at.length - rest.length)) : undefined;
  return target !== undefined && JSON.stringify(target).includes('"$ref"') ? `#${rest}` : `#${error.at}`;
}

const quote = (text) => text.replace(/['\\]/g, '\\$&');
const count = (params, unit) => `${params.limit} ${unit}`;

// keyword → [message, params] of the simple ones
const WORDS = {
  falseSchema: () => ['boolean schema is false', {}],
  const: ({ allowedValue }) => ['should be equal to constant', { allowedValue }],
  contains: () => ['should contain a valid item', {}],
  enum: ({ allowedValues }) => ['should be equal to one of the allowed values', { allowedValues }],
  format: ({ format }) => [`should match format "${quote(format)}"`, { format }],
  maxItems: (params) => [`should NOT have more than ${count(params, 'items')}`, params],
  minItems: (params) => [`should NOT have fewer than ${count(params, 'items')}`, params],
  additionalItems: (params) => [`should NOT have more than ${params.limit} items`, params],
  maxLength: (params) => [`should NOT be longer than ${params.limit} characters`, params],
  minLength: (params) => [`should NOT be shorter than ${params.limit} characters`, params],
  maxProperties: (params) => [`should NOT have more than ${count(params, 'properties')}`, params],
  minProperties: (params) => [`should NOT have fewer than ${count(params, 'properties')}`, params],
  multipleOf: ({ multipleOf }) => [`should be multiple of ${multipleOf}`, { multipleOf }],
  not: () => ['should NOT be valid', {}],
  pattern: ({ pattern }) => [`should match pattern "${quote(pattern)}"`, { pattern }],
};
const COMPARED = {
  minimum: ['>=', false],
  exclusiveMinimum: ['>', true],
  maximum: ['<=', false],
  exclusiveMaximum: ['<', true],
};

function twins(items) {
  const texts = items.map((item) => JSON.stringify(item));
  for (let i = texts.length - 1; i > 0; i -= 1) {
    const j = texts.lastIndexOf(texts[i], i - 1);
    if (j >= 0) return [i, j];
  }
  return [1, 0];
}

/** The genuine library's errors for some of the engine's. */
function worded(errors, value, context) {
  const out = [];
  const ordered = sorted(errors, value, context.root, { rank, byData: false, schemas: context.schemas });
  const conditions = new Map();
  for (const error of ordered) {
    // Errors below `then` are followed by one of the `if`.
    const condition = /^(.*)\/(then|else)\//.exec(error.path);
    const made = one(error, value, context);
    out.push(...made);
    if (condition && context.all) {
      const key = condition[1];
      const base = error.at.replace(new RegExp(`/${condition[2]}/.*$`), '');
      const where = dataPath(value, { ...error, path: condition[1] });
      conditions.set(key, { at: out.length, branch: condition[2], base, where });
    }
  }
  for (const { at, branch, base, where } of [...conditions.values()].toReversed()) {
    const own = { keyword: 'if', dataPath: where, schemaPath: `#${base}/if`, params: { failingKeyword: branch } };
    out.splice(at, 0, { ...own, message: `should match "${branch}" schema` });
  }
  return out;
}

function one(error, value, context) {
  const { keyword, params } = error;
  const data = follow(value, error.data);
  const path = dataPath(value, error);
  const at = schemaPath(error, context).replace(/\^/g, '%5E');
  const make = (message, own = {}, word = keyword, where = at) => ({
    keyword: word,
    dataPath: path,
    schemaPath: where,
    params: own,
    message,
  });
  const below = () => error.nested.flatMap((branch) => cut(worded(branch, value, context), context));
  if (COMPARED[keyword]) {
    const [comparison, exclusive] = COMPARED[keyword];
    return [make(`should be ${comparison} ${params.limit}`, { comparison, limit: params.limit, exclusive })];
  }
  switch (keyword) {
    case 'falseSchema':
      return [make(...WORDS.falseSchema(), 'false schema', `${at.replace(/\/falseSchema$/, '')}/false schema`)];
    case 'type': {
      const type = typesOf(error, context.root).join(',');
      return [make(`should be ${type}`, { type })];
    }
    case 'anyOf':
      return [...below(), make('should match some schema in anyOf')];
    case 'oneOf': {
      const passing = error.nested.map((list, index) => (list.length ? -1 : index)).filter((index) => index >= 0);
      if (!params.several) return [...below(), make('should match exactly one schema in oneOf', { passingSchemas: null })];
      return [
        ...error.nested.slice(0, passing[1]).flatMap((branch) => cut(worded(branch, value, context), context)),
        make('should match exactly one schema in oneOf', { passingSchemas: passing.slice(0, 2) }),
      ];
    }
    case 'required': {
      const name = params.missingProperty;
      const { trigger, deps: wanted } = params;
      if (trigger !== undefined) {
        const deps = wanted.join(', ');
        const text = `should have ${wanted.length === 1 ? 'property' : 'properties'} ${deps} when property ${trigger} is present`;
        const own = { property: trigger, missingProperty: context.all ? name : property(name), depsCount: wanted.length, deps };
        return [make(text, own, 'dependencies', at.replace(/\/[^/]*$/, ''))];
      }
      // Where the first mistake ends the search, a property without a schema of its own is named as code would.
      const parent = follow(context.root, error.at.replace(/\/required$/, '')) || {};
      const own = parent.properties && parent.properties[name];
      const shown = context.all || (own !== undefined && !isEmpty(own)) ? name : property(name);
      return [make(`should have required property '${quote(shown)}'`, { missingProperty: shown })];
    }
    case 'additionalProperties':
      return params.unexpected
        .toSorted((a, b) => Object.keys(data).indexOf(a) - Object.keys(data).indexOf(b))
        .map((name) => make('should NOT have additional properties', { additionalProperty: name }));
    case 'uniqueItems': {
      const [i, j] = twins(data);
      return [make(`should NOT have duplicate items (items ## ${j} and ${i} are identical)`, { i, j })];
    }
    case 'propertyNames': {
      const name = params.propertyName;
      const inner = error.nested.flatMap((branch) => branch.flatMap((found) => one(found, name, context)));
      const named = inner.map((found) => ({ ...found, dataPath: path, propertyName: name }));
      return [...named, make(`property name '${quote(String(name))}' is invalid`, { propertyName: name }, keyword, at.replace(/(\/propertyNames)\/.*$/, '$1'))];
    }
    default:
      return [WORDS[keyword] ? make(...WORDS[keyword](params)) : make(`should pass "${keyword}" keyword validation`)];
  }
}

// Without `allErrors` the first mistake ends the search; those of its alternatives come with it.
function cut(errors, context) {
  if (context.all || errors.length === 0) return errors;
  const parts = ['anyOf', 'oneOf', 'propertyNames', 'if'];
  if (!parts.some((word) => errors.some((error) => error.keyword === word))) return errors.slice(0, 1);
  return errors;
}

const FORMATS =
  'date time date-time uri uri-reference uri-template url email hostname ipv4 ipv6 regex uuid json-pointer json-pointer-uri-fragment relative-json-pointer'.split(
    ' ',
  );
const DRAFTS = {
  'http://json-schema.org/draft-07/schema': 7,
  'http://json-schema.org/draft-06/schema': 6,
  'http://json-schema.org/draft-04/schema': 4,
};
const bare = (id) => id.replace(/#$/, '');

// Calls back with each part of a schema that is a schema.
function eachPart(schema, path, visit) {
  if (schema === null || typeof schema !== 'object') return;
  if (!Array.isArray(schema)) visit(schema, path);
  for (const [word, part] of Object.entries(schema)) {
    if (!['enum', 'const', 'default', 'examples'].includes(word)) eachPart(part, `${path}/${word}`, visit);
  }
}

const CHANGING = ['coerceTypes', 'useDefaults', 'removeAdditional', '$data', 'jsonPointers', 'verbose', 'keywords', 'errorDataPath', 'extendRefs'];

export function Ajv(options) {
  if (!new.target) return new Ajv(options);
  this._opts = { ...options };
  for (const name of CHANGING) {
    const value = this._opts[name];
    if (value && value !== 'object' && value !== 'ignore') throw new Error(`the option '${name}' of 'ajv' is not supported`);
  }
  this.errors = null;
  this._schemas = {};
  this._drafts = this._opts.meta === false ? [] : ['http://json-schema.org/draft-07/schema'];
  this._formats = new Set(FORMATS);
  for (const name of Object.keys(this._opts.formats || {})) this.addFormat(name, this._opts.formats[name]);
  for (const schema of [].concat(this._opts.schemas || [])) this.addSchema(schema);
}

const idOf = (ajv, schema) => (ajv._opts.schemaId === 'id' ? schema.id : ajv._opts.schemaId === 'auto' ? schema.$id || schema.id : schema.$id);

function draftOf(ajv, schema) {
  const id = schema && typeof schema.$schema === 'string' ? bare(schema.$schema) : ajv._drafts[0];
  if (id === undefined) return 7;
  if (!ajv._drafts.includes(id)) throw new Error(`no schema with key or ref "${schema.$schema}"`);
  return DRAFTS[id] || 7;
}

function compileWith(ajv, schema) {
  if (typeof schema !== 'object' && typeof schema !== 'boolean') throw new Error('schema should be object or boolean');
  const draft = draftOf(ajv, schema);
  const { unknownFormats } = ajv._opts;
  eachPart(schema, '#', ({ format }, path) => {
    if (typeof format !== 'string' || ajv._formats.has(format) || ajv._opts.format === false) return;
    if (unknownFormats === 'ignore' || (Array.isArray(unknownFormats) && unknownFormats.includes(format))) return;
    throw new Error(`unknown format "${format}" is used in schema at path "${path}"`);
  });
  const context = { root: schema, schemas: ajv._schemas, all: Boolean(ajv._opts.allErrors) };
  const check = compile(schema, { draft, formats: ajv._opts.format !== false, schemas: ajv._schemas });
  if (check.invalid) {
    const errors = worded(check.invalid, schema, { root: {}, schemas: {}, all: true });
    const error = new Error(`schema is invalid: ${ajv.errorsText(errors, { dataVar: 'data' })}`);
    error.errors = errors;
    throw error;
  }
  if (check.unresolved) {
    const refs = [];
    eachPart(schema, '#', ({ $ref }) => {
      if (typeof $ref === 'string' && resolve($ref, schema, ajv._schemas) === undefined) refs.push($ref);
    });
    const error = new Error(`can't resolve reference ${refs[0] || check.unresolved} from id ${idOf(ajv, schema) || '#'}`);
    error.missingRef = refs[0];
    error.missingSchema = refs[0] && refs[0].replace(/#.*$/, '');
    throw error;
  }
  const validate = (value) => {
    const plain = value === undefined ? null : JSON.parse(JSON.stringify(value));
    const errors = cut(first(check(plain), plain, context), context);
    validate.errors = errors.length ? errors : null;
    return errors.length === 0;
  };
  Object.assign(validate, { schema, errors: null });
  return validate;
}

// With `allErrors` all of them, else those of the first rule that is broken.
function first(errors, value, context) {
  if (context.all || errors.length < 2) return worded(errors, value, context);
  const ordered = sorted(errors, value, context.root, { rank, byData: false, schemas: context.schemas });
  return worded(ordered.slice(0, 1), value, context);
}

const compiled = new WeakMap();

Object.assign(Ajv.prototype, {
  compile(schema) {
    if (typeof schema !== 'object' || schema === null) return compileWith(this, schema);
    const known = compiled.get(schema);
    if (known && known.ajv === this && known.text === JSON.stringify(schema)) return known.validate;
    const validate = compileWith(this, schema);
    const id = idOf(this, schema);
    if (typeof id === 'string') this._schemas[bare(id)] = schema;
    compiled.set(schema, { ajv: this, text: JSON.stringify(schema), validate });
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
    this.errors = validate.errors;
    return valid;
  },
  validateSchema(schema) {
    try {
      compileWith(this, schema);
      this.errors = null;
    } catch (error) {
      if (!error.errors) throw error;
      this.errors = error.errors;
    }
    return this.errors === null;
  },
  addSchema(schema, key) {
    if (Array.isArray(schema)) {
      for (const item of schema) this.addSchema(item);
      return this;
    }
    const id = key === undefined ? idOf(this, schema) : key;
    if (typeof id !== 'string') throw new Error('schema id must be string');
    if (Object.hasOwn(this._schemas, bare(id))) throw new Error(`schema with key or id "${id}" already exists`);
    this._schemas[bare(id)] = schema;
    return this;
  },
  addMetaSchema(schema, key) {
    this._drafts.push(bare(key || schema.$id || schema.id));
    return this;
  },
  getSchema(key) {
    const schema = resolve(key, {}, this._schemas) ?? this._schemas[bare(key)];
    return schema === undefined ? undefined : this.compile(schema);
  },
  removeSchema(key) {
    if (key === undefined) this._schemas = {};
    else if (typeof key === 'string') delete this._schemas[bare(key)];
    else if (key !== null && typeof key === 'object' && !(key instanceof RegExp)) delete this._schemas[bare(idOf(this, key) || '')];
    else for (const name of Object.keys(this._schemas)) if (key.test(name)) delete this._schemas[name];
    return this;
  },
  addFormat(name, format) {
    // The engine has these; another meaning for them, or a format of its own, it cannot take.
    if (format === true) this._formats.add(name);
    else throw new Error("'addFormat' of 'ajv' is not supported");
    return this;
  },
  errorsText(errors = this.errors, { separator = ', ', dataVar = 'data' } = {}) {
    if (!errors || errors.length === 0) return 'No errors';
    return errors.map((error) => `${dataVar}${error.dataPath} ${error.message}`).join(separator);
  },
});
missing(Ajv.prototype, 'ajv', 'compileAsync addKeyword getKeyword removeKeyword validateKeyword');

// What `err instanceof Ajv.ValidationError` asks for.
Ajv.ValidationError = class ValidationError extends Error {
  constructor(errors) {
    super('validation failed');
    this.errors = errors;
    this.ajv = this.validation = true;
  }
};
Ajv.MissingRefError = class MissingRefError extends Error {};
missing(Ajv, 'ajv', '$dataMetaSchema');
