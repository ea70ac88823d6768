// npm run check -- tidy: clang-tidy, with the checks of .clang-tidy, over core/ and wasm/*.cpp.
//
// Most of its time goes into the AST of the standard library and of the JSON library, which every check walks. So the
// files of a folder are read as one program, as they are compiled; cells, kernels, examples and tools each alone. A program that
// passed is passed over until something changes that it is made of.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { emscripten } from '../build/build.mjs';
import { folders, includedBy, readIncludes } from './sources.mjs';
import { at, Failure, findProgram, main, outputOf, setUp } from '../lib.mjs';

/** @typedef {{ name: string, files: string[], flags: () => string[] }} Program */

const includes = readIncludes();
const made = at('build/tidy');

/** core/ by the name under which its files are included: "unfold/model/network.h". */
const headers = join(made, 'headers');
/** A folder of headers of the system's. @param {string} name */
const system = (name) =>
  ['/usr/include', '/usr/local/include'].map((path) => join(path, name)).find(existsSync);
const eigen = system('eigen3');
const json = system('nlohmann');
const native = ['-std=c++20', '-I', headers, ...(eigen ? ['-isystem', eigen] : [])];
/** One variant stands for all: they are one source. */
const kernels = [
  '-mavx2',
  '-mfma',
  '-DUNFOLD_KERNELS=avx2_fast',
  '-DUNFOLD_ISA=avx2',
  '-DUNFOLD_VECTOR_BYTES=32',
];

/** @param {string} target @param {string} path */
function link(target, path) {
  rmSync(path, { force: true });
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

/** The bindings are read as the WebAssembly build reads them: with Emscripten's C and C++ library, and the JSON library. */
function bindings() {
  const tools = emscripten();
  const cache = outputOf(join(tools.folder, 'em-config'), ['CACHE'], tools.env);
  if (!json) throw new Failure('nlohmann/json.hpp is missing; run scripts/setup.');
  link(json, join(made, 'include/nlohmann'));
  const target = ['--target=wasm32-unknown-emscripten', `--sysroot=${cache}/sysroot`, '-fwasm-exceptions'];
  return [...target, ...native, '-I', at('wasm'), '-isystem', join(made, 'include')];
}

/**
 * What is read at a time, the longest first.
 * @returns {Program[]}
 */
function programs() {
  const sources = [...includes.keys()].filter((file) => file.endsWith('.cpp'));
  const list = folders.flatMap((name) => {
    const files = sources.filter((file) => file.startsWith(`${name}/`));
    if (name === 'wasm') return [{ name, files, flags: bindings }];
    const apart = ['core/kernels', 'core/examples', 'core/tools'].includes(name); // with a main of their own
    const alone = files.filter((file) => apart || file.includes('/cells/'));
    const together = files.filter((file) => !alone.includes(file));
    const flags = () => (name === 'core/kernels' ? [...native, ...kernels] : native);
    return [
      ...(together.length ? [{ name: basename(name), files: together, flags }] : []),
      ...alone.map((file) => ({ name: basename(file, '.cpp'), files: [file], flags })),
    ];
  });
  const first = ['wasm', 'data', 'api', 'model', 'config'];
  const rank = (/** @type {Program} */ { name }) =>
    first.includes(name) ? first.indexOf(name) : first.length;
  return list.sort((a, b) => rank(a) - rank(b));
}

/**
 * Changes with everything that a verdict rests on.
 * @param {Program} program
 * @param {string} tool
 */
function keyOf({ files }, tool) {
  const hash = createHash('sha256');
  hash.update(outputOf(tool, ['--version']));
  hash.update(json ? String(statSync(join(json, 'json.hpp')).mtimeMs) : '');
  for (const file of [
    '.clang-tidy',
    'scripts/quality/tidy.mjs',
    'scripts/build/toolchain.txt',
    ...includedBy(files, includes),
  ])
    hash
      .update(`${file}\0`)
      .update(readFileSync(at(file)))
      .update('\0');
  return hash.digest('hex');
}

/**
 * What clang-tidy finds in one program: "" if nothing.
 * @param {string} tool
 * @param {Program} program
 */
function tidy(tool, { name, files, flags }) {
  const source = join(made, `${name}.cpp`);
  writeFileSync(source, files.map((file) => `#include "${at(file)}"\n`).join(''));
  const args = ['--quiet', `--config-file=${at('.clang-tidy')}`, source, '--', ...flags()];
  return promisify(execFile)(tool, args, { maxBuffer: 1 << 28 }).then(
    () => '',
    ({ message, stdout, stderr }) => stdout?.trim() || stderr?.trim() || message,
  );
}

main(async () => {
  setUp('build', 'check');
  link(at('core'), join(headers, 'unfold'));
  const tool = findProgram('clang-tidy-19');
  if (!tool) throw new Failure('clang-tidy-19 is missing; run scripts/setup.');
  const waiting = programs().map((program) => ({
    ...program,
    key: keyOf(program, tool),
    mark: join(made, `${program.name}.passed`),
  }));
  const changed = waiting.filter(({ key, mark }) => !existsSync(mark) || readFileSync(mark, 'utf8') !== key);
  const count = changed.length;
  /** @type {string[]} */
  const found = [];
  const next = async () => {
    for (let program = changed.shift(); program; program = changed.shift()) {
      const text = await tidy(tool, program);
      if (text) found.push(text.replaceAll(at(''), ''));
      else writeFileSync(program.mark, program.key);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, next));
  if (found.length) {
    console.error(found.join('\n'));
    throw new Failure('clang-tidy finds faults (above); .clang-tidy has the reason of each check.');
  }
  console.log(
    `clang-tidy finds nothing: ${count} of ${waiting.length} programs read, the others had passed.`,
  );
});
