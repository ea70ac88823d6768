/** A saved model as far as plain programs need it: the program of its network, and what its task says in words. */
import { mismatch, refuse } from '../../shared/errors.js';
import { fromFile, json, kindOf } from '../checkpoint.js';
import { parametersOf } from '../graph-parameters.js';
import { readGraph, type SavedGraph } from '../graph.js';
import { numberOutputs, type NumberOutputs } from '../number-outputs.js';
import type { TensorFile } from '../safetensors.js';
import { lower } from './lower.js';
import type { Program } from './program.js';
import { checkVocabulary, type TextUnit } from '../vocabulary.js';

export type TaskName =
  'next' | 'generate' | 'classify' | 'tag' | 'translate' | 'regress' | 'notes' | 'tensor';

const TASKS: readonly string[] = [
  'next',
  'generate',
  'classify',
  'tag',
  'translate',
  'regress',
  'notes',
  'tensor',
];

export interface PlainModel {
  readonly program: Program;
  readonly task: TaskName;
  /** One answer for a whole sequence. */
  readonly pooled: boolean;
  /** Of text: what a token is. Others name symbols by strings. */
  readonly unit: TextUnit;
  /** Names of input tokens, in their order, as they are written into a text; of `byte` and `bpe` none. */
  readonly symbols: readonly string[];
  /** Of text: bytes in the order of their tokens. */
  readonly codes: readonly number[];
  /** Of `bpe`: the two tokens of each merge, one after the other. */
  readonly merges: readonly number[];
  /** Of text: the last token stands for every other symbol. */
  readonly unknown: boolean;
  /** Names of what is answered. */
  readonly targets: readonly string[];
  /** How sequences of symbols end. */
  readonly termination: 'end' | 'halt' | 'count';
  /** Most steps of such a sequence. */
  readonly maxLength: number;
  /** Numbers a step that are read; 0 where symbols are. */
  readonly numbers: number;
  /** Numbers a step that the network gives. */
  readonly outputs: number;
  /** Of `regress`: what they are. */
  readonly answers: NumberOutputs;
  /** Numbers of the given context. */
  readonly context: number;
}

/**
 * @throws UnfoldError `INVALID_CHECKPOINT`: not a whole file of `save()`; `UNSUPPORTED`: one without a graph, a task
 *   that plain programs do not know
 */
export function readModel(bytes: Uint8Array): PlainModel {
  return fromFile(bytes, taken);
}

function taken(file: TensorFile): PlainModel {
  const tensorLevel = kindOf(file) === 'network';
  const graph = readGraph(file.metadata);
  const tensors = new Map([...file.tensors].filter(([name]) => !/^(optimizer|state)\./.test(name)));
  const config = object(json(file.metadata['config'] ?? '', 'config'));
  const settings = object(config['task']);
  const task = settings['name'] ?? (tensorLevel ? 'tensor' : 'next');
  if (typeof task !== 'string' || !TASKS.includes(task))
    throw refuse('UNSUPPORTED', 'config.task', `one of ${TASKS.join(', ')}`, short(task));
  const program = lower(graph, parametersOf(graph, tensors), answersOf(graph, config['readout']));
  const { sizes } = graph;
  const names = namesOf(file.metadata, task);
  checkNames(names, sizes, task, settings['termination']);
  const outputs = program.outputs.reduce((sum, { rows }) => sum + rows, 0);
  return {
    program,
    task: task as TaskName,
    pooled: program.encode.length > 0 && task !== 'translate',
    ...names,
    termination: oneOf(settings['termination'], ['end', 'halt', 'count']),
    maxLength: whole(settings['maxLength'], 256),
    numbers: sizes.numbers,
    outputs,
    answers: numberOutputs(task === 'regress' ? settings : {}, outputs),
    context: sizes.context,
  };
}

const short = (value: unknown) => (typeof value === 'string' ? value.slice(0, 40) : 'nothing');

const object = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

function oneOf<T extends string>(value: unknown, names: readonly [T, ...T[]]): T {
  return names.find((name) => name === value) ?? names[0];
}

function whole(value: unknown, standard: number): number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= 65_536
    ? (value as number)
    : standard;
}

/** What a network without a readout answers: the outputs of the layers that its readout names, in their order. */
function answersOf({ layers, sizes }: SavedGraph, readout: unknown): string[] {
  if (sizes.outputs > 0) return [];
  const own = layers.filter(({ name }) => /^layers\.\d+$/.test(name));
  const edges = Array.isArray(readout) ? readout.map((edge) => object(edge)['from']) : [own.length - 1];
  const outputs = own.filter((_, l) => edges.includes(l)).map(({ output }) => output);
  const found = outputs.filter((output) => output !== null);
  if (!found.length) throw mismatch('INVALID_CHECKPOINT', 'config.readout', 'a layer', 'none');
  return found;
}

/** Every token and every label has its name. */
function checkNames(names: Named, sizes: SavedGraph['sizes'], task: string, termination: unknown): void {
  if (task === 'tensor') return;
  const writes = task === 'generate' || task === 'translate';
  const more = (symbol: string) => Number(writes && (termination ?? 'end') === symbol);
  const check = (field: string, found: number, expected: number) => {
    if (found !== expected) throw refuse('INVALID_CHECKPOINT', field, `${expected} names`, found);
  };
  const { unit, codes, merges } = names;
  const of = { byte: codes.length + Number(names.unknown), bpe: 256 + merges.length / 2 };
  const symbols = unit === 'byte' || unit === 'bpe' ? of[unit] : names.symbols.length;
  if (sizes.symbols > 0)
    check(task === 'next' ? 'vocabulary.symbols' : 'symbols.inputs', symbols, sizes.symbols - more('end'));
  if (task === 'next') check('vocabulary.symbols', symbols, sizes.outputs);
  else if (task !== 'regress' && task !== 'notes')
    check('symbols.targets', names.targets.length, sizes.outputs - more('end') - more('halt'));
}

type Named = Pick<PlainModel, 'unit' | 'symbols' | 'codes' | 'merges' | 'unknown' | 'targets'>;

const NO_NAMES: Named = {
  unit: 'character',
  symbols: [],
  codes: [],
  merges: [],
  unknown: false,
  targets: [],
};

function namesOf(metadata: Readonly<Record<string, string>>, task: string): Named {
  const bad = (field: string) => refuse('INVALID_CHECKPOINT', field, 'names', 'something else');
  if (task === 'tensor') return NO_NAMES;
  if (task !== 'next') {
    const { inputs, targets } = object(json(metadata['symbols'] ?? '', 'symbols'));
    const names = (value: unknown, field: string): string[] => {
      if (!Array.isArray(value) || !value.every((name) => typeof name === 'string')) throw bad(field);
      return value;
    };
    return {
      ...NO_NAMES,
      symbols: names(inputs, 'symbols.inputs'),
      targets: names(targets, 'symbols.targets'),
    };
  }
  const {
    unit,
    symbols = [],
    merges = [],
    unknown,
  } = checkVocabulary(json(metadata['vocabulary'] ?? '', 'vocabulary'));
  if (unit === 'bpe') return { ...NO_NAMES, unit, merges };
  if (unit === 'byte') return { ...NO_NAMES, unit, codes: symbols as number[], unknown };
  const names = symbols.map((symbol) => (typeof symbol === 'number' ? String.fromCodePoint(symbol) : symbol));
  // As decoding writes them: with the blank before each word.
  const written = unit === 'whitespace' ? names.map((name) => (name === '\n' ? name : ` ${name}`)) : names;
  if (unknown) written.push(UNKNOWN[unit]);
  return { ...NO_NAMES, unit, symbols: written, unknown, targets: written };
}

const UNKNOWN = { character: '\ufffd', word: ' \ufffd', whitespace: ' <unk>' };
