// What was done to the variables of a scope: `pm.environment.mutations`, and `MutationTracker` of `postman-collection`.

import { PropertyBase } from './base.js';

/** Notes each `set` as `[key, value]` and each `unset` as `[key]`: in a row, or the last one of each key. */
export class MutationTracker extends PropertyBase {
  constructor(definition) {
    super();
    const { autoCompact, stream, compacted } = definition || {};
    this.autoCompact = Boolean(autoCompact);
    this.stream = Array.isArray(stream) ? stream : [];
    this.compacted = compacted !== null && typeof compacted === 'object' && !Array.isArray(compacted) ? compacted : {};
  }

  static isMutationTracker(value) {
    return value instanceof MutationTracker;
  }

  addMutation(mutation) {
    if (!mutation || mutation.length > 2) return;
    if (this.autoCompact) this.addAndCompact(mutation);
    else this.stream.push(mutation);
  }

  addAndCompact(mutation) {
    const [key] = mutation;
    this.compacted[Array.isArray(key) ? key.join('.') : key] = mutation;
  }

  track(instruction, ...mutation) {
    if (instruction === 'set' || instruction === 'unset') this.addMutation(mutation);
  }

  /** Leaves of each key the last that was done. */
  compact() {
    for (const mutation of this.stream) this.addAndCompact(mutation);
    this.stream = [];
  }

  count() {
    return this.stream.length + Object.keys(this.compacted).length;
  }

  toJSON() {
    return { autoCompact: this.autoCompact, stream: [...this.stream], compacted: { ...this.compacted } };
  }

  /** Does the same to another scope, oldest first. */
  applyOn(target) {
    if (!target || !target.applyMutation) return;
    for (const mutation of [...Object.values(this.compacted), ...this.stream]) {
      target.applyMutation(mutation.length > 1 ? 'set' : 'unset', ...mutation);
    }
  }
}
