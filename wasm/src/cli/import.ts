import { basename, dirname, extname, join } from 'node:path';
import { UnfoldError } from 'unfold-rnn';
import type { ImportOptions } from 'unfold-rnn/export';
import { readConfig } from './config.js';
import { print, read, write } from './files.js';
import { type Arguments, type Command, UsageError } from './options.js';
import { decode, encodingOption, readingOf } from './texts.js';

export const importModel: Command = {
  summary:
    'Makes a saved model of that of another program: PyTorch, as .pt or safetensors, ONNX or Keras 3.\n' +
    'What such a file does not say of its model, the options do.',
  operands: ['file'],
  options: {
    out: { short: 'o', value: 'FILE', help: "the model; without it, beside the file by the file's name" },
    symbols: { value: 'LIST', help: 'in the order of their numbers: characters, or a JSON list' },
    'symbols-of': { value: 'FILE', help: 'the characters of this text, sorted: sorted(set(text)) in Python' },
    labels: { value: 'LIST', help: 'of classify and tag, in order: with commas between, or a JSON list' },
    task: { short: 't', value: 'NAME', help: 'next, classify, tag, regress or notes; default next' },
    activation: { value: 'NAME', default: 'tanh', help: 'of an nn.RNN: tanh or relu' },
    modules: { value: 'LIST', help: 'names of the recurrent modules, the first one first' },
    entry: { value: 'NAME', help: 'of a checkpoint: where its state_dict is, such as model_state_dict' },
    config: { short: 'c', value: 'JSON|FILE', help: 'how the model trains on' },
    ...encodingOption,
  },
  run: runImport,
};

async function runImport(args: Arguments): Promise<number> {
  const [file] = args.operands as [string];
  const options = await optionsOf(args);
  const importers = await import('unfold-rnn/export'); // only where it is asked for
  const model = await importers.importModel(await read(file), options).catch((error) => {
    throw named(error, file);
  });
  const name = file === '-' ? 'model' : basename(file, extname(file));
  const out = args.text('out') ?? join(file === '-' ? '.' : dirname(file), `${name}-model.safetensors`);
  await write(out, model);
  if (out !== '-') await print(args.flag('json') ? `${JSON.stringify({ file: out })}\n` : `${out}\n`);
  return 0;
}

async function optionsOf(args: Arguments): Promise<ImportOptions> {
  if (args.given('symbols') && args.given('symbols-of'))
    throw new UsageError('--symbols and --symbols-of exclude each other.');
  const text = args.text('symbols-of');
  const symbols = text === undefined ? listOf(args, 'symbols', '') : await symbolsOf(text, args);
  const labels = listOf(args, 'labels', ',');
  const modules = listOf(args, 'modules', ',');
  const entry = args.text('entry');
  const activation = args.text('activation')!;
  if (activation !== 'tanh' && activation !== 'relu')
    throw new UsageError(`--activation: expected tanh or relu, got '${activation}'.`);
  const config = {
    ...(await readConfig(args.text('config'))),
    ...(args.given('task') && { task: args.text('task')! }),
  };
  return {
    ...(symbols && { symbols }),
    ...(labels && { labels }),
    ...(modules && { modules }),
    ...(entry !== undefined && { entry }),
    ...(args.given('activation') && { activation }),
    ...(Object.keys(config).length && { config }),
  };
}

/** A JSON list, or what stands between separators. */
function listOf(args: Arguments, name: string, separator: string): string[] | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  if (!/^\[.*\]$/s.test(text)) return separator ? text.split(separator) : Array.from(text);
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((one) => typeof one === 'string')) return list;
  } catch {
    // Brackets can be symbols.
  }
  if (!separator) return Array.from(text);
  throw new UsageError(`--${name}: expected a JSON list of strings.`);
}

async function symbolsOf(path: string, args: Arguments): Promise<string[]> {
  const { bytes } = await decode(path, await read(path), readingOf(args));
  const points = new Set(Array.from(new TextDecoder().decode(bytes), (symbol) => symbol.codePointAt(0)!));
  return [...points].sort((a, b) => a - b).map((point) => String.fromCodePoint(point));
}

/** What an error says of an option, by the option's name; of the file, by the file's. */
function named(error: unknown, file: string): unknown {
  if (!(error instanceof UnfoldError)) return error;
  if (error.code === 'INVALID_ARGUMENT') return new UsageError(`--${error.message}.`);
  return new UnfoldError(error.code, `${file}: ${error.message}`, error.toJSON());
}
