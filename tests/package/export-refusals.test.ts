/** Files that are no whole model, in the hands of every exporter: what is wrong is said in the same words by all. */
import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import * as exporters from 'unfold-rnn/export';
// Not exported: to write a file of another program.
import { writeSafetensors } from '../../dist/export/safetensors.js';
import { trained } from './networks.js';

const { fromStateDict, importModel, ...writing } = exporters;

let model: Uint8Array;
beforeAll(async () => {
  const { checkpoint, dispose } = await trained({});
  dispose();
  model = checkpoint;
});

const bytes = (text: string) => new TextEncoder().encode(text);
const tensor = { shape: [2, 2], data: new Float32Array(4) };
const weights = (metadata: Record<string, string>) =>
  writeSafetensors({ metadata, tensors: new Map([['bert.pooler.weight', tensor]]) });
const [whole, half] = ['a model that save() gave', 'a state_dict of PyTorch'];
const WEIGHTS = 'a safetensors file of weights';

/** Name, bytes, and the field, what was expected and what came: of what writes, and of what reads a state_dict. */
type Refusal = [field: string, expected: string | RegExp, actual: string | RegExp];
const cases: [name: string, file: () => unknown, written: Refusal, read?: Refusal][] = [
  ['nothing', () => new Uint8Array(), ['file', whole, 'an empty file'], ['file', half, 'an empty file']],
  ['a picture', () => readFileSync(new URL('../../web/public/icons/icon-192.png', import.meta.url)), ['file', whole, 'a PNG picture'], ['file', half, 'a PNG picture']],
  ['JSON', () => bytes('{ "layers": [{ "units": 4 }] }'), ['file', whole, 'JSON'], ['file', half, 'JSON']],
  ['a page', () => bytes('<!doctype html><title>Not found</title>'), ['file', whole, 'an HTML page'], ['file', half, 'an HTML page']],
  ['noise', () => Uint8Array.from({ length: 999 }, (_, i) => (i * 7919 + 13) % 251), ['file', 'a safetensors file', '999 bytes of another format']],
  ['weights of another program', () => weights({ format: 'pt' }), ['file', whole, WEIGHTS], ['file', /nn\.LSTM/, /bert\.pooler\.weight/]],
  ['weights without metadata', () => weights({}), ['file', whole, WEIGHTS], ['file', /nn\.LSTM/, /bert\.pooler\.weight/]],
  ['a state_dict', () => exporters.toStateDict(model), ['file', whole, WEIGHTS]],
  ['a model that was cut within its header', () => model.subarray(0, 300), ['file', whole, /^the beginning .* \(300 of at least \d+ bytes\)$/], ['file', half, /\(300 of at least \d+ bytes\)$/]],
  ['a model that was cut within its weights', () => model.subarray(0, -9), ['file', whole, /^the beginning of a safetensors file \(\d+ of \d+ bytes\)$/], ['file', half, /\(\d+ of \d+ bytes\)$/]],
  ['a model with more behind it', () => Buffer.concat([model, Buffer.of(0)]), ['file', /^\d+ bytes, as its header says$/, /^\d+ bytes$/]],
  ['a model with another weight', () => model.with(model.length - 3, 7), ['__metadata__.checksum', /^[\da-f]{16}, that of the contents$/, /^'[\da-f]{16}': the file is damaged$/], ['file', half, /a model of Unfold/]],
  ['a path', () => 'model.safetensors', ['bytes', 'a Uint8Array', "'model.safetensors'"]],
  ['no argument', () => undefined, ['bytes', 'a Uint8Array', 'undefined']],
]; // prettier-ignore

test.each(cases)('%s', async (_, file, written, read = written) => {
  const refusal = ([field, expected, actual]: Refusal) =>
    expect.objectContaining({
      code: 'INVALID_CHECKPOINT',
      field,
      expected: typeof expected === 'string' ? expected : expect.stringMatching(expected),
      actual: typeof actual === 'string' ? actual : expect.stringMatching(actual),
    });
  const given = file() as Uint8Array;
  for (const [name, exporter] of Object.entries(writing))
    expect(() => exporter(given), name).toThrow(refusal(written));
  if (_ === 'a state_dict') return;
  expect(() => fromStateDict(given)).toThrow(refusal(read));
  await expect(importModel(given)).rejects.toThrow(refusal(read));
});
