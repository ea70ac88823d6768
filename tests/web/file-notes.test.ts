// What the engine says of a file, in the words of the page: every sentence there is, in both languages.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';
import { createModel, type FileConfig, previewDataset } from 'unfold-rnn';
import * as german from '../../web/src/i18n/de/fileNotes';
import * as english from '../../web/src/i18n/en/fileNotes';

const CORE = fileURLToPath(new URL('../../core/data/', import.meta.url));
const here = { threads: 1, worker: false } as const;

const days = (numbers: number[]) =>
  numbers.map((day, i) => `2024-01-${String(day).padStart(2, '0')},${(i * 7) % 5}`);
const upTo = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const file = (...lines: string[]) => `${lines.join('\n')}\n`;

const FILES: [FileConfig, string][] = [
  [{}, file('day,v,w', ...days([1, 2, 3, 4]).map((row) => `${row},${row.length}5`), '2024-01-05,x,3')],
  ...(['refuse', 'forward', 'interpolate', 'mask'] as const).map((missing): [FileConfig, string] => [
    { missing },
    file('v,w', '1,2', '3,', ',4', '5,7', '6,8'),
  ]),
  [{}, file('id,v', ...upTo(12).map((i) => `${i % 2 ? 'a' : 'b'},${(i * 7) % 5}`))],
  [{}, file('day,v', ...days([1, 2, 3, 4, 5, 6]), 'Total,15')],
  [{}, file('v,w', '1,2', '# measured again', '3,4', '5,7')],
  [{}, file('Sales of 2024', '', 'v,w', '1,2', '3,4', '5,7', '6,1')],
  [{}, file('v,w', '1,2', '3,4', '5,7', '6,1', '', 'Source: the till of the shop')],
  [{}, file('# v w', '1 2', '3 4', '5 7')],
  [{}, file('v,w', '[kg],[m]', '1,2', '3,4', '5,7')],
  [{}, file('day,v', ...days([1, 2, 9, 11, 20, 23]))],
  [{}, file('day,v', ...days([1, 2, 3, 4, 5, 8, 9, 10, 15]))],
  [{}, file('day,v', ...days([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 11, 12]))],
  [{}, file('day,v', ...days([1, 2, 3, 1, 2, 3, 1, 2, 3]))],
  [{}, file('day,v', ...days([1, 2, 3, 4, 5, 7, 6, 8, 9, 10, 11, 12]))],
  [{}, file('day,v', ...days([9, 8, 7, 6, 5]))],
  [{}, file('v;w', '1,5;2,5', '2,5;3,25', '3,5;4,5')],
  [{}, file('v\tw', '1\t2', '3\t4', '5\t7')],
  [{}, file('v;w', '1,234;2', '2,345;3', '3,456;4')],
  [{}, file('v;w', '1.234;2', '2.345;3', '3.456;4')],
  [{}, file('v,w', '5 kg,2', '6 kg,3', '7 kg,5')],
  [{}, file('shop,v', ...upTo(40).map((i) => `${i <= 20 ? 'north' : 'south'},${(i * 7) % 11}`))],
  [{ id: 'shop' }, file('shop,v', ...upTo(40).map((i) => `${i <= 20 ? 'north' : 'south'},${(i * 7) % 11}`))],
  [
    {},
    file(
      'day,id,v',
      ...upTo(24).map(
        (i) => `2024-01-${String(Math.ceil(i / 2)).padStart(2, '0')},${i % 2 ? 'a' : 'b'},${(i * 7) % 5}`,
      ),
    ),
  ],
  [{}, file('day,v', ...days(upTo(20)), 'Total,15', ...days(upTo(28).slice(20)))],
  [
    { inputs: ['v'] },
    file(
      'day,v,kind,same,none,ok,n',
      ...upTo(9).map(
        (i) => `2024-01-0${i},${(i * 7) % 5},${'pqr'[i % 3]!}q,5,,${i % 2 ? 'true' : 'false'},${(i * i) % 7}`,
      ),
    ),
  ],
];

const said = new Set<string>();
const reasons = new Set<string>();

beforeAll(async () => {
  for (const [dataset, text] of FILES) {
    const { notes, columns = [] } = await previewDataset({ task: 'regress', dataset }, text, here);
    for (const note of notes) said.add(note);
    for (const { reason } of columns) if (reason) reasons.add(reason);
  }
  const cut = await createModel(
    { task: { name: 'classify', maxLength: 4, truncate: true }, layers: [{ units: 2 }], batchSize: 2 },
    file(...upTo(12).map((i) => `${i % 2 ? 'good' : 'bad'}\tlonger than four ${i}`)),
    here,
  );
  for (const note of cut.info.data?.notes ?? []) said.add(note);
  cut.dispose();
});

/** The longest piece of each sentence that the core may say of a file. */
async function pieces(): Promise<string[]> {
  const names = (await readdir(CORE)).filter((name) => name.endsWith('.cpp'));
  const sources = await Promise.all(names.map((name) => readFile(join(CORE, name), 'utf8')));
  return sources.flatMap((source) =>
    [...source.matchAll(/notes\.push_back\(([^;]*?(?:"[^"]*"[^;]*?)*)\);/g)].map(([, call]) => {
      const [, literal = ''] = /((?:"(?:[^"\\]|\\.)*"\s*)+)/.exec(call!) ?? [];
      const whole = literal.replace(/"\s*"/g, '').trim().slice(1, -1).replaceAll('\\"', '"');
      return whole.split('{}').reduce((one, other) => (other.length > one.length ? other : one), '');
    }),
  );
}

it('meets every sentence of the core', async () => {
  const all = await pieces();
  expect(all.length).toBeGreaterThan(15);
  expect(all.filter((piece) => ![...said].some((note) => note.includes(piece)))).toEqual([]);
});

it('says each in the words of the page', () => {
  for (const note of said) {
    expect(german.note(note), note).not.toBe(note);
    for (const shown of [german.note(note), english.note(note)])
      expect(shown, note).not.toMatch(/dataset\.|undefined/);
  }
  expect(
    german.note('Left out: a: b: text; day: dates (dataset.dates: features makes inputs of them).'),
  ).toBe('Weggelassen: a: b: Text; day: Datumsangaben (die Rolle „Eingabe“ macht Eingaben daraus).');
});

it('gives the reason of each column that is left out', () => {
  expect(reasons.size).toBeGreaterThan(5);
  for (const reason of reasons) {
    if (reason !== 'text') expect(german.reason(reason), reason).not.toBe(reason);
    for (const shown of [german.reason(reason), english.reason(reason)])
      expect(shown).not.toContain('dataset.');
  }
});
