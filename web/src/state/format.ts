// Numbers as text, in the language of the page.
import { language as locale } from './language';

const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const fixed = [0, 1, 2, 3].map(
  (digits) => new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits }),
);
const loose = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
const short = new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 });
const significant = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2, useGrouping: false });

const DASH = '–';

export function integer(value: number | null | undefined): string {
  return value == null ? DASH : whole.format(value);
}

export function decimals(value: number | null | undefined, digits: 0 | 1 | 2 | 3): string {
  return value == null || !Number.isFinite(value) ? DASH : fixed[digits]!.format(value);
}

/** A loss: fixed decimals, but two digits where those would say nothing, with an exponent where they would be long. */
export function lossText(value: number | null | undefined, digits: 2 | 3 = 2): string {
  if (value == null || !(value > 0) || value >= 0.1 ** (digits - 1)) return decimals(value, digits);
  return value < 1e-3 ? value.toExponential(1) : twoDigits(value);
}

const share = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });

export function percent(value: number | null | undefined): string {
  return value == null || !Number.isFinite(value) ? DASH : share.format(value);
}

/** Up to two decimals, none where there are none. */
export function upToTwo(value: number): string {
  return loose.format(value);
}

export function compact(value: number | null | undefined): string {
  return value == null ? DASH : short.format(value);
}

export function twoDigits(value: number): string {
  return value > 0 && value < 1e-4 ? value.toExponential(1) : significant.format(value);
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

export function bytes(value: number | null | undefined): string {
  if (value == null) return DASH;
  const power = Math.min(UNITS.length - 1, value > 0 ? Math.floor(Math.log10(value) / 3) : 0);
  const format = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: UNITS[power]!,
    maximumSignificantDigits: 3,
  });
  return format.format(value / 1000 ** power);
}

const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });

/** A date and a time of day, from milliseconds since 1970. */
export function clock(time: number): string {
  return moment.format(time);
}

/** 2.1e-5: for what spans many powers of ten. */
export function scientific(value: number): string {
  return value === 0
    ? '0'
    : value >= 0.01 && value < 1000
      ? significant.format(value)
      : value.toExponential(1);
}
