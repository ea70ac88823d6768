/** Which of several recurrent modules reads which. */
import { mismatch } from '../../shared/errors.js';
import type { ImportedLayer } from './parts.js';

/** The layers of a module, from below, under its name. */
export interface Module {
  /** Without the dot behind it. */
  name: string;
  layers: readonly ImportedLayer[];
}

/** What tells the order. */
interface Known {
  /** As the caller names it. */
  given: readonly string[] | undefined;
  /** Whether the file has the order in which the modules were defined: a pickle has, safetensors are sorted by name. */
  fileOrder: boolean;
  /** Numbers a step that the first module reads, where an Embedding tells; and that the Linear reads. */
  below: number | undefined;
  above: number;
}

/**
 * From the first module to the last: as the caller says, as the file has them, by number if nothing else tells their
 * names apart, or as their sizes allow; if these leave a choice, the caller is asked.
 */
export function inOrder(modules: readonly Module[], known: Known): readonly Module[] {
  const { given, fileOrder } = known;
  const names = modules.map(({ name }) => name);
  if (given) {
    const order = given.map((name) => modules.find((one) => one.name === name));
    if (
      new Set(order).size === modules.length &&
      order.length === modules.length &&
      !order.includes(undefined)
    )
      return order as Module[];
    throw mismatch('INVALID_ARGUMENT', 'modules', `each of ${names.join(', ')} once`, given.join(', '));
  }
  if (fileOrder || modules.length === 1) return modules;
  const pattern = (name: string) => name.replace(/\d+/g, '#');
  if (names.every((name) => pattern(name) === pattern(names[0]!))) {
    const { compare } = new Intl.Collator('en', { numeric: true });
    return [...modules].sort((a, b) => compare(a.name, b.name));
  }
  const chains = chainsOf(modules, known);
  if (chains.length === 1) return chains[0]!;
  throw mismatch(
    'INVALID_ARGUMENT',
    'modules',
    'the names of the recurrent modules from the first to the last',
    `nothing, and the order of ${names.join(', ')} is not in the file`,
  );
}

const entering = ({ layers }: Module) => layers[0]!.input.shape[1];
const leaving = ({ layers }: Module) => {
  const { recurrent, backward } = layers.at(-1)!;
  return recurrent.shape[1]! * (backward ? 2 : 1);
};

/** Orders in which each module reads as many numbers as the one before it gives; two at most, which are one too many. */
function chainsOf(modules: readonly Module[], { below, above }: Known): Module[][] {
  const found: Module[][] = [];
  const extend = (chain: Module[], size: number | undefined) => {
    if (found.length > 1) return;
    if (chain.length === modules.length) {
      if (size === above) found.push(chain);
      return;
    }
    for (const one of modules)
      if (!chain.includes(one) && (size === undefined || entering(one) === size))
        extend([...chain, one], leaving(one));
  };
  extend([], below);
  return found;
}
