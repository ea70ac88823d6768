/** How much of its former state a unit keeps. Mirrors core/model/operations/interpolate.cpp. */
import type { LayerConfig } from '../config.js';
import { isLeaky, zoneoutOf } from './layer-config.js';
import { activation, fixed, mix, type Value, zoneout } from './values.js';

/** 1 for the units that wait at a step. */
export const waitingValue = (periods: readonly number[]): Value => ({
  name: 'waiting',
  size: periods.length,
  when: 'once',
  op: { kind: 'waiting', periods },
});

/** The new h of what the cell answers: leak, then zoneout, then clock. `learned` is the parameter a of α = σ(a). */
export function blendState(
  config: LayerConfig,
  waiting: Value | undefined,
  former: Value,
  answer: Value,
  learned: () => Value,
): Value {
  let value = answer;
  if (isLeaky(config)) value = mix('h', shares(config, answer.size, learned), former, value);
  value = zoneout('h', zoneoutOf(config).hidden, former, value);
  return waiting ? mix('h', waiting, former, value) : value;
}

/** The same for the second state, which does not leak. */
export function blendCell(
  config: LayerConfig,
  waiting: Value | undefined,
  former: Value,
  answer: Value,
): Value {
  const value = zoneout('c', zoneoutOf(config).cell, former, answer);
  return waiting ? mix('c', waiting, former, value) : value;
}

/** α of each unit: learned, or fixed from the first to the last. */
function shares({ leak }: LayerConfig, H: number, learned: () => Value): Value {
  const { from = 0, to = from, learned: isLearned } = typeof leak === 'object' ? leak : {};
  if (isLearned) return activation('alpha', 'sigmoid', learned());
  return fixed(
    'alpha',
    Array.from({ length: H }, (_, k) => from + (to - from) * (H > 1 ? k / (H - 1) : 0)),
  );
}
