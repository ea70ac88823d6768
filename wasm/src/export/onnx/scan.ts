/** Layers step by step: a Scan, whose body computes one step. */
import type { LoweredLayer } from '../lowering.js';
import type { Value } from '../values.js';
import { FLOAT, BOOL, Graph } from './graph.js';
import { emit, type Scope } from './operators.js';
import type { Steps } from './steps.js';

export interface Member {
  /** Its number. */
  l: number;
  layer: LoweredLayer;
  /** How many earlier states are read, by state. */
  past: readonly number[];
  /** Those before the first step, where somebody reads them: [past, N, H], oldest first. */
  initial: readonly (string | undefined)[];
}

export interface Scanned {
  /** States after the last step, by layer and place. */
  finals: Map<number, (string | undefined)[]>;
  /** What is known at every step: [T, N, F]. */
  sequences: Map<Value, string>;
}

/**
 * Adds the Scan.
 * @param wanted what is to be known at every step
 */
export function scanLayers(
  members: readonly Member[],
  wanted: readonly Value[],
  main: Scope,
  steps: Steps,
): Scanned {
  const outer = main.graph;
  const body = new Graph(outer);
  const label = members[0]!.layer.name;
  const initial: string[] = [];
  const inside = new Map<number, (string | undefined)[]>();
  for (const { l, layer, past, initial: before } of members)
    inside.set(
      l,
      before.map((from, s) => {
        if (from === undefined) return undefined;
        initial.push(from);
        const { name, size } = layer.states[s]!;
        return body.input(body.name(`${layer.name}/${name}_`), FLOAT, [past[s]!, 'N', size]);
      }),
    );
  const scanned = new Map<string, string>();
  const enter = (sequence: string, hint: string, columns: number | string, size: number, type = FLOAT) => {
    const name = scanned.get(sequence) ?? body.input(body.name(`${label}/${hint}_t`), type, [columns, size]);
    scanned.set(sequence, name);
    return name;
  };
  const scope: Scope = {
    graph: body,
    label,
    known: new Map(),
    given: (value) => {
      const { op, when, name, size } = value;
      if (when === 'constant' || when === 'sequence') return emit(value, { ...main, label });
      if (when === 'once') {
        const sequence = emit(value, { ...main, label });
        const columns = op.kind === 'waiting' ? 1 : 'N';
        return enter(sequence, name || 'x', columns, size, op.kind === 'ended' ? BOOL : FLOAT);
      }
      if (op.kind !== 'past') return undefined;
      const past = members.find(({ l }) => l === op.layer)!.past[op.state]!;
      const states = inside.get(op.layer)![op.state]!;
      return body.add(`${label}/${name}`, 'Gather', [states, outer.ints(past - op.delay)]);
    },
  };
  const finals = members.flatMap(({ l, layer, past }) => {
    const inner = { ...scope, label: layer.name };
    return layer.states.flatMap(({ name, size, value }, s) => {
      const states = inside.get(l)![s];
      if (states === undefined) return [];
      const hint = `${layer.name}/${name}`;
      const newest = body.add(hint, 'Unsqueeze', [emit(value, inner), outer.ints([0])]);
      const late = () =>
        body.add(hint, 'Slice', [states, outer.ints([1]), outer.ints([past[s]!]), outer.ints([0])]);
      const next = past[s] === 1 ? newest : body.add(hint, 'Concat', [late(), newest], { axis: 0 });
      return [{ l, s, hint, next, shape: [past[s]!, 'N', size] }];
    });
  });
  const answers = wanted.map((value) => emit(value, scope));
  if (!scanned.size) enter(steps.time(), 'time', 'N', 1); // a scan must have something to walk along
  finals.forEach(({ next, shape }, k) => body.output(body.name(`${label}/final${k}`), next, FLOAT, shape));
  wanted.forEach(({ size }, k) =>
    body.output(body.name(`${label}/answer${k}`), answers[k]!, FLOAT, ['N', size]),
  );
  const backward = members[0]!.layer.backward;
  const names = outer.addMany(
    [...finals.map(({ hint }) => hint), ...wanted.map(({ name }) => `${label}/${name || 'x'}s`)],
    'Scan',
    [...initial, ...scanned.keys()],
    {
      body: body.finish(label),
      num_scan_inputs: scanned.size,
      ...(backward && {
        scan_input_directions: Array.from(scanned, () => 1),
        scan_output_directions: wanted.map(() => 1),
      }),
    },
  );
  const known = new Map(
    members.map(({ l, layer }) => [l, layer.states.map((): string | undefined => undefined)]),
  );
  finals.forEach(({ l, s }, k) => (known.get(l)![s] = names[k]!));
  return {
    finals: known,
    sequences: new Map(wanted.map((value, k) => [value, names[finals.length + k]!])),
  };
}
