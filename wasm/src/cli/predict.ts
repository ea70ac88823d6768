import { randomInt } from 'node:crypto';
import {
  forecastCsv,
  type Model,
  openModel,
  type Prediction,
  type PredictRequest,
  type TaskConfig,
  UnfoldError,
} from 'unfold-rnn';
import { exists, FileError, isRegular, print, read, write } from './files.js';
import { interruption } from './interrupt.js';
import { gridIn, readMusic } from './music.js';
import { type Arguments, type Command, UsageError } from './options.js';
import { type Query, queriesOf, refusal, tableQueries } from './queries.js';
import { decode, encodingOption, linesOf, readingOf, renamed } from './texts.js';

export const predict: Command = {
  summary:
    'Answers with a model of a task: a label, labels, numbers or a sequence for each input.\n' +
    'An input is a text, or a file of texts, one a line; of numbers JSON or a CSV file, of notes also a MIDI file;\n' +
    'of generate nothing, or its context (0.5,1).\n' +
    '- reads what is piped in: an input a line, of regress a series as CSV, with an answer for each.',
  operands: ['model', '[input…]'],
  options: {
    'beam-width': { short: 'b', value: 'N', default: '1', help: 'hypotheses followed at a time' },
    'length-penalty': { value: 'X', default: '0', help: 'prefers longer sequences' },
    temperature: {
      short: 't',
      value: 'X',
      default: '0, with --count 1',
      help: 'above 0: symbols are drawn',
    },
    out: { short: 'o', value: 'FILE', help: 'of notes: the input and its forecast, as a MIDI file' },
    steps: { short: 'n', value: 'N', default: '0', help: 'steps to forecast after the input, of numbers' },
    count: { value: 'N', default: '1', help: 'answers to each input' },
    seed: { value: 'N', help: 'of the first answer that is drawn, then one more each; default a new one' },
    unknown: {
      value: 'NAME',
      default: 'as trained',
      help: 'symbols outside the vocabulary: error, skip, or symbol',
    },
    ...encodingOption,
  },
  run: runPredict,
};

/** Seeds that are drawn, so that they can be typed. */
const MOST_SEED = 2 ** 31;

async function runPredict(args: Arguments): Promise<number> {
  const [file, ...given] = args.operands as [string, ...string[]];
  const options = optionsOf(args);
  const count = args.whole('count', 1)!;
  const out = args.text('out');
  if (out !== undefined && !options.steps) throw new UsageError('--out saves a forecast: --steps N.');
  const interrupted = interruption();
  const { signal } = interrupted;
  const model = await openModel(await read(file, signal), undefined, { ...args.runtime, threads: 1, signal });
  try {
    const queries = await collect(args, model, given, file, signal);
    const seed = args.whole('seed') ?? (options.temperature ? randomInt(MOST_SEED) : undefined);
    const { config, data } = model.info;
    const made =
      typeof config.dataset === 'object' && config.dataset.name === undefined ? config.dataset : {};
    const look = {
      words: data?.words ?? false,
      skips: (args.given('unknown') ? args.text('unknown') : made.unknown) === 'skip',
      quantiles: (Object(config.task) as TaskConfig).quantiles ?? [],
    };
    let failed = 0;
    let drawn = 0;
    for (const [at, query] of queries.entries()) {
      for (let i = 0; i < count; ++i) {
        signal.throwIfAborted();
        const one = seed === undefined ? {} : { seed: seed + drawn++ };
        const answer = await answerTo(model, query, { ...options, ...one }, args);
        const several = queries.length > 1 || given.includes('-');
        if (answer instanceof UnfoldError && !several) throw answer;
        failed += Number(answer instanceof UnfoldError);
        if (out !== undefined && !(answer instanceof UnfoldError)) {
          if (several || count > 1) throw new UsageError('--out is for one answer.');
          await write(out, await midiOf(model, query, answer));
          continue;
        }
        if (args.flag('json')) await print(`${JSON.stringify(asJson(answer, query, one))}\n`);
        else await print(`${at && query.table ? '\n' : ''}${asText(answer, query, look)}\n`);
        if (answer instanceof UnfoldError && !args.flag('quiet'))
          process.stderr.write(
            `input ${at + 1}: ${answer.message.replace(/^input: /, '')}${wayOn(answer, args)}\n`,
          );
      }
    }
    return failed ? 1 : 0;
  } finally {
    model.dispose();
    interrupted.release();
  }
}

function optionsOf(args: Arguments): PredictRequest {
  const options: PredictRequest = {};
  for (const name of ['temperature', 'steps'] as const)
    if (args.given(name)) options[name] = args.number(name)!;
  if (args.given('unknown')) options.unknown = args.text('unknown')!;
  if (args.given('beam-width')) options.beamWidth = args.number('beam-width')!;
  if (args.given('length-penalty')) options.lengthPenalty = args.number('length-penalty')!;
  if (args.whole('count')! > 1 && !args.given('temperature') && !args.given('beam-width'))
    options.temperature = 1;
  return options;
}

/** What is asked, from operands, files and what is piped in. */
async function collect(
  args: Arguments,
  model: Model,
  given: string[],
  file: string,
  signal: AbortSignal,
): Promise<Query[]> {
  const { data, config } = model.info;
  if (!data) throw new UsageError(`this model continues texts: unfold-rnn sample ${file} --prompt TEXT.`);
  const name = (config.task as { name: string }).name;
  const writes = name === 'generate';
  if (!given.length && (!writes || data.context))
    throw new UsageError(`name ${writes ? 'a context' : 'an input'}, or - for what is piped in.`);
  if (writes && !data.context && given.length)
    throw new UsageError(
      'this model writes sequences from nothing, without an input: --count N gives several.',
    );
  const piped = async (path: string) => {
    const { bytes, notes } = await decode(path, await read(path, signal), readingOf(args));
    if (!args.flag('quiet')) for (const note of notes) process.stderr.write(`${note}\n`);
    return linesOf(bytes);
  };
  const table = async (input: string, lines: string[], there: boolean) => {
    const steps = Math.min(args.whole('steps')!, 65536); // more is refused by the model
    const { queries, notes } = await tableQueries(lines.join('\n'), model, steps).catch(
      (error: UnfoldError) => {
        throw there
          ? inFile(error, input)
          : refusal('input', 'rows of numbers, or a CSV file that is there', input);
      },
    );
    if (!args.flag('quiet')) for (const note of notes) process.stderr.write(`${note}\n`);
    return queries;
  };
  const queries: Query[] = given.length ? [] : [{ request: {} }];
  for (const input of given) {
    if (name === 'notes' && /\.midi?$/i.test(input) && (await exists(input))) {
      const { pieces } = await readMusic([input], undefined, config, signal);
      queries.push({ request: { input: pieces[0]!.steps.map(rowOf) }, piece: pieces[0]! });
      continue;
    }
    const isFile = await namesFile(input, data.numbers > 0);
    const lines = input === '-' || isFile ? await piped(input) : [input];
    if (isFile && !data.numbers) checkUnlabelled(input, lines);
    if (readsTable(model) && !/^\s*\[\s*[^{\s]/.test(lines[0] ?? ''))
      queries.push(...(await table(input, lines, isFile || input === '-')));
    else queries.push(...queriesOf(lines, model));
  }
  return queries;
}

const inFile = (error: UnfoldError, path: string) =>
  path !== '-' && error.field?.startsWith('text')
    ? renamed(error, path + error.field.slice('text'.length))
    : error;

/** Of numbers, a name that is no file is refused where they are read. */
async function namesFile(input: string, numbers: boolean): Promise<boolean> {
  if (input === '-' || /^\s*\[/.test(input)) return false;
  if (await isRegular(input)) return true;
  if (!numbers && /^\S+\.(csv|tsv|txt|jsonl)$/i.test(input))
    throw new FileError(`${input} cannot be read: there is no such file.`);
  return false;
}

/** A line is read whole: with its label it would be another input. */
function checkUnlabelled(path: string, lines: string[]): void {
  const filled = lines.filter((line) => line.trim());
  if (!filled.length) throw new FileError(`${path} has no line to answer.`);
  if (filled.every((line) => /.\t|^\s*\{.*\}\s*$/.test(line)))
    throw new UsageError(
      `${path}: expected an input a line, got lines of several fields (unfold-rnn evaluate measures labelled examples).`,
    );
}

/** Rows to go on from, or series with a label: not those with numbers for an answer, which have a line each. */
function readsTable({ info: { config, data } }: Model): boolean {
  const { name, pooling = 'none' } = config.task as { name: string; pooling?: string };
  return data!.numbers > 0 && (name === 'classify' || (name === 'regress' && pooling === 'none'));
}

/** The keys of a piano, 1 where they sound. */
const rowOf = (step: readonly number[]) => {
  const row = new Array<number>(88).fill(0);
  for (const note of step) row[note - 21] = 1;
  return row;
};

/** The input and what the model makes of it, as fast as the input or, if it does not say, as usual. */
async function midiOf(
  model: Model,
  { request, piece }: Query,
  { forecast }: Prediction,
): Promise<Uint8Array> {
  if ((model.info.config.task as { name: string }).name !== 'notes' || !forecast)
    throw new UsageError('--out is for models of the task notes.');
  const { stepsOf, writeMidi } = await import('unfold-rnn/midi');
  const grid = piece?.grid ?? gridIn(model.info.config);
  return writeMidi(stepsOf([...(request.input as number[][]), ...forecast]), {
    ...(grid && { grid }),
    ...(piece?.tempo.length && { tempo: piece.tempo }),
    ...(piece?.timeSignature.length && { timeSignature: piece.timeSignature }),
  });
}

/** The answer, or why there is none. */
async function answerTo(
  model: Model,
  { request, error }: Query,
  options: PredictRequest,
  args: Arguments,
): Promise<Prediction | UnfoldError> {
  if (error) return error;
  try {
    return await model.predict({ ...options, ...request });
  } catch (error) {
    // What is wrong with an option is wrong with every input.
    const field = error instanceof UnfoldError ? (error.field ?? '') : '';
    const own = ['input', 'context'].some((name) => field.startsWith(name));
    if (own) return error as UnfoldError;
    if (error instanceof UnfoldError && args.given(optionOf(field)))
      throw new UsageError(`--${optionOf(field)}${error.message.slice(field.length)}.`);
    throw error;
  }
}

const optionOf = (field: string) => field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function wayOn({ message }: UnfoldError, args: Arguments): string {
  const strange = /symbols in the model's vocabulary|words that the model knows/.test(message);
  return strange && !args.given('unknown') ? ' (--unknown skip leaves it out)' : '';
}

function asJson(answer: Prediction | UnfoldError, { table, series = 0 }: Query, seed: object): object {
  if (answer instanceof UnfoldError) return { error: answer };
  const { column, next } = table?.dates ?? {};
  const dates = next && { column, next: next[series] };
  return { ...answer, ...(dates && { dates }), ...seed };
}

interface Look {
  /** The inputs are words. */
  words: boolean;
  /** Symbols that the model does not know have no label. */
  skips: boolean;
  /** Of a model of quantiles: what they are. */
  quantiles: readonly number[];
}

/** A line, of a series rows; empty where there is no answer. */
function asText(answer: Prediction | UnfoldError, query: Query, { words, skips, quantiles }: Look): string {
  if (answer instanceof UnfoldError) return '';
  const { output, outputs, forecast, values, unknown = [] } = answer;
  if (output !== undefined) return output;
  if (outputs) {
    const labels = [...outputs];
    for (const { position } of skips ? unknown : []) labels.splice(position, 0, '?'); // in order: every symbol has a place
    return labels.join(words || labels.some((label) => [...label].length > 1) ? ' ' : '');
  }
  if (!query.table) return JSON.stringify(forecast ?? values ?? []);
  return forecastCsv(query.table, answer, { series: query.series ?? 0, quantiles });
}
