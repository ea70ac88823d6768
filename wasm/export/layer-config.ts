/** A layer's configuration, as its shorthands and defaults mean it. */
import type { EdgeConfig, LayerConfig, ProductConfig } from '../config.js';
import type { Activation } from './values.js';

export type Edge = Required<Pick<EdgeConfig, 'delay' | 'hidden' | 'shortcut' | 'join'>> & {
  from: Exclude<EdgeConfig['from'], ProductConfig>;
  activation: Activation;
};

export function complete(edge: EdgeConfig): Edge {
  const back = edge.from === 'self' || edge.from === 'output';
  return {
    from: edge.from as Edge['from'], // products are refused before, see fields.ts
    delay: edge.delay ?? (back ? 1 : 0),
    hidden: edge.hidden ?? [],
    activation: (edge.activation ?? 'tanh') as Activation,
    shortcut: edge.shortcut ?? false,
    join: edge.join ?? 'last',
  };
}

/** How parameters of an edge are called: `ih`, `hh`, or what tells further edges apart, such as `x`, `l2`, `hh_3`. */
export function edgeKey({ from, delay }: Edge, number: number): string {
  if (delay === 0 && from === (number ? number - 1 : 'input')) return 'ih';
  const back = from === 'self' || from === 'output';
  const key = { self: 'hh', input: 'x', output: 'yh' }[from as string] ?? `l${from}`;
  return delay === (back ? 1 : 0) ? key : `${key}_${delay}`;
}

/** The period of each unit. */
export function periodsOf({ clock, hidden }: LayerConfig): number[] | undefined {
  if (!clock?.length) return undefined;
  return Array.from({ length: hidden! }, (_, k) => clock[Math.floor((k * clock.length) / hidden!)]!);
}

export function isLeaky({ leak }: LayerConfig): boolean {
  return (
    typeof leak === 'object' && (leak.learned === true || (leak.from ?? 0) !== 0 || (leak.to ?? 0) !== 0)
  );
}

export function zoneoutOf({ zoneout: given }: LayerConfig): { hidden: number; cell: number } {
  if (typeof given === 'number') return { hidden: given, cell: given };
  return { hidden: given?.hidden ?? 0, cell: given?.cell ?? 0 };
}
