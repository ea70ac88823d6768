// Exported models in Chromium: pages that answer from a disk, a network in an audio worklet, one in a service worker.
import { execFileSync } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModel, createNetwork, type Model, openModel } from 'unfold-rnn';
import { toHtml, toJavaScript } from 'unfold-rnn/export';
// Not exported: the module inside a page.
import { javaScriptOf } from '../../dist/export/plain/javascript/index.js';
import { readModel } from '../../dist/export/plain/model.js';
import { firefox, openFirefox } from '../package/fixtures/firefox';
import {
  compacted,
  largeModel,
  loadModule,
  sampled,
  sequenceCases,
  sequenceModel,
  tensorCases,
} from '../package/plain-models';
import { made } from '../package/task-models';
import { openWebKit, webkit } from '../support/webkit';
import { openBrowser, violations } from './harness';

const examples = fileURLToPath(new URL('../../wasm/examples/', import.meta.url));
let browser: Browser;
let folder: string;
beforeAll(async () => {
  [browser, folder] = await Promise.all([openBrowser(), mkdtemp(join(tmpdir(), 'unfold-plain-web-'))]);
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

/** A page from the disk, and what goes wrong on it. */
async function opened(html: string, name: string): Promise<{ page: Page; problems: string[] }> {
  const file = join(folder, `${name}.html`);
  await writeFile(file, html);
  const page = await browser.newPage({ viewport: { width: 360, height: 720 } });
  const problems: string[] = [];
  page.on('console', (message) => {
    if (message.type() !== 'log') problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) problems.push(request.url());
  });
  await page.goto(pathToFileURL(file).href);
  return { page, problems };
}

const sequence = (name: string) => sequenceModel(sequenceCases.find(([own]) => own === name)!);
const textModel = () =>
  createModel({
    batch: 4,
    window: 16,
    text: 'to be or not to be, that is </script> the question\n'.repeat(20),
    layers: [{ hidden: 16 }],
    seed: 3,
    threads: 1,
  });

/** Of each task: a model, and what its page shows at first. */
const pages: [name: string, model: () => Promise<Pick<Model, 'save' | 'dispose'>>, shows: RegExp][] = [
  ['text', textModel, /[a-z ]{20}/],
  ['classify', () => made('classify', 'classify', { layers: [{ hidden: 6 }] }), /odd[\s\S]*%/],
  ['tag', () => made('tag', 'tag', { layers: [{ hidden: 5, bidirectional: true }] }), /Label[\s\S]*Probability/],
  ['regress', () => made('regress', 'regress', { layers: [{ hidden: 6 }] }), /orecast/],
  ['regress, pooled', () => made({ name: 'regress', pool: 'mean' }, 'pooled', { layers: [{ hidden: 6 }] }), /1\s+-?\d/],
  ['notes', () => made('notes', 'notes', { layers: [{ hidden: 6 }] }), /composed/],
  ['generate', () => sequence('generate, halting, a given context'), /[abc]/],
  ['translate', () => sequence('translate, additive attention'), /%/],
  ['tensor', () => createNetwork({ ...tensorCases['a readout']!, threads: 1 }), /1\s+-?\d/],
]; // prettier-ignore

describe('a model in one HTML page', () => {
  it.each(pages)(
    'of %s answers from the disk, on a phone, and gives axe nothing to object to',
    async (name, make, shows) => {
      const model = await make();
      const html = toHtml(await model.save());
      model.dispose();
      const { page, problems } = await opened(html, name);
      const output = page.locator('output');
      await expect.poll(() => output.innerText()).toMatch(shows);
      if (await page.locator('output svg').count())
        expect(await page.locator('output svg *').count()).toBeGreaterThan(1);
      expect(await output.getAttribute('class')).not.toBe('error');
      // Each bar as long as its probability.
      for (const row of await output.locator('.bar').all()) {
        const share = Number.parseFloat(await row.locator('span').last().innerText()) / 100;
        const [track, bar] = await Promise.all(
          ['.track', '.track > div'].map((part) => row.locator(part).evaluate((one) => one.clientWidth)),
        );
        expect(Math.abs(bar! / track! - share)).toBeLessThan(0.02);
      }
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      expect(problems).toEqual([]);
      await page.close();
    },
  );

  it('writes what the engine writes, and nothing else may run on it', async () => {
    const model = await textModel();
    let expected = '';
    for await (const piece of model.sample({ prime: 'to ', seed: 5, temperature: 0.8, length: 60 }))
      expected += piece;
    const { page, problems } = await opened(
      toHtml(await model.save(), { title: 'To be & <b>not</b>' }),
      'own',
    );
    model.dispose();
    expect(await page.title()).toBe('To be & <b>not</b>');
    await page.getByLabel('Prompt').fill('to ');
    await page.getByLabel('Symbols').fill('60');
    await page.getByLabel('Seed').fill('5');
    await page.getByRole('button', { name: 'Generate' }).click();
    await expect.poll(() => page.locator('output').textContent()).toBe(`to ${expected}`);
    await expect.poll(() => page.locator('output').getAttribute('aria-busy')).toBe('false');
    expect(problems).toEqual([]);
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "stolen"';
      document.body.append(script);
    });
    expect(await page.title()).toBe('To be & <b>not</b>');
    expect(problems.join()).toContain('Content Security Policy');
    await page.close();
  });

  it('of 2×256 units answers as the engine with the weights that it holds', async () => {
    const bytes = await largeModel();
    const model = await openModel(compacted(bytes), { threads: 1 });
    const expected = await sampled(model, { seed: 1, temperature: 0.8, length: 400 });
    model.dispose();
    const { page, problems } = await opened(toHtml(bytes), 'large');
    await expect.poll(() => page.locator('output').textContent()).toBe(expected);
    expect(problems).toEqual([]);
    await page.close();
  });

  it('says what it needs where it cannot run', async () => {
    const model = await textModel();
    const file = join(folder, 'still.html');
    await writeFile(file, toHtml(await model.save()));
    model.dispose();
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    expect(await page.locator('output').innerText()).toMatch(/needs JavaScript and a browser of 2021/);
    await context.close();
  });
});

// Their sandboxes and policies for files of the disk are their own.
describe('the same file', () => {
  const page = async () => {
    const bytes = await largeModel();
    const file = join(folder, 'others.html');
    await writeFile(file, toHtml(bytes));
    const { sample } = await loadModule(javaScriptOf(readModel(bytes), 'compact'));
    return { url: pathToFileURL(file).href, expected: sample({ seed: 1, temperature: 0.8, length: 400 }) };
  };
  const done = "document.querySelector('output').getAttribute('aria-busy') === 'false'";
  const text = "document.querySelector('output').textContent";

  it.skipIf(!firefox)('in Firefox', { timeout: 120_000 }, async () => {
    const [{ url, expected }, other] = await Promise.all([page(), openFirefox()]);
    try {
      const tab = await other.newPage();
      await tab.goto(url);
      await tab.waitForFunction(done);
      expect(await tab.evaluate(text)).toBe(expected);
    } finally {
      await other.close();
    }
  });

  it.skipIf(!webkit)('in WebKit', { timeout: 120_000 }, async () => {
    const [{ url, expected }, other] = await Promise.all([page(), openWebKit()]);
    try {
      await other.goto(url);
      await other.wait(done);
      expect(await other.evaluate(text)).toBe(expected);
    } finally {
      await other.close();
    }
  });
});

/** A folder at a local address. */
async function serving(root: string): Promise<{ server: Server; url: string }> {
  const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };
  const server = createServer((request, response) => {
    const name = new URL(request.url!, 'http://localhost').pathname.replace(/\/$/, '/index.html');
    readFile(join(root, name)).then(
      (bytes) => response.writeHead(200, { 'content-type': types[extname(name)] ?? 'text/plain' }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return { server, url: `http://localhost:${(server.address() as AddressInfo).port}/` };
}

async function example(
  name: string,
  files: string[],
  model: string,
): Promise<{ server: Server; url: string }> {
  const root = await mkdtemp(join(folder, `${name}-`));
  for (const file of files) await copyFile(join(examples, name, file), join(root, file));
  await writeFile(join(root, 'model.js'), model);
  return serving(root);
}

it('an audio worklet computes ten minutes of sound without a gap', { timeout: 240_000 }, async () => {
  const made = join(folder, 'model.js');
  execFileSync(process.execPath, [join(examples, 'audio-worklet/train.mjs'), made]);
  const model = await readFile(made, 'utf8');
  const { server, url } = await example('audio-worklet', ['processor.js', 'index.html'], model);
  const page = await browser.newPage();
  await page.goto(url);
  // Ten minutes at 8 kHz through the worklet, and the same samples through the same module on the page.
  const { samples, differing, error } = await page.evaluate<{
    samples: number;
    differing: number;
    error: number;
  }>(`(async () => {
    const context = new OfflineAudioContext(1, 600 * 8000, 8000);
    await context.audioWorklet.addModule('processor.js');
    const tone = new OscillatorNode(context, { frequency: 110 });
    const worklet = new AudioWorkletNode(context, 'recurrent', { outputChannelCount: [1] });
    tone.connect(worklet).connect(context.destination);
    tone.start();
    const heard = (await context.startRendering()).getChannelData(0);
    const dry = new OfflineAudioContext(1, 600 * 8000, 8000);
    const again = new OscillatorNode(dry, { frequency: 110 });
    again.connect(dry.destination);
    again.start();
    const input = (await dry.startRendering()).getChannelData(0);
    const { start, step } = await import(new URL('model.js', location.href).href);
    const s = start();
    let different = 0;
    let squares = 0;
    for (let i = 0; i < input.length; ++i) {
      different += Number(step(s, input.subarray(i, i + 1))[0] !== heard[i]);
      squares += (heard[i] - Math.tanh(3 * input[i] + (i > 0 ? input[i - 1] : 0))) ** 2;
    }
    return { samples: heard.length, differing: different, error: squares / input.length };
  })()`);
  expect({ samples, differing }).toEqual({ samples: 4_800_000, differing: 0 });
  expect(error).toBeLessThan(0.02); // what it was trained for
  await page.close();
  server.close();
});

it('a service worker predicts without a server', async () => {
  const model = await made('classify', 'classify', { layers: [{ hidden: 6 }] });
  const expected = await model.predict({ input: 'abc' });
  const { server, url } = await example(
    'service-worker',
    ['worker.js', 'index.html'],
    toJavaScript(await model.save()),
  );
  model.dispose();
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await expect.poll(() => page.locator('output').textContent()).toBe('Ready');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await page.reload();
  await expect.poll(() => page.locator('output').textContent()).toBe('Ready');
  await page.getByLabel('Input').fill('abc');
  await page.getByRole('button').click();
  await expect.poll(() => page.locator('output').textContent()).toContain('probabilities');
  const { output, probabilities } = JSON.parse((await page.locator('output').textContent())!);
  expect(output).toBe(expected.output);
  probabilities.forEach((p: number, i: number) =>
    expect(p).toBeCloseTo((expected.probabilities as number[])[i]!, 5),
  );
  await page.getByLabel('Input').fill('?');
  await page.getByRole('button').click();
  await expect.poll(() => page.locator('output').textContent()).toContain('expected symbols of the model');
  await context.close();
});
