// wasm/*.ts becomes dist/*.js and dist/*.d.ts, file by file: what is read here is what runs there.
// The engine's files (simd*.js, simd*.wasm) come from CMake and stay.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const dist = (name) => here(`../dist/${name}`);

mkdirSync(dist(''), { recursive: true });
const fromCMake = /^simd(-\w+)*\.(js|wasm)$/;
for (const name of readdirSync(dist(''))) {
  if (/\.(js|d\.ts)$/.test(name) && !fromCMake.test(name)) rmSync(dist(name));
}

try {
  execFileSync(process.execPath, [here('../node_modules/typescript/bin/tsc'), '--project', here('tsconfig.json')], { stdio: 'inherit' });
} catch {
  process.exit(1); // the compiler has said why
}

if (existsSync(dist('simd.wasm'))) {
  const base64 = readFileSync(dist('simd.wasm')).toString('base64');
  writeFileSync(dist('simd-base64.js'), `export default '${base64}';\n`);
}
