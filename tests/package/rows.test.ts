/** Rows in JSON: the same examples, or the same table, as in the formats that the engine reads. */
import { expect, test } from 'vitest';
import { type Config, createModel, previewDataset } from 'unfold-rnn';
import { rejection } from './harness.js';

const here = { threads: 1, worker: false };
const regress: Config = { task: 'regress', layers: [{ units: 3 }], batchSize: 2 };
const classify: Config = { ...regress, task: 'classify' };

const days = Array.from({ length: 12 }, (_, i) => ({
  day: `2026-03-${String(i + 1).padStart(2, '0')}`,
  shop: 'the "old", one',
  sales: i === 3 ? null : i % 5,
}));
const csv = `day,shop,sales\n${days.map(({ day, sales }) => `${day},"the ""old"", one",${sales ?? ''}\n`).join('')}`;

test.each([
  ['an array', JSON.stringify(days)],
  ['an array in lines of its own', `\uFEFF \n${JSON.stringify(days, null, 2)}\n`],
  ['an object a line', days.map((day) => JSON.stringify(day)).join('\n')],
  ['objects with a semicolon behind each', days.map((day) => `${JSON.stringify(day)};\r\n`).join('')],
])('a table as %s is that of the CSV', async (_, text) => {
  const shown = await previewDataset(regress, csv, here);
  expect(shown).toMatchObject({ rows: 12, columns: [{ kind: 'date' }, {}, { use: 'both', missing: 1 }] });
  for (const dataset of [text, new TextEncoder().encode(text), [text.slice(0, 99), text.slice(99)]])
    expect(await previewDataset(regress, dataset, here)).toEqual(shown);
});

test('rows without names, of one number or several', async () => {
  const shown = await previewDataset(regress, '1,5\n2,7\n4,6\n', here);
  expect(await previewDataset(regress, '[[1, 5], [2, 7], [4, 6]]', here)).toEqual(shown);
  expect(await previewDataset(regress, '[1, 5, 3]', here)).toMatchObject({ rows: 3, columns: [{ max: 5 }] });
});

test('fields that only some objects have are missing in the others', async () => {
  const { columns } = await previewDataset(regress, '[{"a": 1}, {"a": 3, "b": 2}, {"b": 4}]', here);
  expect(columns).toMatchObject([
    { name: 'a', missing: 1 },
    { name: 'b', missing: 1 },
  ]);
});

test('an array of examples is that of the lines', async () => {
  const examples = Array.from({ length: 30 }, (_, i) => ({
    text: `a ${i % 2 ? 'good' : 'bad'}\nday`,
    label: String(i % 2),
  }));
  const lines = examples.map((example) => `${JSON.stringify(example)}\n`).join('');
  expect(await previewDataset(classify, JSON.stringify(examples, null, 1), here)).toEqual(
    await previewDataset(classify, lines, here),
  );
  const { labels } = await previewDataset(classify, '[x]\ta good day\n[y]\tbad\n'.repeat(9), here);
  expect(labels?.map(({ name }) => name).sort(), 'lines that begin with a bracket').toEqual(['[x]', '[y]']);
});

test.each([
  [regress, '[{"a": 1}, {"a": {"b": 2}}]', 'dataset[1].a', 'a number, a string or null'],
  [regress, '[{"a": 1}, 5]', 'dataset[0]', 'a row of numbers'],
  [regress, '[{"a": 1},', 'dataset', 'an array of rows'],
  [regress, '{"a": 1}\n{"a": 2]\n', 'text line 2', 'an object of JSON'],
  [regress, '[{"a": 1}, {"a": "much"}, {"a": 3}]', 'dataset[1]', 'a number in column 1 (a)'],
  [classify, '[{"text": "x", "label": 1}, {"text": 5, "label": 2}]', 'dataset[1]', 'a text'],
  [regress, '<!DOCTYPE html>\n<html><body>Sign in</body></html>', 'dataset', 'examples of the task regress'],
  [classify, '\n<html lang="en">', 'dataset', 'examples of the task classify'],
])('%o: %s is refused at %s', async (config, text, field, expected) => {
  expect(await rejection(createModel(config, text, here))).toMatchObject({
    ...{ code: 'INVALID_TEXT', field, expected: expect.stringContaining(expected) },
  });
});

test('a text may be JSON or a page', async () => {
  for (const text of ['[{"a": 1}, {"a": 2}]', '<!DOCTYPE html>\n<html><p>Hello</p>'])
    expect(await previewDataset({}, text, here)).toMatchObject({ format: 'text' });
});
