/**
 * The core as a library of others: installed and found, fetched into a project, and by a plain compiler line. Every
 * example, every ```cpp block of the READMEs and every example at the top of a header is compiled and run.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { compilerCache } from '../../scripts/build/build.mjs';
import { at, findProgram } from '../../scripts/lib.mjs';

vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 1_800_000 }); // compilers on a busy machine

const warnings = ['-Wall', '-Wextra', '-Wpedantic', '-Wshadow', '-Werror'];
const compilers = ['g++', 'clang++-19'];
const cache = findProgram('ccache') ? compilerCache : {};
const read = (path: string) => readFile(at(path), 'utf8');

/** Outside of the project, so that nothing of it is found by chance. */
let folder: string;
let prefix: string;
/** Arguments of a program that includes and links the library. */
let use: string[];

/** What a program prints; where it fails, all that it printed is in the error. */
async function run(program: string, args: string[], cwd = folder, env: NodeJS.ProcessEnv = {}) {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 1 << 28 };
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args, options);
    return stdout + stderr;
  } catch (error) {
    const { stdout, stderr, message } = error as Error & { stdout: string; stderr: string };
    throw new Error(`${message}\n${stdout}\n${stderr}`, { cause: error });
  }
}
const shell = (line: string, cwd: string) =>
  run('sh', ['-ec', line], cwd, { PREFIX: prefix, CMAKE_GENERATOR: 'Ninja', CXX: 'g++' });

/** Compiles a program with the project's warnings as errors, and runs it. */
async function runs(source: string) {
  const place = await mkdtemp(join(folder, 'program-'));
  await writeFile(join(place, 'main.cpp'), source);
  await writeFile(join(place, 'book.txt'), 'The cat sat on the mat. The dog sat on the log. '.repeat(90));
  await run('g++', ['-std=c++20', ...warnings, 'main.cpp', '-o', 'program', ...use], place);
  return run(join(place, 'program'), [], place);
}

/** The fenced blocks of a language. */
const blocks = (markdown: string, language: string) =>
  [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, code]) => code!);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'unfold-library-'));
  prefix = join(folder, 'installed');
  await run(process.execPath, [at('scripts/build/build.mjs'), 'library']);
  await run('cmake', ['--install', at('build/native'), '--prefix', prefix, '--component', 'library']);
  use = `-I${prefix}/include -isystem /usr/include/eigen3 -L${prefix}/lib -lunfold -pthread`.split(' ');
});
afterAll(() => rm(folder, { recursive: true }));

/** What the example prints, however it is compiled. */
const expected: Record<string, RegExp> = {
  train_text: /^step +1 +loss 3\.\d+ nats a character\n.*step 300 +loss 0\.\d+ .*\nTwinkle.*little star/s,
  predict_checkpoint: /^ +\d\d\.\d %  "a"\n +\d+\.\d %  "."\n +\d+\.\d %  "."\n$/,
  tensor_loss: /^step +0 +loss 0\.[4-9]\d*\n.*step 400 +loss 0\.00\d+\n$/s,
  add_cell: /^lstm +loss [01]\.\d+ nats a character\nblend +loss 0\.\d+ nats a character\n$/,
};
/** In the order in which one leaves its model to the next. */
const examples = Object.keys(expected);
const printed = new Map<string, string>();

/** Every way of compiling leads to the same output. */
function compare(name: string, output: string) {
  expect(output).toMatch(expected[name]!);
  expect(output).toBe(printed.get(name) ?? output);
  printed.set(name, output);
}

/** The two ways to build and run an example that its first lines name: [compiler line and run, CMake and run]. */
async function ways(name: string) {
  const source = await read(`core/examples/${name}.cpp`);
  const lines = [...source.split('\n#include')[0]!.matchAll(/^\/\/ {3}(.*)$/gm)].map(([, line]) => line!);
  expect(lines).toHaveLength(4);
  return lines;
}

test('all examples are here', async () => {
  const files = (await readdir(at('core/examples'))).filter((name) => name.endsWith('.cpp'));
  expect(files.sort()).toEqual(examples.map((name) => `${name}.cpp`).sort());
});

describe.each(compilers)('a plain line of %s', (compiler) => {
  test('compiles and runs every example', async () => {
    for (const name of examples) {
      const [compile, start] = await ways(name);
      await cp(at(`core/examples/${name}.cpp`), join(folder, `${name}.cpp`));
      await shell(compile!.replace(/^g\+\+/, compiler), folder);
      compare(name, await shell(start!, folder));
    }
  });

  test('has no warnings of our headers', async () => {
    const headers = (await readdir(join(prefix, 'include'), { recursive: true })).filter((file) =>
      file.endsWith('.h'),
    );
    expect(headers.length).toBeGreaterThan(30);
    await writeFile(join(folder, 'all.cpp'), headers.map((file) => `#include <${file}>\n`).join(''));
    await run(compiler, [
      '-std=c++20',
      ...warnings,
      '-Wconversion',
      '-fsyntax-only',
      'all.cpp',
      ...use.slice(0, 3),
    ]);
  });
});

test("the caller's flags do not reach the library's arithmetic", async () => {
  const [compile, start] = await ways('train_text');
  await shell(`${compile!} -O2 -march=native -ffp-contract=fast`, folder);
  compare('train_text', await shell(start!, folder));
});

test('CMake finds what is installed, and takes none of its flags', async () => {
  const place = join(folder, 'examples');
  await cp(at('core/examples'), place, { recursive: true });
  for (const name of examples) {
    const [, , build, start] = await ways(name);
    await shell(build!, place);
    compare(name, await shell(start!, place));
  }
  await run('cmake', ['-B', 'build', '-DCMAKE_EXPORT_COMPILE_COMMANDS=ON'], place);
  const commands = JSON.parse(await readFile(join(place, 'build/compile_commands.json'), 'utf8'));
  for (const { command } of commands) expect(command).not.toMatch(/ -(W|f|O|m|D)/);
});

/** A project with one program, by a block of core/README.md. */
async function project(place: string, kind: RegExp) {
  const found = blocks(await read('core/README.md'), 'cmake').filter((block) => kind.test(block));
  expect(found).toHaveLength(1);
  await mkdir(place, { recursive: true });
  await writeFile(join(place, 'CMakeLists.txt'), found[0]!);
  await cp(at('core/examples/train_text.cpp'), join(place, 'main.cpp'));
}

test('the project of core/README.md that finds it, of a version that is right or too new', async () => {
  const place = join(folder, 'finds');
  await project(place, /find_package\(unfold/);
  const configure = 'cmake -S . -B build -DCMAKE_PREFIX_PATH=$PREFIX';
  await shell(`${configure} && cmake --build build`, place);
  compare('train_text', await shell('build/my_program', place));
  const version = manifest.version.replace(/-.*/, '');
  const lists = await readFile(join(place, 'CMakeLists.txt'), 'utf8');
  const wanting = (wanted: string) =>
    writeFile(join(place, 'CMakeLists.txt'), lists.replace(/unfold [\d.]+/, `unfold ${wanted}`));
  await wanting(`${version} EXACT`);
  await shell(configure, place);
  await wanting(version.replace(/\d+$/, (last) => String(Number(last) + 1)));
  await expect(shell(configure, place)).rejects.toThrow(`version: ${version}`);
});

test('the project of core/README.md that fetches it, with GCC and without a warning', async () => {
  // Inside the project: there the compiler cache knows the files by the same names in every copy.
  const place = at('build/library');
  await project(place, /FetchContent_MakeAvailable\(unfold\)/);
  const configure = `-DFETCHCONTENT_SOURCE_DIR_UNFOLD=${at('.')}`;
  const options = [configure, '-DCMAKE_CXX_FLAGS=-O1', '-DCMAKE_EXPORT_COMPILE_COMMANDS=ON'];
  const env = { ...cache, CMAKE_GENERATOR: 'Ninja', CXX: 'g++' };
  await run('cmake', ['--fresh', '-S', '.', '-B', 'build', ...options], place, env);
  expect(await run('cmake', ['--build', 'build'], place, env)).not.toMatch(/warning/i);
  compare('train_text', await run(join(place, 'build/my_program'), [join(folder, 'fetched')], place));
  const commands: { file: string; command: string }[] = JSON.parse(
    await readFile(join(place, 'build/compile_commands.json'), 'utf8'),
  );
  for (const { file, command } of commands) {
    expect(command).not.toContain('-Werror');
    if (file.endsWith('main.cpp')) expect(command).not.toMatch(/ -(W|f|m)/);
  }
});

test('every C++ block of the READMEs is a program', async () => {
  const pages = ['README.md', 'core/README.md', 'wasm/README.md'];
  const programs = (await Promise.all(pages.map(read))).flatMap((page) => blocks(page, 'cpp'));
  expect(programs.length).toBeGreaterThanOrEqual(2);
  for (const program of programs) expect(await runs(program)).toMatch(/\d/);
});

test.each(['config/config.h', 'api/session.h', 'api/tensor.h'])(
  'the example at the top of %s',
  async (header) => {
    const [top] = (await read(`core/${header}`)).split('#pragma once');
    const lines = [...top!.matchAll(/^\/\/ {5}(.*)$/gm)].map(([, line]) => line!);
    expect(lines.length).toBeGreaterThan(4);
    const includes = ['#include <cstdio>', `#include <unfold/${header}>`].concat(
      lines.filter((line) => line.startsWith('#include')),
    );
    const body = lines.filter((line) => !line.startsWith('#include'));
    expect(await runs([...includes, 'int main() {', ...body, '}', ''].join('\n'))).toMatch(/\d/);
  },
);
