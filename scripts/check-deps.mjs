// npm run check-deps: dependencies point one way, and the package stands on nothing.
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { checkIncludes } from './check-includes.mjs';
import { at, Failure, filesIn, isMain, main, shown } from './lib.mjs';

/** The names a module imports, statically, dynamically, or as a worker or asset address. */
export function importsOf(source) {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
  const patterns = [
    /\b(?:import|export)\b[^'";()]*?\bfrom\s*['"]([^'"]+)['"]/g,
    /\bimport\s*['"]([^'"]+)['"]/g,
    /\bimport\s*\(\s*(?:\/\*.*?\*\/\s*)?['"]([^'"]+)['"]/g,
  ];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].map((match) => match[1]));
}

const isPath = (name) => name.startsWith('.') || name.startsWith('/');
const packageOf = (name) =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');

/** web/ reaches the package by its public name, and nothing else of the project at all. */
function checkWeb(manifest, problems) {
  const files = filesIn(at('web'), ['.ts', '.tsx', '.mjs', '.js']);
  const allowed = new Set([manifest.name, ...Object.keys(manifest.devDependencies ?? {})]);
  for (const path of files) {
    const file = shown(path);
    const isConfig = /^web\/[^/]*\.config\.\w+$/.test(file);
    for (const name of importsOf(readFileSync(path, 'utf8'))) {
      if (isPath(name)) {
        const target = name.startsWith('/') ? name.slice(1) : join(dirname(file), name);
        const outside = !name.startsWith('/') && !target.startsWith('web/');
        if (outside && !isConfig) problems.push(`${file}: "${name}" leaves web/; use ${manifest.name}`);
      } else if (
        !allowed.has(packageOf(name)) &&
        !(isConfig && isBuiltin(name)) &&
        !name.startsWith('virtual:')
      ) {
        problems.push(`${file}: "${name}" is not among the packages of package.json`);
      }
    }
  }
  return files.length;
}

/**
 * The package's sources stay in wasm/ and need no npm package; so does what is built from them. Its command line
 * and its examples use the package by its public name.
 */
function checkPackage(manifest, problems) {
  const isScript = (file) => /^wasm\/[^/]*\.(mjs|config\.\w+)$/.test(file);
  const sources = filesIn(at('wasm'), ['.ts', '.mjs', '.js']);
  const built = filesIn(at('dist'), ['.js', '.mjs', '.d.ts']);
  for (const path of [...sources, ...built]) {
    const file = shown(path);
    if (isScript(file)) continue;
    for (const name of importsOf(readFileSync(path, 'utf8'))) {
      if (isPath(name)) {
        const target = join(dirname(file), name);
        const inside = target.startsWith('wasm/') || target.startsWith('dist/');
        if (!inside) problems.push(`${file}: "${name}" leaves the package`);
      } else if (
        !isBuiltin(name) &&
        !(packageOf(name) === manifest.name && /\/(cli|examples)\//.test(file))
      ) {
        problems.push(`${file}: "${name}" would be a dependency of the package, which has none`);
      }
    }
  }
  for (const kind of ['dependencies', 'peerDependencies', 'optionalDependencies']) {
    if (Object.keys(manifest[kind] ?? {}).length) problems.push(`package.json: the package has no ${kind}`);
  }
  return sources.length + built.length;
}

export function checkDependencies() {
  const problems = [];
  const manifest = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  const files = checkIncludes() + checkWeb(manifest, problems) + checkPackage(manifest, problems);
  for (const problem of problems) console.error(problem);
  if (problems.length) throw new Failure(`dependencies point the wrong way (${problems.length} above).`);
  console.log(`${files} files, dependencies point one way.`);
}

if (isMain(import.meta.url)) main(checkDependencies);
