/** What is written about the package is true: the reference is current, every example runs. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { apiPage } from '../../scripts/data/api.mjs';
import { openBrowser, openSite, visit } from '../web/harness.js';

vi.setConfig({ testTimeout: 180_000 }); // programs and browsers on a busy machine

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** Inside the project, where the package goes by its own name; ignored by git. */
let folder: string;
beforeAll(async () => {
  await mkdir(join(root, 'build'), { recursive: true });
  folder = await mkdtemp(join(root, 'build', 'docs-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('wasm/api.md says what the package says', async () => {
  expect(await readFile(join(root, 'wasm/api.md'), 'utf8'), 'run npm run api').toBe(await apiPage());
});

test('every exported name, call and option is explained', async () => {
  const reference = (await apiPage()).split('\n## Command line\n')[0]!;
  const sections = reference.split(/\n### (?=\w)/).slice(1);
  expect(sections.length).toBeGreaterThan(100);
  for (const section of sections) {
    const [name, ...lines] = section.split('\n');
    expect(
      lines.find((line) => line.trim()),
      name,
    ).not.toMatch(/^(\||```|Everything of `)/);
    expect(section, name).not.toMatch(/^\| `.*\| +\|$/m);
  }
});

test('every command is explained', async () => {
  const { stdout } = await run(process.execPath, [join(root, 'dist/cli/main.js'), 'help']);
  const commands = [...stdout.matchAll(/^ {2}(\w+) /gm)].map(([, name]) => name!);
  expect(commands.length).toBeGreaterThan(5);
  const explained = [...(await apiPage()).matchAll(/^### unfold-rnn (\w+)$/gm)].map(([, name]) => name!);
  expect(explained).toEqual(commands);
});

describe('examples', () => {
  const expected: Record<string, RegExp> = {
    'train.mjs': /step 300, .*\n.*lazy dog/s,
    'resume.mjs': /step 50\nstep 100\nstep 100\nthe same bytes/,
    'stop.mjs': /left the loop\nstopped by a TimeoutError\nthe time is over\ntrue DISPOSED/,
    'adding.mjs':
      /step 100, squared error \d.*\nstep 600, squared error 0\.0\d+\nweight_ih_l0 weight_hh_l0 bias_ih_l0 bias_hh_l0 readout\.weight readout\.bias/s,
    'reverse.mjs': /step 600, 0\.\d+ nats a symbol\n\d+ % of words.*\nabcd becomes dcba/,
    'compare.mjs': /rnn +\d\.\d\d bits\ngru .*\nlstm .*\n3 characters of context, counted: \d\.\d\d bits/,
  };

  test('all of them are here', async () => {
    const scripts = (await readdir(join(root, 'wasm/examples'))).filter((name) => name.endsWith('.mjs'));
    expect(scripts.sort()).toEqual(Object.keys(expected).sort());
  });

  test.each(Object.entries(expected))('%s', async (name, output) => {
    const { stdout, stderr } = await run(process.execPath, [join(root, 'wasm/examples', name)], {
      cwd: folder,
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(output);
  });

  test('lesson.html', async () => {
    const [site, browser] = await Promise.all([openSite({ folder: root }), openBrowser()]);
    try {
      const { page, problems } = await visit(browser, site, { at: 'wasm/examples/lesson.html' });
      await expect.poll(() => page.locator('dd').first().innerText(), { timeout: 20_000 }).toMatch(/\d/);
      expect(problems).toEqual([]);
    } finally {
      await browser.close();
      await site.close();
    }
  });
});

test("the README's lines of JavaScript run", async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, code] = /```ts\n(import \{ readFile.*? from 'unfold-rnn'.*?)```/s.exec(readme)!;
  const short = code!.replace('steps: 2000', 'steps: 3').replaceAll('units: 256', 'units: 24');
  expect(short).not.toBe(code);
  const file = join(folder, 'readme.mjs');
  await writeFile(join(folder, 'book.txt'), 'The rain in Spain. '.repeat(300));
  await writeFile(file, short);
  const { stdout } = await run(process.execPath, [file], { cwd: folder });
  expect(stdout).toMatch(/^\d+ \d+\.\d+ /m);
  expect(stdout.length).toBeGreaterThan(500);
  expect(await readdir(folder)).toContain('model.safetensors');
});

test('the tensor level of wasm/README.md runs', async () => {
  const readme = await readFile(join(root, 'wasm/README.md'), 'utf8');
  const [, code] = /```ts\n(import \{ createNetwork \} from 'unfold-rnn'.*?)```/s.exec(readme)!;
  const file = join(folder, 'tensors.mjs');
  await writeFile(file, code!);
  const { stdout } = await run(process.execPath, [file], { cwd: folder });
  const losses = stdout.trim().split('\n').map(Number);
  expect(losses).toHaveLength(3);
  expect(losses[2]).toBeLessThan(0.5);
});

test("the graph's example in wasm/README.md runs and prints what it says", async () => {
  const readme = await readFile(join(root, 'wasm/README.md'), 'utf8');
  const [, code] = /```ts\n(import \{ describeNetwork \} from 'unfold-rnn'.*?)```/s.exec(readme)!;
  const file = join(folder, 'graph.mjs');
  await writeFile(file, code!);
  const { stdout } = await run(process.execPath, [file], { cwd: folder });
  const said = [...code!.matchAll(/\/\/ (.*)$/gm)].map(([, comment]) => comment!);
  expect(said).toHaveLength(2);
  expect(stdout.split('\n')).toEqual(expect.arrayContaining(said));
  expect(stdout).toContain('readout.sum += readout.weight·layers.0.output\n');
});

test('the plain programs of wasm/README.md run, and write the same', async () => {
  const readme = await readFile(join(root, 'wasm/README.md'), 'utf8');
  const section = readme.split('### Plain programs')[1]!.split('\n## ')[0]!;
  const block = (language: string, first: string) =>
    new RegExp(`\`\`\`${language}\\n(${first}.*?)\`\`\``, 's').exec(section)![1]!;
  const make = `import { createModel } from 'unfold-rnn';
const model = await createModel({ layers: [{ units: 24 }] }, 'The rain in Spain. '.repeat(300), { threads: 1 });
for await (const _ of model.train({ steps: 30 }));
${block('js', 'import \\{ writeFile').replace("toC(bytes, { precision: 'int8' })", 'toC(bytes)')}
model.dispose();
`;
  await writeFile(join(folder, 'make.mjs'), make);
  await run(process.execPath, ['make.mjs'], { cwd: folder });
  await writeFile(join(folder, 'use.mjs'), block('js', 'import \\{ predict'));
  await writeFile(join(folder, 'use.c'), block('c', '#include'));
  const { stdout } = await run(process.execPath, ['use.mjs'], { cwd: folder });
  await run('gcc', ['-std=c99', '-Wall', '-Wextra', '-Wpedantic', '-Werror', 'use.c', '-o', 'use'], {
    cwd: folder,
  });
  const written = (await run(join(folder, 'use'))).stdout;
  expect(written).toHaveLength(201);
  expect(stdout.startsWith(written)).toBe(true);
});

test("the README's command lines run", async () => {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const lines = [...readme.matchAll(/^ {4}npx unfold-rnn (.*)$/gm)].map(([, line]) => line!);
  expect(lines.length).toBeGreaterThan(2);
  await rm(join(folder, 'model.safetensors'), { force: true });
  await writeFile(join(folder, 'book.txt'), 'The rain in Spain stays mainly in the plain.\n'.repeat(120));
  const months = Array.from(
    { length: 72 },
    (_, i) => `${2018 + Math.floor(i / 12)}-${(i % 12) + 1},${900 + i}`,
  );
  await writeFile(join(folder, 'sales.csv'), `Month,Sales\n${months.join('\n')}\n`);
  for (const line of lines) {
    const short = line
      .replace('--units 256 --steps 2000', '--units 16 --steps 3')
      .replace('train sales.csv', 'train sales.csv --units 8 --steps 3')
      .replaceAll("'", '');
    const args = short.split(/ (?=\S)/);
    const { stdout } = await run(process.execPath, [join(root, 'dist/cli/main.js'), ...args], {
      cwd: folder,
    });
    expect(stdout, line).not.toBe('');
  }
});
