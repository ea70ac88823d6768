/** The example of an audio worklet: its thread has no time for a garbage collection, so a block must not make garbage. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const example = fileURLToPath(new URL('../../wasm/examples/audio-worklet/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'unfold-worklet-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What an audio thread does: blocks in the same arrays again and again. After 400 000 of them all code is optimized. */
const HOST = `
let Processor;
globalThis.AudioWorkletProcessor = class {};
globalThis.registerProcessor = (_, found) => (Processor = found);
await import('./processor.js');
const processor = new Processor();
const [inputs, outputs] = [[[Float32Array.of(0.5)]], [[new Float32Array(1)]]];
const run = (blocks) => {
  for (let i = 0; i < blocks; ++i) processor.process(inputs, outputs);
};
run(200_000);
await new Promise((resolve) => setImmediate(resolve)); // functions that were optimized meanwhile take over
run(200_000);
gc();
console.log('measured');
run(1_000_000);
console.log(outputs[0][0][0]);
`;

beforeAll(() => {
  execFileSync(process.execPath, [join(example, 'train.mjs'), join(folder, 'model.js')]);
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(folder, 'host.js'), HOST);
});

/** Collections of the young generation, of 1 MB, within a million blocks of one sample. */
function collections(processor: string): number {
  writeFileSync(join(folder, 'processor.js'), processor);
  const options = ['--expose-gc', '--trace-gc', '--max-semi-space-size=1'];
  const printed = execFileSync(process.execPath, [...options, join(folder, 'host.js')], { encoding: 'utf8' });
  const [, measured] = printed.split('measured\n');
  expect(measured).toMatch(/^-?\d\.\d+$/m);
  return measured!.match(/Scavenge|Mark-Compact/g)?.length ?? 0;
}

test('process() of the audio worklet allocates nothing, and one small object a block would be seen', () => {
  const code = readFileSync(join(example, 'processor.js'), 'utf8');
  expect(collections(code)).toBe(0);
  const wasteful = code.replace('return true;', 'this.last = { from };\n    return true;');
  expect(wasteful).not.toBe(code);
  expect(collections(wasteful)).toBeGreaterThan(10);
});
