// npm run fuzz [-- --minutes N] [target…]: builds the libFuzzer programs and runs them one after the other; says how
// often each was executed and what it found. New inputs gather in build/fuzz, findings in build/fuzz/findings.
import { createWriteStream, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { at, Failure, findProgram, heading, main, run, setUp, shown } from './lib.mjs';

const targets = ['checkpoint', 'config', 'text', 'session', 'data', 'music'];
const limits = [
  '-max_len=65536',
  '-timeout=20', // seconds; longer is a hang
  '-malloc_limit_mb=16', // one allocation; models beyond 1 MB are left out by their estimate
  '-rss_limit_mb=2048',
  '-print_final_stats=1',
  '-verbosity=1',
];

function options(args) {
  const chosen = { minutes: 2, names: [] };
  for (let i = 0; i < args.length; ++i) {
    if (args[i] === '--minutes') chosen.minutes = Number(args[++i]);
    else if (targets.includes(args[i])) chosen.names.push(args[i]);
    else throw new Failure(`there is no target "${args[i]}" (options: --minutes N, ${targets.join(', ')}).`);
  }
  if (!(chosen.minutes > 0)) throw new Failure('--minutes takes a number above 0.');
  return chosen;
}

/** Runs one target for so many seconds; its messages go to a file. */
async function fuzz(name, seconds) {
  const [found, findings, log] = [
    at('build/fuzz', name),
    at('build/fuzz/findings'),
    at('build/fuzz', `${name}.log`),
  ];
  for (const folder of [found, findings]) mkdirSync(folder, { recursive: true });
  const before = readdirSync(findings).length;
  const program = at('build/native-fuzz/tests/fuzz', `fuzz_${name}`);
  const words = `-dict=${at('tests/fuzz/words.dict')}`;
  const folders = [found, at('tests/fuzz/corpus', name)];
  const args = [
    ...limits,
    words,
    `-artifact_prefix=${findings}/${name}-`,
    `-max_total_time=${seconds}`,
    ...folders,
  ];
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.pipe(createWriteStream(log));
  const [status] = await once(child, 'close');
  const text = readFileSync(log, 'utf8');
  const executions = Number(/number_of_executed_units:\s*(\d+)/.exec(text)?.[1] ?? 0);
  const crashes = Math.max(readdirSync(findings).length - before, status === 0 ? 0 : 1);
  console.log(`${name}: ${executions} executions in ${Math.round(seconds)} s, ${crashes} findings`);
  if (crashes) console.log(`  ${shown(log)} says which; the inputs are in ${shown(findings)}`);
  return { executions, crashes };
}

main(async () => {
  const { minutes, names } = options(process.argv.slice(2));
  if (!findProgram('clang++-19')) setUp('build', 'test');
  heading('Building the fuzzers');
  rmSync(at('build/fuzz/findings'), { recursive: true, force: true });
  run('cmake', ['--preset', 'native-fuzz'], {
    quiet: true,
    otherwise: 'CMake could not configure native-fuzz.',
  });
  run('cmake', ['--build', '--preset', 'native-fuzz'], { otherwise: 'the fuzzers do not compile.' });
  heading('Fuzzing');
  const chosen = names.length ? names : targets;
  const totals = { executions: 0, crashes: 0 };
  for (const name of chosen) {
    const { executions, crashes } = await fuzz(name, Math.ceil((minutes * 60) / chosen.length));
    totals.executions += executions;
    totals.crashes += crashes;
  }
  console.log(`\n${totals.executions} executions, ${totals.crashes} findings`);
  process.exitCode = totals.crashes ? 1 : 0;
});
