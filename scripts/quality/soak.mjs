// npm run soak [-- --minutes 30] [-- --at "#h=256"]: the built page trains in Chromium; every ten seconds what its
// scripts hold (page and workers, after a collection) and the process of its tab, which has the engine's memory too,
// are weighed. Fails if either still grows after the first fifth of the time, if training stands still, or if the
// page complains.
import { readFileSync } from 'node:fs';
import puppeteer from 'puppeteer-core';
import { chromiumProgram, commandLine, heading, main, medianOf, messageOf, numberOf } from '../lib.mjs';
import { serve } from '../build/serve.mjs';

const EVERY = 10; // seconds
/** Bytes that may come and go: the curve of the loss fills up, code is compiled, memory is handed back late. */
const ALLOWED = { scripts: 3e6, tab: 25e6 };

function options() {
  const { values } = commandLine(
    { options: { minutes: { type: 'string', default: '30' }, at: { type: 'string', default: '' } } },
    'options: --minutes N, --at "#…"',
  );
  return { minutes: numberOf(values, 'minutes', { whole: false }), at: values.at };
}

/** @param {number} bytes */
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * Bytes of scripts and their objects in the page and its workers, and of the whole process of the tab.
 * @param {import('puppeteer-core').Page} page
 * @param {import('puppeteer-core').CDPSession} system
 */
async function weigh(page, system) {
  const scripts = await page.evaluate(async () => {
    const { breakdown } = await performance.measureUserAgentSpecificMemory();
    const live = breakdown.filter(({ types }) => !types.includes('Shared')); // code comes and goes
    return live.reduce((sum, { bytes }) => sum + bytes, 0);
  });
  const { processInfo } = await system.send('SystemInfo.getProcessInfo');
  const resident = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]) * 1024);
  return { scripts, tab: Math.max(...resident) };
}

main(async () => {
  const { minutes, at } = options();
  const site = await serve({ port: 0 });
  const browser = await puppeteer.launch({
    executablePath: chromiumProgram(),
    args: [
      '--no-sandbox', // Containers and root have none; the page is our own.
      '--disable-gpu',
      '--enable-blink-features=ForceEagerMeasureMemory',
      // Left alone, V8 lets the room for young objects grow to 64 MB over a quarter of an hour, whatever the page holds.
      '--js-flags=--max-semi-space-size=4',
    ],
    protocolTimeout: 60_000,
  });
  /** @type {string[]} */
  const complaints = [];
  /** @type {{ scripts: number, tab: number, step: number }[]} */
  const weights = [];
  try {
    const page = await browser.newPage();
    page.on('pageerror', (error) => complaints.push(messageOf(error)));
    page.on('error', (error) => complaints.push(error.message));
    const system = await browser.target().createCDPSession();
    await page.goto(site.url + at);
    await page.waitForFunction(() => Number(document.querySelector('.facts dd')?.textContent) > 0);
    const step = () => page.$eval('.facts dd', ({ textContent }) => Number(textContent?.replace(/\D/g, '')));
    heading(`${minutes} minutes of training`);
    const ends = Date.now() + 60_000 * minutes;
    while (Date.now() < ends) {
      await new Promise((done) => setTimeout(done, 1000 * EVERY));
      const before = weights.at(-1)?.step ?? 0;
      const now = { ...(await weigh(page, system)), step: await step() };
      if (now.step <= before) complaints.push(`training stands still at step ${now.step}`);
      weights.push(now);
      if (weights.length % 6 === 0) {
        console.log(`step ${now.step}: scripts ${megabytes(now.scripts)}, tab ${megabytes(now.tab)}`);
      }
    }
  } finally {
    await browser.close();
    await site.close();
  }
  // The last fifth beside the second: the first is for loading, compiling and the first copies.
  const fifth = Math.max(1, Math.floor(weights.length / 5));
  for (const part of /** @type {const} */ (['scripts', 'tab'])) {
    const allowed = ALLOWED[part];
    /** @param {typeof weights} list */
    const of = (list) => medianOf(list.map((weight) => weight[part]));
    const [early, late] = [of(weights.slice(fifth, 2 * fifth)), of(weights.slice(-fifth))];
    console.log(`${part}: ${megabytes(early)} early, ${megabytes(late)} late`);
    if (late - early > allowed) complaints.push(`the ${part} grew by ${megabytes(late - early)}`);
  }
  for (const complaint of complaints) console.log(complaint);
  process.exitCode = complaints.length ? 1 : 0;
});
