// What a task adds to the graph of a network: the layers that read the source, what they hand over, and attention.
import type { Config, EdgeConfig, LayerConfig } from 'unfold-rnn';
import type { Graph, Layer, Link, Part } from './parts';

type Stack = Pick<Graph, 'parts' | 'links' | 'rows'>;

const attends = ({ attention }: Config) => attention !== undefined && attention !== 'none';
const feeds = ({ attention }: Config) => typeof attention !== 'object' || attention.feed !== false;

/** The edges that the engine gives to the first layer and to the prediction for the sake of the task, written out. */
export function spelledTask(config: Config): Config {
  const { task, context, layers = [], encoder = [] } = config;
  if (typeof task !== 'object' || task.name === 'next') return config;
  const given = encoder.length > 0 || (task.context ?? 0) > 0;
  const usual: EdgeConfig[] = [
    { from: 'input', delay: 0 },
    ...(given && (context === 'both' || context === 'input') ? [{ from: 'context', delay: 0 }] : []),
    ...(task.length === 'count' ? [{ from: 'remaining', delay: 0 }] : []),
    ...(attends(config) && feeds(config) ? [{ from: 'attention', delay: 1 }] : []),
    { from: 'self', delay: 1 },
  ];
  const [first, ...others] = layers;
  const readout: EdgeConfig[] = [
    { from: layers.length - 1, delay: 0 },
    ...(attends(config) ? [{ from: 'attention', delay: 0 }] : []),
  ];
  return {
    ...config,
    layers: first ? [{ ...first, edges: first.edges ?? usual }, ...others] : [],
    readout: config.readout ?? readout,
  };
}

/** Layers that read the source, with the edges that the engine takes by itself. */
const spelledEncoder = (encoder: readonly LayerConfig[]): Layer[] =>
  encoder.map((layer, l) => ({
    ...layer,
    edges: layer.edges ?? [
      { from: l === 0 ? 'input' : l - 1, delay: 0 },
      { from: 'self', delay: 1 },
    ],
  })) as Layer[];

const ENCODER = 'encoder ';

export const ofEncoder = ({ id }: Part): boolean => id.startsWith(ENCODER);

/** Places of the encoder's layers: both directions of one level side by side. */
function settled(stack: Stack, encoder: readonly Layer[]): Stack {
  const backward = (part: Part) => part.layer !== null && encoder[part.layer]!.direction === 'backward';
  // Each pair was built as two levels: the second comes down to the first.
  const levels = [...new Set(stack.parts.filter((part) => !backward(part)).map(({ row }) => row))];
  const rename = (id: string) => ENCODER + id;
  const parts = stack.parts.map((part) => ({
    ...part,
    id: rename(part.id),
    kind: part.kind === 'input' ? ('source' as const) : part.kind,
    lane: part.lane + (backward(part) ? 1 : 0),
    row: levels.filter((row) => row < part.row).length - (backward(part) ? 1 : 0),
    layer: null,
    detail: part.detail,
    vectors: part.vectors.map(inEncoder),
  }));
  const links = stack.links.map((link) => ({
    ...link,
    from: rename(link.from),
    to: rename(link.to),
    parameter: link.parameter && inEncoder(link.parameter),
  }));
  return { parts, links, rows: levels.length };
}

const inEncoder = (parameter: string) => parameter.replace(/^(layers\.|(?=embedding))/, 'encoder.');

/** What the last layers hand over; the sum of their sizes is what is read. */
function handed(stack: Stack, encoder: readonly Layer[]): { from: string[]; size: number } {
  const last = encoder.length - 1;
  const pair = encoder[last]!.direction === 'backward' && last > 0;
  const numbers = pair ? [last - 1, last] : [last];
  const from = numbers.map((l) => `${ENCODER}cell${l}`);
  const ids = new Set(stack.parts.map(({ id }) => id));
  return {
    from: from.filter((id) => ids.has(id)),
    size: numbers.reduce((sum, l) => sum + encoder[l]!.hidden, 0),
  };
}

function part(id: Part['kind'], size: number, row: number, lane: number, vectors: string[] = []): Part {
  return { id, kind: id, layer: null, size, row, lane, detail: id, activation: '', vectors };
}

const link = (from: string, to: string, delay: number, parameter: string | null): Link => ({
  from,
  to,
  delay,
  role: parameter ? 'matrix' : 'copy',
  parameter,
});

/** First states from the context: a matrix for each state that a layer carries. */
function firstStates(layers: readonly Layer[], decoder: Stack): Link[] {
  return layers.flatMap((layer, l) => {
    if (!layer.initial) return [];
    const states = layer.cell.includes('lstm') ? ['h', 'c'] : ['h'];
    const cell = decoder.parts.find(({ id }) => id === `cell${l}`)!;
    cell.vectors.push(...states.map((state) => `layers.${l}.initial_${state}.bias`));
    return states.map((state) => link('context', cell.id, 0, `layers.${l}.initial_${state}.weight`));
  });
}

/** Attention: a row of its own above the last cell, beside the way to the prediction. */
function attention(
  { attention, layers = [], encoder = [] }: Config,
  source: { from: readonly string[]; size: number },
  row: number,
): Pick<Stack, 'parts' | 'links'> {
  const additive = typeof attention !== 'object' || attention.score !== 'multiplicative';
  const vectors = ['attention.key.bias', 'attention.query.bias', ...(additive ? ['attention.score'] : [])];
  const keys = source.from.map((from, at) => {
    const suffix = at < source.from.length - 1 ? `_${encoder.length - source.from.length + at}` : '';
    return link(from, 'attention', 0, `attention.key.weight${suffix}`);
  });
  return {
    parts: [part('attention', source.size, row, 1, vectors)],
    links: [link(`cell${layers.length - 1}`, 'attention', 0, 'attention.query.weight'), ...keys],
  };
}

/** The decoder above what reads for it; a network without either stays as it is. */
export function joined(config: Config, decoder: Stack, build: (encoder: Layer[]) => Stack): Stack {
  const layers = config.layers as Layer[];
  const asked = new Set(decoder.links.map(({ from }) => from));
  const encoder = spelledEncoder(config.encoder ?? []);
  const [parts, links]: [Part[], Link[]] = [[], []];
  let rows = 0;
  let source = {
    from: [] as string[],
    size: typeof config.task === 'object' ? (config.task.context ?? 0) : 0,
  };
  if (encoder.length > 0) {
    const read = settled(build(encoder), encoder);
    source = handed(read, encoder);
    parts.push(...read.parts);
    links.push(...read.links);
    rows = read.rows;
  }
  if (asked.has('context') || layers.some((layer) => layer.initial)) {
    parts.push(part('context', source.size, rows, 0));
    links.push(...source.from.map((from) => link(from, 'context', 0, null)));
    rows++;
  }
  links.push(...firstStates(layers, decoder));
  if (asked.has('remaining')) parts.push(part('remaining', 1, rows, -1));
  const attends = asked.has('attention');
  const top = attends ? decoder.parts.find(({ id }) => id === `cell${layers.length - 1}`)!.row : Infinity;
  if (attends) {
    const made = attention(config, source, rows + top + 1);
    parts.push(...made.parts);
    links.push(...made.links);
  }
  const above = decoder.parts.map((each) => ({ ...each, row: rows + each.row + (each.row > top ? 1 : 0) }));
  return {
    parts: [...parts, ...above],
    links: [...links, ...decoder.links],
    rows: rows + decoder.rows + (attends ? 1 : 0),
  };
}
