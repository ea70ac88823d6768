/** What tokens and labels of a state_dict are called, and in which order Unfold keeps them. */
import type { Config, TaskConfig } from '../../shared/config.js';
import { mismatch, refuse } from '../../shared/errors.js';
import { json, type SavedSymbols, TASKS } from '../checkpoint.js';
import { checkVocabulary, type SavedVocabulary } from '../vocabulary.js';

/** What the caller tells of a state_dict, see `StateDictOptions`. */
interface Told {
  symbols?: string | readonly string[] | Uint8Array;
  labels?: string | readonly string[];
  config?: Pick<Config, 'task'>;
}

/** The stored names in Unfold's order, with the original position of each. */
export interface Ordered {
  names: { vocabulary: SavedVocabulary } | { symbols: SavedSymbols };
  /** Of the tokens that are read; none where numbers are. */
  inputs: readonly number[] | undefined;
  /** Of the Linear's rows. */
  outputs: readonly number[];
}

type Metadata = Readonly<Record<string, string>>;

/** The task: the caller's, or that of a file that `toStateDict` wrote, or `next`. */
export function taskOf({ config }: Told, metadata: Metadata): TaskConfig {
  const stored = metadata['symbols'] === undefined ? undefined : json(metadata['config'] ?? '{}', 'config');
  const task = config?.task ?? (stored as Config | undefined)?.task ?? 'next';
  const given = typeof task === 'string' ? { name: task } : task;
  const known = ['next', ...TASKS];
  if (!known.includes(given.name ?? ''))
    throw refuse('UNSUPPORTED', 'config.task', `one of ${known.join(', ')}`, given.name);
  return given;
}

/** Whether each step answers for what comes next, so that no layer may read backwards. */
export function predictsNext({ name, pooling }: TaskConfig): boolean {
  return name === 'next' || name === 'notes' || (name === 'regress' && (pooling ?? 'none') === 'none');
}

/**
 * @param entering V symbols, or D numbers a step
 * @param O rows of the Linear
 * @param table whether there is an Embedding
 */
export function orderedNames(
  told: Told,
  metadata: Metadata,
  { name }: TaskConfig,
  entering: number,
  O: number,
  table: boolean,
): Ordered {
  if (name === 'next') {
    if (entering !== O)
      throw refuse('INVALID_CHECKPOINT', 'what is read', `${O} symbols, as the Linear`, entering);
    return textNames(told, metadata, O);
  }
  const stored =
    metadata['symbols'] === undefined ? undefined : (json(metadata['symbols'], 'symbols') as SavedSymbols);
  const labelled = name === 'classify' || name === 'tag';
  const reads = labelled && (table || told.symbols !== undefined || (stored?.symbols ?? 0) > 0);
  if (table && !reads) throw mismatch('UNSUPPORTED', 'the Embedding', `none (${name} reads numbers)`, 'one');
  if (told.symbols instanceof Uint8Array)
    throw refuse('INVALID_ARGUMENT', 'symbols', `characters (${name} has no bytes)`, 'bytes');
  const tokens = reads ? listOf('symbols', told.symbols, stored?.inputs, entering) : undefined;
  tokens?.names.forEach(codePoint);
  const labels = labelled ? listOf('labels', told.labels, stored?.targets, O) : undefined;
  const symbols = {
    inputs: tokens?.names ?? [],
    targets: labels?.names ?? [],
    symbols: tokens ? entering : 0,
    numbers: tokens ? 0 : entering,
    outputs: O,
    context: 0,
    lengths: 0,
  };
  const asTheyAre = Array.from({ length: O }, (_, k) => k);
  return { names: { symbols }, inputs: tokens?.order, outputs: labels?.order ?? asTheyAre };
}

/** V tokens in, V out. */
function textNames({ symbols }: Told, metadata: Metadata, V: number): Ordered {
  const given = vocabularyOf(symbols, metadata['vocabulary'], V);
  const { symbols: own = [] } = given;
  if (given.unit !== 'character' && given.unit !== 'byte') {
    const size = given.unit === 'bpe' ? 256 + given.merges!.length / 2 : own.length + Number(given.unknown);
    if (size !== V) throw refuse('INVALID_ARGUMENT', 'vocabulary', `${V} tokens, as the Linear`, size);
    const asTheyAre = Array.from({ length: V }, (_, k) => k);
    return { names: { vocabulary: given }, inputs: asTheyAre, outputs: asTheyAre };
  }
  const order = sorted(own);
  const vocabulary = { ...given, symbols: order.map((k) => own[k]!) };
  if (given.unknown) order.push(V - 1);
  return { names: { vocabulary }, inputs: order, outputs: order };
}

/** The caller's names sorted, with the original position of each; or the stored ones, as they are. */
function listOf(
  field: 'symbols' | 'labels',
  given: string | readonly string[] | undefined,
  stored: string[] | undefined,
  size: number,
): { names: string[]; order: number[] } {
  const names = given === undefined ? stored : [...given];
  if (!Array.isArray(names))
    throw mismatch('INVALID_ARGUMENT', field, `the ${size} ${field} of the model`, 'nothing');
  if (names.length !== size) throw refuse('INVALID_ARGUMENT', field, `${size} ${field}`, names.length);
  const twice = names.findIndex((one, k) => names.indexOf(one) !== k);
  if (twice >= 0) throw refuse('INVALID_ARGUMENT', `${field}[${twice}]`, 'each once', names[twice]);
  const order = given === undefined ? names.map((_, k) => k) : sorted(names);
  return { names: order.map((k) => names[k]!), order };
}

/** Places in ascending order of code points. */
function sorted(names: readonly (number | string)[]): number[] {
  const codes = names.map((name) =>
    typeof name === 'number' ? [name] : Array.from(name, (one) => one.codePointAt(0)!),
  );
  const compare = (a: readonly number[], b: readonly number[]) => {
    const at = a.findIndex((code, k) => code !== b[k]);
    return at < 0 ? a.length - b.length : at < b.length ? a[at]! - b[at]! : 1;
  };
  return names.map((_, k) => k).sort((a, b) => compare(codes[a]!, codes[b]!));
}

/** Symbols in the order of the tokens. */
function vocabularyOf(symbols: Told['symbols'], stored: string | undefined, V: number): SavedVocabulary {
  if (symbols === undefined && stored !== undefined) return checkVocabulary(json(stored, 'vocabulary'));
  if (symbols === undefined)
    throw mismatch('INVALID_ARGUMENT', 'symbols', `the ${V} symbols of the model`, 'nothing');
  const unit = symbols instanceof Uint8Array ? 'byte' : 'character';
  const codes = symbols instanceof Uint8Array ? [...symbols] : Array.from(symbols, codePoint);
  if (codes.length !== V)
    throw refuse('INVALID_ARGUMENT', 'symbols', `${V} symbols, as the Linear`, codes.length);
  const twice = codes.findIndex((code, k) => codes.indexOf(code) !== k);
  if (twice >= 0) throw refuse('INVALID_ARGUMENT', `symbols[${twice}]`, 'each symbol once', symbols[twice]);
  return { unit, symbols: codes, unknown: false };
}

function codePoint(symbol: string, k: number): number {
  const code = symbol.codePointAt(0) ?? -1;
  if (code < 0 || String.fromCodePoint(code) !== symbol || (code >= 0xd800 && code < 0xe000))
    throw refuse('INVALID_ARGUMENT', `symbols[${k}]`, 'one character', symbol);
  return code;
}
