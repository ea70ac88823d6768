// npm run check -- sources: includes of C++ files point one way between the folders of core/, and no file of core/ is
// long. What clang-tidy can see is its work (.clang-tidy): circles of includes, long functions.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { at, Failure, filesIn, isMain, main, shown } from '../lib.mjs';

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
const mostLines = 350;

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
  for (const [file, listed] of includes) {
    const own = folderOf(file);
    if (!own) problems.push(`${file}: in none of the folders ${names} (scripts/quality/sources.mjs)`);
    for (const name of listed) {
      const target = targetOf(file, name, includes);
      if (!target) {
        problems.push(
          `${file}: includes "${name}", which is no file of core/ ("unfold/" and its path there) or beside it`,
        );
        continue;
      }
      const to = folderOf(target);
      if (!own || !to) continue;
      const refused = `${file}: may not include ${target}:`;
      if (forbidden[own]?.includes(to))
        problems.push(`${refused} ${own} and ${to} are programs, neither of them part of the other`);
      else if (folders.indexOf(to) > folders.indexOf(own))
        problems.push(`${refused} ${own} comes before ${to} (${names})`);
    }
  }
  return problems;
}

/** Which files of core/ are too long, a sentence each. @param {Map<string, string>} texts by path */
export const longFiles = (texts) =>
  [...texts]
    .map(([file, text]) => ({ file, count: text.split('\n').length - 1 }))
    .filter(({ file, count }) => file.startsWith('core/') && count > mostLines)
    .map(({ file, count }) => `${file}: ${count} lines, at most ${mostLines}`);

/** The C++ files of core/ and wasm/: their texts by path. */
function readSources() {
  const files = ['core', 'wasm'].flatMap((folder) => filesIn(at(folder), ['.h', '.cpp']));
  return new Map(files.map((path) => [shown(path), readFileSync(path, 'utf8')]));
}

/** What each of them includes in quotes. @returns {Map<string, string[]>} */
export function readIncludes(texts = readSources()) {
  const quoted = /^\s*#\s*include\s+"([^"]+)"/gm;
  return new Map(
    [...texts].map(([file, text]) => [file, [...text.matchAll(quoted)].map(([, name]) => name)]),
  );
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
    const texts = readSources();
    const problems = [...problemsOf(readIncludes(texts)), ...longFiles(texts)];
    for (const problem of problems) console.error(problem);
    if (problems.length) throw new Failure(`${problems.length} faults in the layout of C++ files (above).`);
    console.log(`${texts.size} C++ files, includes point one way, none is too long.`);
  });
}
