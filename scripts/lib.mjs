// What the scripts share. Only Node's own modules: they run before anything is installed.
import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** @param {string[]} path */
export const at = (...path) => join(root, ...path);
/**
 * A path as it is written in messages and tables: from the project's folder, with slashes.
 * @param {string} path
 */
export const shown = (path) => relative(root, path).split(sep).join('/');

/** An expected failure: its message is the one sentence the user reads. */
export class Failure extends Error {}

/** What was thrown, in words. @param {unknown} error */
export const messageOf = (error) => (error instanceof Error ? error.message : String(error));

/** @param {string} text */
export function heading(text) {
  console.log(`\n== ${text}`);
}

/**
 * @typedef {object} Run
 * @property {Record<string, string | undefined>} [env]
 * @property {boolean} [quiet]
 * @property {boolean} [capture]
 * @property {string | null | undefined} [otherwise]
 */

/**
 * Runs a command in the project's folder. `quiet` shows its output only if it fails; `capture` returns it.
 * `otherwise` is the sentence of the failure; null lets the caller read the status.
 * @overload
 * @param {string} command
 * @param {string[]} args
 * @param {Run & { capture: true }} options
 * @returns {string}
 */
/**
 * @overload
 * @param {string} command
 * @param {string[]} [args]
 * @param {Run} [options]
 * @returns {number | null}
 */
/**
 * @param {string} command
 * @param {string[]} args
 * @param {Run} options
 * @returns {string | number | null}
 */
export function run(command, args = [], { env, quiet, capture, otherwise } = {}) {
  /** @type {import('node:child_process').StdioOptions} */
  const stdio = quiet ? ['ignore', 'pipe', 'pipe'] : capture ? ['ignore', 'pipe', 'inherit'] : 'inherit';
  /** @type {import('node:child_process').SpawnSyncReturns<string> & { error?: NodeJS.ErrnoException }} */
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (result.error?.code === 'ENOENT') throw new Failure(`${command} is missing; run scripts/setup.`);
  if (result.error) throw result.error;
  if (result.signal === 'SIGINT' || result.signal === 'SIGTERM') throw new Failure('interrupted.');
  if (result.status !== 0 && otherwise !== null) {
    if (quiet) process.stderr.write(`${result.stdout}${result.stderr}`);
    throw new Failure(otherwise ?? `${[command, ...args].join(' ')} failed (status ${result.status}).`);
  }
  return capture ? result.stdout.trim() : result.status;
}

/**
 * Installs what the jobs need (see packages.txt); the script itself says what is missing.
 * @param {string[]} jobs
 */
export function setUp(...jobs) {
  if (process.platform === 'win32') throw new Failure('the build needs Linux or macOS (on Windows: WSL).');
  const status = run('bash', [at('scripts/setup'), ...jobs], { otherwise: null });
  if (status !== 0) process.exit(1);
}

/**
 * The path of a program on PATH, or undefined.
 * @param {string} name
 */
export const findProgram = (name) =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));

/** The browser of the system, if there is one: none is downloaded. */
export const findChromium = () =>
  process.env.UNFOLD_CHROMIUM ?? findProgram('chromium') ?? findProgram('google-chrome');

export function chromiumProgram() {
  const path = findChromium();
  if (!path) throw new Failure('chromium is missing; run scripts/setup test.');
  return path;
}

/** How it is started here. */
export const chromiumArguments = [
  '--no-sandbox', // Containers and root have none; the pages are our own.
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * Every file under a folder whose name ends in one of `endings`.
 * @param {string} folder
 * @param {string[]} endings
 * @returns {string[]}
 */
export function filesIn(folder, endings) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      if (statSync(path).isDirectory()) {
        return ['node_modules', 'dist', 'build'].includes(name) ? [] : filesIn(path, endings);
      }
      return endings.some((ending) => name.endsWith(ending)) ? [path] : [];
    });
}

/**
 * What the command line says; what it must not say is a Failure with the usage.
 * @template {import('node:util').ParseArgsConfig} T
 * @param {T} config
 * @param {string} usage
 * @returns {ReturnType<typeof parseArgs<T>>}
 */
export function commandLine(config, usage) {
  try {
    return parseArgs(config);
  } catch (error) {
    throw new Failure(`${messageOf(error)}\n${usage}`);
  }
}

/**
 * True in the file that was started, false where it is imported.
 * @param {string} url
 */
export const isMain = (url) => process.argv[1] !== undefined && url === pathToFileURL(process.argv[1]).href;

/**
 * Runs a script's body; a Failure becomes one line and status 1.
 * @param {() => unknown} body
 */
export async function main(body) {
  try {
    await body();
  } catch (error) {
    console.error(error instanceof Failure ? `unfold: ${error.message}` : error);
    process.exit(1);
  }
}
