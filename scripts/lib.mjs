// What the scripts share. Only Node's own modules: they run before anything is installed.
import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { existsSync, readdirSync } from 'node:fs';
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
 * Runs a command in the project's folder; its status. `quiet` shows its output only if it fails. `otherwise` is the
 * sentence of the failure; null lets the caller read the status.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined>, quiet?: boolean, otherwise?: string | null | undefined,
 *   stdio?: import('node:child_process').StdioOptions }} options
 */
function spawned(command, args, { env, quiet, otherwise, stdio = quiet ? 'pipe' : 'inherit' }) {
  const result = spawnSync(command, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const { error, signal, status, stdout, stderr } = result;
  if (error && 'code' in error && error.code === 'ENOENT')
    throw new Failure(`${command} is missing; run scripts/setup.`);
  if (error) throw error;
  if (signal === 'SIGINT' || signal === 'SIGTERM') throw new Failure('interrupted.');
  if (status !== 0 && otherwise !== null) {
    if (quiet) process.stderr.write(`${stdout}${stderr}`);
    throw new Failure(otherwise ?? `${[command, ...args].join(' ')} failed (status ${status}).`);
  }
  return result;
}

/**
 * Runs a command; its status.
 * @param {string} command
 * @param {string[]} args
 * @param {Omit<Parameters<typeof spawned>[2], 'stdio'>} options
 */
export const run = (command, args = [], options = {}) => spawned(command, args, options).status;

/**
 * What a command prints.
 * @param {string} command
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
export const outputOf = (command, args, env = {}) =>
  spawned(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'] }).stdout.trim();

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

export async function launchChromium() {
  const { chromium } = await import('playwright'); // only now: it may have been installed a moment ago
  return chromium.launch({ executablePath: chromiumProgram(), args: chromiumArguments });
}

/**
 * Every file under a folder whose name ends in one of `endings`.
 * @param {string} folder
 * @param {string[]} endings
 */
export function filesIn(folder, endings) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/(^|[/\\])(node_modules|dist|build)[/\\]/.test(name))
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .sort()
    .map((name) => join(folder, name));
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
 * An option's number.
 * @param {Record<string, unknown>} values
 * @param {string} name
 * @param {{ from?: number, to?: number, whole?: boolean }} range
 */
export function numberOf(values, name, { from = 1, to = Infinity, whole = true } = {}) {
  const number = Number(values[name]);
  if (number >= from && number <= to && (!whole || Number.isInteger(number))) return number;
  const range = to < Infinity ? `from ${from} to ${to}` : `from ${from}`;
  throw new Failure(`--${name} takes a ${whole ? 'whole ' : ''}number ${range}, not "${values[name]}".`);
}

/** @param {number[]} values */
export function medianOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
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
