/** Experiments: many runs from one file, with intervals over the seeds, to be shared out, resumed and checked. */
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { mkdir, rm } from 'node:fs/promises';
import { type Experiment, parseExperiment, type Run, runsOf } from './experiment-file.js';
import { fingerprintOf, perform, type Result, sized } from './experiment-run.js';
import { type Format, FORMATS, tableOf } from './experiment-table.js';
import { checkWritable, exists, print, read, write } from './files.js';
import { interruption } from './interrupt.js';
import { type Arguments, type Command, UsageError } from './options.js';
import { decode, readTexts } from './texts.js';

export const experiment: Command = {
  summary:
    'Trains every variant of an experiment with every seed, and prints a table of means with 95 % intervals.\n' +
    'Results are kept as they come: the same command goes on where it was interrupted, on other machines with\n' +
    '--shard, whose results are given as further files. Every result has the hash of its weights: --verify\n' +
    'trains again and compares, bit for bit.',
  operands: ['file', '[results…]'],
  options: {
    out: {
      short: 'o',
      value: 'FILE',
      help: 'results, a line each; without it beside the experiment, as .results.jsonl',
    },
    shard: { value: 'I/N', help: 'only every Nth run, from the Ith on' },
    jobs: {
      short: 'j',
      value: 'N',
      help: 'runs at a time, each on one thread; without it one for each core',
    },
    table: { value: 'FORMAT', default: 'text', help: `or ${FORMATS.slice(1).join(', ')}` },
    list: { help: 'only say which runs there are, and which are done' },
    verify: { help: 'train again what has a result, and compare the weights' },
  },
  run: runExperiment,
};

async function runExperiment(args: Arguments): Promise<number> {
  const format = formatOf(args);
  const jobs = args.whole('jobs', 1) ?? availableParallelism();
  const isMine = shardOf(args.text('shard'));
  const [file, ...others] = args.operands as [string, ...string[]];
  const out = args.text('out') ?? `${file.replace(/\.json$/, '')}.results.jsonl`;
  const interrupted = interruption();
  const { signal } = interrupted;
  const quiet = args.flag('quiet') || args.flag('json');
  const say = (line: string) => void (quiet || process.stderr.write(`${line}\n`));
  try {
    const given = await open(file, signal);
    const lab = await Lab.of(given, [out, ...others], signal);
    const mine = lab.runs.filter(isMine);
    if (args.flag('list')) return await list(lab, mine);
    await checkWritable(out);
    if (args.flag('verify')) return await verify(lab, mine, { jobs, signal, say });
    const waiting = mine.filter(({ key }) => !lab.results.has(key));
    say(
      `${lab.runs.length} runs, ${lab.results.size} done, ${waiting.length} to do here, ${jobs} at a time.`,
    );
    const folder = `${out}.runs`;
    await pool(waiting, jobs, async (run) => {
      const checkpoint = join(folder, `${fingerprintOf(run.config, lab.text, given.steps)}.safetensors`);
      await mkdir(folder, { recursive: true });
      const result = await perform(run, { ...lab.about(run), signal, checkpoint, say });
      await lab.add(result, out);
      if (args.flag('json')) await print(`${JSON.stringify({ event: 'result', ...result })}\n`);
      await rm(checkpoint, { force: true });
      say(`${run.key}: ${told(result)} (${lab.results.size} of ${lab.runs.length})`);
    });
    await rm(folder, { recursive: true, force: true });
    if (!args.flag('json')) await print(`${tableOf(lab.inOrder(), format)}\n`);
    return interrupted.status;
  } finally {
    interrupted.release();
  }
}

interface Opened extends Experiment {
  bytes: Uint8Array | undefined;
}

async function open(file: string, signal: AbortSignal): Promise<Opened> {
  const { bytes } = await decode(file, await read(file, signal), { encoding: 'utf-8' });
  const given = parseExperiment(new TextDecoder().decode(bytes));
  const folder = file === '-' ? '.' : dirname(file);
  const paths = given.text.map((path) => resolve(folder, path));
  const raw = given.config.unit === 'byte';
  const texts = paths.length ? await readTexts(paths, { encoding: 'utf-8', raw, signal }) : undefined;
  return { ...given, bytes: texts?.bytes };
}

/** The runs of an experiment, and what is known of them. */
class Lab {
  readonly results = new Map<string, Result>();
  #written = Promise.resolve();

  private constructor(
    readonly runs: Run[],
    readonly text: Uint8Array | undefined,
    readonly steps: number | undefined,
  ) {}

  static async of(given: Opened, files: string[], signal: AbortSignal): Promise<Lab> {
    const runs = runsOf(given);
    if (given.parameters !== undefined) {
      const sizes = new Map<string, Run['config']>();
      for (const run of runs) {
        signal.throwIfAborted();
        const known = sizes.get(run.variant) ?? (await sized(run.config, given.bytes, given.parameters));
        sizes.set(run.variant, known);
        run.config = { ...known, seed: run.seed };
      }
    }
    const lab = new Lab(runs, given.bytes, given.steps);
    for (const file of files) if (await exists(file)) lab.#take(await read(file, signal));
    return lab;
  }

  /** Results of another configuration, text or budget are not of this experiment. */
  #take(lines: Uint8Array): void {
    const wanted = new Map(this.runs.map((run) => [run.key, this.about(run).fingerprint]));
    for (const line of new TextDecoder().decode(lines).split('\n')) {
      const result = resultIn(line);
      if (result && wanted.get(result.run) === result.fingerprint) this.results.set(result.run, result);
    }
  }

  about({ config }: Run) {
    return { text: this.text, steps: this.steps, fingerprint: fingerprintOf(config, this.text, this.steps) };
  }

  /** The file is written whole, by one at a time: it never holds half a line, and no result is lost. */
  add(result: Result, out: string): Promise<void> {
    this.results.set(result.run, result);
    const lines = () =>
      this.inOrder()
        .map((one) => `${JSON.stringify(one)}\n`)
        .join('');
    return (this.#written = this.#written.catch(() => {}).then(() => write(out, lines())));
  }

  inOrder(): Result[] {
    return this.runs.flatMap(({ key }) => this.results.get(key) ?? []);
  }
}

/** The last line may have been cut off where a machine was. */
function resultIn(line: string): Result | undefined {
  try {
    const result = JSON.parse(line) as Partial<Result> | null;
    return typeof result?.weights === 'string' && result.settings ? (result as Result) : undefined;
  } catch {
    return undefined;
  }
}

function told({ validation, test, bits, steps, seconds }: Result): string {
  const loss = test ?? validation;
  const shown =
    loss === null ? '' : bits ? `${(loss / Math.LN2).toFixed(4)} bits, ` : `loss ${loss.toPrecision(5)}, `;
  return `${shown}${steps} steps, ${seconds.toFixed(0)} s`;
}

async function list({ results }: Lab, runs: Run[]): Promise<number> {
  await print(runs.map(({ key }) => `${results.has(key) ? 'done' : 'open'}  ${key}\n`).join(''));
  return 0;
}

interface Work {
  jobs: number;
  signal: AbortSignal;
  say(line: string): void;
}

/** Status 1 where a run has left other weights than its result says. */
async function verify(lab: Lab, runs: Run[], { jobs, signal, say }: Work): Promise<number> {
  const known = runs.filter(({ key }) => lab.results.has(key));
  if (known.length === 0) throw new UsageError('there are no results to verify: run the experiment first.');
  let differ = 0;
  await pool(known, jobs, async (run) => {
    const claimed = lab.results.get(run.key)!.weights;
    const { weights } = await perform(run, { ...lab.about(run), signal, say });
    differ += Number(weights !== claimed);
    await print(`${weights === claimed ? 'same weights' : 'OTHER WEIGHTS'}  ${run.key}  ${weights}\n`);
  });
  say(`${known.length - differ} of ${known.length} runs left the same weights, bit for bit.`);
  return differ ? 1 : 0;
}

/** So many at a time; after an error none begins, and those under way are waited for. */
async function pool<T>(items: T[], jobs: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  let failure: unknown;
  const worker = async () => {
    for (let item; failure === undefined && (item = waiting.shift()) !== undefined;)
      await work(item).catch((error: unknown) => (failure ??= error ?? new Error()));
  };
  await Promise.all(Array.from({ length: Math.min(jobs, items.length) }, worker));
  if (failure !== undefined) throw failure as Error;
}

function formatOf(args: Arguments): Format {
  const given = args.text('table')!;
  const format = FORMATS.find((name) => name === given);
  if (!format) throw new UsageError(`--table: expected ${FORMATS.join(', ')}, got '${given.slice(0, 80)}'.`);
  return format;
}

function shardOf(given: string | undefined): (run: Run, index: number) => boolean {
  if (given === undefined) return () => true;
  const [, i, n] = (/^(\d+)\/(\d+)$/.exec(given) ?? []).map(Number);
  if (!i || !n || i > n)
    throw new UsageError(`--shard: expected I/N, such as 2/5, got '${given.slice(0, 80)}'.`);
  return (_, index) => index % n === i - 1;
}
