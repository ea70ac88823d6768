// npm run check -- lengths: no file of core/ over 350 lines, no function over 50 (from its opening to its closing
// brace). It reads C++ as clang-format lays it out, and no further than that: what stands in a function, lambdas too, is
// part of it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, Failure, isMain, main } from './lib.mjs';

const mostLines = 350;
const mostOfFunction = 50;

/** @param {string} text One line without strings, characters and comments. */
const code = (text) =>
  text
    .replace(/\\./g, '')
    .replace(/"[^"]*"/g, '""')
    .replace(/'[^']*'/g, "''")
    .replace(/\/\/.*/, '');

const notFunction =
  /^\s*(inline\s+)?(namespace|class|struct|union|enum|extern\s+"C"|template\s*<.*>\s*(class|struct))\b/;

/** Whether an opening brace follows parameters, or the list of members that a constructor begins with.
 *  @param {string} header */
const isFunction = (header) => /\)[^)=]*$/.test(header) || /^(,.*)?$/.test(header);

/**
 * Functions of a file that are too long.
 * @param {string} text
 * @returns {{ line: number, lines: number, header: string }[]}
 */
function longFunctions(text) {
  const bare = text.replace(/^\s*\/\/.*$/gm, ''); // examples in comments hold half strings
  const lines = bare.replace(/R"(\w*)\([^]*?\)\1"/g, (raw) => raw.replace(/[^\n]/g, ' ')).split('\n');
  /** @type {{ outer: boolean, line: number, header: string }[]} Open braces; outer: of a namespace or class. */
  const open = [];
  /** @type {{ line: number, lines: number, header: string }[]} */
  const found = [];
  let statement = ''; // since the last ; { or }
  lines.forEach((line, i) => {
    if (/^\s*#/.test(line)) return;
    for (const c of code(line)) {
      if (c === '{') {
        open.push({
          outer: notFunction.test(statement),
          line: i,
          header: statement.trim().replace(/\s+/g, ' '),
        });
        statement = '';
      } else if (c === '}') {
        const block = open.pop();
        const inside = open.every((b) => b.outer);
        const size = block ? i - block.line : 0;
        if (block && !block.outer && inside && isFunction(block.header) && size > mostOfFunction)
          found.push({ line: block.line + 1, lines: size, header: block.header });
        statement = '';
      } else if (c === ';') {
        statement = '';
      } else {
        statement += c;
      }
    }
    statement += ' ';
  });
  return found;
}

/**
 * What is too long, as messages.
 * @param {Map<string, string>} files Texts by their paths.
 * @returns {string[]}
 */
export function problemsOf(files) {
  return [...files].flatMap(([file, text]) => {
    const count = text.split('\n').length - 1;
    return [
      ...(count > mostLines ? [`${file}: ${count} lines, at most ${mostLines}`] : []),
      ...longFunctions(text).map(
        ({ line, lines, header }) => `${file}:${line}: ${lines} lines, at most ${mostOfFunction}: ${header}`,
      ),
    ];
  });
}

/** The files of core/ that are held to it. */
function sources() {
  const files = readdirSync(at('core'), { recursive: true, encoding: 'utf8' })
    .map((file) => join('core', file))
    .filter((file) => /\.(h|cpp)$/.test(file))
    .sort();
  return new Map(files.map((file) => [file, readFileSync(at(file), 'utf8')]));
}

if (isMain(import.meta.url))
  main(() => {
    const problems = problemsOf(sources());
    for (const problem of problems) console.error(problem);
    if (problems.length > 0)
      throw new Failure(`${problems.length} files or functions of core/ are too long (above).`);
  });
