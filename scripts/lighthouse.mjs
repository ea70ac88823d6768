// npm run lighthouse [-- --runs 3] [-- --form mobile|desktop]: Lighthouse on the built page, as this repository serves
// it. The median of each score; fails below 90 for performance or 100 for accessibility and best practices.
// Lighthouse comes into the per-user cache: it is no dependency. Reports are in build/lighthouse.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { at, chromiumProgram, commandLine, Failure, heading, main, shown } from './lib.mjs';
import { serve } from './serve.mjs';

/**
 * What is read of a report.
 * @typedef {object} Report
 * @property {Record<string, { score: number, auditRefs: { id: string, weight: number }[] }>} categories
 * @property {Record<string, { score: number | null, title: string, displayValue?: string }>} audits
 */

const version = '12.8.2';
const wanted = { performance: 90, accessibility: 100, 'best-practices': 100 };
const folder = at('build/lighthouse');
/** Milliseconds. */
const SETTLES = 5000;

function options() {
  const { values } = commandLine(
    { options: { runs: { type: 'string', default: '3' }, form: { type: 'string', default: 'mobile' } } },
    'options: --runs N, --form mobile|desktop',
  );
  const runs = Number(values.runs);
  if (!(Number.isInteger(runs) && runs > 0)) throw new Failure('--runs takes a whole number.');
  if (!['mobile', 'desktop'].includes(values.form)) throw new Failure('--form is mobile or desktop.');
  return { runs, form: values.form };
}

/** The program's path; an interrupted installation is begun again. */
function install() {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'unfold');
  const home = join(cache, `lighthouse-${version}`);
  if (!existsSync(home)) {
    console.log(`Installing Lighthouse ${version}.`);
    const part = `${home}.part`;
    rmSync(part, { recursive: true, force: true });
    mkdirSync(part, { recursive: true });
    const args = [
      'install',
      '--prefix',
      part,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ];
    /** @type {import('node:child_process').StdioOptions} */
    const stdio = ['ignore', 'ignore', 'inherit'];
    const { status } = spawnSync('npm', [...args, `lighthouse@${version}`], { cwd: part, stdio });
    if (status !== 0) throw new Failure("Lighthouse could not be installed (npm's message is above).");
    renameSync(part, home);
  }
  return join(home, 'node_modules/lighthouse/cli/index.js');
}

/**
 * A browser whose own start is over: a new one is busy with itself for seconds, which would count as the page's.
 * @param {string} browser
 * @param {(port: number) => Promise<void>} use
 */
async function settled(browser, use) {
  const profile = mkdtempSync(join(tmpdir(), 'unfold-lighthouse-'));
  // Containers and root have no sandbox.
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--no-first-run',
    '--remote-debugging-port=0',
  ];
  const child = spawn(browser, [...flags, `--user-data-dir=${profile}`, 'about:blank'], { stdio: 'ignore' });
  const closed = once(child, 'close');
  try {
    const file = join(profile, 'DevToolsActivePort');
    for (let tries = 0; !existsSync(file); ++tries) {
      if (tries > 100) throw new Failure('the browser did not start.');
      await sleep(100);
    }
    await sleep(SETTLES);
    await use(Number.parseInt(readFileSync(file, 'utf8')));
  } finally {
    child.kill();
    await closed;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * One report of Lighthouse, as it writes it.
 * @param {string} program
 * @param {string} url
 * @param {number} port
 * @param {string} form
 * @param {string} name
 * @returns {Promise<Report>}
 */
async function measure(program, url, port, form, name) {
  const file = join(folder, `${name}.json`);
  const args = [
    program,
    url,
    `--only-categories=${Object.keys(wanted).join(',')}`,
    `--port=${port}`,
    '--output=json',
    `--output-path=${file}`,
    '--quiet',
    ...(form === 'desktop' ? ['--preset=desktop'] : []),
  ];
  // Not waited for in place: the page is served by this very process.
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Failure('Lighthouse failed (its message is above).');
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** @param {number[]} values */
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/**
 * What keeps a category from its full score.
 * @param {Report} report
 * @param {string} category
 */
function complaints({ audits, categories }, category) {
  return categories[category].auditRefs
    .filter(({ id, weight }) => weight > 0 && (audits[id].score ?? 1) < 0.9)
    .map(({ id }) => `${id}: ${audits[id].title} ${audits[id].displayValue ?? ''}`);
}

main(async () => {
  const { runs, form } = options();
  const browser = chromiumProgram();
  const program = install();
  mkdirSync(folder, { recursive: true });
  const site = await serve({ port: 0 });
  heading(`Lighthouse ${version}, ${form}`);
  /** @type {Report[]} */
  const reports = [];
  try {
    await settled(browser, async (port) => {
      for (let run = 1; run <= runs; ++run)
        reports.push(await measure(program, site.url, port, form, `${form}-${run}`));
    });
  } finally {
    await site.close();
  }
  let failed = false;
  for (const [category, least] of Object.entries(wanted)) {
    const scores = reports.map(({ categories }) => Math.round(100 * categories[category].score));
    console.log(`${category}: ${median([...scores])} (wanted ${least}; runs ${scores.join(', ')})`);
    if (median(scores) >= least) continue;
    failed = true;
    for (const complaint of complaints(reports[reports.length - 1], category)) console.log(`  ${complaint}`);
  }
  console.log(`Reports: ${shown(folder)}`);
  process.exitCode = failed ? 1 : 0;
});
