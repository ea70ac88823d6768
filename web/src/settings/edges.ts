// The edges of a network: what the controls of depth, time and feedback spell, and back.
import type { Config, EdgeConfig, LayerConfig } from 'unfold-rnn';
import { cellOf } from './schema';
import { taskOf } from '../tasks';
import type { Settings } from './settings';

type Block = Pick<EdgeConfig, 'hidden' | 'activation' | 'shortcut' | 'join'>;

export const numbers = (list: string): number[] => (list === '' ? [] : list.split(',').map(Number));

function block(depth: number, size: number, hidden: number, rest: Block = {}): Block {
  if (depth === 0) return {};
  return { hidden: Array.from({ length: depth }, () => size || hidden), activation: 'tanh', ...rest };
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
  if (!layers.some(({ direction }) => direction === 'backward')) return config;
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

/** Reads the controls from the edges of a configuration. What does not fit is lost: compare afterwards. */
export function readEdges(config: Config): Partial<Settings> {
  const layers = config.layers ?? [];
  const [first, second] = layers;
  const hidden = first?.units ?? 128;
  const read: Partial<Settings> = { skipInputs: config.skipInputs ?? false };
  if (first?.edges) Object.assign(read, readLayer(first.edges, hidden, recurs(first.cell), config.feedback));
  if (second?.edges?.some(({ from }) => from === 'input')) read.skipInputs = true;
  const levels = config.readout?.filter(({ from }) => typeof from === 'number') ?? [];
  read.skipOutputs = config.skipOutputs ?? levels.length > 1;
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

/** An edge with every field that it has by default. */
function complete({ from, blocks = 1, ...edge }: EdgeConfig): EdgeConfig {
  const { delay = from === 'self' || from === 'output' ? 1 : 0, hidden = [] } = edge;
  const { activation = 'tanh', shortcut = false, join = 'last' } = edge;
  return { from, delay, hidden, blocks, ...(hidden.length > 0 && { activation, shortcut, join }) };
}

/** Whether the controls, as `settings` have them, show the layers of a configuration and all that they read. */
export function showsLayers(settings: Settings, config: Config): boolean {
  const edges = ({ layers = [], readout = [] }: Config) =>
    JSON.stringify([...layers.map((layer) => layer.edges ?? []), readout].map((list) => list.map(complete)));
  const { layers = [] } = config;
  const own = layers.map((layer, l) => ({ ...layer, edges: layerEdges(settings, l) }));
  const shown = spelled({ layers: own as LayerConfig[], readout: readoutEdges(settings) } as Config);
  return layers.every(({ stateFrom }) => stateFrom === undefined) && edges(shown) === edges(spelled(config));
}

/** The same configuration with the edges that the engine takes by itself written out, to compare by. */
export function spelled(config: Config): Config {
  const layers = (config.layers ?? []).map((layer: LayerConfig, l) => ({
    ...layer,
    edges: layer.edges ?? [
      { from: l === 0 ? 'input' : l - 1, delay: 0 },
      ...(recurs(layer.cell) ? [{ from: 'self', delay: 1 }] : []),
    ],
  }));
  return { ...config, layers, readout: config.readout ?? [{ from: layers.length - 1, delay: 0 }] };
}
