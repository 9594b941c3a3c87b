// How numbers, sums and dates are written in the locales that are known: those of the CLDR, as far as they differ from
// American English, in one line each. What is not in the table is refused by name.

const NB = '\u00a0';
const NARROW = '\u202f';

/** What each unlisted locale would be: the letters of a sum stand before it without a space. */
const AMERICAN = { decimal: '.', group: ',', percent: '%', minus: '-', money: '¤#', least: 1, symbols: {} };

const symbols = (text) => Object.fromEntries(text.split(' ').map((pair) => pair.split(':')));
const codes = (text) => Object.fromEntries(text.split(' ').map((code) => [code, code]));
const PESO = codes('PHP');
const GERMAN = { AUD: 'AU$', THB: '฿', ...PESO };

// `date`, `md` and `my` say how day, month and year stand together; `short` and `medium` are styles, `long` has the month's
// name, `full` the day's, too; `half` are the words for the halves of a day; `alone` stands behind an hour by itself.
const german = {
  decimal: ',', group: '.', percent: `${NB}%`, money: `#${NB}¤`, symbols: GERMAN,
  date: 'd.M.y', md: 'd.M.', my: 'M/y', short: 'dd.MM.yy', medium: 'dd.MM.y', long: 'd. MMMM y', full: 'EEEE, d. MMMM y', alone: ' Uhr',
  months: 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember',
  days: 'Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag',
};
const LOCALES = {
  'en-US': {},
  'en-GB': { symbols: { USD: 'US$', JPY: 'JP¥' } },
  'en-CA': {
    symbols: { USD: 'US$', JPY: 'JP¥', CAD: '$' }, clock: 12, half: ['a.m.', 'p.m.'],
    date: 'y-MM-dd', md: 'MM-dd', my: 'y-MM', short: 'y-MM-dd', long: 'MMMM d, y', full: 'EEEE, MMMM d, y',
  },
  'en-AU': {
    symbols: { AUD: '$', ...codes('USD EUR GBP JPY INR KRW CNY CAD MXN BRL NZD ILS VND TWD HKD PHP') }, clock: 12, half: ['am', 'pm'],
    date: 'dd/MM/y', md: 'd/M', my: 'MM/y', short: 'd/M/yy', long: 'd MMMM y', full: 'EEEE d MMMM y', fullStyle: 'EEEE, d MMMM y', short2: 'd/M/y',
  },
  'en-IN': {
    symbols: { JPY: 'JP¥' }, pairs: true, clock: 12, half: ['am', 'pm'],
    date: 'd/M/y', md: 'dd/MM', my: 'MM/y', short: 'dd/MM/yy', long: 'd MMMM y', full: 'EEEE, d MMMM y',
  },
  'de-DE': german,
  'de-AT': { ...german, group: NB, moneyGroup: '.', money: `¤${NB}#`, months: german.months.replace('Januar', 'Jänner') },
  'de-CH': { ...german, decimal: '.', group: "'", percent: '%', money: `¤${NB}#`, negative: '¤-#', symbols: { ...GERMAN, EUR: 'EUR' }, narrow: { EUR: 'EUR' } },
  'fr-FR': {
    decimal: ',', group: NARROW, percent: `${NB}%`, money: `#${NB}¤`,
    symbols: { ...symbols('USD:$US GBP:£GB AUD:$AU CAD:$CA MXN:$MX NZD:$NZ'), ...codes('JPY CNY TWD HKD PHP') },
    date: 'dd/MM/y', md: 'dd/MM', my: 'MM/y', short: 'dd/MM/y', long: 'd MMMM y', full: 'EEEE d MMMM y', joint: ' ', alone: ' h',
    months: 'janvier février mars avril mai juin juillet août septembre octobre novembre décembre',
    days: 'dimanche lundi mardi mercredi jeudi vendredi samedi',
  },
  'es-ES': {
    decimal: ',', group: '.', percent: `${NB}%`, money: `#${NB}¤`, least: 2,
    symbols: { USD: 'US$', THB: '฿', ...codes('GBP JPY INR KRW CNY AUD CAD MXN BRL NZD ILS TWD HKD PHP') },
    date: 'd/M/y', md: 'd/M', my: 'M/y', short: 'd/M/yy', long: "d 'de' MMMM 'de' y", full: "EEEE, d 'de' MMMM 'de' y", half: ['a. m.', 'p. m.'], bare: true, fixed: true,
    months: 'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
    days: 'domingo lunes martes miércoles jueves viernes sábado',
  },
  'it-IT': {
    decimal: ',', group: '.', money: `#${NB}¤`, least: 2, symbols: { THB: '฿', ...codes('USD JPY INR KRW MXN BRL VND TWD HKD') },
    date: 'dd/MM/y', md: 'dd/MM', my: 'MM/y', short: 'dd/MM/yy', long: 'd MMMM y', full: 'EEEE d MMMM y', alone: 'bare',
    months: 'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre',
    days: 'domenica lunedì martedì mercoledì giovedì venerdì sabato',
  },
  'nl-NL': {
    decimal: ',', group: '.', money: `¤${NB}#`, negative: `¤${NB}-#`, symbols: { ...symbols('USD:US$ JPY:JP¥ AUD:AU$ CAD:C$ THB:฿'), ...PESO },
    date: 'd-M-y', md: 'd-M', my: 'M-y', short: 'dd-MM-y', long: 'd MMMM y', full: 'EEEE d MMMM y', half: ['a.m.', 'p.m.'],
    months: 'januari februari maart april mei juni juli augustus september oktober november december',
    days: 'zondag maandag dinsdag woensdag donderdag vrijdag zaterdag',
  },
  'pt-BR': {
    decimal: ',', group: '.', money: `¤${NB}#`, symbols: { ...symbols('USD:US$ JPY:JP¥ AUD:AU$ THB:฿'), ...PESO },
    date: 'dd/MM/y', md: 'dd/MM', my: 'MM/y', short: 'dd/MM/y', long: "d 'de' MMMM 'de' y", full: "EEEE, d 'de' MMMM 'de' y",
    months: 'janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro',
    days: 'domingo segunda-feira terça-feira quarta-feira quinta-feira sexta-feira sábado',
  },
  'pl-PL': {
    decimal: ',', group: NB, money: `#${NB}¤`, least: 2, symbols: { PLN: 'zł', ...codes('USD GBP JPY INR KRW CNY AUD CAD MXN NZD ILS VND TWD HKD PHP') },
    date: 'd.MM.y', md: 'd.MM', my: 'MM.y', short: 'd.MM.y', long: 'd MMMM y', full: 'EEEE, d MMMM y',
    months: 'stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia',
    days: 'niedziela poniedziałek wtorek środa czwartek piątek sobota',
  },
  'sv-SE': {
    decimal: ',', group: NB, percent: `${NB}%`, minus: '\u2212', money: `#${NB}¤`,
    symbols: { ...symbols('USD:US$ BRL:BR$ SEK:kr NOK:Nkr DKK:Dkr'), ...codes('GBP JPY INR KRW CNY AUD NZD VND TWD HKD PHP') },
    date: 'y-MM-dd', md: 'd/M', my: 'y-MM', short: 'y-MM-dd', long: 'd MMMM y', full: 'EEEE d MMMM y', joint: ' ', half: ['fm', 'em'],
    months: 'januari februari mars april maj juni juli augusti september oktober november december',
    days: 'söndag måndag tisdag onsdag torsdag fredag lördag',
  },
  'ru-RU': {
    decimal: ',', group: NB, percent: `${NB}%`, money: `#${NB}¤`, symbols: { ...symbols('RUB:₽ UAH:₴ THB:฿'), ...PESO }, nan: `не${NB}число`,
    date: 'dd.MM.y', md: 'dd.MM', my: 'MM.y', short: 'dd.MM.y', long: "d MMMM y 'г.'", full: "EEEE, d MMMM y 'г.'", alone: 'bare',
    months: 'января февраля марта апреля мая июня июля августа сентября октября ноября декабря',
    days: 'воскресенье понедельник вторник среда четверг пятница суббота',
  },
  'ja-JP': {
    symbols: { JPY: '￥', CNY: '元', ...PESO }, joint: ' ', half: ['午前', '午後'], halfFirst: '', cycle: 'h11', bare: true, units: '年月日', alone: '時',
    date: 'y/M/d', md: 'M/d', my: 'y/M', short: 'y/MM/dd', medium: 'y/MM/dd', long: 'y年M月d日', full: 'y年M月d日EEEE',
    days: '日曜日 月曜日 火曜日 水曜日 木曜日 金曜日 土曜日',
  },
  'zh-CN': {
    symbols: { ...symbols('USD:US$ JPY:JP¥ CNY:¥ AUD:AU$'), ...PESO }, joint: ' ', half: ['上午', '下午'], halfFirst: '', units: '年月日', alone: '时',
    date: 'y/M/d', md: 'M/d', my: 'y/M', my2: 'y年M月', short: 'y/M/d', medium: 'y年M月d日', long: 'y年M月d日', full: 'y年M月d日EEEE',
    days: '星期日 星期一 星期二 星期三 星期四 星期五 星期六',
  },
  'ko-KR': {
    symbols: { ...symbols('USD:US$ JPY:JP¥ AUD:AU$'), ...PESO }, joint: ' ', half: ['AM', 'PM'], halfFirst: ' ', clock: 12, fixedMonth: true, units: '년월일', alone: '시',
    date: 'y. M. d.', md: 'M. d.', my: 'y. M.', short: 'yy. M. d.', medium: 'y. M. d.', long: 'y년 M월 d일', full: 'y년 M월 d일 EEEE',
    days: '일요일 월요일 화요일 수요일 목요일 금요일 토요일',
  },
};

export const KNOWN = Object.keys(LOCALES);

/** How a locale writes: its own lines over the common ones. */
export const wayOf = (locale) => ({ ...AMERICAN, half: ['AM', 'PM'], joint: ', ', ...LOCALES[locale] });

const ENGLISH_MONTHS = 'January February March April May June July August September October November December';
const ENGLISH_DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday';
const two = (number) => String(number).padStart(2, '0');

// The pattern that day, month, year and weekday ask for, or undefined where there is none.
function patternOf(way, { weekday, year, month, day }) {
  const numeric = [year, month, day].map((width) => width === undefined || width === 'numeric' || width === '2-digit');
  if (numeric.every(Boolean)) {
    if (weekday) return weekday === 'long' && !(year || month || day) ? 'EEEE' : undefined;
    if (year && month && day) return (year === '2-digit' && way.short2) || way.date;
    if (month && day && !year) return way.md;
    if (month && year && !day) return month === '2-digit' && way.my2 ? way.my2 : way.my;
    const only = year ? 'y' : month ? 'M' : 'd';
    return [year, month, day].filter(Boolean).length === 1 ? only + (way.units ? way.units['yMd'.indexOf(only)] : '') : undefined;
  }
  if (month !== 'long' || !day || !year) return undefined;
  return weekday === undefined ? way.long : weekday === 'long' ? way.full : undefined;
}

/** A date in a locale of the table; undefined for a form that is not known of it. `parts` may name a `style`. */
export function dateText(way, parts, at) {
  const { year, month, day } = parts;
  const pattern = parts.style ? way[`${parts.style}Style`] || way[parts.style] : patternOf(way, parts);
  if (pattern === undefined) return undefined;
  // What is asked for as numeric is as wide as the locale has it, unless something else is asked for in two digits.
  const fixed = pattern === way.md ? way.fixed : pattern === way.my ? way.fixed || way.fixedMonth : pattern === way.my2;
  const asked = !parts.style && !fixed && (day === '2-digit' || month === '2-digit');
  const number = (value, wide, width) => (asked ? (width === '2-digit' ? two(value) : String(value)) : wide ? two(value) : String(value));
  return pattern.replace(/'([^']*)'|EEEE|MMMM|MM?|dd?|yy?/g, (token, literal) => {
    if (literal !== undefined) return literal;
    if (token === 'EEEE') return (way.days || ENGLISH_DAYS).split(' ')[at.getUTCDay()];
    if (token === 'MMMM') return (way.months || ENGLISH_MONTHS).split(' ')[at.getUTCMonth()];
    if (token[0] === 'M') return number(at.getUTCMonth() + 1, token.length === 2, month);
    if (token[0] === 'd') return number(at.getUTCDate(), token.length === 2, day);
    return token === 'yy' || (!parts.style && year === '2-digit') ? two(at.getUTCFullYear() % 100) : String(at.getUTCFullYear());
  });
}
