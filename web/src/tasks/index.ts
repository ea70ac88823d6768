// Every task by its name. What differs between tasks is a field of theirs: nothing else compares names.
import { classify } from './classify';
import { generate } from './generate';
import type { TaskName } from './names';
import { next } from './next';
import { notes } from './notes';
import { regress } from './regress';
import { tag } from './tag';
import type { TaskSettings } from '../settings/settings';
import type { Task, Unit } from './task';
import { translate } from './translate';

export const tasks: Record<TaskName, Task> = { next, generate, classify, tag, translate, regress, notes };

interface OfTask {
  task: TaskName;
}

export const taskOf = ({ task }: OfTask): Task => tasks[task];

/** Learns from one text rather than from examples. */
export const readsText = (settings: OfTask): boolean => taskOf(settings).source === 'text';

/** Learns from examples that the engine generates, rather than from the reader's own. */
export const isGenerated = (settings: OfTask & { dataset: string }): boolean =>
  !readsText(settings) && settings.dataset !== '';

export function unitOf(settings: OfTask & Partial<Pick<TaskSettings, 'loss'>>): Unit {
  const { unit } = taskOf(settings);
  const { loss = 'squared' } = settings;
  return unit === 'squares' && loss !== 'squared' ? loss : unit;
}

const BITS: readonly Unit[] = ['character', 'symbol', 'label'];

/** A loss of the engine in its unit. Errors of numbers are none of information; many keys at once are told in nats. */
export const measured = (unit: Unit, loss: number): number => (BITS.includes(unit) ? loss / Math.LN2 : loss);
