/** What callers pass, checked before it crosses over to the engine: a caller in JavaScript may pass anything. */
import { describe, mismatch, refuse, UnfoldError } from '../shared/errors.js';
import type { Config, Runtime } from '../shared/types.js';

/** Half of a pair: no UTF-8 holds it. */
const LONE = /\p{Surrogate}/u;

const RUNTIME: readonly (keyof Runtime)[] = [
  ...(['threads', 'math', 'wasmUrl', 'wasmModule', 'workerUrl', 'worker', 'timeout', 'signal'] as const),
];

/** JSON as the engine reads it: NaN and infinities arrive as text to be refused by name, not as null. */
export function toJson(value: object, name = 'options'): string {
  const spell = (field: string, item: unknown) => {
    if (typeof item === 'string') checkUnicode('INVALID_ARGUMENT', field, item);
    return typeof item === 'number' && !Number.isFinite(item) ? String(item) : item;
  };
  try {
    return JSON.stringify(requireObject(value), spell);
  } catch (error) {
    throw error instanceof UnfoldError
      ? error
      : mismatch('INVALID_ARGUMENT', name, 'what JSON can hold', describe(error));
  }
}

/** Options by name. With `fields`, others are refused. */
export function requireObject<T>(options: T, fields?: readonly string[], name = 'options'): T {
  if (typeof options !== 'object' || !options) throw refuse('INVALID_ARGUMENT', name, 'an object', options);
  const other = fields && Object.keys(options).find((field) => !fields.includes(field));
  if (other === undefined) return options;
  throw mismatch('INVALID_ARGUMENT', other, `one of ${fields!.join(', ')}`, 'an unknown option');
}

export function requireRuntime(runtime: Runtime): Runtime {
  return requireObject(runtime, RUNTIME, 'runtime');
}

/** Where fields stand that are often looked for in the configuration itself. */
const INSIDE: Readonly<Record<string, readonly string[]>> = {
  'optimizer: { learningRate: … }': ['learningRate', 'learning_rate', 'lr'],
  'optimizer: { … }': ['weightDecay', 'momentum', 'beta1', 'beta2', 'epsilon'],
  'layers: [{ … }]': ['cell', 'hidden', 'bidirectional', 'zoneout', 'residual', 'layerNorm'],
  'task: { name: …, … }': [
    'pooling',
    'termination',
    'maxLength',
    'labelSmoothing',
    'classWeights',
    'truncate',
  ],
  'regularization: { … }': ['weightNoise', 'weightDrop', 'inputDropout', 'maxNorm', 'temporalActivation'],
  'dataset: { … }': [
    'inputs',
    'targets',
    'ignore',
    'dates',
    'missing',
    'scaling',
    'label',
    'header',
    'unknown',
  ],
  'train({ … })': ['steps', 'until', 'seconds', 'epochs'],
};

/** A configuration, which the engine checks. What belongs elsewhere, also into another argument of `call`, is refused with its place. */
export function requireConfig<T extends object>(config: T, call: { runtime: string; dataset?: string }): T {
  requireObject(config, undefined, 'config');
  for (const [field, value] of Object.entries(config)) {
    const place = RUNTIME.includes(field as keyof Runtime)
      ? call.runtime.replace('…', field)
      : field === 'text' && call.dataset;
    if (place && value !== undefined)
      throw mismatch('INVALID_CONFIG', field, `beside the configuration, as ${place}`, 'a field of it');
    const inside = Object.keys(INSIDE).find((found) => INSIDE[found]!.includes(field));
    if (inside !== undefined)
      throw mismatch('INVALID_CONFIG', field, `it in ${inside}`, 'a field of the configuration');
  }
  checkUnits(config);
  return config;
}

/** What means something beside another field alone. */
function checkUnits({ units, preset, layers, unit, task = 'next' }: Config): void {
  if (units !== undefined && preset === undefined && layers === undefined)
    throw mismatch('INVALID_CONFIG', 'units', 'it beside preset, or in layers', 'neither');
  const name = typeof task === 'object' ? (task?.name ?? 'next') : task;
  if (unit !== undefined && unit !== 'character' && name !== 'next')
    throw refuse('INVALID_CONFIG', 'unit', `character for the task ${String(name)}`, unit);
}

/** UTF-8 without a byte order mark, which is no part of a text. */
export function encode(text: string | Uint8Array | undefined, field = 'text'): Uint8Array<ArrayBuffer> {
  if (typeof text === 'string') {
    checkUnicode('INVALID_TEXT', field, text);
    return new TextEncoder().encode(text.replace(/^\uFEFF/, ''));
  }
  if (!(text instanceof Uint8Array)) throw refuse('INVALID_TEXT', field, 'a string or a Uint8Array', text);
  const mark = text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf;
  return text.subarray(mark ? 3 : 0) as Uint8Array<ArrayBuffer>;
}

export function checkUnicode(code: 'INVALID_ARGUMENT' | 'INVALID_TEXT', field: string, text: string): void {
  const at = text.search(LONE);
  if (at >= 0) throw mismatch(code, field, 'whole characters', `a lone surrogate at ${at}`);
}

export function checkWhole(field: string, value: unknown, low: number, high: number): void {
  if (Number.isInteger(value) && Number(value) >= low && Number(value) <= high) return;
  throw refuse('INVALID_ARGUMENT', field, `a whole number from ${low} to ${high}`, value);
}
