// npm run settings: writes the table of the page's settings in web/README.md from their descriptors
// (web/src/settings/descriptors). A test compares, so that the table is never out of date.
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'vite';
import { format } from 'prettier';
import { at, isMain, main } from '../lib.mjs';

const file = at('web/README.md');
const [begin, end] = ['<!-- settings -->\n', '\n<!-- /settings -->'];

/**
 * What the table shows of a descriptor, see web/src/settings/descriptor.ts.
 * @typedef {{ key: string, initial: unknown, effect: string, kind: string, path?: string, within?: string,
 *   range?: readonly [number, number], choices?: readonly string[], menu?: string | undefined }} Row
 */

/** @param {Row} row */
function values({ kind, range, choices, menu }) {
  if (choices) return choices.join(', ');
  if (menu) return `one of the schema's ${menu}`;
  if (!range) return kind === 'flag' ? 'on or off' : kind;
  return `${kind === 'list' ? 'whole numbers' : kind === 'whole' ? 'whole' : 'number'}, ${range.join(' to ')}`;
}

/** @param {unknown} initial */
const first = (initial) =>
  initial === '' ? 'empty' : typeof initial === 'boolean' ? (initial ? 'on' : 'off') : String(initial);

/**
 * The table, as it stands in the README.
 * @param {Readonly<Record<string, Row>>} descriptors
 */
export async function tableOf(descriptors) {
  const rows = Object.entries(descriptors).map(([name, row]) =>
    [
      `\`${name}\``,
      `\`${row.key}\``,
      values(row),
      first(row.initial),
      row.effect,
      row.path ?? row.within ?? '–',
    ].join(' | '),
  );
  const head = 'setting | link | values | at first | effect | in the state';
  const lines = [head, head.replace(/[^|]+/g, '-'), ...rows].map((line) => `| ${line} |`);
  return (await format(lines.join('\n'), { parser: 'markdown' })).trimEnd();
}

/** The table that the README has. */
export function tableHere() {
  const text = readFileSync(file, 'utf8');
  return text.slice(text.indexOf(begin) + begin.length, text.indexOf(end)).trim();
}

if (isMain(import.meta.url))
  await main(async () => {
    const server = await createServer({
      configFile: at('web/vite.config.ts'),
      server: { middlewareMode: true, hmr: false },
      appType: 'custom',
      logLevel: 'error',
    });
    try {
      const { DESCRIPTORS } = await server.ssrLoadModule('/src/settings/settings.ts');
      const text = readFileSync(file, 'utf8');
      const [before, after] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
      writeFileSync(file, `${text.slice(0, before)}\n${await tableOf(DESCRIPTORS)}\n${text.slice(after)}`);
    } finally {
      await server.close();
    }
  });
