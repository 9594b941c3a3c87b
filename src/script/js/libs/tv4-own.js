// Formats and keywords of a script's own in `tv4`: the engine does not know them, so the value is walked once more.

import { resolve } from './schema.js';

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const escape = (part) => String(part).replace(/~/g, '~0').replace(/\//g, '~1');

/**
 * The mistakes that `formats` and `keywords` find, as `{ code, params, dataPath, schemaPath, value, schema }`: first those
 * below a value, then its own. `stopped(path)` says where the engine has found one already that ends the search there.
 */
export function ownErrors({ formats, keywords, schemas, root, codes }, data, stopped) {
  const found = [];
  const uses = (schema) => {
    const text = JSON.stringify(schema) || '';
    return [...Object.keys(keywords), ...Object.keys(formats)].some((name) => text.includes(JSON.stringify(name)));
  };

  function own(value, schema, path, at, place) {
    const add = (code, params, { dataPath = '', schemaPath }) => found.push({ code, params, dataPath: path + dataPath, schemaPath: at + schemaPath, value, schema });
    const format = typeof schema.format === 'string' && Object.hasOwn(formats, schema.format) ? formats[schema.format] : undefined;
    const said = format ? format.call(null, value, schema) : undefined;
    if (typeof said === 'string' || typeof said === 'number') add(codes.FORMAT_CUSTOM, { message: said }, { schemaPath: '/format' });
    else if (said !== null && typeof said === 'object') {
      add(codes.FORMAT_CUSTOM, { message: said.message || '?' }, { dataPath: said.dataPath, schemaPath: said.schemaPath || '/format' });
    }
    for (const [key, checks] of Object.entries(keywords)) {
      if (schema[key] === undefined) continue;
      for (const check of checks) {
        const result = check(value, schema[key], schema, place);
        if (typeof result === 'string' || typeof result === 'number') add(codes.KEYWORD_CUSTOM, { key, message: result }, { schemaPath: `/${escape(key)}` });
        else if (result !== null && typeof result === 'object') {
          const code = typeof result.code === 'string' ? codes[result.code] : typeof result.code === 'number' ? result.code : codes.KEYWORD_CUSTOM;
          if (code === undefined) throw new Error(`Undefined error code (use defineError): ${result.code}`);
          const params = result.message !== null && typeof result.message === 'object' ? result.message : { key, message: result.message || '?' };
          add(code, params, { dataPath: result.dataPath, schemaPath: result.schemaPath || `/${escape(key)}` });
        }
      }
    }
  }

  function walk(value, schema, path, at, seen) {
    if (!isObject(schema)) return;
    if (typeof schema.$ref === 'string') {
      if (!seen.includes(schema)) walk(value, resolve(schema.$ref, root, schemas), path, at, seen.concat([schema]));
      return;
    }
    for (const word of ['anyOf', 'oneOf', 'not']) {
      if (schema[word] && uses(schema[word])) throw new Error(`a format or keyword of one's own within '${word}' of 'tv4' is not supported`);
    }
    if (stopped(path)) return;
    const below = (part, key, where) => walk(value[key], part, `${path}/${escape(key)}`, at + where, []);
    if (Array.isArray(value)) {
      const { items, additionalItems } = schema;
      value.forEach((_, i) => {
        if (!Array.isArray(items)) below(items, i, '/items');
        else if (i < items.length) below(items[i], i, `/items/${i}`);
        else below(additionalItems, i, '/additionalItems');
      });
    } else if (isObject(value)) {
      for (const key of Object.keys(value)) {
        let known = false;
        if (schema.properties && Object.hasOwn(schema.properties, key)) {
          known = true;
          below(schema.properties[key], key, `/properties/${escape(key)}`);
        }
        for (const [pattern, part] of Object.entries(schema.patternProperties || {})) {
          if (!new RegExp(pattern).test(key)) continue;
          known = true;
          below(part, key, `/patternProperties/${escape(pattern)}`);
        }
        if (!known) below(schema.additionalProperties, key, '/additionalProperties');
      }
      for (const [key, part] of Object.entries(schema.dependencies || {})) if (Object.hasOwn(value, key)) walk(value, part, path, `${at}/dependencies/${escape(key)}`, seen);
    }
    (schema.allOf || []).forEach((part, i) => walk(value, part, path, `${at}/allOf/${i}`, seen));
    own(value, schema, path, at, path);
  }

  if (Object.keys(formats).length || Object.keys(keywords).length) walk(data, root, '', '', []);
  return found;
}
