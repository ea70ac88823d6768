/** Experiments: many runs from one file, with intervals over the seeds, to be shared out, resumed and checked. */
import { availableParallelism } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { mkdir, rm } from 'node:fs/promises';
import { dueOf, type Experiment, parseExperiment, type Run, runsOf } from './experiment-file.js';
import { fingerprintOf, perform, type Result, sized } from './experiment-run.js';
import { type Format, FORMATS, rowsOf, tableOf } from './experiment-table.js';
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
    data: { value: 'FOLDER', help: 'where its texts lie that are not in its own folder' },
    models: { value: 'FOLDER', help: 'also leaves the trained weights there, each named by its hash' },
    shard: { value: 'I/N', help: 'only every Nth run, from the Ith on' },
    jobs: {
      short: 'j',
      value: 'N',
      help: 'runs at a time, each on one thread; without it one for each core',
    },
    table: { value: 'FORMAT', default: 'text', help: `or ${FORMATS.slice(1).join(', ')}` },
    report: { help: 'only the table of the results that are there' },
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
    const runs = !args.flag('list') && !args.flag('report');
    if (runs) say(`${file}: reading it and what it trains on, and checking its configurations.`);
    const given = await open(file, args.text('data'), signal);
    const lab = await Lab.of(given, [out, ...others], signal);
    if (args.flag('list')) return await list(lab, lab.state().due.filter(isMine));
    if (args.flag('report')) {
      await print(`${lab.table(format)}\n`);
      return 0;
    }
    await checkWritable(out);
    if (args.flag('verify')) return await verify(lab, lab.state().due.filter(isMine), { jobs, signal, say });
    const models = args.text('models');
    if (models !== undefined) await mkdir(models, { recursive: true });
    const folder = `${out}.runs`;
    // What is searched decides which runs are due next.
    for (;;) {
      const { due, waiting } = lab.state();
      const open = due.filter((run) => !lab.results.has(run.key));
      const mine = open.filter(isMine);
      say(
        `${due.length + waiting} runs, ${due.length - open.length} done, ${mine.length} to do here` +
          `${waiting ? `, ${waiting} when the best values are known` : ''}, ${jobs} at a time.`,
      );
      if (mine.length === 0) break;
      await pool(mine, jobs, async (run) => {
        const checkpoint = join(folder, `${lab.about(run).fingerprint}.safetensors`);
        await mkdir(folder, { recursive: true });
        const result = await perform(run, { ...lab.about(run), models, signal, checkpoint, say });
        await lab.add(result, out);
        if (args.flag('json')) await print(`${JSON.stringify({ event: 'result', ...result })}\n`);
        await rm(checkpoint, { force: true });
        say(`${run.key}: ${told(result)} (${lab.results.size} of ${due.length + waiting})`);
      });
    }
    await rm(folder, { recursive: true, force: true });
    if (!args.flag('json')) await print(`${lab.table(format)}\n`);
    return interrupted.status;
  } finally {
    interrupted.release();
  }
}

interface Opened extends Experiment {
  bytes: Uint8Array | undefined;
}

async function open(file: string, data: string | undefined, signal: AbortSignal): Promise<Opened> {
  const { bytes } = await decode(file, await read(file, signal), { encoding: 'utf-8' });
  const given = parseExperiment(new TextDecoder().decode(bytes));
  const own = file === '-' ? '.' : dirname(file);
  const paths = await Promise.all(
    given.text.map(async (path) => {
      const elsewhere = data === undefined ? undefined : resolve(data, path);
      return elsewhere !== undefined && (await exists(elsewhere)) ? elsewhere : resolve(own, path);
    }),
  );
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
    private readonly given: Opened,
  ) {}

  static async of(given: Opened, files: string[], signal: AbortSignal): Promise<Lab> {
    const runs = runsOf(given);
    if (given.parameters !== undefined) {
      const sizes = new Map<string, Run['config']>();
      for (const run of runs) {
        signal.throwIfAborted();
        const network = JSON.stringify({ ...run.config, seed: 0 });
        const known = sizes.get(network) ?? (await sized(run.config, given.bytes, given.parameters));
        sizes.set(network, known);
        run.config = { ...known, seed: run.seed };
      }
    }
    const lab = new Lab(runs, given);
    for (const file of files) if (await exists(file)) lab.#take(await read(file, signal));
    return lab;
  }

  /** What is due now, and what counts. */
  state() {
    return dueOf(this.runs, this.results);
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
    const { bytes: text, steps, also } = this.given;
    return { text, steps, also, fingerprint: fingerprintOf(config, { text, steps, also }) };
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

  inOrder(runs = this.runs): Result[] {
    return runs.flatMap(({ key }) => this.results.get(key) ?? []);
  }

  table(format: Format): string {
    const { due, chosen } = this.state();
    const others = due.filter((run) => !chosen.includes(run));
    return tableOf(rowsOf(this.inOrder(chosen), this.inOrder(others), this.given), format);
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

/** By its place among all runs that there may be: what is due changes, the place does not. */
function shardOf(given: string | undefined): (run: Run) => boolean {
  if (given === undefined) return () => true;
  const [, i, n] = (/^(\d+)\/(\d+)$/.exec(given) ?? []).map(Number);
  if (!i || !n || i > n)
    throw new UsageError(`--shard: expected I/N, such as 2/5, got '${given.slice(0, 80)}'.`);
  return ({ place }) => place % n === i - 1;
}
