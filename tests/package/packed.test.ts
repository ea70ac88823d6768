/** The tarball: what is in it, how large it is, and what compilers, linters and bundlers make of it. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { describe, expect, inject, test, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { execute } from './fixtures/install.js';

vi.setConfig({ testTimeout: 180_000 }); // programs and browsers on a busy machine

const { project, tools, missing, ...packed } = inject('packed');

const tool = (path: string) => join(tools!, 'node_modules', path);
const installed = (path: string) => readFile(join(project, 'node_modules/unfold-rnn', path), 'utf8');
const run = (...args: string[]) => execute(process.execPath, args, { cwd: project });

describe('the files', () => {
  test('are the build, the command line, the README, the licence and the changelog, and nothing else', () => {
    const kinds = [
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
      /^dist\/[\w-]+\.js$/,
      /^dist\/[\w-]+\.d\.ts$/,
      /^dist\/simd(-threads)?(-fast)?\.wasm$/,
      /^dist\/cli\/[\w-]+\.js$/,
      /^dist\/(client|shared|worker|diagram|midi|element|export|export\/(onnx|pytorch|plain|plain\/(c|html|javascript|numpy)))\/[\w-]+(\.d\.ts|\.js)$/,
    ];
    const paths = packed.files.map(({ path }) => path);
    expect(paths.filter((path) => !kinds.some((kind) => kind.test(path)))).toEqual([]);
    for (const kind of kinds)
      expect(
        paths.some((path) => kind.test(path)),
        String(kind),
      ).toBe(true);
    expect(paths).toContain('CHANGELOG.md');
    expect(packed.files.find(({ size }) => size === 0)).toBeUndefined();
  });

  test('name no machine and no source map', async () => {
    for (const { path } of packed.files) {
      if (path.endsWith('.wasm') || path.includes('base64')) continue;
      const text = await installed(path);
      expect(text.match(/\/(home|root|work|tmp|Users)\/[\w.-]*/)?.[0], path).toBeUndefined();
      expect(text, path).not.toContain('sourceMappingURL');
    }
  });

  test('every export and every command is there', () => {
    const paths = new Set(packed.files.map(({ path }) => `./${path}`));
    const targets = Object.values(manifest.exports).flatMap((target) =>
      Object.values({ ...Object(target) }).length && typeof target === 'object'
        ? Object.values(target)
        : [target as string],
    );
    for (const target of [...targets, `./${manifest.bin}`]) expect(paths, target).toContain(target);
    expect(manifest).not.toHaveProperty('dependencies');
  });

  test('npx finds the command', async () => {
    const { stdout } = await execute('npx', ['--offline', 'unfold-rnn', '--version'], {
      cwd: project,
    });
    expect(stdout.trim()).toBe(manifest.version);
  });
});

describe.skipIf(missing)('linters', () => {
  test('publint has nothing to say', async () => {
    const { stdout } = await run(tool('publint/src/cli.js'), packed.tarball, '--strict');
    expect(stdout).toContain('All good!');
  });

  test('are the types right? (as ECMAScript modules)', async () => {
    const assets = Object.keys(manifest.exports).filter((name) => name.endsWith('.wasm'));
    const args = ['--profile', 'esm-only', '--format', 'json', '--exclude-entrypoints', ...assets];
    const { stdout } = await run(tool('@arethetypeswrong/cli/dist/index.js'), packed.tarball, ...args);
    expect(JSON.parse(stdout).analysis).toMatchObject({ types: { kind: 'included' } });
  });
});

describe('compilers', () => {
  const source = `
    import { createModel, openModel, UnfoldError, type Config, type Model, type Progress } from 'unfold-rnn';
    import { createModel as inline } from 'unfold-rnn/inline';
    const config: Config = { layers: [{ cell: 'lstm', units: 8 }], optimizer: { name: 'adam' } };
    export async function go(text: string, signal: AbortSignal): Promise<string> {
      using model = await createModel(config, text, { math: 'fast', signal });
      await using reports = model.train({ steps: 3 });
      let last: Progress | undefined;
      for await (const report of reports) last = report;
      const code = await model.evaluate().catch((e: unknown) => (e instanceof UnfoldError ? e.code : ''));
      let text2 = '';
      for await (const piece of model.sample({ length: 3 })) text2 += piece;
      const again = await openModel(await model.save(), text);
      again.dispose();
      return \`\${last?.secondsLeft} \${String(code)} \${text2} \${typeof inline}\`;
    }
    export async function tasks(config: Config, data: string): Promise<unknown[]> {
      const classify = await createModel({ task: 'classify', layers: [{ units: 3 }] }, [{ input: 'a', target: 'b' }]);
      const { output, probabilities } = await classify.predict({ input: 'a' });
      const share: number = probabilities[0]!;
      const tag = await createModel({ task: { name: 'tag' } }, data);
      const [first] = await tag.predict([{ input: 'a' }]);
      const rows: number[][] = first!.probabilities;
      const { answer } = await (await createModel({ task: 'translate' }, data)).example('test', 0);
      const best: number = answer.alternatives[0]!.score;
      const pooled = await createModel({ task: { name: 'regress', pooling: 'last' } }, data);
      const { values, forecast = [] } = await pooled.predict({ input: [[1]] });
      const any: Model = classify;
      const some = await any.predict({ input: 'a' });
      const known: string = some.outputs ? some.outputs.join() : (some.output ?? '');
      const own = await (await createModel(config, data)).predict({});
      const made: string | undefined = (await (await createModel({ dataset: 'copy' })).predict({})).output;
      // @ts-expect-error: a label for a sequence, not one for each step
      void (await classify.predict({ input: 'a' })).outputs;
      // @ts-expect-error: no hypotheses of a label
      void (await tag.predict({ input: 'a' })).alternatives;
      // @ts-expect-error: of a task that is not known there may be no output
      const sure: string = own.output;
      // @ts-expect-error: no such field
      void createModel({ task: 'classify', layer: [] }, data);
      return [output, share, rows, best, values, forecast, known, made, sure];
    }
    // @ts-expect-error: a limit is a number
    void createModel({}, '', { threads: 'many' });`;
  const bundled = { module: 'ESNext', moduleResolution: 'bundler' };
  const node = { module: 'NodeNext', moduleResolution: 'NodeNext' };

  const own = fileURLToPath(new URL('../../node_modules/', import.meta.url));
  const usages = [
    ['a page', { ...bundled, lib: ['ES2022', 'ESNext.Disposable', 'DOM'], types: [] }],
    ['a page of an older library', { ...bundled, lib: ['ES2022', 'DOM'], types: [] }],
    ['Node', { ...node, lib: ['ES2022'], types: ['node'] }],
  ] as const;
  async function compile(name: string, options: object, compiler: string): Promise<void> {
    const folder = join(project, `types-${name.replaceAll(' ', '-')}`);
    await mkdir(folder, { recursive: true });
    const compilerOptions = {
      ...{
        target: 'ES2022',
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        skipLibCheck: false,
      },
      ...{ typeRoots: [join(own, '@types')], ...options },
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['go.ts'] }));
    await writeFile(join(folder, 'go.ts'), source);
    const { stdout } = await run(compiler, '--project', folder).catch((error) => error);
    expect(stdout).toBe('');
  }

  test.each(usages)('%s: strict, and the declarations are checked too', (name, options) =>
    compile(name, options, join(own, 'typescript/bin/tsc')),
  );
  test.skipIf(missing).each(usages)('%s: the same with an older compiler', (name, options) =>
    compile(name, options, tool('typescript/bin/tsc')),
  );
});

describe('CommonJS', () => {
  test('imports it', async () => {
    await writeFile(
      join(project, 'a.cjs'),
      "import('unfold-rnn').then(({ createModel }) => console.log(typeof createModel))",
    );
    expect((await run('a.cjs')).stdout.trim()).toBe('function');
  });

  test.skipIf(missing).each(['node22', 'node24'])('%s requires it', async (name) => {
    await writeFile(join(project, 'b.cjs'), "console.log(typeof require('unfold-rnn').createModel)");
    const { stdout } = await execute(tool(`${name}/bin/node`), ['b.cjs'], { cwd: project });
    expect(stdout.trim()).toBe('function');
  });
});

describe.skipIf(missing)('the size', () => {
  /** Of what a bundler makes of a line of code, minified, after Brotli. */
  async function sizeOf(code: string, ...options: string[]): Promise<number> {
    const file = join(project, `${randomUUID()}.js`);
    await writeFile(file, code);
    const args = [
      tool('esbuild/bin/esbuild'),
      file,
      '--bundle',
      '--minify',
      '--format=esm',
      '--platform=browser',
      ...options,
    ];
    const { stdout } = await execute(args[0]!, args.slice(1), { cwd: project, maxBuffer: 1 << 24 });
    return stdout.trim() ? brotliCompressSync(stdout).byteLength : 0;
  }
  const apart = ['simd', 'simd-threads', 'local', 'formats', 'inquire'].map(
    (name) => `--external:*/${name}.js`,
  );

  test('what is not used is not there', async () => {
    expect(await sizeOf("import 'unfold-rnn';")).toBe(0);
    expect(await sizeOf("import { UnfoldError } from 'unfold-rnn'; console.log(UnfoldError);")).toBeLessThan(
      600,
    );
    expect(await sizeOf("import { support } from 'unfold-rnn'; support();")).toBeLessThan(1500);
  });

  // KB (of 1024 bytes) of JavaScript that a page fetches to train in a worker: its own, the worker's, Emscripten's.
  test.each([
    ['simd', 'worker', 22], // examples as data, requests in batches, rows in JSON and typed errors of places take 2.5 KB
    ['simd-threads', 'worker-threads', 25.5],
  ])('of the scripts around %s', async (build, worker, budget) => {
    const parts = await Promise.all([
      sizeOf("import { createModel } from 'unfold-rnn'; createModel();", ...apart),
      sizeOf(`import 'unfold-rnn/${worker}';`, ...apart),
      sizeOf(`export { default } from 'unfold-rnn/${build}.js';`),
    ]);
    for (const part of parts) expect(part).toBeGreaterThan(1000);
    expect(parts.reduce((sum, part) => sum + part)).toBeLessThan(budget * 1024);
  });

  test('of the element, beside the package', async () => {
    const element = await sizeOf("import 'unfold-rnn/element';", ...apart);
    const page = await sizeOf("import { createModel } from 'unfold-rnn'; createModel();", ...apart);
    expect(element - page).toBeGreaterThan(1000);
    expect(element - page).toBeLessThan(16 * 1024); // it draws networks, too
  });
});
