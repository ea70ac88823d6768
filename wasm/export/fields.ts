/** Every field of a configuration is named here: one that a newer version wrote is refused, never dropped. */
import type { CanonicalConfig, EdgeConfig } from '../config.js';
import { describe, refuse, UnfoldError } from '../errors.js';

const MOST_VALUES = 100_000;
/** Products of products of edges are the deepest. */
const DEEPEST = 20;
/** Units of a layer, or of one of its blocks. */
const LARGEST = 65_536;

const network = `version seed unit vocabulary validation embedding tied feedback layers readout initialization window
  batch optimizer schedule clip dropout variationalDropout evaluateEvery`;
/** Of other tasks than `next`. */
const task = 'task corpus';
const layer = `cell hidden activation cellInput forgetBias reset bias edges leak clock zoneout residual layerNorm
  recurrentDropout`;
const edge = 'from delay hidden activation shortcut join blocks';

/**
 * Throws `INVALID_CHECKPOINT` unless a value is made of plain words, numbers and flags: a configuration in a file may
 * come from anybody, and exporters write its words into programs.
 */
export function checkValues(root: unknown, path: string): void {
  let left = MOST_VALUES;
  const visit = (value: unknown, where: string, key: string, depth: number): void => {
    const no = (expected: string) => refuse('INVALID_CHECKPOINT', where, expected, 'something else');
    if (--left < 0 || depth > DEEPEST) throw no('a configuration of this version');
    if (typeof value === 'string' && !/^[\w-]{0,40}$/.test(value)) throw no('a plain word');
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) throw no('a finite number');
      if (
        key === 'hidden' &&
        !where.includes('zoneout') &&
        !(Number.isInteger(value) && value > 0 && value <= LARGEST)
      )
        throw no('a size');
    }
    if (typeof value !== 'object' || value === null) return;
    for (const [name, one] of Object.entries(value)) {
      if (!/^\w{1,40}$/.test(name)) throw no('plain names');
      if (Array.isArray(value)) visit(one, `${where}[${name}]`, key, depth + 1);
      else visit(one, `${where}.${name}`, name, depth + 1);
    }
  };
  if (typeof root !== 'object' || root === null || Array.isArray(root))
    throw refuse('INVALID_CHECKPOINT', path, 'an object', 'something else');
  visit(root, path, '', 0);
}

/** What work gives; an error of JavaScript's own means that it met values of other kinds than there can be. */
export function sound<T>(field: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnfoldError) throw error;
    throw refuse('INVALID_CHECKPOINT', field, 'what this version writes', describe(error));
  }
}

/**
 * Throws `INVALID_CHECKPOINT` with the name of a field that this version does not know, and `UNSUPPORTED` with that of a
 * connection that it cannot export.
 */
export function checkFields(config: CanonicalConfig): void {
  const asked = config.task !== undefined;
  check(config, 'config', asked ? `${network} ${task}` : network);
  if (!Array.isArray(config.layers))
    throw refuse('INVALID_CHECKPOINT', 'config.layers', 'a list', config.layers);
  config.layers.forEach((one, l) => {
    check(one, `layers[${l}]`, asked ? `${layer} direction` : layer);
    one.edges?.forEach((e, i) => {
      const path = `layers[${l}].edges[${i}]`;
      check(e, path, edge);
      checkEdge(e, path, l, config.layers.length);
    });
  });
  config.readout?.forEach((e, i) => check(e, `readout[${i}]`, edge));
}

/** Of an edge into layer `layer`. */
function checkEdge({ from, blocks = 1 }: EdgeConfig, path: string, layer: number, layers: number): void {
  const no = (field: string, actual: string) =>
    refuse('UNSUPPORTED', `${path}.${field}`, 'an edge that exporters know', actual);
  if (typeof from === 'object' && from?.product) throw no('from', 'a product of two edges');
  if (typeof from === 'number' && from > layer && from < layers) throw no('from', `upper layer ${from}`);
  if (blocks !== 1) throw no('blocks', `a block-diagonal matrix of ${blocks} blocks`);
}

function check(object: object, path: string, names: string): void {
  const known = names.split(/\s+/);
  for (const name of Object.keys(object ?? {}))
    if (!known.includes(name))
      throw refuse(
        'INVALID_CHECKPOINT',
        `${path}.${name}`,
        'a field that this version can export',
        'an unknown one',
      );
}
