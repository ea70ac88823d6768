import { getSchema, openModel, support } from 'unfold-rnn';
import { print, read } from './files.js';
import type { Arguments, Command } from './options.js';
import { version } from './version.js';

/** Names that fit a screen. */
const MOST_SHOWN = 500;

export const info: Command = {
  summary: 'Describes a saved model; without one, what this build can make and how it runs here.',
  operands: ['[model]'],
  options: {},
  run: runInfo,
};

async function runInfo(args: Arguments): Promise<number> {
  const [file] = args.operands;
  return file === undefined ? describeBuild(args) : describeModel(args, file);
}

async function describeBuild(args: Arguments): Promise<number> {
  const [schema, available] = [await getSchema(), await support()];
  if (args.flag('json')) {
    await print(`${JSON.stringify({ version, support: available, schema })}\n`);
    return 0;
  }
  const list = (name: string, items: string[]) => `${name.padEnd(16)}${items.join(', ')}`;
  const lines = [
    `unfold-rnn ${version}, Node ${process.versions.node}, ${available.reason ?? 'SIMD and threads'}`,
    '',
    ...schema.presets.map(({ name, sentence }) => `  ${name.padEnd(18)}${sentence}`),
    '',
    list(
      'cells',
      schema.cells.map(({ name }) => name),
    ),
    list('optimizers', schema.optimizers),
    list('schedules', schema.schedules),
    list('activations', schema.activations),
    list('tasks', schema.tasks),
    list(
      'corpora',
      schema.datasets.map(({ name }) => name),
    ),
    list('initializations', schema.initializations),
  ];
  await print(`${lines.join('\n')}\n`);
  return 0;
}

async function describeModel(args: Arguments, file: string): Promise<number> {
  const bytes = await read(file);
  const model = await openModel(bytes, undefined, args.runtime);
  const { runtime: _, threads: __, build: ___, canTrain: ____, tokens: _____, ...facts } = model.info;
  model.dispose();
  if (args.flag('json')) {
    await print(`${JSON.stringify({ bytes: bytes.byteLength, ...facts })}\n`);
    return 0;
  }
  const { config, vocabulary, data } = facts;
  const shown = (data?.targets ?? vocabulary.symbols).map((symbol) =>
    symbol.trim() ? symbol : JSON.stringify(symbol),
  );
  const named: Record<string, string> = { whitespace: 'words between blanks', bpe: 'tokens of merged bytes' };
  const what = data
    ? `${shown.length} answers`
    : `${vocabulary.size} ${named[vocabulary.unit] ?? `${vocabulary.unit}s`}`;
  const more = shown.length > MOST_SHOWN ? [`and ${shown.length - MOST_SHOWN} more`] : [];
  const lines = [
    `${file}: ${facts.parameters} parameters, ${bytes.byteLength} bytes, ${facts.step} steps, epoch ${Math.floor(facts.epoch)}`,
    ...config.layers.map(({ cell, units }, i) => `layer ${i}: ${cell}, ${units} hidden units`),
    `${what}: ${[...shown.slice(0, MOST_SHOWN), ...more].join(' ')}`,
    JSON.stringify(config),
  ];
  await print(`${lines.join('\n')}\n`);
  return 0;
}
