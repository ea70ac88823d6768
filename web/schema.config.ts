import type { Plugin } from 'vite';
import { getSchema } from 'unfold-rnn';

const NAME = 'virtual:schema';

/** Asks the engine what it can do while the page is built: the page knows it from its first line, without an engine. */
export function schema(): Plugin {
  return {
    name: 'unfold:schema',
    resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
    load: async (id) =>
      id === `\0${NAME}` ? `export const schema = ${JSON.stringify(await getSchema())};` : undefined,
  };
}
