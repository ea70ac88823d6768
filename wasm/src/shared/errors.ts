/**
 * What went wrong. The first eight come from the engine; the others from the package around it.
 *
 * - `INVALID_CONFIG`, `INVALID_TEXT`, `INVALID_CHECKPOINT`, `INVALID_ARGUMENT`: `field`, `expected` and `actual` say
 *   what to change.
 * - `INVALID_STATE`: the call does not fit what the model is doing, such as a second `train` beside the first.
 * - `NON_FINITE`: a loss or gradient overflowed; `overflow` says where. The weights are the last good ones; the model
 *   stays usable: `update({ optimizer: { learningRate } })` or `update({ clip })`, then `train` again.
 * - `OUT_OF_MEMORY`: the model stays usable.
 * - `INTERNAL`: a defect of this package.
 * - `UNSUPPORTED`: this platform lacks something that is needed, such as WebAssembly SIMD; or a format cannot carry a
 *   network, and `field` names what.
 * - `LOAD_FAILED`: a file could not be fetched or is not what it should be, or a worker did not start; the message
 *   names its address.
 * - `WORKER_FAILED`: the worker ended or the engine crashed; the model is lost, open its last saved state.
 * - `TIMEOUT`: loading took longer than `timeout`.
 * - `ABORTED`: stopped by a signal that gives no reason (a signal's own reason is thrown as it is).
 * - `DISPOSED`: the model was disposed of.
 */
export type ErrorCode =
  | 'INVALID_CONFIG'
  | 'INVALID_TEXT'
  | 'INVALID_CHECKPOINT'
  | 'INVALID_ARGUMENT'
  | 'INVALID_STATE'
  | 'NON_FINITE'
  | 'OUT_OF_MEMORY'
  | 'INTERNAL'
  | 'UNSUPPORTED'
  | 'LOAD_FAILED'
  | 'WORKER_FAILED'
  | 'TIMEOUT'
  | 'ABORTED'
  | 'DISPOSED';

/** An error as it crosses the boundary and the message queue. */
export interface ErrorData {
  /** See `ErrorCode`. */
  code: ErrorCode;
  /** One sentence in English. */
  message: string;
  /** The configuration field or argument at fault. */
  field?: string;
  /** What would be accepted there. */
  expected?: string;
  /** What came instead. */
  actual?: string;
  /** With `NON_FINITE` of a training step. */
  overflow?: Overflow;
}

/** What a training step overflowed with: the figures to choose a lower rate or clipping by. Null is not finite. */
export interface Overflow {
  /** The step that failed. */
  step: number;
  /** In nats a character. */
  loss: number | null;
  /** Before clipping. */
  gradientNorm: number | null;
  /** Of the failed step, after the schedule. */
  learningRate: number;
  /** The tensor with the largest element of the gradient. */
  parameter: string;
  /** That element. */
  largest: number | null;
  /** The loss was not finite, so the previous update was rolled back. */
  rolledBack: boolean;
}

/** The one error type of the package. */
export class UnfoldError extends Error {
  /** Always `UnfoldError`. */
  override readonly name = 'UnfoldError';
  /** What kind of error it is. */
  readonly code: ErrorCode;
  /** The configuration field or argument at fault, such as `layers[1].units`. */
  readonly field: string | undefined;
  /** What would be accepted there, in words; with `field`. */
  readonly expected: string | undefined;
  /** What came instead, at most 80 characters; with `field`. */
  readonly actual: string | undefined;
  /** With `NON_FINITE` of a training step. */
  readonly overflow: Overflow | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    details: Omit<Partial<ErrorData>, 'code' | 'message'> & ErrorOptions = {},
  ) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.code = code;
    this.field = details.field || undefined;
    this.expected = details.expected || undefined;
    this.actual = details.actual || undefined;
    this.overflow = details.overflow;
  }

  static from(data: ErrorData): UnfoldError {
    return new UnfoldError(data.code, data.message, data);
  }

  /** What a message can carry; the cause stays behind, its text is in the message. */
  toJSON(): ErrorData {
    const { code, message, field, expected, actual, overflow } = this;
    return {
      code,
      message,
      ...(field && { field }),
      ...(expected && { expected }),
      ...(actual && { actual }),
      ...(overflow && { overflow }),
    };
  }
}

/** Characters that a message repeats of what a caller passed. */
const MOST = 80;

const cut = (text: string) => (text.length > MOST ? `${text.slice(0, MOST - 1)}…` : text);

/** An error that names a field, what was expected there and, in words, what came instead. */
export function mismatch(code: ErrorCode, name: string, expected: string, came: string): UnfoldError {
  const [field, actual] = [cut(name), cut(came)];
  return new UnfoldError(code, `${field}: expected ${expected}, got ${actual}`, { field, expected, actual });
}

/** The same of a value. */
export function refuse(code: ErrorCode, field: string, expected: string, value: unknown): UnfoldError {
  return mismatch(code, field, expected, show(value));
}

function show(value: unknown): string {
  if (typeof value === 'string') return `'${value.slice(0, MOST)}'`;
  // An object's own text can be as long as its contents.
  return typeof value === 'object' && value ? Object.prototype.toString.call(value) : String(value);
}

/** The same error of a field of something: of the third of some requests, say. */
export function placed(
  { code, message, field, expected, actual, cause }: UnfoldError,
  place: string,
): UnfoldError {
  const whole = field ? `${place}.${field}` : place;
  const rest = field && message.startsWith(field) ? message.slice(field.length) : `: ${message}`;
  return new UnfoldError(code, whole + rest, {
    field: whole,
    ...(expected && { expected }),
    ...(actual && { actual }),
    cause,
  });
}

/** The text of anything thrown. */
export function describe(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

/** An error of the given code that keeps what caused it. */
export function wrap(code: ErrorCode, message: string, cause: unknown): UnfoldError {
  return new UnfoldError(code, `${message}: ${describe(cause)}`, { cause });
}
