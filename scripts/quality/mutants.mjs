// npm run mutants [-- --area core,page] [--only id,id] [--fresh]: puts small faults into a copy of the
// project, one at a time, and runs the quickest tests that should see each. The faults are data: tests/mutants/<area>.json.
//
// A mutant names its file, a text that occurs in it exactly once, what stands there instead, and its stage: a GoogleTest
// filter of one program, or Vitest files with what has to be built for them. What has been killed is not run again until
// its mutant or its file changes (build/mutants/results.json); `--fresh` forgets that. A run of whole areas writes
// their rows of the table in tests/README.md and leaves the other rows as they are.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilerCache, emscripten } from '../build/build.mjs';
import {
  at,
  commandLine,
  Failure,
  findProgram,
  heading,
  isMain,
  main,
  outputOf,
  run,
  setUp,
} from '../lib.mjs';

/**
 * @typedef {{ program: string, filter: string } | { files: string[], build?: 'package' | 'page' | undefined,
 *   name?: string, project?: string }} Stage
 * @typedef {{ id: string, file: string, find: string, replace: string, what: string, stage: Stage, area: string }} Mutant
 * @typedef {{ hash: string, result: 'killed' | 'survived' | 'timeout' | 'does not compile', by?: string | undefined,
 *   seconds: number }} Result
 */

const MINUTE = 60_000;
/** An endless loop counts as seen. A stage takes seconds; on a machine that others use, some more. */
const LIMIT = { native: 5 * MINUTE, vitest: 10 * MINUTE, build: 30 * MINUTE };
/** A fault may ask for any memory: a native test gets this much address space, in kilobytes. */
const MEMORY = 8 << 20;

const folder = at('build', 'mutants');
const kept = join(folder, 'results.json');
const tables = at('tests', 'mutants');

/** @returns {Mutant[]} */
export function read() {
  return readdirSync(tables)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .flatMap((name) => {
      /** @type {Mutant[]} */
      const mutants = JSON.parse(readFileSync(join(tables, name), 'utf8'));
      return mutants.map((mutant) => ({ ...mutant, area: name.slice(0, -'.json'.length) }));
    });
}

/** What is wrong with a table: every stale mutant is named at once. @param {Mutant[]} mutants */
export function check(mutants) {
  const problems = [];
  const seen = new Set();
  for (const { id, file, find, replace, stage } of mutants) {
    if (seen.has(id)) problems.push(`${id}: there are two of this name`);
    seen.add(id);
    if (!existsSync(at(file))) {
      problems.push(`${id}: ${file} is missing`);
      continue;
    }
    const count = readFileSync(at(file), 'utf8').split(find).length - 1;
    if (count !== 1) problems.push(`${id}: its text is ${count} times in ${file}, expected once`);
    if (find === replace) problems.push(`${id}: changes nothing`);
    for (const test of 'files' in stage ? stage.files : []) {
      if (!existsSync(at(test))) problems.push(`${id}: ${test} is missing`);
    }
  }
  if (problems.length)
    throw new Failure(`mutants that do not fit the sources any more:\n  ${problems.join('\n  ')}`);
}

/** Of a mutant and the text that it changes. @param {Mutant} mutant */
const hashOf = ({ find, replace, stage }, /** @type {string} */ text) =>
  createHash('sha256')
    .update(JSON.stringify([find, replace, stage]))
    .update(text)
    .digest('hex')
    .slice(0, 16);

/**
 * Runs a command to its end, or ends it and whatever it started.
 * @param {string} command @param {string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv, limit: number }} options
 * @returns {Promise<{ status: number | null, output: string, late: boolean }>}
 */
function ends(command, args, { cwd, env, limit }) {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, ...env }, detached: true };
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const stop = (/** @type {NodeJS.Signals} */ signal) => {
      if (child.pid) process.kill(-child.pid, signal);
    };
    let output = '';
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      stop('SIGKILL');
    }, limit);
    const interrupted = () => {
      stop('SIGTERM'); // Ninja ends its compilers then, which are in groups of their own
      process.exit(1);
    };
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-200_000)));
    }
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(timer);
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      resolve({ status, output, late });
    });
  });
}

/** A copy of the project with builds of its own: what a change made stale is built again when a stage needs it. */
class Copy {
  stale = new Set(['native', 'wasm', 'package', 'web']);
  linked = false;

  root = join(folder, 'tree');
  env = findProgram('ccache') ? { ...compilerCache, CCACHE_BASEDIR: this.root } : {};

  /** Brings the copy to the state of the project; a file that is the same keeps its time, so that it is not compiled. */
  refresh() {
    mkdirSync(this.root, { recursive: true });
    const left = ['.git', 'build', 'dist', 'web/dist', 'node_modules'].map((path) => `--exclude=/${path}`);
    run('rsync', ['--recursive', '--links', '--perms', '--checksum', '--delete', ...left, './', this.root]);
    // Hard links: tools look for what they may serve and keep beside the real files.
    const stamp = (/** @type {string} */ root) => {
      const file = join(root, 'node_modules', '.unfold-lock');
      return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
    };
    if (stamp(this.root) !== stamp(at())) {
      rmSync(join(this.root, 'node_modules'), { recursive: true, force: true });
      run('cp', ['-al', at('node_modules'), this.root]);
    }
  }

  /** As everywhere, so that the compiler cache serves all that is not changed; linked by the quickest linker. */
  async configure() {
    const compiler = findProgram('clang++-19');
    const args = [
      '--preset=native',
      ...(compiler ? [`-DCMAKE_CXX_COMPILER=${compiler}`] : []),
      ...(findProgram('ld.lld') ? ['-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld'] : []),
    ];
    const { status, output } = await ends('cmake', args, {
      cwd: this.root,
      env: this.env,
      limit: LIMIT.build,
    });
    if (status !== 0) throw new Failure(`the copy cannot be configured:\n${output.slice(-4000)}`);
  }

  /** @param {Stage} stage */
  needs(stage) {
    if ('program' in stage) return ['native'];
    if (stage.build === 'page') return ['wasm', 'package', 'web'];
    return stage.build === 'package' ? ['wasm', 'package'] : [];
  }

  /**
   * Of WebAssembly, what has been built once is built again without its fast twins, which no test here runs: linking
   * takes most of the time.
   * @param {string} part @param {Stage} stage @returns {[string, string[]][]}
   */
  commands(part, stage) {
    if ('program' in stage) return [['cmake', ['--build', '--preset', 'native', '--target', stage.program]]];
    if (part === 'wasm' && this.linked)
      return ['simd', 'simd-threads'].map((name) => [
        'cmake',
        ['--build', '--preset', `wasm-${name}`, '--target', name],
      ]);
    return [[process.execPath, [join(this.root, 'scripts/build/build.mjs'), part]]];
  }

  /** Builds what the stage needs and a change made stale: undefined, or the compiler's messages. @param {Stage} stage */
  async build(stage) {
    for (const part of this.needs(stage)) {
      if (part !== 'native' && !this.stale.has(part)) continue;
      for (const [command, args] of this.commands(part, stage)) {
        const { status, output } = await ends(command, args, {
          cwd: this.root,
          env: part === 'wasm' ? { ...this.env, ...emscripten().env } : this.env,
          limit: LIMIT.build,
        });
        if (status !== 0) return output;
      }
      if (part === 'wasm') this.linked = true;
      this.stale.delete(part);
    }
    return undefined;
  }

  /**
   * @param {Stage} stage
   * @returns {Promise<{ result: 'killed' | 'survived' | 'timeout', by?: string | undefined, output: string }>}
   */
  async test(stage) {
    if ('program' in stage) {
      const program = join('build', 'native', 'tests', 'core', stage.program);
      const flags = [`--gtest_filter=${stage.filter}`, '--gtest_fail_fast', '--gtest_brief=1'];
      const limited = ['-c', `ulimit -v ${MEMORY}; exec "$@"`, 'bash', program, ...flags];
      const { status, output, late } = await ends('bash', limited, { cwd: this.root, limit: LIMIT.native });
      if (late) return { result: 'timeout', output };
      if (/\[=+\] 0 tests/.test(output))
        throw new Failure(`no test of ${stage.program} matches ${stage.filter}.`);
      if (status === 0) return { result: 'survived', output };
      const failed = /\[ {2}FAILED {2}\] (\S+?)[ ,]/.exec(output)?.[1];
      return { result: 'killed', by: failed ?? lastLine(output), output };
    }
    const report = join(folder, 'vitest.json');
    rmSync(report, { force: true });
    const args = [
      'run',
      '--config',
      'tests/vitest.config.ts',
      '--project',
      stage.project ?? 'node',
      '--bail',
      '1',
    ];
    if (stage.name) args.push('--testNamePattern', stage.name);
    args.push('--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...stage.files);
    const { output, late } = await ends(process.execPath, ['node_modules/vitest/vitest.mjs', ...args], {
      cwd: this.root,
      limit: LIMIT.vitest,
    });
    if (late) return { result: 'timeout', output };
    if (!existsSync(report)) throw new Failure(`Vitest said nothing about ${stage.files}:\n${output}`);
    /** @type {{ status: string, message: string, assertionResults: { status: string, fullName: string,
     *   failureMessages: string[] }[] }[]} */
    const testResults = JSON.parse(readFileSync(report, 'utf8')).testResults;
    const tests = testResults.flatMap((file) => file.assertionResults);
    const failed = tests.find(({ status }) => status === 'failed');
    if (failed) {
      const reason = failed.failureMessages?.[0]?.split('\n')[0] ?? '';
      return { result: 'killed', by: `${failed.fullName}: ${reason}`.slice(0, 300), output };
    }
    // A file that does not load, or whose preparation failed, has failed without a test.
    const broken = testResults.find(({ status }) => status === 'failed');
    if (broken) return { result: 'killed', by: broken.message.split('\n')[0], output };
    if (!tests.some(({ status }) => status === 'passed'))
      throw new Failure(`no test of ${stage.files} matches "${stage.name}".`);
    return { result: 'survived', output };
  }

  /** @param {Mutant} mutant @returns {Promise<Result>} */
  async try(mutant) {
    const file = join(this.root, mutant.file);
    const text = readFileSync(file, 'utf8');
    const began = performance.now();
    const done = (/** @type {Pick<Result, 'result' | 'by'>} */ rest) => ({
      hash: hashOf(mutant, text),
      seconds: Math.round((performance.now() - began) / 100) / 10,
      ...rest,
    });
    const parts = partsOf(mutant.file);
    // The replacement is no pattern: its dollar signs are its own.
    writeFileSync(
      file,
      text.replace(mutant.find, () => mutant.replace),
    );
    for (const part of parts) this.stale.add(part);
    try {
      const messages = await this.build(mutant.stage);
      if (messages !== undefined) return done({ result: 'does not compile', by: messages.slice(-1500) });
      const { result, by } = await this.test(mutant.stage);
      return done({ result, by });
    } finally {
      writeFileSync(file, text);
      for (const part of parts) this.stale.add(part);
    }
  }
}

/** What a change of this file makes stale. @param {string} file */
function partsOf(file) {
  if (/^core\/|^wasm\/.*\.(cpp|h)$/.test(file)) return ['native', 'wasm', 'package', 'web'];
  return file.startsWith('wasm/') ? ['package', 'web'] : ['web'];
}

const lastLine = (/** @type {string} */ text) => text.trim().split('\n').at(-1);

/** The stages of these mutants, joined where one run can serve them all. @param {Mutant[]} mutants @returns {Stage[]} */
function joined(mutants) {
  /** @type {Map<string, Stage>} */
  const stages = new Map();
  for (const { stage } of mutants) {
    if ('program' in stage) {
      const known = stages.get(stage.program);
      const filters = new Set([
        ...(known && 'filter' in known ? known.filter.split(':') : []),
        ...stage.filter.split(':'),
      ]);
      const filter = [...filters].join(':');
      stages.set(stage.program, { program: stage.program, filter });
    } else {
      const key = `${stage.project} ${stage.name === undefined}`;
      const known = stages.get(key);
      const former = known && 'files' in known ? known : { files: [], build: undefined, name: undefined };
      const names = new Set([...(former.name?.split('|') ?? []), ...(stage.name?.split('|') ?? [])]);
      const parts = [former.build, stage.build];
      stages.set(key, {
        ...stage,
        files: [...new Set([...former.files, ...stage.files])],
        ...(stage.name !== undefined && { name: [...names].join('|') }),
        build: parts.includes('page') ? 'page' : parts.includes('package') ? 'package' : undefined,
      });
    }
  }
  return [...stages.values()];
}

/** @typedef {{ area: string, count: number, killed: number, survived: string[], date: string }} Row */

/** One row for each area. @param {Mutant[]} mutants @param {Record<string, Result>} results @returns {Row[]} */
function rowsOf(mutants, results) {
  const date = outputOf('git', ['log', '-1', '--format=%cs']);
  return [...new Set(mutants.map(({ area }) => area))].map((area) => {
    const own = mutants.filter((mutant) => mutant.area === area);
    const survived = own.filter(({ id }) => results[id]?.result === 'survived').map(({ id }) => id);
    const killed = own.filter(({ id }) => ['killed', 'timeout'].includes(results[id]?.result ?? '')).length;
    return { area, count: own.length, killed, survived, date };
  });
}

/** The table of tests/README.md. @param {Row[]} rows */
function table(rows) {
  const sum = (/** @type {'count' | 'killed'} */ key) => rows.reduce((total, row) => total + row[key], 0);
  const survived = rows.flatMap((row) => row.survived);
  const all = { area: 'all', count: sum('count'), killed: sum('killed'), survived, date: '' };
  const ids = (/** @type {string[]} */ list) => list.map((id) => `\`${id}\``).join(', ') || '–';
  return [
    '| area | faults | killed | survived | sources of |',
    '|---|---|---|---|---|',
    ...[...rows, all].map(
      ({ area, count, killed, survived, date }) =>
        `| ${area} | ${count} | ${killed} | ${ids(survived)} | ${date && `${date} `}|`,
    ),
  ].join('\n');
}

/** The rows that a table has, without the sum. @param {string} text @returns {Row[]} */
export function parseTable(text) {
  return [...text.matchAll(/^\| ([\w-]+) \| (\d+) \| (\d+) \| (.*?) \| ([\d-]+) \|$/gm)].map(
    ([, area, count, killed, survived, date]) => ({
      area: String(area),
      count: Number(count),
      killed: Number(killed),
      survived: [...String(survived).matchAll(/`([^`]+)`/g)].map(([, id]) => String(id)),
      date: String(date),
    }),
  );
}

/**
 * The table with these rows in place of those of the same areas; an area that has no mutants any more loses its row.
 * @param {string} text @param {Row[]} rows @param {string[]} areas all that there are, in the table's order
 */
export function mergeTable(text, rows, areas) {
  const merged = new Map([...parseTable(text), ...rows].map((row) => [row.area, row]));
  return table(areas.flatMap((area) => merged.get(area) ?? []));
}

/** Writes the rows into the table between its markers. @param {Row[]} rows @param {string[]} areas */
function publish(rows, areas) {
  const file = at('tests', 'README.md');
  const readme = readFileSync(file, 'utf8');
  const between = /(?<=<!-- mutants -->\n)[\s\S]*?(?=<!-- \/mutants -->)/;
  if (!between.test(readme)) throw new Failure('tests/README.md has lost the markers of the mutants’ table.');
  writeFileSync(
    file,
    readme.replace(between, (text) => `${mergeTable(text, rows, areas)}\n`),
  );
}

if (isMain(import.meta.url)) {
  main(async () => {
    const { values } = commandLine(
      {
        options: {
          area: { type: 'string' },
          only: { type: 'string' },
          fresh: { type: 'boolean', default: false },
        },
      },
      'options: --area core,page, --only id,id, --fresh',
    );
    const all = read();
    check(all);
    const areas = values.area?.split(',');
    const ids = values.only?.split(',');
    const unknown = ids?.find((id) => !all.some((mutant) => mutant.id === id));
    if (unknown) throw new Failure(`there is no mutant "${unknown}".`);
    const wanted = all.filter(
      ({ id, area }) => (ids?.includes(id) ?? true) && (areas?.includes(area) ?? true),
    );
    if (!wanted.length) throw new Failure(`there are no mutants in "${values.area}".`);

    setUp('build', 'test', 'mutants');
    mkdirSync(folder, { recursive: true });
    /** @type {Record<string, Result>} */
    const results = !values.fresh && existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : {};
    const open = wanted.filter((mutant) => {
      const known = results[mutant.id];
      return (
        known?.hash !== hashOf(mutant, readFileSync(at(mutant.file), 'utf8')) ||
        !['killed', 'timeout'].includes(known.result)
      );
    });

    console.log(`${open.length} to try, ${wanted.length - open.length} known to be killed`);
    heading('Mutants');
    if (open.length) {
      const copy = new Copy();
      copy.refresh();
      if (open.some(({ stage }) => 'program' in stage)) await copy.configure();
      // Nothing counts unless the same tests are green without any fault.
      for (const stage of joined(open)) {
        const messages = await copy.build(stage);
        if (messages !== undefined) throw new Failure(`the copy does not build:\n${messages.slice(-4000)}`);
        const { result, by, output } = await copy.test(stage);
        if (result !== 'survived')
          throw new Failure(`without any fault: ${by ?? result}\n${output.slice(-4000)}`);
      }
      console.log('The tests are green without any fault.');
      for (const mutant of open) {
        const result = await copy.try(mutant);
        results[mutant.id] = result;
        writeFileSync(kept, JSON.stringify(results, null, 1));
        const by = result.by ? `  (${result.by})` : '';
        console.log(
          `${result.result.padEnd(9)} ${result.seconds.toFixed(1).padStart(6)} s  ${mutant.id}${by}`,
        );
      }
    }

    heading('Summary');
    const rows = rowsOf(wanted, results);
    console.log(table(rows));
    const invalid = wanted.filter(({ id }) => results[id]?.result === 'does not compile');
    if (invalid.length) throw new Failure(`these do not compile: ${invalid.map(({ id }) => id).join(', ')}.`);
    // An area of which only some were tried keeps its row.
    if (!ids) publish(rows, [...new Set(all.map(({ area }) => area))]);
    const killed = wanted.filter(({ id }) =>
      ['killed', 'timeout'].includes(results[id]?.result ?? ''),
    ).length;
    console.log(`\n${killed} of ${wanted.length} killed (${((100 * killed) / wanted.length).toFixed(1)} %)`);
    if (killed < 0.97 * wanted.length) process.exitCode = 1;
  });
}
