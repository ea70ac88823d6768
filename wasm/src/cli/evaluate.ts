import type { DynamicOptions, Evaluation, LabelMetrics, Model } from 'unfold-rnn';
import { isGenerated } from './config.js';
import { print, read } from './files.js';
import { backtestOf, linesOf as scoreLines, verdict } from './forecasts.js';
import { interruption } from './interrupt.js';
import { midiFiles, musicOptions, readMusic, textOfMusic } from './music.js';
import { type Arguments, type Command, UsageError } from './options.js';
import { exact, unitOf } from './progress.js';
import { configIn, openToScore, type Part, type Scored } from './scoring.js';
import { encodingOption, namedSymbols, placed, readingOf, readTexts, type Texts } from './texts.js';
import { told } from './train.js';

export const evaluate: Command = {
  summary:
    'Measures a saved model: on its own training text what was held out of it, on any other text all of it\n' +
    '(read in one go), on generated examples those for the test. Without a text: on what is piped in.\n' +
    '--split says which part instead: all, train, validation or test, divided as the model divides its own text,\n' +
    'or a share to hold out and to measure, such as 0.2.',
  operands: ['model', '[text…]'],
  options: {
    baselines: { short: 'b', value: 'N', help: 'also n-grams with up to N characters of context, 0 to 8' },
    ...musicOptions,
    dynamic: { short: 'd', help: 'of a text: the loss of a copy that goes on learning while it reads' },
    optimizer: { value: 'NAME', default: 'sgd', help: 'of --dynamic: sgd or rms' },
    rate: { value: 'X', help: 'of --dynamic: its learning rate; 0.1, of rms 0.001' },
    decay: { value: 'X', default: '0', help: 'of --dynamic: back to the trained weights, 0 to 1' },
    split: {
      value: 'PART',
      help: 'what to measure, see above; of MIDI files also piece or tracks, see train',
    },
    steps: { short: 'n', value: 'N', default: '12', help: 'of series of numbers: how far to forecast, too' },
    ...encodingOption,
  },
  run: runEvaluate,
};

const NOTHING: Texts = { bytes: new Uint8Array(), notes: [], places: [] };

async function runEvaluate(args: Arguments): Promise<number> {
  const [file, ...paths] = args.operands as [string, ...string[]];
  const maxOrder = args.whole('baselines');
  const [part, pieces] = splitOf(args);
  const interrupted = interruption();
  const { signal } = interrupted;
  let scored: Scored | undefined;
  try {
    const bytes = await read(file, signal);
    const config = configIn(bytes);
    const reading = { ...readingOf(args, config?.unit === 'byte'), signal };
    const midi = await midiFiles(paths);
    const texts = midi.length
      ? textOfMusic(midi, await readMusic(midi, args, config ?? {}, signal, pieces))
      : config && isGenerated(config)
        ? NOTHING
        : await readTexts(paths, reading);
    scored = await openToScore(bytes, texts.bytes, { ...args.runtime, signal }, part).catch((error) => {
      throw placed(error, texts);
    });
    const { model, split, whole, unknown } = scored;
    const dynamic = dynamicOptions(args);
    const measured = await model.evaluate({ split, signal, ...(dynamic && { dynamic }) });
    const backtest = await backtestOf(model, split, args.whole('steps'));
    const baselines = maxOrder === undefined ? undefined : await model.baselines({ maxOrder, signal });
    if (args.flag('json')) {
      const more = {
        ...(baselines && { baselines }),
        ...(backtest && { backtest }),
        ...(unknown.count && { unknown }),
      };
      await print(`${JSON.stringify({ ...measured, split: whole ? 'all' : split, ...more })}\n`);
      return interrupted.status;
    }
    const notes = [...texts.notes, ...(unknown.count ? [sentenceOf(unknown)] : [])];
    // Where all is measured, there is no training part to count on.
    if (baselines && whole)
      notes.push('N-grams are counted on a training text: there are none for this one.');
    if (!args.flag('quiet')) for (const note of notes) process.stderr.write(`${note}\n`);
    const lines = linesOf(model, measured, whole ? 'all' : split);
    if (baselines) {
      const bits = (nats: number) => bitsOf((nats / measured.loss) * measured.bitsPerCharacter!);
      const what = unitOf(model.info) === 'token' ? 'tokens' : 'characters';
      lines.push(`${bits(baselines.uniform)}  every symbol alike`);
      lines.push(...baselines.markov.map((loss, n) => `${bits(loss)}  ${n} ${what} of context, counted`));
    }
    if (backtest) lines.push(...scoreLines(model, backtest));
    await print(`${lines.join('\n')}\n`);
    const beaten = backtest && verdict(backtest);
    if (beaten && !args.flag('quiet')) process.stderr.write(`${beaten}\n`);
    return interrupted.status;
  } finally {
    scored?.model.dispose();
    interrupted.release();
  }
}

const bitsOf = (bits: number) => `${bits.toFixed(4)} bits a character`;
function dynamicOptions(args: Arguments): DynamicOptions | undefined {
  const options = ['optimizer', 'rate', 'decay'].filter((name) => args.given(name));
  if (!args.flag('dynamic')) {
    if (options[0] === undefined) return undefined;
    throw new UsageError(`--${options[0]} is of --dynamic.`);
  }
  const learningRate = args.number('rate', { least: 0 });
  return {
    optimizer: args.text('optimizer')!,
    decay: args.number('decay', { least: 0 })!,
    ...(learningRate !== undefined && { learningRate }),
  };
}

/** What is to be measured, and what of a MIDI file is a piece. */
function splitOf(args: Arguments): [part: Part | undefined, pieces: string] {
  const text = args.text('split');
  if (text === undefined) return [undefined, 'piece'];
  if (text === 'piece' || text === 'tracks') return [undefined, text];
  const name = (['all', 'train', 'validation', 'test'] as const).find((one) => one === text);
  const share = Number(text);
  if (!name && !(share > 0 && share <= 0.5))
    throw new UsageError(
      `--split: expected all, train, validation, test or a share up to 0.5, got '${text}'.`,
    );
  return [name ?? share, 'piece'];
}

function linesOf(model: Model, measured: Evaluation, split: string): string[] {
  const { loss, tokens: predictions } = measured;
  const { data } = model.info;
  if (!data) {
    const nats = `(${loss.toFixed(6)} nats)`;
    if (unitOf(model.info) === 'char')
      return [`${told(model, measured)} ${nats}, ${predictions} characters (${partOf[split]})`];
    return [`${told(model, measured)} a token ${nats}, ${predictions} tokens (${partOf[split]})`];
  }
  return [
    `${split} ${told(model, measured)}, ${predictions} predictions`,
    `loss ${exact(data.trivialLoss!)}  trivial baseline`,
    ...(measured.classes ? linesOfClasses(measured.classes) : []),
  ];
}

/** Labels in a confusion matrix that fits a screen. */
const MOST_COLUMNS = 12;

/** Precision, recall and F1 of each label, and for few labels which was taken for which. */
function linesOfClasses({ labels, macroF1, confusion, calibration }: LabelMetrics): string[] {
  const share = (x: number | null) => (x === null ? '–' : x.toFixed(3)).padStart(9);
  const table = labels.map(
    ({ name, count, precision, recall, f1 }) =>
      `${share(precision)}${share(recall)}${share(f1)}${`${count}`.padStart(9)}  ${name}`,
  );
  const errors = `macro F1 ${macroF1?.toFixed(3) ?? '–'}, calibration error ${calibration.error.toFixed(3)}`;
  const lines = ['precision   recall       F1    count  label', ...table, errors];
  if (labels.length > MOST_COLUMNS) return lines;
  const names = labels.map(({ name }) => (name.length > 8 ? `${name.slice(0, 7)}…` : name).padStart(9));
  const rows = confusion.map(
    (row, i) => `${row.map((n) => `${n}`.padStart(9)).join('')}  ${labels[i]!.name}`,
  );
  return [...lines, `${names.join('')}  predicted; rows: the true label`, ...rows];
}

const partOf: Record<string, string> = {
  all: 'the whole text',
  validation: 'held out of the text',
  train: 'the training part of the text',
};

function sentenceOf({ count, symbols, unit, read }: Scored['unknown']): string {
  const which = symbols.length ? `: ${namedSymbols(symbols)}` : '';
  const are = count === 1 ? 'is' : 'are';
  const what = count === 1 ? unit.replace(/s$/, '') : unit;
  return `${count} ${what} ${are} not in the model's vocabulary and ${are} ${read ? 'read as the unknown one' : 'left out'}${which}.`;
}
