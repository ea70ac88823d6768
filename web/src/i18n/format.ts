// Numbers as text, in the language of the page.
import { type Language, language as locale } from './language';

// Without Intl but for shares and dates: the first use of it costs 20 ms, on a phone four times as much.
interface Signs {
  point: string;
  group: string;
  /** What stands for each power of a thousand; nothing where the digits are written out. */
  powers: readonly string[];
  byte: string;
}

const SIGNS: Record<Language, Signs> = {
  en: { point: '.', group: ',', powers: ['', 'K', 'M', 'B', 'T'], byte: 'byte' },
  de: {
    point: ',',
    group: '.',
    powers: ['', '', '\u00a0Mio.', '\u00a0Mrd.', '\u00a0Bio.'],
    byte: 'Byte',
  },
};
const { point, group, powers, byte } = SIGNS[locale];

/** All digits there are, without groups. */
export const plain = (value: number) => String(value).replace('.', point);

function fixed(value: number, digits: number): string {
  const [whole, part] = value.toFixed(digits).split('.');
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, group);
  return part === undefined ? grouped : grouped + point + part;
}

const exponential = (value: number, digits = 1) =>
  value.toExponential(digits).replace('.', point).replace('+', '');
const significant = (value: number) => plain(Number(value.toPrecision(2)));

/** Three digits of a value from 0, none after the point without need. */
function three(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return rounded < 1000 ? plain(rounded) : fixed(rounded, 0);
}

const DASH = '–';

export function integer(value: number | null | undefined): string {
  return value == null ? DASH : fixed(value, 0);
}

export function decimals(value: number | null | undefined, digits: 0 | 1 | 2 | 3): string {
  return value == null || !Number.isFinite(value) ? DASH : fixed(value, digits);
}

/** Squares of large numbers are as long: these losses have an exponent. */
const LARGE = 1e5;

/** A loss: fixed decimals, but two digits where those would say nothing, with an exponent where they would be long. */
export function lossText(value: number | null | undefined, digits: 2 | 3 = 2): string {
  if (value != null && value >= LARGE && Number.isFinite(value)) return exponential(value, digits);
  if (value == null || !(value > 0) || value >= 0.1 ** (digits - 1)) return decimals(value, digits);
  return value < 1e-3 ? exponential(value) : twoDigits(value);
}

let share: Intl.NumberFormat | undefined;

export function percent(value: number | null | undefined): string {
  if (value == null || !Number.isFinite(value)) return DASH;
  share ??= new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  return share.format(value);
}

/** Up to two decimals, none where there are none. */
export function upToTwo(value: number): string {
  return fixed(value, 2).replace(/\D?0+$/, '');
}

/** 12.3K, 1.2M: a count of which three digits are enough. */
export function compact(value: number | null | undefined): string {
  if (value == null) return DASH;
  const rounded = Number(value.toPrecision(3));
  const power = powers.findLastIndex((name, at) => name !== '' && rounded >= 1000 ** at);
  if (power > 0) return three(rounded / 1000 ** power) + powers[power];
  return rounded < 10_000 ? plain(rounded) : three(rounded);
}

export function twoDigits(value: number): string {
  const long = (value > 0 && value < 1e-4) || (Math.abs(value) >= 1e6 && Number.isFinite(value));
  return long ? exponential(value) : significant(value);
}

/** Four digits, and of a large number all before the point. */
export function fourDigits(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e12) return twoDigits(value);
  return size >= 1e4 ? integer(value) : plain(Number(value.toPrecision(4)));
}

/** At a tick of an axis: all digits, or as many as a narrow margin has room for. */
export const tickText = (value: number) => (value < 10_000 ? plain(value) : compact(value));

const SIZES = [byte, 'kB', 'MB', 'GB'];

export function bytes(value: number | null | undefined): string {
  if (value == null) return DASH;
  const power = Math.min(SIZES.length - 1, value > 0 ? Math.floor(Math.log10(value) / 3) : 0);
  return `${three(Number(value.toPrecision(3)) / 1000 ** power)}\u00a0${SIZES[power]}`;
}

/** A size above a limit, with as many digits as tell the two apart; to the byte where it takes them all. */
export function bytesOver(value: number, limit: number): string {
  const short = bytes(value);
  return short === bytes(limit)
    ? `${integer(value)}\u00a0${byte}${value === 1 || byte === 'Byte' ? '' : 's'}`
    : short;
}

let moment: Intl.DateTimeFormat | undefined;

/** A date and a time of day, from milliseconds since 1970. */
export function clock(time: number): string {
  moment ??= new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  return moment.format(time);
}

/** 2.1e-5: for what spans many powers of ten. */
export function scientific(value: number): string {
  return value === 0 ? '0' : value >= 0.01 && value < 1000 ? significant(value) : exponential(value);
}
