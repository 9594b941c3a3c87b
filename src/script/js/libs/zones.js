// What V8 calls a time zone, in English: the end of a date's `toString`.

import { host } from '../run.js';

// Zones of one name each, by what their names begin with: of the zone, then the word for winter and the one for summer.
const STANDARD = ' Standard Time';
const NAMES = [
  [/^(America\/(New_York|Detroit|Toronto|Indiana|Kentucky)|US\/Eastern|EST5EDT)/, 'Eastern', 'Daylight'],
  [/^(America\/(Chicago|Winnipeg|Menominee)|US\/Central|CST6CDT)/, 'Central', 'Daylight'],
  [/^(America\/(Denver|Edmonton|Boise|Phoenix)|US\/(Mountain|Arizona)|MST7MDT)/, 'Mountain', 'Daylight'],
  [/^(America\/(Los_Angeles|Vancouver|Tijuana)|US\/Pacific|PST8PDT)/, 'Pacific', 'Daylight'],
  [/^America\/Halifax/, 'Atlantic', 'Daylight'],
  [/^America\/(Sao_Paulo|Fortaleza|Recife|Bahia)/, 'Brasilia', 'Summer'],
  [/^America\/(Argentina\/)?Buenos_Aires/, 'Argentina', 'Summer'],
  [/^Europe\/(Berlin|Paris|Madrid|Rome|Amsterdam|Brussels|Vienna|Zurich|Stockholm|Oslo|Copenhagen|Warsaw|Prague|Budapest|Belgrade|Zagreb|Ljubljana|Bratislava|Luxembourg|Malta|Monaco|Vaduz)/, 'Central European', 'Summer'],
  [/^Europe\/(Athens|Helsinki|Kiev|Kyiv|Bucharest|Sofia|Riga|Tallinn|Vilnius|Chisinau)/, 'Eastern European', 'Summer'],
  [/^Europe\/Lisbon/, 'Western European', 'Summer'],
  [/^(Europe\/Moscow|W-SU)/, 'Moscow', 'Summer'],
  [/^Asia\/(Kolkata|Calcutta)/, 'India', 'Summer'],
  [/^(Asia\/Tokyo|Japan)$/, 'Japan', 'Daylight'],
  [/^(Asia\/Seoul|ROK)$/, 'Korean', 'Daylight'],
  [/^(Asia\/Shanghai|PRC)$/, 'China', 'Daylight'],
  [/^Asia\/Singapore/, 'Singapore', 'Standard'],
  [/^Asia\/Hong_Kong/, 'Hong Kong', 'Summer'],
  [/^Asia\/Dubai/, 'Gulf', 'Standard'],
  [/^(Asia\/Jerusalem|Israel)/, 'Israel', 'Daylight'],
  [/^Australia\/(Sydney|Melbourne|Brisbane|Hobart|Canberra)/, 'Australian Eastern', 'Daylight'],
  [/^Australia\/Perth/, 'Australian Western', 'Daylight'],
  [/^(Pacific\/Auckland|NZ)$/, 'New Zealand', 'Daylight'],
  [/^Africa\/Johannesburg/, 'South Africa', 'Standard'],
];

/** The name of this machine's zone at a moment; the hours from Greenwich where it has none that is known here. */
export function nameOf(date) {
  const minutes = -date.getTimezoneOffset();
  const zone = host.zone('', 0);
  if (/^(Etc\/)?(UTC|UCT|Universal|Zulu)$/.test(zone)) return 'Coordinated Universal Time';
  const [seconds] = host.zone(zone, date.getTime()).split(' ');
  if (Number(seconds) === minutes * 60) {
    if (/^(Europe\/(London|Belfast)|GB)$/.test(zone)) return minutes === 0 ? 'Greenwich Mean Time' : 'British Summer Time';
    if (/^Europe\/Dublin$/.test(zone)) return minutes === 0 ? 'Greenwich Mean Time' : 'Irish Standard Time';
    const named = NAMES.find(([pattern]) => pattern.test(zone));
    if (named) {
      const [january, july] = [0, 6].map((month) => -new Date(date.getFullYear(), month, 1).getTimezoneOffset());
      const summer = january !== july && minutes === Math.max(january, july);
      return summer ? `${named[1]} ${named[2]} Time` : named[1] + STANDARD;
    }
  }
  const hours = String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0');
  return `GMT${minutes < 0 ? '-' : '+'}${hours}:${String(Math.abs(minutes) % 60).padStart(2, '0')}`;
}
