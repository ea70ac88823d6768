// npm run check-deps: dependencies point one way, and the package stands on nothing.
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import { at, Failure, filesIn, isMain, main, shown } from './lib.mjs';

// From the ground up. A file may include files of its own row and of the rows above it. A name is a
// file without its ending, a folder with a slash, or, where the two halves differ, a file with its ending.
const rows = [
  [
    'real',
    'error',
    'json.h',
    'sorting',
    'headroom',
    'numeric',
    'rng',
    'dropout',
    'parallel',
    'profile',
    'kernels/',
  ],
  ['parameters', 'block', 'cell', 'cells/', 'task', 'config.h', 'json_walk', 'blend', 'initialization'], // config.h: plain data
  ['edge'],
  ['layer', 'layer_ops', 'layer_part', 'stream_ops', 'draw', 'loss'],
  ['network', 'workspace', 'baseline', 'presets.h'],
  ['optim', 'tokens', 'safetensors'],
  ['hash', 'dataset', 'dataset_part', 'read_dataset', 'read_music', 'corpora', 'corpora/'],
  ['feed', 'text_feed', 'example_feed'],
  [
    'trainer',
    'sampler',
    'decoder',
    'checkpoint',
    'config_reader',
    'config.cpp',
    'config_layers',
    'config_task',
  ],
  ['config_training', 'json', 'presets.cpp', 'gradient_flow', 'inspect'],
  ['session', 'predict', 'estimate', 'tensor', 'tensor_optimizer'],
  ['libc', 'reply', 'bindings', 'bindings_network', 'bench', 'main'],
];

const rankOf = new Map(rows.flatMap((names, rank) => names.map((name) => [name, rank])));

/** The row of a C++ file, by its path below core/ or wasm/. */
function rank(path) {
  const below = path.replace(/^(core|wasm)\//, '');
  if (below.includes('/')) return rankOf.get(`${below.split('/')[0]}/`);
  return rankOf.get(below) ?? rankOf.get(basename(below, extname(below)));
}

function checkCpp(problems) {
  const files = [...filesIn(at('core'), ['.h', '.cpp']), ...filesIn(at('wasm'), ['.h', '.cpp'])].map(shown);
  const known = new Set(files);
  for (const file of files) {
    const own = rank(file);
    if (own === undefined) {
      problems.push(`${file}: not in the table of scripts/check-deps.mjs`);
      continue;
    }
    for (const [, name] of readFileSync(at(file), 'utf8').matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)) {
      const target = [join(dirname(file), name), join('core', name)].find((path) => known.has(path));
      if (!target) problems.push(`${file}: "${name}" is no file of core/ or wasm/`);
      else if (rank(target) > own) problems.push(`${file}: may not include ${target}, which stands above it`);
    }
  }
  return files.length;
}

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
  const files = checkCpp(problems) + checkWeb(manifest, problems) + checkPackage(manifest, problems);
  for (const problem of problems) console.error(problem);
  if (problems.length) throw new Failure(`dependencies point the wrong way (${problems.length} above).`);
  console.log(`${files} files, dependencies point one way.`);
}

if (isMain(import.meta.url)) main(checkDependencies);
