import { refuse } from '../../shared/errors.js';

export type Precision = 'float32' | 'int8';

/** How weights are written. */
export interface PlainOptions {
  /**
   * `float32`, the default: as they are. `int8`: matrices as 8-bit numbers with a scale for each row, a quarter of the
   * size; biases and other vectors stay as they are.
   */
  precision?: Precision;
}

/** @throws UnfoldError `INVALID_ARGUMENT`: another precision */
export function precisionOf({ precision }: PlainOptions): Precision | undefined {
  if (precision === undefined || precision === 'float32' || precision === 'int8') return precision;
  throw refuse('INVALID_ARGUMENT', 'precision', "'float32' or 'int8'", String(precision).slice(0, 40));
}
