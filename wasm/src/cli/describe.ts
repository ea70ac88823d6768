/** The graph of a network, for people as tables, for programs as JSON. */
import {
  type Config,
  describeNetwork,
  type GraphExpression,
  type GraphOperation,
  type GraphSignal,
  type NetworkGraph,
  openModel,
} from 'unfold-rnn';
import { print, read } from './files.js';
import { type Arguments, type Command, UsageError } from './options.js';
import { decode } from './texts.js';

export const describe: Command = {
  summary:
    'Describes the network of a configuration (JSON, or a file) or of a saved model: what it computes, in order.',
  operands: ['config|model'],
  options: {
    vocabulary: { value: 'N', help: 'symbols of the text that a configuration would learn' },
  },
  run: async (args) => {
    const graph = await graphOf(args.operands[0]!, args);
    await print(args.flag('json') ? `${JSON.stringify(graph)}\n` : `${tables(graph).join('\n')}\n`);
    return 0;
  },
};

async function graphOf(source: string, args: Arguments): Promise<NetworkGraph> {
  const spelled = source.trimStart().startsWith('{');
  const bytes = spelled ? new TextEncoder().encode(source) : await read(source);
  const config = await configIn(source, bytes);
  const vocabulary = args.whole('vocabulary', 1);
  if (config)
    return describeNetwork(config, vocabulary ? { vocabulary } : {}, { ...args.runtime, threads: 1 });
  if (spelled) throw new UsageError('config: expected a JSON object.');
  const model = await openModel(bytes, undefined, args.runtime);
  try {
    return await model.graph();
  } finally {
    model.dispose();
  }
}

/** The configuration that the bytes spell; none of a model's file, which may begin with a brace by chance. */
async function configIn(source: string, bytes: Uint8Array): Promise<Config | undefined> {
  try {
    const text = await decode(source, bytes, { encoding: 'utf-8' });
    const value: unknown = JSON.parse(new TextDecoder().decode(text.bytes));
    return value && typeof value === 'object' && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function tables({ layers, parameters, operations, scans, totals }: NetworkGraph): string[] {
  const size = (totals.memoryBytes / 1e6).toFixed(1);
  const inOrder = scans
    .flatMap(({ once, begin, step }) => [...once, ...begin, ...step])
    .map((i) => operations[i]!);
  const fused = operations.filter(({ when }) => when === 'never');
  return [
    `${totals.parameters} parameters, ${size} MB in training, ${totals.flopsPerToken} floating-point operations per token`,
    '',
    ...columns(
      ['layer', 'cell', 'units', 'direction'],
      layers.map(({ name, cell = '', units, direction }) => [
        name,
        cell,
        String(units),
        direction > 0 ? 'forward' : 'backward',
      ]),
    ),
    '',
    ...columns(
      ['parameter', 'shape', 'initializer'],
      parameters.map(({ name, shape, initializer }) => [name, shape.join(' × '), initializer]),
    ),
    '',
    ...columns(
      ['layer', 'runs', 'operation', 'computes'],
      [...inOrder, ...fused].flatMap((each) => {
        const { layer, when, operation } = each;
        const [first = '', ...more] = formulas(each);
        return [
          [layer, when === 'never' ? 'fused' : when, operation, first],
          ...more.map((line) => ['', '', '', line]),
        ];
      }),
    ),
  ];
}

function columns(head: string[], rows: string[][]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all.map((row) =>
    row
      .map((text, i) => text.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
}

const signal = ({ buffer, delay }: GraphSignal) => `${buffer}${delay ? `(t−${delay})` : ''}`;
const listed = (signals: GraphSignal[]) => signals.map(signal).join(', ');

/** What an operation computes, a line for each equation. */
function formulas(o: GraphOperation): string[] {
  switch (o.operation) {
    case 'linear':
    case 'lookup':
      return [`${o.to} ${o.start ? '= bias +' : '+='} ${o.weight}·${signal(o.from)}`];
    case 'bias':
      return [`${o.to} = ${o.biases.join(' + ') || '0'}`];
    case 'activation':
      return [`${o.to} = ${o.function}(${o.to}), ${o.rows} rows from ${o.row}`];
    case 'layerNorm':
      return [`${o.to} = ${o.gain.join()}∘normalize(${o.to}) + bias`];
    case 'cell':
      return o.equations.map(([name, expression]) => `${name} = ${spell(expression)}`);
    case 'interpolate':
    case 'paddingMask':
      return [o.states.join(', ')];
    case 'dropout':
      return [`${o.to} = dropout(${signal(o.from)})`];
    case 'residual':
      return [`${o.to} += ${signal(o.from)}${o.row ? `, from row ${o.row} on` : ''}`];
    case 'product':
      return [`${o.to} = ${signal(o.left)}∘${signal(o.right)}`];
    case 'context':
      return [`${o.to} = ${o.pooling}(${listed(o.from) || 'context'})`];
    case 'initialState':
      return o.states.map(
        ({ to, weight, bias, function: f }) => `${to}(0) = ${f}(${weight}·${signal(o.from)} + ${bias})`,
      );
    case 'attention':
      return [`${o.to} = ${o.score}(${o.query}, ${o.keys}; ${listed(o.memory)})`];
    case 'outputFeedback':
      return [`${o.to} = softmax(${o.from})`];
    case 'scheduledSampling':
      return [
        o.to === undefined ? `tokens(t+1) ~ softmax(${o.from})` : `${o.to}(t+1) ← ${o.from}(t), at times`,
      ];
  }
}

const binds: Record<string, number> = { '+': 1, '-': 1, '*': 2, '/': 2 };

/** With the parentheses that it needs inside an operator that binds as tightly as `outer`. */
function spell(expression: GraphExpression, outer = 0): string {
  if (!Array.isArray(expression)) return String(expression);
  const [operator, left, right] = expression;
  const own = binds[operator];
  if (operator === 'neg') return `−${spell(left, 3)}`;
  if (own === undefined || right === undefined)
    return `${operator}(${[left, ...(right === undefined ? [] : [right])].map((e) => spell(e)).join(', ')})`;
  const text = `${spell(left, own)} ${operator} ${spell(right, own + 1)}`;
  return own < outer ? `(${text})` : text;
}
