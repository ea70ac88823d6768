import type { PlainModel } from '../model.js';
import { answers } from './answers.js';
import { sequences } from './sequences.js';
import type { TaskCodePy } from './shared.js';
import { writing } from './writing.js';

/** The functions of a task, and what the head of its file says of them. */
export function taskCodePy(model: PlainModel): TaskCodePy {
  switch (model.task) {
    case 'next':
      return writing(model);
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
