// npm run build -- [native] [library] [sanitize] [thread] [fuzz] [wasm] [wasm-sanitize] [package] [web]; by default
// native, wasm, package and web.
import { availableParallelism } from 'node:os';
import { existsSync, readFileSync } from 'node:fs';
import { at, Failure, findProgram, heading, isMain, main, outputOf, root, run, setUp } from '../lib.mjs';

/**
 * The values CMake kept from the last configuration that a new one cannot change.
 * @param {string} preset
 * @param {string} name
 */
function cached(preset, name) {
  const file = at('build', preset, 'CMakeCache.txt');
  if (!existsSync(file)) return undefined;
  return new RegExp(`^${name}:[A-Z]+=(.*)$`, 'm').exec(readFileSync(file, 'utf8'))?.[1];
}

/** With ccache nothing is compiled twice by a user, in whatever copy of the project. */
export const compilerCache = {
  CMAKE_CXX_COMPILER_LAUNCHER: 'ccache',
  CCACHE_BASEDIR: root,
  CCACHE_NOHASHDIR: '1',
  CCACHE_SLOPPINESS: 'locale,pch_defines,time_macros',
};

/**
 * @param {string} preset
 * @param {{ fixed?: Record<string, string>, env?: NodeJS.ProcessEnv, targets?: string[] }} options targets: by default
 *   those of the preset
 */
function cmake(preset, { fixed = {}, env = {}, targets = [] }) {
  heading(`Building ${preset}`);
  if (findProgram('ccache')) env = { ...compilerCache, ...env };
  const stale = Object.entries(fixed).some(([name, value]) => (cached(preset, name) ?? value) !== value);
  const definitions = Object.entries(fixed).map(([name, value]) => `-D${name}=${value}`);
  run('cmake', ['--preset', preset, ...definitions, ...(stale ? ['--fresh'] : [])], {
    env,
    quiet: true,
    otherwise: `CMake could not configure ${preset} (its messages are above).`,
  });
  const chosen = targets.length ? ['--target', ...targets] : [];
  run('cmake', ['--build', '--preset', preset, '--parallel', String(availableParallelism()), ...chosen], {
    env,
    otherwise: `${preset} does not compile (the compiler's messages are above).`,
  });
}

/**
 * @param {string} preset
 * @param {...string} targets
 */
function native(preset, ...targets) {
  const compiler = findProgram('clang++-19');
  cmake(preset, { fixed: compiler ? { CMAKE_CXX_COMPILER: compiler } : {}, targets });
}

/** Where Emscripten is, and the environment that its programs need. */
export function emscripten() {
  const folder = outputOf('bash', [at('scripts/build/emscripten')]);
  /** @type {Record<string, string>} */
  const env = { EMSCRIPTEN_ROOT: folder };
  // The system's own: a version manager's takes a third of a second longer to start, for each file that is compiled.
  if (!process.env.EMSDK_PYTHON && existsSync('/usr/bin/python3')) env.EMSDK_PYTHON = '/usr/bin/python3';
  // The downloaded one carries its configuration; another version's must not be taken for it.
  if (existsSync(`${folder}/.emscripten`)) env.EM_CONFIG = `${folder}/.emscripten`;
  return { folder, env };
}

/** @param {...string} presets */
function wasm(...presets) {
  const { folder, env } = emscripten();
  const toolchain = `${folder}/cmake/Modules/Platform/Emscripten.cmake`;
  for (const preset of presets) {
    cmake(preset, { fixed: { CMAKE_TOOLCHAIN_FILE: toolchain }, env });
  }
}

/** @param {string} what @param {string[]} command */
function script(what, ...command) {
  heading(`Building the ${what}`);
  run(process.execPath, command, { otherwise: `the ${what} does not build (messages above).` });
}

const parts = {
  native: () => native('native'),
  library: () => native('native', 'unfold_library'), // of the same build, for programs of others
  sanitize: () => native('native-sanitize'),
  thread: () => native('native-thread-sanitize'),
  fuzz: () => cmake('native-fuzz', {}),
  wasm: () => wasm('wasm-simd', 'wasm-simd-threads'),
  'wasm-sanitize': () => wasm('wasm-sanitize'),
  package: () => script('package', 'wasm/build.mjs'),
  web: () => script('page', 'node_modules/vite/bin/vite.js', 'build', '--config', 'web/vite.config.ts'),
};

/**
 * Builds the named parts in the order they depend on each other.
 * @param {...string} names
 */
export function build(...names) {
  const unknown = names.find((name) => !(name in parts));
  if (unknown)
    throw new Failure(`there is no part "${unknown}"; the parts are ${Object.keys(parts).join(', ')}.`);
  for (const [name, part] of Object.entries(parts)) if (names.includes(name)) part();
}

if (isMain(import.meta.url)) {
  main(() => {
    const names = process.argv.slice(2);
    const wanted = names.length ? names : ['native', 'wasm', 'package', 'web'];
    const forTests = ['native', 'library', 'sanitize', 'thread', 'fuzz'];
    setUp('build', ...(wanted.some((name) => forTests.includes(name)) ? ['test'] : []));
    build(...wanted);
  });
}
