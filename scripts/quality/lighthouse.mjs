// npm run lighthouse [-- --runs 3] [-- --form mobile|desktop]: Lighthouse on the built page, as this repository serves
// it. The median of each score; fails below 90 for performance or 100 for accessibility and best practices.
// Lighthouse is fetched by npx: it is no dependency. Reports are in build/lighthouse.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import puppeteer from 'puppeteer-core';
import { serve } from '../build/serve.mjs';
import {
  at,
  chromiumArguments,
  chromiumProgram,
  commandLine,
  Failure,
  heading,
  main,
  medianOf,
  numberOf,
  shown,
} from '../lib.mjs';

/**
 * What is read of a report.
 * @typedef {object} Report
 * @property {Record<string, { score: number, auditRefs: { id: string, weight: number }[] }>} categories
 * @property {Record<string, { score: number | null, title: string, displayValue?: string }>} audits
 */

const lighthouse = 'lighthouse@12.8.2';
const wanted = { performance: 90, accessibility: 100, 'best-practices': 100 };
const folder = at('build/lighthouse');
/** Milliseconds. A new browser is busy with itself for seconds, which would count as the page's. */
const SETTLES = 5000;

/**
 * One report of Lighthouse, as it writes it.
 * @param {string} url
 * @param {string} port of the browser
 * @param {string} form
 * @param {number} run
 * @returns {Promise<Report>}
 */
async function measure(url, port, form, run) {
  const file = join(folder, `${form}-${run}.json`);
  const args = [
    '--yes',
    '--ignore-scripts',
    lighthouse,
    url,
    `--only-categories=${Object.keys(wanted).join(',')}`,
    `--port=${port}`,
    '--output=json',
    `--output-path=${file}`,
    '--quiet',
    ...(form === 'desktop' ? ['--preset=desktop'] : []),
  ];
  // Not waited for in place: the page is served by this very process.
  const [status] = await once(spawn('npx', args, { stdio: 'inherit' }), 'close');
  if (status !== 0) throw new Failure('Lighthouse failed (its message is above).');
  return JSON.parse(readFileSync(file, 'utf8'));
}

/**
 * What keeps a category from its full score.
 * @param {Report} report
 * @param {string} category
 */
const complaints = ({ audits, categories }, category) =>
  categories[category].auditRefs
    .filter(({ id, weight }) => weight > 0 && (audits[id].score ?? 1) < 0.9)
    .map(({ id }) => `  ${id}: ${audits[id].title} ${audits[id].displayValue ?? ''}`);

main(async () => {
  const { values } = commandLine(
    { options: { runs: { type: 'string', default: '3' }, form: { type: 'string', default: 'mobile' } } },
    'options: --runs N, --form mobile|desktop',
  );
  const { form } = values;
  const runs = numberOf(values, 'runs');
  if (!['mobile', 'desktop'].includes(form)) throw new Failure('--form is mobile or desktop.');
  mkdirSync(folder, { recursive: true });
  const site = await serve({ port: 0 });
  const browser = await puppeteer.launch({ executablePath: chromiumProgram(), args: chromiumArguments });
  heading(`${lighthouse}, ${form}`);
  /** @type {Report[]} */
  const reports = [];
  try {
    await sleep(SETTLES);
    const { port } = new URL(browser.wsEndpoint());
    for (let run = 1; run <= runs; ++run) reports.push(await measure(site.url, port, form, run));
  } finally {
    await browser.close();
    await site.close();
  }
  for (const [category, least] of Object.entries(wanted)) {
    const scores = reports.map(({ categories }) => Math.round(100 * categories[category].score));
    console.log(`${category}: ${medianOf(scores)} (wanted ${least}; runs ${scores.join(', ')})`);
    if (medianOf(scores) >= least) continue;
    process.exitCode = 1;
    for (const complaint of complaints(reports[reports.length - 1], category)) console.log(complaint);
  }
  console.log(`Reports: ${shown(folder)}`);
});
