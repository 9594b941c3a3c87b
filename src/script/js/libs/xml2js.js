// `xml2js`: XML into objects and back, and the old `xml2Json`.

import { load, missing } from '../libs.js';
import { clean, host } from '../run.js';

const xml = host.lib('xml');

const DEFAULTS = {
  0.2: {
    explicitCharkey: false,
    trim: false,
    normalize: false,
    normalizeTags: false,
    attrkey: '$',
    charkey: '_',
    explicitArray: true,
    ignoreAttrs: false,
    mergeAttrs: false,
    explicitRoot: true,
    validator: null,
    xmlns: false,
    explicitChildren: false,
    preserveChildrenOrder: false,
    childkey: '$$',
    charsAsChildren: false,
    includeWhiteChars: false,
    async: false,
    strict: true,
    attrNameProcessors: null,
    attrValueProcessors: null,
    tagNameProcessors: null,
    valueProcessors: null,
    rootName: 'root',
    xmldec: { version: '1.0', encoding: 'UTF-8', standalone: true },
    doctype: null,
    renderOpts: { pretty: true, indent: '  ', newline: '\n' },
    headless: false,
    chunkSize: 10000,
    emptyTag: '',
    cdata: false,
  },
};
DEFAULTS['0.1'] = {
  ...DEFAULTS[0.2],
  trim: true,
  normalize: true,
  attrkey: '@',
  charkey: '#',
  explicitArray: false,
  explicitRoot: false,
  childkey: '@@',
};

const processors = {
  normalize: (text) => text.toLowerCase(),
  firstCharLowerCase: (text) => text.charAt(0).toLowerCase() + text.slice(1),
  stripPrefix: (text) => text.replace(/(?!xmlns)^.*:/, ''),
  parseNumbers: (text) => (isNaN(text) ? text : text % 1 === 0 ? parseInt(text, 10) : parseFloat(text)),
  parseBooleans: (text) => (/^(?:true|false)$/i.test(text) ? text.toLowerCase() === 'true' : text),
};

const run = (list, value, name) => (list || []).reduce((result, process) => process(result, name), value);

class Reader {
  constructor(options) {
    this.options = options;
    this.stack = [];
    this.result = null;
  }

  push(target, key, value) {
    if (!(key in target)) target[key] = this.options.explicitArray ? [value] : value;
    else if (Array.isArray(target[key])) target[key].push(value);
    else target[key] = [target[key], value];
  }

  open(tag, attributes) {
    const { options } = this;
    const node = { [options.charkey]: '' };
    if (!options.ignoreAttrs) {
      for (const [key, text] of Object.entries(attributes)) {
        if (!(options.attrkey in node) && !options.mergeAttrs) node[options.attrkey] = {};
        const value = run(options.attrValueProcessors, text, key);
        const name = run(options.attrNameProcessors, key);
        if (options.mergeAttrs) this.push(node, name, value);
        else node[options.attrkey][name] = value;
      }
    }
    const name = run(options.tagNameProcessors, tag);
    if (options.explicitChildren && options.preserveChildrenOrder) node['#name'] = name;
    this.stack.push({ node, name, cdata: false });
  }

  text(text, cdata) {
    const { options } = this;
    const top = this.stack[this.stack.length - 1];
    top.node[options.charkey] += text;
    top.cdata = top.cdata || cdata;
    const childrenToo = options.explicitChildren && options.preserveChildrenOrder && options.charsAsChildren;
    if (childrenToo && (options.includeWhiteChars || text.replace(/\\n/g, '').trim() !== '')) {
      const shown = options.normalize ? text.replace(/\s{2,}/g, ' ').trim() : text;
      (top.node[options.childkey] ||= []).push({ '#name': '__text__', [options.charkey]: shown });
    }
  }

  close() {
    const { options } = this;
    const { charkey } = options;
    const { node, name, cdata } = this.stack.pop();
    const parent = this.stack[this.stack.length - 1];
    let value = node;
    let blank;
    const collapse = (object) =>
      Object.keys(object).length === 1 && charkey in object && !options.explicitCharkey ? object[charkey] : object;
    if (/^\s*$/.test(node[charkey]) && !cdata) {
      blank = node[charkey];
      delete node[charkey];
    } else {
      let text = node[charkey];
      if (options.trim) text = text.trim();
      if (options.normalize) text = text.replace(/\s{2,}/g, ' ').trim();
      node[charkey] = run(options.valueProcessors, text, name);
      value = collapse(node);
    }
    if (value !== null && typeof value === 'object' && Object.keys(value).length === 0) {
      value = options.emptyTag !== '' ? options.emptyTag : blank;
    }
    if (options.validator) {
      const path = `/${this.stack.map((entry) => entry.name).concat(name).join('/')}`;
      value = options.validator(path, parent && parent.node[name], value);
    }
    if (options.explicitChildren && !options.mergeAttrs && value !== null && typeof value === 'object') {
      value = this.children(value, parent, collapse);
    }
    if (parent) {
      this.push(parent.node, name, value);
      return false;
    }
    // What comes after the root element is not looked at.
    this.result = options.explicitRoot ? { [name]: value } : value;
    return true;
  }

  // `explicitChildren`: what an element holds, in a member of its own.
  children(value, parent, collapse) {
    const { attrkey, charkey, childkey, charsAsChildren, preserveChildrenOrder } = this.options;
    if (preserveChildrenOrder) {
      if (!parent) return value;
      (parent.node[childkey] ||= []).push({ ...value });
      delete value['#name'];
      return collapse(value);
    }
    const node = {};
    for (const key of charsAsChildren ? [attrkey] : [attrkey, charkey]) {
      if (!(key in value)) continue;
      node[key] = value[key];
      delete value[key];
    }
    if (Object.keys(value).length > 0) node[childkey] = value;
    return node;
  }
}

function read(text, options) {
  const reader = new Reader(options);
  for (const [kind, ...given] of xml.events(clean(text).replace(/^\ufeff/, ''))) {
    if (kind === 'open') reader.open(...given);
    else if (kind === 'error') throw new Error(given[0]);
    else if (kind !== 'close') reader.text(given[0], kind === 'cdata');
    else if (reader.close()) break;
  }
  return reader.result;
}

// A function, as the genuine one: `xml2js.Parser(options)` works without `new`.
function Parser(options) {
  if (!new.target) return new Parser(options);
  load('events').EventEmitter.call(this);
  this.options = { ...DEFAULTS[0.2], ...options };
  for (const name of ['xmlns']) {
    if (this.options[name]) throw new Error(`the option '${name}' of 'xml2js' is not supported`);
  }
  if (!this.options.strict) throw new Error("the option 'strict: false' of 'xml2js' is not supported");
  if (this.options.normalizeTags) {
    this.options.tagNameProcessors = [processors.normalize, ...(this.options.tagNameProcessors || [])];
  }
}
Object.setPrototypeOf(Parser.prototype, load('events').EventEmitter.prototype);

missing(Parser.prototype, 'xml2js', 'saxParser assignOrPush processAsync resultObject EXPLICIT_CHARKEY');

Parser.prototype.reset = function () {
  this.removeAllListeners();
};

Parser.prototype.parseString = function (source, callback) {
  if (this.options.async) {
    setImmediate(() => this.parseNow(source, callback));
    return this;
  }
  return this.parseNow(source, callback);
};

Parser.prototype.parseNow = function (source, callback) {
  let [error, result] = [null, null];
  try {
    const text = source.toString();
    result = text.trim() === '' ? null : read(text, this.options);
  } catch (thrown) {
    error = thrown;
  }
  if (typeof callback === 'function') {
    if (error) callback(error);
    else callback(null, result);
  } else if (error) {
    this.emit('error', error);
  } else {
    this.emit('end', result);
  }
  return true;
};

Parser.prototype.parseStringPromise = function (source) {
  return new Promise((resolve, reject) => {
    this.parseString(source, (error, result) => (error ? reject(error) : resolve(result)));
  });
};

// --- objects into XML --------------------------------------------------------------------------------------

const escapeText = (text) =>
  String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\r/g, '&#xD;');
const escapeAttribute = (text) =>
  String(text)
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/"/g, '&quot;')
    .replace(/\t/g, '&#x9;')
    .replace(/\n/g, '&#xA;')
    .replace(/\r/g, '&#xD;');

class Element {
  constructor(name) {
    this.name = name;
    this.attributes = '';
    this.children = [];
  }

  write({ pretty, indent, newline }, depth) {
    const margin = pretty ? indent.repeat(depth) : '';
    const end = pretty ? newline : '';
    const open = `${margin}<${this.name}${this.attributes}`;
    const { children } = this;
    if (children.length === 0 || children.every((child) => child === '')) return `${open}/>${end}`;
    if (children.length === 1 && typeof children[0] === 'string') return `${open}>${children[0]}</${this.name}>${end}`;
    const text = (child) => `${pretty ? indent.repeat(depth + 1) : ''}${child}${end}`;
    const inner = children.map((child) => (typeof child === 'string' ? text(child) : child.write({ pretty, indent, newline }, depth + 1))).join('');
    return `${open}>${end}${inner}${margin}</${this.name}>${end}`;
  }
}

function Builder(options) {
  this.options = { ...DEFAULTS[0.2], ...options };
}

Builder.prototype.text = function (value) {
  if (this.options.cdata && typeof value === 'string' && /[&<>]/.test(value)) {
    return `<![CDATA[${value.replace(']]>', ']]]]><![CDATA[>')}]]>`;
  }
  return value === null || value === undefined ? '' : escapeText(value);
};

Builder.prototype.fill = function (element, value) {
  const { attrkey, charkey } = this.options;
  const add = (name, content) => {
    const child = new Element(name);
    element.children.push(child);
    return this.fill(child, content);
  };
  if (value === null || typeof value !== 'object') {
    element.children.push(this.text(value));
  } else if (Array.isArray(value)) {
    for (const item of value) {
      for (const [key, content] of Object.entries(item)) add(key, content);
    }
  } else {
    for (const [key, content] of Object.entries(value)) {
      if (key === attrkey) {
        if (content === null || typeof content !== 'object') continue;
        for (const [name, text] of Object.entries(content)) {
          if (text !== null && text !== undefined) element.attributes += ` ${name}="${escapeAttribute(text)}"`;
        }
      } else if (key === charkey) {
        if (content === null || content === undefined) throw new Error(`Missing element text. parent: <${element.name}>`);
        element.children.push(this.text(content));
      } else if (Array.isArray(content)) {
        for (const item of content) add(key, item);
      } else {
        add(key, content);
      }
    }
  }
  return element;
};

Builder.prototype.buildObject = function (object) {
  const { rootName, renderOpts, headless, xmldec, doctype } = this.options;
  if (doctype) throw new Error("the option 'doctype' of 'xml2js' is not supported");
  const keys = Object.keys(object);
  const only = keys.length === 1 && rootName === 'root';
  const root = this.fill(new Element(only ? keys[0] : rootName), only ? object[keys[0]] : object);
  const look = { pretty: Boolean(renderOpts.pretty), indent: renderOpts.indent || '  ', newline: renderOpts.newline || '\n' };
  const text = root.write(look, 0).replace(/[\r\n]+$/, '');
  if (headless) return text;
  const parts = [['version', xmldec.version], ['encoding', xmldec.encoding]];
  if (xmldec.standalone !== undefined) parts.push(['standalone', xmldec.standalone ? 'yes' : 'no']);
  const said = parts.filter(([, value]) => value !== undefined).map(([name, value]) => ` ${name}="${value}"`);
  return `<?xml${said.join('')}?>${look.pretty ? look.newline : ''}${text}`;
};

// --- exports -------------------------------------------------------------------------------------------------

function ValidationError(message) {
  this.message = message;
}
Object.setPrototypeOf(ValidationError.prototype, Error.prototype);

export const xml2js = {
  Parser,
  Builder,
  processors,
  defaults: DEFAULTS,
  ValidationError,
  parseString(text, options, callback) {
    if (typeof options === 'function') [options, callback] = [{}, options];
    return new Parser(options).parseString(text, callback);
  },
  parseStringPromise: (text, options) => new Parser(options).parseStringPromise(text),
};


/** Postman's first way from XML to an object; `undefined` for what is no XML. */
export function xml2Json(text) {
  let found;
  const options = { explicitArray: false, async: false, trim: true, mergeAttrs: false };
  xml2js.parseString(text, options, (error, result) => {
    found = result;
  });
  return found;
}
