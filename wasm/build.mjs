// wasm/*.ts becomes dist/*.js and dist/*.d.ts, file by file: what is read here is what runs there.
// The engine's files (simd*.js, simd*.wasm) come from CMake and stay, adapted for bundlers.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { adapt } from './glue.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const dist = (name = '') => here(`../dist/${name}`);
const isGlue = (name) => /^simd(-threads|-fast)*\.js$/.test(name);

mkdirSync(dist(), { recursive: true });
for (const name of readdirSync(dist())) if (/\.(js|d\.ts)$/.test(name) && !isGlue(name)) rmSync(dist(name));

try {
  const compiler = here('../node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '--project', here('tsconfig.json')], { stdio: 'inherit' });
} catch {
  process.exit(1); // the compiler has said why
}

for (const name of readdirSync(dist())) {
  if (isGlue(name)) {
    const source = readFileSync(dist(name), 'utf8');
    const adapted = adapt(source);
    if (adapted !== source) writeFileSync(dist(name), adapted);
  }
  if (name === 'simd.wasm') {
    const base64 = readFileSync(dist(name)).toString('base64');
    writeFileSync(dist('simd-base64.js'), `export default '${base64}';\n`);
  }
}
