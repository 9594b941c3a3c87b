// `RegExp.$1` and its like: what the last pattern that matched has found. The engine keeps none of it.

const plain = RegExp.prototype.exec;
let last = { found: [''], text: '', at: 0, input: '' };

/** Keeps what is found from now on; matching takes longer by that, so it is done for scripts that ask. */
export function install() {
  const { exec } = {
    exec(text) {
      const found = plain.call(this, text);
      // A copy: the script may change its own.
      if (found !== null) last = { found: found.slice(), text: found.input, at: found.index, input: found.input };
      return found;
    },
  };
  Object.defineProperty(RegExp.prototype, 'exec', { value: exec, writable: true, configurable: true });
  const members = {
    'input $_': () => last.input,
    'lastMatch $&': () => last.found[0],
    'lastParen $+': () => (last.found.length > 1 && last.found.at(-1)) || '',
    'leftContext $`': () => last.text.slice(0, last.at),
    "rightContext $'": () => last.text.slice(last.at + last.found[0].length),
  };
  // What is written to the console is looked at with patterns, too.
  for (const [name, write] of Object.entries(console)) {
    console[name] = {
      [name](...given) {
        const before = last;
        write.apply(this, given);
        last = before;
      },
    }[name];
  }
  for (let i = 1; i < 10; i += 1) members[`$${i}`] = () => last.found[i] || '';
  for (const [names, get] of Object.entries(members)) {
    // Assigned to, they stay what they are, as in V8; but for the text, which is what was put there until the next match.
    const set = names === 'input $_' ? (text) => (last = { ...last, input: String(text) }) : () => {};
    for (const name of names.split(' ')) Object.defineProperty(RegExp, name, { get, set, configurable: true });
  }
}
