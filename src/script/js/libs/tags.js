// Names of languages and regions, as `Intl` reads them.

const TAG = /^[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?(-([a-z\d]{5,8}|\d[a-z\d]{3}))*(-u(-[a-z\d]{2,8})+)?$/i;

/** A locale's name in its usual spelling, its language, and what is behind `-u-`: `kn` → `true`. */
export function localeOf(locales) {
  const wanted = Array.isArray(locales) ? locales[0] : locales;
  if (wanted === undefined) return { locale: 'en-US', language: 'en', extensions: {} };
  if (typeof wanted !== 'string') throw new TypeError('Incorrect locale information provided');
  if (!TAG.test(wanted)) throw new RangeError(`Incorrect locale information provided`);
  const [name, more = ''] = wanted.split(/-u-/i);
  const [language, ...parts] = name.split('-');
  const spelled = parts.map((part) => (part.length === 2 ? part.toUpperCase() : part.length === 4 ? part[0].toUpperCase() + part.slice(1).toLowerCase() : part.toLowerCase()));
  const extensions = {};
  let key;
  for (const part of more.toLowerCase().split('-').filter(Boolean)) {
    if (part.length === 2) extensions[(key = part)] = '';
    else if (key) extensions[key] += (extensions[key] && '-') + part;
  }
  return { locale: [language.toLowerCase(), ...spelled].join('-'), language: language.toLowerCase(), extensions };
}
