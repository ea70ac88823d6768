// The edges of a network: what the controls of depth, time and feedback spell, and back.
import type { Config, EdgeConfig, LayerConfig } from 'unfold-rnn';
import { valueAt } from './descriptor';
import { cellOf } from './schema';
import { taskOf } from '../tasks';
import { numbers } from './paths';
import type { Settings } from './settings';

type Block = Pick<EdgeConfig, 'hidden' | 'activation' | 'shortcut' | 'join'>;

/** Hidden layers of an edge, as the engine itself writes them. */
function block(depth: number, size: number, hidden: number, rest: Block = {}): Block {
  if (depth === 0) return {};
  const sizes = Array.from({ length: depth }, () => size || hidden);
  return { hidden: sizes, activation: 'tanh', shortcut: false, join: 'last', ...rest };
}

/** Two networks in opposite directions; only where the whole sequence is there before the answer. */
export const readsBothWays = (settings: Settings): boolean =>
  settings.bidirectional && taskOf(settings).bothWays(settings);

/** The layers of a level as a configuration numbers them: where both ways are read, two for each. */
const level = (settings: Settings, l: number): number[] =>
  readsBothWays(settings) ? [2 * l, 2 * l + 1] : [l];

/** A configuration that reads both ways as if it read one: a level for each pair of layers. */
export function oneWay(config: Config): Config {
  const { layers = [], readout } = config;
  if (!layers.some(({ bidirectional, direction }) => bidirectional || direction === 'backward'))
    return config;
  const once = (edges: EdgeConfig[] | undefined) =>
    edges
      ?.map((edge) => (typeof edge.from === 'number' ? { ...edge, from: edge.from >> 1 } : edge))
      .filter(
        ({ from }, at, all) =>
          typeof from !== 'number' || all.findIndex((other) => other.from === from) === at,
      );
  const forward = layers
    .filter(({ direction }) => direction !== 'backward')
    .map((layer) => ({ ...layer, ...(layer.edges && { edges: once(layer.edges)! }) }));
  return { ...config, layers: forward, ...(readout && { readout: once(readout)! }) };
}

/** Whether the engine gives the cell an edge from its own previous state by itself. */
const recurs = (cell: string | undefined) => cellOf(cell ?? 'lstm')?.recurrent !== false;

/** What a task brings into the first layer, as the engine does by itself where no edges are named. */
function taskEdges(settings: Settings): EdgeConfig[] {
  const { context, termination, attention } = settings;
  const { encoder, writes } = taskOf(settings);
  const counts = termination === 'count' && writes;
  return [
    ...(encoder && (context === 'both' || context === 'input') ? [{ from: 'context', delay: 0 }] : []),
    ...(counts ? [{ from: 'remaining', delay: 0 }] : []),
    ...(encoder && attention !== 'none' ? [{ from: 'attention', delay: 1 }] : []),
  ];
}

/** Everything that enters layer `l`; undefined where that is what the engine takes by itself. */
export function layerEdges(settings: Settings, l: number): EdgeConfig[] | undefined {
  const { units: hidden, skipInputs, delayOne, delays, shortcut, join } = settings;
  const asked = l === 0 ? taskEdges(settings) : [];
  const feedback = settings.feedback !== 'none' && l === 0 ? numbers(settings.outputDelays) : [];
  const plain = settings.inputDepth === 0 && settings.transition === 0 && delayOne && delays === '';
  if (plain && feedback.length === 0 && !(skipInputs && l > 0)) return undefined;
  const transition = block(settings.transition, settings.transitionSize, hidden, { shortcut, join });
  return [
    ...(l === 0 ? ['input'] : level(settings, l - 1)).map((from) => ({
      from,
      delay: 0,
      ...block(settings.inputDepth, settings.inputSize, hidden),
    })),
    ...(skipInputs && l > 0 ? [{ from: 'input', delay: 0 }] : []),
    ...asked,
    ...(delayOne && (recurs(settings.cell) || settings.transition > 0)
      ? [{ from: 'self', delay: 1, ...transition }]
      : []),
    ...numbers(delays).map((delay) => ({ from: 'self', delay })),
    ...feedback.map((delay) => ({ from: 'output', delay })),
  ];
}

/** Everything that enters the prediction; undefined where that is the last layer alone. */
export function readoutEdges(settings: Settings): EdgeConfig[] | undefined {
  const { layers, units: hidden, outputDepth, outputSize, skipOutputs } = settings;
  const lower = skipOutputs ? layers - 1 : 0;
  if (outputDepth === 0 && lower === 0) return undefined;
  return [
    ...level(settings, layers - 1)
      .reverse()
      .map((from) => ({ from, delay: 0, ...block(outputDepth, outputSize, hidden) })),
    ...(taskOf(settings).encoder && settings.attention !== 'none' ? [{ from: 'attention', delay: 0 }] : []),
    ...Array.from({ length: lower }, (_, l) => level(settings, l).map((from) => ({ from, delay: 0 }))).flat(),
  ];
}

const size = (edge: EdgeConfig, hidden: number) => {
  const first = edge.hidden?.[0] ?? hidden;
  return first === hidden ? 0 : first;
};

/** What the controls can show of the edges of a configuration. */
export function readEdges(config: Config): Partial<Settings> {
  const layers = config.layers ?? [];
  const [first, second] = layers;
  const hidden = first?.units ?? 128;
  const read: Partial<Settings> = {};
  if (first?.edges) Object.assign(read, readLayer(first.edges, hidden, recurs(first.cell), config.feedback));
  if (second?.edges?.some(({ from }) => from === 'input')) read.skipInputs = true;
  const levels = config.readout?.filter(({ from }) => typeof from === 'number') ?? [];
  read.skipOutputs = levels.length > 1;
  const deep = config.readout?.find((edge) => edge.hidden?.length);
  if (deep) {
    read.outputDepth = deep.hidden!.length;
    read.outputSize = size(deep, hidden);
  }
  return read;
}

function readLayer(
  edges: EdgeConfig[],
  hidden: number,
  recurrent: boolean,
  feedback = 'target',
): Partial<Settings> {
  const read: Partial<Settings> = {};
  const delays = (from: string, above: number) =>
    edges
      .flatMap((edge) => (edge.from === from && (edge.delay ?? 1) > above ? [edge.delay ?? 1] : []))
      .join();
  const input = edges.find(({ from }) => from === 'input');
  const self = edges.find(({ from, delay }) => from === 'self' && (delay ?? 1) === 1);
  if (input?.hidden?.length) {
    read.inputDepth = input.hidden.length;
    read.inputSize = size(input, hidden);
  }
  read.delayOne = self !== undefined || !recurrent;
  if (self?.hidden?.length) {
    read.transition = self.hidden.length;
    read.transitionSize = size(self, hidden);
    read.shortcut = self.shortcut ?? false;
    read.join = self.join ?? 'last';
  }
  read.delays = delays('self', 1);
  const outputs = delays('output', 0);
  if (outputs !== '') {
    read.feedback = feedback === 'softmax' ? 'softmax' : 'target';
    read.outputDelays = outputs;
  }
  return read;
}

/** A layer with what the engine takes by itself written out. */
function whole({ bidirectional: _, leak, zoneout, ...layer }: LayerConfig): object {
  const options = cellOf(layer.cell)?.options ?? [];
  return {
    ...Object.fromEntries(options.map(({ name, default: usual }) => [name, usual])),
    bias: 'two',
    ...layer,
    leak:
      typeof leak === 'number'
        ? { from: leak, to: leak, learned: false }
        : leak && { learned: false, ...leak },
    zoneout: typeof zoneout === 'number' ? { hidden: zoneout, cell: zoneout } : zoneout,
  };
}

/** Layers one after the other, those of both directions as two. What the task brings in by itself stays unsaid. */
function stack(layers: LayerConfig[] = [], ofTask = false): { layers: object[]; last: number[] } {
  let [below, count]: [EdgeConfig['from'][], number] = [['input'], 0];
  const all = layers.flatMap((layer) => {
    const usual = [
      ...below.map((from) => ({ from, delay: 0 })),
      ...(recurs(layer.cell) ? [{ from: 'self', delay: 1 }] : []),
    ];
    const edges = layer.edges ?? (ofTask && count === 0 ? undefined : usual);
    const forward = { ...whole(layer), edges };
    const both = layer.bidirectional ? [forward, { ...forward, direction: 'backward' }] : [forward];
    below = both.map(() => count++);
    return both;
  });
  return { layers: all, last: below as number[] };
}

/** The layers of a configuration with everything that the engine takes by itself written out, to compare by. */
export function spelled({ layers, encoder, readout, task }: Config): object {
  const ofTask = encoder !== undefined || valueAt(task, 'termination') === 'count';
  const own = stack(layers, ofTask);
  const usual = own.last.reverse().map((from) => ({ from, delay: 0 }));
  return {
    layers: own.layers,
    encoder: stack(encoder).layers,
    readout: readout ?? (encoder ? undefined : usual),
  };
}
