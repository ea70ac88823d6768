// The graph of a network whose cell no engine has: three states, a gate of an unusual name, functions in a new order.
import type { GraphBuffer, GraphOperation, NetworkGraph } from '../../dist/index.js';

/** H of the cell. */
export const UNITS = 4;
const SYMBOLS = 7;

const state = (name: string): GraphBuffer => ({
  name,
  rows: UNITS,
  extent: 'state',
  lifetime: 'always',
  sequence: 0,
  delay: 1,
  direction: 1,
});
const window = (name: string, rows: number): GraphBuffer => ({
  name,
  rows,
  extent: 'window',
  lifetime: 'always',
  sequence: 0,
});
const zero = { initializer: 'zero', offset: 0 } as const;

export function invented(): NetworkGraph {
  const sum = 'layers.0.sum';
  const step = { layer: 'layers.0', when: 'step' } as const;
  const linear = { operation: 'linear', to: sum, row: 0, rows: 2 * UNITS, weightRow: 0 } as const;
  const operations: GraphOperation[] = [
    { ...step, operation: 'bias', to: sum, biases: ['layers.0.bias'] },
    {
      ...step,
      ...linear,
      operation: 'lookup',
      from: { buffer: 'tokens', rows: SYMBOLS, delay: 0 },
      weight: 'layers.0.weight_ih',
      start: true,
    },
    {
      ...step,
      ...linear,
      from: { buffer: 'layers.0.h', row: 0, rows: UNITS, delay: 1 },
      weight: 'layers.0.weight_hh',
      start: false,
    },
    {
      ...step,
      operation: 'cell',
      cell: 'invented',
      units: UNITS,
      gates: ['wobble', 'g'],
      sum,
      states: ['layers.0.h', 'layers.0.memory', 'layers.0.n'],
      stateNames: ['h', 'memory', 'n'],
      parameters: ['layers.0.threshold_w'],
      equations: [
        ['wobble', ['exp', ['-', 'z_wobble', ['*', 'threshold_w', 'n_prev']]]],
        ['g', ['relu', 'z_g']],
        ['memory', ['/', ['+', 'memory_prev', ['*', 'wobble', 'g']], ['+', 1, 'wobble']]],
        ['n', ['max', 'n_prev', ['neg', ['-', 'memory', 'g']]]],
        ['h', ['tanh', ['/', 'memory', ['*', 2, 'n']]]],
      ],
    },
    { operation: 'bias', layer: 'readout', when: 'never', to: 'readout.sum', biases: ['readout.bias'] },
    {
      operation: 'linear',
      layer: 'readout',
      when: 'once',
      from: { buffer: 'layers.0.h', row: 0, rows: UNITS, delay: 0 },
      to: 'readout.sum',
      row: 0,
      rows: SYMBOLS,
      weight: 'readout.weight',
      weightRow: 0,
      start: true,
    },
  ];
  const layer = { sequence: 0, direction: 1 };
  const states = ['layers.0.h', 'layers.0.memory', 'layers.0.n'];
  return {
    version: 1,
    sizes: { symbols: SYMBOLS, numbers: 0, outputs: SYMBOLS, context: 0, lengths: 0 },
    parameters: [
      { name: 'layers.0.weight_ih', shape: [2 * UNITS, SYMBOLS], ...zero },
      { name: 'layers.0.weight_hh', shape: [2 * UNITS, UNITS], ...zero },
      { name: 'layers.0.bias', shape: [2 * UNITS], ...zero },
      { name: 'layers.0.threshold_w', shape: [UNITS], ...zero },
      { name: 'readout.weight', shape: [SYMBOLS, UNITS], ...zero },
      { name: 'readout.bias', shape: [SYMBOLS], ...zero },
    ],
    buffers: [window(sum, 2 * UNITS), ...states.map(state), window('readout.sum', SYMBOLS)],
    layers: [
      { ...layer, name: 'layers.0', units: UNITS, states, output: states[0]!, sum, cell: 'invented' },
      { ...layer, name: 'readout', units: SYMBOLS, states: [], output: null, sum: 'readout.sum' },
    ],
    operations,
    scans: [],
    totals: { parameters: 0, memoryBytes: 0, flopsPerToken: 0 },
  };
}
