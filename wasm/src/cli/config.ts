/** From options to a configuration, and what of it a saved model can still take up. */
import {
  type CanonicalConfig,
  checkConfig,
  type Config,
  type EarlyStoppingConfig,
  type FileConfig,
  type Model,
  type OptimizerConfig,
  type LiveConfig,
  type TaskConfig,
} from 'unfold-rnn';
import { read } from './files.js';
import { type Arguments, type Options, UsageError } from './options.js';
import { decode } from './texts.js';

export const configOptions: Options = {
  config: { short: 'c', value: 'JSON|FILE', help: 'the whole configuration; the options below overrule it' },
  preset: { short: 'p', value: 'NAME', default: 'lstm', help: 'a network by name, see unfold-rnn info' },
  units: { value: 'N', default: '128', help: 'its hidden units' },
  task: { short: 't', value: 'NAME', help: 'what to learn from the text, default next: see wasm/api.md' },
  keys: { value: 'NAME', help: 'of notes: what numbers are, piano (0 to 87) or midi (21 to 108)' },
  dataset: { value: 'NAME', help: 'examples made here instead of a text, see unfold-rnn info' },
  difficulty: { value: 'N', help: 'of the dataset' },
  count: { value: 'N', default: '10000', help: 'its examples' },
  inputs: { value: 'NAMES', help: 'of a table: columns that are read, with commas between' },
  targets: { value: 'NAMES', help: 'columns that are predicted (regress), or the labels (classify)' },
  ignore: { value: 'NAMES', help: 'columns that are left out' },
  id: { value: 'NAME', help: 'the column that says which series a row belongs to' },
  dates: { value: 'KIND', default: 'ignore', help: 'or features: hour, weekday and month are read' },
  missing: { value: 'KIND', default: 'refuse', help: 'or forward, interpolate, mask: of missing values' },
  scaling: { value: 'KIND', default: 'standard', help: 'of numbers: none, standard, minmax or log' },
  loss: {
    value: 'NAME',
    default: 'squared',
    help: 'of numbers: absolute, huber, quantile (a band) or gaussian',
  },
  'feedback-steps': {
    value: 'N',
    default: '0',
    help: 'of a series: the last N steps of an example read own answers, as a forecast does',
  },
  attention: { value: 'NAME', default: 'none', help: 'of a translation: additive or multiplicative' },
  seed: { value: 'N', default: '1', help: 'same seed, text and configuration: same model' },
  'sequence-length': { value: 'N', default: '64', help: 'time steps of one truncated back-propagation' },
  'batch-size': { value: 'N', default: '32', help: 'sequences trained side by side' },
  optimizer: { value: 'NAME', default: 'adam', help: 'see unfold-rnn info' },
  'learning-rate': { value: 'X', default: '0.002', help: 'may change when a run goes on' },
  dropout: { value: 'X', default: '0', help: 'between layers, 0 to 0.95; may change' },
  clip: { value: 'X', default: '5', help: 'largest gradient norm, 0 for none; may change' },
  unit: { value: 'NAME', default: 'character', help: 'of a text: character, byte, word, whitespace or bpe' },
  vocabulary: { value: 'N', default: '8192', help: 'most symbols kept of a text, 2 to 65535' },
  'max-length': { value: 'N', help: 'most steps of an example; default: the longest that there is' },
  truncate: { help: 'longer examples are cut, not refused' },
  'carry-state': { help: 'examples are read in windows of --sequence-length steps, with the state carried' },
  label: { value: 'SIDE', default: 'auto', help: 'where the label of a line stands: first or last' },
  header: { value: 'YES|NO', help: 'whether the first line names the columns; default: found out' },
  unknown: {
    value: 'NAME',
    default: 'error',
    help: 'symbols that the model does not know: error, skip, or symbol',
  },
  'validation-split': { value: 'X', default: '0.1', help: 'share of the text held out' },
  'evaluate-every': { value: 'N', default: '500', help: 'steps between validations; may change' },
  patience: {
    value: 'N',
    help: 'end after this many validations without a better one; 0: never; may change',
  },
};

/** What was asked for, and no more: the engine's own defaults fill in the rest. */
export async function configOf(args: Arguments): Promise<Config> {
  const config = await readConfig(args.text('config'));
  const set = <K extends keyof Config>(name: K, value: Config[K] | undefined) => {
    if (value !== undefined) config[name] = value;
  };
  const number = (name: string) => (args.given(name) ? args.number(name) : undefined);
  if (args.given('preset') || args.given('units')) {
    if (config.layers) throw new UsageError('--preset and --units do not go with the layers of --config.');
    set('preset', config.preset && !args.given('preset') ? config.preset : args.text('preset'));
    set('units', number('units'));
  }
  for (const name of ['seed', 'dropout', 'clip'] as const) set(name, number(name));
  if (args.given('unit')) set('unit', args.text('unit'));
  set('vocabulary', number('vocabulary'));
  set('sequenceLength', number('sequence-length'));
  set('batchSize', number('batch-size'));
  set('validationSplit', number('validation-split'));
  set('evaluateEvery', number('evaluate-every'));
  if (args.given('patience'))
    config.earlyStopping = { ...asStopping(config.earlyStopping), patience: number('patience')! };
  for (const name of ['task', 'attention'] as const) if (args.given(name)) set(name, args.text(name));
  if (args.given('dataset')) {
    const [difficulty, count] = [number('difficulty'), number('count')];
    config.dataset = {
      name: args.text('dataset')!,
      ...(difficulty !== undefined && { difficulty }),
      ...(count !== undefined && { count }),
    };
  } else if (args.given('difficulty') || args.given('count')) {
    throw new UsageError('--difficulty and --count belong to a --dataset.');
  }
  readFileOptions(args, config);
  const lengths = {
    ...(args.given('max-length') && { maxLength: number('max-length')! }),
    ...(args.flag('truncate') && { truncate: true }),
    ...(args.flag('carry-state') && { carryState: true }),
    ...(args.given('feedback-steps') && { feedbackSteps: args.whole('feedback-steps')! }),
  };
  const loss = args.given('loss') && { loss: args.text('loss')! };
  if (loss || Object.keys(lengths).length) config.task = { ...asTask(config.task), ...lengths, ...loss };
  const optimizer = {
    ...asOptimizer(config.optimizer),
    ...(args.given('optimizer') && { name: args.text('optimizer')! }),
    ...(args.given('learning-rate') && { learningRate: args.number('learning-rate')! }),
  };
  if (Object.keys(optimizer).length) config.optimizer = optimizer;
  return config;
}

/** How a file is read. */
function readFileOptions(args: Arguments, config: Config): void {
  const lists = (['inputs', 'targets', 'ignore'] as const).filter((name) => args.given(name));
  const names = (['id', 'dates', 'missing', 'scaling', 'label', 'unknown', 'keys'] as const).filter((name) =>
    args.given(name),
  );
  const header = args.given('header') ? headerOf(args.text('header')!) : undefined;
  const [first] = [...lists, ...names, ...(header === undefined ? [] : ['header'])];
  if (!first) return;
  if (isGenerated(config))
    throw new UsageError(`--${first} says how a file is read; a built-in dataset has none.`);
  const dataset: FileConfig = { ...(config.dataset as FileConfig | undefined) };
  for (const name of lists)
    dataset[name] = args
      .text(name)!
      .split(',')
      .map((column) => column.trim());
  for (const name of names) dataset[name] = args.text(name)!;
  if (header !== undefined) dataset.header = header;
  config.dataset = dataset;
}

function headerOf(given: string): boolean {
  if (given === 'yes' || given === 'no') return given === 'yes';
  throw new UsageError(`--header: expected yes or no, got '${given}'.`);
}

const asTask = (task: Config['task']): TaskConfig =>
  typeof task === 'object' ? task : { name: task ?? 'next' };

const asStopping = (stopping: Config['earlyStopping']): EarlyStoppingConfig =>
  typeof stopping === 'object' ? stopping : { patience: stopping ?? 'auto' };

/** Whether the engine makes the examples. */
export function isGenerated({ dataset }: Pick<Config, 'dataset'>): boolean {
  return typeof dataset === 'object' ? dataset?.name !== undefined : dataset !== undefined;
}

/** What may change as a whole. */
const LIVE = [
  'schedule',
  'clip',
  'dropout',
  'regularization',
  'accumulate',
  'evaluateEvery',
  'earlyStopping',
] as const;

/**
 * Brings a saved model in line with what is asked for: what may change while a model trains is changed, what may not
 * is refused by name.
 */
export async function reconcile(model: Model, wished: Config): Promise<void> {
  const saved = model.info.config;
  const { layers, readout, ...rest } = saved;
  const network =
    wished.preset === undefined && wished.layers === undefined ? { layers, ...(readout && { readout }) } : {};
  const merged: Config = { ...rest, ...network, ...wished };
  if (wished.optimizer)
    merged.optimizer = { ...asOptimizer(rest.optimizer), ...asOptimizer(wished.optimizer) };
  const { config } = await checkConfig(merged, {}, { threads: 1 });
  const changes: LiveConfig = {};
  for (const key of differences(saved, config)) {
    if (key === 'optimizer' && onlyRateDiffers(saved, config)) {
      changes.optimizer = { learningRate: asOptimizer(config.optimizer).learningRate! };
    } else if (LIVE.some((live) => live === key)) {
      Object.assign(changes, { [key]: config[key as keyof LiveConfig] });
    } else {
      const [from, to] = [saved, config].map((one) => JSON.stringify(one[key]));
      throw new UsageError(
        `${key}: the saved model has ${from}, asked for is ${to}. --fresh starts over, --out names another file.`,
      );
    }
  }
  if (Object.keys(changes).length) await model.update(changes);
}

function differences(a: CanonicalConfig, b: CanonicalConfig): (keyof CanonicalConfig)[] {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)] as (keyof CanonicalConfig)[]);
  return [...keys].filter((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));
}

function onlyRateDiffers(a: CanonicalConfig, b: CanonicalConfig): boolean {
  const [one, other] = [a, b].map(({ optimizer }) =>
    JSON.stringify({ ...asOptimizer(optimizer), learningRate: 0 }),
  );
  return one === other;
}

function asOptimizer(optimizer: Config['optimizer']): OptimizerConfig {
  return typeof optimizer === 'string' ? { name: optimizer } : { ...optimizer };
}

export async function readConfig(source: string | undefined): Promise<Config> {
  if (source === undefined) return {};
  let text = source;
  if (!source.trimStart().startsWith('{')) {
    const { bytes } = await decode(source, await read(source), { encoding: 'utf-8' });
    text = new TextDecoder().decode(bytes);
  }
  try {
    const config: unknown = JSON.parse(text);
    if (config && typeof config === 'object' && !Array.isArray(config)) return config;
  } catch (error) {
    throw new UsageError(`--config: not JSON: ${(error as Error).message}.`);
  }
  throw new UsageError('--config: expected an object.');
}
