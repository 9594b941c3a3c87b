// The added methods of texts that tell scripts apart, and wide letters of East Asia from narrow ones.

/** `isGreek`, `hasGreek` … as methods of texts, and the four that change kana and width. */
export const SCRIPTS = {
  hiragana() {
    return this.replace(/[\u30a1-\u30f6]/g, (char) => String.fromCharCode(char.charCodeAt(0) - 0x60));
  },
  katakana() {
    return this.replace(/[\u3041-\u3096]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0x60));
  },
  hankaku() {
    const narrow = new Map();
    for (let code = 0xff61; code < 0xff9e; code += 1) {
      const char = String.fromCharCode(code);
      narrow.set(char.normalize('NFKC'), char);
    }
    const marks = { '\u3099': '\uff9e', '\u309a': '\uff9f' };
    return this.replace(/[\uff01-\uff5e\u3000]/g, (char) => char.normalize('NFKC')).replace(/[\u3001-\u30fc]/g, (char) => {
      const [base, mark] = char.normalize('NFD');
      return narrow.has(base) && (!mark || marks[mark]) ? narrow.get(base) + (marks[mark] || '') : char;
    });
  },
  zenkaku() {
    const kana = this.replace(/[\uff61-\uff9f]+/g, (text) => text.normalize('NFKC'));
    return kana.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)).replace(/ /g, '\u3000');
  },
};

const NAMES = { Han: '\\p{sc=Han}', Kanji: '\\p{sc=Han}', Kana: '\\p{sc=Hiragana}\\p{sc=Katakana}ー' };
for (const name of 'Arabic Cyrillic Devanagari Greek Han Hangul Hebrew Hiragana Kana Kanji Katakana Latin Thai'.split(' ')) {
  const letters = NAMES[name] || `\\p{sc=${name}}`;
  const [has, is] = [new RegExp(`[${letters}]`, 'u'), new RegExp(`^\\s*[${letters}][${letters}\\s]*$`, 'u')];
  SCRIPTS[`has${name}`] = function hasScript() {
    return has.test(this);
  };
  SCRIPTS[`is${name}`] = function isScript() {
    return is.test(this);
  };
}
