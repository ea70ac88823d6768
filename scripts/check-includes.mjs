// npm run check -- includes: includes of C++ files point one way between the folders of core/, and never in a circle.
// clang-tidy has a check for circles (misc-header-include-cycle), but none for the order of folders.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { at, Failure, filesIn, isMain, main, shown } from './lib.mjs';

/** A file may include files of its own folder and of those before it. */
const folders = [
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
  'wasm',
];
/** Where the order alone would allow it. */
const forbidden = { wasm: ['core/tools'] };
const names = folders.join(' ← ');

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
      const target = [join('core', name), join(dirname(file), name)].find((path) => includes.has(path));
      if (!target) {
        problems.push(
          `${file}: includes "${name}", which is no file of core/ (by its path there) or beside it`,
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

/** One sentence for each circle: those that a depth-first search closes. */
function circles(graph) {
  const found = [];
  const done = new Set();
  const path = [];
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

/** Returns how many files were read. */
function checkIncludes() {
  const files = ['core', 'wasm'].flatMap((folder) => filesIn(at(folder), ['.h', '.cpp']));
  const includes = new Map(
    files.map((path) => [
      shown(path),
      [...readFileSync(path, 'utf8').matchAll(/^\s*#\s*include\s+"([^"]+)"/gm)].map(([, name]) => name),
    ]),
  );
  const problems = problemsOf(includes);
  for (const problem of problems) console.error(problem);
  if (problems.length) throw new Failure(`includes of C++ files break the order (${problems.length} above).`);
  return files.length;
}

if (isMain(import.meta.url)) {
  main(() => console.log(`${checkIncludes()} C++ files, includes point one way.`));
}
