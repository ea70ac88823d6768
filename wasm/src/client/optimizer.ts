/** The options of `Network.step`, which are those of a configuration, by the names that the engine's tensor level reads. */
import { requireObject, toJson } from './arguments.js';
import type { Config, OptimizerConfig } from '../shared/config.js';
import { mismatch, refuse, UnfoldError } from '../shared/errors.js';
import type { StepOptions } from '../shared/network-types.js';

type Field = Exclude<keyof OptimizerConfig, 'name'>;

/** What each method takes beside the learning rate and the weight decay. */
const methods: Record<string, readonly Field[]> = {
  sgd: ['momentum'],
  momentum: ['momentum'],
  nesterov: ['momentum'],
  rmsprop: ['decay', 'epsilon', 'momentum', 'centered'],
  adagrad: ['epsilon'],
  adadelta: ['decay', 'epsilon'],
  adam: ['beta1', 'beta2', 'epsilon'],
  adamw: ['beta1', 'beta2', 'epsilon'],
};

/** What others call it, and where it belongs. */
const elsewhere: Record<string, string> = {
  lr: 'optimizer.learningRate',
  betas: 'optimizer.beta1 and optimizer.beta2',
  eps: 'optimizer.epsilon',
  alpha: 'optimizer.decay',
  rho: 'optimizer.decay',
  weight_decay: 'optimizer.weightDecay',
  nesterov: "optimizer.name: 'nesterov'",
  max_norm: 'clip.norm',
  clip_value: 'clip.value',
  clipnorm: 'clip.norm',
  clipvalue: 'clip.value',
  ...Object.fromEntries(
    [...new Set(Object.values(methods).flat()), 'learningRate', 'weightDecay'].map((name) => [
      name,
      `optimizer.${name}`,
    ]),
  ),
};

/** The engine's fields by the names of the options. */
const names: Record<string, string> = {
  ...{ optimizer: 'optimizer.name', lr: 'optimizer.learningRate', eps: 'optimizer.epsilon' },
  ...{ alpha: 'optimizer.decay', rho: 'optimizer.decay', weight_decay: 'optimizer.weightDecay' },
  ...{ 'betas[0]': 'optimizer.beta1', 'betas[1]': 'optimizer.beta2', momentum: 'optimizer.momentum' },
  ...{ centered: 'optimizer.centered', max_norm: 'clip.norm', clip_value: 'clip.value' },
};

function only(options: object, known: readonly string[], place: string): void {
  const other = Object.keys(options).find((name) => !known.includes(name));
  if (other === undefined) return;
  const right = Object.hasOwn(elsewhere, other) ? elsewhere[other]! : undefined;
  if (right && right !== place + other)
    throw mismatch('INVALID_ARGUMENT', place + other, right, 'another name of it');
  throw mismatch('INVALID_ARGUMENT', place + other, `one of ${known.join(', ')}`, 'an unknown option');
}

/** JSON for the engine. @throws UnfoldError `INVALID_ARGUMENT` with the field */
export function stepOptions(options: StepOptions): string {
  only(requireObject(options), ['optimizer', 'clip'], '');
  const { optimizer } = options;
  const { name, ...given }: OptimizerConfig =
    typeof optimizer === 'string' ? { name: optimizer } : requireObject(optimizer, undefined, 'optimizer');
  const own = typeof name === 'string' && Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (!own) throw refuse('INVALID_ARGUMENT', 'optimizer.name', Object.keys(methods).join(', '), name);
  only(given, ['learningRate', 'weightDecay', ...own], 'optimizer.');
  const { learningRate: lr, epsilon: eps, weightDecay: weight_decay, decay, beta1, beta2, ...same } = given;
  const heavy = name === 'momentum' || name === 'nesterov';
  return toJson({
    ...{ optimizer: heavy ? 'sgd' : name, lr, eps, weight_decay },
    ...{ [name === 'adadelta' ? 'rho' : 'alpha']: decay },
    ...same,
    ...(heavy && { momentum: given.momentum ?? 0.9, nesterov: name === 'nesterov' }),
    ...((beta1 ?? beta2) !== undefined && { betas: [beta1 ?? 0.9, beta2 ?? 0.999] }),
    ...clipping(options.clip),
  });
}

function clipping(clip: Config['clip']): object {
  if (typeof clip === 'number' || clip === undefined) return { max_norm: clip };
  only(requireObject(clip, undefined, 'clip'), ['norm', 'value'], 'clip.');
  return { max_norm: clip.norm, clip_value: clip.value };
}

/** An error of the engine, by the names of the options. */
export function renamed(error: unknown): unknown {
  if (!(error instanceof UnfoldError) || error.code !== 'INVALID_ARGUMENT') return error;
  const { field = '', expected = '', actual = '' } = error;
  return Object.hasOwn(names, field) ? mismatch('INVALID_ARGUMENT', names[field]!, expected, actual) : error;
}
