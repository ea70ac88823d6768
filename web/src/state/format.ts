// Numbers as text, in the language of the page.
import { type Language, language as locale } from './language';

/** Made when first used, and only for what is more than digits: the first costs 20 ms, on a phone four times as much. */
function numbers(options: Intl.NumberFormatOptions): (value: number) => string {
  let made: Intl.NumberFormat | undefined;
  return (value) => (made ??= new Intl.NumberFormat(locale, options)).format(value);
}

const SIGNS: Record<Language, { point: string; group: string }> = {
  en: { point: '.', group: ',' },
  de: { point: ',', group: '.' },
};
const { point, group } = SIGNS[locale];

function fixed(value: number, digits: number): string {
  const [whole, part] = value.toFixed(digits).split('.');
  const grouped = whole!.replace(/\B(?=(\d{3})+$)/g, group);
  return part === undefined ? grouped : grouped + point + part;
}

const significant = (value: number) => String(Number(value.toPrecision(2))).replace('.', point);
const short = numbers({ notation: 'compact', maximumSignificantDigits: 3 });

const DASH = '–';

export function integer(value: number | null | undefined): string {
  return value == null ? DASH : fixed(value, 0);
}

export function decimals(value: number | null | undefined, digits: 0 | 1 | 2 | 3): string {
  return value == null || !Number.isFinite(value) ? DASH : fixed(value, digits);
}

/** A loss: fixed decimals, but two digits where those would say nothing, with an exponent where they would be long. */
export function lossText(value: number | null | undefined, digits: 2 | 3 = 2): string {
  if (value == null || !(value > 0) || value >= 0.1 ** (digits - 1)) return decimals(value, digits);
  return value < 1e-3 ? value.toExponential(1) : twoDigits(value);
}

const share = numbers({ style: 'percent', maximumFractionDigits: 1 });

export function percent(value: number | null | undefined): string {
  return value == null || !Number.isFinite(value) ? DASH : share(value);
}

/** Up to two decimals, none where there are none. */
export function upToTwo(value: number): string {
  return fixed(value, 2).replace(/\D?0+$/, '');
}

export function compact(value: number | null | undefined): string {
  return value == null ? DASH : short(value);
}

export function twoDigits(value: number): string {
  return value > 0 && value < 1e-4 ? value.toExponential(1) : significant(value);
}

const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte'].map((unit) =>
  numbers({ style: 'unit', unit, maximumSignificantDigits: 3 }),
);

export function bytes(value: number | null | undefined): string {
  if (value == null) return DASH;
  const power = Math.min(sizes.length - 1, value > 0 ? Math.floor(Math.log10(value) / 3) : 0);
  return sizes[power]!(value / 1000 ** power);
}

let moment: Intl.DateTimeFormat | undefined;

/** A date and a time of day, from milliseconds since 1970. */
export function clock(time: number): string {
  moment ??= new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  return moment.format(time);
}

/** 2.1e-5: for what spans many powers of ten. */
export function scientific(value: number): string {
  return value === 0 ? '0' : value >= 0.01 && value < 1000 ? significant(value) : value.toExponential(1);
}
