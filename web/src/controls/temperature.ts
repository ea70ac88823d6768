import { message } from '../messages';
import { decimals } from '../state/format';

/** A temperature as its slider shows it. */
export const temperatureText = (value: number): string =>
  value === 0 ? message.stream.likeliest : decimals(value, 2);
