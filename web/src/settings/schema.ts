// What the engine can do: the cells, optimizers, presets and corpora of this build, asked when the page was built.
import type { Schema } from 'unfold-rnn';
import { schema as made } from 'virtual:schema';

export const schema: Schema = made;

export const cellOf = (name: string | undefined) => schema.cells.find((cell) => cell.name === name);
