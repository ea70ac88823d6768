// wasm/src/**/*.ts becomes dist/**/*.js and *.d.ts, file by file: what is read here is what runs there. wasm/src/cli uses
// the rest by its public name.
// The engine's files (simd*.js, simd*.wasm) come from CMake and stay, adapted for bundlers.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { adapt } from './glue.mjs';

/** @param {string} path */
const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const dist = (name = '') => here(`../dist/${name}`);
/** @param {string} name */
const isGlue = (name) => /^simd(-threads|-fast)*\.js$/.test(name);
/** @param {string} name */
const isTwin = (name) => /-fast\.js$/.test(name);

mkdirSync(dist(), { recursive: true });
for (const name of readdirSync(dist())) if (/\.(js|d\.ts)$/.test(name) && !isGlue(name)) rmSync(dist(name));
for (const { name } of readdirSync(here('src'), { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
))
  rmSync(dist(name), { recursive: true, force: true });

try {
  const compiler = here('../node_modules/typescript-7/bin/tsc');
  execFileSync(process.execPath, [compiler, '--build', '--force', here('src/cli')], { stdio: 'inherit' });
} catch {
  process.exit(1); // the compiler has said why
}

chmodSync(dist('cli/main.js'), 0o755);
for (const name of readdirSync(dist())) {
  if (isGlue(name)) {
    const source = readFileSync(dist(name), 'utf8');
    const adapted = adapt(source);
    if (adapted !== source) writeFileSync(dist(name), adapted);
    if (isTwin(name)) {
      checkTwin(name, adapted);
      continue;
    }
    const declaration = `declare const factory: import('./shared/engine.js').EngineFactory;\nexport default factory;\n`;
    writeFileSync(dist(name.replace(/js$/, 'd.ts')), declaration);
  }
  if (name === 'simd.wasm') {
    const base64 = readFileSync(dist(name)).toString('base64');
    writeFileSync(dist('simd-base64.js'), `export default '${base64}';\n`);
  }
}

/**
 * A build's fast twin runs with the other's JavaScript: they differ in nothing but the name of the file.
 * @param {string} name
 * @param {string} source
 */
function checkTwin(name, source) {
  const other = readFileSync(dist(name.replace('-fast', '')), 'utf8');
  if (adapt(other) !== source.replaceAll('-fast.', '.'))
    throw new Error(`${name} is not the JavaScript of its twin.`);
}
