// npm run fuzz [-- --minutes N] [target…]: builds the libFuzzer programs and runs them one after the other, together for
// N minutes; says how often each was executed and what it found. New inputs gather in build/fuzz, findings in
// build/fuzz/findings.
import { spawnSync } from 'node:child_process';
import { mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { build } from '../build/build.mjs';
import { at, commandLine, Failure, findProgram, heading, main, numberOf, setUp, shown } from '../lib.mjs';

const targets = ['checkpoint', 'config', 'text', 'session', 'data', 'table', 'music', 'tensor'];
const limits = [
  '-max_len=65536',
  '-timeout=20', // seconds; longer is a hang
  '-report_slow_units=20', // shorter pauses may be the machine's
  '-malloc_limit_mb=16', // one allocation; models beyond 1 MB are left out by their estimate
  '-rss_limit_mb=2048',
  '-print_final_stats=1',
  '-verbosity=1',
];
const findings = at('build/fuzz/findings');

/**
 * Fuzzes one target for so many seconds; its messages go to a file.
 * @param {string} name
 * @param {number} seconds
 */
function fuzz(name, seconds) {
  const found = at('build/fuzz', name);
  for (const folder of [found, findings]) mkdirSync(folder, { recursive: true });
  const log = at('build/fuzz', `${name}.log`);
  const program = at('build/native-fuzz/tests/fuzz', `fuzz_${name}`);
  const args = [
    ...limits,
    `-dict=${at('tests/fuzz/words.dict')}`,
    `-artifact_prefix=${findings}/${name}-`,
    `-max_total_time=${Math.ceil(seconds)}`,
    found,
    at('tests/fuzz/corpus', name),
  ];
  const before = readdirSync(findings).length;
  const { status } = spawnSync(program, args, { stdio: ['ignore', 'inherit', openSync(log, 'w')] });
  const [, executions = 0] = /number_of_executed_units:\s*(\d+)/.exec(readFileSync(log, 'utf8')) ?? [];
  const crashes = Math.max(readdirSync(findings).length - before, status === 0 ? 0 : 1);
  console.log(`${name}: ${executions} executions, ${crashes} findings`);
  if (crashes) console.log(`  ${shown(log)} says which; the inputs are in ${shown(findings)}`);
  return { executions: Number(executions), crashes };
}

main(() => {
  const { values, positionals } = commandLine(
    { allowPositionals: true, options: { minutes: { type: 'string', default: '2' } } },
    `options: --minutes N, ${targets.join(', ')}`,
  );
  const unknown = positionals.find((name) => !targets.includes(name));
  if (unknown) throw new Failure(`there is no target "${unknown}"; there are ${targets.join(', ')}.`);
  const minutes = numberOf(values, 'minutes', { from: 0.1, whole: false });
  if (!findProgram('clang++-19')) setUp('build', 'test');
  rmSync(findings, { recursive: true, force: true });
  build('fuzz');
  heading('Fuzzing');
  const chosen = positionals.length ? positionals : targets;
  const results = chosen.map((name) => fuzz(name, (minutes * 60) / chosen.length));
  /** @param {'executions' | 'crashes'} key */
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  console.log(`\n${sum('executions')} executions in ${minutes} minutes, ${sum('crashes')} findings`);
  process.exitCode = sum('crashes') ? 1 : 0;
});
