import {
  type Backtest,
  type Config,
  createModel,
  type Evaluation,
  type Model,
  previewDataset,
  type Progress,
} from 'unfold-rnn';
import { configOf, configOptions, isGenerated, reconcile } from './config.js';
import { checkWritable, exists, previousOf, print, read, targetOf, write } from './files.js';
import { backtestOf, verdict } from './forecasts.js';
import { interruption } from './interrupt.js';
import type { Arguments, Command } from './options.js';
import { UsageError } from './options.js';
import { Divergence, exact, figure, ProgressLine, unitOf } from './progress.js';
import { summaryOf } from './preview.js';
import { openSaved } from './saved.js';
import { midiFiles, musicOptions, readMusic, textOfMusic } from './music.js';
import { configIn } from './scoring.js';
import { encodingOption, namedSymbols, placed, readingOf, readTexts, type Texts } from './texts.js';

export const train: Command = {
  summary:
    'Trains on texts (or on what is piped in) and saves the model. A model that is there already trains on,\n' +
    'exactly as if it had never stopped. Without --steps or --seconds it trains until validations get no better and\n' +
    'then keeps the best weights; to step 1000 where nothing is validated. Ctrl-C saves and ends; another one, a second\n' +
    'later, ends at once.',
  operands: ['[text…]'],
  options: {
    out: {
      short: 'o',
      value: 'FILE',
      default: 'model.safetensors',
      help: 'the model; - for standard output',
    },
    fresh: { help: 'start over, whatever is there' },
    continue: {
      help: 'another text, or more of it: what is new gets weights of its own',
    },
    steps: {
      short: 'n',
      value: 'N',
      help: 'train until this step; without it, until validations get no better (or 1000)',
    },
    seconds: { value: 'X', help: 'end after this number of seconds of work' },
    'save-every': { value: 'X', default: '60', help: 'seconds between saves on the way; 0 for none' },
    ...configOptions,
    ...musicOptions,
    ...encodingOption,
  },
  run: runTrain,
};

/** Where nothing is validated. */
const DEFAULT_STEPS = 1000;

async function runTrain(args: Arguments): Promise<number> {
  const out = args.text('out')!;
  const steps = args.given('steps') ? args.whole('steps')! : undefined;
  const seconds = args.number('seconds', { least: 0 });
  const pace = args.number('save-every', { least: 0 })! * 1000;
  if (out === '-' && args.flag('json')) throw new UsageError('--json and --out - both want standard output.');
  const config = await configOf(args);
  await checkWritable(out);

  const made = isGenerated(config);
  if (made && args.operands.length) throw new UsageError('a built-in dataset needs no text.');
  const interrupted = interruption();
  const { signal } = interrupted;
  const resume = await isThere(args, out);
  const former = await savedConfig(resume, out);
  const raw = (config.unit ?? former?.unit) === 'byte';
  const midi = await midiFiles(args.operands);
  const texts =
    !made &&
    (midi.length
      ? await readPieces(args, midi, config, former, signal)
      : await readTexts(args.operands, { ...readingOf(args, raw), signal }));
  if (texts && !args.flag('quiet')) for (const note of texts.notes) process.stderr.write(`${note}\n`);
  const text = texts ? texts.bytes : undefined;
  const table = args.operands.find((path) => /\.(csv|tsv)$/i.test(path));
  if (table !== undefined && !resume && config.task === undefined && !args.flag('quiet'))
    process.stderr.write(
      `${table} looks like a table: --task regress learns its numbers, --task classify its labels. As it is, its characters are learned.\n`,
    );
  if (text && !resume && !args.flag('quiet')) await sayExamples(config, text, args);
  const model = await begin(args, { text, resume, out, config, signal }).catch((error) => {
    throw texts ? placed(error, texts) : error;
  });
  const tell = reporter(args, out);
  try {
    if (!model.info.canTrain)
      throw new UsageError(
        `${out} is there already: name the text it was trained on, or --fresh starts over.`,
      );
    await tell.start(model, resume);
    let saved = resume ? model.info.step : -1;
    const save = async () => {
      const { step } = model.info; // training goes on meanwhile: the file holds this step or a later one
      if (step === saved) return;
      await write(out, await model.save(), { keep: true });
      saved = step;
      await tell.saved(saved);
    };
    const until = steps ?? (seconds !== undefined || model.info.stopsEarly ? undefined : DEFAULT_STEPS);
    const line = new ProgressLine(model.info.step, until ?? Infinity, unitOf(model.info));
    const divergence = new Divergence(model);
    const limits = {
      ...(until !== undefined && { until }),
      ...(seconds !== undefined && { seconds }),
      signal,
    };
    let last: Progress | undefined;
    let next = performance.now() + pace;
    try {
      for await (const progress of model.train(limits)) {
        last = progress;
        if (!args.flag('quiet')) line.show(progress);
        await tell.progress(progress);
        if (divergence.begins(progress)) await tell.diverging(divergence.sentence, progress);
        if (pace > 0 && out !== '-' && performance.now() >= next) {
          await save();
          next = performance.now() + pace;
        }
      }
    } catch (error) {
      if (!signal.aborted) {
        if (model.info.step > 0) await save().catch(() => {}); // the error says more than a failed save would
        throw error;
      }
    }
    if (last && !args.flag('quiet')) line.end();
    if (last?.done) await tell.ended(last);
    await model.update({}); // an aborted run reports no end: this brings the step up to date
    await save();
    const measured = signal.aborted ? undefined : await measure(model);
    const backtest = measured && (await backtestOf(model, 'validation'));
    await tell.end(model, measured, backtest, signal.aborted);
    if (divergence.under) await tell.diverging(divergence.sentence, last);
    return interrupted.status;
  } finally {
    model.dispose();
    interrupted.release();
  }
}

/** MIDI files; the configuration remembers their grid. */
async function readPieces(
  args: Arguments,
  paths: string[],
  config: Config,
  saved: Config | undefined,
  signal: AbortSignal,
): Promise<Texts> {
  const { name } = taskIn(saved ?? config);
  if (name !== 'notes') throw new UsageError('MIDI files are for the task notes: -t notes.');
  const dataset = { ...(saved?.dataset as object), ...(config.dataset as object) };
  const music = await readMusic(paths, args, { dataset }, signal);
  config.dataset = { ...dataset, grid: music.grid };
  return textOfMusic(paths, music);
}

const taskIn = ({ task = 'next' }: Config) => (typeof task === 'object' ? task : { name: task });

/** Whether there is a model to go on with. */
async function isThere(args: Arguments, out: string): Promise<boolean> {
  if (out === '-' || args.flag('fresh')) return false;
  return (await exists(out)) || exists(previousOf(await targetOf(out)));
}

/** How the examples of a file are read. What is wrong with them, the model says. */
async function sayExamples(config: Config, text: Uint8Array, args: Arguments): Promise<void> {
  const { name } = typeof config.task === 'object' ? config.task : { name: config.task };
  if (name === undefined || name === 'next') return;
  const preview = await previewDataset(config, text, { threads: 1, worker: false }).catch(() => undefined);
  if (preview?.columns || preview?.lengths)
    for (const line of summaryOf(preview, args)) process.stderr.write(`${line}\n`);
}

async function savedConfig(resume: boolean, out: string) {
  return resume ? configIn(await read(out).catch(() => new Uint8Array())) : undefined;
}

interface Beginning {
  text: Uint8Array | undefined;
  resume: boolean;
  out: string;
  config: Awaited<ReturnType<typeof configOf>>;
  signal: AbortSignal;
}

async function begin(args: Arguments, { text, resume, out, config, signal }: Beginning): Promise<Model> {
  const runtime = { ...args.runtime, signal };
  if (!resume) return createModel(config, text, runtime);
  const extend = args.flag('continue');
  const { model, damaged } = await openSaved(out, text, { ...runtime, extend }).catch((error: Error) => {
    const on = extend ? '' : '--continue trains on with this text, ';
    error.message = error.message.replace(' (extend: true goes on with another)', '');
    error.message += ` (${out} is there already; ${on}--fresh starts over, --out names another file)`;
    throw error;
  });
  if (damaged && !args.flag('quiet')) {
    process.stderr.write(`${out} cannot be used (${damaged.message}). Going on from ${previousOf(out)}.\n`);
  }
  try {
    await reconcile(model, config);
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

async function measure(model: Model): Promise<Evaluation | undefined> {
  const { tokens: characters, data } = model.info;
  return characters.validation > (data ? 0 : 1) ? model.evaluate() : undefined;
}

/** A measure as the task counts. */
export function told({ info }: Model, { loss, accuracy, bitsPerCharacter, perplexity }: Evaluation): string {
  if (!info.data) {
    const bits = `${bitsPerCharacter!.toFixed(4)} bits a character`;
    return unitOf(info) === 'token' ? `${bits}, perplexity ${figure(perplexity!)}` : bits;
  }
  const right = accuracy === null ? '' : `, ${(100 * accuracy).toFixed(2)} % right`;
  return `loss ${exact(loss)}${right}`;
}

const COUNTED = { char: 'characters', token: 'tokens', example: 'examples' };

/** In JSON everything goes to standard output; for people the result does, the rest to standard error. */
function reporter(args: Arguments, out: string) {
  const json = args.flag('json');
  const say = (line: string) => {
    if (!args.flag('quiet') && !json) process.stderr.write(`${line}\n`);
  };
  const send = async (event: string, fields: object) => {
    if (json) await print(`${JSON.stringify({ event, ...fields })}\n`);
  };
  return {
    async start(model: Model, resumed: boolean) {
      const { parameters, vocabulary, tokens: characters, data, step, runtime } = model.info;
      const symbols = data ? data.inputs.length : vocabulary.size;
      const reads = data?.numbers
        ? `${data.numbers} column${data.numbers > 1 ? 's' : ''}`
        : `${symbols} symbols`;
      say(
        `${resumed ? `Going on from step ${step}. ` : ''}${parameters} parameters, ${reads}, ` +
          `${characters.train} + ${characters.validation} ${COUNTED[unitOf(model.info)]}, ${runtime.threads} ` +
          `thread${runtime.threads > 1 ? 's' : ''}, ${runtime.math}`,
      );
      if (vocabulary.added.length) say(`New, with weights of their own: ${namedSymbols(vocabulary.added)}.`);
      const { unknown } = vocabulary;
      if (unknown && !data) {
        const share = ((100 * unknown) / (characters.train + characters.validation)).toPrecision(2);
        say(
          `${unknown} ${COUNTED[unitOf(model.info)]} (${share} %) are outside the ${vocabulary.size} symbols of the vocabulary and are ` +
            'learned as one that is never written. --vocabulary raises it.',
        );
      }
      if (resumed) for (const note of data?.notes ?? []) say(note);
      await send('start', { resumed, step, parameters, symbols, characters, runtime });
    },
    async progress({ losses: _, ...progress }: Progress) {
      await send('progress', progress);
    },
    async diverging(sentence: string, progress: Progress | undefined) {
      say(sentence);
      await send('diverging', { step: progress?.step, loss: progress?.loss });
    },
    async ended({ step, best, stoppedEarly }: Progress) {
      if (!stoppedEarly || !best) return;
      say(
        `Nothing better came after step ${best.step}: ended at step ${step}, with the weights of step ${best.step}.`,
      );
      await send('stopped-early', { step, best });
    },
    async saved(step: number) {
      await send('saved', { file: out, step });
    },
    async end(
      model: Model,
      measured: Evaluation | undefined,
      backtest: Backtest | undefined,
      interrupted: boolean,
    ) {
      const { step } = model.info;
      const more = { ...(measured && { validation: measured }), ...(backtest && { backtest }) };
      await send('end', { interrupted, step, ...more });
      if (json || out === '-') return;
      if (interrupted) say(`Stopped and saved at step ${step}. The same command goes on.`);
      const loss = measured && `, validation ${told(model, measured)}`;
      await print(`${out}: step ${step}${loss ?? ''}\n`);
      const beaten = backtest && verdict(backtest);
      if (beaten) say(beaten);
    },
  };
}
