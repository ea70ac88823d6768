import { message } from '../i18n/messages';
import { decimals } from '../i18n/format';

/** A temperature as its slider shows it. */
export const temperatureText = (value: number): string =>
  value === 0 ? message.stream.likeliest : decimals(value, 2);
