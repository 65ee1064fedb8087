const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const DAY_MS = 86_400_000;

const two = (value: number): string => String(value).padStart(2, '0');
const spaced = (value: number): string => String(value).padStart(2, ' ');
const year = (date: Date): string => String(date.getUTCFullYear()).padStart(4, '0');
const month = (date: Date): string => MONTHS[date.getUTCMonth()]!;
const weekday = (date: Date): string => DAYS[date.getUTCDay()]!;
const twelve = (date: Date): number => date.getUTCHours() % 12 || 12;
const dayOfYear = (date: Date): number => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY_MS) + 1;
const milliseconds = (date: Date, digits: number): string => String(date.getUTCMilliseconds()).padStart(3, '0').padEnd(9, '0').slice(0, digits);

type Writer = (date: Date) => string;

// The parts of Go's reference time, Mon Jan 2 15:04:05 MST 2006; longer ones first where one begins with another.
const GO_PARTS: readonly (readonly [part: string, write: Writer])[] = [
  ['January', month],
  ['Jan', (date) => month(date).slice(0, 3)],
  ['Monday', weekday],
  ['Mon', (date) => weekday(date).slice(0, 3)],
  ['MST', () => 'UTC'],
  ['2006', year],
  ['__2', (date) => String(dayOfYear(date)).padStart(3, ' ')],
  ['002', (date) => String(dayOfYear(date)).padStart(3, '0')],
  ['01', (date) => two(date.getUTCMonth() + 1)],
  ['02', (date) => two(date.getUTCDate())],
  ['03', (date) => two(twelve(date))],
  ['04', (date) => two(date.getUTCMinutes())],
  ['05', (date) => two(date.getUTCSeconds())],
  ['06', (date) => year(date).slice(-2)],
  ['15', (date) => two(date.getUTCHours())],
  ['PM', (date) => (date.getUTCHours() < 12 ? 'AM' : 'PM')],
  ['pm', (date) => (date.getUTCHours() < 12 ? 'am' : 'pm')],
  ['Z07:00:00', () => 'Z'],
  ['Z070000', () => 'Z'],
  ['Z07:00', () => 'Z'],
  ['Z0700', () => 'Z'],
  ['Z07', () => 'Z'],
  ['-07:00:00', () => '+00:00:00'],
  ['-070000', () => '+000000'],
  ['-07:00', () => '+00:00'],
  ['-0700', () => '+0000'],
  ['-07', () => '+00'],
  ['_2006', (date) => `_${year(date)}`],
  ['_2', (date) => spaced(date.getUTCDate())],
  ['1', (date) => String(date.getUTCMonth() + 1)],
  ['2', (date) => String(date.getUTCDate())],
  ['3', (date) => String(twelve(date))],
  ['4', (date) => String(date.getUTCMinutes())],
  ['5', (date) => String(date.getUTCSeconds())],
];

/** A time in UTC by a layout of Go's `time.Format`. */
export function formatGoLayout(date: Date, layout: string): string {
  let text = '';
  let at = 0;
  while (at < layout.length) {
    const fraction = /^[.,](0+|9+)(?!\d)/.exec(layout.slice(at));
    if (fraction !== null) {
      const digits = milliseconds(date, Math.min(9, fraction[1]!.length)).padEnd(fraction[1]!.length, '0');
      const shown = fraction[1]!.startsWith('9') ? digits.replace(/0+$/, '') : digits;
      text += shown === '' ? '' : layout[at]! + shown;
      at += fraction[0].length;
      continue;
    }
    const part = GO_PARTS.find(([name]) => layout.startsWith(name, at));
    text += part === undefined ? layout[at]! : part[1](date);
    at += part === undefined ? 1 : part[0].length;
  }
  return text;
}

const isoWeek = (date: Date): number => {
  const thursday = new Date(date.getTime() + (4 - (date.getUTCDay() || 7)) * DAY_MS);
  return Math.ceil(dayOfYear(thursday) / 7);
};
const go = (layout: string): Writer => (date) => formatGoLayout(date, layout);

const STRFTIME: Readonly<Record<string, Writer>> = {
  A: weekday,
  a: go('Mon'),
  B: month,
  b: go('Jan'),
  C: (date) => two(Math.floor(date.getUTCFullYear() / 100)),
  c: go('Mon Jan _2 15:04:05 2006'),
  D: go('01/02/06'),
  d: go('02'),
  e: go('_2'),
  F: go('2006-01-02'),
  H: go('15'),
  h: go('Jan'),
  I: go('03'),
  j: go('002'),
  k: (date) => spaced(date.getUTCHours()),
  l: (date) => spaced(twelve(date)),
  M: go('04'),
  m: go('01'),
  n: () => '\n',
  p: go('PM'),
  R: go('15:04'),
  r: go('03:04:05 PM'),
  S: go('05'),
  s: (date) => String(Math.floor(date.getTime() / 1000)),
  T: go('15:04:05'),
  t: () => '\t',
  U: (date) => two(Math.floor((dayOfYear(date) + 6 - date.getUTCDay()) / 7)),
  u: (date) => String(date.getUTCDay() || 7),
  V: (date) => two(isoWeek(date)),
  v: go('_2-Jan-2006'),
  W: (date) => two(Math.floor((dayOfYear(date) + 6 - ((date.getUTCDay() + 6) % 7)) / 7)),
  w: (date) => String(date.getUTCDay()),
  X: go('15:04:05'),
  x: go('01/02/06'),
  Y: year,
  y: go('06'),
  Z: () => 'UTC',
  z: () => '+0000',
  '%': () => '%',
};

/** A time in UTC by a format of C's strftime; undefined when the format has a letter that means nothing. */
export function formatStrftime(date: Date, format: string): string | undefined {
  let known = true;
  const text = format.replace(/%([\s\S]?)/g, (verb, letter: string) => {
    if (Object.hasOwn(STRFTIME, letter)) return STRFTIME[letter]!(date);
    known = false;
    return verb;
  });
  return known ? text : undefined;
}
