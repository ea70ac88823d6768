// Installs the libraries we are compared with: Debian's through scripts/setup, npm's into the per-user cache.
// Nothing of it becomes a dependency of the project. What cannot be had is left out, with the reason.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { at, run } from '../lib.mjs';

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'unfold', 'peers');

/**
 * By library: the packages, and {address in the page: path in node_modules}.
 * @type {Record<string, { install: string[], files: Record<string, string> }>}
 */
const packages = {
  'jax-js': {
    install: ['@jax-js/jax@0.1.25'],
    files: { jax: '@jax-js/jax/dist' },
  },
  'TensorFlow.js': {
    install: ['@tensorflow/tfjs@4.22.0', '@tensorflow/tfjs-backend-wasm@4.22.0'],
    files: {
      'tfjs/tf.min.js': '@tensorflow/tfjs/dist/tf.min.js',
      'tfjs-wasm': '@tensorflow/tfjs-backend-wasm/dist',
    },
  },
  'brain.js': {
    install: ['brain.js@2.0.0-beta.24'],
    files: { 'brain/browser.js': 'brain.js/dist/browser.js' },
  },
};

/**
 * The last line npm says about an error, or undefined if all went well.
 * @param {string} folder
 * @param {string[]} names
 */
function npmInstall(folder, names) {
  mkdirSync(folder, { recursive: true });
  // Peer dependencies are left out: brain.js would bring the graphics libraries that only its other networks use.
  const args = ['--prefix', folder, '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'];
  /** @type {import('node:child_process').SpawnSyncOptionsWithStringEncoding} */
  const options = { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] };
  const { status, stderr, error } = spawnSync(
    'npm',
    ['install', '--loglevel=error', ...args, ...names],
    options,
  );
  if (status === 0) return undefined;
  const lines = (stderr ?? '').split('\n').filter((line) => /^npm (error|ERR!)/.test(line));
  return (
    lines.find((line) => / 4\d\d | E[A-Z]+/.test(line)) ??
    lines[0] ??
    error?.message ??
    `npm: status ${status}`
  );
}

/**
 * {files: {address: path}} or {reason}. An interrupted installation is begun again.
 * @param {string} name
 */
function installLibrary(name) {
  const { install, files } = packages[name];
  const folder = join(cache, install.join(',').replaceAll('/', '+'));
  if (!existsSync(folder)) {
    console.error(`  ${name}: installing ${install.join(', ')}`);
    const part = `${folder}.part`;
    rmSync(part, { recursive: true, force: true });
    const reason = npmInstall(part, install);
    if (reason) return { reason };
    mkdirSync(dirname(folder), { recursive: true });
    renameSync(part, folder);
  }
  /** @param {string} file */
  const path = (file) => join(folder, 'node_modules', file);
  const missing = Object.values(files).find((file) => !existsSync(path(file)));
  if (missing) return { reason: `the package has no ${missing}` };
  return { files: Object.fromEntries(Object.entries(files).map(([address, file]) => [address, path(file)])) };
}

/**
 * {files of all libraries, versions installed, reasons by library}; `names` as in peers.mjs.
 * @param {string[]} names
 */
export function installPeers(names) {
  /** @type {Record<string, string>} */
  const files = {};
  /** @type {string[]} */
  const versions = [];
  /** @type {Record<string, string>} */
  const reasons = {};
  if (names.some((name) => name === 'PyTorch' || name === 'NumPy')) {
    const status = run('bash', [at('scripts/setup'), 'peers'], { otherwise: null });
    if (status !== 0)
      reasons.PyTorch = reasons.NumPy = 'its Debian packages could not be installed (see above)';
  }
  for (const name of names.filter((name) => name in packages)) {
    const { files: own, reason } = installLibrary(name);
    if (reason) reasons[name] = reason;
    else {
      Object.assign(files, own);
      versions.push(...packages[name].install);
    }
  }
  return { files, versions, reasons };
}
