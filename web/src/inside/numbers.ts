// Shares as text, in the language of the page.
const locale = document.documentElement.lang || 'en';
const whole = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
const small = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });

export const percent = (share: number) =>
  Number.isFinite(share) ? (share < 0.1 ? small : whole).format(share) : '–';

/** +0.12, −3.40: with its sign, and of one width. */
const signs = new Intl.NumberFormat(locale, {
  signDisplay: 'always',
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});
export const signed = (value: number) =>
  Number.isFinite(value) ? signs.format(value).replace('-', '−') : '–';
