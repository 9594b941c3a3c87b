// The rules of `ajv` 6 over one value: in its order, with its errors, and changing the value where its options say so
// (`coerceTypes`, `useDefaults`, `removeAdditional`). Whether a schema is a good one is not asked here.

import { ALSO, coerced, equal, fragment, isOf, isRefless, property, SCALARS } from './ajv-values.js';
import { find } from './ajv-refs.js';
import { pointed, segments } from './schema.js';

/** One run over a value. `ajv` has the options, formats and keywords; `root` is the document the schema is in. */
class Run {
  constructor(ajv, root, top, context) {
    this.ajv = ajv;
    this.options = ajv._opts;
    this.all = Boolean(ajv._opts.allErrors);
    this.root = root;
    this.top = top;
    this.context = context;
    this.errors = [];
    this.composite = 0;
    // Whether the first mistake has ended the search: not where it was found by what a reference led to.
    this.ended = false;
  }

  // ---- errors

  error(at, path, keyword, params, message, { schema, parent, extra = false, added = false, dataPath = at.path } = {}) {
    const found = { keyword, dataPath, schemaPath: path, params };
    if (this.options.messages !== false) found.message = message;
    if (this.options.verbose) Object.assign(found, { schema, parentSchema: parent, data: at.value });
    const last = !this.composite && !this.all && !added;
    if (last && !extra) this.errors = [found];
    else this.errors.push(found);
    this.ended ||= last;
    return false;
  }

  asks(schema) {
    if (typeof schema === 'boolean') return !schema;
    return schema !== null && typeof schema === 'object' && this.plan(schema).asks;
  }

  // What is to be done for a schema, worked out once: a list has many values for one.
  plan(schema) {
    const known = this.ajv._plans.get(schema);
    if (known) return known;
    const { options, ajv } = this;
    const words = Object.keys(schema);
    const asking = words.filter((word) => ajv._asking.has(word));
    let types = schema.type;
    if (types && options.nullable && schema.nullable === true) types = [...new Set([].concat(types, 'null'))];
    if (Array.isArray(types) && types.length === 1) [types] = types;
    const several = Array.isArray(types);
    const list = types ? [].concat(types) : [];
    const plan = {
      asks: (options.strictKeywords ? words : asking).length > 0,
      refers: schema.$ref !== undefined && !(options.extendRefs === true && asking.some((word) => word !== '$ref')),
      types: list,
      named: list.join(','),
      coercing: options.coerceTypes ? list.filter((type) => SCALARS.includes(type) || (options.coerceTypes === 'array' && type === 'array')) : [],
      groups: ajv._groups.map((group) => ({ type: group.type, rules: group.rules.filter((rule) => this.uses(schema, rule)) })).filter(({ rules }) => rules.length),
    };
    plan.own = several || !types ? undefined : plan.groups.find(({ type }) => type === types);
    // With rules of that type, the type is looked at when they are.
    plan.first = list.length > 0 && (plan.coercing.length > 0 || several || plan.own === undefined);
    ajv._plans.set(schema, plan);
    return plan;
  }

  // Runs `work` where errors may yet be taken back.
  tentatively(work) {
    this.composite += 1;
    try {
      return work();
    } finally {
      this.composite -= 1;
    }
  }

  into(at, key, { number = false, dynamic = number } = {}) {
    const { jsonPointers } = this.options;
    const step = jsonPointers ? pointed(key) : number ? `[${key}]` : dynamic ? `['${key}']` : property(key);
    return { value: at.value[key], parent: at.value, key, path: at.path + step, above: at };
  }

  has(object, name) {
    return object[name] !== undefined && (!this.options.ownProperties || Object.hasOwn(object, name));
  }

  /** What a rule asks for: as written, or what `$data` leads to. */
  wanted(schema, word, at) {
    const value = schema[word];
    if (!this.isData(value)) return value;
    const [, up, key, rest] = /^(?:(0|[1-9]\d*)(#)?)?(.*)$/s.exec(value.$data);
    if (up === undefined) {
      if (value.$data !== '' && value.$data[0] !== '/') throw new Error(`Invalid JSON-pointer: ${value.$data}`);
      return along(this.top, value.$data);
    }
    let from = at;
    for (let left = Number(up); left > 0; left -= 1) {
      if (!from.above) throw new Error(`Cannot access ${key ? 'property/index' : 'data'} ${up} levels up, current level is ${depth(at)}`);
      from = from.above;
    }
    return key ? from.key : along(from.value, rest);
  }

  isData(value) {
    return Boolean(this.options.$data && value && typeof value === 'object' && value.$data);
  }

  // ---- one schema

  /** Whether the value passes; what does not is in `errors`. */
  check(schema, at, path) {
    const { options } = this;
    const before = this.errors.length;
    const whole = (good) => good && this.errors.length === before;
    if (schema === false) return this.error(at, `${path}/false schema`, 'false schema', {}, 'boolean schema is false', { schema: false, parent: schema });
    if (!this.asks(schema) || typeof schema !== 'object') return true;
    const { refers, types, named, coercing, groups, own, first } = this.plan(schema);
    const typeError = () => this.error(at, `${path}/type`, 'type', { type: named }, `should be ${named}`, { schema: schema.type, parent: schema });
    let good = true;
    if (first) {
      const fits = types.some((type) => isOf(type, at.value, options.strictNumbers));
      if (!fits) good = coercing.length > 0 && this.coerce(at, schema, coercing) ? good : typeError();
      // An alternative goes on to the first of its rules all the same.
      if (!good && !this.all && !this.composite) return false;
    }
    if (refers) return whole(this.refer(schema, at, path) && good);
    for (const group of groups) {
      if (!group.type || isOf(group.type, at.value, options.strictNumbers)) {
        if (options.useDefaults) this.fill(group.type, schema, at);
        for (const rule of group.rules) {
          const passed = this.rule(rule, schema, at, path, group.type);
          good = passed && good;
          if (!passed && !this.all) return false;
        }
      } else if (group === own && coercing.length === 0) {
        good = typeError();
      }
      if (!good && !this.all) return false;
    }
    return whole(good);
  }

  uses(schema, rule) {
    const name = typeof rule === 'string' ? rule : rule.keyword;
    return schema[name] !== undefined || (typeof rule === 'string' ? ALSO[rule] || [] : rule.definition.implements || []).some((word) => schema[word] !== undefined);
  }

  coerce(at, schema, types) {
    const arrays = this.options.coerceTypes === 'array';
    let value;
    if (arrays && Array.isArray(at.value) && at.value.length === 1) {
      [at.value] = at.value;
      if (typeof schema.type === 'string' && isOf(schema.type, at.value, this.options.strictNumbers)) ({ value } = at);
    }
    if (value === undefined) value = coerced(at.value, types, arrays);
    if (value === undefined) return false;
    at.value = value;
    if (at.parent !== undefined && at.parent !== null) at.parent[at.key] = value;
    return true;
  }

  // What is left out becomes what the schema says, but not where that could be taken back.
  fill(type, schema, at) {
    const { useDefaults } = this.options;
    if (this.composite) return;
    let rows = [];
    if (type === 'object' && schema.properties) rows = Object.entries(schema.properties);
    else if (type === 'array' && Array.isArray(schema.items)) rows = [...schema.items.entries()];
    for (const [key, { default: given }] of rows) {
      const now = at.value[key];
      if (given === undefined || !(now === undefined || (useDefaults === 'empty' && (now === null || now === '')))) continue;
      at.value[key] = useDefaults === 'shared' ? given : JSON.parse(JSON.stringify(given));
    }
  }

  refer(schema, at, path) {
    const { $ref } = schema;
    if ($ref === '#' || $ref === '#/') return this.called(this.root, this.root, at);
    const found = find(this.ajv, this.root, schema);
    if (found === undefined) {
      // Only there with an option that says so: else it does not compile.
      if (this.options.missingRefs === 'ignore') return true;
      return this.error(at, `${path}/$ref`, '$ref', { ref: $ref }, `can't resolve reference ${$ref}`, { schema: $ref, parent: schema });
    }
    const [target, root] = found;
    if (this.options.inlineRefs === false || !isRefless(target)) return this.called(target, root, at);
    const own = this.root;
    this.root = root;
    const good = this.check(target, at, $ref);
    this.root = own;
    return good;
  }

  // As a function of its own: it knows nothing of what is above it, and takes nothing back.
  called(schema, root, at) {
    const inner = new Run(this.ajv, root, this.top, this.context);
    inner.all = this.all;
    const good = inner.check(schema, { ...at, above: undefined }, '#');
    this.errors.push(...inner.errors);
    return good;
  }

  // ---- one rule

  rule(rule, schema, at, path, type) {
    if (typeof rule !== 'string') return this.custom(rule, schema, at, path);
    const isData = this.isData(schema[rule]);
    const wanted = isData ? this.wanted(schema, rule, at) : schema[rule];
    const { value } = at;
    const fail = (params, message, more) => this.error(at, `${path}/${rule}`, rule, params, message, { schema: schema[rule], parent: schema, ...more });
    const limited = (size, message) => {
      if (isData && wanted !== undefined && typeof wanted !== 'number') return fail({ limit: wanted }, message);
      if (wanted === undefined) return true;
      return (rule.startsWith('max') ? size <= wanted : size >= wanted) || fail({ limit: wanted }, message);
    };
    switch (rule) {
      case 'maximum':
      case 'minimum':
        return this.limit(rule, schema, at, path);
      case 'multipleOf': {
        if (isData && wanted === undefined) return true;
        const times = value / wanted;
        const { multipleOfPrecision: digits } = this.options;
        const whole = digits ? Math.abs(Math.round(times) - times) <= Number(`1e-${digits}`) : times === parseInt(times, 10);
        return (typeof wanted === 'number' && whole) || fail({ multipleOf: wanted }, `should be multiple of ${wanted}`);
      }
      case 'format':
        return this.format(wanted, isData, type, value) || fail({ format: wanted }, `should match format "${wanted}"`);
      case 'maxLength':
      case 'minLength': {
        const length = this.options.unicode === false ? value.length : [...value].length;
        return limited(length, `should NOT be ${rule === 'maxLength' ? 'longer' : 'shorter'} than ${wanted} characters`);
      }
      case 'pattern': {
        if (isData && wanted === undefined) return true;
        const good = typeof wanted === 'string' && this.ajv._pattern(wanted).test(value);
        return good || fail({ pattern: wanted }, `should match pattern "${wanted}"`);
      }
      case 'maxItems':
      case 'minItems':
        return limited(value.length, `should NOT have ${rule === 'maxItems' ? 'more' : 'fewer'} than ${wanted} items`);
      case 'maxProperties':
      case 'minProperties':
        return limited(Object.keys(value).length, `should NOT have ${rule === 'maxProperties' ? 'more' : 'fewer'} than ${wanted} properties`);
      case 'items':
        return this.items(schema, at, path);
      case 'contains':
        return this.contains(schema, at, path, fail);
      case 'uniqueItems':
        return this.unique(wanted, isData, schema, at, fail);
      case 'required':
        return this.required(wanted, isData, schema, at, path);
      case 'dependencies':
        return this.dependencies(schema, at, path);
      case 'propertyNames':
        return this.names(schema, at, path, fail);
      case 'properties':
        return this.properties(schema, at, path);
      case '$ref':
        return this.refer(schema, at, path);
      case 'const':
        return equal(value, wanted) || fail({ allowedValue: wanted }, 'should be equal to constant');
      case 'enum':
        if (isData && wanted === undefined) return true;
        return (Array.isArray(wanted) && wanted.some((item) => equal(value, item))) || fail({ allowedValues: wanted }, 'should be equal to one of the allowed values');
      default:
        return this.combined(rule, schema, at, path, fail);
    }
  }

  limit(rule, schema, at, path) {
    const most = rule === 'maximum';
    const strictly = most ? 'exclusiveMaximum' : 'exclusiveMinimum';
    const sign = most ? '<' : '>';
    const bound = this.wanted(schema, rule, at);
    const strict = this.wanted(schema, strictly, at);
    const readStrict = this.isData(schema[strictly]);
    const fail = (word, limit, exclusive) => {
      const comparison = exclusive ? sign : `${sign}=`;
      const params = { comparison, limit, exclusive };
      return this.error(at, `${path}/${readStrict && schema[rule] !== undefined ? rule : word}`, readStrict ? strictly : word, params, `should be ${comparison} ${limit}`, { schema: schema[word], parent: schema });
    };
    if (!['number', 'boolean', 'undefined'].includes(typeof strict)) {
      return this.error(at, `${path}/${rule}`, strictly, {}, `${strictly} should be boolean`, { schema: schema[rule], parent: schema });
    }
    if (bound !== undefined && typeof bound !== 'number') return fail(rule, bound, strict === true);
    const numeric = typeof strict === 'number';
    const exclusive = numeric ? bound === undefined || (most ? strict <= bound : strict >= bound) : strict === true;
    const edge = numeric && exclusive ? strict : bound;
    if (edge === undefined) return true;
    const { value } = at;
    const good = most ? (exclusive ? value < edge : value <= edge) : exclusive ? value > edge : value >= edge;
    return good || fail(exclusive ? strictly : rule, edge, exclusive);
  }

  format(name, isData, type, value) {
    const { options, ajv } = this;
    if (options.format === false || (isData && name === undefined)) return true;
    if (typeof name !== 'string') return false;
    const known = ajv._formats[name];
    if (known === undefined) {
      const { unknownFormats } = options;
      return unknownFormats === 'ignore' || (Array.isArray(unknownFormats) && unknownFormats.includes(name));
    }
    const { validate, type: own = 'string' } = typeof known === 'object' && !(known instanceof RegExp) ? known : { validate: known };
    if (own !== type) return true;
    return Boolean(typeof validate === 'function' ? validate(value) : validate.test(value));
  }

  items(schema, at, path) {
    const { items, additionalItems } = schema;
    let good = true;
    const each = (part, from, to, where) => {
      for (let i = from; i < Math.min(to, at.value.length) && (good || this.all); i += 1) {
        if (!this.check(part, this.into(at, i, { number: true }), where)) good = false;
      }
    };
    if (!Array.isArray(items)) {
      if (this.asks(items)) each(items, 0, Infinity, `${path}/items`);
      return good;
    }
    if (additionalItems === false && at.value.length > items.length) {
      const limit = items.length;
      good = this.error(at, `${path}/additionalItems`, 'additionalItems', { limit }, `should NOT have more than ${limit} items`, { schema: false, parent: schema });
      if (!this.all) return false;
    }
    items.forEach((part, i) => this.asks(part) && each(part, i, i + 1, `${path}/items/${i}`));
    if (additionalItems !== null && typeof additionalItems === 'object' && this.asks(additionalItems)) each(additionalItems, items.length, Infinity, `${path}/additionalItems`);
    return good;
  }

  contains(schema, at, path, fail) {
    const before = this.errors.length;
    const passes = (i) => this.check(schema.contains, this.into(at, i, { number: true }), `${path}/contains`);
    const good = this.asks(schema.contains) ? this.tentatively(() => at.value.some((_, i) => passes(i))) : at.value.length > 0;
    if (!good) return fail({}, 'should contain a valid item');
    this.errors.length = before;
    return true;
  }

  unique(wanted, isData, schema, at, fail) {
    if (this.options.uniqueItems === false || wanted === false || wanted === undefined) return true;
    if (isData && typeof wanted !== 'boolean') return fail({}, 'should NOT have duplicate items (items ## undefined and undefined are identical)');
    const { value } = at;
    const said = (i, j) => fail({ i, j }, `should NOT have duplicate items (items ## ${j} and ${i} are identical)`);
    const types = [].concat((schema.items && schema.items.type) || []);
    if (types.length && !types.includes('object') && !types.includes('array')) {
      const seen = new Map();
      for (let i = value.length - 1; i >= 0; i -= 1) {
        if (!types.some((type) => isOf(type, value[i], this.options.strictNumbers))) continue;
        if (seen.has(value[i])) return said(i, seen.get(value[i]));
        seen.set(value[i], i);
      }
      return true;
    }
    for (let i = value.length - 1; i > 0; i -= 1) {
      for (let j = i - 1; j >= 0; j -= 1) if (equal(value[i], value[j])) return said(i, j);
    }
    return true;
  }

  // A property that is not there, as its error names it.
  lacking(at, path, schema, name, shown, written = schema.required) {
    const long = this.options.errorDataPath === 'property';
    const dataPath = long ? this.into(at, name).path : at.path;
    const message = long ? 'is a required property' : `should have required property '${shown}'`;
    return this.error(at, `${path}/required`, 'required', { missingProperty: shown }, message, { schema: written, parent: schema, dataPath });
  }

  required(wanted, isData, schema, at, path) {
    if (isData && wanted === undefined) return true;
    if (!Array.isArray(wanted)) return this.lacking(at, path, schema, '', 'undefined');
    // Where a property has a schema of its own, it is missed when its turn comes.
    const own = isData ? {} : schema.properties || {};
    let good = true;
    for (const name of wanted) {
      if ((own[name] && this.asks(own[name])) || this.has(at.value, name)) continue;
      const shown = this.all || isData || this.options.jsonPointers ? name : property(name);
      good = this.lacking(at, path, schema, name, shown);
      if (!this.all) break;
    }
    return good;
  }

  dependencies(schema, at, path) {
    const { value } = at;
    const rows = Object.entries(schema.dependencies).filter(([name]) => name !== '__proto__');
    const under = `${path}/dependencies`;
    let good = true;
    for (const [name, wanted] of rows) {
      if (!Array.isArray(wanted) || !this.has(value, name)) continue;
      const deps = wanted.join(', ');
      const text = `should have ${wanted.length === 1 ? 'property' : 'properties'} ${deps} when property ${name} is present`;
      for (const missing of wanted) {
        if (this.has(value, missing)) continue;
        const missingProperty = this.all || this.options.jsonPointers ? missing : property(missing);
        const dataPath = this.options.errorDataPath === 'property' ? this.into(at, missing).path : at.path;
        const params = { property: name, missingProperty, depsCount: wanted.length, deps };
        good = this.error(at, under, 'dependencies', params, text, { schema: schema.dependencies, parent: schema, dataPath });
        if (!this.all) return false;
      }
    }
    for (const [name, part] of rows) {
      if (Array.isArray(part) || !this.asks(part) || !this.has(value, name)) continue;
      good = this.check(part, at, `${under}/${fragment(name)}`) && good;
      if (!good && !this.all) return false;
    }
    return good;
  }

  names(schema, at, path, fail) {
    if (!this.asks(schema.propertyNames)) return true;
    let good = true;
    for (const name of this.keys(at.value)) {
      const before = this.errors.length;
      const inner = { ...at, value: name, parent: at.value, key: name, above: at };
      if (this.tentatively(() => this.check(schema.propertyNames, inner, `${path}/propertyNames`))) continue;
      for (const found of this.errors.slice(before)) found.propertyName = name;
      good = fail({ propertyName: name }, `property name '${name}' is invalid`, { extra: true });
      if (!this.all) break;
    }
    return good;
  }

  keys(value) {
    if (this.options.ownProperties) return Object.keys(value);
    const names = [];
    for (const name in value) names.push(name);
    return names;
  }

  properties(schema, at, path) {
    const { properties = {}, patternProperties = {}, required } = schema;
    const named = Object.keys(properties).filter((name) => name !== '__proto__');
    const patterns = Object.keys(patternProperties).filter((name) => name !== '__proto__');
    const tests = patterns.map((pattern) => this.ajv._pattern(pattern));
    let good = this.additional(schema, at, path, (name) => Object.hasOwn(properties, name) || tests.some((test) => test.test(name)));
    if (!good && !this.all) return false;
    const isRequired = (name) => Array.isArray(required) && required.includes(name);
    for (const name of named) {
      const part = properties[name];
      if (!this.asks(part)) continue;
      let passed = true;
      if (this.has(at.value, name)) passed = this.check(part, this.into(at, name), `${path}/properties/${fragment(name)}`);
      else if (isRequired(name)) passed = this.lacking(at, path, schema, name, name, properties);
      good = passed && good;
      if (!passed && !this.all) return false;
    }
    for (const [index, pattern] of patterns.entries()) {
      if (!this.asks(patternProperties[pattern])) continue;
      for (const name of this.keys(at.value)) {
        if (!tests[index].test(name)) continue;
        const passed = this.check(patternProperties[pattern], this.into(at, name, { dynamic: true }), `${path}/patternProperties/${fragment(pattern)}`);
        good = passed && good;
        if (!passed && !this.all) return false;
      }
    }
    return good;
  }

  // The properties that the schema does not know.
  additional(schema, at, path, isKnown) {
    const { additionalProperties: wanted } = schema;
    const { removeAdditional: remove, errorDataPath } = this.options;
    const isSchema = wanted !== null && typeof wanted === 'object' && Object.keys(wanted).length > 0;
    if (wanted !== false && !isSchema && remove !== 'all') return true;
    const under = `${path}/additionalProperties`;
    const long = errorDataPath === 'property';
    let good = true;
    for (const name of this.keys(at.value)) {
      if (isKnown(name)) continue;
      if (remove === 'all' || (wanted === false && remove)) {
        delete at.value[name];
      } else if (wanted === false) {
        const dataPath = long ? this.into(at, name, { dynamic: true }).path : at.path;
        const message = long ? 'is an invalid additional property' : 'should NOT have additional properties';
        good = this.error(at, under, 'additionalProperties', { additionalProperty: name }, message, { schema: false, parent: schema, dataPath });
        if (!this.all) return false;
      } else {
        const before = this.errors.length;
        const check = () => this.check(wanted, this.into(at, name, { dynamic: true }), under);
        if (remove === 'failing') {
          if (!this.tentatively(check)) {
            this.errors.length = before;
            delete at.value[name];
          }
        } else if (!check()) {
          good = false;
          if (!this.all) return false;
        }
      }
    }
    return good;
  }

  combined(rule, schema, at, path, fail) {
    const parts = schema[rule];
    const under = `${path}/${rule}`;
    const before = this.errors.length;
    const passes = (part, where) => this.check(part, at, where);
    if (rule === 'allOf') {
      let good = true;
      for (const [i, part] of parts.entries()) {
        good = passes(part, `${under}/${i}`) && good;
        if (!good && !this.all) return false;
      }
      return good;
    }
    if (rule === 'anyOf') {
      // One that asks for nothing makes the rest idle.
      if (!parts.every((part) => this.asks(part))) return true;
      if (!this.tentatively(() => parts.some((part, i) => passes(part, `${under}/${i}`)))) return fail({}, 'should match some schema in anyOf', { extra: true });
    } else if (rule === 'oneOf') {
      const passing = [];
      this.tentatively(() => parts.some((part, i) => passes(part, `${under}/${i}`) && passing.push(i) === 2));
      if (passing.length !== 1) return fail({ passingSchemas: passing.length ? passing : null }, 'should match exactly one schema in oneOf', { extra: true });
    } else if (rule === 'not') {
      const { all } = this;
      this.all = false;
      const held = this.tentatively(() => passes(parts, under));
      this.all = all;
      this.errors.length = before;
      if (held) return fail({}, 'should NOT be valid', { added: !this.asks(parts) });
    } else {
      return this.condition(schema, at, path, fail);
    }
    this.errors.length = before;
    return true;
  }

  condition(schema, at, path, fail) {
    if (!this.asks(schema.then) && !this.asks(schema.else)) return true;
    const before = this.errors.length;
    const branch = this.tentatively(() => this.check(schema.if, at, `${path}/if`)) ? 'then' : 'else';
    this.errors.length = before;
    if (!this.asks(schema[branch]) || this.check(schema[branch], at, `${path}/${branch}`)) return true;
    if (this.ended) return false;
    return fail({ failingKeyword: branch }, `should match "${branch}" schema`, { extra: true });
  }

  // ---- keywords of the script's own

  custom({ keyword, definition }, schema, at, path) {
    const { ajv } = this;
    const isData = this.isData(schema[keyword]) && definition.$data;
    const wanted = isData ? this.wanted(schema, keyword, at) : schema[keyword];
    const fail = (extra) => this.error(at, `${path}/${keyword}`, keyword, { keyword }, `should pass "${keyword}" keyword validation`, { schema: schema[keyword], parent: schema, extra });
    let passed;
    let found;
    if (isData && wanted === undefined) return true;
    if (definition.macro) {
      const made = ajv._made(definition, 'macro', schema[keyword], schema);
      passed = this.tentatively(() => this.check(made, at, path));
      return (definition.valid ?? passed) || fail(true);
    }
    const self = this.options.passContext ? this.context : ajv;
    const rest = [at.path, at.parent, at.key, this.top];
    if (isData && definition.validateSchema && !definition.validateSchema(wanted)) {
      passed = false;
    } else if (definition.compile && !isData) {
      const check = ajv._made(definition, 'compile', schema[keyword], schema);
      check.errors = null;
      passed = check.call(self, at.value, ...rest);
      found = check.errors;
    } else {
      definition.validate.errors = null;
      passed = definition.schema === false ? definition.validate.call(self, at.value, ...rest) : definition.validate.call(self, wanted, at.value, schema, ...rest);
      found = definition.validate.errors;
    }
    if (definition.modifying && at.parent) at.value = at.parent[at.key];
    if (definition.valid ?? passed) return true;
    if (definition.errors === false || !Array.isArray(found)) return fail(false);
    for (const error of found) {
      if (error.dataPath === undefined) error.dataPath = at.path;
      error.schemaPath = `${path}/${keyword}`;
      if (this.options.verbose) Object.assign(error, { schema: schema[keyword], data: at.value });
    }
    this.errors.push(...found);
    return false;
  }
}

// What a pointer of `$data` leads to: nothing that is there ends the way with itself.
const along = (value, pointer) => segments(pointer).reduce((from, name) => from && from[name], value);
const depth = (at) => (at.above ? 1 + depth(at.above) : 0);

/** The errors of a value; `at` says what it is part of, where it is. */
export function errorsOf(ajv, schema, value, { root = schema, path = '', parent, key, top = value, context } = {}) {
  const run = new Run(ajv, root, top, context);
  run.check(schema, { value, parent, key, path }, '#');
  return run.errors;
}
