import type { PlainModel } from '../model.js';
import { labels, numbers, tensor } from './answers.js';
import { sequences } from './sequences.js';
import type { TaskCode } from './shared.js';
import { text } from './text.js';

/** The functions of a task, and what the head of its module says of them. */
export function taskCode(model: PlainModel): TaskCode {
  switch (model.task) {
    case 'next':
      return text(model);
    case 'generate':
    case 'translate':
      return sequences(model);
    case 'classify':
    case 'tag':
      return labels(model);
    case 'regress':
    case 'notes':
      return numbers(model);
    case 'tensor':
      return tensor(model);
  }
}
