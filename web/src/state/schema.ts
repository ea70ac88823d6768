// What the engine can do: the cells, optimizers, presets and corpora of this build, asked when the page was built.
import { schema } from 'virtual:schema';

export { schema };

export const cellOf = (name: string | undefined) => schema.cells.find((cell) => cell.name === name);
