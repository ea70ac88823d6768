// npm run check -- includes: includes of C++ files point one way between the folders of core/, and never in a circle.
// clang-tidy has a check for circles (misc-header-include-cycle), but none for the order of folders.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { at, Failure, filesIn, isMain, main, shown } from './lib.mjs';

/** A file may include files of its own folder and of those before it. */
export const folders = [
  'core/base',
  'core/kernels',
  'core/config',
  'core/model',
  'core/data',
  'core/train',
  'core/generate',
  'core/inspect',
  'core/io',
  'core/api',
  'core/tools',
  'core/examples',
  'wasm',
];
/**
 * Where the order alone would allow it.
 * @type {Record<string, string[]>}
 */
const forbidden = { 'core/examples': ['core/tools'], wasm: ['core/tools', 'core/examples'] };
const names = folders.join(' ← ');

/**
 * The file that an include in quotes means, undefined if there is none.
 * @param {string} file
 * @param {string} name
 * @param {{ has(path: string): boolean }} known
 */
const targetOf = (file, name, known) =>
  [name.replace(/^unfold\//, 'core/'), join(dirname(file), name)].find((path) => known.has(path));

/** @param {string} file */
const folderOf = (file) => folders.find((folder) => file.startsWith(`${folder}/`));

/**
 * What is wrong with a set of files, a sentence each.
 * @param {Map<string, string[]>} includes of each file by its path from the project's folder, as they stand there
 * @returns {string[]}
 */
export function problemsOf(includes) {
  const problems = [];
  const graph = new Map();
  for (const [file, listed] of includes) {
    const own = folderOf(file);
    if (!own) problems.push(`${file}: in none of the folders ${names} (scripts/check-includes.mjs)`);
    const targets = [];
    for (const name of listed) {
      const target = targetOf(file, name, includes);
      if (!target) {
        problems.push(
          `${file}: includes "${name}", which is no file of core/ ("unfold/" and its path there) or beside it`,
        );
        continue;
      }
      targets.push(target);
      const to = folderOf(target);
      if (!own || !to) continue;
      const refused = `${file}: may not include ${target}:`;
      if (forbidden[own]?.includes(to))
        problems.push(`${refused} ${own} and ${to} are programs, neither of them part of the other`);
      else if (folders.indexOf(to) > folders.indexOf(own))
        problems.push(`${refused} ${own} comes before ${to} (${names})`);
    }
    graph.set(file, targets);
  }
  return [...problems, ...circles(graph)];
}

/**
 * One sentence for each circle: those that a depth-first search closes.
 * @param {Map<string, string[]>} graph
 */
function circles(graph) {
  /** @type {string[]} */
  const found = [];
  const done = new Set();
  /** @type {string[]} */
  const path = [];
  /** @param {string} file */
  const visit = (file) => {
    if (path.includes(file)) {
      const circle = [...path.slice(path.indexOf(file)), file];
      found.push(
        `${circle.at(-2)}: may not include ${file}: the includes go in a circle (${circle.join(' → ')})`,
      );
      return;
    }
    if (done.has(file)) return;
    path.push(file);
    for (const target of graph.get(file) ?? []) visit(target);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) visit(file);
  return found;
}

/** @returns {Map<string, string[]>} of every C++ file of core/ and wasm/ what it includes in quotes */
export function readIncludes() {
  const files = ['core', 'wasm'].flatMap((folder) => filesIn(at(folder), ['.h', '.cpp']));
  const quoted = (/** @type {string} */ path) =>
    readFileSync(path, 'utf8').matchAll(/^\s*#\s*include\s+"([^"]+)"/gm);
  return new Map(files.map((path) => [shown(path), [...quoted(path)].map(([, name]) => name ?? '')]));
}

/**
 * The files themselves and all that they include, directly or not.
 * @param {string[]} files
 * @param {Map<string, string[]>} includes
 */
export function includedBy(files, includes) {
  const all = new Set(files);
  for (const file of all)
    for (const name of includes.get(file) ?? []) {
      const target = targetOf(file, name, includes);
      if (target) all.add(target);
    }
  return [...all].sort();
}

if (isMain(import.meta.url)) {
  main(() => {
    const includes = readIncludes();
    const problems = problemsOf(includes);
    for (const problem of problems) console.error(problem);
    if (problems.length)
      throw new Failure(`includes of C++ files break the order (${problems.length} above).`);
    console.log(`${includes.size} C++ files, includes point one way.`);
  });
}
