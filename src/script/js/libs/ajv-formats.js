// The formats of `ajv` 6: the `fast` ones look at the shape of a text only, the `full` ones at what it says, too.

const whole = (pattern) => new RegExp(`^(?:${pattern})$`, 'i');

const DAY = '\\d{4}-[01]\\d-[0-3]\\d';
const CLOCK = '(?:[0-2]\\d:[0-5]\\d:[0-5]\\d|23:59:60)(?:\\.\\d+)?';
const ZONE = '(?:z|[+-]\\d\\d(?::?\\d\\d)?)';

// Names in domains: of up to 63 letters, no hyphen at an end.
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const ATOM = "[a-z0-9!#$%&'*+/=?^_`{|}~-]+";

// What of RFC 3986 may stand in a name of a host, in a step of a path, in a query.
const ESCAPED = '%[0-9a-f]{2}';
const PLAIN = "a-z0-9._~!$&'()*+,;=\\-";
const STEP = `(?:[${PLAIN}:@]|${ESCAPED})`;
const QUERY = `(?:[${PLAIN}:@/?]|${ESCAPED})*`;
const SCHEME = '[a-z][a-z0-9+.-]*:';
const HOST = `(?:\\[(?:[0-9a-f:.]+|v[0-9a-f]+\\.[${PLAIN}:]+)\\]|(?:[${PLAIN}]|${ESCAPED})*)`;
const AUTHORITY = `//(?:(?:[${PLAIN}:]|${ESCAPED})*@)?${HOST}(?::\\d*)?`;
const HIERARCHY = `${AUTHORITY}(?:/${STEP}*)*|/(?:${STEP}+(?:/${STEP}*)*)?|${STEP}+(?:/${STEP}*)*`;
const AFTER = `(?:\\?${QUERY})?(?:#${QUERY})?`;

// A variable of RFC 6570 with how much of it is taken.
const VARIABLE = `(?:[a-z0-9_]|${ESCAPED})+(?::[1-9]\\d{0,3}|\\*)?`;
const TEMPLATE = `(?:[^\\x00-\\x20"'<>%\\\\^\`{|}]|${ESCAPED}|\\{[+#./;?&=,!@|]?${VARIABLE}(?:,${VARIABLE})*\\})*`;

// Any letter of any language.
const LETTER = '[a-z\\u00a1-\\uffff]';
const NAME = '(?:[a-z0-9\\u00a1-\\uffff]+-)*[a-z0-9\\u00a1-\\uffff]+';
const URL = new RegExp(`^(?:https?|ftp)://(?:\\S+(?::\\S*)?@)?([\\d.]+|${NAME}(?:\\.${NAME})*\\.${LETTER}{2,})(?::\\d{2,5})?(?:/\\S*)?$`, 'i');

const BYTE = '(?:25[0-5]|2[0-4]\\d|[01]?\\d\\d?)';
const IPV4 = whole(`(?:${BYTE}\\.){3}${BYTE}`);
const STRICT_IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
// What no public host has as its address.
const PRIVATE = /^(?:10|127|169\.254|192\.168|172\.(?:1[6-9]|2\d|3[01]))\./;

function isUrl(text) {
  const found = URL.exec(text);
  if (!found) return false;
  const [, host] = found;
  if (!/^[\d.]+$/.test(host)) return true;
  const [first, , , last] = host.split('.').map(Number);
  return IPV4.test(host) && !/^0|\.0\d+$/.test(host) && !PRIVATE.test(host) && first > 0 && first < 224 && last > 0 && last < 255;
}

// Eight groups, of which `::` stands for some; the last two may be written as an IPv4 address.
function isIpv6(text) {
  const [, address] = /^\s*([0-9a-f:.]+)(?:%.+)?\s*$/i.exec(text) || [];
  if (!address) return false;
  const halves = address.split('::');
  if (halves.length > 2) return false;
  let count = 0;
  for (const [at, half] of halves.entries()) {
    if (half === '') continue;
    const groups = half.split(':');
    for (const [i, group] of groups.entries()) {
      const isLast = at === halves.length - 1 && i === groups.length - 1;
      if (isLast && STRICT_IPV4.test(group)) count += 2;
      else if (/^[0-9a-f]{1,4}$/i.test(group)) count += 1;
      else return false;
    }
  }
  return halves.length === 2 ? count < 8 : count === 8;
}

function isRegex(text) {
  if (/[^\\]\\Z/.test(text)) return false;
  try {
    return Boolean(new RegExp(text));
  } catch {
    return false;
  }
}

const FAST = {
  date: whole(DAY),
  time: whole(`${CLOCK}${ZONE}?`),
  'date-time': whole(`${DAY}[t\\s]${CLOCK}${ZONE}`),
  uri: whole(`${SCHEME}\\S*`),
  'uri-reference': whole('(?:[^\\\\\\s#][^\\s#]*)?(?:#[^\\\\\\s]*)?'),
  'uri-template': whole(TEMPLATE),
  url: isUrl,
  email: whole(`[a-z0-9.!#$%&'*+/=?^_\`{|}~-]+@${LABEL}(?:\\.${LABEL})*`),
  hostname: whole(`(?=.{1,253}\\.?$)${LABEL}(?:\\.${LABEL})*\\.?`),
  ipv4: IPV4,
  ipv6: isIpv6,
  regex: isRegex,
  uuid: whole('(?:urn:uuid:)?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}'),
  'json-pointer': whole('(?:/(?:[^~/]|~[01])*)*'),
  'json-pointer-uri-fragment': whole(`#(?:/(?:[${PLAIN.replace('~', '')}:@]|${ESCAPED}|~[01])*)*`),
  'relative-json-pointer': whole('(?:0|[1-9]\\d*)(?:#|(?:/(?:[^~/]|~[01])*)*)'),
};

function isDay(text) {
  const [, year, month, day] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(text) || []).map(Number);
  if (!(month >= 1 && month <= 12 && day >= 1)) return false;
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return day <= (month === 2 ? (leap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31);
}

const FULL_CLOCK = `(?:(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d|23:59:60)(?:\\.\\d+)?`;
const ZONED = whole(`${FULL_CLOCK}${ZONE}`);

function isMoment(text) {
  const [day, clock, ...more] = text.split(/t|\s/i);
  return more.length === 0 && isDay(day) && clock !== undefined && ZONED.test(clock);
}

const uriBy = (pattern) => (text) => {
  const [, address] = /^[^?#]*?\/\/(?:[^/?#@]*@)?\[([0-9a-f:.]+)\]/i.exec(text) || [];
  return pattern.test(text) && (address === undefined || isIpv6(address));
};
const isUri = uriBy(whole(`${SCHEME}(?:${HIERARCHY})${AFTER}`));

const FULL = {
  ...FAST,
  date: isDay,
  time: whole(`${FULL_CLOCK}${ZONE}?`),
  'date-time': isMoment,
  uri: (text) => /[/:]/.test(text) && isUri(text),
  'uri-reference': uriBy(whole(`(?:${SCHEME})?(?:${HIERARCHY})?${AFTER}`)),
  email: whole(`${ATOM}(?:\\.${ATOM})*@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)+[a-z0-9](?:[a-z0-9-]*[a-z0-9])?`),
};

/** The formats that are always there: what a text is to be like, as an expression or a function. */
export const formatsOf = (mode) => ({ ...(mode === 'full' ? FULL : FAST) });
