// `chai` for the other parts of the prelude: bytecode until a script checks something, as a third of what it takes to make a
// world is for its words.

import { host } from './run.js';

let loaded;

/** What `require('chai')` gives, with the words for requests and responses. */
export function chai() {
  loaded ??= host.load('expect/postman.js').chai;
  return loaded;
}
