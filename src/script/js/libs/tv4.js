// `tv4`: JSON Schema draft 4, with the errors of the library of that name.

import { joined } from './ajv-refs.js';
import { pointed } from './schema.js';
import { Walk } from './tv4-rules.js';
import { documentOf, normalized, Schemas } from './tv4-schemas.js';
import { addLanguage, codes, defineError, languageOf, textOf } from './tv4-words.js';

function ValidationError(code, params, dataPath, schemaPath, subErrors) {
  Object.assign(this, { message: '', params, code, dataPath, schemaPath, subErrors, stack: '' });
}
Object.setPrototypeOf(ValidationError.prototype, Error.prototype);
ValidationError.prototype.name = 'ValidationError';
/** Says where the value, or its schema, is part of another. */
ValidationError.prototype.prefixWith = function (data, schema) {
  const step = (name) => (name === null || name === undefined ? '' : pointed(name));
  const [value, part] = [step(data), step(schema)];
  this.dataPath = value + this.dataPath;
  this.schemaPath = part + this.schemaPath;
  // The genuine library escapes the names anew for those within.
  for (const inner of this.subErrors || []) inner.prefixWith(value ? value.slice(1) : null, part ? part.slice(1) : null);
  return this;
};

function createApi() {
  let schemas = new Schemas();
  let language = 'en';
  let reporter;
  const formats = {};
  const keywords = {};

  // An error with its text, by the script's reporter or in its language.
  // Where the script asked, told once: a list may have ten thousands of errors.
  let frames = '';
  function make(name, params, value, schema, { at = '', data, nested = null } = {}) {
    const code = typeof name === 'number' ? name : codes[name];
    const error = new ValidationError(code, params, data || '', at, nested);
    error.message = (reporter && reporter(error, value, schema)) || textOf(language, code, params);
    error.stack = `Error${error.message ? `: ${error.message}` : ''}${frames}`;
    return error;
  }

  function errorsOf(all, value, schema, recursive, ban) {
    if (typeof schema === 'string') schema = { $ref: schema };
    const known = new Schemas(schemas);
    known.add('', schema);
    frames = new Error('').stack.slice('Error'.length);
    const walk = new Walk({ schemas: known, formats, keywords, codes, make, all, recursive, ban });
    const error = walk.run(value, schema);
    return { error, errors: walk.errors, missing: known.missing };
  }
  const shown = function () {
    return this.valid ? 'valid' : this.error.message;
  };

  const api = {
    missing: [],
    error: null,
    valid: true,
    errorCodes: codes,
    validate(...given) {
      const { error, missing } = errorsOf(false, ...given);
      Object.assign(this, { error, missing, valid: error === null });
      return this.valid;
    },
    validateResult(...given) {
      const result = { toString: shown };
      api.validate.apply(result, given);
      return result;
    },
    validateMultiple(...given) {
      const { errors, missing } = errorsOf(true, ...given);
      const result = { toString: shown, errors, missing, valid: errors.length === 0 };
      if (errors.length) Object.defineProperty(result, 'error', { value: errors[0], enumerable: false });
      return result;
    },
    addSchema(uri, schema) {
      if (typeof uri !== 'string' || schema === undefined) {
        if (uri === null || typeof uri !== 'object' || typeof uri.id !== 'string') return;
        [uri, schema] = [uri.id, uri];
      }
      schemas.add(uri, schema);
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
    getDocumentUri: documentOf,
    getSchema: (uri) => schemas.find(uri),
    getSchemaMap: () => Object.fromEntries(schemas.uris().map((uri) => [uri, schemas.known[uri]])),
    getSchemaUris: (filter) => schemas.uris().filter((uri) => !filter || filter.test(uri)),
    getMissingUris: (filter) => [...schemas.asked].filter((uri) => !filter || filter.test(uri)),
    dropSchemas() {
      schemas = new Schemas();
    },
    reset() {
      schemas.missing = [];
      schemas.asked.clear();
      Object.assign(this, { error: null, missing: [], valid: true });
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
