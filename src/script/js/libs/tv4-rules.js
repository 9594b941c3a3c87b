// The rules of `tv4` over one value, in its order and with its errors. Each level of a value ends at the first error of
// its own; with `all`, lists and objects go on to the next item, property or missing name.

import { pointed } from './schema.js';

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const typeName = (value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

// By value; a property that is undefined is none.
function same(a, b) {
  if (a === b) return true;
  if (!a || !b || typeof a !== 'object' || typeof b !== 'object' || Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a)) return a.length === b.length && a.every((item, i) => same(item, b[i]));
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((name) => same(a[name], b[name]));
}

// How far from a whole number a quotient may be.
const CLOSE = 2 ** -51;

// `/body/flags` as in JavaScript is a pattern too.
function patternOf(written) {
  const [, body, flags] = /^\/(.+)\/([img]*)$/.exec(written) || [];
  return body === undefined ? new RegExp(written) : new RegExp(body, flags);
}

/** One run over a value. `make(name, params, value, schema, { at, data, nested })` makes an error. */
export class Walk {
  errors = [];
  #options;
  // What was looked at already, where a value may hold itself.
  #seen = new Map();
  // The places of properties that some schema speaks of, and of those that none does.
  #known = new Set();
  #unknown = new Set();
  // What the alternative that was looked at last said of properties.
  #last;
  // The patterns that were written: a list has many values for one.
  #patterns = new Map();
  // Whether somebody asks where a value is: telling it takes a text for each.
  #places;

  constructor({ schemas, formats, keywords, codes, make, all, recursive, ban }) {
    this.#options = { schemas, formats, keywords: Object.entries(keywords), codes, make, all, recursive, ban };
    this.#places = Boolean(ban) || this.#options.keywords.length > 0;
  }

  /** The first error, or null with what there is in `errors`. */
  run(value, schema) {
    const { ban, make } = this.#options;
    let error = this.#check(value, schema, '');
    for (const path of ban && !error ? this.#unknown : []) error ||= this.#told(make('UNKNOWN_PROPERTY', { path }, value, schema, { data: path }));
    return error;
  }

  // An error that does not end the search where all are wanted.
  #told(error) {
    if (!error || !this.#options.all) return error;
    this.errors.push(error);
    return null;
  }

  #pattern(written) {
    if (written instanceof RegExp) return written;
    let test = this.#patterns.get(written);
    if (!test) this.#patterns.set(written, (test = patternOf(written)));
    // One with `g` goes on from where it was.
    test.lastIndex = 0;
    return test;
  }

  // `name` is a name or a number in the place of a value.
  #within(place, name) {
    return this.#places ? place + pointed(name) : place;
  }

  #resolved(schema, via) {
    if (!isObject(schema) || typeof schema.$ref !== 'string') return schema;
    via ||= new Set();
    if (via.has(schema.$ref)) return this.#options.make('CIRCULAR_REFERENCE', { urls: [...via].join(', ') }, undefined, schema);
    via.add(schema.$ref);
    return this.#resolved(this.#options.schemas.find(schema.$ref), via);
  }

  // `place` is where the value is; `step` is its name in what it is part of, `way` how the schema came to this part.
  #check(value, written, place, way = [], step = null) {
    // Of nothing at all the genuine library cannot read this either.
    let schema = written.$ref === undefined ? written : this.#resolved(written);
    if (schema instanceof Error) {
      this.errors.push(schema);
      return schema;
    }
    if (!schema) return null;
    // `true` asks for nothing, and knows no property.
    if (typeof schema !== 'object') schema = {};
    const before = this.errors.length;
    let seen;
    if (this.#options.recursive && value !== null && typeof value === 'object') {
      if (!this.#seen.has(value)) this.#seen.set(value, new Map());
      seen = this.#seen.get(value);
      if (seen.has(schema)) {
        this.errors.push(...seen.get(schema));
        return null;
      }
      seen.set(schema, []);
    }
    const error = this.#rules(value, schema, place);
    if (error || this.errors.length > before) {
      const found = this.errors.slice(before).concat(error || []);
      for (let i = way.length - 1; i >= 0; i--) for (const one of found) one.prefixWith(i === way.length - 1 ? step : null, way[i]);
    }
    if (seen) seen.set(schema, this.errors.slice(before));
    return this.#told(error);
  }

  #rules(value, schema, place) {
    return (
      this.#single(value, schema) ||
      (Array.isArray(value) && this.#array(value, schema, place)) ||
      (isObject(value) && this.#object(value, schema, place)) ||
      this.#combined(value, schema, place) ||
      this.#format(value, schema) ||
      this.#keyword(value, schema, place) ||
      null
    );
  }

  #single(value, schema) {
    const fail = (name, params, at) => this.#options.make(name, params, value, schema, { at });
    const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, pattern } = schema;
    if (type !== undefined) {
      const own = typeName(value);
      const fits = (wanted) => wanted === own || (wanted === 'integer' && own === 'number' && value % 1 === 0);
      const good = Array.isArray(type) ? type.some(fits) : fits(type);
      if (!good) return fail('INVALID_TYPE', { type: own, expected: [].concat(type).join('/') }, '/type');
    }
    // The genuine library says `type` here.
    if (Array.isArray(schema.enum) && !schema.enum.some((item) => same(value, item))) return fail('ENUM_MISMATCH', { value: JSON.stringify(value) }, '/type');
    if (typeof value === 'number') {
      const multipleOf = schema.multipleOf || schema.divisibleBy;
      const rest = multipleOf === undefined ? 0 : (value / multipleOf) % 1;
      if (rest >= CLOSE && rest < 1 - CLOSE) return fail('NUMBER_MULTIPLE_OF', { value, multipleOf }, '');
      if (value < minimum) return fail('NUMBER_MINIMUM', { value, minimum }, '/minimum');
      if (exclusiveMinimum && value === minimum) return fail('NUMBER_MINIMUM_EXCLUSIVE', { value, minimum }, '/exclusiveMinimum');
      if (value > maximum) return fail('NUMBER_MAXIMUM', { value, maximum }, '/maximum');
      if (exclusiveMaximum && value === maximum) return fail('NUMBER_MAXIMUM_EXCLUSIVE', { value, maximum }, '/exclusiveMaximum');
      if (!Number.isFinite(value)) return fail('NUMBER_NOT_A_NUMBER', { value }, '/type');
    }
    if (typeof value !== 'string') return null;
    const { length } = value;
    if (length < minLength) return fail('STRING_LENGTH_SHORT', { length, minimum: minLength }, '/minLength');
    if (length > maxLength) return fail('STRING_LENGTH_LONG', { length, maximum: maxLength }, '/maxLength');
    const isPattern = typeof pattern === 'string' || pattern instanceof RegExp;
    return isPattern && !this.#pattern(pattern).test(value) ? fail('STRING_PATTERN', { pattern }, '/pattern') : null;
  }

  // The first of the errors that ends the search; each is made when its turn comes.
  #first(errors) {
    for (const error of errors) if (error) return error;
    return null;
  }

  #array(value, schema, place) {
    return this.#first(this.#ofArray(value, schema, place));
  }

  *#ofArray(value, schema, place) {
    const fail = (name, params, at, more) => this.#told(this.#options.make(name, params, value, schema, { at, ...more }));
    const { minItems, maxItems, items, additionalItems } = schema;
    const { length } = value;
    if (length < minItems) yield fail('ARRAY_LENGTH_SHORT', { length, minimum: minItems }, '/minItems');
    if (length > maxItems) yield fail('ARRAY_LENGTH_LONG', { length, maximum: maxItems }, '/maxItems');
    if (schema.uniqueItems) {
      for (let match1 = 0; match1 < length; match1 += 1) {
        for (let match2 = match1 + 1; match2 < length; match2 += 1) {
          if (same(value[match1], value[match2])) yield fail('ARRAY_UNIQUE', { match1, match2 }, '/uniqueItems');
        }
      }
    }
    if (items === undefined) return;
    for (let i = 0; i < length; i += 1) {
      const each = (part, way) => this.#check(value[i], part, this.#within(place, i), way, i);
      if (!Array.isArray(items)) yield each(items, ['items']);
      else if (i < items.length) yield each(items[i], ['items', i]);
      else if (additionalItems === false) yield fail('ARRAY_ADDITIONAL_ITEMS', {}, '/additionalItems', { data: `/${i}` });
      else if (isObject(additionalItems)) yield each(additionalItems, ['additionalItems']);
    }
  }

  #object(value, schema, place) {
    return (
      this.#first(this.#ofObject(value, schema, place)) ||
      this.#first(this.#properties(value, schema, place)) ||
      (schema.dependencies && this.#first(this.#dependencies(value, schema, place)))
    );
  }

  *#ofObject(value, schema) {
    const fail = (name, params, at) => this.#told(this.#options.make(name, params, value, schema, { at }));
    const { minProperties, maxProperties, required } = schema;
    const propertyCount = Object.keys(value).length;
    if (propertyCount < minProperties) yield fail('OBJECT_PROPERTIES_MINIMUM', { propertyCount, minimum: minProperties }, '/minProperties');
    if (propertyCount > maxProperties) yield fail('OBJECT_PROPERTIES_MAXIMUM', { propertyCount, maximum: maxProperties }, '/maxProperties');
    for (const [i, key] of Array.isArray(required) ? required.entries() : []) {
      if (value[key] === undefined) yield fail('OBJECT_REQUIRED', { key }, `/required/${i}`);
    }
  }

  *#properties(value, schema, place) {
    const { properties, patternProperties, additionalProperties } = schema;
    const patterns = patternProperties ? Object.entries(patternProperties).map(([pattern, part]) => [pattern, new RegExp(pattern), part]) : [];
    for (const key in value) {
      const where = this.#within(place, key);
      const each = (part, way) => this.#check(value[key], part, where, way, key);
      let found = false;
      if (properties && Object.hasOwn(properties, key) && properties[key] !== undefined) {
        found = true;
        yield each(properties[key], ['properties', key]);
      }
      for (const [pattern, test, part] of patterns) {
        if (!test.test(key)) continue;
        found = true;
        yield each(part, ['patternProperties', pattern]);
      }
      if (!this.#places) {
        // Nobody asks which properties no schema speaks of.
      } else if (found || additionalProperties !== undefined) this.#knows(where);
      else if (!this.#known.has(where)) this.#unknown.add(where);
      if (found) continue;
      if (additionalProperties === false) {
        yield this.#told(this.#options.make('OBJECT_ADDITIONAL_PROPERTIES', { key }, value, schema, { at: '/additionalProperties', data: pointed(key) }));
      } else if (isObject(additionalProperties)) yield each(additionalProperties, ['additionalProperties']);
    }
  }

  #knows(place) {
    this.#known.add(place);
    this.#unknown.delete(place);
  }

  *#dependencies(value, schema, place) {
    for (const [key, wanted] of Object.entries(schema.dependencies || {})) {
      if (value[key] === undefined) continue;
      const under = `/dependencies${pointed(key)}`;
      const fail = (missing, at) => this.#told(this.#options.make('OBJECT_DEPENDENCY_KEY', { key, missing }, value, schema, { at }));
      if (typeof wanted === 'string') {
        if (value[wanted] === undefined) yield fail(wanted, under);
      } else if (Array.isArray(wanted)) {
        for (const [i, name] of wanted.entries()) if (value[name] === undefined) yield fail(name, `${under}/${i}`);
      } else yield this.#check(value, wanted, place, ['dependencies', key]);
    }
  }

  // ---- alternatives

  // Looks at one alternative: whether it passes, and what it says of properties stays if so.
  #passes(value, part, place, way, errors) {
    const before = this.errors.length;
    const [known, unknown] = [this.#known, this.#unknown];
    [this.#known, this.#unknown] = [new Set(), new Set()];
    const error = this.#check(value, part, place, way);
    const passed = error === null && this.errors.length === before;
    const [own, others] = [this.#known, this.#unknown];
    [this.#known, this.#unknown] = [known, unknown];
    this.#last = [own, others];
    if (passed && errors) {
      for (const path of own) this.#knows(path);
      for (const path of others) if (!known.has(path)) unknown.add(path);
    }
    if (error && errors) errors.push(error);
    return passed;
  }

  #combined(value, schema, place) {
    const { allOf, anyOf, oneOf, not } = schema;
    for (const [i, part] of Array.isArray(allOf) ? allOf.entries() : []) {
      const error = this.#check(value, part, place, ['allOf', i]);
      if (error) return error;
    }
    return (Array.isArray(anyOf) && this.#anyOf(value, schema, place)) || (Array.isArray(oneOf) && this.#oneOf(value, schema, place)) || (not !== undefined && this.#not(value, schema, place)) || null;
  }

  #anyOf(value, schema, place) {
    const start = this.errors.length;
    const { all, ban, make } = this.#options;
    const nested = [];
    let passed = false;
    for (const [i, part] of schema.anyOf.entries()) {
      // The way to an alternative stands twice in the path of its mistake where only the first is looked for.
      const way = all ? ['anyOf', i] : ['anyOf', i, 'anyOf', i];
      if (!this.#passes(value, part, place, way, nested)) continue;
      passed = true;
      this.errors.length = start;
      // Only where unknown properties are forbidden it matters what else would do.
      if (!ban) break;
    }
    if (passed) return null;
    nested.push(...this.errors.splice(start));
    return make('ANY_OF_MISSING', {}, value, schema, { at: '/anyOf', nested });
  }

  #oneOf(value, schema, place) {
    const start = this.errors.length;
    const { make } = this.#options;
    const nested = [];
    let index1;
    for (const [index2, part] of schema.oneOf.entries()) {
      if (!this.#passes(value, part, place, ['oneOf', index2], nested)) continue;
      if (index1 !== undefined) {
        this.errors.length = start;
        // The genuine library forgets here what the others have said.
        [this.#known, this.#unknown] = this.#last;
        return make('ONE_OF_MULTIPLE', { index1, index2 }, value, schema, { at: '/oneOf' });
      }
      index1 = index2;
    }
    nested.push(...this.errors.splice(start));
    return index1 === undefined ? make('ONE_OF_MISSING', {}, value, schema, { at: '/oneOf', nested }) : null;
  }

  #not(value, schema, place) {
    const start = this.errors.length;
    const passed = this.#passes(value, schema.not, place, []);
    this.errors.length = start;
    return passed ? this.#options.make('NOT_PASSED', {}, value, schema, { at: '/not' }) : null;
  }

  // ---- formats and keywords of a script's own

  #format(value, schema) {
    const { formats, make } = this.#options;
    const { format } = schema;
    if (typeof format !== 'string' || !Object.hasOwn(formats, format) || !formats[format]) return null;
    const said = formats[format].call(null, value, schema);
    if (typeof said === 'string' || typeof said === 'number') return make('FORMAT_CUSTOM', { message: said }, value, schema, { at: '/format' });
    if (said === null || typeof said !== 'object') return null;
    return make('FORMAT_CUSTOM', { message: said.message || '?' }, value, schema, { at: said.schemaPath || '/format', data: said.dataPath });
  }

  #keyword(value, schema, place) {
    const { keywords, codes, make } = this.#options;
    for (const [key, checks] of keywords) {
      if (schema[key] === undefined) continue;
      for (const check of checks) {
        const result = check(value, schema[key], schema, place);
        const at = pointed(key);
        if (typeof result === 'string' || typeof result === 'number') return make('KEYWORD_CUSTOM', { key, message: result }, value, schema, { at });
        if (result === null || typeof result !== 'object') continue;
        const { code = codes.KEYWORD_CUSTOM, message, dataPath, schemaPath } = result;
        if (typeof code === 'string' && !codes[code]) throw new Error(`Undefined error code (use defineError): ${code}`);
        const name = typeof code === 'string' || typeof code === 'number' ? code : 'KEYWORD_CUSTOM';
        const params = message !== null && typeof message === 'object' ? message : { key, message: message || '?' };
        return make(name, params, value, schema, { at: schemaPath || at, data: dataPath });
      }
    }
    return null;
  }
}
