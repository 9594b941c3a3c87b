// `csv-parse/lib/sync`: version 1's reader, its options and its errors.

import { load } from '../libs.js';

const INTEGER = /^(-|\+)?([1-9]+[0-9]*)$/;
const isFloat = (text) => text - parseFloat(text) + 1 >= 0;

const DEFAULTS = {
  rowDelimiter: null,
  delimiter: ',',
  quote: '"',
  escape: '"',
  columns: null,
  comment: '',
  objname: false,
  trim: false,
  ltrim: false,
  rtrim: false,
  auto_parse: false,
  auto_parse_date: false,
  relax: false,
  relax_column_count: false,
  skip_empty_lines: false,
  skip_lines_with_empty_values: false,
  max_limit_on_data_read: 128000,
  raw: false,
};

class Reader {
  constructor(text, options) {
    this.text = text;
    this.options = { ...DEFAULTS };
    for (const [name, value] of Object.entries(options)) {
      if (value !== undefined && value !== null) this.options[name] = value;
    }
    if (options.quote !== undefined && !options.quote) this.options.quote = '';
    this.ends = this.options.rowDelimiter === null ? null : [].concat(this.options.rowDelimiter);
    this.columns = this.options.columns;
    this.records = this.options.objname ? {} : [];
    this.raw = '';
    this.lines = 0;
    this.count = 0;
    this.width = 0;
  }

  value(text) {
    const { auto_parse: convert, auto_parse_date: dates } = this.options;
    if (!convert) return text;
    if (INTEGER.test(text)) return parseInt(text, 10);
    if (isFloat(text)) return parseFloat(text);
    const time = dates ? Date.parse(text) : NaN;
    return Number.isNaN(time) ? text : new Date(time);
  }

  // The line end that stands here, if one does. Without the option the first one found is everyone's.
  rowEnd(at) {
    if (this.ends === null) {
      const char = this.text[at];
      if (char !== '\n' && char !== '\r') return '';
      this.ends = [char === '\r' && this.text[at + 1] === '\n' ? '\r\n' : char];
    }
    return this.ends.find((end) => this.text.startsWith(end, at)) || '';
  }

  record(row) {
    const { options } = this;
    if (options.skip_lines_with_empty_values && row.join('').trim() === '') return;
    if (this.columns === true || typeof this.columns === 'function') {
      this.columns = this.columns === true ? row : this.columns.call(null, row);
      return;
    }
    const named = this.columns !== null && this.columns !== false;
    if (!this.width && row.length > 0) this.width = named ? this.columns.length : row.length;
    if (!(row.length === 1 && row[0] === '')) {
      if (row.length !== this.width && !options.relax_column_count) {
        const what = named ? 'does not match header' : `is inconsistent on line ${this.lines}`;
        throw new Error(named ? `Number of columns on line ${this.lines} ${what}` : `Number of columns ${what}`);
      }
      this.count += 1;
    }
    if (this.count < options.from || this.count > options.to) return;
    if (!named) {
      this.add(row, row[0], row[1]);
      return;
    }
    const record = {};
    row.forEach((field, index) => {
      if (this.columns[index] !== false) record[this.columns[index]] = field;
    });
    if (options.objname) this.add([record[options.objname], record], record[options.objname], record);
    else this.add(record);
  }

  // With the text it came from that is an object, which has no name.
  add(row, name, value) {
    if (this.options.objname) {
      if (this.options.raw) this.records[undefined] = undefined;
      else this.records[name] = value;
    } else {
      this.records.push(this.options.raw ? { raw: this.raw, row } : row);
    }
    this.raw = '';
  }

  read() {
    const { text, options } = this;
    const { delimiter, quote, escape, comment, relax } = options;
    const ltrim = options.trim || options.ltrim;
    const rtrim = options.trim || options.rtrim;
    let [row, field, quoting, closed, commenting] = [[], null, false, false, false];
    const finish = () => {
      row.push(this.value((rtrim && !closed && field !== null ? field.trimEnd() : field) || ''));
      field = null;
      closed = false;
    };
    let at = text.startsWith('\ufeff') ? 1 : 0;
    while (at < text.length) {
      const char = text[at];
      const next = text[at + 1] || '';
      // Of a delimiter and a line end the first character alone, as the genuine reader has it.
      this.raw += char;
      if (!commenting && escape && char === escape) {
        const doubled = next === escape || (quote && next === quote);
        if (doubled && !(escape === quote && field === null && !quoting)) {
          field = (field || '') + next;
          this.raw += next;
          at += 2;
          continue;
        }
      }
      if (!commenting && quote && char === quote) {
        if (quoting) {
          const ended = !next || this.rowEnd(at + 1) || text.startsWith(delimiter, at + 1) || next === comment;
          if (ended) {
            quoting = false;
            closed = true;
            field = field || '';
            at += 1;
            continue;
          }
          if (!relax) {
            const shown = `${JSON.stringify(next)} instead of delimiter ${JSON.stringify(delimiter)}`;
            throw new Error(`Invalid closing quote at line ${this.lines + 1}; found ${shown}`);
          }
          quoting = false;
          if (field) field = quote + field;
        } else if (!field) {
          quoting = true;
          at += 1;
          continue;
        } else if (!relax) {
          throw new Error(`Invalid opening quote at line ${this.lines + 1}`);
        }
      }
      const end = quoting && this.ends === null ? '' : this.rowEnd(at);
      if (end || at === text.length - 1) this.lines += 1;
      const wasCommenting = commenting && Boolean(end);
      if (wasCommenting) commenting = false;
      else if (!commenting && !quoting && comment && text.startsWith(comment, at)) commenting = true;
      if (commenting) {
        at += 1;
        continue;
      }
      const splits = text.startsWith(delimiter, at);
      if (quoting || (!splits && !end)) {
        const blank = (char === ' ' || char === '\t') && !quoting;
        if (!(blank && ltrim && !field)) field = (field || '') + char;
        else field = '';
        at += 1;
      } else if (end && row.length === 0 && field === null && (wasCommenting || options.skip_empty_lines)) {
        at += end.length;
      } else {
        finish();
        at += splits ? delimiter.length : end.length;
        if (end || at >= text.length) {
          if (splits) row.push('');
          this.record(row);
          row = [];
        }
      }
      if (field !== null && field.length > options.max_limit_on_data_read) {
        const limit = `(${options.max_limit_on_data_read}) ${JSON.stringify(delimiter)}`;
        throw new Error(`Field exceeds max_limit_on_data_read setting ${limit}`);
      }
    }
    if (quoting) throw new Error(`Quoted field not terminated at line ${this.lines + 1}`);
    if (field !== null) finish();
    if (row.length > 0) {
      try {
        this.record(row);
      } catch {
        // The genuine reader passes over a last line without an end that does not fit.
      }
    }
    return this.records;
  }
}

export function parse(data, options = {}) {
  const text = data instanceof Uint8Array ? load('buffer').Buffer.from(data).toString() : String(data);
  return new Reader(text, options || {}).read();
}
