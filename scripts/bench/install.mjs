// Installs the libraries we are compared with: Debian's through scripts/setup, npm's into the per-user cache.
// Nothing of it becomes a dependency of the project. What cannot be had is left out, with the reason.
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { at, run } from '../lib.mjs';

const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'unfold', 'peers');

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
    const { install, files: wanted } = packages[name];
    const home = join(folder, install.join(',').replaceAll('/', '+'));
    mkdirSync(home, { recursive: true });
    const own = Object.entries(wanted).map(([address, file]) => [address, join(home, 'node_modules', file)]);
    const missing = () => own.find(([, path]) => !existsSync(path));
    // Peer dependencies are left out: brain.js would bring the graphics libraries that only its other networks use.
    const args = ['--prefix', home, '--ignore-scripts', '--legacy-peer-deps', '--no-audit', '--no-fund'];
    if (missing()) run('npm', ['install', '--loglevel=error', ...args, ...install], { otherwise: null });
    if (missing()) {
      reasons[name] = `npm did not install ${missing()?.[1]} (its message is above)`;
      continue;
    }
    Object.assign(files, Object.fromEntries(own));
    versions.push(...install);
  }
  return { files, versions, reasons };
}
