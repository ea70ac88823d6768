// npm run results: makes the experiments of tests/results and writes tests/RESULTS.md. What has a result is not made
// again. Each result carries the hash of its weights: --verify trains again and compares.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { at, commandLine, Failure, heading, main, shown } from '../lib.mjs';
import { drawCurves } from './curves.mjs';
import { measures } from './measures.mjs';

const usage = `npm run results -- [names] [options]
  names            experiments of tests/results, without .json; all without them
  --data FOLDER    where the files that they learn from lie (default: build/data)
  --shard I/N      only every Nth run, from the Ith on; put the lines of all shards into one file to merge them
  --jobs N         runs at a time, each on one thread (default: one for each core)
  --verify         trains again what has a result, and compares the weights
  --table          only writes tests/RESULTS.md from the results that are there`;

const folder = at('tests/results');
const models = at('build/results');

/**
 * @typedef {{ run: string, variant: string, weights: string, seed: number, machine: string, date: string,
 *   seconds: number, curve: [number, number][], bits: boolean }} Result
 * @typedef {{ about: string, text?: string | string[], note?: string }} Experiment
 */

/** @param {string} name @returns {Experiment} */
const experimentOf = (name) => JSON.parse(readFileSync(`${folder}/${name}.json`, 'utf8'));

/** @param {string} name */
const linesFile = (name) => `${folder}/${name}.results.jsonl`;

/** @param {string} name @returns {Result[]} */
function resultsOf(name) {
  if (!existsSync(linesFile(name))) return [];
  const lines = readFileSync(linesFile(name), 'utf8').split('\n');
  return lines.filter((line) => line).map((line) => JSON.parse(line));
}

/** Runs the command line's experiment; what it prints. @param {string} name @param {string[]} options */
function experiment(name, options) {
  const args = [at('dist/cli/main.js'), 'experiment', `${folder}/${name}.json`, '-o', linesFile(name)];
  const { status, stdout } = spawnSync(process.execPath, [...args, ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Failure(`${name} ended with status ${status}.`);
  return stdout.trim();
}

/**
 * Figures beyond losses, by the hash of the weights; what was measured once stays.
 * @param {string} name
 * @returns {Promise<Record<string, Record<string, number>>>}
 */
async function measured(name) {
  const file = `${folder}/${name}.measures.json`;
  const known = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const measure = measures[name];
  if (!measure) return known;
  const { openModel } = await import(new URL('../../dist/index.js', import.meta.url).href);
  for (const { weights, run: of } of resultsOf(name)) {
    const model = `${models}/${weights}.safetensors`;
    if (known[weights] || !existsSync(model)) continue;
    const opened = await openModel(readFileSync(model), undefined, { threads: 1 });
    try {
      known[weights] = await measure(opened);
      console.log(`${of}: ${JSON.stringify(known[weights])}`);
    } finally {
      opened.dispose();
    }
    writeFileSync(file, `${JSON.stringify(known, null, 2)}\n`);
  }
  return known;
}

/** A line for each run that was measured. @param {Result[]} results @param {Record<string, Record<string, number>>} known */
function measuresTable(results, known) {
  const rows = results.filter(({ weights }) => known[weights]);
  const [first] = rows;
  if (!first) return '';
  const names = Object.keys(known[first.weights]);
  return [
    `| run | ${names.join(' | ')} |`,
    `|${' --- |'.repeat(names.length + 1)}`,
    ...rows.map(
      ({ run: key, weights }) => `| ${key} | ${names.map((name) => known[weights][name]).join(' | ')} |`,
    ),
  ].join('\n');
}

/** What stands in RESULTS.md of an experiment. @param {string} name @param {string} data */
async function sectionOf(name, data) {
  const { about, note } = experimentOf(name);
  const results = resultsOf(name);
  const title = `## ${name}\n\n${about}`;
  if (results.length === 0) return `${title}\n\nNot run yet.`;
  const table = experiment(name, ['--data', data, '--table', 'markdown', '--report']);
  const machines = [...new Set(results.map(({ machine }) => machine))].join('; ');
  const dates = results.map(({ date }) => date).sort();
  const hours = results.reduce((sum, { seconds }) => sum + seconds, 0) / 3600;
  writeFileSync(`${folder}/${name}.svg`, drawCurves(results));
  return [
    title,
    ...(note ? [note] : []),
    table,
    measuresTable(results, await measured(name)),
    `![Validation by step](results/${name}.svg)`,
    `${results.length} runs, ${hours.toFixed(1)} hours of one thread, ${dates[0]} to ${dates.at(-1)}, ${machines}.`,
    `<details><summary>SHA-256 of the weights</summary>\n\n${results
      .map(({ run: key, weights }) => `- ${key}: \`${weights}\``)
      .join('\n')}\n\n</details>`,
  ]
    .filter((part) => part)
    .join('\n\n');
}

main(async () => {
  const value = /** @type {const} */ ({ type: 'string' });
  const flag = /** @type {const} */ ({ type: 'boolean', default: false });
  const { values, positionals } = commandLine(
    {
      allowPositionals: true,
      options: {
        data: { ...value, default: at('build/data') },
        shard: value,
        jobs: value,
        verify: flag,
        table: flag,
      },
    },
    usage,
  );
  const all = readdirSync(folder).filter(
    (file) => file.endsWith('.json') && !file.endsWith('.measures.json'),
  );
  const names = all.map((file) => file.replace(/\.json$/, ''));
  const strange = positionals.find((name) => !names.includes(name));
  if (strange) throw new Failure(`there is no experiment ${strange}, only ${names.join(', ')}.`);
  const chosen = positionals.length ? positionals : names;
  const { data, shard, jobs } = values;
  const options = ['--data', data, ...(shard ? ['--shard', shard] : []), ...(jobs ? ['--jobs', jobs] : [])];
  for (const name of values.table ? [] : chosen) {
    const missing = [experimentOf(name).text ?? []]
      .flat()
      .filter((file) => !existsSync(`${data}/${file}`) && !existsSync(`${folder}/${file}`));
    heading(missing.length ? `${name}: left out, ${missing.join(', ')} is not in ${shown(data)}` : name);
    if (missing.length) continue;
    console.log(experiment(name, [...options, ...(values.verify ? ['--verify'] : ['--models', models])]));
    if (!values.verify) await measured(name);
  }
  if (values.verify) return;
  const sections = [];
  for (const name of names) sections.push(await sectionOf(name, data));
  const head = readFileSync(`${folder}/head.md`, 'utf8').trim();
  writeFileSync(at('tests/RESULTS.md'), `${[head, ...sections].join('\n\n')}\n`);
});
