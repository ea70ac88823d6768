// What a loss counts, by what is learnt. The engine reports nats; the page shows bits where symbols are predicted.
import type { Settings, TaskName } from './settings';

export type Unit = 'character' | 'symbol' | 'label' | 'squares' | 'step';

const UNITS: Record<TaskName, Unit> = {
  next: 'character',
  generate: 'symbol',
  translate: 'symbol',
  classify: 'label',
  tag: 'label',
  regress: 'squares',
  notes: 'step',
};

export const unitOf = ({ task }: Pick<Settings, 'task'>): Unit => UNITS[task];

const BITS: readonly Unit[] = ['character', 'symbol', 'label'];

/** A loss of the engine in its unit. Squared errors are none of information; many keys at once are told in nats. */
export const measured = (unit: Unit, loss: number): number => (BITS.includes(unit) ? loss / Math.LN2 : loss);
