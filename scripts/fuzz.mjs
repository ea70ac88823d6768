// npm run fuzz [-- --minutes N] [target…]: builds the libFuzzer programs and runs them one after the other, together for
// N minutes of processor time (a crowded machine needs longer, at most five times as long); says how often each was
// executed and what it found. New inputs gather in build/fuzz, findings in build/fuzz/findings.
import { createWriteStream, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { at, commandLine, Failure, findProgram, heading, main, run, setUp, shown } from './lib.mjs';

const targets = ['checkpoint', 'config', 'text', 'session', 'data', 'music', 'tensor'];
const limits = [
  '-max_len=65536',
  '-timeout=20', // seconds; longer is a hang
  '-report_slow_units=20', // shorter pauses may be the machine's
  '-malloc_limit_mb=16', // one allocation; models beyond 1 MB are left out by their estimate
  '-rss_limit_mb=2048',
  '-print_final_stats=1',
  '-verbosity=1',
];

function options() {
  const { values, positionals } = commandLine(
    { allowPositionals: true, options: { minutes: { type: 'string', default: '2' } } },
    `options: --minutes N, ${targets.join(', ')}`,
  );
  const unknown = positionals.find((name) => !targets.includes(name));
  if (unknown) throw new Failure(`there is no target "${unknown}"; there are ${targets.join(', ')}.`);
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Failure('--minutes takes a number above 0.');
  return { minutes, names: positionals };
}

/**
 * Seconds of processor time in what the shell's `times` says of its children.
 * @param {string} times
 */
const secondsOf = (times) =>
  [...(times.trim().split('\n').at(-1) ?? '').matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + 60 * Number(minutes) + Number(seconds),
    0,
  );

/**
 * Runs a program; its messages go to a file. {status, seconds: of processor time}.
 * @param {string} program
 * @param {string[]} args
 * @param {string} log
 */
async function timed(program, args, log) {
  const child = spawn('sh', ['-c', '"$@"; status=$?; times; exit $status', 'sh', program, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let times = '';
  child.stdout.on('data', (chunk) => void (times += chunk));
  child.stderr.pipe(createWriteStream(log));
  const [status] = await once(child, 'close');
  return { status, seconds: secondsOf(times) };
}

/**
 * Fuzzes one target for so many seconds of processor time.
 * @param {string} name
 * @param {number} share
 */
async function fuzz(name, share) {
  const [found, findings, log] = [
    at('build/fuzz', name),
    at('build/fuzz/findings'),
    at('build/fuzz', `${name}.log`),
  ];
  for (const folder of [found, findings]) mkdirSync(folder, { recursive: true });
  const before = readdirSync(findings).length;
  const program = at('build/native-fuzz/tests/fuzz', `fuzz_${name}`);
  const folders = [found, at('tests/fuzz/corpus', name)];
  const totals = { executions: 0, crashes: 0, seconds: 0 };
  const ends = Date.now() + 5000 * share;
  while (!totals.crashes && totals.seconds < share && Date.now() < ends) {
    const args = [
      ...limits,
      `-dict=${at('tests/fuzz/words.dict')}`,
      `-artifact_prefix=${findings}/${name}-`,
      `-max_total_time=${Math.max(5, Math.ceil(share - totals.seconds))}`,
      ...folders,
    ];
    const { status, seconds } = await timed(program, args, log);
    totals.seconds += seconds;
    totals.executions += Number(
      /number_of_executed_units:\s*(\d+)/.exec(readFileSync(log, 'utf8'))?.[1] ?? 0,
    );
    totals.crashes = Math.max(readdirSync(findings).length - before, status === 0 ? 0 : 1);
  }
  const { executions, crashes, seconds } = totals;
  console.log(
    `${name}: ${executions} executions in ${Math.round(seconds)} s of processor time, ${crashes} findings`,
  );
  if (crashes) console.log(`  ${shown(log)} says which; the inputs are in ${shown(findings)}`);
  return totals;
}

main(async () => {
  const { minutes, names } = options();
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
  const totals = { executions: 0, crashes: 0, seconds: 0 };
  for (const name of chosen) {
    const result = await fuzz(name, (minutes * 60) / chosen.length);
    totals.executions += result.executions;
    totals.crashes += result.crashes;
    totals.seconds += result.seconds;
  }
  const spent = (totals.seconds / 60).toFixed(1);
  console.log(
    `\n${totals.executions} executions in ${spent} minutes of processor time, ${totals.crashes} findings`,
  );
  process.exitCode = totals.crashes ? 1 : 0;
});
