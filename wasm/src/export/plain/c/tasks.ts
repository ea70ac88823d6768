import type { PlainModel } from '../model.js';
import { answers } from './answers.js';
import { sequences } from './sequences.js';
import type { TaskCodeC } from './shared.js';
import { text } from './text.js';

/** The functions of a task, and the program at the head of its header. */
export function taskCodeC(model: PlainModel): TaskCodeC {
  switch (model.task) {
    case 'next':
      return text(model);
    case 'generate':
    case 'translate':
      return sequences(model);
    case 'classify':
    case 'tag':
    case 'regress':
    case 'notes':
    case 'tensor':
      return answers(model);
  }
}
