/** What is published: complete, small, and nothing in it that a bundler or a strict policy would refuse. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import limits from '../../.size-limit.json' with { type: 'json' };
import manifest from '../../package.json' with { type: 'json' };
import { adapt } from '../../wasm/glue.mjs';

const root = new URL('../../', import.meta.url);
const dist = new URL('dist/', root);
const read = (name: string) => readFileSync(new URL(name, dist), 'utf8');
/** Of everything but the command line, which is Node's own. */
const scripts = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.js') && !name.startsWith('cli'),
);
const isEngine = (name: string) => name.startsWith('simd');
const isExport = (name: string) => name.startsWith('export');
/** Entries of their own: what draws networks, and the element. */
const isDiagram = (name: string) => name.startsWith('diagram');
const isElement = (name: string) => name.startsWith('element');
/** A bundler leaves it out where only models are used. */
const isTensorLevel = (name: string) => name.startsWith('client/network');
/** Fetched where something went wrong, to say what. */
const isLate = (name: string) => ['shared/formats.js', 'client/inquire.js'].includes(name);
/** Without comments, of which a page that was built fetches none. */
const code = (name: string) => read(name).replace(/\/\*.*?\*\/|^\s*\/\/.*?$/gms, '');
const size = (names: string[], source = read) =>
  brotliCompressSync(names.map((name) => source(name)).join('')).byteLength;

test('every export exists', () => {
  const files = Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? target : Object.values(target),
  );
  for (const file of files) expect(existsSync(new URL(file, root)), file).toBe(true);
});

test('no script evaluates text, or imports by name what only Node has', () => {
  for (const name of scripts) {
    const source = read(name).replace(/\/\*.*?\*\//gs, '');
    expect(source, name).not.toMatch(/\beval\(|new Function\b/);
    expect(source, name).not.toMatch(/\b(import|from)\s*\(?\s*['"](node:|module\b|fs\b|worker_threads\b)/);
  }
});

test("Emscripten's glue is adapted, once", () => {
  for (const name of ['simd.js', 'simd-threads.js']) expect(adapt(read(name))).toBe(read(name));
  // A thread's script starts itself: without the comment, Turbopack follows it for ever.
  expect(read('simd-threads.js')).toContain(
    'new Worker(/* turbopackIgnore: true */ new URL("simd-threads.js"',
  );
  expect(adapt('var isNode;new Worker(new URL("a.js",import.meta.url));export default f;')).toContain(
    'Ignore',
  );
  expect(() => adapt('const { readFile } = await import("fs"); export default f;')).toThrow('glue.mjs');
});

test('the package without its engine is small, and so is the tensor level beside it', () => {
  const apart = [isEngine, isExport, isDiagram, isElement, isTensorLevel, isLate];
  const others = (name: string) => !apart.some((is) => is(name));
  expect(size(scripts.filter(others), code)).toBeLessThan(15 * 1024);
  expect(size(scripts.filter(isElement), code)).toBeLessThan(9 * 1024);
  expect(size(scripts.filter(isDiagram), code)).toBeLessThan(12 * 1024);
  expect(size(scripts.filter(isTensorLevel))).toBeLessThan(3_000);
  expect(size(scripts.filter(isLate))).toBeLessThan(3_000);
});

test('each engine is within its limit in .size-limit.json', { timeout: 180_000 }, async () => {
  const engines = readdirSync(dist).filter((name) => name.endsWith('.wasm'));
  expect(limits.map(({ path }) => path).sort()).toEqual(engines.map((name) => `dist/${name}`).sort());
  const program = fileURLToPath(new URL('node_modules/size-limit/bin.js', root));
  const options = { cwd: fileURLToPath(root) };
  // It ends with a status, and what it found, where one is too large.
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--json'], options).catch(
    (error) => error as { stdout: string },
  );
  const found: { name: string; passed: boolean; size: number }[] = JSON.parse(stdout);
  expect(found).toHaveLength(limits.length);
  expect(found.filter(({ passed }) => !passed)).toEqual([]);
});

test('the exporters are apart, and small', () => {
  // Mostly programs in other languages: a third PyTorch's, a third plain code; and readers of foreign weights (of Keras's
  // HDF5 7 KB) and the pieces of words in each language, of C 2 KB. A page fetches them to export or to import.
  expect(size(scripts.filter(isExport), code)).toBeLessThan(110 * 1024);
  // Safetensors are read in one place: by the tensor level, and by what opens a model with examples, for its task.
  for (const name of scripts.filter((one) => !isExport(one)))
    expect(read(name), name).not.toMatch(
      isTensorLevel(name) || name === 'index.js'
        ? /from '[./]+\/export\/(?!safetensors)/
        : /from '[./]+\/export\//,
    );
});

test('the declarations stand by themselves', () => {
  for (const name of [
    'index.d.ts',
    'shared/types.d.ts',
    'shared/errors.d.ts',
    'inline.d.ts',
    'export/index.d.ts',
  ]) {
    const imports = [...read(name).matchAll(/from '(.*?)'/g)].map((match) => match[1]);
    for (const file of imports)
      expect(existsSync(new URL(file!.replace(/js$/, 'd.ts'), new URL(name, dist))), `${name}: ${file}`).toBe(
        true,
      );
  }
});
